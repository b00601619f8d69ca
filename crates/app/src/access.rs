//! Who reaches what, asked about many paths or many principals at once: the access explorer, and the
//! preview of a policy before it is saved.
//!
//! Invariants:
//! - Every answer comes from the evaluator that decides requests, so a preview cannot promise what
//!   will not happen.
//! - Only those who control a vault may ask about others in it, and paths that they could not list
//!   themselves are counted, never named.
//! - Asking opens nothing and changes nothing.

use crate::App;
use crate::caches::VaultView;
use crate::error::{Error, Result};
use crate::live::{self, Caller, Live};
use crate::policies::{self, CreateRequest};
use crate::vaults::{self, Vault, require_control, vault_of};
use crate::view::View;
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::VaultId;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{self, Action, Explanation, Rule};
use oneclaw_store::secrets::PathRange;
use std::collections::BTreeSet;

/// What can be done with a secret, in the order in which people think of it.
const ACTIONS: [Action; 5] = [
    Action::Read,
    Action::Write,
    Action::Delete,
    Action::Rotate,
    Action::Use,
];

/// One who was asked about, with the decision.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who.
    pub principal: Principal,
    /// Whether, and why.
    pub explanation: Explanation,
}

/// Who may do `action` at `path`: everybody whom a policy of the vault names, and its owner. Nobody
/// else can.
pub async fn who(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    path: &SecretPath,
    action: Action,
) -> Result<Vec<Answer>> {
    let mut view = app.view(caller).await?;
    let owner = controlled(&mut view, caller, vault).await?.owner;
    let rows = view.tx.list_policies(caller.org(), vault).await?;
    let mut candidates = BTreeSet::from([owner]);
    for row in rows {
        candidates.insert(Principal::from_parts(
            &row.principal_type,
            row.principal_id,
        )?);
    }
    let mut answers = Vec::new();
    for principal in candidates {
        // Agents that are switched off and people who left can do nothing.
        if let Some(live) = as_principal(&mut view, caller, principal).await? {
            let seen = crate::lane::load_vault_view(&mut view.tx, &live, vault).await?;
            let request = request(&seen, &live, caller, action, path, view.now);
            let explanation = policy::explain(&request, seen.rules.all());
            answers.push(Answer {
                principal,
                explanation,
            });
        }
    }
    Ok(answers)
}

/// What a principal reaches in one vault.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Where.
    pub vault: Vault,
    /// What it may do at which path; only paths that the asker could list.
    pub paths: Vec<(String, Vec<Action>)>,
    /// How many more there are, whose names are not the asker's to see.
    pub unnamed: usize,
}

/// What a principal reaches now, in every vault that the caller controls.
pub async fn reach(app: &App, caller: &Caller, principal: Principal) -> Result<Vec<Reach>> {
    let mut view = app.view(caller).await?;
    let Some(live) = as_principal(&mut view, caller, principal).await? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for vault in vaults::visible(&mut view, caller).await? {
        if require_control(&view.live, &vault).is_err() {
            continue;
        }
        let seen = crate::lane::load_vault_view(&mut view.tx, &live, vault.id).await?;
        let own = view.vault_view(vault.id).await?;
        let (mut paths, mut unnamed) = (Vec::new(), 0);
        for path in paths_in(&mut view, caller, vault.id).await? {
            let may = allowed(
                &seen,
                seen.rules.candidates(&path),
                &live,
                caller,
                &path,
                view.now,
            );
            if may.is_empty() {
                continue;
            }
            if can_list(&own, &view, caller, &path) {
                paths.push((path.to_string(), may));
            } else {
                unnamed += 1;
            }
        }
        if !paths.is_empty() || unnamed > 0 {
            found.push(Reach {
                vault,
                paths,
                unnamed,
            });
        }
    }
    Ok(found)
}

/// What a policy would do if it were saved now.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// Paths that its pattern matches.
    pub matches: Vec<String>,
    /// Paths that it misses, although they begin the same way.
    pub near_misses: Vec<String>,
    /// What becomes possible, by path.
    pub gains: Vec<(String, Vec<Action>)>,
    /// What ceases to be possible, by path.
    pub losses: Vec<(String, Vec<Action>)>,
    /// Matching paths whose names are not the asker's to see.
    pub unnamed: usize,
    /// It says the same as a policy that is there.
    pub is_duplicate: bool,
    /// The test that was asked for.
    pub test: Option<Explanation>,
}

impl Preview {
    /// Whether it matches paths and still changes nothing.
    #[must_use]
    pub fn is_without_effect(&self) -> bool {
        self.gains.is_empty() && self.losses.is_empty()
    }
}

