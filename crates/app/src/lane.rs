//! The fast lane: decide from remembered state, commit with guards, decide again when they are stale.
//!
//! One request on it costs no database round trip of its own while what it needs is remembered:
//! the group commit re-checks everything. Whatever is found stale is forgotten, and the request
//! starts over on fresh state; a request that keeps losing ends with 503.

use crate::caches::VaultView;
use crate::commit::{Guards, Light, Outcome, Step};
use crate::error::{Error, Result};
use crate::live::{self, Caller, Credential, Live, Loaded};
use crate::op::{Op, entry};
use crate::view::View;
use crate::{App, honeytokens, policies};
use oneclaw_core::audit::{Details, Draft};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{self, Action, Basis, Denied, Granted, Rule, RuleSet};
use oneclaw_crypto::{MasterKeys, envelope::VaultKey, seal::OpenError};
use oneclaw_store::Tx;
use oneclaw_store::epochs::Guard;
use oneclaw_store::secrets::SealedRow;
use std::sync::{Arc, PoisonError};

/// How often a request decides again on changed state before it gives up.
pub(crate) const ATTEMPTS: usize = 4;
/// How often it tries again to write a path that others are writing too: of each group one wins.
const WRITE_ATTEMPTS: usize = 512;

/// One pass over a request.
pub(crate) enum Attempt<T> {
    /// It went through.
    Done(T),
    /// It rested on something that has changed.
    Stale,
    /// Another writer of the same path was faster.
    Lost,
    /// It rests on a policy that is used up by being used, or reads a decoy: only a unit of work can decide
    /// and do in one what follows.
    InTurn,
}

impl<T> Attempt<T> {
    /// The same outcome of another attempt, which has come to nothing.
    pub(crate) fn instead_of<U>(self) -> Attempt<U> {
        match self {
            Self::InTurn => Attempt::InTurn,
            Self::Lost => Attempt::Lost,
            Self::Done(_) | Self::Stale => Attempt::Stale,
        }
    }
}

/// Counts the passes of one request and forgets what was found stale.
pub(crate) struct Retry<'a> {
    app: &'a App,
    caller: &'a Caller,
    vault: VaultId,
    path: &'a SecretPath,
    stale: usize,
    lost: usize,
    in_turn: bool,
}

impl<'a> Retry<'a> {
    pub(crate) const fn new(
        app: &'a App,
        caller: &'a Caller,
        vault: VaultId,
        path: &'a SecretPath,
    ) -> Self {
        Self {
            app,
            caller,
            vault,
            path,
            stale: 0,
            lost: 0,
            in_turn: false,
        }
    }

    /// Gives the value of a pass that went through; `None` means: once more.
    ///
    /// # Errors
    /// Unavailable after too many passes, and whatever reading the caller's state afresh says.
    pub(crate) async fn settle<T>(&mut self, attempt: Attempt<T>) -> Result<Option<T>> {
        match attempt {
            Attempt::Done(value) => return Ok(Some(value)),
            Attempt::InTurn => {
                self.in_turn = true;
                return Ok(None);
            }
            Attempt::Lost => self.lost += 1,
            Attempt::Stale => {
                self.stale += 1;
                self.app.caches().vaults.remove(&(
                    self.caller.org(),
                    self.vault,
                    self.caller.principal(),
                ));
                self.app.reload(self.caller).await?;
            }
        }
        self.app
            .caches()
            .sealed
            .remove(&(self.vault, self.path.clone()));
        if self.stale <= ATTEMPTS && self.lost < WRITE_ATTEMPTS {
            return Ok(None);
        }
        Err(Error::unavailable())
    }

    /// Whether the request has to be decided in a unit of work.
    pub(crate) const fn must_take_turn(&self) -> bool {
        self.in_turn
    }

    /// Whether what the request rests on changes faster than it can decide. It may, for as long as
    /// somebody goes on writing, so trying again is no way out.
    pub(crate) const fn is_overtaken(&self) -> bool {
        self.stale >= ATTEMPTS
    }
}

