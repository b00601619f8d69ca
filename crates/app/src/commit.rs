//! The committer: everything that happens becomes durable here, in groups.
//!
//! A durable commit costs a disk flush, so whatever waits is committed together: the committer
//! takes all that is queued (it lets others run first, but never waits), re-checks what each member's decision
//! rested on, applies it, appends the audit entries, commits, and wakes the whole group at once.
//!
//! Two kinds of member:
//! - *light*: plain data (guards, at most one step, one audit entry). Reads, listings, token
//!   exchanges and secret writes, applied with a handful of statements for the whole group.
//! - *heavy*: a unit of work with statements of its own. On SQLite, which has one writer, those of
//!   a group share a transaction, each under a savepoint; on PostgreSQL each has its own.
//!
//! On SQLite the light members of a group are committed before the heavy ones, in one call on the
//! direct connection: a thread hop for each statement would cost more than the statements.
//!
//! Invariants:
//! - Nobody else commits. No entry, no effect; no commit, no answer.
//! - A member whose guards are stale has no effect and no entry: its caller decides again.
//! - The logs of the organisations concerned are locked before the guards are checked, and by every
//!   unit of work that checks a credential. So on several nodes, too, the order of a log is the order
//!   in which things happened: nothing is logged after what forbade it.
//! - A failed member undoes itself only; a failing database fails all that shared its transaction.

mod statistics;

pub use statistics::{CommitCounts, GROUP_SIZES};

use statistics::CommitStatistics;

use crate::append::{append, lock};
use crate::op::Op;
use futures_core::future::BoxFuture;
use oneclaw_core::audit::Draft;
use oneclaw_core::clock::{Clock, Random, Timestamp};
use oneclaw_core::id::AgentId;
use oneclaw_store::epochs::Guard;
use oneclaw_store::secrets::NewVersion;
use oneclaw_store::{GroupTx, Store, StoreError, Tx};
use smallvec::SmallVec;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::sync::Notify;
use uuid::Uuid;

/// More than this many waiting members mean that the disk cannot follow: refuse at once instead of
/// letting clients queue up for answers they will no longer wait for.
const MAXIMUM_QUEUE: usize = 16 * 1024;
/// Members of one transaction. Larger groups would not be faster, only wait longer.
const MAXIMUM_GROUP: usize = 1024;

/// Guards of one decision: few, so they need no allocation.
pub(crate) type Guards = SmallVec<[Guard; 6]>;

/// The one thing a light member may change.
pub(crate) enum Step {
    /// Nothing: the audit entry is the effect.
    None,
    /// Spend one read of a secret that limits them.
    CountRead {
        secret: oneclaw_core::id::SecretId,
        rev: i64,
    },
    /// Store a new version.
    Put(Box<NewVersion>),
    /// Note that an agent was active.
    Touch(AgentId),
}

/// Work as plain data.
pub(crate) struct Light {
    /// What the decision rested on.
    pub(crate) guards: Guards,
    /// The secret row it was made from.
    pub(crate) secret: Option<(Uuid, i64)>,
    /// What changes.
    pub(crate) step: Step,
    /// What is logged.
    pub(crate) entry: Draft,
}

/// What became of a unit of heavy work.
pub(crate) enum Verdict {
    /// Keep its statements and entries.
    Keep,
    /// Undo its statements; write only this entry, if any.
    Undo(Option<Draft>),
    /// The database failed under it: give the transaction up.
    Abort,
}

/// Heavy work.
pub(crate) type Unit = Box<dyn for<'a> FnOnce(&'a mut Op) -> BoxFuture<'a, Verdict> + Send>;

#[expect(
    clippy::large_enum_variant,
    reason = "nearly all members are light; boxing them would cost an allocation for each read"
)]
enum Member {
    Light(Light),
    Heavy(Unit),
}

/// How a member ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Durable.
    Done,
    /// What it rested on has changed; nothing happened.
    Stale,
    /// Somebody else was faster: no read left, or another version was written.
    Lost,
    /// The database failed; nothing happened.
    Unavailable,
}

/// The group could not be committed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub enum CommitError {
    /// The database failed.
    #[error("the commit failed")]
    Failed,
    /// Too many wait already.
    #[error("too many commits are waiting")]
    Overloaded,
}

/// One group of waiting members, woken together: a channel for each would cost more than the commit.
struct Hub {
    wake: Notify,
    outcomes: OnceLock<Vec<Outcome>>,
}

