//! What an assistant gets for its code, and where that is good.

use super::*;
use oneclaw_crypto::jwt::Claims;
use std::time::Duration;

#[tokio::test]
async fn an_assistant_finds_its_way_by_what_the_server_says() {
    let site = open().await;
    let app = &site.server;
    let answer = call(app, "", "tools/list", json!({})).await.expect(401);
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer scope=\"names:read values:read values:write access:request share:create\", \
         resource_metadata=\"https://vault.example.com/.well-known/oauth-protected-resource/mcp\""
    );
    let answer = call(app, "nonsense", "tools/list", json!({}))
        .await
        .expect(401);
    let challenge = answer.header("www-authenticate");
    assert!(
        challenge.starts_with("Bearer error=\"invalid_token\", scope="),
        "{challenge}"
    );
    // The API has no such way in.
    let answer = app.get("/v1/vaults", "nonsense").await.expect(401);
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );

    for path in ["", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let resource = app.get(&path, "").await.expect(200).json();
        insta::assert_json_snapshot!("protected_resource", resource);
    }
    let server = app.get("/.well-known/oauth-authorization-server", "").await;
    insta::assert_json_snapshot!(server.expect(200).json());
}

#[tokio::test]
async fn a_code_becomes_tokens_for_the_tools_that_were_ticked() {
    let site = open().await;
    let them = let_in(&site, &["names:read", "access:request"]).await;
    let app = &site.server;
    assert_eq!(them.tokens.scope, "names:read access:request");
    let listed = call(app, &them.tokens.access, "tools/list", json!({})).await;
    let listed = listed.expect(200).json();
    let listed = listed["result"]["tools"].as_array().unwrap().iter();
    let names: Vec<_> = listed.map(|tool| tool["name"].as_str().unwrap()).collect();
    for tool in [
        "list_vaults",
        "list_secrets",
        "describe_secret",
        "whoami",
        "request_access",
    ] {
        assert!(names.contains(&tool), "{names:?}");
    }
    for tool in [
        "get_secret",
        "get_env_bundle",
        "put_secret",
        "delete_secret",
        "share_secret",
        "create_vault",
    ] {
        assert!(!names.contains(&tool), "{names:?}");
    }
    let me = tool(app, &them.tokens.access, "whoami", json!({})).await;
    assert_eq!(me["structuredContent"]["name"], "my editor", "{me}");
    assert_eq!(logged(&site, "oauth.consent").await, 1);

    // Policies decide, as for every agent: at first there is nothing.
    let owner = app.sign_in(OWNER).await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "hush").await;
    let secrets = json!({ "vault_id": vault });
    let listed = tool(app, &them.tokens.access, "list_secrets", secrets.clone()).await;
    assert_eq!(
        listed["structuredContent"]["secrets"],
        json!([]),
        "{listed}"
    );
    let policy = json!({ "secret_path_pattern": "**", "principal_type": "agent",
        "principal_id": me["structuredContent"]["id"], "permissions": ["read"] });
    let path = format!("/v1/vaults/{vault}/policies");
    let _ = app.post(&path, &owner.token, policy).await.expect(201);
    let listed = tool(app, &them.tokens.access, "list_secrets", secrets).await;
    assert_eq!(
        listed["structuredContent"]["secrets"][0]["path"], "a",
        "{listed}"
    );
}

