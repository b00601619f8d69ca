//! `1claw vault`.

use clap::Subcommand;
use oneclaw_client::vaults::CreateVaultRequest;
use serde_json::json;

use crate::input;
use crate::output::{Column, Exit, Failure, Printer};
use crate::remote::Remote;
use crate::settings::{self, LINK_FILE, Link};

const COLUMNS: [Column; 4] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("CREATED", "created_at"),
    ("DESCRIPTION", "description"),
];

#[derive(Subcommand)]
pub(crate) enum VaultCommand {
    /// List the vaults that you may see
    #[command(alias = "ls")]
    List,
    /// Make a vault
    Create {
        name: String,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
    },
    /// Show a vault
    Get {
        /// Name or id
        vault: String,
    },
    /// Delete a vault with everything in it
    #[command(alias = "rm")]
    Delete {
        /// Name or id
        vault: String,
    },
    /// Use a vault in this folder and below, by writing `.1claw.json`
    Link {
        /// Name or id
        vault: String,
    },
    /// Take the link of this folder away
    Unlink,
}

pub(crate) async fn run(
    command: VaultCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        VaultCommand::List => printer.list(&client.list_vaults().await?, "vaults", &COLUMNS),
        VaultCommand::Create { name, description } => {
            let made = client
                .create_vault(&CreateVaultRequest { name, description })
                .await?;
            printer.one(&made, &COLUMNS)
        }
        VaultCommand::Get { vault } => {
            let id = remote.vault_named(&vault).await?;
            printer.one(&client.get_vault(id).await?, &COLUMNS)
        }
        VaultCommand::Delete { vault } => {
            let id = remote.vault_named(&vault).await?;
            let name = client.get_vault(id).await?.name;
            input::confirm(
                &format!("delete the vault {name:?} with all its secrets?"),
                printer,
            )?;
            client.delete_vault(id).await?;
            printer.done(
                format_args!("deleted the vault {name:?}"),
                &json!({ "deleted": id }),
            )
        }
        VaultCommand::Link { vault } => {
            let vault = client.get_vault(remote.vault_named(&vault).await?).await?;
            let link = Link {
                api_url: remote.url.clone(),
                vault_id: vault.id.to_string(),
            };
            let text = serde_json::to_string_pretty(&link).map_err(|error| {
                Failure::new(Exit::Failed, "the link cannot be written").because(error)
            })?;
            // Not private: it belongs into version control.
            std::fs::write(LINK_FILE, format!("{text}\n"))
                .map_err(|error| settings::cannot_write(LINK_FILE.as_ref(), &error))?;
            printer.done(
                format_args!("{LINK_FILE} now names the vault {:?}", vault.name),
                &link,
            )
        }
        VaultCommand::Unlink => {
            std::fs::remove_file(LINK_FILE)
                .map_err(|error| settings::cannot_read(LINK_FILE.as_ref(), &error))?;
            printer.done(
                format_args!("{LINK_FILE} is gone"),
                &json!({ "removed": LINK_FILE }),
            )
        }
    }
}
