//! Approvals: an agent asks its human, and what the human allows holds from the next request on.
//!
//! Invariants:
//! - Only people answer, and only those who may see the question: the human who let the agent in,
//!   and those who run the organisation. Granting access takes control of the vault on top of that,
//!   at the moment of the answer.
//! - An answer and what it grants are one unit of work. What is granted is a policy like any other,
//!   written by that human, and never wider than what was asked for.
//! - A question that nobody answers expires. That is no refusal.
//! - Mails and links lead to a page; nothing is decided by opening anything.

use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Live};
use crate::mail::{self, Message};
use crate::op::Op;
use crate::{limits, vaults};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, ApprovalId, OrgId, PolicyId, UserId, VaultId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode, PENDING_LIFETIME};
use oneclaw_core::model::text::{parse_description, parse_name};
use oneclaw_core::path::SecretPath;
use oneclaw_store::approvals::{Answer, ApprovalRow, Page};
use std::str::FromStr as _;
use std::time::Duration;

mod decide;
mod wanted;

pub use decide::{Answer as Decision, Grant, decide};
use wanted::Wanted;

/// Asks for access that a 403 has named.
const ACCESS: &str = "access";
/// Asks for a policy.
const POLICY_CHANGE: &str = "policy_change";
/// Asks to read one secret whose policy wants a human's word each time.
const GATED_READ: &str = "secret.read";
/// Asks for a value that the agent lacks: a human types it, and it goes into the vault.
pub const PROVIDE_SECRET: &str = "secret.provide";
/// Largest JSON text of a summary.
const LARGEST_SUMMARY: usize = 16 * 1024;
/// How many questions of one agent may wait at the same time.
const WAITING_OF_AGENT: i64 = 20;
/// How many a list has at most.
const LONGEST_PAGE: i64 = 200;
/// How often a request that waits for an answer looks for one given on another node.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long a request may wait for an answer.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A question and its answer.
#[derive(Clone, Debug)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The organisation.
    pub org: OrgId,
    /// Whom it is put to.
    pub user: UserId,
    /// Who asks.
    pub agent: AgentId,
    /// What for.
    pub action: String,
    /// What kind of thing it concerns.
    pub target_type: String,
    /// Which one.
    pub target_id: String,
    /// 1 to 3.
    pub risk_tier: i64,
    /// Any JSON.
    pub summary: String,
    /// Why, in the agent's words.
    pub reason: Option<String>,
    /// The access it asks for.
    pub access: Option<AskedAccess>,
    /// Where it stands.
    pub status: ApprovalStatus,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was answered or taken back.
    pub decided_at: Option<Timestamp>,
    /// Who answered.
    pub decided_by: Option<UserId>,
    /// What they said to it.
    pub decision_reason: Option<String>,
    /// How long the granted access lasts.
    pub grant_mode: Option<GrantMode>,
    /// The policy that came of it.
    pub policy: Option<PolicyId>,
}

/// Access that an agent asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAccess {
    /// The vault.
    pub vault: VaultId,
    /// Glob over paths.
    pub pattern: String,
    /// What for.
    pub permissions: Vec<String>,
    /// For how long.
    pub seconds: Option<i64>,
}

/// What an agent asks.
#[derive(Clone, Debug)]
pub struct Request {
    /// What for.
    pub action: String,
    /// What kind of thing it concerns.
    pub target_type: String,
    /// Which one; may be empty.
    pub target_id: String,
    /// Any JSON.
    pub summary: serde_json::Value,
    /// Why.
    pub reason: Option<String>,
    /// 1 to 5.
    pub risk_tier: Option<i64>,
    /// For how long access is asked.
    pub seconds: Option<i64>,
}

/// A question whose texts are checked.
struct Question {
    action: String,
    target_type: String,
    target_id: String,
    summary: String,
    reason: Option<String>,
    risk_tier: i64,
    wanted: Option<Wanted>,
}

/// One answer for a question that is not there and for one that is somebody else's.
fn missing() -> Error {
    Error::not_found("There is no such request for you.")
}

fn checked(field: &'static str, text: &str) -> Result<String> {
    parse_description(text).map_err(|error| Error::invalid(field, error.to_string()))
}

