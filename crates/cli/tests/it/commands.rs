//! Transcripts of commands: success, and the error that people meet most.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::{Folder, PASSWORD, Start, stderr, stdout, text};
use crate::journey::{Mailing, word_after};
use crate::person::{Person, feed};

#[tokio::test]
async fn an_account_is_looked_after_from_the_terminal() {
    let folder = Folder::new();
    let vault = Mailing::start(&folder, Start::new(&folder.data()).dev());
    vault.api.sign_up("alice@example.com").await;
    let alice = Person::signed_in(&vault.api.url, "alice@example.com");
    let mut story = alice.play(
        "forgot-password alice@example.com
         forgot-password
         reset-password --token rst_hunter2
         reset-password
         set-password --password-file new",
    );
    let mail = vault.mail("alice@example.com", "/reset-password/").await;
    alice.home.write("link", mail_link(&mail).as_bytes());
    alice.home.write("new", b"lantern-orchard-violet-73\n");
    alice.home.write("wrong", b"not-the-password-at-all\n");
    alice.home.write("old", PASSWORD.as_bytes());
    alice.home.write("newer", b"marble-harbour-thistle-19\n");
    story += &alice.play(
        "reset-password --token-file nothing --password-file new
         reset-password --token-file link --password-file new
         reset-password --token-file link --password-file new
         login --email alice@example.com --password-file old
         login --email alice@example.com --password-file new
         set-password --password-file newer
         set-password --current-file wrong --password-file newer
         set-password --current-file new --password-file newer
         login --email alice@example.com --password-file newer
         change-email alicia@example.com
         change-email --code-file wrong",
    );
    let mail = vault.mail("alicia@example.com", "").await;
    alice.home.write("code", code_in(&mail).as_bytes());
    story += &alice.play("change-email --code-file code\n whoami");
    assert_eq!(
        story.matches("hunter2").count(),
        1,
        "only in what was typed"
    );
    insta::assert_snapshot!(story);
}

/// The link of a mail, whole, as people paste it.
fn mail_link(mail: &str) -> String {
    format!(
        "http://anything/reset-password/{}",
        word_after(mail, "/reset-password/")
    )
}

/// The first six digits that stand alone.
fn code_in(mail: &str) -> String {
    mail.split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == 6)
        .unwrap()
        .to_owned()
}

/// A signed-in owner of a vault with a secret.
async fn owner(folder: &Folder, start: Start) -> (crate::harness::Server, Person) {
    let server = start.start();
    server.api().sign_up("alice@example.com").await;
    let alice = Person::signed_in(&server.api().url, "alice@example.com");
    alice.get(None, "vault create main");
    alice.get(Some("one"), "secret set db/password --type password");
    let _ = folder;
    (server, alice)
}

#[tokio::test]
async fn secrets_are_compared_restored_copied_and_moved() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder, Start::new(&folder.data()).dev().public_url()).await;
    alice.get(None, "vault create other");
    alice.get(None, "vault link main");
    let mut story = alice.play(
        r#"secret diff db/password
        secret set db/password <<< two
        secret diff db/password
        secret diff db/password --json
        secret restore db/password --version 1
        secret get db/password
        secret diff db/password --from 1 --to 3
        secret restore db/password --version 9
        secret set app/config <<< {"user":"u","password":"hunter2"}
        secret set app/config <<< {"user":"v","port":1}
        secret diff app/config
        secret copy db/password db/copy
        secret copy db/password db/copy
        secret copy db/password db/copy --force
        secret copy db/password db/password
        secret copy db/password db/password --to-vault other
        secret get db/password --vault other
        secret move db/copy db/moved
        secret move db/copy db/moved --yes
        secret get db/copy
        secret get db/moved
        secret generate api/token --length 20 --charset hex --type api_key
        secret generate api/token
        secret describe api/token
        secret disable db/password --version 1 --yes
        secret get db/password --version 1
        secret disable db/password --version 7 --yes
        secret edit db/password"#,
    );
    let editor = |script: &str| {
        let path = alice
            .home
            .write("editor", format!("#!/bin/sh\n{script}\n").as_bytes());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = alice.command(&["secret", "edit", "db/password"]);
        let output = feed(command.env("EDITOR", path), None);
        (output.status.code().unwrap(), stderr(&output))
    };
    assert_eq!(
        editor("true"),
        (0, "unchanged; nothing was written\n".to_owned())
    );
    let (code, said) = editor("false");
    assert_eq!(code, 3, "{said}");
    // The file is the owner's alone, and gone afterwards.
    let look = "stat -c '%a' \"$1\" > mode; echo \"$1\" > place; printf three > \"$1\"";
    let (code, said) = editor(look);
    assert_eq!(
        (code, said.as_str()),
        (0, "wrote version 4 of db/password\n")
    );
    assert_eq!(
        fs::read_to_string(alice.home.path("mode")).unwrap(),
        "600\n"
    );
    let place = fs::read_to_string(alice.home.path("place")).unwrap();
    assert!(!std::path::Path::new(place.trim()).exists(), "{place}");
    assert_eq!(alice.get(None, "secret get db/password"), "three");
    story += &alice.play("secret versions db/password");
    insta::assert_snapshot!(story);
    server.stop().await;
}

