//! How long a policy decision takes when the organisation has 10,000 policies and, the worst case, all of them are
//! about one agent and one vault: `cargo bench --package oneclaw-core`. The target is 20 microseconds.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has nothing to measure"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, PolicyId, UserId, VaultId};
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{
    Action, AttributeConditions, Conditions, Effect, PermissionSet, Request, Rule, RuleSet,
    evaluate,
};
use uuid::Uuid;

const POLICIES: u128 = 10_000;

fn rule(number: u128) -> Rule {
    let pattern = match number % 4 {
        0 => format!("prod/team{number}/**"),
        1 => format!("prod/team{number}/*/key"),
        2 => format!("prod/shared/key{number}"),
        _ => format!("team{number}/**"),
    };
    Rule {
        id: PolicyId::from_uuid(Uuid::from_u128(number)),
        principal: Principal::Agent(AgentId::NIL),
        pattern: PathPattern::parse(&pattern).unwrap(),
        permissions: PermissionSet::parse(&["read"]).unwrap(),
        effect: Effect::Allow,
        priority: 0,
        expires_at: None,
        conditions: Conditions::none(),
        attribute_conditions: AttributeConditions::none(),
    }
}

fn decisions(criterion: &mut Criterion) {
    let rules = RuleSet::new((0..POLICIES).map(rule).collect());
    for (name, path, expected) in [
        ("allowed", "prod/team5000/db/password", true),
        ("refused", "prod/elsewhere/db/password", false),
    ] {
        let path = SecretPath::parse(path).unwrap();
        let request = Request {
            now: Timestamp::from_seconds(1_800_000_000),
            principal: Principal::Agent(AgentId::NIL),
            role: None,
            auth_method: AuthMethod::ApiKey,
            ip: None,
            environment: None,
            vault: VaultId::NIL,
            vault_owner: Principal::User(UserId::NIL),
            vault_binding: &[],
            scopes: &[],
            action: Action::Read,
            path: &path,
        };
        let decide = || evaluate(black_box(&request), rules.candidates(black_box(&path)));
        assert_eq!(decide().is_ok(), expected);
        criterion.bench_function(&format!("10,000 policies, {name}"), |bencher| {
            bencher.iter(decide);
        });
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