impl Question {
    fn parse(request: Request, agent: AgentId) -> Result<Self> {
        let action = parse_name(&request.action)
            .map_err(|error| Error::invalid("action", error.to_string()))?;
        let summary = serde_json::to_string(&request.summary)?;
        if summary.len() > LARGEST_SUMMARY {
            return Err(Error::invalid(
                "summary",
                "The summary is larger than 16 KiB.",
            ));
        }
        let wanted = match action.as_str() {
            ACCESS | POLICY_CHANGE => {
                Some(Wanted::parse(&request.summary, request.seconds, agent)?)
            }
            PROVIDE_SECRET => Some(Wanted::value_at(&request.summary)?),
            _ => None,
        };
        let stated = match request.risk_tier.unwrap_or(1) {
            tier if (1..=5).contains(&tier) => tier.min(3),
            _ => {
                return Err(Error::invalid(
                    "risk_tier",
                    "The risk tier must be between 1 and 5.",
                ));
            }
        };
        let reason = request
            .reason
            .map(|text| checked("reason", &text))
            .transpose()?;
        Ok(Self {
            action,
            target_type: checked("target_type", &request.target_type)?,
            target_id: checked("target_id", &request.target_id)?,
            summary,
            reason: reason.filter(|text| !text.is_empty()),
            // What an agent says of its own risk can only raise it.
            risk_tier: stated.max(wanted.as_ref().map_or(1, Wanted::risk_tier)),
            wanted,
        })
    }
}

/// An agent asks its human.
pub async fn request(app: &App, caller: &Caller, request: Request) -> Result<Approval> {
    let agent = caller.agent()?;
    let question = Question::parse(request, agent)?;
    let (app_in, by) = (app.clone(), caller.clone());
    let asked = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                let row = ask(&app_in, op, &by, &live, agent, question).await?;
                let now = op.now();
                approval_of(row, now)
            })
        })
        .await?;
    app.wake_mail();
    Ok(asked)
}

/// Asks to read one path, for an agent whose policy wants a human's word first; the question that
/// waits already, if there is one. The answer to the read is [`Error::approval_required`].
pub async fn open_for_read(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
) -> Result<ApprovalId> {
    let agent = caller.agent()?;
    let (app_in, by, path) = (app.clone(), caller.clone(), path.clone());
    let id = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                let now = op.now();
                let waiting = op
                    .tx()
                    .find_waiting_approval(agent, now, GATED_READ, vault, path.as_str())
                    .await?;
                if let Some(row) = waiting {
                    return Ok(row.id);
                }
                let wanted = Wanted::read_of(vault, &path);
                let question = Question {
                    action: GATED_READ.to_owned(),
                    target_type: "secret".to_owned(),
                    target_id: path.as_str().to_owned(),
                    summary: wanted.summary(),
                    reason: None,
                    risk_tier: 1,
                    wanted: Some(wanted),
                };
                let row = ask(&app_in, op, &by, &live, agent, question).await?;
                Ok(row.id)
            })
        })
        .await?;
    app.wake_mail();
    Ok(id)
}

async fn ask(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    agent: AgentId,
    question: Question,
) -> Result<ApprovalRow> {
    let now = op.now();
    if op.tx().count_waiting_approvals(agent, now).await? >= WAITING_OF_AGENT {
        return Err(Error::rate_limited(
            "Too many of this agent's questions wait for an answer. Wait for one, or take one back.",
            Duration::from_mins(1),
        ));
    }
    if let Some(wanted) = &question.wanted {
        let vault = op.tx().find_vault(live.org, wanted.vault).await?;
        vault.ok_or_else(vaults::missing)?;
    }
    let wanted = question.wanted.as_ref();
    let row = ApprovalRow {
        id: op.new_id(),
        org_id: live.org,
        user_id: live.creator.unwrap_or(UserId::NIL),
        agent_id: agent,
        action: question.action,
        target_type: question.target_type,
        target_id: question.target_id,
        risk_tier: question.risk_tier,
        summary: question.summary,
        reason: question.reason,
        vault_id: wanted.map(|wanted| wanted.vault),
        path_pattern: wanted.map_or_else(String::new, |wanted| wanted.pattern.as_str().to_owned()),
        permissions: wanted.map_or_else(|| Ok("[]".to_owned()), Wanted::permissions_json)?,
        seconds: wanted.and_then(|wanted| wanted.seconds),
        status: ApprovalStatus::Pending.as_str().to_owned(),
        created_at: now,
        expires_at: now.plus(PENDING_LIFETIME),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        grant_mode: None,
        policy_id: None,
    };
    op.tx().insert_approval(&row).await?;
    op.log(entry_of(
        caller,
        "approval.request",
        ("approval", row.id.to_string()),
        details_of(&row),
    ));
    tell_humans(app, op, &row).await?;
    Ok(row)
}

