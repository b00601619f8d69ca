//! Rules about the networks an organisation is reached from.

use crate::problem;
use http::header::AUTHORIZATION;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, TestApp, request_from};
use serde_json::{Value, json};

const RULES: &str = "/v1/security/ip-rules";

/// `GET` from an address.
async fn get_from(app: &TestApp, ip: &str, path: &str, token: &str) -> Answer {
    let mut request = request_from(ip.parse().unwrap(), "GET", path);
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert(AUTHORIZATION, bearer);
    app.send(request).await
}

async fn add(app: &TestApp, token: &str, body: Value) -> String {
    let made = app.post(RULES, token, body).await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

each_backend! {
    async fn rules_hold_from_the_next_request_on(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "a", "v").await;
        let _ = app.allow(&owner, &vault, &agent, "a", &["read"]).await;
        let secret = format!("/v1/vaults/{vault}/secrets/a");
        let (inside, outside) = ("203.0.113.9", "198.51.100.1");
        // Everything about them is remembered now.
        for ip in [inside, outside] {
            let _ = get_from(&app, ip, &secret, &agent.token).await.expect(200);
        }
        let allow = add(&app, &owner.token, json!({ "rule_type": "allow", "cidr": "203.0.113.0/24", "applies_to": "agents" })).await;
        let refused = get_from(&app, outside, &secret, &agent.token).await;
        assert!(problem(&refused, 403)["detail"].as_str().unwrap().contains("IP rules"));
        let _ = get_from(&app, inside, &secret, &agent.token).await.expect(200);
        let _ = get_from(&app, outside, &secret, &owner.token).await.expect(200);
        for path in ["/v1/vaults", "/v1/agents/me", "/v1/audit/events", "/v1/shares/inbound"] {
            problem(&get_from(&app, outside, path, &agent.token).await, 403);
            let _ = get_from(&app, inside, path, &agent.token).await.expect(200);
        }

        let deny = add(&app, &owner.token, json!({ "rule_type": "block", "cidr": inside })).await;
        problem(&get_from(&app, inside, &secret, &agent.token).await, 403);
        problem(&get_from(&app, inside, &secret, &owner.token).await, 403);
        problem(&get_from(&app, &format!("::ffff:{inside}"), &secret, &owner.token).await, 403);
        for rule in [deny, allow] {
            let _ = app.call("DELETE", &format!("{RULES}/{rule}"), &owner.token, Value::Null).await.expect(204);
        }
        for ip in [inside, outside] {
            let _ = get_from(&app, ip, &secret, &agent.token).await.expect(200);
        }
    }
}

each_backend! {
    async fn nobody_locks_themselves_out(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        for (rule_type, cidr, applies_to) in [
            ("deny", "192.0.2.1", "all"),
            ("deny", "0.0.0.0/0", "users"),
            ("allow", "203.0.113.0/24", "all"),
            ("allow", "::/0", "users"),
        ] {
            let body = json!({ "rule_type": rule_type, "cidr": cidr, "applies_to": applies_to });
            let refused = problem(&app.post(RULES, &owner.token, body).await, 409);
            assert!(refused["detail"].as_str().unwrap().contains("192.0.2.1"), "{refused}");
        }
        // Nothing of it was kept.
        let listed = app.get(RULES, &owner.token).await.expect(200).json();
        assert_eq!(listed["rules"], json!([]));
        let own = add(&app, &owner.token, json!({ "rule_type": "allow", "cidr": "192.0.2.0/24" })).await;
        let other = add(&app, &owner.token, json!({ "rule_type": "allow", "cidr": "203.0.113.0/24" })).await;
        problem(&app.call("DELETE", &format!("{RULES}/{own}"), &owner.token, Value::Null).await, 409);
        let _ = app.call("DELETE", &format!("{RULES}/{other}"), &owner.token, Value::Null).await.expect(204);
        let _ = app.call("DELETE", &format!("{RULES}/{own}"), &owner.token, Value::Null).await.expect(204);
    }
}

#[tokio::test]
async fn rules_come_back_as_they_are_enforced() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    for (body, cidr, rule_type, label) in [
        (
            json!({ "rule_type": "deny", "cidr": "198.51.100.7" }),
            "198.51.100.7/32",
            "deny",
            "",
        ),
        (
            json!({ "rule_type": "block", "cidr": "198.51.100.7/24", "description": "noisy" }),
            "198.51.100.0/24",
            "deny",
            "noisy",
        ),
        (
            json!({ "rule_type": "deny", "cidr": "2001:db8::1", "label": "six" }),
            "2001:db8::1/128",
            "deny",
            "six",
        ),
        (
            json!({ "rule_type": "allow", "cidr": "192.0.2.1", "label": null, "applies_to": null }),
            "192.0.2.1/32",
            "allow",
            "",
        ),
    ] {
        let made = app.post(RULES, &owner.token, body).await.expect(201).json();
        assert_eq!(
            (&made["cidr"], &made["rule_type"], &made["label"]),
            (&json!(cidr), &json!(rule_type), &json!(label))
        );
        assert_eq!(
            (&made["applies_to"], &made["created_by"]),
            (&json!("all"), &json!(owner.id))
        );
    }
    for (rule_type, cidr, applies_to) in [
        ("permit", "10.0.0.0/8", "all"),
        ("allow", "10.0.0.0/33", "all"),
        ("allow", "here", "all"),
        ("allow", "10.0.0.0/8", "robots"),
    ] {
        let body = json!({ "rule_type": rule_type, "cidr": cidr, "applies_to": applies_to });
        problem(&app.post(RULES, &owner.token, body).await, 400);
    }
}

/// Who comes from the wrong place is told so before anything about the request is looked at.
#[tokio::test]
async fn the_wrong_network_comes_before_the_wrong_request() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let _ = add(
        &app,
        &owner.token,
        json!({ "rule_type": "deny", "cidr": "198.51.100.0/24" }),
    )
    .await;
    for path in [
        "/v1/vaults/not-a-uuid",
        "/v1/audit/events?limit=x",
        "/v1/vaults/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d",
    ] {
        problem(
            &get_from(&app, "198.51.100.1", path, &owner.token).await,
            403,
        );
    }
    // A credential that does not stand learns nothing about rules.
    problem(
        &get_from(&app, "198.51.100.1", "/v1/vaults", "nonsense").await,
        401,
    );
}
