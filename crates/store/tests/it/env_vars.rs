//! Environment variables, environments, links.

use crate::fixtures::{NOW, at, id, in_write, organisation_with_vault, vault};
use oneclaw_core::id::{OrgId, VaultId};
use oneclaw_store::env_vars::{EnvVarRow, EnvironmentRow};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    a_variable_comes_back_changes_and_goes_in_its_vault_alone,
    an_environment_is_unique_in_its_vault,
    a_linked_variable_holds_where_it_is_linked_until_it_goes,
}

fn row(org: OrgId, vault: VaultId, key: &str) -> EnvVarRow {
    EnvVarRow {
        id: id(),
        org_id: org,
        vault_id: vault,
        key: key.to_owned(),
        git_branch: "main".to_owned(),
        environments: "[\"preview\"]".to_owned(),
        sensitive: true,
        comment: Some("c".to_owned()),
        version: 1,
        key_generation: 2,
        wrapped_key: vec![1, 255],
        ciphertext: vec![0, 7],
        created_by_type: "agent".to_owned(),
        created_by_id: id(),
        created_at: NOW,
        updated_at: at(1),
    }
}

async fn a_variable_comes_back_changes_and_goes_in_its_vault_alone(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let (foreign, _) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let mut made = row(org, vault, "B");
        tx.insert_env_var(&made).await.unwrap();
        tx.insert_env_var(&row(org, vault, "A")).await.unwrap();
        let listed = tx.list_env_vars(org, vault).await.unwrap();
        assert_eq!(
            listed
                .iter()
                .map(|row| row.key.as_str())
                .collect::<Vec<_>>(),
            ["A", "B"]
        );
        let found = &tx.list_env_vars_by_key(org, vault, "B").await.unwrap()[0];
        assert_eq!(
            (found.id, found.sensitive, found.version),
            (made.id, true, 1)
        );
        assert_eq!(
            (found.wrapped_key.as_slice(), found.ciphertext.as_slice()),
            (&[1, 255][..], &[0, 7][..])
        );
        assert_eq!(
            (found.git_branch.as_str(), found.comment.as_deref()),
            ("main", Some("c"))
        );
        assert_eq!(
            (found.created_by_id, found.updated_at),
            (made.created_by_id, at(1))
        );
        assert!(tx.list_env_vars(foreign, vault).await.unwrap().is_empty());
        assert_eq!(tx.count_env_vars(org, vault).await.unwrap(), 2);
        made.sensitive = false;
        made.comment = None;
        made.version = 2;
        made.ciphertext = vec![9];
        assert!(tx.update_env_var(&made).await.unwrap());
        let found = &tx.list_env_vars_by_key(org, vault, "B").await.unwrap()[0];
        assert_eq!(
            (found.sensitive, found.comment.as_deref(), found.version),
            (false, None, 2)
        );
        assert_eq!(found.ciphertext, [9]);
        assert!(!tx.delete_env_var(foreign, vault, made.id).await.unwrap());
        assert!(tx.delete_env_var(org, vault, made.id).await.unwrap());
        assert!(!tx.delete_env_var(org, vault, made.id).await.unwrap());
    });
}

async fn an_environment_is_unique_in_its_vault(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let environment = |slug: &str| EnvironmentRow {
        id: id(),
        org_id: org,
        vault_id: vault,
        slug: slug.to_owned(),
        description: Some("d".to_owned()),
        copied_from: None,
        created_at: NOW,
    };
    in_write!(store, |tx| {
        tx.insert_environment(&environment("staging"))
            .await
            .unwrap();
        let listed = tx.list_environments(org, vault).await.unwrap();
        assert_eq!(
            (listed.len(), listed[0].description.as_deref()),
            (1, Some("d"))
        );
        assert!(tx.list_environments(id(), vault).await.unwrap().is_empty());
        assert!(!tx.delete_environment(org, vault, "other").await.unwrap());
        assert!(tx.delete_environment(org, vault, "staging").await.unwrap());
        tx.insert_environment(&environment("staging"))
            .await
            .unwrap();
    });
    let mut tx = store.begin_write().await.unwrap();
    let again = tx.insert_environment(&environment("staging")).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)));
}

async fn a_linked_variable_holds_where_it_is_linked_until_it_goes(database: TestDatabase) {
    let store = database.open().await;
    let (org, home) = organisation_with_vault(&store).await;
    in_write!(store, |tx| {
        let target = vault(&mut tx, org).await;
        let shared = row(org, home, "A");
        tx.insert_env_var(&shared).await.unwrap();
        tx.link_env_var(org, shared.id, target, NOW).await.unwrap();
        tx.link_env_var(org, shared.id, target, NOW).await.unwrap();
        let linked = tx.list_linked_env_vars(org, target).await.unwrap();
        assert_eq!((linked.len(), linked[0].vault_id), (1, home));
        let links = tx.list_env_var_links(org, home).await.unwrap();
        assert_eq!(
            (links.len(), links[0].vault_id, links[0].env_var_id),
            (1, target, shared.id)
        );
        assert!(
            tx.list_linked_env_vars(id(), target)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(!tx.unlink_env_var(id(), shared.id, target).await.unwrap());
        assert!(tx.unlink_env_var(org, shared.id, target).await.unwrap());
        assert!(!tx.unlink_env_var(org, shared.id, target).await.unwrap());
        tx.link_env_var(org, shared.id, target, NOW).await.unwrap();
        assert!(tx.delete_env_var(org, home, shared.id).await.unwrap());
        assert!(
            tx.list_linked_env_vars(org, target)
                .await
                .unwrap()
                .is_empty()
        );
    });
}
