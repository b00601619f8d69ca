//! Decoys: secrets that nobody has a reason to read, so that whoever reads one gives themselves away.
//!
//! Invariants:
//! - Nothing that an agent can see tells a decoy from a secret: they are stored, listed, decided and answered alike,
//!   and what the log says about a decoy is not said by the agent.
//! - Whatever gives a decoy's value away goes through [`trip`], in the unit of work that gives it away: an agent is
//!   stopped by the very read, on every node, from its next request on. It is still given decoys, and nothing else.
//! - Those who run the organisation, and who let the agent in, are mailed. A crash in between delays that, no more.

use crate::App;
use crate::error::{Error, Result};
use crate::lane::entry_of;
use crate::limits;
use crate::live::{Caller, Live};
use crate::mail::{self, Message};
use crate::op::{Op, entry};
use crate::vaults::{self, Vault, require_control, vault_of};
use crate::view::View;
use futures_core::future::BoxFuture;
use oneclaw_core::audit::{Actor, Details};
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, HoneytokenId, OrgId, UserId, VaultId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::risk::Severity;
use oneclaw_core::model::text::parse_description;
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Granted;
use oneclaw_store::honeytokens::{HoneytokenRow, QuarantineRow, RiskEventRow, RiskFilter};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

/// Most decoys of a vault: they are remembered with its policies.
const MAXIMUM: usize = 100;
/// What an event of a decoy is called.
const ACCESS: &str = "honeytoken_access";
/// How long an event counts against whoever caused it.
const COUNTED: Duration = Duration::from_hours(24 * 30);
/// Most events of a list.
const LONGEST_LIST: i64 = 200;
/// Most events that a judgement looks at.
const JUDGED: i64 = 10_000;

/// A decoy.
pub type Honeytoken = HoneytokenRow;
/// Something that should not happen.
pub type RiskEvent = RiskEventRow;
/// Why an agent is stopped.
pub type Quarantine = QuarantineRow;

/// What follows from the events that somebody caused lately.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Who.
    pub principal: Principal,
    /// The worst of it.
    pub severity: Severity,
    /// How many events.
    pub events: usize,
    /// When the last one was.
    pub last_at: Timestamp,
    /// When it no longer counts.
    pub expires_at: Timestamp,
}

fn missing() -> Error {
    Error::not_found("There is no such honeytoken.")
}

/// Makes the secret at a path a decoy.
pub async fn create(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    notes: Option<String>,
) -> Result<Honeytoken> {
    let user = caller.user()?;
    let notes = notes.map(|text| parse_description(&text)).transpose();
    let notes = notes.map_err(|error| Error::invalid("notes", error.to_string()))?;
    let (caller, path) = (caller.clone(), path.clone());
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            controlled(op, &live, vault).await?;
            let secret = op.tx().find_sealed(live.org, vault, path.as_str()).await?;
            if secret.is_none_or(|row| row.deleted_at.is_some()) {
                return Err(Error::invalid(
                    "secret_path",
                    "There is no secret at this path. Write one first whose value looks real and opens nothing.",
                ));
            }
            let paths = op.tx().list_honeytoken_paths(live.org, vault).await?;
            if paths.len() >= MAXIMUM {
                return Err(Error::conflict(format!(
                    "A vault has at most {MAXIMUM} honeytokens. Delete one first."
                )));
            }
            let row = HoneytokenRow {
                id: op.new_id(),
                org_id: live.org,
                vault_id: vault,
                path: path.as_str().to_owned(),
                notes: notes.filter(|text| !text.is_empty()),
                created_by: user,
                created_at: op.now(),
                triggered_count: 0,
                last_triggered_at: None,
            };
            if !op.tx().insert_honeytoken(&row).await? {
                return Err(Error::conflict("This path is a honeytoken already."));
            }
            changed(op, &caller, &row, "honeytoken.create").await?;
            Ok(row)
        })
    })
    .await
}

