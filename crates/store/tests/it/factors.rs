//! Second factors, identities of other providers, and what may be used once.

use crate::fixtures::{NOW, at, id, in_read, in_write, user};
use oneclaw_store::passkeys::PasskeyRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    an_app_counts_once_confirmed_and_each_step_once,
    a_recovery_code_works_once_and_for_its_owner,
    a_passkey_is_found_by_what_authenticators_call_it,
    a_counter_that_does_not_go_on_is_refused,
    what_is_spent_stays_spent_until_it_has_expired,
    an_identity_has_one_owner,
    the_oldest_key_for_other_services_is_the_one_in_use,
}

async fn an_app_counts_once_confirmed_and_each_step_once(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let user = user(&mut tx).await;
        assert!(tx.find_totp(user).await.unwrap().is_none());
        assert!(tx.put_totp(user, b"first", NOW).await.unwrap());
        assert!(tx.put_totp(user, b"second", NOW).await.unwrap());
        // Not confirmed: no step of it can be used, and it is not there to be removed.
        assert!(!tx.use_totp_step(user, 7).await.unwrap());
        assert!(!tx.delete_totp(user).await.unwrap());
        assert!(!tx.confirm_totp(user, b"first", 7, NOW).await.unwrap());
        assert!(tx.confirm_totp(user, b"second", 7, NOW).await.unwrap());
        assert!(!tx.confirm_totp(user, b"second", 8, NOW).await.unwrap());
        assert!(!tx.put_totp(user, b"third", NOW).await.unwrap());
        let row = tx.find_totp(user).await.unwrap().unwrap();
        assert_eq!(row.sealed_secret, b"second");
        assert_eq!((row.last_step, row.confirmed_at), (7, Some(NOW)));
        for (step, works) in [(6, false), (7, false), (8, true), (8, false), (9, true)] {
            assert_eq!(tx.use_totp_step(user, step).await.unwrap(), works, "{step}");
        }
        assert!(tx.delete_totp(user).await.unwrap());
        assert!(tx.find_totp(user).await.unwrap().is_none());
    });
}

async fn a_recovery_code_works_once_and_for_its_owner(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (owner, other) = (user(&mut tx).await, user(&mut tx).await);
        tx.insert_recovery_code(owner, b"one").await.unwrap();
        tx.insert_recovery_code(owner, b"two").await.unwrap();
        assert!(!tx.use_recovery_code(other, b"one", NOW).await.unwrap());
        assert!(tx.use_recovery_code(owner, b"one", NOW).await.unwrap());
        assert!(!tx.use_recovery_code(owner, b"one", NOW).await.unwrap());
        assert_eq!(tx.count_recovery_codes(owner).await.unwrap(), 1);
        assert_eq!(tx.count_recovery_codes(other).await.unwrap(), 0);
        tx.delete_recovery_codes(owner).await.unwrap();
        assert!(!tx.use_recovery_code(owner, b"two", NOW).await.unwrap());
    });
}

fn passkey(user_id: oneclaw_core::id::UserId, credential_id: &[u8], count: i64) -> PasskeyRow {
    PasskeyRow {
        id: id(),
        user_id,
        credential_id: credential_id.to_vec(),
        public_key: b"key".to_vec(),
        sign_count: count,
        backup_eligible: true,
        backed_up: false,
        aaguid: vec![1; 16],
        transports: r#"["usb"]"#.to_owned(),
        name: "Laptop".to_owned(),
        created_at: NOW,
        last_used_at: None,
    }
}

