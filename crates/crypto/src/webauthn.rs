//! Passkeys: what the server of Web Authentication (level 3, sections 7.1 and 7.2) checks.
//!
//! Attestation is not asked for and not looked at: who made an authenticator does not matter to us.
//! What is left is small: client data, authenticator data, a key, a signature.
//!
//! Invariants:
//! - Challenges are ours, for one kind of ceremony, and for five minutes. They are sealed by a keyed
//!   digest rather than stored, so that asking for one costs nothing; each is worth something once,
//!   for which the caller keeps [`Spent`].
//! - The authenticator must have verified its user. A passkey therefore counts as two factors.
//! - Ceremonies in frames of other sites are refused.

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::UserId;
use serde::Deserialize;
use std::time::Duration;

use crate::cbor::Value;
use crate::constant_time_eq;
use crate::keyring::Keyring;
use crate::public_key::{EcdsaForm, PublicKey};

/// How long somebody may take to touch their authenticator.
pub const CHALLENGE_LIFE: Duration = Duration::from_mins(5);
/// Algorithms we verify, best first, by their COSE numbers: Ed25519, ES256, RS256.
pub const ALGORITHMS: [i64; 3] = [EDDSA, ES256, RS256];

const EDDSA: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;
/// Longest id of a credential (section 4).
const LONGEST_CREDENTIAL_ID: usize = 1023;
const NONCE: usize = 16;
const TIME: usize = 8;

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Adding a passkey to an account.
    Register(UserId),
    /// Signing in with whatever passkey the authenticator offers.
    SignIn,
}

impl Ceremony {
    const fn client_data_type(self) -> &'static str {
        match self {
            Self::Register(_) => "webauthn.create",
            Self::SignIn => "webauthn.get",
        }
    }

    fn user(self) -> UserId {
        match self {
            Self::Register(user) => user,
            Self::SignIn => UserId::NIL,
        }
    }
}

/// Why a ceremony failed. For logs; callers outside learn only that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebauthnError {
    /// The client data are not those of this kind of ceremony.
    #[error("the client data are malformed or of another ceremony")]
    ClientData,
    /// The challenge is not ours, or of another account.
    #[error("the challenge is not one that was given for this")]
    Challenge,
    /// The challenge is too old.
    #[error("the challenge has expired")]
    Expired,
    /// On another site, or in a frame of one.
    #[error("the ceremony took place on another site")]
    Origin,
    /// Not what authenticators write.
    #[error("the data of the authenticator are malformed")]
    Data,
    /// For another relying party.
    #[error("the credential is of another site")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("nobody was present")]
    NotPresent,
    /// No PIN, no finger.
    #[error("the authenticator did not verify its user")]
    NotVerified,
    /// An algorithm that was not offered.
    #[error("the key is of a kind that was not asked for")]
    Key,
    /// The signature is wrong.
    #[error("the signature is not valid")]
    Signature,
}

/// The site that passkeys are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its host name.
    pub id: String,
    /// Where its pages are: scheme, host, port.
    pub origin: String,
}

/// A challenge that was used. It must not be accepted again before it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Names the challenge.
    pub id: [u8; 32],
    /// When it is refused anyway.
    pub expires_at: Timestamp,
}

/// A new passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// What authenticators call it.
    pub credential_id: Vec<u8>,
    /// Its public key, a COSE key as it came.
    pub public_key: Vec<u8>,
    /// Signatures so far; 0 for authenticators that do not count.
    pub sign_count: u32,
    /// Whether it may exist on several devices.
    pub backup_eligible: bool,
    /// Whether it does.
    pub backed_up: bool,
    /// The model of the authenticator, if it tells.
    pub aaguid: [u8; 16],
    /// The challenge.
    pub spent: Spent,
}

/// A use of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// Signatures so far.
    pub sign_count: u32,
    /// Whether it may exist on several devices.
    pub backup_eligible: bool,
    /// Whether it does.
    pub backed_up: bool,
    /// The challenge.
    pub spent: Spent,
}

/// What an authenticator answers when a passkey is used.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// JSON by the browser.
    pub client_data: &'a [u8],
    /// Bytes by the authenticator.
    pub authenticator_data: &'a [u8],
    /// Over both.
    pub signature: &'a [u8],
}

