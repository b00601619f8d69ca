//! The instance's own keys: one small set of random keys, each wrapped on its own under the master
//! key.
//!
//! The store keeps one row per key (purpose, id, wrapped blob); [`Keyring`] is what a running
//! server holds in memory.
//!
//! Invariants:
//! - A key serves exactly one purpose, and the purpose is part of its wrapping: a blob moved to
//!   another purpose or id is refused.
//! - Signing, mail and record keys may have older generations, used only to verify or to open. Index and
//!   pepper keys have exactly one generation, because what they made cannot be told apart by
//!   generation.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretBytes;

use crate::jwt::JwtKeys;
use crate::master::MasterKeys;
use crate::seal::{Context, KEY_LENGTH, Key, KeyId, OpenError, Purpose, SealError};

/// What an instance key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// HMAC key under which API keys and link tokens are looked up.
    TokenIndex,
    /// HMAC key applied to passwords before Argon2id.
    PasswordPepper,
    /// SEAL-1 key of mail bodies waiting in the outbox.
    Mail,
    /// Ed25519 seed that signs access tokens.
    JwtSigning,
    /// Ed25519 seed that signs audit checkpoints.
    LogSigning,
    /// HMAC key of everything a browser hands back to us: CSRF tokens and keyed digests of
    /// addresses.
    Link,
    /// SEAL-1 key of small secrets that the instance keeps for itself ([`crate::records`]).
    Records,
}

impl KeyPurpose {
    /// Every purpose; an instance has at least one key of each.
    pub const ALL: [Self; 7] = [
        Self::TokenIndex,
        Self::PasswordPepper,
        Self::Mail,
        Self::JwtSigning,
        Self::LogSigning,
        Self::Link,
        Self::Records,
    ];

    /// The stable name, stored and bound into the wrapping.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenIndex => "token_index",
            Self::PasswordPepper => "password_pepper",
            Self::Mail => "mail",
            Self::JwtSigning => "jwt_signing",
            Self::LogSigning => "log_signing",
            Self::Link => "link",
            Self::Records => "records",
        }
    }

    /// Whether older generations may exist beside the current key.
    const fn keeps_older(self) -> bool {
        matches!(
            self,
            Self::Mail | Self::JwtSigning | Self::LogSigning | Self::Records
        )
    }
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyPurpose {
    type Err = KeyringError;

    fn from_str(name: &str) -> Result<Self, KeyringError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == name)
            .ok_or(KeyringError::UnknownPurpose)
    }
}

/// Why a set of instance keys is unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// A stored purpose is not one of ours.
    #[error("an instance key has an unknown purpose")]
    UnknownPurpose,
    /// No key for a purpose.
    #[error("the instance has no {0} key")]
    Missing(KeyPurpose),
    /// Two keys for a purpose that has room for one.
    #[error("the instance has more than one {0} key")]
    Repeated(KeyPurpose),
    /// Not 32 bytes, or not usable as a signing key.
    #[error("the {0} key is malformed")]
    Malformed(KeyPurpose),
}

/// One instance key: 32 random bytes with a purpose and an id.
pub struct InstanceKey {
    purpose: KeyPurpose,
    key: Key,
}

impl InstanceKey {
    /// Draws a new key.
    #[must_use]
    pub fn generate(purpose: KeyPurpose, random: &dyn Random) -> Self {
        Self {
            purpose,
            key: Key::generate(random),
        }
    }

    /// Takes over material that was stored elsewhere.
    ///
    /// # Errors
    /// [`KeyringError::Malformed`] when `material` is not 32 bytes.
    pub fn from_material(
        purpose: KeyPurpose,
        id: KeyId,
        material: &SecretBytes,
    ) -> Result<Self, KeyringError> {
        let key = Key::from_material(id, material.expose())
            .map_err(|_| KeyringError::Malformed(purpose))?;
        Ok(Self { purpose, key })
    }

    /// What the key is for.
    #[must_use]
    pub const fn purpose(&self) -> KeyPurpose {
        self.purpose
    }

