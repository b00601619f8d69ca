//! Two servers on one PostgreSQL: what one of them is told counts on the other at once.

use oneclaw_store::Config;
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::json;

use crate::harness::{Folder, Server, Start, text};

/// Two servers that start at the same moment, on a database that is still empty. `None` without a PostgreSQL.
async fn start_two(folder: &Folder) -> Option<[Server; 2]> {
    let database = TestDatabase::create(Backend::Postgres).await?;
    let Config::Postgres(url) = &database.config else {
        panic!("not PostgreSQL");
    };
    let starting = [0, 1].map(|_| {
        let start = Start::new(&folder.data())
            .dev()
            .environment("ONECLAW_DATABASE_URL", url);
        std::thread::spawn(|| start.public_url().start())
    });
    Some(starting.map(|server| server.join().unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_is_told_counts_on_the_other() {
    let folder = Folder::new();
    let Some(servers) = start_two(&folder).await else {
        return;
    };
    let [here, there] = [&servers[0], &servers[1]].map(Server::api);
    let populated = here.populate("alice@example.com").await;
    let path = populated.secret("api-keys/openai");

    // Writes: the other node has read the old value and remembers it.
    for number in 0..5 {
        let value = format!("value {number}");
        here.put(&path, &populated.token, json!({ "value": value }))
            .await
            .ok();
        for _ in 0..2 {
            assert_eq!(
                text(&there.get(&path, &populated.token).await.ok(), "value"),
                value
            );
        }
    }

    // A policy, taken away and given back.
    for _ in 0..3 {
        let policies = format!("/v1/vaults/{}/policies", populated.vault);
        let listed = here.get(&policies, &populated.human).await.ok();
        let policy = listed["policies"][0].clone();
        here.call(
            "DELETE",
            &format!("{policies}/{}", text(&policy, "id")),
            Some(&populated.human),
            None,
        )
        .await
        .ok();
        there.get(&path, &populated.token).await.refused(403);
        let again = json!({
            "secret_path_pattern": "**",
            "principal_type": "agent",
            "principal_id": populated.agent,
            "permissions": ["read", "write"],
        });
        here.post(&policies, &populated.human, again).await.ok();
        there.get(&path, &populated.token).await.ok();
    }

    // The agent itself.
    let agent = format!("/v1/agents/{}", populated.agent);
    here.call(
        "PATCH",
        &agent,
        Some(&populated.human),
        Some(json!({ "is_active": false })),
    )
    .await
    .ok();
    there.get(&path, &populated.token).await.refused(401);

    // The human's session.
    there.get("/v1/auth/me", &populated.human).await.ok();
    let other_session = there.sign_in("alice@example.com").await;
    here.call("DELETE", "/v1/auth/token", Some(&populated.human), None)
        .await
        .ok();
    there
        .get("/v1/auth/me", &populated.human)
        .await
        .refused(401);

    // Both have written to one log.
    let log = there.export_log(&other_session).await;
    log.assert_valid();
    assert!(
        log.entries()
            .iter()
            .any(|entry| entry["action"] == "access.denied")
    );
    for server in servers {
        server.stop().await;
    }
}
