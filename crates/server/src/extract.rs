//! What handlers take from a request, each with an error that tells the client what to change.
//!
//! Invariants:
//! - Bodies are JSON whatever `Content-Type` says; unknown fields are ignored; no body is read before its size limit
//!   and time limit are in force, and none is parsed before its nesting was bounded.
//! - What a client sent as a value is never quoted back: it may be a secret.
//! - The client's address is the one that [`crate::middleware`] established; no extractor reads a forwarding header.

mod condition;

pub use condition::Precondition;

use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::middleware::{Context, note_caller};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::HeaderMap;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;
use http_body_util::BodyExt as _;
use oneclaw_app::dpop::PresentedProof;
use oneclaw_app::tokens::{Door, Entrant};
use oneclaw_app::{Caller, Kind, Origin};
use oneclaw_core::id::VaultId;
use oneclaw_core::path::{PathError, SecretPath, decode_url_path};
use oneclaw_core::secret::{SecretBytes, SecretString};
use serde::de::DeserializeOwned;
use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Duration;

/// Largest body of a route that needs a credential: 5 MiB.
pub const MAX_BODY: usize = 5 * 1024 * 1024;
/// Largest body of a public route: 256 KiB.
pub const MAX_PUBLIC_BODY: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Deepest nesting of a body. Free-form objects need a few levels, parsers need a bound.
const MAX_DEPTH: usize = 32;

/// The address of the client: the socket's, or what a declared proxy reports.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for ClientIp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Ok(Self(
            parts
                .extensions
                .get::<Context>()
                .and_then(|context| context.ip),
        ))
    }
}

/// Where the request comes from, as operations without a caller want to know it.
#[derive(Clone, Debug)]
pub struct RequestOrigin(pub Origin);

impl<S: Sync> FromRequestParts<S> for RequestOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        let ClientIp(ip) = ClientIp::from_request_parts(parts, state).await?;
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
        Ok(Self(Origin {
            ip,
            user_agent: user_agent.unwrap_or_default(),
        }))
    }
}

/// The holder of the bearer token, who may come in from where they are as far as is remembered. Whether all of that
/// still stands is checked by the operation, in the transaction that does the work.
pub struct Authenticated(pub Caller);

impl FromRequestParts<ServerState> for Authenticated {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> ApiResult<Self> {
        let caller = caller_of(parts, state).await?;
        state.app().admit(&caller).await?;
        note_caller(&caller);
        Ok(Self(caller))
    }
}

/// Like [`Authenticated`], and agents that were stopped because they read a decoy: for reading secrets, which decides
/// itself what such an agent is answered.
pub struct AuthenticatedReader(pub Caller);

impl FromRequestParts<ServerState> for AuthenticatedReader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> ApiResult<Self> {
        let caller = caller_of(parts, state).await?;
        if let Err(refused) = state.app().admit(&caller).await {
            let is_caught = *refused.kind() == Kind::Unauthenticated
                && state.app().admit_quarantined(&caller).await.is_ok();
            if !is_caught {
                return Err(refused.into());
            }
        }
        note_caller(&caller);
        Ok(Self(caller))
    }
}

/// Whose request it is, as far as the credential itself says.
async fn caller_of(parts: &Parts, state: &ServerState) -> ApiResult<Caller> {
    match parts.extensions.get::<Established>() {
        Some(Established(caller)) => Ok(caller.clone()),
        None => Ok(enter(parts, state, Door::Api).await?.caller),
    }
}

/// Who makes a request inside the process, found out when the outer one came in. Nothing outside can set an extension.
#[derive(Clone)]
pub(crate) struct Established(pub(crate) Caller);

/// Turns what came with a request into whoever is behind it.
pub(crate) async fn enter(parts: &Parts, state: &ServerState, door: Door) -> ApiResult<Entrant> {
    let token = bearer_token(&parts.headers)?.ok_or_else(ApiError::no_credential)?;
    let ip = parts
        .extensions
        .get::<Context>()
        .and_then(|context| context.ip);
    let proof = DpopProof::of(parts)?;
    let app = state.app();
    Ok(app
        .enter(token, proof.presented().as_ref(), door, ip)
        .await?)
}

