//! Starting the packaged build, pinned to a core, and reading what the kernel and the server itself say about it.
//!
//! What the benchmark relies on:
//! - `1claw server --data-dir DIR --listen ADDRESS` serves the vault;
//! - `1claw bench-seed --data-dir DIR --secrets N --policies M` fills an empty data folder with one agent that may read and
//!   write the secrets `bench/s0` to `bench/s<N-1>` of one vault and has M policies, lifts the request limits in the folder's
//!   configuration, and prints the [`Seed`] as JSON;
//! - `1claw bench-static --listen ADDRESS` answers every GET with about 300 bytes of fixed JSON and does nothing else;
//! - `GET /v1/health` answers 200 on both as soon as they serve;
//! - `GET /internal/commit-stats` may answer with [`CommitStatistics`].

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{SERVER_CORE, http};
use crate::process;

const READY_WITHIN: Duration = Duration::from_mins(1);
const READY_POLL: Duration = Duration::from_millis(1);
/// Unit of the CPU times in `/proc`: `USER_HZ` is 100 on every Linux that Rust supports.
const TICKS_PER_SECOND: f64 = 100.0;

/// What `bench-seed` prints.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Seed {
    pub(super) vault_id: String,
    pub(super) agent_id: String,
    pub(super) api_key: String,
}

/// Totals since the server started.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub(super) struct CommitStatistics {
    /// Transactions committed.
    pub(super) groups: f64,
    /// Requests in them.
    pub(super) members: f64,
}

/// Fills an empty data folder.
pub(super) fn seed(
    binary: &Path,
    data: &Path,
    database: Option<&str>,
    (secrets, policies): (u32, u32),
) -> Result<Seed> {
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("could not empty {}", data.display()))?;
    }
    fs::create_dir_all(data)?;
    let json = process::output(
        Command::new(binary)
            .arg("bench-seed")
            .arg("--data-dir")
            .arg(data)
            .args(database.map(|url| format!("--database-url={url}")))
            .arg(format!("--secrets={secrets}"))
            .arg(format!("--policies={policies}")),
    )?;
    serde_json::from_str(&json).context("bench-seed printed something else than its seed")
}

/// A running server; dropping it ends it.
pub(super) struct Server {
    process: Child,
    pub(super) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(super) started_in: Duration,
}

impl Server {
    /// Starts the vault on a filled data folder.
    pub(super) fn vault(
        binary: &Path,
        data: &Path,
        database: Option<&str>,
        logs: &Path,
    ) -> Result<Self> {
        let mut command = pinned(binary);
        command
            .arg("server")
            .arg("--data-dir")
            .arg(data)
            .args(database.map(|url| format!("--database-url={url}")));
        Self::start(command, &logs.join("vault.log"))
    }

    /// Starts the bare server that answers with a constant: the ceiling of what the HTTP stack can do.
    pub(super) fn constant(binary: &Path, logs: &Path) -> Result<Self> {
        let mut command = pinned(binary);
        command.arg("bench-static");
        Self::start(command, &logs.join("static.log"))
    }

    fn start(mut command: Command, log: &PathBuf) -> Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, process::free_port()?));
        let output = File::create(log)?;
        command
            .arg(format!("--listen={address}"))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let begin = Instant::now();
        let process = command.spawn().context("could not start the server")?;
        let mut server = Self {
            process,
            address,
            started_in: Duration::ZERO,
        };
        while !http::get(address, "/v1/health").is_ok_and(|answer| answer.status == 200) {
            if let Some(status) = server.process.try_wait()? {
                bail!("the server ended ({status}); see {}", log.display());
            }
            if begin.elapsed() > READY_WITHIN {
                bail!(
                    "the server is not ready after {READY_WITHIN:?}; see {}",
                    log.display()
                );
            }
            std::thread::sleep(READY_POLL);
        }
        server.started_in = begin.elapsed();
        Ok(server)
    }

    /// Exchanges the seeded agent's key for a token.
    pub(super) fn token(&self, seed: &Seed) -> Result<String> {
        #[derive(Deserialize)]
        struct TokenResponse {
            access_token: String,
        }
        let body = serde_json::json!({ "agent_id": seed.agent_id, "api_key": seed.api_key });
        let answer = http::post(self.address, "/v1/auth/agent-token", &body.to_string())?;
        if answer.status != 200 {
            bail!("the token exchange answered {}", answer.status);
        }
        let response: TokenResponse = serde_json::from_str(&answer.body)?;
        Ok(response.access_token)
    }

    /// What the server says about its commits; `None` when it does not say.
    pub(super) fn commit_statistics(&self) -> Option<CommitStatistics> {
        let answer = http::get(self.address, "/internal/commit-stats").ok()?;
        (answer.status == 200)
            .then(|| serde_json::from_str(&answer.body).ok())
            .flatten()
    }

    /// Memory that the process occupies, in MiB.
    pub(super) fn resident_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        resident_mib(&status).context("the kernel does not say how much memory the server uses")
    }

    /// CPU time that the process has used, in seconds.
    pub(super) fn cpu_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        cpu_seconds(&stat).context("the kernel does not say how much CPU time the server used")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The data are thrown away, and the vault must survive this anyway.
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("could not end the server: {error}");
        }
    }
}

/// A command that runs on the server's core and ends when this program does, even when that is killed.
/// Both wrappers replace themselves, so that the process id is the server's.
fn pinned(binary: &Path) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["-c", SERVER_CORE, "setpriv", "--pdeathsig", "KILL"])
        .arg(binary);
    command
}

fn resident_mib(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// User and system time in `/proc/<pid>/stat`. The name of the program, in parentheses, may hold spaces.
fn cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11);
    let user: f64 = times.next()?.parse().ok()?;
    let system: f64 = times.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_and_cpu_time_are_read() {
        let status = "Name:\t1claw\nVmPeak:\t  999 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(resident_mib(status), Some(10.0));
        assert_eq!(resident_mib("Name:\t1claw\n"), None);
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 8 0 1000 0 0";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("42 (x"), None);
    }

    #[test]
    fn our_own_process_can_be_read() {
        let stat = fs::read_to_string("/proc/self/stat").unwrap();
        assert!(cpu_seconds(&stat).is_some());
        let status = fs::read_to_string("/proc/self/status").unwrap();
        assert!(resident_mib(&status).unwrap() > 0.1);
    }

    #[test]
    fn the_seed_has_what_the_load_needs() {
        let json = r#"{"vault_id":"v","agent_id":"a","api_key":"k","extra":1}"#;
        let seed: Seed = serde_json::from_str(json).unwrap();
        assert_eq!((seed.vault_id.as_str(), seed.agent_id.as_str()), ("v", "a"));
        assert!(serde_json::from_str::<Seed>(r#"{"vault_id":"v"}"#).is_err());
    }
}
