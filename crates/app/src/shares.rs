//! Sharing: one secret handed to someone, for a while.
//!
//! Who may share: whoever may read the secret and wrote it, owns its vault, or may write its path.
//! Opening is in [`open`](mod@open); a share always shows the newest version.
//!
//! A share rests on whoever made it: it ends with the membership of a person, and what an agent gave
//! away is closed while the agent is switched off. Only what it gave back to people of its
//! organisation stays theirs. Deleting the secret ends its shares for good.

use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::secrets::check_type_gate;
use crate::{App, limits};
use oneclaw_core::audit::{Details, Draft};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, SecretId, ShareId, UserId, VaultId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::share::{RecipientType, ShareStatus};
use oneclaw_core::model::text::Email;
use oneclaw_core::network::AddressList;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use oneclaw_core::secret::SecretString;
use oneclaw_store::secrets::MetadataRow;
use oneclaw_store::shares::ShareRow;
use std::collections::HashMap;
use std::str::FromStr as _;
use std::time::Duration;

mod open;
pub use open::{Opened, Preview, open, preview};

/// Longest life of a share.
const MAXIMUM_LIFE: Duration = Duration::from_hours(8784);

/// A share.
#[derive(Clone, Debug)]
pub struct Share {
    /// Its id; for links, the capability.
    pub id: ShareId,
    /// The secret.
    pub secret: SecretId,
    /// Its vault.
    pub vault: VaultId,
    /// Its path.
    pub path: String,
    /// For whom.
    pub recipient_type: RecipientType,
    /// The user or agent it is for, once known.
    pub recipient: Option<Principal>,
    /// The address it is for.
    pub recipient_email: Option<String>,
    /// Where it stands.
    pub status: ShareStatus,
    /// Whether a passphrase is needed.
    pub has_passphrase: bool,
    /// From where it may be opened; empty = from anywhere.
    pub ip_allowlist: Vec<String>,
    /// How often it was opened.
    pub access_count: i64,
    /// How often it may be.
    pub max_access_count: i64,
    /// Who shared it.
    pub created_by: Principal,
    /// What whoever shared it is called, where that is an agent and the reader its recipient.
    pub created_by_name: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// Whether it has lapsed.
    pub is_expired: bool,
    /// Where it is opened.
    pub url: String,
}

/// What to share, with whom, for how long.
pub struct CreateRequest {
    /// For whom.
    pub recipient_type: String,
    /// The user or agent, for those types.
    pub recipient_id: Option<uuid::Uuid>,
    /// The address, for that type.
    pub email: Option<String>,
    /// How often it may be opened.
    pub max_access_count: Option<i64>,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// A phrase the recipient must know.
    pub passphrase: Option<SecretString>,
    /// From where it may be opened.
    pub ip_allowlist: Vec<String>,
}

/// The checked part of a request.
struct Terms {
    recipient_type: RecipientType,
    recipient_id: Option<uuid::Uuid>,
    email: Option<Email>,
    max_access_count: i64,
    expires_at: Timestamp,
    passphrase_hash: Option<String>,
    ip_allowlist: String,
}

fn missing() -> Error {
    Error::not_found("There is no such share, or it is not yours.")
}

/// Shares a secret.
pub async fn create(
    app: &App,
    caller: &Caller,
    secret: SecretId,
    request: CreateRequest,
) -> Result<Share> {
    let terms = parse(app, caller, request).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    let share = app
        .run(move |op| {
            Box::pin(async move {
                let live = op.authenticate_for_path(&caller).await?;
                let source = shareable(op, &live, &caller, secret).await?;
                let counter = app_in.counter(Limit::ShareCreate, &live.org.to_string());
                limits::count(op, &counter, Limit::ShareCreate).await?;
                if let Some(email) = &terms.email {
                    // Whoever it is from: a mailbox is flooded by all of them together.
                    let subject = format!("share\n{}", email.as_str());
                    let counter = app_in.counter(Limit::MailAddress, &subject);
                    limits::count(op, &counter, Limit::MailAddress).await?;
                }
                let row = insert(op, &live, &source, &terms).await?;
                if let Some(email) = &terms.email {
                    announce(&app_in, op, &live, &row, email).await?;
                }
                let details = Details::new()
                    .uuid("secret_id", row.secret_id)
                    .uuid("vault_id", row.vault_id)
                    .text("path", &row.path)
                    .text("recipient_type", &row.recipient_type)
                    .int("max_access_count", row.max_access_count);
                op.log(entry(
                    live.org,
                    caller.actor(),
                    caller.ip(),
                    "share.create",
                    ("share", row.id.to_string()),
                    details,
                ));
                let now = op.now();
                share_of(&app_in, row, now)
            })
        })
        .await?;
    app.wake_mail();
    Ok(share)
}

