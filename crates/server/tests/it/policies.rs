//! Policies.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};
use std::time::Duration;

each_backend! {
    async fn policies_hold_from_the_next_request_on(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "api-keys/openai", "sk-1").await;
        let policies = format!("/v1/vaults/{vault}/policies");
        problem(&app.read(&agent.token, &vault, "api-keys/openai").await, 403);

        let body = json!({
            "secret_path_pattern": "api-keys/**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"],
            "effect": "allow", "priority": 0, "policy_schema_version": 1, "conditions": null, "expires_at": null,
        });
        let policy = app.post(&policies, &owner.token, body).await.expect(201).json();
        let keys: Vec<_> = policy.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = ["conditions", "created_at", "created_by", "created_by_type", "id", "permissions", "principal_id", "principal_type", "secret_path_pattern", "vault_id"];
        assert_eq!(keys, expected, "a strict client refuses more");
        assert_eq!(policy["conditions"], json!({}));
        let _ = app.read(&agent.token, &vault, "api-keys/openai").await.expect(200);
        problem(&app.call("PUT", &format!("/v1/vaults/{vault}/secrets/api-keys/openai"), &agent.token, json!({ "value": "x" })).await, 403);

        let one = format!("{policies}/{}", policy["id"].as_str().unwrap());
        let changed = app.call("PUT", &one, &owner.token, json!({ "effect": "deny", "priority": 7 })).await.expect(200).json();
        assert_eq!((&changed["effect"], &changed["priority"], &changed["permissions"]), (&json!("deny"), &json!(7), &json!(["read"])));
        problem(&app.read(&agent.token, &vault, "api-keys/openai").await, 403);
        let _ = app.call("PUT", &one, &owner.token, json!({ "effect": "allow", "secret_path_pattern": "nowhere" })).await.expect(200);
        let _ = app.read(&agent.token, &vault, "api-keys/openai").await.expect(200);

        let listed = app.get(&policies, &owner.token).await.expect(200).json();
        assert_eq!(listed["policies"].as_array().unwrap().len(), 1);
        assert_eq!(listed["policies"][0]["secret_path_pattern"], "api-keys/**", "patterns stay");
        let _ = app.call("DELETE", &one, &owner.token, Value::Null).await.expect(204);
        problem(&app.read(&agent.token, &vault, "api-keys/openai").await, 403);
        problem(&app.call("DELETE", &one, &owner.token, Value::Null).await, 404);
        problem(&app.call("PUT", &one, &owner.token, json!({ "priority": 1 })).await, 404);
    }
}

#[tokio::test]
async fn conditions_are_kept_and_cleared() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let policies = format!("/v1/vaults/{vault}/policies");
    let body = json!({
        "secret_path_pattern": "**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"],
        "conditions": { "ip_allowlist": ["10.0.0.0/8"] }, "expires_at": "2026-11-23T12:10:00Z", "attribute_conditions": { "auth_method": "api_key" },
    });
    let policy = app
        .post(&policies, &owner.token, body)
        .await
        .expect(201)
        .json();
    assert_eq!(
        policy["conditions"],
        json!({ "ip_allowlist": ["10.0.0.0/8"] })
    );
    assert_eq!(
        policy["attribute_conditions"],
        json!({ "auth_method": "api_key" })
    );
    problem(&app.read(&agent.token, &vault, "a").await, 403);
    let one = format!("{policies}/{}", policy["id"].as_str().unwrap());
    let cleared = app
        .call("PUT", &one, &owner.token, json!({ "conditions": null }))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&cleared["conditions"], &cleared["expires_at"]),
        (&json!({}), &json!("2026-11-23T12:10:00.000Z"))
    );
    let _ = app.read(&agent.token, &vault, "a").await.expect(200);
    app.clock.advance(Duration::from_mins(10));
    problem(&app.read(&agent.token, &vault, "a").await, 403);
    let cleared = app
        .call("PUT", &one, &owner.token, json!({ "expires_at": null }))
        .await
        .expect(200)
        .json();
    assert!(cleared.get("expires_at").is_none());
    let _ = app.read(&agent.token, &vault, "a").await.expect(200);
    for conditions in [
        json!([]),
        json!({ "ip_allowlist": ["here"] }),
        json!({ "ip_allowlist": [] }),
    ] {
        let answer = app
            .call(
                "PUT",
                &one,
                &owner.token,
                json!({ "conditions": conditions }),
            )
            .await;
        problem(&answer, 400);
    }
}

