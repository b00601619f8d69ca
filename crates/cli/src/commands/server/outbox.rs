//! `1claw server outbox`: the mails that this vault wrote, for its operator.

use oneclaw_app::mail::{self, StoredMail};
use oneclaw_core::id::MailId;
use oneclaw_core::secret::SecretString;
use serde_json::{Value, json};

use super::open_existing;
use crate::args::OutboxCommand;
use crate::config::Config;
use crate::output::{BOLD, Exit, Failure, Printer, harmless};
use crate::process;

const DEFAULT_LIMIT: i64 = 50;

/// Lists mails, or prints one.
pub(super) fn run(
    config: &Config,
    command: Option<OutboxCommand>,
    printer: Printer,
) -> Result<(), Failure> {
    let command = command.unwrap_or(OutboxCommand::List {
        limit: DEFAULT_LIMIT,
    });
    process::start_runtime()?.block_on(async {
        let app = open_existing(config).await?;
        let done = match command {
            OutboxCommand::List { limit } => match mail::list(&app, limit).await {
                Ok(mails) => list(&mails, printer),
                Err(error) => Err(failure(&error)),
            },
            OutboxCommand::Show { id } => match id.parse::<MailId>() {
                Ok(id) => match mail::read(&app, id).await {
                    Ok(mail) => show(&mail, printer),
                    Err(error) => Err(failure(&error)),
                },
                Err(error) => Err(Failure::new(
                    Exit::Usage,
                    format!("{id} is not the id of a mail"),
                )
                .because(error)),
            },
        };
        app.shut_down().await;
        done
    })
}

fn failure(error: &oneclaw_app::Error) -> Failure {
    match error.kind() {
        oneclaw_app::Kind::NotFound => Failure::new(Exit::NotFound, "there is no such mail")
            .next("see which there are:  1claw server outbox list"),
        _ => Failure::new(Exit::Failed, "the outbox cannot be read").caused_by(error),
    }
}

fn list(mails: &[StoredMail], printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&mails.iter().map(to_json).collect::<Vec<_>>());
    }
    if mails.is_empty() {
        printer.note("The outbox is empty.");
        return Ok(());
    }
    printer.data(format_args!(
        "{BOLD}{:<36}  {:<24}  {:<9}  {:<30}  SUBJECT{BOLD:#}",
        "ID", "WRITTEN", "STATE", "TO"
    ))?;
    for mail in mails {
        printer.data(format_args!(
            "{}  {}  {:<9}  {:<30}  {}",
            mail.id,
            mail.created_at,
            mail.status,
            harmless(&mail.recipient),
            harmless(&mail.subject)
        ))?;
    }
    printer.note("Read one:  1claw server outbox show ID");
    Ok(())
}

fn show(mail: &StoredMail, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&to_json(mail));
    }
    printer.data(format_args!("To: {}", harmless(&mail.recipient)))?;
    printer.data(format_args!("Date: {}", mail.created_at))?;
    printer.data(format_args!("Subject: {}", harmless(&mail.subject)))?;
    printer.data(format_args!("State: {}", state(mail)))?;
    printer.data("")?;
    match &mail.text {
        Some(text) => text
            .expose()
            .lines()
            .try_for_each(|line| printer.data(harmless(line))),
        None => {
            printer.note("The text was wiped when the mail was sent, because it carried a key.");
            Ok(())
        }
    }
}

fn state(mail: &StoredMail) -> String {
    match &mail.last_error {
        Some(error) if mail.status != "sent" => {
            format!(
                "{} after {} tries: {}",
                mail.status,
                mail.attempts,
                harmless(error)
            )
        }
        _ => mail.status.clone(),
    }
}

fn to_json(mail: &StoredMail) -> Value {
    json!({
        "id": mail.id,
        "kind": mail.kind,
        "recipient": mail.recipient,
        "subject": mail.subject,
        "status": mail.status,
        "attempts": mail.attempts,
        "last_error": mail.last_error,
        "created_at": mail.created_at,
        "text": mail.text.as_ref().map(SecretString::expose),
    })
}
