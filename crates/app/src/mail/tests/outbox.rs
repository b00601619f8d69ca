//! The outbox: what is at rest, what operators see, and where links may lead.

use super::harness::{API_KEY, Instance, PUBLIC_URL, RECIPIENT, credentials, enrollment, samples};
use crate::mail::body::Body;
use crate::mail::message::Message;
use crate::mail::{self, Mailer};
use crate::{Kind, jobs};
use oneclaw_core::id::MailId;
use oneclaw_crypto::envelope::{open_mail, seal_mail};
use oneclaw_store::each_backend;
use oneclaw_store::outbox::MailRow;
use oneclaw_store::test_support::{Backend, TestDatabase};
use std::path::Path;

fn no_transport() -> Mailer {
    Mailer::from_url(None, "1Claw <vault@example.org>").unwrap()
}

/// Everything that the folder of an instance holds.
fn bytes_at_rest(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .flat_map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn contains(bytes: &[u8], needle: &str) -> bool {
    bytes
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn bodies_are_sealed_at_rest() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let instance = Instance::open(&database, no_transport()).await;
    instance.queue(credentials()).await;
    let at_rest = bytes_at_rest(database.folder.path());
    // The row is in the files, so the key would be found if it stood there in clear.
    assert!(contains(&at_rest, RECIPIENT) && contains(&at_rest, "agent_credentials"));
    assert!(!contains(&at_rest, API_KEY) && !contains(&at_rest, "deploy-bot"));
}

each_backend! {
    async fn without_a_transport_mails_are_kept_and_can_be_read(database: TestDatabase) {
        let instance = Instance::open(&database, no_transport()).await;
        instance.queue(credentials()).await;
        assert_eq!(jobs::deliver_due(&instance.app).await.unwrap(), 0);
        let listed = mail::list(&instance.app, 10).await.unwrap();
        assert_eq!((listed.len(), listed[0].status.as_str(), listed[0].attempts), (1, "kept", 0));
        assert!(listed[0].text.is_none());
        let read = mail::read(&instance.app, listed[0].id).await.unwrap();
        assert_eq!((read.recipient.as_str(), read.kind.as_str()), (RECIPIENT, "agent_credentials"));
        assert!(read.text.unwrap().expose().contains(API_KEY));
        let unknown = mail::read(&instance.app, MailId::NIL).await.err().unwrap();
        assert_eq!(*unknown.kind(), Kind::NotFound);
    }
}

each_backend! {
    async fn a_credential_is_wiped_once_it_was_sent(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        instance.queue(credentials()).await;
        let queued = instance.row().await;
        assert_eq!(queued.status, "queued");
        assert!(!queued.sealed_body.is_empty());
        assert_eq!(jobs::deliver_due(&instance.app).await.unwrap(), 1);
        assert!(postbox.take()[0].text.contains(API_KEY));
        let sent = instance.row().await;
        assert_eq!((sent.status.as_str(), sent.sealed_body.len()), ("sent", 0));
        assert!(mail::read(&instance.app, sent.id).await.unwrap().text.is_none());
    }
}

each_backend! {
    async fn other_mails_can_still_be_read_after_they_were_sent(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        for message in samples() {
            instance.queue(message).await;
        }
        let all = samples().len();
        assert_eq!(jobs::deliver_due(&instance.app).await.unwrap(), all);
        assert_eq!(postbox.take().len(), all);
        let wiped: Vec<_> = instance.rows().await.into_iter().filter(|row| row.sealed_body.is_empty()).collect();
        let mut wiped: Vec<_> = wiped.iter().map(|row| row.kind.as_str()).collect();
        wiped.sort_unstable();
        assert_eq!(wiped, ["agent_credentials", "confirmation_code",
            "email_change_code", "password_reset", "sign_in_code", "verify_email"]);
    }
}

each_backend! {
    async fn a_discarded_mail_looks_the_same_and_goes_nowhere(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        let app = instance.app.clone();
        instance.queue(enrollment("bot", "", "")).await;
        instance.run(move |op| Box::pin(async move {
            mail::queue_discarded(&app, op, RECIPIENT, &enrollment("bot", "", "")).await
        })).await;
        assert_eq!(jobs::deliver_due(&instance.app).await.unwrap(), 1);
        assert_eq!(postbox.take().len(), 1);
        let rows = instance.rows().await;
        let mut statuses: Vec<_> = rows.iter().map(|row| row.status.as_str()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, ["discarded", "sent"]);
        assert_eq!(rows[0].sealed_body.len(), rows[1].sealed_body.len());
    }
}

each_backend! {
    async fn a_link_to_somewhere_else_is_never_mailed(database: TestDatabase) {
        let instance = Instance::open(&database, no_transport()).await;
        for link in ["https://evil.example/signin", "https://vault.example.org.evil.example/", "https://vault.example.org", ""] {
            let app = instance.app.clone();
            let message = Message::AccountExists { sign_in_link: link.to_owned() };
            let refused = instance.app.run(move |op| Box::pin(async move { mail::queue(&app, op, None, RECIPIENT, &message).await }));
            assert_eq!(*refused.await.unwrap_err().kind(), Kind::Internal, "{link}");
        }
        assert!(instance.rows().await.is_empty());
    }
}

each_backend! {
    async fn a_row_that_was_changed_is_not_sent(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        instance.queue(credentials()).await;
        let original = instance.row().await;
        let row = |id: MailId, sealed_body: Vec<u8>| MailRow {
            id,
            org_id: None,
            kind: original.kind.clone(),
            recipient: "mallory@evil.example".to_owned(),
            subject: original.subject.clone(),
            sealed_body,
            status: "queued".to_owned(),
            attempts: 0,
            next_attempt_at: original.next_attempt_at,
            last_error: None,
            created_at: original.created_at,
            finished_at: None,
            lapses_at: original.lapses_at,
        };
        let app = instance.app.clone();
        let opened = open_mail(app.keyring(), original.id, &original.sealed_body).unwrap();
        let turned = MailId::from_uuid(uuid::uuid!("00000000-0000-7000-8000-000000000001"));
        let same_body = seal_mail(app.keyring(), turned, opened.expose(), app.random()).unwrap();
        let moved = MailId::from_uuid(uuid::uuid!("00000000-0000-7000-8000-000000000002"));
        let rows = [row(turned, same_body), row(moved, original.sealed_body.clone()), row(MailId::NIL, b"junk".to_vec())];
        instance.run(move |op| Box::pin(async move {
            for row in &rows {
                op.tx().insert_mail(row).await?;
            }
            Ok(())
        })).await;
        assert_eq!(jobs::deliver_due(&instance.app).await.unwrap(), 1);
        let received = postbox.take();
        assert_eq!((received.len(), received[0].recipient.as_str()), (1, RECIPIENT));
        for row in instance.rows().await {
            let expected = if row.id == original.id { "sent" } else { "failed" };
            assert_eq!(row.status, expected, "{:?}", row.last_error);
        }
    }
}

#[test]
fn a_body_names_its_recipient_inside_the_seal() {
    let body = Body {
        recipient: RECIPIENT,
        subject: "S",
        text: "",
        html: "",
        carries_credential: false,
    };
    assert!(contains(body.encode().unwrap().expose(), RECIPIENT));
}

#[test]
fn links_must_be_below_the_public_url() {
    assert!(mail::is_ours(&format!("{PUBLIC_URL}/a"), PUBLIC_URL));
    assert!(!mail::is_ours(&format!("{PUBLIC_URL}x/a"), PUBLIC_URL));
}
