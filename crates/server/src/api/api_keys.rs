//! Personal keys.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::NotFound;
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::api_keys::{self, ApiKey, CreateRequest};
use oneclaw_client::api_keys::{
    ApiKeyCreatedResponse, ApiKeyListResponse, ApiKeyResponse, CreateApiKeyRequest,
};
use oneclaw_core::id::ApiKeyId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_api_key, list_api_keys))
        .routes(routes!(revoke_api_key))
}

/// Make a personal key. It is shown once.
#[utoipa::path(post, path = "/v1/auth/api-keys", operation_id = "createApiKey", tag = "Authentication",
    request_body = CreateApiKeyRequest,
    responses((status = 201, description = "The key; keep it now.", body = ApiKeyCreatedResponse)))]
async fn create_api_key(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateApiKeyRequest>,
) -> ApiResult<Created<ApiKeyCreatedResponse>> {
    let request = CreateRequest {
        name: body.name,
        scopes: body.scopes.unwrap_or_default(),
        expires_at: body.expires_at,
    };
    let (key, api_key) = api_keys::create(&app, &caller, request).await?;
    Ok(Created(ApiKeyCreatedResponse {
        key: key_response(key),
        api_key: api_key.into(),
    }))
}

/// Your personal keys, newest first.
#[utoipa::path(get, path = "/v1/auth/api-keys", operation_id = "listApiKeys", tag = "Authentication",
    responses((status = 200, description = "The keys, revoked ones too.", body = ApiKeyListResponse)))]
async fn list_api_keys(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<ApiKeyListResponse>> {
    let keys = api_keys::list(&app, &caller).await?;
    Ok(Reply(ApiKeyListResponse {
        keys: keys.into_iter().map(key_response).collect(),
    }))
}

/// Revoke a personal key, and all tokens it was exchanged for.
#[utoipa::path(delete, path = "/v1/auth/api-keys/{key_id}", operation_id = "revokeApiKey", tag = "Authentication",
    params(("key_id" = Uuid, Path, description = "Id of the key.")),
    responses((status = 204, description = "It works nowhere any more."), NotFound))]
async fn revoke_api_key(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(key): Path<ApiKeyId>,
) -> ApiResult<NoContent> {
    api_keys::revoke(&app, &caller, key).await?;
    Ok(NoContent)
}

fn key_response(key: ApiKey) -> ApiKeyResponse {
    ApiKeyResponse {
        id: key.id,
        name: key.name,
        key_prefix: key.prefix,
        scopes: key.scopes,
        is_active: key.is_active,
        created_at: key.created_at,
        expires_at: key.expires_at,
        last_used_at: key.last_used_at,
    }
}
