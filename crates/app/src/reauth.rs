//! Proving once more who one is, for what a stolen access token alone must not be able to do.
//!
//! Two ways lead through: the password itself beside the request, or a token that [`prove`] gave for
//! this purpose shortly before.
//!
//! Invariants:
//! - A token is for one purpose, one session and one use, and is spent in the transaction of what it
//!   allows.
//! - What was not begun by signing in (a key) confirms nothing.
//! - Once an account has a second factor, its password alone confirms nothing strong, and a mailed code
//!   nothing at all: whoever reads the mails may have the password too.
//! - Wrong tries count for the account, whatever network they come from: whoever tries here holds a
//!   token already.

use crate::codes::{self, CodeFor, TypedCode};
use crate::error::{Error, Kind, Result};
use crate::factors::{self, Factors};
use crate::lane::entry_of;
use crate::live::{Caller, refused};
use crate::mail::{self, Message};
use crate::op::Op;
use crate::passkeys::{Use, UsedPasskey};
use crate::users::{Proven, method_of};
use crate::{App, limits};
use oneclaw_core::audit::{Details, Draft};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{SessionId, UserId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::purpose::Purpose;
use oneclaw_core::model::text::Email;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::sessions::SessionRow;
use std::time::Duration;

/// How long a proof may lie before it is used.
const LIFE: Duration = Duration::from_mins(5);

/// What an account can confirm an act with.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a way of its own")]
pub struct Ways {
    /// The account has a password.
    pub password: bool,
    /// It asks for codes of an authenticator app.
    pub codes: bool,
    /// It has passkeys.
    pub passkeys: bool,
    /// Its holder signed in so recently that what strengthens the account needs no confirmation.
    pub recent: bool,
}

impl Ways {
    /// Whether a code by mail is a way: only where there is no second factor.
    #[must_use]
    pub const fn mail(self) -> bool {
        !self.codes && !self.passkeys
    }
}

/// What the caller can confirm an act with.
pub async fn ways(app: &App, caller: &Caller) -> Result<Ways> {
    let (id, session) = caller.signed_in()?;
    let mut view = app.view(caller).await?;
    let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
    let session = view.tx.find_session(session).await?.ok_or_else(refused)?;
    let factors = Factors::of(&mut view.tx, id).await?;
    Ok(Ways {
        password: user.password_hash.is_some(),
        codes: factors.totp,
        passkeys: factors.passkeys > 0,
        recent: is_recent(&session, view.now)? && !factors.any(),
    })
}

/// Mails a code that confirms one act, to accounts without a second factor.
pub async fn mail_code(app: &App, caller: &Caller) -> Result<()> {
    let (user, _) = caller.signed_in()?;
    let (app_in, by) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&by).await?;
            if Factors::of(op.tx(), user).await?.any() {
                return Err(Error::conflict(
                    "This account has a second factor. Confirm with a code of the app or with a passkey.",
                ));
            }
            let counter = app_in.counter(Limit::MailAddress, &format!("confirmation\n{user}"));
            limits::count(op, &counter, Limit::MailAddress).await?;
            let account = op.tx().find_user(user).await?.ok_or_else(refused)?;
            let (purpose, subject) = (CodeFor::Confirmation, user.to_string());
            let (code, expires) =
                codes::issue(&app_in, op, purpose, &subject, &account.email).await?;
            let message = Message::ConfirmationCode { code, expires };
            mail::queue(&app_in, op, None, &account.email, &message).await
        })
    })
    .await?;
    app.wake_mail();
    Ok(())
}

/// How somebody proves who they are.
pub enum Proof {
    /// The account's password.
    Password(SecretString),
    /// A code of the account's second factor; where there is none, one that [`mail_code`] mailed.
    Code(SecretString),
    /// A use of one of the account's passkeys, with a challenge for signing in.
    Passkey(UsedPasskey),
}

/// A token to confirm one act with.
pub struct ReauthToken {
    /// The token.
    pub token: SecretString,
    /// Seconds until it ends.
    pub expires_in: u64,
}

/// Exchanges a proof for a token that confirms one act for one purpose.
pub async fn prove(
    app: &App,
    caller: &Caller,
    purpose: Purpose,
    proof: Proof,
) -> Result<ReauthToken> {
    let session = session_of(caller)?;
    let checked = Checked::check(app, caller, proof).await?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            checked.confirm(op, &caller, purpose).await?;
            let now = op.now();
            let token = PlainToken::generate(TokenKind::Reauthentication, op.random());
            op.tx()
                .insert_one_time_token(
                    token.hash(app_in.keyring()).as_bytes(),
                    stored_purpose(purpose),
                    session.as_uuid(),
                    now,
                    now.plus(LIFE),
                )
                .await?;
            op.log(about(&caller, "auth.reauth", purpose)?);
            Ok(ReauthToken {
                token: token.into_secret(),
                expires_in: LIFE.as_secs(),
            })
        })
    })
    .await
}

