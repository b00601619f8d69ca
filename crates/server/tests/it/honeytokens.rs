//! Decoys: who reads one is caught by that, and nobody can tell one from a secret.

use crate::problem;
use oneclaw_app::honeytokens;
use oneclaw_server::test_app::{Agent, Person, TestApp, on_postgres};
use serde_json::{Value, json};

const DECOY: &str = "aws/root-key";

struct Scene {
    app: TestApp,
    owner: Person,
    agent: Agent,
    other: Agent,
    vault: String,
    decoy: String,
}

impl Scene {
    /// Two agents that may read everything, and one secret that nothing has a reason to read.
    async fn new(app: TestApp) -> Self {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        for path in ["db/url", DECOY, "aws/another"] {
            let _ = app
                .put(&owner.token, &vault, path, &format!("value of {path}"))
                .await;
        }
        let agent = app.create_agent(&owner, "bot").await;
        let other = app.create_agent(&owner, "other").await;
        for agent in [&agent, &other] {
            app.allow(&owner, &vault, agent, "**", &["read"]).await;
        }
        let body = json!({ "vault_id": vault, "secret_path": DECOY, "notes": "bait" });
        let made = app.post("/v1/risk/honeytokens", &owner.token, body).await;
        let made = made.expect(201).json();
        let decoy = made["honeytoken"]["id"].as_str().unwrap().to_owned();
        let _ = app.mails().await;
        Self {
            app,
            owner,
            agent,
            other,
            vault,
            decoy,
        }
    }

    async fn list(&self, path: &str) -> Value {
        self.app
            .get(path, &self.owner.token)
            .await
            .expect(200)
            .json()
    }

    async fn read(&self, token: &str, path: &str) -> oneclaw_server::test_app::Answer {
        self.app.read(token, &self.vault, path).await
    }
}

/// The agent is stopped on its next request, wherever that comes to, and goes on getting decoys.
async fn the_thief_is_caught(scene: Scene) {
    let Scene {
        app,
        owner,
        agent,
        other,
        vault,
        ..
    } = &scene;
    // Both agents have been here before, so that everything about them is remembered.
    for token in [&agent.token, &other.token] {
        let _ = scene.read(token, "db/url").await.expect(200);
    }
    let stolen = scene.read(&agent.token, DECOY).await.expect(200).json();
    assert_eq!(stolen["value"], format!("value of {DECOY}"));
    // The next request, and every other one, is refused, for this agent alone.
    problem(&scene.read(&agent.token, "db/url").await, 401);
    problem(&scene.read(&agent.token, "aws/another").await, 401);
    let secrets = format!("/v1/vaults/{vault}/secrets");
    for path in [
        "/v1/agents/me",
        "/v1/vaults",
        &secrets,
        "/v1/shares/inbound",
        "/v1/audit/events",
    ] {
        problem(&app.get(path, &agent.token).await, 401);
    }
    let key = json!({ "api_key": agent.key });
    problem(&app.post("/v1/auth/agent-token", "", key).await, 401);
    let _ = scene.read(&other.token, "db/url").await.expect(200);
    // The decoy keeps answering.
    for _ in 0..2 {
        let again = scene.read(&agent.token, DECOY).await.expect(200).json();
        assert_eq!(again["value"], stolen["value"]);
    }
    problem(&scene.read(&agent.token, "no/such").await, 401);

    // It is on record, and its human is told once.
    let decoys = scene.list("/v1/risk/honeytokens").await;
    assert_eq!(decoys["honeytokens"][0]["triggered_count"], 3);
    let events = scene.list("/v1/risk/events?severity=critical").await;
    assert_eq!(events["events"].as_array().unwrap().len(), 3);
    let events = events["events"].as_array().unwrap();
    let stopping = events
        .iter()
        .filter(|event| event["payload"]["quarantined"] == true);
    assert_eq!(stopping.count(), 1, "the first read stopped it");
    let verdict = scene
        .list(&format!("/v1/risk/verdicts/agent/{}", agent.id))
        .await;
    assert_eq!(
        (
            &verdict["verdict"]["severity"],
            &verdict["verdict"]["score"]
        ),
        (&json!("critical"), &json!(100))
    );
    let none = scene
        .list(&format!("/v1/risk/verdicts/agent/{}", other.id))
        .await;
    assert_eq!(none, json!({ "verdict": null }));
    let shown = scene.list(&format!("/v1/agents/{}", agent.id)).await;
    assert_eq!(shown["is_active"], false);
    for action in ["honeytoken.access", "agent.quarantine"] {
        let logged = scene
            .list(&format!("/v1/audit/events?action={action}"))
            .await;
        assert_eq!(
            logged["events"][0]["resource_id"],
            agent.id.as_str(),
            "{action}"
        );
    }
    honeytokens::tell(&app.app).await;
    let mails = app.mails().await;
    let alarms = mails
        .iter()
        .filter(|mail| mail.subject == "A decoy was read in your vault");
    assert_eq!(alarms.count(), 1, "told once, not at every read");

    // Switched on again, it works with a new token; what it was caught with stays dead.
    let path = format!("/v1/agents/{}", agent.id);
    let on = json!({ "is_active": true });
    let _ = app.call("PATCH", &path, &owner.token, on).await.expect(200);
    problem(&scene.read(&agent.token, "db/url").await, 401);
    problem(&scene.read(&agent.token, DECOY).await, 401);
    let fresh = app.exchange(&agent.key).await;
    let _ = scene.read(&fresh, "db/url").await.expect(200);
}