/// Makes a decoy an ordinary secret again. What happened to it stays on record.
pub async fn delete(app: &App, caller: &Caller, id: HoneytokenId) -> Result<()> {
    caller.user()?;
    let caller = caller.clone();
    app.run(move |op| {
        Box::pin(async move {
            let live = op.authenticate(&caller).await?;
            let row = op.tx().find_honeytoken(live.org, id).await?;
            let row = row.ok_or_else(missing)?;
            // Who may not know of it is told that there is none.
            controlled(op, &live, row.vault_id)
                .await
                .map_err(|_| missing())?;
            op.tx().delete_honeytoken(live.org, id).await?;
            changed(op, &caller, &row, "honeytoken.delete").await
        })
    })
    .await
}

async fn controlled(op: &mut Op, live: &Live, vault: VaultId) -> Result<()> {
    let row = op.tx().find_vault(live.org, vault).await?;
    require_control(live, &vault_of(row.ok_or_else(vaults::missing)?)?)
}

/// Logs a change, and has everybody look at the vault's rules again.
async fn changed(
    op: &mut Op,
    caller: &Caller,
    row: &HoneytokenRow,
    action: &'static str,
) -> Result<()> {
    op.tx().bump_epoch(row.vault_id.as_uuid()).await?;
    let details = Details::new()
        .uuid("vault_id", row.vault_id)
        .text("path", &row.path);
    let resource = ("honeytoken", row.id.to_string());
    op.log(entry_of(caller, action, resource, details));
    Ok(())
}

/// The decoys in the vaults that the caller controls, newest first.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Honeytoken>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    let mut seen: BTreeMap<VaultId, bool> = BTreeMap::new();
    let mut found = Vec::new();
    for row in view.tx.list_honeytokens(caller.org()).await? {
        let may = match seen.get(&row.vault_id) {
            Some(may) => *may,
            None => may_know(&mut view, caller.org(), row.vault_id).await?,
        };
        seen.insert(row.vault_id, may);
        if may {
            found.push(row);
        }
    }
    Ok(found)
}

/// Whether a secret is a decoy, as far as the caller may know.
pub enum Known {
    /// The caller does not control the vault.
    Hidden,
    /// It is none.
    Secret,
    /// It is one.
    Decoy(Honeytoken),
}

/// Looks whether a secret is a decoy.
pub async fn look(app: &App, caller: &Caller, vault: VaultId, path: &SecretPath) -> Result<Known> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    if !may_know(&mut view, caller.org(), vault).await? {
        return Ok(Known::Hidden);
    }
    let found = view
        .tx
        .find_honeytoken_at(caller.org(), vault, path.as_str())
        .await?;
    Ok(found.map_or(Known::Secret, Known::Decoy))
}

async fn may_know(view: &mut View, org: OrgId, vault: VaultId) -> Result<bool> {
    let row = view.tx.find_vault(org, vault).await?;
    let vault: Option<Vault> = row.map(vault_of).transpose()?;
    Ok(vault.is_some_and(|vault| require_control(&view.live, &vault).is_ok()))
}

/// Why an agent is stopped, if it is because of a decoy: for people of its organisation.
pub async fn find_quarantine(
    app: &App,
    caller: &Caller,
    agent: AgentId,
) -> Result<Option<Quarantine>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    Ok(view.tx.find_quarantine(caller.org(), agent).await?)
}

/// The agents that are stopped because of a decoy: for people of the organisation.
pub async fn list_quarantines(app: &App, caller: &Caller) -> Result<Vec<Quarantine>> {
    caller.user()?;
    let mut view = app.view(caller).await?;
    Ok(view.tx.list_quarantines(caller.org()).await?)
}

/// A value that is given to somebody.
#[derive(Clone, Copy)]
pub(crate) struct Taken<'a> {
    pub(crate) who: Principal,
    pub(crate) vault: VaultId,
    pub(crate) path: &'a str,
    pub(crate) action: &'static str,
}

impl<'a> From<&'a Granted> for Taken<'a> {
    fn from(granted: &'a Granted) -> Self {
        Self {
            who: granted.principal(),
            vault: granted.vault(),
            path: granted.path().as_str(),
            action: granted.action().as_str(),
        }
    }
}

