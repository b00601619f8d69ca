//! Agents that hold no API key: each has an Ed25519 key pair, and signs an assertion to get a token
//! (RFC 7523, RFC 8725).
//!
//! | claim | what |
//! |---|---|
//! | `iss`, `sub` | the agent's id, both |
//! | `aud` | the address of this instance, or of its token endpoint |
//! | `jti` | at most 256 characters, never the same again |
//! | `exp`, `iat` | seconds; at most a minute of life |
//!
//! Invariant: the key decides the algorithm; what the header says of it is only compared. Whether an
//! assertion came before is for the caller to find out, by [`Assertion::id`].

use aws_lc_rs::digest;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL_NOPAD};
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::AgentId;
use oneclaw_core::secret::SecretString;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use zeroize::Zeroizing;

use crate::identity::{IdentityError, ssh_fingerprint};
use crate::jws::Jws;
use crate::public_key::PublicKey;

/// Longest assertion, in characters.
const LONGEST: usize = 4 * 1024;
/// Longest `jti`.
const LONGEST_ID: usize = 256;
/// Longest life of an assertion.
pub const LIFE: Duration = Duration::from_mins(1);
/// How far the clock of an agent may be off.
const SKEW: Duration = Duration::from_secs(30);
/// How OpenSSH names the algorithm.
const SSH_NAME: &str = "ssh-ed25519";

/// An agent's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentPublicKey([u8; 32]);

impl AgentPublicKey {
    /// Takes 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads `ssh-ed25519 AAAA… [comment]`, or base64 of the 32 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let first = words.next()?;
        if first != SSH_NAME {
            return Self::from_bytes(&decode(first)?).filter(|_| words.next().is_none());
        }
        let wire = decode(words.next()?)?;
        let rest = field(&wire, SSH_NAME.as_bytes())?;
        let (length, key) = rest.split_at_checked(4)?;
        (length == 32_u32.to_be_bytes())
            .then(|| Self::from_bytes(key))
            .flatten()
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64 of the 32 bytes.
    #[must_use]
    pub fn to_base64(self) -> String {
        BASE64.encode(&self.0)
    }

    /// As `ssh-keygen -l` shows it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        ssh_fingerprint(&self.0)
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_NOPAD
        .decode(text.trim_end_matches('=').as_bytes())
        .ok()
}

/// What follows a field of the SSH wire form that must be `content`.
fn field<'a>(wire: &'a [u8], content: &[u8]) -> Option<&'a [u8]> {
    let length = u32::try_from(content.len()).ok()?;
    wire.strip_prefix(&length.to_be_bytes())?
        .strip_prefix(content)
}

/// An agent's key pair.
pub struct AgentKeyPair {
    seed: Zeroizing<[u8; 32]>,
    pair: Ed25519KeyPair,
}

impl AgentKeyPair {
    /// Draws a key pair.
    ///
    /// # Errors
    /// [`IdentityError`] when the cryptographic library fails.
    pub fn generate(random: &dyn Random) -> Result<Self, IdentityError> {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(seed.as_mut());
        Self::from_seed(seed)
    }

