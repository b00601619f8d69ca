//! Decoys, what happened to them, and which agents were stopped for it.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, HoneytokenId, OrgId, RiskEventId, UserId, VaultId};
use uuid::Uuid;

row! {
    /// A decoy.
    pub struct HoneytokenRow {
        /// Its id.
        pub id: HoneytokenId,
        /// The organisation.
        pub org_id: OrgId,
        /// The vault.
        pub vault_id: VaultId,
        /// The path that nobody has a reason to read.
        pub path: String,
        /// Free text.
        pub notes: Option<String>,
        /// Who laid it out.
        pub created_by: UserId,
        /// When.
        pub created_at: Timestamp,
        /// How often it was read.
        pub triggered_count: i64,
        /// When it last was.
        pub last_triggered_at: Option<Timestamp>,
    }
}

row! {
    struct PathRow {
        pub path: String,
    }
}

row! {
    /// Something that should not happen.
    pub struct RiskEventRow {
        /// Its id.
        pub id: RiskEventId,
        /// The organisation.
        pub org_id: OrgId,
        /// `user` or `agent`.
        pub principal_type: String,
        /// Who did it.
        pub principal_id: Uuid,
        /// What it was.
        pub event_type: String,
        /// `low`, `medium`, `high` or `critical`.
        pub severity: String,
        /// From where.
        pub ip: Option<String>,
        /// JSON object.
        pub payload: String,
        /// When.
        pub created_at: Timestamp,
    }
}

row! {
    /// An agent that was stopped.
    pub struct QuarantineRow {
        /// Which.
        pub agent_id: AgentId,
        /// Vault of the decoy it read.
        pub vault_id: VaultId,
        /// Path of that decoy.
        pub path: String,
        /// Since when.
        pub since: Timestamp,
    }
}

/// Which events to list. `None` = any.
#[derive(Clone, Copy, Debug, Default)]
pub struct RiskFilter<'a> {
    /// Exactly this severity.
    pub severity: Option<&'a str>,
    /// `user` or `agent`.
    pub principal_type: Option<&'a str>,
}

const INSERT: &str = "INSERT INTO honeytokens (id, org_id, vault_id, path, notes, created_by, created_at, \
    triggered_count) VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT (vault_id, path) DO NOTHING";
const FIND: &str = "SELECT id, org_id, vault_id, path, notes, created_by, created_at, triggered_count, \
    last_triggered_at FROM honeytokens WHERE org_id = $1 AND id = $2";
const FIND_AT: &str = "SELECT id, org_id, vault_id, path, notes, created_by, created_at, triggered_count, \
    last_triggered_at FROM honeytokens WHERE org_id = $1 AND vault_id = $2 AND path = $3";
const LIST: &str = "SELECT id, org_id, vault_id, path, notes, created_by, created_at, triggered_count, \
    last_triggered_at FROM honeytokens WHERE org_id = $1 ORDER BY created_at DESC, id DESC";
const LIST_PATHS: &str = "SELECT path FROM honeytokens WHERE org_id = $1 AND vault_id = $2";
const DELETE: &str = "DELETE FROM honeytokens WHERE org_id = $1 AND id = $2";
const TRIGGER: &str = "UPDATE honeytokens SET triggered_count = triggered_count + 1, last_triggered_at = $3 \
    WHERE org_id = $1 AND id = $2";
const INSERT_EVENT: &str = "INSERT INTO risk_events (id, org_id, principal_type, principal_id, event_type, severity, \
    ip, payload, created_at, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const LIST_EVENTS: &str = "SELECT id, org_id, principal_type, principal_id, event_type, severity, ip, payload, \
    created_at FROM risk_events WHERE org_id = $1 AND created_at >= $2 \
    AND (CAST($3 AS TEXT) IS NULL OR severity = $3) AND (CAST($4 AS TEXT) IS NULL OR principal_type = $4) \
    ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6";
// Of all organisations: a job asks.
const LIST_UNTOLD: &str = "SELECT id, org_id, principal_type, principal_id, event_type, severity, ip, payload, \
    created_at FROM risk_events WHERE told_at IS NULL ORDER BY created_at LIMIT 100";
const TELL: &str =
    "UPDATE risk_events SET told_at = $3 WHERE org_id = $1 AND id = $2 AND told_at IS NULL";
// Its tokens go on naming it, so that it can be answered where it reads decoys; nothing else takes them.
const STOP_AGENT: &str = "UPDATE agents SET is_active = $3 WHERE org_id = $1 AND id = $2 AND is_active <> $3 \
    AND deleted_at IS NULL";
const QUARANTINE: &str = "INSERT INTO quarantines (org_id, agent_id, vault_id, path, since) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, agent_id) DO NOTHING";
const FIND_QUARANTINE: &str = "SELECT agent_id, vault_id, path, since FROM quarantines \
    WHERE org_id = $1 AND agent_id = $2";
const LIST_QUARANTINES: &str =
    "SELECT agent_id, vault_id, path, since FROM quarantines WHERE org_id = $1";
