//! Webhooks, with a receiver on this machine.

use crate::problem;
use oneclaw_app::jobs;
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_server::test_app::{Options, Person, TestApp};
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// An HTTP server that keeps what it gets and answers with a status that the test sets.
pub(crate) struct Receiver {
    pub(crate) url: String,
    status: Arc<AtomicU16>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        Self::answering(|_| String::new()).await
    }

    /// `extra` makes headers and body of the answer, after the status line.
    pub(crate) async fn answering(extra: fn(&Arrived) -> String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let status = Arc::new(AtomicU16::new(200));
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::clone(&status), Arc::clone(&arrived));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(serve(socket, answer, kept, extra));
            }
        });
        Self {
            url,
            status,
            arrived,
        }
    }

    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(crate) fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut *self.arrived.lock().unwrap())
    }
}

async fn serve(
    mut socket: tokio::net::TcpStream,
    status: Arc<AtomicU16>,
    kept: Arc<Mutex<Vec<Arrived>>>,
    extra: fn(&Arrived) -> String,
) -> Option<()> {
    let mut bytes = Vec::new();
    let arrived = loop {
        let mut buffer = [0; 4096];
        let read = socket
            .read(&mut buffer)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        if let Some(arrived) = parse(&bytes) {
            break arrived;
        }
    };
    let extra = extra(&arrived);
    kept.lock().unwrap().push(arrived);
    let extra = if extra.is_empty() {
        "content-length: 0\r\n\r\n".to_owned()
    } else {
        extra
    };
    let status = status.load(Ordering::SeqCst);
    let answer = format!("HTTP/1.1 {status} X\r\nlocation: http://127.0.0.1:1/\r\n{extra}");
    socket.write_all(answer.as_bytes()).await.ok()?;
    socket.shutdown().await.ok()
}

fn parse(bytes: &[u8]) -> Option<Arrived> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let line = lines.next()?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |text| text.parse().unwrap());
    (body.len() >= length).then(|| Arrived {
        line,
        headers,
        body: body.to_owned(),
    })
}

pub(crate) fn loopback() -> Options {
    Options {
        outbound_allow: TrustedNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]),
        ..Options::default()
    }
}

async fn on(backend: Backend) -> Option<(Arc<TestDatabase>, TestApp)> {
    let database = Arc::new(TestDatabase::create(backend).await?);
    let app = TestApp::on(Arc::clone(&database), loopback()).await;
    Some((database, app))
}

async fn hook(app: &TestApp, owner: &Person, url: &str, events: &[&str]) -> Value {
    let body = json!({ "url": url, "events": events });
    let made = app.post("/v1/webhooks", &owner.token, body).await;
    made.expect(201).json()
}

async fn deliver(app: &TestApp) -> usize {
    jobs::deliver_events_due(&app.app).await.unwrap()
}

async fn deliveries(app: &TestApp, owner: &Person, hook: &Value) -> Vec<Value> {
    let path = format!("/v1/webhooks/{}/deliveries", hook["id"].as_str().unwrap());
    let listed = app.get(&path, &owner.token).await.expect(200).json();
    listed["deliveries"].as_array().unwrap().clone()
}

