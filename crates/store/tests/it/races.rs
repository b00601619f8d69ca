//! Conditions that many transactions meet at the same moment, from two nodes: exactly as many pass
//! as may. On PostgreSQL all transactions are open at once before the first one tries.

use crate::fixtures::{
    NOW, agent_row, at, id, in_read, in_write, new_secret, next_version, organisation,
    organisation_with_vault, policy_row, session_row, share_row, unique_hash, user, vault,
    vault_row,
};
use oneclaw_core::id::OrgId;
use oneclaw_store::agents::AgentRow;
use oneclaw_store::audit::NewEvent;
use oneclaw_store::enrollments::EnrollmentRow;
use oneclaw_store::outbox::MailRow;
use oneclaw_store::policies::PolicyRow;
use oneclaw_store::secrets::NewVersion;
use oneclaw_store::shares::ShareRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{Store, Tx, each_backend};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

each_backend! {
    one_decision_on_a_request_to_join,
    as_many_views_of_a_share_as_it_allows,
    one_end_of_a_share,
    one_use_of_a_link,
    as_many_reads_of_a_secret_as_it_allows,
    far_more_readers_than_connections,
    one_exchange_of_a_refresh_token,
    one_new_wrap_of_a_key,
    one_first_key_of_an_agent,
    one_try_at_a_mail,
    one_value_of_a_setting_and_one_proof_of_an_address,
    one_writer_of_a_version,
    writers_of_the_same_paths_do_not_wait_for_each_other_in_a_circle,
    one_end_of_a_secret_and_of_a_version,
    every_event_counts_in_its_window,
    every_bump_counts,
    no_edit_of_an_agent_or_a_policy_is_lost,
    no_edit_of_a_setting_is_lost,
    a_log_grows_without_gaps_from_its_first_event_on,
    no_read_is_logged_after_the_revocation_that_forbids_it,
    a_vault_dies_whole_while_others_write_into_it,
}

/// Fewer than the connections of two nodes, so that all transactions can be open at once.
const CONTENDERS: usize = 24;

/// Runs `work` in [`CONTENDERS`] transactions of two nodes at the same time, commits them all, and
/// returns what they saw.
async fn race<T, W, F>(database: &TestDatabase, work: W) -> Vec<T>
where
    T: Send + 'static,
    W: Fn(Tx, usize) -> F,
    F: Future<Output = (Tx, T)> + Send + 'static,
    W: Clone + Send + 'static,
{
    let nodes = [database.open().await, database.open().await];
    let start = Arc::new(Barrier::new(CONTENDERS));
    let mut running = JoinSet::new();
    for (index, node) in nodes.iter().cycle().take(CONTENDERS).cloned().enumerate() {
        let (start, work) = (Arc::clone(&start), work.clone());
        running.spawn(async move {
            let tx = if node.is_embedded() {
                start.wait().await;
                node.begin_write().await.unwrap()
            } else {
                let tx = node.begin_write().await.unwrap();
                start.wait().await;
                tx
            };
            let (tx, seen) = work(tx, index).await;
            tx.commit().await.unwrap();
            seen
        });
    }
    running.join_all().await
}

/// [`race`] with the transaction lent to an expression.
macro_rules! race {
    ($database:expr, |$tx:ident, $index:pat_param| $work:expr) => {
        race(&$database, move |mut $tx: Tx, $index: usize| async move {
            let seen = $work;
            ($tx, seen)
        })
        .await
    };
}

fn winners(seen: &[bool]) -> usize {
    seen.iter().filter(|won| **won).count()
}

