//! `1claw key`: personal keys.

use std::time::Duration;

use clap::Subcommand;
use oneclaw_client::api_keys::CreateApiKeyRequest;
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::ApiKeyId;
use serde_json::json;

use super::client::duration;
use crate::input;
use crate::output::{Exit, Failure, Printer};
use crate::remote::Remote;

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// List your keys, without the keys themselves
    #[command(alias = "ls")]
    List,
    /// Make a key that acts for you, and print it, this once
    Create {
        name: String,
        /// End it after this time, such as 90d
        #[arg(long, value_parser = duration, value_name = "TIME")]
        expires_in: Option<Duration>,
    },
    /// Replace a key: make one of the same name, print it, this once, and end the old one
    Roll { id: ApiKeyId },
    /// End a key
    #[command(alias = "rm")]
    Revoke { id: ApiKeyId },
}

pub(crate) async fn run(
    command: KeyCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        KeyCommand::List => printer.list(
            &client.list_api_keys().await?,
            "keys",
            &[
                ("NAME", "name"),
                ("ID", "id"),
                ("BEGINS WITH", "key_prefix"),
                ("ACTIVE", "is_active"),
                ("LAST USED", "last_used_at"),
                ("EXPIRES", "expires_at"),
            ],
        ),
        KeyCommand::Create { name, expires_in } => {
            let request = CreateApiKeyRequest {
                name,
                scopes: None,
                expires_at: expires_in.map(|time| SystemClock.now().plus(time)),
            };
            let made = client.create_api_key(&request).await?;
            if printer.json {
                return printer.json(&made);
            }
            printer.data(made.api_key.expose())?;
            printer.say(format_args!(
                "made the key {:?} ({}); it is not shown again",
                made.key.name, made.key.id
            ));
            Ok(())
        }
        KeyCommand::Roll { id } => roll(id, remote, printer).await,
        KeyCommand::Revoke { id } => {
            input::confirm(&format!("end the key {id}?"), printer)?;
            client.revoke_api_key(id).await?;
            printer.done(
                format_args!("ended the key {id}"),
                &json!({ "revoked": id }),
            )
        }
    }
}

/// The old key ends last, and only when the new one has reached its reader.
async fn roll(id: ApiKeyId, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let client = &remote.client;
    let keys = client.list_api_keys().await?.keys;
    let Some(old) = keys.into_iter().find(|key| key.id == id) else {
        return Err(
            Failure::new(Exit::NotFound, format!("there is no key {id}")).next("1claw key list"),
        );
    };
    input::confirm(
        &format!(
            "replace the key {:?}? the old one stops working at once",
            old.name
        ),
        printer,
    )?;
    // As long to live as the old one had when it was made.
    let life = old.expires_at.map(|end| end.since(old.created_at));
    let request = CreateApiKeyRequest {
        name: old.name,
        scopes: Some(old.scopes),
        expires_at: life.map(|life| SystemClock.now().plus(life)),
    };
    let made = client.create_api_key(&request).await?;
    if printer.json {
        printer.json(&made)?;
    } else {
        printer.data(made.api_key.expose())?;
    }
    client.revoke_api_key(id).await?;
    printer.say(format_args!(
        "the old key is dead; the new one ({}) is not shown again",
        made.key.id
    ));
    Ok(())
}
