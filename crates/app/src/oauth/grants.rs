//! What assistants were allowed: seeing it, and ending it.

use crate::App;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::op::{Op, entry};
use crate::tokens::SESSION_EPOCH_LIFE;
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OauthGrantId, OrgId, UserId};
use oneclaw_core::oauth::{RedirectUri, Scope, Vouched};
use oneclaw_store::oauth::{ListedGrantRow, OauthGrantRow};
use std::net::IpAddr;

/// What a human allowed an assistant.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its id.
    pub id: OauthGrantId,
    /// The agent that the assistant acts as.
    pub agent: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// The human.
    pub user: UserId,
    /// What the assistant calls itself to the server.
    pub client_id: String,
    /// What it calls itself to people.
    pub client_name: String,
    /// Where its code went: a host, or the scheme of a program.
    pub receiver: String,
    /// Which of the tools.
    pub scopes: Vec<Scope>,
    /// When it was allowed.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// When the assistant last got a token.
    pub used_at: Timestamp,
}

fn grant_of(row: ListedGrantRow) -> Grant {
    let redirect_uri = RedirectUri::parse(&row.redirect_uri, Vouched::ByAdmin);
    Grant {
        receiver: redirect_uri.map_or_else(|_| String::new(), |uri| uri.receiver()),
        scopes: Scope::parse_list(&row.scopes),
        id: row.id,
        agent: row.agent_id,
        agent_name: row.agent_name,
        user: row.user_id,
        client_id: row.client_id,
        client_name: row.client_name,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
    }
}

/// The grants that assistants hold, newest first: those that the caller gave, those of agents that they let in, and for
/// owners and admins all.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Grant>> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let rows = view.tx.list_oauth_grants(caller.org(), view.now).await?;
    let is_admin = view.live.is_admin();
    let is_visible =
        |row: &ListedGrantRow| is_admin || row.user_id == user || row.agent_creator == user;
    Ok(rows.into_iter().filter(is_visible).map(grant_of).collect())
}

/// Ends a grant: its tokens are worth nothing from the next request on.
pub async fn end(app: &App, caller: &Caller, id: OauthGrantId) -> Result<()> {
    let user = caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let missing = || Error::not_found("There is no such assistant in your organisation.");
            let row = op.tx().find_oauth_grant(live.org, id).await?;
            let row = row.ok_or_else(missing)?;
            let agent = op.tx().find_agent(live.org, row.agent_id).await?;
            let is_managed = agent.is_some_and(|agent| agent.created_by == user);
            if !(live.is_admin() || row.user_id == user || is_managed) {
                return Err(missing());
            }
            let actor = caller.actor();
            if end_one(op, &row, (actor, caller.ip()), "oauth.revoke").await? {
                Ok(())
            } else {
                Err(missing())
            }
        })
    })
    .await
}

/// Ends one grant and all tokens of it; false when it was over already.
pub(super) async fn end_one(
    op: &mut Op,
    row: &OauthGrantRow,
    (actor, ip): (Actor, Option<IpAddr>),
    action: &'static str,
) -> Result<bool> {
    let now = op.now();
    if !op.tx().end_oauth_grant(row.id, now).await? {
        return Ok(false);
    }
    op.tx()
        .bump_epoch_until(row.id.as_uuid(), now.plus(SESSION_EPOCH_LIFE))
        .await?;
    let details = Details::new()
        .uuid("agent_id", row.agent_id)
        .text("client_id", &row.client_id);
    let resource = ("oauth_grant", row.id.to_string());
    op.log(entry(row.org_id, actor, ip, action, resource, details));
    Ok(true)
}

/// Ends the open grants of an organisation that are meant. Gives how many there were.
pub(super) async fn end_where(
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    is_meant: impl Fn(&OauthGrantRow) -> bool,
) -> Result<usize> {
    let mut ended = 0;
    for row in op.tx().list_open_oauth_grants(org).await? {
        if is_meant(&row)
            && end_one(op, &row, (caller.actor(), caller.ip()), "oauth.revoke").await?
        {
            ended += 1;
        }
    }
    Ok(ended)
}

/// Ends what somebody allowed who leaves the organisation: their assistants run on their own machines.
pub(crate) async fn end_of_user(
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    user: UserId,
) -> Result<usize> {
    end_where(op, caller, org, |grant| grant.user_id == user).await
}

/// Ends what was allowed to act as an agent that is removed.
pub(crate) async fn end_of_agent(
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    agent: AgentId,
) -> Result<usize> {
    end_where(op, caller, org, |grant| grant.agent_id == agent).await
}

/// Ends what somebody allowed to act as agents that they may manage no more.
pub(crate) async fn end_of_former_admin(
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    user: UserId,
) -> Result<usize> {
    let agents = op.tx().list_agents(org).await?;
    let is_own = |id: AgentId| {
        agents
            .iter()
            .any(|agent| agent.id == id && agent.created_by == user)
    };
    end_where(op, caller, org, |grant| {
        grant.user_id == user && !is_own(grant.agent_id)
    })
    .await
}
