//! Random values of the server's making.

use crate::error::{Error, Result};
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretString;
use std::str::FromStr;

/// Which characters a generated value is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charset {
    /// `0`–`9`, `a`–`f`.
    #[default]
    Hex,
    /// The standard base64 alphabet.
    Base64,
    /// Letters and digits.
    Alphanumeric,
    /// Every printable ASCII character except the space.
    Ascii,
}

impl FromStr for Charset {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "hex" => Ok(Self::Hex),
            "base64" => Ok(Self::Base64),
            "alphanumeric" => Ok(Self::Alphanumeric),
            "ascii" => Ok(Self::Ascii),
            _ => Err(Error::invalid(
                "charset",
                "The charset must be one of hex, base64, alphanumeric, ascii.",
            )),
        }
    }
}

impl Charset {
    fn alphabet(self) -> &'static [u8] {
        const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const ASCII: &[u8] = b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
        match self {
            Self::Hex => b"0123456789abcdef",
            Self::Base64 => ALL,
            Self::Alphanumeric => ALL.split_at_checked(62).map_or(ALL, |(letters, _)| letters),
            Self::Ascii => ASCII,
        }
    }
}

/// What to generate.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
    /// Characters of the value, 8 to 1024.
    pub length: usize,
    /// Alphabet.
    pub charset: Charset,
    /// Type of the new version; the old one's when absent.
    pub kind: Option<String>,
    /// Creates the secret where there is none, which is writing and not rotating.
    pub create: bool,
}

pub(super) fn generate(request: &GenerateRequest, random: &dyn Random) -> Result<SecretString> {
    if !(8..=1024).contains(&request.length) {
        return Err(Error::invalid(
            "length",
            "The length must be between 8 and 1024 characters.",
        ));
    }
    let alphabet = request.charset.alphabet();
    // Bytes at or above the largest multiple of the alphabet's size are drawn again: taking them
    // modulo the size would favour the first characters.
    let fair = 256 - 256 % alphabet.len();
    let mut value = String::with_capacity(request.length);
    let mut buffer = [0; 64];
    while value.len() < request.length {
        random.fill(&mut buffer);
        for byte in buffer
            .iter()
            .copied()
            .map(usize::from)
            .filter(|byte| *byte < fair)
        {
            if value.len() < request.length
                && let Some(character) = alphabet.get(byte % alphabet.len())
            {
                value.push(char::from(*character));
            }
        }
    }
    Ok(SecretString::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::clock::SeededRandom;

    #[test]
    fn values_have_the_length_and_alphabet_asked_for() {
        let random = SeededRandom::new(7);
        for (charset, size) in [
            (Charset::Hex, 16),
            (Charset::Base64, 64),
            (Charset::Alphanumeric, 62),
            (Charset::Ascii, 94),
        ] {
            assert_eq!(charset.alphabet().len(), size);
            for length in [8, 32, 1024] {
                let value = generate(
                    &GenerateRequest {
                        length,
                        charset,
                        kind: None,
                        create: false,
                    },
                    &random,
                )
                .unwrap();
                assert_eq!(value.len(), length);
                assert!(
                    value
                        .expose()
                        .bytes()
                        .all(|byte| charset.alphabet().contains(&byte))
                );
            }
        }
    }

    #[test]
    fn lengths_outside_the_limits_are_refused() {
        let random = SeededRandom::new(7);
        for length in [0, 7, 1025] {
            assert!(
                generate(
                    &GenerateRequest {
                        length,
                        charset: Charset::Hex,
                        kind: None,
                        create: false,
                    },
                    &random
                )
                .is_err()
            );
        }
    }
}
