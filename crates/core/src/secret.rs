//! Containers for secret values.
//!
//! Invariants: the memory is wiped when the value is dropped; a value cannot be printed, cloned,
//! serialised or compared, so it does not leave by accident. Every place where it does leave says
//! `expose`, which is easy to search for. Neither type can grow, because growing would leave an
//! unwiped copy behind.
//!
//! ```
//! # use oneclaw_core::secret::{SecretBytes, SecretString};
//! let secret: SecretString = serde_json::from_str("\"hunter2\"").unwrap();
//! assert_eq!(secret.expose(), "hunter2");
//! assert_eq!(SecretBytes::from(vec![1]).expose(), [1]);
//! ```
//!
//! None of these compile:
//!
//! ```compile_fail
//! # use oneclaw_core::secret::SecretString;
//! println!("{:?}", SecretString::from(String::new()));
//! ```
//! ```compile_fail
//! # use oneclaw_core::secret::SecretString;
//! println!("{}", SecretString::from(String::new()));
//! ```
//! ```compile_fail
//! # use oneclaw_core::secret::SecretString;
//! let _ = SecretString::from(String::new()).clone();
//! ```
//! ```compile_fail
//! # use oneclaw_core::secret::SecretBytes;
//! let _ = SecretBytes::from(vec![1]) == SecretBytes::from(vec![1]);
//! ```
//! ```compile_fail
//! # use oneclaw_core::secret::SecretBytes;
//! println!("{:?}", SecretBytes::from(vec![1]));
//! ```
//! ```compile_fail
//! # use oneclaw_core::secret::SecretString;
//! let _ = serde_json::to_string(&SecretString::from(String::new()));
//! ```

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Secret bytes: a key or a decrypted value.
#[derive(ZeroizeOnDrop)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// The bytes. Do not copy them into a type without these invariants.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Moves the bytes into text without a copy; gives them back when they are not UTF-8.
    ///
    /// # Errors
    /// The unchanged bytes, when they are not UTF-8.
    pub fn into_string(mut self) -> Result<SecretString, SecretBytes> {
        match String::from_utf8(std::mem::take(&mut self.0)) {
            Ok(text) => Ok(SecretString(text)),
            Err(error) => Err(Self(error.into_bytes())),
        }
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Secret text: a password, a token, a value in a request body.
#[derive(ZeroizeOnDrop)]
pub struct SecretString(String);

impl SecretString {
    /// The text. Do not copy it into a type without these invariants.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Number of bytes (not characters).
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Moves the text into bytes without a copy.
    #[must_use]
    pub fn into_bytes(mut self) -> SecretBytes {
        SecretBytes(std::mem::take(&mut self.0).into_bytes())
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl<'de> Deserialize<'de> for SecretString {
    /// Reads a JSON string. A parser may keep the text in buffers of its own, which this type cannot
    /// reach; request bodies are therefore wiped by their reader.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SecretVisitor;
        impl Visitor<'_> for SecretVisitor {
            type Value = SecretString;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretString, E> {
                Ok(SecretString(text.to_owned()))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<SecretString, E> {
                Ok(SecretString(text))
            }

            // The default of serde quotes the value in its message.
            fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<SecretString, E> {
                Err(E::custom("expected a string"))
            }

            fn visit_byte_buf<E: de::Error>(self, mut bytes: Vec<u8>) -> Result<SecretString, E> {
                bytes.zeroize();
                Err(E::custom("expected a string"))
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<SecretString, E> {
                Err(E::custom("expected a string"))
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<SecretString, E> {
                Err(E::custom("expected a string"))
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<SecretString, E> {
                Err(E::custom("expected a string"))
            }
        }
        // Not `deserialize_string`, whose error for a number would quote the number.
        deserializer.deserialize_any(SecretVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts_without_changing_the_value() {
        let secret: SecretString = serde_json::from_str("\"sk_\\u00e9\"").unwrap();
        assert_eq!(secret.expose(), "sk_é");
        assert_eq!(secret.len(), 5);
        let bytes = secret.into_bytes();
        assert_eq!(bytes.expose(), "sk_é".as_bytes());
        assert!(
            bytes
                .into_string()
                .is_ok_and(|text| text.expose() == "sk_é")
        );
    }

    #[test]
    fn bytes_that_are_not_text_come_back() {
        let back = SecretBytes::from(vec![0xff, 1])
            .into_string()
            .err()
            .unwrap();
        assert_eq!(back.expose(), [0xff, 1]);
    }

    #[test]
    fn a_wrong_type_is_refused_without_quoting_it() {
        for json in ["12345678", "-12345678", "1.2345678"] {
            let message = serde_json::from_str::<SecretString>(json)
                .err()
                .unwrap()
                .to_string();
            assert!(!message.contains("2345678"), "{message}");
        }
    }
}
