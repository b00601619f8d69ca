//! Secret values under vault keys.
//!
//! Each version of a secret has its own data key, used for exactly one value; the data key is
//! wrapped under the key of the vault, and that under the master key.
//!
//! What each layer is bound to (all fields, in this order):
//!
//! | blob | context |
//! |---|---|
//! | vault key under master key | organisation, vault, generation |
//! | data key under vault key | organisation, vault, generation, path, secret, version |
//! | value under data key | organisation, secret, version, type |
//!
//! The path stands in the wrapping of the data key only: a rename wraps 32 bytes again and leaves
//! the value alone.
//!
//! Invariants: a value leaves only against a [`Granted`] for the same vault and path and an action
//! that discloses, or for an [`InternalPurpose`]; data keys never leave this module.

use data_encoding::HEXLOWER;
use oneclaw_core::clock::Random;
use oneclaw_core::id::{MailId, OrgId, SecretId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Granted;
use oneclaw_core::secret::SecretBytes;

use crate::keyring::Keyring;
use crate::master::MasterKeys;
use crate::padding::{self, Padding};
use crate::seal::{
    Context, Key, KeyId, OpenError, Purpose, SealError, open, open_vec, seal, seal_parts,
    sealed_under,
};

/// Why a value could not be encrypted or decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The cryptographic library failed; nothing was encrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The blobs do not open with this vault key in this place.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The vault key is of another vault than the value.
    #[error("the key belongs to another vault than the value")]
    OtherVault,
    /// The value is longer than the format can hold (4 GiB).
    #[error("the value is too long")]
    TooLong,
    /// The permission is for another place, or for an action that does not disclose a value.
    #[error("the permission granted does not cover this value")]
    NotGranted,
}

/// The key of one vault, in one generation. Rotation makes a new generation; older ones stay for
/// reading until no data key is wrapped under them.
pub struct VaultKey {
    org: OrgId,
    vault: VaultId,
    generation: u64,
    key: Key,
}

impl VaultKey {
    /// Draws a new key for a vault.
    #[must_use]
    pub fn generate(org: OrgId, vault: VaultId, generation: u64, random: &dyn Random) -> Self {
        Self {
            org,
            vault,
            generation,
            key: Key::generate(random),
        }
    }

    /// Encrypts the key for storage.
    ///
    /// # Errors
    /// [`SealError`] when the cryptographic library fails.
    pub fn wrap(&self, master: &MasterKeys, random: &dyn Random) -> Result<Vec<u8>, SealError> {
        let context = vault_key_context(self.org, self.vault, self.generation);
        master.wrap(&context, self.key.to_wrappable().as_ref(), random)
    }

    /// Decrypts a stored key of exactly this organisation, vault and generation.
    ///
    /// # Errors
    /// [`OpenError`]; see [`MasterKeys::unwrap`].
    pub fn unwrap(
        master: &MasterKeys,
        org: OrgId,
        vault: VaultId,
        generation: u64,
        blob: &[u8],
    ) -> Result<Self, OpenError> {
        let material = master.unwrap(&vault_key_context(org, vault, generation), blob)?;
        Ok(Self {
            org,
            vault,
            generation,
            key: Key::from_wrappable(material.expose())?,
        })
    }

    /// The vault it belongs to.
    #[must_use]
    pub const fn vault(&self) -> VaultId {
        self.vault
    }

    /// Counts up with each rotation.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Its public name, found in every data key it wraps.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.key.id()
    }
}

fn vault_key_context(org: OrgId, vault: VaultId, generation: u64) -> Context {
    Context::new(Purpose::VaultKey)
        .uuid(org.into())
        .uuid(vault.into())
        .integer(generation)
}

/// Where a value belongs and what it is.
#[derive(Clone, Debug)]
pub struct ValueContext {
    /// Organisation that owns the vault.
    pub org: OrgId,
    /// Vault that holds the secret.
    pub vault: VaultId,
    /// The secret; stays the same when it is renamed.
    pub secret: SecretId,
    /// Its path, on which access was decided.
    pub path: SecretPath,
    /// Counts up with each write.
    pub version: u64,
    /// The secret's type, as shown to its reader.
    pub secret_type: String,
}

