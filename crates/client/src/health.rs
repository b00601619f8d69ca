//! Health and discovery: is the server up, which keys does it sign with, where are its endpoints.
//!
//! All of it is public and none of it says anything about an organisation.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::vocabulary;

vocabulary! {
    /// Overall state of the server.
    pub enum HealthStatus {
        /// Everything works.
        Healthy = "healthy",
        /// Requests are answered but something needs attention.
        Degraded = "degraded",
    }
}

vocabulary! {
    /// State of the key provider that wraps the data keys.
    pub enum KeyProviderStatus {
        /// Keys can be unwrapped.
        Ok = "ok",
        /// Keys can be unwrapped, slowly or from a standby.
        Degraded = "degraded",
        /// Keys cannot be unwrapped; secrets cannot be read.
        Unavailable = "unavailable",
    }
}

/// Answer of `GET /v1/health`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthResponse {
    /// Overall state.
    pub status: HealthStatus,
    /// Version of the server.
    pub version: String,
}

/// Answer of `GET /v1/health/hsm`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyProviderHealthResponse {
    /// State of the key provider.
    pub status: KeyProviderStatus,
}

/// Answer of `GET /v1/auth/jwt-public-key`: the key that verifies access tokens now. Exactly these two keys may appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JwtPublicKeyResponse {
    /// Signature algorithm: `EdDSA` (RFC 8037).
    pub alg: String,
    /// The raw 32-byte Ed25519 public key in standard base64.
    pub public_key_base64: String,
}

/// One verification key as a JSON Web Key (RFC 7517): Ed25519 (RFC 8037), or RSA (RFC 7518) for tokens for other
/// services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JsonWebKey {
    /// Key type: `OKP`, or `RSA`.
    pub kty: String,
    /// Curve: `Ed25519`. Absent from an RSA key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub crv: Option<String>,
    /// The public key in base64url without padding. Absent from an RSA key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub x: Option<String>,
    /// Modulus of an RSA key in base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub n: Option<String>,
    /// Exponent of an RSA key in base64url without padding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub e: Option<String>,
    /// Names the key; the header of every token carries it.
    pub kid: String,
    /// Algorithm: `EdDSA`, or `RS256`.
    pub alg: String,
    /// Use of the key: `sig`.
    #[serde(rename = "use")]
    pub key_use: String,
}

/// Answer of `GET /.well-known/jwks.json`: every key whose tokens are still accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JsonWebKeySet {
    /// The keys, newest first.
    pub keys: Vec<JsonWebKey>,
}

/// Answer of `GET /.well-known/openid-configuration`: issuer metadata (RFC 8414).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenIdConfiguration {
    /// The public base URL; equals the `iss` claim of every token.
    pub issuer: String,
    /// Where the verification keys are.
    pub jwks_uri: String,
    /// Where tokens are exchanged (RFC 8693).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub token_endpoint: Option<String>,
    /// Signature algorithms in use.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Required by the metadata format; tokens here come from exchanges, not from an authorisation endpoint.
    #[serde(default)]
    pub response_types_supported: Vec<String>,
    /// Required by the metadata format: `public`.
    #[serde(default)]
    pub subject_types_supported: Vec<String>,
}

/// Health and discovery. No credential is sent.
impl Client {
    /// `GET /v1/health`.
    pub async fn health_check(&self) -> Result<HealthResponse, Error> {
        self.fetch(Call::get("v1/health").public()).await
    }

    /// `GET /v1/health/hsm`.
    pub async fn health_hsm(&self) -> Result<KeyProviderHealthResponse, Error> {
        self.fetch(Call::get("v1/health/hsm").public()).await
    }

    /// `GET /v1/auth/jwt-public-key`.
    pub async fn get_jwt_public_key(&self) -> Result<JwtPublicKeyResponse, Error> {
        self.fetch(Call::get("v1/auth/jwt-public-key").public())
            .await
    }

    /// `GET /.well-known/jwks.json`.
    pub async fn jwks(&self) -> Result<JsonWebKeySet, Error> {
        self.fetch(Call::get(".well-known/jwks.json").public())
            .await
    }

    /// `GET /.well-known/openid-configuration`.
    pub async fn openid_configuration(&self) -> Result<OpenIdConfiguration, Error> {
        self.fetch(Call::get(".well-known/openid-configuration").public())
            .await
    }
}