const END_QUARANTINE: &str = "DELETE FROM quarantines WHERE org_id = $1 AND agent_id = $2";

impl Tx {
    /// Adds a decoy; false when the path is one.
    pub async fn insert_honeytoken(&mut self, row: &HoneytokenRow) -> Result<bool> {
        Ok(changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.vault_id.as_uuid(),
            row.path.as_str(),
            row.notes.as_deref(),
            row.created_by.as_uuid(),
            row.created_at.as_millis(),
        )? == 1)
    }

    /// A decoy of this organisation.
    pub async fn find_honeytoken(
        &mut self,
        org: OrgId,
        id: HoneytokenId,
    ) -> Result<Option<HoneytokenRow>> {
        maybe!(self, FIND, org.as_uuid(), id.as_uuid())
    }

    /// The decoy at a path.
    pub async fn find_honeytoken_at(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
    ) -> Result<Option<HoneytokenRow>> {
        maybe!(self, FIND_AT, org.as_uuid(), vault.as_uuid(), path)
    }

    /// The decoys of an organisation, newest first.
    pub async fn list_honeytokens(&mut self, org: OrgId) -> Result<Vec<HoneytokenRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// The paths of a vault's decoys.
    pub async fn list_honeytoken_paths(
        &mut self,
        org: OrgId,
        vault: VaultId,
    ) -> Result<Vec<String>> {
        let rows: Vec<PathRow> = all!(self, LIST_PATHS, org.as_uuid(), vault.as_uuid())?;
        Ok(rows.into_iter().map(|row| row.path).collect())
    }

    /// Takes a decoy away; what happened to it stays.
    pub async fn delete_honeytoken(&mut self, org: OrgId, id: HoneytokenId) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), id.as_uuid())? == 1)
    }

    /// Counts a read of a decoy.
    pub async fn count_trigger(
        &mut self,
        org: OrgId,
        id: HoneytokenId,
        now: Timestamp,
    ) -> Result<()> {
        changed!(self, TRIGGER, org.as_uuid(), id.as_uuid(), now.as_millis())?;
        Ok(())
    }

    /// Notes something that should not happen. Unless `is_told`, somebody is to be mailed.
    pub async fn insert_risk_event(&mut self, row: &RiskEventRow, is_told: bool) -> Result<()> {
        changed!(
            self,
            INSERT_EVENT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.principal_type.as_str(),
            row.principal_id,
            row.event_type.as_str(),
            row.severity.as_str(),
            row.ip.as_deref(),
            row.payload.as_str(),
            row.created_at.as_millis(),
            is_told.then_some(row.created_at.as_millis()),
        )?;
        Ok(())
    }

    /// What should not have happened since a moment, newest first.
    pub async fn list_risk_events(
        &mut self,
        org: OrgId,
        since: Timestamp,
        filter: RiskFilter<'_>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<RiskEventRow>> {
        all!(
            self,
            LIST_EVENTS,
            org.as_uuid(),
            since.as_millis(),
            filter.severity,
            filter.principal_type,
            limit,
            offset
        )
    }

    /// What nobody was mailed about yet.
    pub async fn list_untold_events(&mut self) -> Result<Vec<RiskEventRow>> {
        all!(self, LIST_UNTOLD)
    }

    /// Notes that those concerned were mailed; false when somebody else did.
    pub async fn mark_told(&mut self, org: OrgId, id: RiskEventId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, TELL, org.as_uuid(), id.as_uuid(), now.as_millis())? == 1)
    }

    /// Stops an agent because it read a decoy; false when it was off already.
    pub async fn quarantine_agent(
        &mut self,
        org: OrgId,
        agent: AgentId,
        vault: VaultId,
        path: &str,
        now: Timestamp,
    ) -> Result<bool> {
        if changed!(self, STOP_AGENT, org.as_uuid(), agent.as_uuid(), false)? == 0 {
            return Ok(false);
        }
        changed!(
            self,
            QUARANTINE,
            org.as_uuid(),
            agent.as_uuid(),
            vault.as_uuid(),
            path,
            now.as_millis()
        )?;
        Ok(true)
    }

    /// Why an agent is stopped, if it is because of a decoy.
    pub async fn find_quarantine(
        &mut self,
        org: OrgId,
        agent: AgentId,
    ) -> Result<Option<QuarantineRow>> {
        maybe!(self, FIND_QUARANTINE, org.as_uuid(), agent.as_uuid())
    }

    /// All agents of an organisation that are stopped because of a decoy.
    pub async fn list_quarantines(&mut self, org: OrgId) -> Result<Vec<QuarantineRow>> {
        all!(self, LIST_QUARANTINES, org.as_uuid())
    }

    /// Forgets why an agent was stopped; false when it was not because of a decoy.
    pub async fn end_quarantine(&mut self, org: OrgId, agent: AgentId) -> Result<bool> {
        Ok(changed!(self, END_QUARANTINE, org.as_uuid(), agent.as_uuid())? == 1)
    }
}
