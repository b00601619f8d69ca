//! What agents got to see: folding the log, each part once.

use crate::fixtures::{agent_row, at, id, in_write, organisation};
use oneclaw_core::id::{AgentId, OrgId};
use oneclaw_store::audit::NewEvent;
use oneclaw_store::each_backend;
use oneclaw_store::exposure::ExposureRow;
use oneclaw_store::test_support::TestDatabase;
use uuid::Uuid;

each_backend! {
    a_part_of_a_log_is_folded_by_one_of_two,
    entries_that_differ_by_their_time_alone_are_one_sighting,
    counts_add_up_and_organisations_do_not_mix,
}

fn exposure(agent: AgentId, resource: Uuid, times: i64, last: i64) -> ExposureRow {
    ExposureRow {
        agent_id: agent,
        kind: "secret".to_owned(),
        resource_id: resource,
        version: 1,
        how: "read".to_owned(),
        vault_id: None,
        path: "db/url".to_owned(),
        times,
        first_at: at(last),
        last_at: at(last),
    }
}

async fn a_part_of_a_log_is_folded_by_one_of_two(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let org = organisation(&mut tx).await;
        assert_eq!(tx.find_exposure_cursor(org).await.unwrap(), 0);
        assert!(tx.move_exposure_cursor(org, 0, 10).await.unwrap());
        assert!(
            !tx.move_exposure_cursor(org, 0, 20).await.unwrap(),
            "it moved on"
        );
        assert!(tx.move_exposure_cursor(org, 10, 20).await.unwrap());
        assert_eq!(tx.find_exposure_cursor(org).await.unwrap(), 20);
        tx.lock_audit_head(org).await.unwrap();
        assert!(tx.list_logs_behind().await.unwrap().is_empty());
        tx.move_audit_heads(&[(org.as_uuid(), 21, vec![1], vec![1])])
            .await
            .unwrap();
        assert_eq!(tx.list_logs_behind().await.unwrap(), [org]);
    });
}

async fn entries_that_differ_by_their_time_alone_are_one_sighting(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, agent, other): (OrgId, AgentId, AgentId) = (id(), id(), id());
        let (own, others) = (agent.to_string(), other.to_string());
        let event = |seq: i64, actor_type: &'static str, actor_id, action| NewEvent {
            org: org.as_uuid(),
            seq,
            id: id(),
            at: at(seq).as_millis(),
            actor_type,
            actor_id,
            action,
            resource_type: "secret",
            resource_id: "r",
            details: "{\"version\":1}",
            ip: None,
            leaf_hash: &[],
        };
        tx.append_events(&[
            event(0, "agent", &own, "secret.read"),
            event(1, "agent", &others, "secret.read"),
            event(2, "user", &own, "secret.read"),
            event(3, "agent", &own, "secret.list"),
            event(4, "agent", &own, "secret.read"),
            event(5, "agent", &own, "secret.read"),
        ])
        .await
        .unwrap();
        let mine = tx.list_sightings(org, 0, 5, Some(agent)).await.unwrap();
        assert_eq!(mine.len(), 1);
        assert_eq!(
            (mine[0].times, mine[0].first_at, mine[0].last_at),
            (2, at(0), at(4))
        );
        assert_eq!(tx.list_sightings(org, 1, 5, None).await.unwrap().len(), 2);
        assert!(
            tx.list_sightings(id(), 0, 9, None)
                .await
                .unwrap()
                .is_empty()
        );
    });
}

async fn counts_add_up_and_organisations_do_not_mix(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (agent, resource) = (agent_row(ours), id());
        tx.insert_agent(&agent).await.unwrap();
        tx.add_exposure(ours, &exposure(agent.id, resource, 2, 1))
            .await
            .unwrap();
        let mut later = exposure(agent.id, resource, 3, 9);
        later.path = "db/moved".to_owned();
        tx.add_exposure(ours, &later).await.unwrap();
        let rows = tx.list_exposures(ours, agent.id).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(
            (rows[0].times, rows[0].first_at, rows[0].last_at),
            (5, at(1), at(9))
        );
        assert_eq!(rows[0].path, "db/moved");
        assert!(
            tx.list_exposures(theirs, agent.id)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.find_agent_ever(theirs, agent.id)
                .await
                .unwrap()
                .is_none()
        );
        tx.delete_agent(ours, agent.id, at(10)).await.unwrap();
        assert!(tx.find_agent_ever(ours, agent.id).await.unwrap().is_some());
    });
}
