//! Signing in with an account of somebody else's.

use oneclaw_core::id::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::auth::LoginResponse;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{SecretText, is_false};

/// Body of `POST /v1/auth/google`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoogleAuthRequest {
    /// What Google gave the client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id_token: SecretText,
}

/// Body of `POST /v1/auth/social-login`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SocialLoginRequest {
    /// `google`; others are not set up on any server.
    pub provider: String,
    /// What the provider gave the client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id_token: SecretText,
}

/// Answer of `POST /v1/auth/social-login`: the fields of [`LoginResponse`], and who it is.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SocialLoginResponse {
    /// The access token. The empty string with a challenge.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: SecretText,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until the access token, or the challenge, expires.
    pub expires_in: u32,
    /// Gets the next access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: Option<SecretText>,
    /// Set when a second factor is asked for; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mfa_required: bool,
    /// Names the challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub mfa_token: Option<SecretText>,
    /// Id of the user, once signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub user_id: Option<UserId>,
    /// Organisation of the session, once signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: Option<OrgId>,
    /// Whether the account was made just now.
    pub is_new: bool,
}

/// Other providers.
impl Client {
    /// `POST /v1/auth/google`. No credential is sent.
    pub async fn google_auth(&self, request: &GoogleAuthRequest) -> Result<LoginResponse, Error> {
        self.fetch(Call::post("v1/auth/google").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/social-login`. No credential is sent.
    pub async fn social_login(
        &self,
        request: &SocialLoginRequest,
    ) -> Result<SocialLoginResponse, Error> {
        self.fetch(Call::post("v1/auth/social-login").json(request)?.public())
            .await
    }
}
