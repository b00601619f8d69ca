//! Private keys that sign tokens for other services, sealed.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;

row! {
    /// A key.
    pub struct FederationKeyRow {
        /// Its name, the `kid` of its tokens.
        pub id: String,
        /// PKCS 8, sealed for this name.
        pub sealed: Vec<u8>,
    }
}

const INSERT: &str = "INSERT INTO federation_keys (id, sealed, created_at) VALUES ($1, $2, $3)";
const FIND_OLDEST: &str = "SELECT id, sealed FROM federation_keys ORDER BY created_at, id LIMIT 1";

impl Tx {
    /// Adds a key.
    pub async fn insert_federation_key(
        &mut self,
        id: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        changed!(self, INSERT, id, sealed, now.as_millis())?;
        Ok(())
    }

    /// The key in use: should two nodes have made one at the same moment, the same for both.
    pub async fn find_federation_key(&mut self) -> Result<Option<FederationKeyRow>> {
        maybe!(self, FIND_OLDEST)
    }
}
