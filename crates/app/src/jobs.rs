//! Work that nobody waits for: sending mail and events, and forgetting what is over.
//!
//! Invariants: every write goes through the committer in small units; every job can run on several
//! nodes at once and can be cut off at any point.

mod deliver;
mod events;
mod housekeeping;

#[cfg(test)]
mod tests;

pub use deliver::deliver_due;
pub use events::deliver_events_due;

use crate::App;
use std::time::Duration;
use tokio::sync::watch;

/// How often the outbox is looked at without being told to: for retries, and for mails of other nodes.
const MAIL_INTERVAL: Duration = Duration::from_secs(5);
/// How often deliveries to webhooks are looked for: for retries, and for those of other nodes.
const EVENT_INTERVAL: Duration = Duration::from_secs(5);
/// How often what is over is forgotten.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_mins(1);
/// How often the usage of the API is written.
const USAGE_INTERVAL: Duration = Duration::from_secs(10);

/// Runs all jobs until `shutdown` holds true, or its sender is gone. A mail that is being sent is
/// finished first.
pub async fn run(app: App, shutdown: watch::Receiver<bool>) {
    tokio::join!(
        send_mail(&app, shutdown.clone(), MAIL_INTERVAL),
        send_events(&app, shutdown.clone()),
        keep_house(&app, shutdown.clone()),
        write_usage(&app, shutdown)
    );
}

async fn send_mail(app: &App, mut shutdown: watch::Receiver<bool>, interval: Duration) {
    if !app.mailer().has_transport() {
        return;
    }
    if let Err(error) = deliver::requeue_kept(app).await {
        tracing::warn!(cause = ?error.cause(), "mails kept while there was no transport could not be queued");
    }
    loop {
        if let Err(error) = deliver::deliver(app, &shutdown).await {
            tracing::warn!(cause = ?error.cause(), "the outbox cannot be worked through");
        }
        tokio::select! {
            () = stopped(&mut shutdown) => return,
            () = app.mail_queued().notified() => {}
            () = tokio::time::sleep(interval) => {}
        }
    }
}

async fn send_events(app: &App, mut shutdown: watch::Receiver<bool>) {
    loop {
        if let Err(error) = events::deliver(app, &shutdown).await {
            tracing::warn!(cause = ?error.cause(), "events cannot be delivered");
        }
        tokio::select! {
            () = stopped(&mut shutdown) => return,
            () = app.delivery_queued().notified() => {}
            () = tokio::time::sleep(EVENT_INTERVAL) => {}
        }
    }
}

async fn keep_house(app: &App, mut shutdown: watch::Receiver<bool>) {
    loop {
        housekeeping::run_once(app).await;
        crate::honeytokens::tell(app).await;
        if let Err(error) = crate::exposure::fold(app).await {
            tracing::warn!(cause = ?error.cause(), "what agents got to see could not be folded");
        }
        tokio::select! {
            () = stopped(&mut shutdown) => return,
            () = tokio::time::sleep(HOUSEKEEPING_INTERVAL) => {}
        }
    }
}

/// Writes what was counted, also when it is told to stop.
async fn write_usage(app: &App, mut shutdown: watch::Receiver<bool>) {
    let mut is_over = false;
    while !is_over {
        tokio::select! {
            () = stopped(&mut shutdown) => is_over = true,
            () = tokio::time::sleep(USAGE_INTERVAL) => {}
        }
        if let Err(error) = crate::usage::flush(app).await {
            tracing::warn!(cause = ?error.cause(), "the usage of the API could not be written");
        }
    }
}

async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // A sender that is gone can never say stop, so it means stop.
    let _ = shutdown.wait_for(|stop| *stop).await;
}
