//! Exported logs and their offline verification.
//!
//! An export holds one JSON object per line, from the first entry on, with the fields of the API's
//! audit event plus `seq`, `prev_hash` and `integrity_hash`:
//!
//! ```json
//! {"seq":0,"id":"…","org_id":"…","created_at":"2026-11-23T14:55:00.120Z","actor_type":"agent",
//!  "actor_id":"…","action":"secret.read","resource_type":"secret","resource_id":"…",
//!  "details":{"path":"api-keys/openai","version":1},"ip_address":"192.0.2.7",
//!  "prev_hash":"<64 hex digits>","integrity_hash":"<64 hex digits>"}
//! ```
//!
//! (on one line; `ip_address` is left out when there is none). Every field that goes into the leaf
//! hash is there, and nothing else may be, so no line can show something that is not proven. The
//! hashed text of `details` is rebuilt by writing the object in the canonical form of
//! [`super::Details`], in the order of its members; white space and escapes may therefore be changed by
//! tools on the way, the content may not.
//!
//! `prev_hash` and `integrity_hash` prove nothing by themselves, whoever edits a line can edit them
//! too. They tell *where* a log was changed; *that* it was not changed is told by the root.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, BufRead, Read};
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::Deserialize;

use super::details::write_string;
use super::{Checkpoint, Details, Event, Frontier, Hash};
use crate::clock::Timestamp;
use crate::id::{EventId, OrgId};

/// Longest line of an export in bytes, so that a damaged file cannot exhaust memory.
const MAX_LINE: u64 = 1024 * 1024;

/// The line of an export for an entry, without a newline.
pub fn export_line(event: &Event) -> String {
    let mut line = String::with_capacity(512 + event.details.len());
    line.push_str("{\"seq\":");
    line.push_str(&event.seq.to_string());
    push_text(&mut line, "id", &event.id.to_string());
    push_text(&mut line, "org_id", &event.org.to_string());
    push_text(&mut line, "created_at", &event.at.to_string());
    push_text(&mut line, "actor_type", &event.actor_type);
    push_text(&mut line, "actor_id", &event.actor_id);
    push_text(&mut line, "action", &event.action);
    push_text(&mut line, "resource_type", &event.resource_type);
    push_text(&mut line, "resource_id", &event.resource_id);
    push_name(&mut line, "details");
    line.push_str(&event.details);
    if let Some(ip) = &event.ip {
        push_text(&mut line, "ip_address", ip);
    }
    push_text(&mut line, "prev_hash", &HEXLOWER.encode(&event.prev));
    push_text(
        &mut line,
        "integrity_hash",
        &HEXLOWER.encode(&event.leaf_hash()),
    );
    line.push('}');
    line
}

fn push_text(line: &mut String, name: &str, value: &str) {
    push_name(line, name);
    write_string(line, value);
}

fn push_name(line: &mut String, name: &str) {
    line.push_str(",\"");
    line.push_str(name);
    line.push_str("\":");
}

/// A line as read. Unknown and repeated fields are refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u64,
    #[serde(deserialize_with = "canonical")]
    id: EventId,
    #[serde(deserialize_with = "canonical")]
    org_id: OrgId,
    #[serde(deserialize_with = "canonical")]
    created_at: Timestamp,
    actor_type: String,
    actor_id: String,
    action: String,
    resource_type: String,
    resource_id: String,
    details: Details,
    #[serde(default, deserialize_with = "present")]
    ip_address: Option<String>,
    #[serde(deserialize_with = "hash_from_hex")]
    prev_hash: Hash,
    #[serde(deserialize_with = "hash_from_hex")]
    integrity_hash: Hash,
}

/// Reads a value only in the spelling that [`export_line`] writes, so that no other text stands for it.
fn canonical<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: FromStr<Err: Display> + Display,
{
    let text = String::deserialize(deserializer)?;
    let value: T = text.parse().map_err(serde::de::Error::custom)?;
    if value.to_string() == text {
        Ok(value)
    } else {
        Err(serde::de::Error::custom(
            "an id or a time is not in its canonical spelling",
        ))
    }
}

fn present<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<String>, D::Error> {
    String::deserialize(d).map(Some)
}

fn hash_from_hex<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
    let text = String::deserialize(d)?;
    let bytes = HEXLOWER.decode(text.as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| serde::de::Error::custom("a hash is written as 64 lowercase hex digits"))
}

impl Line {
    fn into_event(self) -> Event {
        Event {
            org: self.org_id,
            seq: self.seq,
            id: self.id,
            at: self.created_at,
            actor_type: Cow::Owned(self.actor_type),
            actor_id: self.actor_id,
            action: Cow::Owned(self.action),
            resource_type: Cow::Owned(self.resource_type),
            resource_id: self.resource_id,
            details: self.details.into_string(),
            ip: self.ip_address,
            prev: self.prev_hash,
        }
    }
}

