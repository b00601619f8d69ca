//! Master keys: the top of the hierarchy, kept in a file outside the database.
//!
//! One key per line, newest first; `#` starts a comment line:
//!
//! ```text
//! 1claw-master-key-v1 <key id, 16 hex digits> <key, 44 base64 characters> <created, RFC 3339>
//! ```
//!
//! Invariants:
//! - Wrapping uses the newest key; unwrapping uses the key the blob names. So rotation is: add a
//!   key, wrap everything again, retire the old key.
//! - The file is refused when anybody but its owner may read or write it, and is always written
//!   complete: to a new file that is flushed before it takes its place. A crash leaves the old file
//!   or the new one.
//! - Changes are made under a lock, so that no process overwrites a key another has just added.
//! - Errors name the file and the line, never its content.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::secret::{SecretBytes, SecretString};
use zeroize::Zeroizing;

use crate::random::SystemRandom;
use crate::seal::{Context, Key, KeyId, OpenError, SealError, open, seal, sealed_under};

const LINE_TAG: &str = "1claw-master-key-v1";
const FILE_MODE: u32 = 0o600;
/// Permission bits nobody but the owner may have.
const FOREIGN_BITS: u32 = 0o077;
/// Far above any real file, far below what would hurt.
const MAXIMUM_FILE_LENGTH: u64 = 64 * 1024;

const FILE_COMMENT: &str = "\
# Master keys of a 1Claw instance, newest first.
# Whoever has this file and a copy of the database can read every secret.
# Without this file nobody can, so keep a copy somewhere safe, apart from database backups.
";

/// Why the master keys could not be used.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file could not be read or written.
    #[error("master key file {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Somebody else may read or change the file.
    #[error(
        "master key file {path} has mode {mode:04o}: others on this machine can reach it. \
         If you trust its content, run: chmod 600 {path}",
        path = path.display()
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A line is not a key, a comment or empty.
    #[error("line {line} of the master key file is not `{LINE_TAG} <id> <key> <time>`")]
    BadLine {
        /// Counted from 1.
        line: usize,
    },
    /// The same id stands on two lines.
    #[error("line {line} of the master key file repeats a key id")]
    RepeatedId {
        /// Counted from 1.
        line: usize,
    },
    /// There is no key in the file.
    #[error("the master key file holds no key")]
    Empty,
    /// The key to keep is not in the file.
    #[error("the master key file holds no key {0}")]
    NoSuchKey(KeyId),
}

/// One master key and when it was made.
struct MasterKey {
    key: Key,
    created: Timestamp,
}

/// The master keys of an instance, newest first and never empty.
pub struct MasterKeys {
    newest: MasterKey,
    older: Vec<MasterKey>,
}

impl MasterKeys {
    /// Makes a first key, in memory only.
    #[must_use]
    pub fn generate(random: &dyn Random, now: Timestamp) -> Self {
        Self {
            newest: MasterKey {
                key: Key::generate(random),
                created: now,
            },
            older: Vec::new(),
        }
    }

