//! Agents: programs with an identity of their own, a key, and no access until a policy grants some.
//!
//! Invariants:
//! - An API key appears in the one answer that created it and never again.
//! - Newer fields of [`AgentResponse`] appear only when they are set, because a published client refuses keys it does
//!   not know; `shroud_enabled` is always `false` and always there, because the same client requires it.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, UserId, VaultId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{Patch, SecretText, is_false};

/// Body of `POST /v1/agents`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateAgentRequest {
    /// Name of the agent.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How it proves who it is; `api_key` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<String>,
    /// Path patterns are a ceiling on what policies may grant; label-like entries are kept and restrict nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// When the agent stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Life of its access tokens in seconds, 120 to 86400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 120, maximum = 86_400))]
    pub token_ttl_seconds: Option<i32>,
    /// The only vaults it may ever use; any vault when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Uuid>>))]
    pub vault_ids: Option<Vec<VaultId>>,
    /// Refuses it secrets of type `private_key` and `ssh_key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intents_api_enabled: Option<bool>,
    /// Lets it make calls with its bindings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_intents_enabled: Option<bool>,
    /// When its key stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub api_key_expires_at: Option<Timestamp>,
    /// Environment it runs in, for `environment_in` conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Whether the environment is fixed from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_locked: Option<bool>,
}

/// Body of `PATCH /v1/agents/{agent_id}`. Absent fields stay as they are, `null` clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateAgentRequest {
    /// Name of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Patch<String>,
    /// `false` stops its tokens at the next request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// Path patterns are a ceiling on what policies may grant; label-like entries are kept and restrict nothing.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub scopes: Patch<Vec<String>>,
    /// When the agent stops working.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Patch<Timestamp>,
    /// Life of its access tokens in seconds, 120 to 86400; `null` for the server's default.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i32>, minimum = 120, maximum = 86_400))]
    pub token_ttl_seconds: Patch<i32>,
    /// The only vaults it may ever use; any vault when empty or `null`.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Uuid>>))]
    pub vault_ids: Patch<Vec<VaultId>>,
    /// Refuses it secrets of type `private_key` and `ssh_key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intents_api_enabled: Option<bool>,
    /// Lets it make calls with its bindings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_intents_enabled: Option<bool>,
    /// When its key stops working.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub api_key_expires_at: Patch<Timestamp>,
    /// Environment it runs in, for `environment_in` conditions.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub environment: Patch<String>,
    /// Whether the environment is fixed from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_locked: Option<bool>,
    /// Whether it may get tokens for other services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federation_enabled: Option<bool>,
    /// The services it may get them for, letter for letter as it names them.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    pub federation_audiences: Patch<Vec<String>>,
    /// Life of those tokens in seconds, 60 to 3600; `null` for the server's default.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i32>, minimum = 60, maximum = 3600))]
    pub federated_token_ttl_seconds: Patch<i32>,
}

/// An agent as its organisation sees it.
#[expect(clippy::struct_excessive_bools, reason = "flags of the wire format")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentResponse {
    /// Id of the agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: AgentId,
    /// Name of the agent.
    pub name: String,
    /// What it is for, `""` when nobody said.
    #[serde(default)]
    pub description: String,
    /// How it proves who it is: `api_key`.
    pub auth_method: String,
    /// Its scopes as they were given.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it may do anything at all.
    pub is_active: bool,
    /// Whether it is refused secrets of type `private_key` and `ssh_key`.
    pub intents_api_enabled: bool,
    /// Always `false`.
    pub shroud_enabled: bool,
    /// The only vaults it may ever use; any vault when empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>))]
    pub vault_ids: Vec<VaultId>,
    /// Its Ed25519 identity key, base64 of 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ssh_public_key: Option<String>,
    /// Its P-256 identity key, base64 of the 65-byte uncompressed point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ecdh_public_key: Option<String>,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Life of its access tokens in seconds, when it differs from the server's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub token_ttl_seconds: Option<i32>,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// When it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_active_at: Option<Timestamp>,
    /// When its key stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub api_key_expires_at: Option<Timestamp>,
    /// Whether it may make calls with its bindings; left out when not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub execution_intents_enabled: bool,
    /// Environment it runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub environment: Option<String>,
    /// Set when the environment is fixed; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub environment_locked: bool,
    /// Set when it may get tokens for other services; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub federation_enabled: bool,
    /// The services it may get them for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub federation_audiences: Vec<String>,
    /// Life of those tokens in seconds, when it differs from the server's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub federated_token_ttl_seconds: Option<i32>,
}

/// Answer of `POST /v1/agents`. Exactly these two keys may appear.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentCreatedResponse {
    /// The new agent.
    pub agent: AgentResponse,
    /// Its API key, shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: Option<SecretText>,
}

/// Answer of `GET /v1/agents`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentListResponse {
    /// The agents of the organisation, oldest first.
    pub agents: Vec<AgentResponse>,
}

