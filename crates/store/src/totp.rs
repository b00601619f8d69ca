//! Secrets of authenticator apps, sealed, and hashes of recovery codes.

use crate::error::Result;
use crate::row::row;
use crate::users::Count;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::UserId;

row! {
    /// An authenticator app.
    pub struct TotpRow {
        /// Its secret, sealed for its user.
        pub sealed_secret: Vec<u8>,
        /// The last step whose code was used.
        pub last_step: i64,
        /// When its first code was given; it counts from then on.
        pub confirmed_at: Option<Timestamp>,
    }
}

const PUT: &str = "INSERT INTO totp_factors (user_id, sealed_secret, last_step, created_at, confirmed_at) \
    VALUES ($1, $2, 0, $3, NULL) ON CONFLICT (user_id) DO UPDATE SET \
    sealed_secret = excluded.sealed_secret, last_step = 0, created_at = excluded.created_at \
    WHERE totp_factors.confirmed_at IS NULL";
const FIND: &str =
    "SELECT sealed_secret, last_step, confirmed_at FROM totp_factors WHERE user_id = $1";
const CONFIRM: &str = "UPDATE totp_factors SET confirmed_at = $4, last_step = $3 \
    WHERE user_id = $1 AND sealed_secret = $2 AND confirmed_at IS NULL";
const USE_STEP: &str = "UPDATE totp_factors SET last_step = $2 \
    WHERE user_id = $1 AND last_step < $2 AND confirmed_at IS NOT NULL";
const DELETE: &str = "DELETE FROM totp_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL";
const INSERT_CODE: &str =
    "INSERT INTO recovery_codes (hash, user_id, used_at) VALUES ($1, $2, NULL)";
const USE_CODE: &str = "UPDATE recovery_codes SET used_at = $3 \
    WHERE hash = $1 AND user_id = $2 AND used_at IS NULL";
const COUNT_CODES: &str =
    "SELECT COUNT(*) AS count FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL";
const DELETE_CODES: &str = "DELETE FROM recovery_codes WHERE user_id = $1";

impl Tx {
    /// Keeps a secret that is not confirmed yet, in place of an earlier such one; false when one is
    /// confirmed.
    pub async fn put_totp(&mut self, user: UserId, sealed: &[u8], now: Timestamp) -> Result<bool> {
        Ok(changed!(self, PUT, user.as_uuid(), sealed, now.as_millis())? == 1)
    }

    /// The authenticator app of a user.
    pub async fn find_totp(&mut self, user: UserId) -> Result<Option<TotpRow>> {
        maybe!(self, FIND, user.as_uuid())
    }

    /// Has the app count from now on, if its secret still is this one; false when it is not.
    pub async fn confirm_totp(
        &mut self,
        user: UserId,
        sealed: &[u8],
        step: i64,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, CONFIRM, user.as_uuid(), sealed, step, now.as_millis())? == 1)
    }

    /// Uses the code of a step up: of any number of attempts exactly one gets `true`.
    pub async fn use_totp_step(&mut self, user: UserId, step: i64) -> Result<bool> {
        Ok(changed!(self, USE_STEP, user.as_uuid(), step)? == 1)
    }

    /// Forgets a confirmed app; false when there is none.
    pub async fn delete_totp(&mut self, user: UserId) -> Result<bool> {
        Ok(changed!(self, DELETE, user.as_uuid())? == 1)
    }

    /// Adds a recovery code by its hash.
    pub async fn insert_recovery_code(&mut self, user: UserId, hash: &[u8]) -> Result<()> {
        changed!(self, INSERT_CODE, hash, user.as_uuid())?;
        Ok(())
    }

    /// Uses a recovery code up: of any number of attempts exactly one gets `true`.
    pub async fn use_recovery_code(
        &mut self,
        user: UserId,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, USE_CODE, hash, user.as_uuid(), now.as_millis())? == 1)
    }

    /// How many recovery codes are left.
    pub async fn count_recovery_codes(&mut self, user: UserId) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT_CODES, user.as_uuid())?;
        Ok(row.map_or(0, |row| row.count))
    }

    /// Forgets all recovery codes.
    pub async fn delete_recovery_codes(&mut self, user: UserId) -> Result<()> {
        changed!(self, DELETE_CODES, user.as_uuid())?;
        Ok(())
    }
}
