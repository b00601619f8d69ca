//! `/mcp`: the tools of the Model Context Protocol over HTTP.
//!
//! Invariants:
//! - A request belongs to the holder of its bearer token and to nobody else; there are no sessions to take over.
//! - An assistant that came by OAuth gets the tools of its scopes alone, and is told which scope another one takes.
//! - Tools call the API's own routes inside this process, as the client at the other end, so limits, policy and audit
//!   hold once and as everywhere.
//! - `Host` and `Origin` must be ours, so that a page in somebody's browser cannot reach a server on their machine.

use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Established, MAX_BODY, MAX_PUBLIC_BODY, enter, read_body};
use crate::middleware::{Context, note_caller};
use crate::oauth::{challenge, insufficient_scope};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use http::header::WWW_AUTHENTICATE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use oneclaw_app::Caller;
use oneclaw_app::tokens::{Door, Entrant};
use oneclaw_client::Client;
use oneclaw_client::mcp::{Handler, Memory, Session, Settings, scopes_of_request};
use oneclaw_client::transport::{Transport, TransportFuture};
use oneclaw_core::id::VaultId;
use oneclaw_core::oauth::Scope;
use quick_cache::sync::Cache;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use std::sync::Arc;
use tower::ServiceExt as _;
use url::Url;
use uuid::Uuid;

/// How many principals' readings are remembered at a time.
const MEMORIES: usize = 10_000;
/// The vault that tools use when they name none.
const X_VAULT_ID: &str = "x-vault-id";
/// Where requests inside the process go; only the path matters.
const INSIDE: &str = "http://localhost";

#[derive(Clone)]
struct Endpoint {
    state: ServerState,
    api: Router,
    protocol: StreamableHttpService<Handler, NeverSessionManager>,
    settings: Arc<Settings>,
    memories: Arc<Cache<Uuid, Arc<Memory>>>,
}

/// The endpoint, in front of the API's routes.
pub(crate) fn routes(state: &ServerState, api: Router) -> Router<ServerState> {
    let settings = Arc::new(Settings::default());
    let handler = Handler::per_request(Arc::clone(&settings));
    let endpoint = Endpoint {
        protocol: StreamableHttpService::new(
            move || Ok(handler.clone()),
            Arc::new(NeverSessionManager::default()),
            protocol_config(&state.app().settings().public_url),
        ),
        state: state.clone(),
        api,
        settings,
        memories: Arc::new(Cache::new(MEMORIES)),
    };
    Router::new().route("/mcp", any(answer).with_state(endpoint))
}

/// Each request stands for itself, and its answer is one JSON document.
fn protocol_config(public_url: &str) -> StreamableHttpServerConfig {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(MAX_BODY);
    let Some((host, origin)) = host_and_origin(public_url) else {
        return config.enforce_origin_validation();
    };
    let mut hosts = config.allowed_hosts.clone();
    hosts.push(host);
    config
        .with_allowed_hosts(hosts)
        .with_allowed_origins([origin])
}

/// The public address as `Host` and `Origin` spell it. The port of the host is the proxy's affair.
fn host_and_origin(public_url: &str) -> Option<(String, String)> {
    let url = Url::parse(public_url).ok()?;
    let host = url.host_str()?;
    let origin = format!("{}://{host}:{}", url.scheme(), url.port_or_known_default()?);
    Some((host.to_owned(), origin))
}

async fn answer(State(endpoint): State<Endpoint>, request: Request) -> Response {
    match endpoint.admit(request).await {
        Ok(request) => endpoint.protocol.handle(request).await.map(Body::new),
        Err(refused) => *refused,
    }
}

impl Endpoint {
    /// Finds out whose request it is, and gives it the session of its holder.
    async fn admit(&self, request: Request) -> Result<Request, Box<Response>> {
        let app = self.state.app();
        self.look_at(request).await.map_err(|refused| {
            Box::new(match refused {
                Refused::Scope(needed) => insufficient_scope(app, needed),
                Refused::Problem(error) => {
                    let is_unknown = error.status() == StatusCode::UNAUTHORIZED;
                    let mut response = error.into_response();
                    if is_unknown {
                        let said = response.headers().get(WWW_AUTHENTICATE);
                        let challenge = challenge(app, said);
                        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                    }
                    response
                }
            })
        })
    }

    /// Whoever is behind the credential, as long as it stands: the signature alone would let a revoked token list the
    /// tools.
    async fn entrant(&self, parts: &Parts) -> ApiResult<Entrant> {
        let entrant = enter(parts, &self.state, Door::Tools).await?;
        self.state.app().check_credential(&entrant.caller).await?;
        Ok(entrant)
    }

    async fn look_at(&self, request: Request) -> Result<Request, Refused> {
        let (mut parts, body) = request.into_parts();
        let entrant = match self.entrant(&parts).await {
            Ok(entrant) => entrant,
            Err(error) => {
                // Whoever is told how to get a token asks again on the same connection, which an answer before the
                // end of the request would close under it.
                let _ = read_body(body, MAX_PUBLIC_BODY).await;
                return Err(error.into());
            }
        };
        let caller = entrant.caller;
        note_caller(&caller);
        let vault = named_vault(&parts.headers)?;
        let body = read_body(body, MAX_BODY).await?;
        if let Some(scopes) = &entrant.scopes
            && let Some(needed) = scopes_of_request(body.expose())
                .into_iter()
                .find(|needed| !scopes.contains(needed))
        {
            return Err(Refused::Scope(needed));
        }
        let principal = caller.principal().uuid();
        let inside = InProcess {
            api: self.api.clone(),
            context: parts.extensions.get::<Context>().cloned(),
            caller,
        };
        let client = Client::over(Arc::new(inside), INSIDE)
            .map_err(|_| ApiError::from(oneclaw_app::Error::internal("no client inside")))?;
        let memory = self
            .memories
            .get_or_insert_with(&principal, || Ok::<_, ApiError>(Arc::default()))?;
        let mut session =
            Session::new(client, vault, Arc::clone(&self.settings)).with_memory(memory);
        if let Some(scopes) = entrant.scopes {
            session = session.limited_to(scopes);
        }
        parts.extensions.insert(Arc::new(session));
        let body = Body::from(Bytes::copy_from_slice(body.expose()));
        Ok(Request::from_parts(parts, body))
    }
}

/// Why a request is not looked at any further.
enum Refused {
    Problem(ApiError),
    /// It takes a scope that the token does not have.
    Scope(Scope),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Problem(error)
    }
}

fn named_vault(headers: &HeaderMap) -> ApiResult<Option<VaultId>> {
    let Some(named) = headers.get(X_VAULT_ID) else {
        return Ok(None);
    };
    let vault = named.to_str().ok().and_then(|text| text.parse().ok());
    vault
        .map(Some)
        .ok_or_else(|| ApiError::invalid(X_VAULT_ID, "must be the id of a vault"))
}

/// Requests that never leave the process, made on behalf of the client of an outer one.
struct InProcess {
    api: Router,
    context: Option<Context>,
    caller: Caller,
}

impl Transport for InProcess {
    fn send(&self, request: http::Request<Bytes>) -> TransportFuture<'_> {
        let mut request = request.map(Body::from);
        // The token itself stays outside: one for the tools is not for the API, and one that is bound to a key was
        // proven for the outer request.
        request
            .extensions_mut()
            .insert(Established(self.caller.clone()));
        if let Some(context) = &self.context {
            request.extensions_mut().insert(context.clone());
        }
        let api = self.api.clone();
        Box::pin(async move {
            let answer = api.oneshot(request).await?;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok(http::Response::from_parts(parts, body))
        })
    }
}
