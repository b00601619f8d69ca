//! Agents.

use crate::fixtures::{
    agent_row, assert_same, at, id, in_read, in_write, organisation, unique_hash,
};
use oneclaw_store::agents::AgentRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    an_agent_comes_back_as_it_was_stored,
    an_agent_is_invisible_and_untouchable_from_another_organisation,
    agents_are_listed_newest_first,
    an_update_writes_what_can_be_edited_and_never_lowers_the_epoch,
    keys_are_unique_and_a_new_one_ends_tokens,
    a_deleted_agent_is_gone_for_every_statement,
    activity_only_moves_forward,
}

macro_rules! assert_same_agent {
    ($found:expr, $expected:expr) => {
        assert_same!(
            AgentRow {
                id,
                org_id,
                name,
                description,
                auth_method,
                scopes,
                vault_ids,
                is_active,
                settings,
                token_ttl_seconds,
                token_epoch,
                api_key_hash,
                api_key_expires_at,
                ssh_public_key,
                ecdh_public_key,
                created_by,
                created_at,
                expires_at,
                last_active_at
            },
            $found,
            $expected
        )
    };
}

async fn an_agent_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let full = agent_row(org);
        let bare = AgentRow {
            token_ttl_seconds: None,
            api_key_hash: None,
            api_key_expires_at: None,
            ssh_public_key: None,
            ecdh_public_key: None,
            expires_at: None,
            is_active: false,
            ..agent_row(org)
        };
        // A key is unique, no key is not.
        let also_bare = AgentRow {
            api_key_hash: None,
            ..agent_row(org)
        };
        for row in [&full, &bare, &also_bare] {
            tx.insert_agent(row).await.unwrap();
        }
        for row in [&full, &bare] {
            assert_same_agent!(tx.find_agent(org, row.id).await.unwrap().unwrap(), row);
            assert_same_agent!(tx.find_agent_of_token(row.id).await.unwrap().unwrap(), row);
            assert_same_agent!(
                tx.find_agent_for_update(org, row.id)
                    .await
                    .unwrap()
                    .unwrap(),
                row
            );
        }
        let key = full.api_key_hash.as_deref().unwrap();
        assert_same_agent!(tx.find_agent_by_key(key).await.unwrap().unwrap(), &full);
        assert!(
            tx.find_agent_by_key(&unique_hash())
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.find_agent_of_token(id()).await.unwrap().is_none());
    });
}

async fn an_agent_is_invisible_and_untouchable_from_another_organisation(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let row = agent_row(here);
        tx.insert_agent(&row).await.unwrap();
        assert!(tx.find_agent(there, row.id).await.unwrap().is_none());
        assert!(
            tx.find_agent_for_update(there, row.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.list_agents(there).await.unwrap().is_empty());
        assert!(
            !tx.update_agent(&AgentRow {
                id: row.id,
                ..agent_row(there)
            })
            .await
            .unwrap()
        );
        assert!(
            !tx.set_agent_key(there, row.id, &unique_hash())
                .await
                .unwrap()
        );
        assert!(
            !tx.set_first_agent_key(there, row.id, &unique_hash())
                .await
                .unwrap()
        );
        assert!(
            !tx.set_agent_identity(there, row.id, "x", "y")
                .await
                .unwrap()
        );
        assert!(!tx.delete_agent(there, row.id, at(9)).await.unwrap());
        assert_same_agent!(tx.find_agent(here, row.id).await.unwrap().unwrap(), &row);
    });
}

async fn agents_are_listed_newest_first(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let rows: Vec<_> = [3, 1, 2]
            .map(|offset| AgentRow {
                created_at: at(offset),
                ..agent_row(org)
            })
            .into();
        for row in &rows {
            tx.insert_agent(row).await.unwrap();
        }
        let seen: Vec<_> = tx
            .list_agents(org)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(seen, vec![rows[0].id, rows[2].id, rows[1].id]);
    });
}

