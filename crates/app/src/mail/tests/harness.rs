//! An instance with a clock that stands still, and one sample of every mail.

use crate::error::Result;
use crate::mail::message::{FactorChange, Message};
use crate::mail::{self, Mailer};
use crate::op::Op;
use crate::{App, Config, KeyDelivery, Settings};
use futures_core::future::BoxFuture;
use oneclaw_core::clock::{ManualClock, SeededRandom, Timestamp};
use oneclaw_core::id::AgentId;
use oneclaw_core::model::text::Email;
use oneclaw_core::outbound::TrustedNetworks;
use oneclaw_core::secret::SecretString;
use oneclaw_store::outbox::MailRow;
use oneclaw_store::test_support::TestDatabase;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

/// 23 November 2026, 15:05 UTC.
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_795_446_300_000);
pub(crate) const PUBLIC_URL: &str = "https://vault.example.org";
pub(crate) const API_KEY: &str = "ocv_Q2FuYXJ5LUNhbmFyeS1DYW5hcnktQ2FuYXJ5LTAwMDE";
pub(crate) const RECIPIENT: &str = "alice@example.com";

/// An open instance.
pub(crate) struct Instance {
    pub(crate) app: App,
    pub(crate) clock: Arc<ManualClock>,
}

impl Instance {
    pub(crate) async fn open(database: &TestDatabase, mail: Mailer) -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let app = App::open(Config {
            database: database.config.clone(),
            master_key_file: database.folder.path().join("master.key"),
            mail,
            settings: Settings {
                public_url: PUBLIC_URL.to_owned(),
                key_delivery: KeyDelivery::Email,
                dev: false,
                outbound_allow: TrustedNetworks::default(),
                google: None,
                federation: false,
                oauth_registration: false,
            },
            clock: Arc::clone(&clock) as _,
            random: Arc::new(SeededRandom::new(7)),
        });
        Self {
            app: app.await.unwrap(),
            clock,
        }
    }

    /// Queues a mail to [`RECIPIENT`].
    pub(crate) async fn queue(&self, message: Message) {
        let app = self.app.clone();
        self.run(move |op| {
            Box::pin(async move { mail::queue(&app, op, None, RECIPIENT, &message).await })
        })
        .await;
    }

    pub(crate) async fn run<T, F>(&self, work: F) -> T
    where
        T: Send + 'static,
        F: for<'a> FnOnce(&'a mut Op) -> BoxFuture<'a, Result<T>> + Send + 'static,
    {
        self.app.run(work).await.unwrap()
    }

    /// All rows of the outbox, newest first.
    pub(crate) async fn rows(&self) -> Vec<MailRow> {
        self.app
            .store()
            .begin_read()
            .await
            .unwrap()
            .list_mails(100)
            .await
            .unwrap()
    }

    /// The only row of the outbox.
    pub(crate) async fn row(&self) -> MailRow {
        let mut rows = self.rows().await;
        assert_eq!(rows.len(), 1);
        rows.remove(0)
    }
}

pub(crate) fn credentials() -> Message {
    Message::AgentCredentials {
        agent_name: "deploy-bot".to_owned(),
        agent_id: AgentId::from_uuid(uuid::uuid!("018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d")),
        api_key: SecretString::from(API_KEY.to_owned()),
        dashboard_link: format!("{PUBLIC_URL}/agents/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d"),
    }
}

pub(crate) fn enrollment(name: &str, description: &str, user_agent: &str) -> Message {
    Message::EnrollmentRequest {
        name: name.to_owned(),
        description: description.to_owned(),
        ip: Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7))),
        user_agent: user_agent.to_owned(),
        requested_at: NOW,
        expires_at: NOW.plus(Duration::from_hours(24)),
        allow_link: format!(
            "{PUBLIC_URL}/enroll/enr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG?choice=allow"
        ),
        deny_link: format!(
            "{PUBLIC_URL}/enroll/enr_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG?choice=deny"
        ),
    }
}

