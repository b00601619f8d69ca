//! Access tokens: issuing them for keys and sessions, checking them, ending them.
//!
//! Tokens are `EdDSA` JWTs. A signature is checked once and remembered by the token's digest; whether
//! the token still stands is live state, checked in the commit of every request that uses it.

use crate::commit::{Guards, Light, Outcome, Step};
use crate::dpop::{self, PresentedProof};
use crate::error::{Error, Result};
use crate::live::{Caller, Credential, Loaded, check_agent, refused};
use crate::op::entry;
use crate::{App, api_keys, live};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, ApiKeyId, OauthGrantId, OrgId, SessionId, TokenId, VaultId};
use oneclaw_core::oauth;
use oneclaw_core::policy::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::jwt::{Claims, Confirmation};
use oneclaw_crypto::token::{TokenHash, TokenKind};
use oneclaw_crypto::token_digest;
use oneclaw_store::epochs::Guard;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Life of an agent's token unless the agent says otherwise.
pub const AGENT_TOKEN_LIFE: Duration = Duration::from_hours(1);
/// Life of a user's token.
pub const USER_TOKEN_LIFE: Duration = Duration::from_mins(15);
/// An agent's activity is noted at most this often.
const TOUCH_EVERY: Duration = Duration::from_mins(1);

/// A token that was just issued.
pub struct IssuedToken {
    /// The JWT.
    pub access_token: SecretString,
    /// Seconds until it ends.
    pub expires_in: u64,
}

/// What an agent gets for its key.
pub struct AgentToken {
    /// The token.
    pub token: IssuedToken,
    /// Who the key belongs to.
    pub agent: AgentId,
    /// Vaults it can find, oldest first.
    pub vaults: Vec<VaultId>,
}

/// What a token is issued for, beside its holder.
pub(crate) enum Grounds<'a> {
    /// An agent's key.
    AgentKey,
    /// A session, begun in this way.
    Session(SessionId, AuthMethod),
    /// A personal key with its ceiling.
    UserKey(ApiKeyId, &'a [Scope]),
    /// What an agent may do with the tools alone.
    Tools(ToolAccess<'a>),
}

/// What a token is good for that opens the tools and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct ToolAccess<'a> {
    /// The assistant.
    pub(crate) client: &'a str,
    /// What it may do.
    pub(crate) scopes: &'a [oauth::Scope],
    /// What a human allowed it; absent for an agent that came with a credential of its own.
    pub(crate) grant: Option<OauthGrantId>,
}

impl<'a> Grounds<'a> {
    /// For an agent's own credential: the API, or the tools alone.
    pub(crate) fn of_agent(client: &'a str, tools: Option<&'a [oauth::Scope]>) -> Self {
        match tools {
            None => Self::AgentKey,
            Some(scopes) => Self::Tools(ToolAccess {
                client,
                scopes,
                grant: None,
            }),
        }
    }
}

/// Where a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The API. Tokens for assistants are not for it.
    Api,
    /// The tools, which also take the tokens of the API.
    Tools,
}

/// Who came in, and how much of the tools is for them.
pub struct Entrant {
    /// Who.
    pub caller: Caller,
    /// What an assistant may do; `None` for whoever came with a token of the API.
    pub scopes: Option<Vec<oauth::Scope>>,
}

impl App {
    /// Turns a presented access token into a caller. Its state is checked where it is used.
    ///
    /// # Errors
    /// Unauthenticated, without saying why.
    ///
    /// One that is bound to a key of its client is refused here: that takes
    /// [`caller_of`](Self::caller_of).
    pub fn verify_token(&self, token: &str, ip: Option<IpAddr>) -> Result<Caller> {
        match self.checked(token, Door::Api, ip)? {
            (entrant, None) => Ok(entrant.caller),
            (_, Some(_)) => Err(dpop::missing()),
        }
    }

