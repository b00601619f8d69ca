//! The settings of a server, put together: flag, else environment, else file, else default.
//!
//! Invariants:
//! - A key of the file that is not a setting is an error that names the nearest setting, so that no misspelt setting is
//!   silently without effect.
//! - Relative paths in the file are relative to the file's folder, elsewhere to the working directory.
//! - No error quotes a value that may hold a password.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args as _, Command};
use oneclaw_core::secret::SecretString;
use oneclaw_store::Config as Database;
use url::{Host, Url};

use crate::args::{ForwardedHeader, KeyDelivery, LogFormat, Network, ServerArgs, ServerSettings};
use crate::output::{Exit, Failure};

/// The file that is read when none is named, in the data folder.
pub(crate) const FILE_NAME: &str = "1claw.toml";
const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8110);
const DEFAULT_DATA_DIR: &str = "data";
/// Not the same folder: a demonstration must not end up in a vault with real secrets.
const DEFAULT_DEV_DATA_DIR: &str = "data/dev";
/// Settings whose value may hold a password, with the setting to use instead of a flag.
const PASSWORD_BEARING: [(&str, &str, &str); 2] = [
    (
        "database_url",
        "ONECLAW_DATABASE_URL",
        "--database-url-file",
    ),
    ("mail_url", "ONECLAW_MAIL_URL", "--mail-url-file"),
];

/// What a server was told, complete except for what depends on the port it gets.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the configuration file"
)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) data_dir: PathBuf,
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
    /// Without a slash at the end; `None` when it follows from the address.
    pub(crate) public_url: Option<String>,
    pub(crate) database: Database,
    pub(crate) mail_url: Option<SecretString>,
    pub(crate) mail_from: Option<String>,
    pub(crate) google: Option<oneclaw_app::google::Settings>,
    pub(crate) federation: bool,
    pub(crate) oauth_registration: bool,
    pub(crate) master_key_file: PathBuf,
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) outbound_allow: Vec<Network>,
    pub(crate) forwarded_header: ForwardedHeader,
    pub(crate) key_delivery: KeyDelivery,
    pub(crate) flood_limits: bool,
    pub(crate) dev: bool,
    pub(crate) log_format: LogFormat,
}

impl Config {
    /// Puts the settings together. Reads files, changes nothing.
    pub(crate) fn load(args: ServerArgs) -> Result<Self, Failure> {
        let flags = args.settings;
        let is_named = args.config.is_some();
        let file = args.config.or_else(|| file_in_data_dir(&flags));
        let from_file = match &file {
            Some(path) => read_file(path)?,
            None => ServerSettings::default(),
        };
        // A file that was found in the data folder cannot say that the data are elsewhere.
        if let (false, Some(path), Some(_)) = (is_named, &file, &from_file.data_dir) {
            let what = format!(
                "{} names a data folder, and was found in one",
                path.display()
            );
            return Err(Failure::new(Exit::Usage, what)
                .next(format!("name it: --config {}", path.display())));
        }
        let merged = merge(flags, from_file);
        let config = Self::from_settings(merged, file)?;
        config.check()?;
        Ok(config)
    }

    fn from_settings(settings: ServerSettings, file: Option<PathBuf>) -> Result<Self, Failure> {
        let dev = settings.dev.unwrap_or(false);
        let data_dir = settings.data_dir.unwrap_or_else(|| default_data_dir(dev));
        let database_url = url_of(settings.database_url, settings.database_url_file)?;
        let database = match database_url {
            Some(url) => Database::parse(url.expose()).map_err(|error| {
                Failure::new(Exit::Usage, "the database URL is not usable").because(error)
            })?,
            None => Database::Sqlite(data_dir.join("1claw.db")),
        };
        Ok(Self {
            listen: settings.listen.unwrap_or(DEFAULT_LISTEN),
            metrics_listen: settings.metrics_listen,
            public_url: settings
                .public_url
                .as_deref()
                .map(parse_public_url)
                .transpose()?,
            database,
            mail_url: url_of(settings.mail_url, settings.mail_url_file)?,
            mail_from: settings.mail_from,
            google: google(settings.google_client_id, settings.google_jwks_url)?,
            federation: settings.federation.unwrap_or(false),
            oauth_registration: settings.oauth_registration.unwrap_or(false),
            master_key_file: settings
                .master_key_file
                .unwrap_or_else(|| data_dir.join("master.key")),
            trusted_proxies: settings.trusted_proxies.unwrap_or_default(),
            outbound_allow: settings.outbound_allow.unwrap_or_default(),
            forwarded_header: settings
                .forwarded_header
                .unwrap_or(ForwardedHeader::XForwardedFor),
            key_delivery: settings.key_delivery.unwrap_or(KeyDelivery::Email),
            flood_limits: settings.flood_limits.unwrap_or(true),
            dev,
            log_format: settings.log_format.unwrap_or(LogFormat::Text),
            data_dir,
            file,
        })
    }

