//! What stays and what ends when somebody leaves an organisation.

use crate::factors::confirmed;
use crate::org::join;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{PASSWORD, Person, TestApp};
use serde_json::{Value, json};

/// Things of a member, as they were made.
struct Left {
    vault: String,
    agent: oneclaw_server::test_app::Agent,
    key: String,
    hook: String,
}

/// Has an admin leave something of each kind behind.
async fn settle(app: &TestApp, bob: &Person) -> Left {
    let vault = app.create_vault(&bob.token, "theirs").await;
    let _ = app.put(&bob.token, &vault, "a", "v").await;
    let agent = app.create_agent(bob, "bot").await;
    let _ = app.allow(bob, &vault, &agent, "a", &["read"]).await;
    let made = app
        .post("/v1/auth/api-keys", &bob.token, json!({ "name": "backup" }))
        .await
        .expect(201)
        .json();
    let key = made["api_key"].as_str().unwrap().to_owned();
    let _ = app.read(&key, &vault, "a").await.expect(200);
    let _ = app.read(&agent.token, &vault, "a").await.expect(200);
    let hook = json!({ "url": "https://hooks.example.com/", "events": ["secret.written"] });
    let hook = app.post("/v1/webhooks", &bob.token, hook).await;
    let hook = hook.expect(201).json()["id"].as_str().unwrap().to_owned();
    app.mails().await;
    Left {
        vault,
        agent,
        key,
        hook,
    }
}

/// What has to hold once they are gone, however that came.
async fn nothing_acts_and_an_owner_has_it(app: &TestApp, alice: &Person, left: &Left) {
    for credential in [&left.key, &left.agent.token] {
        problem(&app.read(credential, &left.vault, "a").await, 401);
    }
    let exchange = json!({ "api_key": left.agent.key });
    problem(&app.post("/v1/auth/agent-token", "", exchange).await, 401);
    let exchange = json!({ "api_key": left.key });
    problem(&app.post("/v1/auth/api-key-token", "", exchange).await, 401);
    let path = format!("/v1/webhooks/{}", left.hook);
    let hook = app.get(&path, &alice.token).await;
    assert_eq!(hook.expect(200).json()["is_active"], false);
    let path = format!("/v1/vaults/{}", left.vault);
    let vault = app.get(&path, &alice.token).await;
    assert_eq!(vault.expect(200).json()["created_by"], json!(alice.id));

    let mails = app.mails().await;
    let told = mails
        .iter()
        .filter(|mail| mail.recipient == "alice@example.com");
    let told: Vec<_> = told.collect();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].text.contains("Agents:        1"),
        "{}",
        told[0].text
    );
    let log = app
        .get("/v1/audit/events?action=member.hand_over", &alice.token)
        .await
        .expect(200)
        .json();
    assert_eq!(log["count"], 1);

    // The agent is the owner's: with a new key it goes on, for them.
    let one = format!("/v1/agents/{}", left.agent.id);
    let rotated = app
        .post(&format!("{one}/rotate-key"), &alice.token, Value::Null)
        .await
        .expect(200)
        .json();
    let on = json!({ "is_active": true });
    let _ = app.call("PATCH", &one, &alice.token, on).await.expect(200);
    let token = app.exchange(rotated["api_key"].as_str().unwrap()).await;
    let itself = app.get("/v1/agents/me", &token).await.expect(200).json();
    assert_eq!(itself["created_by"], json!(alice.id));
    let _ = app.read(&token, &left.vault, "a").await.expect(200);
}

each_backend! {
    async fn a_removed_member_leaves_nothing_that_acts_and_a_new_invitation_brings_nothing_back(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let left = settle(&app, &bob).await;
        let path = format!("/v1/org/members/{}", bob.id);
        let _ = app.call("DELETE", &path, &alice.token, Value::Null).await.expect(204);
        nothing_acts_and_an_owner_has_it(&app, &alice, &left).await;

        let invitation = json!({ "email": "bob@example.com", "role": "member" });
        let _ = app.post("/v1/org/invite", &alice.token, invitation).await.expect(200);
        let token = app.mailed_token("invite").await;
        let elsewhere = app.sign_in("bob@example.com").await;
        let joined = app
            .post("/v1/org/invitations/accept", &elsewhere.token, json!({ "token": token }))
            .await
            .expect(200)
            .json();
        let again = joined["access_token"].as_str().unwrap();
        problem(&app.get("/v1/auth/me", &left.key).await, 401);
        problem(&app.read(again, &left.vault, "a").await, 403);
        problem(&app.get(&format!("/v1/vaults/{}", left.vault), again).await, 404);
    }
}

each_backend! {
    async fn a_deleted_account_leaves_its_agents_to_an_owner_and_nothing_that_acts(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let left = settle(&app, &bob).await;
        let phrase = json!({ "confirm": "DELETE MY ACCOUNT" });
        let deleted = confirmed(&app, ("DELETE", "/v1/auth/me"), &bob.token, PASSWORD, phrase);
        let _ = deleted.await.expect(204);
        nothing_acts_and_an_owner_has_it(&app, &alice, &left).await;
    }
}

each_backend! {
    async fn a_webhook_ends_with_the_rights_of_whoever_answers_for_it(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let left = settle(&app, &bob).await;
        let member = format!("/v1/org/members/{}", bob.id);
        let demote = |role: &'static str| app.call("PATCH", &member, &alice.token, json!({ "role": role }));
        let _ = demote("owner").await.expect(200);
        let hook = format!("/v1/webhooks/{}", left.hook);
        assert_eq!(app.get(&hook, &alice.token).await.expect(200).json()["is_active"], true);
        let _ = demote("member").await.expect(200);
        assert_eq!(app.get(&hook, &alice.token).await.expect(200).json()["is_active"], false);
        // Whoever switches it on answers for it from then on.
        let _ = app.call("PATCH", &hook, &alice.token, json!({ "is_active": true })).await.expect(200);
        let _ = demote("admin").await.expect(200);
        let _ = demote("member").await.expect(200);
        assert_eq!(app.get(&hook, &alice.token).await.expect(200).json()["is_active"], true);
    }
}

#[tokio::test]
async fn a_key_limited_to_paths_looks_at_nothing_else_either() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "in/a", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    let body = json!({ "name": "narrow", "scopes": ["in/**"] });
    let made = app.post("/v1/auth/api-keys", &owner.token, body).await;
    let key = made.expect(201).json()["api_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let agent = format!("/v1/agents/{}", agent.id);
    let policies = format!("/v1/vaults/{vault}/policies");
    for path in [
        "/v1/agents",
        agent.as_str(),
        policies.as_str(),
        "/v1/audit/events",
        "/v1/audit/export",
        "/v1/org/members",
        "/v1/org/settings",
        "/v1/org/limits",
        "/v1/webhooks",
        "/v1/security/ip-rules",
        "/v1/auth/api-keys",
        "/v1/shares/outbound",
        "/v1/shares/inbound",
        "/v1/approvals",
        "/v1/enrollments",
        "/v1/billing/usage",
    ] {
        problem(&app.get(path, &key).await, 403);
        let _ = app.get(path, &owner.token).await.expect(200);
    }
    // What a program needs to find its paths is there.
    for path in ["/v1/auth/me", "/v1/vaults"] {
        let _ = app.get(path, &key).await.expect(200);
    }
    let listed = app.get(&format!("/v1/vaults/{vault}/secrets"), &key).await;
    assert_eq!(listed.expect(200).json()["secrets"][0]["path"], "in/a");
}
