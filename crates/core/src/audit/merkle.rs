//! The Merkle tree of RFC 6962 section 2.1 (the same tree as RFC 9162): roots, proofs and their
//! verification.
//!
//! Invariant: leaves and inner nodes are hashed with different prefixes, so a node can never be
//! passed off as a leaf.

use sha2::{Digest, Sha256};

use super::Hash;

pub(super) const LEAF_PREFIX: u8 = 0;
const NODE_PREFIX: u8 = 1;

/// The root of a tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new_with_prefix([NODE_PREFIX])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

/// The right edge of a tree: all that is needed to append leaves and to know the root.
///
/// Holds the roots of the perfect subtrees that the leaves form, the largest first: one per bit of
/// the size, so at most 64.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// The stored bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored edge of the audit tree is damaged")]
pub struct FrontierError;

/// First byte of the stored form.
const FRONTIER_VERSION: u8 = 1;

impl Frontier {
    /// The edge of an empty tree.
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// Number of leaves, which is also the index of the next one.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf, given by its leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        // Each trailing one in the size is a perfect subtree that the new leaf completes into a larger one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = node_hash(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        let peaks = self.peaks.iter().rev().copied();
        peaks
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// The stored form: a version byte, the size (8 bytes, big-endian) and the subtree roots.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1 + 8 + self.peaks.len() * 32);
        bytes.push(FRONTIER_VERSION);
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend(self.peaks.iter().flatten());
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When the version is unknown or the number of subtree roots does not fit the size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (&FRONTIER_VERSION, bytes) = bytes.split_first().ok_or(FrontierError)? else {
            return Err(FrontierError);
        };
        let (size, peaks) = bytes.split_first_chunk().ok_or(FrontierError)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, rest) = peaks.as_chunks::<32>();
        if !rest.is_empty() || u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(FrontierError);
        }
        Ok(Self {
            size,
            peaks: peaks.to_vec(),
        })
    }
}

impl Extend<Hash> for Frontier {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.append(leaf));
    }
}

fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    frontier.extend(leaves.iter().copied());
    frontier.root()
}

/// The largest power of two below `count`, where the tree of `count` >= 2 leaves is divided.
const fn split_point(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// The hashes that lead from leaf `index` to the root of `leaves` (RFC 9162 section 2.1.3.1), the
/// lowest first. Empty when there is no such leaf; then no verification succeeds.
pub fn inclusion_proof(leaves: &[Hash], index: u64) -> Vec<Hash> {
    let Some(mut index) = usize::try_from(index)
        .ok()
        .filter(|index| *index < leaves.len())
    else {
        return Vec::new();
    };
    let mut proof = Vec::new();
    let mut tree = leaves;
    while tree.len() > 1 {
        let middle = split_point(tree.len());
        let (left, right) = tree.split_at(middle);
        let (inside, outside) = if index < middle {
            (left, right)
        } else {
            (right, left)
        };
        proof.push(root_of(outside));
        index -= if index < middle { 0 } else { middle };
        tree = inside;
    }
    proof.reverse();
    proof
}

/// Whether `leaf` is the leaf `index` of the tree with `size` leaves and this root (RFC 9162 section
/// 2.1.3.2).
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // A node without a right sibling moves up unchanged until it is a right child.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// The hashes that show that the first `old_size` leaves are still the same (RFC 9162 section
/// 2.1.4.1). Empty when `old_size` is zero or not smaller than the tree.
pub fn consistency_proof(leaves: &[Hash], old_size: u64) -> Vec<Hash> {
    let Some(mut old) = usize::try_from(old_size)
        .ok()
        .filter(|old| (1..leaves.len()).contains(old))
    else {
        return Vec::new();
    };
    let mut proof = Vec::new();
    let mut tree = leaves;
    // Whether `tree` begins at the first leaf: then the verifier knows the old root already.
    let mut is_prefix = true;
    while old < tree.len() {
        let middle = split_point(tree.len());
        let (left, right) = tree.split_at(middle);
        if old <= middle {
            proof.push(root_of(right));
            tree = left;
        } else {
            proof.push(root_of(left));
            tree = right;
            old -= middle;
            is_prefix = false;
        }
    }
    if !is_prefix {
        proof.push(root_of(tree));
    }
    proof.reverse();
    proof
}

/// Whether the tree with `new_size` leaves continues the one with `old_size` leaves (RFC 9162 section
/// 2.1.4.2).
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old_size == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    if old_size == new_size {
        return proof.is_empty() && old_root == new_root;
    }
    if old_size > new_size {
        return false;
    }
    let (mut node, mut last) = (old_size - 1, new_size - 1);
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    // When the old tree is one perfect subtree, its root is the first hash and is left out.
    let (first, rest) = if node == 0 {
        (old_root, proof)
    } else if let Some((first, rest)) = proof.split_first() {
        (first, rest)
    } else {
        return false;
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}
