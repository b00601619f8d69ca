//! `1claw passkey`. Passkeys are made in a browser; here they are listed, named and removed.

use std::path::PathBuf;

use clap::Subcommand;
use oneclaw_client::passkeys::RenamePasskeyRequest;
use oneclaw_core::id::PasskeyId;
use serde_json::json;

use super::account;
use crate::input;
use crate::output::{Column, Failure, Printer};
use crate::remote::Remote;

const COLUMNS: [Column; 5] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("SYNCHRONISED", "backed_up"),
    ("LAST USED", "last_used_at"),
    ("CREATED", "created_at"),
];

#[derive(Subcommand)]
pub(crate) enum PasskeyCommand {
    /// List the passkeys of your account. A browser makes new ones: `1claw open security`
    #[command(alias = "ls")]
    List,
    /// Give a passkey another name
    Rename { id: PasskeyId, name: String },
    /// Remove a passkey; has to be confirmed
    #[command(alias = "rm", alias = "delete")]
    Remove {
        id: PasskeyId,
        /// Read the password, which confirms it, from a file; `-` is stdin
        #[arg(long, value_name = "FILE")]
        confirm_file: Option<PathBuf>,
    },
}

pub(crate) async fn run(
    command: PasskeyCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        PasskeyCommand::List => printer.list(&client.list_passkeys().await?, "passkeys", &COLUMNS),
        PasskeyCommand::Rename { id, name } => {
            let request = RenamePasskeyRequest { name };
            printer.one(&client.rename_passkey(id, &request).await?, &COLUMNS)
        }
        PasskeyCommand::Remove { id, confirm_file } => {
            input::confirm(&format!("remove the passkey {id}?"), printer)?;
            let confirmation = account::confirmation(confirm_file.as_deref(), printer)?;
            client.delete_passkey(id, &confirmation).await?;
            printer.done(
                format_args!("removed the passkey {id}"),
                &json!({ "removed": id }),
            )
        }
    }
}
