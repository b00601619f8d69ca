//! Bindings: credentials that an agent uses without seeing them. People set them up, agents make calls with them.

use super::{number, object};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json, OptionalJson, Path, Query};
use crate::openapi::NotFound;
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::bindings::{Binding, CreateRequest, Event, Execution, Source, UpdateRequest};
use oneclaw_app::{App, bindings};
use oneclaw_client::bindings::{
    BindingListResponse, BindingResponse, CreateBindingRequest, CredentialJson, CredentialSource,
    ExecuteRequest, ExecuteResponse, ExecuteResult, ExecutionEventResponse, ExecutionListResponse,
    RotateBindingCredentialRequest, TestBindingRequest, TestBindingResponse, UpdateBindingRequest,
};
use oneclaw_client::webhooks::PageQuery;
use oneclaw_client::wire::JsonObject;
use oneclaw_core::id::{AgentId, BindingId};
use oneclaw_core::secret::SecretString;
use serde_json::json;
use std::collections::BTreeMap;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The only type of binding.
const HTTP: &str = "http";

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_binding, list_bindings))
        .routes(routes!(get_binding, update_binding, delete_binding))
        .routes(routes!(rotate_binding_credential))
        .routes(routes!(test_binding))
        .routes(routes!(execute_intent))
        .routes(routes!(list_executions))
}

/// Give an agent a credential to use without seeing it. For people only.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/bindings", operation_id = "createBinding", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")), request_body = CreateBindingRequest,
    responses((status = 201, description = "The binding.", body = BindingResponse), NotFound))]
async fn create_binding(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
    Json(body): Json<CreateBindingRequest>,
) -> ApiResult<Created<BindingResponse>> {
    if body.binding_type != HTTP {
        return Err(ApiError::invalid("binding_type", "only http is offered"));
    }
    let source = source_of(body.credential, body.credential_source)?;
    let source = source
        .ok_or_else(|| ApiError::invalid("credential", "give credential or credential_source"))?;
    let request = CreateRequest {
        name: body.name,
        config: text_of(body.config),
        guardrails: text_of(body.guardrails),
        source,
    };
    let made = bindings::create(&app, &caller, agent, request).await?;
    Ok(Created(binding_response(made)?))
}

/// List the bindings of an agent: for the people who manage it, and for itself.
#[utoipa::path(get, path = "/v1/agents/{agent_id}/bindings", operation_id = "listBindings", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 200, description = "The bindings, by name.", body = BindingListResponse), NotFound))]
async fn list_bindings(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<Reply<BindingListResponse>> {
    let listed = bindings::list(&app, &caller, agent).await?;
    let bindings = listed
        .into_iter()
        .map(binding_response)
        .collect::<ApiResult<_>>()?;
    Ok(Reply(BindingListResponse { bindings }))
}

/// One binding. For people only.
#[utoipa::path(get, path = "/v1/agents/{agent_id}/bindings/{binding_id}", operation_id = "getBinding", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), ("binding_id" = Uuid, Path, description = "Id of the binding.")),
    responses((status = 200, description = "The binding.", body = BindingResponse), NotFound))]
async fn get_binding(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((agent, id)): Path<(AgentId, BindingId)>,
) -> ApiResult<Reply<BindingResponse>> {
    let found = bindings::find(&app, &caller, agent, id).await?;
    Ok(Reply(binding_response(found)?))
}

/// Change a binding. For people only. Another server needs the credential again, if it is kept in the binding.
#[utoipa::path(patch, path = "/v1/agents/{agent_id}/bindings/{binding_id}", operation_id = "updateBinding", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), ("binding_id" = Uuid, Path, description = "Id of the binding.")),
    request_body = UpdateBindingRequest,
    responses((status = 200, description = "The binding as it is now.", body = BindingResponse), NotFound))]
async fn update_binding(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((agent, id)): Path<(AgentId, BindingId)>,
    Json(body): Json<UpdateBindingRequest>,
) -> ApiResult<Reply<BindingResponse>> {
    let request = UpdateRequest {
        config: body.config.map(|config| text_of(Some(config))),
        guardrails: body.guardrails.map(|guardrails| text_of(Some(guardrails))),
        is_active: body.is_active,
        source: source_of(body.credential, body.credential_source)?,
    };
    let changed = bindings::update(&app, &caller, agent, id, request).await?;
    Ok(Reply(binding_response(changed)?))
}

