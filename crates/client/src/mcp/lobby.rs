//! Before there is a credential: one tool, which asks a human to be let in. Then all the others appear.
//!
//! Invariants:
//! - No key passes through the conversation. It is made by whoever stands behind [`Door`], and stays there.
//! - What is shown to the human comes from our own key: see `1claw agent enroll --wait`.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use rmcp::model::{CallToolResult, JsonObject, Tool};
use rmcp::{Peer, RoleServer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::catalog;
use super::outcome::{Outcome, Refusal};
use super::session::{Session, parse};
use super::settings::Settings;
use super::text::visible;
use super::tools::access::Permission;
use crate::client::Client;
use crate::enrollments::{EnrollAgentRequest, RequestedAccess};

/// The one tool.
pub(super) const ENROLL: &str = "enroll";
/// Longest wait in one call; hosts give up soon after.
const LONGEST_WAIT: u64 = 50;
/// What the human reads when no address is named.
const SHOW: &str =
    "Show your human the approval_url and the phrase: they sign in there and pick the same words.";

/// What a [`Door`] answers, or a sentence about why not.
pub type DoorFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Asks to be let in, on behalf of a program that keeps the key.
pub trait Door: Send + Sync + 'static {
    /// Asks. A request of the same name that still waits is given again instead.
    fn ask(&self, wish: EnrollAgentRequest) -> DoorFuture<'_, Asked>;

    /// Waits until somebody has decided on what was asked last: the vault as the new agent, and the vault
    /// it was told to use, or why it is not let in.
    fn decision(&self) -> DoorFuture<'_, (Client, Option<VaultId>)>;
}

/// A request to be let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where a human decides.
    pub approval_url: String,
    /// Four words that they find there.
    pub phrase: String,
    /// Fingerprint of the key.
    pub fingerprint: String,
    /// When the request lapses.
    pub expires_at: Timestamp,
}

/// How far the way in is.
#[derive(Clone)]
enum State {
    Outside,
    Waiting(Asked),
    Refused(String),
    In(Arc<Session>),
}

/// A server without a credential.
pub struct Lobby {
    door: Arc<dyn Door>,
    pub(super) settings: Arc<Settings>,
    state: watch::Sender<State>,
    /// One question at a time.
    asking: tokio::sync::Mutex<()>,
}

/// Access to ask for.
#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
struct Access {
    /// Id or name of the vault; it may be a new one.
    vault: String,
    /// Path, or pattern of paths: `*` is one segment, `**` any number.
    path_pattern: String,
    /// What for.
    #[schemars(length(min = 1))]
    permissions: Vec<Permission>,
}

/// Arguments of `enroll`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct EnrollParams {
    /// What you are to be called, for example `deploy-bot`.
    name: String,
    /// Address of the human who should decide. They get a mail when they have an account.
    human_email: Option<String>,
    /// What you are for, in a sentence; the human reads it.
    description: Option<String>,
    /// The least access that you need; the human can grant it with the same click.
    #[serde(default)]
    access: Vec<Access>,
    /// Why you need the access.
    reason: Option<String>,
    /// For how long, in seconds; for good when left out.
    #[schemars(range(min = 1, max = 31_536_000))]
    duration_seconds: Option<i64>,
    /// How long to wait for the decision when you have asked already; 50 when left out.
    #[schemars(range(min = 0, max = 50))]
    wait_seconds: Option<u64>,
}

/// How the request stands.
#[derive(Serialize, JsonSchema)]
pub(super) struct Enrollment {
    /// `approval_required` (just asked), `pending` (nobody has decided) or `approved`.
    status: String,
    /// Where a human decides, after signing in; null once it is decided.
    approval_url: Option<String>,
    /// Four words. The human picks them on the page; null once it is decided.
    phrase: Option<String>,
    /// When the request lapses; null once it is decided.
    expires_at: Option<String>,
    /// What to do now.
    next: String,
}

impl Lobby {
    /// A server that stands outside.
    pub fn new(door: Arc<dyn Door>, settings: Arc<Settings>) -> Self {
        Self {
            door,
            settings,
            state: watch::Sender::new(State::Outside),
            asking: tokio::sync::Mutex::default(),
        }
    }

    /// The session of the agent, once it is let in.
    pub(super) fn session(&self) -> Option<Arc<Session>> {
        match &*self.state.borrow() {
            State::In(session) => Some(Arc::clone(session)),
            _ => None,
        }
    }

    /// Returns when the agent is let in; never, if it is not.
    pub(super) async fn joined(&self) {
        let mut state = self.state.subscribe();
        // An error would mean that the sender is gone, and it is in `self`.
        let _ = state.wait_for(|state| matches!(state, State::In(_))).await;
    }

