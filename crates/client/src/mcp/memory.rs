//! What a session has read, remembered so that it can be recognised and not so that it can be read.
//!
//! Invariants:
//! - A value is kept as its length and two hashes, never as text, and only as long as the session is.
//! - Short values are not kept: `true` or `8080` would be found everywhere.

use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use oneclaw_core::id::{ApprovalId, VaultId};
use oneclaw_core::path::SecretPath;
use sha2::{Digest as _, Sha256};

/// Shorter values are too common to mean anything.
const SHORTEST: usize = 8;
/// Most fingerprints; the oldest are forgotten. Each value takes up to [`FORMS`].
const MOST: usize = 64 * FORMS;
/// In how many spellings a value is recognised.
const FORMS: usize = 4;
/// How much of a hash stands for a value in text.
const NAME_BYTES: usize = 4;

/// The values that a session has read.
pub struct Memory {
    /// Makes the rolling hash differ from process to process, so that nobody can prepare texts for it.
    base: u64,
    kept: Mutex<VecDeque<Fingerprint>>,
    /// What humans were asked about readings, oldest first.
    asked: Mutex<VecDeque<(VaultId, SecretPath, ApprovalId)>>,
}

#[derive(Clone, PartialEq, Eq)]
struct Fingerprint {
    length: usize,
    /// Cheap to move along a text.
    rolling: u64,
    /// What decides.
    digest: [u8; 32],
    /// Hash of the value that it is a spelling of.
    name: [u8; NAME_BYTES],
}

/// A remembered value inside a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// Beginning of the value's SHA-256, in hexadecimal digits.
    pub(super) name: String,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            base: RandomState::new().hash_one(()) | 1,
            kept: Mutex::default(),
            asked: Mutex::default(),
        }
    }
}

impl Memory {
    /// Remembers which question is about reading a path.
    pub(super) fn remember_question(&self, vault: VaultId, path: &SecretPath, id: ApprovalId) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|(of, at, _)| (*of, at) != (vault, path));
        if asked.len() == MOST {
            asked.pop_front();
        }
        asked.push_back((vault, path.clone(), id));
    }

    /// The question about reading a path.
    pub(super) fn question(&self, vault: VaultId, path: &SecretPath) -> Option<ApprovalId> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let found = asked.iter().find(|(of, at, _)| (*of, at) == (vault, path));
        found.map(|(_, _, id)| *id)
    }

    /// Forgets a question whose answer was used. `false` when somebody else has used it meanwhile.
    pub(super) fn forget_question(
        &self,
        vault: VaultId,
        path: &SecretPath,
        id: ApprovalId,
    ) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let before = asked.len();
        asked.retain(|(of, at, known)| (*of, at, *known) != (vault, path, id));
        asked.len() < before
    }

    /// Remembers a value in the spellings that it is likely to be passed on in.
    pub(super) fn remember(&self, value: &str) {
        let value = value.trim();
        if value.len() < SHORTEST {
            return;
        }
        let bytes = value.as_bytes();
        let mut name = [0; NAME_BYTES];
        name.copy_from_slice(
            Sha256::digest(bytes)
                .get(..NAME_BYTES)
                .unwrap_or(&[0; NAME_BYTES]),
        );
        let forms: [String; FORMS - 1] = [
            BASE64_NOPAD.encode(bytes),
            BASE64URL_NOPAD.encode(bytes),
            HEXLOWER.encode(bytes),
        ];
        let spellings = std::iter::once(bytes).chain(forms.iter().map(String::as_bytes));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for spelling in spellings {
            let fingerprint = Fingerprint {
                length: spelling.len(),
                rolling: self.rolling(spelling),
                digest: Sha256::digest(spelling).into(),
                name,
            };
            if kept.contains(&fingerprint) {
                continue;
            }
            if kept.len() == MOST {
                kept.pop_front();
            }
            kept.push_back(fingerprint);
        }
    }

    /// Every remembered value in a text, from left to right, none overlapping another.
    pub(super) fn find(&self, text: &str) -> Vec<Match> {
        let by_length = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            let mut by_length: BTreeMap<usize, Vec<Fingerprint>> = BTreeMap::new();
            for fingerprint in kept.iter().filter(|known| known.length <= text.len()) {
                by_length
                    .entry(fingerprint.length)
                    .or_default()
                    .push(fingerprint.clone());
            }
            by_length
        };
        let mut found = Vec::new();
        // The longest first: a value may be part of another one.
        for (length, known) in by_length.into_iter().rev() {
            self.find_of_length(text.as_bytes(), length, &known, &mut found);
        }
        found.sort_by_key(|found| found.range.start);
        found
    }

    fn find_of_length(
        &self,
        text: &[u8],
        length: usize,
        known: &[Fingerprint],
        found: &mut Vec<Match>,
    ) {
        // What the first byte of a window is multiplied with.
        let highest = (1..length).fold(1_u64, |power, _| power.wrapping_mul(self.base));
        let mut before: Option<(u64, u8)> = None;
        for (start, window) in text.windows(length).enumerate() {
            let (Some(&first), Some(&last)) = (window.first(), window.last()) else {
                return;
            };
            let hash = match before {
                None => self.rolling(window),
                Some((hash, gone)) => hash
                    .wrapping_sub(weight(gone).wrapping_mul(highest))
                    .wrapping_mul(self.base)
                    .wrapping_add(weight(last)),
            };
            before = Some((hash, first));
            let range = start..start + length;
            let is_free = |range: &Range<usize>| {
                found
                    .iter()
                    .all(|other| other.range.end <= range.start || range.end <= other.range.start)
            };
            let candidate = known.iter().find(|known| known.rolling == hash);
            if let Some(candidate) = candidate
                && is_free(&range)
                && candidate.digest == *Sha256::digest(window)
            {
                found.push(Match {
                    range,
                    name: HEXLOWER.encode(&candidate.name),
                });
            }
        }
    }

    /// The text with every remembered value replaced by its name.
    pub(super) fn redact(&self, text: &str) -> Option<String> {
        let found = self.find(text);
        if found.is_empty() {
            return None;
        }
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        for Match { range, name } in found {
            redacted.push_str(text.get(end..range.start).unwrap_or_default());
            redacted.push_str("[REDACTED:#");
            redacted.push_str(&name);
            redacted.push(']');
            end = range.end;
        }
        redacted.push_str(text.get(end..).unwrap_or_default());
        Some(redacted)
    }

    fn rolling(&self, bytes: &[u8]) -> u64 {
        bytes.iter().fold(0, |hash: u64, &byte| {
            hash.wrapping_mul(self.base).wrapping_add(weight(byte))
        })
    }
}

