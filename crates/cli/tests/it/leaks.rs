//! Secrets stay where they belong: after a whole journey at the noisiest log level none is found in what the server
//! said, in mails, or in any file of the vault, in any of the usual encodings.

use std::fs;
use std::path::Path;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use serde_json::json;

use crate::harness::{Folder, PASSWORD, Start, next_month, text};
use crate::journey::{Mailing, grant, word_after};

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
            let inner = &whole[(before * 8).div_ceil(6)..whole.len() - 1];
            forms.push(inner.as_bytes().to_vec());
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

#[tokio::test]
async fn no_secret_is_written_where_it_does_not_belong() {
    let folder = Folder::new();
    let start = Start::new(&folder.data())
        .environment("RUST_LOG", "trace")
        .flag("--key-delivery=link");
    let vault = Mailing::start(&folder, start);
    let api = &vault.api;
    let setup_link = text(vault.server.notice(), "setup_url");
    let human = vault.sign_up("alice@example.com").await;
    let signed_in = json!({ "email": "alice@example.com", "password": PASSWORD });
    let signed_in = api
        .call("POST", "/v1/auth/token", None, Some(signed_in))
        .await
        .ok();

    // An agent joins, gets its key by link, and works.
    let enroll = json!({ "name": "my-agent", "human_email": "alice@example.com" });
    let enrolled = api
        .call("POST", "/v1/agents/enroll", None, Some(enroll))
        .await
        .ok();
    let enroll_token = word_after(&text(&enrolled, "approval_url"), "/enroll/");
    api.call("GET", &format!("/enroll/{enroll_token}"), None, None)
        .await;
    let request = api
        .post(
            "/v1/enrollments/lookup",
            &human,
            json!({ "token": enroll_token }),
        )
        .await
        .ok();
    let approved = api
        .post(
            &format!("/v1/enrollments/{}/approve", text(&request, "id")),
            &human,
            json!({}),
        )
        .await
        .ok();
    let agent = text(&approved["agent"], "id");
    let reveal_url = text(&approved, "reveal_url");
    let reveal_token = reveal_url.rsplit('/').next().unwrap().to_owned();
    let revealed = json!({ "token": reveal_token });
    let revealed = api
        .post(&format!("/v1/agents/{agent}/reveal-key"), &human, revealed)
        .await
        .ok();
    let api_key = text(&revealed, "api_key");
    let token = api.exchange(&api_key).await;
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
        json!(["read", "write", "rotate"]),
    )
    .await;
    let path = format!("/v1/vaults/{vault_id}/secrets/api-keys/openai");
    let (value, metadata) = ("marker-value-7c21e04b9d", "marker-in-a-refused-body-55aa");
    let written = api.put(&path, &token, json!({ "value": value })).await.ok();
    api.get(&path, &token).await.ok();

    // Sharing with a passphrase, and a wrong one.
    let passphrase = "marker-passphrase-93e1";
    let share = json!({
        "recipient_type": "anyone_with_link",
        "expires_at": next_month(),
        "passphrase": passphrase,
    });
    let share = api
        .post(
            &format!("/v1/secrets/{}/share", text(&written, "id")),
            &token,
            share,
        )
        .await
        .ok();
    let share = format!("/v1/share/{}", text(&share, "id"));
    let guess = "marker-wrong-guess-a8d2";
    api.call("POST", &share, None, Some(json!({ "passphrase": guess })))
        .await;
    api.call(
        "POST",
        &share,
        None,
        Some(json!({ "passphrase": passphrase })),
    )
    .await
    .ok();

    // Refusals and errors are where values slip into logs.
    let wrong_password = "marker-wrong-password-0b7f";
    let wrong = json!({ "email": "alice@example.com", "password": wrong_password });
    api.call("POST", "/v1/auth/token", None, Some(wrong))
        .await
        .refused(401);
    let wrong_key = format!("{}X", &api_key[..api_key.len() - 1]);
    api.call(
        "POST",
        "/v1/auth/agent-token",
        None,
        Some(json!({ "api_key": wrong_key })),
    )
    .await
    .refused(401);
    api.put(&path, &token, json!({ "value": { "nested": metadata } }))
        .await
        .refused(400);
    api.put(
        &path,
        &token,
        json!({ "value": metadata, "expires_at": "nonsense" }),
    )
    .await
    .refused(400);
    api.get(&format!("/v1/vaults/{vault_id}/secrets/nothing"), &token)
        .await
        .refused(404);
    let reset = json!({ "token": "marker-wrong-reset-token-d3", "new_password": wrong_password });
    api.call("POST", "/v1/auth/reset-password", None, Some(reset))
        .await;

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
    let log = said.replacen(&setup_link, "", 1);

    let link_tokens = [
        enroll_token,
        reveal_token,
        setup_link.rsplit('/').next().unwrap().to_owned(),
    ];
    let secrets = [
        value,
        metadata,
        passphrase,
        guess,
        wrong_password,
        "marker-wrong-reset-token-d3",
        PASSWORD,
        &api_key,
        &wrong_key,
        &token,
        &human,
        &text(&signed_in, "access_token"),
        &text(&signed_in, "refresh_token"),
    ];
    for secret in secrets
        .into_iter()
        .chain(link_tokens.iter().map(String::as_str))
    {
        let is_link = link_tokens.iter().any(|token| token == secret);
        for form in forms(secret) {
            let shown = String::from_utf8_lossy(&form).into_owned();
            assert!(!holds(log.as_bytes(), &form), "{shown} is in the log");
            for (name, content) in &data {
                assert!(!holds(content, &form), "{shown} is in {name}");
            }
            // Mails carry links; that is what they are for.
            for (name, content) in mails.iter().filter(|_| !is_link) {
                assert!(!holds(content, &form), "{shown} is in {name}");
            }
        }
    }
}
