//! The second factor: codes of an authenticator app, and recovery codes.

use serde::{Deserialize, Serialize};

use crate::auth::TokenResponse;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// Answer of `GET /v1/auth/mfa/status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaStatusResponse {
    /// Whether signing in asks for a code.
    pub enabled: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_remaining: u32,
}

/// Answer of `POST /v1/auth/mfa/setup`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaSetupResponse {
    /// For a QR code: the secret with what an app needs to know about it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub otpauth_uri: SecretText,
    /// The secret alone, base32, for typing.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: SecretText,
}

/// Body of `POST /v1/auth/mfa/verify-setup`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaVerifySetupRequest {
    /// The code that the app shows now.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: SecretText,
}

/// Answer of `POST /v1/auth/mfa/verify-setup`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaVerifySetupResponse {
    /// Eight codes for whoever has lost the app. Each works once, and they are shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub recovery_codes: Vec<SecretText>,
}

/// Body of `POST /v1/auth/mfa/verify`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaVerifyRequest {
    /// What the first step of signing in gave.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub mfa_token: SecretText,
    /// A code of the app, or a recovery code.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: SecretText,
}

/// Body of `DELETE /v1/auth/mfa`; it may be missing when the header `X-Auth-Confirm` confirms the request.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MfaDisableRequest {
    /// A code of the app, or a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub code: Option<SecretText>,
}

/// The second factor.
impl Client {
    /// `GET /v1/auth/mfa/status`.
    pub async fn mfa_status(&self) -> Result<MfaStatusResponse, Error> {
        self.fetch(Call::get("v1/auth/mfa/status")).await
    }

    /// `POST /v1/auth/mfa/setup`.
    pub async fn mfa_setup(
        &self,
        confirmation: Option<&SecretText>,
    ) -> Result<MfaSetupResponse, Error> {
        let call = Call::post("v1/auth/mfa/setup");
        self.fetch(match confirmation {
            Some(confirmation) => call.confirmed(confirmation)?,
            None => call,
        })
        .await
    }

    /// `POST /v1/auth/mfa/verify-setup`.
    pub async fn mfa_verify_setup(
        &self,
        request: &MfaVerifySetupRequest,
    ) -> Result<MfaVerifySetupResponse, Error> {
        self.fetch(Call::post("v1/auth/mfa/verify-setup").json(request)?)
            .await
    }

    /// `POST /v1/auth/mfa/verify`. No credential is sent.
    pub async fn mfa_verify(&self, request: &MfaVerifyRequest) -> Result<TokenResponse, Error> {
        self.fetch(Call::post("v1/auth/mfa/verify").json(request)?.public())
            .await
    }

    /// `DELETE /v1/auth/mfa`.
    pub async fn mfa_disable(&self, request: &MfaDisableRequest) -> Result<(), Error> {
        self.execute(Call::delete("v1/auth/mfa").json(request)?)
            .await
    }
}
