//! Personal keys (`1ck_…`): what a person gives to a program that acts for them.
//!
//! Invariants:
//! - A key is shown once, and only its keyed hash is kept.
//! - It acts as its owner, never beyond its own scopes, and ends when it is revoked or its owner is no
//!   member any more: a remembered key is compared with its epoch in every commit.
//! - No key makes keys, or changes how its owner signs in.

use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::live::{Caller, Credential, load_principal, refused};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::tokens::{Grounds, IssuedToken, USER_TOKEN_LIFE};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{ApiKeyId, OrgId, UserId};
use oneclaw_core::model::text::parse_name;
use oneclaw_core::policy::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::api_keys::ApiKeyRow;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The use of a key is noted at most this often.
const TOUCH_EVERY: Duration = Duration::from_mins(1);
const MOST_SCOPES: usize = 100;
/// Keys of one person in one organisation that work.
const MOST_KEYS: usize = 50;

/// A personal key, without the key.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Chosen by its owner.
    pub name: String,
    /// The first 12 characters.
    pub prefix: String,
    /// Ceiling and labels.
    pub scopes: Vec<String>,
    /// False once it was revoked.
    pub is_active: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// What the owner of a new key chooses.
pub struct CreateRequest {
    /// What it is for.
    pub name: String,
    /// Path patterns are a ceiling; labels are kept.
    pub scopes: Vec<String>,
    /// When it shall end.
    pub expires_at: Option<Timestamp>,
}

/// Makes a key. This is the only time that it is seen.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateRequest,
) -> Result<(ApiKey, SecretString)> {
    let (user, _) = caller.signed_in()?;
    let name =
        parse_name(&request.name).map_err(|error| Error::invalid("name", error.to_string()))?;
    let scopes = check_scopes(&request.scopes)?;
    if request.expires_at.is_some_and(|end| end <= app.now()) {
        return Err(Error::invalid("expires_at", "This moment has passed."));
    }
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let keys = op.tx().list_api_keys(live.org, user).await?;
            if keys.iter().filter(|key| key.is_active).count() >= MOST_KEYS {
                return Err(Error::conflict(
                    "You have as many keys as one can have, 50. Revoke one that is not needed.",
                ));
            }
            let key = PlainToken::generate(TokenKind::UserKey, op.random());
            let row = ApiKeyRow {
                id: op.new_id(),
                org_id: live.org,
                user_id: user,
                name,
                key_prefix: key.display_prefix(),
                scopes,
                is_active: true,
                created_at: op.now(),
                expires_at: request.expires_at,
                last_used_at: None,
            };
            let hash = key.hash(app_in.keyring());
            op.tx().insert_api_key(&row, hash.as_bytes()).await?;
            let details = Details::new()
                .text("name", &row.name)
                .text("key_prefix", &row.key_prefix);
            let resource = ("api_key", row.id.to_string());
            op.log(entry_of(&caller, "api_key.create", resource, details));
            let owner = op.tx().find_user(user).await?.ok_or_else(refused)?;
            let message = Message::ApiKeyCreated {
                name: row.name.clone(),
                prefix: row.key_prefix.clone(),
                created_at: row.created_at,
                ip: caller.ip(),
                reset_link: format!("{}/forgot-password", app_in.settings().public_url),
            };
            mail::queue(&app_in, op, None, &owner.email, &message).await?;
            Ok((view_of(row)?, key.into_secret()))
        })
    })
    .await
}

fn check_scopes(scopes: &[String]) -> Result<String> {
    if scopes.len() > MOST_SCOPES {
        return Err(Error::invalid("scopes", "A key has at most 100 scopes."));
    }
    for scope in scopes {
        Scope::parse_new(scope)
            .map_err(|error| Error::invalid("scopes", format!("{scope:?}: {error}")))?;
    }
    Ok(serde_json::to_string(scopes)?)
}

/// The caller's keys, revoked ones too, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<ApiKey>> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let rows = view.tx.list_api_keys(caller.org(), user).await?;
    rows.into_iter().map(view_of).collect()
}

/// Revokes one of the caller's keys, and all tokens it was exchanged for.
pub async fn revoke(app: &App, caller: &Caller, id: ApiKeyId) -> Result<()> {
    let (user, _) = caller.signed_in()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            if !op.tx().revoke_api_key(live.org, user, id).await? {
                return Err(Error::not_found("You have no such key, or it is revoked."));
            }
            op.tx().bump_epoch(id.as_uuid()).await?;
            let resource = ("api_key", id.to_string());
            op.log(entry_of(
                &caller,
                "api_key.revoke",
                resource,
                Details::new(),
            ));
            Ok(())
        })
    })
    .await
}

fn view_of(row: ApiKeyRow) -> Result<ApiKey> {
    Ok(ApiKey {
        id: row.id,
        name: row.name,
        prefix: row.key_prefix,
        scopes: serde_json::from_str(&row.scopes)?,
        is_active: row.is_active,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    })
}

/// A key as it is remembered. That it still stands is guarded by its epoch.
pub(crate) struct KnownKey {
    id: ApiKeyId,
    user: UserId,
    org: OrgId,
    scopes: Vec<Scope>,
    expires_at: Option<Timestamp>,
    last_touch: AtomicI64,
}

