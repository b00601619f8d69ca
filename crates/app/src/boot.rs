//! Opening the vault: database, master key, the instance's own keys, the committer.
//!
//! The only commits outside the committer are here, before it exists: the instance's keys, made at
//! the first start.

use crate::caches::Caches;
use crate::commit::Committer;
use crate::mail::Mailer;
use crate::{App, Inner, Settings};
use oneclaw_core::clock::{Clock, Random, Timestamp};
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose, KeyringError};
use oneclaw_crypto::master::MasterKeyError;
use oneclaw_crypto::password::PasswordHasher;
use oneclaw_crypto::seal::{KeyId, OpenError, SealError};
use oneclaw_crypto::{Keyring, MasterKeys};
use oneclaw_store::keyring::KeyringRow;
use oneclaw_store::{Store, StoreError};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, RwLock};
use tokio::sync::{Notify, OnceCell};

/// How an approver gets the key of an agent that brought no key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDelivery {
    /// In the mail, as the original product does.
    Email,
    /// By a link to a page where the signed-in approver reveals it once.
    Link,
}

impl KeyDelivery {
    /// `email` or `link`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Link => "link",
        }
    }
}

impl FromStr for KeyDelivery {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "email" => Ok(Self::Email),
            "link" => Ok(Self::Link),
            other => Err(format!(
                "unknown way to deliver keys: {other}; use `email` or `link`"
            )),
        }
    }
}

/// Everything an instance needs to open.
pub struct Config {
    /// Where the data is.
    pub database: oneclaw_store::Config,
    /// Where the master key is; made at the first start.
    pub master_key_file: PathBuf,
    /// How mail leaves.
    pub mail: Mailer,
    /// How the instance behaves.
    pub settings: Settings,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub random: Arc<dyn Random>,
}

/// Why an instance did not open.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The master key file.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The master key file is not the one this database was made with.
    #[error(
        "the database was sealed with master key {0}, which the key file does not hold: restore the file that belongs to this database"
    )]
    OtherMasterKey(String),
    /// A stored key does not open.
    #[error("a key in the database does not open: {0}")]
    Damaged(#[from] OpenError),
    /// A key could not be made.
    #[error("a key could not be made: {0}")]
    Seal(#[from] SealError),
    /// The keys do not make a keyring.
    #[error("the keys of the instance are incomplete: {0}")]
    Keyring(#[from] KeyringError),
}

/// Settings row by which the nodes of an instance agree on who made its keys.
const INSTANCE_ID: &str = "instance_id";

impl App {
    /// Opens an instance, making it at the first start.
    pub async fn open(config: Config) -> Result<Self, BootError> {
        let store = Store::open(&config.database).await?;
        let now = config.clock.now();
        let random = &*config.random;
        let mut rows = stored_keys(&store).await?;
        // A database that has keys needs the file it was made with: a new one would open nothing.
        let master = if rows.is_empty() {
            MasterKeys::load_or_create(&config.master_key_file, random, now)?
        } else {
            MasterKeys::load(&config.master_key_file)?
        };
        if rows.is_empty() {
            create_keys(&store, &master, random, now).await?;
            rows = stored_keys(&store).await?;
        }
        let keyring = unwrap_keys(&master, rows)?;
        let passwords = PasswordHasher::new(&keyring);
        let committer = Committer::new(
            store.clone(),
            Arc::clone(&config.clock),
            Arc::clone(&config.random),
        );
        let committing = tokio::spawn(Arc::clone(&committer).run());
        Ok(Self(Arc::new(Inner {
            store,
            outbound: crate::outbound::Outbound::new(config.settings.outbound_allow.clone()),
            committer,
            committing: Mutex::new(Some(committing)),
            clock: config.clock,
            random: config.random,
            keyring,
            master: RwLock::new(master),
            master_key_file: config.master_key_file,
            passwords,
            settings: config.settings,
            caches: Caches::new(),
            mail: config.mail,
            mail_queued: Notify::new(),
            answered: Notify::new(),
            meter: crate::usage::Meter::default(),
            google_keys: crate::google::Keys::default(),
            federation_key: OnceCell::new(),
        })))
    }
}

async fn stored_keys(store: &Store) -> Result<Vec<KeyringRow>, StoreError> {
    store.begin_read().await?.list_keyring().await
}

async fn create_keys(
    store: &Store,
    master: &MasterKeys,
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), BootError> {
    let mut tx = store.begin_write().await?;
    let instance = random.uuid_v4().to_string();
    if !tx.insert_setting(INSTANCE_ID, &instance).await? {
        // Another node is making, or has made, the keys.
        return Ok(tx.rollback().await?);
    }
    tx.insert_setting(
        crate::rotate::CURRENT_MASTER_KEY,
        &master.newest().to_string(),
    )
    .await?;
    for key in Keyring::generate(random) {
        let wrapped = key.wrap(master, random)?;
        tx.insert_keyring(&key.id().to_string(), key.purpose().as_str(), &wrapped, now)
            .await?;
    }
    Ok(tx.commit().await?)
}

fn unwrap_keys(master: &MasterKeys, rows: Vec<KeyringRow>) -> Result<Keyring, BootError> {
    let damaged = |what: &str| BootError::Store(StoreError::Damaged(format!("keyring {what}")));
    let mut keys = Vec::with_capacity(rows.len());
    for row in rows.into_iter().rev() {
        let purpose = KeyPurpose::from_str(&row.purpose).map_err(|_| damaged("purpose"))?;
        let id = KeyId::from_str(&row.id).map_err(|_| damaged("id"))?;
        let key =
            InstanceKey::unwrap(master, purpose, id, &row.wrapped).map_err(
                |error| match error {
                    OpenError::UnknownKey(id) => BootError::OtherMasterKey(id.to_string()),
                    other => BootError::Damaged(other),
                },
            )?;
        keys.push(key);
    }
    Ok(Keyring::from_keys(keys)?)
}
