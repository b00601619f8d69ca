//! Programs that open links before people do: mail filters, previews in chats, browsers that fetch ahead, crawlers.

use super::browser::{Browser, Site, between};
use super::furniture::{CANARY, OWNER};
use crate::test_app::PUBLIC_URL;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How rows of the log begin that belong to no organisation.
const NOBODY: &str = "X'00000000000000000000000000000000'";

type Headers = &'static [(&'static str, &'static str)];

/// What one kind of them does with a link.
enum Scan {
    /// Sends one request, with something added to the address.
    Ask(&'static str, &'static str, Headers),
    /// Posts a form of its own.
    Post(&'static [(&'static str, &'static str)], Headers),
    /// Opens the page like a browser that nobody is signed in to, follows where it leads, and submits every form.
    PressAll(Headers),
}

use Scan::{Ask, Post, PressAll};

const SCANNERS: [(&str, Scan); 25] = [
    ("a plain GET", Ask("GET", "", &[])),
    ("a HEAD", Ask("HEAD", "", &[])),
    (
        "an OPTIONS",
        Ask(
            "OPTIONS",
            "",
            &[
                ("origin", "https://mail.example"),
                ("access-control-request-method", "POST"),
            ],
        ),
    ),
    (
        "a mail filter",
        Ask(
            "GET",
            "",
            &[(
                "user-agent",
                "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.2; SafeLinks)",
            )],
        ),
    ),
    (
        "a mail filter that looks twice",
        Ask("HEAD", "", &[("user-agent", "Barracuda Sentinel (EE)")]),
    ),
    (
        "a mail filter with tracking of its own",
        Ask("GET", "?utm_source=proofpoint&k=1", &[]),
    ),
    ("the suggestion to allow", Ask("GET", "?choice=allow", &[])),
    ("the suggestion to deny", Ask("GET", "?choice=deny", &[])),
    (
        "a preview in a chat",
        Ask(
            "GET",
            "",
            &[(
                "user-agent",
                "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            )],
        ),
    ),
    (
        "a preview of the first bytes",
        Ask(
            "GET",
            "",
            &[
                ("user-agent", "Discordbot/2.0"),
                ("range", "bytes=0-524288"),
            ],
        ),
    ),
    (
        "a preview on a telephone",
        Ask(
            "GET",
            "",
            &[("user-agent", "WhatsApp/2.23.20.0"), ("accept", "image/*")],
        ),
    ),
    (
        "a preview for a network",
        Ask(
            "GET",
            "",
            &[("user-agent", "facebookexternalhit/1.1"), ("accept", "*/*")],
        ),
    ),
    (
        "a proxy for images",
        Ask(
            "GET",
            "",
            &[
                ("user-agent", "GoogleImageProxy"),
                ("accept", "image/avif,image/webp"),
            ],
        ),
    ),
    (
        "a crawler",
        Ask(
            "GET",
            "",
            &[
                (
                    "user-agent",
                    "Googlebot/2.1 (+http://www.google.com/bot.html)",
                ),
                ("from", "googlebot@example.com"),
            ],
        ),
    ),
    (
        "a browser that fetches ahead",
        Ask("GET", "", &[("sec-purpose", "prefetch")]),
    ),
    (
        "a browser that renders ahead",
        Ask("GET", "", &[("sec-purpose", "prefetch;prerender")]),
    ),
    (
        "an old browser that fetches ahead",
        Ask("GET", "", &[("purpose", "prefetch"), ("x-moz", "prefetch")]),
    ),
    (
        "a client for JSON",
        Ask(
            "GET",
            "",
            &[
                ("user-agent", "python-requests/2.32"),
                ("accept", "application/json"),
            ],
        ),
    ),
    (
        "a checker with a token of its own",
        Ask(
            "GET",
            "",
            &[("authorization", "Bearer eyJhbGciOiJub25lIn0.e30.")],
        ),
    ),
    (
        "a cache that asks again",
        Ask(
            "GET",
            "",
            &[("if-none-match", "*"), ("cache-control", "max-age=0")],
        ),
    ),
    (
        "one that unsubscribes with one click",
        Post(&[("List-Unsubscribe", "One-Click")], &[]),
    ),
    (
        "one that overrides the method",
        Post(
            &[("_method", "DELETE")],
            &[("x-http-method-override", "DELETE")],
        ),
    ),
    (
        "a sandbox that submits every form",
        PressAll(&[("sec-fetch-site", "same-origin")]),
    ),
    ("an old sandbox that submits every form", PressAll(&[])),
    (
        "a page elsewhere that submits every form",
        PressAll(&[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ]),
    ),
];

/// What must stay as it is: all rows, without the log that belongs to nobody and the counters of guesses. There a sign-in
/// form that was submitted empty leaves its trace, as it should.
async fn state(site: &Site) -> BTreeMap<String, Vec<String>> {
    let mut rows = site.database.rows().await;
    rows.remove("rate_limits");
    for (table, rows) in &mut rows {
        if table.starts_with("audit_") {
            rows.retain(|row| !row.starts_with(NOBODY));
        }
    }
    rows
}

/// Confirming an address takes no session, since there is none yet: that one button works for whoever holds the link.
fn is_pressed_without_a_session(link: &str) -> bool {
    link.starts_with("/verify-email/")
}

/// The paths of all links in the mails that wait.
async fn mailed_links(site: &Site) -> BTreeSet<String> {
    let mut links = BTreeSet::new();
    for mail in site.server.mails().await {
        for rest in mail.text.split(PUBLIC_URL).skip(1) {
            let link = rest.split(|c: char| c.is_whitespace() || ">)\"".contains(c));
            let link = link.map(|link| link.trim_end_matches('.')).next();
            // Some mails name the server without a page.
            links.extend(link.filter(|link| link.starts_with('/')).map(str::to_owned));
        }
    }
    links
}

/// Makes the server send one mail of every kind that has a link, and gives the links.
async fn everything_that_is_mailed(site: &Site, ana: &mut Browser<'_>) -> BTreeSet<String> {
    let owner = site.server.sign_in(OWNER).await;
    let vault = site.server.create_vault(&owner.token, "Production").await;
    let secret = site.server.put(&owner.token, &vault, "a", CANARY).await;
    let bot = site.server.create_agent(&owner, "bot").await;
    let approved = site.ask("approved", None).await;
    let name = [("name", "approved")];
    ana.submit(&approved, &format!("{approved}/approve"), &name)
        .await
        .expect(200);
    site.ask("pending", Some(OWNER)).await;
    let access = json!({
        "action": "access", "target_type": "vault", "target_id": vault, "reason": "It needs it",
        "summary": { "vault_id": vault, "path_pattern": "a", "permissions": ["read"] },
    });
    let asked = site
        .server
        .post("/v1/approvals/request", &bot.token, access);
    let _ = asked.await.expect(202);
    let to = json!({ "email": "bea@example.org" });
    site.share(&owner.token, &secret, "external_email", to)
        .await;
    let invite = json!({ "email": "carl@example.org", "role": "member" });
    let invited = site.server.post("/v1/org/invite", &owner.token, invite);
    let _ = invited.await.expect(200);
    let forgotten = json!({ "email": OWNER });
    let sent = site.server.post("/v1/auth/forgot-password", "", forgotten);
    let _ = sent.await.expect(200);
    let newcomer = json!({ "email": "dora@example.org", "password": crate::test_app::PASSWORD });
    let signed_up = site.server.post("/v1/auth/signup", "", newcomer);
    let _ = signed_up.await.expect(200);
    mailed_links(site).await
}

async fn scan(site: &Site, link: &str, how: &Scan) {
    let mut browser = site.browser();
    let page = link.split('?').next().unwrap_or_default();
    match how {
        Ask(method, more, headers) => {
            let link = if more.is_empty() {
                link.to_owned()
            } else {
                format!("{page}{more}")
            };
            let answer = browser.send(method, &link, None, headers).await;
            assert!(answer.status < 500, "{link}: {}", answer.status);
        }
        Post(fields, headers) => {
            for path in [page.to_owned(), format!("{page}/approve")] {
                let answer = browser.send("POST", &path, Some(fields), headers).await;
                assert!(answer.status < 500, "{path}: {}", answer.status);
            }
        }
        PressAll(headers) => {
            if is_pressed_without_a_session(link) {
                return;
            }
            let mut opened = browser.get(link).await;
            if opened.status == 303 {
                let location = opened.location().to_owned();
                opened = browser.get(&location).await;
            }
            for action in opened.forms() {
                let path = action.split('#').next().unwrap_or_default().to_owned();
                let hidden = opened.hidden_fields(&path);
                let fields: Vec<_> = hidden
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                let answer = browser.send("POST", &path, Some(&fields), headers).await;
                assert!(answer.status < 500, "{path}: {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn scanners_of_mailed_links_change_nothing() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let links = everything_that_is_mailed(&site, &mut ana).await;
    for kind in [
        "/enroll/",
        "/approvals/",
        "/share/",
        "/invite/",
        "/reset-password/",
        "/verify-email/",
        "/agents/",
    ] {
        let known = links.iter().any(|link| link.starts_with(kind));
        assert!(known, "no link to {kind} was mailed: {links:?}");
    }
    let before = state(&site).await;
    for (name, how) in &SCANNERS {
        for link in &links {
            scan(&site, link, how).await;
            assert_eq!(state(&site).await, before, "{name}: {link}");
        }
    }
    // The control: the person themselves, with the same link and the same button.
    let request = links.iter().find(|link| link.starts_with("/enroll/"));
    let request = between(request.unwrap(), "", "?").to_owned();
    ana.submit(&request, &format!("{request}/deny"), &[])
        .await
        .expect(200);
    assert_ne!(state(&site).await, before);
}
