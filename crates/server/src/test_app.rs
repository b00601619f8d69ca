//! A whole instance inside a test: the router without a network, mail in memory, a clock and a random source that the
//! test controls, on a fresh database.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it fails"
)]

use crate::{ServerConfig, router};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use oneclaw_app::mail::{Mailer, Postbox, Received};
use oneclaw_app::{App, Config, KeyDelivery, Settings, google, jobs};
use oneclaw_core::clock::{ManualClock, SeededRandom};
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_store::test_support::{Backend, TestDatabase};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tower::ServiceExt as _;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery staple";
/// When the clock starts.
pub const START: &str = "2026-11-23T12:00:00Z";
/// Where clients reach the instance.
pub const PUBLIC_URL: &str = "https://vault.example.com";

/// What differs between instances.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a test")]
pub struct Options {
    /// Proxies and limits; without limits unless the test sets some.
    pub server: ServerConfig,
    /// Whether keys of new agents are mailed; otherwise approvers get a link.
    pub mail_keys: bool,
    /// A demonstration instance: sign-up needs no mail.
    pub dev: bool,
    /// Networks that may be called although they are not public: where the test has its receivers.
    pub outbound_allow: TrustedNetworks,
    /// Signing in with Google.
    pub google: Option<google::Settings>,
    /// Tokens for other services.
    pub federation: bool,
    /// Assistants that register themselves.
    pub oauth_registration: bool,
}

/// An instance.
pub struct TestApp {
    /// The operations.
    pub app: App,
    /// Its time.
    pub clock: Arc<ManualClock>,
    /// Where its mails arrive once they are [delivered](Self::mails).
    pub postbox: Postbox,
    router: Router,
    /// Kept so that its folder lives as long as the test.
    database: Arc<TestDatabase>,
}

/// An account, signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Id of the account.
    pub id: String,
    /// Its organisation.
    pub org: String,
    /// Its address.
    pub email: String,
    /// An access token.
    pub token: String,
    /// Gets the next one.
    pub refresh_token: String,
}

/// An agent, with a token.
#[derive(Clone, Debug)]
pub struct Agent {
    /// Id of the agent.
    pub id: String,
    /// Its key.
    pub key: String,
    /// An access token.
    pub token: String,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON, status {}: {:?}", self.status, self.body))
    }

    /// A header as text, `""` when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Itself, once the status is right.
    ///
    /// # Panics
    /// When it is not.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }
}

impl TestApp {
    /// An instance as in production, on SQLite, with mail and without flood limits.
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    /// An instance on SQLite.
    ///
    /// # Panics
    /// When its database cannot be made.
    pub async fn with(options: Options) -> Self {
        let database = TestDatabase::create(Backend::Sqlite).await;
        Self::on(Arc::new(database.expect("SQLite is always there")), options).await
    }