/// Remove a binding with the credential kept in it. For people only.
#[utoipa::path(delete, path = "/v1/agents/{agent_id}/bindings/{binding_id}", operation_id = "deleteBinding", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), ("binding_id" = Uuid, Path, description = "Id of the binding.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_binding(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((agent, id)): Path<(AgentId, BindingId)>,
) -> ApiResult<NoContent> {
    bindings::delete(&app, &caller, agent, id).await?;
    Ok(NoContent)
}

/// Replace a credential that is kept in a binding. For people only.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/bindings/{binding_id}/rotate-credential", operation_id = "rotateBindingCredential", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), ("binding_id" = Uuid, Path, description = "Id of the binding.")),
    request_body = RotateBindingCredentialRequest,
    responses((status = 200, description = "The binding.", body = BindingResponse), NotFound))]
async fn rotate_binding_credential(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((agent, id)): Path<(AgentId, BindingId)>,
    Json(body): Json<RotateBindingCredentialRequest>,
) -> ApiResult<Reply<BindingResponse>> {
    let credential = credential_of(body.credential);
    let changed = bindings::rotate_credential(&app, &caller, agent, id, credential).await?;
    Ok(Reply(binding_response(changed)?))
}

/// Call the base URL of a binding with its credential and say how that went.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/bindings/{binding_id}/test", operation_id = "testBinding", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), ("binding_id" = Uuid, Path, description = "Id of the binding.")),
    request_body = Option<TestBindingRequest>,
    responses((status = 200, description = "How it went.", body = TestBindingResponse), NotFound))]
async fn test_binding(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((agent, id)): Path<(AgentId, BindingId)>,
    OptionalJson(body): OptionalJson<TestBindingRequest>,
) -> ApiResult<Reply<TestBindingResponse>> {
    let limit = body.and_then(|body| body.timeout_ms).map(u64::from);
    let done = bindings::test(&app, &caller, agent, id, limit).await?;
    let status = done.result.as_ref().map(|result| result.status);
    let refused = status.filter(|status| *status >= 400);
    Ok(Reply(TestBindingResponse {
        success: status.is_some() && refused.is_none(),
        latency_ms: done.duration_ms,
        error: done
            .error
            .or_else(|| refused.map(|status| format!("the host answered {status}"))),
    }))
}

/// Make a call with a credential that stays hidden. For the agent itself and the people who manage it.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/execute", operation_id = "executeIntent", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")), request_body = ExecuteRequest,
    responses((status = 200, description = "What the server answered, without the credential.", body = ExecuteResponse), NotFound))]
async fn execute_intent(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
    Json(body): Json<ExecuteRequest>,
) -> ApiResult<Reply<ExecuteResponse>> {
    if !matches!(body.intent_type.as_str(), HTTP | "http_request") {
        return Err(ApiError::invalid("intent_type", "only http is offered"));
    }
    if body.execution_mode.is_some_and(|mode| mode != "vault") {
        return Err(ApiError::invalid("execution_mode", "only vault is offered"));
    }
    let params = serde_json::from_str(body.params.as_str()).map_err(|_| {
        ApiError::invalid(
            "params",
            "may have method, path, headers, query, body and timeout_ms, and nothing else",
        )
    })?;
    let done = bindings::execute(&app, &caller, agent, body.binding, params).await?;
    Ok(Reply(execution_response(done)))
}

/// What an agent did with its bindings. For the agent itself and the people who manage it.
#[utoipa::path(get, path = "/v1/agents/{agent_id}/executions", operation_id = "listExecutions", tag = "Bindings",
    params(("agent_id" = Uuid, Path, description = "Id of the agent."), PageQuery),
    responses((status = 200, description = "The calls, newest first.", body = ExecutionListResponse), NotFound))]
