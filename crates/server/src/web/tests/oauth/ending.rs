//! Whatever ends an assistant ends it at its next request.

use super::*;

impl LetIn<'_> {
    async fn owner(&self) -> String {
        self.site.server.sign_in(OWNER).await.token
    }

    /// The agent it acts as.
    async fn agent(&self) -> String {
        let me = tool(&self.site.server, &self.tokens.access, "whoami", json!({})).await;
        me["structuredContent"]["id"].as_str().unwrap().to_owned()
    }

    async fn switch(&self, agent: &str, is_active: bool) {
        let path = format!("/v1/agents/{agent}");
        let body = json!({ "is_active": is_active });
        let owner = self.owner().await;
        let _ = self
            .site
            .server
            .call("PATCH", &path, &owner, body)
            .await
            .expect(200);
    }

    /// Neither of its tokens is worth anything.
    async fn assert_over(&self) {
        assert!(!self.is_in().await);
        refused(&self.refresh(&self.tokens.refresh).await, "invalid_grant");
    }
}

#[tokio::test]
async fn a_paused_agent_is_out_and_comes_back() {
    let site = open().await;
    let them = let_in(&site, &["names:read"]).await;
    let agent = them.agent().await;
    them.switch(&agent, false).await;
    them.assert_over().await;
    // Its token ended; what the human allowed did not.
    them.switch(&agent, true).await;
    assert!(!them.is_in().await);
    let next = Tokens::of(them.refresh(&them.tokens.refresh).await);
    let _ = call(&site.server, &next.access, "tools/list", json!({}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_removed_agent_is_out_for_good() {
    let site = open().await;
    let them = let_in(&site, &["names:read"]).await;
    let path = format!("/v1/agents/{}", them.agent().await);
    let owner = them.owner().await;
    let _ = site
        .server
        .call("DELETE", &path, &owner, Value::Null)
        .await
        .expect(204);
    them.assert_over().await;
    assert_eq!(logged(&site, "oauth.revoke").await, 1);
}

#[tokio::test]
async fn a_frozen_organisation_lets_no_assistant_in() {
    let site = open().await;
    let them = let_in(&site, &["names:read"]).await;
    let owner = them.owner().await;
    let _ = site
        .server
        .post("/v1/org/freeze-agents", &owner, json!({}))
        .await
        .expect(200);
    them.assert_over().await;
}

#[tokio::test]
async fn a_code_that_was_not_redeemed_ends_with_its_agent() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let agent = site.server.create_agent(&owner, "bot").await;
    let fields = [
        ("act_as", "existing"),
        ("agent", agent.id.as_str()),
        ("days", "7"),
        ("scopes", "names:read"),
    ];
    let code = allow(&mut ana, &publisher.question(&[]), &fields).await;
    let path = format!("/v1/agents/{}", agent.id);
    let off = json!({ "is_active": false });
    let _ = site
        .server
        .call("PATCH", &path, &owner.token, off)
        .await
        .expect(200);
    refused(
        &redeem(&site.server, &publisher.id, &code, &[]).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn an_assistant_can_sign_out_and_no_other_can_do_it_for_it() {
    let site = open().await;
    for by_access_token in [false, true] {
        let them = let_in(&site, &["names:read"]).await;
        let token = if by_access_token {
            &them.tokens.access
        } else {
            &them.tokens.refresh
        };
        for (client, token) in [
            ("https://evil.example.com/c", token.as_str()),
            (
                them.publisher.id.as_str(),
                "orf_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            ),
            (them.publisher.id.as_str(), "nonsense"),
        ] {
            let fields = [("token", token), ("client_id", client)];
            let answer = send(&site.server, "/oauth/revoke", &fields)
                .await
                .expect(200);
            assert!(answer.body.is_empty());
            assert!(them.is_in().await, "{client} {token}");
        }
        let fields = [
            ("token", token.as_str()),
            ("client_id", them.publisher.id.as_str()),
        ];
        let _ = send(&site.server, "/oauth/revoke", &fields)
            .await
            .expect(200);
        them.assert_over().await;
    }
    assert_eq!(logged(&site, "oauth.revoke").await, 2);
}

#[tokio::test]
async fn a_grant_is_seen_and_ended_by_whom_it_concerns() {
    let site = open().await;
    let them = let_in(&site, &["names:read"]).await;
    let app = &site.server;
    let owner = them.owner().await;
    let listed = app.get("/v1/oauth/grants", &owner).await.expect(200).json();
    let grant = &listed["grants"][0];
    assert_eq!(grant["agent_id"], them.agent().await);
    assert_eq!(grant["client_id"], them.publisher.id);
    assert_eq!(
        (grant["sent_to"].as_str(), grant["scopes"][0].as_str()),
        (Some("127.0.0.1"), Some("names:read"))
    );
    let text = listed.to_string();
    for hidden in [&them.tokens.access, &them.tokens.refresh] {
        assert!(!text.contains(hidden.as_str()));
    }
    let path = format!("/v1/oauth/grants/{}", grant["id"].as_str().unwrap());
    // Not by people of another organisation, and not by agents.
    drop(site.signed_in("eve@example.com").await);
    let eve = app.sign_in("eve@example.com").await;
    let foreign = app
        .get("/v1/oauth/grants", &eve.token)
        .await
        .expect(200)
        .json();
    assert_eq!(foreign, json!({ "grants": [] }));
    let _ = app
        .call("DELETE", &path, &eve.token, Value::Null)
        .await
        .expect(404);
    let ana = app.sign_in(OWNER).await;
    let agent = app.create_agent(&ana, "bot").await;
    let _ = app.get("/v1/oauth/grants", &agent.token).await.expect(403);
    let _ = app
        .call("DELETE", &path, &agent.token, Value::Null)
        .await
        .expect(403);
    assert!(them.is_in().await);
    let _ = app
        .call("DELETE", &path, &owner, Value::Null)
        .await
        .expect(204);
    them.assert_over().await;
    let _ = app
        .call("DELETE", &path, &owner, Value::Null)
        .await
        .expect(404);
    assert_eq!(
        app.get("/v1/oauth/grants", &owner).await.json(),
        json!({ "grants": [] })
    );
}

/// Brings somebody into the owner's organisation with this role, signed in there in a browser.
async fn join<'a>(site: &'a Site, email: &str, role: &str) -> Browser<'a> {
    let app = &site.server;
    let owner = app.sign_in(OWNER).await;
    let body = json!({ "email": email, "role": role });
    let _ = app
        .post("/v1/org/invite", &owner.token, body)
        .await
        .expect(200);
    let token = app.mailed_token("invite").await;
    let mut browser = site.signed_in(email).await;
    let page = format!("/invite/{token}");
    browser
        .submit(&page, &format!("{page}/accept"), &[])
        .await
        .expect(303);
    browser
}

/// Somebody of this role lets an assistant in as this agent, or as a new one.
async fn let_in_by(
    browser: &mut Browser<'_>,
    publisher: &Publisher,
    agent: Option<&str>,
) -> Tokens {
    let fields = match agent {
        Some(agent) => vec![
            ("act_as", "existing"),
            ("agent", agent),
            ("days", "7"),
            ("scopes", "names:read"),
        ],
        None => as_new_agent(&["names:read"]),
    };
    let app = &browser.site.server;
    let code = allow(browser, &publisher.question(&[]), &fields).await;
    Tokens::of(redeem(app, &publisher.id, &code, &[]).await)
}

#[tokio::test]
async fn whoever_leaves_takes_no_assistant_along() {
    let site = open().await;
    drop(site.signed_in(OWNER).await);
    let publisher = Publisher::start().await;
    let mut bob = join(&site, "bob@example.com", "member").await;
    let app = &site.server;
    let tokens = let_in_by(&mut bob, &publisher, None).await;
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(200);
    let owner = app.sign_in(OWNER).await;
    let members = app
        .get("/v1/org/members", &owner.token)
        .await
        .expect(200)
        .json();
    let members = members["members"].as_array().unwrap();
    let bob = members
        .iter()
        .find(|member| member["email"] == "bob@example.com")
        .unwrap();
    let path = format!(
        "/v1/org/members/{}",
        bob["user_id"].as_str().or(bob["id"].as_str()).unwrap()
    );
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(401);
    // Even once an owner switches the agent on again that they took over.
    let agents = app.get("/v1/agents", &owner.token).await.expect(200).json();
    let agent = agents["agents"][0]["id"].as_str().unwrap();
    let path = format!("/v1/agents/{agent}");
    let _ = app
        .call("PATCH", &path, &owner.token, json!({ "is_active": true }))
        .await
        .expect(200);
    refused(
        &refresh(app, &publisher.id, &tokens.refresh).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn whoever_is_no_admin_any_more_keeps_the_assistants_of_their_own_agents_alone() {
    let site = open().await;
    drop(site.signed_in(OWNER).await);
    let publisher = Publisher::start().await;
    let mut bob = join(&site, "bob@example.com", "admin").await;
    let app = &site.server;
    let owner = app.sign_in(OWNER).await;
    let hers = app.create_agent(&owner, "hers").await;
    let own = let_in_by(&mut bob, &publisher, None).await;
    let foreign = let_in_by(&mut bob, &publisher, Some(&hers.id)).await;
    let members = app
        .get("/v1/org/members", &owner.token)
        .await
        .expect(200)
        .json();
    let members = members["members"].as_array().unwrap();
    let bob = members
        .iter()
        .find(|member| member["email"] == "bob@example.com")
        .unwrap();
    let path = format!(
        "/v1/org/members/{}",
        bob["user_id"].as_str().or(bob["id"].as_str()).unwrap()
    );
    let _ = app
        .call("PATCH", &path, &owner.token, json!({ "role": "member" }))
        .await
        .expect(200);
    let _ = call(app, &own.access, "tools/list", json!({}))
        .await
        .expect(200);
    let _ = call(app, &foreign.access, "tools/list", json!({}))
        .await
        .expect(401);
    refused(
        &refresh(app, &publisher.id, &foreign.refresh).await,
        "invalid_grant",
    );
    Tokens::of(refresh(app, &publisher.id, &own.refresh).await);
}
