//! Codes of an authenticator app and passkeys, as their owners and others meet them.

use crate::problem;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use http::HeaderValue;
use oneclaw_crypto::test_support::Authenticator;
use oneclaw_crypto::totp::TotpSecret;
use oneclaw_crypto::webauthn::RelyingParty;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, PASSWORD, Person, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

const STEP: Duration = Duration::from_secs(30);

/// An authenticator app.
pub(crate) struct Phone(TotpSecret);

impl Phone {
    pub(crate) fn code(&self, app: &TestApp) -> String {
        self.0.code_at(app.app.now())
    }
}

/// Switches the second factor on.
pub(crate) async fn enrol(app: &TestApp, person: &Person) -> (Phone, Vec<String>) {
    let made = app
        .post("/v1/auth/mfa/setup", &person.token, Value::Null)
        .await
        .expect(200)
        .json();
    let secret = BASE32_NOPAD
        .decode(made["secret"].as_str().unwrap().as_bytes())
        .unwrap();
    let phone = Phone(TotpSecret::from_bytes(secret.into()));
    let codes = app
        .post(
            "/v1/auth/mfa/verify-setup",
            &person.token,
            json!({ "code": phone.code(app) }),
        )
        .await
        .expect(200)
        .json();
    let codes = codes["recovery_codes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    app.clock.advance(STEP);
    (phone, codes)
}

/// The first step of signing in, which asks for the second.
pub(crate) async fn challenge(app: &TestApp, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD });
    let answer = app
        .post("/v1/auth/token", "", body)
        .await
        .expect(200)
        .json();
    assert_eq!(answer["mfa_required"], true);
    assert_eq!(answer["access_token"], "");
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&json!("Bearer"), &json!(300))
    );
    assert!(answer.get("refresh_token").is_none());
    answer["mfa_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn verify(app: &TestApp, challenge: &str, code: &str) -> Answer {
    let body = json!({ "mfa_token": challenge, "code": code });
    app.post("/v1/auth/mfa/verify", "", body).await
}

/// A request that carries a confirmation.
pub(crate) async fn confirmed(
    app: &TestApp,
    (method, path): (&str, &str),
    token: &str,
    confirmation: &str,
    body: Value,
) -> Answer {
    let mut request = request(method, path);
    let headers = request.headers_mut();
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    headers.insert(
        "x-auth-confirm",
        HeaderValue::from_str(confirmation).unwrap(),
    );
    if !body.is_null() {
        *request.body_mut() = body.to_string().into();
    }
    app.send(request).await
}

async fn reauth(app: &TestApp, token: &str, purpose: &str, code: &str) -> String {
    let body = json!({ "purpose": purpose, "code": code });
    let given = app
        .post("/v1/auth/reauth", token, body)
        .await
        .expect(200)
        .json();
    given["token"].as_str().unwrap().to_owned()
}

each_backend! {
    async fn a_second_factor_is_asked_for_and_each_code_works_once(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let status = app.get("/v1/auth/mfa/status", &alice.token).await.expect(200).json();
        assert_eq!(status["enabled"], false);
        let (phone, codes) = enrol(&app, &alice).await;
        assert_eq!(codes.len(), 8);
        let status = app.get("/v1/auth/mfa/status", &alice.token).await.expect(200).json();
        assert_eq!((&status["enabled"], &status["recovery_codes_remaining"]), (&json!(true), &json!(8)));
        let me = app.get("/v1/auth/me", &alice.token).await.expect(200).json();
        assert_eq!(me["totp_enabled"], true);

        let first = challenge(&app, "alice@example.com").await;
        let code = phone.code(&app);
        let signed_in = verify(&app, &first, &code).await.expect(200).json();
        assert_eq!(signed_in["expires_in"], 900);
        let _ = app.get("/v1/auth/me", signed_in["access_token"].as_str().unwrap()).await.expect(200);
        // The challenge is spent, and so is the code, however it is spelt.
        app.clock.advance(STEP);
        problem(&verify(&app, &first, &phone.code(&app)).await, 401);
        let second = challenge(&app, "alice@example.com").await;
        for spelling in [code.clone(), format!(" {} {}", code.get(..3).unwrap(), code.get(3..).unwrap())] {
            problem(&verify(&app, &second, &spelling).await, 401);
        }
        let _ = verify(&app, &second, &phone.code(&app)).await.expect(200);
    }
}

