//! How an agent joins: it asks, its human decides.
//!
//! Invariants:
//! - The answer to the request is the same, byte for byte in shape and in the work behind it, for
//!   an address with an account, without one, and one that is asked too often.
//! - A link identifies a request. It decides nothing: that takes a signed-in human of the right
//!   account, in a request that changes state.
//! - Of any number of decisions exactly one counts.
//! - Approving gives existence; access only where the human gives it in the same act, see [`access`].
//! - Whoever brings a key is given no other secret by mail or page; see [`pairing`].

use crate::App;
use crate::agents::{self, Agent};
use crate::boot::KeyDelivery;
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::users::Origin;
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, EnrollmentId, PolicyId, UserId};
use oneclaw_core::model::enrollment::{EnrollmentStatus, PENDING_LIFETIME};
use oneclaw_core::model::text::{Email, parse_description, parse_name};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::Tx;
use oneclaw_store::enrollments::EnrollmentRow;
use std::str::FromStr as _;

mod access;
mod asking;
mod delivery;
mod pairing;
pub use access::{Grant, GrantVault, RequestedAccess, suggested};
use asking::{check_caps, notify};
use delivery::{deliver, delivery_mode};
pub use pairing::{Credential, Offer, Opened, Outcome, Shown, poll};

/// How many requests a list shows.
const LISTED: i64 = 100;

/// An agent asks to join.
#[derive(Clone, Debug)]
pub struct EnrollRequest {
    /// Name of its choice.
    pub name: String,
    /// Its human's address; absent: whoever gets the link.
    pub human_email: Option<String>,
    /// Text of its choice, possibly empty.
    pub description: String,
    /// A key of its own.
    pub key: Option<Offer>,
    /// What it would like to reach.
    pub access: Vec<RequestedAccess>,
}

/// The answer, the same in every branch.
pub struct Requested {
    /// Where a signed-in human decides.
    pub approval_url: String,
    /// When the request lapses.
    pub expires_at: Timestamp,
    /// For agents that bring a key.
    pub pairing: Option<Opened>,
}

/// A request as its human sees it.
#[derive(Clone, Debug)]
pub struct Enrollment {
    /// Its id.
    pub id: EnrollmentId,
    /// Chosen by the requester.
    pub name: String,
    /// Chosen by the requester.
    pub description: String,
    /// The address it is bound to.
    pub human_email: Option<String>,
    /// Where it stands now.
    pub status: EnrollmentStatus,
    /// Address it came from.
    pub ip: Option<String>,
    /// What the requester's client called itself.
    pub user_agent: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_by: Option<UserId>,
    /// Why, when the human said so.
    pub decision_reason: Option<String>,
    /// What came of it.
    pub agent: Option<AgentId>,
    /// The key that the agent brought; on one request, not in lists.
    pub key: Option<Shown>,
    /// The access that it asks for; on one request, not in lists.
    pub access: Vec<RequestedAccess>,
    /// Names what a human sees of it; on one request, not in lists.
    pub request_hash: Option<String>,
}

/// How the approver decides in favour.
#[derive(Default)]
pub struct Approval {
    /// The link's token: needed for requests that are bound to no address.
    pub token: Option<SecretString>,
    /// Another name than the requester's.
    pub name: Option<String>,
    /// The four words that the agent shows, where it brought a key.
    pub phrase: Option<String>,
    /// What it is given at once; nothing, when empty.
    pub grants: Vec<Grant>,
    /// Which request was seen: [`Enrollment::request_hash`].
    pub seen: Option<String>,
}

/// How the key of a new agent reaches the approver.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// It was mailed to this address.
    Email {
        /// The approver's address.
        to: String,
    },
    /// It is made and shown once, at this page.
    Link {
        /// The page.
        reveal_url: String,
    },
    /// The agent has a key, or collects one, and nobody else gets any.
    Agent,
}

/// What an approval made.
#[derive(Clone, Debug)]
pub struct Approved {
    /// The request, decided.
    pub enrollment: Enrollment,
    /// The agent.
    pub agent: Agent,
    /// Where its key went.
    pub delivery: Delivery,
    /// The policies that came with it.
    pub policies: Vec<PolicyId>,
}

/// One answer for a request that is not there and for one that is somebody else's.
fn missing() -> Error {
    Error::not_found(
        "There is no such request for your account. It may be addressed to another e-mail address, or be long over.",
    )
}

