//! Agents: who they are, what they may read, and their keys.
//!
//! Invariant: a key is on a page only in the answer to the form that made it.

use super::audit;
use super::connect::{Place, Snippet};
use super::form::Form;
use super::home::{enroll_command, exchange_command};
use super::names::Names;
use super::page::{Message, Notice, PageResult, Section, Shell, Step, done, page};
use super::session::{Signed, SignedForm};
use super::view::{FullMoment, Moment, Pill, filters};
use crate::ServerState;
use crate::extract::{Path, Query};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::agents::{self, Agent, CreateRequest, UpdateRequest};
use oneclaw_app::vaults::Vault;
use oneclaw_app::{Kind, exposure, honeytokens, policies, vaults};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::policy::Effect;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/agents", get(list).post(create))
        .route("/agents/{id}", get(show))
        .route("/agents/{id}/rotate-key", post(rotate_key))
        .route("/agents/{id}/deactivate", post(deactivate))
        .route("/agents/{id}/activate", post(activate))
        .route("/agents/{id}/reveal/{token}", get(show_reveal).post(reveal))
}

#[derive(Template)]
#[template(path = "agents.html")]
struct ListPage {
    shell: Shell,
    agents: Vec<Row>,
    command: String,
    form: Form,
}

struct Row {
    id: AgentId,
    name: String,
    state: Pill,
    seen: Option<Moment>,
    created: Moment,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show_list(&state, signed, Form::default()).await
}

async fn show_list(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let now = state.app().now();
    let agents = agents::list(state.app(), &signed.caller).await?;
    let row = |agent: Agent| Row {
        id: agent.id,
        state: state_pill(&agent, now),
        seen: agent.last_active_at.map(|at| Moment::new(at, now)),
        created: Moment::new(agent.created_at, now),
        name: agent.name,
    };
    let command = enroll_command(state, &signed.profile.email);
    let shell = Shell::load(state, signed, Section::Agents).await?;
    page(
        form.status(),
        &ListPage {
            shell,
            agents: agents.into_iter().map(row).collect(),
            command,
            form,
        },
    )
}

fn state_pill(agent: &Agent, now: Timestamp) -> Pill {
    let is_over = |end: Option<Timestamp>| end.is_some_and(|end| end <= now);
    if !agent.is_active {
        Pill::idle("paused")
    } else if is_over(agent.expires_at) || is_over(agent.api_key_expires_at) {
        Pill::idle("expired")
    } else if !agent.has_key {
        Pill::info("key", "no key yet")
    } else {
        Pill::ok("active")
    }
}

async fn create(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = CreateRequest {
        name: fields.text("name").to_owned(),
        description: fields.text("description").to_owned(),
        ..CreateRequest::default()
    };
    match agents::create(state.app(), &signed.caller, request).await {
        Ok((agent, key)) => key_page(
            &state,
            agent,
            key,
            "The agent exists. It can read nothing until you add a policy.",
        ),
        Err(error) => show_list(&state, signed, fields.refused(error)?).await,
    }
}

/// The only page that shows a key.
#[derive(Template)]
#[template(path = "key.html")]
struct KeyPage {
    agent: AgentId,
    name: String,
    key: SecretString,
    sentence: &'static str,
    exchange: String,
}

fn key_page(
    state: &ServerState,
    agent: Agent,
    key: SecretString,
    sentence: &'static str,
) -> PageResult {
    let exchange = exchange_command(state, agent.id);
    page(
        StatusCode::OK,
        &KeyPage {
            agent: agent.id,
            name: agent.name,
            key,
            sentence,
            exchange,
        },
    )
}

/// What of an agent is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AgentView {
    Overview,
    Connect,
    Activity,
}

