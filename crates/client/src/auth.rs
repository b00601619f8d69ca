//! Accounts and tokens: signing up, logging in, exchanging keys for short-lived access tokens.
//!
//! Invariants:
//! - Every access token is a JWT signed with Ed25519 (RFC 7519, RFC 8037) of three parts with a numeric `exp`.
//! - [`TokenResponse`] may carry no other keys than it does: a published client refuses unknown ones.
//! - Answers that could tell whether an account exists are the same for every address.

use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, UserId, VaultId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{BEARER, SecretText, is_false, vocabulary};

/// Body of `POST /v1/auth/signup`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignupRequest {
    /// Address of the new account.
    pub email: String,
    /// At least 12 characters and not a commonly used password.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub password: SecretText,
    /// Name shown to other members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// Answer of `POST /v1/auth/signup`: with a token when addresses need no verification, else only the neutral message.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignupResponse {
    /// What happens next, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub message: Option<String>,
    /// The address as it was understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub email: Option<String>,
    /// Access token of the new account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: Option<SecretText>,
    /// `Bearer`, when there is a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub token_type: Option<String>,
    /// Seconds until the token expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub expires_in: Option<u32>,
}

/// Body of `POST /v1/auth/verify-email`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmailRequest {
    /// The token from the mailed link.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
}

/// Body of `POST /v1/auth/token`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginRequest {
    /// Address of the account.
    pub email: String,
    /// Its password.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub password: SecretText,
}

/// Answer of `POST /v1/auth/token`: the fields of [`TokenResponse`], or a second-factor challenge.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginResponse {
    /// The access token. The empty string with a challenge, because clients test it for truth.
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
}

impl From<TokenResponse> for LoginResponse {
    fn from(token: TokenResponse) -> Self {
        Self {
            access_token: token.access_token,
            token_type: token.token_type,
            expires_in: token.expires_in,
            refresh_token: token.refresh_token,
            mfa_required: false,
            mfa_token: None,
        }
    }
}

/// An access token.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenResponse {
    /// The JWT for the `Authorization: Bearer` header.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: SecretText,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until it expires; always more than 60.
    pub expires_in: u32,
    /// Gets the next access token (`POST /v1/auth/refresh`); users only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: Option<SecretText>,
}

impl TokenResponse {
    /// A bearer token that cannot be refreshed.
    pub fn bearer(access_token: SecretText, expires_in: u32) -> Self {
        Self {
            access_token,
            token_type: BEARER.to_owned(),
            expires_in,
            refresh_token: None,
        }
    }
}

/// Body of `POST /v1/auth/refresh`; the whole body may be missing when the request carries a valid user token.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshRequest {
    /// The refresh token of the last answer. It is spent by this request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub refresh_token: Option<SecretText>,
}

/// Body of `POST /v1/auth/agent-token`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentTokenRequest {
    /// Id of the agent; without it the key alone identifies the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub agent_id: Option<AgentId>,
    /// The agent's API key, `ocv_` and 43 base64url characters. Left out with an assertion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: Option<SecretText>,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, with an assertion (RFC 7523).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub client_assertion_type: Option<String>,
    /// A JWT signed with the key that the agent enrolled with, in place of an API key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub client_assertion: Option<SecretText>,
    /// A public key (JWK) that the token is to be bound to: it is worth nothing without proofs by that key (RFC 9449).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub dpop_jwk: Option<serde_json::Value>,
}

/// Answer of `POST /v1/auth/agent-token`. Clients with a strict decoder get [`TokenResponse`] instead.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentTokenResponse {
    /// The JWT for the `Authorization: Bearer` header.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: SecretText,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until it expires; always more than 60.
    pub expires_in: u32,
    /// Id of the agent that the key belongs to.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// The vaults the agent is bound to; for an unbound agent those it can reach, oldest first. For discovery only.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>))]
    pub vault_ids: Vec<VaultId>,
}

impl From<AgentTokenResponse> for TokenResponse {
    fn from(token: AgentTokenResponse) -> Self {
        Self {
            access_token: token.access_token,
            token_type: token.token_type,
            expires_in: token.expires_in,
            refresh_token: None,
        }
    }
}

/// Body of `POST /v1/auth/api-key-token`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserApiKeyTokenRequest {
    /// A personal key (`1ck_…`); an agent key (`ocv_…`) is accepted too.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: SecretText,
}

/// Body of `POST /v1/auth/forgot-password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotPasswordRequest {
    /// Address of the account.
    pub email: String,
}

vocabulary! {
    /// What `POST /v1/auth/forgot-password` says it did: always the same, so that it tells nothing about the address.
    pub enum ForgotPasswordStatus {
        /// A mail is on its way if the address has an account.
        EmailSent = "email_sent",
    }
}