/// A decision in the making: who, where, and what it rests on.
pub(crate) struct Access {
    pub(crate) loaded: Arc<Loaded>,
    pub(crate) view: Arc<VaultView>,
    action: Action,
    guards: Guards,
}

impl Access {
    /// What the commit has to re-check.
    pub(crate) fn guards(&self) -> Guards {
        self.guards.clone()
    }

    /// Decides. A refusal is committed like a success: it is logged, and it too is re-checked, so
    /// that remembered state can neither allow nor refuse anything on its own.
    pub(crate) async fn granted(
        self,
        app: &App,
        caller: &Caller,
        path: &SecretPath,
    ) -> Result<Attempt<(Self, Granted)>> {
        match self
            .view
            .decide(&self.loaded.live, caller, self.action, path, app.now())
        {
            Ok(granted) if self.view.is_spent_by(&granted) || self.view.is_tripped_by(&granted) => {
                Ok(Attempt::InTurn)
            }
            Ok(granted) => Ok(Attempt::Done((self, granted))),
            Err(denied) => {
                let (vault, action) = (self.view.vault, self.action);
                let light = Light {
                    guards: self.guards(),
                    secret: None,
                    step: Step::None,
                    entry: denied_entry(caller, vault, action, path, &denied),
                };
                match app.commit(light).await? {
                    Outcome::Done => Err(Error::denied(denied, vault, action, path)),
                    _ => Ok(Attempt::Stale),
                }
            }
        }
    }
}

/// The audit entry of a refusal.
pub(crate) fn denied_entry(
    caller: &Caller,
    vault: VaultId,
    action: Action,
    path: &SecretPath,
    denied: &Denied,
) -> Draft {
    let mut details = Details::new()
        .text("attempted", action.as_str())
        .text("path", path.as_str())
        .text("reason", denied.reason().as_str());
    if let Some(rule) = denied.rule() {
        details = details.uuid("policy_id", rule);
    }
    entry_of(
        caller,
        "access.denied",
        ("vault", vault.to_string()),
        details,
    )
}

/// An entry about what a caller did.
pub(crate) fn entry_of(
    caller: &Caller,
    action: &'static str,
    resource: (&'static str, String),
    details: Details,
) -> Draft {
    entry(
        caller.org(),
        caller.actor(),
        caller.ip(),
        action,
        resource,
        details,
    )
}

/// Notes why something was allowed.
pub(crate) fn with_basis(details: Details, basis: Basis) -> Details {
    match basis {
        Basis::Rule(id) => details.uuid("policy_id", id),
        Basis::VaultOwner => details.flag("owner", true),
    }
}

impl VaultView {
    /// Decides one action on one path.
    pub(crate) fn decide(
        &self,
        live: &Live,
        caller: &Caller,
        action: Action,
        path: &SecretPath,
        now: Timestamp,
    ) -> std::result::Result<Granted, Denied> {
        let request = self.request(live, caller, action, path, now);
        policy::evaluate(&request, self.rules.candidates(path))
    }

    /// Decides without the policies that are used up by being used: for whatever looks at many paths at
    /// once and so cannot spend any.
    pub(crate) fn decide_unspent(
        &self,
        live: &Live,
        caller: &Caller,
        action: Action,
        path: &SecretPath,
        now: Timestamp,
    ) -> std::result::Result<Granted, Denied> {
        let request = self.request(live, caller, action, path, now);
        let lasting = |rule: &&Rule| !self.limited.contains(&rule.id);
        policy::evaluate(&request, self.rules.candidates(path).filter(lasting))
    }

    /// Whether what was granted uses a policy up. Seeing that a path exists does not.
    pub(crate) fn is_spent_by(&self, granted: &Granted) -> bool {
        granted.action() != Action::List
            && matches!(granted.basis(), Basis::Rule(id) if self.limited.contains(&id))
    }

    /// Whether what was granted gives away a decoy.
    pub(crate) fn is_tripped_by(&self, granted: &Granted) -> bool {
        granted.action().discloses() && self.decoys.contains(granted.path())
    }

    /// The question as the evaluator takes it.
    pub(crate) fn request<'a>(
        &'a self,
        live: &'a Live,
        caller: &'a Caller,
        action: Action,
        path: &'a SecretPath,
        now: Timestamp,
    ) -> policy::Request<'a> {
        let is_caller = live.principal == caller.principal();
        policy::Request {
            now,
            principal: live.principal,
            role: live.role,
            // Remembered state serves every credential of a principal; how this one was proved, and
            // how far a personal key reaches, is the caller's own.
            auth_method: if is_caller {
                caller.auth_method
            } else {
                live.auth_method
            },
            ip: caller.ip(),
            environment: live.environment.as_deref(),
            vault: self.vault,
            vault_owner: self.owner,
            vault_binding: &live.vault_binding,
            scopes: if is_caller && live.principal.is_user() {
                &caller.scopes
            } else {
                &live.scopes
            },
            action,
            path,
        }
    }
}

