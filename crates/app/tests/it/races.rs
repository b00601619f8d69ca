//! Things that happen at once: counters are exact, one decision counts, nothing is lost.

use crate::support::{Instance, path, secret};
use oneclaw_app::enrollments::{Approval, EnrollRequest};
use oneclaw_app::{Kind, Origin, agents, enrollments, secrets, shares, vaults};
use oneclaw_store::each_backend;
use std::sync::Arc;
use tokio::task::JoinSet;

each_backend! {
    async fn a_limited_secret_is_read_exactly_that_often(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put_limited(&owner, vault, "a/b", "the value", Some(10)).await;
        let mut readers = JoinSet::new();
        for _ in 0..64 {
            let (instance, owner) = (Arc::clone(&instance), owner.clone());
            readers.spawn(async move { instance.read(&owner, vault, "a/b").await });
        }
        let answers = readers.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 10);
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Kind::Gone)).count(), 54);
        assert_eq!(instance.logged(&owner, "secret.read").await, 10);
        // A new version starts counting anew.
        instance.put_limited(&owner, vault, "a/b", "another", Some(1)).await;
        assert!(instance.read(&owner, vault, "a/b").await.is_ok());
        assert_eq!(instance.read(&owner, vault, "a/b").await, Err(Kind::Gone));
    }
}

each_backend! {
    async fn parallel_writers_of_one_path_all_get_a_version_of_their_own(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let mut writers = JoinSet::new();
        for number in 0..40 {
            let (instance, owner) = (Arc::clone(&instance), owner.clone());
            writers.spawn(async move { instance.put(&owner, vault, "a/b", &format!("value {number}")).await.version });
        }
        let mut versions = writers.join_all().await;
        versions.sort_unstable();
        assert_eq!(versions, (1..=40).collect::<Vec<i64>>());
        let mut values = Vec::new();
        for version in 1..=40 {
            let value = secrets::read_version(&instance.app, &owner, vault, &path("a/b"), version).await.unwrap();
            values.push(value.value.expose().to_owned());
        }
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), 40);
        assert!(instance.log_holds(&owner).await);
    }
}

each_backend! {
    async fn one_view_left_is_one_view(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let mut request = crate::sharing::link(instance.app.now());
        request.max_access_count = Some(1);
        let share = shares::create(&instance.app, &owner, stored.id, request).await.unwrap();
        let mut visitors = JoinSet::new();
        for _ in 0..16 {
            let instance = Arc::clone(&instance);
            visitors.spawn(async move {
                shares::open(&instance.app, None, &Origin::default(), share.id, None).await.map_err(|error| error.kind().clone()).map(|_| ())
            });
        }
        let answers = visitors.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(answers.iter().filter(|answer| **answer == Err(Kind::Gone)).count(), 15);
        assert_eq!(instance.logged(&owner, "share.access").await, 1);
    }
}

each_backend! {
    async fn one_decision_counts(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let request = EnrollRequest { name: "bot".to_owned(), human_email: None, description: String::new() };
        let url = enrollments::request(&instance.app, request, &Origin::default()).await.unwrap().approval_url;
        let token = url.rsplit('/').next().unwrap().to_owned();
        let id = enrollments::lookup(&instance.app, &owner, &secret(&token)).await.unwrap().id;
        let mut deciders = JoinSet::new();
        for number in 0..12 {
            let (instance, owner, token) = (Arc::clone(&instance), owner.clone(), secret(&token));
            deciders.spawn(async move {
                if number % 2 == 0 {
                    let approval = Approval { token: Some(token), name: None };
                    enrollments::approve(&instance.app, &owner, id, approval).await.map(|_| ())
                } else {
                    enrollments::deny(&instance.app, &owner, id, Some(token), None).await.map(|_| ())
                }
                .map_err(|error| error.kind().clone())
            });
        }
        let answers = deciders.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert!(answers.iter().all(|answer| matches!(answer, Ok(()) | Err(Kind::Conflict))), "{answers:?}");
        let agents = agents::list(&instance.app, &owner).await.unwrap().len();
        assert_eq!(agents, instance.logged(&owner, "enroll.approved").await);
        assert_eq!(agents + instance.logged(&owner, "enroll.denied").await, 1);
    }
}

each_backend! {
    async fn nothing_is_read_after_a_revocation_was_answered(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        instance.allow(&owner, vault, &agent, "**", &["read"]).await;
        let revoked = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut readers = JoinSet::new();
        for _ in 0..8 {
            let (instance, caller, revoked) = (Arc::clone(&instance), caller.clone(), Arc::clone(&revoked));
            readers.spawn(async move {
                let (mut before, mut after) = (0, 0);
                loop {
                    let answered = revoked.load(std::sync::atomic::Ordering::SeqCst);
                    match instance.read(&caller, vault, "a/b").await {
                        Ok(_) if answered => after += 1,
                        Ok(_) => before += 1,
                        Err(_) => return (before, after),
                    }
                }
            });
        }
        // Let them all be under way, by doing as many commits of our own.
        for number in 0..20 {
            instance.put(&owner, vault, "c/d", &format!("{number}")).await;
        }
        let off = agents::UpdateRequest { is_active: Some(false), ..Default::default() };
        agents::update(&instance.app, &owner, agent.id, off).await.unwrap();
        revoked.store(true, std::sync::atomic::Ordering::SeqCst);
        let answers = readers.join_all().await;
        assert!(answers.iter().any(|(before, _)| *before > 0), "the readers never got going");
        assert_eq!(answers.iter().map(|(_, after)| after).sum::<i32>(), 0);
    }
}

each_backend! {
    async fn a_destroyed_vault_leaves_nothing_to_read(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let share = shares::create(&instance.app, &owner, stored.id, crate::sharing::link(instance.app.now())).await.unwrap();
        assert!(instance.read(&owner, vault, "a/b").await.is_ok());
        vaults::delete(&instance.app, &owner, vault).await.unwrap();
        assert_eq!(instance.read(&owner, vault, "a/b").await, Err(Kind::NotFound));
        let opened = shares::open(&instance.app, None, &Origin::default(), share.id, None).await;
        assert_eq!(opened.map(|_| ()).unwrap_err().kind(), &Kind::NotFound);
        // The name is free again.
        instance.vault(&owner, "production").await;
    }
}
