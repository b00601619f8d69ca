//! `Idempotency-Key`: a request that is sent again gets the answer of the first time.
//!
//! Invariant: once begun, such a request is carried out to its end, whether or not the client waits: the
//! client that lost its connection is the one that asks again.

use super::Context;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, MAX_BODY, MAX_PUBLIC_BODY, read_body};
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use oneclaw_app::Caller;
use oneclaw_app::idempotency::{self, Answer, Asker, Repeatable, Ticket, Turn};
use oneclaw_core::limit::client_network;
use oneclaw_core::secret::SecretBytes;

/// The key that a client chooses for a request.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Marks the answer of the first time.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 255;

/// For routes behind a credential: a key belongs to whoever holds the token.
pub(crate) async fn of_caller(request: Request, next: Next) -> Response {
    handle(request, next, false).await
}

/// For requests to join, which come without a credential: a key belongs to a network and a name.
pub(crate) async fn of_network(request: Request, next: Next) -> Response {
    handle(request, next, true).await
}

async fn handle(request: Request, next: Next, is_public: bool) -> Response {
    let state = request.extensions().get::<ServerState>().cloned();
    let (Some(state), &Method::POST) = (state, request.method()) else {
        return next.run(request).await;
    };
    match take_turn(&state, request, is_public).await {
        Ok((Turn::Again(answer), _)) => replay(&answer),
        Ok((Turn::First(ticket), request)) => {
            let task = tokio::spawn(carry_out(ticket, request, next));
            task.await
                .unwrap_or_else(|_| ApiError::panicked().into_response())
        }
        Err(error) => error.into_response(),
    }
}

/// Reads who asks for what. The request is put together again for its handler.
async fn take_turn(
    state: &ServerState,
    request: Request,
    is_public: bool,
) -> ApiResult<(Turn, Request)> {
    let (mut parts, body) = request.into_parts();
    let key = key(&parts.headers)?;
    let caller = if is_public {
        None
    } else {
        let Authenticated(caller) = Authenticated::from_request_parts(&mut parts, state).await?;
        Some(caller)
    };
    let limit = if is_public { MAX_PUBLIC_BODY } else { MAX_BODY };
    let body = read_body(body, limit).await?;
    let turn = ask(state, &parts, caller.as_ref(), &key, &body).await?;
    let body = Body::from(body.expose().to_vec());
    Ok((turn, Request::from_parts(parts, body)))
}

async fn ask(
    state: &ServerState,
    parts: &Parts,
    caller: Option<&Caller>,
    key: &str,
    body: &SecretBytes,
) -> ApiResult<Turn> {
    let (network, name) = (network(parts), name_in(body));
    let words = [network.as_str(), name.as_str()];
    let operation = format!("{} {}", parts.method, parts.uri.path());
    let request = Repeatable {
        asker: caller.map_or(Asker::Anonymous(&words), Asker::Caller),
        key,
        operation: &operation,
        body: body.expose(),
    };
    Ok(idempotency::take(state.app(), request).await?)
}

fn network(parts: &Parts) -> String {
    let ip = parts
        .extensions
        .get::<Context>()
        .and_then(|context| context.ip);
    ip.map_or_else(String::new, |ip| client_network(ip).to_string())
}

/// The name that an agent asks to join under; `""` in what the handler will refuse.
fn name_in(body: &SecretBytes) -> String {
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    serde_json::from_slice::<Named>(body.expose())
        .map_or_else(|_| String::new(), |named| named.name)
}

/// The key, with or without the quotes of a structured header.
fn key(headers: &HeaderMap) -> ApiResult<String> {
    let malformed = || {
        ApiError::invalid(
            "Idempotency-Key",
            format!("must be 1 to {LONGEST_KEY} visible characters, for example a UUID"),
        )
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let text = values
        .next()
        .and_then(|value| value.to_str().ok())
        .ok_or_else(malformed)?;
    let bare = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(text);
    let is_fine = (1..=LONGEST_KEY).contains(&bare.len())
        && bare.bytes().all(|byte| byte.is_ascii_graphic())
        && values.next().is_none();
    if is_fine {
        Ok(bare.to_owned())
    } else {
        Err(malformed())
    }
}

async fn carry_out(ticket: Ticket, request: Request, next: Next) -> Response {
    let (parts, body) = next.run(request).await.into_parts();
    if !parts.status.is_success() {
        // A fault of ours may have come after the act, so that alone keeps the key taken.
        if parts.status != StatusCode::INTERNAL_SERVER_ERROR {
            ticket.nothing_happened().await;
        }
        return Response::from_parts(parts, body);
    }
    // Our own answers are whole in memory, so this neither waits nor fails.
    let Ok(body) = body.collect().await else {
        return ApiError::panicked().into_response();
    };
    let body = body.to_bytes();
    ticket.done(parts.status.as_u16(), &body).await;
    Response::from_parts(parts, Body::from(body))
}

fn replay(answer: &Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body.expose().to_vec()));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
