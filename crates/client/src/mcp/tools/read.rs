//! Looking: vaults, secrets, values, oneself, a text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::access::Question;
use super::usage::Usable;
use super::{Id, OrNever, Time, counted};
use crate::error::Error;
use crate::mcp::inspect::{MAX_TEXT, Report, known_values, scan};
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::mcp::settings::Values;
use crate::mcp::text::{one_line, pretty, visible};
use crate::secrets::{ListSecretsQuery, SecretMetadataResponse};
use crate::vaults::VaultResponse;
use crate::wire::PrincipalType;

/// The type of a bundle of environment variables.
const ENV_TYPES: [&str; 2] = ["env_bundle", "env"];

/// What to do instead of reading a value.
const HOW_WITHOUT_VALUE: &str = "Values are kept out of this conversation. Ask your human to pass the secret to the program that \
    needs it, or hand it over with share_secret.";

/// No arguments.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct NoParams {}

/// Arguments of `list_secrets`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct ListParams {
    /// Only paths that begin with this, for example `env/`.
    prefix: Option<String>,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// Arguments of tools about one secret.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct PathParams {
    /// Path of the secret, for example `api-keys/openai`.
    #[schemars(with = "String")]
    pub(super) path: SecretPath,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    pub(super) vault_id: Option<VaultId>,
}

/// Which way a text goes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(in crate::mcp) enum Direction {
    /// To a tool.
    Input,
    /// From a tool.
    #[default]
    Output,
}

/// Arguments of `inspect_content`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct InspectParams {
    /// The text.
    content: String,
    /// Whether the text goes to a tool or comes from one.
    #[serde(default)]
    #[schemars(default)]
    context: Direction,
}

impl Serialize for Direction {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// A vault.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct VaultSummary {
    /// Its id.
    id: Id,
    /// Its name. Text that others chose.
    name: String,
    /// What it is for. Text that others chose.
    description: String,
    /// `user` or `agent`.
    created_by_type: String,
    /// Who owns it.
    created_by: Id,
    /// When it was created.
    created_at: Time,
}

/// Vaults.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct VaultList {
    /// The vaults, oldest first.
    vaults: Vec<VaultSummary>,
}

/// A secret without its value.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct SecretSummary {
    /// Its id, for `share_secret`.
    id: Id,
    /// Its path.
    path: String,
    /// What kind of value.
    #[serde(rename = "type")]
    kind: String,
    /// Number of the newest version.
    version: u32,
    /// When it stops being readable; null for never.
    expires_at: Option<Time>,
}

/// Secrets.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct SecretList {
    /// The vault they are in.
    vault_id: Id,
    /// The secrets, by path.
    secrets: Vec<SecretSummary>,
}

/// Everything about a secret except its value.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct SecretDescription {
    /// Its id, for `share_secret`.
    id: Id,
    /// Its path.
    path: String,
    /// What kind of value.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Number of the newest version.
    version: u32,
    /// Notes of the writer. Text that others chose.
    metadata: Map<String, Value>,
    /// When this version was written.
    created_at: Time,
    /// When it stops being readable; null for never.
    expires_at: Option<Time>,
}

/// A secret.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct SecretValue {
    /// Its path.
    path: String,
    /// What kind of value.
    #[serde(rename = "type")]
    kind: String,
    /// Number of the version.
    version: u32,
    /// The value; null where values are kept out of the conversation.
    value: Option<String>,
    /// What to do without the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The question that a human has to answer first, where each reading takes a yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Question>,
}

/// Environment variables.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct EnvBundle {
    /// Path of the secret.
    path: String,
    /// Number of the version.
    version: u32,
    /// The variables; empty where values are kept out of the conversation.
    variables: BTreeMap<String, String>,
    /// What to do without the values.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// The question that a human has to answer first, where each reading takes a yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<Question>,
}

