//! Looking without changing anything: one consistent snapshot, with the credential checked on it.

use crate::App;
use crate::error::Result;
use crate::live::{self, Caller, Live};
use oneclaw_core::clock::Timestamp;
use oneclaw_store::Tx;
use oneclaw_store::epochs::Guard;

/// A snapshot and the caller's state in it.
pub(crate) struct View {
    pub(crate) tx: Tx,
    pub(crate) live: Live,
    /// What that state rests on.
    pub(crate) guards: [Guard; 2],
    pub(crate) now: Timestamp,
}

impl App {
    /// Opens a snapshot for a caller.
    pub(crate) async fn view(&self, caller: &Caller) -> Result<View> {
        let now = self.now();
        let mut tx = self.store().begin_read().await?;
        let loaded = live::load(&mut tx, caller, now).await?;
        Ok(View {
            tx,
            live: loaded.live,
            guards: loaded.guards,
            now,
        })
    }
}
