//! The files in `deploy/`, as far as they can be tried here: by systemd's own checks and with a real nginx.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::{Folder, Start, binary, eventually, run, stderr, stdout, text};

/// What `systemd-analyze security` may find, in tenths of its unit of 0 (safe) to 10.
const EXPOSURE: &str = "15";

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name)
}

/// Runs a tool that not every system has.
fn tool(name: &str, arguments: &[&str]) -> Option<Output> {
    let paths =
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map(|folder| Path::new(folder).join(name));
    let Some(path) = paths.into_iter().find(|path| path.exists()) else {
        eprintln!("no {name} on this machine: this test did not run");
        return None;
    };
    Some(Command::new(path).args(arguments).output().unwrap())
}

#[test]
fn systemd_accepts_the_unit_and_finds_it_hardened() {
    let folder = Folder::new();
    let unit = fs::read_to_string(deploy("systemd/1claw.service")).unwrap();
    // Checked as it is, but for the program, which is not installed here.
    assert_eq!(unit.matches("/usr/bin/1claw").count(), 1);
    let unit = unit.replace("/usr/bin/1claw", binary().to_str().unwrap());
    let unit = folder.write("1claw.service", unit.as_bytes());
    let Some(verified) = tool(
        "systemd-analyze",
        &["verify", "--man=no", "--recursive-errors=one", &unit],
    ) else {
        return;
    };
    assert!(
        verified.status.success() && verified.stderr.is_empty(),
        "{}",
        stderr(&verified)
    );
    let secure = |unit: &str| {
        let limit = format!("--threshold={EXPOSURE}");
        tool(
            "systemd-analyze",
            &["security", "--offline=true", "--no-pager", &limit, unit],
        )
        .unwrap()
    };
    let checked = secure(&unit);
    assert!(
        checked.status.success(),
        "{}{}",
        stdout(&checked),
        stderr(&checked)
    );
    // The limit means something: without one of the lines it is passed.
    let weaker = fs::read_to_string(&unit)
        .unwrap()
        .replace("PrivateUsers=yes\n", "")
        .replace("SystemCallFilter=", "#");
    let weaker = folder.write("weaker.service", weaker.as_bytes());
    assert!(!secure(&weaker).status.success());
}

#[test]
fn the_installed_settings_are_understood_and_keep_the_key_apart() {
    let output = run(&[
        "server",
        "doctor",
        "--json",
        "--config",
        deploy("1claw.toml").to_str().unwrap(),
    ]);
    let findings: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let key = findings
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["check"] == "master key")
        .unwrap();
    let says = text(key, "finding");
    assert!(
        says.contains("/var/lib/1claw-keys/master.key") && !says.contains("beside"),
        "{says}"
    );
}

/// Rules of our own: no engine is here to build the image.
#[test]
fn the_image_runs_without_root_and_the_composition_gives_nothing_away() {
    let dockerfile = fs::read_to_string(deploy("docker/Dockerfile")).unwrap();
    let lines = |word: &str| -> Vec<&str> {
        let with = |line: &&str| line.split_whitespace().next() == Some(word);
        dockerfile.lines().filter(with).collect()
    };
    for from in lines("FROM") {
        let image = from.split_whitespace().nth(1).unwrap();
        assert!(image.contains(':') && !image.ends_with(":latest"), "{from}");
    }
    assert_eq!(lines("USER"), ["USER 65532:65532"]);
    assert!(lines("ADD").is_empty());
    let entry: Vec<String> =
        serde_json::from_str(lines("ENTRYPOINT")[0].strip_prefix("ENTRYPOINT ").unwrap()).unwrap();
    assert_eq!(entry, ["/usr/bin/1claw"]);
    // Every variable in either file is a setting of the server.
    let help = stdout(&run(&["server", "--help"]));
    let compose = fs::read_to_string(deploy("docker/compose.yaml")).unwrap();
    let is_part = |c: char| c.is_ascii_uppercase() || c == '_';
    let both = format!("{dockerfile}{compose}");
    let names: Vec<&str> = both
        .split(|c| !is_part(c))
        .filter(|word| word.starts_with("ONECLAW_"))
        .collect();
    assert!(names.len() >= 5);
    for name in names {
        assert!(
            help.contains(&format!("[env: {name}=")),
            "{name} is no setting"
        );
    }
    for rule in [
        "read_only: true",
        "- ALL",
        "no-new-privileges:true",
        "\"127.0.0.1:8110:8110\"",
    ] {
        assert!(compose.contains(rule), "{rule}");
    }
    for risky in ["privileged: true", "network_mode", "docker.sock", "cap_add"] {
        assert!(!compose.contains(risky), "{risky}");
    }
}

