//! Requests of agents that bring a key of their own, and the keys that agents sign in with.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, EnrollmentId};

row! {
    /// What a request to join brings beside its words.
    pub struct PairingRow {
        /// The request.
        pub enrollment_id: EnrollmentId,
        /// Ed25519, 32 bytes.
        pub public_key: Vec<u8>,
        /// `api_key` or `private_key_jwt`.
        pub credential: String,
    }
}

row! {
    /// The key that an agent signs in with.
    pub struct SigningKeyRow {
        /// Ed25519, 32 bytes.
        pub public_key: Vec<u8>,
    }
}

row! {
    /// The access that a request asks for.
    pub struct ManifestRow {
        /// JSON.
        pub manifest: String,
    }
}

const INSERT_MANIFEST: &str =
    "INSERT INTO enrollment_access (enrollment_id, manifest) VALUES ($1, $2)";
const FIND_MANIFEST: &str = "SELECT manifest FROM enrollment_access WHERE enrollment_id = $1";
const INSERT: &str = "INSERT INTO pairings (enrollment_id, poll_hash, public_key, credential) \
    VALUES ($1, $2, $3, $4)";
const FIND: &str =
    "SELECT enrollment_id, public_key, credential FROM pairings WHERE enrollment_id = $1";
const FIND_BY_POLL: &str = "SELECT enrollment_id, public_key, credential FROM pairings \
    WHERE enrollment_id = $1 AND poll_hash = $2";
const INSERT_SIGNING_KEY: &str =
    "INSERT INTO agent_signing_keys (agent_id, public_key, created_at) VALUES ($1, $2, $3)";
// Asked with a signature that only the agent can make; its organisation is what this finds out.
const FIND_SIGNING_KEY: &str = "SELECT public_key FROM agent_signing_keys WHERE agent_id = $1";
pub(crate) const DELETE_SIGNING_KEY: &str = "DELETE FROM agent_signing_keys WHERE agent_id = $1";

impl Tx {
    /// Adds what a request brings.
    pub async fn insert_pairing(&mut self, row: &PairingRow, poll_hash: &[u8]) -> Result<()> {
        changed!(
            self,
            INSERT,
            row.enrollment_id.as_uuid(),
            poll_hash,
            row.public_key.as_slice(),
            row.credential.as_str(),
        )?;
        Ok(())
    }

    /// Adds the access that a request asks for.
    pub async fn insert_manifest(&mut self, id: EnrollmentId, manifest: &str) -> Result<()> {
        changed!(self, INSERT_MANIFEST, id.as_uuid(), manifest)?;
        Ok(())
    }

    /// The access that a request asks for, if it asks for some.
    pub async fn find_manifest(&mut self, id: EnrollmentId) -> Result<Option<ManifestRow>> {
        maybe!(self, FIND_MANIFEST, id.as_uuid())
    }

    /// What a request brought, if it brought a key.
    pub async fn find_pairing(&mut self, id: EnrollmentId) -> Result<Option<PairingRow>> {
        maybe!(self, FIND, id.as_uuid())
    }

    /// The same, for whoever made the request.
    pub async fn find_pairing_by_poll(
        &mut self,
        id: EnrollmentId,
        poll_hash: &[u8],
    ) -> Result<Option<PairingRow>> {
        maybe!(self, FIND_BY_POLL, id.as_uuid(), poll_hash)
    }

    /// Lets an agent sign in with a key of its own.
    pub async fn insert_signing_key(
        &mut self,
        agent: AgentId,
        public_key: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            INSERT_SIGNING_KEY,
            agent.as_uuid(),
            public_key,
            now.as_millis()
        )?;
        Ok(())
    }

    /// The key that an agent signs in with, if it has one.
    pub async fn find_signing_key(&mut self, agent: AgentId) -> Result<Option<SigningKeyRow>> {
        maybe!(self, FIND_SIGNING_KEY, agent.as_uuid())
    }
}
