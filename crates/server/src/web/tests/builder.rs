//! Writing policies with a preview, finding out who has access, and what becomes of versions.

use super::browser::{Page, Site, between};
use super::furniture::OWNER;
use serde_json::json;

/// What the preview of a page says.
fn preview(page: &Page) -> &str {
    between(&page.body, "id=\"preview\"", "</section>")
}

#[tokio::test]
async fn the_preview_says_what_then_happens() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    for path in [
        "api-keys/openai",
        "api-keys/stripe",
        "api-key/old",
        "payroll",
    ] {
        site.server
            .put(&owner.token, &vault, path, "the-value")
            .await;
    }
    let bot = site.server.create_agent(&owner, "deploy-bot").await;
    let builder = |pattern: &str, more: &str| {
        format!(
            "/vaults/{vault}/policies/new?principal_id=agent:{}&permissions=read&secret_path_pattern={pattern}{more}",
            bot.id
        )
    };

    // Nothing chosen, nothing promised.
    let blank = ana
        .get(&format!("/vaults/{vault}/policies/new"))
        .await
        .expect(200);
    assert!(preview(&blank).contains("Choose who"), "{}", blank.body);

    let wanted = ana
        .get(&builder("api-keys/*", "&test_path=api-keys/openai"))
        .await
        .expect(200);
    let seen = preview(&wanted);
    for text in [
        "Matches 2 secrets",
        "api-keys/openai",
        "Allowed",
        "by this policy",
    ] {
        assert!(seen.contains(text), "no {text:?} in {seen}");
    }
    assert!(!seen.contains("payroll"), "{seen}");
    assert!(
        between(seen, "Not matched", "</p>").contains("api-key/old"),
        "{seen}"
    );
    // Looking saved nothing.
    assert_eq!(
        site.server
            .read(&bot.token, &vault, "api-keys/openai")
            .await
            .status,
        403
    );

    // What was promised is what happens.
    let fields = [
        ("principal_id", format!("agent:{}", bot.id)),
        ("secret_path_pattern", "api-keys/*".to_owned()),
        ("permissions", "read".to_owned()),
    ];
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    ana.submit_from(&wanted, &format!("/vaults/{vault}/policies"), &fields)
        .await
        .expect(303);
    let _read = site
        .server
        .read(&bot.token, &vault, "api-keys/openai")
        .await
        .expect(200);
    assert_eq!(
        site.server
            .read(&bot.token, &vault, "api-key/old")
            .await
            .status,
        403
    );

    // The same once more is a duplicate; a stronger "never" takes away.
    let again = ana.get(&builder("api-keys/*", "")).await.expect(200);
    assert!(preview(&again).contains("says the same"), "{}", again.body);
    let deny = ana
        .get(&builder(
            "api-keys/stripe",
            "&effect=deny&priority=5&test_path=api-keys/stripe",
        ))
        .await
        .expect(200);
    let seen = preview(&deny);
    assert!(
        seen.contains("− <code>api-keys/stripe</code> read") && seen.contains("Denied"),
        "{seen}"
    );

    // A pattern that is none is marked at its field.
    ana.get(&builder("api-*", ""))
        .await
        .expect(400)
        .shows("id=\"secret_path_pattern-error\"");
}

#[tokio::test]
async fn the_explorer_knows_who_and_why() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    site.server
        .put(&owner.token, &vault, "api-keys/openai", "the-value")
        .await;
    let reader = site.server.create_agent(&owner, "reader-bot").await;
    let other = site.server.create_agent(&owner, "other-bot").await;
    site.server
        .allow(&owner, &vault, &reader, "api-keys/**", &["read"])
        .await;
    site.server
        .allow(&owner, &vault, &other, "db/**", &["read"])
        .await;

    let page = ana
        .get(&format!("/access?vault={vault}&path=api-keys/openai"))
        .await
        .expect(200);
    let answer = between(&page.body, "id=\"path-answer\"", "</table>");
    assert!(
        answer.contains("2 can read")
            && answer.contains("reader-bot")
            && answer.contains("api-keys/**"),
        "{answer}"
    );
    assert!(!answer.contains("other-bot"), "{answer}");
    page.shows("1 with a policy in this vault cannot");

    ana.get(&format!("/access?principal=agent:{}", reader.id))
        .await
        .expect(200)
        .shows(&format!("/vaults/{vault}/secrets/api-keys/openai"));
    ana.get(&format!("/access?principal=agent:{}", other.id))
        .await
        .expect(200)
        .shows("Nothing is in reach of");

    // Another organisation's vault is not there.
    let mut bea = site.signed_in("bea@example.org").await;
    let foreign = bea
        .get(&format!("/access?vault={vault}&path=api-keys/openai"))
        .await;
    foreign.expect(404).hides("reader-bot");
}

