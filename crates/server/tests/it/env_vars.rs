//! Environment variables and environments.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Answer, Person, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

async fn create(app: &TestApp, owner: &Person, vault: &str, body: Value) -> Answer {
    app.post(&format!("/v1/vaults/{vault}/env-vars"), &owner.token, body)
        .await
}

async fn resolve(app: &TestApp, token: &str, vault: &str, query: &str) -> Answer {
    app.get(
        &format!("/v1/vaults/{vault}/env-vars/resolve?{query}"),
        token,
    )
    .await
}

each_backend! {
    async fn variables_are_made_read_changed_and_removed(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let path = format!("/v1/vaults/{vault}/env-vars");
        assert_eq!(app.get(&path, &owner.token).await.expect(200).json(), json!({ "env_vars": [] }));
        let made = create(&app, &owner, &vault, json!({ "key": "DB_URL", "value": "postgres://one", "comment": "main" })).await.expect(201).json();
        assert_eq!((&made["environments"], &made["git_branch"], &made["sensitive"], &made["version"]), (&json!(["production", "preview", "development"]), &Value::Null, &json!(false), &json!(1)));
        assert_eq!((&made["value"], &made["comment"], &made["created_by"]), (&json!("postgres://one"), &json!("main"), &json!(format!("user:{}", owner.id))));
        let one = format!("{path}/DB_URL");
        assert_eq!(app.get(&one, &owner.token).await.expect(200).json(), made);
        problem(&create(&app, &owner, &vault, json!({ "key": "DB_URL", "value": "x", "environments": ["preview"] })).await, 409);
        let changed = app.call("PATCH", &one, &owner.token, json!({ "environments": ["production"], "comment": null })).await.expect(200).json();
        assert_eq!((&changed["environments"], &changed["comment"], &changed["version"], &changed["value"]), (&json!(["production"]), &Value::Null, &json!(1), &Value::Null));
        let changed = app.call("PATCH", &one, &owner.token, json!({ "value": "postgres://two" })).await.expect(200).json();
        assert_eq!((&changed["version"], &changed["value"]), (&json!(2), &json!("postgres://two")));
        // Another one of the same key, for another environment: which one is meant must be said.
        let _ = create(&app, &owner, &vault, json!({ "key": "DB_URL", "value": "postgres://dev", "environments": ["development"] })).await.expect(201);
        problem(&app.get(&one, &owner.token).await, 409);
        assert_eq!(app.get(&format!("{one}?environment=development"), &owner.token).await.expect(200).json()["value"], "postgres://dev");
        problem(&app.get(&format!("{one}?environment=preview"), &owner.token).await, 404);
        let listed = app.get(&format!("{path}?environment=production"), &owner.token).await.expect(200).json();
        assert_eq!((listed["env_vars"].as_array().unwrap().len(), &listed["env_vars"][0]["value"]), (1, &json!("postgres://two")));
        let _ = app.call("DELETE", &format!("{one}?environment=development"), &owner.token, Value::Null).await.expect(204);
        let _ = app.call("DELETE", &one, &owner.token, Value::Null).await.expect(204);
        problem(&app.call("DELETE", &one, &owner.token, Value::Null).await, 404);
        for (body, field) in [
            (json!({ "key": "lower", "value": "v" }), "key"),
            (json!({ "key": "", "value": "v" }), "key"),
            (json!({ "key": "A-B", "value": "v" }), "key"),
            (json!({ "key": "A".repeat(257), "value": "v" }), "key"),
            (json!({ "key": "A", "value": "v", "environments": ["staging"] }), "environments"),
            (json!({ "key": "A", "value": "v", "environments": [] }), "environments"),
            (json!({ "key": "A", "value": "v".repeat(65 * 1024) }), "value"),
        ] {
            let refused = problem(&create(&app, &owner, &vault, body).await, 400);
            assert!(refused["fields"][field].is_string(), "{refused}");
        }
    }
}

