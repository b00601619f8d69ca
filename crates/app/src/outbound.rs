//! The one way out to addresses that somebody else chose: webhooks and bindings.
//!
//! Invariants:
//! - A URL is judged before ([`Target::parse`]), and every address its name resolves to is judged by the
//!   resolver of the very connection: what was judged is what is connected to, so a name that
//!   resolves differently the second time gains nothing.
//! - No redirect is followed, no proxy of the environment used, no cookie kept, no connection shared
//!   between requests, nothing repeated.
//! - Time and size are bounded. An answer that is too long is an error, never a part: half of it could hold
//!   half of a credential.
//! - An error says what kind of thing went wrong and never repeats the URL, which may hold a credential.

use oneclaw_core::outbound::{Reach, Refusal, Target, TrustedNetworks};
use oneclaw_core::secret::SecretBytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What programs on the other side see of us.
const USER_AGENT: &str = concat!("1Claw/", env!("CARGO_PKG_VERSION"));

/// Why a request got no answer. The sentences are for whoever set the address up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SendError {
    /// Not an address that is called.
    #[error("the address {0}")]
    Refused(Refusal),
    /// The name does not resolve.
    #[error("the name of the host does not resolve")]
    Unknown,
    /// No connection, or none that is secure.
    #[error("no connection to the host, or its certificate is not valid")]
    Connect,
    /// It took too long.
    #[error("the host did not answer in time")]
    Timeout,
    /// The answer is too long.
    #[error("the answer is larger than allowed")]
    TooLarge,
    /// The answer broke off, or is none.
    #[error("the answer broke off or is not HTTP")]
    Broken,
    /// The request cannot be made: a header, or no certificate authorities on this machine.
    #[error("the request cannot be made")]
    Unusable,
}

/// A request on its way out.
pub(crate) struct Request {
    /// `GET` and so on.
    pub(crate) method: reqwest::Method,
    /// Where to.
    pub(crate) target: Target,
    /// Headers, besides the ones every request has.
    pub(crate) headers: HeaderMap,
    /// The body, possibly empty.
    pub(crate) body: Vec<u8>,
    /// For everything together.
    pub(crate) timeout: Duration,
    /// Largest answer.
    pub(crate) maximum_answer: usize,
}

/// What came back.
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The whole body.
    pub(crate) body: SecretBytes,
}

/// The guarded client.
pub(crate) struct Outbound {
    trusted: Arc<TrustedNetworks>,
    lookup: Arc<dyn Lookup>,
    public: OnceLock<Option<reqwest::Client>>,
    inside: OnceLock<Option<reqwest::Client>>,
}

impl Outbound {
    /// A client that may call what is public, and what is in `trusted`.
    pub(crate) fn new(trusted: TrustedNetworks) -> Self {
        Self::with_lookup(trusted, Arc::new(SystemLookup))
    }

    fn with_lookup(trusted: TrustedNetworks, lookup: Arc<dyn Lookup>) -> Self {
        Self {
            trusted: Arc::new(trusted),
            lookup,
            public: OnceLock::new(),
            inside: OnceLock::new(),
        }
    }

    /// Judges the spelling of a URL.
    pub(crate) fn target(&self, url: &str) -> Result<Target, Refusal> {
        Target::parse(url, &self.trusted)
    }

    /// Sends a request, once.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, SendError> {
        let client = self.client(request.target.reach())?;
        let maximum = request.maximum_answer;
        let sending = client
            .request(request.method, request.target.url().clone())
            .headers(request.headers)
            .timeout(request.timeout)
            .body(request.body)
            .send();
        let mut response = sending.await.map_err(|error| explain(&error))?;
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|length| length > maximum) {
            return Err(SendError::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| explain(&error))? {
            if body.len().saturating_add(chunk.len()) > maximum {
                return Err(SendError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body: SecretBytes::from(body),
        })
    }

    fn client(&self, reach: Reach) -> Result<&reqwest::Client, SendError> {
        let slot = match reach {
            Reach::Public => &self.public,
            Reach::TrustedOnly => &self.inside,
        };
        slot.get_or_init(|| self.build(reach))
            .as_ref()
            .ok_or(SendError::Unusable)
    }

    fn build(&self, reach: Reach) -> Option<reqwest::Client> {
        let resolver = Judging {
            trusted: Arc::clone(&self.trusted),
            lookup: Arc::clone(&self.lookup),
            reach,
        };
        let built = reqwest::Client::builder()
            .dns_resolver(resolver)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .https_only(reach == Reach::Public)
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(USER_AGENT)
            .build();
        built
            .inspect_err(|error| tracing::error!(%error, "no client for outgoing requests"))
            .ok()
    }
}

/// Finds the addresses of a name.
trait Lookup: Send + Sync {
    fn lookup(&self, name: String) -> LookupFuture;
}

type LookupFuture =
    std::pin::Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;

/// What the operating system says.
struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> LookupFuture {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) })
    }
}

/// Resolves a name for one connection, and refuses it as a whole when one of its addresses is refused.
struct Judging {
    trusted: Arc<TrustedNetworks>,
    lookup: Arc<dyn Lookup>,
    reach: Reach,
}

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        let (trusted, reach) = (Arc::clone(&self.trusted), self.reach);
        let found = self.lookup.lookup(name.as_str().to_owned());
        Box::pin(async move {
            let found = found.await.map_err(|_| SendError::Unknown)?;
            if found.is_empty() {
                return Err(SendError::Unknown.into());
            }
            for address in &found {
                trusted
                    .check_address(reach, address.ip())
                    .map_err(SendError::Refused)?;
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// What went wrong, without the words of the library: they may hold the URL.
fn explain(error: &reqwest::Error) -> SendError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<SendError>() {
            return *ours;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        SendError::Timeout
    } else if error.is_builder() {
        SendError::Unusable
    } else if error.is_connect() {
        SendError::Connect
    } else {
        SendError::Broken
    }
}

/// Adds a header of ours. Values come from numbers, hashes and constants, so a value that cannot be sent is a
/// fault of ours and the header is left out.
pub(crate) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

#[cfg(test)]
mod tests;
