//! Things that happen at once: counters are exact, one decision counts, nothing is lost.

use crate::support::{Instance, path, secret};
use oneclaw_app::enrollments::{Approval, Denial, EnrollRequest};
use oneclaw_app::{Kind, Origin, agents, enrollments, policies, secrets, shares, vaults};
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
        let request = EnrollRequest { name: "bot".to_owned(), human_email: None, description: String::new(), key: None, access: Vec::new() };
        let url = enrollments::request(&instance.app, request, &Origin::default()).await.unwrap().approval_url;
        let token = url.rsplit('/').next().unwrap().to_owned();
        let id = enrollments::lookup(&instance.app, &owner, &secret(&token)).await.unwrap().id;
        let mut deciders = JoinSet::new();
        for number in 0..12 {
            let (instance, owner, token) = (Arc::clone(&instance), owner.clone(), secret(&token));
            deciders.spawn(async move {
                if number % 2 == 0 {
                    let approval = Approval { token: Some(token), name: None, phrase: None, grants: Vec::new(), seen: None };
                    enrollments::approve(&instance.app, &owner, id, approval).await.map(|_| ())
                } else {
                    enrollments::deny(&instance.app, &owner, id, Denial { token: Some(token), ..Denial::default() }).await.map(|_| ())
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

each_backend! {
    async fn many_lists_at_once_leave_room_for_the_commit(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        // What is remembered of the owner is stale from here on.
        instance.vault(&owner, "another").await;
        let mut lists = JoinSet::new();
        for _ in 0..40 {
            let (instance, owner) = (Arc::clone(&instance), owner.clone());
            lists.spawn(async move { secrets::list(&instance.app, &owner, vault, None).await.map(|listed| listed.len()) });
        }
        for listed in lists.join_all().await {
            assert_eq!(listed.unwrap(), 1);
        }
    }
}

each_backend! {
    async fn nothing_is_logged_by_an_agent_after_its_end(database: TestDatabase) {
        let first = Arc::new(Instance::open(database).await);
        let second = Arc::new(first.second_node().await);
        let owner = first.person("alice@example.com").await;
        let vault = first.vault(&owner, "production").await.id;
        first.put(&owner, vault, "a/b", "the value").await;
        for round in 0..8 {
            let (agent, _, caller) = first.agent(&owner, &format!("reader {round}")).await;
            first.allow(&owner, vault, &agent, "**", &["read"]).await;
            let mut readers = JoinSet::new();
            for number in 0..12 {
                let instance = Arc::clone(if number % 2 == 0 { &first } else { &second });
                let caller = caller.clone();
                readers.spawn(async move {
                    let mut count = 0;
                    loop {
                        let went = match number {
                            0 => vaults::create(&instance.app, &caller, &format!("{round} {count}"), "").await.map(|_| ()),
                            1..6 => secrets::list(&instance.app, &caller, vault, None).await.map(|_| ()),
                            _ => secrets::read(&instance.app, &caller, vault, &path("a/b")).await.map(|_| ()),
                        };
                        match went.map_err(|error| error.kind().clone()) {
                            Ok(()) => count += 1,
                            Err(Kind::Unavailable) => {}
                            Err(_) => return,
                        }
                    }
                });
            }
            first.put(&owner, vault, "c/d", "under way").await;
            first.put(&owner, vault, "c/d", "still").await;
            agents::delete(&first.app, &owner, agent.id).await.unwrap();
            readers.join_all().await;
            let query = oneclaw_app::audit::Query { limit: Some(1000), ..Default::default() };
            let events = oneclaw_app::audit::list(&first.app, &owner, &query).await.unwrap();
            let end = events.iter().find(|event| event.event.action == "agent.delete").unwrap().event.seq;
            let id = agent.id.to_string();
            let after: Vec<_> = events.iter().filter(|event| event.event.actor_id == id && event.event.seq > end).map(|event| event.event.action.clone()).collect();
            assert!(after.is_empty(), "{after:?}");
        }
    }
}

each_backend! {
    async fn no_list_shows_what_was_closed_before_it(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        for _ in 0..5 {
            let policy = instance.allow(&owner, vault, &agent, "**", &["read"]).await;
            let mut readers = JoinSet::new();
            for _ in 0..12 {
                let (instance, caller) = (Arc::clone(&instance), caller.clone());
                readers.spawn(async move {
                    while !secrets::list(&instance.app, &caller, vault, None).await.unwrap().is_empty() {}
                });
            }
            instance.put(&owner, vault, "a/b", "under way").await;
            policies::delete(&instance.app, &owner, vault, policy.id).await.unwrap();
            readers.join_all().await;
            let query = oneclaw_app::audit::Query { limit: Some(1000), ..Default::default() };
            let events = oneclaw_app::audit::list(&instance.app, &owner, &query).await.unwrap();
            let closed = events.iter().find(|event| event.event.action == "policy.delete").unwrap().event.seq;
            let shown: Vec<_> = events.iter()
                .filter(|event| event.event.action == "secret.list" && event.event.seq > closed && event.event.details.contains("\"count\":1"))
                .collect();
            assert!(shown.is_empty(), "{shown:?}");
        }
    }
}

each_backend! {
    async fn changes_of_the_same_thing_do_not_undo_each_other(database: TestDatabase) {
        let first = Arc::new(Instance::open(database).await);
        let second = Arc::new(first.second_node().await);
        let owner = first.person("alice@example.com").await;
        let vault = first.vault(&owner, "production").await.id;
        for round in 0..20 {
            let (agent, key, _) = first.agent(&owner, "worker").await;
            let policy = first.allow(&owner, vault, &agent, "**", &["read", "write"]).await;
            let rename = agents::UpdateRequest { name: Some(format!("worker {round}")), ..Default::default() };
            let off = agents::UpdateRequest { is_active: Some(false), ..Default::default() };
            let weaker = policies::UpdateRequest { permissions: Some(vec!["read".to_owned()]), ..Default::default() };
            let stronger = policies::UpdateRequest { priority: Some(round), ..Default::default() };
            let (renamed, ended, weakened, raised) = tokio::join!(
                agents::update(&first.app, &owner, agent.id, rename),
                agents::update(&second.app, &owner, agent.id, off),
                policies::update(&first.app, &owner, vault, policy.id, weaker),
                policies::update(&second.app, &owner, vault, policy.id, stronger),
            );
            assert!(renamed.is_ok() && ended.is_ok() && weakened.is_ok() && raised.is_ok());
            let agent = agents::find(&first.app, &owner, agent.id).await.unwrap();
            assert_eq!((agent.is_active, agent.name), (false, format!("worker {round}")));
            assert!(oneclaw_app::tokens::exchange_agent_key(&first.app, &key, None, None).await.is_err());
            let policy = policies::list(&first.app, &owner, vault).await.unwrap().into_iter().find(|other| other.id == policy.id).unwrap();
            assert_eq!((policy.permissions, policy.priority), (vec!["read".to_owned()], round));
        }
    }
}

each_backend! {
    async fn nodes_that_count_the_same_reads_do_not_stop_each_other(database: TestDatabase) {
        let first = Arc::new(Instance::open(database).await);
        let second = Arc::new(first.second_node().await);
        let owner = first.person("alice@example.com").await;
        let vault = first.vault(&owner, "production").await.id;
        for at in ["a/one", "a/two", "a/three"] {
            first.put_limited(&owner, vault, at, "the value", Some(1_000_000)).await;
        }
        let mut readers = JoinSet::new();
        for number in 0..24 {
            let instance = Arc::clone(if number % 2 == 0 { &first } else { &second });
            let owner = owner.clone();
            readers.spawn(async move {
                let places = ["a/one", "a/two", "a/three"];
                for step in 0..10 {
                    let turn = (number / 2 + step) % 3;
                    let at = if number % 2 == 0 { places[turn] } else { places[2 - turn] };
                    instance.read(&owner, vault, at).await?;
                }
                Ok::<(), Kind>(())
            });
        }
        for answer in readers.join_all().await {
            assert_eq!(answer, Ok(()));
        }
    }
}

each_backend! {
    async fn the_first_agents_of_an_organisation_may_come_together(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let mut makers = JoinSet::new();
        for number in 0..8 {
            let (instance, owner) = (Arc::clone(&instance), owner.clone());
            makers.spawn(async move {
                let request = agents::CreateRequest { name: format!("agent {number}"), ..Default::default() };
                agents::create(&instance.app, &owner, request).await.map(|_| ()).map_err(|error| error.kind().clone())
            });
        }
        assert_eq!(makers.join_all().await, vec![Ok(()); 8]);
    }
}

each_backend! {
    async fn guesses_of_a_passphrase_made_at_once_are_counted(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let mut terms = crate::sharing::link(instance.app.now());
        terms.passphrase = Some(secret("open sesame"));
        let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
        let mut guesses = JoinSet::new();
        for _ in 0..16 {
            let instance = Arc::clone(&instance);
            guesses.spawn(async move {
                let guess = secret("a guess");
                let opened = shares::open(&instance.app, None, &Origin::default(), share.id, Some(&guess)).await;
                opened.map(|_| ()).unwrap_err().kind().clone()
            });
        }
        let answers = guesses.join_all().await;
        assert_eq!(answers.iter().filter(|kind| **kind == Kind::Forbidden).count(), 10, "{answers:?}");
    }
}

each_backend! {
    async fn whoever_writes_all_the_time_keeps_nobody_from_reading(database: TestDatabase) {
        let instance = Arc::new(Instance::open(database).await);
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        let mut writers = JoinSet::new();
        for _ in 0..2 {
            let (instance, owner) = (Arc::clone(&instance), owner.clone());
            writers.spawn(async move {
                loop {
                    instance.put(&owner, vault, "a/b", "the value").await;
                }
            });
        }
        for _ in 0..50 {
            assert_eq!(instance.read(&owner, vault, "a/b").await.as_deref(), Ok("the value"));
        }
        writers.shutdown().await;
    }
}
