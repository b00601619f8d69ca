//! What the client does around a call: addresses, tokens, errors.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use oneclaw_client::enrollments::EnrollmentStatusQuery;
use oneclaw_client::secrets::PutSecretRequest;
use oneclaw_client::shares::AccessShareRequest;
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::path::SecretPath;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::samples::{id, secret};
use crate::script::{Script, answer, empty, no_vaults, token};

const EXCHANGE: &str = r#"POST https://vault.example/v1/auth/agent-token {"api_key":"ocv_key"}"#;
const LIST_AS: &str = "GET https://vault.example/v1/vaults";

#[tokio::test]
async fn base_urls_may_end_in_a_slash_and_have_a_path() {
    for (base, url) in [
        ("https://vault.example", "https://vault.example/v1/vaults"),
        ("https://vault.example/", "https://vault.example/v1/vaults"),
        (
            "https://example.org:8443/claw",
            "https://example.org:8443/claw/v1/vaults",
        ),
        (
            "https://example.org/claw/",
            "https://example.org/claw/v1/vaults",
        ),
        ("http://[::1]:8080", "http://[::1]:8080/v1/vaults"),
    ] {
        let script = Script::new([no_vaults()]);
        Client::over(script.clone(), base)
            .unwrap()
            .list_vaults()
            .await
            .unwrap();
        assert_eq!(script.log(), [format!("GET {url}")]);
    }
}

#[test]
fn useless_base_urls_are_refused() {
    for base in [
        "",
        "vault.example",
        "vault.example:8080",
        "/v1",
        "ftp://vault.example",
        "https://",
        "https://me:pw@vault.example",
        "https://me@vault.example",
        "https://vault.example/?a=b",
        "https://vault.example/#top",
        "data:text/plain,x",
    ] {
        let refused = Client::over(Script::new([]), base).err();
        assert!(matches!(refused, Some(Error::BaseUrl(_))), "{base}");
    }
}

#[tokio::test]
async fn a_key_is_exchanged_when_first_needed_and_then_kept_to_itself() {
    let script = Script::new([token("one", 3600), no_vaults(), no_vaults()]);
    let client = script.agent();
    assert!(script.log().is_empty());
    client.list_vaults().await.unwrap();
    client.clone().list_vaults().await.unwrap();
    let list = format!("{LIST_AS} [Bearer one]");
    assert_eq!(script.log(), [EXCHANGE, &list, &list]);
    assert!(script.hides_credential(1));
}

