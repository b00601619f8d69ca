//! Sessions of humans.

use crate::fixtures::{assert_same, at, id, in_read, in_write, organisation, session_row, user};
use oneclaw_store::sessions::SessionRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    a_session_comes_back_as_it_was_stored,
    a_refresh_token_is_exchanged_once_and_its_reuse_is_seen,
    live_sessions_are_those_of_the_user_that_were_not_ended,
    sessions_are_purged_when_they_have_ended_by_themselves,
}

macro_rules! assert_same_session {
    ($found:expr, $expected:expr) => {
        assert_same!(
            SessionRow {
                id,
                user_id,
                org_id,
                kind,
                secret_hash,
                auth_method,
                user_agent,
                ip,
                created_at,
                expires_at,
                revoked_at
            },
            $found,
            $expected
        )
    };
}

async fn a_session_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let row = in_write!(store, |tx| {
        let row = session_row(organisation(&mut tx).await, user(&mut tx).await);
        tx.insert_session(&row).await.unwrap();
        row
    });
    in_read!(store, |tx| {
        assert_same_session!(tx.find_session(row.id).await.unwrap().unwrap(), &row);
        assert_same_session!(
            tx.find_session_by_secret(&row.secret_hash)
                .await
                .unwrap()
                .unwrap(),
            &row
        );
        assert!(tx.find_session_by_secret(b"other").await.unwrap().is_none());
        assert!(
            tx.find_session_by_spent(&row.secret_hash)
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.find_session(id()).await.unwrap().is_none());
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = SessionRow {
        secret_hash: row.secret_hash.clone(),
        ..session_row(row.org_id, row.user_id)
    };
    let twice = tx.insert_session(&twice).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
}

async fn a_refresh_token_is_exchanged_once_and_its_reuse_is_seen(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let row = session_row(organisation(&mut tx).await, user(&mut tx).await);
        tx.insert_session(&row).await.unwrap();
        assert!(
            tx.rotate_session(row.id, &row.secret_hash, b"second")
                .await
                .unwrap()
        );
        assert!(
            !tx.rotate_session(row.id, &row.secret_hash, b"stolen")
                .await
                .unwrap()
        );
        let found = tx
            .find_session_by_spent(&row.secret_hash)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.id, row.id);
        assert_eq!(found.secret_hash, b"second");
        assert!(
            tx.find_session_by_secret(&row.secret_hash)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.rotate_session(row.id, b"second", b"third")
                .await
                .unwrap()
        );
        for spent in [&row.secret_hash[..], b"second"] {
            let found = tx.find_session_by_spent(spent).await.unwrap().unwrap();
            assert_eq!(found.id, row.id, "however long ago it was exchanged");
        }
        assert!(tx.find_session_by_spent(b"third").await.unwrap().is_none());
        assert!(tx.revoke_session(row.id, at(7)).await.unwrap());
        assert!(!tx.revoke_session(row.id, at(8)).await.unwrap());
        assert!(
            !tx.rotate_session(row.id, b"third", b"fourth")
                .await
                .unwrap()
        );
        let found = tx.find_session(row.id).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, Some(at(7)));
        assert_eq!(found.secret_hash, b"third");
    });
}

async fn live_sessions_are_those_of_the_user_that_were_not_ended(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let (ada, bob) = (user(&mut tx).await, user(&mut tx).await);
        let rows = [
            session_row(org, ada),
            session_row(org, ada),
            session_row(org, bob),
        ];
        for row in &rows {
            tx.insert_session(row).await.unwrap();
        }
        assert!(tx.revoke_session(rows[1].id, at(1)).await.unwrap());
        let live = tx.list_live_sessions(ada).await.unwrap();
        assert_eq!(
            live.iter().map(|row| row.id).collect::<Vec<_>>(),
            vec![rows[0].id]
        );
    });
}

async fn sessions_are_purged_when_they_have_ended_by_themselves(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, ada) = (organisation(&mut tx).await, user(&mut tx).await);
        let rows = [10, 20, 30].map(|end| SessionRow {
            expires_at: at(end),
            ..session_row(org, ada)
        });
        for row in &rows {
            tx.insert_session(row).await.unwrap();
        }
        assert_eq!(tx.purge_sessions(at(20)).await.unwrap(), 1);
        assert!(tx.find_session(rows[0].id).await.unwrap().is_none());
        assert!(tx.find_session(rows[1].id).await.unwrap().is_some());
    });
}