each_backend! {
    async fn a_recovery_code_works_once_for_its_owner(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = app.sign_up("bob@example.com").await;
        let (_, codes) = enrol(&app, &alice).await;
        let (_, of_bob) = enrol(&app, &bob).await;
        let first = challenge(&app, "alice@example.com").await;
        problem(&verify(&app, &first, &of_bob[0]).await, 401);
        let _ = verify(&app, &first, &codes[0].to_lowercase()).await.expect(200);
        let second = challenge(&app, "alice@example.com").await;
        problem(&verify(&app, &second, &codes[0]).await, 401);
        let _ = verify(&app, &second, &codes[1]).await.expect(200);
        let status = app.get("/v1/auth/mfa/status", &alice.token).await.expect(200).json();
        assert_eq!(status["recovery_codes_remaining"], 6);
    }
}

each_backend! {
    async fn of_many_uses_at_once_of_one_recovery_code_one_counts(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let (_, codes) = enrol(&app, &alice).await;
        let mut challenges = Vec::new();
        for _ in 0..4 {
            challenges.push(challenge(&app, "alice@example.com").await);
        }
        let tries = challenges.iter().map(|challenge| verify(&app, challenge, &codes[0]));
        let mut accepted = 0;
        for answer in futures_all(tries).await {
            accepted += i32::from(answer.status == 200);
        }
        assert_eq!(accepted, 1);
    }
}

/// Runs all of them at the same time.
async fn futures_all<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = all.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, slot) in all.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *slot = Some(value);
            }
        }
        if done.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

#[tokio::test]
async fn wrong_codes_count_for_the_account_whatever_sign_in_they_belong_to() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (phone, _) = enrol(&app, &alice).await;
    for _ in 0..5 {
        // A new challenge each time gives no new tries.
        let challenge = challenge(&app, "alice@example.com").await;
        problem(&verify(&app, &challenge, "000000").await, 401);
    }
    let last = challenge(&app, "alice@example.com").await;
    let refused = verify(&app, &last, &phone.code(&app)).await;
    problem(&refused, 429);
    assert_eq!(refused.header("retry-after"), "30");
    app.clock.advance(Duration::from_secs(31));
    let _ = verify(&app, &last, &phone.code(&app)).await.expect(200);
}

#[tokio::test]
async fn a_challenge_ends_after_five_minutes_or_with_the_password() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (phone, _) = enrol(&app, &alice).await;
    let late = challenge(&app, "alice@example.com").await;
    app.clock.advance(Duration::from_mins(5));
    problem(&verify(&app, &late, &phone.code(&app)).await, 401);

    let begun = challenge(&app, "alice@example.com").await;
    let alice = {
        let token = verify(&app, &begun, &phone.code(&app))
            .await
            .expect(200)
            .json();
        token["access_token"].as_str().unwrap().to_owned()
    };
    let open = challenge(&app, "alice@example.com").await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another correct horse" });
    let _ = app
        .post("/v1/auth/change-password", &alice, body)
        .await
        .expect(204);
    app.clock.advance(STEP);
    problem(&verify(&app, &open, &phone.code(&app)).await, 401);
    for garbage in ["", "mfa_x", alice.as_str()] {
        problem(&verify(&app, garbage, "123456").await, 401);
    }
}

#[tokio::test]
async fn resetting_the_password_does_not_skip_the_second_factor() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let _ = enrol(&app, &alice).await;
    let _ = app
        .post(
            "/v1/auth/forgot-password",
            "",
            json!({ "email": "alice@example.com" }),
        )
        .await
        .expect(200);
    let token = app.mailed_token("reset-password").await;
    let body = json!({ "token": token, "new_password": PASSWORD });
    let _ = app
        .post("/v1/auth/reset-password", "", body)
        .await
        .expect(200);
    let _ = challenge(&app, "alice@example.com").await;
}

#[tokio::test]
async fn setting_up_counts_once_the_app_shows_the_right_code() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let path = "/v1/auth/mfa/verify-setup";
    problem(
        &app.post(path, &alice.token, json!({ "code": "123456" }))
            .await,
        409,
    );
    let made = app
        .post("/v1/auth/mfa/setup", &alice.token, Value::Null)
        .await
        .expect(200)
        .json();
    let uri = made["otpauth_uri"].as_str().unwrap();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(
        uri,
        format!(
            "otpauth://totp/1Claw%20vault%2Eexample%2Ecom:alice%40example%2Ecom?secret={secret}\
             &issuer=1Claw%20vault%2Eexample%2Ecom&algorithm=SHA1&digits=6&period=30"
        )
    );
    problem(
        &app.post(path, &alice.token, json!({ "code": "000000" }))
            .await,
        400,
    );
    // Not on yet.
    let _ = app.sign_in("alice@example.com").await;
    let _ = enrol(&app, &alice).await;
    problem(
        &app.post("/v1/auth/mfa/setup", &alice.token, Value::Null)
            .await,
        409,
    );
}

