//! Takes a credential out of what a server answered, in every spelling that servers use for what they echo.
//!
//! Invariants:
//! - A credential is found as itself, in any letter case, and with any of its characters escaped as in URLs,
//!   JSON, JavaScript, HTML or quoted-printable text, also twice; as hexadecimal; and as Base64 of both
//!   alphabets wherever it stands in what was encoded, also wrapped into lines.
//! - The whole answer is looked at at once, so no border between two pieces of it can hide anything.
//! - What is too short to be told from ordinary text is not accepted ([`Scrubber::new`]), so that nobody relies on
//!   a search that cannot work.
//!
//! This keeps a credential out of answers that repeat it, such as error messages and debugging pages. A server
//! that wants to tell somebody the credential can always find another spelling; that is why people say which
//! server a credential goes to.

use crate::secret::SecretBytes;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

#[cfg(test)]
mod tests;

/// Shortest credential that can be looked for.
pub const SHORTEST: usize = 8;
/// Longest.
pub const LONGEST: usize = 4096;
/// What stands where a credential stood.
pub const MARK: &str = "[REDACTED]";

/// The credential cannot be told from other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the value must have between {SHORTEST} and {LONGEST} printable ASCII characters to be used in a call"
)]
pub struct Unsearchable;

/// How often something can be escaped again and is still read.
const DEEPEST: usize = 8;

/// How a needle is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Text,
    Hex,
    Base64,
}

struct Needle {
    text: SecretBytes,
    spelling: Spelling,
}

/// Looks for credentials.
pub struct Scrubber {
    needles: Vec<Needle>,
}

impl Scrubber {
    /// Prepares to look for one credential.
    ///
    /// # Errors
    /// [`Unsearchable`] when it is too short, too long, or not printable ASCII.
    pub fn new(credential: &str) -> Result<Self, Unsearchable> {
        let value = credential.as_bytes();
        let is_printable = value.iter().all(|byte| (b' '..=b'~').contains(byte));
        if !(SHORTEST..=LONGEST).contains(&value.len()) || !is_printable {
            return Err(Unsearchable);
        }
        let needle = |text: Vec<u8>, spelling| Needle {
            text: SecretBytes::from(text),
            spelling,
        };
        let mut needles = vec![
            needle(value.to_vec(), Spelling::Text),
            needle(HEXLOWER.encode(value).into_bytes(), Spelling::Hex),
        ];
        for before in 0..3 {
            for alphabet in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
                needles.push(needle(
                    base64_core(value, before, alphabet),
                    Spelling::Base64,
                ));
            }
        }
        Ok(Self { needles })
    }

    /// Replaces every occurrence by [`MARK`] and counts them.
    #[must_use]
    pub fn scrub(&self, text: &[u8]) -> (Vec<u8>, usize) {
        let mut clean = Vec::with_capacity(text.len());
        let (mut at, mut found) = (0, 0);
        while let Some(byte) = text.get(at) {
            match self.longest_at(text, at) {
                Some((end, spelling)) => {
                    let mut end = end;
                    if spelling == Spelling::Base64 {
                        // The characters on both sides hold bits of the first and the last byte.
                        if clean.last().copied().is_some_and(is_base64) {
                            clean.pop();
                        }
                        end += text.get(end..).map_or(0, |rest| {
                            usize::from(rest.first().copied().is_some_and(is_base64))
                        });
                    }
                    clean.extend_from_slice(MARK.as_bytes());
                    found += 1;
                    at = end;
                }
                None => {
                    clean.push(*byte);
                    at += 1;
                }
            }
        }
        (clean, found)
    }

    /// Like [`Self::scrub`], for text.
    #[must_use]
    pub fn scrub_text(&self, text: &str) -> (String, usize) {
        let (clean, found) = self.scrub(text.as_bytes());
        (String::from_utf8_lossy(&clean).into_owned(), found)
    }

    fn longest_at(&self, text: &[u8], at: usize) -> Option<(usize, Spelling)> {
        let ends = self
            .needles
            .iter()
            .filter_map(|needle| end_of_match(text, at, needle).map(|end| (end, needle.spelling)));
        ends.max_by_key(|(end, _)| *end)
    }
}

/// Base64 of `value` after `before` other bytes, without the characters that the neighbours share.
fn base64_core(value: &[u8], before: usize, alphabet: &data_encoding::Encoding) -> Vec<u8> {
    let mut whole = vec![0; before];
    whole.extend_from_slice(value);
    let encoded = alphabet.encode(&whole).into_bytes();
    whole.fill(0);
    let first = (before * 8).div_ceil(6);
    let end = whole.len() * 8 / 6;
    encoded.get(first..end).unwrap_or_default().to_vec()
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}

