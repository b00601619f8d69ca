//! The transparency log's rows. Only the committer appends; everybody else reads.

use crate::error::Result;
use crate::row::row;
use crate::rows::Rows;
use crate::{Tx, all, maybe, on};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EventId, OrgId};
use uuid::Uuid;

row! {
    /// One event.
    pub struct EventRow {
        /// The organisation whose log it is in.
        pub org_id: OrgId,
        /// Its place in the log, from 0, without gaps.
        pub seq: i64,
        /// Its id.
        pub id: EventId,
        /// When it was committed.
        pub at: Timestamp,
        /// `user`, `agent` or `system`.
        pub actor_type: String,
        /// Who did it.
        pub actor_id: String,
        /// What was done, for example `secret.read`.
        pub action: String,
        /// Kind of thing it was done to.
        pub resource_type: String,
        /// Which thing.
        pub resource_id: String,
        /// JSON object, hashed as these exact bytes.
        pub details: String,
        /// Client address.
        pub ip: Option<String>,
        /// RFC 6962 leaf hash.
        pub leaf_hash: Vec<u8>,
    }
}

row! {
    /// The right edge of one organisation's tree.
    pub struct HeadRow {
        /// Number of events.
        pub size: i64,
        /// The tree's compact form.
        pub frontier: Vec<u8>,
        /// Leaf hash of the newest event.
        pub last_hash: Vec<u8>,
        /// How many webhooks of the organisation are switched on.
        pub webhooks: i64,
    }
}

row! {
    pub(crate) struct LeafRow {
        pub leaf_hash: Vec<u8>,
    }
}

/// Which events to list. `None` = any.
#[derive(Default)]
pub struct Filter<'a> {
    /// Exactly this thing.
    pub resource_id: Option<&'a str>,
    /// Exactly this actor.
    pub actor_id: Option<&'a str>,
    /// Exactly this action.
    pub action: Option<&'a str>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// At or before.
    pub to: Option<Timestamp>,
}

// Creates the head when there is none, takes its row lock on PostgreSQL, and returns it, in one
// statement. The assignment changes nothing.
const LOCK_HEAD: &str = "INSERT INTO audit_heads (org_id, size, frontier, last_hash) VALUES ($1, 0, $2, $2) \
    ON CONFLICT (org_id) DO UPDATE SET size = audit_heads.size RETURNING size, frontier, last_hash, webhooks";
pub(crate) const FIND_HEAD: &str =
    "SELECT size, frontier, last_hash, webhooks FROM audit_heads WHERE org_id = $1";
const LIST: &str = "SELECT org_id, seq, id, at, actor_type, actor_id, action, resource_type, resource_id, \
    details, ip, leaf_hash FROM audit_events WHERE org_id = $1 \
    AND (CAST($2 AS TEXT) IS NULL OR resource_id = $2) AND (CAST($3 AS TEXT) IS NULL OR actor_id = $3) \
    AND (CAST($4 AS TEXT) IS NULL OR action = $4) AND at >= $5 AND at <= $6 \
    ORDER BY seq DESC LIMIT $7 OFFSET $8";
const RANGE: &str = "SELECT org_id, seq, id, at, actor_type, actor_id, action, resource_type, resource_id, \
    details, ip, leaf_hash FROM audit_events WHERE org_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";
const LEAVES: &str =
    "SELECT leaf_hash FROM audit_events WHERE org_id = $1 AND seq >= $2 AND seq < $3 ORDER BY seq";

pub(crate) static APPEND: Rows = Rows::new(
    "INSERT INTO audit_events (org_id, seq, id, at, actor_type, actor_id, action, resource_type, resource_id, \
     details, ip, leaf_hash) VALUES",
    12,
    "",
);

pub(crate) static MOVE_HEADS: Rows = Rows::new(
    "INSERT INTO audit_heads (org_id, size, frontier, last_hash) VALUES",
    4,
    "ON CONFLICT (org_id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier, \
     last_hash = excluded.last_hash",
);

