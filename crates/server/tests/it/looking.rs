//! Every operation that reads leaves the database as it is, whoever calls it.

use crate::NOTHING;
use crate::openapi::operations;
use oneclaw_server::test_app::{Options, TestApp};
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reading that counts, as the published contract has it: opening a share uses it up, and the status of a pairing gives
/// the key once.
const COUNTED: [&str; 2] = [
    "/v1/share/{share_id}",
    "/v1/agents/enroll/{pairing_id}/status",
];

/// What must stay as it is. Reads are logged and metered, and guesses are counted: that is what those tables are for.
async fn state(database: &TestDatabase) -> BTreeMap<String, Vec<String>> {
    let mut rows = database.rows().await;
    rows.retain(|table, _| {
        !table.starts_with("audit_") && !table.starts_with("usage") && table != "rate_limits"
    });
    rows
}

fn filled(path: &str, known: &BTreeMap<&str, String>) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap();
        filled.push_str(before);
        filled.push_str(known.get(name).map_or(NOTHING, String::as_str));
        rest = after;
    }
    filled + rest
}

#[tokio::test]
async fn operations_that_read_change_nothing() {
    let database = Arc::new(TestDatabase::create(Backend::Sqlite).await.unwrap());
    let app = TestApp::on(Arc::clone(&database), Options::default()).await;
    let owner = app.sign_up("alice@example.com").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "a", "v").await;
    let agent = app.create_agent(&owner, "bot").await;
    let policy = app.allow(&owner, &vault, &agent, "**", &["read"]).await;
    let ask = json!({ "name": "bot", "human_email": "alice@example.com" });
    let _ = app.post("/v1/agents/enroll", "", ask).await.expect(201);
    let _ = app.mails().await;
    let known = BTreeMap::from([
        ("vault_id", vault),
        ("agent_id", agent.id.clone()),
        ("policy_id", policy),
        ("path", "a".to_owned()),
        ("user_id", owner.id.clone()),
        ("org_id", owner.org.clone()),
        ("version", "1".to_owned()),
    ]);
    let before = state(&database).await;
    let mut looked = 0;
    for (method, path, _) in operations() {
        if method != "GET" || COUNTED.contains(&path.as_str()) {
            continue;
        }
        let path = filled(&path, &known);
        for token in ["", &owner.token, &agent.token] {
            for method in ["GET", "HEAD"] {
                let answer = app.call(method, &path, token, Value::Null).await;
                assert!(answer.status < 500, "{method} {path}: {}", answer.status);
                looked += u32::from(answer.status == 200);
            }
        }
        assert_eq!(state(&database).await, before, "{path}");
    }
    assert!(looked > 60, "most of them were really read: {looked}");
    // The control: something that writes is seen.
    let _ = app.create_vault(&owner.token, "another").await;
    assert_ne!(state(&database).await, before);
}