/// The proof of possession that came with the request, if one did (RFC 9449).
pub struct DpopProof {
    proof: Option<String>,
    method: String,
    path: String,
}

impl DpopProof {
    fn of(parts: &Parts) -> ApiResult<Self> {
        let mut values = parts.headers.get_all("dpop").iter();
        let proof = values.next().map(|value| value.to_str().map(str::to_owned));
        let Ok(proof) = proof.transpose() else {
            return Err(ApiError::invalid("dpop", "must be a signed JWT"));
        };
        if values.next().is_some() {
            return Err(ApiError::invalid("dpop", "must come once"));
        }
        Ok(Self {
            proof,
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
        })
    }

    /// The proof with the request that it must be for.
    #[must_use]
    pub fn presented(&self) -> Option<PresentedProof<'_>> {
        Some(PresentedProof {
            proof: self.proof.as_deref()?,
            method: &self.method,
            path: &self.path,
        })
    }
}

impl<S: Sync> FromRequestParts<S> for DpopProof {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        Self::of(parts)
    }
}

/// The token of the `Authorization` header; `None` without the header.
fn bearer_token(headers: &HeaderMap) -> ApiResult<Option<&str>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(ApiError::no_credential)?;
    // Two credentials in one request: whichever were taken, somebody else might have meant the other.
    let is_known = ["bearer", "dpop"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if !is_known || values.next().is_some() {
        return Err(ApiError::no_credential());
    }
    Ok(Some(token.trim_matches(' ')))
}

/// What confirms a request beside its credential: a password, or a token of `POST /v1/auth/reauth`.
pub struct AuthConfirm(pub Option<SecretString>);

/// The header that carries it.
const X_AUTH_CONFIRM: &str = "x-auth-confirm";

impl<S: Sync> FromRequestParts<S> for AuthConfirm {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let Some(value) = parts.headers.get(X_AUTH_CONFIRM) else {
            return Ok(Self(None));
        };
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|_| ApiError::invalid(X_AUTH_CONFIRM, "must be UTF-8"))?;
        Ok(Self(Some(SecretString::from(text.to_owned()))))
    }
}

/// The holder of the bearer token, where a token is optional.
pub struct MaybeAuthenticated(
    /// `None` when no credential came, an error when one came that does not stand.
    pub Option<ApiResult<Caller>>,
);

impl FromRequestParts<ServerState> for MaybeAuthenticated {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &ServerState,
    ) -> Result<Self, Infallible> {
        let is_inside = parts.extensions.get::<Established>().is_some();
        if !is_inside && !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self(None));
        }
        let caller = Authenticated::from_request_parts(parts, state).await;
        Ok(Self(Some(caller.map(|Authenticated(caller)| caller))))
    }
}

/// A JSON body: required, of a route that needs a credential.
pub struct Json<T>(pub T);

/// A JSON body: required, of a public route.
pub struct PublicJson<T>(pub T);

/// A JSON body that may be missing.
pub struct OptionalJson<T>(pub Option<T>);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        parse_required(&read_body(request.into_body(), MAX_BODY).await?).map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for PublicJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        parse_required(&read_body(request.into_body(), MAX_PUBLIC_BODY).await?).map(Self)
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        let body = read_body(request.into_body(), MAX_PUBLIC_BODY).await?;
        if body.expose().trim_ascii().is_empty() {
            return Ok(Self(None));
        }
        parse_json(body.expose()).map(|body| Self(Some(body)))
    }
}

