//! What an operator does to a database beside a server: look into it, and copy it.
//!
//! Invariants: nothing here brings a database up to date or changes what is in it; a copy is everything as it was at
//! one moment, whatever is written meanwhile, and is on disk before it is announced.

use crate::error::{Result, StoreError};
use crate::migrate;
use crate::{Config, connect};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use sqlx::{Connection as _, PgConnection};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a lock, or a server that does not answer, is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a database is like, as far as can be seen without opening the vault.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Steps of the schema that it has.
    pub applied: usize,
    /// Steps that this program would take, by name.
    pub pending: Vec<&'static str>,
    /// Steps that only a newer program knows, by number.
    pub unknown: Vec<i64>,
    /// What its structure lacks; empty when it is whole.
    pub damage: Vec<String>,
    /// Settings of the database with which an acknowledged write can be lost, each with what to do.
    pub risks: Vec<(String, &'static str)>,
}

impl Inspection {
    fn of(versions: &[i64]) -> Self {
        let known = migrate::names();
        Self {
            applied: versions.len(),
            pending: known
                .iter()
                .filter(|(version, _)| !versions.contains(version))
                .map(|(_, name)| *name)
                .collect(),
            unknown: versions
                .iter()
                .filter(|version| known.iter().all(|(known, _)| known != *version))
                .copied()
                .collect(),
            ..Self::default()
        }
    }

    /// Whether a server of this version would find everything as it expects.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty() && self.damage.is_empty()
    }
}

/// Looks into a database, which may be in use. A file that is not there is an error.
pub async fn inspect(config: &Config) -> Result<Inspection> {
    match config {
        Config::Sqlite(path) => {
            let path = path.clone();
            blocking(move || inspect_sqlite(&path)).await
        }
        Config::Postgres(url) => {
            let look = tokio::time::timeout(PATIENCE, inspect_postgres(url));
            look.await
                .map_err(|_| StoreError::Unavailable(sqlx::Error::PoolTimedOut))?
        }
    }
}

/// Copies an embedded database, which may be in use, into a new file readable by its owner alone.
///
/// # Errors
/// When it cannot be read or the copy not be written, or when the copy turns out to be damaged.
pub async fn copy(from: &Path, to: &Path) -> Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move || copy_sqlite(&from, &to)).await
}

/// A setting of the instance in an embedded database that nobody uses.
pub async fn read_setting(path: &Path, name: &'static str) -> Result<Option<String>> {
    let path = path.to_owned();
    blocking(move || {
        const SETTING: &str = "SELECT value FROM instance_settings WHERE name = ?1";
        let connection = open(&path)?;
        let value = connection.query_row(SETTING, [name], |row| row.get(0));
        Ok(value.optional()?)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| StoreError::Closed)?
}

/// Not for reading only: SQLite could then not clean up the files of its log that it makes beside the database.
fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF")?;
    Ok(connection)
}

fn inspect_sqlite(path: &Path) -> Result<Inspection> {
    const IS_NEW: &str = "SELECT COUNT(*) = 0 FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    const VERSIONS: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    let connection = open(path)?;
    let mut versions = Vec::new();
    if !connection.query_row(IS_NEW, [], |row| row.get(0))? {
        let mut statement = connection.prepare(VERSIONS)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        versions = rows.collect::<std::result::Result<_, _>>()?;
    }
    Ok(Inspection {
        damage: damage(&connection)?,
        ..Inspection::of(&versions)
    })
}

/// What SQLite's own check finds, which reads everything.
fn damage(connection: &Connection) -> Result<Vec<String>> {
    const WHOLE: &str = "ok";
    let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut found = rows.collect::<std::result::Result<Vec<_>, _>>()?;
    found.retain(|line| line != WHOLE);
    Ok(found)
}

fn copy_sqlite(from: &Path, to: &Path) -> Result<()> {
    connect::create_private_file(to)?;
    // One reading transaction, so writers go on and what they write is not in the copy. SQLite's other way, page by
    // page, begins again whenever another process writes and would not end under load.
    let target = to.to_string_lossy();
    open(from)?.execute("VACUUM INTO ?1", [&*target])?;
    if let Some(first) = damage(&open(to)?)?.into_iter().next() {
        return Err(StoreError::Damaged(first));
    }
    flush(to)
}

fn flush(path: &Path) -> Result<()> {
    let failed = |error| StoreError::Unavailable(sqlx::Error::Io(error));
    let folder: PathBuf = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    for path in [path, &folder] {
        File::open(path)
            .and_then(|file| file.sync_all())
            .map_err(failed)?;
    }
    Ok(())
}

async fn inspect_postgres(url: &str) -> Result<Inspection> {
    const IS_NEW: &str = "SELECT to_regclass('_sqlx_migrations') IS NULL";
    const VERSIONS: &str = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    // Off, these lose acknowledged writes in a crash of the machine; a session cannot set them.
    const SETTINGS: &str = "SELECT name, setting FROM pg_settings \
        WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name";
    let mut connection = PgConnection::connect(url).await?;
    let is_new: bool = sqlx::query_scalar(IS_NEW)
        .fetch_one(&mut connection)
        .await?;
    let versions: Vec<i64> = if is_new {
        Vec::new()
    } else {
        sqlx::query_scalar(VERSIONS)
            .fetch_all(&mut connection)
            .await?
    };
    let off: Vec<(String, String)> = sqlx::query_as(SETTINGS).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok(Inspection {
        risks: off
            .into_iter()
            .map(|(name, _)| {
                (
                    name,
                    "switch it on in postgresql.conf, and restart PostgreSQL",
                )
            })
            .collect(),
        ..Inspection::of(&versions)
    })
}