#[tokio::test]
async fn a_tool_beyond_the_scopes_says_which_scope_it_takes_and_does_nothing() {
    let site = open().await;
    let them = let_in(&site, &["names:read"]).await;
    let app = &site.server;
    for (tool, scope) in [
        ("get_secret", "values:read"),
        ("put_secret", "values:write"),
        ("request_access", "access:request"),
        ("share_secret", "share:create"),
        ("create_vault", "vault:admin"),
    ] {
        let params = json!({ "name": tool, "arguments": { "name": "x", "path": "a" } });
        let answer = call(app, &them.tokens.access, "tools/call", params)
            .await
            .expect(403);
        let challenge = answer.header("www-authenticate");
        let expected =
            format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\", resource_metadata=");
        assert!(challenge.starts_with(&expected), "{challenge}");
    }
    // Written so that two readers might see two different tools.
    let one = |name: &str| {
        format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{{{name},\"arguments\":{{\"name\":\"made\"}}}}}}"
        )
    };
    for body in [
        one("\"name\":\"whoami\",\"name\":\"create_vault\""),
        one("\"name\":\"create_vault\",\"name\":\"whoami\""),
        format!("[{}]", one("\"name\":\"create_vault\"")),
        format!(
            "[{},{}]",
            one("\"name\":\"whoami\""),
            one("\"name\":\"create_vault\"")
        ),
        one("\"n\\u0061me\":\"create_vault\""),
    ] {
        let answer = call_raw(app, &them.tokens.access, &body).await;
        let text = String::from_utf8_lossy(&answer.body);
        assert!(
            answer.status != 200 || text.contains("\"error\""),
            "{body}: {text}"
        );
    }
    assert_eq!(
        logged(&site, "vault.create").await,
        1,
        "the one for identity keys"
    );
}

#[tokio::test]
async fn a_token_for_the_tools_opens_nothing_else_and_one_for_elsewhere_no_tools() {
    let site = open().await;
    let them = let_in(&site, &EVERYTHING.split(' ').collect::<Vec<_>>()).await;
    let app = &site.server;
    for (method, path) in [
        ("GET", "/v1/vaults"),
        ("GET", "/v1/agents/me"),
        ("GET", "/v1/auth/me"),
        ("DELETE", "/v1/auth/token"),
        ("POST", "/v1/auth/refresh"),
        ("POST", "/v1/vaults"),
    ] {
        let answer = app
            .call(method, path, &them.tokens.access, json!({ "name": "x" }))
            .await;
        assert_eq!(answer.status, 401, "{method} {path}: {answer:?}");
    }
    assert!(them.is_in().await);
    // A token of the API opens the tools, all of them, as before.
    let owner = app.sign_in(OWNER).await;
    let agent = app.create_agent(&owner, "bot").await;
    let listed = call(app, &agent.token, "tools/list", json!({}))
        .await
        .expect(200)
        .json();
    let count = listed["result"]["tools"].as_array().unwrap().len();
    assert!(count >= 17, "{count}");

    // Signed by us, for another place.
    let keyring = app.app.keyring();
    let base = "https://vault.example.com";
    let claims = keyring
        .verify_jwt(&them.tokens.access, base, app.app.now())
        .unwrap();
    assert_eq!(claims.aud.as_deref(), Some(TOOLS));
    for audience in [
        "https://vault.example.com",
        "https://vault.example.com/mcp/",
        "https://other.example.com/mcp",
        "",
    ] {
        let elsewhere = Claims {
            aud: Some(audience.to_owned()),
            ..claims.clone()
        };
        let token = keyring.sign_jwt(&elsewhere).unwrap();
        let _ = call(app, &token, "tools/list", json!({})).await.expect(401);
        let _ = app.get("/v1/vaults", &token).await.expect(401);
    }
    // Without scopes there is nothing to do.
    let none = Claims {
        scope: None,
        ..claims
    };
    let token = keyring.sign_jwt(&none).unwrap();
    let params = json!({ "name": "whoami", "arguments": {} });
    let _ = call(app, &token, "tools/call", params).await.expect(403);
}