/// A body of a public route that is JSON or a form, whichever it looks like.
pub struct JsonOrForm<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonOrForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> ApiResult<Self> {
        let body = read_body(request.into_body(), MAX_PUBLIC_BODY).await?;
        let text = body.expose().trim_ascii();
        if text.is_empty() || text.starts_with(b"{") {
            return parse_required(&body).map(Self);
        }
        let parser = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(text));
        serde_path_to_error::deserialize(parser)
            .map(Self)
            .map_err(|error| {
                let message = without_values(&error.into_inner().to_string());
                match missing_field(&message) {
                    Some(field) => ApiError::invalid(field.to_owned(), "is required"),
                    None => ApiError::bad_request("The body is neither JSON nor a form."),
                }
            })
    }
}

/// Reads a whole body into memory that is wiped afterwards.
pub(crate) async fn read_body(body: Body, limit: usize) -> ApiResult<SecretBytes> {
    let hint = hyper::body::Body::size_hint(&body);
    let declared = hint.upper().unwrap_or(hint.lower());
    if declared > limit as u64 {
        return Err(ApiError::too_large(limit));
    }
    // Room for all of it from the start, so that growing leaves no copies behind.
    let room = usize::try_from(declared).unwrap_or(limit);
    match tokio::time::timeout(BODY_TIMEOUT, collect(body, limit, room)).await {
        Ok(read) => read,
        Err(_) => Err(ApiError::body_timeout()),
    }
}

async fn collect(mut body: Body, limit: usize, room: usize) -> ApiResult<SecretBytes> {
    let mut bytes = Vec::with_capacity(room);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            ApiError::bad_request("The body broke off before its end. Send it again.")
        })?;
        if let Ok(data) = frame.into_data() {
            if bytes.len().saturating_add(data.len()) > limit {
                return Err(ApiError::too_large(limit));
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(SecretBytes::from(bytes))
}

fn parse_required<T: DeserializeOwned>(body: &SecretBytes) -> ApiResult<T> {
    if body.expose().trim_ascii().is_empty() {
        return Err(ApiError::bad_request(
            "The body is empty; this needs a JSON object.",
        ));
    }
    parse_json(body.expose())
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> ApiResult<T> {
    if nesting(body) > MAX_DEPTH {
        return Err(ApiError::bad_request(format!(
            "The body nests deeper than {MAX_DEPTH} levels."
        )));
    }
    serde_json::from_slice(body).map_err(|error| explain_json::<T>(body, &error))
}

/// The deepest nesting of brackets outside strings. Of text that is not JSON it is some number; the parser refuses it.
fn nesting(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Says where a body is wrong. It is parsed a second time, because finding the field costs time that right bodies
/// should not pay.
fn explain_json<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> ApiError {
    if !error.is_data() {
        let (line, column) = (error.line(), error.column());
        return ApiError::bad_request(format!(
            "The body is not valid JSON (line {line}, column {column})."
        ));
    }
    let mut parser = serde_json::Deserializer::from_slice(body);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut parser) else {
        return ApiError::bad_request("The body does not have the right shape.");
    };
    let path = error.path().to_string();
    let message = without_values(&error.into_inner().to_string());
    match missing_field(&message) {
        Some(field) if path == "." => ApiError::invalid(field.to_owned(), "is required"),
        Some(field) => ApiError::invalid(format!("{path}.{field}"), "is required"),
        None if path == "." => ApiError::bad_request(format!(
            "The body does not have the right shape: {message}."
        )),
        None => ApiError::invalid(path, message),
    }
}

/// The message of a JSON error without the place (the field says it) and without the value that was found.
fn without_values(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(message, _)| message);
    let is_quoting = message.starts_with("invalid type")
        || message.starts_with("invalid value")
        || message.starts_with("unknown variant");
    match message.rsplit_once("expected ") {
        Some((_, expected)) if is_quoting => format!("expected {expected}"),
        _ => message.to_owned(),
    }
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// Parameters of the path, such as ids.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Self> {
        use axum::extract::path::ErrorKind;
        let rejection = match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(parameters)) => return Ok(Self(parameters)),
            Err(rejection) => rejection,
        };
        let PathRejection::FailedToDeserializePathParams(error) = rejection else {
            return Err(ApiError::bad_request("The address is malformed."));
        };
        Err(match error.into_kind() {
            ErrorKind::ParseErrorAtKey { key, .. }
            | ErrorKind::DeserializeError { key, .. }
            | ErrorKind::InvalidUtf8InPathParam { key } => {
                ApiError::invalid(key, "must be a UUID, as the API gave it out")
            }
            _ => ApiError::bad_request(
                "The ids in the address must be UUIDs, as the API gave them out.",
            ),
        })
    }
}

