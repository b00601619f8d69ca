//! The page on which a human decides.

use super::*;

#[tokio::test]
async fn opening_the_page_shows_who_asks_and_decides_nothing() {
    let site = open().await;
    let publisher = Publisher::describing(
        |id| json!({ "client_id": id, "client_name": "Editor <b>", "redirect_uris": [REDIRECT] }),
    )
    .await;
    let mut ana = site.signed_in(OWNER).await;
    let page = ana.get(&publisher.question(&[])).await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("form-action 'self' http://127.0.0.1:33418;"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let page = page
        .shows("Editor &#60;b&#62;")
        .hides("Editor <b>")
        .shows("a program on the computer in front of you")
        .shows("<code>127.0.0.1</code>")
        .shows("Opening this page changed nothing")
        .shows("type=\"submit\" autofocus>Deny<");
    // What shows values or changes something is for the human to tick.
    for scope in EVERYTHING.split(' ') {
        let is_ticked = matches!(scope, "names:read" | "access:request");
        let field = format!(
            "value=\"{scope}\"{}>",
            if is_ticked { " checked" } else { "" }
        );
        assert!(page.body.contains(&field), "{field} in {}", page.body);
    }
    ana.get(ALLOW).await.expect(405);
    ana.get(DENY).await.expect(405);
    assert_eq!(logged(&site, "oauth.consent").await, 0);
    assert_eq!(logged(&site, "agent.register").await, 0);
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first_and_nothing_is_fetched_for_them() {
    let site = open().await;
    let publisher = Publisher::start().await;
    drop(site.signed_in(OWNER).await);
    let mut browser = site.browser();
    let question = publisher.question(&[]);
    let away = browser.get(&question).await.expect(303);
    assert_eq!(publisher.requests(), 0);
    let sign_in = away.location().to_owned();
    assert!(
        sign_in.starts_with("/signin?next=%2Foauth%2Fauthorize%3F"),
        "{sign_in}"
    );
    let page = browser.get(&sign_in).await.expect(200);
    let page = page.shows("Sign in to let an assistant in.");
    let hidden = page.hidden_fields("/signin");
    let next = hidden.iter().find(|(name, _)| name == "next").unwrap();
    // The test's browser does not read entities.
    let next = next.1.replace("&#38;", "&").replace("&amp;", "&");
    let fields = [
        ("next", next.as_str()),
        ("email", OWNER),
        ("password", crate::test_app::PASSWORD),
    ];
    let back = browser.post("/signin", &fields).await.expect(303);
    assert_eq!(back.location(), question);
    browser.get(&question).await.expect(200);
}

#[tokio::test]
async fn an_answer_goes_nowhere_that_the_assistant_is_not_described_with() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    for redirect_uri in [
        "https://evil.example.com/callback",
        "http://127.0.0.1:33418/elsewhere",
        "http://localhost:33418/callback",
        "https://editor.example.com:8443/callback",
        "https://editor.example.com/callback/",
        "https://editor.example.com/callback?x=y",
        "https://editor.example.com@evil.example.com/callback",
        "https://editor.example.com/callback#x",
        "javascript:alert(1)",
        "",
    ] {
        let page = ana
            .get(&publisher.question(&[("redirect_uri", redirect_uri)]))
            .await;
        assert_eq!((page.status, page.location()), (400, ""), "{redirect_uri}");
        let links = page.body.matches("href=\"").count();
        let own = page.body.matches("href=\"/").count();
        assert_eq!(links, own, "{redirect_uri}: {}", page.body);
    }
    let port = publisher.question(&[("redirect_uri", "http://127.0.0.1:5/callback")]);
    ana.get(&port).await.expect(200);
    // And the form is judged like the page was.
    let page = ana.get(&publisher.question(&[])).await.expect(200);
    let mut fields = page.hidden_fields(ALLOW);
    for (name, value) in &mut fields {
        if name == "redirect_uri" {
            "https://evil.example.com/callback".clone_into(value);
        }
    }
    let chosen = as_new_agent(&["names:read"]);
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<_> = fields.chain(chosen).collect();
    let page = ana.post(ALLOW, &fields).await;
    assert_eq!((page.status, page.location()), (400, ""));
    assert_eq!(logged(&site, "oauth.consent").await, 0);
}

#[tokio::test]
async fn what_cannot_be_asked_is_told_by_a_link_that_a_person_follows() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "unsupported_response_type"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("resource", ""), "invalid_target"),
        (("resource", "https://vault.example.com"), "invalid_target"),
        (
            ("resource", "https://evil.example.com/mcp"),
            "invalid_target",
        ),
        (("scope", "openid email"), "invalid_scope"),
    ] {
        let page = ana.get(&publisher.question(&[change])).await;
        assert_eq!((page.status, page.location()), (400, ""), "{change:?}");
        let link = between(&page.body, "href=\"http://127.0.0.1:33418/callback", "\"");
        for part in [
            format!("error={error}"),
            "state=st-1".to_owned(),
            "iss=https%3A%2F%2Fvault.example.com".to_owned(),
        ] {
            assert!(link.contains(&part), "{change:?}: no {part} in {link}");
        }
    }
    // A parameter that comes twice could be read in two ways.
    let twice = format!("{}&scope=names%3Aread", publisher.question(&[]));
    let page = ana.get(&twice).await;
    assert_eq!((page.status, page.location()), (400, ""));
    // Without a scope it is asked for what is usual.
    let page = ana
        .get(&publisher.question(&[("scope", "")]))
        .await
        .expect(200);
    page.shows("values:read").hides("vault:admin");
}

