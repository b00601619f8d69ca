//! Whether the vault can work now, and what waits to be done. For whoever runs it, and for what watches it.

use crate::App;
use crate::error::{Error, Result};
use crate::mail::Status;
use crate::rotate::CURRENT_MASTER_KEY;
use std::time::Duration;

/// Whoever asks whether the vault is ready wants to know soon. Shorter than what a request waits for the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks into the database. `Ok` means that requests can be answered.
///
/// # Errors
/// [`Kind::Unavailable`](crate::Kind::Unavailable) when the database does not answer in time.
pub async fn check(app: &App) -> Result<()> {
    let look = async {
        let mut tx = app.store().begin_read().await?;
        // There from the first start on.
        tx.find_setting(CURRENT_MASTER_KEY).await?;
        Result::Ok(())
    };
    tokio::time::timeout(PATIENCE, look)
        .await
        .map_err(|_| Error::unavailable())?
}

/// What waits, or was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Mails that wait for the next try.
    pub queued_mails: i64,
    /// Mails that stay because there is no way out.
    pub kept_mails: i64,
    /// Mails that were given up.
    pub failed_mails: i64,
}

/// Counts what waits. For the operator only.
pub async fn backlog(app: &App) -> Result<Backlog> {
    let count = async {
        let mut tx = app.store().begin_read().await?;
        Result::Ok(Backlog {
            queued_mails: tx.count_mails(Status::Queued.as_str()).await?,
            kept_mails: tx.count_mails(Status::Kept.as_str()).await?,
            failed_mails: tx.count_mails(Status::Failed.as_str()).await?,
        })
    };
    tokio::time::timeout(PATIENCE, count)
        .await
        .map_err(|_| Error::unavailable())?
}
