//! When the log cannot be written, nothing happens and no value leaves.

use crate::support::{Instance, path, secret};
use oneclaw_app::{Kind, secrets, shares, tokens, vaults};
use oneclaw_store::each_backend;
use oneclaw_store::test_support::break_audit_log;

each_backend! {
    async fn without_a_log_nothing_happens(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let (_, key, _) = instance.agent(&owner, "worker").await;
        let share = shares::create(&instance.app, &owner, stored.id, crate::sharing::link(instance.app.now())).await.unwrap();
        let mend = break_audit_log(&instance.database.config).await;
        assert_eq!(instance.read(&owner, vault, "a/b").await, Err(Kind::Unavailable));
        let request = secrets::PutRequest { value: secret("x"), kind: None, metadata: None, expires_at: None, max_access_count: None };
        let refused = secrets::put(&instance.app, &owner, vault, &path("a/b"), request).await;
        assert_eq!(refused.map(|_| ()).unwrap_err().kind(), &Kind::Unavailable);
        assert_eq!(vaults::create(&instance.app, &owner, "another", "").await.unwrap_err().kind(), &Kind::Unavailable);
        let refused = tokens::exchange_agent_key(&instance.app, &key, None, None).await;
        assert_eq!(refused.map(|_| ()).unwrap_err().kind(), &Kind::Unavailable);
        let refused = shares::open(&instance.app, None, &oneclaw_app::Origin::default(), share.id, None).await;
        assert_eq!(refused.map(|_| ()).unwrap_err().kind(), &Kind::Unavailable);
        mend.await;
        // Nothing of it happened, and everything works again.
        assert_eq!(instance.read(&owner, vault, "a/b").await.as_deref(), Ok("the value"));
        assert_eq!(vaults::list(&instance.app, &owner).await.unwrap().iter().filter(|vault| vault.name == "another").count(), 0);
        assert_eq!(shares::list_outbound(&instance.app, &owner).await.unwrap()[0].access_count, 0);
        assert!(instance.log_holds(&owner).await);
    }
}
