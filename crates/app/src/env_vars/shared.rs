//! Variables of the whole organisation. They live in a vault of their own and hold in the vaults that they
//! are linked to. Owners and admins write them; who may read one is decided in the vault that it holds in.

use super::{
    CreateRequest, Disclosed, EnvVar, Reason, Room, UpdateRequest, Which, apply, changed_details,
    find_row, insert, missing, open, path_of, var_of,
};
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::Op;
use crate::{App, vaults};
use oneclaw_core::audit::Details;
use oneclaw_core::id::{EnvVarId, VaultId};
use oneclaw_crypto::envelope::InternalPurpose;

/// The vault that holds them.
pub const SHARED_VAULT: &str = "__org-env";

/// A variable of the organisation.
pub struct SharedVariable {
    /// The variable.
    pub variable: EnvVar,
    /// Where it holds.
    pub linked_vaults: Vec<VaultId>,
}

async fn room<'a>(op: &mut Op, caller: &'a Caller) -> Result<Option<Room<'a>>> {
    let live = op.authenticate(caller).await?;
    live.require_admin()?;
    match op
        .tx()
        .find_vault_by_name(caller.org(), SHARED_VAULT)
        .await?
    {
        Some(vault) => Ok(Some(Room::enter(op, caller, vault.id).await?)),
        None => Ok(None),
    }
}

async fn links(op: &mut Op, room: &Room<'_>, id: EnvVarId) -> Result<Vec<VaultId>> {
    let links = op.tx().list_env_var_links(room.org(), room.vault()).await?;
    let of_it = links.into_iter().filter(|link| link.env_var_id == id);
    Ok(of_it.map(|link| link.vault_id).collect())
}

/// Lists them; sensitive ones without their values. For owners and admins.
pub async fn list_shared(app: &App, caller: &Caller) -> Result<Vec<SharedVariable>> {
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let Some(room) = room(op, &caller).await? else {
                return Ok(Vec::new());
            };
            let links = op.tx().list_env_var_links(room.org(), room.vault()).await?;
            let (mut listed, mut disclosed) = (Vec::new(), Vec::new());
            for row in op.tx().list_env_vars(room.org(), room.vault()).await? {
                let linked_vaults = links
                    .iter()
                    .filter(|link| link.env_var_id == row.id)
                    .map(|link| link.vault_id)
                    .collect();
                let value = if row.sensitive {
                    None
                } else {
                    disclosed.push(Disclosed::of(&row));
                    let purpose = Reason::Internal(InternalPurpose::SharedVariable);
                    Some(open(&app_in, op, &row, purpose).await?)
                };
                listed.push(SharedVariable {
                    variable: var_of(row, value)?,
                    linked_vaults,
                });
            }
            room.log_disclosure(op, "env.list", Details::new(), &disclosed);
            Ok(listed)
        })
    })
    .await
}

/// Makes one; the first of an organisation brings the vault for them. For owners and admins.
pub async fn create_shared(
    app: &App,
    caller: &Caller,
    request: CreateRequest,
) -> Result<SharedVariable> {
    path_of(&request.key)?;
    if request.git_branch.is_some() {
        return Err(Error::invalid(
            "git_branch",
            "A variable of the organisation is for every branch. Override it in the vault.",
        ));
    }
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let room = match room(op, &caller).await? {
                Some(room) => room,
                None => make_room(&app_in, op, &caller).await?,
            };
            Ok(SharedVariable {
                variable: insert(&app_in, op, &room, request).await?,
                linked_vaults: Vec::new(),
            })
        })
    })
    .await
}

async fn make_room<'a>(app: &'a App, op: &mut Op, caller: &'a Caller) -> Result<Room<'a>> {
    let description = "Environment variables of the whole organisation.";
    let owner = caller.principal();
    let vault = vaults::insert(app, op, caller.org(), SHARED_VAULT, description, owner).await?;
    let resource = ("vault", vault.id.to_string());
    let details = Details::new().text("name", SHARED_VAULT);
    op.log(crate::lane::entry_of(
        caller,
        "vault.create",
        resource,
        details,
    ));
    Room::enter(op, caller, vault.id).await
}

/// Changes one. For owners and admins.
pub async fn update_shared(
    app: &App,
    caller: &Caller,
    key: &str,
    request: UpdateRequest,
) -> Result<SharedVariable> {
    path_of(key)?;
    let (app_in, caller, key) = (app.clone(), caller.clone(), key.to_owned());
    app.run(move |op| {
        Box::pin(async move {
            let room = room(op, &caller).await?.ok_or_else(missing)?;
            let row = find_row(op, &room, &key, Which::default()).await?;
            let id = row.id;
            Ok(SharedVariable {
                variable: apply(&app_in, op, &room, row, request).await?,
                linked_vaults: links(op, &room, id).await?,
            })
        })
    })
    .await
}

/// Removes one from everywhere. For owners and admins.
pub async fn delete_shared(app: &App, caller: &Caller, id: EnvVarId) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let room = room(op, &caller).await?.ok_or_else(missing)?;
            let rows = op.tx().list_env_vars(room.org(), room.vault()).await?;
            let row = rows
                .into_iter()
                .find(|row| row.id == id)
                .ok_or_else(missing)?;
            op.tx().delete_env_var(room.org(), room.vault(), id).await?;
            room.log(op, "env.delete", id, changed_details(&row));
            Ok(())
        })
    })
    .await
}

/// Lets one hold in a vault. For owners and admins.
pub async fn link(
    app: &App,
    caller: &Caller,
    id: EnvVarId,
    vault: VaultId,
) -> Result<SharedVariable> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let room = room(op, &caller).await?.ok_or_else(missing)?;
            let rows = op.tx().list_env_vars(room.org(), room.vault()).await?;
            let row = rows
                .into_iter()
                .find(|row| row.id == id)
                .ok_or_else(missing)?;
            let target = op.tx().find_vault(room.org(), vault).await?;
            target.ok_or_else(vaults::missing)?;
            let now = op.now();
            op.tx().link_env_var(room.org(), id, vault, now).await?;
            let details = Details::new().text("key", &row.key).uuid("linked", vault);
            room.log(op, "env.link", id, details);
            Ok(SharedVariable {
                variable: var_of(row, None)?,
                linked_vaults: links(op, &room, id).await?,
            })
        })
    })
    .await
}

/// Ends that. For owners and admins.
pub async fn unlink(app: &App, caller: &Caller, id: EnvVarId, vault: VaultId) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let room = room(op, &caller).await?.ok_or_else(missing)?;
            if !op.tx().unlink_env_var(room.org(), id, vault).await? {
                return Err(missing());
            }
            let details = Details::new().uuid("linked", vault);
            room.log(op, "env.unlink", id, details);
            Ok(())
        })
    })
    .await
}
