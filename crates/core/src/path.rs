//! Paths of secrets and patterns over them.
//!
//! Invariants: a [`SecretPath`] exists only in its one canonical spelling, and the same value is
//! what policy decides on, what storage looks up, what ciphertext is bound to and what the audit
//! log records. There is no normalisation: a spelling outside the grammar is refused, never
//! repaired, because two readers that repair differently are how access rules get bypassed.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest path or pattern, in characters (all of them ASCII).
pub const MAX_LENGTH: usize = 512;

/// Why a text is not a path or a pattern. The message is written for the person or agent who sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing there.
    #[error("the path is empty; write for example api-keys/openai")]
    Empty,
    /// Longer than [`MAX_LENGTH`].
    #[error("the path is longer than {MAX_LENGTH} characters")]
    TooLong,
    /// A character outside letters, digits, `-`, `_` and `/`.
    #[error("{0:?} is not allowed; use letters, digits, '-', '_' and '/' between segments")]
    Character(char),
    /// `//`, or a slash at one end.
    #[error("a segment is empty; write one '/' between segments and none at the ends")]
    EmptySegment,
    /// The first or last character is `-` or `_`.
    #[error("the path must begin and end with a letter or a digit")]
    Edge,
    /// A `%` that does not introduce two hexadecimal digits, or bytes that are not ASCII text.
    #[error("the percent-encoding is broken; encode each character once, as %XX")]
    Encoding,
    /// `*` beside other characters.
    #[error(
        "'*' must be a whole segment: '*' matches one segment, '**' any number; \
         write for example api-keys/* (a name pattern such as key-* would be easy to misread)"
    )]
    PartialWildcard,
}

/// The canonical path of a secret inside its vault, for example `api-keys/openai`.
///
/// Grammar: `^[a-zA-Z0-9][a-zA-Z0-9_\-/]*[a-zA-Z0-9]$` or one alphanumeric character, no empty
/// segment, at most [`MAX_LENGTH`] characters. Case-sensitive. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretPath(Arc<str>);

impl SecretPath {
    /// Checks the grammar.
    ///
    /// # Errors
    /// A [`PathError`] that says what to change.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        check_length(text)?;
        for segment in text.split('/') {
            check_characters(segment)?;
        }
        if text.split('/').any(str::is_empty) {
            return Err(PathError::EmptySegment);
        }
        let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        if !is_edge(text.as_bytes().first()) || !is_edge(text.as_bytes().last()) {
            return Err(PathError::Edge);
        }
        Ok(Self(text.into()))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts between slashes; at least one, none empty.
    pub fn segments(&self) -> impl Iterator<Item = &str> + Clone {
        self.0.split('/')
    }
}

fn check_length(text: &str) -> Result<(), PathError> {
    if text.is_empty() {
        Err(PathError::Empty)
    } else if text.len() > MAX_LENGTH {
        Err(PathError::TooLong)
    } else {
        Ok(())
    }
}

fn check_characters(segment: &str) -> Result<(), PathError> {
    match segment
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
    {
        Some(character) => Err(PathError::Character(character)),
        None => Ok(()),
    }
}

/// Reads the path part of a URL. Raw slashes, percent-encoded segments and `%2F` all give the same
/// path. Decodes exactly once: a doubly encoded text still holds a `%` and is refused by the grammar.
///
/// # Errors
/// A [`PathError`] when the encoding or the decoded path is not valid.
pub fn decode_url_path(raw: &str) -> Result<SecretPath, PathError> {
    // Each character takes three when encoded; anything longer cannot be a path.
    if raw.len() > 3 * MAX_LENGTH {
        return Err(PathError::TooLong);
    }
    if !raw.contains('%') {
        return SecretPath::parse(raw);
    }
    let mut decoded = Vec::with_capacity(raw.len());
    let mut bytes = raw.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'%' => {
                let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                let code = digit().zip(digit()).map(|(high, low)| high << 4 | low);
                code.and_then(|code| u8::try_from(code).ok())
                    .ok_or(PathError::Encoding)?
            }
            other => other,
        };
        decoded.push(byte);
    }
    SecretPath::parse(std::str::from_utf8(&decoded).map_err(|_| PathError::Encoding)?)
}

