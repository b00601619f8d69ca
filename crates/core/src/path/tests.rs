//! Tables for the grammar, and the matcher against a second, recursive one on every small input.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

fn pattern(text: &str) -> PathPattern {
    PathPattern::parse(text).unwrap()
}

/// The grammar once more, written by hand from the contract's regular expression.
fn is_in_grammar(text: &str) -> bool {
    let is_alphanumeric = |c: char| c.is_ascii_alphanumeric();
    !text.is_empty()
        && text.len() <= 512
        && text.starts_with(is_alphanumeric)
        && text.ends_with(is_alphanumeric)
        && text
            .chars()
            .all(|c| is_alphanumeric(c) || "_-/".contains(c))
        && !text.contains("//")
}

#[test]
fn canonical_paths_are_kept() {
    let longest = "a".repeat(MAX_LENGTH);
    for text in [
        "a",
        "7",
        "api-keys/openai",
        "A/b_c/d-e",
        "a/-b/_/c",
        "x--y__z",
        &longest,
    ] {
        assert_eq!(path(text).as_str(), text);
    }
    assert!(path("a/b/c").segments().eq(["a", "b", "c"]));
}

#[test]
fn other_spellings_are_refused_with_a_reason() {
    let too_long = "a".repeat(MAX_LENGTH + 1);
    for (text, error) in [
        ("", PathError::Empty),
        (&too_long, PathError::TooLong),
        ("/", PathError::EmptySegment),
        ("/a", PathError::EmptySegment),
        ("a/", PathError::EmptySegment),
        ("a//b", PathError::EmptySegment),
        (".", PathError::Character('.')),
        ("..", PathError::Character('.')),
        ("a/../b", PathError::Character('.')),
        ("a.b", PathError::Character('.')),
        ("a b", PathError::Character(' ')),
        (" a", PathError::Character(' ')),
        ("a\n", PathError::Character('\n')),
        ("a\0", PathError::Character('\0')),
        ("a\\b", PathError::Character('\\')),
        ("a;b", PathError::Character(';')),
        ("a*", PathError::Character('*')),
        ("a%2fb", PathError::Character('%')),
        ("ä", PathError::Character('ä')),
        ("\u{ff41}", PathError::Character('\u{ff41}')),
        ("a\u{2215}b", PathError::Character('\u{2215}')),
        ("-a", PathError::Edge),
        ("a_", PathError::Edge),
    ] {
        assert_eq!(SecretPath::parse(text), Err(error), "{text:?}");
    }
}

/// Tricks with URLs: whatever is accepted decodes to the plain path, everything else is refused.
#[test]
fn url_spellings_of_one_path_are_the_same_path() {
    for raw in [
        "api-keys/openai",
        "api-keys%2Fopenai",
        "api-keys%2fopenai",
        "api%2Dkeys/openai",
        "%61pi-keys/open%61i",
        "%61%70%69%2D%6b%65%79%73%2F%6F%70%65%6E%61%69",
    ] {
        assert_eq!(
            decode_url_path(raw).unwrap(),
            path("api-keys/openai"),
            "{raw}"
        );
    }
}

#[test]
fn url_tricks_are_refused() {
    for raw in [
        "",
        "/",
        "%2F",
        "%2f",
        ".",
        "..",
        "%2e",
        "%2e%2e",
        "%2E./a",
        ".%2e/a",
        "a/..",
        "a/../b",
        "a/%2e%2e/b",
        "a%2f..%2fb",
        "a%2f%2e%2e%2fb",
        "..%2fa",
        "a/./b",
        "a/%2e/b",
        "a//b",
        "a%2f/b",
        "a/%2fb",
        "a%2f%2fb",
        "/a",
        "%2fa",
        "a/",
        "a%2f",
        "a%252fb",
        "a%252e%252e",
        "%252e",
        "a%25",
        "a%",
        "a%2",
        "a%zz",
        "a%2g",
        "a%%2f",
        "a%+2",
        "a;x",
        "a;x=1",
        "a%3bx",
        "a\\b",
        "a%5cb",
        "a%5c..%5cb",
        "a%00",
        "a\0",
        "a%0a",
        "a%0d%0a",
        "a%20b",
        "a+b",
        "a b",
        "a%c0%afb",
        "a%c0%ae",
        "a%e0%80%ae",
        "a%ef%bc%8fb",
        "a%c3%a4",
        "ä",
        "a%ff",
        "a?b",
        "a#b",
        "a%3fb",
        "a%23b",
        "a*",
        "%2a",
        "~a",
        "a:b",
        "a@b",
    ] {
        assert!(decode_url_path(raw).is_err(), "{raw:?}");
    }
    let giant = "%61".repeat(MAX_LENGTH + 1);
    assert_eq!(decode_url_path(&giant), Err(PathError::TooLong));
    assert_eq!(decode_url_path(&"a/".repeat(4096)), Err(PathError::TooLong));
    let longest = "%61".repeat(MAX_LENGTH);
    assert_eq!(
        decode_url_path(&longest).unwrap().as_str().len(),
        MAX_LENGTH
    );
}

