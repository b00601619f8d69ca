//! Limits per client network.

use crate::problem;
use axum::body::Body;
use http::HeaderValue;
use oneclaw_server::test_app::{Answer, Options, TestApp, request, request_from};
use oneclaw_server::{FloodLimits, ServerConfig};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;

async fn limited() -> TestApp {
    let server = ServerConfig {
        flood: Some(FloodLimits::default()),
        ..ServerConfig::default()
    };
    TestApp::with(Options {
        server,
        ..Options::default()
    })
    .await
}

async fn from(app: &TestApp, ip: &str, path: &str, body: Value) -> Answer {
    let mut request = request_from(ip.parse::<IpAddr>().unwrap(), "POST", path);
    *request.body_mut() = Body::from(body.to_string());
    app.send(request).await
}

#[tokio::test]
async fn asking_to_join_is_limited_per_network() {
    let app = limited().await;
    for _ in 0..5 {
        let _ = from(
            &app,
            "192.0.2.7",
            "/v1/agents/enroll",
            json!({ "name": "bot" }),
        )
        .await
        .expect(201);
    }
    let refused = from(
        &app,
        "192.0.2.7",
        "/v1/agents/enroll",
        json!({ "name": "bot" }),
    )
    .await;
    problem(&refused, 429);
    assert_eq!(refused.header("retry-after"), "1");
    let _ = from(
        &app,
        "192.0.2.8",
        "/v1/agents/enroll",
        json!({ "name": "bot" }),
    )
    .await
    .expect(201);
    app.clock.advance(Duration::from_secs(1));
    let _ = from(
        &app,
        "192.0.2.7",
        "/v1/agents/enroll",
        json!({ "name": "bot" }),
    )
    .await
    .expect(201);
    problem(
        &from(
            &app,
            "192.0.2.7",
            "/v1/agents/enroll",
            json!({ "name": "bot" }),
        )
        .await,
        429,
    );
}

#[tokio::test]
async fn spellings_of_an_address_share_its_limit() {
    let app = limited().await;
    for path in [
        "/v1/agents/enroll",
        "//v1/agents/enroll",
        "/v1/agents/enroll?x",
        "///v1/agents/enroll",
        "/v1/agents/enroll?a=b",
    ] {
        let _ = from(&app, "192.0.2.7", path, json!({ "name": "bot" }))
            .await
            .expect(201);
    }
    for path in [
        "/v1/agents/enroll",
        "//v1/agents/enroll",
        "/v1/agents/enroll?y",
    ] {
        problem(
            &from(&app, "192.0.2.7", path, json!({ "name": "bot" })).await,
            429,
        );
    }
}

#[tokio::test]
async fn the_limit_comes_before_the_body() {
    let app = limited().await;
    // Bodies that are refused, or never end, count all the same.
    for _ in 0..5 {
        problem(
            &from(&app, "192.0.2.7", "/v1/agents/enroll", json!({})).await,
            400,
        );
    }
    let mut request = request_from("192.0.2.7".parse().unwrap(), "POST", "/v1/agents/enroll");
    *request.body_mut() = Body::from_stream(Never);
    problem(&app.send(request).await, 429);
}

/// A body that never comes.
struct Never;

