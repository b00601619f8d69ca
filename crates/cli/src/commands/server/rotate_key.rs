//! `1claw server rotate-key`: a new master key, and everything wrapped again under it.

use std::io::IsTerminal as _;

use oneclaw_app::rotate::rotate_master_key;
use serde_json::json;

use super::open_existing;
use crate::config::Config;
use crate::output::{Exit, Failure, GOOD, Printer};
use crate::process;

/// Rotates the master key.
pub(super) fn run(config: &Config, printer: Printer) -> Result<(), Failure> {
    process::start_runtime()?.block_on(async {
        let app = open_existing(config).await?;
        let watched = std::io::stderr().is_terminal() && !printer.json;
        let progress = |done: usize| {
            if watched {
                printer.note(format_args!("{done} vault keys wrapped again"));
            }
        };
        let rotated = rotate_master_key(&app, progress).await;
        app.shut_down().await;
        let rotation = rotated.map_err(|error| {
            Failure::new(Exit::Failed, "the rotation did not finish")
                .caused_by(&error)
                .next("nothing is lost; when the cause is gone, run it again")
        })?;
        if printer.json {
            return printer.json(&json!({
                "key_id": rotation.key.to_string(),
                "instance_keys": rotation.instance_keys,
                "vault_keys": rotation.vault_keys,
            }));
        }
        printer.data(format_args!(
            "{GOOD}rotated:{GOOD:#} {} is the master key; {} keys of the instance and {} of vaults were wrapped again",
            rotation.key, rotation.instance_keys, rotation.vault_keys
        ))?;
        printer.note(format_args!(
            "Back up {} now. Older backups of the database need the key file of their time.",
            config.master_key_file.display()
        ));
        Ok(())
    })
}
