//! Assistants that connect by OAuth: registering them, and what people allowed which of them.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::oauth::{Grant, RegisterRequest, Registered};
use oneclaw_app::{App, oauth};
use oneclaw_client::oauth::{
    CreateOauthClientRequest, OauthClientListResponse, OauthClientResponse, OauthGrantListResponse,
    OauthGrantResponse,
};
use oneclaw_core::id::{OauthClientId, OauthGrantId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_oauth_client, list_oauth_clients))
        .routes(routes!(delete_oauth_client))
        .routes(routes!(list_oauth_grants))
        .routes(routes!(revoke_oauth_grant))
}

/// Register an assistant that publishes no description of itself. For owners and admins.
#[utoipa::path(post, path = "/v1/oauth/clients", operation_id = "createOauthClient", tag = "Assistants", request_body = CreateOauthClientRequest,
    responses((status = 201, description = "The assistant.", body = OauthClientResponse), Conflict))]
async fn create_oauth_client(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateOauthClientRequest>,
) -> ApiResult<Created<OauthClientResponse>> {
    let request = RegisterRequest {
        name: body.client_name,
        redirect_uris: body.redirect_uris,
    };
    let made = oauth::create_client(&app, &caller, request).await?;
    Ok(Created(client(made)))
}

/// List the assistants that the organisation registered.
#[utoipa::path(get, path = "/v1/oauth/clients", operation_id = "listOauthClients", tag = "Assistants",
    responses((status = 200, description = "The assistants, oldest first.", body = OauthClientListResponse)))]
async fn list_oauth_clients(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OauthClientListResponse>> {
    let listed = oauth::list_clients(&app, &caller).await?;
    Ok(Reply(OauthClientListResponse {
        clients: listed.into_iter().map(client).collect(),
    }))
}

/// Remove an assistant, and end what it was allowed.
#[utoipa::path(delete, path = "/v1/oauth/clients/{client_id}", operation_id = "deleteOauthClient", tag = "Assistants",
    params(("client_id" = Uuid, Path, description = "Id of the assistant.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_oauth_client(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<OauthClientId>,
) -> ApiResult<NoContent> {
    oauth::delete_client(&app, &caller, id).await?;
    Ok(NoContent)
}

/// List what people allowed assistants: your own grants and those for agents that you let in; all for owners and admins.
#[utoipa::path(get, path = "/v1/oauth/grants", operation_id = "listOauthGrants", tag = "Assistants",
    responses((status = 200, description = "The grants that assistants hold, newest first.", body = OauthGrantListResponse)))]
async fn list_oauth_grants(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OauthGrantListResponse>> {
    let listed = oauth::list(&app, &caller).await?;
    Ok(Reply(OauthGrantListResponse {
        grants: listed.into_iter().map(grant).collect(),
    }))
}

/// End a grant. Its tokens are worth nothing from the next request on.
#[utoipa::path(delete, path = "/v1/oauth/grants/{grant_id}", operation_id = "revokeOauthGrant", tag = "Assistants",
    params(("grant_id" = Uuid, Path, description = "Id of the grant.")),
    responses((status = 204, description = "It is over."), NotFound))]
async fn revoke_oauth_grant(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<OauthGrantId>,
) -> ApiResult<NoContent> {
    oauth::end(&app, &caller, id).await?;
    Ok(NoContent)
}

fn client(registered: Registered) -> OauthClientResponse {
    OauthClientResponse {
        client_id: registered.id,
        client_name: registered.name,
        redirect_uris: registered.redirect_uris,
        created_by: registered.created_by,
        created_at: registered.created_at,
    }
}

fn grant(grant: Grant) -> OauthGrantResponse {
    OauthGrantResponse {
        id: grant.id,
        agent_id: grant.agent,
        agent_name: grant.agent_name,
        client_id: grant.client_id,
        client_name: grant.client_name,
        sent_to: grant.receiver,
        scopes: grant
            .scopes
            .iter()
            .map(|scope| scope.as_str().to_owned())
            .collect(),
        granted_by: grant.user,
        created_at: grant.created_at,
        expires_at: grant.expires_at,
        last_used_at: grant.used_at,
    }
}
