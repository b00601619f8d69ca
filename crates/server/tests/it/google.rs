//! Signing in with Google, with an issuer that the test runs itself.

use crate::factors::enrol;
use crate::problem;
use oneclaw_app::google;
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_crypto::test_support::Issuer;
use oneclaw_server::test_app::{Options, PASSWORD, Person, TestApp};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

const CLIENT: &str = "vault.apps.example";

/// Publishes keys on the loopback interface.
struct Provider {
    issuer: Issuer,
    published: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    url: String,
}

impl Provider {
    fn start() -> Self {
        let issuer = Issuer::new("first");
        let published = Arc::new(Mutex::new(issuer.jwks().to_string()));
        let asked = Arc::new(AtomicUsize::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let (body, count) = (Arc::clone(&published), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // One request for each connection, in one piece.
                let _ = stream.read(&mut [0; 4096]).unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                let body = body.lock().unwrap().clone();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self {
            issuer,
            published,
            asked,
            url,
        }
    }

    async fn app(&self) -> TestApp {
        let google = google::Settings {
            client_id: CLIENT.to_owned(),
            jwks_url: self.url.clone(),
        };
        TestApp::with(Options {
            google: Some(google),
            outbound_allow: TrustedNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]),
            ..Options::default()
        })
        .await
    }

    fn claims(app: &TestApp, subject: &str, email: &str) -> Value {
        let now = app.app.now().as_seconds();
        json!({
            "iss": "https://accounts.google.com", "aud": CLIENT, "azp": CLIENT, "sub": subject,
            "email": email, "email_verified": true, "name": "Alice", "iat": now, "exp": now + 3600,
        })
    }

    fn token(&self, app: &TestApp, subject: &str, email: &str) -> Value {
        json!({ "id_token": self.issuer.sign(&Self::claims(app, subject, email)) })
    }
}

const GOOGLE: &str = "/v1/auth/google";
const SOCIAL: &str = "/v1/auth/social-login";

#[tokio::test]
async fn people_sign_up_and_in_with_google() {
    let provider = Provider::start();
    let app = provider.app().await;
    let mut body = provider.token(&app, "1", "alice@example.com");
    body["provider"] = json!("google");
    let new = app.post(SOCIAL, "", body.clone()).await.expect(201).json();
    assert_eq!(
        (&new["is_new"], &new["token_type"]),
        (&json!(true), &json!("Bearer"))
    );
    let me = app
        .get("/v1/auth/me", new["access_token"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&me["email"], &me["email_verified"]),
        (&json!("alice@example.com"), &json!(true))
    );
    assert_eq!(
        (&me["id"], &me["org_id"]),
        (&new["user_id"], &new["org_id"])
    );
    let again = app.post(SOCIAL, "", body).await.expect(200).json();
    assert_eq!(
        (&again["is_new"], &again["user_id"]),
        (&json!(false), &new["user_id"])
    );
    // The account is known by its own name, wherever its address goes.
    let moved = provider.token(&app, "1", "other@example.com");
    let moved = app.post(GOOGLE, "", moved).await.expect(200).json();
    let me = app
        .get("/v1/auth/me", moved["access_token"].as_str().unwrap())
        .await
        .expect(200)
        .json();
    assert_eq!(me["id"], new["user_id"]);
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "keys are kept");
}

