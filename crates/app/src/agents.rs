//! Agents: machine accounts, their keys and identities.
//!
//! Only people manage agents. Whatever changes an agent bumps its epoch; what should end its tokens
//! also raises its token epoch.

use crate::error::{Error, Kind, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use crate::quotas::{self, Resource};
use crate::{App, oauth, secrets, vaults};
use oneclaw_core::audit::Details;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, UserId, VaultId};
use oneclaw_core::model::text::{parse_description, parse_name};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Scope;
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::assertion::AgentPublicKey;
use oneclaw_crypto::identity::{generate_ed25519, generate_p256};
use oneclaw_crypto::token::{PlainToken, TokenKind};
use oneclaw_store::agents::AgentRow;
use serde_json::{Map, Value as Json};

mod identity;
mod keys;

pub use identity::rotate_identity_keys;
pub use keys::{reveal_key, rotate_key};

/// The vault in which an organisation keeps the private identity keys of its agents.
pub const IDENTITY_VAULT: &str = "__agent-keys";
/// How many agents can be removed at once.
const LARGEST_BATCH: usize = 500;
/// Purpose of the one-time token by which an approver reveals a key.
pub(crate) const REVEAL: &str = "reveal_key";

/// Settings that are kept and echoed; other fields of a request are ignored.
const SETTINGS: [&str; 10] = [
    "environment",
    "environment_locked",
    "env_auto_resolve",
    "execution_guardrails",
    "execution_intents_enabled",
    "federated_token_ttl_seconds",
    "federation_audiences",
    "federation_enabled",
    "intents_api_enabled",
    "per_environment_guardrails",
];

/// An agent.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its organisation.
    pub org: OrgId,
    /// Its name; not unique.
    pub name: String,
    /// Free text, possibly empty.
    pub description: String,
    /// `api_key` and others.
    pub auth_method: String,
    /// Path globs and labels.
    pub scopes: Vec<String>,
    /// Vaults it is bound to; empty = not bound.
    pub vault_binding: Vec<VaultId>,
    /// False once switched off.
    pub is_active: bool,
    /// The rarer settings.
    pub settings: Map<String, Json>,
    /// Life of its tokens in seconds, when not the default.
    pub token_ttl_seconds: Option<i64>,
    /// Whether it has a key by now.
    pub has_key: bool,
    /// When its key stops working.
    pub api_key_expires_at: Option<Timestamp>,
    /// Base64 Ed25519 public key.
    pub ssh_public_key: Option<String>,
    /// Base64 P-256 public key.
    pub ecdh_public_key: Option<String>,
    /// The human who let it in.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// Last token exchange, to the minute.
    pub last_active_at: Option<Timestamp>,
}

/// What a new agent is like.
#[derive(Clone, Debug, Default)]
pub struct CreateRequest {
    /// Its name.
    pub name: String,
    /// Free text.
    pub description: String,
    /// Path globs and labels.
    pub scopes: Vec<String>,
    /// Vaults to bind it to.
    pub vault_binding: Vec<VaultId>,
    /// Life of its tokens in seconds.
    pub token_ttl_seconds: Option<i64>,
    /// When its key stops working.
    pub api_key_expires_at: Option<Timestamp>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// The rarer settings.
    pub settings: Map<String, Json>,
}

/// What changes; `None` stays, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct UpdateRequest {
    /// Its name.
    pub name: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Path globs and labels.
    pub scopes: Option<Vec<String>>,
    /// Vaults to bind it to.
    pub vault_binding: Option<Vec<VaultId>>,
    /// False ends all its tokens at once.
    pub is_active: Option<bool>,
    /// Life of its tokens in seconds.
    pub token_ttl_seconds: Option<Option<i64>>,
    /// When its key stops working.
    pub api_key_expires_at: Option<Option<Timestamp>>,
    /// When it stops working.
    pub expires_at: Option<Option<Timestamp>>,
    /// The rarer settings; null removes one.
    pub settings: Map<String, Json>,
}

pub(crate) fn missing() -> Error {
    Error::not_found("There is no such agent in your organisation.")
}

