//! The instance's own keys and settings. Keys are stored wrapped; the master key never is.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;

row! {
    /// One key of the instance, wrapped by the master key.
    pub struct KeyringRow {
        /// The key's public name; the wrap is bound to it.
        pub id: String,
        /// What it is for.
        pub purpose: String,
        /// The wrapped bytes.
        pub wrapped: Vec<u8>,
    }
}

row! {
    pub(crate) struct Value {
        pub value: String,
    }
}

const LIST: &str =
    "SELECT id, purpose, wrapped FROM keyring WHERE retired_at IS NULL ORDER BY created_at, id";
const INSERT: &str =
    "INSERT INTO keyring (id, purpose, wrapped, created_at) VALUES ($1, $2, $3, $4)";
const REWRAP: &str = "UPDATE keyring SET wrapped = $2 WHERE id = $1 AND wrapped = $3";
const FIND_SETTING: &str = "SELECT value FROM instance_settings WHERE name = $1";
const INSERT_SETTING: &str =
    "INSERT INTO instance_settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
// Changes nothing, but holds the row's lock until the transaction ends.
const LOCK_SETTING: &str =
    "UPDATE instance_settings SET value = value WHERE name = $1 RETURNING value";
const PUT_SETTING: &str = "INSERT INTO instance_settings (name, value) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

impl Tx {
    /// All keys in use, oldest first.
    pub async fn list_keyring(&mut self) -> Result<Vec<KeyringRow>> {
        all!(self, LIST)
    }

    /// Adds a key.
    pub async fn insert_keyring(
        &mut self,
        id: &str,
        purpose: &str,
        wrapped: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        changed!(self, INSERT, id, purpose, wrapped, now.as_millis())?;
        Ok(())
    }

    /// Replaces the wrap of a key if it still is `old`; false when somebody else was faster.
    pub async fn rewrap_keyring(&mut self, id: &str, new: &[u8], old: &[u8]) -> Result<bool> {
        Ok(changed!(self, REWRAP, id, new, old)? == 1)
    }

    /// An instance-wide setting.
    pub async fn find_setting(&mut self, name: &str) -> Result<Option<String>> {
        let row: Option<Value> = maybe!(self, FIND_SETTING, name)?;
        Ok(row.map(|row| row.value))
    }

    /// An instance-wide setting that nobody else can change before this transaction ends.
    pub async fn lock_setting(&mut self, name: &str) -> Result<Option<String>> {
        let row: Option<Value> = maybe!(self, LOCK_SETTING, name)?;
        Ok(row.map(|row| row.value))
    }

    /// Writes a setting unless it exists; false when it did.
    pub async fn insert_setting(&mut self, name: &str, value: &str) -> Result<bool> {
        Ok(changed!(self, INSERT_SETTING, name, value)? == 1)
    }

    /// Writes a setting.
    pub async fn put_setting(&mut self, name: &str, value: &str) -> Result<()> {
        changed!(self, PUT_SETTING, name, value)?;
        Ok(())
    }
}
