//! `details` of an entry: canonical JSON, so that the hashed bytes can be rebuilt from any
//! equivalent JSON text.
//!
//! Canonical form: no white space, members in the order they were written, whole numbers only, and
//! in strings exactly these characters escaped: `"` and `\` with a backslash; control characters
//! (U+0000 to U+001F, U+007F to U+009F), line and paragraph separators (U+2028, U+2029) and
//! bidirectional controls (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) as `\u` and four lowercase
//! hexadecimal digits. Escaping the latter keeps a name chosen by a stranger from rearranging the
//! terminal of whoever reads an export.

use std::fmt::{self, Write as _};

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

/// Room for the details of most entries, so that they are written without a reallocation.
const TYPICAL_LENGTH: usize = 192;

/// A JSON object under construction; always complete. Names must not repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details(String);

impl Details {
    /// The empty object.
    pub fn new() -> Self {
        let mut text = String::with_capacity(TYPICAL_LENGTH);
        text.push_str("{}");
        Self(text)
    }

    /// Adds an id.
    #[must_use]
    pub fn uuid(self, name: &str, id: impl Into<Uuid>) -> Self {
        let mut buffer = Uuid::encode_buffer();
        let id: Uuid = id.into();
        let text = id.as_hyphenated().encode_lower(&mut buffer);
        self.member(name, |out| write_string(out, text))
    }

    /// Adds text.
    #[must_use]
    pub fn text(self, name: &str, text: impl AsRef<str>) -> Self {
        self.member(name, |out| write_string(out, text.as_ref()))
    }

    /// Adds a whole number; one outside the range of `i64` becomes `i64::MAX`.
    #[must_use]
    pub fn int(self, name: &str, number: impl TryInto<i64>) -> Self {
        let number = number.try_into().unwrap_or(i64::MAX);
        self.member(name, |out| write_display(out, number))
    }

    /// Adds true or false.
    #[must_use]
    pub fn flag(self, name: &str, flag: bool) -> Self {
        self.member(name, |out| write_display(out, flag))
    }

    /// Adds a list of texts.
    #[must_use]
    pub fn texts<S: AsRef<str>>(self, name: &str, texts: impl IntoIterator<Item = S>) -> Self {
        self.member(name, |out| {
            out.push('[');
            for (index, text) in texts.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(out, text.as_ref());
            }
            out.push(']');
        })
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON text, to be stored as it is.
    pub fn into_string(self) -> String {
        self.0
    }

    /// Brings any equivalent JSON text back to the canonical form.
    ///
    /// # Errors
    /// When the text is not a JSON object of texts, whole numbers, flags, lists and objects.
    pub fn from_json(text: &str) -> Result<Self, DetailsError> {
        serde_json::from_str(text).map_err(|error| DetailsError(error.to_string()))
    }

    fn member(mut self, name: &str, write_value: impl FnOnce(&mut String)) -> Self {
        self.0.pop();
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_string(&mut self.0, name);
        self.0.push(':');
        write_value(&mut self.0);
        self.0.push('}');
        self
    }
}

/// The text is not canonicalisable JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("details are not valid: {0}")]
pub struct DetailsError(String);

impl Default for Details {
    fn default() -> Self {
        Self::new()
    }
}

fn write_display(out: &mut String, value: impl fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

/// Appends a JSON string in canonical form.
pub(super) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        // Nearly every text: ids, paths, words.
        out.push_str(text);
    } else {
        write_escaped(out, text);
    }
    out.push('"');
}

fn write_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if must_escape(c) => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
}

const fn must_escape(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl<'de> Deserialize<'de> for Details {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut out = String::new();
        deserializer.deserialize_map(Canonical(&mut out))?;
        Ok(Self(out))
    }
}

/// Writes whatever it is shown in canonical form; keeps the order of members, which a tree of values
/// would not.
struct Canonical<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Canonical<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Canonical<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts, whole numbers, flags, lists and objects")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        write_display(self.0, value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        write_display(self.0, value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        write_display(self.0, value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        write_string(self.0, value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut separator = '[';
        loop {
            let length = self.0.len();
            self.0.push(separator);
            if items.next_element_seed(Canonical(self.0))?.is_none() {
                self.0.truncate(length);
                break;
            }
            separator = ',';
        }
        self.0.push_str(if separator == '[' { "[]" } else { "]" });
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = Vec::new();
        self.0.push('{');
        while let Some(name) = members.next_key::<String>()? {
            // Readers disagree on which of two equal names counts.
            if names.contains(&name) {
                return Err(A::Error::custom("a name repeats"));
            }
            if !names.is_empty() {
                self.0.push(',');
            }
            write_string(self.0, &name);
            self.0.push(':');
            members.next_value_seed(Canonical(self.0))?;
            names.push(name);
        }
        self.0.push('}');
        Ok(())
    }
}
