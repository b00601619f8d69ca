//! Text that people and agents choose: names, descriptions, mail addresses.
//!
//! Invariant: no accepted text can hide or rearrange what stands around it on a page, in a mail or in a
//! terminal. Strangers choose names, and a person decides by reading them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest name in characters.
const MAX_NAME: usize = 255;

/// Longest description in characters.
const MAX_DESCRIPTION: usize = 2000;

/// Why a text is not a name or a description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing visible.
    #[error("must not be empty")]
    Empty,
    /// Longer than allowed.
    #[error("must not be longer than {0} characters")]
    TooLong(usize),
    /// A control character, or one that is invisible or changes the direction of text.
    #[error("contains the invisible character U+{:04X}", u32::from(*.0))]
    Invisible(char),
}

/// Checks a name (of a vault, an agent, a person, a key): one line of 1 to 255 characters after trimming.
///
/// # Errors
/// What is wrong with it.
pub fn parse_name(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    check(text, MAX_NAME, is_deceptive)?;
    Ok(text.to_owned())
}

/// Checks a description: up to 2000 characters after trimming, line breaks and tabs allowed, may be
/// empty.
///
/// # Errors
/// What is wrong with it.
pub fn parse_description(text: &str) -> Result<String, TextError> {
    let text = text.trim();
    check(text, MAX_DESCRIPTION, |c| {
        is_deceptive(c) && !matches!(c, '\n' | '\r' | '\t')
    })?;
    Ok(text.to_owned())
}

fn check(text: &str, max: usize, is_refused: impl Fn(char) -> bool) -> Result<(), TextError> {
    if text.chars().nth(max).is_some() {
        return Err(TextError::TooLong(max));
    }
    match text.chars().find(|c| is_refused(*c)) {
        Some(character) => Err(TextError::Invisible(character)),
        None => Ok(()),
    }
}

/// Whether a character can hide or reorder the text around it: control characters, and those of
/// Unicode's format characters and blanks that do so.
pub fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character,
            // Soft hyphen; zero-width spaces and joiners; word joiner and invisible operators.
            '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
            | '\u{feff}'
            // Bidirectional marks, embeddings, overrides and isolates; deprecated format characters.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{206f}'
            // Line and paragraph separators, annotation marks, tags.
            | '\u{2028}' | '\u{2029}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
            // Letters and symbols that look like nothing.
            | '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// A mail address in the one spelling under which accounts, limits and shares know it: trimmed, lower-case.
///
/// Not shown by `Debug`, because logs hold ids and no addresses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(Box<str>);

/// The text is not a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a mail address such as name@example.org")]
pub struct EmailError;

/// Longest address (RFC 5321 section 4.5.3.1.3, without the angle brackets).
const MAX_EMAIL: usize = 254;
/// Longest part before the `@` (RFC 5321 section 4.5.3.1.1).
const MAX_LOCAL: usize = 64;
/// Longest label of a host name (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;

impl Email {
    /// Reads an address: unquoted ASCII on both sides of one `@` (the `addr-spec` of RFC 5322 without
    /// comments, quotes and address literals).
    ///
    /// # Errors
    /// When the text is not such an address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        if text.len() > MAX_EMAIL || !text.is_ascii() {
            return Err(EmailError);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailError)?;
        let is_local = local.len() <= MAX_LOCAL && local.split('.').all(is_atom);
        if is_local && domain.split('.').all(is_label) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(EmailError)
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

/// RFC 5322 section 3.2.3.
fn is_atom(text: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !text.is_empty() && text.chars().all(is_allowed)
}

fn is_label(text: &str) -> bool {
    (1..=MAX_LABEL).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

impl Serialize for Email {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_kept() {
        assert_eq!(parse_name("  Build bot \n").as_deref(), Ok("Build bot"));
        assert_eq!(parse_name("Größe 東京 ☕").as_deref(), Ok("Größe 東京 ☕"));
        let longest = "ü".repeat(255);
        assert_eq!(parse_name(&longest).as_deref(), Ok(longest.as_str()));
        assert_eq!(parse_description("").as_deref(), Ok(""));
        assert_eq!(parse_description(" a\n\tb ").as_deref(), Ok("a\n\tb"));
    }

    #[test]
    fn names_that_deceive_are_refused() {
        assert_eq!(parse_name(" \t "), Err(TextError::Empty));
        assert_eq!(parse_name(&"x".repeat(256)), Err(TextError::TooLong(255)));
        for character in [
            '\0',
            '\n',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2067}',
            '\u{2028}',
            '\u{feff}',
            '\u{e0041}',
            '\u{3164}',
        ] {
            let text = format!("a{character}b");
            assert_eq!(
                parse_name(&text),
                Err(TextError::Invisible(character)),
                "{character:?}"
            );
            let is_break = character == '\n';
            assert_eq!(parse_description(&text).is_ok(), is_break, "{character:?}");
        }
    }

    #[test]
    fn addresses_have_one_spelling() {
        let email = Email::parse(" Alice.Smith+1@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "alice.smith+1@example.org");
        assert_eq!(email.local_part(), "alice.smith+1");
        assert_eq!(format!("{email:?}"), "Email(..)");
        assert!(Email::parse("root@localhost").is_ok());
    }

    #[test]
    fn other_addresses_are_refused() {
        for text in [
            "",
            "alice",
            "@example.org",
            "alice@",
            "a@b@c",
            "a b@example.org",
            "a\0@example.org",
            "a..b@example.org",
            ".a@example.org",
            "a.@example.org",
            "\"a b\"@example.org",
            "a@[192.0.2.1]",
            "a@-example.org",
            "a@example..org",
            "a@example.org.",
            "ä@example.org",
            "a@exämple.org",
            "a@example.org\nBcc: x@example.org",
            "<a@example.org>",
            "Alice <a@example.org>",
            "a,b@example.org",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
        assert!(Email::parse(&format!("a@{}.org", "a".repeat(64))).is_err());
        let long = format!("a@{}org", "abcdefghi.".repeat(25));
        assert!(long.len() > 254 && Email::parse(&long).is_err());
    }
}
