//! The direct way to the embedded database does what the usual one does.

use crate::fixtures::{NOW, agent_row, at, id, in_read, in_write, new_secret, organisation, vault};
use crate::webhooks::webhook;
use oneclaw_core::id::{AgentId, OrgId, VaultId};
use oneclaw_store::audit::NewEvent;
use oneclaw_store::secrets::NewVersion;
use oneclaw_store::test_support::{Backend, TestDatabase};
use oneclaw_store::webhooks::DeliveryRow;
use oneclaw_store::{Direct, DirectTx, GroupTx, Result, Store, StoreError};
use uuid::Uuid;

async fn open() -> (TestDatabase, Store, Direct) {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let store = database.open().await;
    let Store::Sqlite { direct, .. } = &store else {
        panic!("not the embedded one")
    };
    let direct = direct.clone();
    (database, store, direct)
}

/// What a scenario works on.
#[derive(Clone)]
struct Rows {
    org: OrgId,
    vault: VaultId,
    agent: AgentId,
    bumped: Uuid,
    unknown: Uuid,
}

impl Rows {
    async fn store(store: &Store) -> Self {
        in_write!(store, |tx| {
            let org = organisation(&mut tx).await;
            let vault = vault(&mut tx, org).await;
            let agent = agent_row(org);
            tx.insert_agent(&agent).await.unwrap();
            let (bumped, unknown) = (id(), id());
            tx.bump_epoch(bumped).await.unwrap();
            let mut hook = webhook(org);
            hook.failing_since = Some(at(3));
            tx.insert_webhook(&hook).await.unwrap();
            tx.note_webhook_failure(org, hook.id, at(3)).await.unwrap();
            tx.lock_audit_head(org).await.unwrap();
            tx.count_active_webhooks(org).await.unwrap();
            Self {
                org,
                vault,
                agent: agent.id,
                bumped,
                unknown,
            }
        })
    }

    fn secret(&self, path: &str) -> NewVersion {
        new_secret(self.org, self.vault, path)
    }
}

fn event(org: OrgId, seq: i64, id: Uuid) -> NewEvent<'static> {
    NewEvent {
        org: org.as_uuid(),
        seq,
        id,
        at: NOW.as_millis(),
        actor_type: "agent",
        actor_id: "a",
        action: "secret.read",
        resource_type: "secret",
        resource_id: "s",
        details: "{}",
        ip: (seq > 0).then_some("192.0.2.1"),
        leaf_hash: b"leaf",
    }
}

/// Everything that a group can do, with what it must answer whichever way it goes.
async fn scenario<T: GroupTx>(tx: &mut T, rows: &Rows, first: &NewVersion) -> Result<()> {
    assert!(tx.is_alone());
    let guards = [(rows.bumped, 1), (rows.unknown, 0)];
    assert!(tx.stale_guards(&guards).await?.is_empty());
    let old = [(rows.bumped, 0), (rows.unknown, 1)];
    let mut stale = tx.stale_guards(&old).await?;
    stale.sort_unstable();
    let mut both = vec![rows.bumped, rows.unknown];
    both.sort_unstable();
    assert_eq!(stale, both);

    let mut limited = NewVersion {
        max_access_count: Some(1),
        ..rows.secret("limited")
    };
    limited.secret = rows.unknown.into();
    let written = tx.put_versions(&[first, &limited]).await?;
    assert_eq!(written.len(), 2);
    let secret = first.secret.as_uuid();
    assert!(tx.stale_secrets(&[(secret, 1)]).await?.is_empty());
    assert_eq!(tx.stale_secrets(&[(secret, 2)]).await?, [secret]);
    assert_eq!(tx.stale_secrets(&[(rows.bumped, 1)]).await?, [rows.bumped]);

    assert!(!tx.count_secret_read(limited.secret, 2).await?);
    assert!(tx.count_secret_read(limited.secret, 1).await?);
    assert!(!tx.count_secret_read(limited.secret, 1).await?);

    // A writer that rests on an old state loses alone; the next version wins.
    let lost = NewVersion {
        secret: first.secret,
        ciphertext: b"lost".to_vec(),
        ..rows.secret("a/first")
    };
    let next = NewVersion {
        secret: limited.secret,
        version: 2,
        rev: 2,
        expires_at: Some(at(9)),
        ..rows.secret("limited")
    };
    assert_eq!(
        tx.put_versions(&[&lost, &next]).await?,
        [limited.secret.as_uuid()]
    );
    let twice = tx.put_versions(&[&next, &next]).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)));

    tx.touch_agent(rows.agent, at(5)).await?;
    tx.touch_agent(rows.agent, at(4)).await?;

    let head = tx.lock_audit_head(rows.org).await?;
    assert_eq!((head.size, head.frontier.len(), head.webhooks), (0, 0, 1));
    let hooks = tx.list_webhooks(rows.org).await?;
    let expected = webhook(rows.org);
    assert_eq!((hooks.len(), hooks[0].org_id), (1, rows.org));
    assert_eq!(
        (&hooks[0].url, &hooks[0].events),
        (&expected.url, &expected.events)
    );
    assert_eq!(
        (&hooks[0].sealed_secret, hooks[0].is_active),
        (&expected.sealed_secret, true)
    );
    assert_eq!(hooks[0].failing_since, Some(at(3)));
    assert!(tx.list_webhooks(rows.unknown.into()).await?.is_empty());
    let payload = "{}".to_owned();
    let queued = DeliveryRow::queued(rows.unknown, &hooks[0], "secret.written", payload, at(7));
    tx.insert_deliveries(&[queued]).await?;
    let events = [
        event(rows.org, 0, rows.bumped),
        event(rows.org, 1, rows.unknown),
    ];
    tx.append_events(&events).await?;
    for size in [2, 3] {
        let head = (rows.org.as_uuid(), size, vec![7; 3], vec![8; 32]);
        tx.move_audit_heads(&[head]).await?;
    }
    let head = tx.lock_audit_head(rows.org).await?;
    assert_eq!(
        (head.size, head.frontier, head.last_hash),
        (3, vec![7; 3], vec![8; 32])
    );
    Ok(())
}