/// Notes that a decoy was given away, if it is one, and stops the agent it was given to.
pub(crate) async fn trip(op: &mut Op, caller: &Caller, taken: Taken<'_>) -> Result<()> {
    let (org, now) = (caller.org(), op.now());
    let Taken {
        who,
        vault,
        path,
        action,
    } = taken;
    let decoy = op.tx().find_honeytoken_at(org, vault, path).await?;
    let Some(decoy) = decoy else {
        return Ok(());
    };
    op.tx().count_trigger(org, decoy.id, now).await?;
    let is_caught = match who {
        Principal::Agent(agent) => {
            let caught = op
                .tx()
                .quarantine_agent(org, agent, vault, path, now)
                .await?;
            op.tx().bump_epoch(agent.as_uuid()).await?;
            caught
        }
        Principal::User(_) => false,
    };
    let severity = severity_of(who, decoy.created_by);
    // Whoever laid it out tests it; and an agent that is stopped was told about when it was stopped.
    let is_told = severity == Severity::Low || (!who.is_user() && !is_caught);
    let event = RiskEventRow {
        id: op.new_id(),
        org_id: org,
        principal_type: who.kind().to_owned(),
        principal_id: who.uuid(),
        event_type: ACCESS.to_owned(),
        severity: severity.as_str().to_owned(),
        ip: caller.ip().map(|ip| ip.to_string()),
        payload: json!({
            "honeytoken_id": decoy.id,
            "vault_id": vault,
            "secret_path": path,
            "action": action,
            "quarantined": is_caught,
        })
        .to_string(),
        created_at: now,
    };
    op.tx().insert_risk_event(&event, is_told).await?;
    if !is_told {
        op.alarm();
    }
    let details = || {
        Details::new()
            .uuid("honeytoken_id", decoy.id)
            .uuid("vault_id", vault)
            .text("path", path)
    };
    let about = |action, details| {
        // Not by the agent: it sees what it did itself.
        let resource = (who.kind(), who.uuid().to_string());
        entry(org, Actor::System, caller.ip(), action, resource, details)
    };
    let accessed = details().text("severity", severity.as_str());
    op.log(about("honeytoken.access", accessed));
    if is_caught {
        op.log(about("agent.quarantine", details()));
    }
    Ok(())
}

fn severity_of(who: Principal, laid_out_by: UserId) -> Severity {
    match who {
        Principal::Agent(_) => Severity::Critical,
        Principal::User(user) if user == laid_out_by => Severity::Low,
        Principal::User(_) => Severity::High,
    }
}

/// Mails about everything that nobody was mailed about. A failure is logged; the job tries again.
pub fn tell(app: &App) -> BoxFuture<'static, ()> {
    let app = app.clone();
    Box::pin(async move {
        if let Err(error) = try_tell(&app).await {
            tracing::warn!(cause = ?error.cause(), "an alarm could not be mailed");
        }
    })
}

async fn try_tell(app: &App) -> Result<()> {
    let untold = {
        let mut tx = app.store().begin_read().await?;
        tx.list_untold_events().await?
    };
    let is_any = !untold.is_empty();
    for event in untold {
        let app_in = app.clone();
        app.run(move |op| Box::pin(async move { tell_of(&app_in, op, &event).await }))
            .await?;
    }
    if is_any {
        app.wake_mail();
    }
    Ok(())
}

#[derive(serde::Deserialize)]
struct Payload {
    vault_id: VaultId,
    secret_path: String,
}

