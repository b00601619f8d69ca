//! The tree against the published RFC 6962 test vectors and against its recursive definition.

use data_encoding::HEXLOWER;
use oneclaw_core::audit::{
    Frontier, Hash, consistency_proof, empty_root, inclusion_proof, verify_consistency,
    verify_inclusion,
};
use sha2::{Digest, Sha256};

fn sha256(parts: &[&[u8]]) -> Hash {
    parts
        .iter()
        .fold(Sha256::new(), Digest::chain_update)
        .finalize()
        .into()
}

/// RFC 6962 section 2.1, word by word, over leaf hashes.
fn root_by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            let (left, right) = leaves.split_at(k);
            sha256(&[&[1], &root_by_definition(left), &root_by_definition(right)])
        }
    }
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count)
        .map(|index| sha256(&[&[0], &index.to_be_bytes()]))
        .collect()
}

fn frontier(leaves: &[Hash]) -> Frontier {
    let mut frontier = Frontier::new();
    frontier.extend(leaves.iter().copied());
    frontier
}

/// The inputs and roots that Certificate Transparency implementations test with.
#[test]
fn roots_agree_with_the_published_vectors() {
    let inputs: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaves: Vec<Hash> = inputs.iter().map(|input| sha256(&[&[0], input])).collect();
    for (size, root) in roots.iter().enumerate() {
        let frontier = frontier(&leaves[..size]);
        assert_eq!(frontier.size(), size as u64);
        assert_eq!(HEXLOWER.encode(&frontier.root()), *root);
    }
    assert_eq!(HEXLOWER.encode(&empty_root()), roots[0]);
}

#[test]
fn the_frontier_agrees_with_the_definition_and_survives_storage() {
    let leaves = leaves(300);
    let mut frontier = Frontier::new();
    for size in 0..leaves.len() {
        assert_eq!(
            frontier.root(),
            root_by_definition(&leaves[..size]),
            "{size}"
        );
        frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
        frontier.append(leaves[size]);
    }
}

#[test]
fn damaged_frontiers_are_refused() {
    let bytes = frontier(&leaves(11)).to_bytes();
    assert_eq!(bytes.len(), 1 + 8 + 3 * 32);
    for length in 0..bytes.len() {
        assert!(Frontier::from_bytes(&bytes[..length]).is_err(), "{length}");
    }
    let with = |index: usize, byte: u8| {
        let mut changed = bytes.clone();
        changed[index] = byte;
        Frontier::from_bytes(&changed)
    };
    assert!(with(0, 2).is_err(), "another version");
    assert!(with(8, 12).is_err(), "another number of peaks");
    assert!(Frontier::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
    assert!(Frontier::from_bytes(&[1, 0, 0, 0, 0, 0, 0, 0, 0]).is_ok());
}

#[test]
fn every_leaf_can_be_proven_and_nothing_else() {
    for size in 0..=66_u64 {
        let leaves = leaves(usize::try_from(size).unwrap());
        let root = root_by_definition(&leaves);
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = inclusion_proof(&leaves, index);
            let verify = |index, proof: &[Hash]| verify_inclusion(leaf, index, size, proof, &root);
            assert!(verify(index, &proof), "{index} of {size}");
            for other in (0..size + 2).filter(|other| *other != index) {
                assert!(!verify(other, &proof), "{index} as {other} of {size}");
            }
            for broken in broken_versions(&proof) {
                assert!(!verify(index, &broken), "{index} of {size}");
            }
            for deeper in [size * 4, size << 20] {
                assert!(!verify_inclusion(leaf, index, deeper, &proof, &root));
            }
            let other_leaf = sha256(&[leaf]);
            assert!(!verify_inclusion(&other_leaf, index, size, &proof, &root));
            assert!(!verify_inclusion(leaf, index, size, &proof, &other_leaf));
        }
        assert_eq!(inclusion_proof(&leaves, size), Vec::<Hash>::new());
        assert!(!verify_inclusion(&root, size, size, &[], &root));
    }
}

#[test]
fn every_earlier_tree_can_be_proven_and_nothing_else() {
    for size in 1..=66_u64 {
        let leaves = leaves(usize::try_from(size).unwrap());
        let root = root_by_definition(&leaves);
        for (old_size, end) in (1..=size).zip(1..) {
            let old_root = root_by_definition(&leaves[..end]);
            let proof = consistency_proof(&leaves, old_size);
            let verify =
                |proof: &[Hash]| verify_consistency(old_size, &old_root, size, &root, proof);
            assert!(verify(&proof), "{old_size} of {size}");
            for broken in broken_versions(&proof) {
                assert!(!verify(&broken), "{old_size} of {size}");
            }
            // The path to the root of a deeper tree would be longer.
            for deeper in [size * 4, size << 20] {
                assert!(!verify_consistency(
                    old_size, &old_root, deeper, &root, &proof
                ));
            }
            // A fork: the same size with another last leaf.
            let mut forked = leaves[..end].to_vec();
            *forked.last_mut().unwrap() = [7; 32];
            let forked = root_by_definition(&forked);
            assert!(!verify_consistency(old_size, &forked, size, &root, &proof));
            assert!(!verify_consistency(
                old_size, &old_root, size, &forked, &proof
            ));
            if old_size < size {
                assert!(!verify_consistency(
                    size, &root, old_size, &old_root, &proof
                ));
            }
        }
        // Everything continues the empty tree, if it was empty.
        assert!(verify_consistency(0, &empty_root(), size, &root, &[]));
        assert!(!verify_consistency(0, &root, size, &root, &[]));
        assert!(!verify_consistency(0, &empty_root(), size, &root, &[root]));
        assert_eq!(consistency_proof(&leaves, 0), Vec::<Hash>::new());
        assert_eq!(consistency_proof(&leaves, size + 1), Vec::<Hash>::new());
    }
}

/// The proof with each hash changed or left out, one more, two swapped, and in reverse.
fn broken_versions(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut broken = vec![[proof, &[[0; 32]]].concat(), [&[[0; 32]], proof].concat()];
    for index in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[index][31] ^= 1;
        broken.push(changed);
        let mut shorter = proof.to_vec();
        shorter.remove(index);
        broken.push(shorter);
        if index > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(index - 1, index);
            broken.push(swapped);
        }
    }
    broken
}

#[test]
fn proofs_work_in_a_large_tree() {
    let leaves = leaves(10_000);
    let root = frontier(&leaves).root();
    for index in [0, 1, 4_095, 8_191, 8_192, 9_998, 9_999] {
        let proof = inclusion_proof(&leaves, index);
        let leaf = &leaves[usize::try_from(index).unwrap()];
        assert!(verify_inclusion(leaf, index, 10_000, &proof, &root));
        let end = usize::try_from(index).unwrap() + 1;
        let old_root = frontier(&leaves[..end]).root();
        let proof = consistency_proof(&leaves, index + 1);
        assert!(verify_consistency(
            index + 1,
            &old_root,
            10_000,
            &root,
            &proof
        ));
        assert!(proof.len() <= 15);
    }
}