async fn a_passkey_is_found_by_what_authenticators_call_it(database: TestDatabase) {
    let store = database.open().await;
    let (owner, other, row) = in_write!(store, |tx| {
        let (owner, other) = (user(&mut tx).await, user(&mut tx).await);
        let row = passkey(owner, b"credential", 0);
        tx.insert_passkey(&row).await.unwrap();
        (owner, other, row)
    });
    in_read!(store, |tx| {
        let found = tx.find_passkey(b"credential").await.unwrap().unwrap();
        assert_eq!((found.id, found.user_id), (row.id, owner));
        assert_eq!(found.public_key, row.public_key);
        assert_eq!((found.backup_eligible, found.backed_up), (true, false));
        assert_eq!(found.aaguid, row.aaguid);
        assert_eq!(
            (found.transports, found.name),
            (row.transports.clone(), row.name.clone())
        );
        assert_eq!((found.created_at, found.last_used_at), (NOW, None));
        assert!(tx.find_passkey(b"other").await.unwrap().is_none());
        assert_eq!(tx.list_passkeys(owner).await.unwrap().len(), 1);
        assert_eq!(tx.count_passkeys(owner).await.unwrap(), 1);
        assert_eq!(tx.count_passkeys(other).await.unwrap(), 0);
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.insert_passkey(&passkey(other, b"credential", 0)).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
    in_write!(store, |tx| {
        assert!(!tx.rename_passkey(other, row.id, "Mine").await.unwrap());
        assert!(tx.rename_passkey(owner, row.id, "Phone").await.unwrap());
        assert!(!tx.delete_passkey(other, row.id).await.unwrap());
        assert_eq!(tx.list_passkeys(owner).await.unwrap()[0].name, "Phone");
        assert!(tx.delete_passkey(owner, row.id).await.unwrap());
        assert!(!tx.delete_passkey(owner, row.id).await.unwrap());
    });
}

async fn a_counter_that_does_not_go_on_is_refused(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let owner = user(&mut tx).await;
        let counting = passkey(owner, b"counting", 5);
        tx.insert_passkey(&counting).await.unwrap();
        for (count, works) in [
            (5, false),
            (4, false),
            (0, false),
            (6, true),
            (6, false),
            (9, true),
        ] {
            let used = tx
                .use_passkey(counting.id, count, true, at(1))
                .await
                .unwrap();
            assert_eq!(used, works, "{count}");
        }
        let found = tx.find_passkey(b"counting").await.unwrap().unwrap();
        assert_eq!((found.sign_count, found.backed_up), (9, true));
        assert_eq!(found.last_used_at, Some(at(1)));
        let plain = passkey(owner, b"plain", 0);
        tx.insert_passkey(&plain).await.unwrap();
        for _ in 0..2 {
            assert!(tx.use_passkey(plain.id, 0, false, NOW).await.unwrap());
        }
    });
}

async fn what_is_spent_stays_spent_until_it_has_expired(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        assert!(tx.spend_proof(b"one", at(10)).await.unwrap());
        assert!(!tx.spend_proof(b"one", at(20)).await.unwrap());
        assert!(tx.spend_proof(b"two", at(20)).await.unwrap());
        assert_eq!(tx.purge_spent_proofs(at(10)).await.unwrap(), 0);
        assert_eq!(tx.purge_spent_proofs(at(11)).await.unwrap(), 1);
        assert!(!tx.spend_proof(b"two", at(20)).await.unwrap());
    });
}

async fn an_identity_has_one_owner(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let owner = user(&mut tx).await;
        tx.insert_identity("google", "1", owner, NOW).await.unwrap();
        assert_eq!(tx.find_identity("google", "1").await.unwrap(), Some(owner));
        assert_eq!(tx.find_identity("google", "2").await.unwrap(), None);
        assert_eq!(tx.find_identity("other", "1").await.unwrap(), None);
        assert_eq!(tx.count_identities(owner).await.unwrap(), 1);
    });
    let mut tx = store.begin_write().await.unwrap();
    let other = user(&mut tx).await;
    let twice = tx.insert_identity("google", "1", other, NOW).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
}

async fn the_oldest_key_for_other_services_is_the_one_in_use(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        assert!(tx.find_federation_key().await.unwrap().is_none());
        tx.insert_federation_key("b", b"sealed", at(1))
            .await
            .unwrap();
        tx.insert_federation_key("a", b"later", at(2))
            .await
            .unwrap();
        let row = tx.find_federation_key().await.unwrap().unwrap();
        assert_eq!(
            (row.id.as_str(), row.sealed.as_slice()),
            ("b", &b"sealed"[..])
        );
    });
}
