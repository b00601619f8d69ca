//! Tokens for agents that hold no API key: they sign an assertion with their own (RFC 7523).
//!
//! Invariants:
//! - An assertion works once, for one agent, at this instance, for a minute.
//! - Every refusal is one answer, and is logged.
//! - Whatever ends the agent's key ends this one too: rotating it, switching the agent off, removing it.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{self, refused};
use crate::op::{Op, entry};
use crate::tokens::{AGENT_TOKEN_LIFE, AgentToken, Grounds};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::id::{AgentId, OrgId};
use oneclaw_core::oauth::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::assertion::{AgentPublicKey, Unchecked};
use std::net::IpAddr;
use std::time::Duration;

/// How a client says that it signs (RFC 7523 section 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn not_right() -> Error {
    Error::unauthenticated(
        "Invalid credentials: the assertion is not by this agent's key, not for this server, used before or too old, \
         or the agent is switched off.",
    )
}

/// Exchanges an assertion for a token.
pub async fn exchange(
    app: &App,
    assertion: SecretString,
    claimed: Option<AgentId>,
    binding: Option<&str>,
    ip: Option<IpAddr>,
) -> Result<AgentToken> {
    exchange_for(app, assertion, claimed, (binding, None), ip).await
}

/// The same, for a token that opens the tools alone, and there what is named.
pub(crate) async fn exchange_for(
    app: &App,
    assertion: SecretString,
    claimed: Option<AgentId>,
    (binding, tools): (Option<&str>, Option<Vec<Scope>>),
    ip: Option<IpAddr>,
) -> Result<AgentToken> {
    let app_in = app.clone();
    let binding = binding.map(str::to_owned);
    app.run(move |op| {
        Box::pin(async move {
            let Some(read) = Unchecked::parse(assertion.expose()) else {
                return Err(refuse(OrgId::NIL, None, ip));
            };
            let id = read.agent();
            if claimed.is_some_and(|claimed| claimed != id) {
                return Err(refuse(OrgId::NIL, None, ip));
            }
            let Some(org) = op.tx().find_agent_of_token(id).await?.map(|row| row.org_id) else {
                return Err(refuse(OrgId::NIL, None, ip));
            };
            op.enter([org]).await?;
            let refusal = || refuse(org, Some(id), ip);
            let key = op.tx().find_signing_key(id).await?;
            let key = key.and_then(|row| AgentPublicKey::from_bytes(&row.public_key));
            let here = app_in.settings().public_url.as_str();
            // Either names this server and no other; which of its doors opens is decided by what is asked.
            let endpoints = ["/v1/auth/agent-token", "/oauth/token"];
            let [endpoint, tools_endpoint] = endpoints.map(|path| format!("{here}{path}"));
            let now = op.now();
            let checked =
                key.and_then(|key| read.check(&key, &[here, &endpoint, &tools_endpoint], now));
            let checked = checked.ok_or_else(refusal)?;
            if !op.tx().spend_proof(&checked.id, checked.expires_at).await? {
                return Err(refusal());
            }
            let access = (binding.as_deref(), tools.as_deref());
            issue(&app_in, op, (org, id), access, ip)
                .await?
                .ok_or_else(refusal)
        })
    })
    .await
}

/// A token, unless the agent may not have one.
async fn issue(
    app: &App,
    op: &mut Op,
    (org, id): (OrgId, AgentId),
    (binding, tools): (Option<&str>, Option<&[Scope]>),
    ip: Option<IpAddr>,
) -> Result<Option<AgentToken>> {
    let now = op.now();
    let loaded = live::load_principal(op.tx(), id.into(), org, AuthMethod::KeyPair, now).await;
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) if *error.kind() == *refused().kind() => return Ok(None),
        Err(error) => return Err(error),
    };
    let row = op.tx().find_agent(org, id).await?.ok_or_else(refused)?;
    let life = row
        .token_ttl_seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map_or(AGENT_TOKEN_LIFE, Duration::from_secs);
    let client = id.to_string();
    let grounds = Grounds::of_agent(&client, tools);
    let token = app.issue_bound(&loaded, &grounds, life, binding)?;
    op.tx().touch_agent(id, now).await?;
    op.log(entry(
        org,
        Actor::Agent(id),
        ip,
        "auth.success",
        ("agent", id.to_string()),
        Details::new()
            .text("method", AuthMethod::KeyPair.as_str())
            .int("expires_in", life.as_secs()),
    ));
    Ok(Some(AgentToken {
        token,
        agent: id,
        vaults: loaded.reachable.clone(),
    }))
}

fn refuse(org: OrgId, agent: Option<AgentId>, ip: Option<IpAddr>) -> Error {
    let resource = agent.map_or_else(|| "unknown".to_owned(), |agent| agent.to_string());
    not_right().logged(entry(
        org,
        Actor::System,
        ip,
        "auth.failure",
        ("agent", resource),
        Details::new().text("method", AuthMethod::KeyPair.as_str()),
    ))
}