#[tokio::test]
async fn the_second_factor_is_switched_off_by_itself_and_not_by_the_password() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    problem(
        &app.call(
            "DELETE",
            "/v1/auth/mfa",
            &alice.token,
            json!({ "code": "123456" }),
        )
        .await,
        400,
    );
    let (phone, codes) = enrol(&app, &alice).await;
    problem(
        &app.call("DELETE", "/v1/auth/mfa", &alice.token, Value::Null)
            .await,
        403,
    );
    problem(
        &app.call(
            "DELETE",
            "/v1/auth/mfa",
            &alice.token,
            json!({ "code": "000000" }),
        )
        .await,
        400,
    );
    let mfa = ("DELETE", "/v1/auth/mfa");
    problem(
        &confirmed(&app, mfa, &alice.token, PASSWORD, Value::Null).await,
        403,
    );
    let token = reauth(
        &app,
        &alice.token,
        "security.mfa.disable",
        &phone.code(&app),
    )
    .await;
    let _ = confirmed(&app, mfa, &alice.token, &token, Value::Null)
        .await
        .expect(204);
    let _ = app.sign_in("alice@example.com").await;
    // The recovery codes are gone with it; a new set-up has its own.
    let _ = enrol(&app, &alice).await;
    let challenge = challenge(&app, "alice@example.com").await;
    problem(&verify(&app, &challenge, &codes[3]).await, 401);
}

#[tokio::test]
async fn agents_have_no_second_factor() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&alice, "bot").await;
    let _ = enrol(&app, &alice).await;
    let _ = app.exchange(&agent.key).await;
    for path in ["/v1/auth/mfa/setup", "/v1/auth/passkeys/register/begin"] {
        problem(&app.post(path, &agent.token, Value::Null).await, 403);
    }
    problem(&app.get("/v1/auth/mfa/status", &agent.token).await, 403);
}

// Passkeys.

