//! What a person or a pipe gives to a command: values, passwords, consent.
//!
//! Invariants:
//! - Questions are asked only when a person can see and answer them: stdin and stderr are terminals, no `--no-input`.
//! - What is typed at a hidden prompt is not shown, and the terminal is as before afterwards, also after Ctrl-C.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::Path;

use oneclaw_core::secret::SecretString;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::output::{Exit, Failure, Printer};
use crate::settings::cannot_read;

/// Longest value that is read, well above what a server accepts.
const MAX_INPUT: u64 = 4 * 1024 * 1024;

/// Whether somebody is there to answer.
pub(crate) fn is_interactive(printer: Printer) -> bool {
    printer.may_ask && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Reads a value: from the file (`-` is stdin), from a pipe, or from a hidden prompt. One newline at the end of a
/// pipe or prompt is the tool's and not the value's, unless `raw`.
pub(crate) fn secret(
    file: Option<&Path>,
    raw: bool,
    prompt: &str,
    printer: Printer,
) -> Result<SecretString, Failure> {
    let text = match file {
        Some(path) if path != Path::new("-") => {
            let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
            return Ok(read_all(file, &path.display().to_string())?.into());
        }
        None if is_interactive(printer) => return hidden(prompt),
        None if io::stdin().is_terminal() => {
            return Err(
                Failure::new(Exit::Usage, "a value is needed and nobody may be asked")
                    .next("pipe it in, or name a file that holds it"),
            );
        }
        _ => read_all(io::stdin().lock(), "stdin")?,
    };
    if raw {
        return Ok(text.into());
    }
    let text = SecretString::from(text);
    let trimmed = text.expose().strip_suffix('\n').unwrap_or(text.expose());
    let trimmed = trimmed.strip_suffix('\r').unwrap_or(trimmed);
    Ok(trimmed.to_owned().into())
}

fn read_all(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut text = String::new();
    let read = source.take(MAX_INPUT + 1).read_to_string(&mut text);
    let read = read.map_err(|error| {
        Failure::new(Exit::Failed, format!("{name} cannot be read")).because(error)
    })?;
    if read as u64 > MAX_INPUT {
        return Err(Failure::new(
            Exit::Usage,
            format!("{name} is larger than 4 MiB"),
        ));
    }
    Ok(text)
}

/// What to call a file when something is wrong with it.
pub(crate) fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        return "stdin".to_owned();
    }
    path.display().to_string()
}

/// Reads a text file, or stdin for `-`.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    if path == Path::new("-") {
        return read_all(io::stdin().lock(), "stdin");
    }
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    read_all(file, &path.display().to_string())
}

/// Asks for a line that may be seen.
pub(crate) fn line(prompt: &str, printer: Printer) -> Result<String, Failure> {
    if !is_interactive(printer) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{prompt} is needed and nobody may be asked"),
        ));
    }
    ask(format_args!("{prompt}: "));
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| {
        Failure::new(Exit::Failed, "the terminal cannot be read").because(error)
    })?;
    Ok(line.trim().to_owned())
}

/// Asks before something that cannot be undone.
pub(crate) fn confirm(question: &str, printer: Printer) -> Result<(), Failure> {
    if printer.assume_yes {
        return Ok(());
    }
    if !is_interactive(printer) {
        return Err(
            Failure::new(Exit::Usage, format!("not done without consent: {question}"))
                .next("add --yes to the command"),
        );
    }
    let answer = line(&format!("{question} [y/N]"), printer)?;
    match answer.to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(Exit::Declined, "nothing was done")),
    }
}

fn ask(text: impl std::fmt::Display) {
    let mut stderr = anstream::stderr();
    let _ = write!(stderr, "{text}").and_then(|()| stderr.flush());
}

/// The terminal without echo and line editing, until this is dropped.
struct Quiet(Termios);

impl Quiet {
    fn enter() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        // Signals are bytes too, so that Ctrl-C cannot end the program with the echo still off.
        quiet.local_modes &= !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Asks for something that must not be seen.
fn hidden(prompt: &str) -> Result<SecretString, Failure> {
    let failed =
        |error: io::Error| Failure::new(Exit::Failed, "the terminal cannot be read").because(error);
    ask(format_args!("{prompt} (not shown): "));
    let outcome = {
        let _quiet = Quiet::enter().map_err(failed)?;
        typed(io::stdin().lock().bytes()).map_err(failed)
    };
    ask('\n');
    outcome?.ok_or_else(|| Failure::new(Exit::Interrupted, "stopped; nothing was done"))
}

/// A line out of what keys send; `None` when it was given up.
fn typed(keys: impl Iterator<Item = io::Result<u8>>) -> io::Result<Option<SecretString>> {
    // Large enough that it does not move while it grows, which would leave copies behind.
    let mut line = Vec::with_capacity(4096);
    for key in keys {
        match key? {
            b'\n' | b'\r' => break,
            3 => return Ok(None),
            4 if line.is_empty() => return Ok(None),
            // Backspace takes a whole character, which may be several bytes.
            8 | 127 => {
                while line
                    .pop()
                    .is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000)
                {}
            }
            21 => line.clear(),
            byte => line.push(byte),
        }
    }
    String::from_utf8(line)
        .map(|line| Some(line.into()))
        .map_err(|_| io::ErrorKind::InvalidData.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(keys: &[u8]) -> Option<String> {
        let typed = typed(keys.iter().copied().map(Ok)).unwrap();
        typed.map(|line| line.expose().to_owned())
    }

    #[test]
    fn keys_edit_the_hidden_line() {
        assert_eq!(line_of(b"pass\x7f\x7fst\n"), Some("past".to_owned()));
        assert_eq!(line_of("grün".as_bytes()), Some("grün".to_owned()));
        assert_eq!(line_of("grü\x7fau\r".as_bytes()), Some("grau".to_owned()));
        assert_eq!(line_of(b"wrong\x15right\n"), Some("right".to_owned()));
    }

    #[test]
    fn giving_up_is_not_an_empty_line() {
        assert_eq!(line_of(b"half\x03"), None);
        assert_eq!(line_of(b"\x04"), None);
        assert_eq!(line_of(b"\n"), Some(String::new()));
    }
}
