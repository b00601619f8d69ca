//! One credential's use of the tools.

use std::sync::Arc;

use oneclaw_core::id::VaultId;
use oneclaw_core::oauth::Scope;
use rmcp::model::{CallToolResult, JsonObject, Tool};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::catalog::{self, Entry};
use super::memory::Memory;
use super::outcome::{Outcome, Refusal};
use super::settings::Settings;
use crate::client::Client;
use crate::error::Error;
use crate::wire::PrincipalType;

/// What one credential may use, and what it has seen.
pub struct Session {
    pub(super) client: Client,
    pub(super) settings: Arc<Settings>,
    pub(super) memory: Arc<Memory>,
    chosen_vault: Option<VaultId>,
    /// What an assistant was allowed; `None` for whoever needs no such leave.
    scopes: Option<Vec<Scope>>,
    found_vault: OnceCell<VaultId>,
    principal: OnceCell<(PrincipalType, Uuid)>,
}

impl Session {
    /// A session of a client. Without a vault the first one that the credential may see is used.
    pub fn new(client: Client, vault: Option<VaultId>, settings: Arc<Settings>) -> Self {
        Self {
            client,
            settings,
            memory: Arc::default(),
            chosen_vault: vault,
            scopes: None,
            found_vault: OnceCell::new(),
            principal: OnceCell::new(),
        }
    }

    /// Goes on with what earlier requests of the same principal have seen.
    #[must_use]
    pub fn with_memory(mut self, memory: Arc<Memory>) -> Self {
        self.memory = memory;
        self
    }

    /// Offers the tools of these scopes alone.
    #[must_use]
    pub fn limited_to(mut self, scopes: Vec<Scope>) -> Self {
        self.scopes = Some(scopes);
        self
    }

    /// Whether what needs this scope is for this session.
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.contains(&scope))
    }

    /// The tools that there are for this session.
    pub(super) fn tools(&self) -> Vec<Tool> {
        let mut tools = catalog::offered(&self.settings);
        tools.retain(|tool| {
            catalog::find(&tool.name, &self.settings).is_some_and(|entry| self.may(entry.scope()))
        });
        tools
    }

    /// Calls a tool. `None` when there is none of this name for this session.
    pub(super) async fn call(
        &self,
        name: &str,
        mut arguments: JsonObject,
    ) -> Option<CallToolResult> {
        let tool = catalog::find(name, &self.settings).filter(|tool| self.may(tool.scope()))?;
        let inspection = self.settings.inspection;
        let admitted = inspection.admit(tool.name, tool.scrutiny, &mut arguments, &self.memory);
        let done = match admitted {
            Ok(()) => self.run(tool, arguments).await,
            Err(refusal) => Err(refusal),
        };
        Some(match done {
            Ok(outcome) => self.release(tool, outcome).into_result(),
            Err(refusal) => refusal.into_result(),
        })
    }

    async fn run(&self, tool: &Entry, arguments: JsonObject) -> Result<Outcome, Refusal> {
        match tool.name {
            "list_vaults" => self.list_vaults().await,
            "list_secrets" => self.list_secrets(parse(arguments)?).await,
            "describe_secret" => self.describe_secret(parse(arguments)?).await,
            "get_secret" => self.get_secret(parse(arguments)?).await,
            "get_env_bundle" => self.get_env_bundle(parse(arguments)?).await,
            "put_secret" => self.put_secret(parse(arguments)?).await,
            "rotate_and_store" => self.rotate_and_store(parse(arguments)?).await,
            "generate_secret" => self.generate_secret(parse(arguments)?).await,
            "delete_secret" => self.delete_secret(parse(arguments)?).await,
            "create_vault" => self.create_vault(parse(arguments)?).await,
            "grant_access" => self.grant_access(parse(arguments)?).await,
            "call_with_secret" => self.call_with_secret(parse(arguments)?).await,
            "write_env_file" => self.write_env_file(parse(arguments)?).await,
            "request_secret_from_human" => self.request_secret_from_human(parse(arguments)?).await,
            "share_secret" => self.share_secret(parse(arguments)?).await,
            "inspect_content" => self.inspect_content(&parse(arguments)?),
            "whoami" => self.whoami().await,
            "explain_access" => self.explain_access(parse(arguments)?).await,
            "request_access" => self.request_access(parse(arguments)?).await,
            "wait_for_approval" => self.wait_for_approval(parse(arguments)?).await,
            _ => Err(Refusal::new("unknown_tool", "There is no such tool.")),
        }
    }

    fn release(&self, tool: &Entry, mut outcome: Outcome) -> Outcome {
        if !tool.gives_values {
            let Outcome { text, data } = &mut outcome;
            self.settings
                .inspection
                .release(tool.name, text, data, &self.memory);
        }
        outcome
    }

    /// The vault that a call is about: the one it names, the one of the session, or the first there is.
    pub(super) async fn vault(&self, named: Option<VaultId>) -> Result<VaultId, Refusal> {
        if let Some(vault) = named.or(self.chosen_vault) {
            return Ok(vault);
        }
        let first = self.found_vault.get_or_try_init(|| async {
            let vaults = self.client.list_vaults().await?.vaults;
            vaults.first().map(|vault| vault.id).ok_or_else(|| {
                Refusal::new("no_vault", "There is no vault that this credential may use.").hint(
                    "Create one with create_vault, or ask your human for access to one and for its id.",
                )
            })
        });
        first.await.copied()
    }

    /// Who the session acts as.
    pub(super) async fn principal(&self) -> Result<(PrincipalType, Uuid), Error> {
        let found = self.principal.get_or_try_init(|| async {
            match self.client.get_agent_self().await {
                Ok(agent) => Ok((PrincipalType::Agent, agent.id.into())),
                Err(error) if error.status() == Some(403) => {
                    let me = self.client.get_me().await?;
                    Ok((PrincipalType::User, me.id.into()))
                }
                Err(error) => Err(error),
            }
        });
        found.await.copied()
    }
}

/// Reads arguments. What does not fit is named by its place, and what it was is not repeated.
pub(super) fn parse<T: DeserializeOwned>(arguments: JsonObject) -> Result<T, Refusal> {
    serde_json::from_value(Value::Object(arguments)).map_err(Refusal::arguments)
}
