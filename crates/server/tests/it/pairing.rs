//! Agents that bring a key of their own: nothing secret is mailed, shown or copied.

use crate::problem;
use oneclaw_core::id::AgentId;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, Person, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const HERE: &str = "https://vault.example.com";
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A request that waits.
struct Asked {
    pair: AgentKeyPair,
    answer: Value,
}

impl Asked {
    fn text(&self, field: &str) -> &str {
        self.answer[field].as_str().unwrap()
    }

    fn token(&self) -> &str {
        self.text("approval_url").rsplit('/').next().unwrap()
    }

    async fn status(&self, app: &TestApp) -> Answer {
        let (id, poll) = (self.text("pairing_id"), self.text("poll_token"));
        app.get(&format!("/v1/agents/enroll/{id}/status?poll={poll}"), "")
            .await
    }

    async fn approve(&self, app: &TestApp, by: &Person, phrase: Option<&str>) -> Answer {
        let id = self.text("pairing_id");
        let body = json!({ "token": self.token(), "phrase": phrase });
        app.post(&format!("/v1/enrollments/{id}/approve"), &by.token, body)
            .await
    }
}

async fn ask(app: &TestApp, credential: &str) -> Asked {
    let pair = AgentKeyPair::generate(&SystemRandom).unwrap();
    let body = json!({
        "name": "deploy-bot", "human_email": "alice@example.com", "credential": credential,
        "public_key": pair.public_key().unwrap().to_base64(),
    });
    let answer = app
        .post("/v1/agents/enroll", "", body)
        .await
        .expect(201)
        .json();
    assert_eq!(answer["agent_id"], AgentId::NIL.to_string());
    Asked { pair, answer }
}

/// Signs in as an agent that is let in.
async fn sign_in(app: &TestApp, agent: AgentId, pair: &AgentKeyPair) -> Answer {
    let assertion = pair
        .assert(agent, HERE, app.app.now(), &SystemRandom)
        .unwrap();
    present(app, assertion.expose()).await
}

async fn present(app: &TestApp, assertion: &str) -> Answer {
    let body = json!({ "client_assertion_type": KIND, "client_assertion": assertion });
    app.post("/v1/auth/agent-token", "", body).await
}

/// An agent that keeps its key, let in by its human.
async fn joined(app: &TestApp, human: &Person) -> (AgentId, AgentKeyPair) {
    let asked = ask(app, "private_key_jwt").await;
    let phrase = asked.text("phrase").to_owned();
    let approved = asked
        .approve(app, human, Some(&phrase))
        .await
        .expect(200)
        .json();
    assert_eq!(approved["key_delivery"], "agent");
    let agent = approved["agent"]["id"].as_str().unwrap().parse().unwrap();
    (agent, asked.pair)
}

each_backend! {
    async fn a_published_client_pairs_and_gets_its_key_once(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let asked = ask(&app, "api_key").await;
        assert!(asked.text("fingerprint").starts_with("SHA256:"));
        assert_eq!(asked.status(&app).await.expect(200).json(), json!({ "status": "pending" }));
        let phrase = asked.text("phrase").to_owned();
        let vault = app.create_vault(&alice.token, "prod").await;
        let _ = app.create_vault(&alice.token, "other").await;
        let body = json!({ "token": asked.token(), "phrase": phrase, "grants": [
            { "vault_id": vault, "path_pattern": "db/**", "permissions": ["read"] },
        ]});
        let approve = format!("/v1/enrollments/{}/approve", asked.text("pairing_id"));
        let approved = app.post(&approve, &alice.token, body).await.expect(200).json();
        assert_eq!(approved["key_delivery"], "agent");
        assert_eq!(approved["agent"]["ssh_public_key"], asked.pair.public_key().unwrap().to_base64());
        // Nothing secret goes by mail.
        assert!(app.mails().await.iter().all(|mail| !mail.text.contains("ocv_") && !mail.html.contains("ocv_")));

        let first = asked.status(&app).await.expect(200).json();
        let key = first["api_key"].as_str().unwrap();
        assert_eq!(first["agent_id"], approved["agent"]["id"]);
        assert_eq!(first["vault_ids"], json!([vault]));
        let again = asked.status(&app).await.expect(200).json();
        assert_eq!(again, json!({ "status": "approved", "agent_id": first["agent_id"] }));
        let _ = app.post("/v1/auth/agent-token", "", json!({ "api_key": key })).await.expect(200);
    }
}

