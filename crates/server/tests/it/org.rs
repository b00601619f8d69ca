//! The organisation: who is in it, how one joins and leaves, and what holds for all its agents.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Person, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

/// Signs somebody up, invites them into the owner's organisation, and gives them as a member there.
pub(crate) async fn join(app: &TestApp, owner: &Person, email: &str, role: &str) -> Person {
    let newcomer = app.sign_up(email).await;
    let body = json!({ "email": email, "role": role });
    let _ = app
        .post("/v1/org/invite", &owner.token, body)
        .await
        .expect(200);
    let token = app.mailed_token("invite").await;
    let joined = app
        .post(
            "/v1/org/invitations/accept",
            &newcomer.token,
            json!({ "token": token }),
        )
        .await
        .expect(200)
        .json();
    let member = Person {
        org: owner.org.clone(),
        token: joined["access_token"].as_str().unwrap().to_owned(),
        ..newcomer
    };
    let me = app
        .get("/v1/auth/me", &member.token)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&me["org_id"], &me["role"]),
        (&json!(owner.org), &json!(role))
    );
    member
}

async fn set_role(app: &TestApp, by: &Person, of: &Person, role: &str) -> u16 {
    let path = format!("/v1/org/members/{}", of.id);
    let body = json!({ "role": role });
    app.call("PATCH", &path, &by.token, body).await.status
}

async fn remove(app: &TestApp, by: &Person, of: &Person) -> u16 {
    let path = format!("/v1/org/members/{}", of.id);
    app.call("DELETE", &path, &by.token, Value::Null)
        .await
        .status
}

each_backend! {
    async fn a_person_joins_by_invitation_and_keeps_what_they_had(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "member").await;
        let members = app.get("/v1/org/members", &bob.token).await.expect(200).json();
        assert_eq!(members["members"].as_array().unwrap().len(), 2);
        // Signing in leads to where they joined last, and back again once they choose so.
        let there = app.sign_in("bob@example.com").await;
        assert_eq!(there.org, alice.org);
        let both = app.get("/v1/org/memberships", &there.token).await.expect(200).json();
        let own = both["memberships"][1]["org_id"].clone();
        // Of two choices in the same millisecond neither is the last.
        app.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(both["memberships"][0]["org_id"], json!(alice.org));
        let _ = app.post("/v1/org/switch", &there.token, json!({ "org_id": own })).await.expect(200);
        assert_eq!(json!(app.sign_in("bob@example.com").await.org), own);
        problem(&app.post("/v1/org/switch", &alice.token, json!({ "org_id": own })).await, 404);
    }
}

