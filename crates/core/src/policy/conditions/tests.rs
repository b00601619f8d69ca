use super::*;
use crate::id::{AgentId, UserId, VaultId};
use crate::path::SecretPath;
use crate::policy::Action;

const USER: Principal = Principal::User(UserId::NIL);
const AGENT: Principal = Principal::Agent(AgentId::NIL);

fn request<'a>(path: &'a SecretPath, now: &str) -> Request<'a> {
    Request {
        now: now.parse().unwrap(),
        principal: AGENT,
        role: None,
        auth_method: AuthMethod::ApiKey,
        ip: Some("192.0.2.7".parse().unwrap()),
        environment: Some("production"),
        vault: VaultId::NIL,
        vault_owner: USER,
        vault_binding: &[],
        scopes: &[],
        action: Action::Read,
        path,
    }
}

/// Monday noon, UTC.
const MONDAY_NOON: &str = "2026-11-23T12:00:00Z";

fn check(json: &str, now: &str) -> Outcome {
    let path = SecretPath::parse("a").unwrap();
    Conditions::parse(json).unwrap().check(&request(&path, now))
}

fn check_attributes(json: &str, change: impl FnOnce(&mut Request<'_>)) -> Outcome {
    let path = SecretPath::parse("a").unwrap();
    let mut request = request(&path, MONDAY_NOON);
    change(&mut request);
    AttributeConditions::parse(json).unwrap().check(&request)
}

#[test]
fn no_condition_holds() {
    assert_eq!(check("{}", MONDAY_NOON), Outcome::Holds);
    assert!(Conditions::none().is_none() && Conditions::parse(" { } ").unwrap().is_none());
    assert!(!Conditions::parse(r#"{"x":1}"#).unwrap().is_none());
    assert!(!Conditions::stored("broken").is_none());
    assert_eq!(Conditions::none().as_str(), "{}");
    let text = r#"{ "environment_in" : ["a"], "note": null }"#;
    let conditions = Conditions::parse(text).unwrap();
    assert_eq!(conditions.as_str(), text);
    assert!(conditions.unknown_keys().eq(["note"]));
}

#[test]
fn addresses_and_environments() {
    for (json, expected) in [
        (r#"{"ip_allowlist":["192.0.2.0/24"]}"#, Outcome::Holds),
        (
            r#"{"ip_allowlist":["198.51.100.1"]}"#,
            Outcome::Fails("ip_allowlist"),
        ),
        (
            r#"{"environment_in":["staging","production"]}"#,
            Outcome::Holds,
        ),
        (
            r#"{"environment_in":["Production"]}"#,
            Outcome::Fails("environment_in"),
        ),
    ] {
        assert_eq!(check(json, MONDAY_NOON), expected, "{json}");
    }
    let path = SecretPath::parse("a").unwrap();
    let mut request = request(&path, MONDAY_NOON);
    (request.ip, request.environment) = (None, None);
    let outcome = |json| Conditions::parse(json).unwrap().check(&request);
    assert_eq!(
        outcome(r#"{"ip_allowlist":["0.0.0.0/0"]}"#),
        Outcome::Unknown("ip_allowlist")
    );
    assert_eq!(
        outcome(r#"{"environment_in":["production"]}"#),
        Outcome::Fails("environment_in")
    );
}

#[test]
fn time_windows() {
    let office = r#"{"time_window":{"after":"09:00","before":"17:00","timezone":"Europe/Berlin"}}"#;
    let night = r#"{"time_window":{"after":"22:00","before":"06:00"}}"#;
    let friday_night =
        r#"{"time_window":{"after":"22:00","before":"06:00","timezone":"UTC","days":["Fri"]}}"#;
    let weekend = r#"{"time_window":{"timezone":"America/New_York","days":["saturday","sun"]}}"#;
    for (json, now, expected) in [
        // Winter: UTC+1. The start is included, the end is not.
        (office, "2026-11-23T07:59:59.999Z", false),
        (office, "2026-11-23T08:00:00Z", true),
        (office, "2026-11-23T15:59:59.999Z", true),
        (office, "2026-11-23T16:00:00Z", false),
        // Summer: UTC+2.
        (office, "2026-07-01T07:00:00Z", true),
        (office, "2026-07-01T15:00:00Z", false),
        (night, "2026-11-23T21:59:59Z", false),
        (night, "2026-11-23T22:00:00Z", true),
        (night, "2026-11-24T05:59:59Z", true),
        (night, "2026-11-24T06:00:00Z", false),
        // The day is the one on which the window opens: 2026-11-27 is a Friday.
        (friday_night, "2026-11-27T05:00:00Z", false),
        (friday_night, "2026-11-27T23:00:00Z", true),
        (friday_night, "2026-11-28T05:00:00Z", true),
        (friday_night, "2026-11-28T23:00:00Z", false),
        // Still Friday, already Saturday, still Sunday in New York.
        (weekend, "2026-11-28T04:59:59Z", false),
        (weekend, "2026-11-28T05:00:00Z", true),
        (weekend, "2026-11-30T04:59:59Z", true),
        (weekend, "2026-11-30T05:00:00Z", false),
    ] {
        let wanted = if expected {
            Outcome::Holds
        } else {
            Outcome::Fails("time_window")
        };
        assert_eq!(check(json, now), wanted, "{json} at {now}");
    }
}

#[test]
fn attributes() {
    let user = |role| {
        move |request: &mut Request<'_>| {
            request.principal = USER;
            request.role = role;
        }
    };
    let unchanged = |_: &mut Request<'_>| ();
    let admins = r#"{"principal_role":["owner","admin"]}"#;
    assert_eq!(
        check_attributes(admins, user(Some(Role::Admin))),
        Outcome::Holds
    );
    assert_eq!(
        check_attributes(admins, user(Some(Role::Member))),
        Outcome::Fails("principal_role")
    );
    assert_eq!(
        check_attributes(admins, user(None)),
        Outcome::Unknown("principal_role")
    );
    assert_eq!(
        check_attributes(admins, unchanged),
        Outcome::Fails("principal_role")
    );
    assert_eq!(
        check_attributes(r#"{"auth_method":"api_key"}"#, unchanged),
        Outcome::Holds
    );
    assert_eq!(
        check_attributes(r#"{"auth_method":"password"}"#, unchanged),
        Outcome::Fails("auth_method")
    );
    for (json, name) in [
        (r#"{"required_tags":["x"]}"#, "required_tags"),
        (r#"{"risk_verdict_max":"high"}"#, "risk_verdict_max"),
        (r#"{"device_known":false}"#, "device_known"),
        (r#"{"moon_phase":"full"}"#, "unknown condition"),
    ] {
        assert_eq!(
            check_attributes(json, unchanged),
            Outcome::Unknown(name),
            "{json}"
        );
    }
}

/// An unknown part makes the whole rule unevaluable, even beside a part that fails.
#[test]
fn the_unknown_outweighs_the_failed() {
    let json = r#"{"environment_in":["staging"],"environment_not_in":["x"]}"#;
    assert_eq!(
        check(json, MONDAY_NOON),
        Outcome::Unknown("unknown condition")
    );
    assert_eq!(
        Outcome::Fails("a").and(Outcome::Unknown("b")),
        Outcome::Unknown("b"),
        "whatever comes first"
    );
    assert_eq!(Outcome::Holds.and(Outcome::Fails("a")), Outcome::Fails("a"));
}

const MALFORMED: &[&str] = &[
    "",
    "null",
    "[]",
    "7",
    "{",
    "{}x",
    r#"{"ip_allowlist":null}"#,
    r#"{"ip_allowlist":[]}"#,
    r#"{"ip_allowlist":"192.0.2.7"}"#,
    r#"{"ip_allowlist":["nonsense"]}"#,
    r#"{"ip_allowlist":["192.0.2.7"],"ip_allowlist":["0.0.0.0/0"]}"#,
    r#"{"environment_in":[]}"#,
    r#"{"environment_in":"production"}"#,
    r#"{"environment_in":[1]}"#,
    r#"{"time_window":{}}"#,
    r#"{"time_window":{"after":"09:00"}}"#,
    r#"{"time_window":{"before":"09:00"}}"#,
    r#"{"time_window":{"after":"09:00","before":"09:00"}}"#,
    r#"{"time_window":{"after":"9:00","before":"17:00"}}"#,
    r#"{"time_window":{"after":"09:00","before":"24:00"}}"#,
    r#"{"time_window":{"after":"09:60","before":"17:00"}}"#,
    r#"{"time_window":{"after":"+9:00","before":"17:00"}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","timezone":"Mars/Olympus"}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","timezone":null}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","days":[]}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","days":["m"]}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","days":[1]}}"#,
    r#"{"time_window":{"after":"09:00","before":"17:00","weekdays":["mon"]}}"#,
];

#[test]
fn malformed_conditions_are_refused_when_new_and_unevaluable_when_stored() {
    let path = SecretPath::parse("a").unwrap();
    let request = request(&path, MONDAY_NOON);
    for json in MALFORMED {
        assert!(Conditions::parse(json).is_err(), "{json}");
        let stored = Conditions::stored(json);
        assert_eq!(
            stored.check(&request),
            Outcome::Unknown("unreadable"),
            "{json}"
        );
        assert_eq!(stored.as_str(), *json);
    }
    for json in [
        r#"{"principal_role":"Owner"}"#,
        r#"{"principal_role":[]}"#,
        r#"{"principal_role":null}"#,
        r#"{"auth_method":"guess"}"#,
        r#"{"required_tags":[]}"#,
        r#"{"risk_verdict_max":"extreme"}"#,
        r#"{"device_known":"yes"}"#,
        r#"{"device_known":null}"#,
    ] {
        assert!(AttributeConditions::parse(json).is_err(), "{json}");
        let stored = AttributeConditions::stored(json);
        assert_eq!(
            stored.check(&request),
            Outcome::Unknown("unreadable"),
            "{json}"
        );
    }
    let giant = format!("{{\"x\":\"{}\"}}", "y".repeat(MAX_TEXT));
    assert_eq!(
        Conditions::parse(&giant).err(),
        Some(ConditionError::TooLong)
    );
}