each_backend! {
    async fn the_branch_wins_over_the_vault_and_the_vault_over_the_organisation(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let other = app.create_vault(&owner.token, "other").await;
        let share = |key: &'static str, value: &'static str| app.post("/v1/org/env-vars", &owner.token, json!({ "key": key, "value": value }));
        for (key, value) in [("REGION", "shared"), ("LEVEL", "shared"), ("ONLY", "shared")] {
            let made = share(key, value).await.expect(201).json();
            let linked = app.post(&format!("/v1/org/env-vars/{}/link", made["id"].as_str().unwrap()), &owner.token, json!({ "vault_id": vault })).await.expect(201).json();
            assert_eq!(linked["linked_vaults"], json!([vault]));
        }
        problem(&share("REGION", "again").await, 409);
        let _ = create(&app, &owner, &vault, json!({ "key": "LEVEL", "value": "vault" })).await.expect(201);
        let _ = create(&app, &owner, &vault, json!({ "key": "REGION", "value": "vault" })).await.expect(201);
        let _ = create(&app, &owner, &vault, json!({ "key": "REGION", "value": "branch", "git_branch": "feature/x" })).await.expect(201);
        let _ = create(&app, &owner, &vault, json!({ "key": "DEV", "value": "dev", "environments": ["development"] })).await.expect(201);

        let resolved = resolve(&app, &owner.token, &vault, "environment=production&git_branch=feature/x").await.expect(200).json();
        assert_eq!(resolved["vars"], json!({ "REGION": "branch", "LEVEL": "vault", "ONLY": "shared" }));
        assert_eq!(resolved["sources"], json!({ "REGION": "branch_override", "LEVEL": "vault", "ONLY": "shared" }));
        assert_eq!((&resolved["environment"], &resolved["git_branch"]), (&json!("production"), &json!("feature/x")));
        assert!(resolved["resolved_at"].is_string() && resolved.get("withheld").is_none());
        let plain = resolve(&app, &owner.token, &vault, "environment=development").await.expect(200).json();
        assert_eq!(plain["vars"], json!({ "REGION": "vault", "LEVEL": "vault", "ONLY": "shared", "DEV": "dev" }));
        assert_eq!(resolve(&app, &owner.token, &other, "environment=production").await.expect(200).json()["vars"], json!({}));
        problem(&resolve(&app, &owner.token, &vault, "").await, 400);
        problem(&resolve(&app, &owner.token, &vault, "environment=staging").await, 404);

        let listed = app.get("/v1/org/env-vars", &owner.token).await.expect(200).json();
        let only = listed["env_vars"].as_array().unwrap().iter().find(|variable| variable["key"] == "ONLY").unwrap().clone();
        let id = only["id"].as_str().unwrap();
        let changed = app.call("PATCH", "/v1/org/env-vars/ONLY", &owner.token, json!({ "value": "new" })).await.expect(200).json();
        assert_eq!((&changed["value"], &changed["linked_vaults"]), (&json!("new"), &json!([vault])));
        assert_eq!(resolve(&app, &owner.token, &vault, "environment=preview").await.expect(200).json()["vars"]["ONLY"], "new");
        let _ = app.call("DELETE", &format!("/v1/org/env-vars/{id}/links/{vault}"), &owner.token, Value::Null).await.expect(204);
        assert!(resolve(&app, &owner.token, &vault, "environment=preview").await.expect(200).json()["vars"].get("ONLY").is_none());
        let _ = app.call("DELETE", &format!("/v1/org/env-vars/{id}"), &owner.token, Value::Null).await.expect(204);
        problem(&app.call("DELETE", &format!("/v1/org/env-vars/{id}"), &owner.token, Value::Null).await, 404);
        let agent = app.create_agent(&owner, "bot").await;
        problem(&app.get("/v1/org/env-vars", &agent.token).await, 403);
        problem(&app.post("/v1/vaults", &owner.token, json!({ "name": "__org-env" })).await, 400);
    }
}

