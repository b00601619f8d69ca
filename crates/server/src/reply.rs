//! What handlers answer with when all went well. Every 2xx but 204 has a JSON body: clients parse without looking.

use crate::error::ApiError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

/// 200 with a JSON body.
pub struct Reply<T>(pub T);

/// 201 with a JSON body.
pub struct Created<T>(pub T);

/// 202 with a JSON body and where to look for the outcome.
pub struct Accepted<T> {
    /// Path under which the outcome is found.
    pub location: String,
    /// How far it is.
    pub body: T,
}

/// An answer with the entity tag of what it shows or has written.
pub struct Tagged<T> {
    /// The tag, with its quotes.
    pub tag: String,
    /// The answer.
    pub reply: T,
}

/// 204, without a body.
pub struct NoContent;

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        json(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        json(StatusCode::CREATED, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        with_header(
            json(StatusCode::ACCEPTED, &self.body),
            LOCATION,
            &self.location,
        )
    }
}

impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        with_header(self.reply.into_response(), ETAG, &self.tag)
    }
}

fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    // Ids and digits always fit into a header.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            response
        }
        Err(error) => ApiError::from(oneclaw_app::Error::internal(error)).into_response(),
    }
}
