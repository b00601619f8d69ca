//! Where the client commands find things: the user's configuration, the saved sign-in, the link of a project, and
//! credentials in the environment.
//!
//! Invariants:
//! - A saved token belongs to one server address and is never sent to another.
//! - The link of a project names a vault for the server that it was made with. It cannot choose the server, so a
//!   checkout from a stranger cannot lead a credential away.
//! - What holds a token is a file that only its owner can read; a file that others can read is refused.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use oneclaw_client::wire::SecretText;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::secret::SecretString;
use serde::{Deserialize, Serialize};

use crate::output::{Exit, Failure};

/// The server of somebody who configured nothing: the default address of `1claw server`.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8110";
/// The link of a project: safe to commit.
pub(crate) const LINK_FILE: &str = ".1claw.json";
/// Variables that hold a credential. Each has a twin with `_FILE` that names a file instead.
pub(crate) const CREDENTIALS: [&str; 3] =
    ["ONECLAW_TOKEN", "ONECLAW_API_KEY", "ONECLAW_AGENT_API_KEY"];
/// Longest credential file, so that a wrong path does not fill the memory.
const MAX_CREDENTIAL: u64 = 64 * 1024;
const OTHERS_MAY_READ: u32 = 0o077;

/// A variable of the environment, when it is set to something.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where client commands read their environment"
)]
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A credential from the environment, or from the file that its `_FILE` twin names.
pub(crate) fn credential(name: &str) -> Result<Option<SecretString>, Failure> {
    if let Some(value) = variable(name) {
        return Ok(Some(value.into()));
    }
    let Some(path) = variable(&format!("{name}_FILE")) else {
        return Ok(None);
    };
    let path = PathBuf::from(path);
    let failed = |error| cannot_read(&path, &error);
    if fs::metadata(&path).map_err(failed)?.len() > MAX_CREDENTIAL {
        return Err(failed(io::ErrorKind::FileTooLarge.into()));
    }
    let text = fs::read_to_string(&path).map_err(failed)?;
    Ok(Some(text.trim().to_owned().into()))
}

/// The folders of the user.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    config: PathBuf,
    state: PathBuf,
}

impl Folders {
    pub(crate) fn find() -> Result<Self, Failure> {
        let home = variable("HOME").map(PathBuf::from);
        let place = |name: &str, under: &str| {
            let chosen = variable(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute());
            chosen
                .or_else(|| home.as_ref().map(|home| home.join(under)))
                .map(|folder| folder.join("1claw"))
                .ok_or_else(|| {
                    Failure::new(Exit::Usage, format!("neither HOME nor {name} is set"))
                        .because("settings and the sign-in are kept in a folder of the user")
                })
        };
        Ok(Self {
            config: place("XDG_CONFIG_HOME", ".config")?,
            state: place("XDG_STATE_HOME", ".local/state")?,
        })
    }

    pub(crate) fn config_file(&self) -> PathBuf {
        self.config.join("config.json")
    }

    pub(crate) fn credentials_file(&self) -> PathBuf {
        self.state.join("credentials.json")
    }

    /// Values that `env cache` keeps, encrypted.
    pub(crate) fn cache_file(&self) -> PathBuf {
        self.state.join("env-cache.enc")
    }

    /// Makes the folder of what is kept between commands.
    pub(crate) fn make_state(&self) -> Result<(), Failure> {
        make_folder(&self.state)
    }

    /// Agents that were enrolled here.
    pub(crate) fn agents_file(&self) -> PathBuf {
        self.state.join("agents.json")
    }

    pub(crate) fn user_config(&self) -> Result<UserConfig, Failure> {
        read_json(&self.config_file())
    }

    pub(crate) fn save_user_config(&self, config: &UserConfig) -> Result<(), Failure> {
        write_json(&self.config_file(), config)
    }

    /// The saved sign-ins, after a look at who else could read them.
    pub(crate) fn saved(&self) -> Result<SavedLogins, Failure> {
        read_private(&self.credentials_file())
    }

    /// Changes the saved sign-ins; one process at a time, so that none loses what another saved.
    pub(crate) fn change_saved(
        &self,
        change: impl FnOnce(&mut SavedLogins),
    ) -> Result<(), Failure> {
        let _lock = self.lock_saved()?;
        let mut saved = self.saved()?;
        change(&mut saved);
        write_json(&self.credentials_file(), &saved)
    }

    /// Held while a sign-in is renewed: a refresh token works once, and whoever comes second needs the new one.
    pub(crate) fn lock_saved(&self) -> Result<File, Failure> {
        make_folder(&self.state)?;
        let path = self.state.join("credentials.lock");
        let failed = |error| cannot_write(&path, &error);
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        let file = options.open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }

