//! Who takes over what somebody leaves behind in an organisation.
//!
//! Invariants: vaults and agents stay with the organisation, and somebody who is in it answers for them;
//! nothing of them comes back to whoever left with a new invitation.

use crate::App;
use crate::error::Result;
use crate::live::Caller;
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Role;
use oneclaw_core::id::{OrgId, UserId};

/// Who takes over: the owner who does the removing, else the one who has been there longest.
async fn heir(op: &mut Op, caller: &Caller, org: OrgId, leaving: UserId) -> Result<Option<Heir>> {
    let members = op.tx().list_members(org).await?;
    let mut owners: Vec<_> = members
        .into_iter()
        .filter(|member| member.role == Role::Owner.as_str() && member.user_id != leaving)
        .collect();
    let acting = owners
        .iter()
        .position(|owner| caller.principal().uuid() == owner.user_id.as_uuid());
    if owners.is_empty() {
        return Ok(None);
    }
    let owner = owners.swap_remove(acting.unwrap_or(0));
    Ok(Some(Heir {
        user: owner.user_id,
        email: owner.email,
    }))
}

struct Heir {
    user: UserId,
    email: String,
}

/// Gives vaults and agents to an owner, and tells them about the agents. Gives how many
/// vaults there were. To be called while they still are a member, once their agents are switched off.
pub(super) async fn hand_over(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    (org, user): (OrgId, UserId),
    agents: usize,
) -> Result<usize> {
    let Some(heir) = heir(op, caller, org, user).await? else {
        return Ok(0);
    };
    op.tx().hand_agents_over(org, user, heir.user).await?;
    let vaults = op.tx().hand_vaults_over(org, user, heir.user).await?;
    for vault in &vaults {
        op.tx().bump_epoch(vault.as_uuid()).await?;
    }
    if agents > 0 || !vaults.is_empty() {
        let details = Details::new()
            .uuid("to", heir.user)
            .int("agents", agents)
            .int("vaults", vaults.len());
        op.log(entry(
            org,
            caller.actor(),
            caller.ip(),
            "member.hand_over",
            ("user", user.to_string()),
            details,
        ));
    }
    if agents > 0 {
        let organisation = op.tx().find_organisation(org).await?;
        let message = Message::AgentsHandedOver {
            organisation: organisation.map_or_else(String::new, |found| found.name),
            agents,
            changed_at: op.now(),
            agents_link: format!("{}/agents", app.settings().public_url),
        };
        mail::queue(app, op, Some(org), &heir.email, &message).await?;
    }
    Ok(vaults.len())
}