fn party() -> RelyingParty {
    RelyingParty {
        id: "vault.example.com".to_owned(),
        origin: "https://vault.example.com".to_owned(),
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Makes a passkey for an account that has no factor yet.
pub(crate) async fn add(app: &TestApp, token: &str, passkey: &Authenticator) -> Answer {
    let body = made(app, token, passkey).await;
    app.post("/v1/auth/passkeys/register/complete", token, body)
        .await
}

async fn made(app: &TestApp, token: &str, passkey: &Authenticator) -> Value {
    let options = app
        .post("/v1/auth/passkeys/register/begin", token, Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(options["rp_id"], "vault.example.com");
    assert_eq!(
        options["authenticator_selection"]["user_verification"],
        "required"
    );
    let made = passkey.register(&party(), options["challenge"].as_str().unwrap());
    json!({
        "credential_id": encode(&passkey.credential_id),
        "attestation_object": encode(&made.attestation_object),
        "client_data_json": encode(&made.client_data),
        "transports": ["internal", "hybrid"],
        "name": "Phone",
    })
}

/// Uses a passkey, under one of the two spellings.
pub(crate) async fn used(app: &TestApp, spelling: &str, passkey: &mut Authenticator) -> Value {
    let options = app
        .post(
            &format!("/v1/auth/{spelling}/begin"),
            "",
            json!({ "email": "alice@example.com" }),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(options["allow_credentials"], json!([]));
    let used = passkey.assert(&party(), options["challenge"].as_str().unwrap());
    json!({
        "credential_id": encode(&passkey.credential_id),
        "authenticator_data": encode(&used.authenticator_data),
        "client_data_json": encode(&used.client_data),
        "signature": encode(&used.signature),
    })
}

const ASSERT: &str = "passkeys/assert";
const COMPLETE: &str = "/v1/auth/passkeys/assert/complete";

each_backend! {
    async fn people_sign_in_by_passkeys(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let mut passkey = Authenticator::es256();
        let added = add(&app, &alice.token, &passkey).await.expect(201).json();
        assert_eq!(added["credential_id"], encode(&passkey.credential_id));
        let body = used(&app, ASSERT, &mut passkey).await;
        let answer = app.post(COMPLETE, "", body.clone()).await.expect(200).json();
        assert_eq!((&answer["user"]["id"], &answer["user"]["email"]), (&json!(alice.id), &json!("alice@example.com")));
        assert_eq!((&answer["user"]["org_id"], &answer["user"]["display_name"]), (&json!(alice.org), &Value::Null));
        let _ = app.get("/v1/auth/me", answer["token"].as_str().unwrap()).await.expect(200);
        let refreshed = json!({ "refresh_token": answer["refresh_token"] });
        let _ = app.post("/v1/auth/refresh", "", refreshed).await.expect(200);
        // The same answer once more: its challenge is spent, and its counter seen.
        problem(&app.post(COMPLETE, "", body).await, 401);
        let list = app.get("/v1/auth/passkeys", &alice.token).await.expect(200).json();
        let passkey = &list["passkeys"][0];
        assert_eq!((&passkey["name"], &passkey["transports"]), (&json!("Phone"), &json!(["internal", "hybrid"])));
        assert!(passkey["last_used_at"].is_string());
    }
}

#[tokio::test]
async fn a_challenge_opens_one_session_even_for_keys_that_do_not_count() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mut passkey = Authenticator::eddsa();
    let _ = add(&app, &alice.token, &passkey).await.expect(201);
    let body = used(&app, ASSERT, &mut passkey).await;
    let _ = app.post(COMPLETE, "", body.clone()).await.expect(200);
    problem(&app.post(COMPLETE, "", body).await, 401);
    let body = used(&app, ASSERT, &mut passkey).await;
    app.clock.advance(Duration::from_mins(5));
    problem(&app.post(COMPLETE, "", body).await, 401);
}

#[tokio::test]
async fn a_copied_key_is_noticed_by_its_counter() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mut passkey = Authenticator::es256();
    let _ = add(&app, &alice.token, &passkey).await.expect(201);
    let body = used(&app, ASSERT, &mut passkey).await;
    let _ = app.post(COMPLETE, "", body).await.expect(200);
    passkey.sign_count -= 1;
    let body = used(&app, ASSERT, &mut passkey).await;
    problem(&app.post(COMPLETE, "", body).await, 401);
    let events = app
        .get("/v1/audit/events?action=auth.failure", &alice.token)
        .await
        .expect(200)
        .json();
    assert!(
        events.to_string().contains("counter did not go on"),
        "{events}"
    );
}

#[tokio::test]
async fn passkeys_of_others_and_without_a_verified_user_open_nothing() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mut passkey = Authenticator::es256();
    let mut unverified = Authenticator::es256();
    unverified.flags = 0x01;
    problem(&add(&app, &alice.token, &unverified).await, 400);
    let _ = add(&app, &alice.token, &passkey).await.expect(201);
    passkey.flags = 0x01;
    let body = used(&app, ASSERT, &mut passkey).await;
    problem(&app.post(COMPLETE, "", body).await, 401);
    passkey.flags = 0x05;
    let mut stranger = Authenticator::es256();
    let body = used(&app, ASSERT, &mut stranger).await;
    problem(&app.post(COMPLETE, "", body).await, 401);
    stranger.credential_id.clone_from(&passkey.credential_id);
    let body = used(&app, ASSERT, &mut stranger).await;
    problem(&app.post(COMPLETE, "", body).await, 401);
    for field in [
        "credential_id",
        "authenticator_data",
        "client_data_json",
        "signature",
    ] {
        let mut body = used(&app, ASSERT, &mut passkey).await;
        body[field] = json!("!");
        problem(&app.post(COMPLETE, "", body).await, 401);
    }
    let body = used(&app, ASSERT, &mut passkey).await;
    let _ = app.post(COMPLETE, "", body).await.expect(200);
}

#[tokio::test]
async fn another_account_cannot_take_a_passkey_or_a_challenge_over() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let bob = app.sign_up("bob@example.com").await;
    let passkey = Authenticator::es256();
    let of_alice = made(&app, &alice.token, &passkey).await;
    let path = "/v1/auth/passkeys/register/complete";
    problem(&app.post(path, &bob.token, of_alice.clone()).await, 400);
    let added = app
        .post(path, &alice.token, of_alice.clone())
        .await
        .expect(201)
        .json();
    problem(&add(&app, &bob.token, &passkey).await, 409);
    let id = added["passkey_id"].as_str().unwrap();
    let one = format!("/v1/auth/passkeys/{id}");
    problem(
        &app.call("PATCH", &one, &bob.token, json!({ "name": "Mine" }))
            .await,
        404,
    );
    problem(
        &confirmed(&app, ("DELETE", &one), &bob.token, PASSWORD, Value::Null).await,
        404,
    );
    let renamed = app
        .call("PATCH", &one, &alice.token, json!({ "name": "Laptop" }))
        .await;
    assert_eq!(renamed.expect(200).json()["name"], "Laptop");
}

