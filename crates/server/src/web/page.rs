//! Answering with a page, and the frame around the pages of somebody who is signed in.

use super::form::FormToken;
use super::refusal::Refusal;
use super::session::{self, Signed};
use super::view::filters;
use crate::ServerState;
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use oneclaw_app::approvals::{self, Filter};
use oneclaw_app::enrollments;
use oneclaw_core::model::approval::ApprovalStatus;
use oneclaw_core::model::enrollment::EnrollmentStatus;
use std::borrow::Cow;

/// What handlers of pages return.
pub(super) type PageResult = Result<Response, Refusal>;

/// A page.
pub(super) fn page(status: StatusCode, template: &impl Template) -> PageResult {
    let html = template.render().map_err(oneclaw_app::Error::internal)?;
    Ok((status, Html(html)).into_response())
}

/// One thing to say, and perhaps one thing to do.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct Message {
    heading: Cow<'static, str>,
    paragraphs: Vec<Cow<'static, str>>,
    step: Option<Step>,
    request_id: Option<String>,
}

/// The one thing to do.
pub(super) enum Step {
    /// Go somewhere.
    Link { href: String, label: &'static str },
    /// Act.
    Post {
        action: String,
        token: Option<FormToken>,
        label: &'static str,
    },
}

impl Step {
    /// Go somewhere.
    pub(super) fn link(href: impl Into<String>, label: &'static str) -> Self {
        Self::Link {
            href: href.into(),
            label,
        }
    }
}

impl Message {
    /// A page with a heading.
    pub(super) fn new(heading: impl Into<Cow<'static, str>>) -> Self {
        Self {
            heading: heading.into(),
            paragraphs: Vec::new(),
            step: None,
            request_id: None,
        }
    }

    /// Adds a paragraph.
    pub(super) fn say(mut self, paragraph: impl Into<Cow<'static, str>>) -> Self {
        self.paragraphs.push(paragraph.into());
        self
    }

    /// Adds the thing to do.
    pub(super) fn then(mut self, step: Step) -> Self {
        self.step = Some(step);
        self
    }

    /// Adds the name under which the log knows the request.
    pub(super) fn with_request_id(mut self, id: &str) -> Self {
        self.request_id = Some(id.to_owned());
        self
    }
}

/// Where a page belongs in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Home,
    Requests,
    Approvals,
    Agents,
    Vaults,
    Access,
    Shares,
    Audit,
    Outbox,
    Members,
    Keys,
    Webhooks,
    Settings,
    System,
    /// Pages that the navigation does not list.
    Other,
}

impl Section {
    const DAILY: [Self; 7] = [
        Self::Home,
        Self::Requests,
        Self::Approvals,
        Self::Agents,
        Self::Vaults,
        Self::Access,
        Self::Shares,
    ];
    const RECORDS: [Self; 1] = [Self::Audit];
    const RECORDS_WITHOUT_MAIL: [Self; 2] = [Self::Audit, Self::Outbox];
    const UPKEEP: [Self; 5] = [
        Self::Members,
        Self::Keys,
        Self::Webhooks,
        Self::Settings,
        Self::System,
    ];

    /// Its name.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Requests => "Requests",
            Self::Approvals => "Approvals",
            Self::Agents => "Agents",
            Self::Vaults => "Vaults",
            Self::Access => "Access",
            Self::Shares => "Shares",
            Self::Audit => "Audit log",
            Self::Outbox => "Outbox",
            Self::Members => "Members",
            Self::Keys => "API keys",
            Self::Webhooks => "Webhooks",
            Self::Settings => "Settings",
            Self::System => "System",
            Self::Other => "Menu",
        }
    }

    /// Where it begins.
    pub(super) const fn href(self) -> &'static str {
        match self {
            Self::Home | Self::Other => "/",
            Self::Requests => "/enrollments",
            Self::Approvals => "/approvals",
            Self::Agents => "/agents",
            Self::Vaults => "/vaults",
            Self::Access => "/access",
            Self::Shares => "/shares",
            Self::Audit => "/audit",
            Self::Outbox => "/outbox",
            Self::Members => "/members",
            Self::Keys => "/keys",
            Self::Webhooks => "/webhooks",
            Self::Settings => "/settings",
            Self::System => "/system",
        }
    }

    /// Its symbol.
    pub(super) const fn icon(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Requests => "bell",
            Self::Approvals => "question",
            Self::Agents => "agent",
            Self::Vaults => "vault",
            Self::Access => "key",
            Self::Shares => "share",
            Self::Audit => "log",
            Self::Outbox => "mail",
            Self::Members => "person",
            Self::Keys => "pass",
            Self::Webhooks => "hook",
            Self::Settings => "sliders",
            Self::System => "server",
            Self::Other => "menu",
        }
    }

    /// What the navigation offers to everybody, for the pages and for going somewhere by name.
    pub(super) fn listed(has_outbox: bool) -> impl Iterator<Item = Self> {
        groups(has_outbox)
            .into_iter()
            .flat_map(|(_, sections)| sections.iter().copied())
    }
}

