//! Sealed secrets and their versions.

use crate::fixtures::{
    NOW, assert_same, at, id, in_read, in_write, new_secret, next_version, organisation,
    organisation_with_vault, vault,
};
use oneclaw_core::clock::Timestamp;
use oneclaw_store::secrets::{MetadataRow, NewVersion, PathRange, SealedRow};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};
use std::collections::BTreeSet;
use uuid::Uuid;

each_backend! {
    versions_come_back_as_they_were_stored,
    a_secret_is_invisible_and_untouchable_from_elsewhere,
    a_secret_cannot_be_put_into_another_organisations_vault,
    a_write_that_rests_on_an_old_state_stores_nothing,
    one_call_cannot_write_a_place_twice,
    batches_of_every_size_are_stored_whole,
    changed_secrets_are_found_in_batches_of_every_size,
    reads_are_counted_while_some_are_left_of_this_very_state,
    a_deleted_secret_comes_back_without_its_old_versions,
    a_version_is_switched_off_once,
    a_prefix_lists_what_begins_with_it_in_byte_order,
    times_at_both_ends_survive,
}

fn sealed(new: &NewVersion) -> SealedRow {
    SealedRow {
        id: new.secret,
        path: new.path.clone(),
        latest: new.version,
        rev: new.rev,
        deleted_at: None,
        secret_expires_at: new.expires_at,
        max_access_count: new.max_access_count,
        access_count: 0,
        version: new.version,
        kind: new.kind.clone(),
        metadata: new.metadata.clone(),
        key_generation: new.key_generation,
        wrapped_key: new.wrapped_key.clone(),
        ciphertext: new.ciphertext.clone(),
        created_by_type: new.created_by_type.to_owned(),
        created_by_id: new.created_by_id,
        created_at: new.created_at,
        expires_at: new.expires_at,
        disabled_at: None,
        cmek_fingerprint: new.cmek_fingerprint.clone(),
    }
}

fn metadata(new: &NewVersion) -> MetadataRow {
    MetadataRow {
        id: new.secret,
        vault_id: new.vault,
        path: new.path.clone(),
        version: new.version,
        kind: new.kind.clone(),
        metadata: new.metadata.clone(),
        created_by_type: new.created_by_type.to_owned(),
        created_by_id: new.created_by_id,
        created_at: new.created_at,
        expires_at: new.expires_at,
        disabled_at: None,
        deleted_at: None,
        cmek_fingerprint: new.cmek_fingerprint.clone(),
    }
}

macro_rules! assert_same_sealed {
    ($found:expr, $expected:expr) => {
        assert_same!(
            SealedRow {
                id,
                path,
                latest,
                rev,
                deleted_at,
                secret_expires_at,
                max_access_count,
                access_count,
                version,
                kind,
                metadata,
                key_generation,
                wrapped_key,
                ciphertext,
                created_by_type,
                created_by_id,
                created_at,
                expires_at,
                disabled_at,
                cmek_fingerprint
            },
            $found,
            $expected
        )
    };
}

macro_rules! assert_same_metadata {
    ($found:expr, $expected:expr) => {
        assert_same!(
            MetadataRow {
                id,
                vault_id,
                path,
                version,
                kind,
                metadata,
                created_by_type,
                created_by_id,
                created_at,
                expires_at,
                disabled_at,
                deleted_at,
                cmek_fingerprint
            },
            $found,
            $expected
        )
    };
}

