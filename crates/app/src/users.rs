//! People: signing up, signing in, sessions, passwords.
//!
//! Invariants:
//! - Whether an address has an account is never told: both ways do the same work and give the same
//!   answer.
//! - A password is checked in one place, behind the limiter of its account, and must still be the
//!   account's when something is done because of it.
//! - Passwords are hashed before a unit of work begins, never inside.

use crate::error::{Error, Result};
use crate::factors::Factors;
use crate::live::{Caller, Credential, Loaded, load_principal, refused};
use crate::mail::{self, Message};
use crate::mfa::{self, SignIn};
use crate::op::{Op, entry};
use crate::tokens::{Grounds, IssuedToken, SESSION_EPOCH_LIFE, USER_TOKEN_LIFE};
use crate::{App, api_keys, limits, shares};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::{AuthMethod, Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, SessionId, UserId};
use oneclaw_core::limit::{Limit, client_network};
use oneclaw_core::model::password::check_password;
use oneclaw_core::model::text::{Email, parse_description};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::sessions::SessionRow;
use oneclaw_store::users::UserRow;
use std::net::IpAddr;
use std::time::Duration;

mod email_change;
mod email_code;
mod passwords;
mod proven;
mod set_up;
mod settings;
pub(crate) mod sign_up;

pub(crate) use proven::Proven;
use proven::failure;

pub use email_change::{EmailChange, change_email, verify_email_change};
pub use email_code::{CodeSignIn, send_code, sign_in_with_code};
pub use passwords::{change_password, forgot_password, reset_password, set_password};
pub use set_up::{create_setup_link, ensure_demo_owner, set_up_owner};
pub use settings::{SecuritySettings, security_settings, update_security_settings};
pub use sign_up::{SignUpOutcome, SignUpRequest, sign_up, verify_email};

/// Life of a session without use of its refresh token.
const API_SESSION_LIFE: Duration = Duration::from_hours(720);
/// Life of a browser session.
const WEB_SESSION_LIFE: Duration = Duration::from_hours(12);

/// Where a request came from, for limits, sessions and the audit log.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// Client address, taken from declared proxies only.
    pub ip: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: String,
}

impl Origin {
    pub(crate) fn ip_text(&self) -> Option<String> {
        self.ip.map(|ip| ip.to_canonical().to_string())
    }

    /// The network that limits count for: nobody gets more tries by having more addresses.
    pub(crate) fn network(&self) -> Option<String> {
        self.ip.map(|ip| client_network(ip).to_string())
    }

    /// The client's name, cut and without control characters.
    pub(crate) fn client(&self) -> String {
        self.user_agent
            .chars()
            .filter(|character| !character.is_control())
            .take(120)
            .collect()
    }
}

/// What kind of session to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// For API clients: a refresh token.
    Api,
    /// For browsers: a cookie.
    Web,
}

impl SessionKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Web => "web",
        }
    }

    const fn token_kind(self) -> TokenKind {
        match self {
            Self::Api => TokenKind::Refresh,
            Self::Web => TokenKind::SessionCookie,
        }
    }

    const fn life(self) -> Duration {
        match self {
            Self::Api => API_SESSION_LIFE,
            Self::Web => WEB_SESSION_LIFE,
        }
    }
}

/// A session that was just begun or renewed.
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// For which organisation.
    pub org: OrgId,
    /// The session.
    pub session: SessionId,
    /// Refresh token or cookie.
    pub secret: SecretString,
    /// An access token.
    pub token: IssuedToken,
}

/// What people see of themselves.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Account id.
    pub id: UserId,
    /// Organisation.
    pub org: OrgId,
    /// Address.
    pub email: String,
    /// Name for display, possibly empty.
    pub display_name: String,
    /// Role in the organisation.
    pub role: Role,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// How it signs in.
    pub auth_method: AuthMethod,
    /// Wish to receive news.
    pub marketing_emails: bool,
    /// Whether signing in asks for a code.
    pub totp_enabled: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

fn wrong_credentials() -> Error {
    Error::unauthenticated(
        "Invalid credentials. Check the address and the password; a new account works once the link in its mail was opened.",
    )
}

