//! The mails there are, each with its data, its fixed subject and its templates.
//!
//! Invariants: a subject is text of ours and never contains anything that somebody chose; every
//! text that a stranger chose goes through [`quote`](super::quote), which templates reach as
//! `show::name` and `show::words`; every link is one of ours, which [`Message::links`] lets the
//! caller check.

use super::quote;
use askama::Template;
use jiff::fmt::strtime;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::AgentId;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use std::net::IpAddr;
use std::time::Duration;

/// More than any rendered part needs. Buffers are reserved at this size, so that they never grow and
/// leave a copy of a credential behind.
pub(super) const CAPACITY: usize = 16 * 1024;

/// How long a mail without a link or code of its own is worth sending: news of last week helps nobody.
const NEWS: Duration = Duration::from_hours(72);

/// A mail with everything that stands in it. All links are absolute and ours.
pub(crate) enum Message {
    /// To a new user: the account can be used.
    Welcome {
        /// Where to begin.
        dashboard_link: String,
    },
    /// Proves that a new user reads this address.
    VerifyEmail {
        /// Confirms the address after a click on its page.
        link: String,
        /// When the link stops working.
        expires: Timestamp,
    },
    /// Somebody tried to sign up with the address of an account that exists.
    AccountExists {
        /// Where to sign in.
        sign_in_link: String,
    },
    /// The way to a new password.
    PasswordReset {
        /// Sets a new password once.
        link: String,
        /// When the link stops working.
        expires: Timestamp,
    },
    /// A notice to the owner of the account.
    PasswordChanged {
        /// When it happened.
        changed_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// Where to take the account back if it was somebody else.
        reset_link: String,
    },
    /// A notice to the owner of the account: a way into it was added or taken away.
    FactorChanged {
        /// Which.
        change: FactorChange,
        /// When it happened.
        changed_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// Where to take the account back if it was somebody else.
        reset_link: String,
    },
    /// An agent asks this human to let it join.
    EnrollmentRequest {
        /// Chosen by the requester.
        name: String,
        /// Chosen by the requester; may be empty.
        description: String,
        /// Where the request came from, when known.
        ip: Option<IpAddr>,
        /// What the requester's program calls itself; may be empty.
        user_agent: String,
        /// When it was made.
        requested_at: Timestamp,
        /// When it lapses.
        expires_at: Timestamp,
        /// The page on which to decide, with "allow" preselected.
        allow_link: String,
        /// The same page with "deny" preselected.
        deny_link: String,
    },
    /// The credentials of an agent that was approved, for instances that deliver keys by mail.
    AgentCredentials {
        /// Chosen by the requester.
        agent_name: String,
        /// Names the agent when it exchanges the key.
        agent_id: AgentId,
        /// The key itself.
        api_key: SecretString,
        /// Where to give the agent access.
        dashboard_link: String,
    },
    /// The key of an agent that was approved waits behind a page.
    AgentKeyReady {
        /// Chosen by the requester.
        agent_name: String,
        /// Shows the key once, to the signed-in approver.
        reveal_link: String,
        /// When the link stops working.
        expires: Timestamp,
    },
    /// An agent asks its human for something.
    ApprovalRequested {
        /// The agent, as its human let it in.
        agent_name: String,
        /// Chosen by the agent.
        action: String,
        /// The vault it asks access to, when it asks for access.
        vault: Option<String>,
        /// Chosen by the agent; empty without a vault.
        pattern: String,
        /// What for.
        permissions: String,
        /// Chosen by the agent; may be empty.
        reason: String,
        /// When the question lapses.
        expires_at: Timestamp,
        /// The page on which to answer.
        review_link: String,
    },
    /// Somebody wants this address in their organisation.
    Invitation {
        /// Who invites: a user of this instance, by verified address.
        inviter: Email,
        /// Name of the organisation, chosen by its people.
        organisation: String,
        /// As what.
        role: &'static str,
        /// The page of the invitation.
        link: String,
        /// When it lapses.
        expires: Timestamp,
    },
    /// Somebody shared a secret with this address.
    ShareReceived {
        /// Who did: a user of this instance, by verified address.
        sender: Email,
        /// The page of the share.
        link: String,
        /// When the share ends.
        expires: Timestamp,
    },
    /// A notice to the person whose share was opened.
    ShareOpened {
        /// The path of the secret.
        path: String,
        /// When it happened.
        opened_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// How often it can still be opened.
        views_left: u32,
        /// Where shares are revoked.
        shares_link: String,
    },
    /// A notice to whoever made a webhook: it was switched off.
    WebhookDisabled {
        /// The host of its URL.
        host: String,
        /// Since when nothing has arrived there.
        failing_since: Timestamp,
        /// Where to switch it on again.
        dashboard_link: String,
    },
    /// A notice to the owner of a new personal key.
    ApiKeyCreated {
        /// Chosen by whoever made it.
        name: String,
        /// The beginning of the key.
        prefix: String,
        /// When it was made.
        created_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// Where to take the account back if it was somebody else.
        reset_link: String,
    },
    /// Proves that the new address of an account is read.
    EmailChangeCode {
        /// Six digits.
        code: SecretString,
        /// When they stop working.
        expires: Timestamp,
    },
    /// A notice to the present address, before anything changes.
    EmailChangeRequested {
        /// The address that it shall be.
        new_email: Email,
        /// When it was asked for.
        requested_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// Where to take the account back if it was somebody else.
        reset_link: String,
    },
    /// A notice to both addresses, afterwards.
    EmailChanged {
        /// The address that it is now.
        new_email: Email,
        /// When it happened.
        changed_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
    },
    /// Signs in without a password.
    SignInCode {
        /// Six digits.
        code: SecretString,
        /// When they stop working.
        expires: Timestamp,
    },
    /// Confirms one act of somebody who is signed in and has no second factor to confirm with.
    ConfirmationCode {
        /// Six digits.
        code: SecretString,
        /// When they stop working.
        expires: Timestamp,
    },
    /// A notice to an owner: what somebody who left had let in is theirs now.
    AgentsHandedOver {
        /// Name of the organisation, chosen by its people.
        organisation: String,
        /// How many agents.
        agents: usize,
        /// When it happened.
        changed_at: Timestamp,
        /// Where they are.
        agents_link: String,
    },
    /// An alarm to those who run an organisation: somebody read a decoy.
    DecoyRead {
        /// Who: the name of an agent, or the address of a person.
        who: String,
        /// Whether it is an agent, which is stopped then.
        is_agent: bool,
        /// Name of the vault.
        vault: String,
        /// The path of the decoy.
        path: String,
        /// When it happened.
        read_at: Timestamp,
        /// From where, when known.
        ip: Option<IpAddr>,
        /// Where to see what else they saw.
        review_link: String,
    },
    /// The last message to somebody.
    AccountDeleted {
        /// When it happened.
        deleted_at: Timestamp,
    },
}