/// JSON by the browser (section 5.8.1). It grows, so other members are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl Keyring {
    /// A challenge for a ceremony, base64url.
    ///
    /// ```text
    /// challenge = nonce(16) | expiry in ms(8) | keyed digest of kind, user, nonce and expiry(32)
    /// ```
    #[must_use]
    pub fn issue_challenge(
        &self,
        ceremony: Ceremony,
        now: Timestamp,
        random: &dyn Random,
    ) -> String {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce);
        let time = now.plus(CHALLENGE_LIFE).as_millis().to_be_bytes();
        let tag = self.challenge_tag(ceremony, &nonce, &time);
        BASE64URL_NOPAD.encode(&[&nonce[..], &time, &tag].concat())
    }

    fn challenge_tag(&self, ceremony: Ceremony, nonce: &[u8], time: &[u8]) -> [u8; 32] {
        let user = ceremony.user();
        let data = [user.as_uuid().as_bytes(), nonce, time].concat();
        let label = match ceremony {
            Ceremony::Register(_) => "passkey registration",
            Ceremony::SignIn => "passkey sign-in",
        };
        self.keyed_digest(label, &data)
    }

    /// Checks that a challenge is ours, of this ceremony, and in time.
    fn check_challenge(
        &self,
        ceremony: Ceremony,
        challenge: &str,
        now: Timestamp,
    ) -> Result<Spent, WebauthnError> {
        let bytes = BASE64URL_NOPAD
            .decode(challenge.as_bytes())
            .map_err(|_| WebauthnError::Challenge)?;
        let (nonce, rest) = bytes
            .split_first_chunk::<NONCE>()
            .ok_or(WebauthnError::Challenge)?;
        let (time, tag) = rest
            .split_first_chunk::<TIME>()
            .ok_or(WebauthnError::Challenge)?;
        let expected = self.challenge_tag(ceremony, nonce, time);
        if !constant_time_eq(&expected, tag) {
            return Err(WebauthnError::Challenge);
        }
        let expires_at = Timestamp::from_millis(i64::from_be_bytes(*time));
        if expires_at <= now {
            return Err(WebauthnError::Expired);
        }
        Ok(Spent {
            id: expected,
            expires_at,
        })
    }

    fn check_client_data(
        &self,
        ceremony: Ceremony,
        party: &RelyingParty,
        client_data: &[u8],
        now: Timestamp,
    ) -> Result<Spent, WebauthnError> {
        let data: ClientData =
            serde_json::from_slice(client_data).map_err(|_| WebauthnError::ClientData)?;
        if data.kind != ceremony.client_data_type() {
            return Err(WebauthnError::ClientData);
        }
        if data.origin != party.origin || data.cross_origin {
            return Err(WebauthnError::Origin);
        }
        self.check_challenge(ceremony, &data.challenge, now)
    }

    /// Checks what a browser answers when a passkey is made for `user` (section 7.1).
    ///
    /// # Errors
    /// [`WebauthnError`].
    pub fn verify_registration(
        &self,
        party: &RelyingParty,
        user: UserId,
        client_data: &[u8],
        attestation_object: &[u8],
        now: Timestamp,
    ) -> Result<Registered, WebauthnError> {
        let ceremony = Ceremony::Register(user);
        let spent = self.check_client_data(ceremony, party, client_data, now)?;
        let (object, rest) = Value::read(attestation_object).ok_or(WebauthnError::Data)?;
        let data = object
            .field("authData")
            .and_then(Value::as_bytes)
            .filter(|_| rest.is_empty())
            .ok_or(WebauthnError::Data)?;
        let data = AuthenticatorData::read(data)?;
        data.check(party)?;
        let credential = data.credential.ok_or(WebauthnError::Data)?;
        public_key(credential.public_key)?;
        Ok(Registered {
            credential_id: credential.id.to_vec(),
            public_key: credential.public_key.to_vec(),
            sign_count: data.sign_count,
            backup_eligible: data.flags.backup_eligible(),
            backed_up: data.flags.backed_up(),
            aaguid: credential.aaguid,
            spent,
        })
    }

    /// Checks what a browser answers when a passkey is used (section 7.2). Whether the counter went
    /// on, and whether the challenge was used before, is for the caller to compare and set.
    ///
    /// # Errors
    /// [`WebauthnError`].
    pub fn verify_assertion(
        &self,
        party: &RelyingParty,
        stored_key: &[u8],
        assertion: &Assertion<'_>,
        now: Timestamp,
    ) -> Result<Asserted, WebauthnError> {
        let spent = self.check_client_data(Ceremony::SignIn, party, assertion.client_data, now)?;
        let data = AuthenticatorData::read(assertion.authenticator_data)?;
        data.check(party)?;
        if !is_signed(stored_key, assertion)? {
            return Err(WebauthnError::Signature);
        }
        Ok(Asserted {
            sign_count: data.sign_count,
            backup_eligible: data.flags.backup_eligible(),
            backed_up: data.flags.backed_up(),
            spent,
        })
    }
}

