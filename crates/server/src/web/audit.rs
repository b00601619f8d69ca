//! The audit log, newest first, and whether it is whole.

use super::names::Names;
use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{Moment, filters};
use crate::ServerState;
use crate::extract::Query;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::audit::{self, LoggedEvent, SignedCheckpoint, Verification};
use oneclaw_core::audit::Event;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/audit", get(list))
}

/// Entries on a page.
const LISTED: i64 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    shell: Shell,
    verification: Verification,
    /// The verification covers the log from its first entry on.
    is_all: bool,
    checkpoint: SignedCheckpoint,
    events: Vec<Row>,
    older: Option<i64>,
}

struct Row {
    seq: u64,
    action: String,
    who: String,
    ip: Option<String>,
    details: Vec<(String, String)>,
    at: Moment,
}

#[derive(Deserialize)]
struct Position {
    #[serde(default)]
    offset: i64,
}

async fn list(
    State(state): State<ServerState>,
    signed: Signed,
    Query(Position { offset }): Query<Position>,
) -> PageResult {
    let now = state.app().now();
    let offset = offset.max(0);
    // One more than is shown tells whether there is an older page.
    let query = audit::Query {
        limit: Some(LISTED.saturating_add(1)),
        offset: Some(offset),
        ..audit::Query::default()
    };
    let mut events = audit::list(state.app(), &signed.caller, &query).await?;
    let shown = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let older = (events.len() > shown).then(|| offset.saturating_add(LISTED));
    events.truncate(shown);
    let checkpoint = audit::checkpoint(state.app(), &signed.caller).await?;
    let verification = audit::verify(state.app(), &signed.caller, None, None, None).await?;
    let names = Names::load(&state, &signed).await?;
    let shell = Shell::load(&state, signed, Section::Audit).await?;
    let template = AuditPage {
        shell,
        is_all: u64::try_from(verification.events_checked)
            .is_ok_and(|checked| checked >= checkpoint.checkpoint.size),
        verification,
        checkpoint,
        events: events
            .into_iter()
            .map(|event| row(event, &names, now))
            .collect(),
        older,
    };
    page(StatusCode::OK, &template)
}

fn row(logged: LoggedEvent, names: &Names, now: Timestamp) -> Row {
    let event = logged.event;
    Row {
        seq: event.seq,
        who: actor(&event, names),
        details: details(&event),
        at: Moment::new(event.at, now),
        action: event.action.into_owned(),
        ip: event.ip,
    }
}

fn actor(event: &Event, names: &Names) -> String {
    let id = Uuid::parse_str(&event.actor_id).ok();
    let principal = id.and_then(|id| Principal::from_parts(&event.actor_type, id).ok());
    principal.map_or_else(|| "the server".to_owned(), |principal| names.of(principal))
}

/// What to show of the details: the words that people know things by, then the thing itself.
fn details(event: &Event) -> Vec<(String, String)> {
    let members: Map<String, Json> = serde_json::from_str(&event.details).unwrap_or_default();
    let mut shown: Vec<_> = members
        .into_iter()
        .map(|(name, value)| (name.replace('_', " "), in_words(value)))
        .collect();
    if shown.iter().all(|(_, value)| *value != event.resource_id) {
        shown.push((
            event.resource_type.clone().into_owned(),
            event.resource_id.clone(),
        ));
    }
    shown
}

fn in_words(value: Json) -> String {
    match value {
        Json::String(text) => text,
        Json::Array(values) => values
            .into_iter()
            .map(in_words)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}
