//! Webhooks: events of an organisation, sent to its programs.
//!
//! Only those who run the organisation manage them: a webhook hears of everything that happens in it.
//! What one hears is in [`events`], how it is sent in [`send`].
//!
//! Invariants:
//! - A secret is shown once, when it is made, and is sealed at rest.
//! - A URL is judged when it is set and again, with its addresses, whenever it is called.
//! - The answer of a receiver is never kept: only its status.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::op::{Op, entry};
use oneclaw_core::audit::Details;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, UserId, WebhookDeliveryId, WebhookId};
use oneclaw_core::model::text::parse_description;
use oneclaw_core::secret::{SecretBytes, SecretString};
use oneclaw_crypto::records::Record;
use oneclaw_crypto::webhook::generate_secret;
use oneclaw_store::webhooks::{DeliveryRow, WebhookRow};

pub(crate) mod events;
pub(crate) mod send;

/// Most webhooks of an organisation: each event is sent to all of them.
const MAXIMUM: i64 = 50;
/// Most events one webhook can name.
const MAXIMUM_EVENTS: usize = 64;
/// Lengths of a secret that the caller brings.
const SECRET_LENGTH: std::ops::RangeInclusive<usize> = 16..=256;
/// Most deliveries in one list.
const MAXIMUM_LIST: i64 = 200;

/// A webhook.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Whose events it receives.
    pub org: OrgId,
    /// Where they go.
    pub url: String,
    /// Names of the events.
    pub events: Vec<String>,
    /// Free text, possibly empty.
    pub description: String,
    /// False once switched off.
    pub is_active: bool,
    /// Since when nothing has arrived.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its id, the same for all tries.
    pub id: WebhookDeliveryId,
    /// The receiver.
    pub webhook: WebhookId,
    /// Name of the event.
    pub event: String,
    /// `queued`, `delivered` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i64,
    /// HTTP status of the last answer.
    pub response_status: Option<i64>,
    /// What went wrong at the last try.
    pub last_error: Option<String>,
    /// When it is tried next, while it waits.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event happened.
    pub created_at: Timestamp,
    /// When it arrived, or was given up.
    pub finished_at: Option<Timestamp>,
}

/// What a new webhook is like.
pub struct CreateRequest {
    /// Where events go.
    pub url: String,
    /// Which. Names that nothing has are kept and never fire.
    pub events: Vec<String>,
    /// Free text.
    pub description: String,
    /// Made when absent.
    pub secret: Option<SecretString>,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct UpdateRequest {
    /// Where events go.
    pub url: Option<String>,
    /// Which.
    pub events: Option<Vec<String>>,
    /// Free text.
    pub description: Option<String>,
    /// Switches it off or on.
    pub is_active: Option<bool>,
}

fn missing() -> Error {
    Error::not_found("There is no such webhook in your organisation.")
}

/// Checks the credential and that its holder runs the organisation.
async fn manager(op: &mut Op, caller: &Caller) -> Result<(UserId, Live)> {
    let user = caller.user()?;
    let live = op.authenticate(caller).await?;
    live.require_admin()?;
    Ok((user, live))
}

async fn found(op: &mut Op, org: OrgId, id: WebhookId) -> Result<WebhookRow> {
    op.tx().find_webhook(org, id).await?.ok_or_else(missing)
}

/// The events that happen here, by name.
#[must_use]
pub fn event_names() -> Vec<&'static str> {
    events::names()
}

/// Makes a webhook. The secret is returned this once.
pub async fn create(
    app: &App,
    caller: &Caller,
    request: CreateRequest,
) -> Result<(Webhook, SecretString)> {
    caller.user()?;
    let url = parse_url(app, &request.url)?;
    let events = parse_events(&request.events)?;
    let description = parse_text(&request.description)?;
    let given = request.secret.map(parse_secret).transpose()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (user, live) = manager(op, &caller).await?;
            if op.tx().count_webhooks(live.org).await? >= MAXIMUM {
                return Err(Error::conflict(format!(
                    "An organisation has at most {MAXIMUM} webhooks. Delete one first."
                )));
            }
            let secret = given.unwrap_or_else(|| generate_secret(op.random()));
            let id: WebhookId = op.new_id();
            let now = op.now();
            let row = WebhookRow {
                id,
                org_id: live.org,
                url,
                events,
                description,
                sealed_secret: seal(&app_in, op, live.org, id, &secret)?,
                is_active: true,
                failing_since: None,
                created_by: user,
                created_at: now,
                updated_at: now,
            };
            op.tx().insert_webhook(&row).await?;
            changed(op, &caller, &row, "webhook.create").await?;
            Ok((webhook_of(row)?, secret))
        })
    })
    .await
}

