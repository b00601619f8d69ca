//! Vaults, secrets, policies, limits, usage, repeated requests.

use crate::client_keys::{VALUES, enable, outcome, rotate};
use crate::conditions::send;
use crate::problem;
use oneclaw_server::test_app::{Answer, Person, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

/// An instance with somebody who has a vault.
async fn start() -> (TestApp, Person, String) {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    (app, owner, vault)
}

async fn put(app: &TestApp, token: &str, vault: &str, path: &str, body: Value) -> Answer {
    app.call(
        "PUT",
        &format!("/v1/vaults/{vault}/secrets/{path}"),
        token,
        body,
    )
    .await
}

fn paths(list: &Value) -> Vec<&str> {
    let secrets = list["secrets"].as_array().unwrap();
    secrets
        .iter()
        .map(|secret| secret["path"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn line_12_every_encoding_of_slashes_is_the_same_secret() {
    let (app, owner, vault) = start().await;
    let id = app.put(&owner.token, &vault, "api-keys/openai", "v").await;
    for spelling in [
        "api-keys/openai",
        "api-keys%2Fopenai",
        "api%2Dkeys/open%61i",
    ] {
        let read = app.read(&owner.token, &vault, spelling).await.expect(200);
        assert_eq!(read.json()["id"], id, "{spelling}");
    }
}

#[tokio::test]
async fn line_16_a_limit_has_its_own_type() {
    let (app, owner, _) = start().await;
    let body = json!({ "vaults": 1 });
    let _ = app
        .call("PATCH", "/v1/org/limits", &owner.token, body)
        .await
        .expect(200);
    let refused = app
        .post("/v1/vaults", &owner.token, json!({ "name": "b" }))
        .await;
    assert_eq!(problem(&refused, 403)["type"], "resource_limit_exceeded");
}

#[tokio::test]
async fn line_17_the_sentence_names_the_limit() {
    let (app, owner, vault) = start().await;
    let body = json!({ "vaults": 1, "secrets": 0, "agents": 0 });
    let _ = app
        .call("PATCH", "/v1/org/limits", &owner.token, body)
        .await
        .expect(200);
    for (method, path, body, words) in [
        (
            "POST",
            "/v1/vaults".to_owned(),
            json!({ "name": "b" }),
            "Vault limit reached (1/1 on ",
        ),
        (
            "POST",
            "/v1/agents".to_owned(),
            json!({ "name": "b" }),
            "Agent limit reached (0/0 on ",
        ),
        (
            "PUT",
            format!("/v1/vaults/{vault}/secrets/a"),
            json!({ "value": "v" }),
            "Secret limit reached (0/0 on ",
        ),
    ] {
        let refused = app.call(method, &path, &owner.token, body).await;
        let detail = problem(&refused, 403)["detail"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(detail.contains(words), "{detail}");
    }
}

#[tokio::test]
async fn line_19_what_is_over_is_gone() {
    let (app, owner, vault) = start().await;
    let body = json!({ "value": "v", "expires_at": "2026-11-23T13:00:00Z" });
    let _ = put(&app, &owner.token, &vault, "expired", body)
        .await
        .expect(201);
    let body = json!({ "value": "v", "max_access_count": 1 });
    let _ = put(&app, &owner.token, &vault, "used-up", body)
        .await
        .expect(201);
    let _ = app.read(&owner.token, &vault, "used-up").await.expect(200);
    let _ = app.put(&owner.token, &vault, "deleted", "v").await;
    let path = format!("/v1/vaults/{vault}/secrets/deleted");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let _ = app.put(&owner.token, &vault, "disabled", "v").await;
    let path = format!("/v1/vaults/{vault}/secret-version-disable/disabled/1");
    let _ = app.post(&path, &owner.token, Value::Null).await.expect(204);
    app.clock.advance(Duration::from_hours(1));
    let owner = app.sign_in("alice@example.com").await;
    for path in ["expired", "used-up", "deleted", "disabled"] {
        problem(&app.read(&owner.token, &vault, path).await, 410);
    }
}

#[tokio::test]
async fn line_20_a_secret_that_is_not_there_is_404_for_who_may_read() {
    let (app, owner, vault) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app
        .allow(&owner, &vault, &agent, "open/**", &["read"])
        .await;
    problem(&app.read(&agent.token, &vault, "open/nothing").await, 404);
    problem(&app.read(&agent.token, &vault, "closed/nothing").await, 403);
}

#[tokio::test]
async fn line_39_an_empty_description_is_a_description() {
    let (app, owner, _) = start().await;
    let body = json!({ "name": "b", "description": "" });
    let made = app.post("/v1/vaults", &owner.token, body).await.expect(201);
    assert_eq!(made.json()["description"], "");
}

#[tokio::test]
async fn line_40_a_vault_says_who_made_it() {
    let (app, owner, _) = start().await;
    let made = app
        .post("/v1/vaults", &owner.token, json!({ "name": "b" }))
        .await;
    let made = made.expect(201).json();
    assert_eq!(made["created_by"], owner.id);
    assert_eq!(made["created_by_type"], "user");
}

#[tokio::test]
async fn line_41_an_agents_vault_is_listed_for_it_and_its_human() {
    let (app, owner, _) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&agent.token, "scratch").await;
    for token in [&agent.token, &owner.token] {
        let listed = app.get("/v1/vaults", token).await.expect(200).json();
        let vaults = listed["vaults"].as_array().unwrap();
        assert!(
            vaults.iter().any(|listed| listed["id"] == vault),
            "{listed}"
        );
    }
}

#[tokio::test]
async fn line_42_the_vault_of_identity_keys_is_listed_by_its_name() {
    let (app, owner, _) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let is_listed = async |token: &str| {
        let listed = app.get("/v1/vaults", token).await.expect(200).json();
        let vaults = listed["vaults"].as_array().unwrap();
        vaults.iter().any(|vault| vault["name"] == "__agent-keys")
    };
    assert!(is_listed(&owner.token).await);
    assert!(!is_listed(&agent.token).await);
    let found = app
        .get("/v1/org/agent-keys-vault", &owner.token)
        .await
        .expect(200)
        .json();
    let vault = found["vault_id"].as_str().unwrap();
    let pattern = format!("agents/{}/**", agent.id);
    let _ = app.allow(&owner, vault, &agent, &pattern, &["read"]).await;
    assert!(is_listed(&agent.token).await);
}

#[tokio::test]
async fn line_43_a_type_may_be_left_out() {
    let (app, owner, vault) = start().await;
    for body in [
        json!({ "value": "v" }),
        json!({ "value": "v", "type": "generic" }),
    ] {
        let written = put(&app, &owner.token, &vault, "a", body).await.expect(201);
        assert_eq!(written.json()["type"], "generic");
    }
}

#[tokio::test]
async fn line_44_writing_again_is_201_with_the_next_version_and_the_same_id() {
    let (app, owner, vault) = start().await;
    let first = put(&app, &owner.token, &vault, "a", json!({ "value": "v" }))
        .await
        .expect(201)
        .json();
    let second = put(&app, &owner.token, &vault, "a", json!({ "value": "w" }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&first["version"], &second["version"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(first["id"], second["id"]);
}

#[tokio::test]
async fn line_45_what_was_written_can_be_shared_by_its_id() {
    let (app, owner, vault) = start().await;
    let written = put(&app, &owner.token, &vault, "a", json!({ "value": "v" }))
        .await
        .expect(201)
        .json();
    let path = format!("/v1/secrets/{}/share", written["id"].as_str().unwrap());
    let body =
        json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" });
    let _ = app.post(&path, &owner.token, body).await.expect(201);
}

#[tokio::test]
async fn line_46_an_empty_list_is_a_list() {
    let (app, owner, vault) = start().await;
    let listed = app
        .get(&format!("/v1/vaults/{vault}/secrets"), &owner.token)
        .await;
    assert_eq!(listed.expect(200).json(), json!({ "secrets": [] }));
}

#[tokio::test]
async fn line_47_a_prefix_filters_and_without_one_everything_is_listed() {
    let (app, owner, vault) = start().await;
    for path in ["api-keys/a", "api-keys-b", "other"] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
    }
    let list = format!("/v1/vaults/{vault}/secrets");
    for (query, expected) in [
        ("", vec!["api-keys-b", "api-keys/a", "other"]),
        ("?prefix=", vec!["api-keys-b", "api-keys/a", "other"]),
        ("?prefix=api-keys", vec!["api-keys-b", "api-keys/a"]),
        ("?prefix=api-keys/", vec!["api-keys/a"]),
        ("?prefix=none", vec![]),
    ] {
        let listed = app
            .get(&format!("{list}{query}"), &owner.token)
            .await
            .expect(200)
            .json();
        assert_eq!(paths(&listed), expected, "{query}");
    }
}

#[tokio::test]
async fn line_48_lists_have_no_values_and_reads_have_a_text() {
    let (app, owner, vault) = start().await;
    let _ = app.put(&owner.token, &vault, "a", "12345").await;
    let listed = app
        .get(&format!("/v1/vaults/{vault}/secrets"), &owner.token)
        .await
        .expect(200);
    assert!(!String::from_utf8_lossy(&listed.body).contains("12345"));
    let versions = app
        .get(
            &format!("/v1/vaults/{vault}/secret-versions/a"),
            &owner.token,
        )
        .await
        .expect(200);
    assert!(!String::from_utf8_lossy(&versions.body).contains("12345"));
    assert_eq!(
        app.read(&owner.token, &vault, "a").await.expect(200).json()["value"],
        "12345"
    );
}

#[tokio::test]
async fn line_49_the_names_that_examples_use_are_names() {
    let (app, owner, vault) = start().await;
    for path in [
        "OPENAI_KEY",
        "keys/base-signer",
        "deploy-logs/deploy-1700000000000",
        "agents/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d/ssh/private_key",
    ] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
        let _ = app.read(&owner.token, &vault, path).await.expect(200);
    }
}

#[tokio::test]
async fn line_50_metadata_comes_back_as_an_object() {
    let (app, owner, vault) = start().await;
    let body = json!({ "value": "v", "metadata": { "team": "shop", "n": [1, { "a": null }] } });
    let _ = put(&app, &owner.token, &vault, "a", body.clone())
        .await
        .expect(201);
    assert_eq!(
        app.read(&owner.token, &vault, "a").await.expect(200).json()["metadata"],
        body["metadata"]
    );
    let _ = app.put(&owner.token, &vault, "b", "v").await;
    assert_eq!(
        app.read(&owner.token, &vault, "b").await.expect(200).json()["metadata"],
        json!({})
    );
}

#[tokio::test]
async fn line_51_a_generated_value_is_not_shown_and_an_empty_body_has_defaults() {
    let (app, owner, vault) = start().await;
    let _ = put(
        &app,
        &owner.token,
        &vault,
        "a",
        json!({ "value": "v", "type": "api_key" }),
    )
    .await
    .expect(201);
    let path = format!("/v1/vaults/{vault}/secret-rotate/a");
    let rotated = send(
        &app,
        "POST",
        &path,
        &owner.token,
        ("content-type", "application/json"),
        Value::Null,
    )
    .await;
    let rotated = rotated.expect(201).json();
    assert_eq!(
        (&rotated["version"], &rotated["type"]),
        (&json!(2), &json!("api_key"))
    );
    assert!(rotated.get("value").is_none());
    let value = app.read(&owner.token, &vault, "a").await.expect(200).json()["value"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{value}"
    );
}

#[tokio::test]
async fn line_52_a_version_stands_behind_a_path_of_any_length() {
    let (app, owner, vault) = start().await;
    for value in ["one", "two"] {
        let _ = app.put(&owner.token, &vault, "a/b/c/7", value).await;
    }
    for (version, value) in [(1, "one"), (2, "two")] {
        for path in ["a/b/c/7", "a%2Fb%2Fc%2F7"] {
            let url = format!("/v1/vaults/{vault}/secret-version/{path}/{version}");
            let read = app.get(&url, &owner.token).await.expect(200).json();
            assert_eq!(
                (&read["value"], &read["path"]),
                (&json!(value), &json!("a/b/c/7"))
            );
        }
    }
    let url = format!("/v1/vaults/{vault}/secret-version-disable/a/b/c/7/1");
    let _ = app.post(&url, &owner.token, Value::Null).await.expect(204);
}

#[tokio::test]
async fn line_53_a_rotation_of_the_clients_key_is_running_when_it_is_answered() {
    let (app, owner, vault) = start().await;
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let _ = app.put(&owner.token, &vault, "a", VALUES[0]).await;
    let started = rotate(&app, &owner.token, &vault, 0, 1).await.expect(202);
    assert_eq!(started.json()["status"], "running");
    assert!(started.header("location").starts_with("/v1/vaults/"));
    assert_eq!(
        outcome(&app, &owner.token, &started).await["status"],
        "completed"
    );
}

#[tokio::test]
async fn line_54_a_value_says_that_its_client_encrypted_it() {
    let (app, owner, vault) = start().await;
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let _ = app.put(&owner.token, &vault, "a", VALUES[0]).await;
    assert_eq!(
        app.read(&owner.token, &vault, "a").await.expect(200).json()["cmek_encrypted"],
        true
    );
}

#[tokio::test]
async fn line_55_a_vault_goes_with_the_secrets_in_it() {
    let (app, owner, vault) = start().await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let path = format!("/v1/vaults/{vault}");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    problem(&app.get(&path, &owner.token).await, 404);
}

#[tokio::test]
async fn line_56_a_name_is_free_again_and_only_then() {
    let (app, owner, vault) = start().await;
    problem(
        &app.post("/v1/vaults", &owner.token, json!({ "name": "prod" }))
            .await,
        409,
    );
    let path = format!("/v1/vaults/{vault}");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let _ = app.create_vault(&owner.token, "prod").await;
}

#[tokio::test]
async fn line_57_policies_are_taken_with_and_without_the_newer_members() {
    let (app, owner, vault) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let bare = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"] });
    let mut full = bare.clone();
    for (member, value) in [
        ("effect", json!("allow")),
        ("priority", json!(0)),
        ("policy_schema_version", json!(1)),
        ("conditions", Value::Null),
        ("expires_at", Value::Null),
        ("attribute_conditions", Value::Null),
        ("consensus_trigger", Value::Null),
    ] {
        full[member] = value;
    }
    for body in [bare, full] {
        let _ = app
            .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body)
            .await
            .expect(201);
    }
}

#[tokio::test]
async fn line_58_two_stars_match_every_path() {
    let (app, owner, vault) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app.allow(&owner, &vault, &agent, "**", &["read"]).await;
    for path in ["a", "a/b", "a/b/c/d"] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
        let _ = app.read(&agent.token, &vault, path).await.expect(200);
    }
}

#[tokio::test]
async fn line_59_a_policy_works_for_a_token_that_is_older() {
    let (app, owner, vault) = start().await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    problem(&app.read(&agent.token, &vault, "a").await, 403);
    let policy = app.allow(&owner, &vault, &agent, "a", &["read"]).await;
    let _ = app.read(&agent.token, &vault, "a").await.expect(200);
    let path = format!("/v1/vaults/{vault}/policies/{policy}");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    problem(&app.read(&agent.token, &vault, "a").await, 403);
}

#[tokio::test]
async fn line_60_labels_among_the_scopes_restrict_nothing() {
    let (app, owner, vault) = start().await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    for scopes in [
        json!(["vaults:read"]),
        json!(["vault:read", "tx:sign"]),
        json!(["vault.read"]),
    ] {
        let body = json!({ "name": "bot", "scopes": scopes });
        let made = app
            .post("/v1/agents", &owner.token, body)
            .await
            .expect(201)
            .json();
        let token = app.exchange(made["api_key"].as_str().unwrap()).await;
        let grant = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": made["agent"]["id"], "permissions": ["read"] });
        let _ = app
            .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, grant)
            .await
            .expect(201);
        let _ = app.read(&token, &vault, "a").await.expect(200);
    }
}

#[tokio::test]
async fn line_61_an_agent_grants_access_to_a_vault_it_made() {
    let (app, owner, _) = start().await;
    let maker = app.create_agent(&owner, "maker").await;
    let other = app.create_agent(&owner, "other").await;
    let vault = app.create_vault(&maker.token, "scratch").await;
    let _ = app.put(&maker.token, &vault, "a", "v").await;
    let grant = json!({ "secret_path_pattern": "a", "principal_type": "agent", "principal_id": other.id, "permissions": ["read"] });
    let path = format!("/v1/vaults/{vault}/policies");
    problem(&app.post(&path, &other.token, grant.clone()).await, 403);
    let _ = app.post(&path, &maker.token, grant).await.expect(201);
    let _ = app.read(&other.token, &vault, "a").await.expect(200);
}

#[tokio::test]
async fn line_62_a_policy_has_newer_members_only_when_they_say_something() {
    let (app, owner, vault) = start().await;
    let agent = app.create_agent(&owner, "bot").await;
    let path = format!("/v1/vaults/{vault}/policies");
    let mut body = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"], "effect": "allow", "priority": 0, "policy_schema_version": 1 });
    let plain = app
        .post(&path, &owner.token, body.clone())
        .await
        .expect(201)
        .json();
    for member in [
        "effect",
        "priority",
        "attribute_conditions",
        "policy_schema_version",
    ] {
        assert!(plain.get(member).is_none(), "{plain}");
    }
    body["effect"] = json!("deny");
    body["priority"] = json!(3);
    let newer = app.post(&path, &owner.token, body).await.expect(201).json();
    assert_eq!(
        (&newer["effect"], &newer["priority"]),
        (&json!("deny"), &json!(3))
    );
}

#[tokio::test]
async fn line_83_usage_has_a_month_with_numbers_and_a_cost_in_text() {
    let (app, owner, _) = start().await;
    let usage = app
        .get("/v1/billing/usage", &owner.token)
        .await
        .expect(200)
        .json();
    let month = &usage["current_month"];
    for member in ["total_requests", "paid_requests", "free_requests"] {
        assert!(month[member].is_u64(), "{usage}");
    }
    assert_eq!(month["total_cost_usd"], "0");
    assert!(usage["free_tier_limit"].is_i64() && usage["billing_tier"].is_string());
}

#[tokio::test]
async fn line_89_an_idempotency_key_is_taken_everywhere() {
    let (app, owner, vault) = start().await;
    let key = ("idempotency-key", "0b8e0c52-6b5e-4d9c-8f0f-7f5f6d1c2b3a");
    let path = format!("/v1/vaults/{vault}/secrets/a");
    for (method, path, body, status) in [
        ("PUT", path.as_str(), json!({ "value": "v" }), 201),
        ("PUT", path.as_str(), json!({ "value": "w" }), 201),
        ("GET", path.as_str(), Value::Null, 200),
        ("DELETE", path.as_str(), Value::Null, 204),
        ("POST", "/v1/vaults", json!({ "name": "b" }), 201),
        ("POST", "/v1/vaults", json!({ "name": "b" }), 201),
    ] {
        let _ = send(&app, method, path, &owner.token, key, body)
            .await
            .expect(status);
    }
}
