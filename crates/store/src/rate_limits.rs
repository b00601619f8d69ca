//! Fixed-window counters shared by all nodes. A key is a keyed hash, so the table names nobody.

use crate::error::Result;
use crate::row::row;
use crate::{Tx, changed, maybe};
use oneclaw_core::clock::Timestamp;

row! {
    /// The window after counting.
    pub struct WindowRow {
        /// When the window began.
        pub window_start: Timestamp,
        /// How many were counted in it, this one included.
        pub count: i64,
    }
}

const COUNT: &str = "INSERT INTO rate_limits (key, window_start, count, expires_at) VALUES ($1, $2, 1, $3) \
    ON CONFLICT (key) DO UPDATE SET \
    count = CASE WHEN rate_limits.expires_at <= $2 THEN 1 ELSE rate_limits.count + 1 END, \
    window_start = CASE WHEN rate_limits.expires_at <= $2 THEN $2 ELSE rate_limits.window_start END, \
    expires_at = CASE WHEN rate_limits.expires_at <= $2 THEN $3 ELSE rate_limits.expires_at END \
    RETURNING window_start, count";
const NOTE_FAILURE: &str = "INSERT INTO rate_limits (key, window_start, count, expires_at) VALUES ($1, $2, 1, $3) \
    ON CONFLICT (key) DO UPDATE SET \
    count = CASE WHEN rate_limits.expires_at <= $2 THEN 1 ELSE rate_limits.count + 1 END, \
    window_start = $2, expires_at = $3";
// Makes the row when there is none, takes its lock on PostgreSQL, and returns it, in one statement: of
// tries at the same moment each must see the ones before it.
const HOLD: &str = "INSERT INTO rate_limits (key, window_start, count, expires_at) VALUES ($1, $2, 0, $3) \
    ON CONFLICT (key) DO UPDATE SET \
    count = CASE WHEN rate_limits.expires_at <= $2 THEN 0 ELSE rate_limits.count END \
    RETURNING window_start, count";
const PEEK: &str = "SELECT window_start, count FROM rate_limits WHERE key = $1 AND expires_at > $2";
const CLEAR: &str = "DELETE FROM rate_limits WHERE key = $1";
const PURGE: &str = "DELETE FROM rate_limits WHERE expires_at < $1";

impl Tx {
    /// Counts one event in the window of `key`, beginning a new window when the old one is over.
    pub async fn count_in_window(
        &mut self,
        key: &[u8],
        now: Timestamp,
        window_end: Timestamp,
    ) -> Result<WindowRow> {
        let row: Option<WindowRow> =
            maybe!(self, COUNT, key, now.as_millis(), window_end.as_millis())?;
        row.ok_or_else(|| crate::StoreError::Damaged("a rate-limit row vanished".to_owned()))
    }

    /// Counts one failure in a row: the window begins anew with each, and ends at `forget_at`.
    pub async fn note_failure(
        &mut self,
        key: &[u8],
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<()> {
        changed!(
            self,
            NOTE_FAILURE,
            key,
            now.as_millis(),
            forget_at.as_millis()
        )?;
        Ok(())
    }

    /// The window of `key` as it stands, which nobody else can change until this transaction ends.
    /// One that is over, or was never open, counts nothing.
    pub async fn hold_window(
        &mut self,
        key: &[u8],
        now: Timestamp,
        forget_at: Timestamp,
    ) -> Result<WindowRow> {
        let row: Option<WindowRow> =
            maybe!(self, HOLD, key, now.as_millis(), forget_at.as_millis())?;
        row.ok_or_else(|| crate::StoreError::Damaged("a rate-limit row vanished".to_owned()))
    }

    /// The current window of `key`, if one is open.
    pub async fn find_window(&mut self, key: &[u8], now: Timestamp) -> Result<Option<WindowRow>> {
        maybe!(self, PEEK, key, now.as_millis())
    }

    /// Starts over, for example after a successful sign-in.
    pub async fn clear_window(&mut self, key: &[u8]) -> Result<()> {
        changed!(self, CLEAR, key)?;
        Ok(())
    }

    /// Forgets windows that are over.
    pub async fn purge_windows(&mut self, now: Timestamp) -> Result<u64> {
        changed!(self, PURGE, now.as_millis())
    }
}
