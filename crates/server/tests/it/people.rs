//! What people do with their own account: keys, sessions, codes by mail, another address, and the end.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, PASSWORD, Person, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

/// The code in the mail to somebody.
async fn mailed_code(app: &TestApp, to: &str) -> String {
    let mails = app.mails().await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails
        .iter()
        .filter(|mail| mail.recipient == to)
        .find_map(|mail| mail.text.lines().map(str::trim).find(is_code));
    code.expect("a code was mailed").to_owned()
}

async fn create_key(app: &TestApp, owner: &Person, body: Value) -> Value {
    app.post("/v1/auth/api-keys", &owner.token, body)
        .await
        .expect(201)
        .json()
}

/// Sends a request confirmed by a password.
async fn confirmed(app: &TestApp, method: &str, path: &str, token: &str, body: Value) -> Answer {
    let mut request = request(method, path);
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers.insert("x-auth-confirm", PASSWORD.parse().unwrap());
    *request.body_mut() = body.to_string().into();
    app.send(request).await
}

each_backend! {
    async fn a_personal_key_works_as_its_owner_until_it_is_revoked(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "a", "v").await;
        let created = create_key(&app, &owner, json!({ "name": "backup" })).await;
        let (id, key) = (created["key"]["id"].as_str().unwrap(), created["api_key"].as_str().unwrap());
        assert_eq!(key.len(), 47);
        let mails = app.mails().await;
        let prefix = created["key"]["key_prefix"].as_str().unwrap();
        assert!(mails[0].text.contains(prefix) && !mails[0].text.contains(key));

        let _ = app.read(key, &vault, "a").await.expect(200);
        let _ = app.put(key, &vault, "b", "w").await;
        let body = json!({ "api_key": key });
        let token = app.post("/v1/auth/api-key-token", "", body.clone()).await.expect(200).json();
        assert_eq!(token.as_object().unwrap().keys().collect::<Vec<_>>(), ["access_token", "expires_in", "token_type"]);
        let token = token["access_token"].as_str().unwrap();
        let _ = app.read(token, &vault, "a").await.expect(200);
        let listed = app.get("/v1/auth/api-keys", key).await.expect(200).json();
        assert!(listed["keys"][0]["last_used_at"].is_string());

        let _ = app.call("DELETE", &format!("/v1/auth/api-keys/{id}"), &owner.token, Value::Null).await.expect(204);
        for credential in [key, token] {
            problem(&app.read(credential, &vault, "a").await, 401);
            problem(&app.get("/v1/vaults", credential).await, 401);
            problem(&app.call("PUT", &format!("/v1/vaults/{vault}/secrets/c"), credential, json!({ "value": "x" })).await, 401);
        }
        problem(&app.post("/v1/auth/api-key-token", "", body).await, 401);
        problem(&app.call("DELETE", &format!("/v1/auth/api-keys/{id}"), &owner.token, Value::Null).await, 404);
        let listed = app.get("/v1/auth/api-keys", &owner.token).await.expect(200).json();
        assert_eq!(listed["keys"][0]["is_active"], false);
    }
}

#[tokio::test]
async fn a_personal_key_ends_when_it_was_meant_to() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "name": "short", "expires_at": "2026-11-23T12:10:00Z" });
    let created = create_key(&app, &owner, body).await;
    let key = created["api_key"].as_str().unwrap();
    let token = app
        .post("/v1/auth/api-key-token", "", json!({ "api_key": key }))
        .await
        .expect(200)
        .json();
    assert_eq!(token["expires_in"], 600, "no longer than the key");
    app.clock.advance(Duration::from_mins(10));
    problem(&app.get("/v1/vaults", key).await, 401);
    problem(
        &app.get("/v1/vaults", token["access_token"].as_str().unwrap())
            .await,
        401,
    );
    let owner = app.sign_in("alice@example.com").await;
    for body in [
        json!({ "name": "", "scopes": [] }),
        json!({ "name": "x", "expires_at": "2026-11-23T12:00:00Z" }),
        json!({ "name": "x", "scopes": ["prod-*x*"] }),
    ] {
        problem(
            &app.post("/v1/auth/api-keys", &owner.token, body).await,
            400,
        );
    }
}

