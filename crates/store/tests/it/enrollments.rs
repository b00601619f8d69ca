//! Requests of agents to join.

use crate::fixtures::{NOW, assert_same, at, id, in_read, in_write, unique_hash};
use oneclaw_core::id::{OrgId, UserId};
use oneclaw_store::enrollments::EnrollmentRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, Tx, each_backend};

each_backend! {
    a_request_comes_back_as_it_was_stored,
    a_decision_is_made_once_in_time_and_kept,
    requests_are_listed_newest_first_for_whom_they_concern,
    pending_requests_are_counted_until_they_lapse,
    only_what_nobody_approved_is_purged,
}

fn enrollment(email: Option<&str>) -> EnrollmentRow {
    EnrollmentRow {
        id: id(),
        name: "deploy".to_owned(),
        description: "Deploys the shop".to_owned(),
        human_email: email.map(str::to_owned),
        status: "pending".to_owned(),
        ip: Some("203.0.113.9".to_owned()),
        user_agent: "1claw/0.1".to_owned(),
        created_at: NOW,
        expires_at: at(100),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        org_id: None,
        agent_id: None,
    }
}

async fn insert(tx: &mut Tx, row: &EnrollmentRow) {
    tx.insert_enrollment(row, &unique_hash()).await.unwrap();
}

macro_rules! assert_same_enrollment {
    ($found:expr, $expected:expr) => {
        assert_same!(
            EnrollmentRow {
                id,
                name,
                description,
                human_email,
                status,
                ip,
                user_agent,
                created_at,
                expires_at,
                decided_at,
                decided_by,
                decision_reason,
                org_id,
                agent_id
            },
            $found,
            $expected
        )
    };
}

