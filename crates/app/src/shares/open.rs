//! Opening a share.
//!
//! The order of the checks is the contract's and lives in `core::model::share`. They run twice: once
//! to answer quickly and to know whether a passphrase is asked, and once more in the transaction
//! that spends the view, so that of parallel readers only as many pass as views are left.

use super::{enter, missing};
use crate::error::{Error, Result};
use crate::honeytokens::{self, Taken};
use crate::live::{self, Caller};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::secrets::{check_readable, check_type_gate, metadata_of_sealed, version_number};
use crate::users::Origin;
use crate::{App, limits, secrets};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{ShareId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::share::{
    Access, Recipient, RecipientType, Refusal, ShareStatus, Terms, Visitor, access_check,
};
use oneclaw_core::network::AddressList;
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::envelope::{InternalPurpose, SealedRef, ValueContext, decrypt_value_internal};
use oneclaw_store::Tx;
use oneclaw_store::secrets::SealedRow;
use oneclaw_store::shares::ShareRow;
use std::str::FromStr as _;

/// A share that was opened.
pub struct Opened {
    /// The share.
    pub id: ShareId,
    /// The secret without its value.
    pub metadata: secrets::Metadata,
    /// The value.
    pub value: SecretString,
    /// How often it was opened, this time included.
    pub access_count: i64,
    /// How often it may be.
    pub max_access_count: i64,
}

/// What a page may show of a share before it is opened: nothing about the secret.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Whether a passphrase will be asked for.
    pub needs_passphrase: bool,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// How many views are left.
    pub views_left: i64,
}

fn refusal(refusal: Refusal) -> Error {
    let sentence = refusal.to_string();
    match refusal {
        Refusal::NotFound => missing(),
        Refusal::SignInRequired => Error::unauthenticated(sentence),
        Refusal::NotAccepted | Refusal::AddressRefused | Refusal::Passphrase => {
            Error::forbidden(sentence)
        }
        Refusal::Expired | Refusal::UsedUp => Error::gone(sentence),
    }
}

/// Checks whether a visitor could open a share, without opening it.
pub async fn preview(
    app: &App,
    caller: Option<&Caller>,
    origin: &Origin,
    id: ShareId,
) -> Result<Preview> {
    let (row, access) = look(app, caller, origin, id).await?;
    Ok(Preview {
        needs_passphrase: access == Access::NeedsPassphrase,
        expires_at: row.expires_at,
        views_left: row.max_access_count.saturating_sub(row.access_count),
    })
}

/// Opens a share: spends one view, and shows the newest version of the secret.
pub async fn open(
    app: &App,
    caller: Option<&Caller>,
    origin: &Origin,
    id: ShareId,
    passphrase: Option<&SecretString>,
) -> Result<Opened> {
    let (row, access) = look(app, caller, origin, id).await?;
    if access == Access::NeedsPassphrase {
        check_passphrase(app, &row, passphrase).await?;
    }
    let (app_in, caller, origin) = (app.clone(), caller.cloned(), origin.clone());
    let (share, sealed) = app
        .run(move |op| {
            Box::pin(async move { spend(&app_in, op, caller.as_ref(), &origin, id).await })
        })
        .await?;
    app.wake_mail();
    let value = decrypt(app, &share, &sealed).await?;
    Ok(Opened {
        id,
        metadata: metadata_of_sealed(&sealed)?,
        value,
        access_count: share.access_count.saturating_add(1),
        max_access_count: share.max_access_count,
    })
}

/// Checks on a snapshot of its own, the visitor's credential included.
async fn look(
    app: &App,
    caller: Option<&Caller>,
    origin: &Origin,
    id: ShareId,
) -> Result<(ShareRow, Access)> {
    let mut tx = app.store().begin_read().await?;
    if let Some(caller) = caller {
        live::load(&mut tx, caller, app.now()).await?;
    }
    check(&mut tx, caller, origin, id, app.now()).await
}

