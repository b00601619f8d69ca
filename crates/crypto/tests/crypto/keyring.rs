use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose, KeyringError};
use oneclaw_crypto::seal::OpenError;
use oneclaw_crypto::{Keyring, MasterKeys};

use crate::{NOW, bytes32, random};

fn master() -> MasterKeys {
    MasterKeys::generate(&random(50), NOW)
}

#[test]
fn every_purpose_has_one_stable_name() {
    let names = [
        "token_index",
        "password_pepper",
        "mail",
        "jwt_signing",
        "log_signing",
        "link",
        "records",
    ];
    assert_eq!(KeyPurpose::ALL.map(KeyPurpose::as_str), names);
    for purpose in KeyPurpose::ALL {
        assert_eq!(purpose.as_str().parse(), Ok(purpose));
    }
    assert_eq!(
        "Mail".parse::<KeyPurpose>(),
        Err(KeyringError::UnknownPurpose)
    );
}

#[test]
fn a_wrapped_key_loads_only_under_its_own_purpose_and_id() {
    let key = InstanceKey::generate(KeyPurpose::TokenIndex, &random(51));
    let other = InstanceKey::generate(KeyPurpose::TokenIndex, &random(52));
    let blob = key.wrap(&master(), &random(53)).unwrap();
    let load = |purpose, key_id| InstanceKey::unwrap(&master(), purpose, key_id, &blob);
    assert!(load(KeyPurpose::TokenIndex, key.id()).is_ok());
    assert_eq!(
        load(KeyPurpose::TokenIndex, other.id()).err(),
        Some(OpenError::Refused)
    );
    for purpose in KeyPurpose::ALL.into_iter().skip(1) {
        assert_eq!(
            load(purpose, key.id()).err(),
            Some(OpenError::Refused),
            "{purpose}"
        );
    }
}

#[test]
fn a_stored_keyring_is_the_same_after_loading() {
    let keys = Keyring::generate(&random(54));
    let loaded = keys
        .iter()
        .map(|key| {
            let blob = key.wrap(&master(), &random(55)).unwrap();
            InstanceKey::unwrap(&master(), key.purpose(), key.id(), &blob).unwrap()
        })
        .collect();
    let original = Keyring::from_keys(keys).unwrap();
    let loaded = Keyring::from_keys(loaded).unwrap();
    assert_eq!(original.jwks(), loaded.jwks());
    assert_eq!(
        original.keyed_digest("test", b"x"),
        loaded.keyed_digest("test", b"x")
    );
}

#[test]
fn an_incomplete_or_ambiguous_set_is_refused() {
    let without = |missing: KeyPurpose| {
        let keys = Keyring::generate(&random(56));
        Keyring::from_keys(
            keys.into_iter()
                .filter(|key| key.purpose() != missing)
                .collect(),
        )
    };
    let with_two = |repeated: KeyPurpose| {
        let mut keys = Keyring::generate(&random(56));
        keys.push(InstanceKey::generate(repeated, &random(57)));
        Keyring::from_keys(keys)
    };
    for purpose in KeyPurpose::ALL {
        assert_eq!(without(purpose).err(), Some(KeyringError::Missing(purpose)));
        match purpose {
            KeyPurpose::Mail
            | KeyPurpose::JwtSigning
            | KeyPurpose::LogSigning
            | KeyPurpose::Records => {
                assert!(with_two(purpose).is_ok(), "{purpose}");
            }
            _ => assert_eq!(
                with_two(purpose).err(),
                Some(KeyringError::Repeated(purpose))
            ),
        }
    }
}

#[test]
fn material_of_another_length_is_refused() {
    let key_id = InstanceKey::generate(KeyPurpose::Link, &random(58)).id();
    let from = |material: &[u8]| {
        InstanceKey::from_material(KeyPurpose::Link, key_id, &material.to_vec().into())
    };
    assert!(from(&bytes32(59)).is_ok());
    for length in [0, 16, 31] {
        let error = from(&bytes32(59)[..length]).err();
        assert_eq!(error, Some(KeyringError::Malformed(KeyPurpose::Link)));
    }
}
