//! Sending what webhooks are to hear.

use crate::App;
use crate::error::Result;
use crate::webhooks::send;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Deliveries sent at the same time. One receiver that hangs keeps one of these for ten seconds.
const CONCURRENCY: usize = 16;
/// Deliveries looked up at once.
const BATCH: i64 = 64;

/// Tries every delivery that is due now, once, and returns how many arrived.
pub async fn deliver_events_due(app: &App) -> Result<usize> {
    let (_never, shutdown) = watch::channel(false);
    deliver(app, &shutdown).await
}

/// Like [`deliver_events_due`], and begins no more once `shutdown` holds true.
pub(super) async fn deliver(app: &App, shutdown: &watch::Receiver<bool>) -> Result<usize> {
    let mut arrived = 0;
    loop {
        // What was tried is not due again at this moment, so this comes to an end.
        let due = app
            .store()
            .begin_read()
            .await?
            .list_due_deliveries(app.now(), BATCH)
            .await?;
        if due.is_empty() || *shutdown.borrow() {
            return Ok(arrived);
        }
        let mut running = JoinSet::new();
        let mut outcome = Ok(());
        for row in due {
            if running.len() >= CONCURRENCY
                && let Some(done) = running.join_next().await
            {
                count(done, &mut arrived, &mut outcome);
            }
            let app = app.clone();
            running.spawn(async move { send::try_once(&app, row).await });
        }
        while let Some(done) = running.join_next().await {
            count(done, &mut arrived, &mut outcome);
        }
        outcome?;
    }
}

fn count(
    done: std::result::Result<Result<bool>, tokio::task::JoinError>,
    arrived: &mut usize,
    outcome: &mut Result<()>,
) {
    match done.unwrap_or_else(|panicked| Err(crate::Error::internal(panicked))) {
        Ok(true) => *arrived += 1,
        Ok(false) => {}
        Err(error) => *outcome = Err(error),
    }
}
