//! The whole journey by hand: from nothing to a secret that an agent shared back.

use super::browser::{Page, Site, between};
use super::furniture::OWNER;
use crate::test_app::Options;
use serde_json::json;

/// What follows the last slash.
fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// The id at the end of a redirect such as `/vaults/{id}`.
fn new_id(page: &Page) -> String {
    last_part(page.location()).to_owned()
}

#[tokio::test]
async fn from_nothing_to_a_shared_secret() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/")
        .await
        .expect(200)
        .shows("Let your first agent in")
        .shows("/v1/agents/enroll");

    let vault = ana
        .submit(
            "/vaults",
            "/vaults",
            &[("name", "Production"), ("description", "")],
        )
        .await
        .expect(303);
    let vault = new_id(&vault);
    let vault_page = format!("/vaults/{vault}");
    ana.get(&vault_page)
        .await
        .expect(200)
        .shows("The vault is ready")
        .shows("No secrets");
    // A notice is told once.
    ana.get(&vault_page)
        .await
        .expect(200)
        .hides("The vault is ready");

    let fields = [
        ("path", "api-keys/openai"),
        ("type", "api_key"),
        ("value", "sk-canary-1\r\nsecond line"),
    ];
    let new = format!("{vault_page}/new");
    ana.submit(&new, &format!("{vault_page}/secrets"), &fields)
        .await
        .redirects_to(&format!("{vault_page}/secrets/api-keys/openai"));
    ana.get(&vault_page)
        .await
        .expect(200)
        .shows("api-keys/openai")
        .hides("sk-canary-1");
    ana.submit(&vault_page, &format!("{vault_page}/reveal"), &[])
        .await
        .expect(200)
        .shows("sk-canary-1\nsecond line<");

    // An agent without any credential asks; its human opens the link.
    let review = site.ask("deploy-bot", Some(OWNER)).await;
    ana.get("/").await.shows("One agent is");
    ana.get("/enrollments")
        .await
        .expect(200)
        .shows("deploy-bot");
    let page = ana
        .get(&review)
        .await
        .expect(200)
        .shows("Name, chosen by the requester")
        .shows("deploy-bot")
        .shows("192.0.2.1");
    assert!(
        page.body.contains("autofocus>Deny</button>"),
        "Deny has the focus"
    );
    let approved = ana
        .submit_from(
            &page,
            &format!("{review}/approve"),
            &[("name", "deploy-bot")],
        )
        .await
        .expect(200);
    let reveal = approved.form_with("/reveal/");
    ana.submit_from(&approved, &reveal, &[])
        .await
        .expect(200)
        .shows(">ocv_");
}

#[tokio::test]
async fn a_key_is_shown_once_and_works() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let review = site.ask("link-only", None).await;
    let approved = ana
        .submit(
            &review,
            &format!("{review}/approve"),
            &[("name", "renamed")],
        )
        .await
        .expect(200);
    let reveal = approved.form_with("/reveal/");

    // The link of the mail shows a button; looking makes no key, however often.
    for _ in 0..3 {
        ana.get(&reveal).await.expect(200).hides("ocv_");
    }
    let shown = ana.submit(&reveal, &reveal, &[]).await.expect(200);
    let key = format!("ocv_{}", between(&shown.body, ">ocv_", "<"));
    assert_eq!(key.len(), 47, "{key}");
    let agent = between(&shown.body, "ONECLAW_AGENT_ID=", "\n").to_owned();
    assert!(!site.server.exchange(&key).await.is_empty());

    // The link is used up; the page of the agent shows no key.
    ana.get(&format!("/agents/{agent}"))
        .await
        .expect(200)
        .shows("renamed")
        .hides("ocv_z")
        .hides(&key);
    ana.submit(&reveal, &reveal, &[])
        .await
        .expect(404)
        .shows("This link is over")
        .hides("ocv_");

    // Rotating replaces it.
    let page = format!("/agents/{agent}");
    let rotated = ana
        .submit(&page, &format!("{page}/rotate-key"), &[])
        .await
        .expect(200);
    let new = format!("ocv_{}", between(&rotated.body, ">ocv_", "<"));
    assert_ne!(new, key);
    let refused = site
        .server
        .post("/v1/auth/agent-token", "", json!({ "api_key": key }))
        .await;
    assert_eq!(refused.status, 401);

    // Off and on again.
    ana.submit(&page, &format!("{page}/deactivate"), &[])
        .await
        .redirects_to(&page);
    let refused = site
        .server
        .post("/v1/auth/agent-token", "", json!({ "api_key": new }))
        .await;
    assert_eq!(refused.status, 401);
    ana.get(&page).await.expect(200).shows("switched off");
    ana.submit(&page, &format!("{page}/activate"), &[])
        .await
        .redirects_to(&page);
    assert!(!site.server.exchange(&new).await.is_empty());
}

