//! Codes by mail that confirm one act, and what is told when an account changes.

use crate::factors::{add, confirmed, enrol, used};
use crate::problem;
use oneclaw_crypto::test_support::Authenticator;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

/// The six digits in the last mail to somebody.
async fn mailed_code(app: &TestApp, to: &str) -> String {
    let mails = app.mails().await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails
        .iter()
        .rev()
        .filter(|mail| mail.recipient == to)
        .find_map(|mail| mail.text.lines().map(str::trim).find(is_code));
    code.expect("a code was mailed").to_owned()
}

async fn reauth(app: &TestApp, token: &str, purpose: &str, code: &str) -> Answer {
    let body = json!({ "purpose": purpose, "code": code });
    app.post("/v1/auth/reauth", token, body).await
}

#[tokio::test]
async fn every_change_of_a_factor_is_told() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let told = async || {
        let mails = app.mails().await;
        let texts = mails
            .iter()
            .map(|mail| (mail.recipient.clone(), mail.text.clone()));
        let texts: Vec<_> = texts.collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert_eq!(texts[0].0, "alice@example.com");
        texts[0].1.clone()
    };
    let mut passkey = Authenticator::es256();
    let added = add(&app, &alice.token, &passkey).await;
    let id = added.expect(201).json()["passkey_id"].clone();
    assert!(told().await.contains("A passkey was added"));
    let proof = used(&app, "passkeys/assert", &mut passkey).await;
    let body = json!({ "purpose": "security.passkey.delete", "passkey": proof });
    let proof = app.post("/v1/auth/reauth", &alice.token, body).await;
    let proof = proof.expect(200).json()["token"].clone();
    let path = format!("/v1/auth/passkeys/{}", id.as_str().unwrap());
    let delete = ("DELETE", path.as_str());
    let proof = proof.as_str().unwrap();
    let removed = confirmed(&app, delete, &alice.token, proof, Value::Null).await;
    let _ = removed.expect(204);
    assert!(told().await.contains("A passkey was removed"));
    let (_, codes) = enrol(&app, &alice).await;
    assert!(told().await.contains("switched on"));
    let off = json!({ "code": codes[0] });
    let off = app.call("DELETE", "/v1/auth/mfa", &alice.token, off).await;
    let _ = off.expect(204);
    assert!(told().await.contains("switched off"));
}

/// Somebody without a password, and a risky question of their agent.
async fn question(app: &TestApp) -> (String, String) {
    let email = "alice@example.com";
    let send = json!({ "email": email });
    let _ = app
        .post("/v1/auth/email-otp/send", "", send)
        .await
        .expect(200);
    let code = mailed_code(app, email).await;
    let verify = json!({ "email": email, "code": code });
    let signed_in = app.post("/v1/auth/email-otp/verify", "", verify).await;
    let token = signed_in.expect(201).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let vault = app.create_vault(&token, "prod").await;
    let made = app
        .post("/v1/agents", &token, json!({ "name": "bot" }))
        .await;
    let agent = app
        .exchange(made.expect(201).json()["api_key"].as_str().unwrap())
        .await;
    let path = format!("/v1/vaults/{vault}/secrets/a");
    let refused = app
        .call("PUT", &path, &agent, json!({ "value": "x" }))
        .await;
    let mut body = refused.json()["access_request"].clone();
    body["reason"] = json!("The migration needs it");
    let asked = app
        .post("/v1/approvals/request", &agent, body)
        .await
        .expect(202)
        .json();
    assert_eq!(asked["risk_tier"], 2);
    app.mails().await;
    (
        token,
        format!("/v1/approvals/{}/decide", asked["id"].as_str().unwrap()),
    )
}

each_backend! {
    async fn an_account_without_a_password_confirms_a_risky_answer_with_a_code_by_mail(app: TestApp) {
        let (token, path) = question(&app).await;
        let decide = ("POST", path.as_str());
        let yes = json!({ "decision": "approve" });
        problem(&app.post(&path, &token, yes.clone()).await, 403);
        problem(&confirmed(&app, decide, &token, "any password at all", yes.clone()).await, 403);
        problem(&reauth(&app, &token, "approval.decide", "000000").await, 401);
        let _ = app.post("/v1/auth/reauth/send", &token, Value::Null).await.expect(204);
        let code = mailed_code(&app, "alice@example.com").await;
        let proof = reauth(&app, &token, "approval.decide", &code).await.expect(200).json();
        // The code is spent, and the token is for this alone.
        problem(&reauth(&app, &token, "approval.decide", &code).await, 401);
        let proof = proof["token"].as_str().unwrap();
        let _ = confirmed(&app, decide, &token, proof, yes).await.expect(200);
    }
}

#[tokio::test]
async fn a_code_by_mail_confirms_nothing_beside_a_second_factor() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let _ = app
        .post("/v1/auth/reauth/send", &alice.token, Value::Null)
        .await
        .expect(204);
    let code = mailed_code(&app, "alice@example.com").await;
    let _ = enrol(&app, &alice).await;
    problem(
        &reauth(&app, &alice.token, "account.delete", &code).await,
        401,
    );
    problem(
        &app.post("/v1/auth/reauth/send", &alice.token, Value::Null)
            .await,
        409,
    );
}

#[tokio::test]
async fn codes_that_confirm_are_not_found_by_trying_and_flood_no_mailbox() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let _ = app
        .post("/v1/auth/reauth/send", &alice.token, Value::Null)
        .await
        .expect(204);
    let code = mailed_code(&app, "alice@example.com").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        problem(
            &reauth(&app, &alice.token, "account.delete", wrong).await,
            401,
        );
    }
    problem(
        &reauth(&app, &alice.token, "account.delete", &code).await,
        429,
    );
    app.clock.advance(Duration::from_secs(31));
    problem(
        &reauth(&app, &alice.token, "account.delete", &code).await,
        401,
    );
    for _ in 0..4 {
        let _ = app
            .post("/v1/auth/reauth/send", &alice.token, Value::Null)
            .await
            .expect(204);
    }
    problem(
        &app.post("/v1/auth/reauth/send", &alice.token, Value::Null)
            .await,
        429,
    );
}
