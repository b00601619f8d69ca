//! Sending one delivery: claim, sign, call, note how it went.
//!
//! A delivery is claimed by compare-and-set before it is sent, and the claim lasts longer than a try can take:
//! of several nodes exactly one sends it. After a crash in between it is sent again under the same id, by which a
//! receiver knows it.

use super::host_of;
use crate::App;
use crate::error::Result;
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::outbound::{Request, SendError, put};
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::secret::SecretBytes;
use oneclaw_crypto::records::Record;
use oneclaw_crypto::webhook::{Signatures, sign};
use oneclaw_store::webhooks::{Attempt, DeliveryRow, WebhookRow};
use reqwest::header::HeaderMap;
use std::time::Duration;

/// The event of a test.
pub(crate) const TEST: &str = "webhook.test";
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Largest answer that is waited for. It is thrown away.
const MAXIMUM_ANSWER: usize = 64 * 1024;
/// How long a claim lasts.
const LEASE: Duration = Duration::from_mins(2);
const _: () = assert!(TIMEOUT.as_secs() * 4 < LEASE.as_secs());
/// Pauses after the first, second … failed try; after one more try than these a delivery is given up.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_mins(1),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(6),
];
/// A webhook that has received nothing for this long is switched off.
const PATIENCE: Duration = Duration::from_hours(72);

/// How a try ended.
enum Outcome {
    Delivered(u16),
    /// With the status, if there was an answer.
    Failed(Option<u16>, String),
    /// The webhook is switched off; there will be no other try.
    Off,
}

/// Claims, sends and closes one delivery. True when it arrived.
pub(crate) async fn try_once(app: &App, row: DeliveryRow) -> Result<bool> {
    let (id, attempts) = (row.id, row.attempts);
    let claimed = app
        .run(move |op| {
            Box::pin(async move {
                let until = op.now().plus(LEASE);
                Ok(op.tx().claim_delivery(id, attempts, until).await?)
            })
        })
        .await?;
    if !claimed {
        return Ok(false);
    }
    let mut tx = app.store().begin_read().await?;
    let webhook = tx.find_webhook(row.org_id, row.webhook_id).await?;
    drop(tx);
    let Some(webhook) = webhook else {
        // Deleted meanwhile, and the delivery with it.
        return Ok(false);
    };
    let outcome = if webhook.is_active || row.event == TEST {
        attempt(app, &webhook, &row).await?
    } else {
        Outcome::Off
    };
    let attempt = row.attempts.saturating_add(1);
    tracing::debug!(delivery = %id, webhook = %webhook.id, event = row.event, attempt, "a try to deliver");
    close(app, webhook, row, outcome).await
}

async fn attempt(app: &App, webhook: &WebhookRow, row: &DeliveryRow) -> Result<Outcome> {
    let record = Record::WebhookSecret(webhook.org_id, webhook.id);
    let secret = app.keyring().open_record(record, &webhook.sealed_secret)?;
    let target = match app.outbound().target(&webhook.url) {
        Ok(target) => target,
        Err(refusal) => {
            let refused = SendError::Refused(refusal).to_string();
            return Ok(Outcome::Failed(None, refused));
        }
    };
    let answer = app
        .outbound()
        .send(Request {
            method: reqwest::Method::POST,
            target,
            headers: headers(app, &secret, row),
            body: row.payload.clone().into_bytes(),
            timeout: TIMEOUT,
            maximum_answer: MAXIMUM_ANSWER,
        })
        .await;
    Ok(match answer {
        Ok(answer) if (200..300).contains(&answer.status) => {
            let (headers, bytes) = (answer.headers.len(), answer.body.len());
            tracing::trace!(delivery = %row.id, headers, bytes, "delivered");
            Outcome::Delivered(answer.status)
        }
        Ok(answer) => {
            let status = answer.status;
            Outcome::Failed(Some(status), format!("the host answered {status}"))
        }
        Err(error) => Outcome::Failed(None, error.to_string()),
    })
}