#[tokio::test]
async fn a_policy_opens_what_it_names_and_a_share_comes_back() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let vault = ana
        .submit("/vaults", "/vaults", &[("name", "Production")])
        .await
        .expect(303);
    let vault_page = format!("/vaults/{}", new_id(&vault));
    let vault = new_id(&vault);
    for (secret, value) in [("api-keys/openai", "sk-open"), ("payroll", "hands-off")] {
        let fields = [("path", secret), ("type", "api_key"), ("value", value)];
        let new = format!("{vault_page}/new");
        ana.submit(&new, &format!("{vault_page}/secrets"), &fields)
            .await
            .expect(303);
    }
    let made = ana
        .submit("/agents", "/agents", &[("name", "deploy-bot")])
        .await
        .expect(200);
    let key = format!("ocv_{}", between(&made.body, ">ocv_", "<"));
    let agent = between(&made.body, "ONECLAW_AGENT_ID=", "\n").to_owned();
    let token = site.server.exchange(&key).await;
    assert_eq!(
        site.server
            .read(&token, &vault, "api-keys/openai")
            .await
            .status,
        403
    );

    ana.get(&format!("/agents/{agent}"))
        .await
        .expect(200)
        .shows("It can read nothing yet");
    let chosen = ana
        .get(&format!(
            "{vault_page}/policies/new?principal_id=agent:{agent}"
        ))
        .await
        .expect(200);
    assert!(
        chosen
            .body
            .contains(&format!("<option value=\"agent:{agent}\" selected>")),
        "{}",
        chosen.body
    );
    let principal = format!("agent:{agent}");
    let policy = [
        ("principal_id", principal.as_str()),
        ("secret_path_pattern", "api-keys/**"),
        ("permissions", "read"),
        ("permissions", "write"),
    ];
    ana.submit_from(&chosen, &format!("{vault_page}/policies"), &policy)
        .await
        .redirects_to(&format!("{vault_page}/policies"));
    let read = site
        .server
        .read(&token, &vault, "api-keys/openai")
        .await
        .expect(200)
        .json();
    assert_eq!(
        site.server.read(&token, &vault, "payroll").await.status,
        403
    );
    ana.get("/").await.expect(200).shows("Everything is set up");
    ana.get(&format!("/agents/{agent}"))
        .await
        .expect(200)
        .shows("api-keys/**")
        .shows("read, write");

    // The agent hands the secret back; the human accepts, then opens.
    let secret = read["id"].as_str().unwrap();
    let open = site
        .share(&token, secret, "creator", json!({ "max_access_count": 2 }))
        .await;
    let share = last_part(&open).to_owned();
    ana.get("/shares")
        .await
        .expect(200)
        .shows("deploy-bot")
        .shows("0 of 2")
        .hides("sk-open");
    ana.get(&open).await.expect(403).hides("sk-open");
    ana.submit("/shares", &format!("/shares/{share}/accept"), &[])
        .await
        .redirects_to("/shares");
    ana.submit(&open, &open, &[])
        .await
        .expect(200)
        .shows("sk-open")
        .shows("One view is left");
    ana.submit(&open, &open, &[])
        .await
        .expect(200)
        .shows("That was the last view");
    ana.get(&open)
        .await
        .expect(404)
        .shows("Nothing to open here");

    // Removing the policy counts from the next request on.
    let page = ana.get(&format!("{vault_page}/policies")).await.expect(200);
    let delete = page.form_with("/delete");
    ana.submit_from(&page, &delete, &[]).await.expect(303);
    assert_eq!(
        site.server
            .read(&token, &vault, "api-keys/openai")
            .await
            .status,
        403
    );
    ana.get("/audit")
        .await
        .expect(200)
        .shows("The log is whole")
        .shows("secret.read")
        .hides("sk-open")
        .hides("hands-off");
}

