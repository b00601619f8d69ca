//! The server as its clients meet it: one binary, an instance of its own for each test.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests stop where they fail"
)]

mod access;
mod agents;
mod approvals;
mod audit;
mod auth;
mod bad_input;
mod bindings;
mod checklist;
mod client_keys;
mod conditions;
mod confirming;
mod devices;
mod dpop;
mod enrollment_attacks;
mod enrollments;
mod env_vars;
mod exposure;
mod factors;
mod gated;
mod google;
mod honeytokens;
mod ip_rules;
mod journey;
mod leaving;
mod limits;
mod looking;
mod mcp;
mod openapi;
mod org;
mod pairing;
mod people;
mod policies;
mod provide;
mod quotas;
mod races;
mod reauth;
mod repeated;
mod revocation;
mod rights;
mod secrecy;
mod secrets;
mod serve;
mod shares;
mod takeover;
mod transport;
mod usage;
mod vaults;
mod watching;
mod webhooks;

use oneclaw_server::test_app::Answer;
use serde_json::Value;

/// Checks that an answer is a problem document with a status and a sentence, and gives the document.
#[track_caller]
fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(
        answer.status,
        status,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    assert!(!problem["title"].as_str().unwrap().is_empty());
    assert!(problem["detail"].as_str().unwrap().len() > 10, "{problem}");
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

/// A UUID that names nothing.
const NOTHING: &str = "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d";
