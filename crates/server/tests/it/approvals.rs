//! Agents ask, people answer, and what they allow holds exactly as long as they said.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Agent, Answer, PASSWORD, Person, TestApp, request};
use serde_json::{Value, json};
use std::time::Duration;

/// A person with a vault that holds `a` and `b`, and an agent without any access to it.
struct Scene {
    owner: Person,
    vault: String,
    agent: Agent,
}

async fn scene(app: &TestApp) -> Scene {
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in ["a", "b"] {
        let _ = app.put(&owner.token, &vault, path, "hush").await;
    }
    let agent = app.create_agent(&owner, "bot").await;
    Scene {
        owner,
        vault,
        agent,
    }
}

/// Answers with the account's password beside it.
async fn confirm(app: &TestApp, person: &Person, approval: &Value, body: &Value) -> Answer {
    let path = format!("/v1/approvals/{}/decide", approval["id"].as_str().unwrap());
    let mut request = request("POST", &path);
    let bearer = format!("Bearer {}", person.token);
    for (name, value) in [
        ("authorization", bearer.as_str()),
        ("x-auth-confirm", PASSWORD),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    *request.body_mut() = body.to_string().into();
    app.send(request).await
}

/// Sends what a 403 offers, with a reason.
async fn ask(app: &TestApp, agent: &Agent, refused: &Answer, duration: Option<i64>) -> Value {
    let mut body = refused.json()["access_request"].clone();
    body["reason"] = json!("The migration needs it");
    if let Some(seconds) = duration {
        body["duration_seconds"] = json!(seconds);
    }
    let asked = app
        .post("/v1/approvals/request", &agent.token, body)
        .await
        .expect(202);
    let approval = asked.json();
    assert_eq!(
        asked.header("location"),
        format!("/v1/approvals/{}", approval["id"].as_str().unwrap())
    );
    approval
}

async fn decide(app: &TestApp, person: &Person, approval: &Value, body: Value) -> Answer {
    let id = approval["id"].as_str().unwrap();
    app.post(&format!("/v1/approvals/{id}/decide"), &person.token, body)
        .await
}

each_backend! {
    async fn a_refusal_names_the_smallest_access_whether_or_not_there_is_something(app: TestApp) {
        let Scene { vault, agent, .. } = scene(&app).await;
        let shape = |answer: &Answer| {
            let mut body = answer.json();
            body.as_object_mut().unwrap().remove("request_id");
            body["access_request"]["summary"]["path_pattern"] = Value::Null;
            body
        };
        let there = app.read(&agent.token, &vault, "a").await;
        let nothing = app.read(&agent.token, &vault, "zzz").await;
        let template = problem(&there, 403)["access_request"].clone();
        assert_eq!(template, json!({ "action": "access", "target_type": "vault", "target_id": vault,
            "summary": { "vault_id": vault, "path_pattern": "a", "permissions": ["read"] } }));
        assert_eq!(shape(&there), shape(&nothing));
        let write = app.call("PUT", &format!("/v1/vaults/{vault}/secrets/a"), &agent.token, json!({ "value": "v" })).await;
        assert_eq!(problem(&write, 403)["access_request"]["summary"]["permissions"], json!(["write"]));
    }
}

each_backend! {
    async fn a_policy_that_denies_or_a_ceiling_is_nothing_to_ask_around(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let body = json!({ "secret_path_pattern": "a", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"], "effect": "deny" });
        let _ = app.post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body).await.expect(201);
        assert!(problem(&app.read(&agent.token, &vault, "a").await, 403).get("access_request").is_none());
        let bound = json!({ "scopes": ["elsewhere/**"] });
        let _ = app.call("PATCH", &format!("/v1/agents/{}", agent.id), &owner.token, bound).await.expect(200);
        assert!(problem(&app.read(&agent.token, &vault, "b").await, 403).get("access_request").is_none());
    }
}

each_backend! {
    async fn access_for_once_is_used_up_by_one_read_and_by_nothing_else(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let refused = app.read(&agent.token, &vault, "a").await;
        let approval = ask(&app, &agent, &refused, None).await;
        assert_eq!((&approval["status"], &approval["risk_tier"]), (&json!("pending"), &json!(1)));
        problem(&app.read(&agent.token, &vault, "a").await, 403);

        let decided = decide(&app, &owner, &approval, json!({ "decision": "approve", "grant": { "mode": "once" } })).await.expect(200).json();
        assert_eq!((&decided["status"], &decided["grant_mode"]), (&json!("approved"), &json!("once")));
        // Seeing that it is there, and being refused elsewhere, spend nothing.
        let listed = app.get(&format!("/v1/vaults/{vault}/secrets"), &agent.token).await.expect(200).json();
        assert_eq!(listed["secrets"].as_array().unwrap().len(), 1);
        let _ = app.get(&format!("/v1/vaults/{vault}/secret-versions/a"), &agent.token).await.expect(200);
        problem(&app.read(&agent.token, &vault, "b").await, 403);
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
        problem(&app.read(&agent.token, &vault, "a").await, 403);
    }
}

each_backend! {
    async fn of_many_reads_at_once_exactly_one_uses_an_access_for_once(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let _ = decide(&app, &owner, &approval, json!({ "decision": "approve" })).await.expect(200);
        let read = || app.read(&agent.token, &vault, "a");
        let reads = tokio::join!(read(), read(), read(), read(), read(), read());
        let mut statuses = [&reads.0, &reads.1, &reads.2, &reads.3, &reads.4, &reads.5].map(|answer| answer.status);
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403, 403, 403, 403, 403]);
    }
}

