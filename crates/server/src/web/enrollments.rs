//! Deciding on agents that ask to join.
//!
//! Invariants:
//! - Opening the link changes nothing, whoever opens it. Deciding is a form of the right person.
//! - A request that is somebody else's looks exactly like one that does not exist.
//! - Everything the requester chose stands in a box that says so.

use super::form::{Fields, Form, FormToken};
use super::home::enroll_command;
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
use oneclaw_app::Kind;
use oneclaw_app::enrollments::{
    self, Approval, Approved, Delivery, Denial, Enrollment, Grant, GrantVault, RequestedAccess,
};
use oneclaw_app::vaults;
use oneclaw_core::id::{AgentId, EnrollmentId, VaultId};
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;
use std::net::IpAddr;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/enrollments", get(list))
        .route("/enrollments/{id}", get(review_by_id))
        .route("/enrollments/{id}/approve", post(approve_by_id))
        .route("/enrollments/{id}/deny", post(deny_by_id))
        .route("/enroll/{token}", get(review_by_link))
        .route("/enroll/{token}/approve", post(approve_by_link))
        .route("/enroll/{token}/deny", post(deny_by_link))
}

/// How a page names a request.
enum Target {
    /// By the token of its link.
    Link(String),
    /// By its id; enough for requests that name the person's address.
    Id(EnrollmentId),
}

impl Target {
    /// The path of its page.
    fn base(&self) -> String {
        match self {
            Self::Link(token) => format!("/enroll/{token}"),
            Self::Id(id) => format!("/enrollments/{id}"),
        }
    }

    fn token(&self) -> Option<SecretString> {
        match self {
            Self::Link(token) => Some(SecretString::from(token.clone())),
            Self::Id(_) => None,
        }
    }

    async fn find(&self, state: &ServerState, signed: &Signed) -> oneclaw_app::Result<Enrollment> {
        match self {
            Self::Link(token) => {
                enrollments::lookup(
                    state.app(),
                    &signed.caller,
                    &SecretString::from(token.clone()),
                )
                .await
            }
            Self::Id(id) => enrollments::find(state.app(), &signed.caller, *id).await,
        }
    }
}

/// The answer that a link in a mail suggests. It is only pointed out, never taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Allow,
    Deny,
}

impl Choice {
    /// How the mail's link is called.
    const fn label(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }

    /// The button for it.
    const fn button(self) -> &'static str {
        match self {
            Self::Allow => "Approve",
            Self::Deny => "Deny",
        }
    }
}

#[derive(Deserialize)]
struct Suggestion {
    choice: Option<String>,
}

impl Suggestion {
    fn choice(&self) -> Option<Choice> {
        match self.choice.as_deref() {
            Some("allow") => Some(Choice::Allow),
            Some("deny") => Some(Choice::Deny),
            _ => None,
        }
    }
}

#[derive(Template)]
#[template(path = "enroll.html")]
struct ReviewPage {
    request: Enrollment,
    email: String,
    /// What the agent will be called.
    name: String,
    created: FullMoment,
    expires: FullMoment,
    same_address: bool,
    choice: Option<Choice>,
    action: String,
    approve_token: FormToken,
    deny_token: FormToken,
    wishes: Vec<Wish>,
    vaults: Vec<(VaultId, String)>,
    form: Form,
}

/// A line of what the agent asks for, with what its human may make of it.
struct Wish {
    asked: RequestedAccess,
    /// The vault of that name or id.
    suggested: Option<VaultId>,
    /// Whether it asks for values.
    reads: bool,
    minutes: String,
}

impl Wish {
    fn new(asked: RequestedAccess, vaults: &[vaults::Vault]) -> Self {
        Self {
            suggested: enrollments::suggested(&asked, vaults),
            reads: asked.permissions.iter().any(|word| word == "read"),
            minutes: asked
                .duration_seconds
                .map_or_else(String::new, |seconds| (seconds / 60).max(1).to_string()),
            asked,
        }
    }

    fn has(&self, permission: &str) -> bool {
        self.asked.permissions.iter().any(|word| word == permission)
    }

    fn is_suggested(&self, vault: &VaultId) -> bool {
        self.suggested.as_ref() == Some(vault)
    }
}

async fn review_by_link(
    State(state): State<ServerState>,
    signed: Signed,
    Path(token): Path<String>,
    Query(suggestion): Query<Suggestion>,
) -> PageResult {
    review(
        &state,
        &signed,
        &Target::Link(token),
        suggestion.choice(),
        Form::default(),
    )
    .await
}

async fn review_by_id(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<EnrollmentId>,
    Query(suggestion): Query<Suggestion>,
) -> PageResult {
    review(
        &state,
        &signed,
        &Target::Id(id),
        suggestion.choice(),
        Form::default(),
    )
    .await
}

