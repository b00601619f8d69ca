//! Rotations of clients' keys, and limits of organisations.

use crate::fixtures::{
    NOW, at, id, in_write, new_secret, next_version, organisation, organisation_with_vault, vault,
};
use oneclaw_store::client_keys::{Moved, RotationRow};
use oneclaw_store::each_backend;
use oneclaw_store::test_support::TestDatabase;

each_backend! {
    a_rotation_is_found_advanced_and_ended_once,
    a_version_is_moved_from_its_own_key_only,
    the_key_of_a_vault_is_set_for_its_organisation_alone,
    limits_are_set_changed_and_lifted,
    what_is_limited_is_counted_for_one_organisation,
}

async fn a_rotation_is_found_advanced_and_ended_once(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let row = RotationRow {
            id: id(),
            org_id: org,
            vault_id: vault,
            old_fingerprint: "old".to_owned(),
            new_fingerprint: "new".to_owned(),
            status: "running".to_owned(),
            total: 3,
            processed: 0,
            error: None,
            created_at: NOW,
            updated_at: NOW,
            completed_at: None,
        };
        tx.insert_cmek_rotation(&row).await.unwrap();
        assert!(
            tx.find_cmek_rotation(id(), vault, row.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_cmek_rotation(org, id(), row.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_running_cmek_rotation(org, vault)
                .await
                .unwrap()
                .is_some()
        );
        assert!(tx.advance_cmek_rotation(row.id, 2, at(5)).await.unwrap());
        let found = tx
            .find_cmek_rotation(org, vault, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.processed, found.total, found.updated_at),
            (2, 3, at(5))
        );
        assert!(
            tx.end_cmek_rotation(row.id, "failed", Some("why"), at(6))
                .await
                .unwrap()
        );
        assert!(
            !tx.end_cmek_rotation(row.id, "completed", None, at(7))
                .await
                .unwrap()
        );
        assert!(!tx.advance_cmek_rotation(row.id, 1, at(8)).await.unwrap());
        let found = tx
            .find_cmek_rotation(org, vault, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.status.as_str(), found.error.as_deref()),
            ("failed", Some("why"))
        );
        assert_eq!(found.completed_at, Some(at(6)));
        assert!(
            tx.find_running_cmek_rotation(org, vault)
                .await
                .unwrap()
                .is_none()
        );
    });
}

async fn a_version_is_moved_from_its_own_key_only(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let first = new_secret(org, vault, "a/b");
        let second = next_version(&first);
        tx.put_versions(&[&first]).await.unwrap();
        tx.put_versions(&[&second]).await.unwrap();
        let key = "ab".repeat(32);
        assert_eq!(
            tx.count_encrypted_by_client(org, vault, &key)
                .await
                .unwrap(),
            2
        );
        assert_eq!(
            tx.count_encrypted_by_client(org, vault, "other")
                .await
                .unwrap(),
            0
        );
        let next = tx
            .list_encrypted_by_client(org, vault, "", &key, 1)
            .await
            .unwrap();
        assert_eq!((next.len(), next[0].version), (1, 1));
        let moved = Moved {
            id: first.secret,
            version: 1,
            key_generation: 9,
            wrapped_key: vec![7],
            ciphertext: vec![8],
        };
        assert!(
            !tx.move_to_client_key(org, &moved, "other", "new")
                .await
                .unwrap()
        );
        assert!(
            tx.move_to_client_key(org, &moved, &key, "new")
                .await
                .unwrap()
        );
        let row = tx
            .find_sealed_version(org, vault, "a/b", 1)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (row.key_generation, row.wrapped_key, row.ciphertext),
            (9, vec![7], vec![8])
        );
        assert_eq!(row.cmek_fingerprint.as_deref(), Some("new"));
        assert_eq!(
            row.rev,
            second.rev + 1,
            "whoever remembers it must see that it changed"
        );
        let next = tx
            .list_encrypted_by_client(org, vault, "", &key, 10)
            .await
            .unwrap();
        assert_eq!((next.len(), next[0].version), (1, 2));
        assert!(
            tx.disable_secret_version(org, first.secret, 2, NOW)
                .await
                .unwrap()
        );
        assert!(
            tx.list_encrypted_by_client(org, vault, "", &key, 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.list_encrypted_by_client(org, vault, "", "new", 10)
                .await
                .unwrap()
                .len()
                == 1
        );
        assert!(
            tx.list_encrypted_by_client(org, vault, "a/c", "new", 10)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

async fn the_key_of_a_vault_is_set_for_its_organisation_alone(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        tx.set_cmek_fingerprint(id(), vault, Some("f"))
            .await
            .unwrap();
        let found = tx.find_vault(org, vault).await.unwrap().unwrap();
        assert_eq!(found.cmek_fingerprint, None);
        tx.set_cmek_fingerprint(org, vault, Some("f"))
            .await
            .unwrap();
        let found = tx.find_vault(org, vault).await.unwrap().unwrap();
        assert_eq!(found.cmek_fingerprint.as_deref(), Some("f"));
    });
}

async fn limits_are_set_changed_and_lifted(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        tx.set_limit(here, "vaults", Some(3)).await.unwrap();
        tx.set_limit(here, "vaults", Some(0)).await.unwrap();
        tx.set_limit(here, "agents", Some(2)).await.unwrap();
        assert_eq!(tx.find_limit(here, "vaults").await.unwrap(), Some(0));
        assert_eq!(tx.find_limit(there, "vaults").await.unwrap(), None);
        let all = tx.list_limits(here).await.unwrap();
        let all: Vec<_> = all
            .iter()
            .map(|row| (row.resource.as_str(), row.maximum))
            .collect();
        assert_eq!(all, [("agents", 2), ("vaults", 0)]);
        tx.set_limit(here, "vaults", None).await.unwrap();
        assert_eq!(tx.find_limit(here, "vaults").await.unwrap(), None);
    });
}

async fn what_is_limited_is_counted_for_one_organisation(database: TestDatabase) {
    let store = database.open().await;
    let (org, first) = organisation_with_vault(&store).await;
    let (_, foreign) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let second = vault(&mut tx, org).await;
        for (place, path) in [(first, "a"), (first, "b"), (second, "a")] {
            let new = new_secret(org, place, path);
            tx.put_versions(&[&new]).await.unwrap();
        }
        assert!(tx.delete_secret(org, first, "b", NOW).await.unwrap());
        assert_eq!(tx.count_all_secrets(org, "").await.unwrap(), 2);
        let name = tx.find_vault(org, second).await.unwrap().unwrap().name;
        assert_eq!(tx.count_all_secrets(org, &name).await.unwrap(), 1);
        assert_eq!(tx.count_vaults(org, "").await.unwrap(), 2);
        assert_eq!(tx.count_vaults(org, &name).await.unwrap(), 1);
        assert_eq!(tx.count_agents(org).await.unwrap(), 0);
        let row = crate::fixtures::agent_row(org);
        tx.insert_agent(&row).await.unwrap();
        assert_eq!(tx.count_agents(org).await.unwrap(), 1);
        assert!(tx.find_vault(org, foreign).await.unwrap().is_none());
    });
}
