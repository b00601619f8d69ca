//! Rules about the text of one file.
//!
//! Words that a rule looks for are written here in two halves, so that this file passes its own rules.

use std::path::Path;

use super::Finding;

/// The longest file that one person can keep in mind. Tests do not count.
const MAXIMUM_LINES: usize = 600;

/// Marks of unfinished work, matched as whole words.
const UNFINISHED: [&str; 9] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("X", "XX"),
    concat!("HA", "CK"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
    concat!("not impl", "emented yet"),
    concat!("st", "ub"),
    concat!("st", "ubbed"),
];

/// Places and papers that a reader of the project cannot open.
const PRIVATE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/tmp/br", "ief"),
    concat!("/tmp/tar", "get-"),
    concat!("helper ses", "sion"),
    concat!("BRI", "EF.md"),
];

/// Files in which `#` followed by digits is a colour or a character reference, not an issue number.
const HASH_HAS_MEANING: [&str; 4] = ["html", "css", "svg", "js"];

/// Source files stay under 600 lines, not counting the tests at their end.
pub(super) fn check_length(path: &Path, text: &str) -> Option<Finding> {
    if is_test_file(path) {
        return None;
    }
    let lines = lines_before_tests(text);
    (lines > MAXIMUM_LINES).then(|| {
        Finding::in_file(
            path,
            format!("{lines} lines without tests, more than {MAXIMUM_LINES}: split it by noun"),
        )
    })
}

/// Files that hold nothing but tests.
fn is_test_file(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

/// The number of lines before the test module. Only an inline module ends the count: clippy's
/// `items_after_test_module` guarantees that nothing follows it.
fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .windows(2)
        .position(|pair| {
            matches!(pair, [attribute, item]
                if attribute.trim() == "#[cfg(test)]" && item.starts_with("mod ") && item.ends_with('{'))
        })
        .unwrap_or(lines.len())
}

/// Every module says what it is for before anything else.
pub(super) fn check_module_documentation(path: &Path, text: &str) -> Option<Finding> {
    if is_test_file(path) {
        return None;
    }
    let opens_with_purpose = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| line.starts_with("//!"));
    (!opens_with_purpose).then(|| {
        Finding::in_file(
            path,
            "does not open with `//!`: say its purpose and invariants",
        )
    })
}

/// Lints are silenced with `expect` and a reason, which the compiler reports when it is no longer needed.
pub(super) fn check_allowed_lints(path: &Path, text: &str) -> Vec<Finding> {
    let allow = concat!("al", "low(");
    numbered(text)
        .filter(|(_, line)| {
            let line = line.trim_start();
            (line.starts_with("#[") || line.starts_with("#![")) && contains_word(line, allow)
        })
        .map(|(number, _)| {
            Finding::at_line(
                path,
                number,
                "silence a lint with #[expect(lint, reason = \"...\")]",
            )
        })
        .collect()
}

/// Nothing unfinished is committed.
pub(super) fn check_unfinished(path: &Path, text: &str) -> Vec<Finding> {
    numbered(text)
        .filter_map(|(number, line)| {
            let word = UNFINISHED.iter().find(|word| contains_word(line, word))?;
            Some(Finding::at_line(
                path,
                number,
                format!("unfinished work: `{word}`"),
            ))
        })
        .collect()
}

/// The project explains itself: no issue numbers and no paths that exist on one machine only.
pub(super) fn check_private_references(path: &Path, text: &str) -> Vec<Finding> {
    let hash_has_meaning = path
        .extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| HASH_HAS_MEANING.contains(&extension));
    numbered(text)
        .filter_map(|(number, line)| {
            if let Some(place) = PRIVATE.iter().find(|place| line.contains(**place)) {
                return Some((number, format!("`{place}` means nothing to a reader")));
            }
            (!hash_has_meaning && contains_issue_number(line)).then(|| {
                (
                    number,
                    String::from("an issue number: give the reason instead"),
                )
            })
        })
        .map(|(number, message)| Finding::at_line(path, number, message))
        .collect()
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Like `contains`, but not inside a longer word.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let (before, rest) = line.split_at(start);
        let after = rest.strip_prefix(word).unwrap_or_default();
        let begins_inside = before.ends_with(is_word_character);
        let ends_inside = word.ends_with(is_word_character) && after.starts_with(is_word_character);
        !begins_inside && !ends_inside
    })
}

