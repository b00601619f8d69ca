//! Conversations with a real server: TLS, names, passwords, silence.

use super::*;
use crate::mail::body::Body;
use crate::mail::compose::compose;
use crate::mail::tests::harness::{NOW, RECIPIENT};
use crate::mail::tests::server::SmtpServer;
use lettre::transport::smtp::client::{Certificate, CertificateStore};
use oneclaw_core::id::MailId;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpListener;

const NAME: &str = "mail.example.test";

fn mail() -> Composed {
    let body = Body {
        recipient: RECIPIENT,
        subject: "S",
        text: "Hello\n.\nend\n",
        html: "<p>Hello",
        carries_credential: false,
    };
    compose(
        &"vault@example.org".parse().unwrap(),
        MailId::NIL,
        NOW,
        &body,
    )
    .unwrap()
}

/// A certificate for [`NAME`] and the authority behind it.
struct Certificates {
    folder: TempDir,
    authority: String,
}

impl Certificates {
    fn make() -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![NAME.to_owned()])
            .unwrap()
            .signed_by(&key, &authority)
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("certificate.pem"), leaf.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self {
            folder,
            authority: authority.pem(),
        }
    }

    async fn start(&self, tls: &str, more: &[&str]) -> SmtpServer {
        let path = |name: &str| -> PathBuf { self.folder.path().join(name) };
        let (certificate, key) = (path("certificate.pem"), path("key.pem"));
        let mut arguments = vec![
            "--tls",
            tls,
            "--certificate",
            certificate.to_str().unwrap(),
            "--key",
            key.to_str().unwrap(),
        ];
        arguments.extend_from_slice(more);
        SmtpServer::start(&arguments).await
    }

    /// TLS that expects `name` and trusts the authority alone.
    fn expecting(&self, name: &str) -> TlsParameters {
        TlsParameters::builder(name.to_owned())
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(self.authority.as_bytes()).unwrap())
            .build()
            .unwrap()
    }
}

fn client(port: u16, security: Security) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        credentials: None,
        hello: ClientId::default(),
    }
}

fn with_login(mut client: Smtp, user: &str, password: &str) -> Smtp {
    client.credentials = Some(Credentials::new(user.to_owned(), password.to_owned()));
    client
}

fn is_temporary(result: Result<(), SendError>) -> String {
    match result {
        Err(SendError::Temporary(text)) => text,
        other => panic!("not a temporary failure: {other:?}"),
    }
}

