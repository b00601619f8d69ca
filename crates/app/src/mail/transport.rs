//! How mail leaves: by SMTP, into a folder, or not at all.
//!
//! Invariants: outside this machine a password or a mail never travels without TLS, and the
//! server's certificate is checked for the name that was configured; every step of a conversation
//! has an end in time; no error and no description contains the password.

use super::body::Body;
use super::compose::{ComposeError, Composed, compose};
use super::smtp::Smtp;
use lettre::message::Mailbox;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::MailId;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt;
use url::Url;

/// Longest error text that is kept of a failed try, in characters.
const MAXIMUM_ERROR: usize = 300;

/// Why the mail settings were not accepted; sentences for the operator.
#[derive(Debug, thiserror::Error)]
pub enum MailUrlError {
    /// The sender.
    #[error(
        "the sender of mails must be an address such as `1Claw <vault@example.org>`, and `{0}` is not"
    )]
    From(String),
    /// Not a URL at all. The text is not repeated: it may contain a password.
    #[error(
        "the mail URL is not a URL: {0}. Use smtps://user:password@host, smtp://user:password@host:587 or file:///folder"
    )]
    Syntax(#[from] url::ParseError),
    /// Another scheme.
    #[error("mail cannot be sent by `{0}`: the mail URL begins with smtps://, smtp:// or file:///")]
    Scheme(String),
    /// No server named.
    #[error("the mail URL names no server")]
    NoHost,
    /// Something behind the server's name.
    #[error(
        "the mail URL has a path, a query or a fragment behind the server's name, which mean nothing here"
    )]
    Unknown,
    /// Half a credential.
    #[error(
        "the mail URL must have both a user and a password, or neither; write `:`, `@` and `/` in them as %3A, %40 and %2F"
    )]
    Credentials,
    /// TLS cannot be prepared for that name.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(String),
    /// No absolute folder.
    #[error("the mail URL names no folder: write file:///folder with three slashes")]
    NoFolder,
    /// The folder is not usable.
    #[error("the folder for mails, {path}, cannot be made: {cause}", path = path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
}

/// Why a mail did not leave; a line for the operator.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// Worth another try.
    #[error("{0}")]
    Temporary(String),
    /// The same mail will never be taken.
    #[error("{0}")]
    Permanent(String),
}

impl SendError {
    pub(super) fn temporary(cause: impl std::fmt::Display) -> Self {
        Self::Temporary(one_line(&cause.to_string()))
    }

    pub(super) fn permanent(cause: impl std::fmt::Display) -> Self {
        Self::Permanent(one_line(&cause.to_string()))
    }
}

impl From<ComposeError> for SendError {
    fn from(error: ComposeError) -> Self {
        Self::permanent(error)
    }
}

/// Answers of servers are shown to operators, so they must not be able to draw on a terminal.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MAXIMUM_ERROR)
        .collect()
}

/// Where mails go, and who sends them.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

enum Transport {
    None,
    Smtp(Box<Smtp>),
    Folder(PathBuf),
    #[cfg(any(test, feature = "test-support"))]
    Memory(Postbox),
}

impl Mailer {
    /// Reads the mail settings.
    ///
    /// | URL | transport |
    /// |---|---|
    /// | none | mails stay in the outbox, for the operator to read |
    /// | `smtps://user:password@host[:465]` | SMTP inside TLS (RFC 8314) |
    /// | `smtp://user:password@host[:587]` | SMTP with STARTTLS, which the server must offer |
    /// | `smtp://localhost[:25]` or a loopback address | SMTP without TLS: it stays on this machine |
    /// | `file:///folder` | one `.eml` file for each mail, readable by this user only |
    ///
    /// User and password are percent-encoded and may both be left out. `from` is an address, with or
    /// without a name.
    pub fn from_url(url: Option<&str>, from: &str) -> Result<Self, MailUrlError> {
        let from = from
            .parse()
            .map_err(|_| MailUrlError::From(from.to_owned()))?;
        let transport = match url {
            None => Transport::None,
            Some(text) => {
                let url = Url::parse(text)?;
                match url.scheme() {
                    "smtp" | "smtps" => Transport::Smtp(Box::new(Smtp::from_url(&url)?)),
                    "file" => Transport::Folder(folder(&url)?),
                    other => return Err(MailUrlError::Scheme(other.to_owned())),
                }
            }
        };
        Ok(Self { from, transport })
    }