each_backend! {
    async fn an_invitation_is_for_one_address_once_and_for_a_time(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = app.sign_up("bob@example.com").await;
        let mallory = app.sign_up("mallory@example.com").await;
        let invite = || app.post("/v1/org/invite", &alice.token, json!({ "email": "bob@example.com" }));
        let accept = |token: String, by: String| {
            let app = &app;
            async move { app.post("/v1/org/invitations/accept", &by, json!({ "token": token })).await }
        };
        let _ = invite().await.expect(200);
        let first = app.mailed_token("invite").await;
        problem(&accept(first.clone(), mallory.token.clone()).await, 404);
        // A newer one replaces it.
        let _ = invite().await.expect(200);
        let second = app.mailed_token("invite").await;
        problem(&accept(first, bob.token.clone()).await, 404);
        let waiting = app.get("/v1/org/invitations", &alice.token).await.expect(200).json();
        let id = waiting["invitations"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/org/invitations/{id}");
        problem(&app.call("DELETE", &path, &mallory.token, Value::Null).await, 404);
        let _ = app.call("DELETE", &path, &alice.token, Value::Null).await.expect(204);
        problem(&accept(second, bob.token.clone()).await, 404);
        let _ = invite().await.expect(200);
        let third = app.mailed_token("invite").await;
        app.clock.advance(Duration::from_hours(7 * 24));
        let bob = app.sign_in("bob@example.com").await;
        problem(&accept(third, bob.token).await, 404);
    }
}

each_backend! {
    async fn an_invitation_is_worth_what_its_maker_may_still_do(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let admin = join(&app, &alice, "admin@example.com", "admin").await;
        let bob = app.sign_up("bob@example.com").await;
        let owner_role = json!({ "email": "bob@example.com", "role": "owner" });
        problem(&app.post("/v1/org/invite", &admin.token, owner_role).await, 403);
        let _ = app.post("/v1/org/invite", &admin.token, json!({ "email": "bob@example.com" })).await.expect(200);
        let token = app.mailed_token("invite").await;
        assert_eq!(set_role(&app, &alice, &admin, "member").await, 200);
        problem(&app.post("/v1/org/invite", &admin.token, json!({ "email": "x@example.com" })).await, 403);
        problem(&app.post("/v1/org/invitations/accept", &bob.token, json!({ "token": token })).await, 404);
    }
}

#[tokio::test]
async fn inviting_does_not_tell_who_has_an_account() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let _ = app.sign_up("known@example.com").await;
    let mut answers = Vec::new();
    for email in ["known@example.com", "other@example.com"] {
        let answer = app
            .post("/v1/org/invite", &alice.token, json!({ "email": email }))
            .await
            .expect(200);
        answers.push(answer.json()["message"].clone());
        assert_eq!(app.mails().await.len(), 1, "{email}");
    }
    assert_eq!(answers[0], answers[1]);
    problem(
        &app.post(
            "/v1/org/invite",
            &alice.token,
            json!({ "email": "alice@example.com" }),
        )
        .await,
        409,
    );
}

each_backend! {
    async fn an_organisation_keeps_an_owner_and_only_owners_touch_owners(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let admin = join(&app, &alice, "admin@example.com", "admin").await;
        let member = join(&app, &alice, "member@example.com", "member").await;
        assert_eq!(set_role(&app, &alice, &alice, "admin").await, 409);
        assert_eq!(remove(&app, &alice, &alice).await, 409);
        for by in [&admin, &member] {
            assert_eq!(set_role(&app, by, &alice, "member").await, 403);
            assert_eq!(remove(&app, by, &alice).await, 403);
        }
        assert_eq!(set_role(&app, &admin, &member, "owner").await, 403);
        assert_eq!(set_role(&app, &member, &member, "admin").await, 403);
        problem(&app.call("PATCH", &format!("/v1/org/members/{NOTHING}"), &alice.token, json!({ "role": "admin" })).await, 404);
        // With a second owner the first may go.
        assert_eq!(set_role(&app, &alice, &admin, "owner").await, 200);
        assert_eq!(set_role(&app, &alice, &alice, "member").await, 200);
        assert_eq!(set_role(&app, &alice, &member, "admin").await, 403);
        assert_eq!(remove(&app, &admin, &admin).await, 409);
    }
}

each_backend! {
    async fn whoever_is_removed_can_do_nothing_from_the_next_request_on(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let bob = join(&app, &alice, "bob@example.com", "admin").await;
        let vault = app.create_vault(&bob.token, "prod").await;
        let secret = app.put(&bob.token, &vault, "a", "v").await;
        let agent = app.create_agent(&bob, "bot").await;
        let _ = app.allow(&bob, &vault, &agent, "a", &["read"]).await;
        let link = json!({ "recipient_type": "anyone_with_link", "expires_at": "2026-12-31T00:00:00Z" });
        let share = app.post(&format!("/v1/secrets/{secret}/share"), &bob.token, link).await.expect(201).json();
        let share = format!("/v1/share/{}", share["id"].as_str().unwrap());
        let _ = app.get(&share, "").await.expect(200);
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);

        assert_eq!(remove(&app, &alice, &bob).await, 204);
        problem(&app.read(&bob.token, &vault, "a").await, 401);
        problem(&app.get("/v1/auth/me", &bob.token).await, 401);
        problem(&app.get(&share, "").await, 404);
        problem(&app.read(&agent.token, &vault, "a").await, 401);
        // Switching the agent on again does not bring back the key that its human was shown.
        let one = format!("/v1/agents/{}", agent.id);
        let _ = app.call("PATCH", &one, &alice.token, json!({ "is_active": true })).await.expect(200);
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        // They still have what is theirs.
        let back = app.sign_in("bob@example.com").await;
        assert_ne!(back.org, alice.org);
        assert_eq!(remove(&app, &alice, &bob).await, 404);
    }
}