    /// An instance on a database.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn on(database: Arc<TestDatabase>, options: Options) -> Self {
        let clock = Arc::new(ManualClock::new(START.parse().expect("a time")));
        let (mail, postbox) = Mailer::memory();
        let config = Config {
            database: database.config.clone(),
            master_key_file: database.folder.path().join("master.key"),
            mail,
            settings: Settings {
                public_url: PUBLIC_URL.to_owned(),
                key_delivery: if options.mail_keys {
                    KeyDelivery::Email
                } else {
                    KeyDelivery::Link
                },
                dev: options.dev,
                outbound_allow: options.outbound_allow.clone(),
                google: options.google,
                federation: options.federation,
                oauth_registration: options.oauth_registration,
            },
            clock: clock.clone(),
            random: Arc::new(SeededRandom::new(1)),
        };
        let app = App::open(config).await.expect("the instance opens");
        Self {
            router: router(app.clone(), options.server),
            app,
            clock,
            postbox,
            database,
        }
    }

    /// Where an embedded database and the key file are.
    pub fn folder(&self) -> &std::path::Path {
        self.database.folder.path()
    }

    /// The router, for transports.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// When the answer's body breaks off.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {});
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body arrives").to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body,
        }
    }

    /// Sends a request with a bearer token (unless it is `""`) and a JSON body (unless it is null) from 192.0.2.1.
    ///
    /// # Panics
    /// When `method` or `path` cannot be part of a request.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: Value) -> Answer {
        let mut request = request(method, path);
        if !token.is_empty() {
            let bearer = format!("Bearer {token}").parse().expect("a token");
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        if !body.is_null() {
            request.headers_mut().insert(
                CONTENT_TYPE,
                http::HeaderValue::from_static("application/json"),
            );
            *request.body_mut() = Body::from(body.to_string());
        }
        self.send(request).await
    }

    /// `GET`.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, Value::Null).await
    }

    /// `POST`.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, token, body).await
    }

    /// Delivers what waits in the outbox and takes what has arrived.
    ///
    /// # Panics
    /// When the outbox cannot be worked through.
    pub async fn mails(&self) -> Vec<Received> {
        jobs::deliver_due(&self.app)
            .await
            .expect("the outbox works");
        self.postbox.take()
    }

    /// The last segment of the first link to `page` in the mails that wait.
    ///
    /// # Panics
    /// When there is none.
    pub async fn mailed_token(&self, page: &str) -> String {
        let start = format!("{PUBLIC_URL}/{page}/");
        let mails = self.mails().await;
        let link = mails.iter().find_map(|mail| mail.text.split_once(&start));
        let (_, rest) = link.unwrap_or_else(|| panic!("no link to {page} was mailed"));
        rest.split(|character: char| {
            !(character.is_ascii_alphanumeric() || "-_".contains(character))
        })
        .next()
        .unwrap_or_default()
        .to_owned()
    }

    /// Signs somebody up, proves the address, and signs them in: the owner of a new organisation.
    pub async fn sign_up(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        let _ = self.post("/v1/auth/signup", "", body).await.expect(200);
        let token = self.mailed_token("verify-email").await;
        let signed_in = self
            .post("/v1/auth/verify-email", "", json!({ "token": token }))
            .await
            .expect(200)
            .json();
        // The welcome is of no interest to the test.
        self.mails().await;
        self.person(&signed_in).await
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, email: &str) -> Person {
        let body = json!({ "email": email, "password": PASSWORD });
        let signed_in = self
            .post("/v1/auth/token", "", body)
            .await
            .expect(200)
            .json();
        self.person(&signed_in).await
    }

    async fn person(&self, signed_in: &Value) -> Person {
        let token = text(signed_in, "access_token");
        let me = self.get("/v1/auth/me", &token).await.expect(200).json();
        Person {
            id: text(&me, "id"),
            org: text(&me, "org_id"),
            email: text(&me, "email"),
            token,
            refresh_token: text(signed_in, "refresh_token"),
        }
    }

    /// Makes a vault and gives its id.
    pub async fn create_vault(&self, token: &str, name: &str) -> String {
        text(
            &self
                .post("/v1/vaults", token, json!({ "name": name }))
                .await
                .expect(201)
                .json(),
            "id",
        )
    }

    /// Makes an agent and exchanges its key.
    pub async fn create_agent(&self, owner: &Person, name: &str) -> Agent {
        let created = self
            .post("/v1/agents", &owner.token, json!({ "name": name }))
            .await
            .expect(201)
            .json();
        let key = text(&created, "api_key");
        Agent {
            id: text(created.get("agent").unwrap_or(&Value::Null), "id"),
            token: self.exchange(&key).await,
            key,
        }
    }

    /// Exchanges an agent's key.
    pub async fn exchange(&self, key: &str) -> String {
        text(
            &self
                .post("/v1/auth/agent-token", "", json!({ "api_key": key }))
                .await
                .expect(200)
                .json(),
            "access_token",
        )
    }

    /// Grants an agent permissions, and gives the id of the policy.
    pub async fn allow(
        &self,
        owner: &Person,
        vault: &str,
        agent: &Agent,
        pattern: &str,
        permissions: &[&str],
    ) -> String {
        let body = json!({ "secret_path_pattern": pattern, "principal_type": "agent", "principal_id": agent.id, "permissions": permissions });
        text(
            &self
                .post(&format!("/v1/vaults/{vault}/policies"), &owner.token, body)
                .await
                .expect(201)
                .json(),
            "id",
        )
    }

    /// Writes a secret and gives its id.
    pub async fn put(&self, token: &str, vault: &str, path: &str, value: &str) -> String {
        let answer = self
            .call(
                "PUT",
                &format!("/v1/vaults/{vault}/secrets/{path}"),
                token,
                json!({ "value": value }),
            )
            .await;
        text(&answer.expect(201).json(), "id")
    }

    /// Reads a secret.
    pub async fn read(&self, token: &str, vault: &str, path: &str) -> Answer {
        self.get(&format!("/v1/vaults/{vault}/secrets/{path}"), token)
            .await
    }
}

/// A request without a body from 192.0.2.1.
///
/// # Panics
/// When `method` or `path` cannot be part of one.
#[must_use]
pub fn request(method: &str, path: &str) -> Request<Body> {
    request_from(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), method, path)
}

/// A request without a body from an address.
///
/// # Panics
/// When `method` or `path` cannot be part of one.
#[must_use]
pub fn request_from(ip: IpAddr, method: &str, path: &str) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .extension(ConnectInfo(SocketAddr::new(ip, 4711)));
    request.body(Body::empty()).expect("a request")
}

fn text(object: &Value, field: &str) -> String {
    let value = object.get(field).and_then(Value::as_str);
    value
        .unwrap_or_else(|| panic!("no text {field} in {object}"))
        .to_owned()
}

/// Runs the same body on every database there is: SQLite always, PostgreSQL when `TEST_POSTGRES_URL` names a server.
#[macro_export]
macro_rules! each_backend {
    ($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block) => {
        mod $name {
            use super::*;

            async fn body($app: $crate::test_app::TestApp) $body

            $(#[$meta])*
            #[tokio::test]
            async fn sqlite() {
                body($crate::test_app::TestApp::new().await).await;
            }

            $(#[$meta])*
            #[tokio::test]
            async fn postgres() {
                match $crate::test_app::on_postgres().await {
                    Some(app) => body(app).await,
                    None => eprintln!("no TEST_POSTGRES_URL: the PostgreSQL half of this test did not run"),
                }
            }
        }
    };
}

/// An instance on PostgreSQL, if a server was named.
pub async fn on_postgres() -> Option<TestApp> {
    let database = TestDatabase::create(Backend::Postgres).await?;
    Some(TestApp::on(Arc::new(database), Options::default()).await)
}
