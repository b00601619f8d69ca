//! Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037).
//!
//! A valid token says who asks; it never says that the access still stands. Every request also
//! compares the epochs in the claims with the live ones, so revoking works on the next request.
//!
//! Invariants:
//! - The header is not interpreted. It must be, character for character, the header this server
//!   writes for one of its keys; so `alg`, `kid`, `jku`, `jwk`, `x5u` and `crit` give an attacker
//!   nothing to choose.
//! - Time is judged by the clock of the caller of [`Keyring::verify_jwt`], without leeway for
//!   `exp`.
//! - A text longer than [`MAXIMUM_TOKEN_LENGTH`] is refused unread, and never issued.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{ApiKeyId, OauthGrantId, OrgId, SessionId, TokenId, VaultId};
use serde::{Deserialize, Serialize};

use crate::keyring::{Keyring, SigningKey};

/// Longest token, in characters.
pub const MAXIMUM_TOKEN_LENGTH: usize = 8 * 1024;
/// How far ahead of ours the clock of the node that issued a token may be, in seconds.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// The claims of an access token. Times are whole seconds; fractions are cut off when signing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Public base URL of the instance.
    pub iss: String,
    /// Who the token speaks for: `user:<uuid>` or `agent:<uuid>`.
    pub sub: Principal,
    /// The organisation it acts in.
    pub org: OrgId,
    /// Ceiling of the access of an agent or a personal key, or labels.
    pub scopes: Vec<String>,
    /// Agents: the vaults it is bound to, empty for none. Users: absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vault_ids: Option<Vec<VaultId>>,
    /// Not valid from this moment on.
    #[serde(with = "seconds")]
    pub exp: Timestamp,
    /// When it was issued.
    #[serde(with = "seconds")]
    pub iat: Timestamp,
    /// Id of this token, for revoking it alone.
    pub jti: TokenId,
    /// The session it belongs to (users).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<SessionId>,
    /// The personal key it was exchanged for (users).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ApiKeyId>,
    /// How a user proved who they are; the claim of RFC 8176 with words of ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<AuthMethod>,
    /// Epoch of the principal when issued.
    pub epo: i64,
    /// Epoch of the organisation when issued.
    pub oep: i64,
    /// Echo of the agent's setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intents_api_enabled: Option<bool>,
    /// The environment an agent is tagged with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The key of the client that the token is bound to (RFC 9449, section 6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// The only place where it is good, of a token for an assistant (RFC 8707). Absent: the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
    /// What an assistant may do there, with spaces in between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The assistant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// What a human allowed it, which the token ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<OauthGrantId>,
}

/// Names a key that only the rightful holder of a token has (RFC 7800).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Its thumbprint as a JWK (RFC 7638).
    pub jkt: String,
}

/// Times in claims are integers: seconds since 1970.
mod seconds {
    use oneclaw_core::clock::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    pub(super) fn serialize<S: Serializer>(
        time: &Timestamp,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(time.as_seconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Timestamp, D::Error> {
        i64::deserialize(deserializer).map(Timestamp::from_seconds)
    }
}

/// Why a token was refused, or could not be issued. For logs; callers outside learn only that it is
/// not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Longer than [`MAXIMUM_TOKEN_LENGTH`].
    #[error("the token is too long")]
    TooLong,
    /// The header is not one this server writes: another algorithm, an unknown key, or extra
    /// fields.
    #[error("the token's header is not ours")]
    ForeignHeader,
    /// Not a JWT, or its signature is wrong.
    #[error("the token's signature is not valid")]
    Signature,
    /// The signature holds, but the claims are not ours.
    #[error("the token's claims are incomplete")]
    Claims,
    /// Issued by (or for) another instance.
    #[error("the token is of another issuer")]
    Issuer,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `iat` lies more than a minute ahead.
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// The claims could not be signed.
    #[error("the token could not be signed")]
    Signing,
}

/// The keys of access tokens.
pub(crate) struct JwtKeys {
    /// Newest first, never empty.
    keys: Vec<JwtKey>,
    validation: Validation,
}

struct JwtKey {
    signing: SigningKey,
    /// The first part of every token under this key, base64url.
    header: String,
    decoding: DecodingKey,
}

impl JwtKeys {
    /// `None` without a key.
    pub(crate) fn new(keys: Vec<SigningKey>) -> Option<Self> {
        if keys.is_empty() {
            return None;
        }
        // The library panics on first use when features of other crates leave it more than one
        // backend to choose from. Failing to install means that one is installed already.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        Some(Self {
            keys: keys.into_iter().map(JwtKey::new).collect(),
            validation: signature_only(),
        })
    }

    fn newest(&self) -> Option<&JwtKey> {
        self.keys.first()
    }
}