    /// Turns what came with a request into a caller: a token, a personal key among it, and the proof that
    /// the request is by its holder where the token is bound. Its state is checked where it is used.
    ///
    /// # Errors
    /// Unauthenticated, without saying why.
    pub async fn caller_of(
        &self,
        token: &str,
        proof: Option<&PresentedProof<'_>>,
        ip: Option<IpAddr>,
    ) -> Result<Caller> {
        Ok(self.enter(token, proof, Door::Api, ip).await?.caller)
    }

    /// The same at either door.
    ///
    /// # Errors
    /// Unauthenticated, without saying why.
    pub async fn enter(
        &self,
        token: &str,
        proof: Option<&PresentedProof<'_>>,
        door: Door,
        ip: Option<IpAddr>,
    ) -> Result<Entrant> {
        if token.starts_with(TokenKind::UserKey.prefix()) {
            return Ok(Entrant {
                caller: api_keys::caller(self, token, ip).await?,
                scopes: None,
            });
        }
        let (entrant, binding) = self.checked(token, door, ip)?;
        if let Some(binding) = binding {
            let proof = proof.ok_or_else(dpop::missing)?;
            proof.check(self, token, &binding.jkt).await?;
        }
        Ok(entrant)
    }

    /// Where assistants present their tokens.
    #[must_use]
    pub fn tools_url(&self) -> String {
        format!("{}/mcp", self.settings().public_url)
    }

    fn checked(
        &self,
        token: &str,
        door: Door,
        ip: Option<IpAddr>,
    ) -> Result<(Entrant, Option<Confirmation>)> {
        let claims = self.verified_claims(token)?;
        if claims.exp <= self.now() {
            return Err(refused());
        }
        // A token for one place must not open another one, in either direction (RFC 8707, RFC 9068).
        let is_for_tools = match claims.aud.as_deref() {
            None => false,
            Some(audience) if door == Door::Tools && audience == self.tools_url() => true,
            Some(_) => return Err(refused()),
        };
        let tool_scopes = is_for_tools
            .then(|| oauth::Scope::parse_list(claims.scope.as_deref().unwrap_or_default()));
        let auth_method = match claims.sub {
            Principal::Agent(_) if claims.grant.is_some() => AuthMethod::Oauth,
            Principal::User(_) if claims.key.is_none() => {
                claims.amr.first().copied().unwrap_or(AuthMethod::Password)
            }
            _ => AuthMethod::ApiKey,
        };
        let scopes = match claims.key {
            Some(_) => claims
                .scopes
                .iter()
                .map(|scope| Scope::parse(scope))
                .collect(),
            None => Vec::new(),
        };
        let caller = Caller {
            principal: claims.sub,
            org: claims.org,
            auth_method,
            ip,
            scopes,
            credential: Credential::Token {
                id: claims.jti,
                session: claims.sid,
                key: claims.key,
                grant: claims.grant,
                token_epoch: claims.epo,
                organisation_epoch: claims.oep,
                expires_at: claims.exp,
            },
        };
        let entrant = Entrant {
            caller,
            scopes: tool_scopes,
        };
        Ok((entrant, claims.cnf.clone()))
    }

    fn verified_claims(&self, token: &str) -> Result<Arc<Claims>> {
        let digest = token_digest(token);
        if let Some(claims) = self.caches().tokens.get(&digest) {
            return Ok(claims);
        }
        let claims = self
            .keyring()
            .verify_jwt(token, &self.settings().public_url, self.now());
        let claims = Arc::new(claims.map_err(|error| refused().because(error))?);
        self.caches().tokens.insert(digest, Arc::clone(&claims));
        Ok(claims)
    }

    /// Signs a token for a principal whose state was just read.
    pub(crate) fn issue(
        &self,
        loaded: &Loaded,
        grounds: &Grounds<'_>,
        life: Duration,
    ) -> Result<IssuedToken> {
        self.issue_bound(loaded, grounds, life, None)
    }

