//! What every request passes on its way in and out, in one layer, because each layer costs.
//!
//! In: request id, client address, flood limit, CORS preflight, refusal of HEAD where GET acts. Out: panics become
//! errors, problems get their body, every answer its headers. None of it reads a body.

pub mod address;
pub mod flood;
mod headers;
mod metering;
pub(crate) mod repeat;

pub(crate) use headers::Surface;

use crate::ServerState;
use crate::error::{self, ApiError};
use crate::metrics::Timed;
use address::client_address;
use axum::Router;
use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, Method, Uri};
use metering::Metered;
pub(crate) use metering::note_caller;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::limit::{Limit, client_network};
use std::convert::Infallible;
use std::future::Future;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as TaskContext, Poll};
use std::time::Instant;
use tower::{Layer, Service};

/// Names a request in the log, in its answer and in its error.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What was established about a request before its handler.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) id: HeaderValue,
    /// The client's address, unless the request came from inside the process.
    pub(crate) ip: Option<IpAddr>,
    /// When it arrived.
    pub(crate) at: Timestamp,
}

/// Makes request ids: unique in this process, and unlike those of another one.
pub(crate) struct RequestIds {
    process: u32,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new() -> Self {
        // The hasher's keys are random for each process, which is all that is needed to tell two logs apart.
        let random = RandomState::new().build_hasher().finish();
        Self {
            process: (random >> 32) as u32,
            next: AtomicU64::new(1),
        }
    }

    /// The id that the client gave, if it is harmless in a log, else a new one.
    fn id_of(&self, given: Option<&HeaderValue>) -> HeaderValue {
        let harmless = |id: &&HeaderValue| {
            (1..=64).contains(&id.len())
                && id
                    .as_bytes()
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
        };
        match given.filter(harmless) {
            Some(id) => id.clone(),
            None => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                HeaderValue::try_from(format!("{:08x}-{number:012x}", self.process))
                    .unwrap_or_else(|_| HeaderValue::from_static("unknown"))
            }
        }
    }
}

/// The layer around every route.
#[derive(Clone)]
pub(crate) struct Guard {
    state: ServerState,
    surface: Surface,
}

impl Guard {
    pub(crate) fn new(state: ServerState, surface: Surface) -> Self {
        Self { state, surface }
    }
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            guard: self.clone(),
            inner,
        }
    }
}

/// A route with the layer around it.
#[derive(Clone)]
pub(crate) struct Guarded<S> {
    guard: Guard,
    inner: S,
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Guard { state, surface } = self.guard.clone();
        // A request that another one makes inside this process is part of that one: same id, same client, and what it
        // costs was counted when the outer one came in. Nothing outside can set an extension.
        let inherited = request.extensions().get::<Context>().cloned();
        let is_inner = inherited.is_some();
        let context = inherited.unwrap_or_else(|| establish(&state, &request));
        let line = AccessLine::begin(&request);
        let cross_origin = request.headers().contains_key(http::header::ORIGIN);
        let metered = Metered::begin(&state, &request);
        let timed = (!is_inner).then(|| time(&state, &request)).flatten();
        let early = turn_away(&state, surface, &request, &context, is_inner);
        let handler = if early.is_none() {
            request.extensions_mut().insert(context.clone());
            if request.headers().contains_key(repeat::IDEMPOTENCY_KEY) {
                request.extensions_mut().insert(state.clone());
            }
            Some(self.inner.call(request))
        } else {
            None
        };
        Box::pin(async move {
            let mut response = match (early, handler) {
                (Some(response), _) => response,
                (None, Some(handler)) => metered.around(&state, survive(handler), context.at).await,
                (None, None) => ApiError::panicked().into_response(),
            };
            error::write_problem(&mut response, &context.id);
            surface.set_headers(
                response.headers_mut(),
                context.id.clone(),
                state.0.is_https,
                cross_origin,
            );
            if let Some(timed) = timed {
                timed.end(response.status());
            }
            if let Some(line) = line {
                line.end(&response, &context);
            }
            Ok(response)
        })
    }
}

fn establish(state: &ServerState, request: &Request) -> Context {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip());
    let config = &state.0.config;
    Context {
        id: state.0.request_ids.id_of(request.headers().get(REQUEST_ID)),
        ip: peer.map(|peer| {
            client_address(
                peer,
                request.headers(),
                &config.trusted_proxies,
                config.forwarded_header,
            )
        }),
        at: state.app().now(),
    }
}

/// Begins to time a request, where somebody wants to know.
fn time(state: &ServerState, request: &Request) -> Option<Timed> {
    let metrics = state.0.config.metrics.as_ref()?;
    let route = request.extensions().get::<MatchedPath>();
    Some(metrics.begin(request.method(), route.map(MatchedPath::as_str)))
}

