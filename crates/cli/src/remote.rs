//! The server that a client command speaks with: its address, the credential, and what names mean there.
//!
//! Invariant: whatever a server says is treated as text of a stranger; see [`harmless`].

use std::time::Duration;

use oneclaw_client::auth::RefreshRequest;
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::secret::SecretString;

use crate::args::Global;
use crate::config;
use crate::output::{Exit, Failure, Printer, harmless};
use crate::saved_agents::{self, SavedAgent};
use crate::settings::{self, DEFAULT_URL, Folders, Link, SavedLogin};

/// A saved token is renewed when it has less than this to live.
const RENEW_BEFORE: Duration = Duration::from_mins(2);

/// Where the credential in use comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Nowhere,
    Variable(&'static str),
    File,
}

/// A server and who one is there.
pub(crate) struct Remote {
    pub(crate) client: Client,
    pub(crate) url: String,
    pub(crate) source: Source,
    pub(crate) folders: Folders,
    vault: Option<String>,
    profile: Option<String>,
    cache_key: Option<[u8; 32]>,
}

impl Remote {
    /// The server by itself.
    pub(crate) fn anonymous(global: &Global) -> Result<Self, Failure> {
        let folders = Folders::find()?;
        let chosen = folders.user_config()?.chosen(global.profile.as_deref())?;
        let (profile, user) = (chosen.name, chosen.settings);
        let url = global.api_url.clone().or_else(|| user.api_url.clone());
        let url = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
        let url = url.trim_end_matches('/').to_owned();
        let agent = concat!("1claw/", env!("CARGO_PKG_VERSION"));
        let client = Client::new(&url).and_then(|client| client.with_user_agent(agent))?;
        let linked = Link::find()?.filter(|link| link.api_url == url);
        let vault = global
            .vault
            .clone()
            .or_else(|| linked.map(|link| link.vault_id));
        let vault = vault.or_else(|| user.default_vault.clone());
        Ok(Self {
            client,
            url,
            source: Source::Nowhere,
            folders,
            vault,
            profile,
            cache_key: None,
        })
    }

    /// The server with the credential of the environment, or the saved one.
    pub(crate) async fn open(global: &Global, printer: Printer) -> Result<Self, Failure> {
        let mut remote = Self::anonymous(global)?;
        let Some((credential, source)) = remote.find_credential().await? else {
            let what = format!("not signed in to {}", remote.url);
            return Err(Failure::new(Exit::SignIn, what).next(
                "sign in with `1claw login`, or set ONECLAW_API_KEY or ONECLAW_AGENT_API_KEY",
            ));
        };
        if remote.url.starts_with("http://") && config::is_public(&remote.url) {
            printer.say(format_args!(
                "note: {} is not encrypted; others on the way can read what is sent",
                remote.url
            ));
        }
        remote.client = remote.client.with_credential(credential)?;
        remote.source = source;
        Ok(remote)
    }

    async fn find_credential(&mut self) -> Result<Option<(Credential, Source)>, Failure> {
        for name in settings::CREDENTIALS {
            let Some(secret) = settings::credential(name)? else {
                continue;
            };
            self.remember(&secret);
            let credential = if secret.expose().starts_with("ocv_") {
                let agent_id = settings::variable("ONECLAW_AGENT_ID");
                let agent_id = agent_id.map(|id| id.parse::<AgentId>()).transpose();
                Credential::AgentKey {
                    agent_id: agent_id.map_err(|error| {
                        Failure::new(Exit::Usage, "ONECLAW_AGENT_ID is not an id").because(error)
                    })?,
                    api_key: secret,
                }
            } else {
                Credential::Bearer(secret)
            };
            return Ok(Some((credential, Source::Variable(name))));
        }
        if settings::variable("ONECLAW_AGENT").is_none()
            && let Some(token) = self.saved_token().await?
        {
            self.remember(&token);
            return Ok(Some((Credential::Bearer(token), Source::File)));
        }
        let Some(agent) = self.find_agent()? else {
            return Ok(None);
        };
        self.remember(&agent.private_key.expose().to_owned().into());
        Ok(Some((agent.credential()?, Source::File)))
    }

    /// What the agent of this server proves itself with that was enrolled on this machine, if there is one.
    pub(crate) fn saved_agent(&self) -> Result<Option<Credential>, Failure> {
        let agent = self.find_agent()?;
        agent.map(|agent| agent.credential()).transpose()
    }

