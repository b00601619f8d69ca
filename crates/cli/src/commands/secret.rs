//! `1claw secret`.
//!
//! Invariant: a value comes from a prompt, a pipe, a file or the server's generator, never from an argument.

mod editor;
mod versions;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use oneclaw_client::secrets::{Charset, ListSecretsQuery, PutSecretRequest, RotateSecretRequest};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::SecretPath;
use serde_json::json;

use super::client::wants_records;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer};
use crate::remote::Remote;

const COLUMNS: [Column; 5] = [
    ("PATH", "path"),
    ("TYPE", "type"),
    ("VERSION", "version"),
    ("WRITTEN", "created_at"),
    ("EXPIRES", "expires_at"),
];
const WRITTEN: [Column; 4] = [
    ("PATH", "path"),
    ("VERSION", "version"),
    ("TYPE", "type"),
    ("ID", "id"),
];

#[derive(Subcommand)]
pub(crate) enum SecretCommand {
    /// List secrets, without values
    #[command(alias = "ls")]
    List {
        /// Only paths that begin with this
        #[arg(long)]
        prefix: Option<String>,
    },
    /// Print the value of a secret, and nothing else
    Get {
        path: SecretPath,
        /// An older version
        #[arg(long)]
        version: Option<u32>,
    },
    /// Write a secret; the value comes from a hidden prompt, stdin or a file
    Set(SetArgs),
    /// Delete a secret with all its versions
    #[command(alias = "rm")]
    Delete { path: SecretPath },
    /// Let the server make the next value
    Rotate(RotateArgs),
    /// Show everything about a secret but its value
    Describe { path: SecretPath },
    /// List the versions of a secret
    #[command(visible_alias = "history")]
    Versions { path: SecretPath },
    /// Say how two versions differ, without showing values
    Diff(versions::DiffArgs),
    /// Make an older version the newest again
    Restore {
        path: SecretPath,
        /// Which
        #[arg(long)]
        version: u32,
    },
    /// Make an older version unreadable for good
    Disable {
        path: SecretPath,
        /// Which
        #[arg(long)]
        version: u32,
    },
    /// Write the newest version to another path
    Copy(versions::CopyArgs),
    /// Write the newest version to another path and delete it here, with its older versions
    #[command(alias = "mv")]
    Move(versions::CopyArgs),
    /// Let the server make the value of a new secret; nobody sees it
    Generate(GenerateArgs),
    /// Change the value in an editor, `$VISUAL` or `$EDITOR`
    Edit { path: SecretPath },
}

#[derive(Args)]
pub(crate) struct GenerateArgs {
    path: SecretPath,
    /// Characters of the value
    #[arg(long, short)]
    length: Option<i32>,
    /// Alphabet of the value
    #[arg(long, short)]
    charset: Option<Alphabet>,
    /// Kind of value, such as `api_key` or `password`
    #[arg(long = "type", value_name = "TYPE", value_parser = SecretType::parse)]
    kind: Option<SecretType>,
}

#[derive(Args)]
pub(crate) struct SetArgs {
    path: SecretPath,
    /// Taken to be refused with advice.
    #[arg(hide = true, value_name = "VALUE", allow_hyphen_values = true)]
    refused: Option<String>,
    /// Kind of value, such as `api_key`, `password` or `note`
    #[arg(long = "type", value_name = "TYPE", value_parser = SecretType::parse)]
    kind: Option<SecretType>,
    /// Read the value from stdin, even at a terminal
    #[arg(long, conflicts_with = "value_file")]
    stdin: bool,
    /// Read the value from a file; `-` is stdin
    #[arg(long, value_name = "FILE")]
    value_file: Option<PathBuf>,
    /// Keep the newline at the end of stdin
    #[arg(long)]
    raw: bool,
}