#[tokio::test]
async fn a_program_sees_what_it_edits_and_nobody_else_does() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder, Start::new(&folder.data()).dev().public_url()).await;
    // Somebody writes while the editor is open: their version stays.
    let script = format!(
        "#!/bin/sh\nprintf theirs | HOME={} ONECLAW_BASE_URL={} {} secret set db/password\nprintf mine > \"$1\"\n",
        alice.home.path("").display(),
        alice.url,
        crate::harness::binary().display()
    );
    let path = alice.home.write("editor", script.as_bytes());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = alice.command(&["secret", "edit", "db/password"]);
    let output = feed(command.env("VISUAL", path), None);
    assert_eq!(output.status.code(), Some(8), "{}", stderr(&output));
    assert_eq!(alice.get(None, "secret get db/password"), "theirs");
    server.stop().await;
}

#[tokio::test]
async fn policies_are_shown_changed_and_tried() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder, Start::new(&folder.data()).dev().public_url()).await;
    alice.get(None, "agent create worker");
    let made = alice.get(
        None,
        "policy create --agent worker --path db/** --permissions read --json",
    );
    let made: Value = serde_json::from_str(&made).unwrap();
    let id = text(&made, "id");
    let story = alice.play(&format!(
        "policy get {id}
         policy get 00000000-0000-0000-0000-000000000001
         policy test --agent worker db/password
         policy test --agent worker db/password --action write
         policy test db/password
         policy update {id} --permissions read,write --priority 5
         policy update {id}
         policy update {id} --permissions peek
         policy update {id} --effect deny --expires-in 1h --json
         policy test --agent worker db/password
         policy explain db/password
         policy explain --agent worker db/password"
    ));
    insta::assert_snapshot!(story);
    server.stop().await;
}

/// A server that answers with what it was asked, credential and all.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let read = connection.read(&mut request).unwrap_or(0);
            let asked = String::from_utf8_lossy(&request[..read]).into_owned();
            let first = asked.lines().next().unwrap_or_default();
            let header = |name: &str| {
                let found = asked
                    .lines()
                    .find(|line| line.to_lowercase().starts_with(name));
                found.unwrap_or_default().to_owned()
            };
            let body = format!("{first}\n{}\n\u{1b}[2J", header("authorization"));
            let status = if first.contains("/broken") {
                "500 Oops"
            } else {
                "200 OK"
            };
            let _ = write!(
                connection,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    port
}

/// Without how long something took.
fn without_durations(text: &str) -> String {
    let mut parts = text.split(" ms").peekable();
    let mut shown = String::new();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            shown += part.trim_end_matches(|c: char| c.is_ascii_digit());
            shown += "<n> ms";
        } else {
            shown += part;
        }
    }
    shown
}

#[tokio::test]
async fn an_agent_calls_with_a_credential_that_nobody_shows() {
    let folder = Folder::new();
    let start = Start::new(&folder.data()).dev().public_url();
    let (server, alice) = owner(&folder, start.flag("--outbound-allow=127.0.0.1/32")).await;
    let port = echo();
    let key = alice.get(None, "agent create worker");
    alice.get(None, "agent update worker --execution-intents true");
    alice.get(Some("token-hunter2"), "secret set svc/token");
    alice.get(
        None,
        "policy create --agent worker --path svc/** --permissions use",
    );
    let mut story = alice.play(&format!(
        "binding list
         binding list --agent worker
         binding create echo --agent worker --url http://127.0.0.1:{port} --secret svc/token --paths /v1/**
         binding create echo --agent worker --url http://127.0.0.1:{port} --secret svc/token
         binding create kept --agent worker --url http://127.0.0.1:{port} --auth header:X-Key --credential-file - <<< other-hunter2
         binding create bad --agent worker --url http://127.0.0.1:{port} --auth cookie:a
         binding list --agent worker
         binding get kept --agent worker
         binding get nobody --agent worker
         binding update echo --agent worker --methods GET,POST
         binding update echo --agent worker --active false
         binding call echo /v1/ping --agent worker
         binding update echo --agent worker --active true
         binding rotate kept --agent worker --credential-file - <<< third-hunter2
         binding delete kept --agent worker
         binding delete kept --agent worker --yes
         binding call kept / --agent worker"
    ));
    let mut worker = Person::new(&alice.url);
    let variable = ("ONECLAW_AGENT_API_KEY".to_owned(), key.trim().to_owned());
    worker.variables.push(variable);
    story += &worker.play(
        "binding test echo
         binding call echo /v1/ping?a=b
         binding call echo /v1/ping -X POST --input - <<< x
         binding call echo /v1/broken
         binding call echo /v2
         binding calls",
    );
    story += &alice.play("binding calls --agent worker --format plain");
    for value in ["token-hunter2", "other-hunter2", "third-hunter2"] {
        let shown = story.lines().filter(|line| !line.starts_with('$'));
        assert!(shown.clone().all(|line| !line.contains(value)), "{story}");
    }
    assert!(!story.contains('\u{1b}'), "{story}");
    assert!(story.contains("[REDACTED]"), "{story}");
    let story = story.replace(&format!("127.0.0.1:{port}"), "<echo>");
    insta::assert_snapshot!(without_durations(&story));
    server.stop().await;
}

