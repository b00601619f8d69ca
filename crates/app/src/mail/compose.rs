//! From the content of a mail to the bytes that are sent (RFC 5322, RFC 2046).
//!
//! Invariants: exactly one recipient; the subject and every other header are built from typed values
//! or constants of ours, never by joining text, so that no input can add a header; composing the
//! same mail twice gives the same bytes, so that a receiver can tell a repetition by its Message-ID.

use super::body::Body;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::MailId;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretBytes;
use std::time::{Duration, UNIX_EPOCH};

/// Tells programs that answer mails not to answer this one (RFC 3834), and one that needs its own
/// word for it.
const NO_ANSWER: [(&str, &str); 2] = [
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "All"),
];

/// Why a mail cannot be composed. No later try would help.
#[derive(Debug, thiserror::Error)]
pub(super) enum ComposeError {
    /// The recipient.
    #[error("the recipient is not a mail address that can be sent to")]
    Recipient,
    /// The library refused it.
    #[error("the mail cannot be composed: {0}")]
    Library(#[from] lettre::error::Error),
}

/// A mail ready to be sent.
pub(super) struct Composed {
    /// Sender and recipient as the transport needs them.
    pub(super) envelope: Envelope,
    /// The whole message, lines ended by CR LF. Wiped when dropped; the library's own copies, which
    /// live only while a mail is composed, are not.
    pub(super) bytes: SecretBytes,
}

/// Composes a mail. It is dated when it was written, not when it is sent.
pub(super) fn compose(
    from: &Mailbox,
    id: MailId,
    written_at: Timestamp,
    body: &Body<'_>,
) -> Result<Composed, ComposeError> {
    let to = recipient(body.recipient)?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()])?;
    let mut builder = lettre::Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(UNIX_EPOCH + since_epoch(written_at))
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(body.subject)
        .envelope(envelope.clone());
    for (name, value) in NO_ANSWER {
        builder = builder.raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str(name),
            value.to_owned(),
        ));
    }
    let parts = MultiPart::alternative()
        // Of our own making, because the library would ask its own random source.
        .boundary(format!("=_{}", id.as_uuid().simple()))
        .singlepart(SinglePart::plain(body.text.to_owned()))
        .singlepart(SinglePart::html(body.html.to_owned()));
    let message = builder.multipart(parts)?;
    Ok(Composed {
        envelope,
        bytes: SecretBytes::from(message.formatted()),
    })
}

/// Our own rules for addresses first: they are narrower than those of the mail standards.
fn recipient(text: &str) -> Result<Address, ComposeError> {
    let email = Email::parse(text).map_err(|_| ComposeError::Recipient)?;
    email.as_str().parse().map_err(|_| ComposeError::Recipient)
}

fn since_epoch(at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0))
}