each_backend! {
    async fn an_access_for_one_write_writes_once(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let write = |value: &'static str| {
            let path = format!("/v1/vaults/{vault}/secrets/a");
            let (app, token) = (&app, agent.token.clone());
            async move { app.call("PUT", &path, &token, json!({ "value": value })).await }
        };
        let approval = ask(&app, &agent, &write("x").await, None).await;
        assert_eq!(approval["risk_tier"], 2);
        let grant = json!({ "decision": "approve", "grant": { "mode": "once" } });
        // Changing secrets is risky: the token alone is too little to allow it.
        problem(&decide(&app, &owner, &approval, grant.clone()).await, 403);
        problem(&write("early").await, 403);
        let _ = confirm(&app, &owner, &approval, &grant).await.expect(200);
        let _ = write("written").await.expect(201);
        problem(&write("again").await, 403);
        assert_eq!(app.read(&owner.token, &vault, "a").await.expect(200).json()["value"], "written");
    }
}

each_backend! {
    async fn access_for_a_time_lapses_to_the_second(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, Some(600)).await;
        assert_eq!(approval["duration_seconds"], 600);
        let decided = decide(&app, &owner, &approval, json!({ "decision": "approved" })).await.expect(200).json();
        assert_eq!(decided["grant_mode"], "duration");
        app.clock.advance(Duration::from_millis(599_999));
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
        app.clock.advance(Duration::from_millis(1));
        problem(&app.read(&agent.token, &vault, "a").await, 403);
    }
}

each_backend! {
    async fn people_grant_less_than_was_asked_and_never_more(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let refused = app.read(&agent.token, &vault, "a").await;
        let approval = ask(&app, &agent, &refused, None).await;
        let grant = |permissions: Value| json!({ "decision": "approve", "grant": { "mode": "always", "permissions": permissions } });
        problem(&decide(&app, &owner, &approval, grant(json!(["read", "write"]))).await, 400);
        let used_only = decide(&app, &owner, &approval, grant(json!(["use"]))).await.expect(200).json();
        // May be used, may not be seen.
        problem(&app.read(&agent.token, &vault, "a").await, 403);
        let policies = app.get(&format!("/v1/vaults/{vault}/policies"), &owner.token).await.expect(200).json();
        let policy = policies["policies"].as_array().unwrap().iter().find(|policy| policy["id"] == used_only["policy_id"]).unwrap();
        assert_eq!((&policy["permissions"], &policy["secret_path_pattern"], &policy["created_by"]), (&json!(["use"]), &json!("a"), &json!(owner.id)));
        assert!(policy.get("expires_at").is_none_or(Value::is_null));
    }
}

