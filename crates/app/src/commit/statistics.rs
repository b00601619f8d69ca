//! Sizes of the groups committed so far, for finding the bottleneck. Atomics only: they are on the way of every request.

use std::sync::atomic::{AtomicU64, Ordering};

/// The counters of one committer.
#[derive(Debug, Default)]
pub(super) struct CommitStatistics {
    groups: AtomicU64,
    members: AtomicU64,
    largest: AtomicU64,
}

/// A reading of them.
#[derive(Clone, Copy, Debug)]
pub struct CommitCounts {
    /// Transactions.
    pub groups: u64,
    /// Members in them.
    pub members: u64,
    /// Members of the largest.
    pub largest: u64,
}

impl CommitStatistics {
    /// Counts a group of `size` members.
    pub(super) fn note(&self, size: u64) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.members.fetch_add(size, Ordering::Relaxed);
        self.largest.fetch_max(size, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> CommitCounts {
        CommitCounts {
            groups: self.groups.load(Ordering::Relaxed),
            members: self.members.load(Ordering::Relaxed),
            largest: self.largest.load(Ordering::Relaxed),
        }
    }
}
