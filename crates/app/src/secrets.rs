//! Secrets: read, list, write, rotate, delete.
//!
//! Reads and writes take the fast lane: they decide from remembered state, and the commit that
//! makes their audit entry durable re-checks that state. See [`crate::lane`].

use crate::commit::{Guards, Light, Outcome, Step};
use crate::error::{Error, Result};
use crate::lane::{ATTEMPTS, Attempt, Retry, entry_of};
use crate::live::{Caller, Live};
use crate::op::entry;
use crate::{App, lane};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Granted};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::{SealedRef, ValueContext, decrypt_value};
use oneclaw_store::secrets::{MetadataRow, SealedRow};

mod generate;
mod write;

pub use generate::{Charset, GenerateRequest};
pub(crate) use write::put_internal;
pub use write::{PutRequest, put, rotate};

/// Largest value.
pub const MAXIMUM_VALUE: usize = 1024 * 1024;

/// A secret without its value.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Id, the same for all versions.
    pub id: SecretId,
    /// Path.
    pub path: String,
    /// Type.
    pub kind: String,
    /// Version.
    pub version: i64,
    /// JSON object.
    pub metadata: String,
    /// Who wrote this version.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// When it stops being readable.
    pub expires_at: Option<Timestamp>,
    /// Switched off.
    pub is_disabled: bool,
}

/// A secret with its value.
pub struct Value {
    /// All but the value.
    pub metadata: Metadata,
    /// The value.
    pub value: SecretString,
}

/// Reads the newest version.
pub async fn read(app: &App, caller: &Caller, vault: VaultId, path: &SecretPath) -> Result<Value> {
    read_any(app, caller, vault, path, None).await
}

/// Reads one version.
pub async fn read_version(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    version: i64,
) -> Result<Value> {
    read_any(app, caller, vault, path, Some(version)).await
}

async fn read_any(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    version: Option<i64>,
) -> Result<Value> {
    let mut retry = Retry::new(app, caller, vault, path);
    while !(retry.is_overtaken() || retry.must_take_turn()) {
        let attempt = try_read(app, caller, vault, path, version).await?;
        if let Some(done) = retry.settle(attempt).await? {
            return Ok(done);
        }
    }
    read_in_turn(app, caller, vault, path, version).await
}

async fn try_read(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    version: Option<i64>,
) -> Result<Attempt<Value>> {
    let access = app.access(caller, vault, Action::Read).await?;
    let (access, granted) = match access.granted(app, caller, path).await? {
        Attempt::Done(done) => done,
        other => return Ok(other.instead_of()),
    };
    let row = match version {
        None => app.sealed(&access, caller, path).await?,
        Some(version) => app.sealed_version(caller, vault, path, version).await?,
    };
    let Some(row) = row else {
        return app.refuse(&access, missing(version)).await;
    };
    let readable = check_readable(&row, app.now());
    if let Err(error) = readable.and_then(|()| check_type_gate(&access.loaded.live, &row.kind)) {
        return app.refuse(&access, error).await;
    }
    let details = granted_details(vault, &granted).int("version", row.version);
    let step = match row.max_access_count {
        Some(_) => Step::CountRead {
            secret: row.id,
            rev: row.rev,
        },
        None => Step::None,
    };
    let light = Light {
        guards: access.guards(),
        secret: Some((row.id.as_uuid(), row.rev)),
        step,
        entry: entry_of(
            caller,
            "secret.read",
            ("secret", row.id.to_string()),
            details,
        ),
    };
    match app.commit(light).await? {
        Outcome::Done => {}
        Outcome::Lost => return Err(used_up()),
        _ => return Ok(Attempt::Stale),
    }
    let value = app.open_value(caller, &row, &granted).await?;
    Ok(Attempt::Done(Value {
        metadata: metadata_of_sealed(&row)?,
        value,
    }))
}

fn missing(version: Option<i64>) -> Error {
    Error::not_found(match version {
        None => "There is no secret at this path.",
        Some(_) => "This secret has no such version.",
    })
}

fn used_up() -> Error {
    Error::gone("All reads that this secret allows are used up.")
}

