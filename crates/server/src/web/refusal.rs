//! What is shown instead of a page that cannot be shown.
//!
//! Not there, not allowed, no longer there, too often and broken are told apart, each with what to do
//! next. The status and the sentence are those of the API ([`crate::error`]), so that a page and a
//! client are told the same.

use super::next::Next;
use super::page::{Message, Step};
use crate::error::ApiError;
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

/// A page that cannot be shown.
pub(super) enum Refusal {
    /// It is for people who are signed in: first that, then there.
    SignIn(Next),
    /// The same, with what was typed kept on the page: see [`super::resume`].
    Page(Box<Response>),
    /// Anything else. Its text is made by [`super::around`], which knows the request.
    Problem(ApiError),
}

impl Refusal {
    /// A form that does not come from a page of ours, or from one for another session.
    pub(super) fn foreign_form() -> Self {
        Self::from(oneclaw_app::Error::forbidden(
            "This form did not come from a page of this server that was opened in your present session, so nothing was \
             done. Open the page again and send the form from there.",
        ))
    }
}

/// What is told about an address that is none of ours.
pub(super) fn no_such_page() -> ApiError {
    oneclaw_app::Error::not_found("There is no such page. The link may be incomplete.").into()
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Problem(error)
    }
}

impl From<oneclaw_app::Error> for Refusal {
    fn from(error: oneclaw_app::Error) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => Redirect::to(&next.sign_in_url()).into_response(),
            Self::Page(page) => *page,
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

/// The page for a problem.
pub(super) fn explain(problem: &ApiError, request_id: &str) -> Message {
    let status = problem.status();
    let heading = match status {
        StatusCode::UNAUTHORIZED => "Your session is over",
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::METHOD_NOT_ALLOWED => "Nothing to see at this address",
        StatusCode::GONE => "No longer there",
        StatusCode::CONFLICT => "Already done",
        StatusCode::TOO_MANY_REQUESTS => "Too often",
        StatusCode::PAYLOAD_TOO_LARGE => "Too large",
        status if status.is_server_error() => "Something broke",
        _ => "That did not work",
    };
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "This address only takes forms. Go back to the page with the form.".to_owned()
        }
        StatusCode::UNAUTHORIZED => {
            "It ended, or was ended elsewhere. Sign in again to go on.".to_owned()
        }
        _ => problem.detail().to_owned(),
    };
    let step = match status {
        StatusCode::UNAUTHORIZED => Step::link("/signin", "Sign in"),
        _ => Step::link("/", "Go to the home page"),
    };
    let message = Message::new(heading).say(detail).then(step);
    // The id is for asking about a fault of ours; elsewhere it would only puzzle.
    if status.is_server_error() {
        message.with_request_id(request_id)
    } else {
        message
    }
}