#[tokio::test]
async fn consent_takes_the_form_of_this_session_from_our_own_page() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let (mut ana, mut eve) = (
        site.signed_in(OWNER).await,
        site.signed_in("eve@example.com").await,
    );
    let question = publisher.question(&[]);
    let hers = ana.get(&question).await.expect(200).hidden_fields(ALLOW);
    let theirs = eve.get(&question).await.expect(200).hidden_fields(ALLOW);
    let chosen = as_new_agent(&["names:read"]);
    let with = |fields: &[(String, String)], leave_out: &str| {
        let fields = fields.iter().filter(|(name, _)| name != leave_out).cloned();
        let chosen = chosen
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        fields.chain(chosen).collect::<Vec<_>>()
    };
    let same = [("sec-fetch-site", "same-origin")];
    for (what, fields, headers) in [
        ("no token", with(&hers, "form_token"), same),
        ("another session's", with(&theirs, ""), same),
        (
            "another site",
            with(&hers, ""),
            [("sec-fetch-site", "cross-site")],
        ),
    ] {
        for path in [ALLOW, DENY] {
            let fields: Vec<_> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let page = ana.send("POST", path, Some(&fields), &headers).await;
            assert_eq!((page.status, page.location()), (403, ""), "{what} {path}");
        }
    }
    // The form that denies does not allow.
    let denying = ana.get(&question).await.expect(200).hidden_fields(DENY);
    let fields = with(&denying, "");
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    ana.post(ALLOW, &fields).await.expect(403);
    let mut nobody = site.browser();
    let fields = with(&hers, "");
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    nobody.post(ALLOW, &fields).await.redirects_to("/signin");
    assert_eq!(logged(&site, "oauth.consent").await, 0);
    assert_eq!(logged(&site, "oauth.deny").await, 0);
}

#[tokio::test]
async fn no_is_told_and_makes_nothing() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let page = ana.get(&publisher.question(&[])).await.expect(200);
    let away = ana.submit_from(&page, DENY, &[]).await.expect(303);
    assert!(
        away.location()
            .starts_with("http://127.0.0.1:33418/callback?")
    );
    assert_eq!(parameter(&away, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&away, "state").as_deref(), Some("st-1"));
    assert_eq!(
        parameter(&away, "iss").as_deref(),
        Some("https://vault.example.com")
    );
    assert_eq!(parameter(&away, "code"), None);
    assert_eq!(logged(&site, "oauth.deny").await, 1);
    assert_eq!(logged(&site, "oauth.consent").await, 0);
    assert_eq!(logged(&site, "agent.register").await, 0);
}

#[tokio::test]
async fn only_what_was_asked_and_only_agents_of_ones_own() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let owner = site.server.sign_in(OWNER).await;
    drop(site.signed_in("eve@example.com").await);
    let eve = site.server.sign_in("eve@example.com").await;
    let (paused, foreign) = (
        site.server.create_agent(&owner, "paused").await,
        site.server.create_agent(&eve, "hers").await,
    );
    let off = json!({ "is_active": false });
    let path = format!("/v1/agents/{}", paused.id);
    let _ = site
        .server
        .call("PATCH", &path, &owner.token, off)
        .await
        .expect(200);
    let question = publisher.question(&[("scope", "names:read")]);
    let existing = |agent: &'static str| [("act_as", "existing"), ("agent", agent)];
    let leak = |text: String| -> &'static str { text.leak() };
    for (what, fields, status) in [
        (
            "nothing ticked",
            vec![("act_as", "new"), ("name", "x"), ("days", "1")],
            400,
        ),
        (
            "more than asked",
            vec![
                ("act_as", "new"),
                ("name", "x"),
                ("days", "1"),
                ("scopes", "names:read"),
                ("scopes", "values:read"),
            ],
            400,
        ),
        (
            "no name",
            vec![
                ("act_as", "new"),
                ("name", ""),
                ("days", "1"),
                ("scopes", "names:read"),
            ],
            400,
        ),
        (
            "for ever",
            vec![
                ("act_as", "new"),
                ("name", "x"),
                ("days", "4000"),
                ("scopes", "names:read"),
            ],
            400,
        ),
        (
            "a paused agent",
            [
                &existing(leak(paused.id.clone()))[..],
                &[("days", "1"), ("scopes", "names:read")],
            ]
            .concat(),
            400,
        ),
        (
            "somebody else's agent",
            [
                &existing(leak(foreign.id.clone()))[..],
                &[("days", "1"), ("scopes", "names:read")],
            ]
            .concat(),
            404,
        ),
    ] {
        let page = ana
            .get(&question)
            .await
            .expect(200)
            .hides(&foreign.id)
            .hides(&paused.id);
        let answer = ana.submit_from(&page, ALLOW, &fields).await;
        assert_eq!(
            (answer.status, answer.location()),
            (status, ""),
            "{what}: {}",
            answer.body
        );
    }
    assert_eq!(logged(&site, "oauth.consent").await, 0);
}

#[tokio::test]
async fn an_assistant_that_calls_itself_otherwise_meanwhile_is_asked_about_anew() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let page = ana.get(&publisher.question(&[])).await.expect(200);
    // As if the page had been made from an earlier description.
    let mut fields = page.hidden_fields(ALLOW);
    for (name, value) in &mut fields {
        if name == "seen_name" {
            "Calculator".clone_into(value);
        }
    }
    let chosen = as_new_agent(&["names:read"]);
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<_> = fields.chain(chosen).collect();
    let again = ana.post(ALLOW, &fields).await.expect(200);
    again
        .shows("An assistant asks to be let in")
        .shows("said name\">Editor<");
    assert_eq!(logged(&site, "oauth.consent").await, 0);
}