async fn versions_come_back_as_they_were_stored(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let first = new_secret(org, vault, "prod/db");
    let second = NewVersion {
        kind: "password".to_owned(),
        metadata: "{}".to_owned(),
        key_generation: 2,
        wrapped_key: vec![9],
        ciphertext: vec![7; 5_000],
        created_by_type: "user",
        created_at: at(3),
        expires_at: None,
        max_access_count: None,
        ..next_version(&first)
    };
    in_write!(store, |tx| {
        assert_eq!(
            tx.put_versions(&[&first]).await.unwrap(),
            vec![first.secret.as_uuid()]
        );
        assert_same_sealed!(
            tx.find_sealed(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap(),
            sealed(&first)
        );
        assert_eq!(
            tx.put_versions(&[&second]).await.unwrap(),
            vec![first.secret.as_uuid()]
        );
    });
    in_read!(store, |tx| {
        for found in [
            tx.find_sealed(org, vault, "prod/db").await,
            tx.find_sealed_version(org, vault, "prod/db", 2).await,
            tx.find_sealed_by_id(org, first.secret).await,
        ] {
            assert_same_sealed!(found.unwrap().unwrap(), sealed(&second));
        }
        let older = tx
            .find_sealed_version(org, vault, "prod/db", 1)
            .await
            .unwrap()
            .unwrap();
        // What is true of the secret, with what was true of the version.
        let expected = SealedRow {
            latest: 2,
            rev: 2,
            secret_expires_at: None,
            max_access_count: None,
            ..sealed(&first)
        };
        assert_same_sealed!(older, expected);
        assert!(
            tx.find_sealed_version(org, vault, "prod/db", 3)
                .await
                .unwrap()
                .is_none()
        );
        let head = tx
            .find_secret_head(org, vault, "prod/db")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((head.id, head.version, head.rev), (first.secret, 2, 2));
        assert_same_metadata!(
            tx.find_secret_metadata(org, first.secret)
                .await
                .unwrap()
                .unwrap(),
            metadata(&second)
        );
        let versions = tx
            .list_secret_versions(org, vault, "prod/db")
            .await
            .unwrap();
        assert_eq!(versions.len(), 2);
        for (found, expected) in versions.into_iter().zip([&second, &first]) {
            assert_same_metadata!(found, metadata(expected));
        }
    });
}

async fn a_secret_is_invisible_and_untouchable_from_elsewhere(database: TestDatabase) {
    let store = database.open().await;
    let (here, home) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let there = organisation(&mut tx).await;
        let next_door = vault(&mut tx, here).await;
        let new = new_secret(here, home, "prod/db");
        tx.put_versions(&[&new]).await.unwrap();
        for (org, vault) in [(there, home), (here, next_door)] {
            assert!(
                tx.find_sealed(org, vault, "prod/db")
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(
                tx.find_sealed_version(org, vault, "prod/db", 1)
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(
                tx.find_secret_head(org, vault, "prod/db")
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(
                tx.list_secret_metadata(org, vault, &PathRange::of_prefix(""), 1000)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert!(
                tx.list_secret_metadata(org, vault, &PathRange::of_prefix("prod"), 1000)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert!(
                tx.list_secret_versions(org, vault, "prod/db")
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert_eq!(tx.count_secrets(org, vault).await.unwrap(), 0);
            assert!(!tx.delete_secret(org, vault, "prod/db", NOW).await.unwrap());
        }
        assert!(
            tx.find_sealed_by_id(there, new.secret)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_secret_metadata(there, new.secret)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            !tx.disable_secret_version(there, new.secret, 1, NOW)
                .await
                .unwrap()
        );
        assert_same_sealed!(
            tx.find_sealed(here, home, "prod/db")
                .await
                .unwrap()
                .unwrap(),
            sealed(&new)
        );
    });
}

async fn a_secret_cannot_be_put_into_another_organisations_vault(database: TestDatabase) {
    let store = database.open().await;
    let (_, home) = organisation_with_vault(&store).await;
    let (there, _) = organisation_with_vault(&store).await;
    for (org, vault) in [(there, home), (there, id())] {
        let mut tx = store.begin_write().await.unwrap();
        let refused = tx.put_versions(&[&new_secret(org, vault, "prod/db")]).await;
        assert!(
            matches!(refused, Err(StoreError::MissingReference)),
            "{refused:?}"
        );
        tx.rollback().await.unwrap();
    }
}

async fn a_write_that_rests_on_an_old_state_stores_nothing(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let first = new_secret(org, vault, "prod/db");
        tx.put_versions(&[&first]).await.unwrap();
        let second = next_version(&first);
        tx.put_versions(&[&second]).await.unwrap();
        for lost in [
            // The same path as if it were new, by another writer and by the same one.
            new_secret(org, vault, "prod/db"),
            NewVersion {
                secret: first.secret,
                ..new_secret(org, vault, "prod/db")
            },
            // A version that exists, one from too far ahead, and one for another secret.
            next_version(&first),
            NewVersion {
                version: 4,
                rev: 4,
                ..next_version(&first)
            },
            NewVersion {
                secret: id(),
                ..next_version(&second)
            },
        ] {
            let other = new_secret(org, vault, &format!("other/{}", lost.created_by_id));
            let written = tx.put_versions(&[&lost, &other]).await.unwrap();
            assert_eq!(written, vec![other.secret.as_uuid()]);
        }
        assert_same_sealed!(
            tx.find_sealed(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap(),
            sealed(&second)
        );
        assert_eq!(
            tx.list_secret_versions(org, vault, "prod/db")
                .await
                .unwrap()
                .len(),
            2
        );
    });
}

async fn one_call_cannot_write_a_place_twice(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let (one, other) = (
            new_secret(org, vault, "prod/db"),
            new_secret(org, vault, "prod/web"),
        );
        let again = new_secret(org, vault, "prod/db");
        let refused = tx.put_versions(&[&one, &other, &again]).await;
        assert!(
            matches!(refused, Err(StoreError::AlreadyExists)),
            "{refused:?}"
        );
        assert_eq!(tx.count_secrets(org, vault).await.unwrap(), 0);
        // The same path in another vault is another place.
        let elsewhere = NewVersion {
            vault: crate::fixtures::vault(&mut tx, org).await,
            ..again
        };
        assert_eq!(
            tx.put_versions(&[&one, &elsewhere, &other])
                .await
                .unwrap()
                .len(),
            3
        );
    });
}

async fn batches_of_every_size_are_stored_whole(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    for count in [1_usize, 2, 3, 11, 64, 127, 128, 129, 300] {
        let firsts: Vec<NewVersion> = (0..count)
            .map(|index| new_secret(org, vault, &format!("n{count}/{index}")))
            .collect();
        // Every second one is written again, together with as many new ones; every tenth loses.
        let mut seconds: Vec<NewVersion> = firsts.iter().step_by(2).map(next_version).collect();
        for late in seconds.iter_mut().step_by(10) {
            late.rev += 1;
        }
        seconds.extend(
            (0..count)
                .step_by(2)
                .map(|index| new_secret(org, vault, &format!("m{count}/{index}"))),
        );
        let expected: BTreeSet<Uuid> = seconds
            .iter()
            .filter(|new| new.rev == new.version)
            .map(|new| new.secret.as_uuid())
            .collect();
        in_write!(store, |tx| {
            let written = tx
                .put_versions(&firsts.iter().collect::<Vec<_>>())
                .await
                .unwrap();
            assert_eq!(written.len(), count);
            let written = tx
                .put_versions(&seconds.iter().collect::<Vec<_>>())
                .await
                .unwrap();
            assert_eq!(written.len(), expected.len());
            assert_eq!(BTreeSet::from_iter(written), expected);
        });
        in_read!(store, |tx| {
            for new in firsts.iter().step_by(37).chain(seconds.iter().step_by(37)) {
                let found = tx
                    .find_sealed_version(org, vault, &new.path, new.version)
                    .await
                    .unwrap();
                assert_eq!(
                    found.is_some(),
                    new.version == 1 || expected.contains(&new.secret.as_uuid())
                );
            }
            let stored = tx
                .list_secret_metadata(
                    org,
                    vault,
                    &PathRange::of_prefix(&format!("n{count}/")),
                    1000,
                )
                .await
                .unwrap();
            assert_eq!(stored.len(), count);
        });
    }
}

async fn changed_secrets_are_found_in_batches_of_every_size(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let secrets: Vec<NewVersion> = (0..300)
        .map(|index| new_secret(org, vault, &format!("s/{index}")))
        .collect();
    in_write!(store, |tx| {
        tx.put_versions(&secrets.iter().collect::<Vec<_>>())
            .await
            .unwrap();
        let changed: Vec<NewVersion> = secrets.iter().step_by(3).map(next_version).collect();
        tx.put_versions(&changed.iter().collect::<Vec<_>>())
            .await
            .unwrap();
    });
    in_read!(store, |tx| {
        for count in [0, 1, 2, 7, 33, 127, 128, 129, 300] {
            // Every fifth is asked for by an id that no row has.
            let guards: Vec<(Uuid, i64)> = secrets[..count]
                .iter()
                .enumerate()
                .map(|(index, new)| {
                    (
                        if index % 5 == 0 {
                            id()
                        } else {
                            new.secret.as_uuid()
                        },
                        1,
                    )
                })
                .collect();
            let expected: BTreeSet<Uuid> = guards
                .iter()
                .enumerate()
                .filter(|(index, _)| index % 3 == 0 || index % 5 == 0)
                .map(|(_, (id, _))| *id)
                .collect();
            let stale = tx.stale_secrets(&guards).await.unwrap();
            assert_eq!(stale.len(), expected.len(), "{count}: each once");
            assert_eq!(BTreeSet::from_iter(stale), expected, "{count}");
        }
        let (changed, same) = (secrets[0].secret.as_uuid(), secrets[1].secret.as_uuid());
        let repeated = [(changed, 1), (same, 1), (changed, 1), (same, 1)];
        assert_eq!(tx.stale_secrets(&repeated).await.unwrap(), vec![changed]);
    });
}

async fn reads_are_counted_while_some_are_left_of_this_very_state(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let limited = NewVersion {
            max_access_count: Some(2),
            ..new_secret(org, vault, "limited")
        };
        let free = NewVersion {
            max_access_count: None,
            ..new_secret(org, vault, "free")
        };
        tx.put_versions(&[&limited, &free]).await.unwrap();
        assert!(!tx.count_secret_read(free.secret, 1).await.unwrap());
        assert!(!tx.count_secret_read(limited.secret, 2).await.unwrap());
        assert!(tx.count_secret_read(limited.secret, 1).await.unwrap());
        assert!(tx.count_secret_read(limited.secret, 1).await.unwrap());
        assert!(!tx.count_secret_read(limited.secret, 1).await.unwrap());
        let found = tx
            .find_sealed(org, vault, "limited")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.access_count, found.rev), (2, 1));
        // A new version starts over.
        let next = NewVersion {
            max_access_count: Some(1),
            ..next_version(&limited)
        };
        tx.put_versions(&[&next]).await.unwrap();
        assert_eq!(
            tx.find_sealed(org, vault, "limited")
                .await
                .unwrap()
                .unwrap()
                .access_count,
            0
        );
        assert!(!tx.count_secret_read(limited.secret, 1).await.unwrap());
        assert!(tx.count_secret_read(limited.secret, 2).await.unwrap());
        assert!(!tx.count_secret_read(limited.secret, 2).await.unwrap());
    });
}

