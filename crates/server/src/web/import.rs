//! Bringing the variables of a `.env` file into a vault.
//!
//! Invariants:
//! - A file with a line that is not understood changes nothing; the line is named by its number, never
//!   by its text, because the text may hold a value.
//! - Nothing is written before the person has seen what would become of each variable, and what is there
//!   already is left as it is, unless they tick it.
//! - Between the two steps the text is in the page that asks, and nowhere else.
//! - Nothing in the text is replaced by variables of this server: `$NAME` is text.

use super::form::{Fields, Form};
use super::page::{PageResult, Section, Shell, page};
use super::session::{Signed, SignedForm};
use super::vaults::{VaultFrame, VaultTab};
use super::view::{Pill, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use oneclaw_app::Error;
use oneclaw_app::secrets::{self, PutRequest};
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use std::collections::HashSet;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new().route("/vaults/{id}/import", get(show).post(import))
}

/// Most variables of one file.
const MOST: usize = 500;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    shell: Shell,
    frame: VaultFrame,
    action: String,
    form: Form,
}

/// What would become of each variable, to be chosen from.
#[derive(Template)]
#[template(path = "import_review.html")]
struct ReviewPage {
    shell: Shell,
    frame: VaultFrame,
    action: String,
    folder: String,
    /// As it was pasted.
    text: SecretString,
    rows: Vec<Choice>,
    present: usize,
}

struct Choice {
    path: String,
    exists: bool,
}

#[derive(Template)]
#[template(path = "imported.html")]
struct ResultPage {
    shell: Shell,
    frame: VaultFrame,
    rows: Vec<Row>,
    written: usize,
}

struct Row {
    path: String,
    state: Pill,
    why: Option<String>,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<VaultId>,
) -> PageResult {
    import_page(&state, signed, id, Form::default()).await
}

async fn import_page(state: &ServerState, signed: Signed, id: VaultId, form: Form) -> PageResult {
    let template = ImportPage {
        frame: VaultFrame::load(state, &signed, id, VaultTab::Secrets).await?,
        action: format!("/vaults/{id}/import"),
        form,
        shell: Shell::load(state, signed, Section::Vaults).await?,
    };
    page(template.form.status(), &template)
}

async fn import(
    State(state): State<ServerState>,
    Path(id): Path<VaultId>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let text = fields.take_secret("env");
    let wanted = match read(&fields, &text) {
        Ok(wanted) => wanted,
        Err(error) => return import_page(&state, signed, id, fields.refused(error)?).await,
    };
    let present: HashSet<String> = secrets::list(state.app(), &signed.caller, id, None)
        .await?
        .into_iter()
        .map(|secret| secret.path)
        .collect();
    if fields.text("step") != "write" {
        let rows: Vec<_> = wanted
            .iter()
            .map(|(path, _)| Choice {
                exists: present.contains(path.as_str()),
                path: path.to_string(),
            })
            .collect();
        let template = ReviewPage {
            frame: VaultFrame::load(&state, &signed, id, VaultTab::Secrets).await?,
            action: format!("/vaults/{id}/import"),
            folder: fields.text("folder").to_owned(),
            text,
            present: rows.iter().filter(|row| row.exists).count(),
            rows,
            shell: Shell::load(&state, signed, Section::Vaults).await?,
        };
        return page(StatusCode::OK, &template);
    }
    let chosen: HashSet<String> = fields.all("take").into_iter().collect();
    let mut rows = Vec::new();
    for (path, value) in wanted {
        let exists = present.contains(path.as_str());
        let (state_pill, why) = if chosen.contains(path.as_str()) {
            let request = PutRequest {
                value,
                kind: None,
                metadata: None,
                expires_at: None,
                max_access_count: None,
            };
            match secrets::put(state.app(), &signed.caller, id, &path, request).await {
                Ok(_) if exists => (Pill::ok("new version"), None),
                Ok(_) => (Pill::ok("added"), None),
                Err(error) => (Pill::no("refused"), Some(error.sentence().to_owned())),
            }
        } else {
            (Pill::idle("left out"), None)
        };
        rows.push(Row {
            path: path.to_string(),
            state: state_pill,
            why,
        });
    }
    let template = ResultPage {
        frame: VaultFrame::load(&state, &signed, id, VaultTab::Secrets).await?,
        written: rows.iter().filter(|row| row.state.is_ok()).count(),
        rows,
        shell: Shell::load(&state, signed, Section::Vaults).await?,
    };
    page(StatusCode::OK, &template)
}

