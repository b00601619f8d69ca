//! Agents.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

each_backend! {
    async fn people_manage_agents(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let body = json!({
            "name": "bot", "description": "deploys", "scopes": ["a/**"], "token_ttl_seconds": 600, "environment": "prod",
            "shroud_enabled": true, "tx_allowed_chains": ["base"], "shroud_config": { "x": 1 },
        });
        let created = app.post("/v1/agents", &owner.token, body).await.expect(201).json();
        assert_eq!(created.as_object().unwrap().keys().collect::<Vec<_>>(), ["agent", "api_key"]);
        let agent = &created["agent"];
        assert!(created["api_key"].as_str().unwrap().starts_with("ocv_"));
        assert_eq!((&agent["shroud_enabled"], &agent["intents_api_enabled"], &agent["is_active"]), (&json!(false), &json!(false), &json!(true)));
        assert_eq!((agent["ssh_public_key"].as_str().unwrap().len(), agent["ecdh_public_key"].as_str().unwrap().len()), (44, 88));
        assert!(agent.get("org_id").is_none() && agent.get("tx_allowed_chains").is_none());
        assert_eq!(agent["environment"], "prod");

        let id = agent["id"].as_str().unwrap();
        let one = format!("/v1/agents/{id}");
        assert_eq!(&app.get(&one, &owner.token).await.expect(200).json(), agent);
        assert_eq!(app.get("/v1/agents", &owner.token).await.expect(200).json()["agents"][0], *agent);

        let patch = json!({ "description": "builds", "token_ttl_seconds": null, "environment": null, "expires_at": "2026-12-01T00:00:00+01:00" });
        let patched = app.call("PATCH", &one, &owner.token, patch).await.expect(200).json();
        assert_eq!((&patched["description"], &patched["name"], &patched["scopes"]), (&json!("builds"), &json!("bot"), &json!(["a/**"])));
        assert!(patched.get("token_ttl_seconds").is_none() && patched.get("environment").is_none());
        assert_eq!(patched["expires_at"], "2026-11-30T23:00:00.000Z");
        let patched = app.call("PATCH", &one, &owner.token, json!({ "expires_at": null, "scopes": null, "name": null })).await.expect(200).json();
        assert!(patched.get("expires_at").is_none());
        assert_eq!((&patched["scopes"], &patched["name"]), (&json!([]), &json!("bot")));

        let _ = app.call("DELETE", &one, &owner.token, Value::Null).await.expect(204);
        problem(&app.get(&one, &owner.token).await, 404);
        problem(&app.call("DELETE", &one, &owner.token, Value::Null).await, 404);
        assert_eq!(app.get("/v1/agents", &owner.token).await.expect(200).json(), json!({ "agents": [] }));
    }
}

each_backend! {
    async fn what_ends_an_agent_ends_its_tokens(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let one = format!("/v1/agents/{}", agent.id);
        let _ = app.get("/v1/agents/me", &agent.token).await.expect(200);

        let off = app.call("PATCH", &one, &owner.token, json!({ "is_active": false })).await.expect(200).json();
        assert_eq!(off["is_active"], false);
        problem(&app.get("/v1/agents/me", &agent.token).await, 401);
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        let _ = app.call("PATCH", &one, &owner.token, json!({ "is_active": true })).await.expect(200);
        problem(&app.get("/v1/agents/me", &agent.token).await, 401);
        let token = app.exchange(&agent.key).await;

        let rotated = app.post(&format!("{one}/rotate-key"), &owner.token, Value::Null).await.expect(200).json();
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        problem(&app.get("/v1/agents/me", &token).await, 401);
        let token = app.exchange(rotated["api_key"].as_str().unwrap()).await;
        let _ = app.call("DELETE", &one, &owner.token, Value::Null).await.expect(204);
        problem(&app.get("/v1/agents/me", &token).await, 401);
    }
}

#[tokio::test]
async fn agents_know_themselves_and_nobody_else() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let other = app.create_agent(&owner, "other").await;
    let me = app
        .get("/v1/agents/me", &agent.token)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&me["id"], &me["created_by"], &me["org_id"]),
        (&json!(agent.id), &json!(owner.id), &json!(owner.org))
    );
    assert!(me["ssh_public_key"].is_string() && me["ecdh_public_key"].is_string());
    let _ = app
        .get(&format!("/v1/agents/{}", agent.id), &agent.token)
        .await
        .expect(200);
    problem(
        &app.get(&format!("/v1/agents/{}", other.id), &agent.token)
            .await,
        404,
    );
    problem(
        &app.get(&format!("/v1/agents/{NOTHING}"), &owner.token)
            .await,
        404,
    );
    problem(&app.get("/v1/agents/me", &owner.token).await, 403);
    for (method, path, body) in [
        ("GET", "/v1/agents".to_owned(), Value::Null),
        ("POST", "/v1/agents".to_owned(), json!({ "name": "child" })),
        (
            "PATCH",
            format!("/v1/agents/{}", agent.id),
            json!({ "name": "root" }),
        ),
        ("DELETE", format!("/v1/agents/{}", other.id), Value::Null),
        (
            "POST",
            format!("/v1/agents/{}/rotate-key", agent.id),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/agents/{}/reveal-key", agent.id),
            json!({ "token": "x" }),
        ),
    ] {
        problem(&app.call(method, &path, &agent.token, body).await, 403);
    }
}

#[tokio::test]
async fn bindings_hold_even_for_a_vaults_owner() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let inside = app.create_vault(&owner.token, "inside").await;
    let agent = app.create_agent(&owner, "bot").await;
    let own = app.create_vault(&agent.token, "own").await;
    let _ = app.put(&agent.token, &own, "a", "v").await;
    let _ = app
        .call(
            "PATCH",
            &format!("/v1/agents/{}", agent.id),
            &owner.token,
            json!({ "vault_ids": [inside] }),
        )
        .await
        .expect(200);
    let answer = app
        .post("/v1/auth/agent-token", "", json!({ "api_key": agent.key }))
        .await
        .expect(200)
        .json();
    assert_eq!(answer["vault_ids"], json!([inside]));
    problem(
        &app.read(answer["access_token"].as_str().unwrap(), &own, "a")
            .await,
        403,
    );
}

#[tokio::test]
async fn agents_whose_keys_are_used_for_them_cannot_read_them() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app.allow(&owner, &vault, &agent, "**", &["read"]).await;
    for (path, kind) in [("a", "private_key"), ("b", "ssh_key"), ("c", "password")] {
        let _ = app
            .call(
                "PUT",
                &format!("/v1/vaults/{vault}/secrets/{path}"),
                &owner.token,
                json!({ "value": "v", "type": kind }),
            )
            .await
            .expect(201);
    }
    let _ = app
        .call(
            "PATCH",
            &format!("/v1/agents/{}", agent.id),
            &owner.token,
            json!({ "intents_api_enabled": true }),
        )
        .await
        .expect(200);
    let token = app.exchange(&agent.key).await;
    problem(&app.read(&token, &vault, "a").await, 403);
    problem(&app.read(&token, &vault, "b").await, 403);
    let _ = app.read(&token, &vault, "c").await.expect(200);
}
