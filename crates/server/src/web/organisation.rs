//! What holds for a whole organisation, and the switch that stops all of its agents at once.

use super::form::Form;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, filters};
use crate::ServerState;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use oneclaw_app::agents;
use oneclaw_app::organisations::{self, SettingsChange};
use oneclaw_core::caller::Role;
use oneclaw_core::id::OrgId;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/settings/organisation", get(show).post(change))
        .route("/settings/organisation/freeze", post(freeze))
        .route("/settings/organisation/thaw", post(thaw))
}

#[derive(Template)]
#[template(path = "organisation.html")]
struct OrganisationPage {
    shell: Shell,
    id: OrgId,
    name: String,
    key_delivery: &'static str,
    default_delivery: &'static str,
    frozen: Option<Moment>,
    active_agents: usize,
    is_admin: bool,
    form: Form,
}

impl OrganisationPage {
    /// What freezing does.
    fn effect(&self) -> String {
        let who = match self.active_agents {
            0 => "No agent is active now; none can do anything".to_owned(),
            1 => "One active agent loses all access with its next request".to_owned(),
            count => format!("{count} active agents lose all access with their next request"),
        };
        format!("{who}, until you lift the freeze. Nothing is deleted.")
    }
}

async fn show(State(state): State<ServerState>, signed: Signed) -> PageResult {
    shown(&state, signed, Form::default()).await
}

async fn shown(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let app = state.app();
    let settings = organisations::find_settings(app, &signed.caller).await?;
    let agents = agents::list(app, &signed.caller).await?;
    let template = OrganisationPage {
        id: signed.profile.org,
        is_admin: signed.profile.role != Role::Member,
        name: settings.name,
        key_delivery: settings.key_delivery.map_or("", |way| way.as_str()),
        default_delivery: app.settings().key_delivery.as_str(),
        frozen: settings
            .agents_frozen_at
            .map(|at| Moment::new(at, app.now())),
        active_agents: agents.iter().filter(|agent| agent.is_active).count(),
        form,
        shell: Shell::load(state, signed, Section::Settings).await?,
    };
    page(template.form.status(), &template)
}

async fn change(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let change = SettingsChange {
        name: Some(fields.text("name").to_owned()),
        key_delivery: Some(fields.optional("key_delivery")),
    };
    match organisations::update_settings(state.app(), &signed.caller, change).await {
        Ok(_) => Ok(done("/settings/organisation", Notice::SettingsSaved)),
        Err(error) => shown(&state, signed, fields.refused(error)?).await,
    }
}

async fn freeze(state: State<ServerState>, form: SignedForm) -> PageResult {
    set_frozen(state, form, true).await
}

async fn thaw(state: State<ServerState>, form: SignedForm) -> PageResult {
    set_frozen(state, form, false).await
}

async fn set_frozen(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
    frozen: bool,
) -> PageResult {
    let notice = if frozen {
        Notice::AgentsFrozen
    } else {
        Notice::AgentsThawed
    };
    match organisations::freeze_agents(state.app(), &signed.caller, frozen).await {
        Ok(_) => Ok(done("/settings/organisation", notice)),
        Err(error) => shown(&state, signed, fields.refused(error)?).await,
    }
}
