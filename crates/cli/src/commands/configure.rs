//! `1claw config`.

use clap::{Subcommand, ValueEnum as _};
use serde_json::{Value, json};

use crate::args::Global;
use crate::output::{Exit, Failure, Format, Printer};
use crate::settings::{DEFAULT_PROFILE, Folders, Settings, UserConfig};

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
    /// List the profiles; `config set --profile NAME` makes one
    Profiles,
    /// Use a profile when none is named; `default` for none
    Use { profile: String },
    /// Forget a profile and its settings
    Forget { profile: String },
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

    fn of(self, config: &mut Settings) -> &mut Option<String> {
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
    let config = Folders::find()?.user_config()?;
    // A profile that is not there is the command's to complain about; `config set` makes it.
    let chosen = config.chosen(global.profile.as_deref());
    let form_of = |settings: &Settings| settings.output_format.as_deref().and_then(form);
    let chosen = chosen.ok().and_then(|chosen| form_of(&chosen.settings));
    let Some(format) = chosen.or_else(|| form_of(&config.settings)) else {
        return Ok(printer);
    };
    Ok(Printer {
        json: format == Format::Json,
        format,
        ..printer
    })
}

/// The settings that a command is about; a profile that is named and not there begins empty.
fn settings_of<'a>(config: &'a mut UserConfig, named: Option<&str>) -> &'a mut Settings {
    let name = named.map(str::to_owned).or_else(|| config.profile.clone());
    match name.filter(|name| name != DEFAULT_PROFILE) {
        Some(name) => config.profiles.entry(name).or_default(),
        None => &mut config.settings,
    }
}

pub(crate) fn run(
    command: ConfigCommand,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let folders = Folders::find()?;
    let mut config = folders.user_config()?;
    let named = global.profile.as_deref();
    match command {
        ConfigCommand::List => {
            let mut chosen = config.chosen(named)?.settings;
            let settings: Vec<Value> = Key::ALL
                .iter()
                .map(|key| json!({ "key": key.name(), "value": key.of(&mut chosen) }))
                .collect();
            printer.list(
                &json!({ "settings": settings }),
                "settings",
                &[("KEY", "key"), ("VALUE", "value")],
            )
        }
        ConfigCommand::Get { key } => match key.of(&mut config.chosen(named)?.settings) {
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
            if let Some(name) = named.filter(|name| !is_name(name)) {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("{name:?} is no name for a profile"),
                )
                .next("letters, digits, - and _"));
            }
            *key.of(settings_of(&mut config, named)) = value;
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
        ConfigCommand::Profiles => profiles(&config, named, printer),
        ConfigCommand::Use { profile } => {
            config.chosen(Some(&profile))?;
            config.profile = Some(profile.clone()).filter(|name| name != DEFAULT_PROFILE);
            folders.save_user_config(&config)?;
            printer.done(
                format_args!("{profile:?} counts from now on when no profile is named"),
                &json!({ "profile": profile }),
            )
        }
        ConfigCommand::Forget { profile } => {
            config.chosen(Some(&profile))?;
            if config.profiles.remove(&profile).is_none() {
                return Err(Failure::new(Exit::Usage, "these settings are no profile"));
            }
            config.profile = config.profile.filter(|name| *name != profile);
            folders.save_user_config(&config)?;
            printer.done(
                format_args!("forgot {profile:?}; a session of it ends by itself"),
                &json!({ "forgotten": profile }),
            )
        }
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

fn profiles(config: &UserConfig, named: Option<&str>, printer: Printer) -> Result<(), Failure> {
    let current = named
        .or(config.profile.as_deref())
        .unwrap_or(DEFAULT_PROFILE);
    let row = |name: &str, settings: &Settings| {
        json!({
            "name": name, "current": name == current,
            "api_url": settings.api_url, "default_vault": settings.default_vault,
        })
    };
    let mut rows = vec![row(DEFAULT_PROFILE, &config.settings)];
    rows.extend(
        config
            .profiles
            .iter()
            .map(|(name, settings)| row(name, settings)),
    );
    printer.list(
        &json!({ "profiles": rows }),
        "profiles",
        &[
            ("NAME", "name"),
            ("IN USE", "current"),
            ("SERVER", "api_url"),
            ("VAULT", "default_vault"),
        ],
    )
}
