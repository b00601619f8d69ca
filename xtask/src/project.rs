//! What the tasks know about the checkout: its root, the build folder, its packages and its files.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process;

/// The workspace as `cargo metadata` describes it.
#[derive(Deserialize)]
pub(crate) struct Project {
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]` table.
#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// The version requirement, such as `^0.8.9`.
    pub(crate) req: String,
    pub(crate) kind: Option<DependencyKind>,
    /// Used only when a feature of the package asks for it.
    pub(crate) optional: bool,
    /// The features that it is used with.
    pub(crate) features: Vec<String>,
    /// Present for crates of this workspace.
    pub(crate) path: Option<PathBuf>,
}

/// `None` in [`Dependency::kind`] is a normal dependency.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DependencyKind {
    Dev,
    Build,
}

impl Project {
    /// Asks cargo about the workspace that the current folder is in.
    pub(crate) fn load() -> Result<Self> {
        let json = process::output(Command::new("cargo").args([
            "metadata",
            "--no-deps",
            "--format-version=1",
        ]))?;
        serde_json::from_str(&json).context("cargo metadata has an unexpected form")
    }

    /// The files that are, or would be, under version control, relative to the root.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let names = process::output(Command::new("git").current_dir(&self.root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let mut files: Vec<PathBuf> = names
            .split_terminator('\0')
            .map(PathBuf::from)
            // A file that was deleted but not yet staged is still listed.
            .filter(|path| self.root.join(path).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// A command that runs cargo at the root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new("cargo");
        command.current_dir(&self.root);
        command
    }

    /// The build of the product that is packaged and measured.
    pub(crate) fn distributed_binary(&self) -> PathBuf {
        self.target.join("dist").join("1claw")
    }

    /// The release build of the product.
    pub(crate) fn release_binary(&self) -> PathBuf {
        self.target.join("release").join("1claw")
    }
}