async fn a_request_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let addressed = enrollment(Some("ada@example.com"));
    let open = EnrollmentRow {
        ip: None,
        ..enrollment(None)
    };
    in_write!(store, |tx| {
        tx.insert_enrollment(&addressed, b"token").await.unwrap();
        insert(&mut tx, &open).await;
    });
    in_read!(store, |tx| {
        assert_same_enrollment!(
            tx.find_enrollment(addressed.id).await.unwrap().unwrap(),
            &addressed
        );
        assert_same_enrollment!(tx.find_enrollment(open.id).await.unwrap().unwrap(), &open);
        let found = tx
            .find_enrollment_by_token(b"token")
            .await
            .unwrap()
            .unwrap();
        assert_same_enrollment!(found, &addressed);
        assert!(
            tx.find_enrollment_by_token(b"other")
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.find_enrollment(id()).await.unwrap().is_none());
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.insert_enrollment(&enrollment(None), b"token").await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
}

async fn a_decision_is_made_once_in_time_and_kept(database: TestDatabase) {
    let store = database.open().await;
    let (by, org, agent): (UserId, OrgId, _) = (id(), id(), id());
    in_write!(store, |tx| {
        let row = enrollment(Some("ada@example.com"));
        insert(&mut tx, &row).await;
        assert!(
            tx.decide_enrollment(row.id, "approved", at(99), by, Some("ok"), org, Some(agent))
                .await
                .unwrap()
        );
        assert!(
            !tx.decide_enrollment(row.id, "denied", at(99), id(), None, org, None)
                .await
                .unwrap()
        );
        let decided = EnrollmentRow {
            status: "approved".to_owned(),
            decided_at: Some(at(99)),
            decided_by: Some(by),
            decision_reason: Some("ok".to_owned()),
            org_id: Some(org),
            agent_id: Some(agent),
            ..row
        };
        assert_same_enrollment!(
            tx.find_enrollment(decided.id).await.unwrap().unwrap(),
            &decided
        );

        let late = enrollment(None);
        insert(&mut tx, &late).await;
        assert!(
            !tx.decide_enrollment(late.id, "approved", at(100), by, None, org, None)
                .await
                .unwrap()
        );
        assert_same_enrollment!(tx.find_enrollment(late.id).await.unwrap().unwrap(), &late);
        assert!(
            !tx.decide_enrollment(id(), "approved", NOW, by, None, org, None)
                .await
                .unwrap()
        );
    });
}

async fn requests_are_listed_newest_first_for_whom_they_concern(database: TestDatabase) {
    let store = database.open().await;
    let by: UserId = id();
    in_write!(store, |tx| {
        let mut ids = Vec::new();
        for offset in [2, 0, 1] {
            let row = EnrollmentRow {
                created_at: at(offset),
                ..enrollment(Some("ada@example.com"))
            };
            insert(&mut tx, &row).await;
            assert!(
                tx.decide_enrollment(row.id, "denied", at(9), by, None, id(), None)
                    .await
                    .unwrap()
            );
            ids.push(row.id);
        }
        insert(&mut tx, &enrollment(Some("bob@example.com"))).await;
        insert(&mut tx, &enrollment(None)).await;
        let expected = vec![ids[0], ids[2]];
        let listed = tx.list_enrollments_for("ada@example.com", 2).await.unwrap();
        assert_eq!(
            listed.iter().map(|row| row.id).collect::<Vec<_>>(),
            expected
        );
        let listed = tx.list_enrollments_decided_by(by, 2).await.unwrap();
        assert_eq!(
            listed.iter().map(|row| row.id).collect::<Vec<_>>(),
            expected
        );
        assert!(
            tx.list_enrollments_decided_by(id(), 2)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.list_enrollments_for("eve@example.com", 2)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

async fn pending_requests_are_counted_until_they_lapse(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let mine = enrollment(Some("ada@example.com"));
        let decided = enrollment(Some("ada@example.com"));
        let elsewhere = EnrollmentRow {
            ip: Some("2001:db8::1".to_owned()),
            expires_at: at(200),
            ..enrollment(None)
        };
        for row in [&mine, &decided, &elsewhere] {
            insert(&mut tx, row).await;
        }
        assert!(
            tx.decide_enrollment(decided.id, "denied", NOW, id(), None, id(), None)
                .await
                .unwrap()
        );
        for (now, all, of_ip, of_email) in
            [(at(99), 2, 1, 1), (at(100), 1, 0, 0), (at(200), 0, 0, 0)]
        {
            assert_eq!(tx.count_pending_enrollments(now).await.unwrap(), all);
            assert_eq!(
                tx.count_pending_enrollments_of_ip("203.0.113.9", now)
                    .await
                    .unwrap(),
                of_ip
            );
            assert_eq!(
                tx.count_pending_enrollments_of_email("ada@example.com", now)
                    .await
                    .unwrap(),
                of_email
            );
        }
        assert_eq!(tx.expire_enrollments(at(99)).await.unwrap(), 0);
        assert_eq!(tx.expire_enrollments(at(100)).await.unwrap(), 1);
        assert_eq!(
            tx.find_enrollment(mine.id).await.unwrap().unwrap().status,
            "expired"
        );
        assert!(
            !tx.decide_enrollment(mine.id, "approved", at(50), id(), None, id(), None)
                .await
                .unwrap()
        );
    });
}

async fn only_what_nobody_approved_is_purged(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let mut rows = Vec::new();
        for status in ["approved", "denied", "pending"] {
            let row = enrollment(None);
            insert(&mut tx, &row).await;
            if status != "pending" {
                assert!(
                    tx.decide_enrollment(row.id, status, NOW, id(), None, id(), None)
                        .await
                        .unwrap()
                );
            }
            rows.push(row.id);
        }
        let expired = EnrollmentRow {
            expires_at: at(50),
            ..enrollment(None)
        };
        insert(&mut tx, &expired).await;
        assert_eq!(tx.expire_enrollments(at(50)).await.unwrap(), 1);
        assert_eq!(tx.purge_enrollments(at(100)).await.unwrap(), 1);
        assert_eq!(tx.purge_enrollments(at(101)).await.unwrap(), 2);
        assert!(tx.find_enrollment(rows[0]).await.unwrap().is_some());
        assert!(tx.find_enrollment(rows[1]).await.unwrap().is_none());
        assert!(tx.find_enrollment(rows[2]).await.unwrap().is_none());
        assert!(tx.find_enrollment(expired.id).await.unwrap().is_none());
    });
}
