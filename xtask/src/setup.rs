//! Installing what the tests and the benchmark need, where it is missing.
//!
//! Quick when everything is there, so that `cargo xtask test` can always begin with it. As root on Debian it installs;
//! otherwise it says what is missing and which command installs it. Optional tools, such as cargo-nextest, are used when
//! present and never installed.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{postgres, process};

/// A program from Debian.
struct Tool {
    /// What a person calls it.
    name: &'static str,
    /// What stops working without it.
    purpose: &'static str,
    /// The Debian package that brings it.
    package: &'static str,
    present: fn() -> bool,
}

const CLIENT_TOOLS: [Tool; 4] = [
    Tool {
        name: "Chromium",
        purpose: "the journeys through the pages run in it",
        package: "chromium",
        present: || {
            process::variable("CHROMIUM").is_some() || process::find_program("chromium").is_some()
        },
    },
    Tool {
        name: "curl",
        purpose: "examples use it",
        package: "curl",
        present: || process::find_program("curl").is_some(),
    },
    Tool {
        name: "jq",
        purpose: "examples in the shell read JSON with it",
        package: "jq",
        present: || process::find_program("jq").is_some(),
    },
    Tool {
        name: "openssl",
        purpose: "it makes the certificate that the SDK must not trust",
        package: "openssl",
        present: || process::find_program("openssl").is_some(),
    },
];

const TEST_TOOLS: [Tool; 4] = [
    Tool {
        name: "PostgreSQL server",
        purpose: "every storage test runs on SQLite and on PostgreSQL",
        package: "postgresql",
        present: || {
            postgres::find_programs().is_some()
                || process::variable(postgres::URL_VARIABLE).is_some()
        },
    },
    Tool {
        name: "nginx",
        purpose: "the example of a reverse proxy runs in it",
        package: "nginx",
        present: || {
            process::find_program("nginx").is_some() || Path::new("/usr/sbin/nginx").is_file()
        },
    },
    Tool {
        name: "runuser",
        purpose: "PostgreSQL refuses to run as root",
        package: "util-linux",
        present: || {
            !is_root()
                || process::find_program("runuser").is_some()
                || process::variable(postgres::URL_VARIABLE).is_some()
        },
    },
    Tool {
        name: "Python 3 with venv",
        purpose: "mail tests deliver to a real SMTP server",
        package: "python3-venv",
        present: || {
            process::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))
        },
    },
];

const BENCHMARK_TOOLS: [Tool; 2] = [
    Tool {
        name: "wrk",
        purpose: "it is the load generator",
        package: "wrk",
        present: || process::find_program("wrk").is_some(),
    },
    Tool {
        name: "taskset and setpriv",
        purpose: "server and load generator each get a core of their own",
        package: "util-linux",
        present: || {
            ["taskset", "setpriv"]
                .iter()
                .all(|name| process::find_program(name).is_some())
        },
    },
];

/// The SDK promises to work with it.
const OLDEST_NODE: u32 = 20;

/// A private Python environment and the list of what is installed into it.
struct Environment {
    /// Its folder in the build folder.
    folder: &'static str,
    /// The list, relative to the root.
    requirements: &'static str,
}

/// The SMTP server that mail tests deliver to.
const MAIL: Environment = Environment {
    folder: "test-python",
    requirements: "xtask/requirements/mail.txt",
};

/// Python clients that others wrote.
const CLIENTS: Environment = Environment {
    folder: "test-clients",
    requirements: "tests/clients/requirements.txt",
};

/// What tries the API by its description.
const API: Environment = Environment {
    folder: "test-api",
    requirements: "xtask/requirements/schemathesis.txt",
};

/// Node, where the machine's own will not do.
const NODE: Environment = Environment {
    folder: "test-node",
    requirements: "xtask/requirements/node.txt",
};

/// Makes sure that the tests can run.
pub(crate) fn tests(project: &Project) -> Result<()> {
    install(&TEST_TOOLS)?;
    MAIL.install(project)
}

/// Makes sure that the tests of the SDK, of others' clients and of the examples can run.
pub(crate) fn clients(project: &Project) -> Result<()> {
    install(&CLIENT_TOOLS)?;
    CLIENTS.install(project)?;
    API.install(project)?;
    node(project)?;
    Ok(())
}

/// Makes sure that the benchmark can run.
pub(crate) fn benchmark() -> Result<()> {
    install(&BENCHMARK_TOOLS)
}

/// The Python interpreter that has the SMTP server.
pub(crate) fn python(project: &Project) -> PathBuf {
    MAIL.program(project, "python")
}

/// The Python interpreter that has the clients.
pub(crate) fn clients_python(project: &Project) -> PathBuf {
    CLIENTS.program(project, "python")
}

/// The Python interpreter that has what tries the API.
pub(crate) fn api_python(project: &Project) -> PathBuf {
    API.program(project, "python")
}

/// The folder of `node` and `npm`, installed when the machine has none or an older one than the SDK supports.
pub(crate) fn node(project: &Project) -> Result<PathBuf> {
    if let Some(folder) = node_on_path() {
        return Ok(folder);
    }
    NODE.install(project)?;
    Ok(NODE.program(project, ""))
}

