//! The one decision: may this caller do this to this path of this vault?
//!
//! [`evaluate`] is the only evaluator. The API, the dashboard, previews, MCP and [`explain`] all go
//! through the same function, so what is shown can never differ from what is enforced.
//!
//! Invariants:
//! - Closed by default: without a matching allow, or ownership of the vault, the answer is no.
//! - The order is fixed: vault binding of the token, ceiling of its path scopes, rules, ownership.
//! - The highest priority decides; at equal priority a deny beats an allow. The order of the rules
//!   has no influence.
//! - What cannot be understood or evaluated never opens anything: an allow with such a condition
//!   does not match, a deny with such a condition does.
//! - Only this module makes a [`Granted`], and the decryption of values demands one.
//! - The decision is taken without knowing whether the secret exists, and no message tells.

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::caller::{AuthMethod, Principal, Role};
use crate::clock::Timestamp;
use crate::id::{PolicyId, VaultId};
use crate::path::{PathError, PathPattern, SecretPath};
use crate::words::words;

mod conditions;
mod explain;
mod rules;

pub use conditions::{AttributeConditions, ConditionError, Conditions};
pub use explain::{ExplainedRule, Explanation, explain};
pub use rules::RuleSet;

words! {
    /// What a rule grants or refuses.
    pub enum Permission, "permission" {
        /// See the value.
        Read = "read",
        /// Create, replace and delete.
        Write = "write",
        /// Delete.
        Delete = "delete",
        /// Let the server replace the value with a fresh random one.
        Rotate = "rotate",
        /// Let the server use the value in a call on the caller's behalf, without seeing it.
        Use = "use",
    }
}

impl Permission {
    const fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// A set of [`Permission`]s; in JSON an array of words in canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PermissionSet(u8);

/// Why a list of permissions is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PermissionError {
    /// No permission at all.
    #[error("permissions must not be empty; choose from read, write, delete, rotate, use")]
    Empty,
    /// A word that is not a permission.
    #[error("unknown permission {0:?}; choose from read, write, delete, rotate, use")]
    Unknown(String),
}

impl PermissionSet {
    /// Reads the words; duplicates count once.
    ///
    /// # Errors
    /// When the list is empty or holds an unknown word.
    pub fn parse<S: AsRef<str>>(words: &[S]) -> Result<Self, PermissionError> {
        let parsed = words.iter().map(AsRef::as_ref).map(|word| {
            Permission::parse(word).map_err(|_| PermissionError::Unknown(word.to_owned()))
        });
        match parsed.collect::<Result<Self, _>>()? {
            Self(0) => Err(PermissionError::Empty),
            set => Ok(set),
        }
    }

    /// Whether the permission is in the set.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether the sets have a permission in common.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The permissions in canonical order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |permission| self.contains(*permission))
    }

    const fn of(permissions: &[Permission]) -> Self {
        match permissions {
            [] => Self(0),
            [first, rest @ ..] => Self(first.bit() | Self::of(rest).0),
        }
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(
            permissions
                .into_iter()
                .fold(0, |bits, permission| bits | permission.bit()),
        )
    }
}

impl Serialize for PermissionSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for PermissionSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        Self::parse(&words).map_err(serde::de::Error::custom)
    }
}

words! {
    /// What is asked for.
    pub enum Action, "action" {
        /// See the value.
        Read = "read",
        /// See that the path exists, with its metadata. Asked once per path: nothing is visible in a
        /// list that could not be read.
        List = "list",
        /// Create or replace.
        Write = "write",
        /// Delete.
        Delete = "delete",
        /// Replace with a fresh random value.
        Rotate = "rotate",
        /// Make a call with the value.
        Use = "use",
        /// Hand the value to someone else. Who may share is decided on top of this.
        Share = "share",
    }
}