#[tokio::test]
async fn a_link_that_anyone_may_open_asks_for_its_passphrase() {
    let site = Site::open().await;
    let owner = site.server.sign_up(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    let secret = site
        .server
        .put(&owner.token, &vault, "wifi", "guest-network-7")
        .await;
    let terms = json!({ "max_access_count": 1, "passphrase": "open sesame" });
    let page = site
        .share(&owner.token, &secret, "anyone_with_link", terms)
        .await;
    let mut guest = site.browser();
    for _ in 0..3 {
        guest
            .get(&page)
            .await
            .expect(200)
            .shows("Passphrase")
            .shows("the last view")
            .hides("guest-network-7");
    }
    let wrong = guest
        .submit(&page, &page, &[("passphrase", "open barley")])
        .await
        .expect(400);
    wrong
        .shows("This is not the passphrase")
        .hides("open barley")
        .hides("guest-network-7");
    guest
        .submit(&page, &page, &[("passphrase", "open sesame")])
        .await
        .expect(200)
        .shows("guest-network-7");

    // Used up, never there and no id at all look the same.
    let over = guest.get(&page).await.expect(404);
    let never = guest
        .get("/share/0192f3a0-0000-4000-8000-000000000000")
        .await
        .expect(404);
    let strip = |page: &Page, id: &str| page.body.replace(id, "ID");
    let id = page.rsplit('/').next().unwrap();
    assert_eq!(
        strip(&over, id),
        strip(&never, "0192f3a0-0000-4000-8000-000000000000")
    );
    guest
        .get("/share/what")
        .await
        .expect(404)
        .shows("Nothing to open here");
}

#[tokio::test]
async fn a_mailed_key_is_not_shown() {
    let site = Site::with(Options {
        mail_keys: true,
        ..Options::default()
    })
    .await;
    let mut ana = site.signed_in(OWNER).await;
    let review = site.ask("deploy-bot", Some(OWNER)).await;
    let page = ana
        .submit(
            &review,
            &format!("{review}/approve"),
            &[("name", "deploy-bot")],
        )
        .await
        .expect(200);
    page.shows("on their way to <strong>ana@example.org")
        .hides("ocv_");
    let mails = site.server.mails().await;
    assert!(
        mails.iter().any(|mail| mail.text.contains("ocv_")),
        "the key is in the mail"
    );
}

#[tokio::test]
async fn a_request_shows_what_became_of_it() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let ask = async |name: &str| site.ask(name, None).await;
    let (denied, expired, taken) = (ask("one").await, ask("two").await, ask("three").await);

    ana.submit(
        &denied,
        &format!("{denied}/deny"),
        &[("reason", "not mine")],
    )
    .await
    .expect(200)
    .shows("turned away")
    .shows("not mine");
    ana.get(&denied)
        .await
        .expect(200)
        .shows("turned away")
        .shows("not mine");
    assert!(
        ana.get(&denied).await.forms().is_empty(),
        "a decided request offers no decision"
    );

    // The second answer to a request is told what the first one was.
    let open = ana.get(&taken).await.expect(200);
    ana.submit_from(&open, &format!("{taken}/deny"), &[])
        .await
        .expect(200);
    ana.submit_from(&open, &format!("{taken}/approve"), &[("name", "x")])
        .await
        .expect(200)
        .shows("turned away");

    let open = ana.get(&expired).await.expect(200);
    site.server
        .clock
        .advance(std::time::Duration::from_hours(11));
    ana.get(&expired).await.expect(200).shows("in 13 hours");
    site.server
        .clock
        .advance(std::time::Duration::from_hours(14));
    // The session is over by then: signing in leads back to the page, and the form is not sent again.
    ana.submit_from(&open, &format!("{expired}/approve"), &[("name", "x")])
        .await
        .redirects_to(&format!("/signin?next={}", expired.replace('/', "%2F")));
    let mut ana = site.signed_in(OWNER).await;
    ana.get(&expired).await.expect(200).shows("has expired");

    // Links of mails only point at an answer.
    let chosen = ask("four").await;
    ana.get(&format!("{chosen}?choice=allow"))
        .await
        .expect(200)
        .shows("Nothing has been decided yet");
    ana.get(&chosen)
        .await
        .expect(200)
        .hides("Nothing has been decided yet")
        .shows("Deny</button>");
}
