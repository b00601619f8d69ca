//! Deleting one's account, where others belong to the organisation.

use crate::support::{Instance, PASSWORD, secret};
use oneclaw_app::{Kind, account, organisations, vaults};
use oneclaw_store::each_backend;

each_backend! {
    async fn the_last_owner_stays_until_somebody_else_owns_it(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "prod").await;
        let member = instance.member_of(&owner, "bob@example.com").await;
        let delete = async |caller| {
            let confirmation = Some(secret(PASSWORD));
            let phrase = account::DELETE_PHRASE;
            account::delete(&instance.app, caller, phrase, confirmation).await
        };

        let refused = delete(&owner).await.unwrap_err();
        assert_eq!(*refused.kind(), Kind::Conflict);
        let found = vaults::find(&instance.app, &owner, vault.id).await.unwrap();
        assert_eq!(found.name, "prod");

        delete(&member).await.unwrap();
        let gone = vaults::list(&instance.app, &member).await.unwrap_err();
        assert_eq!(*gone.kind(), Kind::Unauthenticated);
        let members = organisations::list_members(&instance.app, &owner)
            .await
            .unwrap();
        assert_eq!(members.len(), 1);
        vaults::find(&instance.app, &owner, vault.id).await.unwrap();

        delete(&owner).await.unwrap();
        let gone = vaults::list(&instance.app, &owner).await.unwrap_err();
        assert_eq!(*gone.kind(), Kind::Unauthenticated);
    }
}
