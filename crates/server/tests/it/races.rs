//! Requests at the same moment: of each single-use thing exactly one gets it, on both databases.

use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Sends the same request many times at once, and counts the statuses.
async fn at_once(
    app: &Arc<TestApp>,
    times: usize,
    method: &'static str,
    path: &str,
    token: &str,
    body: Value,
) -> BTreeMap<u16, usize> {
    let mut requests = JoinSet::new();
    for _ in 0..times {
        let (app, path, token, body) = (
            Arc::clone(app),
            path.to_owned(),
            token.to_owned(),
            body.clone(),
        );
        requests.spawn(async move { app.call(method, &path, &token, body).await.status });
    }
    let mut statuses = BTreeMap::new();
    for status in requests.join_all().await {
        *statuses.entry(status).or_default() += 1;
    }
    statuses
}

fn counts(expected: &[(u16, usize)]) -> BTreeMap<u16, usize> {
    expected.iter().copied().collect()
}

each_backend! {
    async fn reads_that_are_counted_are_counted_exactly(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let path = format!("/v1/vaults/{vault}/secrets/ten");
        let _ = app.call("PUT", &path, &owner.token, json!({ "value": "v", "max_access_count": 10 })).await.expect(201);
        let app = Arc::new(app);
        assert_eq!(at_once(&app, 50, "GET", &path, &owner.token, Value::Null).await, counts(&[(200, 10), (410, 40)]));
    }
}

each_backend! {
    async fn the_last_view_of_a_share_goes_to_one(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let secret = app.put(&owner.token, &vault, "a", "v").await;
        let body = json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z", "max_access_count": 3 });
        let share = app.post(&format!("/v1/secrets/{secret}/share"), &owner.token, body).await.expect(201).json();
        let open = format!("/v1/share/{}", share["id"].as_str().unwrap());
        let app = Arc::new(app);
        assert_eq!(at_once(&app, 2, "GET", &open, "", Value::Null).await, counts(&[(200, 2)]));
        assert_eq!(at_once(&app, 2, "GET", &open, "", Value::Null).await, counts(&[(200, 1), (410, 1)]));
        assert_eq!(at_once(&app, 8, "POST", &open, "", json!({})).await, counts(&[(410, 8)]));
    }
}

each_backend! {
    async fn a_request_is_decided_once(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let _ = app.post("/v1/agents/enroll", "", json!({ "name": "bot", "human_email": "alice@example.com" })).await.expect(201);
        let waiting = app.get("/v1/enrollments", &owner.token).await.expect(200).json();
        let id = waiting["enrollments"][0]["id"].as_str().unwrap().to_owned();
        let app = Arc::new(app);
        let approve = format!("/v1/enrollments/{id}/approve");
        assert_eq!(at_once(&app, 16, "POST", &approve, &owner.token, Value::Null).await, counts(&[(200, 1), (409, 15)]));
        let agents = app.get("/v1/agents", &owner.token).await.expect(200).json();
        assert_eq!(agents["agents"].as_array().unwrap().len(), 1);
    }
}

each_backend! {
    async fn links_work_once(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let _ = app.post("/v1/agents/enroll", "", json!({ "name": "bot", "human_email": "alice@example.com" })).await.expect(201);
        let waiting = app.get("/v1/enrollments", &owner.token).await.expect(200).json();
        let id = waiting["enrollments"][0]["id"].as_str().unwrap().to_owned();
        let approved = app.post(&format!("/v1/enrollments/{id}/approve"), &owner.token, Value::Null).await.expect(200).json();
        let token = approved["reveal_url"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned();
        let reveal = format!("/v1/agents/{}/reveal-key", approved["agent"]["id"].as_str().unwrap());
        let app = Arc::new(app);
        assert_eq!(at_once(&app, 16, "POST", &reveal, &owner.token, json!({ "token": token })).await, counts(&[(200, 1), (404, 15)]));

        let refresh = json!({ "refresh_token": owner.refresh_token });
        let statuses = at_once(&app, 16, "POST", "/v1/auth/refresh", "", refresh).await;
        assert_eq!(statuses, counts(&[(200, 1), (401, 15)]));
    }
}

each_backend! {
    async fn writers_of_one_path_all_get_a_version(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let path = format!("/v1/vaults/{vault}/secrets/a");
        let app = Arc::new(app);
        assert_eq!(at_once(&app, 20, "PUT", &path, &owner.token, json!({ "value": "v" })).await, counts(&[(201, 20)]));
        let versions = app.get(&format!("/v1/vaults/{vault}/secret-versions/a"), &owner.token).await.expect(200).json();
        let numbers: Vec<_> = versions["versions"].as_array().unwrap().iter().map(|version| version["version"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (1..=20).rev().collect::<Vec<_>>());
        assert_eq!(at_once(&app, 8, "POST", "/v1/vaults", &owner.token, json!({ "name": "once" })).await, counts(&[(201, 1), (409, 7)]));
    }
}

each_backend! {
    async fn many_processes_exchange_one_key(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let app = Arc::new(app);
        let body = json!({ "api_key": agent.key });
        assert_eq!(at_once(&app, 40, "POST", "/v1/auth/agent-token", "", body).await, counts(&[(200, 40)]));
    }
}
