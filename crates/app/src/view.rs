//! Looking without changing anything: one consistent snapshot, with the credential checked on it.

use crate::App;
use crate::error::Result;
use crate::live::{self, Caller, Live};
use oneclaw_core::clock::Timestamp;
use oneclaw_store::Tx;

/// A snapshot and the caller's state in it.
pub(crate) struct View {
    pub(crate) tx: Tx,
    pub(crate) live: Live,
    pub(crate) now: Timestamp,
}

impl App {
    /// Opens a snapshot for a caller.
    pub(crate) async fn view(&self, caller: &Caller) -> Result<View> {
        let now = self.now();
        let mut tx = self.store().begin_read().await?;
        let live = live::load(&mut tx, caller, now).await?.live;
        Ok(View { tx, live, now })
    }
}
