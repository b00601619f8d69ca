//! Answering a question, and granting what it asked for, in one unit of work.

use super::wanted::{checked_seconds, provided_kind};
use super::{
    Approval, GATED_READ, POLICY_CHANGE, PROVIDE_SECRET, approval_of, checked, concerns,
    details_of, missing, status_at,
};
use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Live};
use crate::op::Op;
use crate::policies;
use crate::reauth::Confirmation;
use crate::secrets::{self, PutRequest};
use crate::vaults::{self, require_control, vault_of};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{ApprovalId, PolicyId, VaultId};
use oneclaw_core::model::approval::{ApprovalStatus, CONFIRMED_TIER, GrantMode};
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Effect, Permission, PermissionSet};
use oneclaw_core::secret::SecretString;
use oneclaw_store::approvals::{Answer as StoredAnswer, ApprovalRow};
use std::time::Duration;

/// In what time an access for one use has to be used.
const ONCE_WITHIN: i64 = 24 * 60 * 60;

/// A person's answer.
pub enum Answer {
    /// Yes; how far, when it was a question for access. `None`: as was asked.
    Approve(Option<Grant>),
    /// The value that the agent lacks. It goes into the vault, and the agent sees it only as its policies allow.
    Provide(SecretString),
    /// No.
    Reject,
}

/// How far a yes goes.
#[derive(Clone, Debug)]
pub struct Grant {
    /// How long.
    pub mode: GrantMode,
    /// Until when, from now.
    pub seconds: Option<i64>,
    /// Fewer permissions than were asked for.
    pub permissions: Option<Vec<String>>,
}

/// Answers a question. Exactly one answer counts.
pub async fn decide(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    answer: Answer,
    reason: Option<String>,
    confirm: Option<SecretString>,
) -> Result<Approval> {
    caller.user()?;
    let reason = reason.map(|text| checked("reason", &text)).transpose()?;
    let reason = reason.filter(|text| !text.is_empty());
    let confirmation = match answer {
        Answer::Approve(_) | Answer::Provide(_) => needed(app, caller, id, confirm).await?,
        Answer::Reject => None,
    };
    let (app_in, by) = (app.clone(), caller.clone());
    let decided = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                if let Some(confirmation) = confirmation {
                    confirmation.spend(op, &by, Purpose::ApprovalDecide).await?;
                }
                answer_in_turn(&app_in, op, (&by, &live), id, answer, reason).await
            })
        })
        .await?;
    app.answered().notify_waiters();
    Ok(decided)
}

/// What confirms a yes, from a certain risk on, whatever the account has to confirm with; there is always
/// a code by mail. How risky a question is never changes.
async fn needed(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    presented: Option<SecretString>,
) -> Result<Option<Confirmation>> {
    let mut view = app.view(caller).await?;
    let row = view.tx.find_approval(caller.org(), id).await?;
    let row = row
        .filter(|row| concerns(row, &view.live))
        .ok_or_else(missing)?;
    drop(view);
    if row.risk_tier < CONFIRMED_TIER {
        return Ok(None);
    }
    Confirmation::check(app, caller, presented).await.map(Some)
}

async fn answer_in_turn(
    app: &App,
    op: &mut Op,
    (caller, live): (&Caller, &Live),
    id: ApprovalId,
    answer: Answer,
    reason: Option<String>,
) -> Result<Approval> {
    let now = op.now();
    let row = op.tx().find_approval(live.org, id).await?;
    let row = row.filter(|row| concerns(row, live)).ok_or_else(missing)?;
    let status = status_at(&row, now)?;
    if status != ApprovalStatus::Pending {
        return Err(over(status));
    }
    let (status, granted) = match answer {
        Answer::Approve(_) if row.action == PROVIDE_SECRET => {
            return Err(Error::invalid(
                "value",
                "Type the value that the agent asks for. It goes into the vault, not to the agent.",
            ));
        }
        Answer::Approve(grant) => (
            ApprovalStatus::Approved,
            give(op, caller, live, &row, grant).await?,
        ),
        Answer::Provide(value) => {
            provide(app, op, caller, live, &row, value).await?;
            (ApprovalStatus::Approved, None)
        }
        Answer::Reject => (ApprovalStatus::Rejected, None),
    };
    let stored = StoredAnswer {
        status: status.as_str(),
        at: now,
        by: Some(caller.user()?),
        reason: reason.as_deref(),
        grant_mode: granted.map(|(mode, _)| mode.as_str()),
        policy: granted.map(|(_, policy)| policy),
    };
    if !op.tx().decide_approval(live.org, id, &stored).await? {
        let fresh = op
            .tx()
            .find_approval(live.org, id)
            .await?
            .ok_or_else(missing)?;
        return Err(over(status_at(&fresh, now)?));
    }
    let (action, details) = match (status, granted) {
        (ApprovalStatus::Rejected, _) => ("approval.reject", details_of(&row)),
        (_, Some((mode, policy))) => (
            "approval.approve",
            details_of(&row)
                .text("grant", mode.as_str())
                .uuid("policy_id", policy),
        ),
        _ => ("approval.approve", details_of(&row)),
    };
    log(op, caller, action, id, details);
    let row = op.tx().find_approval(live.org, id).await?;
    approval_of(row.ok_or_else(missing)?, now)
}

fn log(op: &mut Op, caller: &Caller, action: &'static str, id: ApprovalId, details: Details) {
    op.log(entry_of(
        caller,
        action,
        ("approval", id.to_string()),
        details,
    ));
}

fn over(status: ApprovalStatus) -> Error {
    Error::conflict(match status {
        ApprovalStatus::Expired => {
            "This request has expired. Nobody refused it; the agent can ask again.".to_owned()
        }
        other => format!("This request was answered already: it is {other}."),
    })
}

