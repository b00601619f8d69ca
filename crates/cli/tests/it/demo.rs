//! `1claw demo`.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{Folder, command, run, stderr, stdout};

/// The values that the demonstration stores all have this in them, and so have keys and tokens these.
const SECRETS: [&str; 5] = ["-demo-", "ocv_", "eyJ", "enr_", "rev_"];
/// Except for the name that the demonstration goes by.
const PROGRAM: &str = "1claw-demo";

#[track_caller]
fn assert_no_secret(said: &str) {
    let said = said.replace(PROGRAM, "");
    for secret in SECRETS {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[test]
fn the_demonstration_explains_every_step_and_prints_no_value() {
    let output = run(&["demo", "--exit"]);
    let said = stdout(&output);
    assert!(output.status.success(), "{said}{}", stderr(&output));
    for part in [
        "1. A human opens an account",
        "POST /v1/agents/enroll",
        "201 Created",
        "POST /v1/auth/agent-token",
        "403 Forbidden",
        "GET /v1/audit/export",
        "complete, unchanged and in order",
        "Every step came out as it should",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert_eq!(stderr(&output), "", "nothing went wrong on the way");
    assert!(!said.contains('\u{1b}'), "no colours into a pipe");
    assert_no_secret(&said);
}

#[test]
fn it_plays_again_and_again_on_one_server() {
    let folder = Folder::new();
    let server = folder.start_dev();
    for _ in 0..2 {
        let output = run(&["demo", "--url", &server.api().url]);
        assert!(
            output.status.success(),
            "{}{}",
            stdout(&output),
            stderr(&output)
        );
        assert_no_secret(&stdout(&output));
    }
}

#[test]
fn a_server_that_is_not_there_or_not_for_playing_is_said_so() {
    let output = run(&["demo", "--url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(9));
    assert!(
        stderr(&output).contains("cannot be reached"),
        "{}",
        stderr(&output)
    );

    let folder = Folder::new();
    let server = crate::harness::Start::new(&folder.data()).start();
    let output = run(&["demo", "--url", &server.api().url]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--dev"), "{}", stderr(&output));
}

#[test]
fn it_leaves_the_server_running_until_interrupted_and_then_nothing_behind() {
    let folder = Folder::new();
    let mut demo = command(&["demo"])
        .env("TMPDIR", folder.path(""))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reader = BufReader::new(demo.stdout.take().unwrap());
    let mut verify = None;
    let mut line = String::new();
    while !line.contains("Ctrl-C") {
        line.clear();
        assert_ne!(
            reader.read_line(&mut line).unwrap(),
            0,
            "the demonstration ended by itself"
        );
        if let Some((_, arguments)) = line.split_once("1claw audit verify ") {
            verify = Some(arguments.trim().to_owned());
        }
    }
    // The printed command proves the log while everything is still there.
    let verify = verify.unwrap();
    let arguments: Vec<_> = ["audit", "verify"]
        .into_iter()
        .chain(verify.split(' '))
        .collect();
    let output = run(&arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stdout(&output).starts_with("verified:"),
        "{}",
        stdout(&output)
    );

    kill_process(Pid::from_child(&demo), Signal::INT).unwrap();
    reader.read_to_string(&mut line).unwrap();
    assert!(demo.wait().unwrap().success());
    assert_eq!(
        std::fs::read_dir(folder.path("")).unwrap().count(),
        0,
        "its data are gone"
    );
}

#[test]
fn two_human_acts_and_no_copied_value_lead_to_the_first_secret() {
    let output = run(&["demo", "--paired"]);
    let said = stdout(&output);
    assert!(output.status.success(), "{said}{}", stderr(&output));
    for part in [
        "Human act 1: open the link",
        "Human act 2: compare four words and approve",
        "2 human acts (open the link; compare four words and approve), 0 values copied, ",
        " ms from asking to the first secret.",
    ] {
        assert!(said.contains(part), "no {part:?} in {said}");
    }
    assert!(!said.contains("Human act 3"), "{said}");
    assert!(
        !said.contains("api_key"),
        "there is no key to carry: {said}"
    );
    assert_no_secret(&said);
    assert_eq!(stderr(&output), "", "nothing went wrong on the way");
}
