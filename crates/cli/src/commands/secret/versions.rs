//! Versions and copies: what differs, what becomes the newest again, and what goes to another path.
//!
//! Invariant: values pass through this process and are never shown.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use oneclaw_client::Client;
use oneclaw_client::secrets::{PutSecretRequest, SecretResponse};
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use serde_json::{Value, json};

use super::WRITTEN;
use crate::commands::client::wants_records;
use crate::input;
use crate::output::{Exit, Failure, Printer, harmless};
use crate::remote::Remote;

#[derive(Args)]
pub(crate) struct DiffArgs {
    path: SecretPath,
    /// The older version [default: the one before]
    #[arg(long)]
    from: Option<u32>,
    /// The newer version [default: the newest]
    #[arg(long)]
    to: Option<u32>,
}

#[derive(Args)]
pub(crate) struct CopyArgs {
    from: SecretPath,
    to: SecretPath,
    /// Another vault, by name or id
    #[arg(long, value_name = "VAULT")]
    to_vault: Option<String>,
    /// Write a new version where there is a secret already
    #[arg(long)]
    force: bool,
}

/// What a value looks like from outside.
#[derive(Debug, PartialEq, Eq)]
enum Difference {
    None,
    /// Members of two JSON objects.
    Members(BTreeMap<String, &'static str>),
    /// Texts, or JSON that is no object.
    Whole,
}

fn difference(old: &str, new: &str) -> Difference {
    if old == new {
        return Difference::None;
    }
    let object = |text| match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Some(members),
        _ => None,
    };
    let (Some(old), Some(new)) = (object(old), object(new)) else {
        return Difference::Whole;
    };
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let word = match (old.get(name), new.get(name)) {
            (Some(_), None) => "removed",
            (None, Some(_)) => "added",
            (before, after) if before != after => "changed",
            _ => return None,
        };
        Some((name.clone(), word))
    });
    Difference::Members(changed.collect())
}

/// Refuses what only the holder of a key can make sense of.
fn readable(secret: SecretResponse) -> Result<SecretResponse, Failure> {
    if secret.cmek_encrypted {
        let what = format!("{} is encrypted with a key of yours", secret.path);
        return Err(Failure::new(Exit::Forbidden, what)
            .because("this command does not have that key; nothing was done")
            .next("use the SDK, which has it"));
    }
    Ok(secret)
}

async fn read(
    path: &SecretPath,
    version: Option<u32>,
    vault: VaultId,
    client: &Client,
) -> Result<SecretResponse, Failure> {
    readable(match version {
        Some(version) => client.get_secret_version(vault, path, version).await?,
        None => client.get_secret(vault, path).await?,
    })
}

pub(super) async fn diff(
    args: DiffArgs,
    vault: VaultId,
    client: &Client,
    printer: Printer,
) -> Result<(), Failure> {
    let new = read(&args.path, args.to, vault, client).await?;
    let Some(before) = args
        .from
        .or_else(|| new.version.checked_sub(1))
        .filter(|v| *v > 0)
    else {
        let what = format!("{} has one version alone", args.path);
        return Err(Failure::new(Exit::NotFound, what).next("name two: --from and --to"));
    };
    let old = read(&args.path, Some(before), vault, client).await?;
    let difference = difference(old.value.expose(), new.value.expose());
    let mut lines = Vec::new();
    match &difference {
        Difference::None => {}
        Difference::Whole => lines.push("value changed".to_owned()),
        Difference::Members(members) => {
            lines.extend(members.iter().map(|(name, word)| format!("{word} {name}")));
        }
    }
    if old.secret_type != new.secret_type {
        lines.push(format!(
            "type {} became {}",
            old.secret_type.as_str(),
            new.secret_type.as_str()
        ));
    }
    if old.metadata != new.metadata {
        lines.push("metadata changed".to_owned());
    }
    if printer.json {
        printer.json(&json!({
            "path": args.path, "from": old.version, "to": new.version, "same": lines.is_empty(), "changes": lines,
        }))?;
    } else {
        for line in &lines {
            printer.data(harmless(line))?;
        }
    }
    let what = format!(
        "versions {} and {} of {}",
        old.version, new.version, args.path
    );
    if lines.is_empty() {
        printer.say(format_args!("{what} are the same"));
        return Ok(());
    }
    Err(Failure::new(Exit::Mismatch, format!("{what} differ")))
}

