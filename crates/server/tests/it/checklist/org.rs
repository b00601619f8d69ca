//! Agents, approvals and the organisation, by the numbers of the list of behaviours that published
//! clients depend on.

use crate::problem;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn line_16_a_refusal_that_a_limit_or_a_human_can_lift_has_a_type_of_its_own() {
    use oneclaw_client::problem::{APPROVAL_REQUIRED, RESOURCE_LIMIT_EXCEEDED};
    use oneclaw_core::id::ApprovalId;
    use oneclaw_server::error::ApiError;
    assert_eq!(RESOURCE_LIMIT_EXCEEDED, "resource_limit_exceeded");
    assert_eq!(APPROVAL_REQUIRED, "approval_required");
    let required = oneclaw_app::Error::approval_required(ApprovalId::NIL);
    assert_eq!(ApiError::from(required).status(), 403);
}

#[tokio::test]
async fn line_42_the_vault_of_identity_keys_is_listed_by_name_after_the_first_agent() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    problem(
        &app.get("/v1/org/agent-keys-vault", &owner.token).await,
        404,
    );
    let agent = app.create_agent(&owner, "bot").await;
    let vaults = app.get("/v1/vaults", &owner.token).await.expect(200).json();
    let vault = vaults["vaults"]
        .as_array()
        .unwrap()
        .iter()
        .find(|vault| vault["name"] == "__agent-keys")
        .unwrap();
    let id = vault["id"].as_str().unwrap();
    let named = app.get("/v1/org/agent-keys-vault", &owner.token).await;
    assert_eq!(named.expect(200).json()["vault_id"], id);
    let path = format!("agents/{}/ssh/private_key", agent.id);
    let _ = app.allow(&owner, id, &agent, &path, &["read"]).await;
    let _ = app.read(&agent.token, id, &path).await.expect(200);
    let listed = app.get("/v1/vaults", &agent.token).await.expect(200).json();
    assert_eq!(listed["vaults"][0]["name"], "__agent-keys");
}

#[tokio::test]
async fn line_67_a_new_agent_comes_with_its_key_and_both_public_keys() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let created = app
        .post("/v1/agents", &owner.token, json!({ "name": "bot" }))
        .await
        .expect(201)
        .json();
    assert_eq!(created["api_key"].as_str().unwrap().len(), 47);
    let key = |name: &str| created["agent"][name].as_str().unwrap().len();
    assert_eq!((key("ssh_public_key"), key("ecdh_public_key")), (44, 88));
}

#[tokio::test]
async fn line_68_and_72_an_agent_sees_itself_both_ways() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let me = app
        .get("/v1/agents/me", &agent.token)
        .await
        .expect(200)
        .json();
    assert_eq!(me["created_by"], json!(owner.id));
    assert!(me["ssh_public_key"].is_string() && me["ecdh_public_key"].is_string());
    let one = app
        .get(&format!("/v1/agents/{}", agent.id), &agent.token)
        .await;
    assert_eq!(one.expect(200).json()["id"], me["id"]);
}

#[tokio::test]
async fn line_69_rotating_gives_a_key_and_ends_the_old_one_at_once() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let one = format!("/v1/agents/{}", agent.id);
    let soon = json!({ "api_key_expires_at": "2026-11-23T12:00:01Z" });
    let _ = app
        .call("PATCH", &one, &owner.token, soon)
        .await
        .expect(200);
    app.clock.advance(std::time::Duration::from_secs(1));
    let exchange = |key: String| {
        let app = &app;
        async move {
            app.post("/v1/auth/agent-token", "", json!({ "api_key": key }))
                .await
        }
    };
    problem(&exchange(agent.key.clone()).await, 401);
    let rotated = app
        .post(&format!("{one}/rotate-key"), &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    // The end of the old key is over, so it does not end the new one too.
    let key = rotated["api_key"].as_str().unwrap().to_owned();
    let _ = exchange(key).await.expect(200);
    problem(&exchange(agent.key.clone()).await, 401);
    problem(&app.get("/v1/agents/me", &agent.token).await, 401);
}

#[tokio::test]
async fn line_70_a_null_clears_and_what_is_not_mentioned_stays() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let one = format!("/v1/agents/{}", agent.id);
    let patch = |body: Value| {
        let (app, one, token) = (&app, one.clone(), owner.token.clone());
        async move {
            app.call("PATCH", &one, &token, body)
                .await
                .expect(200)
                .json()
        }
    };
    let set = patch(json!({ "token_ttl_seconds": 600, "description": "d", "expires_at": "2026-12-01T00:00:00Z" })).await;
    assert_eq!(set["token_ttl_seconds"], 600);
    let kept = patch(json!({ "name": "new" })).await;
    assert_eq!(
        (&kept["token_ttl_seconds"], &kept["description"]),
        (&json!(600), &json!("d"))
    );
    let cleared = patch(json!({ "token_ttl_seconds": null, "expires_at": null })).await;
    assert!(cleared.get("token_ttl_seconds").is_none_or(Value::is_null));
    assert!(cleared.get("expires_at").is_none_or(Value::is_null));
    assert_eq!(cleared["name"], "new");
}

#[tokio::test]
async fn line_71_two_flags_are_always_there() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app.create_agent(&owner, "bot").await;
    let agents = app.get("/v1/agents", &owner.token).await.expect(200).json();
    let agent = &agents["agents"][0];
    assert!(agent["shroud_enabled"].is_boolean() && agent["intents_api_enabled"].is_boolean());
}

#[tokio::test]
async fn line_79_80_and_81_questions_and_answers_as_clients_spell_them() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let answers = [
        ("decide", json!({ "decision": "approve" }), "approved"),
        ("decide", json!({ "decision": "approved" }), "approved"),
        ("decide", json!({ "decision": "reject" }), "rejected"),
        ("decide", json!({ "decision": "rejected" }), "rejected"),
        ("decide", json!({ "decision": "denied" }), "rejected"),
        ("approve", Value::Null, "approved"),
        ("deny", json!({ "reason": "no" }), "rejected"),
    ];
    // Both spellings of a summary that clients have.
    for (summary, (word, body, status)) in [json!("text"), json!({ "secret_path": "a" })]
        .into_iter()
        .cycle()
        .zip(answers)
    {
        let ask = json!({ "action": "deploy", "target_type": "service", "target_id": "", "summary": summary });
        let asked = app
            .post("/v1/approvals/request", &agent.token, ask)
            .await
            .expect(202)
            .json();
        let path = format!("/v1/approvals/{}", asked["id"].as_str().unwrap());
        let polled = app.get(&path, &agent.token).await.expect(200).json();
        assert_eq!(
            (&polled["status"], &polled["summary"]),
            (&json!("pending"), &summary)
        );
        let answered = app
            .post(&format!("{path}/{word}"), &owner.token, body)
            .await
            .expect(200)
            .json();
        assert_eq!(answered["status"], status, "{word}");
    }
    let denied = app
        .get("/v1/approvals?status=denied", &owner.token)
        .await
        .expect(200)
        .json();
    let denied = denied["approvals"].as_array().unwrap();
    assert_eq!(denied.len(), 4);
    for item in denied {
        assert!(
            item["secret_path"].is_string() && item.get("reason").is_some(),
            "{item}"
        );
    }
}