/// Reads in a unit of work, where nothing changes between the decision and the commit: whoever
/// writes a path, or the policies of a vault, all the time must not keep others from reading.
async fn read_in_turn(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    version: Option<i64>,
) -> Result<Value> {
    let (by, path) = (caller.clone(), path.clone());
    let (row, granted) = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&by).await?;
                let granted = op.decide(&live, &by, vault, Action::Read, &path).await?;
                let (org, now) = (by.org(), op.now());
                let row = match version {
                    None => op.tx().find_sealed(org, vault, path.as_str()).await?,
                    Some(version) => {
                        let path = path.as_str();
                        op.tx()
                            .find_sealed_version(org, vault, path, version)
                            .await?
                    }
                };
                let row = row.ok_or_else(|| missing(version))?;
                check_readable(&row, now)?;
                check_type_gate(&live, &row.kind)?;
                if row.max_access_count.is_some()
                    && !op.tx().count_secret_read(row.id, row.rev).await?
                {
                    return Err(used_up());
                }
                let details = granted_details(vault, &granted).int("version", row.version);
                let resource = ("secret", row.id.to_string());
                op.log(entry_of(&by, "secret.read", resource, details));
                Ok((row, granted))
            })
        })
        .await?;
    let value = app.open_value(caller, &row, &granted).await?;
    Ok(Value {
        metadata: metadata_of_sealed(&row)?,
        value,
    })
}

/// Refuses what is deleted, expired or switched off.
pub(crate) fn check_readable(row: &SealedRow, now: Timestamp) -> Result<()> {
    let over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
    if row.deleted_at.is_some() {
        return Err(Error::gone(
            "This secret was deleted. Writing to the path brings it back as a new version.",
        ));
    }
    if over(row.expires_at) || (row.version == row.latest && over(row.secret_expires_at)) {
        return Err(Error::gone(
            "This secret has expired. Write a new version to use the path again.",
        ));
    }
    if row.disabled_at.is_some() {
        return Err(Error::gone(
            "This version was switched off. Write a new version to use the path again.",
        ));
    }
    Ok(())
}

/// An agent whose keys the server uses on its behalf may not read private keys itself.
pub(crate) fn check_type_gate(live: &Live, kind: &str) -> Result<()> {
    if live.type_gate && matches!(kind, "private_key" | "ssh_key") {
        return Err(Error::forbidden(
            "This agent may not read private keys: its intents are carried out for it.",
        ));
    }
    Ok(())
}

impl App {
    async fn open_value(
        &self,
        caller: &Caller,
        row: &SealedRow,
        granted: &Granted,
    ) -> Result<SecretString> {
        let vault = granted.vault();
        let key = self
            .vault_key(caller.org(), vault, row.key_generation)
            .await?;
        let context = ValueContext {
            org: caller.org(),
            vault,
            secret: row.id,
            path: granted.path().clone(),
            version: version_number(row.version),
            secret_type: row.kind.clone(),
        };
        let sealed = SealedRef {
            wrapped_key: &row.wrapped_key,
            ciphertext: &row.ciphertext,
        };
        let value = decrypt_value(&key, &context, sealed, granted)?;
        value
            .into_string()
            .map_err(|_| Error::internal("a stored value is not UTF-8"))
    }
}

/// Lists what the caller may read, without values.
pub async fn list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    prefix: Option<&str>,
) -> Result<Vec<Metadata>> {
    for _ in 0..ATTEMPTS {
        let (listed, guards) = look_at_list(app, caller, vault, prefix).await?;
        let details = Details::new()
            .uuid("vault_id", vault)
            .int("count", listed.len());
        if log_list(app, caller, vault, details, guards).await? {
            return Ok(listed);
        }
    }
    Err(Error::unavailable())
}

/// A list as one snapshot shows it, and what it rests on. The snapshot ends here: the commit needs a
/// connection too.
async fn look_at_list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    prefix: Option<&str>,
) -> Result<(Vec<Metadata>, Guards)> {
    let mut view = app.view(caller).await?;
    let seen = view.vault_view(vault).await?;
    let rows = view
        .tx
        .list_secret_metadata(caller.org(), vault, prefix)
        .await?;
    let mut listed = Vec::new();
    for row in rows {
        let path = SecretPath::parse(&row.path).map_err(Error::internal)?;
        if seen
            .decide(&view.live, caller, Action::List, &path, view.now)
            .is_ok()
        {
            listed.push(metadata_of(row)?);
        }
    }
    Ok((listed, view.guards(caller, &seen)))
}

/// Lists the versions at a path, newest first, without values.
pub async fn list_versions(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
) -> Result<Vec<Metadata>> {
    let mut retry = Retry::new(app, caller, vault, path);
    loop {
        let attempt = try_list_versions(app, caller, vault, path).await?;
        if let Some(done) = retry.settle(attempt).await? {
            return Ok(done);
        }
    }
}