/// Says what a policy would do, without saving it: for those who may write it. `test` is a path and an
/// action to be decided as if it were saved.
pub async fn preview(
    app: &App,
    caller: &Caller,
    vault: VaultId,
    wanted: CreateRequest,
    test: Option<(SecretPath, Action)>,
) -> Result<Preview> {
    let mut view = app.view(caller).await?;
    controlled(&mut view, caller, vault).await?;
    let rule = policies::draft_rule(&wanted, view.now)?;
    let unknown = || {
        Error::invalid(
            "principal_id",
            "There is no such active user or agent in your organisation.",
        )
    };
    let live = as_principal(&mut view, caller, rule.principal)
        .await?
        .ok_or_else(unknown)?;
    let seen = crate::lane::load_vault_view(&mut view.tx, &live, vault).await?;
    let own = view.vault_view(vault).await?;
    let before = seen.rules.all();
    let with_it = || before.iter().chain([&rule]);
    let mut found = Preview {
        is_duplicate: before.iter().any(|other| is_same(other, &rule)),
        ..Preview::default()
    };
    for path in paths_in(&mut view, caller, vault).await? {
        let is_match = rule.pattern.matches(&path);
        if !can_list(&own, &view, caller, &path) {
            found.unnamed += usize::from(is_match);
            continue;
        }
        if !is_match {
            if begins_alike(&rule.pattern, &path) {
                found.near_misses.push(path.to_string());
            }
            continue;
        }
        // Only where the pattern matches can a decision change.
        let then = allowed(&seen, with_it(), &live, caller, &path, view.now);
        let now = allowed(&seen, before, &live, caller, &path, view.now);
        let only_in = |one: &[Action], other: &[Action]| -> Vec<Action> {
            let new = one.iter().filter(|action| !other.contains(action));
            new.copied().collect()
        };
        let (gained, lost) = (only_in(&then, &now), only_in(&now, &then));
        let path = path.to_string();
        if !gained.is_empty() {
            found.gains.push((path.clone(), gained));
        }
        if !lost.is_empty() {
            found.losses.push((path.clone(), lost));
        }
        found.matches.push(path);
    }
    found.test = test.map(|(path, action)| {
        let request = request(&seen, &live, caller, action, &path, view.now);
        policy::explain(&request, with_it())
    });
    Ok(found)
}

async fn controlled(view: &mut View, caller: &Caller, vault: VaultId) -> Result<Vault> {
    let row = view
        .tx
        .find_vault(caller.org(), vault)
        .await?
        .ok_or_else(vaults::missing)?;
    let vault = vault_of(row)?;
    require_control(&view.live, &vault)?;
    Ok(vault)
}

/// The state of somebody else; `None` for whoever can do nothing at all.
async fn as_principal(
    view: &mut View,
    caller: &Caller,
    principal: Principal,
) -> Result<Option<Live>> {
    if principal == caller.principal() {
        return Ok(Some(view.live.clone()));
    }
    let method = match principal {
        Principal::User(_) => AuthMethod::Password,
        Principal::Agent(_) => AuthMethod::ApiKey,
    };
    match live::load_principal(&mut view.tx, principal, caller.org(), method, view.now).await {
        Ok(loaded) => Ok(Some(loaded.live)),
        Err(error) if *error.kind() == crate::Kind::Unauthenticated => Ok(None),
        Err(error) => Err(error),
    }
}

fn request<'a>(
    seen: &'a VaultView,
    live: &'a Live,
    caller: &'a Caller,
    action: Action,
    path: &'a SecretPath,
    now: Timestamp,
) -> policy::Request<'a> {
    let request = seen.request(live, caller, action, path, now);
    policy::Request {
        // Somebody else's address is not known: conditions on it count as not met.
        ip: request.ip.filter(|_| live.principal == caller.principal()),
        ..request
    }
}

fn allowed<'r>(
    seen: &VaultView,
    rules: impl IntoIterator<Item = &'r Rule>,
    live: &Live,
    caller: &Caller,
    path: &SecretPath,
    now: Timestamp,
) -> Vec<Action> {
    let rules: Vec<&Rule> = rules.into_iter().collect();
    let may = ACTIONS.into_iter().filter(|action| {
        let request = request(seen, live, caller, *action, path, now);
        policy::evaluate(&request, rules.iter().copied()).is_ok()
    });
    may.collect()
}

fn can_list(own: &VaultView, view: &View, caller: &Caller, path: &SecretPath) -> bool {
    own.decide(&view.live, caller, Action::List, path, view.now)
        .is_ok()
}

async fn paths_in(view: &mut View, caller: &Caller, vault: VaultId) -> Result<Vec<SecretPath>> {
    let rows = view
        .tx
        .list_secret_metadata(caller.org(), vault, &PathRange::of_prefix(""), i64::MAX)
        .await?;
    rows.iter()
        .map(|row| SecretPath::parse(&row.path).map_err(Error::internal))
        .collect()
}

fn is_same(one: &Rule, other: &Rule) -> bool {
    one.pattern == other.pattern
        && one.permissions == other.permissions
        && one.effect == other.effect
        && one.priority == other.priority
        && one.expires_at == other.expires_at
        && one.conditions.as_str() == other.conditions.as_str()
        && one.attribute_conditions.as_str() == other.attribute_conditions.as_str()
}

/// Whether somebody who wrote the pattern might have meant the path too: the same first segment, or one
/// that differs by its ending only (`api-key` and `api-keys`).
fn begins_alike(pattern: &PathPattern, path: &SecretPath) -> bool {
    let wanted = pattern.as_str().split('/').next().unwrap_or_default();
    let first = path.segments().next().unwrap_or_default();
    let is_prefix = |one: &str, other: &str| one.len() > 2 && other.starts_with(one);
    !wanted.contains('*')
        && (is_prefix(wanted, first) || is_prefix(first, wanted) || wanted == first)
}