/// Signs in with address and password, as far as that leads.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignIn> {
    let email = Email::parse(email).map_err(|_| wrong_credentials())?;
    let proven = Proven::check(app, &email, password, origin).await?;
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            let user = proven.user();
            let org = home_organisation(op, user).await?;
            op.enter([org]).await?;
            proven.confirm(op).await?;
            shares::claim(op, email.as_str(), user).await?;
            let how = (kind, AuthMethod::Password);
            mfa::after_first(&app_in, op, user, org, how, &origin).await
        })
    })
    .await
}

/// The organisation a user acts in: the one joined first.
pub(crate) async fn home_organisation(op: &mut Op, user: UserId) -> Result<OrgId> {
    let memberships = op.tx().list_memberships(user).await?;
    let first = memberships.first().ok_or_else(|| {
        Error::forbidden(
            "This account belongs to no organisation any more. Ask to be invited again.",
        )
    })?;
    Ok(first.org_id)
}

/// Begins a session in a unit of work that has established who it is.
pub(crate) async fn begin_session(
    app: &App,
    op: &mut Op,
    user: UserId,
    org: OrgId,
    (kind, method): (SessionKind, AuthMethod),
    origin: &Origin,
) -> Result<SignedIn> {
    let how = (kind, method, op.now());
    begin_session_of(app, op, user, org, how, origin).await
}

/// Begins a session in another organisation for somebody who is signed in. It counts as old as the one
/// it comes from, and lasts no longer: nobody has proved anything anew.
pub(crate) async fn continue_session(
    app: &App,
    op: &mut Op,
    from: SessionId,
    org: OrgId,
    kind: SessionKind,
    origin: &Origin,
) -> Result<SignedIn> {
    let session = op.tx().find_session(from).await?.ok_or_else(refused)?;
    let how = (kind, method_of(&session)?, session.created_at);
    begin_session_of(app, op, session.user_id, org, how, origin).await
}

async fn begin_session_of(
    app: &App,
    op: &mut Op,
    user: UserId,
    org: OrgId,
    (kind, method, since): (SessionKind, AuthMethod, Timestamp),
    origin: &Origin,
) -> Result<SignedIn> {
    let now = op.now();
    let secret = PlainToken::generate(kind.token_kind(), op.random());
    let session = SessionRow {
        id: op.new_id(),
        user_id: user,
        org_id: org,
        kind: kind.as_str().to_owned(),
        secret_hash: secret.hash(app.keyring()).as_bytes().to_vec(),
        auth_method: method.as_str().to_owned(),
        user_agent: origin.client(),
        ip: origin.ip_text(),
        created_at: since,
        expires_at: since.plus(kind.life()),
        revoked_at: None,
    };
    op.tx().insert_session(&session).await?;
    let loaded = load_principal(op.tx(), Principal::User(user), org, method, now).await?;
    let details = Details::new()
        .text("method", method.as_str())
        .text("client", kind.as_str());
    op.log(entry(
        org,
        Principal::User(user),
        origin.ip,
        "auth.success",
        ("user", user.to_string()),
        details,
    ));
    let grounds = Grounds::Session(session.id, method);
    let token = app.issue(&loaded, &grounds, USER_TOKEN_LIFE)?;
    Ok(SignedIn {
        user,
        org,
        session: session.id,
        secret: secret.into_secret(),
        token,
    })
}

/// Exchanges a refresh token for a new one and an access token. Seeing an exchanged one again means
/// that two parties hold it: the session ends.
pub async fn refresh(app: &App, refresh_token: &SecretString, origin: &Origin) -> Result<SignedIn> {
    let hash = app
        .keyring()
        .hash_token(TokenKind::Refresh, refresh_token.expose())
        .map_err(|_| refused())?;
    let (app_in, origin) = (app.clone(), origin.clone());
    let renewed = app
        .run(move |op| {
            Box::pin(async move {
                let now = op.now();
                if let Some(session) = op.tx().find_session_by_spent(hash.as_bytes()).await? {
                    op.enter([session.org_id]).await?;
                    let what = (Actor::System, "auth.refresh_reuse");
                    end_session(op, &session, origin.ip, what).await?;
                    return Ok(None);
                }
                let session = op.tx().find_session_by_secret(hash.as_bytes()).await?;
                let session = session
                    .filter(|session| is_open(session, now))
                    .ok_or_else(refused)?;
                renew(&app_in, op, session, &hash, &origin).await.map(Some)
            })
        })
        .await?;
    renewed.ok_or_else(refused)
}