#[derive(Template)]
#[template(path = "agent.html")]
struct AgentPage {
    shell: Shell,
    view: AgentView,
    state: Pill,
    created: FullMoment,
    creator: String,
    seen: Option<Moment>,
    expires: Option<FullMoment>,
    policies: Vec<AgentPolicy>,
    /// Vaults in which the viewer can add a policy.
    vaults: Vec<Vault>,
    rotate_action: String,
    switch_action: String,
    base: String,
    snippets: Vec<Snippet>,
    /// Which snippet is shown.
    chosen: &'static str,
    /// How many values that it knows are still in use; absent for those who do not manage it.
    known: Option<usize>,
    /// Since when it is stopped for reading a decoy, and which.
    caught: Option<(Moment, String)>,
    /// Its newest entries in the log.
    events: Vec<audit::Row>,
    agent: Agent,
}

impl AgentPage {
    /// The tabs: the end of the address, name, whether it is this one.
    fn tabs(&self) -> [(&'static str, &'static str, bool); 4] {
        [
            ("", "Overview", self.view == AgentView::Overview),
            ("?tab=connect", "Connect", self.view == AgentView::Connect),
            (
                "?tab=activity",
                "Activity",
                self.view == AgentView::Activity,
            ),
            ("/seen", "What it saw", false),
        ]
    }
}

