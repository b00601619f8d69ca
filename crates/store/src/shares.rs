//! Shares. A view is spent by one conditional update: reading a counter and writing it later
//! would let parallel readers all pass.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, SecretId, ShareId, UserId, VaultId};
use uuid::Uuid;

row! {
    /// A share.
    pub struct ShareRow {
        /// Its id. For link shares it is the capability, so it is random (`UUIDv4`), never ordered.
        pub id: ShareId,
        /// The organisation of the secret.
        pub org_id: OrgId,
        /// The vault of the secret.
        pub vault_id: VaultId,
        /// What is shared: always the newest version.
        pub secret_id: SecretId,
        /// `creator`, `user`, `agent`, `external_email` or `anyone_with_link`.
        pub recipient_type: String,
        /// The user who may open it.
        pub recipient_user_id: Option<UserId>,
        /// The agent that may open it.
        pub recipient_agent_id: Option<AgentId>,
        /// The address that may claim it.
        pub recipient_email: Option<String>,
        /// `pending`, `accepted`, `declined` or `revoked`.
        pub status: String,
        /// Argon2id PHC string of the passphrase.
        pub passphrase_hash: Option<String>,
        /// JSON array of addresses and networks; empty = from anywhere.
        pub ip_allowlist: String,
        /// How often it may be opened.
        pub max_access_count: i64,
        /// How often it was.
        pub access_count: i64,
        /// `user` or `agent`.
        pub created_by_type: String,
        /// Who shared it.
        pub created_by_id: Uuid,
        /// When.
        pub created_at: Timestamp,
        /// When it lapses.
        pub expires_at: Timestamp,
        /// When the recipient accepted or declined.
        pub decided_at: Option<Timestamp>,
        /// Path of the secret.
        pub path: String,
    }
}

const INSERT: &str = "INSERT INTO shares (id, org_id, vault_id, secret_id, recipient_type, recipient_user_id, \
    recipient_agent_id, recipient_email, status, passphrase_hash, ip_allowlist, max_access_count, access_count, \
    created_by_type, created_by_id, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15, $16)";
// A share is found by its id alone: recipients of links and mails belong to no organisation.
const FIND: &str = "SELECT h.id, h.org_id, h.vault_id, h.secret_id, h.recipient_type, h.recipient_user_id, \
    h.recipient_agent_id, h.recipient_email, h.status, h.passphrase_hash, h.ip_allowlist, h.max_access_count, \
    h.access_count, h.created_by_type, h.created_by_id, h.created_at, h.expires_at, h.decided_at, s.path \
    FROM shares h JOIN secrets s ON s.id = h.secret_id AND s.vault_id = h.vault_id WHERE h.id = $1";
const LIST_OUTBOUND: &str = "SELECT h.id, h.org_id, h.vault_id, h.secret_id, h.recipient_type, h.recipient_user_id, \
    h.recipient_agent_id, h.recipient_email, h.status, h.passphrase_hash, h.ip_allowlist, h.max_access_count, \
    h.access_count, h.created_by_type, h.created_by_id, h.created_at, h.expires_at, h.decided_at, s.path \
    FROM shares h JOIN secrets s ON s.id = h.secret_id AND s.vault_id = h.vault_id \
    WHERE h.created_by_id = $1 AND h.status <> 'revoked' ORDER BY h.created_at DESC, h.id DESC";
const LIST_INBOUND: &str = "SELECT h.id, h.org_id, h.vault_id, h.secret_id, h.recipient_type, h.recipient_user_id, \
    h.recipient_agent_id, h.recipient_email, h.status, h.passphrase_hash, h.ip_allowlist, h.max_access_count, \
    h.access_count, h.created_by_type, h.created_by_id, h.created_at, h.expires_at, h.decided_at, s.path \
    FROM shares h JOIN secrets s ON s.id = h.secret_id AND s.vault_id = h.vault_id \
    WHERE (h.recipient_user_id = $1 OR h.recipient_agent_id = $1) AND h.status IN ('pending', 'accepted') \
    ORDER BY h.created_at DESC, h.id DESC";
