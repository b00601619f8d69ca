//! Writing secrets: new versions by callers, random ones by the server.

use super::generate::{self, GenerateRequest};
use super::{
    Condition, MAXIMUM_VALUE, Metadata, granted_details, metadata_of_sealed, version_number,
};
use crate::App;
use crate::caches::VaultView;
use crate::commit::{Light, Outcome, Step};
use crate::error::{Error, Kind, Result};
use crate::lane::{Attempt, Retry, entry_of};
use crate::live::Caller;
use crate::quotas::{self, Resource};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, VaultId};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::client_key::check_shape;
use oneclaw_crypto::envelope::{ValueContext, encrypt_value};
use oneclaw_store::secrets::{NewVersion, SealedRow};
use std::sync::Arc;

/// What to write.
pub struct PutRequest {
    /// Value, not empty.
    pub value: SecretString,
    /// Type; `generic` when absent.
    pub kind: Option<String>,
    /// JSON object.
    pub metadata: Option<String>,
    /// When it stops being readable.
    pub expires_at: Option<Timestamp>,
    /// How many reads it allows.
    pub max_access_count: Option<i64>,
}

/// Writes a new version, or the first.
pub async fn put(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    request: PutRequest,
) -> Result<Metadata> {
    put_if(app, caller, vault, path, request, Condition::default()).await
}

/// Writes a new version, or the first, if the newest is the one that was meant.
pub async fn put_if(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    request: PutRequest,
    condition: Condition,
) -> Result<Metadata> {
    let mut write = Write::parse(app, request)?;
    write.condition = condition;
    let mut retry = Retry::new(app, caller, vault, path);
    write_until_done(app, caller, &mut retry, vault, path, Action::Write, &write).await
}

/// Replaces the value by a random one of the server's making. The value is not returned.
pub async fn rotate(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    request: GenerateRequest,
) -> Result<Metadata> {
    rotate_if(app, caller, vault, path, request, Condition::default()).await
}

/// Replaces the value by a random one, if the newest version is the one that was meant.
pub async fn rotate_if(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    request: GenerateRequest,
    condition: Condition,
) -> Result<Metadata> {
    let value = generate::generate(&request, app.random())?;
    let action = if request.create {
        Action::Write
    } else {
        Action::Rotate
    };
    let request = PutRequest {
        value,
        kind: request.kind,
        metadata: None,
        expires_at: None,
        max_access_count: None,
    };
    let kind_given = request.kind.is_some();
    let mut write = Write::parse(app, request)?;
    write.keep_kind = !kind_given;
    write.condition = condition;
    let mut retry = Retry::new(app, caller, vault, path);
    write_until_done(app, caller, &mut retry, vault, path, action, &write).await
}

async fn write_until_done(
    app: &App,
    caller: &Caller,
    retry: &mut Retry<'_>,
    vault: VaultId,
    path: &SecretPath,
    action: Action,
    write: &Write,
) -> Result<Metadata> {
    loop {
        let attempt = if retry.must_take_turn() {
            write_in_turn(app, caller, vault, path, action, write).await?
        } else {
            try_write(app, caller, vault, path, action, write).await?
        };
        if let Some(done) = retry.settle(attempt).await? {
            return Ok(done);
        }
    }
}

/// Writes in a unit of work, because the policy that allows it is used up by it. Sealed before: what
/// is stored is only what was sealed for exactly this version.
async fn write_in_turn(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    action: Action,
    write: &Write,
) -> Result<Attempt<Metadata>> {
    // Read afresh, so that what is found stale below is not found again.
    let remembered = (caller.org(), vault, caller.principal());
    app.caches().vaults.remove(&remembered);
    app.caches().sealed.remove(&(vault, path.clone()));
    let access = app.access(caller, vault, action).await?;
    let before = app.sealed(&access, caller, path).await?;
    let refused = check_client_key(&access.view, action, write)
        .and_then(|()| write.condition.check(before.as_deref()));
    let guards = access.guards();
    let is_there = before.as_ref().is_some_and(|row| row.deleted_at.is_none());
    let new = app
        .seal_version(
            caller,
            &access.view,
            path,
            write,
            before.as_deref(),
            app.now(),
        )
        .await?;
    let metadata = metadata_of_sealed(&sealed_of_new(&new))?;
    let (by, at) = (caller.clone(), path.clone());
    // Anything that fails in here gives the use of the policy back.
    let written = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate_for_path(&by).await?;
                if !op.tx().stale_guards(&guards).await?.is_empty() {
                    return Err(overtaken());
                }
                let granted = op.decide(&live, &by, vault, action, &at).await?;
                refused?;
                if action == Action::Rotate && !is_there {
                    return Err(nothing_to_rotate());
                }
                if !is_there {
                    quotas::check_room(op, by.org(), Resource::Secrets).await?;
                }
                if op.tx().put_versions(&[&new]).await?.is_empty() {
                    return Err(overtaken());
                }
                let details = granted_details(vault, &granted)
                    .text("type", &new.kind)
                    .int("version", new.version);
                let resource = ("secret", new.secret.to_string());
                op.log(entry_of(&by, entry_name(action), resource, details));
                Ok(())
            })
        })
        .await;
    match written {
        Ok(()) => Ok(Attempt::Done(metadata)),
        Err(error) if *error.kind() == Kind::Conflict => Ok(Attempt::Lost),
        Err(error) => Err(error),
    }
}

