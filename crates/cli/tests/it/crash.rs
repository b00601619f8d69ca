//! A server that is killed, or told to stop, while many write: whatever it acknowledged is there afterwards.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use oneclaw_core::clock::Random as _;
use oneclaw_crypto::random::SystemRandom;
use rustix::process::Signal;
use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::{Api, Folder, Populated, Server, eventually, number_from_environment, text};

const WRITERS: usize = 8;
/// How many rounds of killing; `ONECLAW_TEST_CRASHES` in the environment asks for more.
const ROUNDS: u32 = 3;

/// A write that the server has acknowledged.
#[derive(Clone, Debug)]
struct Written {
    path: String,
    value: String,
    id: String,
}

/// Everything that the server has acknowledged so far.
#[derive(Default)]
struct Acknowledged {
    written: Mutex<Vec<Written>>,
    reads: Mutex<usize>,
}

impl Acknowledged {
    fn count(&self) -> usize {
        self.written.lock().unwrap().len()
    }
}

/// Writes and reads back until the server is gone, from several tasks.
fn start_load(
    api: &Api,
    populated: &Populated,
    round: u32,
    done: &Arc<Acknowledged>,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for writer in 0..WRITERS {
        let (api, populated, done) = (api.clone(), populated.clone(), Arc::clone(done));
        tasks.spawn(async move {
            for number in 0.. {
                let path = populated.secret(&format!("r{round}/w{writer}/s{number}"));
                let value = format!("value {round} {writer} {number}");
                let body = json!({ "value": value });
                let Some(answer) = api
                    .try_call("PUT", &path, Some(&populated.token), Some(&body))
                    .await
                else {
                    return;
                };
                let id = text(&answer.ok(), "id");
                done.written.lock().unwrap().push(Written {
                    path: path.clone(),
                    value,
                    id,
                });
                let Some(answer) = api
                    .try_call("GET", &path, Some(&populated.token), None)
                    .await
                else {
                    return;
                };
                answer.ok();
                *done.reads.lock().unwrap() += 1;
            }
        });
    }
    tasks
}

/// Everything acknowledged is there and logged, and the log verifies.
async fn assert_kept(server: &Server, populated: &Populated, done: &Acknowledged) {
    let api = server.api();
    let token = api.exchange(&populated.api_key).await;
    let human = api.sign_in("alice@example.com").await;
    let log = api.export_log(&human).await;
    log.assert_valid();
    let entries = log.entries();
    let logged = |action: &str| {
        entries
            .iter()
            .filter(|entry| entry["action"] == action)
            .collect::<Vec<_>>()
    };
    let writes: HashSet<String> = logged("secret.write")
        .into_iter()
        .map(|entry| text(entry, "resource_id"))
        .collect();
    let reads = logged("secret.read").len();
    assert!(
        reads >= *done.reads.lock().unwrap(),
        "a value left without its entry"
    );
    let written = done.written.lock().unwrap().clone();
    for Written { path, value, id } in written {
        assert_eq!(text(&api.get(&path, &token).await.ok(), "value"), value);
        assert!(writes.contains(&id), "{path} is not in the log");
    }
    // What the check itself has read is part of the next round's log.
    *done.reads.lock().unwrap() = reads + done.count();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let populated = server.api().populate("alice@example.com").await;
    server.stop().await;
    let done = Arc::new(Acknowledged::default());
    for round in 0..number_from_environment("ONECLAW_TEST_CRASHES", ROUNDS) {
        let server = folder.start_dev();
        let mut load = start_load(&server.api(), &populated, round, &done);
        let mut random = [0];
        SystemRandom.fill(&mut random);
        let enough = done.count() + 20 + usize::from(random[0]);
        eventually("enough was written", || {
            (done.count() >= enough).then_some(())
        })
        .await;
        server.kill();
        while let Some(task) = load.join_next().await {
            task.unwrap();
        }
        let server = folder.start_dev();
        assert_kept(&server, &populated, &done).await;
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_under_load_answers_what_is_under_way_and_loses_nothing() {
    let folder = Folder::new();
    let mut server = folder.start_dev();
    let populated = server.api().populate("alice@example.com").await;
    let done = Arc::new(Acknowledged::default());
    let mut load = start_load(&server.api(), &populated, 0, &done);
    eventually("something was written", || {
        (done.count() >= 50).then_some(())
    })
    .await;
    server.signal(Signal::TERM);
    // Each task ends with a connection that is refused or closed; a request that got an answer got a good one.
    while let Some(task) = load.join_next().await {
        task.unwrap();
    }
    let status = server.ended().await;
    assert!(status.success(), "{status}: {}", server.errors());
    let log = server.errors();
    assert!(log.contains("stopping") && !log.contains("ERROR"), "{log}");
    let server = folder.start_dev();
    assert_kept(&server, &populated, &done).await;
}
