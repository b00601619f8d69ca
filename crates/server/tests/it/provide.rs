//! An agent asks a human for a value that it lacks, and the human types it straight into the vault.

use crate::org::join;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Agent, Answer, Person, TestApp};
use serde_json::{Value, json};

const VALUE: &str = "sk-typed-by-a-human";

/// What an agent sends that lacks the value at a path.
fn question(vault: &str, path: &str) -> Value {
    json!({ "action": "secret.provide", "target_type": "secret", "target_id": path,
        "summary": { "vault_id": vault, "path": path, "type": "api_key" }, "reason": "The payment provider's key" })
}

async fn ask(app: &TestApp, agent: &Agent, vault: &str, path: &str) -> String {
    let asked = app.post("/v1/approvals/request", &agent.token, question(vault, path));
    let asked = asked.await.expect(202).json();
    asked["id"].as_str().unwrap().to_owned()
}

async fn provide(app: &TestApp, person: &Person, id: &str, body: Value) -> Answer {
    app.post(&format!("/v1/approvals/{id}/approve"), &person.token, body)
        .await
}

each_backend! {
    async fn what_the_human_types_is_in_the_vault_and_the_agent_sees_it_only_where_it_may(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let agent = app.create_agent(&owner, "bot").await;
        let id = ask(&app, &agent, &vault, "keys/pay").await;

        problem(&provide(&app, &owner, &id, json!({})).await, 400);
        problem(&provide(&app, &owner, &id, json!({ "value": "" })).await, 400);
        let answered = provide(&app, &owner, &id, json!({ "value": VALUE })).await.expect(200);
        assert!(!String::from_utf8_lossy(&answered.body).contains(VALUE));
        assert_eq!(answered.json()["status"], "approved");
        problem(&provide(&app, &owner, &id, json!({ "value": "another" })).await, 409);

        let read = app.read(&owner.token, &vault, "keys/pay").await.expect(200).json();
        assert_eq!((&read["value"], &read["type"], &read["version"]), (&json!(VALUE), &json!("api_key"), &json!(1)));
        problem(&app.read(&agent.token, &vault, "keys/pay").await, 403);
        app.allow(&owner, &vault, &agent, "keys/pay", &["read"]).await;
        assert_eq!(app.read(&agent.token, &vault, "keys/pay").await.expect(200).json()["value"], VALUE);

        // The next one is the next version, and who wrote it is who typed it.
        let id = ask(&app, &agent, &vault, "keys/pay").await;
        let _ = provide(&app, &owner, &id, json!({ "value": "sk-second" })).await.expect(200);
        let read = app.read(&agent.token, &vault, "keys/pay").await.expect(200).json();
        assert_eq!((&read["value"], &read["version"]), (&json!("sk-second"), &json!(2)));
        let log = app.get("/v1/audit/events?action=secret.write", &owner.token).await.expect(200);
        assert!(!String::from_utf8_lossy(&log.body).contains(VALUE) && String::from_utf8_lossy(&log.body).contains(&owner.id), "{}", String::from_utf8_lossy(&log.body));
    }
}

each_backend! {
    async fn only_who_could_write_there_can_provide(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let member = join(&app, &owner, "bob@example.com", "member").await;
        let agent = app.create_agent(&member, "bot").await;
        let id = ask(&app, &agent, &vault, "keys/pay").await;
        problem(&provide(&app, &member, &id, json!({ "value": VALUE })).await, 403);
        problem(&app.read(&owner.token, &vault, "keys/pay").await, 404);
        // The question is open still, for somebody who may.
        let _ = provide(&app, &owner, &id, json!({ "value": VALUE })).await.expect(200);
        let _ = app.read(&owner.token, &vault, "keys/pay").await.expect(200);
    }
}

each_backend! {
    async fn a_value_answers_no_other_question_and_nonsense_is_refused(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let agent = app.create_agent(&owner, "bot").await;
        let access = json!({ "action": "access", "target_type": "vault", "target_id": vault,
            "summary": { "vault_id": vault, "path_pattern": "a", "permissions": ["read"] } });
        let asked = app.post("/v1/approvals/request", &agent.token, access).await.expect(202).json();
        problem(&provide(&app, &owner, asked["id"].as_str().unwrap(), json!({ "value": VALUE })).await, 400);
        for path in ["a/../b", "", "**"] {
            problem(&app.post("/v1/approvals/request", &agent.token, question(&vault, path)).await, 400);
        }
        let stranger = app.sign_up("mallory@example.com").await;
        let foreign = app.create_vault(&stranger.token, "other").await;
        problem(&app.post("/v1/approvals/request", &agent.token, question(&foreign, "a")).await, 404);
        let id = ask(&app, &agent, &vault, "a").await;
        problem(&provide(&app, &stranger, &id, json!({ "value": VALUE })).await, 404);
    }
}
