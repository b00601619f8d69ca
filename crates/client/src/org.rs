//! The organisation: its members and the vault that holds its agents' identity keys.

use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{InviteId, OrgId, UserId, VaultId};
use serde::{Deserialize, Serialize};

use crate::auth::TokenResponse;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{Patch, SecretText};

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

/// Body of `PATCH /v1/org/members/{user_id}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMemberRoleRequest {
    /// The new role.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Role,
}

/// Body of `POST /v1/org/invite`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteMemberRequest {
    /// Who to invite.
    #[cfg_attr(feature = "openapi", schema(format = Email))]
    pub email: String,
    /// As what; `member` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Option<Role>,
}

/// Answer of `POST /v1/org/invite`; the same whether or not the address has an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteMemberResponse {
    /// What happens next.
    pub message: String,
    /// The address.
    pub email: String,
}

/// An invitation that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: InviteId,
    /// Who is invited.
    pub email: String,
    /// As what.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Role,
    /// By whom.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub invited_by: UserId,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it lapses.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// Answer of `GET /v1/org/invitations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationListResponse {
    /// Those that wait, newest first.
    pub invitations: Vec<InvitationResponse>,
}

/// Body of `POST /v1/org/invitations/accept`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptInvitationRequest {
    /// The last segment of the mailed link.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
}

/// Body of `POST /v1/org/switch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SwitchOrgRequest {
    /// The organisation to act in from now on.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
}

/// An organisation that the caller belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMembershipResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Its name.
    pub name: String,
    /// The caller's role there.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Role,
}

/// Answer of `GET /v1/org/memberships`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgMembershipListResponse {
    /// The organisation that signing in leads to comes first.
    pub memberships: Vec<OrgMembershipResponse>,
}

/// Body of `PATCH /v1/org/settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateOrgSettingsRequest {
    /// Name of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How keys of new agents reach their approvers: `email` or `link`; `null` follows the instance.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub key_delivery: Patch<String>,
}

/// The settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgSettingsResponse {
    /// Its name.
    pub name: String,
    /// `email` or `link`; `null` when the instance decides.
    pub key_delivery: Option<String>,
    /// Whether all its agents are stopped.
    pub agents_frozen: bool,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub agents_frozen_at: Option<Timestamp>,
}

/// Managing the organisation.
impl Client {
    /// `PATCH /v1/org/members/{user_id}`.
    pub async fn update_member_role(
        &self,
        user_id: UserId,
        request: &UpdateMemberRoleRequest,
    ) -> Result<OrgMemberResponse, Error> {
        let call = Call::patch("v1/org/members").at(user_id);
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/org/members/{user_id}`.
    pub async fn remove_member(&self, user_id: UserId) -> Result<(), Error> {
        self.execute(Call::delete("v1/org/members").at(user_id))
            .await
    }

    /// `POST /v1/org/invite`.
    pub async fn invite_member(
        &self,
        request: &InviteMemberRequest,
    ) -> Result<InviteMemberResponse, Error> {
        self.fetch(Call::post("v1/org/invite").json(request)?).await
    }

    /// `GET /v1/org/invitations`.
    pub async fn list_invitations(&self) -> Result<InvitationListResponse, Error> {
        self.fetch(Call::get("v1/org/invitations")).await
    }

    /// `DELETE /v1/org/invitations/{invitation_id}`.
    pub async fn withdraw_invitation(&self, invitation_id: InviteId) -> Result<(), Error> {
        self.execute(Call::delete("v1/org/invitations").at(invitation_id))
            .await
    }

    /// `POST /v1/org/invitations/accept`.
    pub async fn accept_invitation(
        &self,
        request: &AcceptInvitationRequest,
    ) -> Result<TokenResponse, Error> {
        self.fetch(Call::post("v1/org/invitations/accept").json(request)?)
            .await
    }

    /// `GET /v1/org/memberships`.
    pub async fn list_memberships(&self) -> Result<OrgMembershipListResponse, Error> {
        self.fetch(Call::get("v1/org/memberships")).await
    }

    /// `POST /v1/org/switch`.
    pub async fn switch_org(&self, request: &SwitchOrgRequest) -> Result<TokenResponse, Error> {
        self.fetch(Call::post("v1/org/switch").json(request)?).await
    }

    /// `GET /v1/org/settings`.
    pub async fn get_org_settings(&self) -> Result<OrgSettingsResponse, Error> {
        self.fetch(Call::get("v1/org/settings")).await
    }

    /// `PATCH /v1/org/settings`.
    pub async fn update_org_settings(
        &self,
        request: &UpdateOrgSettingsRequest,
    ) -> Result<OrgSettingsResponse, Error> {
        self.fetch(Call::patch("v1/org/settings").json(request)?)
            .await
    }

    /// `POST /v1/org/freeze-agents`.
    pub async fn freeze_agents(&self) -> Result<OrgSettingsResponse, Error> {
        self.fetch(Call::post("v1/org/freeze-agents")).await
    }

    /// `POST /v1/org/unfreeze-agents`.
    pub async fn unfreeze_agents(&self) -> Result<OrgSettingsResponse, Error> {
        self.fetch(Call::post("v1/org/unfreeze-agents")).await
    }
}
