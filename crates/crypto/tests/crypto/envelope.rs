use oneclaw_core::caller::{AuthMethod, Principal, Role};
use oneclaw_core::id::{MailId, OrgId, SecretId, UserId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::{Action, Granted, Request, evaluate};
use oneclaw_crypto::envelope::{
    EnvelopeError, InternalPurpose, SealedRef, SealedValue, ValueContext, VaultKey, decrypt_value,
    decrypt_value_internal, encrypt_value, open_mail, rewrap_data_key, seal_mail, wrapped_under,
};
use oneclaw_crypto::keyring::{InstanceKey, KeyPurpose};
use oneclaw_crypto::seal::OpenError;
use oneclaw_crypto::{Keyring, MasterKeys};

use crate::{NOW, bit_flips, id, keyring, random};

const ORG: u128 = 1;
const VAULT: u128 = 2;
const SECRET: u128 = 3;

fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

fn context() -> ValueContext {
    ValueContext {
        org: id(ORG),
        vault: id(VAULT),
        secret: id(SECRET),
        path: path("prod/db"),
        version: 4,
        secret_type: "password".into(),
    }
}

fn vault_key() -> VaultKey {
    VaultKey::generate(id(ORG), id(VAULT), 1, &random(20))
}

/// A decision in favour of the vault's owner.
fn granted(vault: VaultId, action: Action, path: &SecretPath) -> Granted {
    let owner = Principal::User(UserId::from_uuid(id(9)));
    let request = Request {
        now: NOW,
        principal: owner,
        role: Some(Role::Owner),
        auth_method: AuthMethod::Password,
        ip: None,
        environment: None,
        vault,
        vault_owner: owner,
        vault_binding: &[],
        scopes: &[],
        action,
        path,
    };
    evaluate(&request, []).unwrap()
}

fn sealed() -> SealedValue {
    encrypt_value(&vault_key(), &context(), b"hunter2", &random(21)).unwrap()
}

/// Opens without a decision, for the tests of the bindings.
fn open(
    key: &VaultKey,
    context: &ValueContext,
    sealed: &SealedValue,
) -> Result<Vec<u8>, EnvelopeError> {
    decrypt_value_internal(InternalPurpose::Doctor, key, context, sealed)
        .map(|value| value.expose().to_vec())
}

#[test]
fn a_value_round_trips_for_every_action_that_discloses_it() {
    for action in [Action::Read, Action::Use, Action::Share] {
        let granted = granted(id(VAULT), action, &path("prod/db"));
        let value = decrypt_value(&vault_key(), &context(), &sealed(), &granted).unwrap();
        assert_eq!(value.expose(), b"hunter2");
    }
}

#[test]
fn a_decision_for_something_else_discloses_nothing() {
    let elsewhere = [
        granted(id(99), Action::Read, &path("prod/db")),
        granted(id(VAULT), Action::Read, &path("prod/db2")),
        granted(id(VAULT), Action::Read, &path("prod")),
    ];
    let disclosing_nothing = [Action::List, Action::Write, Action::Delete, Action::Rotate]
        .map(|action| granted(id(VAULT), action, &path("prod/db")));
    for granted in elsewhere.into_iter().chain(disclosing_nothing) {
        let result = decrypt_value(&vault_key(), &context(), &sealed(), &granted);
        assert_eq!(result.err(), Some(EnvelopeError::NotGranted), "{granted:?}");
    }
}

#[test]
fn a_value_opens_only_in_its_own_place() {
    let sealed = sealed();
    assert_eq!(open(&vault_key(), &context(), &sealed).unwrap(), b"hunter2");
    let swapped = [
        ValueContext {
            secret: id(99),
            ..context()
        },
        ValueContext {
            path: path("prod/db2"),
            ..context()
        },
        ValueContext {
            path: path("prod"),
            ..context()
        },
        ValueContext {
            version: 3,
            ..context()
        },
        ValueContext {
            version: 5,
            ..context()
        },
        ValueContext {
            secret_type: "note".into(),
            ..context()
        },
    ];
    for context in swapped {
        let result = open(&vault_key(), &context, &sealed);
        assert_eq!(result, Err(OpenError::Refused.into()), "{context:?}");
    }
    for context in [
        ValueContext {
            org: id(99),
            ..context()
        },
        ValueContext {
            vault: id(99),
            ..context()
        },
    ] {
        assert_eq!(
            open(&vault_key(), &context, &sealed),
            Err(EnvelopeError::OtherVault)
        );
        // Also when row and key are moved together, the key material being the stolen vault's.
        let key = stored_elsewhere(context.org, context.vault);
        assert_eq!(key.err(), Some(OpenError::Refused));
    }
}

/// Tries to load the vault key's blob as the key of another vault.
fn stored_elsewhere(org: OrgId, vault: VaultId) -> Result<VaultKey, OpenError> {
    let master = MasterKeys::generate(&random(22), NOW);
    let blob = vault_key().wrap(&master, &random(23)).unwrap();
    VaultKey::unwrap(&master, org, vault, 1, &blob)
}

#[test]
fn a_vault_key_loads_only_as_what_it_is() {
    let master = MasterKeys::generate(&random(22), NOW);
    let blob = vault_key().wrap(&master, &random(23)).unwrap();
    let loaded = VaultKey::unwrap(&master, id(ORG), id(VAULT), 1, &blob).unwrap();
    assert_eq!(loaded.id(), vault_key().id());
    assert_eq!(open(&loaded, &context(), &sealed()).unwrap(), b"hunter2");
    for generation in [0, 2] {
        let result = VaultKey::unwrap(&master, id(ORG), id(VAULT), generation, &blob);
        assert_eq!(result.err(), Some(OpenError::Refused));
    }
    for (index, changed) in bit_flips(&blob) {
        let result = VaultKey::unwrap(&master, id(ORG), id(VAULT), 1, &changed);
        assert!(result.is_err(), "byte {index}");
    }
}

#[test]
fn parts_of_different_values_do_not_mix() {
    let random = random(24);
    let old = encrypt_value(&vault_key(), &context(), b"old", &random).unwrap();
    let new_context = ValueContext {
        version: 5,
        ..context()
    };
    let new = encrypt_value(&vault_key(), &new_context, b"new", &random).unwrap();
    // The previous version, put into the row of the current one.
    assert_eq!(
        open(&vault_key(), &new_context, &old),
        Err(OpenError::Refused.into())
    );
    for (wrapped_key, ciphertext) in [
        (&old.wrapped_key, &new.ciphertext),
        (&new.wrapped_key, &old.ciphertext),
    ] {
        let mixed = SealedValue {
            wrapped_key: wrapped_key.clone(),
            ciphertext: ciphertext.clone(),
        };
        assert!(open(&vault_key(), &context(), &mixed).is_err());
        assert!(open(&vault_key(), &new_context, &mixed).is_err());
    }
}

#[test]
fn any_changed_bit_is_refused() {
    let sealed = sealed();
    for (index, wrapped_key) in bit_flips(&sealed.wrapped_key) {
        let changed = SealedValue {
            wrapped_key,
            ciphertext: sealed.ciphertext.clone(),
        };
        assert!(
            open(&vault_key(), &context(), &changed).is_err(),
            "key byte {index}"
        );
    }
    for (index, ciphertext) in bit_flips(&sealed.ciphertext) {
        let changed = SealedValue {
            wrapped_key: sealed.wrapped_key.clone(),
            ciphertext,
        };
        assert!(
            open(&vault_key(), &context(), &changed).is_err(),
            "value byte {index}"
        );
    }
}

#[test]
fn each_write_has_its_own_data_key() {
    let random = random(25);
    let mut key_ids = Vec::new();
    for _ in 0..10 {
        let sealed = encrypt_value(&vault_key(), &context(), b"same", &random).unwrap();
        // The data key's id stands in the header of what it sealed.
        key_ids.push(wrapped_under(&sealed.ciphertext).unwrap());
        assert_eq!(wrapped_under(&sealed.wrapped_key), Some(vault_key().id()));
    }
    key_ids.sort();
    key_ids.dedup();
    assert_eq!(key_ids.len(), 10);
}

#[test]
fn lengths_are_hidden_within_a_size_class() {
    let length = |value: &[u8]| {
        encrypt_value(&vault_key(), &context(), value, &random(26))
            .unwrap()
            .ciphertext
            .len()
    };
    assert_eq!(length(b""), length(&[1; 28]));
    assert_eq!(length(&[1; 2000]), length(&[1; 1021]));
    assert!(length(&[1; 28]) < length(&[1; 29]));
}

#[test]
fn a_value_is_never_written_under_the_key_of_another_vault() {
    for key in [
        VaultKey::generate(id(ORG), id(99), 1, &random(27)),
        VaultKey::generate(id(99), id(VAULT), 1, &random(27)),
    ] {
        let result = encrypt_value(&key, &context(), b"value", &random(28));
        assert_eq!(result, Err(EnvelopeError::OtherVault));
    }
}

#[test]
fn a_rename_and_a_rotation_wrap_the_data_key_only() {
    let sealed = sealed();
    let renamed = ValueContext {
        path: path("prod/database"),
        ..context()
    };
    let rotated_key = VaultKey::generate(id(ORG), id(VAULT), 2, &random(29));
    let wrapped_key = rewrap_data_key(
        (&vault_key(), &context()),
        (&rotated_key, &renamed),
        &sealed.wrapped_key,
        &random(30),
    )
    .unwrap();
    let moved = SealedRef {
        wrapped_key: &wrapped_key,
        ciphertext: &sealed.ciphertext,
    };
    let open = |key: &VaultKey, context: &ValueContext| {
        decrypt_value_internal(InternalPurpose::Rotation, key, context, moved)
            .map(|value| value.expose().to_vec())
    };
    assert_eq!(open(&rotated_key, &renamed).unwrap(), b"hunter2");
    assert_eq!(
        open(&rotated_key, &context()),
        Err(OpenError::Refused.into())
    );
    assert_eq!(
        open(&vault_key(), &renamed),
        Err(OpenError::UnknownKey(rotated_key.id()).into())
    );
    let from_elsewhere = rewrap_data_key(
        (&vault_key(), &renamed),
        (&rotated_key, &renamed),
        &sealed.wrapped_key,
        &random(31),
    );
    assert_eq!(from_elsewhere, Err(OpenError::Refused.into()));
}

#[test]
fn a_generation_does_not_stand_in_for_another() {
    // The same key material, claimed to be of another generation.
    let master = MasterKeys::generate(&random(22), NOW);
    let claimed = VaultKey::generate(id(ORG), id(VAULT), 2, &random(20));
    assert_eq!(claimed.id(), vault_key().id());
    assert_eq!(
        open(&claimed, &context(), &sealed()),
        Err(OpenError::Refused.into())
    );
    let blob = claimed.wrap(&master, &random(23)).unwrap();
    assert!(VaultKey::unwrap(&master, id(ORG), id(VAULT), 1, &blob).is_err());
}

#[test]
fn mail_bodies_open_for_their_own_mail_only_and_survive_rotation() {
    let before = Keyring::generate(&random(32));
    let old_mail_key = before
        .into_iter()
        .find(|key| key.purpose() == KeyPurpose::Mail)
        .unwrap();
    let first = Keyring::from_keys(Keyring::generate(&random(32))).unwrap();
    let mail: MailId = id(40);
    let blob = seal_mail(&first, mail, b"your key is ...", &random(33)).unwrap();
    assert_eq!(
        open_mail(&first, mail, &blob).unwrap().expose(),
        b"your key is ..."
    );
    assert_eq!(
        open_mail(&first, id(41), &blob).err(),
        Some(OpenError::Refused)
    );

    let mut keys: Vec<InstanceKey> = Keyring::generate(&random(34));
    keys.push(old_mail_key);
    let rotated = Keyring::from_keys(keys).unwrap();
    assert_eq!(
        open_mail(&rotated, mail, &blob).unwrap().expose(),
        b"your key is ..."
    );
    let stranger = keyring(35);
    assert!(matches!(
        open_mail(&stranger, mail, &blob).err(),
        Some(OpenError::UnknownKey(_))
    ));
    assert_eq!(
        open_mail(&first, mail, b"short").err(),
        Some(OpenError::Malformed)
    );
}

#[test]
fn ids_of_secrets_with_the_same_path_keep_values_apart() {
    // A secret deleted and created again at its path is another secret.
    let again = ValueContext {
        secret: SecretId::from_uuid(id(77)),
        version: 4,
        ..context()
    };
    assert_eq!(
        open(&vault_key(), &again, &sealed()),
        Err(OpenError::Refused.into())
    );
}
