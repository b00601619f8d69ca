//! Conditions on the version that a write meets (RFC 9110, section 13): two writers who both read
//! version 3 must not both replace it.

use crate::error::{Error, Result};
use oneclaw_store::secrets::SealedRow;

/// What `If-Match` or `If-None-Match` lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: anything that is there.
    Any,
    /// These, with their quotes.
    Listed(Vec<String>),
}

/// What must be true of the newest version at a path for a write to happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// It is one of these.
    pub if_match: Option<Tags>,
    /// It is none of these.
    pub if_none_match: Option<Tags>,
}

impl Condition {
    /// Whether there is anything to check.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none()
    }

    /// Checks against the newest version. A deleted secret is as good as none.
    pub(crate) fn check(&self, newest: Option<&SealedRow>) -> Result<()> {
        let newest = newest.filter(|row| row.deleted_at.is_none());
        let current = newest.map(|row| tag(row.version, row.cmek_fingerprint.as_deref()));
        let is_current = |tag: &str| current.as_deref() == Some(tag);
        let matches = match &self.if_match {
            None => true,
            Some(Tags::Any) => current.is_some(),
            Some(Tags::Listed(tags)) => tags.iter().any(|tag| is_current(tag)),
        };
        if !matches {
            return Err(match current {
                Some(current) => Error::precondition_failed(format!(
                    "The secret has changed since you read it; its newest version is {current} now. \
                     Read it again before you write.",
                )),
                None => Error::precondition_failed(
                    "There is no secret at this path that If-Match could match.",
                ),
            });
        }
        let is_taken = match &self.if_none_match {
            None => false,
            Some(Tags::Any) => current.is_some(),
            // Compared weakly, as section 13.1.2 says: `W/` makes no difference.
            Some(Tags::Listed(tags)) => tags
                .iter()
                .any(|tag| is_current(tag.strip_prefix("W/").unwrap_or(tag))),
        };
        if is_taken {
            return Err(Error::precondition_failed(
                "There is a secret at this path already, and If-None-Match forbids to replace it.",
            ));
        }
        Ok(())
    }
}

/// The entity tag of a version: it names the value, so it changes when the value is moved to another
/// key of the client.
pub(super) fn tag(version: i64, cmek_fingerprint: Option<&str>) -> String {
    match cmek_fingerprint.and_then(|fingerprint| fingerprint.get(..8)) {
        Some(key) => format!("\"{version}-{key}\""),
        None => format!("\"{version}\""),
    }
}
