//! The transparency log's rows.

use crate::fixtures::{NOW, assert_same, at, id, in_read, in_write};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{EventId, OrgId};
use oneclaw_store::audit::{EventRow, Filter, NewEvent};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{Tx, each_backend};
use uuid::Uuid;

each_backend! {
    an_event_comes_back_as_it_was_stored,
    a_head_begins_empty_and_moves_with_its_log,
    logs_of_several_organisations_do_not_mix,
    a_place_in_a_log_is_taken_once,
    events_are_listed_newest_first_and_filtered,
    ranges_are_half_open_and_in_order,
}

fn event(org: OrgId, seq: i64, leaf_hash: &[u8]) -> NewEvent<'_> {
    NewEvent {
        org: org.as_uuid(),
        seq,
        id: id(),
        at: NOW.as_millis() + seq,
        actor_type: "agent",
        actor_id: if seq % 2 == 0 { "even" } else { "odd" },
        action: if seq % 3 == 0 {
            "secret.read"
        } else {
            "secret.write"
        },
        resource_type: "secret",
        resource_id: if seq < 5 { "early" } else { "late" },
        details: "{\"path\":\"prod/db\"}",
        ip: None,
        leaf_hash,
    }
}

/// Takes the head, appends `count` events and moves the head, as the committer does.
async fn append(tx: &mut Tx, org: OrgId, count: i64) {
    let head = tx.lock_audit_head(org).await.unwrap();
    let hashes: Vec<Vec<u8>> = (head.size..head.size + count)
        .map(|seq| seq.to_be_bytes().to_vec())
        .collect();
    let events: Vec<NewEvent<'_>> = (head.size..)
        .zip(&hashes)
        .map(|(seq, hash)| event(org, seq, hash))
        .collect();
    tx.append_events(&events).await.unwrap();
    let last = hashes.last().cloned().unwrap_or_default();
    tx.move_audit_heads(&[(org.as_uuid(), head.size + count, vec![0xf0; 3], last)])
        .await
        .unwrap();
}

async fn an_event_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let org: OrgId = id();
    let (first, second): (Uuid, Uuid) = (id(), id());
    in_write!(store, |tx| {
        let plain = NewEvent {
            id: first,
            ..event(org, 0, &[1; 32])
        };
        let full = NewEvent {
            id: second,
            ip: Some("2001:db8::1"),
            details: "{\"ü\":\"\\u0000\"}",
            ..event(org, 1, &[2; 32])
        };
        tx.append_events(&[plain, full]).await.unwrap();
    });
    let events = in_read!(store, |tx| tx.list_event_range(org, 0, 10).await.unwrap());
    let expected = |id: Uuid, seq: i64| EventRow {
        org_id: org,
        seq,
        id: EventId::from_uuid(id),
        at: at(seq),
        actor_type: "agent".to_owned(),
        actor_id: if seq == 0 { "even" } else { "odd" }.to_owned(),
        action: if seq == 0 {
            "secret.read"
        } else {
            "secret.write"
        }
        .to_owned(),
        resource_type: "secret".to_owned(),
        resource_id: "early".to_owned(),
        details: if seq == 0 {
            "{\"path\":\"prod/db\"}"
        } else {
            "{\"ü\":\"\\u0000\"}"
        }
        .to_owned(),
        ip: (seq == 1).then(|| "2001:db8::1".to_owned()),
        leaf_hash: vec![u8::try_from(seq).unwrap() + 1; 32],
    };
    assert_eq!(events.len(), 2);
    for (found, expected) in events
        .into_iter()
        .zip([expected(first, 0), expected(second, 1)])
    {
        assert_same!(
            EventRow {
                org_id,
                seq,
                id,
                at,
                actor_type,
                actor_id,
                action,
                resource_type,
                resource_id,
                details,
                ip,
                leaf_hash
            },
            found,
            expected
        );
    }
}

async fn a_head_begins_empty_and_moves_with_its_log(database: TestDatabase) {
    let store = database.open().await;
    let org: OrgId = id();
    assert!(in_read!(store, |tx| tx.find_audit_head(org).await.unwrap()).is_none());
    in_write!(store, |tx| {
        for _ in 0..2 {
            let head = tx.lock_audit_head(org).await.unwrap();
            assert_eq!(
                (head.size, head.frontier, head.last_hash),
                (0, Vec::new(), Vec::new())
            );
        }
        append(&mut tx, org, 3).await;
    });
    in_write!(store, |tx| append(&mut tx, org, 1).await);
    let head = in_read!(store, |tx| tx.find_audit_head(org).await.unwrap().unwrap());
    assert_eq!((head.size, head.frontier), (4, vec![0xf0; 3]));
    assert_eq!(head.last_hash, 3_i64.to_be_bytes());
}

