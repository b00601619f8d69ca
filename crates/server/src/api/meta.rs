//! Health and discovery: public, the same for everyone, cheap.

use crate::ServerState;
use crate::error::ApiResult;
use crate::openapi::Unavailable;
use crate::reply::Reply;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use oneclaw_app::{App, health};
use oneclaw_client::health::{
    HealthResponse, HealthStatus, JsonWebKeySet, JwtPublicKeyResponse, KeyProviderHealthResponse,
    KeyProviderStatus, OpenIdConfiguration,
};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Public documents that change only when keys are rotated or the server is replaced.
const CACHED: (HeaderName, HeaderValue) = (
    CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=300"),
);
const ANY_ORIGIN: (HeaderName, HeaderValue) =
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(health_check))
        .routes(routes!(health_hsm))
        .routes(routes!(jwt_public_key))
        .routes(routes!(jwks))
        .routes(routes!(openid_configuration))
        .routes(routes!(openapi))
}

/// Whether the server answers.
#[utoipa::path(get, path = "/v1/health", operation_id = "healthCheck", tag = "Health", security(()),
    responses((status = 200, description = "It does.", body = HealthResponse)))]
async fn health_check() -> Reply<HealthResponse> {
    Reply(HealthResponse {
        status: HealthStatus::Healthy,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Whether requests can be answered now: 200, or 503 when the database does not answer in time.
pub(crate) async fn ready(State(app): State<App>) -> ApiResult<Reply<Value>> {
    health::check(&app).await?;
    Ok(Reply(json!({ "status": "ready" })))
}

/// Whether the key provider can unwrap keys. The master key is held in memory, so it can from the start on.
#[utoipa::path(get, path = "/v1/health/hsm", operation_id = "healthHsm", tag = "Health", security(()),
    responses((status = 200, description = "Its state.", body = KeyProviderHealthResponse)))]
async fn health_hsm() -> Reply<KeyProviderHealthResponse> {
    Reply(KeyProviderHealthResponse {
        status: KeyProviderStatus::Ok,
    })
}

/// The key that signs access tokens now.
#[utoipa::path(get, path = "/v1/auth/jwt-public-key", operation_id = "getJwtPublicKey", tag = "Authentication", security(()),
    responses((status = 200, description = "The key.", body = JwtPublicKeyResponse)))]
async fn jwt_public_key(State(state): State<ServerState>) -> Reply<JwtPublicKeyResponse> {
    Reply(JwtPublicKeyResponse {
        alg: "EdDSA".to_owned(),
        public_key_base64: state.app().keyring().jwt_public_key(),
    })
}

/// Every key that signs tokens: ours, and those for other services (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "Authentication", security(()),
    responses((status = 200, description = "The keys, newest first.", body = JsonWebKeySet, content_type = "application/jwk-set+json"), Unavailable))]
async fn jwks(State(state): State<ServerState>) -> ApiResult<Response> {
    let keys = state.app().public_keys().await?.to_string();
    let kind = (
        CONTENT_TYPE,
        HeaderValue::from_static("application/jwk-set+json"),
    );
    Ok(([kind, CACHED, ANY_ORIGIN], keys).into_response())
}

/// Who issues the tokens (RFC 8414).
#[utoipa::path(get, path = "/.well-known/openid-configuration", operation_id = "openidConfiguration", tag = "Authentication", security(()),
    responses((status = 200, description = "The issuer.", body = OpenIdConfiguration)))]
async fn openid_configuration(State(state): State<ServerState>) -> Response {
    let issuer = state.app().settings().public_url.clone();
    // Tokens for other services are signed with RS256, where there are any.
    let mut algorithms = vec!["EdDSA".to_owned()];
    if state.app().settings().federation {
        algorithms.push("RS256".to_owned());
    }
    let configuration = OpenIdConfiguration {
        jwks_uri: format!("{issuer}/.well-known/jwks.json"),
        issuer,
        token_endpoint: None,
        id_token_signing_alg_values_supported: algorithms,
        response_types_supported: Vec::new(),
        subject_types_supported: vec!["public".to_owned()],
    };
    ([CACHED, ANY_ORIGIN], Reply(configuration)).into_response()
}

/// This description (OpenAPI 3.1).
#[utoipa::path(get, path = "/openapi.json", operation_id = "getOpenApi", tag = "Health", security(()),
    responses((status = 200, description = "The description.", body = Object)))]
async fn openapi(State(state): State<ServerState>) -> Response {
    let kind = (CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ([kind, CACHED, ANY_ORIGIN], state.openapi()).into_response()
}