impl Action {
    /// The permissions of which one suffices. A deny of any of them refuses the action: whoever
    /// denies `read` does not expect the value to stay usable.
    pub const fn needs(self) -> PermissionSet {
        use Permission::{Delete, Read, Rotate, Use, Write};
        match self {
            Self::Read | Self::List | Self::Share => PermissionSet::of(&[Read]),
            Self::Write => PermissionSet::of(&[Write]),
            Self::Delete => PermissionSet::of(&[Write, Delete]),
            Self::Rotate => PermissionSet::of(&[Write, Rotate]),
            Self::Use => PermissionSet::of(&[Use, Read]),
        }
    }

    /// The one permission that is enough and opens the least.
    pub const fn least_permission(self) -> Permission {
        match self {
            Self::Read | Self::List | Self::Share => Permission::Read,
            Self::Write => Permission::Write,
            Self::Delete => Permission::Delete,
            Self::Rotate => Permission::Rotate,
            Self::Use => Permission::Use,
        }
    }

    /// Whether the action needs the decrypted value.
    pub const fn discloses(self) -> bool {
        matches!(self, Self::Read | Self::Use | Self::Share)
    }
}

words! {
    /// Whether a matching rule opens or closes.
    pub enum Effect, "effect" {
        /// Opens.
        Allow = "allow",
        /// Closes.
        Deny = "deny",
    }
}

/// One rule of a vault for one principal.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, noted in the audit log when it decides.
    pub id: PolicyId,
    /// Whom it concerns.
    pub principal: Principal,
    /// Which paths it concerns.
    pub pattern: PathPattern,
    /// Which permissions it concerns.
    pub permissions: PermissionSet,
    /// Whether it opens or closes.
    pub effect: Effect,
    /// Higher decides first.
    pub priority: i32,
    /// From this moment on it has no effect.
    pub expires_at: Option<Timestamp>,
    /// Where, when and in which environment it holds.
    pub conditions: Conditions,
    /// For what kind of caller it holds.
    pub attribute_conditions: AttributeConditions,
}

/// An entry of the `scopes` of an agent or a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A ceiling: with at least one of these, only matching paths can be reached.
    Glob(PathPattern),
    /// A label such as `vaults:read`: kept and echoed, restricts nothing.
    Label(String),
}

impl Scope {
    /// A text with `:` or `.`, or one that is not a pattern, is a label. Meant for stored scopes; use
    /// [`Scope::parse_new`] for scopes that a person just typed.
    pub fn parse(text: &str) -> Self {
        match PathPattern::parse(text) {
            Ok(pattern) => Self::Glob(pattern),
            Err(_) => Self::Label(text.to_owned()),
        }
    }

    /// Like [`Scope::parse`], but a mistyped pattern (`prod-*`, `/api-keys/**`) is an error: as a
    /// label it would silently restrict nothing, the opposite of what was meant.
    ///
    /// # Errors
    /// What is wrong with the pattern.
    pub fn parse_new(text: &str) -> Result<Self, PathError> {
        match PathPattern::parse(text) {
            Ok(pattern) => Ok(Self::Glob(pattern)),
            Err(_) if text.contains([':', '.']) => Ok(Self::Label(text.to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The text as given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Glob(pattern) => pattern.as_str(),
            Self::Label(text) => text,
        }
    }
}

/// Everything a decision may look at, except the rules.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The moment of the decision.
    pub now: Timestamp,
    /// Who asks.
    pub principal: Principal,
    /// A user's role in the organisation; `None` for agents.
    pub role: Option<Role>,
    /// How the caller proved who it is.
    pub auth_method: AuthMethod,
    /// The caller's address, where known.
    pub ip: Option<IpAddr>,
    /// The environment the caller is tagged with, where it is.
    pub environment: Option<&'a str>,
    /// The vault asked about.
    pub vault: VaultId,
    /// Who created that vault.
    pub vault_owner: Principal,
    /// The vaults the credential is bound to; empty means unbound.
    pub vault_binding: &'a [VaultId],
    /// The scopes of the credential.
    pub scopes: &'a [Scope],
    /// What is asked for.
    pub action: Action,
    /// The path asked about.
    pub path: &'a SecretPath,
}

/// What a permission rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// An allow rule.
    Rule(PolicyId),
    /// The caller created the vault.
    VaultOwner,
}

