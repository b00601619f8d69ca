//! One's own account: name, address, password, where one is signed in, and leaving. Codes and passkeys
//! are [`super::security`]; what holds for everybody is [`super::organisation`].

use super::confirm::confirmation;
use super::form::{Fields, Form};
use super::page::{Notice, PageResult, Section, Shell, done, page};

use super::session::{Signed, SignedForm, signed_in};
use super::view::{FullMoment, Moment, filters, program};
use crate::ServerState;
use crate::api::export_response;
use crate::extract::{Path, RequestOrigin};
use crate::reply::Reply;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use http::header::CONTENT_DISPOSITION;
use http::{HeaderValue, StatusCode};
use oneclaw_app::organisations::{self, Membership};
use oneclaw_app::sessions::{self, Session};
use oneclaw_app::users::{self, SessionKind};
use oneclaw_app::{Error, account};
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, SessionId};
use oneclaw_core::model::purpose::Purpose;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/settings", get(show))
        .route("/settings/profile", post(rename))
        .route("/settings/email", post(change_email))
        .route("/settings/email/verify", post(verify_email))
        .route("/settings/password", post(change_password))
        .route("/settings/password/first", post(set_password))
        .route("/settings/sessions/{id}/end", post(end_session))
        .route("/settings/export", post(export))
        .route("/settings/delete", post(delete))
        .route("/settings/organisations/{id}/switch", post(switch))
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    shell: Shell,
    email: String,
    name: String,
    role: &'static str,
    created: FullMoment,
    has_password: bool,
    sessions: Vec<Row>,
    memberships: Vec<Joined>,
    phrase: &'static str,
    form: Form,
}

struct Row {
    id: SessionId,
    client: String,
    place: String,
    method: &'static str,
    is_current: bool,
    created: Moment,
    expires: Moment,
    end_action: String,
}

struct Joined {
    name: String,
    role: &'static str,
    /// Where to go there; absent for the one the page is about.
    switch_action: Option<String>,
}

async fn show(State(state): State<ServerState>, signed: Signed) -> PageResult {
    shown(&state, signed, Form::default()).await
}

async fn shown(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let (app, now) = (state.app(), state.app().now());
    let sessions = sessions::list(app, &signed.caller).await?;
    let memberships = organisations::list_memberships(app, &signed.caller).await?;
    let profile = &signed.profile;
    let here = profile.org;
    let template = SettingsPage {
        email: profile.email.clone(),
        name: profile.display_name.clone(),
        role: profile.role.as_str(),
        created: FullMoment::new(profile.created_at, now),
        has_password: profile.auth_method == AuthMethod::Password,
        sessions: sessions.into_iter().map(|one| row(one, now)).collect(),
        memberships: memberships
            .into_iter()
            .map(|one| joined(one, here))
            .collect(),
        phrase: account::DELETE_PHRASE,
        form,
        shell: Shell::load(state, signed, Section::Settings).await?,
    };
    page(template.form.status(), &template)
}

fn row(session: Session, now: Timestamp) -> Row {
    Row {
        end_action: format!("/settings/sessions/{}/end", session.id),
        id: session.id,
        client: if session.client.is_empty() {
            "A program without a name".to_owned()
        } else {
            program(&session.client)
        },
        place: session
            .ip
            .unwrap_or_else(|| "an unknown address".to_owned()),
        method: match session.auth_method {
            AuthMethod::Password => "password",
            AuthMethod::Passkey => "passkey",
            AuthMethod::Device => "approved device",
            other => other.as_str(),
        },
        is_current: session.is_current,
        created: Moment::new(session.created_at, now),
        expires: Moment::new(session.expires_at, now),
    }
}

fn joined(membership: Membership, here: OrgId) -> Joined {
    let org = membership.org;
    Joined {
        switch_action: (org != here).then(|| format!("/settings/organisations/{org}/switch")),
        name: membership.name,
        role: membership.role.as_str(),
    }
}

