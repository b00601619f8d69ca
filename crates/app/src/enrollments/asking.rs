//! What asking to join may cost others: how much may wait, and who is mailed how often.

use crate::error::{Error, Result};
use crate::mail::{self, Message};
use crate::op::Op;
use crate::users::Origin;
use crate::{App, limits};
use ipnet::IpNet;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::OrgId;
use oneclaw_core::limit::{Limit, client_network};
use oneclaw_core::model::text::Email;
use oneclaw_store::Tx;
use oneclaw_store::enrollments::EnrollmentRow;
use std::collections::HashMap;
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
    // Looked up for every address alike, so that a report cannot be told from its absence.
    too_often |= is_reported(app, op.tx(), email.as_str(), ip, now).await?;
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

/// Somebody turned a request away and reported it: for a week, requests from its network are not shown to them.
/// They are answered like all others. Returns whether its network is known.
pub(super) async fn report(
    app: &App,
    op: &mut Op,
    row: &EnrollmentRow,
    email: &str,
) -> Result<bool> {
    let Some(ip) = row.ip.as_deref().and_then(|ip| ip.parse().ok()) else {
        return Ok(false);
    };
    limits::exceeded(op, &reported(app, email, ip), Limit::EnrollReported).await?;
    Ok(true)
}

/// Of the requests to this address, those that its owner shall see.
pub(super) async fn without_reported(
    app: &App,
    tx: &mut Tx,
    email: &str,
    rows: Vec<EnrollmentRow>,
    now: Timestamp,
) -> Result<Vec<EnrollmentRow>> {
    let mut known: HashMap<IpNet, bool> = HashMap::new();
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows {
        let ip: Option<IpAddr> = row.ip.as_deref().and_then(|ip| ip.parse().ok());
        if let (None, Some(ip)) = (row.decided_at, ip) {
            let network = client_network(ip);
            let is_hidden = match known.get(&network) {
                Some(is_hidden) => *is_hidden,
                None => is_reported(app, tx, email, Some(ip), now).await?,
            };
            known.insert(network, is_hidden);
            if is_hidden {
                continue;
            }
        }
        seen.push(row);
    }
    Ok(seen)
}

async fn is_reported(
    app: &App,
    tx: &mut Tx,
    email: &str,
    ip: Option<IpAddr>,
    now: Timestamp,
) -> Result<bool> {
    let Some(ip) = ip else { return Ok(false) };
    let window = tx.find_window(&reported(app, email, ip), now).await?;
    Ok(limits::is_used_up(window.as_ref(), Limit::EnrollReported))
}

fn reported(app: &App, email: &str, ip: IpAddr) -> [u8; 32] {
    let subject = format!("{email}\n{}", client_network(ip));
    app.counter(Limit::EnrollReported, &subject)
}
