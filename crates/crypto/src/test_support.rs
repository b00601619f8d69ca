//! The other side of what this crate verifies, for tests: an authenticator, a client that proves
//! possession, an identity provider. They sign for real.

#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test stops where it fails"
)]

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::webauthn::RelyingParty;

fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

enum PasskeyPair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

/// A passkey in software.
pub struct Authenticator {
    pair: PasskeyPair,
    /// Its id.
    pub credential_id: Vec<u8>,
    /// Section 6.1: user present 0x01, user verified 0x04, may be backed up 0x08, is backed up 0x10.
    pub flags: u8,
    /// Signatures so far; it counts on with each while it is not 0.
    pub sign_count: u32,
}

/// A made passkey, as browsers send it.
pub struct Attestation {
    /// JSON.
    pub client_data: Vec<u8>,
    /// CBOR.
    pub attestation_object: Vec<u8>,
}

/// A used passkey, as browsers send it.
pub struct SignedAssertion {
    /// JSON.
    pub client_data: Vec<u8>,
    /// Bytes.
    pub authenticator_data: Vec<u8>,
    /// Over both.
    pub signature: Vec<u8>,
}

impl Authenticator {
    /// A passkey on P-256 that counts its signatures and verifies its user.
    #[must_use]
    pub fn es256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        Self::new(PasskeyPair::Es256(pair), 1)
    }

    /// A passkey with Ed25519 that is synchronised between devices, so it does not count.
    #[must_use]
    pub fn eddsa() -> Self {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let mut passkey = Self::new(PasskeyPair::EdDsa(pair), 0);
        passkey.flags |= 0x18;
        passkey
    }

    fn new(pair: PasskeyPair, sign_count: u32) -> Self {
        let mut passkey = Self {
            pair,
            credential_id: Vec::new(),
            flags: 0x05,
            sign_count,
        };
        let id = digest::digest(&digest::SHA256, &passkey.cose_key());
        passkey.credential_id = id.as_ref().to_vec();
        passkey
    }

    /// RFC 9053, section 7, in the canonical order of CTAP2.
    fn cose_key(&self) -> Vec<u8> {
        match &self.pair {
            PasskeyPair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
                // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
                let head = [0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32];
                [&head[..], x, &[0x22, 0x58, 32], y].concat()
            }
            PasskeyPair::EdDsa(pair) => {
                // {1: 1, 3: -8, -1: 6, -2: x}
                let head = [0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 32];
                [&head[..], pair.public_key().as_ref()].concat()
            }
        }
    }

    fn authenticator_data(&self, party: &RelyingParty, flags: u8) -> Vec<u8> {
        let hash = digest::digest(&digest::SHA256, party.id.as_bytes());
        [hash.as_ref(), &[flags], &self.sign_count.to_be_bytes()].concat()
    }

    /// Makes the passkey.
    #[must_use]
    pub fn register(&self, party: &RelyingParty, challenge: &str) -> Attestation {
        let mut data = self.authenticator_data(party, self.flags | 0x40);
        data.extend_from_slice(&[0; 16]);
        let length = u16::try_from(self.credential_id.len()).expect("a short id");
        data.extend_from_slice(&length.to_be_bytes());
        data.extend_from_slice(&self.credential_id);
        data.extend_from_slice(&self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = vec![0xa3, 0x63];
        object.extend_from_slice(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        let length = u16::try_from(data.len()).expect("short data");
        object.extend_from_slice(&length.to_be_bytes());
        object.extend_from_slice(&data);
        Attestation {
            client_data: client_data("webauthn.create", party, challenge),
            attestation_object: object,
        }
    }

    /// Uses the passkey.
    pub fn assert(&mut self, party: &RelyingParty, challenge: &str) -> SignedAssertion {
        if self.sign_count > 0 {
            self.sign_count += 1;
        }
        let authenticator_data = self.authenticator_data(party, self.flags);
        let client_data = client_data("webauthn.get", party, challenge);
        let hash = digest::digest(&digest::SHA256, &client_data);
        let message = [&authenticator_data[..], hash.as_ref()].concat();
        let signature = match &self.pair {
            PasskeyPair::Es256(pair) => pair
                .sign(&SystemRandom::new(), &message)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            PasskeyPair::EdDsa(pair) => pair.sign(&message).as_ref().to_vec(),
        };
        SignedAssertion {
            client_data,
            authenticator_data,
            signature,
        }
    }
}

fn client_data(kind: &str, party: &RelyingParty, challenge: &str) -> Vec<u8> {
    let data = json!({ "type": kind, "challenge": challenge, "origin": party.origin, "crossOrigin": false });
    data.to_string().into_bytes()
}

/// A client that proves possession of a key with each request (RFC 9449), as the published ones do.
pub struct DpopClient(EcdsaKeyPair);

impl Default for DpopClient {
    fn default() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }
}

impl DpopClient {
    /// The public key, as a browser exports it.
    #[must_use]
    pub fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y), "ext": true, "key_ops": ["verify"] })
    }

    /// A proof, with claims that a test may choose.
    #[must_use]
    pub fn proof_of(&self, claims: &Value) -> String {
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() });
        self.sign(&header, claims)
    }

    /// A proof for a request at a time, with an id of its own.
    #[must_use]
    pub fn proof(&self, method: &str, url: &str, seconds: i64, id: &str) -> String {
        self.proof_of(&json!({ "jti": id, "htm": method, "htu": url, "iat": seconds }))
    }

    /// Signs whatever it is given.
    #[must_use]
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes());
        format!(
            "{signed}.{}",
            base64url(signature.expect("signed").as_ref())
        )
    }
}

/// An identity provider with one RSA key.
pub struct Issuer {
    pair: RsaKeyPair,
    /// The name of its key.
    pub key_id: String,
}

impl Issuer {
    /// A provider with a new key.
    #[must_use]
    pub fn new(key_id: &str) -> Self {
        Self {
            pair: RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"),
            key_id: key_id.to_owned(),
        }
    }

    /// Its public key set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        let key = self.pair.public_key();
        let number = |bytes: &[u8]| base64url(bytes);
        json!({ "keys": [{
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": self.key_id,
            "n": number(key.modulus().big_endian_without_leading_zero()),
            "e": number(key.exponent().big_endian_without_leading_zero()),
        }] })
    }

    /// An identity token.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_with(
            &json!({ "alg": "RS256", "typ": "JWT", "kid": self.key_id }),
            claims,
        )
    }

    /// A token with a header that a test may choose.
    #[must_use]
    pub fn sign_with(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .expect("a signature");
        format!("{signed}.{}", base64url(&signature))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}
