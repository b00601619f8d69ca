//! `If-Match` and `If-None-Match` (RFC 9110, section 13.1).

use crate::error::{ApiError, ApiResult};
use axum::extract::FromRequestParts;
use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use oneclaw_app::secrets::{Condition, Tags};

/// On which version a write was meant to be made.
pub struct Precondition(pub Condition);

impl<S: Sync> FromRequestParts<S> for Precondition {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Ok(Self(Condition {
            if_match: tags(&parts.headers, &IF_MATCH)?,
            if_none_match: tags(&parts.headers, &IF_NONE_MATCH)?,
        }))
    }
}

fn tags(headers: &HeaderMap, name: &HeaderName) -> ApiResult<Option<Tags>> {
    let malformed = || {
        ApiError::invalid(
            name.as_str().to_owned(),
            "must be * or entity tags in quotes, as they came in ETag",
        )
    };
    let mut listed = Vec::new();
    let mut is_any = false;
    for value in headers.get_all(name) {
        // No tag of ours has a comma in it, so one that is cut at a comma matches nothing.
        for tag in value.to_str().map_err(|_| malformed())?.split(',') {
            match tag.trim() {
                "" => {}
                "*" => is_any = true,
                tag if tag.len() > 1
                    && tag.ends_with('"')
                    && (tag.starts_with('"') || tag.starts_with("W/\"")) =>
                {
                    listed.push(tag.to_owned());
                }
                _ => return Err(malformed()),
            }
        }
    }
    match (is_any, listed.is_empty()) {
        (true, true) => Ok(Some(Tags::Any)),
        (false, false) => Ok(Some(Tags::Listed(listed))),
        (false, true) if !headers.contains_key(name) => Ok(None),
        _ => Err(malformed()),
    }
}