/// An agent asks to join. Needs no credential.
pub async fn request(app: &App, request: EnrollRequest, origin: &Origin) -> Result<Requested> {
    let name =
        parse_name(&request.name).map_err(|error| Error::invalid("name", error.to_string()))?;
    let description = parse_description(&request.description)
        .map_err(|error| Error::invalid("description", error.to_string()))?;
    let email = match request.human_email.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(
            Email::parse(text).map_err(|error| Error::invalid("human_email", error.to_string()))?,
        ),
    };
    let access = access::checked(request.access)?;
    let (app_in, origin) = (app.clone(), origin.clone());
    let requested = app
        .run(move |op| {
            Box::pin(async move {
                check_caps(&app_in, op, &origin).await?;
                let token = PlainToken::generate(TokenKind::EnrollmentLink, op.random());
                let now = op.now();
                let row = EnrollmentRow {
                    id: op.new_id(),
                    name,
                    description,
                    human_email: email.as_ref().map(|email| email.as_str().to_owned()),
                    status: EnrollmentStatus::Pending.as_str().to_owned(),
                    ip: origin.ip_text(),
                    user_agent: origin.client(),
                    created_at: now,
                    expires_at: now.plus(PENDING_LIFETIME),
                    decided_at: None,
                    decided_by: None,
                    decision_reason: None,
                    org_id: None,
                    agent_id: None,
                };
                op.tx()
                    .insert_enrollment(&row, token.hash(app_in.keyring()).as_bytes())
                    .await?;
                let approval_url =
                    format!("{}/enroll/{}", app_in.settings().public_url, token.expose());
                let org =
                    notify(&app_in, op, email.as_ref(), &row, origin.ip, &approval_url).await?;
                access::keep(op, &row, &access).await?;
                let pairing = match &request.key {
                    Some(offer) => Some(pairing::open(&app_in, op, &row, &access, offer).await?),
                    None => None,
                };
                let details = Details::new()
                    .text("name", &row.name)
                    .flag("addressed", row.human_email.is_some());
                op.log(entry(
                    org,
                    Actor::System,
                    origin.ip,
                    "enroll.requested",
                    ("enrollment", row.id.to_string()),
                    details,
                ));
                Ok(Requested {
                    approval_url,
                    expires_at: row.expires_at,
                    pairing,
                })
            })
        })
        .await?;
    app.wake_mail();
    Ok(requested)
}

/// Requests addressed to the caller, and those the caller decided, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Enrollment>> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let mut rows = view.tx.list_enrollments_decided_by(user, LISTED).await?;
    if let Some(email) = &view.live.verified_email {
        let addressed = view.tx.list_enrollments_for(email, LISTED).await?;
        let addressed =
            asking::without_reported(app, &mut view.tx, email, addressed, view.now).await?;
        rows.extend(
            addressed
                .into_iter()
                .filter(|row| row.decided_by != Some(user)),
        );
    }
    rows.sort_by_key(|row| std::cmp::Reverse((row.created_at, row.id)));
    let now = view.now;
    rows.into_iter()
        .map(|row| enrollment_of(row, now))
        .collect()
}

/// The request a link stands for, if it is the caller's to decide.
pub async fn lookup(app: &App, caller: &Caller, token: &SecretString) -> Result<Enrollment> {
    let user = caller.user()?;
    let hash = link_hash(app, token)?;
    let mut view = app.view(caller).await?;
    let row = view
        .tx
        .find_enrollment_by_token(hash.as_bytes())
        .await?
        .ok_or_else(missing)?;
    check_addressee(&row, &view.live, user)?;
    let now = view.now;
    shown(app, &mut view.tx, row, now).await
}

/// One request, if it is the caller's to decide or the caller decided it.
pub async fn find(app: &App, caller: &Caller, id: EnrollmentId) -> Result<Enrollment> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_enrollment(id).await?.ok_or_else(missing)?;
    // Without the link's token, a request that is bound to no address belongs to nobody yet.
    if row.human_email.is_none() && row.decided_by != Some(user) {
        return Err(missing());
    }
    check_addressee(&row, &view.live, user)?;
    let now = view.now;
    shown(app, &mut view.tx, row, now).await
}

