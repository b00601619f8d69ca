//! Roles, and people who leave.
//!
//! Invariants: an organisation always has an owner; only owners make, change and remove owners; what
//! is taken away no longer counts from the next request on.

use super::{Member, handover, member_of, no_such_member};
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::tokens::SESSION_EPOCH_LIFE;
use crate::{App, oauth, webhooks};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Role;
use oneclaw_core::id::{OrgId, UserId};
use std::str::FromStr as _;

fn last_owner() -> Error {
    Error::conflict("An organisation needs an owner. Make somebody else an owner first.")
}

/// A member that the caller may change, with the role they have now.
async fn changeable(op: &mut Op, live: &Live, user: UserId) -> Result<Role> {
    let row = op.tx().find_member(live.org, user).await?;
    let row = row.ok_or_else(no_such_member)?;
    let role = Role::from_str(&row.role).map_err(Error::internal)?;
    if role == Role::Owner && live.role != Some(Role::Owner) {
        return Err(Error::forbidden("Only owners can do this to an owner."));
    }
    Ok(role)
}

async fn is_last_owner(op: &mut Op, live: &Live, role: Role) -> Result<bool> {
    let members = op.tx().list_members(live.org).await?;
    let owners = members
        .iter()
        .filter(|member| member.role == Role::Owner.as_str());
    Ok(role == Role::Owner && owners.count() == 1)
}

/// Gives a member another role.
pub async fn set_role(app: &App, caller: &Caller, user: UserId, role: Role) -> Result<Member> {
    caller.user()?;
    let by = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&by).await?;
            live.require_admin()?;
            let before = changeable(op, &live, user).await?;
            if role == Role::Owner && live.role != Some(Role::Owner) {
                return Err(Error::forbidden("Only owners can make somebody an owner."));
            }
            if role != Role::Owner && is_last_owner(op, &live, before).await? {
                return Err(last_owner());
            }
            op.tx()
                .set_member_role(live.org, user, role.as_str())
                .await?;
            op.tx().bump_epoch(user.as_uuid()).await?;
            if role == Role::Member {
                webhooks::end_of(op, &by, live.org, user).await?;
                oauth::end_of_former_admin(op, &by, live.org, user).await?;
            }
            let details = Details::new()
                .text("from", before.as_str())
                .text("to", role.as_str());
            op.log(entry_of(
                &by,
                "member.role",
                ("user", user.to_string()),
                details,
            ));
            let row = op.tx().find_member(live.org, user).await?;
            member_of(row.ok_or_else(no_such_member)?)
        })
    })
    .await
}

/// Removes a member, or oneself. Their sessions, personal keys and webhooks here, what they shared and
/// the policies that concern them end with it. Their vaults and agents go to an owner, the agents
/// switched off: they can be switched on again once their key is rotated.
pub async fn remove(app: &App, caller: &Caller, user: UserId) -> Result<()> {
    let own = caller.user()?;
    let (app_in, by) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&by).await?;
            if user != own {
                live.require_admin()?;
            }
            let role = changeable(op, &live, user).await?;
            if is_last_owner(op, &live, role).await? {
                return Err(last_owner());
            }
            let ended = end_traces(&app_in, op, &by, live.org, user).await?;
            if !op.tx().delete_member(live.org, user).await? {
                return Err(no_such_member());
            }
            op.tx().bump_epoch(user.as_uuid()).await?;
            op.log(entry_of(
                &by,
                "member.remove",
                ("user", user.to_string()),
                ended.note(Details::new().text("role", role.as_str())),
            ));
            Ok(())
        })
    })
    .await
}

/// How much ended with somebody's membership.
pub(crate) struct Ended {
    agents: usize,
    vaults: usize,
    keys: usize,
    webhooks: usize,
    assistants: usize,
    shares: u64,
    policies: u64,
}

impl Ended {
    /// Adds the numbers to an entry of the log.
    pub(crate) fn note(&self, details: Details) -> Details {
        details
            .int("agents", self.agents)
            .int("vaults", self.vaults)
            .int("api_keys", self.keys)
            .int("webhooks", self.webhooks)
            .int("assistants", self.assistants)
            .int("shares", self.shares)
            .int("policies", self.policies)
    }
}

/// Ends what a member's rights have left behind in an organisation. A personal key ends for good: a
/// later invitation must not bring it back to life.
pub(crate) async fn end_traces(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    user: UserId,
) -> Result<Ended> {
    let now = op.now();
    for session in op.tx().list_live_sessions(user).await? {
        if session.org_id == org {
            op.tx().revoke_session(session.id, now).await?;
            op.tx()
                .bump_epoch_until(session.id.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
                .await?;
        }
    }
    // What they approved on other devices and no program has collected may be for here.
    op.tx().withdraw_device_approvals(user).await?;
    let vaults = op
        .tx()
        .list_vaults_with_policies_for(org, user.as_uuid())
        .await?;
    for vault in vaults {
        op.tx().bump_epoch(vault).await?;
    }
    let policies = op.tx().delete_policies_of(org, user.as_uuid()).await?;
    let shares = op.tx().end_shares_by(org, user.as_uuid(), now).await?;
    let agents = end_agents(op, caller, org, user).await?;
    Ok(Ended {
        agents,
        vaults: handover::hand_over(app, op, caller, (org, user), agents).await?,
        keys: end_keys(op, org, user).await?,
        webhooks: webhooks::end_of(op, caller, org, user).await?,
        assistants: oauth::end_of_user(op, caller, org, user).await?,
        shares,
        policies,
    })
}

/// Switches the agents off that somebody let in. Whoever was shown a key has it still, so the key goes
/// too: switching the agent on again must not be enough.
async fn end_agents(op: &mut Op, caller: &Caller, org: OrgId, user: UserId) -> Result<usize> {
    let mut ended = 0;
    for mut agent in op.tx().list_agents(org).await? {
        if agent.created_by != user {
            continue;
        }
        ended += 1;
        if agent.is_active {
            agent.is_active = false;
            agent.token_epoch = agent.token_epoch.saturating_add(1);
            op.tx().update_agent(&agent).await?;
            op.log(entry(
                org,
                caller.actor(),
                caller.ip(),
                "agent.deactivate",
                ("agent", agent.id.to_string()),
                Details::new().uuid("let_in_by", user),
            ));
        }
        op.tx().drop_agent_key(org, agent.id).await?;
        op.tx().bump_epoch(agent.id.as_uuid()).await?;
    }
    Ok(ended)
}

async fn end_keys(op: &mut Op, org: OrgId, user: UserId) -> Result<usize> {
    let mut ended = 0;
    for key in op.tx().list_api_keys(org, user).await? {
        if key.is_active && op.tx().revoke_api_key(org, user, key.id).await? {
            op.tx().bump_epoch(key.id.as_uuid()).await?;
            ended += 1;
        }
    }
    Ok(ended)
}