#[tokio::test]
async fn a_key_that_nobody_collects_is_never_made() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let asked = ask(&app, "api_key").await;
    let phrase = asked.text("phrase").to_owned();
    let _ = asked.approve(&app, &alice, Some(&phrase)).await.expect(200);
    app.clock.advance(Duration::from_mins(15));
    let late = asked.status(&app).await.expect(200).json();
    assert!(
        late.get("api_key").is_none() && late["status"] == "approved",
        "{late}"
    );
}

#[tokio::test]
async fn a_pairing_is_asked_about_by_whoever_began_it() {
    let app = TestApp::new().await;
    let (one, other) = (ask(&app, "api_key").await, ask(&app, "api_key").await);
    let (id, poll) = (one.text("pairing_id"), other.text("poll_token"));
    let unknown = "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d";
    let mut answers = Vec::new();
    for (id, poll) in [
        (id, poll),
        (unknown, poll),
        (id, "pol_x"),
        (id, one.token()),
    ] {
        let path = format!("/v1/agents/enroll/{id}/status?poll={poll}");
        let mut answer = app.get(&path, "").await.expect(404).json();
        answer.as_object_mut().unwrap().remove("request_id");
        answers.push(answer);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    problem(
        &app.get(&format!("/v1/agents/enroll/{id}/status"), "").await,
        400,
    );
}

each_backend! {
    async fn approving_takes_the_words_that_the_agent_shows(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let asked = ask(&app, "private_key_jwt").await;
        problem(&asked.approve(&app, &alice, None).await, 400);
        // Not saying anything is no try.
        for _ in 0..4 {
            problem(&asked.approve(&app, &alice, Some("amber lion ocean tiger")).await, 400);
        }
        assert_eq!(asked.status(&app).await.expect(200).json()["status"], "pending");
        problem(&asked.approve(&app, &alice, Some("acorn acorn acorn acorn")).await, 409);
        assert_eq!(asked.status(&app).await.expect(200).json(), json!({ "status": "denied" }));
        let phrase = asked.text("phrase").to_owned();
        problem(&asked.approve(&app, &alice, Some(&phrase)).await, 409);
        let log = app.get("/v1/audit/events?action=enroll.wrong_phrase", &alice.token).await.expect(200).json();
        assert_eq!(log["events"].as_array().unwrap().len(), 5);
    }
}

#[tokio::test]
async fn a_twin_of_somebodys_agent_shows_other_words() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let (hers, twin) = (
        ask(&app, "private_key_jwt").await,
        ask(&app, "private_key_jwt").await,
    );
    // Same name, same address, a moment later: what alice's agent shows does not open it.
    let hers = hers.text("phrase").to_owned();
    assert_ne!(hers, twin.text("phrase"));
    problem(&twin.approve(&app, &alice, Some(&hers)).await, 400);
    assert_eq!(
        twin.status(&app).await.expect(200).json(),
        json!({ "status": "pending" })
    );
}

each_backend! {
    async fn an_agent_signs_in_with_a_key_that_never_left_it(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&alice.token, "prod").await;
        let _ = app.put(&alice.token, &vault, "db/url", "v").await;
        let (agent, pair) = joined(&app, &alice).await;
        let assertion = pair.assert(agent, HERE, app.app.now(), &SystemRandom).unwrap();
        let token = present(&app, assertion.expose()).await.expect(200).json();
        assert_eq!(token["agent_id"], agent.to_string());
        let token = token["access_token"].as_str().unwrap();
        problem(&app.read(token, &vault, "db/url").await, 403);
        let grant = json!({ "secret_path_pattern": "db/**", "principal_type": "agent", "principal_id": agent.to_string(), "permissions": ["read"] });
        let _ = app.post(&format!("/v1/vaults/{vault}/policies"), &alice.token, grant).await.expect(201);
        let _ = app.read(token, &vault, "db/url").await.expect(200);

        // Recorded and sent again it is worth nothing, and neither is one by another key or for another server.
        problem(&present(&app, assertion.expose()).await, 401);
        let stranger = AgentKeyPair::generate(&SystemRandom).unwrap();
        problem(&sign_in(&app, agent, &stranger).await, 401);
        let elsewhere = pair.assert(agent, "https://other.example", app.app.now(), &SystemRandom).unwrap();
        problem(&present(&app, elsewhere.expose()).await, 401);
        let old = pair.assert(agent, HERE, app.app.now(), &SystemRandom).unwrap();
        app.clock.advance(Duration::from_mins(2));
        problem(&present(&app, old.expose()).await, 401);
        problem(&present(&app, "a.b.c").await, 401);
        let both = json!({ "api_key": "ocv_x", "client_assertion": "a.b.c" });
        problem(&app.post("/v1/auth/agent-token", "", both).await, 400);
        problem(&app.post("/v1/auth/agent-token", "", json!({})).await, 400);
    }
}

