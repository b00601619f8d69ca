//! Rotating the master key: every key that is wrapped by it is wrapped again under a new one.
//!
//! Works from another process while servers run. The order makes that safe:
//! 1. the new key is added to the key file, in front of the old one;
//! 2. the database says which key is current, and whoever wraps something new holds that row's lock
//!    until it commits, so nothing can be wrapped under the old key from then on;
//! 3. everything is wrapped again, in small steps, each compare-and-set;
//! 4. only when nothing is wrapped under an old key, the old ones leave the file.
//!
//! It can be stopped at any point and run again. Servers read the key file again when they meet a
//! key they do not know. Of two rotations at the same time one gives up: each looks, in every
//! transaction, whether the key in use is its own, and the file is only ever shortened by the one
//! whose it is.

use crate::App;
use crate::error::{Error, Result};
use crate::op::{Op, entry};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::id::{OrgId, VaultId};
use oneclaw_crypto::MasterKeys;
use oneclaw_crypto::envelope::VaultKey;
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose};
use oneclaw_crypto::master::wrapped_by;
use oneclaw_crypto::seal::KeyId;
use std::str::FromStr as _;

/// The setting that names the master key in use.
pub const CURRENT_MASTER_KEY: &str = "master_key";
/// Vault keys wrapped again in one transaction.
const STEP: i64 = 100;

/// What a rotation did.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The new key's name.
    pub key: KeyId,
    /// Keys of the instance that were wrapped again.
    pub instance_keys: usize,
    /// Keys of vaults that were wrapped again.
    pub vault_keys: usize,
}

/// Rotates the master key. `progress` hears how many vault keys are done.
pub async fn rotate_master_key(app: &App, progress: impl Fn(usize)) -> Result<Rotation> {
    let fresh = MasterKeys::add_new(&app.0.master_key_file, app.random(), app.now())
        .map_err(Error::internal)?;
    let key = fresh.newest();
    app.reload_master()?;
    begin(app, key).await?;
    let instance_keys = rewrap_instance_keys(app, key).await?;
    let vault_keys = rewrap_vault_keys(app, key, progress).await?;
    finish(app, key, vault_keys).await?;
    app.reload_master()?;
    Ok(Rotation {
        key,
        instance_keys,
        vault_keys,
    })
}

/// Makes the new key the one in use, unless another rotation has taken it out of the file, or put one
/// in front of it.
async fn begin(app: &App, key: KeyId) -> Result<()> {
    let file = app.0.master_key_file.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.tx().lock_setting(CURRENT_MASTER_KEY).await?;
            let keys = MasterKeys::load(&file).map_err(Error::internal)?;
            if keys.newest() != key {
                return Err(overtaken());
            }
            let name = key.to_string();
            Ok(op.tx().put_setting(CURRENT_MASTER_KEY, &name).await?)
        })
    })
    .await
}

/// Logs the rotation once nothing is wrapped under another key, and takes the others out of the file.
async fn finish(app: &App, key: KeyId, vault_keys: usize) -> Result<()> {
    app.run(move |op| {
        Box::pin(async move {
            hold(op, key).await?;
            check_all_wrapped(op, key).await?;
            let details = Details::new()
                .text("key_id", key.to_string())
                .int("vault_keys", vault_keys);
            op.log(entry(
                OrgId::NIL,
                Actor::System,
                None,
                "instance.rotate_master_key",
                ("instance", "master_key".to_owned()),
                details,
            ));
            Ok(())
        })
    })
    .await?;
    let file = app.0.master_key_file.clone();
    app.run(move |op| {
        Box::pin(async move {
            // Held while the file is written: nobody begins to use a key that is about to go.
            hold(op, key).await?;
            MasterKeys::retire(&file, key).map_err(Error::internal)?;
            Ok(())
        })
    })
    .await
}

/// Checks that `key` is the one in use, and keeps it so until the unit of work ends.
async fn hold(op: &mut Op, key: KeyId) -> Result<()> {
    match op.tx().lock_setting(CURRENT_MASTER_KEY).await? {
        Some(current) if current == key.to_string() => Ok(()),
        _ => Err(overtaken()),
    }
}

