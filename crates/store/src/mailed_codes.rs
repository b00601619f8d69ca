//! Short codes that were mailed. Only keyed hashes are kept, and few tries are allowed: a code has
//! six digits.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;

row! {
    /// What a code that was right stood for.
    pub struct MailedCodeRow {
        /// The address it was mailed to.
        pub email: String,
    }
}

const PUT: &str = "INSERT INTO mailed_codes (purpose, subject, email, code_hash, tries, created_at, expires_at) \
    VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (purpose, subject) DO UPDATE SET email = excluded.email, \
    code_hash = excluded.code_hash, tries = 0, created_at = excluded.created_at, expires_at = excluded.expires_at";
const COUNT_TRY: &str = "UPDATE mailed_codes SET tries = tries + 1 \
    WHERE purpose = $1 AND subject = $2 AND tries < $3 AND expires_at > $4";
const SPEND: &str = "DELETE FROM mailed_codes \
    WHERE purpose = $1 AND subject = $2 AND code_hash = $3 AND expires_at > $4 RETURNING email";
const DROP: &str = "DELETE FROM mailed_codes WHERE purpose = $1 AND subject = $2";
const PURGE: &str = "DELETE FROM mailed_codes WHERE expires_at < $1";

impl Tx {
    /// Keeps a code; one that was mailed before for the same subject is worth nothing from now on.
    pub async fn put_mailed_code(
        &mut self,
        purpose: &str,
        subject: &str,
        email: &str,
        hash: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            PUT,
            purpose,
            subject,
            email,
            hash,
            now.as_millis(),
            expires_at.as_millis()
        )?;
        Ok(())
    }

    /// Counts a try; false when there is nothing to try, or `most` were made already.
    pub async fn count_code_try(
        &mut self,
        purpose: &str,
        subject: &str,
        most: i64,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, COUNT_TRY, purpose, subject, most, now.as_millis())? == 1)
    }

    /// Uses a code up, if it is the right one: of any number of attempts exactly one gets the row.
    pub async fn spend_mailed_code(
        &mut self,
        purpose: &str,
        subject: &str,
        hash: &[u8],
        now: Timestamp,
    ) -> Result<Option<MailedCodeRow>> {
        maybe!(self, SPEND, purpose, subject, hash, now.as_millis())
    }

    /// Withdraws a code.
    pub async fn drop_mailed_code(&mut self, purpose: &str, subject: &str) -> Result<()> {
        changed!(self, DROP, purpose, subject)?;
        Ok(())
    }

    /// Forgets codes that expired before the given time.
    pub async fn purge_mailed_codes(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}
