//! Why a decision is what it is, for people: every rule with its part in the decision.
//!
//! Invariant: built by the same function that decides, which merely reports on the way.

use serde::Serialize;

use super::{Basis, Effect, Request, Rule, Verdict, decide, strength};
use super::{DenialReason, Denied};
use crate::id::PolicyId;
use crate::path::PathPattern;

/// A decision with its reasons; serialises as an API answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The decision.
    pub allowed: bool,
    /// `rule`, `vault_owner`, `vault_binding`, `scope_ceiling`, `deny_rule` or `no_matching_rule`.
    pub reason: &'static str,
    /// The reason for people.
    pub sentence: &'static str,
    /// The rule that decided, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<PolicyId>,
    /// Every rule, the strongest first.
    pub rules: Vec<ExplainedRule>,
}

/// What part one rule had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedRule {
    /// Which rule.
    pub policy_id: PolicyId,
    /// Opens or closes.
    pub effect: Effect,
    /// Higher decides first.
    pub priority: i32,
    /// The paths it concerns.
    pub secret_path_pattern: PathPattern,
    /// Whether it applies to the request.
    pub matched: bool,
    /// Whether it decided.
    pub decided: bool,
    /// Why it applies, or why not.
    pub why: String,
}

/// Decides like [`super::evaluate`] and tells why. Gives no [`super::Granted`]: explaining opens nothing.
pub fn explain<'r>(
    request: &Request<'_>,
    rules: impl IntoIterator<Item = &'r Rule>,
) -> Explanation {
    let mut seen: Vec<(&Rule, Verdict)> = Vec::new();
    let decision = decide(request, rules, |rule, verdict| seen.push((rule, verdict)));
    seen.sort_by_key(|(rule, _)| std::cmp::Reverse(strength(rule)));
    let (decided_by, reason, sentence) = match decision {
        Ok(Basis::Rule(id)) => (
            Some(id),
            "rule",
            "A policy of this vault allows this action.",
        ),
        Ok(Basis::VaultOwner) => (None, "vault_owner", "The caller created this vault."),
        Err(reason) => {
            let denied = Denied { reason };
            (
                denied.rule(),
                DenialReason::as_str(reason),
                denied.sentence(),
            )
        }
    };
    Explanation {
        allowed: decision.is_ok(),
        reason,
        sentence,
        decided_by,
        rules: seen
            .into_iter()
            .map(|(rule, verdict)| ExplainedRule {
                policy_id: rule.id,
                effect: rule.effect,
                priority: rule.priority,
                secret_path_pattern: rule.pattern.clone(),
                matched: verdict.is_match(),
                decided: decided_by == Some(rule.id),
                why: describe(verdict),
            })
            .collect(),
    }
}

fn describe(verdict: Verdict) -> String {
    match verdict {
        Verdict::Matches => "applies".to_owned(),
        Verdict::MatchesUnevaluated(name) => {
            format!("applies, because its condition cannot be evaluated: {name}")
        }
        Verdict::OtherPrincipal => "is for another principal".to_owned(),
        Verdict::Expired => "has expired".to_owned(),
        Verdict::OtherPermission => "does not concern this action".to_owned(),
        Verdict::OtherPath => "does not concern this path".to_owned(),
        Verdict::ConditionFails(name) => format!("its condition does not hold: {name}"),
        Verdict::Unevaluated(name) => format!("its condition cannot be evaluated: {name}"),
    }
}