/// What has changed about the ways into an account.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FactorChange {
    /// Codes of an authenticator app are asked for from now on.
    CodesOn,
    /// They no longer are.
    CodesOff,
    /// There is one more passkey.
    PasskeyAdded,
    /// There is one less.
    PasskeyRemoved,
}

impl FactorChange {
    /// As a sentence.
    const fn sentence(self) -> &'static str {
        match self {
            Self::CodesOn => "Codes of an authenticator app were switched on for your account.",
            Self::CodesOff => "Codes of an authenticator app were switched off for your account.",
            Self::PasskeyAdded => "A passkey was added to your account.",
            Self::PasskeyRemoved => "A passkey was removed from your account.",
        }
    }
}

impl Message {
    /// Which mail it is, as stored and listed.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Welcome { .. } => "welcome",
            Self::VerifyEmail { .. } => "verify_email",
            Self::AccountExists { .. } => "account_exists",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::FactorChanged { .. } => "factor_changed",
            Self::EnrollmentRequest { .. } => "enrollment_request",
            Self::AgentCredentials { .. } => "agent_credentials",
            Self::AgentKeyReady { .. } => "agent_key_ready",
            Self::ApprovalRequested { .. } => "approval_requested",
            Self::Invitation { .. } => "invitation",
            Self::ShareReceived { .. } => "share_received",
            Self::ShareOpened { .. } => "share_opened",
            Self::WebhookDisabled { .. } => "webhook_disabled",
            Self::ApiKeyCreated { .. } => "api_key_created",
            Self::EmailChangeCode { .. } => "email_change_code",
            Self::EmailChangeRequested { .. } => "email_change_requested",
            Self::EmailChanged { .. } => "email_changed",
            Self::SignInCode { .. } => "sign_in_code",
            Self::ConfirmationCode { .. } => "confirmation_code",
            Self::AgentsHandedOver { .. } => "agents_handed_over",
            Self::DecoyRead { .. } => "decoy_read",
            Self::AccountDeleted { .. } => "account_deleted",
        }
    }

    /// The subject line.
    pub(crate) const fn subject(&self) -> &'static str {
        match self {
            Self::Welcome { .. } => "Welcome to 1Claw",
            Self::VerifyEmail { .. } => "Confirm your email address",
            Self::AccountExists { .. } => "You already have a 1Claw account",
            Self::PasswordReset { .. } => "Reset your 1Claw password",
            Self::PasswordChanged { .. } => "Your 1Claw password was changed",
            Self::FactorChanged { .. } => "How you sign in to 1Claw was changed",
            Self::EnrollmentRequest { .. } => "An agent asks to join your vault",
            Self::AgentCredentials { .. } => "The credentials of your new agent",
            Self::AgentKeyReady { .. } => "The key of your new agent is ready",
            Self::ApprovalRequested { .. } => "An agent asks for your approval",
            Self::Invitation { .. } => "You are invited to an organisation",
            Self::ShareReceived { .. } => "A secret was shared with you",
            Self::ShareOpened { .. } => "A secret that you shared was opened",
            Self::WebhookDisabled { .. } => "A webhook of yours was switched off",
            Self::ApiKeyCreated { .. } => "A personal API key was made",
            Self::EmailChangeCode { .. } => "Confirm your new email address",
            Self::EmailChangeRequested { .. } => "Somebody wants to change your email address",
            Self::EmailChanged { .. } => "Your email address was changed",
            Self::SignInCode { .. } => "Your code to sign in to 1Claw",
            Self::ConfirmationCode { .. } => "Your code to confirm",
            Self::AgentsHandedOver { .. } => "Agents were handed over to you",
            Self::DecoyRead { .. } => "A decoy was read in your vault",
            Self::AccountDeleted { .. } => "Your 1Claw account was deleted",
        }
    }

    /// Whether the mail alone lets its reader do something: it holds a key, or a link that works
    /// without signing in. Such a body does not stay in the database once the mail was sent.
    pub(crate) const fn carries_credential(&self) -> bool {
        match self {
            Self::AgentCredentials { .. }
            | Self::PasswordReset { .. }
            | Self::VerifyEmail { .. }
            | Self::EmailChangeCode { .. }
            | Self::ConfirmationCode { .. }
            | Self::SignInCode { .. } => true,
            Self::Welcome { .. }
            | Self::AccountExists { .. }
            | Self::PasswordChanged { .. }
            | Self::FactorChanged { .. }
            | Self::EnrollmentRequest { .. }
            | Self::AgentKeyReady { .. }
            | Self::ApprovalRequested { .. }
            | Self::Invitation { .. }
            | Self::ShareReceived { .. }
            | Self::ShareOpened { .. }
            | Self::WebhookDisabled { .. }
            | Self::ApiKeyCreated { .. }
            | Self::EmailChangeRequested { .. }
            | Self::EmailChanged { .. }
            | Self::AgentsHandedOver { .. }
            | Self::DecoyRead { .. }
            | Self::AccountDeleted { .. } => false,
        }
    }

    /// When sending a mail that was written at `written` is of no use any more.
    pub(super) fn lapses_at(&self, written: Timestamp) -> Timestamp {
        match self {
            Self::VerifyEmail { expires: at, .. }
            | Self::PasswordReset { expires: at, .. }
            | Self::AgentKeyReady { expires: at, .. }
            | Self::Invitation { expires: at, .. }
            | Self::ShareReceived { expires: at, .. }
            | Self::EmailChangeCode { expires: at, .. }
            | Self::SignInCode { expires: at, .. }
            | Self::ConfirmationCode { expires: at, .. }
            | Self::EnrollmentRequest { expires_at: at, .. }
            | Self::ApprovalRequested { expires_at: at, .. } => *at,
            Self::Welcome { .. }
            | Self::AccountExists { .. }
            | Self::PasswordChanged { .. }
            | Self::FactorChanged { .. }
            | Self::AgentCredentials { .. }
            | Self::ShareOpened { .. }
            | Self::WebhookDisabled { .. }
            | Self::ApiKeyCreated { .. }
            | Self::EmailChangeRequested { .. }
            | Self::EmailChanged { .. }
            | Self::AgentsHandedOver { .. }
            | Self::DecoyRead { .. }
            | Self::AccountDeleted { .. } => written.plus(NEWS),
        }
    }

    /// All links in the mail.
    pub(super) fn links(&self) -> Vec<&str> {
        match self {
            Self::Welcome {
                dashboard_link: link,
            }
            | Self::WebhookDisabled {
                dashboard_link: link,
                ..
            }
            | Self::VerifyEmail { link, .. }
            | Self::AccountExists { sign_in_link: link }
            | Self::PasswordReset { link, .. }
            | Self::PasswordChanged {
                reset_link: link, ..
            }
            | Self::FactorChanged {
                reset_link: link, ..
            }
            | Self::ApiKeyCreated {
                reset_link: link, ..
            }
            | Self::EmailChangeRequested {
                reset_link: link, ..
            }
            | Self::AgentsHandedOver {
                agents_link: link, ..
            }
            | Self::AgentCredentials {
                dashboard_link: link,
                ..
            }
            | Self::AgentKeyReady {
                reveal_link: link, ..
            }
            | Self::ApprovalRequested {
                review_link: link, ..
            }
            | Self::DecoyRead {
                review_link: link, ..
            }
            | Self::Invitation { link, .. }
            | Self::ShareReceived { link, .. }
            | Self::ShareOpened {
                shares_link: link, ..
            } => vec![link],
            Self::EnrollmentRequest {
                allow_link,
                deny_link,
                ..
            } => vec![allow_link, deny_link],
            Self::EmailChangeCode { .. }
            | Self::EmailChanged { .. }
            | Self::SignInCode { .. }
            | Self::ConfirmationCode { .. }
            | Self::AccountDeleted { .. } => Vec::new(),
        }
    }

    /// Renders the text part, which is complete by itself.
    pub(super) fn render_text(&self, public_url: &str) -> askama::Result<SecretString> {
        render(&Text {
            message: self,
            public_url,
        })
    }

    /// Renders the HTML part.
    pub(super) fn render_html(&self, public_url: &str) -> askama::Result<SecretString> {
        render(&Html {
            message: self,
            subject: self.subject(),
            public_url,
        })
    }
}

