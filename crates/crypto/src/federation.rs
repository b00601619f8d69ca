//! Tokens for other services that trust this instance: JWTs signed with RSA (RS256), because that is
//! what every such service verifies.
//!
//! Invariant: these tokens are worth nothing here. Our own are signed with Ed25519, and no header but
//! theirs is read (see [`crate::jwt`]).

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::secret::SecretBytes;
use serde::Serialize;

use crate::seal::KeyId;

/// The key could not be made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the federation key cannot be used")]
pub struct FederationError;

/// The claims of a token for another service.
#[derive(Clone, Debug, Serialize)]
pub struct FederatedClaims {
    /// This instance.
    pub iss: String,
    /// The agent.
    pub sub: String,
    /// The service.
    pub aud: String,
    /// When it was issued, in seconds.
    pub iat: i64,
    /// When it ends, in seconds.
    pub exp: i64,
    /// Its id.
    pub jti: String,
    /// The organisation of the agent.
    pub org: String,
    /// What it is for, if less than all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A key pair that signs tokens for other services.
pub struct FederationKey {
    id: KeyId,
    pair: KeyPair,
}

impl FederationKey {
    /// Draws a new key of 2048 bits. Its randomness is the cryptographic library's own: it makes RSA
    /// keys from no other.
    ///
    /// # Errors
    /// [`FederationError`] when the library fails.
    pub fn generate(id: KeyId) -> Result<Self, FederationError> {
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| FederationError)?;
        Ok(Self { id, pair })
    }

    /// Reads a key that was stored.
    ///
    /// # Errors
    /// [`FederationError`] when it is none.
    pub fn from_pkcs8(id: KeyId, pkcs8: &SecretBytes) -> Result<Self, FederationError> {
        let pair = KeyPair::from_pkcs8(pkcs8.expose()).map_err(|_| FederationError)?;
        Ok(Self { id, pair })
    }

    /// For sealing.
    ///
    /// # Errors
    /// [`FederationError`] when the library fails.
    pub fn to_pkcs8(&self) -> Result<SecretBytes, FederationError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| FederationError)?;
        Ok(SecretBytes::from(der.as_ref().to_vec()))
    }

    /// Its name, the `kid` of its tokens.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The public key (RFC 7517, RFC 7518 section 6.3).
    #[must_use]
    pub fn jwk(&self) -> serde_json::Value {
        let key = self.pair.public_key();
        let number = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        serde_json::json!({
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": self.id.to_string(),
            "n": number(key.modulus().big_endian_without_leading_zero()),
            "e": number(key.exponent().big_endian_without_leading_zero()),
        })
    }

    /// Signs a token.
    ///
    /// # Errors
    /// [`FederationError`] when the library fails.
    pub fn sign(&self, claims: &FederatedClaims) -> Result<String, FederationError> {
        let header = format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{}"}}"#, self.id);
        let payload = serde_json::to_vec(claims).map_err(|_| FederationError)?;
        let mut token = BASE64URL_NOPAD.encode(header.as_bytes());
        token.push('.');
        BASE64URL_NOPAD.encode_append(&payload, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                token.as_bytes(),
                &mut signature,
            )
            .map_err(|_| FederationError)?;
        token.push('.');
        BASE64URL_NOPAD.encode_append(&signature, &mut token);
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Keyring;
    use crate::id_token::ProviderKeys;
    use crate::jwt::JwtError;
    use oneclaw_core::clock::{SeededRandom, Timestamp};

    #[test]
    fn others_verify_a_token_with_the_published_key_and_we_do_not_take_it() {
        let random = SeededRandom::new(9);
        let made = FederationKey::generate(KeyId::generate(&random)).unwrap();
        let stored = made.to_pkcs8().unwrap();
        let key = FederationKey::from_pkcs8(made.id(), &stored).unwrap();
        assert_eq!(key.jwk(), made.jwk());
        let token = key
            .sign(&FederatedClaims {
                iss: "https://vault.example.com".into(),
                sub: "agent:1".into(),
                aud: "https://api.example.org".into(),
                iat: 1000,
                exp: 1900,
                jti: "x".into(),
                org: "y".into(),
                scope: None,
            })
            .unwrap();
        let published = serde_json::json!({ "keys": [key.jwk()] }).to_string();
        let now = Timestamp::from_seconds(1000);
        let verified = ProviderKeys::parse(published.as_bytes()).unwrap().verify(
            &token,
            &["https://vault.example.com"],
            "https://api.example.org",
            now,
        );
        assert_eq!(verified.unwrap().subject, "agent:1");
        let keyring = Keyring::from_keys(Keyring::generate(&random)).unwrap();
        assert_eq!(
            keyring.verify_jwt(&token, "https://vault.example.com", now),
            Err(JwtError::ForeignHeader)
        );
        assert!(FederationKey::from_pkcs8(made.id(), &b"no key".to_vec().into()).is_err());
    }
}
