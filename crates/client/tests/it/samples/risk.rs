//! Bodies about decoys.

use super::{Sample, id, object, sample, time};
use oneclaw_client::risk::*;
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::model::risk::Severity;

pub(super) fn bodies() -> Vec<Sample> {
    let create = |rest: bool| CreateHoneytokenRequest {
        vault_id: id(1),
        secret_path: "aws/root-key".parse().unwrap(),
        notes: rest.then(|| "looks tempting".to_owned()),
    };
    let decoy = |rest: bool| Honeytoken {
        id: id(2),
        vault_id: id(1),
        org_id: id(3),
        secret_path: "aws/root-key".to_owned(),
        created_by: id(4),
        created_at: time(0),
        notes: rest.then(|| "looks tempting".to_owned()),
        triggered_count: i64::from(rest),
        last_triggered_at: rest.then(|| time(1)),
    };
    let made = |rest: bool| HoneytokenCreatedResponse {
        honeytoken: decoy(rest),
    };
    let decoys = |rest: bool| HoneytokenListResponse {
        honeytokens: rest.then(|| decoy(true)).into_iter().collect(),
    };
    let deleted = HoneytokenDeletedResponse { deleted: true };
    let event = |rest: bool| RiskEvent {
        id: id(5),
        occurred_at: time(1),
        principal_type: PrincipalType::Agent,
        principal_id: id(6),
        org_id: id(3),
        event_type: "honeytoken_access".to_owned(),
        ip: rest.then(|| "203.0.113.7".to_owned()),
        severity: Severity::Critical,
        payload: object(r#"{"secret_path":"aws/root-key"}"#),
        created_at: time(1),
    };
    let events = |rest: bool| RiskEventListResponse {
        events: rest.then(|| event(true)).into_iter().collect(),
    };
    let reason = RiskVerdictReason {
        detector: "honeytoken".to_owned(),
        severity: Severity::Critical,
        description: "Read honeytokens 1 time in 30 days.".to_owned(),
    };
    let verdict = |rest: bool| RiskVerdict {
        principal_type: PrincipalType::Agent,
        principal_id: id(6),
        org_id: id(3),
        score: 100,
        severity: Severity::Critical,
        reasons: rest.then(|| reason.clone()).into_iter().collect(),
        computed_at: time(1),
        expires_at: time(2),
    };
    let verdicts = |rest: bool| RiskVerdictListResponse {
        verdicts: rest.then(|| verdict(true)).into_iter().collect(),
    };
    let one = |rest: bool| RiskVerdictResponse {
        verdict: rest.then(|| verdict(true)),
    };
    vec![
        sample("CreateHoneytokenRequest", &create(false), &create(true)),
        sample("Honeytoken", &decoy(false), &decoy(true)),
        sample("HoneytokenCreatedResponse", &made(false), &made(true)),
        sample("HoneytokenListResponse", &decoys(false), &decoys(true)),
        sample("HoneytokenDeletedResponse", &deleted, &deleted),
        sample("RiskEvent", &event(false), &event(true)),
        sample("RiskEventListResponse", &events(false), &events(true)),
        sample("RiskVerdictReason", &reason, &reason),
        sample("RiskVerdict", &verdict(false), &verdict(true)),
        sample("RiskVerdictListResponse", &verdicts(false), &verdicts(true)),
        sample("RiskVerdictResponse", &one(false), &one(true)),
    ]
}