fn render(template: &impl Template) -> askama::Result<SecretString> {
    let mut out = String::with_capacity(CAPACITY);
    template.render_into(&mut out)?;
    Ok(SecretString::from(out))
}

/// The frame of the text part; it includes the template of the kind.
#[derive(Template)]
#[template(path = "mail/layout.txt")]
struct Text<'a> {
    message: &'a Message,
    public_url: &'a str,
}

/// The frame of the HTML part; it includes the template of the kind.
#[derive(Template)]
#[template(path = "mail/layout.html")]
struct Html<'a> {
    message: &'a Message,
    subject: &'a str,
    public_url: &'a str,
}

/// How templates show a value.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    reason = "templates pass every argument by reference"
)]
mod show {
    use super::quote::{DESCRIPTION, NAME, quote};
    use super::{IpAddr, SecretString, Timestamp, strtime};

    /// A stranger's name.
    pub(super) fn name(text: &str) -> String {
        quote(text, NAME)
    }

    /// A stranger's longer text.
    pub(super) fn words(text: &str) -> String {
        quote(text, DESCRIPTION)
    }

    /// A moment for people: `23 November 2026, 14:05 UTC`.
    pub(super) fn utc(at: &Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.as_millis());
        let written = moment.and_then(|moment| strtime::format("%-d %B %Y, %H:%M UTC", moment));
        written.unwrap_or_else(|_| at.to_string())
    }

    /// A network address.
    pub(super) fn address(ip: &Option<IpAddr>) -> String {
        ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_canonical().to_string())
    }

    /// The one place where a key goes into a mail.
    pub(super) fn key(secret: &SecretString) -> &str {
        secret.expose()
    }
}
