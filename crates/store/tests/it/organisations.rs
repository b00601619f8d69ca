//! Organisations and memberships.

use crate::fixtures::{NOW, at, id, in_write, organisation, user};
use oneclaw_store::invitations::InvitationRow;
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    an_organisation_comes_back_as_it_was_stored,
    members_are_listed_for_their_organisation_alone,
    a_membership_is_unique_and_needs_both_sides,
    roles_and_choices_change_for_one_member_alone,
    freezing_is_noted_once,
    an_invitation_is_found_by_its_token_and_taken_once,
}

async fn an_organisation_comes_back_as_it_was_stored(database: TestDatabase) {
    let store = database.open().await;
    let org = id();
    in_write!(store, |tx| {
        tx.insert_organisation(org, "Grüße & Co", NOW)
            .await
            .unwrap();
        let found = tx.find_organisation(org).await.unwrap().unwrap();
        assert_eq!(found.id, org);
        assert_eq!(found.name, "Grüße & Co");
        assert_eq!(found.key_delivery, None);
        assert_eq!(found.token_epoch, 0);
        assert_eq!(found.created_at, NOW);
        assert!(tx.find_organisation(id()).await.unwrap().is_none());
        tx.set_key_delivery(org, Some("link")).await.unwrap();
        let found = tx.find_organisation(org).await.unwrap().unwrap();
        assert_eq!(found.key_delivery.as_deref(), Some("link"));
        tx.set_key_delivery(org, None).await.unwrap();
        let found = tx.find_organisation(org).await.unwrap().unwrap();
        assert_eq!(found.key_delivery, None);
    });
}

async fn members_are_listed_for_their_organisation_alone(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (ada, bob) = (user(&mut tx).await, user(&mut tx).await);
        tx.insert_member(here, bob, "member", at(2)).await.unwrap();
        tx.insert_member(here, ada, "owner", at(1)).await.unwrap();
        tx.insert_member(there, ada, "admin", at(0)).await.unwrap();

        let members = tx.list_members(here).await.unwrap();
        let seen: Vec<_> = members
            .iter()
            .map(|member| (member.user_id, member.role.as_str()))
            .collect();
        assert_eq!(seen, vec![(ada, "owner"), (bob, "member")]);
        assert!(members[0].email.ends_with("@example.com"));
        assert_eq!(members[0].display_name, "Ada");
        assert_eq!(members[0].created_at, at(1));

        assert_eq!(
            tx.find_member(there, ada).await.unwrap().unwrap().role,
            "admin"
        );
        assert!(tx.find_member(there, bob).await.unwrap().is_none());

        let of_ada = tx.list_memberships(ada).await.unwrap();
        let seen: Vec<_> = of_ada
            .iter()
            .map(|row| (row.org_id, row.role.as_str()))
            .collect();
        assert_eq!(seen, vec![(there, "admin"), (here, "owner")]);
        assert!(tx.list_memberships(id()).await.unwrap().is_empty());
    });
}

async fn a_membership_is_unique_and_needs_both_sides(database: TestDatabase) {
    let store = database.open().await;
    let (org, ada) = in_write!(store, |tx| {
        let (org, ada) = (organisation(&mut tx).await, user(&mut tx).await);
        tx.insert_member(org, ada, "owner", NOW).await.unwrap();
        (org, ada)
    });
    let mut tx = store.begin_write().await.unwrap();
    let twice = tx.insert_member(org, ada, "member", NOW).await;
    assert!(matches!(twice, Err(StoreError::AlreadyExists)), "{twice:?}");
    tx.rollback().await.unwrap();
    let mut tx = store.begin_write().await.unwrap();
    let nobody = tx.insert_member(org, id(), "member", NOW).await;
    assert!(
        matches!(nobody, Err(StoreError::MissingReference)),
        "{nobody:?}"
    );
    tx.rollback().await.unwrap();
}