async fn an_update_writes_what_can_be_edited_and_never_lowers_the_epoch(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = agent_row(org);
        tx.insert_agent(&row).await.unwrap();
        let edited = AgentRow {
            id: row.id,
            name: "build".to_owned(),
            description: String::new(),
            scopes: "[]".to_owned(),
            vault_ids: "[\"v\"]".to_owned(),
            is_active: false,
            settings: "{\"a\":1}".to_owned(),
            token_ttl_seconds: None,
            token_epoch: 4,
            api_key_expires_at: None,
            expires_at: Some(at(77)),
            api_key_hash: row.api_key_hash.clone(),
            created_by: row.created_by,
            ..agent_row(org)
        };
        assert!(tx.update_agent(&edited).await.unwrap());
        assert_same_agent!(tx.find_agent(org, row.id).await.unwrap().unwrap(), &edited);
        let from_before = AgentRow {
            token_epoch: 2,
            ..edited
        };
        assert!(tx.update_agent(&from_before).await.unwrap());
        assert_eq!(
            tx.find_agent(org, row.id)
                .await
                .unwrap()
                .unwrap()
                .token_epoch,
            4
        );
    });
}

async fn keys_are_unique_and_a_new_one_ends_tokens(database: TestDatabase) {
    let store = database.open().await;
    let (org, row, keyless) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = agent_row(org);
        let keyless = AgentRow {
            api_key_hash: None,
            ..agent_row(org)
        };
        tx.insert_agent(&row).await.unwrap();
        tx.insert_agent(&keyless).await.unwrap();
        (org, row, keyless)
    });
    in_write!(store, |tx| {
        assert!(!tx.set_first_agent_key(org, row.id, b"first").await.unwrap());
        assert!(
            tx.set_first_agent_key(org, keyless.id, b"first")
                .await
                .unwrap()
        );
        assert!(
            !tx.set_first_agent_key(org, keyless.id, b"second")
                .await
                .unwrap()
        );
        assert_eq!(
            tx.find_agent_by_key(b"first")
                .await
                .unwrap()
                .unwrap()
                .token_epoch,
            3
        );
        assert!(tx.set_agent_key(org, row.id, b"rotated").await.unwrap());
        assert_eq!(
            tx.find_agent_by_key(b"rotated")
                .await
                .unwrap()
                .unwrap()
                .token_epoch,
            4
        );
        let old = row.api_key_hash.as_deref().unwrap();
        assert!(tx.find_agent_by_key(old).await.unwrap().is_none());
        assert!(
            tx.set_agent_identity(org, row.id, "ssh2", "ecdh2")
                .await
                .unwrap()
        );
        let found = tx.find_agent(org, row.id).await.unwrap().unwrap();
        assert_eq!(found.ssh_public_key.as_deref(), Some("ssh2"));
        assert_eq!(found.ecdh_public_key.as_deref(), Some("ecdh2"));
    });
    let mut tx = store.begin_write().await.unwrap();
    let taken = tx.set_agent_key(org, row.id, b"first").await;
    assert!(matches!(taken, Err(StoreError::AlreadyExists)), "{taken:?}");
    tx.rollback().await.unwrap();
}

async fn a_deleted_agent_is_gone_for_every_statement(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = agent_row(org);
        tx.insert_agent(&row).await.unwrap();
        assert!(tx.delete_agent(org, row.id, at(1)).await.unwrap());
        assert!(!tx.delete_agent(org, row.id, at(2)).await.unwrap());
        let key = row.api_key_hash.as_deref().unwrap();
        assert!(tx.find_agent(org, row.id).await.unwrap().is_none());
        assert!(
            tx.find_agent_for_update(org, row.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.find_agent_of_token(row.id).await.unwrap().is_none());
        assert!(tx.find_agent_by_key(key).await.unwrap().is_none());
        assert!(tx.list_agents(org).await.unwrap().is_empty());
        assert!(!tx.update_agent(&row).await.unwrap());
        assert!(!tx.set_agent_key(org, row.id, b"k").await.unwrap());
        assert!(!tx.set_first_agent_key(org, row.id, b"k").await.unwrap());
        assert!(!tx.set_agent_identity(org, row.id, "x", "y").await.unwrap());
        // Its key may be given out again.
        tx.insert_agent(&AgentRow {
            api_key_hash: row.api_key_hash.clone(),
            ..agent_row(org)
        })
        .await
        .unwrap();
    });
}

async fn activity_only_moves_forward(database: TestDatabase) {
    let store = database.open().await;
    let (org, row) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = agent_row(org);
        tx.insert_agent(&row).await.unwrap();
        tx.touch_agent(row.id, at(60)).await.unwrap();
        tx.touch_agent(row.id, at(10)).await.unwrap();
        (org, row)
    });
    let found = in_read!(store, |tx| tx
        .find_agent(org, row.id)
        .await
        .unwrap()
        .unwrap());
    assert_eq!(found.last_active_at, Some(at(60)));
}
