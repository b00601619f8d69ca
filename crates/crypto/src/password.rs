//! Passwords and share passphrases: HMAC with a pepper, then Argon2id, stored as a PHC string.
//!
//! ```text
//! $argon2id$v=19$m=19456,t=2,p=1$<16 byte salt>$<32 byte hash of HMAC-SHA256(pepper, password)>
//! ```
//!
//! Parameters: 19 MiB, 2 passes, 1 lane, one of the equivalent minimum settings of OWASP's password
//! storage guidance (about 60 ms on one core). Of those it needs the least memory, and memory is
//! what many logins at once run out of first. The pepper makes a stolen database useless for
//! guessing.
//!
//! Invariants: never more than [`CONCURRENT_HASHES`] hashes run at a time, and never on an async
//! thread; verifying against no stored hash costs as much as against a real one, so an unknown
//! account cannot be told by time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::hmac;
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretString;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::keyring::Keyring;

/// Hashes that may run at the same time.
pub const CONCURRENT_HASHES: usize = 2;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_LENGTH: usize = 16;
/// A stored hash that asks for more was not made by us, and would be a way to stall the server.
const MAXIMUM_MEMORY_KIB: u32 = 64 * 1024;
const MAXIMUM_PASSES: u32 = 8;

/// Why a password could be neither hashed nor verified. A wrong password is not an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The stored text is not an Argon2id PHC string within our limits.
    #[error("the stored password hash is malformed")]
    MalformedHash,
    /// Out of memory, or the process is shutting down.
    #[error("password hashing is not available")]
    Unavailable,
}

/// Hashes and verifies passwords off the async threads. One per process, shared: it is what limits
/// concurrency.
pub struct PasswordHasher {
    pepper: hmac::Key,
    slots: Arc<Semaphore>,
}

/// The password after the pepper: all that Argon2id gets to see.
type Peppered = Zeroizing<[u8; 32]>;

impl PasswordHasher {
    /// A hasher with the instance's pepper.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        Self {
            pepper: keyring.password_pepper.clone(),
            slots: Arc::new(Semaphore::new(CONCURRENT_HASHES)),
        }
    }

    /// Hashes a new password; gives the PHC string to store.
    ///
    /// # Errors
    /// [`PasswordError::Unavailable`].
    pub async fn hash(
        &self,
        password: &SecretString,
        random: &dyn Random,
    ) -> Result<String, PasswordError> {
        let peppered = self.pepper(password);
        let mut salt = [0; SALT_LENGTH];
        random.fill(&mut salt);
        self.run(move || hash(&peppered, &salt)).await
    }

    /// Whether `password` is the one that `stored` was made of. With `None` (no such account) the
    /// answer is `false` after the same work.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn verify(
        &self,
        password: &SecretString,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let peppered = self.pepper(password);
        let stored = stored.map(str::to_owned);
        self.run(move || match stored {
            Some(stored) => verify(&peppered, &stored),
            None => hash(&peppered, &[0; SALT_LENGTH]).map(|_| false),
        })
        .await
    }

    fn pepper(&self, password: &SecretString) -> Peppered {
        let mut peppered = Zeroizing::new([0; 32]);
        peppered.copy_from_slice(hmac::sign(&self.pepper, password.expose().as_bytes()).as_ref());
        peppered
    }

    /// Runs `work` on a blocking thread once a slot is free. The slot is held by the thread, not by
    /// the caller: a client that hangs up does not make room for more work than allowed.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let slot = Arc::clone(&self.slots)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Unavailable)?;
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(slot);
            result
        });
        task.await.map_err(|_| PasswordError::Unavailable)?
    }
}

/// Whether a stored hash was made with other parameters than today's, and should be replaced at the
/// next sign-in.
#[must_use]
pub fn needs_rehash(stored: &str) -> bool {
    match read(stored) {
        Ok((_, params)) => {
            (params.m_cost(), params.t_cost(), params.p_cost()) != (MEMORY_KIB, PASSES, LANES)
        }
        Err(_) => true,
    }
}

fn hash(peppered: &Peppered, salt: &[u8; SALT_LENGTH]) -> Result<String, PasswordError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Unavailable)?;
    let hash = argon2id(params).hash_password_with_salt(peppered.as_ref(), salt);
    hash.map(|hash| hash.to_string())
        .map_err(|_| PasswordError::Unavailable)
}

fn verify(peppered: &Peppered, stored: &str) -> Result<bool, PasswordError> {
    let (hash, params) = read(stored)?;
    match argon2id(params).verify_password(peppered.as_ref(), &hash) {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(_) => Err(PasswordError::MalformedHash),
    }
}

fn argon2id(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Parses a PHC string. The verifier would follow the string's own algorithm and cost, so both are
/// checked here.
fn read(stored: &str) -> Result<(PasswordHash, Params), PasswordError> {
    let hash = PasswordHash::new(stored).map_err(|_| PasswordError::MalformedHash)?;
    let params = Params::try_from(&hash).map_err(|_| PasswordError::MalformedHash)?;
    let complete = hash.salt.is_some()
        && hash
            .hash
            .is_some_and(|output| output.len() == Params::DEFAULT_OUTPUT_LEN);
    let known = hash.algorithm == Algorithm::Argon2id.ident()
        && hash.version == Some(Version::V0x13.into());
    let affordable = params.m_cost() <= MAXIMUM_MEMORY_KIB
        && params.t_cost() <= MAXIMUM_PASSES
        && params.p_cost() <= LANES;
    if complete && known && affordable {
        Ok((hash, params))
    } else {
        Err(PasswordError::MalformedHash)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, mpsc};

    use oneclaw_core::clock::SeededRandom;

    use super::*;

    fn hasher() -> PasswordHasher {
        let random = SeededRandom::new(1);
        PasswordHasher::new(&Keyring::from_keys(Keyring::generate(&random)).unwrap())
    }

    /// Each piece of work waits for a second one to be running, and counts how many are.
    #[tokio::test]
    async fn two_hashes_run_at_a_time_and_never_three() {
        let hasher = Arc::new(hasher());
        let pair = Arc::new(Barrier::new(CONCURRENT_HASHES));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (hasher, pair) = (Arc::clone(&hasher), Arc::clone(&pair));
            let (running, most) = (Arc::clone(&running), Arc::clone(&most));
            tasks.spawn(async move {
                let work = move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    pair.wait();
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                hasher.run(work).await
            });
        }
        assert!(
            tasks
                .join_all()
                .await
                .into_iter()
                .all(|result| result.is_ok())
        );
        assert_eq!(most.load(Ordering::SeqCst), CONCURRENT_HASHES);
    }

    #[tokio::test]
    async fn a_caller_that_gives_up_does_not_free_its_slot_early() {
        let hasher = Arc::new(hasher());
        let (started, is_started) = tokio::sync::oneshot::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let work = move || {
            started.send(()).map_err(|()| PasswordError::Unavailable)?;
            may_finish.recv().map_err(|_| PasswordError::Unavailable)
        };
        let caller = tokio::spawn({
            let hasher = Arc::clone(&hasher);
            async move { hasher.run(work).await }
        });
        is_started.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(hasher.slots.available_permits(), CONCURRENT_HASHES - 1);
        finish.send(()).unwrap();
        // Waits until every slot is free again.
        let all = hasher
            .slots
            .acquire_many(u32::try_from(CONCURRENT_HASHES).unwrap())
            .await
            .unwrap();
        drop(all);
    }
}
