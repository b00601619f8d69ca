//! Secrets stay where they belong: after a whole journey at the noisiest log level none is found in what the server
//! said, in mails, or in any file of the vault, in any of the usual encodings.

use std::fs;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use serde_json::json;

use crate::harness::{Folder, PASSWORD, Start, next_month, text};
use crate::journey::{Mailing, grant};

/// Every form in which `secret` could stand in a file.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let raw = secret.as_bytes();
    let mut forms = vec![
        raw.to_vec(),
        HEXLOWER.encode(raw).into_bytes(),
        HEXUPPER.encode(raw).into_bytes(),
    ];
    // In base64 a text looks different at each of three offsets; the characters at its ends depend on what is around.
    for before in 0..3 {
        let padded = [&vec![0; before], raw].concat();
        for encoded in [BASE64.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
            let whole = encoded.trim_end_matches('=');
            let inner = &whole.as_bytes()[(before * 8).div_ceil(6)..whole.len() - 1];
            forms.push(inner.to_vec());
        }
    }
    forms
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![(path.display().to_string(), fs::read(&path).unwrap())]
            }
        })
        .collect()
}

#[test]
fn the_search_finds_every_form() {
    let secret = "marker-5f1c9a";
    let mut texts = vec![
        format!("x{secret}x"),
        HEXLOWER.encode(secret.as_bytes()),
        HEXUPPER.encode(secret.as_bytes()),
    ];
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "z", "zz"] {
            let around = format!("{before}{secret}{after}");
            texts.push(BASE64.encode(around.as_bytes()));
            texts.push(BASE64URL_NOPAD.encode(around.as_bytes()));
        }
    }
    for text in texts {
        assert!(
            forms(secret)
                .iter()
                .any(|form| holds(text.as_bytes(), form)),
            "{text}"
        );
    }
    assert!(
        !forms(secret)
            .iter()
            .any(|form| holds(b"marker-5f1c9b", form))
    );
}

/// What must not be found: secrets nowhere at all, tokens of links nowhere but in mails.
#[derive(Default)]
struct Secrets {
    secrets: Vec<String>,
    links: Vec<String>,
}

impl Secrets {
    /// Takes note of a secret and passes it on.
    fn secret(&mut self, secret: impl Into<String>) -> String {
        let secret = secret.into();
        self.secrets.push(secret.clone());
        secret
    }

    /// Takes note of the token at the end of a link and passes it on.
    fn link(&mut self, link: &str) -> String {
        let token = link.rsplit('/').next().unwrap().to_owned();
        self.links.push(token.clone());
        token
    }
}

/// An agent joins and gets its key by link: its id, and a token.
async fn join(vault: &Mailing, human: &str, secrets: &mut Secrets) -> (String, String) {
    let api = &vault.api;
    let enroll = json!({ "name": "my-agent", "human_email": "alice@example.com" });
    let enrolled = api
        .call("POST", "/v1/agents/enroll", None, Some(enroll))
        .await
        .ok();
    let token = secrets.link(&text(&enrolled, "approval_url"));
    api.call("GET", &format!("/enroll/{token}"), None, None)
        .await;
    let lookup = json!({ "token": token });
    let request = api.post("/v1/enrollments/lookup", human, lookup).await.ok();
    let approve = format!("/v1/enrollments/{}/approve", text(&request, "id"));
    let approved = api.post(&approve, human, json!({})).await.ok();
    let agent = text(&approved["agent"], "id");
    let reveal = json!({ "token": secrets.link(&text(&approved, "reveal_url")) });
    let revealed = api
        .post(&format!("/v1/agents/{agent}/reveal-key"), human, reveal)
        .await
        .ok();
    let api_key = secrets.secret(text(&revealed, "api_key"));
    let token = secrets.secret(api.exchange(&api_key).await);
    let wrong_key = secrets.secret(format!("ocv_{}", "wrong0key".repeat(5).split_off(2)));
    let wrong_key = json!({ "api_key": wrong_key });
    api.call("POST", "/v1/auth/agent-token", None, Some(wrong_key))
        .await
        .refused(401);
    (agent, token)
}

