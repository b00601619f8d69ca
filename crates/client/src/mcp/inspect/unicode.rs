//! Characters that look like nothing, or like other characters.

use std::borrow::Cow;

use oneclaw_core::model::text::is_deceptive;

use super::{Severity, Threat, excerpt};

pub(super) const KIND: &str = "unicode";

/// Cyrillic and Greek letters that are drawn like Latin ones.
const LOOKALIKES: &[(char, char)] = &[
    ('а', 'a'),
    ('в', 'b'),
    ('с', 'c'),
    ('ԁ', 'd'),
    ('е', 'e'),
    ('һ', 'h'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ӏ', 'l'),
    ('о', 'o'),
    ('р', 'p'),
    ('ԛ', 'q'),
    ('ѕ', 's'),
    ('у', 'y'),
    ('х', 'x'),
    ('ԝ', 'w'),
    ('А', 'A'),
    ('В', 'B'),
    ('С', 'C'),
    ('Е', 'E'),
    ('Н', 'H'),
    ('І', 'I'),
    ('Ј', 'J'),
    ('К', 'K'),
    ('М', 'M'),
    ('О', 'O'),
    ('Р', 'P'),
    ('Ѕ', 'S'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('У', 'Y'),
    ('α', 'a'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('υ', 'u'),
    ('ι', 'i'),
    ('κ', 'k'),
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Η', 'H'),
    ('Ι', 'I'),
    ('Κ', 'K'),
    ('Μ', 'M'),
    ('Ν', 'N'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
    ('Υ', 'Y'),
    ('Χ', 'X'),
    ('Ζ', 'Z'),
];

/// Line breaks and tabs are layout.
fn is_invisible(character: char) -> bool {
    is_deceptive(character) && !matches!(character, '\n' | '\r' | '\t')
}

fn latin(character: char) -> Option<char> {
    LOOKALIKES
        .iter()
        .find_map(|(lookalike, latin)| (*lookalike == character).then_some(*latin))
}

/// Whether a word mixes Latin letters with others that are drawn like them. A word that is all Cyrillic is Russian.
fn is_mixed(word: &str) -> bool {
    word.chars()
        .any(|character| character.is_ascii_alphabetic())
        && word.chars().any(|character| latin(character).is_some())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && !is_invisible(character))
}

pub(super) fn scan(text: &str) -> Vec<Threat> {
    if text.is_ascii() && !text.chars().any(is_invisible) {
        return Vec::new();
    }
    let threat = |pattern, found: String| Threat {
        kind: KIND,
        pattern,
        severity: Severity::Medium,
        excerpt: excerpt(&found),
    };
    let mut threats = Vec::new();
    if let Some(character) = text.chars().find(|character| is_invisible(*character)) {
        threats.push(threat("invisible", character.escape_unicode().to_string()));
    }
    if let Some(word) = words(text).find(|word| is_mixed(word)) {
        threats.push(threat("homoglyph", word.to_owned()));
    }
    threats
}

/// The text as it is meant to be read: invisible characters gone, look-alikes in mixed words replaced.
pub(in crate::mcp) fn normalized(text: &str) -> Cow<'_, str> {
    if scan(text).is_empty() {
        return Cow::Borrowed(text);
    }
    let visible: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .collect();
    let mut plain = String::with_capacity(visible.len());
    for piece in visible.split_inclusive(|character: char| !character.is_alphanumeric()) {
        if is_mixed(piece) {
            plain.extend(
                piece
                    .chars()
                    .map(|character| latin(character).unwrap_or(character)),
            );
        } else {
            plain.push_str(piece);
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disguise_is_found_and_taken_off() {
        for (text, pattern, plain) in [
            ("api\u{200b}key", "invisible", "apikey"),
            ("safe\u{202e}gnp.exe", "invisible", "safegnp.exe"),
            ("p\u{430}ypal", "homoglyph", "paypal"),
            ("run \u{455}udo, now", "homoglyph", "run sudo, now"),
        ] {
            let threats = scan(text);
            let patterns: Vec<_> = threats.iter().map(|threat| threat.pattern).collect();
            assert_eq!(patterns, [pattern], "{text}");
            assert_eq!(normalized(text), plain);
        }
    }

    #[test]
    fn other_languages_are_no_disguise() {
        for text in ["Привет мир", "Καλημέρα", "naïve café 日本語", "a\tb\r\nc"]
        {
            assert_eq!(scan(text), [], "{text}");
            assert_eq!(normalized(text), text);
        }
    }
}
