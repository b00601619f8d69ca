//! Shares: one secret, given to one recipient, for a time and a number of opens.
//!
//! Invariants:
//! - A share follows the latest version of its secret and never outlives it.
//! - `max_access_count` is always a number in an answer, because published clients print it as one.

use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, ShareId};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::PermissionSet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{SecretText, is_false};

/// Body of `POST /v1/secrets/{secret_id}/share`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateShareRequest {
    /// Whom it is for.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::recipient_type))]
    pub recipient_type: RecipientType,
    /// When it ends; must be in the future.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// The user or agent, for those recipient types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_id: Option<Uuid>,
    /// The address, for `external_email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(format = Email))]
    pub email: Option<String>,
    /// Only `read` can be shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::permissions))]
    pub permissions: Option<PermissionSet>,
    /// How often it may be opened; 5 for links and addresses, 1000 otherwise, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub max_access_count: Option<i32>,
    /// Asked for at every open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub passphrase: Option<SecretText>,
    /// Addresses or CIDR ranges it may be opened from; anywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_allowlist: Option<Vec<String>>,
}

impl CreateShareRequest {
    /// A share without any options.
    pub fn new(recipient_type: RecipientType, expires_at: Timestamp) -> Self {
        Self {
            recipient_type,
            expires_at,
            recipient_id: None,
            email: None,
            permissions: None,
            max_access_count: None,
            passphrase: None,
            ip_allowlist: None,
        }
    }
}

/// Answer of `POST /v1/secrets/{secret_id}/share`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareResponse {
    /// Id of the share. Of a share with anyone who has the link, it is all that protects the value.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ShareId,
    /// Where it is opened.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub share_url: String,
    /// Whom it is for.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::recipient_type))]
    pub recipient_type: RecipientType,
    /// The address, for `external_email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub recipient_email: Option<String>,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// How often it may be opened.
    pub max_access_count: i32,
}

/// A share in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareListItem {
    /// Id of the share.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ShareId,
    /// The secret it gives access to.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub secret_id: SecretId,
    /// Path of that secret.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_path: SecretPath,
    /// Where it is opened.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub share_url: String,
    /// Whom it is for.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::recipient_type))]
    pub recipient_type: RecipientType,
    /// The user or agent it is for, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub recipient_id: Option<Uuid>,
    /// The address, for `external_email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub recipient_email: Option<String>,
    /// Who shared it, `user:<uuid>` or `agent:<uuid>`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_by: Principal,
    /// The name of who shared it, `""` when it has none.
    #[serde(default)]
    pub created_by_name: String,
    /// How often it has been opened.
    pub access_count: i32,
    /// How often it may be opened.
    pub max_access_count: i32,
    /// When it ends, or ended.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Whether its time is over.
    pub is_expired: bool,
    /// Whether the recipient has accepted; links need no accepting.
    pub is_accepted: bool,
}

/// Answer of `GET /v1/shares/outbound` and `GET /v1/shares/inbound`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareListResponse {
    /// The shares, newest first.
    pub shares: Vec<ShareListItem>,
}

/// Body of `POST /v1/share/{share_id}` (and of `GET`, which one published client sends it with); may be missing.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessShareRequest {
    /// The passphrase, when the share has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub passphrase: Option<SecretText>,
}

/// Answer of `GET` and `POST /v1/share/{share_id}`: the value.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SharedSecretResponse {
    /// Id of the share.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ShareId,
    /// Path of the secret.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// What kind of value.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_type: SecretType,
    /// The value of the latest version.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub value: SecretText,
    /// How often the share has been opened, this time included.
    pub access_count: i32,
    /// How often it may be opened.
    pub max_access_count: i32,
    /// Set when the value is encrypted with a key of the owner's; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cmek_encrypted: bool,
}

/// Shares.
impl Client {
    /// `POST /v1/secrets/{secret_id}/share`.
    pub async fn create_share(
        &self,
        secret_id: SecretId,
        request: &CreateShareRequest,
    ) -> Result<ShareResponse, Error> {
        self.fetch(
            Call::post("v1/secrets")
                .at(secret_id)
                .at("share")
                .json(request)?,
        )
        .await
    }

    /// `POST /v1/share/{share_id}`: opens the share. Counts as one open. Needs no credential for a link; the
    /// passphrase travels in the body, never in the URL.
    pub async fn access_share(
        &self,
        share_id: ShareId,
        request: &AccessShareRequest,
    ) -> Result<SharedSecretResponse, Error> {
        self.fetch(Call::post("v1/share").at(share_id).json(request)?)
            .await
    }

    /// `DELETE /v1/share/{share_id}`, for whoever made it.
    pub async fn revoke_share(&self, share_id: ShareId) -> Result<(), Error> {
        self.execute(Call::delete("v1/share").at(share_id)).await
    }

    /// `GET /v1/shares/outbound`: what the caller has shared.
    pub async fn list_outbound_shares(&self) -> Result<ShareListResponse, Error> {
        self.fetch(Call::get("v1/shares/outbound")).await
    }

    /// `GET /v1/shares/inbound`: what was shared with the caller.
    pub async fn list_inbound_shares(&self) -> Result<ShareListResponse, Error> {
        self.fetch(Call::get("v1/shares/inbound")).await
    }

    /// `POST /v1/shares/{share_id}/accept`, for the recipient.
    pub async fn accept_share(&self, share_id: ShareId) -> Result<(), Error> {
        self.execute(Call::post("v1/shares").at(share_id).at("accept"))
            .await
    }

    /// `POST /v1/shares/{share_id}/decline`, for the recipient.
    pub async fn decline_share(&self, share_id: ShareId) -> Result<(), Error> {
        self.execute(Call::post("v1/shares").at(share_id).at("decline"))
            .await
    }
}