#[tokio::test]
async fn a_key_limited_to_paths_reaches_no_further() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "in/a", "v").await;
    let _ = app.put(&owner.token, &vault, "out", "v").await;
    let body = json!({ "name": "narrow", "scopes": ["in/**", "vault:read"] });
    let created = create_key(&app, &owner, body).await;
    let key = created["api_key"].as_str().unwrap().to_owned();
    let exchanged = app
        .post("/v1/auth/api-key-token", "", json!({ "api_key": key }))
        .await
        .expect(200)
        .json();
    // The owner's own state is in memory by now, and must not widen the key.
    let _ = app.read(&owner.token, &vault, "out").await.expect(200);
    for credential in [key.as_str(), exchanged["access_token"].as_str().unwrap()] {
        let _ = app.read(credential, &vault, "in/a").await.expect(200);
        problem(&app.read(credential, &vault, "out").await, 403);
        let policies = format!("/v1/vaults/{vault}/policies");
        let grant = json!({ "secret_path_pattern": "**", "principal_type": "user", "principal_id": owner.id, "permissions": ["read"] });
        for (path, body) in [
            ("/v1/agents", json!({ "name": "helper" })),
            ("/v1/vaults", json!({ "name": "other" })),
            (policies.as_str(), grant),
        ] {
            problem(&app.post(path, credential, body).await, 403);
        }
        for path in [
            "/v1/agents",
            "/v1/audit/events",
            "/v1/auth/api-keys",
            policies.as_str(),
        ] {
            problem(&app.get(path, credential).await, 403);
        }
        let listed = app
            .get(&format!("/v1/vaults/{vault}/secrets"), credential)
            .await;
        assert_eq!(
            listed.expect(200).json()["secrets"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        let _ = app.get("/v1/auth/me", credential).await.expect(200);
    }
    let _ = app.read(&owner.token, &vault, "out").await.expect(200);
}

#[tokio::test]
async fn a_key_changes_nothing_about_signing_in() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let created = create_key(&app, &owner, json!({ "name": "k" })).await;
    let id = created["key"]["id"].as_str().unwrap();
    let key = created["api_key"].as_str().unwrap();
    let exchanged = app
        .post("/v1/auth/api-key-token", "", json!({ "api_key": key }))
        .await
        .expect(200)
        .json();
    for credential in [key, exchanged["access_token"].as_str().unwrap()] {
        let delete = json!({ "confirmation": "DELETE MY ACCOUNT" });
        problem(
            &confirmed(&app, "DELETE", "/v1/auth/me", credential, delete).await,
            403,
        );
        let export = confirmed(&app, "POST", "/v1/auth/export-data", credential, json!({})).await;
        problem(&export, 403);
        for (method, path, body) in [
            (
                "POST",
                "/v1/auth/api-keys".to_owned(),
                json!({ "name": "another" }),
            ),
            ("DELETE", format!("/v1/auth/api-keys/{id}"), Value::Null),
            ("GET", "/v1/auth/sessions".to_owned(), Value::Null),
            (
                "POST",
                "/v1/auth/change-email".to_owned(),
                json!({ "new_email": "m@example.com" }),
            ),
            (
                "POST",
                "/v1/auth/set-password".to_owned(),
                json!({ "password": "another horse battery" }),
            ),
            (
                "POST",
                "/v1/auth/reauth".to_owned(),
                json!({ "purpose": "account.delete", "password": PASSWORD }),
            ),
            (
                "PATCH",
                "/v1/auth/settings".to_owned(),
                json!({ "require_passkey_for_vaults": false }),
            ),
        ] {
            problem(&app.call(method, &path, credential, body).await, 403);
        }
    }
    problem(
        &app.call("DELETE", "/v1/auth/token", key, Value::Null).await,
        403,
    );
    let mallory = app.sign_up("mallory@example.com").await;
    let theirs = format!("/v1/auth/api-keys/{id}");
    problem(
        &app.call("DELETE", &theirs, &mallory.token, Value::Null)
            .await,
        404,
    );
    let _ = app.get("/v1/auth/me", key).await.expect(200);
}

