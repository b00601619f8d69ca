//! Changing and resetting passwords. Either way all sessions and tokens of the account end.

use super::{
    Origin, Proven, check_new_password, email_change, has_enough_mails, mailed_link, parse_email,
    send,
};
use crate::App;
use crate::error::{Error, Kind, Result};
use crate::lane::entry_of;
use crate::live::{Caller, refused};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::reauth::is_recent;
use crate::tokens::SESSION_EPOCH_LIFE;
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::id::UserId;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::TokenKind;
use std::net::IpAddr;
use std::time::Duration;

/// How a reset is logged.
const RESET_ACTION: &str = "user.password_reset";
const RESET: &str = "password_reset";
/// Life of the link that sets a new password.
const RESET_LIFE: Duration = Duration::from_hours(1);

/// Mails a link to set a new password. The answer is the same for an unknown address, and so is the
/// work: the link then concerns nobody, and the mail is written and thrown away.
pub async fn forgot_password(app: &App, email: &str, _origin: &Origin) -> Result<()> {
    let email = parse_email(email)?;
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            if has_enough_mails(&app_in, op, "reset", &email).await? {
                return Ok(());
            }
            let user = op.tx().find_user_by_email(email.as_str()).await?;
            let user = user.filter(|user| user.email_verified_at.is_some());
            let whose = user.as_ref().map_or(UserId::NIL, |user| user.id);
            let (link, expires) = mailed_link(
                &app_in,
                op,
                TokenKind::PasswordReset,
                RESET,
                "reset-password",
                whose,
                RESET_LIFE,
            )
            .await?;
            let message = Message::PasswordReset { link, expires };
            match user {
                Some(_) => send(&app_in, op, &email, &message).await,
                None => mail::queue_discarded(&app_in, op, email.as_str(), &message).await,
            }
        })
    })
    .await
}

/// Sets a new password with the mailed token.
pub async fn reset_password(
    app: &App,
    token: &SecretString,
    new: &SecretString,
    origin: &Origin,
) -> Result<()> {
    let not_valid = || {
        Error::invalid(
            "token",
            "This link is not valid (any more). Ask for a new one.",
        )
    };
    let hash = app
        .keyring()
        .hash_token(TokenKind::PasswordReset, token.expose())
        .map_err(|_| not_valid())?;
    let mut tx = app.store().begin_read().await?;
    let link = tx
        .find_one_time_token(hash.as_bytes(), RESET)
        .await?
        .filter(|link| link.used_at.is_none() && link.expires_at > app.now())
        .ok_or_else(not_valid)?;
    let user = tx
        .find_user(UserId::from_uuid(link.subject_id))
        .await?
        .ok_or_else(not_valid)?;
    drop(tx);
    check_new_password("new_password", new, &parse_email(&user.email)?)?;
    let new_hash = app.passwords().hash(new, app.random()).await?;
    let (app_in, ip) = (app.clone(), origin.ip);
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            enter_all(op, user.id).await?;
            if !op
                .tx()
                .consume_one_time_token(hash.as_bytes(), RESET, now)
                .await?
            {
                return Err(not_valid());
            }
            replace(&app_in, op, user.id, &new_hash, ip, RESET_ACTION).await
        })
    })
    .await
}

/// Sets a new password with the old one.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    current: &SecretString,
    new: &SecretString,
) -> Result<()> {
    let id = caller.user()?;
    let mut view = app.view(caller).await?;
    let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
    drop(view);
    let email = parse_email(&user.email)?;
    check_new_password("new_password", new, &email)?;
    let proven = Proven::check_again(app, caller, &email, current).await;
    let proven = proven.map_err(not_current)?;
    let new_hash = app.passwords().hash(new, app.random()).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            proven.confirm(op).await.map_err(not_current)?;
            replace(
                &app_in,
                op,
                id,
                &new_hash,
                caller.ip(),
                "user.password_change",
            )
            .await
        })
    })
    .await
}

