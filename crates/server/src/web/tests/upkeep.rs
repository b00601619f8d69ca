//! Members, keys, webhooks, settings and the state of the system, by the pages.

use super::browser::{Browser, Page, Site, between};
use super::furniture::OWNER;
use crate::test_app::PASSWORD;
use serde_json::json;

const BEA: &str = "bea@example.org";

/// The link of the invitation that was mailed last.
async fn invitation(site: &Site) -> String {
    format!("/invite/{}", site.server.mailed_token("invite").await)
}

/// Bea joins the organisation of the owner; gives her browser, signed in there.
async fn join<'a>(site: &'a Site, ana: &mut Browser<'_>) -> Browser<'a> {
    let mut bea = site.signed_in(BEA).await;
    site.server.mails().await;
    let fields = [("email", BEA), ("role", "member")];
    ana.submit("/members", "/members", &fields)
        .await
        .redirects_to("/members");
    let link = invitation(site).await;
    bea.submit(&link, &format!("{link}/accept"), &[])
        .await
        .redirects_to("/");
    bea
}

#[track_caller]
fn made_value(page: &Page) -> &str {
    let value = between(&page.body, "class=\"copyable value\"", "</code>");
    value.split_once('>').map_or("", |(_, value)| value)
}

#[tokio::test]
async fn people_are_invited_promoted_and_removed_by_whom_may() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/members")
        .await
        .expect(200)
        .shows("No invitation waits");
    ana.submit(
        "/members",
        "/members",
        &[("email", "nobody"), ("role", "member")],
    )
    .await
    .expect(400)
    .shows("id=\"email-error\"");
    let mut bea = join(&site, &mut ana).await;
    // A member sees the others, and no form.
    let seen = bea.get("/members").await.expect(200).shows(OWNER);
    assert_eq!(
        seen.forms(),
        ["/search", "/signout", "/search"],
        "{}",
        seen.body
    );
    bea.get("/webhooks").await.expect(403);
    bea.get("/settings/organisation")
        .await
        .expect(200)
        .hides("action=\"/settings/organisation");

    let page = ana.get("/members").await.expect(200).shows(BEA);
    let role = page.form_with("/role");
    ana.submit_from(&page, &role, &[("role", "admin")])
        .await
        .redirects_to("/members");
    let page = bea
        .get("/members")
        .await
        .expect(200)
        .shows("Invite somebody");
    let agent = [("name", "bot of bea"), ("description", "")];
    bea.submit("/agents", "/agents", &agent).await.expect(200);
    // The only owner stays, whoever asks.
    let remove = page.form_with("/remove");
    bea.submit_from(&page, &remove, &[])
        .await
        .shows("class=\"note danger\"");

    let page = ana.get("/members").await.expect(200);
    let page = page.shows("One agent that they let in is switched off and loses its key.");
    let remove = page.form_with("/remove");
    ana.submit_from(&page, &remove, &[])
        .await
        .redirects_to("/members");
    ana.get("/members").await.expect(200).hides(BEA);
    ana.get("/agents").await.expect(200).shows("paused");
    bea.get("/members")
        .await
        .redirects_to("/signin?next=%2Fmembers");
}

