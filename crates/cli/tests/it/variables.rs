//! Variables: environments of the vault, files that are compared and imported, and values that are kept for a while.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;

use crate::harness::{Folder, Server, stderr, stdout};
use crate::person::{Person, feed};

async fn owner(folder: &Folder) -> (Server, Person) {
    let server = folder.start_dev();
    server.api().sign_up("alice@example.com").await;
    let alice = Person::signed_in(&server.api().url, "alice@example.com");
    alice.get(None, "vault create main");
    (server, alice)
}

#[tokio::test]
async fn environments_have_variables_of_their_own() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder).await;
    alice.home.write("more.env", b"PORT=1\nHOST=h\n");
    let story = alice.play(
        "env environments ls
         env environments add staging --description Rehearsal --copy-from production
         env environments add Staging
         env environments rm production --yes
         env ls
         env add PORT production,staging <<< 8080
         env add PORT production hunter2
         env add port production <<< 1
         env add TOKEN production --sensitive <<< hunter2
         env ls
         env ls -e staging
         env export -e staging
         env export -e production
         env export -e production --allow-missing
         env export -e production --only NAME
         env push more.env -e staging --dry-run
         env push more.env -e staging
         env push more.env -e staging --yes
         env export -e staging --format json
         env rm HOST -e staging
         env rm HOST -e staging --yes
         env rm NOTHING --yes
         env environments rm staging --yes
         env environments rm staging --yes",
    );
    let shown = story.lines().filter(|line| !line.starts_with('$'));
    assert!(
        shown.clone().all(|line| !line.contains("hunter2")),
        "{story}"
    );
    insta::assert_snapshot!(story);
    // A program gets them too; one of an agent, with what people cannot read.
    let run = alice.run(
        None,
        &[
            "env",
            "run",
            "-e",
            "production",
            "--allow-missing",
            "--",
            "printenv",
            "PORT",
        ],
    );
    // It held in both environments, so what was pushed to one of them holds in the other as well; the plan
    // of the push named both.
    assert_eq!(stdout(&run), "1\n", "{}", stderr(&run));
    server.stop().await;
}

#[tokio::test]
async fn a_file_is_checked_compared_and_imported() {
    let folder = Folder::new();
    let (server, alice) = owner(&folder).await;
    alice.get(Some("1"), "secret set app/HOST");
    alice.home.write(".env.example", b"HOST=\nPORT=\n");
    alice.home.write(".env", b"HOST=2\nPORT=hunter2\n");
    let answer = json!({ "lease_id": "", "data": { "data": { "user": "u", "password": "hunter2" }, "metadata": {} } });
    alice
        .home
        .write("vault.json", answer.to_string().as_bytes());
    let story = alice.play(
        "env check --prefix app
         env diff --prefix app
         env diff --prefix app --json
         env check nowhere
         import .env --prefix app --dry-run
         import .env --prefix app
         import .env --prefix app --yes
         env check --prefix app
         env check --prefix app --json
         env diff --prefix app
         import .env --prefix app --force --yes
         env diff --prefix app
         import vault.json --prefix db --yes
         secret list --prefix db
         import - --from vault <<< {\"a\":\"b\"}
         import - <<< {\"a\":[1]}",
    );
    let shown = story.lines().filter(|line| !line.starts_with('$'));
    assert!(
        shown.clone().all(|line| !line.contains("hunter2")),
        "{story}"
    );
    insta::assert_snapshot!(story);
    assert_eq!(alice.get(None, "secret get db/password"), "hunter2");
    server.stop().await;
}

#[tokio::test]
async fn kept_values_are_current_permitted_and_unreadable() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    let put = async |value: &str| {
        let body = json!({ "value": value });
        api.put(&populated.secret("app/name"), &populated.human, body)
            .await
            .ok();
    };
    put("first-hunter2").await;
    let worker = Person::new(&api.url);
    let run = |key: &str, command: &str| {
        let words: Vec<_> = command.split_whitespace().collect();
        let mut command = worker.command(&words);
        command
            .env("ONECLAW_AGENT_API_KEY", key)
            .env("ONECLAW_VAULT_ID", &populated.vault);
        feed(&mut command, None)
    };
    let key = populated.api_key.as_str();
    let print = "env run --prefix app -- printenv NAME";
    let nothing = run(key, "env cache-status");
    assert_eq!(stdout(&nothing), "nothing is kept for this credential\n");
    let kept = run(key, "env cache --prefix app --ttl 600");
    assert!(kept.status.success(), "{}", stderr(&kept));
    let file = worker.home.path(".local/state/1claw/env-cache.enc");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let bytes = fs::read(&file).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("hunter2"));
    assert!(stdout(&run(key, "env cache-status")).starts_with("1 values until "));

    let reads = async || {
        let log = api
            .get("/v1/audit/events?action=secret.read", &populated.human)
            .await
            .ok();
        log["events"].as_array().unwrap().len()
    };
    let before = reads().await;
    assert_eq!(stdout(&run(key, print)), "first-hunter2\n");
    assert_eq!(reads().await, before, "the kept value was used");
    assert_eq!(
        stdout(&run(
            key,
            "env run --no-cache --prefix app -- printenv NAME"
        )),
        "first-hunter2\n"
    );
    assert_eq!(reads().await, before + 1);

    // A new value is noticed at once.
    put("second-hunter2").await;
    assert_eq!(stdout(&run(key, print)), "second-hunter2\n");
    // Another credential can make nothing of the file.
    let other = api.populate("bob@example.com").await;
    assert_eq!(
        stdout(&run(&other.api_key, "env cache-status")),
        "nothing is kept for this credential\n"
    );
    // A right that ended is noticed at once.
    assert!(run(key, "env cache --prefix app").status.success());
    let policies = format!("/v1/vaults/{}/policies", populated.vault);
    let listed = api.get(&policies, &populated.human).await.ok();
    let policy = listed["policies"][0]["id"].as_str().unwrap().to_owned();
    api.call(
        "DELETE",
        &format!("{policies}/{policy}"),
        Some(&populated.human),
        None,
    )
    .await;
    let after = run(key, "env run --prefix app --only NAME -- printenv NAME");
    assert_eq!(
        (after.status.code(), stdout(&after).as_str()),
        (Some(125), "")
    );

    assert!(run(key, "env cache-clear").status.success());
    assert!(!file.exists());
    let long = run(key, "env cache --ttl 86400");
    assert_eq!(long.status.code(), Some(2), "{}", stderr(&long));
    server.stop().await;
}