async fn roles_and_choices_change_for_one_member_alone(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (here, there) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let (ada, bob) = (user(&mut tx).await, user(&mut tx).await);
        tx.insert_member(there, ada, "member", at(0)).await.unwrap();
        tx.insert_member(here, ada, "owner", at(1)).await.unwrap();
        tx.insert_member(here, bob, "owner", at(1)).await.unwrap();
        assert!(tx.set_member_role(here, ada, "admin").await.unwrap());
        assert!(!tx.set_member_role(there, bob, "admin").await.unwrap());
        let role = async |tx: &mut oneclaw_store::Tx, org, user| {
            tx.find_member(org, user).await.unwrap().unwrap().role
        };
        assert_eq!(role(&mut tx, here, ada).await, "admin");
        assert_eq!(role(&mut tx, there, ada).await, "member");
        assert_eq!(role(&mut tx, here, bob).await, "owner");

        let home =
            async |tx: &mut oneclaw_store::Tx| tx.list_memberships(ada).await.unwrap()[0].org_id;
        assert_eq!(home(&mut tx).await, there);
        assert!(tx.choose_membership(here, ada, at(5)).await.unwrap());
        assert_eq!(home(&mut tx).await, here);
        assert!(tx.choose_membership(there, ada, at(6)).await.unwrap());
        assert_eq!(home(&mut tx).await, there);

        assert!(tx.delete_member(here, ada).await.unwrap());
        assert!(!tx.delete_member(here, ada).await.unwrap());
        assert!(tx.find_member(there, ada).await.unwrap().is_some());
        tx.rename_organisation(here, "New").await.unwrap();
        assert_eq!(
            tx.find_organisation(here).await.unwrap().unwrap().name,
            "New"
        );
    });
}

async fn freezing_is_noted_once(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, other) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let since = async |tx: &mut oneclaw_store::Tx, org| {
            let found = tx.find_organisation(org).await.unwrap().unwrap();
            found.agents_frozen_at
        };
        assert!(!tx.set_agents_frozen(org, None).await.unwrap());
        assert!(tx.set_agents_frozen(org, Some(at(1))).await.unwrap());
        assert!(!tx.set_agents_frozen(org, Some(at(2))).await.unwrap());
        assert_eq!(since(&mut tx, org).await, Some(at(1)));
        assert_eq!(since(&mut tx, other).await, None);
        assert!(tx.set_agents_frozen(org, None).await.unwrap());
        assert_eq!(since(&mut tx, org).await, None);
    });
}

async fn an_invitation_is_found_by_its_token_and_taken_once(database: TestDatabase) {
    let store = database.open().await;
    in_write!(store, |tx| {
        let (org, other) = (organisation(&mut tx).await, organisation(&mut tx).await);
        let row = InvitationRow {
            id: id(),
            org_id: org,
            email: "bob@example.com".to_owned(),
            role: "member".to_owned(),
            invited_by: id(),
            created_at: NOW,
            expires_at: at(100),
        };
        tx.insert_invitation(&row, b"token").await.unwrap();
        let found = tx
            .find_invitation_by_token(b"token")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.id, found.org_id, found.email, found.role),
            (row.id, org, row.email.clone(), row.role.clone())
        );
        assert_eq!(
            (found.invited_by, found.created_at, found.expires_at),
            (row.invited_by, NOW, at(100))
        );
        assert!(
            tx.find_invitation_by_token(b"other")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(tx.list_invitations(org, at(99)).await.unwrap().len(), 1);
        assert!(tx.list_invitations(org, at(100)).await.unwrap().is_empty());
        assert!(tx.list_invitations(other, NOW).await.unwrap().is_empty());
        assert!(!tx.delete_invitation(other, row.id).await.unwrap());
        assert!(tx.delete_invitation(org, row.id).await.unwrap());
        assert!(!tx.delete_invitation(org, row.id).await.unwrap());
        tx.insert_invitation(&row, b"token").await.unwrap();
        tx.delete_invitations_of(other, &row.email).await.unwrap();
        assert_eq!(tx.purge_invitations(at(100)).await.unwrap(), 0);
        tx.delete_invitations_of(org, &row.email).await.unwrap();
        tx.insert_invitation(&row, b"again").await.unwrap();
        assert_eq!(tx.purge_invitations(at(101)).await.unwrap(), 1);
    });
}
