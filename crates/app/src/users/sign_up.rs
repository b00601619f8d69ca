//! Signing up: one person, one organisation of their own.
//!
//! The answer is the same for a new and for a known address; the mail tells the holder which it is.
//!
//! Anybody can sign up with anybody's address, before or after its holder did; only the holder can
//! finish. Whose password the account has then must not depend on who came last: when two were given
//! before the address was proven, neither counts, and the holder sets one by mail.

use super::{
    Origin, SessionKind, SignedIn, begin_session, check_new_password, has_enough_mails,
    mailed_link, parse_display_name, parse_email, send,
};
use crate::error::{Error, Kind, Result};
use crate::mail::Message;
use crate::op::{Op, entry};
use crate::{App, limits, shares};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{AuthMethod, Principal, Role};
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::TokenKind;
use oneclaw_store::StoreError;
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

/// How often a request looks again because another one for the same address came in between.
const ATTEMPTS: usize = 4;

/// Signs up.
pub async fn sign_up(
    app: &App,
    request: SignUpRequest,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignUpOutcome> {
    let email = parse_email(&request.email)?;
    let display_name = parse_display_name(&request.display_name)?;
    check_new_password("password", &request.password, &email)?;
    // Before hashing: what is refused must not cost.
    count_sign_up(app, origin).await?;
    let hash = app
        .passwords()
        .hash(&request.password, app.random())
        .await?;
    if app.settings().dev {
        return sign_up_at_once(app, email, display_name, hash, kind, origin).await;
    }
    for _ in 0..ATTEMPTS {
        let before = given_before(app, &email).await?;
        // Against nothing it costs the same, so that nobody sees who signed up already.
        let same = app
            .passwords()
            .verify(&request.password, before.as_deref())
            .await?;
        let given = Given {
            hash: hash.clone(),
            display_name: display_name.clone(),
            before,
            same,
        };
        let (app_in, address) = (app.clone(), email.clone());
        let asked = app.run(move |op| {
            Box::pin(async move { request_proof(&app_in, op, &address, given).await })
        });
        match asked.await {
            Err(error) if *error.kind() == Kind::Conflict => {}
            other => {
                other?;
                return Ok(SignUpOutcome::Pending {
                    email: email.as_str().to_owned(),
                });
            }
        }
    }
    Err(Error::unavailable())
}

/// Counts a new account that another way of signing in makes.
pub(crate) async fn count_in(app: &App, op: &mut Op, origin: &Origin) -> Result<()> {
    let Some(network) = origin.network() else {
        return Ok(());
    };
    let counter = app.counter(Limit::Signup, &network);
    limits::count(op, &counter, Limit::Signup).await
}

async fn count_sign_up(app: &App, origin: &Origin) -> Result<()> {
    let Some(network) = origin.network() else {
        return Ok(());
    };
    let counter = app.counter(Limit::Signup, &network);
    app.run(move |op| Box::pin(async move { limits::count(op, &counter, Limit::Signup).await }))
        .await
}

/// On a demonstration instance, where addresses need no proof.
async fn sign_up_at_once(
    app: &App,
    email: Email,
    display_name: String,
    hash: String,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignUpOutcome> {
    let (app_in, origin) = (app.clone(), origin.clone());
    let signed_in = app
        .run(move |op| {
            Box::pin(async move {
                if op.tx().find_user_by_email(email.as_str()).await?.is_some() {
                    return Err(has_account());
                }
                let user = insert_user(op, &email, &display_name, Some(&hash), true).await?;
                let org = first_organisation(op, user, &email, &origin).await?;
                shares::claim(op, email.as_str(), user).await?;
                begin_session(
                    &app_in,
                    op,
                    user,
                    org,
                    (kind, AuthMethod::Password),
                    &origin,
                )
                .await
            })
        })
        .await?;
    Ok(SignUpOutcome::SignedIn(Box::new(signed_in)))
}

fn has_account() -> Error {
    Error::conflict("This address has an account already. Sign in instead.")
}

/// The password that somebody gave for an address that is not proven yet, hashed.
async fn given_before(app: &App, email: &Email) -> Result<Option<String>> {
    let mut tx = app.store().begin_read().await?;
    let user = tx.find_user_by_email(email.as_str()).await?;
    let user = user.filter(|user| user.email_verified_at.is_none());
    Ok(user.and_then(|user| user.password_hash))
}

/// What a request gives, and how it compares with the one before.
struct Given {
    hash: String,
    display_name: String,
    /// The hash it was compared with.
    before: Option<String>,
    /// Whether that is of the same password.
    same: bool,
}

/// Mails the holder of the address: a link to prove it, or the news that somebody tried. A conflict
/// means that another request came in between.
async fn request_proof(app: &App, op: &mut Op, email: &Email, given: Given) -> Result<()> {
    let known = op.tx().find_user_by_email(email.as_str()).await?;
    let pending = known
        .as_ref()
        .filter(|user| user.email_verified_at.is_none());
    if let Some(user) = pending {
        if user.password_hash != given.before {
            return Err(has_account());
        }
        // Whether or not a mail follows: the doubt is there as soon as somebody raised it.
        if !given.same {
            op.tx().forget_unverified_password(user.id).await?;
        }
    }
    if has_enough_mails(app, op, "sign up", email).await? {
        return Ok(());
    }
    let user = match known {
        Some(user) if user.email_verified_at.is_some() => {
            let sign_in_link = format!("{}/signin", app.settings().public_url);
            return send(app, op, email, &Message::AccountExists { sign_in_link }).await;
        }
        Some(user) => user.id,
        None => insert_user(op, email, &given.display_name, Some(&given.hash), false).await?,
    };
    let (link, expires) = mailed_link(
        app,
        op,
        TokenKind::VerifyEmail,
        VERIFY,
        "verify-email",
        user,
        VERIFY_LIFE,
    )
    .await?;
    send(app, op, email, &Message::VerifyEmail { link, expires }).await
}

pub(crate) async fn insert_user(
    op: &mut Op,
    email: &Email,
    display_name: &str,
    hash: Option<&str>,
    verified: bool,
) -> Result<UserId> {
    let now = op.now();
    let user = UserRow {
        id: op.new_id(),
        email: email.as_str().to_owned(),
        display_name: display_name.to_owned(),
        password_hash: hash.map(str::to_owned),
        email_verified_at: verified.then_some(now),
        marketing_emails: false,
        token_epoch: 0,
        created_at: now,
    };
    match op.tx().insert_user(&user).await {
        Err(StoreError::AlreadyExists) => Err(has_account()),
        other => other.map(|()| user.id).map_err(Error::from),
    }
}

/// The organisation that a new person owns.
pub(crate) async fn first_organisation(
    op: &mut Op,
    user: UserId,
    email: &Email,
    origin: &Origin,
) -> Result<OrgId> {
    let now = op.now();
    let org: OrgId = op.new_id();
    op.tx()
        .insert_organisation(org, email.local_part(), now)
        .await?;
    op.tx()
        .insert_member(org, user, Role::Owner.as_str(), now)
        .await?;
    let principal = Principal::User(user);
    op.log(entry(
        org,
        principal,
        origin.ip,
        "org.create",
        ("organisation", org.to_string()),
        Details::new(),
    ));
    op.log(entry(
        org,
        principal,
        origin.ip,
        "user.register",
        ("user", user.to_string()),
        Details::new(),
    ));
    Ok(org)
}

/// Proves an address with the mailed token, and signs in.
pub async fn verify_email(
    app: &App,
    token: &SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    let not_valid = || {
        Error::invalid(
            "token",
            "This link is not valid (any more). Sign up again to get a new one.",
        )
    };
    let hash = app
        .keyring()
        .hash_token(TokenKind::VerifyEmail, token.expose())
        .map_err(|_| not_valid())?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            let link = op
                .tx()
                .find_one_time_token(hash.as_bytes(), VERIFY)
                .await?
                .ok_or_else(not_valid)?;
            if !op
                .tx()
                .consume_one_time_token(hash.as_bytes(), VERIFY, now)
                .await?
            {
                return Err(not_valid());
            }
            let user = op
                .tx()
                .find_user(UserId::from_uuid(link.subject_id))
                .await?
                .ok_or_else(not_valid)?;
            if !op.tx().verify_user_email(user.id, now).await? {
                return Err(not_valid());
            }
            let email = parse_email(&user.email)?;
            let org = first_organisation(op, user.id, &email, &origin).await?;
            shares::claim(op, email.as_str(), user.id).await?;
            let dashboard_link = format!("{}/", app_in.settings().public_url);
            send(&app_in, op, &email, &Message::Welcome { dashboard_link }).await?;
            begin_session(
                &app_in,
                op,
                user.id,
                org,
                (kind, AuthMethod::Password),
                &origin,
            )
            .await
        })
    })
    .await
}
