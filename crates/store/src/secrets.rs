//! Sealed secrets and their versions. Values are opaque bytes here.
//!
//! `rev` grows with every change of a secret, so a cached sealed row is still current exactly when
//! its `rev` is; the commit checks that for a whole batch with one statement.

use crate::error::{Result, StoreError};
use crate::row::row;
use crate::rows::Rows;
use crate::{Tx, all, changed, maybe, on};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, SecretId, VaultId};
use std::collections::HashSet;
use uuid::Uuid;

row! {
    /// A secret with one of its versions, sealed.
    pub struct SealedRow {
        /// The secret's id, the same for all versions.
        pub id: SecretId,
        /// Its path.
        pub path: String,
        /// Newest version of the secret.
        pub latest: i64,
        /// Change counter of the secret.
        pub rev: i64,
        /// Set while the secret is deleted.
        pub deleted_at: Option<Timestamp>,
        /// When the secret stops being readable.
        pub secret_expires_at: Option<Timestamp>,
        /// How many reads it allows.
        pub max_access_count: Option<i64>,
        /// How many reads it had since the last write.
        pub access_count: i64,
        /// This version.
        pub version: i64,
        /// Type of this version.
        pub kind: String,
        /// JSON object of this version.
        pub metadata: String,
        /// Which of the vault's keys wraps this version's key.
        pub key_generation: i64,
        /// This version's key, wrapped.
        pub wrapped_key: Vec<u8>,
        /// This version's value, sealed.
        pub ciphertext: Vec<u8>,
        /// `user` or `agent`.
        pub created_by_type: String,
        /// Who wrote this version.
        pub created_by_id: Uuid,
        /// When.
        pub created_at: Timestamp,
        /// When this version stops being readable.
        pub expires_at: Option<Timestamp>,
        /// Set once this version was switched off.
        pub disabled_at: Option<Timestamp>,
        /// Fingerprint of the client's key that this version is encrypted with beneath our own.
        pub cmek_fingerprint: Option<String>,
    }
}

row! {
    /// A secret with one of its versions, without the value.
    pub struct MetadataRow {
        /// The secret's id.
        pub id: SecretId,
        /// Its vault.
        pub vault_id: VaultId,
        /// Its path.
        pub path: String,
        /// This version.
        pub version: i64,
        /// Type of this version.
        pub kind: String,
        /// JSON object of this version.
        pub metadata: String,
        /// `user` or `agent`.
        pub created_by_type: String,
        /// Who wrote this version.
        pub created_by_id: Uuid,
        /// When this version was written.
        pub created_at: Timestamp,
        /// When this version stops being readable.
        pub expires_at: Option<Timestamp>,
        /// Set once this version was switched off.
        pub disabled_at: Option<Timestamp>,
        /// Set while the secret is deleted.
        pub deleted_at: Option<Timestamp>,
        /// Fingerprint of the client's key that this version is encrypted with beneath our own.
        pub cmek_fingerprint: Option<String>,
    }
}

row! {
    /// The head of a path: what a writer must know to add the next version.
    pub struct HeadRow {
        /// The secret's id.
        pub id: SecretId,
        /// Newest version.
        pub version: i64,
        /// Change counter.
        pub rev: i64,
    }
}

/// A new version of a secret, ready to be stored. `rev` and `version` are those the row will have;
/// the write fails when another writer was faster.
pub struct NewVersion {
    /// The secret's id (a new one for a new path).
    pub secret: SecretId,
    /// The organisation.
    pub org: OrgId,
    /// The vault.
    pub vault: VaultId,
    /// The path.
    pub path: String,
    /// Its number, 1 for a new path.
    pub version: i64,
    /// The secret's next change counter, 1 for a new path.
    pub rev: i64,
    /// Type.
    pub kind: String,
    /// JSON object.
    pub metadata: String,
    /// Generation of the vault key.
    pub key_generation: i64,
    /// Wrapped data key.
    pub wrapped_key: Vec<u8>,
    /// Sealed value.
    pub ciphertext: Vec<u8>,
    /// `user` or `agent`.
    pub created_by_type: &'static str,
    /// Who writes.
    pub created_by_id: Uuid,
    /// Now.
    pub created_at: Timestamp,
    /// When it stops being readable.
    pub expires_at: Option<Timestamp>,
    /// How many reads it allows.
    pub max_access_count: Option<i64>,
    /// Fingerprint of the client's key that the value is encrypted with beneath our own.
    pub cmek_fingerprint: Option<String>,
}

/// Paths from `from` on and before `to`, in the order of their bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathRange {
    /// The first that may be in it.
    pub from: String,
    /// The first behind it.
    pub to: String,
}

impl PathRange {
    /// All paths that begin with a text; every path for `""`.
    #[must_use]
    pub fn of_prefix(prefix: &str) -> Self {
        Self {
            from: prefix.to_owned(),
            // '~' sorts after every character that a path may hold.
            to: format!("{prefix}~"),
        }
    }