#[tokio::test]
async fn a_reset_takes_the_account_back_from_keys_too() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let created = create_key(&app, &owner, json!({ "name": "k" })).await;
    let key = created["api_key"].as_str().unwrap();
    let _ = app.get("/v1/auth/me", key).await.expect(200);
    let change = json!({ "new_email": "mallory@example.com" });
    let _ = app
        .post("/v1/auth/change-email", &owner.token, change)
        .await
        .expect(200);
    let _ = app.mails().await;
    let forgot = json!({ "email": "alice@example.com" });
    let _ = app
        .post("/v1/auth/forgot-password", "", forgot)
        .await
        .expect(200);
    let token = app.mailed_token("reset-password").await;
    let reset = json!({ "token": token, "new_password": "another horse battery staple" });
    let _ = app
        .post("/v1/auth/reset-password", "", reset)
        .await
        .expect(200);
    problem(&app.get("/v1/auth/me", key).await, 401);
    problem(&app.get("/v1/auth/me", &owner.token).await, 401);
}

each_backend! {
    async fn a_session_is_ended_from_another_one(app: TestApp) {
        let here = app.sign_up("alice@example.com").await;
        let there = app.sign_in("alice@example.com").await;
        let mallory = app.sign_up("mallory@example.com").await;
        let sessions = app.get("/v1/auth/sessions", &here.token).await.expect(200).json();
        let sessions = sessions["sessions"].as_array().unwrap();
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions.iter().filter(|session| session["is_current"] == true).count(), 1);
        let other = sessions.iter().find(|session| session["is_current"] == false).unwrap();
        let path = format!("/v1/auth/sessions/{}", other["id"].as_str().unwrap());
        problem(&app.call("DELETE", &path, &mallory.token, Value::Null).await, 404);
        let _ = app.get("/v1/vaults", &there.token).await.expect(200);
        let _ = app.call("DELETE", &path, &here.token, Value::Null).await.expect(204);
        problem(&app.get("/v1/vaults", &there.token).await, 401);
        problem(&app.post("/v1/auth/refresh", "", json!({ "refresh_token": there.refresh_token })).await, 401);
        problem(&app.call("DELETE", &path, &here.token, Value::Null).await, 404);
        let _ = app.get("/v1/vaults", &here.token).await.expect(200);
    }
}

#[tokio::test]
async fn a_refresh_token_from_long_ago_ends_the_session() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let refresh =
        |token: String| app.post("/v1/auth/refresh", "", json!({ "refresh_token": token }));
    let mut newest = owner.refresh_token.clone();
    for _ in 0..3 {
        let answer = refresh(newest).await.expect(200).json();
        newest = answer["refresh_token"].as_str().unwrap().to_owned();
    }
    problem(&refresh(owner.refresh_token.clone()).await, 401);
    problem(&refresh(newest).await, 401);
    let owner = app.sign_in("alice@example.com").await;
    let log = app
        .get("/v1/audit/events?action=auth.refresh_reuse", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(log["count"], 1);
}

each_backend! {
    async fn a_code_by_mail_signs_in_and_makes_an_account(app: TestApp) {
        let ask = |email: &str| app.post("/v1/auth/email-otp/send", "", json!({ "email": email }));
        let verify = |email: &str, code: &str| app.post("/v1/auth/email-otp/verify", "", json!({ "email": email, "code": code }));
        let sent = ask("new@example.com").await.expect(200).json();
        assert_eq!(sent, json!({ "status": "sent" }));
        let code = mailed_code(&app, "new@example.com").await;
        let first = verify("NEW@example.com", &code).await.expect(201).json();
        assert_eq!((&first["is_new"], &first["is_new_user"]), (&json!(true), &json!(true)));
        assert_eq!(first["token"], first["access_token"]);
        problem(&verify("new@example.com", &code).await, 400);
        let me = app.get("/v1/auth/me", first["token"].as_str().unwrap()).await.expect(200).json();
        assert_eq!((&me["role"], &me["auth_method"], &me["email_verified"]), (&json!("owner"), &json!("email_otp"), &json!(true)));

        let _ = ask("new@example.com").await.expect(200);
        let code = mailed_code(&app, "new@example.com").await;
        let again = verify("new@example.com", &code).await.expect(200).json();
        assert_eq!((&again["is_new"], &again["user_id"]), (&json!(false), &first["user_id"]));
        assert_eq!(again["email"], "new@example.com");
    }
}

