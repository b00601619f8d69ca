//! Keys and settings of the instance, links that work once, and counters shared by nodes.

use crate::fixtures::{NOW, at, id, in_read, in_write};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};
use uuid::Uuid;

each_backend! {
    keys_come_back_as_they_were_stored,
    a_key_is_rewrapped_if_nobody_was_faster,
    settings_are_written_once_or_replaced,
    a_link_works_once_for_its_purpose_until_it_expires,
    a_newer_link_replaces_the_older_ones_of_its_purpose,
    a_window_counts_until_its_end_and_begins_again,
    failures_in_a_row_are_forgotten_some_time_after_the_last,
}

async fn keys_come_back_as_they_were_stored(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        assert!(tx.list_keyring().await.unwrap().is_empty());
        tx.insert_keyring("b", "token", &[0, 255], at(1))
            .await
            .unwrap();
        tx.insert_keyring("a", "audit", &[1], at(2)).await.unwrap();
    });
    in_read!(store, |tx| {
        let keys = tx.list_keyring().await.unwrap();
        let seen: Vec<_> = keys
            .iter()
            .map(|key| {
                (
                    key.id.as_str(),
                    key.purpose.as_str(),
                    key.wrapped.as_slice(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            vec![("b", "token", &[0, 255][..]), ("a", "audit", &[1][..])]
        );
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.insert_keyring("a", "mail", &[], NOW).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
}

async fn a_key_is_rewrapped_if_nobody_was_faster(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        tx.insert_keyring("a", "token", b"old", NOW).await.unwrap();
        assert!(tx.rewrap_keyring("a", b"new", b"old").await.unwrap());
        assert!(!tx.rewrap_keyring("a", b"late", b"old").await.unwrap());
        assert!(!tx.rewrap_keyring("b", b"new", b"old").await.unwrap());
        assert_eq!(tx.list_keyring().await.unwrap()[0].wrapped, b"new");
    });
}

async fn settings_are_written_once_or_replaced(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        assert_eq!(tx.find_setting("instance").await.unwrap(), None);
        assert!(tx.insert_setting("instance", "first").await.unwrap());
        assert!(!tx.insert_setting("instance", "second").await.unwrap());
        assert_eq!(
            tx.find_setting("instance").await.unwrap().as_deref(),
            Some("first")
        );
        tx.put_setting("instance", "third").await.unwrap();
        tx.put_setting("other", "x").await.unwrap();
        assert_eq!(
            tx.find_setting("instance").await.unwrap().as_deref(),
            Some("third")
        );
        assert_eq!(
            tx.find_setting("other").await.unwrap().as_deref(),
            Some("x")
        );
    });
}

async fn a_link_works_once_for_its_purpose_until_it_expires(database: TestDatabase) {
    let store = database.open().await;
    let subject: Uuid = id();
    in_write!(store, |tx| {
        tx.insert_one_time_token(b"hash", "verify", subject, NOW, at(10))
            .await
            .unwrap();
        let found = tx
            .find_one_time_token(b"hash", "verify")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.subject_id, subject);
        assert_eq!(found.expires_at, at(10));
        assert_eq!(found.used_at, None);
        assert!(
            tx.find_one_time_token(b"hash", "reset")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            !tx.consume_one_time_token(b"hash", "reset", NOW)
                .await
                .unwrap()
        );
        assert!(
            !tx.consume_one_time_token(b"other", "verify", NOW)
                .await
                .unwrap()
        );
        assert!(
            !tx.consume_one_time_token(b"hash", "verify", at(10))
                .await
                .unwrap()
        );
        assert!(
            tx.consume_one_time_token(b"hash", "verify", at(9))
                .await
                .unwrap()
        );
        assert!(
            !tx.consume_one_time_token(b"hash", "verify", at(9))
                .await
                .unwrap()
        );
        let used = tx
            .find_one_time_token(b"hash", "verify")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(used.used_at, Some(at(9)));
    });
}

async fn a_newer_link_replaces_the_older_ones_of_its_purpose(database: TestDatabase) {
    let store = database.open().await;
    let (ada, bob): (Uuid, Uuid) = (id(), id());
    in_write!(store, |tx| {
        for (hash, purpose, subject) in [
            (b"1", "reset", ada),
            (b"2", "verify", ada),
            (b"3", "reset", bob),
        ] {
            tx.insert_one_time_token(hash, purpose, subject, NOW, at(10))
                .await
                .unwrap();
        }
        tx.drop_one_time_tokens(ada, "reset").await.unwrap();
        assert!(
            tx.find_one_time_token(b"1", "reset")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_one_time_token(b"2", "verify")
                .await
                .unwrap()
                .is_some()
        );
        assert!(
            tx.find_one_time_token(b"3", "reset")
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(tx.purge_one_time_tokens(at(10)).await.unwrap(), 0);
        assert_eq!(tx.purge_one_time_tokens(at(11)).await.unwrap(), 2);
    });
}

async fn a_window_counts_until_its_end_and_begins_again(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        assert!(tx.find_window(b"key", NOW).await.unwrap().is_none());
        for (now, end, start, count) in [
            (at(0), at(10), at(0), 1),
            (at(5), at(15), at(0), 2),
            // The last moment of the window, then its end.
            (at(9), at(19), at(0), 3),
            (at(10), at(20), at(10), 1),
            (at(11), at(21), at(10), 2),
            // A clock that runs behind counts in the open window.
            (at(2), at(12), at(10), 3),
            // Long after the end.
            (at(500), at(510), at(500), 1),
        ] {
            let window = tx.count_in_window(b"key", now, end).await.unwrap();
            assert_eq!((window.window_start, window.count), (start, count), "{now}");
        }
        assert_eq!(
            tx.count_in_window(b"other", at(500), at(501))
                .await
                .unwrap()
                .count,
            1
        );
        assert_eq!(
            tx.find_window(b"key", at(509))
                .await
                .unwrap()
                .unwrap()
                .count,
            1
        );
        assert!(tx.find_window(b"key", at(510)).await.unwrap().is_none());
        assert_eq!(tx.purge_windows(at(502)).await.unwrap(), 1);
        tx.clear_window(b"key").await.unwrap();
        assert!(tx.find_window(b"key", at(500)).await.unwrap().is_none());
        assert_eq!(
            tx.count_in_window(b"key", at(501), at(510))
                .await
                .unwrap()
                .count,
            1
        );
    });
}

async fn failures_in_a_row_are_forgotten_some_time_after_the_last(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        for (now, forget_at, count) in [
            (at(0), at(10), 1),
            (at(9), at(19), 2),
            (at(18), at(28), 3),
            (at(28), at(38), 1),
        ] {
            tx.note_failure(b"key", now, forget_at).await.unwrap();
            let window = tx.find_window(b"key", now).await.unwrap().unwrap();
            assert_eq!((window.window_start, window.count), (now, count));
        }
        assert!(tx.find_window(b"key", at(38)).await.unwrap().is_none());
    });
}
