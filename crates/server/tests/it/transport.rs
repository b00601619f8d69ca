//! What holds for every request: encodings, headers, methods, addresses.

use crate::{NOTHING, problem};
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Request};
use oneclaw_server::test_app::{Options, TestApp, request};
use serde_json::{Value, json};

fn with(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        request.headers_mut().append(
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    request
}

#[tokio::test]
async fn every_answer_of_the_api_stays_with_its_reader() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for answer in [
        app.get("/v1/vaults", &owner.token).await.expect(200),
        app.get("/v1/vaults", "").await.expect(401),
        app.get("/v1/nothing", "").await.expect(404),
        app.get("/nothing", "").await.expect(404),
        app.call("DELETE", "/v1/vaults", &owner.token, Value::Null)
            .await
            .expect(405),
        app.post(
            "/v1/auth/agent-token",
            "",
            json!({ "api_key": "ocv_wrong" }),
        )
        .await
        .expect(401),
    ] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000"
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn request_ids_are_taken_over_when_they_are_harmless() {
    let app = TestApp::new().await;
    for (given, taken) in [
        ("abc-1.2_3", true),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
        ("a b", false),
        ("a\"b", false),
        ("", false),
    ] {
        let answer = app
            .send(with(
                request("GET", "/v1/health"),
                &[("x-request-id", given)],
            ))
            .await;
        assert_eq!(answer.header("x-request-id") == given, taken, "{given}");
    }
    let first = app.get("/v1/health", "").await;
    let second = app.get("/v1/health", "").await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let given = with(
        request("GET", "/v1/vaults"),
        &[("x-request-id", "ticket-7")],
    );
    assert_eq!(
        problem(&app.send(given).await, 401)["request_id"],
        "ticket-7"
    );
}

#[tokio::test]
async fn unknown_addresses_are_problems_for_programs() {
    let app = TestApp::new().await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/vaults/",
        "/v2/vaults",
        "/v1/treasury/wallets",
        "/v1/chat",
        "/v1//vaults",
        "/V1/vaults",
        "/v1/vaults%2F",
        "/v1/health/",
    ] {
        problem(&app.get(path, "").await, 404);
    }
}

#[tokio::test]
async fn public_words_elsewhere_in_an_address_open_nothing() {
    let app = TestApp::new().await;
    let public = [
        "/v1/health",
        "/v1/auth/token",
        "/v1/agents/enroll",
        "/openapi.json",
    ];
    for word in public {
        for path in [
            format!("/v1/vaults?next={word}"),
            format!("/v1/vaults?{word}"),
            format!("/v1/vaults#{word}"),
            format!("/v1/agents/me?{word}"),
            format!("/v1/vaults/{NOTHING}/secrets{word}"),
            format!("/v1/vaults/{NOTHING}/secrets/x?{word}"),
        ] {
            assert_eq!(app.get(&path, "").await.status, 401, "{path}");
        }
    }
}

#[tokio::test]
async fn methods_that_an_address_does_not_take_are_named() {
    let app = TestApp::new().await;
    let secret = format!("/v1/vaults/{NOTHING}/secrets/a/b");
    for (method, path, allowed) in [
        ("PATCH", "/v1/vaults", "GET, POST"),
        ("OPTIONS", "/v1/vaults", "GET, POST"),
        ("POST", secret.as_str(), "GET, PUT, DELETE"),
        ("PUT", "/v1/health", "GET, HEAD"),
        ("GET", "/v1/auth/token", "POST, DELETE"),
        ("HEAD", "/v1/vaults", "GET, POST"),
        ("HEAD", secret.as_str(), "GET, PUT, DELETE"),
        ("HEAD", "/v1/auth/token", "POST, DELETE"),
        ("TRACE", "/v1/vaults", "GET, POST"),
        ("BREW", "/v1/vaults", "GET, POST"),
    ] {
        let answer = app.call(method, path, "", Value::Null).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (405, allowed),
            "{method} {path}"
        );
        if method != "HEAD" {
            problem(&answer, 405);
        }
    }
}