impl View {
    /// A vault of the caller's organisation as the caller sees it.
    pub(crate) async fn vault_view(&mut self, vault: VaultId) -> Result<VaultView> {
        load_vault_view(&mut self.tx, &self.live, vault).await
    }

    /// What a decision on a vault rests on in this snapshot.
    pub(crate) fn guards(&self, caller: &Caller, vault: &VaultView) -> Guards {
        let mut guards = with_credential(caller, self.guards);
        guards.push(vault.guard);
        guards
    }
}

impl Op {
    /// Decides on the state of this transaction; a refusal is logged. A policy that is used up by
    /// being used is spent here, so that it is spent exactly when what it allowed becomes durable; and who
    /// reads a decoy is caught here, so that nothing that gives a value away can forget it.
    pub(crate) async fn decide(
        &mut self,
        live: &Live,
        caller: &Caller,
        vault: VaultId,
        action: Action,
        path: &SecretPath,
    ) -> Result<Granted> {
        let now = self.now();
        let view = load_vault_view(self.tx(), live, vault).await?;
        let granted = view
            .decide(live, caller, action, path, now)
            .map_err(|denied| {
                Error::denied(denied, vault, action, path)
                    .logged(denied_entry(caller, vault, action, path, &denied))
            })?;
        if let Basis::Rule(policy) = granted.basis()
            && view.is_spent_by(&granted)
        {
            if !self.tx().spend_policy_use(live.org, vault, policy).await? {
                return Err(Error::unavailable());
            }
            // What others remember of the vault's rules is no longer so.
            self.tx().bump_epoch(vault.as_uuid()).await?;
        }
        if view.is_tripped_by(&granted) {
            honeytokens::trip(self, caller, (&granted).into()).await?;
        }
        Ok(granted)
    }
}

/// Loads a vault with the rules that concern one principal. The epoch is read first.
pub(crate) async fn load_vault_view(tx: &mut Tx, live: &Live, vault: VaultId) -> Result<VaultView> {
    let guard = (vault.as_uuid(), tx.epoch(vault.as_uuid()).await?);
    let row = tx
        .find_vault(live.org, vault)
        .await?
        .ok_or_else(crate::vaults::missing)?;
    let policies = tx
        .list_policies_for(live.org, vault, live.principal.uuid())
        .await?;
    Ok(VaultView {
        vault,
        owner: oneclaw_core::caller::Principal::from_parts(&row.owner_type, row.owner_id)?,
        key_generation: row.key_generation,
        limited: policies
            .iter()
            .filter(|policy| policy.uses_left.is_some())
            .map(|policy| policy.id)
            .collect(),
        decoys: tx
            .list_honeytoken_paths(live.org, vault)
            .await?
            .iter()
            .map(|path| SecretPath::parse(path).map_err(Error::internal))
            .collect::<Result<_>>()?,
        cmek_fingerprint: row.cmek_fingerprint,
        rules: RuleSet::new(
            policies
                .iter()
                .map(policies::rule_of)
                .collect::<Result<_>>()?,
        ),
        guard,
    })
}

