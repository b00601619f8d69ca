//! Backups taken while everybody works, and what comes back from them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{
    Api, Folder, Populated, Start, command, eventually, run, stderr, stdout, text,
};

const WRITERS: usize = 4;

fn operate(data: &Path, what: &[&str]) -> Output {
    run(&[&["server", "--data-dir", data.to_str().unwrap()], what].concat())
}

fn say(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writers that go on until they are told to stop. Each write is counted once it is acknowledged.
fn start_load(
    api: &Api,
    populated: &Populated,
    written: &[Arc<AtomicUsize>],
    stop: &Arc<AtomicBool>,
) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for (writer, written) in written.iter().enumerate() {
        let (api, populated) = (api.clone(), populated.clone());
        let (written, stop) = (Arc::clone(written), Arc::clone(stop));
        tasks.spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                let number = written.load(Ordering::SeqCst);
                let path = populated.secret(&format!("w{writer}/s{number}"));
                let body = json!({ "value": format!("value {writer} {number}") });
                api.put(&path, &populated.token, body).await.ok();
                written.fetch_add(1, Ordering::SeqCst);
                api.get(&path, &populated.token).await.ok();
            }
        });
    }
    tasks
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_restores_into_an_empty_folder_and_its_log_verifies() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    let written: Vec<Arc<AtomicUsize>> = (0..WRITERS).map(|_| Arc::default()).collect();
    let count = || -> Vec<usize> { written.iter().map(|n| n.load(Ordering::SeqCst)).collect() };
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = start_load(&api, &populated, &written, &stop);
    let all_wrote = || count().iter().all(|count| *count >= 10).then_some(());
    eventually("every writer wrote", all_wrote).await;

    let (data, backup) = (folder.data(), folder.path("backup"));
    let before = count();
    let output = operate(&data, &["backup", say(&backup), "--json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    // The load went on: nobody waited for the copy.
    let after = count();
    let goes_on =
        || (count().iter().sum::<usize>() > after.iter().sum::<usize>() + WRITERS).then_some(());
    eventually("the writers go on", goes_on).await;
    stop.store(true, Ordering::SeqCst);
    while let Some(writer) = load.join_next().await {
        writer.unwrap();
    }
    server.stop().await;

    // The copy is for its owner alone, says what it lacks, and lacks it.
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(
        report["manifest"]["lacks"][0]
            .as_str()
            .unwrap()
            .contains("master key"),
        "{report}"
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let names: Vec<_> = fs::read_dir(&backup)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!((names.len(), mode(&backup)), (2, 0o700), "{names:?}");
    assert!(names.iter().all(|file| mode(file) == 0o600));
    let key_file = fs::read_to_string(data.join("master.key")).unwrap();
    let key = key_file
        .lines()
        .find(|line| line.starts_with("1claw-master-key"))
        .unwrap();
    let key = key.split(' ').nth(2).unwrap();
    for file in &names {
        let bytes = fs::read(file).unwrap();
        assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()));
    }

    // Another machine: nothing but the key, which was kept elsewhere.
    let other = folder.path("other");
    fs::create_dir(&other).unwrap();
    fs::copy(data.join("master.key"), other.join("master.key")).unwrap();
    let output = operate(&other, &["restore", say(&backup)]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("works again"),
        "{}",
        stderr(&output)
    );
    let server = Start::new(&other).dev().public_url().start();
    let api = server.api();
    let token = api.exchange(&populated.api_key).await;
    for (writer, (before, most)) in before.iter().zip(count()).enumerate() {
        let mut kept = 0;
        for number in 0..most {
            let path = populated.secret(&format!("w{writer}/s{number}"));
            let answer = api.get(&path, &token).await;
            match answer.status {
                200 => {
                    assert_eq!(kept, number, "a write is missing that came before another");
                    assert_eq!(
                        text(&answer.json, "value"),
                        format!("value {writer} {number}")
                    );
                    kept += 1;
                }
                status => assert_eq!(status, 404),
            }
        }
        assert!(
            kept >= *before,
            "of {before} acknowledged writes {kept} are there"
        );
    }
    let human = api.sign_in("alice@example.com").await;
    let log = api.export_log(&human).await;
    log.assert_valid();
    assert!(
        log.entries()
            .iter()
            .any(|entry| entry["action"] == "secret.write")
    );
    server.stop().await;
}

