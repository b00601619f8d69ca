//! `cargo xtask package deb`: a Debian package out of a binary and the files in `deploy/`, and a look into it.
//!
//! Invariants: the package starts nothing and never removes data; what is in it is listed here, and `inspect` compares.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;

const DESCRIPTION: &str = "secrets vault that AI agents can join by themselves
 A server, its pages, and the command 1claw: agents ask to join, their human
 decides, and every use of a secret is in a log that can be verified offline.";

/// Makes the user. Nothing is started: the vault needs its public URL first.
const POSTINST: &str = "#!/bin/sh
set -e
if [ \"$1\" = configure ]; then
    systemd-sysusers /usr/lib/sysusers.d/1claw.conf
    if [ -d /run/systemd/system ]; then
        systemctl daemon-reload
        if [ -n \"$2\" ]; then systemctl try-restart 1claw.service; fi
    fi
fi
";

/// Data and key stay, also on purge.
const PRERM: &str = "#!/bin/sh
set -e
if [ \"$1\" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now 1claw.service || true
fi
";

/// Every file of the package: where it goes, its mode, and what it is made from.
const FILES: [(&str, u32, &str); 7] = [
    ("etc/1claw/1claw.toml", 0o644, "deploy/1claw.toml"),
    (
        "lib/systemd/system/1claw.service",
        0o644,
        "deploy/systemd/1claw.service",
    ),
    (
        "usr/lib/sysusers.d/1claw.conf",
        0o644,
        "deploy/systemd/sysusers.conf",
    ),
    (
        "usr/share/doc/1claw/nginx.conf",
        0o644,
        "deploy/nginx/1claw.conf",
    ),
    ("usr/share/doc/1claw/copyright", 0o644, "LICENSE"),
    (
        "usr/share/doc/1claw/OPERATIONS.md",
        0o644,
        "docs/OPERATIONS.md",
    ),
    ("usr/share/doc/1claw/CHANGELOG.md", 0o644, "CHANGELOG.md"),
];
const PROGRAM: &str = "usr/bin/1claw";
const COMPLETION: &str = "usr/share/bash-completion/completions/1claw";
const MANUAL: &str = "usr/share/man/man1";

/// Packages a binary, or the distributed one, which is built first.
pub(crate) fn run(project: &Project, binary: Option<&Path>) -> Result<ExitCode> {
    let package = match binary {
        Some(binary) => deb(project, binary)?,
        None => {
            process::run(project.cargo().args([
                "build",
                "--locked",
                "--profile=dist",
                "--package=oneclaw-cli",
            ]))?;
            deb(project, &project.distributed_binary())?
        }
    };
    inspect(project, &package)?;
    println!("{}", package.display());
    Ok(ExitCode::SUCCESS)
}

/// Packages a binary and gives the file.
pub(crate) fn deb(project: &Project, binary: &Path) -> Result<PathBuf> {
    let out = project.target.join("package");
    let tree = out.join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    place(
        &tree,
        PROGRAM,
        0o755,
        &fs::read(binary).context("there is no binary to package")?,
    )?;
    for (target, mode, source) in FILES {
        let content = fs::read(project.root.join(source)).with_context(|| source.to_owned())?;
        place(&tree, target, mode, &content)?;
    }
    let completion = process::output(Command::new(binary).args(["completion", "bash"]))?;
    place(&tree, COMPLETION, 0o644, completion.as_bytes())?;
    let pages = tree.join(MANUAL);
    fs::create_dir_all(&pages)?;
    process::output(Command::new(binary).args(["man", "--folder"]).arg(&pages))?;
    let mut gzip = Command::new("gzip");
    for page in fs::read_dir(&pages)? {
        let page = page?.path();
        fs::set_permissions(&page, fs::Permissions::from_mode(0o644))?;
        gzip.arg(page);
    }
    process::output(gzip.args(["--best", "--no-name"]))?;

    let architecture = process::output(Command::new("dpkg").arg("--print-architecture"))?;
    let control = control(
        architecture.trim(),
        &libc_of(&fs::read(binary)?)?,
        size(&tree)?,
    );
    place(&tree, "DEBIAN/control", 0o644, control.as_bytes())?;
    place(&tree, "DEBIAN/conffiles", 0o644, b"/etc/1claw/1claw.toml\n")?;
    place(&tree, "DEBIAN/postinst", 0o755, POSTINST.as_bytes())?;
    place(&tree, "DEBIAN/prerm", 0o755, PRERM.as_bytes())?;
    let name = format!(
        "1claw_{}_{}.deb",
        env!("CARGO_PKG_VERSION"),
        architecture.trim()
    );
    let package = out.join(name);
    // Fast rather than small, and owned by root whoever builds.
    process::run(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zgzip", "-z6", "--build"])
            .args([&tree, &package]),
    )?;
    Ok(package)
}

/// Takes a package apart again and looks whether everything is there, as it should be, and runs.
pub(crate) fn inspect(project: &Project, package: &Path) -> Result<()> {
    let listed = process::output(Command::new("dpkg-deb").arg("--contents").arg(package))?;
    for line in listed.lines() {
        let mode = line.split_whitespace().next().unwrap_or_default();
        if !line.contains(" root/root ") || mode.get(8..9) == Some("w") || mode.contains('s') {
            bail!("not root's alone to change: {line}");
        }
    }
    let tree = project.target.join("package").join("extracted");
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    process::output(
        Command::new("dpkg-deb")
            .arg("--raw-extract")
            .args([package, &tree]),
    )?;
    for (target, mode, source) in FILES {
        let path = tree.join(target);
        if fs::read(&path)? != fs::read(project.root.join(source))? {
            bail!("{target} is not {source}");
        }
        if fs::metadata(&path)?.permissions().mode() & 0o7777 != mode {
            bail!("{target} has another mode than {mode:o}");
        }
    }
    for target in [
        PROGRAM,
        COMPLETION,
        "usr/share/man/man1/1claw.1.gz",
        "DEBIAN/postinst",
    ] {
        if !tree.join(target).is_file() {
            bail!("{target} is missing");
        }
    }
    for script in ["postinst", "prerm"] {
        process::output(
            Command::new("sh")
                .arg("-n")
                .arg(tree.join("DEBIAN").join(script)),
        )?;
    }
    let version = process::output(Command::new(tree.join(PROGRAM)).arg("--version"))?;
    if !version.contains(env!("CARGO_PKG_VERSION")) {
        bail!("the program says {version}");
    }
    // The unit as installed, with everything it names.
    if process::find_program("systemd-analyze").is_some() {
        let unit = fs::read_to_string(tree.join("lib/systemd/system/1claw.service"))?;
        let installed = tree.join(PROGRAM).display().to_string();
        let checked = tree.join("1claw.service");
        fs::write(&checked, unit.replace("/usr/bin/1claw", &installed))?;
        process::output(
            Command::new("systemd-analyze")
                .args(["verify", "--man=no"])
                .arg(&checked),
        )?;
    }
    Ok(())
}

fn place(tree: &Path, target: &str, mode: u32, content: &[u8]) -> Result<()> {
    let path = tree.join(target);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        // Folders are made with the mask of whoever builds.
        for folder in folder
            .ancestors()
            .take_while(|folder| folder.starts_with(tree))
        {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
        }
    }
    fs::write(&path, content).with_context(|| path.display().to_string())?;
    fs::set_permissions(&path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn control(architecture: &str, libc: &str, kibibytes: u64) -> String {
    format!(
        "Package: 1claw\nVersion: {}\nArchitecture: {architecture}\nMaintainer: The 1Claw authors <1claw@localhost>\n\
         Installed-Size: {kibibytes}\nDepends: libc6 (>= {libc}), libgcc-s1, systemd | systemd-standalone-sysusers\n\
         Suggests: nginx, postgresql\nSection: admin\nPriority: optional\nDescription: {DESCRIPTION}\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The newest version of the C library that a binary asks for, out of the names of the symbols it needs.
fn libc_of(binary: &[u8]) -> Result<String> {
    const MARK: &[u8] = b"GLIBC_2.";
    let minors = binary.windows(MARK.len() + 3).filter_map(|window| {
        let digits = window.strip_prefix(MARK)?;
        let text: String = digits
            .iter()
            .map(|byte| char::from(*byte))
            .take_while(char::is_ascii_digit)
            .collect();
        text.parse::<u32>().ok()
    });
    let newest = minors
        .max()
        .context("the binary asks for no version of the C library")?;
    Ok(format!("2.{newest}"))
}

/// What a tree takes, in KiB.
fn size(tree: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(tree)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() {
            size(&entry.path())? * 1024
        } else {
            entry.metadata()?.len()
        };
    }
    Ok(bytes.div_ceil(1024))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_of_the_c_library_counts() {
        let binary = b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0GLIBC_PRIVATE\0";
        assert_eq!(libc_of(binary).unwrap(), "2.34");
        assert!(libc_of(b"nothing here to find").is_err());
    }

    #[test]
    fn every_paragraph_of_the_control_file_is_well_formed() {
        let text = control("amd64", "2.34", 7);
        for line in text.lines() {
            let is_field = line
                .split_once(": ")
                .is_some_and(|(name, _)| !name.contains(' '));
            assert!(is_field || line.starts_with(' '), "{line}");
        }
        assert!(text.ends_with('\n') && text.contains("Depends: libc6 (>= 2.34), "));
    }
}