async fn try_list_versions(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
) -> Result<Attempt<Vec<Metadata>>> {
    let access = app.access(caller, vault, Action::List).await?;
    let (access, granted) = match access.granted(app, caller, path).await? {
        Attempt::Done(done) => done,
        other => return Ok(other.instead_of()),
    };
    let mut tx = app.store().begin_read().await?;
    let rows = tx
        .list_secret_versions(caller.org(), vault, path.as_str())
        .await?;
    drop(tx);
    if rows.is_empty() {
        let missing = Error::not_found("There is no secret at this path.");
        return app.refuse(&access, missing).await;
    }
    let details = granted_details(vault, &granted).int("count", rows.len());
    if !log_list(app, caller, vault, details, access.guards()).await? {
        return Ok(Attempt::Stale);
    }
    let rows: Result<_> = rows.into_iter().map(metadata_of).collect();
    rows.map(Attempt::Done)
}

/// Logs a list, if what it rests on still stands.
async fn log_list(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    details: Details,
    guards: Guards,
) -> Result<bool> {
    let light = Light {
        guards,
        secret: None,
        step: Step::None,
        entry: entry_of(caller, "secret.list", ("vault", vault.to_string()), details),
    };
    Ok(app.commit(light).await? == Outcome::Done)
}

/// Deletes all versions at a path, softly.
pub async fn delete(app: &App, caller: &Caller, vault: VaultId, path: &SecretPath) -> Result<()> {
    let (caller, path) = (caller.clone(), path.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let granted = op
                .decide(&live, &caller, vault, Action::Delete, &path)
                .await?;
            let head = op
                .tx()
                .find_secret_head(caller.org(), vault, path.as_str())
                .await?;
            let missing = || Error::not_found("There is no secret at this path.");
            let head = head.ok_or_else(missing)?;
            let now = op.now();
            if !op
                .tx()
                .delete_secret(caller.org(), vault, path.as_str(), now)
                .await?
            {
                return Err(missing());
            }
            // Writing to the path again brings the path back, not whom it was shared with.
            let shares = op.tx().end_shares_of(caller.org(), head.id, now).await?;
            let details = granted_details(vault, &granted).int("shares", shares);
            op.log(entry(
                caller.org(),
                caller.actor(),
                caller.ip(),
                "secret.delete",
                ("secret", head.id.to_string()),
                details,
            ));
            Ok(())
        })
    })
    .await
}

/// Switches one version off, so that it can no longer be read.
pub async fn disable_version(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    version: i64,
) -> Result<()> {
    let (caller, path) = (caller.clone(), path.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let granted = op
                .decide(&live, &caller, vault, Action::Write, &path)
                .await?;
            let missing = || Error::not_found("This secret has no such version.");
            let row = op
                .tx()
                .find_sealed_version(caller.org(), vault, path.as_str(), version)
                .await?
                .ok_or_else(missing)?;
            let now = op.now();
            op.tx()
                .disable_secret_version(caller.org(), row.id, version, now)
                .await?;
            let details = granted_details(vault, &granted).int("version", version);
            op.log(entry(
                caller.org(),
                caller.actor(),
                caller.ip(),
                "secret.version_disable",
                ("secret", row.id.to_string()),
                details,
            ));
            Ok(())
        })
    })
    .await
}

/// Versions count from 1, so the sign never matters.
pub(crate) fn version_number(version: i64) -> u64 {
    version.unsigned_abs()
}

/// What every entry about a secret says: where, and why it was allowed.
fn granted_details(vault: VaultId, granted: &Granted) -> Details {
    lane::with_basis(
        Details::new()
            .uuid("vault_id", vault)
            .text("path", granted.path().as_str()),
        granted.basis(),
    )
}

fn metadata_of(row: MetadataRow) -> Result<Metadata> {
    Ok(Metadata {
        id: row.id,
        path: row.path,
        kind: row.kind,
        version: row.version,
        metadata: row.metadata,
        created_by: Principal::from_parts(&row.created_by_type, row.created_by_id)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_disabled: row.disabled_at.is_some(),
    })
}

pub(crate) fn metadata_of_sealed(row: &SealedRow) -> Result<Metadata> {
    Ok(Metadata {
        id: row.id,
        path: row.path.clone(),
        kind: row.kind.clone(),
        version: row.version,
        metadata: row.metadata.clone(),
        created_by: Principal::from_parts(&row.created_by_type, row.created_by_id)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_disabled: row.disabled_at.is_some(),
    })
}
