//! What an agent got to see: against what really happened, on both databases, and without a trace on reads.

use crate::NOTHING;
use crate::problem;
use oneclaw_app::exposure;
use oneclaw_server::test_app::{Agent, Options, Person, TestApp, on_postgres};
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use std::sync::Arc;

async fn exposure_of(app: &TestApp, token: &str, agent: &str) -> Value {
    let path = format!("/v1/agents/{agent}/exposure");
    app.get(&path, token).await.expect(200).json()
}

/// `status path [version how times]` of every item.
fn lines(seen: &Value) -> Vec<String> {
    let items = seen["items"].as_array().unwrap();
    let line = |item: &Value| {
        let versions = item["versions"].as_array().unwrap().iter().map(|version| {
            let how = version["how"].as_str().unwrap();
            format!(" [{} {how} {}]", version["version"], version["times"])
        });
        let versions: String = versions.collect();
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        format!("{} {}{versions}", text("status"), text("path"))
    };
    items.iter().map(line).collect()
}

struct Breach {
    app: TestApp,
    owner: Person,
    agent: Agent,
    vault: String,
}

/// An agent that read, read again, wrote, was denied, and shared; and one that did other things.
async fn breach(app: TestApp) -> Breach {
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in ["db/url", "db/password", "keys/openai", "never/seen"] {
        let _ = app.put(&owner.token, &vault, path, "one").await;
    }
    let agent = app.create_agent(&owner, "bot").await;
    let other = app.create_agent(&owner, "other").await;
    app.allow(&owner, &vault, &agent, "db/*", &["read"]).await;
    app.allow(&owner, &vault, &agent, "own/*", &["read", "write"])
        .await;
    app.allow(&owner, &vault, &other, "**", &["read"]).await;
    for path in ["db/url", "db/url", "db/password"] {
        let _ = app.read(&agent.token, &vault, path).await.expect(200);
    }
    let _ = app.put(&owner.token, &vault, "db/url", "two").await;
    let _ = app.read(&agent.token, &vault, "db/url").await.expect(200);
    problem(&app.read(&agent.token, &vault, "keys/openai").await, 403);
    let _ = app
        .read(&other.token, &vault, "keys/openai")
        .await
        .expect(200);
    let _ = app
        .read(&owner.token, &vault, "never/seen")
        .await
        .expect(200);
    let own = app.put(&agent.token, &vault, "own/note", "mine").await;
    let body = json!({ "recipient_type": "creator", "expires_at": "2026-12-31T00:00:00Z" });
    let path = format!("/v1/secrets/{own}/share");
    let _ = app.post(&path, &agent.token, body).await.expect(201);
    Breach {
        app,
        owner,
        agent,
        vault,
    }
}

async fn the_list_equals_what_happened_and_ticks_off(breach: Breach) {
    let Breach {
        app,
        owner,
        agent,
        vault,
    } = breach;
    let before = vec![
        "open db/password [1 read 1]",
        "open db/url [1 read 2] [2 read 1]",
        "open own/note [1 wrote 1]",
    ];
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(lines(&seen), before);
    assert_eq!(seen["open"], 3);
    let times = &seen["items"][1]["versions"][0];
    assert!(times["first_at"].as_str() <= times["last_at"].as_str());
    assert_eq!(seen["shares"][0]["recipient_type"], "creator");
    assert_eq!(seen["shares"][0]["recipient_id"], owner.id.as_str());

    // Folded or not, and however often, it is the same.
    assert!(exposure::fold(&app.app).await.unwrap() > 0);
    assert_eq!(
        exposure::fold(&app.app).await.unwrap(),
        0,
        "each event counts once"
    );
    assert_eq!(
        lines(&exposure_of(&app, &owner.token, &agent.id).await),
        before
    );

    // A new version ticks its line off, until the agent reads that one too.
    let _ = app.put(&owner.token, &vault, "db/password", "new").await;
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(seen["open"], 2);
    let done = &seen["items"][2];
    assert_eq!(
        (&done["status"], &done["path"]),
        (&json!("replaced"), &json!("db/password"))
    );
    assert!(done["replaced_at"].is_string());
    let _ = app
        .read(&agent.token, &vault, "db/password")
        .await
        .expect(200);
    assert_eq!(exposure_of(&app, &owner.token, &agent.id).await["open"], 3);

    // Deleting is not replacing: the value may still open something.
    let path = format!("/v1/vaults/{vault}/secrets/own/note");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    // It outlives the agent.
    let path = format!("/v1/agents/{}", agent.id);
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(
        (&seen["is_deleted"], &seen["is_active"]),
        (&json!(true), &json!(false))
    );
    let after = [
        "open db/password [1 read 1] [2 read 1]",
        "open db/url [1 read 2] [2 read 1]",
        "deleted own/note [1 wrote 1]",
    ];
    assert_eq!(lines(&seen), after);
}

