//! What handlers answer with when all went well. Every 2xx but 204 has a JSON body: clients parse without looking.

use crate::error::ApiError;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// 200 with a JSON body.
pub struct Reply<T>(pub T);

/// 201 with a JSON body.
pub struct Created<T>(pub T);

/// 202 with a JSON body, and where to look for what comes of it.
pub struct Accepted<T> {
    /// The path to look at.
    pub location: String,
    /// The body.
    pub body: T,
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
        let mut response = json(StatusCode::ACCEPTED, &self.body);
        // Paths of ours are always valid in a header.
        if let Ok(location) = HeaderValue::from_str(&self.location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }
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
