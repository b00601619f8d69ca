//! Signatures of what webhooks receive: a plain one that published clients check, and one after the
//! Standard Webhooks specification that also covers an id and the time, so that a copy of an old
//! message is not taken for a new one.

use aws_lc_rs::hmac;
use data_encoding::{BASE64, HEXLOWER};
use oneclaw_core::clock::Random;
use oneclaw_core::secret::{SecretBytes, SecretString};

/// What secrets of ours begin with, as the specification wants it.
const PREFIX: &str = "whsec_";

/// Draws a secret: `whsec_` and the base64 of 32 random bytes.
pub fn generate_secret(random: &dyn Random) -> SecretString {
    let mut key = zeroize::Zeroizing::new([0; 32]);
    random.fill(&mut *key);
    SecretString::from(format!("{PREFIX}{}", BASE64.encode(&*key)))
}

/// The signatures of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures {
    /// `X-Webhook-Signature`: lower-case hex HMAC-SHA256 of the body. The key is the text of the secret.
    pub body: String,
    /// `webhook-signature`: `v1,` and base64 HMAC-SHA256 of `id.timestamp.body`. The key is what `whsec_`
    /// stands before, decoded; of other secrets the text.
    pub standard: String,
}

/// Signs a message. `timestamp` is in seconds.
pub fn sign(secret: &SecretBytes, id: &str, timestamp: i64, body: &[u8]) -> Signatures {
    let text = secret.expose();
    let plain = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, text), body);
    let decoded = text
        .strip_prefix(PREFIX.as_bytes())
        .and_then(|encoded| BASE64.decode(encoded).ok())
        .map(zeroize::Zeroizing::new);
    let key = decoded.as_ref().map_or(text, |decoded| decoded.as_slice());
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    Signatures {
        body: HEXLOWER.encode(plain.as_ref()),
        standard: format!("v1,{}", BASE64.encode(context.sign().as_ref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oneclaw_core::clock::SeededRandom;

    fn signed(secret: &str, body: &str) -> Signatures {
        let secret = SecretBytes::from(secret.as_bytes().to_vec());
        sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            body.as_bytes(),
        )
    }

    /// The example that the libraries of the Standard Webhooks project are tested with.
    #[test]
    fn the_published_example_comes_out() {
        let signatures = signed(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(
            signatures.standard,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_plain_signature_is_hmac_sha256_of_the_body() {
        assert_eq!(
            signed("Jefe", "what do ya want for nothing?").body,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn everything_is_covered_and_secrets_are_their_own() {
        let secret = SecretBytes::from(b"a secret of somebody".to_vec());
        let base = sign(&secret, "id", 1, b"body");
        for other in [
            sign(&secret, "di", 1, b"body"),
            sign(&secret, "id", 2, b"body"),
            sign(&secret, "id", 1, b"ydob"),
            sign(&SecretBytes::from(b"another".to_vec()), "id", 1, b"body"),
        ] {
            assert_ne!(other.standard, base.standard);
        }
        let random = SeededRandom::new(3);
        let (one, two) = (generate_secret(&random), generate_secret(&random));
        assert_ne!(one.expose(), two.expose());
        assert!(one.expose().starts_with(PREFIX) && one.len() == 50);
    }
}
