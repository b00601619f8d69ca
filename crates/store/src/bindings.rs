//! Credentials that agents use without seeing them, and the calls that were made with them.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, BindingId, ExecutionId, OrgId, UserId, VaultId};

row! {
    /// A credential of an agent, or where it is, with what may be done with it.
    pub struct BindingRow {
        /// Its id.
        pub id: BindingId,
        /// The organisation.
        pub org_id: OrgId,
        /// Who may use it.
        pub agent_id: AgentId,
        /// Its name, unique for the agent.
        pub name: String,
        /// JSON object: where calls go.
        pub config: String,
        /// JSON object: which calls may be made.
        pub guardrails: String,
        /// The credential itself, bound to the organisation and the id.
        pub sealed_credential: Option<Vec<u8>>,
        /// The vault that the credential is read from.
        pub vault_id: Option<VaultId>,
        /// Where it is in there.
        pub path: Option<String>,
        /// False once switched off.
        pub is_active: bool,
        /// Who chose where the credential goes.
        pub vouched_by: UserId,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// One call.
    pub struct ExecutionRow {
        /// Its id.
        pub id: ExecutionId,
        /// The organisation.
        pub org_id: OrgId,
        /// Whose credential was used.
        pub agent_id: AgentId,
        /// Which.
        pub binding_id: BindingId,
        /// `started`, `success` or `error`.
        pub status: String,
        /// The method.
        pub method: String,
        /// The host, with its port if it is no usual one.
        pub host: String,
        /// The path, without parameters.
        pub path: String,
        /// HTTP status of the answer.
        pub answer_status: Option<i64>,
        /// Why there was no answer.
        pub error: Option<String>,
        /// How long it took.
        pub duration_ms: i64,
        /// How often the credential was taken out of the answer.
        pub redactions: i64,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

/// How a call ended.
pub struct Ending<'a> {
    /// `success` or `error`.
    pub status: &'a str,
    /// HTTP status of the answer.
    pub answer_status: Option<i64>,
    /// Why there was no answer.
    pub error: Option<&'a str>,
    /// How long it took.
    pub duration_ms: i64,
    /// How often the credential was taken out of the answer.
    pub redactions: i64,
}

const INSERT: &str = "INSERT INTO bindings (id, org_id, agent_id, name, config, guardrails, sealed_credential, vault_id, \
    path, is_active, vouched_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
    ON CONFLICT (agent_id, name) DO NOTHING";
const FIND: &str = "SELECT id, org_id, agent_id, name, config, guardrails, sealed_credential, vault_id, path, is_active, \
    vouched_by, created_at, updated_at FROM bindings WHERE org_id = $1 AND agent_id = $2 AND id = $3";
const FIND_BY_NAME: &str = "SELECT id, org_id, agent_id, name, config, guardrails, sealed_credential, vault_id, path, \
    is_active, vouched_by, created_at, updated_at FROM bindings WHERE org_id = $1 AND agent_id = $2 AND name = $3";
const LIST: &str = "SELECT id, org_id, agent_id, name, config, guardrails, sealed_credential, vault_id, path, is_active, \
    vouched_by, created_at, updated_at FROM bindings WHERE org_id = $1 AND agent_id = $2 ORDER BY name";
const UPDATE: &str = "UPDATE bindings SET config = $3, guardrails = $4, sealed_credential = $5, vault_id = $6, path = $7, \
    is_active = $8, vouched_by = $9, updated_at = $10 WHERE org_id = $1 AND id = $2";
const DELETE: &str = "DELETE FROM bindings WHERE org_id = $1 AND agent_id = $2 AND id = $3";
const DELETE_OF: &str = "DELETE FROM bindings WHERE org_id = $1 AND agent_id = $2";
const START: &str = "INSERT INTO executions (id, org_id, agent_id, binding_id, status, method, host, path, duration_ms, \
    redactions, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const END: &str = "UPDATE executions SET status = $3, answer_status = $4, error = $5, duration_ms = $6, redactions = $7 \
    WHERE org_id = $1 AND id = $2";
const LIST_EXECUTIONS: &str = "SELECT id, org_id, agent_id, binding_id, status, method, host, path, answer_status, error, \
    duration_ms, redactions, created_at FROM executions WHERE org_id = $1 AND agent_id = $2 \
    ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4";

impl Tx {
    /// Adds a binding; false when the agent has one of this name.
    pub async fn insert_binding(&mut self, binding: &BindingRow) -> Result<bool> {
        Ok(changed!(
            self,
            INSERT,
            binding.id.as_uuid(),
            binding.org_id.as_uuid(),
            binding.agent_id.as_uuid(),
            binding.name.as_str(),
            binding.config.as_str(),
            binding.guardrails.as_str(),
            binding.sealed_credential.as_deref(),
            binding.vault_id.map(|id| id.as_uuid()),
            binding.path.as_deref(),
            binding.is_active,
            binding.vouched_by.as_uuid(),
            binding.created_at.as_millis(),
            binding.updated_at.as_millis(),
        )? == 1)
    }

    /// One binding of an agent.
    pub async fn find_binding(
        &mut self,
        org: OrgId,
        agent: AgentId,
        id: BindingId,
    ) -> Result<Option<BindingRow>> {
        maybe!(self, FIND, org.as_uuid(), agent.as_uuid(), id.as_uuid())
    }

    /// One binding of an agent by its name.
    pub async fn find_binding_by_name(
        &mut self,
        org: OrgId,
        agent: AgentId,
        name: &str,
    ) -> Result<Option<BindingRow>> {
        maybe!(self, FIND_BY_NAME, org.as_uuid(), agent.as_uuid(), name)
    }

    /// The bindings of an agent by name.
    pub async fn list_bindings(&mut self, org: OrgId, agent: AgentId) -> Result<Vec<BindingRow>> {
        all!(self, LIST, org.as_uuid(), agent.as_uuid())
    }

    /// Stores what changed of a binding that was read in this transaction, which holds the organisation's log.
    pub async fn update_binding(&mut self, binding: &BindingRow) -> Result<bool> {
        Ok(changed!(
            self,
            UPDATE,
            binding.org_id.as_uuid(),
            binding.id.as_uuid(),
            binding.config.as_str(),
            binding.guardrails.as_str(),
            binding.sealed_credential.as_deref(),
            binding.vault_id.map(|id| id.as_uuid()),
            binding.path.as_deref(),
            binding.is_active,
            binding.vouched_by.as_uuid(),
            binding.updated_at.as_millis(),
        )? == 1)
    }

    /// Removes a binding. What was done with it stays on record.
    pub async fn delete_binding(
        &mut self,
        org: OrgId,
        agent: AgentId,
        id: BindingId,
    ) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), agent.as_uuid(), id.as_uuid())? == 1)
    }

    /// Removes the bindings of an agent and says how many there were.
    pub async fn delete_bindings_of(&mut self, org: OrgId, agent: AgentId) -> Result<u64> {
        changed!(self, DELETE_OF, org.as_uuid(), agent.as_uuid())
    }

    /// Notes a call before it is made.
    pub async fn start_execution(&mut self, execution: &ExecutionRow) -> Result<()> {
        changed!(
            self,
            START,
            execution.id.as_uuid(),
            execution.org_id.as_uuid(),
            execution.agent_id.as_uuid(),
            execution.binding_id.as_uuid(),
            execution.status.as_str(),
            execution.method.as_str(),
            execution.host.as_str(),
            execution.path.as_str(),
            execution.duration_ms,
            execution.redactions,
            execution.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// Notes how a call ended.
    pub async fn end_execution(
        &mut self,
        org: OrgId,
        id: ExecutionId,
        ending: &Ending<'_>,
    ) -> Result<()> {
        changed!(
            self,
            END,
            org.as_uuid(),
            id.as_uuid(),
            ending.status,
            ending.answer_status,
            ending.error,
            ending.duration_ms,
            ending.redactions,
        )?;
        Ok(())
    }

    /// The calls of an agent, newest first.
    pub async fn list_executions(
        &mut self,
        org: OrgId,
        agent: AgentId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<ExecutionRow>> {
        all!(
            self,
            LIST_EXECUTIONS,
            org.as_uuid(),
            agent.as_uuid(),
            limit,
            offset
        )
    }
}
