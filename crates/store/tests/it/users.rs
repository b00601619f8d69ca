//! Accounts.

use crate::fixtures::{NOW, assert_same, at, id, in_read, in_write, user_row};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::users::UserRow;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    an_account_comes_back_as_it_was_stored,
    an_address_has_one_account,
    signing_up_again_counts_until_the_address_is_proven,
    a_new_password_ends_tokens_and_a_better_hash_does_not,
}

async fn an_account_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let row = user_row("ada@example.com");
    in_write!(store, |tx| tx.insert_user(&row).await.unwrap());
    let found = in_read!(store, |tx| tx.find_user(row.id).await.unwrap().unwrap());
    assert_same!(
        UserRow {
            id,
            email,
            display_name,
            password_hash,
            email_verified_at,
            marketing_emails,
            token_epoch,
            created_at
        },
        found,
        &row
    );
    let found = in_read!(store, |tx| tx
        .find_user_by_email("ada@example.com")
        .await
        .unwrap()
        .unwrap());
    assert_eq!(found.id, row.id);
    in_read!(store, |tx| {
        assert!(tx.find_user(id()).await.unwrap().is_none());
        assert!(
            tx.find_user_by_email("ADA@example.com")
                .await
                .unwrap()
                .is_none()
        );
    });
}

async fn an_address_has_one_account(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| tx
        .insert_user(&user_row("ada@example.com"))
        .await
        .unwrap());
    let mut tx = store.begin_write().await.unwrap();
    let refused = tx.insert_user(&user_row("ada@example.com")).await;
    assert!(
        matches!(refused, Err(StoreError::AlreadyExists)),
        "{refused:?}"
    );
    tx.rollback().await.unwrap();
}

async fn signing_up_again_counts_until_the_address_is_proven(database: TestDatabase) {
    let store = database.open().await;
    let row = user_row("ada@example.com");
    in_write!(store, |tx| {
        tx.insert_user(&row).await.unwrap();
        assert_eq!(tx.count_users().await.unwrap(), 0);
        assert!(
            tx.replace_unverified_user(row.id, "new", "Ada L")
                .await
                .unwrap()
        );
        assert!(tx.verify_user_email(row.id, at(5)).await.unwrap());
        assert!(!tx.verify_user_email(row.id, at(6)).await.unwrap());
        assert!(
            !tx.replace_unverified_user(row.id, "thief", "Eve")
                .await
                .unwrap()
        );
        assert_eq!(tx.count_users().await.unwrap(), 1);
    });
    let found = in_read!(store, |tx| tx.find_user(row.id).await.unwrap().unwrap());
    assert_eq!(found.password_hash.as_deref(), Some("new"));
    assert_eq!(found.display_name, "Ada L");
    assert_eq!(found.email_verified_at, Some(at(5)));
}

async fn a_new_password_ends_tokens_and_a_better_hash_does_not(database: TestDatabase) {
    let store = database.open().await;
    let row = UserRow {
        email_verified_at: Some(NOW),
        ..user_row("ada@example.com")
    };
    let other = user_row("bob@example.com");
    in_write!(store, |tx| {
        tx.insert_user(&row).await.unwrap();
        tx.insert_user(&other).await.unwrap();
        tx.set_user_password(row.id, "second").await.unwrap();
        tx.rehash_user_password(row.id, "better", "second")
            .await
            .unwrap();
        tx.rehash_user_password(row.id, "stale", "second")
            .await
            .unwrap();
        tx.update_user_profile(row.id, "Countess", false)
            .await
            .unwrap();
    });
    in_read!(store, |tx| {
        let found = tx.find_user(row.id).await.unwrap().unwrap();
        assert_eq!(found.password_hash.as_deref(), Some("better"));
        assert_eq!(found.token_epoch, 1);
        assert_eq!(found.display_name, "Countess");
        assert!(!found.marketing_emails);
        let untouched = tx.find_user(other.id).await.unwrap().unwrap();
        assert_eq!(untouched.password_hash, other.password_hash);
        assert_eq!(untouched.token_epoch, 0);
        assert!(untouched.marketing_emails);
    });
}
