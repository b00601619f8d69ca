//! How agents join: uniform answers, the right human, one key, no access.

use crate::support::{Instance, PASSWORD, secret};
use oneclaw_app::enrollments::{Approval, Delivery, Denial, EnrollRequest};
use oneclaw_app::users::{self, SessionKind, SignUpRequest};
use oneclaw_app::{Caller, Kind, Origin, agents, enrollments, jobs, mail, tokens};
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_store::each_backend;
use std::time::Duration;

fn ask(email: Option<&str>) -> EnrollRequest {
    EnrollRequest {
        name: "my-agent".to_owned(),
        human_email: email.map(str::to_owned),
        description: "CI pipeline agent".to_owned(),
        key: None,
        access: Vec::new(),
    }
}

fn token_of(url: &str) -> oneclaw_core::secret::SecretString {
    secret(url.rsplit('/').next().unwrap())
}

/// Signs somebody up by the mailed link.
pub(crate) async fn proven_person(instance: &Instance, email: &str) -> Caller {
    let request = SignUpRequest {
        email: email.to_owned(),
        password: secret(PASSWORD),
        display_name: String::new(),
    };
    users::sign_up(&instance.app, request, SessionKind::Api, &Origin::default())
        .await
        .unwrap();
    let mails = mail::list(&instance.app, 10).await.unwrap();
    let mail = mails
        .iter()
        .find(|mail| mail.kind == "verify_email" && mail.recipient == email)
        .unwrap();
    let text = mail::read(&instance.app, mail.id)
        .await
        .unwrap()
        .text
        .unwrap();
    let link = text
        .expose()
        .split_whitespace()
        .find(|word| word.contains("/verify-email/"))
        .unwrap();
    let signed_in = users::verify_email(
        &instance.app,
        &token_of(link),
        SessionKind::Api,
        &Origin::default(),
    )
    .await
    .unwrap();
    jobs::deliver_due(&instance.app).await.unwrap();
    instance
        .app
        .verify_token(signed_in.token.access_token.expose(), None)
        .unwrap()
}

each_backend! {
    async fn the_mailed_way(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        let alice = proven_person(&instance, "alice@example.com").await;
        let mallory = proven_person(&instance, "mallory@example.com").await;
        let asked = enrollments::request(&instance.app, ask(Some("Alice@Example.com")), &Origin::default()).await.unwrap();
        let token = token_of(&asked.approval_url);
        let seen = enrollments::lookup(&instance.app, &alice, &token).await.unwrap();
        assert_eq!(seen.status, EnrollmentStatus::Pending);
        assert_eq!(enrollments::list(&instance.app, &alice).await.unwrap().len(), 1);
        // Not for anybody else, with or without the link.
        assert_eq!(enrollments::lookup(&instance.app, &mallory, &token).await.unwrap_err().kind(), &Kind::NotFound);
        let refused = enrollments::approve(&instance.app, &mallory, seen.id, Approval { token: Some(token), name: None, phrase: None, grants: Vec::new(), seen: None }).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::NotFound);
        // The addressee needs no link: the address is the proof.
        let approved = enrollments::approve(&instance.app, &alice, seen.id, Approval::default()).await.unwrap();
        assert!(matches!(&approved.delivery, Delivery::Email { to } if to == "alice@example.com"));
        assert_eq!(approved.agent.created_by, alice.user().unwrap());
        jobs::deliver_due(&instance.app).await.unwrap();
        let received = instance.postbox.as_ref().unwrap().take();
        let key = received.iter().filter(|mail| mail.recipient == "alice@example.com").find_map(|mail| {
            mail.text.split_whitespace().find(|word| word.starts_with("ocv_")).map(secret)
        });
        let exchanged = tokens::exchange_agent_key(&instance.app, &key.unwrap(), Some(approved.agent.id), None).await.unwrap();
        assert!(exchanged.vaults.is_empty());
        // Once sent, the credential is nowhere.
        for mail in mail::list(&instance.app, 100).await.unwrap() {
            let text = mail::read(&instance.app, mail.id).await.unwrap().text;
            assert!(text.is_none_or(|text| !text.expose().contains("ocv_")), "{}", mail.kind);
        }
        assert_eq!(instance.logged(&alice, "enroll.requested").await, 1);
        assert_eq!(instance.logged(&alice, "enroll.approved").await, 1);
        assert!(instance.log_holds(&alice).await);
    }
}

