//! A real SMTP server (Python's aiosmtpd) for one test.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{Duration, timeout};

/// Nothing that a test waits for takes this long, unless it is never going to happen.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server; it ends with this value.
pub(crate) struct SmtpServer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub(crate) port: u16,
}

/// A mail that the server took.
#[derive(Deserialize)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
    pub(crate) tls: bool,
    pub(crate) authenticated: bool,
}

#[derive(Deserialize)]
struct Listening {
    port: u16,
}

impl SmtpServer {
    /// Starts a server. The arguments are those of `smtp_server.py`.
    pub(crate) async fn start(arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mail/tests/smtp_server.py");
        let mut child = Command::new(python())
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("Python starts");
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self {
            child,
            lines,
            port: 0,
        };
        server.port = server.line::<Listening>().await.port;
        server
    }

    /// The URL of the server.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The next mail that it takes.
    pub(crate) async fn mail(&mut self) -> Taken {
        self.line().await
    }

    /// Stops the server and returns what it took and nobody asked for yet.
    pub(crate) async fn stop(mut self) -> Vec<Taken> {
        drop(self.child.stdin.take());
        let mut rest = Vec::new();
        while let Some(line) = timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("the server ends")
            .unwrap()
        {
            rest.push(serde_json::from_str(&line).unwrap());
        }
        self.child.wait().await.unwrap();
        rest
    }

    async fn line<T: DeserializeOwned>(&mut self) -> T {
        let line = timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("the server says something")
            .unwrap();
        serde_json::from_str(&line.expect("the server runs")).unwrap()
    }
}

/// The interpreter that has aiosmtpd: `TEST_SMTP_PYTHON`, or the one that `cargo xtask setup` makes.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by the environment where the interpreter is"
)]
fn python() -> PathBuf {
    let named = std::env::var_os("TEST_SMTP_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-python/bin/python")
    });
    assert!(
        python.exists(),
        "no Python with aiosmtpd: run `cargo xtask setup`, or set TEST_SMTP_PYTHON"
    );
    python
}
