//! What is sealed of a mail: everything that decides who gets to read what.
//!
//! Recipient and subject also stand in the row, for listing. The sealed copies are the ones that
//! count: whoever can write to the database, but holds no key, cannot turn a mail that waits with a
//! credential towards another address.
//!
//! ```text
//! body  = version(1) = 1 | flags(1) | field(recipient) | field(subject) | field(text) | field(html)
//! field = length of the text in bytes (4, big-endian) | text in UTF-8
//! flags: bit 0 = the body carries a credential and is wiped once the mail was sent
//! ```

use oneclaw_core::secret::SecretBytes;

const VERSION: u8 = 1;
const CARRIES_CREDENTIAL: u8 = 1;

/// The bytes do not follow the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored body of the mail is damaged")]
pub(super) struct DamagedBody;

/// The content of a mail.
#[derive(Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) recipient: &'a str,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) html: &'a str,
    /// Whether the body must not outlive its delivery.
    pub(super) carries_credential: bool,
}

impl<'a> Body<'a> {
    /// Writes the format above; `None` when a part is longer than 4 GiB.
    pub(super) fn encode(&self) -> Option<SecretBytes> {
        let fields = self.fields();
        // Reserved at once: a growing buffer would leave unwiped copies behind.
        let mut bytes =
            Vec::with_capacity(2 + fields.iter().map(|field| 4 + field.len()).sum::<usize>());
        bytes.push(VERSION);
        bytes.push(if self.carries_credential {
            CARRIES_CREDENTIAL
        } else {
            0
        });
        for field in fields {
            bytes.extend_from_slice(&u32::try_from(field.len()).ok()?.to_be_bytes());
            bytes.extend_from_slice(field.as_bytes());
        }
        Some(SecretBytes::from(bytes))
    }

    /// Reads the format above, all of it and nothing else.
    pub(super) fn decode(bytes: &'a [u8]) -> Result<Self, DamagedBody> {
        let (&[VERSION, flags @ (0 | CARRIES_CREDENTIAL)], mut rest) =
            bytes.split_first_chunk().ok_or(DamagedBody)?
        else {
            return Err(DamagedBody);
        };
        let body = Self {
            recipient: field(&mut rest)?,
            subject: field(&mut rest)?,
            text: field(&mut rest)?,
            html: field(&mut rest)?,
            carries_credential: flags == CARRIES_CREDENTIAL,
        };
        if rest.is_empty() {
            Ok(body)
        } else {
            Err(DamagedBody)
        }
    }

    fn fields(&self) -> [&'a str; 4] {
        [self.recipient, self.subject, self.text, self.html]
    }
}

fn field<'a>(rest: &mut &'a [u8]) -> Result<&'a str, DamagedBody> {
    let (length, tail) = rest.split_first_chunk().ok_or(DamagedBody)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| DamagedBody)?;
    let (text, tail) = tail.split_at_checked(length).ok_or(DamagedBody)?;
    *rest = tail;
    std::str::from_utf8(text).map_err(|_| DamagedBody)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Body<'static> = Body {
        recipient: "a@b.example",
        subject: "S",
        text: "tëxt",
        html: "",
        carries_credential: true,
    };

    #[test]
    fn the_format_is_fixed() {
        let bytes = BODY.encode().unwrap();
        assert_eq!(
            bytes.expose(),
            b"\x01\x01\0\0\0\x0ba@b.example\0\0\0\x01S\0\0\0\x05t\xc3\xabxt\0\0\0\0"
        );
        let back = Body::decode(bytes.expose()).unwrap();
        assert_eq!(back.fields(), BODY.fields());
        assert!(back.carries_credential);
        let plain = Body {
            carries_credential: false,
            ..BODY
        }
        .encode()
        .unwrap();
        assert!(!Body::decode(plain.expose()).unwrap().carries_credential);
    }

    #[test]
    fn anything_else_is_refused() {
        let bytes = BODY.encode().unwrap().expose().to_vec();
        for length in 0..bytes.len() {
            assert!(Body::decode(&bytes[..length]).is_err(), "{length} bytes");
        }
        for (at, value) in [
            (0, 0),
            (0, 2),
            (1, 2),
            (1, 0xff),
            (2, 0xff),
            (5, 0x0c),
            (21, 0xff),
            (34, 1),
        ] {
            let mut changed = bytes.clone();
            changed[at] = value;
            assert!(Body::decode(&changed).is_err(), "byte {at} = {value}");
        }
        assert!(Body::decode(&[bytes.as_slice(), b"\0"].concat()).is_err());
    }
}
