//! `1claw policy`.

use clap::{Args, Subcommand};
use oneclaw_client::Client;
use oneclaw_client::policies::{
    CreatePolicyRequest, ExplainPolicyRequest, ExplainPolicyResponse, PolicyResponse,
    UpdatePolicyRequest,
};
use oneclaw_client::wire::{Patch, PrincipalType};
use oneclaw_core::id::{PolicyId, VaultId};
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
    /// Show a policy
    Get { id: PolicyId },
    /// Change a policy; its paths and whom it is about stay
    Update(UpdateArgs),
    /// Say whether somebody may do something, and which policies say so; without somebody, who of all may
    Explain(ExplainArgs),
    /// For scripts: end with 0 if somebody may do something, and with 6 if not
    Test(TestArgs),
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
pub(crate) struct UpdateArgs {
    id: PolicyId,
    /// Any of read, write, delete, rotate, use
    #[arg(long, value_delimiter = ',')]
    permissions: Option<Vec<String>>,
    /// `allow` or `deny`
    #[arg(long, value_parser = effect)]
    effect: Option<Effect>,
    /// The highest matching priority decides
    #[arg(long)]
    priority: Option<i32>,
    /// End it after this time, such as 24h
    #[arg(long, value_parser = duration, value_name = "TIME", conflicts_with = "no_expiry")]
    expires_in: Option<std::time::Duration>,
    /// Let it hold until it is deleted
    #[arg(long)]
    no_expiry: bool,
}

#[derive(Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    who: Who,
    path: SecretPath,
    /// What they would do
    #[arg(long, default_value = "read")]
    action: Action,
}

#[derive(Args)]
pub(crate) struct ExplainArgs {
    /// An agent, by name or id
    #[arg(long, conflicts_with_all = ["principal_type", "principal_id"])]
    agent: Option<String>,
    /// `agent` or `user`
    #[arg(long, requires = "principal_id", value_parser = principal_type)]
    principal_type: Option<PrincipalType>,
    #[arg(long, requires = "principal_type")]
    principal_id: Option<Uuid>,
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

fn effect(text: &str) -> Result<Effect, String> {
    match text {
        "allow" => Ok(Effect::Allow),
        "deny" => Ok(Effect::Deny),
        _ => Err("expected allow or deny".to_owned()),
    }
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
        PolicyCommand::Get { id } => printer.one(&find(id, vault, client).await?, &COLUMNS),
        PolicyCommand::Update(args) => {
            let permissions = args.permissions.as_deref().map(PermissionSet::parse);
            let ends = args.expires_in.map(|time| SystemClock.now().plus(time));
            let request = UpdatePolicyRequest {
                permissions: permissions
                    .transpose()
                    .map_err(|error| Failure::new(Exit::Usage, error.to_string()))?,
                expires_at: match ends {
                    Some(end) => Patch::Set(end),
                    None if args.no_expiry => Patch::Clear,
                    None => Patch::Absent,
                },
                effect: args.effect,
                priority: args.priority,
                ..UpdatePolicyRequest::default()
            };
            if request == UpdatePolicyRequest::default() {
                return Err(Failure::new(Exit::Usage, "nothing to change is named")
                    .next("--permissions, --effect, --priority, --expires-in or --no-expiry"));
            }
            let changed = client.update_policy(vault, args.id, &request).await?;
            printer.one(&changed, &COLUMNS)
        }
        PolicyCommand::Test(args) => {
            let who = principal(args.who, remote).await?;
            let answer = ask(who, args.action, args.path, vault, client).await?;
            if answer.allowed {
                return printer.done("allowed", &answer);
            }
            Err(Failure::new(Exit::Forbidden, "denied").because(&answer.sentence))
        }
        PolicyCommand::Explain(args) => {
            let who = Who {
                agent: args.agent,
                principal_type: args.principal_type,
                principal_id: args.principal_id,
            };
            if who.agent.is_none() && who.principal_id.is_none() {
                return everybody(args.action, &args.path, vault, remote, printer).await;
            }
            let who = principal(who, remote).await?;
            let answer = ask(who, args.action, args.path, vault, client).await?;
            explained(&answer, printer)
        }
    }
}

async fn find(id: PolicyId, vault: VaultId, client: &Client) -> Result<PolicyResponse, Failure> {
    let policies = client.list_policies(vault).await?.policies;
    let found = policies.into_iter().find(|policy| policy.id == id);
    found.ok_or_else(|| {
        let what = format!("there is no policy {id} in this vault");
        Failure::new(Exit::NotFound, what).next("1claw policy list")
    })
}

async fn ask(
    (principal_type, principal_id): (PrincipalType, Uuid),
    action: Action,
    path: SecretPath,
    vault: VaultId,
    client: &Client,
) -> Result<ExplainPolicyResponse, Failure> {
    let request = ExplainPolicyRequest {
        principal_type,
        principal_id,
        action,
        path,
        ip: None,
        environment: None,
        at: None,
    };
    Ok(client.explain_policy(vault, &request).await?)
}

/// Who of the organisation's people and agents may.
async fn everybody(
    action: Action,
    path: &SecretPath,
    vault: VaultId,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    let agents = client.list_agents().await?.agents.into_iter();
    let agents = agents.map(|agent| (PrincipalType::Agent, agent.id.as_uuid(), agent.name));
    let people = client.list_org_members().await?.members.into_iter();
    let people = people.map(|member| (PrincipalType::User, member.id.as_uuid(), member.email));
    let mut found = Vec::new();
    for (kind, id, name) in people.chain(agents) {
        let answer = ask((kind, id), action, path.clone(), vault, client).await?;
        found.push(json!({
            "name": name, "type": kind, "id": id, "allowed": answer.allowed, "why": answer.sentence,
        }));
    }
    printer.list(
        &json!({ "path": path, "action": action, "principals": found }),
        "principals",
        &[
            ("NAME", "name"),
            ("TYPE", "type"),
            ("MAY", "allowed"),
            ("WHY", "why"),
        ],
    )
}

fn explained(answer: &ExplainPolicyResponse, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(answer);
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
