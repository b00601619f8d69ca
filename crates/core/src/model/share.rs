//! A share: one secret handed to someone, for a while.
//!
//! Invariants: what a stranger can learn is decided before what a recipient can learn, and the passphrase
//! comes last, so a guess is only ever weighed for somebody who would otherwise get the value.

use std::net::IpAddr;

use crate::caller::Principal;
use crate::clock::Timestamp;
use crate::network::AddressList;
use crate::words::words;

words! {
    /// Whom a share is for.
    pub enum RecipientType, "recipient type" {
        /// The person who let the sharing agent in.
        Creator = "creator",
        /// A person of the organisation.
        User = "user",
        /// An agent of the organisation.
        Agent = "agent",
        /// Whoever owns a mail address.
        ExternalEmail = "external_email",
        /// Whoever has the link.
        AnyoneWithLink = "anyone_with_link",
    }
}

impl RecipientType {
    /// How often the value can be opened when the request does not say.
    pub const fn default_max_opens(self) -> u32 {
        match self {
            Self::ExternalEmail | Self::AnyoneWithLink => 5,
            Self::Creator | Self::User | Self::Agent => 1000,
        }
    }

    /// Whether the recipient must accept the share before opening it.
    pub const fn needs_acceptance(self) -> bool {
        !matches!(self, Self::AnyoneWithLink)
    }
}

words! {
    /// The state of a share.
    pub enum ShareStatus, "share status" {
        /// Not answered by its recipient (and never answered, for a link).
        Pending = "pending",
        /// Accepted by its recipient.
        Accepted = "accepted",
        /// Declined by its recipient.
        Declined = "declined",
        /// Taken back by its creator.
        Revoked = "revoked",
    }
}

/// The recipient has answered already, or the share was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this share is already {0}")]
pub struct AlreadyAnswered(pub ShareStatus);

impl ShareStatus {
    /// The state after the recipient accepts.
    ///
    /// # Errors
    /// When the share is not pending.
    pub const fn accept(self) -> Result<Self, AlreadyAnswered> {
        match self {
            Self::Pending => Ok(Self::Accepted),
            other => Err(AlreadyAnswered(other)),
        }
    }

    /// The state after the recipient declines.
    ///
    /// # Errors
    /// When the share is not pending.
    pub const fn decline(self) -> Result<Self, AlreadyAnswered> {
        match self {
            Self::Pending => Ok(Self::Declined),
            other => Err(AlreadyAnswered(other)),
        }
    }
}

/// Who may open a share, as far as it is known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// This user or agent.
    Principal(Principal),
    /// The owner of a mail address that no account has proved to own yet.
    Unclaimed,
    /// Whoever has the link.
    Anyone,
}

/// What opening a share depends on.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Its state.
    pub status: ShareStatus,
    /// For whom.
    pub recipient: Recipient,
    /// From this moment on it cannot be opened.
    pub expires_at: Timestamp,
    /// How often it was opened.
    pub opens: u32,
    /// How often it can be opened.
    pub max_opens: u32,
    /// From where it can be opened; `None` means anywhere.
    pub addresses: Option<&'a AddressList>,
    /// Whether a passphrase is needed.
    pub has_passphrase: bool,
}

/// Who wants to open a share.
#[derive(Debug, Clone, Copy)]
pub struct Visitor {
    /// The proven identity, if any.
    pub principal: Option<Principal>,
    /// The address, where known.
    pub ip: Option<IpAddr>,
    /// The moment.
    pub now: Timestamp,
}

/// A share that may be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// At once.
    Open,
    /// With the right passphrase; wrong and missing ones are [`Refusal::Passphrase`].
    NeedsPassphrase,
}

/// Why a share cannot be opened, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Revoked, declined, or for somebody else: as if it did not exist (404).
    #[error("There is no such share.")]
    NotFound,
    /// Only its recipient may open it (401).
    #[error("Sign in as the recipient to open this share.")]
    SignInRequired,
    /// The recipient must accept it first (403).
    #[error("Accept this share first.")]
    NotAccepted,
    /// Its time is over (410).
    #[error("This share has expired.")]
    Expired,
    /// It was opened as often as it could be (410).
    #[error("This share was opened as often as it could be.")]
    UsedUp,
    /// Not from this address (403).
    #[error("This share cannot be opened from this network.")]
    AddressRefused,
    /// Missing or wrong, which is not told apart (403).
    #[error("This share needs the right passphrase.")]
    Passphrase,
}

