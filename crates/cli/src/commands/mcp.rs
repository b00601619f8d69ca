//! `1claw mcp`: the vault's tools for one assistant, on stdin and stdout.
//!
//! Invariant: stdout belongs to the protocol; everything else goes to stderr.

mod doorway;
mod edit;
mod install;

use std::path::Path;
use std::sync::Arc;

use oneclaw_client::mcp::{
    self, Handler, Inspection, Lobby, Session, Settings, Toolset, Workspace,
};
use oneclaw_client::{Client, Credential};
use oneclaw_core::id::VaultId;
use oneclaw_core::secret::SecretString;

use crate::args::{Global, LogFormat, McpArgs, McpCommand};
use crate::output::{Exit, Failure, Printer};
use crate::process;
use crate::remote::{Remote, pick};
use crate::settings::variable;

use doorway::Doorway;
pub(crate) use install::InstallArgs;

const USER_AGENT: &str = concat!("1claw-mcp/", env!("CARGO_PKG_VERSION"));

/// Serves until the assistant hangs up.
pub(crate) fn run(args: McpArgs, global: &Global, printer: Printer) -> Result<(), Failure> {
    if let Some(McpCommand::Install(args)) = &args.command {
        return install::run(args, global, printer);
    }
    process::start_log(LogFormat::Text, "warn,oneclaw_client::mcp=info");
    let mut global = global.clone();
    global.api_url = global.api_url.or_else(|| variable("ONECLAW_API_URL"));
    let mut remote = Remote::anonymous(&global)?;
    remote.client = remote.client.with_user_agent(USER_AGENT)?;
    let credential = if args.local_only {
        Some(Credential::Anonymous)
    } else {
        credential(args.key_file.as_deref(), &remote)?
    };
    let settings = Arc::new(settings(args));
    process::start_runtime()?.block_on(async {
        let handler = match credential {
            Some(credential) => {
                let client = remote.client.clone().with_credential(credential)?;
                let vault = match remote.named_vault() {
                    Some(named) => Some(vault(&client, named).await?),
                    None => None,
                };
                Handler::of(Arc::new(Session::new(client, vault, settings)))
            }
            None => Handler::outside(Lobby::new(Arc::new(Doorway::new(remote)), settings)),
        };
        mcp::serve_stdio(handler).await.map_err(|error| {
            Failure::new(Exit::Failed, "the conversation broke off").because(error)
        })
    })
}

/// The vault of an id or a name.
async fn vault(client: &Client, named: &str) -> Result<VaultId, Failure> {
    if let Ok(id) = named.parse() {
        return Ok(id);
    }
    let vaults = client.list_vaults().await?.vaults;
    let vaults = vaults.into_iter().map(|vault| (vault.id, vault.name));
    pick("vault", named, vaults)
}

fn settings(args: McpArgs) -> Settings {
    Settings {
        toolsets: args.toolsets.unwrap_or_else(|| Toolset::ALL.to_vec()),
        read_only: args.read_only,
        local_only: args.local_only,
        values: args.values,
        // Where the assistant started this program.
        workspace: Workspace::new(Path::new(".")).ok(),
        inspection: Inspection {
            enabled: args.security_enabled,
            sanitization: args.sanitization_mode,
            redact: args.redact_secrets,
            pii: args.pii_detection,
            exfiltration: args.exfil_protection,
        },
    }
}

/// The agent's key or token, or the agent that was enrolled on this machine. A key is better than a token:
/// its tokens are renewed. A person's sign-in is never used: an assistant is an agent.
fn credential(key_file: Option<&Path>, remote: &Remote) -> Result<Option<Credential>, Failure> {
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
        return Ok(Some(Credential::AgentKey { agent_id, api_key }));
    }
    if let Some(token) = crate::settings::credential("ONECLAW_AGENT_TOKEN")? {
        return Ok(Some(Credential::Bearer(token)));
    }
    remote.saved_agent()
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
