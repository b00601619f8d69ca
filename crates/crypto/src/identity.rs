//! Identity key pairs of agents: Ed25519 to sign, P-256 for key agreement, in the encodings of the
//! wire contract.
//!
//! | key | encoding |
//! |---|---|
//! | both private keys | base64 of 32 bytes (RFC 8032 seed; big-endian scalar) |
//! | Ed25519 public key | base64 of 32 bytes |
//! | P-256 public key | base64 of the 65-byte uncompressed point (SEC 1) |
//!
//! Base64 is the standard alphabet with padding throughout.

use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, BASE64_NOPAD};
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretString;
use zeroize::Zeroizing;

/// The cryptographic library refused to make a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identity key could not be made")]
pub struct IdentityError;

/// A key pair in the encodings of the module page.
pub struct IdentityKey {
    /// The private key, base64 of 32 bytes.
    pub private_key: SecretString,
    /// The public key, base64.
    pub public_key: String,
}

/// Draws an Ed25519 key pair; its public key is the agent's `ssh_public_key`.
///
/// # Errors
/// [`IdentityError`] when the cryptographic library fails.
pub fn generate_ed25519(random: &dyn Random) -> Result<IdentityKey, IdentityError> {
    let mut seed = Zeroizing::new([0; 32]);
    random.fill(seed.as_mut());
    let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|_| IdentityError)?;
    Ok(encode(&seed, pair.public_key().as_ref()))
}

/// Draws a P-256 key pair; its public key is the agent's `ecdh_public_key`.
///
/// # Errors
/// [`IdentityError`] when the cryptographic library fails.
pub fn generate_p256(random: &dyn Random) -> Result<IdentityKey, IdentityError> {
    // A random number is a private key unless it is zero or not below the group order, which one in
    // 2^32 is: draw again.
    for _ in 0..4 {
        let mut scalar = Zeroizing::new([0; 32]);
        random.fill(scalar.as_mut());
        let Ok(private) = agreement::PrivateKey::from_private_key(&ECDH_P256, scalar.as_ref())
        else {
            continue;
        };
        let public = private.compute_public_key().map_err(|_| IdentityError)?;
        return Ok(encode(&scalar, public.as_ref()));
    }
    Err(IdentityError)
}

fn encode(private: &[u8; 32], public: &[u8]) -> IdentityKey {
    IdentityKey {
        private_key: SecretString::from(BASE64.encode(private)),
        public_key: BASE64.encode(public),
    }
}

/// The fingerprint of an Ed25519 public key as `ssh-keygen -l` shows it: `SHA256:` and unpadded
/// base64 of the SHA-256 of the key's SSH wire form (RFC 4253 section 6.6, RFC 8709 section 4).
#[must_use]
pub fn ssh_fingerprint(public_key: &[u8; 32]) -> String {
    const NAME: &[u8] = b"ssh-ed25519";
    let mut hash = digest::Context::new(&digest::SHA256);
    for field in [NAME, public_key.as_slice()] {
        // Both lengths are constants: 11 and 32.
        hash.update(&u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(field);
    }
    format!("SHA256:{}", BASE64_NOPAD.encode(hash.finish().as_ref()))
}