#[derive(Args)]
pub(crate) struct RotateArgs {
    path: SecretPath,
    /// Taken to be refused with advice.
    #[arg(hide = true, value_name = "VALUE")]
    refused: Option<String>,
    /// What happens anyway; accepted because scripts say it
    #[arg(long, hide = true)]
    generate: bool,
    /// Characters of the new value
    #[arg(long, short)]
    length: Option<i32>,
    /// Alphabet of the new value
    #[arg(long, short)]
    charset: Option<Alphabet>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Alphabet {
    Hex,
    Base64,
    Alphanumeric,
    Ascii,
}

impl From<Alphabet> for Charset {
    fn from(alphabet: Alphabet) -> Self {
        match alphabet {
            Alphabet::Hex => Self::Hex,
            Alphabet::Base64 => Self::Base64,
            Alphabet::Alphanumeric => Self::Alphanumeric,
            Alphabet::Ascii => Self::Ascii,
        }
    }
}

/// Refuses a value among the arguments, before anything else is looked at.
pub(crate) fn refuse_argument(args: &SetArgs) -> Result<(), Failure> {
    match args.refused {
        Some(_) => Err(value_as_argument(&args.path)),
        None => Ok(()),
    }
}

fn value_as_argument(path: &SecretPath) -> Failure {
    Failure::new(Exit::Usage, "a value must not be an argument")
        .because("other processes see arguments, and shells keep them; treat this value as seen")
        .next(format!(
            "1claw secret set {path}   (asks for the value, or reads it from a pipe)"
        ))
}

#[expect(clippy::too_many_lines, reason = "one short arm for each command")]
pub(crate) async fn run(
    command: SecretCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    if let SecretCommand::Rotate(RotateArgs {
        path,
        refused: Some(_),
        ..
    }) = &command
    {
        return Err(value_as_argument(path));
    }
    let vault = remote.vault().await?;
    let client = &remote.client;
    match command {
        SecretCommand::List { prefix } => {
            let listed = client
                .list_secrets(
                    vault,
                    &ListSecretsQuery {
                        prefix,
                        ..ListSecretsQuery::default()
                    },
                )
                .await?;
            printer.list(&listed, "secrets", &COLUMNS)
        }
        SecretCommand::Get { path, version } => {
            let secret = match version {
                Some(version) => client.get_secret_version(vault, &path, version).await?,
                None => client.get_secret(vault, &path).await?,
            };
            if printer.json {
                return printer.json(&secret);
            }
            value_to_stdout(secret.value.expose())?;
            printer.say(format_args!(
                "version {} of {path}; this read is in the audit log",
                secret.version
            ));
            Ok(())
        }
        SecretCommand::Set(args) => {
            let file = if args.stdin {
                Some(PathBuf::from("-"))
            } else {
                args.value_file
            };
            let value = input::secret(
                file.as_deref(),
                args.raw,
                &format!("value of {}", args.path),
                printer,
            )?;
            if value.is_empty() {
                return Err(
                    Failure::new(Exit::Usage, "the value is empty").next("nothing was written")
                );
            }
            let mut request = PutSecretRequest::new(value.into());
            request.secret_type = args.kind;
            let written = client.put_secret(vault, &args.path, &request).await?;
            if wants_records(printer) {
                return printer.one(&written, &WRITTEN);
            }
            printer.say(format_args!(
                "wrote version {} of {}",
                written.version, written.path
            ));
            Ok(())
        }
        SecretCommand::Delete { path } => {
            input::confirm(&format!("delete {path} with all its versions?"), printer)?;
            client.delete_secret(vault, &path).await?;
            printer.done(format_args!("deleted {path}"), &json!({ "deleted": path }))
        }
        SecretCommand::Rotate(args) => {
            let request = RotateSecretRequest {
                length: args.length,
                charset: args.charset.map(Into::into),
                secret_type: None,
                create: None,
            };
            let written = client.rotate_secret(vault, &args.path, &request).await?;
            printer.done(
                format_args!("{} has a new value, version {}", args.path, written.version),
                &written,
            )
        }
        SecretCommand::Describe { path } => {
            let versions = client.list_secret_versions(vault, &path).await?.versions;
            match versions.first() {
                Some(newest) => printer.one(
                    newest,
                    &[
                        ("PATH", "path"),
                        ("ID", "id"),
                        ("TYPE", "type"),
                        ("VERSION", "version"),
                        ("WRITTEN", "created_at"),
                        ("EXPIRES", "expires_at"),
                        ("METADATA", "metadata"),
                    ],
                ),
                None => Err(Failure::new(
                    Exit::NotFound,
                    format!("there is no secret at {path}"),
                )),
            }
        }
        SecretCommand::Versions { path } => {
            let versions = client.list_secret_versions(vault, &path).await?;
            printer.list(
                &versions,
                "versions",
                &[
                    ("VERSION", "version"),
                    ("WRITTEN", "created_at"),
                    ("EXPIRES", "expires_at"),
                    ("DISABLED", "is_disabled"),
                ],
            )
        }
        SecretCommand::Diff(args) => versions::diff(args, vault, client, printer).await,
        SecretCommand::Restore { path, version } => {
            versions::restore(&path, version, vault, client, printer).await
        }
        SecretCommand::Disable { path, version } => {
            input::confirm(
                &format!("make version {version} of {path} unreadable for good?"),
                printer,
            )?;
            client.disable_secret_version(vault, &path, version).await?;
            printer.done(
                format_args!("version {version} of {path} cannot be read any more"),
                &json!({ "path": path, "disabled": version }),
            )
        }
        SecretCommand::Copy(args) => {
            versions::copy(&args, vault, remote, printer).await?;
            Ok(())
        }
        SecretCommand::Move(args) => versions::relocate(args, vault, remote, printer).await,
        SecretCommand::Generate(args) => {
            versions::must_be_free(&args.path, vault, client).await?;
            let request = RotateSecretRequest {
                length: args.length,
                charset: args.charset.map(Into::into),
                secret_type: args.kind,
                create: Some(true),
            };
            let written = client.rotate_secret(vault, &args.path, &request).await?;
            if wants_records(printer) {
                return printer.one(&written, &WRITTEN);
            }
            printer.say(format_args!(
                "the server made the value of {}; nobody has seen it",
                written.path
            ));
            Ok(())
        }
        SecretCommand::Edit { path } => editor::edit(&path, vault, client, printer).await,
    }
}

/// The value to the byte; a terminal gets a newline after it and nothing that would steer it.
pub(crate) fn value_to_stdout(value: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let outcome = if stdout.is_terminal() {
        let shown: String = value
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        writeln!(stdout, "{shown}")
    } else {
        stdout.write_all(value.as_bytes())
    };
    outcome
        .and_then(|()| stdout.flush())
        .map_err(|error| Failure::new(Exit::Failed, "the value cannot be written").because(error))
}