async fn one_decision_on_a_request_to_join(database: TestDatabase) {
    let store = database.open().await;
    let request: oneclaw_core::id::EnrollmentId = id();
    in_write!(store, |tx| {
        let row = EnrollmentRow {
            id: request,
            name: "deploy".to_owned(),
            description: String::new(),
            human_email: None,
            status: "pending".to_owned(),
            ip: None,
            user_agent: String::new(),
            created_at: NOW,
            expires_at: at(10),
            decided_at: None,
            decided_by: None,
            decision_reason: None,
            org_id: None,
            agent_id: None,
        };
        tx.insert_enrollment(&row, &unique_hash()).await.unwrap();
    });
    let seen = race!(database, |tx, index| {
        let status = if index.is_multiple_of(2) {
            "approved"
        } else {
            "denied"
        };
        let won = tx
            .decide_enrollment(
                request,
                status,
                at(1),
                id(),
                Some(&index.to_string()),
                id(),
                None,
            )
            .await
            .unwrap();
        won.then_some((status, index))
    });
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    let [(status, index)] = seen[..] else {
        panic!("{seen:?}")
    };
    let stored = in_read!(store, |tx| tx
        .find_enrollment(request)
        .await
        .unwrap()
        .unwrap());
    assert_eq!(stored.status, status);
    assert_eq!(stored.decision_reason, Some(index.to_string()));
}

