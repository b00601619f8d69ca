use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use data_encoding::{BASE64, HEXLOWER};
use oneclaw_core::audit::Checkpoint;
use oneclaw_core::audit::note::{self, NoteError};
use oneclaw_crypto::Keyring;
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose};
use oneclaw_crypto::sign::{
    InvalidVerifierKey, SignError, VerifierKey, VerifyError, verify_checkpoint, verify_note,
};

use crate::{bytes32, keyring, random};

const ORIGIN: &str = "vault.example.com/log/ada";

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: 42,
        root: bytes32(90),
    }
}

fn key(keyring: &Keyring) -> VerifierKey {
    keyring.checkpoint_keys(ORIGIN).next().unwrap()
}

#[test]
fn a_signed_checkpoint_verifies_with_the_published_key() {
    let keyring = keyring(91);
    let note = keyring.sign_checkpoint(&checkpoint()).unwrap();
    let published: VerifierKey = key(&keyring).to_string().parse().unwrap();
    assert_eq!(published, key(&keyring));
    assert_eq!(verify_checkpoint(&note, &published), Ok(checkpoint()));
}

#[test]
fn any_changed_character_is_refused() {
    let keyring = keyring(91);
    let note = keyring.sign_checkpoint(&checkpoint()).unwrap();
    for (index, found) in note.char_indices() {
        let replacement = if found == '7' { "8" } else { "7" };
        let (before, after) = (&note[..index], &note[index + found.len_utf8()..]);
        for changed in [
            format!("{before}{replacement}{after}"),
            format!("{before}{after}"),
        ] {
            assert!(
                verify_checkpoint(&changed, &key(&keyring)).is_err(),
                "{changed}"
            );
        }
    }
    for length in (0..note.len()).filter(|length| note.is_char_boundary(*length)) {
        assert!(
            verify_checkpoint(&note[..length], &key(&keyring)).is_err(),
            "{length}"
        );
    }
}

#[test]
fn other_keys_and_other_logs_are_refused() {
    let keyring = keyring(91);
    let note = keyring.sign_checkpoint(&checkpoint()).unwrap();
    let stranger = key(&crate::keyring(92));
    assert_eq!(
        verify_checkpoint(&note, &stranger),
        Err(VerifyError::OtherKey)
    );
    let other_log = keyring
        .checkpoint_keys("vault.example.com/log/bob")
        .next()
        .unwrap();
    assert_eq!(
        verify_checkpoint(&note, &other_log),
        Err(VerifyError::OtherKey)
    );
    assert_eq!(
        verify_checkpoint("no note", &stranger),
        Err(VerifyError::NotANote(NoteError::Shape))
    );
}

#[test]
fn after_rotation_old_and_new_checkpoints_verify() {
    let old_keys = Keyring::generate(&random(93));
    let old_key = old_keys
        .into_iter()
        .find(|key| key.purpose() == KeyPurpose::LogSigning)
        .unwrap();
    let before = keyring(93);
    let old_note = before.sign_checkpoint(&checkpoint()).unwrap();

    let mut keys: Vec<InstanceKey> = Keyring::generate(&random(94));
    keys.push(old_key);
    let after = Keyring::from_keys(keys).unwrap();
    let new_note = after.sign_checkpoint(&checkpoint()).unwrap();
    let published: Vec<_> = after.checkpoint_keys(ORIGIN).collect();
    assert_eq!(published.len(), 2);
    assert!(verify_checkpoint(&new_note, &published[0]).is_ok());
    assert!(verify_checkpoint(&old_note, &published[1]).is_ok());
    assert_eq!(published[1], key(&before));
}

#[test]
fn names_that_would_break_the_note_are_not_signed() {
    for origin in ["", "two words", "a+b", "line\nbreak"] {
        let checkpoint = Checkpoint {
            origin: origin.into(),
            ..checkpoint()
        };
        let result = keyring(91).sign_checkpoint(&checkpoint);
        assert_eq!(result, Err(SignError::InvalidName), "{origin:?}");
    }
}

/// The example of Go's `golang.org/x/mod/sumdb/note`, made by that implementation.
const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const GO_SIGNATURE: &str = "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1\
    FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn notes_of_another_implementation_verify() {
    let key: VerifierKey = GO_KEY.parse().unwrap();
    assert_eq!(key.name(), "PeterNeumann");
    assert_eq!(key.to_string(), GO_KEY);
    let note = format!("{GO_TEXT}{GO_SIGNATURE}");
    assert_eq!(verify_note(&note, &key), Ok(GO_TEXT));
    assert!(matches!(
        verify_checkpoint(&note, &key),
        Err(VerifyError::NotACheckpoint(_))
    ));
    let forged = note.replace("your problem is", "my problem is");
    assert_eq!(verify_note(&forged, &key), Err(VerifyError::Signature));
}

/// Signed by the right key under the right name, but saying it is about another log.
#[test]
fn a_checkpoint_is_only_taken_for_the_log_it_names() {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public_key: [u8; 32] = pair.public_key().as_ref().try_into().unwrap();
    let hash = note::ed25519_key_hash("other.example/log", &public_key);
    let signature = pair.sign(checkpoint().to_body().as_bytes());
    let text = note::format(
        &checkpoint().to_body(),
        "other.example/log",
        hash,
        signature.as_ref(),
    );
    let key = [[1].as_slice(), &public_key].concat();
    let key = format!(
        "other.example/log+{}+{}",
        HEXLOWER.encode(&hash),
        BASE64.encode(&key)
    );
    let key: VerifierKey = key.parse().unwrap();
    assert!(verify_note(&text, &key).is_ok());
    assert_eq!(verify_checkpoint(&text, &key), Err(VerifyError::OtherLog));
}

#[test]
fn damaged_verifier_keys_are_refused() {
    let wrong_type = GO_KEY.replace("+ARpc", "+Ahpc");
    let wrong_hash = GO_KEY.replace("c74f20a3", "c74f20a4");
    let other_name = GO_KEY.replace("Peter", "Petra");
    for text in [
        "",
        "a",
        "a+b",
        "a+b+c",
        &wrong_type,
        &wrong_hash,
        &other_name,
        &GO_KEY[..60],
    ] {
        assert_eq!(
            text.parse::<VerifierKey>(),
            Err(InvalidVerifierKey),
            "{text}"
        );
    }
}