/// A borrowed event on its way into the log.
pub struct NewEvent<'a> {
    /// The organisation whose log it goes to.
    pub org: Uuid,
    /// Its place.
    pub seq: i64,
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: i64,
    /// `user`, `agent` or `system`.
    pub actor_type: &'a str,
    /// Who.
    pub actor_id: &'a str,
    /// What.
    pub action: &'a str,
    /// Kind of thing.
    pub resource_type: &'a str,
    /// Which thing.
    pub resource_id: &'a str,
    /// JSON object.
    pub details: &'a str,
    /// Client address.
    pub ip: Option<&'a str>,
    /// Leaf hash.
    pub leaf_hash: &'a [u8],
}

/// A head to write: organisation, size, frontier, newest leaf hash.
pub type NewHead = (Uuid, i64, Vec<u8>, Vec<u8>);

impl Tx {
    /// Takes the head of an organisation's log for this transaction, making an empty one first if
    /// needed. Callers lock several heads in the order of their ids, so that nodes cannot deadlock.
    pub async fn lock_audit_head(&mut self, org: OrgId) -> Result<HeadRow> {
        let head: Option<HeadRow> = maybe!(self, LOCK_HEAD, org.as_uuid(), Vec::<u8>::new())?;
        head.ok_or_else(|| crate::StoreError::Damaged("an audit head vanished".to_owned()))
    }

    /// The head without a lock.
    pub async fn find_audit_head(&mut self, org: OrgId) -> Result<Option<HeadRow>> {
        maybe!(self, FIND_HEAD, org.as_uuid())
    }

    /// Adds events.
    pub async fn append_events(&mut self, events: &[NewEvent<'_>]) -> Result<()> {
        for (sql, chunk) in APPEND.chunks(self, events) {
            on!(self, |connection| {
                let mut query = sqlx::query(sql);
                for event in chunk {
                    query = query
                        .bind(event.org)
                        .bind(event.seq)
                        .bind(event.id)
                        .bind(event.at)
                        .bind(event.actor_type)
                        .bind(event.actor_id)
                        .bind(event.action)
                        .bind(event.resource_type)
                        .bind(event.resource_id)
                        .bind(event.details)
                        .bind(event.ip)
                        .bind(event.leaf_hash);
                }
                async {
                    query
                        .execute(connection)
                        .await
                        .map(|done| done.rows_affected())
                }
            })?;
        }
        Ok(())
    }

    /// Writes the heads after appending.
    pub async fn move_audit_heads(&mut self, heads: &[NewHead]) -> Result<()> {
        for (sql, chunk) in MOVE_HEADS.chunks(self, heads) {
            on!(self, |connection| {
                let mut query = sqlx::query(sql);
                for (org, size, frontier, last) in chunk {
                    query = query
                        .bind(*org)
                        .bind(*size)
                        .bind(frontier.as_slice())
                        .bind(last.as_slice());
                }
                async {
                    query
                        .execute(connection)
                        .await
                        .map(|done| done.rows_affected())
                }
            })?;
        }
        Ok(())
    }

    /// Events of an organisation, newest first.
    pub async fn list_events(
        &mut self,
        org: OrgId,
        filter: &Filter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<EventRow>> {
        all!(
            self,
            LIST,
            org.as_uuid(),
            filter.resource_id,
            filter.actor_id,
            filter.action,
            filter.from.map_or(i64::MIN, Timestamp::as_millis),
            filter.to.map_or(i64::MAX, Timestamp::as_millis),
            limit,
            offset,
        )
    }

    /// Events `from..to` of an organisation's log in order.
    pub async fn list_event_range(
        &mut self,
        org: OrgId,
        from: i64,
        to: i64,
    ) -> Result<Vec<EventRow>> {
        all!(self, RANGE, org.as_uuid(), from, to)
    }

    /// Leaf hashes `from..to` of an organisation's log in order.
    pub async fn list_leaf_hashes(
        &mut self,
        org: OrgId,
        from: i64,
        to: i64,
    ) -> Result<Vec<Vec<u8>>> {
        let rows: Vec<LeafRow> = all!(self, LEAVES, org.as_uuid(), from, to)?;
        Ok(rows.into_iter().map(|row| row.leaf_hash).collect())
    }
}