/// An agent that the caller may change: people manage those they let in, owners and admins all.
/// Whoever can make a new key of an agent can do whatever the agent can.
pub(crate) async fn managed(op: &mut Op, caller: &Caller, id: AgentId) -> Result<(Live, AgentRow)> {
    let user = caller.user()?;
    let live = op.authenticate(caller).await?;
    let row = op.tx().find_agent_for_update(live.org, id).await?;
    let row = row.ok_or_else(missing)?;
    if live.is_admin() || row.created_by == user {
        return Ok((live, row));
    }
    Err(Error::forbidden(
        "Only the person who let this agent in and the organisation's owners and admins can do this.",
    ))
}

/// Makes an agent with a key, which is returned once.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateRequest,
) -> Result<(Agent, SecretString)> {
    let user = caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            op.authenticate(&caller).await?;
            let key = PlainToken::generate(TokenKind::AgentKey, op.random());
            let agent = insert(&app_in, op, &caller, user, request, Some(&key), None).await?;
            Ok((agent, key.into_secret()))
        })
    })
    .await
}

/// Adds an agent with its identity keys; the first of an organisation brings the vault for them.
pub(crate) async fn insert(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    creator: UserId,
    request: CreateRequest,
    key: Option<&PlainToken>,
    own: Option<&AgentPublicKey>,
) -> Result<Agent> {
    quotas::check_room(op, caller.org(), Resource::Agents).await?;
    let now = op.now();
    // Who has a key of their own needs none from here.
    let ssh = match own {
        None => Some(generate_ed25519(op.random())?),
        Some(_) => None,
    };
    let ecdh = generate_p256(op.random())?;
    let mut settings = Map::new();
    merge_settings(&mut settings, request.settings);
    let row = AgentRow {
        id: op.new_id(),
        org_id: caller.org(),
        name: parse_name(&request.name)
            .map_err(|error| Error::invalid("name", error.to_string()))?,
        description: parse_description(&request.description)
            .map_err(|error| Error::invalid("description", error.to_string()))?,
        auth_method: "api_key".to_owned(),
        scopes: parse_scopes(&request.scopes)?,
        vault_ids: parse_binding(op, caller.org(), &request.vault_binding).await?,
        is_active: true,
        settings: serde_json::to_string(&settings)?,
        token_ttl_seconds: parse_token_life(request.token_ttl_seconds)?,
        token_epoch: 0,
        api_key_hash: key.map(|key| key.hash(app.keyring()).as_bytes().to_vec()),
        api_key_expires_at: parse_end("api_key_expires_at", request.api_key_expires_at, now)?,
        ssh_public_key: own
            .map(|own| own.to_base64())
            .or_else(|| ssh.as_ref().map(|ssh| ssh.public_key.clone())),
        ecdh_public_key: Some(ecdh.public_key),
        created_by: creator,
        created_at: now,
        expires_at: parse_end("expires_at", request.expires_at, now)?,
        last_active_at: None,
    };
    op.tx().insert_agent(&row).await?;
    let vault = identity_vault(app, op, caller, creator).await?;
    let ssh = ssh.map(|ssh| ("ssh", "ssh_key", ssh.private_key));
    let keys = ssh
        .into_iter()
        .chain([("ecdh", "private_key", ecdh.private_key)]);
    store_identity(app, op, caller, vault, row.id, keys).await?;
    let details = Details::new().text("name", &row.name);
    op.log(entry(
        caller.org(),
        caller.actor(),
        caller.ip(),
        "agent.register",
        ("agent", row.id.to_string()),
        details,
    ));
    agent_of(row)
}

async fn identity_vault(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    creator: UserId,
) -> Result<VaultId> {
    if let Some(row) = op
        .tx()
        .find_vault_by_name(caller.org(), IDENTITY_VAULT)
        .await?
    {
        return Ok(row.id);
    }
    let description = "Private identity keys of the organisation's agents, made by the server.";
    let vault = vaults::insert(
        app,
        op,
        caller.org(),
        IDENTITY_VAULT,
        description,
        Principal::User(creator),
    )
    .await?;
    let details = Details::new().text("name", IDENTITY_VAULT);
    op.log(entry(
        caller.org(),
        caller.actor(),
        caller.ip(),
        "vault.create",
        ("vault", vault.id.to_string()),
        details,
    ));
    Ok(vault.id)
}

async fn store_identity(
    app: &App,
    op: &mut Op,
    caller: &Caller,
    vault: VaultId,
    agent: AgentId,
    keys: impl Iterator<Item = (&'static str, &'static str, SecretString)>,
) -> Result<()> {
    for (name, kind, private) in keys {
        let path = SecretPath::parse(&format!("agents/{agent}/{name}/private_key"))
            .map_err(Error::internal)?;
        secrets::put_internal(app, op, caller, vault, &path, kind, &private).await?;
    }
    Ok(())
}