#[tokio::test]
async fn the_server_gets_the_mail_as_it_was_composed() {
    let mut server = SmtpServer::start(&[]).await;
    client(server.port, Security::Loopback)
        .send(&mail())
        .await
        .unwrap();
    let taken = server.mail().await;
    assert_eq!(
        (taken.from.as_str(), taken.to),
        ("vault@example.org", vec![RECIPIENT.to_owned()])
    );
    // The library ends every message with an empty line of its own.
    let composed = mail();
    let composed = std::str::from_utf8(composed.bytes.expose()).unwrap();
    assert_eq!(taken.data.trim_end(), composed.trim_end());
    assert!(!taken.tls && !taken.authenticated);
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn tls_is_checked_for_the_configured_name() {
    let certificates = Certificates::make();
    for kind in ["implicit", "starttls"] {
        let security = |name: &str| match kind {
            "implicit" => Security::Implicit(certificates.expecting(name)),
            _ => Security::StartTls(certificates.expecting(name)),
        };
        let mut server = certificates.start(kind, &[]).await;
        client(server.port, security(NAME))
            .send(&mail())
            .await
            .unwrap();
        assert!(server.mail().await.tls, "{kind}");
        for name in ["other.example.test", "example.test", "127.0.0.1"] {
            let refused = client(server.port, security(name)).send(&mail()).await;
            assert!(
                is_temporary(refused).to_lowercase().contains("certificate"),
                "{kind} {name}"
            );
        }
        let untrusted = TlsParameters::builder(NAME.to_owned())
            .certificate_store(CertificateStore::None)
            .build()
            .unwrap();
        let security = if kind == "implicit" {
            Security::Implicit(untrusted)
        } else {
            Security::StartTls(untrusted)
        };
        is_temporary(client(server.port, security).send(&mail()).await);
        assert!(server.stop().await.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn starttls_is_required_when_it_is_expected() {
    let certificates = Certificates::make();
    let server = SmtpServer::start(&["--login", "user:secret"]).await;
    let client = with_login(
        client(
            server.port,
            Security::StartTls(certificates.expecting(NAME)),
        ),
        "user",
        "secret",
    );
    assert!(is_temporary(client.send(&mail()).await).contains("STARTTLS"));
    assert!(server.stop().await.is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_the_operators_to_repair() {
    let mut server = SmtpServer::start(&["--login", "user:se:cret"]).await;
    let port = server.port;
    let wrong = with_login(client(port, Security::Loopback), "user", "guess")
        .send(&mail())
        .await;
    let text = is_temporary(wrong);
    assert!(text.contains("535") && !text.contains("guess"), "{text}");
    with_login(client(port, Security::Loopback), "user", "se:cret")
        .send(&mail())
        .await
        .unwrap();
    assert!(server.mail().await.authenticated);
}

#[tokio::test]
async fn replies_decide_whether_to_try_again() {
    for (step, reply, permanent) in [
        ("RCPT", "450 4.2.1 later", false),
        ("RCPT", "550 5.1.1 no such user", true),
        ("DATA", "451 4.3.0 later", false),
        ("DATA", "554 5.7.1 refused", true),
    ] {
        let server = SmtpServer::start(&["--reply", &format!("{step}:{reply}")]).await;
        let result = client(server.port, Security::Loopback).send(&mail()).await;
        match result {
            Err(SendError::Permanent(text)) if permanent => assert!(text.contains("5.")),
            Err(SendError::Temporary(text)) if !permanent => assert!(text.contains("later")),
            other => panic!("{step} {reply}: {other:?}"),
        }
    }
}

/// The clock of the runtime jumps to the next deadline whenever everybody waits.
#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let begin = tokio::time::Instant::now();
    let text = is_temporary(client(port, Security::Loopback).send(&mail()).await);
    assert!(text.contains("in time"), "{text}");
    assert!(begin.elapsed() <= LONGEST_TRY);
}

#[test]
fn urls_are_read_strictly() {
    let read = |text: &str| Smtp::from_url(&Url::parse(text).unwrap());
    let description = |text: &str| read(text).unwrap().describe();
    assert_eq!(
        description("smtps://user:p%40ss@mail.example.org"),
        "sent through mail.example.org:465 (TLS)"
    );
    assert_eq!(
        description("smtp://mail.example.org"),
        "sent through mail.example.org:587 (STARTTLS required)"
    );
    assert_eq!(
        description("smtp://mail.example.org:25/"),
        "sent through mail.example.org:25 (STARTTLS required)"
    );
    assert_eq!(
        description("smtp://192.0.2.1"),
        "sent through 192.0.2.1:587 (STARTTLS required)"
    );
    for host in [
        "localhost",
        "127.0.0.1",
        "127.8.8.8",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "LOCALHOST",
    ] {
        assert!(
            matches!(
                read(&format!("smtp://{host}")).unwrap().security,
                Security::Loopback
            ),
            "{host}"
        );
        assert!(
            matches!(
                read(&format!("smtps://{host}")).unwrap().security,
                Security::Implicit(_)
            ),
            "{host}"
        );
    }
    for host in [
        "localhost.example.org",
        "127.0.0.1.example.org",
        "0.0.0.0",
        "[::]",
        "10.0.0.1",
    ] {
        assert!(
            matches!(
                read(&format!("smtp://{host}")).unwrap().security,
                Security::StartTls(_)
            ),
            "{host}"
        );
    }
    let credentials = read("smtp://us%2Fer:p%40s%3As@localhost")
        .unwrap()
        .credentials;
    assert!(credentials == Some(Credentials::new("us/er".to_owned(), "p@s:s".to_owned())));
    for text in [
        "smtp://user@localhost",
        "smtp://:pass@localhost",
        "smtp://a:%ff@localhost",
    ] {
        assert!(
            matches!(read(text), Err(MailUrlError::Credentials)),
            "{text}"
        );
    }
    for text in [
        "smtp://localhost/path",
        "smtp://localhost?tls=none",
        "smtp://localhost#x",
    ] {
        assert!(matches!(read(text), Err(MailUrlError::Unknown)), "{text}");
    }
    assert!(matches!(
        read("smtp:localhost"),
        Err(MailUrlError::Unknown | MailUrlError::NoHost)
    ));
}