/// Which secrets the form means.
fn read(fields: &Fields, text: &SecretString) -> Result<Vec<(SecretPath, SecretString)>, Error> {
    let variables = parse(text.expose()).map_err(|line| {
        Error::invalid(
            "env",
            format!("Line {line} is not NAME=value. Nothing was imported."),
        )
    })?;
    if variables.is_empty() {
        return Err(Error::invalid("env", "There is no variable in it."));
    }
    if variables.len() > MOST {
        return Err(Error::invalid(
            "env",
            format!("These are more than {MOST} variables. Import them in parts."),
        ));
    }
    let folder = fields.text("folder").trim().trim_matches('/');
    let place = |(name, value): (String, SecretString)| {
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        SecretPath::parse(&path)
            .map(|path| (path, value))
            .map_err(|error| Error::invalid("folder", format!("{name}: {error}")))
    };
    variables.into_iter().map(place).collect()
}

/// Reads the lines of a `.env` file: `NAME=value`, perhaps after `export`; values bare up to a ` #`,
/// in single quotes as they are, in double quotes with the usual escapes, possibly over several lines.
/// An error is the number of the line.
fn parse(text: &str) -> Result<Vec<(String, SecretString)>, usize> {
    let mut found: Vec<(String, SecretString)> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, rest) = line.split_once('=').ok_or(number)?;
        let name = name.trim();
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name {
            return Err(number);
        }
        let rest = rest.trim_start();
        let value = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let mut body = rest.get(1..).unwrap_or_default().to_owned();
                let mut end = closing(&body, quote);
                while end.is_none() {
                    let (_, more) = lines.next().ok_or(number)?;
                    body.push('\n');
                    body.push_str(more);
                    end = closing(&body, quote);
                }
                let inside = body.get(..end.unwrap_or_default()).unwrap_or_default();
                if quote == '"' {
                    unescape(inside)
                } else {
                    inside.to_owned()
                }
            }
            _ => {
                let bare = rest.split_once(" #").map_or(rest, |(value, _)| value);
                bare.trim_end().to_owned()
            }
        };
        if value.is_empty() {
            // A vault keeps no empty values, and an empty variable says nothing.
            continue;
        }
        found.retain(|(other, _)| other != name);
        found.push((name.to_owned(), SecretString::from(value)));
    }
    Ok(found)
}

/// Where the quoted text ends.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, character)| {
        if is_escaped {
            is_escaped = false;
        } else if character == '\\' && quote == '"' {
            is_escaped = true;
        } else if character == quote {
            return Some(at);
        }
        None
    })
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, character == '\\') {
            (_, false) => plain.push(character),
            (_, true) => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => plain.push('\\'),
            },
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Result<Vec<(String, String)>, usize> {
        let plain = |(name, value): (String, SecretString)| (name, value.expose().to_owned());
        Ok(parse(text)?.into_iter().map(plain).collect())
    }

    #[test]
    fn the_usual_spellings_are_read() {
        let text = "# keys\nA=1\n export B = two words  # note\nC='as $IS # \\n'\nD=\"a\\nb \\\"q\\\"\"\nE=\nF=\"two\nlines\"\nA=last\nG=a=b#c\n";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read_all(text).unwrap(),
            [
                pair("B", "two words"),
                pair("C", "as $IS # \\n"),
                pair("D", "a\nb \"q\""),
                pair("F", "two\nlines"),
                pair("A", "last"),
                pair("G", "a=b#c"),
            ]
        );
    }

    #[test]
    fn a_line_that_is_none_is_named_by_its_number() {
        for (text, line) in [
            ("A=1\nnothing", 2),
            ("=x", 1),
            ("A B=1", 1),
            ("A=1\n\nB=\"open", 3),
        ] {
            assert_eq!(read_all(text), Err(line), "{text}");
        }
    }
}
