//! Accounts and tokens.

use crate::problem;
use http::header::USER_AGENT;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Options, PASSWORD, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

each_backend! {
    async fn people_sign_up_prove_their_address_and_sign_in(app: TestApp) {
        let body = json!({ "email": " Alice@Example.com ", "password": PASSWORD, "display_name": "Alice" });
        let answer = app.post("/v1/auth/signup", "", body).await.expect(200).json();
        assert_eq!(answer["email"], "alice@example.com");
        assert!(answer.get("access_token").is_none(), "nothing before the address is proven");
        problem(&app.post("/v1/auth/token", "", json!({ "email": "alice@example.com", "password": PASSWORD })).await, 401);

        let token = app.mailed_token("verify-email").await;
        let signed_in = app.post("/v1/auth/verify-email", "", json!({ "token": token })).await.expect(200).json();
        assert_eq!(signed_in["token_type"], "Bearer");
        assert_eq!(signed_in["expires_in"], 900);
        assert_eq!(signed_in["access_token"].as_str().unwrap().split('.').count(), 3);
        problem(&app.post("/v1/auth/verify-email", "", json!({ "token": token })).await, 400);

        let me = app.get("/v1/auth/me", signed_in["access_token"].as_str().unwrap()).await.expect(200).json();
        assert_eq!(me["email"], "alice@example.com");
        assert_eq!(me["display_name"], "Alice");
        assert_eq!((&me["role"], &me["email_verified"], &me["totp_enabled"]), (&json!("owner"), &json!(true), &json!(false)));
        let again = app.post("/v1/auth/token", "", json!({ "email": "ALICE@example.com", "password": PASSWORD })).await.expect(200).json();
        assert!(again.get("mfa_required").is_none());
    }
}

