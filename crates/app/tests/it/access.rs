//! Zero access before a policy, exactly the policy's paths after it, none once it is revoked.

use crate::support::{Instance, path, secret};
use oneclaw_app::{Kind, agents, policies, secrets, tokens, users, vaults};
use oneclaw_core::policy::Action;
use oneclaw_store::each_backend;
use std::time::Duration;

each_backend! {
    async fn a_fresh_agent_sees_nothing_and_a_policy_opens_exactly_its_paths(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        for at in ["api-keys/openai", "api-keys/anthropic/main", "db/password"] {
            instance.put(&owner, vault, at, "the value").await;
        }
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        for at in ["api-keys/openai", "db/password", "does/not/exist"] {
            assert_eq!(instance.read(&caller, vault, at).await, Err(Kind::Forbidden), "{at}");
        }
        assert!(secrets::list(&instance.app, &caller, vault, None).await.unwrap().is_empty());
        assert_eq!(instance.logged(&owner, "access.denied").await, 3);

        // The token was issued before the policy, and works at once.
        let policy = instance.allow(&owner, vault, &agent, "api-keys/**", &["read"]).await;
        assert_eq!(instance.read(&caller, vault, "api-keys/openai").await.as_deref(), Ok("the value"));
        assert_eq!(instance.read(&caller, vault, "api-keys/anthropic/main").await.as_deref(), Ok("the value"));
        assert_eq!(instance.read(&caller, vault, "db/password").await, Err(Kind::Forbidden));
        assert_eq!(instance.read(&caller, vault, "api-keys/missing").await, Err(Kind::NotFound));
        let listed = secrets::list(&instance.app, &caller, vault, None).await.unwrap();
        let listed: Vec<&str> = listed.iter().map(|secret| secret.path.as_str()).collect();
        assert_eq!(listed, ["api-keys/anthropic/main", "api-keys/openai"]);
        let write = secrets::PutRequest { value: secret("x"), kind: None, metadata: None, expires_at: None, max_access_count: None };
        let refused = secrets::put(&instance.app, &caller, vault, &path("api-keys/openai"), write).await;
        assert_eq!(refused.map(|_| ()).unwrap_err().kind(), &Kind::Forbidden);

        policies::delete(&instance.app, &owner, vault, policy.id).await.unwrap();
        assert_eq!(instance.read(&caller, vault, "api-keys/openai").await, Err(Kind::Forbidden));
        assert_eq!(instance.logged(&owner, "secret.read").await, 2);
        assert!(instance.log_holds(&owner).await);
    }
}

each_backend! {
    async fn every_way_of_revoking_an_agent_holds_on_its_next_request(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        for way in ["deactivate", "rotate", "delete", "log out", "expire"] {
            let (agent, key, caller) = instance.agent(&owner, way).await;
            instance.allow(&owner, vault, &agent, "**", &["read"]).await;
            assert!(instance.read(&caller, vault, "a/b").await.is_ok(), "{way}");
            match way {
                "deactivate" => {
                    let off = agents::UpdateRequest { is_active: Some(false), ..Default::default() };
                    agents::update(&instance.app, &owner, agent.id, off).await.unwrap();
                }
                "rotate" => {
                    agents::rotate_key(&instance.app, &owner, agent.id).await.unwrap();
                }
                "delete" => agents::delete(&instance.app, &owner, agent.id).await.unwrap(),
                "log out" => tokens::revoke(&instance.app, &caller).await.unwrap(),
                _ => {
                    let end = instance.app.now().plus(std::time::Duration::from_mins(1));
                    let end = agents::UpdateRequest { expires_at: Some(Some(end)), ..Default::default() };
                    agents::update(&instance.app, &owner, agent.id, end).await.unwrap();
                    instance.clock.advance(std::time::Duration::from_secs(61));
                }
            }
            assert_eq!(instance.read(&caller, vault, "a/b").await, Err(Kind::Unauthenticated), "{way}");
            let exchanged = tokens::exchange_agent_key(&instance.app, &key, None, None).await;
            assert_eq!(exchanged.is_ok(), way == "log out", "{way}: the key");
        }
    }
}

