//! Tools over HTTP: who gets in, what is counted, and what an assistant reads.

use crate::problem;
use oneclaw_server::test_app::{Agent, Answer, TestApp, request_from};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// Calls a method of the protocol as a client that began without a session.
async fn call(app: &TestApp, token: &str, method: &str, params: Value) -> Answer {
    let mut request = request_from(CLIENT, "POST", "/mcp");
    let bearer = format!("Bearer {token}");
    for (name, value) in [
        ("authorization", bearer.as_str()),
        ("host", "vault.example.com"),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2025-06-18"),
    ] {
        request.headers_mut().insert(
            http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
            value.parse().unwrap(),
        );
    }
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    *request.body_mut() = body.to_string().into();
    app.send(request).await
}

async fn read_secret(app: &TestApp, agent: &Agent, path: &str) -> Value {
    let params = json!({ "name": "get_secret", "arguments": { "path": path } });
    let answer = call(app, &agent.token, "tools/call", params).await;
    answer.expect(200).json()["result"].clone()
}

#[tokio::test]
async fn a_revoked_token_does_not_even_list_the_tools() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let listed = call(&app, &agent.token, "tools/list", json!({})).await;
    let listed = listed.expect(200).json();
    assert!(
        !listed["result"]["tools"].as_array().unwrap().is_empty(),
        "{listed}"
    );
    let path = format!("/v1/agents/{}", agent.id);
    let off = json!({ "is_active": false });
    let _ = app
        .call("PATCH", &path, &owner.token, off)
        .await
        .expect(200);
    problem(
        &call(&app, &agent.token, "tools/list", json!({})).await,
        401,
    );
}

#[tokio::test]
async fn a_tools_read_is_logged_once_with_the_address_of_the_client() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "hush").await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app.allow(&owner, &vault, &agent, "a", &["read"]).await;
    let result = read_secret(&app, &agent, "a").await;
    assert_ne!(result["isError"], true, "{result}");
    let log = app
        .get("/v1/audit/events?action=secret.read", &owner.token)
        .await;
    let log = log.expect(200).json();
    assert_eq!(log["count"], 1, "{log}");
    assert_eq!(log["events"][0]["ip_address"], "198.51.100.7");
    // And rules about networks mean the client, not this process.
    let rule = json!({ "rule_type": "deny", "cidr": "198.51.100.0/24", "applies_to": "agents" });
    let _ = app
        .post("/v1/security/ip-rules", &owner.token, rule)
        .await
        .expect(201);
    problem(
        &call(&app, &agent.token, "tools/list", json!({})).await,
        403,
    );
    let _ = app.get("/v1/agents/me", &agent.token).await.expect(200);
}
