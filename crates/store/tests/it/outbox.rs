//! Mail that waits and mail that was sent.

use crate::fixtures::{assert_same, at, id, in_read, in_write};
use oneclaw_store::each_backend;
use oneclaw_store::outbox::MailRow;
use oneclaw_store::test_support::TestDatabase;

each_backend! {
    a_mail_comes_back_as_it_was_stored,
    due_mails_are_claimed_for_one_try_each,
    an_address_sees_its_own_mails_alone,
    a_finished_mail_stays_as_it_was_finished,
    kept_mails_are_queued_again_and_can_be_finished_then,
    finished_mails_are_purged_and_waiting_ones_are_not,
}

fn mail(status: &str, offset: i64) -> MailRow {
    MailRow {
        id: id(),
        org_id: Some(id()),
        kind: "enrollment_request".to_owned(),
        recipient: "ada@example.com".to_owned(),
        subject: "An agent asks to join".to_owned(),
        sealed_body: vec![0, 1, 255],
        status: status.to_owned(),
        attempts: 0,
        next_attempt_at: at(offset),
        last_error: None,
        created_at: at(offset),
        finished_at: None,
        lapses_at: at(offset + 1000),
    }
}

macro_rules! assert_same_mail {
    ($found:expr, $expected:expr) => {
        assert_same!(
            MailRow {
                id,
                org_id,
                kind,
                recipient,
                subject,
                sealed_body,
                status,
                attempts,
                next_attempt_at,
                last_error,
                created_at,
                finished_at,
                lapses_at
            },
            $found,
            $expected
        )
    };
}

async fn a_mail_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let (queued, ours) = (
        mail("queued", 0),
        MailRow {
            org_id: None,
            ..mail("kept", 1)
        },
    );
    let nobody = mail("discarded", 2);
    in_write!(store, |tx| {
        for row in [&queued, &ours, &nobody] {
            tx.insert_mail(row).await.unwrap();
        }
    });
    in_read!(store, |tx| {
        assert_same_mail!(tx.find_mail(queued.id).await.unwrap().unwrap(), &queued);
        assert_same_mail!(tx.find_mail(ours.id).await.unwrap().unwrap(), &ours);
        let finished = MailRow {
            finished_at: Some(at(2)),
            ..nobody
        };
        assert_same_mail!(tx.find_mail(finished.id).await.unwrap().unwrap(), &finished);
        let newest: Vec<_> = tx
            .list_mails(2)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(newest, vec![finished.id, ours.id]);
        assert_eq!(tx.count_mails("queued").await.unwrap(), 1);
        assert!(tx.find_mail(id()).await.unwrap().is_none());
    });
}

async fn due_mails_are_claimed_for_one_try_each(database: TestDatabase) {
    let store = database.open().await;
    let (first, second, later) = (mail("queued", 1), mail("queued", 2), mail("queued", 9));
    in_write!(store, |tx| {
        for row in [&second, &later, &first, &mail("kept", 0), &mail("sent", 0)] {
            tx.insert_mail(row).await.unwrap();
        }
        let due = tx.list_due_mails(at(2), 10).await.unwrap();
        assert_eq!(
            due.iter().map(|row| row.id).collect::<Vec<_>>(),
            vec![first.id, second.id]
        );
        assert_eq!(tx.list_due_mails(at(2), 1).await.unwrap().len(), 1);
        assert!(tx.claim_mail(first.id, 0, at(50)).await.unwrap());
        assert!(!tx.claim_mail(first.id, 0, at(60)).await.unwrap());
        let due = tx.list_due_mails(at(49), 10).await.unwrap();
        assert!(due.iter().all(|row| row.id != first.id));
        tx.reschedule_mail(first.id, "450 later", at(20))
            .await
            .unwrap();
        let due = tx.list_due_mails(at(20), 10).await.unwrap();
        let again = due.iter().find(|row| row.id == first.id).unwrap();
        assert_eq!(again.attempts, 1);
        assert_eq!(again.last_error.as_deref(), Some("450 later"));
        assert!(tx.claim_mail(first.id, 1, at(90)).await.unwrap());
    });
}

