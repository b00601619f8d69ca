//! Codes of authenticator apps (RFC 6238): HMAC-SHA-1, six digits, a new one every 30 seconds, and
//! the recovery codes for whoever has lost the app.
//!
//! Invariants:
//! - A code is accepted for the step before, the present step and the step after, and only if that
//!   step is later than the last one that was used. Whoever keeps the step that is returned accepts
//!   no code twice.
//! - Codes are compared in constant time, and every step is always compared.

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use oneclaw_core::clock::{Random, Timestamp};
use oneclaw_core::id::UserId;
use oneclaw_core::secret::{SecretBytes, SecretString};
use zeroize::Zeroizing;

use crate::constant_time_eq;
use crate::keyring::Keyring;

/// Seconds for which a code is shown.
const STEP_SECONDS: i64 = 30;
/// Steps that the clock of a phone may be off.
const TOLERANCE: i64 = 1;
/// RFC 4226, section 4, R6: 160 bits are recommended.
const SECRET_LENGTH: usize = 20;
/// 120 bits: nothing to guess, so a fast keyed hash is the right way to keep them.
const RECOVERY_LENGTH: usize = 15;
/// Characters between two dashes of a recovery code.
const GROUP: usize = 4;

/// How many recovery codes somebody has at first.
pub const RECOVERY_CODES: usize = 8;

/// The secret that an authenticator app and the server share.
pub struct TotpSecret(SecretBytes);

impl TotpSecret {
    /// Draws a new secret.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = vec![0; SECRET_LENGTH];
        random.fill(&mut bytes);
        Self(SecretBytes::from(bytes))
    }

    /// Takes over a secret that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: SecretBytes) -> Self {
        Self(bytes)
    }

    /// For sealing.
    #[must_use]
    pub const fn as_bytes(&self) -> &SecretBytes {
        &self.0
    }

    /// As people type it into an app: base32 without padding.
    #[must_use]
    pub fn to_base32(&self) -> SecretString {
        SecretString::from(BASE32_NOPAD.encode(self.0.expose()))
    }

    /// The step whose code was presented, if it is one that is accepted now and later than `last`.
    #[must_use]
    pub fn matching_step(&self, presented: &str, now: Timestamp, last: i64) -> Option<i64> {
        let present = now.as_seconds().div_euclid(STEP_SECONDS);
        let mut matching = None;
        for step in present - TOLERANCE..=present + TOLERANCE {
            let is_same = constant_time_eq(self.code(step).as_bytes(), presented.as_bytes());
            if is_same && step > last {
                matching = Some(step);
            }
        }
        matching
    }

    /// The code that the app shows at a moment.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> String {
        self.code(now.as_seconds().div_euclid(STEP_SECONDS))
    }

    /// RFC 4226, section 5.3.
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose());
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
        let word = tag
            .get(offset..)
            .and_then(|rest| rest.first_chunk())
            .copied()
            .map_or(0, u32::from_be_bytes);
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }
}

/// What somebody typed where a code is asked for.
pub enum PresentedCode {
    /// Six digits, as an app shows them.
    Totp(Zeroizing<String>),
    /// The characters of a recovery code, without dashes and in upper case.
    Recovery(Zeroizing<String>),
}

impl PresentedCode {
    /// Reads a code as people type it: spaces and dashes mean nothing, nor does case. `None` when it
    /// cannot be a code.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let longest = RECOVERY_LENGTH * 8 / 5;
        let mut text = Zeroizing::new(String::with_capacity(longest));
        for character in typed.chars() {
            match character {
                ' ' | '-' => {}
                _ if text.len() == longest => return None,
                _ if character.is_ascii_alphanumeric() => {
                    text.push(character.to_ascii_uppercase());
                }
                _ => return None,
            }
        }
        if text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(Self::Totp(text))
        } else if text.len() == longest && BASE32_NOPAD.decode(text.as_bytes()).is_ok() {
            Some(Self::Recovery(text))
        } else {
            None
        }
    }
}

/// Draws a recovery code, in groups of four characters.
#[must_use]
pub fn generate_recovery_code(random: &dyn Random) -> SecretString {
    let mut bytes = Zeroizing::new([0; RECOVERY_LENGTH]);
    random.fill(bytes.as_mut());
    let plain = Zeroizing::new(BASE32_NOPAD.encode(bytes.as_ref()));
    let mut text = String::with_capacity(plain.len() + plain.len() / GROUP);
    for (index, character) in plain.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            text.push('-');
        }
        text.push(character);
    }
    SecretString::from(text)
}

impl Keyring {
    /// What the store keeps of a recovery code; `None` when the text cannot be one.
    #[must_use]
    pub fn recovery_code_hash(&self, user: UserId, code: &str) -> Option<[u8; 32]> {
        let Some(PresentedCode::Recovery(code)) = PresentedCode::parse(code) else {
            return None;
        };
        let mut data = Zeroizing::new(Vec::with_capacity(16 + code.len()));
        data.extend_from_slice(user.as_uuid().as_bytes());
        data.extend_from_slice(code.as_bytes());
        Some(self.keyed_digest("recovery code", &data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::clock::SeededRandom;
    use uuid::Uuid;

    /// RFC 6238, appendix B, SHA-1; the last six of its eight digits.
    #[test]
    fn the_vectors_of_the_standard() {
        let secret = TotpSecret::from_bytes(b"12345678901234567890".to_vec().into());
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(secret.code_at(at), code);
            assert_eq!(
                secret.matching_step(code, at, i64::MIN),
                Some(seconds / STEP_SECONDS)
            );
        }
        assert_eq!(
            secret.to_base32().expose(),
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        );
    }

    #[test]
    fn one_step_either_way_and_none_twice() {
        let secret = TotpSecret::generate(&SeededRandom::new(3));
        let now = Timestamp::from_seconds(3_000_000);
        let present = 100_000;
        for (step, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = secret.code(present + step);
            let matching = secret.matching_step(&code, now, 0);
            assert_eq!(matching, accepted.then_some(present + step), "{step}");
            // Once used, neither it nor an earlier one is accepted again.
            assert_eq!(secret.matching_step(&code, now, present + step), None);
            assert_eq!(secret.matching_step(&code, now, present + step + 1), None);
        }
        assert_eq!(secret.matching_step("", now, 0), None);
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let random = SeededRandom::new(4);
        let keyring = Keyring::from_keys(Keyring::generate(&random)).unwrap();
        let user = UserId::from_uuid(Uuid::from_u128(1));
        let code = generate_recovery_code(&random);
        let code = code.expose();
        assert_eq!(code.len(), 29);
        let hash = keyring.recovery_code_hash(user, code);
        assert!(hash.is_some());
        for spelling in [
            code.to_lowercase(),
            code.replace('-', ""),
            code.replace('-', " "),
        ] {
            assert_eq!(keyring.recovery_code_hash(user, &spelling), hash);
        }
        let other = UserId::from_uuid(Uuid::from_u128(2));
        assert_ne!(keyring.recovery_code_hash(other, code), hash);
        for wrong in ["", "123456", code.get(1..).unwrap(), &format!("{code}A")] {
            assert_eq!(keyring.recovery_code_hash(user, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        assert!(matches!(
            PresentedCode::parse(" 123 456 "),
            Some(PresentedCode::Totp(code)) if *code == "123456"
        ));
        for text in ["12345", "1234567", "12345a", "१२३४५६", "123456\n", "12.345"] {
            assert!(PresentedCode::parse(text).is_none(), "{text}");
        }
    }
}