each_backend! {
    async fn the_answer_does_not_tell_who_has_an_account(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        proven_person(&instance, "alice@example.com").await;
        instance.postbox.as_ref().unwrap().take();
        let mut shapes = Vec::new();
        // Known, unknown, known again within the cooldown, unknown again.
        for email in ["alice@example.com", "nobody@example.com", "alice@example.com", "nobody@example.com"] {
            let asked = enrollments::request(&instance.app, ask(Some(email)), &Origin::default()).await.unwrap();
            shapes.push((asked.approval_url.len(), asked.expires_at));
        }
        shapes.dedup();
        assert_eq!(shapes.len(), 1);
        jobs::deliver_due(&instance.app).await.unwrap();
        assert_eq!(instance.postbox.as_ref().unwrap().take().len(), 1);
        // After the cooldown there may be another one.
        instance.clock.advance(Duration::from_secs(601));
        enrollments::request(&instance.app, ask(Some("alice@example.com")), &Origin::default()).await.unwrap();
        jobs::deliver_due(&instance.app).await.unwrap();
        assert_eq!(instance.postbox.as_ref().unwrap().take().len(), 1);
    }
}

each_backend! {
    async fn by_link_the_key_is_revealed_once_to_its_approver(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let alice = instance.person("alice@example.com").await;
        let mallory = instance.person("mallory@example.com").await;
        let asked = enrollments::request(&instance.app, ask(None), &Origin::default()).await.unwrap();
        let token = || token_of(&asked.approval_url);
        let id = enrollments::lookup(&instance.app, &alice, &token()).await.unwrap().id;
        // The id alone decides nothing: it is no capability.
        let refused = enrollments::approve(&instance.app, &alice, id, Approval::default()).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::NotFound);
        let approved = enrollments::approve(&instance.app, &alice, id, Approval { token: Some(token()), name: None, phrase: None, grants: Vec::new(), seen: None }).await.unwrap();
        let Delivery::Link { reveal_url } = approved.delivery else { panic!("there is no mail here") };
        let link = token_of(&reveal_url);
        let agent = approved.agent.id;
        assert_eq!(agents::reveal_key(&instance.app, &mallory, agent, &link).await.map(|_| ()).unwrap_err().kind(), &Kind::NotFound);
        let key = agents::reveal_key(&instance.app, &alice, agent, &link).await.unwrap();
        assert!(key.expose().starts_with("ocv_") && key.len() == 47);
        assert_eq!(agents::reveal_key(&instance.app, &alice, agent, &link).await.map(|_| ()).unwrap_err().kind(), &Kind::NotFound);
        instance.exchange(&key).await;
        // Decided is decided, for everybody.
        let again = enrollments::approve(&instance.app, &alice, id, Approval { token: Some(token()), name: None, phrase: None, grants: Vec::new(), seen: None }).await;
        assert_eq!(again.unwrap_err().kind(), &Kind::Conflict);
        assert_eq!(enrollments::lookup(&instance.app, &mallory, &token()).await.unwrap_err().kind(), &Kind::NotFound);
    }
}

each_backend! {
    async fn requests_lapse_and_are_capped(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let alice = instance.person("alice@example.com").await;
        let asked = enrollments::request(&instance.app, ask(None), &Origin::default()).await.unwrap();
        let token = || token_of(&asked.approval_url);
        let id = enrollments::lookup(&instance.app, &alice, &token()).await.unwrap().id;
        instance.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        // The token of the session has ended by now too.
        let alice = users::sign_in(&instance.app, "alice@example.com", &secret(PASSWORD), SessionKind::Api, &Origin::default()).await.unwrap().done().unwrap();
        let alice = instance.app.verify_token(alice.token.access_token.expose(), None).unwrap();
        let late = enrollments::approve(&instance.app, &alice, id, Approval { token: Some(token()), name: None, phrase: None, grants: Vec::new(), seen: None }).await;
        assert_eq!(late.unwrap_err().kind(), &Kind::Gone);
        assert!(agents::list(&instance.app, &alice).await.unwrap().is_empty());
        let origin = Origin { ip: Some("192.0.2.1".parse().unwrap()), user_agent: "curl".to_owned() };
        for _ in 0..20 {
            enrollments::request(&instance.app, ask(None), &origin).await.unwrap();
        }
        let over = enrollments::request(&instance.app, ask(None), &origin).await.err().unwrap();
        assert!(matches!(over.kind(), Kind::RateLimited(_)));
        let elsewhere = Origin { ip: Some("192.0.2.2".parse().unwrap()), user_agent: "curl".to_owned() };
        assert!(enrollments::request(&instance.app, ask(None), &elsewhere).await.is_ok());
    }
}

