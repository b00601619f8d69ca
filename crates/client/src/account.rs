//! One's own account: what is stored about it.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, PolicyId, UserId, VaultId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{PrincipalType, SecretText};

/// Answer of `POST /v1/auth/export-data`: everything but values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DataExportResponse {
    /// `1.0`.
    pub export_version: String,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub exported_at: Timestamp,
    /// The account.
    pub user: ExportedUser,
    /// Vaults that the account may see.
    pub vaults: Vec<ExportedVault>,
    /// Agents of the organisation.
    pub agents: Vec<ExportedAgent>,
    /// Secrets whose names the account may see.
    pub secrets_metadata: Vec<ExportedSecret>,
    /// Policies of the vaults that the account controls.
    pub policies: Vec<ExportedPolicy>,
}

/// The account in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedUser {
    /// Id of the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: UserId,
    /// Address, lower-case.
    pub email: String,
    /// Name shown to other members, `""` when there is none.
    pub display_name: String,
    /// How the account signs in.
    pub auth_method: String,
    /// When the account was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// A vault in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedVault {
    /// Id of the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: VaultId,
    /// Its name.
    pub name: String,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// An agent in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedAgent {
    /// Id of the agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: AgentId,
    /// Its name.
    pub name: String,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// A secret in an export, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedSecret {
    /// Vault that it is in.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// Its path.
    pub path: String,
    /// What kind of value it is.
    #[serde(rename = "type")]
    pub secret_type: String,
    /// Newest version.
    pub version: u32,
    /// When that version was written.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// A policy in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportedPolicy {
    /// Id of the policy.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: PolicyId,
    /// Vault that it is about.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// Who it is about.
    pub principal_id: Uuid,
    /// The paths that it is about.
    pub secret_path_pattern: String,
    /// What it allows or denies.
    pub permissions: Vec<String>,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// One's own account.
impl Client {
    /// `POST /v1/auth/export-data`, confirmed with the password or a token of [`Client::reauth`].
    pub async fn export_user_data(
        &self,
        confirmation: &SecretText,
    ) -> Result<DataExportResponse, Error> {
        self.fetch(Call::post("v1/auth/export-data").confirmed(confirmation)?)
            .await
    }
}
