//! One's own account: its address, first password, settings, what is stored about it, and its end.

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

/// Body of `POST /v1/auth/set-password`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetPasswordRequest {
    /// The password to set, under the rules of signing up.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub password: SecretText,
    /// The same again, if the client asks for it twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub password_confirm: Option<SecretText>,
}

/// Answer of `POST /v1/auth/set-password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetPasswordResponse {
    /// What happened, in a sentence.
    pub message: String,
}

/// Body of `POST /v1/auth/change-email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmailRequest {
    /// The address that the account shall have.
    pub new_email: String,
}

/// Answer of `POST /v1/auth/change-email`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeEmailResponse {
    /// What happens next, in a sentence.
    pub message: String,
    /// The address as it was understood.
    pub new_email: String,
    /// Seconds until the code stops working.
    pub expires_in_seconds: u32,
}

/// Body of `POST /v1/auth/verify-email-change`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmailChangeRequest {
    /// The six digits from the mail.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: SecretText,
}

/// Answer of `POST /v1/auth/verify-email-change`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmailChangeResponse {
    /// What happened, in a sentence.
    pub message: String,
    /// The address of the account now.
    pub email: String,
}

/// Body of `DELETE /v1/auth/me`. Published clients disagree on the name, so either is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteAccountRequest {
    /// `DELETE MY ACCOUNT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    /// The same, by its other name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
}

/// Answer of `GET` and `PATCH /v1/auth/settings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecuritySettingsResponse {
    /// Whether vaults are to be used with a passkey only.
    pub require_passkey_for_vaults: bool,
    /// How many passkeys the account has.
    pub passkey_count: u32,
}

/// Body of `PATCH /v1/auth/settings`. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateSecuritySettingsRequest {
    /// Whether vaults are to be used with a passkey only. Switching it off has to be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_passkey_for_vaults: Option<bool>,
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

    /// `POST /v1/auth/set-password`.
    pub async fn set_password(
        &self,
        request: &SetPasswordRequest,
    ) -> Result<SetPasswordResponse, Error> {
        self.fetch(Call::post("v1/auth/set-password").json(request)?)
            .await
    }

    /// `POST /v1/auth/change-email`, confirmed where that is needed.
    pub async fn change_email(
        &self,
        request: &ChangeEmailRequest,
        confirmation: Option<&SecretText>,
    ) -> Result<ChangeEmailResponse, Error> {
        let call = Call::post("v1/auth/change-email").json(request)?;
        self.fetch(match confirmation {
            Some(confirmation) => call.confirmed(confirmation)?,
            None => call,
        })
        .await
    }

    /// `POST /v1/auth/verify-email-change`.
    pub async fn verify_email_change(
        &self,
        request: &VerifyEmailChangeRequest,
    ) -> Result<VerifyEmailChangeResponse, Error> {
        self.fetch(Call::post("v1/auth/verify-email-change").json(request)?)
            .await
    }

    /// `DELETE /v1/auth/me`, confirmed with the password or a token of [`Client::reauth`].
    pub async fn delete_me(
        &self,
        request: &DeleteAccountRequest,
        confirmation: &SecretText,
    ) -> Result<(), Error> {
        let call = Call::delete("v1/auth/me").json(request)?;
        self.execute(call.confirmed(confirmation)?).await
    }

    /// `GET /v1/auth/settings`.
    pub async fn get_security_settings(&self) -> Result<SecuritySettingsResponse, Error> {
        self.fetch(Call::get("v1/auth/settings")).await
    }

    /// `PATCH /v1/auth/settings`, confirmed where that is needed.
    pub async fn update_security_settings(
        &self,
        request: &UpdateSecuritySettingsRequest,
        confirmation: Option<&SecretText>,
    ) -> Result<SecuritySettingsResponse, Error> {
        let call = Call::patch("v1/auth/settings").json(request)?;
        self.fetch(match confirmation {
            Some(confirmation) => call.confirmed(confirmation)?,
            None => call,
        })
        .await
    }
}
