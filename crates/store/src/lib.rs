//! SQL for both databases: SQLite (embedded, the default) and PostgreSQL (several nodes).
//!
//! Invariants:
//! - One SQL text per statement, a constant, run on both databases. Where a text must differ there
//!   are two constants and a `BACKEND:` comment that says why.
//! - Every finder of tenant data takes the organisation's id.
//! - Every write that depends on state is compare-and-set: the condition is in its `WHERE`.
//! - Nothing here decides, decrypts or logs; this crate only keeps and finds.
//!
//! Only the constants of this crate ever reach a database: sqlx 0.9 refuses SQL that is built at
//! run time, and the few multi-row statements in [`rows`] are built once from constants.

mod connect;
mod direct;
mod error;
mod group;
mod migrate;
mod row;
mod rows;

pub mod agents;
pub mod api_keys;
pub mod approvals;
pub mod audit;
pub mod bindings;
pub mod client_keys;
pub mod device_codes;
pub mod enrollments;
pub mod env_vars;
pub mod epochs;
pub mod exposure;
pub mod federation_keys;
pub mod honeytokens;
pub mod idempotency;
pub mod identities;
pub mod invitations;
pub mod ip_rules;
pub mod keyring;
pub mod mailed_codes;
pub mod maintenance;
pub mod oauth;
pub mod one_time_tokens;
pub mod organisation_limits;
pub mod organisations;
pub mod outbox;
pub mod pairings;
pub mod passkeys;
pub mod policies;
pub mod rate_limits;
pub mod secrets;
pub mod sessions;
pub mod shares;
pub mod spent_proofs;
pub mod totp;
pub mod usage;
pub mod users;
pub mod vaults;
pub mod webhooks;

#[cfg(any(test, feature = "test-support"))]
pub mod test_support;

pub use connect::{Config, Store};
pub use direct::{Direct, DirectTx};
pub use error::{Result, StoreError};
pub use group::GroupTx;

/// An open transaction on either database. All statements are methods on it.
pub enum Tx {
    /// On the embedded database.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Repeats an expression for each database, so that the compiler checks the types for both.
macro_rules! on {
    ($tx:expr, |$connection:ident| $statement:expr) => {
        match $tx {
            $crate::Tx::Sqlite(transaction) => {
                let $connection = &mut **transaction;
                $statement.await.map_err($crate::StoreError::from)
            }
            $crate::Tx::Postgres(transaction) => {
                let $connection = &mut **transaction;
                $statement.await.map_err($crate::StoreError::from)
            }
        }
    };
}
pub(crate) use on;

/// Runs a statement and returns how many rows it changed.
macro_rules! changed {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        match $tx {
            $crate::Tx::Sqlite(transaction) => sqlx::query($sql)$(.bind($bind))*
                .execute(&mut **transaction).await
                .map(|done| done.rows_affected()).map_err($crate::StoreError::from),
            $crate::Tx::Postgres(transaction) => sqlx::query($sql)$(.bind($bind))*
                .execute(&mut **transaction).await
                .map(|done| done.rows_affected()).map_err($crate::StoreError::from),
        }
    };
}
pub(crate) use changed;

/// Runs a statement and decodes all rows.
macro_rules! all {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($tx, |connection| sqlx::query_as($sql)$(.bind($bind))*.fetch_all(connection))
    };
}
pub(crate) use all;

/// Runs a statement and decodes its row, if there is one.
macro_rules! maybe {
    ($tx:expr, $sql:expr $(, $bind:expr)* $(,)?) => {
        $crate::on!($tx, |connection| sqlx::query_as($sql)$(.bind($bind))*.fetch_optional(connection))
    };
}
pub(crate) use maybe;

impl Tx {
    /// True on the embedded database.
    pub(crate) fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Makes everything in this transaction durable.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Gives everything in this transaction up.
    pub async fn rollback(self) -> Result<()> {
        match self {
            Self::Sqlite(transaction) => transaction.rollback().await?,
            Self::Postgres(transaction) => transaction.rollback().await?,
        }
        Ok(())
    }

    /// Opens a savepoint, so that one unit of work in a shared transaction can fail alone.
    pub async fn open_savepoint(&mut self) -> Result<()> {
        changed!(self, "SAVEPOINT unit_of_work")?;
        Ok(())
    }

    /// Keeps what was done since the savepoint.
    pub async fn release_savepoint(&mut self) -> Result<()> {
        changed!(self, "RELEASE SAVEPOINT unit_of_work")?;
        Ok(())
    }

    /// Undoes what was done since the savepoint.
    pub async fn undo_savepoint(&mut self) -> Result<()> {
        changed!(self, "ROLLBACK TO SAVEPOINT unit_of_work")?;
        changed!(self, "RELEASE SAVEPOINT unit_of_work")?;
        Ok(())
    }
}