/// Who one is.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Identity {
    /// `agent` or `user`.
    principal_type: String,
    /// One's id.
    id: Id,
    /// One's name, or a person's address.
    name: String,
    /// The organisation.
    org_id: Id,
    /// The human whom a share with `creator` goes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<Id>,
    /// Patterns that limit what policies may grant.
    scopes: Vec<String>,
    /// When one stops working; null for never.
    expires_at: Option<Time>,
    /// Credentials that one may use without seeing them, by `call_with_secret`.
    bindings: Vec<Usable>,
}

/// What is said in place of a value.
struct Withheld {
    note: String,
    question: Option<Question>,
}

impl From<VaultResponse> for VaultSummary {
    fn from(vault: VaultResponse) -> Self {
        Self {
            id: vault.id.to_string(),
            name: vault.name,
            description: vault.description,
            created_by_type: vault.created_by_type.to_string(),
            created_by: vault.created_by.to_string(),
            created_at: vault.created_at.to_string(),
        }
    }
}

impl VaultSummary {
    pub(super) fn lines(&self) -> String {
        format!(
            "Vault created.\nid: {}\nname: {}\nowner: {}:{}\nIt is shared with the human who let you in.",
            self.id,
            visible(&self.name),
            self.created_by_type,
            self.created_by
        )
    }
}

impl From<&SecretMetadataResponse> for SecretSummary {
    fn from(secret: &SecretMetadataResponse) -> Self {
        Self {
            id: secret.id.to_string(),
            path: secret.path.to_string(),
            kind: secret.secret_type.to_string(),
            version: secret.version,
            expires_at: time(secret.expires_at),
        }
    }
}

fn time(time: Option<Timestamp>) -> Option<Time> {
    time.map(|time| time.to_string())
}

/// What an error means for a call about one path.
pub(in crate::mcp) fn at_path(error: Error, path: &SecretPath) -> Refusal {
    let status = error.status();
    let mut refusal = Refusal::from(error);
    match status {
        Some(404) => {
            refusal.message = format!("There is no secret at {path}.");
            refusal.hint = Some("list_secrets shows the paths that there are.".to_owned());
        }
        Some(410) => {
            refusal.message = format!("The secret at {path} has expired or its reads are used up.");
            refusal.hint = Some("Ask your human for a new version.".to_owned());
        }
        _ => {}
    }
    refusal
}

/// Reading.
impl Session {
    pub(in crate::mcp) async fn list_vaults(&self) -> Result<Outcome, Refusal> {
        let vaults = self.client.list_vaults().await?.vaults;
        let vaults: Vec<VaultSummary> = vaults.into_iter().map(Into::into).collect();
        let mut text = if vaults.is_empty() {
            "There are no vaults that you may use. Create one with create_vault, or ask your human for access.".to_owned()
        } else {
            counted(vaults.len(), "vault")
        };
        for vault in &vaults {
            let _ = write!(
                text,
                "\n- {}  (id: {}, created by: {}, {})",
                visible(&vault.name),
                vault.id,
                vault.created_by_type,
                vault.created_at
            );
        }
        Ok(Outcome::new(text, &VaultList { vaults }))
    }

    pub(in crate::mcp) async fn list_secrets(
        &self,
        params: ListParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let query = ListSecretsQuery {
            prefix: params.prefix,
            ..ListSecretsQuery::default()
        };
        let secrets = self.client.list_secrets(vault, &query).await?.secrets;
        let mut text = if secrets.is_empty() {
            "There are no secrets that you may read here.".to_owned()
        } else {
            counted(secrets.len(), "secret")
        };
        for secret in &secrets {
            let _ = write!(
                text,
                "\n- {}  (type: {}, version: {}, expires: {})",
                secret.path,
                secret.secret_type,
                secret.version,
                OrNever(secret.expires_at)
            );
        }
        let list = SecretList {
            vault_id: vault.to_string(),
            secrets: secrets.iter().map(Into::into).collect(),
        };
        Ok(Outcome::new(text, &list))
    }

