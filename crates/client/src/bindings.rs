//! Bindings: credentials that an agent uses without seeing them, and the calls it makes with them.
//!
//! Invariant: a credential goes in and never comes out; no answer has one.

use std::collections::BTreeMap;

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, BindingId, ExecutionId, VaultId};
use oneclaw_core::path::SecretPath;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::webhooks::PageQuery;
use crate::wire::{JsonObject, SecretText};

/// A credential as JSON: an object, or a text. Like [`SecretText`] it cannot be printed or compared.
pub struct CredentialJson(SecretText);

impl CredentialJson {
    /// Takes JSON text.
    #[must_use]
    pub fn from_json(text: SecretText) -> Self {
        Self(text)
    }

    /// A credential that is just a text, sent as a bearer token unless the binding says otherwise.
    ///
    /// # Errors
    /// Never for text; the signature is that of the JSON library.
    pub fn from_value(value: &SecretText) -> serde_json::Result<Self> {
        let value = serde_json::to_string(&serde_json::json!({ "value": value.expose() }))?;
        Ok(Self(value.into()))
    }

    /// The JSON text.
    #[must_use]
    pub fn into_json(self) -> SecretText {
        self.0
    }
}

impl Serialize for CredentialJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.expose().to_owned());
        raw.map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for CredentialJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self(String::from(Box::<str>::from(raw)).into()))
    }
}

/// Where the credential of a binding comes from.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialSource {
    /// `inline` or `vault_ref`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The credential, when it is kept in the binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub value: Option<CredentialJson>,
    /// The vault, when it is a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub vault_id: Option<VaultId>,
    /// The path in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub path: Option<SecretPath>,
}

/// Body of `POST /v1/agents/{agent_id}/bindings`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateBindingRequest {
    /// Its name, unique for the agent.
    pub name: String,
    /// `http`.
    pub binding_type: String,
    /// Where calls go: `base_url`, and if wanted `auth`, `headers` and `timeout_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub config: Option<JsonObject>,
    /// What may be called: `allowed_hosts`, `allowed_paths`, `methods`. Without `methods`, `GET` and `HEAD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub guardrails: Option<JsonObject>,
    /// The credential, kept in the binding: `token`, `api_key`, `value`, or `username` and `password`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub credential: Option<CredentialJson>,
    /// Where the credential comes from; wins over `credential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_source: Option<CredentialSource>,
}

/// Body of `PATCH /v1/agents/{agent_id}/bindings/{binding_id}`. Absent fields stay as they are.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateBindingRequest {
    /// Where calls go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub config: Option<JsonObject>,
    /// What may be called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub guardrails: Option<JsonObject>,
    /// Whether it is switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// The credential, kept in the binding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub credential: Option<CredentialJson>,
    /// Where the credential comes from; wins over `credential`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_source: Option<CredentialSource>,
}

/// Body of `POST /v1/agents/{agent_id}/bindings/{binding_id}/rotate-credential`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotateBindingCredentialRequest {
    /// The new credential: an object as when it was made, or a text.
    #[cfg_attr(feature = "openapi", schema(value_type = Value))]
    pub credential: CredentialJson,
}

/// Body of `POST /v1/agents/{agent_id}/bindings/{binding_id}/test`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestBindingRequest {
    /// How long it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
}

/// A binding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BindingResponse {
    /// Id of the binding.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: BindingId,
    /// Who may use it.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// `http`.
    pub binding_type: String,
    /// Its name.
    pub name: String,
    /// Where calls go.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub config: JsonObject,
    /// What may be called.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub guardrails: JsonObject,
    /// Whether it is switched on.
    pub is_active: bool,
    /// Whether a credential is kept in it.
    pub credential_set: bool,
    /// `inline` or `vault_ref`.
    pub credential_source_type: Option<String>,
    /// The vault that the credential is read from.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub credential_vault_id: Option<VaultId>,
    /// The path in the vault.
    pub credential_path: Option<String>,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// Answer of `GET /v1/agents/{agent_id}/bindings`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BindingListResponse {
    /// The bindings, by name.
    pub bindings: Vec<BindingResponse>,
}

/// Answer of `POST /v1/agents/{agent_id}/bindings/{binding_id}/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestBindingResponse {
    /// Whether the server answered with a status below 400.
    pub success: bool,
    /// How long it took.
    pub latency_ms: i64,
    /// What went wrong.
    pub error: Option<String>,
}

/// Body of `POST /v1/agents/{agent_id}/execute`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecuteRequest {
    /// Name or id of a binding.
    pub binding: String,
    /// `http` or `http_request`.
    pub intent_type: String,
    /// `vault`, which is the only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_mode: Option<String>,
    /// `method`, `path`, `headers`, `query`, `body`, `timeout_ms`; all may be absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub params: JsonObject,
}

