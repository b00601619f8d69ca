//! Signing in with Google: an identity token, checked here with Google's published keys.
//!
//! Invariants:
//! - An account is known by Google's own name for it (`sub`), never by its address: addresses change
//!   hands.
//! - An address that has an account here already is not taken over by whoever has it there. Its owner
//!   signs in as before.
//! - A second factor is asked for as after a password.

use crate::error::{Error, Result};
use crate::mfa::{self, SignIn};
use crate::op::{Op, entry};
use crate::outbound::Request;
use crate::users::sign_up::{count_in, first_organisation, insert_user};
use crate::users::{Origin, SessionKind, home_organisation};
use crate::{App, shares};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_core::model::text::{Email, parse_description};
use oneclaw_core::secret::{SecretBytes, SecretString};
use oneclaw_crypto::id_token::{IdTokenError, Identity, ProviderKeys};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// Where Google publishes its keys.
pub const JWKS_URL: &str = "https://www.googleapis.com/oauth2/v3/certs";
/// How Google names itself.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// How identities are stored.
const PROVIDER: &str = "google";
/// How long keys are kept. Google replaces them every few weeks and keeps old ones for days.
const KEYS_LIFE: Duration = Duration::from_hours(1);
/// How often unknown keys may make us ask again.
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// How soon after a failure they are asked for again.
const TRY_AGAIN: Duration = Duration::from_secs(15);
/// How long Google may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest set of keys.
const LARGEST_SET: usize = 256 * 1024;

/// How people sign in with Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The name that Google knows this instance by.
    pub client_id: String,
    /// Where its keys are.
    pub jwks_url: String,
}

/// What comes of it.
pub struct GoogleSignIn {
    /// The session, or the question for the second factor.
    pub sign_in: SignIn,
    /// Whether the account was made just now.
    pub is_new: bool,
}

/// Google's keys, as last seen.
#[derive(Default)]
pub(crate) struct Keys(Mutex<Known>);

#[derive(Default)]
struct Known {
    seen: Option<Seen>,
    failed_at: Option<Timestamp>,
}

struct Seen {
    keys: Arc<ProviderKeys>,
    at: Timestamp,
}

/// Signs in, or up, with an identity token of Google's.
pub async fn sign_in(
    app: &App,
    id_token: &SecretString,
    kind: SessionKind,
    origin: &Origin,
) -> Result<GoogleSignIn> {
    let settings = app.settings().google.clone().ok_or_else(|| {
        Error::not_configured(
            "Signing in with Google is not set up on this server. Its operator can set --google-client-id.",
        )
    })?;
    let identity = match verify(app, &settings, id_token).await {
        Ok(identity) => identity,
        Err(Refused::Token(error)) => return Err(log_failure(app, error, origin).await),
        Err(Refused::Keys(error)) => return Err(error),
    };
    let (app_in, origin) = (app.clone(), origin.clone());
    app.run(move |op| {
        Box::pin(async move {
            match op.tx().find_identity(PROVIDER, &identity.subject).await? {
                Some(user) => known(&app_in, op, user, kind, &origin).await,
                None => new(&app_in, op, identity, kind, &origin).await,
            }
        })
    })
    .await
}

async fn known(
    app: &App,
    op: &mut Op,
    user: UserId,
    kind: SessionKind,
    origin: &Origin,
) -> Result<GoogleSignIn> {
    let org = home_organisation(op, user).await?;
    op.enter([org]).await?;
    let how = (kind, AuthMethod::Oidc);
    Ok(GoogleSignIn {
        sign_in: mfa::after_first(app, op, user, org, how, origin).await?,
        is_new: false,
    })
}

async fn new(
    app: &App,
    op: &mut Op,
    identity: Identity,
    kind: SessionKind,
    origin: &Origin,
) -> Result<GoogleSignIn> {
    let proven = identity.email.filter(|_| identity.email_verified);
    let email = proven.and_then(|text| Email::parse(&text).ok());
    let email = email.ok_or_else(|| {
        Error::unauthenticated(
            "This Google account has no proven address, so no account can be made for it.",
        )
    })?;
    // Who signed up with the address and never proved it has no claim to it.
    op.tx().delete_unverified_user(email.as_str()).await?;
    if op.tx().find_user_by_email(email.as_str()).await?.is_some() {
        return Err(Error::conflict(
            "This address has an account already. Sign in the way you did before.",
        ));
    }
    count_in(app, op, origin).await?;
    let name = identity.name.unwrap_or_default();
    let name = parse_description(&name).unwrap_or_default();
    let user = insert_user(op, &email, &name, None, true).await?;
    let org = first_organisation(op, user, &email, origin).await?;
    let now = op.now();
    op.tx()
        .insert_identity(PROVIDER, &identity.subject, user, now)
        .await?;
    shares::claim(op, email.as_str(), user).await?;
    let how = (kind, AuthMethod::Oidc);
    Ok(GoogleSignIn {
        sign_in: mfa::after_first(app, op, user, org, how, origin).await?,
        is_new: true,
    })
}

