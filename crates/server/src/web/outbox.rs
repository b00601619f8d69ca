//! The mails this server wrote to the person who looks: what makes a server without a mail transport
//! complete.

use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::mail::{self, StoredMail};
use oneclaw_core::clock::Timestamp;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/outbox", get(list))
}

/// Mails on the page.
const LISTED: i64 = 50;

#[derive(Template)]
#[template(path = "outbox.html")]
struct OutboxPage {
    shell: Shell,
    sends_mail: bool,
    mails: Vec<Row>,
}

struct Row {
    subject: String,
    state: Pill,
    error: Option<String>,
    created: Moment,
    lines: Vec<Line>,
}

/// A line of a mail. Links of ours can be followed.
struct Line {
    text: String,
    is_link: bool,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    let now = state.app().now();
    let mails = mail::list_own(state.app(), &signed.caller, LISTED).await?;
    let base = format!("{}/", state.app().settings().public_url);
    let shell = Shell::load(&state, signed, Section::Outbox).await?;
    let mails = mails
        .into_iter()
        .map(|mail| row(mail, &base, now))
        .collect();
    page(
        StatusCode::OK,
        &OutboxPage {
            shell,
            sends_mail: state.app().sends_mail(),
            mails,
        },
    )
}

fn row(mail: StoredMail, base: &str, now: Timestamp) -> Row {
    let line = |text: &str| Line {
        text: text.to_owned(),
        is_link: text.starts_with(base),
    };
    let text = mail.text.as_ref().map_or("", |text| text.expose());
    Row {
        state: match mail.status.as_str() {
            "sent" => Pill::ok("sent"),
            "queued" => Pill::waiting("queued"),
            "failed" => Pill::no("failed"),
            _ => Pill::idle("kept here"),
        },
        subject: mail.subject,
        error: mail.last_error,
        created: Moment::new(mail.created_at, now),
        lines: text.lines().map(str::trim_end).map(line).collect(),
    }
}