    /// The same, bound to the key of this thumbprint.
    pub(crate) fn issue_bound(
        &self,
        loaded: &Loaded,
        grounds: &Grounds<'_>,
        life: Duration,
        binding: Option<&str>,
    ) -> Result<IssuedToken> {
        let now = self.now();
        let live = &loaded.live;
        let agent = matches!(live.principal, Principal::Agent(_));
        let (session, key, amr, scopes) = match *grounds {
            Grounds::AgentKey | Grounds::Tools(_) => {
                (None, None, Vec::new(), live.scopes.as_slice())
            }
            Grounds::Session(id, method) => (Some(id), None, vec![method], [].as_slice()),
            Grounds::UserKey(id, scopes) => (None, Some(id), vec![AuthMethod::ApiKey], scopes),
        };
        let tools = match grounds {
            Grounds::Tools(access) => Some(access),
            _ => None,
        };
        let claims = Claims {
            iss: self.settings().public_url.clone(),
            sub: live.principal,
            org: live.org,
            scopes: scopes
                .iter()
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            vault_ids: agent.then(|| live.vault_binding.clone()),
            exp: now.plus(life),
            iat: now,
            jti: TokenId::from_uuid(self.random().uuid_v4()),
            sid: session,
            key,
            amr,
            epo: loaded.token_epoch,
            oep: loaded.organisation_epoch,
            intents_api_enabled: live.type_gate.then_some(true),
            environment: live.environment.clone(),
            cnf: binding.map(|thumbprint| Confirmation {
                jkt: thumbprint.to_owned(),
            }),
            aud: tools.map(|_| self.tools_url()),
            scope: tools.map(|access| oauth::Scope::list(access.scopes)),
            client_id: tools.map(|access| access.client.to_owned()),
            grant: tools.and_then(|access| access.grant),
        };
        let access_token = SecretString::from(self.keyring().sign_jwt(&claims)?);
        Ok(IssuedToken {
            access_token,
            expires_in: life.as_secs(),
        })
    }
}

/// Exchanges an agent's key for a token.
///
/// # Errors
/// Unauthenticated, the same for a wrong key, another agent's id, an agent that is switched off,
/// deleted or past its end, and a key past its end.
pub async fn exchange_agent_key(
    app: &App,
    api_key: &SecretString,
    agent: Option<AgentId>,
    ip: Option<IpAddr>,
) -> Result<AgentToken> {
    exchange_agent_key_bound(app, api_key, agent, None, ip).await
}

/// The same, for a token that is bound to the key of this thumbprint.
pub async fn exchange_agent_key_bound(
    app: &App,
    api_key: &SecretString,
    agent: Option<AgentId>,
    binding: Option<&str>,
    ip: Option<IpAddr>,
) -> Result<AgentToken> {
    exchange_agent_key_for(app, api_key, agent, (binding, None), ip).await
}