/// The request, to be decided or decided already.
async fn review(
    state: &ServerState,
    signed: &Signed,
    target: &Target,
    choice: Option<Choice>,
    form: Form,
) -> PageResult {
    let request = match target.find(state, signed).await {
        Ok(request) if request.status == EnrollmentStatus::Pending => request,
        Ok(request) => return page(StatusCode::OK, &DecidedPage::new(state, request)),
        Err(error) if *error.kind() == Kind::NotFound => return not_yours(signed, &error),
        Err(error) => return Err(error.into()),
    };
    let now = state.app().now();
    let base = target.base();
    let address = |ip: &IpAddr| ip.to_canonical().to_string();
    let name = if form.value("name").is_empty() {
        request.name.clone()
    } else {
        form.value("name").to_owned()
    };
    let mut vaults = Vec::new();
    if !request.access.is_empty() {
        vaults = vaults::list(state.app(), &signed.caller).await?;
        vaults.retain(|vault| !vault.name.starts_with("__"));
    }
    let wishes = request.access.iter().cloned();
    let wishes = wishes.map(|asked| Wish::new(asked, &vaults)).collect();
    let review = ReviewPage {
        wishes,
        vaults: vaults
            .into_iter()
            .map(|vault| (vault.id, vault.name))
            .collect(),
        email: signed.profile.email.clone(),
        name,
        created: FullMoment::new(request.created_at, now),
        expires: FullMoment::new(request.expires_at, now),
        same_address: request.ip.is_some()
            && request.ip == signed.caller.ip().as_ref().map(address),
        choice,
        approve_token: signed.form_token(state, &format!("{base}/approve")),
        deny_token: signed.form_token(state, &format!("{base}/deny")),
        action: base,
        request,
        form,
    };
    page(review.form.status(), &review)
}

/// One page for a request that is not there and for one that is somebody else's.
fn not_yours(signed: &Signed, error: &oneclaw_app::Error) -> PageResult {
    let message = Message::new("No such request for you")
        .say(error.sentence().to_owned())
        .say(format!("You are signed in as {}.", signed.profile.email))
        .then(Step::link("/enrollments", "See your requests"));
    page(StatusCode::NOT_FOUND, &message)
}

async fn approve_by_link(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    form: SignedForm,
) -> PageResult {
    approve(&state, &Target::Link(token), form).await
}

async fn approve_by_id(
    State(state): State<ServerState>,
    Path(id): Path<EnrollmentId>,
    form: SignedForm,
) -> PageResult {
    approve(&state, &Target::Id(id), form).await
}

async fn approve(
    state: &ServerState,
    target: &Target,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = match target.find(state, &signed).await {
        Ok(request) => request,
        Err(error) if *error.kind() == Kind::NotFound => return not_yours(&signed, &error),
        Err(error) => return Err(error.into()),
    };
    let grants = match granted(&fields, request.access.len()) {
        Ok(grants) => grants,
        Err(error) => {
            let form = fields.refused(error)?;
            return review(state, &signed, target, Some(Choice::Allow), form).await;
        }
    };
    let approval = Approval {
        token: target.token(),
        name: Some(fields.text("name").to_owned()),
        phrase: fields.optional("phrase"),
        grants,
        seen: fields.optional("request_hash"),
    };
    match enrollments::approve(state.app(), &signed.caller, request.id, approval).await {
        Ok(approved) => page(
            StatusCode::OK,
            &DecidedPage::approved(state, &signed, approved),
        ),
        Err(error) if is_decided(&error) => {
            review(state, &signed, target, None, Form::default()).await
        }
        Err(error) => {
            review(
                state,
                &signed,
                target,
                Some(Choice::Allow),
                fields.refused(error)?,
            )
            .await
        }
    }
}

async fn deny_by_link(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    form: SignedForm,
) -> PageResult {
    deny(&state, &Target::Link(token), form).await
}

async fn deny_by_id(
    State(state): State<ServerState>,
    Path(id): Path<EnrollmentId>,
    form: SignedForm,
) -> PageResult {
    deny(&state, &Target::Id(id), form).await
}

async fn deny(
    state: &ServerState,
    target: &Target,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = match target.find(state, &signed).await {
        Ok(request) => request,
        Err(error) if *error.kind() == Kind::NotFound => return not_yours(&signed, &error),
        Err(error) => return Err(error.into()),
    };
    let denial = Denial {
        token: target.token(),
        reason: fields.optional("reason"),
        report: fields.text("report") == "yes",
    };
    let is_reported = denial.report;
    match enrollments::deny(state.app(), &signed.caller, request.id, denial).await {
        Ok(request) => {
            let decided = DecidedPage {
                is_reported,
                ..DecidedPage::new(state, request)
            };
            page(StatusCode::OK, &decided)
        }
        Err(error) if is_decided(&error) => {
            review(state, &signed, target, None, Form::default()).await
        }
        Err(error) => {
            review(
                state,
                &signed,
                target,
                Some(Choice::Deny),
                fields.refused(error)?,
            )
            .await
        }
    }
}

