//! Credentials that an agent uses without seeing them, against servers on this machine that tell everything they got.

use crate::org::join;
use crate::webhooks::{Arrived, Receiver, loopback};
use crate::{NOTHING, problem};
use data_encoding::{BASE64, BASE64URL, HEXLOWER};
use oneclaw_server::test_app::{Agent, Answer, Person, TestApp};
use serde_json::{Value, json};

const VALUE: &str = "sk-very/secret+value=7";

/// An organisation with a secret, an agent that may use it and not see it, and a server.
struct Scene {
    app: TestApp,
    owner: Person,
    agent: Agent,
    vault: String,
    server: Receiver,
}

fn ok(body: &str, more: &str) -> String {
    format!("content-length: {}\r\n{more}\r\n{body}", body.len())
}

/// Says everything back that it got.
fn echo(arrived: &Arrived) -> String {
    ok(
        &format!("{} {:?} {}", arrived.line, arrived.headers, arrived.body),
        "x-seen: yes\r\n",
    )
}

impl Scene {
    async fn new(answer: fn(&Arrived) -> String) -> Self {
        let app = TestApp::with(loopback()).await;
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        app.put(&owner.token, &vault, "api-keys/openai", VALUE)
            .await;
        let agent = app.create_agent(&owner, "bot").await;
        let switch = json!({ "execution_intents_enabled": true });
        let path = format!("/v1/agents/{}", agent.id);
        let _ = app
            .call("PATCH", &path, &owner.token, switch)
            .await
            .expect(200);
        app.allow(&owner, &vault, &agent, "api-keys/*", &["use"])
            .await;
        let server = Receiver::answering(answer).await;
        Self {
            app,
            owner,
            agent,
            vault,
            server,
        }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/agents/{}/{rest}", self.agent.id)
    }

    async fn try_bind(&self, config: Value, guardrails: Value) -> Answer {
        let mut config = config;
        config["base_url"] = json!(format!("{}/v1", self.server.url));
        let body = json!({
            "name": "openai", "binding_type": "http", "config": config, "guardrails": guardrails,
            "credential_source": { "type": "vault_ref", "vault_id": self.vault, "path": "api-keys/openai" },
        });
        self.app
            .post(&self.path("bindings"), &self.owner.token, body)
            .await
    }

    async fn bind(&self, config: Value, guardrails: Value) -> String {
        let made = self.try_bind(config, guardrails).await.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, token: &str, params: Value) -> Answer {
        let body = json!({ "binding": "openai", "intent_type": "http", "params": params });
        self.app.post(&self.path("execute"), token, body).await
    }

    async fn run(&self, params: Value) -> Value {
        self.ask(&self.agent.token, params).await.expect(200).json()
    }