/// A policy for this agent.
struct AgentPolicy {
    vault: VaultId,
    vault_name: String,
    pattern: String,
    may: String,
    until: Option<Moment>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Looking {
    tab: String,
    r#for: String,
}

/// Entries of the log on the page of an agent.
const LATEST: i64 = 50;

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<AgentId>,
    Query(looking): Query<Looking>,
) -> PageResult {
    let now = state.app().now();
    let view = match looking.tab.as_str() {
        "connect" => AgentView::Connect,
        "activity" => AgentView::Activity,
        _ => AgentView::Overview,
    };
    let agent = agents::find(state.app(), &signed.caller, id).await?;
    let names = Names::load(&state, &signed).await?;
    let (vaults, policies) = policies_of(&state, &signed, id, now).await?;
    let latest = oneclaw_app::audit::Query {
        actor_id: Some(id.to_string()),
        limit: Some(LATEST),
        ..oneclaw_app::audit::Query::default()
    };
    let events = oneclaw_app::audit::list(state.app(), &signed.caller, &latest).await?;
    let caught = honeytokens::find_quarantine(state.app(), &signed.caller, id).await?;
    let known = known(&state, &signed, id, view).await?;
    let verb = if agent.is_active {
        "deactivate"
    } else {
        "activate"
    };
    let base = state.app().settings().public_url.clone();
    let place = Place {
        base: &base,
        agent: id,
        vault: vaults.first().map(|vault| vault.id),
    };
    let snippets = place.snippets();
    let chosen = snippets
        .iter()
        .find(|snippet| snippet.slug == looking.r#for)
        .or(snippets.first())
        .map_or("", |snippet| snippet.slug);
    let template = AgentPage {
        view,
        state: state_pill(&agent, now),
        created: FullMoment::new(agent.created_at, now),
        creator: names.of(Principal::User(agent.created_by)),
        seen: agent.last_active_at.map(|at| Moment::new(at, now)),
        expires: agent.expires_at.map(|at| FullMoment::new(at, now)),
        policies,
        vaults,
        rotate_action: format!("/agents/{id}/rotate-key"),
        switch_action: format!("/agents/{id}/{verb}"),
        snippets,
        chosen,
        base,
        known,
        caught: caught.map(|caught| (Moment::new(caught.since, now), caught.path)),
        events: audit::rows(events, &names, now),
        agent,
        shell: Shell::load(&state, signed, Section::Agents).await?,
    };
    page(StatusCode::OK, &template)
}

/// How many values that an agent knows are still in use, where that is shown and the viewer may know.
async fn known(
    state: &ServerState,
    signed: &Signed,
    agent: AgentId,
    view: AgentView,
) -> Result<Option<usize>, oneclaw_app::Error> {
    if view != AgentView::Overview {
        return Ok(None);
    }
    match exposure::find(state.app(), &signed.caller, agent).await {
        Ok(seen) => Ok(Some(seen.open())),
        Err(error) if *error.kind() == Kind::Forbidden => Ok(None),
        Err(error) => Err(error),
    }
}

/// The vaults whose policies the viewer may write, and those of their policies that concern an agent.
async fn policies_of(
    state: &ServerState,
    signed: &Signed,
    agent: AgentId,
    now: Timestamp,
) -> Result<(Vec<Vault>, Vec<AgentPolicy>), oneclaw_app::Error> {
    let (mut controlled, mut found) = (Vec::new(), Vec::new());
    for vault in vaults::list(state.app(), &signed.caller).await? {
        let policies = match policies::list(state.app(), &signed.caller, vault.id).await {
            Ok(policies) => policies,
            Err(error) if matches!(error.kind(), Kind::Forbidden | Kind::NotFound) => continue,
            Err(error) => return Err(error),
        };
        for policy in policies
            .into_iter()
            .filter(|policy| policy.principal == Principal::Agent(agent))
        {
            found.push(AgentPolicy {
                vault: vault.id,
                vault_name: vault.name.clone(),
                may: may(policy.effect, &policy.permissions),
                pattern: policy.pattern,
                until: policy.expires_at.map(|at| Moment::new(at, now)),
            });
        }
        if vault.name != agents::IDENTITY_VAULT {
            controlled.push(vault);
        }
    }
    Ok((controlled, found))
}

/// What a policy grants or refuses, in words.
pub(super) fn may(effect: Effect, permissions: &[String]) -> String {
    let words = permissions.join(", ");
    match effect {
        Effect::Allow => words,
        Effect::Deny => format!("never {words}"),
    }
}

async fn rotate_key(
    State(state): State<ServerState>,
    Path(id): Path<AgentId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    let agent = agents::find(state.app(), &signed.caller, id).await?;
    let key = agents::rotate_key(state.app(), &signed.caller, id).await?;
    let sentence = if agent.has_key {
        "This key replaces the one before, which gives no tokens any more."
    } else {
        "The agent can connect with it at once."
    };
    key_page(&state, agent, key, sentence)
}

async fn deactivate(
    State(state): State<ServerState>,
    Path(id): Path<AgentId>,
    form: SignedForm,
) -> PageResult {
    switch(&state, id, &form, false, Notice::AgentOff).await
}

async fn activate(
    State(state): State<ServerState>,
    Path(id): Path<AgentId>,
    form: SignedForm,
) -> PageResult {
    switch(&state, id, &form, true, Notice::AgentOn).await
}

async fn switch(
    state: &ServerState,
    id: AgentId,
    form: &SignedForm,
    is_active: bool,
    notice: Notice,
) -> PageResult {
    let request = UpdateRequest {
        is_active: Some(is_active),
        ..UpdateRequest::default()
    };
    agents::update(state.app(), &form.signed.caller, id, request).await?;
    Ok(done(&format!("/agents/{id}"), notice))
}

async fn show_reveal(
    State(state): State<ServerState>,
    signed: Signed,
    Path((id, token)): Path<(AgentId, String)>,
) -> PageResult {
    let action = format!("/agents/{id}/reveal/{token}");
    let message = Message::new("Create the key of your agent")
        .say("The key is made when you press the button, and shown once. Have the place ready where the agent will find it.")
        .then(Step::Post { token: Some(signed.form_token(&state, &action)), action, label: "Create key" });
    page(StatusCode::OK, &message)
}

async fn reveal(
    State(state): State<ServerState>,
    Path((id, token)): Path<(AgentId, String)>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    match agents::reveal_key(state.app(), &signed.caller, id, &SecretString::from(token)).await {
        Ok(key) => {
            let agent = agents::find(state.app(), &signed.caller, id).await?;
            key_page(
                &state,
                agent,
                key,
                "The agent can connect with it. It can read nothing until you add a policy.",
            )
        }
        Err(error) if *error.kind() == Kind::NotFound => {
            let message = Message::new("This link is over")
                .say(error.sentence().to_owned())
                .then(Step::link("/agents", "See your agents"));
            page(StatusCode::NOT_FOUND, &message)
        }
        Err(error) => Err(error.into()),
    }
}