/// The grants that are ticked, as they were narrowed.
fn granted(fields: &Fields, wishes: usize) -> oneclaw_app::Result<Vec<Grant>> {
    let ticked = (0..wishes).filter(|index| fields.text(&format!("grant-{index}")) == "yes");
    let grant = |index: usize| {
        let text = |name: &str| fields.text(&format!("{name}-{index}")).trim().to_owned();
        let vault = match text("vault").parse() {
            Ok(id) => GrantVault::Existing(id),
            Err(_) => GrantVault::New(text("new-vault")),
        };
        let minutes = Some(text("minutes")).filter(|minutes| !minutes.is_empty());
        let seconds = minutes.map(|minutes| {
            let minutes: Option<i64> = minutes.parse().ok();
            minutes
                .and_then(|minutes| minutes.checked_mul(60))
                .ok_or_else(|| oneclaw_app::Error::invalid("grants", "Minutes are a whole number."))
        });
        Ok(Grant {
            vault,
            pattern: text("pattern"),
            permissions: fields.all(&format!("permissions-{index}")),
            seconds: seconds.transpose()?,
        })
    };
    ticked.map(grant).collect()
}

/// Somebody was faster, or it is too late: then the page shows what became of the request.
fn is_decided(error: &oneclaw_app::Error) -> bool {
    matches!(error.kind(), Kind::Conflict | Kind::Gone)
}

/// What became of a request.
#[derive(Template)]
#[template(path = "enroll_done.html")]
struct DecidedPage {
    request: Enrollment,
    state: Pill,
    heading: &'static str,
    sentence: &'static str,
    created: FullMoment,
    decided: Option<FullMoment>,
    /// Right after approving: how to get the key.
    reveal: Option<Reveal>,
    /// Right after approving: where the key was mailed.
    mailed_to: Option<String>,
    /// Right after approving: the agent goes on by itself.
    collects: bool,
    /// Right after approving: how many policies it came with.
    granted: usize,
    /// Right after denying: whether it was reported too.
    is_reported: bool,
}

struct Reveal {
    action: String,
    token: FormToken,
}

impl DecidedPage {
    fn new(state: &ServerState, request: Enrollment) -> Self {
        let now = state.app().now();
        let (heading, sentence) = match request.status {
            EnrollmentStatus::Approved => (
                "The agent was let in",
                "It exists in your organisation, and reaches what your policies open to it and nothing else.",
            ),
            EnrollmentStatus::Denied => (
                "The agent was turned away",
                "It has no account and no key. It can ask again.",
            ),
            _ => (
                "The request has expired",
                "Nobody answered within 24 hours, so nothing happened. The agent can ask again.",
            ),
        };
        Self {
            state: status_pill(request.status),
            heading,
            sentence,
            created: FullMoment::new(request.created_at, now),
            decided: request.decided_at.map(|at| FullMoment::new(at, now)),
            request,
            reveal: None,
            mailed_to: None,
            collects: false,
            granted: 0,
            is_reported: false,
        }
    }

    fn approved(state: &ServerState, signed: &Signed, approved: Approved) -> Self {
        let decided = Self {
            granted: approved.policies.len(),
            ..Self::new(state, approved.enrollment)
        };
        match approved.delivery {
            Delivery::Email { to } => Self {
                mailed_to: Some(to),
                ..decided
            },
            Delivery::Link { reveal_url } => {
                let action = reveal_url
                    .strip_prefix(&state.app().settings().public_url)
                    .unwrap_or_default()
                    .to_owned();
                let token = signed.form_token(state, &action);
                Self {
                    reveal: Some(Reveal { action, token }),
                    ..decided
                }
            }
            Delivery::Agent => Self {
                collects: true,
                ..decided
            },
        }
    }
}

fn status_pill(status: EnrollmentStatus) -> Pill {
    match status {
        EnrollmentStatus::Pending => Pill::waiting("pending"),
        EnrollmentStatus::Approved => Pill::ok("approved"),
        EnrollmentStatus::Denied => Pill::no("denied"),
        EnrollmentStatus::Expired => Pill::idle("expired"),
    }
}

#[derive(Template)]
#[template(path = "enrollments.html")]
struct ListPage {
    shell: Shell,
    waiting: Vec<Row>,
    decided: Vec<Row>,
    command: String,
}

struct Row {
    id: EnrollmentId,
    name: String,
    from: String,
    state: Pill,
    reason: Option<String>,
    agent: Option<AgentId>,
    created: Moment,
    expires: Moment,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    let now = state.app().now();
    let requests = enrollments::list(state.app(), &signed.caller).await?;
    let (waiting, decided): (Vec<_>, Vec<_>) = requests
        .into_iter()
        .partition(|request| request.status == EnrollmentStatus::Pending);
    let row = |request: Enrollment| Row {
        id: request.id,
        name: request.name,
        from: request.ip.unwrap_or_else(|| "unknown".to_owned()),
        state: status_pill(request.status),
        reason: request.decision_reason,
        agent: request.agent,
        created: Moment::new(request.created_at, now),
        expires: Moment::new(request.expires_at, now),
    };
    let command = enroll_command(&state, &signed.profile.email);
    let shell = Shell::load(&state, signed, Section::Requests).await?;
    let list = ListPage {
        shell,
        waiting: waiting.into_iter().map(row).collect(),
        decided: decided.into_iter().map(row).collect(),
        command,
    };
    page(StatusCode::OK, &list)
}
