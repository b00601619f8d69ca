//! Delivery over time, against a real server where its answers matter.

use super::{deliver, deliver_due, housekeeping, run, send_mail};
use crate::error::Result;
use crate::mail::Mailer;
use crate::mail::tests::harness::{Instance, NOW, RECIPIENT, credentials, enrollment, samples};
use crate::mail::tests::server::SmtpServer;
use crate::op::Op;
use oneclaw_core::id::{EnrollmentId, OrgId, SessionId, UserId};
use oneclaw_store::each_backend;
use oneclaw_store::enrollments::EnrollmentRow;
use oneclaw_store::sessions::SessionRow;
use oneclaw_store::test_support::{Backend, TestDatabase};
use oneclaw_store::users::UserRow;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tokio::sync::watch;

const FROM: &str = "1Claw <vault@example.org>";
const DAY: Duration = Duration::from_hours(24);

async fn sqlite() -> TestDatabase {
    TestDatabase::create(Backend::Sqlite).await.unwrap()
}

fn mailer(url: &str) -> Mailer {
    Mailer::from_url(Some(url), FROM).unwrap()
}

#[tokio::test]
async fn a_mail_is_delivered_once() {
    let database = sqlite().await;
    let mut server = SmtpServer::start(&[]).await;
    let instance = Instance::open(&database, mailer(&server.url())).await;
    instance.queue(enrollment("deploy-bot", "", "")).await;
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
    let taken = server.mail().await;
    assert_eq!(taken.to, [RECIPIENT]);
    assert!(
        taken
            .data
            .contains("Subject: An agent asks to join your vault\r\n")
    );
    let row = instance.row().await;
    assert_eq!(
        (row.status.as_str(), row.attempts, row.finished_at),
        ("sent", 1, Some(NOW))
    );
    instance.clock.advance(30 * DAY);
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn a_mail_waits_for_a_server_that_is_down() {
    let database = sqlite().await;
    let server = SmtpServer::start(&[]).await;
    let (url, port) = (server.url(), server.port.to_string());
    server.stop().await;
    let instance = Instance::open(&database, mailer(&url)).await;
    instance.queue(credentials()).await;
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    let row = instance.row().await;
    assert_eq!((row.status.as_str(), row.attempts), ("queued", 1));
    assert!(row.last_error.unwrap().contains("onnection"));

    let mut server = SmtpServer::start(&["--port", &port]).await;
    assert_eq!(
        deliver_due(&instance.app).await.unwrap(),
        0,
        "not before its time"
    );
    instance.clock.advance(Duration::from_secs(5));
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
    assert_eq!(server.mail().await.to, [RECIPIENT]);
    assert_eq!(instance.row().await.status, "sent");
    instance.clock.advance(DAY);
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_again_later() {
    let database = sqlite().await;
    let mut server = SmtpServer::start(&[
        "--reply",
        "RCPT:451 4.3.0 greylisted",
        "--reply",
        "DATA:452 4.3.1 full",
    ])
    .await;
    let instance = Instance::open(&database, mailer(&server.url())).await;
    instance.queue(enrollment("bot", "", "")).await;
    for pause in [5, 30] {
        assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
        instance.clock.advance(Duration::from_secs(pause - 1));
        assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
        instance.clock.advance(Duration::from_secs(1));
    }
    assert!(
        instance
            .row()
            .await
            .last_error
            .unwrap()
            .contains("4.3.1 full")
    );
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
    assert_eq!(instance.row().await.attempts, 3);
    server.mail().await;
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn a_mail_that_is_refused_for_good_is_given_up_and_stays_readable() {
    let database = sqlite().await;
    let server = SmtpServer::start(&["--reply", "RCPT:550 5.1.1 no such user"]).await;
    let instance = Instance::open(&database, mailer(&server.url())).await;
    instance.queue(credentials()).await;
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    let row = instance.row().await;
    assert_eq!((row.status.as_str(), row.attempts), ("failed", 1));
    assert!(row.last_error.as_deref().unwrap().contains("no such user"));
    assert!(
        crate::mail::read(&instance.app, row.id)
            .await
            .unwrap()
            .text
            .is_some()
    );
    instance.clock.advance(DAY);
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn eight_tries_are_enough() {
    let database = sqlite().await;
    let server = SmtpServer::start(&[]).await;
    let url = server.url();
    server.stop().await;
    let instance = Instance::open(&database, mailer(&url)).await;
    instance.queue(credentials()).await;
    for attempt in 1..=8 {
        deliver_due(&instance.app).await.unwrap();
        let row = instance.row().await;
        assert_eq!(row.attempts, attempt);
        assert_eq!(row.status, if attempt < 8 { "queued" } else { "failed" });
        instance.clock.advance(Duration::from_hours(6));
    }
    deliver_due(&instance.app).await.unwrap();
    assert_eq!(instance.row().await.attempts, 8);
}

each_backend! {
    async fn of_several_workers_one_sends_each_mail(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        for message in samples() {
            instance.queue(message).await;
        }
        let app = &instance.app;
        let (one, two, three) = tokio::join!(deliver_due(app), deliver_due(app), deliver_due(app));
        let sent = one.unwrap() + two.unwrap() + three.unwrap();
        assert_eq!(sent, samples().len());
        assert_eq!(postbox.take().len(), samples().len());
    }
}

each_backend! {
    async fn a_claim_that_was_cut_off_runs_out(database: TestDatabase) {
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        instance.queue(enrollment("bot", "", "")).await;
        let row = instance.row().await;
        assert!(deliver::claim(&instance.app, &row).await.unwrap());
        assert!(!deliver::claim(&instance.app, &row).await.unwrap());
        instance.clock.advance(Duration::from_secs(599));
        assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
        instance.clock.advance(Duration::from_secs(1));
        assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
        assert_eq!(postbox.take().len(), 1);
    }
}

each_backend! {
    async fn what_was_kept_is_sent_once_there_is_a_transport(database: TestDatabase) {
        let before = Instance::open(&database, Mailer::from_url(None, FROM).unwrap()).await;
        before.queue(enrollment("bot", "", "")).await;
        assert_eq!(before.row().await.status, "kept");
        before.app.shut_down().await;
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        let (stop, shutdown) = watch::channel(false);
        let app = instance.app.clone();
        // It looks again tomorrow: what arrives in this test arrives because the job was woken.
        let job = tokio::spawn(async move { send_mail(&app, shutdown, DAY).await });
        let first = tokio::time::timeout(Duration::from_mins(1), postbox.next()).await.unwrap();
        assert_eq!(first.recipient, RECIPIENT);
        instance.queue(credentials()).await;
        instance.app.wake_mail();
        let second = tokio::time::timeout(Duration::from_mins(1), postbox.next()).await.unwrap();
        assert_eq!(second.subject, "The credentials of your new agent");
        stop.send(true).unwrap();
        job.await.unwrap();
        let statuses: Vec<_> = instance.rows().await.into_iter().map(|row| row.status).collect();
        assert_eq!(statuses, ["sent", "sent"]);
    }
}

each_backend! {
    async fn what_has_lapsed_is_not_sent(database: TestDatabase) {
        // One whose link lapses after a day, and news.
        let before = Instance::open(&database, Mailer::from_url(None, FROM).unwrap()).await;
        before.queue(enrollment("bot", "", "")).await;
        before.queue(credentials()).await;
        before.app.shut_down().await;
        let (mailer, postbox) = Mailer::memory();
        let instance = Instance::open(&database, mailer).await;
        instance.clock.advance(DAY);
        deliver::requeue_kept(&instance.app).await.unwrap();
        assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
        assert_eq!(postbox.take().len(), 1);
        let lapsed = instance.rows().await.into_iter().find(|row| row.kind == "enrollment_request").unwrap();
        assert_eq!((lapsed.status.as_str(), lapsed.attempts), ("failed", 1));
        assert!(lapsed.last_error.unwrap().contains("had lapsed"));

        // One that waited for its mail server for too long, a moment before and a moment after.
        let moment = Duration::from_millis(1);
        for (waits, sent) in [((3 * DAY).saturating_sub(moment), 1), (3 * DAY, 0)] {
            instance.clock.set(NOW);
            instance.queue(credentials()).await;
            instance.clock.advance(waits);
            assert_eq!(deliver_due(&instance.app).await.unwrap(), sent);
            assert_eq!(postbox.take().len(), sent);
        }
    }
}

#[tokio::test]
async fn a_folder_gets_one_private_file_for_each_mail() {
    let database = sqlite().await;
    let folder = database.folder.path().join("mails/out");
    let instance = Instance::open(&database, mailer(&format!("file://{}", folder.display()))).await;
    instance.queue(credentials()).await;
    // Ids of the same millisecond have no order.
    instance.clock.advance(Duration::from_millis(1));
    instance.queue(enrollment("bot", "", "")).await;
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 2);
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2);
    for (path, subject) in names.iter().zip([
        "The credentials of your new agent",
        "An agent asks to join your vault",
    ]) {
        assert_eq!(path.extension().unwrap(), "eml");
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            std::fs::read_to_string(path).unwrap().contains(subject),
            "in the order of writing"
        );
    }
    assert_eq!(
        std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[tokio::test]
async fn a_folder_that_is_full_or_gone_is_tried_again() {
    let database = sqlite().await;
    let folder = database.folder.path().join("mails");
    let instance = Instance::open(&database, mailer(&format!("file://{}", folder.display()))).await;
    std::fs::remove_dir(&folder).unwrap();
    instance.queue(credentials()).await;
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 0);
    assert_eq!(instance.row().await.status, "queued");
    std::fs::create_dir(&folder).unwrap();
    instance.clock.advance(Duration::from_secs(5));
    assert_eq!(deliver_due(&instance.app).await.unwrap(), 1);
}

#[tokio::test]
async fn all_jobs_end_when_told_to_and_when_nobody_could_tell_them() {
    let database = sqlite().await;
    let (mailer, _postbox) = Mailer::memory();
    let instance = Instance::open(&database, mailer).await;
    let (stop, shutdown) = watch::channel(false);
    let jobs = tokio::spawn(run(instance.app.clone(), shutdown));
    stop.send(true).unwrap();
    jobs.await.unwrap();
    let (stop, shutdown) = watch::channel(false);
    let jobs = tokio::spawn(run(instance.app.clone(), shutdown));
    drop(stop);
    jobs.await.unwrap();
}

const SESSION: SessionId =
    SessionId::from_uuid(uuid::uuid!("00000000-0000-7000-8000-000000000001"));

/// One row of everything that ends, all after a day but two mails that ended at once.
async fn fill(op: &mut Op) -> Result<()> {
    let now = op.now();
    let ends = now.plus(DAY);
    let enrollment = EnrollmentRow {
        id: EnrollmentId::NIL,
        name: "bot".to_owned(),
        description: String::new(),
        human_email: None,
        status: "pending".to_owned(),
        ip: None,
        user_agent: String::new(),
        created_at: now,
        expires_at: ends,
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        org_id: None,
        agent_id: None,
    };
    op.tx().insert_enrollment(&enrollment, b"hash").await?;
    let user = UserRow {
        id: UserId::from_uuid(SESSION.as_uuid()),
        email: RECIPIENT.to_owned(),
        display_name: String::new(),
        password_hash: None,
        email_verified_at: None,
        marketing_emails: false,
        token_epoch: 0,
        created_at: now,
    };
    op.tx().insert_user(&user).await?;
    op.tx().insert_organisation(OrgId::NIL, "acme", now).await?;
    let session = SessionRow {
        id: SESSION,
        user_id: user.id,
        org_id: OrgId::NIL,
        kind: "web".to_owned(),
        secret_hash: b"cookie".to_vec(),
        auth_method: "password".to_owned(),
        user_agent: String::new(),
        ip: None,
        created_at: now,
        expires_at: ends,
        revoked_at: None,
    };
    op.tx().insert_session(&session).await?;
    op.tx()
        .insert_one_time_token(b"link", "reveal", user.id.as_uuid(), now, ends)
        .await?;
    op.tx().count_in_window(b"counter", now, ends).await?;
    op.tx().bump_epoch_until(SESSION.as_uuid(), ends).await?;
    Ok(())
}

each_backend! {
    async fn housekeeping_forgets_each_thing_in_its_time(database: TestDatabase) {
        let instance = Instance::open(&database, Mailer::from_url(None, FROM).unwrap()).await;
        instance.run(|op| Box::pin(fill(op))).await;
        instance.queue(credentials()).await;
        let sent = instance.row().await.id;
        instance.run(move |op| Box::pin(async move {
            let now = op.now();
            Ok(op.tx().finish_mail(sent, "sent", None, now, b"").await?)
        })).await;
        instance.queue(credentials()).await;
        let moment = Duration::from_millis(1);
        for (age, rows, what) in [
            (Duration::ZERO, 0, "nothing"),
            (Duration::from_hours(23), 0, "nothing"),
            (DAY, 1, "the request lapses"),
            (DAY + moment, 1, "the counter"),
            (2 * DAY, 0, "nothing"),
            (2 * DAY + moment, 1, "the epoch"),
            (8 * DAY, 0, "nothing"),
            (8 * DAY + moment, 2, "the session and the link"),
            (30 * DAY, 0, "nothing"),
            (30 * DAY + moment, 2, "the mail that was sent and the one that was kept"),
            (31 * DAY, 0, "nothing"),
            (31 * DAY + moment, 1, "the request"),
            (999 * DAY, 0, "nothing"),
        ] {
            instance.clock.set(NOW.plus(age));
            assert_eq!(housekeeping::run_once(&instance.app).await, rows, "{what} after {age:?}");
        }
    }
}
