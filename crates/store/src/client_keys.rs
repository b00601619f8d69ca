//! Moving the values of a vault from one key of the client to another.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{CmekRotationId, OrgId, SecretId, VaultId};

row! {
    /// A rotation.
    pub struct RotationRow {
        /// Its id.
        pub id: CmekRotationId,
        /// The organisation.
        pub org_id: OrgId,
        /// The vault.
        pub vault_id: VaultId,
        /// From the key with this fingerprint.
        pub old_fingerprint: String,
        /// To the key with this one.
        pub new_fingerprint: String,
        /// `running`, `completed` or `failed`.
        pub status: String,
        /// How many versions there were to move.
        pub total: i64,
        /// How many are moved.
        pub processed: i64,
        /// Why it failed.
        pub error: Option<String>,
        /// When it began.
        pub created_at: Timestamp,
        /// When it last got on.
        pub updated_at: Timestamp,
        /// When it ended.
        pub completed_at: Option<Timestamp>,
    }
}

row! {
    /// A version that is still under the old key.
    pub struct EncryptedRow {
        /// The secret.
        pub id: SecretId,
        /// Its path.
        pub path: String,
        /// The version.
        pub version: i64,
        /// Its type.
        pub kind: String,
        /// Which of the vault's keys wraps its key.
        pub key_generation: i64,
        /// Its key, wrapped.
        pub wrapped_key: Vec<u8>,
        /// Its value, sealed.
        pub ciphertext: Vec<u8>,
    }
}

/// A version under its new key.
pub struct Moved {
    /// The secret.
    pub id: SecretId,
    /// The version.
    pub version: i64,
    /// Which of the vault's keys wraps the new key.
    pub key_generation: i64,
    /// The new key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// The value, sealed.
    pub ciphertext: Vec<u8>,
}

const INSERT: &str = "INSERT INTO cmek_rotations (id, org_id, vault_id, old_fingerprint, new_fingerprint, status, total, \
    processed, error, created_at, updated_at, completed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const FIND: &str = "SELECT id, org_id, vault_id, old_fingerprint, new_fingerprint, status, total, processed, error, \
    created_at, updated_at, completed_at FROM cmek_rotations WHERE org_id = $1 AND vault_id = $2 AND id = $3";
const FIND_RUNNING: &str = "SELECT id, org_id, vault_id, old_fingerprint, new_fingerprint, status, total, processed, \
    error, created_at, updated_at, completed_at FROM cmek_rotations \
    WHERE org_id = $1 AND vault_id = $2 AND status = 'running'";
const ADVANCE: &str = "UPDATE cmek_rotations SET processed = processed + $2, updated_at = $3 \
    WHERE id = $1 AND status = 'running'";
const END: &str = "UPDATE cmek_rotations SET status = $2, error = $3, updated_at = $4, completed_at = $4 \
    WHERE id = $1 AND status = 'running'";
const COUNT: &str = "SELECT COUNT(*) AS count FROM secrets s JOIN secret_versions v ON v.secret_id = s.id \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND v.cmek_fingerprint = $3 AND v.disabled_at IS NULL";
const NEXT: &str = "SELECT s.id, s.path, v.version, v.type AS kind, v.key_generation, v.wrapped_key, v.ciphertext \
    FROM secrets s JOIN secret_versions v ON v.secret_id = s.id \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path >= $3 AND v.cmek_fingerprint = $4 AND v.disabled_at IS NULL \
    ORDER BY s.path, v.version LIMIT $5";
const MOVE: &str = "UPDATE secret_versions SET key_generation = $3, wrapped_key = $4, ciphertext = $5, \
    cmek_fingerprint = $7 WHERE secret_id = $1 AND version = $2 AND cmek_fingerprint = $6";
// Whoever remembers the sealed row must see that it is another one now.
const BUMP_REV: &str = "UPDATE secrets SET rev = rev + 1 WHERE org_id = $1 AND id = $2";

impl Tx {
    /// Begins a rotation.
    pub async fn insert_cmek_rotation(&mut self, row: &RotationRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.id.as_uuid(),
            row.org_id.as_uuid(),
            row.vault_id.as_uuid(),
            row.old_fingerprint.as_str(),
            row.new_fingerprint.as_str(),
            row.status.as_str(),
            row.total,
            row.processed,
            row.error.as_deref(),
            row.created_at.as_millis(),
            row.updated_at.as_millis(),
            row.completed_at.map(Timestamp::as_millis),
        )?;
        Ok(())
    }

    /// A rotation of a vault.
    pub async fn find_cmek_rotation(
        &mut self,
        org: OrgId,
        vault: VaultId,
        id: CmekRotationId,
    ) -> Result<Option<RotationRow>> {
        maybe!(self, FIND, org.as_uuid(), vault.as_uuid(), id.as_uuid())
    }

    /// The rotation that a vault is in, if it is in one.
    pub async fn find_running_cmek_rotation(
        &mut self,
        org: OrgId,
        vault: VaultId,
    ) -> Result<Option<RotationRow>> {
        maybe!(self, FIND_RUNNING, org.as_uuid(), vault.as_uuid())
    }

    /// Notes that so many more versions are moved; false when the rotation has ended.
    pub async fn advance_cmek_rotation(
        &mut self,
        id: CmekRotationId,
        moved: i64,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, ADVANCE, id.as_uuid(), moved, now.as_millis())? == 1)
    }

    /// Ends a rotation; false when it has ended before.
    pub async fn end_cmek_rotation(
        &mut self,
        id: CmekRotationId,
        status: &str,
        error: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, END, id.as_uuid(), status, error, now.as_millis())? == 1)
    }

    /// How many versions of a vault are under a key of the client.
    pub async fn count_encrypted_by_client(
        &mut self,
        org: OrgId,
        vault: VaultId,
        fingerprint: &str,
    ) -> Result<i64> {
        let row: Option<crate::users::Count> =
            maybe!(self, COUNT, org.as_uuid(), vault.as_uuid(), fingerprint)?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// The next versions of a vault that are under a key of the client, from a path on.
    pub async fn list_encrypted_by_client(
        &mut self,
        org: OrgId,
        vault: VaultId,
        from: &str,
        fingerprint: &str,
        limit: i64,
    ) -> Result<Vec<EncryptedRow>> {
        all!(
            self,
            NEXT,
            org.as_uuid(),
            vault.as_uuid(),
            from,
            fingerprint,
            limit
        )
    }

    /// Replaces the value of a version that is under the key `old` by the same one under `new`.
    pub async fn move_to_client_key(
        &mut self,
        org: OrgId,
        moved: &Moved,
        old: &str,
        new: &str,
    ) -> Result<bool> {
        let done = changed!(
            self,
            MOVE,
            moved.id.as_uuid(),
            moved.version,
            moved.key_generation,
            moved.wrapped_key.as_slice(),
            moved.ciphertext.as_slice(),
            old,
            new
        )? == 1;
        if done {
            changed!(self, BUMP_REV, org.as_uuid(), moved.id.as_uuid())?;
        }
        Ok(done)
    }
}
