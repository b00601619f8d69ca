//! Signing a program in from another device.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{PASSWORD, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

struct Device {
    code: String,
    user_code: String,
}

async fn begin(app: &TestApp, body: Value) -> Device {
    let begun = app
        .post("/v1/auth/device/code", "", body)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&begun["expires_in"], &begun["interval"]),
        (&json!(600), &json!(5))
    );
    assert_eq!(
        begun["verification_uri"],
        "https://vault.example.com/cli/verify"
    );
    let user_code = begun["user_code"].as_str().unwrap().to_owned();
    assert_eq!(
        (user_code.len(), user_code.find('-')),
        (9, Some(4)),
        "{user_code}"
    );
    Device {
        code: begun["device_code"].as_str().unwrap().to_owned(),
        user_code,
    }
}

async fn poll(app: &TestApp, device: &Device) -> Value {
    let body = json!({ "device_code": device.code, "grant_type": GRANT });
    app.post("/v1/auth/device/token", "", body)
        .await
        .expect(200)
        .json()
}

async fn decide(
    app: &TestApp,
    verb: &str,
    token: &str,
    code: &str,
) -> oneclaw_server::test_app::Answer {
    let path = format!("/v1/auth/device/{verb}");
    app.post(&path, token, json!({ "user_code": code })).await
}

async fn status(app: &TestApp, code: &str) -> Value {
    let path = format!("/v1/auth/device/code/{code}");
    app.get(&path, "").await.expect(200).json()
}

each_backend! {
    async fn a_program_is_signed_in_once_by_whoever_approves_it(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let device = begin(&app, json!({ "client_id": "1claw-cli" })).await;
        assert_eq!(poll(&app, &device).await, json!({ "error": "authorization_pending" }));
        assert_eq!(status(&app, &device.user_code).await, json!({ "status": "pending" }));
        let typed = device.user_code.replace('-', "").to_lowercase();
        let answer = decide(&app, "approve", &owner.token, &typed).await.expect(200).json();
        assert_eq!(answer, json!({ "status": "approved" }));
        problem(&decide(&app, "deny", &owner.token, &device.user_code).await, 409);

        app.clock.advance(Duration::from_secs(5));
        let token = poll(&app, &device).await;
        assert_eq!((&token["email"], &token["user_id"], &token["org_id"]), (&json!(owner.email), &json!(owner.id), &json!(owner.org)));
        assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(900)));
        let access = token["access_token"].as_str().unwrap();
        let _ = app.get("/v1/vaults", access).await.expect(200);
        app.clock.advance(Duration::from_secs(5));
        assert_eq!(poll(&app, &device).await, json!({ "error": "expired_token" }));

        let sessions = app.get("/v1/auth/sessions", access).await.expect(200).json();
        let here = sessions["sessions"].as_array().unwrap().iter().find(|session| session["is_current"] == true).unwrap();
        assert_eq!(here["auth_method"], "device_code");
        let refreshed = app.post("/v1/auth/refresh", "", json!({ "refresh_token": token["refresh_token"] })).await.expect(200).json();
        let _ = app.get("/v1/vaults", refreshed["access_token"].as_str().unwrap()).await.expect(200);
    }
}

#[tokio::test]
async fn a_program_that_asks_too_often_has_to_wait_longer() {
    let app = TestApp::new().await;
    let device = begin(&app, json!({})).await;
    let pending = json!({ "error": "authorization_pending" });
    let slow_down = json!({ "error": "slow_down" });
    assert_eq!(poll(&app, &device).await, pending);
    assert_eq!(poll(&app, &device).await, slow_down);
    app.clock.advance(Duration::from_secs(5));
    assert_eq!(poll(&app, &device).await, slow_down, "ten seconds by now");
    app.clock.advance(Duration::from_secs(15));
    assert_eq!(poll(&app, &device).await, pending);
}

#[tokio::test]
async fn a_refusal_and_the_end_are_told() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let denied = begin(&app, json!({})).await;
    let answer = decide(&app, "deny", &owner.token, &denied.user_code).await;
    assert_eq!(answer.expect(200).json(), json!({ "status": "denied" }));
    assert_eq!(
        poll(&app, &denied).await,
        json!({ "error": "access_denied" })
    );

    let late = begin(&app, json!({})).await;
    app.clock.advance(Duration::from_secs(601));
    let owner = app.sign_in("alice@example.com").await;
    problem(
        &decide(&app, "approve", &owner.token, &late.user_code).await,
        410,
    );
    assert_eq!(
        status(&app, &late.user_code).await,
        json!({ "status": "expired" })
    );
    assert_eq!(poll(&app, &late).await, json!({ "error": "expired_token" }));
    for body in [
        json!({ "device_code": "nonsense", "grant_type": GRANT }),
        json!({ "device_code": "dvc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        let answer = app
            .post("/v1/auth/device/token", "", body)
            .await
            .expect(200);
        assert_eq!(answer.json(), json!({ "error": "expired_token" }));
    }
}

#[tokio::test]
async fn a_code_for_one_address_is_answered_by_its_account_alone() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let body = json!({ "client_id": "cli", "email": "Alice@example.com" });
    let device = begin(&app, body).await;
    for verb in ["approve", "deny"] {
        problem(
            &decide(&app, verb, &mallory.token, &device.user_code).await,
            403,
        );
    }
    assert_eq!(
        status(&app, &device.user_code).await,
        json!({ "status": "pending" })
    );
    let _ = decide(&app, "approve", &owner.token, &device.user_code)
        .await
        .expect(200);
    assert_eq!(poll(&app, &device).await["email"], "alice@example.com");
}

#[tokio::test]
async fn neither_agents_nor_keys_let_programs_in() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let key = app
        .post("/v1/auth/api-keys", &owner.token, json!({ "name": "k" }))
        .await
        .expect(201)
        .json();
    let device = begin(&app, json!({})).await;
    for credential in [&agent.token, key["api_key"].as_str().unwrap()] {
        problem(
            &decide(&app, "approve", credential, &device.user_code).await,
            403,
        );
    }
    assert_eq!(
        poll(&app, &device).await,
        json!({ "error": "authorization_pending" })
    );
}

#[tokio::test]
async fn codes_are_not_found_by_trying() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let device = begin(&app, json!({})).await;
    for _ in 0..10 {
        problem(&app.get("/v1/auth/device/code/BBBB-BBBB", "").await, 404);
        problem(
            &decide(&app, "approve", &owner.token, "nonsense").await,
            404,
        );
    }
    // Not even the right one tells anything now.
    let path = format!("/v1/auth/device/code/{}", device.user_code);
    problem(&app.get(&path, "").await, 429);
    problem(
        &decide(&app, "approve", &owner.token, &device.user_code).await,
        429,
    );
    app.clock.advance(Duration::from_secs(3601));
    problem(&app.get("/v1/auth/device/code/BBBB-BBBB", "").await, 404);
}

#[tokio::test]
async fn an_approval_does_not_outlive_a_new_password() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let device = begin(&app, json!({})).await;
    let _ = decide(&app, "approve", &owner.token, &device.user_code)
        .await
        .expect(200);
    let change =
        json!({ "current_password": PASSWORD, "new_password": "another horse battery staple" });
    let _ = app
        .post("/v1/auth/change-password", &owner.token, change)
        .await
        .expect(204);
    assert_eq!(
        poll(&app, &device).await,
        json!({ "error": "access_denied" })
    );
}
