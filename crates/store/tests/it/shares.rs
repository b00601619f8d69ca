//! Shares.

use crate::fixtures::{
    assert_same, at, id, in_read, in_write, organisation, secret, share_row, user, vault,
};
use oneclaw_core::id::{OrgId, SecretId, VaultId};
use oneclaw_store::shares::ShareRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, Tx, each_backend};
use uuid::Uuid;

each_backend! {
    a_share_comes_back_as_it_was_stored,
    a_share_names_a_secret_of_its_own_vault_and_organisation,
    a_share_is_decided_once_and_revoked_once,
    a_view_is_spent_while_one_is_left_in_time_and_in_the_expected_state,
    shares_are_listed_newest_first_for_both_sides,
    a_proven_address_claims_what_still_waits_for_it,
}

macro_rules! assert_same_share {
    ($found:expr, $expected:expr) => {
        assert_same!(
            ShareRow {
                id,
                org_id,
                vault_id,
                secret_id,
                recipient_type,
                recipient_user_id,
                recipient_agent_id,
                recipient_email,
                status,
                passphrase_hash,
                ip_allowlist,
                max_access_count,
                access_count,
                created_by_type,
                created_by_id,
                created_at,
                expires_at,
                decided_at,
                path
            },
            $found,
            $expected
        )
    };
}

async fn shared_secret(tx: &mut Tx) -> (OrgId, VaultId, SecretId) {
    let org = organisation(tx).await;
    let vault = vault(tx, org).await;
    (org, vault, secret(tx, org, vault, "prod/key").await)
}

async fn a_share_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, vault, secret) = shared_secret(&mut tx).await;
        let link = share_row(org, vault, secret, "prod/key");
        let addressed = ShareRow {
            recipient_type: "user".to_owned(),
            recipient_user_id: Some(id()),
            recipient_agent_id: Some(id()),
            recipient_email: Some("ada@example.com".to_owned()),
            passphrase_hash: None,
            ..share_row(org, vault, secret, "prod/key")
        };
        for row in [&link, &addressed] {
            tx.insert_share(row).await.unwrap();
            assert_same_share!(tx.find_share(row.id).await.unwrap().unwrap(), row);
        }
        assert!(tx.find_share(id()).await.unwrap().is_none());
    });
}

async fn a_share_names_a_secret_of_its_own_vault_and_organisation(database: TestDatabase) {
    let store = database.open().await;
    let (here, there, other_vault) = in_write!(store, |tx| {
        let here = shared_secret(&mut tx).await;
        let other_vault = vault(&mut tx, here.0).await;
        (here, shared_secret(&mut tx).await, other_vault)
    });
    let mut tx = store.begin_write().await.unwrap();
    let refused = tx
        .insert_share(&share_row(there.0, here.1, here.2, "prod/key"))
        .await;
    assert!(
        matches!(refused, Err(StoreError::MissingReference)),
        "{refused:?}"
    );
    tx.rollback().await.unwrap();
    // What a mistake elsewhere mixed up is never found.
    for (org, vault) in [(there.0, there.1), (here.0, other_vault)] {
        in_write!(store, |tx| {
            let mixed = share_row(org, vault, here.2, "prod/key");
            tx.insert_share(&mixed).await.unwrap();
            assert!(tx.find_share(mixed.id).await.unwrap().is_none());
            assert!(
                tx.list_outbound_shares(mixed.created_by_id)
                    .await
                    .unwrap()
                    .is_empty()
            );
        });
    }
}

async fn a_share_is_decided_once_and_revoked_once(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, vault, secret) = shared_secret(&mut tx).await;
        let row = share_row(org, vault, secret, "prod/key");
        tx.insert_share(&row).await.unwrap();
        assert!(tx.decide_share(row.id, "accepted", at(1)).await.unwrap());
        assert!(!tx.decide_share(row.id, "declined", at(2)).await.unwrap());
        let accepted = ShareRow {
            status: "accepted".to_owned(),
            decided_at: Some(at(1)),
            ..row
        };
        assert_same_share!(
            tx.find_share(accepted.id).await.unwrap().unwrap(),
            &accepted
        );
        assert!(tx.revoke_share(accepted.id, at(3)).await.unwrap());
        assert!(!tx.revoke_share(accepted.id, at(4)).await.unwrap());
        assert!(
            !tx.decide_share(accepted.id, "accepted", at(5))
                .await
                .unwrap()
        );
        assert_eq!(
            tx.find_share(accepted.id).await.unwrap().unwrap().status,
            "revoked"
        );
    });
}

