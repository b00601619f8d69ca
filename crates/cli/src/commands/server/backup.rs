//! `1claw server backup` and `restore`: the embedded database as it was at one moment, and back again.
//!
//! A backup is a folder with the database and a manifest that says what it is and what it lacks. Invariants: neither
//! command leaves anything half done under its final name; the master key is never copied, because backup and key
//! together are every secret; nothing that is there is overwritten.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use oneclaw_app::rotate::CURRENT_MASTER_KEY;
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use oneclaw_crypto::MasterKeys;
use oneclaw_store::{Config as Database, maintenance};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{folder, instance};
use crate::config::Config;
use crate::output::{Exit, Failure, GOOD, Printer};
use crate::process;

const DATABASE: &str = "1claw.db";
const MANIFEST: &str = "backup.json";
const FORMAT: &str = "1claw-backup";
/// The newest version of the format that this program knows.
const FORMAT_VERSION: u32 = 1;

/// What a backup says of itself. Readers ignore what they do not know; a change that they must not ignore takes a new
/// version.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    /// The program that made it.
    program: String,
    /// The moment that it shows is this one, or a little later.
    created_at: Timestamp,
    /// Of the database, in hex.
    sha256: String,
    /// Id of the master key that it needs.
    master_key: String,
    /// Whether the password of its owner is published.
    demonstration: bool,
    /// For whoever looks into the folder.
    lacks: Vec<String>,
}

/// Copies the database of a vault, in use or not.
pub(super) fn back_up(config: &Config, target: &Path, printer: Printer) -> Result<(), Failure> {
    let database = embedded(config, "pg_dump --format=custom --file=1claw.dump")?;
    if !database.exists() {
        let what = format!("there is no database {}", database.display());
        return Err(Failure::new(Exit::NotFound, what)
            .next("name its folder:  --data-dir FOLDER, or --config FILE"));
    }
    let is_free = fs::read_dir(target).map_or(!target.exists(), |mut files| files.next().is_none());
    if !is_free {
        let what = format!("{} is there already", target.display());
        return Err(Failure::new(Exit::Conflict, what)
            .because("a backup never replaces anything")
            .next("name a new folder"));
    }
    let failed = |error: io::Error| not_written(target, &error);
    // Under another name until it is complete, in the same place so that renaming is one step.
    let parent = target.parent().filter(|parent| *parent != Path::new(""));
    let partial = tempfile::Builder::new()
        .prefix(".1claw-backup-")
        .tempdir_in(parent.unwrap_or(Path::new(".")))
        .map_err(failed)?;
    let copy = partial.path().join(DATABASE);
    let created_at = SystemClock.now();
    let key = process::start_runtime()?.block_on(async {
        maintenance::copy(database, &copy).await?;
        maintenance::read_setting(&copy, CURRENT_MASTER_KEY).await
    });
    let key = key.map_err(|error| {
        Failure::new(Exit::Failed, "the database cannot be copied").because(error)
    })?;
    let Some(master_key) = key else {
        let what = format!("{} is not the database of a vault", database.display());
        return Err(Failure::new(Exit::Failed, what).because("it names no master key"));
    };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: FORMAT_VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        created_at,
        sha256: digest(&copy).map_err(failed)?,
        master_key,
        demonstration: folder::is_demonstration(config),
        lacks: vec![
            "the master key: keep a copy of the key file somewhere else".to_owned(),
            "the configuration file".to_owned(),
        ],
    };
    write_manifest(&partial.path().join(MANIFEST), &manifest).map_err(failed)?;
    fs::rename(partial.path(), target).map_err(failed)?;
    // It has its name now, and nothing is left to be removed.
    let _ = partial.keep();
    tell_backup(config, target, &manifest, printer)
}

fn tell_backup(
    config: &Config,
    target: &Path,
    manifest: &Manifest,
    printer: Printer,
) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&json!({ "folder": target, "manifest": manifest }));
    }
    printer.data(format_args!(
        "{GOOD}backed up:{GOOD:#} the database as of {}, in {}",
        manifest.created_at,
        target.display()
    ))?;
    printer.note(format_args!(
        "It lacks the master key {}, without which it opens nothing. Keep a copy of {} somewhere else.",
        manifest.master_key,
        config.master_key_file.display()
    ));
    Ok(())
}

