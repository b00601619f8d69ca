//! Answering what agents ask.
//!
//! Invariants:
//! - Opening a page answers nothing, whoever opens it.
//! - Everything the agent chose stands in a box that says so.

use super::confirm::{Confirming, confirmation};
use super::form::{Form, FormToken};
use super::names::Names;
use super::page::{Message, PageResult, Section, Shell, Step, page};
use super::session::{Signed, SignedForm};
use super::view::{FullMoment, Moment, Pill, filters};
use crate::ServerState;
use crate::extract::{Path, Query};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::approvals::{self, Approval, Decision, Filter, Grant};
use oneclaw_app::{Kind, reauth, vaults};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::ApprovalId;
use oneclaw_core::model::approval::{ApprovalStatus, CONFIRMED_TIER, GrantMode};
use oneclaw_core::model::purpose::Purpose;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/approvals", get(list))
        .route("/approvals/{id}", get(review))
        .route("/approvals/{id}/approve", post(approve))
        .route("/approvals/{id}/deny", post(deny))
        .route("/approvals/{id}/mail", post(mail_code))
}

#[derive(Deserialize)]
struct Suggestion {
    choice: Option<String>,
}

/// A question with what it takes to answer it.
#[derive(Template)]
#[template(path = "approval.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a page shows or leaves out"
)]
struct ReviewPage {
    approval: Approval,
    email: String,
    agent: String,
    /// The vault that access is asked to, by name.
    vault: Option<String>,
    pattern: String,
    permissions: String,
    /// Whether a value is asked for, which is typed here.
    asks_for_value: bool,
    /// Whether reading is asked for, so that using without seeing may be granted instead.
    asks_to_read: bool,
    state: Pill,
    created: FullMoment,
    expires: FullMoment,
    decided: Option<FullMoment>,
    is_open: bool,
    /// What saying yes is confirmed with, where the risk asks for it.
    confirming: Option<Confirming>,
    /// Whether a code for that was mailed just now.
    mailed: bool,
    suggestion: Option<&'static str>,
    approve_token: FormToken,
    deny_token: FormToken,
    mail_token: FormToken,
    form: Form,
}

impl ReviewPage {
    /// What a browser needs, where saying yes takes a passkey.
    fn passkey(&self) -> Option<&str> {
        self.confirming.as_ref()?.passkey.as_deref()
    }
}

async fn review(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<ApprovalId>,
    Query(suggestion): Query<Suggestion>,
) -> PageResult {
    let suggestion = match suggestion.choice.as_deref() {
        Some("allow") => Some("Approve"),
        Some("deny") => Some("Deny"),
        _ => None,
    };
    show(&state, &signed, id, (suggestion, false), Form::default()).await
}

