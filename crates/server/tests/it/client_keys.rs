//! Vaults whose values clients encrypt with a key of their own.

use crate::problem;
use http::{HeaderValue, Request};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, Person, TestApp, request};
use serde_json::{Value, json};

/// Keys of 32 equal bytes, in base64, with their SHA-256.
const KEYS: [(&str, &str); 3] = [
    (
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        "72cd6e8422c407fb6d098690f1130b7ded7ec2f7f5e1d30bd9d521f015363793",
    ),
    (
        "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",
        "75877bb41d393b5fb8455ce60ecd8dda001d06316496b14dfa7f895656eeca4a",
    ),
    (
        "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",
        "648aa5c579fb30f38af744d97d6ec840c7a91277a499a0d780f3e7314eca090b",
    ),
];
/// `sk-live-1` and `sk-live-2` under the first key, as another implementation of the cipher wrote them.
pub(crate) const VALUES: [&str; 2] = [
    "AQkJCQkJCQkJCQkJCbdkCqKnRmPsTix3vzXHBqOvI2EbrbSmp/A=",
    "AQgICAgICAgICAgICOkVKIdoqbvGfH0z0LsZpm4mdt/7VKNlEQM=",
];

pub(crate) async fn enable(app: &TestApp, owner: &Person, vault: &str) -> Answer {
    let body = json!({ "fingerprint": KEYS[0].1 });
    app.post(&format!("/v1/vaults/{vault}/cmek"), &owner.token, body)
        .await
}

/// Asks to move from one key to another.
pub(crate) async fn rotate(
    app: &TestApp,
    token: &str,
    vault: &str,
    old: usize,
    new: usize,
) -> Answer {
    let body = json!({ "new_fingerprint": KEYS[new].1 });
    send_rotate(app, token, vault, KEYS[old].0, KEYS[new].0, &body).await
}

async fn send_rotate(
    app: &TestApp,
    token: &str,
    vault: &str,
    old: &str,
    new: &str,
    body: &Value,
) -> Answer {
    let mut asked: Request<_> = request("POST", &format!("/v1/vaults/{vault}/cmek-rotate"));
    let headers = asked.headers_mut();
    headers.insert(
        "authorization",
        HeaderValue::from_str(&format!("Bearer {token}")).unwrap(),
    );
    headers.insert("x-cmek-old-key", HeaderValue::from_str(old).unwrap());
    headers.insert("x-cmek-new-key", HeaderValue::from_str(new).unwrap());
    *asked.body_mut() = body.to_string().into();
    app.send(asked).await
}

