//! Shows requests and answers as they travel, so that a newcomer can follow them.
//!
//! Invariant: what is secret is masked by the name of its field, in both directions, before anything is formatted.
//! Text that is not JSON is shown only where it is known to hold nothing secret.

use std::fmt::{Display, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, Response};
use oneclaw_client::transport::{Network, Transport, TransportFuture};
use oneclaw_client::{Client, Credential, Error};
use serde_json::Value;

use crate::output::{BOLD, CAUTION, DIM, Failure, GOOD, Printer, harmless};

use super::journey::unexpected;
use super::ordered::Ordered;

/// Fields whose value is secret.
const SECRET: [&str; 9] = [
    "value",
    "password",
    "api_key",
    "access_token",
    "refresh_token",
    "token",
    "passphrase",
    "poll_token",
    "client_assertion",
];
/// Fields that hold a link whose last segment is secret.
const SECRET_LINKS: [&str; 2] = ["approval_url", "reveal_url"];
/// Longest body that is shown, in lines.
const MAX_LINES: usize = 18;
/// Longest line that is shown, in characters.
const MAX_WIDTH: usize = 96;

/// Where the journey is played and shown.
pub(super) struct Stage {
    url: String,
    printer: Printer,
}

impl Stage {
    pub(super) fn new(url: String, printer: Printer) -> Self {
        Self { url, printer }
    }

    /// Base of the server.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Writes a line.
    pub(super) fn say(&self, line: impl Display) -> Result<(), Failure> {
        self.printer.data(line)
    }

    /// Opens a step: what happens, and why.
    pub(super) fn step(&self, number: u8, title: &str, why: &str) -> Result<(), Failure> {
        self.say(format_args!("\n{BOLD}{number}. {title}{BOLD:#}"))?;
        self.say(format_args!("   {why}"))
    }

    /// Says what was found to be as it should.
    pub(super) fn found(&self, what: impl Display) -> Result<(), Failure> {
        self.say(format_args!("\n   {GOOD}✓{GOOD:#} {what}"))
    }

    /// A client whose requests are shown as those of `who`.
    pub(super) fn client(
        &self,
        who: &'static str,
        credential: Credential,
    ) -> Result<Client, Failure> {
        let build = || {
            let network = if self.url.starts_with("https:") {
                Network::new()
            } else {
                Network::plain()
            };
            let narrator = Narrator {
                who,
                network: network?,
                printer: self.printer,
            };
            Client::over(Arc::new(narrator), &self.url)?
                .with_user_agent(concat!("1claw-demo/", env!("CARGO_PKG_VERSION")))?
                .with_credential(credential)
        };
        build().map_err(|error: Error| unexpected("prepare the demonstration", &error))
    }
}

/// Sends requests over the network and prints them and their answers.
struct Narrator {
    who: &'static str,
    network: Network,
    printer: Printer,
}

impl Transport for Narrator {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        Box::pin(async move {
            // What cannot be printed is found out by the next step's heading.
            let _ = self.printer.data(show_request(self.who, &request));
            let answer = self.network.send(request).await?;
            let _ = self.printer.data(show_answer(&answer));
            Ok(answer)
        })
    }
}

fn show_request(who: &str, request: &Request<Bytes>) -> String {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    // The one secret that travels in an address: it names a request that waits.
    let path = match path.split_once("?poll=") {
        Some((path, _)) => format!("{path}?poll=••••••"),
        None => path.to_owned(),
    };
    let mut text = format!(
        "\n   {who:<6} {BOLD}{} {}{BOLD:#}",
        request.method(),
        harmless(&path)
    );
    if request.headers().contains_key(AUTHORIZATION) {
        push_line(&mut text, "Authorization: Bearer ••••••");
    }
    push_body(&mut text, request.body());
    text
}

fn show_answer(answer: &Response<Bytes>) -> String {
    let status = answer.status();
    let style = if status.is_success() { GOOD } else { CAUTION };
    let mut text = format!("        → {style}{status}{style:#}");
    push_body(&mut text, answer.body());
    text
}

