//! `1claw import`: what another store or a file has, as secrets. A plan by names first; what is there already stays.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use oneclaw_client::secrets::{ListSecretsQuery, PutSecretRequest};
use oneclaw_core::path::SecretPath;
use serde_json::{Map, Value, json};

use crate::dotenv::{self, Unfit, Variable};
use crate::input;
use crate::output::{Exit, Failure, Printer, counted};
use crate::remote::Remote;

/// The end of `1claw import --help`.
const OTHER_STORES: &str = "\
From other stores, without a file in between:
  vault kv get -format=json secret/app | 1claw import - --prefix app
  doppler secrets download --no-file --format json | 1claw import -
  infisical export --format=dotenv | 1claw import -
  op inject -i template.env | 1claw import -";

#[derive(Args)]
#[command(after_help = OTHER_STORES)]
pub(crate) struct ImportArgs {
    /// The file; `-` is stdin
    #[arg(default_value = ".env")]
    file: PathBuf,
    /// What it is [default: JSON if it begins with a brace, else variables]
    #[arg(long)]
    from: Option<From>,
    /// Write below this path
    #[arg(long, value_name = "PATH")]
    prefix: Option<String>,
    /// Show what would be written, and stop
    #[arg(long)]
    dry_run: bool,
    /// Also write a new version of secrets that are there already
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// Variables, as in `.env` files
    Dotenv,
    /// An object; members of objects become folders
    Json,
    /// What `vault kv get -format=json` prints
    Vault,
}

/// Pairs of a path below the prefix, and a value.
fn read(text: &str, from: Option<From>) -> Result<Vec<Variable>, Unfit> {
    let begins_json = text.trim_start().starts_with('{');
    let from = from.unwrap_or(if begins_json {
        From::Json
    } else {
        From::Dotenv
    });
    if from == From::Dotenv {
        return dotenv::parse(text);
    }
    // Never the parser's words: they may quote a value.
    let document: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        Unfit(format!(
            "line {} is not JSON, or it is no object",
            error.line()
        ))
    })?;
    let members = match vault_members(&document) {
        Some(members) => members,
        None if from == From::Vault => {
            return Err(Unfit(
                "it has no data.data, as Vault's answers do".to_owned(),
            ));
        }
        None => &document,
    };
    let mut found = Vec::new();
    flatten("", members, &mut found)?;
    Ok(found)
}

/// The secret inside an answer of Vault's second key-value engine.
fn vault_members(document: &Map<String, Value>) -> Option<&Map<String, Value>> {
    document.get("lease_id")?;
    document.get("data")?.get("data")?.as_object()
}

fn flatten(
    above: &str,
    members: &Map<String, Value>,
    found: &mut Vec<Variable>,
) -> Result<(), Unfit> {
    for (name, value) in members {
        let path = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}/{name}")
        };
        match value {
            Value::Object(members) => flatten(&path, members, found)?,
            Value::String(text) => found.push((path, text.clone())),
            Value::Null => found.push((path, String::new())),
            Value::Bool(_) | Value::Number(_) => found.push((path, value.to_string())),
            Value::Array(_) => return Err(Unfit(format!("{path} is a list, which no secret is"))),
        }
    }
    Ok(())
}

pub(crate) async fn run(
    args: ImportArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let text = input::text(&args.file)?;
    let found = read(&text, args.from).map_err(|Unfit(why)| {
        Failure::new(
            Exit::Usage,
            format!("{}: {why}", input::name_of(&args.file)),
        )
        .next("nothing was written")
    })?;
    let prefix = args.prefix.unwrap_or_default();
    let prefix = prefix.trim_end_matches('/');
    let mut entries = Vec::new();
    for (name, value) in found {
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let path = path.parse::<SecretPath>().map_err(|error| {
            Failure::new(Exit::Usage, format!("{path:?} is not a path"))
                .because(error)
                .next("nothing was written")
        })?;
        entries.push((path, value));
    }
    let vault = remote.vault().await?;
    let listed = remote
        .client
        .list_secrets(vault, &ListSecretsQuery::default())
        .await?;
    let is_there = |path: &SecretPath| listed.secrets.iter().any(|secret| secret.path == *path);
    let mut planned = Vec::new();
    let mut left_out = Vec::new();
    for (path, value) in entries {
        let (word, why) = match (value.is_empty(), is_there(&path), args.force) {
            (true, ..) => ("leave out", "  (empty)"),
            (_, true, false) => (
                "leave out",
                "  (is there already; --force writes a new version)",
            ),
            (_, true, true) => ("replace  ", ""),
            (_, false, _) => ("write    ", ""),
        };
        printer.say(format_args!("  {word}  {path}{why}"));
        if why.is_empty() {
            planned.push((path, value));
        } else {
            left_out.push(path);
        }
    }
    let paths: Vec<_> = planned.iter().map(|(path, _)| path.clone()).collect();
    if args.dry_run || paths.is_empty() {
        let document = json!({ "would_write": paths, "left_out": left_out });
        return printer.done("nothing was written", &document);
    }
    input::confirm(
        &format!("write {} to the vault?", counted(paths.len(), "secret")),
        printer,
    )?;
    for (written, (path, value)) in planned.into_iter().enumerate() {
        let request = PutSecretRequest::new(value.into());
        if let Err(error) = remote.client.put_secret(vault, &path, &request).await {
            printer.say(format_args!(
                "{written} were written before this one: {path}"
            ));
            return Err(error.into());
        }
    }
    printer.done(
        format_args!("wrote {}", counted(paths.len(), "secret")),
        &json!({ "written": paths, "left_out": left_out }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, from: Option<From>) -> Vec<(String, String)> {
        read(text, from).unwrap()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn the_form_is_told_by_the_first_sign() {
        assert_eq!(found("A=1\n", None), [pair("A", "1")]);
        assert_eq!(
            found(
                r#" {"A":"1","db":{"port":5432,"tls":true,"note":null}}"#,
                None
            ),
            [
                pair("A", "1"),
                pair("db/note", ""),
                pair("db/port", "5432"),
                pair("db/tls", "true")
            ]
        );
    }

    #[test]
    fn an_answer_of_vault_is_its_secret() {
        let answer = r#"{"request_id":"x","lease_id":"","data":{"data":{"user":"u"},"metadata":{"version":1}}}"#;
        assert_eq!(found(answer, None), [pair("user", "u")]);
        assert_eq!(found(answer, Some(From::Vault)), [pair("user", "u")]);
        assert!(read(r#"{"a":"b"}"#, Some(From::Vault)).is_err());
    }

    #[test]
    fn what_is_not_understood_is_not_repeated() {
        for text in [
            "{\"A\": hunter2}",
            "{\"A\": [\"hunter2\"]}",
            "{\"A\": \"hunter2\"",
        ] {
            let Unfit(why) = read(text, None).unwrap_err();
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
