//! Proofs of possession (RFC 9449): a client signs each request with a key of its own, and a token
//! that names this key is worth nothing without such a proof.
//!
//! Published clients send no `ath` claim and write `Bearer` in front of the token; both are taken.
//! Where `ath` comes, it must be right.
//!
//! Invariant: a proof that is accepted is of this method, this address and this minute. Whether it
//! came before is for the caller to find out, by [`Proof::id`].

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::clock::Timestamp;
use serde::Deserialize;
use std::time::Duration;
use url::Url;

use crate::jws::Jws;
use crate::public_key::{Jwk, PublicKey};

/// Longest proof, in characters.
const LONGEST: usize = 4 * 1024;
/// Longest `jti`.
const LONGEST_ID: usize = 256;
/// How far the clock of a client may be off, either way.
const SKEW: Duration = Duration::from_mins(1);

/// Why a proof is none. Each of them is the client's to mend, and none tells anything about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    /// No public P-256 or Ed25519 key.
    #[error("the key of the proof must be a public P-256 or Ed25519 key, as a JWK")]
    Key,
    /// Not a JWS of type `dpop+jwt`.
    #[error("the proof must be a signed JWT of type dpop+jwt with its public key in the header")]
    Form,
    /// The signature is wrong.
    #[error("the signature of the proof is not valid")]
    Signature,
    /// Claims are missing.
    #[error("the proof needs the claims jti, htm, htu and iat")]
    Claims,
    /// For another method.
    #[error("the proof is for another method (htm)")]
    Method,
    /// For another address.
    #[error("the proof is for another address (htu); it must be the public one, without a query")]
    Address,
    /// Too old, or from the future.
    #[error("the proof was not made just now (iat); check the clock")]
    Time,
    /// For another token.
    #[error("the proof is for another token (ath)")]
    Token,
}

/// The request that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct ProvenRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The public address. A query does not matter.
    pub url: &'a str,
    /// The access token that comes with it, if one does.
    pub token: Option<&'a str>,
}

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The thumbprint of the key (RFC 7638).
    pub thumbprint: String,
    /// Names this proof among all that were ever made with any key.
    pub id: [u8; 32],
    /// From when on a copy of it would be refused as too old.
    pub expires_at: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: f64,
    #[serde(default)]
    ath: Option<String>,
}

/// The thumbprint of a public key that a client sends as a JWK (RFC 7638).
///
/// # Errors
/// [`DpopError::Key`] for anything but a public P-256 or Ed25519 key.
pub fn thumbprint(jwk: &serde_json::Value) -> Result<String, DpopError> {
    let jwk: Jwk = Deserialize::deserialize(jwk).map_err(|_| DpopError::Key)?;
    Ok(client_key(&jwk)?.thumbprint())
}

fn client_key(jwk: &Jwk) -> Result<PublicKey, DpopError> {
    match jwk.public_key() {
        Some(key @ (PublicKey::P256(_) | PublicKey::Ed25519(_))) => Ok(key),
        _ => Err(DpopError::Key),
    }
}

/// Checks a proof.
///
/// # Errors
/// [`DpopError`].
pub fn verify(
    proof: &str,
    request: &ProvenRequest<'_>,
    now: Timestamp,
) -> Result<Proof, DpopError> {
    let jws = Jws::parse(proof, LONGEST).ok_or(DpopError::Form)?;
    if jws.header.typ.as_deref() != Some("dpop+jwt") {
        return Err(DpopError::Form);
    }
    let key = client_key(jws.header.jwk.as_ref().ok_or(DpopError::Form)?)?;
    if !jws.is_signed_by(&key) {
        return Err(DpopError::Signature);
    }
    let claims: Claims = jws.claims().ok_or(DpopError::Claims)?;
    if claims.jti.is_empty() || claims.jti.len() > LONGEST_ID {
        return Err(DpopError::Claims);
    }
    if claims.htm != request.method {
        return Err(DpopError::Method);
    }
    if !is_same_address(&claims.htu, request.url) {
        return Err(DpopError::Address);
    }
    let made_at = whole_seconds(claims.iat).ok_or(DpopError::Claims)?;
    if made_at.plus(SKEW) < now || made_at > now.plus(SKEW) {
        return Err(DpopError::Time);
    }
    if let Some(presented) = claims.ath {
        let token = request.token.ok_or(DpopError::Token)?;
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        if presented != BASE64URL_NOPAD.encode(hash.as_ref()) {
            return Err(DpopError::Token);
        }
    }
    let thumbprint = key.thumbprint();
    let mut id = digest::Context::new(&digest::SHA256);
    // A thumbprint has a fixed length, so it and the id cannot be confused.
    id.update(thumbprint.as_bytes());
    id.update(claims.jti.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(id.finish().as_ref());
    Ok(Proof {
        thumbprint,
        id: bytes,
        // A copy is refused from one skew after it was made; the second is for nodes whose clocks differ.
        expires_at: made_at.plus(SKEW.saturating_mul(2)),
    })
}

/// JSON has one kind of number, and some clients divide milliseconds by a thousand.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to lie between the years 1970 and 9999"
)]
fn whole_seconds(seconds: f64) -> Option<Timestamp> {
    (0.0..=253_402_300_799.0)
        .contains(&seconds)
        .then(|| Timestamp::from_seconds(seconds as i64))
}

/// RFC 9449, section 4.3: without query and fragment, after normalisation (RFC 3986, section 6.2).
fn is_same_address(theirs: &str, ours: &str) -> bool {
    let normalised = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    match (normalised(theirs), normalised(ours)) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