/// The parts of the navigation: a title, possibly none, and what is under it.
type Groups = [(&'static str, &'static [Section]); 3];

/// The navigation, in groups with a title.
fn groups(has_outbox: bool) -> Groups {
    let records: &[Section] = if has_outbox {
        &Section::RECORDS_WITHOUT_MAIL
    } else {
        &Section::RECORDS
    };
    [
        ("", &Section::DAILY),
        ("Records", records),
        ("Organisation", &Section::UPKEEP),
    ]
}

/// Where somebody's own page is.
pub(super) fn principal_href(principal: oneclaw_core::caller::Principal) -> Option<String> {
    match principal {
        oneclaw_core::caller::Principal::Agent(agent) => Some(format!("/agents/{agent}")),
        oneclaw_core::caller::Principal::User(_) => None,
    }
}

/// What was just done, told on the next page. It travels in a cookie, because a link must not be able
/// to claim that something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    VaultMade,
    VaultDeleted,
    SecretSaved,
    SecretDeleted,
    VersionRestored,
    VersionDisabled,
    PolicyAdded,
    PolicyRemoved,
    AgentOff,
    AgentOn,
    ShareAccepted,
    ShareDeclined,
    ShareRevoked,
    PasswordSet,
    SecurityChanged,
    Invited,
    InvitationWithdrawn,
    RoleChanged,
    MemberRemoved,
    KeyRevoked,
    WebhookChanged,
    WebhookTested,
    WebhookDeleted,
    AssistantEnded,
    AssistantRegistered,
    AssistantRemoved,
    SettingsSaved,
    SessionEnded,
    AgentsFrozen,
    AgentsThawed,
    EmailChanged,
    AccountDeleted,
}

/// The cookie of a notice.
pub(super) const NOTICE_COOKIE: &str = "__Host-1claw_notice";

impl Notice {
    const ALL: [Self; 32] = [
        Self::VaultMade,
        Self::VaultDeleted,
        Self::SecretSaved,
        Self::SecretDeleted,
        Self::VersionRestored,
        Self::VersionDisabled,
        Self::PolicyAdded,
        Self::PolicyRemoved,
        Self::AgentOff,
        Self::AgentOn,
        Self::ShareAccepted,
        Self::ShareDeclined,
        Self::ShareRevoked,
        Self::PasswordSet,
        Self::SecurityChanged,
        Self::Invited,
        Self::InvitationWithdrawn,
        Self::RoleChanged,
        Self::MemberRemoved,
        Self::KeyRevoked,
        Self::WebhookChanged,
        Self::WebhookTested,
        Self::WebhookDeleted,
        Self::AssistantEnded,
        Self::AssistantRegistered,
        Self::AssistantRemoved,
        Self::SettingsSaved,
        Self::SessionEnded,
        Self::AgentsFrozen,
        Self::AgentsThawed,
        Self::EmailChanged,
        Self::AccountDeleted,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::VaultMade => "vault-made",
            Self::VaultDeleted => "vault-deleted",
            Self::SecretSaved => "secret-saved",
            Self::SecretDeleted => "secret-deleted",
            Self::VersionRestored => "version-restored",
            Self::VersionDisabled => "version-disabled",
            Self::PolicyAdded => "policy-added",
            Self::PolicyRemoved => "policy-removed",
            Self::AgentOff => "agent-off",
            Self::AgentOn => "agent-on",
            Self::ShareAccepted => "share-accepted",
            Self::ShareDeclined => "share-declined",
            Self::ShareRevoked => "share-revoked",
            Self::PasswordSet => "password-set",
            Self::SecurityChanged => "security-changed",
            Self::Invited => "invited",
            Self::InvitationWithdrawn => "invitation-withdrawn",
            Self::RoleChanged => "role-changed",
            Self::MemberRemoved => "member-removed",
            Self::KeyRevoked => "key-revoked",
            Self::WebhookChanged => "webhook-changed",
            Self::WebhookTested => "webhook-tested",
            Self::WebhookDeleted => "webhook-deleted",
            Self::AssistantEnded => "assistant-ended",
            Self::AssistantRegistered => "assistant-registered",
            Self::AssistantRemoved => "assistant-removed",
            Self::SettingsSaved => "settings-saved",
            Self::SessionEnded => "session-ended",
            Self::AgentsFrozen => "agents-frozen",
            Self::AgentsThawed => "agents-thawed",
            Self::EmailChanged => "email-changed",
            Self::AccountDeleted => "account-deleted",
        }
    }

    /// What is told.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::VaultMade => "The vault is ready. Add a secret to it.",
            Self::VaultDeleted => "The vault and everything in it are destroyed.",
            Self::SecretSaved => "The secret is saved.",
            Self::SecretDeleted => {
                "The secret is deleted. Writing to its path brings it back as a new version."
            }
            Self::VersionRestored => "The earlier value is current again, as a new version.",
            Self::VersionDisabled => "The version is switched off. Nobody can read it.",
            Self::PolicyAdded => "The policy is in force from the next request on.",
            Self::PolicyRemoved => {
                "The policy is removed. It no longer counts from the next request on."
            }
            Self::AgentOff => "The agent is switched off. Its tokens no longer work.",
            Self::AgentOn => "The agent is switched on again.",
            Self::ShareAccepted => "Accepted. You can open it now.",
            Self::ShareDeclined => "Declined. It cannot be opened any more.",
            Self::ShareRevoked => "Withdrawn. It cannot be opened any more.",
            Self::PasswordSet => "Your new password is set. Sign in with it.",
            Self::SecurityChanged => "It is changed. It counts from the next sign-in on.",
            Self::Invited => {
                "The invitation is on its way. It works for the invited address alone."
            }
            Self::InvitationWithdrawn => "The invitation is withdrawn. Its link no longer works.",
            Self::RoleChanged => "The role is changed. It counts from the next request on.",
            Self::MemberRemoved => "They are no longer a member. Their sessions here are over.",
            Self::KeyRevoked => {
                "The key is revoked. It and every token made with it no longer work."
            }
            Self::WebhookChanged => "The webhook is changed. It counts from the next event on.",
            Self::WebhookTested => "A test event was sent. How that went is listed first below.",
            Self::AssistantEnded => "The assistant is out from its next request on.",
            Self::AssistantRegistered => {
                "The assistant is registered. Enter its client id where it is set up."
            }
            Self::AssistantRemoved => {
                "The assistant is removed, and what it was allowed has ended."
            }
            Self::WebhookDeleted => "The webhook is deleted. Nothing more is sent to it.",
            Self::SettingsSaved => "Saved.",
            Self::SessionEnded => "That session is over.",
            Self::AgentsFrozen => "No agent can do anything now, until you lift the freeze.",
            Self::AgentsThawed => "The freeze is lifted. Agents work again with what they had.",
            Self::EmailChanged => "Your address is changed. Your other sessions are over.",
            Self::AccountDeleted => "Your account is deleted.",
        }
    }

    /// The notice a request carries.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let word = session::cookie(headers, NOTICE_COOKIE)?;
        Self::ALL.into_iter().find(|notice| notice.word() == word)
    }
}

