//! Writes that depend on the version they meet, and lists in pages.

use crate::problem;
use http::HeaderValue;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, TestApp, request};
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) async fn send(
    app: &TestApp,
    method: &str,
    path: &str,
    token: &str,
    header: (&'static str, &str),
    body: Value,
) -> Answer {
    let mut asked = request(method, path);
    asked.headers_mut().insert(
        "authorization",
        HeaderValue::from_str(&format!("Bearer {token}")).unwrap(),
    );
    asked
        .headers_mut()
        .insert(header.0, HeaderValue::from_str(header.1).unwrap());
    if !body.is_null() {
        *asked.body_mut() = body.to_string().into();
    }
    app.send(asked).await
}

each_backend! {
    async fn a_write_meets_the_version_it_was_meant_for_or_nothing_happens(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let path = format!("/v1/vaults/{vault}/secrets/a/b");
        let value = |text: &str| json!({ "value": text });
        let token = owner.token.as_str();
        problem(&send(&app, "PUT", &path, token, ("if-match", "*"), value("v")).await, 412);
        let first = send(&app, "PUT", &path, token, ("if-none-match", "*"), value("one")).await.expect(201);
        assert_eq!(first.header("etag"), "\"1\"");
        problem(&send(&app, "PUT", &path, token, ("if-none-match", "*"), value("two")).await, 412);
        let second = send(&app, "PUT", &path, token, ("if-match", first.header("etag")), value("two")).await.expect(201);
        assert_eq!(app.get(&path, token).await.expect(200).header("etag"), second.header("etag"));
        let refused = problem(&send(&app, "PUT", &path, token, ("if-match", first.header("etag")), value("three")).await, 412);
        assert!(refused["detail"].as_str().unwrap().contains("\"2\""));
        // Strong comparison: a weak tag is never the same version.
        problem(&send(&app, "PUT", &path, token, ("if-match", "W/\"2\""), value("three")).await, 412);
        problem(&send(&app, "PUT", &path, token, ("if-none-match", "W/\"2\""), value("three")).await, 412);
        let _ = send(&app, "PUT", &path, token, ("if-match", "\"9\", \"2\""), value("three")).await.expect(201);
        problem(&send(&app, "POST", &path.replace("/secrets/", "/secret-rotate/"), token, ("if-match", "\"2\""), Value::Null).await, 412);
        let rotated = send(&app, "POST", &path.replace("/secrets/", "/secret-rotate/"), token, ("if-match", "\"3\""), Value::Null).await.expect(201);
        assert_eq!(rotated.header("etag"), "\"4\"");
        problem(&send(&app, "DELETE", &path, token, ("if-match", "\"3\""), Value::Null).await, 412);
        let _ = send(&app, "DELETE", &path, token, ("if-match", "\"4\""), Value::Null).await.expect(204);
        // What was deleted is as good as not there.
        problem(&send(&app, "PUT", &path, token, ("if-match", "\"4\""), value("five")).await, 412);
        let _ = send(&app, "PUT", &path, token, ("if-none-match", "*"), value("five")).await.expect(201);
        for malformed in ["5", "\"", "*, \"5\""] {
            problem(&send(&app, "PUT", &path, token, ("if-match", malformed), value("six")).await, 400);
        }
    }
}

each_backend! {
    async fn of_many_writers_of_one_version_one_wins(app: TestApp) {
        let app = Arc::new(app);
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let _ = app.put(&owner.token, &vault, "a", "one").await;
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..12 {
            let (app, token) = (Arc::clone(&app), owner.token.clone());
            let path = format!("/v1/vaults/{vault}/secrets/a");
            writers.spawn(async move {
                send(&app, "PUT", &path, &token, ("if-match", "\"1\""), json!({ "value": number.to_string() })).await.status
            });
        }
        let mut statuses = writers.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert!(statuses[1..].iter().all(|status| *status == 412), "{statuses:?}");
        assert_eq!(app.read(&owner.token, &vault, "a").await.expect(200).json()["version"], 2);
    }
}

#[tokio::test]
async fn who_may_not_write_learns_nothing_from_a_condition() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "there", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    let mut bodies = Vec::new();
    for path in ["there", "nowhere"] {
        let path = format!("/v1/vaults/{vault}/secrets/{path}");
        let answer = send(
            &app,
            "PUT",
            &path,
            &agent.token,
            ("if-none-match", "*"),
            json!({ "value": "v" }),
        )
        .await;
        bodies.push(problem(&answer, 403)["detail"].clone());
    }
    assert_eq!(bodies[0], bodies[1]);
}

async fn pages(app: &TestApp, token: &str, vault: &str, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/vaults/{vault}/secrets?{query}{cursor}");
        let page = app.get(&path, token).await.expect(200).json();
        let listed = page["secrets"].as_array().unwrap();
        pages.push(
            listed
                .iter()
                .map(|secret| secret["path"].as_str().unwrap().to_owned())
                .collect(),
        );
        match page.get("next_cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => return pages,
        }
    }
}

each_backend! {
    async fn pages_hold_every_path_once_and_only_what_may_be_read(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let paths = ["a/1", "a/2", "a/3", "a-b", "b/1", "b/2/x", "c"];
        for path in paths {
            let _ = app.put(&owner.token, &vault, path, "v").await;
        }
        let mut sorted: Vec<String> = paths.map(str::to_owned).to_vec();
        sorted.sort_unstable();
        for limit in [1, 2, 3, 6, 7, 8] {
            let pages = pages(&app, &owner.token, &vault, &format!("limit={limit}")).await;
            assert!(pages.iter().all(|page| page.len() <= limit));
            assert_eq!(pages.len(), paths.len().div_ceil(limit), "no empty page at the end");
            assert_eq!(pages.concat(), sorted);
        }
        assert_eq!(pages(&app, &owner.token, &vault, "limit=2&prefix=a/").await.concat(), ["a/1", "a/2", "a/3"]);
        let agent = app.create_agent(&owner, "bot").await;
        for pattern in ["a/**", "a/2", "b/*/x", "c"] {
            let _ = app.allow(&owner, &vault, &agent, pattern, &["read"]).await;
        }
        assert_eq!(pages(&app, &agent.token, &vault, "limit=2").await.concat(), ["a/1", "a/2", "a/3", "b/2/x", "c"]);
        assert_eq!(pages(&app, &agent.token, &vault, "limit=1&prefix=b").await.concat(), ["b/2/x"]);
        // Who asks for no page gets the whole list, without a member that strict clients do not know.
        let whole = app.get(&format!("/v1/vaults/{vault}/secrets"), &owner.token).await.expect(200).json();
        assert_eq!(whole["secrets"].as_array().unwrap().len(), 7);
        assert!(whole.get("next_cursor").is_none());
        for query in ["limit=0", "limit=1001", "limit=-1", "limit=x", "cursor=../x", "cursor="] {
            problem(&app.get(&format!("/v1/vaults/{vault}/secrets?{query}"), &owner.token).await, 400);
        }
    }
}
