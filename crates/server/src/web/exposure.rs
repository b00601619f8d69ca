//! What an agent saw, as a list of what to replace. It works for agents that are switched off or deleted: that is when
//! it is needed.

use super::names::Names;
use super::page::{PageResult, Section, Shell, page};
use super::session::Signed;
use super::view::{FullMoment, Moment, Pill, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::exposure::{self, Exposure, Item};
use oneclaw_app::shares::Share;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::AgentId;
use oneclaw_core::model::exposure::{Kind, Status, Way};
use oneclaw_core::model::share::{RecipientType, ShareStatus};

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/agents/{id}/seen", get(show))
}

#[derive(Template)]
#[template(path = "agent_seen.html")]
struct SeenPage {
    shell: Shell,
    agent: AgentId,
    name: String,
    state: Pill,
    is_active: bool,
    is_deleted: bool,
    open: usize,
    rows: Vec<Row>,
    shares: Vec<Shared>,
}

/// One thing.
struct Row {
    path: String,
    vault: String,
    /// The page of the secret, where there is one.
    link: Option<String>,
    kind: &'static str,
    versions: String,
    state: Pill,
    replaced: Option<Moment>,
    first: FullMoment,
    last: Moment,
    times: i64,
}

/// One share.
struct Shared {
    path: String,
    to: String,
    opened: i64,
    state: Pill,
    made: Moment,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<AgentId>,
) -> PageResult {
    let now = state.app().now();
    let seen = exposure::find(state.app(), &signed.caller, id).await?;
    let names = Names::load(&state, &signed).await?;
    let template = SeenPage {
        shell: Shell::load(&state, signed, Section::Agents).await?,
        agent: id,
        state: state_pill(&seen),
        is_active: seen.is_active && !seen.is_deleted,
        is_deleted: seen.is_deleted,
        open: seen.open(),
        name: seen.agent_name,
        rows: seen
            .items
            .into_iter()
            .filter_map(|item| row(item, now))
            .collect(),
        shares: seen
            .shares
            .into_iter()
            .map(|share| shared(share, &names, now))
            .collect(),
    };
    page(StatusCode::OK, &template)
}

fn state_pill(seen: &Exposure) -> Pill {
    match (seen.is_deleted, seen.is_active) {
        (true, _) => Pill::idle("deleted"),
        (false, false) => Pill::idle("switched off"),
        (false, true) => Pill::ok("active"),
    }
}

fn row(item: Item, now: Timestamp) -> Option<Row> {
    let first = item.versions.iter().map(|seen| seen.first_at).min()?;
    let last = item.versions.iter().map(|seen| seen.last_at).max()?;
    let times = item.versions.iter().map(|seen| seen.times).sum();
    let link = match (item.kind, item.vault, item.current) {
        (Kind::Secret, Some(vault), Some(_)) => {
            Some(format!("/vaults/{vault}/secrets/{}", item.path))
        }
        _ => None,
    };
    Some(Row {
        versions: versions(&item),
        kind: match item.kind {
            Kind::Secret => "secret",
            Kind::Variable => "variable",
            Kind::Binding => "credential of a binding",
        },
        state: match item.status {
            Status::Open => Pill::no("replace it"),
            Status::Deleted => Pill::waiting("deleted here"),
            Status::Replaced => Pill::ok("replaced"),
            Status::OnlyUsed => Pill::idle("never shown"),
        },
        vault: item.vault_name.unwrap_or_default(),
        path: item.path,
        link,
        replaced: item.replaced_at.map(|at| Moment::new(at, now)),
        first: FullMoment::new(first, now),
        last: Moment::new(last, now),
        times,
    })
}

/// `1, 2 (wrote), 3 (used)`: versions that it was given bare, the others with how.
fn versions(item: &Item) -> String {
    let word = |way: Way| match way {
        Way::Read => "",
        Way::Wrote => " (wrote it)",
        Way::Used => " (used only)",
    };
    let versions = item.versions.iter().filter(|seen| seen.version > 0);
    let versions: Vec<String> = versions
        .map(|seen| format!("{}{}", seen.version, word(seen.way)))
        .collect();
    versions.join(", ")
}

fn shared(share: Share, names: &Names, now: Timestamp) -> Shared {
    let to = match (share.recipient, share.recipient_type) {
        (Some(principal), _) => names.of(principal),
        (None, RecipientType::ExternalEmail) => share.recipient_email.unwrap_or_default(),
        (None, RecipientType::AnyoneWithLink) => "anyone with the link".to_owned(),
        (None, _) => "somebody who left".to_owned(),
    };
    let is_used_up = share.access_count >= share.max_access_count;
    Shared {
        path: share.path,
        to,
        opened: share.access_count,
        state: match share.status {
            ShareStatus::Revoked => Pill::idle("taken back"),
            ShareStatus::Declined => Pill::idle("declined"),
            _ if share.is_expired || is_used_up => Pill::idle("over"),
            ShareStatus::Accepted | ShareStatus::Pending => Pill::waiting("can be opened"),
        },
        made: Moment::new(share.created_at, now),
    }
}
