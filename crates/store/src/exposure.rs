//! What agents got to see. Everything here is folded from the log, which is written anyway, so a read costs
//! nothing more for it.

use crate::agents::AgentRow;
use crate::error::Result;
use crate::row::row;
use crate::shares::ShareRow;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, VaultId};
use uuid::Uuid;

row! {
    /// One version of one thing, and how an agent got to it.
    pub struct ExposureRow {
        /// Whose eyes.
        pub agent_id: AgentId,
        /// `secret`, `variable` or `binding`.
        pub kind: String,
        /// Which.
        pub resource_id: Uuid,
        /// Which version; 0 where there are none.
        pub version: i64,
        /// `read`, `wrote` or `used`.
        pub how: String,
        /// Where it was.
        pub vault_id: Option<VaultId>,
        /// Its path then, or its name.
        pub path: String,
        /// How often.
        pub times: i64,
        /// First time.
        pub first_at: Timestamp,
        /// Last time.
        pub last_at: Timestamp,
    }
}

row! {
    /// Entries of the log that differ in nothing but their time.
    pub struct SightingRow {
        /// The agent.
        pub actor_id: String,
        /// What it did.
        pub action: String,
        /// Kind of thing.
        pub resource_type: String,
        /// To which.
        pub resource_id: String,
        /// JSON object.
        pub details: String,
        /// How often.
        pub times: i64,
        /// First time.
        pub first_at: Timestamp,
        /// Last time.
        pub last_at: Timestamp,
    }
}

row! {
    /// A log that is not folded to its end.
    pub struct BehindRow {
        /// Whose.
        pub org_id: OrgId,
    }
}

row! {
    /// What has become of a thing.
    pub struct StateRow {
        /// The newest version.
        pub version: i64,
        /// When it was deleted.
        pub deleted_at: Option<Timestamp>,
        /// When the version that was asked for came to be.
        pub replaced_at: Option<Timestamp>,
    }
}

row! {
    struct CursorRow {
        pub seq: i64,
    }
}

const FIND_CURSOR: &str = "SELECT seq FROM exposure_cursors WHERE org_id = $1";
// Compare-and-set: of two nodes that fold the same part, one moves it and the other does nothing.
const MOVE_CURSOR: &str = "INSERT INTO exposure_cursors (org_id, seq) VALUES ($1, $3) \
    ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq WHERE exposure_cursors.seq = $2";
const LIST_BEHIND: &str = "SELECT h.org_id AS org_id FROM audit_heads h \
    JOIN organisations o ON o.id = h.org_id LEFT JOIN exposure_cursors c ON c.org_id = h.org_id \
    WHERE h.size > COALESCE(c.seq, 0)";
const SIGHTINGS: &str = "SELECT actor_id, action, resource_type, resource_id, details, COUNT(*) AS times, \
    MIN(at) AS first_at, MAX(at) AS last_at FROM audit_events \
    WHERE org_id = $1 AND seq >= $2 AND seq < $3 AND actor_type = 'agent' \
    AND (CAST($4 AS TEXT) IS NULL OR actor_id = $4) \
    AND action IN ('secret.read', 'secret.write', 'secret.use', 'share.access', 'env.resolve', 'env.list') \
    GROUP BY actor_id, action, resource_type, resource_id, details";
const ADD: &str = "INSERT INTO exposures (org_id, agent_id, kind, resource_id, version, how, vault_id, path, \
    times, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
    ON CONFLICT (org_id, agent_id, resource_id, version, how) DO UPDATE SET path = excluded.path, \
    vault_id = excluded.vault_id, times = exposures.times + excluded.times, last_at = excluded.last_at";
const LIST: &str = "SELECT agent_id, kind, resource_id, version, how, vault_id, path, times, first_at, last_at \
    FROM exposures WHERE org_id = $1 AND agent_id = $2 ORDER BY resource_id, version, how";
const SECRET_NOW: &str = "SELECT s.version AS version, s.deleted_at AS deleted_at, n.created_at AS replaced_at \
    FROM secrets s LEFT JOIN secret_versions n ON n.secret_id = s.id AND n.version = $3 \
    WHERE s.org_id = $1 AND s.id = $2";