async fn renew(
    app: &App,
    op: &mut Op,
    session: SessionRow,
    old: &TokenHash,
    origin: &Origin,
) -> Result<SignedIn> {
    op.enter([session.org_id]).await?;
    let secret = PlainToken::generate(TokenKind::Refresh, op.random());
    let new = secret.hash(app.keyring());
    if !op
        .tx()
        .rotate_session(session.id, old.as_bytes(), new.as_bytes())
        .await?
    {
        return Err(refused());
    }
    let principal = Principal::User(session.user_id);
    let now = op.now();
    let method = method_of(&session)?;
    let loaded = load_principal(op.tx(), principal, session.org_id, method, now).await?;
    op.log(entry(
        session.org_id,
        principal,
        origin.ip,
        "auth.refresh",
        ("user", session.user_id.to_string()),
        Details::new(),
    ));
    let grounds = Grounds::Session(session.id, method);
    let token = app.issue(&loaded, &grounds, USER_TOKEN_LIFE)?;
    Ok(SignedIn {
        user: session.user_id,
        org: session.org_id,
        session: session.id,
        secret: secret.into_secret(),
        token,
    })
}

/// How a session was begun.
pub(crate) fn method_of(session: &SessionRow) -> Result<AuthMethod> {
    AuthMethod::parse(&session.auth_method).map_err(Error::internal)
}

pub(crate) fn is_open(session: &SessionRow, now: Timestamp) -> bool {
    session.revoked_at.is_none() && session.expires_at > now
}

/// Ends a session and all tokens of it, and takes back what its user approved on other devices and no
/// program has collected: it may have been this session that approved.
pub(crate) async fn end_session(
    op: &mut Op,
    session: &SessionRow,
    ip: Option<IpAddr>,
    (actor, action): (Actor, &'static str),
) -> Result<()> {
    let now = op.now();
    op.tx().revoke_session(session.id, now).await?;
    op.tx().withdraw_device_approvals(session.user_id).await?;
    op.tx()
        .bump_epoch_until(session.id.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
        .await?;
    op.log(entry(
        session.org_id,
        actor,
        ip,
        action,
        ("user", session.user_id.to_string()),
        Details::new().uuid("session_id", session.id),
    ));
    Ok(())
}

/// A fresh access token for a user's valid one (a client that refreshes without a refresh token).
pub async fn refresh_bearer(app: &App, caller: &Caller) -> Result<IssuedToken> {
    let user = caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate_for_path(&caller).await?;
            let now = op.now();
            // A token is as good as its session or key: renewing it must not outlive that.
            let grounds = match (caller.session(), caller.key()) {
                (Some(id), _) => {
                    let session = op.tx().find_session(id).await?.ok_or_else(refused)?;
                    if !is_open(&session, now) {
                        return Err(refused());
                    }
                    Grounds::Session(id, caller.auth_method)
                }
                (None, Some(id)) => {
                    api_keys::check_open(op, live.org, user, id).await?;
                    Grounds::UserKey(id, &caller.scopes)
                }
                (None, None) => return Err(refused()),
            };
            let loaded: Loaded =
                load_principal(op.tx(), live.principal, live.org, caller.auth_method, now).await?;
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "auth.refresh",
                ("user", user.to_string()),
                Details::new(),
            ));
            app_in.issue(&loaded, &grounds, USER_TOKEN_LIFE)
        })
    })
    .await
}

/// The caller behind a session cookie.
pub async fn session_caller(app: &App, cookie: &str, ip: Option<IpAddr>) -> Result<Caller> {
    let hash = app
        .keyring()
        .hash_token(TokenKind::SessionCookie, cookie)
        .map_err(|_| refused())?;
    let mut tx = app.store().begin_read().await?;
    let session = tx.find_session_by_secret(hash.as_bytes()).await?;
    let session = session
        .filter(|session| is_open(session, app.now()))
        .ok_or_else(refused)?;
    Ok(Caller {
        principal: Principal::User(session.user_id),
        org: session.org_id,
        auth_method: method_of(&session)?,
        ip,
        scopes: Vec::new(),
        credential: Credential::Session(session.id),
    })
}

/// Who the caller is.
pub async fn me(app: &App, caller: &Caller) -> Result<Profile> {
    let id = caller.user()?;
    let mut view = app.view_for_path(caller).await?;
    let user = view.tx.find_user(id).await?.ok_or_else(refused)?;
    let totp_enabled = Factors::of(&mut view.tx, id).await?.totp;
    profile(user, caller.org(), view.live.role, totp_enabled)
}

