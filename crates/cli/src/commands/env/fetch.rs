//! Which variables there are, and their values.

use std::collections::BTreeMap;

use oneclaw_client::secrets::ListSecretsQuery;
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::path::SecretPath;

use super::cache::Kept;
use super::{Selection, name_of, variables};
use crate::dotenv::Variable;
use crate::output::{Exit, Failure, Printer};
use crate::remote::Remote;

/// The secret that a variable is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) path: SecretPath,
    /// Its newest version, where a listing said so.
    pub(super) version: Option<u32>,
}

/// Which variable each secret becomes.
pub(super) async fn choose(
    selection: &Selection,
    remote: &Remote,
) -> Result<BTreeMap<String, Chosen>, Failure> {
    let mapped = selection.maps.iter().cloned().map(|(name, path)| {
        (
            name,
            Chosen {
                path,
                version: None,
            },
        )
    });
    let mut chosen: BTreeMap<String, Chosen> = mapped.collect();
    if selection.maps.is_empty() || selection.prefix.is_some() {
        let prefix = selection.prefix.clone().unwrap_or_default();
        let prefix = prefix.trim_end_matches('/');
        let query = ListSecretsQuery {
            prefix: Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty()),
            ..ListSecretsQuery::default()
        };
        let below = format!("{prefix}/");
        for secret in remote
            .client
            .list_secrets(remote.vault().await?, &query)
            .await?
            .secrets
        {
            let path = secret.path.as_str();
            // The server compares text: `db` also finds `db2/x`.
            if !prefix.is_empty() && path != prefix && !path.starts_with(&below) {
                continue;
            }
            let name = name_of(path, prefix);
            if let Some(other) = chosen.get(&name).filter(|other| other.path != secret.path) {
                return Err(
                    Failure::new(Exit::Conflict, format!("two secrets would be {name}"))
                        .because(format_args!("{} and {path}", other.path))
                        .next(format!("give one another name: --map OTHER={path}")),
                );
            }
            // What cannot be read any more must not come from elsewhere either.
            let is_over = secret
                .expires_at
                .is_some_and(|end| end <= SystemClock.now());
            let version = (!secret.is_disabled && !is_over).then_some(secret.version);
            let path = secret.path;
            chosen.insert(name, Chosen { path, version });
        }
    }
    if !selection.only.is_empty() {
        let missing: Vec<_> = selection
            .only
            .iter()
            .filter(|name| !chosen.contains_key(*name))
            .cloned()
            .collect();
        if !missing.is_empty() && !selection.allow_missing {
            return Err(missing_values(
                &missing,
                "there is no secret that you may read for them",
            ));
        }
        chosen.retain(|name, _| selection.only.contains(name));
    }
    Ok(chosen)
}

pub(super) fn missing_values(names: &[String], why: &str) -> Failure {
    Failure::new(
        Exit::Forbidden,
        format!("without a value: {}", names.join(", ")),
    )
    .because(why)
    .next("nothing was done; --allow-missing goes on without them")
}

/// Reads the values.
pub(super) async fn fetch(
    selection: &Selection,
    kept: Option<Kept>,
    remote: &Remote,
    printer: Printer,
) -> Result<Vec<Variable>, Failure> {
    if let Some(environment) = &selection.environment {
        return variables::resolved(environment, selection, remote, printer).await;
    }
    let chosen = choose(selection, remote).await?;
    let vault = remote.vault().await?;
    let mut variables = Vec::new();
    let mut missing = Vec::new();
    let mut reason = String::new();
    for (name, Chosen { path, version }) in chosen {
        let kept = kept.as_ref().zip(version);
        if let Some(value) = kept.and_then(|(kept, version)| kept.value(vault, &path, version)) {
            variables.push((name, value.to_owned()));
            continue;
        }
        match remote.client.get_secret(vault, &path).await {
            Ok(secret) if secret.cmek_encrypted => {
                "it is encrypted with a key of yours that this command does not have"
                    .clone_into(&mut reason);
                missing.push(name);
            }
            Ok(secret) => variables.push((name, secret.value.expose().to_owned())),
            Err(error) if matches!(error.status(), Some(403 | 404 | 410)) => {
                reason = error.to_string();
                missing.push(name);
            }
            Err(error) => return Err(error.into()),
        }
    }
    without(&missing, &reason, selection, printer)?;
    Ok(variables)
}

/// Stops, or goes on without some, as the caller said.
pub(super) fn without(
    missing: &[String],
    reason: &str,
    selection: &Selection,
    printer: Printer,
) -> Result<(), Failure> {
    if missing.is_empty() {
        return Ok(());
    }
    if !selection.allow_missing {
        return Err(missing_values(missing, reason));
    }
    printer.say(format_args!(
        "left out, because it cannot be read: {}",
        missing.join(", ")
    ));
    Ok(())
}