async fn parse(app: &App, caller: &Caller, request: CreateRequest) -> Result<Terms> {
    let recipient_type = RecipientType::from_str(&request.recipient_type).map_err(|_| {
        Error::invalid("recipient_type", "The recipient type must be one of creator, user, agent, external_email, anyone_with_link.")
    })?;
    match (recipient_type, caller.principal()) {
        (RecipientType::Creator, Principal::User(_)) => {
            return Err(Error::invalid(
                "recipient_type",
                "Only agents can share back to their creator. Choose another recipient type.",
            ));
        }
        (RecipientType::ExternalEmail, Principal::Agent(_)) => {
            return Err(Error::forbidden(
                "Agents cannot share to e-mail addresses. Share to your creator, who can pass it on.",
            ));
        }
        _ => {}
    }
    let email = match (recipient_type, &request.email) {
        (RecipientType::ExternalEmail, Some(text)) => {
            Some(Email::parse(text).map_err(|error| Error::invalid("email", error.to_string()))?)
        }
        (RecipientType::ExternalEmail, None) => {
            return Err(Error::invalid("email", "Say which address to share with."));
        }
        _ => None,
    };
    if matches!(recipient_type, RecipientType::User | RecipientType::Agent)
        && request.recipient_id.is_none()
    {
        return Err(Error::invalid(
            "recipient_id",
            "Say which user or agent to share with.",
        ));
    }
    let now = app.now();
    if request.expires_at <= now {
        return Err(Error::invalid("expires_at", "The expiry lies in the past."));
    }
    if request.expires_at > now.plus(MAXIMUM_LIFE) {
        return Err(Error::invalid(
            "expires_at",
            "A share lasts at most 366 days. Choose an earlier expiry.",
        ));
    }
    let max_access_count = request
        .max_access_count
        .unwrap_or_else(|| i64::from(recipient_type.default_max_opens()));
    if !(1..=i64::from(i32::MAX)).contains(&max_access_count) {
        return Err(Error::invalid(
            "max_access_count",
            "The number of opens must be at least 1.",
        ));
    }
    // An empty list is what clients send for "from anywhere".
    if !request.ip_allowlist.is_empty() {
        AddressList::parse(&request.ip_allowlist)
            .map_err(|error| Error::invalid("ip_allowlist", error.to_string()))?;
    }
    let passphrase_hash = match request.passphrase.filter(|phrase| !phrase.is_empty()) {
        Some(phrase) => {
            // Hashing is slow, so it is done for those only whose credential stands.
            drop(app.view(caller).await?);
            Some(app.passwords().hash(&phrase, app.random()).await?)
        }
        None => None,
    };
    Ok(Terms {
        recipient_type,
        recipient_id: request.recipient_id,
        email,
        max_access_count,
        expires_at: request.expires_at,
        passphrase_hash,
        ip_allowlist: serde_json::to_string(&request.ip_allowlist)?,
    })
}

/// The secret, if the caller may share it. One that the caller may not read is as good as none.
async fn shareable(
    op: &mut Op,
    live: &Live,
    caller: &Caller,
    secret: SecretId,
) -> Result<MetadataRow> {
    let missing = || Error::not_found("There is no such secret that you may read.");
    let row = op
        .tx()
        .find_secret_metadata(live.org, secret)
        .await?
        .ok_or_else(missing)?;
    let path = SecretPath::parse(&row.path).map_err(Error::internal)?;
    if let Some(entry) = denied(op, live, caller, &row, Action::Share, &path).await? {
        return Err(missing().logged(entry));
    }
    check_type_gate(live, &row.kind)?;
    if row.deleted_at.is_some() {
        return Err(Error::gone("This secret was deleted."));
    }
    let vault = op
        .tx()
        .find_vault(live.org, row.vault_id)
        .await?
        .ok_or_else(missing)?;
    let myself = (live.principal.kind(), live.principal.uuid());
    let own = (row.created_by_type.as_str(), row.created_by_id) == myself;
    let owns_vault = (vault.owner_type.as_str(), vault.owner_id) == myself;
    if own || owns_vault {
        return Ok(row);
    }
    match denied(op, live, caller, &row, Action::Write, &path).await? {
        None => Ok(row),
        Some(entry) => Err(Error::forbidden(
            "You may read this secret but not share it: only its author, the vault's owner, and those who may write it can.",
        )
        .logged(entry)),
    }
}

/// What to log when the caller may not; `None` when they may. A failure to find out is neither.
async fn denied(
    op: &mut Op,
    live: &Live,
    caller: &Caller,
    row: &MetadataRow,
    action: Action,
    path: &SecretPath,
) -> Result<Option<Draft>> {
    match op.decide(live, caller, row.vault_id, action, path).await {
        Ok(_) => Ok(None),
        Err(mut error) => match error.take_entry() {
            Some(entry) => Ok(Some(entry)),
            None => Err(error),
        },
    }
}

