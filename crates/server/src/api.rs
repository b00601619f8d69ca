//! The JSON API: one module per noun, each with its handlers, their description and their routes.

mod access;
mod account;
mod agents;
mod api_keys;
mod approvals;
mod audit;
mod auth;
mod bindings;
mod client_keys;
mod device;
mod email_otp;
mod enrollments;
mod env_vars;
mod exposure;
mod federation;
mod internal;
mod ip_rules;
mod limits;
mod meta;
mod mfa;
mod oauth;
mod org;
mod passkeys;
mod policies;
mod reauth;
mod risk;
mod secrets;
mod sessions;
mod shares;
mod social;
mod usage;
mod vaults;
mod webhooks;

pub(crate) use internal::routes as internal_routes;
pub(crate) use meta::ready;

use crate::ServerState;
use crate::error::{self, ApiError, ApiResult};
use crate::middleware::flood::{self, Count, Flood, RouteLimit};
use crate::middleware::repeat;
pub(crate) use account::export_response;
use axum::extract::{MatchedPath, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::ACCEPT;
use oneclaw_client::wire::{JsonObject, Patch};
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt as _};

/// What is behind a credential, and what acts.
pub(crate) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(account::routes())
        .merge(api_keys::routes())
        .merge(auth::routes(flood))
        .merge(device::routes(flood))
        .merge(email_otp::routes(flood))
        .merge(sessions::routes())
        .merge(reauth::routes())
        .merge(mfa::routes(flood))
        .merge(passkeys::routes(flood))
        .merge(social::routes(flood))
        .merge(federation::routes(flood))
        .merge(enrollments::routes(flood))
        .merge(agents::routes())
        .merge(exposure::routes())
        .merge(bindings::routes())
        .merge(oauth::routes())
        .merge(risk::routes())
        .merge(approvals::routes(flood))
        .merge(vaults::routes())
        .merge(client_keys::routes())
        .merge(secrets::routes())
        .merge(env_vars::routes())
        .merge(policies::routes())
        .merge(access::routes())
        .merge(shares::routes())
        .merge(org::routes())
        .merge(limits::routes())
        .merge(audit::routes())
        .merge(webhooks::routes())
        .merge(ip_rules::routes())
        .merge(usage::routes())
}

/// Routes whose GET does nothing on HEAD.
pub(crate) fn open_routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .merge(meta::routes())
        .merge(shares::open_routes(flood))
}

/// Puts a limit of its own before public routes.
fn limited(
    routes: UtoipaMethodRouter<ServerState>,
    flood: &Arc<Flood>,
    limit: Limit,
    count: Count,
) -> UtoipaMethodRouter<ServerState> {
    routes.layer(from_fn_with_state(
        RouteLimit {
            flood: Arc::clone(flood),
            limit,
            count,
        },
        flood::limit,
    ))
}

/// Lets the POST of these routes, which are behind a credential, be sent again with the same `Idempotency-Key`.
fn repeatable(routes: UtoipaMethodRouter<ServerState>) -> UtoipaMethodRouter<ServerState> {
    routes.layer(from_fn(repeat::of_caller))
}

/// Any address that is none of ours: a page for browsers, an error for programs.
pub(crate) async fn not_found(headers: HeaderMap) -> Response {
    let accepts = headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains("text/html")));
    if accepts {
        crate::web::not_found()
    } else {
        ApiError::no_route().into_response()
    }
}

/// An address of ours, with a method that it does not take.
pub(crate) async fn method_not_allowed(
    State(state): State<ServerState>,
    route: Option<MatchedPath>,
) -> Response {
    error::method_not_allowed(route.and_then(|route| state.allowed_methods(route.as_str())))
}

/// Entries of a page, unless the client says otherwise.
const DEFAULT_PAGE: usize = 100;
/// Most entries of a page.
const LARGEST_PAGE: u32 = 1000;

fn page_limit(asked: u32) -> ApiResult<usize> {
    let is_fine = (1..=LARGEST_PAGE).contains(&asked);
    match usize::try_from(asked) {
        Ok(limit) if is_fine => Ok(limit),
        _ => Err(ApiError::invalid(
            "limit",
            format!("must be from 1 to {LARGEST_PAGE}"),
        )),
    }
}

/// A number of the database on the wire, where it is never negative and never large.
fn number<T: TryFrom<i64>>(stored: i64) -> ApiResult<T> {
    T::try_from(stored).map_err(|_| damaged("a stored number is out of range"))
}

/// A stored JSON object on the wire.
fn object(stored: String) -> ApiResult<JsonObject> {
    JsonObject::from_text(stored).map_err(|_| damaged("a stored JSON object is none"))
}

fn damaged(what: &'static str) -> ApiError {
    ApiError::from(oneclaw_app::Error::internal(what))
}

/// The two kinds of change that an operation knows: `None` keeps, `Some(None)` clears.
#[expect(clippy::option_option, reason = "the operations' own form of a change")]
fn change<T>(patch: Patch<T>) -> Option<Option<T>> {
    match patch {
        Patch::Absent => None,
        Patch::Clear => Some(None),
        Patch::Set(value) => Some(Some(value)),
    }
}

/// A change of something that cannot be absent: clearing sets the default.
fn change_or_default<T: Default>(patch: Patch<T>) -> Option<T> {
    change(patch).map(Option::unwrap_or_default)
}