    async fn logged(&self, action: &str) -> Vec<Value> {
        let path = format!("/v1/audit/events?action={action}");
        let events = self
            .app
            .get(&path, &self.owner.token)
            .await
            .expect(200)
            .json();
        events["events"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn an_agent_uses_what_it_cannot_read() {
    let scene = Scene::new(echo).await;
    problem(
        &scene
            .app
            .read(&scene.agent.token, &scene.vault, "api-keys/openai")
            .await,
        403,
    );
    scene.bind(json!({}), json!({})).await;
    let done = scene
        .run(json!({ "path": "/models", "query": { "limit": 3 } }))
        .await;
    let arrived = scene.server.take().pop().unwrap();
    assert_eq!(arrived.line, "GET /v1/models?limit=3 HTTP/1.1");
    assert_eq!(arrived.headers["authorization"], format!("Bearer {VALUE}"));
    assert_eq!(arrived.headers["accept-encoding"], "identity");
    assert_eq!(
        (&done["status"], &done["execution_surface"], &done["error"]),
        (&json!("success"), &json!("vault"), &Value::Null)
    );
    let result = &done["result"];
    assert_eq!(
        (&result["status"], &result["headers"]["x-seen"]),
        (&json!(200), &json!("yes"))
    );
    let body = result["body"].as_str().unwrap();
    assert!(
        body.contains("Bearer [REDACTED]") && !body.contains(VALUE),
        "{body}"
    );
    assert_eq!(done["redactions_applied"], 1);

    let used = scene.logged("secret.use").await;
    assert_eq!(used.len(), 1);
    let details = &used[0]["details"];
    assert_eq!(
        (&used[0]["actor_id"], &details["path"], &details["version"]),
        (&json!(scene.agent.id), &json!("api-keys/openai"), &json!(1))
    );
    assert_eq!(
        (
            &details["method"],
            &details["url_path"],
            &details["execution_id"]
        ),
        (&json!("GET"), &json!("/v1/models"), &done["execution_id"])
    );
    assert!(!json!(used).to_string().contains(VALUE));
    let calls = scene
        .app
        .get(&scene.path("executions"), &scene.agent.token)
        .await
        .expect(200)
        .json();
    assert_eq!(calls["events"][0]["id"], done["execution_id"]);
    assert_eq!(
        calls["events"][0]["result_summary"],
        json!({ "status": 200 })
    );
    assert!(!calls.to_string().contains(VALUE));
    problem(
        &scene
            .app
            .read(&scene.agent.token, &scene.vault, "api-keys/openai")
            .await,
        403,
    );
}

/// The credential in every spelling that is promised to be found, in body and headers, in pieces.
fn shout(arrived: &Arrived) -> String {
    let value = arrived.headers["authorization"]
        .strip_prefix("Bearer ")
        .unwrap();
    let each = |write: fn(u8) -> String| value.bytes().map(write).collect::<String>();
    let mut words = vec![
        value.to_owned(),
        value.to_uppercase(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("&#{byte};")),
        HEXLOWER.encode(value.as_bytes()),
    ];
    for before in ["", "a", "ab"] {
        let text = format!("{before}{value}");
        words.push(BASE64.encode(text.as_bytes()));
        words.push(BASE64URL.encode(text.as_bytes()));
    }
    let text = words.join("\n");
    // One byte in each piece.
    let pieces: Vec<String> = text
        .bytes()
        .map(|byte| format!("1\r\n{}\r\n", char::from(byte)))
        .collect();
    let pieces = pieces.concat();
    format!(
        "x-token: {value}\r\nset-cookie: session={value}\r\ntransfer-encoding: chunked\r\n\r\n{pieces}0\r\n\r\n"
    )
}

#[tokio::test]
async fn a_server_that_repeats_the_credential_tells_the_agent_nothing() {
    let scene = Scene::new(shout).await;
    scene.bind(json!({}), json!({})).await;
    let done = scene.run(json!({})).await;
    assert_eq!(done["redactions_applied"], 13, "{done}");
    assert_eq!(done["result"]["headers"]["x-token"], "[REDACTED]");
    assert_eq!(
        done["result"]["headers"].get("set-cookie"),
        None,
        "a cookie is a credential of its own"
    );
    let body = done["result"]["body"].as_str().unwrap();
    assert_eq!(body.lines().count(), 12);
    for line in body.lines() {
        let rest = line.replace("[REDACTED]", "");
        assert!(line.contains("[REDACTED]") && rest.len() <= 3, "{line}");
    }
}

#[tokio::test]
async fn what_cannot_be_searched_is_not_handed_on() {
    for (answer, reason) in [
        (
            (|_: &Arrived| ok("sk", "content-encoding: gzip\r\n")) as fn(&Arrived) -> String,
            "compressed",
        ),
        (|_: &Arrived| ok(&"x".repeat(1024 * 1024 + 1), ""), "larger"),
        (
            |_: &Arrived| "transfer-encoding: chunked\r\n\r\n5\r\nab".to_owned(),
            "broke off",
        ),
    ] {
        let scene = Scene::new(answer).await;
        let id = scene.bind(json!({}), json!({})).await;
        let done = scene.run(json!({})).await;
        assert_eq!(
            (&done["status"], &done["result"]),
            (&json!("error"), &Value::Null)
        );
        assert!(done["error"].as_str().unwrap().contains(reason), "{done}");
        let tried = scene
            .app
            .post(
                &scene.path(&format!("bindings/{id}/test")),
                &scene.owner.token,
                Value::Null,
            )
            .await;
        assert_eq!(tried.expect(200).json()["success"], false);
        assert_eq!(
            scene.logged("secret.use").await.len(),
            2,
            "what left is on record"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let scene = Scene::new(echo).await;
    scene.bind(json!({}), json!({})).await;
    scene.server.answer(302);
    let done = scene.run(json!({})).await;
    assert_eq!(done["result"]["status"], 302);
    assert_eq!(done["result"]["headers"]["location"], "http://127.0.0.1:1/");
    assert_eq!(scene.server.take().len(), 1);
}

#[tokio::test]
async fn guardrails_hold_before_anything_leaves() {
    let scene = Scene::new(echo).await;
    for guardrails in [
        json!({ "allow_hosts": [] }),
        json!({ "methods": [] }),
        json!({ "allowed_hosts": ["api.example.com"] }),
    ] {
        problem(&scene.try_bind(json!({}), guardrails).await, 400);
    }
    problem(
        &scene.try_bind(json!({ "verify": false }), json!({})).await,
        400,
    );
    scene
        .bind(json!({}), json!({ "allowed_paths": ["/v1/models/**"] }))
        .await;
    for params in [
        json!({ "method": "POST", "path": "/models" }),
        json!({ "method": "DELETE", "path": "/models" }),
        json!({ "path": "/keys" }),
    ] {
        problem(&scene.ask(&scene.agent.token, params).await, 403);
    }
    for params in [
        json!({ "path": "/models/../keys" }),
        json!({ "path": "/models/%2e%2e/keys" }),
        json!({ "path": "//evil.example/models" }),
        json!({ "path": "/models", "headers": { "Host": "evil.example" } }),
        json!({ "path": "/models", "headers": { "X-HTTP-Method-Override": "DELETE" } }),
        json!({ "path": "/models", "headers": { "Accept-Encoding": "gzip" } }),
        json!({ "path": "/models", "headers": { "Range": "bytes=0-3" } }),
        json!({ "path": "/models", "query": { "_method": "DELETE" } }),
        json!({ "path": "/models", "url": "https://evil.example" }),
    ] {
        problem(&scene.ask(&scene.agent.token, params).await, 400);
    }
    assert!(scene.server.take().is_empty());
    assert_eq!(scene.logged("access.denied").await.len(), 3);
    assert!(scene.logged("secret.use").await.is_empty());
    assert_eq!(
        scene
            .run(json!({ "method": "HEAD", "path": "/models/a/b" }))
            .await["result"]["status"],
        200
    );
}

#[tokio::test]
async fn a_right_that_ends_ends_the_use_at_once() {
    let scene = Scene::new(echo).await;
    let app = &scene.app;
    let id = scene.bind(json!({}), json!({})).await;
    let one = scene.path(&format!("bindings/{id}"));
    let agent = format!("/v1/agents/{}", scene.agent.id);
    let refused = async |status: u16| {
        problem(&scene.ask(&scene.agent.token, json!({})).await, status);
    };
    // The switches, each off and on again.
    for (path, off, on, status) in [
        (
            &one,
            json!({ "is_active": false }),
            json!({ "is_active": true }),
            409,
        ),
        (
            &agent,
            json!({ "execution_intents_enabled": false }),
            json!({ "execution_intents_enabled": true }),
            403,
        ),
    ] {
        let _ = app
            .call("PATCH", path, &scene.owner.token, off)
            .await
            .expect(200);
        refused(status).await;
        let _ = app
            .call("PATCH", path, &scene.owner.token, on)
            .await
            .expect(200);
        let _ = scene.ask(&scene.agent.token, json!({})).await.expect(200);
    }
    // The agent's own right.
    let policies = format!("/v1/vaults/{}/policies", scene.vault);
    let deny = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": scene.agent.id, "permissions": ["use"], "effect": "deny" });
    let deny = app
        .post(&policies, &scene.owner.token, deny)
        .await
        .expect(201)
        .json();
    refused(403).await;
    let deny = format!("{policies}/{}", deny["id"].as_str().unwrap());
    let _ = app
        .call("DELETE", &deny, &scene.owner.token, Value::Null)
        .await
        .expect(204);
    let _ = scene.ask(&scene.agent.token, json!({})).await.expect(200);
    // The secret.
    let secret = format!("/v1/vaults/{}/secrets/api-keys/openai", scene.vault);
    let _ = app
        .call("DELETE", &secret, &scene.owner.token, Value::Null)
        .await
        .expect(204);
    refused(410).await;
    app.put(
        &scene.owner.token,
        &scene.vault,
        "api-keys/openai",
        "another-value",
    )
    .await;
    scene.server.take();
    let _ = scene.ask(&scene.agent.token, json!({})).await.expect(200);
    assert_eq!(
        scene.server.take().pop().unwrap().headers["authorization"],
        "Bearer another-value"
    );
    // The agent.
    let _ = app
        .call(
            "PATCH",
            &agent,
            &scene.owner.token,
            json!({ "is_active": false }),
        )
        .await
        .expect(200);
    refused(401).await;
    problem(&scene.ask(&scene.owner.token, json!({})).await, 409);
    assert!(scene.server.take().is_empty());
}

#[tokio::test]
async fn only_the_agent_itself_and_its_managers_come_near() {
    let scene = Scene::new(echo).await;
    let app = &scene.app;
    let id = scene.bind(json!({}), json!({})).await;
    let other = app.create_agent(&scene.owner, "other").await;
    let mallory = app.sign_up("mallory@example.com").await;
    problem(&scene.ask(&other.token, json!({})).await, 403);
    problem(&scene.ask(&mallory.token, json!({})).await, 404);
    let one = scene.path(&format!("bindings/{id}"));
    for (method, path, body) in [
        ("GET", one.clone(), Value::Null),
        ("PATCH", one.clone(), json!({ "is_active": false })),
        ("DELETE", one.clone(), Value::Null),
        (
            "POST",
            format!("{one}/rotate-credential"),
            json!({ "credential": "12345678" }),
        ),
    ] {
        problem(
            &app.call(method, &path, &scene.agent.token, body.clone())
                .await,
            403,
        );
        problem(&app.call(method, &path, &mallory.token, body).await, 404);
    }
    problem(&app.get(&scene.path("executions"), &other.token).await, 403);
    problem(
        &app.get(&scene.path("executions"), &mallory.token).await,
        404,
    );
    problem(
        &app.get(
            &scene.path(&format!("bindings/{NOTHING}")),
            &scene.owner.token,
        )
        .await,
        404,
    );
    assert!(scene.server.take().is_empty());
}

#[tokio::test]
async fn a_kept_credential_stays_with_its_server() {
    let scene = Scene::new(echo).await;
    let app = &scene.app;
    let config = json!({ "base_url": scene.server.url });
    let body = json!({ "name": "openai", "binding_type": "http", "config": config, "credential": { "username": "bot", "password": "hunter2-hunter2" } });
    let made = app
        .post(&scene.path("bindings"), &scene.owner.token, body.clone())
        .await
        .expect(201)
        .json();
    problem(
        &app.post(&scene.path("bindings"), &scene.owner.token, body)
            .await,
        409,
    );
    assert_eq!(
        (&made["credential_set"], &made["credential_source_type"]),
        (&json!(true), &json!("inline"))
    );
    assert!(!made.to_string().contains("hunter2"));
    let done = scene.run(json!({})).await;
    assert!(
        !done.to_string().contains("hunter2")
            && !done
                .to_string()
                .contains(&BASE64.encode(b"bot:hunter2-hunter2"))
    );
    let arrived = scene.server.take().pop().unwrap();
    assert_eq!(
        arrived.headers["authorization"],
        format!("Basic {}", BASE64.encode(b"bot:hunter2-hunter2"))
    );

    let one = scene.path(&format!("bindings/{}", made["id"].as_str().unwrap()));
    let elsewhere = Receiver::answering(echo).await;
    for config in [
        json!({ "base_url": elsewhere.url }),
        json!({ "base_url": scene.server.url, "auth": { "type": "query", "name": "key" } }),
    ] {
        let moved = app
            .call(
                "PATCH",
                &one,
                &scene.owner.token,
                json!({ "config": config }),
            )
            .await;
        problem(&moved, 400);
    }
    let moved = json!({ "config": { "base_url": elsewhere.url }, "credential": { "api_key": "another-key-1" } });
    let _ = app
        .call("PATCH", &one, &scene.owner.token, moved)
        .await
        .expect(200);
    scene.run(json!({})).await;
    assert!(scene.server.take().is_empty());
    assert_eq!(
        elsewhere.take().pop().unwrap().headers["x-api-key"],
        "another-key-1"
    );
    let turned = app
        .post(
            &format!("{one}/rotate-credential"),
            &scene.owner.token,
            json!({ "credential": "a-third-key" }),
        )
        .await;
    assert!(
        !turned
            .expect(200)
            .json()
            .to_string()
            .contains("a-third-key")
    );
    scene.run(json!({})).await;
    assert_eq!(
        elsewhere.take().pop().unwrap().headers["authorization"],
        "Bearer a-third-key"
    );
    let _ = app
        .call("DELETE", &one, &scene.owner.token, Value::Null)
        .await
        .expect(204);
    problem(&scene.ask(&scene.agent.token, json!({})).await, 404);
}

#[tokio::test]
async fn addresses_inside_are_not_called() {
    let scene = Scene::new(echo).await;
    for url in [
        "http://10.0.0.1/",
        "https://169.254.169.254/",
        "https://a:b@example.com/",
        "https://metadata.internal/x",
    ] {
        let body = json!({ "name": "x", "binding_type": "http", "config": { "base_url": url }, "credential": { "token": "12345678" } });
        let made = scene
            .app
            .post(&scene.path("bindings"), &scene.owner.token, body)
            .await;
        assert_eq!(
            made.status,
            if url.contains("internal") { 201 } else { 400 },
            "{url}"
        );
    }
    let body = json!({ "binding": "x", "intent_type": "http", "params": {} });
    let done = scene
        .app
        .post(&scene.path("execute"), &scene.agent.token, body)
        .await
        .expect(200)
        .json();
    assert_eq!(done["status"], "error");
}

#[tokio::test]
async fn a_binding_falls_with_the_person_who_vouches_for_it() {
    let scene = Scene::new(echo).await;
    let app = &scene.app;
    scene.bind(json!({}), json!({})).await;
    scene.run(json!({})).await;
    // Somebody else's vault, in which the owner may read for now.
    let bob = join(app, &scene.owner, "bob@example.com", "member").await;
    let vault = app.create_vault(&bob.token, "bobs").await;
    app.put(&bob.token, &vault, "key", "bobs-secret-key").await;
    app.allow(&bob, &vault, &scene.agent, "key", &["use"]).await;
    let body = json!({
        "name": "bobs", "binding_type": "http", "config": { "base_url": scene.server.url },
        "credential_source": { "type": "vault_ref", "vault_id": vault, "path": "key" },
    });
    problem(
        &app.post(&scene.path("bindings"), &scene.owner.token, body.clone())
            .await,
        403,
    );
    let policies = format!("/v1/vaults/{vault}/policies");
    let grant = |permissions: Value| json!({ "secret_path_pattern": "key", "principal_type": "user", "principal_id": scene.owner.id, "permissions": permissions });
    // Whoever may only use a secret could read it at a server of their own.
    let _ = app
        .post(&policies, &bob.token, grant(json!(["use"])))
        .await
        .expect(201);
    problem(
        &app.post(&scene.path("bindings"), &scene.owner.token, body.clone())
            .await,
        403,
    );
    let read = app
        .post(&policies, &bob.token, grant(json!(["read"])))
        .await
        .expect(201)
        .json();
    let _ = app
        .post(&scene.path("bindings"), &scene.owner.token, body)
        .await
        .expect(201);
    let call = json!({ "binding": "bobs", "intent_type": "http", "params": {} });
    let _ = app
        .post(&scene.path("execute"), &scene.agent.token, call.clone())
        .await
        .expect(200);
    scene.server.take();
    let listed = app.get(&policies, &bob.token).await.expect(200).json();
    assert!(read["id"].is_string());
    for policy in listed["policies"].as_array().unwrap() {
        if policy["principal_type"] == "user" {
            let one = format!("{policies}/{}", policy["id"].as_str().unwrap());
            let _ = app
                .call("DELETE", &one, &bob.token, Value::Null)
                .await
                .expect(204);
        }
    }
    problem(
        &app.post(&scene.path("execute"), &scene.agent.token, call)
            .await,
        403,
    );
    assert!(scene.server.take().is_empty());
    let denied = scene.logged("access.denied").await;
    assert_eq!(denied[0]["details"]["reason"], "voucher_denied");
}
