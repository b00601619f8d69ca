//! The one error of all operations: a kind, a sentence for the caller, and a cause for the log.
//!
//! Invariants: the sentence never contains the cause, and never says whether something exists that
//! the caller may not know about. Status codes are the server's business.

use crate::commit::CommitError;
use oneclaw_core::audit::Draft;
use oneclaw_core::id::{ApprovalId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, DenialReason, Denied};
use oneclaw_store::StoreError;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// Shorthand for this crate's results.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of refusal or failure it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The input is malformed: by field, what is wrong with it.
    Invalid(Vec<(&'static str, String)>),
    /// No credential, or one that is not (or no longer) valid.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// Known, but only once a human has answered this question.
    ApprovalRequired(ApprovalId),
    /// A limit of the organisation is used up.
    LimitReached,
    /// Not there, or not visible to the caller.
    NotFound,
    /// It collides with what is there already, or was decided before.
    Conflict,
    /// It was there and is no longer readable.
    Gone,
    /// It is not in the state that the caller made a condition.
    PreconditionFailed,
    /// Understood, but it contradicts what was asked before.
    Unprocessable,
    /// Too often; try again after this long.
    RateLimited(Duration),
    /// The database or the audit log cannot be written; nothing happened.
    Unavailable,
    /// This instance was not set up for it.
    NotConfigured,
    /// A fault of ours.
    Internal,
}

/// The smallest access that would have been enough. It says what was asked for, and nothing about
/// what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingAccess {
    /// The vault.
    pub vault: VaultId,
    /// The path.
    pub path: String,
    /// The permission.
    pub permission: &'static str,
}

/// A refusal or failure of an operation.
pub struct Error {
    kind: Kind,
    sentence: Cow<'static, str>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    entry: Option<Box<Draft>>,
    missing_access: Option<Box<MissingAccess>>,
    /// Whether a human's word is all that is missing.
    wants_approval: bool,
}

impl Error {
    fn new(kind: Kind, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            sentence: sentence.into(),
            cause: None,
            entry: None,
            missing_access: None,
            wants_approval: false,
        }
    }

    /// One field of the input is wrong.
    pub fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self::new(Kind::Invalid(vec![(field, sentence.clone())]), sentence)
    }

    /// No valid credential.
    pub fn unauthenticated(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unauthenticated, sentence)
    }

    /// Not allowed.
    pub fn forbidden(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Forbidden, sentence)
    }

    /// Not allowed before a human has said so.
    pub fn approval_required(id: ApprovalId) -> Self {
        Self::new(
            Kind::ApprovalRequired(id),
            "A human has to allow this first. They have been asked; ask again once they have answered.",
        )
    }

    /// The refusal of a decision. Where a policy alone would open the way, it says which.
    pub(crate) fn denied(
        denied: Denied,
        vault: VaultId,
        action: Action,
        path: &SecretPath,
    ) -> Self {
        let mut error = Self::forbidden(denied.sentence());
        error.wants_approval = matches!(denied.reason(), DenialReason::ApprovalRequired(_));
        if denied.reason() == DenialReason::NoMatchingRule {
            error.missing_access = Some(Box::new(MissingAccess {
                vault,
                path: path.as_str().to_owned(),
                permission: action.least_permission().as_str(),
            }));
        }
        error
    }

    /// Whether a human's word is all that is missing.
    pub(crate) fn wants_approval(&self) -> bool {
        self.wants_approval
    }

    /// Not there, as far as the caller may know.
    pub fn not_found(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotFound, sentence)
    }

    /// Collides.
    pub fn conflict(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, sentence)
    }

    /// No longer readable.
    pub fn gone(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Gone, sentence)
    }

    /// Not in the state that was made a condition.
    pub fn precondition_failed(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::PreconditionFailed, sentence)
    }

    /// Contradicts what was asked before.
    pub fn unprocessable(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Unprocessable, sentence)
    }

    /// A limit of the organisation is used up.
    pub fn limit_reached(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::LimitReached, sentence)
    }

    /// Too often.
    pub fn rate_limited(sentence: impl Into<Cow<'static, str>>, retry_after: Duration) -> Self {
        Self::new(Kind::RateLimited(retry_after), sentence)
    }

    /// Cannot be done now.
    pub fn unavailable() -> Self {
        Self::new(
            Kind::Unavailable,
            "The vault cannot write its database right now, so nothing was done. Try again shortly.",
        )
    }

    /// Not something this instance was set up for.
    pub fn not_configured(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotConfigured, sentence)
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(
            Kind::Internal,
            "Something went wrong on our side. The log of the server has the cause under this request id.",
        );
        error.cause = Some(cause.into());
        error
    }

    /// Adds the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Has this entry written to the audit log although the operation itself leaves no trace.
    #[must_use]
    pub fn logged(mut self, entry: Draft) -> Self {
        self.entry = Some(Box::new(entry));
        self
    }

    /// Says something else to the caller, and still has the entry of `other` written.
    pub(crate) fn instead_of(self, mut other: Self) -> Self {
        match other.take_entry() {
            Some(entry) => self.logged(entry),
            None => self,
        }
    }

    /// What kind of refusal it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// What access would have been enough, where one would.
    #[must_use]
    pub fn missing_access(&self) -> Option<&MissingAccess> {
        self.missing_access.as_deref()
    }

    /// For the caller.
    #[must_use]
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// For the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.cause.as_deref()
    }

    pub(crate) fn take_entry(&mut self) -> Option<Draft> {
        self.entry.take().map(|entry| *entry)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("sentence", &self.sentence)
            .field("cause", &self.cause)
            .finish()
    }
}

impl std::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Direct(_) | StoreError::Closed => {
                Self::unavailable().because(error)
            }
            _ => Self::internal(error),
        }
    }
}

impl From<CommitError> for Error {
    fn from(error: CommitError) -> Self {
        Self::unavailable().because(error)
    }
}

macro_rules! internal_errors {
    ($($kind:ty),* $(,)?) => {$(
        impl From<$kind> for Error {
            fn from(error: $kind) -> Self { Self::internal(error) }
        }
    )*};
}
internal_errors!(
    oneclaw_crypto::envelope::EnvelopeError,
    oneclaw_crypto::seal::SealError,
    oneclaw_crypto::seal::OpenError,
    oneclaw_crypto::federation::FederationError,
    oneclaw_crypto::identity::IdentityError,
    oneclaw_crypto::jwt::JwtError,
    oneclaw_core::caller::PrincipalError,
    serde_json::Error,
);

impl From<oneclaw_crypto::password::PasswordError> for Error {
    fn from(error: oneclaw_crypto::password::PasswordError) -> Self {
        Self::internal(error)
    }
}
