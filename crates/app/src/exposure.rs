//! What an agent got to see, and what is to be replaced because of it.
//!
//! Invariants:
//! - It follows from the log alone. A read writes nothing for it beyond the entry that is written anyway; a job folds
//!   the log into a table, and what is not folded yet is read from the log itself. So the answer is complete at every
//!   moment, and asking changes nothing.
//! - A thing is done with when a version exists that the agent did not get to see. Whatever it reads or writes later
//!   opens it again.
//! - No value is looked at.

use crate::App;
use crate::error::{Error, Result};
use crate::live::{Caller, Live};
use crate::shares::{self, Share};
use crate::view::View;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId, VaultId};
use oneclaw_core::model::exposure::{Kind, Status, Way};
use oneclaw_store::Tx;
use oneclaw_store::agents::AgentRow;
use oneclaw_store::exposure::{ExposureRow, SightingRow, StateRow};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Events that are folded in one unit of work.
const BATCH: i64 = 5000;
/// Units of work for one log in one round of the job; the next round goes on.
const BATCHES: usize = 100;

/// What an agent got to see.
pub struct Exposure {
    /// Which agent.
    pub agent: AgentId,
    /// Its name.
    pub agent_name: String,
    /// What has become of it.
    pub is_active: bool,
    /// Whether it still exists.
    pub is_deleted: bool,
    /// Until when this is complete.
    pub as_of: Timestamp,
    /// By thing: first what is to be replaced.
    pub items: Vec<Item>,
    /// What it handed on, newest first.
    pub shares: Vec<Share>,
}

impl Exposure {
    /// How many things are to be replaced.
    #[must_use]
    pub fn open(&self) -> usize {
        let open = |item: &&Item| item.status == Status::Open;
        self.items.iter().filter(open).count()
    }
}

/// One thing that an agent got to see or use.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// Its vault.
    pub vault: Option<VaultId>,
    /// What the vault is called, while it is there.
    pub vault_name: Option<String>,
    /// Its path or name.
    pub path: String,
    /// Whether it has been replaced.
    pub status: Status,
    /// The newest version that was disclosed.
    pub newest_seen: Option<i64>,
    /// The newest version there is.
    pub current: Option<i64>,
    /// When it was replaced.
    pub replaced_at: Option<Timestamp>,
    /// By version and way.
    pub versions: Vec<Seen>,
}

/// One version, and how the agent got to it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Which version; 0 where there are none.
    pub version: i64,
    /// How.
    pub way: Way,
    /// How often.
    pub times: i64,
    /// First time.
    pub first_at: Timestamp,
    /// Last time.
    pub last_at: Timestamp,
}

/// What an agent got to see, until this moment: for those who manage it. Agents that were deleted are found too.
pub async fn find(app: &App, caller: &Caller, agent: AgentId) -> Result<Exposure> {
    let user = caller.user()?;
    let mut view = app.view(caller).await?;
    let row = view.tx.find_agent_ever(caller.org(), agent).await?;
    let row = row.ok_or_else(crate::agents::missing)?;
    if !view.live.is_admin() && row.created_by != user {
        return Err(Error::forbidden(
            "Only the person who let this agent in and the organisation's owners and admins can do this.",
        ));
    }
    let items = items(&mut view, caller.org(), agent).await?;
    let handed_on = view
        .tx
        .list_shares_by(caller.org(), agent.as_uuid())
        .await?;
    let now = view.now;
    Ok(Exposure {
        agent,
        is_deleted: is_deleted(&mut view.tx, &view.live, &row).await?,
        is_active: row.is_active,
        agent_name: row.name,
        as_of: now,
        items,
        shares: handed_on
            .into_iter()
            .map(|row| shares::share_of(app, row, now))
            .collect::<Result<_>>()?,
    })
}

async fn is_deleted(tx: &mut Tx, live: &Live, row: &AgentRow) -> Result<bool> {
    Ok(tx.find_agent(live.org, row.id).await?.is_none())
}

