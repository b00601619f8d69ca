//! The data folder: made for this user alone, and either of a demonstration or of a real vault, never both.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use oneclaw_store::Config as Database;

use crate::config::Config;
use crate::output::{Exit, Failure};

/// Lies in the folder of a demonstration. Without it `--dev` would add an owner with a published password to a real
/// vault, and a demonstration could later be opened to the world.
const DEMONSTRATION_MARK: &str = "DEMONSTRATION";
const DEMONSTRATION_TEXT: &str = "\
This folder was made by `1claw server --dev` or `1claw demo`. The password of its owner is published.
Keep no real secrets in it.
";

/// Makes the folder if need be and checks that it can be used, and for this.
pub(super) fn prepare(config: &Config) -> Result<(), Failure> {
    make(config)?;
    check_kind(config)
}

/// Makes the folder if need be and checks that it can be used.
pub(super) fn make(config: &Config) -> Result<(), Failure> {
    let folder = &config.data_dir;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| not_usable(folder, &error))?;
    // The only reliable answer to "may I write here" is to do so. The file has no name and leaves no trace.
    tempfile::tempfile_in(folder).map_err(|error| not_usable(folder, &error))?;
    Ok(())
}

/// Marks the folder as a demonstration's, whatever is in it.
pub(super) fn mark_demonstration(config: &Config) -> Result<(), Failure> {
    make(config)?;
    fs::write(mark(config), DEMONSTRATION_TEXT)
        .map_err(|error| not_usable(&config.data_dir, &error))
}

fn check_kind(config: &Config) -> Result<(), Failure> {
    // In this order: the mark is made before the key, so whoever sees another process's key sees its mark too.
    let is_new = !config.master_key_file.exists() && !has_database(config);
    let is_marked = mark(config).exists();
    match (config.dev, is_marked) {
        (true, false) if is_new => mark_demonstration(config),
        (true, false) => Err(refused(config, "holds a real vault")
            .because("--dev would add an owner with a published password to it")
            .next("choose another folder:  1claw server --dev --data-dir FOLDER")),
        (false, true) => Err(refused(config, "holds a demonstration")
            .because("the password of its owner is published")
            .next("start it with --dev, or choose another folder with --data-dir")),
        _ => Ok(()),
    }
}

fn has_database(config: &Config) -> bool {
    match &config.database {
        Database::Sqlite(path) => path.exists(),
        // Unknown without asking; its key file decides.
        Database::Postgres(_) => false,
    }
}

/// Whether the folder is a demonstration's.
pub(super) fn is_demonstration(config: &Config) -> bool {
    mark(config).exists()
}

fn mark(config: &Config) -> PathBuf {
    config.data_dir.join(DEMONSTRATION_MARK)
}

fn refused(config: &Config, what: &str) -> Failure {
    Failure::new(Exit::Usage, format!("{} {what}", config.data_dir.display()))
}

fn not_usable(folder: &Path, error: &io::Error) -> Failure {
    let what = format!("the data folder {} cannot be written to", folder.display());
    Failure::new(Exit::Failed, what)
        .because(error)
        .next("choose another:  1claw server --data-dir FOLDER")
}
