//! Writing a secret as a part of something bigger: a value that a human provides, an agent's identity keys.

use super::write::{PutRequest, Write, overtaken};
use super::{granted_details, version_number};
use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Live};
use crate::op::Op;
use crate::quotas::{self, Resource};
use oneclaw_core::audit::Details;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::client_key::check_shape;
use oneclaw_crypto::envelope::{ValueContext, encrypt_value};
use oneclaw_store::secrets::NewVersion;

/// Writes a secret inside another unit of work, as whoever calls and with what they may do now.
pub(crate) async fn put_in(
    app: &App,
    op: &mut Op,
    (caller, live): (&Caller, &Live),
    vault: VaultId,
    path: &SecretPath,
    request: PutRequest,
) -> Result<()> {
    let write = Write::parse(app, request)?;
    let granted = op.decide(live, caller, vault, Action::Write, path).await?;
    let found = op.tx().find_vault(caller.org(), vault).await?;
    let found = found.ok_or_else(crate::vaults::missing)?;
    if found.cmek_fingerprint.is_some() {
        check_shape(write.value.expose()).map_err(|_| {
            Error::invalid(
                "value",
                "The values of this vault are encrypted by its clients. Write it with one of them.",
            )
        })?;
    }
    let head = op.tx().find_secret_head(caller.org(), vault, path.as_str());
    if head.await?.is_none() {
        quotas::check_room(op, caller.org(), Resource::Secrets).await?;
    }
    let details = granted_details(vault, &granted);
    let new = Internal {
        kind: &write.kind,
        value: &write.value,
        cmek_fingerprint: found.cmek_fingerprint,
    };
    store(app, op, caller, (vault, path), new, details).await
}

/// Writes a secret of the server's own making in a unit of work, without a policy decision: the
/// identity keys of an agent. Callers of the API go through [`put`].
pub(crate) async fn put_internal(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    kind: &str,
    value: &SecretString,
) -> Result<()> {
    let new = Internal {
        kind,
        value,
        cmek_fingerprint: None,
    };
    let details = Details::new()
        .uuid("vault_id", vault)
        .text("path", path.as_str());
    store(app, op, caller, (vault, path), new, details).await
}

/// A value that is stored in a unit of work.
struct Internal<'a> {
    kind: &'a str,
    value: &'a SecretString,
    cmek_fingerprint: Option<String>,
}

async fn store(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    (vault, path): (VaultId, &SecretPath),
    new: Internal<'_>,
    details: Details,
) -> Result<()> {
    let Internal {
        kind,
        value,
        cmek_fingerprint,
    } = new;
    let now = op.now();
    let org = caller.org();
    let before = op.tx().find_secret_head(org, vault, path.as_str()).await?;
    let secret = before.as_ref().map_or_else(|| op.new_id(), |head| head.id);
    let version = before
        .as_ref()
        .map_or(0, |head| head.version)
        .saturating_add(1);
    let generation = op
        .tx()
        .find_vault(org, vault)
        .await?
        .ok_or_else(crate::vaults::missing)?
        .key_generation;
    let wrapped = op
        .tx()
        .find_vault_key(org, vault, generation)
        .await?
        .ok_or_else(crate::vaults::missing)?
        .wrapped;
    let key = app.unwrap_vault_key(org, vault, generation, &wrapped)?;
    let context = ValueContext {
        org,
        vault,
        secret,
        path: path.clone(),
        version: version_number(version),
        secret_type: kind.to_owned(),
    };
    let sealed = encrypt_value(&key, &context, value.expose().as_bytes(), op.random())?;
    let new = NewVersion {
        secret,
        org,
        vault,
        path: path.as_str().to_owned(),
        version,
        rev: before.as_ref().map_or(0, |head| head.rev).saturating_add(1),
        kind: kind.to_owned(),
        metadata: "{}".to_owned(),
        key_generation: generation,
        wrapped_key: sealed.wrapped_key,
        ciphertext: sealed.ciphertext,
        created_by_type: caller.principal().kind(),
        created_by_id: caller.principal().uuid(),
        created_at: now,
        expires_at: None,
        max_access_count: None,
        cmek_fingerprint,
    };
    if op.tx().put_versions(&[&new]).await?.is_empty() {
        return Err(overtaken());
    }
    let details = details.text("type", kind).int("version", version);
    op.log(entry_of(
        caller,
        "secret.write",
        ("secret", secret.to_string()),
        details,
    ));
    Ok(())
}
