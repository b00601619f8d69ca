//! Challenges and proofs that were used. Only a digest of each is kept, until it would be refused as
//! too old anyway.

use crate::error::Result;
use crate::{Tx, changed};
use oneclaw_core::clock::Timestamp;

const INSERT: &str =
    "INSERT INTO spent_proofs (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
const PURGE: &str = "DELETE FROM spent_proofs WHERE expires_at < $1";

impl Tx {
    /// Spends something that may be used once: of any number of attempts exactly one gets `true`.
    pub async fn spend_proof(&mut self, id: &[u8], expires_at: Timestamp) -> Result<bool> {
        Ok(changed!(self, INSERT, id, expires_at.as_millis())? == 1)
    }

    /// Forgets what has expired.
    pub async fn purge_spent_proofs(&mut self, before: Timestamp) -> Result<u64> {
        changed!(self, PURGE, before.as_millis())
    }
}
