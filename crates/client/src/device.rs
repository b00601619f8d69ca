//! Signing a program in from another device (RFC 8628).

use oneclaw_core::id::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{SecretText, vocabulary};

/// The grant type of `POST /v1/auth/device/token`.
pub const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Body of `POST /v1/auth/device/code`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceCodeRequest {
    /// What the program is called; the human sees it as its own claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The only account that may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// Answer of `POST /v1/auth/device/code`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceCodeResponse {
    /// For the program alone.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub device_code: SecretText,
    /// For the human to type: `XXXX-XXXX`.
    pub user_code: String,
    /// Where to type it.
    pub verification_uri: String,
    /// Seconds until it is too late.
    pub expires_in: u32,
    /// Seconds between two questions.
    pub interval: u32,
}

/// Body of `POST /v1/auth/device/token`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceTokenRequest {
    /// The program's code.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub device_code: SecretText,
    /// `urn:ietf:params:oauth:grant-type:device_code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_type: Option<String>,
}

vocabulary! {
    /// Why there is no token.
    pub enum DeviceTokenError {
        /// Nobody has answered yet.
        AuthorizationPending = "authorization_pending",
        /// Asked too soon; the interval is five seconds longer from now on.
        SlowDown = "slow_down",
        /// A human refused.
        AccessDenied = "access_denied",
        /// Too late, used up, or no such code.
        ExpiredToken = "expired_token",
        /// Another grant type than this endpoint's.
        UnsupportedGrantType = "unsupported_grant_type",
    }
}

/// Answer of `POST /v1/auth/device/token`: a token, or why there is none (yet). Always 200.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceTokenResponse {
    /// The JWT for the `Authorization: Bearer` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access_token: Option<SecretText>,
    /// `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub token_type: Option<String>,
    /// Seconds until the token expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub expires_in: Option<u32>,
    /// Gets the next access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub refresh_token: Option<SecretText>,
    /// Why there is no token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub error: Option<DeviceTokenError>,
    /// Address of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub email: Option<String>,
    /// Id of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub user_id: Option<UserId>,
    /// Organisation that the session acts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: Option<OrgId>,
}

/// Body of `POST /v1/auth/device/approve` and `/deny`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceApproveRequest {
    /// The code that the program shows, with or without its hyphen.
    pub user_code: String,
}

vocabulary! {
    /// What has become of a code.
    pub enum DeviceCodeStatus {
        /// Nobody has answered.
        Pending = "pending",
        /// A human let the program in.
        Approved = "approved",
        /// A human refused.
        Denied = "denied",
        /// Nobody answered in time.
        Expired = "expired",
    }
}

/// Answer of `GET /v1/auth/device/code/{user_code}`, and of approving and denying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceStatusResponse {
    /// What has become of the code.
    pub status: DeviceCodeStatus,
}

/// Signing in from another device.
impl Client {
    /// `POST /v1/auth/device/code`. No credential is sent.
    pub async fn device_code(
        &self,
        request: &DeviceCodeRequest,
    ) -> Result<DeviceCodeResponse, Error> {
        self.fetch(Call::post("v1/auth/device/code").json(request)?.public())
            .await
    }

    /// `POST /v1/auth/device/token`. No credential is sent.
    pub async fn device_token(
        &self,
        request: &DeviceTokenRequest,
    ) -> Result<DeviceTokenResponse, Error> {
        self.fetch(Call::post("v1/auth/device/token").json(request)?.public())
            .await
    }

    /// `GET /v1/auth/device/code/{user_code}`. No credential is sent.
    pub async fn device_code_status(&self, code: &str) -> Result<DeviceStatusResponse, Error> {
        self.fetch(Call::get("v1/auth/device/code").at(code).public())
            .await
    }

    /// `POST /v1/auth/device/approve`: signs the program in as the caller.
    pub async fn device_approve(
        &self,
        request: &DeviceApproveRequest,
    ) -> Result<DeviceStatusResponse, Error> {
        self.fetch(Call::post("v1/auth/device/approve").json(request)?)
            .await
    }

    /// `POST /v1/auth/device/deny`.
    pub async fn device_deny(
        &self,
        request: &DeviceApproveRequest,
    ) -> Result<DeviceStatusResponse, Error> {
        self.fetch(Call::post("v1/auth/device/deny").json(request)?)
            .await
    }
}
