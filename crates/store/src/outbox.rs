//! Mail that waits to be sent, and mail that was. A row is written in the transaction of the act
//! that caused it; bodies are sealed.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{MailId, OrgId};

row! {
    /// A mail.
    pub struct MailRow {
        /// Its id; the sealed body is bound to it.
        pub id: MailId,
        /// The organisation it concerns, when there is one.
        pub org_id: Option<OrgId>,
        /// Which message it is, for example `enrollment_request`.
        pub kind: String,
        /// The address.
        pub recipient: String,
        /// Fixed text of ours: never anything a user chose.
        pub subject: String,
        /// Text and HTML, sealed; empty once a body that carried a credential was sent.
        pub sealed_body: Vec<u8>,
        /// `queued`, `sent`, `failed`, `kept` (no transport) or `discarded` (nobody to mail).
        pub status: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried next.
        pub next_attempt_at: Timestamp,
        /// What the last try said.
        pub last_error: Option<String>,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it left, or was given up; set by the store.
        pub finished_at: Option<Timestamp>,
        /// When what it leads to has lapsed, so that sending it is of no use.
        pub lapses_at: Timestamp,
    }
}

// A mail to nobody is finished from the start, so that it is purged like any other.
const INSERT: &str = "INSERT INTO outbox (id, org_id, kind, recipient, subject, sealed_body, status, attempts, \
    next_attempt_at, created_at, lapses_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, $9, \
    CASE WHEN $7 = 'discarded' THEN CAST($8 AS BIGINT) END)";
const DUE: &str = "SELECT id, org_id, kind, recipient, subject, sealed_body, status, attempts, next_attempt_at, \
    last_error, created_at, finished_at, lapses_at FROM outbox WHERE status = 'queued' AND next_attempt_at <= $1 \
    ORDER BY next_attempt_at LIMIT $2";
const CLAIM: &str = "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $3 \
    WHERE id = $1 AND status = 'queued' AND attempts = $2";
// Whoever tried too long and was overtaken must not bring back a body that was wiped after sending.
const FINISH: &str = "UPDATE outbox SET status = $2, last_error = $3, finished_at = $4, sealed_body = $5 \
    WHERE id = $1 AND finished_at IS NULL";
const RESCHEDULE: &str =
    "UPDATE outbox SET last_error = $2, next_attempt_at = $3 WHERE id = $1 AND status = 'queued'";
const LIST: &str = "SELECT id, org_id, kind, recipient, subject, sealed_body, status, attempts, next_attempt_at, \
    last_error, created_at, finished_at, lapses_at FROM outbox ORDER BY created_at DESC, id DESC LIMIT $1";
const LIST_FOR: &str = "SELECT id, org_id, kind, recipient, subject, sealed_body, status, attempts, next_attempt_at, \
    last_error, created_at, finished_at, lapses_at FROM outbox WHERE recipient = $1 AND status <> 'discarded' \
    ORDER BY created_at DESC, id DESC LIMIT $2";
const FIND: &str = "SELECT id, org_id, kind, recipient, subject, sealed_body, status, attempts, next_attempt_at, \
    last_error, created_at, finished_at, lapses_at FROM outbox WHERE id = $1";
const REQUEUE: &str = "UPDATE outbox SET status = 'queued', next_attempt_at = $1, finished_at = NULL WHERE status = 'kept'";
const COUNT_IN: &str = "SELECT COUNT(*) AS count FROM outbox WHERE status = $1";
const PURGE: &str = "DELETE FROM outbox WHERE finished_at < $1";
const PURGE_KEPT: &str = "DELETE FROM outbox WHERE status = 'kept' AND created_at < $1";

const DELETE_OF_RECIPIENT: &str = "DELETE FROM outbox WHERE recipient = $1";

impl Tx {
    /// Removes all mails to an address.
    pub async fn delete_mails_to(&mut self, recipient: &str) -> Result<u64> {
        changed!(self, DELETE_OF_RECIPIENT, recipient)
    }

    /// Queues a mail.
    pub async fn insert_mail(&mut self, mail: &MailRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            mail.id.as_uuid(),
            mail.org_id.map(|org| org.as_uuid()),
            mail.kind.as_str(),
            mail.recipient.as_str(),
            mail.subject.as_str(),
            mail.sealed_body.as_slice(),
            mail.status.as_str(),
            mail.created_at.as_millis(),
            mail.lapses_at.as_millis(),
        )?;
        Ok(())
    }

    /// Mails that should be tried now.
    pub async fn list_due_mails(&mut self, now: Timestamp, limit: i64) -> Result<Vec<MailRow>> {
        all!(self, DUE, now.as_millis(), limit)
    }

    /// Takes a mail for one try and sets when the next would be; false when another node was faster.
    pub async fn claim_mail(&mut self, id: MailId, attempts: i64, next: Timestamp) -> Result<bool> {
        Ok(changed!(self, CLAIM, id.as_uuid(), attempts, next.as_millis())? == 1)
    }

    /// Closes a mail, unless it is closed already. `body` is what stays of it.
    pub async fn finish_mail(
        &mut self,
        id: MailId,
        status: &str,
        error: Option<&str>,
        now: Timestamp,
        body: &[u8],
    ) -> Result<()> {
        changed!(
            self,
            FINISH,
            id.as_uuid(),
            status,
            error,
            now.as_millis(),
            body
        )?;
        Ok(())
    }

    /// Notes why a try failed and when the next one is; the mail stays queued.
    pub async fn reschedule_mail(
        &mut self,
        id: MailId,
        error: &str,
        next: Timestamp,
    ) -> Result<()> {
        changed!(self, RESCHEDULE, id.as_uuid(), error, next.as_millis())?;
        Ok(())
    }

    /// The newest mails of the instance.
    pub async fn list_mails(&mut self, limit: i64) -> Result<Vec<MailRow>> {
        all!(self, LIST, limit)
    }

    /// The newest mails to one address; those that nobody was to get are left out.
    pub async fn list_mails_for(&mut self, recipient: &str, limit: i64) -> Result<Vec<MailRow>> {
        all!(self, LIST_FOR, recipient, limit)
    }

    /// One mail.
    pub async fn find_mail(&mut self, id: MailId) -> Result<Option<MailRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// Queues what was kept while there was no transport.
    pub async fn requeue_kept_mails(&mut self, now: Timestamp) -> Result<u64> {
        changed!(self, REQUEUE, now.as_millis())
    }

    /// How many mails are in a state.
    pub async fn count_mails(&mut self, status: &str) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_IN, status)?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Forgets mails that were finished before the given time.
    pub async fn purge_mails(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }

    /// Forgets mails that have been kept since before the given time: they may hold a key too.
    pub async fn purge_kept_mails(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE_KEPT, before.as_millis())
    }
}
