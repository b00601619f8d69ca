//! The audit log, newest first: filtered, drawn, and whether it is whole.

use super::names::Names;
use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use crate::extract::Query;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use chart::Chart;
use http::StatusCode;
use oneclaw_app::audit::{self, LoggedEvent, SignedCheckpoint, Verification};
use oneclaw_core::audit::Event;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

mod chart;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/audit", get(list))
}

/// Entries on a page.
const LISTED: i64 = 50;

/// Actions that the filter offers; any other can stand in the address.
const ACTIONS: [&str; 16] = [
    "access.denied",
    "secret.read",
    "secret.write",
    "secret.list",
    "secret.delete",
    "policy.create",
    "policy.delete",
    "vault.create",
    "vault.delete",
    "agent.register",
    "agent.deactivate",
    "enroll.requested",
    "enroll.approved",
    "enroll.reported",
    "share.access",
    "auth.failure",
];

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    shell: Shell,
    verification: Verification,
    /// The verification covers the log from its first entry on.
    is_all: bool,
    checkpoint: SignedCheckpoint,
    events: Vec<Row>,
    older: Option<String>,
    newer: Option<String>,
    chart: Chart,
    wanted: Wanted,
    chips: Vec<Chip>,
    actions: &'static [&'static str],
    principals: Vec<(String, String)>,
}

/// A filter that is on: what it says, and the page without it.
struct Chip {
    text: String,
    without: String,
}

/// An entry as shown.
pub(super) struct Row {
    pub(super) seq: u64,
    pub(super) action: String,
    pub(super) outcome: Option<Pill>,
    pub(super) who: String,
    pub(super) ip: Option<String>,
    pub(super) details: Vec<(String, String)>,
    pub(super) at: Moment,
}

/// What the address asks for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    action: String,
    actor: String,
    resource: String,
    from: String,
    to: String,
    offset: i64,
}

impl Wanted {
    fn query(&self) -> audit::Query {
        let some = |text: &str| {
            Some(text.trim())
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        // The log keeps the id alone; people choose by kind and name.
        let id = |actor: String| {
            actor
                .rsplit(':')
                .next()
                .map(str::to_owned)
                .unwrap_or(actor.clone())
        };
        audit::Query {
            resource_id: some(&self.resource),
            actor_id: some(&self.actor).map(id),
            action: some(&self.action),
            from: moment(&self.from, "00:00:00.000Z"),
            to: moment(&self.to, "23:59:59.999Z"),
            ..audit::Query::default()
        }
    }

    /// The address of this page with these changes.
    fn address(&self, changes: &[(&str, &str)]) -> String {
        let offset = self.offset.to_string();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("action", self.action.as_str()),
            ("actor", &self.actor),
            ("resource", &self.resource),
            ("from", &self.from),
            ("to", &self.to),
            ("offset", if self.offset > 0 { &offset } else { "" }),
        ] {
            let changed = changes.iter().find(|(changed, _)| *changed == name);
            let value = changed.map_or(value, |(_, value)| value);
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => "/audit".to_owned(),
            query => format!("/audit?{query}"),
        }
    }

    fn chips(&self, names: &Names) -> Vec<Chip> {
        let actor = Principal::parse(&self.actor)
            .map_or_else(|_| self.actor.clone(), |principal| names.of(principal));
        let filters = [
            ("action", &self.action, format!("action {}", self.action)),
            ("actor", &self.actor, format!("by {actor}")),
            (
                "resource",
                &self.resource,
                format!("about {}", self.resource),
            ),
            ("from", &self.from, format!("from {}", self.from)),
            ("to", &self.to, format!("to {}", self.to)),
        ];
        filters
            .into_iter()
            .filter(|(_, value, _)| !value.is_empty())
            .map(|(name, _, text)| Chip {
                text,
                without: self.address(&[(name, ""), ("offset", "")]),
            })
            .collect()
    }
}

/// A day, or a moment; whatever else stands in the address says nothing.
fn moment(text: &str, time: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse()
        .or_else(|_| format!("{text}T{time}").parse())
        .ok()
}

async fn list(
    State(state): State<ServerState>,
    signed: Signed,
    Query(mut wanted): Query<Wanted>,
) -> PageResult {
    let now = state.app().now();
    wanted.offset = wanted.offset.max(0);
    // One more than is shown tells whether there is an older page.
    let query = audit::Query {
        limit: Some(LISTED.saturating_add(1)),
        offset: Some(wanted.offset),
        ..wanted.query()
    };
    let mut events = audit::list(state.app(), &signed.caller, &query).await?;
    let shown = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let older = (events.len() > shown).then(|| wanted.offset.saturating_add(LISTED).to_string());
    events.truncate(shown);
    let chart = Chart::load(&state, &signed, &wanted, now).await?;
    let checkpoint = audit::checkpoint(state.app(), &signed.caller).await?;
    let verification = audit::verify(state.app(), &signed.caller, None, None, None).await?;
    let names = Names::load(&state, &signed).await?;
    let newer = wanted.offset.saturating_sub(LISTED).max(0).to_string();
    let template = AuditPage {
        is_all: u64::try_from(verification.events_checked)
            .is_ok_and(|checked| checked >= checkpoint.checkpoint.size),
        verification,
        checkpoint,
        events: rows(events, &names, now),
        older: older.map(|offset| wanted.address(&[("offset", &offset)])),
        newer: (wanted.offset > 0).then(|| {
            let newer = if newer == "0" { "" } else { &newer };
            wanted.address(&[("offset", newer)])
        }),
        chart,
        chips: wanted.chips(&names),
        wanted,
        actions: &ACTIONS,
        principals: names.choices(),
        shell: Shell::load(&state, signed, Section::Audit).await?,
    };
    page(StatusCode::OK, &template)
}

/// Entries as shown.
pub(super) fn rows(events: Vec<LoggedEvent>, names: &Names, now: Timestamp) -> Vec<Row> {
    events
        .into_iter()
        .map(|logged| row(logged, names, now))
        .collect()
}

fn row(logged: LoggedEvent, names: &Names, now: Timestamp) -> Row {
    let event = logged.event;
    Row {
        seq: event.seq,
        who: actor(&event, names),
        outcome: is_refusal(&event.action).then(|| Pill::no("denied")),
        details: details(&event),
        at: Moment::new(event.at, now),
        action: event.action.into_owned(),
        ip: event.ip,
    }
}

/// Whether an entry says that something was refused.
fn is_refusal(action: &str) -> bool {
    [".denied", "failure", ".refresh_reuse"]
        .iter()
        .any(|ending| action.ends_with(ending))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_other_filters() {
        let wanted = Wanted {
            action: "secret.read".to_owned(),
            from: "2026-11-23".to_owned(),
            offset: 50,
            ..Wanted::default()
        };
        assert_eq!(
            wanted.address(&[("action", ""), ("offset", "")]),
            "/audit?from=2026-11-23"
        );
        assert_eq!(
            wanted.address(&[("offset", "100")]),
            "/audit?action=secret.read&from=2026-11-23&offset=100"
        );
        assert_eq!(Wanted::default().address(&[]), "/audit");
        let query = wanted.query();
        assert_eq!(
            query.from.map(|at| at.to_string()).as_deref(),
            Some("2026-11-23T00:00:00.000Z")
        );
        assert_eq!(query.to, None);
    }
}