/// Of what a thief could read on the way, in a mailbox or at a poll, nothing opens anything.
#[tokio::test]
async fn nothing_that_was_sent_or_mailed_is_a_credential() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let asked = ask(&app, "private_key_jwt").await;
    let phrase = asked.text("phrase").to_owned();
    let approved = asked
        .approve(&app, &alice, Some(&phrase))
        .await
        .expect(200)
        .json();
    let polled = asked.status(&app).await.expect(200).json();
    assert_eq!(
        polled,
        json!({ "status": "approved", "agent_id": approved["agent"]["id"] })
    );
    let mut seen = format!("{}{approved}{polled}", asked.answer);
    for mail in app.mails().await {
        seen.push_str(&mail.text);
        seen.push_str(&mail.html);
    }
    assert!(!seen.contains("ocv_"), "no key was made");
    let private = asked.pair.to_base64();
    assert!(!seen.contains(private.expose()));
    let words = seen.split(|c: char| !(c.is_ascii_alphanumeric() || "-_+/=.".contains(c)));
    let mut tried = 0;
    for word in words.filter(|word| word.len() >= 20) {
        tried += 1;
        for body in [
            json!({ "api_key": word }),
            json!({ "client_assertion": word }),
        ] {
            problem(&app.post("/v1/auth/agent-token", "", body).await, 401);
        }
    }
    assert!(tried > 5, "{tried}");
}

each_backend! {
    async fn whatever_ends_an_agents_key_ends_this_one(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let (rotated, first) = joined(&app, &alice).await;
        let token = sign_in(&app, rotated, &first).await.expect(200).json();
        let token = token["access_token"].as_str().unwrap();
        let _ = app.get("/v1/agents/me", token).await.expect(200);
        let _ = app.post(&format!("/v1/agents/{rotated}/rotate-key"), &alice.token, Value::Null).await.expect(200);
        problem(&app.get("/v1/agents/me", token).await, 401);
        problem(&sign_in(&app, rotated, &first).await, 401);

        let (stopped, second) = joined(&app, &alice).await;
        let one = format!("/v1/agents/{stopped}");
        let _ = app.call("PATCH", &one, &alice.token, json!({ "is_active": false })).await.expect(200);
        problem(&sign_in(&app, stopped, &second).await, 401);
        let _ = app.call("PATCH", &one, &alice.token, json!({ "is_active": true })).await.expect(200);
        let _ = sign_in(&app, stopped, &second).await.expect(200);
        let _ = app.call("DELETE", &one, &alice.token, Value::Null).await.expect(204);
        problem(&sign_in(&app, stopped, &second).await, 401);
    }
}

#[tokio::test]
async fn a_bad_key_is_refused_with_a_reason() {
    let app = TestApp::new().await;
    for (key, credential, field) in [
        ("AAAA", "api_key", "public_key"),
        (
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ",
            "api_key",
            "public_key",
        ),
        ("", "private_key_jwt", "public_key"),
        ("AAAA", "password", "credential"),
    ] {
        let body = json!({ "name": "bot", "public_key": key, "credential": credential });
        let refused = app.post("/v1/agents/enroll", "", body).await;
        problem(&refused, 400);
        assert!(refused.json().to_string().contains(field), "{key}");
    }
}

