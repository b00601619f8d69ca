//! The sessions of one's own account.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Path};
use crate::openapi::NotFound;
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use oneclaw_app::{App, sessions};
use oneclaw_client::sessions::{SessionListResponse, SessionResponse};
use oneclaw_core::id::SessionId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_sessions))
        .routes(routes!(revoke_session))
}

/// Where you are signed in.
#[utoipa::path(get, path = "/v1/auth/sessions", operation_id = "listSessions", tag = "Authentication",
    responses((status = 200, description = "Browsers and programs, newest first.", body = SessionListResponse)))]
async fn list_sessions(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<SessionListResponse>> {
    let sessions = sessions::list(&app, &caller).await?;
    let sessions = sessions.into_iter().map(|session| SessionResponse {
        id: session.id,
        kind: session.kind,
        auth_method: session.auth_method,
        user_agent: session.client,
        ip_address: session.ip,
        created_at: session.created_at,
        expires_at: session.expires_at,
        is_current: session.is_current,
    });
    Ok(Reply(SessionListResponse {
        sessions: sessions.collect(),
    }))
}

/// Sign out somewhere else.
#[utoipa::path(delete, path = "/v1/auth/sessions/{session_id}", operation_id = "revokeSession", tag = "Authentication",
    params(("session_id" = Uuid, Path, description = "Id of the session.")),
    responses((status = 204, description = "It has ended, with all its tokens."), NotFound))]
async fn revoke_session(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(session): Path<SessionId>,
) -> ApiResult<NoContent> {
    sessions::revoke(&app, &caller, session).await?;
    Ok(NoContent)
}
