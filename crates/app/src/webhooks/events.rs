//! Which entries of the audit log webhooks hear of, and in what words.
//!
//! An event is queued in the transaction of the entry that it tells of: nobody hears of what did not
//! happen, and what happened is heard of, also after a crash. What is read all the time (reads, lists,
//! sign-ins) is not told.

use oneclaw_core::audit::Event;
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::OrgId;
use oneclaw_store::webhooks::{DeliveryRow, WebhookRow};
use oneclaw_store::{GroupTx, StoreError};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

/// Entries of the log, and the events they are.
const EVENTS: [(&str, &str); 26] = [
    ("agent.activate", "agent.activated"),
    ("agent.deactivate", "agent.deactivated"),
    ("agent.delete", "agent.deleted"),
    ("agent.quarantine", "agent.quarantined"),
    ("agent.register", "agent.enrolled"),
    ("agent.rotate_key", "agent.rotated"),
    ("approval.approve", "approval.decided"),
    ("approval.reject", "approval.decided"),
    ("approval.request", "approval.created"),
    ("honeytoken.access", "honeytoken.triggered"),
    ("ip_rule.create", "ip_rule.created"),
    ("ip_rule.delete", "ip_rule.deleted"),
    ("policy.create", "policy.created"),
    ("policy.delete", "policy.deleted"),
    ("policy.update", "policy.updated"),
    ("secret.delete", "secret.deleted"),
    ("secret.rotate", "secret.rotated"),
    ("secret.write", "secret.written"),
    ("share.accept", "share.accepted"),
    ("share.access", "share.accessed"),
    ("share.create", "share.created"),
    ("share.decline", "share.declined"),
    ("share.revoke", "share.revoked"),
    ("vault.create", "vault.created"),
    ("vault.delete", "vault.deleted"),
    ("webhook.disable", "webhook.disabled"),
];

/// The event that an entry is, if webhooks hear of it.
fn name_of(action: &str) -> Option<&'static str> {
    EVENTS
        .binary_search_by_key(&action, |(action, _)| *action)
        .ok()
        .and_then(|index| EVENTS.get(index))
        .map(|(_, name)| *name)
}

/// Every event once, by name.
pub(super) fn names() -> Vec<&'static str> {
    let names: BTreeSet<_> = EVENTS.iter().map(|(_, name)| *name).collect();
    names.into_iter().collect()
}

/// The body of a delivery.
#[derive(Serialize)]
struct Payload<'a> {
    id: String,
    #[serde(rename = "type")]
    name: &'a str,
    created_at: Timestamp,
    org_id: OrgId,
    data: Data<'a>,
}

/// What happened, as the audit log has it. Never a value: the log has none.
#[derive(Serialize)]
struct Data<'a> {
    action: &'a str,
    actor_type: &'a str,
    actor_id: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'a str>,
    details: &'a RawValue,
}

/// Queues what the webhooks of the organisations concerned are to hear. True when there is something.
pub(crate) async fn queue<'e, T: GroupTx>(
    tx: &mut T,
    events: impl Iterator<Item = &'e Event>,
    is_heard: impl Fn(OrgId) -> bool,
    now: Timestamp,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    let mut deliveries = Vec::new();
    let mut listeners: BTreeMap<OrgId, Vec<WebhookRow>> = BTreeMap::new();
    for event in events {
        let Some(name) = name_of(&event.action).filter(|_| is_heard(event.org)) else {
            continue;
        };
        let webhooks = match listeners.entry(event.org) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(tx.list_webhooks(event.org).await?)
            }
        };
        let payload = payload(event, name)?;
        let listening = webhooks.iter().filter(|webhook| wants(webhook, name));
        deliveries.extend(listening.map(|webhook| {
            DeliveryRow::queued(random.uuid_v7(now), webhook, name, payload.clone(), now)
        }));
    }
    if deliveries.is_empty() {
        return Ok(false);
    }
    tx.insert_deliveries(&deliveries).await?;
    Ok(true)
}

fn wants(webhook: &WebhookRow, name: &str) -> bool {
    let names: Vec<String> = serde_json::from_str(&webhook.events).unwrap_or_default();
    webhook.is_active && names.iter().any(|wanted| wanted == name)
}

fn payload(event: &Event, name: &str) -> Result<String, StoreError> {
    let damaged = |error: serde_json::Error| StoreError::Damaged(error.to_string());
    let payload = Payload {
        id: event.id.to_string(),
        name,
        created_at: event.at,
        org_id: event.org,
        data: Data {
            action: &event.action,
            actor_type: &event.actor_type,
            actor_id: &event.actor_id,
            resource_type: &event.resource_type,
            resource_id: &event.resource_id,
            ip_address: event.ip.as_deref(),
            details: serde_json::from_str(&event.details).map_err(damaged)?,
        },
    };
    serde_json::to_string(&payload).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_in_the_table_is_found() {
        assert!(EVENTS.is_sorted_by_key(|(action, _)| *action));
        for (action, name) in EVENTS {
            assert_eq!(name_of(action), Some(name));
        }
        for action in ["secret.read", "secret.list", "auth.success", "secret", ""] {
            assert_eq!(name_of(action), None);
        }
    }
}
