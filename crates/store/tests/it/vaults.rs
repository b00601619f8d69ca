//! Vaults, their keys, and what is left when one is destroyed.

use crate::fixtures::{
    NOW, assert_same, at, id, in_read, in_write, new_secret, next_version, organisation,
    policy_row, secret, share_row, vault, vault_row,
};
use crate::schema::count_rows;
use oneclaw_core::id::VaultId;
use oneclaw_store::policies::PolicyRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::vaults::VaultRow;
use oneclaw_store::{StoreError, each_backend};
use uuid::Uuid;

each_backend! {
    a_vault_comes_back_as_it_was_stored,
    a_vault_is_invisible_and_untouchable_from_another_organisation,
    vaults_are_listed_oldest_first,
    a_vault_is_reached_by_owning_it_or_by_an_allowing_policy,
    keys_are_walked_and_rewrapped_in_steps,
    nothing_of_a_destroyed_vault_is_left,
}

async fn a_vault_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let (org, row) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = VaultRow {
            key_generation: 4,
            ..vault_row(org, "prod")
        };
        tx.insert_vault(&row, &[0, 200]).await.unwrap();
        (org, row)
    });
    in_read!(store, |tx| {
        for found in [
            tx.find_vault(org, row.id).await,
            tx.find_vault_by_name(org, "prod").await,
        ] {
            assert_same!(
                VaultRow {
                    id,
                    org_id,
                    name,
                    description,
                    owner_type,
                    owner_id,
                    key_generation,
                    created_at,
                    cmek_fingerprint
                },
                found.unwrap().unwrap(),
                &row
            );
        }
        let key = tx.find_vault_key(org, row.id, 4).await.unwrap().unwrap();
        assert_eq!((key.vault_id, key.org_id, key.generation), (row.id, org, 4));
        assert_eq!(key.wrapped, vec![0, 200]);
        assert!(tx.find_vault_key(org, row.id, 3).await.unwrap().is_none());
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.insert_vault(&vault_row(org, "prod"), b"key").await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
    let mut tx = store.begin_write().await.unwrap();
    let nowhere = tx.insert_vault(&vault_row(id(), "prod"), b"key").await;
    assert!(
        matches!(nowhere, Err(StoreError::MissingReference)),
        "{nowhere:?}"
    );
    tx.rollback().await.unwrap();
}

async fn a_vault_is_invisible_and_untouchable_from_another_organisation(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let row = vault_row(here, "prod");
        tx.insert_vault(&row, b"key").await.unwrap();
        // The same name is free elsewhere.
        tx.insert_vault(&vault_row(there, "prod"), b"key")
            .await
            .unwrap();
        assert!(tx.find_vault(there, row.id).await.unwrap().is_none());
        assert_ne!(
            tx.find_vault_by_name(there, "prod")
                .await
                .unwrap()
                .unwrap()
                .id,
            row.id
        );
        assert!(tx.find_vault_key(there, row.id, 1).await.unwrap().is_none());
        assert_eq!(tx.list_vaults(there).await.unwrap().len(), 1);
        assert!(
            tx.list_reachable_vaults(there, row.owner_id, NOW)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(!tx.delete_vault(there, row.id).await.unwrap());
        assert!(tx.find_vault(here, row.id).await.unwrap().is_some());
    });
}

async fn vaults_are_listed_oldest_first(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let rows = [("c", 2), ("a", 3), ("b", 1)].map(|(name, offset)| VaultRow {
            created_at: at(offset),
            ..vault_row(org, name)
        });
        for row in &rows {
            tx.insert_vault(row, b"key").await.unwrap();
        }
        let names: Vec<_> = tx
            .list_vaults(org)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.name)
            .collect();
        assert_eq!(names, ["b", "c", "a"]);
    });
}