    /// Reads the keys from text in the file's format, for instances that get it from somewhere
    /// other than a file.
    ///
    /// # Errors
    /// [`MasterKeyError`] naming the bad line.
    pub fn parse(text: &SecretString) -> Result<Self, MasterKeyError> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, line) in text.expose().lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = index.saturating_add(1);
            let key = parse_line(line).ok_or(MasterKeyError::BadLine { line: number })?;
            if keys.iter().any(|known| known.key.id() == key.key.id()) {
                return Err(MasterKeyError::RepeatedId { line: number });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let newest = keys.next().ok_or(MasterKeyError::Empty)?;
        Ok(Self {
            newest,
            older: keys.collect(),
        })
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// [`MasterKeyError::TooOpen`] when the file's mode is wider than 0600, else as
    /// [`MasterKeys::parse`].
    pub fn load(path: &Path) -> Result<Self, MasterKeyError> {
        read_file(path).and_then(|text| Self::parse(&text))
    }

    /// Reads the key file, or makes it with a first key when there is none.
    ///
    /// # Errors
    /// As [`MasterKeys::load`]. Two processes starting at once cannot overwrite each other: one
    /// creates, both read.
    pub fn load_or_create(
        path: &Path,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Self, MasterKeyError> {
        if let Some(keys) = Self::load_if_present(path)? {
            return Ok(keys);
        }
        let _lock = lock_folder(path)?;
        if let Some(keys) = Self::load_if_present(path)? {
            return Ok(keys);
        }
        let keys = Self::generate(random, now);
        keys.write(path)?;
        Ok(keys)
    }

    /// Adds a new key to the file, in front, and gives the keys as they are then. Everything is
    /// wrapped under it from now on; what older keys wrapped stays readable.
    ///
    /// # Errors
    /// [`MasterKeyError`]; the file is unchanged then.
    pub fn add_new(
        path: &Path,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Self, MasterKeyError> {
        let _lock = lock_folder(path)?;
        let Self { newest, mut older } = Self::load(path)?;
        older.insert(0, newest);
        let keys = Self {
            newest: MasterKey {
                key: Key::generate(random),
                created: now,
            },
            older,
        };
        keys.write(path)?;
        Ok(keys)
    }

    /// Removes every key but `keep` from the file. Only safe once nothing is wrapped under the
    /// others any more; the caller has checked that.
    ///
    /// # Errors
    /// [`MasterKeyError::NoSuchKey`] when `keep` is not in the file, which is unchanged then.
    pub fn retire(path: &Path, keep: KeyId) -> Result<Self, MasterKeyError> {
        let _lock = lock_folder(path)?;
        let Self { newest, older } = Self::load(path)?;
        let kept = std::iter::once(newest)
            .chain(older)
            .find(|master| master.key.id() == keep);
        let keys = Self {
            newest: kept.ok_or(MasterKeyError::NoSuchKey(keep))?,
            older: Vec::new(),
        };
        keys.write(path)?;
        Ok(keys)
    }

    /// Id of the key that [`MasterKeys::wrap`] uses.
    #[must_use]
    pub fn newest(&self) -> KeyId {
        self.newest.key.id()
    }

    /// Ids and creation times, newest first.
    pub fn ids(&self) -> impl Iterator<Item = (KeyId, Timestamp)> + '_ {
        self.all().map(|master| (master.key.id(), master.created))
    }

    /// Encrypts key material under the newest master key.
    ///
    /// # Errors
    /// [`SealError`] when the cryptographic library fails.
    pub fn wrap(
        &self,
        context: &Context,
        material: &[u8],
        random: &dyn Random,
    ) -> Result<Vec<u8>, SealError> {
        seal(&self.newest.key, context, material, random)
    }

    /// Decrypts what [`MasterKeys::wrap`] made, with whichever key the blob names.
    ///
    /// # Errors
    /// [`OpenError::UnknownKey`] when that key is not loaded: another process may have rotated, so
    /// read the file again once. Other errors are final.
    pub fn unwrap(&self, context: &Context, blob: &[u8]) -> Result<SecretBytes, OpenError> {
        let named = sealed_under(blob);
        // Where no key is the named one, opening with any other says so.
        let master = self
            .all()
            .find(|master| Some(master.key.id()) == named)
            .unwrap_or(&self.newest);
        open(&master.key, context, blob)
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> + '_ {
        std::iter::once(&self.newest).chain(&self.older)
    }

    /// The content of the file.
    fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(
            FILE_COMMENT.len() + 128 * (1 + self.older.len()),
        ));
        text.push_str(FILE_COMMENT);
        for MasterKey { key, created } in self.all() {
            let encoded = Zeroizing::new(BASE64.encode(key.material()));
            for word in [
                LINE_TAG,
                " ",
                &key.id().to_string(),
                " ",
                encoded.as_str(),
                " ",
                &created.to_string(),
                "\n",
            ] {
                text.push_str(word);
            }
        }
        text
    }

    fn load_if_present(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        match Self::load(path) {
            Ok(keys) => Ok(Some(keys)),
            Err(MasterKeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn write(&self, path: &Path) -> Result<(), MasterKeyError> {
        replace_file(path, self.to_text().as_bytes()).map_err(at(path))
    }
}

/// The id of the master key that wrapped `blob`; `None` when it is no blob. For counting what a
/// rotation has left to do.
#[must_use]
pub fn wrapped_by(blob: &[u8]) -> Option<KeyId> {
    sealed_under(blob)
}

fn parse_line(line: &str) -> Option<MasterKey> {
    let mut words = line.split_ascii_whitespace();
    if words.next()? != LINE_TAG {
        return None;
    }
    let id = words.next()?.parse().ok()?;
    let material = Zeroizing::new(BASE64.decode(words.next()?.as_bytes()).ok()?);
    let created = words.next()?.parse().ok()?;
    if words.next().is_some() {
        return None;
    }
    Some(MasterKey {
        key: Key::from_material(id, &material).ok()?,
        created,
    })
}

/// Names the file in an error of the operating system.
fn at(path: &Path) -> impl Fn(io::Error) -> MasterKeyError + '_ {
    |source| MasterKeyError::Io {
        path: path.to_owned(),
        source,
    }
}

fn read_file(path: &Path) -> Result<SecretString, MasterKeyError> {
    // The mode is asked of the opened file, so it cannot be exchanged in between.
    let file = File::open(path).map_err(at(path))?;
    let metadata = file.metadata().map_err(at(path))?;
    let mode = metadata.mode() & 0o7777;
    if mode & FOREIGN_BITS != 0 {
        return Err(MasterKeyError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    if metadata.len() > MAXIMUM_FILE_LENGTH {
        return Err(at(path)(io::ErrorKind::FileTooLarge.into()));
    }
    // Reserved at once: a growing string would leave copies of the keys behind in freed memory.
    let capacity = usize::try_from(metadata.len()).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(capacity));
    file.take(metadata.len())
        .read_to_string(&mut text)
        .map_err(at(path))?;
    Ok(SecretString::from(std::mem::take(&mut *text)))
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Keeps other processes from changing the key file until dropped. Two rotations at the same time
/// would otherwise lose the key that one of them has already begun to use. The folder is locked,
/// because the file itself is exchanged.
fn lock_folder(path: &Path) -> Result<File, MasterKeyError> {
    let lock = || {
        let folder = File::open(folder_of(path))?;
        folder.lock()?;
        Ok(folder)
    };
    lock().map_err(at(path))
}

/// Writes `content` to a new neighbour of `path`, flushes it, and puts it in place.
fn replace_file(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path
        .file_name()
        .ok_or(io::ErrorKind::InvalidInput)?
        .to_owned();
    // A random name, because one left behind by a crash must not be in the way.
    name.push(format!(".{}.new", KeyId::generate(&SystemRandom)));
    let neighbour = path.with_file_name(name);
    let placed = write_new(&neighbour, content).and_then(|()| fs::rename(&neighbour, path));
    if placed.is_err() {
        // Best effort: what is left behind is as protected as the file itself.
        let _ = fs::remove_file(&neighbour);
    }
    placed?;
    File::open(folder_of(path))?.sync_all()
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
