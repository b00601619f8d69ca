//! Decoys: laying them out on the page of a secret, and what happened to them.

use super::form::FormToken;
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::honeytokens::{self, Honeytoken, Known, Query, RiskEvent};
use oneclaw_app::{Error, Kind};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{HoneytokenId, VaultId};
use oneclaw_core::path::SecretPath;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/decoys", get(list))
        .route("/decoys/{id}/delete", post(remove))
        .route("/vaults/{id}/decoy", post(make))
}

/// What the page of a secret says about decoys, to those who control the vault.
pub(super) struct DecoyCard {
    pub(super) id: Option<HoneytokenId>,
    pub(super) since: Option<Moment>,
    pub(super) read: i64,
    pub(super) pill: Pill,
    pub(super) action: String,
    pub(super) token: FormToken,
}

impl DecoyCard {
    pub(super) async fn load(
        state: &ServerState,
        signed: &Signed,
        vault: VaultId,
        path: &SecretPath,
    ) -> Result<Option<Self>, Error> {
        let now = state.app().now();
        let decoy = match honeytokens::look(state.app(), &signed.caller, vault, path).await? {
            Known::Hidden => return Ok(None),
            Known::Secret => None,
            Known::Decoy(decoy) => Some(decoy),
        };
        let action = decoy.as_ref().map_or_else(
            || format!("/vaults/{vault}/decoy"),
            |decoy| format!("/decoys/{}/delete", decoy.id),
        );
        Ok(Some(Self {
            id: decoy.as_ref().map(|decoy| decoy.id),
            since: decoy
                .as_ref()
                .map(|decoy| Moment::new(decoy.created_at, now)),
            read: decoy.map_or(0, |decoy| decoy.triggered_count),
            pill: Pill::waiting("laid out"),
            token: signed.form_token(state, &action),
            action,
        }))
    }
}

#[derive(Template)]
#[template(path = "decoys.html")]
struct DecoysPage {
    shell: Shell,
    rows: Vec<Row>,
    /// Absent for those who do not run the organisation.
    events: Option<Vec<Event>>,
}

struct Row {
    path: String,
    vault: VaultId,
    notes: String,
    read: i64,
    last: Option<Moment>,
}

struct Event {
    who: String,
    /// The page of the agent.
    link: Option<String>,
    path: String,
    severity: Pill,
    ip: String,
    at: Moment,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    let now = state.app().now();
    let names = Names::load(&state, &signed).await?;
    let decoys = honeytokens::list(state.app(), &signed.caller).await?;
    let events = match honeytokens::list_events(state.app(), &signed.caller, Query::default()).await
    {
        Ok(events) => Some(events),
        Err(error) if *error.kind() == Kind::Forbidden => None,
        Err(error) => return Err(error.into()),
    };
    let row = |decoy: Honeytoken| Row {
        path: decoy.path,
        vault: decoy.vault_id,
        notes: decoy.notes.unwrap_or_default(),
        read: decoy.triggered_count,
        last: decoy.last_triggered_at.map(|at| Moment::new(at, now)),
    };
    let template = DecoysPage {
        rows: decoys.into_iter().map(row).collect(),
        events: events.map(|events| {
            let event = |found| event(found, &names, now);
            events.into_iter().map(event).collect()
        }),
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

#[derive(serde::Deserialize)]
struct Payload {
    secret_path: String,
}

fn event(found: RiskEvent, names: &Names, now: Timestamp) -> Event {
    let principal = Principal::from_parts(&found.principal_type, found.principal_id).ok();
    let payload = serde_json::from_str::<Payload>(&found.payload);
    Event {
        link: match principal {
            Some(Principal::Agent(agent)) => Some(format!("/agents/{agent}/seen")),
            _ => None,
        },
        who: principal.map_or_else(String::new, |principal| names.of(principal)),
        path: payload.map_or_else(|_| String::new(), |payload| payload.secret_path),
        severity: match found.severity.as_str() {
            "critical" => Pill::no("agent stopped"),
            "high" => Pill::no("by a person"),
            _ => Pill::idle("test"),
        },
        ip: found.ip.unwrap_or_default(),
        at: Moment::new(found.created_at, now),
    }
}

async fn make(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let path = SecretPath::parse(fields.text("path"))
        .map_err(|error| Error::invalid("path", error.to_string()))?;
    honeytokens::create(state.app(), &signed.caller, id, &path, None).await?;
    let page = format!("/vaults/{id}/secrets/{path}");
    Ok(done(&page, Notice::SettingsSaved))
}

async fn remove(
    State(state): State<ServerState>,
    Path(id): Path<HoneytokenId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    honeytokens::delete(state.app(), &signed.caller, id).await?;
    Ok(done("/decoys", Notice::SettingsSaved))
}
