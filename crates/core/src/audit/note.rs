//! Framing of signed notes (C2SP signed-note): a text, an empty line, and one line per signature,
//! `— <key name> <base64 of key hash and signature>`. Signing and verifying belong to the crypto crate;
//! hashes here only tell keys apart.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

/// Most signatures of a note; more would be a way to keep a verifier busy.
const MAX_SIGNATURES: usize = 64;

/// Type byte of plain Ed25519 signatures.
const ED25519: u8 = 1;

/// Length of a key hash in bytes.
const KEY_HASH_LENGTH: usize = 4;

/// One signature line, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key, as claimed.
    pub key_name: String,
    /// Hash of name and key, as claimed; selects the key to verify with.
    pub key_hash: [u8; KEY_HASH_LENGTH],
    /// The signature over the text.
    pub signature: Vec<u8>,
}

/// Why a text is not a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// There is no empty line between text and signatures, or no signature.
    #[error("not a signed note: a text, an empty line and a signature are expected")]
    Shape,
    /// A line after the empty line is not a signature.
    #[error("not a signed note: line {0} of the signatures is malformed")]
    Signature(usize),
    /// More signatures than anyone needs.
    #[error("not a signed note: more than {MAX_SIGNATURES} signatures")]
    TooMany,
}

/// Puts a text (ending in a newline) and its signature together.
pub fn format(body: &str, key_name: &str, key_hash: [u8; 4], signature: &[u8]) -> String {
    let blob = [key_hash.as_slice(), signature].concat();
    format!("{body}\n— {key_name} {}\n", BASE64.encode(&blob))
}

/// Takes a note apart: the text that was signed, newline included, and the signatures.
///
/// # Errors
/// When the text is not a signed note.
pub fn parse(note: &str) -> Result<(&str, Vec<NoteSignature>), NoteError> {
    if note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteError::Shape);
    }
    let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::Shape)?;
    // The newline before the empty line belongs to the text.
    let (body, _) = note
        .split_at_checked(text.len() + 1)
        .ok_or(NoteError::Shape)?;
    let signatures = signatures.strip_suffix('\n').ok_or(NoteError::Shape)?;
    if signatures.split('\n').count() > MAX_SIGNATURES {
        return Err(NoteError::TooMany);
    }
    let parsed = signatures
        .split('\n')
        .enumerate()
        .map(|(index, line)| parse_signature(line).ok_or(NoteError::Signature(index + 1)));
    Ok((body, parsed.collect::<Result<_, _>>()?))
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (key_name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
    if !is_key_name(key_name) {
        return None;
    }
    let blob = BASE64.decode(blob.as_bytes()).ok()?;
    let (key_hash, signature) = blob.split_first_chunk::<KEY_HASH_LENGTH>()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature {
        key_name: key_name.to_owned(),
        key_hash: *key_hash,
        signature: signature.to_vec(),
    })
}

/// Whether a key may have this name: not empty, no white space, no plus sign.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The hash that tells an Ed25519 key from others of the same name: the first four bytes of SHA-256
/// over name, newline, signature type and public key.
pub fn ed25519_key_hash(key_name: &str, public_key: &[u8; 32]) -> [u8; 4] {
    let hash: [u8; 32] = Sha256::new_with_prefix(key_name)
        .chain_update([b'\n', ED25519])
        .chain_update(public_key)
        .finalize()
        .into();
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}
