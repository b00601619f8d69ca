//! Signing in with a code by mail.
//!
//! Published clients disagree on two names of the answer, so it has both spellings.

use oneclaw_core::id::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{SecretText, vocabulary};

/// Body of `POST /v1/auth/email-otp/send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendEmailOtpRequest {
    /// Where to mail the code.
    pub email: String,
}

vocabulary! {
    /// What `POST /v1/auth/email-otp/send` says it did.
    pub enum EmailOtpStatus {
        /// A code is on its way.
        Sent = "sent",
    }
}

/// Answer of `POST /v1/auth/email-otp/send`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendEmailOtpResponse {
    /// The same word for every address.
    pub status: EmailOtpStatus,
}

/// Body of `POST /v1/auth/email-otp/verify`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyEmailOtpRequest {
    /// The address that the code was mailed to.
    pub email: String,
    /// The six digits.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: SecretText,
}

/// Answer of `POST /v1/auth/email-otp/verify`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailOtpVerifyResponse {
    /// The JWT for the `Authorization: Bearer` header.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: SecretText,
    /// The same as `access_token`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds until it expires.
    pub expires_in: u32,
    /// Gets the next access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub refresh_token: Option<SecretText>,
    /// Whether the second factor is still to come, at `POST /v1/auth/mfa/verify`. Then there is no token yet.
    #[serde(default)]
    pub mfa_required: bool,
    /// Goes back with the code of the second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub mfa_token: Option<SecretText>,
    /// Id of the user.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub user_id: UserId,
    /// Organisation that the session acts in.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Whether this made the account.
    pub is_new: bool,
    /// The same as `is_new`.
    pub is_new_user: bool,
    /// Address of the account, lower-case.
    pub email: String,
}

/// Codes by mail.
impl Client {
    /// `POST /v1/auth/email-otp/send`. No credential is sent.
    pub async fn send_email_otp(
        &self,
        request: &SendEmailOtpRequest,
    ) -> Result<SendEmailOtpResponse, Error> {
        self.fetch(Call::post("v1/auth/email-otp/send").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/email-otp/verify`. No credential is sent.
    pub async fn verify_email_otp(
        &self,
        request: &VerifyEmailOtpRequest,
    ) -> Result<EmailOtpVerifyResponse, Error> {
        self.fetch(
            Call::post("v1/auth/email-otp/verify")
                .json(request)?
                .public(),
        )
        .await
    }
}
