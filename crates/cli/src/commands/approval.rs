//! `1claw approval`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use oneclaw_client::approvals::{
    AccessTemplate, AnswerApprovalRequest, ApprovalResponse, CreateApprovalRequest,
    GetApprovalQuery, GrantChoice, ListApprovalsQuery,
};
use oneclaw_client::wire::SecretText;
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::ApprovalId;
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode};
use oneclaw_core::path::PathPattern;
use oneclaw_core::policy::{Permission, PermissionSet};
use serde_json::json;

use super::account;
use super::client::duration;
use crate::input;
use crate::output::{Column, Exit, Failure, Printer, harmless};
use crate::remote::Remote;
use crate::waiting;

const COLUMNS: [Column; 6] = [
    ("ID", "id"),
    ("STATUS", "status"),
    ("PATHS", "secret_path"),
    ("MAY", "permissions"),
    ("REASON", "reason"),
    ("ASKED", "created_at"),
];
const DETAILS: [Column; 10] = [
    ("ID", "id"),
    ("STATUS", "status"),
    ("AGENT", "agent_id"),
    ("VAULT", "vault_id"),
    ("PATHS", "secret_path"),
    ("MAY", "permissions"),
    ("REASON", "reason"),
    ("DECISION", "decision_reason"),
    ("REVIEW", "review_url"),
    ("EXPIRES", "expires_at"),
];
/// How long one question to the server may take; shorter than the client waits for an answer.
const ONE_QUESTION: u64 = 20;
/// A question for a value, as the API calls it.
const PROVIDE_SECRET: &str = "secret.provide";

