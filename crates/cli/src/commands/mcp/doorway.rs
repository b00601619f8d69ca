//! How `1claw mcp` gets in where nobody has let it in yet: by a key pair that stays on this machine.

use std::sync::{Mutex, PoisonError};

use oneclaw_client::Client;
use oneclaw_client::enrollments::EnrollAgentRequest;
use oneclaw_client::mcp::{Asked, Door, DoorFuture};
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::VaultId;

use crate::output::{Exit, Failure};
use crate::pairing::{self, Look};
use crate::remote::Remote;
use crate::saved_agents::{self, SavedAgent};

/// The way in to one server.
pub(super) struct Doorway {
    remote: Remote,
    /// The name that was asked for last.
    name: Mutex<Option<String>>,
}

impl Doorway {
    pub(super) fn new(remote: Remote) -> Self {
        Self {
            remote,
            name: Mutex::default(),
        }
    }

    async fn asked(&self, wish: EnrollAgentRequest) -> Result<Asked, Failure> {
        let Remote { folders, url, .. } = &self.remote;
        let saved = saved_agents::find(folders, url, &wish.name)?;
        let agent = match saved {
            // Whoever started this program chose not to be that agent.
            Some(agent) if agent.agent_id.is_some() => {
                let what = format!("this machine has an agent {:?} already", wish.name);
                return Err(Failure::new(Exit::Conflict, what).next(format!(
                    "ask under another name, or let your human start this server with ONECLAW_AGENT={}",
                    wish.name
                )));
            }
            Some(agent) if agent.expires_at > SystemClock.now() => agent,
            _ => pairing::ask(&wish, &self.remote).await?,
        };
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = Some(wish.name);
        Ok(Asked {
            approval_url: agent.approval_url.expose().to_owned(),
            phrase: agent.phrase,
            fingerprint: agent.fingerprint,
            expires_at: agent.expires_at,
        })
    }

    fn asked_for(&self) -> String {
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        name.clone().unwrap_or_default()
    }

    async fn decided(&self) -> Result<(Client, Option<VaultId>), Failure> {
        let name = self.asked_for();
        let agent = saved_agents::find(&self.remote.folders, &self.remote.url, &name)?;
        let agent: SavedAgent = agent.ok_or_else(|| {
            Failure::new(
                Exit::NotFound,
                "the request is no longer kept on this machine",
            )
        })?;
        let decided = loop {
            match pairing::look(&agent, &self.remote.client).await? {
                Look::Decided(answer) => break answer,
                Look::Waiting(pause) => tokio::time::sleep(pause).await,
            }
        };
        let agent = pairing::conclude(&name, agent, &decided, &self.remote).await?;
        let client = self.remote.client.clone();
        let client = client.with_credential(agent.credential()?)?;
        let vault = match self.remote.named_vault() {
            Some(named) => Some(super::vault(&client, named).await?),
            None => None,
        };
        Ok((client, vault))
    }
}

impl Door for Doorway {
    fn ask(&self, wish: EnrollAgentRequest) -> DoorFuture<'_, Asked> {
        Box::pin(async move { self.asked(wish).await.map_err(Failure::into_sentences) })
    }

    fn decision(&self) -> DoorFuture<'_, (Client, Option<VaultId>)> {
        Box::pin(async move { self.decided().await.map_err(Failure::into_sentences) })
    }
}
