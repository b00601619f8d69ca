//! Client-managed encryption keys of vaults: clients encrypt values before they send them, and the
//! server seals what it gets once more.
//!
//! Invariants:
//! - The server keeps fingerprints, never keys. A rotation holds both keys in memory for as long as it
//!   runs; they are wiped with it, and nothing logs or stores them.
//! - A rotation moves values in steps, each whole or not at all. At every moment a version says which
//!   key it is under. What was moved stays moved: a rotation that broke off is begun again and goes on.
//! - The person who began it must still control the vault at every step.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{self, Caller};
use crate::op::{Op, entry};
use crate::vaults::{self, Vault, require_control, vault_of};
use oneclaw_core::audit::{Details, Draft};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{CmekRotationId, OrgId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::client_key::ClientKey;
use oneclaw_crypto::envelope::{
    InternalPurpose, SealedRef, ValueContext, VaultKey, decrypt_value_internal, encrypt_value,
};
use oneclaw_store::client_keys::{EncryptedRow, Moved, RotationRow};
use std::sync::Arc;
use std::time::Duration;

/// Versions moved in one transaction.
const STEP: i64 = 100;
/// A rotation that did not get on for this long runs nowhere any more: its process has ended.
const ABANDONED: Duration = Duration::from_mins(2);

/// A rotation, as its starter watches it.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// Its id.
    pub id: CmekRotationId,
    /// The vault.
    pub vault: VaultId,
    /// From the key with this fingerprint.
    pub old_fingerprint: String,
    /// To the key with this one.
    pub new_fingerprint: String,
    /// `running`, `completed` or `failed`.
    pub status: String,
    /// How many versions there were to move.
    pub total: i64,
    /// How many are moved.
    pub processed: i64,
    /// Why it failed.
    pub error: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

/// The keys of a rotation.
pub struct Keys {
    /// In use so far, base64.
    pub old: SecretString,
    /// In use from now on, base64.
    pub new: SecretString,
}

fn parse_fingerprint(field: &'static str, text: &str) -> Result<String> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest {
        return Ok(text.to_ascii_lowercase());
    }
    Err(Error::invalid(
        field,
        "A fingerprint is the SHA-256 of the key in hexadecimal, 64 digits.",
    ))
}

/// Says that clients encrypt the values of a vault from now on. What was written before stays as it is.
pub async fn enable(app: &App, caller: &Caller, id: VaultId, fingerprint: &str) -> Result<Vault> {
    caller.user()?;
    let fingerprint = parse_fingerprint("fingerprint", fingerprint)?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let mut vault = controlled(op, &caller, id).await?;
            if vault.name == crate::agents::IDENTITY_VAULT {
                return Err(Error::conflict(
                    "The server writes the keys of your agents into this vault, so their values cannot be encrypted by clients.",
                ));
            }
            match &vault.cmek_fingerprint {
                Some(current) if *current == fingerprint => return Ok(vault),
                Some(_) => {
                    return Err(Error::conflict(
                        "Another key is in use already. To change it, rotate from the old key to the new one.",
                    ));
                }
                None => {}
            }
            set(op, &caller, &mut vault, Some(fingerprint), "vault.cmek_enable").await?;
            Ok(vault)
        })
    })
    .await
}

/// Says that clients no longer encrypt what they write. What they encrypted stays so.
pub async fn disable(app: &App, caller: &Caller, id: VaultId) -> Result<Vault> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let mut vault = controlled(op, &caller, id).await?;
            if vault.cmek_fingerprint.is_none() {
                return Err(not_enabled());
            }
            refuse_while_running(op, caller.org(), id).await?;
            set(op, &caller, &mut vault, None, "vault.cmek_disable").await?;
            Ok(vault)
        })
    })
    .await
}

fn not_enabled() -> Error {
    Error::invalid(
        "vault_id",
        "The values of this vault are not encrypted by its clients.",
    )
}

