//! SEAL-1, the one format of every ciphertext at rest.
//!
//! ```text
//! blob       = version(1) | algorithm(1) | key_id(8) | salt(32) | commitment(32) | ciphertext(n) | tag(16)
//! ek || ck   = HKDF-SHA256(ikm = key, salt, info = "1claw/seal/1" | algorithm | context, L = 64)
//! commitment = ck
//! ciphertext | tag = AES-256-GCM(key = ek, nonce = 0^96, aad = header | context, plaintext)
//! header     = everything before the ciphertext
//! ```
//!
//! Why this and not plain AES-GCM:
//! - Each blob has its own 256-bit salt and so its own encryption key. The nonce is therefore
//!   constant: there is no nonce to repeat, and no limit on messages per key to count (NIST SP
//!   800-38D section 8.3 allows 2^32 with random nonces).
//! - AES-GCM alone does not commit to its key: one ciphertext can be made to open under two. `ck`
//!   is a function of the key, so a blob opens under exactly one.
//! - The context goes into both the key derivation and the associated data, so a blob moved to
//!   another row, path, version or table is refused.
//!
//! Invariants: a plaintext buffer is released only after its tag was verified; the key is chosen by
//! the id in the header and never by trial decryption.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf;
use data_encoding::HEXLOWER;
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretBytes;
use uuid::Uuid;
use zeroize::{Zeroize, Zeroizing};

use crate::constant_time_eq;

/// Length of every symmetric key, in bytes.
pub const KEY_LENGTH: usize = 32;
/// Bytes a blob has more than its plaintext.
pub const OVERHEAD: usize = HEADER_LENGTH + TAG_LENGTH;

const VERSION: u8 = 1;
const ALGORITHM_AES_256_GCM: u8 = 1;
const INFO_PREFIX: &[u8] = b"1claw/seal/1";
const KEY_ID_LENGTH: usize = 8;
const SALT_LENGTH: usize = 32;
const COMMITMENT_LENGTH: usize = 32;
const TAG_LENGTH: usize = 16;
const WRAPPABLE_LENGTH: usize = KEY_ID_LENGTH + KEY_LENGTH;
const HEADER_LENGTH: usize = 2 + KEY_ID_LENGTH + SALT_LENGTH + COMMITMENT_LENGTH;

/// Public name of a key, chosen at random when the key is made. Written as 16 lower-case hex
/// digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; KEY_ID_LENGTH]);

impl KeyId {
    /// The id in its eight bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; KEY_ID_LENGTH]) -> Self {
        Self(bytes)
    }

    /// The eight bytes of the id.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; KEY_ID_LENGTH] {
        &self.0
    }

    /// Draws a new id.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; KEY_ID_LENGTH];
        random.fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// A text that is not 16 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key id is 16 lower-case hex digits")]
pub struct InvalidKeyId;

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, InvalidKeyId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| InvalidKeyId)?;
        bytes.try_into().map(Self).map_err(|_| InvalidKeyId)
    }
}

/// A 256-bit symmetric key with its id. Wiped on drop.
pub struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY_LENGTH]>,
}

impl Key {
    /// Draws a new key and a new id for it.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let id = KeyId::generate(random);
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        random.fill(bytes.as_mut());
        Self { id, bytes }
    }

    /// Takes over existing key material.
    ///
    /// # Errors
    /// [`OpenError::Malformed`] when `material` is not [`KEY_LENGTH`] bytes.
    pub fn from_material(id: KeyId, material: &[u8]) -> Result<Self, OpenError> {
        let mut bytes = Zeroizing::new([0; KEY_LENGTH]);
        if material.len() != bytes.len() {
            return Err(OpenError::Malformed);
        }
        bytes.copy_from_slice(material);
        Ok(Self { id, bytes })
    }

    /// The public name of this key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The secret itself; stays inside this crate.
    pub(crate) fn material(&self) -> &[u8; KEY_LENGTH] {
        &self.bytes
    }

    /// `id(8) | key(32)`: what is encrypted when a key is wrapped under another. The id travels
    /// with the key, so that whatever the key seals later can be matched to it.
    pub(crate) fn to_wrappable(&self) -> Zeroizing<[u8; WRAPPABLE_LENGTH]> {
        let mut bytes = Zeroizing::new([0; WRAPPABLE_LENGTH]);
        let (id, key) = bytes.split_at_mut(KEY_ID_LENGTH);
        id.copy_from_slice(self.id.as_bytes());
        key.copy_from_slice(self.material());
        bytes
    }

    /// Reads back what [`Key::to_wrappable`] wrote.
    pub(crate) fn from_wrappable(bytes: &[u8]) -> Result<Self, OpenError> {
        let (id, material) = bytes.split_first_chunk().ok_or(OpenError::Malformed)?;
        Self::from_material(KeyId(*id), material)
    }
}

