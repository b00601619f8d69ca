//! Shares.

use crate::{NOTHING, problem};
use axum::body::Body;
use http::{HeaderName, HeaderValue};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{PUBLIC_URL, Person, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

const EXPIRY: &str = "2026-12-31T00:00:00Z";

/// A vault with a secret; its id.
async fn secret_of(app: &TestApp, owner: &Person) -> String {
    let vault = app.create_vault(&owner.token, "prod").await;
    app.put(&owner.token, &vault, "api-keys/openai", "sk-1")
        .await
}

async fn share(app: &TestApp, token: &str, secret: &str, changes: Value) -> Value {
    let mut body = json!({ "recipient_type": "anyone_with_link", "expires_at": EXPIRY });
    body.as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    app.post(&format!("/v1/secrets/{secret}/share"), token, body)
        .await
        .expect(201)
        .json()
}

async fn opens(app: &TestApp, owner: &Person) -> Value {
    app.get("/v1/shares/outbound", &owner.token)
        .await
        .expect(200)
        .json()["shares"][0]["access_count"]
        .clone()
}

each_backend! {
    async fn an_agent_shares_back_to_its_human(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&agent.token, "scratch").await;
        let secret = app.put(&agent.token, &vault, "credentials/db", "s3cret!").await;
        let shared = share(&app, &agent.token, &secret, json!({ "recipient_type": "creator", "max_access_count": 10 })).await;
        assert_eq!((&shared["recipient_type"], &shared["max_access_count"]), (&json!("creator"), &json!(10)));
        let id = shared["id"].as_str().unwrap();
        assert_eq!(shared["share_url"], format!("{PUBLIC_URL}/v1/share/{id}"));

        let inbound = app.get("/v1/shares/inbound", &owner.token).await.expect(200).json();
        let item = &inbound["shares"][0];
        assert_eq!((&item["id"], &item["secret_path"], &item["is_accepted"]), (&json!(id), &json!("credentials/db"), &json!(false)));
        assert_eq!(item["created_by"], format!("agent:{}", agent.id));
        let open = format!("/v1/share/{id}");
        problem(&app.get(&open, &owner.token).await, 403);
        let _ = app.post(&format!("/v1/shares/{id}/accept"), &owner.token, Value::Null).await.expect(204);
        problem(&app.post(&format!("/v1/shares/{id}/decline"), &owner.token, Value::Null).await, 409);
        let opened = app.get(&open, &owner.token).await.expect(200).json();
        assert_eq!((&opened["value"], &opened["access_count"], &opened["max_access_count"]), (&json!("s3cret!"), &json!(1), &json!(10)));

        let _ = app.put(&agent.token, &vault, "credentials/db", "rotated").await;
        assert_eq!(app.get(&open, &owner.token).await.expect(200).json()["value"], "rotated", "shares follow the newest version");
        for (token, challenge) in [("", "Bearer"), ("garbage", "Bearer error=\"invalid_token\"")] {
            let refused = app.get(&open, token).await;
            problem(&refused, 401);
            assert_eq!(refused.header("www-authenticate"), challenge);
        }
        problem(&app.get(&open, &agent.token).await, 404);
        let outbound = app.get("/v1/shares/outbound", &agent.token).await.expect(200).json();
        assert_eq!(outbound["shares"][0]["access_count"], 2);
        let _ = app.call("DELETE", &open, &agent.token, Value::Null).await.expect(204);
        problem(&app.get(&open, &owner.token).await, 404);
        problem(&app.call("DELETE", &open, &agent.token, Value::Null).await, 404);
    }
}

#[tokio::test]
async fn a_declined_share_stays_closed() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let secret = secret_of(&app, &owner).await;
    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "recipient_type": "agent", "recipient_id": agent.id }),
    )
    .await;
    let id = shared["id"].as_str().unwrap();
    problem(
        &app.post(
            &format!("/v1/shares/{id}/decline"),
            &owner.token,
            Value::Null,
        )
        .await,
        404,
    );
    let _ = app
        .post(
            &format!("/v1/shares/{id}/decline"),
            &agent.token,
            Value::Null,
        )
        .await
        .expect(204);
    assert!(
        [403, 404].contains(
            &app.get(&format!("/v1/share/{id}"), &agent.token)
                .await
                .status
        )
    );
    problem(
        &app.post(
            &format!("/v1/shares/{id}/accept"),
            &agent.token,
            Value::Null,
        )
        .await,
        409,
    );
}

