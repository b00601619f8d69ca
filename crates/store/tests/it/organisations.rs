//! Organisations and memberships.

use crate::fixtures::{NOW, at, id, in_write, organisation, user};
use oneclaw_store::test_support::TestDatabase;
use oneclaw_store::{StoreError, each_backend};

each_backend! {
    an_organisation_comes_back_as_it_was_stored,
    members_are_listed_for_their_organisation_alone,
    a_membership_is_unique_and_needs_both_sides,
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
