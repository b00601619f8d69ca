//! An instance for one test, with a clock and a random source that it controls.

use oneclaw_app::agents::Agent;
use oneclaw_app::mail::{Mailer, Postbox};
use oneclaw_app::users::{SessionKind, SignUpOutcome, SignUpRequest};
use oneclaw_app::vaults::Vault;
use oneclaw_app::{
    App, Caller, Config, KeyDelivery, Kind, Origin, Settings, agents, policies, secrets, tokens,
    users, vaults,
};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::{ManualClock, SeededRandom, Timestamp};
use oneclaw_core::id::VaultId;
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_core::path::SecretPath;
use oneclaw_core::secret::SecretString;
use oneclaw_store::test_support::TestDatabase;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const PASSWORD: &str = "correct horse battery staple";

pub(crate) struct Instance {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: Arc<TestDatabase>,
    pub(crate) postbox: Option<Postbox>,
}

/// Which mail transport an instance has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mail {
    None,
    Memory,
}

impl Instance {
    /// A demonstration instance without mail.
    pub(crate) async fn open(database: TestDatabase) -> Self {
        Self::open_with(Arc::new(database), Mail::None, true, 1).await
    }

    /// An instance as it would be in production, with mail.
    pub(crate) async fn open_with_mail(database: TestDatabase) -> Self {
        Self::open_with(Arc::new(database), Mail::Memory, false, 1).await
    }

    /// Another process on the same database.
    pub(crate) async fn second_node(&self) -> Self {
        // Each with random numbers of its own: two nodes that make the same keys would be one.
        static NODES: AtomicU64 = AtomicU64::new(2);
        let seed = NODES.fetch_add(1, Ordering::Relaxed);
        Self::open_with(Arc::clone(&self.database), Mail::None, true, seed).await
    }

    async fn open_with(database: Arc<TestDatabase>, mail: Mail, dev: bool, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T12:00:00Z".parse().unwrap()));
        let (mail, postbox) = match mail {
            Mail::None => (Mailer::from_url(None, "1claw@example.com").unwrap(), None),
            Mail::Memory => {
                let (mailer, postbox) = Mailer::memory();
                (mailer, Some(postbox))
            }
        };
        let config = Config {
            database: database.config.clone(),
            master_key_file: database.folder.path().join("master.key"),
            mail,
            settings: Settings {
                public_url: "https://vault.example.com".to_owned(),
                key_delivery: KeyDelivery::Email,
                dev,
                outbound_allow: TrustedNetworks::default(),
                google: None,
                federation: false,
                oauth_registration: false,
            },
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(seed)),
        };
        let app = App::open(config).await.expect("the instance opens");
        Self {
            app,
            clock,
            database,
            postbox,
        }
    }

    /// Signs somebody up and in.
    pub(crate) async fn person(&self, email: &str) -> Caller {
        let request = SignUpRequest {
            email: email.to_owned(),
            password: secret(PASSWORD),
            display_name: String::new(),
        };
        match users::sign_up(&self.app, request, SessionKind::Api, &Origin::default())
            .await
            .unwrap()
        {
            SignUpOutcome::SignedIn(signed_in) => self
                .app
                .verify_token(signed_in.token.access_token.expose(), None)
                .unwrap(),
            SignUpOutcome::Pending { .. } => panic!("this instance wants proof by mail"),
        }
    }

    /// Signs somebody up, makes them a plain member of the caller's organisation, and signs them in
    /// there.
    pub(crate) async fn member_of(&self, owner: &Caller, email: &str) -> Caller {
        let user = self.person(email).await.user().unwrap();
        let store = self.database.open().await;
        let mut tx = store.begin_write().await.unwrap();
        // Before everything else, so that this is where they sign in.
        let first = Timestamp::from_millis(0);
        tx.insert_member(owner.org(), user, "member", first)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        self.sign_in(email, PASSWORD).await.unwrap()
    }

    /// Signs in, for an access token.
    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Result<Caller, Kind> {
        let (password, origin) = (secret(password), Origin::default());
        let signed_in =
            users::sign_in(&self.app, email, &password, SessionKind::Api, &origin).await;
        let signed_in = signed_in.map_err(|error| error.kind().clone())?;
        let signed_in = signed_in.done().expect("no second factor");
        Ok(self
            .app
            .verify_token(signed_in.token.access_token.expose(), None)
            .unwrap())
    }

    pub(crate) async fn vault(&self, caller: &Caller, name: &str) -> Vault {
        vaults::create(&self.app, caller, name, "").await.unwrap()
    }

    /// Makes an agent and exchanges its key.
    pub(crate) async fn agent(&self, owner: &Caller, name: &str) -> (Agent, SecretString, Caller) {
        let request = agents::CreateRequest {
            name: name.to_owned(),
            ..Default::default()
        };
        let (agent, key) = agents::create(&self.app, owner, request).await.unwrap();
        let caller = self.exchange(&key).await;
        (agent, key, caller)
    }

    pub(crate) async fn exchange(&self, key: &SecretString) -> Caller {
        let token = tokens::exchange_agent_key(&self.app, key, None, None)
            .await
            .unwrap();
        self.app
            .verify_token(token.token.access_token.expose(), None)
            .unwrap()
    }

    pub(crate) async fn allow(
        &self,
        owner: &Caller,
        vault: VaultId,
        agent: &Agent,
        pattern: &str,
        permissions: &[&str],
    ) -> policies::Policy {
        let request = policies::CreateRequest {
            pattern: pattern.to_owned(),
            principal: Principal::Agent(agent.id),
            permissions: permissions.iter().map(|word| (*word).to_owned()).collect(),
            effect: None,
            priority: None,
            conditions: None,
            attribute_conditions: None,
            expires_at: None,
        };
        policies::create(&self.app, owner, vault, request)
            .await
            .unwrap()
    }

    pub(crate) async fn put(
        &self,
        caller: &Caller,
        vault: VaultId,
        at: &str,
        value: &str,
    ) -> secrets::Metadata {
        self.put_limited(caller, vault, at, value, None).await
    }

    pub(crate) async fn put_limited(
        &self,
        caller: &Caller,
        vault: VaultId,
        at: &str,
        value: &str,
        reads: Option<i64>,
    ) -> secrets::Metadata {
        let request = secrets::PutRequest {
            value: secret(value),
            kind: None,
            metadata: None,
            expires_at: None,
            max_access_count: reads,
        };
        secrets::put(&self.app, caller, vault, &path(at), request)
            .await
            .unwrap()
    }

    pub(crate) async fn read(
        &self,
        caller: &Caller,
        vault: VaultId,
        at: &str,
    ) -> Result<String, Kind> {
        let value = secrets::read(&self.app, caller, vault, &path(at)).await;
        value
            .map(|value| value.value.expose().to_owned())
            .map_err(|error| error.kind().clone())
    }

    /// How often an action is in the caller's organisation's log.
    pub(crate) async fn logged(&self, caller: &Caller, action: &str) -> usize {
        let query = oneclaw_app::audit::Query {
            action: Some(action.to_owned()),
            limit: Some(1000),
            ..Default::default()
        };
        oneclaw_app::audit::list(&self.app, caller, &query)
            .await
            .unwrap()
            .len()
    }

    /// Recomputes the caller's organisation's log.
    pub(crate) async fn log_holds(&self, caller: &Caller) -> bool {
        oneclaw_app::audit::verify(&self.app, caller, None, None, Some(10_000))
            .await
            .unwrap()
            .chain_valid
    }
}

pub(crate) fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub(crate) fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
