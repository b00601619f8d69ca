//! How much an organisation uses the API.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::json;
use std::time::Duration;

each_backend! {
    async fn requests_are_counted_for_the_organisation_that_makes_them(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let mallory = app.sign_up("mallory@example.com").await;
        let usage = || async { app.get("/v1/billing/usage", &owner.token).await.expect(200).json() };
        let before = usage().await["current_month"]["total_requests"].as_u64().unwrap();
        let vault = app.create_vault(&owner.token, "prod").await;
        let agent = app.create_agent(&owner, "bot").await;
        // Requests of the same millisecond come in no order.
        app.clock.advance(Duration::from_millis(1));
        problem(&app.read(&agent.token, &vault, "a/b").await, 403);
        app.clock.advance(Duration::from_millis(1));
        problem(&app.get("/v1/vaults", "garbage").await, 401);
        let _ = app.get("/v1/health", "").await;
        let _ = app.get("/v1/vaults", &mallory.token).await.expect(200);
        let now = usage().await;
        // What it asked itself before, the vault, the agent, the refused read. Requests without a good token are nobody's.
        assert_eq!(now["current_month"]["total_requests"], before + 4);
        assert_eq!((&now["current_month"]["free_requests"], &now["current_month"]["paid_requests"]), (&json!(before + 4), &json!(0)));
        assert_eq!((&now["current_month"]["total_cost_usd"], &now["billing_tier"]), (&json!("0"), &json!("self-hosted")));

        let history = app.get("/v1/billing/history?limit=2", &owner.token).await.expect(200).json();
        let events = history["events"].as_array().unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!((&events[1]["method"], &events[1]["endpoint"], &events[1]["status_code"]), (&json!("GET"), &json!("/v1/vaults/{vault_id}/secrets/{path}"), &json!(403)));
        assert_eq!((&events[1]["principal_type"], &events[1]["principal_id"]), (&json!("agent"), &json!(agent.id)));
        assert!(!history.to_string().contains("a/b"), "paths are not kept");
        let own = app.get("/v1/billing/history", &agent.token).await.expect(200).json();
        assert!(own["events"].as_array().unwrap().iter().all(|event| event["principal_id"] == json!(agent.id)));

        app.clock.advance(Duration::from_hours(24 * 8));
        let owner = app.sign_in("alice@example.com").await;
        let december = app.get("/v1/billing/usage", &owner.token).await.expect(200).json();
        assert_eq!(december["current_month"]["total_requests"], 1, "a new month begins with the sign-in's own question");
        for query in ["limit=0", "limit=201", "limit=x"] {
            problem(&app.get(&format!("/v1/billing/history?{query}"), &owner.token).await, 400);
        }
    }
}

#[tokio::test]
async fn only_the_latest_requests_are_kept() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for _ in 0..2 {
        for _ in 0..150 {
            let _ = app.get("/v1/vaults", &owner.token).await.expect(200);
            app.clock.advance(Duration::from_millis(1));
        }
        let history = app
            .get("/v1/billing/history?limit=200", &owner.token)
            .await
            .expect(200)
            .json();
        assert!(history["events"].as_array().unwrap().len() <= 200);
    }
    let usage = app
        .get("/v1/billing/usage", &owner.token)
        .await
        .expect(200)
        .json();
    assert!(usage["current_month"]["total_requests"].as_u64().unwrap() >= 302);
}