    /// One path alone.
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        Self {
            from: path.to_owned(),
            to: first_behind(path),
        }
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        let from = self.from.as_str().max(&other.from).to_owned();
        let to = self.to.as_str().min(&other.to).to_owned();
        (from < to).then_some(Self { from, to })
    }

    /// What is behind a path.
    #[must_use]
    pub fn after(&self, path: &str) -> Option<Self> {
        self.and(&Self {
            from: first_behind(path),
            to: "~".to_owned(),
        })
    }
}

/// '!' sorts before every character that a path may hold.
fn first_behind(path: &str) -> String {
    format!("{path}!")
}

const FIND_CURRENT: &str = "SELECT s.id, s.path, s.version AS latest, s.rev, s.deleted_at, \
    s.expires_at AS secret_expires_at, s.max_access_count, s.access_count, v.version, v.type AS kind, v.metadata, \
    v.key_generation, v.wrapped_key, v.ciphertext, v.created_by_type, v.created_by_id, v.created_at, v.expires_at, \
    v.disabled_at, v.cmek_fingerprint FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path = $3";
const FIND_VERSION: &str = "SELECT s.id, s.path, s.version AS latest, s.rev, s.deleted_at, \
    s.expires_at AS secret_expires_at, s.max_access_count, s.access_count, v.version, v.type AS kind, v.metadata, \
    v.key_generation, v.wrapped_key, v.ciphertext, v.created_by_type, v.created_by_id, v.created_at, v.expires_at, \
    v.disabled_at, v.cmek_fingerprint FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = $4 \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path = $3";
const FIND_CURRENT_BY_ID: &str = "SELECT s.id, s.path, s.version AS latest, s.rev, s.deleted_at, \
    s.expires_at AS secret_expires_at, s.max_access_count, s.access_count, v.version, v.type AS kind, v.metadata, \
    v.key_generation, v.wrapped_key, v.ciphertext, v.created_by_type, v.created_by_id, v.created_at, v.expires_at, \
    v.disabled_at, v.cmek_fingerprint FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version \
    WHERE s.org_id = $1 AND s.id = $2";
const FIND_HEAD: &str =
    "SELECT id, version, rev FROM secrets WHERE org_id = $1 AND vault_id = $2 AND path = $3";
const FIND_METADATA: &str = "SELECT s.id, s.vault_id, s.path, v.version, v.type AS kind, v.metadata, \
    v.created_by_type, v.created_by_id, v.created_at, v.expires_at, v.disabled_at, s.deleted_at, v.cmek_fingerprint \
    FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version \
    WHERE s.org_id = $1 AND s.id = $2";
// A prefix is a range of the index on (vault_id, path): paths are ASCII and sort by byte.
const LIST_METADATA_RANGE: &str = "SELECT s.id, s.vault_id, s.path, v.version, v.type AS kind, v.metadata, \
    v.created_by_type, v.created_by_id, v.created_at, v.expires_at, v.disabled_at, s.deleted_at, v.cmek_fingerprint \
    FROM secrets s JOIN secret_versions v ON v.secret_id = s.id AND v.version = s.version \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path >= $3 AND s.path < $4 AND s.deleted_at IS NULL \
    ORDER BY s.path LIMIT $5";
const LIST_VERSIONS: &str = "SELECT s.id, s.vault_id, s.path, v.version, v.type AS kind, v.metadata, \
    v.created_by_type, v.created_by_id, v.created_at, v.expires_at, v.disabled_at, s.deleted_at, v.cmek_fingerprint \
    FROM secrets s JOIN secret_versions v ON v.secret_id = s.id \
    WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path = $3 ORDER BY v.version DESC";
pub(crate) const FIND_REV: &str = "SELECT rev FROM secrets WHERE id = $1";
pub(crate) const COUNT_READ: &str = "UPDATE secrets SET access_count = access_count + 1 \
    WHERE id = $1 AND rev = $2 AND access_count < max_access_count";
const DELETE: &str = "UPDATE secrets SET deleted_at = $4, rev = rev + 1 \
    WHERE org_id = $1 AND vault_id = $2 AND path = $3 AND deleted_at IS NULL";
// What was deleted stays unreadable when the path is written again: the path comes back, its old
// versions do not.
const DISABLE_ALL_VERSIONS: &str = "UPDATE secret_versions SET disabled_at = $4 \
    WHERE secret_id = (SELECT s.id FROM secrets s WHERE s.org_id = $1 AND s.vault_id = $2 AND s.path = $3) \
    AND disabled_at IS NULL";
const DISABLE_VERSION: &str = "UPDATE secret_versions SET disabled_at = $4 \
    WHERE secret_id = (SELECT s.id FROM secrets s WHERE s.org_id = $1 AND s.id = $2) \
    AND version = $3 AND disabled_at IS NULL";
