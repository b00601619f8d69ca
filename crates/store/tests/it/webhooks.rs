//! Webhooks and what they are to receive; rules about networks.

use crate::fixtures::{at, id, in_read, in_write, organisation};
use oneclaw_core::audit::Hash;
use oneclaw_core::id::OrgId;
use oneclaw_store::each_backend;
use oneclaw_store::ip_rules::IpRuleRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::webhooks::{Attempt, DeliveryRow, WebhookRow};
use uuid::Uuid;

each_backend! {
    a_webhook_is_found_in_its_organisation_only,
    active_webhooks_are_counted_beside_the_log,
    a_failing_webhook_is_switched_off_once_and_begins_anew,
    a_delivery_is_claimed_for_one_try_at_a_time,
    finished_deliveries_are_purged_and_go_with_their_webhook,
    ip_rules_belong_to_an_organisation,
}

pub(crate) fn webhook(org: OrgId) -> WebhookRow {
    WebhookRow {
        id: id(),
        org_id: org,
        url: "https://hooks.example.com/".to_owned(),
        events: "[\"secret.written\"]".to_owned(),
        description: "deploys".to_owned(),
        sealed_secret: vec![0, 1, 255],
        is_active: true,
        failing_since: None,
        created_by: id(),
        created_at: at(0),
        updated_at: at(0),
    }
}

fn delivery(webhook: &WebhookRow, offset: i64) -> DeliveryRow {
    let (event, payload) = ("secret.written", "{}".to_owned());
    DeliveryRow::queued(id::<Uuid>(), webhook, event, payload, at(offset))
}

async fn a_webhook_is_found_in_its_organisation_only(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let mut row = webhook(ours);
        tx.insert_webhook(&row).await.unwrap();
        let found = tx.find_webhook(ours, row.id).await.unwrap().unwrap();
        assert_eq!((&found.url, &found.events), (&row.url, &row.events));
        assert_eq!(
            (found.sealed_secret.as_slice(), found.is_active),
            (&[0, 1, 255][..], true)
        );
        assert_eq!(
            (found.created_by, found.created_at),
            (row.created_by, at(0))
        );
        assert_eq!(tx.list_webhooks(ours).await.unwrap().len(), 1);
        assert_eq!(tx.count_webhooks(ours).await.unwrap(), 1);

        assert!(tx.find_webhook(theirs, row.id).await.unwrap().is_none());
        assert!(tx.list_webhooks(theirs).await.unwrap().is_empty());
        assert_eq!(tx.count_webhooks(theirs).await.unwrap(), 0);
        assert!(
            !tx.set_webhook_secret(theirs, row.id, b"x", at(1))
                .await
                .unwrap()
        );
        assert!(!tx.delete_webhook(theirs, row.id).await.unwrap());
        row.org_id = theirs;
        assert!(!tx.update_webhook(&row).await.unwrap());

        row.org_id = ours;
        row.url = "https://other.example.com/".to_owned();
        row.updated_at = at(2);
        assert!(tx.update_webhook(&row).await.unwrap());
        assert!(
            tx.set_webhook_secret(ours, row.id, b"new", at(3))
                .await
                .unwrap()
        );
        let found = tx.find_webhook(ours, row.id).await.unwrap().unwrap();
        assert_eq!((found.url, found.updated_at), (row.url, at(3)));
        assert_eq!(found.sealed_secret, b"new");
        assert!(tx.delete_webhook(ours, row.id).await.unwrap());
        assert!(tx.find_webhook(ours, row.id).await.unwrap().is_none());
    });
}

async fn active_webhooks_are_counted_beside_the_log(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        for org in [ours, theirs] {
            assert_eq!(tx.lock_audit_head(org).await.unwrap().webhooks, 0);
        }
        let off = WebhookRow {
            is_active: false,
            ..webhook(ours)
        };
        for row in [&webhook(ours), &webhook(ours), &off] {
            tx.insert_webhook(row).await.unwrap();
        }
        tx.count_active_webhooks(ours).await.unwrap();
        let last: Hash = [7; 32];
        let head = (ours.as_uuid(), 1, vec![1], last.to_vec());
        tx.move_audit_heads(&[head]).await.unwrap();
        let head = tx.lock_audit_head(ours).await.unwrap();
        assert_eq!(
            (head.webhooks, head.size),
            (2, 1),
            "the log goes on, the count stays"
        );
        assert_eq!(tx.lock_audit_head(theirs).await.unwrap().webhooks, 0);
    });
}

async fn a_failing_webhook_is_switched_off_once_and_begins_anew(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let mut row = webhook(org);
        tx.insert_webhook(&row).await.unwrap();
        assert!(
            !tx.switch_webhook_off(org, row.id, at(99), at(99))
                .await
                .unwrap()
        );
        tx.note_webhook_failure(org, row.id, at(5)).await.unwrap();
        tx.note_webhook_failure(org, row.id, at(6)).await.unwrap();
        let found = tx.find_webhook(org, row.id).await.unwrap().unwrap();
        assert_eq!(found.failing_since, Some(at(5)));
        tx.note_webhook_success(org, row.id).await.unwrap();
        tx.note_webhook_failure(org, row.id, at(7)).await.unwrap();
        assert!(
            !tx.switch_webhook_off(org, row.id, at(6), at(8))
                .await
                .unwrap()
        );
        assert!(
            tx.switch_webhook_off(org, row.id, at(7), at(8))
                .await
                .unwrap()
        );
        assert!(
            !tx.switch_webhook_off(org, row.id, at(7), at(8))
                .await
                .unwrap()
        );
        let found = tx.find_webhook(org, row.id).await.unwrap().unwrap();
        assert_eq!((found.is_active, found.failing_since), (false, Some(at(7))));
        row.is_active = true;
        assert!(tx.update_webhook(&row).await.unwrap());
        let found = tx.find_webhook(org, row.id).await.unwrap().unwrap();
        assert_eq!((found.is_active, found.failing_since), (true, None));
    });
}