/// A confirmation that looked right outside of the transaction. It is worth something only once it is
/// [spent](Self::spend) in the transaction of the act that it confirms.
pub(crate) struct Confirmation(How);

enum How {
    Password(Checked),
    Token(TokenHash),
}

impl Confirmation {
    /// Looks at what came beside a request: a password or a token. It is slow for a password.
    pub(crate) async fn check(
        app: &App,
        caller: &Caller,
        presented: Option<SecretString>,
    ) -> Result<Self> {
        session_of(caller)?;
        let presented = presented.ok_or_else(missing)?;
        let token = app
            .keyring()
            .hash_token(TokenKind::Reauthentication, presented.expose());
        if let Ok(hash) = token {
            return Ok(Self(How::Token(hash)));
        }
        let checked = Checked::check(app, caller, Proof::Password(presented)).await;
        checked
            .map(|checked| Self(How::Password(checked)))
            .map_err(not_confirmed)
    }

    /// Uses the confirmation for its purpose, after [`Op::authenticate`].
    pub(crate) async fn spend(&self, op: &mut Op, caller: &Caller, purpose: Purpose) -> Result<()> {
        let session = session_of(caller)?;
        match &self.0 {
            How::Password(checked) => checked
                .confirm(op, caller, purpose)
                .await
                .map_err(not_confirmed),
            How::Token(hash) => {
                let (now, word) = (op.now(), stored_purpose(purpose));
                let token = op.tx().find_one_time_token(hash.as_bytes(), word).await?;
                let is_ours = token.is_some_and(|token| token.subject_id == session.as_uuid());
                if is_ours
                    && op
                        .tx()
                        .consume_one_time_token(hash.as_bytes(), word, now)
                        .await?
                {
                    return Ok(());
                }
                Err(missing())
            }
        }
    }
}

/// A confirmation for what somebody may also do without one, as long as it is short since they signed in
/// and their account has no second factor to ask for. A session that lies about must not be enough to
/// take an account over.
pub(crate) struct RecentOr(Option<Confirmation>);

impl RecentOr {
    /// Looks at what came beside a request, if anything did.
    pub(crate) async fn check(
        app: &App,
        caller: &Caller,
        presented: Option<SecretString>,
    ) -> Result<Self> {
        match presented {
            None => Ok(Self(None)),
            some => Ok(Self(Some(Confirmation::check(app, caller, some).await?))),
        }
    }

    /// Uses the confirmation, or finds that none is needed, after [`Op::authenticate`].
    pub(crate) async fn spend(&self, op: &mut Op, caller: &Caller, purpose: Purpose) -> Result<()> {
        if let Some(confirmation) = &self.0 {
            return confirmation.spend(op, caller, purpose).await;
        }
        let (user, session) = caller.signed_in()?;
        if Factors::of(op.tx(), user).await?.any() {
            return Err(Error::forbidden(format!(
                "This account has a second factor, so this needs a confirmation: send a fresh token of \
                 POST /v1/auth/reauth for {} in the header X-Auth-Confirm.",
                purpose.as_str()
            )));
        }
        let session = op.tx().find_session(session).await?.ok_or_else(refused)?;
        if is_recent(&session, op.now())? {
            return Ok(());
        }
        Err(Error::forbidden(format!(
            "It is too long since you signed in. Sign in again and do this within 15 minutes, or send your password, \
             or a fresh token of POST /v1/auth/reauth for {}, in the header X-Auth-Confirm.",
            purpose.as_str()
        )))
    }
}

/// How long a sign-in counts as a proof of who somebody is.
const RECENT: Duration = Duration::from_mins(15);

/// Whether a session says that its human proved who they are just now. That of a device does not: it is
/// as new as the program that asked for it.
pub(crate) fn is_recent(session: &SessionRow, now: Timestamp) -> Result<bool> {
    Ok(session.created_at.plus(RECENT) > now && method_of(session)? != AuthMethod::Device)
}

/// A proof that held a moment ago.
enum Checked {
    Password(Proven),
    Mailed {
        code: TypedCode,
        user: UserId,
        counter: [u8; 32],
    },
    Code {
        app: App,
        user: UserId,
        code: SecretString,
        counter: [u8; 32],
    },
    Passkey(Box<Use>),
}

