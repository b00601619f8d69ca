//! Tokens, enrolling and sharing, by the numbers of the list of behaviours that published clients
//! depend on.

use crate::problem;
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::limit::Limit;
use oneclaw_server::test_app::{Person, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

const UNTIL: &str = "2026-12-31T00:00:00Z";

#[tokio::test]
async fn line_04_and_77_a_share_is_opened_by_get_with_a_body_and_by_a_link_without_a_token() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = app.put(&owner.token, &vault, "a", "v").await;
    let share = async |body: Value| {
        let path = format!("/v1/secrets/{secret}/share");
        let made = app.post(&path, &owner.token, body).await.expect(201).json();
        format!("/v1/share/{}", made["id"].as_str().unwrap())
    };
    let link = json!({ "recipient_type": "anyone_with_link", "expires_at": UNTIL, "passphrase": "open sesame now" });
    let locked = share(link).await;
    problem(&app.get(&locked, "").await, 403);
    let body = json!({ "passphrase": "open sesame now" });
    let opened = app.call("GET", &locked, "", body).await.expect(200).json();
    assert_eq!(opened["value"], "v");
    // Without a passphrase nothing need be said, by whichever method.
    let link = json!({ "recipient_type": "anyone_with_link", "expires_at": UNTIL });
    let open = share(link).await;
    for method in ["GET", "POST"] {
        let _ = app.call(method, &open, "", Value::Null).await.expect(200);
    }
    // A form with nothing in it, as scanners send it, spends no view.
    let mut form = request("POST", &open);
    let kind = "application/x-www-form-urlencoded".parse().unwrap();
    form.headers_mut().insert("content-type", kind);
    problem(&app.send(form).await, 400);
    // One for an agent needs that agent's token.
    let agent = app.create_agent(&owner, "bot").await;
    let body = json!({ "recipient_type": "agent", "recipient_id": agent.id, "expires_at": UNTIL });
    let personal = share(body).await;
    problem(&app.get(&personal, "").await, 401);
    problem(&app.get(&personal, &owner.token).await, 404);
    let id = personal.rsplit_once('/').unwrap().1;
    let accept = format!("/v1/shares/{id}/accept");
    let _ = app
        .post(&accept, &agent.token, Value::Null)
        .await
        .expect(204);
    let _ = app.get(&personal, &agent.token).await.expect(200);
}

#[tokio::test]
async fn line_18_and_38_limits_say_when_to_come_back_and_a_start_of_many_agents_meets_none() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let wrong = json!({ "email": "alice@example.com", "password": "wrong password here" });
    let mut refused = app.post("/v1/auth/token", "", wrong.clone()).await;
    while refused.status == 401 {
        refused = app.post("/v1/auth/token", "", wrong.clone()).await;
    }
    problem(&refused, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(!Limit::Login.sentence().is_empty());
    let agent = app.create_agent(&owner, "bot").await;
    for _ in 0..30 {
        let _ = app.exchange(&agent.key).await;
    }
}

#[tokio::test]
async fn line_21_wrong_agent_credentials_are_401() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let other = app.create_agent(&owner, "other").await;
    for body in [
        json!({ "api_key": "ocv_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }),
        json!({ "api_key": "nonsense" }),
        json!({ "agent_id": other.id, "api_key": agent.key }),
    ] {
        problem(&app.post("/v1/auth/agent-token", "", body).await, 401);
    }
}

#[tokio::test]
async fn line_25_26_27_28_and_29_a_key_alone_gives_a_token_that_clients_can_read() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let body = json!({ "name": "bot", "token_ttl_seconds": 7200, "vault_ids": [vault] });
    let made = app
        .post("/v1/agents", &owner.token, body)
        .await
        .expect(201)
        .json();
    let exchange = json!({ "api_key": made["api_key"] });
    let token = app
        .post("/v1/auth/agent-token", "", exchange)
        .await
        .expect(200)
        .json();
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 7200);
    assert_eq!(token["agent_id"], made["agent"]["id"]);
    assert_eq!(token["vault_ids"], json!([vault]));
    let parts: Vec<_> = token["access_token"].as_str().unwrap().split('.').collect();
    assert_eq!(parts.len(), 3);
    let claims = BASE64URL_NOPAD.decode(parts[1].as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert!(claims["exp"].is_u64(), "{claims}");
    let plain = app.create_agent(&owner, "plain").await;
    let exchange = json!({ "api_key": plain.key });
    let token = app
        .post("/v1/auth/agent-token", "", exchange)
        .await
        .expect(200)
        .json();
    assert!(token["expires_in"].as_u64().unwrap() > 60);
}

#[tokio::test]
async fn line_31_the_exchange_of_personal_keys_takes_an_agents_key_too() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let body = json!({ "api_key": agent.key });
    let given = app
        .post("/v1/auth/api-key-token", "", body)
        .await
        .expect(200)
        .json();
    let token = given["access_token"].as_str().unwrap();
    let itself = app.get("/v1/agents/me", token).await.expect(200).json();
    assert_eq!(itself["id"], json!(agent.id));
}

