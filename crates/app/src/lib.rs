//! Every operation of the vault, once: policy, encryption, audit, mail and jobs, with no HTTP type
//! in sight. The API, the dashboard and the jobs call the same functions.
//!
//! Invariants:
//! - Only the committer (`commit`) makes anything durable, and it writes the audit entry in the
//!   same transaction. No entry, no effect, no value.
//! - Values are decrypted for a caller only with a `Granted` from `core::policy::evaluate`.
//! - Time, randomness and ids come from [`App`] or the unit of work, never from the environment.
//! - What is remembered between requests can make a request faster, never make it allowed.

mod append;
mod boot;
mod caches;
mod codes;
mod commit;
mod error;
mod factors;
mod lane;
mod limits;
mod live;
mod op;
mod outbound;
mod view;

pub mod access;
pub mod account;
pub mod agents;
pub mod api_keys;
pub mod approvals;
pub mod assertions;
pub mod audit;
pub mod bindings;
pub mod client_keys;
pub mod devices;
pub mod dpop;
pub mod enrollments;
pub mod env_vars;
pub mod exposure;
pub mod federation;
pub mod google;
pub mod health;
pub mod honeytokens;
pub mod idempotency;
pub mod ip_rules;
pub mod jobs;
pub mod mail;
pub mod mfa;
pub mod oauth;
pub mod organisations;
pub mod overview;
pub mod passkeys;
pub mod policies;
pub mod quotas;
pub mod reauth;
pub mod rotate;
pub mod secrets;
pub mod sessions;
pub mod shares;
pub mod tokens;
pub mod usage;
pub mod users;
pub mod vaults;
pub mod webhooks;

pub use boot::{BootError, Config, KeyDelivery};
pub use commit::{CommitCounts, GROUP_SIZES};
pub use error::{Error, Kind, MissingAccess, Result};
pub use live::{Caller, Live};
pub use users::Origin;

use crate::caches::Caches;
use crate::commit::{Committer, Unit, Verdict};
use crate::op::Op;
use futures_core::future::BoxFuture;
use oneclaw_core::clock::{Clock, Random, Timestamp};
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_crypto::federation::FederationKey;
use oneclaw_crypto::password::PasswordHasher;
use oneclaw_crypto::{Keyring, MasterKeys};
use oneclaw_store::Store;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;

/// The vault, open and running. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    store: Store,
    committer: Arc<Committer>,
    committing: Mutex<Option<JoinHandle<()>>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    keyring: Keyring,
    master: RwLock<MasterKeys>,
    master_key_file: PathBuf,
    passwords: PasswordHasher,
    settings: Settings,
    caches: Caches,
    mail: mail::Mailer,
    mail_queued: Notify,
    answered: Notify,
    outbound: outbound::Outbound,
    meter: usage::Meter,
    google_keys: google::Keys,
    federation_key: OnceCell<FederationKey>,
}

/// How this instance was told to behave.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base of every link we make, without a trailing slash. Never taken from a request.
    pub public_url: String,
    /// How an approver gets a new agent's key, unless the organisation says otherwise.
    pub key_delivery: KeyDelivery,
    /// A demonstration on this machine: sign-up needs no mail.
    pub dev: bool,
    /// Networks that webhooks and bindings may call although they are not public, and without TLS.
    pub outbound_allow: TrustedNetworks,
    /// How people sign in with Google, if they can.
    pub google: Option<google::Settings>,
    /// Whether assistants may register themselves.
    pub oauth_registration: bool,
    /// Whether agents can get tokens for other services.
    pub federation: bool,
}

impl App {
    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The settings of this instance.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Sizes of the commit groups so far.
    #[must_use]
    pub fn commit_counts(&self) -> CommitCounts {
        self.0.committer.counts()
    }

    /// The instance's public keys and keyed digests.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// Whether mail leaves this instance; otherwise it is kept in the outbox to be read there.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.0.mail.has_transport()
    }

    pub(crate) fn random(&self) -> &dyn Random {
        &*self.0.random
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn passwords(&self) -> &PasswordHasher {
        &self.0.passwords
    }

    pub(crate) fn caches(&self) -> &Caches {
        &self.0.caches
    }

    pub(crate) fn google_keys(&self) -> &google::Keys {
        &self.0.google_keys
    }

    pub(crate) fn federation_key(&self) -> &OnceCell<FederationKey> {
        &self.0.federation_key
    }

    pub(crate) fn mailer(&self) -> &mail::Mailer {
        &self.0.mail
    }

    pub(crate) fn meter(&self) -> &usage::Meter {
        &self.0.meter
    }

    /// Tells the mail job that there may be something to send.
    pub(crate) fn wake_mail(&self) {
        self.0.mail_queued.notify_one();
    }

    /// The guarded way out.
    pub(crate) fn outbound(&self) -> &outbound::Outbound {
        &self.0.outbound
    }

    /// Told when something was queued for a webhook.
    pub(crate) fn delivery_queued(&self) -> &Notify {
        self.0.committer.delivery_queued()
    }

    pub(crate) fn mail_queued(&self) -> &Notify {
        &self.0.mail_queued
    }

    /// Wakes whoever waits for the answer to an approval on this node.
    pub(crate) fn answered(&self) -> &Notify {
        &self.0.answered
    }

    /// Runs a unit of work: its statements and its audit entries become durable together, or not at
    /// all. A refusal that carries an entry has that entry written.
    ///
    /// Slow work (hashing passwords, talking to others) belongs before or after, never inside: on
    /// SQLite everybody else waits for it.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Op) -> BoxFuture<'a, Result<T>> + Send + 'static,
    {
        let slot: Arc<Mutex<Option<Result<T>>>> = Arc::new(Mutex::new(None));
        let result = Arc::clone(&slot);
        let alarm = Arc::new(AtomicBool::new(false));
        let ring = Arc::clone(&alarm);
        let unit: Unit = Box::new(move |op| {
            Box::pin(async move {
                let (outcome, verdict) = match work(op).await {
                    Ok(value) => {
                        ring.store(op.is_alarmed(), Ordering::Relaxed);
                        (Ok(value), Verdict::Keep)
                    }
                    Err(error) if op::lost_database(&error) => (Err(error), Verdict::Abort),
                    Err(mut error) => {
                        let verdict = Verdict::Undo(error.take_entry());
                        (Err(error), verdict)
                    }
                };
                *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                verdict
            })
        });
        self.0.committer.commit_heavy(unit).await?;
        if alarm.load(Ordering::Relaxed) {
            // On its own: whoever is caught does not wait for the mail about it.
            tokio::spawn(honeytokens::tell(self));
        }
        let outcome = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        outcome.unwrap_or_else(|| Err(Error::unavailable()))
    }

    /// Refuses new work and waits until what was accepted is durable, then closes the database.
    pub async fn shut_down(&self) {
        self.0.committer.close();
        let committing = self
            .0
            .committing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = committing {
            // It only fails when it panicked; then there is nothing left to wait for.
            let _ = task.await;
        }
        self.0.store.close().await;
    }
}