#[tokio::test]
async fn a_code_is_for_what_it_was_made_for_and_trying_it_ends_it() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let verifier = "a".repeat(43);
    for wrong in [
        ("code_verifier", verifier.as_str()),
        ("code_verifier", "short"),
        ("client_id", "https://evil.example.com/client.json"),
        ("redirect_uri", "http://127.0.0.1:5/callback"),
        ("redirect_uri", "https://editor.example.com/callback"),
        ("resource", "https://vault.example.com"),
    ] {
        let code = allow(
            &mut ana,
            &publisher.question(&[]),
            &as_new_agent(&["names:read"]),
        )
        .await;
        let answer = redeem(&site.server, &publisher.id, &code, &[wrong]).await;
        refused(&answer, "invalid_grant");
        let right = redeem(&site.server, &publisher.id, &code, &[]).await;
        refused(&right, "invalid_grant");
    }
    assert_eq!(logged(&site, "oauth.code_refused").await, 6);
    // What is missing says nothing of the code, and leaves it alone.
    let code = allow(
        &mut ana,
        &publisher.question(&[]),
        &as_new_agent(&["names:read"]),
    )
    .await;
    for missing in ["code", "client_id", "redirect_uri", "code_verifier"] {
        let answer = redeem(&site.server, &publisher.id, &code, &[(missing, "")]).await;
        refused(&answer, "invalid_request");
    }
    for unknown in [
        "oac_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "nonsense",
    ] {
        let answer = redeem(&site.server, &publisher.id, unknown, &[]).await;
        refused(&answer, "invalid_grant");
    }
    // The resource may be left out here: the code knows it.
    let answer = redeem(&site.server, &publisher.id, &code, &[("resource", "")]).await;
    Tokens::of(answer);
}

#[tokio::test]
async fn a_code_lasts_a_minute() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let question = publisher.question(&[]);
    let code = allow(&mut ana, &question, &as_new_agent(&["names:read"])).await;
    site.server.clock.advance(Duration::from_secs(59));
    Tokens::of(redeem(&site.server, &publisher.id, &code, &[]).await);
    let code = allow(&mut ana, &question, &as_new_agent(&["names:read"])).await;
    site.server.clock.advance(Duration::from_mins(1));
    refused(
        &redeem(&site.server, &publisher.id, &code, &[]).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let code = allow(
        &mut ana,
        &publisher.question(&[]),
        &as_new_agent(&["names:read"]),
    )
    .await;
    let app = &site.server;
    let tokens = Tokens::of(redeem(app, &publisher.id, &code, &[]).await);
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(200);
    refused(
        &redeem(app, &publisher.id, &code, &[]).await,
        "invalid_grant",
    );
    let _ = call(app, &tokens.access, "tools/list", json!({}))
        .await
        .expect(401);
    refused(
        &refresh(app, &publisher.id, &tokens.refresh).await,
        "invalid_grant",
    );
    assert_eq!(logged(&site, "oauth.code_reuse").await, 1);
}