#[expect(clippy::too_many_lines, reason = "one story")]
async fn events_arrive_signed_and_once(backend: Backend) {
    let Some((_database, app)) = on(backend).await else {
        return;
    };
    let receiver = Receiver::start().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let made = hook(
        &app,
        &owner,
        &format!("{}/in?key=1", receiver.url),
        &["secret.written", "policy.created"],
    )
    .await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = app
        .put(&owner.token, &vault, "api-keys/openai", "sk-very-secret")
        .await;
    let _ = app
        .read(&owner.token, &vault, "api-keys/openai")
        .await
        .expect(200);
    assert_eq!(
        deliver(&app).await,
        1,
        "reads and vaults are not what it asked for"
    );
    assert_eq!(deliver(&app).await, 0);

    let arrived = receiver.take().pop().unwrap();
    assert_eq!(arrived.line, "POST /in?key=1 HTTP/1.1");
    let body: Value = serde_json::from_str(&arrived.body).unwrap();
    assert_eq!(
        (&body["type"], &body["org_id"]),
        (&json!("secret.written"), &json!(owner.org))
    );
    assert_eq!(
        (&body["data"]["action"], &body["data"]["resource_id"]),
        (&json!("secret.write"), &json!(secret))
    );
    assert_eq!(
        (&body["data"]["actor_id"], &body["data"]["details"]["path"]),
        (&json!(owner.id), &json!("api-keys/openai"))
    );
    assert!(!arrived.body.contains("sk-very-secret"));
    let events = app
        .get("/v1/audit/events?action=secret.write", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(
        events["events"][0]["id"], body["id"],
        "it is the entry of the log"
    );

    let key = made["secret"].as_str().unwrap().as_bytes().to_vec().into();
    let (id, at) = (
        &arrived.headers["webhook-id"],
        &arrived.headers["webhook-timestamp"],
    );
    let expected =
        oneclaw_crypto::webhook::sign(&key, id, at.parse().unwrap(), arrived.body.as_bytes());
    assert_eq!(arrived.headers["x-webhook-signature"], expected.body);
    assert_eq!(arrived.headers["webhook-signature"], expected.standard);
    assert_eq!(
        (
            &arrived.headers["x-webhook-id"],
            &arrived.headers["x-webhook-timestamp"]
        ),
        (id, at)
    );
    assert_eq!(arrived.headers["content-type"], "application/json");

    let log = deliveries(&app, &owner, &made).await;
    assert_eq!(log.len(), 1);
    assert_eq!(
        (
            &log[0]["status"],
            &log[0]["attempts"],
            &log[0]["response_status"]
        ),
        (&json!("delivered"), &json!(1), &json!(200))
    );
    assert_eq!(log[0]["id"], json!(id));

    // The old secret signs nothing any more.
    let path = format!(
        "/v1/webhooks/{}/rotate-secret",
        made["id"].as_str().unwrap()
    );
    let rotated = app
        .post(&path, &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    let _ = app.allow(&owner, &vault, &agent, "**", &["read"]).await;
    assert_eq!(deliver(&app).await, 1);
    let arrived = receiver.take().pop().unwrap();
    let sign = |secret: &Value| {
        let key = secret["secret"]
            .as_str()
            .unwrap()
            .as_bytes()
            .to_vec()
            .into();
        oneclaw_crypto::webhook::sign(&key, "", 0, arrived.body.as_bytes()).body
    };
    assert_eq!(arrived.headers["x-webhook-signature"], sign(&rotated));
    assert_ne!(arrived.headers["x-webhook-signature"], sign(&made));
}

#[tokio::test]
async fn events_arrive_signed_and_once_sqlite() {
    events_arrive_signed_and_once(Backend::Sqlite).await;
}

#[tokio::test]
async fn events_arrive_signed_and_once_postgres() {
    events_arrive_signed_and_once(Backend::Postgres).await;
}

async fn several_nodes_deliver_once(backend: Backend) {
    let Some((database, app)) = on(backend).await else {
        return;
    };
    let receiver = Receiver::start().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = hook(&app, &owner, &receiver.url, &["secret.written"]).await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for number in 0..40 {
        let _ = app
            .put(&owner.token, &vault, &format!("key-{number}"), "v")
            .await;
    }
    let other = TestApp::on(database, loopback()).await;
    let (here, there) = tokio::join!(deliver(&app), deliver(&other));
    assert_eq!(here + there, 40);
    let mut ids: Vec<_> = receiver
        .take()
        .into_iter()
        .map(|arrived| arrived.headers["webhook-id"].clone())
        .collect();
    assert_eq!(ids.len(), 40);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 40);
}

#[tokio::test]
async fn several_nodes_deliver_once_sqlite() {
    several_nodes_deliver_once(Backend::Sqlite).await;
}

#[tokio::test]
async fn several_nodes_deliver_once_postgres() {
    several_nodes_deliver_once(Backend::Postgres).await;
}

#[tokio::test]
async fn a_receiver_that_fails_is_tried_again_and_switched_off_in_the_end() {
    let app = TestApp::with(loopback()).await;
    let receiver = Receiver::start().await;
    receiver.answer(503);
    let owner = app.sign_up("alice@example.com").await;
    let made = hook(
        &app,
        &owner,
        &receiver.url,
        &["secret.written", "webhook.disabled"],
    )
    .await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let mut ids = Vec::new();
    for (tries, pause) in [(1, 5), (2, 60), (3, 600), (4, 3600), (5, 21_600)] {
        assert_eq!(deliver(&app).await, 0);
        ids.extend(
            receiver
                .take()
                .into_iter()
                .map(|arrived| arrived.headers["webhook-id"].clone()),
        );
        assert_eq!(ids.len(), tries);
        app.clock.advance(Duration::from_secs(pause - 1));
        assert_eq!(deliver(&app).await, 0);
        assert!(receiver.take().is_empty(), "not before its time");
        app.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(deliver(&app).await, 0);
    assert_eq!(receiver.take().len(), 1);
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same id for all tries");
    let owner = app.sign_in("alice@example.com").await;
    let log = deliveries(&app, &owner, &made).await;
    assert_eq!(
        (
            &log[0]["status"],
            &log[0]["attempts"],
            &log[0]["response_status"]
        ),
        (&json!("failed"), &json!(6), &json!(503))
    );

    // Three days after the first failure the next one switches it off: with an entry and a mail.
    app.clock.advance(Duration::from_hours(72));
    let owner = app.sign_in("alice@example.com").await;
    let _ = app.put(&owner.token, &vault, "a", "v2").await;
    app.mails().await;
    assert_eq!(deliver(&app).await, 0);
    let path = format!("/v1/webhooks/{}", made["id"].as_str().unwrap());
    let off = app.get(&path, &owner.token).await.expect(200).json();
    assert_eq!(off["is_active"], false);
    let mails = app.mails().await;
    assert!(
        mails
            .iter()
            .any(|mail| mail.subject == "A webhook of yours was switched off")
    );
    let events = app
        .get("/v1/audit/events?action=webhook.disable", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(events["events"][0]["actor_type"], "system");
    let _ = receiver.take();
    let _ = app.put(&owner.token, &vault, "a", "v3").await;
    app.clock.advance(Duration::from_hours(12));
    assert_eq!(deliver(&app).await, 0);
    assert!(receiver.take().is_empty(), "nothing more is sent");

    receiver.answer(204);
    let owner = app.sign_in("alice@example.com").await;
    let on = app
        .call("PATCH", &path, &owner.token, json!({ "is_active": true }))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&on["is_active"], on.get("failing_since")),
        (&json!(true), None)
    );
    let _ = app.put(&owner.token, &vault, "a", "v4").await;
    assert_eq!(deliver(&app).await, 1);
}

#[tokio::test]
async fn a_test_says_how_it_went() {
    let app = TestApp::with(loopback()).await;
    let receiver = Receiver::start().await;
    let owner = app.sign_up("alice@example.com").await;
    let made = hook(&app, &owner, &receiver.url, &["nothing"]).await;
    let path = format!("/v1/webhooks/{}/test", made["id"].as_str().unwrap());
    let fine = app
        .post(&path, &owner.token, Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&fine["status"], &fine["event"], &fine["response_status"]),
        (&json!("delivered"), &json!("webhook.test"), &json!(200))
    );
    // A redirect is an answer like any other: it is not followed.
    for status in [302, 404, 500] {
        receiver.answer(status);
        let bad = app
            .post(&path, &owner.token, Value::Null)
            .await
            .expect(200)
            .json();
        assert_eq!(
            (&bad["status"], &bad["response_status"], &bad["attempts"]),
            (&json!("failed"), &json!(status), &json!(1))
        );
    }
    assert_eq!(receiver.take().len(), 4);
}

