//! Webhooks, and what they are to receive. A delivery is written in the transaction of the event
//! that it tells of; secrets are sealed.

use crate::error::Result;
use crate::row::row;
use crate::rows::Rows;
use crate::{Tx, all, changed, maybe, on};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId, WebhookDeliveryId, WebhookId};
use uuid::Uuid;

row! {
    /// A webhook.
    pub struct WebhookRow {
        /// Its id.
        pub id: WebhookId,
        /// The organisation whose events it receives.
        pub org_id: OrgId,
        /// Where they go.
        pub url: String,
        /// JSON array: names of the events.
        pub events: String,
        /// Free text, possibly empty.
        pub description: String,
        /// Signs what it receives; bound to the organisation and the id.
        pub sealed_secret: Vec<u8>,
        /// False once switched off.
        pub is_active: bool,
        /// Since when nothing has arrived; absent while things do.
        pub failing_since: Option<Timestamp>,
        /// Who answers for it: whoever made it, or switched it on last.
        pub created_by: UserId,
        /// When.
        pub created_at: Timestamp,
        /// When its URL, events, description or state last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// One event on its way to one webhook.
    pub struct DeliveryRow {
        /// Its id, the same for all tries.
        pub id: WebhookDeliveryId,
        /// The organisation.
        pub org_id: OrgId,
        /// The receiver.
        pub webhook_id: WebhookId,
        /// Name of the event.
        pub event: String,
        /// The body, byte for byte as it is signed and sent.
        pub payload: String,
        /// `queued`, `delivered` or `failed`.
        pub status: String,
        /// How often it was tried.
        pub attempts: i64,
        /// When it is tried next.
        pub next_attempt_at: Timestamp,
        /// HTTP status of the last answer.
        pub response_status: Option<i64>,
        /// What went wrong at the last try.
        pub last_error: Option<String>,
        /// When the event happened.
        pub created_at: Timestamp,
        /// When it arrived, or was given up.
        pub finished_at: Option<Timestamp>,
    }
}

row! {
    pub(crate) struct Total {
        pub total: i64,
    }
}

/// How a try went.
pub struct Attempt<'a> {
    /// HTTP status, when there was an answer.
    pub response_status: Option<i64>,
    /// What went wrong.
    pub error: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO webhooks (id, org_id, url, events, description, sealed_secret, is_active, \
    created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const FIND: &str = "SELECT id, org_id, url, events, description, sealed_secret, is_active, failing_since, \
    created_by, created_at, updated_at FROM webhooks WHERE org_id = $1 AND id = $2";
pub(crate) const LIST: &str = "SELECT id, org_id, url, events, description, sealed_secret, is_active, failing_since, \
    created_by, created_at, updated_at FROM webhooks WHERE org_id = $1 ORDER BY created_at, id";
const COUNT: &str = "SELECT COUNT(*) AS total FROM webhooks WHERE org_id = $1";
const UPDATE: &str = "UPDATE webhooks SET url = $3, events = $4, description = $5, is_active = $6, \
    failing_since = CASE WHEN is_active AND $6 THEN failing_since END, updated_at = $7, \
    created_by = $8 WHERE org_id = $1 AND id = $2";
const SET_SECRET: &str =
    "UPDATE webhooks SET sealed_secret = $3, updated_at = $4 WHERE org_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM webhooks WHERE org_id = $1 AND id = $2";
const NOTE_FAILURE: &str = "UPDATE webhooks SET failing_since = $3 \
    WHERE org_id = $1 AND id = $2 AND failing_since IS NULL";
const NOTE_SUCCESS: &str = "UPDATE webhooks SET failing_since = NULL \
    WHERE org_id = $1 AND id = $2 AND failing_since IS NOT NULL";
const SWITCH_OFF: &str = "UPDATE webhooks SET is_active = $5, updated_at = $4 \
    WHERE org_id = $1 AND id = $2 AND failing_since <= $3 AND is_active";
const COUNT_ACTIVE: &str = "UPDATE audit_heads SET webhooks = \
    (SELECT COUNT(*) FROM webhooks WHERE org_id = $1 AND is_active) WHERE org_id = $1";

pub(crate) static INSERT_DELIVERIES: Rows = Rows::new(
    "INSERT INTO webhook_deliveries (id, org_id, webhook_id, event, payload, status, attempts, next_attempt_at, \
     created_at) VALUES",
    9,
    "",
);
const DUE: &str = "SELECT id, org_id, webhook_id, event, payload, status, attempts, next_attempt_at, \
    response_status, last_error, created_at, finished_at FROM webhook_deliveries \
    WHERE status = 'queued' AND next_attempt_at <= $1 ORDER BY next_attempt_at LIMIT $2";
const FIND_DELIVERY: &str = "SELECT id, org_id, webhook_id, event, payload, status, attempts, next_attempt_at, \
    response_status, last_error, created_at, finished_at FROM webhook_deliveries WHERE org_id = $1 AND id = $2";
const LIST_DELIVERIES: &str = "SELECT id, org_id, webhook_id, event, payload, status, attempts, next_attempt_at, \
    response_status, last_error, created_at, finished_at FROM webhook_deliveries \
    WHERE org_id = $1 AND webhook_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4";
const CLAIM: &str = "UPDATE webhook_deliveries SET attempts = attempts + 1, next_attempt_at = $3 \
    WHERE id = $1 AND status = 'queued' AND attempts = $2";
const FINISH: &str = "UPDATE webhook_deliveries SET status = $2, response_status = $3, last_error = $4, \
    finished_at = $5 WHERE id = $1 AND finished_at IS NULL";
const RESCHEDULE: &str = "UPDATE webhook_deliveries SET response_status = $2, last_error = $3, \
    next_attempt_at = $4 WHERE id = $1 AND status = 'queued'";
const PURGE: &str = "DELETE FROM webhook_deliveries WHERE finished_at < $1";

impl Tx {
    /// Adds a webhook.
    pub async fn insert_webhook(&mut self, webhook: &WebhookRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            webhook.id.as_uuid(),
            webhook.org_id.as_uuid(),
            webhook.url.as_str(),
            webhook.events.as_str(),
            webhook.description.as_str(),
            webhook.sealed_secret.as_slice(),
            webhook.is_active,
            webhook.created_by.as_uuid(),
            webhook.created_at.as_millis(),
            webhook.updated_at.as_millis(),
        )?;
        Ok(())
    }

    /// One webhook.
    pub async fn find_webhook(&mut self, org: OrgId, id: WebhookId) -> Result<Option<WebhookRow>> {
        maybe!(self, FIND, org.as_uuid(), id.as_uuid())
    }

    /// The webhooks of an organisation, oldest first.
    pub async fn list_webhooks(&mut self, org: OrgId) -> Result<Vec<WebhookRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// How many webhooks an organisation has.
    pub async fn count_webhooks(&mut self, org: OrgId) -> Result<i64> {
        let row: Option<Total> = maybe!(self, COUNT, org.as_uuid())?;
        Ok(row.map_or(0, |row| row.total))
    }

    /// Stores what changed of a webhook that was read in this transaction, which holds the organisation's
    /// log; false when it is gone. One that is switched off begins anew when it is switched on again.
    pub async fn update_webhook(&mut self, webhook: &WebhookRow) -> Result<bool> {
        Ok(changed!(
            self,
            UPDATE,
            webhook.org_id.as_uuid(),
            webhook.id.as_uuid(),
            webhook.url.as_str(),
            webhook.events.as_str(),
            webhook.description.as_str(),
            webhook.is_active,
            webhook.updated_at.as_millis(),
            webhook.created_by.as_uuid(),
        )? == 1)
    }

    /// Replaces the secret.
    pub async fn set_webhook_secret(
        &mut self,
        org: OrgId,
        id: WebhookId,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            SET_SECRET,
            org.as_uuid(),
            id.as_uuid(),
            sealed,
            now.as_millis()
        )? == 1)
    }

    /// Removes a webhook with what it was to receive.
    pub async fn delete_webhook(&mut self, org: OrgId, id: WebhookId) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), id.as_uuid())? == 1)
    }

    /// Notes that a try failed; only the first in a row counts.
    pub async fn note_webhook_failure(
        &mut self,
        org: OrgId,
        id: WebhookId,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            NOTE_FAILURE,
            org.as_uuid(),
            id.as_uuid(),
            now.as_millis()
        )?;
        Ok(())
    }

    /// Notes that something arrived.
    pub async fn note_webhook_success(&mut self, org: OrgId, id: WebhookId) -> Result<()> {
        changed!(self, NOTE_SUCCESS, org.as_uuid(), id.as_uuid())?;
        Ok(())
    }

    /// Switches a webhook off that has received nothing since before `since`; true when it was on.
    pub async fn switch_webhook_off(
        &mut self,
        org: OrgId,
        id: WebhookId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            SWITCH_OFF,
            org.as_uuid(),
            id.as_uuid(),
            since.as_millis(),
            now.as_millis(),
            false,
        )? == 1)
    }

    /// Brings the number of active webhooks beside the head of the log up to date. The head must be
    /// held, so that no event slips between.
    pub async fn count_active_webhooks(&mut self, org: OrgId) -> Result<()> {
        changed!(self, COUNT_ACTIVE, org.as_uuid())?;
        Ok(())
    }

    /// Queues deliveries.
    pub async fn insert_deliveries(&mut self, deliveries: &[DeliveryRow]) -> Result<()> {
        for (sql, chunk) in INSERT_DELIVERIES.chunks(self, deliveries) {
            on!(self, |connection| {
                let mut query = sqlx::query(sql);
                for delivery in chunk {
                    query = query
                        .bind(delivery.id.as_uuid())
                        .bind(delivery.org_id.as_uuid())
                        .bind(delivery.webhook_id.as_uuid())
                        .bind(delivery.event.as_str())
                        .bind(delivery.payload.as_str())
                        .bind(delivery.status.as_str())
                        .bind(delivery.attempts)
                        .bind(delivery.next_attempt_at.as_millis())
                        .bind(delivery.created_at.as_millis());
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

    /// Deliveries that should be tried now, of all organisations.
    pub async fn list_due_deliveries(
        &mut self,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<DeliveryRow>> {
        all!(self, DUE, now.as_millis(), limit)
    }

    /// One delivery.
    pub async fn find_delivery(
        &mut self,
        org: OrgId,
        id: WebhookDeliveryId,
    ) -> Result<Option<DeliveryRow>> {
        maybe!(self, FIND_DELIVERY, org.as_uuid(), id.as_uuid())
    }

    /// What a webhook was sent, newest first.
    pub async fn list_deliveries(
        &mut self,
        org: OrgId,
        webhook: WebhookId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<DeliveryRow>> {
        all!(
            self,
            LIST_DELIVERIES,
            org.as_uuid(),
            webhook.as_uuid(),
            limit,
            offset
        )
    }

    /// Takes a delivery for one try and sets when the next would be; false when another node was
    /// faster.
    pub async fn claim_delivery(
        &mut self,
        id: WebhookDeliveryId,
        attempts: i64,
        next: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, CLAIM, id.as_uuid(), attempts, next.as_millis())? == 1)
    }

    /// Closes a delivery, unless it is closed already.
    pub async fn finish_delivery(
        &mut self,
        id: WebhookDeliveryId,
        status: &str,
        attempt: &Attempt<'_>,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            FINISH,
            id.as_uuid(),
            status,
            attempt.response_status,
            attempt.error,
            now.as_millis()
        )?;
        Ok(())
    }

    /// Notes how a try failed and when the next one is.
    pub async fn reschedule_delivery(
        &mut self,
        id: WebhookDeliveryId,
        attempt: &Attempt<'_>,
        next: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            RESCHEDULE,
            id.as_uuid(),
            attempt.response_status,
            attempt.error,
            next.as_millis()
        )?;
        Ok(())
    }

    /// Forgets deliveries that were finished before the given time.
    pub async fn purge_deliveries(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}

/// The status of a delivery that waits.
pub const QUEUED: &str = "queued";

impl DeliveryRow {
    /// One that waits for its first try.
    pub fn queued(
        id: Uuid,
        webhook: &WebhookRow,
        event: &str,
        payload: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id: id.into(),
            org_id: webhook.org_id,
            webhook_id: webhook.id,
            event: event.to_owned(),
            payload,
            status: QUEUED.to_owned(),
            attempts: 0,
            next_attempt_at: now,
            response_status: None,
            last_error: None,
            created_at: now,
            finished_at: None,
        }
    }
}
