//! Opening, transactions and savepoints.

use crate::fixtures::{id, in_read, in_write, user, user_row};
use oneclaw_store::test_support::{Backend, TestDatabase};
use oneclaw_store::{Config, Store, StoreError, Tx, each_backend};
use uuid::Uuid;

each_backend! {
    an_undone_savepoint_takes_only_its_own_work_with_it,
    a_failed_statement_in_a_savepoint_does_not_lose_the_transaction,
    what_is_not_committed_is_gone,
    a_reader_sees_one_moment,
    a_reader_cannot_write,
    what_was_committed_is_there_after_opening_again,
    nodes_that_start_together_make_one_schema,
}

async fn has(tx: &mut Tx, name: &str) -> bool {
    tx.find_setting(name).await.unwrap().is_some()
}

async fn an_undone_savepoint_takes_only_its_own_work_with_it(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        tx.put_setting("before", "x").await.unwrap();
        for (name, keep) in [("kept", true), ("undone", false), ("kept too", true)] {
            tx.open_savepoint().await.unwrap();
            tx.put_setting(name, "x").await.unwrap();
            if keep {
                tx.release_savepoint().await.unwrap();
            } else {
                tx.undo_savepoint().await.unwrap();
            }
        }
        tx.put_setting("after", "x").await.unwrap();
    });
    in_read!(store, |tx| {
        for name in ["before", "kept", "kept too", "after"] {
            assert!(has(&mut tx, name).await, "{name}");
        }
        assert!(!has(&mut tx, "undone").await);
    });
}

async fn a_failed_statement_in_a_savepoint_does_not_lose_the_transaction(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        tx.insert_user(&user_row("ada@example.com")).await.unwrap();
        tx.open_savepoint().await.unwrap();
        tx.put_setting("undone", "x").await.unwrap();
        let taken = tx.insert_user(&user_row("ada@example.com")).await;
        assert!(matches!(taken, Err(StoreError::AlreadyExists)), "{taken:?}");
        tx.undo_savepoint().await.unwrap();
        tx.put_setting("after", "x").await.unwrap();
    });
    in_read!(store, |tx| {
        assert!(
            tx.find_user_by_email("ada@example.com")
                .await
                .unwrap()
                .is_some()
        );
        assert!(has(&mut tx, "after").await);
        assert!(!has(&mut tx, "undone").await);
    });
}

async fn what_is_not_committed_is_gone(database: TestDatabase) {
    let store = database.open().await;
    let mut tx = store.begin_write().await.unwrap();
    tx.put_setting("rolled back", "x").await.unwrap();
    tx.rollback().await.unwrap();
    let mut tx = store.begin_write().await.unwrap();
    tx.put_setting("dropped", "x").await.unwrap();
    drop(tx);
    // The only connection that writes is free again.
    in_write!(store, |tx| tx.put_setting("committed", "x").await.unwrap());
    in_read!(store, |tx| {
        assert!(!has(&mut tx, "rolled back").await);
        assert!(!has(&mut tx, "dropped").await);
        assert!(has(&mut tx, "committed").await);
    });
}

async fn a_reader_sees_one_moment(database: TestDatabase) {
    let store = database.open().await;
    let (one, two): (Uuid, Uuid) = (id(), id());
    let mut reader = store.begin_read().await.unwrap();
    assert_eq!(reader.epoch(one).await.unwrap(), 0);
    in_write!(store, |tx| {
        tx.bump_epoch(one).await.unwrap();
        tx.bump_epoch(two).await.unwrap();
    });
    assert_eq!(reader.epoch(one).await.unwrap(), 0);
    assert_eq!(reader.epoch(two).await.unwrap(), 0);
    reader.rollback().await.unwrap();
    assert_eq!(in_read!(store, |tx| tx.epoch(two).await.unwrap()), 1);
}

async fn a_reader_cannot_write(database: TestDatabase) {
    let store = database.open().await;
    let mut reader = store.begin_read().await.unwrap();
    let refused = reader.put_setting("name", "x").await;
    assert!(
        matches!(refused, Err(StoreError::Unavailable(_))),
        "{refused:?}"
    );
    reader.rollback().await.unwrap();
    assert!(!in_read!(store, |tx| has(&mut tx, "name").await));
}