fn overtaken() -> Error {
    Error::conflict(
        "The master key is being rotated by somebody else too. Nothing is lost; rotate again when that is done.",
    )
}

async fn check_all_wrapped(op: &mut Op, key: KeyId) -> Result<()> {
    let left = || Error::internal("a key is still wrapped under an older master key");
    let of_instance = op.tx().list_keyring().await?;
    if of_instance
        .iter()
        .any(|row| wrapped_by(&row.wrapped) != Some(key))
    {
        return Err(left());
    }
    let mut after = (VaultId::NIL, 0);
    loop {
        let rows = op
            .tx()
            .list_vault_keys_after(after.0, after.1, STEP)
            .await?;
        if rows.iter().any(|row| wrapped_by(&row.wrapped) != Some(key)) {
            return Err(left());
        }
        match rows.last() {
            Some(row) => after = (row.vault_id, row.generation),
            None => return Ok(()),
        }
    }
}

/// Makes sure that what this unit of work wraps is wrapped under the key in use, and stays so until
/// it commits.
pub(crate) async fn use_current_master_key(app: &App, op: &mut Op) -> Result<()> {
    let current = op.tx().lock_setting(CURRENT_MASTER_KEY).await?;
    let known = || app.with_master(|master| master.newest().to_string());
    if current.as_ref().is_none_or(|current| *current == known()) {
        return Ok(());
    }
    app.reload_master()?;
    match current {
        Some(current) if current != known() => Err(Error::internal(
            "the key file of this node does not begin with the master key in use",
        )),
        _ => Ok(()),
    }
}

async fn rewrap_instance_keys(app: &App, key: KeyId) -> Result<usize> {
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            hold(op, key).await?;
            let mut done = 0;
            for row in op.tx().list_keyring().await? {
                if wrapped_by(&row.wrapped) == Some(key) {
                    continue;
                }
                let purpose = KeyPurpose::from_str(&row.purpose).map_err(Error::internal)?;
                let id = KeyId::from_str(&row.id).map_err(Error::internal)?;
                let instance_key = app_in
                    .with_master(|master| InstanceKey::unwrap(master, purpose, id, &row.wrapped))?;
                let wrapped =
                    app_in.with_master(|master| instance_key.wrap(master, op.random()))?;
                op.tx()
                    .rewrap_keyring(&row.id, &wrapped, &row.wrapped)
                    .await?;
                done += 1;
            }
            Ok(done)
        })
    })
    .await
}

async fn rewrap_vault_keys(app: &App, key: KeyId, progress: impl Fn(usize)) -> Result<usize> {
    let (mut after, mut done) = ((VaultId::NIL, 0), 0);
    loop {
        let app_in = app.clone();
        let (next, rewrapped) = app
            .run(move |op| Box::pin(async move { step(&app_in, op, key, after).await }))
            .await?;
        done += rewrapped;
        progress(done);
        match next {
            Some(next) => after = next,
            None => return Ok(done),
        }
    }
}

/// Wraps the next few vault keys again; where to go on, and how many there were.
async fn step(
    app: &App,
    op: &mut Op,
    key: KeyId,
    after: (VaultId, i64),
) -> Result<(Option<(VaultId, i64)>, usize)> {
    hold(op, key).await?;
    let rows = op
        .tx()
        .list_vault_keys_after(after.0, after.1, STEP)
        .await?;
    let next = rows.last().map(|row| (row.vault_id, row.generation));
    let mut done = 0;
    for row in rows
        .into_iter()
        .filter(|row| wrapped_by(&row.wrapped) != Some(key))
    {
        let generation = row.generation.unsigned_abs();
        let vault_key = app.with_master(|master| {
            VaultKey::unwrap(master, row.org_id, row.vault_id, generation, &row.wrapped)
        })?;
        let wrapped = app.with_master(|master| vault_key.wrap(master, op.random()))?;
        op.tx()
            .rewrap_vault_key(row.vault_id, row.generation, &wrapped, &row.wrapped)
            .await?;
        done += 1;
    }
    Ok((next, done))
}