async fn controlled(op: &mut Op, caller: &Caller, id: VaultId) -> Result<Vault> {
    let now = op.now();
    let live = live::load_principal(
        op.tx(),
        caller.principal(),
        caller.org(),
        caller.auth_method,
        now,
    )
    .await?
    .live;
    let row = op.tx().find_vault(live.org, id).await?;
    let vault = vault_of(row.ok_or_else(vaults::missing)?)?;
    require_control(&live, &vault)?;
    Ok(vault)
}

/// Changes the key in use. Whoever remembers the vault has to look again before the next write.
async fn set(
    op: &mut Op,
    caller: &Caller,
    vault: &mut Vault,
    fingerprint: Option<String>,
    action: &'static str,
) -> Result<()> {
    op.tx()
        .set_cmek_fingerprint(caller.org(), vault.id, fingerprint.as_deref())
        .await?;
    op.tx().bump_epoch(vault.id.as_uuid()).await?;
    let details = match &fingerprint {
        Some(fingerprint) => Details::new().text("fingerprint", fingerprint),
        None => Details::new(),
    };
    op.log(entry_of(caller, vault.id, action, details));
    vault.cmek_fingerprint = fingerprint;
    Ok(())
}

fn entry_of(caller: &Caller, vault: VaultId, action: &'static str, details: Details) -> Draft {
    entry(
        caller.org(),
        caller.actor(),
        caller.ip(),
        action,
        ("vault", vault.to_string()),
        details,
    )
}

/// Refuses while a rotation gets on; one that was abandoned is ended.
async fn refuse_while_running(op: &mut Op, org: OrgId, vault: VaultId) -> Result<()> {
    let Some(running) = op.tx().find_running_cmek_rotation(org, vault).await? else {
        return Ok(());
    };
    let now = op.now();
    if running.updated_at.plus(ABANDONED) > now {
        return Err(Error::conflict(
            "The values of this vault are being moved to another key. Try again when that is done.",
        ));
    }
    op.tx()
        .end_cmek_rotation(running.id, "failed", Some(BROKEN_OFF), now)
        .await?;
    Ok(())
}

const BROKEN_OFF: &str = "The server stopped before all values were moved. Start the rotation again: it goes on where this one ended.";

/// Begins to move all values of a vault to another key, and returns at once.
pub async fn rotate(
    app: &App,
    caller: &Caller,
    id: VaultId,
    new_fingerprint: &str,
    keys: Keys,
) -> Result<Rotation> {
    caller.user()?;
    let new_fingerprint = parse_fingerprint("new_fingerprint", new_fingerprint)?;
    let old = parse_key("x-cmek-old-key", &keys.old)?;
    let new = parse_key("x-cmek-new-key", &keys.new)?;
    if new.fingerprint() != new_fingerprint {
        return Err(Error::invalid(
            "new_fingerprint",
            "This is not the SHA-256 of the new key.",
        ));
    }
    if old.fingerprint() == new_fingerprint {
        return Err(Error::invalid(
            "new_fingerprint",
            "The new key is the old one.",
        ));
    }
    let (by, old_fingerprint) = (caller.clone(), old.fingerprint());
    let row = app
        .run(move |op| {
            Box::pin(async move {
                op.authenticate(&by).await?;
                begin(op, &by, id, old_fingerprint, new_fingerprint).await
            })
        })
        .await?;
    let rotation = rotation_of(row);
    let job = Job {
        app: app.clone(),
        caller: caller.clone(),
        rotation: rotation.clone(),
        keys: Arc::new((old, new)),
    };
    tokio::spawn(job.run());
    Ok(rotation)
}

fn parse_key(header: &'static str, text: &SecretString) -> Result<ClientKey> {
    ClientKey::parse(text.expose())
        .map_err(|_| Error::invalid(header, "A key is 32 bytes in base64, standard alphabet."))
}

