//! Agents. Fields of features that are not here (chains, cards, proxies) are accepted and ignored.

use super::{change, change_or_default, number, repeatable};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::NotFound;
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::agents::{Agent, CreateRequest, UpdateRequest};
use oneclaw_app::{App, agents};
use oneclaw_client::agents::{
    AgentCreatedResponse, AgentKeyRotatedResponse, AgentListResponse, AgentResponse,
    AgentSelfResponse, BatchDeleteAgentsRequest, BatchDeleteAgentsResponse, BatchDeleteError,
    CreateAgentRequest, RevealKeyRequest, RevealKeyResponse, UpdateAgentRequest,
};
use oneclaw_core::id::AgentId;
use serde_json::{Map, Value};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The settings of an agent that have fields of their own on the wire.
const ENVIRONMENT: &str = "environment";
const ENVIRONMENT_LOCKED: &str = "environment_locked";
const INTENTS: &str = "intents_api_enabled";
const EXECUTION: &str = "execution_intents_enabled";
const FEDERATION: &str = "federation_enabled";
const AUDIENCES: &str = "federation_audiences";
const FEDERATED_LIFE: &str = "federated_token_ttl_seconds";

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(repeatable(routes!(create_agent, list_agents)))
        .routes(routes!(get_agent_self))
        .routes(routes!(batch_delete_agents))
        .routes(routes!(rotate_agent_identity_keys))
        .routes(routes!(get_agent, update_agent, delete_agent))
        .routes(routes!(rotate_agent_key))
        .routes(routes!(reveal_agent_key))
}

/// Make an agent with a key. For people only.
#[utoipa::path(post, path = "/v1/agents", operation_id = "createAgent", tag = "Agents", request_body = CreateAgentRequest,
    responses((status = 201, description = "The agent and its key, which is shown this once.", body = AgentCreatedResponse)))]
async fn create_agent(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateAgentRequest>,
) -> ApiResult<Created<AgentCreatedResponse>> {
    if body
        .auth_method
        .as_deref()
        .is_some_and(|method| method != "api_key")
    {
        return Err(ApiError::invalid("auth_method", "only api_key is offered"));
    }
    let mut settings = Map::new();
    set(
        &mut settings,
        ENVIRONMENT,
        body.environment.map(Value::from),
    );
    set(
        &mut settings,
        ENVIRONMENT_LOCKED,
        body.environment_locked.map(Value::from),
    );
    set(
        &mut settings,
        INTENTS,
        body.intents_api_enabled.map(Value::from),
    );
    set(
        &mut settings,
        EXECUTION,
        body.execution_intents_enabled.map(Value::from),
    );
    let request = CreateRequest {
        name: body.name,
        description: body.description.unwrap_or_default(),
        scopes: body.scopes.unwrap_or_default(),
        vault_binding: body.vault_ids.unwrap_or_default(),
        token_ttl_seconds: body.token_ttl_seconds.map(i64::from),
        api_key_expires_at: body.api_key_expires_at,
        expires_at: body.expires_at,
        settings,
    };
    let (agent, key) = agents::create(&app, &caller, request).await?;
    Ok(Created(AgentCreatedResponse {
        agent: agent_response(agent)?,
        api_key: Some(key.into()),
    }))
}

/// List the agents of the organisation. For people only.
#[utoipa::path(get, path = "/v1/agents", operation_id = "listAgents", tag = "Agents",
    responses((status = 200, description = "The agents.", body = AgentListResponse)))]
async fn list_agents(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<AgentListResponse>> {
    let listed = agents::list(&app, &caller).await?;
    Ok(Reply(AgentListResponse {
        agents: listed
            .into_iter()
            .map(agent_response)
            .collect::<ApiResult<_>>()?,
    }))
}

/// The calling agent, as it sees itself.
#[utoipa::path(get, path = "/v1/agents/me", operation_id = "getAgentSelf", tag = "Agents",
    responses((status = 200, description = "The agent.", body = AgentSelfResponse)))]
async fn get_agent_self(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<AgentSelfResponse>> {
    let agent = agents::find(&app, &caller, caller.agent()?).await?;
    Ok(Reply(AgentSelfResponse {
        id: agent.id,
        intents_api_enabled: flag(&agent.settings, INTENTS),
        name: agent.name,
        description: agent.description,
        org_id: agent.org,
        scopes: agent.scopes,
        is_active: agent.is_active,
        created_by: agent.created_by,
        created_at: agent.created_at,
        expires_at: agent.expires_at,
        last_active_at: agent.last_active_at,
        ssh_public_key: agent.ssh_public_key,
        ecdh_public_key: agent.ecdh_public_key,
        shroud_enabled: false,
    }))
}

/// One agent: for people of its organisation, and for itself.
#[utoipa::path(get, path = "/v1/agents/{agent_id}", operation_id = "getAgent", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 200, description = "The agent.", body = AgentResponse), NotFound))]
async fn get_agent(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<Reply<AgentResponse>> {
    Ok(Reply(agent_response(
        agents::find(&app, &caller, agent).await?,
    )?))
}

/// Change an agent. Switching it off ends its tokens at once.
#[utoipa::path(patch, path = "/v1/agents/{agent_id}", operation_id = "updateAgent", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")), request_body = UpdateAgentRequest,
    responses((status = 200, description = "The agent as it is now.", body = AgentResponse), NotFound))]
