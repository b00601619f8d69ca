//! The protocol by which assistants are let in: discovery, tokens, giving them back. The page on which a human decides is
//! in `web/oauth.rs`.
//!
//! Invariants:
//! - Errors are those of RFC 6749, section 5.2, and say no more than its words.
//! - A token request is a form. A parameter that comes twice is refused, because two readers might take either.
//! - No secret is taken from an address.

use crate::ServerState;
use crate::error::ApiError;
use crate::extract::{MAX_PUBLIC_BODY, PublicJson, RequestOrigin, read_body};
use crate::middleware::flood::{self, Count, Flood, RouteLimit};
use axum::extract::{FromRequest, Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use data_encoding::BASE64;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use oneclaw_app::assertions::ASSERTION_TYPE;
use oneclaw_app::oauth::{self, ClientCredential, Issued, Presented, RegisterRequest, TokenError};
use oneclaw_app::{App, Kind};
use oneclaw_core::limit::Limit;
use oneclaw_core::oauth::Scope;
use oneclaw_core::secret::SecretString;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// Where a human's browser is sent to.
pub(crate) const AUTHORIZE: &str = "/oauth/authorize";

/// What acts.
pub(crate) fn routes(flood: &Arc<Flood>) -> Router<ServerState> {
    let limited = |limit, count| {
        from_fn_with_state(
            RouteLimit {
                flood: Arc::clone(flood),
                limit,
                count,
            },
            flood::limit,
        )
    };
    let refused = || limited(Limit::OauthToken, Count::Refused);
    Router::new()
        .route("/oauth/token", post(token).layer(refused()))
        .route(
            "/oauth/revoke",
            post(revoke).layer(limited(Limit::OauthToken, Count::All)),
        )
        .route(
            "/oauth/register",
            post(register).layer(limited(Limit::OauthRegister, Count::All)),
        )
}

/// What assistants find their way by: public, the same for everyone.
pub(crate) fn open_routes() -> Router<ServerState> {
    Router::new()
        .route("/.well-known/oauth-protected-resource", get(resource))
        .route("/.well-known/oauth-protected-resource/mcp", get(resource))
        .route("/.well-known/oauth-authorization-server", get(server))
}

fn document(content: serde_json::Value) -> Response {
    let cached = (
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    ([cached], Json(content)).into_response()
}

/// What the tools are, and who lets assistants in (RFC 9728).
async fn resource(State(app): State<App>) -> Response {
    document(json!({
        "resource": app.tools_url(),
        "authorization_servers": [app.settings().public_url],
        "scopes_supported": Scope::ALL,
        "bearer_methods_supported": ["header"],
        "resource_name": "1Claw vault",
    }))
}

/// How assistants are let in (RFC 8414).
async fn server(State(app): State<App>) -> Response {
    let issuer = &app.settings().public_url;
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}{AUTHORIZE}"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "scopes_supported": Scope::ALL,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported":
            ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["EdDSA"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": true,
        "authorization_response_iss_parameter_supported": true,
        "protected_resources": [app.tools_url()],
    });
    if app.settings().oauth_registration
        && let Some(fields) = metadata.as_object_mut()
    {
        fields.insert(
            "registration_endpoint".to_owned(),
            format!("{issuer}/oauth/register").into(),
        );
    }
    document(metadata)
}

/// Why there is no token.
struct Refusal {
    error: &'static str,
    description: &'static str,
    status: StatusCode,
}

impl Refusal {
    const fn new(error: &'static str, description: &'static str) -> Self {
        Self {
            error,
            description,
            status: StatusCode::BAD_REQUEST,
        }
    }

