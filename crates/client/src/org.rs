//! The organisation: its members and the vault that holds its agents' identity keys.

use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{UserId, VaultId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// A member of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMemberResponse {
    /// Id of the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: UserId,
    /// Address of the account.
    pub email: String,
    /// Name shown to other members, `""` when there is none.
    #[serde(default)]
    pub display_name: String,
    /// Role in the organisation.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Role,
    /// How the account was made to sign in: `password`.
    pub auth_method: String,
    /// When the user joined.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/org/members`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMemberListResponse {
    /// The members, in the order they joined.
    pub members: Vec<OrgMemberResponse>,
}

/// Answer of `GET /v1/org/agent-keys-vault`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentKeysVaultResponse {
    /// Id of the vault named `__agent-keys`.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
}

/// The organisation.
impl Client {
    /// `GET /v1/org/members`.
    pub async fn list_org_members(&self) -> Result<OrgMemberListResponse, Error> {
        self.fetch(Call::get("v1/org/members")).await
    }

    /// `GET /v1/org/agent-keys-vault`. Status 404 before the first agent.
    pub async fn get_agent_keys_vault(&self) -> Result<AgentKeysVaultResponse, Error> {
        self.fetch(Call::get("v1/org/agent-keys-vault")).await
    }
}
