//! What clients get wrong, by accident or on purpose: always 400 (or 413, 414), always with a way out, never a 500.

use crate::{NOTHING, problem};
use axum::body::{Body, Bytes};
use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use oneclaw_server::test_app::{Answer, TestApp, request};
use serde_json::{Value, json};

async fn raw(
    app: &TestApp,
    method: &str,
    path: &str,
    token: &str,
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = request(method, path);
    if !token.is_empty() {
        request
            .headers_mut()
            .insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    }
    *request.body_mut() = Body::from(body.into());
    app.send(request).await
}

#[tokio::test]
async fn bodies_that_are_no_json_are_refused() {
    let app = TestApp::new().await;
    let bodies: [&[u8]; 12] = [
        b"",
        b"  \n",
        b"{",
        b"{\"name\":",
        b"name=bot",
        b"[]",
        b"null",
        b"\"bot\"",
        b"{\"name\":\"bot\"} trailing",
        b"{\"name\":\"\xff\"}",
        b"\xef\xbb\xbf{\"name\":\"bot\"}",
        b"{'name':'bot'}",
    ];
    for body in bodies {
        let answer = raw(&app, "POST", "/v1/agents/enroll", "", body).await;
        problem(&answer, 400);
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn errors_name_the_field_and_keep_the_value() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let policies = format!("/v1/vaults/{vault}/policies");
    let policy = |changes: Value| {
        let mut body = json!({ "secret_path_pattern": "**", "principal_type": "user", "principal_id": owner.id, "permissions": ["read"] });
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        body
    };
    let secret = format!("/v1/vaults/{vault}/secrets/a");
    for (method, path, body, field) in [
        ("POST", "/v1/vaults", json!({}), "name"),
        ("POST", "/v1/vaults", json!({ "name": 17 }), "name"),
        ("POST", "/v1/vaults", json!({ "name": "  " }), "name"),
        (
            "POST",
            "/v1/vaults",
            json!({ "name": "x".repeat(256) }),
            "name",
        ),
        (
            "POST",
            "/v1/vaults",
            json!({ "name": "__agent-keys" }),
            "name",
        ),
        ("PUT", &secret, json!({}), "value"),
        ("PUT", &secret, json!({ "value": "" }), "value"),
        (
            "PUT",
            &secret,
            json!({ "value": { "hunter2": 1 } }),
            "value",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "type": "Hunter2!" }),
            "type",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "metadata": "hunter2" }),
            "metadata",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "max_access_count": 0 }),
            "max_access_count",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "max_access_count": "hunter2" }),
            "max_access_count",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "expires_at": "hunter2" }),
            "expires_at",
        ),
        (
            "PUT",
            &secret,
            json!({ "value": "v", "expires_at": "2020-01-01T00:00:00Z" }),
            "expires_at",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "permissions": [] })),
            "permissions",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "permissions": ["own"] })),
            "permissions",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "permissions": "read" })),
            "permissions",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "principal_id": "bot" })),
            "principal_id",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "principal_id": NOTHING })),
            "principal_id",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "principal_type": "robot" })),
            "principal_type",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "secret_path_pattern": "../x" })),
            "secret_path_pattern",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "secret_path_pattern": "prod-*" })),
            "secret_path_pattern",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "effect": "maybe" })),
            "effect",
        ),
        (
            "POST",
            &policies,
            policy(json!({ "priority": -1 })),
            "priority",
        ),
        (
            "POST",
            "/v1/agents",
            json!({ "name": "bot", "token_ttl_seconds": 5 }),
            "token_ttl_seconds",
        ),
        (
            "POST",
            "/v1/agents",
            json!({ "name": "bot", "auth_method": "mtls" }),
            "auth_method",
        ),
        (
            "POST",
            "/v1/agents",
            json!({ "name": "bot", "vault_ids": [NOTHING] }),
            "vault_ids",
        ),
        (
            "POST",
            "/v1/agents",
            json!({ "name": "bot", "vault_ids": ["hunter2"] }),
            "vault_ids[0]",
        ),
        (
            "POST",
            "/v1/agents/enroll",
            json!({ "name": "bot", "human_email": "hunter2" }),
            "human_email",
        ),
        (
            "POST",
            "/v1/agents/enroll",
            json!({ "name": "bot", "public_key": "ssh-ed25519 AAAA" }),
            "public_key",
        ),
    ] {
        let problem = problem(
            &app.call(method, path, &owner.token, body.clone()).await,
            400,
        );
        assert!(
            problem["fields"].get(field).is_some(),
            "{path} {body}: {problem}"
        );
        assert!(
            !problem.to_string().to_lowercase().contains("hunter2"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn queries_are_checked() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for (path, field) in [
        ("/v1/audit/events?limit=many", "limit"),
        ("/v1/audit/events?limit=-1", "limit"),
        ("/v1/audit/events?from=yesterday", "from"),
        ("/v1/enrollments?status=done", "status"),
        ("/v1/audit/proof/inclusion?size=1", "seq"),
        ("/v1/audit/proof/consistency?from=2&to=1", "from"),
        ("/v1/audit/proof/inclusion?seq=0&size=1000000", "size"),
    ] {
        let problem = problem(&app.get(path, &owner.token).await, 400);
        assert!(problem["fields"].get(field).is_some(), "{path}: {problem}");
    }
    let _ = app
        .get("/v1/audit/events?limit=1&limit_to=x&nonsense", &owner.token)
        .await
        .expect(200);
}

#[tokio::test]
async fn ids_in_addresses_are_uuids() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for id in [
        "x",
        "018f3c1e7a527c3d9b1e2f4d5a6b7c8d",
        "{018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d}",
        "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d%00",
        "%ff",
        "..%2f..",
        "00000000-0000-0000-0000-00000000000g",
    ] {
        for (method, path) in [
            ("GET", format!("/v1/vaults/{id}")),
            ("GET", format!("/v1/vaults/{id}/secrets")),
            ("GET", format!("/v1/vaults/{id}/secrets/a")),
            ("GET", format!("/v1/vaults/{id}/secret-version/a/1")),
            ("DELETE", format!("/v1/vaults/{NOTHING}/policies/{id}")),
            ("GET", format!("/v1/agents/{id}")),
            ("POST", format!("/v1/agents/{id}/rotate-key")),
            ("GET", format!("/v1/share/{id}")),
            ("POST", format!("/v1/shares/{id}/accept")),
            ("POST", format!("/v1/enrollments/{id}/approve")),
        ] {
            let answer = app.call(method, &path, &owner.token, Value::Null).await;
            let problem = problem(&answer, 400);
            assert!(
                !problem["fields"].as_object().unwrap().is_empty(),
                "{path}: {problem}"
            );
        }
    }
}

/// Spellings of paths that are no paths. `%` stands before what the URL syntax forbids.
fn bad_paths() -> Vec<String> {
    let mut paths: Vec<String> = [
        "..",
        ".",
        "a/..",
        "../a",
        "a/../b",
        "a/./b",
        "%2e%2e",
        "a/%2e%2e/b",
        "%2E%2E%2Fb",
        "a%2f..%2fb",
        "%252e%252e",
        "a%252fb",
        "%2",
        "%zz",
        "a%",
        "a//b",
        "a%2F/b",
        "a%2F%2Fb",
        "%2Fa",
        "a%2F",
        "a/",
        "//a",
        "a%00b",
        "%00",
        "a%0ab",
        "a%0db",
        "a%09b",
        "a%20b",
        "%20",
        "a+b",
        "a;b",
        "a;x=1/b",
        "a%5Cb",
        "a%5c..%5cb",
        "a:b",
        "a*b",
        "**",
        "*",
        "a%3Fb",
        "a%23b",
        "a%7Fb",
        "caf%C3%A9",
        "%C3%A9",
        "%E2%80%AEa",
        "a%E2%80%8Bb",
        "a%EF%BC%8Fb",
        "%ff",
        "%C0%AF",
        "a%C0%AE%C0%AEb",
        "-a",
        "a-",
        "_a",
        "a_",
        "a.b",
        "a,b",
        "a'b",
        "a%22b",
        "a%3Cb",
        "@a",
        "~a",
        "!a",
        "a$b",
        "a&b",
        "a=b",
        "(a)",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([
        "x".repeat(513),
        "x".repeat(8192),
        "%61".repeat(513),
        "a/".repeat(400) + "a",
    ]);
    paths
}

#[tokio::test]
async fn paths_have_one_spelling() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in bad_paths() {
        for (method, word, tail) in [
            ("GET", "secrets", ""),
            ("PUT", "secrets", ""),
            ("DELETE", "secrets", ""),
            ("GET", "secret-versions", ""),
            ("GET", "secret-version", "/1"),
            ("POST", "secret-version-disable", "/1"),
            ("POST", "secret-rotate", ""),
        ] {
            let url = format!("/v1/vaults/{vault}/{word}/{path}{tail}");
            let body = if method == "PUT" {
                json!({ "value": "v" })
            } else {
                Value::Null
            };
            let answer = app.call(method, &url, &owner.token, body).await;
            problem(&answer, 400);
        }
    }
    assert_eq!(
        app.get(&format!("/v1/vaults/{vault}/secrets"), &owner.token)
            .await
            .expect(200)
            .json()["secrets"],
        json!([])
    );
}

#[tokio::test]
async fn paths_in_bodies_follow_the_same_rule() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in [
        "..",
        "a/../b",
        "a//b",
        "/a",
        "a/",
        "a%2Fb",
        "a\0b",
        "a b",
        "",
        "a\u{202e}b",
    ] {
        let question = json!({ "principal_type": "user", "principal_id": owner.id, "action": "read", "path": path });
        let problem = problem(
            &app.post(
                &format!("/v1/vaults/{vault}/policies/explain"),
                &owner.token,
                question,
            )
            .await,
            400,
        );
        assert!(problem["fields"].get("path").is_some(), "{problem}");
    }
}

