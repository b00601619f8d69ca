//! `1claw policy`.

use clap::{Args, Subcommand};
use oneclaw_client::policies::{CreatePolicyRequest, ExplainPolicyRequest};
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::id::PolicyId;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, Effect, PermissionSet};
use serde_json::json;
use uuid::Uuid;

use super::client::duration;
use crate::input;
use crate::output::{BAD, Column, Exit, Failure, GOOD, Printer, harmless};
use crate::remote::Remote;
use oneclaw_core::clock::{Clock as _, SystemClock};

const COLUMNS: [Column; 7] = [
    ("ID", "id"),
    ("PATHS", "secret_path_pattern"),
    ("WHO", "principal_type"),
    ("WHO ID", "principal_id"),
    ("EFFECT", "effect"),
    ("MAY", "permissions"),
    ("EXPIRES", "expires_at"),
];

#[derive(Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the policies of the vault
    #[command(alias = "ls")]
    List,
    /// Allow or deny somebody something
    Create(CreateArgs),
    /// Delete a policy
    #[command(alias = "rm")]
    Delete { id: PolicyId },
    /// Say whether somebody may do something, and which policies say so
    #[command(visible_alias = "test")]
    Explain(ExplainArgs),
}

/// Whom a policy is about.
#[derive(Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Who {
    /// An agent, by name or id
    #[arg(long, conflicts_with_all = ["principal_type", "principal_id"])]
    agent: Option<String>,
    /// `agent` or `user`
    #[arg(long, requires = "principal_id", value_parser = principal_type)]
    principal_type: Option<PrincipalType>,
    #[arg(long, requires = "principal_type")]
    principal_id: Option<Uuid>,
}

#[derive(Args)]
pub(crate) struct CreateArgs {
    #[command(flatten)]
    who: Who,
    /// The paths it is about; `*` is one segment, `**` any number
    #[arg(long, value_name = "PATTERN")]
    path: PathPattern,
    /// Any of read, write, delete, rotate, use
    #[arg(long, value_delimiter = ',', required = true)]
    permissions: Vec<String>,
    /// Forbid instead of allowing
    #[arg(long)]
    deny: bool,
    /// End it after this time, such as 24h
    #[arg(long, value_parser = duration, value_name = "TIME")]
    expires_in: Option<std::time::Duration>,
}

#[derive(Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    who: Who,
    path: SecretPath,
    /// What they would do
    #[arg(long, default_value = "read")]
    action: Action,
}

fn principal_type(text: &str) -> Result<PrincipalType, String> {
    let known = PrincipalType::ALL.iter().find(|kind| kind.as_str() == text);
    known
        .copied()
        .ok_or_else(|| "expected agent or user".to_owned())
}

async fn principal(who: Who, remote: &Remote) -> Result<(PrincipalType, Uuid), Failure> {
    match (who.agent, who.principal_type, who.principal_id) {
        (Some(agent), ..) => Ok((
            PrincipalType::Agent,
            remote.agent_named(&agent).await?.as_uuid(),
        )),
        (None, Some(kind), Some(id)) => Ok((kind, id)),
        _ => Err(Failure::new(Exit::Usage, "whom is it about?")
            .next("--agent NAME, or --principal-type with --principal-id")),
    }
}

pub(crate) async fn run(
    command: PolicyCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let vault = remote.vault().await?;
    let client = &remote.client;
    match command {
        PolicyCommand::List => {
            printer.list(&client.list_policies(vault).await?, "policies", &COLUMNS)
        }
        PolicyCommand::Create(args) => {
            let permissions = PermissionSet::parse(&args.permissions)
                .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
            let (principal_type, principal_id) = principal(args.who, remote).await?;
            let request = CreatePolicyRequest {
                secret_path_pattern: args.path,
                principal_type,
                principal_id,
                permissions,
                conditions: None,
                expires_at: args.expires_in.map(|time| SystemClock.now().plus(time)),
                effect: args.deny.then_some(Effect::Deny),
                priority: None,
                attribute_conditions: None,
            };
            printer.one(&client.create_policy(vault, &request).await?, &COLUMNS)
        }
        PolicyCommand::Delete { id } => {
            input::confirm(&format!("delete the policy {id}?"), printer)?;
            client.delete_policy(vault, id).await?;
            printer.done(
                format_args!("deleted the policy {id}"),
                &json!({ "deleted": id }),
            )
        }
        PolicyCommand::Explain(args) => {
            let (principal_type, principal_id) = principal(args.who, remote).await?;
            let request = ExplainPolicyRequest {
                principal_type,
                principal_id,
                action: args.action,
                path: args.path,
                ip: None,
                environment: None,
                at: None,
            };
            let answer = client.explain_policy(vault, &request).await?;
            if printer.json {
                return printer.json(&answer);
            }
            let (style, word) = if answer.allowed {
                (GOOD, "allowed")
            } else {
                (BAD, "denied")
            };
            printer.data(format_args!(
                "{style}{word}:{style:#} {}",
                harmless(&answer.sentence)
            ))?;
            for rule in &answer.rules {
                let mark = if rule.decided { ">" } else { " " };
                printer.data(format_args!(
                    " {mark} {} {}  {}",
                    rule.effect.as_str(),
                    harmless(rule.secret_path_pattern.as_str()),
                    harmless(&rule.why)
                ))?;
            }
            Ok(())
        }
    }
}
