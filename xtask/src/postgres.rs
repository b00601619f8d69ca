//! A throw-away PostgreSQL server for the tests.
//!
//! Invariant: the server never outlives this program. Its life is tied to a pipe that only this program holds, so it
//! stops when [`Postgres`] is dropped, after a failure, after Ctrl-C and even when this program is killed.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{process, setup};

/// Where the tests find their server. A person who sets it has one, and needs no other.
pub(crate) const URL_VARIABLE: &str = "TEST_POSTGRES_URL";

/// Another program may take the port between choosing it and listening on it.
const ATTEMPTS: u32 = 3;

/// Whether a server keeps what it acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    On,
    Off,
}

/// A running server; dropping it stops the server and removes its data.
pub(crate) struct Postgres {
    keeper: Child,
    port: u16,
}

impl Postgres {
    /// Creates an empty cluster for tests and waits until it accepts connections (about two seconds). It keeps nothing
    /// when the machine fails.
    pub(crate) fn start() -> Result<Self> {
        Self::start_with(Durability::Off)
    }

    /// Like [`Self::start`], but durable and on a real disk, as in production: for measuring.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::start_with(Durability::On)
    }

    fn start_with(durability: Durability) -> Result<Self> {
        let programs =
            find_programs().context("PostgreSQL is not installed; run `cargo xtask setup`")?;
        for _ in 0..ATTEMPTS {
            if let Some(server) = Self::try_start(&programs, process::free_port()?, durability)? {
                return Ok(server);
            }
        }
        bail!("PostgreSQL did not start in {ATTEMPTS} attempts; its messages are above")
    }

    /// The address of the server, under which the superuser `postgres` may create databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/", self.port)
    }

    fn try_start(programs: &Path, port: u16, durability: Durability) -> Result<Option<Self>> {
        let mut command = keeper_command();
        if durability == Durability::On {
            // The usual temporary folder may be in memory, where durable writes cost nothing.
            command.env("TMPDIR", "/var/tmp");
        }
        let mut keeper = command
            .arg("-c")
            .arg(include_str!("postgres.sh"))
            .arg("oneclaw-postgres")
            .arg(programs)
            .arg(port.to_string())
            .args((durability == Durability::On).then_some("durable"))
            // The server's account may have no right to be in the checkout.
            .current_dir("/")
            // Out of the terminal's process group: Ctrl-C must reach the keeper as a closed pipe, after which it cleans up.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start a shell for PostgreSQL")?;
        let stdout = keeper.stdout.take().context("the shell has no output")?;
        let server = Self { keeper, port };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        Ok((line.trim_end() == "ready").then_some(server))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("could not wait for PostgreSQL to stop: {error}");
        }
    }
}

/// The folder that holds `initdb` and `pg_ctl`: Debian keeps them out of the search path, one folder per version.
pub(crate) fn find_programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| holds_server(folder))
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder).or_else(|| {
        let folder = process::find_program("initdb")?.parent()?.to_path_buf();
        holds_server(&folder).then_some(folder)
    })
}

fn holds_server(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

/// PostgreSQL refuses to run as root, so root hands it to the account that Debian's package creates.
fn keeper_command() -> Command {
    if setup::is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    #[test]
    fn a_server_answers_while_it_is_held_and_is_gone_afterwards() {
        if find_programs().is_none() && process::variable(URL_VARIABLE).is_some() {
            eprintln!("a server was given and none is installed: nothing to start");
            return;
        }
        let server = Postgres::start().unwrap();
        let port = server.port;
        let sql = |statement: &str| {
            process::output(
                Command::new(find_programs().unwrap().join("psql"))
                    .arg(format!("{}postgres", server.url()))
                    .args(["--no-psqlrc", "-Atc", statement]),
            )
        };
        sql("CREATE DATABASE proof").unwrap();
        assert_eq!(sql("SHOW fsync").unwrap().trim(), "off");
        let data = PathBuf::from(sql("SHOW data_directory").unwrap().trim());
        assert!(sql("SELECT no_such_column").is_err());

        drop(server);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert!(!data.exists(), "{} was left behind", data.display());
    }

    #[test]
    fn a_folder_without_a_server_is_not_taken_for_one() {
        assert!(!holds_server(Path::new("/")));
    }
}
