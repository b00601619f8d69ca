//! Vaults and their wrapped keys.

use crate::epochs::Id;
use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId, VaultId};
use uuid::Uuid;

row! {
    /// A vault.
    pub struct VaultRow {
        /// Its id.
        pub id: VaultId,
        /// The organisation it belongs to.
        pub org_id: OrgId,
        /// Unique in the organisation.
        pub name: String,
        /// Free text, possibly empty.
        pub description: String,
        /// `user` or `agent`.
        pub owner_type: String,
        /// The user or agent that made it.
        pub owner_id: Uuid,
        /// Generation of the key that new values are encrypted under.
        pub key_generation: i64,
        /// When it was made.
        pub created_at: Timestamp,
        /// SHA-256, in hexadecimal, of the key with which clients encrypt its values.
        pub cmek_fingerprint: Option<String>,
    }
}

row! {
    /// A vault's key, wrapped by the master key.
    pub struct VaultKeyRow {
        /// The vault.
        pub vault_id: VaultId,
        /// The vault's organisation; the wrap is bound to it.
        pub org_id: OrgId,
        /// Which of the vault's keys.
        pub generation: i64,
        /// The wrapped bytes.
        pub wrapped: Vec<u8>,
    }
}

const INSERT: &str = "INSERT INTO vaults (id, org_id, name, description, owner_type, owner_id, key_generation, \
    created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const INSERT_KEY: &str =
    "INSERT INTO vault_keys (vault_id, generation, wrapped, created_at) VALUES ($1, $2, $3, $4)";
const FIND: &str = "SELECT id, org_id, name, description, owner_type, owner_id, key_generation, created_at, cmek_fingerprint \
    FROM vaults WHERE org_id = $1 AND id = $2";
const FIND_BY_NAME: &str = "SELECT id, org_id, name, description, owner_type, owner_id, key_generation, created_at, cmek_fingerprint \
    FROM vaults WHERE org_id = $1 AND name = $2";
const LIST: &str = "SELECT id, org_id, name, description, owner_type, owner_id, key_generation, created_at, cmek_fingerprint \
    FROM vaults WHERE org_id = $1 ORDER BY created_at, id";
const LIST_REACHABLE: &str = "SELECT id, org_id, name, description, owner_type, owner_id, key_generation, created_at, cmek_fingerprint \
    FROM vaults WHERE org_id = $1 AND (owner_id = $2 OR id IN \
    (SELECT vault_id FROM policies WHERE principal_id = $2 AND effect = 'allow' \
     AND (expires_at IS NULL OR expires_at > $3))) ORDER BY created_at, id";
const COUNT: &str = "SELECT COUNT(*) AS count FROM vaults WHERE org_id = $1 AND name <> $2";
const SET_FINGERPRINT: &str =
    "UPDATE vaults SET cmek_fingerprint = $3 WHERE org_id = $1 AND id = $2";
const HAND_OVER: &str = "UPDATE vaults SET owner_id = $3 \
    WHERE org_id = $1 AND owner_type = 'user' AND owner_id = $2 RETURNING id";
const DELETE: &str = "DELETE FROM vaults WHERE org_id = $1 AND id = $2";
const FIND_KEY: &str = "SELECT k.vault_id, v.org_id, k.generation, k.wrapped FROM vault_keys k \
    JOIN vaults v ON v.id = k.vault_id WHERE v.org_id = $1 AND k.vault_id = $2 AND k.generation = $3";
const KEYS_AFTER: &str = "SELECT k.vault_id, v.org_id, k.generation, k.wrapped FROM vault_keys k \
    JOIN vaults v ON v.id = k.vault_id WHERE (k.vault_id, k.generation) > ($1, $2) \
    ORDER BY k.vault_id, k.generation LIMIT $3";
const REWRAP_KEY: &str = "UPDATE vault_keys SET wrapped = $3 \
    WHERE vault_id = $1 AND generation = $2 AND wrapped = $4";

