//! Passkeys. What browsers give as bytes is base64url without padding here.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, PasskeyId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// What authenticators to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthenticatorSelection {
    /// Any: absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    /// `required`: signing in names no account.
    pub resident_key: String,
    /// `required`: a passkey counts as two factors.
    pub user_verification: String,
}

/// A passkey, as browsers name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialDescriptor {
    /// Its id.
    pub id: String,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How browsers reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub transports: Option<Vec<String>>,
}

/// A kind of key to ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CredentialParameters {
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The number of a COSE algorithm.
    pub alg: i64,
}

/// Answer of `POST /v1/auth/passkeys/register/begin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyRegisterBeginResponse {
    /// Good for five minutes and one passkey.
    pub challenge: String,
    /// The host that the passkey is for.
    pub rp_id: String,
    /// What to call it.
    pub rp_name: String,
    /// What authenticators call the account.
    pub user_id: String,
    /// The address of the account.
    pub user_name: String,
    /// What to call the account.
    pub user_display_name: String,
    /// `none`.
    pub attestation: String,
    /// What authenticators to ask for.
    pub authenticator_selection: AuthenticatorSelection,
    /// Kinds of keys to ask for, best first.
    pub pub_key_cred_params: Vec<CredentialParameters>,
    /// Passkeys that the account has already.
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// Milliseconds until the challenge ends.
    pub timeout: u32,
}

/// Body of `POST /v1/auth/passkeys/register/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyRegisterCompleteRequest {
    /// What authenticators call the passkey.
    pub credential_id: String,
    /// The attestation object.
    pub attestation_object: String,
    /// The client data.
    pub client_data_json: String,
    /// How browsers reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<String>>,
    /// What its owner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Answer of `POST /v1/auth/passkeys/register/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyRegisterCompleteResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub passkey_id: PasskeyId,
    /// What authenticators call it.
    pub credential_id: String,
}

/// Body of `POST /v1/auth/passkeys/assert/begin`; it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAssertBeginRequest {
    /// Ignored: the authenticator says which account it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Answer of `POST /v1/auth/passkeys/assert/begin`: the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAssertBeginResponse {
    /// Good for five minutes and one sign-in.
    pub challenge: String,
    /// The host that the passkey is for.
    pub rp_id: String,
    /// Milliseconds until the challenge ends.
    pub timeout: u32,
    /// `required`.
    pub user_verification: String,
    /// Empty: any passkey for this host.
    pub allow_credentials: Vec<CredentialDescriptor>,
}

/// Body of `POST /v1/auth/passkeys/assert/complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAssertCompleteRequest {
    /// What authenticators call the passkey.
    pub credential_id: String,
    /// The authenticator data.
    pub authenticator_data: String,
    /// The client data.
    pub client_data_json: String,
    /// Over both.
    pub signature: String,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyUser {
    /// Id of the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: UserId,
    /// Address of the account.
    pub email: String,
    /// Name for display.
    pub display_name: Option<String>,
    /// Organisation of the session.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
}

/// Answer of `POST /v1/auth/passkeys/assert/complete`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyAssertCompleteResponse {
    /// The access token.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
    /// Gets the next one.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: SecretText,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: u32,
    /// Who signed in.
    pub user: PasskeyUser,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: PasskeyId,
    /// What authenticators call it.
    pub credential_id: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// How browsers reach it.
    pub transports: Option<Vec<String>>,
    /// Whether it is synchronised between devices.
    pub backed_up: bool,
    /// When it was last used.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_used_at: Option<Timestamp>,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/auth/passkeys`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyListResponse {
    /// Oldest first.
    pub passkeys: Vec<PasskeyResponse>,
}

/// Body of `PATCH /v1/auth/passkeys/{passkey_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RenamePasskeyRequest {
    /// What its owner calls it.
    pub name: String,
}

/// Passkeys.
impl Client {
    /// `POST /v1/auth/passkeys/register/begin`.
    pub async fn passkey_register_begin(&self) -> Result<PasskeyRegisterBeginResponse, Error> {
        self.fetch(Call::post("v1/auth/passkeys/register/begin"))
            .await
    }

    /// `POST /v1/auth/passkeys/register/complete`, confirmed where the account has a factor already.
    pub async fn passkey_register_complete(
        &self,
        request: &PasskeyRegisterCompleteRequest,
        confirmation: Option<&SecretText>,
    ) -> Result<PasskeyRegisterCompleteResponse, Error> {
        let call = Call::post("v1/auth/passkeys/register/complete").json(request)?;
        let call = match confirmation {
            Some(confirmation) => call.confirmed(confirmation)?,
            None => call,
        };
        self.fetch(call).await
    }

    /// `POST /v1/auth/passkeys/assert/begin`. No credential is sent.
    pub async fn passkey_assert_begin(&self) -> Result<PasskeyAssertBeginResponse, Error> {
        self.fetch(Call::post("v1/auth/passkeys/assert/begin").public())
            .await
    }

    /// `POST /v1/auth/passkeys/assert/complete`. No credential is sent.
    pub async fn passkey_assert_complete(
        &self,
        request: &PasskeyAssertCompleteRequest,
    ) -> Result<PasskeyAssertCompleteResponse, Error> {
        let call = Call::post("v1/auth/passkeys/assert/complete").json(request)?;
        self.fetch(call.public()).await
    }

    /// `GET /v1/auth/passkeys`.
    pub async fn list_passkeys(&self) -> Result<PasskeyListResponse, Error> {
        self.fetch(Call::get("v1/auth/passkeys")).await
    }

    /// `PATCH /v1/auth/passkeys/{passkey_id}`.
    pub async fn rename_passkey(
        &self,
        id: PasskeyId,
        request: &RenamePasskeyRequest,
    ) -> Result<PasskeyResponse, Error> {
        self.fetch(Call::patch("v1/auth/passkeys").at(id).json(request)?)
            .await
    }

    /// `DELETE /v1/auth/passkeys/{passkey_id}`, confirmed.
    pub async fn delete_passkey(
        &self,
        id: PasskeyId,
        confirmation: &SecretText,
    ) -> Result<(), Error> {
        let call = Call::delete("v1/auth/passkeys").at(id);
        self.execute(call.confirmed(confirmation)?).await
    }
}