    /// Reads what [`Self::to_base64`] wrote.
    ///
    /// # Errors
    /// [`IdentityError`] for anything else.
    pub fn from_base64(text: &SecretString) -> Result<Self, IdentityError> {
        let bytes = BASE64.decode(text.expose().as_bytes()).map(Zeroizing::new);
        let bytes = bytes.map_err(|_| IdentityError)?;
        let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| IdentityError)?;
        Self::from_seed(Zeroizing::new(seed))
    }

    fn from_seed(seed: Zeroizing<[u8; 32]>) -> Result<Self, IdentityError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed.as_ref()).map_err(|_| IdentityError)?;
        Ok(Self { seed, pair })
    }

    /// The private key, standard base64 of the seed of RFC 8032.
    #[must_use]
    pub fn to_base64(&self) -> SecretString {
        SecretString::from(BASE64.encode(self.seed.as_ref()))
    }

    /// The public key.
    ///
    /// # Errors
    /// Never; the library's public keys have 32 bytes.
    pub fn public_key(&self) -> Result<AgentPublicKey, IdentityError> {
        AgentPublicKey::from_bytes(self.pair.public_key().as_ref()).ok_or(IdentityError)
    }

    /// Signs an assertion for `audience`, good for a minute.
    ///
    /// # Errors
    /// Never; the claims are plain texts and numbers.
    pub fn assert(
        &self,
        agent: AgentId,
        audience: &str,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<SecretString, serde_json::Error> {
        let id = agent.to_string();
        let claims = serde_json::to_vec(&Written {
            iss: &id,
            sub: &id,
            aud: audience,
            jti: random.uuid_v4().to_string(),
            iat: now.as_seconds(),
            exp: now.plus(LIFE).as_seconds(),
        })?;
        let signed = format!(
            "{}.{}",
            BASE64URL_NOPAD.encode(br#"{"alg":"EdDSA","typ":"JWT"}"#),
            BASE64URL_NOPAD.encode(&claims)
        );
        let signature = self.pair.sign(signed.as_bytes());
        let signature = BASE64URL_NOPAD.encode(signature.as_ref());
        Ok(SecretString::from(format!("{signed}.{signature}")))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// An assertion whose signature nobody has checked yet.
pub struct Unchecked<'a> {
    jws: Jws<'a>,
    claims: Claims,
    agent: AgentId,
}

/// An assertion that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Names it among all that any agent ever made.
    pub id: [u8; 32],
    /// From when on a copy of it would be refused as too old.
    pub expires_at: Timestamp,
}

impl<'a> Unchecked<'a> {
    /// Reads an assertion, to find out whose key has to have signed it.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let jws = Jws::parse(text, LONGEST)?;
        let claims: Claims = jws.claims()?;
        let agent = claims.sub.parse().ok()?;
        Some(Self { jws, claims, agent })
    }

    /// Who it claims to be from.
    #[must_use]
    pub const fn agent(&self) -> AgentId {
        self.agent
    }

    /// Checks it. `None` for every reason alike.
    #[must_use]
    pub fn check(
        &self,
        key: &AgentPublicKey,
        audiences: &[&str],
        now: Timestamp,
    ) -> Option<Assertion> {
        let claims = &self.claims;
        let is_for_us = match &claims.aud {
            Audience::One(one) => audiences.contains(&one.as_str()),
            Audience::Several(all) => all.iter().any(|one| audiences.contains(&one.as_str())),
        };
        let expires_at = Timestamp::from_millis(claims.exp.checked_mul(1000)?);
        let is_in_time = expires_at.plus(SKEW) > now && expires_at <= now.plus(LIFE).plus(SKEW);
        let has_id = !claims.jti.is_empty() && claims.jti.len() <= LONGEST_ID;
        if claims.iss != claims.sub
            || !is_for_us
            || !is_in_time
            || !has_id
            || !self.jws.is_signed_by(&PublicKey::Ed25519(key.0))
        {
            return None;
        }
        let mut id = digest::Context::new(&digest::SHA256);
        // An id of an agent has a fixed length, so it and `jti` cannot be confused.
        id.update(b"assertion");
        id.update(self.agent.as_uuid().as_bytes());
        id.update(claims.jti.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(id.finish().as_ref());
        Some(Assertion {
            id: bytes,
            expires_at: expires_at.plus(SKEW),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemRandom;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_millis(1_780_000_000_000);
    const HERE: &str = "https://vault.example.com";

    fn agent() -> AgentId {
        "018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d".parse().unwrap()
    }

    /// RFC 8032, section 7.1, test 1; the SSH form as `ssh-keygen` writes it.
    #[test]
    fn both_spellings_of_a_public_key_are_read() {
        let seed = data_encoding::HEXLOWER
            .decode(b"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            .unwrap();
        let pair = AgentKeyPair::from_base64(&BASE64.encode(&seed).into()).unwrap();
        let key = pair.public_key().unwrap();
        let plain = key.to_base64();
        assert_eq!(plain, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        let mut wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
        wire.extend_from_slice(key.as_bytes());
        let ssh = format!("ssh-ed25519 {}", BASE64.encode(&wire));
        for text in [
            plain.clone(),
            plain.trim_end_matches('=').to_owned(),
            ssh.clone(),
            format!("{ssh} agent@host\n"),
        ] {
            assert_eq!(AgentPublicKey::parse(&text), Some(key), "{text}");
        }
        for text in [
            "",
            "ssh-ed25519",
            "ssh-rsa AAAA",
            "AAAA",
            plain.split_at(1).1,
            &format!("{plain} x"),
            ssh.split_at(ssh.len() - 4).0,
        ] {
            assert_eq!(AgentPublicKey::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_assertion_is_for_one_agent_one_place_and_a_minute() {
        let pair = AgentKeyPair::generate(&SystemRandom).unwrap();
        let key = pair.public_key().unwrap();
        let text = pair.assert(agent(), HERE, NOW, &SystemRandom).unwrap();
        let read = Unchecked::parse(text.expose()).unwrap();
        assert_eq!(read.agent(), agent());
        let held = read.check(&key, &[HERE], NOW).unwrap();
        assert_eq!(
            read.check(&key, &[HERE], NOW.plus(LIFE)),
            Some(held.clone())
        );
        assert_eq!(read.check(&key, &[HERE], held.expires_at), None);
        assert_eq!(read.check(&key, &["https://other.example"], NOW), None);
        let other = AgentKeyPair::generate(&SystemRandom).unwrap();
        assert_eq!(read.check(&other.public_key().unwrap(), &[HERE], NOW), None);
        let again = pair.assert(agent(), HERE, NOW, &SystemRandom).unwrap();
        let again = Unchecked::parse(again.expose()).unwrap();
        assert_ne!(again.check(&key, &[HERE], NOW).unwrap().id, held.id);
    }

    /// Signs any header and claims.
    fn signed(pair: &AgentKeyPair, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = pair.pair.sign(text.as_bytes());
        format!("{text}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    #[test]
    fn everything_else_is_refused() {
        let pair = AgentKeyPair::generate(&SystemRandom).unwrap();
        let key = pair.public_key().unwrap();
        let header = json!({ "alg": "EdDSA" });
        let id = agent().to_string();
        let good = json!({ "iss": id, "sub": id, "aud": [HERE], "jti": "1", "exp": NOW.as_seconds() + 60 });
        let holds = |header: &Value, claims: &Value| {
            let text = signed(&pair, header, claims);
            Unchecked::parse(&text).is_some_and(|read| read.check(&key, &[HERE], NOW).is_some())
        };
        assert!(holds(&header, &good));
        for alg in ["none", "HS256", "ES256", "RS256", ""] {
            assert!(!holds(&json!({ "alg": alg }), &good), "{alg}");
        }
        assert!(!holds(
            &json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }),
            &good
        ));
        for (claim, value) in [
            ("iss", json!("018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8e")),
            ("aud", json!("https://other.example")),
            ("aud", json!([])),
            ("jti", json!("")),
            ("jti", json!("x".repeat(257))),
            ("exp", json!(NOW.as_seconds() - 31)),
            ("exp", json!(NOW.as_seconds() + 91)),
            ("exp", json!(i64::MAX)),
            ("sub", json!("alice")),
        ] {
            let mut bad = good.clone();
            bad[claim] = value.clone();
            assert!(!holds(&header, &bad), "{claim} {value}");
        }
    }
}