/// Puts a backup where there is no database yet.
pub(super) fn restore(config: &Config, source: &Path, printer: Printer) -> Result<(), Failure> {
    let database = embedded(config, "pg_restore --clean --if-exists 1claw.dump")?;
    if database.exists() {
        let what = format!("{} is there already", database.display());
        return Err(Failure::new(Exit::Conflict, what)
            .because("restoring never replaces a database")
            .next("stop the server and move the old one away, or name another --data-dir"));
    }
    let manifest = read_manifest(source)?;
    check_key(config, &manifest)?;
    if manifest.demonstration {
        folder::mark_demonstration(config)?;
    }
    folder::make(config)?;
    let failed = |error: io::Error| not_written(database, &error);
    // Opened under another name, so that a server that starts meanwhile finds all of it or nothing.
    let parent = database.parent().unwrap_or(Path::new("."));
    let partial = tempfile::Builder::new()
        .prefix(".1claw-restore-")
        .tempdir_in(parent)
        .map_err(failed)?;
    let copy = partial.path().join(DATABASE);
    fs::copy(source.join(DATABASE), &copy).map_err(failed)?;
    if digest(&copy).map_err(failed)? != manifest.sha256 {
        return Err(damaged(source, "its digest is not the one of the manifest"));
    }
    process::start_runtime()?.block_on(try_open(config, &copy))?;
    File::open(&copy)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    // A link fails where there is something, which renaming would replace.
    fs::hard_link(&copy, database).map_err(failed)?;
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)?;
    tell_restore(config, &manifest, printer)
}

/// Opens the vault in a copy: brought up to date, and with every key of the instance unwrapped.
async fn try_open(config: &Config, copy: &Path) -> Result<(), Failure> {
    let database = Database::Sqlite(copy.to_owned());
    let damage = maintenance::inspect(&database).await;
    let damage = damage.map(|inspection| inspection.damage.into_iter().next());
    match damage {
        Ok(None) => {}
        Ok(Some(first)) => return Err(damaged(copy, &first)),
        Err(error) => return Err(damaged(copy, &error.to_string())),
    }
    instance::open_silently(config, database)
        .await?
        .shut_down()
        .await;
    Ok(())
}

fn tell_restore(config: &Config, manifest: &Manifest, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&json!({ "data_dir": config.data_dir, "manifest": manifest }));
    }
    printer.data(format_args!(
        "{GOOD}restored:{GOOD:#} the database as of {}, in {}",
        manifest.created_at,
        config.data_dir.display()
    ))?;
    printer.note(format_args!(
        "What was revoked, removed or used up after that moment works again as it did then. Go through the log of \
         that time, if you have it, and do it again."
    ));
    let dev = if manifest.demonstration { " --dev" } else { "" };
    printer.note(format_args!(
        "Start it:  1claw server{dev}{}",
        config.flags()
    ));
    Ok(())
}

/// The file of the embedded database; PostgreSQL has tools of its own, and `tool` is the one.
fn embedded<'a>(config: &'a Config, tool: &str) -> Result<&'a PathBuf, Failure> {
    match &config.database {
        Database::Sqlite(path) => Ok(path),
        Database::Postgres(_) => Err(Failure::new(
            Exit::Usage,
            "this vault is in PostgreSQL, which copies and restores itself",
        )
        .because("its own tools do it while servers run, also to a moment in between")
        .next(format!(
            "{tool} --dbname=DATABASE_URL;  keep the master key apart from it"
        ))),
    }
}

/// Refuses early, and by name, when the key is not the one that the backup needs.
fn check_key(config: &Config, manifest: &Manifest) -> Result<(), Failure> {
    let file = config.master_key_file.display();
    let keys = MasterKeys::load(&config.master_key_file).map_err(|error| {
        Failure::new(Exit::Failed, "the master key of the backup is not in place")
            .because(error)
            .next(format!(
                "put the file with key {} at {file}",
                manifest.master_key
            ))
    })?;
    if keys
        .ids()
        .any(|(id, _)| id.to_string() == manifest.master_key)
    {
        return Ok(());
    }
    let what = format!("{file} is not the master key of this backup");
    Err(Failure::new(Exit::Failed, what)
        .because(format_args!("it does not hold key {}", manifest.master_key))
        .next("use the key file of the time of the backup"))
}

fn read_manifest(source: &Path) -> Result<Manifest, Failure> {
    let path = source.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::new(
            Exit::NotFound,
            format!("{} is not a backup", source.display()),
        )
        .because(format_args!("{}: {error}", path.display()))
        .next("name the folder that `1claw server backup` made")
    })?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|error| damaged(&path, &error.to_string()))?;
    if manifest.format != FORMAT || manifest.version > FORMAT_VERSION {
        let what = format!("{} is a backup of a newer 1claw", source.display());
        return Err(Failure::new(Exit::Failed, what)
            .because(format_args!("version {} made it", manifest.program))
            .next("restore it with that version"));
    }
    Ok(manifest)
}

fn write_manifest(path: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(manifest)?;
    text.push(b'\n');
    let mut file = File::create_new(path)?;
    file.write_all(&text)?;
    file.sync_all()
}

fn digest(path: &Path) -> io::Result<String> {
    oneclaw_crypto::sha256_hex(File::open(path)?)
}

fn damaged(what: &Path, why: &str) -> Failure {
    Failure::new(Exit::Mismatch, format!("{} is damaged", what.display()))
        .because(why)
        .next("use another backup")
}

fn not_written(target: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{} cannot be written", target.display()),
    )
    .because(error)
}
