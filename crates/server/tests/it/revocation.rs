//! What is taken away is gone with the answer, for whatever is on its way or waits, on one node and on two.

use crate::org::join;
use crate::problem;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{Agent, Options, Person, TestApp};
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::task::JoinSet;

/// Requests after each act.
const AFTER: usize = 200;
const READERS: usize = 4;

struct Scene {
    owner: Person,
    member: Person,
    vault: String,
}

async fn scene(app: &TestApp) -> Scene {
    let owner = app.sign_up("alice@example.com").await;
    let member = join(app, &owner, "bob@example.com", "member").await;
    let vault = app.create_vault(&owner.token, "prod").await;
    let _ = app.put(&owner.token, &vault, "db/url", "v").await;
    Scene {
        owner,
        member,
        vault,
    }
}

/// Readers on all nodes that never stop, and an act on the first: of the requests that were sent after its answer
/// none is given the value.
async fn nothing_after(
    nodes: &[Arc<TestApp>],
    vault: &str,
    token: &str,
    act: impl AsyncFnOnce(&TestApp),
) {
    let is_over = Arc::new(AtomicBool::new(false));
    let before = Arc::new(AtomicUsize::new(0));
    let after = Arc::new(AtomicUsize::new(0));
    let mut readers = JoinSet::new();
    for node in nodes.iter().cycle().take(READERS) {
        let (node, vault, token) = (Arc::clone(node), vault.to_owned(), token.to_owned());
        let (is_over, before, after) = (
            Arc::clone(&is_over),
            Arc::clone(&before),
            Arc::clone(&after),
        );
        readers.spawn(async move {
            while after.load(Ordering::SeqCst) < AFTER {
                let is_after = is_over.load(Ordering::SeqCst);
                let answer = node.read(&token, &vault, "db/url").await;
                match (is_after, answer.status) {
                    (true, status) => {
                        assert!(
                            matches!(status, 401 | 403 | 404),
                            "{status} after the answer"
                        );
                        after.fetch_add(1, Ordering::SeqCst);
                    }
                    (false, 200) => {
                        before.fetch_add(1, Ordering::SeqCst);
                    }
                    (false, status) => assert!(matches!(status, 401 | 403 | 404), "{status}"),
                }
            }
        });
    }
    while before.load(Ordering::SeqCst) < 40 {
        tokio::task::yield_now().await;
    }
    act(&nodes[0]).await;
    is_over.store(true, Ordering::SeqCst);
    readers.join_all().await;
    assert!(after.load(Ordering::SeqCst) >= AFTER);
}

async fn reader(app: &TestApp, scene: &Scene) -> (Agent, String) {
    let agent = app.create_agent(&scene.owner, "bot").await;
    let policy = app
        .allow(&scene.owner, &scene.vault, &agent, "**", &["read"])
        .await;
    (agent, policy)
}

async fn everything_that_is_taken_away_is_gone(nodes: Vec<Arc<TestApp>>) {
    let first = &nodes[0];
    let scene = scene(first).await;
    let Scene {
        owner,
        member,
        vault,
    } = &scene;
    let call = async |app: &TestApp, method: &str, path: String, body: Value, status: u16| {
        let _ = app
            .call(method, &path, &owner.token, body)
            .await
            .expect(status);
    };
    let (agent, _) = reader(first, &scene).await;
    nothing_after(&nodes, vault, &agent.token, async |app| {
        let off = json!({ "is_active": false });
        call(app, "PATCH", format!("/v1/agents/{}", agent.id), off, 200).await;
    })
    .await;
    let (agent, policy) = reader(first, &scene).await;
    nothing_after(&nodes, vault, &agent.token, async |app| {
        let path = format!("/v1/vaults/{vault}/policies/{policy}");
        call(app, "DELETE", path, Value::Null, 204).await;
    })
    .await;
    let (agent, _) = reader(first, &scene).await;
    nothing_after(&nodes, vault, &agent.token, async |app| {
        let path = format!("/v1/agents/{}/rotate-key", agent.id);
        call(app, "POST", path, Value::Null, 200).await;
    })
    .await;
    let body = json!({ "secret_path_pattern": "**", "principal_type": "user", "principal_id": member.id, "permissions": ["read"] });
    call(
        first,
        "POST",
        format!("/v1/vaults/{vault}/policies"),
        body,
        201,
    )
    .await;
    nothing_after(&nodes, vault, &member.token, async |app| {
        let path = format!("/v1/org/members/{}", member.id);
        let removed = app.call("DELETE", &path, &owner.token, Value::Null).await;
        assert!(removed.status < 300, "{}", removed.status);
    })
    .await;
    let (agent, _) = reader(first, &scene).await;
    nothing_after(&nodes, vault, &agent.token, async |app| {
        call(
            app,
            "POST",
            "/v1/org/freeze-agents".into(),
            Value::Null,
            200,
        )
        .await;
    })
    .await;
}

each_backend! {
    async fn nothing_that_was_taken_away_is_given_after_the_answer(app: TestApp) {
        everything_that_is_taken_away_is_gone(vec![Arc::new(app)]).await;
    }
}

#[tokio::test]
async fn nothing_that_was_taken_away_is_given_on_another_node() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let database = Arc::new(database);
    let here = TestApp::on(Arc::clone(&database), Options::default()).await;
    let there = TestApp::on(database, Options::default()).await;
    everything_that_is_taken_away_is_gone(vec![Arc::new(here), Arc::new(there)]).await;
}

each_backend! {
    async fn a_wait_ends_with_the_right_to_wait(app: TestApp) {
        let scene = scene(&app).await;
        let (agent, _) = reader(&app, &scene).await;
        let question = json!({ "action": "deploy", "target_type": "", "target_id": "", "summary": {} });
        let asked = app.post("/v1/approvals/request", &agent.token, question).await.expect(202).json();
        let app = Arc::new(app);
        let waiting = tokio::spawn({
            let (app, token) = (Arc::clone(&app), agent.token.clone());
            let path = format!("/v1/approvals/{}?wait=30", asked["id"].as_str().unwrap());
            async move { app.get(&path, &token).await }
        });
        tokio::task::yield_now().await;
        let began = std::time::Instant::now();
        let off = json!({ "is_active": false });
        let _ = app.call("PATCH", &format!("/v1/agents/{}", agent.id), &scene.owner.token, off).await.expect(200);
        problem(&waiting.await.unwrap(), 401);
        assert!(began.elapsed() < std::time::Duration::from_secs(10), "long before it would have ended by itself");
        // Nor does the door for assistants open any more.
        let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
        problem(&app.post("/mcp", &agent.token, call).await, 401);
    }
}
