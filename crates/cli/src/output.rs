//! What the program says and how it ends.
//!
//! Invariants:
//! - Data goes to stdout, talk to stderr, so that the output of a command can be piped.
//! - Each stream decides for itself whether it is coloured (terminal, `NO_COLOR`, `TERM=dumb`, `--no-color`).
//! - An error is at most three lines: what happened, why, what to do. It never holds a secret.
//! - Text that others chose is made [`harmless`] before a terminal sees it.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use oneclaw_core::model::text::is_deceptive;
use serde::Serialize;

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is less important than the rest.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What deserves a second look.
pub(crate) const CAUTION: Style = AnsiColor::Yellow.on_default();
/// What went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Where a command writes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    /// Data as JSON instead of text.
    pub(crate) json: bool,
}

impl Printer {
    /// Writes a line of data.
    #[expect(
        clippy::unused_self,
        reason = "whoever has a printer may print, and nobody else"
    )]
    pub(crate) fn data(self, line: impl Display) -> Result<(), Failure> {
        write_line(&mut anstream::stdout(), line)
    }

    /// Writes data as one JSON document on one line.
    pub(crate) fn json(self, document: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(document).map_err(|error| {
            Failure::new(Exit::Failed, "the result cannot be written as JSON").because(error)
        })?;
        self.data(text)
    }

    /// Writes a line of talk. Whether anybody listens makes no difference to the command.
    #[expect(
        clippy::unused_self,
        reason = "whoever has a printer may print, and nobody else"
    )]
    pub(crate) fn note(self, line: impl Display) {
        let _ = writeln!(anstream::stderr(), "{line}");
    }

    /// Reports a failure and gives the code to end with.
    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        if failure.exit == Exit::BrokenPipe {
            // Whoever stopped reading does not want to hear about it.
        } else if self.json {
            let report = ErrorReport {
                error: failure.into(),
            };
            self.note(serde_json::to_string(&report).unwrap_or_default());
        } else {
            self.note(format_args!("{BAD}error:{BAD:#} {}", failure.what));
            if let Some(why) = &failure.why {
                self.note(format_args!("  {why}"));
            }
            if let Some(next) = &failure.next {
                self.note(format_args!("  {next}"));
            }
        }
        ExitCode::from(failure.exit as u8)
    }
}

fn write_line(stream: &mut impl io::Write, line: impl Display) -> Result<(), Failure> {
    writeln!(stream, "{line}")
        .and_then(|()| stream.flush())
        .map_err(|error| match error.kind() {
            // Whoever reads has seen enough, as with `| head`.
            io::ErrorKind::BrokenPipe => Failure::new(Exit::BrokenPipe, "nobody reads the output"),
            _ => Failure::new(Exit::Failed, "the output cannot be written").because(error),
        })
}

/// Exit codes, documented in `1claw --help`; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Anything without a code of its own.
    Failed = 1,
    /// The arguments, the environment or the configuration file are wrong.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 5,
    /// A server or the database cannot be reached; trying again may help.
    Unavailable = 9,
    /// A verification found a difference.
    Mismatch = 10,
    /// Stopped by the user before the end.
    Interrupted = 130,
    /// The reader of the output went away (128 + SIGPIPE).
    BrokenPipe = 141,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    what: String,
    why: Option<String>,
    next: Option<String>,
}

impl Failure {
    /// What happened, in half a sentence.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            why: None,
            next: None,
        }
    }

    /// Why, as far as known. Written on one line and harmless to a terminal.
    pub(crate) fn because(mut self, why: impl Display) -> Self {
        self.why = Some(harmless(&why.to_string()).into_owned());
        self
    }

    /// The cause of an operation's error. For the operator only: callers of the API get its sentence.
    pub(crate) fn caused_by(self, error: &oneclaw_app::Error) -> Self {
        match error.cause() {
            Some(cause) => self.because(cause),
            None => self.because(error.sentence()),
        }
    }

    /// What to do now, best a command to run.
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

/// The form of a failure under `--json`.
#[derive(Serialize)]
struct ErrorReport<'a> {
    error: ErrorFields<'a>,
}

#[derive(Serialize)]
struct ErrorFields<'a> {
    code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
}

impl<'a> From<&'a Failure> for ErrorFields<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            code: failure.exit as u8,
            message: &failure.what,
            reason: failure.why.as_deref(),
            hint: failure.next.as_deref(),
        }
    }
}

/// The text with everything replaced that could move the cursor, hide or reorder what stands around it.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_deceptive) {
        let shown = |c: char| if is_deceptive(c) { '\u{fffd}' } else { c };
        Cow::Owned(text.chars().map(shown).collect())
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        assert_eq!(
            harmless("deploy\u{1b}[2Jbot\u{202e}x"),
            "deploy\u{fffd}[2Jbot\u{fffd}x"
        );
        assert!(matches!(harmless("ordinary"), Cow::Borrowed("ordinary")));
    }

    #[test]
    fn a_reason_of_many_lines_becomes_one() {
        let failure = Failure::new(Exit::Failed, "it failed").because("first\nsecond");
        assert_eq!(failure.why.as_deref(), Some("first\u{fffd}second"));
    }
}