const VARIABLE_NOW: &str = "SELECT version, CAST(NULL AS BIGINT) AS deleted_at, updated_at AS replaced_at \
    FROM env_vars WHERE org_id = $1 AND id = $2";
// Those that are gone too: what they saw outlives them.
const FIND_AGENT: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, is_active, settings, \
    token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, ecdh_public_key, \
    created_by, created_at, expires_at, last_active_at FROM agents WHERE org_id = $1 AND id = $2";
const SHARES_BY: &str = "SELECT h.id, h.org_id, h.vault_id, h.secret_id, h.recipient_type, h.recipient_user_id, \
    h.recipient_agent_id, h.recipient_email, h.status, h.passphrase_hash, h.ip_allowlist, h.max_access_count, \
    h.access_count, h.created_by_type, h.created_by_id, h.created_at, h.expires_at, h.decided_at, s.path \
    FROM shares h JOIN secrets s ON s.id = h.secret_id AND s.vault_id = h.vault_id \
    WHERE h.created_by_id = $2 AND h.org_id = $1 ORDER BY h.created_at DESC, h.id DESC";

impl Tx {
    /// How far a log is folded.
    pub async fn find_exposure_cursor(&mut self, org: OrgId) -> Result<i64> {
        let row: Option<CursorRow> = maybe!(self, FIND_CURSOR, org.as_uuid())?;
        Ok(row.map_or(0, |row| row.seq))
    }

    /// Notes that a log is folded up to `to`; false when somebody else moved on from `from` before.
    pub async fn move_exposure_cursor(&mut self, org: OrgId, from: i64, to: i64) -> Result<bool> {
        Ok(changed!(self, MOVE_CURSOR, org.as_uuid(), from, to)? == 1)
    }

    /// Logs that are not folded to their end.
    pub async fn list_logs_behind(&mut self) -> Result<Vec<OrgId>> {
        let rows: Vec<BehindRow> = all!(self, LIST_BEHIND)?;
        Ok(rows.into_iter().map(|row| row.org_id).collect())
    }

    /// What agents got to see in events `from..to` of a log, one of them or all.
    pub async fn list_sightings(
        &mut self,
        org: OrgId,
        from: i64,
        to: i64,
        agent: Option<AgentId>,
    ) -> Result<Vec<SightingRow>> {
        let agent = agent.map(|id| id.to_string());
        all!(self, SIGHTINGS, org.as_uuid(), from, to, agent.as_deref())
    }

    /// Adds to what an agent got to see.
    pub async fn add_exposure(&mut self, org: OrgId, row: &ExposureRow) -> Result<()> {
        changed!(
            self,
            ADD,
            org.as_uuid(),
            row.agent_id.as_uuid(),
            row.kind.as_str(),
            row.resource_id,
            row.version,
            row.how.as_str(),
            row.vault_id.map(|id| id.as_uuid()),
            row.path.as_str(),
            row.times,
            row.first_at.as_millis(),
            row.last_at.as_millis(),
        )?;
        Ok(())
    }

    /// What an agent got to see, as far as the log is folded.
    pub async fn list_exposures(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<ExposureRow>> {
        all!(self, LIST, org.as_uuid(), agent.as_uuid())
    }

    /// What has become of a secret, and when its version `next` was written.
    pub async fn find_secret_state(
        &mut self,
        org: OrgId,
        secret: Uuid,
        next: i64,
    ) -> Result<Option<StateRow>> {
        maybe!(self, SECRET_NOW, org.as_uuid(), secret, next)
    }

    /// What has become of a variable.
    pub async fn find_variable_state(
        &mut self,
        org: OrgId,
        variable: Uuid,
    ) -> Result<Option<StateRow>> {
        maybe!(self, VARIABLE_NOW, org.as_uuid(), variable)
    }

    /// An agent of this organisation, deleted ones too.
    pub async fn find_agent_ever(&mut self, org: OrgId, id: AgentId) -> Result<Option<AgentRow>> {
        maybe!(self, FIND_AGENT, org.as_uuid(), id.as_uuid())
    }

    /// What somebody shared, newest first, withdrawn shares too.
    pub async fn list_shares_by(&mut self, org: OrgId, creator: Uuid) -> Result<Vec<ShareRow>> {
        all!(self, SHARES_BY, org.as_uuid(), creator)
    }
}
