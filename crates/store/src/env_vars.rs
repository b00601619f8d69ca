//! Environment variables, environments of vaults, and variables that vaults share.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EnvVarId, EnvironmentId, OrgId, VaultId};
use uuid::Uuid;

row! {
    /// A variable, sealed.
    pub struct EnvVarRow {
        /// Its id.
        pub id: EnvVarId,
        /// The organisation.
        pub org_id: OrgId,
        /// The vault.
        pub vault_id: VaultId,
        /// Its name.
        pub key: String,
        /// The branch it is for, `""` for any.
        pub git_branch: String,
        /// JSON array of slugs.
        pub environments: String,
        /// People cannot read it back.
        pub sensitive: bool,
        /// Free text.
        pub comment: Option<String>,
        /// Grows with every value.
        pub version: i64,
        /// Which of the vault's keys wraps its key.
        pub key_generation: i64,
        /// Its key, wrapped.
        pub wrapped_key: Vec<u8>,
        /// Its value, sealed.
        pub ciphertext: Vec<u8>,
        /// `user` or `agent`.
        pub created_by_type: String,
        /// Who made it.
        pub created_by_id: Uuid,
        /// When.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }
}

row! {
    /// An environment that somebody added to a vault.
    pub struct EnvironmentRow {
        /// Its id.
        pub id: EnvironmentId,
        /// The organisation.
        pub org_id: OrgId,
        /// The vault.
        pub vault_id: VaultId,
        /// Its name.
        pub slug: String,
        /// Free text.
        pub description: Option<String>,
        /// The environment whose variables it began with.
        pub copied_from: Option<String>,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

row! {
    /// Where a variable of the organisation holds.
    pub struct LinkRow {
        /// The variable.
        pub env_var_id: EnvVarId,
        /// The vault.
        pub vault_id: VaultId,
    }
}

const INSERT: &str = "INSERT INTO env_vars (id, org_id, vault_id, key, git_branch, environments, sensitive, comment, \
    version, key_generation, wrapped_key, ciphertext, created_by_type, created_by_id, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const LIST: &str = "SELECT id, org_id, vault_id, key, git_branch, environments, sensitive, comment, version, \
    key_generation, wrapped_key, ciphertext, created_by_type, created_by_id, created_at, updated_at \
    FROM env_vars WHERE org_id = $1 AND vault_id = $2 ORDER BY key, git_branch, id";
const LIST_BY_KEY: &str = "SELECT id, org_id, vault_id, key, git_branch, environments, sensitive, comment, version, \
    key_generation, wrapped_key, ciphertext, created_by_type, created_by_id, created_at, updated_at \
    FROM env_vars WHERE org_id = $1 AND vault_id = $2 AND key = $3 ORDER BY git_branch, id";
const LIST_LINKED: &str = "SELECT e.id, e.org_id, e.vault_id, e.key, e.git_branch, e.environments, e.sensitive, \
    e.comment, e.version, e.key_generation, e.wrapped_key, e.ciphertext, e.created_by_type, e.created_by_id, \
    e.created_at, e.updated_at FROM env_var_links l JOIN env_vars e ON e.id = l.env_var_id \
    WHERE l.org_id = $1 AND l.vault_id = $2 ORDER BY e.key, e.id";
const COUNT: &str = "SELECT COUNT(*) AS count FROM env_vars WHERE org_id = $1 AND vault_id = $2";
const UPDATE: &str = "UPDATE env_vars SET environments = $4, sensitive = $5, comment = $6, version = $7, \
    key_generation = $8, wrapped_key = $9, ciphertext = $10, updated_at = $11 \
    WHERE org_id = $1 AND vault_id = $2 AND id = $3";
const DELETE: &str = "DELETE FROM env_vars WHERE org_id = $1 AND vault_id = $2 AND id = $3";
const INSERT_ENVIRONMENT: &str = "INSERT INTO vault_environments (id, org_id, vault_id, slug, description, copied_from, \
    created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const LIST_ENVIRONMENTS: &str = "SELECT id, org_id, vault_id, slug, description, copied_from, created_at \
    FROM vault_environments WHERE org_id = $1 AND vault_id = $2 ORDER BY created_at, slug";
const DELETE_ENVIRONMENT: &str =
    "DELETE FROM vault_environments WHERE org_id = $1 AND vault_id = $2 AND slug = $3";
const INSERT_LINK: &str = "INSERT INTO env_var_links (env_var_id, org_id, vault_id, created_at) \
    VALUES ($1, $2, $3, $4) ON CONFLICT (env_var_id, vault_id) DO NOTHING";
const DELETE_LINK: &str =
    "DELETE FROM env_var_links WHERE org_id = $1 AND env_var_id = $2 AND vault_id = $3";
const LIST_LINKS: &str = "SELECT l.env_var_id, l.vault_id FROM env_vars e JOIN env_var_links l ON l.env_var_id = e.id \
    WHERE e.org_id = $1 AND e.vault_id = $2 ORDER BY l.env_var_id, l.vault_id";

impl Tx {
    /// Adds a variable.
    pub async fn insert_env_var(&mut self, row: &EnvVarRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.vault_id.as_uuid(),
            row.key.as_str(),
            row.git_branch.as_str(),
            row.environments.as_str(),
            row.sensitive,
            row.comment.as_deref(),
            row.version,
            row.key_generation,
            row.wrapped_key.as_slice(),
            row.ciphertext.as_slice(),
            row.created_by_type.as_str(),
            row.created_by_id,
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
        )?;
        Ok(())
    }

    /// All variables of a vault, by key.
    pub async fn list_env_vars(&mut self, org: OrgId, vault: VaultId) -> Result<Vec<EnvVarRow>> {
        all!(self, LIST, org.as_uuid(), vault.as_uuid())
    }

    /// The variables of a vault that have this key, for one environment and branch or another.
    pub async fn list_env_vars_by_key(
        &mut self,
        org: OrgId,
        vault: VaultId,
        key: &str,
    ) -> Result<Vec<EnvVarRow>> {
        all!(self, LIST_BY_KEY, org.as_uuid(), vault.as_uuid(), key)
    }

    /// The variables of the organisation that hold in a vault, by key.
    pub async fn list_linked_env_vars(
        &mut self,
        org: OrgId,
        vault: VaultId,
    ) -> Result<Vec<EnvVarRow>> {
        all!(self, LIST_LINKED, org.as_uuid(), vault.as_uuid())
    }

    /// How many variables a vault has.
    pub async fn count_env_vars(&mut self, org: OrgId, vault: VaultId) -> Result<i64> {
        let row: Option<crate::users::Count> = maybe!(self, COUNT, org.as_uuid(), vault.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Changes a variable; key, branch and maker stay.
    pub async fn update_env_var(&mut self, row: &EnvVarRow) -> Result<bool> {
        Ok(changed!(
            self,
            UPDATE,
            row.org_id.as_uuid(),
            row.vault_id.as_uuid(),
            row.id.as_uuid(),
            row.environments.as_str(),
            row.sensitive,
            row.comment.as_deref(),
            row.version,
            row.key_generation,
            row.wrapped_key.as_slice(),
            row.ciphertext.as_slice(),
            row.updated_at.as_millis(),
        )? == 1)
    }

    /// Removes a variable.
    pub async fn delete_env_var(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: EnvVarId,
    ) -> Result<bool> {
        Ok(changed!(self, DELETE, org.as_uuid(), vault.as_uuid(), id.as_uuid())? == 1)
    }

    /// Adds an environment to a vault.
    pub async fn insert_environment(&mut self, row: &EnvironmentRow) -> Result<()> {
        changed!(
            self,
            INSERT_ENVIRONMENT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.vault_id.as_uuid(),
            row.slug.as_str(),
            row.description.as_deref(),
            row.copied_from.as_deref(),
            row.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// The environments that were added to a vault, oldest first.
    pub async fn list_environments(
        &mut self,
        org: OrgId,
        vault: VaultId,
    ) -> Result<Vec<EnvironmentRow>> {
        all!(self, LIST_ENVIRONMENTS, org.as_uuid(), vault.as_uuid())
    }

    /// Removes an environment from a vault.
    pub async fn delete_environment(
        &mut self,
        org: OrgId,
        vault: VaultId,
        slug: &str,
    ) -> Result<bool> {
        let (org, vault) = (org.as_uuid(), vault.as_uuid());
        Ok(changed!(self, DELETE_ENVIRONMENT, org, vault, slug)? == 1)
    }

    /// Lets a variable of the organisation hold in a vault.
    pub async fn link_env_var(
        &mut self,
        org: OrgId,
        id: EnvVarId,
        vault: VaultId,
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            INSERT_LINK,
            id.as_uuid(),
            org.as_uuid(),
            vault.as_uuid(),
            now.as_millis()
        )?;
        Ok(())
    }

    /// Ends that; false when it did not hold there.
    pub async fn unlink_env_var(
        &mut self,
        org: OrgId,
        id: EnvVarId,
        vault: VaultId,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            DELETE_LINK,
            org.as_uuid(),
            id.as_uuid(),
            vault.as_uuid()
        )? == 1)
    }

    /// Where the variables of a vault hold beside it.
    pub async fn list_env_var_links(&mut self, org: OrgId, vault: VaultId) -> Result<Vec<LinkRow>> {
        all!(self, LIST_LINKS, org.as_uuid(), vault.as_uuid())
    }
}
