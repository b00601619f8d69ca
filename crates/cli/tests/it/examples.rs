//! The examples that use the commands, against a real server.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::harness::{Folder, binary, stderr, stdout, text};
use crate::person::{Person, feed};

/// A script of the examples, with the binary where it looks for it.
fn example(person: &Person, folder: &str, script: &str) -> Command {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let place = examples.join(folder);
    let mut command = Command::new(place.join(script));
    let binaries: PathBuf = binary().parent().unwrap().to_owned();
    command
        .current_dir(place)
        .env_clear()
        .env("HOME", person.home.path(""))
        .env("PATH", format!("{}:/usr/bin:/bin", binaries.display()))
        .env("ONECLAW_BASE_URL", &person.url);
    command
}

#[tokio::test]
async fn a_program_gets_its_settings_from_the_vault() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let populated = server.api().populate("alice@example.com").await;
    let put = json!({ "value": "postgres://db" });
    let path = populated.secret("app/database-url");
    server.api().put(&path, &populated.human, put).await.ok();
    let person = Person::new(&server.api().url);
    let mut script = example(&person, "env-run", "run.sh");
    script
        .env("ONECLAW_AGENT_API_KEY", &populated.api_key)
        .env("ONECLAW_VAULT_ID", &populated.vault);
    let output = feed(&mut script, None);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stdout(&output),
        "database: is set, 13 characters\nkey of the vault: not here\n"
    );
}

#[tokio::test]
async fn an_agent_joins_with_commands_alone() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    let put = json!({ "value": "token-of-17-chars" });
    let path = populated.secret("api-keys/deploy-token");
    api.put(&path, &populated.human, put).await.ok();
    let person = Person::new(&api.url);
    let mut script = example(&person, "self-onboarding", "agent-cli.sh");
    script.env("ONECLAW_HUMAN", "alice@example.com");
    // What the human hands over; approving itself is shown by the tests of the guide.
    let handed = format!(
        "{}\n{}\n{}\n",
        populated.agent, populated.api_key, populated.vault
    );
    let output = feed(&mut script, Some(&handed));
    let said = stdout(&output);
    assert!(output.status.success(), "{said}{}", stderr(&output));
    assert!(said.contains("Pending: http"), "{said}");
    assert!(said.contains("Read: 17 characters"), "{said}");
    let waiting = api.get("/v1/enrollments", &populated.human).await.ok();
    assert_eq!(text(&waiting["enrollments"][0], "name"), "deploy-bot");
    let inbound = api.get("/v1/shares/inbound", &populated.human).await.ok();
    assert_eq!(
        text(&inbound["shares"][0], "secret_path"),
        "credentials/session-key"
    );
}
