//! Webhooks: programs that hear what happens in the organisation, and what was sent to them.
//!
//! Invariant: a signing secret is only in the answer to the form that made it.

use super::form::Form;
use super::page::{Notice, PageResult, Section, Shell, done, page};
use super::session::{Signed, SignedForm};
use super::view::{Moment, Pill, filters};
use crate::ServerState;
use crate::extract::{Path, Query};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::webhooks::{self, CreateRequest, Delivery, UpdateRequest, Webhook};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::WebhookId;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/webhooks", get(list).post(create))
        .route("/webhooks/{id}", get(show))
        .route("/webhooks/{id}/events", post(change))
        .route("/webhooks/{id}/switch", post(switch))
        .route("/webhooks/{id}/test", post(test))
        .route("/webhooks/{id}/rotate-secret", post(rotate_secret))
        .route("/webhooks/{id}/delete", post(delete))
}

/// Deliveries on one page.
const LISTED: i64 = 50;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct ListPage {
    shell: Shell,
    webhooks: Vec<Row>,
    events: Vec<&'static str>,
    form: Form,
}

struct Row {
    id: WebhookId,
    url: String,
    description: String,
    events: usize,
    state: Pill,
    created: Moment,
}

fn state_of(webhook: &Webhook) -> Pill {
    match (webhook.is_active, webhook.failing_since) {
        (false, _) => Pill::idle("switched off"),
        (true, Some(_)) => Pill::no("failing"),
        (true, None) => Pill::ok("active"),
    }
}

async fn list(State(state): State<ServerState>, signed: Signed) -> PageResult {
    show_list(&state, signed, Form::default()).await
}

async fn show_list(state: &ServerState, signed: Signed, form: Form) -> PageResult {
    let now = state.app().now();
    let listed = webhooks::list(state.app(), &signed.caller).await?;
    let row = |webhook: Webhook| Row {
        state: state_of(&webhook),
        id: webhook.id,
        url: webhook.url,
        description: webhook.description,
        events: webhook.events.len(),
        created: Moment::new(webhook.created_at, now),
    };
    let template = ListPage {
        webhooks: listed.into_iter().map(row).collect(),
        events: webhooks::event_names(),
        form,
        shell: Shell::load(state, signed, Section::Webhooks).await?,
    };
    page(template.form.status(), &template)
}

#[derive(Template)]
#[template(path = "webhook_secret.html")]
struct SecretPage {
    shell: Shell,
    id: WebhookId,
    is_new: bool,
    secret: SecretString,
}

async fn show_secret(
    state: &ServerState,
    signed: Signed,
    id: WebhookId,
    is_new: bool,
    secret: SecretString,
) -> PageResult {
    let template = SecretPage {
        shell: Shell::load(state, signed, Section::Webhooks).await?,
        id,
        is_new,
        secret,
    };
    page(StatusCode::OK, &template)
}

async fn create(
    State(state): State<ServerState>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = CreateRequest {
        url: fields.text("url").trim().to_owned(),
        events: fields.all("events"),
        description: fields.text("description").to_owned(),
        secret: None,
    };
    match webhooks::create(state.app(), &signed.caller, request).await {
        Ok((webhook, secret)) => show_secret(&state, signed, webhook.id, true, secret).await,
        Err(error) => show_list(&state, signed, fields.refused(error)?).await,
    }
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    offset: i64,
}

#[derive(Template)]
#[template(path = "webhook.html")]
struct WebhookPage {
    shell: Shell,
    webhook: Webhook,
    /// Events that can be chosen, and those of this webhook that this version does not know.
    events: Vec<(String, bool)>,
    state: Pill,
    created: Moment,
    failing: Option<Moment>,
    deliveries: Vec<Sent>,
    /// How many on this page have not arrived yet.
    queued: usize,
    newer: Option<String>,
    older: Option<String>,
    base: String,
    form: Form,
}

impl WebhookPage {
    /// What deleting it ends.
    fn effect(&self) -> String {
        let queued = match self.queued {
            0 => "No delivery below waits.".to_owned(),
            1 => "One delivery below waits and will not be sent.".to_owned(),
            count => format!("{count} deliveries below wait and will not be sent."),
        };
        format!("{queued} The list of deliveries goes too.")
    }

    fn token(&self, act: &str) -> super::form::FormToken {
        self.shell.token(&format!("{}/{act}", self.base))
    }
}

struct Sent {
    event: String,
    state: Pill,
    attempts: i64,
    answer: String,
    created: Moment,
    next: Option<Moment>,
}

async fn show(
    State(state): State<ServerState>,
    signed: Signed,
    Path(id): Path<WebhookId>,
    Query(part): Query<Part>,
) -> PageResult {
    show_one(&state, signed, id, part.offset.max(0), Form::default()).await
}

