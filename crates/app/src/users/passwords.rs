//! Changing and resetting passwords. Either way all sessions and tokens of the account end.

use super::{Origin, Proven, check_new_password, has_enough_mails, mailed_link, parse_email, send};
use crate::App;
use crate::error::{Error, Kind, Result};
use crate::live::{Caller, refused};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::tokens::SESSION_EPOCH_LIFE;
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::id::UserId;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::TokenKind;
use std::net::IpAddr;
use std::time::Duration;

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
            replace(&app_in, op, user.id, &new_hash, ip, "user.password_reset").await
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
    op.tx().drop_one_time_tokens(id.as_uuid(), RESET).await?;
    crate::mfa::withdraw_challenges(op, id).await?;
    for session in op.tx().list_live_sessions(id).await? {
        op.tx().revoke_session(session.id, now).await?;
        op.tx()
            .bump_epoch_until(session.id.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
            .await?;
    }
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
