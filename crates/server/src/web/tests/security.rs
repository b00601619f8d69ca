//! Codes and passkeys on the pages: setting them up, and signing in with them. What the script of the page
//! would put into the fields, the test does.

use super::browser::{Browser, Page, Site, between};
use crate::test_app::PASSWORD;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use oneclaw_crypto::test_support::Authenticator;
use oneclaw_crypto::totp::TotpSecret;
use oneclaw_crypto::webauthn::RelyingParty;
use std::time::Duration;

const EMAIL: &str = "ana@example.org";

async fn set_up(
    site: &Site,
    browser: &mut Browser<'_>,
    proof: &[(&str, &str)],
) -> (TotpSecret, String) {
    let page = browser.get("/security").await.expect(200);
    // The script fills the empty fields of the form in.
    let hidden = page.hidden_fields("/security/code");
    let kept = hidden
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(_, value)| !value.is_empty());
    let fields: Vec<_> = kept.chain(proof.iter().copied()).collect();
    let page = browser.post("/security/code", &fields).await.expect(200);
    let secret = between(&page.body, "data-label=\"key for the app\">", "</pre>");
    let secret = BASE32_NOPAD
        .decode(secret.replace(' ', "").as_bytes())
        .unwrap();
    let secret = TotpSecret::from_bytes(secret.into());
    let code = secret.code_at(site.server.app.now());
    let page = browser
        .submit_from(&page, "/security/code/confirm", &[("code", &code)])
        .await
        .expect(200);
    let codes = between(&page.body, "data-label=\"recovery codes\">", "</pre>");
    assert_eq!(codes.lines().count(), 8);
    let first = codes.lines().next().unwrap().to_owned();
    site.server.clock.advance(Duration::from_secs(30));
    (secret, first)
}

async fn first_step(browser: &mut Browser<'_>) -> Page {
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    browser
        .submit("/signin?next=/vaults", "/signin", &fields)
        .await
        .expect(200)
        .shows("Enter your code")
}

#[tokio::test]
async fn signing_in_asks_for_the_code_and_remembers_where_one_wanted_to_go() {
    let site = Site::open().await;
    let mut ana = site.signed_in(EMAIL).await;
    let (secret, recovery) = set_up(&site, &mut ana, &[]).await;
    ana.get("/security").await.expect(200).shows("On.");

    let mut other = site.browser();
    let asked = first_step(&mut other).await;
    assert!(other.cookies.is_empty(), "the password alone opens nothing");
    let wrong = other
        .submit_from(&asked, "/signin/code", &[("code", "000000")])
        .await
        .expect(403)
        .shows("That code is not right");
    let code = secret.code_at(site.server.app.now());
    other
        .submit_from(&wrong, "/signin/code", &[("code", &code)])
        .await
        .redirects_to("/vaults");
    other.get("/vaults").await.expect(200);

    let mut third = site.browser();
    let asked = first_step(&mut third).await;
    third
        .submit_from(&asked, "/signin/code", &[("code", &recovery)])
        .await
        .redirects_to("/vaults");
    third.get("/signin/code").await.redirects_to("/signin");
    // Off again, with a code and not without.
    ana.submit("/security", "/security/code/off", &[("code", "000000")])
        .await
        .expect(400);
    site.server.clock.advance(Duration::from_secs(30));
    let code = secret.code_at(site.server.app.now());
    ana.submit("/security", "/security/code/off", &[("code", &code)])
        .await
        .redirects_to("/security");
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    site.browser()
        .submit("/signin", "/signin", &fields)
        .await
        .redirects_to("/");
}

/// What the page gives the browser to be asked with.
fn challenge(page: &Page, way: &str) -> String {
    let options = between(
        &page.body,
        &format!("data-passkey=\"{way}\" data-options=\""),
        "\"",
    );
    let options = options.replace("&#34;", "\"");
    let options: serde_json::Value = serde_json::from_str(&options).unwrap();
    options["challenge"].as_str().unwrap().to_owned()
}

fn party() -> RelyingParty {
    RelyingParty {
        id: "vault.example.com".to_owned(),
        origin: "https://vault.example.com".to_owned(),
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

async fn add(browser: &mut Browser<'_>, passkey: &Authenticator, confirmation: &str) -> Page {
    let page = browser.get("/security").await.expect(200);
    let made = passkey.register(&party(), &challenge(&page, "create"));
    let token = between(&page.body, "action=\"/security/passkeys\"", "</form>");
    let token = between(token, "name=\"form_token\" value=\"", "\"").to_owned();
    browser
        .post(
            "/security/passkeys",
            &[
                ("form_token", &token),
                ("credential_id", &text(&passkey.credential_id)),
                ("client_data_json", &text(&made.client_data)),
                ("attestation_object", &text(&made.attestation_object)),
                ("transports", "internal hybrid"),
                ("name", "Laptop"),
                ("confirmation", confirmation),
            ],
        )
        .await
}

async fn sign_in(browser: &mut Browser<'_>, passkey: &mut Authenticator) -> Page {
    let page = browser.get("/signin?next=/agents").await.expect(200);
    let used = passkey.assert(&party(), &challenge(&page, "get"));
    browser
        .post(
            "/signin/passkey",
            &[
                ("next", "/agents"),
                ("credential_id", &text(&passkey.credential_id)),
                ("client_data_json", &text(&used.client_data)),
                ("authenticator_data", &text(&used.authenticator_data)),
                ("signature", &text(&used.signature)),
            ],
        )
        .await
}

#[tokio::test]
async fn a_passkey_is_added_used_and_removed() {
    let site = Site::open().await;
    let mut ana = site.signed_in(EMAIL).await;
    let mut passkey = Authenticator::es256();
    add(&mut ana, &passkey, "").await.redirects_to("/security");
    let page = ana.get("/security").await.expect(200).shows("Laptop");

    let mut other = site.browser();
    sign_in(&mut other, &mut passkey)
        .await
        .redirects_to("/agents");
    other.get("/agents").await.expect(200);
    let mut stranger = site.browser();
    sign_in(&mut stranger, &mut Authenticator::es256())
        .await
        .expect(403)
        .shows("was not accepted");
    assert!(stranger.cookies.is_empty());

    // Now that there is a factor, the password alone adds and removes nothing.
    let second = Authenticator::eddsa();
    let page_now = ana
        .get("/security")
        .await
        .expect(200)
        .shows("use one that you have");
    assert!(!page_now.forms().contains(&"/security/passkeys".to_owned()));
    // Nor does the session, however young it is: the passkey says that it is still the same person.
    ana.submit("/security", "/security/code", &[])
        .await
        .expect(403);
    let page_now = ana.get("/security").await.expect(200);
    let used = passkey.assert(&party(), &challenge(&page_now, "get"));
    let proof = [
        ("credential_id", text(&passkey.credential_id)),
        ("client_data_json", text(&used.client_data)),
        ("authenticator_data", text(&used.authenticator_data)),
        ("signature", text(&used.signature)),
    ];
    let proof: Vec<_> = proof
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let (_, recovery) = set_up(&site, &mut ana, &proof).await;
    add(&mut ana, &second, &recovery)
        .await
        .redirects_to("/security");
    let renaming = page.form_with("/rename");
    ana.submit("/security", &renaming, &[("name", "Old laptop")])
        .await
        .redirects_to("/security");
    ana.get("/security").await.expect(200).shows("Old laptop");
    let deleting = page.form_with("/delete");
    ana.submit("/security", &deleting, &[("confirmation", PASSWORD)])
        .await
        .expect(403);
}
