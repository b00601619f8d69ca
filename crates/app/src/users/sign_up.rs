//! Signing up: one person, one organisation of their own.
//!
//! The answer is the same for a new and for a known address; the mail tells the holder which it is.
//! Signing up again before the address is proven replaces the password, and only the holder of the
//! address can finish, so nobody can squat on somebody else's.

use super::{Origin, SessionKind, SignedIn, begin_session, check_new_password, mailed_link, parse_display_name, parse_email, send};
use crate::error::{Error, Result};
use crate::mail::Message;
use crate::op::{Op, entry};
use crate::{App, limits, shares};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::TokenKind;
use oneclaw_store::users::UserRow;
use std::time::Duration;

pub(super) const VERIFY: &str = "verify_email";
/// Life of the link that proves an address.
const VERIFY_LIFE: Duration = Duration::from_hours(24);

/// Who wants an account.
pub struct SignUpRequest {
    /// Address.
    pub email: String,
    /// Password of their choice.
    pub password: SecretString,
    /// Name for display, possibly empty.
    pub display_name: String,
}

/// What comes of it.
pub enum SignUpOutcome {
    /// A mail is on its way; nothing more is told.
    Pending {
        /// The address as given, normalised.
        email: String,
    },
    /// On a demonstration instance: signed in at once.
    SignedIn(Box<SignedIn>),
}

/// Signs up.
pub async fn sign_up(app: &App, request: SignUpRequest, kind: SessionKind, origin: &Origin) -> Result<SignUpOutcome> {
    let email = parse_email(&request.email)?;
    let display_name = parse_display_name(&request.display_name)?;
    check_new_password("password", &request.password, &email)?;
    let hash = app.passwords().hash(&request.password, app.random()).await?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            if let Some(ip) = origin.ip_text() {
                let counter = app_in.counter(Limit::Signup, &ip);
                limits::count(op, &counter, Limit::Signup).await?;
            }
            let known = op.tx().find_user_by_email(email.as_str()).await?;
            if app_in.settings().dev {
                return match known {
                    Some(_) => Err(Error::conflict("This address has an account already. Sign in instead.")),
                    None => {
                        let user = insert_user(op, &email, &display_name, &hash, true).await?;
                        let org = first_organisation(op, user, &email, &origin).await?;
                        shares::claim(op, email.as_str(), user).await?;
                        let signed_in = begin_session(&app_in, op, user, org, kind, &origin).await?;
                        Ok(SignUpOutcome::SignedIn(Box::new(signed_in)))
                    }
                };
            }
            request_proof(&app_in, op, known, &email, &display_name, &hash).await?;
            Ok(SignUpOutcome::Pending { email: email.as_str().to_owned() })
        })
    })
    .await
}

/// Mails the holder of the address: a link to prove it, or the news that somebody tried.
async fn request_proof(app: &App, op: &mut Op, known: Option<UserRow>, email: &Email, display_name: &str, hash: &str) -> Result<()> {
    let counter = app.counter(Limit::MailAddress, email.as_str());
    if limits::exceeded(op, &counter, Limit::MailAddress).await?.is_some() {
        return Ok(());
    }
    let user = match known {
        Some(user) if user.email_verified_at.is_some() => {
            let sign_in_link = format!("{}/signin", app.settings().public_url);
            return send(app, op, email, &Message::AccountExists { sign_in_link }).await;
        }
        Some(user) => {
            op.tx().replace_unverified_user(user.id, hash, display_name).await?;
            user.id
        }
        None => insert_user(op, email, display_name, hash, false).await?,
    };
    let (link, expires) = mailed_link(app, op, TokenKind::VerifyEmail, VERIFY, "verify-email", user, VERIFY_LIFE).await?;
    send(app, op, email, &Message::VerifyEmail { link, expires }).await
}

pub(super) async fn insert_user(op: &mut Op, email: &Email, display_name: &str, hash: &str, verified: bool) -> Result<UserId> {
    let now = op.now();
    let user = UserRow {
        id: op.new_id(),
        email: email.as_str().to_owned(),
        display_name: display_name.to_owned(),
        password_hash: Some(hash.to_owned()),
        email_verified_at: verified.then_some(now),
        marketing_emails: false,
        token_epoch: 0,
        created_at: now,
    };
    op.tx().insert_user(&user).await?;
    Ok(user.id)
}

/// The organisation that a new person owns.
pub(super) async fn first_organisation(op: &mut Op, user: UserId, email: &Email, origin: &Origin) -> Result<OrgId> {
    let now = op.now();
    let org: OrgId = op.new_id();
    op.tx().insert_organisation(org, email.local_part(), now).await?;
    op.tx().insert_member(org, user, Role::Owner.as_str(), now).await?;
    let principal = Principal::User(user);
    op.log(entry(org, principal, origin.ip, "org.create", ("organisation", org.to_string()), Details::new()));
    op.log(entry(org, principal, origin.ip, "user.register", ("user", user.to_string()), Details::new()));
    Ok(org)
}

/// Proves an address with the mailed token, and signs in.
pub async fn verify_email(app: &App, token: &SecretString, kind: SessionKind, origin: &Origin) -> Result<SignedIn> {
    let not_valid = || Error::invalid("token", "This link is not valid (any more). Sign up again to get a new one.");
    let hash = app.keyring().hash_token(TokenKind::VerifyEmail, token.expose()).map_err(|_| not_valid())?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            let link = op.tx().find_one_time_token(hash.as_bytes(), VERIFY).await?.ok_or_else(not_valid)?;
            if !op.tx().consume_one_time_token(hash.as_bytes(), VERIFY, now).await? {
                return Err(not_valid());
            }
            let user = op.tx().find_user(UserId::from_uuid(link.subject_id)).await?.ok_or_else(not_valid)?;
            if !op.tx().verify_user_email(user.id, now).await? {
                return Err(not_valid());
            }
            let email = parse_email(&user.email)?;
            let org = first_organisation(op, user.id, &email, &origin).await?;
            shares::claim(op, email.as_str(), user.id).await?;
            let dashboard_link = format!("{}/", app_in.settings().public_url);
            send(&app_in, op, &email, &Message::Welcome { dashboard_link }).await?;
            begin_session(&app_in, op, user.id, org, kind, &origin).await
        })
    })
    .await
}
