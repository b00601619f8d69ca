//! Links that work once: e-mail verification, password reset, key reveal.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use uuid::Uuid;

row! {
    /// What a token stands for.
    pub struct OneTimeTokenRow {
        /// The user or agent it concerns.
        pub subject_id: Uuid,
        /// When it stops working.
        pub expires_at: Timestamp,
        /// When it was used.
        pub used_at: Option<Timestamp>,
    }
}

const INSERT: &str = "INSERT INTO one_time_tokens (hash, purpose, subject_id, created_at, expires_at, used_at) \
    VALUES ($1, $2, $3, $4, $5, NULL)";
const FIND: &str =
    "SELECT subject_id, expires_at, used_at FROM one_time_tokens WHERE hash = $1 AND purpose = $2";
const CONSUME: &str = "UPDATE one_time_tokens SET used_at = $3 \
    WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
const DROP_OF_SUBJECT: &str = "DELETE FROM one_time_tokens WHERE subject_id = $1 AND purpose = $2";
const PURGE: &str = "DELETE FROM one_time_tokens WHERE expires_at < $1";

impl Tx {
    /// Adds a token by its keyed hash.
    pub async fn insert_one_time_token(
        &mut self,
        hash: &[u8],
        purpose: &str,
        subject: Uuid,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            INSERT,
            hash,
            purpose,
            subject,
            now.as_millis(),
            expires_at.as_millis()
        )?;
        Ok(())
    }

    /// Looks at a token without using it.
    pub async fn find_one_time_token(
        &mut self,
        hash: &[u8],
        purpose: &str,
    ) -> Result<Option<OneTimeTokenRow>> {
        maybe!(self, FIND, hash, purpose)
    }

    /// Uses a token: of any number of attempts exactly one gets `true`.
    pub async fn consume_one_time_token(
        &mut self,
        hash: &[u8],
        purpose: &str,
        now: Timestamp,
    ) -> Result<bool> {
        Ok(changed!(self, CONSUME, hash, purpose, now.as_millis())? == 1)
    }

    /// Withdraws all tokens of one purpose, because a newer one replaces them.
    pub async fn drop_one_time_tokens(&mut self, subject: Uuid, purpose: &str) -> Result<()> {
        changed!(self, DROP_OF_SUBJECT, subject, purpose)?;
        Ok(())
    }

    /// Forgets tokens that expired before the given time.
    pub async fn purge_one_time_tokens(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}
