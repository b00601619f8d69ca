//! Assistants that connect by OAuth: what was allowed to which, and those that the organisation registered.

use super::form::Form;
use super::names::Names;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use oneclaw_app::oauth::{self, Grant, RegisterRequest, Registered};
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OauthClientId, OauthGrantId};

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/assistants", get(list).post(register))
        .route("/assistants/{id}/end", post(end))
        .route("/assistants/registered/{id}/remove", post(remove))
}

#[derive(Template)]
#[template(path = "assistants.html")]
struct ListPage {
    shell: Shell,
    /// Where assistants connect.
    tools_url: String,
    grants: Vec<Row>,
    is_admin: bool,
    registered: Vec<RegisteredRow>,
    form: Form,
}

struct Row {
    end_action: String,
    name: String,
    described_by: String,
    sent_to: String,
    agent: AgentId,
    agent_name: String,
    scopes: String,
    by: String,
    used: Moment,
    expires: Moment,
}

struct RegisteredRow {
    id: OauthClientId,
    remove_action: String,
    name: String,
    redirect_uris: Vec<String>,
    created: Moment,
}

fn row(grant: Grant, names: &Names, now: Timestamp) -> Row {
    let host = url::Url::parse(&grant.client_id).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    Row {
        end_action: format!("/assistants/{}/end", grant.id),
        name: grant.client_name,
        described_by: host.unwrap_or_else(|| "registered here".to_owned()),
        sent_to: grant.receiver,
        agent: grant.agent,
        agent_name: grant.agent_name,
        scopes: oneclaw_core::oauth::Scope::list(&grant.scopes),
        by: names.of(Principal::User(grant.user)),
        used: Moment::new(grant.used_at, now),
        expires: Moment::new(grant.expires_at, now),
    }
}

fn registered_row(registered: Registered, now: Timestamp) -> RegisteredRow {
    RegisteredRow {
        remove_action: format!("/assistants/registered/{}/remove", registered.id),
        id: registered.id,
        name: registered.name,
        redirect_uris: registered.redirect_uris,
        created: Moment::new(registered.created_at, now),
    }
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show(&state, signed, Form::default()).await
}

async fn show(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let (app, now) = (state.app(), state.app().now());
    let is_admin = matches!(signed.profile.role, Role::Owner | Role::Admin);
    let names = Names::load(state, &signed).await?;
    let grants = oauth::list(app, &signed.caller).await?;
    let registered = if is_admin {
        oauth::list_clients(app, &signed.caller).await?
    } else {
        Vec::new()
    };
    let template = ListPage {
        tools_url: app.tools_url(),
        grants: grants
            .into_iter()
            .map(|grant| row(grant, &names, now))
            .collect(),
        is_admin,
        registered: registered
            .into_iter()
            .map(|one| registered_row(one, now))
            .collect(),
        form,
        shell: Shell::load(state, signed, Section::Agents).await?,
    };
    page(template.form.status(), &template)
}

async fn register(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let lines = fields.text("redirect_uris").lines().map(str::trim);
    let request = RegisterRequest {
        name: fields.text("client_name").to_owned(),
        redirect_uris: lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    match oauth::create_client(state.app(), &signed.caller, request).await {
        Ok(_) => Ok(done("/assistants#registered", Notice::AssistantRegistered)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}

async fn end(
    State(state): State<ServerState>,
    Path(id): Path<OauthGrantId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    oauth::end(state.app(), &signed.caller, id).await?;
    Ok(done("/assistants", Notice::AssistantEnded))
}

async fn remove(
    State(state): State<ServerState>,
    Path(id): Path<OauthClientId>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    oauth::delete_client(state.app(), &signed.caller, id).await?;
    Ok(done("/assistants#registered", Notice::AssistantRemoved))
}