impl App {
    /// The remembered state of a caller, or the state read now.
    pub(crate) async fn live(&self, caller: &Caller) -> Result<Arc<Loaded>> {
        let key = (caller.principal(), caller.org());
        match self.caches().principals.get(&key) {
            Some(loaded)
                if live::matches_epochs(caller, &loaded)
                    && loaded.is_in_time(self.now())
                    && loaded.admits(caller) =>
            {
                Ok(loaded)
            }
            // What is remembered refuses nobody: the end may have been moved.
            _ => self.reload(caller).await,
        }
    }

    /// Turns away whoever may not come in at all, before anything is looked at: from memory, which the
    /// commit of the request re-checks like everything that is remembered.
    pub async fn admit(&self, caller: &Caller) -> Result<()> {
        self.live(caller).await.map(|_| ())
    }

    /// Lets an agent in that was stopped because it read a decoy: to be answered where it reads decoys, and nowhere
    /// else.
    pub async fn admit_quarantined(&self, caller: &Caller) -> Result<()> {
        let mut tx = self.store().begin_read().await?;
        live::load_quarantined(&mut tx, caller, self.now())
            .await
            .map(drop)
    }

    /// Reads a caller's state afresh, checking all of its credential.
    pub(crate) async fn reload(&self, caller: &Caller) -> Result<Arc<Loaded>> {
        let mut tx = self.store().begin_read().await?;
        self.load_into_memory(&mut tx, caller).await
    }

