//! `1claw agent`.

use clap::{Args, Subcommand};
use oneclaw_client::agents::{CreateAgentRequest, UpdateAgentRequest};
use oneclaw_client::auth::AgentTokenRequest;
use oneclaw_client::exposure::AgentExposureResponse;
use oneclaw_client::wire::Patch;
use oneclaw_core::id::VaultId;
use serde_json::json;
use std::num::NonZeroU32;

use crate::commands::enroll;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer};
use crate::remote::Remote;
use crate::settings;

const COLUMNS: [Column; 5] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("ACTIVE", "is_active"),
    ("LAST SEEN", "last_active_at"),
    ("CREATED", "created_at"),
];
const DETAILS: [Column; 8] = [
    ("NAME", "name"),
    ("ID", "id"),
    ("ACTIVE", "is_active"),
    ("DESCRIPTION", "description"),
    ("SCOPES", "scopes"),
    ("VAULTS", "vault_ids"),
    ("LAST SEEN", "last_active_at"),
    ("CREATED", "created_at"),
];

const EXPOSURE: [Column; 6] = [
    ("STATUS", "status"),
    ("KIND", "kind"),
    ("VAULT", "vault_name"),
    ("PATH", "path"),
    ("KNOWS VERSION", "newest_seen_version"),
    ("REPLACED", "replaced_at"),
];

#[derive(Subcommand)]
pub(crate) enum AgentCommand {
    /// List the agents of the organisation
    #[command(alias = "ls")]
    List,
    /// Ask a human to let an agent in; needs no credential
    Enroll(enroll::EnrollArgs),
    /// Make an agent and print its key, this once
    Create(CreateArgs),
    /// Show an agent
    Get { agent: String },
    /// Change an agent
    Update(UpdateArgs),
    /// Stop an agent; its tokens fail from the next request on
    Pause { agent: String },
    /// Let a stopped agent work again
    Resume { agent: String },
    /// Delete an agent; its key and tokens are worth nothing from then on
    #[command(visible_alias = "revoke", alias = "rm")]
    Delete { agent: String },
    /// Replace the key of an agent and print the new one, this once
    #[command(visible_alias = "roll-key")]
    RotateKey { agent: String },
    /// List what an agent got to see, and what is to be replaced because of it
    #[command(alias = "seen")]
    Exposure {
        /// Name of the agent, or its id; the id finds agents that were deleted
        agent: String,
    },
    /// Print an access token for the key in `ONECLAW_AGENT_API_KEY`
    Token {
        /// Id of the agent; the key alone suffices
        agent: Option<oneclaw_core::id::AgentId>,
    },
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    name: String,
    #[arg(long)]
    description: Option<String>,
    /// Patterns of paths that it may never go beyond
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// Life of its access tokens, in seconds
    #[arg(long, value_name = "SECONDS")]
    token_ttl: Option<i32>,
    /// The only vaults it may ever use
    #[arg(long, value_delimiter = ',')]
    vault_ids: Option<Vec<VaultId>>,
}

#[derive(Args)]
pub(crate) struct UpdateArgs {
    agent: String,
    #[arg(long)]
    name: Option<String>,
    #[arg(long, value_name = "SECONDS")]
    token_ttl: Option<i32>,
    #[arg(long, value_delimiter = ',')]
    vault_ids: Option<Vec<VaultId>>,
    #[arg(long, value_name = "BOOL")]
    active: Option<bool>,
    #[arg(long)]
    description: Option<String>,
    /// Patterns of paths that it may never go beyond
    #[arg(long, value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// Whether it may make calls with bindings
    #[arg(long, value_name = "BOOL")]
    execution_intents: Option<bool>,
    /// Whether it may get tokens for other services
    #[arg(long, value_name = "BOOL")]
    federation: Option<bool>,
    /// Those services
    #[arg(long, value_delimiter = ',', value_name = "URIS")]
    audiences: Option<Vec<String>>,
}

/// A line for each thing that the agent got to see, and a sentence that says what to do.
fn exposure(seen: &AgentExposureResponse, printer: Printer) -> Result<(), Failure> {
    printer.list(seen, "items", &EXPOSURE)?;
    if let Some(open) = NonZeroU32::new(seen.open) {
        let things = if open.get() == 1 { "value" } else { "values" };
        printer.say(format_args!(
            "{open} {things} that {:?} knows are still in use: write new versions, and end the old ones where they work",
            seen.agent_name
        ));
    }
    let shared = seen.shares.len();
    if shared > 0 {
        printer.say(format_args!(
            "it shared secrets {shared} times; --json says with whom"
        ));
    }
    Ok(())
}

