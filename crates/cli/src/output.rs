//! What the program says and how it ends.
//!
//! Invariants:
//! - Data goes to stdout, talk to stderr, so that the output of a command can be piped.
//! - Each stream decides for itself whether it is coloured (terminal, `NO_COLOR`, `TERM=dumb`, `--no-color`).
//! - An error is at most three lines: what happened, why, what to do. It never holds a secret.
//! - Text that others chose is made [`harmless`] before a terminal sees it; in JSON it is escaped instead.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use oneclaw_core::model::text::is_deceptive;
use serde::Serialize;
use serde_json::Value;

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

/// The form of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One tab-separated record per line, without a header
    Plain,
    /// One JSON object per line
    Ndjson,
    /// Variables for programs that read `.env` files (env pull and export)
    #[value(alias = "env")]
    Dotenv,
    /// Variables for `docker run --env-file` (env pull and export)
    Docker,
    /// Variables for a POSIX shell to read (env pull and export)
    Shell,
    /// Variables as a YAML mapping (env pull and export)
    Yaml,
    /// Variables for `$GITHUB_ENV` (env pull and export)
    Github,
}

impl Format {
    /// Whether this form is for variables alone.
    pub(crate) fn is_dialect(self) -> bool {
        !matches!(self, Self::Table | Self::Json | Self::Plain | Self::Ndjson)
    }
}

/// Where a command writes, and whether it may ask.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the command line"
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    /// Data as JSON instead of text.
    pub(crate) json: bool,
    pub(crate) format: Format,
    /// No talk beyond errors.
    pub(crate) quiet: bool,
    /// Whether questions may be asked, if somebody is there to answer them.
    pub(crate) may_ask: bool,
    /// Whether "yes" was said in advance.
    pub(crate) assume_yes: bool,
}

/// A column: its heading, and the field of the JSON that it shows.
pub(crate) type Column = (&'static str, &'static str);

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
        self.data(harmless_json(&as_json(document)?))
    }

    /// Writes a list, whose entries are in the field `name` of the document.
    pub(crate) fn list(
        self,
        document: &impl Serialize,
        name: &str,
        columns: &[Column],
    ) -> Result<(), Failure> {
        if self.format == Format::Json {
            return self.json(document);
        }
        let document = as_value(document)?;
        let entries = document.get(name).and_then(Value::as_array);
        let entries = entries.map(Vec::as_slice).unwrap_or_default();
        if self.format == Format::Ndjson {
            return entries.iter().try_for_each(|entry| self.json(entry));
        }
        let rows: Vec<Vec<String>> = entries
            .iter()
            .map(|entry| {
                columns
                    .iter()
                    .map(|(_, field)| cell(entry, field))
                    .collect()
            })
            .collect();
        if self.format == Format::Plain {
            return rows.iter().try_for_each(|row| self.data(row.join("\t")));
        }
        if rows.is_empty() {
            self.say(format_args!("no {name}"));
            return Ok(());
        }
        let widths: Vec<usize> = columns
            .iter()
            .enumerate()
            .map(|(index, (heading, _))| {
                let cells = rows.iter().filter_map(|row| row.get(index));
                cells
                    .map(|cell| cell.chars().count())
                    .chain([heading.len()])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let headings = columns
            .iter()
            .map(|(heading, _)| (*heading).to_owned())
            .collect::<Vec<_>>();
        self.data(format_args!(
            "{BOLD}{}{BOLD:#}",
            aligned(&headings, &widths)
        ))?;
        rows.iter()
            .try_for_each(|row| self.data(aligned(row, &widths)))
    }

    /// Writes one thing, field by field.
    pub(crate) fn one(self, document: &impl Serialize, columns: &[Column]) -> Result<(), Failure> {
        if self.json {
            return self.json(document);
        }
        let document = as_value(document)?;
        if self.format == Format::Plain {
            let cells: Vec<_> = columns
                .iter()
                .map(|(_, field)| cell(&document, field))
                .collect();
            return self.data(cells.join("\t"));
        }
        let width = columns
            .iter()
            .map(|(heading, _)| heading.len())
            .max()
            .unwrap_or(0);
        for (heading, field) in columns {
            let value = cell(&document, field);
            if !value.is_empty() {
                self.data(format_args!("{BOLD}{heading:width$}{BOLD:#}  {value}"))?;
            }
        }
        Ok(())
    }

    /// Says what was done; the document of it under `--json`.
    pub(crate) fn done(
        self,
        sentence: impl Display,
        document: &impl Serialize,
    ) -> Result<(), Failure> {
        if self.json {
            return self.json(document);
        }
        self.say(sentence);
        Ok(())
    }

    /// Writes a line that is the data itself; the document of it under `--json`.
    pub(crate) fn done_as_data(
        self,
        line: impl Display,
        document: &impl Serialize,
    ) -> Result<(), Failure> {
        if self.json {
            return self.json(document);
        }
        self.data(line)
    }

    /// A line of talk that `--quiet` and JSON do without.
    pub(crate) fn say(self, line: impl Display) {
        if !self.quiet && !self.json {
            // What is ours has lines; what others chose is made harmless where it is put in.
            for line in line.to_string().lines() {
                self.note(harmless(line));
            }
        }
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
            if let Some(id) = &failure.request_id {
                self.note(format_args!("  {DIM}request id {id}{DIM:#}"));
            }
        }
        ExitCode::from(failure.exit as u8)
    }
}