/// What every entry about a question says.
fn details_of(row: &ApprovalRow) -> Details {
    let details = Details::new()
        .uuid("agent_id", row.agent_id)
        .text("action", &row.action)
        .int("risk_tier", row.risk_tier);
    match row.vault_id {
        Some(vault) => details
            .uuid("vault_id", vault)
            .text("pattern", &row.path_pattern),
        None => details,
    }
}

/// Mails the human who let the agent in; when they have left, those who own the organisation.
async fn tell_humans(app: &App, op: &mut Op, row: &ApprovalRow) -> Result<()> {
    let members = op.tx().list_members(row.org_id).await?;
    let is_asked = |user: UserId| user == row.user_id;
    let addressed = members.iter().any(|member| is_asked(member.user_id));
    let agent = op.tx().find_agent(row.org_id, row.agent_id).await?;
    let vault = match row.vault_id {
        Some(vault) => op.tx().find_vault(row.org_id, vault).await?,
        None => None,
    };
    let message = Message::ApprovalRequested {
        agent_name: agent.map_or_else(String::new, |agent| agent.name),
        action: row.action.clone(),
        vault: vault.map(|vault| vault.name),
        pattern: row.path_pattern.clone(),
        permissions: serde_json::from_str::<Vec<String>>(&row.permissions)?.join(", "),
        reason: row.reason.clone().unwrap_or_default(),
        expires_at: row.expires_at,
        review_link: format!("{}/approvals/{}", app.settings().public_url, row.id),
    };
    for member in members {
        let is_owner = member.role == Role::Owner.as_str();
        if !(is_asked(member.user_id) || (!addressed && is_owner)) {
            continue;
        }
        let user = op.tx().find_user(member.user_id).await?;
        if user.is_none_or(|user| user.email_verified_at.is_none()) {
            continue;
        }
        // One agent's questions must not keep those of others from being read.
        let subject = format!("approval\n{}\n{}", row.agent_id, member.email);
        let counter = app.counter(Limit::MailAddress, &subject);
        if limits::exceeded(op, &counter, Limit::MailAddress)
            .await?
            .is_none()
        {
            mail::queue(app, op, Some(row.org_id), &member.email, &message).await?;
        }
    }
    Ok(())
}

/// What a list is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those in this state.
    pub status: Option<ApprovalStatus>,
    /// How many.
    pub limit: Option<i64>,
    /// After how many.
    pub offset: Option<i64>,
}

/// The questions that the caller may answer or might have: owners and admins see all of their
/// organisation, others those put to them. Newest first.
pub async fn list(app: &App, caller: &Caller, filter: Filter) -> Result<Vec<Approval>> {
    let user = caller.user()?;
    let range = |field, value: Option<i64>, default: i64, least: i64| match value {
        Some(number) if number < least => Err(Error::invalid(
            field,
            format!("This must be a whole number from {least} on."),
        )),
        other => Ok(other.unwrap_or(default)),
    };
    let limit = range("limit", filter.limit, 50, 1)?.min(LONGEST_PAGE);
    let offset = range("offset", filter.offset, 0, 0)?;
    let mut view = app.view(caller).await?;
    let now = view.now;
    let page = Page {
        status: filter.status.map(ApprovalStatus::as_str),
        now,
        limit,
        offset,
    };
    let rows = if view.live.is_admin() {
        view.tx.list_approvals(caller.org(), &page).await?
    } else {
        view.tx
            .list_approvals_for(caller.org(), user, &page)
            .await?
    };
    rows.into_iter().map(|row| approval_of(row, now)).collect()
}