#[tokio::test]
async fn whoever_reads_a_decoy_is_stopped_and_goes_on_getting_it() {
    the_thief_is_caught(Scene::new(TestApp::new().await).await).await;
}

#[tokio::test]
async fn whoever_reads_a_decoy_is_stopped_and_goes_on_getting_it_on_postgres() {
    if let Some(app) = on_postgres().await {
        the_thief_is_caught(Scene::new(app).await).await;
    }
}

/// What an agent gets to see of a path, without what differs between any two secrets.
fn shape(listed: &Value, path: &str) -> Value {
    let all = listed["secrets"].as_array().unwrap();
    let mut one = all.iter().find(|one| one["path"] == path).unwrap().clone();
    for own in ["id", "path", "created_at"] {
        one[own] = Value::Null;
    }
    one
}

#[tokio::test]
async fn agents_cannot_tell_a_decoy_from_a_secret() {
    let scene = Scene::new(TestApp::new().await).await;
    let path = format!("/v1/vaults/{}/secrets", scene.vault);
    let listed = scene
        .app
        .get(&path, &scene.agent.token)
        .await
        .expect(200)
        .json();
    assert_eq!(shape(&listed, DECOY), shape(&listed, "aws/another"));
    let versions = |at: &str| format!("/v1/vaults/{}/secret-versions/{at}", scene.vault);
    let seen = scene.app.get(&versions(DECOY), &scene.agent.token).await;
    let plain = scene
        .app
        .get(&versions("aws/another"), &scene.agent.token)
        .await;
    assert_eq!(seen.status, plain.status);
    // None of the doors that are for people opens, whether there is a decoy behind it or not.
    for path in [
        "/v1/risk/honeytokens",
        "/v1/risk/events",
        "/v1/risk/verdicts",
    ] {
        problem(&scene.app.get(path, &scene.agent.token).await, 403);
    }
    // Nor does its own part of the log tell, once it was caught and let go.
    let _ = scene.read(&scene.agent.token, DECOY).await.expect(200);
    let on = json!({ "is_active": true });
    let path = format!("/v1/agents/{}", scene.agent.id);
    let _ = scene
        .app
        .call("PATCH", &path, &scene.owner.token, on)
        .await
        .expect(200);
    let fresh = scene.app.exchange(&scene.agent.key).await;
    let own = scene
        .app
        .get("/v1/audit/events", &fresh)
        .await
        .expect(200)
        .json();
    let own = own.to_string();
    assert!(own.contains("secret.read"), "{own}");
    assert!(
        !own.contains("honeytoken") && !own.contains("quarantine"),
        "{own}"
    );
}

