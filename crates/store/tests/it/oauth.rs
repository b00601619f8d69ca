//! Assistants that were let in, on both databases.

use crate::fixtures::{agent_row, assert_same, at, id, in_write, organisation, unique_hash};
use oneclaw_core::id::{AgentId, OrgId};
use oneclaw_store::Tx;
use oneclaw_store::each_backend;
use oneclaw_store::oauth::{OauthClientRow, OauthGrantRow};
use oneclaw_store::test_support::TestDatabase;

each_backend! {
    a_client_is_for_its_organisation_or_for_all,
    a_code_is_spent_once,
    a_refresh_token_is_exchanged_once_and_remembered,
    an_ended_grant_gives_nothing,
}

fn client(org: Option<OrgId>) -> OauthClientRow {
    OauthClientRow {
        id: id(),
        org_id: org,
        name: "Editor".to_owned(),
        redirect_uris: "[\"http://127.0.0.1/cb\"]".to_owned(),
        created_by: org.map(|_| id()),
        created_at: at(0),
        used_at: at(5),
    }
}

fn grant(org: OrgId, agent: AgentId) -> OauthGrantRow {
    OauthGrantRow {
        id: id(),
        org_id: org,
        agent_id: agent,
        user_id: id(),
        client_id: "https://editor.example/client".to_owned(),
        client_name: "Editor".to_owned(),
        redirect_uri: "http://127.0.0.1:7/cb".to_owned(),
        resource: "https://vault.example.com/mcp".to_owned(),
        scopes: "names:read".to_owned(),
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
        code_expires_at: at(10),
        created_at: at(0),
        expires_at: at(100),
        used_at: None,
        ended_at: None,
    }
}

async fn stored_grant(tx: &mut Tx) -> (OauthGrantRow, Vec<u8>) {
    let org = organisation(tx).await;
    let agent = agent_row(org);
    tx.insert_agent(&agent).await.unwrap();
    let (row, code) = (grant(org, agent.id), unique_hash());
    tx.insert_oauth_grant(&row, &code).await.unwrap();
    (row, code)
}

async fn a_client_is_for_its_organisation_or_for_all(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (ours, theirs) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (registered, by_itself) = (client(Some(ours)), client(None));
        tx.insert_oauth_client(&registered).await.unwrap();
        tx.insert_oauth_client(&by_itself).await.unwrap();
        let found = tx.find_oauth_client(ours, registered.id).await.unwrap();
        assert_same!(
            OauthClientRow {
                id,
                org_id,
                name,
                redirect_uris,
                created_by,
                created_at,
                used_at
            },
            found.unwrap(),
            &registered
        );
        assert!(
            tx.find_oauth_client(theirs, registered.id)
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            tx.find_oauth_client(theirs, by_itself.id)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(tx.list_oauth_clients(ours).await.unwrap().len(), 1);
        assert!(tx.list_oauth_clients(theirs).await.unwrap().is_empty());
        assert_eq!(tx.count_self_registered_oauth_clients().await.unwrap(), 1);

        tx.touch_oauth_client(by_itself.id, at(50)).await.unwrap();
        assert_eq!(tx.purge_oauth_clients(at(50)).await.unwrap(), 0);
        assert_eq!(tx.purge_oauth_clients(at(51)).await.unwrap(), 1);
        assert!(!tx.delete_oauth_client(theirs, registered.id).await.unwrap());
        assert!(tx.delete_oauth_client(ours, registered.id).await.unwrap());
        assert!(!tx.delete_oauth_client(ours, registered.id).await.unwrap());
    });
}

async fn a_code_is_spent_once(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (row, code) = stored_grant(&mut tx).await;
        let found = tx.find_oauth_grant_by_code(&code).await.unwrap().unwrap();
        assert_same!(
            OauthGrantRow {
                id,
                org_id,
                agent_id,
                user_id,
                client_id,
                client_name,
                redirect_uri,
                resource,
                scopes,
                code_challenge,
                code_expires_at,
                created_at,
                expires_at,
                used_at,
                ended_at,
            },
            found,
            &row
        );
        assert!(
            tx.find_oauth_grant_by_code(&unique_hash())
                .await
                .unwrap()
                .is_none()
        );
        assert!(tx.spend_oauth_code(row.id, at(1)).await.unwrap());
        assert!(!tx.spend_oauth_code(row.id, at(1)).await.unwrap());
    });
}

async fn a_refresh_token_is_exchanged_once_and_remembered(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (row, _) = stored_grant(&mut tx).await;
        assert!(
            tx.list_oauth_grants(row.org_id, at(1))
                .await
                .unwrap()
                .is_empty()
        );
        let (first, second) = (unique_hash(), unique_hash());
        assert!(tx.begin_oauth_grant(row.id, &first, at(1)).await.unwrap());
        let found = tx
            .find_oauth_grant_by_refresh(&first)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.id, found.used_at), (row.id, Some(at(1))));

        assert!(
            tx.rotate_oauth_grant(row.id, (&first, &second), at(2))
                .await
                .unwrap()
        );
        assert!(
            !tx.rotate_oauth_grant(row.id, (&first, &second), at(2))
                .await
                .unwrap()
        );
        assert!(
            tx.find_oauth_grant_by_refresh(&first)
                .await
                .unwrap()
                .is_none()
        );
        let spent = tx.find_oauth_grant_by_spent(&first).await.unwrap().unwrap();
        assert_eq!(spent.id, row.id);
        assert!(
            tx.find_oauth_grant_by_spent(&second)
                .await
                .unwrap()
                .is_none()
        );

        let listed = tx.list_oauth_grants(row.org_id, at(3)).await.unwrap();
        assert_eq!(
            (listed[0].id, listed[0].agent_name.as_str()),
            (row.id, "deploy")
        );
        assert!(
            tx.list_oauth_grants(row.org_id, at(100))
                .await
                .unwrap()
                .is_empty()
        );
        assert!(tx.list_oauth_grants(id(), at(3)).await.unwrap().is_empty());
        tx.delete_agent(row.org_id, row.agent_id, at(4))
            .await
            .unwrap();
        assert!(
            tx.list_oauth_grants(row.org_id, at(3))
                .await
                .unwrap()
                .is_empty()
        );
    });
}

async fn an_ended_grant_gives_nothing(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (row, _) = stored_grant(&mut tx).await;
        let (first, second) = (unique_hash(), unique_hash());
        assert!(tx.begin_oauth_grant(row.id, &first, at(1)).await.unwrap());
        assert!(tx.find_oauth_grant(id(), row.id).await.unwrap().is_none());
        assert_eq!(
            tx.list_open_oauth_grants(row.org_id).await.unwrap().len(),
            1
        );
        assert!(tx.end_oauth_grant(row.id, at(2)).await.unwrap());
        assert!(!tx.end_oauth_grant(row.id, at(3)).await.unwrap());
        let ended = tx
            .find_oauth_grant(row.org_id, row.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(ended.ended_at, Some(at(2)));
        assert!(
            tx.list_open_oauth_grants(row.org_id)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(!tx.spend_oauth_code(row.id, at(3)).await.unwrap());
        assert!(!tx.begin_oauth_grant(row.id, &second, at(3)).await.unwrap());
        assert!(
            !tx.rotate_oauth_grant(row.id, (&first, &second), at(3))
                .await
                .unwrap()
        );
        assert!(
            tx.list_oauth_grants(row.org_id, at(3))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(tx.purge_oauth_grants(at(100)).await.unwrap(), 0);
        assert_eq!(tx.purge_oauth_grants(at(101)).await.unwrap(), 1);
    });
}
