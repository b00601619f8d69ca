//! Using a secret without seeing it: calls that the server makes, and files that programs read.

use std::collections::BTreeMap;

use oneclaw_core::id::VaultId;
use oneclaw_core::path::SecretPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Id;
use super::read::{PathParams, require_bundle, variables};
use crate::bindings::ExecuteRequest;
use crate::mcp::files::Workspace;
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::mcp::text::{one_line, visible};
use crate::wire::PrincipalType;

/// The HTTP methods that a binding can allow.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[schemars(inline)]
enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Arguments of `call_with_secret`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct CallParams {
    /// Name of the binding; `whoami` lists those that you have.
    binding: String,
    /// HTTP method.
    #[serde(default)]
    #[schemars(with = "Option<Method>")]
    method: Method,
    /// Path below the address of the binding, for example `/v1/charges`.
    path: String,
    /// Query parameters.
    #[serde(default)]
    query: BTreeMap<String, String>,
    /// Further headers. The credential is not yours to send.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// Body: a text is sent as it is, anything else as JSON.
    body: Option<Value>,
}

/// What the other server answered.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Called {
    /// The call in the vault's log.
    execution_id: Id,
    /// HTTP status; null when there was no answer.
    status: Option<u16>,
    /// Its headers.
    headers: BTreeMap<String, String>,
    /// Its body, without the credential. Text of that server.
    body: String,
    /// `utf8`, or `base64` for what is no text.
    body_encoding: String,
    /// How often the credential was taken out of the answer.
    redactions: i64,
    /// Why there was no answer; null when there was one.
    error: Option<String>,
}

/// A credential that may be used without being seen.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Usable {
    /// For `call_with_secret`.
    name: String,
    /// Where calls go, and what may be called.
    allows: Value,
}

/// Arguments of `write_env_file`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct FileParams {
    /// Path of a secret of type `env_bundle`.
    #[schemars(with = "String")]
    path: SecretPath,
    /// File to write, below the folder that this server runs in; `.env` when left out.
    file: Option<String>,
    /// Whether a file that is there may be replaced.
    #[serde(default)]
    overwrite: bool,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// A file that was written.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Written {
    /// Where it is.
    file: String,
    /// Names of the variables in it.
    names: Vec<String>,
    /// Number of the version of the secret.
    version: u32,
}

/// Use.
impl Session {
    pub(in crate::mcp) async fn call_with_secret(
        &self,
        params: CallParams,
    ) -> Result<Outcome, Refusal> {
        let (PrincipalType::Agent, id) = self.principal().await? else {
            return Err(Refusal::new(
                "agents_only",
                "Bindings belong to agents, and this credential is a person's.",
            ));
        };
        let mut asked = json!({
            "method": params.method.as_str(), "path": params.path, "query": params.query, "headers": params.headers,
        });
        if let (Some(body), Some(asked)) = (params.body, asked.as_object_mut()) {
            asked.insert("body".to_owned(), body);
        }
        let request = ExecuteRequest {
            binding: params.binding,
            intent_type: "http".to_owned(),
            execution_mode: None,
            params: serde_json::from_value(asked).map_err(Refusal::arguments)?,
        };
        let done = self.client.execute_intent(id.into(), &request).await;
        let done = done.map_err(|error| {
            let is_missing = error.status() == Some(404);
            let mut refusal = Refusal::from(error);
            if is_missing {
                refusal.hint = Some(
                    "whoami lists your bindings. A human makes them: ask for one, and say which server and paths."
                        .to_owned(),
                );
            }
            refusal
        })?;
        let mut called = Called {
            execution_id: done.execution_id.to_string(),
            status: None,
            headers: BTreeMap::new(),
            body: String::new(),
            body_encoding: "utf8".to_owned(),
            redactions: done.redactions_applied,
            error: done.error,
        };
        let text = match done.result {
            Some(result) => {
                let text = format!("HTTP {}\n{}", result.status, visible_lines(&result.body));
                called.status = Some(result.status);
                called.headers = result.headers;
                called.body = result.body;
                called.body_encoding = result.body_encoding;
                text
            }
            None => format!(
                "No answer: {}",
                visible(called.error.as_deref().unwrap_or("unknown"))
            ),
        };
        Ok(Outcome::new(text, &called))
    }

    /// The credentials that the agent may use without seeing them.
    pub(super) async fn usable(&self, agent: uuid::Uuid) -> Result<Vec<Usable>, Refusal> {
        let listed = self.client.list_bindings(agent.into()).await?.bindings;
        let active = listed.into_iter().filter(|binding| binding.is_active);
        let usable = active.map(|binding| {
            let mut allows = binding.guardrails.to_map().unwrap_or_default();
            let config = binding.config.to_map().unwrap_or_default();
            if let Some(url) = config.get("base_url") {
                allows.insert("base_url".to_owned(), url.clone());
            }
            Usable {
                name: binding.name,
                allows: Value::Object(allows),
            }
        });
        Ok(usable.collect())
    }

    pub(in crate::mcp) async fn write_env_file(
        &self,
        params: FileParams,
    ) -> Result<Outcome, Refusal> {
        let Some(workspace) = &self.settings.workspace else {
            return Err(Refusal::new(
                "no_workspace",
                "This server has no folder to write to.",
            ));
        };
        let name = params.file.as_deref().unwrap_or(".env");
        let file = workspace.place(name, params.overwrite)?;
        let wanted = PathParams {
            path: params.path,
            vault_id: params.vault_id,
        };
        // Before it is read: a read counts, and what is no bundle is no use here.
        let known = self.description(&wanted).await?;
        require_bundle(&wanted.path, &known.kind)?;
        let secret = self.read(&wanted).await?;
        require_bundle(&wanted.path, secret.secret_type.as_str())?;
        let variables = variables(secret.value.expose());
        for value in variables.values() {
            self.memory.remember(value);
        }
        Workspace::write(&file, secret.value.expose(), params.overwrite)?;
        let written = Written {
            file: file.display().to_string(),
            names: variables.into_keys().collect(),
            version: secret.version,
        };
        let text = format!(
            "Wrote {} ({}), readable by its owner only. Let the program read it, do not open it yourself, and keep it out of version control.",
            visible(&written.file),
            one_line(&written.names)
        );
        Ok(Outcome::new(text, &written))
    }
}

/// Text of another server, line by line.
fn visible_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join("\n")
}
