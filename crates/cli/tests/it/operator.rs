//! What an operator does beside a running server: mails, master key, check-up.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::{Folder, command, run, stderr, stdout, text};

fn json_of(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

#[tokio::test]
async fn mails_that_stay_here_can_be_read() {
    let folder = Folder::new();
    let server = folder.start_dev();
    server.api().sign_up("alice@example.com").await;
    let enroll = json!({ "name": "my-agent", "human_email": "alice@example.com" });
    server
        .api()
        .call("POST", "/v1/agents/enroll", None, Some(enroll))
        .await
        .ok();
    let data = folder.data();
    let outbox = ["server", "outbox", "--data-dir", data.to_str().unwrap()];
    let mails = json_of(&outbox);
    let mail = mails
        .as_array()
        .unwrap()
        .iter()
        .find(|mail| mail["kind"] == "enrollment_request")
        .unwrap();
    assert_eq!(
        (&mail["recipient"], &mail["status"]),
        (&json!("alice@example.com"), &json!("kept"))
    );
    assert_eq!(mail["text"], Value::Null, "a list shows no text");
    let id = text(mail, "id");
    let table = stdout(&run(&outbox));
    assert!(table.starts_with("ID ") && table.contains(&id), "{table}");

    let shown = stdout(&run(&[&outbox[..], &["show", &id]].concat()));
    assert!(
        shown.contains("my-agent") && shown.contains("/enroll/enr_"),
        "{shown}"
    );
    let unknown = run(&[
        &outbox[..],
        &["show", "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d"],
    ]
    .concat());
    assert_eq!(unknown.status.code(), Some(5));
    let nonsense = run(&[&outbox[..], &["show", "nonsense"]].concat());
    assert_eq!(nonsense.status.code(), Some(2));
}

#[tokio::test]
async fn the_master_key_rotates_under_a_running_server() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    let path = populated.secret("before");
    api.put(&path, &populated.token, json!({ "value": "old" }))
        .await
        .ok();
    let key_file = folder.data().join("master.key");
    let before = fs::read_to_string(&key_file).unwrap();

    let data = folder.data();
    let rotation = json_of(&["server", "rotate-key", "--data-dir", data.to_str().unwrap()]);
    assert!(rotation["vault_keys"].as_u64().unwrap() >= 1, "{rotation}");
    let after = fs::read_to_string(&key_file).unwrap();
    let keys = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!((keys(&before).len(), keys(&after).len()), (1, 1));
    assert_ne!(keys(&before), keys(&after));
    assert!(keys(&after)[0].contains(&text(&rotation, "key_id")));

    // The running server goes on, with old and new vaults.
    assert_eq!(
        text(&api.get(&path, &populated.token).await.ok(), "value"),
        "old"
    );
    let vault = text(
        &api.post("/v1/vaults", &populated.human, json!({ "name": "later" }))
            .await
            .ok(),
        "id",
    );
    let later = format!("/v1/vaults/{vault}/secrets/x");
    api.put(&later, &populated.human, json!({ "value": "new" }))
        .await
        .ok();
    server.stop().await;

    // So does one that knows the new key alone.
    let server = folder.start_dev();
    assert_eq!(
        text(
            &server.api().get(&path, &populated.token).await.ok(),
            "value"
        ),
        "old"
    );
    assert_eq!(
        text(
            &server.api().get(&later, &populated.human).await.ok(),
            "value"
        ),
        "new"
    );
}

