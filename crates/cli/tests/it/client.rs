//! Commands that speak with a vault: what people see, and what scripts can rely on.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::harness::{Folder, Server, stderr, stdout, text};
use crate::person::{Person, feed};

struct Scene {
    _folder: Folder,
    server: Server,
    alice: Person,
}

async fn scene() -> Scene {
    let folder = Folder::new();
    let server = folder.start_dev();
    server.api().sign_up("alice@example.com").await;
    let alice = Person::signed_in(&server.api().url, "alice@example.com");
    Scene {
        _folder: folder,
        server,
        alice,
    }
}

#[tokio::test]
async fn a_day_with_the_vault_reads_well() {
    let scene = scene().await;
    let alice = &scene.alice;
    let steps: [(Option<&str>, &[&str]); 37] = [
        (None, &["whoami"]),
        (None, &["vault", "create", "main"]),
        (None, &["vault", "list"]),
        (None, &["vault", "get", "mian"]),
        (None, &["vault", "link", "main"]),
        (
            Some("s3cret"),
            &["secret", "set", "db/password", "--type", "password"],
        ),
        (None, &["secret", "set", "db/password", "hunter2"]),
        (None, &["secret", "get", "db/password"]),
        (None, &["secret", "get", "db/missing"]),
        (None, &["secret", "list"]),
        (None, &["secret", "rotate", "db/password", "--length", "24"]),
        (None, &["secret", "versions", "db/password"]),
        (None, &["secret", "delete", "db/password"]),
        (
            None,
            &[
                "agent",
                "enroll",
                "my-agent",
                "--email",
                "alice@example.com",
            ],
        ),
        (None, &["agent", "enroll", ""]),
        (None, &["agent", "create", "worker"]),
        (None, &["agent", "list"]),
        (None, &["agent", "get", "nobody"]),
        (
            None,
            &[
                "policy",
                "create",
                "--agent",
                "worker",
                "--path",
                "db/**",
                "--permissions",
                "read",
            ],
        ),
        (
            None,
            &[
                "policy",
                "create",
                "--agent",
                "worker",
                "--path",
                "db/**",
                "--permissions",
                "peek",
            ],
        ),
        (None, &["policy", "list"]),
        (
            None,
            &["policy", "explain", "--agent", "worker", "db/password"],
        ),
        (None, &["policy", "explain", "--agent", "worker", "api/key"]),
        (
            None,
            &[
                "share",
                "create",
                "db/password",
                "--to",
                "agent:worker",
                "--max-opens",
                "2",
            ],
        ),
        (
            None,
            &["share", "create", "db/password", "--to", "the-moon"],
        ),
        (None, &["share", "list"]),
        (None, &["approval", "list"]),
        (None, &["audit", "list", "--limit", "2"]),
        (None, &["org", "members"]),
        (None, &["webhook", "list"]),
        (None, &["agent", "pause", "worker"]),
        (None, &["key", "create", "laptop"]),
        (None, &["key", "revoke", "nonsense"]),
        (None, &["mfa", "status"]),
        (None, &["config", "set", "output-format", "colourful"]),
        (None, &["logout"]),
        (None, &["vault", "list"]),
    ];
    let transcript: String = steps
        .iter()
        .map(|(input, arguments)| alice.transcript(*input, arguments))
        .collect();
    let mut answers = transcript.lines().filter(|line| !line.starts_with('$'));
    assert!(
        answers.all(|line| !line.contains("hunter2")),
        "the refused value is not repeated"
    );
    insta::assert_snapshot!(transcript);
}

#[tokio::test]
async fn the_session_is_a_file_for_its_owner_alone() {
    let scene = scene().await;
    let alice = &scene.alice;
    let file = alice.home.path(".local/state/1claw/credentials.json");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);

    // A session belongs to one server.
    let elsewhere = alice.run(None, &["vault", "list", "--api-url", "http://127.0.0.1:9"]);
    assert_eq!(elsewhere.status.code(), Some(4), "{}", stderr(&elsewhere));

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let readable = alice.run(None, &["whoami"]);
    assert_eq!(readable.status.code(), Some(4));
    assert!(
        stderr(&readable).contains("chmod 600"),
        "{}",
        stderr(&readable)
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();

    let token = fs::read_to_string(&file).unwrap();
    let token: Value = serde_json::from_str(&token).unwrap();
    let token = text(&token[&alice.url], "access_token");
    assert!(alice.run(None, &["logout"]).status.success());
    assert!(!fs::read_to_string(&file).unwrap().contains("access_token"));
    scene
        .server
        .api()
        .get("/v1/auth/me", &token)
        .await
        .refused(401);
}