/// Answers that need no handler.
fn turn_away(
    state: &ServerState,
    surface: Surface,
    request: &Request,
    context: &Context,
    is_inner: bool,
) -> Option<Response> {
    if !is_inner
        && let Some(ip) = context.ip
        && let Err(wait) = state
            .0
            .flood
            .take(Limit::Flood, client_network(ip), context.at)
    {
        return Some(ApiError::flood(Limit::Flood, wait).into_response());
    }
    if surface.is_preflight(request) {
        return Some(headers::preflight());
    }
    // The router hands HEAD to the handler of GET, which would read, count and log.
    if request.method() == Method::HEAD
        && !surface.is_head_safe()
        && let Some(route) = request.extensions().get::<MatchedPath>()
    {
        return Some(error::method_not_allowed(
            state.allowed_methods(route.as_str()),
        ));
    }
    None
}

/// Runs a handler to its end, even a bad one.
async fn survive<F: Future<Output = Result<Response, Infallible>>>(handler: F) -> Response {
    let mut handler = std::pin::pin!(handler);
    // A handler that panicked is dropped, so nobody sees the state it left.
    let outcome = std::future::poll_fn(|cx| {
        match catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(Ok(response))) => Poll::Ready(Some(response)),
            Err(_) => Poll::Ready(None),
        }
    });
    outcome
        .await
        .unwrap_or_else(|| ApiError::panicked().into_response())
}

/// One line of the access log: which route, never which path, query or body.
struct AccessLine {
    method: Method,
    route: Option<MatchedPath>,
    began: Instant,
}

impl AccessLine {
    fn begin(request: &Request) -> Option<Self> {
        tracing::enabled!(tracing::Level::DEBUG).then(|| Self {
            method: request.method().clone(),
            route: request.extensions().get().cloned(),
            began: Instant::now(),
        })
    }

    fn end(self, response: &Response, context: &Context) {
        tracing::debug!(
            request_id = context.id.to_str().unwrap_or_default(),
            method = %self.method,
            route = self.route.as_ref().map_or("unknown", MatchedPath::as_str),
            status = response.status().as_u16(),
            ip = context.ip.map(tracing::field::display),
            microseconds = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX),
            "request"
        );
    }
}

/// Lets `//v1/…` mean `/v1/…`: clients that join a base URL ending in a slash with a path send the former. A redirect
/// would do for browsers only. What no route matches even so goes to `unknown`.
pub(crate) fn tolerate_leading_slashes(routes: Router, unknown: Router) -> Router {
    let strict = routes.clone().fallback_service(unknown);
    routes.fallback_service(tower::service_fn(move |mut request: Request| {
        if let Some(uri) = without_leading_slashes(request.uri()) {
            *request.uri_mut() = uri;
        }
        strict.clone().call(request)
    }))
}

fn without_leading_slashes(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix('/')?;
    if !path.starts_with('/') {
        return None;
    }
    let path = format!("/{}", path.trim_start_matches('/'));
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    target.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ServerConfig;
    use crate::test_app::TestApp;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    async fn broken() -> &'static str {
        panic!("secret words of a panic");
    }

    #[tokio::test]
    async fn a_panic_is_an_error_of_one_request() {
        let app = TestApp::new().await;
        let state = ServerState::new(app.app.clone(), ServerConfig::default());
        let routes = Router::new()
            .route("/broken", get(broken))
            .route("/fine", get(|| async { "fine" }));
        let routes = routes.layer(Guard::new(state, Surface::API));
        for _ in 0..2 {
            let response = routes
                .clone()
                .oneshot(crate::test_app::request("GET", "/broken"))
                .await
                .unwrap();
            assert_eq!(response.status(), 500);
            assert_eq!(
                response.headers()["content-type"],
                "application/problem+json"
            );
            assert!(response.headers().contains_key("x-request-id"));
            let body = axum::body::to_bytes(response.into_body(), usize::MAX)
                .await
                .unwrap();
            assert!(!String::from_utf8_lossy(&body).contains("secret words"));
            let response = routes
                .clone()
                .oneshot(Request::new(Body::empty()))
                .await
                .unwrap();
            assert_eq!(response.status(), 404);
            let response = routes
                .clone()
                .oneshot(crate::test_app::request("GET", "/fine"))
                .await
                .unwrap();
            assert_eq!(response.status(), 200);
        }
    }

    #[test]
    fn ids_tell_requests_and_processes_apart() {
        let (one, other) = (RequestIds::new(), RequestIds::new());
        let ids = [one.id_of(None), one.id_of(None), other.id_of(None)];
        assert!(ids[0] != ids[1] && ids[0] != ids[2]);
        assert!(ids.iter().all(|id| id.len() == 21));
    }
}