each_backend! {
    async fn freezing_stops_every_agent_at_once_and_no_person(app: TestApp) {
        let alice = app.sign_up("alice@example.com").await;
        let other = app.sign_up("other@example.com").await;
        let vault = app.create_vault(&alice.token, "prod").await;
        let _ = app.put(&alice.token, &vault, "a", "v").await;
        let agent = app.create_agent(&alice, "bot").await;
        let elsewhere = app.create_agent(&other, "bot").await;
        let member = join(&app, &alice, "member@example.com", "member").await;
        let _ = app.allow(&alice, &vault, &agent, "a", &["read"]).await;
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
        problem(&app.post("/v1/org/freeze-agents", &member.token, Value::Null).await, 403);
        problem(&app.post("/v1/org/freeze-agents", &agent.token, Value::Null).await, 403);

        let frozen = app.post("/v1/org/freeze-agents", &alice.token, Value::Null).await.expect(200).json();
        assert_eq!(frozen["agents_frozen"], true);
        app.clock.advance(Duration::from_secs(1));
        let again = app.post("/v1/org/freeze-agents", &alice.token, Value::Null).await.expect(200).json();
        assert_eq!(again["agents_frozen_at"], frozen["agents_frozen_at"]);
        problem(&app.read(&agent.token, &vault, "a").await, 401);
        problem(&app.get("/v1/agents/me", &agent.token).await, 401);
        problem(&app.post("/v1/auth/agent-token", "", json!({ "api_key": agent.key })).await, 401);
        let _ = app.read(&alice.token, &vault, "a").await.expect(200);
        let _ = app.get("/v1/agents/me", &elsewhere.token).await.expect(200);

        let thawed = app.post("/v1/org/unfreeze-agents", &alice.token, Value::Null).await.expect(200).json();
        assert_eq!(thawed["agents_frozen"], false);
        let _ = app.read(&agent.token, &vault, "a").await.expect(200);
        let log = app.get("/v1/audit/events?action=org.freeze_agents", &alice.token).await.expect(200).json();
        assert_eq!(log["count"], 1);
    }
}

#[tokio::test]
async fn settings_are_seen_by_members_and_changed_by_those_who_run_it() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let member = join(&app, &alice, "member@example.com", "member").await;
    let patch = |token: String, body: Value| {
        let app = &app;
        async move { app.call("PATCH", "/v1/org/settings", &token, body).await }
    };
    let before = app
        .get("/v1/org/settings", &member.token)
        .await
        .expect(200)
        .json();
    assert_eq!(
        before,
        json!({ "name": "alice", "key_delivery": null, "agents_frozen": false })
    );
    problem(
        &patch(member.token.clone(), json!({ "name": "Mine" })).await,
        403,
    );
    problem(
        &patch(alice.token.clone(), json!({ "key_delivery": "pigeon" })).await,
        400,
    );
    let set = json!({ "name": "Example", "key_delivery": "link" });
    let set = patch(alice.token.clone(), set).await.expect(200).json();
    assert_eq!(
        (&set["name"], &set["key_delivery"]),
        (&json!("Example"), &json!("link"))
    );
    let cleared = patch(alice.token.clone(), json!({ "key_delivery": null })).await;
    assert_eq!(
        cleared.expect(200).json(),
        json!({ "name": "Example", "key_delivery": null, "agents_frozen": false })
    );
}
