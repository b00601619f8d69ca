//! Values that stay on this machine for a while.
//!
//! Invariants:
//! - What is kept is encrypted with a key made from the credential that read it; without that credential it is noise.
//! - A kept value is used only while the server lists its secret for this caller, at the same version: whoever loses
//!   the right to read, or the credential, gets nothing out of it, and nobody gets an old value.
//! - It ends after an hour at the latest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use oneclaw_client::wire::SecretText;
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::seal::{Context, Key, KeyId, Purpose, open, seal};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Selection;
use super::fetch::choose;
use crate::output::{Exit, Failure, Printer};
use crate::remote::Remote;
use crate::settings::{Folders, write_private};

/// The beginning of `1claw env cache --help`.
pub(super) const ABOUT: &str = "\
Keep values on this machine for a while, so that `env run` starts faster.

They are encrypted with a key made from your credential. `env run` still asks the server which secrets you may read, and in \
which version: a right that ended, a credential that was revoked and a value that changed are noticed at once. What is saved \
is the reading of each value. Uses of a kept value are not entries of the audit log, and do not count as reads.";

/// Longest time that values are kept.
const MAX_TTL: u64 = 3600;
/// Files with another first line are not ours.
const KEY_ID: KeyId = KeyId::from_bytes(*b"envcache");

#[derive(Args)]
pub(crate) struct CacheArgs {
    #[command(flatten)]
    selection: Selection,
    /// For how many seconds, at most 3600
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=MAX_TTL))]
    ttl: u64,
}

/// What is kept, decrypted.
#[derive(Deserialize, Serialize)]
pub(super) struct Kept {
    api_url: String,
    expires_at: Timestamp,
    /// By vault and path.
    values: BTreeMap<String, KeptValue>,
}

#[derive(Deserialize, Serialize)]
struct KeptValue {
    version: u32,
    value: SecretText,
}

fn file(folders: &Folders) -> PathBuf {
    folders.cache_file()
}

fn key(remote: &Remote) -> Result<Key, Failure> {
    let unusable = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "no key can be made").because(error)
    };
    let material = remote
        .cache_key()
        .ok_or_else(|| unusable(&"nobody is signed in"))?;
    Key::from_material(KEY_ID, &material).map_err(|error| unusable(&error))
}

fn name(vault: VaultId, path: &SecretPath) -> String {
    format!("{vault}/{path}")
}

impl Kept {
    /// What is kept for this server and credential, if it is still good.
    pub(super) fn open(remote: &Remote) -> Result<Option<Self>, Failure> {
        let Ok(blob) = std::fs::read(file(&remote.folders)) else {
            return Ok(None);
        };
        // Of another credential, damaged, or of another version: as if there were none.
        let Ok(text) = open(&key(remote)?, &Context::new(Purpose::EnvCache), &blob) else {
            return Ok(None);
        };
        let kept: Option<Self> = serde_json::from_slice(text.expose()).ok();
        Ok(kept.filter(|kept| kept.api_url == remote.url && kept.expires_at > SystemClock.now()))
    }

    /// The value of exactly this version.
    pub(super) fn value(&self, vault: VaultId, path: &SecretPath, version: u32) -> Option<&str> {
        let kept = self.values.get(&name(vault, path))?;
        (kept.version == version).then(|| kept.value.expose())
    }
}

pub(super) async fn fill(
    args: &CacheArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    if args.selection.environment.is_some() {
        return Err(
            Failure::new(Exit::Usage, "variables of an environment are not kept")
                .because("they come in one answer, so there is nothing to be faster at"),
        );
    }
    let vault = remote.vault().await?;
    let mut values = BTreeMap::new();
    for chosen in choose(&args.selection, remote).await?.into_values() {
        let secret = remote.client.get_secret(vault, &chosen.path).await?;
        if secret.cmek_encrypted {
            continue;
        }
        let (version, value) = (secret.version, secret.value);
        values.insert(name(vault, &chosen.path), KeptValue { version, value });
    }
    let kept = Kept {
        api_url: remote.url.clone(),
        expires_at: SystemClock.now().plus(Duration::from_secs(args.ttl)),
        values,
    };
    let failed = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "the values cannot be kept").because(error)
    };
    let text = serde_json::to_string(&kept).map_err(|error| failed(&error))?;
    let text = oneclaw_core::secret::SecretString::from(text);
    let context = Context::new(Purpose::EnvCache);
    let blob = seal(
        &key(remote)?,
        &context,
        text.expose().as_bytes(),
        &SystemRandom,
    )
    .map_err(|error| failed(&error))?;
    remote.folders.make_state()?;
    write_private(&file(&remote.folders), &blob)?;
    printer.done(
        format_args!(
            "{} values are kept until {}, encrypted, in {}",
            kept.values.len(),
            kept.expires_at,
            file(&remote.folders).display()
        ),
        &json!({ "kept": kept.values.len(), "expires_at": kept.expires_at, "file": file(&remote.folders) }),
    )
}

pub(super) fn status(remote: &Remote, printer: Printer) -> Result<(), Failure> {
    match Kept::open(remote)? {
        Some(kept) => printer.done_as_data(
            format_args!("{} values until {}", kept.values.len(), kept.expires_at),
            &json!({ "kept": kept.values.len(), "expires_at": kept.expires_at }),
        ),
        None => printer.done_as_data("nothing is kept for this credential", &json!({ "kept": 0 })),
    }
}

pub(super) fn clear(folders: &Folders, printer: Printer) -> Result<(), Failure> {
    let path = file(folders);
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(crate::settings::cannot_write(&path, &error)),
    }
    printer.done("nothing is kept any more", &json!({ "kept": 0 }))
}
