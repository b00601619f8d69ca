//! Giving an account another address.
//!
//! The new address is proven with a code, the present one is told before and after. Whether the new one
//! has an account already is never told.

use super::{end_session, parse_email, send};
use crate::codes::{self, CodeFor, TypedCode};
use crate::error::{Error, Result};
use crate::live::{Caller, refused};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::reauth::RecentOr;
use crate::{App, limits, shares};
use oneclaw_core::audit::Details;
use oneclaw_core::id::UserId;
use oneclaw_core::limit::Limit;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;
use oneclaw_store::StoreError;

/// A change that waits for its code.
pub struct EmailChange {
    /// The address that the code was mailed to.
    pub new_email: String,
    /// Seconds until the code stops working.
    pub expires_in: u64,
}

/// Mails a code to the new address. One that was asked for before is worth nothing from now on.
pub async fn change_email(
    app: &App,
    caller: &Caller,
    new: &str,
    confirmation: Option<SecretString>,
) -> Result<EmailChange> {
    let (id, _) = caller.signed_in()?;
    let new =
        super::Email::parse(new).map_err(|error| Error::invalid("new_email", error.to_string()))?;
    let confirmation = RecentOr::check(app, caller, confirmation).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            confirmation
                .spend(op, &caller, Purpose::EmailChange)
                .await?;
            for subject in [new.as_str().to_owned(), id.to_string()] {
                let subject = format!("email change\n{subject}");
                let counter = app_in.counter(Limit::MailAddress, &subject);
                limits::count(op, &counter, Limit::MailAddress).await?;
            }
            let user = op.tx().find_user(id).await?.ok_or_else(refused)?;
            if user.email == new.as_str() {
                let sentence = "This is the address of your account already.";
                return Err(Error::invalid("new_email", sentence));
            }
            let taken = op.tx().find_user_by_email(new.as_str()).await?;
            let is_taken = taken.is_some_and(|user| user.email_verified_at.is_some());
            let subject = id.to_string();
            let purpose = CodeFor::EmailChange;
            let (code, expires) =
                codes::issue(&app_in, op, purpose, &subject, new.as_str()).await?;
            let message = Message::EmailChangeCode { code, expires };
            if is_taken {
                mail::queue_discarded(&app_in, op, new.as_str(), &message).await?;
            } else {
                send(&app_in, op, &new, &message).await?;
            }
            let notice = Message::EmailChangeRequested {
                new_email: new.clone(),
                requested_at: op.now(),
                ip: caller.ip(),
                reset_link: format!("{}/forgot-password", app_in.settings().public_url),
            };
            send(&app_in, op, &parse_email(&user.email)?, &notice).await?;
            log(op, &caller, id, "user.email_change_request").await?;
            Ok(EmailChange {
                new_email: new.as_str().to_owned(),
                expires_in: codes::LIFE.as_secs(),
            })
        })
    })
    .await
}

/// Changes the address with the code from the mail, and gives the new one. All other sessions end.
pub async fn verify_email_change(
    app: &App,
    caller: &Caller,
    code: &SecretString,
) -> Result<String> {
    let (id, current) = caller.signed_in()?;
    drop(app.view(caller).await?);
    let purpose = CodeFor::EmailChange;
    let typed = TypedCode::count(app, purpose, &id.to_string(), code).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let new = typed.spend(op).await?.ok_or_else(not_right)?;
            let new = parse_email(&new)?;
            let now = op.now();
            let user = op.tx().find_user(id).await?.ok_or_else(refused)?;
            let old = parse_email(&user.email)?;
            op.tx().delete_unverified_user(new.as_str()).await?;
            // Asked first: a statement that fails would end the transaction on PostgreSQL.
            if op.tx().find_user_by_email(new.as_str()).await?.is_some() {
                return Err(not_right());
            }
            match op.tx().set_user_email(id, new.as_str(), now).await {
                Err(StoreError::AlreadyExists) => return Err(not_right()),
                other => other?,
            }
            super::passwords::withdraw_resets(op, id).await?;
            for session in op.tx().list_live_sessions(id).await? {
                if session.id != current {
                    let what = (caller.actor(), "auth.session_revoke");
                    end_session(op, &session, caller.ip(), what).await?;
                }
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            shares::claim(op, new.as_str(), id).await?;
            log(op, &caller, id, "user.email_change").await?;
            for address in [&old, &new] {
                let message = Message::EmailChanged {
                    new_email: new.clone(),
                    changed_at: now,
                    ip: caller.ip(),
                };
                send(&app_in, op, address, &message).await?;
            }
            Ok(new.as_str().to_owned())
        })
    })
    .await
}

/// Makes a change that waits for its code worth nothing.
pub(super) async fn withdraw(op: &mut Op, user: UserId) -> Result<()> {
    codes::withdraw(op, CodeFor::EmailChange, &user.to_string()).await
}

async fn log(op: &mut Op, caller: &Caller, user: UserId, action: &'static str) -> Result<()> {
    for membership in op.tx().list_memberships(user).await? {
        op.log(entry(
            membership.org_id,
            caller.actor(),
            caller.ip(),
            action,
            ("user", user.to_string()),
            Details::new(),
        ));
    }
    Ok(())
}

fn not_right() -> Error {
    Error::invalid(
        "code",
        "This code is not right, or not any more. After five tries ask for a new one.",
    )
}