async fn what_was_committed_is_there_after_opening_again(database: TestDatabase) {
    let store = database.open().await;
    let stored = in_write!(store, |tx| user(&mut tx).await);
    store.close().await;
    let store = database.open().await;
    assert!(in_read!(store, |tx| tx.find_user(stored).await.unwrap()).is_some());
    assert_eq!(
        store.is_embedded(),
        matches!(database.config, Config::Sqlite(_))
    );
}

async fn nodes_that_start_together_make_one_schema(database: TestDatabase) {
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let config = database.config.clone();
            tokio::spawn(async move { Store::open(&config).await.unwrap() })
        })
        .collect();
    for (index, node) in starting.into_iter().enumerate() {
        let node = node.await.unwrap();
        in_write!(node, |tx| tx
            .put_setting(&index.to_string(), "x")
            .await
            .unwrap());
    }
}

#[tokio::test]
async fn the_embedded_database_is_private_durable_and_strict() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let Store::Sqlite {
        writer, readers, ..
    } = database.open().await
    else {
        panic!("not the embedded one")
    };
    for pool in [&writer, &readers] {
        for (pragma, expected) in [
            ("SELECT journal_mode FROM pragma_journal_mode", "wal"),
            // FULL
            (
                "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous",
                "2",
            ),
            (
                "SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys",
                "1",
            ),
            (
                "SELECT CAST(secure_delete AS TEXT) FROM pragma_secure_delete",
                "1",
            ),
            (
                "SELECT CAST(trusted_schema AS TEXT) FROM pragma_trusted_schema",
                "0",
            ),
        ] {
            let (value,): (String,) = sqlx::query_as(pragma).fetch_one(pool).await.unwrap();
            assert_eq!(value, expected, "{pragma}");
        }
    }
    #[cfg(unix)]
    for entry in std::fs::read_dir(database.folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt as _;
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}

#[tokio::test]
async fn a_postgres_session_is_durable_and_does_not_wait_for_ever() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let Store::Postgres(pool) = database.open().await else {
        panic!("not a server")
    };
    let settings: (String, String, String) = sqlx::query_as(
        "SELECT current_setting('synchronous_commit'), current_setting('lock_timeout'), \
         current_setting('idle_in_transaction_session_timeout')",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_ne!(settings.0, "off");
    assert_eq!((settings.1.as_str(), settings.2.as_str()), ("5s", "30s"));
}

/// Each transaction needs what the other one holds. PostgreSQL gives one of them up; the other one
/// goes on, and the loser can tell that trying again makes sense.
#[tokio::test]
async fn a_deadlock_is_told_apart_from_a_failure() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let store = database.open().await;
    let (one, two): (Uuid, Uuid) = (id(), id());
    let (mut left, mut right) = (
        store.begin_write().await.unwrap(),
        store.begin_write().await.unwrap(),
    );
    left.bump_epoch(one).await.unwrap();
    right.bump_epoch(two).await.unwrap();
    let (left_done, right_done) = tokio::join!(
        async {
            let done = left.bump_epoch(two).await;
            if done.is_ok() {
                left.commit().await.unwrap();
            }
            done
        },
        async {
            let done = right.bump_epoch(one).await;
            if done.is_ok() {
                right.commit().await.unwrap();
            }
            done
        }
    );
    let refused = match (left_done, right_done) {
        (Ok(()), Err(error)) | (Err(error), Ok(())) => error,
        other => panic!("exactly one must lose: {other:?}"),
    };
    assert!(refused.is_conflict(), "{refused}");
    assert_eq!(in_read!(store, |tx| tx.epoch(one).await.unwrap()), 1);
    assert!(!StoreError::AlreadyExists.is_conflict());
}

#[test]
fn urls_name_a_file_or_a_server() {
    let path = |url| match Config::parse(url) {
        Ok(Config::Sqlite(path)) => path.to_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(path("sqlite:data/1claw.db"), "data/1claw.db");
    assert_eq!(path("sqlite:///var/lib/1claw.db"), "/var/lib/1claw.db");
    assert_eq!(path("sqlite:/var/lib/1claw.db"), "/var/lib/1claw.db");
    for url in ["postgres://u@h/db", "postgresql://u@h/db"] {
        assert!(matches!(Config::parse(url), Ok(Config::Postgres(kept)) if kept == url));
    }
    for url in ["", "mysql://h/db", "/var/lib/1claw.db"] {
        assert!(matches!(Config::parse(url), Err(StoreError::UnknownUrl)));
    }
}