async fn begin(
    op: &mut Op,
    caller: &Caller,
    id: VaultId,
    old_fingerprint: String,
    new_fingerprint: String,
) -> Result<RotationRow> {
    let vault = controlled(op, caller, id).await?;
    match &vault.cmek_fingerprint {
        None => return Err(not_enabled()),
        Some(current) if *current != old_fingerprint => {
            return Err(Error::invalid(
                "x-cmek-old-key",
                "This is not the key in use; compare its SHA-256 with the vault's cmek_fingerprint.",
            ));
        }
        Some(_) => {}
    }
    refuse_while_running(op, caller.org(), id).await?;
    let now = op.now();
    let row = RotationRow {
        id: op.new_id(),
        org_id: caller.org(),
        vault_id: id,
        status: "running".to_owned(),
        total: op
            .tx()
            .count_encrypted_by_client(caller.org(), id, &old_fingerprint)
            .await?,
        processed: 0,
        error: None,
        old_fingerprint,
        new_fingerprint,
        created_at: now,
        updated_at: now,
        completed_at: None,
    };
    op.tx().insert_cmek_rotation(&row).await?;
    let details = Details::new()
        .text("fingerprint", &row.new_fingerprint)
        .int("versions", row.total);
    op.log(entry_of(caller, id, "vault.cmek_rotate", details));
    Ok(row)
}

/// One rotation of a vault.
pub async fn find_rotation(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    id: CmekRotationId,
) -> Result<Rotation> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_vault(caller.org(), vault).await?;
    let row = vault_of(row.ok_or_else(vaults::missing)?)?;
    require_control(&view.live, &row)?;
    let found = view
        .tx
        .find_cmek_rotation(caller.org(), vault, id)
        .await?
        .ok_or_else(|| Error::not_found("There is no such rotation of this vault."))?;
    let abandoned = found.status == "running" && found.updated_at.plus(ABANDONED) <= view.now;
    let mut rotation = rotation_of(found);
    if abandoned {
        "failed".clone_into(&mut rotation.status);
        rotation.error = Some(BROKEN_OFF.to_owned());
    }
    Ok(rotation)
}

fn rotation_of(row: RotationRow) -> Rotation {
    Rotation {
        id: row.id,
        vault: row.vault_id,
        old_fingerprint: row.old_fingerprint,
        new_fingerprint: row.new_fingerprint,
        status: row.status,
        total: row.total,
        processed: row.processed,
        error: row.error,
        created_at: row.created_at,
        completed_at: row.completed_at,
    }
}

/// A rotation at work.
struct Job {
    app: App,
    caller: Caller,
    rotation: Rotation,
    /// Old and new.
    keys: Arc<(ClientKey, ClientKey)>,
}

impl Job {
    async fn run(self) {
        let mut from = String::new();
        loop {
            match self.step(from).await {
                Ok(Some(next)) => from = next,
                Ok(None) => return,
                Err(error) => return self.fail(&error).await,
            }
        }
    }

    /// Moves some versions; the path to go on from, or `None` once all is done.
    async fn step(&self, from: String) -> Result<Option<String>> {
        let (app, caller, rotation) =
            (self.app.clone(), self.caller.clone(), self.rotation.clone());
        let keys = Arc::clone(&self.keys);
        self.app
            .run(move |op| {
                Box::pin(async move {
                    op.enter([caller.org()]).await?;
                    let mut vault = controlled(op, &caller, rotation.vault).await?;
                    let rows = op
                        .tx()
                        .list_encrypted_by_client(
                            caller.org(),
                            rotation.vault,
                            &from,
                            &rotation.old_fingerprint,
                            STEP,
                        )
                        .await?;
                    let now = op.now();
                    let moved = i64::try_from(rows.len()).unwrap_or(STEP);
                    if !op
                        .tx()
                        .advance_cmek_rotation(rotation.id, moved, now)
                        .await?
                    {
                        return Err(Error::conflict("The rotation was ended."));
                    }
                    let Some(last) = rows.last() else {
                        // Once more from the beginning: something may have been written behind us.
                        if !from.is_empty() {
                            return Ok(Some(String::new()));
                        }
                        finish(op, &caller, &mut vault, &rotation).await?;
                        return Ok(None);
                    };
                    let next = last.path.clone();
                    move_versions(&app, op, &caller, &rotation, &keys, rows).await?;
                    let details = Details::new()
                        .text("fingerprint", &rotation.new_fingerprint)
                        .int("versions", moved);
                    op.log(entry_of(
                        &caller,
                        rotation.vault,
                        "vault.cmek_move",
                        details,
                    ));
                    Ok(Some(next))
                })
            })
            .await
    }

