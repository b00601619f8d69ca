//! HTTP: the JSON API and the pages, in front of `oneclaw_app`.
//!
//! Invariants:
//! - A handler does three things: parse, call one operation, convert. No SQL, policy, crypto or mail here.
//! - Status codes are decided in [`error`] alone.
//! - Every request passes [`middleware`]: request id, client address, flood limit and response headers come before
//!   the first byte of a body is read.
//! - The API is described by the same attributes that route it, so [`openapi_json`] cannot disagree with it.

pub mod api;
mod bench_static;
pub mod error;
pub mod extract;
mod mcp;
mod metrics;
pub mod middleware;
mod oauth;
mod openapi;
pub mod reply;
mod serve;
#[cfg(feature = "test-support")]
pub mod test_app;
pub mod web;

pub use bench_static::bench_static;
pub use metrics::{Metrics, metrics_router};
pub use middleware::address::ForwardedHeader;
pub use middleware::flood::{Bucket, FloodLimits};
pub use openapi::openapi_json;
pub use serve::serve;

use axum::Router;
use axum::body::Bytes;
use axum::extract::FromRef;
use axum::routing::get;
use http::HeaderValue;
use ipnet::IpNet;
use middleware::flood::Flood;
use middleware::{Guard, RequestIds, Surface};
use oneclaw_app::App;
use std::collections::HashMap;
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
    /// Counters for a monitoring system; `None` counts nothing.
    pub metrics: Option<Metrics>,
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
    /// The description of the API.
    openapi: Bytes,
    /// By route: the methods it takes.
    allowed_methods: HashMap<String, HeaderValue>,
    /// By route: how it is written in the description.
    endpoints: HashMap<String, Arc<str>>,
}

impl ServerState {
    fn new(app: App, config: ServerConfig) -> Self {
        Self(Arc::new(Inner {
            flood: Arc::new(Flood::new(config.flood.clone())),
            request_ids: RequestIds::new(),
            is_https: app.settings().public_url.starts_with("https://"),
            openapi: openapi_json().into(),
            allowed_methods: openapi::allowed_methods(),
            endpoints: openapi::endpoints(),
            app,
            config,
        }))
    }

    /// The vault.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.0.app
    }

    fn openapi(&self) -> Bytes {
        self.0.openapi.clone()
    }

    fn endpoint(&self, route: &str) -> Option<Arc<str>> {
        self.0.endpoints.get(route).cloned()
    }

    fn allowed_methods(&self, route: &str) -> Option<HeaderValue> {
        self.0.allowed_methods.get(route).cloned()
    }
}

impl FromRef<ServerState> for App {
    fn from_ref(state: &ServerState) -> Self {
        state.0.app.clone()
    }
}

/// Everything the server answers, ready to be served.
pub fn router(app: App, config: ServerConfig) -> Router {
    let state = ServerState::new(app, config);
    let guard = |surface| Guard::new(state.clone(), surface);
    let api = |routes: Router<ServerState>, surface| {
        routes
            .method_not_allowed_fallback(api::method_not_allowed)
            .layer(guard(surface))
    };

    // For what starts and watches the server, not for clients: no part of the described API.
    let mut open = Router::from(api::open_routes(&state.0.flood)).route("/readyz", get(api::ready));
    if state.app().settings().dev {
        open = open.merge(api::internal_routes());
    }
    let routes = api(Router::from(api::routes(&state.0.flood)), Surface::API)
        .merge(api(open, Surface::OPEN))
        .merge(api(oauth::routes(&state.0.flood), Surface::API))
        .merge(api(oauth::open_routes(), Surface::OPEN))
        .merge(web::routes().layer(guard(Surface::PAGES)));
    let unknown = Router::new()
        .fallback(api::not_found)
        .layer(guard(Surface::API));
    let routes = routes.with_state(state.clone());
    let tools = mcp::routes(&state, routes.clone()).layer(guard(Surface::TOOLS));
    middleware::tolerate_leading_slashes(
        routes.merge(tools.with_state(state.clone())),
        unknown.with_state(state),
    )
}