    /// The agent of this server that was enrolled on this machine: the one that `ONECLAW_AGENT` names, or the only one.
    fn find_agent(&self) -> Result<Option<SavedAgent>, Failure> {
        let agent = match settings::variable("ONECLAW_AGENT") {
            Some(name) => {
                let agent = saved_agents::find(&self.folders, &self.url, &name)?;
                Some(agent.ok_or_else(|| {
                    let what = format!("no agent {name:?} of {} was enrolled here", self.url);
                    Failure::new(Exit::SignIn, what)
                        .next(format!("1claw agent enroll {name} --wait"))
                })?)
            }
            None => saved_agents::only(&self.folders, &self.url)?,
        };
        Ok(agent)
    }

    /// Makes the key of what is kept for this credential alone.
    fn remember(&mut self, credential: &SecretString) {
        let label = SecretString::from(format!("1claw env cache\0{}", credential.expose()));
        self.cache_key = Some(oneclaw_crypto::token_digest(label.expose()));
    }

    /// A key that only the credential in use gives.
    pub(crate) fn cache_key(&self) -> Option<[u8; 32]> {
        self.cache_key
    }

    /// The saved access token, renewed if need be.
    async fn saved_token(&self) -> Result<Option<SecretString>, Failure> {
        let renew_at = SystemClock.now().plus(RENEW_BEFORE);
        let Some(login) = self.folders.saved()?.0.remove(&self.session_key()) else {
            return Ok(None);
        };
        if login.expires_at > renew_at || login.refresh_token.is_none() {
            return Ok(Some(login.access_token.into()));
        }
        let _lock = self.folders.lock_saved()?;
        let mut saved = self.folders.saved()?;
        // Another process may have renewed it meanwhile, or signed out.
        let Some(login) = saved.0.remove(&self.session_key()) else {
            return Ok(None);
        };
        if login.expires_at > renew_at {
            return Ok(Some(login.access_token.into()));
        }
        let request = RefreshRequest {
            refresh_token: login.refresh_token,
        };
        let fresh = self.client.refresh_token(&request).await?;
        let life = Duration::from_secs(fresh.expires_in.into());
        let token = fresh.access_token.expose().to_owned();
        let renewed = SavedLogin {
            access_token: fresh.access_token,
            // A server that keeps the old one does not repeat it.
            refresh_token: fresh.refresh_token.or(request.refresh_token),
            expires_at: SystemClock.now().plus(life),
            email: login.email,
        };
        saved.0.insert(self.session_key(), renewed);
        self.folders.save_locked(&saved)?;
        Ok(Some(token.into()))
    }

    /// Under what the session is saved: a profile has its own, so that one person can be two at one server.
    pub(crate) fn session_key(&self) -> String {
        match &self.profile {
            Some(profile) => format!("{}#{profile}", self.url),
            None => self.url.clone(),
        }
    }

    /// What was named as the vault, if anything.
    pub(crate) fn named_vault(&self) -> Option<&str> {
        self.vault.as_deref()
    }

    /// The vault to work in: the one that was named, or the only one there is.
    pub(crate) async fn vault(&self) -> Result<VaultId, Failure> {
        match &self.vault {
            Some(named) => self.vault_named(named).await,
            None => {
                let mut vaults = self.client.list_vaults().await?.vaults;
                // The one for keys of agents is nobody's choice.
                vaults.retain(|vault| !vault.name.starts_with("__"));
                match (vaults.pop(), vaults.is_empty()) {
                    (Some(only), true) => Ok(only.id),
                    (None, _) => Err(Failure::new(Exit::NotFound, "there is no vault yet")
                        .next("1claw vault create NAME")),
                    (Some(_), false) => Err(Failure::new(Exit::Usage, "which vault?")
                        .because("there are several")
                        .next("name it with --vault, or once and for all: 1claw vault link NAME")),
                }
            }
        }
    }

    pub(crate) async fn vault_named(&self, named: &str) -> Result<VaultId, Failure> {
        if let Ok(id) = named.parse() {
            return Ok(id);
        }
        let vaults = self.client.list_vaults().await?.vaults;
        pick(
            "vault",
            named,
            vaults.into_iter().map(|vault| (vault.id, vault.name)),
        )
    }

    pub(crate) async fn agent_named(&self, named: &str) -> Result<AgentId, Failure> {
        if let Ok(id) = named.parse() {
            return Ok(id);
        }
        let agents = self.client.list_agents().await?.agents;
        pick(
            "agent",
            named,
            agents.into_iter().map(|agent| (agent.id, agent.name)),
        )
    }
}

