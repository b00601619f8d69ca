//! Signing in with a code by mail, without a password.
//!
//! Whoever reads the mails of an address may have an account with it, so every address is mailed a
//! code, whether it has an account or not: nothing is told, and nothing needs hiding.

use super::sign_up::{self, first_organisation, insert_user};
use super::{Origin, SessionKind, failure, home_organisation, parse_email, send};
use crate::codes::{self, CodeFor, TypedCode};
use crate::error::{Error, Result};
use crate::factors::Factors;
use crate::mail::Message;
use crate::mfa::{self, SignIn};
use crate::op::Op;
use crate::{App, limits, shares};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_store::users::UserRow;

/// Mails a code.
pub async fn send_code(app: &App, email: &str) -> Result<()> {
    let email = parse_email(email)?;
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            let subject = format!("sign-in code\n{}", email.as_str());
            let counter = app_in.counter(Limit::MailAddress, &subject);
            limits::count(op, &counter, Limit::MailAddress).await?;
            let (purpose, address) = (CodeFor::SignIn, email.as_str());
            let (code, expires) = codes::issue(&app_in, op, purpose, address, address).await?;
            send(&app_in, op, &email, &Message::SignInCode { code, expires }).await
        })
    })
    .await
}

/// What comes of a code that was right.
pub struct CodeSignIn {
    /// The session, or the question for the second factor.
    pub sign_in: SignIn,
    /// Whose account it is.
    pub user: UserId,
    /// Where they act.
    pub org: OrgId,
    /// Whether the account was made just now.
    pub is_new: bool,
}

/// Signs in with the code. The second factor is asked for as after a password.
pub async fn sign_in_with_code(
    app: &App,
    email: &str,
    code: &SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<CodeSignIn> {
    let email = parse_email(email)?;
    let counter = app.counter(Limit::EmailCode, email.as_str());
    app.run(move |op| Box::pin(async move { limits::count(op, &counter, Limit::EmailCode).await }))
        .await?;
    let typed = TypedCode::count(app, CodeFor::SignIn, email.as_str(), code).await?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let user = op.tx().find_user_by_email(email.as_str()).await?;
            let known = user
                .as_ref()
                .filter(|user| user.email_verified_at.is_some());
            let home = match known {
                Some(user) => Some((user.id, home_organisation(op, user.id).await?)),
                None => None,
            };
            op.enter(home.map(|(_, org)| org)).await?;
            if typed.spend(op).await?.is_none() {
                return Err(not_right().logged(failure(origin.ip, AuthMethod::EmailCode)));
            }
            op.tx().clear_window(&counter).await?;
            let (user, org) = match home {
                Some(home) => home,
                None => join(&app_in, op, user, &email, &origin).await?,
            };
            let factors = Factors::of(op.tx(), user).await?;
            if factors.any() && !factors.totp {
                // A mailbox alone must not be worth as much as the passkey that its owner relies on.
                return Err(Error::forbidden(
                    "This account has a passkey. Sign in with it, or with the password.",
                ));
            }
            shares::claim(op, email.as_str(), user).await?;
            let how = (kind, AuthMethod::EmailCode);
            let sign_in = mfa::after_first(&app_in, op, user, org, how, &origin).await?;
            Ok(CodeSignIn {
                sign_in,
                user,
                org,
                is_new: home.is_none(),
            })
        })
    })
    .await
}

/// Makes the account of an address that was just proven. A password that somebody gave for it before
/// does not count: nobody knows that it was the same person.
async fn join(
    app: &App,
    op: &mut Op,
    pending: Option<UserRow>,
    email: &Email,
    origin: &Origin,
) -> Result<(UserId, OrgId)> {
    sign_up::count_in(app, op, origin).await?;
    let now = op.now();
    let user = match pending {
        Some(user) => {
            op.tx().forget_unverified_password(user.id).await?;
            op.tx().verify_user_email(user.id, now).await?;
            sign_up::withdraw_proof(op, user.id).await?;
            user.id
        }
        None => insert_user(op, email, "", None, true).await?,
    };
    let org = first_organisation(op, user, email, origin).await?;
    let dashboard_link = format!("{}/", app.settings().public_url);
    send(app, op, email, &Message::Welcome { dashboard_link }).await?;
    Ok((user, org))
}

fn not_right() -> Error {
    Error::invalid(
        "code",
        "This code is not right, or not any more. After five tries ask for a new one.",
    )
}
