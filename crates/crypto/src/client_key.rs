//! Values that clients encrypt with a key of their own, before we encrypt them again.
//!
//! ```text
//! blob  = 0x01 | iv(12) | ciphertext(n) | tag(16)      AES-256-GCM, no associated data
//! value = base64 of the blob, standard alphabet
//! ```
//!
//! The format is the one of published clients. The server only ever holds such a key while a client
//! asks it to move values from one key to another; it is wiped afterwards.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::{BASE64, HEXLOWER};
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretString;
use zeroize::{Zeroize as _, Zeroizing};

use crate::seal::KEY_LENGTH;

const VERSION: u8 = 1;
const TAG_LENGTH: usize = 16;
const SHORTEST: usize = 1 + NONCE_LEN + TAG_LENGTH;

/// Why a value or a key of a client is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientKeyError {
    /// Not 32 bytes in base64.
    #[error("a key is 32 bytes in base64")]
    Key,
    /// Not a blob.
    #[error("the value is not encrypted the way clients do it")]
    Shape,
    /// Encrypted with another key, or changed.
    #[error("the value does not open with this key")]
    Refused,
}

/// A key of a client. Wiped on drop.
pub struct ClientKey(Zeroizing<[u8; KEY_LENGTH]>);

impl ClientKey {
    /// Reads a key as clients send it: base64, standard alphabet.
    ///
    /// # Errors
    /// [`ClientKeyError::Key`].
    pub fn parse(text: &str) -> Result<Self, ClientKeyError> {
        let bytes = Zeroizing::new(
            BASE64
                .decode(text.as_bytes())
                .map_err(|_| ClientKeyError::Key)?,
        );
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        if bytes.len() != key.len() {
            return Err(ClientKeyError::Key);
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Its public name: SHA-256 in lower-case hexadecimal.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        HEXLOWER.encode(digest(&SHA256, self.0.as_ref()).as_ref())
    }

    /// Decrypts a value with this key and encrypts it with another.
    ///
    /// # Errors
    /// [`ClientKeyError::Refused`] when it is not encrypted with this key.
    pub fn move_to(
        &self,
        other: &Self,
        value: &SecretString,
        random: &dyn Random,
    ) -> Result<SecretString, ClientKeyError> {
        let mut blob = decode(value.expose())?;
        let (head, body) = blob
            .split_at_mut_checked(1 + NONCE_LEN)
            .ok_or(ClientKeyError::Shape)?;
        let nonce: [u8; NONCE_LEN] = head
            .get(1..)
            .and_then(|nonce| nonce.try_into().ok())
            .ok_or(ClientKeyError::Shape)?;
        let plaintext = self
            .cipher()?
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), body)
            .map_err(|_| ClientKeyError::Refused)?;
        other.encrypt(plaintext, random)
    }

    /// Encrypts a value as clients do.
    ///
    /// # Errors
    /// [`ClientKeyError::Refused`] when the cryptographic library fails.
    pub fn encrypt(
        &self,
        plaintext: &[u8],
        random: &dyn Random,
    ) -> Result<SecretString, ClientKeyError> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut blob = Zeroizing::new(Vec::with_capacity(SHORTEST + plaintext.len()));
        blob.push(VERSION);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(plaintext);
        let body = blob.get_mut(1 + NONCE_LEN..).ok_or(ClientKeyError::Shape)?;
        let sealed = self.cipher()?.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            body,
        );
        let Ok(tag) = sealed else {
            blob.zeroize();
            return Err(ClientKeyError::Refused);
        };
        blob.extend_from_slice(tag.as_ref());
        Ok(SecretString::from(BASE64.encode(&blob)))
    }

    fn cipher(&self) -> Result<LessSafeKey, ClientKeyError> {
        UnboundKey::new(&AES_256_GCM, self.0.as_ref())
            .map(LessSafeKey::new)
            .map_err(|_| ClientKeyError::Key)
    }
}

