//! What each tool does: arguments, one or two calls of the API, and what to say about them.

pub(super) mod access;
pub(super) mod admin;
pub(super) mod read;
pub(super) mod share;
pub(super) mod usage;
pub(super) mod write;

use std::fmt;

use oneclaw_core::clock::Timestamp;

/// A UUID in a result.
type Id = String;
/// A time in a result, RFC 3339.
type Time = String;

/// A time, or `never`.
struct OrNever(Option<Timestamp>);

impl fmt::Display for OrNever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(time) => time.fmt(f),
            None => f.write_str("never"),
        }
    }
}

/// `1 secret`, `2 secrets`.
fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
