//! The audit log: an append-only Merkle tree per organisation that anyone can verify.
//!
//! Every entry is one leaf of a tree hashed as in RFC 6962 (SHA-256, domain-separated leaves and
//! nodes). The tree's root is published in signed checkpoints ([`checkpoint`]), so nobody, the
//! operator included, can change what was logged without being found out by whoever holds an old
//! checkpoint. [`verify_export`] checks an exported log with neither server nor database.
//!
//! Invariants:
//! - A leaf covers every field of its entry and the hash of the leaf before it.
//! - The encoding is injective: each field carries its length, so no two entries share their bytes.
//! - `details` are hashed as the exact text that is stored; [`Details`] is their only writer.
//! - No entry holds a secret value, a password, a token or a key.

use std::borrow::Cow;
use std::net::IpAddr;

use sha2::{Digest, Sha256};

use crate::caller::Principal;
use crate::clock::Timestamp;
use crate::id::{AgentId, EventId, OrgId, UserId};

pub mod checkpoint;
mod details;
mod export;
mod merkle;
pub mod note;

pub use checkpoint::Checkpoint;
pub use details::{Details, DetailsError};
pub use export::{Report, VerifyError, export_line, verify_export};
pub use merkle::{
    Frontier, FrontierError, consistency_proof, empty_root, inclusion_proof, verify_consistency,
    verify_inclusion,
};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// First byte of every encoded entry; a change of the encoding takes the next number.
const ENCODING_VERSION: u8 = 1;

/// Room for the encoding of most entries, without their details.
const TYPICAL_ENCODING: usize = 352;

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// A program.
    Agent(AgentId),
    /// The server itself, or somebody who has not proved who they are.
    System,
}

impl Actor {
    /// `user`, `agent` or `system`: the `actor_type` of the API.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Agent(_) => "agent",
            Self::System => "system",
        }
    }

    /// The `actor_id` of the API: a UUID, or `system`.
    pub fn id(&self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::Agent(id) => id.to_string(),
            Self::System => "system".to_owned(),
        }
    }
}

impl From<Principal> for Actor {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::User(id) => Self::User(id),
            Principal::Agent(id) => Self::Agent(id),
        }
    }
}

/// What an operation wants logged; position, id, time and chain link are given at commit.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The organisation whose log it is.
    pub org: OrgId,
    /// What was done, for example `secret.read`.
    pub action: &'static str,
    /// Who did it.
    pub actor: Actor,
    /// The kind of thing it was done to, for example `secret`.
    pub resource_type: &'static str,
    /// The id of that thing.
    pub resource_id: String,
    /// What else to remember. Never a value.
    pub details: Details,
    /// The caller's address, where known.
    pub ip: Option<IpAddr>,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The organisation whose log it is.
    pub org: OrgId,
    /// Position in the log and index of the leaf, from 0 without gaps.
    pub seq: u64,
    /// Its id in the API.
    pub id: EventId,
    /// When it was committed.
    pub at: Timestamp,
    /// `user`, `agent` or `system`.
    pub actor_type: Cow<'static, str>,
    /// A UUID, or `system`.
    pub actor_id: String,
    /// What was done.
    pub action: Cow<'static, str>,
    /// The kind of thing it was done to.
    pub resource_type: Cow<'static, str>,
    /// The id of that thing.
    pub resource_id: String,
    /// A JSON object as written by [`Details`], hashed byte for byte.
    pub details: String,
    /// The caller's address, where known.
    pub ip: Option<String>,
    /// Hash of the leaf before; zeros for the first.
    pub prev: Hash,
}

impl Event {
    /// Gives a draft its place in the log.
    pub fn from_draft(draft: Draft, seq: u64, id: EventId, at: Timestamp, prev: Hash) -> Self {
        Self {
            org: draft.org,
            seq,
            id,
            at,
            actor_type: Cow::Borrowed(draft.actor.kind()),
            actor_id: draft.actor.id(),
            action: Cow::Borrowed(draft.action),
            resource_type: Cow::Borrowed(draft.resource_type),
            resource_id: draft.resource_id,
            details: draft.details.into_string(),
            ip: draft.ip.map(|ip| ip.to_canonical().to_string()),
            prev,
        }
    }

    /// The bytes that the leaf hash covers; see [`Event::encode_into`].
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(TYPICAL_ENCODING + self.details.len());
        self.encode_into(&mut out);
        out
    }

    /// Appends the encoding to `out`: a version byte, then every field in the order of the struct, each
    /// as its length in bytes (4 bytes, big-endian) and its content. Ids are their 16 bytes, numbers
    /// 8 bytes big-endian, time in milliseconds. An absent address is an empty field, a present one is
    /// a byte 1 and the text.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        out.push(ENCODING_VERSION);
        write_field(out, &[self.org.as_uuid().as_bytes()]);
        write_field(out, &[&self.seq.to_be_bytes()]);
        write_field(out, &[self.id.as_uuid().as_bytes()]);
        write_field(out, &[&self.at.as_millis().to_be_bytes()]);
        write_field(out, &[self.actor_type.as_bytes()]);
        write_field(out, &[self.actor_id.as_bytes()]);
        write_field(out, &[self.action.as_bytes()]);
        write_field(out, &[self.resource_type.as_bytes()]);
        write_field(out, &[self.resource_id.as_bytes()]);
        write_field(out, &[self.details.as_bytes()]);
        match &self.ip {
            Some(ip) => write_field(out, &[&[1], ip.as_bytes()]),
            None => write_field(out, &[]),
        }
        write_field(out, &[&self.prev]);
    }

    /// RFC 6962 leaf hash: SHA-256 of a zero byte and the encoding.
    pub fn leaf_hash(&self) -> Hash {
        // One buffer and one pass: feeding the hash field by field takes longer than the hash.
        let mut bytes = Vec::with_capacity(TYPICAL_ENCODING + self.details.len());
        bytes.push(merkle::LEAF_PREFIX);
        self.encode_into(&mut bytes);
        Sha256::digest(&bytes).into()
    }
}

fn write_field(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // No field comes near 4 GiB; saturating keeps the function total without hiding a wrap-around.
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
}