/// What a blob is for. The name is part of the encrypted context, so it never changes once
/// released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A vault key under the master key.
    VaultKey,
    /// The data key of one secret version under a vault key.
    DataKey,
    /// One secret value under its data key.
    Value,
    /// An instance key under the master key.
    InstanceKey,
    /// The body of an outgoing mail under the mail key.
    Mail,
    /// The secret that signs what a webhook receives, under the record key.
    WebhookSecret,
    /// A credential that an agent uses without seeing it, under the record key.
    BindingCredential,
    /// An answer kept for a request that is sent again, under the mail key.
    Answer,
    /// The secret of an authenticator app under the record key.
    TotpSecret,
    /// A private key that signs for other services, under the record key.
    FederationKey,
    /// Values that a client keeps for a while, under a key made from its credential.
    EnvCache,
}

impl Purpose {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VaultKey => "kek",
            Self::DataKey => "dek",
            Self::Value => "value",
            Self::InstanceKey => "instance-key",
            Self::Mail => "mail",
            Self::WebhookSecret => "webhook-secret",
            Self::BindingCredential => "binding-credential",
            Self::Answer => "answer",
            Self::TotpSecret => "totp",
            Self::FederationKey => "federation-key",
            Self::EnvCache => "env-cache",
        }
    }
}

/// What a blob is and where it belongs, encoded so that no two different contexts give the same
/// bytes.
///
/// The purpose comes first; then each field as `kind(1) | length(4, big-endian) | bytes`. The order
/// and number of fields belong to the purpose and are listed in `docs/CRYPTO.md`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    bytes: Vec<u8>,
}

impl Context {
    const TEXT: u8 = b't';
    const UUID: u8 = b'u';
    const INTEGER: u8 = b'i';

    /// Starts a context with its purpose.
    #[must_use]
    pub fn new(purpose: Purpose) -> Self {
        // Room for a purpose, five ids or numbers and a path of usual length: one allocation on the
        // read path.
        Self {
            bytes: Vec::with_capacity(224),
        }
        .text(purpose.as_str())
    }

    /// Adds a text field.
    #[must_use]
    pub fn text(self, value: &str) -> Self {
        self.field(Self::TEXT, value.as_bytes())
    }

    /// Adds an id, as its 16 bytes.
    #[must_use]
    pub fn uuid(self, value: Uuid) -> Self {
        self.field(Self::UUID, value.as_bytes())
    }

    /// Adds a number, as 8 bytes big-endian.
    #[must_use]
    pub fn integer(self, value: u64) -> Self {
        self.field(Self::INTEGER, &value.to_be_bytes())
    }

    fn field(mut self, kind: u8, value: &[u8]) -> Self {
        // Saturating keeps the function total; a field of 4 GiB cannot reach it, inputs are capped
        // far below.
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        self.bytes.push(kind);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        self
    }
}

/// Sealing failed inside the cryptographic library (out of memory, or its self test failed).
/// Nothing was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library could not encrypt")]
pub struct SealError;

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self
    }
}

/// Why a blob did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short to be a blob, or its content has not the expected shape.
    #[error("the ciphertext is malformed")]
    Malformed,
    /// Written by a newer release.
    #[error("the ciphertext has format {version}.{algorithm}, which this release does not know")]
    UnknownFormat {
        /// The blob's version byte.
        version: u8,
        /// The blob's algorithm byte.
        algorithm: u8,
    },
    /// Sealed under a key that was not offered; for a master key, reading the key file again may
    /// help.
    #[error("the ciphertext is sealed under key {0}, which is not available")]
    UnknownKey(KeyId),
    /// The key, the context or the bytes are not those of the sealing.
    #[error("the ciphertext was changed, or belongs somewhere else")]
    Refused,
}

impl From<Unspecified> for OpenError {
    fn from(_: Unspecified) -> Self {
        Self::Refused
    }
}

/// Encrypts `plaintext` under `key`, bound to `context`. The blob is [`OVERHEAD`] bytes longer than
/// the plaintext.
///
/// # Errors
/// [`SealError`] when the cryptographic library fails.
pub fn seal(
    key: &Key,
    context: &Context,
    plaintext: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    seal_parts(key, context, &[plaintext], random)
}

/// As [`seal`], for a plaintext in pieces: they are joined only in the output buffer, so no second
/// copy has to be wiped.
pub(crate) fn seal_parts(
    key: &Key,
    context: &Context,
    plaintext: &[&[u8]],
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    let mut salt = [0; SALT_LENGTH];
    random.fill(&mut salt);
    let derived = Derived::new(key, &salt, context)?;
    let cipher = derived.cipher()?;

    let length: usize = plaintext.iter().map(|part| part.len()).sum();
    let mut blob = Vec::with_capacity(length + OVERHEAD);
    blob.extend_from_slice(&[VERSION, ALGORITHM_AES_256_GCM]);
    blob.extend_from_slice(key.id.as_bytes());
    blob.extend_from_slice(&salt);
    blob.extend_from_slice(derived.commitment());
    let aad = associated_data(&blob, context);
    for part in plaintext {
        blob.extend_from_slice(part);
    }

    let body = blob.get_mut(HEADER_LENGTH..).ok_or(SealError)?;
    let sealed = cipher.seal_in_place_separate_tag(constant_nonce(), Aad::from(aad), body);
    let Ok(tag) = sealed else {
        blob.zeroize();
        return Err(SealError);
    };
    blob.extend_from_slice(tag.as_ref());
    Ok(blob)
}

