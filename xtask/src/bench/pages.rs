//! How long pages take when there is much to show: `cargo xtask bench pages [SECRETS AGENTS]`.
//!
//! Fills a demonstration server of the release build through the API and asks for every page. Fails when the median of a
//! page is above 50 ms.

use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use crate::npm::Package;
use crate::process;
use crate::project::Project;
use crate::screenshots::Demonstration;

pub(crate) fn run(project: &Project, amounts: &[String]) -> Result<()> {
    if !matches!(amounts.len(), 0 | 2) || amounts.iter().any(|text| text.parse::<u32>().is_err()) {
        bail!("bench pages takes two numbers, of secrets and of agents, or nothing");
    }
    let package = Package::install(project, "e2e")?;
    process::run(
        project
            .cargo()
            .args(["build", "--release", "--package=oneclaw-cli"]),
    )?;
    let data = project.target.join("bench-pages-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let server = Demonstration::start(&project.release_binary(), &data)?;
    let mut measure: Command = package.command();
    measure.args(["run", "--silent", "bench", "--"]);
    process::run(measure.arg(&server.origin).args(amounts))
}