async fn show_one(
    state: &ServerState,
    signed: Signed,
    id: WebhookId,
    offset: i64,
    form: Form,
) -> PageResult {
    let (app, now) = (state.app(), state.app().now());
    let webhook = webhooks::find(app, &signed.caller, id).await?;
    // One more than is shown tells whether there is an older page.
    let limit = LISTED.saturating_add(1);
    let mut sent = webhooks::list_deliveries(app, &signed.caller, id, limit, offset).await?;
    let shown = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let has_older = sent.len() > shown;
    sent.truncate(shown);
    let base = format!("/webhooks/{id}");
    let at = |offset: i64| format!("{base}?offset={offset}#deliveries");
    let template = WebhookPage {
        events: choices(&webhook),
        state: state_of(&webhook),
        created: Moment::new(webhook.created_at, now),
        failing: webhook.failing_since.map(|at| Moment::new(at, now)),
        queued: sent.iter().filter(|one| one.status == "queued").count(),
        newer: (offset > 0).then(|| at(offset.saturating_sub(LISTED).max(0))),
        older: has_older.then(|| at(offset.saturating_add(LISTED))),
        deliveries: sent.into_iter().map(|one| delivery(one, now)).collect(),
        webhook,
        base,
        form,
        shell: Shell::load(state, signed, Section::Webhooks).await?,
    };
    page(template.form.status(), &template)
}

fn choices(webhook: &Webhook) -> Vec<(String, bool)> {
    let known = webhooks::event_names();
    let is_chosen = |name: &str| webhook.events.iter().any(|event| event == name);
    let mut all: Vec<_> = known
        .iter()
        .map(|name| ((*name).to_owned(), is_chosen(name)))
        .collect();
    let other = webhook.events.iter();
    let other = other.filter(|event| !known.contains(&event.as_str()));
    all.extend(other.map(|event| (event.clone(), true)));
    all
}

fn delivery(delivery: Delivery, now: Timestamp) -> Sent {
    let answer = match (delivery.response_status, delivery.last_error) {
        (Some(status), _) => format!("HTTP {status}"),
        (None, Some(error)) => error,
        (None, None) => String::new(),
    };
    Sent {
        event: delivery.event,
        state: match delivery.status.as_str() {
            "delivered" => Pill::ok("delivered"),
            "queued" => Pill::waiting("queued"),
            _ => Pill::no("failed"),
        },
        attempts: delivery.attempts,
        answer,
        created: Moment::new(delivery.created_at, now),
        next: delivery
            .next_attempt_at
            .filter(|_| delivery.status == "queued")
            .map(|at| Moment::new(at, now)),
    }
}

async fn change(
    State(state): State<ServerState>,
    Path(id): Path<WebhookId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = UpdateRequest {
        url: fields.optional("url"),
        events: Some(fields.all("events")),
        description: Some(fields.text("description").to_owned()),
        is_active: None,
    };
    match webhooks::update(state.app(), &signed.caller, id, request).await {
        Ok(_) => Ok(done(&format!("/webhooks/{id}"), Notice::WebhookChanged)),
        Err(error) => show_one(&state, signed, id, 0, fields.refused(error)?).await,
    }
}

async fn switch(
    State(state): State<ServerState>,
    Path(id): Path<WebhookId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    let request = UpdateRequest {
        url: None,
        events: None,
        description: None,
        is_active: Some(fields.text("to") == "on"),
    };
    match webhooks::update(state.app(), &signed.caller, id, request).await {
        Ok(_) => Ok(done(&format!("/webhooks/{id}"), Notice::WebhookChanged)),
        Err(error) => show_one(&state, signed, id, 0, fields.refused(error)?).await,
    }
}

async fn test(
    State(state): State<ServerState>,
    Path(id): Path<WebhookId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match webhooks::test(state.app(), &signed.caller, id).await {
        Ok(_) => Ok(done(&format!("/webhooks/{id}"), Notice::WebhookTested)),
        Err(error) => show_one(&state, signed, id, 0, fields.refused(error)?).await,
    }
}

async fn rotate_secret(
    State(state): State<ServerState>,
    Path(id): Path<WebhookId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match webhooks::rotate_secret(state.app(), &signed.caller, id).await {
        Ok(secret) => show_secret(&state, signed, id, false, secret).await,
        Err(error) => show_one(&state, signed, id, 0, fields.refused(error)?).await,
    }
}

async fn delete(
    State(state): State<ServerState>,
    Path(id): Path<WebhookId>,
    SignedForm { signed, fields }: SignedForm,
) -> PageResult {
    match webhooks::delete(state.app(), &signed.caller, id).await {
        Ok(()) => Ok(done("/webhooks", Notice::WebhookDeleted)),
        Err(error) => show_one(&state, signed, id, 0, fields.refused(error)?).await,
    }
}
