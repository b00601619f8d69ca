//! A unit of work: statements, policy and audit entries in one transaction.

use crate::append::lock;
use crate::error::{Error, Kind, Result};
use crate::live::{self, Caller, Live};
use oneclaw_core::audit::{Actor, Details, Draft};
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::OrgId;
use oneclaw_store::Tx;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// What a unit of work has in hand. Time, randomness and ids come from here.
pub(crate) struct Op {
    tx: Tx,
    now: Timestamp,
    random: Arc<dyn Random>,
    entries: Vec<Draft>,
    /// Whether somebody is to be told at once.
    alarmed: bool,
}

impl Op {
    pub(crate) fn new(tx: Tx, now: Timestamp, random: Arc<dyn Random>) -> Self {
        Self {
            tx,
            now,
            random,
            entries: Vec::new(),
            alarmed: false,
        }
    }

    pub(crate) fn into_parts(self) -> (Tx, Vec<Draft>) {
        (self.tx, self.entries)
    }

    /// The transaction.
    pub(crate) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// The moment of this unit of work.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The random source.
    pub(crate) fn random(&self) -> &dyn Random {
        &*self.random
    }

    /// A new id that sorts by time.
    pub(crate) fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(self.random.uuid_v7(self.now))
    }

    /// Has an entry written when the unit succeeds.
    pub(crate) fn log(&mut self, entry: Draft) {
        self.entries.push(entry);
    }

    /// Has those who run the organisation told as soon as the unit is durable.
    pub(crate) fn alarm(&mut self) {
        self.alarmed = true;
    }

    /// Whether somebody is to be told.
    pub(crate) fn is_alarmed(&self) -> bool {
        self.alarmed
    }

    /// Takes the logs of these organisations until the transaction ends: whatever else happens in
    /// them, on any node, happens before or after, never in between. Taken before rows, so that
    /// nobody waits in a circle.
    pub(crate) async fn enter(&mut self, orgs: impl IntoIterator<Item = OrgId>) -> Result<()> {
        Ok(lock(&mut self.tx, orgs).await?)
    }

    /// Checks, on the state of this very transaction, that the credential still stands; it goes on
    /// standing until the commit.
    ///
    /// A personal key that is limited to paths is refused: whatever it could manage, it could use to
    /// reach further. What decides about a path calls [`Self::authenticate_for_path`].
    pub(crate) async fn authenticate(&mut self, caller: &Caller) -> Result<Live> {
        let live = self.authenticate_for_path(caller).await?;
        caller.require_all_paths()?;
        Ok(live)
    }

    /// Like [`Self::authenticate`], for what goes on to decide about a path.
    pub(crate) async fn authenticate_for_path(&mut self, caller: &Caller) -> Result<Live> {
        self.enter([caller.org()]).await?;
        live::load(&mut self.tx, caller, self.now)
            .await
            .map(|loaded| loaded.live)
    }
}

/// Starts an audit entry.
pub(crate) fn entry(
    org: OrgId,
    actor: impl Into<Actor>,
    ip: Option<IpAddr>,
    action: &'static str,
    resource: (&'static str, String),
    details: Details,
) -> Draft {
    Draft {
        org,
        action,
        actor: actor.into(),
        resource_type: resource.0,
        resource_id: resource.1,
        details,
        ip,
    }
}

/// True when the database failed under the work: then its transaction cannot be trusted.
pub(crate) fn lost_database(error: &Error) -> bool {
    *error.kind() == Kind::Unavailable
}
