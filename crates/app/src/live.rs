//! Who is calling, and whether that still stands.
//!
//! A verified token or cookie makes a [`Caller`]: facts that cannot change. Whether the agent is
//! still active, the session still open, the role still held, is [`Live`] state, read in the
//! transaction that does the work or, on the fast path, remembered together with guards that the
//! commit re-checks. So revoking takes effect on the next request, on every node.

use crate::error::{Error, Result};
use crate::ip_rules;
use crate::quotas::Resource;
use oneclaw_core::audit::Actor;
use oneclaw_core::caller::{AuthMethod, Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{
    AgentId, ApiKeyId, OauthGrantId, OrgId, SessionId, TokenId, UserId, VaultId,
};
use oneclaw_core::network::NetworkRules;
use oneclaw_core::policy::Scope;
use oneclaw_store::Tx;
use oneclaw_store::agents::AgentRow;
use oneclaw_store::epochs::Guard;
use std::net::IpAddr;
use std::str::FromStr as _;

/// What a credential says about its holder. Made only by [`crate::App`] from a verified one.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(crate) principal: Principal,
    pub(crate) org: OrgId,
    pub(crate) auth_method: AuthMethod,
    pub(crate) ip: Option<IpAddr>,
    /// Ceiling of a personal key; an agent's is live state.
    pub(crate) scopes: Vec<Scope>,
    pub(crate) credential: Credential,
}

/// What was presented.
#[derive(Clone, Debug)]
pub(crate) enum Credential {
    /// An access token.
    Token {
        id: TokenId,
        session: Option<SessionId>,
        /// The personal key it was exchanged for.
        key: Option<ApiKeyId>,
        /// What a human allowed the assistant that presents it.
        grant: Option<OauthGrantId>,
        token_epoch: i64,
        organisation_epoch: i64,
        expires_at: Timestamp,
    },
    /// A dashboard session.
    Session(SessionId),
    /// A personal key itself.
    Key {
        id: ApiKeyId,
        expires_at: Option<Timestamp>,
    },
}

impl Caller {
    /// The user or agent.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.principal
    }

    /// The organisation it acts in.
    #[must_use]
    pub fn org(&self) -> OrgId {
        self.org
    }

    /// Where the request came from.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The user, or a refusal for agents.
    pub fn user(&self) -> Result<UserId> {
        match self.principal {
            Principal::User(id) => Ok(id),
            Principal::Agent(_) => Err(Error::forbidden(
                "Only people can do this, not agents. Ask your human.",
            )),
        }
    }

    /// The agent, or a refusal for users.
    pub fn agent(&self) -> Result<AgentId> {
        match self.principal {
            Principal::Agent(id) => Ok(id),
            Principal::User(_) => Err(Error::forbidden(
                "Only agents can do this. Use an agent's token.",
            )),
        }
    }

    /// The session it belongs to, if there is one.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        match &self.credential {
            Credential::Token { session, .. } => *session,
            Credential::Session(id) => Some(*id),
            Credential::Key { .. } => None,
        }
    }

    /// The personal key it rests on, if there is one.
    pub(crate) fn key(&self) -> Option<ApiKeyId> {
        match &self.credential {
            Credential::Token { key, .. } => *key,
            Credential::Session(_) => None,
            Credential::Key { id, .. } => Some(*id),
        }
    }

    /// The user and the session, or a refusal for agents and keys: what changes how an account is
    /// signed in to is for whoever signed in.
    pub fn signed_in(&self) -> Result<(UserId, SessionId)> {
        let user = self.user()?;
        let session = self.session().ok_or_else(|| {
            Error::forbidden("Only somebody who signed in can do this, not a key. Sign in first.")
        })?;
        Ok((user, session))
    }

    /// Whether it is a key of a person that reaches certain paths only.
    pub(crate) fn is_limited_to_paths(&self) -> bool {
        let is_ceiling = |scope: &Scope| matches!(scope, Scope::Glob(_));
        self.principal.is_user() && self.scopes.iter().any(is_ceiling)
    }

    /// Refuses a personal key that reaches certain paths only.
    pub(crate) fn require_all_paths(&self) -> Result<()> {
        if self.is_limited_to_paths() {
            return Err(Error::forbidden(
                "This key is limited to certain paths, so it only reads and writes secrets there. \
                 Sign in, or use a key without such scopes.",
            ));
        }
        Ok(())
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::from(self.principal)
    }
}

/// A caller's state at this moment.
#[derive(Clone, Debug)]
pub struct Live {
    /// The user or agent.
    pub principal: Principal,
    /// The organisation it acts in.
    pub org: OrgId,
    /// Role of a user; `None` for agents.
    pub role: Option<Role>,
    /// How it proved who it is.
    pub auth_method: AuthMethod,
    /// Ceiling of an agent.
    pub scopes: Vec<Scope>,
    /// Vaults an agent is bound to; empty = not bound.
    pub vault_binding: Vec<VaultId>,
    /// Environment an agent is tagged with.
    pub environment: Option<String>,
    /// Whether it gets variables of that environment alone.
    pub environment_locked: bool,
    /// An agent whose keys are used for it: it may not read private keys itself.
    pub type_gate: bool,
    /// Address of a user, once proven.
    pub verified_email: Option<String>,
    /// The human who let an agent in.
    pub creator: Option<UserId>,
    /// When an agent stops working.
    pub expires_at: Option<Timestamp>,
}