/// A byte in the rolling hash. From 1, so that leading zeros are not nothing.
fn weight(byte: u8) -> u64 {
    u64::from(byte) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(memory: &Memory, text: &str) -> Vec<String> {
        let found = memory.find(text).into_iter();
        found
            .map(|found| text.get(found.range).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_value_is_found_wherever_it_stands_and_in_other_spellings() {
        let memory = Memory::default();
        memory.remember("sk-live-4f9a\n");
        memory.remember("another-secret");
        for text in [
            "sk-live-4f9a",
            "x sk-live-4f9a",
            "é\u{0}sk-live-4f9a?",
            "c2stbGl2ZS00Zjlh==",
            "736b2d6c6976652d34663961",
        ] {
            assert_eq!(memory.find(text).len(), 1, "{text}");
        }
        let both = "GET /?a=sk-live-4f9a&b=another-secret&c=sk-live-4f9a";
        assert_eq!(
            found(&memory, both),
            ["sk-live-4f9a", "another-secret", "sk-live-4f9a"]
        );
        for text in ["", "sk-live-4f9", "k-live-4f9a", "sk-live-4f9A"] {
            assert_eq!(memory.find(text), [], "{text}");
        }
    }

    #[test]
    fn a_short_value_is_too_common_to_be_kept() {
        let memory = Memory::default();
        memory.remember("1234567");
        assert_eq!(memory.find("1234567"), []);
    }

    #[test]
    fn the_longer_of_two_values_is_meant() {
        let memory = Memory::default();
        memory.remember("password");
        memory.remember("password-two");
        assert_eq!(found(&memory, "is password-two it"), ["password-two"]);
    }

    #[test]
    fn a_redacted_text_names_the_value_by_its_hash() {
        let memory = Memory::default();
        memory.remember("sk-live-4f9a");
        let redacted = memory.redact("« sk-live-4f9a » and sk-live-4f9a").unwrap();
        let name = HEXLOWER.encode(&Sha256::digest(b"sk-live-4f9a")[..4]);
        assert_eq!(
            redacted,
            format!("« [REDACTED:#{name}] » and [REDACTED:#{name}]")
        );
        assert_eq!(memory.redact("nothing"), None);
    }

    #[test]
    fn the_oldest_values_are_forgotten() {
        let memory = Memory::default();
        for number in 0..=MOST {
            memory.remember(&format!("value-number-{number:03}"));
        }
        assert_eq!(memory.find("value-number-000"), []);
        assert_eq!(memory.find("value-number-256").len(), 1);
    }

    #[test]
    fn sessions_know_nothing_of_each_other() {
        let (one, other) = (Memory::default(), Memory::default());
        one.remember("sk-live-4f9a");
        assert_eq!(other.find("sk-live-4f9a"), []);
    }
}
