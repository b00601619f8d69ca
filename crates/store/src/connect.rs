//! Opening the database, and beginning transactions on it.

use crate::direct::Direct;
use crate::error::{Result, StoreError};
use crate::{Tx, migrate};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgPool, SqlitePool};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::{Duration, Instant};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Config {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

impl Config {
    /// Reads `sqlite:PATH` or `postgres://…` (also `postgresql://…`).
    pub fn parse(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(StoreError::UnknownUrl)
    }
}

/// The open database.
#[derive(Clone)]
pub enum Store {
    /// One writer connection and a few read-only ones: SQLite has one writer at a time, and
    /// waiting for a pool of one is fairer than waiting for its lock. (There is a second one, but
    /// it shares its only user with the first.)
    Sqlite {
        /// The connection for units of work that write.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
        /// The same as `writer` on a shorter way, for groups of commits.
        direct: Direct,
    },
    /// A pool of equal connections.
    Postgres(PgPool),
}

/// How long a statement may wait for the database before the request fails with 503.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to leave the file to the others before trying again.
const IN_TURN: Duration = Duration::from_millis(10);

/// A connection to a server is asked whether it still lives when it has rested for longer than this;
/// asking each time would cost every transaction a round trip.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// What every PostgreSQL session starts with, whatever the server's defaults are. A commit is
/// durable before it is acknowledged (a stronger setting is left alone), a lock is waited for no
/// longer than SQLite's, and a node that vanished does not keep its locks.
const SESSION_SETTINGS_POSTGRES: &str = "SELECT set_config('lock_timeout', '5s', false), \
    set_config('idle_in_transaction_session_timeout', '30s', false), \
    CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', false) END";

/// Connects, and waits for others that make the file at the same moment: turning it into one with a
/// write-ahead log takes a lock for which SQLite's own patience does not wait.
async fn connect_in_turn(
    pool: &SqlitePoolOptions,
    options: &SqliteConnectOptions,
) -> Result<SqlitePool> {
    let end = Instant::now() + ACQUIRE_TIMEOUT;
    loop {
        match pool.clone().connect_with(options.clone()).await {
            // 5 is `SQLITE_BUSY`: somebody else has the lock.
            Err(sqlx::Error::Database(error))
                if error.code().as_deref() == Some("5") && Instant::now() < end =>
            {
                tokio::time::sleep(IN_TURN).await;
            }
            connected => return Ok(connected?),
        }
    }
}

impl Store {
    /// Opens the database, creating the file and bringing the schema up to date.
    pub async fn open(config: &Config) -> Result<Self> {
        match config {
            Config::Sqlite(path) => Self::open_sqlite(path.clone()).await,
            Config::Postgres(url) => Self::open_postgres(url).await,
        }
    }

    async fn open_sqlite(path: PathBuf) -> Result<Self> {
        create_private_file(&path)?;
        // FULL: an acknowledged commit survives power loss, not only a killed process.
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(ACQUIRE_TIMEOUT)
            .statement_cache_capacity(512)
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF")
            .pragma("journal_size_limit", "67108864")
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            // On a full disk SQLite rolls back by itself. The connection goes on counting the
            // transaction and could begin no other, so it is replaced.
            .before_acquire(|connection, _| {
                let is_idle = !connection.is_in_transaction();
                Box::pin(async move { Ok(is_idle) })
            });
        let writer = connect_in_turn(&pool, &options).await?;
        // One transaction, because sqlx takes no lock of its own on SQLite: of several processes that
        // start at once, the first migrates and the others find nothing left to do.
        let mut migrating = writer.begin_with("BEGIN IMMEDIATE").await?;
        migrate::migrate_sqlite(&mut migrating).await?;
        migrating.commit().await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await?;
        let direct = tokio::task::spawn_blocking(move || Direct::open(&path, ACQUIRE_TIMEOUT));
        let direct = direct.await.map_err(|_| StoreError::Closed)??;
        Ok(Self::Sqlite {
            writer,
            readers,
            direct,
        })
    }

    async fn open_postgres(url: &str) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)?
            .application_name("1claw")
            .statement_cache_capacity(512)
            .disable_statement_logging();
        // On a connection without the lock timeout: a node may well wait for another one's migration.
        let mut connection = options.connect().await?;
        migrate::migrate_postgres(&mut connection).await?;
        connection.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, usage| {
                Box::pin(async move {
                    if usage.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|connection, _| {
                Box::pin(async move {
                    connection
                        .execute(SESSION_SETTINGS_POSTGRES)
                        .await
                        .map(|_| ())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self::Postgres(pool))
    }

    /// True for the embedded database, which has a single writer.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }

    /// Begins a transaction that may write. On SQLite it takes the write lock at once: a
    /// transaction that reads first and writes later could fail without waiting.
    pub async fn begin_write(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { writer, .. } => {
                Ok(Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?))
            }
            // Every condition is checked by the statement that writes, on the newest row: that is
            // right under this isolation, and a stricter default would refuse where we wait.
            Self::Postgres(pool) => Ok(Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
                    .await?,
            )),
        }
    }

    /// Begins a transaction that only reads: one consistent snapshot.
    pub async fn begin_read(&self) -> Result<Tx> {
        match self {
            Self::Sqlite { readers, .. } => Ok(Tx::Sqlite(readers.begin().await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            )),
        }
    }

    /// Closes all connections; on SQLite this folds the write-ahead log into the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                writer,
                readers,
                direct,
            } => {
                direct.close().await;
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Makes the file before SQLite does, readable by its owner alone; the write-ahead log and the
/// index beside it get the same mode.
pub(crate) fn create_private_file(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::Unavailable(sqlx::Error::Io(error))),
    }
}
