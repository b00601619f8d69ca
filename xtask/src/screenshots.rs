//! Pictures of every page, for people who change how pages look: `cargo xtask screenshots [PART OF A NAME]`.
//!
//! Starts a demonstration server on data that are thrown away, fills it through the API, and shoots every page in both
//! themes and at the width of a phone into `target/screenshots`. Fails when a page is wider than its screen or the browser
//! reports an error, such as something that the content policy forbids.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;

const READY_WITHIN: Duration = Duration::from_mins(1);
const READY_POLL: Duration = Duration::from_millis(20);

pub(crate) fn run(project: &Project, only: Option<&str>) -> Result<()> {
    let scripts = project.root.join("e2e");
    if !scripts.join("node_modules").is_dir() {
        process::run(Command::new("npm").current_dir(&scripts).args([
            "ci",
            "--no-audit",
            "--no-fund",
        ]))?;
    }
    process::run(project.cargo().args(["build", "-p", "oneclaw-cli"]))?;
    let data = project.target.join("screenshots-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    let binary = project.target.join("debug").join("1claw");
    let server = Demonstration::start(&binary, &data)?;
    let pictures = project.target.join("screenshots");
    let mut node = Command::new("node");
    node.current_dir(&scripts)
        .arg("screenshots.mjs")
        .arg(&server.origin)
        .arg(&pictures);
    if let Some(only) = only {
        node.arg(only);
    }
    process::run(&mut node)?;
    println!("The pictures are in {}.", pictures.display());
    Ok(())
}

/// A server with `--dev`; dropping it ends it.
pub(crate) struct Demonstration {
    process: Child,
    pub(crate) origin: String,
}

impl Demonstration {
    pub(crate) fn start(binary: &Path, data: &Path) -> Result<Self> {
        let address = format!("127.0.0.1:{}", process::free_port()?);
        let process = Command::new(binary)
            .args(["server", "--dev", "--listen", &address, "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("could not start the server")?;
        let mut server = Self {
            process,
            origin: format!("http://{address}"),
        };
        let begin = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended ({status})");
            }
            if begin.elapsed() > READY_WITHIN {
                bail!("the server is not ready after {READY_WITHIN:?}");
            }
            std::thread::sleep(READY_POLL);
        }
        Ok(server)
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("could not end the server: {error}");
        }
    }
}