#[tokio::test]
async fn demonstrations_sign_up_at_once() {
    let app = TestApp::with(Options {
        dev: true,
        ..Options::default()
    })
    .await;
    let answer = app
        .post(
            "/v1/auth/signup",
            "",
            json!({ "email": "alice@example.com", "password": PASSWORD }),
        )
        .await
        .expect(200)
        .json();
    let _ = app
        .get("/v1/auth/me", answer["access_token"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(answer["expires_in"], 900);
}

/// Everything of an answer that could tell accounts apart.
async fn shape(app: &TestApp, path: &str, body: Value) -> (u16, Vec<String>, Value) {
    let answer = app.post(path, "", body).await;
    let names = answer.headers.keys().map(ToString::to_string).collect();
    let mut body = answer.json();
    for own in ["request_id", "email"] {
        body.as_object_mut().unwrap().remove(own);
    }
    (answer.status, names, body)
}

#[tokio::test]
async fn answers_do_not_tell_whether_there_is_an_account() {
    let app = TestApp::new().await;
    let _known = app.sign_up("known@example.com").await;
    let _ = app
        .post(
            "/v1/auth/signup",
            "",
            json!({ "email": "unproven@example.com", "password": PASSWORD }),
        )
        .await
        .expect(200);
    for (path, body) in [
        ("/v1/auth/signup", json!({ "password": PASSWORD })),
        (
            "/v1/auth/token",
            json!({ "password": "not the right password" }),
        ),
        ("/v1/auth/forgot-password", json!({})),
    ] {
        let mut shapes = Vec::new();
        for email in [
            "known@example.com",
            "unproven@example.com",
            "unknown@example.com",
        ] {
            let mut body = body.clone();
            body["email"] = json!(email);
            shapes.push(shape(&app, path, body).await);
        }
        assert_eq!(shapes[0], shapes[1], "{path}");
        assert_eq!(shapes[0], shapes[2], "{path}");
    }
    assert_eq!(
        shape(
            &app,
            "/v1/auth/forgot-password",
            json!({ "email": "x@example.com" })
        )
        .await
        .2["status"],
        "email_sent"
    );
}

#[tokio::test]
async fn weak_passwords_are_refused_and_published_examples_taken() {
    let app = TestApp::new().await;
    for password in ["short", "password1234", "alice@example.com"] {
        let problem = problem(
            &app.post(
                "/v1/auth/signup",
                "",
                json!({ "email": "alice@example.com", "password": password }),
            )
            .await,
            400,
        );
        assert!(problem["fields"].get("password").is_some(), "{problem}");
        assert!(!problem.to_string().contains(&format!("\"{password}\"")));
    }
    let _ = app
        .post(
            "/v1/auth/signup",
            "",
            json!({ "email": "alice@example.com", "password": "D3mo!Passw0rd#x7" }),
        )
        .await
        .expect(200);
}

#[tokio::test]
async fn refresh_tokens_work_once_and_their_reuse_ends_the_session() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let refresh =
        |token: String| app.post("/v1/auth/refresh", "", json!({ "refresh_token": token }));
    let second = refresh(owner.refresh_token.clone())
        .await
        .expect(200)
        .json();
    let _ = app
        .get("/v1/auth/me", second["access_token"].as_str().unwrap())
        .await
        .expect(200);
    problem(&refresh(owner.refresh_token.clone()).await, 401);
    problem(
        &refresh(second["refresh_token"].as_str().unwrap().to_owned()).await,
        401,
    );
    problem(
        &app.get("/v1/auth/me", second["access_token"].as_str().unwrap())
            .await,
        401,
    );
    problem(&refresh("garbage".to_owned()).await, 401);
}

#[tokio::test]
async fn a_bearer_token_alone_can_be_refreshed() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let answer = app
        .post("/v1/auth/refresh", &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    assert!(answer.get("refresh_token").is_none());
    let _ = app
        .get("/v1/auth/me", answer["access_token"].as_str().unwrap())
        .await
        .expect(200);
    let _ = app
        .post(
            "/v1/auth/refresh",
            &owner.token,
            json!({ "refresh_token": null }),
        )
        .await
        .expect(200);
    problem(&app.post("/v1/auth/refresh", "", Value::Null).await, 401);
    let agent = app.create_agent(&owner, "bot").await;
    problem(
        &app.post("/v1/auth/refresh", &agent.token, Value::Null)
            .await,
        403,
    );
}

each_backend! {
    async fn an_ended_token_is_worth_nothing(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        for token in [&agent.token, &owner.token] {
            let _ = app.get("/v1/vaults", token).await.expect(200);
            let ended = app.call("DELETE", "/v1/auth/token", token, Value::Null).await.expect(204);
            assert!(ended.body.is_empty());
            let refused = app.get("/v1/vaults", token).await;
            problem(&refused, 401);
            assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
            problem(&app.call("DELETE", "/v1/auth/token", token, Value::Null).await, 401);
        }
        problem(&app.post("/v1/auth/refresh", "", json!({ "refresh_token": owner.refresh_token })).await, 401);
    }
}

#[tokio::test]
async fn tokens_expire() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    app.clock.advance(Duration::from_secs(901));
    problem(&app.get("/v1/vaults", &owner.token).await, 401);
    let _ = app.get("/v1/vaults", &agent.token).await.expect(200);
    app.clock.advance(Duration::from_mins(45));
    problem(&app.get("/v1/vaults", &agent.token).await, 401);
}

each_backend! {
    async fn agents_exchange_their_key(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let exchange = |body: Value| app.post("/v1/auth/agent-token", "", body);

        let answer = exchange(json!({ "api_key": agent.key, "no_such_member": { "kty": "EC" } })).await.expect(200).json();
        assert_eq!(answer["agent_id"], agent.id);
        assert_eq!(answer["vault_ids"], json!([]));
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3600)));
        let _ = app.allow(&owner, &vault, &agent, "api-keys/**", &["read"]).await;
        let answer = exchange(json!({ "api_key": agent.key, "agent_id": agent.id })).await.expect(200).json();
        assert_eq!(answer["vault_ids"], json!([vault]), "vaults it can find");

        let other = app.create_agent(&owner, "other").await;
        for body in [
            json!({ "api_key": "ocv_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
            json!({ "api_key": "" }),
            json!({ "api_key": "1ck_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "agent_id": agent.id }),
            json!({ "api_key": agent.key, "agent_id": other.id }),
            json!({ "api_key": agent.key, "agent_id": crate::NOTHING }),
        ] {
            problem(&exchange(body).await, 401);
        }
        problem(&exchange(json!({ "agent_id": agent.id })).await, 400);
        problem(&exchange(json!({ "api_key": agent.key, "agent_id": "bot" })).await, 400);
    }
}

#[tokio::test]
async fn agent_keys_are_taken_where_personal_keys_go() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let answer = app
        .post(
            "/v1/auth/api-key-token",
            "",
            json!({ "api_key": agent.key }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        answer.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["access_token", "expires_in", "token_type"]
    );
    let _ = app
        .get("/v1/agents/me", answer["access_token"].as_str().unwrap())
        .await
        .expect(200);
    problem(
        &app.post(
            "/v1/auth/api-key-token",
            "",
            json!({ "api_key": "1ck_nope" }),
        )
        .await,
        401,
    );
}

#[tokio::test]
async fn strict_decoders_get_no_unknown_keys() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    for (name, keys) in [
        (
            "OpenAPI-Generator/0.1.0/go",
            &["access_token", "expires_in", "token_type"][..],
        ),
        (
            "python-requests/2",
            &[
                "access_token",
                "agent_id",
                "expires_in",
                "token_type",
                "vault_ids",
            ],
        ),
    ] {
        let mut request = request("POST", "/v1/auth/agent-token");
        request
            .headers_mut()
            .insert(USER_AGENT, name.parse().unwrap());
        *request.body_mut() = json!({ "api_key": agent.key }).to_string().into();
        let answer = app.send(request).await.expect(200).json();
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), keys);
    }
}