#[tokio::test]
async fn a_person_can_be_two_at_one_server() {
    let folder = Folder::new();
    let server = folder.start_dev();
    for email in ["alice@example.com", "bob@example.com"] {
        server.api().sign_up(email).await;
    }
    let person = Person::new(&server.api().url);
    let story = person.play(&format!(
        "config profiles
         whoami --profile work
         config set api-url {url} --profile work
         config set api-url not-an-address --profile work
         config set api-url {url} --profile ..
         config set output-format plain --profile work
         config profiles
         login --email alice@example.com --password-file - <<< {PASSWORD}
         login --email bob@example.com --password-file - --profile work <<< {PASSWORD}
         whoami --json
         whoami --profile work
         config use nobody
         config use work
         whoami
         whoami --profile default --json
         logout
         whoami
         config forget work
         config profiles",
        url = server.api().url
    ));
    insta::assert_snapshot!(story);
    // What another version keeps there stays.
    let file = person.home.path(".config/1claw/config.json");
    let mut kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    kept["of-tomorrow"] = json!([1]);
    fs::write(&file, kept.to_string()).unwrap();
    person.get(None, "config set default-vault main");
    let kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(
        (&kept["of-tomorrow"], &kept["default-vault"]),
        (&json!([1]), &json!("main"))
    );
    server.stop().await;
}

#[tokio::test]
async fn keys_are_rolled_and_the_rest_reads_well() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder, Start::new(&folder.data()).dev().public_url()).await;
    let old = alice.get(None, "key create laptop --expires-in 90d");
    let listed: Value = serde_json::from_str(&alice.get(None, "key list --json")).unwrap();
    let id = text(&listed["keys"][0], "id");
    let with = |key: &str| {
        let mut command = alice.command(&["vault", "list"]);
        feed(command.env("ONECLAW_API_KEY", key.trim()), None)
            .status
            .code()
    };
    assert_eq!(with(&old), Some(0));
    let new = alice.get(None, &format!("key roll {id} --yes"));
    assert_eq!((with(&old), with(&new)), (Some(4), Some(0)));
    let listed: Value = serde_json::from_str(&alice.get(None, "key list --json")).unwrap();
    let living = listed["keys"].as_array().unwrap().iter();
    let mut living = living.filter(|key| key["is_active"] == true);
    let rolled = living.next().unwrap();
    assert_eq!(living.count(), 0);
    assert_eq!(rolled["name"], "laptop");
    assert!(rolled["expires_at"].is_string(), "{rolled}");
    let story = alice.play(
        "key roll 00000000-0000-0000-0000-000000000001 --yes
         passkey list
         passkey rename 00000000-0000-0000-0000-000000000001 phone
         passkey remove 00000000-0000-0000-0000-000000000001
         passkey remove 00000000-0000-0000-0000-000000000001 --yes
         open
         open approvals --json
         open the-door
         auth federated-token -a https://other.example.com
         auth federated-token -a https://other.example.com --subject-token ocv_hunter2",
    );
    assert!(
        story
            .lines()
            .all(|line| line.starts_with('$') || !line.contains("hunter2"))
    );
    insta::assert_snapshot!(story);
    let version = alice.get(None, "version");
    assert_eq!(
        version.trim(),
        format!("1claw {}", env!("CARGO_PKG_VERSION"))
    );
    let version: Value = serde_json::from_str(&alice.get(None, "version --json")).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    server.stop().await;
}

#[tokio::test]
async fn an_agent_gets_a_token_for_another_service() {
    let folder = Folder::new();
    let start = Start::new(&folder.data()).dev().public_url();
    let (server, alice) = owner(&folder, start.flag("--federation")).await;
    let key = alice.get(None, "agent create worker");
    let asked = "auth federated-token -a https://other.example.com";
    let worker = Person::new(&alice.url);
    let ask = |more: &str| {
        let command = format!("{asked} {more}");
        let words: Vec<_> = command.split_whitespace().collect();
        worker.run(Some(&key), &words)
    };
    let refused = ask("--subject-token-file -");
    assert_eq!(refused.status.code(), Some(6), "{}", stderr(&refused));
    alice.get(
        None,
        "agent update worker --federation true --audiences https://other.example.com",
    );
    let token = ask("--subject-token-file - --raw");
    assert!(token.status.success(), "{}", stderr(&token));
    assert_eq!(stdout(&token).trim().split('.').count(), 3);
    assert_eq!(stderr(&token), "");
    // From the environment, as other commands.
    let words: Vec<_> = asked.split_whitespace().collect();
    let mut command = worker.command(&words);
    let token = feed(command.env("ONECLAW_AGENT_API_KEY", key.trim()), None);
    assert!(token.status.success(), "{}", stderr(&token));
    assert!(stderr(&token).contains("good for"), "{}", stderr(&token));
    server.stop().await;
}