pub(super) fn overtaken() -> Error {
    Error::conflict("This path was written at the same moment. Try again.")
}

fn nothing_to_rotate() -> Error {
    Error::not_found("There is no secret at this path to rotate. Write it first.")
}

fn entry_name(action: Action) -> &'static str {
    if action == Action::Rotate {
        "secret.rotate"
    } else {
        "secret.write"
    }
}

/// A checked write.
pub(super) struct Write {
    pub(super) value: SecretString,
    pub(super) kind: String,
    /// Take the type of the version before.
    keep_kind: bool,
    metadata: String,
    expires_at: Option<Timestamp>,
    max_access_count: Option<i64>,
    condition: Condition,
}

impl Write {
    pub(super) fn parse(app: &App, request: PutRequest) -> Result<Self> {
        if request.value.is_empty() {
            return Err(Error::invalid(
                "value",
                "The value must not be empty. To remove a secret, delete it.",
            ));
        }
        if request.value.len() > MAXIMUM_VALUE {
            return Err(Error::invalid(
                "value",
                "The value is larger than 1 MiB. Store large files elsewhere and their key here.",
            ));
        }
        let kind = match request.kind.as_deref() {
            None | Some("") => "generic".to_owned(),
            Some(text) => SecretType::parse(text)
                .map_err(|error| Error::invalid("type", error.to_string()))?
                .as_str()
                .to_owned(),
        };
        if request.expires_at.is_some_and(|end| end <= app.now()) {
            return Err(Error::invalid("expires_at", "The expiry lies in the past."));
        }
        if request
            .max_access_count
            .is_some_and(|count| !(1..=i64::from(i32::MAX)).contains(&count))
        {
            return Err(Error::invalid(
                "max_access_count",
                "The number of reads must be at least 1.",
            ));
        }
        let metadata = request.metadata.unwrap_or_else(|| "{}".to_owned());
        if metadata.len() > 64 * 1024 {
            return Err(Error::invalid(
                "metadata",
                "The metadata is larger than 64 KiB.",
            ));
        }
        Ok(Self {
            value: request.value,
            kind,
            keep_kind: false,
            metadata,
            expires_at: request.expires_at,
            max_access_count: request.max_access_count,
            condition: Condition::default(),
        })
    }
}

async fn try_write(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    action: Action,
    write: &Write,
) -> Result<Attempt<Metadata>> {
    let access = app.access(caller, vault, action).await?;
    let (access, granted) = match access.granted(app, caller, path).await? {
        Attempt::Done(done) => done,
        other => return Ok(other.instead_of()),
    };
    if let Err(error) = check_client_key(&access.view, action, write) {
        return app.refuse(&access, error).await;
    }
    // What is remembered refuses nobody.
    if !write.condition.is_none() {
        app.caches().sealed.remove(&(vault, path.clone()));
    }
    let before = app.sealed(&access, caller, path).await?;
    if let Err(error) = write.condition.check(before.as_deref()) {
        return app.refuse(&access, error).await;
    }
    if action == Action::Rotate && before.as_ref().is_none_or(|row| row.deleted_at.is_some()) {
        return app.refuse(&access, nothing_to_rotate()).await;
    }
    let now = app.now();
    let new = app
        .seal_version(caller, &access.view, path, write, before.as_deref(), now)
        .await?;
    let row = sealed_of_new(&new);
    let details = granted_details(vault, &granted)
        .text("type", &new.kind)
        .int("version", new.version);
    let light = Light {
        guards: access.guards(),
        secret: None,
        entry: entry_of(
            caller,
            entry_name(action),
            ("secret", new.secret.to_string()),
            details,
        ),
        step: Step::Put(Box::new(new)),
    };
    let is_new = before.is_none_or(|row| row.deleted_at.is_some());
    let outcome = match access.loaded.secret_limit {
        Some(_) if is_new => commit_if_room(app, caller, light).await?,
        _ => app.commit(light).await?,
    };
    match outcome {
        Outcome::Done => {
            let metadata = metadata_of_sealed(&row)?;
            app.caches()
                .sealed
                .insert((vault, path.clone()), Arc::new(row));
            Ok(Attempt::Done(metadata))
        }
        Outcome::Lost => Ok(Attempt::Lost),
        _ => Ok(Attempt::Stale),
    }
}

