//! Signing up, in and out; sessions; links; where one ends up.

use super::super::session::SESSION_COOKIE;
use super::browser::Site;
use crate::test_app::{Options, PASSWORD, PUBLIC_URL};
use http::header::SET_COOKIE;
use oneclaw_app::users;

#[tokio::test]
async fn signing_up_proves_the_address_and_looks_the_same_for_a_taken_one() {
    let site = Site::open().await;
    let mut bob = site.browser();
    let fields = [
        ("display_name", "Bob"),
        ("email", "bob@example.org"),
        ("password", PASSWORD),
    ];
    let fresh = bob
        .submit("/signup", "/signup", &fields)
        .await
        .expect(200)
        .shows("Check your mail");
    let token = site.server.mailed_token("verify-email").await;
    assert!(
        bob.cookies.is_empty(),
        "nobody is signed in before the address is proven"
    );

    // Mail scanners open links, again and again.
    let page = format!("/verify-email/{token}");
    for _ in 0..3 {
        bob.get(&page)
            .await
            .expect(200)
            .shows("Confirm and sign in");
    }
    bob.submit(&page, &page, &[]).await.redirects_to("/");
    bob.get("/").await.expect(200).shows("bob@example.org");
    site.browser()
        .submit(&page, &page, &[])
        .await
        .expect(404)
        .shows("This link is over");

    let taken = site
        .browser()
        .submit("/signup", "/signup", &fields)
        .await
        .expect(200);
    assert_eq!(fresh.body, taken.body);
    // The links in a mail work in a browser in which somebody is signed in, too.
    bob.submit(&page, &page, &[])
        .await
        .expect(404)
        .shows("This link is over");
}

#[tokio::test]
async fn a_wrong_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let site = Site::open().await;
    let mut bob = site.browser();
    let fields = [
        ("display_name", "Bob"),
        ("email", "bob@example.org"),
        ("password", "short"),
    ];
    let page = bob.submit("/signup", "/signup", &fields).await.expect(400);
    let page = page
        .shows("value=\"bob@example.org\"")
        .shows("value=\"Bob\"")
        .shows("id=\"password-error\"")
        .shows("href=\"#password\"");
    page.hides("\"short\"");
    let fields = [
        ("email", "bob@example.org"),
        ("password", "not my password"),
    ];
    let page = bob.submit("/signin", "/signin", &fields).await.expect(403);
    page.shows("Invalid credentials")
        .shows("value=\"bob@example.org\"")
        .hides("not my password");

    // The value of a secret is not shown again either.
    let mut ana = site.signed_in("ana@example.org").await;
    let vault = ana
        .submit("/vaults", "/vaults", &[("name", "Production")])
        .await
        .location()
        .to_owned();
    let fields = [
        ("path", "no such/path?"),
        ("type", "api_key"),
        ("value", "sk-canary-7"),
    ];
    let page = ana
        .submit(
            &format!("{vault}/new"),
            &format!("{vault}/secrets"),
            &fields,
        )
        .await
        .expect(400);
    page.shows("value=\"no such/path?\"")
        .shows("id=\"path-error\"")
        .hides("sk-canary-7");
    let again = ana
        .submit("/vaults", "/vaults", &[("name", "Production")])
        .await
        .expect(409);
    again.shows("exists already").shows("value=\"Production\"");
}