#[tokio::test]
async fn a_backup_is_not_restored_over_a_vault_or_without_its_key_or_when_damaged() {
    let folder = Folder::new();
    let server = folder.start_dev();
    server.api().populate("alice@example.com").await;
    server.stop().await;
    let (data, backup) = (folder.data(), folder.path("backup"));
    assert!(operate(&data, &["backup", say(&backup)]).status.success());

    // Nothing is replaced, neither by a backup nor by a restored one.
    let again = operate(&data, &["backup", say(&backup)]);
    assert_eq!(again.status.code(), Some(8), "{}", stderr(&again));
    let over = operate(&data, &["restore", say(&backup)]);
    assert_eq!(over.status.code(), Some(8), "{}", stderr(&over));

    // Without the key, with another vault's, and a damaged copy: refused, and nothing is left behind.
    let other = folder.path("other");
    fs::create_dir(&other).unwrap();
    let refused = |code: i32, says: &str| {
        let output = operate(&other, &["restore", say(&backup)]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
        assert!(!other.join("1claw.db").exists());
    };
    refused(1, "master key of the backup is not in place");
    let strangers = Folder::new();
    strangers.start_dev().stop().await;
    fs::copy(
        strangers.data().join("master.key"),
        other.join("master.key"),
    )
    .unwrap();
    refused(1, "is not the master key of this backup");
    fs::copy(data.join("master.key"), other.join("master.key")).unwrap();
    let original = fs::read(backup.join("1claw.db")).unwrap();
    let mut damaged = original.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    fs::write(backup.join("1claw.db"), damaged).unwrap();
    refused(10, "digest");
    fs::write(backup.join("1claw.db"), original).unwrap();
    let manifest = fs::read_to_string(backup.join("backup.json")).unwrap();
    fs::write(
        backup.join("backup.json"),
        manifest.replace("\"version\": 1", "\"version\": 2"),
    )
    .unwrap();
    refused(1, "newer 1claw");
    fs::write(backup.join("backup.json"), manifest).unwrap();

    // A demonstration stays one.
    assert!(operate(&other, &["restore", say(&backup)]).status.success());
    assert!(other.join("DEMONSTRATION").exists());
    let left = fs::read_dir(&other).unwrap().count();
    assert_eq!(left, 3, "the database, the key and the mark");
}

#[tokio::test]
async fn a_vault_in_postgresql_is_left_to_its_own_tools() {
    let folder = Folder::new();
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let database = "--database-url=postgres://vault@127.0.0.1:9/vault";
        let output = operate(
            &folder.data(),
            &[command, say(&folder.path("backup")), database],
        );
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(tool), "{}", stderr(&output));
    }
}

#[tokio::test]
async fn an_old_database_is_brought_up_to_date_once() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let Some(database) = TestDatabase::create(backend).await else {
            continue;
        };
        let folder = Folder::new();
        let url = match &database.config {
            oneclaw_store::Config::Sqlite(path) => {
                fs::write(path, b"").unwrap();
                format!("sqlite:{}", path.display())
            }
            oneclaw_store::Config::Postgres(url) => url.clone(),
        };
        let migrate = |flags: &[&str]| {
            let mut command = command(&["server", "migrate", "--json"]);
            command.arg("--data-dir").arg(folder.data()).args(flags);
            let output = command.env("ONECLAW_DATABASE_URL", &url).output().unwrap();
            let said: Value = serde_json::from_str(&stdout(&output)).unwrap();
            (output.status.code(), said)
        };
        let (code, said) = migrate(&["--check"]);
        let pending = said["pending"].as_array().unwrap().len();
        assert_eq!((code, pending > 10), (Some(1), true), "{said}");
        assert_eq!(migrate(&["--check"]).1, said, "looking changes nothing");
        let (code, said) = migrate(&[]);
        assert_eq!(
            (code, said["taken"].as_array().unwrap().len()),
            (Some(0), pending)
        );
        assert_eq!(migrate(&[]), (Some(0), json!({ "taken": [] })));
        assert_eq!(migrate(&["--check"]), (Some(0), json!({ "pending": [] })));
    }
}