async fn logs_of_several_organisations_do_not_mix(database: TestDatabase) {
    let store = database.open().await;
    let mut orgs: Vec<OrgId> = (0..20).map(|_| id()).collect();
    orgs.sort_unstable();
    for round in [1_i64, 7, 100] {
        in_write!(store, |tx| {
            let mut heads = Vec::new();
            for org in &orgs {
                heads.push((*org, tx.lock_audit_head(*org).await.unwrap().size));
            }
            // Interleaved, as requests arrive.
            let hash = round.to_be_bytes();
            let events: Vec<NewEvent<'_>> = (0..round)
                .flat_map(|offset| heads.iter().map(move |(org, size)| (*org, size + offset)))
                .map(|(org, seq)| event(org, seq, &hash))
                .collect();
            tx.append_events(&events).await.unwrap();
            let moved: Vec<_> = heads
                .iter()
                .map(|(org, size)| (org.as_uuid(), size + round, vec![1], hash.to_vec()))
                .collect();
            tx.move_audit_heads(&moved).await.unwrap();
        });
    }
    in_read!(store, |tx| {
        for org in &orgs {
            assert_eq!(tx.find_audit_head(*org).await.unwrap().unwrap().size, 108);
            let events = tx.list_event_range(*org, 0, 1_000).await.unwrap();
            assert!(events.iter().all(|event| event.org_id == *org));
            let numbers: Vec<i64> = events.iter().map(|event| event.seq).collect();
            assert_eq!(numbers, (0..108).collect::<Vec<i64>>());
        }
    });
}

async fn a_place_in_a_log_is_taken_once(database: TestDatabase) {
    let store = database.open().await;
    let org: OrgId = id();
    in_write!(store, |tx| append(&mut tx, org, 2).await);
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.append_events(&[event(org, 1, b"forged")]).await;
    assert!(
        matches!(twice, Err(oneclaw_store::StoreError::AlreadyExists)),
        "{twice:?}"
    );
    tx.rollback().await.unwrap();
    in_write!(store, |tx| {
        tx.append_events(&[]).await.unwrap();
        tx.move_audit_heads(&[]).await.unwrap();
    });
}

async fn events_are_listed_newest_first_and_filtered(database: TestDatabase) {
    let store = database.open().await;
    let (org, other): (OrgId, OrgId) = (id(), id());
    in_write!(store, |tx| {
        append(&mut tx, org, 10).await;
        append(&mut tx, other, 3).await;
    });
    in_read!(store, |tx| {
        for (filter, limit, offset, expected) in [
            (
                Filter::default(),
                100,
                0,
                vec![9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
            ),
            (Filter::default(), 3, 2, vec![7, 6, 5]),
            (
                Filter {
                    resource_id: Some("early"),
                    ..Filter::default()
                },
                100,
                0,
                vec![4, 3, 2, 1, 0],
            ),
            (
                Filter {
                    actor_id: Some("odd"),
                    ..Filter::default()
                },
                100,
                0,
                vec![9, 7, 5, 3, 1],
            ),
            (
                Filter {
                    action: Some("secret.read"),
                    ..Filter::default()
                },
                100,
                0,
                vec![9, 6, 3, 0],
            ),
            (
                Filter {
                    from: Some(at(3)),
                    to: Some(at(5)),
                    ..Filter::default()
                },
                100,
                0,
                vec![5, 4, 3],
            ),
            (
                Filter {
                    resource_id: Some("late"),
                    actor_id: Some("even"),
                    action: Some("secret.read"),
                    from: Some(at(6)),
                    to: Some(Timestamp::MAX),
                },
                100,
                0,
                vec![6],
            ),
            (
                Filter {
                    resource_id: Some("none"),
                    ..Filter::default()
                },
                100,
                0,
                vec![],
            ),
        ] {
            let events = tx.list_events(org, &filter, limit, offset).await.unwrap();
            assert_eq!(
                events.iter().map(|event| event.seq).collect::<Vec<_>>(),
                expected
            );
            assert!(events.iter().all(|event| event.org_id == org));
        }
        assert!(
            tx.list_events(id(), &Filter::default(), 10, 0)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

async fn ranges_are_half_open_and_in_order(database: TestDatabase) {
    let store = database.open().await;
    let org: OrgId = id();
    in_write!(store, |tx| append(&mut tx, org, 6).await);
    in_read!(store, |tx| {
        for (from, to) in [(0, 6), (2, 4), (3, 3), (5, 100), (6, 7), (4, 2)] {
            let expected: Vec<i64> = (from..to.min(6)).collect();
            let events = tx.list_event_range(org, from, to).await.unwrap();
            assert_eq!(
                events.iter().map(|event| event.seq).collect::<Vec<_>>(),
                expected
            );
            let leaves = tx.list_leaf_hashes(org, from, to).await.unwrap();
            assert_eq!(
                leaves,
                expected
                    .iter()
                    .map(|seq| seq.to_be_bytes().to_vec())
                    .collect::<Vec<_>>()
            );
        }
        assert!(tx.list_leaf_hashes(id(), 0, 6).await.unwrap().is_empty());
    });
}
