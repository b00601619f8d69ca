//! Refusals and failures on their way to the client: the only place that knows status codes.
//!
//! Invariants:
//! - Every answer from 400 on is a problem document (RFC 9457) with a `detail` that a person can act on.
//! - A cause goes to the log, under the request's id, and never into a body.
//! - The body is written by [`crate::middleware`], which knows the request's id; until then the problem travels in
//!   the extensions of the response.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use oneclaw_app::Kind;
use oneclaw_client::approvals::AccessTemplate;
use oneclaw_client::problem::{
    ABOUT_BLANK, APPROVAL_REQUIRED, PROBLEM_JSON, ProblemDetails, RESOURCE_LIMIT_EXCEEDED,
};
use oneclaw_core::id::ApprovalId;
use oneclaw_core::limit::{Limit, retry_after_seconds};
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// The result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// A refusal or failure of a request.
#[derive(Clone, Debug)]
pub struct ApiError(Box<Problem>);

#[derive(Clone, Debug)]
struct Problem {
    status: StatusCode,
    /// `type` on the wire.
    kind: &'static str,
    title: Option<&'static str>,
    detail: Cow<'static, str>,
    fields: Vec<(Cow<'static, str>, String)>,
    retry_after: Option<Duration>,
    challenge: Option<&'static str>,
    approval: Option<ApprovalId>,
    access: Option<AccessTemplate>,
    cause: Option<Arc<oneclaw_app::Error>>,
}

/// RFC 6750, section 3: no credential came, or it was not a bearer token's turn.
const CHALLENGE: &str = "Bearer";
/// RFC 6750, section 3.1: the token that came does not stand. Clients with a key exchange it again.
const CHALLENGE_INVALID_TOKEN: &str = "Bearer error=\"invalid_token\"";

impl ApiError {
    fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Problem {
            status,
            kind: ABOUT_BLANK,
            title: None,
            detail: detail.into(),
            fields: Vec::new(),
            retry_after: None,
            challenge: None,
            approval: None,
            access: None,
            cause: None,
        }))
    }

    /// The request as a whole makes no sense.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// One part of the request is wrong.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let (field, message) = (field.into(), message.into());
        let mut error = Self::bad_request(format!("{field}: {message}"));
        error.0.fields.push((field, message));
        error
    }

    /// No credential came where one is needed.
    pub fn no_credential() -> Self {
        let detail = "This needs a credential: send the header Authorization: Bearer <token>.";
        let mut error = Self::new(StatusCode::UNAUTHORIZED, detail);
        error.0.challenge = Some(CHALLENGE);
        error
    }

    /// An operation by which one proves who one is refused: there was no token that could be invalid.
    pub fn sign_in(error: oneclaw_app::Error) -> Self {
        let mut error = Self::from(error);
        if error.0.status == StatusCode::UNAUTHORIZED {
            error.0.challenge = Some(CHALLENGE);
        }
        error
    }

    /// No such route.
    pub fn no_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "There is nothing at this address. The description of the API is at /openapi.json.",
        )
    }

    /// The route exists, but not for this method.
    pub fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "This address does not take this method; the header Allow lists those it takes.",
        )
    }

    /// The body is larger than the route takes.
    pub fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!(
                "The body is larger than the {} KiB allowed here.",
                limit / 1024
            ),
        )
    }

    /// The body did not arrive in time.
    pub fn body_timeout() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive in time. Send it again.",
        )
    }

    /// Too many requests from one network.
    pub fn flood(limit: Limit, wait: Duration) -> Self {
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, limit.sentence());
        error.0.retry_after = Some(wait);
        error
    }

    /// A handler panicked.
    pub(crate) fn panicked() -> Self {
        Self::from(oneclaw_app::Error::internal("a handler panicked"))
    }

    /// What went wrong, for the caller.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// The status it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