#[tokio::test]
async fn forgotten_passwords_are_replaced_by_mail() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app
        .post(
            "/v1/auth/forgot-password",
            "",
            json!({ "email": "alice@example.com" }),
        )
        .await
        .expect(200);
    let token = app.mailed_token("reset-password").await;
    let reset = |password: &str| {
        app.post(
            "/v1/auth/reset-password",
            "",
            json!({ "token": token, "new_password": password }),
        )
    };
    problem(&reset("short").await, 400);
    let _ = reset("another horse battery staple").await.expect(200);
    problem(&reset("another horse battery staple").await, 400);
    problem(&app.get("/v1/auth/me", &owner.token).await, 401);
    problem(
        &app.post(
            "/v1/auth/token",
            "",
            json!({ "email": "alice@example.com", "password": PASSWORD }),
        )
        .await,
        401,
    );
    let body = json!({ "email": "alice@example.com", "password": "another horse battery staple" });
    let _ = app.post("/v1/auth/token", "", body).await.expect(200);
}

#[tokio::test]
async fn passwords_are_changed_with_the_current_one() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let change = |current: &str, new: &str| {
        app.post(
            "/v1/auth/change-password",
            &owner.token,
            json!({ "current_password": current, "new_password": new }),
        )
    };
    let refused = change("not the right password", "another horse battery staple").await;
    assert!([400, 401, 403].contains(&refused.status), "{refused:?}");
    assert!(
        !refused.header("www-authenticate").contains("invalid_token"),
        "the token was right"
    );
    problem(&change(PASSWORD, "short").await, 400);
    let _ = change(PASSWORD, "another horse battery staple")
        .await
        .expect(204);
    let agent_token = {
        let owner = app
            .post(
                "/v1/auth/token",
                "",
                json!({ "email": "alice@example.com", "password": "another horse battery staple" }),
            )
            .await
            .expect(200)
            .json();
        let created = app
            .post(
                "/v1/agents",
                owner["access_token"].as_str().unwrap(),
                json!({ "name": "bot" }),
            )
            .await
            .expect(201)
            .json();
        app.exchange(created["api_key"].as_str().unwrap()).await
    };
    let body = json!({ "current_password": PASSWORD, "new_password": PASSWORD });
    problem(
        &app.post("/v1/auth/change-password", &agent_token, body)
            .await,
        403,
    );
}

#[tokio::test]
async fn profiles_are_ones_own() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let patched = app
        .call(
            "PATCH",
            "/v1/auth/me",
            &owner.token,
            json!({ "display_name": "Alice", "role": "admin" }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&patched["display_name"], &patched["role"]),
        (&json!("Alice"), &json!("owner"))
    );
    let patched = app
        .call(
            "PATCH",
            "/v1/auth/me",
            &owner.token,
            json!({ "marketing_emails": true, "display_name": null }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&patched["display_name"], &patched["marketing_emails"]),
        (&json!("Alice"), &json!(true))
    );
    let agent = app.create_agent(&owner, "bot").await;
    problem(&app.get("/v1/auth/me", &agent.token).await, 403);
}