async fn a_finished_mail_stays_as_it_was_finished(database: TestDatabase) {
    let store = database.open().await;
    let row = mail("queued", 0);
    in_write!(store, |tx| {
        tx.insert_mail(&row).await.unwrap();
        tx.finish_mail(row.id, "sent", None, at(5), b"")
            .await
            .unwrap();
        // Another node that took too long over the same mail.
        tx.finish_mail(row.id, "failed", Some("timeout"), at(6), b"the credential")
            .await
            .unwrap();
        tx.reschedule_mail(row.id, "timeout", at(7)).await.unwrap();
        assert!(!tx.claim_mail(row.id, 0, at(9)).await.unwrap());
        let sent = MailRow {
            status: "sent".to_owned(),
            sealed_body: Vec::new(),
            finished_at: Some(at(5)),
            ..row
        };
        assert_same_mail!(tx.find_mail(sent.id).await.unwrap().unwrap(), &sent);
        assert_eq!(tx.count_mails("queued").await.unwrap(), 0);
    });
}

async fn kept_mails_are_queued_again_and_can_be_finished_then(database: TestDatabase) {
    let store = database.open().await;
    let row = mail("queued", 0);
    let failed = mail("queued", 0);
    in_write!(store, |tx| {
        for row in [&row, &failed] {
            tx.insert_mail(row).await.unwrap();
        }
        tx.finish_mail(row.id, "kept", None, at(1), &row.sealed_body)
            .await
            .unwrap();
        tx.finish_mail(failed.id, "failed", Some("550"), at(1), b"")
            .await
            .unwrap();
        assert_eq!(tx.requeue_kept_mails(at(7)).await.unwrap(), 1);
        let queued = MailRow {
            next_attempt_at: at(7),
            ..row
        };
        assert_same_mail!(tx.find_mail(queued.id).await.unwrap().unwrap(), &queued);
        // It waits: the time it was kept does not count towards forgetting it.
        assert_eq!(tx.purge_mails(at(100)).await.unwrap(), 1);
        tx.finish_mail(queued.id, "sent", None, at(8), b"")
            .await
            .unwrap();
        assert_eq!(
            tx.find_mail(queued.id).await.unwrap().unwrap().status,
            "sent"
        );
    });
}

async fn finished_mails_are_purged_and_waiting_ones_are_not(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let rows = [
            mail("queued", 0),
            mail("queued", 0),
            mail("discarded", 3),
            mail("kept", 0),
        ];
        for row in &rows {
            tx.insert_mail(row).await.unwrap();
        }
        tx.finish_mail(rows[0].id, "sent", None, at(5), b"")
            .await
            .unwrap();
        assert_eq!(tx.purge_mails(at(3)).await.unwrap(), 0);
        assert_eq!(tx.purge_mails(at(4)).await.unwrap(), 1);
        assert_eq!(tx.purge_mails(at(6)).await.unwrap(), 1);
        assert_eq!(tx.purge_mails(at(1_000_000)).await.unwrap(), 0);
        assert_eq!(tx.list_mails(10).await.unwrap().len(), 2);
        assert_eq!(tx.purge_kept_mails(at(0)).await.unwrap(), 0);
        assert_eq!(tx.purge_kept_mails(at(1)).await.unwrap(), 1);
        assert_eq!(tx.list_mails(10).await.unwrap().len(), 1);
    });
}

async fn an_address_sees_its_own_mails_alone(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let bob = MailRow {
            recipient: "bob@example.com".to_owned(),
            ..mail("sent", 9)
        };
        let rows = [
            mail("queued", 1),
            mail("sent", 3),
            mail("kept", 2),
            mail("discarded", 4),
            bob,
        ];
        for row in &rows {
            tx.insert_mail(row).await.unwrap();
        }
        let listed = tx.list_mails_for("ada@example.com", 2).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|row| row.id).collect();
        assert_eq!(listed, vec![rows[1].id, rows[2].id]);
        assert!(
            tx.list_mails_for("eve@example.com", 2)
                .await
                .unwrap()
                .is_empty()
        );
    });
}