/// One question: for those who may answer it, and for the agent that asks.
pub async fn find(app: &App, caller: &Caller, id: ApprovalId) -> Result<Approval> {
    let mut view = app.view(caller).await?;
    let row = view.tx.find_approval(caller.org(), id).await?;
    let row = row.filter(|row| concerns(row, &view.live));
    approval_of(row.ok_or_else(missing)?, view.now)
}

/// Like [`find`], but waits for an answer for a while. The credential is checked again at each look,
/// so a wait does not outlive it.
pub async fn wait(app: &App, caller: &Caller, id: ApprovalId, wait: Duration) -> Result<Approval> {
    let end = tokio::time::Instant::now() + wait.min(LONGEST_WAIT);
    loop {
        let answered = app.answered().notified();
        tokio::pin!(answered);
        // Registered before looking, so that an answer between the two is not missed.
        answered.as_mut().enable();
        let found = find(app, caller, id).await?;
        let left = end.saturating_duration_since(tokio::time::Instant::now());
        if found.status != ApprovalStatus::Pending || left.is_zero() {
            return Ok(found);
        }
        tokio::select! {
            () = answered => {}
            () = tokio::time::sleep(left.min(LOOK_AGAIN)) => {}
        }
    }
}

/// Whether somebody may know of a question.
fn concerns(row: &ApprovalRow, live: &Live) -> bool {
    match live.principal {
        Principal::Agent(agent) => row.agent_id == agent,
        Principal::User(user) => row.user_id == user || live.is_admin(),
    }
}

/// Takes a question back: the agent its own, people those they may answer. One that was answered
/// stays as it is.
pub async fn cancel(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    reason: Option<String>,
) -> Result<Approval> {
    let reason = reason.map(|text| checked("reason", &text)).transpose()?;
    let by = caller.clone();
    let cancelled = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                let now = op.now();
                let row = op.tx().find_approval(live.org, id).await?;
                let row = row.filter(|row| concerns(row, &live)).ok_or_else(missing)?;
                let answer = Answer {
                    status: ApprovalStatus::Cancelled.as_str(),
                    at: now,
                    by: by.user().ok(),
                    reason: reason.as_deref(),
                    grant_mode: None,
                    policy: None,
                };
                if !op.tx().decide_approval(live.org, id, &answer).await? {
                    return approval_of(row, now);
                }
                op.log(entry_of(
                    &by,
                    "approval.cancel",
                    ("approval", id.to_string()),
                    details_of(&row),
                ));
                let row = op.tx().find_approval(live.org, id).await?;
                approval_of(row.ok_or_else(missing)?, now)
            })
        })
        .await?;
    app.answered().notify_waiters();
    Ok(cancelled)
}

fn status_at(row: &ApprovalRow, now: Timestamp) -> Result<ApprovalStatus> {
    let stored = ApprovalStatus::from_str(&row.status).map_err(Error::internal)?;
    Ok(stored.at(row.expires_at, now))
}

fn approval_of(row: ApprovalRow, now: Timestamp) -> Result<Approval> {
    let status = status_at(&row, now)?;
    let access = match row.vault_id {
        Some(vault) => Some(AskedAccess {
            vault,
            pattern: row.path_pattern,
            permissions: serde_json::from_str(&row.permissions)?,
            seconds: row.seconds,
        }),
        None => None,
    };
    let grant_mode = row.grant_mode.as_deref().map(GrantMode::from_str);
    Ok(Approval {
        id: row.id,
        org: row.org_id,
        user: row.user_id,
        agent: row.agent_id,
        action: row.action,
        target_type: row.target_type,
        target_id: row.target_id,
        risk_tier: row.risk_tier,
        summary: row.summary,
        reason: row.reason,
        access,
        status,
        created_at: row.created_at,
        expires_at: row.expires_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        decision_reason: row.decision_reason,
        grant_mode: grant_mode.transpose().map_err(Error::internal)?,
        policy: row.policy_id,
    })
}
