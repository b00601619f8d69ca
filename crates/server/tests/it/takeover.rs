//! What somebody leaves behind, and what a session that was lying about is worth.

use crate::factors::{challenge, confirmed, enrol, verify};
use crate::org::join;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, PASSWORD, Person, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const LATER: Duration = Duration::from_mins(16);

async fn personal_key(app: &TestApp, owner: &Person) -> String {
    let made = app
        .post("/v1/auth/api-keys", &owner.token, json!({ "name": "k" }))
        .await
        .expect(201)
        .json();
    made["api_key"].as_str().unwrap().to_owned()
}

async fn webhook(app: &TestApp, owner: &Person) -> String {
    let body = json!({ "url": "https://hooks.example.com/in", "events": ["secret.written"] });
    let made = app
        .post("/v1/webhooks", &owner.token, body)
        .await
        .expect(201)
        .json();
    made["id"].as_str().unwrap().to_owned()
}

async fn is_switched_on(app: &TestApp, admin: &Person, webhook: &str) -> bool {
    let found = app
        .get(&format!("/v1/webhooks/{webhook}"), &admin.token)
        .await;
    found.expect(200).json()["is_active"].as_bool().unwrap()
}

async fn invite_again(app: &TestApp, owner: &Person, person: &str, role: &str) {
    let token = app.sign_in(person).await.token;
    let body = json!({ "email": person, "role": role });
    let _ = app
        .post("/v1/org/invite", &owner.token, body)
        .await
        .expect(200);
    let invitation = app.mailed_token("invite").await;
    let body = json!({ "token": invitation });
    let _ = app
        .post("/v1/org/invitations/accept", &token, body)
        .await
        .expect(200);
}

each_backend! {
    async fn a_deleted_account_leaves_no_access_to_others(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let vault = app.create_vault(&bob.token, "prod").await;
        let _ = app.put(&bob.token, &vault, "a", "v").await;
        let agent = app.create_agent(&bob, "bot").await;
        let _ = app.allow(&bob, &vault, &agent, "a", &["read"]).await;
        let (key, hook) = (personal_key(&app, &bob).await, webhook(&app, &bob).await);
        for credential in [&key, &agent.token] {
            let _ = app.read(credential, &vault, "a").await.expect(200);
        }
        let phrase = json!({ "confirm": "DELETE MY ACCOUNT" });
        let _ = confirmed(&app, ("DELETE", "/v1/auth/me"), &bob.token, PASSWORD, phrase).await.expect(204);

        for credential in [&key, &agent.token, &bob.token] {
            problem(&app.read(credential, &vault, "a").await, 401);
        }
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        assert!(!is_switched_on(&app, &alice, &hook).await);
        let left = app.get("/v1/audit/events?action=org.member_leave", &alice.token).await.expect(200).json();
        let noted = left.to_string();
        assert!(noted.contains("\"agents\":1") && noted.contains("\"api_keys\":1"), "{noted}");
        // What was bob's work stays with the organisation.
        let _ = app.get(&format!("/v1/vaults/{vault}/policies"), &alice.token).await.expect(200);
    }
}

each_backend! {
    async fn a_key_does_not_come_back_with_its_owner(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let vault = app.create_vault(&bob.token, "prod").await;
        let _ = app.put(&bob.token, &vault, "a", "v").await;
        let key = personal_key(&app, &bob).await;
        let _ = app.read(&key, &vault, "a").await.expect(200);
        let one = format!("/v1/org/members/{}", bob.id);
        let _ = app.call("DELETE", &one, &alice.token, Value::Null).await.expect(204);
        problem(&app.read(&key, &vault, "a").await, 401);
        invite_again(&app, &alice, "bob@example.com", "admin").await;
        problem(&app.read(&key, &vault, "a").await, 401);
        problem(&app.post("/v1/auth/api-key-token", "", json!({ "api_key": key })).await, 401);
    }
}

#[tokio::test]
async fn a_webhook_ends_with_the_rights_of_its_maker() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let bob = join(&app, &alice, "bob@example.com", "admin").await;
    let (bobs, hers) = (webhook(&app, &bob).await, webhook(&app, &alice).await);
    let one = format!("/v1/org/members/{}", bob.id);
    let demote = json!({ "role": "member" });
    let _ = app
        .call("PATCH", &one, &alice.token, demote)
        .await
        .expect(200);
    assert!(!is_switched_on(&app, &alice, &bobs).await);
    assert!(is_switched_on(&app, &alice, &hers).await);
}

