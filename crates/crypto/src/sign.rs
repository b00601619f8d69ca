//! Signed checkpoints of the audit log: C2SP signed notes with Ed25519.
//!
//! ```text
//! note         = checkpoint | newline | "— " name " " base64(key hash(4) | signature(64)) | newline
//! verifier key = name "+" hex(key hash) "+" base64(0x01 | public key(32))
//! ```
//!
//! One key pair signs for every organisation, under the name of that organisation's log (the
//! checkpoint's origin). The name is part of the key hash and the origin of the signed text, so a
//! checkpoint of one log is never taken for one of another.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use data_encoding::{BASE64, HEXLOWER};
use oneclaw_core::audit::Checkpoint;
use oneclaw_core::audit::note;

use crate::keyring::{Keyring, SigningKey};

/// The signature type of plain Ed25519 in a verifier key.
const ED25519_TYPE: u8 = 1;

/// A checkpoint could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The origin is empty, or has white space or a plus sign in it.
    #[error("the name of the log cannot be the name of a key")]
    InvalidName,
    /// The cryptographic library failed.
    #[error("the cryptographic library could not sign")]
    Failed,
}

/// Why a note is not a checkpoint to rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The text is not a signed note.
    #[error(transparent)]
    NotANote(#[from] note::NoteError),
    /// No signature is by the given key.
    #[error("the note is not signed by this key")]
    OtherKey,
    /// A signature claims to be by the given key and is not.
    #[error("the note's signature is not valid")]
    Signature,
    /// The signature holds, but what was signed is not a checkpoint.
    #[error(transparent)]
    NotACheckpoint(#[from] oneclaw_core::audit::checkpoint::CheckpointError),
    /// The checkpoint is of another log than the key's.
    #[error("the checkpoint is of another log")]
    OtherLog,
}

/// What a verifier needs: the name of a log and the public key that signs for it. Public; its text
/// form is meant to be kept apart from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    public_key: [u8; 32],
}

impl VerifierKey {
    /// The name of the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; 32] {
        &self.public_key
    }

    fn hash(&self) -> [u8; 4] {
        note::ed25519_key_hash(&self.name, &self.public_key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [[ED25519_TYPE].as_slice(), &self.public_key].concat();
        write!(
            f,
            "{}+{}+{}",
            self.name,
            HEXLOWER.encode(&self.hash()),
            BASE64.encode(&key)
        )
    }
}

/// The text is not an Ed25519 verifier key, or was damaged: its hash does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a verifier key is written name+hash+key, as the server printed it")]
pub struct InvalidVerifierKey;

impl FromStr for VerifierKey {
    type Err = InvalidVerifierKey;

    fn from_str(text: &str) -> Result<Self, InvalidVerifierKey> {
        // Base64 has plus signs too, so cut from the left.
        let (name, rest) = text.split_once('+').ok_or(InvalidVerifierKey)?;
        let (hash, key) = rest.split_once('+').ok_or(InvalidVerifierKey)?;
        let key = BASE64
            .decode(key.as_bytes())
            .map_err(|_| InvalidVerifierKey)?;
        let (&[ED25519_TYPE], public_key) = key.split_first_chunk().ok_or(InvalidVerifierKey)?
        else {
            return Err(InvalidVerifierKey);
        };
        let public_key = public_key.try_into().map_err(|_| InvalidVerifierKey)?;
        let key = Self {
            name: name.to_owned(),
            public_key,
        };
        if note::is_key_name(name) && HEXLOWER.encode(&key.hash()) == hash {
            Ok(key)
        } else {
            Err(InvalidVerifierKey)
        }
    }
}

impl Keyring {
    /// Signs a checkpoint with the newest key, under the name of its log. Gives the note's text.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign_checkpoint(&self, checkpoint: &Checkpoint) -> Result<String, SignError> {
        let key = self.log.first().ok_or(SignError::Failed)?;
        if !note::is_key_name(&checkpoint.origin) {
            return Err(SignError::InvalidName);
        }
        let body = checkpoint.to_body();
        let signature = key
            .pair
            .try_sign(body.as_bytes())
            .map_err(|_| SignError::Failed)?;
        let hash = note::ed25519_key_hash(&checkpoint.origin, &key.public);
        Ok(note::format(
            &body,
            &checkpoint.origin,
            hash,
            signature.as_ref(),
        ))
    }

    /// The keys that verify checkpoints of the log named `origin`, newest first.
    pub fn checkpoint_keys(&self, origin: &str) -> impl Iterator<Item = VerifierKey> {
        let key = |key: &SigningKey| VerifierKey {
            name: origin.to_owned(),
            public_key: key.public,
        };
        self.log.iter().map(key)
    }
}

/// Checks that `note` is a checkpoint of the key's log, signed by the key. Signatures by others, such
/// as witnesses, are ignored.
///
/// # Errors
/// [`VerifyError`].
pub fn verify_checkpoint(note: &str, key: &VerifierKey) -> Result<Checkpoint, VerifyError> {
    let checkpoint = Checkpoint::parse_body(verify_note(note, key)?)?;
    if checkpoint.origin == key.name {
        Ok(checkpoint)
    } else {
        Err(VerifyError::OtherLog)
    }
}

/// Checks that `note` is signed by the key, whatever it says, and gives the text that was signed.
///
/// # Errors
/// [`VerifyError`].
pub fn verify_note<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, VerifyError> {
    let (body, signatures) = note::parse(note)?;
    let claimed = signatures
        .iter()
        .find(|signature| signature.key_name == key.name && signature.key_hash == key.hash())
        .ok_or(VerifyError::OtherKey)?;
    UnparsedPublicKey::new(&ED25519, &key.public_key)
        .verify(body.as_bytes(), &claimed.signature)
        .map_err(|_| VerifyError::Signature)?;
    Ok(body)
}