/// Checks that a value looks like one that a client encrypted. Whether it is, only the client can
/// tell.
///
/// # Errors
/// [`ClientKeyError::Shape`].
pub fn check_shape(value: &str) -> Result<(), ClientKeyError> {
    decode(value).map(drop)
}

fn decode(value: &str) -> Result<Zeroizing<Vec<u8>>, ClientKeyError> {
    let blob = BASE64.decode(value.as_bytes()).map(Zeroizing::new);
    let blob = blob.map_err(|_| ClientKeyError::Shape)?;
    if blob.first() == Some(&VERSION) && blob.len() >= SHORTEST {
        Ok(blob)
    } else {
        Err(ClientKeyError::Shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::aead::{Aead as _, KeyInit as _};
    use oneclaw_core::clock::SeededRandom;

    fn key(fill: u8) -> (ClientKey, [u8; 32]) {
        (
            ClientKey::parse(&BASE64.encode(&[fill; 32])).unwrap(),
            [fill; 32],
        )
    }

    /// As a client does it, with another implementation of the cipher.
    fn by_client(key: [u8; 32], iv: [u8; 12], plaintext: &[u8]) -> SecretString {
        let cipher = aes_gcm::Aes256Gcm::new(&key.into());
        let body = cipher.encrypt(&iv.into(), plaintext).unwrap();
        SecretString::from(BASE64.encode(&[&[1][..], &iv, &body].concat()))
    }

    fn read_by_client(key: [u8; 32], value: &SecretString) -> Vec<u8> {
        let blob = BASE64.decode(value.expose().as_bytes()).unwrap();
        let iv: [u8; 12] = blob[1..13].try_into().unwrap();
        let cipher = aes_gcm::Aes256Gcm::new(&key.into());
        cipher.decrypt(&iv.into(), &blob[13..]).unwrap()
    }

    #[test]
    fn what_a_client_wrote_moves_to_another_key_and_opens_there_alone() {
        let random = SeededRandom::new(7);
        let ((old, old_bytes), (new, new_bytes)) = (key(1), key(2));
        for plaintext in [&b""[..], b"sk-live", &[0; 4096]] {
            let value = by_client(old_bytes, [9; 12], plaintext);
            let moved = old.move_to(&new, &value, &random).unwrap();
            assert_eq!(read_by_client(new_bytes, &moved), plaintext);
            assert_eq!(
                new.move_to(&old, &value, &random).err(),
                Some(ClientKeyError::Refused)
            );
        }
    }

    #[test]
    fn a_changed_bit_anywhere_is_refused() {
        let random = SeededRandom::new(7);
        let ((old, bytes), (new, _)) = (key(1), key(2));
        let blob = BASE64
            .decode(by_client(bytes, [9; 12], b"value").expose().as_bytes())
            .unwrap();
        for index in 0..blob.len() {
            let mut changed = blob.clone();
            changed[index] ^= 1;
            let changed = SecretString::from(BASE64.encode(&changed));
            assert!(old.move_to(&new, &changed, &random).is_err(), "{index}");
        }
    }

    #[test]
    fn the_fingerprint_is_the_digest_of_the_key() {
        assert_eq!(
            key(0).0.fingerprint(),
            "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"
        );
    }

    #[test]
    fn only_32_bytes_in_base64_are_a_key() {
        for text in [
            "",
            "AAAA",
            &BASE64.encode(&[1; 31]),
            &BASE64.encode(&[1; 33]),
            &"0".repeat(64),
            &"-".repeat(43),
        ] {
            assert!(ClientKey::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_a_versioned_blob_of_some_length_passes() {
        let shape = |bytes: &[u8]| check_shape(&BASE64.encode(bytes));
        let blob = [&[1][..], &[7; 28]].concat();
        assert_eq!(shape(&blob), Ok(()));
        assert!(shape(&blob[..28]).is_err(), "one byte too short");
        assert!(shape(&[2; 29]).is_err(), "another version");
        assert!(check_shape("sk-live-plain").is_err());
        assert!(check_shape(&"ab".repeat(32)).is_err(), "hexadecimal");
    }
}