    /// Saves while the lock is held already.
    pub(crate) fn save_locked(&self, saved: &SavedLogins) -> Result<(), Failure> {
        write_json(&self.credentials_file(), saved)
    }
}

/// `config.json`. Keys of other programs and versions stay as they are.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct UserConfig {
    /// Those of nobody who named a profile.
    #[serde(flatten)]
    pub(crate) settings: Settings,
    /// The profile that counts when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profiles: BTreeMap<String, Settings>,
    #[serde(flatten)]
    other: serde_json::Map<String, serde_json::Value>,
}

/// What can be set.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) api_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output_format: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_vault: Option<String>,
}

/// The settings that count.
pub(crate) struct Chosen {
    /// The profile; none for the settings outside of all.
    pub(crate) name: Option<String>,
    pub(crate) settings: Settings,
}

/// The name of the settings outside of all profiles.
pub(crate) const DEFAULT_PROFILE: &str = "default";

impl UserConfig {
    /// The settings of the named profile, or of the one in use. One that nobody made is an error, because a slip of the
    /// finger must not end at another server.
    pub(crate) fn chosen(&self, named: Option<&str>) -> Result<Chosen, Failure> {
        match named.or(self.profile.as_deref()) {
            None | Some(DEFAULT_PROFILE) => Ok(Chosen {
                name: None,
                settings: self.settings.clone(),
            }),
            Some(name) => match self.profiles.get(name) {
                Some(settings) => Ok(Chosen {
                    name: Some(name.to_owned()),
                    settings: settings.clone(),
                }),
                None => Err(
                    Failure::new(Exit::NotFound, format!("there is no profile {name:?}"))
                        .next(format!("1claw config set api-url URL --profile {name}")),
                ),
            },
        }
    }
}

/// `credentials.json`: sign-ins by server address.
#[derive(Default, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct SavedLogins(pub(crate) BTreeMap<String, SavedLogin>);

/// A sign-in at one server.
#[derive(Deserialize, Serialize)]
pub(crate) struct SavedLogin {
    pub(crate) access_token: SecretText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<SecretText>,
    pub(crate) expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
}

/// `.1claw.json`: the vault of a project.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Link {
    pub(crate) api_url: String,
    pub(crate) vault_id: String,
}

impl Link {
    /// The nearest link, here or in a folder above.
    pub(crate) fn find() -> Result<Option<Self>, Failure> {
        let Ok(here) = std::env::current_dir() else {
            return Ok(None);
        };
        let nearest = here
            .ancestors()
            .map(|folder| folder.join(LINK_FILE))
            .find(|path| path.is_file());
        let Some(path) = nearest else { return Ok(None) };
        let text = fs::read_to_string(&path).map_err(|error| cannot_read(&path, &error))?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| malformed(&path, &error))
    }
}

/// Reads what holds a credential, after a look at who else could.
pub(crate) fn read_private<T: Default + serde::de::DeserializeOwned>(
    path: &Path,
) -> Result<T, Failure> {
    if let Ok(metadata) = fs::metadata(path)
        && metadata.permissions().mode() & OTHERS_MAY_READ != 0
    {
        let what = format!("{} can be read by others", path.display());
        return Err(Failure::new(Exit::SignIn, what)
            .because("it holds a credential, which others may have used")
            .next(format!(
                "chmod 600 {}, then end what was signed in with it and sign in again",
                path.display()
            )));
    }
    read_json(path)
}

fn read_json<T: Default + serde::de::DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| malformed(path, &error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(cannot_read(path, &error)),
    }
}

pub(crate) fn write_json(path: &Path, content: &impl Serialize) -> Result<(), Failure> {
    let mut bytes = serde_json::to_vec_pretty(content).map_err(|error| {
        Failure::new(Exit::Failed, "the settings cannot be written").because(error)
    })?;
    bytes.push(b'\n');
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    write_private(path, &bytes)
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| cannot_write(folder, &error))
}

/// Writes a file that only its owner can read: whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let failed = |error| cannot_write(path, &error);
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".1claw-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(failed)?;
    file.write_all(content)
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> Failure {
    let exit = match error.kind() {
        io::ErrorKind::NotFound => Exit::NotFound,
        _ => Exit::Failed,
    };
    Failure::new(exit, format!("{} cannot be read", path.display())).because(error)
}

pub(crate) fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{} cannot be written", path.display()),
    )
    .because(error)
}

fn malformed(path: &Path, error: &serde_json::Error) -> Failure {
    // Never the error's text: it may quote a token.
    Failure::new(Exit::Usage, format!("{} is not understood", path.display())).because(
        format_args!("line {}, column {}", error.line(), error.column()),
    )
}
