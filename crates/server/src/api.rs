//! The JSON API: one module per noun, each with its handlers and its `routes()`.

use crate::ServerState;
use crate::error::ApiError;
use crate::middleware::flood::Flood;
use axum::Router;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What is behind a credential, and what acts.
pub(crate) fn routes(_flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
}

/// Routes whose GET does nothing on HEAD.
pub(crate) fn open_routes(_flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
}

/// Figures for measurements on a developer's machine.
pub(crate) fn internal_routes() -> Router<ServerState> {
    Router::new()
}

/// Any address that is none of ours.
pub(crate) async fn not_found() -> ApiError {
    ApiError::no_route()
}
