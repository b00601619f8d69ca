//! The policy decision: a table of the contract's order, and random cases against a second model.

mod model;

use oneclaw_core::caller::{AuthMethod, Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, PolicyId, UserId, VaultId};
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{
    Action, AttributeConditions, Basis, Conditions, DenialReason, Effect, Permission,
    PermissionError, PermissionSet, Request, Rule, Scope, evaluate, explain,
};
use uuid::Uuid;

const ALICE: Principal = Principal::User(UserId::from_uuid(Uuid::from_u128(1)));
const ROBOT: Principal = Principal::Agent(AgentId::from_uuid(Uuid::from_u128(1)));
const VAULT: VaultId = VaultId::from_uuid(Uuid::from_u128(10));
const OTHER_VAULT: VaultId = VaultId::from_uuid(Uuid::from_u128(11));

fn id(number: u128) -> PolicyId {
    PolicyId::from_uuid(Uuid::from_u128(number))
}

fn rule(number: u128, effect: Effect, priority: i32, pattern: &str, words: &[&str]) -> Rule {
    Rule {
        id: id(number),
        principal: ROBOT,
        pattern: PathPattern::parse(pattern).unwrap(),
        permissions: PermissionSet::parse(words).unwrap(),
        effect,
        priority,
        expires_at: None,
        conditions: Conditions::none(),
        attribute_conditions: AttributeConditions::none(),
    }
}

fn allow(number: u128, pattern: &str, words: &[&str]) -> Rule {
    rule(number, Effect::Allow, 0, pattern, words)
}

fn deny(number: u128, pattern: &str, words: &[&str]) -> Rule {
    rule(number, Effect::Deny, 0, pattern, words)
}

fn request(path: &SecretPath, action: Action) -> Request<'_> {
    Request {
        now: Timestamp::from_seconds(1000),
        principal: ROBOT,
        role: None,
        auth_method: AuthMethod::ApiKey,
        ip: None,
        environment: None,
        vault: VAULT,
        vault_owner: ALICE,
        vault_binding: &[],
        scopes: &[],
        action,
        path,
    }
}

fn decide(request: &Request<'_>, rules: &[Rule]) -> Result<Basis, DenialReason> {
    evaluate(request, rules)
        .map(|granted| granted.basis())
        .map_err(|denied| denied.reason())
}

#[test]
fn nothing_is_allowed_without_a_rule() {
    let path = SecretPath::parse("a").unwrap();
    for action in Action::ALL {
        assert_eq!(
            decide(&request(&path, *action), &[]),
            Err(DenialReason::NoMatchingRule)
        );
    }
}

#[test]
fn every_action_needs_one_of_its_permissions() {
    let path = SecretPath::parse("a").unwrap();
    let table: &[(Action, &[&str])] = &[
        (Action::Read, &["read"]),
        (Action::List, &["read"]),
        (Action::Share, &["read"]),
        (Action::Write, &["write"]),
        (Action::Delete, &["write", "delete"]),
        (Action::Rotate, &["write", "rotate"]),
        (Action::Use, &["use", "read"]),
    ];
    assert_eq!(table.len(), Action::ALL.len());
    for (action, sufficient) in table {
        for permission in Permission::ALL {
            let word = permission.as_str();
            let is_sufficient = sufficient.contains(&word);
            let rules = [allow(1, "**", &[word])];
            let decision = decide(&request(&path, *action), &rules);
            assert_eq!(decision.is_ok(), is_sufficient, "{word} for {action}");
            // A deny of any of them refuses the action, even beside an allow of all.
            let rules = [
                allow(1, "**", &["read", "write", "delete", "rotate", "use"]),
                deny(2, "**", &[word]),
            ];
            let decision = decide(&request(&path, *action), &rules);
            assert_eq!(decision.is_err(), is_sufficient, "no {word} for {action}");
        }
    }
}

#[test]
fn granted_carries_what_was_asked() {
    let path = SecretPath::parse("a/b").unwrap();
    let granted = evaluate(&request(&path, Action::Use), &[allow(7, "a/*", &["use"])]).unwrap();
    assert_eq!(granted.principal(), ROBOT);
    assert_eq!(granted.vault(), VAULT);
    assert_eq!(granted.path(), &path);
    assert_eq!(granted.action(), Action::Use);
    assert_eq!(granted.basis(), Basis::Rule(id(7)));
}

