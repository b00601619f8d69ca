//! The rules of one vault for one principal, indexed so that the cost of a decision does not grow
//! with rules about other paths.

use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Rule;
use std::collections::HashMap;

/// Rules by the first segment of their pattern. A pattern that begins with plain text can only match
/// paths that begin with the same segment; the others may match anything.
pub(crate) struct RuleSet {
    rules: Vec<Rule>,
    anywhere: Vec<usize>,
    by_first_segment: HashMap<Box<str>, Vec<usize>>,
}

impl RuleSet {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        let mut anywhere = Vec::new();
        let mut by_first_segment: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            match rule.pattern.as_str().split('/').next() {
                Some(segment) if !segment.contains('*') => {
                    by_first_segment
                        .entry(segment.into())
                        .or_default()
                        .push(index);
                }
                _ => anywhere.push(index),
            }
        }
        Self {
            rules,
            anywhere,
            by_first_segment,
        }
    }

    /// Every rule that could match `path`, and some that do not.
    pub(crate) fn candidates<'a>(&'a self, path: &SecretPath) -> impl Iterator<Item = &'a Rule> {
        let first = path.segments().next();
        let named = first.and_then(|segment| self.by_first_segment.get(segment));
        let indexes = self.anywhere.iter().chain(named.into_iter().flatten());
        indexes.filter_map(|index| self.rules.get(*index))
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Rule] {
        &self.rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::caller::Principal;
    use oneclaw_core::id::{AgentId, PolicyId};
    use oneclaw_core::path::PathPattern;
    use oneclaw_core::policy::{AttributeConditions, Conditions, Effect, PermissionSet};
    use uuid::Uuid;

    fn rule(number: u128, pattern: &str) -> Rule {
        Rule {
            id: PolicyId::from_uuid(Uuid::from_u128(number)),
            principal: Principal::Agent(AgentId::NIL),
            pattern: PathPattern::parse(pattern).unwrap(),
            permissions: PermissionSet::parse(&["read"]).unwrap(),
            effect: Effect::Allow,
            priority: 0,
            expires_at: None,
            conditions: Conditions::none(),
            attribute_conditions: AttributeConditions::none(),
        }
    }

    /// Whatever the full list would match is among the candidates.
    #[test]
    fn no_matching_rule_is_left_out() {
        let words = ["a", "b", "*", "**"];
        let mut patterns: Vec<String> = words.map(str::to_owned).to_vec();
        for first in words {
            for second in words {
                patterns.push(format!("{first}/{second}"));
                for third in words {
                    patterns.push(format!("{first}/{second}/{third}"));
                }
            }
        }
        let rules: Vec<Rule> = (0..)
            .zip(&patterns)
            .map(|(number, pattern)| rule(number, pattern))
            .collect();
        let set = RuleSet::new(rules.clone());
        for path in ["a", "b", "c", "a/b", "b/a", "a/a/a", "b/a/b/a", "c/a"] {
            let path = SecretPath::parse(path).unwrap();
            let candidates: Vec<PolicyId> = set.candidates(&path).map(|rule| rule.id).collect();
            for rule in rules.iter().filter(|rule| rule.pattern.matches(&path)) {
                assert!(
                    candidates.contains(&rule.id),
                    "{} for {}",
                    rule.pattern.as_str(),
                    path.as_str()
                );
            }
            assert!(candidates.len() < rules.len());
        }
    }
}
