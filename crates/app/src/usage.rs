//! How much an organisation uses the API: requests by month, and the latest ones.
//!
//! Counting must not slow a request down, so it happens in memory and is written every few seconds, by
//! each node for itself. What a process counted after its last write is lost if it is killed: these are
//! figures to look at, not evidence. The audit log is evidence.

use crate::App;
use crate::error::Result;
use crate::live::Caller;
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::OrgId;
pub use oneclaw_store::usage::UsageEventRow as Recorded;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// How many of the latest requests of an organisation are kept.
pub const HISTORY: usize = 200;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who made it.
    pub principal: Principal,
    /// Its method.
    pub method: &'static str,
    /// The route, with names for its parameters.
    pub endpoint: Arc<str>,
    /// How it was answered.
    pub status: u16,
    /// When.
    pub at: Timestamp,
}

/// What is counted and not written yet.
#[derive(Default)]
pub(crate) struct Meter(Mutex<HashMap<OrgId, Pending>>);

#[derive(Default)]
struct Pending {
    /// Requests by day since 1970.
    days: HashMap<i64, i64>,
    /// The latest, oldest first.
    requests: VecDeque<Request>,
}

impl Meter {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<OrgId, Pending>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, org: OrgId, request: Request) {
        let mut all = self.lock();
        let pending = all.entry(org).or_default();
        let day = request.at.as_millis().div_euclid(DAY);
        let requests = pending.days.entry(day).or_default();
        *requests = requests.saturating_add(1);
        if pending.requests.len() >= HISTORY {
            pending.requests.pop_front();
        }
        pending.requests.push_back(request);
    }

    /// Puts back what could not be written.
    fn restore(&self, taken: HashMap<OrgId, Pending>) {
        let mut all = self.lock();
        for (org, before) in taken {
            let pending = all.entry(org).or_default();
            for (day, requests) in before.days {
                let known = pending.days.entry(day).or_default();
                *known = known.saturating_add(requests);
            }
            for request in before.requests.into_iter().rev() {
                if pending.requests.len() < HISTORY {
                    pending.requests.push_front(request);
                }
            }
        }
    }
}

impl App {
    /// Counts a request.
    pub fn count_request(&self, org: OrgId, request: Request) {
        self.meter().count(org, request);
    }
}

/// Writes what was counted.
pub async fn flush(app: &App) -> Result<()> {
    let taken = Arc::new(std::mem::take(&mut *app.meter().lock()));
    if taken.is_empty() {
        return Ok(());
    }
    let work = Arc::clone(&taken);
    let written = app
        .run(move |op| {
            Box::pin(async move {
                // In the order of their ids, so that two nodes cannot wait for each other.
                let mut orgs: Vec<_> = work.iter().collect();
                orgs.sort_unstable_by_key(|(org, _)| **org);
                for (org, pending) in orgs {
                    let mut days: Vec<_> = pending.days.iter().collect();
                    days.sort_unstable();
                    let mut is_there = false;
                    for (day, requests) in days {
                        let month = month_of(Timestamp::from_millis(day.saturating_mul(DAY)));
                        is_there = op.tx().add_usage(*org, &month, *requests).await?;
                    }
                    if !is_there {
                        continue;
                    }
                    let rows: Vec<_> = pending
                        .requests
                        .iter()
                        .map(|request| Recorded {
                            id: op.random().uuid_v7(request.at),
                            org_id: *org,
                            principal_type: request.principal.kind().to_owned(),
                            principal_id: request.principal.uuid(),
                            method: request.method.to_owned(),
                            endpoint: request.endpoint.to_string(),
                            status_code: i64::from(request.status),
                            created_at: request.at,
                        })
                        .collect();
                    op.tx().insert_usage_events(&rows).await?;
                    op.tx()
                        .trim_usage_events(*org, i64::try_from(HISTORY).unwrap_or(200))
                        .await?;
                }
                Ok(())
            })
        })
        .await;
    if written.is_err()
        && let Some(taken) = Arc::into_inner(taken)
    {
        app.meter().restore(taken);
    }
    written
}

/// `2026-11`
fn month_of(at: Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate(7);
    text
}

/// How many requests the caller's organisation made this month, this one not counted.
pub async fn this_month(app: &App, caller: &Caller) -> Result<i64> {
    flush(app).await?;
    let mut view = app.view(caller).await?;
    let month = month_of(view.now);
    Ok(view.tx.find_usage(caller.org(), &month).await?)
}

/// The latest requests, newest first: of the whole organisation for its owners and admins, of the
/// caller for others.
pub async fn history(app: &App, caller: &Caller, limit: i64) -> Result<Vec<Recorded>> {
    if !(1..=200).contains(&limit) {
        return Err(crate::Error::invalid(
            "limit",
            "The limit must be from 1 to 200.",
        ));
    }
    flush(app).await?;
    let mut view = app.view(caller).await?;
    let only = (!view.live.is_admin()).then(|| caller.principal().uuid());
    Ok(view.tx.list_usage_events(caller.org(), only, limit).await?)
}