impl From<oneclaw_app::Error> for ApiError {
    fn from(error: oneclaw_app::Error) -> Self {
        let status = match error.kind() {
            Kind::Invalid(_) => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden | Kind::ApprovalRequired(_) | Kind::LimitReached => {
                StatusCode::FORBIDDEN
            }
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Gone => StatusCode::GONE,
            Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable | Kind::NotConfigured => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut answer = Self::new(status, error.sentence().to_owned());
        match error.kind() {
            Kind::Invalid(fields) => {
                answer.0.fields = fields
                    .iter()
                    .map(|(field, message)| (Cow::Borrowed(*field), message.clone()))
                    .collect();
            }
            Kind::Unauthenticated => answer.0.challenge = Some(CHALLENGE_INVALID_TOKEN),
            Kind::ApprovalRequired(id) => {
                answer.0.kind = APPROVAL_REQUIRED;
                answer.0.title = Some("Approval Required");
                answer.0.approval = Some(*id);
            }
            Kind::LimitReached => {
                answer.0.kind = RESOURCE_LIMIT_EXCEEDED;
                answer.0.title = Some("Resource Limit Exceeded");
            }
            Kind::RateLimited(wait) => answer.0.retry_after = Some(*wait),
            Kind::Unavailable => answer.0.retry_after = Some(Duration::from_secs(1)),
            _ => {}
        }
        answer.0.access = error
            .missing_access()
            .map(|access| AccessTemplate::new(access.vault, &access.path, access.permission));
        answer.0.cause = error.cause().is_some().then(|| Arc::new(error));
        answer
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.0.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(wait) = self.0.retry_after {
            headers.insert(RETRY_AFTER, retry_after_seconds(wait).into());
        }
        if let Some(challenge) = self.0.challenge {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Takes the problem off an answer, for whoever writes its body. Its cause goes to the log.
pub(crate) fn take_problem(response: &mut Response, request_id: &str) -> Option<ApiError> {
    let problem = response.extensions_mut().remove::<ApiError>()?;
    log_cause(&problem.0, request_id);
    Some(problem)
}

/// Writes the body of a problem that is on its way out.
pub(crate) fn write_problem(response: &mut Response, request_id: &HeaderValue) {
    let request_id = request_id.to_str().unwrap_or_default();
    let Some(ApiError(problem)) = take_problem(response, request_id) else {
        return;
    };
    let title = problem
        .title
        .or_else(|| problem.status.canonical_reason())
        .unwrap_or("Error");
    let mut details = ProblemDetails::new(problem.status.as_u16(), title, problem.detail);
    problem.kind.clone_into(&mut details.problem_type);
    details.fields = problem
        .fields
        .into_iter()
        .map(|(field, message)| (field.into_owned(), message))
        .collect();
    details.approval_request_id = problem.approval.map(|id| id.as_uuid());
    details.access_request = problem.access;
    details.request_id = Some(request_id.to_owned());
    // Strings and numbers always serialise.
    let body = serde_json::to_vec(&details).unwrap_or_default();
    *response.body_mut() = Body::from(body);
}

fn log_cause(problem: &Problem, request_id: &str) {
    let Some(cause) = problem.cause.as_deref().and_then(oneclaw_app::Error::cause) else {
        return;
    };
    let mut chain = cause.to_string();
    let mut next: Option<&dyn StdError> = cause.source();
    while let Some(cause) = next {
        let _ = write!(chain, ": {cause}");
        next = cause.source();
    }
    if problem.status.is_server_error() {
        tracing::error!(
            request_id,
            status = problem.status.as_u16(),
            cause = chain,
            "a request failed"
        );
    } else {
        tracing::debug!(
            request_id,
            status = problem.status.as_u16(),
            cause = chain,
            "a request was refused"
        );
    }
}

/// A refused method, with the methods that the route takes.
pub(crate) fn method_not_allowed(allowed: Option<HeaderValue>) -> Response {
    let mut response = ApiError::method_not_allowed().into_response();
    if let Some(allowed) = allowed {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
