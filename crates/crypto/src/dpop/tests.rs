use super::*;
use crate::test_support::DpopClient;
use serde_json::{Value, json};

/// The proof of RFC 9449, section 4.1 (figure 2), made at 1562262616.
const PUBLISHED: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const PUBLISHED_AT: i64 = 1_562_262_616;

const REQUEST: ProvenRequest<'_> = ProvenRequest {
    method: "POST",
    url: "https://server.example.com/token",
    token: None,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(PUBLISHED_AT + seconds)
}

#[test]
fn the_proof_of_the_standard_holds() {
    let proof = verify(PUBLISHED, &REQUEST, at(0)).unwrap();
    assert_eq!(
        proof.thumbprint,
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    );
    assert!(proof.expires_at > at(60));
}

#[test]
fn a_proof_is_for_one_minute_one_method_and_one_address() {
    for (seconds, expected) in [
        (-61, Err(DpopError::Time)),
        (-60, Ok(())),
        (60, Ok(())),
        (61, Err(DpopError::Time)),
    ] {
        let verified = verify(PUBLISHED, &REQUEST, at(seconds)).map(|_| ());
        assert_eq!(verified, expected, "{seconds}");
    }
    let with = |method, url| {
        let request = ProvenRequest {
            method,
            url,
            token: None,
        };
        verify(PUBLISHED, &request, at(0)).map(|_| ())
    };
    assert_eq!(
        with("GET", "https://server.example.com/token"),
        Err(DpopError::Method)
    );
    for url in [
        "https://SERVER.example.com:443/token?a=b#c",
        "https://server.example.com/x/../token",
    ] {
        assert_eq!(with("POST", url), Ok(()), "{url}");
    }
    for url in [
        "http://server.example.com/token",
        "https://server.example.com:8443/token",
        "https://server.example.com/token/",
        "https://server.example.com/Token",
        "https://other.example.com/token",
        "token",
    ] {
        assert_eq!(with("POST", url), Err(DpopError::Address), "{url}");
    }
}

/// A client with a key.
struct Client(DpopClient);

impl Client {
    fn new() -> Self {
        Self(DpopClient::default())
    }

    fn jwk(&self) -> Value {
        self.0.jwk()
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        self.0.sign(header, claims)
    }
}

fn claims() -> Value {
    json!({ "jti": "1", "htm": "POST", "htu": "https://server.example.com/token", "iat": PUBLISHED_AT })
}

#[test]
fn a_proof_for_a_token_is_for_that_token() {
    let client = Client::new();
    let with = |ath: &str, token| {
        let mut claims = claims();
        claims["ath"] = json!(ath);
        let request = ProvenRequest { token, ..REQUEST };
        verify(&client.sign(&client.header(), &claims), &request, at(0)).map(|_| ())
    };
    // RFC 9449, section 7.1.
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    let hash = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
    assert_eq!(with(hash, Some(token)), Ok(()));
    assert_eq!(with(hash, Some("another")), Err(DpopError::Token));
    assert_eq!(with(hash, None), Err(DpopError::Token));
    assert_eq!(with("", Some(token)), Err(DpopError::Token));
}

#[test]
fn what_is_forged_or_incomplete_is_refused() {
    let (client, other) = (Client::new(), Client::new());
    let check = |proof: &str| verify(proof, &REQUEST, at(0)).map(|_| ());
    assert_eq!(check(&client.sign(&client.header(), &claims())), Ok(()));
    // Another key in the header than the one that signed.
    assert_eq!(
        check(&other.sign(&client.header(), &claims())),
        Err(DpopError::Signature)
    );
    let with_header = |name: &str, value: Value| {
        let mut header = client.header();
        header[name] = value;
        check(&client.sign(&header, &claims()))
    };
    assert_eq!(with_header("typ", json!("JWT")), Err(DpopError::Form));
    assert_eq!(with_header("typ", Value::Null), Err(DpopError::Form));
    assert_eq!(with_header("jwk", Value::Null), Err(DpopError::Form));
    assert_eq!(with_header("crit", json!(["x"])), Err(DpopError::Form));
    for alg in ["none", "HS256", "RS256", "EdDSA"] {
        assert_eq!(
            with_header("alg", json!(alg)),
            Err(DpopError::Signature),
            "{alg}"
        );
    }
    let mut private = client.jwk();
    private["d"] = json!("AAAA");
    assert_eq!(with_header("jwk", private), Err(DpopError::Key));
    for (name, value) in [
        ("jti", json!("")),
        ("jti", json!("x".repeat(257))),
        ("jti", Value::Null),
        ("htm", Value::Null),
        ("htu", Value::Null),
        ("iat", json!("now")),
        ("iat", json!(-1)),
        ("iat", json!(1e300)),
    ] {
        let mut claims = claims();
        claims[name] = value;
        assert_eq!(
            check(&client.sign(&client.header(), &claims)),
            Err(DpopError::Claims),
            "{name}"
        );
    }
    for text in ["", "a.b", "a.b.c", "..", PUBLISHED.trim_end_matches('g')] {
        assert!(check(text).is_err(), "{text}");
    }
    assert_eq!(check(&"A".repeat(5000)), Err(DpopError::Form));
}

#[test]
fn proofs_are_told_apart_by_key_and_id() {
    let (one, two) = (Client::new(), Client::new());
    let id = |client: &Client, jti: &str| {
        let mut claims = claims();
        claims["jti"] = json!(jti);
        let proof = client.sign(&client.header(), &claims);
        verify(&proof, &REQUEST, at(0)).unwrap().id
    };
    assert_eq!(id(&one, "1"), id(&one, "1"));
    assert_ne!(id(&one, "1"), id(&one, "2"));
    assert_ne!(id(&one, "1"), id(&two, "1"));
}

#[test]
fn the_key_that_a_token_is_bound_to_is_public_and_of_a_known_kind() {
    let client = Client::new();
    let mut jwk = client.jwk();
    let proof = client.sign(&client.header(), &claims());
    let proven = verify(&proof, &REQUEST, at(0)).unwrap().thumbprint;
    assert_eq!(thumbprint(&jwk), Ok(proven));
    jwk["d"] = json!("AAAA");
    for wrong in [
        jwk,
        json!({}),
        json!(null),
        json!({ "kty": "oct", "k": "AA" }),
    ] {
        assert_eq!(thumbprint(&wrong), Err(DpopError::Key), "{wrong}");
    }
}
