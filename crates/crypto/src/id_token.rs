//! Identity tokens of other providers (`OpenID` Connect core, section 3.1.3.7), checked with their
//! published keys.
//!
//! Invariants: the signature is by a key of the provider and by the algorithm of that key; the token
//! is for us and from them; it is in time by our clock.

use oneclaw_core::clock::Timestamp;
use serde::{Deserialize, Deserializer};
use std::time::Duration;

use crate::jws::Jws;
use crate::public_key::{Jwk, PublicKey};

/// Longest token, in characters.
const LONGEST: usize = 16 * 1024;
/// Most keys of a set that are looked at.
const MOST_KEYS: usize = 32;
/// How far the provider's clock may be off.
const SKEW: Duration = Duration::from_mins(1);

/// Why a token was refused. For logs; callers outside learn only that it is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// Not a signed JWT.
    #[error("the identity token is malformed")]
    Malformed,
    /// Signed by a key that is not in the set.
    #[error("the identity token is signed by an unknown key")]
    UnknownKey,
    /// The signature is wrong.
    #[error("the signature of the identity token is not valid")]
    Signature,
    /// Of somebody else.
    #[error("the identity token is of another issuer")]
    Issuer,
    /// For somebody else.
    #[error("the identity token is for another client")]
    Audience,
    /// Too old, or from the future.
    #[error("the identity token is not valid at this time")]
    Time,
}

/// The public keys of a provider.
#[derive(Clone, Debug)]
pub struct ProviderKeys(Vec<(String, PublicKey)>);

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<serde_json::Value>,
}

impl ProviderKeys {
    /// Reads a JWK set (RFC 7517, section 5). Keys of other kinds, and without a name, are left out.
    ///
    /// # Errors
    /// [`IdTokenError::Malformed`] when it is none.
    pub fn parse(json: &[u8]) -> Result<Self, IdTokenError> {
        let set: JwkSet = serde_json::from_slice(json).map_err(|_| IdTokenError::Malformed)?;
        let key = |value: &serde_json::Value| {
            let jwk: Jwk = Deserialize::deserialize(value).ok()?;
            Some((jwk.kid.clone()?, jwk.public_key()?))
        };
        Ok(Self(
            set.keys.iter().take(MOST_KEYS).filter_map(key).collect(),
        ))
    }

    /// Checks a token.
    ///
    /// # Errors
    /// [`IdTokenError`]. [`IdTokenError::UnknownKey`] may mean that the provider has new keys.
    pub fn verify(
        &self,
        token: &str,
        issuers: &[&str],
        client_id: &str,
        now: Timestamp,
    ) -> Result<Identity, IdTokenError> {
        let jws = Jws::parse(token, LONGEST).ok_or(IdTokenError::Malformed)?;
        let name = jws.header.kid.as_deref().ok_or(IdTokenError::UnknownKey)?;
        let (_, key) = self
            .0
            .iter()
            .find(|(id, _)| id == name)
            .ok_or(IdTokenError::UnknownKey)?;
        if !jws.is_signed_by(key) {
            return Err(IdTokenError::Signature);
        }
        let claims: Claims = jws.claims().ok_or(IdTokenError::Malformed)?;
        claims.check(issuers, client_id, now)?;
        Ok(Identity {
            subject: claims.sub,
            email: claims.email,
            email_verified: claims.email_verified,
            name: claims.name,
        })
    }
}

/// Who the provider says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The provider's own, lasting name for the account.
    pub subject: String,
    /// The address, if it tells.
    pub email: Option<String>,
    /// Whether the provider has proven that the address is the account's.
    pub email_verified: bool,
    /// The name for display, if it tells.
    pub name: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    #[serde(default)]
    azp: Option<String>,
    exp: i64,
    #[serde(default)]
    iat: Option<i64>,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    email_verified: bool,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Some providers write booleans as text.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Flag {
        Bool(bool),
        Text(String),
    }
    Ok(match Flag::deserialize(deserializer)? {
        Flag::Bool(value) => value,
        Flag::Text(text) => text == "true",
    })
}

