//! The settings of assistants: what `1claw mcp install` writes works, and holds no key.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Folder, Server, stderr, stdout, text};
use crate::person::Person;

const CLIENTS: [(&str, &str, &str); 5] = [
    ("claude-code", ".claude.json", "mcpServers"),
    (
        "claude-desktop",
        ".config/Claude/claude_desktop_config.json",
        "mcpServers",
    ),
    ("cursor", ".cursor/mcp.json", "mcpServers"),
    ("vscode", ".config/Code/User/mcp.json", "servers"),
    ("codex", ".codex/config.toml", "mcp_servers"),
];
const KEY_FILE: &str = ".config/1claw/agent.key";

struct Scene {
    _folder: Folder,
    _server: Server,
    alice: Person,
    key: String,
}

impl Scene {
    /// A person with an agent, whose key is in the file where it is looked for.
    async fn new() -> Self {
        let folder = Folder::new();
        let server = folder.start_dev();
        server.api().sign_up("alice@example.com").await;
        let alice = Person::signed_in(&server.api().url, "alice@example.com");
        let made = alice.run(None, &["agent", "create", "helper", "--json"]);
        let made: Value = serde_json::from_str(&stdout(&made)).unwrap();
        let key = text(&made, "api_key");
        let scene = Self {
            _folder: folder,
            _server: server,
            alice,
            key,
        };
        scene.write(KEY_FILE, &scene.key);
        scene
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.alice.home.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.alice.home.path(name)).unwrap()
    }

    fn install(&self, client: &str, more: &[&str]) -> std::process::Output {
        let words = [&["mcp", "install", client], more].concat();
        self.alice.run(None, &words)
    }
}

/// The entry of the vault, whatever the form of the file.
fn entry(file: &str, content: &str, member: &str) -> Value {
    let document: Value = if std::path::Path::new(file)
        .extension()
        .is_some_and(|name| name == "toml")
    {
        let table: toml::Table = content.parse().unwrap();
        serde_json::to_value(table).unwrap()
    } else {
        serde_json::from_str(content).unwrap()
    };
    document[member]["1claw"].clone()
}

#[tokio::test]
async fn every_assistant_gets_a_command_that_works_and_no_key() {
    let scene = Scene::new().await;
    for (client, file, member) in CLIENTS {
        let output = scene.install(client, &["--", "--read-only"]);
        assert!(output.status.success(), "{client}: {}", stderr(&output));
        let content = scene.read(file);
        assert!(!content.contains(&scene.key), "{client}: {content}");
        assert!(!(stdout(&output) + &stderr(&output)).contains(&scene.key));
        let entry = entry(file, &content, member);
        let tools = tools(&scene, &entry);
        assert!(
            tools.contains(&"get_secret".to_owned()),
            "{client}: {tools:?}"
        );
        assert!(
            !tools.contains(&"put_secret".to_owned()),
            "{client}: {tools:?}"
        );
    }
}

/// The tools that the command of an entry offers to an assistant, which has nothing but the entry.
fn tools(scene: &Scene, entry: &Value) -> Vec<String> {
    let args: Vec<String> = serde_json::from_value(entry["args"].clone()).unwrap();
    let mut server = std::process::Command::new(text(entry, "command"))
        .args(args)
        .env_clear()
        .env("HOME", scene.alice.home.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = server.stdin.take().unwrap();
    let mut answers = BufReader::new(server.stdout.take().unwrap()).lines();
    let client = json!({ "name": "test", "version": "1" });
    let hello =
        json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client });
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello });
    writeln!(input, "{hello}").unwrap();
    answers.next().unwrap().unwrap();
    for message in [
        json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
        json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }),
    ] {
        writeln!(input, "{message}").unwrap();
    }
    let answer = answers
        .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
        .find(|answer| answer["id"] == 2)
        .unwrap();
    drop(input);
    assert!(server.wait().unwrap().success());
    let tools = answer["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| text(tool, "name")).collect()
}