impl Hub {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            wake: Notify::new(),
            outcomes: OnceLock::new(),
        })
    }

    async fn outcome(&self, index: usize) -> Outcome {
        let notified = self.wake.notified();
        tokio::pin!(notified);
        // Registered before looking, so that a wake between the two is not lost.
        notified.as_mut().enable();
        if self.outcomes.get().is_none() {
            notified.await;
        }
        let outcomes = self.outcomes.get();
        outcomes
            .and_then(|all| all.get(index))
            .copied()
            .unwrap_or(Outcome::Unavailable)
    }
}

struct Queue {
    members: Vec<Member>,
    hub: Arc<Hub>,
    closed: bool,
}

/// Takes members and commits them in groups. One for each process.
pub(crate) struct Committer {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    queue: Mutex<Queue>,
    work: Notify,
    delivery_queued: Arc<Notify>,
    statistics: CommitStatistics,
}

impl Committer {
    /// Prepares a committer; [`Self::run`] does the work.
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Arc<Self> {
        Arc::new(Self {
            store,
            clock,
            random,
            queue: Mutex::new(Queue {
                members: Vec::new(),
                hub: Hub::new(),
                closed: false,
            }),
            work: Notify::new(),
            delivery_queued: Arc::new(Notify::new()),
            statistics: CommitStatistics::default(),
        })
    }

    /// Commits a light member.
    pub(crate) async fn commit(&self, light: Light) -> Result<Outcome, CommitError> {
        let (hub, index) = self.enqueue(Member::Light(light))?;
        match hub.outcome(index).await {
            Outcome::Unavailable => Err(CommitError::Failed),
            outcome => Ok(outcome),
        }
    }

    /// Commits a heavy member. `Ok` means that its verdict was carried out.
    pub(crate) async fn commit_heavy(&self, unit: Unit) -> Result<(), CommitError> {
        if !self.store.is_embedded() {
            return self.commit_alone(unit).await;
        }
        let (hub, index) = self.enqueue(Member::Heavy(unit))?;
        match hub.outcome(index).await {
            Outcome::Unavailable => Err(CommitError::Failed),
            _ => Ok(()),
        }
    }

    /// Told when something was queued for a webhook.
    pub(crate) fn delivery_queued(&self) -> &Notify {
        &self.delivery_queued
    }

    /// How the groups came out so far.
    pub(crate) fn counts(&self) -> CommitCounts {
        self.statistics.counts()
    }