async fn items(view: &mut View, org: OrgId, agent: AgentId) -> Result<Vec<Item>> {
    let mut folded = Folded::default();
    for row in view.tx.list_exposures(org, agent).await? {
        folded.add(row);
    }
    let from = view.tx.find_exposure_cursor(org).await?;
    let head = view.tx.find_audit_head(org).await?;
    let to = head.map_or(0, |head| head.size);
    for row in view.tx.list_sightings(org, from, to, Some(agent)).await? {
        folded.see(&row);
    }
    let mut things: BTreeMap<Uuid, Item> = BTreeMap::new();
    for row in folded.0.into_values() {
        add_to(&mut things, &row)?;
    }
    let mut items: Vec<Item> = things.into_values().collect();
    let mut names = HashMap::new();
    for item in &mut items {
        judge(&mut view.tx, org, item).await?;
        if let Some(vault) = item.vault {
            if let Entry::Vacant(unknown) = names.entry(vault) {
                let row = view.tx.find_vault(org, vault).await?;
                unknown.insert(row.map(|row| row.name));
            }
            item.vault_name = names.get(&vault).cloned().flatten();
        }
    }
    items.sort_by(|one, other| {
        let key = |item: &Item| (item.status, item.vault_name.clone(), item.path.clone());
        key(one).cmp(&key(other))
    });
    Ok(items)
}

fn add_to(things: &mut BTreeMap<Uuid, Item>, row: &ExposureRow) -> Result<()> {
    let kind = Kind::parse(&row.kind).map_err(Error::internal)?;
    let way = Way::parse(&row.how).map_err(Error::internal)?;
    let item = things.entry(row.resource_id).or_insert_with(|| Item {
        kind,
        id: row.resource_id,
        vault: row.vault_id,
        vault_name: None,
        path: row.path.clone(),
        status: Status::OnlyUsed,
        newest_seen: None,
        current: None,
        replaced_at: None,
        versions: Vec::new(),
    });
    if way.discloses() {
        item.newest_seen = item.newest_seen.max(Some(row.version));
    }
    item.versions.push(Seen {
        version: row.version,
        way,
        times: row.times,
        first_at: row.first_at,
        last_at: row.last_at,
    });
    Ok(())
}

/// Says whether a thing has been replaced since it was last seen.
async fn judge(tx: &mut Tx, org: OrgId, item: &mut Item) -> Result<()> {
    let next = item.newest_seen.unwrap_or_default().saturating_add(1);
    let state = match item.kind {
        Kind::Secret => tx.find_secret_state(org, item.id, next).await?,
        Kind::Variable => tx.find_variable_state(org, item.id).await?,
        Kind::Binding => None,
    };
    item.current = state.as_ref().map(|state| state.version);
    item.status = match (item.newest_seen, &state) {
        (None, _) => Status::OnlyUsed,
        (
            Some(_),
            None
            | Some(StateRow {
                deleted_at: Some(_),
                ..
            }),
        ) => Status::Deleted,
        (Some(seen), Some(state)) if state.version > seen => Status::Replaced,
        (Some(_), Some(_)) => Status::Open,
    };
    if item.status == Status::Replaced {
        item.replaced_at = state.and_then(|state| state.replaced_at);
    }
    Ok(())
}

/// What one entry of the log says about what was seen.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Facts {
    vault_id: Option<Uuid>,
    path: Option<String>,
    secret_id: Option<Uuid>,
    version: Option<i64>,
    host: Option<String>,
    keys: Vec<String>,
    /// `id:version` for each of `keys`.
    variables: Vec<String>,
}

