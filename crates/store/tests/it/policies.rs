//! Policies.

use crate::fixtures::{assert_same, at, id, in_write, organisation, policy_row, vault};
use oneclaw_store::policies::PolicyRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};
use std::collections::BTreeSet;
use uuid::Uuid;

each_backend! {
    a_policy_comes_back_as_it_was_stored_and_edited,
    a_policy_is_invisible_and_untouchable_from_elsewhere,
    a_policy_cannot_speak_of_another_organisations_vault,
    policies_are_found_by_vault_and_by_principal,
}

macro_rules! assert_same_policy {
    ($found:expr, $expected:expr) => {
        assert_same!(
            PolicyRow {
                id,
                org_id,
                vault_id,
                path_pattern,
                principal_type,
                principal_id,
                permissions,
                effect,
                priority,
                conditions,
                attribute_conditions,
                expires_at,
                created_by_type,
                created_by_id,
                created_at,
                uses_left
            },
            $found,
            $expected
        )
    };
}

async fn a_policy_comes_back_as_it_was_stored_and_edited(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let vault = vault(&mut tx, org).await;
        let row = policy_row(org, vault, id());
        tx.insert_policy(&row).await.unwrap();
        assert_same_policy!(
            tx.find_policy(org, vault, row.id).await.unwrap().unwrap(),
            &row
        );
        assert_same_policy!(
            tx.find_policy_for_update(org, vault, row.id)
                .await
                .unwrap()
                .unwrap(),
            &row
        );
        let edited = PolicyRow {
            permissions: "[\"write\"]".to_owned(),
            effect: "deny".to_owned(),
            priority: i64::MAX,
            conditions: "{}".to_owned(),
            attribute_conditions: "{\"x\":1}".to_owned(),
            expires_at: None,
            ..row
        };
        assert!(tx.update_policy(&edited).await.unwrap());
        assert_same_policy!(
            tx.find_policy(org, vault, edited.id)
                .await
                .unwrap()
                .unwrap(),
            &edited
        );
        assert!(tx.delete_policy(org, vault, edited.id).await.unwrap());
        assert!(!tx.delete_policy(org, vault, edited.id).await.unwrap());
        assert!(!tx.update_policy(&edited).await.unwrap());
        assert!(
            tx.find_policy(org, vault, edited.id)
                .await
                .unwrap()
                .is_none()
        );
    });
}

async fn a_policy_is_invisible_and_untouchable_from_elsewhere(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (home, next_door) = (vault(&mut tx, here).await, vault(&mut tx, here).await);
        let row = policy_row(here, home, id());
        tx.insert_policy(&row).await.unwrap();
        for (org, vault) in [(there, home), (here, next_door)] {
            assert!(tx.find_policy(org, vault, row.id).await.unwrap().is_none());
            assert!(
                tx.find_policy_for_update(org, vault, row.id)
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(tx.list_policies(org, vault).await.unwrap().is_empty());
            assert!(
                tx.list_policies_for(org, vault, row.principal_id)
                    .await
                    .unwrap()
                    .is_empty()
            );
            assert!(
                !tx.update_policy(&PolicyRow {
                    id: row.id,
                    ..policy_row(org, vault, row.principal_id)
                })
                .await
                .unwrap()
            );
            assert!(!tx.delete_policy(org, vault, row.id).await.unwrap());
        }
        assert!(
            tx.list_vaults_with_policies_for(there, row.principal_id)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            tx.delete_policies_of(there, row.principal_id)
                .await
                .unwrap(),
            0
        );
        assert_same_policy!(
            tx.find_policy(here, home, row.id).await.unwrap().unwrap(),
            &row
        );
    });
}

async fn a_policy_cannot_speak_of_another_organisations_vault(database: TestDatabase) {
    let store = database.open().await;
    let (there, home) = in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        (there, vault(&mut tx, here).await)
    });
    let mut tx = store.begin_write().await.unwrap();
    let refused = tx.insert_policy(&policy_row(there, home, id())).await;
    assert!(
        matches!(refused, Err(StoreError::MissingReference)),
        "{refused:?}"
    );
    tx.rollback().await.unwrap();
}

async fn policies_are_found_by_vault_and_by_principal(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let (first, second) = (vault(&mut tx, org).await, vault(&mut tx, org).await);
        let (agent, other): (Uuid, Uuid) = (id(), id());
        let rows = [
            PolicyRow {
                created_at: at(2),
                ..policy_row(org, first, agent)
            },
            PolicyRow {
                created_at: at(1),
                ..policy_row(org, first, other)
            },
            PolicyRow {
                created_at: at(3),
                ..policy_row(org, first, agent)
            },
            policy_row(org, second, agent),
        ];
        for row in &rows {
            tx.insert_policy(row).await.unwrap();
        }
        let listed: Vec<_> = tx
            .list_policies(org, first)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(listed, vec![rows[1].id, rows[0].id, rows[2].id]);
        let concerning: BTreeSet<_> = tx
            .list_policies_for(org, first, agent)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(concerning, BTreeSet::from([rows[0].id, rows[2].id]));
        let vaults = tx.list_vaults_with_policies_for(org, agent).await.unwrap();
        assert_eq!(vaults.len(), 2);
        assert_eq!(
            BTreeSet::from_iter(vaults),
            BTreeSet::from([first.as_uuid(), second.as_uuid()])
        );
        assert_eq!(tx.delete_policies_of(org, agent).await.unwrap(), 3);
        let left: Vec<_> = tx
            .list_policies(org, first)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(left, vec![rows[1].id]);
    });
}