    const fn request(description: &'static str) -> Self {
        Self::new("invalid_request", description)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Basic realm=\"1Claw\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn refuse(error: TokenError) -> Response {
    match error {
        TokenError::Grant => Refusal::new(
            "invalid_grant",
            "The code or refresh token is wrong, used, expired or ended, or is for another client, redirect URI or verifier.",
        )
        .into_response(),
        TokenError::Client => Refusal {
            error: "invalid_client",
            description: "The credential of the client is not right.",
            status: StatusCode::UNAUTHORIZED,
        }
        .into_response(),
        TokenError::Scope => {
            Refusal::new("invalid_scope", "That is more than was allowed.").into_response()
        }
        TokenError::Target => Refusal::new(
            "invalid_target",
            "Tokens are given out for the tools of this vault alone.",
        )
        .into_response(),
        TokenError::Failed(error) => ApiError::from(error).into_response(),
    }
}

/// The parameters of a token request. Unknown ones are ignored, doubled ones refused.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Parameters {
    grant_type: String,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    client_assertion: Option<SecretString>,
    client_assertion_type: Option<String>,
    code: Option<SecretString>,
    code_verifier: Option<SecretString>,
    redirect_uri: Option<String>,
    refresh_token: Option<SecretString>,
    resource: Option<String>,
    scope: Option<String>,
    token: Option<SecretString>,
}

struct Form(Parameters, HeaderMap);

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, _: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(CONTENT_TYPE);
        let is_form = media_type.is_some_and(|kind| {
            kind.as_bytes()
                .starts_with(b"application/x-www-form-urlencoded")
        });
        let refused = Refusal::request("Send a form, with each parameter once.");
        if !is_form {
            return Err(refused.into_response());
        }
        let body = read_body(body, MAX_PUBLIC_BODY)
            .await
            .map_err(IntoResponse::into_response)?;
        match serde_urlencoded::from_bytes(body.expose()) {
            Ok(parameters) => Ok(Self(parameters, parts.headers)),
            Err(_) => Err(refused.into_response()),
        }
    }
}

/// Who the client says it is, and what it proves that with.
struct Named {
    id: Option<String>,
    secret: Option<SecretString>,
}

impl Parameters {
    /// From the body or the header of RFC 6749, section 2.3.1, never from both.
    fn client(&mut self, headers: &HeaderMap) -> Result<Named, Refusal> {
        let in_body = Named {
            id: self.client_id.take(),
            secret: self.client_secret.take(),
        };
        let Some(header) = headers.get(AUTHORIZATION) else {
            return Ok(in_body);
        };
        let unreadable = Refusal::request("The Authorization header is not Basic.");
        let Some(in_header) = header.to_str().ok().and_then(basic) else {
            return Err(unreadable);
        };
        let is_double =
            in_body.secret.is_some() || (in_body.id.is_some() && in_body.id != in_header.id);
        if is_double {
            return Err(Refusal::request("The client proves itself in two ways."));
        }
        Ok(in_header)
    }
}

fn basic(header: &str) -> Option<Named> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = BASE64.decode(encoded.trim().as_bytes()).ok()?;
    let text = SecretString::from(String::from_utf8(decoded).ok()?);
    let (id, secret) = text.expose().split_once(':')?;
    let decode = |part: &str| {
        url::form_urlencoded::parse(part.as_bytes())
            .next()
            .map_or_else(String::new, |(text, _)| text.into_owned())
    };
    Some(Named {
        id: Some(decode(id)),
        secret: Some(SecretString::from(decode(secret))).filter(|secret| !secret.is_empty()),
    })
}

/// Gives out tokens.
async fn token(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    Form(mut form, headers): Form,
) -> Response {
    let client = match form.client(&headers) {
        Ok(client) => client,
        Err(refusal) => return refusal.into_response(),
    };
    let issued = match form.grant_type.as_str() {
        "authorization_code" => {
            let (Some(code), Some(client_id), Some(redirect_uri), Some(code_verifier)) =
                (form.code, client.id, form.redirect_uri, form.code_verifier)
            else {
                return Refusal::request(
                    "A code takes code, client_id, redirect_uri and code_verifier.",
                )
                .into_response();
            };
            let presented = Presented {
                client_id,
                redirect_uri,
                code_verifier,
                resource: form.resource,
            };
            oauth::redeem(&app, &code, presented, &origin).await
        }
        "refresh_token" => {
            let (Some(refresh_token), Some(client_id)) = (form.refresh_token, client.id) else {
                return Refusal::request("Refreshing takes refresh_token and client_id.")
                    .into_response();
            };
            let narrower = (form.scope, form.resource);
            oauth::refresh(&app, &refresh_token, client_id, narrower, &origin).await
        }
        "client_credentials" => {
            let is_signed = form.client_assertion_type.as_deref() == Some(ASSERTION_TYPE);
            let credential = match (client.secret, form.client_assertion) {
                (Some(key), None) => ClientCredential::Key(key),
                (None, Some(assertion)) if is_signed => ClientCredential::Assertion(assertion),
                _ => return refuse(TokenError::Client),
            };
            let Ok(agent) = client.id.map(|id| id.parse()).transpose() else {
                return refuse(TokenError::Client);
            };
            let narrower = (form.scope, form.resource);
            oauth::exchange_credential(&app, agent, credential, narrower, &origin).await
        }
        _ => {
            return Refusal::new(
                "unsupported_grant_type",
                "Known are authorization_code, refresh_token and client_credentials.",
            )
            .into_response();
        }
    };
    issued.map_or_else(refuse, |issued| give(&issued))
}

