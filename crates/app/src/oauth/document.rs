//! The description that an assistant publishes of itself (client ID metadata documents): its id is the address of it.
//!
//! Invariants: it is fetched by the guarded way out, on behalf of somebody who is signed in, and never kept, so that one
//! that was withdrawn counts no more; what it says is checked against the address that it came from.

use crate::App;
use crate::error::{Error, Result};
use crate::outbound::{Request, put};
use oneclaw_core::model::text::parse_name;
use oneclaw_core::oauth::{RedirectUri, Vouched};
use reqwest::header::HeaderMap;
use serde::Deserialize;
use std::time::Duration;

/// For the whole document.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Largest document. The draft recommends 5 KiB.
const MAXIMUM: usize = 16 * 1024;
/// Most redirect URIs that are looked at.
pub(super) const MOST_REDIRECTS: usize = 50;

/// What a description says that matters here.
#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: String,
    redirect_uris: Vec<String>,
    #[serde(default)]
    token_endpoint_auth_method: Option<String>,
    #[serde(default)]
    client_secret: Option<serde::de::IgnoredAny>,
}

/// What it comes to.
pub(super) struct Described {
    pub(super) name: String,
    pub(super) host: String,
    pub(super) redirect_uris: Vec<RedirectUri>,
}

fn unusable(why: impl std::fmt::Display) -> Error {
    Error::invalid(
        "client_id",
        format!("The description of the assistant cannot be used: {why}."),
    )
}

/// Fetches and checks a description.
pub(super) async fn fetch(app: &App, id: &str) -> Result<Described> {
    let target = app
        .outbound()
        .target(id)
        .map_err(|refusal| unusable(format!("its address {refusal}")))?;
    let url = target.url();
    if url.as_str() != id || matches!(url.path(), "" | "/") {
        return Err(unusable(
            "its address must be in its plain spelling and have a path",
        ));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    put(&mut headers, "accept", "application/json");
    let request = Request {
        method: reqwest::Method::GET,
        target,
        headers,
        body: Vec::new(),
        timeout: TIMEOUT,
        maximum_answer: MAXIMUM,
    };
    let answer = app.outbound().send(request).await.map_err(unusable)?;
    if answer.status != 200 {
        return Err(unusable(format!("its host answered {}", answer.status)));
    }
    let media_type = answer.headers.get("content-type");
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let media_type = media_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if media_type != "application/json"
        && !(media_type.starts_with("application/") && media_type.ends_with("+json"))
    {
        return Err(unusable("it is not sent as JSON"));
    }
    let document: Document = serde_json::from_slice(answer.body.expose())
        .map_err(|_| unusable("it is not JSON with client_id, client_name and redirect_uris"))?;
    check(&document, id, host)
}

fn check(document: &Document, id: &str, host: String) -> Result<Described> {
    if document.client_id != id {
        return Err(unusable("it names another client_id than its own address"));
    }
    if document.client_secret.is_some() {
        return Err(unusable("it publishes a secret"));
    }
    if !matches!(
        document.token_endpoint_auth_method.as_deref(),
        None | Some("none")
    ) {
        return Err(unusable(
            "this server takes assistants with token_endpoint_auth_method none alone",
        ));
    }
    let name = parse_name(&document.client_name)
        .map_err(|error| unusable(format!("its client_name {error}")))?;
    // One that cannot be used here is no reason to refuse the others.
    let redirect_uris: Vec<_> = document
        .redirect_uris
        .iter()
        .take(MOST_REDIRECTS)
        .filter_map(|uri| RedirectUri::parse(uri, Vouched::ByItself).ok())
        .collect();
    Ok(Described {
        name,
        host,
        redirect_uris,
    })
}