/// Mails those who run the organisation and who let the agent in. Of several nodes one does.
async fn tell_of(app: &App, op: &mut Op, event: &RiskEventRow) -> Result<()> {
    let (org, now) = (event.org_id, op.now());
    if !op.tx().mark_told(org, event.id, now).await? {
        return Ok(());
    }
    let payload: Payload = serde_json::from_str(&event.payload)?;
    let vault = op.tx().find_vault(org, payload.vault_id).await?;
    let who = Principal::from_parts(&event.principal_type, event.principal_id)?;
    let members = op.tx().list_members(org).await?;
    let base = &app.settings().public_url;
    let (name, creator, review_link) = match who {
        Principal::Agent(id) => {
            let agent = op.tx().find_agent(org, id).await?;
            let creator = agent.as_ref().map(|agent| agent.created_by);
            let name = agent.map_or_else(String::new, |agent| agent.name);
            (name, creator, format!("{base}/agents/{id}/seen"))
        }
        Principal::User(id) => {
            let member = members.iter().find(|member| member.user_id == id);
            let name = member.map_or_else(String::new, |member| member.email.clone());
            (name, None, format!("{base}/decoys"))
        }
    };
    let message = Message::DecoyRead {
        who: name,
        is_agent: !who.is_user(),
        vault: vault.map_or_else(String::new, |vault| vault.name),
        path: payload.secret_path,
        read_at: event.created_at,
        ip: event.ip.as_deref().and_then(|ip| ip.parse().ok()),
        review_link,
    };
    let runs_it = [Role::Owner.as_str(), Role::Admin.as_str()];
    for member in members {
        if !runs_it.contains(&member.role.as_str()) && creator != Some(member.user_id) {
            continue;
        }
        let user = op.tx().find_user(member.user_id).await?;
        if user.is_none_or(|user| user.email_verified_at.is_none()) {
            continue;
        }
        // For each who is caught: one must not keep the alarm about another from being read.
        let subject = format!("decoy\n{}\n{}", event.principal_id, member.email);
        let counter = app.counter(Limit::MailAddress, &subject);
        let exceeded = limits::exceeded(op, &counter, Limit::MailAddress).await?;
        if exceeded.is_none() {
            mail::queue(app, op, Some(org), &member.email, &message).await?;
        }
    }
    Ok(())
}

/// Which events to list.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Exactly this severity.
    pub severity: Option<Severity>,
    /// Only of people, or only of agents.
    pub principal_type: Option<&'static str>,
    /// At most so many; 50 when absent.
    pub limit: Option<i64>,
    /// After skipping so many.
    pub offset: Option<i64>,
}

/// What should not have happened, newest first: for those who run the organisation.
pub async fn list_events(app: &App, caller: &Caller, query: Query) -> Result<Vec<RiskEvent>> {
    let mut view = admin_view(app, caller).await?;
    let filter = RiskFilter {
        severity: query.severity.map(Severity::as_str),
        principal_type: query.principal_type,
    };
    let limit = query.limit.unwrap_or(50).clamp(1, LONGEST_LIST);
    let offset = query.offset.unwrap_or(0).max(0);
    let events = view
        .tx
        .list_risk_events(caller.org(), Timestamp::MIN, filter, limit, offset)
        .await?;
    Ok(events)
}

/// What follows from the events of the last 30 days, for each who caused some, the worst first.
pub async fn list_verdicts(app: &App, caller: &Caller) -> Result<Vec<Verdict>> {
    let mut view = admin_view(app, caller).await?;
    let since = view.now.minus(COUNTED);
    let events = view
        .tx
        .list_risk_events(caller.org(), since, RiskFilter::default(), JUDGED, 0)
        .await?;
    let mut verdicts: BTreeMap<Uuid, Verdict> = BTreeMap::new();
    for event in events {
        let severity = Severity::parse(&event.severity).map_err(Error::internal)?;
        let principal = Principal::from_parts(&event.principal_type, event.principal_id)?;
        let verdict = verdicts.entry(event.principal_id).or_insert(Verdict {
            principal,
            severity,
            events: 0,
            last_at: event.created_at,
            expires_at: event.created_at.plus(COUNTED),
        });
        verdict.events += 1;
        verdict.severity = verdict.severity.max(severity);
    }
    let mut verdicts: Vec<_> = verdicts.into_values().collect();
    verdicts.sort_by_key(|verdict| std::cmp::Reverse((verdict.severity, verdict.last_at)));
    Ok(verdicts)
}

async fn admin_view(app: &App, caller: &Caller) -> Result<View> {
    caller.user()?;
    let view = app.view(caller).await?;
    view.live.require_admin()?;
    Ok(view)
}