#[tokio::test]
async fn head_discloses_and_counts_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let body = json!({ "value": "v", "max_access_count": 1 });
    let path = format!("/v1/vaults/{vault}/secrets/once");
    let _ = app.call("PUT", &path, &owner.token, body).await.expect(201);
    for path in [path.as_str(), "/v1/vaults", "/v1/audit/events"] {
        let answer = app
            .call("HEAD", path, &owner.token, Value::Null)
            .await
            .expect(405);
        assert!(answer.body.is_empty());
    }
    assert_eq!(
        app.get(&path, &owner.token).await.expect(200).json()["value"],
        "v"
    );
    // Public documents are the same to everyone, so their headers are too.
    assert!(
        app.call("HEAD", "/v1/health", "", Value::Null)
            .await
            .expect(200)
            .body
            .is_empty()
    );
}

#[tokio::test]
async fn slashes_that_joining_urls_leaves_are_tolerated() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app
        .post("//v1/agents/enroll", "", json!({ "name": "bot" }))
        .await
        .expect(201);
    let _ = app.get("///v1/vaults?x=1", &owner.token).await.expect(200);
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a/b", "v").await;
    let _ = app
        .get(&format!("//v1/vaults/{vault}/secrets/a%2Fb"), &owner.token)
        .await
        .expect(200);
    problem(&app.get("//v1/nothing", "").await, 404);
    let _ = app
        .call("HEAD", "/v1/nothing", "", Value::Null)
        .await
        .expect(404);
    problem(
        &app.get("//evil.example/v1/vaults", &owner.token).await,
        404,
    );
}

#[tokio::test]
async fn bodies_are_json_whatever_their_type_says() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for (number, kind) in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/json; charset=latin1",
        "multipart/form-data",
        "",
    ]
    .iter()
    .enumerate()
    {
        let mut request = request("POST", "/v1/vaults");
        request.headers_mut().insert(
            AUTHORIZATION,
            format!("Bearer {}", owner.token).parse().unwrap(),
        );
        request
            .headers_mut()
            .insert(CONTENT_TYPE, kind.parse().unwrap());
        *request.body_mut() = Body::from(json!({ "name": format!("v{number}"), "unknown": { "deep": [1, 2] }, "description": null }).to_string());
        let _ = app.send(request).await.expect(201);
    }
}

#[tokio::test]
async fn json_types_without_bodies_are_no_bodies() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let bearer = format!("Bearer {}", owner.token);
    for (method, path, status) in [
        ("GET", "/v1/vaults".to_owned(), 200),
        ("POST", format!("/v1/agents/{}/rotate-key", agent.id), 200),
        ("POST", format!("/v1/vaults/{vault}/secret-rotate/a"), 201),
        (
            "POST",
            format!("/v1/vaults/{vault}/secret-version-disable/a/1"),
            204,
        ),
        ("POST", "/v1/auth/refresh".to_owned(), 200),
        ("DELETE", format!("/v1/vaults/{vault}/secrets/a"), 204),
    ] {
        let request = with(
            request(method, &path),
            &[
                ("content-type", "application/json"),
                ("authorization", &bearer),
                ("content-length", "0"),
            ],
        );
        let answer = app.send(request).await.expect(status);
        assert_eq!(
            answer.body.is_empty(),
            status == 204,
            "{path}: every 2xx but 204 has a body"
        );
    }
}

#[tokio::test]
async fn public_routes_ignore_credentials() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    for stale in ["garbage", "eyJhbGciOiJub25lIn0.e30.", &owner.refresh_token] {
        let _ = app
            .post(
                "/v1/auth/agent-token",
                stale,
                json!({ "api_key": agent.key }),
            )
            .await
            .expect(200);
        let _ = app
            .post("/v1/agents/enroll", stale, json!({ "name": "bot" }))
            .await
            .expect(201);
        let _ = app.get("/v1/health", stale).await.expect(200);
        let refused = app
            .post(
                "/v1/auth/agent-token",
                stale,
                json!({ "api_key": "ocv_wrong" }),
            )
            .await;
        problem(&refused, 401);
        assert_eq!(
            refused.header("www-authenticate"),
            "Bearer",
            "no token was judged"
        );
    }
}