/// The webhooks of the organisation, oldest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Webhook>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    let rows = view.tx.list_webhooks(caller.org()).await?;
    rows.into_iter().map(webhook_of).collect()
}

/// One webhook.
pub async fn find(app: &App, caller: &Caller, id: WebhookId) -> Result<Webhook> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    let row = view.tx.find_webhook(caller.org(), id).await?;
    webhook_of(row.ok_or_else(missing)?)
}

/// Changes a webhook. Switched on again it begins anew.
pub async fn update(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    request: UpdateRequest,
) -> Result<Webhook> {
    caller.user()?;
    let url = request.url.map(|url| parse_url(app, &url)).transpose()?;
    let events = request.events.map(|events| parse_events(&events));
    let events = events.transpose()?;
    let description = request.description.map(|text| parse_text(&text));
    let description = description.transpose()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let (user, live) = manager(op, &caller).await?;
            let mut row = found(op, live.org, id).await?;
            if request.is_active == Some(true) && !row.is_active {
                // Whoever switches it on answers for it: it ends with their rights.
                row.created_by = user;
            }
            row.url = url.unwrap_or(row.url);
            row.events = events.unwrap_or(row.events);
            row.description = description.unwrap_or(row.description);
            row.is_active = request.is_active.unwrap_or(row.is_active);
            row.updated_at = op.now();
            if !op.tx().update_webhook(&row).await? {
                return Err(missing());
            }
            changed(op, &caller, &row, "webhook.update").await?;
            webhook_of(found(op, live.org, id).await?)
        })
    })
    .await
}

/// Removes a webhook with what it was still to receive.
pub async fn delete(app: &App, caller: &Caller, id: WebhookId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let (_, live) = manager(op, &caller).await?;
            let row = found(op, live.org, id).await?;
            op.tx().delete_webhook(live.org, id).await?;
            changed(op, &caller, &row, "webhook.delete").await
        })
    })
    .await
}

/// Replaces the secret; the old one signs nothing from now on.
pub async fn rotate_secret(app: &App, caller: &Caller, id: WebhookId) -> Result<SecretString> {
    caller.user()?;
    let (app_in, caller) = (app.clone(), caller.clone());
    app.run(move |op| {
        Box::pin(async move {
            let (_, live) = manager(op, &caller).await?;
            let row = found(op, live.org, id).await?;
            let secret = generate_secret(op.random());
            let sealed = seal(&app_in, op, live.org, id, &secret)?;
            let now = op.now();
            op.tx()
                .set_webhook_secret(live.org, id, &sealed, now)
                .await?;
            changed(op, &caller, &row, "webhook.rotate_secret").await?;
            Ok(secret)
        })
    })
    .await
}

/// Switches off what somebody answers for who may manage webhooks no longer: it would go on telling them what
/// happens here. Gives how many there were.
pub(crate) async fn end_of(
    op: &mut Op,
    caller: &Caller,
    org: OrgId,
    user: UserId,
) -> Result<usize> {
    let mut ended = 0;
    for mut row in op.tx().list_webhooks(org).await? {
        if row.created_by == user && row.is_active {
            row.is_active = false;
            row.updated_at = op.now();
            op.tx().update_webhook(&row).await?;
            op.log(entry(
                org,
                caller.actor(),
                caller.ip(),
                "webhook.disable",
                ("webhook", row.id.to_string()),
                Details::new().uuid("answered_for_by", user),
            ));
            ended += 1;
        }
    }
    if ended > 0 {
        op.tx().count_active_webhooks(org).await?;
    }
    Ok(ended)
}

/// What a webhook was sent, newest first.
pub async fn list_deliveries(
    app: &App,
    caller: &Caller,
    id: WebhookId,
    limit: i64,
    offset: i64,
) -> Result<Vec<Delivery>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    view.live.require_admin()?;
    if view.tx.find_webhook(caller.org(), id).await?.is_none() {
        return Err(missing());
    }
    let limit = limit.clamp(1, MAXIMUM_LIST);
    let rows = view
        .tx
        .list_deliveries(caller.org(), id, limit, offset.max(0))
        .await?;
    Ok(rows.into_iter().map(delivery_of).collect())
}