/// Answer of `GET /v1/agents/me`: an agent as it sees itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentSelfResponse {
    /// Id of the agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: AgentId,
    /// Name of the agent.
    pub name: String,
    /// What it is for, `""` when nobody said.
    #[serde(default)]
    pub description: String,
    /// Its organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Its scopes as they were given.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Whether it may do anything at all.
    pub is_active: bool,
    /// Whether it is refused secrets of type `private_key` and `ssh_key`.
    pub intents_api_enabled: bool,
    /// The human whom a share with `creator` goes to.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub created_by: UserId,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it stops working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// When it was last seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_active_at: Option<Timestamp>,
    /// Its Ed25519 identity key, base64 of 32 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ssh_public_key: Option<String>,
    /// Its P-256 identity key, base64 of the 65-byte uncompressed point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ecdh_public_key: Option<String>,
    /// Always `false`.
    pub shroud_enabled: bool,
}

/// Answer of `POST /v1/agents/{agent_id}/rotate-key`. The old key is dead already.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentKeyRotatedResponse {
    /// The new API key, shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: SecretText,
}

/// Body of `POST /v1/agents/{agent_id}/reveal-key`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealKeyRequest {
    /// The last segment of a reveal link. It is spent by this request.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
}

/// Answer of `POST /v1/agents/{agent_id}/reveal-key`. The key is made by this request, so nobody has seen it before.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealKeyResponse {
    /// Id of the agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// Its API key, shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: SecretText,
}

/// Body of `POST /v1/agents/batch-delete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchDeleteAgentsRequest {
    /// Which agents, at most 500.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>, max_items = 500))]
    pub agent_ids: Vec<AgentId>,
}

/// An agent that was not removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchDeleteError {
    /// Which one.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: AgentId,
    /// Why, for people.
    pub reason: String,
}

/// Answer of `POST /v1/agents/batch-delete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchDeleteAgentsResponse {
    /// How many were removed.
    pub deleted: u32,
    /// How many were not.
    pub failed: u32,
    /// Those that were not.
    pub errors: Vec<BatchDeleteError>,
}

/// Agents.
impl Client {
    /// `POST /v1/agents`.
    pub async fn create_agent(
        &self,
        request: &CreateAgentRequest,
    ) -> Result<AgentCreatedResponse, Error> {
        self.fetch(Call::post("v1/agents").json(request)?).await
    }

    /// `GET /v1/agents`.
    pub async fn list_agents(&self) -> Result<AgentListResponse, Error> {
        self.fetch(Call::get("v1/agents")).await
    }

    /// `GET /v1/agents/me`, for agents.
    pub async fn get_agent_self(&self) -> Result<AgentSelfResponse, Error> {
        self.fetch(Call::get("v1/agents/me")).await
    }

    /// `GET /v1/agents/{agent_id}`.
    pub async fn get_agent(&self, agent_id: AgentId) -> Result<AgentResponse, Error> {
        self.fetch(Call::get("v1/agents").at(agent_id)).await
    }

    /// `PATCH /v1/agents/{agent_id}`.
    pub async fn update_agent(
        &self,
        agent_id: AgentId,
        request: &UpdateAgentRequest,
    ) -> Result<AgentResponse, Error> {
        self.fetch(Call::patch("v1/agents").at(agent_id).json(request)?)
            .await
    }

    /// `DELETE /v1/agents/{agent_id}`.
    pub async fn delete_agent(&self, agent_id: AgentId) -> Result<(), Error> {
        self.execute(Call::delete("v1/agents").at(agent_id)).await
    }

    /// `POST /v1/agents/{agent_id}/rotate-key`.
    pub async fn rotate_agent_key(
        &self,
        agent_id: AgentId,
    ) -> Result<AgentKeyRotatedResponse, Error> {
        self.fetch(Call::post("v1/agents").at(agent_id).at("rotate-key"))
            .await
    }

    /// `POST /v1/agents/{agent_id}/rotate-identity-keys`.
    pub async fn rotate_agent_identity_keys(
        &self,
        agent_id: AgentId,
    ) -> Result<AgentResponse, Error> {
        let call = Call::post("v1/agents").at(agent_id);
        self.fetch(call.at("rotate-identity-keys")).await
    }

    /// `POST /v1/agents/batch-delete`.
    pub async fn batch_delete_agents(
        &self,
        request: &BatchDeleteAgentsRequest,
    ) -> Result<BatchDeleteAgentsResponse, Error> {
        self.fetch(Call::post("v1/agents/batch-delete").json(request)?)
            .await
    }

    /// `POST /v1/agents/{agent_id}/reveal-key`.
    pub async fn reveal_agent_key(
        &self,
        agent_id: AgentId,
        request: &RevealKeyRequest,
    ) -> Result<RevealKeyResponse, Error> {
        self.fetch(
            Call::post("v1/agents")
                .at(agent_id)
                .at("reveal-key")
                .json(request)?,
        )
        .await
    }
}
