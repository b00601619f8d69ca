//! Letting a program in that waits in a terminal.

use super::browser::Site;
use super::furniture::OWNER;
use serde_json::{Value, json};

const PAGE: &str = "/cli/verify";

/// Begins to wait, and gives the program's code and the human's.
async fn begin(site: &Site, body: Value) -> (String, String) {
    let begun = site.server.post("/v1/auth/device/code", "", body).await;
    let begun = begun.expect(200).json();
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    (text("device_code"), text("user_code"))
}

async fn poll(site: &Site, device_code: &str) -> Value {
    let body = json!({ "device_code": device_code });
    let answer = site.server.post("/v1/auth/device/token", "", body).await;
    answer.expect(200).json()
}

#[tokio::test]
async fn looking_at_a_code_decides_nothing_and_a_button_decides() {
    let site = Site::open().await;
    let (device_code, code) = begin(&site, json!({ "client_id": "1claw-cli <b>" })).await;
    let page = format!("{PAGE}?code={code}");
    let mut stranger = site.browser();
    let sign_in = stranger.get(&page).await.expect(303);
    assert_eq!(
        sign_in.location(),
        format!("/signin?next=%2Fcli%2Fverify%3Fcode%3D{code}")
    );

    let mut ana = site.signed_in(OWNER).await;
    ana.get(PAGE)
        .await
        .expect(200)
        .shows("Type the code")
        .hides("Approve");
    ana.get(&page)
        .await
        .expect(200)
        .shows(&code)
        .shows("Only continue if you started this just now")
        .shows("1claw-cli &#60;b&#62;")
        .shows("192.0.2.")
        .shows("Opening this page changed nothing")
        .hides("autofocus");
    assert_eq!(
        poll(&site, &device_code).await["error"],
        "authorization_pending"
    );

    let approve = format!("{PAGE}/approve");
    ana.post(&approve, &[("user_code", &code)])
        .await
        .expect(403);
    ana.submit(&page, &approve, &[])
        .await
        .expect(200)
        .shows("The program is signed in");
    site.server.clock.advance(std::time::Duration::from_secs(5));
    assert_eq!(poll(&site, &device_code).await["token_type"], "Bearer");
    ana.get(&page)
        .await
        .expect(409)
        .shows("answered already")
        .hides("Approve");
}

#[tokio::test]
async fn wrong_codes_and_those_of_others_get_no_question() {
    let site = Site::open().await;
    let mut ana = site.signed_in(OWNER).await;
    ana.get(&format!("{PAGE}?code=BBBB-BBBB"))
        .await
        .expect(404)
        .shows("no such code")
        .hides("Approve");
    let (_, theirs) = begin(&site, json!({ "email": "somebody@example.com" })).await;
    ana.get(&format!("{PAGE}?code={theirs}"))
        .await
        .expect(403)
        .shows("for another account")
        .hides("Approve");
    let (device_code, code) = begin(&site, json!({})).await;
    ana.submit(&format!("{PAGE}?code={code}"), &format!("{PAGE}/deny"), &[])
        .await
        .expect(200)
        .shows("turned away");
    assert_eq!(poll(&site, &device_code).await["error"], "access_denied");
}