#[test]
fn priority_decides_and_deny_wins_a_tie() {
    let path = SecretPath::parse("a").unwrap();
    let request = request(&path, Action::Read);
    let (high, low) = (10, 5);
    for (rules, expected) in [
        (
            [
                rule(1, Effect::Allow, high, "**", &["read"]),
                rule(2, Effect::Deny, low, "**", &["read"]),
            ],
            Ok(Basis::Rule(id(1))),
        ),
        (
            [
                rule(1, Effect::Allow, low, "**", &["read"]),
                rule(2, Effect::Deny, high, "**", &["read"]),
            ],
            Err(DenialReason::DenyRule(id(2))),
        ),
        (
            [
                rule(1, Effect::Deny, low, "**", &["read"]),
                rule(2, Effect::Allow, low, "a", &["read"]),
            ],
            Err(DenialReason::DenyRule(id(1))),
        ),
    ] {
        assert_eq!(decide(&request, &rules), expected);
    }
}

#[test]
fn ceilings_of_the_credential_bind_owners_too() {
    let path = SecretPath::parse("a/b").unwrap();
    let rules = [allow(1, "**", &["read"])];
    for owner in [ALICE, ROBOT] {
        let mut request = request(&path, Action::Read);
        request.vault_owner = owner;
        request.vault_binding = &[OTHER_VAULT];
        assert_eq!(decide(&request, &rules), Err(DenialReason::VaultBinding));
        request.vault_binding = &[OTHER_VAULT, VAULT];
        assert!(decide(&request, &rules).is_ok());
        let scopes = ["vaults:read", "vault.read", "c/**"].map(Scope::parse);
        request.scopes = &scopes;
        assert_eq!(decide(&request, &rules), Err(DenialReason::ScopeCeiling));
        let scopes = ["c/**", "a/*"].map(Scope::parse);
        request.scopes = &scopes;
        assert!(decide(&request, &rules).is_ok());
        // A lone `*` is one segment, not everything.
        let scopes = ["*"].map(Scope::parse);
        request.scopes = &scopes;
        assert_eq!(decide(&request, &rules), Err(DenialReason::ScopeCeiling));
        // A scope alone grants nothing.
        let scopes = ["**"].map(Scope::parse);
        request.scopes = &scopes;
        assert_eq!(decide(&request, &[]).is_ok(), owner == ROBOT);
    }
}

#[test]
fn a_deny_binds_agents_in_their_own_vault_and_never_people() {
    let path = SecretPath::parse("a").unwrap();
    let mut deny = deny(1, "**", &["read"]);
    let mut request = request(&path, Action::Read);
    request.vault_owner = ROBOT;
    assert_eq!(decide(&request, &[]), Ok(Basis::VaultOwner));
    assert_eq!(
        decide(&request, &[deny.clone()]),
        Err(DenialReason::DenyRule(id(1)))
    );
    (request.principal, request.role, deny.principal) = (ALICE, Some(Role::Member), ALICE);
    request.vault_owner = ALICE;
    assert_eq!(decide(&request, &[deny.clone()]), Ok(Basis::VaultOwner));
    // In someone else's vault a role does not help.
    (request.vault_owner, request.role) = (ROBOT, Some(Role::Owner));
    assert_eq!(decide(&request, &[]), Err(DenialReason::NoMatchingRule));
    assert_eq!(
        decide(&request, &[deny]),
        Err(DenialReason::DenyRule(id(1)))
    );
}

#[test]
fn a_rule_ends_at_its_expiry() {
    let path = SecretPath::parse("a").unwrap();
    let mut rule = allow(1, "**", &["read"]);
    rule.expires_at = Some(Timestamp::from_seconds(1000));
    let mut request = request(&path, Action::Read);
    assert_eq!(
        decide(&request, &[rule.clone()]),
        Err(DenialReason::NoMatchingRule)
    );
    request.now = Timestamp::from_millis(999_999);
    assert_eq!(decide(&request, &[rule]), Ok(Basis::Rule(id(1))));
}