/// The same, for a token that opens the tools alone, and there what is named.
pub(crate) async fn exchange_agent_key_for(
    app: &App,
    api_key: &SecretString,
    agent: Option<AgentId>,
    (binding, tools): (Option<&str>, Option<&[oauth::Scope]>),
    ip: Option<IpAddr>,
) -> Result<AgentToken> {
    let Ok(hash) = app
        .keyring()
        .hash_token(TokenKind::AgentKey, api_key.expose())
    else {
        return Err(refuse_exchange(app, None, ip).await);
    };
    for _ in 0..4 {
        let Some(holder) = key_holder(app, &hash).await? else {
            return Err(refuse_exchange(app, agent, ip).await);
        };
        if agent.is_some_and(|claimed| claimed != holder.agent) {
            return Err(refuse_exchange(app, agent, ip).await);
        }
        let Ok(loaded) = app.principal(holder.agent.into(), holder.org).await else {
            app.caches().keys.remove(&hash);
            match fresh_holder(app, &hash).await? {
                Some(_) => continue,
                None => return Err(refuse_exchange(app, Some(holder.agent), ip).await),
            }
        };
        if !holder.is_in_time(app.now()) {
            return Err(refuse_exchange(app, Some(holder.agent), ip).await);
        }
        let life = holder.token_life();
        let client = holder.agent.to_string();
        let grounds = Grounds::of_agent(&client, tools);
        let token = app.issue_bound(&loaded, &grounds, life, binding)?;
        let details = Details::new()
            .text("method", "api_key")
            .int("expires_in", life.as_secs());
        let actor = Actor::Agent(holder.agent);
        // The key's own guard beside those of the state: the state may have been read again since
        // the key was remembered, and must not vouch for a key that was replaced in between.
        let mut guards = Guards::from_slice(&loaded.guards);
        guards.push(holder.guard);
        let light = Light {
            guards,
            secret: None,
            step: if holder.is_due_for_touch(app.now()) {
                Step::Touch(holder.agent)
            } else {
                Step::None
            },
            entry: entry(
                holder.org,
                actor,
                ip,
                "auth.success",
                ("agent", holder.agent.to_string()),
                details,
            ),
        };
        if app.commit(light).await? == Outcome::Done {
            holder.touched(app.now());
            return Ok(AgentToken {
                token,
                agent: holder.agent,
                vaults: loaded.reachable.clone(),
            });
        }
        app.caches().keys.remove(&hash);
        app.caches()
            .principals
            .remove(&(Principal::Agent(holder.agent), holder.org));
    }
    Err(Error::unavailable())
}

/// Exchanges a key of either kind for a token: clients that cannot tell them apart send both to the
/// same place.
pub async fn exchange_key(
    app: &App,
    api_key: &SecretString,
    ip: Option<IpAddr>,
) -> Result<IssuedToken> {
    match TokenKind::of_api_key(api_key.expose()) {
        Some(TokenKind::UserKey) => api_keys::exchange(app, api_key, ip).await,
        _ => Ok(exchange_agent_key(app, api_key, None, ip).await?.token),
    }
}

/// Which agent holds a key, with what the exchange needs of it. It is remembered; that it still
/// holds is guarded by the agent's epoch.
pub(crate) struct KeyHolder {
    agent: AgentId,
    org: OrgId,
    guard: Guard,
    key_expires_at: Option<Timestamp>,
    token_ttl_seconds: Option<i64>,
    last_touch: std::sync::atomic::AtomicI64,
}

impl KeyHolder {
    fn token_life(&self) -> Duration {
        self.token_ttl_seconds
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(AGENT_TOKEN_LIFE, Duration::from_secs)
    }

    fn is_in_time(&self, now: Timestamp) -> bool {
        self.key_expires_at.is_none_or(|end| end > now)
    }

    fn is_due_for_touch(&self, now: Timestamp) -> bool {
        let last =
            Timestamp::from_millis(self.last_touch.load(std::sync::atomic::Ordering::Relaxed));
        last.plus(TOUCH_EVERY) <= now
    }

    fn touched(&self, now: Timestamp) {
        if self.is_due_for_touch(now) {
            self.last_touch
                .store(now.as_millis(), std::sync::atomic::Ordering::Relaxed);
        }
    }
}

async fn key_holder(app: &App, hash: &TokenHash) -> Result<Option<Arc<KeyHolder>>> {
    match app.caches().keys.get(hash) {
        Some(holder) if holder.is_in_time(app.now()) => Ok(Some(holder)),
        // What is remembered refuses nobody: the end of the key may have been moved.
        _ => fresh_holder(app, hash).await,
    }
}

