//! `1claw audit verify`: checks an exported log with nothing but the files.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use oneclaw_client::wire::HexHash;
use oneclaw_core::audit::{Checkpoint, Report, VerifyError, verify_export};
use oneclaw_crypto::sign::{VerifierKey, verify_checkpoint};
use serde_json::json;

use crate::args::AuditVerifyArgs;
use crate::output::{BOLD, Exit, Failure, GOOD, Printer};

/// Longest checkpoint or key file, so that a wrong path does not fill the memory.
const MAX_NOTE: u64 = 64 * 1024;

/// Verifies an export and prints what was proven.
pub(crate) fn verify(args: &AuditVerifyArgs, printer: Printer) -> Result<(), Failure> {
    let key = read_key(&args.key)?;
    let note = read_small(&args.checkpoint)?;
    let name = args.checkpoint.display();
    // Tools that copy text out of JSON like to add a newline.
    let note = format!("{}\n", note.trim_end_matches('\n'));
    let checkpoint = verify_checkpoint(&note, &key).map_err(|error| {
        Failure::new(
            Exit::Mismatch,
            format!("{name} is not a checkpoint to rely on"),
        )
        .because(error)
    })?;
    let report = check_export(open(&args.export)?, &checkpoint)?;
    print(&report, &checkpoint, &key, printer)
}

/// Checks the entries of an export against a checkpoint whose signature holds.
pub(crate) fn check_export(
    export: impl BufRead,
    checkpoint: &Checkpoint,
) -> Result<Report, Failure> {
    let report = verify_export(export, checkpoint).map_err(|error| match error {
        VerifyError::Read(error) => {
            Failure::new(Exit::Failed, "the export cannot be read").because(error)
        }
        found => Failure::new(Exit::Mismatch, "the export is not the log that was signed")
            .because(found)
            .next(
                "export again; if it stays so, keep both files: they show that the log was changed",
            ),
    })?;
    // One key signs for every organisation of a server, so the name must fit the entries too.
    if let Some(org) = report.org
        && !checkpoint.origin.ends_with(&format!("/{org}"))
    {
        return Err(
            Failure::new(Exit::Mismatch, "the export is not the log that was signed").because(
                format_args!(
                    "its entries are of organisation {org}, the checkpoint of {}",
                    checkpoint.origin
                ),
            ),
        );
    }
    Ok(report)
}

fn print(
    report: &Report,
    checkpoint: &Checkpoint,
    key: &VerifierKey,
    printer: Printer,
) -> Result<(), Failure> {
    let root = HexHash(checkpoint.root).to_string();
    if printer.json {
        return printer.json(&json!({
            "verified": true,
            "origin": checkpoint.origin,
            "proven": report.proven,
            "unproven": report.unproven,
            "root_hash": root,
            "first_at": report.first_at,
            "last_at": report.last_at,
            "key": key.to_string(),
        }));
    }
    printer.data(format_args!(
        "{GOOD}verified:{GOOD:#} {} entries are complete, unchanged and in order",
        report.proven
    ))?;
    printer.data(format_args!("  {BOLD}log{BOLD:#}   {}", checkpoint.origin))?;
    printer.data(format_args!("  {BOLD}root{BOLD:#}  {root}"))?;
    if let (Some(first), Some(last)) = (report.first_at, report.last_at) {
        printer.data(format_args!("  {BOLD}time{BOLD:#}  {first} to {last}"))?;
    }
    if report.unproven > 0 {
        printer.data(format_args!(
            "  {} newer entries continue the log, but this checkpoint does not cover them",
            report.unproven
        ))?;
    }
    Ok(())
}

/// The key itself, or the content of a file.
fn read_key(text: &str) -> Result<VerifierKey, Failure> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let content = read_small(Path::new(text))?;
    content.trim().parse().map_err(|error| {
        Failure::new(Exit::Usage, format!("{text} holds no verifier key")).because(error)
    })
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    Ok(Box::new(BufReader::new(file)))
}

fn read_small(path: &Path) -> Result<String, Failure> {
    let length = fs::metadata(path).map(|metadata| metadata.len());
    match length {
        Ok(length) if length > MAX_NOTE => {
            Err(cannot_read(path, &io::ErrorKind::FileTooLarge.into()))
        }
        _ => fs::read_to_string(path).map_err(|error| cannot_read(path, &error)),
    }
}

fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Failed,
    };
    Failure::new(exit, format!("{} cannot be read", path.display())).because(error)
}
