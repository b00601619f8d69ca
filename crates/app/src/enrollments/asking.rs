//! What asking to join may cost others: how much may wait, and who is mailed how often.

use crate::error::{Error, Result};
use crate::mail::{self, Message};
use crate::op::Op;
use crate::users::Origin;
use crate::{App, limits};
use oneclaw_core::id::OrgId;
use oneclaw_core::limit::Limit;
use oneclaw_core::model::text::Email;
use oneclaw_store::enrollments::EnrollmentRow;
use std::net::IpAddr;
use std::time::Duration;

/// Pending requests of one mail address, of one client address, and of the whole instance.
const PENDING_OF_EMAIL: i64 = 5;
const PENDING_OF_IP: i64 = 20;
const PENDING_OF_INSTANCE: i64 = 10_000;

/// Caps on what is asked and what waits, per network and for the instance: refused before the address is looked at,
/// for everybody alike.
pub(super) async fn check_caps(app: &App, op: &mut Op, origin: &Origin) -> Result<()> {
    if let Some(network) = origin.network() {
        let counter = app.counter(Limit::EnrollNetwork, &network);
        limits::count(op, &counter, Limit::EnrollNetwork).await?;
    }
    let now = op.now();
    let full = || {
        Error::rate_limited(
            "Too many requests to join are waiting for a decision. Try again later.",
            Duration::from_mins(10),
        )
    };
    if op.tx().count_pending_enrollments(now).await? >= PENDING_OF_INSTANCE {
        return Err(full());
    }
    match origin.ip_text() {
        Some(ip) if op.tx().count_pending_enrollments_of_ip(&ip, now).await? >= PENDING_OF_IP => {
            Err(full())
        }
        _ => Ok(()),
    }
}

/// Mails the human, when there is one to mail; otherwise does the same work for nobody. Returns the
/// organisation whose log the request goes to.
pub(super) async fn notify(
    app: &App,
    op: &mut Op,
    email: Option<&Email>,
    row: &EnrollmentRow,
    ip: Option<IpAddr>,
    url: &str,
) -> Result<OrgId> {
    let Some(email) = email else {
        return Ok(OrgId::NIL);
    };
    let now = op.now();
    let counters = [Limit::EnrollAddress, Limit::EnrollAddressDaily]
        .map(|limit| (limit, app.counter(limit, email.as_str())));
    let mut too_often = op
        .tx()
        .count_pending_enrollments_of_email(email.as_str(), now)
        .await?
        > PENDING_OF_EMAIL;
    for (limit, counter) in counters {
        // What one limit refuses does not count for the next: asking five times at once must not use
        // up the mails of the whole day.
        too_often = too_often || limits::exceeded(op, &counter, limit).await?.is_some();
    }
    let home = op.tx().find_home_of_email(email.as_str()).await?;
    let message = Message::EnrollmentRequest {
        name: row.name.clone(),
        description: row.description.clone(),
        ip,
        user_agent: row.user_agent.clone(),
        requested_at: row.created_at,
        expires_at: row.expires_at,
        allow_link: format!("{url}?choice=allow"),
        deny_link: format!("{url}?choice=deny"),
    };
    match home {
        Some(home) if !too_often => {
            mail::queue(app, op, Some(home), email.as_str(), &message).await?;
            Ok(home)
        }
        other => {
            mail::queue_discarded(app, op, email.as_str(), &message).await?;
            Ok(other.unwrap_or(OrgId::NIL))
        }
    }
}
