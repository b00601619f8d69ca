//! Resolving: what a program in one environment, on one branch, gets to see.
//!
//! Variables of the organisation come first, those of the vault replace them, and those for the branch
//! replace both.

use super::{Reason, Room, environments, environments_of, open, path_of};
use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::Caller;
use crate::op::Op;
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::policy::Action;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::InternalPurpose;
use oneclaw_store::env_vars::EnvVarRow;
use std::collections::BTreeMap;

/// Where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The organisation.
    Shared,
    /// The vault.
    Vault,
    /// The vault, for this branch.
    BranchOverride,
}

/// The variables of an environment.
pub struct Resolved {
    /// By key: value and where it came from.
    pub vars: BTreeMap<String, (SecretString, Source)>,
    /// Keys of sensitive variables, which people do not get.
    pub withheld: Vec<String>,
    /// The environment.
    pub environment: String,
    /// The branch.
    pub git_branch: Option<String>,
    /// When.
    pub resolved_at: Timestamp,
}

/// Resolves the variables that the caller may read. An agent that is tagged with an environment need not
/// name it.
pub async fn resolve(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    environment: Option<String>,
    git_branch: Option<String>,
) -> Result<Resolved> {
    let git_branch = git_branch.filter(|branch| !branch.is_empty());
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let room = Room::enter(op, &caller, vault).await?;
            let environment = room
                .environment(environment)?
                .or_else(|| room.live.environment.clone())
                .ok_or_else(|| {
                    Error::invalid(
                        "environment",
                        "Say for which environment, for example production.",
                    )
                })?;
            let known = environments::slugs(op, room.org(), vault).await?;
            if !known.contains(&environment) {
                return Err(Error::not_found("This vault has no such environment."));
            }
            let chosen = choose(&room, op, &environment, git_branch.as_deref()).await?;
            let (mut vars, mut withheld, mut disclosed) = (BTreeMap::new(), Vec::new(), Vec::new());
            for (key, (row, source)) in chosen {
                let path = path_of(&key)?;
                let Some(granted) = room.permission(op, Action::Read, &path) else {
                    continue;
                };
                if row.sensitive && caller.principal().is_user() {
                    withheld.push(key);
                    continue;
                }
                let reason = match source {
                    Source::Shared => Reason::Internal(InternalPurpose::SharedVariable),
                    Source::Vault | Source::BranchOverride => Reason::Granted(&granted),
                };
                let value = open(&app_in, op, &row, reason).await?;
                disclosed.push(Disclosed::of(&row));
                vars.insert(key, (value, source));
            }
            let details = Details::new().text("environment", &environment);
            room.log_disclosure(op, "env.resolve", details, &disclosed);
            Ok(Resolved {
                vars,
                withheld,
                environment,
                git_branch,
                resolved_at: op.now(),
            })
        })
    })
    .await
}

/// The variable that wins for each key.
async fn choose(
    room: &Room<'_>,
    op: &mut Op,
    environment: &str,
    branch: Option<&str>,
) -> Result<BTreeMap<String, (EnvVarRow, Source)>> {
    let linked = op
        .tx()
        .list_linked_env_vars(room.org(), room.vault())
        .await?;
    let own = op.tx().list_env_vars(room.org(), room.vault()).await?;
    let shared = linked.into_iter().map(|row| (row, Source::Shared));
    let (for_any, for_branch): (Vec<_>, Vec<_>) =
        own.into_iter().partition(|row| row.git_branch.is_empty());
    let for_any = for_any.into_iter().map(|row| (row, Source::Vault));
    let for_branch = for_branch
        .into_iter()
        .filter(|row| branch == Some(row.git_branch.as_str()))
        .map(|row| (row, Source::BranchOverride));
    let mut chosen = BTreeMap::new();
    for (row, source) in shared.chain(for_any).chain(for_branch) {
        if environments_of(&row)?
            .iter()
            .any(|name| name == environment)
        {
            chosen.insert(row.key.clone(), (row, source));
        }
    }
    Ok(chosen)
}

/// A value that was given to somebody.
pub(super) struct Disclosed {
    key: String,
    /// Id and version of the variable.
    version: String,
}

impl Disclosed {
    pub(super) fn of(row: &EnvVarRow) -> Self {
        Self {
            key: row.key.clone(),
            version: format!("{}:{}", row.id, row.version),
        }
    }
}

impl Room<'_> {
    /// Logs what was disclosed of a vault: the names for people, and which versions of which variables.
    pub(super) fn log_disclosure(
        &self,
        op: &mut Op,
        action: &'static str,
        details: Details,
        disclosed: &[Disclosed],
    ) {
        let details = details
            .int("count", disclosed.len())
            .texts("keys", disclosed.iter().map(|one| &one.key))
            .texts("variables", disclosed.iter().map(|one| &one.version));
        let resource = ("vault", self.vault().to_string());
        op.log(entry_of(self.caller, action, resource, details));
    }
}
