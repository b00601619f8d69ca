//! Epochs and guards.

use crate::fixtures::{at, id, in_read, in_write};
use oneclaw_store::each_backend;
use oneclaw_store::epochs::Guard;
use oneclaw_store::test_support::TestDatabase;
use std::collections::BTreeSet;
use uuid::Uuid;

each_backend! {
    an_epoch_is_zero_until_it_is_bumped,
    an_epoch_is_forgotten_at_its_latest_end_only,
    stale_guards_are_found_in_batches_of_every_size,
    guards_may_repeat_and_contradict_each_other,
}

async fn an_epoch_is_zero_until_it_is_bumped(database: TestDatabase) {
    let store = database.open().await;
    let (one, other): (Uuid, Uuid) = (id(), id());
    in_write!(store, |tx| {
        assert_eq!(tx.epoch(one).await.unwrap(), 0);
        tx.bump_epoch(one).await.unwrap();
        tx.bump_epoch(one).await.unwrap();
        tx.bump_epoch_until(one, at(1)).await.unwrap();
        assert_eq!(tx.epoch(one).await.unwrap(), 3);
        assert_eq!(tx.epoch(other).await.unwrap(), 0);
    });
}

async fn an_epoch_is_forgotten_at_its_latest_end_only(database: TestDatabase) {
    let store = database.open().await;
    let [short, longer, shorter, for_good, first_for_good]: [Uuid; 5] =
        std::array::from_fn(|_| id());
    in_write!(store, |tx| {
        tx.bump_epoch_until(short, at(10)).await.unwrap();
        tx.bump_epoch_until(longer, at(10)).await.unwrap();
        tx.bump_epoch_until(longer, at(20)).await.unwrap();
        tx.bump_epoch_until(shorter, at(20)).await.unwrap();
        tx.bump_epoch_until(shorter, at(10)).await.unwrap();
        tx.bump_epoch_until(for_good, at(10)).await.unwrap();
        tx.bump_epoch(for_good).await.unwrap();
        tx.bump_epoch(first_for_good).await.unwrap();
        tx.bump_epoch_until(first_for_good, at(10)).await.unwrap();
        assert_eq!(tx.purge_epochs(at(10)).await.unwrap(), 0);
        assert_eq!(tx.purge_epochs(at(11)).await.unwrap(), 1);
        assert_eq!(tx.epoch(short).await.unwrap(), 0);
        assert_eq!(tx.purge_epochs(at(21)).await.unwrap(), 2);
        assert_eq!(tx.purge_epochs(at(1_000_000)).await.unwrap(), 0);
        assert_eq!(tx.epoch(for_good).await.unwrap(), 2);
        assert_eq!(tx.epoch(first_for_good).await.unwrap(), 2);
    });
}

async fn stale_guards_are_found_in_batches_of_every_size(database: TestDatabase) {
    let store = database.open().await;
    let ids: Vec<Uuid> = (0..300).map(|_| id()).collect();
    in_write!(store, |tx| {
        // Every third was bumped once, every ninth twice; the others have no row.
        for (index, id) in ids.iter().enumerate() {
            for _ in 0..usize::from(index % 3 == 0) + usize::from(index % 9 == 0) {
                tx.bump_epoch(*id).await.unwrap();
            }
        }
    });
    in_read!(store, |tx| {
        for count in [0, 1, 2, 3, 5, 16, 17, 31, 97, 127, 128, 129, 255, 256, 300] {
            let ids = &ids[..count];
            let expected: BTreeSet<Uuid> = ids.iter().copied().step_by(3).collect();
            let never_bumped: Vec<Guard> = ids.iter().map(|id| (*id, 0)).collect();
            let stale = tx.stale_guards(&never_bumped).await.unwrap();
            assert_eq!(stale.len(), expected.len(), "{count}: each once");
            assert_eq!(
                stale.into_iter().collect::<BTreeSet<_>>(),
                expected,
                "{count}"
            );

            let bumped_once: Vec<Guard> = ids
                .iter()
                .enumerate()
                .map(|(index, id)| (*id, i64::from(index % 3 == 0)))
                .collect();
            let expected: BTreeSet<Uuid> = ids.iter().copied().step_by(9).collect();
            let stale = tx.stale_guards(&bumped_once).await.unwrap();
            assert_eq!(
                stale.into_iter().collect::<BTreeSet<_>>(),
                expected,
                "{count}"
            );
        }
    });
}

async fn guards_may_repeat_and_contradict_each_other(database: TestDatabase) {
    let store = database.open().await;
    let (bumped, still): (Uuid, Uuid) = (id(), id());
    in_write!(store, |tx| tx.bump_epoch(bumped).await.unwrap());
    in_read!(store, |tx| {
        let current = [(bumped, 1), (still, 0), (bumped, 1), (still, 0)];
        assert!(tx.stale_guards(&current).await.unwrap().is_empty());
        let both = [(bumped, 1), (bumped, 0), (still, 0), (bumped, 0)];
        assert_eq!(tx.stale_guards(&both).await.unwrap(), vec![bumped]);
        // A number that was never reached is as wrong as one that was left.
        assert_eq!(tx.stale_guards(&[(still, 1)]).await.unwrap(), vec![still]);
    });
}
