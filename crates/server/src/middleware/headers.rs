//! Headers of answers, and what kinds of routes there are.

use super::REQUEST_ID;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    CACHE_CONTROL, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// Every header that a published client sends, whether we act on it or not: a browser asks before it sends them.
const ALLOWED_HEADERS: &str = "accept, authorization, content-type, dpop, idempotency-key, if-match, if-none-match, x-1claw-runtime-id, x-auth-confirm, \
     x-client-share, x-cmek-new-key, x-cmek-old-key, x-mfa-token, x-passkey-token, x-payment, x-request-id";
const EXPOSED_HEADERS: &str = "etag, idempotency-replayed, location, retry-after, www-authenticate, x-quota-warning, x-ratelimit-requests-limit, \
     x-ratelimit-requests-percent, x-ratelimit-requests-used, x-request-id";

/// What all routes of one kind have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Surface {
    /// Whether scripts of other sites may call it. They carry no credential of the browser's.
    cross_origin: bool,
    /// Whether its GET handlers may serve HEAD.
    head_safe: bool,
}

impl Surface {
    /// The API: what is behind a credential, and what acts.
    pub(crate) const API: Self = Self {
        cross_origin: true,
        head_safe: false,
    };
    /// The part of the API whose GET handlers do nothing on HEAD.
    pub(crate) const OPEN: Self = Self {
        cross_origin: true,
        head_safe: true,
    };
    /// Tools for assistants, which are no browsers: another site's script has no business there.
    pub(crate) const TOOLS: Self = Self {
        cross_origin: false,
        head_safe: true,
    };
    /// Pages for people.
    pub(crate) const PAGES: Self = Self {
        cross_origin: false,
        head_safe: true,
    };

    pub(crate) const fn is_head_safe(self) -> bool {
        self.head_safe
    }

    /// Whether a browser asks if it may send the real request.
    pub(crate) fn is_preflight(self, request: &Request) -> bool {
        self.cross_origin
            && request.method() == Method::OPTIONS
            && request
                .headers()
                .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Adds what every answer has.
    pub(crate) fn set_headers(
        self,
        headers: &mut HeaderMap,
        request_id: HeaderValue,
        is_https: bool,
        cross_origin: bool,
    ) {
        headers.insert(REQUEST_ID, request_id);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers
            .entry(REFERRER_POLICY)
            .or_insert(HeaderValue::from_static("no-referrer"));
        // Handlers say so where an answer is public; anything else stays with its reader.
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
        if is_https {
            headers.insert(
                STRICT_TRANSPORT_SECURITY,
                HeaderValue::from_static("max-age=31536000"),
            );
        }
        if self.cross_origin && cross_origin {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                HeaderValue::from_static(EXPOSED_HEADERS),
            );
        }
    }
}

/// The answer to a preflight.
pub(crate) fn preflight() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
    );
    headers.insert(
        ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(ALLOWED_HEADERS),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    response
}