#[tokio::test]
async fn people_are_counted_and_never_stopped() {
    let scene = Scene::new(TestApp::new().await).await;
    let admin = crate::org::join(&scene.app, &scene.owner, "bob@example.com", "admin").await;
    let _ = scene.app.mails().await;
    // Whoever laid it out may test it: that is on record, and alarms nobody.
    let _ = scene.read(&scene.owner.token, DECOY).await.expect(200);
    let events = scene.list("/v1/risk/events").await;
    assert_eq!(events["events"][0]["severity"], "low");
    honeytokens::tell(&scene.app.app).await;
    assert!(scene.app.mails().await.is_empty());
    // Another person is not stopped, and the others hear of it.
    let body = json!({ "secret_path_pattern": "**", "principal_type": "user", "principal_id": admin.id, "permissions": ["read"] });
    let policies = format!("/v1/vaults/{}/policies", scene.vault);
    let _ = scene
        .app
        .post(&policies, &scene.owner.token, body)
        .await
        .expect(201);
    scene.app.clock.advance(std::time::Duration::from_secs(1));
    let _ = scene.read(&admin.token, DECOY).await.expect(200);
    let _ = scene.read(&admin.token, "db/url").await.expect(200);
    let events = scene.list("/v1/risk/events").await;
    assert_eq!(events["events"][0]["severity"], "high");
    honeytokens::tell(&scene.app.app).await;
    assert_eq!(scene.app.mails().await.len(), 2, "the owner and the admin");
}

#[tokio::test]
async fn a_decoy_is_for_those_who_control_its_vault() {
    let scene = Scene::new(TestApp::new().await).await;
    let Scene {
        app,
        owner,
        vault,
        decoy,
        ..
    } = &scene;
    let stranger = app.sign_up("mallory@example.com").await;
    let member = crate::org::join(app, owner, "bob@example.com", "member").await;
    let body = json!({ "vault_id": vault, "secret_path": "db/url" });
    problem(
        &app.post("/v1/risk/honeytokens", &stranger.token, body.clone())
            .await,
        404,
    );
    problem(
        &app.post("/v1/risk/honeytokens", &member.token, body).await,
        403,
    );
    let one = format!("/v1/risk/honeytokens/{decoy}");
    for token in [&stranger.token, &member.token] {
        problem(&app.call("DELETE", &one, token, Value::Null).await, 404);
        let listed = app
            .get("/v1/risk/honeytokens", token)
            .await
            .expect(200)
            .json();
        assert_eq!(listed, json!({ "honeytokens": [] }));
    }
    problem(&app.get("/v1/risk/events", &member.token).await, 403);
    let twice = json!({ "vault_id": vault, "secret_path": DECOY });
    problem(
        &app.post("/v1/risk/honeytokens", &owner.token, twice).await,
        409,
    );
    let nothing = json!({ "vault_id": vault, "secret_path": "no/such" });
    problem(
        &app.post("/v1/risk/honeytokens", &owner.token, nothing)
            .await,
        400,
    );
    let gone = app
        .call("DELETE", &one, &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(gone, json!({ "deleted": true }));
    // From the next request on it is a secret like any other.
    let _ = scene.read(&scene.agent.token, DECOY).await.expect(200);
    let _ = scene.read(&scene.agent.token, "db/url").await.expect(200);
}

#[tokio::test]
async fn using_or_sharing_a_decoy_is_reading_it() {
    let scene = Scene::new(TestApp::new().await).await;
    let Scene {
        app,
        owner,
        agent,
        vault,
        ..
    } = &scene;
    app.allow(owner, vault, agent, "aws/*", &["read", "write"])
        .await;
    let path = format!("/v1/vaults/{vault}/secrets");
    let listed = app.get(&path, &agent.token).await.expect(200).json();
    let all = listed["secrets"].as_array().unwrap();
    let secret = all.iter().find(|one| one["path"] == DECOY).unwrap()["id"].clone();
    let body = json!({ "recipient_type": "creator", "expires_at": "2026-12-31T00:00:00Z" });
    let path = format!("/v1/secrets/{}/share", secret.as_str().unwrap());
    let _ = app.post(&path, &agent.token, body).await.expect(201);
    problem(&scene.read(&agent.token, "db/url").await, 401);
}
