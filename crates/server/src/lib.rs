//! HTTP: the JSON API and the pages, in front of `oneclaw_app`.
//!
//! Invariants:
//! - A handler does three things: parse, call one operation, convert. No SQL, policy, crypto or mail here.
//! - Status codes are decided in [`error`] alone.
//! - Every request passes [`middleware`]: request id, client address, flood limit and response headers come before
//!   the first byte of a body is read.
//! - The API is described by the same attributes that route it, so [`openapi_json`] cannot disagree with it.

pub mod api;
pub mod error;
pub mod extract;
pub mod middleware;
mod openapi;
mod serve;
#[cfg(feature = "test-support")]
pub mod test_app;
pub mod web;

pub use middleware::address::ForwardedHeader;
pub use middleware::flood::{Bucket, FloodLimits};
pub use openapi::openapi_json;
pub use serve::serve;

use axum::Router;
use axum::extract::FromRef;
use ipnet::IpNet;
use middleware::flood::Flood;
use middleware::{Guard, RequestIds, Surface};
use oneclaw_app::App;
use std::sync::Arc;

/// How the server sees the network in front of it.
#[derive(Clone, Debug, Default)]
pub struct ServerConfig {
    /// Proxies whose word about the client's address is taken. Empty: the socket's address is the client's.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which those proxies report the client. Only this one is read, because a proxy passes on what
    /// clients put into the other.
    pub forwarded_header: ForwardedHeader,
    /// Limits per client network; `None` switches them off, as for measurements.
    pub flood: Option<FloodLimits>,
}

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct ServerState(Arc<Inner>);

struct Inner {
    app: App,
    config: ServerConfig,
    flood: Arc<Flood>,
    request_ids: RequestIds,
    /// Whether clients reach us by TLS, so that they may be told to insist on it.
    is_https: bool,
}

impl ServerState {
    fn new(app: App, config: ServerConfig, flood: Arc<Flood>) -> Self {
        let is_https = app.settings().public_url.starts_with("https://");
        Self(Arc::new(Inner {
            app,
            config,
            flood,
            request_ids: RequestIds::new(),
            is_https,
        }))
    }

    /// The vault.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }
}

impl FromRef<ServerState> for App {
    fn from_ref(state: &ServerState) -> Self {
        state.0.app.clone()
    }
}

/// Everything the server answers, ready to be served.
#[must_use]
pub fn router(app: App, config: ServerConfig) -> Router {
    let flood = Arc::new(Flood::new(config.flood.clone()));
    let is_dev = app.settings().dev;
    let state = ServerState::new(app, config, flood);
    let guard = |surface| Guard::new(state.clone(), surface);

    let mut open = Router::from(api::open_routes(&state.0.flood));
    if is_dev {
        open = open.merge(api::internal_routes());
    }
    let routes = Router::new()
        .merge(Router::from(api::routes(&state.0.flood)).layer(guard(Surface::API)))
        .merge(open.layer(guard(Surface::OPEN)))
        .merge(web::routes().layer(guard(Surface::PAGES)));
    let unknown = Router::new()
        .fallback(api::not_found)
        .layer(guard(Surface::API));
    middleware::tolerate_leading_slashes(routes, unknown).with_state(state)
}