    /// Refuses combinations that would be dangerous.
    fn check(&self) -> Result<(), Failure> {
        if !self.dev {
            return Ok(());
        }
        let why = "the owner of a demonstration has a published password";
        let elsewhere = "leave out --dev to run a vault that others can reach";
        if !self.listen.ip().is_loopback() {
            let what = format!("--dev does not listen on {}", self.listen);
            return Err(Failure::new(Exit::Usage, what).because(why).next(elsewhere));
        }
        if self.public_url.as_deref().is_some_and(is_public) {
            let what = "--dev serves this machine only, and the public URL is another one's";
            return Err(Failure::new(Exit::Usage, what).because(why).next(elsewhere));
        }
        Ok(())
    }

    /// The base of every link, given the address that the server got.
    pub(crate) fn public_url(&self, address: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| {
            // The unspecified address is where to listen, never where to go.
            if address.ip().is_unspecified() {
                format!("http://localhost:{}", address.port())
            } else {
                format!("http://{address}")
            }
        })
    }

    /// The sender of mails.
    pub(crate) fn mail_from(&self, public_url: &str) -> String {
        self.mail_from.clone().unwrap_or_else(|| {
            let domain = Url::parse(public_url)
                .ok()
                .and_then(|url| match url.host() {
                    Some(Host::Domain(domain)) => Some(domain.to_owned()),
                    _ => None,
                });
            format!(
                "1Claw <no-reply@{}>",
                domain.as_deref().unwrap_or("localhost")
            )
        })
    }

    /// The flags by which another command finds this vault, with a space in front; empty for the default folder.
    pub(crate) fn flags(&self) -> String {
        match &self.file {
            Some(file) if !file.starts_with(&self.data_dir) => {
                format!(" --config {}", file.display())
            }
            _ if self.data_dir == default_data_dir(false) => String::new(),
            _ => format!(" --data-dir {}", self.data_dir.display()),
        }
    }

    /// Whether the master key lies where a copy of the data takes it along.
    pub(crate) fn is_key_beside_data(&self) -> bool {
        self.master_key_file.parent() == Some(self.data_dir.as_path())
    }
}

/// Refuses a password on the command line.
pub(crate) fn refuse_passwords(matches: &ArgMatches) -> Result<(), Failure> {
    let mut level = Some(matches);
    while let Some(matches) = level {
        for (setting, variable, flag) in PASSWORD_BEARING {
            let given = matches.try_get_one::<String>(setting).ok().flatten();
            let Some(url) = given else { continue };
            if matches.value_source(setting) == Some(ValueSource::CommandLine) && has_password(url)
            {
                let what = format!("--{} holds a password", setting.replace('_', "-"));
                return Err(Failure::new(Exit::Usage, what)
                    .because("arguments are visible to every process on this machine")
                    .next(format!("use {variable}, {flag} or the configuration file")));
            }
        }
        level = matches.subcommand().map(|(_, matches)| matches);
    }
    Ok(())
}

/// Whether a URL holds a password, in the place for it or as a parameter.
pub(crate) fn has_password(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| {
        url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password")
    })
}

/// Whether a URL leads to another machine than this one, as far as its name tells.
pub(crate) fn is_public(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return true;
    };
    match url.host() {
        Some(Host::Domain(name)) => name != "localhost" && !name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => !address.is_loopback(),
        Some(Host::Ipv6(address)) => !address.is_loopback(),
        None => true,
    }
}

fn default_data_dir(dev: bool) -> PathBuf {
    PathBuf::from(if dev {
        DEFAULT_DEV_DATA_DIR
    } else {
        DEFAULT_DATA_DIR
    })
}

