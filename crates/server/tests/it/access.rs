//! Questions about access: answered by the evaluator that decides, for those who control the vault alone.

use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

each_backend! {
    async fn a_preview_says_what_saving_then_does(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        for path in ["api-keys/openai", "api-keys/deep/er", "api-key/old", "db/password"] {
            let _ = app.put(&owner.token, &vault, path, "v").await;
        }
        let policies = format!("/v1/vaults/{vault}/policies");
        let policy = json!({ "secret_path_pattern": "api-keys/*", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"] });
        let preview = |policy: &Value, path: &str| json!({ "policy": policy, "test": { "path": path } });
        let ask = async |body: Value| app.post(&format!("{policies}/preview"), &owner.token, body).await.expect(200).json();

        let found = ask(preview(&policy, "api-keys/new")).await;
        assert_eq!(found["matches"], json!(["api-keys/openai"]));
        assert_eq!(found["near_misses"], json!(["api-key/old", "api-keys/deep/er"]));
        assert_eq!(found["gains"], json!([{ "path": "api-keys/openai", "actions": ["read", "use"] }]));
        assert_eq!((&found["losses"], &found["unnamed"], &found["is_duplicate"]), (&json!([]), &json!(0), &json!(false)));
        assert_eq!(found["test"]["allowed"], true);
        assert_eq!(ask(preview(&policy, "db/password")).await["test"]["allowed"], false);
        problem(&app.read(&agent.token, &vault, "api-keys/openai").await, 403);

        let _ = app.post(&policies, &owner.token, policy.clone()).await.expect(201);
        let _ = app.read(&agent.token, &vault, "api-keys/openai").await.expect(200);
        let again = ask(json!({ "policy": policy })).await;
        assert_eq!((&again["is_duplicate"], &again["gains"]), (&json!(true), &json!([])));
        assert!(again.get("test").is_none(), "nothing was asked");
        let deny = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"], "effect": "deny", "priority": 5 });
        let closed = ask(json!({ "policy": deny })).await;
        assert_eq!(closed["losses"], json!([{ "path": "api-keys/openai", "actions": ["read", "use"] }]));
    }
}

#[tokio::test]
async fn who_can_and_what_is_reached_agree_with_the_decisions() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a/b", "v").await;
    let _ = app.put(&owner.token, &vault, "c", "v").await;
    let reader = app.create_agent(&owner, "reader").await;
    let denied = app.create_agent(&owner, "denied").await;
    let bare = app.create_agent(&owner, "bare").await;
    let allowing = app.allow(&owner, &vault, &reader, "a/*", &["read"]).await;
    let _ = app.allow(&owner, &vault, &denied, "c", &["write"]).await;

    let who = format!("/v1/vaults/{vault}/access?path=a/b");
    let answer = app.get(&who, &owner.token).await.expect(200).json();
    let principals = answer["principals"].as_array().unwrap();
    let of = |id: &str| principals.iter().find(|one| one["principal_id"] == id);
    assert_eq!(
        principals.len(),
        3,
        "the owner and those whom policies name"
    );
    assert_eq!(of(&owner.id).unwrap()["reason"], "vault_owner");
    assert_eq!(of(&reader.id).unwrap()["allowed"], true);
    assert_eq!(of(&reader.id).unwrap()["decided_by"], allowing.as_str());
    assert_eq!(of(&denied.id).unwrap()["allowed"], false);
    assert!(of(&bare.id).is_none());
    let write = app
        .get(&format!("{who}&action=write"), &owner.token)
        .await
        .expect(200)
        .json();
    let writer = write["principals"].as_array().unwrap();
    assert!(
        writer
            .iter()
            .all(|one| one["principal_id"] == owner.id.as_str() || one["allowed"] == false)
    );

    let reach = async |id: &str| {
        let asked = format!("/v1/access?principal_type=agent&principal_id={id}");
        app.get(&asked, &owner.token).await.expect(200).json()
    };
    let reached = reach(&reader.id).await;
    assert_eq!(reached["vaults"][0]["vault_name"], "prod");
    assert_eq!(
        reached["vaults"][0]["paths"],
        json!([{ "path": "a/b", "actions": ["read", "use"] }])
    );
    assert_eq!(reach(&bare.id).await, json!({ "vaults": [] }));
    let off = json!({ "is_active": false });
    let _ = app
        .call(
            "PATCH",
            &format!("/v1/agents/{}", reader.id),
            &owner.token,
            off,
        )
        .await
        .expect(200);
    assert_eq!(
        reach(&reader.id).await,
        json!({ "vaults": [] }),
        "switched off"
    );
}

#[tokio::test]
async fn nobody_else_is_told() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    let _ = app.allow(&owner, &vault, &agent, "a", &["read"]).await;
    let who = format!("/v1/vaults/{vault}/access?path=a");
    let reach = format!("/v1/access?principal_type=agent&principal_id={}", agent.id);
    let policy = json!({ "secret_path_pattern": "**", "principal_type": "agent", "principal_id": agent.id, "permissions": ["read"] });
    let preview = format!("/v1/vaults/{vault}/policies/preview");
    for (token, refusal) in [(&mallory.token, 404), (&agent.token, 403)] {
        problem(&app.get(&who, token).await, refusal);
        problem(
            &app.post(&preview, token, json!({ "policy": policy })).await,
            refusal,
        );
        let reached = app.get(&reach, token).await.expect(200).json();
        assert_eq!(reached, json!({ "vaults": [] }));
    }
    problem(
        &app.get(&format!("/v1/vaults/{vault}/access"), &owner.token)
            .await,
        400,
    );
}
