//! Answering agents and joining organisations by the pages.

use super::browser::{Browser, Site};
use super::furniture::OWNER;
use crate::test_app::{Agent, PASSWORD, PUBLIC_URL, Person};
use serde_json::{Value, json};

/// An agent of the owner asks for access to `a`; gives the page on which that is answered.
async fn question(
    site: &Site,
    owner: &Person,
    vault: &str,
    agent: &Agent,
    pattern: &str,
) -> String {
    let body = json!({ "action": "access", "target_type": "vault", "target_id": vault, "reason": "<b>because</b>",
        "summary": { "vault_id": vault, "path_pattern": pattern, "permissions": ["read"] } });
    let asked = site
        .server
        .post("/v1/approvals/request", &agent.token, body);
    let asked = asked.await.expect(202).json();
    assert!(!owner.token.is_empty());
    let url = asked["review_url"].as_str().unwrap();
    url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

async fn scene(site: &Site) -> (Browser<'_>, Person, String, Agent) {
    let ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "prod").await;
    let _ = site.server.put(&owner.token, &vault, "a", "v").await;
    let agent = site.server.create_agent(&owner, "bot").await;
    (ana, owner, vault, agent)
}

#[tokio::test]
async fn an_agents_question_is_answered_by_a_button_and_by_nothing_else() {
    let site = Site::open().await;
    let (mut ana, owner, vault, agent) = scene(&site).await;
    let page = question(&site, &owner, &vault, &agent, "a").await;
    let read = || site.server.read(&agent.token, &vault, "a");
    for choice in ["", "?choice=allow", "?choice=deny"] {
        ana.get(&format!("{page}{choice}"))
            .await
            .expect(200)
            .shows("An agent asks for your approval")
            .shows("&#60;b&#62;because&#60;/b&#62;")
            .shows("Opening this page changed nothing");
    }
    ana.get("/approvals").await.expect(200).shows(&page);
    assert_eq!(read().await.status, 403);
    // Somebody else sees nothing, and a form without its token does nothing.
    let mut bea = site.signed_in("bea@example.org").await;
    bea.get(&page).await.expect(404);
    let action = format!("{page}/approve");
    ana.post(&action, &[("mode", "always")]).await.expect(403);
    assert_eq!(read().await.status, 403);

    ana.submit(&page, &action, &[("mode", "once")])
        .await
        .expect(200)
        .shows("This request is approved");
    assert_eq!(read().await.status, 200);
    assert_eq!(read().await.status, 403);

    let second = question(&site, &owner, &vault, &agent, "a").await;
    ana.submit(&second, &format!("{second}/deny"), &[("reason", "no")])
        .await
        .expect(200)
        .shows("This request is rejected");
    assert_eq!(read().await.status, 403);
}

#[tokio::test]
async fn a_value_that_an_agent_lacks_is_typed_on_the_page_and_shown_on_none() {
    let site = Site::open().await;
    let (mut ana, owner, vault, agent) = scene(&site).await;
    let body = json!({ "action": "secret.provide", "target_type": "secret", "target_id": "keys/pay",
        "summary": { "vault_id": vault, "path": "keys/pay" }, "reason": "The provider's key" });
    let asked = site
        .server
        .post("/v1/approvals/request", &agent.token, body);
    let asked = asked.await.expect(202).json();
    let url = asked["review_url"].as_str().unwrap();
    let page = url.strip_prefix(PUBLIC_URL).unwrap();
    let action = format!("{page}/approve");
    let shown = ana.get(page).await.expect(200);
    shown
        .shows("An agent asks you for a value")
        .shows("keys/pay");
    let written = || site.server.read(&owner.token, &vault, "keys/pay");
    // Without a value nothing is stored, and the question stays.
    ana.submit(page, &action, &[("value", "")])
        .await
        .expect(400)
        .shows("Type the value");
    assert_eq!(written().await.status, 404);
    let answered = ana.submit(page, &action, &[("value", "sk-typed-here")]);
    let answered = answered.await.expect(200);
    assert!(!answered.body.contains("sk-typed-here"));
    assert_eq!(written().await.json()["value"], "sk-typed-here");
    assert_eq!(
        site.server
            .read(&agent.token, &vault, "keys/pay")
            .await
            .status,
        403
    );
}

#[tokio::test]
async fn a_risky_question_asks_for_the_password_too() {
    let site = Site::open().await;
    let (mut ana, owner, vault, agent) = scene(&site).await;
    let page = question(&site, &owner, &vault, &agent, "**").await;
    let action = format!("{page}/approve");
    for (password, status) in [("", 403), ("wrong password", 403), (PASSWORD, 200)] {
        let fields = [
            ("mode", "duration"),
            ("seconds", "60"),
            ("confirmation", password),
        ];
        ana.submit(&page, &action, &fields).await.expect(status);
    }
    let _ = site
        .server
        .read(&agent.token, &vault, "a")
        .await
        .expect(200);
}

#[tokio::test]
async fn a_code_by_mail_answers_a_risky_question() {
    let site = Site::open().await;
    let (mut ana, owner, vault, agent) = scene(&site).await;
    let page = question(&site, &owner, &vault, &agent, "**").await;
    site.server.mails().await;
    ana.submit(&page, &format!("{page}/mail"), &[])
        .await
        .expect(200)
        .shows("A code is on its way");
    let mails = site.server.mails().await;
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mails[0].text.lines().map(str::trim).find(is_code).unwrap();
    let action = format!("{page}/approve");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for (typed, status) in [(wrong, 403), (code, 200)] {
        let fields = [
            ("mode", "duration"),
            ("seconds", "60"),
            ("confirmation", typed),
        ];
        ana.submit(&page, &action, &fields).await.expect(status);
    }
    let _ = site
        .server
        .read(&agent.token, &vault, "a")
        .await
        .expect(200);
}

#[tokio::test]
async fn one_joins_by_a_button_on_the_page_of_the_mailed_link() {
    let site = Site::open().await;
    let (_, owner, ..) = scene(&site).await;
    let mut bea = site.signed_in("bea@example.org").await;
    let _ = site
        .server
        .post(
            "/v1/org/invite",
            &owner.token,
            json!({ "email": "bea@example.org" }),
        )
        .await
        .expect(200);
    let token = site.server.mailed_token("invite").await;
    let page = format!("/invite/{token}");
    site.browser().get(&page).await.expect(303);
    site.signed_in("eve@example.org")
        .await
        .get(&page)
        .await
        .expect(404);
    let members = || site.server.get("/v1/org/members", &owner.token);
    bea.get(&page).await.expect(200).shows("You are invited");
    assert_eq!(
        members().await.json()["members"].as_array().unwrap().len(),
        1
    );
    bea.submit(&page, &format!("{page}/accept"), &[])
        .await
        .redirects_to("/");
    let joined: Value = members().await.json();
    let joined = joined["members"].as_array().unwrap();
    assert!(
        joined
            .iter()
            .any(|member| member["email"] == "bea@example.org")
    );
    bea.get(&page).await.expect(404);
}