#[tokio::test]
async fn missing_and_invalid_tokens_are_told_apart() {
    let app = TestApp::new().await;
    let missing = app.get("/v1/vaults", "").await;
    problem(&missing, 401);
    assert_eq!(missing.header("www-authenticate"), "Bearer");
    let invalid = app.get("/v1/vaults", "a.b.c").await;
    problem(&invalid, 401);
    assert_eq!(
        invalid.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
    for header in ["Basic YTpi", "Bearer", "bearer", "Token x", "\u{e9}"] {
        let answer = app
            .send(with(
                request("GET", "/v1/vaults"),
                &[("authorization", header)],
            ))
            .await;
        problem(&answer, 401);
    }
    let owner = app.sign_up("alice@example.com").await;
    let good = format!("Bearer {}", owner.token);
    let lower = format!("bearer  {}", owner.token);
    let _ = app
        .send(with(
            request("GET", "/v1/vaults"),
            &[("authorization", &lower)],
        ))
        .await
        .expect(200);
    let twice = with(
        request("GET", "/v1/vaults"),
        &[("authorization", &good), ("authorization", &good)],
    );
    problem(&app.send(twice).await, 401);
}

#[tokio::test]
async fn browsers_may_call_the_api_without_their_credentials() {
    let app = TestApp::new().await;
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "PUT"),
        (
            "access-control-request-headers",
            "authorization,content-type,idempotency-key,x-auth-confirm,dpop,x-payment",
        ),
    ];
    let answer = app
        .send(with(
            request("OPTIONS", &format!("/v1/vaults/{NOTHING}/secrets/a")),
            &preflight,
        ))
        .await
        .expect(204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(
        answer.header("access-control-allow-methods"),
        "GET, POST, PUT, PATCH, DELETE"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let allowed: Vec<_> = answer
        .header("access-control-allow-headers")
        .split(", ")
        .collect();
    for name in [
        "authorization",
        "content-type",
        "idempotency-key",
        "x-auth-confirm",
        "x-mfa-token",
        "x-passkey-token",
        "dpop",
        "x-cmek-old-key",
        "x-cmek-new-key",
        "x-client-share",
        "x-payment",
        "x-1claw-runtime-id",
    ] {
        assert!(allowed.contains(&name), "{name}");
    }
    let answer = app
        .send(with(
            request("GET", "/v1/vaults"),
            &[("origin", "https://app.example")],
        ))
        .await
        .expect(401);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    let exposed: Vec<_> = answer
        .header("access-control-expose-headers")
        .split(", ")
        .collect();
    for name in [
        "retry-after",
        "location",
        "x-quota-warning",
        "x-ratelimit-requests-limit",
    ] {
        assert!(exposed.contains(&name), "{name}");
    }
    assert_eq!(
        app.get("/v1/vaults", "")
            .await
            .header("access-control-allow-origin"),
        ""
    );
}

#[tokio::test]
async fn health_and_discovery_need_no_credential() {
    let app = TestApp::new().await;
    assert_eq!(
        app.get("/v1/health", "").await.expect(200).json(),
        json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION") })
    );
    assert_eq!(
        app.get("/v1/health/hsm", "").await.expect(200).json(),
        json!({ "status": "ok" })
    );
    let key = app
        .get("/v1/auth/jwt-public-key", "")
        .await
        .expect(200)
        .json();
    assert_eq!(
        key.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["alg", "public_key_base64"],
        "a strict client refuses more"
    );
    assert_eq!(
        (
            key["alg"].as_str(),
            key["public_key_base64"].as_str().map(str::len)
        ),
        (Some("EdDSA"), Some(44))
    );

    let keys = app.get("/.well-known/jwks.json", "").await.expect(200);
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    assert_eq!(keys.header("cache-control"), "public, max-age=300");
    assert_eq!(keys.header("access-control-allow-origin"), "*");
    assert_eq!(keys.json()["keys"][0]["crv"], "Ed25519");
    let issuer = app
        .get("/.well-known/openid-configuration", "")
        .await
        .expect(200)
        .json();
    assert_eq!(issuer["issuer"], "https://vault.example.com");
    assert_eq!(
        issuer["jwks_uri"],
        "https://vault.example.com/.well-known/jwks.json"
    );
}

#[tokio::test]
async fn figures_for_measurements_are_for_developers() {
    problem(
        &TestApp::new().await.get("/internal/commit-stats", "").await,
        404,
    );
    let app = TestApp::with(Options {
        dev: true,
        ..Options::default()
    })
    .await;
    let _ = app
        .post("/v1/agents/enroll", "", json!({ "name": "bot" }))
        .await
        .expect(201);
    let figures = app
        .get("/internal/commit-stats", "")
        .await
        .expect(200)
        .json();
    assert!(
        figures["groups"].as_u64() >= Some(1)
            && figures["members"].as_u64() >= Some(1)
            && figures["largest"].as_u64() >= Some(1),
        "{figures}"
    );
}