/// Answers a form with the page to look at next, which tells what was done.
pub(super) fn done(to: &str, notice: Notice) -> Response {
    let mut response = Redirect::to(to).into_response();
    session::set_cookie(&mut response, NOTICE_COOKIE, notice.word());
    response
}

/// The frame around a page of somebody who is signed in.
pub(super) struct Shell {
    pub(super) section: Section,
    pub(super) email: String,
    /// How many agents wait to be let in by this person.
    requests: usize,
    /// How many questions of agents wait for their answer.
    questions: usize,
    pub(super) notice: Option<Notice>,
    has_outbox: bool,
    state: ServerState,
    signed: Signed,
}

impl Shell {
    /// The frame for a page of `section`.
    pub(super) async fn load(
        state: &ServerState,
        signed: Signed,
        section: Section,
    ) -> Result<Self, Refusal> {
        let requests = enrollments::list(state.app(), &signed.caller).await?;
        let requests = requests
            .iter()
            .filter(|request| request.status == EnrollmentStatus::Pending)
            .count();
        let pending = Filter {
            status: Some(ApprovalStatus::Pending),
            ..Filter::default()
        };
        let questions = approvals::list(state.app(), &signed.caller, pending).await?;
        Ok(Self {
            section,
            email: signed.profile.email.clone(),
            requests,
            questions: questions.len(),
            notice: signed.notice,
            has_outbox: !state.app().sends_mail(),
            state: state.clone(),
            signed,
        })
    }

    /// How much waits for this person.
    pub(super) fn waiting(&self) -> usize {
        self.requests + self.questions
    }

    /// How many agents wait to be let in.
    pub(super) fn requests(&self) -> usize {
        self.requests
    }

    /// How many questions of agents wait.
    pub(super) fn questions(&self) -> usize {
        self.questions
    }

    /// How much of it is in `section`.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass every argument by reference"
    )]
    pub(super) fn waiting_in(&self, section: &Section) -> usize {
        match section {
            Section::Requests => self.requests,
            Section::Approvals => self.questions,
            _ => 0,
        }
    }

    /// What the navigation offers.
    pub(super) fn groups(&self) -> Groups {
        groups(self.has_outbox)
    }

    /// The token of a form that posts to `path`.
    pub(super) fn token(&self, path: &str) -> FormToken {
        self.signed.form_token(&self.state, path)
    }
}
