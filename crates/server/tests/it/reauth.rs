//! Proving once more who one is.

use crate::problem;
use oneclaw_server::test_app::{Answer, PASSWORD, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

async fn ask(app: &TestApp, token: &str, body: Value) -> Answer {
    app.post("/v1/auth/reauth", token, body).await
}

#[tokio::test]
async fn a_password_is_exchanged_for_a_token_of_five_minutes() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "purpose": "account.delete", "password": PASSWORD });
    let given = ask(&app, &owner.token, body.clone())
        .await
        .expect(200)
        .json();
    assert_eq!(given["expires_in"], 300);
    assert!(given["token"].as_str().unwrap().starts_with("rat_"));

    for body in [
        json!({ "purpose": "account.delete" }),
        json!({ "purpose": "account.delete", "password": PASSWORD, "code": "123456" }),
        json!({ "purpose": "everything", "password": PASSWORD }),
    ] {
        problem(&ask(&app, &owner.token, body).await, 400);
    }
    let wrong = json!({ "purpose": "account.delete", "password": "not the right password" });
    let refused = ask(&app, &owner.token, wrong).await;
    problem(&refused, 401);
    assert_eq!(
        refused.header("www-authenticate"),
        "Bearer",
        "the access token itself was right"
    );
    let code = json!({ "purpose": "account.delete", "code": "123456" });
    problem(&ask(&app, &owner.token, code).await, 401);
    let agent = app.create_agent(&owner, "bot").await;
    problem(&ask(&app, &agent.token, body).await, 403);
}

#[tokio::test]
async fn wrong_passwords_of_a_signed_in_person_count_for_the_account() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let wrong = json!({ "purpose": "account.delete", "password": "not the right password" });
    for _ in 0..5 {
        problem(&ask(&app, &owner.token, wrong.clone()).await, 401);
    }
    let right = json!({ "purpose": "account.delete", "password": PASSWORD });
    let refused = ask(&app, &owner.token, right.clone()).await;
    problem(&refused, 429);
    assert_eq!(refused.header("retry-after"), "30");
    // Changing the password is another way to try one.
    let change =
        json!({ "current_password": PASSWORD, "new_password": "another horse battery staple" });
    problem(
        &app.post("/v1/auth/change-password", &owner.token, change)
            .await,
        429,
    );
    app.clock.advance(Duration::from_secs(31));
    let _ = ask(&app, &owner.token, right).await.expect(200);
    let log = app
        .get("/v1/audit/events?action=auth.reauth_failure", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(log["count"], 5);
}

/// Asks for an export, confirmed by `confirmation` unless it is `""`.
async fn export(app: &TestApp, token: &str, confirmation: &str) -> Answer {
    let mut request = request("POST", "/v1/auth/export-data");
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    if !confirmation.is_empty() {
        headers.insert("x-auth-confirm", confirmation.parse().unwrap());
    }
    app.send(request).await
}

/// A token for a purpose.
async fn proof(app: &TestApp, token: &str, purpose: &str) -> String {
    let body = json!({ "purpose": purpose, "password": PASSWORD });
    let given = ask(app, token, body).await.expect(200).json();
    given["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_confirmation_is_the_password_or_a_token_for_the_purpose_once() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = export(&app, &owner.token, PASSWORD).await.expect(200);
    for wrong in [
        "",
        "not the right password",
        "rat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        let refused = export(&app, &owner.token, wrong).await;
        let problem = problem(&refused, 403);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("X-Auth-Confirm"), "{detail}");
    }

    let token = proof(&app, &owner.token, "account.export").await;
    let _ = export(&app, &owner.token, &token).await.expect(200);
    problem(&export(&app, &owner.token, &token).await, 403);

    let other = proof(&app, &owner.token, "account.delete").await;
    problem(&export(&app, &owner.token, &other).await, 403);

    let late = proof(&app, &owner.token, "account.export").await;
    app.clock.advance(Duration::from_secs(301));
    problem(&export(&app, &owner.token, &late).await, 403);
}

#[tokio::test]
async fn a_confirmation_is_for_its_session_alone() {
    let app = TestApp::new().await;
    let here = app.sign_up("alice@example.com").await;
    let there = app.sign_in("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let token = proof(&app, &here.token, "account.export").await;
    problem(&export(&app, &there.token, &token).await, 403);
    problem(&export(&app, &mallory.token, &token).await, 403);
    let _ = export(&app, &here.token, &token).await.expect(200);
}

#[tokio::test]
async fn an_export_holds_what_one_may_see_and_no_value() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "api/key", "hunter2").await;
    let _ = app.allow(&owner, &vault, &agent, "api/*", &["read"]).await;
    let stranger = app.sign_up("mallory@example.com").await;
    let _ = app.create_vault(&stranger.token, "theirs").await;

    let answer = export(&app, &owner.token, PASSWORD).await.expect(200);
    assert!(!String::from_utf8_lossy(&answer.body).contains("hunter2"));
    let export = answer.json();
    assert_eq!(export["export_version"], "1.0");
    assert_eq!(export["user"]["email"], "alice@example.com");
    let names = |list: &str| -> Vec<String> {
        let list = export[list].as_array().unwrap().iter();
        list.map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("vaults"), ["__agent-keys", "prod"]);
    assert_eq!(names("agents"), ["bot"]);
    let secrets = export["secrets_metadata"].as_array().unwrap();
    let listed = secrets.iter().find(|secret| secret["path"] == "api/key");
    assert_eq!(listed.unwrap()["vault_id"], json!(vault));
    let policies = export["policies"].as_array().unwrap();
    assert_eq!(policies.len(), 1);
    assert_eq!(policies[0]["secret_path_pattern"], "api/*");
    problem(&self::export(&app, &agent.token, PASSWORD).await, 403);
    let log = app
        .get("/v1/audit/events?action=user.export", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(log["count"], 1);
}
