//! What attackers try with requests to join: a stranger's name, somebody else's address, a second answer, a late one,
//! one by who is no longer there, and the clock.

use crate::org::join;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, PASSWORD, PUBLIC_URL, Person, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Pairs of requests that one measurement compares: 2,000 requests.
const PAIRS: u32 = 1_000;
/// How far from one half the share of pairs may lie. Its standard error is 0.016.
const MARGIN: f64 = 0.1;

async fn enroll(app: &TestApp, name: &str, email: &str) -> Answer {
    let body = json!({ "name": name, "human_email": email, "description": "" });
    app.post("/v1/agents/enroll", "", body).await.expect(201)
}

async fn waiting(app: &TestApp, person: &Person) -> Vec<Value> {
    let listed = app
        .get("/v1/enrollments?status=pending", &person.token)
        .await
        .expect(200)
        .json();
    listed["enrollments"].as_array().unwrap().clone()
}

async fn waiting_id(app: &TestApp, person: &Person) -> String {
    waiting(app, person).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn agents(app: &TestApp, person: &Person) -> usize {
    let listed = app.get("/v1/agents", &person.token).await.expect(200);
    listed.json()["agents"].as_array().unwrap().len()
}

each_backend! {
    async fn a_twin_with_the_victims_address_gets_nothing(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let mallory = app.sign_up("mallory@example.com").await;
        let real = enroll(&app, "deploy-bot", "alice@example.com").await.json();
        let twin = enroll(&app, "deploy-bot", "alice@example.com").await;
        let twin_token = twin.json()["approval_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let twins = waiting(&app, &alice).await;
        assert_eq!(twins.len(), 2, "the human sees that there are two");

        // The attacker holds the link of the twin, and is nobody there.
        let look = json!({ "token": twin_token });
        problem(&app.post("/v1/enrollments/lookup", "", look.clone()).await, 401);
        problem(&app.post("/v1/enrollments/lookup", &mallory.token, look.clone()).await, 404);
        for one in &twins {
            let approve = format!("/v1/enrollments/{}/approve", one["id"].as_str().unwrap());
            problem(&app.post(&approve, &mallory.token, look.clone()).await, 404);
            problem(&app.post(&approve, "", look.clone()).await, 401);
        }
        assert_eq!((agents(&app, &alice).await, agents(&app, &mallory).await), (0, 0));

        // Even where the human lets the twin in: the key goes to the human, and what the attacker holds opens nothing.
        let twin = app.post("/v1/enrollments/lookup", &alice.token, look.clone()).await.expect(200).json();
        let approve = format!("/v1/enrollments/{}/approve", twin["id"].as_str().unwrap());
        let approved = app.post(&approve, &alice.token, Value::Null).await.expect(200).json();
        let agent = approved["agent"]["id"].as_str().unwrap();
        for guess in [&twin_token, real["approval_url"].as_str().unwrap()] {
            problem(&app.post("/v1/auth/agent-token", "", json!({ "agent_id": agent, "api_key": guess })).await, 401);
            problem(&app.post(&format!("/v1/agents/{agent}/reveal-key"), &mallory.token, json!({ "token": guess })).await, 404);
            problem(&app.post(&format!("/v1/agents/{agent}/reveal-key"), "", json!({ "token": guess })).await, 401);
        }
        problem(&app.get(&format!("/v1/agents/enroll/{}/status?poll={twin_token}", twin["id"].as_str().unwrap()), "").await, 404);
        problem(&app.post("/v1/enrollments/lookup", &mallory.token, look).await, 404);
    }
}

each_backend! {
    async fn of_yes_and_no_at_once_one_counts(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let app = Arc::new(app);
        for round in 0..4 {
            let before = agents(&app, &alice).await;
            app.clock.advance(Duration::from_mins(1));
            let _ = enroll(&app, "bot", "alice@example.com").await;
            let id = waiting_id(&app, &alice).await;
            let mut answers = JoinSet::new();
            for n in 0..16 {
                let answer = if n % 2 == 0 { "approve" } else { "deny" };
                let (app, token) = (Arc::clone(&app), alice.token.clone());
                let path = format!("/v1/enrollments/{id}/{answer}");
                answers.spawn(async move { (answer, app.post(&path, &token, Value::Null).await.status) });
            }
            let answers = answers.join_all().await;
            let won: Vec<_> = answers.iter().filter(|(_, status)| *status == 200).collect();
            assert_eq!(won.len(), 1, "{round}: {answers:?}");
            assert!(answers.iter().all(|(_, status)| matches!(status, 200 | 409)), "{answers:?}");
            let made = agents(&app, &alice).await - before;
            assert_eq!(made, usize::from(won[0].0 == "approve"), "{round}: {answers:?}");
        }
    }
}

each_backend! {
    async fn late_answers_change_nothing(app: TestApp) {
        let _ = app.sign_up("alice@example.com").await;
        let _ = enroll(&app, "bot", "alice@example.com").await;
        app.clock.advance(Duration::from_hours(24) + Duration::from_secs(1));
        let alice = app.sign_in("alice@example.com").await;
        let listed = app.get("/v1/enrollments", &alice.token).await.expect(200).json();
        let before = listed["enrollments"][0].clone();
        let id = before["id"].as_str().unwrap();
        for answer in ["approve", "deny", "approve"] {
            problem(&app.post(&format!("/v1/enrollments/{id}/{answer}"), &alice.token, Value::Null).await, 410);
        }
        let listed = app.get("/v1/enrollments", &alice.token).await.expect(200).json();
        assert_eq!(listed["enrollments"][0], before);
        assert_eq!(before["status"], "expired");
        assert_eq!(agents(&app, &alice).await, 0);
    }
}

each_backend! {
    async fn who_left_lets_nobody_in(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let _ = enroll(&app, "bot", "bob@example.com").await;
        let id = waiting_id(&app, &bob).await;
        let before = agents(&app, &alice).await;
        let member = format!("/v1/org/members/{}", bob.id);
        let _ = app.call("DELETE", &member, &alice.token, Value::Null).await.expect(204);
        // The session that saw the request ends with the membership, before the answer.
        for answer in ["approve", "deny"] {
            problem(&app.post(&format!("/v1/enrollments/{id}/{answer}"), &bob.token, Value::Null).await, 401);
        }
        assert_eq!(agents(&app, &alice).await, before, "nobody came into the organisation that bob left");
        // In an organisation of their own the same person may still decide; the agent joins that one alone.
        let own = app.sign_in("bob@example.com").await;
        assert_ne!(own.org, alice.org);
        let _ = app.post(&format!("/v1/enrollments/{id}/approve"), &own.token, Value::Null).await.expect(200);
        assert_eq!((agents(&app, &alice).await, agents(&app, &own).await), (before, 1));
    }
}

/// What an answer tells: all of it but what is random, of which only the length counts.
fn told(answer: &Answer) -> (u16, usize, BTreeMap<String, String>, String) {
    let mut headers: BTreeMap<_, _> = answer
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    if let Some(id) = headers.get_mut("x-request-id") {
        *id = "*".repeat(id.len());
    }
    let text = String::from_utf8(answer.body.to_vec()).unwrap();
    let link = format!("{PUBLIC_URL}/enroll/");
    let (start, rest) = text.split_once(&link).unwrap();
    let (token, end) = rest.split_once('"').unwrap();
    let hidden = format!("{start}{link}{}\"{end}", "*".repeat(token.len()));
    (answer.status, text.len(), headers, hidden)
}

each_backend! {
    async fn answers_tell_nothing_about_an_address(app: TestApp) {
        let _known = app.sign_up("known@example.com").await;
        let _locked = app.sign_up("lockd@example.com").await;
        let _over = app.sign_up("overr@example.com").await;
        let unproven = json!({ "email": "fresh@example.com", "password": PASSWORD });
        let _ = app.post("/v1/auth/signup", "", unproven).await.expect(200);
        for _ in 0..30 {
            let wrong = json!({ "email": "lockd@example.com", "password": "not the password at all" });
            let refused = app.post("/v1/auth/token", "", wrong).await;
            assert!(matches!(refused.status, 401 | 429), "{}", refused.status);
        }
        for _ in 0..8 {
            let _ = enroll(&app, "bot", "overr@example.com").await;
        }
        let mails = app.mails().await;
        let to = |who: &str| mails.iter().filter(|mail| mail.recipient == who).count();
        assert_eq!(to("overr@example.com"), 1, "it is over its limit");

        let known = told(&enroll(&app, "bot", "known@example.com").await);
        for who in ["known", "fresh", "lockd", "overr", "nobdy"] {
            let answer = enroll(&app, "bot", &format!("{who}@example.com")).await;
            assert_eq!(told(&answer), known, "{who}");
        }
        let mails = app.mails().await;
        let mut recipients: Vec<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
        recipients.sort_unstable();
        assert_eq!(recipients, ["known@example.com", "lockd@example.com"], "only people are written to");
    }
}

/// The share of pairs in which a request to an address with an account took longer than one to an address without. Pairs,
/// so that whatever else the machine does falls on both alike; in turns, so that neither is always first.
async fn known_takes_longer(app: &TestApp) -> f64 {
    let mut longer = 0_u32;
    for pair in 0..PAIRS {
        // Past every limit of an address, so that each request to the known one writes a mail.
        app.clock.advance(Duration::from_hours(25));
        let mut times = [Duration::ZERO; 2];
        for turn in 0..2 {
            let which = ((pair + turn) % 2) as usize;
            let email = ["known@example.com", "nobdy@example.com"][which];
            let started = Instant::now();
            let _ = enroll(app, "bot", email).await;
            times[which] = started.elapsed();
        }
        longer += u32::from(times[0] > times[1]);
    }
    f64::from(longer) / f64::from(PAIRS)
}

#[tokio::test]
async fn time_tells_nothing_about_an_address() {
    let app = TestApp::new().await;
    let _known = app.sign_up("known@example.com").await;
    let share = known_takes_longer(&app).await;
    assert!((share - 0.5).abs() < MARGIN, "{share}");
}

/// The control: a server that writes no mail for nobody is found out by the same measurement.
#[tokio::test]
async fn time_would_tell_if_nothing_were_written_for_strangers() {
    let app = TestApp::new().await;
    let _known = app.sign_up("known@example.com").await;
    app.postbox.skip_decoys();
    let share = known_takes_longer(&app).await;
    assert!(share > 0.5 + MARGIN, "{share}");
}