#[test]
fn commands_on_a_vault_that_is_not_there_make_none() {
    let folder = Folder::new();
    let data = folder.data();
    for name in ["outbox", "rotate-key"] {
        let output = run(&["server", name, "--data-dir", data.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("there is no vault"),
            "{}",
            stderr(&output)
        );
    }
    assert!(!data.exists());
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one examination, finding by finding")]
async fn the_doctor_finds_what_would_hurt() {
    let folder = Folder::new();
    let server = folder.start_dev();
    server.stop().await;
    let data = folder.data();
    let examine = |flags: &[&str]| {
        let output = command(&[
            "server",
            "doctor",
            "--json",
            "--data-dir",
            data.to_str().unwrap(),
        ])
        .args(flags)
        .output();
        let output = output.unwrap();
        let findings: Value = serde_json::from_str(&stdout(&output)).unwrap();
        (output.status.code(), findings.as_array().unwrap().clone())
    };
    let verdict = |findings: &[Value], check: &str| {
        let finding = findings.iter().find(|finding| finding["check"] == check);
        finding.map(|finding| text(finding, "verdict"))
    };
    let says = |verdict: &str| Some(verdict.to_owned());

    let (code, findings) = examine(&[]);
    assert_eq!(code, Some(0), "{findings:?}");
    assert_eq!(
        verdict(&findings, "master key"),
        says("caution"),
        "it lies beside the data"
    );
    assert_eq!(verdict(&findings, "demonstration"), says("caution"));
    assert_eq!(verdict(&findings, "data folder"), says("good"));
    assert_eq!(verdict(&findings, "disk space"), says("good"));

    for (check, expected) in [("structure", "good"), ("schema", "good"), ("keys", "good")] {
        assert_eq!(
            verdict(&findings, check),
            says(expected),
            "{check}: {findings:?}"
        );
    }

    let (code, findings) = examine(&[
        "--metrics-listen=0.0.0.0:9110",
        "--public-url=http://vault.example.org",
        "--trusted-proxies=0.0.0.0/0",
    ]);
    assert_eq!(code, Some(1));
    assert_eq!(verdict(&findings, "metrics"), says("caution"));
    assert_eq!(verdict(&findings, "public URL"), says("bad"));
    assert_eq!(verdict(&findings, "trusted proxies"), says("bad"));

    let mailing = [
        "--public-url=https://vault.example.org",
        "--mail-url=smtps://mail.example.org",
    ];
    assert_eq!(
        verdict(&examine(&mailing).1, "key delivery"),
        says("caution")
    );
    let by_link = [&mailing[..], &["--key-delivery=link"]].concat();
    assert_eq!(verdict(&examine(&by_link).1, "key delivery"), says("good"));

    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(data.join("1claw.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let config = "mail_url = \"smtps://vault:hunter2@mail.example.org\"\n";
    fs::write(data.join("1claw.toml"), config).unwrap();
    fs::set_permissions(data.join("1claw.toml"), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, findings) = examine(&[]);
    assert_eq!(code, Some(1));
    for check in ["data folder", "database", "config file"] {
        assert_eq!(
            verdict(&findings, check),
            says("bad"),
            "{check}: {findings:?}"
        );
    }
    assert!(!format!("{findings:?}").contains("hunter2"));
    // Whatever is not good says what to do.
    for finding in &findings {
        assert_eq!(
            finding["verdict"] == "good",
            finding["advice"].is_null(),
            "{finding}"
        );
    }

    // Another vault's key, and a database with a hole in it.
    let strangers = Folder::new();
    strangers.start_dev().stop().await;
    fs::copy(strangers.data().join("master.key"), data.join("master.key")).unwrap();
    let (code, findings) = examine(&[]);
    assert_eq!(
        (code, verdict(&findings, "keys")),
        (Some(1), says("bad")),
        "{findings:?}"
    );
    let file = data.join("1claw.db");
    let mut bytes = fs::read(&file).unwrap();
    let end = bytes.len();
    bytes[8192..end].fill(0);
    fs::write(&file, bytes).unwrap();
    let (code, findings) = examine(&[]);
    assert_eq!(code, Some(1));
    assert!(
        ["structure", "database"]
            .iter()
            .any(|check| verdict(&findings, check) == says("bad")),
        "{findings:?}"
    );
}

#[test]
fn the_description_of_the_api_is_printed() {
    let output = run(&["openapi"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(text(&document, "openapi").starts_with("3.1"));
    assert!(document["paths"]["/v1/agents/enroll"]["post"].is_object());
}
