//! `1claw mcp`: the vault's tools for one assistant, on stdin and stdout.
//!
//! Invariant: stdout belongs to the protocol; everything else goes to stderr.

mod edit;
mod install;

use std::path::Path;
use std::sync::Arc;

use oneclaw_client::mcp::{self, Handler, Inspection, Session, Settings, Toolset};
use oneclaw_client::{Client, Credential};
use oneclaw_core::id::VaultId;
use oneclaw_core::secret::SecretString;

use crate::args::{Global, LogFormat, McpArgs, McpCommand};
use crate::output::{Exit, Failure, Printer};
use crate::process;
use crate::settings::{DEFAULT_URL, variable};

pub(crate) use install::InstallArgs;

const USER_AGENT: &str = concat!("1claw-mcp/", env!("CARGO_PKG_VERSION"));

/// Serves until the assistant hangs up.
pub(crate) fn run(args: McpArgs, global: &Global, printer: Printer) -> Result<(), Failure> {
    if let Some(McpCommand::Install(args)) = &args.command {
        return install::run(args, global, printer);
    }
    process::start_log(LogFormat::Text, "warn,oneclaw_client::mcp=info");
    let url = global
        .api_url
        .clone()
        .or_else(|| variable("ONECLAW_API_URL"));
    let url = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
    let credential = if args.local_only {
        Credential::Anonymous
    } else {
        credential(args.key_file.as_deref())?
    };
    let settings = Arc::new(settings(args));
    process::start_runtime()?.block_on(async {
        let client = Client::new(&url)
            .and_then(|client| client.with_user_agent(USER_AGENT))
            .and_then(|client| client.with_credential(credential))
            .map_err(|error| {
                Failure::new(Exit::Usage, "the vault cannot be used").because(error)
            })?;
        let vault = match &global.vault {
            Some(named) => Some(vault(&client, named).await?),
            None => None,
        };
        let session = Arc::new(Session::new(client, vault, settings));
        mcp::serve_stdio(Handler::of(session))
            .await
            .map_err(|error| {
                Failure::new(Exit::Failed, "the conversation broke off").because(error)
            })
    })
}

/// The vault of an id or a name.
async fn vault(client: &Client, named: &str) -> Result<VaultId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let vaults = client.list_vaults().await.map_err(|error| {
        Failure::new(Exit::Unavailable, "the vaults cannot be listed").because(error)
    })?;
    let found = vaults.vaults.into_iter().find(|vault| vault.name == named);
    found
        .map(|vault| vault.id)
        .ok_or_else(|| Failure::new(Exit::NotFound, "there is no vault of this name"))
}

fn settings(args: McpArgs) -> Settings {
    Settings {
        toolsets: args.toolsets.unwrap_or_else(|| Toolset::ALL.to_vec()),
        read_only: args.read_only,
        local_only: args.local_only,
        values: args.values,
        inspection: Inspection {
            enabled: args.security_enabled,
            sanitization: args.sanitization_mode,
            redact: args.redact_secrets,
            pii: args.pii_detection,
            exfiltration: args.exfil_protection,
        },
    }
}

/// The agent's key or token. A key is better: its tokens are renewed.
fn credential(key_file: Option<&Path>) -> Result<Credential, Failure> {
    let agent_id = variable("ONECLAW_AGENT_ID")
        .map(|id| id.parse())
        .transpose();
    let agent_id =
        agent_id.map_err(|_| Failure::new(Exit::Usage, "ONECLAW_AGENT_ID is not an id"))?;
    let key = match key_file {
        Some(file) => Some(read_key(file)?),
        None => match crate::settings::credential("ONECLAW_AGENT_API_KEY")? {
            Some(key) => Some(key),
            None => crate::settings::credential("ONECLAW_API_KEY")?,
        },
    };
    if let Some(api_key) = key {
        return Ok(Credential::AgentKey { agent_id, api_key });
    }
    match crate::settings::credential("ONECLAW_AGENT_TOKEN")? {
        Some(token) => Ok(Credential::Bearer(token)),
        None => Err(Failure::new(Exit::Failed, "there are no credentials").next(
            "set ONECLAW_AGENT_API_KEY (or ONECLAW_AGENT_API_KEY_FILE), or ONECLAW_AGENT_TOKEN",
        )),
    }
}

fn read_key(file: &Path) -> Result<SecretString, Failure> {
    let failed = |why: String| {
        Failure::new(
            Exit::Usage,
            format!("the key in {} cannot be used", file.display()),
        )
        .because(why)
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let key = text.trim();
    if key.is_empty() {
        return Err(failed("the file is empty".to_owned()));
    }
    Ok(key.to_owned().into())
}