async fn check(
    tx: &mut Tx,
    caller: Option<&Caller>,
    origin: &Origin,
    id: ShareId,
    now: Timestamp,
) -> Result<(ShareRow, Access)> {
    let row = tx.find_share(id).await?.ok_or_else(missing)?;
    let list: Vec<String> = serde_json::from_str(&row.ip_allowlist)?;
    let addresses = if list.is_empty() {
        None
    } else {
        Some(AddressList::parse(&list).map_err(Error::internal)?)
    };
    let kind = RecipientType::from_str(&row.recipient_type).map_err(Error::internal)?;
    if !rests_on_its_maker(tx, &row, kind).await? {
        return Err(missing());
    }
    let recipient = match (kind, row.recipient_user_id, row.recipient_agent_id) {
        (RecipientType::AnyoneWithLink, _, _) => Recipient::Anyone,
        (RecipientType::Creator | RecipientType::User, Some(user), _)
            if tx.find_member(row.org_id, user).await?.is_none() =>
        {
            Recipient::Unclaimed
        }
        (_, Some(user), _) => Recipient::Principal(Principal::User(user)),
        (_, None, Some(agent)) => Recipient::Principal(Principal::Agent(agent)),
        (_, None, None) => Recipient::Unclaimed,
    };
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let terms = Terms {
        status: ShareStatus::from_str(&row.status).map_err(Error::internal)?,
        recipient,
        expires_at: row.expires_at,
        opens: count(row.access_count),
        max_opens: count(row.max_access_count),
        addresses: addresses.as_ref(),
        has_passphrase: row.passphrase_hash.is_some(),
    };
    let visitor = Visitor {
        principal: caller.map(Caller::principal),
        ip: origin.ip,
        now,
    };
    let access = access_check(&terms, &visitor).map_err(refusal)?;
    Ok((row, access))
}

/// Whether whoever made the share still stands behind it. A share is a right that somebody passed on,
/// so it must not outlive theirs: an agent that was switched off could else go on reading through a
/// link of its own.
async fn rests_on_its_maker(tx: &mut Tx, row: &ShareRow, kind: RecipientType) -> Result<bool> {
    match Principal::from_parts(&row.created_by_type, row.created_by_id)? {
        Principal::User(user) => Ok(tx.find_member(row.org_id, user).await?.is_some()),
        Principal::Agent(_) if matches!(kind, RecipientType::Creator | RecipientType::User) => {
            Ok(true)
        }
        Principal::Agent(agent) => {
            let organisation = tx.find_organisation(row.org_id).await?;
            let is_frozen = organisation.is_none_or(|found| found.agents_frozen_at.is_some());
            let agent = tx.find_agent(row.org_id, agent).await?;
            Ok(!is_frozen && agent.is_some_and(|agent| agent.is_active))
        }
    }
}

/// Checks the passphrase, at most so many times an hour for each share; a wrong one spends no view.
async fn check_passphrase(
    app: &App,
    row: &ShareRow,
    passphrase: Option<&SecretString>,
) -> Result<()> {
    let Some(passphrase) = passphrase.filter(|phrase| !phrase.is_empty()) else {
        return Err(refusal(Refusal::Passphrase));
    };
    let counter = app.counter(Limit::SharePassphrase, &row.id.to_string());
    app.run(move |op| {
        Box::pin(async move { limits::count_try(op, &counter, Limit::SharePassphrase).await })
    })
    .await?;
    if !app
        .passwords()
        .verify(passphrase, row.passphrase_hash.as_deref())
        .await?
    {
        return Err(refusal(Refusal::Passphrase));
    }
    app.run(move |op| Box::pin(async move { Ok(op.tx().clear_window(&counter).await?) }))
        .await
}

