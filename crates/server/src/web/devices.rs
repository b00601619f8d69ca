//! Letting a program in that waits in a terminal.
//!
//! Invariants: a code in the link is shown and never acted upon; a code that is wrong, expired or
//! answered gets no question at all; what the program claims stands apart from what the server saw.

use super::form::FormToken;
use super::page::{Message, PageResult, Step, page};
use super::session::{Signed, SignedForm};
use super::view::{FullMoment, filters};
use crate::ServerState;
use crate::extract::Query;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::devices::{self, Waiting};
use oneclaw_app::{Error, Kind};
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/cli/verify", get(show))
        .route(APPROVE, post(approve))
        .route(DENY, post(deny))
}

const APPROVE: &str = "/cli/verify/approve";
const DENY: &str = "/cli/verify/deny";

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    code: String,
}

/// Asks for the code.
#[derive(Template)]
#[template(path = "device.html")]
struct EntryPage {
    email: String,
    code: String,
    error: Option<String>,
}

/// Asks for the decision.
#[derive(Template)]
#[template(path = "device_confirm.html")]
struct ConfirmPage {
    email: String,
    code: String,
    waiting: Waiting,
    same_address: bool,
    created: FullMoment,
    expires: FullMoment,
    approve_token: FormToken,
    deny_token: FormToken,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Query(shown): Query<Shown>,
) -> PageResult {
    let code = shown.code.trim().to_uppercase();
    if code.is_empty() {
        let entry = EntryPage {
            email: signed.profile.email,
            code,
            error: None,
        };
        return page(StatusCode::OK, &entry);
    }
    let waiting = match devices::lookup(state.app(), &signed.caller, &code).await {
        Ok(waiting) => waiting,
        Err(error) => return ask_again(&signed, code, error),
    };
    let now = state.app().now();
    let here = signed.caller.ip().map(|ip| ip.to_canonical().to_string());
    let confirm = ConfirmPage {
        email: signed.profile.email.clone(),
        code,
        same_address: waiting.ip.is_some() && waiting.ip == here,
        created: FullMoment::new(waiting.created_at, now),
        expires: FullMoment::new(waiting.expires_at, now),
        waiting,
        approve_token: signed.form_token(&state, APPROVE),
        deny_token: signed.form_token(&state, DENY),
    };
    page(StatusCode::OK, &confirm)
}

/// The entry field again, with what is wrong; other errors pass on.
fn ask_again(signed: &Signed, code: String, error: Error) -> PageResult {
    let status = match error.kind() {
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Gone => StatusCode::GONE,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
        _ => return Err(error.into()),
    };
    let entry = EntryPage {
        email: signed.profile.email.clone(),
        code,
        error: Some(error.sentence().to_owned()),
    };
    page(status, &entry)
}

async fn approve(State(state): State<ServerState>, form: SignedForm) -> PageResult {
    let message = Message::new("The program is signed in")
        .say("Go back to it: it goes on by itself within a few seconds.")
        .say("You can end its session at any time, under your sessions.");
    decide(&state, form, true, message).await
}

async fn deny(State(state): State<ServerState>, form: SignedForm) -> PageResult {
    let message = Message::new("The program was turned away")
        .say("It gets no access. If you did not start it, somebody tried to use your account; nothing else is needed.");
    decide(&state, form, false, message).await
}

async fn decide(
    state: &ServerState,
    SignedForm { signed, fields }: SignedForm,
    approve: bool,
    message: Message,
) -> PageResult {
    let code = fields.text("user_code").to_owned();
    match devices::decide(state.app(), &signed.caller, &code, approve).await {
        Ok(_) => page(
            StatusCode::OK,
            &message.then(Step::link("/", "Go to the dashboard")),
        ),
        Err(error) => ask_again(&signed, code, error),
    }
}