#[tokio::test]
async fn public_endpoints_need_no_exchange_and_get_no_credential() {
    let healthy = || answer(200, &json!({ "status": "healthy", "version": "1" }));
    let script = Script::new([healthy(), healthy()]);
    script.agent().health_check().await.unwrap();
    let bearer = Credential::Bearer("tok".to_owned().into());
    script
        .client()
        .with_credential(bearer)
        .unwrap()
        .health_check()
        .await
        .unwrap();
    assert_eq!(script.log(), ["GET https://vault.example/v1/health"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_when_less_than_a_minute_is_left() {
    let answers = [
        token("one", 120),
        no_vaults(),
        no_vaults(),
        token("two", 120),
        no_vaults(),
    ];
    let script = Script::new(answers);
    let client = script.agent();
    client.list_vaults().await.unwrap();
    tokio::time::advance(Duration::from_mins(1)).await;
    client.list_vaults().await.unwrap();
    tokio::time::advance(Duration::from_millis(1)).await;
    client.list_vaults().await.unwrap();
    let list = |token| format!("{LIST_AS} [Bearer {token}]");
    let expected = [
        EXCHANGE.to_owned(),
        list("one"),
        list("one"),
        EXCHANGE.to_owned(),
        list("two"),
    ];
    assert_eq!(script.log(), expected);
}

#[tokio::test]
async fn calls_that_start_together_share_one_exchange() {
    let script =
        Script::new(std::iter::once(token("one", 3600)).chain((0..8).map(|_| no_vaults())));
    let client = script.agent();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        calls.spawn(async move { client.list_vaults().await.unwrap() });
    }
    calls.join_all().await;
    let log = script.log();
    assert_eq!(log.len(), 9);
    assert_eq!(log.iter().filter(|line| *line == EXCHANGE).count(), 1);
}

#[tokio::test]
async fn a_failed_exchange_fails_the_call_and_the_next_call_tries_again() {
    let refusal = answer(401, &json!({ "detail": "The key is not valid." }));
    let script = Script::new([refusal, token("one", 3600), no_vaults()]);
    let client = script.agent();
    assert_eq!(client.list_vaults().await.unwrap_err().status(), Some(401));
    client.list_vaults().await.unwrap();
    assert_eq!(
        script.log(),
        [EXCHANGE, EXCHANGE, &format!("{LIST_AS} [Bearer one]")]
    );
}

fn invalid_token() -> Response<bytes::Bytes> {
    let mut response = answer(401, &json!({ "detail": "The token was revoked." }));
    let challenge = "Bearer realm=\"1claw\", error=\"invalid_token\"";
    response
        .headers_mut()
        .insert("www-authenticate", challenge.parse().unwrap());
    response
}

#[tokio::test]
async fn a_token_declared_invalid_is_replaced_once() {
    let script = Script::new([
        token("one", 3600),
        invalid_token(),
        token("two", 3600),
        invalid_token(),
        token("three", 3600),
        no_vaults(),
    ]);
    let client = script.agent();
    let list = |token| format!("{LIST_AS} [Bearer {token}]");
    assert_eq!(client.list_vaults().await.unwrap_err().status(), Some(401));
    assert_eq!(
        script.log(),
        [EXCHANGE, &list("one"), EXCHANGE, &list("two")]
    );
}

#[tokio::test]
async fn other_refusals_are_final() {
    // A wrong passphrase is a 401 too; sending it twice would count as two tries.
    let wrong = || answer(401, &json!({ "detail": "The passphrase is wrong." }));
    let script = Script::new([token("one", 3600), wrong(), no_vaults()]);
    let refused = script
        .agent()
        .access_share(id(8), &AccessShareRequest::default())
        .await;
    assert_eq!(refused.err().and_then(|error| error.status()), Some(401));
    assert_eq!(script.log().len(), 2);

    // Nothing but a key gives another token.
    let script = Script::new([invalid_token(), no_vaults()]);
    let bearer = Credential::Bearer("tok".to_owned().into());
    let client = script.client().with_credential(bearer).unwrap();
    assert_eq!(client.list_vaults().await.unwrap_err().status(), Some(401));
    assert_eq!(script.log().len(), 1);

    for status in [429, 500, 502, 503] {
        let script = Script::new([empty(status), no_vaults()]);
        assert_eq!(
            script.client().list_vaults().await.unwrap_err().status(),
            Some(status)
        );
        assert_eq!(script.log().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_says_why_and_how_long_to_wait() {
    let body = json!({
        "type": "about:blank", "title": "Too Many Requests", "status": 429,
        "detail": "Wait a minute.", "request_id": "req-1",
    });
    let mut response = answer(429, &body);
    response
        .headers_mut()
        .insert("retry-after", "60".parse().unwrap());
    let error = Script::new([response])
        .client()
        .list_vaults()
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "Wait a minute.");
    let Error::Problem {
        problem,
        retry_after,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(retry_after, Some(Duration::from_mins(1)));
    assert_eq!(problem.request_id.as_deref(), Some("req-1"));
}

#[tokio::test]
async fn answers_from_something_else_than_the_server_still_make_sense() {
    for (response, detail) in [
        (
            empty(502),
            "The server answered 502 without an explanation.",
        ),
        (
            Response::builder()
                .status(503)
                .body("<html>busy</html>".into())
                .unwrap(),
            "The server answered 503 without an explanation.",
        ),
        (
            answer(418, &json!({})),
            "The server answered 418 without an explanation.",
        ),
        (
            empty(301),
            "The server is at another address; check the base URL.",
        ),
    ] {
        let status = response.status().as_u16();
        let error = Script::new([response])
            .client()
            .list_vaults()
            .await
            .unwrap_err();
        assert_eq!(
            (error.status(), error.to_string().as_str()),
            (Some(status), detail)
        );
    }
    // The status line counts, whatever the body claims.
    let lie = answer(403, &json!({ "status": 200, "detail": "All is well." }));
    let error = Script::new([lie]).client().list_vaults().await.unwrap_err();
    assert_eq!(error.status(), Some(403));
}

#[tokio::test]
async fn an_unexpected_answer_is_reported_without_quoting_it() {
    let path: SecretPath = "openai".parse().unwrap();
    for body in [
        json!({ "id": "sk-secret", "value": "sk-secret" }),
        json!("sk-secret"),
        json!({ "value": 5 }),
    ] {
        let script = Script::new([answer(200, &body)]);
        let error = script
            .client()
            .get_secret(id(3), &path)
            .await
            .err()
            .unwrap();
        assert!(matches!(error, Error::Decode { .. }), "{error:?}");
        assert!(
            !format!("{error} {error:?}").contains("sk-secret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn programs_introduce_themselves() {
    let script = Script::new([no_vaults(), no_vaults()]);
    script.client().list_vaults().await.unwrap();
    script
        .client()
        .with_user_agent("1claw/0.1.0 mcp")
        .unwrap()
        .list_vaults()
        .await
        .unwrap();
    let introduction = script.header(0, "user-agent").unwrap();
    assert!(
        introduction.starts_with("oneclaw-client/"),
        "{introduction}"
    );
    assert_eq!(
        script.header(1, "user-agent").as_deref(),
        Some("1claw/0.1.0 mcp")
    );
    assert!(script.client().with_user_agent("two\nlines").is_err());
}

#[tokio::test]
async fn credentials_that_cannot_be_sent_are_refused_without_quoting_them() {
    let bearer = Credential::Bearer("to\nken".to_owned().into());
    let error = Script::new([])
        .client()
        .with_credential(bearer)
        .err()
        .unwrap();
    assert!(
        matches!(error, Error::Encode(_)) && !error.to_string().contains("ken"),
        "{error}"
    );
}

#[tokio::test]
async fn bodies_are_sent_as_json_and_empty_ones_not_at_all() {
    let script = Script::new([empty(204), empty(204)]);
    script.client().accept_share(id(8)).await.unwrap();
    let path = "openai".parse().unwrap();
    let put = script
        .client()
        .put_secret(id(3), &path, &PutSecretRequest::new(secret("v")))
        .await;
    assert!(matches!(put, Err(Error::Decode { .. })));
    assert_eq!(script.header(0, "content-type"), None);
    assert_eq!(
        script.header(1, "content-type").as_deref(),
        Some("application/json")
    );
}

/// A server for one connection: reads the head of a request, sends `reply`, gives the head.
async fn serve_once(reply: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/claw", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(reply.as_bytes()).await.unwrap();
        String::from_utf8(head).unwrap()
    });
    (base, served)
}

#[tokio::test]
async fn the_network_carries_requests_and_answers() {
    let reply = "HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{\"vaults\":[]}";
    let (base, served) = serve_once(reply).await;
    let bearer = Credential::Bearer("tok".to_owned().into());
    let client = Client::new(&base).unwrap().with_credential(bearer).unwrap();
    assert!(client.list_vaults().await.unwrap().vaults.is_empty());
    let head = served.await.unwrap().to_lowercase();
    assert!(
        head.starts_with("get /claw/v1/vaults http/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("\r\nauthorization: bearer tok\r\n"), "{head}");
}

#[tokio::test]
async fn the_network_follows_no_redirect() {
    let elsewhere = "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let (base, served) = serve_once(elsewhere).await;
    let error = Client::new(&base).unwrap().list_vaults().await.unwrap_err();
    assert_eq!(error.status(), Some(307));
    served.await.unwrap();
}

#[tokio::test]
async fn a_failure_of_the_network_does_not_quote_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let query = EnrollmentStatusQuery {
        poll: secret("poll-secret"),
    };
    let error = Client::new(&base)
        .unwrap()
        .enrollment_status(id(5), &query)
        .await
        .err()
        .unwrap();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("poll-secret"), "{error:?}");
}

#[test]
fn clients_can_be_shared_between_threads() {
    fn is_shareable<T: Send + Sync + Clone + 'static>() {}
    is_shareable::<Client>();
    is_shareable::<Arc<dyn oneclaw_client::transport::Transport>>();
}