    /// Its public name; the `kid` of a JWT signing key.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.key.id()
    }

    /// Encrypts the key for storage.
    ///
    /// # Errors
    /// [`SealError`] when the cryptographic library fails.
    pub fn wrap(&self, master: &MasterKeys, random: &dyn Random) -> Result<Vec<u8>, SealError> {
        master.wrap(
            &context(self.purpose, self.id()),
            self.key.material(),
            random,
        )
    }

    /// Decrypts a stored key.
    ///
    /// # Errors
    /// [`OpenError`]; see [`MasterKeys::unwrap`].
    pub fn unwrap(
        master: &MasterKeys,
        purpose: KeyPurpose,
        id: KeyId,
        blob: &[u8],
    ) -> Result<Self, OpenError> {
        let material = master.unwrap(&context(purpose, id), blob)?;
        Ok(Self {
            purpose,
            key: Key::from_material(id, material.expose())?,
        })
    }
}

fn context(purpose: KeyPurpose, id: KeyId) -> Context {
    Context::new(Purpose::InstanceKey)
        .text(purpose.as_str())
        .text(&id.to_string())
}

/// The instance's keys, ready for use.
pub struct Keyring {
    pub(crate) token_index: hmac::Key,
    pub(crate) password_pepper: hmac::Key,
    pub(crate) link: hmac::Key,
    /// Newest first, never empty.
    pub(crate) mail: Vec<Key>,
    pub(crate) jwt: JwtKeys,
    /// Newest first, never empty.
    pub(crate) log: Vec<SigningKey>,
    /// Newest first, never empty.
    pub(crate) records: Vec<Key>,
}

impl Keyring {
    /// A fresh set, one key of each purpose, to be wrapped and stored by the caller.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Vec<InstanceKey> {
        KeyPurpose::ALL
            .into_iter()
            .map(|purpose| InstanceKey::generate(purpose, random))
            .collect()
    }

    /// Prepares the keys for use. Within a purpose the first is the newest and is used from now on.
    ///
    /// # Errors
    /// [`KeyringError`] when a purpose has no key, or more than it may have.
    pub fn from_keys(keys: Vec<InstanceKey>) -> Result<Self, KeyringError> {
        let mut groups: [Vec<Key>; KeyPurpose::ALL.len()] = Default::default();
        for InstanceKey { purpose, key } in keys {
            let slot = KeyPurpose::ALL
                .into_iter()
                .zip(&mut groups)
                .find(|(candidate, _)| *candidate == purpose);
            if let Some((_, group)) = slot {
                group.push(key);
            }
        }
        for (purpose, group) in KeyPurpose::ALL.into_iter().zip(&groups) {
            match group.len() {
                0 => return Err(KeyringError::Missing(purpose)),
                1 => {}
                _ if purpose.keeps_older() => {}
                _ => return Err(KeyringError::Repeated(purpose)),
            }
        }
        let [token_index, password_pepper, mail, jwt, log, link, records] = groups;
        Ok(Self {
            token_index: hmac_key(&token_index, KeyPurpose::TokenIndex)?,
            password_pepper: hmac_key(&password_pepper, KeyPurpose::PasswordPepper)?,
            link: hmac_key(&link, KeyPurpose::Link)?,
            mail,
            jwt: JwtKeys::new(signing_keys(&jwt, KeyPurpose::JwtSigning)?)
                .ok_or(KeyringError::Malformed(KeyPurpose::JwtSigning))?,
            log: signing_keys(&log, KeyPurpose::LogSigning)?,
            records,
        })
    }
}

fn hmac_key(keys: &[Key], purpose: KeyPurpose) -> Result<hmac::Key, KeyringError> {
    let key = keys.first().ok_or(KeyringError::Missing(purpose))?;
    Ok(hmac::Key::new(hmac::HMAC_SHA256, key.material()))
}

fn signing_keys(keys: &[Key], purpose: KeyPurpose) -> Result<Vec<SigningKey>, KeyringError> {
    keys.iter()
        .map(|key| SigningKey::new(key).ok_or(KeyringError::Malformed(purpose)))
        .collect()
}

/// An Ed25519 key pair (RFC 8032) with the id of the instance key it came from.
pub(crate) struct SigningKey {
    pub(crate) id: KeyId,
    pub(crate) pair: Ed25519KeyPair,
    pub(crate) public: [u8; KEY_LENGTH],
}

impl SigningKey {
    fn new(key: &Key) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(key.material()).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        Some(Self {
            id: key.id(),
            pair,
            public,
        })
    }
}