/// What a receiver needs to check that a message is ours, whole and new.
fn headers(app: &App, secret: &SecretBytes, row: &DeliveryRow) -> HeaderMap {
    let id = row.id.to_string();
    let seconds = app.now().as_millis().div_euclid(1000);
    let Signatures { body, standard } = sign(secret, &id, seconds, row.payload.as_bytes());
    let seconds = seconds.to_string();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("x-webhook-signature", &body),
        ("x-webhook-id", &id),
        ("x-webhook-timestamp", &seconds),
        ("x-webhook-event", &row.event),
        ("webhook-id", &id),
        ("webhook-timestamp", &seconds),
        ("webhook-signature", &standard),
    ] {
        put(&mut headers, name, value);
    }
    headers
}

/// Notes how a try went. True when it arrived.
async fn close(app: &App, webhook: WebhookRow, row: DeliveryRow, outcome: Outcome) -> Result<bool> {
    let app_in = app.clone();
    app.run(move |op| {
        Box::pin(async move {
            let now = op.now();
            match outcome {
                Outcome::Delivered(status) => {
                    let attempt = Attempt {
                        response_status: Some(status.into()),
                        error: None,
                    };
                    op.tx()
                        .finish_delivery(row.id, "delivered", &attempt, now)
                        .await?;
                    op.tx()
                        .note_webhook_success(webhook.org_id, webhook.id)
                        .await?;
                    Ok(true)
                }
                Outcome::Failed(status, error) => {
                    // The log before rows, because there may be something to log.
                    op.enter([webhook.org_id]).await?;
                    let attempt = Attempt {
                        response_status: status.map(i64::from),
                        error: Some(&error),
                    };
                    // Somebody waits for the outcome of a test, so it is not repeated behind their back.
                    match pause_after(row.attempts).filter(|_| row.event != TEST) {
                        Some(pause) => {
                            let next = now.plus(pause);
                            op.tx().reschedule_delivery(row.id, &attempt, next).await?;
                        }
                        None => {
                            op.tx()
                                .finish_delivery(row.id, "failed", &attempt, now)
                                .await?;
                        }
                    }
                    if row.event != TEST {
                        op.tx()
                            .note_webhook_failure(webhook.org_id, webhook.id, now)
                            .await?;
                        lose_patience(&app_in, op, &webhook).await?;
                    }
                    Ok(false)
                }
                Outcome::Off => {
                    let attempt = Attempt {
                        response_status: None,
                        error: Some("the webhook is switched off"),
                    };
                    op.tx()
                        .finish_delivery(row.id, "failed", &attempt, now)
                        .await?;
                    Ok(false)
                }
            }
        })
    })
    .await
}

/// Switches a webhook off that has received nothing for long, and tells whoever made it.
async fn lose_patience(app: &App, op: &mut Op, webhook: &WebhookRow) -> Result<()> {
    let now = op.now();
    let since = now.minus(PATIENCE);
    let switched_off = op
        .tx()
        .switch_webhook_off(webhook.org_id, webhook.id, since, now)
        .await?;
    if !switched_off {
        return Ok(());
    }
    op.tx().count_active_webhooks(webhook.org_id).await?;
    let host = host_of(&webhook.url);
    op.log(entry(
        webhook.org_id,
        Actor::System,
        None,
        "webhook.disable",
        ("webhook", webhook.id.to_string()),
        Details::new()
            .text("host", &host)
            .text("reason", "nothing arrived for three days"),
    ));
    let maker = op.tx().find_user(webhook.created_by).await?;
    let address = maker.filter(|user| user.email_verified_at.is_some());
    if let Some(user) = address {
        let message = Message::WebhookDisabled {
            host,
            failing_since: webhook.failing_since.unwrap_or(now),
            dashboard_link: format!("{}/", app.settings().public_url),
        };
        mail::queue(app, op, Some(webhook.org_id), &user.email, &message).await?;
        app.wake_mail();
    }
    Ok(())
}

/// The pause before the next try, after `attempts` earlier ones and the one that just failed.
fn pause_after(attempts: i64) -> Option<Duration> {
    let index = usize::try_from(attempts).ok()?;
    PAUSES.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        assert!(PAUSES.is_sorted());
        assert_eq!(pause_after(0), Some(Duration::from_secs(5)));
        assert_eq!(pause_after(4), Some(Duration::from_hours(6)));
        assert_eq!(pause_after(5), None);
    }
}