/// Writes, reads and shares, with passphrase and wrong passphrase.
async fn work(vault: &Mailing, path: &str, token: &str, secrets: &mut Secrets) {
    let api = &vault.api;
    let value = secrets.secret("marker-value-7c21e04b9d");
    let written = api.put(path, token, json!({ "value": value })).await.ok();
    api.get(path, token).await.ok();
    let passphrase = secrets.secret("marker-passphrase-93e1");
    let share = json!({
        "recipient_type": "anyone_with_link",
        "expires_at": next_month(),
        "passphrase": passphrase,
    });
    let share_secret = format!("/v1/secrets/{}/share", text(&written, "id"));
    let share = api.post(&share_secret, token, share).await.ok();
    let share = format!("/v1/share/{}", text(&share, "id"));
    let guess = json!({ "passphrase": secrets.secret("marker-wrong-guess-a8d2") });
    let refused = api.call("POST", &share, None, Some(guess)).await;
    assert!(refused.status >= 400, "{refused:?}");
    api.call(
        "POST",
        &share,
        None,
        Some(json!({ "passphrase": passphrase })),
    )
    .await
    .ok();
}

/// Refusals and errors are where values slip into logs.
async fn provoke(vault: &Mailing, path: &str, token: &str, secrets: &mut Secrets) {
    let api = &vault.api;
    let password = secrets.secret("marker-wrong-password-0b7f");
    let sign_in = json!({ "email": "alice@example.com", "password": password });
    api.call("POST", "/v1/auth/token", None, Some(sign_in))
        .await
        .refused(401);
    let value = secrets.secret("marker-in-a-refused-body-55aa");
    for body in [
        json!({ "value": { "nested": value } }),
        json!({ "value": value, "expires_at": "nonsense" }),
        json!({ "value": value, "max_access_count": value }),
        json!({ "value": value, "type": value.to_uppercase() }),
    ] {
        api.put(path, token, body).await.refused(400);
    }
    let reset =
        json!({ "token": secrets.secret("marker-wrong-reset-token-d3"), "new_password": password });
    let refused = api
        .call("POST", "/v1/auth/reset-password", None, Some(reset))
        .await;
    assert!(refused.status >= 400, "{refused:?}");
}

#[tokio::test]
async fn no_secret_is_written_where_it_does_not_belong() {
    let folder = Folder::new();
    let start = Start::new(&folder.data()).environment("RUST_LOG", "trace");
    let vault = Mailing::start(&folder, start.flag("--key-delivery=link"));
    let api = &vault.api;
    let mut secrets = Secrets::default();
    let setup_link = text(vault.server.notice(), "setup_url");
    secrets.link(&setup_link);
    let human = secrets.secret(vault.sign_up("alice@example.com").await);
    let sign_in = json!({ "email": "alice@example.com", "password": secrets.secret(PASSWORD) });
    let signed_in = api
        .call("POST", "/v1/auth/token", None, Some(sign_in))
        .await
        .ok();
    secrets.secret(text(&signed_in, "access_token"));
    secrets.secret(text(&signed_in, "refresh_token"));
    let (agent, token) = join(&vault, &human, &mut secrets).await;
    let vault_id = text(
        &api.post("/v1/vaults", &human, json!({ "name": "main" }))
            .await
            .ok(),
        "id",
    );
    grant(
        api,
        &human,
        &vault_id,
        &agent,
        "**",
        json!(["read", "write"]),
    )
    .await;
    let path = format!("/v1/vaults/{vault_id}/secrets/api-keys/openai");
    work(&vault, &path, &token, &mut secrets).await;
    provoke(&vault, &path, &token, &mut secrets).await;

    // Read while the server runs, so that its write-ahead log is looked into too, and again after it has stopped.
    let mut data = files(&folder.data());
    let said = vault.server.stop().await;
    data.extend(files(&folder.data()));
    let mails = files(&folder.path("mails"));
    assert!(
        said.contains("DEBUG") && mails.len() >= 3 && data.len() >= 5,
        "there is something to look at: {} mails, {} files, {} bytes of log",
        mails.len(),
        data.len(),
        said.len()
    );
    let seen = |text: &str| {
        data.iter()
            .any(|(_, content)| holds(content, text.as_bytes()))
    };
    assert!(
        seen("api-keys/openai"),
        "what may be stored readable is found"
    );
    // The operator is told the link for the first owner, once.
    data.push((
        "the log".to_owned(),
        said.replacen(&setup_link, "", 1).into_bytes(),
    ));

    for secret in &secrets.links {
        assert_absent(secret, &data);
    }
    for secret in &secrets.secrets {
        assert_absent(secret, &data);
        assert_absent(secret, &mails);
    }
}

#[track_caller]
fn assert_absent(secret: &str, files: &[(String, Vec<u8>)]) {
    for form in forms(secret) {
        let found = files.iter().find(|(_, content)| holds(content, &form));
        let name = found.map(|(name, _)| name);
        assert_eq!(name, None, "{} is in it", String::from_utf8_lossy(&form));
    }
}
