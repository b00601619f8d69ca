//! The rules of one vault for one principal, indexed so that the cost of a decision does not grow
//! with rules about other paths.

use std::collections::HashMap;

use super::Rule;
use crate::path::SecretPath;

/// Rules by the plain segments that their patterns begin with. A pattern can only match paths that
/// begin with the same segments, and a path has as many beginnings as segments.
pub struct RuleSet {
    rules: Vec<Rule>,
    by_beginning: HashMap<Box<str>, Vec<usize>>,
}

impl RuleSet {
    /// Indexes rules.
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut by_beginning: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            let beginning = beginning(rule.pattern.as_str());
            by_beginning
                .entry(beginning.into())
                .or_default()
                .push(index);
        }
        Self {
            rules,
            by_beginning,
        }
    }

    /// Every rule that could match `path`, and some that do not.
    pub fn candidates<'a>(&'a self, path: &'a SecretPath) -> impl Iterator<Item = &'a Rule> {
        let path = path.as_str();
        let ends = path.match_indices('/').map(|(end, _)| end);
        let ends = std::iter::once(0).chain(ends).chain([path.len()]);
        ends.filter_map(move |end| self.by_beginning.get(path.get(..end)?))
            .flatten()
            .filter_map(move |index| self.rules.get(*index))
    }

    /// All of them.
    pub fn all(&self) -> &[Rule] {
        &self.rules
    }
}

/// The segments before the first wildcard.
fn beginning(pattern: &str) -> &str {
    match pattern.find('*') {
        None => pattern,
        Some(wildcard) => pattern
            .get(..wildcard)
            .unwrap_or_default()
            .trim_end_matches('/'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Principal;
    use crate::id::{AgentId, PolicyId};
    use crate::path::PathPattern;
    use crate::policy::{AttributeConditions, Conditions, Effect, PermissionSet};
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

    #[test]
    fn rules_about_other_paths_are_not_looked_at() {
        let rules = (0..10_000).map(|number| {
            let pattern = match number % 3 {
                0 => format!("prod/team{number}/**"),
                1 => format!("prod/shared/key{number}"),
                _ => format!("prod/team{number}/*/key"),
            };
            rule(number, &pattern)
        });
        let set = RuleSet::new(rules.chain([rule(10_000, "**")]).collect());
        for (path, expected) in [
            ("prod/team3/db/key", 2),
            ("prod/shared/key4", 2),
            ("prod/shared/key5", 1),
            ("prod", 1),
        ] {
            let path = SecretPath::parse(path).unwrap();
            assert_eq!(set.candidates(&path).count(), expected, "{}", path.as_str());
        }
    }
}