/// The thing of that name. Names need not be unique, and a near miss is worth a word.
pub(crate) fn pick<I: ToString>(
    what: &str,
    named: &str,
    things: impl Iterator<Item = (I, String)>,
) -> Result<I, Failure> {
    let (mut found, others): (Vec<_>, Vec<_>) = things.partition(|(_, name)| name == named);
    if let Some((id, _)) = found.pop() {
        if found.is_empty() {
            return Ok(id);
        }
        let ids: Vec<_> = found
            .iter()
            .map(|(id, _)| id.to_string())
            .chain([id.to_string()])
            .collect();
        return Err(
            Failure::new(Exit::Usage, format!("several {what}s are called {named:?}"))
                .next(format!("name one by its id: {}", ids.join(", "))),
        );
    }
    let failure = Failure::new(
        Exit::NotFound,
        format!("there is no {what} called {named:?}"),
    );
    let near = others
        .iter()
        .map(|(_, name)| (strsim::jaro_winkler(name, named), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Err(match near {
        Some((_, name)) => failure.next(format!("did you mean {:?}?", harmless(name))),
        None => failure.next(format!("1claw {what} list")),
    })
}

/// What to tell a person about a call that gave no result.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match &error {
            Error::Problem {
                problem,
                retry_after,
            } => {
                let exit = match problem.status {
                    400 | 413 | 422 => Exit::Usage,
                    401 => Exit::SignIn,
                    403 if problem.approval_request_id.is_some() => Exit::ApprovalNeeded,
                    403 => Exit::Forbidden,
                    404 | 410 => Exit::NotFound,
                    409 | 412 => Exit::Conflict,
                    429 | 500.. => Exit::Unavailable,
                    _ => Exit::Failed,
                };
                let mut failure =
                    Failure::new(exit, harmless(&problem.detail).trim_end_matches('.'))
                        .answered(problem.status, problem.request_id.as_deref());
                if !problem.fields.is_empty() {
                    let fields = problem
                        .fields
                        .iter()
                        .map(|(field, why)| format!("{field} {why}"));
                    failure = failure.because(fields.collect::<Vec<_>>().join("; "));
                }
                match (problem.status, retry_after, problem.approval_request_id) {
                    (_, Some(wait), _) => {
                        failure.next(format!("try again in {} s", wait.as_secs().max(1)))
                    }
                    (429, None, _) => failure.next("try again in a minute"),
                    (500.., None, _) => {
                        failure.next("try again; if it stays so, look into the server's log")
                    }
                    (401, ..) => failure.next(
                        "sign in again with `1claw login`, or check the key in the environment",
                    ),
                    (403, _, Some(id)) => failure.next(format!("1claw approval wait {id}")),
                    (403, ..) if problem.access_request.is_some() => failure.next(
                        "ask for it: 1claw approval request PATH --action ACTION --reason WHY",
                    ),
                    _ => failure,
                }
            }
            Error::Transport(cause) => {
                let mut innermost: &dyn std::error::Error = cause.as_ref();
                while let Some(deeper) = innermost.source() {
                    innermost = deeper;
                }
                Failure::new(Exit::Unavailable, "the server gave no answer")
                    .because(innermost)
                    .next("is it running, and is this its address? see `1claw doctor`")
            }
            Error::Decode { .. } => Failure::new(
                Exit::Unavailable,
                "what answered is not a vault that this version knows",
            )
            .because(error)
            .next("check the address with `1claw doctor`"),
            Error::BaseUrl(why) => {
                Failure::new(Exit::Usage, "the address of the server is not usable")
                    .because(why)
                    .next("for example --api-url https://vault.example.com")
            }
            Error::Signing(cause) => {
                Failure::new(Exit::SignIn, "the saved key of the agent cannot be used")
                    .because(cause)
            }
            Error::Encode(why) => Failure::new(Exit::Usage, "this cannot be sent").because(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pick_from(named: &str, names: &[&str]) -> Result<usize, Failure> {
        pick(
            "vault",
            named,
            names.iter().map(|name| (*name).to_owned()).enumerate(),
        )
    }

    #[test]
    fn a_name_must_be_exact_and_alone() {
        assert_eq!(pick_from("b", &["a", "b"]).unwrap(), 1);
        assert_eq!(pick_from("b", &["b", "b"]).unwrap_err().exit, Exit::Usage);
        assert_eq!(
            pick_from("produktion", &["production"]).unwrap_err().exit,
            Exit::NotFound
        );
    }
}
