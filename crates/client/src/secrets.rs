//! Secrets: values at a path in a vault, every write a new version.
//!
//! Invariants:
//! - The id of a secret belongs to its path and stays the same across versions.
//! - Only [`SecretResponse`] carries a value. [`SecretResponse`] and [`SecretMetadataResponse`] may carry no other
//!   keys than they do: a published client refuses unknown ones.
//! - `expires_at` of a secret is always there, `null` when it never expires.

use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SecretId, VaultId};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::SecretPath;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{JsonObject, SecretText, is_false, vocabulary};

vocabulary! {
    /// Alphabet of a value that the server generates.
    pub enum Charset {
        /// Lower-case hexadecimal digits.
        Hex = "hex",
        /// The standard base64 alphabet.
        Base64 = "base64",
        /// Letters and digits.
        Alphanumeric = "alphanumeric",
        /// Printable ASCII without the space.
        Ascii = "ascii",
    }
}

/// Body of `PUT /v1/vaults/{vault_id}/secrets/{path}`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PutSecretRequest {
    /// The value, not empty.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub value: SecretText,
    /// What kind of value, `[a-z0-9_-]{1,64}`; `generic` when absent.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[a-z0-9_-]{1,64}$"))]
    pub secret_type: Option<SecretType>,
    /// Free-form notes of the writer; replaces those of the last version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub metadata: Option<JsonObject>,
    /// When this version stops being readable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Kept with the version; nothing acts on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub rotation_policy: Option<JsonObject>,
    /// How many reads this version allows, 1 or more; unlimited when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub max_access_count: Option<i32>,
}

impl PutSecretRequest {
    /// Writes a value without any options.
    pub fn new(value: SecretText) -> Self {
        Self {
            value,
            secret_type: None,
            metadata: None,
            expires_at: None,
            rotation_policy: None,
            max_access_count: None,
        }
    }
}

/// Answer of `PUT …/secrets/{path}` and `POST …/secret-rotate/{path}`: the version just written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretCreatedResponse {
    /// Id of the secret, the same for every version.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: SecretId,
    /// Path in the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// What kind of value.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_type: SecretType,
    /// Number of this version, from 1.
    pub version: u32,
    /// Free-form notes of the writer.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: JsonObject,
    /// When this version was written.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When this version stops being readable, `null` for never.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
}

/// A version of a secret without its value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretMetadataResponse {
    /// Id of the secret, the same for every version.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: SecretId,
    /// Path in the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// What kind of value.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_type: SecretType,
    /// Number of this version, from 1.
    pub version: u32,
    /// Free-form notes of the writer.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: JsonObject,
    /// When this version was written.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When this version stops being readable, `null` for never.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Set when the version was disabled; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_disabled: bool,
}

/// A version of a secret with its value.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretResponse {
    /// Id of the secret, the same for every version.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: SecretId,
    /// Path in the vault.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// What kind of value.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_type: SecretType,
    /// The value.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub value: SecretText,
    /// Number of this version, from 1.
    pub version: u32,
    /// Free-form notes of the writer.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub metadata: JsonObject,
    /// Who wrote this version, `user:<uuid>` or `agent:<uuid>`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub created_by: Principal,
    /// When this version was written.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When this version stops being readable, `null` for never.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Set when the value is encrypted with a key of the client's own; left out otherwise.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cmek_encrypted: bool,
}

/// Query of `GET /v1/vaults/{vault_id}/secrets`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ListSecretsQuery {
    /// Only paths that start with this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// At most so many, 1 to 1000. A client that asks for a page is told where the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Answer of `GET /v1/vaults/{vault_id}/secrets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretListResponse {
    /// The latest version at every path the caller may read, by path.
    pub secrets: Vec<SecretMetadataResponse>,
    /// Where the next page begins; only for those who asked for a page, and not on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub next_cursor: Option<String>,
}

/// Answer of `GET /v1/vaults/{vault_id}/secret-versions/{path}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecretVersionListResponse {
    /// Every version, newest first.
    pub versions: Vec<SecretMetadataResponse>,
}

/// Body of `POST /v1/vaults/{vault_id}/secret-rotate/{path}`; may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RotateSecretRequest {
    /// Characters of the new value, 8 to 1024; 32 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 8, maximum = 1024))]
    pub length: Option<i32>,
    /// Alphabet of the new value; `hex` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charset: Option<Charset>,
    /// Kind of value; that of the last version when absent.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^[a-z0-9_-]{1,64}$"))]
    pub secret_type: Option<SecretType>,
    /// Creates the secret where there is none. Needs permission to write, whether there is one or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<bool>,
}

/// Secrets.
impl Client {
    /// `GET /v1/vaults/{vault_id}/secrets`.
    pub async fn list_secrets(
        &self,
        vault_id: VaultId,
        query: &ListSecretsQuery,
    ) -> Result<SecretListResponse, Error> {
        self.fetch(
            Call::get("v1/vaults")
                .at(vault_id)
                .at("secrets")
                .query(query)?,
        )
        .await
    }

    /// `PUT /v1/vaults/{vault_id}/secrets/{path}`: creates the secret or writes its next version.
    pub async fn put_secret(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
        request: &PutSecretRequest,
    ) -> Result<SecretCreatedResponse, Error> {
        let call = Call::put("v1/vaults")
            .at(vault_id)
            .at("secrets")
            .at_all(path.segments());
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/vaults/{vault_id}/secrets/{path}`. Counts as one read.
    pub async fn get_secret(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
    ) -> Result<SecretResponse, Error> {
        let call = Call::get("v1/vaults")
            .at(vault_id)
            .at("secrets")
            .at_all(path.segments());
        self.fetch(call).await
    }

    /// `DELETE /v1/vaults/{vault_id}/secrets/{path}`, all versions.
    pub async fn delete_secret(&self, vault_id: VaultId, path: &SecretPath) -> Result<(), Error> {
        let call = Call::delete("v1/vaults")
            .at(vault_id)
            .at("secrets")
            .at_all(path.segments());
        self.execute(call).await
    }

    /// `GET /v1/vaults/{vault_id}/secret-versions/{path}`.
    pub async fn list_secret_versions(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
    ) -> Result<SecretVersionListResponse, Error> {
        let call = Call::get("v1/vaults").at(vault_id).at("secret-versions");
        self.fetch(call.at_all(path.segments())).await
    }

    /// `GET /v1/vaults/{vault_id}/secret-version/{path}/{version}`. Counts as one read.
    pub async fn get_secret_version(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
        version: u32,
    ) -> Result<SecretResponse, Error> {
        let call = Call::get("v1/vaults").at(vault_id).at("secret-version");
        self.fetch(call.at_all(path.segments()).at(version)).await
    }

    /// `POST /v1/vaults/{vault_id}/secret-version-disable/{path}/{version}`.
    pub async fn disable_secret_version(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
        version: u32,
    ) -> Result<(), Error> {
        let call = Call::post("v1/vaults")
            .at(vault_id)
            .at("secret-version-disable");
        self.execute(call.at_all(path.segments()).at(version)).await
    }

    /// `POST /v1/vaults/{vault_id}/secret-rotate/{path}`: the server generates the next version.
    pub async fn rotate_secret(
        &self,
        vault_id: VaultId,
        path: &SecretPath,
        request: &RotateSecretRequest,
    ) -> Result<SecretCreatedResponse, Error> {
        let call = Call::post("v1/vaults").at(vault_id).at("secret-rotate");
        self.fetch(call.at_all(path.segments()).json(request)?)
            .await
    }
}