#[test]
fn errors_are_sentences_that_help() {
    let message = |text| PathPattern::parse(text).unwrap_err().to_string();
    assert!(message("prod-*").contains("whole segment"));
    assert!(message("a b").contains("' ' is not allowed"));
    assert!(
        !message("a\u{1b}[31m").contains('\u{1b}'),
        "control characters are escaped"
    );
}

#[test]
fn patterns_outside_the_grammar_are_refused() {
    let too_long = "*/".repeat(MAX_LENGTH / 2) + "*";
    for (text, error) in [
        ("", PathError::Empty),
        (&too_long, PathError::TooLong),
        ("/", PathError::EmptySegment),
        ("a/", PathError::EmptySegment),
        ("/**", PathError::EmptySegment),
        ("a//b", PathError::EmptySegment),
        ("..", PathError::Character('.')),
        ("a/../*", PathError::Character('.')),
        ("a?", PathError::Character('?')),
        ("[ab]", PathError::Character('[')),
        ("+", PathError::Character('+')),
        ("a*", PathError::PartialWildcard),
        ("*a", PathError::PartialWildcard),
        ("a*b", PathError::PartialWildcard),
        ("***", PathError::PartialWildcard),
        ("a/b*", PathError::PartialWildcard),
        ("**a", PathError::PartialWildcard),
    ] {
        assert_eq!(PathPattern::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn globs_match_whole_segments() {
    for (glob, text, expected) in [
        ("**", "a", true),
        ("**", "a/b/c", true),
        ("*", "a", true),
        ("*", "a/b", false),
        ("api-keys/**", "api-keys", true),
        ("api-keys/**", "api-keys/x", true),
        ("api-keys/**", "api-keys/x/y", true),
        ("api-keys/**", "api-keys2/x", false),
        ("api-keys/*", "api-keys/x/y", false),
        ("api-keys/*", "api-keys", false),
        ("**/openai", "openai", true),
        ("**/openai", "a/b/openai", true),
        ("a/**/z", "a/z", true),
        ("a/**/z", "a/b/c/z", true),
        ("a/**/z", "a/b/c", false),
        ("a/b", "A/b", false),
        ("a/b", "a/b/c", false),
        ("a/b/c", "a/b", false),
    ] {
        assert_eq!(
            pattern(glob).matches(&path(text)),
            expected,
            "{glob} ~ {text}"
        );
    }
    assert!(PathPattern::exactly(&path("a/b")).matches(&path("a/b")));
}

/// The definition, with as much backtracking as it takes.
fn matches_by_definition(pattern: &[&str], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((&"**", rest)) => (0..=path.len()).any(|n| matches_by_definition(rest, &path[n..])),
        Some((segment, rest)) => {
            let fits = path
                .first()
                .is_some_and(|first| *segment == "*" || segment == first);
            fits && matches_by_definition(rest, &path[1..])
        }
    }
}

/// Every sequence of 1 to `longest` segments over the alphabet.
fn sequences(alphabet: &[&'static str], longest: usize) -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&str>> = vec![vec![]];
    let mut start = 0;
    for _ in 0..longest {
        let end = all.len();
        for index in start..end {
            for segment in alphabet {
                let mut longer = all[index].clone();
                longer.push(segment);
                all.push(longer);
            }
        }
        start = end;
    }
    all.split_off(1)
}

#[test]
fn matching_agrees_with_its_definition_on_every_small_input() {
    let paths = sequences(&["a", "b", "c"], 5);
    let patterns = sequences(&["a", "b", "c", "*", "**"], 5);
    assert_eq!((paths.len(), patterns.len()), (363, 3905));
    let parsed: Vec<_> = paths
        .iter()
        .map(|segments| path(&segments.join("/")))
        .collect();
    for segments in &patterns {
        let glob = pattern(&segments.join("/"));
        for (path, parsed) in paths.iter().zip(&parsed) {
            assert_eq!(
                glob.matches(parsed),
                matches_by_definition(segments, path),
                "{glob} ~ {parsed}"
            );
        }
    }
}

#[test]
fn covering_implies_matching_whatever_the_other_matches() {
    let patterns: Vec<_> = sequences(&["a", "b", "*", "**"], 3)
        .iter()
        .map(|segments| pattern(&segments.join("/")))
        .collect();
    let paths: Vec<_> = sequences(&["a", "b", "c"], 4)
        .iter()
        .map(|segments| path(&segments.join("/")))
        .collect();
    let mut covered = 0;
    for wide in &patterns {
        for narrow in &patterns {
            if wide.covers(narrow) {
                covered += 1;
                for path in paths.iter().filter(|path| narrow.matches(path)) {
                    assert!(wide.matches(path), "{wide} covers {narrow} but not {path}");
                }
            }
        }
        assert!(wide.covers(wide) && pattern("**").covers(wide), "{wide}");
    }
    assert!(covered > patterns.len() * 2);
    for (wide, narrow, expected) in [
        ("api-keys/**", "api-keys/openai", true),
        ("api-keys/**", "api-keys/*", true),
        ("api-keys/*", "api-keys/**", false),
        ("a/**", "a/**/b", true),
        ("a/*", "b/*", false),
    ] {
        assert_eq!(
            pattern(wide).covers(&pattern(narrow)),
            expected,
            "{wide} {narrow}"
        );
    }
}

#[test]
fn the_worst_pattern_costs_segments_times_segments() {
    // A backtracking matcher would need about 2^84 steps for this.
    let glob = pattern(&format!("{}b", "**/a/".repeat(84)));
    let text = path(&format!("{}a", "a/".repeat(255)));
    assert!(!glob.matches(&text));
}

fn any_path() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9]([a-zA-Z0-9_-]{0,6}(/[a-zA-Z0-9_-]{1,6}){0,4}[a-zA-Z0-9])?"
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4096,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn accepts_exactly_the_grammar(text in "[ab/_.%*-]{0,8}|\\PC{0,6}") {
        prop_assert_eq!(SecretPath::parse(&text).is_ok(), is_in_grammar(&text));
    }

    #[test]
    fn every_percent_encoding_is_the_same_path(
        text in any_path(),
        encode in proptest::collection::vec(any::<(bool, bool)>(), 64),
    ) {
        let mut raw = String::new();
        for (character, (is_encoded, is_upper)) in text.chars().zip(encode.iter().cycle()) {
            let code = u32::from(character);
            match (is_encoded, is_upper) {
                (true, true) => write!(raw, "%{code:02X}").unwrap(),
                (true, false) => write!(raw, "%{code:02x}").unwrap(),
                (false, _) => raw.push(character),
            }
        }
        prop_assert_eq!(decode_url_path(&raw).unwrap(), path(&text));
    }

    #[test]
    fn what_is_accepted_is_canonical(raw in "([ab/_.%*-]|%2[fFeE]|%25|%61){0,8}|\\PC{0,6}") {
        if let Ok(decoded) = decode_url_path(&raw) {
            prop_assert!(is_in_grammar(decoded.as_str()));
            prop_assert_eq!(decode_url_path(decoded.as_str()), Ok(decoded));
        }
    }

    #[test]
    fn a_pattern_without_wildcards_is_equality(one in any_path(), other in any_path()) {
        prop_assert_eq!(pattern(&one).matches(&path(&other)), one == other);
        prop_assert!(pattern(&one).matches(&path(&one)));
    }
}