#[tokio::test]
async fn nobody_is_flooded_with_invitations() {
    let app = TestApp::new().await;
    let body = json!({ "email": "victim@example.com", "role": "member" });
    for inviter in ["a@example.com", "b@example.com"] {
        let inviter = app.sign_up(inviter).await;
        for count in 0.. {
            let asked = app
                .post("/v1/org/invite", &inviter.token, body.clone())
                .await;
            if asked.status == 429 {
                assert!(asked.header("retry-after").parse::<u32>().unwrap() > 0);
                break;
            }
            assert!(count < 5, "no limit");
        }
    }
    let mails = app.mails().await;
    let to_victim = mails
        .iter()
        .filter(|mail| mail.recipient == "victim@example.com");
    assert!(to_victim.count() <= 5);
}

#[tokio::test]
async fn an_old_session_takes_no_account_over() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    app.clock.advance(LATER);
    let token = app
        .post(
            "/v1/auth/refresh",
            "",
            json!({ "refresh_token": alice.refresh_token }),
        )
        .await
        .expect(200)
        .json();
    let token = token["access_token"].as_str().unwrap();
    let address = json!({ "new_email": "mallory@example.com" });
    problem(
        &app.post("/v1/auth/change-email", token, address.clone())
            .await,
        403,
    );
    problem(
        &app.post("/v1/auth/mfa/setup", token, Value::Null).await,
        403,
    );
    problem(
        &confirmed(
            &app,
            ("POST", "/v1/auth/mfa/setup"),
            token,
            "wrong horse",
            Value::Null,
        )
        .await,
        403,
    );
    // Its owner can: with the password, or having signed in again.
    let _ = confirmed(
        &app,
        ("POST", "/v1/auth/change-email"),
        token,
        PASSWORD,
        address,
    )
    .await
    .expect(200);
    let again = app.sign_in("alice@example.com").await;
    let _ = app.mails().await;
    let _ = enrol(&app, &again).await;
    let mails = app.mails().await;
    let told = mails
        .iter()
        .find(|mail| mail.subject == "How you sign in to 1Claw was changed");
    let told = told.expect("the owner is told");
    assert_eq!(told.recipient, "alice@example.com");
    assert!(told.text.contains("switched on"), "{}", told.text);
    // With a second factor on, signing in just now is not enough for another address.
    let address = json!({ "new_email": "alice2@example.com" });
    problem(
        &app.post("/v1/auth/change-email", &again.token, address)
            .await,
        403,
    );
}

async fn sign_in_by_mail(app: &TestApp, email: &str) -> Answer {
    let ask = json!({ "email": email });
    let _ = app
        .post("/v1/auth/email-otp/send", "", ask)
        .await
        .expect(200);
    let mails = app.mails().await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails
        .iter()
        .find_map(|mail| mail.text.lines().map(str::trim).find(is_code));
    let verify = json!({ "email": email, "code": code.expect("a code") });
    app.post("/v1/auth/email-otp/verify", "", verify).await
}

#[tokio::test]
async fn a_code_by_mail_does_not_skip_the_second_factor() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (phone, _) = enrol(&app, &alice).await;
    let asked = sign_in_by_mail(&app, "alice@example.com")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&asked["mfa_required"], &asked["access_token"]),
        (&json!(true), &json!(""))
    );
    assert!(asked.get("refresh_token").is_none());
    let challenge_token = asked["mfa_token"].as_str().unwrap();
    problem(&verify(&app, challenge_token, "000000").await, 401);
    let _ = verify(&app, challenge_token, &phone.code(&app))
        .await
        .expect(200);
    // The password asks for it as before.
    let _ = challenge(&app, "alice@example.com").await;
}

#[tokio::test]
async fn keys_are_counted() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    for _ in 0..50 {
        let _ = personal_key(&app, &alice).await;
    }
    let another = json!({ "name": "one too many" });
    problem(
        &app.post("/v1/auth/api-keys", &alice.token, another.clone())
            .await,
        409,
    );
    let listed = app
        .get("/v1/auth/api-keys", &alice.token)
        .await
        .expect(200)
        .json();
    let first = listed["keys"][0]["id"].as_str().unwrap();
    let _ = app
        .call(
            "DELETE",
            &format!("/v1/auth/api-keys/{first}"),
            &alice.token,
            Value::Null,
        )
        .await
        .expect(204);
    let _ = app
        .post("/v1/auth/api-keys", &alice.token, another)
        .await
        .expect(201);
}