#[tokio::test]
async fn an_access_token_lasts_an_hour_and_never_longer_than_was_allowed() {
    let site = open().await;
    let publisher = Publisher::start().await;
    let mut ana = site.signed_in(OWNER).await;
    let fields = [
        ("act_as", "new"),
        ("name", "x"),
        ("days", "1"),
        ("scopes", "names:read"),
    ];
    let code = allow(&mut ana, &publisher.question(&[]), &fields).await;
    let app = &site.server;
    let given = redeem(app, &publisher.id, &code, &[])
        .await
        .expect(200)
        .json();
    assert_eq!(given["expires_in"], 3600);
    let tokens = (
        given["access_token"].as_str().unwrap(),
        given["refresh_token"].as_str().unwrap(),
    );
    app.clock.advance(Duration::from_hours(1));
    let _ = call(app, tokens.0, "tools/list", json!({}))
        .await
        .expect(401);
    app.clock.advance(Duration::from_mins(22 * 60 + 30));
    let given = refresh(app, &publisher.id, tokens.1)
        .await
        .expect(200)
        .json();
    assert_eq!(given["expires_in"], 1800, "half an hour is left of the day");
    app.clock.advance(Duration::from_mins(30));
    let token = given["refresh_token"].as_str().unwrap();
    refused(&refresh(app, &publisher.id, token).await, "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_seeing_it_again_ends_the_grant() {
    let site = open().await;
    let them = let_in(&site, &["names:read", "values:read"]).await;
    let second = Tokens::of(them.refresh(&them.tokens.refresh).await);
    assert_eq!(second.scope, "names:read values:read");
    let third = Tokens::of(them.refresh(&second.refresh).await);
    let app = &site.server;
    for token in [&them.tokens.access, &third.access] {
        let _ = call(app, token, "tools/list", json!({})).await.expect(200);
    }
    // The first one: however long ago, two parties hold it.
    refused(&them.refresh(&them.tokens.refresh).await, "invalid_grant");
    for token in [&them.tokens.access, &third.access] {
        let _ = call(app, token, "tools/list", json!({})).await.expect(401);
    }
    refused(&them.refresh(&third.refresh).await, "invalid_grant");
    assert_eq!(logged(&site, "oauth.refresh_reuse").await, 1);
}

#[tokio::test]
async fn a_refresh_token_is_for_its_client_and_gives_no_more_than_was_allowed() {
    let site = open().await;
    let them = let_in(&site, &["names:read", "values:read"]).await;
    let app = &site.server;
    let base = [
        ("grant_type", "refresh_token"),
        ("refresh_token", them.tokens.refresh.as_str()),
    ];
    for (extra, error) in [
        (
            &[("client_id", "https://evil.example.com/c")][..],
            "invalid_grant",
        ),
        (
            &[
                ("client_id", them.publisher.id.as_str()),
                ("scope", "values:write"),
            ][..],
            "invalid_scope",
        ),
        (
            &[
                ("client_id", them.publisher.id.as_str()),
                ("scope", "openid"),
            ][..],
            "invalid_scope",
        ),
        (
            &[
                ("client_id", them.publisher.id.as_str()),
                ("resource", "https://vault.example.com/v1"),
            ][..],
            "invalid_target",
        ),
        (&[][..], "invalid_request"),
    ] {
        let answer = send(app, "/oauth/token", &[&base[..], extra].concat()).await;
        refused(&answer, error);
    }
    let narrower = [
        ("client_id", them.publisher.id.as_str()),
        ("scope", "names:read"),
    ];
    let narrow = Tokens::of(send(app, "/oauth/token", &[&base[..], &narrower[..]].concat()).await);
    assert_eq!(narrow.scope, "names:read");
    let params = json!({ "name": "get_secret", "arguments": { "path": "a" } });
    let _ = call(app, &narrow.access, "tools/call", params)
        .await
        .expect(403);
    let whole = Tokens::of(them.refresh(&narrow.refresh).await);
    assert_eq!(whole.scope, "names:read values:read");
    // Neither kind of token is taken for the other.
    refused(&them.refresh(&whole.access).await, "invalid_grant");
    let _ = call(app, &whole.refresh, "tools/list", json!({}))
        .await
        .expect(401);
}

#[tokio::test]
async fn requests_for_tokens_are_forms_with_each_parameter_once() {
    let site = open().await;
    let app = &site.server;
    let json = app
        .post("/oauth/token", "", json!({ "grant_type": "refresh_token" }))
        .await;
    refused(&json, "invalid_request");
    let twice = [
        ("grant_type", "refresh_token"),
        ("client_id", "a"),
        ("client_id", "b"),
        ("refresh_token", "x"),
    ];
    refused(&send(app, "/oauth/token", &twice).await, "invalid_request");
    for kind in ["", "password", "implicit"] {
        refused(
            &send(app, "/oauth/token", &[("grant_type", kind)]).await,
            "unsupported_grant_type",
        );
    }
    let _ = app
        .get("/oauth/token?grant_type=refresh_token", "")
        .await
        .expect(405);
}

#[tokio::test]
async fn guesses_are_slowed_down() {
    let site = Site::with(Options {
        server: crate::ServerConfig {
            flood: Some(crate::FloodLimits::default()),
            ..crate::ServerConfig::default()
        },
        ..Options::default()
    })
    .await;
    let app = &site.server;
    let guess = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "orf_x"),
        ("client_id", "c"),
    ];
    for (path, fields) in [
        ("/oauth/token", &guess[..]),
        (
            "/oauth/revoke",
            &[("token", "orf_x"), ("client_id", "c")][..],
        ),
    ] {
        let mut statuses = Vec::new();
        for _ in 0..6 {
            statuses.push(send(app, path, fields).await.status);
        }
        assert!(
            statuses[..5].iter().all(|status| *status != 429),
            "{path} {statuses:?}"
        );
        assert_eq!(statuses[5], 429, "{path}");
        app.clock.advance(Duration::from_mins(1));
    }
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(app.post("/oauth/register", "", json!({})).await.status);
    }
    assert_eq!(statuses[5], 429, "{statuses:?}");
}