#[test]
fn what_cannot_be_evaluated_fails_closed() {
    let path = SecretPath::parse("a").unwrap();
    let request = request(&path, Action::Read);
    for conditions in [
        Conditions::parse(r#"{"weather":"sunny"}"#).unwrap(),
        Conditions::parse(r#"{"ip_allowlist":["0.0.0.0/0"]}"#).unwrap(),
        Conditions::stored("no longer readable"),
    ] {
        let mut allowing = allow(1, "**", &["read"]);
        allowing.conditions = conditions.clone();
        assert_eq!(
            decide(&request, &[allowing]),
            Err(DenialReason::NoMatchingRule)
        );
        let mut denying = deny(2, "**", &["read"]);
        denying.conditions = conditions;
        let rules = [allow(1, "**", &["read"]), denying];
        assert_eq!(decide(&request, &rules), Err(DenialReason::DenyRule(id(2))));
    }
    let mut denying = deny(2, "**", &["read"]);
    denying.attribute_conditions = AttributeConditions::stored("{");
    let rules = [allow(1, "**", &["read"]), denying];
    assert_eq!(decide(&request, &rules), Err(DenialReason::DenyRule(id(2))));
}

#[test]
fn scopes_that_are_not_patterns_are_labels() {
    for (text, is_label) in [
        ("vaults:read", true),
        ("vault.read", true),
        ("tx:sign", true),
        ("", true),
        ("a b", true),
        ("prod-*", true),
        ("**", false),
        ("api-keys/*", false),
        ("admin", false),
    ] {
        assert_eq!(
            matches!(Scope::parse(text), Scope::Label(_)),
            is_label,
            "{text}"
        );
        assert_eq!(Scope::parse(text).as_str(), text);
    }
    assert!(matches!(
        Scope::parse_new("vaults:read"),
        Ok(Scope::Label(_))
    ));
    assert!(matches!(
        Scope::parse_new("api-keys/**"),
        Ok(Scope::Glob(_))
    ));
    for mistyped in ["prod-*", "/api-keys/**", "a b", ""] {
        assert!(Scope::parse_new(mistyped).is_err(), "{mistyped}");
    }
}

#[test]
fn permission_sets_are_read_strictly_and_written_in_order() {
    let set = PermissionSet::parse(&["rotate", "read", "read"]).unwrap();
    assert_eq!(serde_json::to_string(&set).unwrap(), r#"["read","rotate"]"#);
    assert_eq!(
        serde_json::from_str::<PermissionSet>(r#"["rotate","read"]"#).unwrap(),
        set
    );
    assert!(set.contains(Permission::Read) && !set.contains(Permission::Write));
    assert_eq!(
        PermissionSet::parse::<&str>(&[]),
        Err(PermissionError::Empty)
    );
    for word in ["", "Read", "admin", "read "] {
        let error = PermissionError::Unknown(word.to_owned());
        assert_eq!(PermissionSet::parse(&["read", word]), Err(error));
    }
}

#[test]
fn a_refusal_is_the_same_sentence_for_every_path() {
    let sentence = |text: &str| {
        let path = SecretPath::parse(text).unwrap();
        evaluate(&request(&path, Action::Read), &[])
            .unwrap_err()
            .sentence()
    };
    assert_eq!(sentence("exists/for-sure"), sentence("never/was"));
    assert!(!sentence("exists").contains("exist"));
}

#[test]
fn an_explanation_shows_every_rule() {
    let path = SecretPath::parse("a/b").unwrap();
    let mut request = request(&path, Action::Read);
    request.environment = Some("staging");
    let mut expired = allow(2, "**", &["read"]);
    expired.expires_at = Some(Timestamp::from_seconds(1));
    let mut elsewhere = allow(3, "**", &["read"]);
    elsewhere.conditions = Conditions::parse(r#"{"environment_in":["production"]}"#).unwrap();
    let mut foreign = allow(4, "**", &["read"]);
    foreign.principal = ALICE;
    let mut obscure = rule(5, Effect::Deny, 3, "a/*", &["read"]);
    obscure.conditions = Conditions::parse(r#"{"weather":"sunny"}"#).unwrap();
    let mut dark = rule(6, Effect::Allow, 9, "a/*", &["read"]);
    dark.attribute_conditions = AttributeConditions::parse(r#"{"device_known":true}"#).unwrap();
    let rules = [
        allow(1, "a/**", &["read"]),
        expired,
        elsewhere,
        foreign,
        obscure,
        dark,
        allow(7, "b/**", &["read"]),
        allow(8, "**", &["write"]),
    ];
    let explanation = explain(&request, &rules);
    assert!(!explanation.allowed);
    assert_eq!(explanation.reason, "deny_rule");
    assert_eq!(explanation.decided_by, Some(id(5)));
    let whys: Vec<_> = explanation
        .rules
        .iter()
        .map(|rule| {
            (
                rule.policy_id.as_uuid().as_u128(),
                rule.matched,
                rule.decided,
                &*rule.why,
            )
        })
        .collect();
    assert_eq!(
        whys,
        [
            (
                6,
                false,
                false,
                "its condition cannot be evaluated: device_known"
            ),
            (
                5,
                true,
                true,
                "applies, because its condition cannot be evaluated: unknown condition"
            ),
            (8, false, false, "does not concern this action"),
            (7, false, false, "does not concern this path"),
            (4, false, false, "is for another principal"),
            (
                3,
                false,
                false,
                "its condition does not hold: environment_in"
            ),
            (2, false, false, "has expired"),
            (1, true, false, "applies"),
        ]
    );
    let json = serde_json::to_value(explain(&request, &rules[..1])).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "allowed": true,
            "reason": "rule",
            "sentence": "A policy of this vault allows this action.",
            "decided_by": id(1),
            "rules": [{
                "policy_id": id(1), "effect": "allow", "priority": 0,
                "secret_path_pattern": "a/**", "matched": true, "decided": true, "why": "applies",
            }],
        })
    );
}

#[test]
fn what_wants_a_humans_word_is_seen_and_not_read() {
    let path = SecretPath::parse("db/url").unwrap();
    let gated = |number, priority| Rule {
        conditions: Conditions::parse(r#"{"require_approval":true}"#).unwrap(),
        ..rule(number, Effect::Allow, priority, "db/*", &["read", "write"])
    };
    let answer = |action, rules: &[Rule]| {
        evaluate(&request(&path, action), rules)
            .map(|granted| granted.basis())
            .map_err(|denied| denied.reason())
    };
    let asks = Err(DenialReason::ApprovalRequired(id(1)));
    for action in [
        Action::Read,
        Action::Use,
        Action::Share,
        Action::Write,
        Action::Delete,
    ] {
        assert_eq!(answer(action, &[gated(1, 0)]), asks, "{action}");
    }
    assert_eq!(answer(Action::List, &[gated(1, 0)]), Ok(Basis::Rule(id(1))));
    // An answer takes the place of its question whatever its id, a weaker policy does not, and a deny beats both.
    let open = |number| allow(number, "db/url", &["read"]);
    assert_eq!(
        answer(Action::Read, &[gated(5, 0), open(2)]),
        Ok(Basis::Rule(id(2)))
    );
    assert_eq!(answer(Action::Read, &[gated(1, 3), open(2)]), asks);
    let denied = Err(DenialReason::DenyRule(id(3)));
    let rules = [gated(1, 0), open(2), deny(3, "db/*", &["read"])];
    assert_eq!(answer(Action::Read, &rules), denied);
    // A question in a deny asks nothing: it denies.
    let strict = Rule {
        effect: Effect::Deny,
        ..gated(1, 0)
    };
    assert_eq!(
        answer(Action::Read, &[strict]),
        Err(DenialReason::DenyRule(id(1)))
    );
    // False is no question.
    let no = Rule {
        conditions: Conditions::parse(r#"{"require_approval":false}"#).unwrap(),
        ..open(4)
    };
    assert_eq!(answer(Action::Read, &[no]), Ok(Basis::Rule(id(4))));
    assert!(Conditions::parse(r#"{"require_approval":"yes"}"#).is_err());
    // A person keeps what is theirs.
    let theirs = Rule {
        principal: ALICE,
        ..gated(1, 0)
    };
    let own = Request {
        principal: ALICE,
        ..request(&path, Action::Read)
    };
    assert_eq!(
        evaluate(&own, &[theirs]).unwrap().basis(),
        Basis::Rule(id(1))
    );
}
