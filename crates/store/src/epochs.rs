//! Epochs: one small number per user, agent, organisation, vault, session and token id. Whatever
//! changes what a decision may rest on bumps the number in the same transaction; a decision made
//! from memory carries the numbers it saw (its guards), and the commit re-checks them.

use crate::error::Result;
use crate::row::row;
use crate::rows::Rows;
use crate::{Tx, changed, maybe, on};
use oneclaw_core::clock::Timestamp;
use uuid::Uuid;

/// What a decision rested on: this id had this epoch (0 when nothing ever changed).
pub type Guard = (Uuid, i64);

row! {
    pub(crate) struct Rev {
        pub rev: i64,
    }
}

row! {
    /// A single id.
    pub(crate) struct Id {
        pub id: Uuid,
    }
}

// A row that stops mattering lives until the latest end it was ever given, and for good once it was
// given none: forgetting it too early would make what it revoked valid again.
const BUMP: &str = "INSERT INTO epochs (id, rev, expires_at) VALUES ($1, 1, $2) \
    ON CONFLICT (id) DO UPDATE SET rev = epochs.rev + 1, expires_at = CASE \
    WHEN excluded.expires_at IS NULL OR epochs.expires_at < excluded.expires_at THEN excluded.expires_at \
    ELSE epochs.expires_at END";
pub(crate) const FIND: &str = "SELECT rev FROM epochs WHERE id = $1";
const PURGE: &str = "DELETE FROM epochs WHERE expires_at < $1";

static STALE: Rows = Rows::new(
    "WITH want (id, rev) AS (VALUES",
    2,
    ") SELECT DISTINCT want.id AS id FROM want LEFT JOIN epochs e ON e.id = want.id \
     WHERE COALESCE(e.rev, 0) <> want.rev",
);

impl Tx {
    /// Makes every decision that rested on `id` stale, on all nodes, from this commit on.
    pub async fn bump_epoch(&mut self, id: Uuid) -> Result<()> {
        changed!(self, BUMP, id, None::<i64>)?;
        Ok(())
    }

    /// Like [`Self::bump_epoch`] for ids that stop mattering by themselves (token ids).
    pub async fn bump_epoch_until(&mut self, id: Uuid, expires_at: Timestamp) -> Result<()> {
        changed!(self, BUMP, id, Some(expires_at.as_millis()))?;
        Ok(())
    }

    /// The current epoch of an id.
    pub async fn epoch(&mut self, id: Uuid) -> Result<i64> {
        let row: Option<Rev> = maybe!(self, FIND, id)?;
        Ok(row.map_or(0, |row| row.rev))
    }

    /// Those ids of `guards` whose epoch is another one by now, in no order.
    ///
    /// On PostgreSQL another transaction may bump one of them right after this statement. Whoever
    /// must not be overtaken asks again once it holds the lock that the other one needs too: the
    /// audit head of their organisation.
    pub async fn stale_guards(&mut self, guards: &[Guard]) -> Result<Vec<Uuid>> {
        let mut stale = Vec::new();
        for (sql, chunk) in STALE.padded(self, guards) {
            let rows: Vec<Id> = on!(self, |connection| {
                let mut query = sqlx::query_as(sql);
                for (id, rev) in &chunk {
                    query = query.bind(*id).bind(*rev);
                }
                query.fetch_all(connection)
            })?;
            stale.extend(rows.into_iter().map(|row| row.id));
        }
        Ok(stale)
    }

    /// Forgets the epochs of tokens that have expired anyway.
    pub async fn purge_epochs(&mut self, now: Timestamp) -> Result<u64> {
        changed!(self, PURGE, now.as_millis())
    }
}
