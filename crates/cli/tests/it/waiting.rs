//! Waits: what programs and people hear meanwhile, and that a stopped wait leaves nothing half done.

use std::io::BufReader;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::harness::{Folder, PASSWORD, stderr, text};
use crate::person::Person;

/// The next line that a command prints.
fn next(lines: &mut impl std::io::BufRead) -> Value {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"))
}

#[tokio::test]
async fn a_sign_in_tells_programs_what_it_waits_for_and_leaves_nothing_behind() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let human = api.sign_up("alice@example.com").await;
    let person = Person::new(&api.url);
    let begin = || {
        let mut command = person.command(&["login", "--json"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap());
        (process, lines)
    };
    let (mut first, mut lines) = begin();
    assert_eq!(next(&mut lines)["event"], "authorization_required");
    assert_eq!(next(&mut lines)["event"], "waiting");
    kill_process(Pid::from_child(&first), Signal::INT).unwrap();
    let status = first.wait().unwrap();
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(2)
    );
    let state = person.home.path(".local/state/1claw/credentials.json");
    assert!(!state.exists(), "nothing is saved");

    let (mut second, mut lines) = begin();
    let asked = next(&mut lines);
    assert_eq!(next(&mut lines)["user_code"], asked["user_code"]);
    let code = json!({ "user_code": asked["user_code"] });
    api.post("/v1/auth/device/approve", &human, code).await.ok();
    assert_eq!(next(&mut lines)["event"], "signed_in");
    assert!(second.wait().unwrap().success());
}

#[tokio::test]
async fn an_agent_waits_for_an_approval() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    let alice = Person::signed_in(&api.url, "alice@example.com");
    let worker = Person::new(&api.url);
    let start = |arguments: &[&str]| {
        let mut command = worker.command(arguments);
        command
            .env("ONECLAW_AGENT_API_KEY", &populated.api_key)
            .env("ONECLAW_VAULT_ID", &populated.vault)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    for (word, code) in [("approve", 0), ("deny", 3)] {
        let path = format!("db/{word}");
        let asked = start(&["approval", "request", &path, "--action", "delete", "--json"]);
        let asked = asked.wait_with_output().unwrap();
        let asked: Value = serde_json::from_slice(&asked.stdout).unwrap();
        let id = text(&asked, "id");
        let mut waiting = start(&["approval", "wait", &id, "--json"]);
        let mut lines = BufReader::new(waiting.stdout.take().unwrap());
        let event = next(&mut lines);
        assert_eq!(
            (&event["event"], &event["approval_request_id"]),
            (&json!("waiting"), &asked["id"])
        );
        let decided = if word == "approve" {
            // Giving away the right to delete has to be confirmed.
            let refused = alice.run(None, &["approval", "approve", &id]);
            assert_eq!(refused.status.code(), Some(6), "{}", stderr(&refused));
            assert!(
                stderr(&refused).contains("--confirm-file"),
                "{}",
                stderr(&refused)
            );
            alice.run(
                Some(PASSWORD),
                &["approval", "approve", &id, "--confirm-file", "-"],
            )
        } else {
            alice.run(None, &["approval", "deny", &id, "--reason", "no need"])
        };
        assert!(decided.status.success(), "{}", stderr(&decided));
        assert_eq!(waiting.wait().unwrap().code(), Some(code), "{word}");
    }
    // Whose patience ends hears how to go on.
    let asked = start(&["approval", "request", "db/late", "--wait=1s"]);
    let output = asked.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(124), "{}", stderr(&output));
    let said = stderr(&output);
    assert!(
        said.contains("waiting for a decision on ") && said.contains("1claw approval wait "),
        "{said}"
    );
}
