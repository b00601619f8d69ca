//! Agents: the machine accounts. Only the keyed hash of an API key is kept.

use crate::error::Result;
use crate::pairings::DELETE_SIGNING_KEY;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, UserId};

row! {
    /// An agent.
    pub struct AgentRow {
        /// Its id.
        pub id: AgentId,
        /// The organisation it belongs to.
        pub org_id: OrgId,
        /// Its name; not unique.
        pub name: String,
        /// Free text, possibly empty.
        pub description: String,
        /// `api_key`, `mtls` or `oidc_client_credentials`.
        pub auth_method: String,
        /// JSON array of strings: path globs (a ceiling) and labels (echoed).
        pub scopes: String,
        /// JSON array of vault ids; not empty = bound to these vaults.
        pub vault_ids: String,
        /// False once switched off.
        pub is_active: bool,
        /// JSON object: the rarer settings that clients send and read back.
        pub settings: String,
        /// Life of its tokens, when not the default.
        pub token_ttl_seconds: Option<i64>,
        /// Tokens carry it; raising it ends all tokens of the agent.
        pub token_epoch: i64,
        /// Keyed hash of the API key; absent until the key is revealed.
        pub api_key_hash: Option<Vec<u8>>,
        /// When the key stops working.
        pub api_key_expires_at: Option<Timestamp>,
        /// Ed25519 public key, standard base64 of 32 bytes.
        pub ssh_public_key: Option<String>,
        /// P-256 public key, standard base64 of the SEC1 point.
        pub ecdh_public_key: Option<String>,
        /// The human who let it in.
        pub created_by: UserId,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it stops working.
        pub expires_at: Option<Timestamp>,
        /// Last token exchange, to the minute.
        pub last_active_at: Option<Timestamp>,
    }
}

const INSERT: &str = "INSERT INTO agents (id, org_id, name, description, auth_method, scopes, vault_ids, \
    is_active, settings, token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, \
    ecdh_public_key, created_by, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
const FIND: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, is_active, settings, \
    token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, ecdh_public_key, \
    created_by, created_at, expires_at, last_active_at FROM agents \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
// The organisation is what these two find out, so they cannot take it: both are asked with a
// credential that names the agent (a verified token, or the hash of its key).
const FIND_BY_ID: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, is_active, \
    settings, token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, \
    ecdh_public_key, created_by, created_at, expires_at, last_active_at FROM agents \
    WHERE id = $1 AND deleted_at IS NULL";
const FIND_BY_KEY: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, is_active, \
    settings, token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, \
    ecdh_public_key, created_by, created_at, expires_at, last_active_at FROM agents \
    WHERE api_key_hash = $1 AND deleted_at IS NULL";
// BACKEND: a transaction that writes owns the whole embedded database; on PostgreSQL it has to take
// the row.
const FIND_LOCKED_POSTGRES: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, \
    is_active, settings, token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, \
    ecdh_public_key, created_by, created_at, expires_at, last_active_at FROM agents \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE";
const LIST: &str = "SELECT id, org_id, name, description, auth_method, scopes, vault_ids, is_active, settings, \
    token_ttl_seconds, token_epoch, api_key_hash, api_key_expires_at, ssh_public_key, ecdh_public_key, \
    created_by, created_at, expires_at, last_active_at FROM agents \
    WHERE org_id = $1 AND deleted_at IS NULL ORDER BY created_at DESC, id DESC";
// The epoch never falls: it may have been raised since the row was read.
const UPDATE: &str = "UPDATE agents SET name = $3, description = $4, scopes = $5, vault_ids = $6, is_active = $7, \
    settings = $8, token_ttl_seconds = $9, api_key_expires_at = $11, expires_at = $12, \
    token_epoch = CASE WHEN token_epoch > $10 THEN token_epoch ELSE $10 END \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
const COUNT: &str = "SELECT COUNT(*) AS count FROM agents WHERE org_id = $1 AND deleted_at IS NULL";
const SET_KEY: &str = "UPDATE agents SET api_key_hash = $3, token_epoch = token_epoch + 1 \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
const DROP_KEY: &str = "UPDATE agents SET api_key_hash = NULL, token_epoch = token_epoch + 1 \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
const CLEAR_KEY_END: &str = "UPDATE agents SET api_key_expires_at = NULL \
    WHERE org_id = $1 AND id = $2 AND api_key_expires_at <= $3";
const SET_FIRST_KEY: &str = "UPDATE agents SET api_key_hash = $3 \
    WHERE org_id = $1 AND id = $2 AND api_key_hash IS NULL AND deleted_at IS NULL";
const SET_IDENTITY: &str = "UPDATE agents SET ssh_public_key = $3, ecdh_public_key = $4 \
    WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
const DELETE: &str = "UPDATE agents SET deleted_at = $3, is_active = $4, api_key_hash = NULL, \
    token_epoch = token_epoch + 1 WHERE org_id = $1 AND id = $2 AND deleted_at IS NULL";
pub(crate) const TOUCH: &str = "UPDATE agents SET last_active_at = $1 \
    WHERE (last_active_at IS NULL OR last_active_at < $1) AND id = $2";

