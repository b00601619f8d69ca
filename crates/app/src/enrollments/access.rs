//! The access that an agent asks for with its request to join, and what its human makes of it.
//!
//! Invariants:
//! - A wish gives nothing. What is granted is what the human sends, and only where they could write a
//!   policy themselves.
//! - Agent, vaults and policies come in one transaction, or not at all.
//! - A human who says which request they saw ([`request_hash`]) decides on that one and no other.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::policies;
use crate::vaults::{self, require_control, vault_of};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::id::{AgentId, PolicyId, UserId, VaultId};
pub use oneclaw_core::model::enrollment::RequestedAccess;
use oneclaw_core::model::enrollment::access_text;
use oneclaw_core::model::text::{parse_description, parse_name};
use oneclaw_core::path::PathPattern;
use oneclaw_core::policy::PermissionSet;
use oneclaw_store::Tx;
use oneclaw_store::enrollments::EnrollmentRow;
use std::time::Duration;

/// Most wishes of one request, and most grants of one approval.
const MOST: usize = 10;
/// The shortest and the longest time that can be asked for.
const SECONDS: std::ops::RangeInclusive<i64> = 60..=365 * 24 * 60 * 60;

/// What a human gives a new agent.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Where.
    pub vault: GrantVault,
    /// Paths, as in a policy.
    pub pattern: String,
    /// As in a policy.
    pub permissions: Vec<String>,
    /// For how long; always, when absent.
    pub seconds: Option<i64>,
}

/// Where access is given.
#[derive(Clone, Debug)]
pub enum GrantVault {
    /// In a vault that is there.
    Existing(VaultId),
    /// In one that is made now.
    New(String),
}

/// Checks what a stranger asks for, and writes it in one way only.
pub(super) fn checked(wishes: Vec<RequestedAccess>) -> Result<Vec<RequestedAccess>> {
    let field = "requested_access";
    if wishes.len() > MOST {
        return Err(Error::invalid(field, "at most 10 entries"));
    }
    let clean = |wish: RequestedAccess| {
        let invalid = |error: &dyn std::fmt::Display| Error::invalid(field, error.to_string());
        let permissions = PermissionSet::parse(&wish.permissions).map_err(|e| invalid(&e))?;
        if wish
            .duration_seconds
            .is_some_and(|seconds| !SECONDS.contains(&seconds))
        {
            return Err(invalid(&"duration_seconds must be from a minute to a year"));
        }
        Ok(RequestedAccess {
            vault: parse_name(&wish.vault).map_err(|e| invalid(&e))?,
            path_pattern: PathPattern::parse(&wish.path_pattern)
                .map_err(|e| invalid(&e))?
                .as_str()
                .to_owned(),
            permissions: permissions
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect(),
            duration_seconds: wish.duration_seconds,
            reason: parse_description(&wish.reason).map_err(|e| invalid(&e))?,
        })
    };
    wishes.into_iter().map(clean).collect()
}

pub(super) async fn keep(
    op: &mut Op,
    row: &EnrollmentRow,
    wishes: &[RequestedAccess],
) -> Result<()> {
    if !wishes.is_empty() {
        op.tx()
            .insert_manifest(row.id, &access_text(wishes))
            .await?;
    }
    Ok(())
}

pub(super) async fn find(tx: &mut Tx, row: &EnrollmentRow) -> Result<Vec<RequestedAccess>> {
    match tx.find_manifest(row.id).await? {
        Some(found) => Ok(serde_json::from_str(&found.manifest)?),
        None => Ok(Vec::new()),
    }
}

/// Names everything in a request that a human decides on.
pub(super) fn request_hash(
    app: &App,
    row: &EnrollmentRow,
    wishes: &[RequestedAccess],
    key: &str,
) -> String {
    let mut text = row.id.to_string();
    let access = access_text(wishes);
    let email = row.human_email.as_deref().unwrap_or_default();
    for part in [&row.name, &row.description, email, &access, key] {
        text.extend(["\n", &part.len().to_string(), ":", part]);
    }
    let digest = app
        .keyring()
        .keyed_digest("enrolment request", text.as_bytes());
    data_encoding::HEXLOWER.encode(&digest)
}

/// Gives a new agent what its human sends.
pub(super) async fn give(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    (user, agent): (UserId, AgentId),
    grants: Vec<Grant>,
) -> Result<Vec<PolicyId>> {
    if grants.len() > MOST {
        return Err(Error::invalid("grants", "at most 10 entries"));
    }
    let mut made: Vec<(String, VaultId)> = Vec::new();
    let mut policies = Vec::new();
    for grant in grants {
        if grant
            .seconds
            .is_some_and(|seconds| !SECONDS.contains(&seconds))
        {
            return Err(Error::invalid(
                "grants",
                "The time must be from a minute to a year.",
            ));
        }
        let vault = match grant.vault {
            GrantVault::Existing(id) => {
                let row = op.tx().find_vault(live.org, id).await?;
                require_control(live, &vault_of(row.ok_or_else(vaults::missing)?)?)?;
                id
            }
            // Two wishes for one new vault are wishes for the same one.
            GrantVault::New(name) => match made.iter().find(|(known, _)| *known == name) {
                Some((_, id)) => *id,
                None => {
                    let id = new_vault(app, op, caller, live, user, &name).await?;
                    made.push((name, id));
                    id
                }
            },
        };
        let now = op.now();
        let seconds = grant
            .seconds
            .and_then(|seconds| u64::try_from(seconds).ok());
        let request = policies::CreateRequest {
            pattern: grant.pattern,
            principal: Principal::Agent(agent),
            permissions: grant.permissions,
            effect: None,
            priority: None,
            conditions: None,
            attribute_conditions: None,
            expires_at: seconds.map(|seconds| now.plus(Duration::from_secs(seconds))),
        };
        policies.push(policies::insert(op, caller, live, vault, request).await?.id);
    }
    Ok(policies)
}

async fn new_vault(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    live: &Live,
    user: UserId,
    name: &str,
) -> Result<VaultId> {
    let name = parse_name(name).map_err(|error| Error::invalid("grants", error.to_string()))?;
    if name.starts_with("__") {
        return Err(Error::invalid("grants", "Names with __ are reserved."));
    }
    crate::quotas::check_room(op, live.org, crate::quotas::Resource::Vaults).await?;
    let owner = Principal::User(user);
    let vault = vaults::insert(app, op, live.org, &name, "", owner).await?;
    op.log(entry(
        live.org,
        caller.actor(),
        caller.ip(),
        "vault.create",
        ("vault", vault.id.to_string()),
        Details::new().text("name", &name),
    ));
    Ok(vault.id)
}

/// Refuses a decision about another request than the one that was seen.
pub(super) fn is_seen(seen: Option<&str>, hash: &str) -> Result<()> {
    match seen {
        Some(seen) if seen != hash => Err(Error::conflict(
            "This is not the request that you looked at. Look at it again, then decide.",
        )),
        _ => Ok(()),
    }
}

/// The vault of that name or id among those there are, for a page to suggest.
#[must_use]
pub fn suggested(wish: &RequestedAccess, vaults: &[vaults::Vault]) -> Option<VaultId> {
    let id: Option<VaultId> = wish.vault.parse().ok();
    let found = vaults
        .iter()
        .find(|vault| Some(vault.id) == id || vault.name == wish.vault);
    found.map(|vault| vault.id)
}
