//! Requests that are sent again with the same `Idempotency-Key`.

use crate::conditions::send;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, TestApp, request_from};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "idempotency-key";

async fn post(app: &TestApp, path: &str, token: &str, key: &str, body: Value) -> Answer {
    send(app, "POST", path, token, (KEY, key), body).await
}

async fn count(app: &TestApp, token: &str, list: &str) -> usize {
    let listed = app.get(list, token).await.expect(200).json();
    let (_, entries) = listed.as_object().unwrap().iter().next().unwrap();
    entries.as_array().unwrap().len()
}

each_backend! {
    async fn a_repeated_request_gets_the_first_answer_and_happens_once(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let secret = app.put(&owner.token, &vault, "a", "v").await;
        let link = json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" });
        for (number, (path, body, list)) in [
            ("/v1/vaults".to_owned(), json!({ "name": "second" }), "/v1/vaults"),
            ("/v1/agents".to_owned(), json!({ "name": "bot" }), "/v1/agents"),
            (format!("/v1/secrets/{secret}/share"), link, "/v1/shares/outbound"),
        ].into_iter().enumerate() {
            let key = format!("key-{number}");
            let first = post(&app, &path, &owner.token, &key, body.clone()).await.expect(201);
            assert_eq!(first.header("idempotency-replayed"), "");
            let before = count(&app, &owner.token, list).await;
            for spelling in [key.clone(), format!("\"{key}\"")] {
                let again = post(&app, &path, &owner.token, &spelling, body.clone()).await.expect(201);
                assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, "true"), "{path}");
                assert_eq!(again.header("content-type"), "application/json");
            }
            assert_eq!(count(&app, &owner.token, list).await, before, "{path}");
            let mut other = body;
            other["description"] = json!("other");
            problem(&post(&app, &path, &owner.token, &key, other).await, 422);
        }
        // A key belongs to one request, wherever it goes.
        problem(&post(&app, "/v1/agents", &owner.token, "key-0", json!({ "name": "second" })).await, 422);
    }
}

each_backend! {
    async fn of_many_at_once_one_is_carried_out(app: TestApp) {
        let app = Arc::new(app);
        let owner = app.sign_up("alice@example.com").await;
        let mut work = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (app, token) = (Arc::clone(&app), owner.token.clone());
            work.spawn(async move { post(&app, "/v1/agents", &token, "same", json!({ "name": "bot" })).await });
        }
        let answers = work.join_all().await;
        let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert!(!made.is_empty());
        assert!(made.iter().all(|answer| answer.body == made[0].body), "one answer for all");
        assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status)));
        assert_eq!(count(&app, &owner.token, "/v1/agents").await, 1);
    }
}

#[tokio::test]
async fn a_request_that_came_to_nothing_may_be_tried_again() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "name": "prod" });
    let vault = app.create_vault(&owner.token, "prod").await;
    problem(
        &post(&app, "/v1/vaults", &owner.token, "k", body.clone()).await,
        409,
    );
    let path = format!("/v1/vaults/{vault}");
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let _ = post(&app, "/v1/vaults", &owner.token, "k", body)
        .await
        .expect(201);
}

#[tokio::test]
async fn an_answer_is_forgotten_after_a_day() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let body = json!({ "name": "bot" });
    let first = post(&app, "/v1/agents", &owner.token, "k", body.clone())
        .await
        .expect(201);
    app.clock.advance(Duration::from_hours(24));
    let owner = app.sign_in("alice@example.com").await;
    let later = post(&app, "/v1/agents", &owner.token, "k", body)
        .await
        .expect(201);
    assert_ne!(first.body, later.body);
}

#[tokio::test]
async fn an_answer_is_for_whoever_got_it_and_only_while_they_may() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let body = json!({ "name": "bot" });
    let first = post(&app, "/v1/agents", &owner.token, "k", body.clone())
        .await
        .expect(201);
    let theirs = post(&app, "/v1/agents", &mallory.token, "k", body.clone())
        .await
        .expect(201);
    assert_ne!(
        first.body, theirs.body,
        "the same key of another is another"
    );
    for token in ["", "garbage"] {
        problem(
            &post(&app, "/v1/agents", token, "k", body.clone()).await,
            401,
        );
    }
    let _ = app
        .call("DELETE", "/v1/auth/token", &owner.token, Value::Null)
        .await
        .expect(204);
    problem(
        &post(&app, "/v1/agents", &owner.token, "k", body).await,
        401,
    );
}

#[tokio::test]
async fn a_kept_answer_cannot_be_read_in_the_database() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let made = post(
        &app,
        "/v1/agents",
        &owner.token,
        "k",
        json!({ "name": "bot" }),
    )
    .await
    .expect(201)
    .json();
    let key = made["api_key"].as_str().unwrap();
    for file in std::fs::read_dir(app.folder()).unwrap() {
        let file = file.unwrap().path();
        if file.is_file() {
            let bytes = std::fs::read(&file).unwrap();
            assert!(
                !bytes
                    .windows(key.len())
                    .any(|window| window == key.as_bytes()),
                "{}",
                file.display()
            );
        }
    }
}

async fn enroll(app: &TestApp, last: u8, key: &str, body: &Value) -> Answer {
    let ip = IpAddr::V4(Ipv4Addr::new(198, 51, 100, last));
    let mut asked = request_from(ip, "POST", "/v1/agents/enroll");
    asked.headers_mut().insert(KEY, key.parse().unwrap());
    *asked.body_mut() = body.to_string().into();
    app.send(asked).await
}

each_backend! {
    async fn asking_to_join_again_is_one_request_and_one_mail(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let body = json!({ "name": "bot" });
        let first = enroll(&app, 1, "k", &body).await.expect(201);
        assert_eq!(enroll(&app, 1, "k", &body).await.expect(201).body, first.body);
        problem(&enroll(&app, 1, "k", &json!({ "name": "bot", "description": "x" })).await, 422);
        // Keys of other networks and for other names are others.
        assert_ne!(enroll(&app, 2, "k", &body).await.expect(201).body, first.body);
        let _ = enroll(&app, 1, "k", &json!({ "name": "other" })).await.expect(201);
        // A known and an unknown address cannot be told apart by it.
        for address in ["alice@example.com", "nobody@example.com"] {
            let body = json!({ "name": address.split('@').next().unwrap(), "human_email": address });
            let first = enroll(&app, 3, "k", &body).await.expect(201);
            assert_eq!(enroll(&app, 3, "k", &body).await.expect(201).body, first.body);
        }
        assert_eq!(app.mails().await.len(), 1, "{}", owner.email);
    }
}

#[tokio::test]
async fn a_malformed_key_is_refused_where_it_means_something() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for key in ["", "\"\"", "a b", &"k".repeat(256)] {
        let refused = post(
            &app,
            "/v1/vaults",
            &owner.token,
            key,
            json!({ "name": "x" }),
        )
        .await;
        problem(&refused, 400);
    }
    // Where it means nothing it is ignored.
    let _ = send(
        &app,
        "GET",
        "/v1/vaults",
        &owner.token,
        (KEY, ""),
        Value::Null,
    )
    .await
    .expect(200);
}
