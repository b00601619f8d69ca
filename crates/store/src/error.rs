//! What can go wrong in the store, sorted by what the caller can do about it.
//!
//! On PostgreSQL every error ends the transaction: nothing but a rollback (or undoing a savepoint)
//! works after it. On SQLite the others can go on; callers that run on both do not rely on that.

/// Shorthand for this crate's results.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failed statement, transaction or start-up.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique name or key is taken already. Nothing was written by the statement.
    #[error("the row already exists")]
    AlreadyExists,
    /// A row it refers to is gone (foreign key). Nothing was written by the statement.
    #[error("a row that this one refers to does not exist")]
    MissingReference,
    /// A stored value does not parse: the database was edited by hand or is damaged.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// The database cannot be reached, is full, or failed. The transaction is lost.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// The same, of the embedded database on its direct way.
    #[error("the database is not available: {0}")]
    Direct(#[source] rusqlite::Error),
    /// The database was closed before.
    #[error("the database is closed")]
    Closed,
    /// The migrations could not be applied.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database URL is not one we know.
    #[error("unknown database URL: use sqlite:PATH or postgres://USER@HOST/NAME")]
    UnknownUrl,
}

impl StoreError {
    /// True when the database gave this transaction up for the sake of another one (a deadlock, a
    /// conflict, a lock that was not free in time): the same work may succeed if it is done again.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        let error = match self {
            Self::Unavailable(sqlx::Error::Database(error)) => error,
            Self::Direct(error) => {
                return error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy);
            }
            _ => return false,
        };
        // PostgreSQL: serialization_failure, deadlock_detected, lock_not_available.
        // SQLite: SQLITE_BUSY and, with a snapshot that is too old, SQLITE_BUSY_SNAPSHOT.
        let code = error.code();
        matches!(
            code.as_deref(),
            Some("40001" | "40P01" | "55P03" | "5" | "517")
        )
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => {
                Self::AlreadyExists
            }
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => {
                Self::MissingReference
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => {
                Self::Damaged(error.to_string())
            }
            _ => Self::Unavailable(error),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ffi;
        match error.sqlite_error().map(|error| error.extended_code) {
            Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => {
                Self::AlreadyExists
            }
            Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::MissingReference,
            _ => Self::Direct(error),
        }
    }
}
