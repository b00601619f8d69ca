//! Who an assistant is: what it publishes of itself, and what of that is believed.

use super::*;

/// Opens the page for a description that must not be taken, and gives what the human reads.
async fn refusal(site: &Site, id: &str) -> String {
    let mut ana = site.signed_in(OWNER).await;
    let page = ana.get(&question(id, &[])).await;
    assert_eq!((page.status, page.location()), (400, ""), "{}", page.body);
    page.body
}

#[tokio::test]
async fn a_description_that_is_not_what_it_seems_is_not_taken() {
    let site = open().await;
    let honest =
        |id: &str| json!({ "client_id": id, "client_name": "Editor", "redirect_uris": [REDIRECT] });
    let with = |name: &'static str, value: Value| {
        move |id: &str| {
            let mut document = honest(id);
            document[name] = value;
            document
        }
    };
    for (name, value, why) in [
        (
            "client_id",
            json!("https://editor.example.com/c"),
            "another client_id",
        ),
        ("client_id", json!(7), "is not JSON with"),
        ("client_name", json!(""), "client_name"),
        ("client_name", json!("Edi\u{202e}tor"), "client_name"),
        ("client_name", Value::Null, "is not JSON with"),
        ("redirect_uris", json!("x"), "is not JSON with"),
        ("redirect_uris", json!([]), "none of those"),
        (
            "redirect_uris",
            json!(["javascript:alert(1)", "cursor://x/y"]),
            "none of those",
        ),
        ("client_secret", json!("hush"), "publishes a secret"),
        (
            "token_endpoint_auth_method",
            json!("private_key_jwt"),
            "token_endpoint_auth_method",
        ),
    ] {
        let publisher = Publisher::describing(with(name, value.clone())).await;
        let page = refusal(&site, &publisher.id).await;
        assert!(page.contains(why), "{name} {value}: no {why:?} in {page}");
    }
}

