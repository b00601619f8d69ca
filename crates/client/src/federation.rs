//! Tokens for other services (RFC 8693).

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// `grant_type` of an exchange.
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// `subject_token_type` of an agent's access token, and of what comes out.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// `subject_token_type` of an agent's key.
pub const API_KEY: &str = "urn:1claw:params:oauth:token-type:api-key";

/// Body of `POST /v1/auth/federated-token`, as JSON or as a form.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenExchangeRequest {
    /// [`TOKEN_EXCHANGE`].
    pub grant_type: String,
    /// The agent's token or key. Without it the token of the header counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub subject_token: Option<SecretText>,
    /// [`JWT`] or [`API_KEY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_token_type: Option<String>,
    /// The other service.
    pub audience: String,
    /// What the token is for; at most what the agent's scopes are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// [`JWT`], if given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_token_type: Option<String>,
}

/// Answer of `POST /v1/auth/federated-token`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenExchangeResponse {
    /// A JWT signed with RSA; its key is at `/.well-known/jwks.json`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: SecretText,
    /// [`JWT`].
    pub issued_token_type: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until it ends.
    pub expires_in: u32,
    /// What it is for, if less than all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub scope: Option<String>,
}

/// Tokens for other services.
impl Client {
    /// `POST /v1/auth/federated-token`.
    pub async fn exchange_federated_token(
        &self,
        request: &TokenExchangeRequest,
    ) -> Result<TokenExchangeResponse, Error> {
        self.fetch(Call::post("v1/auth/federated-token").json(request)?)
            .await
    }
}