impl Checked {
    async fn check(app: &App, caller: &Caller, proof: Proof) -> Result<Self> {
        let id = caller.user()?;
        let mut view = app.view(caller).await?;
        let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
        let factors = Factors::of(&mut view.tx, id).await?;
        drop(view);
        match proof {
            Proof::Password(password) => {
                let email = Email::parse(&user.email).map_err(Error::internal)?;
                let proven = Proven::check_again(app, caller, &email, &password).await;
                proven.map(Self::Password).map_err(not_right)
            }
            Proof::Code(code) => {
                // Counted in a unit of its own: that of a wrong code leaves nothing behind.
                let counter = app.counter(Limit::Reauth, &id.to_string());
                app.run(move |op| {
                    Box::pin(async move { limits::count_try(op, &counter, Limit::Reauth).await })
                })
                .await?;
                if !factors.any() {
                    let subject = id.to_string();
                    let purpose = CodeFor::Confirmation;
                    let code = TypedCode::count(app, purpose, &subject, &code).await?;
                    return Ok(Self::Mailed {
                        code,
                        user: id,
                        counter,
                    });
                }
                Ok(Self::Code {
                    app: app.clone(),
                    user: id,
                    code,
                    counter,
                })
            }
            Proof::Passkey(used) => {
                let used = Use::check(app, &used).await.map_err(not_right)?;
                if used.user() == id {
                    Ok(Self::Passkey(Box::new(used)))
                } else {
                    Err(wrong_proof())
                }
            }
        }
    }

    /// Checks in the transaction that it still holds, and that it is enough for the purpose.
    async fn confirm(&self, op: &mut Op, caller: &Caller, purpose: Purpose) -> Result<()> {
        match self {
            Self::Password(proven) => {
                proven.confirm(op).await.map_err(not_right)?;
                let factors = Factors::of(op.tx(), proven.user()).await?;
                if purpose.is_strong() && factors.any() {
                    return Err(Error::forbidden(
                        "This account has a second factor, so the password alone does not confirm this. \
                         Confirm with a code of the second factor.",
                    ));
                }
                Ok(())
            }
            Self::Mailed {
                code,
                user,
                counter,
            } => {
                let mailed_to = code.spend(op).await?;
                let account = op.tx().find_user(*user).await?.ok_or_else(refused)?;
                let holds = mailed_to.is_some_and(|email| email == account.email)
                    && !Factors::of(op.tx(), *user).await?.any();
                if !holds {
                    let entry = about(caller, "auth.reauth_failure", purpose)?;
                    return Err(wrong_proof().logged(entry));
                }
                Ok(op.tx().clear_window(counter).await?)
            }
            Self::Code {
                app,
                user,
                code,
                counter,
            } => {
                if !factors::spend_code(app, op, *user, code).await? {
                    let entry = about(caller, "auth.reauth_failure", purpose)?;
                    return Err(wrong_proof().logged(entry));
                }
                Ok(op.tx().clear_window(counter).await?)
            }
            Self::Passkey(used) => match used.spend(op).await? {
                Ok(()) => Ok(()),
                Err(_) => Err(wrong_proof().logged(about(caller, "auth.reauth_failure", purpose)?)),
            },
        }
    }
}

/// The session that a confirmation is bound to.
fn session_of(caller: &Caller) -> Result<SessionId> {
    caller.signed_in().map(|(_, session)| session)
}

/// How a token for a purpose is stored.
const fn stored_purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::AccountDelete => "reauth account.delete",
        Purpose::AccountExport => "reauth account.export",
        Purpose::EmailChange => "reauth account.change_email",
        Purpose::PasskeyRegister => "reauth security.passkey.register",
        Purpose::PasskeyDelete => "reauth security.passkey.delete",
        Purpose::MfaEnable => "reauth security.mfa.enable",
        Purpose::MfaDisable => "reauth security.mfa.disable",
        Purpose::VaultPasskeyDisable => "reauth security.vault_passkey.disable",
        Purpose::ApprovalDecide => "reauth approval.decide",
    }
}

fn about(caller: &Caller, action: &'static str, purpose: Purpose) -> Result<Draft> {
    let details = Details::new().text("purpose", purpose.as_str());
    let user = caller.user()?;
    Ok(entry_of(
        caller,
        action,
        ("user", user.to_string()),
        details,
    ))
}

fn wrong_proof() -> Error {
    Error::unauthenticated(
        "That is not right. Check the password or code, or use a passkey of this account, and try again.",
    )
}

/// The account is known here; only the proof can be wrong.
fn not_right(error: Error) -> Error {
    match error.kind() {
        Kind::Unauthenticated => wrong_proof().instead_of(error),
        _ => error,
    }
}

fn missing() -> Error {
    Error::forbidden(
        "This needs a confirmation: send your password, or a fresh token of POST /v1/auth/reauth for this purpose, \
         in the header X-Auth-Confirm.",
    )
}

/// Beside a request whose own credential stands, a wrong password is no reason to sign in again.
fn not_confirmed(error: Error) -> Error {
    if *error.kind() != Kind::Unauthenticated {
        return error;
    }
    Error::forbidden(
        "The confirmation in the header X-Auth-Confirm is neither your password nor a token of \
         POST /v1/auth/reauth for this purpose that still works.",
    )
    .instead_of(error)
}