each_backend! {
    async fn an_agent_gets_what_policies_open_and_nothing_else(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        for key in ["OPEN", "CLOSED"] {
            let _ = create(&app, &owner, &vault, json!({ "key": key, "value": key, "sensitive": true })).await.expect(201);
        }
        let agent = app.create_agent(&owner, "bot").await;
        assert_eq!(resolve(&app, &agent.token, &vault, "environment=production").await.expect(200).json()["vars"], json!({}));
        problem(&app.get(&format!("/v1/vaults/{vault}/env-vars/OPEN"), &agent.token).await, 403);
        problem(&app.get(&format!("/v1/vaults/{vault}/env-vars/NOWHERE"), &agent.token).await, 403);
        let policy = app.allow(&owner, &vault, &agent, "env/OPEN", &["read"]).await;
        let resolved = resolve(&app, &agent.token, &vault, "environment=production").await.expect(200).json();
        assert_eq!(resolved["vars"], json!({ "OPEN": "OPEN" }), "agents get sensitive values");
        problem(&app.post(&format!("/v1/vaults/{vault}/env-vars"), &agent.token, json!({ "key": "NEW", "value": "v" })).await, 403);
        problem(&app.call("PATCH", &format!("/v1/vaults/{vault}/env-vars/OPEN"), &agent.token, json!({ "value": "v" })).await, 403);
        problem(&app.call("DELETE", &format!("/v1/vaults/{vault}/env-vars/OPEN"), &agent.token, Value::Null).await, 403);
        let _ = app.call("DELETE", &format!("/v1/vaults/{vault}/policies/{policy}"), &owner.token, Value::Null).await.expect(204);
        assert_eq!(resolve(&app, &agent.token, &vault, "environment=production").await.expect(200).json()["vars"], json!({}), "at once");
        // An agent that is tagged with an environment need not name it.
        let _ = app.allow(&owner, &vault, &agent, "env/**", &["read"]).await;
        problem(&resolve(&app, &agent.token, &vault, "").await, 400);
        let _ = app.call("PATCH", &format!("/v1/agents/{}", agent.id), &owner.token, json!({ "environment": "preview" })).await.expect(200);
        assert_eq!(resolve(&app, &agent.token, &vault, "").await.expect(200).json()["environment"], "preview");
        let log = app.get("/v1/audit/events?action=env.resolve", &owner.token).await.expect(200).json();
        assert!(log["events"].to_string().contains("\"keys\":[\"OPEN\"]"), "what was disclosed is in the log: {log}");
    }
}

#[tokio::test]
async fn people_cannot_read_a_sensitive_value_back() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let body = json!({ "key": "TOKEN", "value": "hidden-value", "sensitive": true });
    let path = format!("/v1/vaults/{vault}/env-vars/TOKEN");
    let list = format!("/v1/vaults/{vault}/env-vars");
    let mut answers = vec![create(&app, &owner, &vault, body).await.expect(201)];
    answers.push(app.get(&path, &owner.token).await.expect(200));
    answers.push(app.get(&list, &owner.token).await.expect(200));
    let resolved = resolve(&app, &owner.token, &vault, "environment=production")
        .await
        .expect(200);
    assert_eq!(resolved.json()["withheld"], json!(["TOKEN"]));
    answers.push(resolved);
    problem(
        &app.call("PATCH", &path, &owner.token, json!({ "sensitive": false }))
            .await,
        400,
    );
    answers.push(
        app.call("PATCH", &path, &owner.token, json!({ "comment": "c" }))
            .await
            .expect(200),
    );
    // A copy in another environment is as sensitive.
    let copy = json!({ "slug": "staging", "copy_from": "production" });
    let _ = app
        .post(
            &format!("/v1/vaults/{vault}/environments"),
            &owner.token,
            copy,
        )
        .await
        .expect(201);
    answers.push(
        app.get(&format!("{path}?environment=staging"), &owner.token)
            .await
            .expect(200),
    );
    answers.push(
        app.get("/v1/audit/events?limit=200", &owner.token)
            .await
            .expect(200),
    );
    for answer in answers {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("hidden-value"), "{text}");
    }
    let body = json!({ "sensitive": false, "value": "shown" });
    let path = format!("{path}?environment=preview");
    let _ = app
        .call("PATCH", &path, &owner.token, body)
        .await
        .expect(200);
    let shown = app.get(&path, &owner.token).await.expect(200).json();
    assert_eq!(shown["value"], "shown");
}

