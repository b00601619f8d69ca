//! Pages for people, made on the server: forms and links that work without scripts.
//!
//! Invariants:
//! - A GET changes nothing. Whatever a link leads to, acting on it is a form that a person sends.
//! - A form acts only when it was sent from one of our own pages; see [`session`].
//! - A value or a key is only in the answer to the form that asked for it.
//! - Text that somebody chose is escaped, and cannot hide or reorder what stands around it; see [`view`].
//! - Pages load nothing from elsewhere and run nothing but the few files of [`assets`]; the headers say
//!   so to the browser.

mod access;
mod account;
mod agents;
mod api_keys;
mod approvals;
pub(crate) mod assets;
mod assistants;
mod audit;
mod confirm;
mod connect;
mod decoys;
mod devices;
mod enrollments;
mod exposure;
mod form;
mod home;
mod import;
mod invitations;
mod members;
mod names;
mod next;
mod oauth;
mod organisation;
mod outbox;
mod page;
mod policies;
mod refusal;
mod resume;
mod search;
mod secrets;
mod security;
mod session;
mod settings;
mod shares;
mod system;
#[cfg(test)]
mod tests;
mod vaults;
mod view;
mod webhooks;

use crate::ServerState;
use crate::error::{ApiError, take_problem};
use crate::middleware::Context;
use askama::Template as _;
use axum::Router;
use axum::extract::Request;
use axum::middleware::Next as Handler;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use http::header::{ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};
use page::NOTICE_COOKIE;
use refusal::{explain, no_such_page};

/// The pages.
pub fn routes() -> Router<ServerState> {
    Router::new()
        .merge(access::routes())
        .merge(account::routes())
        .merge(agents::routes())
        .merge(decoys::routes())
        .merge(exposure::routes())
        .merge(api_keys::routes())
        .merge(approvals::routes())
        .merge(assistants::routes())
        .merge(invitations::routes())
        .merge(members::routes())
        .merge(audit::routes())
        .merge(devices::routes())
        .merge(enrollments::routes())
        .merge(home::routes())
        .merge(import::routes())
        .merge(oauth::routes())
        .merge(organisation::routes())
        .merge(outbox::routes())
        .merge(policies::routes())
        .merge(search::routes())
        .merge(secrets::routes())
        .merge(security::routes())
        .merge(settings::routes())
        .merge(shares::routes())
        .merge(system::routes())
        .merge(vaults::routes())
        .merge(webhooks::routes())
        .route("/static/{file}", get(assets::serve))
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(axum::middleware::from_fn(around))
}

/// The page for an address that is none of ours.
pub(crate) fn not_found() -> Response {
    let mut response = problem_page(&no_such_page(), &HeaderMap::new(), "");
    set_headers(response.headers_mut());
    response
}

/// What a browser may do with our pages: show them, alone, with our stylesheet and scripts, and send our
/// forms. Nothing inline, nothing evaluated, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Where else the forms of one page may lead, because the answer to them sends the browser on: a source expression.
#[derive(Clone)]
pub(crate) struct FormTargets(pub(crate) String);

impl FormTargets {
    fn policy(&self) -> Option<HeaderValue> {
        let is_one_source = self
            .0
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b":/.-+".contains(&byte));
        let policy = POLICY.replace(
            "form-action 'self'",
            &format!("form-action 'self' {}", self.0),
        );
        HeaderValue::try_from(policy).ok().filter(|_| is_one_source)
    }
}

/// Makes problems readable, and gives every answer its headers.
async fn around(request: Request, handler: Handler) -> Response {
    let request_id = request
        .extensions()
        .get::<Context>()
        .map(|context| context.id.clone());
    let had_notice = session::cookie(request.headers(), NOTICE_COOKIE).is_some();

    let mut response = handler.run(request).await;
    let request_id = request_id
        .as_ref()
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    if let Some(problem) = take_problem(&mut response, request_id) {
        response = problem_page(&problem, response.headers(), request_id);
    }
    if had_notice && is_page(&response) {
        session::set_cookie(&mut response, NOTICE_COOKIE, "");
    }
    let targets = response.extensions_mut().remove::<FormTargets>();
    set_headers(response.headers_mut());
    if let Some(policy) = targets.and_then(|targets| targets.policy()) {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn problem_page(problem: &ApiError, headers: &HeaderMap, request_id: &str) -> Response {
    let html = explain(problem, request_id)
        .render()
        .unwrap_or_else(|_| problem.detail().to_owned());
    let status = match problem.status() {
        // The session ended while the page was made. 401 would ask the browser for another kind of sign-in.
        StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
        status => status,
    };
    let mut response = (status, Html(html)).into_response();
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn is_page(response: &Response) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"))
}

fn set_headers(headers: &mut HeaderMap) {
    const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        SAME_ORIGIN,
    );
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        SAME_ORIGIN,
    );
}