/// What happened is heard of; what did not happen is not.
#[tokio::test]
async fn a_refused_change_is_no_event() {
    let app = TestApp::with(loopback()).await;
    let receiver = Receiver::start().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = hook(
        &app,
        &owner,
        &receiver.url,
        &["vault.created", "policy.created"],
    )
    .await;
    let other = app.sign_up("mallory@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let twice = app
        .post("/v1/vaults", &owner.token, json!({ "name": "prod" }))
        .await;
    problem(&twice, 409);
    let _ = app.create_vault(&other.token, "theirs").await;
    let policy = json!({ "secret_path_pattern": "**", "principal_type": "user", "principal_id": other.id, "permissions": ["read"] });
    problem(
        &app.post(
            &format!("/v1/vaults/{vault}/policies"),
            &owner.token,
            policy,
        )
        .await,
        400,
    );
    assert_eq!(deliver(&app).await, 1);
    assert!(receiver.take()[0].body.contains(&vault));
}

#[tokio::test]
async fn addresses_inside_are_refused_and_so_are_agents() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    for url in [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "https://metadata.google.internal/",
        "https://user:password@hooks.example.com/",
        "https://hooks.example.com:22/",
        "file:///etc/passwd",
        "",
    ] {
        let body = json!({ "url": url, "events": ["secret.written"] });
        let refused = problem(
            &app.post("/v1/webhooks", &owner.token, body.clone()).await,
            400,
        );
        assert!(refused["fields"]["url"].is_string(), "{url}: {refused}");
        problem(&app.post("/v1/webhooks", &agent.token, body).await, 403);
    }
    for (events, secret) in [
        (json!([]), json!(null)),
        (json!(["a b"]), json!(null)),
        (json!(["secret.written"]), json!("short")),
        (json!(["secret.written"]), json!("with a\nline break in it")),
    ] {
        let body =
            json!({ "url": "https://hooks.example.com/", "events": events, "secret": secret });
        problem(&app.post("/v1/webhooks", &owner.token, body).await, 400);
    }
    problem(&app.get("/v1/webhooks", &agent.token).await, 403);
}