fn set<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Absent, Patch::Set)
}

async fn activate(
    agent: &str,
    active: bool,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let id = remote.agent_named(agent).await?;
    let change = UpdateAgentRequest {
        is_active: Some(active),
        ..UpdateAgentRequest::default()
    };
    let changed = remote.client.update_agent(id, &change).await?;
    let what = if active {
        "may work again"
    } else {
        "is stopped"
    };
    printer.done(
        format_args!("the agent {:?} {what}", changed.name),
        &changed,
    )
}

pub(crate) async fn run(
    command: AgentCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        AgentCommand::List => printer.list(&client.list_agents().await?, "agents", &COLUMNS),
        AgentCommand::Enroll(args) => enroll::run(args, remote, printer).await,
        AgentCommand::Create(args) => {
            let request = CreateAgentRequest {
                name: args.name,
                description: args.description,
                scopes: args.scopes,
                token_ttl_seconds: args.token_ttl,
                vault_ids: args.vault_ids,
                ..CreateAgentRequest::default()
            };
            let made = client.create_agent(&request).await?;
            if printer.json {
                return printer.json(&made);
            }
            if let Some(key) = &made.api_key {
                printer.data(key.expose())?;
            }
            printer.say(format_args!(
                "made the agent {:?} ({}); the key above is not shown again",
                made.agent.name, made.agent.id
            ));
            Ok(())
        }
        AgentCommand::Get { agent } => {
            let id = remote.agent_named(&agent).await?;
            printer.one(&client.get_agent(id).await?, &DETAILS)
        }
        AgentCommand::Update(args) => {
            let id = remote.agent_named(&args.agent).await?;
            let change = UpdateAgentRequest {
                name: args.name,
                token_ttl_seconds: set(args.token_ttl),
                vault_ids: set(args.vault_ids),
                is_active: args.active,
                description: set(args.description),
                scopes: set(args.scopes),
                execution_intents_enabled: args.execution_intents,
                federation_enabled: args.federation,
                federation_audiences: set(args.audiences),
                ..UpdateAgentRequest::default()
            };
            printer.one(&client.update_agent(id, &change).await?, &DETAILS)
        }
        AgentCommand::Pause { agent } => activate(&agent, false, remote, printer).await,
        AgentCommand::Resume { agent } => activate(&agent, true, remote, printer).await,
        AgentCommand::Delete { agent } => {
            let id = remote.agent_named(&agent).await?;
            input::confirm(&format!("delete the agent {agent:?}?"), printer)?;
            client.delete_agent(id).await?;
            printer.done(
                format_args!("deleted the agent {agent:?}"),
                &json!({ "deleted": id }),
            )
        }
        AgentCommand::RotateKey { agent } => {
            let id = remote.agent_named(&agent).await?;
            input::confirm(
                &format!("replace the key of {agent:?}? the old one stops working at once"),
                printer,
            )?;
            let rotated = client.rotate_agent_key(id).await?;
            if printer.json {
                return printer.json(&rotated);
            }
            printer.data(rotated.api_key.expose())?;
            printer.say("the old key is dead; the key above is not shown again");
            Ok(())
        }
        AgentCommand::Exposure { agent } => {
            let id = remote.agent_named(&agent).await?;
            exposure(&client.agent_exposure(id).await?, printer)
        }
        AgentCommand::Token { agent } => {
            let key = settings::credential("ONECLAW_AGENT_API_KEY")?.ok_or_else(|| {
                Failure::new(Exit::SignIn, "no key of an agent is known")
                    .next("set ONECLAW_AGENT_API_KEY, or ONECLAW_AGENT_API_KEY_FILE")
            })?;
            let request = AgentTokenRequest {
                agent_id: agent,
                api_key: Some(key.into()),
                client_assertion_type: None,
                client_assertion: None,
                dpop_jwk: None,
            };
            let token = client.agent_token(&request).await?;
            if printer.json {
                return printer.json(&token);
            }
            printer.data(token.access_token.expose())?;
            printer.say(format_args!("good for {} s", token.expires_in));
            Ok(())
        }
    }
}
