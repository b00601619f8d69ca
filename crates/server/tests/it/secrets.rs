//! Secrets.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};
use std::time::Duration;

each_backend! {
    async fn secrets_are_written_read_listed_and_deleted(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let secret = format!("/v1/vaults/{vault}/secrets/api-keys/openai");
        let body = json!({ "value": "sk-1", "type": "api_key", "metadata": { "b": 1.10, "a": [] }, "description": "ignored" });
        let written = app.call("PUT", &secret, &owner.token, body).await.expect(201).json();
        assert_eq!((&written["path"], &written["version"], &written["type"]), (&json!("api-keys/openai"), &json!(1), &json!("api_key")));
        assert!(written.get("value").is_none());
        assert_eq!(written["expires_at"], Value::Null);

        let read = app.get(&secret, &owner.token).await.expect(200);
        assert!(String::from_utf8_lossy(&read.body).contains(r#""metadata":{"#), "an object");
        let read = read.json();
        assert_eq!((&read["value"], &read["id"], &read["metadata"]), (&json!("sk-1"), &written["id"], &json!({ "b": 1.1, "a": [] })));
        assert_eq!(read["created_by"], format!("user:{}", owner.id));
        assert!(read.get("cmek_encrypted").is_none(), "only when true");

        let again = app.call("PUT", &secret, &owner.token, json!({ "value": "sk-2" })).await.expect(201).json();
        assert_eq!((&again["id"], &again["version"], &again["type"]), (&written["id"], &json!(2), &json!("generic")));
        let listed = app.get(&format!("/v1/vaults/{vault}/secrets"), &owner.token).await.expect(200);
        assert!(!String::from_utf8_lossy(&listed.body).contains("sk-"), "lists hold no values");
        assert_eq!(listed.json()["secrets"][0]["version"], 2);

        let _ = app.call("DELETE", &secret, &owner.token, Value::Null).await.expect(204);
        problem(&app.get(&secret, &owner.token).await, 410);
        problem(&app.call("DELETE", &secret, &owner.token, Value::Null).await, 404);
        assert_eq!(app.get(&format!("/v1/vaults/{vault}/secrets"), &owner.token).await.expect(200).json(), json!({ "secrets": [] }));
        let revived = app.call("PUT", &secret, &owner.token, json!({ "value": "sk-3" })).await.expect(201).json();
        assert_eq!((&revived["id"], &revived["version"]), (&written["id"], &json!(3)));
    }
}

#[tokio::test]
async fn all_spellings_of_slashes_are_one_path() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let spellings = [
        "keys/base-signer",
        "keys%2Fbase-signer",
        "keys%2fbase-signer",
        "keys/base%2Dsigner",
        "%6Beys/base-signer",
        "%6b%65%79%73%2F%62ase-signer",
    ];
    let mut ids = Vec::new();
    for spelling in spellings {
        ids.push(app.put(&owner.token, &vault, spelling, spelling).await);
        for other in spellings {
            let read = app
                .read(&owner.token, &vault, other)
                .await
                .expect(200)
                .json();
            assert_eq!(
                (&read["value"], &read["path"]),
                (&json!(spelling), &json!("keys/base-signer"))
            );
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    for spelling in spellings {
        for slash in ["/", "%2F", "%2f"] {
            // A slash that is encoded in front of the number must be in front of nothing else.
            if slash != "/" && spelling.contains('/') {
                continue;
            }
            let url = format!("/v1/vaults/{vault}/secret-version/{spelling}{slash}1");
            assert_eq!(
                app.get(&url, &owner.token).await.expect(200).json()["version"],
                1,
                "{url}"
            );
        }
        let versions = app
            .get(
                &format!("/v1/vaults/{vault}/secret-versions/{spelling}"),
                &owner.token,
            )
            .await
            .expect(200)
            .json();
        assert_eq!(
            versions["versions"].as_array().unwrap().len(),
            spellings.len()
        );
    }
}

#[tokio::test]
async fn names_that_published_examples_use_are_paths() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in [
        "OPENAI_KEY",
        "a",
        "7",
        "deploy-logs/deploy-1700000000000",
        &format!("agents/{NOTHING}/ssh/private_key"),
        "a__b--c",
    ] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
    }
    // Names of routes and of fixed words are names like any other.
    for path in ["secrets", "policies/explain", "versions/1", "me", "enroll"] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
        assert_eq!(
            app.read(&owner.token, &vault, path)
                .await
                .expect(200)
                .json()["path"],
            path
        );
    }
}

#[tokio::test]
async fn not_allowed_looks_the_same_whether_there_is_a_secret_or_not() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "private/there", "v").await;
    let _ = app
        .allow(&owner, &vault, &agent, "public/**", &["read"])
        .await;
    let refused = |answer| {
        let mut problem = problem(&answer, 403);
        let members = problem.as_object_mut().unwrap();
        members.remove("request_id");
        // The path that was asked for comes back in it, so it differs by the caller's own words alone.
        if let Some(request) = members.get_mut("access_request") {
            let words = request
                .to_string()
                .replace("private/nothing", "private/there");
            *request = serde_json::from_str(&words).unwrap();
        }
        problem
    };
    for (method, word, tail) in [
        ("GET", "secrets", ""),
        ("PUT", "secrets", ""),
        ("DELETE", "secrets", ""),
        ("GET", "secret-versions", ""),
        ("GET", "secret-version", "/1"),
        ("POST", "secret-version-disable", "/1"),
        ("POST", "secret-rotate", ""),
    ] {
        let body = if method == "PUT" {
            json!({ "value": "v" })
        } else {
            Value::Null
        };
        let call = async |path: &str| {
            app.call(
                method,
                &format!("/v1/vaults/{vault}/{word}/{path}{tail}"),
                &agent.token,
                body.clone(),
            )
            .await
        };
        assert_eq!(
            refused(call("private/there").await),
            refused(call("private/nothing").await),
            "{method} {word}"
        );
    }
    problem(&app.read(&agent.token, &vault, "public/nothing").await, 404);
    assert_eq!(
        app.get(&format!("/v1/vaults/{vault}/secrets"), &agent.token)
            .await
            .expect(200)
            .json(),
        json!({ "secrets": [] })
    );
}

