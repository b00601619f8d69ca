//! `1claw share`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use oneclaw_client::secrets::ListSecretsQuery;
use oneclaw_client::shares::{AccessShareRequest, CreateShareRequest};
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::{SecretId, ShareId};
use oneclaw_core::model::share::RecipientType;
use serde_json::json;

use super::client::duration;
use super::secret::value_to_stdout;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer};
use crate::remote::Remote;

const COLUMNS: [Column; 7] = [
    ("ID", "id"),
    ("PATH", "secret_path"),
    ("FOR", "recipient_type"),
    ("OPENED", "access_count"),
    ("AT MOST", "max_access_count"),
    ("ACCEPTED", "is_accepted"),
    ("EXPIRES", "expires_at"),
];

#[derive(Subcommand)]
pub(crate) enum ShareCommand {
    /// List shares
    #[command(alias = "ls")]
    List {
        /// Those for you, instead of those by you
        #[arg(long)]
        inbound: bool,
    },
    /// Share a secret
    Create(CreateArgs),
    /// Accept a share
    Accept { id: ShareId },
    /// Decline a share
    Decline { id: ShareId },
    /// Print the value of a share; counts as one opening
    Open {
        id: ShareId,
        /// Read the passphrase from a file; `-` is stdin
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Take a share back
    Revoke { id: ShareId },
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    /// Path or id of the secret
    secret: String,
    /// For whoever has the link
    #[arg(long, required_unless_present = "to", conflicts_with = "to")]
    link: bool,
    /// For `creator`, `user:ID`, `agent:NAME` or a mail address
    #[arg(long, value_name = "WHOM")]
    to: Option<String>,
    /// How long it can be opened
    #[arg(long, value_parser = duration, default_value = "24h", value_name = "TIME")]
    expires_in: Duration,
    /// How often it can be opened
    #[arg(long, value_name = "TIMES")]
    max_opens: Option<i32>,
    /// Ask for a passphrase, read from this file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

async fn secret_named(named: &str, remote: &Remote) -> Result<SecretId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let query = ListSecretsQuery {
        prefix: Some(named.to_owned()),
        ..ListSecretsQuery::default()
    };
    let listed = remote
        .client
        .list_secrets(remote.vault().await?, &query)
        .await?;
    let found = listed
        .secrets
        .into_iter()
        .find(|secret| secret.path.as_str() == named);
    found.map(|secret| secret.id).ok_or_else(|| {
        Failure::new(
            Exit::NotFound,
            format!("there is no secret at {named:?} that you may read"),
        )
        .next("1claw secret list")
    })
}

async fn recipient(
    to: &str,
    request: &mut CreateShareRequest,
    remote: &Remote,
) -> Result<(), Failure> {
    match to.split_once(':') {
        _ if to == "creator" => request.recipient_type = RecipientType::Creator,
        Some(("user", id)) => {
            request.recipient_type = RecipientType::User;
            request.recipient_id = Some(id.parse().map_err(|_| {
                Failure::new(Exit::Usage, "user: needs an id").next("1claw org members")
            })?);
        }
        Some(("agent", agent)) => {
            request.recipient_type = RecipientType::Agent;
            request.recipient_id = Some(remote.agent_named(agent).await?.as_uuid());
        }
        None if to.contains('@') => {
            request.recipient_type = RecipientType::ExternalEmail;
            request.email = Some(to.to_owned());
        }
        _ => {
            return Err(
                Failure::new(Exit::Usage, format!("{to:?} is nobody to share with"))
                    .next("--to creator, user:ID, agent:NAME or a mail address"),
            );
        }
    }
    Ok(())
}

pub(crate) async fn run(
    command: ShareCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        ShareCommand::List { inbound: true } => {
            printer.list(&client.list_inbound_shares().await?, "shares", &COLUMNS)
        }
        ShareCommand::List { inbound: false } => {
            printer.list(&client.list_outbound_shares().await?, "shares", &COLUMNS)
        }
        ShareCommand::Create(args) => {
            let expires_at = SystemClock.now().plus(args.expires_in);
            let mut request = CreateShareRequest::new(RecipientType::AnyoneWithLink, expires_at);
            if let Some(to) = &args.to {
                recipient(to, &mut request, remote).await?;
            }
            request.max_access_count = args.max_opens;
            if let Some(file) = &args.passphrase_file {
                request.passphrase =
                    Some(input::secret(Some(file), false, "passphrase", printer)?.into());
            }
            let id = secret_named(&args.secret, remote).await?;
            let share = client.create_share(id, &request).await?;
            printer.one(
                &share,
                &[
                    ("LINK", "share_url"),
                    ("ID", "id"),
                    ("FOR", "recipient_type"),
                    ("ADDRESS", "recipient_email"),
                    ("AT MOST", "max_access_count"),
                    ("EXPIRES", "expires_at"),
                ],
            )
        }
        ShareCommand::Accept { id } => {
            client.accept_share(id).await?;
            printer.done(
                format_args!("accepted; open it with: 1claw share open {id}"),
                &json!({ "accepted": id }),
            )
        }
        ShareCommand::Decline { id } => {
            client.decline_share(id).await?;
            printer.done("declined", &json!({ "declined": id }))
        }
        ShareCommand::Open {
            id,
            passphrase_file,
        } => {
            let mut request = AccessShareRequest::default();
            if let Some(file) = &passphrase_file {
                request.passphrase =
                    Some(input::secret(Some(file), false, "passphrase", printer)?.into());
            }
            let opened = client.access_share(id, &request).await?;
            if printer.json {
                return printer.json(&opened);
            }
            value_to_stdout(opened.value.expose())?;
            printer.say(format_args!(
                "{}, opened {} of {} times",
                opened.path, opened.access_count, opened.max_access_count
            ));
            Ok(())
        }
        ShareCommand::Revoke { id } => {
            client.revoke_share(id).await?;
            printer.done("taken back", &json!({ "revoked": id }))
        }
    }
}