impl Live {
    /// Refuses unless the caller runs the organisation.
    pub(crate) fn require_admin(&self) -> Result<()> {
        match self.role {
            Some(Role::Owner | Role::Admin) => Ok(()),
            _ => Err(Error::forbidden(
                "Only owners and admins of the organisation can do this.",
            )),
        }
    }

    pub(crate) fn is_admin(&self) -> bool {
        matches!(self.role, Some(Role::Owner | Role::Admin))
    }
}

/// Live state with what it rests on.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    pub(crate) live: Live,
    pub(crate) token_epoch: i64,
    pub(crate) organisation_epoch: i64,
    pub(crate) guards: [Guard; 2],
    /// Where the organisation is reached from.
    pub(crate) network: NetworkRules,
    /// How many secrets the organisation may have.
    pub(crate) secret_limit: Option<i64>,
    /// Vaults that an agent may find: its binding, else what it owns or is allowed into.
    pub(crate) reachable: Vec<VaultId>,
}

impl Loaded {
    /// Whether an agent has not reached its end; people have none.
    pub(crate) fn is_in_time(&self, now: Timestamp) -> bool {
        self.live.expires_at.is_none_or(|end| end > now)
    }

    /// Whether the caller may come from where it comes from.
    pub(crate) fn admits(&self, caller: &Caller) -> bool {
        self.network.admits(&caller.principal, caller.ip)
    }
}

/// One sentence for every credential that does not stand, so that it tells nothing.
pub(crate) fn refused() -> Error {
    Error::unauthenticated(
        "The credential is missing, wrong, expired or revoked. Sign in again or exchange the key for a new token.",
    )
}

/// Loads the state of `caller` and checks all of its credential.
pub(crate) async fn load(tx: &mut Tx, caller: &Caller, now: Timestamp) -> Result<Loaded> {
    let loaded = load_principal(tx, caller.principal, caller.org, caller.auth_method, now).await?;
    checked(tx, caller, loaded, now).await
}

/// Loads the state of an agent that was stopped because it read a decoy, and checks all of its credential: only to be
/// answered where it reads decoys.
pub(crate) async fn load_quarantined(
    tx: &mut Tx,
    caller: &Caller,
    now: Timestamp,
) -> Result<Loaded> {
    let agent = caller.agent().map_err(|_| refused())?;
    tx.find_quarantine(caller.org, agent)
        .await?
        .ok_or_else(refused)?;
    let (id, org) = (caller.principal, caller.org);
    let loaded = load_state(tx, id, org, caller.auth_method, now, check_stopped).await?;
    checked(tx, caller, loaded, now).await
}

async fn checked(tx: &mut Tx, caller: &Caller, loaded: Loaded, now: Timestamp) -> Result<Loaded> {
    check_credential(tx, caller, &loaded, now).await?;
    // After the credential: what the organisation's rules are is for nobody else to find out.
    if !loaded.admits(caller) {
        return Err(Error::forbidden(
            "The IP rules of your organisation do not allow requests from this network address.",
        ));
    }
    Ok(loaded)
}

async fn check_credential(
    tx: &mut Tx,
    caller: &Caller,
    loaded: &Loaded,
    now: Timestamp,
) -> Result<()> {
    match &caller.credential {
        Credential::Token {
            id,
            session,
            key,
            grant,
            ..
        } => {
            if !matches_epochs(caller, loaded) || tx.epoch(id.as_uuid()).await? != 0 {
                return Err(refused());
            }
            if let Some(session) = session
                && tx.epoch(session.as_uuid()).await? != 0
            {
                return Err(refused());
            }
            if let Some(key) = key
                && tx.epoch(key.as_uuid()).await? != 0
            {
                return Err(refused());
            }
            if let Some(grant) = grant
                && tx.epoch(grant.as_uuid()).await? != 0
            {
                return Err(refused());
            }
        }
        Credential::Key { id, expires_at } => {
            let over = expires_at.is_some_and(|end| end <= now);
            if over || tx.epoch(id.as_uuid()).await? != 0 {
                return Err(refused());
            }
        }
        Credential::Session(id) => {
            let session = tx.find_session(*id).await?.ok_or_else(refused)?;
            let same = Principal::User(session.user_id) == caller.principal
                && session.org_id == caller.org;
            if !same || session.revoked_at.is_some() || session.expires_at <= now {
                return Err(refused());
            }
        }
    }
    Ok(())
}

