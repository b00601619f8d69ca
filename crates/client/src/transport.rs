//! How a request gets to the server: over the network, or straight into a router in the same process.
//!
//! Invariant: a transport sends each request once. It follows no redirect, because that could carry a credential to
//! another host, and repeats nothing, because even reading a secret counts.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::error::{BoxError, Error};

/// The answer to come.
pub type TransportFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, BoxError>> + Send + 'a>>;

/// Carries one request to the server and its answer back.
pub trait Transport: Send + Sync {
    /// Sends the request, whose URI is absolute. Every status is an `Ok`.
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_>;
}

/// How long to wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait for the next byte of an answer. Not a limit on the whole, which may be a long export.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// HTTP/1.1 over TCP and TLS, with the certificate authorities of the operating system.
pub struct Network(reqwest::Client);

impl Network {
    /// A transport with the default time-outs: 10 s to connect, 30 s without a byte.
    ///
    /// # Errors
    /// [`Error::Transport`] when TLS cannot be set up, as without any certificate authority.
    pub fn new() -> Result<Self, Error> {
        Self::build(Self::builder(READ_TIMEOUT))
    }

    /// A transport for `http://` only. It needs no certificate authorities, which a minimal container lacks.
    ///
    /// # Errors
    /// [`Error::Transport`] when the HTTP client cannot be set up.
    pub fn plain() -> Result<Self, Error> {
        Self::build(Self::builder(READ_TIMEOUT).tls_certs_only([]))
    }

    fn builder(read_timeout: Duration) -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(read_timeout)
    }

    fn build(builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        builder
            .build()
            .map(Self)
            .map_err(|error| Error::Transport(error.into()))
    }
}

impl Transport for Network {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        Box::pin(async move {
            let exchange = async {
                let answer = self.0.execute(request.try_into()?).await?;
                let (status, headers) = (answer.status(), answer.headers().clone());
                Ok::<_, reqwest::Error>((status, headers, answer.bytes().await?))
            };
            // Query strings may hold a token, so errors go on without their URL.
            let (status, headers, body) = exchange.await.map_err(reqwest::Error::without_url)?;
            let mut response = Response::new(body);
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[tokio::test]
    async fn silence_ends_in_a_time_out() {
        // Accepts connections (the kernel does) and never answers.
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let builder = Network::builder(Duration::from_millis(20)).tls_certs_only([]);
        let network = Network::build(builder).unwrap();
        let uri = format!("http://{}/", silent.local_addr().unwrap());
        let request = Request::builder().uri(uri).body(Bytes::new()).unwrap();
        let error = network.send(request).await.unwrap_err();
        let error = error.downcast::<reqwest::Error>().unwrap();
        assert!(error.is_timeout(), "{error:?} {:?}", error.source());
    }
}