enum Refused {
    Token(IdTokenError),
    Keys(Error),
}

/// Checks a token. A key that is not known may be a new one, so Google is asked once more.
async fn verify(
    app: &App,
    settings: &Settings,
    token: &SecretString,
) -> std::result::Result<Identity, Refused> {
    let check =
        |keys: &ProviderKeys| keys.verify(token.expose(), &ISSUERS, &settings.client_id, app.now());
    let keys = app
        .google_keys()
        .get(app, settings, KEYS_LIFE)
        .await
        .map_err(Refused::Keys)?;
    let verified = match check(&keys) {
        Err(IdTokenError::UnknownKey) => {
            let keys = app
                .google_keys()
                .get(app, settings, ASK_AGAIN)
                .await
                .map_err(Refused::Keys)?;
            check(&keys)
        }
        other => other,
    };
    verified.map_err(Refused::Token)
}

impl Keys {
    /// The keys, not older than `life`. Whoever comes while they are fetched waits for them.
    async fn get(
        &self,
        app: &App,
        settings: &Settings,
        life: Duration,
    ) -> Result<Arc<ProviderKeys>> {
        let mut known = self.0.lock().await;
        if let Some(seen) = &known.seen
            && seen.at.plus(life) > app.now()
        {
            return Ok(Arc::clone(&seen.keys));
        }
        // Strangers must not make us knock at a door that does not open as often as they like.
        if known
            .failed_at
            .is_some_and(|at| at.plus(TRY_AGAIN) > app.now())
        {
            return Err(unreachable_keys("they could not be read a moment ago"));
        }
        match fetch_keys(app, settings).await {
            Ok(keys) => {
                *known = Known {
                    seen: Some(Seen {
                        keys: Arc::clone(&keys),
                        at: app.now(),
                    }),
                    failed_at: None,
                };
                Ok(keys)
            }
            Err(error) => {
                known.failed_at = Some(app.now());
                Err(error)
            }
        }
    }
}

async fn fetch_keys(app: &App, settings: &Settings) -> Result<Arc<ProviderKeys>> {
    let json = fetch(app, &settings.jwks_url).await?;
    let keys = ProviderKeys::parse(json.expose()).map_err(unreachable_keys)?;
    Ok(Arc::new(keys))
}

fn unreachable_keys(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::not_configured("Google's keys cannot be read right now. Try again shortly.")
        .because(cause)
}

/// Reads a set of keys from an address that the operator chose, by the one guarded way out.
async fn fetch(app: &App, url: &str) -> Result<SecretBytes> {
    let target = app.outbound().target(url).map_err(unreachable_keys)?;
    let request = Request {
        method: reqwest::Method::GET,
        target,
        headers: reqwest::header::HeaderMap::new(),
        body: Vec::new(),
        timeout: TIMEOUT,
        maximum_answer: LARGEST_SET,
    };
    let answer = app.outbound().send(request).await;
    let answer = answer.map_err(unreachable_keys)?;
    if answer.status == 200 {
        Ok(answer.body)
    } else {
        Err(unreachable_keys(format!(
            "the address of the keys answered {}",
            answer.status
        )))
    }
}

/// Logs a failed try, in the instance's own log: nobody knows whose it is.
async fn log_failure(app: &App, cause: IdTokenError, origin: &Origin) -> Error {
    let refusal =
        || Error::unauthenticated("Google's identity token is not valid here. Sign in again.");
    let draft = entry(
        OrgId::NIL,
        Actor::System,
        origin.ip,
        "auth.failure",
        ("user", "unknown".to_owned()),
        Details::new().text("method", AuthMethod::Oidc.as_str()),
    );
    let refused = app.run(move |_| {
        Box::pin(async move { Err::<(), _>(refusal().because(cause).logged(draft)) })
    });
    refused.await.err().unwrap_or_else(refusal)
}
