//! What may never be in a log, at whatever level, and what must be.

use crate::problem;
use oneclaw_server::test_app::{PASSWORD, TestApp};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Logs everything that this test's thread does.
fn listen() -> (Log, tracing::subscriber::DefaultGuard) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

#[tokio::test]
async fn logs_name_routes_and_never_what_was_in_them() {
    let (log, _guard) = listen();
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let secret = app
        .put(&owner.token, &vault, "marker-path/inner", "marker-value")
        .await;
    let _ = app
        .read(&owner.token, &vault, "marker-path/inner")
        .await
        .expect(200);
    problem(
        &app.read(&agent.token, &vault, "marker-path/inner").await,
        403,
    );
    let _ = app
        .get(
            &format!("/v1/vaults/{vault}/secrets?prefix=marker-query"),
            &owner.token,
        )
        .await
        .expect(200);
    let body = json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z", "passphrase": "marker-passphrase" });
    let share = app
        .post(&format!("/v1/secrets/{secret}/share"), &owner.token, body)
        .await
        .expect(201)
        .json();
    let open = format!("/v1/share/{}", share["id"].as_str().unwrap());
    let _ = app
        .post(&open, "", json!({ "passphrase": "marker-passphrase" }))
        .await
        .expect(200);
    let enrolled = app
        .post("/v1/agents/enroll", "", json!({ "name": "marker-name" }))
        .await
        .expect(201)
        .json();
    let link = enrolled["approval_url"]
        .as_str()
        .unwrap()
        .rsplit_once('/')
        .unwrap()
        .1
        .to_owned();
    problem(
        &app.post(
            "/v1/auth/token",
            "",
            json!({ "email": "alice@example.com", "password": "marker-password" }),
        )
        .await,
        401,
    );
    problem(
        &app.post(
            "/v1/vaults",
            &owner.token,
            json!({ "name": ["marker-body"] }),
        )
        .await,
        400,
    );

    let text = log.text();
    assert!(
        text.contains("/v1/vaults/{vault_id}/secrets/{*path}"),
        "the access log names routes"
    );
    let share = share["id"].as_str().unwrap();
    for hidden in [
        "marker-",
        &agent.key,
        &agent.token,
        &owner.token,
        &owner.refresh_token,
        PASSWORD,
        "alice@example.com",
        &link,
        share,
    ] {
        assert!(!text.contains(hidden), "{hidden} in\n{text}");
    }
}

#[tokio::test]
async fn causes_are_in_the_log_under_the_id_that_the_client_has() {
    let (log, _guard) = listen();
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    app.app.shut_down().await;
    for (method, path, body) in [
        ("GET", "/v1/auth/me", Value::Null),
        ("POST", "/v1/vaults", json!({ "name": "prod" })),
    ] {
        let answer = app.call(method, path, &owner.token, body).await;
        let problem = problem(&answer, 503);
        assert_eq!(answer.header("retry-after"), "1");
        let id = problem["request_id"].as_str().unwrap();
        let text = log.text();
        let line = text
            .lines()
            .find(|line| line.contains(id) && line.contains("ERROR"))
            .expect("a line with the cause");
        let cause = line
            .split_once("cause=")
            .unwrap()
            .1
            .split('"')
            .nth(1)
            .unwrap();
        assert!(
            cause.len() > 5 && !problem.to_string().contains(cause),
            "{line}"
        );
    }
}
