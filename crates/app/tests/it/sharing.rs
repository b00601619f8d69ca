//! Shares of every kind, from both sides.

use crate::support::{Instance, PASSWORD, secret, time};
use oneclaw_app::shares::CreateRequest;
use oneclaw_app::users::{self, SessionKind};
use oneclaw_app::{Caller, Kind, Origin, agents, mail, secrets, shares, tokens};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::ShareId;
use oneclaw_store::each_backend;
use oneclaw_store::shares::ShareRow;
use std::time::Duration;

pub(crate) fn request(recipient_type: &str, now: Timestamp) -> CreateRequest {
    CreateRequest {
        recipient_type: recipient_type.to_owned(),
        recipient_id: None,
        email: None,
        max_access_count: None,
        expires_at: now.plus(Duration::from_hours(1)),
        passphrase: None,
        ip_allowlist: Vec::new(),
    }
}

pub(crate) fn link(now: Timestamp) -> CreateRequest {
    request("anyone_with_link", now)
}

async fn open(instance: &Instance, caller: Option<&Caller>, id: ShareId) -> Result<String, Kind> {
    let opened = shares::open(&instance.app, caller, &Origin::default(), id, None).await;
    opened
        .map(|opened| opened.value.expose().to_owned())
        .map_err(|error| error.kind().clone())
}

each_backend! {
    async fn an_agent_shares_back_and_its_human_accepts(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let (agent, _, caller) = instance.agent(&owner, "worker").await;
        instance.allow(&owner, vault, &agent, "credentials/**", &["read", "write"]).await;
        let stored = instance.put(&caller, vault, "credentials/session", "made by the agent").await;
        let share = shares::create(&instance.app, &caller, stored.id, request("creator", instance.app.now())).await.unwrap();
        assert_eq!(share.max_access_count, 1000);
        let inbound = shares::list_inbound(&instance.app, &owner).await.unwrap();
        assert_eq!(inbound.len(), 1);
        assert_eq!(inbound[0].created_by, caller.principal());
        // Not before it is accepted, not by anybody else, not without signing in.
        assert_eq!(open(&instance, Some(&owner), share.id).await, Err(Kind::Forbidden));
        assert_eq!(open(&instance, None, share.id).await, Err(Kind::Unauthenticated));
        assert_eq!(open(&instance, Some(&caller), share.id).await, Err(Kind::NotFound));
        shares::accept(&instance.app, &owner, share.id).await.unwrap();
        assert_eq!(shares::accept(&instance.app, &owner, share.id).await.unwrap_err().kind(), &Kind::Conflict);
        assert_eq!(open(&instance, Some(&owner), share.id).await.as_deref(), Ok("made by the agent"));
        // It follows the newest version.
        instance.put(&caller, vault, "credentials/session", "renewed").await;
        assert_eq!(open(&instance, Some(&owner), share.id).await.as_deref(), Ok("renewed"));
        shares::revoke(&instance.app, &caller, share.id).await.unwrap();
        assert_eq!(open(&instance, Some(&owner), share.id).await, Err(Kind::NotFound));
        assert!(shares::list_inbound(&instance.app, &owner).await.unwrap().is_empty());
    }
}

each_backend! {
    async fn who_may_share_what_with_whom(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let (agent, _, caller) = instance.agent(&owner, "reader").await;
        let (other, _, other_caller) = instance.agent(&owner, "other").await;
        instance.allow(&owner, vault, &agent, "api-keys/**", &["read"]).await;
        let readable = instance.put(&owner, vault, "api-keys/openai", "v").await;
        let hidden = instance.put(&owner, vault, "db/password", "v").await;
        let now = instance.app.now();
        // May read it, but it is not the agent's to hand on; and what it may not read is not there.
        let refused = shares::create(&instance.app, &caller, readable.id, request("creator", now)).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        let refused = shares::create(&instance.app, &caller, hidden.id, request("creator", now)).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::NotFound);
        // Users have no creator; agents do not write mails.
        let refused = shares::create(&instance.app, &owner, readable.id, request("creator", now)).await;
        assert!(matches!(refused.unwrap_err().kind(), Kind::Invalid(_)));
        instance.allow(&owner, vault, &agent, "api-keys/**", &["write"]).await;
        let mut mailed = request("external_email", now);
        mailed.email = Some("bob@example.com".to_owned());
        let refused = shares::create(&instance.app, &caller, readable.id, mailed).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        // To another agent.
        let mut to_agent = request("agent", now);
        to_agent.recipient_id = Some(other.id.as_uuid());
        let share = shares::create(&instance.app, &caller, readable.id, to_agent).await.unwrap();
        shares::accept(&instance.app, &other_caller, share.id).await.unwrap();
        assert_eq!(open(&instance, Some(&other_caller), share.id).await.as_deref(), Ok("v"));
        // Declined is as good as not there.
        let mut to_agent = request("agent", now);
        to_agent.recipient_id = Some(other.id.as_uuid());
        let share = shares::create(&instance.app, &owner, readable.id, to_agent).await.unwrap();
        shares::decline(&instance.app, &other_caller, share.id).await.unwrap();
        assert_eq!(open(&instance, Some(&other_caller), share.id).await, Err(Kind::NotFound));
    }
}