#[tokio::test]
async fn a_code_by_mail_cannot_be_guessed() {
    let app = TestApp::new().await;
    let _ = app.sign_up("alice@example.com").await;
    let verify = |code: String| {
        let body = json!({ "email": "alice@example.com", "code": code });
        app.post("/v1/auth/email-otp/verify", "", body)
    };
    let ask = json!({ "email": "alice@example.com" });
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask.clone())
        .await
        .expect(200);
    let code = mailed_code(&app, "alice@example.com").await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        problem(&verify(wrong.to_owned()).await, 400);
    }
    problem(&verify(code).await, 400);
    // A new code does not give new tries without end.
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask.clone())
        .await
        .expect(200);
    for _ in 0..3 {
        problem(&verify(wrong.to_owned()).await, 400);
    }
    let code = mailed_code(&app, "alice@example.com").await;
    app.clock.advance(Duration::from_secs(601));
    problem(&verify(code).await, 400);
    problem(&verify(wrong.to_owned()).await, 429);
    for _ in 0..3 {
        let _ = app
            .post("/v1/auth/email-otp/send", "", ask.clone())
            .await
            .expect(200);
    }
    problem(&app.post("/v1/auth/email-otp/send", "", ask).await, 429);
}

#[tokio::test]
async fn a_password_that_was_given_before_the_address_was_proven_does_not_count() {
    let app = TestApp::new().await;
    let squat = json!({ "email": "alice@example.com", "password": PASSWORD });
    let _ = app
        .post("/v1/auth/signup", "", squat.clone())
        .await
        .expect(200);
    let link = app.mailed_token("verify-email").await;
    let ask = json!({ "email": "alice@example.com" });
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask)
        .await
        .expect(200);
    let code = mailed_code(&app, "alice@example.com").await;
    let verify = json!({ "email": "alice@example.com", "code": code });
    let signed_in = app
        .post("/v1/auth/email-otp/verify", "", verify)
        .await
        .expect(201)
        .json();
    problem(&app.post("/v1/auth/token", "", squat).await, 401);
    let old_link = json!({ "token": link });
    problem(&app.post("/v1/auth/verify-email", "", old_link).await, 400);

    let token = signed_in["token"].as_str().unwrap();
    let set = |password: &str, again: &str| {
        let body = json!({ "password": password, "password_confirm": again });
        app.post("/v1/auth/set-password", token, body)
    };
    problem(&set("short", "short").await, 400);
    problem(
        &set("another horse battery", "yet another horse").await,
        400,
    );
    let _ = set("another horse battery", "another horse battery")
        .await
        .expect(200);
    problem(
        &set("another horse battery", "another horse battery").await,
        400,
    );
    let body = json!({ "email": "alice@example.com", "password": "another horse battery" });
    let _ = app.post("/v1/auth/token", "", body).await.expect(200);
}

#[tokio::test]
async fn an_old_session_makes_no_password() {
    let app = TestApp::new().await;
    let ask = json!({ "email": "alice@example.com" });
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask)
        .await
        .expect(200);
    let code = mailed_code(&app, "alice@example.com").await;
    let verify = json!({ "email": "alice@example.com", "code": code });
    let signed_in = app
        .post("/v1/auth/email-otp/verify", "", verify)
        .await
        .expect(201)
        .json();
    app.clock.advance(Duration::from_mins(14));
    let renewed = app
        .post(
            "/v1/auth/refresh",
            "",
            json!({ "refresh_token": signed_in["refresh_token"] }),
        )
        .await
        .expect(200)
        .json();
    app.clock.advance(Duration::from_mins(2));
    let body = json!({ "password": "another horse battery" });
    let token = renewed["access_token"].as_str().unwrap();
    problem(&app.post("/v1/auth/set-password", token, body).await, 403);
}

