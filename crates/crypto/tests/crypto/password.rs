use oneclaw_core::secret::SecretString;
use oneclaw_crypto::password::{PasswordError, PasswordHasher, needs_rehash};

use crate::{keyring, random};

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn hasher(seed: u64) -> PasswordHasher {
    PasswordHasher::new(&keyring(seed))
}

#[tokio::test]
async fn only_the_right_password_verifies() {
    let hasher = hasher(130);
    let stored = hasher
        .hash(&secret("D3mo!Passw0rd#x7"), &random(131))
        .await
        .unwrap();
    assert!(
        stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
        "{stored}"
    );
    assert!(!needs_rehash(&stored));
    let verify = async |password| hasher.verify(&secret(password), Some(&stored)).await;
    assert_eq!(verify("D3mo!Passw0rd#x7").await, Ok(true));
    assert_eq!(verify("D3mo!Passw0rd#x8").await, Ok(false));
    assert_eq!(verify("").await, Ok(false));
    assert_eq!(
        hasher.verify(&secret("D3mo!Passw0rd#x7"), None).await,
        Ok(false)
    );
}

#[tokio::test]
async fn a_hash_is_worthless_without_the_pepper() {
    let stored = hasher(130)
        .hash(&secret("correct horse"), &random(131))
        .await
        .unwrap();
    let elsewhere = hasher(132)
        .verify(&secret("correct horse"), Some(&stored))
        .await;
    assert_eq!(elsewhere, Ok(false));
}

#[tokio::test]
async fn equal_passwords_have_different_hashes() {
    let (hasher, random) = (hasher(130), random(131));
    let first = hasher
        .hash(&secret("correct horse"), &random)
        .await
        .unwrap();
    let second = hasher
        .hash(&secret("correct horse"), &random)
        .await
        .unwrap();
    assert_ne!(first, second);
}

const OTHER_COST: &str = "$argon2id$v=19$m=8192,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$\
    AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

#[tokio::test]
async fn hashes_with_older_parameters_still_work_and_ask_to_be_replaced() {
    assert!(needs_rehash(OTHER_COST));
    assert_eq!(
        hasher(130).verify(&secret("x"), Some(OTHER_COST)).await,
        Ok(false)
    );
}

/// What is stored decides neither the algorithm nor how much work we do.
#[tokio::test]
async fn foreign_and_excessive_hashes_are_refused() {
    let bad = [
        String::new(),
        "plain".into(),
        OTHER_COST.replace("argon2id", "argon2d"),
        OTHER_COST.replace("argon2id", "argon2i"),
        OTHER_COST.replace("argon2id", "scrypt"),
        OTHER_COST.replace("v=19", "v=16"),
        OTHER_COST.replace("$v=19", ""),
        OTHER_COST.replace("m=8192", "m=4194304"),
        OTHER_COST.replace("t=1", "t=1000000"),
        OTHER_COST.replace("p=1", "p=64"),
        OTHER_COST[..60].to_owned(),
        OTHER_COST.rsplit_once('$').unwrap().0.to_owned(),
    ];
    for stored in bad {
        let result = hasher(130).verify(&secret("x"), Some(&stored)).await;
        assert_eq!(result, Err(PasswordError::MalformedHash), "{stored}");
        assert!(needs_rehash(&stored));
    }
}