/// Parameters of the query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let parser = serde_urlencoded::Deserializer::new(url::form_urlencoded::parse(
            parts.uri.query().unwrap_or_default().as_bytes(),
        ));
        serde_path_to_error::deserialize(parser)
            .map(Self)
            .map_err(|error| {
                let path = error.path().to_string();
                let message = without_values(&error.into_inner().to_string());
                match missing_field(&message) {
                    Some(field) => ApiError::invalid(field.to_owned(), "is required in the query"),
                    None => ApiError::invalid(path, message),
                }
            })
    }
}

/// A place in a vault, out of `/v1/vaults/{vault_id}/<word>/{*path}`.
///
/// It is read from the address as it was sent: a path decoded once already could no longer be told from one that was
/// encoded twice.
pub struct SecretAt {
    /// The vault.
    pub vault: VaultId,
    /// The path in it.
    pub path: SecretPath,
}

impl<S: Sync> FromRequestParts<S> for SecretAt {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let (vault, raw) = vault_and_rest(parts.uri.path())?;
        Ok(Self {
            vault,
            path: decode_url_path(raw).map_err(bad_path)?,
        })
    }
}

/// A version of a secret, out of `/v1/vaults/{vault_id}/<word>/{*path}` whose last segment is the version.
pub struct SecretVersionAt {
    /// The vault.
    pub vault: VaultId,
    /// The path in it.
    pub path: SecretPath,
    /// The version, from 1.
    pub version: i64,
}

impl<S: Sync> FromRequestParts<S> for SecretVersionAt {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Self> {
        let (vault, raw) = vault_and_rest(parts.uri.path())?;
        let (path, version) = split_last_segment(raw).ok_or_else(|| {
            ApiError::invalid("version", "write it behind the path: <path>/<version>")
        })?;
        // Canonical digits alone: `+1` and `01` would be second names of the same version.
        let is_number =
            version.bytes().all(|byte| byte.is_ascii_digit()) && !version.starts_with('0');
        let version = version.parse::<i64>().ok().filter(|_| is_number);
        let version = version
            .ok_or_else(|| ApiError::invalid("version", "must be a whole number from 1 on"))?;
        Ok(Self {
            vault,
            path: decode_url_path(path).map_err(bad_path)?,
            version,
        })
    }
}

/// Splits off the last segment, in front of which some clients encode the slash.
fn split_last_segment(raw: &str) -> Option<(&str, &str)> {
    let encoded = [raw.rsplit_once("%2F"), raw.rsplit_once("%2f")];
    let last_encoded = || {
        encoded
            .into_iter()
            .flatten()
            .max_by_key(|(path, _)| path.len())
    };
    raw.rsplit_once('/').or_else(last_encoded)
}

fn vault_and_rest(raw: &str) -> ApiResult<(VaultId, &str)> {
    // "", "v1", "vaults", id, word, rest: the route has matched, so there are that many.
    let mut segments = raw.splitn(6, '/').skip(3);
    let vault = segments.next().unwrap_or_default();
    let rest = segments.nth(1).unwrap_or_default();
    let vault = vault
        .parse::<VaultId>()
        .map_err(|error| ApiError::invalid("vault_id", error.to_string()))?;
    Ok((vault, rest))
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn bad_path(error: PathError) -> ApiError {
    ApiError::invalid("path", error.to_string())
}
