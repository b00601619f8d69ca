//! Bodies of bindings and of calls made with them.

use super::{Sample, id, object, sample, secret, some, time};
use oneclaw_client::bindings::*;
use std::collections::BTreeMap;

#[expect(clippy::too_many_lines, reason = "one of each")]
pub(super) fn bodies() -> Vec<Sample> {
    let credential = || CredentialJson::from_json(secret(r#"{"token":"sk-12345678"}"#));
    let source = |rest: bool| CredentialSource {
        kind: "vault_ref".to_owned(),
        value: rest.then(credential),
        vault_id: rest.then(|| id(3)),
        path: rest.then(|| "api-keys/openai".parse().unwrap()),
    };
    let config = || object(r#"{"base_url":"https://api.example.com"}"#);
    let create = |rest: bool| CreateBindingRequest {
        name: "openai".to_owned(),
        binding_type: "http".to_owned(),
        config: rest.then(config),
        guardrails: rest.then(|| object(r#"{"methods":["GET"]}"#)),
        credential: rest.then(credential),
        credential_source: rest.then(|| source(true)),
    };
    let update = |rest: bool| UpdateBindingRequest {
        config: rest.then(config),
        guardrails: rest.then(|| object(r#"{"methods":["GET"]}"#)),
        is_active: rest.then_some(false),
        credential: rest.then(credential),
        credential_source: rest.then(|| source(true)),
    };
    let rotate = RotateBindingCredentialRequest {
        credential: credential(),
    };
    let try_it = |rest: bool| TestBindingRequest {
        timeout_ms: rest.then_some(1000),
    };
    let tried = |rest: bool| TestBindingResponse {
        success: !rest,
        latency_ms: 12,
        error: rest.then(|| "the host answered 401".to_owned()),
    };
    let binding = |rest: bool| BindingResponse {
        id: id(1),
        agent_id: id(2),
        binding_type: "http".to_owned(),
        name: "openai".to_owned(),
        config: config(),
        guardrails: object("{}"),
        is_active: true,
        credential_set: rest,
        credential_source_type: rest.then(|| "vault_ref".to_owned()),
        credential_vault_id: rest.then(|| id(3)),
        credential_path: rest.then(|| "api-keys/openai".to_owned()),
        created_at: time(0),
        updated_at: time(1),
    };
    let bindings = |rest: bool| BindingListResponse {
        bindings: rest.then(|| binding(true)).into_iter().collect(),
    };
    let execute = |rest: bool| ExecuteRequest {
        binding: "openai".to_owned(),
        intent_type: "http".to_owned(),
        execution_mode: rest.then(|| "vault".to_owned()),
        params: object(r#"{"path":"/v1/models"}"#),
    };
    let result = ExecuteResult {
        status: 200,
        headers: BTreeMap::from([("content-type".to_owned(), "text/plain".to_owned())]),
        body: "[REDACTED]".to_owned(),
        body_encoding: "utf8".to_owned(),
    };
    let executed = |rest: bool| ExecuteResponse {
        execution_id: id(4),
        status: "success".to_owned(),
        result: rest.then(|| result.clone()),
        error: rest.then(|| "the host did not answer in time".to_owned()),
        duration_ms: 12,
        redactions_applied: 1,
        execution_surface: "vault".to_owned(),
    };
    let event = |rest: bool| ExecutionEventResponse {
        id: id(4),
        agent_id: id(2),
        binding_id: id(1),
        intent_type: "http".to_owned(),
        execution_mode: "vault".to_owned(),
        status: "success".to_owned(),
        request_summary: rest.then(|| object(r#"{"method":"GET"}"#)),
        result_summary: rest.then(|| object(r#"{"status":200}"#)),
        error_message: rest.then(|| "no".to_owned()),
        duration_ms: 12,
        cost_cents: if rest { some(0) } else { None },
        redactions_applied: 1,
        created_at: time(0),
    };
    let events = |rest: bool| ExecutionListResponse {
        events: rest.then(|| event(true)).into_iter().collect(),
    };
    vec![
        sample("CredentialSource", &source(false), &source(true)),
        sample("CreateBindingRequest", &create(false), &create(true)),
        sample("UpdateBindingRequest", &update(false), &update(true)),
        sample("RotateBindingCredentialRequest", &rotate, &rotate),
        sample("TestBindingRequest", &try_it(false), &try_it(true)),
        sample("TestBindingResponse", &tried(false), &tried(true)),
        sample("BindingResponse", &binding(false), &binding(true)),
        sample("BindingListResponse", &bindings(false), &bindings(true)),
        sample("ExecuteRequest", &execute(false), &execute(true)),
        sample("ExecuteResult", &result, &result),
        sample("ExecuteResponse", &executed(false), &executed(true)),
        sample("ExecutionEventResponse", &event(false), &event(true)),
        sample("ExecutionListResponse", &events(false), &events(true)),
    ]
}