async fn insert(op: &mut Op, live: &Live, source: &MetadataRow, terms: &Terms) -> Result<ShareRow> {
    let (user, agent) = recipient(op, live, terms).await?;
    let now = op.now();
    let row = ShareRow {
        // Random, not ordered by time: for links the id is what opens the share.
        id: ShareId::from_uuid(op.random().uuid_v4()),
        org_id: live.org,
        vault_id: source.vault_id,
        secret_id: source.id,
        recipient_type: terms.recipient_type.as_str().to_owned(),
        recipient_user_id: user,
        recipient_agent_id: agent,
        recipient_email: terms.email.as_ref().map(|email| email.as_str().to_owned()),
        status: ShareStatus::Pending.as_str().to_owned(),
        passphrase_hash: terms.passphrase_hash.clone(),
        ip_allowlist: terms.ip_allowlist.clone(),
        max_access_count: terms.max_access_count,
        access_count: 0,
        created_by_type: live.principal.kind().to_owned(),
        created_by_id: live.principal.uuid(),
        created_at: now,
        expires_at: terms.expires_at,
        decided_at: None,
        path: source.path.clone(),
    };
    op.tx().insert_share(&row).await?;
    Ok(row)
}

async fn recipient(
    op: &mut Op,
    live: &Live,
    terms: &Terms,
) -> Result<(Option<UserId>, Option<AgentId>)> {
    let unknown = || {
        Error::invalid(
            "recipient_id",
            "There is no such user or agent in your organisation.",
        )
    };
    match (terms.recipient_type, terms.recipient_id) {
        (RecipientType::Creator, _) => {
            let creator = live.creator.ok_or_else(unknown)?;
            match op.tx().find_member(live.org, creator).await? {
                Some(_) => Ok((Some(creator), None)),
                None => Err(Error::conflict(
                    "The human who let this agent in has left the organisation.",
                )),
            }
        }
        (RecipientType::User, Some(id)) => {
            let id = UserId::from_uuid(id);
            op.tx()
                .find_member(live.org, id)
                .await?
                .ok_or_else(unknown)?;
            Ok((Some(id), None))
        }
        (RecipientType::Agent, Some(id)) => {
            let id = AgentId::from_uuid(id);
            op.tx()
                .find_agent(live.org, id)
                .await?
                .ok_or_else(unknown)?;
            Ok((None, Some(id)))
        }
        (RecipientType::ExternalEmail, _) => {
            let Some(email) = &terms.email else {
                return Err(unknown());
            };
            let user = op.tx().find_user_by_email(email.as_str()).await?;
            Ok((
                user.filter(|user| user.email_verified_at.is_some())
                    .map(|user| user.id),
                None,
            ))
        }
        _ => Ok((None, None)),
    }
}

async fn announce(
    app: &App,
    op: &mut Op,
    live: &Live,
    row: &ShareRow,
    email: &Email,
) -> Result<()> {
    let base = &app.settings().public_url;
    let address = live
        .verified_email
        .as_deref()
        .map(Email::parse)
        .and_then(std::result::Result::ok);
    let sender = address
        .ok_or_else(|| Error::forbidden("Confirm your own address before you share to others."))?;
    let message = Message::ShareReceived {
        sender,
        link: format!("{base}/share/{}", row.id),
        expires: row.expires_at,
    };
    mail::queue(app, op, Some(live.org), email.as_str(), &message).await
}

/// Binds shares that wait for an address to the user who just proved to hold it.
pub(crate) async fn claim(op: &mut Op, email: &str, user: UserId) -> Result<()> {
    let now = op.now();
    op.tx().claim_shares(email, user, now).await?;
    Ok(())
}

/// What the caller shared, newest first.
pub async fn list_outbound(app: &App, caller: &Caller) -> Result<Vec<Share>> {
    let mut view = app.view(caller).await?;
    let now = view.now;
    let rows = view
        .tx
        .list_outbound_shares(caller.principal().uuid())
        .await?;
    rows.into_iter()
        .map(|row| share_of(app, row, now))
        .collect()
}

/// What was shared with the caller, newest first.
pub async fn list_inbound(app: &App, caller: &Caller) -> Result<Vec<Share>> {
    let mut view = app.view(caller).await?;
    let now = view.now;
    let rows = view
        .tx
        .list_inbound_shares(caller.principal().uuid())
        .await?;
    let (mut shares, mut names) = (Vec::with_capacity(rows.len()), HashMap::new());
    for row in rows {
        let org = row.org_id;
        let mut share = share_of(app, row, now)?;
        if let Principal::Agent(id) = share.created_by {
            let name = match names.get(&id) {
                Some(name) => Clone::clone(name),
                None => view.tx.find_agent(org, id).await?.map(|agent| agent.name),
            };
            names.insert(id, name.clone());
            share.created_by_name = name;
        }
        shares.push(share);
    }
    Ok(shares)
}

