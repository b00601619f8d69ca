//! Sending what waits in the outbox.
//!
//! A mail is claimed by compare-and-set before it is sent, and the claim lasts longer than a try
//! can take: of several nodes exactly one sends it. What a crash between sending and noting it
//! costs is one repetition, after the claim has run out, under the same Message-ID.

use crate::App;
use crate::error::Result;
use crate::mail::{self, LONGEST_TRY, SendError, Status};
use oneclaw_core::id::MailId;
use oneclaw_store::outbox::MailRow;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a claim lasts.
const LEASE: Duration = Duration::from_mins(10);
const _: () = assert!(LONGEST_TRY.as_secs() * 2 < LEASE.as_secs());

/// Pauses after the first, second … failed try; after one more try than these a mail is given up.
const PAUSES: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(3),
    Duration::from_mins(15),
    Duration::from_hours(1),
    Duration::from_hours(3),
    Duration::from_hours(6),
];

/// What the outbox says of a mail that was overtaken by time.
const LAPSED: &str = "not sent: what it leads to had lapsed";

/// Mails sent at the same time: a mail server is shared, and enough of them at once look like abuse.
const CONCURRENCY: usize = 4;
/// Mails looked up at once.
const BATCH: i64 = 64;

/// Tries every mail that is due now, once, and returns how many were sent.
pub async fn deliver_due(app: &App) -> Result<usize> {
    let (_never, shutdown) = watch::channel(false);
    deliver(app, &shutdown).await
}

/// Like [`deliver_due`], and begins no more mails once `shutdown` holds true.
pub(super) async fn deliver(app: &App, shutdown: &watch::Receiver<bool>) -> Result<usize> {
    if !app.mailer().has_transport() {
        return Ok(0);
    }
    let mut sent = 0;
    loop {
        // A mail that was tried is not due again at this moment, so this comes to an end.
        let due = app
            .store()
            .begin_read()
            .await?
            .list_due_mails(app.now(), BATCH)
            .await?;
        if due.is_empty() || *shutdown.borrow() {
            return Ok(sent);
        }
        sent += try_all(app, due, shutdown).await?;
    }
}

async fn try_all(app: &App, due: Vec<MailRow>, shutdown: &watch::Receiver<bool>) -> Result<usize> {
    let mut sent = 0;
    let mut running = JoinSet::new();
    let mut outcome = Ok(());
    for mail in due {
        if *shutdown.borrow() || outcome.is_err() {
            break;
        }
        if running.len() >= CONCURRENCY
            && let Some(done) = running.join_next().await
        {
            count(done, &mut sent, &mut outcome);
        }
        let app = app.clone();
        running.spawn(async move { try_one(&app, mail).await });
    }
    while let Some(done) = running.join_next().await {
        count(done, &mut sent, &mut outcome);
    }
    outcome.map(|()| sent)
}

fn count(
    done: std::result::Result<Result<bool>, tokio::task::JoinError>,
    sent: &mut usize,
    outcome: &mut Result<()>,
) {
    match done.unwrap_or_else(|panicked| Err(crate::Error::internal(panicked))) {
        Ok(true) => *sent += 1,
        Ok(false) => {}
        Err(error) => *outcome = Err(error),
    }
}

/// Claims, sends and closes one mail. True when it was sent.
async fn try_one(app: &App, mail: MailRow) -> Result<bool> {
    if !claim(app, &mail).await? {
        return Ok(false);
    }
    let attempt = mail.attempts.saturating_add(1);
    let id = mail.id;
    if mail.lapses_at <= app.now() {
        tracing::warn!(mail = %id, kind = mail.kind, "mail not sent: what it leads to has lapsed");
        let why = Some(LAPSED.to_owned());
        finish(app, id, Status::Failed, why, mail.sealed_body).await?;
        return Ok(false);
    }
    match mail::send(app, &mail).await {
        Ok(wipe) => {
            let body = if wipe { Vec::new() } else { mail.sealed_body };
            finish(app, id, Status::Sent, None, body).await?;
            tracing::info!(mail = %id, kind = mail.kind, attempt, "mail sent");
            Ok(true)
        }
        Err(error) => {
            match (&error, pause_after(attempt)) {
                (SendError::Temporary(_), Some(pause)) => {
                    tracing::warn!(mail = %id, kind = mail.kind, attempt, "mail not sent, will be tried again");
                    reschedule(app, id, error.to_string(), pause).await?;
                }
                // The body stays: whoever operates the instance can still hand the mail over.
                _ => {
                    tracing::error!(mail = %id, kind = mail.kind, attempt, "mail given up");
                    finish(
                        app,
                        id,
                        Status::Failed,
                        Some(error.to_string()),
                        mail.sealed_body,
                    )
                    .await?;
                }
            }
            Ok(false)
        }
    }
}

/// The pause after a try that failed; `None` when it was the last.
fn pause_after(attempt: i64) -> Option<Duration> {
    let index = usize::try_from(attempt).ok()?.checked_sub(1)?;
    PAUSES.get(index).copied()
}

pub(super) async fn claim(app: &App, mail: &MailRow) -> Result<bool> {
    let (id, attempts) = (mail.id, mail.attempts);
    app.run(move |op| {
        Box::pin(async move {
            let until = op.now().plus(LEASE);
            Ok(op.tx().claim_mail(id, attempts, until).await?)
        })
    })
    .await
}

async fn finish(
    app: &App,
    id: MailId,
    status: Status,
    error: Option<String>,
    body: Vec<u8>,
) -> Result<()> {
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            Ok(op
                .tx()
                .finish_mail(id, status.as_str(), error.as_deref(), now, &body)
                .await?)
        })
    })
    .await
}

async fn reschedule(app: &App, id: MailId, error: String, pause: Duration) -> Result<()> {
    app.run(move |op| {
        Box::pin(async move {
            let next = op.now().plus(pause);
            Ok(op.tx().reschedule_mail(id, &error, next).await?)
        })
    })
    .await
}

/// Queues the mails that were kept while there was no transport.
pub(super) async fn requeue_kept(app: &App) -> Result<()> {
    let queued = app
        .run(|op| {
            Box::pin(async move {
                let now = op.now();
                Ok(op.tx().requeue_kept_mails(now).await?)
            })
        })
        .await?;
    if queued > 0 {
        tracing::info!(
            queued,
            "mails kept while there was no transport are sent now"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_from_seconds_to_hours_and_end() {
        assert!(PAUSES.is_sorted());
        assert_eq!(pause_after(1), Some(Duration::from_secs(5)));
        assert_eq!(pause_after(7), Some(Duration::from_hours(6)));
        assert_eq!(pause_after(8), None);
        assert_eq!(pause_after(0), None);
    }
}
