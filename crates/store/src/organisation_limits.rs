//! How many of something an organisation may have.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::id::OrgId;

row! {
    /// A limit that was set.
    pub struct LimitRow {
        /// Of what.
        pub resource: String,
        /// At most so many.
        pub maximum: i64,
    }
}

const LIST: &str =
    "SELECT resource, maximum FROM organisation_limits WHERE org_id = $1 ORDER BY resource";
const FIND: &str =
    "SELECT resource, maximum FROM organisation_limits WHERE org_id = $1 AND resource = $2";
const SET: &str = "INSERT INTO organisation_limits (org_id, resource, maximum) VALUES ($1, $2, $3) \
    ON CONFLICT (org_id, resource) DO UPDATE SET maximum = excluded.maximum";
const CLEAR: &str = "DELETE FROM organisation_limits WHERE org_id = $1 AND resource = $2";

impl Tx {
    /// All limits of an organisation.
    pub async fn list_limits(&mut self, org: OrgId) -> Result<Vec<LimitRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// One limit of an organisation; `None` when there is none.
    pub async fn find_limit(&mut self, org: OrgId, resource: &str) -> Result<Option<i64>> {
        let row: Option<LimitRow> = maybe!(self, FIND, org.as_uuid(), resource)?;
        Ok(row.map(|row| row.maximum))
    }

    /// Sets a limit, or with `None` lifts it.
    pub async fn set_limit(
        &mut self,
        org: OrgId,
        resource: &str,
        maximum: Option<i64>,
    ) -> Result<()> {
        match maximum {
            Some(maximum) => changed!(self, SET, org.as_uuid(), resource, maximum)?,
            None => changed!(self, CLEAR, org.as_uuid(), resource)?,
        };
        Ok(())
    }
}