async fn a_deleted_secret_comes_back_without_its_old_versions(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let first = new_secret(org, vault, "prod/db");
        let (second, other) = (next_version(&first), new_secret(org, vault, "prod/web"));
        tx.put_versions(&[&first, &other]).await.unwrap();
        tx.put_versions(&[&second]).await.unwrap();
        assert!(
            tx.delete_secret(org, vault, "prod/db", at(7))
                .await
                .unwrap()
        );
        assert!(
            !tx.delete_secret(org, vault, "prod/db", at(8))
                .await
                .unwrap()
        );
        assert!(
            !tx.delete_secret(org, vault, "prod/none", at(8))
                .await
                .unwrap()
        );
        let gone = tx
            .find_sealed(org, vault, "prod/db")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (gone.deleted_at, gone.rev, gone.latest),
            (Some(at(7)), 3, 2)
        );
        assert_eq!(
            tx.find_secret_head(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap()
                .rev,
            3
        );
        assert_eq!(
            tx.find_secret_metadata(org, first.secret)
                .await
                .unwrap()
                .unwrap()
                .deleted_at,
            Some(at(7))
        );
        assert_eq!(tx.count_secrets(org, vault).await.unwrap(), 1);
        let listed = tx
            .list_secret_metadata(org, vault, &PathRange::of_prefix(""), 1000)
            .await
            .unwrap();
        assert_eq!(
            listed
                .iter()
                .map(|row| row.path.as_str())
                .collect::<Vec<_>>(),
            ["prod/web"]
        );

        let third = NewVersion {
            version: 3,
            rev: 4,
            ..next_version(&second)
        };
        assert_eq!(tx.put_versions(&[&third]).await.unwrap().len(), 1);
        assert_same_sealed!(
            tx.find_sealed(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap(),
            sealed(&third)
        );
        let disabled: Vec<_> = tx
            .list_secret_versions(org, vault, "prod/db")
            .await
            .unwrap()
            .iter()
            .map(|row| row.disabled_at)
            .collect();
        assert_eq!(disabled, vec![None, Some(at(7)), Some(at(7))]);
        let untouched = tx
            .find_sealed(org, vault, "prod/web")
            .await
            .unwrap()
            .unwrap();
        assert_same_sealed!(untouched, sealed(&other));
    });
}

