//! A second, naive implementation of the decision, and random cases that compare the two.
//!
//! The model shares no code with the crate: it has its own patterns, conditions and order of steps, and
//! meets the crate only where a case is translated into the crate's types.

use std::collections::BTreeMap;

use super::*;

const SEGMENTS: [&str; 2] = ["a", "b"];
const PATTERN_SEGMENTS: [&str; 4] = ["a", "b", "*", "**"];
const ENVIRONMENTS: [&str; 2] = ["production", "staging"];
const WORDS: [&str; 5] = ["read", "write", "delete", "rotate", "use"];
const NOW: i64 = 1_795_435_200; // 2026-11-23T12:00:00Z

/// A small, fast, repeatable generator (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() % end as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn sequence<T: Copy>(&mut self, from: &[T], longest: usize) -> Vec<T> {
        (0..=self.below(longest)).map(|_| self.pick(from)).collect()
    }
}

/// A condition, as the model sees it.
#[derive(Debug, Clone)]
enum Condition {
    AddressIn(Vec<u8>),
    HoursUtc(u32, u32),
    EnvironmentIn(Vec<&'static str>),
    UnknownKey,
    Unreadable,
    Role(&'static str),
    Method(&'static str),
    Unevaluable,
}

#[derive(Debug, Clone)]
struct ModelRule {
    number: u128,
    principal: Principal,
    pattern: Vec<&'static str>,
    words: Vec<&'static str>,
    is_deny: bool,
    priority: i32,
    expires_at: Option<i64>,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
struct Case {
    principal: Principal,
    role: Option<&'static str>,
    method: &'static str,
    address: Option<u8>,
    environment: Option<&'static str>,
    owner: Principal,
    binding: Vec<u128>,
    scopes: Vec<String>,
    action: &'static str,
    path: Vec<&'static str>,
    rules: Vec<ModelRule>,
}

const BOB: Principal = Principal::User(UserId::from_uuid(Uuid::from_u128(2)));
const PRINCIPALS: [Principal; 3] = [ALICE, ROBOT, BOB];

fn random_rule(dice: &mut Dice, number: u128, principal: Principal) -> ModelRule {
    let mut conditions = Vec::new();
    if dice.one_in(3) {
        for _ in 0..=dice.below(2) {
            let condition = match dice.below(8) {
                0 => Condition::AddressIn(dice.sequence(&[1, 2, 3], 2)),
                // Around noon, both ways round.
                1 => Condition::HoursUtc(dice.pick(&[9, 12, 13]), dice.pick(&[6, 10, 20])),
                2 => Condition::EnvironmentIn(dice.sequence(&ENVIRONMENTS, 1)),
                3 => Condition::UnknownKey,
                4 => Condition::Unreadable,
                5 => Condition::Role(dice.pick(&["owner", "admin", "member"])),
                6 => Condition::Method(dice.pick(&["password", "api_key"])),
                _ => Condition::Unevaluable,
            };
            conditions.push(condition);
        }
    }
    ModelRule {
        number,
        principal: if dice.one_in(5) {
            dice.pick(&PRINCIPALS)
        } else {
            principal
        },
        pattern: dice.sequence(&PATTERN_SEGMENTS, 4),
        words: dice.sequence(&WORDS, 3),
        is_deny: dice.one_in(3),
        priority: dice.pick(&[0, 0, 0, 1, 2]),
        expires_at: dice.one_in(4).then(|| NOW + dice.pick(&[-1, 0, 1])),
        conditions,
    }
}

fn random_case(seed: u64) -> Case {
    let dice = &mut Dice(seed);
    let principal = dice.pick(&PRINCIPALS);
    let role = ["owner", "admin", "member"];
    let scopes = if dice.one_in(3) {
        (0..=dice.below(2))
            .map(|_| match dice.below(3) {
                0 => dice
                    .pick(&["vaults:read", "vault.read", "not a pattern"])
                    .to_owned(),
                _ => dice.sequence(&PATTERN_SEGMENTS, 3).join("/"),
            })
            .collect()
    } else {
        vec![]
    };
    let count = dice.below(7) as u128;
    Case {
        principal,
        role: (principal != ROBOT && !dice.one_in(8)).then(|| dice.pick(&role)),
        method: dice.pick(&["password", "api_key"]),
        address: (!dice.one_in(4)).then(|| dice.pick(&[1, 2, 3])),
        environment: dice.one_in(2).then(|| dice.pick(&ENVIRONMENTS)),
        owner: dice.pick(&PRINCIPALS),
        binding: if dice.one_in(5) {
            dice.sequence(&[10, 11, 12], 2)
        } else {
            vec![]
        },
        scopes,
        action: dice.pick(&["read", "list", "write", "delete", "rotate", "use", "share"]),
        path: dice.sequence(&SEGMENTS, 4),
        rules: (1..=count)
            .map(|number| random_rule(dice, number, principal))
            .collect(),
    }
}

// ---- The model.

fn model_glob(pattern: &[&str], path: &[&str]) -> bool {
    match pattern {
        [] => path.is_empty(),
        ["**", rest @ ..] => {
            model_glob(rest, path) || (!path.is_empty() && model_glob(pattern, &path[1..]))
        }
        [first, rest @ ..] => {
            !path.is_empty() && (*first == "*" || *first == path[0]) && model_glob(rest, &path[1..])
        }
    }
}

/// `None`: cannot be told.
fn model_condition(condition: &Condition, case: &Case) -> Option<bool> {
    match condition {
        Condition::AddressIn(list) => case.address.map(|address| list.contains(&address)),
        // It is always noon.
        Condition::HoursUtc(after, before) if after < before => Some(*after <= 12 && 12 < *before),
        Condition::HoursUtc(after, before) => Some(12 >= *after || 12 < *before),
        Condition::EnvironmentIn(list) => Some(
            case.environment
                .is_some_and(|environment| list.contains(&environment)),
        ),
        Condition::Role(role) => match case.role {
            Some(actual) => Some(actual == *role),
            None if case.principal == ROBOT => Some(false),
            None => None,
        },
        Condition::Method(method) => Some(case.method == *method),
        Condition::UnknownKey | Condition::Unreadable | Condition::Unevaluable => None,
    }
}

fn model_rule_matches(rule: &ModelRule, case: &Case) -> bool {
    let sufficient: &[&str] = match case.action {
        "read" | "list" | "share" => &["read"],
        "write" => &["write"],
        "delete" => &["delete", "write"],
        "rotate" => &["rotate", "write"],
        _ => &["use", "read"],
    };
    let answers: Vec<_> = rule
        .conditions
        .iter()
        .map(|c| model_condition(c, case))
        .collect();
    let conditions_hold = if answers.contains(&None) {
        rule.is_deny
    } else {
        answers.iter().all(|answer| *answer == Some(true))
    };
    rule.principal == case.principal
        && rule.expires_at.is_none_or(|end| end > NOW)
        && rule.words.iter().any(|word| sufficient.contains(word))
        && model_glob(&rule.pattern, &case.path)
        && conditions_hold
}

/// The answer as text: who decided and how.
fn model_decide(case: &Case) -> String {
    if !case.binding.is_empty() && !case.binding.contains(&10) {
        return "no: binding".to_owned();
    }
    let globs: Vec<Vec<&str>> = case
        .scopes
        .iter()
        .filter(|scope| !scope.contains([':', '.', ' ']))
        .map(|scope| scope.split('/').collect())
        .collect();
    if !globs.is_empty() && !globs.iter().any(|glob| model_glob(glob, &case.path)) {
        return "no: scope".to_owned();
    }
    let matching: Vec<_> = case
        .rules
        .iter()
        .filter(|rule| model_rule_matches(rule, case))
        .collect();
    let top = matching.iter().map(|rule| rule.priority).max();
    let at_top = |is_deny: bool| {
        let candidates = matching.iter().filter(|rule| Some(rule.priority) == top);
        candidates
            .filter(|rule| rule.is_deny == is_deny)
            .map(|rule| rule.number)
            .max()
    };
    let owns = case.owner == case.principal;
    match (at_top(true), at_top(false)) {
        (Some(_), _) if owns && case.principal != ROBOT => "yes: owner".to_owned(),
        (Some(number), _) => format!("no: rule {number}"),
        (None, Some(number)) => format!("yes: rule {number}"),
        (None, None) if owns => "yes: owner".to_owned(),
        (None, None) => "no: nothing".to_owned(),
    }
}

// ---- The crate, asked about the same case.

fn to_json(conditions: &[Condition]) -> (Conditions, AttributeConditions) {
    let mut where_and_when = serde_json::Map::new();
    let mut attributes = serde_json::Map::new();
    let mut is_unreadable = false;
    for condition in conditions {
        match condition {
            Condition::AddressIn(list) => {
                let list: Vec<_> = list.iter().map(|n| format!("192.0.2.{n}")).collect();
                where_and_when.insert("ip_allowlist".to_owned(), list.into());
            }
            Condition::HoursUtc(after, before) => {
                let window = serde_json::json!({
                    "after": format!("{after:02}:00"),
                    "before": format!("{before:02}:00"),
                    "timezone": "UTC",
                });
                where_and_when.insert("time_window".to_owned(), window);
            }
            Condition::EnvironmentIn(list) => {
                where_and_when.insert("environment_in".to_owned(), list.clone().into());
            }
            Condition::UnknownKey => {
                where_and_when.insert("weather".to_owned(), "sunny".into());
            }
            Condition::Unreadable => is_unreadable = true,
            Condition::Role(role) => {
                attributes.insert("principal_role".to_owned(), (*role).into());
            }
            Condition::Method(method) => {
                attributes.insert("auth_method".to_owned(), (*method).into());
            }
            Condition::Unevaluable => {
                attributes.insert("device_known".to_owned(), true.into());
            }
        }
    }
    let where_and_when = serde_json::Value::Object(where_and_when).to_string();
    let attributes = serde_json::Value::Object(attributes).to_string();
    let conditions = if is_unreadable {
        Conditions::stored("{\"ip_allowlist\":7}")
    } else {
        Conditions::parse(&where_and_when).unwrap()
    };
    (conditions, AttributeConditions::parse(&attributes).unwrap())
}

fn to_rules(case: &Case) -> Vec<Rule> {
    let to_rule = |rule: &ModelRule| {
        let (conditions, attribute_conditions) = to_json(&rule.conditions);
        Rule {
            id: id(rule.number),
            principal: rule.principal,
            pattern: PathPattern::parse(&rule.pattern.join("/")).unwrap(),
            permissions: PermissionSet::parse(&rule.words).unwrap(),
            effect: if rule.is_deny {
                Effect::Deny
            } else {
                Effect::Allow
            },
            priority: rule.priority,
            expires_at: rule.expires_at.map(Timestamp::from_seconds),
            conditions,
            attribute_conditions,
        }
    };
    case.rules.iter().map(to_rule).collect()
}

fn crate_decide(case: &Case) -> String {
    let path = SecretPath::parse(&case.path.join("/")).unwrap();
    let scopes: Vec<_> = case
        .scopes
        .iter()
        .map(|scope| Scope::parse(scope))
        .collect();
    let binding: Vec<_> = case
        .binding
        .iter()
        .map(|n| VaultId::from_uuid(Uuid::from_u128(*n)))
        .collect();
    let request = Request {
        now: Timestamp::from_seconds(NOW),
        principal: case.principal,
        role: case.role.map(|role| Role::parse(role).unwrap()),
        auth_method: AuthMethod::parse(case.method).unwrap(),
        ip: case.address.map(|n| [192, 0, 2, n].into()),
        environment: case.environment,
        vault: VAULT,
        vault_owner: case.owner,
        vault_binding: &binding,
        scopes: &scopes,
        action: Action::parse(case.action).unwrap(),
        path: &path,
    };
    let rules = to_rules(case);
    let decision = evaluate(&request, &rules);
    let explanation = explain(&request, &rules);
    assert_eq!(explanation.allowed, decision.is_ok());
    assert_eq!(explanation.rules.len(), rules.len());
    let rule = match &decision {
        Ok(granted) => match granted.basis() {
            Basis::Rule(id) => Some(id),
            Basis::VaultOwner => None,
        },
        Err(denied) => denied.rule(),
    };
    assert_eq!(explanation.decided_by, rule);
    let number = |id: PolicyId| id.as_uuid().as_u128();
    match decision
        .map(|granted| granted.basis())
        .map_err(|denied| denied.reason())
    {
        Ok(Basis::Rule(id)) => format!("yes: rule {}", number(id)),
        Ok(Basis::VaultOwner) => "yes: owner".to_owned(),
        Err(DenialReason::VaultBinding) => "no: binding".to_owned(),
        Err(DenialReason::ScopeCeiling) => "no: scope".to_owned(),
        Err(DenialReason::DenyRule(id)) => format!("no: rule {}", number(id)),
        Err(DenialReason::ApprovalRequired(id)) => format!("no: ask {}", number(id)),
        Err(DenialReason::NoMatchingRule) => "no: nothing".to_owned(),
    }
}

fn is_yes(answer: &str) -> bool {
    answer.starts_with("yes")
}

/// Conditions of the same kind overwrite each other in JSON, so the model gets the last one only.
fn without_repeated_conditions(mut case: Case) -> Case {
    for rule in &mut case.rules {
        let mut kinds = Vec::new();
        let mut kept = Vec::new();
        for condition in rule.conditions.drain(..).rev() {
            let kind = std::mem::discriminant(&condition);
            if !kinds.contains(&kind) {
                kinds.push(kind);
                kept.push(condition);
            }
        }
        rule.conditions = kept;
    }
    case
}

#[test]
fn the_crate_agrees_with_the_model() {
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..60_000 {
        let case = without_repeated_conditions(random_case(seed));
        let expected = model_decide(&case);
        assert_eq!(crate_decide(&case), expected, "seed {seed}: {case:#?}");
        let kind = expected
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned();
        *outcomes.entry(kind).or_default() += 1;
    }
    // The cases are worth something only if they reach every outcome often.
    assert_eq!(outcomes.len(), 6, "{outcomes:?}");
    for (outcome, count) in outcomes {
        assert!(count > 1000, "{outcome}: {count}");
    }
}

#[test]
fn adding_a_deny_never_opens_and_removing_an_allow_never_opens() {
    let mut changed = 0;
    for seed in 100_000..110_000 {
        let case = without_repeated_conditions(random_case(seed));
        let before = is_yes(&crate_decide(&case));
        let mut with_deny = case.clone();
        let mut deny = random_rule(&mut Dice(seed ^ 0xdead), 99, case.principal);
        deny.is_deny = true;
        with_deny.rules.push(deny);
        let after = is_yes(&crate_decide(&without_repeated_conditions(with_deny)));
        assert!(before || !after, "seed {seed}: {case:#?}");
        changed += u32::from(before != after);
        for index in 0..case.rules.len() {
            if !case.rules[index].is_deny {
                let mut without = case.clone();
                without.rules.remove(index);
                let after = is_yes(&crate_decide(&without));
                assert!(before || !after, "seed {seed} without {index}: {case:#?}");
                changed += u32::from(before != after);
            }
        }
    }
    assert!(changed > 300, "{changed}");
}

#[test]
fn what_does_not_matter_changes_nothing() {
    for seed in 200_000..210_000 {
        let case = without_repeated_conditions(random_case(seed));
        let before = crate_decide(&case);

        let mut reordered = case.clone();
        let dice = &mut Dice(seed);
        for index in (1..reordered.rules.len()).rev() {
            reordered.rules.swap(index, dice.below(index + 1));
        }
        assert_eq!(crate_decide(&reordered), before, "order, seed {seed}");

        let mut labelled = case.clone();
        labelled.scopes.insert(0, "secrets:read".to_owned());
        labelled.scopes.push("vault.write".to_owned());
        assert_eq!(crate_decide(&labelled), before, "labels, seed {seed}");

        let mut crowded = case.clone();
        let someone = Principal::Agent(AgentId::from_uuid(Uuid::from_u128(77)));
        for number in 50..53 {
            let mut rule = random_rule(dice, number, someone);
            rule.principal = someone;
            crowded.rules.push(rule);
        }
        let crowded = without_repeated_conditions(crowded);
        assert_eq!(crate_decide(&crowded), before, "others' rules, seed {seed}");

        let mut renamed = case.clone();
        let rename = |segment: &mut &'static str| {
            *segment = match *segment {
                "a" => "b",
                "b" => "a",
                other => other,
            }
        };
        renamed.path.iter_mut().for_each(rename);
        renamed
            .rules
            .iter_mut()
            .flat_map(|rule| &mut rule.pattern)
            .for_each(rename);
        for scope in &mut renamed.scopes {
            if !scope.contains([':', '.', ' ']) {
                let mut segments: Vec<&str> = scope.split('/').collect();
                for segment in &mut segments {
                    *segment = match *segment {
                        "a" => "b",
                        "b" => "a",
                        other => other,
                    };
                }
                *scope = segments.join("/");
            }
        }
        assert_eq!(crate_decide(&renamed), before, "names, seed {seed}");

        if case.action == "read" {
            let mut listed = case.clone();
            listed.action = "list";
            assert_eq!(
                crate_decide(&listed),
                before,
                "list shows what can be read, seed {seed}"
            );
        }
    }
}
