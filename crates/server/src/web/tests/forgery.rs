//! Forms that do not come from our own pages do nothing.

use super::super::session::SESSION_COOKIE;
use super::browser::{Browser, Site};
use super::furniture::OWNER;
use crate::test_app::{PASSWORD, PUBLIC_URL};

/// Every form with a token on these pages: where it goes, and its hidden fields.
async fn forms(ana: &mut Browser<'_>, pages: &[String]) -> Vec<(String, Vec<(String, String)>)> {
    let mut found: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for path in pages {
        let page = ana.get(path).await;
        for action in page.forms() {
            let action = action.split('#').next().unwrap().to_owned();
            let hidden = page.hidden_fields(&action);
            let has_token = hidden.iter().any(|(name, _)| name == "form_token");
            if has_token && found.iter().all(|(known, _)| *known != action) {
                found.push((action, hidden));
            }
        }
    }
    found
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "every form, tried in every way")]
async fn a_form_needs_the_token_of_this_session_and_this_action_and_our_own_page() {
    let site = Site::open().await;
    let pages = site.furnish().await;
    let mut ana = site.signed_in(OWNER).await;
    let mut second = site.signed_in(OWNER).await;
    let forms_of_ana = forms(&mut ana, &pages).await;
    let forms_of_second = forms(&mut second, &pages).await;
    // Every action that the pages of a signed-in person offer.
    assert_eq!(
        forms_of_ana.len(),
        49,
        "{:#?}",
        forms_of_ana
            .iter()
            .map(|(action, _)| action)
            .collect::<Vec<_>>()
    );
    let before = site.database.rows().await;

    for (index, (action, hidden)) in forms_of_ana.iter().enumerate() {
        let without: Vec<_> = hidden
            .iter()
            .filter(|(name, _)| name != "form_token")
            .cloned()
            .collect();
        assert!(without.len() < hidden.len(), "{action} has a token");
        let other_session = &forms_of_second
            .iter()
            .find(|(known, _)| known == action)
            // A session does not offer to end itself, so the other one has no such form.
            .unwrap_or(&forms_of_second[0])
            .1;
        let other_action: Vec<_> = without
            .iter()
            .chain(forms_of_ana[(index + 1) % forms_of_ana.len()].1.iter())
            .cloned()
            .collect();
        let same_origin = [("sec-fetch-site", "same-origin")];
        for (fields, headers, what) in [
            (&without, &same_origin[..], "no token"),
            (other_session, &same_origin, "a token of another session"),
            (&other_action, &same_origin, "a token for another action"),
            (
                hidden,
                &[("sec-fetch-site", "cross-site")],
                "from another site",
            ),
            (
                hidden,
                &[("sec-fetch-site", "same-site")],
                "from a sister host",
            ),
            (
                hidden,
                &[("sec-fetch-site", "cross-site"), ("origin", PUBLIC_URL)],
                "with an origin that does not fit",
            ),
            (
                hidden,
                &[("origin", "https://evil.example")],
                "from another origin",
            ),
            (hidden, &[("origin", "null")], "from a sandbox"),
            (hidden, &[], "from nowhere"),
            (
                hidden,
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("content-type", "text/plain"),
                ],
                "as plain text",
            ),
        ] {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let page = ana.send("POST", action, Some(&fields), headers).await;
            assert_eq!(page.status, 403, "{action} {what}: {}", page.body);
            assert!(
                page.body.contains("This form did not come from a page"),
                "{action} {what}"
            );
        }
        // Signed out, it leads to the sign-in page.
        let fields: Vec<_> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        if !action.starts_with("/share/") {
            let page = site.browser().post(action, &fields).await;
            assert_eq!(page.status, 303, "{action}: {}", page.body);
            // Back to the page of the form at most; nothing is sent again.
            let (sign_in, next) = page
                .location()
                .split_once("?next=%2F")
                .unwrap_or((page.location(), ""));
            assert_eq!(sign_in, "/signin", "{action}");
            assert!(!next.starts_with("%2F") && !next.contains(':'), "{next}");
        }
    }
    assert_eq!(site.database.rows().await, before, "nothing happened");

    // The control: with all in order, the same form acts.
    ana.post(
        "/signout",
        &[("form_token", &token_of(&forms_of_ana, "/signout"))],
    )
    .await
    .redirects_to("/signin");
    assert_ne!(site.database.rows().await, before);
}

fn token_of(forms: &[(String, Vec<(String, String)>)], action: &str) -> String {
    let (_, hidden) = forms.iter().find(|(known, _)| known == action).unwrap();
    hidden
        .iter()
        .find(|(name, _)| name == "form_token")
        .unwrap()
        .1
        .clone()
}

#[tokio::test]
async fn forms_before_signing_in_come_from_our_own_pages_too() {
    let site = Site::open().await;
    let _ = site.signed_in("ana@example.org").await;
    let before = site.database.rows().await;
    let fields = [
        ("email", "ana@example.org"),
        ("password", PASSWORD),
        ("new_password", PASSWORD),
    ];
    for action in [
        "/signin",
        "/signup",
        "/forgot-password",
        "/reset-password/pwr_x",
        "/verify-email/vrf_x",
        "/setup/stp_x",
        "/share/x",
    ] {
        for headers in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[],
        ] {
            let mut browser = site.browser();
            let page = browser.send("POST", action, Some(&fields), headers).await;
            let expected = if action == "/share/x" {
                [400, 403]
            } else {
                [403, 403]
            };
            assert!(
                expected.contains(&page.status),
                "{action} {headers:?}: {}",
                page.status
            );
            assert!(!browser.cookies.contains_key(SESSION_COOKIE), "{action}");
        }
    }
    assert_eq!(site.database.rows().await, before, "nothing happened");
    // The control: an older browser, which sends `Origin` only, may sign in.
    let mut browser = site.browser();
    let page = browser
        .send("POST", "/signin", Some(&fields), &[("origin", PUBLIC_URL)])
        .await;
    page.redirects_to("/");
}