    async fn load_into_memory(&self, tx: &mut Tx, caller: &Caller) -> Result<Arc<Loaded>> {
        let loaded = Arc::new(live::load(tx, caller, self.now()).await?);
        self.caches()
            .principals
            .insert((caller.principal(), caller.org()), Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Prepares a decision about a path.
    pub(crate) async fn access(
        &self,
        caller: &Caller,
        vault: VaultId,
        action: Action,
    ) -> Result<Access> {
        let key = (caller.org(), vault, caller.principal());
        let (loaded, view) = match self.caches().vaults.get(&key) {
            Some(view) => (self.live(caller).await?, view),
            None => {
                // With the credential checked again: that there is no such vault is an answer, and
                // no commit re-checks it.
                let mut tx = self.store().begin_read().await?;
                let loaded = self.load_into_memory(&mut tx, caller).await?;
                let view = Arc::new(load_vault_view(&mut tx, &loaded.live, vault).await?);
                self.caches().vaults.insert(key, Arc::clone(&view));
                (loaded, view)
            }
        };
        let mut guards = with_credential(caller, loaded.guards);
        guards.push(view.guard);
        Ok(Access {
            loaded,
            view,
            action,
            guards,
        })
    }

    /// Refuses because of what a look at the database found after the decision. No commit re-checks
    /// that, so it is said only to those whose decision still stands: whether there is something at
    /// a path is for nobody else to know.
    pub(crate) async fn refuse<T>(&self, access: &Access, error: Error) -> Result<Attempt<T>> {
        let mut tx = self.store().begin_read().await?;
        if tx.stale_guards(&access.guards).await?.is_empty() {
            Err(error)
        } else {
            Ok(Attempt::Stale)
        }
    }

    /// The newest version at a path: remembered, or read now. What is remembered as gone is read
    /// again, unless it is to be written: that is compared with what is there.
    pub(crate) async fn sealed(
        &self,
        access: &Access,
        caller: &Caller,
        path: &SecretPath,
    ) -> Result<Option<Arc<SealedRow>>> {
        let key = (access.view.vault, path.clone());
        if let Some(row) = self.caches().sealed.get(&key)
            && (access.action == Action::Write
                || crate::secrets::check_readable(&row, self.now()).is_ok())
        {
            return Ok(Some(row));
        }
        let mut tx = self.store().begin_read().await?;
        let row = tx
            .find_sealed(caller.org(), access.view.vault, path.as_str())
            .await?;
        Ok(row.map(|row| {
            let row = Arc::new(row);
            self.caches().sealed.insert(key, Arc::clone(&row));
            row
        }))
    }

    /// One version at a path; older versions are not remembered.
    pub(crate) async fn sealed_version(
        &self,
        caller: &Caller,
        vault: VaultId,
        path: &SecretPath,
        version: i64,
    ) -> Result<Option<Arc<SealedRow>>> {
        let mut tx = self.store().begin_read().await?;
        let row = tx
            .find_sealed_version(caller.org(), vault, path.as_str(), version)
            .await?;
        Ok(row.map(Arc::new))
    }

    /// Commits a light member.
    pub(crate) async fn commit(&self, light: Light) -> Result<Outcome> {
        Ok(self.0.committer.commit(light).await?)
    }

    /// A vault's key: remembered, or unwrapped now.
    pub(crate) async fn vault_key(
        &self,
        org: OrgId,
        vault: VaultId,
        generation: i64,
    ) -> Result<Arc<VaultKey>> {
        if let Some(key) = self.caches().vault_keys.get(&(vault, generation)) {
            return Ok(key);
        }
        let mut tx = self.store().begin_read().await?;
        let row = tx
            .find_vault_key(org, vault, generation)
            .await?
            .ok_or_else(crate::vaults::missing)?;
        let key = self.unwrap_vault_key(org, vault, generation, &row.wrapped)?;
        let key = Arc::new(key);
        self.caches()
            .vault_keys
            .insert((vault, generation), Arc::clone(&key));
        Ok(key)
    }

    /// Unwraps a vault key; a key wrapped under a master key we do not know yet means that the key
    /// file was rotated, so it is read again once.
    pub(crate) fn unwrap_vault_key(
        &self,
        org: OrgId,
        vault: VaultId,
        generation: i64,
        wrapped: &[u8],
    ) -> Result<VaultKey> {
        let generation = generation.unsigned_abs();
        let unwrap =
            |master: &MasterKeys| VaultKey::unwrap(master, org, vault, generation, wrapped);
        match self.with_master(unwrap) {
            Err(OpenError::UnknownKey(_)) => {
                self.reload_master()?;
                Ok(self.with_master(unwrap)?)
            }
            other => Ok(other?),
        }
    }

    /// Lends the master keys.
    pub(crate) fn with_master<T>(&self, work: impl FnOnce(&MasterKeys) -> T) -> T {
        work(&self.0.master.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the master key file again.
    pub(crate) fn reload_master(&self) -> Result<()> {
        let fresh = MasterKeys::load(&self.0.master_key_file).map_err(Error::internal)?;
        *self
            .0
            .master
            .write()
            .unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }
}

/// What a credential rests on: its holder, the organisation, the token, the session, the key, the grant.
fn with_credential(caller: &Caller, state: [Guard; 2]) -> Guards {
    let mut guards = Guards::from_slice(&state);
    match &caller.credential {
        Credential::Token {
            id,
            session,
            key,
            grant,
            ..
        } => {
            guards.push((id.as_uuid(), 0));
            guards.extend(session.map(|session| (session.as_uuid(), 0)));
            guards.extend(key.map(|key| (key.as_uuid(), 0)));
            guards.extend(grant.map(|grant| (grant.as_uuid(), 0)));
        }
        Credential::Session(id) => guards.push((id.as_uuid(), 0)),
        Credential::Key { id, .. } => guards.push((id.as_uuid(), 0)),
    }
    guards
}