impl Tx {
    /// Gives the vaults of one user to another, and names them.
    pub async fn hand_vaults_over(
        &mut self,
        org: OrgId,
        from: UserId,
        to: UserId,
    ) -> Result<Vec<VaultId>> {
        let rows: Vec<Id> = all!(self, HAND_OVER, org.as_uuid(), from.as_uuid(), to.as_uuid())?;
        Ok(rows.into_iter().map(|row| row.id.into()).collect())
    }

    /// Adds a vault with its first key.
    pub async fn insert_vault(&mut self, vault: &VaultRow, wrapped_key: &[u8]) -> Result<()> {
        changed!(
            self,
            INSERT,
            vault.id.as_uuid(),
            vault.org_id.as_uuid(),
            vault.name.as_str(),
            vault.description.as_str(),
            vault.owner_type.as_str(),
            vault.owner_id,
            vault.key_generation,
            vault.created_at.as_millis(),
        )?;
        changed!(
            self,
            INSERT_KEY,
            vault.id.as_uuid(),
            vault.key_generation,
            wrapped_key,
            vault.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// A vault of this organisation.
    pub async fn find_vault(&mut self, org: OrgId, id: VaultId) -> Result<Option<VaultRow>> {
        maybe!(self, FIND, org.as_uuid(), id.as_uuid())
    }

    /// A vault by name.
    pub async fn find_vault_by_name(&mut self, org: OrgId, name: &str) -> Result<Option<VaultRow>> {
        maybe!(self, FIND_BY_NAME, org.as_uuid(), name)
    }

    /// All vaults of an organisation, oldest first.
    pub async fn list_vaults(&mut self, org: OrgId) -> Result<Vec<VaultRow>> {
        all!(self, LIST, org.as_uuid())
    }

    /// Vaults that a principal owns or holds an allow policy on, oldest first.
    pub async fn list_reachable_vaults(
        &mut self,
        org: OrgId,
        principal: Uuid,
        now: Timestamp,
    ) -> Result<Vec<VaultRow>> {
        all!(
            self,
            LIST_REACHABLE,
            org.as_uuid(),
            principal,
            now.as_millis()
        )
    }

    /// How many vaults an organisation has, without the one of this name.
    pub async fn count_vaults(&mut self, org: OrgId, except: &str) -> Result<i64> {
        let row: Option<crate::users::Count> = maybe!(self, COUNT, org.as_uuid(), except)?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Says with which key of theirs clients encrypt from now on; `None` for none.
    pub async fn set_cmek_fingerprint(
        &mut self,
        org: OrgId,
        id: VaultId,
        fingerprint: Option<&str>,
    ) -> Result<()> {
        changed!(
            self,
            SET_FINGERPRINT,
            org.as_uuid(),
            id.as_uuid(),
            fingerprint
        )?;
        Ok(())
    }

    /// Destroys a vault with its secrets, policies, shares and keys.
    pub async fn delete_vault(&mut self, org: OrgId, id: VaultId) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), id.as_uuid())? == 1)
    }

    /// One wrapped key of a vault.
    pub async fn find_vault_key(
        &mut self,
        org: OrgId,
        vault: VaultId,
        generation: i64,
    ) -> Result<Option<VaultKeyRow>> {
        maybe!(self, FIND_KEY, org.as_uuid(), vault.as_uuid(), generation)
    }

    /// The next vault keys of the whole instance in key order, for re-wrapping in steps.
    pub async fn list_vault_keys_after(
        &mut self,
        vault: VaultId,
        generation: i64,
        limit: i64,
    ) -> Result<Vec<VaultKeyRow>> {
        all!(self, KEYS_AFTER, vault.as_uuid(), generation, limit)
    }

    /// Replaces the wrap of a vault key if it still is `old`.
    pub async fn rewrap_vault_key(
        &mut self,
        vault: VaultId,
        generation: i64,
        new: &[u8],
        old: &[u8],
    ) -> Result<bool> {
        Ok(changed!(self, REWRAP_KEY, vault.as_uuid(), generation, new, old)? == 1)
    }
}
