//! `1claw audit list`, `tail` and `export`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use oneclaw_client::audit::{AuditEvent, AuditEventsQuery};
use oneclaw_core::clock::Timestamp;

use crate::output::{Column, Exit, Failure, Printer};
use crate::remote::Remote;
use crate::settings;

const COLUMNS: [Column; 6] = [
    ("SEQ", "seq"),
    ("TIME", "created_at"),
    ("ACTION", "action"),
    ("WHO", "actor_type"),
    ("WHO ID", "actor_id"),
    ("WHAT", "resource_id"),
];
/// How often a followed log is asked for news.
const POLL: Duration = Duration::from_secs(2);

#[derive(Subcommand)]
pub(crate) enum LogCommand {
    /// List entries, newest first
    #[command(alias = "ls")]
    List(Filter),
    /// Print entries as they come, until Ctrl-C
    Tail(Filter),
    /// Write the whole log, and the signed checkpoint that `verify` checks it against
    Export(ExportArgs),
}

#[derive(Args)]
pub(crate) struct Filter {
    /// Only this action, such as secret.read
    #[arg(long)]
    action: Option<String>,
    /// Only by this user or agent
    #[arg(long)]
    actor_id: Option<String>,
    /// Only by a user, an agent or the system
    #[arg(long)]
    actor_type: Option<String>,
    /// Only about this thing
    #[arg(long)]
    resource_id: Option<String>,
    /// Only since this time, as 2026-01-31T00:00:00Z
    #[arg(long)]
    from: Option<Timestamp>,
    /// How many at most
    #[arg(long)]
    limit: Option<u32>,
}

#[derive(Args)]
pub(crate) struct ExportArgs {
    /// The file; `-` is stdout
    #[arg(long, short, default_value = "-", value_name = "FILE")]
    output: PathBuf,
    /// Where to write the checkpoint
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

impl Filter {
    fn query(&self) -> AuditEventsQuery {
        AuditEventsQuery {
            resource_id: self.resource_id.clone(),
            actor_id: self.actor_id.clone(),
            action: self.action.clone(),
            from: self.from,
            limit: self.limit,
            ..AuditEventsQuery::default()
        }
    }

    /// The API has no filter of this kind.
    fn admits(&self, event: &AuditEvent) -> bool {
        self.actor_type
            .as_ref()
            .is_none_or(|wanted| *wanted == event.actor_type)
    }
}

async fn tail(filter: &Filter, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let mut seen = None;
    let mut poll = tokio::time::interval(POLL);
    loop {
        poll.tick().await;
        let mut events = remote
            .client
            .query_audit_events(&filter.query())
            .await?
            .events;
        events.reverse();
        for event in events
            .iter()
            .filter(|event| Some(event.seq) > seen && filter.admits(event))
        {
            if printer.json {
                printer.json(event)?;
            } else {
                printer.data(format_args!(
                    "{}  {}  {} {}  {}",
                    event.created_at,
                    crate::output::harmless(&event.action),
                    crate::output::harmless(&event.actor_type),
                    crate::output::harmless(&event.actor_id),
                    crate::output::harmless(&event.resource_id)
                ))?;
            }
        }
        seen = events.last().map(|event| event.seq).or(seen);
    }
}

async fn export(args: ExportArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    // First the log's head: an export afterwards holds all of it.
    let checkpoint = remote.client.get_audit_checkpoint().await?;
    let log = remote.client.export_audit_log().await?;
    if args.output == Path::new("-") {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(&log)
            .and_then(|()| stdout.flush())
            .map_err(|error| {
                Failure::new(Exit::Failed, "the log cannot be written").because(error)
            })?;
    } else {
        settings::write_private(&args.output, &log)?;
    }
    let Some(file) = args.checkpoint else {
        return Ok(());
    };
    settings::write_private(&file, checkpoint.note.as_bytes())?;
    printer.say(format_args!(
        "check it with: 1claw audit verify {} --checkpoint {} --key '{}'\nkeep the key apart from both files",
        args.output.display(),
        file.display(),
        checkpoint.verifier_key
    ));
    Ok(())
}

pub(crate) async fn run(
    command: LogCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    match command {
        LogCommand::List(filter) => {
            let mut answer = remote.client.query_audit_events(&filter.query()).await?;
            answer.events.retain(|event| filter.admits(event));
            printer.list(&answer, "events", &COLUMNS)
        }
        LogCommand::Tail(filter) => tail(&filter, remote, printer).await,
        LogCommand::Export(args) => export(args, remote, printer).await,
    }
}
