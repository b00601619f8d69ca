//! Vaults: named containers of secrets.
//!
//! [`VaultResponse`] may carry no other keys than it does: a published client refuses unknown ones.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{PrincipalType, is_false};

/// Body of `POST /v1/vaults`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateVaultRequest {
    /// 1 to 255 characters after trimming, unique in the organisation.
    pub name: String,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VaultResponse {
    /// Id of the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: VaultId,
    /// Name, unique in the organisation.
    pub name: String,
    /// Free text, `""` when there is none.
    #[serde(default)]
    pub description: String,
    /// Id of the user or agent that owns the vault.
    pub created_by: Uuid,
    /// What `created_by` is.
    pub created_by_type: PrincipalType,
    /// When the vault was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Whether clients encrypt values with a key of their own; left out when they do not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cmek_enabled: bool,
    /// SHA-256 of that key, 64 lower-case hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub cmek_fingerprint: Option<String>,
}

/// Answer of `GET /v1/vaults`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VaultListResponse {
    /// Every vault the caller may see, oldest first.
    pub vaults: Vec<VaultResponse>,
}

/// Vaults.
impl Client {
    /// `POST /v1/vaults`.
    pub async fn create_vault(&self, request: &CreateVaultRequest) -> Result<VaultResponse, Error> {
        self.fetch(Call::post("v1/vaults").json(request)?).await
    }

    /// `GET /v1/vaults`.
    pub async fn list_vaults(&self) -> Result<VaultListResponse, Error> {
        self.fetch(Call::get("v1/vaults")).await
    }

    /// `GET /v1/vaults/{vault_id}`.
    pub async fn get_vault(&self, vault_id: VaultId) -> Result<VaultResponse, Error> {
        self.fetch(Call::get("v1/vaults").at(vault_id)).await
    }

    /// `DELETE /v1/vaults/{vault_id}`, with all that is in it.
    pub async fn delete_vault(&self, vault_id: VaultId) -> Result<(), Error> {
        self.execute(Call::delete("v1/vaults").at(vault_id)).await
    }
}
