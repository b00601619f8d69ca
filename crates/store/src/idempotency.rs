//! Requests that may be sent again, and the answers to them.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;

row! {
    /// A request that was made under a key.
    pub struct RequestRow {
        /// Digest of what was asked.
        pub request_hash: Vec<u8>,
        /// The answer, sealed; `None` until it is known.
        pub answer: Option<Vec<u8>>,
    }
}

// Whoever makes the row, or takes over one that is over, has the request to themselves.
const CLAIM: &str = "INSERT INTO idempotency_keys (scope, request_hash, answer, expires_at) VALUES ($1, $2, NULL, $3) \
    ON CONFLICT (scope) DO UPDATE SET request_hash = excluded.request_hash, answer = NULL, \
    expires_at = excluded.expires_at WHERE idempotency_keys.expires_at <= $4";
const FIND: &str = "SELECT request_hash, answer FROM idempotency_keys WHERE scope = $1";
const ANSWER: &str = "UPDATE idempotency_keys SET answer = $2 WHERE scope = $1 AND answer IS NULL";
const RELEASE: &str = "DELETE FROM idempotency_keys WHERE scope = $1 AND answer IS NULL";
const PURGE: &str = "DELETE FROM idempotency_keys WHERE expires_at < $1";

impl Tx {
    /// Takes a request for oneself; false when somebody else has it.
    pub async fn claim_request(
        &mut self,
        scope: &[u8],
        request_hash: &[u8],
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        let expiry = expires_at.as_millis();
        let claimed = changed!(self, CLAIM, scope, request_hash, expiry, now.as_millis())?;
        Ok(claimed == 1)
    }

    /// What is known of a request.
    pub async fn find_request(&mut self, scope: &[u8]) -> Result<Option<RequestRow>> {
        maybe!(self, FIND, scope)
    }

    /// Keeps the answer to a request; false when there is one already.
    pub async fn answer_request(&mut self, scope: &[u8], answer: &[u8]) -> Result<bool> {
        Ok(changed!(self, ANSWER, scope, answer)? == 1)
    }

    /// Forgets a request that nothing came of.
    pub async fn release_request(&mut self, scope: &[u8]) -> Result<()> {
        changed!(self, RELEASE, scope)?;
        Ok(())
    }

    /// Forgets requests that were over before a moment.
    pub async fn purge_requests(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}
