//! Accounts: who gets in with which password, how often one may guess, and when a session ends.

use crate::support::{Instance, PASSWORD, secret};
use oneclaw_app::users::{self, SessionKind, SignUpRequest};
use oneclaw_app::{Kind, Origin, mail};
use oneclaw_core::secret::SecretString;
use oneclaw_store::each_backend;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

const OTHER: &str = "another password altogether";

fn from(ip: &str) -> Origin {
    Origin {
        ip: Some(ip.parse().unwrap()),
        user_agent: String::new(),
    }
}

async fn ask(
    instance: &Instance,
    email: &str,
    password: &str,
    origin: &Origin,
) -> Result<(), Kind> {
    let request = SignUpRequest {
        email: email.to_owned(),
        password: secret(password),
        display_name: String::new(),
    };
    let answer = users::sign_up(&instance.app, request, SessionKind::Api, origin).await;
    answer.map(|_| ()).map_err(|error| error.kind().clone())
}

/// The tokens of all links to a page in the mails there are.
async fn mailed(instance: &Instance, page: &str) -> Vec<SecretString> {
    let mut tokens = Vec::new();
    for mail in mail::list(&instance.app, 100).await.unwrap() {
        let text = mail::read(&instance.app, mail.id).await.unwrap().text;
        let links = text.iter().flat_map(|text| {
            text.expose()
                .split_whitespace()
                .filter(|word| word.contains(page))
        });
        tokens.extend(links.map(|link| secret(link.rsplit('/').next().unwrap())));
    }
    tokens
}

/// Opens the mailed links to prove an address, of which one works.
async fn prove(instance: &Instance) {
    let mut proven = 0;
    for token in mailed(instance, "/verify-email/").await {
        let opened =
            users::verify_email(&instance.app, &token, SessionKind::Api, &Origin::default()).await;
        proven += i32::from(opened.is_ok());
    }
    assert_eq!(proven, 1);
}

/// Sets a new password with the mailed links, of which at most one works.
async fn reset(instance: &Instance, password: &str) -> bool {
    let mut done = false;
    for token in mailed(instance, "/reset-password/").await {
        done |= users::reset_password(&instance.app, &token, &secret(password), &Origin::default())
            .await
            .is_ok();
    }
    done
}

each_backend! {
    async fn nobody_gets_into_an_account_by_signing_up_for_it_again(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        // Alice signs up; somebody else does too, with her address; she opens the link of the newest mail.
        ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await.unwrap();
        ask(&instance, "alice@example.com", OTHER, &Origin::default()).await.unwrap();
        prove(&instance).await;
        assert_eq!(instance.sign_in("alice@example.com", OTHER).await.map(|_| ()), Err(Kind::Unauthenticated));
        // Which of the two was hers cannot be told, so neither counts until she sets one by mail.
        assert_eq!(instance.sign_in("alice@example.com", PASSWORD).await.map(|_| ()), Err(Kind::Unauthenticated));
        users::forgot_password(&instance.app, "alice@example.com", &Origin::default()).await.unwrap();
        assert!(reset(&instance, PASSWORD).await);
        assert!(instance.sign_in("alice@example.com", PASSWORD).await.is_ok());
        // Asking twice for the same is no reason for doubt.
        ask(&instance, "bob@example.com", PASSWORD, &Origin::default()).await.unwrap();
        ask(&instance, "bob@example.com", PASSWORD, &Origin::default()).await.unwrap();
        prove(&instance).await;
        assert!(instance.sign_in("bob@example.com", PASSWORD).await.is_ok());
    }
}

each_backend! {
    async fn using_up_the_mails_of_an_address_neither_takes_nor_keeps_it(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        // Somebody is there first, until no more mails are sent; then comes Alice, and opens a link.
        for _ in 0..5 {
            ask(&instance, "alice@example.com", OTHER, &Origin::default()).await.unwrap();
        }
        ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await.unwrap();
        prove(&instance).await;
        assert_eq!(instance.sign_in("alice@example.com", OTHER).await.map(|_| ()), Err(Kind::Unauthenticated));
        // What was used up for signing up is not missing for getting in again.
        users::forgot_password(&instance.app, "alice@example.com", &Origin::default()).await.unwrap();
        assert!(reset(&instance, PASSWORD).await);
        assert!(instance.sign_in("alice@example.com", PASSWORD).await.is_ok());
    }
}

each_backend! {
    async fn signing_up_for_one_address_at_once_is_answered_alike(database: TestDatabase) {
        let instance = Arc::new(Instance::open_with_mail(database).await);
        let mut askers = JoinSet::new();
        for _ in 0..4 {
            let instance = Arc::clone(&instance);
            askers.spawn(async move { ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await });
        }
        assert_eq!(askers.join_all().await, vec![Ok(()); 4]);
        prove(&instance).await;
        assert!(instance.sign_in("alice@example.com", PASSWORD).await.is_ok());
    }
}

each_backend! {
    async fn one_network_makes_so_many_accounts(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        let origin = |host: u8| from(&format!("2001:db8:1:12{host:02x}::{host}"));
        for host in 0..10 {
            ask(&instance, &format!("p{host}@example.com"), PASSWORD, &origin(host)).await.unwrap();
        }
        let refused = ask(&instance, "p10@example.com", PASSWORD, &origin(10)).await;
        assert!(matches!(refused, Err(Kind::RateLimited(_))), "{refused:?}");
        assert_eq!(ask(&instance, "q@example.com", PASSWORD, &from("2001:db8:1:1300::1")).await, Ok(()));
    }
}

