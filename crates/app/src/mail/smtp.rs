//! One mail, one conversation with an SMTP server (RFC 5321).
//!
//! The few mails of a vault do not need a pool of connections: a fresh one is always in a known
//! state, and each step of it can have its own end in time, which the library's transport lacks.
//!
//! Whatever fails before the mail itself is offered (no connection, no TLS, a refused password) is
//! the operator's to repair and says nothing about the mail, so it is tried again even when the
//! server calls it permanent.

use super::compose::Composed;
use super::transport::{MailUrlError, SendError};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Name lookup and TCP.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// Greeting, TLS and authentication, the connection included.
const SESSION_TIMEOUT: Duration = Duration::from_secs(45);
/// From the envelope to the server's word that it has the mail.
const TRANSFER_TIMEOUT: Duration = Duration::from_mins(2);
/// Saying goodbye; the mail is delivered by then.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest that sending one mail can take.
pub(crate) const LONGEST_TRY: Duration = SESSION_TIMEOUT
    .saturating_add(TRANSFER_TIMEOUT)
    .saturating_add(QUIT_TIMEOUT);

/// A server and how to talk to it.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    credentials: Option<Credentials>,
    hello: ClientId,
}

enum Security {
    /// TLS from the first byte.
    Implicit(TlsParameters),
    /// TLS after a greeting in clear; refused when the server does not offer it.
    StartTls(TlsParameters),
    /// None: the server is on this machine.
    Loopback,
}

impl Smtp {
    /// Reads an `smtp:` or `smtps:` URL.
    pub(super) fn from_url(url: &Url) -> Result<Self, MailUrlError> {
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(MailUrlError::Unknown);
        }
        let host = url
            .host_str()
            .filter(|host| !host.is_empty())
            .ok_or(MailUrlError::NoHost)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        // Checks the certificate against the authorities of this machine, for exactly this name.
        let tls = || {
            TlsParameters::new(host.to_owned())
                .map_err(|error| MailUrlError::Tls(error.to_string()))
        };
        let (security, default_port) = if url.scheme() == "smtps" {
            (Security::Implicit(tls()?), SUBMISSIONS_PORT)
        } else if is_loopback(host) {
            (Security::Loopback, SMTP_PORT)
        } else {
            (Security::StartTls(tls()?), SUBMISSION_PORT)
        };
        Ok(Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(default_port),
            security,
            credentials: credentials(url)?,
            hello: ClientId::default(),
        })
    }

    pub(super) fn describe(&self) -> String {
        let security = match self.security {
            Security::Implicit(_) => "TLS",
            Security::StartTls(_) => "STARTTLS required",
            Security::Loopback => "this machine, without TLS",
        };
        format!("sent through {}:{} ({security})", self.host, self.port)
    }

    /// Hands one mail over.
    pub(super) async fn send(&self, mail: &Composed) -> Result<(), SendError> {
        let session = timeout(SESSION_TIMEOUT, self.open()).await;
        let mut connection = session
            .map_err(|_| too_slow("did not get ready"))?
            .map_err(SendError::temporary)?;
        let transfer = timeout(
            TRANSFER_TIMEOUT,
            connection.send(&mail.envelope, mail.bytes.expose()),
        )
        .await;
        match transfer.map_err(|_| too_slow("did not take the mail"))? {
            Ok(_) => {}
            Err(error) if error.is_permanent() => return Err(SendError::permanent(error)),
            Err(error) => return Err(SendError::temporary(error)),
        }
        // The server has the mail; whether it also says goodbye changes nothing.
        let _ = timeout(QUIT_TIMEOUT, connection.quit()).await;
        Ok(())
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
        let wrapper = match &self.security {
            Security::Implicit(tls) => Some(tls.clone()),
            Security::StartTls(_) | Security::Loopback => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            server,
            Some(CONNECT_TIMEOUT),
            &self.hello,
            wrapper,
            None,
        )
        .await?;
        if let Security::StartTls(tls) = &self.security {
            connection.starttls(tls.clone(), &self.hello).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await?;
        }
        Ok(connection)
    }
}

fn too_slow(what: &str) -> SendError {
    SendError::temporary(format!("the mail server {what} in time"))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.to_canonical().is_loopback())
}

fn credentials(url: &Url) -> Result<Option<Credentials>, MailUrlError> {
    let decode = |text: &str| {
        let decoded = percent_decode_str(text)
            .decode_utf8()
            .map_err(|_| MailUrlError::Credentials)?;
        Ok::<_, MailUrlError>(decoded.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(MailUrlError::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

#[cfg(test)]
mod tests;