impl futures_core::Stream for Never {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn many_agents_start_at_once_behind_one_address() {
    let app = limited().await;
    let owner = app.sign_up("alice@example.com").await;
    let mut keys = Vec::new();
    for number in 0..20 {
        let created = app
            .post(
                "/v1/agents",
                &owner.token,
                json!({ "name": format!("bot-{number}") }),
            )
            .await
            .expect(201)
            .json();
        keys.push(created["api_key"].clone());
    }
    for key in &keys {
        for _ in 0..3 {
            let _ = app
                .post("/v1/auth/agent-token", "", json!({ "api_key": key }))
                .await
                .expect(200);
        }
    }
    // Whoever guesses has five tries. (Signing up has taken from the same bucket.)
    app.clock.advance(Duration::from_secs(10));
    for _ in 0..5 {
        problem(
            &app.post(
                "/v1/auth/agent-token",
                "",
                json!({ "api_key": "ocv_guess" }),
            )
            .await,
            401,
        );
    }
    problem(
        &app.post(
            "/v1/auth/agent-token",
            "",
            json!({ "api_key": "ocv_guess" }),
        )
        .await,
        429,
    );
    problem(
        &app.post(
            "/v1/auth/api-key-token",
            "",
            json!({ "api_key": "ocv_guess" }),
        )
        .await,
        429,
    );
    app.clock.advance(Duration::from_secs(1));
    let _ = app
        .post("/v1/auth/agent-token", "", json!({ "api_key": keys[0] }))
        .await
        .expect(200);
}

#[tokio::test]
async fn passwords_are_limited_right_or_wrong() {
    let app = limited().await;
    for _ in 0..5 {
        problem(
            &app.post(
                "/v1/auth/token",
                "",
                json!({ "email": "nobody@example.com" }),
            )
            .await,
            400,
        );
    }
    for path in [
        "/v1/auth/token",
        "/v1/auth/signup",
        "/v1/auth/forgot-password",
        "/v1/auth/reset-password",
        "/v1/auth/verify-email",
    ] {
        problem(&app.post(path, "", json!({})).await, 429);
    }
    let _ = app.get("/v1/health", "").await.expect(200);
}

#[tokio::test]
async fn all_requests_together_are_limited() {
    let app = limited().await;
    for _ in 0..200 {
        let _ = app.get("/v1/health", "").await.expect(200);
    }
    for path in ["/v1/health", "/v1/vaults", "/v1/nothing", "/openapi.json"] {
        problem(&app.get(path, "").await, 429);
    }
    app.clock.advance(Duration::from_millis(10));
    let _ = app.get("/v1/health", "").await.expect(200);
    problem(&app.get("/v1/health", "").await, 429);
}

#[tokio::test]
async fn clients_behind_a_declared_proxy_are_told_apart() {
    let server = ServerConfig {
        flood: Some(FloodLimits::default()),
        trusted_proxies: vec!["192.0.2.1/32".parse().unwrap()],
        ..ServerConfig::default()
    };
    let app = TestApp::with(Options {
        server,
        ..Options::default()
    })
    .await;
    let enroll = async |forwarded: &str| {
        let mut request = request("POST", "/v1/agents/enroll");
        request
            .headers_mut()
            .insert("x-forwarded-for", HeaderValue::from_str(forwarded).unwrap());
        *request.body_mut() = Body::from(json!({ "name": "bot" }).to_string());
        app.send(request).await.status
    };
    for _ in 0..5 {
        assert_eq!(enroll("6.6.6.6, 203.0.113.5").await, 201);
    }
    for spoofed in [
        "203.0.113.5",
        "7.7.7.7, 203.0.113.5",
        "203.0.113.9, 203.0.113.5",
    ] {
        assert_eq!(enroll(spoofed).await, 429, "{spoofed}");
    }
    assert_eq!(enroll("203.0.113.5, 203.0.113.6").await, 201);
}

#[tokio::test]
async fn addresses_that_clients_claim_are_not_logged() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    for (name, value) in [
        ("x-forwarded-for", "6.6.6.6"),
        ("forwarded", "for=6.6.6.6"),
        ("x-real-ip", "6.6.6.6"),
        ("cf-connecting-ip", "6.6.6.6"),
    ] {
        let mut request = request("GET", &format!("/v1/vaults/{vault}/secrets/a"));
        request.headers_mut().insert(
            "authorization",
            format!("Bearer {}", owner.token).parse().unwrap(),
        );
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
        let _ = app.send(request).await.expect(200);
    }
    let events = app
        .get("/v1/audit/events?action=secret.read", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(events["count"], 4);
    assert!(
        events["events"]
            .as_array()
            .unwrap()
            .iter()
            .all(|event| event["ip_address"] == "192.0.2.1")
    );
}