async fn fresh_holder(app: &App, hash: &TokenHash) -> Result<Option<Arc<KeyHolder>>> {
    let mut tx = app.store().begin_read().await?;
    let Some(row) = tx.find_agent_by_key(hash.as_bytes()).await? else {
        return Ok(None);
    };
    let organisation = tx.find_organisation(row.org_id).await?;
    let is_frozen = organisation.is_none_or(|found| found.agents_frozen_at.is_some());
    if is_frozen || check_agent(&row, app.now()).is_err() {
        return Ok(None);
    }
    // Same snapshot as the row, so the order of the two reads does not matter.
    let guard = (row.id.as_uuid(), tx.epoch(row.id.as_uuid()).await?);
    let holder = Arc::new(KeyHolder {
        agent: row.id,
        org: row.org_id,
        guard,
        key_expires_at: row.api_key_expires_at,
        token_ttl_seconds: row.token_ttl_seconds,
        last_touch: row
            .last_active_at
            .unwrap_or(Timestamp::MIN)
            .as_millis()
            .into(),
    });
    app.caches().keys.insert(*hash, Arc::clone(&holder));
    Ok(Some(holder))
}

/// Logs a failed exchange, in the log of the agent's organisation when the request named an agent
/// that exists, else in the instance's own, and gives the one answer.
async fn refuse_exchange(app: &App, agent: Option<AgentId>, ip: Option<IpAddr>) -> Error {
    let known = match agent {
        Some(id) => named_agent(app, id).await,
        None => None,
    };
    let (org, resource) = match known {
        Some((id, org)) => (org, id.to_string()),
        None => (OrgId::NIL, "unknown".to_owned()),
    };
    let details = Details::new().text("method", "api_key");
    let light = Light {
        guards: Guards::new(),
        secret: None,
        step: Step::None,
        entry: entry(
            org,
            Actor::System,
            ip,
            "auth.failure",
            ("agent", resource),
            details,
        ),
    };
    match app.commit(light).await {
        Ok(_) => Error::unauthenticated(
            "Invalid credentials: the key is unknown, was rotated, or its agent is switched off.",
        ),
        Err(error) => error,
    }
}

async fn named_agent(app: &App, id: AgentId) -> Option<(AgentId, OrgId)> {
    let mut tx = app.store().begin_read().await.ok()?;
    let row = tx.find_agent_of_token(id).await.ok()??;
    Some((row.id, row.org_id))
}

impl App {
    /// The remembered state of a principal, or the state read now.
    async fn principal(&self, principal: Principal, org: OrgId) -> Result<Arc<Loaded>> {
        if let Some(loaded) = self.caches().principals.get(&(principal, org))
            && loaded.is_in_time(self.now())
        {
            return Ok(loaded);
        }
        let mut tx = self.store().begin_read().await?;
        let loaded =
            live::load_principal(&mut tx, principal, org, AuthMethod::ApiKey, self.now()).await?;
        let loaded = Arc::new(loaded);
        self.caches()
            .principals
            .insert((principal, org), Arc::clone(&loaded));
        Ok(loaded)
    }
}

/// Ends the presented token, and the session it belongs to.
pub async fn revoke(app: &App, caller: &Caller) -> Result<()> {
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            // Whatever it is limited to, it may end.
            op.authenticate_for_path(&caller).await?;
            let now = op.now();
            if let Credential::Key { .. } = &caller.credential {
                return Err(Error::forbidden(
                    "A key does not end by signing out. Revoke it with DELETE /v1/auth/api-keys/{key_id}.",
                ));
            }
            if let Credential::Token { id, expires_at, .. } = &caller.credential {
                op.tx().bump_epoch_until(id.as_uuid(), *expires_at).await?;
            }
            if let Some(session) = caller.session() {
                op.tx().revoke_session(session, now).await?;
                op.tx()
                    .bump_epoch_until(session.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
                    .await?;
            }
            let resource = (
                caller.principal().kind(),
                caller.principal().uuid().to_string(),
            );
            op.log(entry(
                caller.org(),
                caller.actor(),
                caller.ip(),
                "auth.logout",
                resource,
                Details::new(),
            ));
            Ok(())
        })
    })
    .await
}

/// The epoch of an ended session matters only as long as a token of it could still be valid.
pub(crate) const SESSION_EPOCH_LIFE: Duration = Duration::from_hours(24);