each_backend! {
    async fn links_with_passphrase_address_count_and_expiry(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let mut terms = link(instance.app.now());
        terms.passphrase = Some(secret("open sesame"));
        terms.ip_allowlist = vec!["192.0.2.0/24".to_owned()];
        let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
        assert_eq!(share.max_access_count, 5);
        let near = Origin { ip: Some("192.0.2.7".parse().unwrap()), user_agent: String::new() };
        let far = Origin { ip: Some("198.51.100.7".parse().unwrap()), user_agent: String::new() };
        let app = &instance.app;
        let attempt = async |origin: &Origin, phrase: Option<&str>| {
            let phrase = phrase.map(secret);
            shares::open(app, None, origin, share.id, phrase.as_ref()).await.map(|_| ()).map_err(|error| error.kind().clone())
        };
        assert_eq!(attempt(&far, Some("open sesame")).await, Err(Kind::Forbidden));
        assert_eq!(attempt(&near, None).await, Err(Kind::Forbidden));
        assert_eq!(attempt(&near, Some("wrong")).await, Err(Kind::Forbidden));
        assert_eq!(attempt(&near, Some("open sesame")).await, Ok(()));
        // Wrong guesses spend no view, and run out.
        for _ in 0..9 {
            let _ = attempt(&near, Some("wrong")).await;
        }
        assert_eq!(attempt(&near, Some("wrong")).await, Err(Kind::Forbidden));
        assert!(matches!(attempt(&near, Some("open sesame")).await, Err(Kind::RateLimited(_))));
        let outbound = shares::list_outbound(app, &owner).await.unwrap();
        assert_eq!(outbound[0].access_count, 1);
        instance.clock.advance(Duration::from_hours(1));
        assert_eq!(attempt(&near, Some("open sesame")).await, Err(Kind::Gone));
    }
}

each_backend! {
    async fn a_share_to_an_address_is_claimed_by_whoever_proves_it(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "for bob").await;
        let mut terms = request("external_email", instance.app.now());
        terms.email = Some("Bob@Example.com".to_owned());
        let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
        let mallory = instance.person("mallory@example.com").await;
        assert_eq!(open(&instance, Some(&mallory), share.id).await, Err(Kind::NotFound));
        instance.person("bob@example.com").await;
        let bob = users::sign_in(&instance.app, "bob@example.com", &secret(PASSWORD), SessionKind::Api, &Origin::default()).await.unwrap().done().unwrap();
        let bob = instance.app.verify_token(bob.token.access_token.expose(), None).unwrap();
        assert_eq!(shares::list_inbound(&instance.app, &bob).await.unwrap().len(), 1);
        shares::accept(&instance.app, &bob, share.id).await.unwrap();
        assert_eq!(open(&instance, Some(&bob), share.id).await.as_deref(), Ok("for bob"));
    }
}

each_backend! {
    async fn what_is_gone_cannot_be_opened_or_shared(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let share = shares::create(&instance.app, &owner, stored.id, link(instance.app.now())).await.unwrap();
        secrets::delete(&instance.app, &owner, vault, &crate::support::path("a/b")).await.unwrap();
        assert_eq!(open(&instance, None, share.id).await, Err(Kind::Gone));
        let refused = shares::create(&instance.app, &owner, stored.id, link(instance.app.now())).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Gone);
        let mut past = link(instance.app.now());
        past.expires_at = time("2026-06-01T00:00:00Z");
        let revived = instance.put(&owner, vault, "a/b", "again").await;
        assert_eq!((revived.id, revived.version), (stored.id, 2));
        assert!(matches!(shares::create(&instance.app, &owner, stored.id, past).await.unwrap_err().kind(), Kind::Invalid(_)));
        // What was shared is gone for good: the path came back, not the share.
        assert_eq!(open(&instance, None, share.id).await, Err(Kind::Gone));
        let anew = shares::create(&instance.app, &owner, stored.id, link(instance.app.now())).await.unwrap();
        assert_eq!(open(&instance, None, anew.id).await.as_deref(), Ok("again"));
    }
}