/// Whether the token was issued after the last "end all tokens" of its holder and organisation.
pub(crate) fn matches_epochs(caller: &Caller, loaded: &Loaded) -> bool {
    match &caller.credential {
        Credential::Token {
            token_epoch,
            organisation_epoch,
            ..
        } => *token_epoch == loaded.token_epoch && *organisation_epoch == loaded.organisation_epoch,
        Credential::Session(_) | Credential::Key { .. } => true,
    }
}

/// Loads the state of a principal with the guards it rests on. The epochs are read first: a change
/// in between makes the guards stale, never the state too new.
pub(crate) async fn load_principal(
    tx: &mut Tx,
    principal: Principal,
    org: OrgId,
    auth_method: AuthMethod,
    now: Timestamp,
) -> Result<Loaded> {
    load_state(tx, principal, org, auth_method, now, check_agent).await
}

async fn load_state(
    tx: &mut Tx,
    principal: Principal,
    org: OrgId,
    auth_method: AuthMethod,
    now: Timestamp,
    check: fn(&AgentRow, Timestamp) -> Result<()>,
) -> Result<Loaded> {
    let guards = [
        (principal.uuid(), tx.epoch(principal.uuid()).await?),
        (org.as_uuid(), tx.epoch(org.as_uuid()).await?),
    ];
    let organisation = tx.find_organisation(org).await?.ok_or_else(refused)?;
    let network = ip_rules::rules_of(&tx.list_ip_rules(org).await?)?;
    let (live, token_epoch, reachable) = match principal {
        Principal::Agent(id) => {
            if organisation.agents_frozen_at.is_some() {
                return Err(refused());
            }
            let agent = tx.find_agent(org, id).await?.ok_or_else(refused)?;
            check(&agent, now)?;
            let token_epoch = agent.token_epoch;
            let live = agent_state(&agent, auth_method)?;
            let reachable = reachable_vaults(tx, &live, now).await?;
            (live, token_epoch, reachable)
        }
        Principal::User(id) => {
            let user = tx.find_user(id).await?.ok_or_else(refused)?;
            let member = tx.find_member(org, id).await?.ok_or_else(refused)?;
            let role = Role::from_str(&member.role).map_err(Error::internal)?;
            let verified_email = user.email_verified_at.map(|_| user.email);
            let live = Live {
                principal,
                org,
                role: Some(role),
                auth_method,
                scopes: Vec::new(),
                vault_binding: Vec::new(),
                environment: None,
                environment_locked: false,
                type_gate: false,
                verified_email,
                creator: None,
                expires_at: None,
            };
            (live, user.token_epoch, Vec::new())
        }
    };
    Ok(Loaded {
        live,
        token_epoch,
        organisation_epoch: organisation.token_epoch,
        guards,
        network,
        secret_limit: tx.find_limit(org, Resource::Secrets.as_str()).await?,
        reachable,
    })
}

/// Refuses agents that are switched off or past their end.
pub(crate) fn check_agent(agent: &AgentRow, now: Timestamp) -> Result<()> {
    if !agent.is_active || agent.expires_at.is_some_and(|end| end <= now) {
        return Err(refused());
    }
    Ok(())
}

/// Refuses agents that are not switched off, or past their end.
fn check_stopped(agent: &AgentRow, now: Timestamp) -> Result<()> {
    if agent.is_active || agent.expires_at.is_some_and(|end| end <= now) {
        return Err(refused());
    }
    Ok(())
}

fn agent_state(agent: &AgentRow, auth_method: AuthMethod) -> Result<Live> {
    let scopes: Vec<String> = serde_json::from_str(&agent.scopes)?;
    let settings = AgentSettings::parse(&agent.settings)?;
    Ok(Live {
        principal: Principal::Agent(agent.id),
        org: agent.org_id,
        role: None,
        auth_method,
        scopes: scopes.iter().map(|scope| Scope::parse(scope)).collect(),
        vault_binding: serde_json::from_str(&agent.vault_ids)?,
        environment: settings.environment,
        environment_locked: settings.environment_locked,
        type_gate: settings.intents_api_enabled,
        verified_email: None,
        creator: Some(agent.created_by),
        expires_at: agent.expires_at,
    })
}

/// The settings of an agent that the server itself looks at; the others are echoed only.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct AgentSettings {
    environment: Option<String>,
    environment_locked: bool,
    intents_api_enabled: bool,
}

impl AgentSettings {
    fn parse(text: &str) -> Result<Self> {
        Ok(serde_json::from_str(text)?)
    }
}

async fn reachable_vaults(tx: &mut Tx, live: &Live, now: Timestamp) -> Result<Vec<VaultId>> {
    if !live.vault_binding.is_empty() {
        return Ok(live.vault_binding.clone());
    }
    let vaults = tx
        .list_reachable_vaults(live.org, live.principal.uuid(), now)
        .await?;
    Ok(vaults
        .into_iter()
        .filter(|vault| vault.name != crate::agents::IDENTITY_VAULT)
        .map(|vault| vault.id)
        .collect())
}
