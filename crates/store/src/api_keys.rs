//! Personal keys of users. Only the keyed hash of a key is kept.

use crate::epochs::Id;
use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{ApiKeyId, OrgId, UserId};

row! {
    /// A personal key.
    pub struct ApiKeyRow {
        /// Its id, and that of its epoch.
        pub id: ApiKeyId,
        /// The organisation it acts in.
        pub org_id: OrgId,
        /// Whose it is.
        pub user_id: UserId,
        /// Chosen by its owner.
        pub name: String,
        /// The first characters of the key, for people to tell keys apart.
        pub key_prefix: String,
        /// A JSON list of texts.
        pub scopes: String,
        /// False once it was revoked.
        pub is_active: bool,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Option<Timestamp>,
        /// When it was last used, roughly.
        pub last_used_at: Option<Timestamp>,
    }
}

const INSERT: &str = "INSERT INTO api_keys (id, org_id, user_id, name, key_hash, key_prefix, scopes, \
    is_active, created_at, expires_at, last_used_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)";
const FIND_BY_KEY: &str = "SELECT id, org_id, user_id, name, key_prefix, scopes, is_active, created_at, \
    expires_at, last_used_at FROM api_keys WHERE key_hash = $1";
const FIND: &str = "SELECT id, org_id, user_id, name, key_prefix, scopes, is_active, created_at, \
    expires_at, last_used_at FROM api_keys WHERE id = $1 AND user_id = $2 AND org_id = $3";
const LIST: &str = "SELECT id, org_id, user_id, name, key_prefix, scopes, is_active, created_at, \
    expires_at, last_used_at FROM api_keys WHERE user_id = $1 AND org_id = $2 \
    ORDER BY created_at DESC, id DESC";
const REVOKE: &str = "UPDATE api_keys SET is_active = $4 \
    WHERE id = $1 AND user_id = $2 AND org_id = $3 AND is_active";
const TOUCH: &str = "UPDATE api_keys SET last_used_at = $2 WHERE id = $1";

const REVOKE_ALL: &str =
    "UPDATE api_keys SET is_active = $2 WHERE user_id = $1 AND is_active RETURNING id";

impl Tx {
    /// Switches all keys of a user off, in every organisation, and names those that were on.
    pub async fn revoke_api_keys_of(&mut self, user: UserId) -> Result<Vec<ApiKeyId>> {
        let rows: Vec<Id> = all!(self, REVOKE_ALL, user.as_uuid(), false)?;
        Ok(rows.into_iter().map(|row| row.id.into()).collect())
    }

    /// Adds a key by its keyed hash.
    pub async fn insert_api_key(&mut self, key: &ApiKeyRow, hash: &[u8]) -> Result<()> {
        changed!(
            self,
            INSERT,
            key.id.as_uuid(),
            key.org_id.as_uuid(),
            key.user_id.as_uuid(),
            key.name.as_str(),
            hash,
            key.key_prefix.as_str(),
            key.scopes.as_str(),
            key.is_active,
            key.created_at.as_millis(),
            key.expires_at.map(Timestamp::as_millis),
        )?;
        Ok(())
    }

    /// A key by its keyed hash.
    pub async fn find_api_key_by_hash(&mut self, hash: &[u8]) -> Result<Option<ApiKeyRow>> {
        maybe!(self, FIND_BY_KEY, hash)
    }

    /// A key of a user.
    pub async fn find_api_key(
        &mut self,
        org: OrgId,
        user: UserId,
        id: ApiKeyId,
    ) -> Result<Option<ApiKeyRow>> {
        maybe!(self, FIND, id.as_uuid(), user.as_uuid(), org.as_uuid())
    }

    /// The keys of a user, revoked ones too, newest first.
    pub async fn list_api_keys(&mut self, org: OrgId, user: UserId) -> Result<Vec<ApiKeyRow>> {
        all!(self, LIST, user.as_uuid(), org.as_uuid())
    }

    /// Switches a key off; false when it was off already.
    pub async fn revoke_api_key(&mut self, org: OrgId, user: UserId, id: ApiKeyId) -> Result<bool> {
        Ok(changed!(
            self,
            REVOKE,
            id.as_uuid(),
            user.as_uuid(),
            org.as_uuid(),
            false
        )? == 1)
    }

    /// Notes that a key was used.
    pub async fn touch_api_key(&mut self, id: ApiKeyId, now: Timestamp) -> Result<()> {
        changed!(self, TOUCH, id.as_uuid(), now.as_millis())?;
        Ok(())
    }
}