impl Claims {
    fn check(&self, issuers: &[&str], client_id: &str, now: Timestamp) -> Result<(), IdTokenError> {
        if !issuers.contains(&self.iss.as_str()) || self.sub.is_empty() {
            return Err(IdTokenError::Issuer);
        }
        let is_for_us = match &self.aud {
            Audience::One(audience) => audience == client_id,
            Audience::Many(audiences) => audiences.iter().any(|audience| audience == client_id),
        };
        // Somebody else's token that names us among others is for them (`azp`).
        let is_by_us = match &self.azp {
            Some(party) => party == client_id,
            None => {
                matches!(&self.aud, Audience::One(_))
                    || matches!(&self.aud, Audience::Many(many) if many.len() == 1)
            }
        };
        if !is_for_us || !is_by_us {
            return Err(IdTokenError::Audience);
        }
        let (past, future) = (now.minus(SKEW).as_seconds(), now.plus(SKEW).as_seconds());
        let is_early = |at: Option<i64>| at.is_some_and(|at| at > future);
        if self.exp <= past || is_early(self.iat) || is_early(self.nbf) {
            return Err(IdTokenError::Time);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{DpopClient, Issuer};
    use serde_json::{Value, json};

    const NOW: i64 = 1_795_445_700;
    const ISSUERS: [&str; 2] = ["https://accounts.example.com", "accounts.example.com"];

    fn claims() -> Value {
        json!({
            "iss": ISSUERS[0], "aud": "us", "sub": "1234", "iat": NOW, "exp": NOW + 3600,
            "email": "alice@example.com", "email_verified": true, "name": "Alice",
        })
    }

    fn keys(issuer: &Issuer) -> ProviderKeys {
        ProviderKeys::parse(issuer.jwks().to_string().as_bytes()).unwrap()
    }

    fn verify(keys: &ProviderKeys, token: &str) -> Result<Identity, IdTokenError> {
        keys.verify(token, &ISSUERS, "us", Timestamp::from_seconds(NOW))
    }

    #[test]
    fn a_token_tells_who_it_is() {
        let issuer = Issuer::new("one");
        let identity = verify(&keys(&issuer), &issuer.sign(&claims())).unwrap();
        assert_eq!(identity.subject, "1234");
        assert_eq!(identity.email.as_deref(), Some("alice@example.com"));
        assert!(identity.email_verified);
        assert_eq!(identity.name.as_deref(), Some("Alice"));
    }

    #[test]
    fn claims_must_be_theirs_for_us_and_of_now() {
        let issuer = Issuer::new("one");
        let keys = keys(&issuer);
        for (name, value, expected) in [
            ("iss", json!("accounts.example.com"), None),
            ("aud", json!(["us"]), None),
            ("azp", json!("us"), None),
            ("exp", json!(NOW - 59), None),
            (
                "iss",
                json!("https://evil.test"),
                Some(IdTokenError::Issuer),
            ),
            ("sub", json!(""), Some(IdTokenError::Issuer)),
            ("aud", json!("them"), Some(IdTokenError::Audience)),
            ("aud", json!([]), Some(IdTokenError::Audience)),
            ("aud", json!(["us", "them"]), Some(IdTokenError::Audience)),
            ("azp", json!("them"), Some(IdTokenError::Audience)),
            ("exp", json!(NOW - 60), Some(IdTokenError::Time)),
            ("iat", json!(NOW + 61), Some(IdTokenError::Time)),
            ("nbf", json!(NOW + 61), Some(IdTokenError::Time)),
            ("exp", Value::Null, Some(IdTokenError::Malformed)),
            ("sub", Value::Null, Some(IdTokenError::Malformed)),
        ] {
            let mut claims = claims();
            claims[name] = value;
            let verified = verify(&keys, &issuer.sign(&claims));
            assert_eq!(verified.err(), expected, "{name} {claims}");
        }
        for (value, expected) in [
            (json!("true"), true),
            (json!("false"), false),
            (json!("yes"), false),
        ] {
            let mut claims = claims();
            claims["email_verified"] = value;
            let identity = verify(&keys, &issuer.sign(&claims)).unwrap();
            assert_eq!(identity.email_verified, expected);
        }
    }

    #[test]
    fn other_keys_and_algorithms_are_refused() {
        let (issuer, impostor, stranger) =
            (Issuer::new("one"), Issuer::new("one"), Issuer::new("two"));
        let keys = keys(&issuer);
        let refused = |token: &str| verify(&keys, token).err();
        assert_eq!(
            refused(&impostor.sign(&claims())),
            Some(IdTokenError::Signature)
        );
        assert_eq!(
            refused(&stranger.sign(&claims())),
            Some(IdTokenError::UnknownKey)
        );
        for alg in ["none", "HS256", "ES256", "RS512", "EdDSA"] {
            let token = issuer.sign_with(&json!({ "alg": alg, "kid": "one" }), &claims());
            assert_eq!(refused(&token), Some(IdTokenError::Signature), "{alg}");
        }
        let nameless = issuer.sign_with(&json!({ "alg": "RS256" }), &claims());
        assert_eq!(refused(&nameless), Some(IdTokenError::UnknownKey));
        // A key in the header is worth nothing.
        let client = DpopClient::default();
        let header = json!({ "alg": "ES256", "kid": "one", "jwk": client.jwk() });
        assert_eq!(
            refused(&client.sign(&header, &claims())),
            Some(IdTokenError::Signature)
        );
        for text in ["", "a.b.c", &"A".repeat(20_000)] {
            assert_eq!(refused(text), Some(IdTokenError::Malformed));
        }
        assert!(ProviderKeys::parse(b"[]").is_err());
    }
}