    pub(super) fn tools() -> Vec<Tool> {
        vec![catalog::enroll()]
    }

    /// Calls the one tool.
    pub(super) async fn call(
        self: &Arc<Self>,
        arguments: JsonObject,
        peer: &Peer<RoleServer>,
    ) -> CallToolResult {
        let done = match parse(arguments) {
            Ok(params) => self.enroll(params, peer).await,
            Err(refusal) => Err(refusal),
        };
        match done {
            Ok(outcome) => outcome.into_result(),
            Err(refusal) => refusal.into_result(),
        }
    }

    async fn enroll(
        self: &Arc<Self>,
        params: EnrollParams,
        peer: &Peer<RoleServer>,
    ) -> Result<Outcome, Refusal> {
        let asking = self.asking.lock().await;
        let state = self.state.borrow().clone();
        match state {
            State::Outside | State::Refused(_) => {
                let asked = self.door.ask(params.wish()).await;
                let asked = asked.map_err(|why| Refusal::new("not_asked", why))?;
                self.state.send_replace(State::Waiting(asked.clone()));
                self.await_decision(peer.clone());
                Ok(waiting("approval_required", &asked))
            }
            State::Waiting(_) => {
                drop(asking);
                self.wait(params.wait_seconds).await
            }
            State::In(_) => Ok(approved()),
        }
    }

    /// Follows the request in the background, and tells the host when there are more tools.
    fn await_decision(self: &Arc<Self>, peer: Peer<RoleServer>) {
        let lobby = Arc::clone(self);
        tokio::spawn(async move {
            let next = match lobby.door.decision().await {
                Ok((client, vault)) => {
                    let settings = Arc::clone(&lobby.settings);
                    State::In(Arc::new(Session::new(client, vault, settings)))
                }
                Err(why) => State::Refused(why),
            };
            let joined = matches!(next, State::In(_));
            lobby.state.send_replace(next);
            if joined {
                // Hosts of the newest revision listen instead; see `Handler::listen`.
                let _ = peer.notify_tool_list_changed().await;
            }
        });
    }

    async fn wait(&self, seconds: Option<u64>) -> Result<Outcome, Refusal> {
        let patience = Duration::from_secs(seconds.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT));
        let mut changes = self.state.subscribe();
        let decided = changes.wait_for(|state| !matches!(state, State::Waiting(_)));
        // Too late or decided: either way what counts is how it stands now.
        let _ = tokio::time::timeout(patience, decided).await;
        let state = self.state.borrow().clone();
        match state {
            State::Waiting(asked) => Ok(waiting("pending", &asked)),
            State::In(_) => Ok(approved()),
            State::Refused(why) => Err(Refusal::new("not_let_in", why)
                .hint("Tell your human. Do not ask again unless they want you to.")),
            State::Outside => Err(Refusal::new("not_asked", "Nothing was asked yet.")),
        }
    }
}

impl EnrollParams {
    fn wish(self) -> EnrollAgentRequest {
        let reason = self.reason.unwrap_or_default();
        let access = self.access.into_iter().map(|access| RequestedAccess {
            vault: access.vault,
            path_pattern: access.path_pattern,
            permissions: access
                .permissions
                .iter()
                .map(|word| word.as_str().to_owned())
                .collect(),
            duration_seconds: self.duration_seconds,
            reason: reason.clone(),
        });
        EnrollAgentRequest {
            name: self.name,
            human_email: self.human_email,
            description: self.description,
            credential: None,
            public_key: None,
            requested_access: access.collect(),
        }
    }
}

fn waiting(status: &str, asked: &Asked) -> Outcome {
    let next = match status {
        "pending" => "Nobody has decided yet. Call enroll again to go on waiting.",
        _ => "Show your human the link and the words, then call enroll again to wait.",
    };
    let enrollment = Enrollment {
        status: status.to_owned(),
        approval_url: Some(asked.approval_url.clone()),
        phrase: Some(asked.phrase.clone()),
        expires_at: Some(asked.expires_at.to_string()),
        next: next.to_owned(),
    };
    let text = format!(
        "{status}: {SHOW}\napproval_url: {}\nphrase: {}\nfingerprint of the key: {}\nThe request lapses at {}. {next}",
        visible(&asked.approval_url),
        visible(&asked.phrase),
        visible(&asked.fingerprint),
        asked.expires_at
    );
    Outcome::new(text, &enrollment)
}

fn approved() -> Outcome {
    let next = "You are let in. List the tools again: those of the vault are there now. Begin with whoami.";
    let enrollment = Enrollment {
        status: "approved".to_owned(),
        approval_url: None,
        phrase: None,
        expires_at: None,
        next: next.to_owned(),
    };
    Outcome::new(format!("approved: {next}"), &enrollment)
}
