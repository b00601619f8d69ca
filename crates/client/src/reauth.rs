//! Proving once more who one is, for what a stolen access token alone must not be able to do.
//!
//! The token goes into the header `X-Auth-Confirm` of the request that it confirms; the password itself is accepted
//! there too, until the account has a second factor.

use oneclaw_core::model::purpose::Purpose;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::passkeys::PasskeyAssertCompleteRequest;
use crate::wire::SecretText;

/// Body of `POST /v1/auth/reauth`: a purpose, and one of the proofs.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReauthRequest {
    /// What the token shall confirm.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::purpose))]
    pub purpose: Purpose,
    /// The account's password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub password: Option<SecretText>,
    /// A code of the account's second factor, or one of its recovery codes. Without a second factor: the code of
    /// `POST /v1/auth/reauth/send`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub code: Option<SecretText>,
    /// A use of one of the account's passkeys, with a challenge of `POST /v1/auth/passkeys/assert/begin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<PasskeyAssertCompleteRequest>,
}

/// Answer of `POST /v1/auth/reauth`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReauthResponse {
    /// `rat_…`: confirms one act of that purpose in this session.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
    /// Seconds until it expires.
    pub expires_in: u32,
}

/// Confirming.
impl Client {
    /// `POST /v1/auth/reauth`.
    pub async fn reauth(&self, request: &ReauthRequest) -> Result<ReauthResponse, Error> {
        self.fetch(Call::post("v1/auth/reauth").json(request)?)
            .await
    }

    /// `POST /v1/auth/reauth/send`.
    pub async fn send_reauth_code(&self) -> Result<(), Error> {
        self.execute(Call::post("v1/auth/reauth/send")).await
    }
}