each_backend! {
    async fn environments_are_added_copied_and_removed(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let path = format!("/v1/vaults/{vault}/environments");
        let add = |body: Value| app.post(&path, &owner.token, body);
        let _ = create(&app, &owner, &vault, json!({ "key": "A", "value": "a", "environments": ["production"] })).await.expect(201);
        let _ = create(&app, &owner, &vault, json!({ "key": "B", "value": "b", "environments": ["preview"] })).await.expect(201);
        let made = add(json!({ "slug": "staging", "description": "before production", "copy_from": "production" })).await.expect(201).json();
        assert_eq!((&made["copied_from"], &made["is_detached"], &made["is_builtin"]), (&json!("production"), &json!(true), &json!(false)));
        app.clock.advance(Duration::from_secs(1));
        let _ = add(json!({ "slug": "empty" })).await.expect(201);
        problem(&add(json!({ "slug": "staging" })).await, 409);
        problem(&add(json!({ "slug": "production" })).await, 409);
        for slug in ["", "a", "Upper", "-a", "a-", "a b", &"a".repeat(31)] {
            problem(&add(json!({ "slug": slug })).await, 400);
        }
        problem(&add(json!({ "slug": "other", "copy_from": "nowhere" })).await, 400);
        let listed = app.get(&path, &owner.token).await.expect(200).json();
        let slugs: Vec<_> = listed["environments"].as_array().unwrap().iter().map(|environment| environment["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["production", "preview", "development", "staging", "empty"]);
        assert_eq!((&listed["environments"][0]["is_builtin"], &listed["environments"][0]["description"]), (&json!(true), &Value::Null));
        assert_eq!(resolve(&app, &owner.token, &vault, "environment=staging").await.expect(200).json()["vars"], json!({ "A": "a" }));
        // The copy is detached.
        let _ = app.call("PATCH", &format!("/v1/vaults/{vault}/env-vars/A?environment=production"), &owner.token, json!({ "value": "new" })).await.expect(200);
        assert_eq!(resolve(&app, &owner.token, &vault, "environment=staging").await.expect(200).json()["vars"], json!({ "A": "a" }));
        let _ = create(&app, &owner, &vault, json!({ "key": "C", "value": "c", "environments": ["staging", "preview"] })).await.expect(201);
        let _ = app.call("DELETE", &format!("{path}/staging"), &owner.token, Value::Null).await.expect(204);
        problem(&resolve(&app, &owner.token, &vault, "environment=staging").await, 404);
        assert_eq!(resolve(&app, &owner.token, &vault, "environment=preview").await.expect(200).json()["vars"], json!({ "B": "b", "C": "c" }));
        problem(&app.call("DELETE", &format!("{path}/staging"), &owner.token, Value::Null).await, 404);
        problem(&app.call("DELETE", &format!("{path}/preview"), &owner.token, Value::Null).await, 409);
        let agent = app.create_agent(&owner, "bot").await;
        problem(&app.get(&path, &agent.token).await, 404);
        problem(&app.post(&path, &agent.token, json!({ "slug": "mine" })).await, 403);
        let mallory = app.sign_up("mallory@example.com").await;
        problem(&app.get(&path, &mallory.token).await, 404);
        problem(&resolve(&app, &mallory.token, &vault, "environment=production").await, 404);
        let _ = app.call("DELETE", &format!("/v1/vaults/{vault}"), &owner.token, Value::Null).await.expect(204);
    }
}
