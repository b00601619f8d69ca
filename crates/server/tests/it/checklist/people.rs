//! People, their credentials and tokens.

use oneclaw_server::test_app::{PASSWORD, TestApp, request};
use serde_json::{Value, json};

#[tokio::test]
async fn line_03_deleting_oneself_reads_a_body_under_either_name() {
    for name in ["confirm", "confirmation"] {
        let app = TestApp::new().await;
        let owner = app.sign_up("alice@example.com").await;
        let mut request = request("DELETE", "/v1/auth/me");
        let bearer = format!("Bearer {}", owner.token);
        let headers = request.headers_mut();
        headers.insert("authorization", bearer.parse().unwrap());
        headers.insert("x-auth-confirm", PASSWORD.parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        *request.body_mut() = json!({ name: "DELETE MY ACCOUNT" }).to_string().into();
        let answer = app.send(request).await.expect(204);
        assert!(answer.body.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn line_13_browsers_may_send_every_header_of_the_contract() {
    let app = TestApp::new().await;
    let mut preflight = request("OPTIONS", "/v1/auth/me");
    let headers = preflight.headers_mut();
    headers.insert("origin", "https://app.example".parse().unwrap());
    headers.insert("access-control-request-method", "DELETE".parse().unwrap());
    let answer = app.send(preflight).await.expect(204);
    let allowed = answer.header("access-control-allow-headers").to_owned();
    for header in [
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
        assert!(allowed.split(", ").any(|name| name == header), "{header}");
    }
}

#[tokio::test]
async fn line_14_a_stale_token_does_not_matter_where_none_is_needed() {
    let app = TestApp::new().await;
    let _ = app.sign_up("alice@example.com").await;
    let login = json!({ "email": "alice@example.com", "password": PASSWORD });
    let address = json!({ "email": "alice@example.com" });
    for (path, body) in [
        ("/v1/auth/token", login),
        ("/v1/auth/email-otp/send", address.clone()),
        ("/v1/auth/forgot-password", address),
        ("/v1/auth/device/code", json!({})),
    ] {
        for stale in ["garbage", "a.b.c"] {
            let _ = app.post(path, stale, body.clone()).await.expect(200);
        }
    }
}

#[tokio::test]
async fn line_30_a_raw_personal_key_is_a_bearer_token() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let created = app
        .post("/v1/auth/api-keys", &owner.token, json!({ "name": "k" }))
        .await
        .expect(201)
        .json();
    let key = created["api_key"].as_str().unwrap();
    let _ = app
        .post("/v1/vaults", key, json!({ "name": "v" }))
        .await
        .expect(201);
    let me = app.get("/v1/auth/me", key).await.expect(200).json();
    assert_eq!(me["id"], owner.id);
}

#[tokio::test]
async fn line_32_refreshing_works_with_a_body_and_with_a_bearer_and_none() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "refresh_token": owner.refresh_token });
    let by_body = app
        .post("/v1/auth/refresh", "", body)
        .await
        .expect(200)
        .json();
    assert!(by_body["refresh_token"].is_string());
    let by_bearer = app
        .post("/v1/auth/refresh", &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    assert!(by_bearer["access_token"].is_string());
}

#[tokio::test]
async fn line_35_a_code_by_mail_is_answered_in_both_spellings() {
    let app = TestApp::new().await;
    let ask = json!({ "email": "new@example.com" });
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask)
        .await
        .expect(200);
    let mails = app.mails().await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails[0].text.lines().map(str::trim).find(is_code).unwrap();
    let verify = json!({ "email": "new@example.com", "code": code, "auto_provision_chains": [] });
    let answer = app
        .post("/v1/auth/email-otp/verify", "", verify)
        .await
        .expect(201)
        .json();
    assert_eq!(answer["access_token"], answer["token"]);
    assert_eq!(answer["is_new"], answer["is_new_user"]);
    assert_eq!(answer["token_type"], "Bearer");
}

#[tokio::test]
async fn line_84_personal_keys_are_created_and_listed_in_their_shape() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let created = app
        .post("/v1/auth/api-keys", &owner.token, json!({ "name": "k" }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        created.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["api_key", "key"]
    );
    let listed = app
        .get("/v1/auth/api-keys", &owner.token)
        .await
        .expect(200)
        .json();
    let prefix = listed["keys"][0]["key_prefix"].as_str().unwrap();
    assert_eq!(prefix.len(), 12);
    assert!(created["api_key"].as_str().unwrap().starts_with(prefix));
    let path = format!(
        "/v1/auth/api-keys/{}",
        created["key"]["id"].as_str().unwrap()
    );
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
}
