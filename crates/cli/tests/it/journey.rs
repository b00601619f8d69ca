//! The guide for agents, from nothing to a secret shared back, with plain HTTP and real mails in a folder.

use std::path::PathBuf;

use mail_parser::MessageParser;
use serde_json::{Value, json};

use crate::harness::{Api, Folder, PASSWORD, Server, Start, eventually, next_month, text};

const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// A vault that mails into a folder, and whatever has arrived.
pub(crate) struct Mailing {
    pub(crate) server: Server,
    pub(crate) api: Api,
    mails: PathBuf,
}

impl Mailing {
    pub(crate) fn start(folder: &Folder, start: Start) -> Self {
        let mails = folder.path("mails");
        let server = start
            .flag(&format!("--mail-url=file://{}", mails.display()))
            .start();
        // Mails link to the public URL, which here is the server's own address.
        let api = server.api();
        Self { server, api, mails }
    }

    /// The text of the first mail to `recipient` in which `part` stands. Waits for it.
    pub(crate) async fn mail(&self, recipient: &str, part: &str) -> String {
        let find = || {
            let mails = std::fs::read_dir(&self.mails).ok()?;
            mails.map(|mail| mail.unwrap().path()).find_map(|path| {
                // A mail that is being written has another name.
                path.extension().filter(|extension| *extension == "eml")?;
                let raw = std::fs::read(&path).unwrap();
                let mail = MessageParser::default().parse(&raw).unwrap();
                let to = mail.to()?.first()?.address()?.to_owned();
                let text = mail.body_text(0)?.into_owned();
                (to == recipient && text.contains(part)).then_some(text)
            })
        };
        eventually(&format!("a mail to {recipient} with {part:?}"), find).await
    }

    /// Signs up by proving the address.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let body = json!({ "email": email, "password": PASSWORD, "display_name": "Alice" });
        let answer = self
            .api
            .call("POST", "/v1/auth/signup", None, Some(body))
            .await
            .ok();
        assert_eq!(
            answer.get("access_token"),
            None,
            "the address is not proven yet"
        );
        let mail = self.mail(email, "/verify-email/").await;
        let token = word_after(&mail, "/verify-email/");
        let answer = self
            .api
            .call(
                "POST",
                "/v1/auth/verify-email",
                None,
                Some(json!({ "token": token })),
            )
            .await;
        text(&answer.ok(), "access_token")
    }
}

