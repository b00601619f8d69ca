//! Webhooks and what goes with them.

use oneclaw_server::test_app::TestApp;
use serde_json::json;

#[tokio::test]
async fn line_85_a_webhook_shows_its_secret_once_and_takes_one_from_the_client() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "url": "https://hooks.example.com/a", "events": ["policy.created"] });
    let made = app.post("/v1/webhooks", &owner.token, body).await;
    let made = made.expect(201).json();
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    assert_eq!(made["is_active"], true);
    assert!(made["created_at"].is_string() && made["updated_at"].is_string());
    assert_eq!(made["org_id"], owner.org.as_str());

    let body = json!({ "url": "https://hooks.example.com/b", "events": ["bridge.done"], "secret": "a secret of the client", "description": "ours" });
    let given = app.post("/v1/webhooks", &owner.token, body).await;
    assert_eq!(given.expect(201).json()["secret"], "a secret of the client");

    let listed = app.get("/v1/webhooks", &owner.token).await.expect(200);
    assert_eq!(listed.json()["webhooks"].as_array().unwrap().len(), 2);
    let one = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let found = app.get(&one, &owner.token).await.expect(200);
    for answer in [listed, found] {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("secret\"") && !text.contains("a secret of the client"));
    }
}

#[tokio::test]
async fn line_08_ip_rules_and_webhooks_are_deleted_without_a_body() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let webhook = json!({ "url": "https://hooks.example.com/a", "events": ["policy.created"] });
    let rule = json!({ "rule_type": "block", "cidr": "198.51.100.7", "description": "noisy" });
    for (path, body) in [("/v1/webhooks", webhook), ("/v1/security/ip-rules", rule)] {
        let made = app.post(path, &owner.token, body).await.expect(201).json();
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        let deleted = app.call("DELETE", &one, &owner.token, json!(null)).await;
        assert!(deleted.expect(204).body.is_empty());
        let again = app.call("DELETE", &one, &owner.token, json!(null)).await;
        assert_eq!(again.status, 404);
    }
}