#[tokio::test]
async fn an_address_with_an_account_is_not_taken_over() {
    let provider = Provider::start();
    let app = provider.app().await;
    let _ = app.sign_up("alice@example.com").await;
    let body = provider.token(&app, "1", "alice@example.com");
    problem(&app.post(GOOGLE, "", body).await, 409);
    let mut unproven = Provider::claims(&app, "2", "bob@example.com");
    unproven["email_verified"] = json!(false);
    let body = json!({ "id_token": provider.issuer.sign(&unproven) });
    problem(&app.post(GOOGLE, "", body).await, 401);
    let body = json!({ "email": "alice@example.com", "password": PASSWORD });
    let _ = app.post("/v1/auth/token", "", body).await.expect(200);
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_no_obstacle() {
    let provider = Provider::start();
    let app = provider.app().await;
    let squat = json!({ "email": "alice@example.com", "password": PASSWORD });
    let _ = app
        .post("/v1/auth/signup", "", squat.clone())
        .await
        .expect(200);
    let body = provider.token(&app, "1", "alice@example.com");
    let signed_in = app.post(GOOGLE, "", body).await.expect(200).json();
    let token = signed_in["access_token"].as_str().unwrap();
    let _ = app.get("/v1/auth/me", token).await.expect(200);
    // The password of whoever came first is worth nothing.
    problem(&app.post("/v1/auth/token", "", squat).await, 401);
}

#[tokio::test]
async fn keys_that_cannot_be_read_are_not_asked_for_at_every_try() {
    let provider = Provider::start();
    *provider.published.lock().unwrap() = "nothing of use".to_owned();
    let app = provider.app().await;
    for _ in 0..5 {
        let body = provider.token(&app, "1", "alice@example.com");
        problem(&app.post(GOOGLE, "", body).await, 503);
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    *provider.published.lock().unwrap() = provider.issuer.jwks().to_string();
    app.clock.advance(std::time::Duration::from_secs(16));
    let body = provider.token(&app, "1", "alice@example.com");
    let _ = app.post(GOOGLE, "", body).await.expect(200);
}

#[tokio::test]
async fn tokens_of_others_for_others_and_of_yesterday_are_refused() {
    let provider = Provider::start();
    let app = provider.app().await;
    let now = app.app.now().as_seconds();
    for (name, value) in [
        ("iss", json!("https://evil.test")),
        ("aud", json!("another.apps.example")),
        ("azp", json!("another.apps.example")),
        ("exp", json!(now - 100)),
    ] {
        let mut claims = Provider::claims(&app, "1", "alice@example.com");
        claims[name] = value;
        let body = json!({ "id_token": provider.issuer.sign(&claims) });
        problem(&app.post(GOOGLE, "", body).await, 401);
    }
    let impostor = Issuer::new("first");
    let forged = impostor.sign(&Provider::claims(&app, "1", "alice@example.com"));
    problem(
        &app.post(GOOGLE, "", json!({ "id_token": forged })).await,
        401,
    );
    problem(
        &app.post(GOOGLE, "", json!({ "id_token": "garbage" })).await,
        401,
    );
}

#[tokio::test]
async fn new_keys_are_fetched_when_they_are_met_but_not_for_every_stranger() {
    let provider = Provider::start();
    let app = provider.app().await;
    let body = provider.token(&app, "1", "alice@example.com");
    let _ = app.post(GOOGLE, "", body).await.expect(200);
    let second = Issuer::new("second");
    let token = |app: &TestApp| json!({ "id_token": second.sign(&Provider::claims(app, "1", "alice@example.com")) });
    // Unknown keys within a minute make nobody ask again.
    for _ in 0..3 {
        problem(&app.post(GOOGLE, "", token(&app)).await, 401);
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    *provider.published.lock().unwrap() = second.jwks().to_string();
    app.clock.advance(std::time::Duration::from_secs(61));
    let _ = app.post(GOOGLE, "", token(&app)).await.expect(200);
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_second_factor_is_asked_for_after_google_too() {
    let provider = Provider::start();
    let app = provider.app().await;
    let body = provider.token(&app, "1", "alice@example.com");
    let signed_in = app.post(GOOGLE, "", body).await.expect(200).json();
    let person = Person {
        id: String::new(),
        org: String::new(),
        email: "alice@example.com".to_owned(),
        token: signed_in["access_token"].as_str().unwrap().to_owned(),
        refresh_token: String::new(),
    };
    let (phone, _) = enrol(&app, &person).await;
    let body = provider.token(&app, "1", "alice@example.com");
    let asked = app.post(GOOGLE, "", body).await.expect(200).json();
    assert_eq!(
        (&asked["mfa_required"], &asked["access_token"]),
        (&json!(true), &json!(""))
    );
    let challenge = asked["mfa_token"].as_str().unwrap();
    let _ = crate::factors::verify(&app, challenge, &phone.code(&app))
        .await
        .expect(200);
}

#[tokio::test]
async fn without_being_set_up_nobody_signs_in_with_google() {
    let app = TestApp::new().await;
    problem(&app.post(GOOGLE, "", json!({ "id_token": "x" })).await, 503);
    for (provider, status) in [
        ("google", 503),
        ("apple", 503),
        ("discord", 503),
        ("x", 400),
    ] {
        let body = json!({ "provider": provider, "id_token": "x" });
        problem(&app.post(SOCIAL, "", body).await, status);
    }
}