each_backend! {
    async fn a_second_node_honours_what_the_first_revokes(database: TestDatabase) {
        let first = Instance::open(database).await;
        let owner = first.person("alice@example.com").await;
        let vault = first.vault(&owner, "production").await.id;
        first.put(&owner, vault, "a/b", "one").await;
        let (agent, key, _) = first.agent(&owner, "reader").await;
        let policy = first.allow(&owner, vault, &agent, "**", &["read"]).await;
        let second = first.second_node().await;
        let caller = second.exchange(&key).await;
        // Remembered by the second node from here on.
        assert_eq!(second.read(&caller, vault, "a/b").await.as_deref(), Ok("one"));
        first.put(&owner, vault, "a/b", "two").await;
        assert_eq!(second.read(&caller, vault, "a/b").await.as_deref(), Ok("two"));
        policies::delete(&first.app, &owner, vault, policy.id).await.unwrap();
        assert_eq!(second.read(&caller, vault, "a/b").await, Err(Kind::Forbidden));
        first.allow(&owner, vault, &agent, "**", &["read"]).await;
        assert_eq!(second.read(&caller, vault, "a/b").await.as_deref(), Ok("two"));
        agents::rotate_key(&first.app, &owner, agent.id).await.unwrap();
        assert_eq!(second.read(&caller, vault, "a/b").await, Err(Kind::Unauthenticated));
        assert!(tokens::exchange_agent_key(&second.app, &key, None, None).await.is_err());
        assert!(first.log_holds(&owner).await);
    }
}

each_backend! {
    async fn a_remembered_key_is_not_vouched_for_by_state_that_was_read_later(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        let (agent, old, _) = instance.agent(&owner, "rotated").await;
        instance.allow(&owner, vault, &agent, "**", &["read"]).await;
        instance.exchange(&old).await;
        let new = agents::rotate_key(&instance.app, &owner, agent.id).await.unwrap();
        // Reads the agent's fresh state into memory while the old key may still be remembered.
        let caller = instance.exchange(&new).await;
        assert!(instance.read(&caller, vault, "a/b").await.is_ok());
        assert!(tokens::exchange_agent_key(&instance.app, &old, None, None).await.is_err());
    }
}

each_backend! {
    async fn another_organisation_sees_nothing(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let alice = instance.person("alice@example.com").await;
        let mallory = instance.person("mallory@example.com").await;
        let vault = instance.vault(&alice, "production").await.id;
        let stored = instance.put(&alice, vault, "a/b", "the value").await;
        let (agent, _, _) = instance.agent(&alice, "hers").await;
        assert_eq!(instance.read(&mallory, vault, "a/b").await, Err(Kind::NotFound));
        assert_eq!(vaults::find(&instance.app, &mallory, vault).await.unwrap_err().kind(), &Kind::NotFound);
        assert_eq!(vaults::delete(&instance.app, &mallory, vault).await.unwrap_err().kind(), &Kind::NotFound);
        assert_eq!(agents::find(&instance.app, &mallory, agent.id).await.unwrap_err().kind(), &Kind::NotFound);
        assert_eq!(agents::rotate_key(&instance.app, &mallory, agent.id).await.map(|_| ()).unwrap_err().kind(), &Kind::NotFound);
        let share = crate::sharing::link(instance.app.now());
        let refused = oneclaw_app::shares::create(&instance.app, &mallory, stored.id, share).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::NotFound);
        assert_eq!(instance.logged(&mallory, "secret.write").await, 0);
    }
}

each_backend! {
    async fn explaining_names_the_rule_that_decides(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        let policy = instance.allow(&owner, vault, &agent, "api-keys/*", &["read"]).await;
        let question = |at: &str| policies::Question {
            principal: Some(agent.id.into()), action: Action::Read, path: path(at), ip: None, environment: None, at: None,
        };
        let yes = policies::explain(&instance.app, &owner, vault, question("api-keys/openai")).await.unwrap();
        let yes = serde_json::to_string(&yes).unwrap();
        assert!(yes.contains(&policy.id.to_string()), "{yes}");
        // An agent may ask for itself, not for others.
        assert!(policies::explain(&instance.app, &caller, vault, question("x")).await.is_ok());
        let other = policies::Question { principal: Some(owner.principal()), ..question("x") };
        assert_eq!(policies::explain(&instance.app, &caller, vault, other).await.unwrap_err().kind(), &Kind::Forbidden);
    }
}

