//! A full disk: no entry in the log, no value; and everything goes on once there is space again.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Resource, Rlimit, prlimit};
use serde_json::json;

use crate::harness::{Api, Folder, Populated, Server, Start, binary, text};

const VALUE: &str = "sk-value-that-must-not-leave";

async fn prepare(server: &Server) -> (Api, Populated) {
    let api = server.api();
    let populated = api.populate("alice@example.com").await;
    api.put(
        &populated.secret("a"),
        &populated.token,
        json!({ "value": VALUE }),
    )
    .await
    .ok();
    assert_eq!(
        text(
            &api.get(&populated.secret("a"), &populated.token).await.ok(),
            "value"
        ),
        VALUE
    );
    (api, populated)
}

/// Nothing that needs an entry in the log is answered.
async fn assert_refuses(api: &Api, populated: &Populated) {
    for _ in 0..3 {
        let answer = api
            .get(&populated.secret("a"), &populated.token)
            .await
            .refused(503);
        assert!(!answer.text.contains(VALUE));
        assert!(
            answer.text.contains("request_id") && !answer.text.to_lowercase().contains("sql"),
            "{}",
            answer.text
        );
    }
    api.put(
        &populated.secret("b"),
        &populated.token,
        json!({ "value": "x" }),
    )
    .await
    .refused(503);
    let body = json!({ "api_key": populated.api_key });
    let answer = api
        .call("POST", "/v1/auth/agent-token", None, Some(body))
        .await
        .refused(503);
    assert!(!answer.text.contains("access_token"));
}

/// All is well again, without a restart, and the log has no gap.
async fn assert_recovered(api: &Api, populated: &Populated) {
    assert_eq!(
        text(
            &api.get(&populated.secret("a"), &populated.token).await.ok(),
            "value"
        ),
        VALUE
    );
    api.get(&populated.secret("b"), &populated.token)
        .await
        .refused(404);
    api.put(
        &populated.secret("b"),
        &populated.token,
        json!({ "value": "x" }),
    )
    .await
    .ok();
    api.exchange(&populated.api_key).await;
    api.export_log(&populated.human).await.assert_valid();
}

/// A small file system in memory. Only root may make one.
struct Tmpfs(PathBuf);

impl Tmpfs {
    fn mount(path: PathBuf) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(&path)
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self(path))
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Lazy: the server under test may not have ended yet.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).output();
    }
}

/// Writes until nothing more fits.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [64 * 1024, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[tokio::test]
async fn a_full_disk_lets_nothing_out_unlogged() {
    let folder = Folder::new();
    let Some(disk) = Tmpfs::mount(folder.path("disk")) else {
        return;
    };
    // Its log goes to the same disk, and that must not stop it either.
    let server = Start::new(&disk.0.join("data")).dev().start();
    let (api, populated) = prepare(&server).await;
    let filler = disk.0.join("filler");
    fill(&filler);
    assert_refuses(&api, &populated).await;
    fs::remove_file(&filler).unwrap();
    assert_recovered(&api, &populated).await;
    server.stop().await;
}

/// The same by a limit on the size of files, which everybody may set.
#[tokio::test]
async fn a_file_that_cannot_grow_lets_nothing_out_unlogged() {
    let folder = Folder::new();
    // The signal that goes with the limit is ignored, as on a disk that is simply full.
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .arg(binary())
        .env_clear();
    let server = Start::with(shell, &folder.data()).dev().start();
    let (api, populated) = prepare(&server).await;
    let limit = |size| {
        let limit = Rlimit {
            current: size,
            maximum: None,
        };
        prlimit(Some(server.pid()), Resource::Fsize, limit).unwrap();
    };
    let log_size = fs::metadata(folder.data().join("1claw.db-wal"))
        .unwrap()
        .len();
    limit(Some(log_size));
    assert_refuses(&api, &populated).await;
    limit(None);
    assert_recovered(&api, &populated).await;
    server.stop().await;
}