#[tokio::test]
async fn what_an_agent_saw_equals_what_happened() {
    let breach = breach(TestApp::new().await).await;
    the_list_equals_what_happened_and_ticks_off(breach).await;
}

#[tokio::test]
async fn what_an_agent_saw_equals_what_happened_on_postgres() {
    if let Some(app) = on_postgres().await {
        the_list_equals_what_happened_and_ticks_off(breach(app).await).await;
    }
}

#[tokio::test]
async fn it_survives_a_restart() {
    let database = Arc::new(TestDatabase::create(Backend::Sqlite).await.unwrap());
    let app = TestApp::on(Arc::clone(&database), Options::default()).await;
    let Breach {
        app, owner, agent, ..
    } = breach(app).await;
    assert!(exposure::fold(&app.app).await.unwrap() > 0);
    let before = lines(&exposure_of(&app, &owner.token, &agent.id).await);
    app.app.shut_down().await;
    drop(app);
    let app = TestApp::on(database, Options::default()).await;
    let owner = app.sign_in("alice@example.com").await;
    assert_eq!(
        lines(&exposure_of(&app, &owner.token, &agent.id).await),
        before
    );
}

#[tokio::test]
async fn a_value_that_was_only_used_needs_no_replacing() {
    let app = TestApp::with(crate::webhooks::loopback()).await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app
        .put(&owner.token, &vault, "keys/openai", "sk-1234567890")
        .await;
    let agent = app.create_agent(&owner, "bot").await;
    app.allow(&owner, &vault, &agent, "keys/*", &["use"]).await;
    let base = format!("/v1/agents/{}", agent.id);
    let switch = json!({ "execution_intents_enabled": true });
    let _ = app
        .call("PATCH", &base, &owner.token, switch)
        .await
        .expect(200);
    let server =
        crate::webhooks::Receiver::answering(|_| "content-length: 0\r\n\r\n".to_owned()).await;
    let body = json!({
        "name": "openai", "binding_type": "http", "config": { "base_url": server.url },
        "credential_source": { "type": "vault_ref", "vault_id": vault, "path": "keys/openai" },
    });
    let _ = app
        .post(&format!("{base}/bindings"), &owner.token, body)
        .await
        .expect(201);
    let body = json!({ "binding": "openai", "intent_type": "http", "params": { "path": "/" } });
    for _ in 0..2 {
        let _ = app
            .post(&format!("{base}/execute"), &agent.token, body.clone())
            .await
            .expect(200);
    }
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(lines(&seen), ["only_used keys/openai [1 used 2]"]);
    assert_eq!(seen["open"], 0);
    assert!(seen["items"][0].get("newest_seen_version").is_none());
}

#[tokio::test]
async fn variables_are_named_with_their_versions() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let agent = app.create_agent(&owner, "bot").await;
    app.allow(&owner, &vault, &agent, "**", &["read"]).await;
    let base = format!("/v1/vaults/{vault}/env-vars");
    let body = json!({ "key": "DATABASE_URL", "value": "one", "environments": ["production"] });
    let made = app.post(&base, &owner.token, body).await;
    assert!(made.status < 300, "{}", made.json());
    let path = format!("{base}/resolve?environment=production");
    let _ = app.get(&path, &agent.token).await.expect(200);
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(lines(&seen), ["open DATABASE_URL [1 read 1]"]);
    let change = json!({ "value": "two" });
    let _ = app
        .call(
            "PATCH",
            &format!("{base}/DATABASE_URL"),
            &owner.token,
            change,
        )
        .await
        .expect(200);
    let seen = exposure_of(&app, &owner.token, &agent.id).await;
    assert_eq!(lines(&seen), ["replaced DATABASE_URL [1 read 1]"]);
}

#[tokio::test]
async fn it_is_for_those_who_manage_the_agent() {
    let Breach {
        app, owner, agent, ..
    } = breach(TestApp::new().await).await;
    let stranger = app.sign_up("mallory@example.com").await;
    let member = crate::org::join(&app, &owner, "bob@example.com", "member").await;
    let path = format!("/v1/agents/{}/exposure", agent.id);
    problem(&app.get(&path, &stranger.token).await, 404);
    problem(&app.get(&path, &member.token).await, 403);
    problem(&app.get(&path, &agent.token).await, 403);
    let none = format!("/v1/agents/{NOTHING}/exposure");
    problem(&app.get(&none, &owner.token).await, 404);
}
