//! Rotating the master key while others work.

use crate::support::Instance;
use oneclaw_app::rotate::rotate_master_key;
use oneclaw_crypto::MasterKeys;
use oneclaw_store::each_backend;
use std::sync::Arc;
use tokio::task::JoinSet;

each_backend! {
    async fn everything_opens_during_and_after_a_rotation(database: TestDatabase) {
        let server = Arc::new(Instance::open(database).await);
        let owner = server.person("alice@example.com").await;
        let mut vaults = Vec::new();
        for number in 0..5 {
            let vault = server.vault(&owner, &format!("vault {number}")).await.id;
            server.put(&owner, vault, "a/b", "the value").await;
            vaults.push(vault);
        }
        let before = MasterKeys::load(&server.database.folder.path().join("master.key")).unwrap().newest();
        let operator = server.second_node().await;
        let mut work = JoinSet::new();
        for vault in vaults.clone() {
            let (server, owner) = (Arc::clone(&server), owner.clone());
            work.spawn(async move {
                for _ in 0..20 {
                    assert_eq!(server.read(&owner, vault, "a/b").await.as_deref(), Ok("the value"));
                }
            });
        }
        let (maker, owner_in) = (Arc::clone(&server), owner.clone());
        work.spawn(async move {
            for number in 0..10 {
                let vault = maker.vault(&owner_in, &format!("made meanwhile {number}")).await.id;
                maker.put(&owner_in, vault, "a/b", "the value").await;
            }
        });
        let rotation = rotate_master_key(&operator.app, |_| ()).await.unwrap();
        work.join_all().await;
        assert!(rotation.vault_keys >= 5);
        let file = MasterKeys::load(&server.database.folder.path().join("master.key")).unwrap();
        assert_eq!(file.ids().map(|(id, _)| id).collect::<Vec<_>>(), [rotation.key]);
        assert_ne!(file.newest(), before);
        // A process that starts now knows only the new key, and opens everything.
        let fresh = server.second_node().await;
        for vault in oneclaw_app::vaults::list(&fresh.app, &owner).await.unwrap() {
            if vault.name != oneclaw_app::agents::IDENTITY_VAULT {
                assert_eq!(fresh.read(&owner, vault.id, "a/b").await.as_deref(), Ok("the value"), "{}", vault.name);
            }
        }
    }
}

each_backend! {
    async fn two_rotations_at_once_lose_no_key(database: TestDatabase) {
        let server = Instance::open(database).await;
        let owner = server.person("alice@example.com").await;
        for number in 0..5 {
            let vault = server.vault(&owner, &format!("vault {number}")).await.id;
            server.put(&owner, vault, "a/b", "the value").await;
        }
        let (first, second) = (server.second_node().await, server.second_node().await);
        let outcomes = tokio::join!(rotate_master_key(&first.app, |_| ()), rotate_master_key(&second.app, |_| ()));
        assert!(outcomes.0.is_ok() || outcomes.1.is_ok());
        let fresh = server.second_node().await;
        for vault in oneclaw_app::vaults::list(&fresh.app, &owner).await.unwrap() {
            assert_eq!(fresh.read(&owner, vault.id, "a/b").await.as_deref(), Ok("the value"), "{}", vault.name);
        }
        // And it can be done again.
        rotate_master_key(&server.second_node().await.app, |_| ()).await.unwrap();
        let fresh = server.second_node().await;
        for vault in oneclaw_app::vaults::list(&fresh.app, &owner).await.unwrap() {
            assert_eq!(fresh.read(&owner, vault.id, "a/b").await.as_deref(), Ok("the value"), "{}", vault.name);
        }
    }
}
