//! Policies as written by humans. They are parsed into rules by the app and decided in `core`.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, PolicyId, VaultId};
use uuid::Uuid;

row! {
    /// A policy.
    pub struct PolicyRow {
        /// Its id.
        pub id: PolicyId,
        /// The organisation it belongs to.
        pub org_id: OrgId,
        /// The vault it speaks of.
        pub vault_id: VaultId,
        /// Glob over paths.
        pub path_pattern: String,
        /// `user` or `agent`.
        pub principal_type: String,
        /// Whom it concerns.
        pub principal_id: Uuid,
        /// JSON array of permissions in canonical order.
        pub permissions: String,
        /// `allow` or `deny`.
        pub effect: String,
        /// Higher decides first.
        pub priority: i64,
        /// JSON object.
        pub conditions: String,
        /// JSON object.
        pub attribute_conditions: String,
        /// When it lapses.
        pub expires_at: Option<Timestamp>,
        /// `user` or `agent`.
        pub created_by_type: String,
        /// Who wrote it.
        pub created_by_id: Uuid,
        /// When it was written.
        pub created_at: Timestamp,
        /// How often it can still be used; any number of times when absent.
        pub uses_left: Option<i64>,
    }
}

const INSERT: &str = "INSERT INTO policies (id, org_id, vault_id, path_pattern, principal_type, principal_id, \
    permissions, effect, priority, conditions, attribute_conditions, expires_at, created_by_type, created_by_id, \
    created_at, uses_left) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const FIND: &str = "SELECT id, org_id, vault_id, path_pattern, principal_type, principal_id, permissions, effect, \
    priority, conditions, attribute_conditions, expires_at, created_by_type, created_by_id, created_at, \
    uses_left FROM policies WHERE org_id = $1 AND vault_id = $2 AND id = $3";
// BACKEND: a transaction that writes owns the whole embedded database; on PostgreSQL it has to take
// the row.
const FIND_LOCKED_POSTGRES: &str = "SELECT id, org_id, vault_id, path_pattern, principal_type, principal_id, \
    permissions, effect, priority, conditions, attribute_conditions, expires_at, created_by_type, created_by_id, \
    created_at, uses_left FROM policies WHERE org_id = $1 AND vault_id = $2 AND id = $3 FOR NO KEY UPDATE";
const LIST: &str = "SELECT id, org_id, vault_id, path_pattern, principal_type, principal_id, permissions, effect, \
    priority, conditions, attribute_conditions, expires_at, created_by_type, created_by_id, created_at, \
    uses_left FROM policies WHERE org_id = $1 AND vault_id = $2 ORDER BY created_at, id";
const LIST_FOR: &str = "SELECT id, org_id, vault_id, path_pattern, principal_type, principal_id, permissions, effect, \
    priority, conditions, attribute_conditions, expires_at, created_by_type, created_by_id, created_at, \
    uses_left FROM policies WHERE org_id = $1 AND vault_id = $2 AND principal_id = $3 AND (uses_left IS NULL OR uses_left > 0)";
const UPDATE: &str = "UPDATE policies SET permissions = $4, effect = $5, priority = $6, conditions = $7, \
    attribute_conditions = $8, expires_at = $9 WHERE org_id = $1 AND vault_id = $2 AND id = $3";
const SPEND: &str = "UPDATE policies SET uses_left = uses_left - 1 \
    WHERE org_id = $1 AND vault_id = $2 AND id = $3 AND uses_left > 0";
const DELETE: &str = "DELETE FROM policies WHERE org_id = $1 AND vault_id = $2 AND id = $3";
const DELETE_OF_PRINCIPAL: &str = "DELETE FROM policies WHERE org_id = $1 AND principal_id = $2";
const VAULTS_OF_PRINCIPAL: &str =
    "SELECT DISTINCT vault_id AS id FROM policies WHERE org_id = $1 AND principal_id = $2";

impl Tx {
    /// Adds a policy.
    pub async fn insert_policy(&mut self, policy: &PolicyRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            policy.id.as_uuid(),
            policy.org_id.as_uuid(),
            policy.vault_id.as_uuid(),
            policy.path_pattern.as_str(),
            policy.principal_type.as_str(),
            policy.principal_id,
            policy.permissions.as_str(),
            policy.effect.as_str(),
            policy.priority,
            policy.conditions.as_str(),
            policy.attribute_conditions.as_str(),
            policy.expires_at.map(Timestamp::as_millis),
            policy.created_by_type.as_str(),
            policy.created_by_id,
            policy.created_at.as_millis(),
            policy.uses_left,
        )?;
        Ok(())
    }

    /// One policy of a vault.
    pub async fn find_policy(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: PolicyId,
    ) -> Result<Option<PolicyRow>> {
        maybe!(self, FIND, org.as_uuid(), vault.as_uuid(), id.as_uuid())
    }

    /// Uses a policy once: of any number of attempts only as many get `true` as uses are left.
    pub async fn spend_policy_use(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: PolicyId,
    ) -> Result<bool> {
        Ok(changed!(self, SPEND, org.as_uuid(), vault.as_uuid(), id.as_uuid())? == 1)
    }

    /// One policy of a vault that nobody else can change until this transaction ends. Take it before
    /// [`Self::update_policy`]: written back from a row that was only found, a permission that
    /// another node has just taken away would come back.
    pub async fn find_policy_for_update(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: PolicyId,
    ) -> Result<Option<PolicyRow>> {
        let sql = if self.is_embedded() {
            FIND
        } else {
            FIND_LOCKED_POSTGRES
        };
        maybe!(self, sql, org.as_uuid(), vault.as_uuid(), id.as_uuid())
    }

    /// All policies of a vault, oldest first.
    pub async fn list_policies(&mut self, org: OrgId, vault: VaultId) -> Result<Vec<PolicyRow>> {
        all!(self, LIST, org.as_uuid(), vault.as_uuid())
    }

    /// The policies of a vault that concern one principal.
    pub async fn list_policies_for(
        &mut self,
        org: OrgId,
        vault: VaultId,
        principal: Uuid,
    ) -> Result<Vec<PolicyRow>> {
        all!(self, LIST_FOR, org.as_uuid(), vault.as_uuid(), principal)
    }

    /// Writes the fields that can be edited. The row comes from [`Self::find_policy_for_update`].
    pub async fn update_policy(&mut self, policy: &PolicyRow) -> Result<bool> {
        Ok(changed!(
            self,
            UPDATE,
            policy.org_id.as_uuid(),
            policy.vault_id.as_uuid(),
            policy.id.as_uuid(),
            policy.permissions.as_str(),
            policy.effect.as_str(),
            policy.priority,
            policy.conditions.as_str(),
            policy.attribute_conditions.as_str(),
            policy.expires_at.map(Timestamp::as_millis),
        )? == 1)
    }

    /// Removes a policy.
    pub async fn delete_policy(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: PolicyId,
    ) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), vault.as_uuid(), id.as_uuid())? == 1)
    }

    /// The vaults in which a principal is named by a policy.
    pub async fn list_vaults_with_policies_for(
        &mut self,
        org: OrgId,
        principal: Uuid,
    ) -> Result<Vec<Uuid>> {
        let rows: Vec<crate::epochs::Id> =
            all!(self, VAULTS_OF_PRINCIPAL, org.as_uuid(), principal)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Removes all policies that concern a principal.
    pub async fn delete_policies_of(&mut self, org: OrgId, principal: Uuid) -> Result<u64> {
        changed!(self, DELETE_OF_PRINCIPAL, org.as_uuid(), principal)
    }
}