/// Proof that [`evaluate`] said yes to one action on one path. Made nowhere else and not clonable,
/// so it cannot be kept for later or stretched to something else.
#[derive(Debug)]
pub struct Granted {
    principal: Principal,
    vault: VaultId,
    path: SecretPath,
    action: Action,
    basis: Basis,
}

impl Granted {
    /// Who may.
    pub const fn principal(&self) -> Principal {
        self.principal
    }

    /// In which vault.
    pub const fn vault(&self) -> VaultId {
        self.vault
    }

    /// On which path.
    pub const fn path(&self) -> &SecretPath {
        &self.path
    }

    /// Do what.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Because of what.
    pub const fn basis(&self) -> Basis {
        self.basis
    }
}

/// Why the answer was no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenialReason {
    /// The credential is bound to other vaults.
    VaultBinding,
    /// No path scope of the credential matches.
    ScopeCeiling,
    /// This deny rule decided.
    DenyRule(PolicyId),
    /// This allow rule wants a human's word first.
    ApprovalRequired(PolicyId),
    /// Nothing allows it.
    NoMatchingRule,
}

impl DenialReason {
    /// The word for the audit log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VaultBinding => "vault_binding",
            Self::ScopeCeiling => "scope_ceiling",
            Self::DenyRule(_) => "deny_rule",
            Self::ApprovalRequired(_) => "approval_required",
            Self::NoMatchingRule => "no_matching_rule",
        }
    }
}

/// The answer no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Denied {
    reason: DenialReason,
}

impl Denied {
    /// Why.
    pub const fn reason(&self) -> DenialReason {
        self.reason
    }

    /// The rule that decided, if one did.
    pub const fn rule(&self) -> Option<PolicyId> {
        match self.reason {
            DenialReason::DenyRule(id) | DenialReason::ApprovalRequired(id) => Some(id),
            _ => None,
        }
    }

    /// For the caller. Says what kind of permission is missing, never whether the path exists.
    pub const fn sentence(&self) -> &'static str {
        match self.reason {
            DenialReason::VaultBinding => {
                "This credential is bound to other vaults. Ask the vault's owner to add this one."
            }
            DenialReason::ScopeCeiling => {
                "The scopes of this credential do not reach this path. Ask for a wider scope."
            }
            DenialReason::DenyRule(_) => "A policy of this vault denies this action on this path.",
            DenialReason::ApprovalRequired(_) => {
                "The policy for this path wants a human's word first."
            }
            DenialReason::NoMatchingRule => {
                "No policy allows this action on this path. Ask the vault's owner for access."
            }
        }
    }
}

/// Decides. `rules` are the rules of the request's vault; those of other principals may be among
/// them and are ignored.
///
/// # Errors
/// [`Denied`] with the reason.
pub fn evaluate<'r>(
    request: &Request<'_>,
    rules: impl IntoIterator<Item = &'r Rule>,
) -> Result<Granted, Denied> {
    match decide(request, rules, |_, _| ()) {
        Ok(basis) => Ok(Granted {
            principal: request.principal,
            vault: request.vault,
            path: request.path.clone(),
            action: request.action,
            basis,
        }),
        Err(reason) => Err(Denied { reason }),
    }
}