fn push_body(text: &mut String, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    let body = match serde_json::from_slice::<Ordered>(body) {
        Ok(mut json) => {
            mask(&mut json);
            serde_json::to_string_pretty(&json).unwrap_or_default()
        }
        Err(_) => lines_of_json(body),
    };
    let mut lines = body.lines();
    for line in lines.by_ref().take(MAX_LINES) {
        push_line(text, line);
    }
    match lines.count() {
        0 => {}
        more => push_line(text, &format!("… {more} more lines")),
    }
}

fn push_line(text: &mut String, line: &str) {
    let line = harmless(line);
    let mut shown: String = line.chars().take(MAX_WIDTH).collect();
    if line.chars().nth(MAX_WIDTH).is_some() {
        shown.push('…');
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "\n          {DIM}{shown}{DIM:#}");
}

/// JSON lines, each masked; anything else only by its length.
fn lines_of_json(body: &Bytes) -> String {
    let lines = body
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    let masked = lines.map(|line| {
        let mut json: Ordered = serde_json::from_slice(line)?;
        mask(&mut json);
        serde_json::to_string(&json)
    });
    masked.collect::<Result<Vec<_>, _>>().map_or_else(
        |_| format!("({} bytes)", body.len()),
        |lines| lines.join("\n"),
    )
}

/// Replaces what is secret in a body.
fn mask(json: &mut Ordered) {
    match json {
        Ordered::Object(members) => members.iter_mut().for_each(|(name, value)| match value {
            Ordered::Scalar(Value::String(text)) if SECRET.contains(&name.as_str()) => {
                *text = format!("•••••• ({} characters)", text.chars().count());
            }
            Ordered::Scalar(Value::String(text)) if SECRET_LINKS.contains(&name.as_str()) => {
                let base = text.rsplit_once('/').map_or("", |(base, _)| base);
                *text = format!("{base}/••••••");
            }
            other => mask(other),
        }),
        Ordered::Array(items) => items.iter_mut().for_each(mask),
        Ordered::Scalar(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(body: &str) -> String {
        let mut text = String::new();
        push_body(&mut text, &Bytes::from(body.to_owned()));
        text
    }

    #[test]
    fn secrets_are_masked_at_any_depth_and_in_lines() {
        for body in [
            r#"{"value":"hunter2"}"#,
            r#"{"list":[{"inner":{"api_key":"hunter2"}}]}"#,
            r#"{"approval_url":"http://127.0.0.1/enroll/hunter2"}"#,
            r#"{"poll_token":"hunter2","client_assertion":"hunter2"}"#,
            "{\"value\":\"hunter2\"}\n{\"token\":\"hunter2\"}\n",
            "hunter2, not JSON at all",
        ] {
            let shown = shown(body);
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        assert!(shown(r#"{"name":"deploy-bot"}"#).contains("deploy-bot"));
        assert!(shown(r#"{"approval_url":"http://h/enroll/x"}"#).contains("http://h/enroll/"));
    }

    #[test]
    fn a_long_body_is_cut_in_both_directions() {
        let many = format!("[{}1]", "1,".repeat(100));
        assert!(shown(&many).contains("more lines"));
        let long = format!("[\"{}\"]", "x".repeat(500));
        assert!(shown(&long).lines().all(|line| line.chars().count() < 130));
    }

    #[test]
    fn the_credential_of_a_request_is_not_shown() {
        let request = Request::get("http://127.0.0.1/v1/vaults")
            .header(AUTHORIZATION, "Bearer hunter2")
            .body(Bytes::new())
            .unwrap();
        let shown = show_request("agent", &request);
        assert!(shown.contains("GET /v1/vaults") && shown.contains("Bearer"));
        let polling = Request::get("http://127.0.0.1/v1/agents/enroll/1/status?poll=hunter2")
            .body(Bytes::new())
            .unwrap();
        assert!(!show_request("agent", &polling).contains("hunter2"));
        assert!(!shown.contains("hunter2"));
    }
}