#[tokio::test]
async fn whoever_controls_a_vault_writes_its_policies() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let other = app.create_agent(&owner, "other").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app
        .allow(&owner, &vault, &agent, "**", &["read", "write", "delete"])
        .await;
    let grant = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": other.id, "permissions": ["read"] });
    problem(
        &app.post(
            &format!("/v1/vaults/{vault}/policies"),
            &agent.token,
            grant.clone(),
        )
        .await,
        403,
    );
    problem(
        &app.get(&format!("/v1/vaults/{vault}/policies"), &agent.token)
            .await,
        403,
    );
    let own = app.create_vault(&agent.token, "scratch").await;
    let _ = app
        .post(
            &format!("/v1/vaults/{own}/policies"),
            &agent.token,
            grant.clone(),
        )
        .await
        .expect(201);
    let _ = app.put(&agent.token, &own, "a", "v").await;
    let _ = app.read(&other.token, &own, "a").await.expect(200);
    problem(
        &app.post(
            &format!("/v1/vaults/{NOTHING}/policies"),
            &owner.token,
            grant,
        )
        .await,
        404,
    );
}

#[tokio::test]
async fn label_scopes_do_not_restrict_and_globs_do() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a/1", "v").await;
    let _ = app.put(&owner.token, &vault, "b/1", "v").await;
    for (scopes, readable) in [
        (json!(["vaults:read", "vault.read"]), [true, true]),
        (json!(["a/**"]), [true, false]),
        (json!([]), [true, true]),
    ] {
        let created = app
            .post(
                "/v1/agents",
                &owner.token,
                json!({ "name": "bot", "scopes": scopes }),
            )
            .await
            .expect(201)
            .json();
        let key = created["api_key"].as_str().unwrap();
        let token = app.exchange(key).await;
        // The token is older than the policy.
        let body = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": created["agent"]["id"], "permissions": ["read"] });
        let _ = app
            .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body)
            .await
            .expect(201);
        for (path, readable) in ["a/1", "b/1"].iter().zip(readable) {
            assert_eq!(
                app.read(&token, &vault, path).await.status == 200,
                readable,
                "{scopes} {path}"
            );
        }
        assert_eq!(created["agent"]["scopes"], scopes);
    }
}

#[tokio::test]
async fn decisions_explain_themselves() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let explain = format!("/v1/vaults/{vault}/policies/explain");
    let question = |changes: Value| {
        let mut body = json!({ "principal_type": "agent", "principal_id": agent.id, "action": "read", "path": "a/1" });
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        body
    };
    let before = app
        .post(&explain, &owner.token, question(json!({})))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&before["allowed"], &before["reason"]),
        (&json!(false), &json!("no_matching_rule"))
    );
    let body = json!({
        "secret_path_pattern": "a/*", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"],
        "conditions": { "ip_allowlist": ["192.0.2.0/24"], "environment_in": ["prod"] }, "expires_at": "2026-11-24T00:00:00Z",
    });
    let policy = app
        .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body)
        .await
        .expect(201)
        .json();
    for (changes, allowed) in [
        (json!({}), false),
        (json!({ "ip": "192.0.2.7", "environment": "prod" }), true),
        (
            json!({ "ip": "198.51.100.1", "environment": "prod" }),
            false,
        ),
        (json!({ "ip": "192.0.2.7", "environment": "test" }), false),
        (
            json!({ "ip": "192.0.2.7", "environment": "prod", "at": "2026-11-24T00:00:01Z" }),
            false,
        ),
        (
            json!({ "ip": "192.0.2.7", "environment": "prod", "path": "b/1" }),
            false,
        ),
    ] {
        let answer = app
            .post(&explain, &owner.token, question(changes.clone()))
            .await
            .expect(200)
            .json();
        assert_eq!(answer["allowed"], allowed, "{changes}: {answer}");
        assert_eq!(answer.get("decided_by") == Some(&policy["id"]), allowed);
        assert_eq!(answer["rules"].as_array().unwrap().len(), 1);
    }
    let itself = app
        .post(
            &explain,
            &agent.token,
            question(json!({ "environment": "prod" })),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(itself["allowed"], true, "it asks from 192.0.2.1");
    problem(
        &app.post(
            &explain,
            &agent.token,
            question(json!({ "principal_type": "user", "principal_id": owner.id })),
        )
        .await,
        403,
    );
    problem(
        &app.post(&explain, &owner.token, question(json!({ "ip": "here" })))
            .await,
        400,
    );
    problem(
        &app.post(
            &explain,
            &owner.token,
            question(json!({ "principal_id": NOTHING })),
        )
        .await,
        400,
    );
}
