//! Public keys of others: of passkeys, of clients that prove possession, of identity providers.
//!
//! Invariant: the key decides the algorithm. What a message says about its algorithm is compared with
//! that and never chooses anything.

use aws_lc_rs::digest;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;

/// How an ECDSA signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EcdsaForm {
    /// A DER sequence (`WebAuthn`).
    Asn1,
    /// Two numbers of 32 bytes (JOSE).
    Fixed,
}

/// A public key that verifies signatures over SHA-256 (or Ed25519).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// ECDSA on P-256; the uncompressed point.
    P256([u8; 65]),
    /// Ed25519.
    Ed25519([u8; 32]),
    /// RSA with PKCS1 v1.5.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Puts a P-256 key together from its coordinates.
    pub(crate) fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        if x.len() != 32 || y.len() != 32 {
            return None;
        }
        let point = [&[0x04], x, y].concat();
        Some(Self::P256(point.try_into().ok()?))
    }

    /// Takes an Ed25519 key over.
    pub(crate) fn ed25519(x: &[u8]) -> Option<Self> {
        x.try_into().ok().map(Self::Ed25519)
    }

    /// Puts an RSA key together, of a size that the library verifies with.
    pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Option<Self> {
        let length = n.len() * 8;
        if !(2048..=8192).contains(&length) || e.is_empty() || e.len() > 8 {
            return None;
        }
        Some(Self::Rsa {
            n: n.to_vec(),
            e: e.to_vec(),
        })
    }

    /// The `alg` of JOSE for signatures under this key.
    pub(crate) const fn jose_name(&self) -> &'static str {
        match self {
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
            Self::Rsa { .. } => "RS256",
        }
    }

    /// Whether `signature` is one of `message` under this key.
    pub(crate) fn verifies(&self, form: EcdsaForm, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::P256(point) => match form {
                EcdsaForm::Asn1 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
                    .verify(message, signature),
                EcdsaForm::Fixed => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature),
            },
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa { n, e } => {
                PublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }

    /// The thumbprint of the key as a JWK (RFC 7638): base64url of a SHA-256.
    pub(crate) fn thumbprint(&self) -> String {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let canonical = match self {
            Self::P256(point) => {
                let (x, y) = point
                    .split_at_checked(33)
                    .map(|(x, y)| (x.get(1..).unwrap_or_default(), y))
                    .unwrap_or_default();
                format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                    encode(x),
                    encode(y)
                )
            }
            Self::Ed25519(key) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(key))
            }
            Self::Rsa { n, e } => {
                format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n))
            }
        };
        encode(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
    }
}

/// A JSON Web Key (RFC 7517), as far as we read it. Other members are ignored.
#[derive(Deserialize)]
pub(crate) struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    /// Which key of a set it is.
    #[serde(default)]
    pub(crate) kid: Option<String>,
    /// Present in private keys.
    #[serde(default)]
    d: Option<serde::de::IgnoredAny>,
    /// Present in symmetric keys.
    #[serde(default)]
    k: Option<serde::de::IgnoredAny>,
}

impl Jwk {
    /// The public key; `None` for other kinds of keys, and for one that came with its private half.
    pub(crate) fn public_key(&self) -> Option<PublicKey> {
        if self.d.is_some() || self.k.is_some() {
            return None;
        }
        let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        match (self.kty.as_str(), self.crv.as_str()) {
            ("EC", "P-256") => PublicKey::p256(&decode(&self.x)?, &decode(&self.y)?),
            ("OKP", "Ed25519") => PublicKey::ed25519(&decode(&self.x)?),
            ("RSA", _) => PublicKey::rsa(&decode(&self.n)?, &decode(&self.e)?),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(json: &str) -> Option<PublicKey> {
        serde_json::from_str::<Jwk>(json).unwrap().public_key()
    }

    /// RFC 7638, section 3.1, and RFC 8037, appendix A.3.
    #[test]
    fn thumbprints_of_the_standards() {
        let rsa = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
        assert_eq!(
            key(rsa).unwrap().thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        let ed25519 =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(
            key(ed25519).unwrap().thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        // RFC 9449, sections 4.1 and 6.1.
        let p256 = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256","ext":true,"key_ops":["verify"]}"#;
        assert_eq!(
            key(p256).unwrap().thumbprint(),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        );
    }

    #[test]
    fn other_kinds_and_private_halves_are_no_public_keys() {
        for json in [
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"}"#,
            r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#,
            r#"{"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        ] {
            assert_eq!(key(json), None, "{json}");
        }
    }
}
