//! The type of a secret: a word that tells clients how to use the value. The server keeps it verbatim.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest type in characters.
const MAX_LENGTH: usize = 64;

/// A type of secret: `[a-z0-9_-]{1,64}`, for example `api_key`. New words need no new server.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretType(Box<str>);

/// The text is not a type of secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the type must be 1 to {MAX_LENGTH} of a-z, 0-9, '_' and '-', for example api_key")]
pub struct SecretTypeError;

impl SecretType {
    /// Checks the grammar.
    ///
    /// # Errors
    /// When the text is outside it.
    pub fn parse(text: &str) -> Result<Self, SecretTypeError> {
        let is_allowed = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.into()))
        } else {
            Err(SecretTypeError)
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the value is key material that signs or logs in by itself; agents that may only act
    /// through the server do not get to see it.
    pub fn is_private_key(&self) -> bool {
        matches!(self.as_str(), "private_key" | "ssh_key")
    }
}

impl Default for SecretType {
    /// `generic`
    fn default() -> Self {
        Self("generic".into())
    }
}

impl fmt::Display for SecretType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SecretType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SecretType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_new_words_are_kept() {
        let longest = "x".repeat(64);
        for text in [
            "generic",
            "password",
            "api_key",
            "private_key",
            "certificate",
            "file",
            "note",
            "ssh_key",
            "env_bundle",
            "env",
            "token",
            "my-own_type2",
            &longest,
        ] {
            assert_eq!(SecretType::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(SecretType::default().as_str(), "generic");
        assert!(SecretType::parse("ssh_key").unwrap().is_private_key());
        assert!(!SecretType::default().is_private_key());
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["", "API_KEY", "a b", "a.b", "é", &"x".repeat(65)] {
            assert_eq!(SecretType::parse(text), Err(SecretTypeError), "{text}");
        }
    }
}
