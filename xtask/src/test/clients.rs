//! Tests outside the workspace that drive a binary over HTTP: the TypeScript SDK, clients that others wrote, the
//! examples, and a browser on the pages.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{BINARY, Counts, Steps, run_counted};
use crate::npm::{self, Package};
use crate::project::Project;
use crate::{process, setup};

/// Where the journeys of the browser are.
const BROWSER: &str = "e2e";

/// Where the SDK is.
pub(crate) const SDK: &str = "sdk/typescript";

/// Runs all of them, also after a failure. Returns whether all passed.
pub(super) fn run(
    project: &Project,
    binary: &Path,
    steps: &mut Steps,
    counts: &mut Counts,
) -> Result<bool> {
    let sdk = steps.time("test the TypeScript SDK", || {
        let package = Package::install(project, SDK)?;
        process::run(package.command().args(["run", "check"]))?;
        run_counted(package.command().arg("test").env(BINARY, binary), counts)
    })?;
    // After the SDK: examples install it, and packing it needs its tools.
    let others = steps.time("test clients and examples", || {
        let mut command = Command::new(setup::clients_python(project));
        command
            .current_dir(&project.root)
            .args(["-m", "tests.clients"])
            .env("PATH", npm::path_with(&setup::node(project)?)?)
            .env(BINARY, binary);
        run_counted(&mut command, counts)
    })?;
    let api = run_api(project, binary, &[], steps, counts)?;
    let pages = run_browser(project, binary, steps, counts)?;
    Ok(sdk && others && api && pages)
}

/// Tries the API by its own description. Returns whether every answer was as described.
pub(super) fn run_api(
    project: &Project,
    binary: &Path,
    arguments: &[String],
    steps: &mut Steps,
    counts: &mut Counts,
) -> Result<bool> {
    steps.time("try the API by its description", || {
        let mut command = Command::new(setup::api_python(project));
        command
            .current_dir(&project.root)
            .args(["-m", "tests.api"])
            .args(arguments)
            .env(BINARY, binary);
        run_counted(&mut command, counts)
    })
}

/// Walks through the pages with a real browser. Returns whether all journeys passed.
pub(super) fn run_browser(
    project: &Project,
    binary: &Path,
    steps: &mut Steps,
    counts: &mut Counts,
) -> Result<bool> {
    steps.time("test the pages in a browser", || {
        let package = Package::install(project, BROWSER)?;
        run_counted(package.command().arg("test").env(BINARY, binary), counts)
    })
}