/// The sign and one to four digits, standing alone: not the end of a word, a part of an address or a colour.
fn contains_issue_number(line: &str) -> bool {
    line.match_indices('#').any(|(start, _)| {
        let (before, rest) = line.split_at(start);
        let after = rest.trim_start_matches('#');
        let digits = after.chars().take_while(char::is_ascii_digit).count();
        let end = after.chars().nth(digits);
        let alone = !before.ends_with(|c: char| is_word_character(c) || "&/.#\"'".contains(c));
        rest.len() - after.len() == 1
            && alone
            && (1..=4).contains(&digits)
            && !end.is_some_and(|c| is_word_character(c) || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = "crates/core/src/path.rs";

    fn lines(findings: &[Finding]) -> Vec<Option<usize>> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn long_files_are_found_and_tests_do_not_count() {
        let code = "//! x\n".repeat(600);
        let check = |path: &str, text: &str| check_length(Path::new(path), text);
        assert_eq!(check(RUST, &code), None);
        assert!(check(RUST, &format!("{code}one more\n")).is_some());
        assert_eq!(
            check(
                RUST,
                &format!("{code}#[cfg(test)]\nmod tests {{\n more\n}}\n")
            ),
            None
        );
        // A test-only import near the top must not hide the rest of the file.
        assert!(check(RUST, &format!("#[cfg(test)]\nuse x;\n{code}")).is_some());
        assert!(check(RUST, &format!("#[cfg(test)]\nmod tests;\n{code}")).is_some());
        for path in [
            "crates/store/tests/it/main.rs",
            "crates/core/src/policy/tests.rs",
        ] {
            assert_eq!(check(path, &format!("{code}one more\n")), None);
        }
    }

    #[test]
    fn modules_without_documentation_are_found() {
        let check = |text: &str| check_module_documentation(Path::new(RUST), text).is_some();
        assert!(check("use std::fs;\n//! too late\n"));
        assert!(check("/// about an item\n"));
        assert!(check(""));
        assert!(!check("\n//! Purpose.\nuse std::fs;\n"));
        let test = Path::new("crates/crypto/tests/crypto/seal.rs");
        assert_eq!(check_module_documentation(test, "use std::fs;\n"), None);
    }

    #[test]
    fn silenced_lints_are_found() {
        let bad = concat!(
            "#[al",
            "low(dead_code)]\nfn f() {}\n  #![cfg_attr(x, al",
            "low(y))]\n"
        );
        assert_eq!(
            lines(&check_allowed_lints(Path::new(RUST), bad)),
            [Some(1), Some(3)]
        );
        let good = "#[expect(dead_code, reason = \"x\")]\nfn is_allow(x: u8) {}\n// allow(this)\n#[test_allow(x)]\n";
        assert!(check_allowed_lints(Path::new(RUST), good).is_empty());
    }

    #[test]
    fn unfinished_work_is_found() {
        for word in UNFINISHED {
            let text = format!("fine\n// {word}: later\n");
            assert_eq!(
                lines(&check_unfinished(Path::new(RUST), &text)),
                [Some(2)],
                "{word}"
            );
        }
        let good = "oneclaw.XXXXXX\nstubborn\nplaceholder=\"you@example.com\"\nmastodon_todos\n";
        assert!(check_unfinished(Path::new(RUST), good).is_empty());
    }

    #[test]
    fn private_places_are_found() {
        for place in PRIVATE {
            let text = format!("see {place}x for more");
            assert_eq!(
                check_private_references(Path::new("README.md"), &text).len(),
                1,
                "{place}"
            );
        }
        let good = "a framework/x, /var/lib/oneclaw and /tmp/demo";
        assert!(check_private_references(Path::new("README.md"), good).is_empty());
    }

    #[test]
    fn issue_numbers_are_found_and_other_uses_of_the_sign_are_not() {
        // Written with another sign, so that this file passes its own rule.
        for bad in ["see @12", "(@7)", "fixes @1234."] {
            let bad = bad.replace('@', "#");
            assert!(contains_issue_number(&bad), "{bad}");
        }
        for good in [
            "PKCS#11",
            "page.md#4-notes",
            "&#39;",
            "# 12 rules",
            "## 3",
            "colour #1a2b3c",
            "#123456",
            "r#\"x\"#",
            "\"#333\"",
            "it.md#12",
            "#4-of-5",
        ] {
            assert!(!contains_issue_number(good), "{good}");
        }
        let sign = "colour #".to_owned() + "333";
        let check = |path: &str| check_private_references(Path::new(path), &sign).len();
        assert_eq!(check("static/app.css"), 0);
        assert_eq!(check("src/app.rs"), 1);
    }
}
