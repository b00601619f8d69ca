//! `1claw server migrate`: the database brought up to date apart from a start, or a look at what that would do.

use oneclaw_store::{Config as Database, Store, maintenance};
use serde_json::json;

use super::instance;
use crate::config::Config;
use crate::output::{Exit, Failure, GOOD, Printer};
use crate::process;

/// Takes the steps that are missing, unless `only_check`.
pub(super) fn run(config: &Config, only_check: bool, printer: Printer) -> Result<(), Failure> {
    if let Database::Sqlite(path) = &config.database
        && !path.exists()
    {
        let what = format!("there is no database {}", path.display());
        return Err(
            Failure::new(Exit::NotFound, what).because("the first start makes it, up to date")
        );
    }
    let database = &config.database;
    process::start_runtime()?.block_on(async {
        let found = maintenance::inspect(database).await;
        let found = found.map_err(|error| instance::boot_failure(config, error.into()))?;
        if !found.unknown.is_empty() {
            return Err(
                Failure::new(Exit::Failed, "a newer 1claw has used this database")
                    .because(format_args!(
                        "it has steps that this version does not know: {:?}",
                        found.unknown
                    ))
                    .next("start that version, or restore a backup from before"),
            );
        }
        if !only_check && !found.pending.is_empty() {
            let store = Store::open(database).await;
            let store = store.map_err(|error| instance::boot_failure(config, error.into()))?;
            store.close().await;
        }
        if printer.json {
            let what = if only_check { "pending" } else { "taken" };
            printer.json(&json!({ what: found.pending }))?;
        } else if found.pending.is_empty() {
            printer.data(format_args!(
                "{GOOD}up to date:{GOOD:#} {} steps",
                found.applied
            ))?;
        } else {
            let verb = if only_check { "missing" } else { "taken" };
            for step in &found.pending {
                printer.data(format_args!("{verb}: {step}"))?;
            }
        }
        if only_check && !found.pending.is_empty() {
            return Err(Failure::new(Exit::Failed, "the database is not up to date")
                .next("make a backup, then:  1claw server migrate"));
        }
        Ok(())
    })
}