impl Tx {
    /// Adds an agent.
    pub async fn insert_agent(&mut self, agent: &AgentRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            agent.id.as_uuid(),
            agent.org_id.as_uuid(),
            agent.name.as_str(),
            agent.description.as_str(),
            agent.auth_method.as_str(),
            agent.scopes.as_str(),
            agent.vault_ids.as_str(),
            agent.is_active,
            agent.settings.as_str(),
            agent.token_ttl_seconds,
            agent.token_epoch,
            agent.api_key_hash.as_deref(),
            agent.api_key_expires_at.map(Timestamp::as_millis),
            agent.ssh_public_key.as_deref(),
            agent.ecdh_public_key.as_deref(),
            agent.created_by.as_uuid(),
            agent.created_at.as_millis(),
            agent.expires_at.map(Timestamp::as_millis),
        )?;
        Ok(())
    }

    /// How many agents an organisation has.
    pub async fn count_agents(&mut self, org: OrgId) -> Result<i64> {
        let row: Option<crate::users::Count> = maybe!(self, COUNT, org.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// An agent of this organisation.
    pub async fn find_agent(&mut self, org: OrgId, id: AgentId) -> Result<Option<AgentRow>> {
        maybe!(self, FIND, org.as_uuid(), id.as_uuid())
    }

    /// An agent of this organisation that nobody else can change until this transaction ends. Take
    /// it before [`Self::update_agent`]: written back from a row that was only found, an agent that
    /// another node has just switched off would be switched on again.
    pub async fn find_agent_for_update(
        &mut self,
        org: OrgId,
        id: AgentId,
    ) -> Result<Option<AgentRow>> {
        let sql = if self.is_embedded() {
            FIND
        } else {
            FIND_LOCKED_POSTGRES
        };
        maybe!(self, sql, org.as_uuid(), id.as_uuid())
    }

    /// The agent that a verified token names.
    pub async fn find_agent_of_token(&mut self, id: AgentId) -> Result<Option<AgentRow>> {
        maybe!(self, FIND_BY_ID, id.as_uuid())
    }

    /// The agent that holds an API key.
    pub async fn find_agent_by_key(&mut self, hash: &[u8]) -> Result<Option<AgentRow>> {
        maybe!(self, FIND_BY_KEY, hash)
    }

    /// All agents of an organisation, newest first.
    pub async fn list_agents(&mut self, org: OrgId) -> Result<Vec<AgentRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// Writes the fields that can be edited; `token_epoch` ends tokens when it was raised. The row
    /// comes from [`Self::find_agent_for_update`].
    pub async fn update_agent(&mut self, agent: &AgentRow) -> Result<bool> {
        Ok(changed!(
            self,
            UPDATE,
            agent.org_id.as_uuid(),
            agent.id.as_uuid(),
            agent.name.as_str(),
            agent.description.as_str(),
            agent.scopes.as_str(),
            agent.vault_ids.as_str(),
            agent.is_active,
            agent.settings.as_str(),
            agent.token_ttl_seconds,
            agent.token_epoch,
            agent.api_key_expires_at.map(Timestamp::as_millis),
            agent.expires_at.map(Timestamp::as_millis),
        )? == 1)
    }

    /// Replaces the key: the old one and all tokens end.
    pub async fn set_agent_key(&mut self, org: OrgId, id: AgentId, hash: &[u8]) -> Result<bool> {
        let is_set = changed!(self, SET_KEY, org.as_uuid(), id.as_uuid(), hash)? == 1;
        if is_set {
            changed!(self, DELETE_SIGNING_KEY, id.as_uuid())?;
        }
        Ok(is_set)
    }

    /// Takes an agent's keys away, the one it signs with too: they and all tokens end.
    pub async fn drop_agent_key(&mut self, org: OrgId, id: AgentId) -> Result<bool> {
        let is_dropped = changed!(self, DROP_KEY, org.as_uuid(), id.as_uuid())? == 1;
        if is_dropped {
            changed!(self, DELETE_SIGNING_KEY, id.as_uuid())?;
        }
        Ok(is_dropped)
    }

    /// Forgets the end of an agent's key when it has passed, because another key takes its place.
    pub async fn clear_agent_key_end(
        &mut self,
        org: OrgId,
        id: AgentId,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            CLEAR_KEY_END,
            org.as_uuid(),
            id.as_uuid(),
            now.as_millis()
        )?;
        Ok(())
    }

    /// Gives an agent its first key; false when it has one.
    pub async fn set_first_agent_key(
        &mut self,
        org: OrgId,
        id: AgentId,
        hash: &[u8],
    ) -> Result<bool> {
        Ok(changed!(self, SET_FIRST_KEY, org.as_uuid(), id.as_uuid(), hash)? == 1)
    }

    /// Replaces the public identity keys.
    pub async fn set_agent_identity(
        &mut self,
        org: OrgId,
        id: AgentId,
        ssh: &str,
        ecdh: &str,
    ) -> Result<bool> {
        Ok(changed!(self, SET_IDENTITY, org.as_uuid(), id.as_uuid(), ssh, ecdh)? == 1)
    }

    /// Removes an agent from sight and use; its audit trail stays.
    pub async fn delete_agent(&mut self, org: OrgId, id: AgentId, now: Timestamp) -> Result<bool> {
        Ok(changed!(
            self,
            DELETE,
            org.as_uuid(),
            id.as_uuid(),
            now.as_millis(),
            false
        )? == 1)
    }

    /// Notes that the agent was active.
    pub async fn touch_agent(&mut self, id: AgentId, now: Timestamp) -> Result<()> {
        changed!(self, TOUCH, now.as_millis(), id.as_uuid())?;
        Ok(())
    }
}
