//! Assistants that connect by OAuth: those that the organisation registered, and what its people allowed which of them.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OauthClientId, OauthGrantId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// Body of `POST /v1/oauth/clients`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateOauthClientRequest {
    /// What people are shown.
    pub client_name: String,
    /// Where the answer may go: `https`, this computer, or a scheme that a program claimed.
    pub redirect_uris: Vec<String>,
}

/// An assistant that the organisation registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OauthClientResponse {
    /// What it presents as its `client_id`. It has no secret.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub client_id: OauthClientId,
    /// What people are shown.
    pub client_name: String,
    /// Where the answer may go.
    pub redirect_uris: Vec<String>,
    /// Who registered it.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/oauth/clients`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OauthClientListResponse {
    /// The assistants, oldest first.
    pub clients: Vec<OauthClientResponse>,
}

/// What somebody allowed an assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OauthGrantResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: OauthGrantId,
    /// The agent that the assistant acts as.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// What the assistant is to the server: the address of its description, or an id.
    pub client_id: String,
    /// What it calls itself.
    pub client_name: String,
    /// Where its code went: a host, or the scheme of a program.
    pub sent_to: String,
    /// Which of the tools it may use.
    pub scopes: Vec<String>,
    /// Who allowed it.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub granted_by: UserId,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When the assistant last got a token.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Timestamp,
}

/// Answer of `GET /v1/oauth/grants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OauthGrantListResponse {
    /// The grants that assistants hold, newest first.
    pub grants: Vec<OauthGrantResponse>,
}

/// Assistants.
impl Client {
    /// `POST /v1/oauth/clients`.
    pub async fn create_oauth_client(
        &self,
        request: &CreateOauthClientRequest,
    ) -> Result<OauthClientResponse, Error> {
        self.fetch(Call::post("v1/oauth/clients").json(request)?)
            .await
    }

    /// `GET /v1/oauth/clients`.
    pub async fn list_oauth_clients(&self) -> Result<OauthClientListResponse, Error> {
        self.fetch(Call::get("v1/oauth/clients")).await
    }

    /// `DELETE /v1/oauth/clients/{client_id}`.
    pub async fn delete_oauth_client(&self, client_id: OauthClientId) -> Result<(), Error> {
        self.execute(Call::delete("v1/oauth/clients").at(client_id))
            .await
    }

    /// `GET /v1/oauth/grants`.
    pub async fn list_oauth_grants(&self) -> Result<OauthGrantListResponse, Error> {
        self.fetch(Call::get("v1/oauth/grants")).await
    }

    /// `DELETE /v1/oauth/grants/{grant_id}`.
    pub async fn revoke_oauth_grant(&self, grant_id: OauthGrantId) -> Result<(), Error> {
        self.execute(Call::delete("v1/oauth/grants").at(grant_id))
            .await
    }
}