impl KnownKey {
    fn caller(&self, ip: Option<IpAddr>) -> Caller {
        Caller {
            principal: Principal::User(self.user),
            org: self.org,
            auth_method: AuthMethod::ApiKey,
            ip,
            scopes: self.scopes.clone(),
            credential: Credential::Key {
                id: self.id,
                expires_at: self.expires_at,
            },
        }
    }

    /// Whether its use is to be noted now; true for one of those who ask at the same time.
    fn takes_touch(&self, now: Timestamp) -> bool {
        let last = self.last_touch.load(Ordering::Relaxed);
        Timestamp::from_millis(last).plus(TOUCH_EVERY) <= now
            && self
                .last_touch
                .compare_exchange(last, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// The caller behind a key. Whether it still stands is checked where it is used.
pub(crate) async fn caller(app: &App, text: &str, ip: Option<IpAddr>) -> Result<Caller> {
    let hash = app
        .keyring()
        .hash_token(TokenKind::UserKey, text)
        .map_err(|_| refused())?;
    let known = match app.caches().user_keys.get(&hash) {
        Some(known) => known,
        None => find(app, &hash).await?.ok_or_else(refused)?,
    };
    if known.expires_at.is_some_and(|end| end <= app.now()) {
        return Err(refused());
    }
    if known.takes_touch(app.now()) {
        let id = known.id;
        app.run(move |op| {
            Box::pin(async move {
                let now = op.now();
                Ok(op.tx().touch_api_key(id, now).await?)
            })
        })
        .await?;
    }
    Ok(known.caller(ip))
}

async fn find(app: &App, hash: &TokenHash) -> Result<Option<Arc<KnownKey>>> {
    let mut tx = app.store().begin_read().await?;
    let row = tx.find_api_key_by_hash(hash.as_bytes()).await?;
    let Some(row) = row.filter(|row| row.is_active) else {
        return Ok(None);
    };
    let scopes: Vec<String> = serde_json::from_str(&row.scopes)?;
    let known = Arc::new(KnownKey {
        id: row.id,
        user: row.user_id,
        org: row.org_id,
        scopes: scopes.iter().map(|scope| Scope::parse(scope)).collect(),
        expires_at: row.expires_at,
        last_touch: row
            .last_used_at
            .unwrap_or(Timestamp::MIN)
            .as_millis()
            .into(),
    });
    app.caches().user_keys.insert(*hash, Arc::clone(&known));
    Ok(Some(known))
}

/// Checks that a key is still its owner's and has not ended.
pub(crate) async fn check_open(op: &mut Op, org: OrgId, user: UserId, id: ApiKeyId) -> Result<()> {
    let now = op.now();
    let row = op.tx().find_api_key(org, user, id).await?;
    let is_open = |row: &ApiKeyRow| row.is_active && row.expires_at.is_none_or(|end| end > now);
    match row.filter(is_open) {
        Some(_) => Ok(()),
        None => Err(refused()),
    }
}

/// Exchanges a key for a token that lives no longer than the key.
///
/// # Errors
/// Unauthenticated, the same for a wrong, revoked and expired key.
pub async fn exchange(app: &App, key: &SecretString, ip: Option<IpAddr>) -> Result<IssuedToken> {
    let found = match caller(app, key.expose(), ip).await {
        Ok(caller) => exchange_for(app, caller).await,
        Err(error) => Err(error),
    };
    match found {
        Err(error) if error.kind() == refused().kind() => Err(refuse(app, ip).await),
        other => other,
    }
}

async fn exchange_for(app: &App, caller: Caller) -> Result<IssuedToken> {
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            let user = caller.user()?;
            op.authenticate_for_path(&caller).await?;
            let now = op.now();
            let Credential::Key { id, expires_at } = caller.credential else {
                return Err(refused());
            };
            let method = AuthMethod::ApiKey;
            let loaded = load_principal(op.tx(), caller.principal, caller.org, method, now).await?;
            let details = Details::new().text("method", "api_key").uuid("key_id", id);
            let resource = ("user", user.to_string());
            op.log(entry_of(&caller, "auth.success", resource, details));
            let left = expires_at.map_or(USER_TOKEN_LIFE, |end| end.since(now));
            let grounds = Grounds::UserKey(id, &caller.scopes);
            app_in.issue(&loaded, &grounds, left.min(USER_TOKEN_LIFE))
        })
    })
    .await
}

/// Logs a failed exchange, in the instance's own log, and gives the one answer.
async fn refuse(app: &App, ip: Option<IpAddr>) -> Error {
    let wrong = || {
        Error::unauthenticated(
            "Invalid credentials: the key is unknown, was revoked or has expired.",
        )
    };
    let refused = app.run(move |_| {
        Box::pin(async move {
            let details = Details::new().text("method", "api_key");
            let resource = ("user", "unknown".to_owned());
            let log = entry(
                OrgId::NIL,
                Actor::System,
                ip,
                "auth.failure",
                resource,
                details,
            );
            Err::<(), _>(wrong().logged(log))
        })
    });
    refused.await.err().unwrap_or_else(wrong)
}