#[tokio::test]
async fn who_may_share_what_with_whom() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let stranger = app.sign_up("mallory@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = app.put(&owner.token, &vault, "a/1", "v").await;
    let create = async |token: &str, secret: &str, body: Value| {
        app.post(&format!("/v1/secrets/{secret}/share"), token, body)
            .await
    };
    let link = json!({ "recipient_type": "anyone_with_link", "expires_at": EXPIRY });
    problem(&create(&agent.token, &secret, link.clone()).await, 404);
    problem(&create(&stranger.token, &secret, link.clone()).await, 404);
    problem(&create(&owner.token, NOTHING, link.clone()).await, 404);
    problem(&create("", &secret, link.clone()).await, 401);
    let _ = app.allow(&owner, &vault, &agent, "a/**", &["read"]).await;
    problem(&create(&agent.token, &secret, link.clone()).await, 403);
    let _ = app
        .allow(&owner, &vault, &agent, "a/**", &["read", "write"])
        .await;
    let _ = create(&agent.token, &secret, link.clone())
        .await
        .expect(201);
    problem(&create(&agent.token, &secret, json!({ "recipient_type": "external_email", "email": "bob@example.com", "expires_at": EXPIRY })).await, 403);
    for (body, field) in [
        (
            json!({ "recipient_type": "creator", "expires_at": EXPIRY }),
            "recipient_type",
        ),
        (
            json!({ "recipient_type": "everyone", "expires_at": EXPIRY }),
            "recipient_type",
        ),
        (
            json!({ "recipient_type": "user", "expires_at": EXPIRY }),
            "recipient_id",
        ),
        (
            json!({ "recipient_type": "user", "recipient_id": stranger.id, "expires_at": EXPIRY }),
            "recipient_id",
        ),
        (
            json!({ "recipient_type": "external_email", "expires_at": EXPIRY }),
            "email",
        ),
        (
            json!({ "recipient_type": "external_email", "email": "bob", "expires_at": EXPIRY }),
            "email",
        ),
        (
            json!({ "recipient_type": "anyone_with_link" }),
            "expires_at",
        ),
        (
            json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-01-01T00:00:00Z" }),
            "expires_at",
        ),
        (
            json!({ "recipient_type": "anyone_with_link", "expires_at": EXPIRY, "max_access_count": 0 }),
            "max_access_count",
        ),
        (
            json!({ "recipient_type": "anyone_with_link", "expires_at": EXPIRY, "ip_allowlist": ["here"] }),
            "ip_allowlist",
        ),
        (
            json!({ "recipient_type": "anyone_with_link", "expires_at": EXPIRY, "permissions": ["write"] }),
            "permissions",
        ),
    ] {
        let problem = problem(&create(&owner.token, &secret, body.clone()).await, 400);
        assert!(problem["fields"].get(field).is_some(), "{body}: {problem}");
    }
}

#[tokio::test]
async fn anyone_with_the_link_opens_it_until_it_is_over() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let secret = secret_of(&app, &owner).await;
    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "max_access_count": 2, "permissions": ["read"] }),
    )
    .await;
    let open = format!("/v1/share/{}", shared["id"].as_str().unwrap());
    assert_eq!(app.get(&open, "").await.expect(200).json()["value"], "sk-1");
    assert_eq!(
        app.get(&open, "garbage").await.expect(200).json()["access_count"],
        2
    );
    problem(&app.get(&open, "").await, 410);

    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "expires_at": "2026-11-23T12:01:00Z" }),
    )
    .await;
    assert_eq!(shared["max_access_count"], 5);
    app.clock.advance(Duration::from_mins(1));
    problem(
        &app.get(&format!("/v1/share/{}", shared["id"].as_str().unwrap()), "")
            .await,
        410,
    );
    problem(&app.get(&format!("/v1/share/{NOTHING}"), "").await, 404);
}

#[tokio::test]
async fn passphrases_travel_in_bodies() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let secret = secret_of(&app, &owner).await;
    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "passphrase": "open sesame" }),
    )
    .await;
    let open = format!("/v1/share/{}", shared["id"].as_str().unwrap());
    let missing = problem(&app.get(&open, "").await, 403);
    let wrong = problem(
        &app.call("GET", &open, "", json!({ "passphrase": "wrong" }))
            .await,
        403,
    );
    assert_eq!(missing["detail"], wrong["detail"]);
    problem(
        &app.get(&format!("{open}?passphrase=open%20sesame"), "")
            .await,
        403,
    );
    for method in ["GET", "POST"] {
        let mut request = request(method, &open);
        request.headers_mut().insert(
            "content-type",
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        *request.body_mut() = Body::from(json!({ "passphrase": "open sesame" }).to_string());
        let _ = app.send(request).await.expect(200);
    }
    assert_eq!(opens(&app, &owner).await, 2);
}

