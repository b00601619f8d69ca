//! Vaults: named containers of secrets.
//!
//! [`VaultResponse`] may carry no other keys than it does: a published client refuses unknown ones.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{CmekRotationId, VaultId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{PrincipalType, SecretText, is_false, vocabulary};

/// Header with the clients' key so far.
pub const CMEK_OLD_KEY: &str = "x-cmek-old-key";
/// Header with the clients' key from now on.
pub const CMEK_NEW_KEY: &str = "x-cmek-new-key";

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

/// Body of `POST /v1/vaults/{vault_id}/cmek`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnableCmekRequest {
    /// SHA-256 of the clients' key, 64 hexadecimal digits.
    pub fingerprint: String,
}

/// Body of `POST /v1/vaults/{vault_id}/cmek-rotate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CmekRotateRequest {
    /// SHA-256 of the new key, 64 hexadecimal digits.
    pub new_fingerprint: String,
}

vocabulary! {
    /// How far a rotation is.
    pub enum CmekRotationStatus {
        /// Values are being moved.
        Running = "running",
        /// All values are under the new key, and so is the vault.
        Completed = "completed",
        /// It broke off; what was moved stays moved, and a new rotation goes on from there.
        Failed = "failed",
    }
}

/// A rotation of the clients' key of a vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CmekRotationJobResponse {
    /// Id of the rotation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: CmekRotationId,
    /// Id of the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// SHA-256 of the key before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub old_fingerprint: Option<String>,
    /// SHA-256 of the key after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub new_fingerprint: Option<String>,
    /// How far it is.
    pub status: CmekRotationStatus,
    /// Versions that are to be moved.
    pub total_secrets: u32,
    /// Versions that are moved.
    pub processed: u32,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<String>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub completed_at: Option<Timestamp>,
    /// When it was asked for.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
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

    /// `POST /v1/vaults/{vault_id}/cmek`.
    pub async fn enable_cmek(
        &self,
        vault_id: VaultId,
        request: &EnableCmekRequest,
    ) -> Result<VaultResponse, Error> {
        let call = Call::post("v1/vaults").at(vault_id).at("cmek");
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/vaults/{vault_id}/cmek`.
    pub async fn disable_cmek(&self, vault_id: VaultId) -> Result<VaultResponse, Error> {
        let call = Call::delete("v1/vaults").at(vault_id).at("cmek");
        self.fetch(call).await
    }

    /// `POST /v1/vaults/{vault_id}/cmek-rotate`, with both keys in base64.
    pub async fn rotate_cmek(
        &self,
        vault_id: VaultId,
        request: &CmekRotateRequest,
        old_key: &SecretText,
        new_key: &SecretText,
    ) -> Result<CmekRotationJobResponse, Error> {
        let call = Call::post("v1/vaults")
            .at(vault_id)
            .at("cmek-rotate")
            .secret_header(CMEK_OLD_KEY, old_key)?
            .secret_header(CMEK_NEW_KEY, new_key)?;
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/vaults/{vault_id}/cmek-rotate/{job_id}`.
    pub async fn get_cmek_rotation_job(
        &self,
        vault_id: VaultId,
        job_id: CmekRotationId,
    ) -> Result<CmekRotationJobResponse, Error> {
        let call = Call::get("v1/vaults")
            .at(vault_id)
            .at("cmek-rotate")
            .at(job_id);
        self.fetch(call).await
    }

    /// `DELETE /v1/vaults/{vault_id}`, with all that is in it.
    pub async fn delete_vault(&self, vault_id: VaultId) -> Result<(), Error> {
        self.execute(Call::delete("v1/vaults").at(vault_id)).await
    }
}
