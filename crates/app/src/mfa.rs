//! The second factor of a sign-in: codes of an authenticator app, and recovery codes.
//!
//! Invariants:
//! - The secret is sealed at rest and shown once, before it counts.
//! - A first factor alone begins no session of an account with a second factor ([`after_first`] is the
//!   only way on). Passkeys verify their user and count as both; keys and agents have no factors.
//! - Wrong codes count for the account, whatever sign-in or session they belong to, and are counted
//!   before they are checked.
//! - A code, a recovery code and a challenge each work once.

use crate::error::{Error, Result};
use crate::factors::{self, Factors, open_secret};
use crate::lane::entry_of;
use crate::live::{Caller, refused};
use crate::mail::{self, FactorChange, Message};
use crate::op::{Op, entry};
use crate::reauth::{Confirmation, RecentOr};
use crate::users::{Origin, SessionKind, SignedIn, begin_session, home_organisation};
use crate::{App, limits};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::records::Record;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_crypto::totp::{PresentedCode, RECOVERY_CODES, TotpSecret, generate_recovery_code};
use std::time::Duration;

/// How long somebody may take to type a code.
pub const CHALLENGE_LIFE: Duration = Duration::from_mins(5);
/// How a challenge is stored, by the first factor that led to it.
const CHALLENGES: [(AuthMethod, &str); 3] = [
    (AuthMethod::Password, "mfa password"),
    (AuthMethod::EmailCode, "mfa email_otp"),
    (AuthMethod::Oidc, "mfa oidc"),
];

/// What comes of a first factor that was right.
pub enum SignIn {
    /// A session.
    Done(Box<SignedIn>),
    /// The second factor is asked for.
    SecondFactor(Challenge),
}

impl SignIn {
    /// The session, if no second factor is asked for.
    #[must_use]
    pub fn done(self) -> Option<SignedIn> {
        match self {
            Self::Done(signed_in) => Some(*signed_in),
            Self::SecondFactor(_) => None,
        }
    }
}

/// Stands for a sign-in that lacks its second factor.
pub struct Challenge {
    /// Goes back with the code.
    pub token: SecretString,
    /// Seconds until it ends.
    pub expires_in: u64,
}

/// What an authenticator app needs.
pub struct SetUp {
    /// For a QR code.
    pub uri: SecretString,
    /// For typing, base32.
    pub secret: SecretString,
}

/// Whether an account asks for codes.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    /// It does.
    pub enabled: bool,
    /// Recovery codes that were not used.
    pub recovery_codes_left: u32,
}

/// Goes on after a first factor: with a session, or with the question for the second factor. To be
/// called with the organisation [entered](Op::enter).
pub(crate) async fn after_first(
    app: &App,
    op: &mut Op,
    user: UserId,
    org: OrgId,
    (kind, method): (SessionKind, AuthMethod),
    origin: &Origin,
) -> Result<SignIn> {
    if !Factors::of(op.tx(), user).await?.totp {
        let signed_in = begin_session(app, op, user, org, (kind, method), origin).await?;
        return Ok(SignIn::Done(Box::new(signed_in)));
    }
    let purpose = CHALLENGES
        .iter()
        .find(|(first, _)| *first == method)
        .map(|(_, purpose)| *purpose)
        .ok_or_else(|| Error::internal("this way of signing in has no second factor"))?;
    let now = op.now();
    let token = PlainToken::generate(TokenKind::MfaChallenge, op.random());
    op.tx()
        .insert_one_time_token(
            token.hash(app.keyring()).as_bytes(),
            purpose,
            user.as_uuid(),
            now,
            now.plus(CHALLENGE_LIFE),
        )
        .await?;
    op.log(entry(
        org,
        Principal::User(user),
        origin.ip,
        "auth.challenge",
        ("user", user.to_string()),
        Details::new().text("method", method.as_str()),
    ));
    Ok(SignIn::SecondFactor(Challenge {
        token: token.into_secret(),
        expires_in: CHALLENGE_LIFE.as_secs(),
    }))
}

/// Makes sign-ins that lack their second factor worth nothing: the first one was replaced.
pub(crate) async fn withdraw_challenges(op: &mut Op, user: UserId) -> Result<()> {
    for (_, purpose) in CHALLENGES {
        op.tx()
            .drop_one_time_tokens(user.as_uuid(), purpose)
            .await?;
    }
    Ok(())
}

fn not_right() -> Error {
    Error::unauthenticated(
        "That code is not right, was used before, or the sign-in took too long. Try the next code, or sign in again.",
    )
}