async fn a_vault_is_reached_by_owning_it_or_by_an_allowing_policy(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let principal: Uuid = id();
        let mut vaults = Vec::new();
        for name in ["owned", "allowed", "denied", "lapsed", "endless", "foreign"] {
            let owner_id = if name == "owned" { principal } else { id() };
            let row = VaultRow {
                owner_id,
                ..vault_row(org, name)
            };
            tx.insert_vault(&row, b"key").await.unwrap();
            vaults.push(row.id);
        }
        let mut grant = async |vault: VaultId, principal, change: fn(&mut PolicyRow)| {
            let mut policy = policy_row(org, vault, principal);
            change(&mut policy);
            tx.insert_policy(&policy).await.unwrap();
        };
        grant(vaults[1], principal, |policy| {
            policy.expires_at = Some(at(10));
        })
        .await;
        grant(vaults[1], principal, |_| ()).await;
        grant(vaults[2], principal, |policy| {
            policy.effect = "deny".to_owned();
        })
        .await;
        grant(vaults[3], principal, |policy| {
            policy.expires_at = Some(at(5));
        })
        .await;
        grant(vaults[4], principal, |policy| policy.expires_at = None).await;
        grant(vaults[5], id(), |_| ()).await;
        let reached = tx
            .list_reachable_vaults(org, principal, at(5))
            .await
            .unwrap();
        let names: Vec<_> = reached.into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["owned", "allowed", "endless"]);
    });
}

async fn keys_are_walked_and_rewrapped_in_steps(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let mut expected = Vec::new();
        for index in 0..5 {
            let org = if index % 2 == 0 { here } else { there };
            expected.push((vault(&mut tx, org).await, org));
        }
        expected.sort_unstable();
        let mut seen = Vec::new();
        let mut last = (VaultId::NIL, 0);
        loop {
            let keys = tx.list_vault_keys_after(last.0, last.1, 2).await.unwrap();
            let Some(end) = keys.last() else { break };
            last = (end.vault_id, end.generation);
            for key in keys {
                seen.push((key.vault_id, key.org_id));
                assert!(
                    tx.rewrap_vault_key(key.vault_id, key.generation, b"new", &key.wrapped)
                        .await
                        .unwrap()
                );
                assert!(
                    !tx.rewrap_vault_key(key.vault_id, key.generation, b"late", &key.wrapped)
                        .await
                        .unwrap()
                );
            }
        }
        assert_eq!(seen, expected);
        let key = tx
            .find_vault_key(expected[0].1, expected[0].0, 1)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(key.wrapped, b"new");
    });
}

async fn nothing_of_a_destroyed_vault_is_left(database: TestDatabase) {
    let store = database.open().await;
    let (org, kept) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let kept = vault(&mut tx, org).await;
        secret(&mut tx, org, kept, "kept").await;
        tx.insert_policy(&policy_row(org, kept, id()))
            .await
            .unwrap();
        (org, kept)
    });
    let before = in_read!(store, |tx| count_rows(&mut tx).await);
    let doomed = in_write!(store, |tx| {
        let doomed = vault(&mut tx, org).await;
        let first = new_secret(org, doomed, "a/b");
        tx.put_versions(&[&first]).await.unwrap();
        tx.put_versions(&[&next_version(&first)]).await.unwrap();
        let dead = secret(&mut tx, org, doomed, "dead").await;
        assert!(tx.delete_secret(org, doomed, "dead", NOW).await.unwrap());
        tx.insert_policy(&policy_row(org, doomed, id()))
            .await
            .unwrap();
        for (secret, path) in [(first.secret, "a/b"), (dead, "dead")] {
            tx.insert_share(&share_row(org, doomed, secret, path))
                .await
                .unwrap();
        }
        doomed
    });
    let between = in_read!(store, |tx| count_rows(&mut tx).await);
    let grown: Vec<_> = between
        .iter()
        .filter(|(table, count)| before.get(*table) != Some(count))
        .map(|(table, _)| table.as_str())
        .collect();
    assert_eq!(
        grown,
        [
            "policies",
            "secret_versions",
            "secrets",
            "shares",
            "vault_keys",
            "vaults"
        ]
    );
    in_write!(store, |tx| {
        assert!(tx.delete_vault(org, doomed).await.unwrap());
        assert!(!tx.delete_vault(org, doomed).await.unwrap());
    });
    in_read!(store, |tx| {
        assert_eq!(count_rows(&mut tx).await, before);
        assert!(tx.find_sealed(org, kept, "kept").await.unwrap().is_some());
    });
}
