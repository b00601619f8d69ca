//! The audit log, checked as anyone can.

use std::fs;
use std::path::Path;

use oneclaw_client::audit::AuditEventsQuery;
use oneclaw_client::{Client, Error};
use oneclaw_crypto::sign::{VerifierKey, verify_checkpoint};

use super::{ensure, unexpected};
use crate::commands::audit::check_export;
use crate::commands::demo::narrator::Stage;
use crate::output::{Exit, Failure};

pub(super) async fn prove(stage: &Stage, human: &Client, folder: &Path) -> Result<(), Failure> {
    stage.step(13, "Anyone can check the log", "The log is a Merkle tree with a signed root. Checking it takes the files and no trust in the server.")?;
    let failed = |error: Error| unexpected("export the audit log", &error);
    let newest = AuditEventsQuery {
        limit: Some(1),
        ..AuditEventsQuery::default()
    };
    human.query_audit_events(&newest).await.map_err(failed)?;
    let checkpoint = human.get_audit_checkpoint().await.map_err(failed)?;
    let export = human.export_audit_log().await.map_err(failed)?;

    let not_signed = |error: String| {
        Failure::new(Exit::Mismatch, "the checkpoint does not verify").because(error)
    };
    let key: VerifierKey = checkpoint
        .verifier_key
        .parse()
        .map_err(|_| not_signed("the key is not a key".to_owned()))?;
    let signed =
        verify_checkpoint(&checkpoint.note, &key).map_err(|error| not_signed(error.to_string()))?;
    let report = check_export(&*export, &signed)?;
    stage.found(format_args!(
        "{} entries are complete, unchanged and in order.",
        report.proven
    ))?;

    let text = String::from_utf8_lossy(&export);
    let forged = text.replacen("secret.read", "secret.list", 1);
    ensure(forged != text, "the log tells that a secret was read")?;
    ensure(
        check_export(forged.as_bytes(), &signed).is_err(),
        "a change of one word is found",
    )?;
    stage.found("With one word changed, the same check fails.")?;
    for (name, content) in [
        ("audit.jsonl", &*text),
        ("checkpoint.txt", &checkpoint.note),
        ("key.txt", &checkpoint.verifier_key),
    ] {
        fs::write(folder.join(name), content).map_err(|error| {
            Failure::new(Exit::Failed, "the proof cannot be written").because(error)
        })?;
    }
    Ok(())
}
