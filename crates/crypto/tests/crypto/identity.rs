use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use data_encoding::BASE64;
use oneclaw_core::clock::Random;
use oneclaw_crypto::identity::{generate_ed25519, generate_p256, ssh_fingerprint};

use crate::random;

#[test]
fn key_pairs_have_the_encodings_of_the_wire_contract() {
    let signing = generate_ed25519(&random(80)).unwrap();
    assert_eq!(
        (signing.private_key.len(), signing.public_key.len()),
        (44, 44)
    );
    let agreement = generate_p256(&random(80)).unwrap();
    assert_eq!(
        (agreement.private_key.len(), agreement.public_key.len()),
        (44, 88)
    );
    let point = BASE64.decode(agreement.public_key.as_bytes()).unwrap();
    assert_eq!((point.len(), point[0]), (65, 4));
}

#[test]
fn the_private_p256_key_belongs_to_the_public_one() {
    let key = generate_p256(&random(81)).unwrap();
    let scalar = BASE64.decode(key.private_key.expose().as_bytes()).unwrap();
    let private = PrivateKey::from_private_key(&ECDH_P256, &scalar).unwrap();
    let public = BASE64.encode(private.compute_public_key().unwrap().as_ref());
    assert_eq!(public, key.public_key);
}

/// Gives the listed 32-byte numbers, one per call.
struct Listed(std::sync::Mutex<Vec<[u8; 32]>>);

impl Random for Listed {
    fn fill(&self, out: &mut [u8]) {
        out.copy_from_slice(&self.0.lock().unwrap().remove(0));
    }
}

#[test]
fn numbers_outside_the_group_are_drawn_again() {
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order = data_encoding::HEXLOWER.decode(order.as_bytes()).unwrap();
    let mut one = [0; 32];
    one[31] = 1;
    let random = Listed(vec![[0; 32], order.try_into().unwrap(), [0xff; 32], one].into());
    let key = generate_p256(&random).unwrap();
    assert_eq!(
        BASE64.decode(key.private_key.expose().as_bytes()).unwrap(),
        one
    );
    assert!(generate_p256(&Listed(vec![[0; 32]; 4].into())).is_err());
}

/// RFC 8032 section 7.1, test 1.
#[test]
fn the_ed25519_public_key_is_the_standard_one() {
    let decode = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    let seed = decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let key = generate_ed25519(&Listed(vec![seed.try_into().unwrap()].into())).unwrap();
    assert_eq!(key.public_key, BASE64.encode(&public));
}

/// Computed with `ssh-keygen -l -f`.
#[test]
fn fingerprints_are_those_of_ssh_keygen() {
    let public = BASE64
        .decode(b"ZnbIC+IF5HcL4U4ph4F+fK14L3pE1obd+ildZs5y7d8=")
        .unwrap();
    assert_eq!(
        ssh_fingerprint(&public.try_into().unwrap()),
        "SHA256:s6IzE0lx9hxTYSRDFdFtg5DBNftp37TtS64xnrQuExE"
    );
}