async fn list_executions(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Reply<ExecutionListResponse>> {
    let limit = page.limit.map_or(super::webhooks::PAGE, i64::from);
    let offset = page.offset.map_or(0, i64::from);
    let listed = bindings::list_executions(&app, &caller, agent, limit, offset).await?;
    let events = listed
        .into_iter()
        .map(event_response)
        .collect::<ApiResult<_>>()?;
    Ok(Reply(ExecutionListResponse { events }))
}

fn text_of(object: Option<JsonObject>) -> String {
    object.unwrap_or_default().as_str().to_owned()
}

fn source_of(
    credential: Option<CredentialJson>,
    source: Option<CredentialSource>,
) -> ApiResult<Option<Source>> {
    let Some(source) = source else {
        let credential = credential.map(credential_of);
        return Ok(credential.map(Source::Inline));
    };
    match (
        source.kind.as_str(),
        source.value,
        source.vault_id,
        source.path,
    ) {
        ("inline", Some(value), _, _) => Ok(Some(Source::Inline(credential_of(value)))),
        ("vault_ref", _, Some(vault), Some(path)) => Ok(Some(Source::Vault(vault, path))),
        _ => Err(ApiError::invalid(
            "credential_source",
            "is of type inline with value, or vault_ref with vault_id and path",
        )),
    }
}

/// A credential that is just a text is the same as `{"value"}`.
fn credential_of(given: CredentialJson) -> SecretString {
    let json = given.into_json();
    if !json.expose().starts_with('"') {
        return json.into();
    }
    let given = CredentialJson::from_json(json);
    let text = oneclaw_client::wire::SecretText::from(format!(
        "{{\"value\":{}}}",
        given.into_json().expose()
    ));
    text.into()
}

fn binding_response(binding: Binding) -> ApiResult<BindingResponse> {
    let kind = match (binding.is_inline, &binding.reference) {
        (true, _) => Some("inline"),
        (false, Some(_)) => Some("vault_ref"),
        (false, None) => None,
    };
    let (vault, path) = binding.reference.unzip();
    Ok(BindingResponse {
        id: binding.id,
        agent_id: binding.agent,
        binding_type: HTTP.to_owned(),
        name: binding.name,
        config: object(binding.config)?,
        guardrails: object(binding.guardrails)?,
        is_active: binding.is_active,
        credential_set: kind.is_some(),
        credential_source_type: kind.map(str::to_owned),
        credential_vault_id: vault,
        credential_path: path,
        created_at: binding.created_at,
        updated_at: binding.updated_at,
    })
}

fn execution_response(done: Execution) -> ExecuteResponse {
    let status = if done.result.is_some() {
        "success"
    } else {
        "error"
    };
    let result = done.result.map(|result| {
        let mut headers: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in result.headers {
            headers
                .entry(name)
                .and_modify(|all| {
                    all.push_str(", ");
                    all.push_str(&value);
                })
                .or_insert(value);
        }
        ExecuteResult {
            status: result.status,
            headers,
            body: result.body,
            body_encoding: if result.is_base64 { "base64" } else { "utf8" }.to_owned(),
        }
    });
    ExecuteResponse {
        execution_id: done.id,
        status: status.to_owned(),
        result,
        error: done.error,
        duration_ms: done.duration_ms,
        redactions_applied: done.redactions,
        execution_surface: "vault".to_owned(),
    }
}

fn event_response(event: Event) -> ApiResult<ExecutionEventResponse> {
    let asked = json!({ "method": event.method, "host": event.host, "path": event.path });
    let answered = event
        .answer_status
        .map(|status| json!({ "status": status }));
    Ok(ExecutionEventResponse {
        id: event.id,
        agent_id: event.agent_id,
        binding_id: event.binding_id,
        intent_type: HTTP.to_owned(),
        execution_mode: "vault".to_owned(),
        status: event.status,
        request_summary: Some(object(asked.to_string())?),
        result_summary: answered
            .map(|answered| object(answered.to_string()))
            .transpose()?,
        error_message: event.error,
        duration_ms: number(event.duration_ms)?,
        cost_cents: None,
        redactions_applied: number(event.redactions)?,
        created_at: event.created_at,
    })
}