/// Lists the agents of the organisation, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Agent>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.tx
        .list_agents(caller.org())
        .await?
        .into_iter()
        .map(agent_of)
        .collect()
}

/// One agent: for people of its organisation, and for itself.
pub async fn find(app: &App, caller: &Caller, id: AgentId) -> Result<Agent> {
    if let Principal::Agent(own) = caller.principal()
        && own != id
    {
        return Err(missing());
    }
    let mut view = app.view(caller).await?;
    agent_of(
        view.tx
            .find_agent(caller.org(), id)
            .await?
            .ok_or_else(missing)?,
    )
}

/// Changes an agent. Switching it off ends all its tokens.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: AgentId,
    request: UpdateRequest,
) -> Result<Agent> {
    caller.user()?;
    let caller = caller.clone();
    let changed = app
        .run(move |op| {
            Box::pin(async move {
                let (live, mut row) = managed(op, &caller, id).await?;
                let was_active = row.is_active;
                let is_decided = request.is_active.is_some();
                apply(op, &mut row, request).await?;
                let switched_off = was_active && !row.is_active;
                // Whoever decides about an agent that was caught ends the tokens that it was caught with.
                let was_caught = is_decided && op.tx().end_quarantine(live.org, id).await?;
                if switched_off || was_caught {
                    row.token_epoch = row.token_epoch.saturating_add(1);
                }
                if !op.tx().update_agent(&row).await? {
                    return Err(missing());
                }
                op.tx().bump_epoch(id.as_uuid()).await?;
                let action = match (was_active, row.is_active) {
                    (true, false) => "agent.deactivate",
                    (false, true) => "agent.activate",
                    _ => "agent.update",
                };
                let details = Details::new().text("name", &row.name);
                op.log(entry(
                    live.org,
                    caller.actor(),
                    caller.ip(),
                    action,
                    ("agent", id.to_string()),
                    details,
                ));
                agent_of(row)
            })
        })
        .await?;
    // Whatever it waits for ends now, not when it next looks.
    app.answered().notify_waiters();
    Ok(changed)
}

async fn apply(op: &mut Op, row: &mut AgentRow, request: UpdateRequest) -> Result<()> {
    let now = op.now();
    if let Some(name) = request.name {
        row.name = parse_name(&name).map_err(|error| Error::invalid("name", error.to_string()))?;
    }
    if let Some(description) = request.description {
        row.description = parse_description(&description)
            .map_err(|error| Error::invalid("description", error.to_string()))?;
    }
    if let Some(scopes) = request.scopes {
        row.scopes = parse_scopes(&scopes)?;
    }
    if let Some(binding) = request.vault_binding {
        row.vault_ids = parse_binding(op, row.org_id, &binding).await?;
    }
    if let Some(is_active) = request.is_active {
        row.is_active = is_active;
    }
    if let Some(life) = request.token_ttl_seconds {
        row.token_ttl_seconds = parse_token_life(life)?;
    }
    if let Some(end) = request.api_key_expires_at {
        row.api_key_expires_at = parse_end("api_key_expires_at", end, now)?;
    }
    if let Some(end) = request.expires_at {
        row.expires_at = parse_end("expires_at", end, now)?;
    }
    let mut settings: Map<String, Json> = serde_json::from_str(&row.settings)?;
    merge_settings(&mut settings, request.settings);
    crate::federation::check_settings(&settings)?;
    row.settings = serde_json::to_string(&settings)?;
    Ok(())
}

/// Removes an agent with the policies that concern it. Its trail in the audit log stays.
pub async fn delete(app: &App, caller: &Caller, id: AgentId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| Box::pin(async move { remove(op, &caller, id).await }))
        .await
}

