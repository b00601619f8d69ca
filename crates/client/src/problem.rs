//! Error bodies: problem details for HTTP APIs (RFC 9457, formerly RFC 7807).
//!
//! Invariant: `detail` is always a sentence that is safe to show to the caller; every client library uses it as the
//! message of the error it raises.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::approvals::AccessTemplate;

/// The media type of an error body.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// `type` of a problem that its status says everything about.
pub const ABOUT_BLANK: &str = "about:blank";

/// `type` of a 403 caused by a limit of the organisation.
pub const RESOURCE_LIMIT_EXCEEDED: &str = "resource_limit_exceeded";

/// `type` of a 403 that a human can lift; [`ProblemDetails::approval_request_id`] names the request.
pub const APPROVAL_REQUIRED: &str = "approval_required";

/// The body of every answer with a status of 400 or above.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProblemDetails {
    /// What kind of problem: [`ABOUT_BLANK`], [`RESOURCE_LIMIT_EXCEEDED`] or [`APPROVAL_REQUIRED`].
    #[serde(rename = "type", default = "about_blank")]
    pub problem_type: String,
    /// Short name of the problem, the same for every occurrence.
    #[serde(default)]
    pub title: String,
    /// The HTTP status code.
    #[serde(default)]
    pub status: u16,
    /// What happened this time, in a sentence for the caller.
    #[serde(default)]
    pub detail: String,
    /// With status 400: what is wrong, by request field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// With [`APPROVAL_REQUIRED`]: the request that a human has to approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub approval_request_id: Option<Uuid>,
    /// With status 403, where a policy would open the way: the smallest request for access that would. Sent to
    /// `POST /v1/approvals/request`, with a `reason`, it asks a human.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub access_request: Option<AccessTemplate>,
    /// Names this request in the server's log; quote it when asking for help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_id: Option<String>,
}

impl ProblemDetails {
    /// A problem of type [`ABOUT_BLANK`] without extras.
    pub fn new(status: u16, title: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            problem_type: about_blank(),
            title: title.into(),
            status,
            detail: detail.into(),
            fields: BTreeMap::new(),
            approval_request_id: None,
            access_request: None,
            request_id: None,
        }
    }
}

fn about_blank() -> String {
    ABOUT_BLANK.to_owned()
}
