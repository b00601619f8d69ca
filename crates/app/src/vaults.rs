//! Vaults: create, find, list, delete.

use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::quotas::{self, Resource};
use crate::{App, agents, env_vars};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, VaultId};
use oneclaw_core::model::text::{parse_description, parse_name};
use oneclaw_crypto::envelope::VaultKey;
use oneclaw_store::StoreError;
use oneclaw_store::vaults::VaultRow;

/// A vault.
#[derive(Clone, Debug)]
pub struct Vault {
    /// Its id.
    pub id: VaultId,
    /// Unique in the organisation.
    pub name: String,
    /// Free text, possibly empty.
    pub description: String,
    /// Who made it.
    pub owner: Principal,
    /// When.
    pub created_at: Timestamp,
    /// SHA-256 of the key with which clients encrypt its values, in hexadecimal.
    pub cmek_fingerprint: Option<String>,
}

/// One sentence for a vault that is not there and for one of another organisation.
pub(crate) fn missing() -> Error {
    Error::not_found("There is no such vault in your organisation.")
}

/// Makes a vault. An agent's vault is opened to the human who let the agent in.
pub async fn create(app: &App, caller: &Caller, name: &str, description: &str) -> Result<Vault> {
    let name = parse_name(name).map_err(|error| Error::invalid("name", error.to_string()))?;
    let description = parse_description(description)
        .map_err(|error| Error::invalid("description", error.to_string()))?;
    if name == agents::IDENTITY_VAULT || name == env_vars::SHARED_VAULT {
        return Err(Error::invalid(
            "name",
            "This name is reserved for the server's own use. Choose another one.",
        ));
    }
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            quotas::check_room(op, live.org, Resource::Vaults).await?;
            let vault = insert(&app_in, op, live.org, &name, &description, live.principal).await?;
            let details = Details::new().text("name", &vault.name);
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "vault.create",
                ("vault", vault.id.to_string()),
                details,
            ));
            if let (Principal::Agent(_), Some(creator)) = (live.principal, live.creator) {
                crate::policies::open_to_creator(op, &caller, vault.id, creator).await?;
            }
            Ok(vault)
        })
    })
    .await
}

/// Adds a vault with a fresh key.
pub(crate) async fn insert(
    app: &App,
    op: &mut Op,
    org: OrgId,
    name: &str,
    description: &str,
    owner: Principal,
) -> Result<Vault> {
    let id: VaultId = op.new_id();
    let key = VaultKey::generate(org, id, 1, op.random());
    crate::rotate::use_current_master_key(app, op).await?;
    let wrapped = app.with_master(|master| key.wrap(master, op.random()))?;
    let row = VaultRow {
        id,
        org_id: org,
        name: name.to_owned(),
        description: description.to_owned(),
        owner_type: owner.kind().to_owned(),
        owner_id: owner.uuid(),
        key_generation: 1,
        created_at: op.now(),
        cmek_fingerprint: None,
    };
    op.tx()
        .insert_vault(&row, &wrapped)
        .await
        .map_err(|error| match error {
            StoreError::AlreadyExists => {
                Error::conflict("A vault of this name exists already. Choose another name.")
            }
            other => other.into(),
        })?;
    reach_changed(op, owner).await?;
    vault_of(row)
}

/// Makes the remembered state of an agent stale, because it can find other vaults now. Of people
/// nothing like that is remembered, and a bump would make their requests start over for nothing.
pub(crate) async fn reach_changed(op: &mut Op, principal: Principal) -> Result<()> {
    if let Principal::Agent(_) = principal {
        op.tx().bump_epoch(principal.uuid()).await?;
    }
    Ok(())
}

/// One vault the caller may know of.
pub async fn find(app: &App, caller: &Caller, id: VaultId) -> Result<Vault> {
    let mut view = app.view_for_path(caller).await?;
    let row = view
        .tx
        .find_vault(caller.org(), id)
        .await?
        .ok_or_else(missing)?;
    let vault = vault_of(row)?;
    if view.live.is_admin() || vault.owner == caller.principal() {
        return Ok(vault);
    }
    let visible = visible(&mut view, caller).await?;
    if visible.iter().any(|other| other.id == id) {
        Ok(vault)
    } else {
        Err(missing())
    }
}

/// The vaults the caller may know of, oldest first: owners and admins all, others their own and
/// those a policy opens to them; an agent's binding cuts them further.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Vault>> {
    let mut view = app.view_for_path(caller).await?;
    visible(&mut view, caller).await
}

pub(crate) async fn visible(view: &mut crate::view::View, caller: &Caller) -> Result<Vec<Vault>> {
    let rows = if view.live.is_admin() {
        view.tx.list_vaults(caller.org()).await?
    } else {
        let now = view.now;
        view.tx
            .list_reachable_vaults(caller.org(), caller.principal().uuid(), now)
            .await?
    };
    let binding = &view.live.vault_binding;
    rows.into_iter()
        .filter(|row| binding.is_empty() || binding.contains(&row.id))
        .map(vault_of)
        .collect()
}

/// How many secrets are in a vault, for those who control it: what deleting it would destroy.
pub async fn count_secrets(app: &App, caller: &Caller, id: VaultId) -> Result<i64> {
    let mut view = app.view(caller).await?;
    let row = view.tx.find_vault(caller.org(), id).await?;
    let vault = vault_of(row.ok_or_else(missing)?)?;
    require_control(&view.live, &vault)?;
    Ok(view.tx.count_secrets(caller.org(), id).await?)
}

/// Destroys a vault with everything in it.
pub async fn delete(app: &App, caller: &Caller, id: VaultId) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let vault = vault_of(
                op.tx()
                    .find_vault(live.org, id)
                    .await?
                    .ok_or_else(missing)?,
            )?;
            require_control(&live, &vault)?;
            if vault.name == agents::IDENTITY_VAULT {
                return Err(Error::conflict(
                    "This vault holds the keys of your agents. It goes when the organisation goes.",
                ));
            }
            let secrets = op.tx().count_secrets(live.org, id).await?;
            let policies = op.tx().list_policies(live.org, id).await?;
            if !op.tx().delete_vault(live.org, id).await? {
                return Err(missing());
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            reach_changed(op, vault.owner).await?;
            for policy in &policies {
                let principal = Principal::from_parts(&policy.principal_type, policy.principal_id)?;
                reach_changed(op, principal).await?;
            }
            let details = Details::new()
                .text("name", &vault.name)
                .int("secrets", secrets)
                .int("policies", policies.len());
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "vault.delete",
                ("vault", id.to_string()),
                details,
            ));
            Ok(())
        })
    })
    .await
}

/// Who may delete a vault and write its policies: whoever made it, and those who run the
/// organisation.
pub(crate) fn require_control(live: &Live, vault: &Vault) -> Result<()> {
    if vault.owner == live.principal || live.is_admin() {
        let bound_elsewhere =
            !live.vault_binding.is_empty() && !live.vault_binding.contains(&vault.id);
        if !bound_elsewhere {
            return Ok(());
        }
    }
    Err(Error::forbidden(
        "Only the owner of the vault and the organisation's owners and admins can do this.",
    ))
}

pub(crate) fn vault_of(row: VaultRow) -> Result<Vault> {
    Ok(Vault {
        id: row.id,
        name: row.name,
        description: row.description,
        owner: Principal::from_parts(&row.owner_type, row.owner_id)?,
        created_at: row.created_at,
        cmek_fingerprint: row.cmek_fingerprint,
    })
}
