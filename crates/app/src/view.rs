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
    /// Refuses a caller whose credential no longer stands, for what only passes it on.
    ///
    /// # Errors
    /// Unauthenticated, or forbidden from where the request comes.
    pub async fn check_credential(&self, caller: &Caller) -> Result<()> {
        self.view_for_path(caller).await.map(drop)
    }

    /// Opens a snapshot for a caller. A personal key that is limited to paths is refused: most of what
    /// there is to see has nothing to do with its paths.
    pub(crate) async fn view(&self, caller: &Caller) -> Result<View> {
        let view = self.view_for_path(caller).await?;
        caller.require_all_paths()?;
        Ok(view)
    }

    /// Like [`Self::view`], for what goes on to decide about paths, and for what the caller is and which
    /// vaults there are.
    pub(crate) async fn view_for_path(&self, caller: &Caller) -> Result<View> {
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
