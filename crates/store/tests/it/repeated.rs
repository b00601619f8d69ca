//! Requests that are sent again, and usage.

use crate::fixtures::{NOW, at, id, in_write, organisation};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::OrgId;
use oneclaw_store::each_backend;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::usage::UsageEventRow;

each_backend! {
    a_request_is_claimed_once_answered_once_and_forgotten,
    usage_adds_up_by_organisation_and_month,
    only_the_newest_usage_events_stay,
}

async fn a_request_is_claimed_once_answered_once_and_forgotten(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let scope = [7; 32];
        assert!(
            tx.claim_request(&scope, b"one", at(0), at(10))
                .await
                .unwrap()
        );
        assert!(
            !tx.claim_request(&scope, b"two", at(9), at(19))
                .await
                .unwrap()
        );
        let found = tx.find_request(&scope).await.unwrap().unwrap();
        assert_eq!((found.request_hash, found.answer), (b"one".to_vec(), None));
        assert!(tx.answer_request(&scope, b"first").await.unwrap());
        assert!(!tx.answer_request(&scope, b"second").await.unwrap());
        // What has an answer happened, so it cannot be given up.
        tx.release_request(&scope).await.unwrap();
        let found = tx.find_request(&scope).await.unwrap().unwrap();
        assert_eq!(found.answer.as_deref(), Some(&b"first"[..]));
        // When it is over, the key is free, and the old answer is gone.
        assert!(
            tx.claim_request(&scope, b"two", at(10), at(20))
                .await
                .unwrap()
        );
        let found = tx.find_request(&scope).await.unwrap().unwrap();
        assert_eq!((found.request_hash, found.answer), (b"two".to_vec(), None));
        tx.release_request(&scope).await.unwrap();
        assert!(tx.find_request(&scope).await.unwrap().is_none());
        assert!(
            tx.claim_request(&scope, b"three", at(0), at(5))
                .await
                .unwrap()
        );
        assert_eq!(tx.purge_requests(at(5)).await.unwrap(), 0);
        assert_eq!(tx.purge_requests(at(6)).await.unwrap(), 1);
    });
}

async fn usage_adds_up_by_organisation_and_month(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        assert!(tx.add_usage(here, "2026-11", 3).await.unwrap());
        assert!(tx.add_usage(here, "2026-11", 4).await.unwrap());
        assert!(tx.add_usage(here, "2026-12", 1).await.unwrap());
        assert!(
            !tx.add_usage(id(), "2026-11", 1).await.unwrap(),
            "an organisation that is gone"
        );
        assert_eq!(tx.find_usage(here, "2026-11").await.unwrap(), 7);
        assert_eq!(tx.find_usage(here, "2026-12").await.unwrap(), 1);
        assert_eq!(tx.find_usage(there, "2026-11").await.unwrap(), 0);
    });
}

fn event(org: OrgId, at: Timestamp) -> UsageEventRow {
    UsageEventRow {
        id: id(),
        org_id: org,
        principal_type: "agent".to_owned(),
        principal_id: id(),
        method: "GET".to_owned(),
        endpoint: "/v1/vaults".to_owned(),
        status_code: 200,
        created_at: at,
    }
}

async fn only_the_newest_usage_events_stay(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let events: Vec<_> = (0..30).map(|number| event(here, at(number))).collect();
        tx.insert_usage_events(&events).await.unwrap();
        tx.insert_usage_events(&[event(there, NOW)]).await.unwrap();
        assert_eq!(tx.trim_usage_events(here, 20).await.unwrap(), 10);
        let kept = tx.list_usage_events(here, None, 100).await.unwrap();
        assert_eq!(kept.len(), 20);
        assert_eq!((kept[0].created_at, kept[19].created_at), (at(29), at(10)));
        let own = tx
            .list_usage_events(here, Some(events[15].principal_id), 100)
            .await
            .unwrap();
        assert_eq!((own.len(), own[0].id), (1, events[15].id));
        assert_eq!(
            tx.list_usage_events(there, None, 100).await.unwrap().len(),
            1
        );
    });
}
