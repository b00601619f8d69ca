//! Shares of every kind, from both sides.

use crate::support::{Instance, PASSWORD, secret, time};
use oneclaw_app::shares::CreateRequest;
use oneclaw_app::users::{self, SessionKind};
use oneclaw_app::{Caller, Kind, Origin, secrets, shares};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::ShareId;
use oneclaw_store::each_backend;
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
        let bob = users::sign_in(&instance.app, "bob@example.com", &secret(PASSWORD), SessionKind::Api, &Origin::default()).await.unwrap();
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
        assert_eq!(open(&instance, None, share.id).await.as_deref(), Ok("again"));
    }
}
