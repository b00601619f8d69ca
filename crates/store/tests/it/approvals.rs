//! Questions of agents to their humans, and policies that are used up.

use crate::fixtures::{
    NOW, assert_same, at, id, in_read, in_write, organisation, policy_row, vault,
};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, OrgId};
use oneclaw_store::approvals::{Answer, ApprovalRow, Page};
use oneclaw_store::each_backend;
use oneclaw_store::policies::PolicyRow;
use oneclaw_store::test_support::TestDatabase;

each_backend! {
    a_question_comes_back_as_it_was_stored,
    an_answer_is_given_once_and_in_time,
    questions_are_listed_by_the_state_they_are_in_at_that_moment,
    a_policy_is_used_as_often_as_it_says_and_found_until_then,
}

fn approval(org: OrgId, agent: AgentId) -> ApprovalRow {
    ApprovalRow {
        id: id(),
        org_id: org,
        user_id: id(),
        agent_id: agent,
        action: "access".to_owned(),
        target_type: "vault".to_owned(),
        target_id: String::new(),
        risk_tier: 2,
        summary: "{}".to_owned(),
        reason: Some("because".to_owned()),
        vault_id: Some(id()),
        path_pattern: "a/b".to_owned(),
        permissions: r#"["read"]"#.to_owned(),
        seconds: Some(60),
        status: "pending".to_owned(),
        created_at: NOW,
        expires_at: at(100),
        decided_at: None,
        decided_by: None,
        decision_reason: None,
        grant_mode: None,
        policy_id: None,
    }
}

macro_rules! assert_same_approval {
    ($found:expr, $expected:expr) => {
        assert_same!(
            ApprovalRow {
                id,
                org_id,
                user_id,
                agent_id,
                action,
                target_type,
                target_id,
                risk_tier,
                summary,
                reason,
                vault_id,
                path_pattern,
                permissions,
                seconds,
                status,
                created_at,
                expires_at,
                decided_at,
                decided_by,
                decision_reason,
                grant_mode,
                policy_id
            },
            $found,
            $expected
        )
    };
}

const fn page(status: Option<&str>, now: Timestamp) -> Page<'_> {
    Page {
        status,
        now,
        limit: 10,
        offset: 0,
    }
}

async fn a_question_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, other) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let full = approval(org, id());
        let bare = ApprovalRow {
            reason: None,
            vault_id: None,
            seconds: None,
            ..approval(org, full.agent_id)
        };
        for row in [&full, &bare] {
            tx.insert_approval(row).await.unwrap();
            let found = tx.find_approval(org, row.id).await.unwrap().unwrap();
            assert_same_approval!(found, row);
            assert!(tx.find_approval(other, row.id).await.unwrap().is_none());
        }
        let vault = full.vault_id.unwrap();
        let waiting = async |tx: &mut oneclaw_store::Tx, now, pattern| {
            tx.find_waiting_approval(full.agent_id, now, "access", vault, pattern)
                .await
                .unwrap()
                .map(|row| row.id)
        };
        assert_eq!(waiting(&mut tx, NOW, "a/b").await, Some(full.id));
        assert_eq!(waiting(&mut tx, NOW, "a").await, None);
        assert_eq!(waiting(&mut tx, at(100), "a/b").await, None);
        assert_eq!(
            tx.count_waiting_approvals(full.agent_id, NOW)
                .await
                .unwrap(),
            2
        );
        assert_eq!(
            tx.count_waiting_approvals(full.agent_id, at(100))
                .await
                .unwrap(),
            0
        );
    });
}

async fn an_answer_is_given_once_and_in_time(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, other) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let row = approval(org, id());
        tx.insert_approval(&row).await.unwrap();
        let answer = |status, at| Answer {
            status,
            at,
            by: Some(id()),
            reason: Some("fine"),
            grant_mode: Some("once"),
            policy: Some(id()),
        };
        let late = answer("approved", at(100));
        assert!(!tx.decide_approval(org, row.id, &late).await.unwrap());
        let first = answer("approved", at(99));
        assert!(!tx.decide_approval(other, row.id, &first).await.unwrap());
        assert!(tx.decide_approval(org, row.id, &first).await.unwrap());
        let second = answer("rejected", at(99));
        assert!(!tx.decide_approval(org, row.id, &second).await.unwrap());
        let expected = ApprovalRow {
            status: "approved".to_owned(),
            decided_at: Some(at(99)),
            decided_by: first.by,
            decision_reason: Some("fine".to_owned()),
            grant_mode: Some("once".to_owned()),
            policy_id: first.policy,
            ..row
        };
        let found = tx.find_approval(org, expected.id).await.unwrap().unwrap();
        assert_same_approval!(found, &expected);
    });
}

async fn questions_are_listed_by_the_state_they_are_in_at_that_moment(database: TestDatabase) {
    let store = database.open().await;
    let (org, old, new) = in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let old = approval(org, id());
        let new = ApprovalRow {
            created_at: at(1),
            expires_at: at(200),
            ..approval(org, id())
        };
        tx.insert_approval(&old).await.unwrap();
        tx.insert_approval(&new).await.unwrap();
        (org, old, new)
    });
    in_read!(store, |tx| {
        for (status, now, expected) in [
            (None, NOW, vec![new.id, old.id]),
            (Some("pending"), NOW, vec![new.id, old.id]),
            (Some("pending"), at(100), vec![new.id]),
            (Some("expired"), at(100), vec![old.id]),
            (Some("rejected"), NOW, vec![]),
        ] {
            let listed = tx.list_approvals(org, &page(status, now)).await.unwrap();
            let ids: Vec<_> = listed.iter().map(|row| row.id).collect();
            assert_eq!(ids, expected, "{status:?}");
        }
        let mine = tx
            .list_approvals_for(org, old.user_id, &page(None, NOW))
            .await
            .unwrap();
        assert_eq!(mine.iter().map(|row| row.id).collect::<Vec<_>>(), [old.id]);
        let elsewhere = tx
            .list_approvals_for(id(), old.user_id, &page(None, NOW))
            .await
            .unwrap();
        assert!(elsewhere.is_empty());
    });
    in_write!(store, |tx| {
        assert_eq!(tx.expire_approvals(at(99)).await.unwrap(), 0);
        assert_eq!(tx.expire_approvals(at(100)).await.unwrap(), 1);
        assert_eq!(tx.expire_approvals(at(100)).await.unwrap(), 0);
    });
}

async fn a_policy_is_used_as_often_as_it_says_and_found_until_then(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        let vault = vault(&mut tx, org).await;
        let row = PolicyRow {
            uses_left: Some(2),
            ..policy_row(org, vault, id())
        };
        tx.insert_policy(&row).await.unwrap();
        for left in [1, 0] {
            let found = tx.list_policies_for(org, vault, row.principal_id).await;
            assert_eq!(found.unwrap().len(), 1);
            assert!(tx.spend_policy_use(org, vault, row.id).await.unwrap());
            let found = tx.find_policy(org, vault, row.id).await.unwrap().unwrap();
            assert_eq!(found.uses_left, Some(left));
        }
        assert!(!tx.spend_policy_use(org, vault, row.id).await.unwrap());
        let found = tx.list_policies_for(org, vault, row.principal_id).await;
        assert!(found.unwrap().is_empty());
        let unlimited = policy_row(org, vault, id());
        tx.insert_policy(&unlimited).await.unwrap();
        assert!(!tx.spend_policy_use(org, vault, unlimited.id).await.unwrap());
    });
}