/// Decides whether a visitor may open a share. The passphrase is checked by the caller afterwards, and
/// the count is spent at commit, where it is checked again.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn access_check(share: &Terms<'_>, visitor: &Visitor) -> Result<Access, Refusal> {
    if share.status == ShareStatus::Revoked {
        return Err(Refusal::NotFound);
    }
    match (share.recipient, visitor.principal) {
        (Recipient::Anyone, _) => {}
        (_, None) => return Err(Refusal::SignInRequired),
        (Recipient::Principal(recipient), Some(visitor)) if recipient == visitor => {}
        _ => return Err(Refusal::NotFound),
    }
    match (share.recipient, share.status) {
        (_, ShareStatus::Declined) => return Err(Refusal::NotFound),
        (Recipient::Anyone, _) | (_, ShareStatus::Accepted) => {}
        _ => return Err(Refusal::NotAccepted),
    }
    if visitor.now >= share.expires_at {
        return Err(Refusal::Expired);
    }
    if share.opens >= share.max_opens {
        return Err(Refusal::UsedUp);
    }
    let is_near = |list: &AddressList| visitor.ip.is_some_and(|ip| list.contains(ip));
    if !share.addresses.is_none_or(is_near) {
        return Err(Refusal::AddressRefused);
    }
    Ok(if share.has_passphrase {
        Access::NeedsPassphrase
    } else {
        Access::Open
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AgentId, UserId};
    use uuid::Uuid;

    const ALICE: Principal = Principal::User(UserId::from_uuid(Uuid::from_u128(1)));
    const ROBOT: Principal = Principal::Agent(AgentId::from_uuid(Uuid::from_u128(1)));

    /// Breaks every rule at once, then mends one after the other: the refusals must come in the order
    /// of the contract.
    #[test]
    fn checks_run_in_order() {
        let list = AddressList::parse(&["192.0.2.0/24"]).unwrap();
        let end = Timestamp::from_seconds(100);
        let mut share = Terms {
            status: ShareStatus::Revoked,
            recipient: Recipient::Principal(ALICE),
            expires_at: end,
            opens: 3,
            max_opens: 3,
            addresses: Some(&list),
            has_passphrase: true,
        };
        let mut visitor = Visitor {
            principal: None,
            ip: None,
            now: end,
        };
        assert_eq!(access_check(&share, &visitor), Err(Refusal::NotFound));
        share.status = ShareStatus::Pending;
        assert_eq!(access_check(&share, &visitor), Err(Refusal::SignInRequired));
        // Same UUID, other kind of principal.
        visitor.principal = Some(ROBOT);
        assert_eq!(access_check(&share, &visitor), Err(Refusal::NotFound));
        visitor.principal = Some(ALICE);
        assert_eq!(access_check(&share, &visitor), Err(Refusal::NotAccepted));
        share.status = ShareStatus::Accepted;
        assert_eq!(access_check(&share, &visitor), Err(Refusal::Expired));
        visitor.now = Timestamp::from_millis(end.as_millis() - 1);
        assert_eq!(access_check(&share, &visitor), Err(Refusal::UsedUp));
        share.opens = 2;
        assert_eq!(access_check(&share, &visitor), Err(Refusal::AddressRefused));
        visitor.ip = Some("198.51.100.1".parse().unwrap());
        assert_eq!(access_check(&share, &visitor), Err(Refusal::AddressRefused));
        visitor.ip = Some("192.0.2.9".parse().unwrap());
        assert_eq!(access_check(&share, &visitor), Ok(Access::NeedsPassphrase));
        share.has_passphrase = false;
        assert_eq!(access_check(&share, &visitor), Ok(Access::Open));
        share.status = ShareStatus::Declined;
        assert_eq!(access_check(&share, &visitor), Err(Refusal::NotFound));
    }

    #[test]
    fn a_link_needs_neither_identity_nor_acceptance_and_an_unclaimed_mail_share_opens_for_nobody() {
        let mut share = Terms {
            status: ShareStatus::Pending,
            recipient: Recipient::Anyone,
            expires_at: Timestamp::from_seconds(100),
            opens: 0,
            max_opens: 1,
            addresses: None,
            has_passphrase: false,
        };
        let now = Timestamp::from_seconds(0);
        for principal in [None, Some(ALICE), Some(ROBOT)] {
            let visitor = Visitor {
                principal,
                ip: None,
                now,
            };
            assert_eq!(access_check(&share, &visitor), Ok(Access::Open));
        }
        share.recipient = Recipient::Unclaimed;
        share.status = ShareStatus::Accepted;
        for (principal, refusal) in [
            (None, Refusal::SignInRequired),
            (Some(ALICE), Refusal::NotFound),
        ] {
            let visitor = Visitor {
                principal,
                ip: None,
                now,
            };
            assert_eq!(access_check(&share, &visitor), Err(refusal));
        }
    }

    #[test]
    fn a_recipient_answers_once() {
        assert_eq!(ShareStatus::Pending.accept(), Ok(ShareStatus::Accepted));
        assert_eq!(ShareStatus::Pending.decline(), Ok(ShareStatus::Declined));
        for status in [
            ShareStatus::Accepted,
            ShareStatus::Declined,
            ShareStatus::Revoked,
        ] {
            assert_eq!(status.accept(), Err(AlreadyAnswered(status)));
            assert_eq!(status.decline(), Err(AlreadyAnswered(status)));
        }
    }
}