/// Accepts a share, so that it can be opened.
pub async fn accept(app: &App, caller: &Caller, id: ShareId) -> Result<()> {
    answer(app, caller, id, ShareStatus::Accepted, "share.accept").await
}

/// Declines a share.
pub async fn decline(app: &App, caller: &Caller, id: ShareId) -> Result<()> {
    answer(app, caller, id, ShareStatus::Declined, "share.decline").await
}

async fn answer(
    app: &App,
    caller: &Caller,
    id: ShareId,
    status: ShareStatus,
    action: &'static str,
) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            enter(op, Some(&caller), id).await?;
            op.authenticate(&caller).await?;
            let now = op.now();
            let row = op
                .tx()
                .find_share(id)
                .await?
                .filter(|row| is_recipient(row, caller.principal()))
                .ok_or_else(missing)?;
            match ShareStatus::from_str(&row.status).map_err(Error::internal)? {
                ShareStatus::Revoked => return Err(missing()),
                ShareStatus::Pending if row.expires_at <= now => {
                    return Err(Error::gone("This share has expired."));
                }
                ShareStatus::Pending => {}
                answered => {
                    return Err(Error::conflict(format!(
                        "This share was answered already: it is {}.",
                        answered.as_str()
                    )));
                }
            }
            if !op.tx().decide_share(id, status.as_str(), now).await? {
                return Err(Error::conflict(
                    "This share was answered at the same moment.",
                ));
            }
            op.log(entry(
                row.org_id,
                caller.actor(),
                caller.ip(),
                action,
                ("share", id.to_string()),
                Details::new().text("path", &row.path),
            ));
            Ok(())
        })
    })
    .await
}

/// Withdraws a share: for whoever made it, and for those who run the secret's organisation.
pub async fn revoke(app: &App, caller: &Caller, id: ShareId) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            enter(op, Some(&caller), id).await?;
            let live = op.authenticate(&caller).await?;
            let now = op.now();
            let may = |row: &ShareRow| {
                let made_it = (row.created_by_type.as_str(), row.created_by_id)
                    == (live.principal.kind(), live.principal.uuid());
                made_it || (live.is_admin() && row.org_id == live.org)
            };
            let row = op
                .tx()
                .find_share(id)
                .await?
                .filter(may)
                .ok_or_else(missing)?;
            if !op.tx().revoke_share(id, now).await? {
                return Err(missing());
            }
            op.log(entry(
                row.org_id,
                caller.actor(),
                caller.ip(),
                "share.revoke",
                ("share", id.to_string()),
                Details::new().text("path", &row.path),
            ));
            Ok(())
        })
    })
    .await
}

/// Takes the logs of the share's organisation and of the caller's, which may be another one, before
/// any row.
async fn enter(op: &mut Op, caller: Option<&Caller>, id: ShareId) -> Result<()> {
    let share = op.tx().find_share(id).await?;
    let organisations = share.map(|row| row.org_id).into_iter();
    op.enter(organisations.chain(caller.map(Caller::org))).await
}

fn is_recipient(row: &ShareRow, principal: Principal) -> bool {
    match principal {
        Principal::User(id) => row.recipient_user_id == Some(id),
        Principal::Agent(id) => row.recipient_agent_id == Some(id),
    }
}

pub(crate) fn share_of(app: &App, row: ShareRow, now: Timestamp) -> Result<Share> {
    let recipient_type = RecipientType::from_str(&row.recipient_type).map_err(Error::internal)?;
    let status = ShareStatus::from_str(&row.status).map_err(Error::internal)?;
    let recipient = match (row.recipient_user_id, row.recipient_agent_id) {
        // Whether an address has an account is nobody's business until its holder accepts.
        _ if recipient_type == RecipientType::ExternalEmail && status != ShareStatus::Accepted => {
            None
        }
        (Some(user), _) => Some(Principal::User(user)),
        (None, Some(agent)) => Some(Principal::Agent(agent)),
        (None, None) => None,
    };
    Ok(Share {
        id: row.id,
        secret: row.secret_id,
        vault: row.vault_id,
        path: row.path,
        recipient_type,
        recipient,
        recipient_email: row.recipient_email,
        status,
        has_passphrase: row.passphrase_hash.is_some(),
        ip_allowlist: serde_json::from_str(&row.ip_allowlist)?,
        access_count: row.access_count,
        max_access_count: row.max_access_count,
        created_by_name: None,
        created_by: Principal::from_parts(&row.created_by_type, row.created_by_id)?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        is_expired: row.expires_at <= now,
        url: format!("{}/v1/share/{}", app.settings().public_url, row.id),
    })
}
