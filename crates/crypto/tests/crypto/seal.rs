use oneclaw_crypto::seal::{Context, Key, KeyId, OVERHEAD, OpenError, Purpose, open, seal};
use uuid::Uuid;

use crate::second::{self, Field};
use crate::{bit_flips, bytes32, id, random};

const KEY_ID: KeyId = KeyId::from_bytes(*b"key-id-1");

fn key() -> Key {
    Key::from_material(KEY_ID, &bytes32(1)).unwrap()
}

fn context() -> Context {
    Context::new(Purpose::Value)
        .uuid(id(1))
        .text("prod/db")
        .integer(7)
}

fn context_bytes() -> Vec<u8> {
    second::context(&[
        Field::Text("value"),
        Field::Uuid(id(1)),
        Field::Text("prod/db"),
        Field::Integer(7),
    ])
}

fn refusal(blob: &[u8]) -> OpenError {
    open(&key(), &context(), blob).err().unwrap()
}

#[test]
fn what_is_sealed_opens_and_has_the_announced_length() {
    for length in [0, 1, 15, 16, 17, 1000, 100_000] {
        let plaintext = vec![0x5a; length];
        let blob = seal(&key(), &context(), &plaintext, &random(2)).unwrap();
        assert_eq!(blob.len(), length + OVERHEAD);
        assert_eq!(open(&key(), &context(), &blob).unwrap().expose(), plaintext);
    }
}

#[test]
fn two_seals_of_the_same_plaintext_share_nothing_but_the_key_id() {
    let random = random(3);
    let first = seal(&key(), &context(), &[0; 64], &random).unwrap();
    let second = seal(&key(), &context(), &[0; 64], &random).unwrap();
    assert_eq!(first[..10], second[..10]);
    for (start, end) in [(10, 42), (42, 74), (74, 138), (138, 154)] {
        assert_ne!(first[start..end], second[start..end]);
    }
}

#[test]
fn a_second_implementation_agrees_in_both_directions() {
    let ours = seal(&key(), &context(), b"plaintext", &random(4)).unwrap();
    assert_eq!(
        second::open(&bytes32(1), &context_bytes(), &ours).unwrap(),
        b"plaintext"
    );
    let theirs = second::seal(
        &bytes32(1),
        *KEY_ID.as_bytes(),
        &bytes32(5),
        &context_bytes(),
        b"plaintext",
    );
    assert_eq!(
        open(&key(), &context(), &theirs).unwrap().expose(),
        b"plaintext"
    );
}

#[test]
fn any_changed_bit_is_refused() {
    let blob = seal(&key(), &context(), b"plaintext", &random(6)).unwrap();
    for (index, changed) in bit_flips(&blob) {
        let error = refusal(&changed);
        match index {
            0 | 1 => assert!(
                matches!(error, OpenError::UnknownFormat { .. }),
                "byte {index}"
            ),
            2..10 => assert!(matches!(error, OpenError::UnknownKey(_)), "byte {index}"),
            _ => assert_eq!(error, OpenError::Refused, "byte {index}"),
        }
    }
}

#[test]
fn any_other_length_is_refused() {
    let blob = seal(&key(), &context(), b"plaintext", &random(7)).unwrap();
    for length in 0..OVERHEAD {
        assert_eq!(
            refusal(&blob[..length]),
            OpenError::Malformed,
            "{length} bytes"
        );
    }
    for length in OVERHEAD..blob.len() {
        assert_eq!(
            refusal(&blob[..length]),
            OpenError::Refused,
            "{length} bytes"
        );
    }
    assert_eq!(
        refusal(&[blob.as_slice(), &[0]].concat()),
        OpenError::Refused
    );
}

#[test]
fn any_other_context_is_refused() {
    let blob = seal(&key(), &context(), b"plaintext", &random(8)).unwrap();
    let value = || Context::new(Purpose::Value);
    let others = [
        value(),
        Context::new(Purpose::DataKey)
            .uuid(id(1))
            .text("prod/db")
            .integer(7),
        value().uuid(id(2)).text("prod/db").integer(7),
        value().uuid(id(1)).text("prod/dc").integer(7),
        value().uuid(id(1)).text("prod/db").integer(8),
        value().uuid(id(1)).integer(7).text("prod/db"),
        value().uuid(id(1)).text("prod").text("/db").integer(7),
        value().uuid(id(1)).text("prod/db"),
        context().integer(0),
        context().text(""),
    ];
    for other in others {
        assert_eq!(
            open(&key(), &other, &blob).err(),
            Some(OpenError::Refused),
            "{other:?} must not open it"
        );
    }
}

#[test]
fn fields_of_different_kinds_with_the_same_bytes_are_different_contexts() {
    let eight = u64::from_be_bytes(*b"8 bytes!");
    let sixteen = Uuid::from_bytes(*b"sixteen bytes!!!");
    let start = || Context::new(Purpose::Mail);
    assert_ne!(start().text("8 bytes!"), start().integer(eight));
    assert_ne!(start().text("sixteen bytes!!!"), start().uuid(sixteen));
    assert_ne!(start().text("ab").text("c"), start().text("a").text("bc"));
    assert_ne!(start().text(""), start());
}

#[test]
fn another_key_is_refused_even_under_the_same_id() {
    let blob = seal(&key(), &context(), b"plaintext", &random(9)).unwrap();
    let impostor = Key::from_material(KEY_ID, &bytes32(10)).unwrap();
    assert_eq!(
        open(&impostor, &context(), &blob).err(),
        Some(OpenError::Refused)
    );
    let stranger = Key::generate(&random(11));
    assert_eq!(
        open(&stranger, &context(), &blob).err(),
        Some(OpenError::UnknownKey(KEY_ID))
    );
}

/// The tag alone would accept this blob: only the commitment says no.
#[test]
fn a_blob_that_commits_to_another_key_is_refused() {
    let other = second::seal(
        &bytes32(10),
        *KEY_ID.as_bytes(),
        &bytes32(5),
        &context_bytes(),
        b"",
    );
    let commitment = other[42..74].try_into().unwrap();
    let forged = second::seal_committed_to(
        &commitment,
        &bytes32(1),
        *KEY_ID.as_bytes(),
        &bytes32(5),
        &context_bytes(),
        b"plaintext",
    );
    assert_eq!(refusal(&forged), OpenError::Refused);
}

#[test]
fn key_ids_have_one_spelling() {
    let key_id = KeyId::from_bytes([0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff]);
    assert_eq!(key_id.to_string(), "00010203fcfdfeff");
    assert_eq!("00010203fcfdfeff".parse(), Ok(key_id));
    for text in [
        "",
        "00010203fcfdfe",
        "00010203fcfdfeff00",
        "00010203FCFDFEFF",
        "../../../../etc/p",
    ] {
        assert!(text.parse::<KeyId>().is_err(), "{text}");
    }
}
