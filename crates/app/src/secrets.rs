//! Secrets: read, list, write, rotate, delete.
//!
//! Reads and writes take the fast lane: they decide from remembered state, and the commit that
//! makes their audit entry durable re-checks that state. See [`crate::lane`].

use crate::commit::{Light, Outcome, Step};
use crate::error::{Error, Kind, Result};
use crate::lane::{Attempt, Retry, entry_of};
use crate::live::{self, Caller, Live};
use crate::op::{Op, entry};
use crate::{App, approvals, lane};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Granted};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::{SealedRef, ValueContext, decrypt_value};
use oneclaw_store::secrets::{MetadataRow, SealedRow};

mod condition;
mod generate;
mod list;
mod within;
mod write;

pub use condition::{Condition, Tags};
pub use generate::{Charset, GenerateRequest};
pub use list::{Listed, Page, list, list_page, list_versions};
pub(crate) use within::{put_in, put_internal};
pub use write::{PutRequest, put, put_if, rotate, rotate_if};

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
    /// Fingerprint of the key with which a client encrypted the value before it came.
    pub cmek_fingerprint: Option<String>,
}

impl Metadata {
    /// Names this version with its value, for conditions: it changes whenever the value does.
    #[must_use]
    pub fn tag(&self) -> String {
        condition::tag(self.version, self.cmek_fingerprint.as_deref())
    }
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
    match read_standing(app, caller, vault, path, version).await {
        // Only whoever is refused anyway pays for the look.
        Err(error) if *error.kind() == Kind::Unauthenticated && !caller.principal().is_user() => {
            read_decoy(app, caller, vault, path, version)
                .await
                .map_err(|_| error)
        }
        // The refusal is on record; now somebody is asked.
        Err(error) if error.wants_approval() && !caller.principal().is_user() => {
            let asked = approvals::open_for_read(app, caller, vault, path).await?;
            Err(Error::approval_required(asked))
        }
        other => other,
    }
}

async fn read_standing(
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
                let live = op.authenticate_for_path(&by).await?;
                disclose(op, &by, &live, vault, &path, version).await
            })
        })
        .await?;
    opened(app, caller, &row, &granted).await
}

/// Goes on answering an agent that was caught reading a decoy, with decoys alone, so that it does not notice.
async fn read_decoy(
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
                op.enter([by.org()]).await?;
                let now = op.now();
                let loaded = live::load_quarantined(op.tx(), &by, now).await?;
                let decoy = op.tx().find_honeytoken_at(by.org(), vault, path.as_str());
                decoy.await?.ok_or_else(live::refused)?;
                disclose(op, &by, &loaded.live, vault, &path, version).await
            })
        })
        .await?;
    opened(app, caller, &row, &granted).await
}

async fn opened(app: &App, caller: &Caller, row: &SealedRow, granted: &Granted) -> Result<Value> {
    let value = app.open_value(caller, row, granted).await?;
    Ok(Value {
        metadata: metadata_of_sealed(row)?,
        value,
    })
}

/// Decides a read, and puts it on record.
async fn disclose(
    op: &mut Op,
    by: &Caller,
    live: &Live,
    vault: VaultId,
    path: &SecretPath,
    version: Option<i64>,
) -> Result<(SealedRow, Granted)> {
    let granted = op.decide(live, by, vault, Action::Read, path).await?;
    let (org, now) = (by.org(), op.now());
    let at = path.as_str();
    let row = match version {
        None => op.tx().find_sealed(org, vault, at).await?,
        Some(version) => op.tx().find_sealed_version(org, vault, at, version).await?,
    };
    let row = row.ok_or_else(|| missing(version))?;
    check_readable(&row, now)?;
    check_type_gate(live, &row.kind)?;
    if row.max_access_count.is_some() && !op.tx().count_secret_read(row.id, row.rev).await? {
        return Err(used_up());
    }
    let details = granted_details(vault, &granted).int("version", row.version);
    let resource = ("secret", row.id.to_string());
    op.log(entry_of(by, "secret.read", resource, details));
    Ok((row, granted))
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
    pub(crate) async fn open_value(
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

/// Deletes all versions at a path, softly.
pub async fn delete(app: &App, caller: &Caller, vault: VaultId, path: &SecretPath) -> Result<()> {
    delete_if(app, caller, vault, path, Condition::default()).await
}

/// Deletes all versions at a path, softly, if the newest is the one that was meant.
pub async fn delete_if(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    condition: Condition,
) -> Result<()> {
    let (caller, path) = (caller.clone(), path.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate_for_path(&caller).await?;
            let granted = op
                .decide(&live, &caller, vault, Action::Delete, &path)
                .await?;
            let head = op
                .tx()
                .find_sealed(caller.org(), vault, path.as_str())
                .await?;
            let missing = || Error::not_found("There is no secret at this path.");
            let head = head.ok_or_else(missing)?;
            condition.check(Some(&head))?;
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
            let live = op.authenticate_for_path(&caller).await?;
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
        cmek_fingerprint: row.cmek_fingerprint,
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
        cmek_fingerprint: row.cmek_fingerprint.clone(),
    })
}