#[tokio::test]
async fn versions_are_compared_restored_and_switched_off() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    for value in ["a=1\nb=2", "a=1\nb=3"] {
        site.server
            .put(&owner.token, &vault, "apps/env", value)
            .await;
    }
    let secret = format!("/vaults/{vault}/secrets/apps/env");
    let page = ana.get(&secret).await.expect(200).hides("b=2").hides("b=3");
    let versions = [("old", "1"), ("new", "2")];
    ana.submit_from(&page, &format!("/vaults/{vault}/compare"), &versions)
        .await
        .expect(200)
        .shows("<del>− b=2</del>")
        .shows("<ins>+ b=3</ins>")
        .shows("<span>  a=1</span>");

    // The form of the older version is the first that restores.
    ana.submit_from(&page, &format!("/vaults/{vault}/restore"), &[])
        .await
        .redirects_to(&secret);
    let newest = site
        .server
        .read(&owner.token, &vault, "apps/env")
        .await
        .expect(200)
        .json();
    assert_eq!(
        (newest["value"].as_str(), newest["version"].as_i64()),
        (Some("a=1\nb=2"), Some(3))
    );

    let page = ana.get(&secret).await.expect(200);
    ana.submit_from(&page, &format!("/vaults/{vault}/disable"), &[])
        .await
        .redirects_to(&secret);
    assert_eq!(
        site.server
            .read(&owner.token, &vault, "apps/env")
            .await
            .status,
        410
    );
    ana.get(&secret).await.expect(200).shows("switched off");
    let page = ana.get(&secret).await.expect(200);
    ana.submit_from(&page, &format!("/vaults/{vault}/remove"), &[])
        .await
        .redirects_to(&format!("/vaults/{vault}"));
}

#[tokio::test]
async fn a_file_of_variables_becomes_secrets_and_replaces_nothing_unasked() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    site.server
        .put(&owner.token, &vault, "web/KEPT", "as-it-was")
        .await;
    let import = format!("/vaults/{vault}/import");

    let broken = [("env", "A=1\nsk-canary-without-name"), ("folder", "web")];
    ana.submit(&import, &import, &broken)
        .await
        .expect(400)
        .shows("Line 2")
        .hides("sk-canary");
    assert_eq!(
        site.server.read(&owner.token, &vault, "web/A").await.status,
        404
    );

    let file = [
        ("env", "A=sk-canary-1\r\nKEPT=new\nMORE=x"),
        ("folder", "web"),
    ];
    let review = ana
        .submit(&import, &import, &file)
        .await
        .expect(200)
        .shows("3 variables, not written yet")
        .shows("One path exists already");
    assert_eq!(
        site.server.read(&owner.token, &vault, "web/A").await.status,
        404,
        "looking writes nothing"
    );
    // What is new is ticked, what is there is not.
    let ticked = |path: &str| review.body.contains(&format!("value=\"{path}\" checked"));
    assert!(ticked("web/A") && ticked("web/MORE") && !ticked("web/KEPT"));
    ana.submit_from(&review, &import, &[("take", "web/A")])
        .await
        .expect(200)
        .shows("1 of 3 variables were written")
        .shows("left out")
        .hides("sk-canary-1");
    assert_eq!(
        site.server
            .read(&owner.token, &vault, "web/MORE")
            .await
            .status,
        404
    );
    let value = async |path: &str| {
        let read = site
            .server
            .read(&owner.token, &vault, path)
            .await
            .expect(200)
            .json();
        read["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(value("web/A").await, "sk-canary-1");
    assert_eq!(value("web/KEPT").await, "as-it-was");
}

#[tokio::test]
async fn a_vault_goes_only_with_its_name() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    let (page, action) = (
        format!("/vaults/{vault}/settings"),
        format!("/vaults/{vault}/delete"),
    );
    ana.submit(&page, &action, &[("name", "production")])
        .await
        .expect(400)
        .shows("not the name of the vault");
    ana.submit(&page, &action, &[("name", "Production")])
        .await
        .redirects_to("/vaults");
    let gone = site
        .server
        .get(&format!("/v1/vaults/{vault}"), &owner.token)
        .await;
    assert_eq!(
        (gone.status, gone.json()["status"].clone()),
        (404, json!(404))
    );
}

#[tokio::test]
async fn connecting_is_told_by_the_first_call() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let made = ana
        .submit("/agents", "/agents", &[("name", "deploy-bot")])
        .await
        .expect(200);
    let key = format!("ocv_{}", between(&made.body, ">ocv_", "<"));
    let agent = between(&made.body, "ONECLAW_AGENT_ID=", "\n").to_owned();
    let connect = format!("/agents/{agent}?tab=connect&for=python");
    ana.get(&connect)
        .await
        .expect(200)
        .shows("Waiting for its first call")
        .shows("every 3s")
        .shows(&format!("agent_id=&#34;{agent}&#34;"))
        .hides(&key);
    let _token = site.server.exchange(&key).await;
    ana.get(&connect)
        .await
        .expect(200)
        .shows("Connected.")
        .hides("every 3s");
}

#[tokio::test]
async fn the_log_is_filtered_and_says_by_what() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    let bot = site.server.create_agent(&owner, "deploy-bot").await;
    assert_eq!(
        site.server.read(&bot.token, &vault, "payroll").await.status,
        403
    );
    let rows = |page: &Page| page.body.matches("data-label=\"Who\"").count();

    let denied = ana.get("/audit?action=access.denied").await.expect(200);
    assert_eq!(rows(&denied), 1, "{}", denied.body);
    let denied = denied.shows("action access.denied").shows("payroll");
    assert!(between(&denied.body, "class=\"chip\" href=\"", "\"") == "/audit");
    let by_bot = ana
        .get(&format!(
            "/audit?actor=agent:{}&action=vault.create",
            bot.id
        ))
        .await
        .expect(200);
    assert_eq!(rows(&by_bot), 0, "{}", by_bot.body);
    by_bot.shows("No entry fits").shows("by deploy-bot");
    ana.get("/audit?from=2020-01-01&to=2020-01-02")
        .await
        .expect(200)
        .shows("No entry fits");
}
