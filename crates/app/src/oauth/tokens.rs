//! Tokens for assistants: for a code, for a refresh token, for an agent's own credential; and giving them back.

use super::grants::end_one;
use crate::error::{Error, Kind};
use crate::live::{Loaded, load_principal};
use crate::op::{Op, entry};
use crate::tokens::{AGENT_TOKEN_LIFE, Grounds, IssuedToken, ToolAccess, exchange_agent_key_for};
use crate::users::Origin;
use crate::{App, assertions};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::id::AgentId;
use oneclaw_core::oauth::{Scope, is_code_verifier};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::constant_time_eq;
use oneclaw_crypto::pkce::challenge_of;
use oneclaw_crypto::token::{PlainToken, TokenHash, TokenKind};
use oneclaw_store::oauth::OauthGrantRow;
use std::net::IpAddr;
use std::time::Duration;

/// Why there is no token (RFC 6749, section 5.2; RFC 8707).
#[derive(Debug)]
pub enum TokenError {
    /// The code, the refresh token or what came with it is not right. One word for all of it.
    Grant,
    /// The credential of the client is not right.
    Client,
    /// Asks for more than was allowed.
    Scope,
    /// Tokens for another place are not given out here.
    Target,
    /// It could not be looked at.
    Failed(Error),
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        match error.kind() {
            Kind::Unauthenticated => Self::Grant,
            _ => Self::Failed(error),
        }
    }
}

impl From<oneclaw_store::StoreError> for TokenError {
    fn from(error: oneclaw_store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What an assistant gets.
pub struct Issued {
    /// The access token.
    pub token: IssuedToken,
    /// For the next one; absent for agents with a credential of their own.
    pub refresh_token: Option<SecretString>,
    /// What it may do.
    pub scopes: Vec<Scope>,
}

type Outcome = Result<Issued, TokenError>;

/// Runs a unit of work whose refusals leave traces too: an ended grant stays ended.
async fn decided<F>(app: &App, work: F) -> Outcome
where
    F: for<'a> FnOnce(&'a mut Op) -> futures_core::future::BoxFuture<'a, crate::Result<Outcome>>
        + Send
        + 'static,
{
    app.run(work).await?
}

/// Exchanges a code. Trying is what uses it up.
///
/// # Errors
/// [`TokenError::Grant`] without saying what is wrong.
pub async fn redeem(
    app: &App,
    code: &SecretString,
    presented: Presented,
    origin: &Origin,
) -> Outcome {
    let Ok(hash) = app
        .keyring()
        .hash_token(TokenKind::AuthorizationCode, code.expose())
    else {
        return Err(TokenError::Grant);
    };
    let (app_in, ip) = (app.clone(), origin.ip);
    decided(app, move |op| {
        Box::pin(async move {
            let Some(row) = op.tx().find_oauth_grant_by_code(hash.as_bytes()).await? else {
                return Ok(Err(TokenError::Grant));
            };
            op.enter([row.org_id]).await?;
            let now = op.now();
            if !op.tx().spend_oauth_code(row.id, now).await? {
                // Two parties hold the code, so what came of it is not to be trusted either.
                end_one(op, &row, (Actor::System, ip), "oauth.code_reuse").await?;
                return Ok(Err(TokenError::Grant));
            }
            let fits = row.code_expires_at > now && presented.fits(&app_in, &row);
            let state = if fits {
                state_of(op, &row).await?
            } else {
                None
            };
            let Some(loaded) = state else {
                end_one(op, &row, (Actor::System, ip), "oauth.code_refused").await?;
                return Ok(Err(TokenError::Grant));
            };
            let refresh = PlainToken::generate(TokenKind::OauthRefresh, op.random());
            let refresh_hash = refresh.hash(app_in.keyring());
            if !op
                .tx()
                .begin_oauth_grant(row.id, refresh_hash.as_bytes(), now)
                .await?
            {
                return Ok(Err(TokenError::Grant));
            }
            let scopes = Scope::parse_list(&row.scopes);
            issue(&app_in, op, &row, &loaded, (scopes, refresh), ip)
                .await
                .map(Ok)
        })
    })
    .await
}

/// What comes with a code.
pub struct Presented {
    /// Who brings it.
    pub client_id: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// The answer to the challenge.
    pub code_verifier: SecretString,
    /// Where the tokens shall be good; what was asked for when absent.
    pub resource: Option<String>,
}

impl Presented {
    fn fits(&self, app: &App, row: &OauthGrantRow) -> bool {
        let verifier = self.code_verifier.expose();
        let challenge = challenge_of(verifier);
        is_code_verifier(verifier)
            && constant_time_eq(challenge.as_bytes(), row.code_challenge.as_bytes())
            && self.client_id == row.client_id
            && self.redirect_uri == row.redirect_uri
            && is_here(app, row, self.resource.as_deref())
    }
}

/// Whether a grant is for the tools as they are reached now, and nothing else is asked for.
fn is_here(app: &App, row: &OauthGrantRow, asked: Option<&str>) -> bool {
    row.resource == app.tools_url() && asked.is_none_or(|asked| asked == row.resource)
}

/// The state of the agent, if it may have tokens and the human is still there to answer for it.
async fn state_of(op: &mut Op, row: &OauthGrantRow) -> crate::Result<Option<Loaded>> {
    let now = op.now();
    if op
        .tx()
        .find_member(row.org_id, row.user_id)
        .await?
        .is_none()
    {
        return Ok(None);
    }
    let agent = row.agent_id.into();
    match load_principal(op.tx(), agent, row.org_id, AuthMethod::Oauth, now).await {
        Ok(loaded) => Ok(Some(loaded)),
        Err(error) if *error.kind() == Kind::Unauthenticated => Ok(None),
        Err(error) => Err(error),
    }
}

async fn issue(
    app: &App,
    op: &mut Op,
    row: &OauthGrantRow,
    loaded: &Loaded,
    (scopes, refresh): (Vec<Scope>, PlainToken),
    ip: Option<IpAddr>,
) -> crate::Result<Issued> {
    let now = op.now();
    let agent = op.tx().find_agent(row.org_id, row.agent_id).await?;
    let own_life = agent
        .and_then(|agent| agent.token_ttl_seconds)
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs);
    let life = AGENT_TOKEN_LIFE
        .min(own_life.unwrap_or(AGENT_TOKEN_LIFE))
        .min(row.expires_at.since(now));
    let access = ToolAccess {
        client: &row.client_id,
        scopes: &scopes,
        grant: Some(row.id),
    };
    let token = app.issue(loaded, &Grounds::Tools(access), life)?;
    op.tx().touch_agent(row.agent_id, now).await?;
    let details = Details::new()
        .text("method", AuthMethod::Oauth.as_str())
        .uuid("grant_id", row.id)
        .text("client_id", &row.client_id)
        .text("scopes", Scope::list(&scopes))
        .int("expires_in", life.as_secs());
    op.log(entry(
        row.org_id,
        Actor::Agent(row.agent_id),
        ip,
        "auth.success",
        ("agent", row.agent_id.to_string()),
        details,
    ));
    Ok(Issued {
        token,
        refresh_token: Some(refresh.into_secret()),
        scopes,
    })
}

