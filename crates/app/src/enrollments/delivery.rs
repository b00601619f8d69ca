//! How the key of a new agent reaches its approver: in a mail, or by a link to a page that makes and
//! shows it once.

use super::{Delivery, missing};
use crate::App;
use crate::agents::{Agent, REVEAL};
use crate::boot::KeyDelivery;
use crate::error::{Error, Result};
use crate::live::Live;
use crate::mail::{self, Message};
use crate::op::Op;
use oneclaw_core::id::OrgId;
use oneclaw_crypto::token::{PlainToken, TokenKind};
use std::str::FromStr as _;
use std::time::Duration;

/// Life of the link by which an approver reveals the key.
const REVEAL_LIFE: Duration = Duration::from_hours(24);
/// Without a way to send mail, a key could only rest in the outbox: then it is a link.
pub(super) async fn delivery_mode(app: &App, op: &mut Op, org: OrgId) -> Result<KeyDelivery> {
    if !app.mailer().has_transport() {
        return Ok(KeyDelivery::Link);
    }
    let organisation = op.tx().find_organisation(org).await?.ok_or_else(missing)?;
    match organisation.key_delivery.as_deref() {
        Some(text) => KeyDelivery::from_str(text).map_err(Error::internal),
        None => Ok(app.settings().key_delivery),
    }
}

/// Sends the approver the key, or the link to the page that makes and shows it once.
pub(super) async fn deliver(
    app: &App,
    op: &mut Op,
    live: &Live,
    agent: &Agent,
    key: Option<PlainToken>,
) -> Result<Delivery> {
    let to = live.verified_email.clone().ok_or_else(missing)?;
    let base = &app.settings().public_url;
    let (message, delivery) = match key {
        Some(key) => {
            let message = Message::AgentCredentials {
                agent_name: agent.name.clone(),
                agent_id: agent.id,
                api_key: key.into_secret(),
                dashboard_link: format!("{base}/agents/{}", agent.id),
            };
            (message, Delivery::Email { to: to.clone() })
        }
        None => {
            let now = op.now();
            let expires = now.plus(REVEAL_LIFE);
            let link = PlainToken::generate(TokenKind::RevealLink, op.random());
            op.tx()
                .insert_one_time_token(
                    link.hash(app.keyring()).as_bytes(),
                    REVEAL,
                    agent.id.as_uuid(),
                    now,
                    expires,
                )
                .await?;
            let reveal_url = format!("{base}/agents/{}/reveal/{}", agent.id, link.expose());
            let message = Message::AgentKeyReady {
                agent_name: agent.name.clone(),
                reveal_link: reveal_url.clone(),
                expires,
            };
            (message, Delivery::Link { reveal_url })
        }
    };
    mail::queue(app, op, Some(live.org), &to, &message).await?;
    Ok(delivery)
}
