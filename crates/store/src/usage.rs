//! How much organisations use the API.

use crate::error::Result;
use crate::row::row;
use crate::rows::Rows;
use crate::{Tx, all, changed, maybe, on};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::OrgId;
use uuid::Uuid;

row! {
    /// One request.
    pub struct UsageEventRow {
        /// Its id.
        pub id: Uuid,
        /// The organisation.
        pub org_id: OrgId,
        /// `user` or `agent`.
        pub principal_type: String,
        /// Who made it.
        pub principal_id: Uuid,
        /// Its method.
        pub method: String,
        /// The route, with names for its parameters.
        pub endpoint: String,
        /// How it was answered.
        pub status_code: i64,
        /// When.
        pub created_at: Timestamp,
    }
}

row! {
    /// Requests of a month.
    pub struct RequestsRow {
        /// How many.
        pub requests: i64,
    }
}

const ADD: &str = "INSERT INTO usage_months (org_id, month, requests) \
    SELECT id, $2, $3 FROM organisations WHERE id = $1 \
    ON CONFLICT (org_id, month) DO UPDATE SET requests = usage_months.requests + excluded.requests";
const FIND_MONTH: &str = "SELECT requests FROM usage_months WHERE org_id = $1 AND month = $2";
const LIST: &str = "SELECT id, org_id, principal_type, principal_id, method, endpoint, status_code, created_at \
    FROM usage_events WHERE org_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
const LIST_OF_PRINCIPAL: &str = "SELECT id, org_id, principal_type, principal_id, method, endpoint, status_code, \
    created_at FROM usage_events WHERE org_id = $1 AND principal_id = $2 ORDER BY created_at DESC, id DESC LIMIT $3";
// All but the newest $2 of an organisation.
const TRIM: &str = "DELETE FROM usage_events WHERE org_id = $1 AND id IN \
    (SELECT id FROM usage_events WHERE org_id = $1 ORDER BY created_at DESC, id DESC LIMIT 100000 OFFSET $2)";

static INSERT_EVENTS: Rows = Rows::new(
    "INSERT INTO usage_events (id, org_id, principal_type, principal_id, method, endpoint, status_code, created_at) VALUES",
    8,
    "",
);

impl Tx {
    /// Adds to the requests of an organisation in a month such as `2026-11`. An organisation that is
    /// gone by now is left alone.
    pub async fn add_usage(&mut self, org: OrgId, month: &str, requests: i64) -> Result<bool> {
        Ok(changed!(self, ADD, org.as_uuid(), month, requests)? == 1)
    }

    /// How many requests an organisation made in a month.
    pub async fn find_usage(&mut self, org: OrgId, month: &str) -> Result<i64> {
        let row: Option<RequestsRow> = maybe!(self, FIND_MONTH, org.as_uuid(), month)?;
        Ok(row.map_or(0, |row| row.requests))
    }

    /// Adds requests to the history. Their organisations must exist.
    pub async fn insert_usage_events(&mut self, events: &[UsageEventRow]) -> Result<()> {
        for (sql, chunk) in INSERT_EVENTS.chunks(self, events) {
            on!(self, |connection| {
                let mut query = sqlx::query(sql);
                for event in chunk {
                    query = query
                        .bind(event.id)
                        .bind(event.org_id.as_uuid())
                        .bind(event.principal_type.as_str())
                        .bind(event.principal_id)
                        .bind(event.method.as_str())
                        .bind(event.endpoint.as_str())
                        .bind(event.status_code)
                        .bind(event.created_at.as_millis());
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

    /// Keeps only the newest requests of an organisation.
    pub async fn trim_usage_events(&mut self, org: OrgId, keep: i64) -> Result<u64> {
        changed!(self, TRIM, org.as_uuid(), keep)
    }

    /// The newest requests of an organisation, or of one principal in it.
    pub async fn list_usage_events(
        &mut self,
        org: OrgId,
        principal: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<UsageEventRow>> {
        match principal {
            None => all!(self, LIST, org.as_uuid(), limit),
            Some(principal) => all!(self, LIST_OF_PRINCIPAL, org.as_uuid(), principal, limit),
        }
    }
}
