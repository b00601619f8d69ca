//! Any request, for people who know the API better than this client.

use bytes::Bytes;
use http::{Method, Response};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

impl Client {
    /// Sends a request of the caller's making to a path (and query) of the server, with the client's credential.
    /// A refusal is an error, as with every other method.
    ///
    /// # Errors
    /// As every method; the answer's body is not looked at.
    pub async fn request(
        &self,
        method: Method,
        target: &str,
        body: Option<Bytes>,
    ) -> Result<Response<Bytes>, Error> {
        self.send(&Call::encoded(method, target, body)).await
    }
}