impl JwtKey {
    fn new(signing: SigningKey) -> Self {
        let header = format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"}}"#, signing.id);
        Self {
            header: BASE64URL_NOPAD.encode(header.as_bytes()),
            decoding: DecodingKey::from_ed_der(&signing.public),
            signing,
        }
    }
}

/// The library verifies the signature; claims are checked by us, against our clock.
fn signature_only() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    validation
}

impl Keyring {
    /// Signs `claims` with the newest key.
    ///
    /// # Errors
    /// [`JwtError::TooLong`] when the scopes or vaults do not fit a token, [`JwtError::Signing`]
    /// when the library fails.
    pub fn sign_jwt(&self, claims: &Claims) -> Result<String, JwtError> {
        // Composed here rather than by the library, which would read the private key from PKCS#8
        // for every token.
        let key = self.jwt.newest().ok_or(JwtError::Signing)?;
        let payload = serde_json::to_vec(claims).map_err(|_| JwtError::Signing)?;
        let mut token = String::with_capacity(key.header.len() + 2 + payload.len() * 4 / 3 + 90);
        token.push_str(&key.header);
        token.push('.');
        BASE64URL_NOPAD.encode_append(&payload, &mut token);
        let signature = key
            .signing
            .pair
            .try_sign(token.as_bytes())
            .map_err(|_| JwtError::Signing)?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(signature.as_ref(), &mut token);
        if token.len() > MAXIMUM_TOKEN_LENGTH {
            return Err(JwtError::TooLong);
        }
        Ok(token)
    }

    /// Checks signature, issuer and times of a token. Not whether it was revoked: that is live
    /// state.
    ///
    /// # Errors
    /// [`JwtError`].
    pub fn verify_jwt(
        &self,
        token: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Claims, JwtError> {
        if token.len() > MAXIMUM_TOKEN_LENGTH {
            return Err(JwtError::TooLong);
        }
        let (header, _) = token.split_once('.').ok_or(JwtError::ForeignHeader)?;
        let key = self
            .jwt
            .keys
            .iter()
            .find(|key| key.header == header)
            .ok_or(JwtError::ForeignHeader)?;
        let claims: Claims = decode(token, &key.decoding, &self.jwt.validation)
            .map_err(|error| refusal(&error))?
            .claims;
        if claims.iss != issuer {
            return Err(JwtError::Issuer);
        }
        let now = now.as_seconds();
        if claims.exp.as_seconds() <= now {
            return Err(JwtError::Expired);
        }
        if claims.iat.as_seconds() > now.saturating_add(CLOCK_SKEW_SECONDS) {
            return Err(JwtError::IssuedInFuture);
        }
        Ok(claims)
    }

    /// Every public key that verifies our tokens, newest first, as a JWK set (RFC 7517, RFC 8037).
    #[must_use]
    pub fn jwks(&self) -> serde_json::Value {
        let key = |key: &JwtKey| {
            serde_json::json!({
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": key.signing.id.to_string(),
                "x": BASE64URL_NOPAD.encode(&key.signing.public),
            })
        };
        serde_json::json!({ "keys": self.jwt.keys.iter().map(key).collect::<Vec<_>>() })
    }

    /// The newest public key, base64 of its 32 bytes.
    #[must_use]
    pub fn jwt_public_key(&self) -> String {
        self.jwt
            .newest()
            .map(|key| BASE64.encode(&key.signing.public))
            .unwrap_or_default()
    }
}

fn refusal(error: &jsonwebtoken::errors::Error) -> JwtError {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        // The library reads claims only after the signature holds.
        ErrorKind::Json(_) | ErrorKind::Utf8(_) => JwtError::Claims,
        _ => JwtError::Signature,
    }
}