#[tokio::test]
async fn a_link_cannot_lead_a_credential_away() {
    let scene = scene().await;
    let alice = &scene.alice;
    let link = json!({ "api_url": "http://127.0.0.1:9", "vault_id": "00000000-0000-0000-0000-000000000001" });
    alice.home.write(".1claw.json", link.to_string().as_bytes());
    let who = alice.run(None, &["whoami", "--json"]);
    let who: Value = serde_json::from_str(&stdout(&who)).unwrap();
    assert_eq!(who["api_url"], alice.url.as_str());
    // Nor is its vault taken for one of this server.
    assert!(
        alice
            .run(None, &["vault", "create", "main"])
            .status
            .success()
    );
    assert!(alice.run(None, &["secret", "list"]).status.success());
}

/// A vault with two secrets.
fn vault_with_secrets(scene: &Scene) {
    let alice = &scene.alice;
    assert!(
        alice
            .run(None, &["vault", "create", "main"])
            .status
            .success()
    );
    for (path, value) in [
        ("app/db-url", "postgres://x y'z"),
        ("app/token", "line1\nline2"),
    ] {
        let set = alice.run(Some(value), &["secret", "set", path, "--raw"]);
        assert!(set.status.success(), "{}", stderr(&set));
    }
}

#[tokio::test]
async fn a_program_gets_its_secrets_and_not_the_key_of_the_vault() {
    let scene = scene().await;
    vault_with_secrets(&scene);
    let populated = scene.server.api().populate("bob@example.com").await;
    let bob = Person::new(&scene.server.api().url);
    let put = json!({ "value": "from the vault" });
    scene
        .server
        .api()
        .put(&populated.secret("app/name"), &populated.human, put)
        .await
        .ok();
    let run = |arguments: &[&str]| {
        let mut command = bob.command(arguments);
        command
            .env("ONECLAW_AGENT_API_KEY", &populated.api_key)
            .env("ONECLAW_VAULT_ID", &populated.vault)
            .env("NAME", "from outside");
        feed(&mut command, Some("typed"))
    };
    let script = "umask; echo \"$NAME|${ONECLAW_AGENT_API_KEY-gone}\"; cat; exit 7";
    let output = run(&["env", "run", "--prefix", "app", "--", "sh", "-c", script]);
    assert_eq!(output.status.code(), Some(7), "{}", stderr(&output));
    let umask = std::process::Command::new("sh")
        .args(["-c", "umask"])
        .output()
        .unwrap();
    assert_eq!(
        stdout(&output),
        format!("{}from the vault|gone\ntyped", stdout(&umask))
    );

    let output = run(&[
        "env",
        "run",
        "--prefix",
        "app",
        "--override",
        "process",
        "--",
        "printenv",
        "NAME",
    ]);
    assert_eq!(stdout(&output), "from outside\n");
    let output = run(&[
        "env",
        "run",
        "--keep-auth",
        "--",
        "printenv",
        "ONECLAW_AGENT_API_KEY",
    ]);
    assert_eq!(stdout(&output).trim(), populated.api_key);
    let output = run(&[
        "env",
        "run",
        "--no-inherit",
        "--",
        "sh",
        "-c",
        "echo ${NAME-gone} $APP_NAME",
    ]);
    assert_eq!(stdout(&output), "gone from the vault\n");

    let killed = run(&["env", "run", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&killed.status),
        Some(15)
    );
    assert_eq!(
        run(&["env", "run", "--", "no-such-program"]).status.code(),
        Some(127)
    );
    assert_eq!(
        run(&["env", "run", "--", "/etc/passwd"]).status.code(),
        Some(126)
    );
    let output = run(&["env", "run", "--only", "MISSING", "--", "echo", "started"]);
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(125), "")
    );
}

