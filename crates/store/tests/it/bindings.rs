//! Credentials that agents use without seeing them, and the calls made with them.

use crate::fixtures::{agent_row, at, id, in_write, organisation};
use oneclaw_core::id::{AgentId, OrgId};
use oneclaw_store::bindings::{BindingRow, Ending, ExecutionRow};
use oneclaw_store::each_backend;
use oneclaw_store::test_support::TestDatabase;

each_backend! {
    a_binding_is_found_for_its_agent_in_its_organisation_only,
    a_call_is_noted_before_and_after,
}

fn binding(org: OrgId, agent: AgentId) -> BindingRow {
    BindingRow {
        id: id(),
        org_id: org,
        agent_id: agent,
        name: "openai".to_owned(),
        config: "{}".to_owned(),
        guardrails: "{}".to_owned(),
        sealed_credential: Some(vec![0, 1, 255]),
        vault_id: None,
        path: None,
        is_active: true,
        vouched_by: id(),
        created_at: at(0),
        updated_at: at(0),
    }
}

async fn a_binding_is_found_for_its_agent_in_its_organisation_only(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (agent, other) = (agent_row(ours), agent_row(ours));
        tx.insert_agent(&agent).await.unwrap();
        tx.insert_agent(&other).await.unwrap();
        let mut row = binding(ours, agent.id);
        assert!(tx.insert_binding(&row).await.unwrap());
        let again = binding(ours, agent.id);
        assert!(
            !tx.insert_binding(&again).await.unwrap(),
            "names are unique for an agent"
        );
        assert!(tx.insert_binding(&binding(ours, other.id)).await.unwrap());

        let found = tx
            .find_binding(ours, agent.id, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.sealed_credential.as_deref(), Some(&[0, 1, 255][..]));
        assert_eq!(
            (found.vault_id, found.path, found.vouched_by),
            (None, None, row.vouched_by)
        );
        for (org, of) in [(theirs, agent.id), (ours, other.id)] {
            assert!(tx.find_binding(org, of, row.id).await.unwrap().is_none());
            assert!(!tx.delete_binding(org, of, row.id).await.unwrap());
        }
        assert!(
            tx.find_binding_by_name(theirs, agent.id, "openai")
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_binding_by_name(ours, agent.id, "openai")
                .await
                .unwrap()
                .is_some()
        );
        assert!(tx.list_bindings(theirs, agent.id).await.unwrap().is_empty());

        row.sealed_credential = None;
        (row.vault_id, row.path) = (Some(id()), Some("api-keys/openai".to_owned()));
        (row.is_active, row.vouched_by, row.updated_at) = (false, id(), at(5));
        assert!(tx.update_binding(&row).await.unwrap());
        let found = tx
            .find_binding(ours, agent.id, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.vault_id, found.path, found.is_active),
            (row.vault_id, row.path.clone(), false)
        );
        assert_eq!(
            (found.sealed_credential, found.vouched_by),
            (None, row.vouched_by)
        );
        assert_eq!((found.created_at, found.updated_at), (at(0), at(5)));
        let foreign = BindingRow {
            org_id: theirs,
            ..row
        };
        assert!(!tx.update_binding(&foreign).await.unwrap());

        assert_eq!(tx.delete_bindings_of(theirs, agent.id).await.unwrap(), 0);
        assert_eq!(tx.delete_bindings_of(ours, agent.id).await.unwrap(), 1);
        assert_eq!(tx.list_bindings(ours, other.id).await.unwrap().len(), 1);
    });
}

async fn a_call_is_noted_before_and_after(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let agent = agent_row(ours);
        let call = |offset: i64| ExecutionRow {
            id: id(),
            org_id: ours,
            agent_id: agent.id,
            binding_id: id(),
            status: "started".to_owned(),
            method: "GET".to_owned(),
            host: "api.example.com".to_owned(),
            path: "/v1".to_owned(),
            answer_status: None,
            error: None,
            duration_ms: 0,
            redactions: 0,
            created_at: at(offset),
        };
        let (first, second) = (call(0), call(1));
        tx.start_execution(&first).await.unwrap();
        tx.start_execution(&second).await.unwrap();
        let ending = Ending {
            status: "success",
            answer_status: Some(204),
            error: None,
            duration_ms: 7,
            redactions: 2,
        };
        tx.end_execution(theirs, first.id, &ending).await.unwrap();
        tx.end_execution(ours, second.id, &ending).await.unwrap();
        assert!(
            tx.list_executions(theirs, agent.id, 10, 0)
                .await
                .unwrap()
                .is_empty()
        );
        let listed = tx.list_executions(ours, agent.id, 10, 0).await.unwrap();
        assert_eq!(
            listed.iter().map(|call| call.id).collect::<Vec<_>>(),
            [second.id, first.id]
        );
        assert_eq!(
            (
                listed[0].answer_status,
                listed[0].duration_ms,
                listed[0].redactions
            ),
            (Some(204), 7, 2)
        );
        assert_eq!(
            (listed[0].status.as_str(), listed[1].status.as_str()),
            ("success", "started")
        );
        let rest = tx.list_executions(ours, agent.id, 10, 1).await.unwrap();
        assert_eq!(rest[0].id, first.id);
    });
}
