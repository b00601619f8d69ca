use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use oneclaw_core::caller::{AuthMethod, Principal};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::AgentId;
use oneclaw_crypto::Keyring;
use oneclaw_crypto::jwt::{Claims, JwtError, MAXIMUM_TOKEN_LENGTH};
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose};
use serde_json::{Value, json};

use crate::{NOW, id, keyring, random};

const ISSUER: &str = "https://vault.example.com";

fn claims() -> Claims {
    Claims {
        iss: ISSUER.into(),
        sub: Principal::Agent(AgentId::from_uuid(id(1))),
        org: id(2),
        scopes: vec!["prod/**".into()],
        vault_ids: Some(vec![]),
        exp: NOW.plus(Duration::from_mins(15)),
        iat: NOW,
        jti: id(3),
        sid: None,
        key: None,
        amr: Vec::new(),
        epo: 5,
        oep: 7,
        intents_api_enabled: None,
        environment: None,
        cnf: None,
        aud: None,
        scope: None,
        client_id: None,
        grant: None,
    }
}

fn token() -> String {
    keyring(140).sign_jwt(&claims()).unwrap()
}

fn verify(token: &str) -> Result<Claims, JwtError> {
    keyring(140).verify_jwt(token, ISSUER, NOW)
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

fn encode(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// Signs arbitrary header and claims with the real key of `keyring(140)`, through the library.
fn signed_by_us(header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = real_key().sign(message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

/// The seeded generator makes it possible to have the signing key outside of the keyring.
fn real_key() -> aws_lc_rs::signature::Ed25519KeyPair {
    use oneclaw_core::clock::Random;
    let random = random(140);
    let mut seed = [0; 32];
    for purpose in KeyPurpose::ALL {
        random.fill(&mut [0; 8]);
        random.fill(&mut seed);
        if purpose == KeyPurpose::JwtSigning {
            break;
        }
    }
    aws_lc_rs::signature::Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}

fn header() -> Value {
    part(&token(), 0)
}

#[test]
fn a_token_has_the_parts_and_claims_of_the_wire_contract() {
    let token = token();
    assert_eq!(token.split('.').count(), 3);
    let header = part(&token, 0);
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!(header["typ"], "JWT");
    assert_eq!(header["kid"], keyring(140).jwks()["keys"][0]["kid"]);
    let expected = json!({
        "iss": ISSUER,
        "sub": format!("agent:{}", id::<AgentId>(1)),
        "org": id::<AgentId>(2),
        "scopes": ["prod/**"],
        "vault_ids": [],
        "exp": NOW.as_seconds() + 900,
        "iat": NOW.as_seconds(),
        "jti": id::<AgentId>(3),
        "epo": 5,
        "oep": 7,
    });
    assert_eq!(part(&token, 1), expected);
    assert_eq!(verify(&token), Ok(claims()));
}

#[test]
fn a_users_token_has_a_session_and_no_vaults() {
    let user = Claims {
        sub: Principal::User(id(1)),
        vault_ids: None,
        sid: Some(id(4)),
        key: Some(id(5)),
        amr: vec![AuthMethod::Device],
        intents_api_enabled: Some(false),
        environment: Some("staging".into()),
        cnf: None,
        ..claims()
    };
    let token = keyring(140).sign_jwt(&user).unwrap();
    assert_eq!(part(&token, 1).get("vault_ids"), None);
    assert_eq!(verify(&token), Ok(user));
}

#[test]
fn times_are_judged_by_the_given_clock_without_leeway() {
    let token = token();
    let at = |now: Timestamp| keyring(140).verify_jwt(&token, ISSUER, now).map(|_| ());
    let second = Duration::from_secs(1);
    let exp = claims().exp;
    assert_eq!(at(exp.minus(Duration::from_millis(1))), Ok(()));
    assert_eq!(at(exp), Err(JwtError::Expired));
    assert_eq!(at(exp.plus(second)), Err(JwtError::Expired));
    assert_eq!(at(Timestamp::MAX), Err(JwtError::Expired));
    assert_eq!(at(NOW.minus(second * 60)), Ok(()));
    assert_eq!(at(NOW.minus(second * 61)), Err(JwtError::IssuedInFuture));
    assert_eq!(at(Timestamp::MIN), Err(JwtError::IssuedInFuture));
}

#[test]
fn the_issuer_must_match_exactly() {
    for issuer in [
        "",
        "https://vault.example.com/",
        "https://VAULT.example.com",
        "x",
    ] {
        let result = keyring(140).verify_jwt(&token(), issuer, NOW);
        assert_eq!(result, Err(JwtError::Issuer), "{issuer}");
    }
}

#[test]
fn any_changed_character_is_refused() {
    let token = token();
    for index in 0..token.len() {
        let replacement = if &token[index..=index] == "A" {
            "B"
        } else {
            "A"
        };
        let changed = format!("{}{replacement}{}", &token[..index], &token[index + 1..]);
        let error = verify(&changed).expect_err("a changed token must not verify");
        assert!(
            matches!(error, JwtError::ForeignHeader | JwtError::Signature),
            "{index} {error}"
        );
    }
    for length in 0..token.len() {
        assert!(verify(&token[..length]).is_err(), "{length}");
    }
}

#[test]
fn other_shapes_are_refused() {
    let token = token();
    let parts: Vec<_> = token.split('.').collect();
    let bad = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        format!("{token}."),
        format!("{token}.x"),
        format!(".{token}"),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{token}="),
        format!("{}..{}", parts[0], parts[2]),
        format!("{}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[1], parts[0], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].to_lowercase()),
        "Bearer ".to_owned() + &token,
    ];
    for text in bad {
        assert!(verify(&text).is_err(), "{text}");
    }
}

#[test]
fn a_giant_text_is_refused_unread() {
    let giant = format!("{}{}", token(), "A".repeat(MAXIMUM_TOKEN_LENGTH));
    assert_eq!(verify(&giant), Err(JwtError::TooLong));
}

#[test]
fn a_token_too_long_to_verify_is_never_issued() {
    let scopes = vec!["a".repeat(500); 20];
    let result = keyring(140).sign_jwt(&Claims { scopes, ..claims() });
    assert_eq!(result, Err(JwtError::TooLong));
}

/// Every one of these carries a valid signature of our real key, or what an attacker would put
/// there.
#[test]
fn no_other_header_is_accepted() {
    let claims = part(&token(), 1);
    let with = |name: &str, value: Value| {
        let mut header = header();
        header[name] = value;
        signed_by_us(&header, &claims)
    };
    // The helper itself makes acceptable tokens when nothing is changed but key order.
    let ours = token();
    let our_header = ours.split('.').next().unwrap();
    let message = format!("{our_header}.{}", encode(&claims));
    let signature = BASE64URL_NOPAD.encode(real_key().sign(message.as_bytes()).as_ref());
    assert!(verify(&format!("{message}.{signature}")).is_ok());

    let jwk = keyring(140).jwks()["keys"][0].clone();
    let mut tokens = vec![
        with("alg", json!("none")),
        with("alg", json!("None")),
        with("alg", json!("HS256")),
        with("alg", json!("ES256")),
        with("alg", json!("eddsa")),
        with("alg", json!(["EdDSA"])),
        with("typ", json!("at+jwt")),
        with("kid", json!("0000000000000000")),
        with("kid", json!("../../../../dev/null")),
        with("kid", json!("' OR 1=1 --")),
        with("kid", json!(null)),
        with("jku", json!("https://attacker.example/jwks.json")),
        with("jwk", jwk),
        with("x5u", json!("https://attacker.example/cert.pem")),
        with("x5c", json!(["MIIB"])),
        with("crit", json!(["exp"])),
        with("b64", json!(false)),
        with("zip", json!("DEF")),
        with("cty", json!("JWT")),
    ];
    for missing in ["alg", "typ", "kid"] {
        let mut header = header();
        header.as_object_mut().unwrap().remove(missing);
        tokens.push(signed_by_us(&header, &claims));
    }
    tokens.push(signed_by_us(&json!([]), &claims));
    for token in tokens {
        let header = part(&token, 0);
        assert_eq!(verify(&token), Err(JwtError::ForeignHeader), "{header}");
    }
}

#[test]
fn unsigned_and_public_key_signed_tokens_are_refused() {
    let claims = encode(&part(&token(), 1));
    let unsigned = format!(
        "{}.{claims}.",
        encode(&json!({ "alg": "none", "typ": "JWT" }))
    );
    assert_eq!(verify(&unsigned), Err(JwtError::ForeignHeader));

    // The classic confusion: the public key as an HMAC secret.
    let public_key = BASE64
        .decode(keyring(140).jwt_public_key().as_bytes())
        .unwrap();
    let header = token().split('.').next().unwrap().to_owned();
    for header in [header, encode(&json!({ "alg": "HS256", "typ": "JWT" }))] {
        let message = format!("{header}.{claims}");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &public_key);
        let tag = BASE64URL_NOPAD.encode(hmac::sign(&key, message.as_bytes()).as_ref());
        assert!(verify(&format!("{message}.{tag}")).is_err());
    }
}

#[test]
fn tokens_of_another_instance_are_refused() {
    let foreign = keyring(141).sign_jwt(&claims()).unwrap();
    assert_eq!(verify(&foreign), Err(JwtError::ForeignHeader));
    // Also with our header glued on.
    let ours = token();
    let (our_header, _) = ours.split_once('.').unwrap();
    let (_, rest) = foreign.split_once('.').unwrap();
    assert_eq!(
        verify(&format!("{our_header}.{rest}")),
        Err(JwtError::Signature)
    );
}

#[test]
fn incomplete_claims_are_refused_in_spite_of_the_signature() {
    let ours = token();
    let header = ours.split('.').next().unwrap();
    let sign = |claims: &Value| {
        let message = format!("{header}.{}", encode(claims));
        let signature = real_key().sign(message.as_bytes());
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    };
    let complete = part(&ours, 1);
    assert!(verify(&sign(&complete)).is_ok());
    for name in [
        "iss", "sub", "org", "scopes", "exp", "iat", "jti", "epo", "oep",
    ] {
        let mut claims = complete.clone();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(verify(&sign(&claims)), Err(JwtError::Claims), "{name}");
    }
    for (name, value) in [
        ("exp", json!("1")),
        ("exp", json!(1e12)),
        ("exp", json!(null)),
        ("sub", json!("system:x")),
        ("org", json!("x")),
        ("scopes", json!("prod/**")),
        ("vault_ids", json!(["x"])),
        ("epo", json!(1.5)),
    ] {
        let mut claims = complete.clone();
        claims[name] = value;
        assert_eq!(verify(&sign(&claims)), Err(JwtError::Claims), "{name}");
    }
    assert_eq!(verify(&sign(&json!([]))), Err(JwtError::Claims));
    assert_eq!(verify(&sign(&json!(null))), Err(JwtError::Claims));
}

#[test]
fn after_rotation_old_tokens_verify_and_new_ones_use_the_new_key() {
    let old = Keyring::generate(&random(140));
    let old_key = old
        .into_iter()
        .find(|key| key.purpose() == KeyPurpose::JwtSigning)
        .unwrap();
    let mut keys: Vec<InstanceKey> = Keyring::generate(&random(142));
    keys.push(old_key);
    let rotated = Keyring::from_keys(keys).unwrap();

    assert_eq!(rotated.verify_jwt(&token(), ISSUER, NOW), Ok(claims()));
    let new = rotated.sign_jwt(&claims()).unwrap();
    assert_eq!(rotated.verify_jwt(&new, ISSUER, NOW), Ok(claims()));
    assert_eq!(verify(&new), Err(JwtError::ForeignHeader));
    let jwks = rotated.jwks();
    let key_ids: Vec<_> = jwks["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert_eq!(key_ids.len(), 2);
    assert_eq!(part(&new, 0)["kid"], *key_ids[0]);
    assert_eq!(header()["kid"], *key_ids[1]);
}

#[test]
fn the_published_keys_verify_our_tokens_in_another_library() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
    let jwks: JwkSet = serde_json::from_value(keyring(140).jwks()).unwrap();
    let key = DecodingKey::from_jwk(&jwks.keys[0]).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.set_issuer(&[ISSUER]);
    let data = decode::<Claims>(token(), &key, &validation).unwrap();
    assert_eq!(data.claims, claims());
    let x = BASE64URL_NOPAD.encode(
        &BASE64
            .decode(keyring(140).jwt_public_key().as_bytes())
            .unwrap(),
    );
    assert_eq!(keyring(140).jwks()["keys"][0]["x"], x);
}