/// Writes the policy that a question asks for, with the authority that this human has now.
async fn give(
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    row: &ApprovalRow,
    grant: Option<Grant>,
) -> Result<Option<(GrantMode, PolicyId)>> {
    let Some(vault) = row.vault_id else {
        if grant.is_some() {
            return Err(Error::invalid(
                "grant",
                "This request asks for no access, so there is none to grant.",
            ));
        }
        return Ok(None);
    };
    let now = op.now();
    let terms = Terms::new(row, grant, now)?;
    let held = op.tx().find_vault(live.org, vault).await?;
    require_control(live, &vault_of(held.ok_or_else(vaults::missing)?)?)?;
    if op.tx().find_agent(live.org, row.agent_id).await?.is_none() {
        return Err(Error::conflict("The agent that asked is no longer there."));
    }
    let principal = Principal::Agent(row.agent_id);
    let request = policies::CreateRequest {
        pattern: row.path_pattern.clone(),
        principal,
        permissions: terms.permissions,
        effect: None,
        priority: if row.action == GATED_READ {
            Some(priority_of_gate(op, live, vault, row).await?)
        } else {
            None
        },
        conditions: None,
        attribute_conditions: None,
        expires_at: terms.expires_at,
    };
    let policy = policies::insert_limited(op, caller, live, vault, request, terms.uses).await?;
    Ok(Some((terms.mode, policy.id)))
}

/// Stores the value that an agent lacks, as this human and with their authority.
async fn provide(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    row: &ApprovalRow,
    value: SecretString,
) -> Result<()> {
    let (PROVIDE_SECRET, Some(vault)) = (row.action.as_str(), row.vault_id) else {
        return Err(Error::invalid("value", "This request asks for no value."));
    };
    let path = SecretPath::parse(&row.path_pattern).map_err(Error::internal)?;
    let request = PutRequest {
        value,
        kind: provided_kind(&row.summary),
        metadata: None,
        expires_at: None,
        max_access_count: None,
    };
    secrets::put_in(app, op, (caller, live), vault, &path, request).await
}

/// What a grant comes down to.
struct Terms {
    mode: GrantMode,
    permissions: Vec<String>,
    expires_at: Option<Timestamp>,
    uses: Option<i64>,
}

impl Terms {
    fn new(row: &ApprovalRow, grant: Option<Grant>, now: Timestamp) -> Result<Self> {
        let asked: Vec<String> = serde_json::from_str(&row.permissions)?;
        let grant = grant.unwrap_or(Grant {
            mode: match (row.seconds, row.action.as_str()) {
                (Some(_), _) => GrantMode::Duration,
                (None, POLICY_CHANGE) => GrantMode::Always,
                (None, _) => GrantMode::Once,
            },
            seconds: row.seconds,
            permissions: None,
        });
        let seconds = checked_seconds("grant.seconds", grant.seconds)?;
        let seconds = match grant.mode {
            GrantMode::Once => Some(seconds.unwrap_or(ONCE_WITHIN)),
            GrantMode::Duration => Some(seconds.or(row.seconds).ok_or_else(|| {
                Error::invalid(
                    "grant.seconds",
                    "Say for how many seconds the access lasts.",
                )
            })?),
            GrantMode::Always if seconds.is_some() => {
                return Err(Error::invalid(
                    "grant.seconds",
                    "Access for good has no end. Choose the mode duration.",
                ));
            }
            GrantMode::Always => None,
        };
        let end = |seconds: i64| now.plus(Duration::from_secs(seconds.unsigned_abs()));
        Ok(Self {
            mode: grant.mode,
            permissions: narrowed(asked, grant.permissions)?,
            expires_at: seconds.map(end),
            uses: (grant.mode == GrantMode::Once).then_some(1),
        })
    }
}

/// The permissions to grant: those asked for, or fewer. Using a value without seeing it is less than
/// reading it.
fn narrowed(asked: Vec<String>, chosen: Option<Vec<String>>) -> Result<Vec<String>> {
    let Some(chosen) = chosen else {
        return Ok(asked);
    };
    let asked = PermissionSet::parse(&asked).map_err(Error::internal)?;
    let set = PermissionSet::parse(&chosen)
        .map_err(|error| Error::invalid("grant.permissions", error.to_string()))?;
    let may = |permission: Permission| {
        asked.contains(permission)
            || (permission == Permission::Use && asked.contains(Permission::Read))
    };
    if !set.iter().all(may) {
        return Err(Error::invalid(
            "grant.permissions",
            "An answer can grant less than was asked for, not more.",
        ));
    }
    Ok(chosen)
}

/// The priority of the strongest policy that lets the agent read there: what this grants takes the
/// place of its question, and beats nothing that the policy itself would not beat.
async fn priority_of_gate(
    op: &mut Op,
    live: &Live,
    vault: VaultId,
    row: &ApprovalRow,
) -> Result<i64> {
    let path = SecretPath::parse(&row.path_pattern).map_err(Error::internal)?;
    let policies = op
        .tx()
        .list_policies_for(live.org, vault, row.agent_id.as_uuid())
        .await?;
    let mut highest = 0;
    for policy in policies {
        let pattern = PathPattern::parse(&policy.path_pattern).map_err(Error::internal)?;
        let permissions: Vec<String> = serde_json::from_str(&policy.permissions)?;
        let reads = permissions
            .iter()
            .any(|word| word == Permission::Read.as_str());
        if policy.effect == Effect::Allow.as_str() && reads && pattern.matches(&path) {
            highest = highest.max(policy.priority);
        }
    }
    Ok(highest)
}
