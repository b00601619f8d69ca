//! Requests and answers as published clients spell them, by the numbers of the list of behaviours that
//! they depend on.

use crate::{NOTHING, problem};
use oneclaw_server::test_app::{Answer, TestApp, request};
use serde_json::{Value, json};

/// Sends a request with headers and a body as they are.
async fn raw(
    app: &TestApp,
    (method, path): (&str, &str),
    token: &str,
    headers: &[(&'static str, &str)],
    body: &str,
) -> Answer {
    let mut request = request(method, path);
    if !token.is_empty() {
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", bearer);
    }
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    *request.body_mut() = body.to_owned().into();
    app.send(request).await
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[tokio::test]
async fn line_01_an_empty_body_is_enough_wherever_nothing_has_to_be_said() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    let rotate = format!("/v1/vaults/{vault}/secret-rotate/a");
    let disable = format!("/v1/vaults/{vault}/secret-version-disable/a/1");
    let key = format!("/v1/agents/{}/rotate-key", agent.id);
    for (path, status) in [
        (rotate.as_str(), 201),
        (disable.as_str(), 204),
        (key.as_str(), 200),
        ("/v1/auth/refresh", 200),
        ("/v1/auth/mfa/setup", 200),
        ("/v1/auth/passkeys/register/begin", 200),
        ("/v1/auth/device/code", 200),
        ("/v1/org/freeze-agents", 200),
    ] {
        let answer = raw(&app, ("POST", path), &owner.token, JSON, "").await;
        assert_eq!(answer.status, status, "{path}: {:?}", answer.body);
    }
}

#[tokio::test]
async fn line_02_reading_and_deleting_may_claim_a_body_that_is_not_there() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let path = format!("/v1/vaults/{vault}");
    for (method, status) in [("GET", 200), ("DELETE", 204), ("GET", 404)] {
        let answer = raw(&app, (method, &path), &owner.token, JSON, "").await;
        assert_eq!(answer.status, status, "{method}");
    }
}

#[tokio::test]
async fn line_05_json_is_read_whatever_it_calls_itself() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for (number, kind) in [
        "application/x-www-form-urlencoded",
        "text/plain",
        "application/octet-stream",
        "nonsense",
    ]
    .iter()
    .enumerate()
    {
        let body = json!({ "name": format!("v{number}") }).to_string();
        let headers = [("content-type", *kind)];
        let made = raw(&app, ("POST", "/v1/vaults"), &owner.token, &headers, &body).await;
        assert_eq!(made.status, 201, "{kind}");
    }
}

#[tokio::test]
async fn line_06_unknown_members_are_ignored() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body =
        json!({ "name": "prod", "chain": "base", "shroud_enabled": true, "x": { "y": [1] } });
    let vault = app.post("/v1/vaults", &owner.token, body).await.expect(201);
    let vault = vault.json()["id"].as_str().unwrap().to_owned();
    let body = json!({ "name": "bot", "wallets": [], "runtime_id": null });
    let _ = app.post("/v1/agents", &owner.token, body).await.expect(201);
    let body = json!({ "value": "v", "ttl": 5, "tags": ["a"] });
    let path = format!("/v1/vaults/{vault}/secrets/a");
    let _ = app.call("PUT", &path, &owner.token, body).await.expect(201);
}

#[tokio::test]
async fn line_07_and_08_an_answer_has_a_json_body_or_is_204() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let secret = format!("/v1/vaults/{vault}/secrets/a");
    let one = format!("/v1/vaults/{vault}");
    for (method, path, body, status) in [
        ("PUT", secret.as_str(), json!({ "value": "w" }), 201),
        ("GET", secret.as_str(), Value::Null, 200),
        ("DELETE", secret.as_str(), Value::Null, 204),
        ("PATCH", "/v1/auth/me", json!({ "display_name": "A" }), 200),
        ("DELETE", one.as_str(), Value::Null, 204),
        ("DELETE", "/v1/auth/token", Value::Null, 204),
    ] {
        let answer = app
            .call(method, path, &owner.token, body)
            .await
            .expect(status);
        if status == 204 {
            assert!(answer.body.is_empty(), "{method} {path}");
        } else {
            assert!(answer.json().is_object(), "{method} {path}");
            assert_eq!(answer.header("content-type"), "application/json");
        }
    }
}

#[tokio::test]
async fn line_10_and_11_a_doubled_slash_is_tolerated_and_nothing_is_a_redirect() {
    let app = TestApp::new().await;
    let body = json!({ "name": "bot", "human_email": "alice@example.com" });
    let _ = app.post("//v1/agents/enroll", "", body).await.expect(201);
    let owner = app.sign_up("alice@example.com").await;
    for path in ["/v1/vaults", "/v1/vaults/", "//v1/vaults", "/v1/agents/"] {
        let answer = app.get(path, &owner.token).await;
        assert!(!(300..400).contains(&answer.status), "{path}");
        assert_eq!(answer.header("location"), "", "{path}");
    }
}

#[tokio::test]
async fn line_15_every_error_has_a_detail() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let missing = format!("/v1/vaults/{NOTHING}");
    let denied = format!("/v1/vaults/{vault}/secrets/a");
    for (method, path, token, body, status) in [
        ("POST", "/v1/vaults", owner.token.as_str(), json!({}), 400),
        ("GET", "/v1/vaults", "", Value::Null, 401),
        (
            "GET",
            denied.as_str(),
            agent.token.as_str(),
            Value::Null,
            403,
        ),
        (
            "GET",
            missing.as_str(),
            owner.token.as_str(),
            Value::Null,
            404,
        ),
        ("PUT", "/v1/vaults", owner.token.as_str(), Value::Null, 405),
        (
            "POST",
            "/v1/vaults",
            owner.token.as_str(),
            json!({ "name": "prod" }),
            409,
        ),
    ] {
        problem(&app.call(method, path, token, body).await, status);
    }
}

#[tokio::test]
async fn line_22_23_and_24_what_cannot_be_read_is_a_problem_document() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for body in [r#"{"name": 5}"#, r#"{"name""#, "[]", "null"] {
        let answer = raw(&app, ("POST", "/v1/vaults"), &owner.token, JSON, body).await;
        problem(&answer, 400);
    }
    for path in ["/v1/vaults/not-a-uuid", "/v1/agents/%00", "/v1/share/x"] {
        let answer = app.get(path, &owner.token).await;
        assert!([400, 404].contains(&answer.status), "{path}");
        problem(&answer, answer.status);
    }
    for path in ["/v1/treasury", "/v1/nothing/at/all", "/v1"] {
        problem(&app.get(path, &owner.token).await, 404);
    }
}
