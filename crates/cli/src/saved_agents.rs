//! Agents that were enrolled on this machine: their key pairs, by server and name, in a file of their owner.
//!
//! Invariants:
//! - A private key is never printed and never sent; assertions are signed with it here.
//! - An assertion is made for the server that the agent joined, and for no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use oneclaw_client::auth::{AgentTokenRequest, AgentTokenResponse};
use oneclaw_client::wire::SecretText;
use oneclaw_client::{BoxError, Client, Credential, SignAssertion};
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use oneclaw_core::id::{AgentId, EnrollmentId};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;
use serde::{Deserialize, Serialize};

use crate::output::{Exit, Failure};
use crate::settings::{Folders, read_private, write_json};

/// How a client says that it signs (RFC 7523 section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// `agents.json`: by server address, then by name.
#[derive(Default, Deserialize, Serialize)]
#[serde(transparent)]
struct SavedAgents(BTreeMap<String, BTreeMap<String, SavedAgent>>);

/// An agent, or a request to become one.
#[derive(Deserialize, Serialize)]
pub(crate) struct SavedAgent {
    pub(crate) pairing_id: EnrollmentId,
    pub(crate) poll_token: SecretText,
    /// The server as it names itself.
    pub(crate) issuer: String,
    pub(crate) private_key: SecretText,
    pub(crate) fingerprint: String,
    pub(crate) phrase: String,
    pub(crate) approval_url: SecretText,
    pub(crate) expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) agent_id: Option<AgentId>,
}

impl SavedAgent {
    /// What the agent proves itself with from now on: assertions that its key signs.
    pub(crate) fn credential(&self) -> Result<Credential, Failure> {
        Ok(Credential::AgentAssertion(Arc::new(self.signer()?)))
    }

    /// One token, for one assertion.
    pub(crate) async fn sign_in(&self, client: &Client) -> Result<AgentTokenResponse, Failure> {
        let request = self.signer()?.sign().map_err(|error| unusable(&*error))?;
        Ok(client.agent_token(&request).await?)
    }

    fn signer(&self) -> Result<Signer, Failure> {
        let agent = self.agent_id.ok_or_else(|| {
            Failure::new(Exit::SignIn, "nobody has let this agent in yet")
                .next("1claw agent enroll NAME --wait")
        })?;
        let key = SecretString::from(self.private_key.expose().to_owned());
        let pair = AgentKeyPair::from_base64(&key).map_err(|error| unusable(&error))?;
        Ok(Signer {
            agent,
            pair,
            issuer: self.issuer.clone(),
        })
    }
}

fn unusable(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::SignIn, "the saved key of the agent cannot be used").because(error)
}

/// Signs for the tokens of one agent.
struct Signer {
    agent: AgentId,
    pair: AgentKeyPair,
    issuer: String,
}

impl SignAssertion for Signer {
    fn sign(&self) -> Result<AgentTokenRequest, BoxError> {
        let now = SystemClock.now();
        let assertion = self
            .pair
            .assert(self.agent, &self.issuer, now, &SystemRandom)?;
        Ok(AgentTokenRequest {
            agent_id: Some(self.agent),
            api_key: None,
            client_assertion_type: Some(ASSERTION_TYPE.to_owned()),
            client_assertion: Some(assertion.into()),
            dpop_jwk: None,
        })
    }
}

pub(crate) fn find(
    folders: &Folders,
    url: &str,
    name: &str,
) -> Result<Option<SavedAgent>, Failure> {
    let mut saved: SavedAgents = read_private(&folders.agents_file())?;
    Ok(saved.0.get_mut(url).and_then(|agents| agents.remove(name)))
}

/// The one agent of a server that is let in, if there is exactly one here.
pub(crate) fn only(folders: &Folders, url: &str) -> Result<Option<SavedAgent>, Failure> {
    let mut saved: SavedAgents = read_private(&folders.agents_file())?;
    let agents = saved.0.remove(url).unwrap_or_default();
    let mut agents = agents
        .into_values()
        .filter(|agent| agent.agent_id.is_some());
    let first = agents.next();
    Ok(first.filter(|_| agents.next().is_none()))
}

pub(crate) fn save(
    folders: &Folders,
    url: &str,
    name: &str,
    agent: &SavedAgent,
) -> Result<(), Failure> {
    // Secrets have no other way to be copied.
    let copy: SavedAgent = serde_json::to_value(agent)
        .and_then(serde_json::from_value)
        .map_err(|error| Failure::new(Exit::Failed, "the agent cannot be saved").because(error))?;
    change(folders, |saved| {
        let agents = saved.0.entry(url.to_owned()).or_default();
        agents.insert(name.to_owned(), copy);
    })
}

pub(crate) fn remove(folders: &Folders, url: &str, name: &str) -> Result<(), Failure> {
    change(folders, |saved| {
        if let Some(agents) = saved.0.get_mut(url) {
            agents.remove(name);
        }
    })
}

fn change(folders: &Folders, change: impl FnOnce(&mut SavedAgents)) -> Result<(), Failure> {
    let _lock = folders.lock_saved()?;
    let mut saved: SavedAgents = read_private(&folders.agents_file())?;
    change(&mut saved);
    write_json(&folders.agents_file(), &saved)
}