/// The challenge behind a token: whose it is, how it is stored, by what it began.
async fn find_challenge(
    op: &mut Op,
    hash: &TokenHash,
) -> Result<(UserId, &'static str, AuthMethod)> {
    let now = op.now();
    for (method, purpose) in CHALLENGES {
        let found = op
            .tx()
            .find_one_time_token(hash.as_bytes(), purpose)
            .await?;
        let open = found.filter(|row| row.used_at.is_none() && row.expires_at > now);
        if let Some(row) = open {
            return Ok((UserId::from_uuid(row.subject_id), purpose, method));
        }
    }
    Err(not_right())
}

/// Finishes a sign-in with its second factor.
pub async fn verify(
    app: &App,
    mfa_token: &SecretString,
    code: SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    let hash = app
        .keyring()
        .hash_token(TokenKind::MfaChallenge, mfa_token.expose())
        .map_err(|_| not_right())?;
    let app_in = app.clone();
    // In a unit of its own: that of a wrong code leaves nothing behind.
    let counter = app
        .run(move |op| {
            Box::pin(async move {
                let (user, _, _) = find_challenge(op, &hash).await?;
                count_try(&app_in, op, user).await
            })
        })
        .await?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (user, purpose, method) = find_challenge(op, &hash).await?;
            let org = home_organisation(op, user).await?;
            op.enter([org]).await?;
            let now = op.now();
            let is_right = op
                .tx()
                .consume_one_time_token(hash.as_bytes(), purpose, now)
                .await?
                && factors::spend_code(&app_in, op, user, &code).await?;
            if !is_right {
                let details = Details::new().text("method", "second_factor");
                let resource = ("user", user.to_string());
                let actor = oneclaw_core::audit::Actor::System;
                return Err(not_right().logged(entry(
                    org,
                    actor,
                    origin.ip,
                    "auth.failure",
                    resource,
                    details,
                )));
            }
            op.tx().clear_window(&counter).await?;
            begin_session(&app_in, op, user, org, (kind, method), &origin).await
        })
    })
    .await
}

async fn count_try(app: &App, op: &mut Op, user: UserId) -> Result<[u8; 32]> {
    let counter = app.counter(Limit::SecondFactor, &user.to_string());
    limits::count_try(op, &counter, Limit::SecondFactor).await?;
    Ok(counter)
}

/// Counts a try of somebody who is signed in.
async fn count_try_of(app: &App, user: UserId) -> Result<[u8; 32]> {
    let app_in = app.clone();
    app.run(move |op| Box::pin(async move { count_try(&app_in, op, user).await }))
        .await
}

/// Whether the caller's account asks for codes.
pub async fn status(app: &App, caller: &Caller) -> Result<Status> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let enabled = Factors::of(&mut view.tx, user).await?.totp;
    let left = view.tx.count_recovery_codes(user).await?;
    Ok(Status {
        enabled,
        recovery_codes_left: u32::try_from(left).unwrap_or(0),
    })
}

/// Makes a secret for the caller's authenticator app. It counts once [`confirm`]ed.
pub async fn set_up(
    app: &App,
    caller: &Caller,
    confirmation: Option<SecretString>,
) -> Result<SetUp> {
    let user = session_user(caller)?;
    let confirmation = RecentOr::check(app, caller, confirmation).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            // Before the confirmation: whoever has a second factor already hears that first.
            let totp = op.tx().find_totp(user).await?;
            if totp.is_some_and(|row| row.confirmed_at.is_some()) {
                return Err(on_already());
            }
            confirmation.spend(op, &caller, Purpose::MfaEnable).await?;
            let account = op.tx().find_user(user).await?.ok_or_else(refused)?;
            let secret = TotpSecret::generate(op.random());
            let record = Record::TotpSecret(user);
            let sealed = app_in
                .keyring()
                .seal_record(record, secret.as_bytes(), op.random())?;
            let now = op.now();
            if !op.tx().put_totp(user, &sealed, now).await? {
                return Err(on_already());
            }
            op.log(about(&caller, user, "user.mfa_setup", Details::new()));
            let text = secret.to_base32();
            let uri = otpauth_uri(&app_in, &account.email, text.expose());
            Ok(SetUp { uri, secret: text })
        })
    })
    .await
}