fn parse_public_url(text: &str) -> Result<String, Failure> {
    let wrong = |why: &str| {
        Failure::new(Exit::Usage, "the public URL is not usable")
            .because(why)
            .next("write it as https://vault.example.org")
    };
    let url = Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it must not hold a user name or a password"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong(
            "it must end with the host, or the port: the vault needs a host name of its own",
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// How people sign in with Google. Its keys decide who gets in, so they come by TLS, except from this machine.
fn google(
    client_id: Option<String>,
    jwks_url: Option<String>,
) -> Result<Option<oneclaw_app::google::Settings>, Failure> {
    let jwks_url = jwks_url.unwrap_or_else(|| oneclaw_app::google::JWKS_URL.to_owned());
    if !jwks_url.starts_with("https://") && is_public(&jwks_url) {
        return Err(
            Failure::new(Exit::Usage, "the address of Google's keys is not usable")
                .because("whoever can change them on the way can sign in as anybody")
                .next("write it as https://…"),
        );
    }
    Ok(client_id.map(|client_id| oneclaw_app::google::Settings {
        client_id,
        jwks_url,
    }))
}

/// A URL given as such or in a file of its own.
fn url_of(url: Option<String>, file: Option<PathBuf>) -> Result<Option<SecretString>, Failure> {
    match (url, file) {
        (Some(url), _) => Ok(Some(SecretString::from(url))),
        (None, None) => Ok(None),
        (None, Some(path)) => {
            let text = fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error))?;
            Ok(Some(SecretString::from(text.trim().to_owned())))
        }
    }
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("{} cannot be read", path.display())).because(error)
}

/// The file in the data folder, if there is one.
fn file_in_data_dir(flags: &ServerSettings) -> Option<PathBuf> {
    let folder = flags.data_dir.clone();
    let folder = folder.unwrap_or_else(|| default_data_dir(flags.dev.unwrap_or(false)));
    Some(folder.join(FILE_NAME)).filter(|path| path.exists())
}

fn read_file(path: &Path) -> Result<ServerSettings, Failure> {
    let text = fs::read_to_string(path).map_err(|error| cannot_read(path, &error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    parse_file(&text, folder).map_err(|why| {
        let what = format!("{} is not a usable configuration file", path.display());
        Failure::new(Exit::Usage, what).because(why)
    })
}

fn parse_file(text: &str, folder: &Path) -> Result<ServerSettings, String> {
    let table: toml::Table = text.parse().map_err(|error| with_line(text, &error))?;
    let known = setting_names();
    if let Some(unknown) = table.keys().find(|key| !known.contains(key)) {
        return Err(match nearest(unknown, &known) {
            Some(name) => format!("there is no setting `{unknown}`; did you mean `{name}`?"),
            None => format!("there is no setting `{unknown}`; see `1claw server --help`"),
        });
    }
    let mut settings: ServerSettings =
        toml::from_str(text).map_err(|error| with_line(text, &error))?;
    let from_here = |path: &mut PathBuf| *path = folder.join(&*path);
    for path in [
        &mut settings.data_dir,
        &mut settings.master_key_file,
        &mut settings.database_url_file,
        &mut settings.mail_url_file,
    ] {
        path.as_mut().map(from_here);
    }
    if let Some(Ok(Database::Sqlite(path))) = settings.database_url.as_deref().map(Database::parse)
    {
        settings.database_url = Some(format!("sqlite:{}", folder.join(path).display()));
    }
    Ok(settings)
}

/// The place and the kind of an error, without the snippet that the library would show: it may hold a password.
fn with_line(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    match before {
        Some(before) => format!(
            "line {}: {}",
            before.matches('\n').count() + 1,
            error.message()
        ),
        None => error.message().to_owned(),
    }
}

/// The names of all settings, which are those of the options.
fn setting_names() -> Vec<String> {
    let options = ServerSettings::augment_args(Command::new("settings"));
    options
        .get_arguments()
        .map(|option| option.get_id().to_string())
        .collect()
}

/// The known name that is most like `name`, when one is like it at all.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let likeness = |known: &String| strsim::jaro_winkler(name, known);
    let best = known
        .iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(best) > 0.75).then_some(best)
}