#[tokio::test]
async fn lists_follow_the_prefix_and_the_policies() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    for path in ["a/1", "a/2", "ab", "b/1"] {
        let _ = app.put(&owner.token, &vault, path, "v").await;
    }
    let list = async |token: &str, query: &str| -> Vec<String> {
        let listed = app
            .get(&format!("/v1/vaults/{vault}/secrets{query}"), token)
            .await
            .expect(200)
            .json();
        listed["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| secret["path"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(list(&owner.token, "").await, ["a/1", "a/2", "ab", "b/1"]);
    assert_eq!(list(&owner.token, "?prefix=a").await, ["a/1", "a/2", "ab"]);
    assert_eq!(list(&owner.token, "?prefix=a%2F").await, ["a/1", "a/2"]);
    assert_eq!(
        list(&owner.token, "?prefix=%25").await,
        Vec::<String>::new(),
        "no wildcard of the database"
    );
    assert_eq!(list(&owner.token, "?prefix=_").await, Vec::<String>::new());
    let _ = app.allow(&owner, &vault, &agent, "a/*", &["read"]).await;
    assert_eq!(list(&agent.token, "").await, ["a/1", "a/2"]);
}

#[tokio::test]
async fn what_is_over_is_gone() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let put = async |path: &str, body: Value| {
        app.call(
            "PUT",
            &format!("/v1/vaults/{vault}/secrets/{path}"),
            &owner.token,
            body,
        )
        .await
    };
    let _ = put(
        "short",
        json!({ "value": "v", "expires_at": "2026-11-23T12:05:00+00:00" }),
    )
    .await
    .expect(201);
    let _ = put("twice", json!({ "value": "v", "max_access_count": 2 }))
        .await
        .expect(201);
    let _ = put("off", json!({ "value": "v1" })).await.expect(201);
    let _ = put("off", json!({ "value": "v2" })).await.expect(201);

    let _ = app.read(&owner.token, &vault, "short").await.expect(200);
    app.clock.advance(Duration::from_mins(5));
    problem(&app.read(&owner.token, &vault, "short").await, 410);

    let _ = app.read(&owner.token, &vault, "twice").await.expect(200);
    let _ = app
        .get(
            &format!("/v1/vaults/{vault}/secret-version/twice/1"),
            &owner.token,
        )
        .await
        .expect(200);
    problem(&app.read(&owner.token, &vault, "twice").await, 410);
    let _ = put("twice", json!({ "value": "v" })).await.expect(201);
    let _ = app.read(&owner.token, &vault, "twice").await.expect(200);

    let _ = app
        .post(
            &format!("/v1/vaults/{vault}/secret-version-disable/off/2"),
            &owner.token,
            Value::Null,
        )
        .await
        .expect(204);
    problem(&app.read(&owner.token, &vault, "off").await, 410);
    assert_eq!(
        app.get(
            &format!("/v1/vaults/{vault}/secret-version/off/1"),
            &owner.token
        )
        .await
        .expect(200)
        .json()["value"],
        "v1"
    );
    let versions = app
        .get(
            &format!("/v1/vaults/{vault}/secret-versions/off"),
            &owner.token,
        )
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &versions["versions"][0]["version"],
            &versions["versions"][0]["is_disabled"]
        ),
        (&json!(2), &json!(true))
    );
    assert!(versions["versions"][1].get("is_disabled").is_none());
    problem(
        &app.post(
            &format!("/v1/vaults/{vault}/secret-version-disable/off/9"),
            &owner.token,
            Value::Null,
        )
        .await,
        404,
    );
}

#[tokio::test]
async fn the_server_makes_values_that_it_does_not_show() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app
        .call(
            "PUT",
            &format!("/v1/vaults/{vault}/secrets/db"),
            &owner.token,
            json!({ "value": "old", "type": "password" }),
        )
        .await
        .expect(201);
    let rotate = async |path: &str, body: Value| {
        app.post(
            &format!("/v1/vaults/{vault}/secret-rotate/{path}"),
            &owner.token,
            body,
        )
        .await
    };
    let rotated = rotate("db", Value::Null).await.expect(201).json();
    assert!(rotated.get("value").is_none());
    assert_eq!(
        (&rotated["version"], &rotated["type"]),
        (&json!(2), &json!("password"))
    );
    let value = app
        .read(&owner.token, &vault, "db")
        .await
        .expect(200)
        .json();
    let value = value["value"].as_str().unwrap();
    assert!(
        value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{value}"
    );
    let _ = rotate("db", json!({ "length": 64, "charset": "alphanumeric" }))
        .await
        .expect(201);
    assert_eq!(
        app.read(&owner.token, &vault, "db").await.json()["value"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    problem(&rotate("db", json!({ "length": 7 })).await, 400);
    problem(&rotate("db", json!({ "length": -7 })).await, 400);
    problem(&rotate("db", json!({ "charset": "emoji" })).await, 400);
    problem(&rotate("nothing", Value::Null).await, 404);
}