/// The address by which apps take a secret over (the Key URI format).
fn otpauth_uri(app: &App, email: &str, secret: &str) -> SecretString {
    let host = url::Url::parse(&app.settings().public_url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default();
    let issuer = format!("1Claw {host}");
    let encode = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    SecretString::from(format!(
        "otpauth://totp/{}:{}?secret={secret}&issuer={}&algorithm=SHA1&digits=6&period=30",
        encode(&issuer),
        encode(email),
        encode(&issuer),
    ))
}

/// Switches the second factor on, with the first code of the app. Gives the recovery codes, this once.
pub async fn confirm(app: &App, caller: &Caller, code: SecretString) -> Result<Vec<SecretString>> {
    let user = session_user(caller)?;
    let counter = count_try_of(app, user).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let now = op.now();
            let row = op.tx().find_totp(user).await?;
            let row = row
                .filter(|row| row.confirmed_at.is_none())
                .ok_or_else(|| {
                    Error::conflict(
                        "There is nothing to confirm. Begin with POST /v1/auth/mfa/setup.",
                    )
                })?;
            let secret = open_secret(&app_in, user, &row.sealed_secret)?;
            let step = match PresentedCode::parse(code.expose()) {
                Some(PresentedCode::Totp(digits)) => {
                    secret.matching_step(&digits, now, row.last_step)
                }
                _ => None,
            };
            let Some(step) = step else {
                return Err(wrong_code());
            };
            if !op
                .tx()
                .confirm_totp(user, &row.sealed_secret, step, now)
                .await?
            {
                return Err(wrong_code());
            }
            op.tx().clear_window(&counter).await?;
            op.log(about(&caller, user, "user.mfa_enable", Details::new()));
            tell(&app_in, op, &caller, user, FactorChange::CodesOn).await?;
            new_recovery_codes(&app_in, op, user).await
        })
    })
    .await
}

fn on_already() -> Error {
    Error::conflict("A second factor is on already. Switch it off first, to set up another app.")
}

/// Tells the owner of an account, by mail, that a way into it has changed.
pub(crate) async fn tell(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    user: UserId,
    change: FactorChange,
) -> Result<()> {
    let account = op.tx().find_user(user).await?.ok_or_else(refused)?;
    let message = Message::FactorChanged {
        change,
        changed_at: op.now(),
        ip: caller.ip(),
        reset_link: format!("{}/forgot-password", app.settings().public_url),
    };
    mail::queue(app, op, None, &account.email, &message).await
}

fn wrong_code() -> Error {
    Error::invalid(
        "code",
        "This is not the code that the app shows now. Check the clock of the phone, and try the next one.",
    )
}

async fn new_recovery_codes(app: &App, op: &mut Op, user: UserId) -> Result<Vec<SecretString>> {
    op.tx().delete_recovery_codes(user).await?;
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let code = generate_recovery_code(op.random());
        let hash = app.keyring().recovery_code_hash(user, code.expose());
        let hash = hash.ok_or_else(|| Error::internal("a recovery code cannot be hashed"))?;
        op.tx().insert_recovery_code(user, &hash).await?;
        codes.push(code);
    }
    Ok(codes)
}

/// Switches the second factor off: with a code of it, or with what confirms that it is the owner.
pub async fn disable(
    app: &App,
    caller: &Caller,
    code: Option<SecretString>,
    confirmation: Option<SecretString>,
) -> Result<()> {
    let user = session_user(caller)?;
    let (code, confirmed, counter) = match code {
        Some(code) => {
            let counter = count_try_of(app, user).await?;
            (Some(code), None, Some(counter))
        }
        None => {
            let confirmed = Confirmation::check(app, caller, confirmation).await?;
            (None, Some(confirmed), None)
        }
    };
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            if let Some(confirmed) = &confirmed {
                confirmed.spend(op, &caller, Purpose::MfaDisable).await?;
            }
            if !Factors::of(op.tx(), user).await?.totp {
                return Err(Error::invalid(
                    "code",
                    "There is no second factor to switch off.",
                ));
            }
            if let Some(code) = &code
                && !factors::spend_code(&app_in, op, user, code).await?
            {
                let failure = about(&caller, user, "auth.failure", Details::new());
                return Err(wrong_code().logged(failure));
            }
            op.tx().delete_totp(user).await?;
            op.tx().delete_recovery_codes(user).await?;
            withdraw_challenges(op, user).await?;
            if let Some(counter) = &counter {
                op.tx().clear_window(counter).await?;
            }
            op.log(about(&caller, user, "user.mfa_disable", Details::new()));
            tell(&app_in, op, &caller, user, FactorChange::CodesOff).await?;
            Ok(())
        })
    })
    .await
}

/// Whether a text looks like a code rather than a password.
#[must_use]
pub fn looks_like_a_code(text: &SecretString) -> bool {
    PresentedCode::parse(text.expose()).is_some()
}

/// What changes how an account is signed in to is for whoever signed in.
pub(crate) fn session_user(caller: &Caller) -> Result<UserId> {
    let user = caller.user()?;
    if caller.session().is_none() {
        return Err(Error::forbidden(
            "Only somebody who signed in can do this, not a key. Sign in first.",
        ));
    }
    Ok(user)
}

pub(crate) fn about(
    caller: &Caller,
    user: UserId,
    action: &'static str,
    details: Details,
) -> oneclaw_core::audit::Draft {
    entry_of(caller, action, ("user", user.to_string()), details)
}