async fn update_agent(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
    Json(body): Json<UpdateAgentRequest>,
) -> ApiResult<Reply<AgentResponse>> {
    let mut settings = Map::new();
    set(
        &mut settings,
        ENVIRONMENT,
        change(body.environment).map(Value::from),
    );
    set(
        &mut settings,
        ENVIRONMENT_LOCKED,
        body.environment_locked.map(Value::from),
    );
    set(
        &mut settings,
        INTENTS,
        body.intents_api_enabled.map(Value::from),
    );
    set(
        &mut settings,
        EXECUTION,
        body.execution_intents_enabled.map(Value::from),
    );
    let federation = [
        (FEDERATION, body.federation_enabled.map(Value::from)),
        (
            AUDIENCES,
            change(body.federation_audiences).map(Value::from),
        ),
        (
            FEDERATED_LIFE,
            change(body.federated_token_ttl_seconds).map(Value::from),
        ),
    ];
    for (name, value) in federation {
        set(&mut settings, name, value);
    }
    let request = UpdateRequest {
        name: body.name,
        description: change_or_default(body.description),
        scopes: change_or_default(body.scopes),
        vault_binding: change_or_default(body.vault_ids),
        is_active: body.is_active,
        token_ttl_seconds: change(body.token_ttl_seconds).map(|life| life.map(i64::from)),
        api_key_expires_at: change(body.api_key_expires_at),
        expires_at: change(body.expires_at),
        settings,
    };
    Ok(Reply(agent_response(
        agents::update(&app, &caller, agent, request).await?,
    )?))
}

/// Remove an agent with the policies that concern it. Its trail in the audit log stays.
#[utoipa::path(delete, path = "/v1/agents/{agent_id}", operation_id = "deleteAgent", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_agent(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<NoContent> {
    agents::delete(&app, &caller, agent).await?;
    Ok(NoContent)
}

/// Replace an agent's key. The old one and its tokens end at once.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/rotate-key", operation_id = "rotateAgentKey", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 200, description = "The new key, which is shown this once.", body = AgentKeyRotatedResponse), NotFound))]
async fn rotate_agent_key(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<Reply<AgentKeyRotatedResponse>> {
    let key = agents::rotate_key(&app, &caller, agent).await?;
    Ok(Reply(AgentKeyRotatedResponse {
        api_key: key.into(),
    }))
}

/// Replace an agent's identity keys; the private ones become new versions of their secrets.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/rotate-identity-keys", operation_id = "rotateAgentIdentityKeys", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 200, description = "The agent with its new public keys.", body = AgentResponse), NotFound))]
async fn rotate_agent_identity_keys(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<Reply<AgentResponse>> {
    Ok(Reply(agent_response(
        agents::rotate_identity_keys(&app, &caller, agent).await?,
    )?))
}

/// Remove several agents. One that cannot be removed keeps no other.
#[utoipa::path(post, path = "/v1/agents/batch-delete", operation_id = "batchDeleteAgents", tag = "Agents",
    request_body = BatchDeleteAgentsRequest,
    responses((status = 200, description = "How many are gone, and which are not.", body = BatchDeleteAgentsResponse)))]
async fn batch_delete_agents(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<BatchDeleteAgentsRequest>,
) -> ApiResult<Reply<BatchDeleteAgentsResponse>> {
    let failed = agents::delete_all(&app, &caller, &body.agent_ids).await?;
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Ok(Reply(BatchDeleteAgentsResponse {
        deleted: count(body.agent_ids.len().saturating_sub(failed.len())),
        failed: count(failed.len()),
        errors: failed
            .into_iter()
            .map(|(id, reason)| BatchDeleteError { id, reason })
            .collect(),
    }))
}

/// Make and show the first key of an agent that the caller let in, with the token of the reveal link.
#[utoipa::path(post, path = "/v1/agents/{agent_id}/reveal-key", operation_id = "revealAgentKey", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")), request_body = RevealKeyRequest,
    responses((status = 200, description = "The key, which is made by this request and shown this once.", body = RevealKeyResponse), NotFound))]
async fn reveal_agent_key(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
    Json(body): Json<RevealKeyRequest>,
) -> ApiResult<Reply<RevealKeyResponse>> {
    let key = agents::reveal_key(&app, &caller, agent, &body.token.into_secret()).await?;
    Ok(Reply(RevealKeyResponse {
        agent_id: agent,
        api_key: key.into(),
    }))
}

fn set(settings: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        settings.insert(name.to_owned(), value);
    }
}

fn flag(settings: &Map<String, Value>, name: &str) -> bool {
    settings.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn texts(settings: &Map<String, Value>, name: &str) -> Vec<String> {
    let list = settings.get(name).and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

pub(super) fn agent_response(agent: Agent) -> ApiResult<AgentResponse> {
    Ok(AgentResponse {
        id: agent.id,
        intents_api_enabled: flag(&agent.settings, INTENTS),
        execution_intents_enabled: flag(&agent.settings, EXECUTION),
        environment: agent
            .settings
            .get(ENVIRONMENT)
            .and_then(Value::as_str)
            .map(str::to_owned),
        environment_locked: flag(&agent.settings, ENVIRONMENT_LOCKED),
        federation_enabled: flag(&agent.settings, FEDERATION),
        federation_audiences: texts(&agent.settings, AUDIENCES),
        federated_token_ttl_seconds: agent
            .settings
            .get(FEDERATED_LIFE)
            .and_then(Value::as_i64)
            .map(number)
            .transpose()?,
        name: agent.name,
        description: agent.description,
        auth_method: agent.auth_method,
        scopes: agent.scopes,
        is_active: agent.is_active,
        shroud_enabled: false,
        vault_ids: agent.vault_binding,
        ssh_public_key: agent.ssh_public_key,
        ecdh_public_key: agent.ecdh_public_key,
        created_at: agent.created_at,
        token_ttl_seconds: agent.token_ttl_seconds.map(number).transpose()?,
        expires_at: agent.expires_at,
        last_active_at: agent.last_active_at,
        api_key_expires_at: agent.api_key_expires_at,
    })
}