#[tokio::test]
async fn shares_follow_the_address_they_may_be_opened_from() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let secret = secret_of(&app, &owner).await;
    let elsewhere = share(
        &app,
        &owner.token,
        &secret,
        json!({ "ip_allowlist": ["198.51.100.0/24"] }),
    )
    .await;
    problem(
        &app.get(
            &format!("/v1/share/{}", elsewhere["id"].as_str().unwrap()),
            "",
        )
        .await,
        403,
    );
    let here = share(
        &app,
        &owner.token,
        &secret,
        json!({ "ip_allowlist": ["192.0.2.0/24"] }),
    )
    .await;
    let _ = app
        .get(&format!("/v1/share/{}", here["id"].as_str().unwrap()), "")
        .await
        .expect(200);
}

#[tokio::test]
async fn shares_to_an_address_wait_for_its_holder() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let secret = secret_of(&app, &owner).await;
    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "recipient_type": "external_email", "email": "Bob@example.com" }),
    )
    .await;
    assert_eq!(shared["recipient_email"], "bob@example.com");
    let id = shared["id"].as_str().unwrap();
    assert_eq!(
        app.mails().await.last().unwrap().recipient,
        "bob@example.com"
    );
    let bob = app.sign_up("bob@example.com").await;
    assert_eq!(
        app.get("/v1/shares/inbound", &bob.token)
            .await
            .expect(200)
            .json()["shares"][0]["id"],
        id
    );
    let _ = app
        .post(&format!("/v1/shares/{id}/accept"), &bob.token, Value::Null)
        .await
        .expect(204);
    assert_eq!(
        app.get(&format!("/v1/share/{id}"), &bob.token)
            .await
            .expect(200)
            .json()["value"],
        "sk-1"
    );
    problem(
        &app.get(&format!("/v1/share/{id}"), &owner.token).await,
        404,
    );
}

/// Requests that nobody means: browsers, prefetchers, mail scanners, chat previews.
fn visits() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let mut visits = vec![
        (
            "GET",
            vec![(
                "accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            )],
        ),
        (
            "GET",
            vec![("accept", "image/avif,image/webp"), ("accept", "text/html")],
        ),
        (
            "GET",
            vec![
                ("accept", "*/*"),
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
            ],
        ),
        (
            "GET",
            vec![
                ("accept", "*/*"),
                ("sec-fetch-dest", "image"),
                ("sec-fetch-mode", "no-cors"),
            ],
        ),
        ("GET", vec![("accept", "*/*"), ("sec-fetch-dest", "iframe")]),
        (
            "GET",
            vec![
                ("accept", "*/*"),
                ("sec-fetch-mode", "no-cors"),
                ("sec-fetch-dest", "empty"),
            ],
        ),
        ("GET", vec![("purpose", "prefetch")]),
        ("GET", vec![("x-purpose", "preview")]),
        ("GET", vec![("sec-purpose", "prefetch;prerender")]),
        ("GET", vec![("x-moz", "prefetch")]),
        ("HEAD", vec![("accept", "*/*")]),
        (
            "HEAD",
            vec![("user-agent", "Microsoft Office Existence Discovery")],
        ),
        ("HEAD", vec![]),
        ("POST", vec![("accept", "text/html")]),
    ];
    for agent in [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "Twitterbot/1.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "WhatsApp/2.23.20.0",
        "TelegramBot (like TwitterBot)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Mastodon/4.2.0 (http.rb/5.1.1; +https://mastodon.social/)",
    ] {
        visits.push(("GET", vec![("accept", "*/*"), ("user-agent", agent)]));
    }
    visits
}

#[tokio::test]
async fn visits_that_nobody_means_open_nothing() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let secret = secret_of(&app, &owner).await;
    let shared = share(
        &app,
        &owner.token,
        &secret,
        json!({ "max_access_count": 1 }),
    )
    .await;
    let id = shared["id"].as_str().unwrap();
    let open = format!("/v1/share/{id}");
    for (method, headers) in visits() {
        let mut request = request(method, &open);
        for (name, value) in &headers {
            request.headers_mut().append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if method == "POST" {
            *request.body_mut() = Body::from("{}");
        }
        let answer = app.send(request).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, format!("{PUBLIC_URL}/share/{id}").as_str()),
            "{method} {headers:?}"
        );
        assert!(!String::from_utf8_lossy(&answer.body).contains("sk-1"));
    }
    // A form that a scanner submits holds nothing, or no JSON.
    for body in ["", "submit=Open", "passphrase="] {
        let mut request = request("POST", &open);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert("content-type", kind);
        *request.body_mut() = Body::from(body);
        problem(&app.send(request).await, 400);
    }
    assert_eq!(opens(&app, &owner).await, 0);

    // Programs that mean it: the HTTP clients of shells, of Node and of a page's scripts.
    let mut request = request("GET", &open);
    for (name, value) in [
        ("accept", "*/*"),
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "empty"),
        ("user-agent", "node"),
    ] {
        request.headers_mut().append(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    assert_eq!(app.send(request).await.expect(200).json()["value"], "sk-1");
    assert_eq!(opens(&app, &owner).await, 1);
}