/// One of each kind, as in real life.
#[expect(clippy::too_many_lines, reason = "a list")]
pub(crate) fn samples() -> Vec<Message> {
    let link = |path: &str| format!("{PUBLIC_URL}/{path}");
    let ip = Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)));
    let expires = NOW.plus(Duration::from_hours(1));
    vec![
        Message::Welcome {
            dashboard_link: link(""),
        },
        Message::VerifyEmail {
            link: link("verify-email/vrf_0123"),
            expires,
        },
        Message::AccountExists {
            sign_in_link: link("signin"),
        },
        Message::PasswordReset {
            link: link("reset-password/pwr_0123"),
            expires,
        },
        Message::PasswordChanged {
            changed_at: NOW,
            ip,
            reset_link: link("forgot-password"),
        },
        Message::FactorChanged {
            change: FactorChange::PasskeyAdded,
            changed_at: NOW,
            ip,
            reset_link: link("forgot-password"),
        },
        enrollment(
            "deploy-bot",
            "Deploys the web shop every night",
            "curl/8.5.0",
        ),
        credentials(),
        Message::AgentKeyReady {
            agent_name: "deploy-bot".to_owned(),
            reveal_link: link("agents/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d/reveal/rvl_0123"),
            expires,
        },
        Message::ApprovalRequested {
            agent_name: "deploy-bot".to_owned(),
            action: "access".to_owned(),
            vault: Some("prod".to_owned()),
            pattern: "db/password".to_owned(),
            permissions: "read".to_owned(),
            reason: "Run the migration".to_owned(),
            expires_at: expires,
            review_link: link("approvals/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d"),
        },
        Message::Invitation {
            inviter: Email::parse("bob@example.com").unwrap(),
            organisation: "Example".to_owned(),
            role: "member",
            link: link("invite/inv_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"),
            expires,
        },
        Message::ShareReceived {
            sender: Email::parse("bob@example.org").unwrap(),
            link: link("share/018f3c1e-7a52-7c3d-9b1e-2f4d5a6b7c8d"),
            expires,
        },
        Message::ShareOpened {
            path: "credentials/db-password".to_owned(),
            opened_at: NOW,
            ip: None,
            views_left: 4,
            shares_link: link("shares"),
        },
        Message::WebhookDisabled {
            host: "hooks.example.com".to_owned(),
            failing_since: NOW,
            dashboard_link: link(""),
        },
        Message::ApiKeyCreated {
            name: "nightly backup".to_owned(),
            prefix: "1ck_Q2FuYXJ5".to_owned(),
            created_at: NOW,
            ip,
            reset_link: link("forgot-password"),
        },
        Message::EmailChangeCode {
            code: SecretString::from("042195".to_owned()),
            expires,
        },
        Message::ConfirmationCode {
            code: SecretString::from("042195".to_owned()),
            expires,
        },
        Message::AgentsHandedOver {
            organisation: "Example".to_owned(),
            agents: 3,
            changed_at: NOW,
            agents_link: link("agents"),
        },
        Message::DecoyRead {
            who: "deploy-bot".to_owned(),
            is_agent: true,
            vault: "prod".to_owned(),
            path: "aws/root-key".to_owned(),
            read_at: NOW,
            ip,
            review_link: link("agents/00000000-0000-0000-0000-000000000000/seen"),
        },
        Message::EmailChangeRequested {
            new_email: Email::parse("alice@example.org").unwrap(),
            requested_at: NOW,
            ip,
            reset_link: link("forgot-password"),
        },
        Message::EmailChanged {
            new_email: Email::parse("alice@example.org").unwrap(),
            changed_at: NOW,
            ip,
        },
        Message::SignInCode {
            code: SecretString::from("042195".to_owned()),
            expires,
        },
        Message::AccountDeleted { deleted_at: NOW },
    ]
}
