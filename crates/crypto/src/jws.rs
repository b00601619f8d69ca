//! Compact JSON Web Signatures (RFC 7515) of others, cut apart. What they say is believed by nobody
//! before [`Jws::is_signed_by`].

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::public_key::{EcdsaForm, Jwk, PublicKey};

/// The header, as far as we read it.
#[derive(Deserialize)]
pub(crate) struct Header {
    /// The algorithm.
    pub(crate) alg: String,
    /// The kind of token.
    #[serde(default)]
    pub(crate) typ: Option<String>,
    /// Which key of the issuer signed.
    #[serde(default)]
    pub(crate) kid: Option<String>,
    /// The key itself.
    #[serde(default)]
    pub(crate) jwk: Option<Jwk>,
    /// Extensions that must be understood; we understand none.
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

/// A signed text in its three parts.
pub(crate) struct Jws<'a> {
    pub(crate) header: Header,
    payload: Vec<u8>,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Cuts a text of at most `longest` characters apart. `None` when it is no compact JWS.
    pub(crate) fn parse(text: &'a str, longest: usize) -> Option<Self> {
        if text.len() > longest {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).ok();
        let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
        if header.crit.is_some() {
            return None;
        }
        Some(Self {
            header,
            payload: decode(payload)?,
            signed,
            signature: decode(signature)?,
        })
    }

    /// Whether it is signed by `key`, with the one algorithm of that key.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.header.alg == key.jose_name()
            && key.verifies(EcdsaForm::Fixed, self.signed.as_bytes(), &self.signature)
    }

    /// The claims. `None` when they have another shape.
    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.payload).ok()
    }
}