/// Asks for a rotation until it has ended, as clients do.
pub(crate) async fn outcome(app: &TestApp, token: &str, started: &Answer) -> Value {
    loop {
        let job = app
            .get(started.header("location"), token)
            .await
            .expect(200)
            .json();
        if job["status"] != "running" {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

each_backend! {
    async fn values_move_to_another_key_and_say_so(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "before", "plain").await;
        let enabled = enable(&app, &owner, &vault).await.expect(200).json();
        assert_eq!((&enabled["cmek_enabled"], &enabled["cmek_fingerprint"]), (&json!(true), &json!(KEYS[0].1)));
        // More than one step of the rotation, versions of one path among them.
        for number in 0..120 {
            let _ = app.put(&owner.token, &vault, &format!("n/{number}"), VALUES[number % 2]).await;
        }
        let _ = app.put(&owner.token, &vault, "n/0", VALUES[1]).await;
        let read = app.read(&owner.token, &vault, "n/0").await.expect(200);
        assert_eq!((&read.json()["value"], &read.json()["cmek_encrypted"]), (&json!(VALUES[1]), &json!(true)));
        assert!(app.read(&owner.token, &vault, "before").await.expect(200).json().get("cmek_encrypted").is_none());

        let started = rotate(&app, &owner.token, &vault, 0, 1).await.expect(202);
        let job = started.json();
        assert_eq!((&job["status"], &job["total_secrets"], &job["processed"]), (&json!("running"), &json!(121), &json!(0)));
        assert_eq!(started.header("location"), format!("/v1/vaults/{vault}/cmek-rotate/{}", job["id"].as_str().unwrap()));
        let job = outcome(&app, &owner.token, &started).await;
        assert_eq!((&job["status"], &job["processed"], &job["error"]), (&json!("completed"), &json!(121), &Value::Null));
        let seen = app.get(&format!("/v1/vaults/{vault}"), &owner.token).await.expect(200).json();
        assert_eq!(seen["cmek_fingerprint"], KEYS[1].1);
        let moved = app.read(&owner.token, &vault, "n/0").await.expect(200);
        assert_ne!(moved.json()["value"], VALUES[1]);
        assert_eq!(moved.json()["version"], 2);
        assert_ne!(moved.header("etag"), read.header("etag"), "the tag names the value");

        // Every value is under the second key: with it, and with no other, they move on.
        problem(&rotate(&app, &owner.token, &vault, 0, 2).await, 400);
        let started = rotate(&app, &owner.token, &vault, 1, 2).await.expect(202);
        assert_eq!(outcome(&app, &owner.token, &started).await["processed"], 121);
        let log = app.get("/v1/audit/events?limit=1000", &owner.token).await.expect(200);
        let text = String::from_utf8_lossy(&log.body).into_owned();
        for (key, _) in KEYS {
            assert!(!text.contains(key), "a key is in the log");
        }
        assert!(text.contains("vault.cmek_rotated") && text.contains("vault.cmek_enable"));
    }
}

each_backend! {
    async fn a_value_that_does_not_open_stops_the_rotation_and_it_goes_on_afterwards(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = enable(&app, &owner, &vault).await.expect(200);
        let _ = app.put(&owner.token, &vault, "a", VALUES[0]).await;
        let broken = VALUES[1].replace("OkV", "OkW");
        let _ = app.put(&owner.token, &vault, "b", &broken).await;
        let started = rotate(&app, &owner.token, &vault, 0, 1).await.expect(202);
        let job = outcome(&app, &owner.token, &started).await;
        assert_eq!((&job["status"], &job["processed"]), (&json!("failed"), &json!(0)), "a step is whole or not at all");
        assert!(job["error"].as_str().unwrap().contains("Version 1 of b"), "{job}");
        assert_eq!(app.read(&owner.token, &vault, "a").await.expect(200).json()["value"], VALUES[0]);
        let _ = app.call("DELETE", &format!("/v1/vaults/{vault}/secrets/b"), &owner.token, Value::Null).await.expect(204);
        let started = rotate(&app, &owner.token, &vault, 0, 1).await.expect(202);
        assert_eq!(outcome(&app, &owner.token, &started).await["status"], "completed");
    }
}

#[tokio::test]
async fn such_a_vault_takes_no_value_that_the_server_could_read() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "plain").await;
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let path = format!("/v1/vaults/{vault}/secrets/a");
    for value in [
        "sk-live",
        &"ab".repeat(40),
        "AQ==",
        &VALUES[0].replace("AQk", "Agk"),
    ] {
        let refused = app
            .call("PUT", &path, &owner.token, json!({ "value": value }))
            .await;
        assert!(problem(&refused, 400)["fields"]["value"].is_string());
    }
    problem(
        &app.post(
            &format!("/v1/vaults/{vault}/secret-rotate/a"),
            &owner.token,
            Value::Null,
        )
        .await,
        400,
    );
    // Switched off, it takes plain values again, and says of each version what it is.
    let _ = app.put(&owner.token, &vault, "b", VALUES[0]).await;
    let off = app
        .call(
            "DELETE",
            &format!("/v1/vaults/{vault}/cmek"),
            &owner.token,
            Value::Null,
        )
        .await
        .expect(200)
        .json();
    assert!(off.get("cmek_enabled").is_none() && off.get("cmek_fingerprint").is_none());
    let _ = app.put(&owner.token, &vault, "a", "plain again").await;
    let b = app.read(&owner.token, &vault, "b").await.expect(200).json();
    assert_eq!(b["cmek_encrypted"], true);
    problem(
        &app.call(
            "DELETE",
            &format!("/v1/vaults/{vault}/cmek"),
            &owner.token,
            Value::Null,
        )
        .await,
        400,
    );
}

#[tokio::test]
async fn a_shared_value_says_that_its_client_encrypted_it() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let secret = app.put(&owner.token, &vault, "a", VALUES[0]).await;
    let body =
        json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" });
    let share = app
        .post(&format!("/v1/secrets/{secret}/share"), &owner.token, body)
        .await
        .expect(201)
        .json();
    let opened = app
        .post(
            &format!("/v1/share/{}", share["id"].as_str().unwrap()),
            "",
            json!({}),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&opened["value"], &opened["cmek_encrypted"]),
        (&json!(VALUES[0]), &json!(true))
    );
}

#[tokio::test]
async fn keys_are_checked_before_anything_begins() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    problem(&rotate(&app, &owner.token, &vault, 0, 1).await, 400);
    for fingerprint in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
        let refused = app
            .post(
                &format!("/v1/vaults/{vault}/cmek"),
                &owner.token,
                json!({ "fingerprint": fingerprint }),
            )
            .await;
        problem(&refused, 400);
    }
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let _ = enable(&app, &owner, &vault).await.expect(200);
    let other = json!({ "fingerprint": KEYS[1].1 });
    problem(
        &app.post(&format!("/v1/vaults/{vault}/cmek"), &owner.token, other)
            .await,
        409,
    );
    let right = json!({ "new_fingerprint": KEYS[1].1 });
    for (old, new) in [
        ("AAAA", KEYS[1].0),
        (KEYS[0].0, "AAAA"),
        (KEYS[2].0, KEYS[1].0),
        (KEYS[0].0, KEYS[2].0),
        (KEYS[1].0, KEYS[1].0),
    ] {
        let refused = send_rotate(&app, &owner.token, &vault, old, new, &right).await;
        let text = String::from_utf8_lossy(&refused.body).into_owned();
        assert!(!text.contains(old) && !text.contains(new), "{text}");
        problem(&refused, 400);
    }
    let missing = app
        .post(
            &format!("/v1/vaults/{vault}/cmek-rotate"),
            &owner.token,
            right,
        )
        .await;
    problem(&missing, 400);
}

#[tokio::test]
async fn the_vault_of_identity_keys_stays_readable_for_the_server() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = app.create_agent(&owner, "bot").await;
    let id = app
        .get("/v1/org/agent-keys-vault", &owner.token)
        .await
        .expect(200)
        .json();
    problem(
        &enable(&app, &owner, id["vault_id"].as_str().unwrap()).await,
        409,
    );
    let _ = app.create_agent(&owner, "another").await;
}