/// What writes this again, with all that belongs to it. Limits of the old version are not the new one's.
fn again(secret: SecretResponse) -> PutSecretRequest {
    let mut request = PutSecretRequest::new(secret.value);
    request.secret_type = Some(secret.secret_type);
    request.metadata = Some(secret.metadata);
    request.expires_at = secret.expires_at;
    request
}

pub(super) async fn restore(
    path: &SecretPath,
    version: u32,
    vault: VaultId,
    client: &Client,
    printer: Printer,
) -> Result<(), Failure> {
    let old = read(path, Some(version), vault, client).await?;
    let written = client.put_secret(vault, path, &again(old)).await?;
    if wants_records(printer) {
        return printer.one(&written, &WRITTEN);
    }
    printer.say(format_args!(
        "version {version} of {path} is the newest again, as version {}",
        written.version
    ));
    Ok(())
}

/// Refuses to write over something.
pub(super) async fn must_be_free(
    path: &SecretPath,
    vault: VaultId,
    client: &Client,
) -> Result<(), Failure> {
    match client.list_secret_versions(vault, path).await {
        Err(error) if error.status() == Some(404) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(Failure::new(
            Exit::Conflict,
            format!("there is a secret at {path} already"),
        )
        .because("nothing was written")
        .next(format!("a new value for it: 1claw secret rotate {path}"))),
    }
}

pub(super) async fn copy(
    args: &CopyArgs,
    vault: VaultId,
    remote: &Remote,
    printer: Printer,
) -> Result<u32, Failure> {
    let client = &remote.client;
    let target = match &args.to_vault {
        Some(named) => remote.vault_named(named).await?,
        None => vault,
    };
    if target == vault && args.from == args.to {
        return Err(Failure::new(Exit::Usage, "both are the same secret"));
    }
    if !args.force {
        must_be_free(&args.to, target, client)
            .await
            .map_err(|failure| match failure.exit {
                Exit::Conflict => failure.next("--force writes a new version of it"),
                _ => failure,
            })?;
    }
    let secret = read(&args.from, None, vault, client).await?;
    let from = secret.version;
    let written = client.put_secret(target, &args.to, &again(secret)).await?;
    if wants_records(printer) {
        printer.one(&written, &WRITTEN)?;
    } else {
        printer.say(format_args!(
            "wrote version {} of {}, from version {from} of {}",
            written.version, args.to, args.from
        ));
    }
    Ok(from)
}

pub(super) async fn relocate(
    args: CopyArgs,
    vault: VaultId,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    input::confirm(
        &format!(
            "move {} to {}? older versions, policies and shares do not go along",
            args.from, args.to
        ),
        printer,
    )?;
    let moved = copy(&args, vault, remote, printer).await?;
    // Somebody may have written meanwhile; that version would be lost.
    let versions = remote
        .client
        .list_secret_versions(vault, &args.from)
        .await?;
    if versions
        .versions
        .first()
        .is_some_and(|newest| newest.version != moved)
    {
        let what = format!("{} was written meanwhile", args.from);
        return Err(Failure::new(Exit::Conflict, what).because(format!(
            "the copy is at {}, the original is still there",
            args.to
        )));
    }
    remote.client.delete_secret(vault, &args.from).await?;
    printer.say(format_args!("deleted {}", args.from));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_differ_by_member_and_texts_as_a_whole() {
        assert_eq!(difference("a", "a"), Difference::None);
        assert_eq!(difference("a", "b"), Difference::Whole);
        assert_eq!(difference("[1]", "[2]"), Difference::Whole);
        let old = r#"{"user":"x","password":"hunter2","host":"h"}"#;
        let new = r#"{"user":"x","password":"hunter3","port":1}"#;
        let Difference::Members(members) = difference(old, new) else {
            panic!("two objects");
        };
        let expected = [
            ("host", "removed"),
            ("password", "changed"),
            ("port", "added"),
        ];
        assert_eq!(
            members
                .iter()
                .map(|(name, word)| (name.as_str(), *word))
                .collect::<Vec<_>>(),
            expected
        );
    }
}
