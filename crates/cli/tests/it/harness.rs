//! Processes of `1claw`, and HTTP as a program without our client would speak it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use oneclaw_client::transport::{Network, Transport as _};
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Instant, interval};

/// Far longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(5);
pub(crate) const PASSWORD: &str = "copper-meadow-signal-84";

/// The binary under test.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says which binary to test"
)]
pub(crate) fn binary() -> PathBuf {
    let named = std::env::var_os("ONECLAW_TEST_BINARY").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_1claw")))
}

/// A number from the environment, for tests that can be made longer.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment says how long to test"
)]
pub(crate) fn number_from_environment(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// A command with an environment of its own: nothing of the tester's settings reaches it.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Asks again and again until there is an answer.
pub(crate) async fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    let mut poll = interval(POLL);
    loop {
        poll.tick().await;
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < end, "waited in vain: {what}");
    }
}

/// How a server is to be started.
pub(crate) struct Start {
    command: Command,
    stderr: PathBuf,
}

impl Start {
    /// A server on a free port, with its data in `folder`. Limits per client are off, because all tests are one client.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with(command(&[]), folder)
    }

    /// The same through a wrapper that ends by executing the binary.
    pub(crate) fn with(mut command: Command, folder: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        command.args([
            "server",
            "--json",
            "--flood-limits=false",
            "--listen=127.0.0.1:0",
        ]);
        command.arg("--data-dir").arg(folder);
        // Next to the data, not in it: tests look into both.
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}.{number}.stderr", folder.file_name().unwrap().display());
        Self {
            command,
            stderr: folder.with_file_name(name),
        }
    }

    pub(crate) fn dev(self) -> Self {
        self.flag("--dev")
    }

    /// Links and tokens name the public URL, so a server that starts again on another free port needs one that stays.
    pub(crate) fn public_url(self) -> Self {
        self.flag("--public-url=http://vault.localhost")
    }

    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.command.arg(flag);
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Starts it; it answers requests when this returns.
    pub(crate) fn start(mut self) -> Server {
        self.command
            .stdout(Stdio::piped())
            .stderr(File::create(&self.stderr).unwrap());
        let mut process = self.command.spawn().unwrap();
        let mut reader = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let said = Arc::new(Mutex::new(line.clone()));
        let notice = serde_json::from_str(&line).unwrap_or_else(|_| {
            panic!(
                "the server did not start: {line}{}",
                fs::read_to_string(&self.stderr).unwrap()
            )
        });
        let heard = Arc::clone(&said);
        let listener = std::thread::spawn(move || {
            let mut rest = String::new();
            reader.read_to_string(&mut rest).unwrap();
            heard.lock().unwrap().push_str(&rest);
        });
        Server {
            process,
            notice,
            said,
            listener: Some(listener),
            stderr: self.stderr,
        }
    }
}

/// A running server; dropping it kills it.
pub(crate) struct Server {
    process: Child,
    notice: Value,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
    stderr: PathBuf,
}

impl Server {
    /// What it said when it was ready.
    pub(crate) fn notice(&self) -> &Value {
        &self.notice
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(&format!(
            "http://{}",
            self.notice["listen"].as_str().unwrap()
        ))
    }

    pub(crate) fn port(&self) -> u16 {
        let (_, port) = self.notice["listen"]
            .as_str()
            .unwrap()
            .rsplit_once(':')
            .unwrap();
        port.parse().unwrap()
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    /// Ends it as a crash would.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn signal(&self, signal: Signal) {
        rustix::process::kill_process(self.pid(), signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let status = eventually("the server ends", || self.process.try_wait().unwrap()).await;
        if let Some(listener) = self.listener.take() {
            listener.join().unwrap();
        }
        status
    }

    /// Asks it to stop, waits, and gives everything it has said.
    pub(crate) async fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let status = self.ended().await;
        assert!(status.success(), "{status}: {}", self.errors());
        format!("{}{}", self.said.lock().unwrap(), self.errors())
    }

    /// What it said on stderr.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder for one test, with a place for a vault in it.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub(crate) fn start_dev(&self) -> Server {
        Start::new(&self.data()).dev().public_url().start()
    }
}

/// An answer of the API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    /// `null` when the text is not JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// The JSON of a success.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.json
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Requests as `curl` would send them.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) url: String,
    network: Arc<Network>,
}