#[tokio::test]
async fn a_session_is_new_after_signing_in_and_dead_after_signing_out() {
    let site = Site::open().await;
    let mut ana = site.signed_in("ana@example.org").await;
    let first = ana.cookies[SESSION_COOKIE].clone();

    // A cookie that somebody planted before is not taken over.
    let mut planted = site.browser();
    let foreign = format!("ses_{}", "A".repeat(43));
    for value in [foreign.as_str(), "x", first.as_str()] {
        planted
            .cookies
            .insert(SESSION_COOKIE.to_owned(), value.to_owned());
        let fields = [("email", "ana@example.org"), ("password", PASSWORD)];
        planted.post("/signin", &fields).await.redirects_to("/");
        assert_ne!(planted.cookies[SESSION_COOKIE], value);
    }
    // A session that was replaced in its browser has ended.
    ana.get("/").await.redirects_to("/signin");

    let mut ana = site.signed_in("ana@example.org").await;
    let old = ana.clone();
    ana.submit("/", "/signout", &[])
        .await
        .redirects_to("/signin");
    assert!(ana.cookies.is_empty());
    old.clone()
        .get("/vaults")
        .await
        .redirects_to("/signin?next=%2Fvaults");
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_hosts() {
    let site = Site::open().await;
    let mut browser = site.browser();
    users::ensure_demo_owner(
        &site.server.app,
        "ana@example.org",
        &oneclaw_core::secret::SecretString::from(PASSWORD.to_owned()),
    )
    .await
    .unwrap();
    let fields = [("email", "ana@example.org"), ("password", PASSWORD)];
    let page = browser.submit("/signin", "/signin", &fields).await;
    let cookie = page.headers.get(SET_COOKIE).unwrap().to_str().unwrap();
    let (value, attributes) = cookie.split_once("; ").unwrap();
    assert!(value.starts_with("__Host-1claw_session=ses_"));
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
}

#[tokio::test]
async fn signing_in_leads_back_but_never_away() {
    let site = Site::open().await;
    let _ = site.signed_in("ana@example.org").await;
    let fields = [("email", "ana@example.org"), ("password", PASSWORD)];

    let mut ana = site.browser();
    let wall = ana.get("/enroll/enr_abc?choice=deny").await.expect(303);
    assert_eq!(
        wall.location(),
        "/signin?next=%2Fenroll%2Fenr_abc%3Fchoice%3Ddeny"
    );
    let wall = wall.location().to_owned();
    ana.get(&wall).await.expect(200).shows("decide on an agent");
    ana.submit(&wall, "/signin", &fields)
        .await
        .redirects_to("/enroll/enr_abc?choice=deny");

    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "/\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/%2F%2Fevil.example",
        "/a/..//evil.example",
        "%0d%0aLocation:%20//evil.example",
        "/enroll/x%0d%0aSet-Cookie:x=y",
    ] {
        let mut browser = site.browser();
        let page = format!("/signin?next={}", next.replace('\\', "%5C"));
        browser
            .submit(&page, "/signin", &fields)
            .await
            .redirects_to("/");
        // The same in the form itself, and for somebody who is signed in.
        browser.get(&page).await.redirects_to("/");
        let mut browser = site.browser();
        let form = [
            ("next", next),
            ("email", "ana@example.org"),
            ("password", PASSWORD),
        ];
        browser.post("/signin", &form).await.redirects_to("/");
    }
}

#[tokio::test]
async fn a_new_password_ends_all_sessions() {
    let site = Site::open().await;
    let mut ana = site.signed_in("ana@example.org").await;
    let mut other = site.browser();
    let known = other
        .submit(
            "/forgot-password",
            "/forgot-password",
            &[("email", "ana@example.org")],
        )
        .await
        .expect(200);
    let unknown = other
        .submit(
            "/forgot-password",
            "/forgot-password",
            &[("email", "nobody@example.org")],
        )
        .await
        .expect(200);
    assert_eq!(known.body, unknown.body);
    let page = format!(
        "/reset-password/{}",
        site.server.mailed_token("reset-password").await
    );
    other
        .submit(&page, &page, &[("new_password", "short")])
        .await
        .expect(400)
        .shows("new_password-error")
        .hides("\"short\"");
    other
        .submit(&page, &page, &[("new_password", "entirely new words here")])
        .await
        .redirects_to("/signin");
    other
        .get("/signin")
        .await
        .expect(200)
        .shows("Your new password is set");
    ana.get("/").await.redirects_to("/signin");
    let fields = [
        ("email", "ana@example.org"),
        ("password", "entirely new words here"),
    ];
    other
        .submit("/signin", "/signin", &fields)
        .await
        .redirects_to("/");
    site.browser()
        .submit(&page, &page, &[("new_password", "yet another good one")])
        .await
        .expect(404);
}

#[tokio::test]
async fn the_first_owner_comes_by_the_operators_link() {
    let site = Site::open().await;
    let link = users::create_setup_link(&site.server.app)
        .await
        .unwrap()
        .unwrap();
    let page = link.strip_prefix(PUBLIC_URL).unwrap().to_owned();
    let mut owner = site.browser();
    let fields = [
        ("display_name", "Ana"),
        ("email", "ana@example.org"),
        ("password", PASSWORD),
    ];
    owner
        .submit("/setup/stp_wrong", "/setup/stp_wrong", &fields)
        .await
        .expect(404)
        .shows("This link is over");
    owner.submit(&page, &page, &fields).await.redirects_to("/");
    owner.get("/").await.expect(200).shows("ana@example.org");
    site.browser()
        .submit(
            &page,
            &page,
            &[("email", "eve@example.org"), ("password", PASSWORD)],
        )
        .await
        .expect(404);
}

#[tokio::test]
async fn a_demonstration_signs_up_at_once() {
    let site = Site::with(Options {
        dev: true,
        ..Options::default()
    })
    .await;
    let mut bob = site.browser();
    bob.submit(
        "/signup",
        "/signup",
        &[("email", "bob@example.org"), ("password", PASSWORD)],
    )
    .await
    .redirects_to("/");
    bob.get("/").await.expect(200).shows("bob@example.org");
    bob.get("/signup").await.redirects_to("/");
}
