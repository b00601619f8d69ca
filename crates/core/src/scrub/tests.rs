use super::*;
use data_encoding::{BASE64, BASE64_MIME, BASE64URL, HEXUPPER};
use proptest::prelude::*;

const VALUE: &str = r#"sk-a/b+c"d\e%41&f g<"#;

fn is_clean(text: &str) {
    let scrubber = Scrubber::new(VALUE).unwrap();
    let around = format!("before {text} after");
    let (clean, found) = scrubber.scrub_text(&around);
    assert!(found >= 1, "{text}");
    assert_eq!(clean, format!("before {MARK} after"), "{text}");
}

fn each(write: impl Fn(u8) -> String) -> String {
    VALUE.bytes().map(write).collect()
}

#[test]
fn every_spelling_is_found() {
    is_clean(VALUE);
    is_clean(&VALUE.to_uppercase());
    is_clean(&each(|byte| format!("%{byte:02X}")));
    is_clean(&each(|byte| format!("%25{byte:02x}")));
    is_clean(&each(|byte| format!("={byte:02X}")));
    is_clean(&each(|byte| format!("\\u{byte:04x}")));
    is_clean(&each(|byte| format!("\\\\u{byte:04X}")));
    is_clean(&each(|byte| format!("\\x{byte:02x}")));
    is_clean(&each(|byte| format!("&#{byte};")));
    is_clean(&each(|byte| format!("&#x{byte:x};")));
    is_clean(
        &VALUE
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;"),
    );
    let json = serde_json::to_string(VALUE).unwrap();
    let inner = json.trim_matches('"');
    is_clean(inner);
    is_clean(&inner.replace('/', "\\/"));
    let twice = serde_json::to_string(&json).unwrap();
    let (clean, found) = Scrubber::new(VALUE).unwrap().scrub_text(&twice);
    assert_eq!((clean.as_str(), found), ("\"\\\"[REDACTED]\\\"\"", 1));
    is_clean(&HEXLOWER.encode(VALUE.as_bytes()));
    is_clean(&HEXUPPER.encode(VALUE.as_bytes()));
    let bytes: Vec<String> = VALUE.bytes().map(|byte| format!("{byte:02x}")).collect();
    is_clean(&bytes.join(":"));
    // Some characters escaped, others not.
    is_clean(&VALUE.replace(' ', "%20").replace('+', "%2b"));
    is_clean(&VALUE.replace(' ', "+"));
}

#[test]
fn wide_characters_are_found() {
    let wide: Vec<u8> = VALUE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (clean, found) = Scrubber::new(VALUE).unwrap().scrub(&wide);
    assert_eq!((clean.as_slice(), found), (b"[REDACTED]\0".as_slice(), 1));
}

#[test]
fn base64_leaves_no_part_of_the_value_at_any_offset() {
    let scrubber = Scrubber::new(VALUE).unwrap();
    for before in ["", "u:", "user:", "longer name:"] {
        for after in ["", "!", "?!", "and more"] {
            let plain = format!("{before}{VALUE}{after}");
            for encoded in [
                BASE64.encode(plain.as_bytes()),
                BASE64URL.encode(plain.as_bytes()),
                BASE64_MIME.encode(plain.as_bytes()),
                BASE64.encode(plain.as_bytes()).replace('/', "\\/"),
                BASE64
                    .encode(plain.as_bytes())
                    .replace('+', "%2B")
                    .replace('/', "%2F"),
            ] {
                let (clean, found) = scrubber.scrub_text(&encoded);
                assert_eq!(found, 1, "{plain} {encoded}");
                // At most what came before and after remains.
                let rest = clean.replace(MARK, "");
                assert!(
                    rest.len() <= (before.len() + after.len() + 3) * 4 / 3 + 8,
                    "{encoded} {clean}"
                );
            }
        }
    }
}

#[test]
fn what_is_not_the_value_stays() {
    let scrubber = Scrubber::new("sk-live-0123456789").unwrap();
    for text in [
        "",
        "sk-live-012345678",
        "sk-live-0123456 789",
        "%",
        "%4",
        "\\",
        "\\u00",
        "&#",
        "&;",
        "=",
        "\0\0",
        "{\"a\":\"\\u00e9\\n\"}",
    ] {
        assert_eq!(scrubber.scrub_text(text), (text.to_owned(), 0));
    }
}

#[test]
fn what_cannot_be_looked_for_is_refused() {
    for value in [
        "",
        "short",
        "with\nline end",
        "ümlaute-sind-es",
        &"x".repeat(LONGEST + 1),
    ] {
        assert!(Scrubber::new(value).is_err());
    }
    assert!(Scrubber::new("12345678").is_ok());
}

proptest! {
    #[test]
    fn nothing_panics_and_no_value_stays(value in "[ -~]{8,40}", text in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..200) {
        let scrubber = Scrubber::new(&value).unwrap();
        let at = at.min(text.len());
        let mut whole = text[..at].to_vec();
        whole.extend_from_slice(value.as_bytes());
        whole.extend_from_slice(&text[at..]);
        let (clean, found) = scrubber.scrub(&whole);
        prop_assert!(found >= 1);
        prop_assert!(!clean.windows(value.len()).any(|window| window == value.as_bytes()));
    }
}
