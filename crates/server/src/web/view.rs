//! How things look on a page: moments, states, icons, and text that strangers chose.
//!
//! Invariant: text is escaped by the template engine; the few types here that are markup themselves
//! are made of our own constants, or escape what they hold.

use askama::Template;
use askama::filters::HtmlSafe;
use oneclaw_core::clock::Timestamp;
use std::fmt;
use std::time::Duration;

/// A moment: relative for reading, exact on hover and for machines.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<time datetime="{{ iso }}" title="{{ exact }}">{{ relative }}</time>"#
)]
pub(super) struct Moment {
    iso: String,
    exact: String,
    relative: String,
}

impl HtmlSafe for Moment {}

impl Moment {
    /// `at` as seen from `now`.
    pub(super) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            iso: at.to_string(),
            exact: exact(at),
            relative: relative(at, now),
        }
    }
}

/// A moment with its exact time in words, where people decide by it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{{ moment }} <span class="muted">– {{ moment.exact }}</span>"#
)]
pub(super) struct FullMoment {
    moment: Moment,
}

impl HtmlSafe for FullMoment {}

impl FullMoment {
    /// `at` as seen from `now`.
    pub(super) fn new(at: Timestamp, now: Timestamp) -> Self {
        Self {
            moment: Moment::new(at, now),
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `23 Nov 2026, 14:55 UTC`
fn exact(at: Timestamp) -> String {
    let iso = at.to_string();
    let part = |range: std::ops::Range<usize>| iso.get(range).unwrap_or_default();
    let month = part(5..7)
        .parse::<usize>()
        .ok()
        .and_then(|month| MONTHS.get(month.wrapping_sub(1)))
        .copied();
    format!(
        "{} {} {}, {} UTC",
        part(8..10).trim_start_matches('0'),
        month.unwrap_or_default(),
        part(0..4),
        part(11..16)
    )
}

fn relative(at: Timestamp, now: Timestamp) -> String {
    let (distance, is_past) = if at <= now {
        (now.since(at), true)
    } else {
        (at.since(now), false)
    };
    match (in_words(distance), is_past) {
        (None, _) => "just now".to_owned(),
        (Some(words), true) => format!("{words} ago"),
        (Some(words), false) => format!("in {words}"),
    }
}

/// In the largest unit that fits, rounded down; `None` under a minute.
fn in_words(duration: Duration) -> Option<String> {
    const MINUTE: u64 = 60;
    const UNITS: [(u64, &str); 5] = [
        (365 * 24 * 60 * MINUTE, "year"),
        (30 * 24 * 60 * MINUTE, "month"),
        (24 * 60 * MINUTE, "day"),
        (60 * MINUTE, "hour"),
        (MINUTE, "minute"),
    ];
    let seconds = duration.as_secs();
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| seconds >= *unit)?;
    let count = seconds / unit;
    Some(format!(
        "{count} {name}{}",
        if count == 1 { "" } else { "s" }
    ))
}

/// A state, as icon and word on a soft ground: colour is never the only sign.
#[derive(Clone, Copy, Template)]
#[template(
    ext = "html",
    source = r#"<span class="pill {{ tone }}">{{ icon|icon }}{{ word }}</span>"#
)]
pub(super) struct Pill {
    tone: &'static str,
    icon: &'static str,
    word: &'static str,
}

impl HtmlSafe for Pill {}

impl Pill {
    /// Fine as it is.
    pub(super) const fn ok(word: &'static str) -> Self {
        Self {
            tone: "ok",
            icon: "check",
            word,
        }
    }

    /// Whether it says that all is well.
    pub(super) fn is_ok(&self) -> bool {
        self.tone == "ok"
    }

    /// What it says.
    pub(super) const fn word(&self) -> &'static str {
        self.word
    }

    /// Somebody is expected to act.
    pub(super) const fn waiting(word: &'static str) -> Self {
        Self {
            tone: "warn",
            icon: "clock",
            word,
        }
    }

    /// Resting, or over in the ordinary way.
    pub(super) const fn idle(word: &'static str) -> Self {
        Self {
            tone: "",
            icon: "pause",
            word,
        }
    }

    /// Refused or failed.
    pub(super) const fn no(word: &'static str) -> Self {
        Self {
            tone: "danger",
            icon: "cross",
            word,
        }
    }

    /// Worth knowing.
    pub(super) const fn info(icon: &'static str, word: &'static str) -> Self {
        Self {
            tone: "info",
            icon,
            word,
        }
    }
}

/// What a browser or program is, in words that people know. Browsers call themselves by many names.
pub(super) fn program(client: &str) -> String {
    const BROWSERS: [(&str, &str); 5] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("iPhone", "an iPhone"),
        ("iPad", "an iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| client.contains(mark));
        found.map(|(_, name)| *name)
    };
    match (
        client.starts_with("Mozilla/"),
        find(&BROWSERS),
        find(&SYSTEMS),
    ) {
        (true, Some(browser), Some(system)) => format!("{browser} on {system}"),
        (true, Some(browser), None) => browser.to_owned(),
        _ => client.to_owned(),
    }
}

/// Text that somebody chose, made harmless: characters that hide or reorder what stands around them
/// are named instead of shown, and what exceeds the limit is counted instead of shown. Markup is the
/// template engine's business.
pub(super) struct Shown<'a> {
    text: &'a str,
    limit: usize,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use std::fmt::Write as _;
        let mut characters = self.text.chars();
        for character in characters.by_ref().take(self.limit) {
            let is_break = matches!(character, '\n' | '\t');
            if oneclaw_core::model::text::is_deceptive(character) && !is_break {
                write!(f, "[U+{:04X}]", u32::from(character))?;
            } else {
                f.write_char(character)?;
            }
        }
        match characters.count() {
            0 => Ok(()),
            rest => write!(f, "… ({rest} more characters)"),
        }
    }
}