async fn a_version_is_switched_off_once(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let first = new_secret(org, vault, "prod/db");
        tx.put_versions(&[&first]).await.unwrap();
        tx.put_versions(&[&next_version(&first)]).await.unwrap();
        assert!(
            tx.disable_secret_version(org, first.secret, 1, at(5))
                .await
                .unwrap()
        );
        assert!(
            !tx.disable_secret_version(org, first.secret, 1, at(6))
                .await
                .unwrap()
        );
        assert!(
            !tx.disable_secret_version(org, first.secret, 9, at(6))
                .await
                .unwrap()
        );
        assert!(
            !tx.disable_secret_version(org, id(), 1, at(6))
                .await
                .unwrap()
        );
        let off = tx
            .find_sealed_version(org, vault, "prod/db", 1)
            .await
            .unwrap()
            .unwrap();
        // Once: what changed nothing must not make remembered rows stale.
        assert_eq!((off.disabled_at, off.rev), (Some(at(5)), 3));
        assert_eq!(
            tx.find_sealed(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap()
                .disabled_at,
            None
        );
    });
}

async fn a_prefix_lists_what_begins_with_it_in_byte_order(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let paths = [
        "B", "Z/a", "_x", "a", "a-", "a-b", "a/B", "a/_", "a/a", "a/b/c", "aZ", "a_b", "ab",
        "az/9", "b", "z",
    ];
    in_write!(store, |tx| {
        let secrets: Vec<NewVersion> = paths
            .iter()
            .map(|path| new_secret(org, vault, path))
            .collect();
        tx.put_versions(&secrets.iter().rev().collect::<Vec<_>>())
            .await
            .unwrap();
    });
    in_read!(store, |tx| {
        let mut sorted = paths.to_vec();
        sorted.sort_unstable();
        for prefix in [
            "", "a", "a/", "a/b", "A", "Z", "a-", "_", "zz", "z", "az/9", "~",
        ] {
            let expected: Vec<&str> = sorted
                .iter()
                .copied()
                .filter(|path| path.starts_with(prefix))
                .collect();
            let listed = tx
                .list_secret_metadata(org, vault, &PathRange::of_prefix(prefix), 1000)
                .await
                .unwrap();
            assert_eq!(
                listed
                    .iter()
                    .map(|row| row.path.as_str())
                    .collect::<Vec<_>>(),
                expected,
                "{prefix:?}"
            );
            // In pages of two, each behind the last path of the one before.
            let (mut paged, mut rest) = (Vec::new(), Some(PathRange::of_prefix(prefix)));
            while let Some(range) = rest {
                let page = tx
                    .list_secret_metadata(org, vault, &range, 2)
                    .await
                    .unwrap();
                rest = page.last().and_then(|last| range.after(&last.path));
                paged.extend(page.into_iter().map(|row| row.path));
            }
            assert_eq!(paged, expected, "{prefix:?}");
        }
        for path in &sorted {
            let alone = tx
                .list_secret_metadata(org, vault, &PathRange::of_path(path), 1000)
                .await
                .unwrap();
            assert_eq!(
                alone
                    .iter()
                    .map(|row| row.path.as_str())
                    .collect::<Vec<_>>(),
                [*path]
            );
        }
        let all = tx
            .list_secret_metadata(org, vault, &PathRange::of_prefix(""), 1000)
            .await
            .unwrap();
        assert_eq!(
            all.iter().map(|row| row.path.as_str()).collect::<Vec<_>>(),
            sorted
        );
    });
}

async fn times_at_both_ends_survive(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let new = NewVersion {
            created_at: Timestamp::MIN,
            expires_at: Some(Timestamp::MAX),
            max_access_count: Some(i64::MAX),
            ..new_secret(org, vault, "prod/db")
        };
        tx.put_versions(&[&new]).await.unwrap();
        assert_same_sealed!(
            tx.find_sealed(org, vault, "prod/db")
                .await
                .unwrap()
                .unwrap(),
            sealed(&new)
        );
    });
}
