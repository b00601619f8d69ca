//! The embedded database on the shortest way: a whole transaction in one call on one blocking
//! thread, every statement prepared once and run row by row.
//!
//! sqlx hands each statement to a thread of its own and back, which costs more than the statement.
//! That is right for the many statements that run now and then; groups of commits, which every
//! request waits for, come here. It is a second connection that writes: the committer, which alone
//! uses the two, never uses them at the same time, and SQLite's own lock would keep them apart.
//!
//! Invariants: the same durability and safety settings as every other connection (tested);
//! the same constants as [`Tx`](crate::Tx), or a single-row form of them. SQLite numbers `$1`, `$2` by
//! their first appearance, so a text that is used here names them in that order.

use crate::audit::{HeadRow, NewEvent, NewHead};
use crate::epochs::Guard;
use crate::error::{Result, StoreError};
use crate::group::GroupTx;
use crate::secrets::{NewVersion, in_order_of_places};
use crate::webhooks::{DeliveryRow, WebhookRow};
use crate::{agents, audit, epochs, secrets, webhooks};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, SecretId};
use rusqlite::{CachedStatement, Connection, OpenFlags, Row, Transaction, TransactionBehavior};
use std::future::{Future, ready};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use uuid::Uuid;

/// A connection for groups of commits. Clones share it.
#[derive(Clone)]
pub struct Direct(Arc<Mutex<Option<Connection>>>);

impl Direct {
    /// Opens a database that is there and up to date.
    pub(crate) fn open(path: &Path, patience: Duration) -> Result<Self> {
        // FULL: an acknowledged commit survives power loss, not only a killed process. The page cache
        // holds the index that every commit looks secrets up in, of some hundred thousand of them.
        const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
            PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; \
            PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192;";
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(SETTINGS)?;
        Ok(Self(Arc::new(Mutex::new(Some(connection)))))
    }

    /// Runs `work` in one transaction on a blocking thread: committed when it succeeds, undone when
    /// it fails. `work` may await nothing but the methods of [`GroupTx`], which never wait here.
    ///
    /// # Errors
    /// Those of `work` and of the database; then nothing of it was kept.
    pub async fn write<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: AsyncFnOnce(&mut DirectTx<'_>) -> Result<T> + Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let connection = shared.as_mut().ok_or(StoreError::Closed)?;
            if !connection.is_autocommit() {
                // A rollback failed before; nothing can begin until one succeeds.
                connection.execute_batch("ROLLBACK")?;
            }
            let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
            let mut tx = DirectTx(transaction);
            let value = complete(work(&mut tx))??;
            tx.0.commit()?;
            Ok(value)
        });
        task.await.map_err(|_| StoreError::Closed)?
    }

    /// Closes the connection.
    pub(crate) async fn close(&self) {
        let shared = Arc::clone(&self.0);
        // Blocking, because the last connection to close folds the write-ahead log into the file.
        let closing = tokio::task::spawn_blocking(move || {
            shared.lock().unwrap_or_else(PoisonError::into_inner).take()
        });
        drop(closing.await);
    }
}

/// The value of a future that does not wait.
fn complete<F: Future>(future: F) -> Result<F::Output> {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(StoreError::Damaged(
            "a direct transaction waited for something".to_owned(),
        )),
    }
}

/// An id in a column of a row.
fn id<T: From<Uuid>>(row: &Row<'_>, column: usize) -> Result<T> {
    Ok(Uuid::from_bytes(row.get(column)?).into())
}

/// A transaction on the direct connection.
pub struct DirectTx<'c>(Transaction<'c>);