/// The page again, with what is wrong.
async fn refused(state: &ServerState, signed: Signed, fields: Fields, error: Error) -> PageResult {
    shown(state, signed, fields.refused(error)?).await
}

async fn rename(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let name = fields.text("display_name").to_owned();
    match users::update_me(state.app(), &signed.caller, Some(name), None).await {
        Ok(_) => Ok(done("/settings", Notice::SettingsSaved)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

#[derive(Template)]
#[template(path = "settings_email.html")]
struct EmailPage {
    shell: Shell,
    new_email: String,
    minutes: u64,
    sends_mail: bool,
    form: Form,
}

async fn change_email(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let asked = async {
        let purpose = Purpose::EmailChange;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        let new = fields.text("new_email").trim();
        users::change_email(state.app(), &signed.caller, new, confirmation).await
    };
    match asked.await {
        Ok(change) => {
            let template = EmailPage {
                new_email: change.new_email,
                minutes: change.expires_in.div_ceil(60),
                sends_mail: state.app().sends_mail(),
                form: Form::default(),
                shell: Shell::load(&state, signed, Section::Settings).await?,
            };
            page(StatusCode::OK, &template)
        }
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn verify_email(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let code = fields.take_secret("code");
    match users::verify_email_change(state.app(), &signed.caller, &code).await {
        Ok(_) => Ok(done("/settings", Notice::EmailChanged)),
        Err(error) => {
            let template = EmailPage {
                new_email: fields.text("new_email").to_owned(),
                minutes: 0,
                sends_mail: state.app().sends_mail(),
                form: fields.refused(error)?,
                shell: Shell::load(&state, signed, Section::Settings).await?,
            };
            page(template.form.status(), &template)
        }
    }
}

async fn change_password(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let current = fields.take_secret("current_password");
    let new = fields.take_secret("new_password");
    match users::change_password(state.app(), &signed.caller, &current, &new).await {
        // Every session ended with the old password, this one too.
        Ok(()) => Ok(done("/signin", Notice::PasswordSet)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn set_password(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let new = fields.take_secret("new_password");
    match users::set_password(state.app(), &signed.caller, &new).await {
        Ok(()) => Ok(done("/settings", Notice::SettingsSaved)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn end_session(
    State(state): State<ServerState>,
    Path(id): Path<SessionId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match sessions::revoke(state.app(), &signed.caller, id).await {
        Ok(()) => Ok(done("/settings", Notice::SessionEnded)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

/// The export as a file: what the API answers, word for word.
async fn export(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let exported = async {
        let purpose = Purpose::AccountExport;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        account::export_data(state.app(), &signed.caller, confirmation).await
    };
    match exported.await {
        Ok(export) => {
            const AS_FILE: HeaderValue =
                HeaderValue::from_static("attachment; filename=\"1claw-export.json\"");
            let reply = export_response(export).map(Reply);
            let mut response = reply.into_response();
            response.headers_mut().insert(CONTENT_DISPOSITION, AS_FILE);
            Ok(response)
        }
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn delete(
    State(state): State<ServerState>,
    SignedForm { signed, mut fields }: SignedForm,
) -> PageResult {
    let deleted = async {
        let purpose = Purpose::AccountDelete;
        let confirmation = confirmation(&state, &signed.caller, purpose, &mut fields).await?;
        let phrase = fields.text("phrase").trim();
        account::delete(state.app(), &signed.caller, phrase, confirmation).await
    };
    match deleted.await {
        Ok(()) => Ok(done("/signin", Notice::AccountDeleted)),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}

async fn switch(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(id): Path<OrgId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let kind = SessionKind::Web;
    match organisations::switch(state.app(), &signed.caller, id, kind, &origin).await {
        Ok(session) => Ok(signed_in(&session.secret, "/")),
        Err(error) => refused(&state, signed, fields, error).await,
    }
}