async fn a_view_is_spent_while_one_is_left_in_time_and_in_the_expected_state(
    database: TestDatabase,
) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, vault, secret) = shared_secret(&mut tx).await;
        let row = ShareRow {
            max_access_count: 2,
            expires_at: at(100),
            ..share_row(org, vault, secret, "prod/key")
        };
        tx.insert_share(&row).await.unwrap();
        assert!(
            !tx.spend_share_view(row.id, "accepted", at(0))
                .await
                .unwrap()
        );
        assert!(
            !tx.spend_share_view(row.id, "pending", at(100))
                .await
                .unwrap()
        );
        assert!(
            tx.spend_share_view(row.id, "pending", at(99))
                .await
                .unwrap()
        );
        assert!(tx.spend_share_view(row.id, "pending", at(0)).await.unwrap());
        assert!(!tx.spend_share_view(row.id, "pending", at(0)).await.unwrap());
        assert_eq!(
            tx.find_share(row.id).await.unwrap().unwrap().access_count,
            2
        );

        let revoked = share_row(org, vault, secret, "prod/key");
        tx.insert_share(&revoked).await.unwrap();
        assert!(tx.revoke_share(revoked.id, at(1)).await.unwrap());
        assert!(
            !tx.spend_share_view(revoked.id, "pending", at(2))
                .await
                .unwrap()
        );

        let never = ShareRow {
            max_access_count: 0,
            ..share_row(org, vault, secret, "prod/key")
        };
        tx.insert_share(&never).await.unwrap();
        assert!(
            !tx.spend_share_view(never.id, "pending", at(0))
                .await
                .unwrap()
        );
    });
}

async fn shares_are_listed_newest_first_for_both_sides(database: TestDatabase) {
    let store = database.open().await;
    let (creator, recipient): (Uuid, Uuid) = (id(), id());
    in_write!(store, |tx| {
        let (org, vault, secret) = shared_secret(&mut tx).await;
        let share = |offset, status: &str| ShareRow {
            created_by_id: creator,
            created_at: at(offset),
            status: status.to_owned(),
            ..share_row(org, vault, secret, "prod/key")
        };
        let rows = [
            ShareRow {
                recipient_user_id: Some(recipient.into()),
                ..share(1, "pending")
            },
            ShareRow {
                recipient_agent_id: Some(recipient.into()),
                ..share(3, "accepted")
            },
            ShareRow {
                recipient_user_id: Some(recipient.into()),
                ..share(2, "declined")
            },
            ShareRow {
                recipient_user_id: Some(recipient.into()),
                ..share(4, "revoked")
            },
            share(5, "pending"),
            ShareRow {
                created_by_id: id(),
                ..share(6, "pending")
            },
        ];
        for row in &rows {
            tx.insert_share(row).await.unwrap();
        }
        let sent: Vec<_> = tx
            .list_outbound_shares(creator)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(sent, [4, 1, 2, 0].map(|index| rows[index].id));
        let received: Vec<_> = tx
            .list_inbound_shares(recipient)
            .await
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        assert_eq!(received, [1, 0].map(|index| rows[index].id));
        assert!(tx.list_inbound_shares(creator).await.unwrap().is_empty());
    });
}

async fn a_proven_address_claims_what_still_waits_for_it(database: TestDatabase) {
    let store = database.open().await;
    let (ada, claimed) = in_write!(store, |tx| {
        let (org, vault, secret) = shared_secret(&mut tx).await;
        let ada = user(&mut tx).await;
        let waiting = |email: &str| ShareRow {
            recipient_type: "external_email".to_owned(),
            recipient_email: Some(email.to_owned()),
            ..share_row(org, vault, secret, "prod/key")
        };
        let claimed = waiting("ada@example.com");
        for row in [
            &claimed,
            &waiting("bob@example.com"),
            &ShareRow {
                expires_at: at(9),
                ..waiting("ada@example.com")
            },
            &ShareRow {
                status: "revoked".to_owned(),
                ..waiting("ada@example.com")
            },
            &ShareRow {
                recipient_user_id: Some(id()),
                ..waiting("ada@example.com")
            },
            &ShareRow {
                recipient_type: "user".to_owned(),
                ..waiting("ada@example.com")
            },
        ] {
            tx.insert_share(row).await.unwrap();
        }
        assert_eq!(
            tx.claim_shares("ada@example.com", ada, at(9))
                .await
                .unwrap(),
            1
        );
        assert_eq!(
            tx.claim_shares("ada@example.com", id(), at(9))
                .await
                .unwrap(),
            0
        );
        (ada, claimed.id)
    });
    let inbound = in_read!(store, |tx| tx
        .list_inbound_shares(ada.as_uuid())
        .await
        .unwrap());
    assert_eq!(
        inbound.iter().map(|row| row.id).collect::<Vec<_>>(),
        vec![claimed]
    );
}