    /// Whether mails are sent at all.
    pub fn has_transport(&self) -> bool {
        !matches!(self.transport, Transport::None)
    }

    /// Where mails go, for people. Names no user and no password.
    pub fn describe(&self) -> String {
        match &self.transport {
            Transport::None => {
                "kept in the outbox; read them with `1claw server outbox`".to_owned()
            }
            Transport::Smtp(smtp) => smtp.describe(),
            Transport::Folder(path) => format!("written to the folder {}", path.display()),
            #[cfg(any(test, feature = "test-support"))]
            Transport::Memory(_) => "kept in memory".to_owned(),
        }
    }

    /// Sends one mail, once. `Ok` means that somebody else has taken charge of it.
    pub(super) async fn send(
        &self,
        id: MailId,
        written_at: Timestamp,
        body: &Body<'_>,
    ) -> Result<(), SendError> {
        let mail = compose(&self.from, id, written_at, body)?;
        match &self.transport {
            Transport::None => Err(SendError::temporary("there is no mail transport")),
            Transport::Smtp(smtp) => smtp.send(&mail).await,
            Transport::Folder(path) => write_file(path, id, &mail)
                .await
                .map_err(SendError::temporary),
            #[cfg(any(test, feature = "test-support"))]
            Transport::Memory(postbox) => {
                postbox.put(&mail, body);
                Ok(())
            }
        }
    }
}

fn folder(url: &Url) -> Result<PathBuf, MailUrlError> {
    if url.query().is_some() || url.fragment().is_some() {
        return Err(MailUrlError::Unknown);
    }
    let path = url.to_file_path().map_err(|()| MailUrlError::NoFolder)?;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
    made.map_err(|cause| MailUrlError::Folder {
        path: path.clone(),
        cause,
    })?;
    Ok(path)
}

/// Writes a mail under a name that sorts by time. Whoever watches the folder sees whole files only.
async fn write_file(folder: &Path, id: MailId, mail: &Composed) -> io::Result<()> {
    let unfinished = folder.join(format!(".{id}.part"));
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&unfinished).await?;
    file.write_all(mail.bytes.expose()).await?;
    file.sync_all().await?;
    tokio::fs::rename(&unfinished, folder.join(format!("{id}.eml"))).await
}

#[cfg(any(test, feature = "test-support"))]
pub use memory::{Postbox, Received};

#[cfg(any(test, feature = "test-support"))]
mod memory {
    use super::super::body::Body;
    use super::super::compose::Composed;
    use super::{Mailer, Transport};
    use lettre::Address;
    use lettre::message::Mailbox;
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
    use tokio::sync::Notify;

    /// Where mails of a test arrive.
    #[derive(Clone, Default)]
    pub struct Postbox(Arc<Inner>);

    #[derive(Default)]
    struct Inner {
        mails: Mutex<VecDeque<Received>>,
        arrived: Notify,
        skips_decoys: AtomicBool,
    }

    /// A mail that arrived.
    #[derive(Clone, Debug)]
    pub struct Received {
        /// Who it is for.
        pub recipient: String,
        /// Its subject.
        pub subject: String,
        /// Its text part.
        pub text: String,
        /// Its HTML part.
        pub html: String,
        /// All of it as it would be sent.
        pub raw: Vec<u8>,
    }

    impl Postbox {
        pub(super) fn put(&self, mail: &Composed, body: &Body<'_>) {
            let received = Received {
                recipient: body.recipient.to_owned(),
                subject: body.subject.to_owned(),
                text: body.text.to_owned(),
                html: body.html.to_owned(),
                raw: mail.bytes.expose().to_vec(),
            };
            self.mails().push_back(received);
            self.0.arrived.notify_one();
        }

