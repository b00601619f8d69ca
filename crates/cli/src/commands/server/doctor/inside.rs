//! What the doctor finds inside a database: whether it is whole, of this version, opens with the master key, and what
//! has piled up in it. Opens nothing that a start would have to change first.

use oneclaw_app::health::{self, Backlog};
use oneclaw_store::maintenance::{self, Inspection};
use oneclaw_store::{Config as Database, StoreError};

use super::Finding;
use crate::commands::server::instance;
use crate::config::Config;
use crate::output::Failure;
use crate::process;

/// Looks into the database, if there is one.
pub(super) fn examine(config: &Config) -> Vec<Finding> {
    if matches!(&config.database, Database::Sqlite(path) if !path.exists()) {
        return Vec::new();
    }
    let look = async {
        let found = match maintenance::inspect(&config.database).await {
            Ok(found) => found,
            Err(error) => return vec![unreachable(config, error)],
        };
        let mut findings = findings(&found);
        // A vault that is opened is brought up to date, and this command changes nothing.
        if found.is_current() {
            findings.extend(examine_vault(config).await);
        }
        findings
    };
    match process::start_runtime() {
        Ok(runtime) => runtime.block_on(look),
        Err(failure) => vec![of_failure("database", &failure)],
    }
}

fn findings(found: &Inspection) -> Vec<Finding> {
    const STRUCTURE: &str = "structure";
    const SCHEMA: &str = "schema";
    let mut findings = vec![match found.damage.first() {
        None => Finding::good(STRUCTURE, "whole"),
        Some(first) => Finding::bad(
            STRUCTURE,
            format!("the database is damaged: {first}"),
            "stop the server, keep the file, and put a backup in its place: 1claw server restore",
        ),
    }];
    findings.push(if !found.unknown.is_empty() {
        Finding::bad(
            SCHEMA,
            format!(
                "a newer 1claw has used this database (steps {:?})",
                found.unknown
            ),
            "start that version, or restore a backup from before",
        )
    } else if found.pending.is_empty() {
        Finding::good(SCHEMA, format!("up to date, {} steps", found.applied))
    } else {
        Finding::caution(
            SCHEMA,
            format!(
                "the next start takes {} steps: {}",
                found.pending.len(),
                found.pending.join(", ")
            ),
            "make a backup first:  1claw server backup FOLDER",
        )
    });
    findings.extend(found.risks.iter().map(|(setting, advice)| {
        let text = format!("{setting} is off: a crash of the machine loses what was acknowledged");
        Finding::bad("durability", text, *advice)
    }));
    findings
}

/// Opens the vault and looks at what waits in it.
async fn examine_vault(config: &Config) -> Vec<Finding> {
    const CHECK: &str = "keys";
    let app = match instance::open_silently(config, config.database.clone()).await {
        Ok(app) => app,
        Err(failure) => return vec![of_failure(CHECK, &failure)],
    };
    let backlog = health::backlog(&app).await;
    app.shut_down().await;
    let mut findings = vec![Finding::good(
        CHECK,
        "the master key opens the keys of the instance",
    )];
    match backlog {
        Ok(backlog) => findings.push(outbox(backlog, config.mail_url.is_some())),
        Err(error) => findings.push(Finding::bad(
            "outbox",
            error.sentence().to_owned(),
            "look whether another process holds the database for long",
        )),
    }
    findings
}

fn outbox(backlog: Backlog, sends_mail: bool) -> Finding {
    const CHECK: &str = "outbox";
    let Backlog {
        queued_mails: queued,
        kept_mails: kept,
        failed_mails: failed,
    } = backlog;
    let text = format!("{queued} wait, {kept} are kept, {failed} were given up");
    if failed > 0 {
        let advice = "read why, and hand them over yourself:  1claw server outbox";
        return Finding::caution(CHECK, text, advice);
    }
    if kept > 0 && !sends_mail {
        let advice = "read them with `1claw server outbox`, or say with --mail-url how mail leaves";
        return Finding::caution(CHECK, text, advice);
    }
    Finding::good(CHECK, text)
}

fn unreachable(config: &Config, error: StoreError) -> Finding {
    of_failure("database", &instance::boot_failure(config, error.into()))
}

fn of_failure(check: &'static str, failure: &Failure) -> Finding {
    let advice = failure.advice().unwrap_or("mend that, and run this again");
    Finding::bad(check, failure.sentence(), advice)
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn damage_newer_steps_and_unsafe_settings_are_bad_and_missing_steps_a_caution() {
        let worst = Inspection {
            damage: vec!["row 7 missing from index".to_owned()],
            unknown: vec![99],
            risks: vec![("fsync".to_owned(), "switch it on")],
            ..Inspection::default()
        };
        let verdicts: Vec<_> = findings(&worst)
            .iter()
            .map(|finding| finding.verdict)
            .collect();
        assert_eq!(verdicts, [Verdict::Bad; 3]);
        let old = Inspection {
            pending: vec!["0016_operations"],
            ..Inspection::default()
        };
        let verdicts: Vec<_> = findings(&old)
            .iter()
            .map(|finding| finding.verdict)
            .collect();
        assert_eq!(verdicts, [Verdict::Good, Verdict::Caution]);
        assert!(!worst.is_current() && !old.is_current() && Inspection::default().is_current());
    }

    #[test]
    fn mails_that_do_not_leave_are_a_caution() {
        let backlog = |kept_mails, failed_mails| Backlog {
            queued_mails: 3,
            kept_mails,
            failed_mails,
        };
        assert_eq!(outbox(backlog(0, 0), true).verdict, Verdict::Good);
        assert_eq!(outbox(backlog(1, 0), true).verdict, Verdict::Good);
        assert_eq!(outbox(backlog(1, 0), false).verdict, Verdict::Caution);
        assert_eq!(outbox(backlog(0, 1), true).verdict, Verdict::Caution);
    }
}
