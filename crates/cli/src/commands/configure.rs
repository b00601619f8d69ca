//! `1claw config`.

use clap::{Subcommand, ValueEnum as _};
use serde_json::{Value, json};

use crate::args::Global;
use crate::output::{Exit, Failure, Format, Printer};
use crate::settings::{Folders, UserConfig};

#[derive(Subcommand)]
pub(crate) enum ConfigCommand {
    /// List the settings
    #[command(alias = "ls")]
    List,
    /// Print a setting
    Get { key: Key },
    /// Change a setting; an empty value takes it away
    Set { key: Key, value: String },
    /// Print where the settings and the session are kept
    Path,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Key {
    /// Address of the server
    ApiUrl,
    /// Form of data: table, json or plain
    OutputFormat,
    /// Name or id of the vault
    DefaultVault,
}

impl Key {
    const ALL: [Self; 3] = [Self::ApiUrl, Self::OutputFormat, Self::DefaultVault];

    fn name(self) -> &'static str {
        match self {
            Self::ApiUrl => "api-url",
            Self::OutputFormat => "output-format",
            Self::DefaultVault => "default-vault",
        }
    }

    fn of(self, config: &mut UserConfig) -> &mut Option<String> {
        match self {
            Self::ApiUrl => &mut config.api_url,
            Self::OutputFormat => &mut config.output_format,
            Self::DefaultVault => &mut config.default_vault,
        }
    }

    fn check(self, value: &str) -> Result<(), Failure> {
        let refused = |what: &str| Err(Failure::new(Exit::Usage, what).next("nothing was changed"));
        match self {
            Self::ApiUrl if oneclaw_client::Client::new(value).is_err() => {
                refused("not the address of a server; expected https://host[:port]")
            }
            Self::OutputFormat if form(value).is_none() => refused("expected table, json or plain"),
            _ => Ok(()),
        }
    }
}

fn form(text: &str) -> Option<Format> {
    let form = Format::from_str(text, true).ok()?;
    matches!(form, Format::Table | Format::Json | Format::Plain).then_some(form)
}

/// The printer with the form that the user prefers, where the command line does not say.
pub(crate) fn preferred(printer: Printer, global: &Global) -> Result<Printer, Failure> {
    if global.json || global.format.is_some() {
        return Ok(printer);
    }
    let chosen = Folders::find()?.user_config()?.output_format;
    let Some(format) = chosen.as_deref().and_then(form) else {
        return Ok(printer);
    };
    Ok(Printer {
        json: format == Format::Json,
        format,
        ..printer
    })
}

pub(crate) fn run(command: ConfigCommand, printer: Printer) -> Result<(), Failure> {
    let folders = Folders::find()?;
    let mut config = folders.user_config()?;
    match command {
        ConfigCommand::List => {
            let settings: Vec<Value> = Key::ALL
                .iter()
                .map(|key| json!({ "key": key.name(), "value": key.of(&mut config) }))
                .collect();
            printer.list(
                &json!({ "settings": settings }),
                "settings",
                &[("KEY", "key"), ("VALUE", "value")],
            )
        }
        ConfigCommand::Get { key } => match key.of(&mut config) {
            Some(value) => printer.data(value),
            None => Err(Failure::new(
                Exit::NotFound,
                format!("{} is not set", key.name()),
            )),
        },
        ConfigCommand::Set { key, value } => {
            let value =
                Some(value.trim_end_matches('/').to_owned()).filter(|value| !value.is_empty());
            if let Some(value) = &value {
                key.check(value)?;
            }
            *key.of(&mut config) = value;
            folders.save_user_config(&config)?;
            printer.done(
                format_args!(
                    "changed {} in {}",
                    key.name(),
                    folders.config_file().display()
                ),
                &config,
            )
        }
        ConfigCommand::Path => printer.one(
            &json!({ "config": folders.config_file(), "session": folders.credentials_file() }),
            &[("SETTINGS", "config"), ("SESSION", "session")],
        ),
    }
}
