//! Appending to the audit logs: the last thing a transaction does before it commits. What webhooks
//! are to hear of it is queued in the same breath.

use crate::error::Error;
use crate::webhooks::events;
use oneclaw_core::audit::{Draft, Event, Frontier, Hash};
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::{EventId, OrgId};
use oneclaw_store::audit::{HeadRow, NewEvent};
use oneclaw_store::{GroupTx, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// One log while a batch is added to it.
struct Log {
    frontier: Frontier,
    last: Hash,
    /// Whether any webhook of the organisation is switched on.
    is_heard: bool,
}

/// Takes the logs of these organisations until the transaction ends, in the order of their ids, so
/// that two nodes cannot wait for each other. What is read from here on cannot be overtaken by what
/// is logged there.
///
/// BACKEND: a transaction that writes owns the whole embedded database anyway.
pub(crate) async fn lock<T: GroupTx>(
    tx: &mut T,
    organisations: impl IntoIterator<Item = OrgId>,
) -> Result<(), StoreError> {
    if tx.is_alone() {
        return Ok(());
    }
    for org in organisations.into_iter().collect::<BTreeSet<_>>() {
        tx.lock_audit_head(org).await?;
    }
    Ok(())
}

/// Gives every draft its place in its organisation's log and writes it. Heads are taken in the
/// order of their ids, so that two nodes cannot wait for each other. True when webhooks have something to
/// be sent.
pub(crate) async fn append<T: GroupTx>(
    tx: &mut T,
    drafts: Vec<Draft>,
    now: Timestamp,
    random: &dyn Random,
) -> Result<bool, StoreError> {
    if drafts.is_empty() {
        return Ok(false);
    }
    let mut logs: BTreeMap<OrgId, Log> = BTreeMap::new();
    for draft in &drafts {
        logs.entry(draft.org).or_insert_with(|| Log {
            frontier: Frontier::new(),
            last: [0; 32],
            is_heard: false,
        });
    }
    for (org, log) in &mut logs {
        *log = read_head(&tx.lock_audit_head(*org).await?)?;
    }
    let mut events = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let Some(log) = logs.get_mut(&draft.org) else {
            continue;
        };
        let id = EventId::from_uuid(random.uuid_v7(now));
        let event = Event::from_draft(draft, log.frontier.size(), id, now, log.last);
        let leaf = event.leaf_hash();
        log.frontier.append(leaf);
        log.last = leaf;
        events.push((event, leaf));
    }
    let rows: Vec<NewEvent<'_>> = events
        .iter()
        .map(|(event, leaf)| row(event, leaf))
        .collect();
    tx.append_events(&rows).await?;
    let heard = |org| logs.get(&org).is_some_and(|log| log.is_heard);
    let queued = events::queue(
        tx,
        events.iter().map(|(event, _)| event),
        heard,
        now,
        random,
    )
    .await?;
    let heads: Vec<_> = logs
        .into_iter()
        .map(|(org, log)| {
            let size = i64::try_from(log.frontier.size()).unwrap_or(i64::MAX);
            (
                org.as_uuid(),
                size,
                log.frontier.to_bytes(),
                log.last.to_vec(),
            )
        })
        .collect();
    tx.move_audit_heads(&heads).await?;
    Ok(queued)
}

fn row<'a>(event: &'a Event, leaf: &'a Hash) -> NewEvent<'a> {
    NewEvent {
        org: event.org.as_uuid(),
        seq: i64::try_from(event.seq).unwrap_or(i64::MAX),
        id: event.id.as_uuid(),
        at: event.at.as_millis(),
        actor_type: &event.actor_type,
        actor_id: &event.actor_id,
        action: &event.action,
        resource_type: &event.resource_type,
        resource_id: &event.resource_id,
        details: &event.details,
        ip: event.ip.as_deref(),
        leaf_hash: leaf,
    }
}

fn read_head(head: &HeadRow) -> Result<Log, StoreError> {
    if head.size == 0 {
        return Ok(Log {
            frontier: Frontier::new(),
            last: [0; 32],
            is_heard: head.webhooks > 0,
        });
    }
    let damaged = || StoreError::Damaged("an audit head does not parse".to_owned());
    let frontier = Frontier::from_bytes(&head.frontier).map_err(|_| damaged())?;
    if i64::try_from(frontier.size()) != Ok(head.size) {
        return Err(damaged());
    }
    let last = head
        .last_hash
        .as_slice()
        .try_into()
        .map_err(|_| damaged())?;
    Ok(Log {
        frontier,
        last,
        is_heard: head.webhooks > 0,
    })
}

/// Reads the tree of a log as it stands.
pub(crate) fn frontier_of(head: &HeadRow) -> Result<Frontier, Error> {
    Ok(read_head(head)?.frontier)
}