#[tokio::test]
async fn a_withdrawn_invitation_lets_nobody_in() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let mut bea = site.signed_in(BEA).await;
    site.server.mails().await;
    ana.submit("/members", "/members", &[("email", BEA), ("role", "admin")])
        .await
        .expect(303);
    let link = invitation(&site).await;
    bea.get(&link).await.expect(200);
    let page = ana.get("/members").await.expect(200).shows(BEA);
    let withdraw = page.form_with("/withdraw");
    ana.submit_from(&page, &withdraw, &[]).await.expect(303);
    bea.get(&link).await.expect(404);
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_revoked() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/keys").await.expect(200).shows("No keys yet");
    ana.submit("/keys", "/keys", &[("name", "ci"), ("scopes", "/wrong/**")])
        .await
        .expect(400)
        .shows("id=\"scopes-error\"");
    let made = ana
        .submit(
            "/keys",
            "/keys",
            &[("name", "ci"), ("days", "30"), ("scopes", "ci/**\r\n")],
        )
        .await
        .expect(200);
    let key = made_value(&made).to_owned();
    assert!(key.starts_with("1ck_"), "{key}");
    let exchange = async |expected| {
        let body = json!({ "api_key": key });
        let path = "/v1/auth/api-key-token";
        let _ = site.server.post(path, "", body).await.expect(expected);
    };
    exchange(200).await;
    let list = ana
        .get("/keys")
        .await
        .expect(200)
        .hides(&key)
        .shows("ci/**");
    let list = list.shows("active");
    let revoke = list.form_with("/revoke");
    ana.submit_from(&list, &revoke, &[]).await.expect(303);
    exchange(401).await;
    ana.get("/keys").await.expect(200).shows("revoked");
}

#[tokio::test]
async fn a_webhook_is_made_tested_changed_and_deleted() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/webhooks")
        .await
        .expect(200)
        .shows("No webhooks yet");
    let url = "https://hooks.example.com/1claw";
    ana.submit(
        "/webhooks",
        "/webhooks",
        &[("url", "http://127.0.0.1/"), ("events", "vault.created")],
    )
    .await
    .expect(400)
    .shows("id=\"url-error\"");
    let made = ana
        .submit(
            "/webhooks",
            "/webhooks",
            &[("url", url), ("events", "vault.created")],
        )
        .await
        .expect(200);
    let secret = made_value(&made).to_owned();
    assert!(secret.len() >= 16, "{secret}");
    let list = ana.get("/webhooks").await.expect(200).shows(url);
    let page = format!(
        "/webhooks/{}",
        between(&list.body, "href=\"/webhooks/", "\"")
    );
    let shown = ana.get(&page).await.expect(200).hides(&secret);
    let shown = shown
        .shows("Nothing was sent yet")
        .shows("No delivery below waits.");

    ana.submit_from(&shown, &format!("{page}/test"), &[])
        .await
        .redirects_to(&page);
    ana.get(&page)
        .await
        .expect(200)
        .shows("webhook.test")
        .shows("Deliveries, newest first");
    ana.submit(&page, &format!("{page}/events"), &[("url", url)])
        .await
        .expect(400)
        .shows("id=\"events-error\"");
    ana.submit(&page, &format!("{page}/switch"), &[])
        .await
        .expect(303);
    ana.get(&page)
        .await
        .expect(200)
        .shows("nothing is sent to it");
    let rotated = ana
        .submit(&page, &format!("{page}/rotate-secret"), &[])
        .await;
    assert_ne!(made_value(&rotated.expect(200)), secret);
    // Somebody else's webhook is not there.
    let mut bea = site.signed_in(BEA).await;
    bea.get(&page).await.expect(404);
    ana.submit(&page, &format!("{page}/delete"), &[])
        .await
        .redirects_to("/webhooks");
    ana.get(&page).await.expect(404);
}

#[tokio::test]
async fn sessions_end_and_a_password_changes() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let mut other = site.signed_in(OWNER).await;
    let page = ana.get("/settings").await.expect(200).shows("this one");
    let end = page.form_with("/end");
    ana.submit_from(&page, &end, &[])
        .await
        .redirects_to("/settings");
    other
        .get("/settings")
        .await
        .redirects_to("/signin?next=%2Fsettings");

    let new = "an entirely different password";
    let change = "/settings/password";
    let wrong = [("current_password", "not this one"), ("new_password", new)];
    let page = ana.submit("/settings", change, &wrong).await;
    assert!(
        page.status >= 400 && !page.body.contains(new),
        "{}",
        page.status
    );
    let right = [("current_password", PASSWORD), ("new_password", new)];
    ana.submit("/settings", change, &right)
        .await
        .redirects_to("/signin");
    ana.get("/settings")
        .await
        .redirects_to("/signin?next=%2Fsettings");
    let fields = [("email", OWNER), ("password", new)];
    ana.submit("/signin", "/signin", &fields)
        .await
        .redirects_to("/");
}