/// What stands behind `prefix` up to the end of a link.
pub(crate) fn word_after(text: &str, prefix: &str) -> String {
    let (_, rest) = text
        .split_once(prefix)
        .unwrap_or_else(|| panic!("no {prefix} in {text}"));
    rest.split(|c: char| c.is_whitespace() || c == '?')
        .next()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_guide_works_to_the_letter() {
    let folder = Folder::new();
    let vault = Mailing::start(&folder, Start::new(&folder.data()));
    let api = &vault.api;
    let human = vault.sign_up("alice@example.com").await;

    // 1. Self-enroll, with e-mail and by link alone.
    let addressed = json!({ "name": "my-agent", "human_email": "alice@example.com", "description": "CI pipeline agent" });
    let addressed = enroll(api, addressed).await;
    let unknown = json!({ "name": "my-agent", "human_email": "nobody@example.com", "description": "CI pipeline agent" });
    let unknown = enroll(api, unknown).await;
    let by_link = enroll(api, json!({ "name": "my-agent" })).await;
    let fields = |answer: &Value| {
        answer
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fields(&addressed),
        fields(&unknown),
        "the answer does not tell who has an account"
    );

    // The mailed link opens a page and decides nothing.
    let mail = vault.mail("alice@example.com", "my-agent").await;
    let link = word_after(&mail, "/enroll/");
    api.call("GET", &format!("/enroll/{link}?choice=allow"), None, None)
        .await;
    let request = api
        .post("/v1/enrollments/lookup", &human, json!({ "token": link }))
        .await
        .ok();
    assert_eq!(request["status"], "pending");

    // The human approves; id and key come by mail.
    let approval = api
        .post(
            &format!("/v1/enrollments/{}/approve", text(&request, "id")),
            &human,
            json!({}),
        )
        .await
        .ok();
    assert!(
        !approval.to_string().contains("ocv_"),
        "the key is in the mail alone"
    );
    let mail = vault.mail("alice@example.com", "ocv_").await;
    let api_key = format!("ocv_{}", word_after(&mail, "ocv_"));
    let agent_id = text(&approval["agent"], "id");
    assert!(mail.contains(&agent_id));

    // Name only: whoever is signed in and has the link decides.
    let token = word_after(&text(&by_link, "approval_url"), "/enroll/");
    let request = api
        .post("/v1/enrollments/lookup", &human, json!({ "token": token }))
        .await
        .ok();
    let denied = json!({ "token": token });
    let denied = api
        .post(
            &format!("/v1/enrollments/{}/deny", text(&request, "id")),
            &human,
            denied,
        )
        .await
        .ok();
    assert_eq!(denied["status"], "denied");

    // 3. Exchange the key for a JWT.
    let credentials = json!({ "agent_id": agent_id, "api_key": api_key });
    let token = api
        .call("POST", "/v1/auth/agent-token", None, Some(credentials))
        .await
        .ok();
    let token = text(&token, "access_token");
    assert_eq!(token.split('.').count(), 3);

    // 2. Human grants access: vault, secret, policies.
    let vault_id = text(
        &api.post("/v1/vaults", &human, json!({ "name": "production" }))
            .await
            .ok(),
        "id",
    );
    let openai = format!("/v1/vaults/{vault_id}/secrets/api-keys/openai");
    api.put(
        &openai,
        &human,
        json!({ "type": "api_key", "value": "sk-proj-1234" }),
    )
    .await
    .ok();
    api.get(&openai, &token).await.refused(403);
    grant(
        api,
        &human,
        &vault_id,
        &agent_id,
        "api-keys/**",
        json!(["read"]),
    )
    .await;
    grant(
        api,
        &human,
        &vault_id,
        &agent_id,
        "credentials/**",
        json!(["read", "write"]),
    )
    .await;

    // 4. Read and write.
    let secret = api.get(&openai, &token).await.ok();
    assert_eq!(text(&secret, "value"), "sk-proj-1234");
    api.put(&openai, &token, json!({ "value": "mine now" }))
        .await
        .refused(403);
    let password = format!("/v1/vaults/{vault_id}/secrets/credentials/db-password");
    let written = api
        .put(
            &password,
            &token,
            json!({ "type": "password", "value": "s3cret!" }),
        )
        .await
        .ok();
    assert_eq!(written.get("value"), None);

    // 5. Share back to the human.
    let share =
        json!({ "recipient_type": "creator", "expires_at": next_month(), "max_access_count": 10 });
    let share = api
        .post(
            &format!("/v1/secrets/{}/share", text(&written, "id")),
            &token,
            share,
        )
        .await
        .ok();
    let share = text(&share, "id");
    let inbound = api.get("/v1/shares/inbound", &human).await.ok();
    assert_eq!(text(&inbound["shares"][0], "id"), share);
    api.post(&format!("/v1/shares/{share}/accept"), &human, json!({}))
        .await
        .ok();
    let opened = api.get(&format!("/v1/share/{share}"), &human).await.ok();
    assert_eq!(text(&opened, "value"), "s3cret!");

    api.export_log(&human).await.assert_valid();
    vault.server.stop().await;
}

async fn enroll(api: &Api, body: Value) -> Value {
    let answer = api
        .call("POST", "/v1/agents/enroll", None, Some(body))
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(!answer.text.contains("ocv_"));
    let answer = answer.ok();
    assert_eq!(text(&answer, "agent_id"), NIL);
    assert!(text(&answer, "approval_url").starts_with(&format!("{}/enroll/", api.url)));
    answer
}

pub(crate) async fn grant(
    api: &Api,
    human: &str,
    vault: &str,
    agent: &str,
    pattern: &str,
    permissions: Value,
) -> String {
    let policy = json!({
        "principal_type": "agent",
        "principal_id": agent,
        "secret_path_pattern": pattern,
        "permissions": permissions,
    });
    let policy = api
        .post(&format!("/v1/vaults/{vault}/policies"), human, policy)
        .await
        .ok();
    text(&policy, "id")
}

#[tokio::test]
async fn the_printed_curl_line_is_all_an_agent_needs() {
    let folder = Folder::new();
    let mut command =
        crate::harness::command(&["server", "--dev", "--listen=127.0.0.1:0", "--data-dir"]);
    command
        .arg(folder.data())
        .stdout(std::process::Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(server.stdout.take().unwrap()));
    let line = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.trim_start().starts_with("curl"))
        .unwrap();
    // Run by a shell, as a person would paste it.
    let answer = std::process::Command::new("/bin/sh")
        .args(["-c", line.trim()])
        .output();
    server.kill().unwrap();
    server.wait().unwrap();
    let answer: Value = serde_json::from_slice(&answer.unwrap().stdout).unwrap();
    assert!(
        text(&answer, "approval_url").contains("/enroll/enr_"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let folder = Folder::new();
    let server = folder.start_dev();
    let populated = server.api().populate("alice@example.com").await;
    let path = populated.secret("api-keys/openai");
    server
        .api()
        .put(&path, &populated.token, json!({ "value": "sk-1" }))
        .await
        .ok();
    server.stop().await;

    let server = folder.start_dev();
    let api = server.api();
    // The key, the token of before, the account and the policy all still work.
    for token in [
        populated.token,
        api.exchange(&populated.api_key).await,
        api.sign_in("alice@example.com").await,
    ] {
        assert_eq!(text(&api.get(&path, &token).await.ok(), "value"), "sk-1");
    }
    api.export_log(&populated.human).await.assert_valid();
}

#[tokio::test]
async fn the_first_owner_gets_a_link_until_there_is_one() {
    let folder = Folder::new();
    let link = |server: &Server| server.notice()["setup_url"].as_str().map(str::to_owned);
    let first = Start::new(&folder.data()).start();
    let stale = link(&first).unwrap();
    first.stop().await;

    let vault = Mailing::start(&folder, Start::new(&folder.data()));
    let fresh = link(&vault.server).unwrap();
    assert_ne!(stale, fresh, "each start makes a new link");
    vault.sign_up("alice@example.com").await;
    vault.server.stop().await;

    let last = Start::new(&folder.data()).start();
    assert_eq!(link(&last), None, "there is an owner");
}