/// What a server answered, without the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecuteResult {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, values of the same name joined with a comma. No cookies.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
    /// `utf8`, or `base64` for what is no text.
    pub body_encoding: String,
}

/// Answer of `POST /v1/agents/{agent_id}/execute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecuteResponse {
    /// Id of the call.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub execution_id: ExecutionId,
    /// `success` when the server answered, whatever it said; `error` when not.
    pub status: String,
    /// What the server answered.
    pub result: Option<ExecuteResult>,
    /// Why it did not.
    pub error: Option<String>,
    /// How long it took.
    pub duration_ms: i64,
    /// How often the credential was taken out of the answer.
    pub redactions_applied: i64,
    /// `vault`.
    pub execution_surface: String,
}

/// A call that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionEventResponse {
    /// Id of the call.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ExecutionId,
    /// Whose credential was used.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub binding_id: BindingId,
    /// `http`.
    pub intent_type: String,
    /// `vault`.
    pub execution_mode: String,
    /// `started`, `success` or `error`.
    pub status: String,
    /// `method`, `host` and `path`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub request_summary: Option<JsonObject>,
    /// `status` of the answer.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub result_summary: Option<JsonObject>,
    /// Why there was no answer.
    pub error_message: Option<String>,
    /// How long it took.
    pub duration_ms: i64,
    /// Always absent: calls cost nothing here.
    pub cost_cents: Option<i64>,
    /// How often the credential was taken out of the answer.
    pub redactions_applied: i64,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/agents/{agent_id}/executions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecutionListResponse {
    /// The calls, newest first.
    pub events: Vec<ExecutionEventResponse>,
}

/// Bindings.
impl Client {
    /// `POST /v1/agents/{agent_id}/bindings`.
    pub async fn create_binding(
        &self,
        agent: AgentId,
        request: &CreateBindingRequest,
    ) -> Result<BindingResponse, Error> {
        let call = Call::post("v1/agents").at(agent).at("bindings");
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/agents/{agent_id}/bindings`.
    pub async fn list_bindings(&self, agent: AgentId) -> Result<BindingListResponse, Error> {
        self.fetch(Call::get("v1/agents").at(agent).at("bindings"))
            .await
    }

    /// `GET /v1/agents/{agent_id}/bindings/{binding_id}`.
    pub async fn get_binding(
        &self,
        agent: AgentId,
        id: BindingId,
    ) -> Result<BindingResponse, Error> {
        self.fetch(Call::get("v1/agents").at(agent).at("bindings").at(id))
            .await
    }

    /// `PATCH /v1/agents/{agent_id}/bindings/{binding_id}`.
    pub async fn update_binding(
        &self,
        agent: AgentId,
        id: BindingId,
        request: &UpdateBindingRequest,
    ) -> Result<BindingResponse, Error> {
        let call = Call::patch("v1/agents").at(agent).at("bindings").at(id);
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/agents/{agent_id}/bindings/{binding_id}`.
    pub async fn delete_binding(&self, agent: AgentId, id: BindingId) -> Result<(), Error> {
        self.execute(Call::delete("v1/agents").at(agent).at("bindings").at(id))
            .await
    }

    /// `POST /v1/agents/{agent_id}/bindings/{binding_id}/rotate-credential`.
    pub async fn rotate_binding_credential(
        &self,
        agent: AgentId,
        id: BindingId,
        request: &RotateBindingCredentialRequest,
    ) -> Result<BindingResponse, Error> {
        let call = Call::post("v1/agents")
            .at(agent)
            .at("bindings")
            .at(id)
            .at("rotate-credential");
        self.fetch(call.json(request)?).await
    }

    /// `POST /v1/agents/{agent_id}/bindings/{binding_id}/test`.
    pub async fn test_binding(
        &self,
        agent: AgentId,
        id: BindingId,
        request: &TestBindingRequest,
    ) -> Result<TestBindingResponse, Error> {
        let call = Call::post("v1/agents")
            .at(agent)
            .at("bindings")
            .at(id)
            .at("test");
        self.fetch(call.json(request)?).await
    }

    /// `POST /v1/agents/{agent_id}/execute`.
    pub async fn execute_intent(
        &self,
        agent: AgentId,
        request: &ExecuteRequest,
    ) -> Result<ExecuteResponse, Error> {
        let call = Call::post("v1/agents").at(agent).at("execute");
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/agents/{agent_id}/executions`.
    pub async fn list_executions(
        &self,
        agent: AgentId,
        query: &PageQuery,
    ) -> Result<ExecutionListResponse, Error> {
        let call = Call::get("v1/agents").at(agent).at("executions");
        self.fetch(call.query(query)?).await
    }
}
