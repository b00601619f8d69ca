//! Policies that want a human's word before each read.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Agent, Answer, Person, TestApp};
use serde_json::{Value, json};

struct Scene {
    owner: Person,
    vault: String,
    agent: Agent,
    policy: String,
}

/// An agent that may read `db/*`, and is to ask each time.
async fn scene(app: &TestApp, priority: i64) -> Scene {
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in ["db/url", "db/password"] {
        let _ = app.put(&owner.token, &vault, path, "hush").await;
    }
    let agent = app.create_agent(&owner, "bot").await;
    let body = json!({
        "secret_path_pattern": "db/*", "principal_type": "agent", "principal_id": agent.id,
        "permissions": ["read"], "priority": priority, "conditions": { "require_approval": true },
    });
    let made = app
        .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body)
        .await;
    let policy = made.expect(201).json()["id"].as_str().unwrap().to_owned();
    Scene {
        owner,
        vault,
        agent,
        policy,
    }
}

/// The question that a refused read has put.
fn question(refused: &Answer) -> String {
    let body = problem(refused, 403);
    assert_eq!(body["type"], "approval_required", "{body}");
    body["approval_request_id"].as_str().unwrap().to_owned()
}

async fn decide(app: &TestApp, scene: &Scene, id: &str, body: Value) {
    let path = format!("/v1/approvals/{id}/decide");
    let _ = app.post(&path, &scene.owner.token, body).await.expect(200);
}

each_backend! {
    async fn each_read_waits_for_a_yes_that_one_read_uses_up(app: TestApp) {
        for priority in [0, 7] {
            let app = if priority == 0 { &app } else { &TestApp::new().await };
            let scene = scene(app, priority).await;
            let Scene { vault, agent, .. } = &scene;
            // What there is may be seen, so that the agent knows what to ask for.
            let listed = app.get(&format!("/v1/vaults/{vault}/secrets"), &agent.token).await.expect(200).json();
            assert_eq!(listed["secrets"].as_array().unwrap().len(), 2);
            let first = question(&app.read(&agent.token, vault, "db/url").await);
            // Asking again is the same question, and another path is another one.
            assert_eq!(question(&app.read(&agent.token, vault, "db/url").await), first);
            assert_ne!(question(&app.read(&agent.token, vault, "db/password").await), first);
            assert!(app.mails().await.iter().any(|mail| mail.subject == "An agent asks for your approval"));
            decide(app, &scene, &first, json!({ "decision": "approve" })).await;
            let _ = app.read(&agent.token, vault, "db/url").await.expect(200);
            let second = question(&app.read(&agent.token, vault, "db/url").await);
            assert_ne!(second, first, "the yes is used up");
            // A no leaves everything as it was.
            decide(app, &scene, &second, json!({ "decision": "reject" })).await;
            problem(&app.read(&agent.token, vault, "db/url").await, 403);
        }
    }
}

each_backend! {
    async fn a_yes_for_a_time_ends_to_the_second(app: TestApp) {
        let scene = scene(&app, 0).await;
        let Scene { vault, agent, .. } = &scene;
        let asked = question(&app.read(&agent.token, vault, "db/url").await);
        let grant = json!({ "decision": "approve", "grant": { "mode": "duration", "seconds": 60 } });
        decide(&app, &scene, &asked, grant).await;
        for _ in 0..2 {
            let _ = app.read(&agent.token, vault, "db/url").await.expect(200);
        }
        app.clock.advance(std::time::Duration::from_secs(59));
        let _ = app.read(&agent.token, vault, "db/url").await.expect(200);
        app.clock.advance(std::time::Duration::from_secs(1));
        let again = question(&app.read(&agent.token, vault, "db/url").await);
        assert_ne!(again, asked);
        // For good is for good, on this path alone.
        decide(&app, &scene, &again, json!({ "decision": "approve", "grant": { "mode": "always" } })).await;
        app.clock.advance(std::time::Duration::from_mins(10));
        let _ = app.read(&agent.token, vault, "db/url").await.expect(200);
        question(&app.read(&agent.token, vault, "db/password").await);
    }
}

#[tokio::test]
async fn a_deny_beats_the_yes_and_an_open_policy_needs_none() {
    let app = TestApp::new().await;
    let scene = scene(&app, 0).await;
    let Scene {
        owner,
        vault,
        agent,
        policy,
    } = &scene;
    let explain = json!({ "principal_type": "agent", "principal_id": agent.id, "action": "read", "path": "db/url" });
    let path = format!("/v1/vaults/{vault}/policies/explain");
    let said = app
        .post(&path, &owner.token, explain)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&said["allowed"], &said["reason"], &said["decided_by"]),
        (&json!(false), &json!("approval_required"), &json!(policy))
    );
    let asked = question(&app.read(&agent.token, vault, "db/url").await);
    decide(&app, &scene, &asked, json!({ "decision": "approve" })).await;
    let deny = json!({
        "secret_path_pattern": "db/*", "principal_type": "agent", "principal_id": agent.id,
        "permissions": ["read"], "effect": "deny",
    });
    let policies = format!("/v1/vaults/{vault}/policies");
    let denied = app
        .post(&policies, &owner.token, deny)
        .await
        .expect(201)
        .json();
    let refused = problem(&app.read(&agent.token, vault, "db/url").await, 403);
    assert!(
        refused.get("approval_request_id").is_none(),
        "nobody is asked for what is denied"
    );
    let one = format!("{policies}/{}", denied["id"].as_str().unwrap());
    let _ = app
        .call("DELETE", &one, &owner.token, Value::Null)
        .await
        .expect(204);
    app.allow(owner, vault, agent, "db/password", &["read"])
        .await;
    for _ in 0..2 {
        let _ = app
            .read(&agent.token, vault, "db/password")
            .await
            .expect(200);
    }
    // People have nobody to ask.
    let for_person = json!({
        "secret_path_pattern": "db/*", "principal_type": "user", "principal_id": owner.id,
        "permissions": ["read"], "conditions": { "require_approval": true },
    });
    problem(&app.post(&policies, &owner.token, for_person).await, 400);
}