impl Api {
    pub(crate) fn new(url: &str) -> Self {
        // The binary chooses the cryptography of TLS; here nobody has.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self {
            url: url.to_owned(),
            network: Arc::new(Network::plain().unwrap()),
        }
    }

    /// Sends a request and waits for its answer, which may be none when the server goes away.
    pub(crate) async fn try_call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        let answer = self.network.send(request.body(body).unwrap()).await.ok()?;
        let text = String::from_utf8(answer.body().to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Some(Answer {
            status: answer.status().as_u16(),
            text,
            json,
        })
    }

    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Answer {
        let answer = self.try_call(method, path, token, body.as_ref()).await;
        answer.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, Some(token), None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, Some(token), Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("PUT", path, Some(token), Some(body)).await
    }

    /// Signs up on a demonstration server; gives a token.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self
            .call("POST", "/v1/auth/signup", None, Some(body))
            .await
            .ok();
        text(&answer, "access_token")
    }

    pub(crate) async fn sign_in(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = self
            .call("POST", "/v1/auth/token", None, Some(body))
            .await
            .ok();
        text(&answer, "access_token")
    }

    /// A human with a vault and an agent that may read and write everything in it.
    pub(crate) async fn populate(&self, email: &str) -> Populated {
        let human = self.sign_up(email).await;
        let vault = text(
            &self
                .post("/v1/vaults", &human, json!({ "name": "main" }))
                .await
                .ok(),
            "id",
        );
        let created = self
            .post("/v1/agents", &human, json!({ "name": "worker" }))
            .await
            .ok();
        let agent = text(&created["agent"], "id");
        let api_key = text(&created, "api_key");
        let policy = json!({
            "secret_path_pattern": "**",
            "principal_type": "agent",
            "principal_id": agent,
            "permissions": ["read", "write"],
        });
        self.post(&format!("/v1/vaults/{vault}/policies"), &human, policy)
            .await
            .ok();
        let token = self.exchange(&api_key).await;
        Populated {
            human,
            vault,
            agent,
            api_key,
            token,
        }
    }

    pub(crate) async fn exchange(&self, api_key: &str) -> String {
        let body = json!({ "api_key": api_key });
        let answer = self
            .call("POST", "/v1/auth/agent-token", None, Some(body))
            .await
            .ok();
        text(&answer, "access_token")
    }

    /// The log as exported, and a checkpoint taken just before: note and verifier key.
    pub(crate) async fn export_log(&self, human: &str) -> Log {
        let checkpoint = self.get("/v1/audit/checkpoint", human).await.ok();
        let export = self.get("/v1/audit/export", human).await;
        assert_eq!(export.status, 200);
        Log {
            export: export.text,
            note: text(&checkpoint, "note"),
            key: text(&checkpoint, "verifier_key"),
        }
    }
}

/// What [`Api::populate`] made.
#[derive(Clone, Debug)]
pub(crate) struct Populated {
    pub(crate) human: String,
    pub(crate) vault: String,
    pub(crate) agent: String,
    pub(crate) api_key: String,
    pub(crate) token: String,
}

impl Populated {
    pub(crate) fn secret(&self, path: &str) -> String {
        format!("/v1/vaults/{}/secrets/{path}", self.vault)
    }
}

/// An exported log and what is needed to check it.
pub(crate) struct Log {
    pub(crate) export: String,
    pub(crate) note: String,
    pub(crate) key: String,
}

impl Log {
    /// Runs `1claw audit verify` on it.
    pub(crate) fn verify(&self) -> Output {
        let folder = Folder::new();
        let export = folder.write("audit.jsonl", self.export.as_bytes());
        let note = folder.write("checkpoint.txt", self.note.as_bytes());
        run(&[
            "audit",
            "verify",
            &export,
            "--checkpoint",
            &note,
            "--key",
            &self.key,
            "--json",
        ])
    }

    #[track_caller]
    pub(crate) fn assert_valid(&self) {
        let output = self.verify();
        assert!(output.status.success(), "{}", stderr(&output));
    }

    /// The entries.
    pub(crate) fn entries(&self) -> Vec<Value> {
        self.export
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A month from now, as an expiry.
pub(crate) fn next_month() -> Timestamp {
    SystemClock.now().plus(Duration::from_hours(30 * 24))
}

/// A field that is text.
#[track_caller]
pub(crate) fn text(json: &Value, field: &str) -> String {
    json[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {json}"))
        .to_owned()
}