fn give(issued: &Issued) -> Response {
    let mut body = json!({
        "access_token": issued.token.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": issued.token.expires_in,
        "scope": Scope::list(&issued.scopes),
    });
    if let (Some(refresh), Some(fields)) = (&issued.refresh_token, body.as_object_mut()) {
        fields.insert("refresh_token".to_owned(), refresh.expose().into());
    }
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Takes a token back (RFC 7009). The answer is the same for what never was one.
async fn revoke(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    Form(mut form, headers): Form,
) -> Response {
    let client = match form.client(&headers) {
        Ok(client) => client,
        Err(refusal) => return refusal.into_response(),
    };
    let (Some(token), Some(client_id)) = (form.token, client.id) else {
        return Refusal::request("Giving a token back takes token and client_id.").into_response();
    };
    match oauth::revoke(&app, &token, client_id, &origin).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// What an assistant says of itself (RFC 7591).
#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    client_name: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
}

/// Registers an assistant, where the operator allows that.
async fn register(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(metadata): PublicJson<Metadata>,
) -> Response {
    let request = RegisterRequest {
        name: metadata
            .client_name
            .unwrap_or_else(|| "An assistant without a name".to_owned()),
        redirect_uris: metadata.redirect_uris,
    };
    match oauth::register_itself(&app, request, &origin).await {
        Ok(made) => {
            let body = json!({
                "client_id": made.id,
                "client_id_issued_at": made.created_at.as_seconds(),
                "client_name": made.name,
                "redirect_uris": made.redirect_uris,
                "token_endpoint_auth_method": "none",
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
            });
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(error) => match error.kind() {
            Kind::Invalid(fields) if fields.iter().any(|(field, _)| *field == "redirect_uris") => {
                Refusal::new(
                    "invalid_redirect_uri",
                    "Each redirect URI begins with https://, or with http:// and names this computer.",
                )
                .into_response()
            }
            Kind::Invalid(_) => Refusal::new(
                "invalid_client_metadata",
                "The name cannot be shown to people.",
            )
            .into_response(),
            _ => ApiError::from(error).into_response(),
        },
    }
}

/// What a client is told that came without a good token: where to find out how to get one (RFC 9728, section 5.1), and what
/// for.
pub(crate) fn challenge(app: &App, said: Option<&HeaderValue>) -> HeaderValue {
    let was_invalid = said.is_some_and(|said| said.as_bytes().ends_with(b"invalid_token\""));
    let error = if was_invalid {
        "error=\"invalid_token\", "
    } else {
        ""
    };
    let scope = Scope::list(&Scope::USUAL);
    bearer(app, &format!("{error}scope=\"{scope}\""))
}

/// The answer to a request that takes a scope which the token does not have: the client can ask its human for it.
pub(crate) fn insufficient_scope(app: &App, needed: Scope) -> Response {
    let error = oneclaw_app::Error::forbidden(format!(
        "This takes the scope {needed}, which the assistant was not allowed. It can ask its human for it."
    ));
    let mut response = ApiError::from(error).into_response();
    let challenge = bearer(
        app,
        &format!("error=\"insufficient_scope\", scope=\"{needed}\""),
    );
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

fn bearer(app: &App, parameters: &str) -> HeaderValue {
    let base = &app.settings().public_url;
    let challenge = format!(
        "Bearer {parameters}, resource_metadata=\"{base}/.well-known/oauth-protected-resource/mcp\""
    );
    // The public address was judged when the server started, and the rest are words of ours.
    HeaderValue::try_from(challenge).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}