/// Longest text shown where the page says nothing else.
const LIMIT: usize = 1000;

/// Filters of our templates.
#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the attribute makes public types with methods of these functions, and wants results"
)]
pub(super) mod filters {
    use super::{LIMIT, Shown};
    use askama::Values;
    use askama::filters::Safe;

    /// A symbol: decoration beside a word, never instead of one.
    #[askama::filter_fn]
    pub(crate) fn icon(name: &str, _: &dyn Values) -> askama::Result<Safe<String>> {
        let path = match name {
            "check" => "M3.5 8.5l3 3 6-7",
            "cross" => "M4 4l8 8M12 4l-8 8",
            "clock" => "M8 4.5V8l2.5 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
            "pause" => "M6 4v8M10 4v8",
            "alert" => "M8 5.5v3M8 11v.01M8 2L1.8 13h12.4z",
            "info" => "M8 7.5V11M8 5v.01M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z",
            "mail" => "M2 4h12v8H2zM2 4.5l6 4.5 6-4.5",
            "key" => "M9.5 9.5A3.5 3.5 0 1 0 6.5 6.5M7.2 8.8L2.5 13.5M4.5 11.5L6 13",
            "home" => "M2.5 7.5L8 3l5.5 4.5M4 6.5V13h8V6.5",
            "bell" => "M4 11.5V7.5a4 4 0 0 1 8 0v4M2.5 11.5h11M7 14h2",
            "agent" => "M4 6h8v6H4zM8 6V3.5M6.5 8.8v.4M9.5 8.8v.4M2 8.5v1.5M14 8.5v1.5",
            "vault" => "M3 7h10v6.5H3zM5 7V5a3 3 0 0 1 6 0v2M8 9.5v1.5",
            "share" => "M10.5 5.5L13.5 2.5M13.5 2.5h-4M13.5 2.5v4M12 9v4.5H2.5V4H7",
            "log" => "M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2",
            "theme" => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
            "folder" => "M2 4h4l1.5 2H14v7H2z",
            "person" => "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5a5 5 0 0 1 10 0",
            "plus" => "M8 3v10M3 8h10",
            "search" => "M10.5 10.5L14 14M12 7A5 5 0 1 1 2 7a5 5 0 0 1 10 0z",
            "question" => "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10M8 12.5v.01",
            "pass" => "M2 5h12v7H2zM2 7.5h12M4.5 10h3",
            "hook" => "M3 4h4v4H3zM9 8h4v4H9zM7 6h4v2M9 10H5V8",
            "sliders" => "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.5v3M6 9.5v3",
            "server" => "M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.01M5 11v.01",
            "menu" => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            _ => "M4 6l4 4 4-4",
        };
        let class = if name == "chevron" {
            "icon chevron"
        } else {
            "icon"
        };
        Ok(Safe(format!(
            r#"<svg class="{class}" viewBox="0 0 16 16" aria-hidden="true"><path d="{path}"/></svg>"#
        )))
    }

    /// Text that somebody chose.
    #[askama::filter_fn]
    pub(crate) fn shown(text: impl AsRef<str>, _: &dyn Values) -> askama::Result<String> {
        Ok(Shown {
            text: text.as_ref(),
            limit: LIMIT,
        }
        .to_string())
    }

    /// Text that somebody chose, up to so many characters.
    #[askama::filter_fn]
    pub(crate) fn shown_up_to(
        text: impl AsRef<str>,
        _: &dyn Values,
        limit: usize,
    ) -> askama::Result<String> {
        Ok(Shown {
            text: text.as_ref(),
            limit,
        }
        .to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_read_well_in_both_directions() {
        let now = at("2026-11-23T14:55:00Z");
        for (moment, expected) in [
            ("2026-11-23T14:54:31Z", "just now"),
            ("2026-11-23T14:55:30Z", "just now"),
            ("2026-11-23T14:54:00Z", "1 minute ago"),
            ("2026-11-23T13:54:00Z", "1 hour ago"),
            ("2026-11-24T14:54:00Z", "in 23 hours"),
            ("2026-12-03T14:55:00Z", "in 10 days"),
            ("2026-09-23T14:55:00Z", "2 months ago"),
            ("2024-11-23T14:55:00Z", "2 years ago"),
        ] {
            assert_eq!(relative(at(moment), now), expected, "{moment}");
        }
        assert_eq!(exact(at("2026-01-02T03:04:05Z")), "2 Jan 2026, 03:04 UTC");
        let html = Moment::new(at("2026-11-23T14:00:00Z"), now).to_string();
        assert_eq!(
            html,
            r#"<time datetime="2026-11-23T14:00:00.000Z" title="23 Nov 2026, 14:00 UTC">55 minutes ago</time>"#
        );
    }

    #[test]
    fn browsers_are_named_as_people_know_them() {
        for (client, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on an iPhone",
            ),
            ("Mozilla/5.0", "Mozilla/5.0"),
            ("1claw/0.1 (Chrome/1 Linux)", "1claw/0.1 (Chrome/1 Linux)"),
        ] {
            assert_eq!(program(client), name);
        }
    }

    #[test]
    fn chosen_text_cannot_hide_reorder_or_flood() {
        let shown = |text, limit| Shown { text, limit }.to_string();
        assert_eq!(
            shown("a\u{202e}b\u{0}c\u{200b}d", 100),
            "a[U+202E]b[U+0000]c[U+200B]d"
        );
        assert_eq!(shown("two\nlines", 100), "two\nlines");
        assert_eq!(shown("Größe 東京 ☕", 100), "Größe 東京 ☕");
        assert_eq!(shown("abcdef", 4), "abcd… (2 more characters)");
    }
}
