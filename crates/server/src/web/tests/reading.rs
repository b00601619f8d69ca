//! What anybody may do as often as they like: look.

use super::browser::{Browser, Page, Site, between};
use super::furniture::{CANARY, OWNER};
use std::collections::BTreeMap;

/// Entries that say somebody looked, which reading may add.
const LOOKING: &str = "'secret.list'";

/// What must stay as it is: all rows, without those that only say that somebody looked.
async fn state(site: &Site) -> BTreeMap<String, Vec<String>> {
    let mut rows = site.database.rows().await;
    for (table, rows) in &mut rows {
        if table == "audit_heads" {
            rows.clear();
        } else if table == "audit_events" {
            rows.retain(|row| !row.contains(LOOKING));
        }
    }
    rows
}

fn assert_headers(path: &str, page: &Page) {
    let header = |name: &str| {
        page.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "{path}"
    );
    assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(header("cache-control"), "no-store", "{path}");
    assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(
        header("cross-origin-opener-policy"),
        "same-origin",
        "{path}"
    );
    assert_eq!(
        header("cross-origin-resource-policy"),
        "same-origin",
        "{path}"
    );
}

async fn look(browser: &mut Browser<'_>, pages: &[String], is_signed_in: bool) {
    for path in pages {
        let page = browser.get(path).await;
        assert!(!page.body.contains(CANARY), "{path} shows a value");
        assert!(
            !between(&page.body, "ocv_", "<").starts_with(|c: char| c.is_ascii_alphanumeric()),
            "{path} shows a key"
        );
        assert_headers(path, &page);
        if is_signed_in {
            let expected = match path.as_str() {
                "/signin" | "/signup" => 303,
                // It is not accepted yet.
                share if share.starts_with("/share/") && page.status == 403 => 403,
                _ => 200,
            };
            assert_eq!(page.status, expected, "{path}: {}", page.body);
        } else {
            assert!(
                matches!(page.status, 200 | 303 | 404),
                "{path}: {}",
                page.status
            );
        }
        let head = browser.send("HEAD", path, None, &[]).await;
        assert_eq!(
            (head.status, head.body.as_str()),
            (page.status, ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let site = Site::open().await;
    let pages = site.furnish().await;
    assert_eq!(pages.len(), 50);
    let mut ana = site.signed_in(OWNER).await;
    let mut bob = site.signed_in("bea@example.org").await;
    let before = state(&site).await;
    look(&mut ana, &pages, true).await;
    look(&mut bob, &pages, false).await;
    look(&mut site.browser(), &pages, false).await;
    assert_eq!(state(&site).await, before);
    // The control: a form changes it.
    ana.submit("/vaults", "/vaults", &[("name", "Another")])
        .await
        .expect(303);
    assert_ne!(state(&site).await, before);
}

#[tokio::test]
async fn somebody_elses_request_looks_like_none() {
    let site = Site::open().await;
    let mut bea = site.signed_in("bea@example.org").await;
    let _ana = site.signed_in(OWNER).await;
    let known = site.ask("not-for-bea", Some(OWNER)).await;
    let unknown = site.ask("for-nobody", Some("nobody@example.org")).await;
    let foreign = bea.get(&known).await.expect(404);
    for nothing in [
        unknown,
        format!("/enroll/enr_{}", "A".repeat(43)),
        "/enroll/x".to_owned(),
    ] {
        assert_eq!(
            bea.get(&nothing).await.expect(404).body,
            foreign.body,
            "{nothing}"
        );
    }

    // The same for things of another organisation.
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    let agent = site.server.create_agent(&owner, "deploy-bot").await.id;
    for foreign in [format!("/vaults/{vault}"), format!("/agents/{agent}")] {
        let page = foreign.rsplit_once('/').unwrap().0;
        let nothing = bea
            .get(&format!("{page}/0192f3a0-0000-7000-8000-000000000000"))
            .await;
        assert_eq!(
            bea.get(&foreign).await.expect(404).body,
            nothing.expect(404).body
        );
    }
}

#[tokio::test]
async fn mails_are_shown_to_the_person_they_were_written_to() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let mut bea = site.signed_in("bea@example.org").await;
    let review = site.ask("deploy-bot", Some(OWNER)).await;
    let forgotten = [("email", OWNER)];
    bea.submit("/forgot-password", "/forgot-password", &forgotten)
        .await
        .expect(200);
    // Links to requests are there. Links that open the account are not: a session must not be worth more.
    let own = ana.get("/outbox").await.expect(200).shows(&review);
    own.shows("Reset your").hides("/reset-password/");
    let other = bea.get("/outbox").await.expect(200).shows("No mails");
    other.hides("/enroll/").hides("/reset-password/");
}

#[tokio::test]
async fn assets_are_kept_for_good_and_named_by_their_content() {
    let site = Site::open().await;
    let mut browser = site.browser();
    let page = browser.get("/signin").await;
    let style = format!("/static/{}", between(&page.body, "href=\"/static/", "\""));
    let asset = browser.get(&style).await.expect(200);
    assert_eq!(
        asset.headers["cache-control"],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(asset.headers["content-type"], "text/css; charset=utf-8");
    assert!(
        !asset.body.contains("url(") && !asset.body.contains("@import"),
        "nothing from elsewhere"
    );
    browser
        .get("/static/app-0000000000000000.css")
        .await
        .expect(404);
}

#[tokio::test]
async fn pages_that_cannot_be_shown_say_why() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get("/signout")
        .await
        .expect(405)
        .shows("only takes forms");
    ana.get("/vaults/0192f3a0-0000-7000-8000-000000000000")
        .await
        .expect(404)
        .shows("Not found")
        .shows("no such vault");
    let accept = [("accept", "text/html,*/*")];
    let unknown = ana.send("GET", "/no/such/page", None, &accept).await;
    let unknown = unknown.expect(404).shows("There is no such page");
    assert_headers("/no/such/page", &unknown);
    ana.get("/vaults/x")
        .await
        .expect(400)
        .shows("That did not work");
    let page = ana.get("/static/../etc/passwd").await;
    assert!(matches!(page.status, 400 | 404), "{}", page.status);
}