each_backend! {
    async fn an_address_is_changed_with_a_code_and_both_are_told(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let elsewhere = app.sign_in("alice@example.com").await;
        let _ = app.post("/v1/auth/signup", "", json!({ "email": "new@example.com", "password": PASSWORD })).await.expect(200);
        let _ = app.mails().await;
        let change = |email: &str| app.post("/v1/auth/change-email", &owner.token, json!({ "new_email": email }));
        let verify = |code: String| app.post("/v1/auth/verify-email-change", &owner.token, json!({ "code": code }));
        problem(&change("alice@example.com").await, 400);
        let answer = change("New@example.com").await.expect(200).json();
        assert_eq!((&answer["new_email"], &answer["expires_in_seconds"]), (&json!("new@example.com"), &json!(600)));
        let mails = app.mails().await;
        let to_old = mails.iter().find(|mail| mail.recipient == "alice@example.com").unwrap();
        assert!(to_old.text.contains("new@example.com") && to_old.text.contains("/forgot-password"));
        let to_new = mails.iter().find(|mail| mail.recipient == "new@example.com").unwrap();
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let code = to_new.text.lines().map(str::trim).find(is_code).unwrap().to_owned();
        assert!(!to_old.text.contains(&code));
        let wrong = if code == "000000" { "000001" } else { "000000" };
        problem(&verify(wrong.to_owned()).await, 400);
        let changed = verify(code.clone()).await.expect(200).json();
        assert_eq!(changed["email"], "new@example.com");
        problem(&verify(code).await, 400);
        let told: Vec<_> = app.mails().await.into_iter().map(|mail| mail.recipient).collect();
        assert!(told.contains(&"alice@example.com".to_owned()) && told.contains(&"new@example.com".to_owned()));

        problem(&app.get("/v1/auth/me", &elsewhere.token).await, 401);
        assert_eq!(app.get("/v1/auth/me", &owner.token).await.expect(200).json()["email"], "new@example.com");
        problem(&app.post("/v1/auth/token", "", json!({ "email": "alice@example.com", "password": PASSWORD })).await, 401);
        let _ = app.sign_in("new@example.com").await;
    }
}

#[tokio::test]
async fn a_change_of_address_does_not_tell_who_has_an_account() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app.sign_up("taken@example.com").await;
    let mut shapes = Vec::new();
    for email in ["taken@example.com", "free@example.com"] {
        let body = json!({ "new_email": email });
        let answer = app
            .post("/v1/auth/change-email", &owner.token, body)
            .await
            .expect(200)
            .json();
        shapes.push((
            answer["message"].clone(),
            answer["expires_in_seconds"].clone(),
        ));
        let mails = app.mails().await;
        assert_eq!(
            mails.iter().any(|mail| mail.recipient == email),
            email == "free@example.com"
        );
    }
    assert_eq!(shapes[0], shapes[1]);
}

each_backend! {
    async fn a_deleted_account_takes_its_organisation_with_it(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "a", "v").await;
        let agent = app.create_agent(&owner, "bot").await;
        let _ = app.allow(&owner, &vault, &agent, "a", &["read"]).await;
        let key = create_key(&app, &owner, json!({ "name": "k" })).await["api_key"].as_str().unwrap().to_owned();
        for credential in [&agent.token, &key] {
            let _ = app.read(credential, &vault, "a").await.expect(200);
        }
        let _ = app.mails().await;
        let phrase = json!({ "confirm": "DELETE MY ACCOUNT" });
        problem(&app.call("DELETE", "/v1/auth/me", &owner.token, phrase.clone()).await, 403);
        problem(&confirmed(&app, "DELETE", "/v1/auth/me", &owner.token, json!({ "confirm": "delete" })).await, 400);
        let _ = confirmed(&app, "DELETE", "/v1/auth/me", &owner.token, phrase).await.expect(204);

        let mails = app.mails().await;
        assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "alice@example.com"));
        for credential in [&owner.token, &agent.token, &key] {
            problem(&app.read(credential, &vault, "a").await, 401);
            problem(&app.get("/v1/vaults", credential).await, 401);
        }
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        problem(&app.post("/v1/auth/refresh", "", json!({ "refresh_token": owner.refresh_token })).await, 401);
        let again = app.sign_up("alice@example.com").await;
        assert_ne!(again.org, owner.org);
        assert_eq!(app.get("/v1/vaults", &again.token).await.expect(200).json()["vaults"], json!([]));
    }
}

#[tokio::test]
async fn settings_need_a_passkey_to_be_switched_on_and_a_confirmation_to_be_switched_off() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let settings = json!({ "require_passkey_for_vaults": false, "passkey_count": 0 });
    let got = app.get("/v1/auth/settings", &owner.token).await.expect(200);
    assert_eq!(got.json(), settings);
    let patch = |body: Value| app.call("PATCH", "/v1/auth/settings", &owner.token, body);
    assert_eq!(patch(json!({})).await.expect(200).json(), settings);
    problem(
        &patch(json!({ "require_passkey_for_vaults": true })).await,
        400,
    );
    problem(
        &patch(json!({ "require_passkey_for_vaults": false })).await,
        403,
    );
    let off = json!({ "require_passkey_for_vaults": false });
    let off = confirmed(&app, "PATCH", "/v1/auth/settings", &owner.token, off).await;
    assert_eq!(off.expect(200).json(), settings);
}
