//! The npm packages of the project and their tools.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::project::Project;
use crate::{process, setup};

/// A package in a folder, with its tools installed as its lock file says.
pub(crate) struct Package {
    folder: PathBuf,
    npm: PathBuf,
    path: OsString,
}

impl Package {
    /// Installs the tools when they are missing or the lock file changed.
    pub(crate) fn install(project: &Project, folder: &str) -> Result<Self> {
        let node = setup::node(project)?;
        let package = Self {
            folder: project.root.join(folder),
            npm: node.join("npm"),
            path: path_with(&node)?,
        };
        let lock_path = package.folder.join("package-lock.json");
        let lock = fs::read_to_string(&lock_path)
            .with_context(|| format!("could not read {}", lock_path.display()))?;
        // Written last, so an interrupted install is not taken for a complete one.
        let installed = package.folder.join("node_modules/.installed-lock.json");
        if fs::read_to_string(&installed).is_ok_and(|text| text == lock) {
            return Ok(package);
        }
        process::run(package.command().args(["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&installed, lock)
            .with_context(|| format!("could not write {}", installed.display()))?;
        Ok(package)
    }

    /// A command that runs npm in the package.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.npm);
        command.current_dir(&self.folder).env("PATH", &self.path);
        command
    }
}

/// `PATH` with the right Node first: npm looks for `node` there, as do the scripts that it runs.
pub(crate) fn path_with(node: &Path) -> Result<OsString> {
    let inherited = process::variable("PATH").unwrap_or_default();
    let folders = std::iter::once(node.to_path_buf()).chain(std::env::split_paths(&inherited));
    std::env::join_paths(folders).context("PATH has a folder that cannot be in it")
}
