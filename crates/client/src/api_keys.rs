//! Personal keys (`1ck_…`): what a person gives to a program that acts for them.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::ApiKeyId;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// Body of `POST /v1/auth/api-keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateApiKeyRequest {
    /// What the key is for, 1 to 255 characters after trimming.
    pub name: String,
    /// Path patterns such as `prod/**` are all that the key reaches; labels such as `vault:read` are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// When the key ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
}

/// A personal key, without the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyResponse {
    /// Id of the key.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Its first 12 characters.
    pub key_prefix: String,
    /// What it was limited to.
    pub scopes: Vec<String>,
    /// Whether it works; `false` once it was revoked.
    pub is_active: bool,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_used_at: Option<Timestamp>,
}

/// Answer of `POST /v1/auth/api-keys`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyCreatedResponse {
    /// The key as it is listed.
    pub key: ApiKeyResponse,
    /// The key itself, `1ck_` and 43 base64url characters. It is not shown again.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: SecretText,
}

/// Answer of `GET /v1/auth/api-keys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiKeyListResponse {
    /// Every key of the caller, newest first, revoked ones too.
    pub keys: Vec<ApiKeyResponse>,
}

/// Personal keys.
impl Client {
    /// `POST /v1/auth/api-keys`.
    pub async fn create_api_key(
        &self,
        request: &CreateApiKeyRequest,
    ) -> Result<ApiKeyCreatedResponse, Error> {
        self.fetch(Call::post("v1/auth/api-keys").json(request)?)
            .await
    }

    /// `GET /v1/auth/api-keys`.
    pub async fn list_api_keys(&self) -> Result<ApiKeyListResponse, Error> {
        self.fetch(Call::get("v1/auth/api-keys")).await
    }

    /// `DELETE /v1/auth/api-keys/{key_id}`: the key works nowhere any more.
    pub async fn revoke_api_key(&self, key: ApiKeyId) -> Result<(), Error> {
        self.execute(Call::delete("v1/auth/api-keys").at(key)).await
    }
}