        fn mails(&self) -> MutexGuard<'_, VecDeque<Received>> {
            self.0.mails.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// From now on a mail that nobody will get is not written at all, which is what a careless server
        /// would do: the control of tests that look for a difference in time.
        pub fn skip_decoys(&self) {
            self.0.skips_decoys.store(true, Ordering::Relaxed);
        }

        /// Takes out everything that has arrived so far, oldest first.
        pub fn take(&self) -> Vec<Received> {
            std::mem::take(&mut *self.mails()).into()
        }

        /// Takes out the oldest mail, or waits for one.
        pub async fn next(&self) -> Received {
            loop {
                if let Some(mail) = self.mails().pop_front() {
                    return mail;
                }
                self.0.arrived.notified().await;
            }
        }
    }

    impl Mailer {
        /// Whether the test wants a careless server.
        pub(in crate::mail) fn skips_decoys(&self) -> bool {
            match &self.transport {
                Transport::Memory(postbox) => postbox.0.skips_decoys.load(Ordering::Relaxed),
                _ => false,
            }
        }

        /// A transport for tests, and where its mails arrive.
        pub fn memory() -> (Self, Postbox) {
            let postbox = Postbox::default();
            let from = Mailbox::new(None, Address::new_dangerous("vault", "vault.example"));
            (
                Self {
                    from,
                    transport: Transport::Memory(postbox.clone()),
                },
                postbox,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "1Claw <vault@example.org>";

    fn refused(url: &str) -> MailUrlError {
        Mailer::from_url(Some(url), FROM).err().unwrap()
    }

    #[test]
    fn settings_are_described_and_say_whether_mail_is_sent() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("file://{}", folder.path().display());
        for (url, sends, description) in [
            (None, false, "outbox".to_owned()),
            (
                Some("smtps://u:p@mail.example.org"),
                true,
                "mail.example.org:465".to_owned(),
            ),
            (
                Some(url.as_str()),
                true,
                folder.path().display().to_string(),
            ),
        ] {
            let mailer = Mailer::from_url(url, FROM).unwrap();
            assert_eq!(mailer.has_transport(), sends);
            assert!(
                mailer.describe().contains(&description),
                "{}",
                mailer.describe()
            );
        }
        assert!(Mailer::from_url(None, "vault@example.org").is_ok());
        for from in ["", "vault", "a@b, c@d", "x\r\nBcc: a@b"] {
            assert!(
                matches!(Mailer::from_url(None, from), Err(MailUrlError::From(_))),
                "{from:?}"
            );
        }
    }

    #[test]
    fn what_is_refused_says_why() {
        assert!(matches!(
            refused("mail.example.org"),
            MailUrlError::Syntax(_)
        ));
        assert!(matches!(
            refused("https://mail.example.org"),
            MailUrlError::Scheme(_)
        ));
        assert!(matches!(
            refused("file://host/folder"),
            MailUrlError::NoFolder
        ));
        assert!(matches!(refused("file:///tmp?x"), MailUrlError::Unknown));
        assert!(matches!(
            refused("file:///proc/mails"),
            MailUrlError::Folder { .. }
        ));
    }

    #[test]
    fn no_message_repeats_a_password() {
        for url in [
            "smtp//user:hunter2@host",
            "ftp://user:hunter2@host",
            "smtp://user:hunter2@",
            "smtp://user:hunter2@host:99999",
            "smtp://user:hunter2@host/x",
            "smtp://user:hunter2%ff@host",
            "smtps://:hunter2@host",
            "smtps://user:hunter2@host?tls=none",
        ] {
            let error = refused(url);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        let mailer = Mailer::from_url(Some("smtps://user:hunter2@host"), FROM).unwrap();
        assert!(!mailer.describe().contains("hunter2") && !mailer.describe().contains("user"));
    }

    #[test]
    fn answers_of_servers_are_one_short_line() {
        let text =
            SendError::temporary(format!("550 a\u{1b}[2J\r\nb{}", "x".repeat(999))).to_string();
        assert!(
            text.starts_with("550 a [2J  bx") && text.chars().count() == MAXIMUM_ERROR,
            "{text}"
        );
    }
}
