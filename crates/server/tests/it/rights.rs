//! Who may do what: every operation, asked by everyone.

use crate::openapi::{example, operations};
use crate::{NOTHING, problem};
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};
use std::fmt::Write as _;

#[tokio::test]
async fn without_a_credential_nothing_is_learned() {
    let app = TestApp::new().await;
    let mut asked = 0;
    for (method, path, operation) in operations() {
        let needs_token = operation["security"] == json!([{ "BearerAuth": [] }]);
        if !needs_token {
            continue;
        }
        asked += 1;
        let path = example(&path);
        let missing = app.call(&method, &path, "", Value::Null).await;
        problem(&missing, 401);
        assert_eq!(
            missing.header("www-authenticate"),
            "Bearer",
            "{method} {path}"
        );
        for token in [
            "garbage",
            "a.b.c",
            "ocv_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            problem(&app.call(&method, &path, token, Value::Null).await, 401);
        }
    }
    assert!(asked > 40, "{asked}");
}

/// Everything that can be done with the things of an organisation, in an order in which all of it succeeds for its
/// owner.
#[expect(clippy::too_many_lines, reason = "a table")]
fn deeds(of: &Things) -> Vec<(&'static str, String, Value)> {
    let Things {
        vault,
        secret,
        policy,
        agent,
        share,
        enrollment,
        approval,
        person,
        webhook,
        ip_rule,
        ..
    } = of;
    let question_to_human =
        json!({ "action": "deploy", "target_type": "", "target_id": "", "summary": {} });
    let grant = json!({ "secret_path_pattern": "x", "principal_type": "agent", "principal_id": agent, "permissions": ["read"] });
    let preview = json!({ "policy": grant });
    let question =
        json!({ "principal_type": "agent", "principal_id": agent, "action": "read", "path": "a" });
    let link =
        json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" });
    vec![
        ("GET", "/v1/auth/me".into(), Value::Null),
        (
            "PATCH",
            "/v1/auth/me".into(),
            json!({ "display_name": "A" }),
        ),
        ("GET", "/v1/auth/api-keys".into(), Value::Null),
        ("POST", "/v1/auth/api-keys".into(), json!({ "name": "k" })),
        (
            "DELETE",
            format!("/v1/auth/api-keys/{NOTHING}"),
            Value::Null,
        ),
        ("GET", "/v1/auth/sessions".into(), Value::Null),
        (
            "DELETE",
            format!("/v1/auth/sessions/{NOTHING}"),
            Value::Null,
        ),
        ("GET", "/v1/auth/settings".into(), Value::Null),
        ("PATCH", "/v1/auth/settings".into(), json!({})),
        (
            "POST",
            "/v1/auth/change-email".into(),
            json!({ "new_email": "another@example.com" }),
        ),
        (
            "POST",
            "/v1/auth/verify-email-change".into(),
            json!({ "code": "x" }),
        ),
        (
            "POST",
            "/v1/auth/set-password".into(),
            json!({ "password": "another horse battery" }),
        ),
        ("POST", "/v1/auth/export-data".into(), Value::Null),
        (
            "POST",
            "/v1/auth/reauth".into(),
            json!({ "purpose": "account.export", "code": "x" }),
        ),
        ("POST", "/v1/auth/reauth/send".into(), Value::Null),
        (
            "POST",
            "/v1/auth/device/approve".into(),
            json!({ "user_code": "BCDF-GHJK" }),
        ),
        (
            "POST",
            "/v1/auth/device/deny".into(),
            json!({ "user_code": "BCDF-GHJK" }),
        ),
        (
            "DELETE",
            "/v1/auth/me".into(),
            json!({ "confirm": "DELETE MY ACCOUNT" }),
        ),
        ("GET", "/v1/auth/mfa/status".into(), Value::Null),
        ("POST", "/v1/auth/mfa/setup".into(), Value::Null),
        (
            "POST",
            "/v1/auth/mfa/verify-setup".into(),
            json!({ "code": "000000" }),
        ),
        ("DELETE", "/v1/auth/mfa".into(), json!({ "code": "000000" })),
        ("GET", "/v1/auth/passkeys".into(), Value::Null),
        (
            "POST",
            "/v1/auth/passkeys/register/begin".into(),
            Value::Null,
        ),
        ("GET", "/v1/vaults".into(), Value::Null),
        ("GET", format!("/v1/vaults/{vault}"), Value::Null),
        ("GET", format!("/v1/vaults/{vault}/secrets"), Value::Null),
        (
            "PUT",
            format!("/v1/vaults/{vault}/secrets/a"),
            json!({ "value": "v2" }),
        ),
        ("GET", format!("/v1/vaults/{vault}/secrets/a"), Value::Null),
        (
            "GET",
            format!("/v1/vaults/{vault}/secret-versions/a"),
            Value::Null,
        ),
        (
            "GET",
            format!("/v1/vaults/{vault}/secret-version/a/1"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/secret-rotate/a"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/secret-version-disable/a/1"),
            Value::Null,
        ),
        ("GET", format!("/v1/vaults/{vault}/policies"), Value::Null),
        ("POST", format!("/v1/vaults/{vault}/policies"), grant),
        (
            "PUT",
            format!("/v1/vaults/{vault}/policies/{policy}"),
            json!({ "priority": 1 }),
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/policies/explain"),
            question,
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/policies/preview"),
            preview,
        ),
        (
            "GET",
            format!("/v1/vaults/{vault}/access?path=a"),
            Value::Null,
        ),
        (
            "GET",
            format!("/v1/access?principal_type=agent&principal_id={agent}"),
            Value::Null,
        ),
        (
            "DELETE",
            format!("/v1/vaults/{vault}/policies/{policy}"),
            Value::Null,
        ),
        ("POST", format!("/v1/secrets/{secret}/share"), link),
        ("GET", "/v1/shares/outbound".into(), Value::Null),
        ("GET", "/v1/shares/inbound".into(), Value::Null),
        ("POST", format!("/v1/shares/{share}/accept"), Value::Null),
        ("POST", format!("/v1/shares/{share}/decline"), Value::Null),
        ("GET", format!("/v1/share/{share}"), Value::Null),
        ("POST", format!("/v1/share/{share}"), json!({})),
        ("DELETE", format!("/v1/share/{share}"), Value::Null),
        ("GET", "/v1/agents".into(), Value::Null),
        ("GET", "/v1/agents/me".into(), Value::Null),
        ("GET", format!("/v1/agents/{agent}"), Value::Null),
        ("GET", format!("/v1/agents/{agent}/exposure"), Value::Null),
        ("GET", "/v1/risk/honeytokens".into(), Value::Null),
        (
            "POST",
            "/v1/risk/honeytokens".into(),
            json!({ "vault_id": vault, "secret_path": "a" }),
        ),
        (
            "DELETE",
            format!("/v1/risk/honeytokens/{NOTHING}"),
            Value::Null,
        ),
        ("GET", "/v1/risk/events".into(), Value::Null),
        ("GET", "/v1/risk/verdicts".into(), Value::Null),
        (
            "GET",
            format!("/v1/risk/verdicts/agent/{agent}"),
            Value::Null,
        ),
        (
            "PATCH",
            format!("/v1/agents/{agent}"),
            json!({ "description": "d" }),
        ),
        (
            "POST",
            format!("/v1/agents/{agent}/reveal-key"),
            json!({ "token": "wrong" }),
        ),
        (
            "POST",
            format!("/v1/agents/{agent}/rotate-key"),
            Value::Null,
        ),
        ("GET", "/v1/enrollments".into(), Value::Null),
        (
            "POST",
            "/v1/enrollments/lookup".into(),
            json!({ "token": of.link }),
        ),
        (
            "POST",
            format!("/v1/enrollments/{enrollment}/approve"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/enrollments/{enrollment}/deny"),
            Value::Null,
        ),
        ("POST", "/v1/approvals/request".into(), question_to_human),
        ("GET", "/v1/approvals".into(), Value::Null),
        ("GET", format!("/v1/approvals/{approval}"), Value::Null),
        (
            "POST",
            format!("/v1/approvals/{approval}/decide"),
            json!({ "decision": "approve" }),
        ),
        (
            "POST",
            format!("/v1/approvals/{approval}/approve"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/approvals/{approval}/deny"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/approvals/{approval}/cancel"),
            Value::Null,
        ),
        ("GET", "/v1/org/members".into(), Value::Null),
        ("GET", "/v1/org/agent-keys-vault".into(), Value::Null),
        ("GET", "/v1/org/memberships".into(), Value::Null),
        ("GET", "/v1/org/settings".into(), Value::Null),
        (
            "PATCH",
            "/v1/org/settings".into(),
            json!({ "key_delivery": "link" }),
        ),
        ("GET", "/v1/org/invitations".into(), Value::Null),
        (
            "POST",
            "/v1/org/invite".into(),
            json!({ "email": "new@example.com" }),
        ),
        (
            "DELETE",
            format!("/v1/org/invitations/{NOTHING}"),
            Value::Null,
        ),
        (
            "POST",
            "/v1/org/invitations/accept".into(),
            json!({ "token": "wrong" }),
        ),
        (
            "POST",
            "/v1/org/switch".into(),
            json!({ "org_id": NOTHING }),
        ),
        (
            "PATCH",
            format!("/v1/org/members/{person}"),
            json!({ "role": "member" }),
        ),
        ("DELETE", format!("/v1/org/members/{person}"), Value::Null),
        ("POST", "/v1/org/freeze-agents".into(), Value::Null),
        ("POST", "/v1/org/unfreeze-agents".into(), Value::Null),
        (
            "POST",
            format!("/v1/agents/{agent}/rotate-identity-keys"),
            Value::Null,
        ),
        ("GET", "/v1/billing/usage".into(), Value::Null),
        ("GET", "/v1/billing/history".into(), Value::Null),
        ("GET", format!("/v1/vaults/{vault}/env-vars"), Value::Null),
        (
            "POST",
            format!("/v1/vaults/{vault}/env-vars"),
            json!({ "key": "A", "value": "v" }),
        ),
        ("GET", format!("/v1/vaults/{vault}/env-vars/A"), Value::Null),
        (
            "PATCH",
            format!("/v1/vaults/{vault}/env-vars/A"),
            json!({ "value": "w" }),
        ),
        (
            "GET",
            format!("/v1/vaults/{vault}/env-vars/resolve?environment=preview"),
            Value::Null,
        ),
        (
            "DELETE",
            format!("/v1/vaults/{vault}/env-vars/A"),
            Value::Null,
        ),
        (
            "GET",
            format!("/v1/vaults/{vault}/environments"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/environments"),
            json!({ "slug": "staging" }),
        ),
        (
            "DELETE",
            format!("/v1/vaults/{vault}/environments/staging"),
            Value::Null,
        ),
        ("GET", "/v1/org/env-vars".into(), Value::Null),
        (
            "POST",
            "/v1/org/env-vars".into(),
            json!({ "key": "A", "value": "v" }),
        ),
        (
            "PATCH",
            "/v1/org/env-vars/A".into(),
            json!({ "value": "w" }),
        ),
        (
            "POST",
            format!("/v1/org/env-vars/{NOTHING}/link"),
            json!({ "vault_id": vault }),
        ),
        (
            "DELETE",
            format!("/v1/org/env-vars/{NOTHING}/links/{vault}"),
            Value::Null,
        ),
        ("DELETE", format!("/v1/org/env-vars/{NOTHING}"), Value::Null),
        ("GET", "/v1/org/limits".into(), Value::Null),
        ("PATCH", "/v1/org/limits".into(), json!({ "vaults": 99 })),
        (
            "POST",
            format!("/v1/vaults/{vault}/cmek"),
            json!({ "fingerprint": "0".repeat(64) }),
        ),
        (
            "GET",
            format!("/v1/vaults/{vault}/cmek-rotate/{NOTHING}"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/vaults/{vault}/cmek-rotate"),
            json!({ "new_fingerprint": "1".repeat(64) }),
        ),
        ("DELETE", format!("/v1/vaults/{vault}/cmek"), Value::Null),
        ("GET", "/v1/audit/events".into(), Value::Null),
        ("GET", "/v1/audit/verify".into(), Value::Null),
        ("GET", "/v1/audit/checkpoint".into(), Value::Null),
        ("GET", "/v1/audit/export".into(), Value::Null),
        (
            "GET",
            "/v1/audit/proof/inclusion?seq=0&size=1".into(),
            Value::Null,
        ),
        (
            "GET",
            "/v1/audit/proof/consistency?from=0&to=1".into(),
            Value::Null,
        ),
        (
            "POST",
            "/v1/webhooks".into(),
            json!({ "url": "https://hooks.example.com/", "events": ["secret.written"] }),
        ),
        ("GET", "/v1/webhooks".into(), Value::Null),
        ("GET", format!("/v1/webhooks/{webhook}"), Value::Null),
        (
            "PATCH",
            format!("/v1/webhooks/{webhook}"),
            json!({ "description": "d" }),
        ),
        (
            "POST",
            format!("/v1/webhooks/{webhook}/rotate-secret"),
            Value::Null,
        ),
        ("POST", format!("/v1/webhooks/{webhook}/test"), Value::Null),
        (
            "GET",
            format!("/v1/webhooks/{webhook}/deliveries"),
            Value::Null,
        ),
        ("DELETE", format!("/v1/webhooks/{webhook}"), Value::Null),
        (
            "POST",
            "/v1/security/ip-rules".into(),
            json!({ "rule_type": "deny", "cidr": "198.51.100.0/24" }),
        ),
        ("GET", "/v1/security/ip-rules".into(), Value::Null),
        (
            "DELETE",
            format!("/v1/security/ip-rules/{ip_rule}"),
            Value::Null,
        ),
        (
            "POST",
            "/v1/oauth/clients".into(),
            json!({ "client_name": "Editor", "redirect_uris": ["http://127.0.0.1/callback"] }),
        ),
        ("GET", "/v1/oauth/clients".into(), Value::Null),
        (
            "DELETE",
            format!("/v1/oauth/clients/{NOTHING}"),
            Value::Null,
        ),
        ("GET", "/v1/oauth/grants".into(), Value::Null),
        ("DELETE", format!("/v1/oauth/grants/{NOTHING}"), Value::Null),
        (
            "POST",
            format!("/v1/agents/{agent}/bindings"),
            json!({ "name": "x", "binding_type": "http", "config": { "base_url": "https://api.example.com" }, "credential": { "token": "12345678" } }),
        ),
        ("GET", format!("/v1/agents/{agent}/bindings"), Value::Null),
        (
            "GET",
            format!("/v1/agents/{agent}/bindings/{NOTHING}"),
            Value::Null,
        ),
        (
            "PATCH",
            format!("/v1/agents/{agent}/bindings/{NOTHING}"),
            json!({}),
        ),
        (
            "POST",
            format!("/v1/agents/{agent}/bindings/{NOTHING}/rotate-credential"),
            json!({ "credential": "12345678" }),
        ),
        (
            "POST",
            format!("/v1/agents/{agent}/bindings/{NOTHING}/test"),
            Value::Null,
        ),
        (
            "POST",
            format!("/v1/agents/{agent}/execute"),
            json!({ "binding": "x", "intent_type": "http", "params": {} }),
        ),
        ("GET", format!("/v1/agents/{agent}/executions"), Value::Null),
        (
            "DELETE",
            format!("/v1/agents/{agent}/bindings/{NOTHING}"),
            Value::Null,
        ),
        ("POST", "/v1/agents".into(), json!({ "name": "another" })),
        (
            "DELETE",
            format!("/v1/vaults/{vault}/secrets/a"),
            Value::Null,
        ),
        ("DELETE", format!("/v1/agents/{agent}"), Value::Null),
        (
            "POST",
            "/v1/agents/batch-delete".into(),
            json!({ "agent_ids": [agent] }),
        ),
        ("DELETE", format!("/v1/vaults/{vault}"), Value::Null),
    ]
}

/// What Alice's organisation holds.
struct Things {
    vault: String,
    secret: String,
    policy: String,
    agent: String,
    share: String,
    enrollment: String,
    approval: String,
    person: String,
    link: String,
    webhook: String,
    ip_rule: String,
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn everyone_may_do_what_the_table_says() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let vault = app.create_vault(&alice.token, "prod").await;
    let secret = app.put(&alice.token, &vault, "a", "v").await;
    let stranger = app.create_agent(&mallory, "theirs").await;
    let bare = app.create_agent(&alice, "bare").await;
    let reader = app.create_agent(&alice, "reader").await;
    let spare = app.create_agent(&alice, "spare").await;
    let _ = app.allow(&alice, &vault, &reader, "a", &["read"]).await;
    let policy = app.allow(&alice, &vault, &spare, "a", &["read"]).await;
    let body = json!({ "recipient_type": "agent", "recipient_id": spare.id, "expires_at": "2026-12-31T00:00:00Z" });
    let share = app
        .post(&format!("/v1/secrets/{secret}/share"), &alice.token, body)
        .await
        .expect(201)
        .json();
    let enrolled = app
        .post(
            "/v1/agents/enroll",
            "",
            json!({ "name": "new", "human_email": "alice@example.com" }),
        )
        .await
        .expect(201)
        .json();
    let waiting = app
        .get("/v1/enrollments", &alice.token)
        .await
        .expect(200)
        .json();
    let question = json!({ "action": "deploy", "target_type": "", "target_id": "", "summary": {} });
    let asked = app
        .post("/v1/approvals/request", &spare.token, question)
        .await
        .expect(202)
        .json();
    let hook =
        json!({ "url": "https://hooks.example.invalid.example.com/", "events": ["nothing"] });
    let hook = app.post("/v1/webhooks", &alice.token, hook).await;
    let rule = json!({ "rule_type": "deny", "cidr": "203.0.113.7" });
    let rule = app.post("/v1/security/ip-rules", &alice.token, rule).await;
    let id_of = |made: oneclaw_server::test_app::Answer| {
        let made = made.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    };
    let things = Things {
        approval: asked["id"].as_str().unwrap().to_owned(),
        person: alice.id.clone(),
        webhook: id_of(hook),
        ip_rule: id_of(rule),
        vault,
        secret,
        policy,
        agent: spare.id,
        share: share["id"].as_str().unwrap().to_owned(),
        enrollment: waiting["enrollments"][0]["id"].as_str().unwrap().to_owned(),
        link: enrolled["approval_url"]
            .as_str()
            .unwrap()
            .rsplit_once('/')
            .unwrap()
            .1
            .to_owned(),
    };

    // Those who may do less come first, because what they must not do must leave everything as it was.
    let callers = [
        ("nobody", ""),
        ("foreign owner", &mallory.token),
        ("foreign agent", &stranger.token),
        ("agent", &bare.token),
        ("reader", &reader.token),
        ("owner", &alice.token),
    ];
    let mut table = vec![String::new(); deeds(&things).len()];
    for (_, token) in callers {
        for ((method, path, body), row) in deeds(&things).into_iter().zip(&mut table) {
            let answer = app.call(method, &path, token, body).await;
            assert!(answer.status < 500, "{method} {path}");
            write!(row, "{} ", answer.status).unwrap();
        }
    }
    let mut text = format!("{}\n", callers.map(|(name, _)| name).join(" | "));
    for ((method, path, _), row) in deeds(&things).iter().zip(table) {
        let mut path = path.clone();
        for (id, name) in [
            (&things.vault, "{vault}"),
            (&things.secret, "{secret}"),
            (&things.policy, "{policy}"),
            (&things.agent, "{agent}"),
            (&things.share, "{share}"),
            (&things.enrollment, "{enrollment}"),
            (&things.approval, "{approval}"),
            (&things.person, "{person}"),
            (&things.webhook, "{webhook}"),
            (&things.ip_rule, "{ip_rule}"),
        ] {
            path = path.replace(id.as_str(), name);
        }
        writeln!(text, "{row} {method} {path}").unwrap();
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn another_organisations_things_are_as_good_as_none() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let vault = app.create_vault(&alice.token, "prod").await;
    let secret = app.put(&alice.token, &vault, "a", "v").await;
    let agent = app.create_agent(&alice, "bot").await;
    let policy = app.allow(&alice, &vault, &agent, "a", &["read"]).await;
    let question = json!({ "action": "deploy", "target_type": "", "target_id": "", "summary": {} });
    let asked = app
        .post("/v1/approvals/request", &agent.token, question)
        .await
        .expect(202)
        .json();
    let approval = asked["id"].as_str().unwrap().to_owned();
    let webhook = json!({ "url": "https://hooks.example.com/", "events": ["nothing"] });
    let webhook = app.post("/v1/webhooks", &alice.token, webhook).await;
    let webhook = webhook.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let rule = json!({ "rule_type": "deny", "cidr": "203.0.113.7" });
    let rule = app.post("/v1/security/ip-rules", &alice.token, rule).await;
    let rule = rule.expect(201).json()["id"].as_str().unwrap().to_owned();
    let shape = |answer: oneclaw_server::test_app::Answer| {
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("request_id");
        (answer.status, body)
    };
    for (method, template, body) in [
        ("GET", "/v1/vaults/{vault}", Value::Null),
        ("DELETE", "/v1/vaults/{vault}", Value::Null),
        ("GET", "/v1/vaults/{vault}/secrets", Value::Null),
        ("GET", "/v1/vaults/{vault}/secrets/a", Value::Null),
        (
            "PUT",
            "/v1/vaults/{vault}/secrets/a",
            json!({ "value": "v" }),
        ),
        ("DELETE", "/v1/vaults/{vault}/secrets/a", Value::Null),
        ("GET", "/v1/vaults/{vault}/policies", Value::Null),
        (
            "DELETE",
            "/v1/vaults/{vault}/policies/{policy}",
            Value::Null,
        ),
        ("GET", "/v1/agents/{agent}", Value::Null),
        ("PATCH", "/v1/agents/{agent}", json!({ "name": "x" })),
        ("DELETE", "/v1/agents/{agent}", Value::Null),
        ("POST", "/v1/agents/{agent}/rotate-key", Value::Null),
        ("GET", "/v1/approvals/{approval}", Value::Null),
        ("POST", "/v1/approvals/{approval}/approve", Value::Null),
        ("GET", "/v1/agents/{agent}/bindings", Value::Null),
        ("GET", "/v1/agents/{agent}/exposure", Value::Null),
        ("GET", "/v1/agents/{agent}/executions", Value::Null),
        (
            "POST",
            "/v1/agents/{agent}/execute",
            json!({ "binding": "x", "intent_type": "http", "params": {} }),
        ),
        ("GET", "/v1/webhooks/{webhook}", Value::Null),
        (
            "PATCH",
            "/v1/webhooks/{webhook}",
            json!({ "is_active": false }),
        ),
        ("DELETE", "/v1/webhooks/{webhook}", Value::Null),
        ("POST", "/v1/webhooks/{webhook}/test", Value::Null),
        ("POST", "/v1/webhooks/{webhook}/rotate-secret", Value::Null),
        ("GET", "/v1/webhooks/{webhook}/deliveries", Value::Null),
        ("DELETE", "/v1/security/ip-rules/{rule}", Value::Null),
        (
            "POST",
            "/v1/secrets/{secret}/share",
            json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" }),
        ),
    ] {
        let fill = |template: &str,
                    vault: &str,
                    secret: &str,
                    agent: &str,
                    policy: &str,
                    approval: &str| {
            template
                .replace("{approval}", approval)
                .replace("{vault}", vault)
                .replace("{secret}", secret)
                .replace("{agent}", agent)
                .replace("{policy}", policy)
        };
        let ours = template
            .replace("{webhook}", &webhook)
            .replace("{rule}", &rule);
        let nothing = template
            .replace("{webhook}", NOTHING)
            .replace("{rule}", NOTHING);
        let theirs = app
            .call(
                method,
                &fill(&ours, &vault, &secret, &agent.id, &policy, &approval),
                &mallory.token,
                body.clone(),
            )
            .await;
        let none = app
            .call(
                method,
                &fill(&nothing, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
                &mallory.token,
                body,
            )
            .await;
        assert_eq!(theirs.status, 404, "{method} {template}");
        assert_eq!(shape(theirs), shape(none), "{method} {template}");
    }
    assert_eq!(
        app.read(&alice.token, &vault, "a").await.expect(200).json()["version"],
        1
    );
}