each_backend! {
    async fn asking_often_at_once_uses_up_one_mail_not_the_day(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        proven_person(&instance, "alice@example.com").await;
        instance.postbox.as_ref().unwrap().take();
        for _ in 0..5 {
            enrollments::request(&instance.app, ask(Some("alice@example.com")), &Origin::default()).await.unwrap();
        }
        jobs::deliver_due(&instance.app).await.unwrap();
        assert_eq!(instance.postbox.as_ref().unwrap().take().len(), 1);
        let alice = users::sign_in(&instance.app, "alice@example.com", &secret(PASSWORD), SessionKind::Api, &Origin::default()).await.unwrap().done().unwrap();
        let alice = instance.app.verify_token(alice.token.access_token.expose(), None).unwrap();
        for waiting in enrollments::list(&instance.app, &alice).await.unwrap() {
            enrollments::deny(&instance.app, &alice, waiting.id, Denial::default()).await.unwrap();
        }
        instance.clock.advance(Duration::from_secs(601));
        enrollments::request(&instance.app, ask(Some("alice@example.com")), &Origin::default()).await.unwrap();
        jobs::deliver_due(&instance.app).await.unwrap();
        assert_eq!(instance.postbox.as_ref().unwrap().take().len(), 1);
    }
}

each_backend! {
    async fn one_network_cannot_fill_the_waiting_list(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let origin = |host: u32| Origin { ip: Some(format!("2001:db8:1:1200::{host:x}").parse().unwrap()), user_agent: String::new() };
        let mut taken = 0;
        for host in 0..100 {
            taken += i32::from(enrollments::request(&instance.app, ask(None), &origin(host)).await.is_ok());
        }
        assert_eq!(taken, 60);
        let elsewhere = Origin { ip: Some("2001:db8:1:1300::1".parse().unwrap()), user_agent: String::new() };
        assert!(enrollments::request(&instance.app, ask(None), &elsewhere).await.is_ok());
        instance.clock.advance(Duration::from_hours(1));
        assert!(enrollments::request(&instance.app, ask(None), &origin(200)).await.is_ok());
    }
}

each_backend! {
    async fn what_is_reported_is_not_seen_again_for_a_week_and_cannot_tell(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        let alice = proven_person(&instance, "alice@example.com").await;
        let bob = proven_person(&instance, "bob@example.com").await;
        let mails = || instance.postbox.as_ref().unwrap().take().len();
        mails();
        let from = |ip: &str| Origin { ip: Some(ip.parse().unwrap()), user_agent: "curl".to_owned() };
        let bother = async |email: &str, ip: &str| {
            let asked = enrollments::request(&instance.app, ask(Some(email)), &from(ip)).await.unwrap();
            jobs::deliver_due(&instance.app).await.unwrap();
            asked
        };
        let seen = async |caller: &Caller| {
            let listed = enrollments::list(&instance.app, caller).await.unwrap();
            listed.iter().filter(|request| request.status == EnrollmentStatus::Pending).count()
        };
        bother("alice@example.com", "2001:db8:1:1200::1").await;
        bother("alice@example.com", "192.0.2.9").await;
        assert_eq!((mails(), seen(&alice).await), (1, 2));
        let waiting = enrollments::list(&instance.app, &alice).await.unwrap();
        let reported = waiting.iter().find(|one| one.ip.as_deref() == Some("2001:db8:1:1200::1")).unwrap();
        let denial = || Denial { report: true, ..Denial::default() };
        let denied = enrollments::deny(&instance.app, &alice, reported.id, denial()).await.unwrap();
        assert_eq!(denied.status, EnrollmentStatus::Denied);
        assert_eq!(instance.logged(&alice, "enroll.reported").await, 1);
        let again = enrollments::deny(&instance.app, &alice, reported.id, denial()).await;
        assert_eq!(again.map(|_| ()).unwrap_err().kind(), &Kind::Conflict);
        assert_eq!(instance.logged(&alice, "enroll.reported").await, 1);

        // Another address of the same network is answered as before, and nobody hears of it.
        instance.clock.advance(Duration::from_hours(1));
        let answered = bother("alice@example.com", "2001:db8:1:1234::5").await;
        assert!(answered.approval_url.contains("/enroll/enr_"));
        assert_eq!((mails(), seen(&alice).await), (0, 1));
        // Others are, and so are other networks.
        bother("bob@example.com", "2001:db8:1:1200::1").await;
        assert_eq!((mails(), seen(&bob).await), (1, 1));
        instance.clock.advance(Duration::from_hours(1));
        bother("alice@example.com", "192.0.2.10").await;
        assert_eq!((mails(), seen(&alice).await), (1, 2));
        // A report lapses.
        instance.clock.advance(Duration::from_hours(24 * 7));
        bother("alice@example.com", "2001:db8:1:1200::1").await;
        assert_eq!(mails(), 1);
        assert!(instance.log_holds(&alice).await);
    }
}
