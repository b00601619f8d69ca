//! Tests outside the workspace that drive the release binary over HTTP: the TypeScript SDK, clients that others wrote, and
//! the examples.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::BINARY;
use crate::project::Project;
use crate::{process, setup};

/// Tests that one command runs.
pub(super) struct Suite {
    pub(super) name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
    folder: PathBuf,
    /// `PATH` with the right Node first.
    path: OsString,
    /// Whether the folder is an npm package, whose tools are to be installed and whose types are to be checked first.
    is_npm: bool,
}

/// All of them, in the order in which they run.
pub(super) fn suites(project: &Project) -> Result<[Suite; 2]> {
    let node = setup::node(project)?;
    let path = path_with(&node)?;
    Ok([
        Suite {
            name: "test the TypeScript SDK",
            program: node.join("npm"),
            arguments: &["test"],
            folder: project.root.join("sdk").join("typescript"),
            path: path.clone(),
            is_npm: true,
        },
        Suite {
            name: "test others' clients",
            program: setup::clients_python(project),
            arguments: &["-m", "tests.clients"],
            folder: project.root.clone(),
            path,
            is_npm: false,
        },
    ])
}

impl Suite {
    /// Installs what the tests need.
    pub(super) fn prepare(&self) -> Result<()> {
        if !self.is_npm {
            return Ok(());
        }
        let lock = read(&self.folder.join("package-lock.json"))?;
        let installed = self
            .folder
            .join("node_modules")
            .join(".installed-lock.json");
        if fs::read_to_string(&installed).is_ok_and(|text| text == lock) {
            return self.check();
        }
        process::run(self.npm().args(["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&installed, lock)
            .with_context(|| format!("could not write {}", installed.display()))?;
        self.check()
    }

    fn check(&self) -> Result<()> {
        process::run(self.npm().args(["run", "check"]))
    }

    pub(super) fn command(&self, project: &Project) -> Command {
        let mut command = self.npm();
        command
            .args(self.arguments)
            .env(BINARY, project.release_binary());
        command
    }

    fn npm(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).env("PATH", &self.path);
        command
    }
}

/// npm looks for `node` on the path, as do the scripts that it runs.
fn path_with(node: &Path) -> Result<OsString> {
    let inherited = process::variable("PATH").unwrap_or_default();
    let folders = std::iter::once(node.to_path_buf()).chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).context("PATH has a folder that cannot be in it")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))
}