const DECIDE: &str =
    "UPDATE shares SET status = $2, decided_at = $3 WHERE id = $1 AND status = 'pending'";
const REVOKE: &str =
    "UPDATE shares SET status = 'revoked', revoked_at = $2 WHERE id = $1 AND status <> 'revoked'";
const END_BY: &str = "UPDATE shares SET status = 'revoked', revoked_at = $3 \
    WHERE created_by_id = $2 AND org_id = $1 AND status <> 'revoked'";
const END_OF_SECRET: &str =
    "UPDATE shares SET expires_at = $3 WHERE org_id = $1 AND secret_id = $2 AND expires_at > $3";
const CLAIM: &str = "UPDATE shares SET recipient_user_id = $2 \
    WHERE recipient_email = $1 AND recipient_type = 'external_email' AND recipient_user_id IS NULL \
    AND status = 'pending' AND expires_at > $3";
const SPEND: &str = "UPDATE shares SET access_count = access_count + 1 \
    WHERE id = $1 AND status = $2 AND access_count < max_access_count AND expires_at > $3";

impl Tx {
    /// Adds a share.
    pub async fn insert_share(&mut self, share: &ShareRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            share.id.as_uuid(),
            share.org_id.as_uuid(),
            share.vault_id.as_uuid(),
            share.secret_id.as_uuid(),
            share.recipient_type.as_str(),
            share.recipient_user_id.map(|id| id.as_uuid()),
            share.recipient_agent_id.map(|id| id.as_uuid()),
            share.recipient_email.as_deref(),
            share.status.as_str(),
            share.passphrase_hash.as_deref(),
            share.ip_allowlist.as_str(),
            share.max_access_count,
            share.created_by_type.as_str(),
            share.created_by_id,
            share.created_at.as_millis(),
            share.expires_at.as_millis(),
        )?;
        Ok(())
    }

    /// A share by id.
    pub async fn find_share(&mut self, id: ShareId) -> Result<Option<ShareRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// What a user or agent shared, newest first.
    pub async fn list_outbound_shares(&mut self, creator: Uuid) -> Result<Vec<ShareRow>> {
        all!(self, LIST_OUTBOUND, creator)
    }

    /// What was shared with a user or agent, newest first.
    pub async fn list_inbound_shares(&mut self, recipient: Uuid) -> Result<Vec<ShareRow>> {
        all!(self, LIST_INBOUND, recipient)
    }

    /// Accepts or declines a pending share; false when that was done before.
    pub async fn decide_share(
        &mut self,
        id: ShareId,
        status: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, DECIDE, id.as_uuid(), status, now.as_millis())? == 1)
    }

    /// Withdraws a share; false when it was withdrawn before.
    pub async fn revoke_share(&mut self, id: ShareId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, REVOKE, id.as_uuid(), now.as_millis())? == 1)
    }

    /// Withdraws everything that a user or agent shared.
    pub async fn end_shares_by(
        &mut self,
        org: OrgId,
        creator: Uuid,
        now: Timestamp,
    ) -> Result<u64> {
        changed!(self, END_BY, org.as_uuid(), creator, now.as_millis())
    }

    /// Ends all shares of a secret at once, as if their time were over.
    pub async fn end_shares_of(
        &mut self,
        org: OrgId,
        secret: SecretId,
        now: Timestamp,
    ) -> Result<u64> {
        changed!(
            self,
            END_OF_SECRET,
            org.as_uuid(),
            secret.as_uuid(),
            now.as_millis()
        )
    }

    /// Binds shares waiting for an address to the user who proved to hold it.
    pub async fn claim_shares(&mut self, email: &str, user: UserId, now: Timestamp) -> Result<u64> {
        changed!(self, CLAIM, email, user.as_uuid(), now.as_millis())
    }

    /// Spends one view: of parallel readers only as many pass as views are left.
    pub async fn spend_share_view(
        &mut self,
        id: ShareId,
        status: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, SPEND, id.as_uuid(), status, now.as_millis())? == 1)
    }
}