#[tokio::test]
async fn versions_are_whole_numbers() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a/b", "v").await;
    for version in [
        "0",
        "-1",
        "+1",
        "01",
        "1.0",
        "1e0",
        "x",
        "99999999999999999999",
        "%31",
    ] {
        problem(
            &app.get(
                &format!("/v1/vaults/{vault}/secret-version/a/b/{version}"),
                &owner.token,
            )
            .await,
            400,
        );
    }
    problem(
        &app.get(
            &format!("/v1/vaults/{vault}/secret-version/1"),
            &owner.token,
        )
        .await,
        400,
    );
    problem(
        &app.get(
            &format!("/v1/vaults/{vault}/secret-version/a/b/9223372036854775807"),
            &owner.token,
        )
        .await,
        404,
    );
}

#[tokio::test]
async fn bodies_have_a_largest_size() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = format!("/v1/vaults/{vault}/secrets/a");
    let padded = |total: usize| {
        let mut body = json!({ "value": "v", "note": "" }).to_string();
        let padding = "x".repeat(total - body.len());
        body = json!({ "value": "v", "note": padding }).to_string();
        assert_eq!(body.len(), total);
        body
    };
    let _ = raw(&app, "PUT", &secret, &owner.token, padded(5 * 1024 * 1024))
        .await
        .expect(201);
    problem(
        &raw(
            &app,
            "PUT",
            &secret,
            &owner.token,
            padded(5 * 1024 * 1024 + 1),
        )
        .await,
        413,
    );
    let _ = raw(&app, "POST", "/v1/auth/token", "", padded(256 * 1024))
        .await
        .expect(400);
    problem(
        &raw(&app, "POST", "/v1/auth/token", "", padded(256 * 1024 + 1)).await,
        413,
    );

    // A body that announces more than allowed is refused before any of it is read.
    let mut request = request("POST", "/v1/auth/token");
    request
        .headers_mut()
        .insert(CONTENT_LENGTH, "999999999".parse().unwrap());
    *request.body_mut() = Body::new(http_body_util::Full::new(Bytes::from(padded(300 * 1024))));
    problem(&app.send(request).await, 413);
}

