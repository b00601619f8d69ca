//! A request of an agent to join.
//!
//! Invariants: a request is decided once, by the first answer; nothing leaves a final state; past its
//! expiry a pending request counts as expired whether or not a job has marked it so.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::words::words;

/// How long a request waits for an answer.
pub const PENDING_LIFETIME: Duration = Duration::from_hours(24);

/// How long an approved pairing waits for its agent to collect the credential.
pub const COLLECT_WITHIN: Duration = Duration::from_mins(15);

words! {
    /// The state of a request.
    pub enum EnrollmentStatus, "enrollment status" {
        /// Waits for an answer.
        Pending = "pending",
        /// A person let the agent in.
        Approved = "approved",
        /// A person refused.
        Denied = "denied",
        /// Nobody answered in time.
        Expired = "expired",
    }
}

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Let the agent in.
    Approve,
    /// Refuse.
    Deny,
}

/// The request is no longer pending; the state says what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this request is already {0}")]
pub struct AlreadyDecided(pub EnrollmentStatus);

impl EnrollmentStatus {
    /// The state at `now` of a request stored with this state.
    #[must_use]
    pub fn at(self, expires_at: Timestamp, now: Timestamp) -> Self {
        if self == Self::Pending && now >= expires_at {
            Self::Expired
        } else {
            self
        }
    }

    /// The state after an answer at `now`.
    ///
    /// # Errors
    /// When the request is decided or expired.
    pub fn decide(
        self,
        decision: Decision,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Self, AlreadyDecided> {
        match (self.at(expires_at, now), decision) {
            (Self::Pending, Decision::Approve) => Ok(Self::Approved),
            (Self::Pending, Decision::Deny) => Ok(Self::Denied),
            (decided, _) => Err(AlreadyDecided(decided)),
        }
    }

    /// Whether nothing can follow.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending)
    }
}

/// Access that an agent asks for when it asks to join. A wish: nothing of it holds before a human grants it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RequestedAccess {
    /// Name or id of a vault, as the agent knows it.
    pub vault: String,
    /// Paths, as in a policy.
    pub path_pattern: String,
    /// As in a policy.
    pub permissions: Vec<String>,
    /// For how long; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i64>,
    /// What for; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// The text that stands for a list of wishes wherever it is hashed: empty for none.
pub fn access_text(wishes: &[RequestedAccess]) -> String {
    if wishes.is_empty() {
        return String::new();
    }
    serde_json::to_string(wishes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pending_request_in_time_can_be_decided() {
        let end = Timestamp::from_seconds(100);
        let just_before = Timestamp::from_millis(end.as_millis() - 1);
        for status in EnrollmentStatus::ALL.iter().copied() {
            for (decision, after) in [
                (Decision::Approve, EnrollmentStatus::Approved),
                (Decision::Deny, EnrollmentStatus::Denied),
            ] {
                let expected = if status.is_final() {
                    Err(AlreadyDecided(status))
                } else {
                    Ok(after)
                };
                assert_eq!(status.decide(decision, end, just_before), expected);
                let late = status.decide(decision, end, end).unwrap_err().0;
                assert_eq!(late, status.at(end, end));
                assert!(late.is_final());
            }
        }
    }
}