impl ValueContext {
    fn data_key(&self, generation: u64) -> Context {
        Context::new(Purpose::DataKey)
            .uuid(self.org.into())
            .uuid(self.vault.into())
            .integer(generation)
            .text(self.path.as_str())
            .uuid(self.secret.into())
            .integer(self.version)
    }

    fn value(&self) -> Context {
        Context::new(Purpose::Value)
            .uuid(self.org.into())
            .uuid(self.secret.into())
            .integer(self.version)
            .text(&self.secret_type)
    }
}

/// The two blobs a secret version is stored as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// The data key under the vault key.
    pub wrapped_key: Vec<u8>,
    /// The padded value under the data key.
    pub ciphertext: Vec<u8>,
}

/// Encrypts a value under a fresh data key. The caller holds the permission to write; nothing is
/// disclosed here.
///
/// # Errors
/// [`EnvelopeError::OtherVault`] when `vault_key` is not of the value's vault: it could never be
/// read again.
pub fn encrypt_value(
    vault_key: &VaultKey,
    context: &ValueContext,
    value: &[u8],
    random: &dyn Random,
) -> Result<SealedValue, EnvelopeError> {
    check_vault(vault_key, context)?;
    let padding = Padding::new(value.len()).ok_or(EnvelopeError::TooLong)?;
    let data_key = Key::generate(random);
    Ok(SealedValue {
        wrapped_key: wrap_data_key(vault_key, context, &data_key, random)?,
        ciphertext: seal_parts(
            &data_key,
            &context.value(),
            &[value, padding.as_bytes()],
            random,
        )?,
    })
}

/// Decrypts a value for the caller that `granted` was given to.
///
/// # Errors
/// [`EnvelopeError::NotGranted`] when the permission is for another vault or path, or for an action
/// that discloses nothing; [`EnvelopeError::Open`] when the blobs were changed or belong somewhere
/// else.
pub fn decrypt_value<'a>(
    vault_key: &VaultKey,
    context: &ValueContext,
    sealed: impl Into<SealedRef<'a>>,
    granted: &Granted,
) -> Result<SecretBytes, EnvelopeError> {
    let same_place = granted.vault() == context.vault && granted.path() == &context.path;
    if !same_place || !granted.action().discloses() {
        return Err(EnvelopeError::NotGranted);
    }
    decrypt(vault_key, context, sealed.into())
}

/// Why the server itself may see a value without a policy decision about a path. The list is closed
/// on purpose: every use of it can be found by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InternalPurpose {
    /// The recipient of a share opens it; the share's own checks (revoked, recipient, expiry,
    /// count, address, passphrase) have passed.
    OpenShare,
    /// An agent gets its own identity key, or the server acts with it.
    IdentityKey,
    /// A variable of the organisation is resolved in a vault that it is linked to; the permission is for
    /// the variable's path in that vault.
    SharedVariable,
    /// A value moves under a new data key or vault key.
    Rotation,
    /// The operator checks that what is stored still opens; the value is dropped at once.
    Doctor,
}

/// Decrypts a value for the server itself. Everything a caller asks for goes through
/// [`decrypt_value`].
///
/// # Errors
/// As [`decrypt_value`], without [`EnvelopeError::NotGranted`].
pub fn decrypt_value_internal<'a>(
    _purpose: InternalPurpose,
    vault_key: &VaultKey,
    context: &ValueContext,
    sealed: impl Into<SealedRef<'a>>,
) -> Result<SecretBytes, EnvelopeError> {
    decrypt(vault_key, context, sealed.into())
}

/// Wraps the data key of a stored value again: for another path, or under a newer generation of the
/// vault's key. The value's own blob stays as it is.
///
/// # Errors
/// [`EnvelopeError::Open`] when `wrapped_key` does not open at `from`.
pub fn rewrap_data_key(
    from: (&VaultKey, &ValueContext),
    to: (&VaultKey, &ValueContext),
    wrapped_key: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, EnvelopeError> {
    check_vault(to.0, to.1)?;
    let data_key = unwrap_data_key(from.0, from.1, wrapped_key)?;
    Ok(wrap_data_key(to.0, to.1, &data_key, random)?)
}

/// The id of the vault key that wrapped a data key; `None` when it is no blob.
#[must_use]
pub fn wrapped_under(wrapped_key: &[u8]) -> Option<KeyId> {
    sealed_under(wrapped_key)
}

/// A [`SealedValue`] as a row or a cache lends it.
#[derive(Clone, Copy, Debug)]
pub struct SealedRef<'a> {
    /// The data key under the vault key.
    pub wrapped_key: &'a [u8],
    /// The padded value under the data key.
    pub ciphertext: &'a [u8],
}