/// A glob over whole segments: `*` is exactly one segment, `**` any number including none,
/// everything else is literal. Anchored at both ends, case-sensitive. Cloning is cheap.
///
/// `*` inside a segment is refused: existing clients match whole segments only, so `prod-*` would
/// mean different things on the two sides of a migration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathPattern(Arc<str>);

impl PathPattern {
    /// Checks the grammar: segments of the path alphabet, `*` or `**`, none empty.
    ///
    /// # Errors
    /// A [`PathError`] that says what to change.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        check_length(text)?;
        for segment in text.split('/') {
            match segment {
                "*" | "**" => {}
                "" => return Err(PathError::EmptySegment),
                literal => match check_characters(literal) {
                    Err(PathError::Character('*')) => return Err(PathError::PartialWildcard),
                    other => other?,
                },
            }
        }
        Ok(Self(text.into()))
    }

    /// The pattern that matches exactly one path.
    pub fn exactly(path: &SecretPath) -> Self {
        Self(Arc::clone(&path.0))
    }

    /// The text as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole path fits the pattern.
    pub fn matches(&self, path: &SecretPath) -> bool {
        matches_segments(&self.0, &path.0)
    }

    /// Whether every path that fits `other` fits this pattern too. Conservative: `true` is certain,
    /// `false` may miss unusual equivalences such as `*/**` and `**/*`.
    pub fn covers(&self, other: &PathPattern) -> bool {
        matches_segments(&self.0, &other.0)
    }
}

/// Glob matching with one point of return (the last `**`), so the work is at most
/// segments x segments, whatever the pattern.
///
/// `subject` may itself hold wildcards (see [`PathPattern::covers`]): then `*` in the pattern stands
/// for any one segment of the subject but not for its `**`, which may be none or many.
fn matches_segments(pattern: &str, subject: &str) -> bool {
    let mut pattern = Segments(Some(pattern.as_bytes()));
    let mut subject = Segments(Some(subject.as_bytes()));
    let mut retry = None;
    loop {
        let mut rest = subject;
        let fits = match (pattern.take_next(), rest.take_next()) {
            (Some(b"**"), _) => {
                // Assume it stands for nothing; come back here to let it take one segment more.
                retry = Some((pattern, subject));
                continue;
            }
            (None, None) => return true,
            (Some(b"*"), Some(segment)) => segment != b"**",
            (Some(literal), Some(segment)) => literal == segment,
            (None, Some(_)) => false,
            // The subject has ended: taking more segments into `**` cannot help.
            (Some(_), None) => return false,
        };
        if fits {
            subject = rest;
            continue;
        }
        match retry {
            // Nothing follows the `**`: it takes all the rest.
            Some((Segments(None), _)) => return true,
            Some((after_wildcard, mut taken)) => {
                taken.take_next();
                (pattern, subject) = (after_wildcard, taken);
                retry = Some((after_wildcard, taken));
            }
            None => return false,
        }
    }
}

/// The segments of a text. Does what `str::split` does, but is `Copy` and several times faster, on
/// the path of every request.
#[derive(Clone, Copy)]
struct Segments<'a>(Option<&'a [u8]>);

impl<'a> Segments<'a> {
    fn take_next(&mut self) -> Option<&'a [u8]> {
        let text = self.0?;
        let length = text.iter().position(|byte| *byte == b'/');
        let (segment, rest) = text.split_at(length.unwrap_or(text.len()));
        self.0 = rest.split_first().map(|(_slash, rest)| rest);
        Some(segment)
    }
}

macro_rules! text_form {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = PathError;

            fn from_str(text: &str) -> Result<Self, PathError> {
                Self::parse(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
text_form!(SecretPath);
text_form!(PathPattern);

#[cfg(test)]
mod tests;