#[tokio::test]
async fn the_export_is_what_the_api_gives_and_the_account_can_end() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let action = "/settings/export";
    ana.submit("/settings", action, &[("confirmation", "wrong password")])
        .await
        .shows("class=\"note danger\"");
    let file = ana
        .submit("/settings", action, &[("confirmation", PASSWORD)])
        .await
        .expect(200);
    assert_eq!(file.headers["content-type"], "application/json");
    assert!(
        file.headers["content-disposition"]
            .to_str()
            .unwrap()
            .contains("attachment")
    );
    let export: serde_json::Value = serde_json::from_str(&file.body).unwrap();
    assert_eq!(export["user"]["email"], OWNER);

    let action = "/settings/delete";
    let fields = [("phrase", "delete"), ("confirmation", PASSWORD)];
    let page = ana.submit("/settings", action, &fields).await;
    assert!(page.status >= 400, "{}", page.body);
    let fields = [("phrase", "DELETE MY ACCOUNT"), ("confirmation", PASSWORD)];
    ana.submit("/settings", action, &fields)
        .await
        .redirects_to("/signin");
    let fields = [("email", OWNER), ("password", PASSWORD)];
    let mut again = site.browser();
    again
        .submit("/signin", "/signin", &fields)
        .await
        .expect(403);
}

#[tokio::test]
async fn an_address_changes_by_the_code_that_was_mailed_to_it() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    site.server.mails().await;
    let new = "ana@new.example.org";
    let page = ana
        .submit("/settings", "/settings/email", &[("new_email", new)])
        .await
        .expect(200);
    let mails = site.server.mails().await;
    let mail = mails.iter().find(|mail| mail.recipient == new).unwrap();
    let code: String = mail
        .text
        .split_whitespace()
        .find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap()
        .to_owned();
    let verify = "/settings/email/verify";
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let page = ana.submit_from(&page, verify, &[("code", wrong)]).await;
    assert!(page.status >= 400, "{}", page.status);
    ana.submit_from(&page, verify, &[("code", &code)])
        .await
        .redirects_to("/settings");
    ana.get("/settings").await.expect(200).shows(new);
}

#[tokio::test]
async fn one_button_stops_every_agent_and_one_lets_them_go_on() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "prod").await;
    let _ = site.server.put(&owner.token, &vault, "a", "v").await;
    let agent = site.server.create_agent(&owner, "bot").await;
    site.server
        .allow(&owner, &vault, &agent, "**", &["read"])
        .await;
    let page = "/settings/organisation";
    let shown = ana.get(page).await.expect(200);
    let shown = shown.shows("One active agent loses all access with its next request");
    let read = site.server.read(&agent.token, &vault, "a").await;
    let _ = read.expect(200);
    ana.submit_from(&shown, &format!("{page}/freeze"), &[])
        .await
        .expect(303);
    let refused = site.server.read(&agent.token, &vault, "a").await;
    assert!(matches!(refused.status, 401 | 403), "{}", refused.status);
    ana.submit(page, &format!("{page}/thaw"), &[])
        .await
        .expect(303);
    let read = site.server.read(&agent.token, &vault, "a").await;
    let _ = read.expect(200);
    ana.submit(page, page, &[("name", "Acme"), ("key_delivery", "email")])
        .await
        .redirects_to(page);
    ana.get(page).await.expect(200).shows("Acme");
}

#[tokio::test]
async fn the_system_says_what_is_amiss() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/system")
        .await
        .expect(200)
        .shows(env!("CARGO_PKG_VERSION"))
        .shows("Master key")
        .shows("recomputed just now and fit together")
        .shows("answered in")
        .shows("Mail");
}
