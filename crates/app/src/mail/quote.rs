//! Text that strangers chose, made harmless for a mail that a person decides by.
//!
//! Invariants of what [`quote`] returns: one line of bounded length; no invisible or reordering
//! characters; no double quotation marks, so that the ones we set around it show where it ends; and
//! nothing that a mail program would turn into a link or an address of its own accord.

use oneclaw_core::model::text::is_deceptive;

/// Longest quoted name in characters.
pub(super) const NAME: usize = 64;
/// Longest quoted description, program name or path in characters.
pub(super) const DESCRIPTION: usize = 280;

/// Makes a stranger's text fit to be shown between quotation marks, cut to `limit` characters.
pub(super) fn quote(text: &str, limit: usize) -> String {
    let line = flatten(text);
    let mut quoted = String::with_capacity(line.len() + 16);
    for (index, word) in shorten(&line, limit).split(' ').enumerate() {
        if index > 0 {
            quoted.push(' ');
        }
        defuse(word, &mut quoted);
    }
    quoted
}

/// Drops what cannot be seen, and puts everything on one line with single spaces.
fn flatten(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let start = line.len();
        if start > 0 {
            line.push(' ');
        }
        let before = line.len();
        line.extend(
            word.chars()
                .filter(|c| !is_deceptive(*c))
                .map(|c| if is_quotation_mark(c) { '\'' } else { c }),
        );
        if line.len() == before {
            line.truncate(start);
        }
    }
    line
}

fn is_quotation_mark(character: char) -> bool {
    matches!(character, '"' | '\u{ab}' | '\u{bb}' | '\u{201c}'..='\u{201f}' | '\u{275d}' | '\u{275e}' | '\u{301d}'..='\u{301f}' | '\u{ff02}')
}

fn shorten(line: &str, limit: usize) -> String {
    let mut rest = line.chars();
    let mut short: String = rest.by_ref().take(limit).collect();
    if rest.next().is_some() {
        short.truncate(short.trim_end().len());
        short.push('…');
    }
    short
}

/// Breaks addresses the way security reports do: `example[.]com`, `https[:]//`, `name[at]example`.
fn defuse(word: &str, out: &mut String) {
    let harmless_dots = is_version(word);
    let mut previous = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '@' | '\u{fe6b}' | '\u{ff20}' => out.push_str("[at]"),
            '.' if joins(next) && !harmless_dots => out.push_str("[.]"),
            // Mail programs read these as dots, because browsers do (UTS 46).
            '\u{2024}' | '\u{3002}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}' => out.push_str("[.]"),
            ':' if next.is_some() && !is_between_digits(previous, next) => out.push_str("[:]"),
            '\u{2236}' | '\u{fe55}' | '\u{ff1a}' => out.push_str("[:]"),
            other => out.push(other),
        }
        previous = Some(character);
    }
}

/// Whether all dots of a word are those of a version such as `curl/8.5.0`. Three of them could make
/// an address.
fn is_version(word: &str) -> bool {
    let mut dots = 0;
    let mut previous = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        if character == '.' && joins(next) {
            dots += 1;
            if !is_between_digits(previous, next) {
                return false;
            }
        }
        previous = Some(character);
    }
    dots < 3
}

/// Whether a dot has something behind it, rather than ending a sentence or being one of three.
fn joins(next: Option<char>) -> bool {
    next.is_some_and(|next| next != '.')
}

fn is_between_digits(previous: Option<char>, next: Option<char>) -> bool {
    [previous, next]
        .iter()
        .all(|c| c.is_some_and(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linkify::LinkFinder;
    use proptest::prelude::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in [
            "deploy-bot",
            "Größe 東京 ☕",
            "curl/8.5.0",
            "Deploys the shop. Runs at 12:30, version 1.2",
            "it's fine; really?",
            "Wait...",
        ] {
            assert_eq!(quote(text, DESCRIPTION), text);
        }
    }

    #[test]
    fn addresses_are_broken() {
        for (text, expected) in [
            ("evil.com", "evil[.]com"),
            (
                "see https://evil.com/a.b?c=1",
                "see https[:]//evil[.]com/a[.]b?c=1",
            ),
            ("boss@corp.example", "boss[at]corp[.]example"),
            ("mailto:a", "mailto[:]a"),
            ("1.2.3.4", "1[.]2[.]3[.]4"),
            ("evil。com and evil．com", "evil[.]com and evil[.]com"),
            ("evil.com/1.2", "evil[.]com/1[.]2"),
            ("wait...evil.com", "wait..[.]evil[.]com"),
        ] {
            assert_eq!(quote(text, DESCRIPTION), expected);
        }
    }

    #[test]
    fn nothing_hides_or_leaves_its_quotation_marks() {
        assert_eq!(quote("a\r\nBcc: b\tc", DESCRIPTION), "a Bcc: b c");
        assert_eq!(
            quote("safe\u{202e}moc.live\u{200b}\u{0}", DESCRIPTION),
            "safemoc[.]live"
        );
        assert_eq!(
            quote("bot\" has been verified. \u{201d}Allow", NAME),
            "bot' has been verified. 'Allow"
        );
        assert_eq!(quote(" \u{200b} \u{2028}\n", NAME), "");
        assert_eq!(quote(&"x".repeat(65), NAME), format!("{}…", "x".repeat(64)));
        assert_eq!(quote(&"x".repeat(64), NAME), "x".repeat(64));
        // An address that the cut would complete is broken as well.
        assert_eq!(
            quote(&format!("{} a.b", "x".repeat(60)), NAME),
            format!("{} a[.]b", "x".repeat(60))
        );
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_link(text in "\\PC{0,40}|[a-z@:./。 0-9]{0,40}|(https?://|www\\.|mailto:)?[a-z]{1,9}\\.(com|org)[/:?@a-z.]{0,9}") {
            let quoted = quote(&text, DESCRIPTION);
            let mut finder = LinkFinder::new();
            finder.url_must_have_scheme(false);
            let links: Vec<_> = finder.links(&quoted).map(|link| link.as_str().to_owned()).collect();
            // A version number is no address: three dots are needed for one.
            let links: Vec<_> = links.into_iter().filter(|link| link.contains(|c: char| c.is_alphabetic())).collect();
            prop_assert!(links.is_empty(), "{links:?} in {quoted:?}");
        }

        #[test]
        fn every_text_is_one_bounded_visible_line(text in any::<String>(), limit in 0_usize..300) {
            let quoted = quote(&text, limit);
            prop_assert!(!quoted.chars().any(|c| is_deceptive(c) || is_quotation_mark(c) || c == '@'));
            prop_assert!(!quoted.starts_with(' ') && !quoted.ends_with(' ') && !quoted.contains("  "));
            prop_assert!(quoted.chars().count() <= 4 * limit + 1);
        }
    }
}