/// What a verified export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The organisation whose log it is; `None` when there is no entry.
    pub org: Option<OrgId>,
    /// Entries that the checkpoint proves.
    pub proven: u64,
    /// Entries after the checkpoint: linked to the proven ones, but not yet covered by a signature.
    pub unproven: u64,
    /// Time of the first entry.
    pub first_at: Option<Timestamp>,
    /// Time of the last entry.
    pub last_at: Option<Timestamp>,
}

/// The first thing found wrong. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The export could not be read.
    #[error("cannot read the export: {0}")]
    Read(#[from] io::Error),
    /// Not an entry in the export format.
    #[error("line {line}: not an audit entry: {reason}")]
    Malformed {
        /// Which line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry of another organisation.
    #[error("line {line}: the entry belongs to another organisation")]
    ForeignEntry {
        /// Which line.
        line: u64,
    },
    /// Entries are missing, repeated or in another order.
    #[error(
        "line {line}: entry {found} is where entry {expected} should be; entries were removed, repeated or moved"
    )]
    Sequence {
        /// Which line.
        line: u64,
        /// Its place in the log.
        expected: u64,
        /// The place that it claims.
        found: u64,
    },
    /// The entry does not continue the one before.
    #[error(
        "line {line}: entry {event} does not continue the one before; one of the two was replaced"
    )]
    BrokenLink {
        /// Which line.
        line: u64,
        /// Which entry.
        event: EventId,
    },
    /// The content of the entry does not fit its hash.
    #[error("line {line}: entry {event} was changed after it was written")]
    Edited {
        /// Which line.
        line: u64,
        /// Which entry.
        event: EventId,
    },
    /// Fewer entries than the checkpoint proves.
    #[error(
        "the export ends after {found} entries, the checkpoint proves {expected}; the end was cut off"
    )]
    Truncated {
        /// Entries that the checkpoint proves.
        expected: u64,
        /// Entries found.
        found: u64,
    },
    /// Every line fits the others, but they are not the log that was signed.
    #[error(
        "the first {size} entries are not those that the checkpoint proves; the log was rewritten or forked"
    )]
    RootMismatch {
        /// Entries that the checkpoint proves.
        size: u64,
    },
}

/// Checks an exported log against a checkpoint: recomputes every leaf, every link and the root.
///
/// The caller must have verified the checkpoint's signature and that its origin names the log that it
/// wants to check. Entries beyond the checkpoint's size are counted as unproven.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify_export<R: BufRead>(
    mut lines: R,
    checkpoint: &Checkpoint,
) -> Result<Report, VerifyError> {
    let mut replay = Replay::new(checkpoint);
    replay.check_root()?;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        if (&mut lines).take(MAX_LINE).read_until(b'\n', &mut buffer)? == 0 {
            return replay.finish();
        }
        replay.append(&buffer)?;
        replay.check_root()?;
    }
}

struct Replay<'a> {
    checkpoint: &'a Checkpoint,
    tree: Frontier,
    last_leaf: Hash,
    org: Option<OrgId>,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

impl<'a> Replay<'a> {
    fn new(checkpoint: &'a Checkpoint) -> Self {
        Self {
            checkpoint,
            tree: Frontier::new(),
            last_leaf: Hash::default(),
            org: None,
            first_at: None,
            last_at: None,
        }
    }

    fn append(&mut self, text: &[u8]) -> Result<(), VerifyError> {
        let seq = self.tree.size();
        let line = seq + 1;
        let parsed: Line = serde_json::from_slice(text).map_err(|error| {
            let is_cut = text.len() as u64 == MAX_LINE;
            let reason = if is_cut {
                "the line is too long".to_owned()
            } else {
                error.to_string()
            };
            VerifyError::Malformed { line, reason }
        })?;
        let claimed = parsed.integrity_hash;
        let event = parsed.into_event();
        if event.org != *self.org.get_or_insert(event.org) {
            return Err(VerifyError::ForeignEntry { line });
        }
        if event.seq != seq {
            return Err(VerifyError::Sequence {
                line,
                expected: seq,
                found: event.seq,
            });
        }
        let leaf = event.leaf_hash();
        if leaf != claimed {
            return Err(VerifyError::Edited {
                line,
                event: event.id,
            });
        }
        if event.prev != self.last_leaf {
            return Err(VerifyError::BrokenLink {
                line,
                event: event.id,
            });
        }
        self.tree.append(leaf);
        self.last_leaf = leaf;
        self.first_at.get_or_insert(event.at);
        self.last_at = Some(event.at);
        Ok(())
    }

    /// At the size of the checkpoint, the root must be the checkpoint's.
    fn check_root(&self) -> Result<(), VerifyError> {
        let size = self.checkpoint.size;
        if self.tree.size() == size && self.tree.root() != self.checkpoint.root {
            return Err(VerifyError::RootMismatch { size });
        }
        Ok(())
    }

    fn finish(self) -> Result<Report, VerifyError> {
        let (found, expected) = (self.tree.size(), self.checkpoint.size);
        if found < expected {
            return Err(VerifyError::Truncated { expected, found });
        }
        Ok(Report {
            org: self.org,
            proven: expected,
            unproven: found - expected,
            first_at: self.first_at,
            last_at: self.last_at,
        })
    }
}
