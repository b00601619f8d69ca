//! Pages for people.

/// The pages.
pub fn routes() -> axum::Router<crate::ServerState> {
    axum::Router::new()
}
