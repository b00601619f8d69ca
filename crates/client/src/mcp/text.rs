//! Making text that others chose visible.

use std::borrow::Cow;
use std::fmt::Write as _;

use oneclaw_core::model::text::is_deceptive;
use serde::Serialize;

/// The text with every character that could hide or reorder what stands around it written as `\u{…}`.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_deceptive(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Pretty JSON without invisible characters. It is the same document: JSON has an escape for each of them.
pub(super) fn pretty(document: &impl Serialize) -> String {
    escaped(&serde_json::to_string_pretty(document).unwrap_or_default())
}

/// JSON on one line without invisible characters.
pub(super) fn one_line(document: &impl Serialize) -> String {
    escaped(&serde_json::to_string(document).unwrap_or_default())
}

fn escaped(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for character in json.chars() {
        // A raw line feed is layout: inside a string the serializer has escaped it.
        if is_deceptive(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_becomes_visible() {
        assert!(matches!(visible("ordinary é"), Cow::Borrowed(_)));
        assert_eq!(
            visible("prod\u{202e}gol\n\u{1b}[2J"),
            "prod\\u{202e}gol\\u{a}\\u{1b}[2J"
        );
    }

    #[test]
    fn escaped_json_is_the_same_document() {
        let name = "a\u{202e}b\u{200b}\n\u{e0041}\"c";
        for json in [one_line(&[name]), pretty(&[name])] {
            assert!(!json.replace('\n', "").chars().any(is_deceptive), "{json}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [name]);
        }
    }
}