/// Sends a test event at once, and says how that went. A webhook that is switched off can be tested too.
pub async fn test(app: &App, caller: &Caller, id: WebhookId) -> Result<Delivery> {
    caller.user()?;
    let by = caller.clone();
    let row = app
        .run(move |op| {
            Box::pin(async move {
                let (_, live) = manager(op, &by).await?;
                let webhook = found(op, live.org, id).await?;
                let now = op.now();
                let delivery: WebhookDeliveryId = op.new_id();
                let payload = serde_json::json!({
                    "id": delivery, "type": send::TEST, "created_at": now, "org_id": live.org,
                    "data": { "message": "This is a test. Nothing has happened." },
                });
                let row = DeliveryRow::queued(
                    delivery.into(),
                    &webhook,
                    send::TEST,
                    payload.to_string(),
                    now,
                );
                op.tx()
                    .insert_deliveries(std::slice::from_ref(&row))
                    .await?;
                changed(op, &by, &webhook, "webhook.test").await?;
                Ok(row)
            })
        })
        .await?;
    let delivery = row.id;
    send::try_once(app, row).await?;
    let mut tx = app.store().begin_read().await?;
    let row = tx.find_delivery(caller.org(), delivery).await?;
    Ok(delivery_of(row.ok_or_else(missing)?))
}

/// What must happen whenever a webhook changes.
async fn changed(
    op: &mut Op,
    caller: &Caller,
    row: &WebhookRow,
    action: &'static str,
) -> Result<()> {
    op.tx().count_active_webhooks(row.org_id).await?;
    let names: Vec<String> = serde_json::from_str(&row.events)?;
    let details = Details::new()
        .text("host", host_of(&row.url))
        .texts("events", names)
        .flag("is_active", row.is_active);
    op.log(entry(
        row.org_id,
        caller.actor(),
        caller.ip(),
        action,
        ("webhook", row.id.to_string()),
        details,
    ));
    Ok(())
}

fn seal(app: &App, op: &Op, org: OrgId, id: WebhookId, secret: &SecretString) -> Result<Vec<u8>> {
    let plaintext = SecretBytes::from(secret.expose().as_bytes().to_vec());
    let record = Record::WebhookSecret(org, id);
    Ok(app.keyring().seal_record(record, &plaintext, op.random())?)
}

/// The host alone: paths and queries of webhooks often hold a key.
fn host_of(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

fn parse_url(app: &App, text: &str) -> Result<String> {
    match app.outbound().target(text) {
        Ok(target) => Ok(target.url().as_str().to_owned()),
        Err(refusal) => Err(Error::invalid("url", refusal.to_string())),
    }
}

fn parse_events(names: &[String]) -> Result<String> {
    let is_name = |name: &String| {
        (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-:".contains(&byte))
    };
    if names.is_empty() || names.len() > MAXIMUM_EVENTS || !names.iter().all(is_name) {
        return Err(Error::invalid(
            "events",
            format!("Name between 1 and {MAXIMUM_EVENTS} events, such as secret.written."),
        ));
    }
    Ok(serde_json::to_string(names)?)
}

fn parse_text(text: &str) -> Result<String> {
    parse_description(text).map_err(|error| Error::invalid("description", error.to_string()))
}

fn parse_secret(secret: SecretString) -> Result<SecretString> {
    let is_plain = secret
        .expose()
        .bytes()
        .all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain && SECRET_LENGTH.contains(&secret.len()) {
        return Ok(secret);
    }
    Err(Error::invalid(
        "secret",
        "A secret has between 16 and 256 ASCII characters. Leave it out to have one made.",
    ))
}

fn webhook_of(row: WebhookRow) -> Result<Webhook> {
    Ok(Webhook {
        id: row.id,
        org: row.org_id,
        url: row.url,
        events: serde_json::from_str(&row.events)?,
        description: row.description,
        is_active: row.is_active,
        failing_since: row.failing_since,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn delivery_of(row: DeliveryRow) -> Delivery {
    let is_waiting = row.finished_at.is_none();
    Delivery {
        id: row.id,
        webhook: row.webhook_id,
        event: row.event,
        status: row.status,
        attempts: row.attempts,
        response_status: row.response_status,
        last_error: row.last_error,
        next_attempt_at: is_waiting.then_some(row.next_attempt_at),
        created_at: row.created_at,
        finished_at: row.finished_at,
    }
}