const BUMP_REV: &str = "UPDATE secrets SET rev = rev + 1 WHERE org_id = $1 AND id = $2";
const COUNT_IN_ORGANISATION: &str = "SELECT COUNT(*) AS count FROM vaults o JOIN secrets s ON s.vault_id = o.id \
    WHERE o.org_id = $1 AND o.name <> $2 AND s.deleted_at IS NULL";
const COUNT_IN_VAULT: &str = "SELECT COUNT(*) AS count FROM secrets WHERE org_id = $1 AND vault_id = $2 AND deleted_at IS NULL";

static STALE: Rows = Rows::new(
    "WITH want (id, rev) AS (VALUES",
    2,
    ") SELECT DISTINCT want.id AS id FROM want LEFT JOIN secrets s ON s.id = want.id \
     WHERE s.rev IS NULL OR s.rev <> want.rev",
);

pub(crate) static PUT_HEADS: Rows = Rows::new(
    "INSERT INTO secrets (id, org_id, vault_id, path, version, rev, expires_at, max_access_count, access_count) VALUES",
    9,
    "ON CONFLICT (vault_id, path) DO UPDATE SET version = excluded.version, rev = excluded.rev, \
     expires_at = excluded.expires_at, max_access_count = excluded.max_access_count, access_count = 0, \
     deleted_at = NULL WHERE secrets.id = excluded.id AND secrets.rev = excluded.rev - 1 RETURNING id",
);

pub(crate) static PUT_VERSIONS: Rows = Rows::new(
    "INSERT INTO secret_versions (secret_id, version, type, metadata, key_generation, wrapped_key, ciphertext, \
     created_by_type, created_by_id, created_at, expires_at, cmek_fingerprint) VALUES",
    12,
    "",
);

impl Tx {
    /// The newest version at a path, deleted or not.
    pub async fn find_sealed(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
    ) -> Result<Option<SealedRow>> {
        maybe!(self, FIND_CURRENT, org.as_uuid(), vault.as_uuid(), path)
    }

    /// One version at a path.
    pub async fn find_sealed_version(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
        version: i64,
    ) -> Result<Option<SealedRow>> {
        maybe!(
            self,
            FIND_VERSION,
            org.as_uuid(),
            vault.as_uuid(),
            path,
            version
        )
    }

    /// The newest version of a secret, by the secret's id.
    pub async fn find_sealed_by_id(
        &mut self,
        org: OrgId,
        id: SecretId,
    ) -> Result<Option<SealedRow>> {
        maybe!(self, FIND_CURRENT_BY_ID, org.as_uuid(), id.as_uuid())
    }

    /// The head of a path, deleted or not.
    pub async fn find_secret_head(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
    ) -> Result<Option<HeadRow>> {
        maybe!(self, FIND_HEAD, org.as_uuid(), vault.as_uuid(), path)
    }

    /// A secret without its value, by id.
    pub async fn find_secret_metadata(
        &mut self,
        org: OrgId,
        id: SecretId,
    ) -> Result<Option<MetadataRow>> {
        maybe!(self, FIND_METADATA, org.as_uuid(), id.as_uuid())
    }

    /// The first `limit` secrets of a vault that are not deleted and whose paths are in a range, by path.
    pub async fn list_secret_metadata(
        &mut self,
        org: OrgId,
        vault: VaultId,
        range: &PathRange,
        limit: i64,
    ) -> Result<Vec<MetadataRow>> {
        all!(
            self,
            LIST_METADATA_RANGE,
            org.as_uuid(),
            vault.as_uuid(),
            range.from.as_str(),
            range.to.as_str(),
            limit
        )
    }

    /// All versions at a path, newest first.
    pub async fn list_secret_versions(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
    ) -> Result<Vec<MetadataRow>> {
        all!(self, LIST_VERSIONS, org.as_uuid(), vault.as_uuid(), path)
    }

    /// Those ids of `guards` (secret id, rev) that changed by now, in no order.
    pub async fn stale_secrets(&mut self, guards: &[(Uuid, i64)]) -> Result<Vec<Uuid>> {
        let mut stale = Vec::new();
        for (sql, chunk) in STALE.padded(self, guards) {
            let rows: Vec<crate::epochs::Id> = on!(self, |connection| {
                let mut query = sqlx::query_as(sql);
                for (id, rev) in &chunk {
                    query = query.bind(*id).bind(*rev);
                }
                query.fetch_all(connection)
            })?;
            stale.extend(rows.into_iter().map(|row| row.id));
        }
        Ok(stale)
    }

    /// Spends one read of a secret that limits them; false when none is left or it changed.
    pub async fn count_secret_read(&mut self, id: SecretId, rev: i64) -> Result<bool> {
        Ok(changed!(self, COUNT_READ, id.as_uuid(), rev)? == 1)
    }

