//! Assistants that connect by OAuth, from their first question to their last token.

mod clients;
mod consent;
mod ending;
mod tokens;

use super::browser::{Browser, Page, Site, between};
use super::furniture::OWNER;
use crate::test_app::{Answer, Options, TestApp, request};
use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_crypto::pkce::challenge_of;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const ALLOW: &str = "/oauth/consent";
const DENY: &str = "/oauth/consent/deny";
const TOOLS: &str = "https://vault.example.com/mcp";
const REDIRECT: &str = "http://127.0.0.1:33418/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const EVERYTHING: &str =
    "names:read values:read values:write access:request share:create vault:admin";

/// An instance that may fetch descriptions from this machine.
async fn open() -> Site {
    Site::with(Options {
        outbound_allow: TrustedNetworks::new(vec!["127.0.0.0/8".parse().unwrap()]),
        ..Options::default()
    })
    .await
}

/// A host that publishes a description of an assistant.
struct Publisher {
    /// The address of the description.
    id: String,
    requests: Arc<AtomicUsize>,
}

impl Publisher {
    /// Publishes what an honest assistant would.
    async fn start() -> Self {
        Self::describing(|id| {
            json!({
                "client_id": id,
                "client_name": "Editor",
                "redirect_uris": ["http://127.0.0.1/callback", "https://editor.example.com/callback"],
                "token_endpoint_auth_method": "none",
            })
        })
        .await
    }

    async fn describing(document: impl FnOnce(&str) -> Value) -> Self {
        Self::answering(|id| ok(&document(id).to_string())).await
    }

    /// Answers every request with the same bytes; with none, never.
    async fn answering(answer: impl FnOnce(&str) -> String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let id = format!("http://{}/client.json", listener.local_addr().unwrap());
        let answer = answer(&id);
        let requests = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                if answer.is_empty() {
                    silent.push(socket);
                    continue;
                }
                let mut buffer = [0; 4096];
                let _ = socket.read(&mut buffer).await;
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { id, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// The address of the page, with some parameters changed or, when empty, left out.
    fn question(&self, changes: &[(&str, &str)]) -> String {
        question(&self.id, changes)
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn question(client_id: &str, changes: &[(&str, &str)]) -> String {
    let challenge = challenge_of(VERIFIER);
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", REDIRECT),
        ("scope", EVERYTHING),
        ("state", "st-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("resource", TOOLS),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/oauth/authorize?{query}")
}

/// A parameter of the address that a browser is sent to.
fn parameter(page: &Page, name: &str) -> Option<String> {
    let url = url::Url::parse(page.location()).ok()?;
    let found = url.query_pairs().find(|(key, _)| key == name);
    found.map(|(_, value)| value.into_owned())
}

/// The answer of somebody who lets a new agent in.
fn as_new_agent<'a>(scopes: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("act_as", "new"), ("name", "my editor"), ("days", "30")];
    fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
    fields
}

/// Opens the page of a question and allows it. Gives the code.
async fn allow(browser: &mut Browser<'_>, question: &str, fields: &[(&str, &str)]) -> String {
    let page = browser.get(question).await.expect(200);
    let answered = browser.submit_from(&page, ALLOW, fields).await.expect(303);
    assert_eq!(parameter(&answered, "state").as_deref(), Some("st-1"));
    parameter(&answered, "code").unwrap()
}

/// Sends a form to the protocol's own endpoints.
async fn send(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = request("POST", path);
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    *request.body_mut() = Body::from(body);
    app.send(request).await
}

/// Redeems a code as its client would, with some parameters changed or, when empty, left out.
async fn redeem(app: &TestApp, client: &str, code: &str, changes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("client_id", client),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("resource", TOOLS),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    send(app, "/oauth/token", &fields).await
}

async fn refresh(app: &TestApp, client: &str, token: &str) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token),
        ("client_id", client),
    ];
    send(app, "/oauth/token", &fields).await
}

#[track_caller]
fn refused(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.json()["error"], error, "{answer:?}");
}

/// What an assistant holds.
struct Tokens {
    access: String,
    refresh: String,
    scope: String,
}

impl Tokens {
    #[track_caller]
    fn of(answer: Answer) -> Self {
        let given = answer.expect(200);
        assert_eq!(given.header("cache-control"), "no-store");
        let given = given.json();
        assert_eq!(given["token_type"], "Bearer");
        let text = |name: &str| given[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            scope: text("scope"),
        }
    }
}

/// An assistant that somebody let in.
struct LetIn<'a> {
    site: &'a Site,
    browser: Browser<'a>,
    publisher: Publisher,
    tokens: Tokens,
}

/// The owner lets an assistant in with these scopes.
async fn let_in<'a>(site: &'a Site, scopes: &[&str]) -> LetIn<'a> {
    let publisher = Publisher::start().await;
    let mut browser = site.signed_in(OWNER).await;
    let code = allow(
        &mut browser,
        &publisher.question(&[]),
        &as_new_agent(scopes),
    )
    .await;
    let tokens = Tokens::of(redeem(&site.server, &publisher.id, &code, &[]).await);
    LetIn {
        site,
        browser,
        publisher,
        tokens,
    }
}

impl LetIn<'_> {
    async fn refresh(&self, token: &str) -> Answer {
        refresh(&self.site.server, &self.publisher.id, token).await
    }

    /// Whether its access token still opens the tools.
    async fn is_in(&self) -> bool {
        let answer = call(
            &self.site.server,
            &self.tokens.access,
            "tools/list",
            json!({}),
        )
        .await;
        assert!(matches!(answer.status, 200 | 401), "{answer:?}");
        answer.status == 200
    }
}

/// Calls a method of the tools' protocol.
async fn call(app: &TestApp, token: &str, method: &str, params: Value) -> Answer {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    call_raw(app, token, &body.to_string()).await
}

async fn call_raw(app: &TestApp, token: &str, body: &str) -> Answer {
    let mut request = request("POST", "/mcp");
    let headers = request.headers_mut();
    if !token.is_empty() {
        let bearer = format!("Bearer {token}").parse().unwrap();
        headers.insert(AUTHORIZATION, bearer);
    }
    for (name, value) in [
        ("host", "vault.example.com"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2025-06-18"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    *request.body_mut() = Body::from(body.to_owned());
    app.send(request).await
}

/// Calls a tool that is expected to be there.
async fn tool(app: &TestApp, token: &str, name: &str, arguments: Value) -> Value {
    let params = json!({ "name": name, "arguments": arguments });
    let answer = call(app, token, "tools/call", params).await;
    answer.expect(200).json()["result"].clone()
}

/// How often something is in the log of the owner's organisation.
async fn logged(site: &Site, action: &str) -> u64 {
    let owner = site.server.sign_in(OWNER).await;
    let path = format!("/v1/audit/events?action={action}");
    let found = site.server.get(&path, &owner.token).await;
    found.expect(200).json()["count"].as_u64().unwrap()
}
