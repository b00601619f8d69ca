//! Every cryptographic operation of 1Claw, and nothing else.
//!
//! This is the only crate that may depend on ciphers, key derivation, password hashing or
//! signatures. It performs no IO except for the master key file, and it keeps no state besides
//! keys. `docs/CRYPTO.md` gives every format to the byte.
//!
//! Key hierarchy, top down; each child is random and wrapped by its parent, never derived from it,
//! so that each can be rotated alone:
//!
//! ```text
//! master key (file)                          master.rs
//!  ├─ instance keys                          keyring.rs
//!  │    token index, password pepper, mail, JWT signing, log signing, link, records
//!  └─ vault key, one per vault and generation    envelope.rs
//!       └─ data key, one per secret version, encrypts exactly one value
//! ```
//!
//! Invariants:
//! - There is one ciphertext format, SEAL-1 ([`seal`]), and no caller ever chooses a nonce.
//! - Every ciphertext is bound to what it is and where it belongs ([`seal::Context`]); a row moved
//!   elsewhere does not open.
//! - Keys, tokens and plaintexts are neither `Debug`, `Display`, `Clone`, `Serialize` nor
//!   `PartialEq`, and are wiped on drop.
//! - A secret value is decrypted only against an [`oneclaw_core::policy::Granted`], or for a
//!   purpose named in [`envelope::InternalPurpose`].

#![forbid(unsafe_code)]

pub mod assertion;
mod cbor;
pub mod client_key;
pub mod dpop;
pub mod envelope;
pub mod federation;
pub mod id_token;
pub mod identity;
mod jws;
pub mod jwt;
pub mod keyring;
pub mod link;
pub mod master;
mod padding;
pub mod password;
pub mod pkce;
mod public_key;
pub mod random;
pub mod records;
pub mod seal;
pub mod sign;
#[cfg(any(test, feature = "test-support"))]
pub mod test_support;
pub mod token;
pub mod totp;
pub mod webauthn;
pub mod webhook;

pub use keyring::Keyring;
pub use master::MasterKeys;
pub use random::SystemRandom;

/// Compares two byte strings in time that depends only on their lengths.
///
/// For values an attacker can submit and observe the answer to; anything looked up by keyed hash
/// does not need it.
#[must_use]
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// The SHA-256 digest of a presented token: the key under which a verification is remembered, so
/// that no token is kept in memory longer than its request.
#[must_use]
pub fn token_digest(token: &str) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest.as_ref());
    bytes
}

/// The SHA-256 digest of everything that `source` gives, in hex.
///
/// # Errors
/// Those of the source.
pub fn sha256_hex(mut source: impl std::io::Read) -> std::io::Result<String> {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = source.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..length).filter(|bytes| !bytes.is_empty()) else {
            return Ok(data_encoding::HEXLOWER.encode(context.finish().as_ref()));
        };
        context.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_the_digest_of_its_bytes() {
        // The example of FIPS 180-2 of a million times the letter a.
        let million = std::io::Read::take(std::io::repeat(b'a'), 1_000_000);
        assert_eq!(
            sha256_hex(million).unwrap(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        );
    }
}
