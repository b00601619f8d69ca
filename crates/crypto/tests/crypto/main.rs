//! Tests of the public interface: formats, bindings, refusals, and the checked-in vectors.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail as tests do, by panicking"
)]

mod envelope;
mod identity;
mod jwt;
mod keyring;
mod link;
mod master;
mod password;
mod seal;
mod second;
mod sign;
mod token;
mod vectors;

use oneclaw_core::clock::{Random, SeededRandom, Timestamp};
use oneclaw_crypto::Keyring;
use uuid::Uuid;

/// A server shares these between its tasks.
#[test]
fn what_is_shared_can_be_shared() {
    fn is_shareable<T: Send + Sync>(_: &T) {}
    let keyring = keyring(1);
    let hasher = oneclaw_crypto::password::PasswordHasher::new(&keyring);
    let password = String::new().into();
    is_shareable(&hasher.verify(&password, None));
    is_shareable(&oneclaw_crypto::MasterKeys::generate(&random(1), NOW));
    is_shareable(&hasher);
    is_shareable(&keyring);
}

/// 2026-11-23T14:55:00Z
const NOW: Timestamp = Timestamp::from_seconds(1_795_445_700);

fn random(seed: u64) -> SeededRandom {
    SeededRandom::new(seed)
}

fn keyring(seed: u64) -> Keyring {
    Keyring::from_keys(Keyring::generate(&random(seed))).unwrap()
}

/// A recognisable id of any kind.
fn id<T: From<Uuid>>(number: u128) -> T {
    T::from(Uuid::from_u128(
        0x018f_3c1e_7a52_7c3d_9b1e_0000_0000_0000 | number,
    ))
}

/// 32 bytes from a seeded stream.
fn bytes32(seed: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    random(seed).fill(&mut bytes);
    bytes
}

/// Every copy of `bytes` that differs from it in one bit of one byte, with that byte's index.
fn bit_flips(bytes: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..bytes.len()).flat_map(move |index| {
        (0..8).map(move |bit| {
            let mut changed = bytes.to_vec();
            changed[index] ^= 1 << bit;
            (index, changed)
        })
    })
}
