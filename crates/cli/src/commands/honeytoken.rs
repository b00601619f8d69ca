//! `1claw honeytoken`.

use clap::Subcommand;
use oneclaw_client::risk::{CreateHoneytokenRequest, RiskEventsQuery};
use oneclaw_core::id::HoneytokenId;
use oneclaw_core::path::SecretPath;

use crate::output::{Column, Failure, Printer};
use crate::remote::Remote;

const COLUMNS: [Column; 5] = [
    ("ID", "id"),
    ("VAULT", "vault_id"),
    ("PATH", "secret_path"),
    ("READ", "triggered_count"),
    ("LAST READ", "last_triggered_at"),
];
const EVENTS: [Column; 5] = [
    ("AT", "occurred_at"),
    ("SEVERITY", "severity"),
    ("WHO", "principal_type"),
    ("ID", "principal_id"),
    ("FROM", "ip"),
];

#[derive(Subcommand)]
pub(crate) enum HoneytokenCommand {
    /// List decoys
    #[command(alias = "ls")]
    List,
    /// Make a secret a decoy; an agent that reads it is stopped by that
    Create {
        /// Path of a secret whose value looks real and opens nothing
        path: SecretPath,
        /// What it is for
        #[arg(long)]
        notes: Option<String>,
    },
    /// Make a decoy an ordinary secret again
    #[command(alias = "rm")]
    Delete { id: HoneytokenId },
    /// List who read decoys, newest first
    Events,
}

pub(crate) async fn run(
    command: HoneytokenCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        HoneytokenCommand::List => {
            printer.list(&client.list_honeytokens().await?, "honeytokens", &COLUMNS)
        }
        HoneytokenCommand::Create { path, notes } => {
            let request = CreateHoneytokenRequest {
                vault_id: remote.vault().await?,
                secret_path: path,
                notes,
            };
            let made = client.create_honeytoken(&request).await?;
            printer.done(
                format_args!(
                    "{} is a decoy now: any agent that reads it is stopped",
                    made.honeytoken.secret_path
                ),
                &made,
            )
        }
        HoneytokenCommand::Delete { id } => {
            let gone = client.delete_honeytoken(id).await?;
            printer.done("it is an ordinary secret again", &gone)
        }
        HoneytokenCommand::Events => {
            let query = RiskEventsQuery::default();
            printer.list(&client.list_risk_events(&query).await?, "events", &EVENTS)
        }
    }
}
