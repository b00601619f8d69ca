//! Reading and proving the audit log. Writing it is the committer's.

use crate::App;
use crate::append::frontier_of;
use crate::error::{Error, Result};
use crate::live::Caller;
use crate::view::View;
use oneclaw_core::audit::{self, Checkpoint, Event, Frontier, Hash};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::EventId;
use oneclaw_store::audit::{EventRow, Filter};

/// Most events of one answer.
pub const MAXIMUM_LISTED: i64 = 1000;
/// Most events that one call of [`verify`] recomputes.
pub const MAXIMUM_VERIFIED: i64 = 10_000;
/// Most events of one page of an export.
pub const MAXIMUM_EXPORTED: i64 = 10_000;

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Exactly this thing.
    pub resource_id: Option<String>,
    /// Exactly this actor.
    pub actor_id: Option<String>,
    /// Exactly this action.
    pub action: Option<String>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// At or before.
    pub to: Option<Timestamp>,
    /// At most so many; 100 when absent.
    pub limit: Option<i64>,
    /// After skipping so many.
    pub offset: Option<i64>,
}

/// An event with its place in the log.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// The event.
    pub event: Event,
    /// The one before it; known in lists.
    pub prev_id: Option<EventId>,
    /// Its leaf hash.
    pub leaf: Hash,
}

/// What recomputing a part of the log found.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Whether everything fits.
    pub chain_valid: bool,
    /// Events recomputed.
    pub events_checked: usize,
    /// Events that fit, up to the first that does not.
    pub events_verified: usize,
    /// The first that does not fit.
    pub broken_at: Option<EventId>,
}

/// The state of the log at a moment, signed.
#[derive(Clone, Debug)]
pub struct SignedCheckpoint {
    /// The signed note.
    pub note: String,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The key that verifies it, in the text form of signed notes.
    pub verifier_key: String,
}

/// Lists events, newest first: people see their organisation's, agents their own.
pub async fn list(app: &App, caller: &Caller, query: &Query) -> Result<Vec<LoggedEvent>> {
    let mut view = app.view(caller).await?;
    let own = caller.principal().uuid().to_string();
    let actor = match caller.principal() {
        Principal::Agent(_) => Some(own.as_str()),
        Principal::User(_) => query.actor_id.as_deref(),
    };
    let filter = Filter {
        resource_id: query.resource_id.as_deref(),
        actor_id: actor,
        action: query.action.as_deref(),
        from: query.from,
        to: query.to,
    };
    let limit = query.limit.unwrap_or(100).clamp(1, MAXIMUM_LISTED);
    let offset = query.offset.unwrap_or(0).max(0);
    let rows = view
        .tx
        .list_events(caller.org(), &filter, limit, offset)
        .await?;
    let mut events = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        // Of a list that leaves nothing out, the next row is the event before.
        let before = match rows.peek() {
            Some(next) if next.seq == row.seq.saturating_sub(1) => {
                Some((next.id, hash_of(&next.leaf_hash)?))
            }
            _ => event_before(&mut view, caller, row.seq).await?,
        };
        let (prev_id, prev) = before.map_or((None, [0; 32]), |(id, leaf)| (Some(id), leaf));
        events.push(LoggedEvent {
            prev_id,
            ..logged(row, prev)?
        });
    }
    Ok(events)
}

/// The event before `seq`, none before the first.
async fn event_before(
    view: &mut View,
    caller: &Caller,
    seq: i64,
) -> Result<Option<(EventId, Hash)>> {
    let rows = view
        .tx
        .list_event_range(caller.org(), seq.saturating_sub(1), seq)
        .await?;
    rows.first()
        .map(|row| Ok((row.id, hash_of(&row.leaf_hash)?)))
        .transpose()
}

/// Recomputes the newest part of the log: every leaf from the stored fields, and its link to the one
/// before; and, when that part is the whole log, the root of the tree.
pub async fn verify(
    app: &App,
    caller: &Caller,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    limit: Option<i64>,
) -> Result<Verification> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let frontier = head(&mut view, caller).await?;
    let size = length(&frontier);
    let first = size
        .saturating_sub(limit.unwrap_or(1000).clamp(1, MAXIMUM_VERIFIED))
        .max(0);
    let mut prev = previous_leaf(&mut view, caller, first).await?;
    let rows = view.tx.list_event_range(caller.org(), first, size).await?;
    let complete = i64::try_from(rows.len()) == Ok(size.saturating_sub(first));
    let mut tree = Frontier::new();
    let mut result = Verification {
        chain_valid: complete,
        events_checked: 0,
        events_verified: 0,
        broken_at: None,
    };
    for row in rows {
        let wanted = from.is_none_or(|from| row.at >= from) && to.is_none_or(|to| row.at <= to);
        let stored = logged(row, prev)?;
        let fits = stored.event.leaf_hash() == stored.leaf;
        tree.append(stored.leaf);
        prev = stored.leaf;
        if !wanted {
            continue;
        }
        result.events_checked += 1;
        if !fits && result.broken_at.is_none() {
            result.chain_valid = false;
            result.broken_at = Some(stored.event.id);
        }
        if result.broken_at.is_none() {
            result.events_verified += 1;
        }
    }
    if first == 0 && tree.root() != frontier.root() {
        result.chain_valid = false;
    }
    Ok(result)
}

