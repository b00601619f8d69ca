//! API keys and link tokens: 256 random bits with a readable prefix, stored only as a keyed hash.
//!
//! ```text
//! token = prefix | base64url without padding of 32 random bytes (43 characters)
//! hash  = HMAC-SHA256(token index key, kind(1) | token)
//! ```
//!
//! Why a fast keyed hash and not a password hash: there is nothing to guess in 256 random bits, so
//! a slow hash would only give callers a way to exhaust the server; and whoever steals the database
//! cannot test anything without the key.
//!
//! Invariants: the kind is hashed with the token, so a token of one kind never works as another; a
//! text is hashed only after its shape was checked, and only one spelling of a token has that
//! shape.

use std::fmt;

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::clock::Random;
use oneclaw_core::secret::SecretString;
use zeroize::Zeroizing;

use crate::keyring::Keyring;

/// Random bytes in a token.
const RANDOM_LENGTH: usize = 32;
/// Characters of a token that may be shown again later.
const DISPLAY_LENGTH: usize = 12;

/// What a token opens. The number is hashed and therefore never changes; prefixes of keys are part
/// of the wire contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// An agent's API key.
    AgentKey = 1,
    /// A user's personal API key.
    UserKey = 2,
    /// Leads a human to the page where an enrolment is decided.
    EnrollmentLink = 3,
    /// Lets a pairing agent ask for the outcome of its enrolment.
    PollToken = 4,
    /// Proves that an e-mail address is read.
    VerifyEmail = 5,
    /// Allows setting a new password once.
    PasswordReset = 6,
    /// Renews a session's access token; replaced at each use.
    Refresh = 7,
    /// The dashboard's session cookie.
    SessionCookie = 8,
    /// Leads an approver to the page that shows a new key once.
    RevealLink = 9,
    /// Opens a share that is addressed to whoever has the link.
    ShareLink = 10,
    /// Invites a person into an organisation.
    InviteLink = 11,
    /// Makes the first account of an instance its owner.
    SetupLink = 12,
    /// Identifies a device that waits for its sign-in to be approved.
    DeviceCode = 13,
    /// Continues a sign-in that still lacks its second factor.
    MfaChallenge = 14,
    /// Proves a recent re-authentication.
    Reauthentication = 15,
    /// A code that an assistant exchanges for its first tokens.
    AuthorizationCode = 16,
    /// Renews an assistant's access token; replaced at each use.
    OauthRefresh = 17,
}

impl TokenKind {
    /// The characters every token of the kind begins with; they let people, log filters and leak
    /// scanners recognise it.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::AgentKey => "ocv_",
            Self::UserKey => "1ck_",
            Self::EnrollmentLink => "enr_",
            Self::PollToken => "pol_",
            Self::VerifyEmail => "vrf_",
            Self::PasswordReset => "pwr_",
            Self::Refresh => "rft_",
            Self::SessionCookie => "ses_",
            Self::RevealLink => "rvl_",
            Self::ShareLink => "shr_",
            Self::InviteLink => "inv_",
            Self::SetupLink => "stp_",
            Self::DeviceCode => "dvc_",
            Self::MfaChallenge => "mfa_",
            Self::Reauthentication => "rat_",
            Self::AuthorizationCode => "oac_",
            Self::OauthRefresh => "orf_",
        }
    }

    /// Which of the two kinds of API key a text looks like, by its prefix alone.
    #[must_use]
    pub fn of_api_key(text: &str) -> Option<Self> {
        [Self::AgentKey, Self::UserKey]
            .into_iter()
            .find(|kind| text.starts_with(kind.prefix()))
    }

    const fn number(self) -> u8 {
        self as u8
    }
}

/// The text is not a token of the expected kind. Says nothing about whether such a token exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed token")]
pub struct MalformedToken;

/// What the store keeps of a token, and looks it up by. Not a secret: without the token index key
/// nothing can be tested against it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// A hash read from the store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({})", data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// A token in clear: exists from its making until the one response or mail that carries it.
pub struct PlainToken {
    kind: TokenKind,
    text: SecretString,
}

impl PlainToken {
    /// Draws a new token.
    #[must_use]
    pub fn generate(kind: TokenKind, random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; RANDOM_LENGTH]);
        random.fill(bytes.as_mut());
        let prefix = kind.prefix();
        // Reserved at once, so that no part of the token stays behind in a buffer that was
        // outgrown.
        let mut text =
            String::with_capacity(prefix.len() + BASE64URL_NOPAD.encode_len(RANDOM_LENGTH));
        text.push_str(prefix);
        BASE64URL_NOPAD.encode_append(bytes.as_ref(), &mut text);
        Self {
            kind,
            text: SecretString::from(text),
        }
    }

    /// What the token opens.
    #[must_use]
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// The token itself, for a response body.
    #[must_use]
    pub fn into_secret(self) -> SecretString {
        self.text
    }

    /// The first 12 characters, for people to tell keys apart. They give away 48 of the 256 random
    /// bits.
    #[must_use]
    pub fn display_prefix(&self) -> String {
        self.expose().chars().take(DISPLAY_LENGTH).collect()
    }

    /// What to store.
    #[must_use]
    pub fn hash(&self, keyring: &Keyring) -> TokenHash {
        keyring.hash_checked_token(self.kind, self.expose())
    }
}

impl Keyring {
    /// The hash under which a presented token would be stored.
    ///
    /// # Errors
    /// [`MalformedToken`] when the text cannot be a token of this kind; then there is nothing to
    /// look up.
    pub fn hash_token(
        &self,
        kind: TokenKind,
        presented: &str,
    ) -> Result<TokenHash, MalformedToken> {
        let encoded = presented
            .strip_prefix(kind.prefix())
            .ok_or(MalformedToken)?;
        let mut bytes = Zeroizing::new([0; RANDOM_LENGTH]);
        if encoded.len() != BASE64URL_NOPAD.encode_len(RANDOM_LENGTH) {
            return Err(MalformedToken);
        }
        // Strict: refuses left-over bits, so the last character has one spelling only.
        BASE64URL_NOPAD
            .decode_mut(encoded.as_bytes(), bytes.as_mut())
            .map_err(|_| MalformedToken)?;
        Ok(self.hash_checked_token(kind, presented))
    }

    fn hash_checked_token(&self, kind: TokenKind, token: &str) -> TokenHash {
        let mut hash = hmac::Context::with_key(&self.token_index);
        hash.update(&[kind.number()]);
        hash.update(token.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.sign().as_ref());
        TokenHash(bytes)
    }
}
