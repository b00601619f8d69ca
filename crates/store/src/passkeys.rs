//! Passkeys: public keys of authenticators.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, all, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{PasskeyId, UserId};

row! {
    /// A passkey.
    pub struct PasskeyRow {
        /// Its id.
        pub id: PasskeyId,
        /// Whose it is.
        pub user_id: UserId,
        /// What authenticators call it.
        pub credential_id: Vec<u8>,
        /// A COSE key.
        pub public_key: Vec<u8>,
        /// Signatures so far; 0 where it does not count.
        pub sign_count: i64,
        /// Whether it may exist on several devices.
        pub backup_eligible: bool,
        /// Whether it did when last used.
        pub backed_up: bool,
        /// The model of the authenticator.
        pub aaguid: Vec<u8>,
        /// How browsers reach it, a JSON list of words.
        pub transports: String,
        /// What its owner calls it, possibly empty.
        pub name: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was last used.
        pub last_used_at: Option<Timestamp>,
    }
}

const INSERT: &str = "INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, \
    backup_eligible, backed_up, aaguid, transports, name, created_at, last_used_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL)";
const FIND_BY_CREDENTIAL: &str = "SELECT id, user_id, credential_id, public_key, sign_count, backup_eligible, \
    backed_up, aaguid, transports, name, created_at, last_used_at FROM passkeys WHERE credential_id = $1";
const LIST: &str = "SELECT id, user_id, credential_id, public_key, sign_count, backup_eligible, \
    backed_up, aaguid, transports, name, created_at, last_used_at FROM passkeys \
    WHERE user_id = $1 ORDER BY created_at, id";
const COUNT: &str = "SELECT COUNT(*) AS count FROM passkeys WHERE user_id = $1";
// A counter that does not go on is a copy of the key. Where it does not count, it stays 0.
const USE: &str = "UPDATE passkeys SET sign_count = $2, backed_up = $3, last_used_at = $4 \
    WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))";
const RENAME: &str = "UPDATE passkeys SET name = $3 WHERE id = $1 AND user_id = $2";
const DELETE: &str = "DELETE FROM passkeys WHERE id = $1 AND user_id = $2";

impl Tx {
    /// Adds a passkey.
    pub async fn insert_passkey(&mut self, passkey: &PasskeyRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            passkey.id.as_uuid(),
            passkey.user_id.as_uuid(),
            passkey.credential_id.as_slice(),
            passkey.public_key.as_slice(),
            passkey.sign_count,
            passkey.backup_eligible,
            passkey.backed_up,
            passkey.aaguid.as_slice(),
            passkey.transports.as_str(),
            passkey.name.as_str(),
            passkey.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// The passkey that an authenticator names.
    pub async fn find_passkey(&mut self, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
        maybe!(self, FIND_BY_CREDENTIAL, credential_id)
    }

    /// The passkeys of a user, oldest first.
    pub async fn list_passkeys(&mut self, user: UserId) -> Result<Vec<PasskeyRow>> {
        all!(self, LIST, user.as_uuid())
    }

    /// How many passkeys a user has.
    pub async fn count_passkeys(&mut self, user: UserId) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT, user.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Notes a use; false when the counter has not gone on.
    pub async fn use_passkey(
        &mut self,
        id: PasskeyId,
        sign_count: i64,
        backed_up: bool,
        now: Timestamp,
    ) -> Result<bool> {
        let changed = changed!(
            self,
            USE,
            id.as_uuid(),
            sign_count,
            backed_up,
            now.as_millis()
        )?;
        Ok(changed == 1)
    }

    /// Renames a passkey; false when the user has no such one.
    pub async fn rename_passkey(
        &mut self,
        user: UserId,
        id: PasskeyId,
        name: &str,
    ) -> Result<bool> {
        Ok(changed!(self, RENAME, id.as_uuid(), user.as_uuid(), name)? == 1)
    }

    /// Removes a passkey; false when the user has no such one.
    pub async fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<bool> {
        Ok(changed!(self, DELETE, id.as_uuid(), user.as_uuid())? == 1)
    }
}