/// Rows of the table, by what makes them one.
#[derive(Default)]
struct Folded(BTreeMap<(AgentId, Uuid, i64, &'static str), ExposureRow>);

impl Folded {
    fn add(&mut self, row: ExposureRow) {
        let Ok(way) = Way::parse(&row.how) else {
            return;
        };
        let key = (row.agent_id, row.resource_id, row.version, way.as_str());
        match self.0.get_mut(&key) {
            None => {
                self.0.insert(key, row);
            }
            Some(there) => {
                there.times = there.times.saturating_add(row.times);
                there.first_at = there.first_at.min(row.first_at);
                if row.last_at >= there.last_at {
                    (there.last_at, there.path, there.vault_id) =
                        (row.last_at, row.path, row.vault_id);
                }
            }
        }
    }

    /// Adds what entries of the log say. Entries come from this program, so one that does not parse is from a later
    /// version; what it means is not known here.
    fn see(&mut self, sighting: &SightingRow) {
        let parsed = (
            sighting.actor_id.parse(),
            sighting.resource_id.parse::<Uuid>(),
        );
        let (Ok(agent), Ok(resource)) = parsed else {
            return;
        };
        let Ok(facts) = serde_json::from_str::<Facts>(&sighting.details) else {
            return;
        };
        let row =
            |kind: Kind, resource_id: Uuid, version: i64, way: Way, path: String| ExposureRow {
                agent_id: agent,
                kind: kind.as_str().to_owned(),
                resource_id,
                version,
                how: way.as_str().to_owned(),
                vault_id: facts.vault_id.map(VaultId::from_uuid),
                path,
                times: sighting.times,
                first_at: sighting.first_at,
                last_at: sighting.last_at,
            };
        let version = facts.version.unwrap_or_default();
        let path = facts.path.clone().unwrap_or_default();
        match (sighting.action.as_str(), sighting.resource_type.as_str()) {
            ("secret.read", _) => self.add(row(Kind::Secret, resource, version, Way::Read, path)),
            ("secret.write", _) => self.add(row(Kind::Secret, resource, version, Way::Wrote, path)),
            ("share.access", _) => {
                if let Some(secret) = facts.secret_id {
                    self.add(row(Kind::Secret, secret, version, Way::Read, path));
                }
            }
            ("secret.use", "secret") => {
                self.add(row(Kind::Secret, resource, version, Way::Used, path));
            }
            ("secret.use", _) => {
                let host = facts.host.clone().unwrap_or_default();
                self.add(row(Kind::Binding, resource, 0, Way::Used, host));
            }
            _ => {
                for (key, variable) in facts.keys.iter().zip(&facts.variables) {
                    let Some((id, version)) = variable.split_once(':') else {
                        continue;
                    };
                    if let (Ok(id), Ok(version)) = (id.parse(), version.parse()) {
                        self.add(row(Kind::Variable, id, version, Way::Read, key.clone()));
                    }
                }
            }
        }
    }
}

/// Folds what the logs hold by now; returns how many events that were.
///
/// # Errors
/// When the database cannot be reached; what was folded until then stays.
pub async fn fold(app: &App) -> Result<u64> {
    let behind = {
        let mut tx = app.store().begin_read().await?;
        tx.list_logs_behind().await?
    };
    let mut total = 0_u64;
    for org in behind {
        for _ in 0..BATCHES {
            let folded = fold_batch(app, org).await?;
            total = total.saturating_add(folded.unsigned_abs());
            if folded < BATCH {
                break;
            }
        }
    }
    Ok(total)
}

/// Folds the next part of one log. What was read is added only if nobody else moved on in the meantime.
async fn fold_batch(app: &App, org: OrgId) -> Result<i64> {
    let mut tx = app.store().begin_read().await?;
    let from = tx.find_exposure_cursor(org).await?;
    let size = tx.find_audit_head(org).await?.map_or(0, |head| head.size);
    let to = size.min(from.saturating_add(BATCH));
    if to <= from {
        return Ok(0);
    }
    let mut folded = Folded::default();
    for row in tx.list_sightings(org, from, to, None).await? {
        folded.see(&row);
    }
    drop(tx);
    app.run(move |op| {
        Box::pin(async move {
            if !op.tx().move_exposure_cursor(org, from, to).await? {
                return Ok(0);
            }
            for row in folded.0.values() {
                op.tx().add_exposure(org, row).await?;
            }
            Ok(to.saturating_sub(from))
        })
    })
    .await
}
