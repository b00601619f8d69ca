//! The keys with which a person's own programs speak to the API.
//!
//! Invariant: a key is only in the answer to the form that made it.

use super::form::Form;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use crate::extract::Path;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::api_keys::{self, ApiKey, CreateRequest};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::ApiKeyId;
use oneclaw_core::secret::SecretString;
use std::time::Duration;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/keys", get(list).post(create))
        .route("/keys/{id}/revoke", post(revoke))
}

const DAY: u64 = 24 * 60 * 60;
/// A key that nothing used for so long is probably forgotten.
const UNUSED: Duration = Duration::from_secs(90 * DAY);
/// From here on the end of a key is worth a word.
const SOON: Duration = Duration::from_secs(14 * DAY);

#[derive(Template)]
#[template(path = "api_keys.html")]
struct ListPage {
    shell: Shell,
    keys: Vec<Row>,
    form: Form,
}

struct Row {
    id: ApiKeyId,
    name: String,
    prefix: String,
    scopes: String,
    state: Pill,
    created: Moment,
    used: Option<Moment>,
    expires: Option<Moment>,
    /// Where to revoke it, while it works.
    revoke_action: Option<String>,
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show(&state, signed, Form::default()).await
}

async fn show(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let now = state.app().now();
    let keys = api_keys::list(state.app(), &signed.caller).await?;
    let template = ListPage {
        keys: keys.into_iter().map(|key| row(key, now)).collect(),
        form,
        shell: Shell::load(state, signed, Section::Keys).await?,
    };
    page(template.form.status(), &template)
}

fn row(key: ApiKey, now: Timestamp) -> Row {
    let is_over = key.expires_at.is_some_and(|end| end <= now);
    Row {
        state: state_of(&key, now),
        revoke_action: (key.is_active && !is_over).then(|| format!("/keys/{}/revoke", key.id)),
        id: key.id,
        name: key.name,
        prefix: key.prefix,
        scopes: key.scopes.join(", "),
        created: Moment::new(key.created_at, now),
        used: key.last_used_at.map(|at| Moment::new(at, now)),
        expires: key.expires_at.map(|at| Moment::new(at, now)),
    }
}

fn state_of(key: &ApiKey, now: Timestamp) -> Pill {
    let last = key.last_used_at.unwrap_or(key.created_at);
    if !key.is_active {
        Pill::idle("revoked")
    } else if key.expires_at.is_some_and(|end| end <= now) {
        Pill::idle("expired")
    } else if key.expires_at.is_some_and(|end| end <= now.plus(SOON)) {
        Pill::waiting("expires soon")
    } else if now.since(last) >= UNUSED {
        Pill::waiting("unused for 90 days")
    } else {
        Pill::ok("active")
    }
}

#[derive(Template)]
#[template(path = "api_key_made.html")]
struct MadePage {
    shell: Shell,
    name: String,
    key: SecretString,
    exchange: String,
}

async fn create(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let days: Option<u64> = fields.text("days").parse().ok();
    let end = days.map(|days| {
        let life = Duration::from_secs(days.saturating_mul(DAY));
        state.app().now().plus(life)
    });
    let scopes = fields.text("scopes").lines().map(str::trim);
    let request = CreateRequest {
        name: fields.text("name").to_owned(),
        scopes: scopes
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
        expires_at: end,
    };
    match api_keys::create(state.app(), &signed.caller, request).await {
        Ok((made, key)) => {
            let base = &state.app().settings().public_url;
            let exchange = format!(
                "curl {base}/v1/auth/api-key-token \\\n  -H 'content-type: application/json' \\\n  -d '{{\"api_key\":\"1ck_…\"}}'"
            );
            let shell = Shell::load(&state, signed, Section::Keys).await?;
            let template = MadePage {
                shell,
                name: made.name,
                key,
                exchange,
            };
            page(StatusCode::OK, &template)
        }
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}

async fn revoke(
    State(state): State<ServerState>,
    Path(id): Path<ApiKeyId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match api_keys::revoke(state.app(), &signed.caller, id).await {
        Ok(()) => Ok(done("/keys", Notice::KeyRevoked)),
        Err(error) => show(&state, signed, fields.refused(error)?).await,
    }
}