fn as_json(document: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(document).map_err(not_json)
}

fn as_value(document: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(document).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::new(Exit::Failed, "the result cannot be written as JSON").because(error)
}

/// A field as text; a path like `vault.id` reaches into objects.
fn cell(entry: &Value, field: &str) -> String {
    let value = field
        .split('.')
        .try_fold(entry, |value, part| value.get(part));
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => {
            let words = items.iter().map(|item| {
                item.as_str()
                    .map_or_else(|| item.to_string(), str::to_owned)
            });
            words.collect::<Vec<_>>().join(",")
        }
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(other) => other.to_string(),
    };
    harmless(&text).into_owned()
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        if !line.is_empty() {
            line.push_str("  ");
        }
        line.push_str(cell);
        line.extend(std::iter::repeat_n(
            ' ',
            width.saturating_sub(cell.chars().count()),
        ));
    }
    line.truncate(line.trim_end().len());
    line
}

/// JSON text with everything escaped that a terminal would act on. Such characters occur inside strings alone.
fn harmless_json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_deceptive(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
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
    /// A person refused, or gave up at a question.
    Declined = 3,
    /// Not signed in, or the credential is not accepted.
    SignIn = 4,
    /// What was named does not exist.
    NotFound = 5,
    /// A policy forbids it, or some of the values cannot be read.
    Forbidden = 6,
    /// A human has to approve first, and nobody waited.
    ApprovalNeeded = 7,
    /// The name exists, or somebody else was faster.
    Conflict = 8,
    /// A server or the database cannot be reached; trying again may help.
    Unavailable = 9,
    /// A verification found a difference.
    Mismatch = 10,
    /// The wait is over; the request is still open.
    TimedOut = 124,
    /// `env run` could not start the program.
    RunFailed = 125,
    /// The program of `env run` cannot be executed.
    NotExecutable = 126,
    /// The program of `env run` does not exist.
    NoProgram = 127,
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
    request_id: Option<String>,
    status: Option<u16>,
}

impl Failure {
    /// What happened, in half a sentence.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            why: None,
            next: None,
            request_id: None,
            status: None,
        }
    }

    /// The same with another exit code.
    pub(crate) fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Where this is in the server's log.
    pub(crate) fn answered(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.status = Some(status);
        self.request_id = request_id.map(|id| harmless(id).into_owned());
        self
    }

    /// What happened and why, on one line.
    pub(crate) fn sentence(&self) -> String {
        match &self.why {
            Some(why) => format!("{}: {why}", self.what),
            None => self.what.clone(),
        }
    }

    /// What to do now.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Everything on one line, for those who are no terminal.
    pub(crate) fn into_sentences(self) -> String {
        match &self.next {
            Some(next) => format!("{}. Next: {next}", self.sentence()),
            None => self.sentence(),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> From<&'a Failure> for ErrorFields<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            code: failure.exit as u8,
            message: &failure.what,
            reason: failure.why.as_deref(),
            hint: failure.next.as_deref(),
            status: failure.status,
            request_id: failure.request_id.as_deref(),
        }
    }
}

/// A number of things, in words: `1 secret`, `2 secrets`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
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
    fn json_keeps_what_it_cannot_show() {
        let text = serde_json::to_string("a\u{202e}b\u{9b}c\u{1b}d\u{e0041}").unwrap();
        let shown = harmless_json(&text);
        assert!(!shown.chars().any(is_deceptive), "{shown}");
        let read: String = serde_json::from_str(&shown).unwrap();
        assert_eq!(read, "a\u{202e}b\u{9b}c\u{1b}d\u{e0041}");
    }

    #[test]
    fn cells_are_one_harmless_line() {
        let entry = serde_json::json!({ "name": "a\tb\u{1b}[31m", "on": true, "words": ["x", "y"], "none": null, "in": { "id": 7 } });
        let cells: Vec<_> = ["name", "on", "words", "none", "in.id", "missing"]
            .map(|field| cell(&entry, field))
            .into();
        assert_eq!(cells, ["a\u{fffd}b\u{fffd}[31m", "yes", "x,y", "", "7", ""]);
    }

    #[test]
    fn a_reason_of_many_lines_becomes_one() {
        let failure = Failure::new(Exit::Failed, "it failed").because("first\nsecond");
        assert_eq!(failure.why.as_deref(), Some("first\u{fffd}second"));
    }
}