/// The decision itself; `note` sees what became of each rule.
fn decide<'r>(
    request: &Request<'_>,
    rules: impl IntoIterator<Item = &'r Rule>,
    mut note: impl FnMut(&'r Rule, Verdict),
) -> Result<Basis, DenialReason> {
    let mut strongest: Option<&Rule> = None;
    for rule in rules {
        let verdict = judge(rule, request);
        note(rule, verdict);
        if verdict.is_match() && strongest.is_none_or(|other| strength(rule) > strength(other)) {
            strongest = Some(rule);
        }
    }
    check_ceilings(request)?;
    let is_owner = request.vault_owner == request.principal;
    match strongest {
        // Neither does a question: people have nobody to ask.
        Some(rule)
            if rule.effect == Effect::Allow
                && is_gated(rule, request)
                && !(is_owner && request.principal.is_user()) =>
        {
            Err(DenialReason::ApprovalRequired(rule.id))
        }
        Some(rule) if rule.effect == Effect::Allow => Ok(Basis::Rule(rule.id)),
        // A deny binds an agent in the vault it made, but never locks a person out of theirs.
        Some(rule) if !(is_owner && request.principal.is_user()) => {
            Err(DenialReason::DenyRule(rule.id))
        }
        _ if is_owner => Ok(Basis::VaultOwner),
        _ => Err(DenialReason::NoMatchingRule),
    }
}

/// What bounds the credential itself, whatever the rules say and whoever owns the vault.
fn check_ceilings(request: &Request<'_>) -> Result<(), DenialReason> {
    if !request.vault_binding.is_empty() && !request.vault_binding.contains(&request.vault) {
        return Err(DenialReason::VaultBinding);
    }
    let mut is_bounded = false;
    for scope in request.scopes {
        match scope {
            Scope::Glob(pattern) if pattern.matches(request.path) => return Ok(()),
            Scope::Glob(_) => is_bounded = true,
            Scope::Label(_) => {}
        }
    }
    if is_bounded {
        Err(DenialReason::ScopeCeiling)
    } else {
        Ok(())
    }
}

/// Whether a human has to say yes to what this rule allows. That a path exists needs no question.
fn is_gated(rule: &Rule, request: &Request<'_>) -> bool {
    rule.conditions.require_approval() && request.action != Action::List
}

/// Total order of matching rules: priority, then deny, then what needs no question before what does (so that
/// an answer takes the place of its question), then the id so that the rule named in the audit log does not
/// depend on the order of the list.
fn strength(rule: &Rule) -> (i32, bool, bool, PolicyId) {
    let is_open = !rule.conditions.require_approval();
    (rule.priority, rule.effect == Effect::Deny, is_open, rule.id)
}

/// What became of one rule. The text names a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Matches,
    /// A deny that holds because its condition cannot be evaluated.
    MatchesUnevaluated(&'static str),
    OtherPrincipal,
    Expired,
    OtherPermission,
    OtherPath,
    ConditionFails(&'static str),
    /// An allow that does not hold because its condition cannot be evaluated.
    Unevaluated(&'static str),
}

impl Verdict {
    const fn is_match(self) -> bool {
        matches!(self, Self::Matches | Self::MatchesUnevaluated(_))
    }
}

fn judge(rule: &Rule, request: &Request<'_>) -> Verdict {
    if rule.principal != request.principal {
        return Verdict::OtherPrincipal;
    }
    if rule.expires_at.is_some_and(|end| request.now >= end) {
        return Verdict::Expired;
    }
    if !rule.permissions.intersects(request.action.needs()) {
        return Verdict::OtherPermission;
    }
    if !rule.pattern.matches(request.path) {
        return Verdict::OtherPath;
    }
    let outcome = rule
        .conditions
        .check(request)
        .and(rule.attribute_conditions.check(request));
    match (outcome, rule.effect) {
        (conditions::Outcome::Holds, _) => Verdict::Matches,
        (conditions::Outcome::Fails(name), _) => Verdict::ConditionFails(name),
        (conditions::Outcome::Unknown(name), Effect::Deny) => Verdict::MatchesUnevaluated(name),
        (conditions::Outcome::Unknown(name), Effect::Allow) => Verdict::Unevaluated(name),
    }
}