each_backend! {
    async fn refreshing_rotates_and_reuse_ends_the_session(database: TestDatabase) {
        let instance = Instance::open(database).await;
        instance.person("alice@example.com").await;
        let origin = oneclaw_app::Origin::default();
        let signed_in = users::sign_in(&instance.app, "alice@example.com", &secret(crate::support::PASSWORD), users::SessionKind::Api, &origin).await.unwrap().done().unwrap();
        let renewed = users::refresh(&instance.app, &signed_in.secret, &origin).await.unwrap();
        let caller = instance.app.verify_token(renewed.token.access_token.expose(), None).unwrap();
        assert!(users::me(&instance.app, &caller).await.is_ok());
        // The first refresh token again: somebody copied it.
        assert!(users::refresh(&instance.app, &signed_in.secret, &origin).await.is_err());
        assert_eq!(users::me(&instance.app, &caller).await.unwrap_err().kind(), &Kind::Unauthenticated);
        assert!(users::refresh(&instance.app, &renewed.secret, &origin).await.is_err());
    }
}

each_backend! {
    async fn what_is_not_there_is_no_answer_for_whom_may_not_ask(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/deleted", "the value").await;
        secrets::delete(&instance.app, &owner, vault, &path("a/deleted")).await.unwrap();
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        let policy = instance.allow(&owner, vault, &agent, "**", &["read", "rotate"]).await;
        let rotate = async |at: &str| {
            let request = secrets::GenerateRequest { length: 32, charset: secrets::Charset::Hex, kind: None, create: false };
            secrets::rotate(&instance.app, &caller, vault, &path(at), request).await.map(|_| ()).unwrap_err().kind().clone()
        };
        // Everything there is to know is remembered from here on.
        assert_eq!(instance.read(&caller, vault, "a/missing").await, Err(Kind::NotFound));
        assert_eq!(instance.read(&caller, vault, "a/deleted").await, Err(Kind::Gone));
        assert_eq!(rotate("a/missing").await, Kind::NotFound);
        policies::delete(&instance.app, &owner, vault, policy.id).await.unwrap();
        assert_eq!(instance.read(&caller, vault, "a/missing").await, Err(Kind::Forbidden));
        let policy = instance.allow(&owner, vault, &agent, "**", &["read", "rotate"]).await;
        assert_eq!(instance.read(&caller, vault, "a/deleted").await, Err(Kind::Gone));
        policies::delete(&instance.app, &owner, vault, policy.id).await.unwrap();
        assert_eq!(instance.read(&caller, vault, "a/deleted").await, Err(Kind::Forbidden));
        let policy = instance.allow(&owner, vault, &agent, "**", &["read", "rotate"]).await;
        assert_eq!(rotate("a/missing").await, Kind::NotFound);
        policies::delete(&instance.app, &owner, vault, policy.id).await.unwrap();
        assert_eq!(rotate("a/missing").await, Kind::Forbidden);
        instance.allow(&owner, vault, &agent, "**", &["read"]).await;
        assert_eq!(instance.read(&caller, vault, "a/missing").await, Err(Kind::NotFound));
        let off = agents::UpdateRequest { is_active: Some(false), ..Default::default() };
        agents::update(&instance.app, &owner, agent.id, off).await.unwrap();
        assert_eq!(instance.read(&caller, vault, "a/missing").await, Err(Kind::Unauthenticated));
    }
}

each_backend! {
    async fn an_unknown_vault_is_no_answer_for_a_revoked_token(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let nowhere = oneclaw_core::id::VaultId::from_uuid(owner.principal().uuid());
        let (_, _, caller) = instance.agent(&owner, "reader").await;
        assert_eq!(instance.read(&caller, vault, "a/b").await, Err(Kind::Forbidden));
        assert_eq!(instance.read(&caller, nowhere, "a/b").await, Err(Kind::NotFound));
        tokens::revoke(&instance.app, &caller).await.unwrap();
        assert_eq!(instance.read(&caller, nowhere, "a/b").await, Err(Kind::Unauthenticated));
    }
}

