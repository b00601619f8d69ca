//! A question of an agent to its human: may I?
//!
//! Invariants: it is answered once, by the first answer; nothing leaves a final state; past its
//! expiry a pending question counts as expired whether or not a job has marked it so. Nobody having
//! answered is not a refusal: it has a word of its own.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::words::words;

/// How long a question waits for an answer.
pub const PENDING_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// From this risk tier on an answer must be confirmed.
pub const CONFIRMED_TIER: i64 = 2;

/// The highest risk tier.
pub const HIGHEST_TIER: i64 = 3;

words! {
    /// The state of a question.
    pub enum ApprovalStatus, "approval status" {
        /// Waits for an answer.
        Pending = "pending",
        /// A person said yes.
        Approved = "approved",
        /// A person said no.
        Rejected = "rejected",
        /// Nobody answered in time.
        Expired = "expired",
        /// Taken back before anybody answered.
        Cancelled = "cancelled",
    }
}

impl ApprovalStatus {
    /// The state at `now` of a question stored with this state.
    #[must_use]
    pub fn at(self, expires_at: Timestamp, now: Timestamp) -> Self {
        if self == Self::Pending && now >= expires_at {
            Self::Expired
        } else {
            self
        }
    }

    /// The state a list is asked for; clients say `denied` too.
    #[must_use]
    pub fn parse_filter(text: &str) -> Option<Self> {
        match text {
            "denied" => Some(Self::Rejected),
            other => Self::parse(other).ok(),
        }
    }
}

words! {
    /// How long a person's yes to access lasts.
    pub enum GrantMode, "grant mode" {
        /// For one use.
        Once = "once",
        /// For a time.
        Duration = "duration",
        /// Until somebody takes it back.
        Always = "always",
    }
}

/// A person's answer, in any of the words that clients use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

impl Decision {
    /// Reads the answer.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "approve" | "approved" => Some(Self::Approve),
            "reject" | "rejected" | "deny" | "denied" => Some(Self::Reject),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_nobody_answered_is_expired_to_the_millisecond_and_never_rejected() {
        let end = Timestamp::from_seconds(100);
        let just_before = Timestamp::from_millis(end.as_millis() - 1);
        assert_eq!(
            ApprovalStatus::Pending.at(end, just_before),
            ApprovalStatus::Pending
        );
        for status in ApprovalStatus::ALL.iter().copied() {
            let late = status.at(end, end);
            if status == ApprovalStatus::Pending {
                assert_eq!(late, ApprovalStatus::Expired);
            } else {
                assert_eq!(late, status);
            }
        }
    }

    #[test]
    fn every_word_that_clients_answer_with_is_understood_and_no_other() {
        for word in ["approve", "approved"] {
            assert_eq!(Decision::parse(word), Some(Decision::Approve));
        }
        for word in ["reject", "rejected", "deny", "denied"] {
            assert_eq!(Decision::parse(word), Some(Decision::Reject));
        }
        for word in ["", "yes", "Approve", "pending"] {
            assert_eq!(Decision::parse(word), None);
        }
        assert_eq!(
            ApprovalStatus::parse_filter("denied"),
            Some(ApprovalStatus::Rejected)
        );
        assert_eq!(ApprovalStatus::parse_filter("maybe"), None);
    }
}
