//! Forgetting what is over.
//!
//! Each kind of row is a unit of work of its own, so that a failure in one leaves the others alone
//! and nobody waits long for the writer.

use crate::App;
use crate::error::Result;
use crate::op::Op;
use futures_core::future::BoxFuture;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);
/// Mails stay this long after they were sent, given up or kept, so that an operator can find out
/// what happened to one. Those that were never sent may hold a key, so they do not stay for ever.
const MAIL_KEPT: Duration = DAY.saturating_mul(30);
/// Requests that nobody approved stay visible in the lists of those who were asked.
const ENROLLMENT_KEPT: Duration = DAY.saturating_mul(30);
/// Sessions and one-time links are remembered longer than they work, so that whoever comes too late
/// is told so.
const CREDENTIAL_KEPT: Duration = DAY.saturating_mul(7);
/// What webhooks were sent stays this long, so that somebody can find out what went wrong.
const DELIVERY_KEPT: Duration = DAY.saturating_mul(30);
/// An assistant that registered itself is forgotten when nobody let it in for longer than any grant lasts.
const ASSISTANT_KEPT: Duration = DAY.saturating_mul(100);
/// Epochs of token ids outlive their tokens by more than the clocks of nodes may differ.
const EPOCH_KEPT: Duration = DAY;

/// What is forgotten, and how.
type Task = (
    &'static str,
    for<'a> fn(&'a mut Op) -> BoxFuture<'a, Result<u64>>,
);

/// A task that runs one statement on everything that was over this long ago.
macro_rules! task {
    ($what:literal, $statement:ident, $kept:expr) => {
        ($what, |op| {
            Box::pin(async move {
                let before = op.now().minus($kept);
                Ok(op.tx().$statement(before).await?)
            })
        })
    };
}

const TASKS: &[Task] = &[
    task!(
        "requests to join that lapsed",
        expire_enrollments,
        Duration::ZERO
    ),
    task!(
        "approvals that nobody gave in time",
        expire_approvals,
        Duration::ZERO
    ),
    task!("invitations", purge_invitations, CREDENTIAL_KEPT),
    task!("old requests to join", purge_enrollments, ENROLLMENT_KEPT),
    task!("one-time links", purge_one_time_tokens, CREDENTIAL_KEPT),
    task!("mailed codes", purge_mailed_codes, CREDENTIAL_KEPT),
    task!("device codes", purge_device_codes, CREDENTIAL_KEPT),
    task!("sessions", purge_sessions, CREDENTIAL_KEPT),
    task!("grants of assistants", purge_oauth_grants, CREDENTIAL_KEPT),
    task!(
        "assistants that registered themselves and were not let in",
        purge_oauth_clients,
        ASSISTANT_KEPT
    ),
    task!("finished mails", purge_mails, MAIL_KEPT),
    task!("kept mails", purge_kept_mails, MAIL_KEPT),
    task!("finished deliveries", purge_deliveries, DELIVERY_KEPT),
    task!("counters of limits", purge_windows, Duration::ZERO),
    task!("repeatable requests", purge_requests, Duration::ZERO),
    task!("epochs of tokens", purge_epochs, EPOCH_KEPT),
    task!(
        "challenges and proofs that were used",
        purge_spent_proofs,
        EPOCH_KEPT
    ),
];

/// Does each task once and returns how many rows that changed. Failures are logged; the next round
/// tries again.
pub(super) async fn run_once(app: &App) -> u64 {
    let mut total = 0_u64;
    for (what, task) in TASKS {
        match app.run(*task).await {
            Ok(0) => {}
            Ok(rows) => {
                tracing::debug!(what, rows, "housekeeping");
                total = total.saturating_add(rows);
            }
            Err(error) => tracing::warn!(what, cause = ?error.cause(), "housekeeping failed"),
        }
    }
    total
}