/// Whether the signature is of the authenticator data and the hash of the client data.
fn is_signed(stored_key: &[u8], assertion: &Assertion<'_>) -> Result<bool, WebauthnError> {
    let hash = digest::digest(&digest::SHA256, assertion.client_data);
    let message = [assertion.authenticator_data, hash.as_ref()].concat();
    Ok(public_key(stored_key)?.verifies(EcdsaForm::Asn1, &message, assertion.signature))
}

/// Reads a COSE key (RFC 9052, section 7) of one of [`ALGORITHMS`].
fn public_key(cose: &[u8]) -> Result<PublicKey, WebauthnError> {
    let (key, rest) = Value::read(cose).ok_or(WebauthnError::Data)?;
    if !rest.is_empty() {
        return Err(WebauthnError::Data);
    }
    let number = |label| key.entry(label).and_then(Value::as_integer);
    let bytes = |label| key.entry(label).and_then(Value::as_bytes);
    let (kind, algorithm) = (number(1), number(3));
    let key = match (kind, algorithm, number(-1)) {
        (Some(2), Some(ES256), Some(1)) => bytes(-2)
            .zip(bytes(-3))
            .and_then(|(x, y)| PublicKey::p256(x, y)),
        (Some(1), Some(EDDSA), Some(6)) => bytes(-2).and_then(PublicKey::ed25519),
        (Some(3), Some(RS256), _) => bytes(-1)
            .zip(bytes(-2))
            .and_then(|(n, e)| PublicKey::rsa(n, e)),
        _ => None,
    };
    key.ok_or(WebauthnError::Key)
}

/// Section 6.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flags(u8);

impl Flags {
    const fn has(self, bit: u8) -> bool {
        self.0 & (1 << bit) != 0
    }

    const fn user_present(self) -> bool {
        self.has(0)
    }

    const fn user_verified(self) -> bool {
        self.has(2)
    }

    const fn backup_eligible(self) -> bool {
        self.has(3)
    }

    const fn backed_up(self) -> bool {
        self.has(4)
    }

    const fn has_credential(self) -> bool {
        self.has(6)
    }

    const fn has_extensions(self) -> bool {
        self.has(7)
    }
}

/// Bytes by the authenticator, cut apart.
struct AuthenticatorData<'a> {
    relying_party_hash: [u8; 32],
    flags: Flags,
    sign_count: u32,
    credential: Option<NewCredential<'a>>,
}

struct NewCredential<'a> {
    aaguid: [u8; 16],
    id: &'a [u8],
    public_key: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, WebauthnError> {
        Self::cut(bytes).ok_or(WebauthnError::Data)
    }

    fn cut(bytes: &'a [u8]) -> Option<Self> {
        let (relying_party_hash, rest) = bytes.split_first_chunk::<32>()?;
        let (flags, rest) = rest.split_first()?;
        let (count, mut rest) = rest.split_first_chunk::<4>()?;
        let flags = Flags(*flags);
        let mut credential = None;
        if flags.has_credential() {
            let (new, after) = NewCredential::cut(rest)?;
            credential = Some(new);
            rest = after;
        }
        if flags.has_extensions() {
            let (extensions, after) = Value::read(rest)?;
            if !matches!(extensions, Value::Map(_)) {
                return None;
            }
            rest = after;
        }
        rest.is_empty().then_some(Self {
            relying_party_hash: *relying_party_hash,
            flags,
            sign_count: u32::from_be_bytes(*count),
            credential,
        })
    }

    /// What holds for every ceremony.
    fn check(&self, party: &RelyingParty) -> Result<(), WebauthnError> {
        let hash = digest::digest(&digest::SHA256, party.id.as_bytes());
        if hash.as_ref() != self.relying_party_hash {
            return Err(WebauthnError::RelyingParty);
        }
        if !self.flags.user_present() {
            return Err(WebauthnError::NotPresent);
        }
        if !self.flags.user_verified() {
            return Err(WebauthnError::NotVerified);
        }
        // What cannot be backed up is not.
        if self.flags.backed_up() && !self.flags.backup_eligible() {
            return Err(WebauthnError::Data);
        }
        Ok(())
    }
}

impl<'a> NewCredential<'a> {
    fn cut(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (aaguid, rest) = bytes.split_first_chunk::<16>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length == 0 || length > LONGEST_CREDENTIAL_ID {
            return None;
        }
        let (id, rest) = rest.split_at_checked(length)?;
        let (_, after) = Value::read(rest)?;
        let public_key = rest.get(..rest.len() - after.len())?;
        let credential = Self {
            aaguid: *aaguid,
            id,
            public_key,
        };
        Some((credential, after))
    }
}

#[cfg(test)]
mod tests;