/// Spends one view, if everything still holds.
async fn spend(
    app: &App,
    op: &mut Op,
    caller: Option<&Caller>,
    origin: &Origin,
    id: ShareId,
) -> Result<(ShareRow, SealedRow)> {
    enter(op, caller, id).await?;
    let live = match caller {
        Some(caller) => Some(op.authenticate(caller).await?),
        None => None,
    };
    let now = op.now();
    let (row, _) = check(op.tx(), caller, origin, id, now).await?;
    let sealed = op
        .tx()
        .find_sealed_by_id(row.org_id, row.secret_id)
        .await?
        .ok_or_else(missing)?;
    check_readable(&sealed, now)?;
    if let Some(live) = &live {
        check_type_gate(live, &sealed.kind)?;
    }
    if !op.tx().spend_share_view(id, &row.status, now).await? {
        return Err(refusal(Refusal::UsedUp));
    }
    if let Some(caller) = caller.filter(|caller| caller.org() == row.org_id) {
        let taken = Taken {
            who: caller.principal(),
            vault: row.vault_id,
            path: &row.path,
            action: "open_share",
        };
        honeytokens::trip(op, caller, taken).await?;
    }
    let actor = caller.map_or(Actor::System, Caller::actor);
    let details = Details::new()
        .uuid("secret_id", row.secret_id)
        .uuid("vault_id", row.vault_id)
        .text("path", &row.path)
        .int("version", sealed.version)
        .int(
            "views_left",
            row.max_access_count
                .saturating_sub(row.access_count)
                .saturating_sub(1),
        );
    op.log(entry(
        row.org_id,
        actor,
        origin.ip,
        "share.access",
        ("share", id.to_string()),
        details,
    ));
    tell_creator(app, op, &row, caller, origin).await?;
    Ok((row, sealed))
}

/// Mails the human behind a share that it was opened, unless it is that human who opened it.
async fn tell_creator(
    app: &App,
    op: &mut Op,
    row: &ShareRow,
    caller: Option<&Caller>,
    origin: &Origin,
) -> Result<()> {
    let human = match row.created_by_type.as_str() {
        "user" => Some(UserId::from_uuid(row.created_by_id)),
        _ => {
            let agent = op
                .tx()
                .find_agent(
                    row.org_id,
                    oneclaw_core::id::AgentId::from_uuid(row.created_by_id),
                )
                .await?;
            agent.map(|agent| agent.created_by)
        }
    };
    let Some(human) =
        human.filter(|human| caller.map(Caller::principal) != Some(Principal::User(*human)))
    else {
        return Ok(());
    };
    let Some(user) = op.tx().find_user(human).await? else {
        return Ok(());
    };
    // A link that is opened over and over is in the log each time, and in the mailbox now and then.
    let counter = app.counter(Limit::MailAddress, &format!("opened\n{}", row.id));
    if limits::exceeded(op, &counter, Limit::MailAddress)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let message = Message::ShareOpened {
        path: row.path.clone(),
        opened_at: op.now(),
        ip: origin.ip,
        views_left: u32::try_from(
            row.max_access_count
                .saturating_sub(row.access_count)
                .saturating_sub(1),
        )
        .unwrap_or(0),
        shares_link: format!("{}/shares", app.settings().public_url),
    };
    mail::queue(app, op, Some(row.org_id), &user.email, &message).await
}

async fn decrypt(app: &App, share: &ShareRow, sealed: &SealedRow) -> Result<SecretString> {
    let key = app
        .vault_key(share.org_id, share.vault_id, sealed.key_generation)
        .await?;
    let context = ValueContext {
        org: share.org_id,
        vault: share.vault_id,
        secret: sealed.id,
        path: SecretPath::parse(&sealed.path).map_err(Error::internal)?,
        version: version_number(sealed.version),
        secret_type: sealed.kind.clone(),
    };
    let blobs = SealedRef {
        wrapped_key: &sealed.wrapped_key,
        ciphertext: &sealed.ciphertext,
    };
    let value = decrypt_value_internal(InternalPurpose::OpenShare, &key, &context, blobs)?;
    value
        .into_string()
        .map_err(|_| Error::internal("a stored value is not UTF-8"))
}
