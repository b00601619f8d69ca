//! Human accounts.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::UserId;

row! {
    /// An account.
    pub struct UserRow {
        /// Its id.
        pub id: UserId,
        /// Lower case, unique.
        pub email: String,
        /// Name for display, possibly empty.
        pub display_name: String,
        /// PHC string; absent for accounts that sign in another way.
        pub password_hash: Option<String>,
        /// Set once the holder of the address proved it.
        pub email_verified_at: Option<Timestamp>,
        /// Wish to receive news. Stored and echoed; nothing is ever sent.
        pub marketing_emails: bool,
        /// Tokens carry it; raising it ends all tokens of the account.
        pub token_epoch: i64,
        /// When the account was made.
        pub created_at: Timestamp,
    }
}

const COLUMNS_BY_ID: &str = "SELECT id, email, display_name, password_hash, email_verified_at, \
    marketing_emails, token_epoch, created_at FROM users WHERE id = $1";
const COLUMNS_BY_EMAIL: &str = "SELECT id, email, display_name, password_hash, email_verified_at, \
    marketing_emails, token_epoch, created_at FROM users WHERE email = $1";
const INSERT: &str = "INSERT INTO users (id, email, display_name, password_hash, email_verified_at, \
    marketing_emails, token_epoch, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)";
const REPLACE_UNVERIFIED: &str = "UPDATE users SET password_hash = $2, display_name = $3 \
    WHERE id = $1 AND email_verified_at IS NULL";
const FORGET_UNVERIFIED: &str =
    "UPDATE users SET password_hash = NULL WHERE id = $1 AND email_verified_at IS NULL";
const VERIFY: &str =
    "UPDATE users SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL";
const SET_PASSWORD: &str =
    "UPDATE users SET password_hash = $2, token_epoch = token_epoch + 1 WHERE id = $1";
const REHASH: &str = "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $3";
const UPDATE_PROFILE: &str =
    "UPDATE users SET display_name = $2, marketing_emails = $3 WHERE id = $1";
const SET_FIRST_PASSWORD: &str =
    "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash IS NULL";
const SET_EMAIL: &str = "UPDATE users SET email = $2, email_verified_at = $3 WHERE id = $1";
const DELETE_UNVERIFIED: &str = "DELETE FROM users WHERE email = $1 AND email_verified_at IS NULL";
const DELETE: &str = "DELETE FROM users WHERE id = $1";
const REQUIRES_PASSKEY: &str = "SELECT require_passkey_for_vaults FROM users WHERE id = $1";
const SET_REQUIRES_PASSKEY: &str = "UPDATE users SET require_passkey_for_vaults = $2 WHERE id = $1";
const COUNT: &str = "SELECT COUNT(*) AS count FROM users WHERE email_verified_at IS NOT NULL";

row! {
    /// What somebody chose for their own safety.
    struct SecuritySettings {
        pub require_passkey_for_vaults: bool,
    }
}

row! {
    /// A number of rows.
    pub(crate) struct Count {
        pub count: i64,
    }
}

impl Tx {
    /// An account by id.
    pub async fn find_user(&mut self, id: UserId) -> Result<Option<UserRow>> {
        maybe!(self, COLUMNS_BY_ID, id.as_uuid())
    }

    /// An account by its address (already trimmed and lower case).
    pub async fn find_user_by_email(&mut self, email: &str) -> Result<Option<UserRow>> {
        maybe!(self, COLUMNS_BY_EMAIL, email)
    }

    /// Makes an account.
    pub async fn insert_user(&mut self, user: &UserRow) -> Result<()> {
        changed!(
            self,
            INSERT,
            user.id.as_uuid(),
            user.email.as_str(),
            user.display_name.as_str(),
            user.password_hash.as_deref(),
            user.email_verified_at.map(Timestamp::as_millis),
            user.marketing_emails,
            user.created_at.as_millis(),
        )?;
        Ok(())
    }

    /// Starts an account over that was not verified: for whoever needs no proof of the address.
    pub async fn replace_unverified_user(
        &mut self,
        id: UserId,
        password_hash: &str,
        display_name: &str,
    ) -> Result<bool> {
        Ok(changed!(
            self,
            REPLACE_UNVERIFIED,
            id.as_uuid(),
            password_hash,
            display_name
        )? == 1)
    }

    /// Marks the address as proven.
    pub async fn verify_user_email(&mut self, id: UserId, now: Timestamp) -> Result<bool> {
        Ok(changed!(self, VERIFY, id.as_uuid(), now.as_millis())? == 1)
    }

    /// Sets a new password and ends all tokens of the account.
    pub async fn set_user_password(&mut self, id: UserId, password_hash: &str) -> Result<()> {
        changed!(self, SET_PASSWORD, id.as_uuid(), password_hash)?;
        Ok(())
    }

    /// Replaces a hash made with older parameters, if it still is the one that was checked; false
    /// when it is not. `new` may be `old`: then it only finds out, and nobody can set another password
    /// until this transaction ends.
    pub async fn rehash_user_password(&mut self, id: UserId, new: &str, old: &str) -> Result<bool> {
        Ok(changed!(self, REHASH, id.as_uuid(), new, old)? == 1)
    }

    /// Leaves an account that was not verified without a password: whoever finishes it sets one by
    /// mail.
    pub async fn forget_unverified_password(&mut self, id: UserId) -> Result<()> {
        changed!(self, FORGET_UNVERIFIED, id.as_uuid())?;
        Ok(())
    }

    /// Changes the profile.
    pub async fn update_user_profile(
        &mut self,
        id: UserId,
        display_name: &str,
        marketing_emails: bool,
    ) -> Result<()> {
        changed!(
            self,
            UPDATE_PROFILE,
            id.as_uuid(),
            display_name,
            marketing_emails
        )?;
        Ok(())
    }

    /// Sets the password of an account that has none; false when it has one.
    pub async fn set_first_user_password(&mut self, id: UserId, hash: &str) -> Result<bool> {
        Ok(changed!(self, SET_FIRST_PASSWORD, id.as_uuid(), hash)? == 1)
    }

    /// Gives an account another proven address.
    pub async fn set_user_email(&mut self, id: UserId, email: &str, now: Timestamp) -> Result<()> {
        changed!(self, SET_EMAIL, id.as_uuid(), email, now.as_millis())?;
        Ok(())
    }

    /// Removes what somebody began for an address and nobody proved.
    pub async fn delete_unverified_user(&mut self, email: &str) -> Result<()> {
        changed!(self, DELETE_UNVERIFIED, email)?;
        Ok(())
    }

    /// Removes an account with its memberships, sessions and keys.
    pub async fn delete_user(&mut self, id: UserId) -> Result<bool> {
        Ok(changed!(self, DELETE, id.as_uuid())? == 1)
    }

    /// Whether the account's vaults are to be used with a passkey only.
    pub async fn requires_passkey(&mut self, id: UserId) -> Result<bool> {
        let row: Option<SecuritySettings> = maybe!(self, REQUIRES_PASSKEY, id.as_uuid())?;
        Ok(row.is_some_and(|row| row.require_passkey_for_vaults))
    }

    /// Chooses that.
    pub async fn set_requires_passkey(&mut self, id: UserId, required: bool) -> Result<()> {
        changed!(self, SET_REQUIRES_PASSKEY, id.as_uuid(), required)?;
        Ok(())
    }

    /// How many verified accounts there are.
    pub async fn count_users(&mut self) -> Result<i64> {
        let row: Option<Count> = maybe!(self, COUNT)?;
        Ok(row.map_or(0, |row| row.count))
    }
}