#[tokio::test]
async fn adding_and_removing_passkeys_is_confirmed() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (phone, codes) = enrol(&app, &alice).await;
    let passkey = Authenticator::es256();
    let body = made(&app, &alice.token, &passkey).await;
    let complete = ("POST", "/v1/auth/passkeys/register/complete");
    problem(&app.post(complete.1, &alice.token, body.clone()).await, 403);
    problem(
        &confirmed(&app, complete, &alice.token, PASSWORD, body.clone()).await,
        403,
    );
    let token = reauth(
        &app,
        &alice.token,
        "security.passkey.register",
        &phone.code(&app),
    )
    .await;
    let added = confirmed(&app, complete, &alice.token, &token, body)
        .await
        .expect(201)
        .json();
    let one = format!(
        "/v1/auth/passkeys/{}",
        added["passkey_id"].as_str().unwrap()
    );
    problem(
        &app.call("DELETE", &one, &alice.token, Value::Null).await,
        403,
    );
    problem(
        &confirmed(&app, ("DELETE", &one), &alice.token, PASSWORD, Value::Null).await,
        403,
    );
    let token = reauth(&app, &alice.token, "security.passkey.delete", &codes[0]).await;
    let _ = confirmed(&app, ("DELETE", &one), &alice.token, &token, Value::Null)
        .await
        .expect(204);
    let list = app
        .get("/v1/auth/passkeys", &alice.token)
        .await
        .expect(200)
        .json();
    assert_eq!(list["passkeys"], json!([]));
}

#[tokio::test]
async fn a_passkey_confirms_what_a_password_no_longer_does() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let bob = app.sign_up("bob@example.com").await;
    let (mut passkey, mut of_bob) = (Authenticator::es256(), Authenticator::es256());
    let added = add(&app, &alice.token, &passkey).await.expect(201).json();
    let _ = add(&app, &bob.token, &of_bob).await.expect(201);
    let one = format!(
        "/v1/auth/passkeys/{}",
        added["passkey_id"].as_str().unwrap()
    );
    problem(
        &confirmed(&app, ("DELETE", &one), &alice.token, PASSWORD, Value::Null).await,
        403,
    );
    let prove = |used: Value| {
        let body = json!({ "purpose": "security.passkey.delete", "passkey": used });
        app.post("/v1/auth/reauth", &alice.token, body)
    };
    problem(&prove(used(&app, ASSERT, &mut of_bob).await).await, 401);
    let body = used(&app, ASSERT, &mut passkey).await;
    let token = prove(body.clone()).await.expect(200).json();
    // The challenge is spent for both.
    problem(&prove(body.clone()).await, 401);
    problem(&app.post(COMPLETE, "", body).await, 401);
    let token = token["token"].as_str().unwrap();
    let _ = confirmed(&app, ("DELETE", &one), &alice.token, token, Value::Null)
        .await
        .expect(204);
}

#[tokio::test]
async fn a_passkey_is_enough_where_a_password_is_not() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mut passkey = Authenticator::es256();
    let (phone, _) = enrol(&app, &alice).await;
    let proof = reauth(
        &app,
        &alice.token,
        "security.passkey.register",
        &phone.code(&app),
    )
    .await;
    let body = made(&app, &alice.token, &passkey).await;
    let path = "/v1/auth/passkeys/register/complete";
    let _ = confirmed(&app, ("POST", path), &alice.token, &proof, body)
        .await
        .expect(201);
    let _ = challenge(&app, "alice@example.com").await;
    let body = used(&app, ASSERT, &mut passkey).await;
    let _ = app.post(COMPLETE, "", body).await.expect(200);
}

/// Both spellings, for the checklist.
pub(crate) async fn both_spellings_sign_in() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mut passkey = Authenticator::es256();
    let _ = add(&app, &alice.token, &passkey).await.expect(201);
    let mut shapes = Vec::new();
    for spelling in [ASSERT, "passkey-assert"] {
        let body = used(&app, spelling, &mut passkey).await;
        let path = format!("/v1/auth/{spelling}/complete");
        let answer = app.post(&path, "", body).await.expect(200).json();
        assert!(answer["token"].is_string());
        let keys: Vec<_> = answer.as_object().unwrap().keys().cloned().collect();
        shapes.push((keys, answer["user"].clone()));
        problem(&app.post(&path, "", json!({})).await, 400);
    }
    assert_eq!(shapes[0], shapes[1]);
}