/// A real nginx with the example's configuration, changed only where it must be here: no TLS, other ports.
struct Nginx {
    process: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Folder, upstream: u16) -> Option<Self> {
        tool("nginx", &["-v"])?;
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let example = fs::read_to_string(deploy("nginx/1claw.conf")).unwrap();
        let site: String = example
            .lines()
            .filter(|line| !line.trim_start().starts_with("ssl_"))
            .map(|line| line.replace("listen 443 ssl", &format!("listen 127.0.0.1:{port}")) + "\n")
            .collect();
        let site = site.replace("127.0.0.1:8110", &format!("127.0.0.1:{upstream}"));
        assert!(!site.contains("443") && site.contains(&port.to_string()));
        let site = folder.write("site.conf", site.as_bytes());
        let here = folder.path("").display().to_string();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("  {name}_temp_path {here}/{name};\n"))
            .concat();
        let main = format!(
            "daemon off; master_process off; pid {here}/nginx.pid; error_log {here}/nginx.log;\nevents {{}}\n\
             http {{\n  access_log off;\n{temporary}  include {site};\n}}\n"
        );
        let main = folder.write("nginx.conf", main.as_bytes());
        let checked = tool("nginx", &["-t", "-q", "-c", &main, "-p", &here])?;
        assert!(checked.status.success(), "{}", stderr(&checked));
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .args(["-c", &main, "-p", &here])
            .stderr(Stdio::null());
        Some(Self {
            process: command.spawn().unwrap(),
            address: ([127, 0, 0, 1], port).into(),
        })
    }

    /// Sends a request as it is from an address of this machine, and gives the whole answer.
    async fn send(&self, from: Ipv4Addr, head: &str) -> String {
        let connected = async || {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(SocketAddr::new(IpAddr::V4(from), 0)).unwrap();
            socket.connect(self.address).await.ok()
        };
        // It listens a moment after it was started.
        eventually("nginx listens", || {
            std::net::TcpStream::connect(self.address).ok()
        })
        .await;
        let mut stream: TcpStream = connected().await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_path_passes_the_proxy_byte_for_byte() {
    let folder = Folder::new();
    // In place of the vault something that only listens: what arrives is what counts.
    let behind = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let Some(nginx) = Nginx::start(&folder, behind.local_addr().unwrap().port()) else {
        return;
    };
    for path in [
        "/v1/vaults/v/secrets/api-keys%2Fopenai",
        "/v1/vaults/v/secrets/a%2fb",
        "/v1/vaults/v/secrets/%252F",
        "/v1/vaults/v/secrets/a//b",
        "/v1/vaults/v/secrets/a%2F..%2Fb?x=%2F",
        "/v1/vaults/v/secrets/%E2%80%AE",
    ] {
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: vault.example.org\r\nconnection: close\r\n\r\n");
        let answer = nginx.send(Ipv4Addr::LOCALHOST, &head);
        let receive = async {
            let (mut stream, _) = behind.accept().await.unwrap();
            let mut seen = vec![0; 4096];
            let length = stream.read(&mut seen).await.unwrap();
            let ok = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
            stream.write_all(ok).await.unwrap();
            String::from_utf8(seen[..length].to_vec()).unwrap()
        };
        let (answer, seen) = tokio::join!(answer, receive);
        assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
        assert_eq!(
            seen.lines().next(),
            Some(format!("GET {path} HTTP/1.1").as_str())
        );
    }
}

#[tokio::test]
async fn the_vault_hears_of_the_client_from_the_declared_proxy_alone() {
    let client = Ipv4Addr::new(127, 0, 0, 2);
    // What the log says, when the proxy is declared and when it is not.
    for (proxies, expected) in [(Some("127.0.0.1"), "127.0.0.2"), (None, "127.0.0.1")] {
        let folder = Folder::new();
        let mut start = Start::new(&folder.data()).dev().public_url();
        if let Some(proxies) = proxies {
            start = start.flag(&format!("--trusted-proxies={proxies}"));
        }
        let server = start.start();
        let Some(nginx) = Nginx::start(&folder, server.port()) else {
            return;
        };
        let api = server.api();
        let populated = api.populate("alice@example.com").await;
        let path = populated.secret("api-keys/openai");
        api.put(&path, &populated.token, json!({ "value": "sk-1" }))
            .await
            .ok();
        // The client claims to be somebody else, in both headers.
        let head = format!(
            "GET {} HTTP/1.1\r\nhost: vault.example.org\r\nauthorization: Bearer {}\r\nx-forwarded-for: 203.0.113.99\r\n\
             forwarded: for=203.0.113.99\r\nconnection: close\r\n\r\n",
            path.replace("api-keys/openai", "api-keys%2Fopenai"),
            populated.token
        );
        let answer = nginx.send(client, &head).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("sk-1"),
            "{answer}"
        );
        let entries = api.export_log(&populated.human).await.entries();
        let read = entries
            .iter()
            .find(|entry| entry["action"] == "secret.read")
            .unwrap();
        assert!(
            read.to_string().contains(&format!("\"{expected}\"")),
            "{read}"
        );
        assert!(!read.to_string().contains("203.0.113.99"), "{read}");
        server.stop().await;
    }
}