/// Decrypts a blob that was sealed under `key` with an equal `context`.
///
/// # Errors
/// [`OpenError`]; no part of the plaintext is released then.
pub fn open(key: &Key, context: &Context, blob: &[u8]) -> Result<SecretBytes, OpenError> {
    open_vec(key, context, blob)
        .map(|mut plaintext| SecretBytes::from(std::mem::take(&mut *plaintext)))
}

/// As [`open`], for callers in this crate that still have to take padding off.
pub(crate) fn open_vec(
    key: &Key,
    context: &Context,
    blob: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let parts = Parts::parse(blob)?;
    if parts.key_id != key.id {
        return Err(OpenError::UnknownKey(parts.key_id));
    }
    let derived = Derived::new(key, parts.salt, context)?;
    if !constant_time_eq(derived.commitment(), parts.commitment) {
        return Err(OpenError::Refused);
    }
    let mut plaintext = Zeroizing::new(vec![0; parts.ciphertext.len()]);
    derived.cipher()?.open_separate_gather(
        constant_nonce(),
        Aad::from(associated_data(parts.header, context)),
        parts.ciphertext,
        parts.tag,
        &mut plaintext,
    )?;
    Ok(plaintext)
}

/// The id of the key a blob names in its header, or `None` when `blob` is too short to be one. Not
/// authenticated: good for choosing a key, worthless as evidence.
#[must_use]
pub fn sealed_under(blob: &[u8]) -> Option<KeyId> {
    Parts::parse(blob).ok().map(|parts| parts.key_id)
}

/// A blob cut into its fields.
struct Parts<'a> {
    header: &'a [u8; HEADER_LENGTH],
    key_id: KeyId,
    salt: &'a [u8; SALT_LENGTH],
    commitment: &'a [u8],
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_LENGTH],
}

impl<'a> Parts<'a> {
    fn parse(blob: &'a [u8]) -> Result<Self, OpenError> {
        let (&[version, algorithm], _) = blob.split_first_chunk().ok_or(OpenError::Malformed)?;
        if (version, algorithm) != (VERSION, ALGORITHM_AES_256_GCM) {
            return Err(OpenError::UnknownFormat { version, algorithm });
        }
        Self::cut(blob).ok_or(OpenError::Malformed)
    }

    fn cut(blob: &'a [u8]) -> Option<Self> {
        let (header, body) = blob.split_first_chunk::<HEADER_LENGTH>()?;
        let (ciphertext, tag) = body.split_last_chunk()?;
        let (_format, rest) = header.split_first_chunk::<2>()?;
        let (key_id, rest) = rest.split_first_chunk()?;
        let (salt, commitment) = rest.split_first_chunk()?;
        Some(Self {
            header,
            key_id: KeyId(*key_id),
            salt,
            commitment,
            ciphertext,
            tag,
        })
    }
}

/// Output of the key derivation: encryption key, then commitment.
struct Derived(Zeroizing<[u8; KEY_LENGTH + COMMITMENT_LENGTH]>);

impl Derived {
    fn new(key: &Key, salt: &[u8; SALT_LENGTH], context: &Context) -> Result<Self, Unspecified> {
        let mut output = Zeroizing::new([0; KEY_LENGTH + COMMITMENT_LENGTH]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, salt)
            .extract(key.material())
            .expand(
                &[INFO_PREFIX, &[ALGORITHM_AES_256_GCM], &context.bytes],
                OutputLength,
            )?
            .fill(output.as_mut())?;
        Ok(Self(output))
    }

    fn cipher(&self) -> Result<LessSafeKey, Unspecified> {
        let (key, _) = self.0.split_at(KEY_LENGTH);
        UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new)
    }

    fn commitment(&self) -> &[u8] {
        self.0.split_at(KEY_LENGTH).1
    }
}

/// Tells the HKDF how much output is wanted.
struct OutputLength;

impl hkdf::KeyType for OutputLength {
    fn len(&self) -> usize {
        KEY_LENGTH + COMMITMENT_LENGTH
    }
}

/// Safe because the key it is used with encrypts exactly one message; see the module page.
fn constant_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn associated_data(header: &[u8], context: &Context) -> Vec<u8> {
    let mut aad = Vec::with_capacity(header.len() + context.bytes.len());
    aad.extend_from_slice(header);
    aad.extend_from_slice(&context.bytes);
    aad
}