/// Where the needle ends if it begins at `at`. A character can be read in several ways, so all places that
/// can be reached are kept.
fn end_of_match(text: &[u8], at: usize, needle: &Needle) -> Option<usize> {
    let mut places = vec![at];
    let mut next = Vec::new();
    for (index, wanted) in needle.text.expose().iter().enumerate() {
        next.clear();
        for place in &places {
            step(text, *place, *wanted, needle.spelling, index > 0, &mut next);
        }
        if next.is_empty() {
            return None;
        }
        next.sort_unstable();
        next.dedup();
        std::mem::swap(&mut places, &mut next);
    }
    places.last().copied()
}

/// Adds the places after `wanted`, if it stands at `at`, possibly behind what may be skipped.
fn step(
    text: &[u8],
    at: usize,
    wanted: u8,
    spelling: Spelling,
    may_skip: bool,
    next: &mut Vec<usize>,
) {
    let mut here = Some(at);
    while let Some(at) = here.take() {
        readings(text, at, |byte, end| {
            let is_same = match spelling {
                Spelling::Base64 => byte == wanted,
                Spelling::Text | Spelling::Hex => byte.eq_ignore_ascii_case(&wanted),
            };
            if is_same {
                next.push(end);
            } else if may_skip && is_skipped(byte, spelling) {
                here = Some(end);
            }
        });
    }
}

/// What may stand between two characters: the zero bytes of wide encodings; in encoded text the ends of lines;
/// in hexadecimal text what people put between bytes.
fn is_skipped(byte: u8, spelling: Spelling) -> bool {
    match spelling {
        Spelling::Text => byte == 0,
        Spelling::Base64 => matches!(byte, 0 | b'\r' | b'\n' | b'\t' | b' '),
        Spelling::Hex => matches!(byte, 0 | b'\r' | b'\n' | b'\t' | b' ' | b':' | b'-' | b','),
    }
}

/// Tells the ways to read what stands at a place, as itself and as an escape, each with the place after it.
fn readings(text: &[u8], at: usize, mut tell: impl FnMut(u8, usize)) {
    let Some(byte) = text.get(at).copied() else {
        return;
    };
    let after = at + 1;
    tell(byte, after);
    match byte {
        b'%' => percent(text, after, tell),
        b'\\' => backslash(text, after, tell),
        b'+' => tell(b' ', after),
        b'=' => {
            if let Some(byte) = number(text, after, 2) {
                tell(byte, after + 2);
            }
        }
        b'&' => {
            if let Some((byte, end)) = entity(text, after) {
                tell(byte, end);
            }
        }
        _ => {}
    }
}

/// `%41`, and `%2541` of what was escaped twice.
fn percent(text: &[u8], at: usize, mut tell: impl FnMut(u8, usize)) {
    for level in 0..DEEPEST {
        let at = at + 2 * level;
        if let Some(byte) = number(text, at, 2) {
            tell(byte, at + 2);
        }
        if text.get(at..at + 2) != Some(b"25") {
            return;
        }
    }
}

/// `\u0041`, `\x41`, `\n`, `\"`, also with the backslash itself escaped.
fn backslash(text: &[u8], at: usize, mut tell: impl FnMut(u8, usize)) {
    for level in 0..DEEPEST {
        let at = at + level;
        let Some(byte) = text.get(at).copied() else {
            return;
        };
        let after = at + 1;
        match byte {
            b'u' => {
                if let Some(byte) = number(text, after, 4) {
                    tell(byte, after + 4);
                }
            }
            b'x' => {
                if let Some(byte) = number(text, after, 2) {
                    tell(byte, after + 2);
                }
            }
            b'n' => tell(b'\n', after),
            b'r' => tell(b'\r', after),
            b't' => tell(b'\t', after),
            byte if byte.is_ascii_punctuation() => tell(byte, after),
            _ => {}
        }
        if byte != b'\\' {
            return;
        }
    }
}

/// `&#65;`, `&#x41;` and the named ones that stand for ASCII.
fn entity(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let rest = text.get(at..text.len().min(at + 10))?;
    let length = rest.iter().position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(rest.get(..length)?).ok()?;
    let byte = match name {
        "amp" => b'&',
        "lt" => b'<',
        "gt" => b'>',
        "quot" => b'"',
        "apos" => b'\'',
        _ => match name.strip_prefix('#')? {
            number if number.starts_with(['x', 'X']) => {
                u8::from_str_radix(number.get(1..)?, 16).ok()?
            }
            number => number.parse().ok()?,
        },
    };
    Some((byte, at + length + 1))
}

/// A hexadecimal number below 256 with this many digits.
fn number(text: &[u8], at: usize, digits: usize) -> Option<u8> {
    let digits = text.get(at..at + digits)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    u8::try_from(u32::from_str_radix(digits, 16).ok()?).ok()
}