/// A request with a manifest, and the page's view of it.
async fn asked_for(app: &TestApp, human: &Person, access: Value) -> (String, String, Value) {
    let body = json!({ "name": "bot", "human_email": human.email, "requested_access": access });
    let asked = app
        .post("/v1/agents/enroll", "", body)
        .await
        .expect(201)
        .json();
    let token = asked["approval_url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    let seen = app
        .post(
            "/v1/enrollments/lookup",
            &human.token,
            json!({ "token": token }),
        )
        .await;
    let seen = seen.expect(200).json();
    let approve = format!("/v1/enrollments/{}/approve", seen["id"].as_str().unwrap());
    (approve, token, seen)
}

each_backend! {
    async fn a_human_grants_exactly_what_they_send_with_the_agent_or_nothing(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&alice.token, "prod").await;
        let access = json!([
            { "vault": "prod", "path_pattern": "db/**", "permissions": ["read", "write"], "reason": "migrations" },
            { "vault": "scratch", "path_pattern": "**", "permissions": ["read"], "duration_seconds": 3600 },
        ]);
        let (approve, _, seen) = asked_for(&app, &alice, access.clone()).await;
        assert_eq!(seen["requested_access"][0]["path_pattern"], "db/**");
        assert_eq!(seen["requested_access"][1]["duration_seconds"], 3600);
        // What is wrong in one grant undoes all of it, the agent too.
        let bad = json!({ "grants": [
            { "vault_id": vault, "path_pattern": "db/**", "permissions": ["read"] },
            { "vault_id": vault, "path_pattern": "db/**", "permissions": ["fly"] },
        ]});
        problem(&app.post(&approve, &alice.token, bad).await, 400);
        assert_eq!(app.get("/v1/agents", &alice.token).await.expect(200).json()["agents"], json!([]));
        let narrowed = json!({ "request_hash": seen["request_hash"], "grants": [
            { "vault_id": vault, "path_pattern": "db/readonly", "permissions": ["read"] },
            { "new_vault": "scratch", "path_pattern": "**", "permissions": ["read"], "duration_seconds": 60 },
        ]});
        let approved = app.post(&approve, &alice.token, narrowed).await.expect(200).json();
        assert_eq!(approved["policy_ids"].as_array().unwrap().len(), 2);
        let written = app.get(&format!("/v1/vaults/{vault}/policies"), &alice.token).await.expect(200).json();
        let written = &written["policies"][0];
        assert_eq!((&written["secret_path_pattern"], &written["permissions"]), (&json!("db/readonly"), &json!(["read"])));
        assert_eq!(written["principal_id"], approved["agent"]["id"]);
        let vaults = app.get("/v1/vaults", &alice.token).await.expect(200).json();
        assert!(vaults.to_string().contains("scratch"));
    }
}

#[tokio::test]
async fn wishes_give_nothing_by_themselves_and_grants_no_more_than_the_human_controls() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let bob = app.sign_up("bob@example.com").await;
    let bobs = app.create_vault(&bob.token, "prod").await;
    let access = json!([{ "vault": bobs, "path_pattern": "**", "permissions": ["read"] }]);
    let (approve, _, seen) = asked_for(&app, &alice, access.clone()).await;
    let foreign =
        json!({ "grants": [{ "vault_id": bobs, "path_pattern": "**", "permissions": ["read"] }] });
    problem(&app.post(&approve, &alice.token, foreign).await, 404);
    let neither = json!({ "grants": [{ "path_pattern": "**", "permissions": ["read"] }] });
    problem(&app.post(&approve, &alice.token, neither).await, 400);
    // Another request was looked at.
    let (_, _, other) = asked_for(&app, &bob, access).await;
    assert_ne!(other["request_hash"], seen["request_hash"]);
    let mixed = json!({ "request_hash": other["request_hash"] });
    problem(&app.post(&approve, &alice.token, mixed).await, 409);
    let approved = app
        .post(&approve, &alice.token, json!({}))
        .await
        .expect(200)
        .json();
    assert!(approved.get("policy_ids").is_none());
}

#[tokio::test]
async fn a_malformed_wish_is_refused_when_it_is_made() {
    let app = TestApp::new().await;
    let good = json!({ "vault": "prod", "path_pattern": "a", "permissions": ["read"] });
    for (field, value) in [
        ("vault", json!("")),
        ("path_pattern", json!("../x")),
        ("permissions", json!([])),
        ("permissions", json!(["fly"])),
        ("duration_seconds", json!(1)),
        ("reason", json!("x".repeat(10_000))),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        let body = json!({ "name": "bot", "requested_access": [bad] });
        problem(&app.post("/v1/agents/enroll", "", body).await, 400);
    }
    let many = json!({ "name": "bot", "requested_access": vec![good; 11] });
    problem(&app.post("/v1/agents/enroll", "", many).await, 400);
}
