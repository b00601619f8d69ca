//! What a monitoring system sees.

use http::StatusCode;
use http_body_util::BodyExt as _;
use oneclaw_server::test_app::{Options, PASSWORD, TestApp, request};
use oneclaw_server::{Metrics, ServerConfig, each_backend, metrics_router};
use serde_json::json;
use tower::ServiceExt as _;

async fn ask(app: &TestApp, metrics: &Metrics, path: &str) -> (StatusCode, String) {
    let router = metrics_router(app.app.clone(), metrics.clone());
    let response = router.oneshot(request("GET", path)).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[track_caller]
fn value(text: &str, series: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    assert!(line.is_some(), "no {series} in:\n{text}");
    line.unwrap().parse().unwrap()
}

async fn watched() -> (TestApp, Metrics) {
    let metrics = Metrics::new();
    let server = ServerConfig {
        metrics: Some(metrics.clone()),
        ..ServerConfig::default()
    };
    let app = TestApp::with(Options {
        server,
        ..Options::default()
    })
    .await;
    (app, metrics)
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_what_they_say() {
    let (app, metrics) = watched().await;
    let person = app.sign_up("ada@example.com").await;
    let vault = app.create_vault(&person.token, "canary-vault").await;
    app.put(&person.token, &vault, "canary/path", "canary-value")
        .await;
    for _ in 0..3 {
        let _ = app
            .read(&person.token, &vault, "canary/path")
            .await
            .expect(200);
    }
    let _ = app.send(request("GET", "/canary-page")).await.expect(404);
    let _ = app.send(request("CANARY", "/v1/health")).await.expect(405);
    let _ = app.send(request("GET", "/signin")).await.expect(200);

    let (status, text) = ask(&app, &metrics, "/metrics").await;
    assert_eq!(status, 200);
    let route = "route=\"/v1/vaults/{vault_id}/secrets/{path}\"";
    let requests = |method: &str, status: u16| {
        format!("oneclaw_http_requests_total{{method=\"{method}\",{route},status=\"{status}\"}}")
    };
    assert_eq!(value(&text, &requests("GET", 200)), 3);
    assert_eq!(value(&text, &requests("PUT", 201)), 1);
    let durations = format!(
        "oneclaw_http_request_duration_seconds_bucket{{method=\"GET\",{route},le=\"+Inf\"}}"
    );
    assert_eq!(value(&text, &durations), 3);
    assert_eq!(
        value(
            &text,
            "oneclaw_http_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"}"
        ),
        1
    );
    assert_eq!(
        value(
            &text,
            "oneclaw_http_requests_total{method=\"other\",route=\"/v1/health\",status=\"405\"}"
        ),
        1
    );
    assert_eq!(
        value(
            &text,
            "oneclaw_http_requests_total{method=\"GET\",route=\"page\",status=\"200\"}"
        ),
        1
    );
    assert!(
        value(&text, "oneclaw_commit_group_size_count") >= 5,
        "{text}"
    );
    assert_eq!(value(&text, "oneclaw_commit_failures_total"), 0);
    assert_eq!(value(&text, "oneclaw_database_up"), 1);
    for told in ["canary", "CANARY", &vault, "ada@"] {
        assert!(!text.contains(told), "{told} in {text}");
    }
    // Each line is a comment, or a name with labels and a number.
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, number) = line.rsplit_once(' ').unwrap();
        assert!(
            series.starts_with("oneclaw_") && number.parse::<f64>().is_ok(),
            "{line}"
        );
    }
}

#[tokio::test]
async fn mails_that_wait_are_counted() {
    let (app, metrics) = watched().await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let _ = app.post("/v1/auth/signup", "", body).await.expect(200);
    let (_, text) = ask(&app, &metrics, "/metrics").await;
    assert_eq!(value(&text, "oneclaw_outbox_mails{state=\"queued\"}"), 1);
    app.mails().await;
    let (_, text) = ask(&app, &metrics, "/metrics").await;
    assert_eq!(value(&text, "oneclaw_outbox_mails{state=\"queued\"}"), 0);
}

each_backend! {
    async fn a_server_is_ready_until_its_database_is_gone(app: TestApp) {
        let metrics = Metrics::new();
        assert_eq!(app.send(request("GET", "/readyz")).await.expect(200).json(), json!({ "status": "ready" }));
        assert_eq!(ask(&app, &metrics, "/readyz").await.0, 200);
        app.app.shut_down().await;
        crate::problem(&app.send(request("GET", "/readyz")).await, 503);
        let (status, text) = ask(&app, &metrics, "/readyz").await;
        assert_eq!(status, 503);
        assert!(text.contains("\"status\":503"), "{text}");
        let (status, text) = ask(&app, &metrics, "/metrics").await;
        assert_eq!((status, value(&text, "oneclaw_database_up")), (StatusCode::OK, 0));
        let _ = app.send(request("GET", "/v1/health")).await.expect(200);
    }
}

#[tokio::test]
async fn counters_are_not_on_the_public_listener() {
    let (app, _) = watched().await;
    let _ = app.send(request("GET", "/metrics")).await.expect(404);
}