/// A request with all that a human decides on.
async fn shown(app: &App, tx: &mut Tx, row: EnrollmentRow, now: Timestamp) -> Result<Enrollment> {
    let access = access::find(tx, &row).await?;
    let pairing = pairing::find(tx, row.id).await?;
    let key = pairing.map(|pairing| pairing.shown(&row, &access));
    let fingerprint = key.as_ref().map_or("", |key| key.fingerprint.as_str());
    let request_hash = access::request_hash(app, &row, &access, fingerprint);
    Ok(Enrollment {
        key,
        access,
        request_hash: Some(request_hash),
        ..enrollment_of(row, now)?
    })
}

/// Lets the agent in. It joins the approver's organisation, with the access that the approver gives it,
/// if any.
pub async fn approve(
    app: &App,
    caller: &Caller,
    id: EnrollmentId,
    approval: Approval,
) -> Result<Approved> {
    let user = caller.user()?;
    let hash = approval
        .token
        .as_ref()
        .map(|token| link_hash(app, token))
        .transpose()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    let approved = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate(&caller).await?;
                let row = pending(op, id, hash.as_ref(), &live, user).await?;
                let pairing = pairing::find(op.tx(), row.id).await?;
                let wishes = access::find(op.tx(), &row).await?;
                let key = pairing.as_ref().map(|pairing| pairing.key.fingerprint());
                let hash = access::request_hash(&app_in, &row, &wishes, &key.unwrap_or_default());
                access::is_seen(approval.seen.as_deref(), &hash)?;
                if let Some(pairing) = &pairing {
                    let words = pairing.words(&row, &wishes);
                    let phrase = approval.phrase.as_deref();
                    let refusal =
                        pairing::refuse(&app_in, op, &caller, &row, &words, phrase).await?;
                    if let Some(refusal) = refusal {
                        return Ok(Err(refusal));
                    }
                }
                let by_mail = pairing.is_none()
                    && delivery_mode(&app_in, op, live.org).await? == KeyDelivery::Email;
                let key = by_mail.then(|| PlainToken::generate(TokenKind::AgentKey, op.random()));
                let request = agents::CreateRequest {
                    name: approval.name.unwrap_or_else(|| row.name.clone()),
                    description: row.description.clone(),
                    ..Default::default()
                };
                let own = pairing.as_ref().map(|pairing| &pairing.key);
                let agent =
                    agents::insert(&app_in, op, &caller, user, request, key.as_ref(), own).await?;
                if let Some(pairing) = &pairing {
                    pairing.admit(op, agent.id).await?;
                }
                let who = (user, agent.id);
                let grants = approval.grants;
                let policies = access::give(&app_in, op, &caller, &live, who, grants).await?;
                let row = decide(
                    op,
                    &caller,
                    row,
                    EnrollmentStatus::Approved,
                    None,
                    Some(agent.id),
                )
                .await?;
                let delivery = match pairing {
                    Some(_) => Delivery::Agent,
                    None => deliver(&app_in, op, &live, &agent, key).await?,
                };
                let now = op.now();
                Ok(Ok(Approved {
                    enrollment: enrollment_of(row, now)?,
                    agent,
                    delivery,
                    policies,
                }))
            })
        })
        .await?;
    app.wake_mail();
    approved
}

/// How the approver decides against.
#[derive(Default)]
pub struct Denial {
    /// The link's token: needed for requests that are bound to no address.
    pub token: Option<SecretString>,
    /// Why, for the log.
    pub reason: Option<String>,
    /// Whether it should never have been asked: then nothing from its network is shown to this person for a week.
    pub report: bool,
}

/// Turns the agent away.
pub async fn deny(
    app: &App,
    caller: &Caller,
    id: EnrollmentId,
    denial: Denial,
) -> Result<Enrollment> {
    let user = caller.user()?;
    let hash = denial
        .token
        .as_ref()
        .map(|token| link_hash(app, token))
        .transpose()?;
    let reason = match denial.reason.map(|text| parse_description(&text)) {
        None => None,
        Some(Ok(text)) => Some(text).filter(|text| !text.is_empty()),
        Some(Err(error)) => return Err(Error::invalid("reason", error.to_string())),
    };
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let row = pending(op, id, hash.as_ref(), &live, user).await?;
            let row = decide(op, &caller, row, EnrollmentStatus::Denied, reason, None).await?;
            if let (true, Some(email)) = (denial.report, &live.verified_email) {
                let is_held_off = asking::report(&app_in, op, &row, email).await?;
                let details = Details::new()
                    .text("name", &row.name)
                    .text("from", row.ip.as_deref().unwrap_or("unknown"))
                    .flag("held_off", is_held_off);
                op.log(entry(
                    caller.org(),
                    caller.actor(),
                    caller.ip(),
                    "enroll.reported",
                    ("enrollment", row.id.to_string()),
                    details,
                ));
            }
            let now = op.now();
            enrollment_of(row, now)
        })
    })
    .await
}