async fn a_delivery_is_claimed_for_one_try_at_a_time(database: TestDatabase) {
    let store = database.open().await;
    let (org, first) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let hook = webhook(org);
        tx.insert_webhook(&hook).await.unwrap();
        let rows = [delivery(&hook, 2), delivery(&hook, 1), delivery(&hook, 9)];
        tx.insert_deliveries(&rows).await.unwrap();
        let due = tx.list_due_deliveries(at(2), 10).await.unwrap();
        let ids: Vec<_> = due.iter().map(|row| row.id).collect();
        assert_eq!(ids, [rows[1].id, rows[0].id]);
        assert_eq!(tx.list_due_deliveries(at(9), 1).await.unwrap().len(), 1);
        let newest = tx.list_deliveries(org, hook.id, 2, 0).await.unwrap();
        assert_eq!(newest[0].id, rows[2].id);
        assert_eq!(
            tx.list_deliveries(org, hook.id, 2, 2).await.unwrap().len(),
            1
        );
        assert!(
            tx.list_deliveries(id(), hook.id, 2, 0)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(tx.find_delivery(id(), rows[0].id).await.unwrap().is_none());
        (org, rows[1].id)
    });
    in_write!(store, |tx| {
        assert!(tx.claim_delivery(first, 0, at(50)).await.unwrap());
        assert!(
            !tx.claim_delivery(first, 0, at(50)).await.unwrap(),
            "another node"
        );
        let failed = Attempt {
            response_status: Some(503),
            error: Some("the host answered 503"),
        };
        tx.reschedule_delivery(first, &failed, at(20))
            .await
            .unwrap();
        let row = tx.find_delivery(org, first).await.unwrap().unwrap();
        assert_eq!(
            (row.attempts, row.response_status, row.next_attempt_at),
            (1, Some(503), at(20))
        );
        assert_eq!(row.last_error.as_deref(), Some("the host answered 503"));
        assert!(tx.claim_delivery(first, 1, at(60)).await.unwrap());
        let fine = Attempt {
            response_status: Some(200),
            error: None,
        };
        tx.finish_delivery(first, "delivered", &fine, at(21))
            .await
            .unwrap();
        // Another node that took too long over the same delivery.
        tx.finish_delivery(first, "failed", &failed, at(22))
            .await
            .unwrap();
        tx.reschedule_delivery(first, &failed, at(23))
            .await
            .unwrap();
        let row = tx.find_delivery(org, first).await.unwrap().unwrap();
        assert_eq!(
            (row.status.as_str(), row.finished_at, row.last_error),
            ("delivered", Some(at(21)), None)
        );
    });
}

async fn finished_deliveries_are_purged_and_go_with_their_webhook(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let hook = webhook(org);
        tx.insert_webhook(&hook).await.unwrap();
        let rows = [delivery(&hook, 0), delivery(&hook, 0)];
        tx.insert_deliveries(&rows).await.unwrap();
        let fine = Attempt {
            response_status: Some(200),
            error: None,
        };
        tx.finish_delivery(rows[0].id, "delivered", &fine, at(5))
            .await
            .unwrap();
        assert_eq!(tx.purge_deliveries(at(5)).await.unwrap(), 0);
        assert_eq!(tx.purge_deliveries(at(6)).await.unwrap(), 1);
        assert!(tx.find_delivery(org, rows[1].id).await.unwrap().is_some());
        assert!(tx.delete_webhook(org, hook.id).await.unwrap());
        assert!(tx.find_delivery(org, rows[1].id).await.unwrap().is_none());
    });
}

async fn ip_rules_belong_to_an_organisation(database: TestDatabase) {
    let store = database.open().await;
    let rule = |org, cidr: &str, offset| IpRuleRow {
        id: id(),
        org_id: org,
        rule_type: "deny".to_owned(),
        cidr: cidr.to_owned(),
        label: "noisy".to_owned(),
        applies_to: "agents".to_owned(),
        created_by: id(),
        created_at: at(offset),
    };
    let (ours, theirs, first) = in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (second, first) = (rule(ours, "10.0.0.0/8", 2), rule(ours, "192.0.2.0/24", 1));
        for row in [&second, &first, &rule(theirs, "0.0.0.0/0", 0)] {
            tx.insert_ip_rule(row).await.unwrap();
        }
        (ours, theirs, first)
    });
    in_read!(store, |tx| {
        let listed = tx.list_ip_rules(ours).await.unwrap();
        assert_eq!((listed.len(), listed[0].id), (2, first.id));
        assert_eq!(
            (&listed[0].cidr, &listed[0].label),
            (&first.cidr, &first.label)
        );
        assert_eq!(
            (&listed[0].rule_type, &listed[0].applies_to),
            (&first.rule_type, &first.applies_to)
        );
        assert_eq!(
            (listed[0].created_by, listed[0].created_at),
            (first.created_by, at(1))
        );
    });
    in_write!(store, |tx| {
        assert!(!tx.delete_ip_rule(theirs, first.id).await.unwrap());
        assert!(tx.delete_ip_rule(ours, first.id).await.unwrap());
        assert!(!tx.delete_ip_rule(ours, first.id).await.unwrap());
        assert_eq!(tx.list_ip_rules(ours).await.unwrap().len(), 1);
    });
}