/// Signs the present state of the organisation's log. Whoever keeps it can later prove that nothing
/// before it was changed.
pub async fn checkpoint(app: &App, caller: &Caller) -> Result<SignedCheckpoint> {
    let mut view = app.view(caller).await?;
    let frontier = head(&mut view, caller).await?;
    let checkpoint = Checkpoint {
        origin: origin(app, caller),
        size: frontier.size(),
        root: frontier.root(),
    };
    let note = app
        .keyring()
        .sign_checkpoint(&checkpoint)
        .map_err(Error::internal)?;
    let mut keys = app.keyring().checkpoint_keys(&checkpoint.origin);
    let verifier_key = keys.next().map(|key| key.to_string()).unwrap_or_default();
    drop(keys);
    Ok(SignedCheckpoint {
        note,
        checkpoint,
        verifier_key,
    })
}

/// The name of an organisation's log: the instance's address without its scheme, and the
/// organisation.
fn origin(app: &App, caller: &Caller) -> String {
    let url = &app.settings().public_url;
    let host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    format!("{host}/audit/{}", caller.org())
}

/// Events `from..` in order as lines of an export, at most `limit`.
pub async fn export(app: &App, caller: &Caller, from: u64, limit: i64) -> Result<Vec<String>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let to = from.saturating_add(limit.clamp(1, MAXIMUM_EXPORTED));
    let mut prev = previous_leaf(&mut view, caller, from).await?;
    let rows = view.tx.list_event_range(caller.org(), from, to).await?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let stored = logged(row, prev)?;
        prev = stored.leaf;
        lines.push(audit::export_line(&stored.event));
    }
    Ok(lines)
}

/// Proves that event `seq` is in the log of the given size (RFC 9162 section 2.1.3).
pub async fn inclusion_proof(
    app: &App,
    caller: &Caller,
    seq: u64,
    size: u64,
) -> Result<(Hash, Vec<Hash>)> {
    let leaves = leaves(app, caller, size).await?;
    let leaf = usize::try_from(seq)
        .ok()
        .and_then(|index| leaves.get(index))
        .copied();
    let leaf =
        leaf.ok_or_else(|| Error::invalid("seq", "The log of this size has no such event."))?;
    Ok((leaf, audit::inclusion_proof(&leaves, seq)))
}

/// Proves that the log of size `from` is the beginning of the log of size `to` (RFC 9162 section
/// 2.1.4).
pub async fn consistency_proof(
    app: &App,
    caller: &Caller,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>> {
    if from > to {
        return Err(Error::invalid(
            "from",
            "The earlier size must not be larger than the later one.",
        ));
    }
    let leaves = leaves(app, caller, to).await?;
    Ok(audit::consistency_proof(&leaves, from))
}

async fn leaves(app: &App, caller: &Caller, size: u64) -> Result<Vec<Hash>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    if size > head(&mut view, caller).await?.size() {
        return Err(Error::invalid("size", "The log is not that long yet."));
    }
    let size = i64::try_from(size).unwrap_or(i64::MAX);
    let rows = view.tx.list_leaf_hashes(caller.org(), 0, size).await?;
    rows.iter().map(|row| hash_of(row)).collect()
}

async fn head(view: &mut View, caller: &Caller) -> Result<Frontier> {
    match view.tx.find_audit_head(caller.org()).await? {
        Some(head) => frontier_of(&head),
        None => Ok(Frontier::new()),
    }
}

fn length(frontier: &Frontier) -> i64 {
    i64::try_from(frontier.size()).unwrap_or(i64::MAX)
}

/// The leaf before `seq`, zeros before the first.
async fn previous_leaf(view: &mut View, caller: &Caller, seq: i64) -> Result<Hash> {
    if seq <= 0 {
        return Ok([0; 32]);
    }
    let rows = view
        .tx
        .list_leaf_hashes(caller.org(), seq.saturating_sub(1), seq)
        .await?;
    rows.first().map_or(Ok([0; 32]), |row| hash_of(row))
}

fn hash_of(bytes: &[u8]) -> Result<Hash> {
    bytes
        .try_into()
        .map_err(|_| Error::internal("a stored leaf hash is not 32 bytes"))
}

fn logged(row: EventRow, prev: Hash) -> Result<LoggedEvent> {
    let leaf = hash_of(&row.leaf_hash)?;
    let event = Event {
        org: row.org_id,
        seq: row.seq.unsigned_abs(),
        id: row.id,
        at: row.at,
        actor_type: row.actor_type.into(),
        actor_id: row.actor_id,
        action: row.action.into(),
        resource_type: row.resource_type.into(),
        resource_id: row.resource_id,
        details: row.details,
        ip: row.ip,
        prev,
    };
    Ok(LoggedEvent {
        event,
        prev_id: None,
        leaf,
    })
}