/// Removes several agents; gives those that could not be removed, each with why. Each is a unit of
/// work of its own: one that cannot be removed keeps no other.
pub async fn delete_all(
    app: &App,
    caller: &Caller,
    ids: &[AgentId],
) -> Result<Vec<(AgentId, String)>> {
    caller.user()?;
    if ids.len() > LARGEST_BATCH {
        return Err(Error::invalid(
            "agent_ids",
            "At most 500 agents can be removed at once.",
        ));
    }
    // With a credential that no longer stands, not even an empty list is worked through.
    drop(app.view(caller).await?);
    let mut failed = Vec::new();
    for id in ids {
        match delete(app, caller, *id).await {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Forbidden) => {
                failed.push((*id, error.sentence().to_owned()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(failed)
}

async fn remove(op: &mut Op, caller: &Caller, id: AgentId) -> Result<()> {
    let (live, _) = managed(op, caller, id).await?;
    let now = op.now();
    if !op.tx().delete_agent(live.org, id, now).await? {
        return Err(missing());
    }
    for vault in op
        .tx()
        .list_vaults_with_policies_for(live.org, id.as_uuid())
        .await?
    {
        op.tx().bump_epoch(vault).await?;
    }
    let policies = op.tx().delete_policies_of(live.org, id.as_uuid()).await?;
    // With the credentials that are kept in them.
    let bindings = op.tx().delete_bindings_of(live.org, id).await?;
    oauth::end_of_agent(op, caller, live.org, id).await?;
    op.tx().end_quarantine(live.org, id).await?;
    op.tx().bump_epoch(id.as_uuid()).await?;
    let details = Details::new()
        .int("policies", policies)
        .int("bindings", bindings);
    op.log(entry(
        live.org,
        caller.actor(),
        caller.ip(),
        "agent.delete",
        ("agent", id.to_string()),
        details,
    ));
    Ok(())
}

/// The vault with the identity keys of the organisation's agents.
pub async fn find_identity_vault(app: &App, caller: &Caller) -> Result<VaultId> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view
        .tx
        .find_vault_by_name(caller.org(), IDENTITY_VAULT)
        .await?;
    Ok(row
        .ok_or_else(|| Error::not_found("There is no agent yet, so there are no identity keys."))?
        .id)
}

pub(crate) fn agent_of(row: AgentRow) -> Result<Agent> {
    Ok(Agent {
        id: row.id,
        org: row.org_id,
        name: row.name,
        description: row.description,
        auth_method: row.auth_method,
        scopes: serde_json::from_str(&row.scopes)?,
        vault_binding: serde_json::from_str(&row.vault_ids)?,
        is_active: row.is_active,
        settings: serde_json::from_str(&row.settings)?,
        token_ttl_seconds: row.token_ttl_seconds,
        has_key: row.api_key_hash.is_some(),
        api_key_expires_at: row.api_key_expires_at,
        ssh_public_key: row.ssh_public_key,
        ecdh_public_key: row.ecdh_public_key,
        created_by: row.created_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_active_at: row.last_active_at,
    })
}

fn parse_scopes(scopes: &[String]) -> Result<String> {
    if scopes.len() > 100 {
        return Err(Error::invalid("scopes", "An agent has at most 100 scopes."));
    }
    for scope in scopes {
        Scope::parse_new(scope)
            .map_err(|error| Error::invalid("scopes", format!("{scope:?}: {error}")))?;
    }
    Ok(serde_json::to_string(scopes)?)
}

async fn parse_binding(op: &mut Op, org: OrgId, vaults: &[VaultId]) -> Result<String> {
    if vaults.len() > 100 {
        return Err(Error::invalid(
            "vault_ids",
            "An agent is bound to at most 100 vaults.",
        ));
    }
    for vault in vaults {
        if op.tx().find_vault(org, *vault).await?.is_none() {
            return Err(Error::invalid(
                "vault_ids",
                format!("There is no vault {vault} in your organisation."),
            ));
        }
    }
    Ok(serde_json::to_string(vaults)?)
}

/// Clients refresh a token when less than 60 seconds remain, so a shorter life would mean an
/// exchange for each request.
fn parse_token_life(seconds: Option<i64>) -> Result<Option<i64>> {
    match seconds {
        Some(seconds) if !(120..=86_400).contains(&seconds) => Err(Error::invalid(
            "token_ttl_seconds",
            "The life of a token must be between 120 and 86400 seconds.",
        )),
        other => Ok(other),
    }
}

fn parse_end(
    field: &'static str,
    end: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    match end {
        Some(end) if end <= now => Err(Error::invalid(field, "The expiry lies in the past.")),
        other => Ok(other),
    }
}

fn merge_settings(settings: &mut Map<String, Json>, changes: Map<String, Json>) {
    for (name, value) in changes {
        if !SETTINGS.contains(&name.as_str()) {
            continue;
        }
        if value.is_null() {
            settings.remove(&name);
        } else {
            settings.insert(name, value);
        }
    }
}