/// Answer of `POST /v1/auth/forgot-password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotPasswordResponse {
    /// The same sentence for every address.
    pub message: String,
    /// The same word for every address.
    pub status: ForgotPasswordStatus,
}

/// Body of `POST /v1/auth/reset-password`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPasswordRequest {
    /// The token from the mailed link.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
    /// The password to set, under the rules of signing up.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub new_password: SecretText,
}

/// Answer of `POST /v1/auth/reset-password`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPasswordResponse {
    /// What happened, in a sentence.
    pub message: String,
}

/// Body of `POST /v1/auth/change-password`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangePasswordRequest {
    /// The password until now.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub current_password: SecretText,
    /// The password to set, under the rules of signing up.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub new_password: SecretText,
}

/// Answer of `GET` and `PATCH /v1/auth/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserProfileResponse {
    /// Id of the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: UserId,
    /// Organisation that this session acts in.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Address of the account, lower-case.
    pub email: String,
    /// Name shown to other members, `""` when there is none.
    pub display_name: String,
    /// How the account was made to sign in: `password`.
    pub auth_method: String,
    /// Role in the organisation.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::role))]
    pub role: Role,
    /// Whether the address has been proven.
    pub email_verified: bool,
    /// Whether the user asked for news.
    pub marketing_emails: bool,
    /// Whether a second factor is on.
    pub totp_enabled: bool,
    /// When the account was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Body of `PATCH /v1/auth/me`. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateProfileRequest {
    /// Name shown to other members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Whether the user wants news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketing_emails: Option<bool>,
}

/// Accounts and tokens.
impl Client {
    /// `POST /v1/auth/signup`. No credential is sent.
    pub async fn signup(&self, request: &SignupRequest) -> Result<SignupResponse, Error> {
        self.fetch(Call::post("v1/auth/signup").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/verify-email`. No credential is sent.
    pub async fn verify_email(&self, request: &VerifyEmailRequest) -> Result<TokenResponse, Error> {
        self.fetch(Call::post("v1/auth/verify-email").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/token`. No credential is sent.
    pub async fn login(&self, request: &LoginRequest) -> Result<LoginResponse, Error> {
        self.fetch(Call::post("v1/auth/token").json(request)?.public())
            .await
    }

    /// `DELETE /v1/auth/token`: the token this client sends is worth nothing afterwards.
    pub async fn revoke_token(&self) -> Result<(), Error> {
        self.execute(Call::delete("v1/auth/token")).await
    }

    /// `POST /v1/auth/agent-token`, for the token itself; a client with an agent's key gets its own. No credential is
    /// sent.
    pub async fn agent_token(
        &self,
        request: &AgentTokenRequest,
    ) -> Result<AgentTokenResponse, Error> {
        self.fetch(Call::post("v1/auth/agent-token").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/api-key-token`. No credential is sent.
    pub async fn api_key_token(
        &self,
        request: &UserApiKeyTokenRequest,
    ) -> Result<TokenResponse, Error> {
        self.fetch(Call::post("v1/auth/api-key-token").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/refresh`. Without a refresh token the caller's own access token is renewed.
    pub async fn refresh_token(&self, request: &RefreshRequest) -> Result<TokenResponse, Error> {
        let call = Call::post("v1/auth/refresh");
        let call = match request.refresh_token {
            Some(_) => call.json(request)?.public(),
            None => call,
        };
        self.fetch(call).await
    }

    /// `POST /v1/auth/forgot-password`. No credential is sent.
    pub async fn forgot_password(
        &self,
        request: &ForgotPasswordRequest,
    ) -> Result<ForgotPasswordResponse, Error> {
        self.fetch(
            Call::post("v1/auth/forgot-password")
                .json(request)?
                .public(),
        )
        .await
    }

    /// `POST /v1/auth/reset-password`. No credential is sent.
    pub async fn reset_password(
        &self,
        request: &ResetPasswordRequest,
    ) -> Result<ResetPasswordResponse, Error> {
        self.fetch(Call::post("v1/auth/reset-password").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/change-password`.
    pub async fn change_password(&self, request: &ChangePasswordRequest) -> Result<(), Error> {
        self.execute(Call::post("v1/auth/change-password").json(request)?)
            .await
    }

    /// `GET /v1/auth/me`.
    pub async fn get_me(&self) -> Result<UserProfileResponse, Error> {
        self.fetch(Call::get("v1/auth/me")).await
    }

    /// `PATCH /v1/auth/me`.
    pub async fn update_me(
        &self,
        request: &UpdateProfileRequest,
    ) -> Result<UserProfileResponse, Error> {
        self.fetch(Call::patch("v1/auth/me").json(request)?).await
    }
}
