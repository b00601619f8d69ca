//! Limits of an organisation.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, TestApp};
use serde_json::{Value, json};
use std::sync::Arc;

fn used_up(answer: &Answer, phrase: &str) {
    let problem = problem(answer, 403);
    assert_eq!(problem["type"], "resource_limit_exceeded");
    assert_eq!(problem["title"], "Resource Limit Exceeded");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.starts_with(phrase), "{detail}");
}

each_backend! {
    async fn limits_hold_for_what_is_added_and_for_nothing_else(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "a", "v").await;
        let set = |body: Value| app.call("PATCH", "/v1/org/limits", &owner.token, body);
        let limits = set(json!({ "vaults": 2, "secrets": 2, "agents": 1 })).await.expect(200).json();
        assert_eq!(limits, json!({ "limits": [
            { "resource": "vaults", "used": 1, "maximum": 2 },
            { "resource": "secrets", "used": 1, "maximum": 2 },
            { "resource": "agents", "used": 0, "maximum": 1 },
        ] }));
        let agent = app.create_agent(&owner, "bot").await;
        used_up(&app.post("/v1/agents", &owner.token, json!({ "name": "another" })).await, "Agent limit reached (1/1 on self-hosted tier)");
        // The vault of identity keys and what is in it count nowhere.
        let _ = app.create_vault(&owner.token, "second").await;
        used_up(&app.post("/v1/vaults", &owner.token, json!({ "name": "third" })).await, "Vault limit reached (2/2 on self-hosted tier)");
        let put = async |path: &str| {
            let path = format!("/v1/vaults/{vault}/secrets/{path}");
            app.call("PUT", &path, &owner.token, json!({ "value": "v" })).await
        };
        let _ = put("b").await.expect(201);
        used_up(&put("c").await, "Secret limit reached (2/2 on self-hosted tier)");
        let _ = put("b").await.expect(201);
        let _ = app.call("DELETE", &format!("/v1/vaults/{vault}/secrets/b"), &owner.token, Value::Null).await.expect(204);
        let _ = put("c").await.expect(201);
        used_up(&put("b").await, "Secret limit reached");
        let _ = app.allow(&owner, &vault, &agent, "**", &["write"]).await;
        used_up(&app.call("PUT", &format!("/v1/vaults/{vault}/secrets/d"), &agent.token, json!({ "value": "v" })).await, "Secret limit reached");
        // What is not mentioned stays; null lifts, at once and for everybody.
        let _ = set(json!({ "secrets": null })).await.expect(200);
        let _ = put("b").await.expect(201);
        let _ = app.call("PUT", &format!("/v1/vaults/{vault}/secrets/d"), &agent.token, json!({ "value": "v" })).await.expect(201);
        used_up(&app.post("/v1/vaults", &owner.token, json!({ "name": "third" })).await, "Vault limit");
        // And a limit that is set binds those who are remembered without one.
        let _ = set(json!({ "secrets": 0 })).await.expect(200);
        used_up(&put("e").await, "Secret limit reached (4/0");
        used_up(&app.call("PUT", &format!("/v1/vaults/{vault}/secrets/e"), &agent.token, json!({ "value": "v" })).await, "Secret limit reached");
    }
}

each_backend! {
    async fn many_at_once_do_not_pass_a_limit_together(app: TestApp) {
        let app = Arc::new(app);
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.call("PATCH", "/v1/org/limits", &owner.token, json!({ "vaults": 3, "secrets": 3 })).await.expect(200);
        let mut work = tokio::task::JoinSet::new();
        for number in 0..10 {
            let (app, token, vault) = (Arc::clone(&app), owner.token.clone(), vault.clone());
            work.spawn(async move {
                let secret = app.call("PUT", &format!("/v1/vaults/{vault}/secrets/n{number}"), &token, json!({ "value": "v" })).await.status;
                let made = app.post("/v1/vaults", &token, json!({ "name": format!("v{number}") })).await.status;
                (secret, made)
            });
        }
        let done = work.join_all().await;
        assert_eq!(done.iter().filter(|(secret, _)| *secret == 201).count(), 3, "{done:?}");
        assert_eq!(done.iter().filter(|(_, made)| *made == 201).count(), 2, "{done:?}");
    }
}

#[tokio::test]
async fn limits_are_set_by_those_who_run_the_organisation() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    problem(&app.get("/v1/org/limits", &agent.token).await, 403);
    problem(
        &app.call("PATCH", "/v1/org/limits", &agent.token, json!({}))
            .await,
        403,
    );
    for wrong in [
        json!({ "vaults": -1 }),
        json!({ "vaults": "many" }),
        json!({ "agents": 3_000_000_000_u64 }),
    ] {
        problem(
            &app.call("PATCH", "/v1/org/limits", &owner.token, wrong)
                .await,
            400,
        );
    }
    let mallory = app.sign_up("mallory@example.com").await;
    let _ = app
        .call(
            "PATCH",
            "/v1/org/limits",
            &mallory.token,
            json!({ "vaults": 0 }),
        )
        .await
        .expect(200);
    let _ = app.create_vault(&owner.token, "prod").await;
}