/// Takes each setting from where it was given with the most emphasis.
fn merge(over: ServerSettings, under: ServerSettings) -> ServerSettings {
    // A URL and the file of a URL are two ways to give one setting.
    let url_and_file = |over: (Option<String>, Option<PathBuf>), under| match over {
        (None, None) => under,
        given => given,
    };
    let (database_url, database_url_file) = url_and_file(
        (over.database_url, over.database_url_file),
        (under.database_url, under.database_url_file),
    );
    let (mail_url, mail_url_file) = url_and_file(
        (over.mail_url, over.mail_url_file),
        (under.mail_url, under.mail_url_file),
    );
    ServerSettings {
        listen: over.listen.or(under.listen),
        metrics_listen: over.metrics_listen.or(under.metrics_listen),
        data_dir: over.data_dir.or(under.data_dir),
        public_url: over.public_url.or(under.public_url),
        database_url,
        database_url_file,
        mail_url,
        mail_url_file,
        mail_from: over.mail_from.or(under.mail_from),
        google_client_id: over.google_client_id.or(under.google_client_id),
        google_jwks_url: over.google_jwks_url.or(under.google_jwks_url),
        federation: over.federation.or(under.federation),
        oauth_registration: over.oauth_registration.or(under.oauth_registration),
        master_key_file: over.master_key_file.or(under.master_key_file),
        trusted_proxies: over.trusted_proxies.or(under.trusted_proxies),
        outbound_allow: over.outbound_allow.or(under.outbound_allow),
        forwarded_header: over.forwarded_header.or(under.forwarded_header),
        key_delivery: over.key_delivery.or(under.key_delivery),
        flood_limits: over.flood_limits.or(under.flood_limits),
        dev: over.dev.or(under.dev),
        log_format: over.log_format.or(under.log_format),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::CommandFactory as _;

    fn parsed(text: &str) -> Result<ServerSettings, String> {
        parse_file(text, Path::new("/etc/1claw"))
    }

    fn config(text: &str) -> Result<Config, Failure> {
        let config = Config::from_settings(parsed(text).unwrap(), None)?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn every_setting_can_stand_in_the_file() {
        let text = r#"
            listen = "0.0.0.0:443"
            metrics_listen = "127.0.0.1:9110"
            data_dir = "data"
            public_url = "https://vault.example.org/"
            database_url = "sqlite:vault.db"
            database_url_file = "database"
            mail_url = "smtps://mail.example.org"
            mail_url_file = "mail"
            mail_from = "vault@example.org"
            google_client_id = "vault"
            google_jwks_url = "http://127.0.0.1:9/keys"
            federation = true
            oauth_registration = true
            master_key_file = "/keys/master.key"
            trusted_proxies = ["10.0.0.0/8", "::1"]
            forwarded_header = "forwarded"
            key_delivery = "link"
            outbound_allow = ["10.1.0.0/16"]
            flood_limits = false
            dev = false
            log_format = "json"
        "#;
        let named: toml::Table = text.parse().unwrap();
        let mut names = setting_names();
        names.sort();
        assert_eq!(
            named.keys().cloned().collect::<Vec<_>>(),
            names,
            "a setting is missing here"
        );
        let config = config(text).ok().unwrap();
        assert_eq!(config.data_dir, Path::new("/etc/1claw/data"));
        assert_eq!(config.master_key_file, Path::new("/keys/master.key"));
        assert!(
            matches!(config.database, Database::Sqlite(path) if path == Path::new("/etc/1claw/vault.db"))
        );
        assert_eq!(
            config.public_url.as_deref(),
            Some("https://vault.example.org")
        );
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.google.unwrap().client_id, "vault");
        assert!(config.federation && config.oauth_registration);
    }

    #[test]
    fn keys_of_google_come_by_tls() {
        for url in ["http://keys.example.org/", "ftp://127.0.0.1/", "keys"] {
            let is_refused = config(&format!("google_jwks_url = \"{url}\"")).is_err();
            assert_eq!(is_refused, !url.contains("127.0.0.1"), "{url}");
        }
        let config = config("google_client_id = \"vault\"").ok().unwrap();
        assert_eq!(
            config.google.unwrap().jwks_url,
            oneclaw_app::google::JWKS_URL
        );
    }

    #[test]
    fn a_misspelt_key_is_named_with_the_nearest_setting() {
        for (key, expected) in [
            ("data-dir", "did you mean `data_dir`?"),
            ("mail_ulr", "did you mean `mail_url`?"),
            ("trusted_proxy", "did you mean `trusted_proxies`?"),
            ("zzz", "see `1claw server --help`"),
        ] {
            let error = parsed(&format!("{key} = 1")).err().unwrap();
            assert!(error.contains(key) && error.contains(expected), "{error}");
        }
    }

    #[test]
    fn an_error_in_the_file_names_the_line_and_quotes_nothing() {
        for text in [
            "dev = false\nmail_url = \"smtp://vault:hunter2@mail\nlisten = \"x\"",
            "dev = false\nmail_url = smtp://vault:hunter2@mail",
            "dev = false\nmail_url = [\"smtp://vault:hunter2@mail\"]",
        ] {
            let error = parsed(text).err().unwrap();
            assert!(error.contains("line 2"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn what_is_closer_to_the_command_wins() {
        let flags = ServerSettings {
            listen: "127.0.0.1:1".parse().ok(),
            database_url_file: Some(PathBuf::from("/run/database")),
            ..ServerSettings::default()
        };
        let file = parsed(
            "listen = \"127.0.0.1:2\"\ndatabase_url = \"sqlite:x\"\nkey_delivery = \"link\"",
        )
        .unwrap();
        let merged = merge(flags, file);
        assert_eq!(merged.listen.map(|listen| listen.port()), Some(1));
        assert_eq!(merged.key_delivery, Some(KeyDelivery::Link));
        assert_eq!(
            merged.database_url, None,
            "the file's URL must not beat the flag's file"
        );
    }

    #[test]
    fn a_demonstration_stays_on_this_machine() {
        for text in [
            "dev = true\nlisten = \"0.0.0.0:8110\"",
            "dev = true\nlisten = \"[::]:8110\"",
            "dev = true\nlisten = \"192.0.2.1:8110\"",
            "dev = true\npublic_url = \"https://vault.example.org\"",
        ] {
            assert_eq!(
                config(text).err().map(|failure| failure.exit),
                Some(Exit::Usage),
                "{text}"
            );
        }
        for text in [
            "dev = true",
            "dev = true\nlisten = \"[::1]:8110\"",
            "dev = true\npublic_url = \"http://localhost:8110\"",
            "listen = \"0.0.0.0:8110\"",
        ] {
            assert!(config(text).is_ok(), "{text}");
        }
        assert_ne!(
            config("dev = true").ok().unwrap().data_dir,
            config("").ok().unwrap().data_dir
        );
    }

    #[test]
    fn a_password_is_refused_as_an_argument_only() {
        let matches = |url: &str| {
            let words = ["1claw", "server", "outbox", "--mail-url", url];
            Cli::command().try_get_matches_from(words).unwrap()
        };
        let failure = refuse_passwords(&matches("smtp://vault:hunter2@mail")).unwrap_err();
        assert!(!format!("{failure:?}").contains("hunter2"));
        assert!(refuse_passwords(&matches("smtp://mail")).is_ok());
        assert!(has_password("postgres://vault@db/vault?password=hunter2"));
    }

    #[test]
    fn the_public_url_is_a_bare_origin() {
        for bad in [
            "vault.example.org",
            "ftp://vault.example.org",
            "https://vault.example.org/path",
            "https://me:pw@vault.example.org",
            "https://vault.example.org?x",
        ] {
            assert!(parse_public_url(bad).is_err(), "{bad}");
        }
        let listening_everywhere = config("listen = \"0.0.0.0:80\"").ok().unwrap();
        assert_eq!(
            listening_everywhere.public_url("0.0.0.0:8110".parse().unwrap()),
            "http://localhost:8110"
        );
    }

    #[test]
    fn the_sender_defaults_to_the_public_host() {
        let config = config("").ok().unwrap();
        let from = |url| config.mail_from(url);
        assert_eq!(
            from("https://vault.example.org"),
            "1Claw <no-reply@vault.example.org>"
        );
        assert_eq!(from("http://127.0.0.1:8110"), "1Claw <no-reply@localhost>");
    }
}