    /// Refuses new members; [`Self::run`] returns once the queue is empty.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.work.notify_one();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(&self, member: Member) -> Result<(Arc<Hub>, usize), CommitError> {
        let mut queue = self.lock();
        if queue.closed || queue.members.len() >= MAXIMUM_QUEUE {
            return Err(CommitError::Overloaded);
        }
        let index = queue.members.len();
        queue.members.push(member);
        let hub = Arc::clone(&queue.hub);
        drop(queue);
        if index == 0 {
            self.work.notify_one();
        }
        Ok((hub, index))
    }

    /// Commits groups until [`Self::close`].
    pub(crate) async fn run(self: Arc<Self>) {
        loop {
            // Whatever can run now runs first and may join: requests that have arrived would
            // otherwise wait for a whole commit, and a commit costs the same for few and for many.
            tokio::task::yield_now().await;
            let (members, hub, closed) = {
                let mut queue = self.lock();
                let members = std::mem::take(&mut queue.members);
                (
                    members,
                    std::mem::replace(&mut queue.hub, Hub::new()),
                    queue.closed,
                )
            };
            if members.is_empty() {
                if closed {
                    return;
                }
                self.work.notified().await;
                continue;
            }
            let outcomes = self.commit_groups(members).await;
            let _ = hub.outcomes.set(outcomes);
            hub.wake.notify_waiters();
        }
    }

    async fn commit_groups(&self, members: Vec<Member>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(members.len());
        let mut members = members.into_iter();
        while members.len() > 0 {
            let group: Vec<Member> = members.by_ref().take(MAXIMUM_GROUP).collect();
            self.count(group.len());
            outcomes.extend(self.commit_group(group).await);
        }
        outcomes
    }

    fn count(&self, size: usize) {
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        self.statistics.note(size);
    }

    async fn commit_group(&self, group: Vec<Member>) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Unavailable; group.len()];
        let (mut lights, mut units) = (Lights::with_capacity(group.len()), Vec::new());
        for (index, member) in group.into_iter().enumerate() {
            match member {
                Member::Light(light) => lights.push(index, light),
                Member::Heavy(unit) => units.push((index, unit)),
            }
        }
        let places = lights.places.clone();
        match self.commit_lights(lights).await {
            Ok(done) => {
                for (index, outcome) in places.into_iter().zip(done) {
                    set(&mut outcomes, index, outcome);
                }
            }
            Err(error) => {
                self.statistics.note_failure();
                tracing::error!(%error, members = places.len(), "a group of commits failed");
            }
        }
        let (places, units): (Vec<_>, Vec<_>) = units.into_iter().unzip();
        match self.commit_units(units).await {
            Ok(()) => places
                .into_iter()
                .for_each(|index| set(&mut outcomes, index, Outcome::Done)),
            Err(error) => {
                self.statistics.note_failure();
                tracing::error!(%error, members = places.len(), "a group of units of work failed");
            }
        }
        outcomes
    }

    async fn commit_lights(&self, lights: Lights) -> Result<Vec<Outcome>, StoreError> {
        if lights.members.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.now();
        if let Store::Sqlite { direct, .. } = &self.store {
            let random = Arc::clone(&self.random);
            let done = direct.write(async move |tx| lights.carry_out(tx, now, &*random).await);
            return Ok(self.told(done.await?));
        }
        let mut tx = self.store.begin_write().await?;
        let done = lights.carry_out(&mut tx, now, &*self.random).await?;
        tx.commit().await?;
        Ok(self.told(done))
    }

    /// Wakes the job that sends events, when there are any, now that they are durable.
    fn told(&self, (outcomes, queued): (Vec<Outcome>, bool)) -> Vec<Outcome> {
        if queued {
            self.delivery_queued.notify_one();
        }
        outcomes
    }

    /// Commits heavy members that share a transaction.
    async fn commit_units(&self, units: Vec<Unit>) -> Result<(), StoreError> {
        if units.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin_write().await?;
        let mut entries = Vec::new();
        for unit in units {
            let drafts;
            (tx, drafts) = self.run_under_savepoint(tx, unit).await?;
            entries.extend(drafts);
        }
        let queued = append(&mut tx, entries, self.clock.now(), &*self.random).await?;
        tx.commit().await?;
        if queued {
            self.delivery_queued.notify_one();
        }
        Ok(())
    }

    /// Runs a heavy member in the group's transaction; it can fail alone, unless the database did.
    async fn run_under_savepoint(
        &self,
        mut tx: Tx,
        unit: Unit,
    ) -> Result<(Tx, Vec<Draft>), StoreError> {
        tx.open_savepoint().await?;
        let (mut tx, verdict, drafts) = self.run_unit(tx, unit).await;
        match verdict {
            Verdict::Keep => {
                tx.release_savepoint().await?;
                Ok((tx, drafts))
            }
            Verdict::Undo(entry) => {
                tx.undo_savepoint().await?;
                Ok((tx, entry.into_iter().collect()))
            }
            Verdict::Abort => Err(lost_database()),
        }
    }

    async fn run_unit(&self, tx: Tx, unit: Unit) -> (Tx, Verdict, Vec<Draft>) {
        let mut op = Op::new(tx, self.clock.now(), Arc::clone(&self.random));
        let verdict = unit(&mut op).await;
        let (tx, drafts) = op.into_parts();
        (tx, verdict, drafts)
    }

    /// A heavy member in a transaction of its own (PostgreSQL). It runs in a task, so that a client
    /// that hangs up cannot leave it half done.
    async fn commit_alone(&self, unit: Unit) -> Result<(), CommitError> {
        let alone = Alone {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            delivery_queued: Arc::clone(&self.delivery_queued),
        };
        self.count(1);
        let task = tokio::spawn(async move { alone.run(unit).await });
        match task.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                self.statistics.note_failure();
                tracing::error!(%error, "a commit failed");
                Err(CommitError::Failed)
            }
            Err(_) => Err(CommitError::Failed),
        }
    }
}

struct Alone {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    delivery_queued: Arc<Notify>,
}

impl Alone {
    async fn run(self, unit: Unit) -> Result<(), StoreError> {
        let mut op = Op::new(
            self.store.begin_write().await?,
            self.clock.now(),
            Arc::clone(&self.random),
        );
        let verdict = unit(&mut op).await;
        let (tx, drafts) = op.into_parts();
        match verdict {
            Verdict::Keep => self.append_and_commit(tx, drafts).await,
            Verdict::Undo(entry) => {
                tx.rollback().await?;
                let Some(entry) = entry else { return Ok(()) };
                let tx = self.store.begin_write().await?;
                self.append_and_commit(tx, vec![entry]).await
            }
            Verdict::Abort => Err(lost_database()),
        }
    }

