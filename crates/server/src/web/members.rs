//! The people of an organisation, and the invitations that wait. Joining is [`super::invitations`].

use super::form::Form;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use oneclaw_app::organisations::{self, Invitation, Member};
use oneclaw_app::{Error, agents};
use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{InviteId, UserId};

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/members", get(list).post(invite))
        .route("/members/{id}/role", post(set_role))
        .route("/members/{id}/remove", post(remove))
        .route("/members/invitations/{id}/withdraw", post(withdraw))
}

#[derive(Template)]
#[template(path = "members.html")]
struct ListPage {
    shell: Shell,
    organisation: String,
    is_admin: bool,
    is_owner: bool,
    sends_mail: bool,
    members: Vec<Row>,
    invitations: Vec<Waiting>,
    form: Form,
}

struct Row {
    id: UserId,
    email: String,
    name: String,
    role: &'static str,
    is_viewer: bool,
    joined: Moment,
    /// Agents that stop when this person goes.
    agents: usize,
    role_action: String,
    remove_action: String,
}

impl Row {
    /// What removing this person ends.
    fn effect(&self) -> String {
        let agents = match self.agents {
            0 => "No agent is switched off.".to_owned(),
            1 => "One agent that they let in is switched off and loses its key.".to_owned(),
            count => {
                format!("{count} agents that they let in are switched off and lose their keys.")
            }
        };
        format!(
            "{agents} Their sessions and API keys here, what they shared and the policies for them end too."
        )
    }
}

struct Waiting {
    email: String,
    role: &'static str,
    created: Moment,
    expires: Moment,
    withdraw_action: String,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show(&state, signed, Form::default()).await
}

async fn show(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let (app, now) = (state.app(), state.app().now());
    let is_admin = signed.profile.role != Role::Member;
    let own = signed.profile.id;
    let members = organisations::list_members(app, &signed.caller).await?;
    let settings = organisations::find_settings(app, &signed.caller).await?;
    let invitations = if is_admin {
        organisations::list_invitations(app, &signed.caller).await?
    } else {
        Vec::new()
    };
    let agents = agents::list(app, &signed.caller).await?;
    let let_in = |user: UserId| {
        agents
            .iter()
            .filter(|agent| agent.is_active && agent.created_by == user)
            .count()
    };
    let row = |member: Member| Row {
        is_viewer: member.user == own,
        agents: let_in(member.user),
        role_action: format!("/members/{}/role", member.user),
        remove_action: format!("/members/{}/remove", member.user),
        id: member.user,
        email: member.email,
        name: member.display_name,
        role: member.role.as_str(),
        joined: Moment::new(member.joined_at, now),
    };
    let template = ListPage {
        organisation: settings.name,
        is_admin,
        is_owner: signed.profile.role == Role::Owner,
        sends_mail: app.sends_mail(),
        members: members.into_iter().map(row).collect(),
        invitations: invitations
            .into_iter()
            .map(|invitation| waiting(invitation, now))
            .collect(),
        form,
        shell: Shell::load(state, signed, Section::Members).await?,
    };
    page(template.form.status(), &template)
}

fn waiting(invitation: Invitation, now: Timestamp) -> Waiting {
    Waiting {
        email: invitation.email,
        role: invitation.role.as_str(),
        created: Moment::new(invitation.created_at, now),
        expires: Moment::new(invitation.expires_at, now),
        withdraw_action: format!("/members/invitations/{}/withdraw", invitation.id),
    }
}

fn parse_role(text: &str) -> Result<Role, Error> {
    Role::parse(text).map_err(|_| Error::invalid("role", "Choose one of the roles."))
}

async fn invite(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let invited = match parse_role(fields.text("role")) {
        Ok(role) => {
            let email = fields.text("email").trim();
            organisations::invite(state.app(), &signed.caller, email, role).await
        }
        Err(error) => Err(error),
    };
    match invited {
        Ok(_) => Ok(done("/members", Notice::Invited)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}

async fn set_role(
    State(state): State<ServerState>,
    Path(id): Path<UserId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let changed = match parse_role(fields.text("role")) {
        Ok(role) => organisations::set_role(state.app(), &signed.caller, id, role).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => Ok(done("/members", Notice::RoleChanged)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}

async fn remove(
    State(state): State<ServerState>,
    Path(id): Path<UserId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let is_viewer = signed.profile.id == id;
    match organisations::remove(state.app(), &signed.caller, id).await {
        // Whoever leaves has no page left to look at here.
        Ok(()) if is_viewer => Ok(Redirect::to("/signin").into_response()),
        Ok(()) => Ok(done("/members", Notice::MemberRemoved)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}

async fn withdraw(
    State(state): State<ServerState>,
    Path(id): Path<InviteId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match organisations::withdraw(state.app(), &signed.caller, id).await {
        Ok(()) => Ok(done("/members", Notice::InvitationWithdrawn)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}