fn node_on_path() -> Option<PathBuf> {
    process::find_program("npm")?;
    let node = process::find_program("node")?;
    let version = process::output(Command::new(&node).arg("--version")).ok()?;
    is_new_enough(&version).then(|| node.parent().map(Path::to_path_buf))?
}

/// Reads `v20.20.2`.
fn is_new_enough(version: &str) -> bool {
    version
        .trim()
        .strip_prefix('v')
        .and_then(|version| version.split('.').next())
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= OLDEST_NODE)
}

/// True when this process may install packages and must drop rights to run PostgreSQL.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

fn missing(tools: &[Tool]) -> Vec<&Tool> {
    tools.iter().filter(|tool| !(tool.present)()).collect()
}

fn install(tools: &[Tool]) -> Result<()> {
    let absent = missing(tools);
    if absent.is_empty() {
        return Ok(());
    }
    if !is_root() || process::find_program("apt-get").is_none() {
        bail!("{}", instructions(&absent));
    }
    process::run(Command::new("apt-get").args(["update", "-qq"]))?;
    process::run(
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages(&absent))
            .env("DEBIAN_FRONTEND", "noninteractive")
            // One line for each step of each package; what goes wrong is on standard error.
            .stdout(Stdio::null()),
    )?;
    let absent = missing(tools);
    if !absent.is_empty() {
        bail!("still missing after the install: {}", names(&absent));
    }
    Ok(())
}

/// What a person without root rights, or on another system, is told.
fn instructions(absent: &[&Tool]) -> String {
    let mut text = String::from("something is missing:\n");
    for tool in absent {
        text.extend(["  ", tool.name, ": ", tool.purpose, "\n"]);
    }
    text.push_str("On Debian and Ubuntu this installs it:\n  sudo apt-get install -y --no-install-recommends ");
    text.push_str(&packages(absent).join(" "));
    text
}

fn packages(tools: &[&Tool]) -> Vec<&'static str> {
    let mut packages: Vec<_> = tools.iter().map(|tool| tool.package).collect();
    packages.sort_unstable();
    packages.dedup();
    packages
}

fn names(tools: &[&Tool]) -> String {
    let names: Vec<_> = tools.iter().map(|tool| tool.name).collect();
    names.join(", ")
}

impl Environment {
    /// Creates it, or recreates it when its requirements changed.
    ///
    /// The copy of the requirements inside it is written last, so an interrupted install is not taken for a complete one.
    fn install(&self, project: &Project) -> Result<()> {
        let requirements_path = project.root.join(self.requirements);
        let requirements = fs::read_to_string(&requirements_path)
            .with_context(|| format!("could not read {}", requirements_path.display()))?;
        let folder = project.target.join(self.folder);
        let python = self.program(project, "python");
        let installed = folder.join("requirements.txt");
        if is_current(&installed, &requirements) && python.exists() {
            return Ok(());
        }
        process::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        process::run(
            Command::new(&python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--require-hashes",
                    "-r",
                ])
                .arg(&requirements_path),
        )?;
        fs::write(&installed, requirements)
            .with_context(|| format!("could not write {}", installed.display()))
    }

    fn program(&self, project: &Project, name: &str) -> PathBuf {
        project.target.join(self.folder).join("bin").join(name)
    }
}

fn is_current(installed: &Path, wanted: &str) -> bool {
    fs::read_to_string(installed).is_ok_and(|text| text == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Tool = Tool {
        name: "imaginary program",
        purpose: "nothing works",
        package: "imaginary",
        present: || false,
    };
    const PRESENT: Tool = Tool {
        name: "shell",
        purpose: "scripts",
        package: "dash",
        present: || true,
    };

    #[test]
    fn only_what_is_absent_is_asked_for() {
        let tools = [PRESENT, ABSENT, ABSENT];
        let absent = missing(&tools);
        assert_eq!(absent.len(), 2);
        assert_eq!(packages(&absent), ["imaginary"]);
        assert!(missing(&[PRESENT]).is_empty());
    }

    #[test]
    fn the_instructions_name_the_tool_the_reason_and_the_command() {
        let text = instructions(&[&ABSENT]);
        for part in [
            "imaginary program",
            "nothing works",
            "apt-get install",
            " imaginary",
        ] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
    }

    #[test]
    fn every_requirement_is_pinned_by_version_and_hash() {
        for list in [
            include_str!("../requirements/mail.txt"),
            include_str!("../requirements/node.txt"),
            include_str!("../requirements/schemathesis.txt"),
            include_str!("../../tests/clients/requirements.txt"),
        ] {
            // A requirement may go on over several lines, all but the last ending with a backslash.
            let joined = list.replace("\\\n", " ");
            let lines: Vec<&str> = joined
                .lines()
                .filter(|line| !line.starts_with('#'))
                .collect();
            assert!(!lines.is_empty());
            for line in lines {
                assert!(
                    line.contains("==") && line.contains("--hash=sha256:"),
                    "{line}"
                );
            }
        }
    }

    #[test]
    fn an_old_node_will_not_do() {
        for version in ["v20.0.0\n", "v24.19.0", "v100.1.0"] {
            assert!(is_new_enough(version), "{version}");
        }
        for version in ["v18.20.4", "", "20.1.0", "vx.1"] {
            assert!(!is_new_enough(version), "{version}");
        }
    }
}