    async fn append_and_commit(&self, mut tx: Tx, drafts: Vec<Draft>) -> Result<(), StoreError> {
        let queued = append(&mut tx, drafts, self.clock.now(), &*self.random).await?;
        tx.commit().await?;
        if queued {
            self.delivery_queued.notify_one();
        }
        Ok(())
    }
}

fn lost_database() -> StoreError {
    StoreError::Damaged("the database failed under a unit of work".to_owned())
}

/// The light members of a group.
struct Lights {
    members: Vec<Light>,
    /// Where each stands in the group.
    places: Vec<usize>,
}

impl Lights {
    fn with_capacity(capacity: usize) -> Self {
        Self {
            members: Vec::with_capacity(capacity),
            places: Vec::with_capacity(capacity),
        }
    }

    fn push(&mut self, place: usize, light: Light) {
        self.members.push(light);
        self.places.push(place);
    }

    /// Checks, applies and logs the members in a transaction that the caller commits. Also says whether
    /// webhooks have something to be sent.
    async fn carry_out<T: GroupTx>(
        self,
        tx: &mut T,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<(Vec<Outcome>, bool), StoreError> {
        let lights = self.members;
        let mut outcomes = vec![Outcome::Done; lights.len()];
        // First, so that whatever changes what the guards stand for comes wholly before or after.
        lock(tx, lights.iter().map(|light| light.entry.org)).await?;
        check_guards(tx, &lights, &mut outcomes).await?;
        take_steps(tx, &lights, &mut outcomes, now).await?;
        let entries = lights
            .into_iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| **outcome == Outcome::Done)
            .map(|(light, _)| light.entry)
            .collect();
        let queued = append(tx, entries, now, random).await?;
        Ok((outcomes, queued))
    }
}

/// Marks the light members whose decision rested on something that changed.
async fn check_guards<T: GroupTx>(
    tx: &mut T,
    lights: &[Light],
    outcomes: &mut [Outcome],
) -> Result<(), StoreError> {
    let mut guards: Vec<Guard> = Vec::with_capacity(16);
    let mut secrets: Vec<(Uuid, i64)> = Vec::with_capacity(lights.len());
    for light in lights {
        guards.extend_from_slice(&light.guards);
        secrets.extend(light.secret);
    }
    for list in [&mut guards, &mut secrets] {
        list.sort_unstable();
        list.dedup();
    }
    let mut stale = tx.stale_guards(&guards).await?;
    stale.extend(tx.stale_secrets(&secrets).await?);
    if stale.is_empty() {
        return Ok(());
    }
    let stale: HashSet<Uuid> = stale.into_iter().collect();
    for (light, outcome) in lights.iter().zip(outcomes) {
        let mut ids = light
            .guards
            .iter()
            .map(|(id, _)| id)
            .chain(light.secret.iter().map(|(id, _)| id));
        if ids.any(|id| stale.contains(id)) {
            *outcome = Outcome::Stale;
        }
    }
    Ok(())
}

fn set(outcomes: &mut [Outcome], index: usize, outcome: Outcome) {
    if let Some(slot) = outcomes.get_mut(index) {
        *slot = outcome;
    }
}

/// Applies the steps of the light members that are still in.
async fn take_steps<T: GroupTx>(
    tx: &mut T,
    lights: &[Light],
    outcomes: &mut [Outcome],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut puts: Vec<(usize, &NewVersion)> = Vec::new();
    let mut places = HashSet::new();
    let mut touched = HashSet::new();
    for (index, light) in lights.iter().enumerate() {
        if outcomes.get(index) != Some(&Outcome::Done) {
            continue;
        }
        match &light.step {
            Step::None => {}
            Step::CountRead { secret, rev } => {
                if !tx.count_secret_read(*secret, *rev).await? {
                    set(outcomes, index, Outcome::Lost);
                }
            }
            // Two writers of one path: the first wins, the other decides again.
            Step::Put(new) if !places.insert((new.vault, new.path.as_str())) => {
                set(outcomes, index, Outcome::Lost);
            }
            Step::Put(new) => puts.push((index, new)),
            Step::Touch(agent) if !touched.insert(*agent) => {}
            Step::Touch(agent) => tx.touch_agent(*agent, now).await?,
        }
    }
    if puts.is_empty() {
        return Ok(());
    }
    let versions: Vec<&NewVersion> = puts.iter().map(|(_, new)| *new).collect();
    let written: HashSet<Uuid> = tx.put_versions(&versions).await?.into_iter().collect();
    for (index, new) in puts {
        if !written.contains(&new.secret.as_uuid()) {
            set(outcomes, index, Outcome::Lost);
        }
    }
    Ok(())
}