/// Exchanges a refresh token for the next one and an access token. Seeing an exchanged one again means that two parties
/// hold it: the grant ends.
///
/// # Errors
/// [`TokenError`].
pub async fn refresh(
    app: &App,
    refresh_token: &SecretString,
    client_id: String,
    (scope, resource): (Option<String>, Option<String>),
    origin: &Origin,
) -> Outcome {
    let Ok(old) = app
        .keyring()
        .hash_token(TokenKind::OauthRefresh, refresh_token.expose())
    else {
        return Err(TokenError::Grant);
    };
    let (app_in, ip) = (app.clone(), origin.ip);
    decided(app, move |op| {
        Box::pin(async move {
            let now = op.now();
            if let Some(row) = op.tx().find_oauth_grant_by_spent(old.as_bytes()).await? {
                op.enter([row.org_id]).await?;
                end_one(op, &row, (Actor::System, ip), "oauth.refresh_reuse").await?;
                return Ok(Err(TokenError::Grant));
            }
            let row = op.tx().find_oauth_grant_by_refresh(old.as_bytes()).await?;
            let is_good = |row: &OauthGrantRow| {
                row.ended_at.is_none() && row.expires_at > now && row.client_id == client_id
            };
            let Some(row) = row.filter(is_good) else {
                return Ok(Err(TokenError::Grant));
            };
            if !is_here(&app_in, &row, resource.as_deref()) {
                return Ok(Err(TokenError::Target));
            }
            let allowed = Scope::parse_list(&row.scopes);
            let scopes = match scope.as_deref().map(str::trim) {
                None | Some("") => allowed,
                Some(asked) => {
                    let asked = Scope::parse_list(asked);
                    if asked.is_empty() || !asked.iter().all(|scope| allowed.contains(scope)) {
                        return Ok(Err(TokenError::Scope));
                    }
                    asked
                }
            };
            op.enter([row.org_id]).await?;
            // An agent that is paused may come back, so its refresh token is kept as it is.
            let Some(loaded) = state_of(op, &row).await? else {
                return Ok(Err(TokenError::Grant));
            };
            let next = PlainToken::generate(TokenKind::OauthRefresh, op.random());
            let new: TokenHash = next.hash(app_in.keyring());
            let hashes = (&old.as_bytes()[..], &new.as_bytes()[..]);
            if !op.tx().rotate_oauth_grant(row.id, hashes, now).await? {
                // Somebody else exchanged it at this moment.
                end_one(op, &row, (Actor::System, ip), "oauth.refresh_reuse").await?;
                return Ok(Err(TokenError::Grant));
            }
            issue(&app_in, op, &row, &loaded, (scopes, next), ip)
                .await
                .map(Ok)
        })
    })
    .await
}