/// Sets the password of an account that has none. Not with a session that has been lying about: that
/// would make a password out of a stolen token. The session of a device is as new as the program that
/// asked for it, and says nothing of when its human last proved who they are.
pub async fn set_password(app: &App, caller: &Caller, new: &SecretString) -> Result<()> {
    let (id, session) = caller.signed_in()?;
    let mut view = app.view(caller).await?;
    let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
    let session = view.tx.find_session(session).await?.ok_or_else(refused)?;
    drop(view);
    if user.password_hash.is_some() {
        return Err(has_password());
    }
    if !is_recent(&session, app.now())? {
        return Err(Error::forbidden(
            "It is too long since you signed in. Sign in again, then set a password within 15 minutes.",
        ));
    }
    let email = parse_email(&user.email)?;
    check_new_password("password", new, &email)?;
    let hash = app.passwords().hash(new, app.random()).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            if !op.tx().set_first_user_password(id, &hash).await? {
                return Err(has_password());
            }
            let resource = ("user", id.to_string());
            let details = Details::new();
            op.log(entry_of(&caller, "user.password_set", resource, details));
            let message = Message::PasswordChanged {
                changed_at: op.now(),
                ip: caller.ip(),
                reset_link: format!("{}/forgot-password", app_in.settings().public_url),
            };
            send(&app_in, op, &email, &message).await
        })
    })
    .await
}

fn has_password() -> Error {
    Error::invalid(
        "password",
        "This account has a password already. Change it with the current one.",
    )
}

fn not_current(error: Error) -> Error {
    match error.kind() {
        Kind::Unauthenticated => {
            Error::invalid("current_password", "This is not your current password.")
                .instead_of(error)
        }
        _ => error,
    }
}

/// Takes the logs that a new password is noted in, before any row.
async fn enter_all(op: &mut Op, user: UserId) -> Result<()> {
    let memberships = op.tx().list_memberships(user).await?;
    let organisations = memberships.into_iter().map(|membership| membership.org_id);
    op.enter(organisations).await
}

/// Makes links that set another password worth nothing.
pub(super) async fn withdraw_resets(op: &mut Op, user: UserId) -> Result<()> {
    Ok(op.tx().drop_one_time_tokens(user.as_uuid(), RESET).await?)
}

/// Replaces the password, ends everything that was signed in, and tells the owner.
async fn replace(
    app: &App,
    op: &mut Op,
    id: UserId,
    hash: &str,
    ip: Option<IpAddr>,
    action: &'static str,
) -> Result<()> {
    let now = op.now();
    op.tx().set_user_password(id, hash).await?;
    // A link that was asked for before would set yet another one.
    withdraw_resets(op, id).await?;
    crate::mfa::withdraw_challenges(op, id).await?;
    for session in op.tx().list_live_sessions(id).await? {
        op.tx().revoke_session(session.id, now).await?;
        op.tx()
            .bump_epoch_until(session.id.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
            .await?;
    }
    // Whoever has to prove anew who they are takes the account back: from keys too, and from whoever
    // was about to give it another address.
    if action == RESET_ACTION {
        for key in op.tx().revoke_api_keys_of(id).await? {
            op.tx().bump_epoch(key.as_uuid()).await?;
        }
    }
    email_change::withdraw(op, id).await?;
    op.tx().withdraw_device_approvals(id).await?;
    op.tx().bump_epoch(id.as_uuid()).await?;
    let user = op.tx().find_user(id).await?.ok_or_else(refused)?;
    for membership in op.tx().list_memberships(id).await? {
        op.log(entry(
            membership.org_id,
            Principal::User(id),
            ip,
            action,
            ("user", id.to_string()),
            Details::new(),
        ));
    }
    let reset_link = format!("{}/forgot-password", app.settings().public_url);
    send(
        app,
        op,
        &parse_email(&user.email)?,
        &Message::PasswordChanged {
            changed_at: now,
            ip,
            reset_link,
        },
    )
    .await
}