    /// Stores new versions. Returns the ids of the secrets that were written; a missing id lost
    /// against another writer and nothing of it was stored.
    ///
    /// The places must differ within one call, else nothing is stored and the answer is
    /// [`StoreError::AlreadyExists`]: the ids could not tell which of two writers of a path won.
    pub async fn put_versions(&mut self, versions: &[&NewVersion]) -> Result<Vec<Uuid>> {
        let ordered = in_order_of_places(versions)?;
        let mut written = Vec::with_capacity(versions.len());
        for (sql, chunk) in PUT_HEADS.chunks(self, &ordered) {
            let rows: Vec<crate::epochs::Id> = on!(self, |connection| {
                let mut query = sqlx::query_as(sql);
                for new in chunk {
                    query = query
                        .bind(new.secret.as_uuid())
                        .bind(new.org.as_uuid())
                        .bind(new.vault.as_uuid())
                        .bind(new.path.as_str())
                        .bind(new.version)
                        .bind(new.rev)
                        .bind(new.expires_at.map(Timestamp::as_millis))
                        .bind(new.max_access_count)
                        .bind(0_i64);
                }
                query.fetch_all(connection)
            })?;
            written.extend(rows.into_iter().map(|row| row.id));
        }
        let winners: HashSet<Uuid> = written.iter().copied().collect();
        let kept: Vec<&NewVersion> = ordered
            .into_iter()
            .filter(|new| winners.contains(&new.secret.as_uuid()))
            .collect();
        for (sql, chunk) in PUT_VERSIONS.chunks(self, &kept) {
            on!(self, |connection| {
                let mut query = sqlx::query(sql);
                for new in chunk {
                    query = query
                        .bind(new.secret.as_uuid())
                        .bind(new.version)
                        .bind(new.kind.as_str())
                        .bind(new.metadata.as_str())
                        .bind(new.key_generation)
                        .bind(new.wrapped_key.as_slice())
                        .bind(new.ciphertext.as_slice())
                        .bind(new.created_by_type)
                        .bind(new.created_by_id)
                        .bind(new.created_at.as_millis())
                        .bind(new.expires_at.map(Timestamp::as_millis))
                        .bind(new.cmek_fingerprint.as_deref());
                }
                async {
                    query
                        .execute(connection)
                        .await
                        .map(|done| done.rows_affected())
                }
            })?;
        }
        Ok(written)
    }

    /// Soft-deletes all versions at a path; false when there is nothing to delete. They stay
    /// disabled when the path is written again.
    pub async fn delete_secret(
        &mut self,
        org: OrgId,
        vault: VaultId,
        path: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let (org, vault, now) = (org.as_uuid(), vault.as_uuid(), now.as_millis());
        let deleted = changed!(self, DELETE, org, vault, path, now)? == 1;
        if deleted {
            changed!(self, DISABLE_ALL_VERSIONS, org, vault, path, now)?;
        }
        Ok(deleted)
    }

    /// Switches one version off; false when it does not exist or is off already.
    pub async fn disable_secret_version(
        &mut self,
        org: OrgId,
        id: SecretId,
        version: i64,
        now: Timestamp,
    ) -> Result<bool> {
        let (org, id) = (org.as_uuid(), id.as_uuid());
        let disabled = changed!(self, DISABLE_VERSION, org, id, version, now.as_millis())? == 1;
        if disabled {
            changed!(self, BUMP_REV, org, id)?;
        }
        Ok(disabled)
    }

    /// How many secrets an organisation holds, in all its vaults but the one of this name.
    pub async fn count_all_secrets(&mut self, org: OrgId, except: &str) -> Result<i64> {
        let row: Option<crate::users::Count> =
            maybe!(self, COUNT_IN_ORGANISATION, org.as_uuid(), except)?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// How many secrets a vault holds.
    pub async fn count_secrets(&mut self, org: OrgId, vault: VaultId) -> Result<i64> {
        let row: Option<crate::users::Count> =
            maybe!(self, COUNT_IN_VAULT, org.as_uuid(), vault.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }
}

/// Always in the same order, so that nodes that write the same paths cannot deadlock. No place may
/// come twice.
pub(crate) fn in_order_of_places<'a>(versions: &[&'a NewVersion]) -> Result<Vec<&'a NewVersion>> {
    let mut ordered = versions.to_vec();
    ordered.sort_unstable_by(|a, b| (a.vault, &a.path).cmp(&(b.vault, &b.path)));
    let same_place =
        |pair: &[&NewVersion]| matches!(pair, [a, b] if a.vault == b.vault && a.path == b.path);
    if ordered.windows(2).any(same_place) {
        return Err(StoreError::AlreadyExists);
    }
    Ok(ordered)
}
