//! The audit log.

use crate::problem;
use oneclaw_core::audit::{Checkpoint, verify_consistency, verify_export, verify_inclusion};
use oneclaw_server::each_backend;
use oneclaw_server::test_app::TestApp;
use serde_json::{Value, json};

each_backend! {
    async fn what_happened_is_listed_at_once(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let agent = app.create_agent(&owner, "bot").await;
        let vault = app.create_vault(&owner.token, "prod").await;
        let secret = app.put(&owner.token, &vault, "a/1", "the value itself").await;
        let _ = app.read(&owner.token, &vault, "a/1").await.expect(200);
        problem(&app.read(&agent.token, &vault, "a/1").await, 403);

        let reads = app.get("/v1/audit/events?action=secret.read", &owner.token).await.expect(200).json();
        assert!(reads["count"].as_u64() >= Some(1));
        let allowed = reads["events"].as_array().unwrap().iter().find(|event| event["actor_id"] == owner.id.as_str()).unwrap();
        assert_eq!((&allowed["resource_id"], &allowed["actor_type"], &allowed["org_id"]), (&json!(secret), &json!("user"), &json!(owner.org)));
        assert_eq!((&allowed["details"]["path"], &allowed["ip_address"]), (&json!("a/1"), &json!("192.0.2.1")));
        assert_eq!((&allowed["metadata"], &allowed["timestamp"]), (&allowed["details"], &allowed["created_at"]));

        let all = app.get("/v1/audit/events?limit=1000", &owner.token).await.expect(200);
        let text = String::from_utf8_lossy(&all.body).into_owned();
        for secret in ["the value itself", &agent.key, &agent.token, &owner.token, &owner.refresh_token] {
            assert!(!text.contains(secret));
        }
        let events = all.json()["events"].as_array().unwrap().clone();
        assert!(events.len() > 5);
        for pair in events.windows(2) {
            assert_eq!(pair[0]["prev_event_id"], pair[1]["id"], "newest first, each linked to the one before");
            assert_eq!(pair[0]["prev_hash"], pair[1]["integrity_hash"]);
        }
        assert_eq!(events.last().unwrap()["prev_event_id"], Value::Null);

        let page = app.get("/v1/audit/events?limit=2&offset=1", &owner.token).await.expect(200).json();
        assert_eq!(page["events"], json!([events[1], events[2]]));
        let own = app.get("/v1/audit/events?limit=1000", &agent.token).await.expect(200).json();
        assert!(own["events"].as_array().unwrap().iter().all(|event| event["actor_id"] == agent.id.as_str()), "agents see their own");
    }
}

each_backend! {
    async fn the_log_proves_itself(app: TestApp) {
        let owner = app.sign_up("alice@example.com").await;
        let before = app.get("/v1/audit/checkpoint", &owner.token).await.expect(200).json();
        let vault = app.create_vault(&owner.token, "prod").await;
        for _ in 0..5 {
            let _ = app.put(&owner.token, &vault, "a", "v").await;
        }
        let verified = app.get("/v1/audit/verify", &owner.token).await.expect(200).json();
        assert_eq!((&verified["chain_valid"], &verified["broken_at_event_id"]), (&json!(true), &Value::Null));
        assert_eq!(verified["events_checked"], verified["events_verified"]);
        assert_eq!(verified["scheme"]["hash_field"], "integrity_hash");

        let after = app.get("/v1/audit/checkpoint", &owner.token).await.expect(200).json();
        assert!(after["note"].as_str().unwrap().starts_with(after["origin"].as_str().unwrap()));
        let (old, new) = (before["size"].as_u64().unwrap(), after["size"].as_u64().unwrap());
        assert!(old < new);
        let proof = app.get(&format!("/v1/audit/proof/consistency?from={old}&to={new}"), &owner.token).await.expect(200).json();
        let hashes = |proof: &Value| -> Vec<[u8; 32]> { proof["hashes"].as_array().unwrap().iter().map(hash).collect() };
        let root = |checkpoint: &Value| hash(&checkpoint["root_hash"]);
        assert!(verify_consistency(old, &root(&before), new, &root(&after), &hashes(&proof)));
        let proof = app.get(&format!("/v1/audit/proof/inclusion?seq=1&size={new}"), &owner.token).await.expect(200).json();
        assert!(verify_inclusion(&hash(&proof["leaf_hash"]), 1, new, &hashes(&proof), &root(&after)));

        let export = app.get("/v1/audit/export", &owner.token).await.expect(200);
        assert_eq!(export.header("content-type"), "application/jsonl");
        assert_eq!(String::from_utf8_lossy(&export.body).matches('\n').count() as u64, new);
        let checkpoint = Checkpoint { origin: after["origin"].as_str().unwrap().to_owned(), size: new, root: root(&after) };
        verify_export(&export.body[..], &checkpoint).expect("the export is what the checkpoint signs");
    }
}

fn hash(text: &Value) -> [u8; 32] {
    let bytes = data_encoding::HEXLOWER
        .decode(text.as_str().unwrap().as_bytes())
        .unwrap();
    bytes.try_into().unwrap()
}

#[tokio::test]
async fn organisations_have_logs_of_their_own() {
    let app = TestApp::new().await;
    let alice = app.sign_up("alice@example.com").await;
    let mallory = app.sign_up("mallory@example.com").await;
    let _ = app.create_vault(&alice.token, "prod").await;
    let seen = app
        .get(
            &format!("/v1/audit/events?actor_id={}", alice.id),
            &mallory.token,
        )
        .await
        .expect(200)
        .json();
    assert_eq!((&seen["events"], &seen["count"]), (&json!([]), &json!(0)));
    let export = app
        .get("/v1/audit/export", &mallory.token)
        .await
        .expect(200);
    assert!(!String::from_utf8_lossy(&export.body).contains(&alice.org));
}

#[tokio::test]
async fn agents_get_no_proofs_of_other_peoples_acts() {
    let app = TestApp::new().await;
    let owner = app.sign_up("alice@example.com").await;
    let agent = app.create_agent(&owner, "bot").await;
    for path in [
        "verify",
        "export",
        "proof/inclusion?seq=0&size=1",
        "proof/consistency?from=0&to=1",
    ] {
        problem(
            &app.get(&format!("/v1/audit/{path}"), &agent.token).await,
            403,
        );
    }
}
