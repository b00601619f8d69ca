//! Writing and deleting secrets. Nothing that was written is repeated.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::SecretPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::read::{PathParams, at_path};
use super::{Id, Time};
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::secrets::{Charset, PutSecretRequest, RotateSecretRequest, SecretCreatedResponse};
use crate::wire::{JsonObject, SecretText};

/// The type of a secret when the model does not say.
const DEFAULT_TYPE: &str = "api_key";

/// What kind of value.
#[derive(Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Password,
    #[default]
    ApiKey,
    PrivateKey,
    Certificate,
    File,
    Note,
    SshKey,
    EnvBundle,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::ApiKey => DEFAULT_TYPE,
            Self::PrivateKey => "private_key",
            Self::Certificate => "certificate",
            Self::File => "file",
            Self::Note => "note",
            Self::SshKey => "ssh_key",
            Self::EnvBundle => "env_bundle",
        }
    }
}

/// Arguments of `put_secret`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct PutParams {
    /// Path of the secret, for example `api-keys/openai`.
    #[schemars(with = "String")]
    path: SecretPath,
    /// The value. It is stored as it is and not repeated.
    #[schemars(with = "String")]
    value: SecretText,
    /// What kind of value.
    #[serde(rename = "type", default)]
    kind: Kind,
    /// Notes for whoever finds it. No secrets: notes are shown in lists.
    metadata: Option<Map<String, Value>>,
    /// When it stops being readable, RFC 3339.
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    expires_at: Option<Timestamp>,
    /// How often it may be read; any number of times when left out.
    #[schemars(range(min = 1))]
    max_access_count: Option<i32>,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// Arguments of `rotate_and_store`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct RotateParams {
    /// Path of the secret.
    #[schemars(with = "String")]
    path: SecretPath,
    /// The new value. It is stored as it is and not repeated.
    #[schemars(with = "String")]
    value: SecretText,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// Alphabet of a generated value.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Alphabet {
    Hex,
    Base64,
    Alphanumeric,
    Ascii,
}

/// Arguments of `generate_secret`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct GenerateParams {
    /// Path of the secret.
    #[schemars(with = "String")]
    path: SecretPath,
    /// Characters of the value; 32 when left out.
    #[schemars(range(min = 8, max = 1024))]
    length: Option<i32>,
    /// Its alphabet; hex when left out.
    charset: Option<Alphabet>,
    /// What kind of value; that of the last version when left out.
    #[serde(rename = "type")]
    kind: Option<Kind>,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// A version that was written.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Written {
    /// Id of the secret, for `share_secret`.
    id: Id,
    /// Its path.
    path: String,
    /// What kind of value.
    #[serde(rename = "type")]
    kind: String,
    /// Number of the version.
    version: u32,
    /// When it stops being readable; null for never.
    expires_at: Option<Time>,
}

/// A secret that was deleted.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Deleted {
    /// Its path.
    path: String,
    /// Always true.
    deleted: bool,
}

impl From<SecretCreatedResponse> for Written {
    fn from(secret: SecretCreatedResponse) -> Self {
        Self {
            id: secret.id.to_string(),
            path: secret.path.to_string(),
            kind: secret.secret_type.to_string(),
            version: secret.version,
            expires_at: secret.expires_at.map(|time| time.to_string()),
        }
    }
}

fn kind_named(name: &str) -> Option<SecretType> {
    SecretType::parse(name).ok()
}

/// Writing.
impl Session {
    pub(in crate::mcp) async fn put_secret(&self, params: PutParams) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let metadata = params
            .metadata
            .map(|notes| Value::Object(notes).to_string());
        let metadata = metadata.map(JsonObject::from_text).transpose();
        let request = PutSecretRequest {
            secret_type: kind_named(params.kind.as_str()),
            metadata: metadata.map_err(Refusal::arguments)?,
            expires_at: params.expires_at,
            max_access_count: params.max_access_count,
            ..PutSecretRequest::new(params.value)
        };
        let put = self.client.put_secret(vault, &params.path, &request).await;
        let written = Written::from(put.map_err(|error| at_path(error, &params.path))?);
        let text = format!(
            "Stored {} as version {} (type: {}).",
            written.path, written.version, written.kind
        );
        Ok(Outcome::new(text, &written))
    }

    pub(in crate::mcp) async fn rotate_and_store(
        &self,
        params: RotateParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        // What may be written need not be visible, so the type may stay unknown.
        let known = self.find_secret(vault, &params.path).await.ok().flatten();
        let request = PutSecretRequest {
            secret_type: known
                .map(|secret| secret.secret_type)
                .or_else(|| kind_named(DEFAULT_TYPE)),
            ..PutSecretRequest::new(params.value)
        };
        let put = self.client.put_secret(vault, &params.path, &request).await;
        let written = Written::from(put.map_err(|error| at_path(error, &params.path))?);
        let text = format!(
            "Rotated {}: it is now version {}.",
            written.path, written.version
        );
        Ok(Outcome::new(text, &written))
    }

    pub(in crate::mcp) async fn generate_secret(
        &self,
        params: GenerateParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let mut request = RotateSecretRequest {
            length: params.length,
            charset: params.charset.map(|alphabet| match alphabet {
                Alphabet::Hex => Charset::Hex,
                Alphabet::Base64 => Charset::Base64,
                Alphabet::Alphanumeric => Charset::Alphanumeric,
                Alphabet::Ascii => Charset::Ascii,
            }),
            secret_type: params.kind.and_then(|kind| kind_named(kind.as_str())),
            create: None,
        };
        let mut made = self
            .client
            .rotate_secret(vault, &params.path, &request)
            .await;
        // Creating needs permission to write, which whoever only rotates does not have.
        if made
            .as_ref()
            .is_err_and(|error| error.status() == Some(404))
        {
            request.create = Some(true);
            made = self
                .client
                .rotate_secret(vault, &params.path, &request)
                .await;
        }
        let written = Written::from(made.map_err(|error| at_path(error, &params.path))?);
        let text = format!(
            "Generated {} as version {} (type: {}). Nobody has seen the value.",
            written.path, written.version, written.kind
        );
        Ok(Outcome::new(text, &written))
    }

    pub(in crate::mcp) async fn delete_secret(
        &self,
        params: PathParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let deleted = self.client.delete_secret(vault, &params.path).await;
        deleted.map_err(|error| at_path(error, &params.path))?;
        let deleted = Deleted {
            path: params.path.to_string(),
            deleted: true,
        };
        let text = format!(
            "Deleted {} (soft delete): nobody can read it any more.",
            deleted.path
        );
        Ok(Outcome::new(text, &deleted))
    }
}