async fn as_many_views_of_a_share_as_it_allows(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let share = in_write!(store, |tx| {
        let secret = crate::fixtures::secret(&mut tx, org, vault, "prod/db").await;
        let share = ShareRow {
            max_access_count: 5,
            ..share_row(org, vault, secret, "prod/db")
        };
        tx.insert_share(&share).await.unwrap();
        share.id
    });
    let seen = race!(database, |tx, _| tx
        .spend_share_view(share, "pending", at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 5);
    assert_eq!(
        in_read!(store, |tx| tx.find_share(share).await.unwrap().unwrap()).access_count,
        5
    );
}

async fn one_end_of_a_share(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let shares = in_write!(store, |tx| {
        let secret = crate::fixtures::secret(&mut tx, org, vault, "prod/db").await;
        let shares = [
            share_row(org, vault, secret, "prod/db"),
            share_row(org, vault, secret, "prod/db"),
        ];
        for share in &shares {
            tx.insert_share(share).await.unwrap();
        }
        shares.map(|share| share.id)
    });
    let seen = race!(database, |tx, _| tx
        .decide_share(shares[0], "accepted", at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let seen = race!(database, |tx, _| tx
        .revoke_share(shares[1], at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_use_of_a_link(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| tx
        .insert_one_time_token(b"hash", "reveal", id(), NOW, at(10))
        .await
        .unwrap());
    let seen = race!(database, |tx, _| tx
        .consume_one_time_token(b"hash", "reveal", at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn as_many_reads_of_a_secret_as_it_allows(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let secret = in_write!(store, |tx| {
        let new = NewVersion {
            max_access_count: Some(3),
            ..new_secret(org, vault, "prod/db")
        };
        tx.put_versions(&[&new]).await.unwrap();
        new.secret
    });
    let seen = race!(database, |tx, _| tx
        .count_secret_read(secret, 1)
        .await
        .unwrap());
    assert_eq!(winners(&seen), 3);
    let row = in_read!(store, |tx| tx
        .find_sealed(org, vault, "prod/db")
        .await
        .unwrap()
        .unwrap());
    assert_eq!(row.access_count, 3);
}

async fn far_more_readers_than_connections(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let secret = in_write!(store, |tx| {
        let new = NewVersion {
            max_access_count: Some(100),
            ..new_secret(org, vault, "prod/db")
        };
        tx.put_versions(&[&new]).await.unwrap();
        new.secret
    });
    let nodes = [database.open().await, database.open().await];
    let mut running = JoinSet::new();
    for index in 0..256_usize {
        let node = nodes[index % 2].clone();
        running.spawn(async move {
            in_write!(node, |tx| tx.count_secret_read(secret, 1).await.unwrap())
        });
    }
    assert_eq!(winners(&running.join_all().await), 100);
}

async fn one_exchange_of_a_refresh_token(database: TestDatabase) {
    let store = database.open().await;
    let session = in_write!(store, |tx| {
        let row = session_row(organisation(&mut tx).await, user(&mut tx).await);
        tx.insert_session(&row).await.unwrap();
        row
    });
    let (session, old) = (session.id, session.secret_hash);
    let seen = race!(database, |tx, index| {
        let old = tx.find_session(session).await.unwrap().unwrap().secret_hash;
        let new = [&old[..], &index.to_be_bytes()].concat();
        tx.rotate_session(session, &old[..32], &new).await.unwrap()
    });
    assert_eq!(winners(&seen), 1);
    let spent = in_read!(store, |tx| tx.find_session_by_spent(&old).await.unwrap());
    assert_eq!(spent.unwrap().id, session);
    let seen = race!(database, |tx, _| tx
        .revoke_session(session, at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_new_wrap_of_a_key(database: TestDatabase) {
    let store = database.open().await;
    let vault = in_write!(store, |tx| {
        tx.insert_keyring("a", "token", b"old", NOW).await.unwrap();
        let org = organisation(&mut tx).await;
        let row = vault_row(org, "prod");
        tx.insert_vault(&row, b"old").await.unwrap();
        row.id
    });
    let seen = race!(database, |tx, index| tx
        .rewrap_keyring("a", &index.to_be_bytes(), b"old")
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let seen = race!(database, |tx, index| tx
        .rewrap_vault_key(vault, 1, &index.to_be_bytes(), b"old")
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_first_key_of_an_agent(database: TestDatabase) {
    let store = database.open().await;
    let (org, agent) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let row = AgentRow {
            api_key_hash: None,
            ..agent_row(org)
        };
        tx.insert_agent(&row).await.unwrap();
        (org, row.id)
    });
    let seen = race!(database, |tx, _| tx
        .set_first_agent_key(org, agent, &unique_hash())
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let seen = race!(database, |tx, _| tx
        .delete_agent(org, agent, at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_try_at_a_mail(database: TestDatabase) {
    let store = database.open().await;
    let mail: oneclaw_core::id::MailId = id();
    in_write!(store, |tx| {
        let row = MailRow {
            id: mail,
            org_id: None,
            kind: "test".to_owned(),
            recipient: "ada@example.com".to_owned(),
            subject: String::new(),
            sealed_body: Vec::new(),
            status: "queued".to_owned(),
            attempts: 0,
            next_attempt_at: NOW,
            last_error: None,
            created_at: NOW,
            finished_at: None,
            lapses_at: NOW,
        };
        tx.insert_mail(&row).await.unwrap();
    });
    let seen = race!(database, |tx, _| tx
        .claim_mail(mail, 0, at(10))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_value_of_a_setting_and_one_proof_of_an_address(database: TestDatabase) {
    let store = database.open().await;
    let ada = in_write!(store, |tx| user(&mut tx).await);
    let seen = race!(database, |tx, index| tx
        .insert_setting("instance", &index.to_string())
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let seen = race!(database, |tx, _| tx
        .verify_user_email(ada, at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
}

async fn one_writer_of_a_version(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    // A new path, then the version after it.
    let seen = race!(database, |tx, _| {
        let new = new_secret(org, vault, "prod/db");
        tx.put_versions(&[&new]).await.unwrap().len() == 1
    });
    assert_eq!(winners(&seen), 1);
    let first = in_read!(store, |tx| tx
        .find_secret_head(org, vault, "prod/db")
        .await
        .unwrap()
        .unwrap());
    let secret = first.id;
    let seen = race!(database, |tx, index| {
        let next = NewVersion {
            secret,
            version: 2,
            rev: 2,
            metadata: index.to_string(),
            ..new_secret(org, vault, "prod/db")
        };
        (tx.put_versions(&[&next]).await.unwrap().len() == 1).then_some(index)
    });
    let seen: Vec<usize> = seen.into_iter().flatten().collect();
    let [winner] = seen[..] else {
        panic!("{seen:?}")
    };
    in_read!(store, |tx| {
        assert_eq!(
            tx.list_secret_versions(org, vault, "prod/db")
                .await
                .unwrap()
                .len(),
            2
        );
        let row = tx
            .find_sealed(org, vault, "prod/db")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((row.rev, row.metadata), (2, winner.to_string()));
    });
}

async fn writers_of_the_same_paths_do_not_wait_for_each_other_in_a_circle(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let seen = race!(database, |tx, index| {
        let mut batch: Vec<NewVersion> = (0..20)
            .map(|path| new_secret(org, vault, &format!("p/{path}")))
            .collect();
        batch.rotate_left(index % 20);
        if index.is_multiple_of(2) {
            batch.reverse();
        }
        tx.put_versions(&batch.iter().collect::<Vec<_>>())
            .await
            .unwrap()
            .len()
    });
    assert_eq!(seen.iter().sum::<usize>(), 20);
}

async fn one_end_of_a_secret_and_of_a_version(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let secret = in_write!(store, |tx| {
        let first = new_secret(org, vault, "prod/db");
        tx.put_versions(&[&first]).await.unwrap();
        tx.put_versions(&[&next_version(&first)]).await.unwrap();
        first.secret
    });
    let seen = race!(database, |tx, _| tx
        .disable_secret_version(org, secret, 1, at(1))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let seen = race!(database, |tx, _| tx
        .delete_secret(org, vault, "prod/db", at(2))
        .await
        .unwrap());
    assert_eq!(winners(&seen), 1);
    let head = in_read!(store, |tx| tx
        .find_secret_head(org, vault, "prod/db")
        .await
        .unwrap()
        .unwrap());
    assert_eq!(head.rev, 4);
}

async fn every_event_counts_in_its_window(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| tx
        .count_in_window(b"key", at(0), at(1))
        .await
        .unwrap());
    // All of them find the old window over: one begins the new one.
    let seen = race!(database, |tx, _| tx
        .count_in_window(b"key", at(5), at(10))
        .await
        .unwrap()
        .count);
    let expected: BTreeSet<i64> = (1..=i64::try_from(CONTENDERS).unwrap()).collect();
    assert_eq!(BTreeSet::from_iter(seen), expected);
}

async fn every_bump_counts(database: TestDatabase) {
    let store = database.open().await;
    let thing: Uuid = id();
    race!(database, |tx, _| tx.bump_epoch(thing).await.unwrap());
    assert_eq!(
        in_read!(store, |tx| tx.epoch(thing).await.unwrap()),
        i64::try_from(CONTENDERS).unwrap()
    );
}

async fn no_edit_of_an_agent_or_a_policy_is_lost(database: TestDatabase) {
    let store = database.open().await;
    let (org, vault) = organisation_with_vault(&store).await;
    let (agent, policy) = in_write!(store, |tx| {
        let agent = AgentRow {
            token_ttl_seconds: Some(0),
            ..agent_row(org)
        };
        let policy = PolicyRow {
            priority: 0,
            ..policy_row(org, vault, id())
        };
        tx.insert_agent(&agent).await.unwrap();
        tx.insert_policy(&policy).await.unwrap();
        (agent.id, policy.id)
    });
    race!(database, |tx, _| {
        let mut row = tx.find_agent_for_update(org, agent).await.unwrap().unwrap();
        row.token_ttl_seconds = row.token_ttl_seconds.map(|ttl| ttl + 1);
        assert!(tx.update_agent(&row).await.unwrap());
    });
    race!(database, |tx, _| {
        let mut row = tx
            .find_policy_for_update(org, vault, policy)
            .await
            .unwrap()
            .unwrap();
        row.priority += 1;
        assert!(tx.update_policy(&row).await.unwrap());
    });
    let expected = i64::try_from(CONTENDERS).unwrap();
    in_read!(store, |tx| {
        assert_eq!(
            tx.find_agent(org, agent)
                .await
                .unwrap()
                .unwrap()
                .token_ttl_seconds,
            Some(expected)
        );
        assert_eq!(
            tx.find_policy(org, vault, policy)
                .await
                .unwrap()
                .unwrap()
                .priority,
            expected
        );
    });
}

async fn no_edit_of_a_setting_is_lost(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        tx.put_setting("number", "0").await.unwrap();
        assert_eq!(tx.lock_setting("none").await.unwrap(), None);
    });
    race!(database, |tx, _| {
        let number: usize = tx
            .lock_setting("number")
            .await
            .unwrap()
            .unwrap()
            .parse()
            .unwrap();
        tx.put_setting("number", &(number + 1).to_string())
            .await
            .unwrap();
    });
    let number = in_read!(store, |tx| tx.find_setting("number").await.unwrap());
    assert_eq!(number, Some(CONTENDERS.to_string()));
}

/// Appends one event to the log of `org`, whose head this transaction has taken.
async fn append(tx: &mut Tx, org: OrgId, seq: i64, action: &str) {
    let event = NewEvent {
        org: org.as_uuid(),
        seq,
        id: id(),
        at: NOW.as_millis(),
        actor_type: "agent",
        actor_id: "a",
        action,
        resource_type: "secret",
        resource_id: "s",
        details: "{}",
        ip: None,
        leaf_hash: &[0; 32],
    };
    tx.append_events(&[event]).await.unwrap();
    tx.move_audit_heads(&[(org.as_uuid(), seq + 1, Vec::new(), vec![0; 32])])
        .await
        .unwrap();
}

async fn a_log_grows_without_gaps_from_its_first_event_on(database: TestDatabase) {
    let store = database.open().await;
    let orgs: [OrgId; 2] = [id(), id()];
    race!(database, |tx, _| {
        // In the order of their ids: so no two transactions wait for each other.
        let mut sizes = Vec::new();
        for org in orgs {
            sizes.push((org, tx.lock_audit_head(org).await.unwrap().size));
        }
        for (org, size) in sizes {
            append(&mut tx, org, size, "secret.read").await;
        }
    });
    let expected: Vec<i64> = (0..i64::try_from(CONTENDERS).unwrap()).collect();
    for org in orgs {
        in_read!(store, |tx| {
            let events = tx.list_event_range(org, 0, 1_000).await.unwrap();
            assert_eq!(
                events.iter().map(|event| event.seq).collect::<Vec<_>>(),
                expected
            );
            assert_eq!(
                tx.find_audit_head(org).await.unwrap().unwrap().size,
                i64::try_from(expected.len()).unwrap()
            );
        });
    }
}

async fn no_read_is_logged_after_the_revocation_that_forbids_it(database: TestDatabase) {
    let store = database.open().await;
    for _ in 0..5 {
        let (org, agent): (OrgId, Uuid) = (id(), id());
        race!(database, |tx, index| {
            if index == CONTENDERS / 2 {
                tx.bump_epoch(agent).await.unwrap();
                let head = tx.lock_audit_head(org).await.unwrap();
                append(&mut tx, org, head.size, "agent.deactivate").await;
            } else {
                // The head first: whoever revokes needs it too, so nobody can in between.
                let head = tx.lock_audit_head(org).await.unwrap();
                if tx.stale_guards(&[(agent, 0)]).await.unwrap().is_empty() {
                    append(&mut tx, org, head.size, "secret.read").await;
                }
            }
        });
        let events = in_read!(store, |tx| tx
            .list_event_range(org, 0, 1_000)
            .await
            .unwrap());
        assert_eq!(events.last().unwrap().action, "agent.deactivate");
    }
}

async fn a_vault_dies_whole_while_others_write_into_it(database: TestDatabase) {
    let store = database.open().await;
    let (org, doomed) = organisation_with_vault(&store).await;
    let spared = in_write!(store, |tx| vault(&mut tx, org).await);
    let before = in_read!(store, |tx| crate::schema::count_rows(&mut tx).await);
    let nodes: [Store; 2] = [database.open().await, database.open().await];
    let mut running = JoinSet::new();
    for (index, node) in nodes.iter().cycle().take(40).cloned().enumerate() {
        running.spawn(async move {
            let mut tx = node.begin_write().await.unwrap();
            if index == 20 {
                assert!(tx.delete_vault(org, doomed).await.unwrap());
                return tx.commit().await.unwrap();
            }
            match tx
                .put_versions(&[&new_secret(org, doomed, &format!("p/{index}"))])
                .await
            {
                Ok(_) => tx.commit().await.unwrap(),
                Err(oneclaw_store::StoreError::MissingReference) => tx.rollback().await.unwrap(),
                Err(error) => panic!("{error}"),
            }
        });
    }
    running.join_all().await;
    in_read!(store, |tx| {
        let after = crate::schema::count_rows(&mut tx).await;
        for (table, count) in before {
            let gone = i64::from(table == "vaults" || table == "vault_keys");
            assert_eq!(after[&table], count - gone, "{table}");
        }
        assert!(tx.find_vault(org, spared).await.unwrap().is_some());
    });
}