impl<'a> From<&'a SealedValue> for SealedRef<'a> {
    fn from(sealed: &'a SealedValue) -> Self {
        Self {
            wrapped_key: &sealed.wrapped_key,
            ciphertext: &sealed.ciphertext,
        }
    }
}

fn check_vault(vault_key: &VaultKey, context: &ValueContext) -> Result<(), EnvelopeError> {
    if (vault_key.org, vault_key.vault) == (context.org, context.vault) {
        Ok(())
    } else {
        Err(EnvelopeError::OtherVault)
    }
}

fn decrypt(
    vault_key: &VaultKey,
    context: &ValueContext,
    sealed: SealedRef<'_>,
) -> Result<SecretBytes, EnvelopeError> {
    let data_key = unwrap_data_key(vault_key, context, sealed.wrapped_key)?;
    let mut value = open_vec(&data_key, &context.value(), sealed.ciphertext)?;
    padding::remove(&mut value)?;
    Ok(SecretBytes::from(std::mem::take(&mut *value)))
}

fn wrap_data_key(
    vault_key: &VaultKey,
    context: &ValueContext,
    data_key: &Key,
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    seal(
        &vault_key.key,
        &context.data_key(vault_key.generation),
        data_key.to_wrappable().as_ref(),
        random,
    )
}

fn unwrap_data_key(
    vault_key: &VaultKey,
    context: &ValueContext,
    wrapped_key: &[u8],
) -> Result<Key, EnvelopeError> {
    check_vault(vault_key, context)?;
    let material = open_vec(
        &vault_key.key,
        &context.data_key(vault_key.generation),
        wrapped_key,
    )?;
    Ok(Key::from_wrappable(&material)?)
}

/// Encrypts the body of a mail for the outbox, under the newest mail key.
///
/// # Errors
/// [`SealError`] when the cryptographic library fails.
pub fn seal_mail(
    keyring: &Keyring,
    mail: MailId,
    body: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    let key = keyring.mail.first().ok_or(SealError)?;
    seal(key, &mail_context(mail), body, random)
}

/// Decrypts the body of a mail.
///
/// # Errors
/// [`OpenError`] when the blob is of another mail or was changed.
pub fn open_mail(keyring: &Keyring, mail: MailId, blob: &[u8]) -> Result<SecretBytes, OpenError> {
    open(mail_key(keyring, blob)?, &mail_context(mail), blob)
}

/// Encrypts an answer that is kept for a client that asks again, under the newest mail key: it may
/// hold a key, and like a mail it is short-lived.
///
/// # Errors
/// [`SealError`] when the cryptographic library fails.
pub fn seal_answer(
    keyring: &Keyring,
    scope: &[u8; 32],
    answer: &[u8],
    random: &dyn Random,
) -> Result<Vec<u8>, SealError> {
    let key = keyring.mail.first().ok_or(SealError)?;
    seal(key, &answer_context(scope), answer, random)
}

/// Decrypts the answer to the request of this scope.
///
/// # Errors
/// [`OpenError`] when the blob is of another request or was changed.
pub fn open_answer(
    keyring: &Keyring,
    scope: &[u8; 32],
    blob: &[u8],
) -> Result<SecretBytes, OpenError> {
    open(mail_key(keyring, blob)?, &answer_context(scope), blob)
}

fn answer_context(scope: &[u8; 32]) -> Context {
    Context::new(Purpose::Answer).text(&HEXLOWER.encode(scope))
}

fn mail_key<'a>(keyring: &'a Keyring, blob: &[u8]) -> Result<&'a Key, OpenError> {
    let named = sealed_under(blob).ok_or(OpenError::Malformed)?;
    let key = keyring.mail.iter().find(|key| key.id() == named);
    key.ok_or(OpenError::UnknownKey(named))
}

fn mail_context(mail: MailId) -> Context {
    Context::new(Purpose::Mail).uuid(mail.into())
}
