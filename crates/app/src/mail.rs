//! Mail: what we write to people, and the outbox it waits in.
//!
//! A mail is rendered and sealed in the transaction of the act that causes it, and sent afterwards
//! by a job. So nobody is mailed about something that did not happen, no answer waits for a mail
//! server, and without a server the mails are still there to be read.
//!
//! Invariants:
//! - Each mail has one recipient, a fixed subject of ours and links to our own public URL only.
//! - Bodies are sealed at rest; a body that carries a credential is wiped once it was sent.
//! - Queueing costs the same, to the statement, whether the mail will be sent or not.

mod body;
mod compose;
mod message;
mod quote;
mod smtp;
mod transport;

#[cfg(test)]
pub(crate) mod tests;

pub use transport::{MailUrlError, Mailer};
#[cfg(any(test, feature = "test-support"))]
pub use transport::{Postbox, Received};

pub(crate) use message::{FactorChange, Message};
pub(crate) use smtp::LONGEST_TRY;
pub(crate) use transport::SendError;

use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::Op;
use body::Body;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{MailId, OrgId};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::{open_mail, seal_mail};
use oneclaw_store::outbox::MailRow;

/// Where a mail is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Waits for the next try.
    Queued,
    /// Left.
    Sent,
    /// Given up.
    Failed,
    /// There is no transport; waits to be read, or for one.
    Kept,
    /// Nobody is to be mailed. The row exists so that this cannot be told from the outside.
    Discarded,
}

impl Status {
    /// As stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Kept => "kept",
            Self::Discarded => "discarded",
        }
    }
}

/// Writes a mail into the outbox. `org` is the organisation it concerns, if any.
pub(crate) async fn queue(
    app: &App,
    op: &mut Op,
    org: Option<OrgId>,
    recipient: &str,
    message: &Message,
) -> Result<()> {
    let status = if app.mailer().has_transport() {
        Status::Queued
    } else {
        Status::Kept
    };
    insert(app, op, org, recipient, message, status).await
}

/// Does exactly the work of [`queue`] for a mail that nobody will get.
pub(crate) async fn queue_discarded(
    app: &App,
    op: &mut Op,
    recipient: &str,
    message: &Message,
) -> Result<()> {
    #[cfg(any(test, feature = "test-support"))]
    if app.mailer().skips_decoys() {
        return Ok(());
    }
    insert(app, op, None, recipient, message, Status::Discarded).await
}

async fn insert(
    app: &App,
    op: &mut Op,
    org: Option<OrgId>,
    recipient: &str,
    message: &Message,
    status: Status,
) -> Result<()> {
    let public_url = &app.settings().public_url;
    if !message
        .links()
        .into_iter()
        .all(|link| is_ours(link, public_url))
    {
        return Err(Error::internal(
            "a mail would link to somewhere else than the public URL",
        ));
    }
    let text = message.render_text(public_url).map_err(Error::internal)?;
    let html = message.render_html(public_url).map_err(Error::internal)?;
    let body = Body {
        recipient,
        subject: message.subject(),
        text: text.expose(),
        html: html.expose(),
        carries_credential: message.carries_credential(),
    };
    let id: MailId = op.new_id();
    let body = body
        .encode()
        .ok_or_else(|| Error::internal("a mail is too long"))?;
    let row = MailRow {
        id,
        org_id: org,
        kind: message.kind().to_owned(),
        recipient: recipient.to_owned(),
        subject: message.subject().to_owned(),
        sealed_body: seal_mail(app.keyring(), id, body.expose(), op.random())?,
        status: status.as_str().to_owned(),
        attempts: 0,
        next_attempt_at: op.now(),
        last_error: None,
        created_at: op.now(),
        finished_at: None,
        lapses_at: message.lapses_at(op.now()),
    };
    Ok(op.tx().insert_mail(&row).await?)
}

fn is_ours(link: &str, public_url: &str) -> bool {
    link.strip_prefix(public_url)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// A mail in the outbox, for whoever operates the instance: it may hold links and keys of anybody.
pub struct StoredMail {
    /// Its id.
    pub id: MailId,
    /// The organisation it concerns, when there is one.
    pub org: Option<OrgId>,
    /// Which message it is, for example `enrollment_request`.
    pub kind: String,
    /// Who it is for.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// `queued`, `sent`, `failed`, `kept` (no transport) or `discarded` (nobody to mail).
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What the last try that failed said.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// The text part; absent in lists, and once a body that carried a credential was wiped.
    pub text: Option<SecretString>,
}

impl StoredMail {
    fn new(row: MailRow, text: Option<SecretString>) -> Self {
        Self {
            id: row.id,
            org: row.org_id,
            kind: row.kind,
            recipient: row.recipient,
            subject: row.subject,
            status: row.status,
            attempts: row.attempts,
            last_error: row.last_error,
            created_at: row.created_at,
            text,
        }
    }
}

/// The newest mails of the instance, without their text. For the operator only.
pub async fn list(app: &App, limit: i64) -> Result<Vec<StoredMail>> {
    let rows = app.store().begin_read().await?.list_mails(limit).await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredMail::new(row, None))
        .collect())
}

/// One mail with its text. For the operator only.
pub async fn read(app: &App, id: MailId) -> Result<StoredMail> {
    let row = app.store().begin_read().await?.find_mail(id).await?;
    let row = row.ok_or_else(|| Error::not_found("There is no such mail in the outbox."))?;
    let text = open_text(app, &row, |_| true)?;
    Ok(StoredMail::new(row, text))
}

/// The newest mails written to the caller's own proven address, with their text unless it carries a
/// credential: whoever reads them in a session must not gain more than the session.
///
/// Nobody reads the mails of others here, whatever their role: a mailed link may open an account.
pub async fn list_own(app: &App, caller: &Caller, limit: i64) -> Result<Vec<StoredMail>> {
    let mut view = app.view(caller).await?;
    let Some(address) = view.live.verified_email.clone() else {
        return Ok(Vec::new());
    };
    let rows = view.tx.list_mails_for(&address, limit).await?;
    let mails = rows.into_iter().map(|row| {
        let text = open_text(app, &row, |body| !body.carries_credential)?;
        Ok(StoredMail::new(row, text))
    });
    mails.collect()
}

/// The text part of a mail, if there still is one and `may_see` says so.
fn open_text(
    app: &App,
    row: &MailRow,
    may_see: impl Fn(&Body<'_>) -> bool,
) -> Result<Option<SecretString>> {
    if row.sealed_body.is_empty() {
        return Ok(None);
    }
    let opened = open_mail(app.keyring(), row.id, &row.sealed_body)?;
    let body = Body::decode(opened.expose()).map_err(Error::internal)?;
    Ok(may_see(&body).then(|| SecretString::from(body.text.to_owned())))
}

/// Sends the mail of a row, once, and says whether its body must be wiped now.
pub(crate) async fn send(app: &App, row: &MailRow) -> std::result::Result<bool, SendError> {
    let opened =
        open_mail(app.keyring(), row.id, &row.sealed_body).map_err(SendError::permanent)?;
    let body = Body::decode(opened.expose()).map_err(SendError::permanent)?;
    if body.recipient != row.recipient {
        return Err(SendError::permanent(
            "the row names another recipient than its sealed body",
        ));
    }
    app.mailer().send(row.id, row.created_at, &body).await?;
    Ok(body.carries_credential)
}
