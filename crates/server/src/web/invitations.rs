//! Joining an organisation by a mailed link. Opening it changes nothing; joining is a form of the
//! right person.

use super::page::{Message, PageResult, Step, page};
use super::session::{Signed, SignedForm, signed_in};
use crate::ServerState;
use crate::extract::{Path, RequestOrigin};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::users::SessionKind;
use oneclaw_app::{Kind, organisations};
use oneclaw_core::secret::SecretString;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/invite/{token}", get(show))
        .route("/invite/{token}/accept", post(accept))
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(token): Path<String>,
) -> PageResult {
    let action = format!("/invite/{token}/accept");
    let token = SecretString::from(token);
    let found = organisations::find_invitation(state.app(), &signed.caller, &token).await;
    let (invitation, name) = match found {
        Ok(found) => found,
        Err(error) if *error.kind() == Kind::NotFound => return not_yours(&signed, &error),
        Err(error) => return Err(error.into()),
    };
    let message = Message::new("You are invited")
        .say(format!(
            "Join the organisation “{name}” as {}, with the account {}. You keep what you have, and can change between organisations.",
            invitation.role, signed.profile.email
        ))
        .then(Step::Post {
            token: Some(signed.form_token(&state, &action)),
            action,
            label: "Join",
        });
    page(StatusCode::OK, &message)
}

async fn accept(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(token): Path<String>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    let token = SecretString::from(token);
    let kind = SessionKind::Web;
    let joined = organisations::accept(state.app(), &signed.caller, &token, kind, &origin).await;
    match joined {
        Ok(session) => Ok(signed_in(&session.secret, "/")),
        Err(error) if *error.kind() == Kind::NotFound => not_yours(&signed, &error),
        Err(error) => Err(error.into()),
    }
}

/// One page for an invitation that is not there and for one that is somebody else's.
fn not_yours(signed: &Signed, error: &oneclaw_app::Error) -> PageResult {
    let message = Message::new("No such invitation for you")
        .say(error.sentence().to_owned())
        .say(format!("You are signed in as {}.", signed.profile.email))
        .then(Step::link("/", "Home"));
    page(StatusCode::NOT_FOUND, &message)
}