#[tokio::test]
async fn both_ways_answer_alike_and_leave_the_same_rows() {
    let (usual, usual_store, _) = open().await;
    let rows = Rows::store(&usual_store).await;
    let first = rows.secret("a/first");
    // The second database starts as a copy of the first, so that the ids are the same.
    usual_store.close().await;
    let direct = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let file = |database: &TestDatabase| database.folder.path().join("1claw.db");
    std::fs::copy(file(&usual), file(&direct)).unwrap();

    let store = usual.open().await;
    in_write!(store, |tx| scenario(&mut tx, &rows, &first).await.unwrap());
    let Store::Sqlite { direct: way, .. } = direct.open().await else {
        panic!("not the embedded one")
    };
    way.write(async move |tx| scenario(tx, &rows, &first).await)
        .await
        .unwrap();
    let (usual, direct) = (usual.rows().await, direct.rows().await);
    assert!(usual["secret_versions"].len() == 3 && usual["audit_events"].len() == 2);
    // What the scenario drew at random for itself differs: who wrote a version.
    for (table, rows) in &usual {
        if table == "secret_versions" {
            assert_eq!(rows.len(), direct[table].len());
        } else {
            assert_eq!(rows, &direct[table], "{table}");
        }
    }
}

#[tokio::test]
async fn what_fails_leaves_nothing_and_the_next_one_goes_through() {
    let (database, store, direct) = open().await;
    let rows = Rows::store(&store).await;
    let before = database.rows().await;
    let foreign = NewVersion {
        org: id(),
        ..rows.secret("elsewhere")
    };
    let (org, new) = (rows.org, rows.secret("a/b"));
    let refused = direct
        .write(async move |tx: &mut DirectTx<'_>| {
            tx.put_versions(&[&new]).await?;
            tx.append_events(&[event(org, 0, id())]).await?;
            tx.put_versions(&[&foreign]).await
        })
        .await;
    assert!(
        matches!(refused, Err(StoreError::MissingReference)),
        "{refused:?}"
    );
    let twice = direct
        .write(async move |tx: &mut DirectTx<'_>| {
            let same = event(org, 0, id());
            tx.append_events(&[same]).await?;
            tx.append_events(&[event(org, 0, id())]).await
        })
        .await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    assert_eq!(database.rows().await, before);

    let new = rows.secret("a/b");
    direct
        .write(async move |tx: &mut DirectTx<'_>| tx.put_versions(&[&new]).await)
        .await
        .unwrap();
    in_read!(store, |tx| assert_eq!(
        tx.count_secrets(rows.org, rows.vault).await.unwrap(),
        1
    ));
}

#[tokio::test]
async fn work_that_waits_is_given_up() {
    let (database, store, direct) = open().await;
    let rows = Rows::store(&store).await;
    let before = database.rows().await;
    let refused = direct
        .write(async move |tx: &mut DirectTx<'_>| {
            tx.append_events(&[event(rows.org, 0, id())]).await?;
            std::future::pending::<()>().await;
            Ok(())
        })
        .await;
    assert!(
        matches!(refused, Err(StoreError::Damaged(_))),
        "{refused:?}"
    );
    assert_eq!(database.rows().await, before);
}

#[tokio::test]
async fn a_closed_database_says_so() {
    let (_database, store, direct) = open().await;
    store.close().await;
    let refused = direct.write(async |_: &mut DirectTx<'_>| Ok(())).await;
    assert!(matches!(refused, Err(StoreError::Closed)), "{refused:?}");
}