each_backend! {
    async fn an_unanswered_question_expires_and_was_not_refused(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        app.clock.advance(Duration::from_hours(7 * 24));
        let agent_token = app.exchange(&agent.key).await;
        let owner = app.sign_in(&owner.email).await;
        let path = format!("/v1/approvals/{}", approval["id"].as_str().unwrap());
        assert_eq!(app.get(&path, &agent_token).await.expect(200).json()["status"], "expired");
        problem(&decide(&app, &owner, &approval, json!({ "decision": "approve" })).await, 409);
        problem(&app.read(&agent_token, &vault, "a").await, 403);
        let expired = app.get("/v1/approvals?status=expired", &owner.token).await.expect(200).json();
        assert_eq!(expired["approvals"][0]["id"], approval["id"]);
        assert_eq!(app.get("/v1/approvals?status=denied", &owner.token).await.expect(200).json()["approvals"], json!([]));
    }
}

each_backend! {
    async fn of_two_answers_the_first_counts(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let yes = json!({ "decision": "approve", "grant": { "mode": "always" } });
        let (one, two) = tokio::join!(
            decide(&app, &owner, &approval, yes.clone()),
            decide(&app, &owner, &approval, json!({ "decision": "reject" })),
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let reads = app.read(&agent.token, &vault, "a").await.status;
        assert_eq!(reads == 200, one.status == 200, "what was granted is what was answered");
        problem(&decide(&app, &owner, &approval, yes).await, 409);
    }
}

each_backend! {
    async fn a_wait_ends_with_the_answer_and_not_with_an_error(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let path = format!("/v1/approvals/{}?wait=30", approval["id"].as_str().unwrap());
        let (waited, _) = tokio::join!(
            app.get(&path, &agent.token),
            decide(&app, &owner, &approval, json!({ "decision": "deny", "reason": "not today" })),
        );
        let answer = waited.expect(200).json();
        assert_eq!((&answer["status"], &answer["decision_reason"]), (&json!("rejected"), &json!("not today")));
    }
}

each_backend! {
    async fn an_open_wait_ends_with_the_agent(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let path = format!("/v1/approvals/{}?wait=30", approval["id"].as_str().unwrap());
        let off = async {
            let one = format!("/v1/agents/{}", agent.id);
            let _ = app.call("PATCH", &one, &owner.token, json!({ "is_active": false })).await.expect(200);
        };
        let (waited, ()) = tokio::join!(app.get(&path, &agent.token), off);
        problem(&waited, 401);
    }
}

each_backend! {
    async fn a_question_is_between_an_agent_and_its_people(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let path = format!("/v1/approvals/{}", approval["id"].as_str().unwrap());
        let stranger = app.sign_up("mallory@example.com").await;
        let other = app.create_agent(&owner, "other").await;
        for token in [&stranger.token, &other.token] {
            problem(&app.get(&path, token).await, 404);
            problem(&app.post(&format!("{path}/cancel"), token, Value::Null).await, 404);
        }
        problem(&decide(&app, &stranger, &approval, json!({ "decision": "approve" })).await, 404);
        // The agent can ask and take back, never answer.
        problem(&app.post(&format!("{path}/approve"), &agent.token, Value::Null).await, 403);
        problem(&app.get("/v1/approvals", &agent.token).await, 403);
        problem(&app.post("/v1/approvals/request", &owner.token, json!({ "action": "x", "target_type": "", "target_id": "", "summary": {} })).await, 403);
        let cancelled = app.post(&format!("{path}/cancel"), &agent.token, Value::Null).await.expect(200).json();
        assert_eq!(cancelled["status"], "cancelled");
        problem(&decide(&app, &owner, &approval, json!({ "decision": "approve" })).await, 409);
        let again = app.post(&format!("{path}/cancel"), &agent.token, Value::Null).await.expect(200).json();
        assert_eq!(again, cancelled);
    }
}

each_backend! {
    async fn a_policy_change_is_checked_when_asked_and_again_when_answered(app: TestApp) {
        let Scene { owner, vault, agent } = scene(&app).await;
        let ask_for = |summary: Value| {
            let (app, token) = (&app, agent.token.clone());
            async move {
                let body = json!({ "action": "policy_change", "target_type": "policy", "target_id": "", "summary": summary });
                app.post("/v1/approvals/request", &token, body).await
            }
        };
        for wrong in [
            json!({}), json!("text"), json!({ "vault_id": vault }),
            json!({ "vault_id": vault, "path_pattern": "../x", "permissions": ["read"] }),
            json!({ "vault_id": vault, "path_pattern": "a", "permissions": ["own"] }),
            json!({ "vault_id": vault, "path_pattern": "a", "permissions": ["read"], "principal_id": owner.id }),
        ] {
            problem(&ask_for(wrong).await, 400);
        }
        let wanted = json!({ "vault_id": vault, "secret_path_pattern": "a", "permissions": ["read"] });
        let first = ask_for(wanted.clone()).await.expect(202).json();
        let approved = decide(&app, &owner, &first, json!({ "decision": "approve" })).await.expect(200).json();
        assert_eq!(approved["grant_mode"], "always");
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
        // What it concerns has gone in between: nothing is granted, and the question still stands.
        let late = ask_for(wanted).await.expect(202).json();
        let _ = app.call("DELETE", &format!("/v1/vaults/{vault}"), &owner.token, Value::Null).await.expect(204);
        problem(&decide(&app, &owner, &late, json!({ "decision": "approve" })).await, 404);
        assert_eq!(app.get("/v1/approvals?status=pending", &owner.token).await.expect(200).json()["approvals"][0]["id"], late["id"]);
    }
}

#[tokio::test]
async fn the_mail_leads_to_a_page_and_nothing_that_is_opened_answers() {
    let app = TestApp::new().await;
    let Scene {
        owner,
        vault,
        agent,
    } = scene(&app).await;
    app.mails().await;
    let refused = app.read(&agent.token, &vault, "a").await;
    let approval = ask(&app, &agent, &refused, None).await;
    let mails = app.mails().await;
    let id = approval["id"].as_str().unwrap();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains(&format!("/approvals/{id}")));
    for decision in ["approved", "rejected"] {
        let path = format!("/v1/approvals/quick-decide?token={id}&decision={decision}");
        for token in ["", &owner.token] {
            let answer = app.get(&path, token).await.expect(303);
            assert!(
                answer
                    .header("location")
                    .starts_with(&format!("/approvals/{id}?choice="))
            );
        }
    }
    let now = app
        .get(&format!("/v1/approvals/{id}"), &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(now["status"], "pending");
    problem(
        &app.get(
            &format!("/v1/approvals/quick-decide?token={id}&decision=maybe"),
            "",
        )
        .await,
        400,
    );
}

#[tokio::test]
async fn an_agent_that_asks_too_much_has_to_wait_for_answers() {
    let app = TestApp::new().await;
    let Scene { agent, .. } = scene(&app).await;
    let body = json!({ "action": "deploy", "target_type": "service", "target_id": "shop", "summary": "please" });
    for _ in 0..20 {
        let _ = app
            .post("/v1/approvals/request", &agent.token, body.clone())
            .await
            .expect(202);
    }
    let refused = app.post("/v1/approvals/request", &agent.token, body).await;
    problem(&refused, 429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
}

each_backend! {
    async fn a_demoted_approver_grants_nothing(app: TestApp) {
        let Scene { owner, vault, .. } = scene(&app).await;
        let admin = crate::org::join(&app, &owner, "admin@example.com", "admin").await;
        let agent = app.create_agent(&admin, "theirs").await;
        let approval = ask(&app, &agent, &app.read(&agent.token, &vault, "a").await, None).await;
        let role = format!("/v1/org/members/{}", admin.id);
        let _ = app.call("PATCH", &role, &owner.token, json!({ "role": "member" })).await.expect(200);
        // Still theirs to see and to refuse, no longer theirs to grant.
        problem(&decide(&app, &admin, &approval, json!({ "decision": "approve" })).await, 403);
        problem(&app.read(&agent.token, &vault, "a").await, 403);
        let path = format!("/v1/approvals/{}", approval["id"].as_str().unwrap());
        assert_eq!(app.get(&path, &admin.token).await.expect(200).json()["status"], "pending");
        // Who runs the organisation can answer in their place.
        let _ = decide(&app, &owner, &approval, json!({ "decision": "approve" })).await.expect(200);
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
    }
}
