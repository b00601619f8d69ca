//! Keyed digests of things that come back to us: CSRF tokens, and addresses that must be recognised
//! but not stored.
//!
//! ```text
//! digest = HMAC-SHA256(link key, length of label(1) | label | data)
//! ```
//!
//! Invariant: each use has its own label, so a digest made for one use is worthless for another.

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use oneclaw_core::id::SessionId;

use crate::keyring::Keyring;

const CSRF: &str = "csrf";

impl Keyring {
    /// The CSRF token of a form: only a page we rendered for this session and this action carries
    /// it. Stateless, so a form stays valid for as long as its session.
    #[must_use]
    pub fn csrf_token(&self, session: SessionId, action: &str) -> String {
        BASE64URL_NOPAD.encode(self.csrf_tag(session, action).as_ref())
    }

    /// Whether `presented` is the CSRF token of this session and action. Takes the same time for
    /// every wrong token.
    #[must_use]
    pub fn csrf_token_matches(&self, session: SessionId, action: &str, presented: &str) -> bool {
        crate::constant_time_eq(
            self.csrf_token(session, action).as_bytes(),
            presented.as_bytes(),
        )
    }

    /// A stable stand-in for `data`, such as an e-mail address or a network address, that nobody
    /// without the key can compute or check. `label` names the use and must be different for each.
    #[must_use]
    pub fn keyed_digest(&self, label: &'static str, data: &[u8]) -> [u8; 32] {
        let mut digest = [0; 32];
        digest.copy_from_slice(self.link_tag(label, &[data]).as_ref());
        digest
    }

    fn csrf_tag(&self, session: SessionId, action: &str) -> hmac::Tag {
        // The session id has a fixed length, so id and action cannot be confused.
        self.link_tag(CSRF, &[session.as_uuid().as_bytes(), action.as_bytes()])
    }

    fn link_tag(&self, label: &'static str, data: &[&[u8]]) -> hmac::Tag {
        let mut tag = hmac::Context::with_key(&self.link);
        // Labels are constants of this program, far shorter than 255 bytes.
        tag.update(&[u8::try_from(label.len()).unwrap_or(u8::MAX)]);
        tag.update(label.as_bytes());
        for part in data {
            tag.update(part);
        }
        tag.sign()
    }
}
