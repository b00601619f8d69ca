//! Honeytokens and pairing, by the numbers of the list of behaviours that published clients depend on.

use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn line_09_deleting_a_honeytoken_answers_with_a_body() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "aws/root", "bait").await;
    let body = json!({ "vault_id": vault, "secret_path": "aws/root" });
    let made = app
        .post("/v1/risk/honeytokens", &owner.token, body)
        .await
        .expect(201)
        .json();
    let made = &made["honeytoken"];
    assert_eq!(
        (
            &made["secret_path"],
            &made["notes"],
            &made["triggered_count"],
            &made["last_triggered_at"]
        ),
        (&json!("aws/root"), &Value::Null, &json!(0), &Value::Null)
    );
    let path = format!("/v1/risk/honeytokens/{}", made["id"].as_str().unwrap());
    let gone = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(gone, json!({ "deleted": true }));
}

#[tokio::test]
async fn line_66_the_status_of_a_pairing_gives_the_key_exactly_once() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let pair = AgentKeyPair::generate(&SystemRandom).unwrap();
    let body = json!({
        "name": "bot", "human_email": owner.email, "public_key": pair.public_key().unwrap().to_base64(),
    });
    let asked = app
        .post("/v1/agents/enroll", "", body)
        .await
        .expect(201)
        .json();
    let text = |field: &str| asked[field].as_str().unwrap();
    let status = format!(
        "/v1/agents/enroll/{}/status?poll={}",
        text("pairing_id"),
        text("poll_token")
    );
    let waiting = app.get(&status, "").await.expect(200).json();
    assert_eq!(waiting, json!({ "status": "pending" }));
    let approve = format!("/v1/enrollments/{}/approve", text("pairing_id"));
    let body =
        json!({ "token": text("approval_url").rsplit('/').next(), "phrase": text("phrase") });
    let _ = app.post(&approve, &owner.token, body).await.expect(200);
    let first = app.get(&status, "").await.expect(200).json();
    let _ = app.exchange(first["api_key"].as_str().unwrap()).await;
    let second = app.get(&status, "").await.expect(200).json();
    assert_eq!(second["status"], "approved");
    assert!(second.get("api_key").is_none(), "{second}");
}