#[tokio::test]
async fn line_34_signing_up_answers_200_without_a_token_until_the_address_is_proven() {
    let app = TestApp::new().await;
    let body =
        json!({ "email": "alice@example.com", "password": oneclaw_server::test_app::PASSWORD });
    let answer = app
        .post("/v1/auth/signup", "", body)
        .await
        .expect(200)
        .json();
    assert!(
        answer.get("access_token").is_none_or(|token| token == ""),
        "{answer}"
    );
}

#[tokio::test]
async fn line_36_a_token_that_was_given_back_is_401() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    for token in [&agent.token, &owner.token] {
        let _ = app.get("/v1/vaults", token).await.expect(200);
        let _ = app
            .call("DELETE", "/v1/auth/token", token, Value::Null)
            .await
            .expect(204);
        problem(&app.get("/v1/vaults", token).await, 401);
    }
}

#[tokio::test]
async fn line_37_many_first_exchanges_at_once_all_work() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let app = std::sync::Arc::new(app);
    let exchanges: Vec<_> = (0..8)
        .map(|_| {
            let (app, key) = (std::sync::Arc::clone(&app), agent.key.clone());
            tokio::spawn(async move { app.exchange(&key).await })
        })
        .collect();
    for exchange in exchanges {
        let token = exchange.await.unwrap();
        let _ = app.get("/v1/agents/me", &token).await.expect(200);
    }
}

#[tokio::test]
async fn line_63_64_and_65_enrolling_needs_a_name_and_nothing_else() {
    let app = TestApp::new().await;
    let named = json!({ "name": "bot" });
    let described = json!({ "name": "bot", "description": "" });
    let mailed = json!({ "name": "bot", "human_email": "alice@example.com" });
    for (body, token) in [(named, ""), (described, "garbage"), (mailed, "a.b.c")] {
        let answer = app
            .post("/v1/agents/enroll", token, body)
            .await
            .expect(201)
            .json();
        assert_eq!(answer["agent_id"], "00000000-0000-0000-0000-000000000000");
        assert!(!answer["message"].as_str().unwrap().is_empty());
        assert!(
            answer["approval_url"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
    }
}

/// A secret that an agent may read and share, of an owner.
async fn shared_back(app: &TestApp) -> (Person, oneclaw_server::test_app::Agent, String) {
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let agent = app.create_agent(&owner, "deploy-bot").await;
    let _ = app
        .allow(&owner, &vault, &agent, "**", &["read", "write"])
        .await;
    let secret = app.put(&agent.token, &vault, "made", "v").await;
    (owner, agent, format!("/v1/secrets/{secret}/share"))
}

#[tokio::test]
async fn line_73_75_and_76_an_agent_shares_back_to_its_human_who_sees_who_it_was() {
    let app = TestApp::new().await;
    let (owner, agent, path) = shared_back(&app).await;
    let body = json!({ "recipient_type": "creator", "expires_at": UNTIL });
    let made = app.post(&path, &agent.token, body).await.expect(201).json();
    assert!(made["max_access_count"].is_u64());
    let id = made["id"].as_str().unwrap();
    assert!(
        made["share_url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/v1/share/{id}"))
    );
    let inbound = app
        .get("/v1/shares/inbound", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(inbound["shares"][0]["id"], json!(id));
    assert_eq!(inbound["shares"][0]["created_by_name"], "deploy-bot");
    let outbound = app
        .get("/v1/shares/outbound", &agent.token)
        .await
        .expect(200)
        .json();
    assert_eq!(outbound["shares"][0]["id"], json!(id));
    let accept = format!("/v1/shares/{id}/accept");
    let _ = app
        .post(&accept, &owner.token, Value::Null)
        .await
        .expect(204);
    let opened = app.get(&format!("/v1/share/{id}"), &owner.token).await;
    assert_eq!(opened.expect(200).json()["value"], "v");
}

#[tokio::test]
async fn line_74_agents_share_with_no_address() {
    let app = TestApp::new().await;
    let (_, agent, path) = shared_back(&app).await;
    let body = json!({ "recipient_type": "external_email", "email": "x@example.com", "expires_at": UNTIL });
    problem(&app.post(&path, &agent.token, body).await, 403);
    assert_eq!(app.mails().await.len(), 0);
}

#[tokio::test]
async fn line_78_a_share_to_an_address_is_there_when_its_holder_signs_in() {
    let app = TestApp::new().await;
    let (owner, _, path) = shared_back(&app).await;
    let bob = app.sign_up("bob@example.com").await;
    let body = json!({ "recipient_type": "external_email", "email": "bob@example.com", "expires_at": UNTIL });
    let made = app.post(&path, &owner.token, body).await.expect(201).json();
    app.clock.advance(Duration::from_secs(1));
    let again = app.sign_in(&bob.email).await;
    let inbound = app
        .get("/v1/shares/inbound", &again.token)
        .await
        .expect(200)
        .json();
    assert_eq!(inbound["shares"][0]["id"], made["id"]);
}

#[tokio::test]
async fn line_82_a_read_is_in_the_log_at_once() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let _ = app.read(&owner.token, &vault, "a").await.expect(200);
    let path = "/v1/audit/events?action=secret.read";
    let log = app.get(path, &owner.token).await.expect(200).json();
    assert_eq!(log["count"], 1);
    assert_eq!(log["events"][0]["action"], "secret.read");
}
