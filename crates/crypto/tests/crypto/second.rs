//! SEAL-1 written a second time, from its description in `docs/CRYPTO.md`, on other primitives
//! (`RustCrypto` instead of AWS-LC). Shares no code with the crate.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;

/// One field of a context.
pub(crate) enum Field<'a> {
    Text(&'a str),
    Uuid(uuid::Uuid),
    Integer(u64),
}

pub(crate) fn context(fields: &[Field<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        let (kind, value) = match field {
            Field::Text(text) => (b't', text.as_bytes().to_vec()),
            Field::Uuid(id) => (b'u', id.as_bytes().to_vec()),
            Field::Integer(number) => (b'i', number.to_be_bytes().to_vec()),
        };
        out.push(kind);
        out.extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        out.extend(value);
    }
    out
}

fn derive(key: &[u8], salt: &[u8], context: &[u8]) -> ([u8; 32], [u8; 32]) {
    let info = [b"1claw/seal/1".as_slice(), &[1], context].concat();
    let mut output = [0; 64];
    Hkdf::<Sha256>::new(Some(salt), key)
        .expand(&info, &mut output)
        .unwrap();
    (
        output[..32].try_into().unwrap(),
        output[32..].try_into().unwrap(),
    )
}

pub(crate) fn seal(
    key: &[u8; 32],
    key_id: [u8; 8],
    salt: &[u8; 32],
    context: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    let (encryption, commitment) = derive(key, salt, context);
    seal_with(&encryption, &commitment, key_id, salt, context, plaintext)
}

/// A blob with correct encryption but the given commitment.
pub(crate) fn seal_committed_to(
    commitment: &[u8; 32],
    key: &[u8; 32],
    key_id: [u8; 8],
    salt: &[u8; 32],
    context: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    seal_with(
        &derive(key, salt, context).0,
        commitment,
        key_id,
        salt,
        context,
        plaintext,
    )
}

fn seal_with(
    encryption: &[u8; 32],
    commitment: &[u8; 32],
    key_id: [u8; 8],
    salt: &[u8; 32],
    context: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    let header = [[1, 1].as_slice(), &key_id, salt, commitment].concat();
    let aad = [header.as_slice(), context].concat();
    let cipher = Aes256Gcm::new(encryption.into());
    let nonce = Nonce::default();
    let body = cipher
        .encrypt(
            &nonce,
            Payload {
                msg: plaintext,
                aad: &aad,
            },
        )
        .unwrap();
    [header, body].concat()
}

pub(crate) fn open(key: &[u8], context: &[u8], blob: &[u8]) -> Option<Vec<u8>> {
    let (header, body) = blob.split_at_checked(74)?;
    let (encryption, commitment) = derive(key, &header[10..42], context);
    if header[..2] != [1, 1] || header[42..] != commitment {
        return None;
    }
    let aad = [header, context].concat();
    Aes256Gcm::new(&encryption.into())
        .decrypt(
            &Nonce::default(),
            Payload {
                msg: body,
                aad: &aad,
            },
        )
        .ok()
}
