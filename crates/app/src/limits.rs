//! Counters that all nodes share: sign-in, mails that anyone can cause, passphrases, shares. Plain
//! flood protection is the server's, in memory.
//!
//! A counter is named by a keyed digest, so the table names neither people nor networks.

use crate::App;
use crate::error::{Error, Result};
use crate::op::Op;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::limit::{Limit, Policy};
use oneclaw_store::rate_limits::WindowRow;
use std::time::Duration;

impl App {
    /// The name of the counter of `limit` for a subject such as an address or an id.
    pub(crate) fn counter(&self, limit: Limit, subject: &str) -> [u8; 32] {
        self.keyring().keyed_digest(
            "rate limit",
            format!("{}\n{subject}", limit.as_str()).as_bytes(),
        )
    }
}

/// Counts one event. `Err` with the time to wait when the limit was used up before it.
pub(crate) async fn count(op: &mut Op, counter: &[u8; 32], limit: Limit) -> Result<()> {
    match exceeded(op, counter, limit).await? {
        None => Ok(()),
        Some(wait) => Err(Error::rate_limited(limit.sentence(), wait)),
    }
}

/// Counts one event; the time to wait when the limit was used up before it.
pub(crate) async fn exceeded(
    op: &mut Op,
    counter: &[u8; 32],
    limit: Limit,
) -> Result<Option<Duration>> {
    let now = op.now();
    let (allowed, length) = window(limit);
    let window = op
        .tx()
        .count_in_window(counter, now, now.plus(length))
        .await?;
    let over = window.count > i64::from(allowed);
    Ok(over.then(|| remaining(window.window_start, length, now)))
}

/// Whether a window has no room left.
pub(crate) fn is_used_up(state: Option<&WindowRow>, limit: Limit) -> bool {
    let (allowed, _) = window(limit);
    state.is_some_and(|state| state.count >= i64::from(allowed))
}

/// Counts one try as if it had failed already, unless failures before it still cause a pause. Whoever
/// succeeds clears the counter.
///
/// Counted before the slow check of the try, so that of many tries at the same moment no more are
/// checked than of as many one after the other.
pub(crate) async fn count_try(op: &mut Op, counter: &[u8; 32], limit: Limit) -> Result<()> {
    let now = op.now();
    let (_, length) = window(limit);
    let forget_at = now.plus(length);
    let window = op.tx().hold_window(counter, now, forget_at).await?;
    if let Some(pause) = pause(window.count, limit) {
        let end = window.window_start.plus(pause);
        if end > now {
            return Err(Error::rate_limited(limit.sentence(), end.since(now)));
        }
    }
    op.tx().note_failure(counter, now, forget_at).await?;
    Ok(())
}

/// The pause after so many failures in a row, counted from the last.
fn pause(failures: i64, limit: Limit) -> Option<Duration> {
    match limit.policy() {
        Policy::Backoff {
            free,
            first,
            longest,
        } => {
            let beyond = u32::try_from(failures)
                .unwrap_or(u32::MAX)
                .checked_sub(free)?;
            Some(
                first
                    .saturating_mul(2_u32.saturating_pow(beyond.min(20)))
                    .min(longest),
            )
        }
        Policy::Window { count, length } => (failures >= i64::from(count)).then_some(length),
        Policy::Bucket { .. } => None,
    }
}

fn window(limit: Limit) -> (u32, Duration) {
    match limit.policy() {
        Policy::Window { count, length } => (count, length),
        Policy::Bucket { burst, interval } => (burst, interval.saturating_mul(burst)),
        Policy::Backoff { free, longest, .. } => (free, longest.saturating_mul(2)),
    }
}

fn remaining(start: Timestamp, length: Duration, now: Timestamp) -> Duration {
    start.plus(length).since(now).max(Duration::from_secs(1))
}
