//! Vaults and the organisation they belong to.

use crate::{NOTHING, problem};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

fn names(list: &Value) -> Vec<&str> {
    list["vaults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|vault| vault["name"].as_str().unwrap())
        .collect()
}

each_backend! {
    async fn vaults_are_made_listed_and_destroyed(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        assert_eq!(app.get("/v1/vaults", &owner.token).await.expect(200).json(), json!({ "vaults": [] }));
        let vault = app.post("/v1/vaults", &owner.token, json!({ "name": " prod ", "description": "" })).await.expect(201).json();
        let keys: Vec<_> = vault.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["created_at", "created_by", "created_by_type", "description", "id", "name"], "a strict client refuses more");
        assert_eq!((&vault["name"], &vault["created_by"], &vault["created_by_type"]), (&json!("prod"), &json!(owner.id), &json!("user")));
        assert_eq!(vault["created_at"], "2026-11-23T12:00:00.000Z");

        let id = vault["id"].as_str().unwrap();
        assert_eq!(app.get(&format!("/v1/vaults/{id}"), &owner.token).await.expect(200).json(), vault);
        problem(&app.post("/v1/vaults", &owner.token, json!({ "name": "prod" })).await, 409);
        let _ = app.put(&owner.token, id, "a", "v").await;
        let _ = app.call("DELETE", &format!("/v1/vaults/{id}"), &owner.token, Value::Null).await.expect(204);
        problem(&app.get(&format!("/v1/vaults/{id}"), &owner.token).await, 404);
        problem(&app.read(&owner.token, id, "a").await, 404);
        problem(&app.call("DELETE", &format!("/v1/vaults/{id}"), &owner.token, Value::Null).await, 404);
        let _ = app.create_vault(&owner.token, "prod").await;
    }
}

#[tokio::test]
async fn an_agents_vault_is_its_humans_too() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app
        .post("/v1/vaults", &agent.token, json!({ "name": "scratch" }))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&vault["created_by"], &vault["created_by_type"]),
        (&json!(agent.id), &json!("agent"))
    );
    let id = vault["id"].as_str().unwrap();
    let _ = app
        .put(&agent.token, id, "notes/a", "written by the agent")
        .await;
    assert_eq!(
        app.read(&owner.token, id, "notes/a")
            .await
            .expect(200)
            .json()["value"],
        "written by the agent"
    );
    assert_eq!(
        names(&app.get("/v1/vaults", &agent.token).await.expect(200).json()),
        ["scratch"]
    );
    let seen = app.get("/v1/vaults", &owner.token).await.expect(200).json();
    assert_eq!(names(&seen), ["__agent-keys", "scratch"]);
    let _ = app
        .call(
            "DELETE",
            &format!("/v1/vaults/{id}"),
            &agent.token,
            Value::Null,
        )
        .await
        .expect(204);
}

#[tokio::test]
async fn agents_see_the_vaults_they_are_let_into() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let path = format!("/v1/vaults/{vault}");
    assert_eq!(
        app.get("/v1/vaults", &agent.token).await.expect(200).json(),
        json!({ "vaults": [] })
    );
    problem(&app.get(&path, &agent.token).await, 404);
    let policy = app.allow(&owner, &vault, &agent, "a/**", &["read"]).await;
    let _ = app.get(&path, &agent.token).await.expect(200);
    problem(
        &app.call("DELETE", &path, &agent.token, Value::Null).await,
        403,
    );
    let _ = app
        .call(
            "DELETE",
            &format!("{path}/policies/{policy}"),
            &owner.token,
            Value::Null,
        )
        .await
        .expect(204);
    problem(&app.get(&path, &agent.token).await, 404);
}

#[tokio::test]
async fn the_vault_of_identity_keys_is_found_and_stays() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    problem(
        &app.get("/v1/org/agent-keys-vault", &owner.token).await,
        404,
    );
    let agent = app.create_agent(&owner, "bot").await;
    let id = app
        .get("/v1/org/agent-keys-vault", &owner.token)
        .await
        .expect(200)
        .json();
    let id = id["vault_id"].as_str().unwrap();
    problem(
        &app.get("/v1/org/agent-keys-vault", &agent.token).await,
        403,
    );
    assert!(
        [403, 409].contains(
            &app.call(
                "DELETE",
                &format!("/v1/vaults/{id}"),
                &owner.token,
                Value::Null
            )
            .await
            .status
        )
    );
    let key = app
        .read(
            &owner.token,
            id,
            &format!("agents/{}/ssh/private_key", agent.id),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(key["type"], "ssh_key");
    problem(
        &app.read(
            &agent.token,
            id,
            &format!("agents/{}/ssh/private_key", agent.id),
        )
        .await,
        403,
    );
}

#[tokio::test]
async fn members_are_listed_for_people() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let members = app
        .get("/v1/org/members", &owner.token)
        .await
        .expect(200)
        .json();
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
    let member = &members["members"][0];
    assert_eq!(
        (&member["id"], &member["email"], &member["role"]),
        (
            &json!(owner.id),
            &json!("alice@example.com"),
            &json!("owner")
        )
    );
    let agent = app.create_agent(&owner, "bot").await;
    problem(&app.get("/v1/org/members", &agent.token).await, 403);
}

#[tokio::test]
async fn another_organisations_vault_is_no_vault() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let vault = app.create_vault(&alice.token, "prod").await;
    let _ = app.create_vault(&mallory.token, "prod").await;
    let foreign = app
        .get(&format!("/v1/vaults/{vault}"), &mallory.token)
        .await;
    let nothing = app
        .get(&format!("/v1/vaults/{NOTHING}"), &mallory.token)
        .await;
    assert_eq!(
        problem(&foreign, 404)["detail"],
        problem(&nothing, 404)["detail"]
    );
}
