//! Where files with values may be written: below one folder, and nowhere else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::outcome::Refusal;

/// How many drafts this process has written.
static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// The folder that an assistant works in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    folder: PathBuf,
}

impl Workspace {
    /// A folder that is there. Its name is made absolute, and links in it are followed now.
    ///
    /// # Errors
    /// When it is not there.
    pub fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: folder.canonicalize()?,
        })
    }

    /// Where a file of this name goes. Refused before anything is read for it.
    pub(super) fn place(&self, name: &str, overwrite: bool) -> Result<PathBuf, Refusal> {
        let outside = || {
            Refusal::new(
                "outside_workspace",
                "The file must be below the folder that this server runs in.",
            )
            .hint("Give a relative path without `..`, such as `.env` or `config/.env`.")
        };
        let relative = Path::new(name);
        let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_));
        if name.chars().any(char::is_control)
            || !relative.components().all(is_plain)
            || relative.file_name().is_none()
        {
            return Err(outside());
        }
        let wanted = self.folder.join(relative);
        let folder = wanted.parent().unwrap_or(&self.folder);
        // Links on the way are followed, to see where they end.
        let folder = folder.canonicalize().map_err(|_| {
            Refusal::new("no_folder", "The folder of that file is not there.")
                .hint("Create it first, or choose another.")
        })?;
        if !folder.starts_with(&self.folder) {
            return Err(outside());
        }
        let file = folder.join(relative.file_name().unwrap_or_default());
        match fs::symlink_metadata(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(file),
            Ok(found) if !found.is_file() => Err(Refusal::new(
                "not_a_file",
                "There is something else than a plain file of that name.",
            )),
            Ok(_) if !overwrite => Err(taken()),
            Ok(_) => Ok(file),
            Err(error) => Err(unwritable(&error)),
        }
    }

    /// Writes a file for its owner alone: all of it, or nothing.
    pub(super) fn write(file: &Path, text: &str, overwrite: bool) -> Result<(), Refusal> {
        let folder = file.parent().unwrap_or(Path::new("."));
        // Two at once have different drafts; whoever made one of this name on purpose stops us, and no more.
        let number = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let draft = folder.join(format!(".1claw-{}-{number}", std::process::id()));
        let written = write_draft(&draft, text).and_then(|()| {
            if overwrite {
                fs::rename(&draft, file)
            } else {
                // Fails when somebody made the file meanwhile.
                fs::hard_link(&draft, file)
            }
        });
        if written.is_err() || !overwrite {
            let _ = fs::remove_file(&draft);
        }
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(),
            _ => unwritable(&error),
        })
    }
}

fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        file.write_all(b"\n")?;
    }
    file.sync_all()
}

fn taken() -> Refusal {
    Refusal::new("file_exists", "There is a file of that name.")
        .hint("Ask your human before you replace it: call again with overwrite.")
}

fn unwritable(error: &io::Error) -> Refusal {
    Refusal::new(
        "not_written",
        format!("The file cannot be written: {}.", error.kind()),
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let folder = tempfile::tempdir().unwrap();
        let workspace = Workspace::new(folder.path()).unwrap();
        (folder, workspace)
    }

    #[test]
    fn a_file_is_for_its_owner_and_replaces_another_only_when_told_to() {
        let (folder, workspace) = workspace();
        let file = workspace.place(".env", false).unwrap();
        Workspace::write(&file, "A=1", false).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=1\n");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            workspace.place(".env", false).unwrap_err().code,
            "file_exists"
        );
        assert_eq!(
            Workspace::write(&file, "A=2", false).unwrap_err().code,
            "file_exists"
        );
        Workspace::write(&workspace.place(".env", true).unwrap(), "A=2\n", true).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=2\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_outside() {
        let (folder, workspace) = workspace();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), folder.path().join("link")).unwrap();
        symlink(elsewhere.path().join("x"), folder.path().join("dangling")).unwrap();
        fs::create_dir(folder.path().join("inner")).unwrap();
        for name in [
            "",
            ".",
            "..",
            "/etc/env",
            "../env",
            "inner/../../env",
            "link/env",
            "inner",
            "dangling",
            "a\nb",
            "missing/env",
        ] {
            assert!(workspace.place(name, true).is_err(), "{name:?}");
        }
        assert!(workspace.place("inner/.env", false).is_ok());
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    }
}
