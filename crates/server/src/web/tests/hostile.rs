//! Text that strangers choose is shown as text, whatever it says.

use super::browser::{Page, Site, between};
use super::furniture::OWNER;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::EnrollmentId;
use oneclaw_store::enrollments::EnrollmentRow;
use uuid::Uuid;

/// Breaks out of text, of attributes in either quotes, and of elements with raw text.
const PAYLOADS: [&str; 8] = [
    "<canary-tag onload=alert(1)>",
    "\"><canary-tag>",
    "'><canary-tag>",
    "</title><canary-tag>",
    "</textarea></option></select><canary-tag>",
    "<!--<canary-tag>",
    "\" autofocus onfocus=\"canary()",
    "{{ 7 * 7 }}{% canary %}&lt;canary-tag&gt;",
];

#[track_caller]
fn assert_inert(page: &Page) {
    assert!(!page.body.contains("<canary"), "{}", page.body);
    assert!(!page.body.contains("onfocus=\"canary"), "{}", page.body);
    assert!(!page.body.contains("<!--"), "{}", page.body);
    assert!(!page.body.contains(">49<"), "{}", page.body);
}

#[tokio::test]
async fn markup_that_was_stored_stays_text() {
    for payload in PAYLOADS {
        let site = Site::open().await;
        let mut ana = site.signed_in(OWNER).await;
        let both = [("name", payload), ("description", payload)];
        let vault = ana
            .submit("/vaults", "/vaults", &both)
            .await
            .expect(303)
            .location()
            .to_owned();
        assert_inert(&ana.submit("/agents", "/agents", &both).await.expect(200));
        let agents = ana.get("/agents").await.expect(200);
        let agent = format!("/agents/{}", between(&agents.body, "href=\"/agents/", "\""));
        let policy = [
            ("principal_id", agent.rsplit('/').next().unwrap()),
            ("secret_path_pattern", "**"),
            ("permissions", "read"),
        ];
        let builder = format!("{vault}/policies/new");
        ana.submit(&builder, &format!("{vault}/policies"), &policy)
            .await
            .expect(303);
        let secret = [("path", "a"), ("value", payload)];
        let new = format!("{vault}/new");
        ana.submit(&new, &format!("{vault}/secrets"), &secret)
            .await
            .expect(303);
        let review = site.ask(payload, Some(OWNER)).await;

        for page in [
            "/",
            "/vaults",
            "/agents",
            "/enrollments",
            "/audit",
            "/outbox",
            &review,
            &vault,
            &builder,
            &format!("{vault}/policies"),
            &format!("{vault}/settings"),
            &format!("{vault}/import"),
            &format!("{vault}/secrets/a"),
            "/search?q=canary",
            "/search?q=a",
            "/access",
            &agent,
        ] {
            assert_inert(&ana.get(page).await.expect(200));
        }
        let reveal = format!("{vault}/reveal");
        assert_inert(&ana.submit(&vault, &reveal, &[]).await.expect(200));
        let denied = ana
            .submit(&review, &format!("{review}/deny"), &[("reason", payload)])
            .await;
        assert_inert(&denied.expect(200));
        assert_inert(&ana.get("/enrollments").await.expect(200));
    }
}

#[tokio::test]
async fn markup_in_forms_and_addresses_stays_text() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let vault = ana
        .submit("/vaults", "/vaults", &[("name", "Production")])
        .await
        .location()
        .to_owned();
    let _agent = ana
        .submit("/agents", "/agents", &[("name", "deploy-bot")])
        .await
        .expect(200);
    for payload in PAYLOADS {
        let long = format!("{payload}{}", "x".repeat(255));
        let (secrets, policies) = (format!("{vault}/secrets"), format!("{vault}/policies"));
        let (new, builder) = (format!("{vault}/new"), format!("{vault}/policies/new"));
        for (page, action, names) in [
            ("/vaults", "/vaults", &["name", "description"][..]),
            ("/agents", "/agents", &["name", "description"]),
            (&new, &secrets, &["path", "type", "value"]),
            (
                &builder,
                &policies,
                &["principal_id", "secret_path_pattern", "permissions"],
            ),
        ] {
            let fields: Vec<_> = names.iter().map(|name| (*name, long.as_str())).collect();
            assert_inert(&ana.submit(page, action, &fields).await.expect(400));
        }
        let encoded: String = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        for page in [
            "signin?next=",
            "share/",
            "verify-email/",
            "reset-password/",
            "setup/",
            "enroll/",
            "vaults/",
            "agents/",
            "nothing/",
        ] {
            let page = format!("/{page}{encoded}");
            assert_inert(&ana.get(&page).await);
            assert_inert(&site.browser().get(&page).await);
        }
    }
}

/// A row that our own doors would not have let in.
#[tokio::test]
async fn what_hides_or_floods_is_named_and_counted() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    let now: Timestamp = site.server.app.now();
    let row = EnrollmentRow {
        id: EnrollmentId::from_uuid(Uuid::from_u128(7)),
        name: format!("trusted\u{202e}tob\u{200b}\u{0}{}", "x".repeat(10_240)),
        description: "\u{2066}<b>\u{feff}".to_owned(),
        human_email: Some(OWNER.to_owned()),
        status: "pending".to_owned(),
        ip: None,
        user_agent: "curl\u{202e}/8".to_owned(),
        created_at: now,
        expires_at: now.plus(std::time::Duration::from_hours(1)),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        org_id: None,
        agent_id: None,
    };
    let store = site.database.open().await;
    let mut tx = store.begin_write().await.unwrap();
    tx.insert_enrollment(&row, &[7; 32]).await.unwrap();
    tx.commit().await.unwrap();

    let review = ana
        .get(&format!("/enrollments/{}", row.id))
        .await
        .expect(200);
    let review = review
        .shows("trusted[U+202E]tob[U+200B][U+0000]x")
        .shows("more characters)")
        .shows("[U+2066]&#60;b&#62;[U+FEFF]")
        .shows("curl[U+202E]/8");
    for page in [review, ana.get("/enrollments").await.expect(200)] {
        let text = page.body.replace(&"x".repeat(10_240), "");
        for hidden in ['\u{202e}', '\u{200b}', '\u{0}', '\u{2066}', '\u{feff}'] {
            let shown = text
                .split("value=\"")
                .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
                .collect::<String>();
            assert!(!shown.contains(hidden), "{hidden:?}");
        }
    }
    // Approving under that name is refused by the same rule as everywhere.
    let page = ana
        .submit(
            &format!("/enrollments/{}", row.id),
            &format!("/enrollments/{}/approve", row.id),
            &[("name", &row.name)],
        )
        .await;
    page.expect(400).shows("name-error");
}