each_backend! {
    async fn memory_refuses_nobody_who_may_by_now(database: TestDatabase) {
        let first = Instance::open(database).await;
        let second = first.second_node().await;
        let owner = first.person("alice@example.com").await;
        let vault = first.vault(&owner, "production").await.id;
        let key_request = secrets::PutRequest {
            value: secret("-----BEGIN PRIVATE KEY-----"), kind: Some("private_key".to_owned()), metadata: None, expires_at: None, max_access_count: None,
        };
        secrets::put(&first.app, &owner, vault, &path("keys/one"), key_request).await.unwrap();
        let soon = first.app.now().plus(Duration::from_mins(1));
        let later = first.app.now().plus(Duration::from_hours(1));
        let request = agents::CreateRequest {
            name: "reader".to_owned(),
            api_key_expires_at: Some(soon),
            settings: serde_json::from_str(r#"{"intents_api_enabled": true}"#).unwrap(),
            ..Default::default()
        };
        let (agent, key) = agents::create(&first.app, &owner, request).await.unwrap();
        first.allow(&owner, vault, &agent, "**", &["read"]).await;
        let caller = first.exchange(&key).await;
        // Its keys were used for it, and are not any more.
        assert_eq!(first.read(&caller, vault, "keys/one").await, Err(Kind::Forbidden));
        let open = agents::UpdateRequest { settings: serde_json::from_str(r#"{"intents_api_enabled": false}"#).unwrap(), ..Default::default() };
        agents::update(&first.app, &owner, agent.id, open).await.unwrap();
        assert!(first.read(&caller, vault, "keys/one").await.is_ok());
        // Its key had an end, which was moved; so had the agent.
        first.clock.advance(Duration::from_secs(61));
        assert!(tokens::exchange_agent_key(&first.app, &key, None, None).await.is_err());
        let longer = agents::UpdateRequest { api_key_expires_at: Some(Some(later)), expires_at: Some(Some(soon.plus(Duration::from_mins(1)))), ..Default::default() };
        agents::update(&first.app, &owner, agent.id, longer).await.unwrap();
        let caller = first.exchange(&key).await;
        assert!(first.read(&caller, vault, "keys/one").await.is_ok());
        first.clock.advance(Duration::from_mins(1));
        assert_eq!(first.read(&caller, vault, "keys/one").await, Err(Kind::Unauthenticated));
        assert!(tokens::exchange_agent_key(&first.app, &key, None, None).await.is_err());
        let longer = agents::UpdateRequest { expires_at: Some(None), ..Default::default() };
        agents::update(&first.app, &owner, agent.id, longer).await.unwrap();
        first.exchange(&key).await;
        assert!(first.read(&caller, vault, "keys/one").await.is_ok());
        // A secret was deleted, and brought back by another node.
        secrets::delete(&first.app, &owner, vault, &path("keys/one")).await.unwrap();
        assert_eq!(first.read(&owner, vault, "keys/one").await, Err(Kind::Gone));
        second.put(&owner, vault, "keys/one", "again").await;
        let request = secrets::GenerateRequest { length: 32, charset: secrets::Charset::Hex, kind: None, create: false };
        assert!(secrets::rotate(&first.app, &owner, vault, &path("keys/one"), request).await.is_ok());
    }
}

each_backend! {
    async fn looking_at_versions_is_logged_like_listing(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        instance.put(&owner, vault, "a/b", "the value").await;
        let (_, _, caller) = instance.agent(&owner, "reader").await;
        let refused = secrets::list_versions(&instance.app, &caller, vault, &path("a/b")).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        assert_eq!(instance.logged(&owner, "access.denied").await, 1);
        assert_eq!(secrets::list_versions(&instance.app, &owner, vault, &path("a/b")).await.unwrap().len(), 1);
        assert_eq!(instance.logged(&owner, "secret.list").await, 1);
    }
}

each_backend! {
    async fn a_member_manages_only_agents_of_their_own(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let member = instance.member_of(&owner, "bob@example.com").await;
        let (agent, key, _) = instance.agent(&owner, "powerful").await;
        let refused = agents::rotate_key(&instance.app, &member, agent.id).await.map(|_| ());
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        let off = || agents::UpdateRequest { is_active: Some(false), ..Default::default() };
        let refused = agents::update(&instance.app, &member, agent.id, off()).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        assert_eq!(agents::delete(&instance.app, &member, agent.id).await.unwrap_err().kind(), &Kind::Forbidden);
        instance.exchange(&key).await;
        // What they let in themselves is theirs, and the owner's.
        let (own, _, _) = instance.agent(&member, "own").await;
        assert!(agents::rotate_key(&instance.app, &member, own.id).await.is_ok());
        assert!(agents::update(&instance.app, &owner, own.id, off()).await.is_ok());
        assert!(agents::delete(&instance.app, &member, own.id).await.is_ok());
    }
}