/// How to greet whoever has just signed in.
pub struct Account {
    /// The address.
    pub email: String,
    /// Name for display, possibly empty.
    pub display_name: String,
}

/// The account of whoever has just signed in.
pub async fn account(app: &App, signed_in: &SignedIn) -> Result<Account> {
    let mut tx = app.store().begin_read().await?;
    let user = tx.find_user(signed_in.user).await?.ok_or_else(refused)?;
    Ok(Account {
        email: user.email,
        display_name: user.display_name,
    })
}

/// Changes what the caller may change of themselves; `None` stays.
pub async fn update_me(
    app: &App,
    caller: &Caller,
    display_name: Option<String>,
    marketing_emails: Option<bool>,
) -> Result<Profile> {
    let id = caller.user()?;
    let display_name = display_name
        .map(|name| parse_display_name(&name))
        .transpose()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let mut user = op.tx().find_user(id).await?.ok_or_else(refused)?;
            user.display_name = display_name.unwrap_or(user.display_name);
            user.marketing_emails = marketing_emails.unwrap_or(user.marketing_emails);
            op.tx()
                .update_user_profile(id, &user.display_name, user.marketing_emails)
                .await?;
            op.log(entry(
                live.org,
                caller.actor(),
                caller.ip(),
                "user.update",
                ("user", id.to_string()),
                Details::new(),
            ));
            let totp_enabled = Factors::of(op.tx(), id).await?.totp;
            profile(user, live.org, live.role, totp_enabled)
        })
    })
    .await
}

fn profile(user: UserRow, org: OrgId, role: Option<Role>, totp_enabled: bool) -> Result<Profile> {
    Ok(Profile {
        id: user.id,
        org,
        email: user.email,
        auth_method: match user.password_hash {
            Some(_) => AuthMethod::Password,
            None => AuthMethod::EmailCode,
        },
        display_name: user.display_name,
        role: role.ok_or_else(refused)?,
        email_verified: user.email_verified_at.is_some(),
        marketing_emails: user.marketing_emails,
        totp_enabled,
        created_at: user.created_at,
    })
}

fn parse_email(text: &str) -> Result<Email> {
    Email::parse(text).map_err(|error| Error::invalid("email", error.to_string()))
}

fn parse_display_name(text: &str) -> Result<String> {
    parse_description(text).map_err(|error| Error::invalid("display_name", error.to_string()))
}

/// Checks a new password against the rules.
fn check_new_password(field: &'static str, password: &SecretString, email: &Email) -> Result<()> {
    check_password(
        password,
        &[email.as_str(), email.local_part(), "1claw", "oneclaw"],
    )
    .map_err(|error| Error::invalid(field, error.to_string()))
}

/// Whether an address has had its mails of one kind for now. Each kind counts by itself: what one
/// causes must not keep the others from their reader.
async fn has_enough_mails(app: &App, op: &mut Op, kind: &str, email: &Email) -> Result<bool> {
    let counter = app.counter(Limit::MailAddress, &format!("{kind}\n{}", email.as_str()));
    let wait = limits::exceeded(op, &counter, Limit::MailAddress).await?;
    Ok(wait.is_some())
}

/// A mailed link: adds the token to the store and gives the URL.
async fn mailed_link(
    app: &App,
    op: &mut Op,
    kind: TokenKind,
    purpose: &'static str,
    page: &str,
    user: UserId,
    life: Duration,
) -> Result<(String, Timestamp)> {
    let now = op.now();
    let expires = now.plus(life);
    let token = PlainToken::generate(kind, op.random());
    op.tx()
        .drop_one_time_tokens(user.as_uuid(), purpose)
        .await?;
    op.tx()
        .insert_one_time_token(
            token.hash(app.keyring()).as_bytes(),
            purpose,
            user.as_uuid(),
            now,
            expires,
        )
        .await?;
    Ok((
        format!("{}/{page}/{}", app.settings().public_url, token.expose()),
        expires,
    ))
}

/// Queues a mail that concerns no organisation.
async fn send(app: &App, op: &mut Op, to: &Email, message: &Message) -> Result<()> {
    mail::queue(app, op, None, to.as_str(), message).await
}