#[tokio::test]
async fn what_was_there_stays_and_is_kept_and_a_second_time_changes_nothing() {
    let scene = Scene::new().await;
    let theirs = "{\"mcpServers\": {\"other\": {\"command\":   \"x\"}}, \"zoom\": 1.50}";
    scene.write(".cursor/mcp.json", theirs);
    assert!(scene.install("cursor", &[]).status.success());
    let content = scene.read(".cursor/mcp.json");
    assert!(content.contains("{\"command\":   \"x\"}") && content.contains("1.50"));
    assert_eq!(scene.read(".cursor/mcp.json.before-1claw"), theirs);

    let again = scene.install("cursor", &["--json"]);
    let said: Value = serde_json::from_str(&stdout(&again)).unwrap();
    assert_eq!(said["changed"], false);
    assert_eq!(scene.read(".cursor/mcp.json"), content);
    assert_eq!(scene.read(".cursor/mcp.json.before-1claw"), theirs);
}

#[tokio::test]
async fn a_former_entry_with_a_key_is_replaced_and_told() {
    let scene = Scene::new().await;
    let former =
        json!({ "mcpServers": { "1claw": { "command": "npx", "env": { "KEY": scene.key } } } });
    scene.write(".cursor/mcp.json", &former.to_string());
    let output = scene.install("cursor", &[]);
    assert!(stderr(&output).contains("the former entry held a key"));
    assert!(!stderr(&output).contains(&scene.key));
    assert!(!scene.read(".cursor/mcp.json").contains(&scene.key));
    let kept = scene.alice.home.path(".cursor/mcp.json.before-1claw");
    assert_eq!(
        fs::metadata(kept).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[tokio::test]
async fn a_dry_run_and_a_file_that_is_not_understood_write_nothing() {
    let scene = Scene::new().await;
    for (client, file, member) in CLIENTS {
        let output = scene.install(client, &["--dry-run"]);
        assert!(output.status.success(), "{client}: {}", stderr(&output));
        let entry = entry(file, &stdout(&output), member);
        assert!(text(&entry, "command").ends_with("1claw"), "{client}");
        assert!(!scene.alice.home.path(file).exists(), "{client}");
    }
    let theirs = "{ // with a comment\n}";
    scene.write(".config/Code/User/mcp.json", theirs);
    let output = scene.install("vscode", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--dry-run"));
    assert_eq!(scene.read(".config/Code/User/mcp.json"), theirs);
}

#[tokio::test]
async fn a_linked_file_stays_a_link() {
    let scene = Scene::new().await;
    scene.write("dotfiles/cursor.json", "{\"a\": 1}");
    let link = scene.alice.home.path(".cursor/mcp.json");
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    symlink(scene.alice.home.path("dotfiles/cursor.json"), &link).unwrap();
    assert!(scene.install("cursor", &[]).status.success());
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(scene.read("dotfiles/cursor.json").contains("1claw"));
}

#[tokio::test]
async fn trouble_is_told_before_anything_is_written() {
    let scene = Scene::new().await;
    let nowhere = scene.install("cursor", &["--key-file", "nowhere"]);
    assert_eq!(nowhere.status.code(), Some(5), "{}", stderr(&nowhere));
    let wrong = scene.install("cursor", &["--", "--values=maybe"]);
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    let inner = scene.install("cursor", &["--", "install", "codex"]);
    assert_eq!(inner.status.code(), Some(2), "{}", stderr(&inner));
    let password = scene.install("cursor", &["--api-url", "http://a:hunter2@127.0.0.1:1"]);
    assert_eq!(password.status.code(), Some(2), "{}", stderr(&password));
    assert!(!stderr(&password).contains("hunter2"));
    let key = scene.alice.home.path(KEY_FILE);
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).unwrap();
    let open = scene.install("cursor", &[]);
    assert_eq!(open.status.code(), Some(4), "{}", stderr(&open));
    assert!(!scene.alice.home.path(".cursor").exists());

    // Without a key's place nothing has to be there.
    assert!(scene.install("cursor", &["--no-key"]).status.success());
    assert!(!scene.read(".cursor/mcp.json").contains("key"));
}

#[test]
fn every_command_has_a_manual_page() {
    let person = Person::new("http://127.0.0.1:9");
    let one = person.run(None, &["man"]);
    assert!(stdout(&one).contains(".TH 1claw 1"), "{}", stderr(&one));
    let all = person.run(None, &["man", "--folder", "pages"]);
    assert!(all.status.success(), "{}", stderr(&all));
    let page = fs::read_to_string(person.home.path("pages/1claw-policy-explain.1")).unwrap();
    assert!(page.contains(".SH SYNOPSIS"), "{page}");
    let hidden = person.home.path("pages/1claw-bench-seed.1");
    assert!(!hidden.exists());
}
