//! Two servers on one PostgreSQL: what one of them is told counts on the other at once.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use oneclaw_store::Config;
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::Url;

use crate::harness::{Answer, Api, Folder, Server, Start, eventually, next_month, text};
use crate::journey::{grant, word_after};
use crate::relay::Relay;

/// The URL of a database of its own. `None` without a PostgreSQL.
async fn database() -> Option<String> {
    let database = TestDatabase::create(Backend::Postgres).await?;
    match &database.config {
        Config::Postgres(url) => Some(url.clone()),
        Config::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

fn node(folder: &Folder, url: &str) -> Start {
    let start = Start::new(&folder.data()).dev().public_url();
    start.environment("ONECLAW_DATABASE_URL", url)
}

/// Starts two servers at the same moment.
fn start_both(nodes: [Start; 2]) -> [Server; 2] {
    nodes
        .map(|node| std::thread::spawn(|| node.start()))
        .map(|server| server.join().unwrap())
}

/// Two servers that start at the same moment, on a database that is still empty. `None` without a PostgreSQL.
async fn start_two(folder: &Folder) -> Option<[Server; 2]> {
    let url = database().await?;
    Some(start_both([node(folder, &url), node(folder, &url)]))
}

/// Sends the same request to both nodes many times at once, and gives all answers.
async fn all_at_once(
    nodes: &[Api; 2],
    times: usize,
    call: (&'static str, String, Option<String>, Option<Value>),
) -> Vec<Answer> {
    let (method, path, token, body) = call;
    let mut asking = JoinSet::new();
    for number in 0..times {
        let api = nodes[number % 2].clone();
        let (path, token, body) = (path.clone(), token.clone(), body.clone());
        asking.spawn(async move { api.call(method, &path, token.as_deref(), body).await });
    }
    asking.join_all().await
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers
        .iter()
        .filter(|answer| answer.status == status)
        .count()
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

#[tokio::test(flavor = "multi_thread")]
async fn the_journey_crosses_between_nodes_with_every_step() {
    let folder = Folder::new();
    let Some(servers) = start_two(&folder).await else {
        return;
    };
    let [here, there] = [&servers[0], &servers[1]].map(Server::api);
    let human = here.sign_up("alice@example.com").await;
    let asked = json!({ "name": "my-agent" });
    let asked = there
        .call("POST", "/v1/agents/enroll", None, Some(asked))
        .await
        .ok();
    let link = word_after(&text(&asked, "approval_url"), "/enroll/");
    let request = here
        .post("/v1/enrollments/lookup", &human, json!({ "token": link }))
        .await
        .ok();
    let decision = format!("/v1/enrollments/{}/approve", text(&request, "id"));
    let approved = there
        .post(&decision, &human, json!({ "token": link }))
        .await
        .ok();
    let agent = text(&approved["agent"], "id");
    let rotated = here
        .post(&format!("/v1/agents/{agent}/rotate-key"), &human, json!({}))
        .await
        .ok();
    let token = there.exchange(&text(&rotated, "api_key")).await;
    let vault = here
        .post("/v1/vaults", &human, json!({ "name": "main" }))
        .await
        .ok();
    let vault = text(&vault, "id");
    let path = format!("/v1/vaults/{vault}/secrets/shared/token");
    here.get(&path, &token).await.refused(403);
    grant(
        &there,
        &human,
        &vault,
        &agent,
        "shared/**",
        json!(["read", "write"]),
    )
    .await;
    let written = here
        .put(&path, &token, json!({ "value": "from the agent" }))
        .await
        .ok();
    assert_eq!(
        text(&there.get(&path, &token).await.ok(), "value"),
        "from the agent"
    );
    let body =
        json!({ "recipient_type": "creator", "expires_at": next_month(), "max_access_count": 3 });
    let share = format!("/v1/secrets/{}/share", text(&written, "id"));
    let share = text(&there.post(&share, &token, body).await.ok(), "id");
    here.post(&format!("/v1/shares/{share}/accept"), &human, json!({}))
        .await
        .ok();
    let opened = there.get(&format!("/v1/share/{share}"), &human).await.ok();
    assert_eq!(text(&opened, "value"), "from the agent");
    here.export_log(&human).await.assert_valid();
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_decisions_and_the_log_are_exact_across_nodes() {
    const AT_ONCE: usize = 24;
    let folder = Folder::new();
    let Some(servers) = start_two(&folder).await else {
        return;
    };
    let nodes = [&servers[0], &servers[1]].map(Server::api);
    let [here, there] = &nodes;
    let populated = here.populate("alice@example.com").await;

    // A secret that can be read seven times.
    let limited = populated.secret("limited");
    let body = json!({ "value": "seven times", "max_access_count": 7 });
    let written = here.put(&limited, &populated.human, body).await.ok();
    let reads = ("GET", limited, Some(populated.token.clone()), None);
    let reads = all_at_once(&nodes, AT_ONCE, reads).await;
    assert_eq!(
        (count(&reads, 200), count(&reads, 410)),
        (7, AT_ONCE - 7),
        "{reads:?}"
    );

    // A share that opens three times.
    let plain = there
        .put(
            &populated.secret("plain"),
            &populated.human,
            json!({ "value": "x" }),
        )
        .await
        .ok();
    let share = json!({ "recipient_type": "anyone_with_link", "expires_at": next_month(), "max_access_count": 3 });
    let share = here
        .post(
            &format!("/v1/secrets/{}/share", text(&plain, "id")),
            &populated.human,
            share,
        )
        .await
        .ok();
    let open = (
        "GET",
        format!("/v1/share/{}", text(&share, "id")),
        None,
        None,
    );
    let opened = all_at_once(&nodes, AT_ONCE, open).await;
    assert_eq!(
        (count(&opened, 200), count(&opened, 410)),
        (3, AT_ONCE - 3),
        "{opened:?}"
    );

    // A question that is answered once, and then holds on the node that was not asked.
    let created = here
        .post("/v1/agents", &populated.human, json!({ "name": "asker" }))
        .await
        .ok();
    let token = there.exchange(&text(&created, "api_key")).await;
    let plain = populated.secret("plain");
    let mut wanted = here.get(&plain, &token).await.refused(403).json["access_request"].clone();
    wanted["reason"] = json!("The migration needs it");
    let approval = there
        .post("/v1/approvals/request", &token, wanted)
        .await
        .ok();
    let decide = format!("/v1/approvals/{}/decide", text(&approval, "id"));
    let yes = json!({ "decision": "approve", "grant": { "mode": "once" } });
    let decide = ("POST", decide, Some(populated.human.clone()), Some(yes));
    let decided = all_at_once(&nodes, 6, decide).await;
    assert_eq!(
        (count(&decided, 200), count(&decided, 409)),
        (1, 5),
        "{decided:?}"
    );
    let once = all_at_once(&nodes, 6, ("GET", plain, Some(token), None)).await;
    assert_eq!((count(&once, 200), count(&once, 403)), (1, 5), "{once:?}");

    // One log, with an entry for each of these and none twice.
    let log = there.export_log(&populated.human).await;
    log.assert_valid();
    let entries = log.entries();
    let of = |action: &str, resource: &Value| {
        let same = |entry: &&Value| entry["action"] == action && entry["resource_id"] == *resource;
        entries.iter().filter(same).count()
    };
    assert_eq!(of("secret.read", &written["id"]), 7);
    let places: HashSet<_> = entries.iter().map(|entry| entry["seq"].as_u64()).collect();
    assert_eq!(places.len(), entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_loses_the_database_refuses_and_recovers_by_itself() {
    let folder = Folder::new();
    let Some(url) = database().await else {
        return;
    };
    let mut through = Url::parse(&url).unwrap();
    let host = through.host_str().unwrap_or("127.0.0.1").to_owned();
    let target = format!("{host}:{}", through.port().unwrap_or(5432));
    let relay = Relay::to(target).await;
    through.set_host(Some("127.0.0.1")).unwrap();
    through.set_port(Some(relay.port)).unwrap();
    let servers = start_both([node(&folder, &url), node(&folder, through.as_str())]);
    let [steady, cut_off] = [&servers[0], &servers[1]].map(Server::api);
    let populated = steady.populate("alice@example.com").await;
    let path = populated.secret("a");
    steady
        .put(&path, &populated.token, json!({ "value": "before" }))
        .await
        .ok();
    cut_off.get(&path, &populated.token).await.ok();

    relay.cut();
    // What it remembers is not enough: without an entry in the log no value leaves.
    for _ in 0..2 {
        let answer = cut_off.get(&path, &populated.token).await.refused(503);
        assert!(
            !answer.text.contains("before") && answer.text.contains("request_id"),
            "{}",
            answer.text
        );
    }
    cut_off
        .put(&path, &populated.token, json!({ "value": "lost" }))
        .await
        .refused(503);
    cut_off
        .call("GET", "/readyz", None, None)
        .await
        .refused(503);
    cut_off.call("GET", "/v1/health", None, None).await.ok();
    // The other one goes on, and takes a right away meanwhile.
    steady
        .put(&path, &populated.token, json!({ "value": "meanwhile" }))
        .await
        .ok();
    let other = steady
        .post("/v1/agents", &populated.human, json!({ "name": "other" }))
        .await
        .ok();
    let revoked = steady.exchange(&text(&other, "api_key")).await;
    let agent = format!("/v1/agents/{}", text(&other["agent"], "id"));
    let off = json!({ "is_active": false });
    steady
        .call("PATCH", &agent, Some(&populated.human), Some(off))
        .await
        .ok();

    relay.mend();
    let recovering = async {
        let mut poll = tokio::time::interval(Duration::from_millis(5));
        while cut_off.call("GET", "/readyz", None, None).await.status != 200 {
            poll.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), recovering)
        .await
        .expect("it recovers");
    assert_eq!(
        text(&cut_off.get(&path, &populated.token).await.ok(), "value"),
        "meanwhile"
    );
    cut_off.get("/v1/agents/me", &revoked).await.refused(401);
    cut_off
        .put(&path, &populated.token, json!({ "value": "after" }))
        .await
        .ok();
    assert_eq!(
        text(&steady.get(&path, &populated.token).await.ok(), "value"),
        "after"
    );
    cut_off.export_log(&populated.human).await.assert_valid();
    for server in servers {
        server.stop().await;
    }
}

/// The mails in a folder, by their Message-ID, which is one for each mail whatever node sends it.
fn mails_in(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let complete = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "eml");
    let paths = files.map(|file| file.unwrap().path()).filter(complete);
    let id = |path: std::path::PathBuf| {
        let raw = std::fs::read(path).unwrap();
        let mail = mail_parser::MessageParser::default().parse(&raw).unwrap();
        mail.message_id().unwrap().to_owned()
    };
    paths.map(id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_sent_by_one_of_the_nodes() {
    const MAILS: usize = 20;
    let folder = Folder::new();
    let Some(url) = database().await else {
        return;
    };
    // Mails pile up while there is no way out, so that both nodes find all of them the moment they start.
    let server = node(&folder, &url).start();
    let human = server.api().sign_up("alice@example.com").await;
    for number in 0..MAILS {
        let invitation = json!({ "email": format!("p{number}@example.com"), "role": "member" });
        server
            .api()
            .post("/v1/org/invite", &human, invitation)
            .await
            .ok();
    }
    server.stop().await;
    let [one, other] = ["one", "other"].map(|name| folder.path(name));
    let sending =
        |to: &Path| node(&folder, &url).flag(&format!("--mail-url=file://{}", to.display()));
    let servers = start_both([sending(&one), sending(&other)]);
    let sent = || [mails_in(&one), mails_in(&other)].concat();
    eventually("all mails", || (sent().len() >= MAILS).then_some(())).await;
    // Both stop: whatever was still to be sent is sent by now, and would show.
    for server in servers {
        server.stop().await;
    }
    let sent = sent();
    let different: HashSet<_> = sent.iter().collect();
    assert_eq!(sent.len(), different.len(), "a mail was sent twice");
    assert!(sent.len() >= MAILS);
}