#[tokio::test]
async fn an_agent_without_a_human_gets_a_token_for_its_own_key() {
    let site = open().await;
    let app = &site.server;
    drop(site.signed_in(OWNER).await);
    let owner = app.sign_in(OWNER).await;
    let (agent, other) = (
        app.create_agent(&owner, "bot").await,
        app.create_agent(&owner, "other").await,
    );
    let base = [
        ("grant_type", "client_credentials"),
        ("client_id", agent.id.as_str()),
    ];
    let with = |extra: &[(&'static str, &str)]| -> Vec<(String, String)> {
        let all = base.iter().copied().chain(extra.iter().copied());
        all.map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let post = async |fields: Vec<(String, String)>| {
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        send(app, "/oauth/token", &fields).await
    };
    let all = Tokens::of(post(with(&[("client_secret", &agent.key)])).await);
    assert_eq!((all.scope.as_str(), all.refresh.as_str()), (EVERYTHING, ""));
    let me = tool(app, &all.access, "whoami", json!({})).await;
    assert_eq!(me["structuredContent"]["id"], agent.id.as_str());
    let _ = app.get("/v1/agents/me", &all.access).await.expect(401);
    let narrow = Tokens::of(
        post(with(&[
            ("client_secret", &agent.key),
            ("scope", "names:read"),
        ]))
        .await,
    );
    let params = json!({ "name": "get_secret", "arguments": { "path": "a" } });
    let _ = call(app, &narrow.access, "tools/call", params)
        .await
        .expect(403);

    for wrong in [
        &[("client_secret", other.key.as_str())][..],
        &[("client_secret", "ocv_nonsense")][..],
        &[][..],
        &[("client_assertion", "a.b.c")][..],
    ] {
        let answer = post(with(wrong)).await.expect(401);
        assert_eq!(answer.json()["error"], "invalid_client");
        assert!(
            answer.header("www-authenticate").starts_with("Basic"),
            "{answer:?}"
        );
    }
    let elsewhere = post(with(&[
        ("client_secret", &agent.key),
        ("resource", "https://x.example"),
    ]))
    .await;
    refused(&elsewhere, "invalid_target");
    // By the header, with the escapes of RFC 6749.
    let mut request = request("POST", "/oauth/token");
    let pair = data_encoding::BASE64.encode(format!("{}:{}", agent.id, agent.key).as_bytes());
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, format!("Basic {pair}").parse().unwrap());
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert(CONTENT_TYPE, form);
    *request.body_mut() = Body::from("grant_type=client_credentials");
    Tokens::of(app.send(request).await);
    // Ended with the agent, and by itself.
    let back = [
        ("token", all.access.as_str()),
        ("client_id", agent.id.as_str()),
    ];
    let _ = send(app, "/oauth/revoke", &back).await.expect(200);
    let _ = call(app, &all.access, "tools/list", json!({}))
        .await
        .expect(401);
    let _ = call(app, &narrow.access, "tools/list", json!({}))
        .await
        .expect(200);
    let path = format!("/v1/agents/{}", agent.id);
    let _ = app
        .call("PATCH", &path, &owner.token, json!({ "is_active": false }))
        .await
        .expect(200);
    let _ = call(app, &narrow.access, "tools/list", json!({}))
        .await
        .expect(401);
    let answer = post(with(&[("client_secret", &agent.key)])).await;
    assert_eq!(answer.status, 401);
}