#[tokio::test]
async fn values_have_a_largest_size() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = format!("/v1/vaults/{vault}/secrets/a");
    let _ = app
        .call(
            "PUT",
            &secret,
            &owner.token,
            json!({ "value": "v".repeat(1024 * 1024) }),
        )
        .await
        .expect(201);
    problem(
        &app.call(
            "PUT",
            &secret,
            &owner.token,
            json!({ "value": "v".repeat(1024 * 1024 + 1) }),
        )
        .await,
        400,
    );
    problem(
        &app.call(
            "PUT",
            &secret,
            &owner.token,
            json!({ "value": "v", "metadata": { "m": "v".repeat(64 * 1024) } }),
        )
        .await,
        400,
    );
}

#[tokio::test]
async fn nesting_is_bounded() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = format!("/v1/vaults/{vault}/secrets/a");
    let nested = |depth: usize| {
        format!(
            "{{\"value\":\"[[[{{{{\\\"\",\"metadata\":{}1{}}}",
            "{\"a\":".repeat(depth),
            "}".repeat(depth)
        )
    };
    let _ = raw(&app, "PUT", &secret, &owner.token, nested(31))
        .await
        .expect(201);
    problem(
        &raw(&app, "PUT", &secret, &owner.token, nested(32)).await,
        400,
    );
    for bomb in [
        "[".repeat(200_000),
        "{\"a\":".repeat(40_000),
        format!("{{\"x\":{}", "[".repeat(200_000)),
    ] {
        problem(
            &raw(&app, "POST", "/v1/agents/enroll", "", bomb.clone()).await,
            400,
        );
        problem(&raw(&app, "PUT", &secret, &owner.token, bomb).await, 400);
    }
}