async fn show(
    state: &ServerState,
    signed: &Signed,
    id: ApprovalId,
    (suggestion, mailed): (Option<&'static str>, bool),
    form: Form,
) -> PageResult {
    let approval = match approvals::find(state.app(), &signed.caller, id).await {
        Ok(approval) => approval,
        Err(error) if *error.kind() == Kind::NotFound => return not_yours(signed, &error),
        Err(error) => return Err(error.into()),
    };
    let now = state.app().now();
    let names = Names::load(state, signed).await?;
    let vault = match &approval.access {
        Some(access) => match vaults::find(state.app(), &signed.caller, access.vault).await {
            Ok(vault) => Some(vault.name),
            Err(error) if *error.kind() == Kind::NotFound => Some(access.vault.to_string()),
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let asked = approval.access.as_ref();
    let base = format!("/approvals/{id}");
    let is_open = approval.status == ApprovalStatus::Pending;
    let confirming = if is_open && approval.risk_tier >= CONFIRMED_TIER {
        Some(Confirming::load(state, &signed.caller).await?)
    } else {
        None
    };
    let review = ReviewPage {
        email: signed.profile.email.clone(),
        agent: names.of(Principal::Agent(approval.agent)),
        vault,
        pattern: asked.map_or_else(String::new, |access| access.pattern.clone()),
        permissions: asked.map_or_else(String::new, |access| access.permissions.join(", ")),
        asks_for_value: approval.action == approvals::PROVIDE_SECRET,
        asks_to_read: asked
            .is_some_and(|access| access.permissions.iter().any(|word| word == "read")),
        state: status_pill(approval.status),
        created: FullMoment::new(approval.created_at, now),
        expires: FullMoment::new(approval.expires_at, now),
        decided: approval.decided_at.map(|at| FullMoment::new(at, now)),
        is_open,
        confirming,
        mailed,
        suggestion,
        approve_token: signed.form_token(state, &format!("{base}/approve")),
        mail_token: signed.form_token(state, &format!("{base}/mail")),
        deny_token: signed.form_token(state, &format!("{base}/deny")),
        approval,
        form,
    };
    page(review.form.status(), &review)
}

/// One page for a question that is not there and for one that is somebody else's.
fn not_yours(signed: &Signed, error: &oneclaw_app::Error) -> PageResult {
    let message = Message::new("No such request for you")
        .say(error.sentence().to_owned())
        .say(format!("You are signed in as {}.", signed.profile.email))
        .then(Step::link("/approvals", "See your approvals"));
    page(StatusCode::NOT_FOUND, &message)
}

async fn approve(
    State(state): State<ServerState>,
    Path(id): Path<ApprovalId>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let grant = GrantMode::parse(fields.text("mode"))
        .ok()
        .map(|mode| Grant {
            mode,
            seconds: (mode == GrantMode::Duration)
                .then(|| fields.text("seconds").trim().parse().ok())
                .flatten(),
            permissions: (fields.text("use_only") == "yes").then(|| vec!["use".to_owned()]),
        });
    let answer = match fields.take_secret("value") {
        value if value.is_empty() => Decision::Approve(grant),
        value => Decision::Provide(value),
    };
    let reason = fields.optional("reason");
    let decided = async {
        let (caller, purpose) = (&signed.caller, Purpose::ApprovalDecide);
        let confirm = confirmation(&state, caller, purpose, &mut fields).await?;
        approvals::decide(state.app(), caller, id, answer, reason, confirm).await
    };
    match decided.await {
        Ok(_) => show(&state, &signed, id, (None, false), Form::default()).await,
        Err(error) if *error.kind() == Kind::Conflict => {
            show(&state, &signed, id, (None, false), Form::default()).await
        }
        Err(error) if *error.kind() == Kind::NotFound => not_yours(&signed, &error),
        Err(error) => show(&state, &signed, id, (None, false), fields.refused(error)?).await,
    }
}

/// Mails a code to say yes with.
async fn mail_code(
    State(state): State<ServerState>,
    Path(id): Path<ApprovalId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match reauth::mail_code(state.app(), &signed.caller).await {
        Ok(()) => show(&state, &signed, id, (None, true), Form::default()).await,
        Err(error) => show(&state, &signed, id, (None, false), fields.refused(error)?).await,
    }
}

async fn deny(
    State(state): State<ServerState>,
    Path(id): Path<ApprovalId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let reason = fields.optional("reason");
    let denied = approvals::decide(
        state.app(),
        &signed.caller,
        id,
        Decision::Reject,
        reason,
        None,
    );
    match denied.await {
        Ok(_) => show(&state, &signed, id, (None, false), Form::default()).await,
        Err(error) if *error.kind() == Kind::Conflict => {
            show(&state, &signed, id, (None, false), Form::default()).await
        }
        Err(error) if *error.kind() == Kind::NotFound => not_yours(&signed, &error),
        Err(error) => show(&state, &signed, id, (None, false), fields.refused(error)?).await,
    }
}

fn status_pill(status: ApprovalStatus) -> Pill {
    match status {
        ApprovalStatus::Pending => Pill::waiting("pending"),
        ApprovalStatus::Approved => Pill::ok("approved"),
        ApprovalStatus::Rejected => Pill::no("rejected"),
        ApprovalStatus::Expired => Pill::idle("expired"),
        ApprovalStatus::Cancelled => Pill::idle("cancelled"),
    }
}

/// Which questions the list shows.
#[derive(Deserialize)]
struct Tab {
    #[serde(default)]
    tab: String,
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct ListPage {
    shell: Shell,
    is_decided: bool,
    rows: Vec<Row>,
}

struct Row {
    id: ApprovalId,
    agent: String,
    action: String,
    pattern: String,
    state: Pill,
    created: Moment,
    is_open: bool,
}

async fn list(
    State(state): State<ServerState>,
    signed: Signed,
    Query(Tab { tab }): Query<Tab>,
) -> PageResult {
    let is_decided = tab == "decided";
    let now = state.app().now();
    let filter = Filter {
        status: (!is_decided).then_some(ApprovalStatus::Pending),
        ..Filter::default()
    };
    let listed = approvals::list(state.app(), &signed.caller, filter).await?;
    let names = Names::load(&state, &signed).await?;
    let row = |approval: Approval| Row {
        id: approval.id,
        agent: names.of(Principal::Agent(approval.agent)),
        action: approval.action,
        pattern: approval
            .access
            .map_or_else(String::new, |access| access.pattern),
        state: status_pill(approval.status),
        created: Moment::new(approval.created_at, now),
        is_open: approval.status == ApprovalStatus::Pending,
    };
    let rows = listed
        .into_iter()
        .map(row)
        .filter(|row| row.is_open != is_decided)
        .collect();
    let shell = Shell::load(&state, signed, Section::Approvals).await?;
    page(
        StatusCode::OK,
        &ListPage {
            shell,
            is_decided,
            rows,
        },
    )
}