each_backend! {
    async fn an_agent_whose_keys_are_used_for_it_gets_none_by_sharing(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let key = secrets::PutRequest {
            value: secret("-----BEGIN PRIVATE KEY-----"), kind: Some("ssh_key".to_owned()), metadata: None, expires_at: None, max_access_count: None,
        };
        let key = secrets::put(&instance.app, &owner, vault, &crate::support::path("keys/one"), key).await.unwrap();
        let (agent, _, caller) = instance.agent(&owner, "signer").await;
        let gate = agents::UpdateRequest { settings: serde_json::from_str(r#"{"intents_api_enabled": true}"#).unwrap(), ..Default::default() };
        agents::update(&instance.app, &owner, agent.id, gate).await.unwrap();
        instance.allow(&owner, vault, &agent, "**", &["read", "write"]).await;
        assert_eq!(instance.read(&caller, vault, "keys/one").await, Err(Kind::Forbidden));
        let refused = shares::create(&instance.app, &caller, key.id, link(instance.app.now())).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        // Nor does somebody else hand it over.
        let mut terms = request("agent", instance.app.now());
        terms.recipient_id = Some(agent.id.as_uuid());
        let share = shares::create(&instance.app, &owner, key.id, terms).await.unwrap();
        shares::accept(&instance.app, &caller, share.id).await.unwrap();
        assert_eq!(open(&instance, Some(&caller), share.id).await, Err(Kind::Forbidden));
        let inbound = shares::list_inbound(&instance.app, &caller).await.unwrap();
        assert_eq!(inbound[0].access_count, 0);
    }
}

each_backend! {
    async fn a_share_ends_with_whoever_made_it(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let (agent, _, caller) = instance.agent(&owner, "worker").await;
        instance.allow(&owner, vault, &agent, "**", &["read", "write"]).await;
        let stored = instance.put(&caller, vault, "a/b", "the value").await;
        let by_link = shares::create(&instance.app, &caller, stored.id, link(instance.app.now())).await.unwrap();
        let back = shares::create(&instance.app, &caller, stored.id, request("creator", instance.app.now())).await.unwrap();
        shares::accept(&instance.app, &owner, back.id).await.unwrap();
        assert_eq!(open(&instance, None, by_link.id).await.as_deref(), Ok("the value"));
        let off = agents::UpdateRequest { is_active: Some(false), ..Default::default() };
        agents::update(&instance.app, &owner, agent.id, off).await.unwrap();
        assert_eq!(open(&instance, None, by_link.id).await, Err(Kind::NotFound));
        let on = agents::UpdateRequest { is_active: Some(true), ..Default::default() };
        agents::update(&instance.app, &owner, agent.id, on).await.unwrap();
        assert_eq!(open(&instance, None, by_link.id).await.as_deref(), Ok("the value"));
        agents::delete(&instance.app, &owner, agent.id).await.unwrap();
        assert_eq!(open(&instance, None, by_link.id).await, Err(Kind::NotFound));
        assert!(shares::preview(&instance.app, None, &Origin::default(), by_link.id).await.is_err());
        // What it gave back to its human stays with its human.
        assert_eq!(open(&instance, Some(&owner), back.id).await.as_deref(), Ok("the value"));
    }
}

each_backend! {
    async fn who_is_no_member_opens_nothing_that_is_for_members(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let bob = instance.person("bob@example.com").await;
        // As it stands in the database after Bob has left.
        let id = ShareId::from_uuid(owner.principal().uuid());
        let store = instance.database.open().await;
        let mut tx = store.begin_write().await.unwrap();
        let now = instance.app.now();
        let row = ShareRow {
            id, org_id: owner.org(), vault_id: vault, secret_id: stored.id,
            recipient_type: "user".to_owned(), recipient_user_id: Some(bob.user().unwrap()), recipient_agent_id: None, recipient_email: None,
            status: "pending".to_owned(), passphrase_hash: None, ip_allowlist: "[]".to_owned(), max_access_count: 5, access_count: 0,
            created_by_type: "user".to_owned(), created_by_id: owner.principal().uuid(), created_at: now,
            expires_at: now.plus(Duration::from_hours(1)), decided_at: None, path: String::new(),
        };
        tx.insert_share(&row).await.unwrap();
        assert!(tx.decide_share(id, "accepted", now).await.unwrap());
        tx.commit().await.unwrap();
        store.close().await;
        assert_eq!(open(&instance, Some(&bob), id).await, Err(Kind::NotFound));
    }
}

each_backend! {
    async fn sharing_to_an_address_does_not_tell_whether_it_has_an_account(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let bob = instance.person("bob@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let mut made = Vec::new();
        for email in ["bob@example.com", "nobody@example.com"] {
            let mut terms = request("external_email", instance.app.now());
            terms.email = Some(email.to_owned());
            let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
            assert_eq!(share.recipient, None, "{email}");
            made.push(share.id);
        }
        let listed = shares::list_outbound(&instance.app, &owner).await.unwrap();
        assert!(listed.iter().all(|share| share.recipient.is_none()));
        shares::accept(&instance.app, &bob, made[0]).await.unwrap();
        assert_eq!(open(&instance, Some(&bob), made[0]).await.as_deref(), Ok("the value"));
    }
}

each_backend! {
    async fn a_refused_share_is_logged(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let (agent, _, caller) = instance.agent(&owner, "worker").await;
        let refused = shares::create(&instance.app, &caller, stored.id, link(instance.app.now())).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::NotFound);
        assert_eq!(instance.logged(&owner, "access.denied").await, 1);
        instance.allow(&owner, vault, &agent, "**", &["read"]).await;
        let refused = shares::create(&instance.app, &caller, stored.id, link(instance.app.now())).await;
        assert_eq!(refused.unwrap_err().kind(), &Kind::Forbidden);
        assert_eq!(instance.logged(&owner, "access.denied").await, 2);
    }
}

each_backend! {
    async fn a_revoked_recipient_learns_nothing_and_uses_up_nothing(database: TestDatabase) {
        let instance = Instance::open(database).await;
        let owner = instance.person("alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let (agent, _, caller) = instance.agent(&owner, "worker").await;
        let mut terms = request("agent", instance.app.now());
        terms.recipient_id = Some(agent.id.as_uuid());
        terms.passphrase = Some(secret("open sesame"));
        let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
        shares::accept(&instance.app, &caller, share.id).await.unwrap();
        tokens::revoke(&instance.app, &caller).await.unwrap();
        let preview = shares::preview(&instance.app, Some(&caller), &Origin::default(), share.id).await;
        assert_eq!(preview.unwrap_err().kind(), &Kind::Unauthenticated);
        for _ in 0..20 {
            let opened = shares::open(&instance.app, Some(&caller), &Origin::default(), share.id, Some(&secret("guess"))).await;
            assert_eq!(opened.map(|_| ()).unwrap_err().kind(), &Kind::Unauthenticated);
        }
    }
}

each_backend! {
    async fn sharing_floods_no_mailbox(database: TestDatabase) {
        let instance = Instance::open_with_mail(database).await;
        let owner = crate::enrolling::proven_person(&instance, "alice@example.com").await;
        let vault = instance.vault(&owner, "production").await.id;
        let stored = instance.put(&owner, vault, "a/b", "the value").await;
        let share_to = async |email: &str| {
            let mut terms = request("external_email", instance.app.now());
            terms.email = Some(email.to_owned());
            shares::create(&instance.app, &owner, stored.id, terms).await.map(|_| ()).map_err(|error| error.kind().clone())
        };
        for _ in 0..5 {
            assert_eq!(share_to("bob@example.com").await, Ok(()));
        }
        assert!(matches!(share_to("bob@example.com").await, Err(Kind::RateLimited(_))));
        assert_eq!(share_to("carol@example.com").await, Ok(()));
        // Nor does opening a link over and over flood whoever made it.
        let mut terms = link(instance.app.now());
        terms.max_access_count = Some(1000);
        let share = shares::create(&instance.app, &owner, stored.id, terms).await.unwrap();
        for _ in 0..8 {
            assert_eq!(open(&instance, None, share.id).await.as_deref(), Ok("the value"));
        }
        let told = mail::list(&instance.app, 1000).await.unwrap().iter().filter(|mail| mail.kind == "share_opened").count();
        assert_eq!(told, 5);
        assert_eq!(instance.logged(&owner, "share.access").await, 8);
    }
}
