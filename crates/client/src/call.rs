//! One request of the API, before it has a host or a credential.
//!
//! Invariant: every path segment is percent-encoded on its own, so nothing in a segment can change which endpoint is
//! called.

use std::fmt::Display;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use reqwest::Url;
use serde::Serialize;

use crate::error::Error;
use crate::wire::SecretText;

/// A request to be sent.
pub(crate) struct Call {
    pub(crate) method: Method,
    segments: Vec<String>,
    /// A path that the caller has encoded, instead of segments.
    encoded_path: Option<String>,
    query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// Whether the caller's credential goes with it.
    pub(crate) authenticated: bool,
    /// What confirms the request beside the credential.
    pub(crate) confirmation: Option<HeaderValue>,
}

impl Call {
    /// A request to a fixed path, such as `v1/vaults`, which [`Call::at`] may extend.
    fn new(method: Method, path: &'static str) -> Self {
        Self {
            method,
            segments: path.split('/').map(str::to_owned).collect(),
            encoded_path: None,
            query: String::new(),
            headers: HeaderMap::new(),
            body: None,
            authenticated: true,
            confirmation: None,
        }
    }

    /// A request to a path and query that are encoded already.
    pub(crate) fn encoded(method: Method, target: &str, body: Option<Bytes>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            encoded_path: Some(path.trim_start_matches('/').to_owned()),
            query: query.to_owned(),
            body,
            ..Self::new(method, "")
        }
    }

    pub(crate) fn get(path: &'static str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: &'static str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn put(path: &'static str) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(crate) fn patch(path: &'static str) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(crate) fn delete(path: &'static str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Appends one segment.
    pub(crate) fn at(mut self, segment: impl Display) -> Self {
        self.segments.push(segment.to_string());
        self
    }

    /// Appends several segments.
    pub(crate) fn at_all<'a>(mut self, segments: impl Iterator<Item = &'a str>) -> Self {
        self.segments.extend(segments.map(str::to_owned));
        self
    }

    /// Sends no credential: the endpoint is for everyone, and a stale token must not get in the way.
    pub(crate) fn public(mut self) -> Self {
        self.authenticated = false;
        self
    }

    /// Sends a password or a re-authentication token in the header `X-Auth-Confirm`.
    pub(crate) fn confirmed(mut self, confirmation: &SecretText) -> Result<Self, Error> {
        let mut header =
            HeaderValue::from_bytes(confirmation.expose().as_bytes()).map_err(|_| {
                Error::Encode("the confirmation has characters that a header cannot carry")
            })?;
        header.set_sensitive(true);
        self.confirmation = Some(header);
        Ok(self)
    }

    pub(crate) fn query(mut self, query: &impl Serialize) -> Result<Self, Error> {
        let not_flat = |_| Error::Encode("the query has nested values");
        self.query = serde_urlencoded::to_string(query).map_err(not_flat)?;
        Ok(self)
    }

    /// Adds a header that is kept out of logs.
    pub(crate) fn secret_header(
        mut self,
        name: &'static str,
        value: &SecretText,
    ) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(value.expose())
            .map_err(|_| Error::Encode("a header holds characters that it cannot"))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self, Error> {
        let not_json = |_| Error::Encode("the body has values that JSON cannot express");
        self.body = Some(serde_json::to_vec(body).map_err(not_json)?.into());
        Ok(self)
    }

    /// The absolute URL under `base`, whose own path is kept as a prefix.
    pub(crate) fn url(&self, base: &Url) -> Result<Url, Error> {
        // The URL standard gives these two segments a meaning that no encoding takes away.
        if self
            .segments
            .iter()
            .any(|segment| segment == "." || segment == "..")
        {
            return Err(Error::Encode("a path segment is `.` or `..`"));
        }
        let mut url = base.clone();
        if let Some(path) = &self.encoded_path {
            let prefix = base.path().trim_end_matches('/');
            url.set_path(&format!("{prefix}/{path}"));
            url.set_query(Some(self.query.as_str()).filter(|query| !query.is_empty()));
            return Ok(url);
        }
        url.path_segments_mut()
            .map_err(|()| Error::BaseUrl("it has no path"))?
            .pop_if_empty()
            .extend(&self.segments);
        url.set_query(Some(self.query.as_str()).filter(|query| !query.is_empty()));
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(call: &Call) -> Result<String, Error> {
        call.url(&Url::parse("https://host/prefix/").unwrap())
            .map(String::from)
    }

    #[test]
    fn a_segment_cannot_reach_beyond_itself() {
        for (segment, encoded) in [
            ("a/b", "a%2Fb"),
            ("a?b=c#d", "a%3Fb=c%23d"),
            ("%2e%2e", "%252e%252e"),
            ("é x", "%C3%A9%20x"),
        ] {
            let expected = format!("https://host/prefix/v1/vaults/{encoded}/secrets");
            assert_eq!(
                url(&Call::get("v1/vaults").at(segment).at("secrets")).unwrap(),
                expected
            );
        }
    }

    #[test]
    fn dot_segments_are_refused() {
        for segment in [".", ".."] {
            assert!(matches!(
                url(&Call::get("v1/vaults").at(segment)),
                Err(Error::Encode(_))
            ));
        }
    }
}
