//! Sizes of the groups committed so far, for finding the bottleneck. Atomics only: they are on the way of every request.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of the sizes that are counted apart; larger groups are counted in `groups` alone.
pub const GROUP_SIZES: [u64; 11] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/// The counters of one committer.
#[derive(Debug, Default)]
pub(super) struct CommitStatistics {
    groups: AtomicU64,
    members: AtomicU64,
    largest: AtomicU64,
    failed: AtomicU64,
    by_size: [AtomicU64; GROUP_SIZES.len()],
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
    /// Transactions that the database did not take.
    pub failed: u64,
    /// How many groups had at most as many members as [`GROUP_SIZES`] says, and more than the bound before.
    pub by_size: [u64; GROUP_SIZES.len()],
}

impl CommitStatistics {
    /// Counts a group of `size` members.
    pub(super) fn note(&self, size: u64) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.members.fetch_add(size, Ordering::Relaxed);
        self.largest.fetch_max(size, Ordering::Relaxed);
        let class = GROUP_SIZES.iter().position(|bound| size <= *bound);
        if let Some(counter) = class.and_then(|class| self.by_size.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a transaction that failed.
    pub(super) fn note_failure(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> CommitCounts {
        CommitCounts {
            groups: self.groups.load(Ordering::Relaxed),
            members: self.members.load(Ordering::Relaxed),
            largest: self.largest.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            by_size: self
                .by_size
                .each_ref()
                .map(|counter| counter.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_counted_by_size() {
        let statistics = CommitStatistics::default();
        for size in [1, 2, 3, 4, 5, 1024, 1025] {
            statistics.note(size);
        }
        let counts = statistics.counts();
        assert_eq!(
            (counts.groups, counts.members, counts.largest),
            (7, 2064, 1025)
        );
        assert_eq!(counts.by_size, [1, 1, 2, 1, 0, 0, 0, 0, 0, 0, 1]);
    }
}