impl DirectTx<'_> {
    fn prepare(&self, sql: &str) -> Result<CachedStatement<'_>> {
        Ok(self.0.prepare_cached(sql)?)
    }

    /// Those ids whose number, as `sql` finds it, is another one; `absent` is the number of ids that
    /// are not there.
    fn changed(&self, sql: &str, known: &[(Uuid, i64)], absent: Option<i64>) -> Result<Vec<Uuid>> {
        let mut statement = self.prepare(sql)?;
        let mut changed = Vec::new();
        for (id, rev) in known {
            statement.raw_bind_parameter(1, id.as_bytes())?;
            let mut rows = statement.raw_query();
            let current = match rows.next()? {
                Some(row) => Some(row.get(0)?),
                None => absent,
            };
            if current != Some(*rev) {
                changed.push(*id);
            }
        }
        Ok(changed)
    }

    fn count_read(&self, id: SecretId, rev: i64) -> Result<bool> {
        let mut statement = self.prepare(secrets::COUNT_READ)?;
        Ok(statement.execute((id.as_uuid().as_bytes(), rev))? == 1)
    }

    fn put(&self, versions: &[&NewVersion]) -> Result<Vec<Uuid>> {
        let ordered = in_order_of_places(versions)?;
        let mut heads = self.prepare(secrets::PUT_HEADS.single())?;
        let mut rows = self.prepare(secrets::PUT_VERSIONS.single())?;
        let mut written = Vec::with_capacity(ordered.len());
        for new in ordered {
            let is_first = heads.exists((
                new.secret.as_uuid().as_bytes(),
                new.org.as_uuid().as_bytes(),
                new.vault.as_uuid().as_bytes(),
                new.path.as_str(),
                new.version,
                new.rev,
                new.expires_at.map(Timestamp::as_millis),
                new.max_access_count,
                0_i64,
            ))?;
            if !is_first {
                continue;
            }
            rows.execute((
                new.secret.as_uuid().as_bytes(),
                new.version,
                new.kind.as_str(),
                new.metadata.as_str(),
                new.key_generation,
                new.wrapped_key.as_slice(),
                new.ciphertext.as_slice(),
                new.created_by_type,
                new.created_by_id.as_bytes(),
                new.created_at.as_millis(),
                new.expires_at.map(Timestamp::as_millis),
                new.cmek_fingerprint.as_deref(),
            ))?;
            written.push(new.secret.as_uuid());
        }
        Ok(written)
    }

    fn touch(&self, id: AgentId, now: Timestamp) -> Result<()> {
        let mut statement = self.prepare(agents::TOUCH)?;
        statement.execute((now.as_millis(), id.as_uuid().as_bytes()))?;
        Ok(())
    }

    fn head(&self, org: OrgId) -> Result<HeadRow> {
        let mut statement = self.prepare(audit::FIND_HEAD)?;
        let mut rows = statement.query([org.as_uuid().as_bytes()])?;
        Ok(match rows.next()? {
            Some(row) => HeadRow {
                size: row.get(0)?,
                frontier: row.get(1)?,
                last_hash: row.get(2)?,
                webhooks: row.get(3)?,
            },
            None => HeadRow {
                size: 0,
                frontier: Vec::new(),
                last_hash: Vec::new(),
                webhooks: 0,
            },
        })
    }

    fn append(&self, events: &[NewEvent<'_>]) -> Result<()> {
        let mut statement = self.prepare(audit::APPEND.single())?;
        for event in events {
            statement.execute((
                event.org.as_bytes(),
                event.seq,
                event.id.as_bytes(),
                event.at,
                event.actor_type,
                event.actor_id,
                event.action,
                event.resource_type,
                event.resource_id,
                event.details,
                event.ip,
                event.leaf_hash,
            ))?;
        }
        Ok(())
    }

    fn webhooks(&self, org: OrgId) -> Result<Vec<WebhookRow>> {
        let mut statement = self.prepare(webhooks::LIST)?;
        let mut rows = statement.query([org.as_uuid().as_bytes()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(WebhookRow {
                id: id(row, 0)?,
                org_id: id(row, 1)?,
                url: row.get(2)?,
                events: row.get(3)?,
                description: row.get(4)?,
                sealed_secret: row.get(5)?,
                is_active: row.get(6)?,
                failing_since: row.get::<_, Option<i64>>(7)?.map(Timestamp::from_millis),
                created_by: id(row, 8)?,
                created_at: Timestamp::from_millis(row.get(9)?),
                updated_at: Timestamp::from_millis(row.get(10)?),
            });
        }
        Ok(found)
    }

    fn deliver(&self, deliveries: &[DeliveryRow]) -> Result<()> {
        let mut statement = self.prepare(webhooks::INSERT_DELIVERIES.single())?;
        for delivery in deliveries {
            statement.execute((
                delivery.id.as_uuid().as_bytes(),
                delivery.org_id.as_uuid().as_bytes(),
                delivery.webhook_id.as_uuid().as_bytes(),
                delivery.event.as_str(),
                delivery.payload.as_str(),
                delivery.status.as_str(),
                delivery.attempts,
                delivery.next_attempt_at.as_millis(),
                delivery.created_at.as_millis(),
            ))?;
        }
        Ok(())
    }

    fn move_heads(&self, heads: &[NewHead]) -> Result<()> {
        let mut statement = self.prepare(audit::MOVE_HEADS.single())?;
        for (org, size, frontier, last) in heads {
            statement.execute((org.as_bytes(), size, frontier, last))?;
        }
        Ok(())
    }
}

impl GroupTx for DirectTx<'_> {
    fn is_alone(&self) -> bool {
        true
    }

    fn stale_guards(&mut self, guards: &[Guard]) -> impl Future<Output = Result<Vec<Uuid>>> + Send {
        ready(self.changed(epochs::FIND, guards, Some(0)))
    }

    fn stale_secrets(
        &mut self,
        guards: &[(Uuid, i64)],
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send {
        ready(self.changed(secrets::FIND_REV, guards, None))
    }

    fn count_secret_read(
        &mut self,
        id: SecretId,
        rev: i64,
    ) -> impl Future<Output = Result<bool>> + Send {
        ready(self.count_read(id, rev))
    }

    fn put_versions(
        &mut self,
        versions: &[&NewVersion],
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send {
        ready(self.put(versions))
    }

    fn touch_agent(
        &mut self,
        id: AgentId,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(self.touch(id, now))
    }

    fn lock_audit_head(&mut self, org: OrgId) -> impl Future<Output = Result<HeadRow>> + Send {
        ready(self.head(org))
    }

    fn append_events(
        &mut self,
        events: &[NewEvent<'_>],
    ) -> impl Future<Output = Result<()>> + Send {
        ready(self.append(events))
    }

    fn list_webhooks(
        &mut self,
        org: OrgId,
    ) -> impl Future<Output = Result<Vec<WebhookRow>>> + Send {
        ready(self.webhooks(org))
    }

    fn insert_deliveries(
        &mut self,
        deliveries: &[DeliveryRow],
    ) -> impl Future<Output = Result<()>> + Send {
        ready(self.deliver(deliveries))
    }

    fn move_audit_heads(&mut self, heads: &[NewHead]) -> impl Future<Output = Result<()>> + Send {
        ready(self.move_heads(heads))
    }
}

#[cfg(test)]
mod tests {
    use crate::Store;
    use crate::test_support::{Backend, TestDatabase};

    #[tokio::test]
    async fn the_connection_is_as_durable_and_strict_as_the_others() {
        let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
        let Store::Sqlite { direct, .. } = database.open().await else {
            panic!("not the embedded one")
        };
        let shared = direct.0.lock().unwrap();
        let connection = shared.as_ref().unwrap();
        let setting = |name| {
            let row = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            row.unwrap()
        };
        // FULL
        assert_eq!(setting("synchronous"), 2);
        for name in ["foreign_keys", "secure_delete"] {
            assert_eq!(setting(name), 1, "{name}");
        }
        assert_eq!(setting("trusted_schema"), 0);
        let mode: String = connection
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
    }
}