/// In a vault whose values clients encrypt, the server can neither make a value nor take one that
/// everybody here could read.
fn check_client_key(view: &VaultView, action: Action, write: &Write) -> Result<()> {
    if view.cmek_fingerprint.is_none() {
        return Ok(());
    }
    if action == Action::Rotate {
        return Err(Error::invalid(
            "vault_id",
            "The values of this vault are encrypted by its clients, so the server cannot make one. \
             Encrypt a new value and write it.",
        ));
    }
    check_shape(write.value.expose()).map_err(|_| {
        Error::invalid(
            "value",
            "This vault takes only values that the client has encrypted with the vault's key: \
             base64 of a version byte 1, a 12-byte IV, and AES-256-GCM ciphertext with its tag.",
        )
    })
}

/// Commits a write that adds a secret to an organisation whose number of secrets is limited: they are
/// counted where nobody else can add one.
async fn commit_if_room(app: &App, caller: &Caller, light: Light) -> Result<Outcome> {
    let org = caller.org();
    app.run(move |op| {
        Box::pin(async move {
            op.enter([org]).await?;
            if !op.tx().stale_guards(&light.guards).await?.is_empty() {
                return Ok(Outcome::Stale);
            }
            quotas::check_room(op, org, Resource::Secrets).await?;
            if let Step::Put(new) = &light.step
                && op.tx().put_versions(&[new]).await?.is_empty()
            {
                return Ok(Outcome::Lost);
            }
            op.log(light.entry);
            Ok(Outcome::Done)
        })
    })
    .await
}

impl App {
    async fn seal_version(
        &self,
        caller: &Caller,
        view: &VaultView,
        path: &SecretPath,
        write: &Write,
        before: Option<&SealedRow>,
        now: Timestamp,
    ) -> Result<NewVersion> {
        let kind = match before {
            Some(row) if write.keep_kind => row.kind.clone(),
            _ => write.kind.clone(),
        };
        let secret = before.map_or_else(
            || SecretId::from_uuid(self.random().uuid_v7(now)),
            |row| row.id,
        );
        let version = before.map_or(0, |row| row.latest).saturating_add(1);
        let context = ValueContext {
            org: caller.org(),
            vault: view.vault,
            secret,
            path: path.clone(),
            version: version_number(version),
            secret_type: kind.clone(),
        };
        let key = self
            .vault_key(caller.org(), view.vault, view.key_generation)
            .await?;
        let sealed = encrypt_value(
            &key,
            &context,
            write.value.expose().as_bytes(),
            self.random(),
        )?;
        Ok(NewVersion {
            secret,
            org: caller.org(),
            vault: view.vault,
            path: path.as_str().to_owned(),
            version,
            rev: before.map_or(0, |row| row.rev).saturating_add(1),
            kind,
            metadata: write.metadata.clone(),
            key_generation: view.key_generation,
            wrapped_key: sealed.wrapped_key,
            ciphertext: sealed.ciphertext,
            created_by_type: caller.principal().kind(),
            created_by_id: caller.principal().uuid(),
            created_at: now,
            expires_at: write.expires_at,
            max_access_count: write.max_access_count,
            cmek_fingerprint: view.cmek_fingerprint.clone(),
        })
    }
}

/// The row as it will be once the version is stored.
fn sealed_of_new(new: &NewVersion) -> SealedRow {
    SealedRow {
        id: new.secret,
        path: new.path.clone(),
        latest: new.version,
        rev: new.rev,
        deleted_at: None,
        secret_expires_at: new.expires_at,
        max_access_count: new.max_access_count,
        access_count: 0,
        version: new.version,
        kind: new.kind.clone(),
        metadata: new.metadata.clone(),
        key_generation: new.key_generation,
        wrapped_key: new.wrapped_key.clone(),
        ciphertext: new.ciphertext.clone(),
        created_by_type: new.created_by_type.to_owned(),
        created_by_id: new.created_by_id,
        created_at: new.created_at,
        expires_at: new.expires_at,
        disabled_at: None,
        cmek_fingerprint: new.cmek_fingerprint.clone(),
    }
}