    /// The list of the session's vault as the JSON array of the resource.
    pub(in crate::mcp) async fn secrets_as_resource(&self) -> Result<String, Refusal> {
        let vault = self.vault(None).await?;
        let secrets = self
            .client
            .list_secrets(vault, &ListSecretsQuery::default())
            .await?
            .secrets;
        let secrets: Vec<SecretSummary> = secrets.iter().map(Into::into).collect();
        Ok(pretty(&secrets))
    }

    /// A secret in the list of its vault: what is known of it without reading it.
    pub(super) async fn find_secret(
        &self,
        vault: VaultId,
        path: &SecretPath,
    ) -> Result<Option<SecretMetadataResponse>, Error> {
        let query = ListSecretsQuery {
            prefix: Some(path.to_string()),
            ..ListSecretsQuery::default()
        };
        let secrets = self.client.list_secrets(vault, &query).await?.secrets;
        Ok(secrets.into_iter().find(|secret| secret.path == *path))
    }

    pub(in crate::mcp) async fn describe_secret(
        &self,
        params: PathParams,
    ) -> Result<Outcome, Refusal> {
        let description = self.description(&params).await?;
        Ok(Outcome::new(pretty(&description), &description))
    }

    pub(super) async fn description(
        &self,
        params: &PathParams,
    ) -> Result<SecretDescription, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let found = self.find_secret(vault, &params.path).await;
        let secret = found.map_err(|error| at_path(error, &params.path))?;
        let secret = secret.ok_or_else(|| {
            Refusal::new(
                "not_found",
                format!("There is no secret at {} that you may read.", params.path),
            )
            .hint("list_secrets shows those that you may read; explain_access says why not others.")
        })?;
        Ok(SecretDescription {
            id: secret.id.to_string(),
            path: secret.path.to_string(),
            kind: secret.secret_type.to_string(),
            version: secret.version,
            metadata: secret.metadata.to_map().unwrap_or_default(),
            created_at: secret.created_at.to_string(),
            expires_at: time(secret.expires_at),
        })
    }

    pub(in crate::mcp) async fn get_secret(&self, params: PathParams) -> Result<Outcome, Refusal> {
        if let Some(withheld) = self.withheld(&params).await? {
            let secret = self.description(&params).await?;
            let value = SecretValue {
                path: secret.path,
                kind: secret.kind,
                version: secret.version,
                value: None,
                note: Some(withheld.note),
                approval: withheld.question,
            };
            return Ok(Outcome::new(one_line(&value), &value));
        }
        let secret = self.read(&params).await?;
        let value = SecretValue {
            path: secret.path.to_string(),
            kind: secret.secret_type.to_string(),
            version: secret.version,
            value: Some(secret.value.expose().to_owned()),
            note: None,
            approval: None,
        };
        Ok(Outcome::new(one_line(&value), &value))
    }

    pub(in crate::mcp) async fn get_env_bundle(
        &self,
        params: PathParams,
    ) -> Result<Outcome, Refusal> {
        if let Some(withheld) = self.withheld(&params).await? {
            let secret = self.description(&params).await?;
            let text = withheld.note.clone();
            let bundle = EnvBundle {
                path: secret.path,
                version: secret.version,
                variables: BTreeMap::new(),
                note: Some(withheld.note),
                approval: withheld.question,
            };
            return Ok(Outcome::new(text, &bundle));
        }
        // Before it is read: a read counts, and what is no bundle is no use here.
        let vault = self.vault(params.vault_id).await?;
        let known = self.find_secret(vault, &params.path).await;
        if let Some(secret) = known.map_err(|error| at_path(error, &params.path))? {
            require_bundle(&secret.path, secret.secret_type.as_str())?;
        }
        let secret = self.read(&params).await?;
        require_bundle(&secret.path, secret.secret_type.as_str())?;
        let variables = variables(secret.value.expose());
        for value in variables.values() {
            self.memory.remember(value);
        }
        let bundle = EnvBundle {
            path: secret.path.to_string(),
            version: secret.version,
            variables,
            note: None,
            approval: None,
        };
        Ok(Outcome::new(pretty(&bundle.variables), &bundle))
    }

    /// Why a value does not come into the conversation now.
    async fn withheld(&self, params: &PathParams) -> Result<Option<Withheld>, Refusal> {
        match self.settings.values {
            Values::Allow => Ok(None),
            Values::Never => Ok(Some(Withheld {
                note: HOW_WITHOUT_VALUE.to_owned(),
                question: None,
            })),
            Values::Ask => {
                let vault = self.vault(params.vault_id).await?;
                let question = self.permission_to_read(vault, &params.path).await?;
                Ok(question.map(|question| Withheld {
                    note: format!(
                        "A human has to allow this reading. Show them {} and call wait_for_approval with {}, then read again. {}",
                        question.approval_url, question.approval_id, HOW_WITHOUT_VALUE
                    ),
                    question: Some(question),
                }))
            }
        }
    }

    pub(super) async fn read(
        &self,
        params: &PathParams,
    ) -> Result<crate::secrets::SecretResponse, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let read = self.client.get_secret(vault, &params.path).await;
        let secret = read.map_err(|error| at_path(error, &params.path))?;
        tracing::info!("secret accessed: {}", secret.path);
        self.memory.remember(secret.value.expose());
        Ok(secret)
    }

    pub(in crate::mcp) fn inspect_content(
        &self,
        params: &InspectParams,
    ) -> Result<Outcome, Refusal> {
        if params.content.len() > MAX_TEXT {
            return Err(Refusal::arguments(format_args!(
                "`content` is longer than {MAX_TEXT} bytes"
            )));
        }
        let mut threats = scan(&params.content, self.settings.inspection.pii);
        if params.context == Direction::Input {
            threats.extend(known_values(&params.content, &self.memory));
        }
        let report = Report::of(threats);
        Ok(Outcome::new(one_line(&report), &report))
    }

    pub(in crate::mcp) async fn whoami(&self) -> Result<Outcome, Refusal> {
        let identity = match self.principal().await? {
            (PrincipalType::Agent, _) => {
                let agent = self.client.get_agent_self().await?;
                Identity {
                    principal_type: PrincipalType::Agent.to_string(),
                    id: agent.id.to_string(),
                    name: agent.name,
                    org_id: agent.org_id.to_string(),
                    created_by: Some(agent.created_by.to_string()),
                    scopes: agent.scopes,
                    expires_at: time(agent.expires_at),
                    bindings: self.usable(agent.id.into()).await?,
                }
            }
            (PrincipalType::User, _) => {
                let me = self.client.get_me().await?;
                Identity {
                    principal_type: PrincipalType::User.to_string(),
                    id: me.id.to_string(),
                    name: me.email,
                    org_id: me.org_id.to_string(),
                    created_by: None,
                    scopes: Vec::new(),
                    expires_at: None,
                    bindings: Vec::new(),
                }
            }
        };
        Ok(Outcome::new(pretty(&identity), &identity))
    }
}

pub(super) fn require_bundle(path: &SecretPath, kind: &str) -> Result<(), Refusal> {
    if ENV_TYPES.contains(&kind) {
        return Ok(());
    }
    Err(Refusal::new(
        "wrong_type",
        format!("The secret at {path} is of type {kind}, not env_bundle."),
    )
    .hint("Read it with get_secret."))
}

/// `KEY=VALUE` lines. Blank lines, comments and lines without `=` are none; nothing is trimmed inside.
pub(super) fn variables(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_split_at_the_first_sign_and_not_trimmed() {
        let read = variables("# note\n\nA=1\r\nB= x = y \nno sign\n  # indented\nA=2\n=odd");
        let expected = [("", "odd"), ("A", "2"), ("B", " x = y ")];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(read, BTreeMap::from(expected));
    }
}
