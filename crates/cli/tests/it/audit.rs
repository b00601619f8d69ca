//! `1claw audit verify`: an exported log is checked with nothing but files.

use serde_json::{Value, json};

use crate::harness::{Folder, Log, run, stderr, stdout};

async fn log() -> Log {
    let folder = Folder::new();
    let server = folder.start_dev();
    let populated = server.api().populate("alice@example.com").await;
    server
        .api()
        .put(
            &populated.secret("a"),
            &populated.token,
            json!({ "value": "1" }),
        )
        .await
        .ok();
    server
        .api()
        .get(&populated.secret("a"), &populated.token)
        .await
        .ok();
    server.api().export_log(&populated.human).await
}

#[tokio::test]
async fn what_was_proven_is_said() {
    let log = log().await;
    let output = log.verify();
    assert!(output.status.success(), "{}", stderr(&output));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["verified"], true);
    assert_eq!(report["proven"], log.entries().len());
    assert_eq!(report["unproven"], 0);
    assert!(log.note.starts_with(report["origin"].as_str().unwrap()));
}

#[tokio::test]
async fn every_kind_of_tampering_is_found_and_located() {
    let log = log().await;
    let lines: Vec<&str> = log.export.lines().collect();
    let joined = |lines: &[&str]| lines.join("\n") + "\n";
    let edited = log.export.replacen("secret.read", "secret.list", 1);
    let line = lines
        .iter()
        .position(|line| line.contains("secret.read"))
        .unwrap()
        + 1;
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    for (export, expected) in [
        (edited, format!("line {line}:")),
        (
            joined(&[&lines[..2], &lines[3..]].concat()),
            "line 3:".to_owned(),
        ),
        (joined(&swapped), "line 2:".to_owned()),
        (joined(&lines[..lines.len() - 1]), "cut off".to_owned()),
        (
            log.export.replacen("{\"seq\"", "{\"extra\":1,\"seq\"", 1),
            "line 1:".to_owned(),
        ),
        (String::new(), "cut off".to_owned()),
    ] {
        let output = Log {
            export,
            note: log.note.clone(),
            key: log.key.clone(),
        }
        .verify();
        assert_eq!(output.status.code(), Some(10), "{expected}");
        assert_eq!(stdout(&output), "", "a failed check proves nothing");
        let error: Value = serde_json::from_str(&stderr(&output)).unwrap();
        let reason = error["error"]["reason"].as_str().unwrap();
        assert!(reason.contains(&expected), "no {expected} in {reason}");
    }
}

#[tokio::test]
async fn a_checkpoint_of_somebody_else_proves_nothing() {
    let (log, other) = (log().await, log().await);
    let with = |note: &str, key: &str| {
        let log = Log {
            export: log.export.clone(),
            note: note.to_owned(),
            key: key.to_owned(),
        };
        log.verify().status.code()
    };
    assert_eq!(with(&log.note, &log.key), Some(0));
    assert_eq!(with(&log.note, &other.key), Some(10), "another key");
    assert_eq!(with(&other.note, &log.key), Some(10), "another note");
    assert_eq!(with(&other.note, &other.key), Some(10), "another log");
    assert_eq!(
        with(&log.note.replacen('1', "2", 1), &log.key),
        Some(10),
        "an edited note"
    );
}

#[tokio::test]
async fn files_and_stdin_are_read_and_what_is_missing_is_named() {
    let log = log().await;
    let folder = Folder::new();
    let export = folder.write("audit.jsonl", log.export.as_bytes());
    // With a newline more than the server sent, as `jq -r` adds it.
    let note = folder.write("checkpoint.txt", format!("{}\n", log.note).as_bytes());
    let key = folder.write("key.txt", format!("{}\n", log.key).as_bytes());

    let output = run(&[
        "audit",
        "verify",
        &export,
        "--checkpoint",
        &note,
        "--key",
        &key,
    ]);
    assert!(
        output.status.success() && stdout(&output).starts_with("verified: "),
        "{}",
        stderr(&output)
    );
    let piped =
        crate::harness::command(&["audit", "verify", "-", "--checkpoint", &note, "--key", &key])
            .stdin(std::fs::File::open(&export).unwrap())
            .output()
            .unwrap();
    assert!(piped.status.success(), "{}", stderr(&piped));

    let missing = run(&[
        "audit",
        "verify",
        "/nowhere/audit.jsonl",
        "--checkpoint",
        &note,
        "--key",
        &key,
    ]);
    assert_eq!(missing.status.code(), Some(5));
    assert!(stderr(&missing).contains("/nowhere/audit.jsonl"));
    let no_key = run(&[
        "audit",
        "verify",
        &export,
        "--checkpoint",
        &note,
        "--key",
        &note,
    ]);
    assert_eq!(no_key.status.code(), Some(2), "{}", stderr(&no_key));
}