#[tokio::test]
async fn a_host_that_means_harm_gets_nothing_and_is_not_waited_for() {
    let site = open().await;
    let hidden = Publisher::start().await;
    let elsewhere = hidden.id.clone();
    let page = |answer: &'static str| move |_: &str| answer.to_owned();
    let large = Publisher::answering(|id| {
        let document = json!({ "client_id": id, "client_name": "E", "redirect_uris": [REDIRECT], "x": "x".repeat(1024 * 1024) });
        ok(&document.to_string())
    })
    .await;
    // Without a length, so that only reading it tells.
    let endless = Publisher::answering(|_| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}",
            "[".repeat(1024 * 1024)
        )
    })
    .await;
    let redirecting = Publisher::answering(|_| {
        format!("HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    })
    .await;
    let html = Publisher::answering(|id| {
        let document = json!({ "client_id": id, "client_name": "E", "redirect_uris": [REDIRECT] });
        ok(&document.to_string()).replace("application/json", "text/html")
    })
    .await;
    let missing = Publisher::answering(page(
        "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ))
    .await;
    let noise = Publisher::answering(page("SSH-2.0-OpenSSH_9.2\r\n")).await;
    let silent = Publisher::answering(page("")).await;
    for (publisher, why) in [
        (&large, "larger than allowed"),
        (&endless, "larger than allowed"),
        (&redirecting, "answered 302"),
        (&html, "not sent as JSON"),
        (&missing, "answered 404"),
        (&noise, "not HTTP"),
        (&silent, "did not answer in time"),
    ] {
        let page = refusal(&site, &publisher.id).await;
        assert!(page.contains(why), "no {why:?} in {page}");
        assert_eq!(publisher.requests(), 1, "{why}");
    }
    assert_eq!(hidden.requests(), 0, "a redirect was followed");
}

#[tokio::test]
async fn the_server_does_not_knock_where_it_should_not() {
    // An instance of production: nothing on this machine may be called.
    let site = Site::open().await;
    let publisher = Publisher::start().await;
    let port = publisher.id.split(':').nth(2).unwrap().to_owned();
    for id in [
        publisher.id.clone(),
        format!("https://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://vault.internal/client.json".to_owned(),
        "http://editor.example.com/client.json".to_owned(),
        "https://editor.example.com@127.0.0.1/client.json".to_owned(),
        "https://user:pass@editor.example.com/client.json".to_owned(),
        "https://Editor.example.com/client.json".to_owned(),
        "https://editor.example.com/a/../client.json".to_owned(),
        "https://editor.example.com/client.json#x".to_owned(),
        "https://editor.example.com/".to_owned(),
        "file:///etc/passwd".to_owned(),
        "ftp://editor.example.com/client.json".to_owned(),
        "editor".to_owned(),
        "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d".to_owned(),
        String::new(),
    ] {
        refusal(&site, &id).await;
    }
    assert_eq!(publisher.requests(), 0);
}

#[tokio::test]
async fn one_person_cannot_make_the_server_fetch_without_end() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    for _ in 0..30 {
        ana.get(&publisher.question(&[])).await.expect(200);
    }
    ana.get(&publisher.question(&[])).await.expect(429);
    assert_eq!(publisher.requests(), 30);
    site.signed_in("eve@example.com")
        .await
        .get(&publisher.question(&[]))
        .await
        .expect(200);
}

#[tokio::test]
async fn assistants_register_themselves_only_where_the_operator_lets_them() {
    let body = json!({ "client_name": "Editor", "redirect_uris": [REDIRECT], "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "none", "application_type": "native" });
    let closed = open().await;
    let _ = closed
        .server
        .post("/oauth/register", "", body.clone())
        .await
        .expect(404);
    let metadata = closed
        .server
        .get("/.well-known/oauth-authorization-server", "")
        .await;
    assert!(metadata.json().get("registration_endpoint").is_none());

    let site = Site::with(Options {
        oauth_registration: true,
        ..Options::default()
    })
    .await;
    let app = &site.server;
    let metadata = app
        .get("/.well-known/oauth-authorization-server", "")
        .await
        .json();
    assert_eq!(
        metadata["registration_endpoint"],
        "https://vault.example.com/oauth/register"
    );
    for (bad, error) in [
        (
            json!({ "client_name": "E", "redirect_uris": [] }),
            "invalid_redirect_uri",
        ),
        (json!({ "client_name": "E" }), "invalid_redirect_uri"),
        (
            json!({ "client_name": "E", "redirect_uris": ["http://evil.example.com/"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "client_name": "E", "redirect_uris": ["cursor://a/b"] }),
            "invalid_redirect_uri",
        ),
        (
            json!({ "client_name": "E\u{202e}", "redirect_uris": [REDIRECT] }),
            "invalid_client_metadata",
        ),
    ] {
        refused(&app.post("/oauth/register", "", bad).await, error);
    }
    let made = app
        .post("/oauth/register", "", body)
        .await
        .expect(201)
        .json();
    assert_eq!(made["token_endpoint_auth_method"], "none");
    assert!(made.get("client_secret").is_none());
    let id = made["client_id"].as_str().unwrap();
    let mut ana = site.signed_in(OWNER).await;
    let page = ana.get(&question(id, &[])).await.expect(200);
    page.shows("itself, and nobody has checked it");
    let code = allow(&mut ana, &question(id, &[]), &as_new_agent(&["names:read"])).await;
    let tokens = Tokens::of(redeem(app, id, &code, &[]).await);
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(200);
}

#[tokio::test]
async fn what_an_admin_registers_is_for_their_organisation_and_ends_with_its_entry() {
    let site = Site::open().await;
    let app = &site.server;
    let mut ana = site.signed_in(OWNER).await;
    drop(site.signed_in("eve@example.com").await);
    let (owner, eve) = (
        app.sign_in(OWNER).await,
        app.sign_in("eve@example.com").await,
    );
    for bad in [
        json!({ "client_name": "Cursor", "redirect_uris": [] }),
        json!({ "client_name": "Cursor", "redirect_uris": ["http://evil.example.com/"] }),
        json!({ "client_name": "Cursor", "redirect_uris": ["javascript:alert(1)"] }),
        json!({ "client_name": "", "redirect_uris": [REDIRECT] }),
    ] {
        let _ = app
            .post("/v1/oauth/clients", &owner.token, bad)
            .await
            .expect(400);
    }
    let body = json!({ "client_name": "Cursor", "redirect_uris": [REDIRECT, "cursor://anysphere.cursor-mcp/oauth/callback"] });
    let made = app
        .post("/v1/oauth/clients", &owner.token, body)
        .await
        .expect(201)
        .json();
    let id = made["client_id"].as_str().unwrap();
    // A program's own scheme too, since somebody answers for it.
    let own_scheme = question(
        id,
        &[(
            "redirect_uri",
            "cursor://anysphere.cursor-mcp/oauth/callback",
        )],
    );
    let page = ana
        .get(&own_scheme)
        .await
        .expect(200)
        .shows("an admin of your organisation")
        .shows("cursor:");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' cursor:;"), "{policy}");
    // It is nothing to anybody else.
    let mut mallory = site.signed_in("eve@example.com").await;
    mallory.get(&question(id, &[])).await.expect(400);
    let path = format!("/v1/oauth/clients/{id}");
    let _ = app
        .call("DELETE", &path, &eve.token, Value::Null)
        .await
        .expect(404);

    let code = allow(&mut ana, &question(id, &[]), &as_new_agent(&["names:read"])).await;
    let tokens = Tokens::of(redeem(app, id, &code, &[]).await);
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(200);
    let _ = app
        .call("DELETE", &path, &owner.token, Value::Null)
        .await
        .expect(204);
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(401);
    refused(&refresh(app, id, &tokens.refresh).await, "invalid_grant");
    ana.get(&question(id, &[])).await.expect(400);
}

#[tokio::test]
async fn assistants_are_managed_on_their_page() {
    let site = open().await;
    let mut them = let_in(&site, &["names:read"]).await;
    let ana = &mut them.browser;
    let page = ana.get("/assistants").await.expect(200);
    let end = page.form_with("/end");
    page.shows("<bdi>Editor</bdi>")
        .shows("my editor")
        .shows("names:read")
        .shows(TOOLS);
    let fields = [
        ("client_name", "Cursor"),
        ("redirect_uris", "http://127.0.0.1/cb\n\n cursor://a/b "),
    ];
    ana.submit("/assistants", "/assistants", &fields)
        .await
        .redirects_to("/assistants#registered");
    let page = ana.get("/assistants").await.expect(200);
    let remove = page.form_with("/remove");
    let page = page
        .shows("The assistant is registered.")
        .shows("cursor://a/b");
    let wrong = [
        ("client_name", "Cursor"),
        ("redirect_uris", "http://evil.example.com/"),
    ];
    let again = ana
        .submit_from(&page, "/assistants", &wrong)
        .await
        .expect(400);
    again.shows("http://evil.example.com/");
    ana.submit("/assistants", &remove, &[])
        .await
        .redirects_to("/assistants#registered");
    ana.submit("/assistants", &end, &[])
        .await
        .redirects_to("/assistants");
    let page = ana.get("/assistants").await.expect(200);
    page.shows("No assistant is connected.")
        .hides("cursor://a/b");
    assert!(!them.is_in().await);
}