#[derive(Subcommand)]
pub(crate) enum ApprovalCommand {
    /// List requests
    #[command(alias = "ls")]
    List {
        /// Only those with this status
        #[arg(long)]
        status: Option<String>,
    },
    /// Show a request
    Get { id: ApprovalId },
    /// Grant a request
    Approve {
        id: ApprovalId,
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        terms: Terms,
        /// Read the password, which confirms risky ones, from a file; `-` is stdin
        #[arg(long, value_name = "FILE")]
        confirm_file: Option<PathBuf>,
    },
    /// Refuse a request
    Deny {
        id: ApprovalId,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Grant or refuse a request
    Decide {
        id: ApprovalId,
        decision: Decision,
        #[arg(long)]
        reason: Option<String>,
        /// Read the password, which confirms risky ones, from a file; `-` is stdin
        #[arg(long, value_name = "FILE")]
        confirm_file: Option<PathBuf>,
    },
    /// Ask for access, as an agent
    Request(RequestArgs),
    /// Wait for the decision on a request
    Wait {
        id: ApprovalId,
        /// How long
        #[arg(long, value_parser = duration, default_value = "15m", value_name = "TIME")]
        timeout: Duration,
    },
    /// Go through the requests that wait, one by one
    Review,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decision {
    Approve,
    Reject,
}

/// How far a yes goes; as was asked when nothing is said.
#[derive(Args)]
pub(crate) struct Terms {
    /// For one read, write or use
    #[arg(long, conflicts_with_all = ["time", "always"])]
    once: bool,
    /// For this long
    #[arg(long = "for", value_parser = duration, value_name = "TIME", conflicts_with = "always")]
    time: Option<Duration>,
    /// For good
    #[arg(long)]
    always: bool,
    /// The value may be used for the agent, and not be shown to it
    #[arg(long)]
    use_only: bool,
}

impl Terms {
    fn choice(&self) -> Option<GrantChoice> {
        let mode = match (self.time, self.always) {
            (Some(_), _) => GrantMode::Duration,
            (None, true) => GrantMode::Always,
            (None, false) if self.once || self.use_only => GrantMode::Once,
            (None, false) => return None,
        };
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        Some(GrantChoice {
            mode,
            seconds: self.time.map(seconds),
            permissions: self
                .use_only
                .then(|| PermissionSet::from_iter([Permission::Use])),
        })
    }
}

#[derive(Args)]
pub(crate) struct RequestArgs {
    /// The path, or a pattern
    path: PathPattern,
    /// What for: read, write, delete, rotate or use
    #[arg(long, default_value = "read")]
    action: String,
    /// Why, for the human who decides
    #[arg(long)]
    reason: Option<String>,
    /// How long it is needed; once when left out
    #[arg(long = "for", value_parser = duration, value_name = "TIME")]
    time: Option<Duration>,
    /// Wait for the decision
    #[arg(long, value_parser = duration, num_args = 0..=1, require_equals = true, default_missing_value = "15m", value_name = "TIME")]
    wait: Option<Duration>,
}

fn decided(request: &ApprovalResponse, printer: Printer) -> Result<(), Failure> {
    match request.status {
        ApprovalStatus::Approved => printer.done(format_args!("approved: {}", request.id), request),
        ApprovalStatus::Pending => Err(Failure::new(
            Exit::TimedOut,
            format!("request {} is not decided yet", request.id),
        )
        .next(format!("1claw approval wait {}", request.id))),
        // Nobody said no.
        ApprovalStatus::Expired => Err(Failure::new(
            Exit::TimedOut,
            format!("nobody has answered request {} in time", request.id),
        )
        .next("ask again: 1claw approval request")),
        other => {
            let failure = Failure::new(
                Exit::Declined,
                format!("request {} is {}", request.id, other.as_str()),
            );
            Err(match &request.decision_reason {
                Some(reason) => failure.because(reason),
                None => failure,
            })
        }
    }
}

async fn wait(
    id: ApprovalId,
    patience: Duration,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let end = SystemClock.now().plus(patience);
    let sentence = format!("waiting for a decision on {id}; Ctrl-C leaves the request open");
    let event = json!({ "event": "waiting", "approval_request_id": id });
    let question = async {
        loop {
            let left = end.since(SystemClock.now()).as_secs().min(ONE_QUESTION);
            // The server holds the question until there is an answer, so this does not spin.
            let query = GetApprovalQuery {
                wait: Some(left.max(1)),
            };
            let request = remote.client.get_approval(id, &query).await?;
            if request.status != ApprovalStatus::Pending || end <= SystemClock.now() {
                return Ok(request);
            }
        }
    };
    let request = waiting::during(&sentence, &event, printer, question).await?;
    decided(&request, printer)
}

async fn answer(
    id: ApprovalId,
    decision: Decision,
    reason: Option<String>,
    grant: Option<GrantChoice>,
    confirm_file: Option<&Path>,
    remote: &Remote,
    printer: Printer,
) -> Result<ApprovalResponse, Failure> {
    let client = &remote.client;
    let value = match decision {
        Decision::Approve => asked_value(id, remote, printer).await?,
        Decision::Reject => None,
    };
    let request = AnswerApprovalRequest {
        reason,
        grant,
        value,
    };
    if decision == Decision::Reject {
        return Ok(client.deny_approval(id, &request).await?);
    }
    if confirm_file.is_some() {
        let confirmation = account::confirmation(confirm_file, printer)?;
        return Ok(client
            .approve_approval(id, &request, Some(&confirmation))
            .await?);
    }
    match client.approve_approval(id, &request, None).await {
        // What gives much away asks for the password as well.
        Err(error) if error.status() == Some(403) && input::is_interactive(printer) => {
            printer.say(harmless(&error.to_string()));
            let confirmation = account::confirmation(None, printer)?;
            Ok(client
                .approve_approval(id, &request, Some(&confirmation))
                .await?)
        }
        Err(error) if error.status() == Some(403) => Err(Failure::from(error).next(
            "if it is the confirmation that is missing: --confirm-file FILE, or - for stdin",
        )),
        other => Ok(other?),
    }
}

/// The value, when that is what an agent asks for: typed here, or piped in.
async fn asked_value(
    id: ApprovalId,
    remote: &Remote,
    printer: Printer,
) -> Result<Option<SecretText>, Failure> {
    let at_once = GetApprovalQuery::default();
    let asked = remote.client.get_approval(id, &at_once).await?;
    if asked.action != PROVIDE_SECRET || asked.status != ApprovalStatus::Pending {
        return Ok(None);
    }
    let prompt = format!("Value for {}", harmless(&asked.secret_path));
    let value = input::secret(None, false, &prompt, printer)?;
    Ok(Some(value.into()))
}

async fn review(remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let query = ListApprovalsQuery {
        status: Some(ApprovalStatus::Pending.as_str().to_owned()),
        ..ListApprovalsQuery::default()
    };
    let waiting = remote.client.list_approvals(&query).await?.approvals;
    if waiting.is_empty() {
        printer.say("nothing waits for a decision");
        return Ok(());
    }
    for request in waiting {
        let reason = request.reason.as_deref().unwrap_or("no reason given");
        printer.note(format_args!(
            "agent {} asks to {} {}\n  {}",
            request.agent_id,
            harmless(&request.permissions.join(", ")),
            harmless(&request.secret_path),
            harmless(reason)
        ));
        let decision = match input::line("approve, deny or skip? [a/d/S]", printer)?.as_str() {
            "a" | "approve" => Decision::Approve,
            "d" | "deny" => Decision::Reject,
            _ => continue,
        };
        let decided = answer(request.id, decision, None, None, None, remote, printer).await?;
        printer.say(format_args!("{}: {}", decided.status.as_str(), request.id));
    }
    Ok(())
}

pub(crate) async fn run(
    command: ApprovalCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let client = &remote.client;
    match command {
        ApprovalCommand::List { status } => {
            let query = ListApprovalsQuery {
                status,
                ..ListApprovalsQuery::default()
            };
            printer.list(&client.list_approvals(&query).await?, "approvals", &COLUMNS)
        }
        ApprovalCommand::Get { id } => printer.one(
            &client
                .get_approval(id, &GetApprovalQuery::default())
                .await?,
            &DETAILS,
        ),
        ApprovalCommand::Approve {
            id,
            reason,
            terms,
            confirm_file,
        } => {
            let file = confirm_file.as_deref();
            let grant = terms.choice();
            let decided =
                answer(id, Decision::Approve, reason, grant, file, remote, printer).await?;
            printer.done(format_args!("approved {id}"), &decided)
        }
        ApprovalCommand::Deny { id, reason } => {
            let decided = answer(id, Decision::Reject, reason, None, None, remote, printer).await?;
            printer.done(format_args!("denied {id}"), &decided)
        }
        ApprovalCommand::Decide {
            id,
            decision,
            reason,
            confirm_file,
        } => {
            let file = confirm_file.as_deref();
            let decided = answer(id, decision, reason, None, file, remote, printer).await?;
            printer.done(format_args!("{} {id}", decided.status.as_str()), &decided)
        }
        ApprovalCommand::Request(args) => {
            let vault = remote.vault().await?;
            let template = AccessTemplate::new(vault, args.path.as_str(), &args.action);
            let summary = serde_json::to_value(&template.summary).map_err(|error| {
                Failure::new(Exit::Failed, "the request cannot be written").because(error)
            })?;
            let request = CreateApprovalRequest {
                action: template.action,
                target_type: template.target_type,
                target_id: template.target_id,
                summary,
                reason: args.reason,
                risk_tier: None,
                duration_seconds: args
                    .time
                    .map(|time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX)),
            };
            let asked = client.request_approval(&request).await?;
            match args.wait {
                Some(patience) => wait(asked.id, patience, remote, printer).await,
                None => printer.one(&asked, &DETAILS),
            }
        }
        ApprovalCommand::Wait { id, timeout } => wait(id, timeout, remote, printer).await,
        ApprovalCommand::Review => review(remote, printer).await,
    }
}