    async fn fail(&self, error: &Error) {
        let (id, vault, caller) = (self.rotation.id, self.rotation.vault, self.caller.clone());
        let sentence = error.sentence().to_owned();
        let ended = self
            .app
            .run(move |op| {
                Box::pin(async move {
                    let now = op.now();
                    if op
                        .tx()
                        .end_cmek_rotation(id, "failed", Some(&sentence), now)
                        .await?
                    {
                        let details = Details::new().text("reason", &sentence);
                        op.log(entry_of(
                            &caller,
                            vault,
                            "vault.cmek_rotate_failed",
                            details,
                        ));
                    }
                    Ok(())
                })
            })
            .await;
        if let Err(error) = ended {
            // It looks abandoned soon, and is begun again like one that failed.
            tracing::warn!(cause = ?error.cause(), rotation = %id, "the end of a rotation could not be noted");
        }
    }
}

async fn finish(
    op: &mut Op,
    caller: &Caller,
    vault: &mut Vault,
    rotation: &Rotation,
) -> Result<()> {
    let now = op.now();
    op.tx()
        .end_cmek_rotation(rotation.id, "completed", None, now)
        .await?;
    let new = Some(rotation.new_fingerprint.clone());
    set(op, caller, vault, new, "vault.cmek_rotated").await
}

async fn move_versions(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    rotation: &Rotation,
    keys: &(ClientKey, ClientKey),
    rows: Vec<EncryptedRow>,
) -> Result<()> {
    let (org, vault) = (caller.org(), rotation.vault);
    let mut opened: Option<VaultKey> = None;
    for row in rows {
        let key = match opened.take() {
            Some(key) if key.generation() == row.key_generation.unsigned_abs() => key,
            _ => {
                let wrapped = op
                    .tx()
                    .find_vault_key(org, vault, row.key_generation)
                    .await?;
                let wrapped = wrapped.ok_or_else(vaults::missing)?.wrapped;
                app.unwrap_vault_key(org, vault, row.key_generation, &wrapped)?
            }
        };
        let context = ValueContext {
            org,
            vault,
            secret: row.id,
            path: SecretPath::parse(&row.path).map_err(Error::internal)?,
            version: crate::secrets::version_number(row.version),
            secret_type: row.kind,
        };
        let sealed = SealedRef {
            wrapped_key: &row.wrapped_key,
            ciphertext: &row.ciphertext,
        };
        let value = decrypt_value_internal(InternalPurpose::Rotation, &key, &context, sealed)?
            .into_string()
            .map_err(|_| Error::internal("a stored value is not UTF-8"))?;
        let (old, new) = keys;
        let value = old.move_to(new, &value, op.random()).map_err(|_| {
            Error::conflict(format!(
                "Version {} of {} does not open with the old key. Switch that version off or delete the secret, then start the rotation again.",
                row.version, row.path
            ))
        })?;
        let sealed = encrypt_value(&key, &context, value.expose().as_bytes(), op.random())?;
        let moved = Moved {
            id: row.id,
            version: row.version,
            key_generation: row.key_generation,
            wrapped_key: sealed.wrapped_key,
            ciphertext: sealed.ciphertext,
        };
        op.tx()
            .move_to_client_key(
                org,
                &moved,
                &rotation.old_fingerprint,
                &rotation.new_fingerprint,
            )
            .await?;
        opened = Some(key);
    }
    Ok(())
}