async fn guess(instance: &Instance, email: &str, ip: &str) -> Kind {
    let guess = users::sign_in(
        &instance.app,
        email,
        &secret(OTHER),
        SessionKind::Api,
        &from(ip),
    )
    .await;
    guess.map(|_| ()).unwrap_err().kind().clone()
}

each_backend! {
    async fn guesses_made_at_once_or_from_all_over_a_network_are_counted(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        instance.person("alice@example.com").await;
        for email in ["alice@example.com", "nobody@example.com"] {
            let mut guesses = JoinSet::new();
            for _ in 0..12 {
                let instance = Arc::clone(&instance);
                guesses.spawn(async move { guess(&instance, email, "192.0.2.1").await });
            }
            let answers = guesses.join_all().await;
            assert_eq!(answers.iter().filter(|kind| **kind == Kind::Unauthenticated).count(), 5, "{email}");
            let mut weighed = 0;
            for host in 0..8 {
                weighed += i32::from(guess(&instance, email, &format!("2001:db8:1:1200::{host}")).await == Kind::Unauthenticated);
            }
            assert_eq!(weighed, 5, "{email}");
        }
        // Its owner, somewhere else, is not kept out; and getting in forgets the failures before it.
        for _ in 0..2 {
            for _ in 0..4 {
                assert_eq!(guess(&instance, "alice@example.com", "198.51.100.1").await, Kind::Unauthenticated);
            }
            users::sign_in(&instance.app, "alice@example.com", &secret(PASSWORD), SessionKind::Api, &from("198.51.100.1")).await.unwrap().done().unwrap();
        }
    }
}

each_backend! {
    async fn a_password_that_was_replaced_meanwhile_opens_no_session(database: TestDatabase) {
        let instance = Arc::new(Instance::open_with_mail(database).await);
        ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await.unwrap();
        prove(&instance).await;
        for round in 0..3 {
            let (old, new) = if round % 2 == 0 { (PASSWORD, OTHER) } else { (OTHER, PASSWORD) };
            instance.clock.advance(Duration::from_hours(2));
            users::forgot_password(&instance.app, "alice@example.com", &Origin::default()).await.unwrap();
            let mut work = JoinSet::new();
            for number in 0..12 {
                let instance = Arc::clone(&instance);
                let origin = from(&format!("192.0.2.{number}"));
                work.spawn(async move {
                    let signed_in = users::sign_in(&instance.app, "alice@example.com", &secret(old), SessionKind::Api, &origin).await;
                    signed_in.ok().and_then(oneclaw_app::mfa::SignIn::done).map(|signed_in| signed_in.secret)
                });
            }
            assert!(reset(&instance, new).await);
            for refresh in work.join_all().await.into_iter().flatten() {
                assert!(users::refresh(&instance.app, &refresh, &Origin::default()).await.is_err(), "round {round}");
            }
        }
    }
}

each_backend! {
    async fn a_new_password_ends_the_links_that_would_set_another(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await.unwrap();
        prove(&instance).await;
        users::forgot_password(&instance.app, "alice@example.com", &Origin::default()).await.unwrap();
        let alice = instance.sign_in("alice@example.com", PASSWORD).await.unwrap();
        users::change_password(&instance.app, &alice, &secret(PASSWORD), &secret(OTHER)).await.unwrap();
        assert!(!reset(&instance, PASSWORD).await);
        assert!(instance.sign_in("alice@example.com", OTHER).await.is_ok());
    }
}

each_backend! {
    async fn asking_for_a_reset_is_the_same_work_for_everybody(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        ask(&instance, "alice@example.com", PASSWORD, &Origin::default()).await.unwrap();
        prove(&instance).await;
        let rows = async || mail::list(&instance.app, 1000).await.unwrap().len();
        for email in ["alice@example.com", "nobody@example.com"] {
            let before = rows().await;
            users::forgot_password(&instance.app, email, &Origin::default()).await.unwrap();
            assert_eq!(rows().await, before + 1, "{email}");
        }
        oneclaw_app::jobs::deliver_due(&instance.app).await.unwrap();
        let received = instance.postbox.as_ref().unwrap().take();
        assert!(received.iter().all(|mail| mail.recipient == "alice@example.com"));
    }
}

each_backend! {
    async fn a_token_is_not_renewed_beyond_its_session(database: TestDatabase) {
        let instance = Instance::open(database).await;
        instance.person("alice@example.com").await;
        let signed_in = users::sign_in(&instance.app, "alice@example.com", &secret(PASSWORD), SessionKind::Web, &Origin::default()).await.unwrap().done().unwrap();
        let mut token = signed_in.token.access_token;
        let mut ended = false;
        for _ in 0..73 {
            instance.clock.advance(Duration::from_mins(10));
            let renewed = match instance.app.verify_token(token.expose(), None) {
                Ok(caller) => users::refresh_bearer(&instance.app, &caller).await,
                Err(error) => Err(error),
            };
            match renewed {
                Ok(renewed) => token = renewed.access_token,
                Err(error) => {
                    assert_eq!(error.kind(), &Kind::Unauthenticated);
                    ended = true;
                    break;
                }
            }
        }
        // Twelve hours are over.
        assert!(ended);
    }
}
