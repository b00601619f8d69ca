//! `1claw agent enroll --wait`: from no credential to the first command, and nothing is copied.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};

use serde_json::{Value, json};

use crate::harness::{Api, Folder, stderr, stdout, text};
use crate::person::Person;

/// A command that waits for its human.
struct Waiting {
    process: Child,
    lines: BufReader<std::process::ChildStdout>,
    requested: Value,
}

impl Waiting {
    fn begin(machine: &Person) -> Self {
        let arguments = [
            "agent",
            "enroll",
            "bot",
            "--email",
            "alice@example.com",
            "--wait",
            "--json",
        ];
        let mut process = machine
            .command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        let requested: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(requested["event"], "requested");
        Self {
            process,
            lines,
            requested,
        }
    }

    async fn request(&self, api: &Api, human: &str) -> Value {
        let url = text(&self.requested, "approval_url");
        let token = url.rsplit('/').next().unwrap();
        let found = api
            .post("/v1/enrollments/lookup", human, json!({ "token": token }))
            .await
            .ok();
        assert_eq!(found["fingerprint"], self.requested["fingerprint"]);
        found
    }

    /// The last line, and the exit code.
    fn end(mut self) -> (Value, i32) {
        let mut last = Value::Null;
        for line in self.lines.by_ref().lines() {
            last = serde_json::from_str(&line.unwrap()).unwrap();
        }
        let status = self.process.wait().unwrap();
        (last, status.code().unwrap())
    }
}

#[tokio::test]
async fn an_agent_enrolls_itself_and_works_with_its_own_key() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let human = api.sign_up("alice@example.com").await;
    let machine = Person::new(&api.url);

    // An interrupted wait goes on with the same request.
    let mut first = Waiting::begin(&machine);
    let phrase = text(&first.requested, "phrase");
    first.process.kill().unwrap();
    first.process.wait().unwrap();
    let waiting = Waiting::begin(&machine);
    assert_eq!(text(&waiting.requested, "phrase"), phrase);

    let request = waiting.request(&api, &human).await;
    let approve = format!("/v1/enrollments/{}/approve", text(&request, "id"));
    let approved = api
        .post(&approve, &human, json!({ "phrase": phrase }))
        .await
        .ok();
    let (last, code) = waiting.end();
    assert_eq!((&last["event"], code), (&json!("approved"), 0));
    assert_eq!(last["agent_id"], approved["agent"]["id"]);

    let file = text(&last, "key_file");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for arguments in [&["whoami", "--json"][..], &["vault", "list"]] {
        let output = machine.run(None, arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let private = kept[&api.url]["bot"]["private_key"].as_str().unwrap();
        assert!(!stdout(&output).contains(private));
    }
    let me = machine.run(None, &["whoami", "--json"]);
    assert!(
        stdout(&me).contains(last["agent_id"].as_str().unwrap()),
        "{}",
        stdout(&me)
    );

    // By name, where there are several; and a second of the same name is refused with a way on.
    let named = machine
        .command(&["whoami"])
        .env("ONECLAW_AGENT", "bot")
        .output()
        .unwrap();
    assert!(named.status.success(), "{}", stderr(&named));
    let unknown = machine
        .command(&["whoami"])
        .env("ONECLAW_AGENT", "cat")
        .output()
        .unwrap();
    assert_eq!(unknown.status.code(), Some(4));
    let twice = machine.run(None, &["agent", "enroll", "bot", "--wait"]);
    assert_eq!(twice.status.code(), Some(8));
    assert!(
        stderr(&twice).contains("ONECLAW_AGENT=bot"),
        "{}",
        stderr(&twice)
    );
}

#[tokio::test]
async fn a_denied_agent_hears_so_and_keeps_nothing() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let human = api.sign_up("alice@example.com").await;
    let machine = Person::new(&api.url);
    let waiting = Waiting::begin(&machine);
    let request = waiting.request(&api, &human).await;
    let deny = format!("/v1/enrollments/{}/deny", text(&request, "id"));
    let _ = api.post(&deny, &human, json!({})).await.ok();
    let (_, code) = waiting.end();
    assert_eq!(code, 6);
    let output = machine.run(None, &["whoami"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
}
