//! How many vaults, secrets and agents an organisation may have. There is no limit unless its owners
//! or admins set one.
//!
//! Invariant: what counts against a limit is counted in the transaction that adds to it, under the
//! lock of the organisation's log, so that parallel requests cannot pass it together.

use crate::App;
use crate::agents::IDENTITY_VAULT;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::{Op, entry};
use oneclaw_core::audit::Details;
use oneclaw_core::id::OrgId;

/// The tier that a self-hosted organisation is in; a word that published clients print.
pub const TIER: &str = "self-hosted";

/// What can be limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// Vaults, without the one for agents' identity keys.
    Vaults,
    /// Secrets in all vaults, without agents' identity keys.
    Secrets,
    /// Agents.
    Agents,
}

impl Resource {
    /// Everything that can be limited.
    pub const ALL: [Self; 3] = [Self::Vaults, Self::Secrets, Self::Agents];

    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vaults => "vaults",
            Self::Secrets => "secrets",
            Self::Agents => "agents",
        }
    }

    /// Published clients look for these words.
    const fn singular(self) -> &'static str {
        match self {
            Self::Vaults => "Vault",
            Self::Secrets => "Secret",
            Self::Agents => "Agent",
        }
    }
}

/// One resource: how much there is, and how much there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// What.
    pub resource: Resource,
    /// So many there are.
    pub used: i64,
    /// So many there may be; `None` is any number.
    pub maximum: Option<i64>,
}

/// Refuses when there is no room for one more.
pub(crate) async fn check_room(op: &mut Op, org: OrgId, resource: Resource) -> Result<()> {
    let Some(maximum) = op.tx().find_limit(org, resource.as_str()).await? else {
        return Ok(());
    };
    let used = count(op.tx(), org, resource).await?;
    if used < maximum {
        return Ok(());
    }
    let name = resource.singular();
    Err(Error::limit_reached(format!(
        "{name} limit reached ({used}/{maximum} on {TIER} tier). \
         Remove what is no longer needed, or ask an owner of the organisation to raise the limit."
    )))
}

async fn count(tx: &mut oneclaw_store::Tx, org: OrgId, resource: Resource) -> Result<i64> {
    Ok(match resource {
        Resource::Vaults => tx.count_vaults(org, IDENTITY_VAULT).await?,
        Resource::Secrets => tx.count_all_secrets(org, IDENTITY_VAULT).await?,
        Resource::Agents => tx.count_agents(org).await?,
    })
}

/// All limits of the caller's organisation with what is used of them. For people.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Quota>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let mut quotas = Vec::with_capacity(Resource::ALL.len());
    for resource in Resource::ALL {
        quotas.push(Quota {
            resource,
            used: count(&mut view.tx, caller.org(), resource).await?,
            maximum: view.tx.find_limit(caller.org(), resource.as_str()).await?,
        });
    }
    Ok(quotas)
}

/// Sets limits, or with `None` lifts them. What there is already stays, also beyond a new limit.
pub async fn set(
    app: &App,
    caller: &Caller,
    changes: Vec<(Resource, Option<i64>)>,
) -> Result<Vec<Quota>> {
    for (resource, maximum) in &changes {
        if maximum.is_some_and(|maximum| !(0..=i64::from(i32::MAX)).contains(&maximum)) {
            return Err(Error::invalid(
                resource.as_str(),
                "A limit is a whole number from 0 on, or null for none.",
            ));
        }
    }
    let caller_in = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller_in).await?;
            live.require_admin()?;
            let mut details = Details::new();
            for (resource, maximum) in changes {
                op.tx()
                    .set_limit(live.org, resource.as_str(), maximum)
                    .await?;
                details = match maximum {
                    Some(maximum) => details.int(resource.as_str(), maximum),
                    None => details.text(resource.as_str(), "unlimited"),
                };
            }
            // Whoever remembers how many secrets there may be has to look again.
            op.tx().bump_epoch(live.org.as_uuid()).await?;
            op.log(entry(
                live.org,
                caller_in.actor(),
                caller_in.ip(),
                "org.limits_update",
                ("organisation", live.org.to_string()),
                details,
            ));
            Ok(())
        })
    })
    .await?;
    list(app, caller).await
}