fn link_hash(app: &App, token: &SecretString) -> Result<TokenHash> {
    app.keyring()
        .hash_token(TokenKind::EnrollmentLink, token.expose())
        .map_err(|_| missing())
}

/// A request that this user may decide now.
async fn pending(
    op: &mut Op,
    id: EnrollmentId,
    token: Option<&TokenHash>,
    live: &Live,
    user: UserId,
) -> Result<EnrollmentRow> {
    let row = match token {
        Some(hash) => op
            .tx()
            .find_enrollment_by_token(hash.as_bytes())
            .await?
            .filter(|row| row.id == id),
        None => op
            .tx()
            .find_enrollment(id)
            .await?
            .filter(|row| row.human_email.is_some()),
    };
    let row = row.ok_or_else(missing)?;
    check_addressee(&row, live, user)?;
    match status_at(&row, op.now())? {
        EnrollmentStatus::Pending => Ok(row),
        status => Err(decided_already(status)),
    }
}

fn decided_already(status: EnrollmentStatus) -> Error {
    match status {
        EnrollmentStatus::Expired => {
            Error::gone("This request has expired. The agent can ask again.")
        }
        other => Error::conflict(format!(
            "This request was decided already: it is {}.",
            other.as_str()
        )),
    }
}

/// Only the holder of the proven address a request is bound to may see or decide it. A request
/// without one is open to whoever has the link, until somebody decided it.
fn check_addressee(row: &EnrollmentRow, live: &Live, user: UserId) -> Result<()> {
    let allowed = match (&row.human_email, row.decided_by) {
        (Some(address), _) => live.verified_email.as_ref() == Some(address),
        (None, Some(decider)) => decider == user,
        (None, None) => live.verified_email.is_some(),
    };
    if allowed { Ok(()) } else { Err(missing()) }
}

async fn decide(
    op: &mut Op,
    caller: &Caller,
    mut row: EnrollmentRow,
    status: EnrollmentStatus,
    reason: Option<String>,
    agent: Option<AgentId>,
) -> Result<EnrollmentRow> {
    let (now, user, org) = (op.now(), caller.user()?, caller.org());
    if !op
        .tx()
        .decide_enrollment(
            row.id,
            status.as_str(),
            now,
            user,
            reason.as_deref(),
            org,
            agent,
        )
        .await?
    {
        // Somebody else was faster: say what they decided.
        let fresh = op.tx().find_enrollment(row.id).await?.ok_or_else(missing)?;
        return Err(decided_already(status_at(&fresh, now)?));
    }
    status.as_str().clone_into(&mut row.status);
    row.decided_at = Some(now);
    row.decided_by = Some(user);
    row.decision_reason = reason;
    row.org_id = Some(org);
    row.agent_id = agent;
    let action = if status == EnrollmentStatus::Approved {
        "enroll.approved"
    } else {
        "enroll.denied"
    };
    let mut details = Details::new().text("name", &row.name);
    if let Some(agent) = agent {
        details = details.uuid("agent_id", agent);
    }
    op.log(entry(
        org,
        caller.actor(),
        caller.ip(),
        action,
        ("enrollment", row.id.to_string()),
        details,
    ));
    Ok(row)
}

fn status_at(row: &EnrollmentRow, now: Timestamp) -> Result<EnrollmentStatus> {
    let stored = EnrollmentStatus::from_str(&row.status).map_err(Error::internal)?;
    Ok(stored.at(row.expires_at, now))
}

fn enrollment_of(row: EnrollmentRow, now: Timestamp) -> Result<Enrollment> {
    let status = status_at(&row, now)?;
    Ok(Enrollment {
        id: row.id,
        name: row.name,
        description: row.description,
        human_email: row.human_email,
        status,
        ip: row.ip,
        user_agent: row.user_agent,
        created_at: row.created_at,
        expires_at: row.expires_at,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        decision_reason: row.decision_reason,
        agent: row.agent_id,
        key: None,
        access: Vec::new(),
        request_hash: None,
    })
}