#[tokio::test]
async fn a_file_of_variables_is_private_complete_and_never_overwritten() {
    let scene = scene().await;
    let alice = &scene.alice;
    vault_with_secrets(&scene);
    let pull = alice.run(None, &["env", "pull", "--prefix", "app"]);
    assert!(pull.status.success(), "{}", stderr(&pull));
    let file = alice.home.path(".env");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let written = fs::read_to_string(&file).unwrap();
    assert_eq!(
        written,
        "DB_URL=\"postgres://x y'z\"\nTOKEN=\"line1\\nline2\"\n"
    );
    let again = alice.run(None, &["env", "pull", "--prefix", "app"]);
    assert_eq!(again.status.code(), Some(8), "{}", stderr(&again));

    let docker = alice.run(None, &["env", "export", "--format", "docker"]);
    assert_eq!(
        (docker.status.code(), stdout(&docker).as_str()),
        (Some(1), "")
    );
    assert!(stderr(&docker).contains("APP_TOKEN"), "{}", stderr(&docker));

    let missing = alice.run(
        None,
        &[
            "env",
            "export",
            "--map",
            "A=app/token",
            "--map",
            "B=app/nothing",
        ],
    );
    assert_eq!(
        (missing.status.code(), stdout(&missing).as_str()),
        (Some(6), "")
    );
    assert!(
        stderr(&missing).contains("without a value: B"),
        "{}",
        stderr(&missing)
    );

    // And back, below another path.
    let plan = alice.run(None, &["env", "push", "--prefix", "copy", "--dry-run"]);
    assert!(stderr(&plan).contains("copy/DB_URL") && !stderr(&plan).contains("postgres"));
    let unasked = alice.run(None, &["env", "push", "--prefix", "copy"]);
    assert_eq!(unasked.status.code(), Some(2), "{}", stderr(&unasked));
    assert!(
        alice
            .run(None, &["env", "push", "--prefix", "copy", "--yes"])
            .status
            .success()
    );
    let token = alice.run(None, &["secret", "get", "copy/TOKEN"]);
    assert_eq!(stdout(&token), "line1\nline2");
}

#[tokio::test]
async fn an_exported_log_verifies() {
    let scene = scene().await;
    let alice = &scene.alice;
    let export = alice.run(
        None,
        &["audit", "export", "-o", "log.jsonl", "--checkpoint", "note"],
    );
    assert!(export.status.success(), "{}", stderr(&export));
    let said = stderr(&export);
    let key = said.split('\'').nth(1).unwrap();
    let verify = [
        "audit",
        "verify",
        "log.jsonl",
        "--checkpoint",
        "note",
        "--key",
        key,
    ];
    let verified = alice.run(None, &verify);
    assert!(verified.status.success(), "{}", stderr(&verified));
}

#[tokio::test]
async fn anything_can_be_asked_for_as_json() {
    let scene = scene().await;
    let alice = &scene.alice;
    let vaults = alice.run(None, &["api", "GET", "/v1/vaults"]);
    let vaults: Value = serde_json::from_str(&stdout(&vaults)).unwrap();
    assert_eq!(vaults["vaults"], json!([]));
    let refused = alice.run(
        None,
        &[
            "api",
            "GET",
            "/v1/agents/00000000-0000-0000-0000-000000000001",
            "--json",
        ],
    );
    assert_eq!(
        (refused.status.code(), stdout(&refused).as_str()),
        (Some(5), "")
    );
    let error: Value = serde_json::from_str(&stderr(&refused)).unwrap();
    assert_eq!(
        (&error["error"]["code"], &error["error"]["status"]),
        (&json!(5), &json!(404))
    );
    let health = alice.run(None, &["doctor", "--json"]);
    let health: Value = serde_json::from_str(&stdout(&health)).unwrap();
    assert_eq!(health["healthy"], true, "{health}");
    let completion = alice.run(None, &["completion", "bash"]);
    assert!(stdout(&completion).contains("_1claw"));
}

#[tokio::test]
async fn a_program_is_signed_in_from_somewhere_else() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let api = server.api();
    let human = api.sign_up("alice@example.com").await;
    let person = Person::new(&api.url);
    let mut login = person
        .command(&["login", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(login.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
    let asked: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(asked["event"], "authorization_required");
    let code = json!({ "user_code": asked["user_code"] });
    api.post("/v1/auth/device/approve", &human, code).await.ok();
    assert!(login.wait().unwrap().success());
    let who = person.run(None, &["whoami", "--json"]);
    let who: Value = serde_json::from_str(&stdout(&who)).unwrap();
    assert_eq!(who["name"], "alice@example.com");
}