/// What an agent proves itself with that no human sits beside.
pub enum ClientCredential {
    /// Its key.
    Key(SecretString),
    /// An assertion that it signed (RFC 7523).
    Assertion(SecretString),
}

/// Gives an agent a token for the tools alone, for a credential of its own.
///
/// # Errors
/// [`TokenError`].
pub async fn exchange_credential(
    app: &App,
    agent: Option<AgentId>,
    credential: ClientCredential,
    (scope, resource): (Option<String>, Option<String>),
    origin: &Origin,
) -> Outcome {
    if resource.is_some_and(|resource| resource != app.tools_url()) {
        return Err(TokenError::Target);
    }
    let scopes = match scope.as_deref().map(str::trim) {
        // It is the agent itself, which has all of them with a token of the API.
        None | Some("") => Scope::ALL.to_vec(),
        Some(asked) => Scope::parse_list(asked),
    };
    if scopes.is_empty() {
        return Err(TokenError::Scope);
    }
    let issued = match credential {
        ClientCredential::Key(key) => {
            exchange_agent_key_for(app, &key, agent, (None, Some(&scopes)), origin.ip).await
        }
        ClientCredential::Assertion(assertion) => {
            let tools = Some(scopes.clone());
            assertions::exchange_for(app, assertion, agent, (None, tools), origin.ip).await
        }
    };
    match issued {
        Ok(issued) => Ok(Issued {
            token: issued.token,
            refresh_token: None,
            scopes,
        }),
        Err(error) if *error.kind() == Kind::Unauthenticated => Err(TokenError::Client),
        Err(error) => Err(TokenError::Failed(error)),
    }
}

/// Takes a token back (RFC 7009), and with it all that the grant has given: an assistant that signs out keeps nothing.
/// What is not a token of this client is none of its business, and is not told from what never was one.
pub async fn revoke(
    app: &App,
    token: &SecretString,
    client_id: String,
    origin: &Origin,
) -> crate::Result<()> {
    let hash = app
        .keyring()
        .hash_token(TokenKind::OauthRefresh, token.expose());
    let claims = match hash {
        Ok(_) => None,
        Err(_) => app
            .keyring()
            .verify_jwt(token.expose(), &app.settings().public_url, app.now())
            .ok()
            .filter(|claims| claims.client_id.as_deref() == Some(client_id.as_str())),
    };
    let ip = origin.ip;
    app.run(move |op| {
        Box::pin(async move {
            let row = match (hash, claims) {
                (Ok(hash), _) => {
                    match op.tx().find_oauth_grant_by_refresh(hash.as_bytes()).await? {
                        Some(row) => Some(row),
                        None => op.tx().find_oauth_grant_by_spent(hash.as_bytes()).await?,
                    }
                }
                (Err(_), Some(claims)) => match claims.grant {
                    Some(grant) => op.tx().find_oauth_grant(claims.org, grant).await?,
                    None => {
                        op.enter([claims.org]).await?;
                        op.tx()
                            .bump_epoch_until(claims.jti.as_uuid(), claims.exp)
                            .await?;
                        let resource = (claims.sub.kind(), claims.sub.uuid().to_string());
                        let details = Details::new();
                        op.log(entry(
                            claims.org,
                            claims.sub,
                            ip,
                            "auth.logout",
                            resource,
                            details,
                        ));
                        None
                    }
                },
                (Err(_), None) => None,
            };
            if let Some(row) = row.filter(|row| row.client_id == client_id) {
                op.enter([row.org_id]).await?;
                let actor = Actor::Agent(row.agent_id);
                end_one(op, &row, (actor, ip), "oauth.revoke").await?;
            }
            Ok(())
        })
    })
    .await
}
