//! The typed client. Its methods are beside the types they speak in, one per endpoint, named after the `operationId`.
//!
//! Invariants:
//! - A request is sent once. The one exception is an access token that the server declares invalid (RFC 6750,
//!   `error="invalid_token"`): nothing was done, so the request goes out again under a new token.
//! - An agent's key goes to the token endpoint only. At most one exchange runs at a time, however many calls wait.
//! - A token with less than a minute to live is not used.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, USER_AGENT, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use oneclaw_core::id::AgentId;
use oneclaw_core::secret::SecretString;
use reqwest::Url;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::auth::AgentTokenRequest;
use crate::call::Call;
use crate::error::{BoxError, Error};
use crate::problem::ProblemDetails;
use crate::transport::{Network, Transport};

/// Carries what confirms a request beside its credential.
const X_AUTH_CONFIRM: HeaderName = HeaderName::from_static("x-auth-confirm");
/// A token must live at least this long to be used, so that it cannot expire on the way.
const TOKEN_RESERVE: Duration = Duration::from_mins(1);

/// How the caller proves who it is.
pub enum Credential {
    /// Not at all; enough for public endpoints.
    Anonymous,
    /// A token or personal key (`1ck_…`), sent as it is with every request.
    Bearer(SecretString),
    /// An agent's key, exchanged for a short-lived token when one is needed.
    AgentKey {
        /// Id of the agent; the key alone suffices.
        agent_id: Option<AgentId>,
        /// The key, `ocv_…`.
        api_key: SecretString,
    },
    /// An agent that signs for its tokens, because it keeps its own key (RFC 7523).
    AgentAssertion(Arc<dyn SignAssertion>),
}

/// The key pair of an agent, wherever it is kept.
pub trait SignAssertion: Send + Sync {
    /// A fresh assertion in the body of `POST /v1/auth/agent-token`. Each one is good for one exchange.
    ///
    /// # Errors
    /// When the key cannot be used.
    fn sign(&self) -> Result<AgentTokenRequest, BoxError>;
}

/// A client of one server under one credential. Clones share the access token.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    base: Url,
    user_agent: HeaderValue,
    session: Arc<Session>,
}

/// The credential in use, and what has come of it so far.
enum Session {
    Anonymous,
    Fixed(HeaderValue),
    Agent {
        proof: Proof,
        token: Mutex<Option<AccessToken>>,
    },
}

/// What an agent gets its tokens for.
enum Proof {
    Key(AgentTokenRequest),
    Assertion(Arc<dyn SignAssertion>),
}

/// A token in the form it is sent.
#[derive(Clone)]
struct AccessToken {
    authorization: HeaderValue,
    expires_at: Instant,
}

impl Client {
    /// A client over the network without a credential. The base URL may end in a slash and may have a path.
    ///
    /// # Errors
    /// [`Error::BaseUrl`] when the URL cannot be used, [`Error::Transport`] when TLS cannot be set up.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let base = parse_base(base_url)?;
        let network = if base.scheme() == "https" {
            Network::new()?
        } else {
            Network::plain()?
        };
        Self::over(Arc::new(network), base_url)
    }

    /// A client over a transport of the caller's.
    ///
    /// # Errors
    /// [`Error::BaseUrl`] when the URL cannot be used.
    pub fn over(transport: Arc<dyn Transport>, base_url: &str) -> Result<Self, Error> {
        Ok(Self {
            transport,
            base: parse_base(base_url)?,
            user_agent: HeaderValue::from_static(concat!(
                "oneclaw-client/",
                env!("CARGO_PKG_VERSION")
            )),
            session: Arc::new(Session::Anonymous),
        })
    }

    /// The same server under another credential.
    ///
    /// # Errors
    /// [`Error::Encode`] when the credential holds characters that a header cannot carry.
    pub fn with_credential(mut self, credential: Credential) -> Result<Self, Error> {
        self.session = Arc::new(match credential {
            Credential::Anonymous => Session::Anonymous,
            Credential::Bearer(token) => Session::Fixed(bearer(token.expose())?),
            Credential::AgentKey { agent_id, api_key } => Session::Agent {
                proof: Proof::Key(AgentTokenRequest {
                    agent_id,
                    api_key: Some(api_key.into()),
                    client_assertion_type: None,
                    client_assertion: None,
                    dpop_jwk: None,
                }),
                token: Mutex::new(None),
            },
            Credential::AgentAssertion(signer) => Session::Agent {
                proof: Proof::Assertion(signer),
                token: Mutex::new(None),
            },
        });
        Ok(self)
    }

    /// Introduces the program by another `User-Agent`. Humans see it when they decide on an enrolment.
    ///
    /// # Errors
    /// [`Error::Encode`] when the text holds characters that a header cannot carry.
    pub fn with_user_agent(mut self, user_agent: &str) -> Result<Self, Error> {
        self.user_agent = HeaderValue::from_str(user_agent).map_err(|_| {
            Error::Encode("the user agent has characters that a header cannot carry")
        })?;
        Ok(self)
    }

    /// Sends a call and reads its JSON answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        let body = self.send(&call).await?.into_body();
        serde_json::from_slice(&body).map_err(|error| Error::decode(&error))
    }

    /// Sends a call whose answer has no body.
    pub(crate) async fn execute(&self, call: Call) -> Result<(), Error> {
        self.send(&call).await.map(drop)
    }

    /// Sends a call and gives the answer when it is a success.
    pub(crate) async fn send(&self, call: &Call) -> Result<Response<Bytes>, Error> {
        let authorization = if call.authenticated {
            self.authorization().await?
        } else {
            None
        };
        let response = self.send_with(call, authorization.clone()).await?;
        if !token_is_invalid(&response) || !self.discard(authorization.as_ref()).await {
            return succeeded(response);
        }
        let authorization = self.authorization().await?;
        succeeded(self.send_with(call, authorization).await?)
    }

    async fn send_with(
        &self,
        call: &Call,
        authorization: Option<HeaderValue>,
    ) -> Result<Response<Bytes>, Error> {
        let mut request = Request::new(call.body.clone().unwrap_or_default());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = call
            .url(&self.base)?
            .as_str()
            .parse()
            .map_err(|_| Error::Encode("the address is too long"))?;
        request.headers_mut().clone_from(&call.headers);
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.user_agent.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if call.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(authorization) = authorization {
            headers.insert(AUTHORIZATION, authorization);
        }
        if let Some(confirmation) = call.confirmation.clone() {
            headers.insert(X_AUTH_CONFIRM, confirmation);
        }
        self.transport.send(request).await.map_err(Error::Transport)
    }

    /// The `Authorization` header for a request now, after an exchange if need be.
    async fn authorization(&self) -> Result<Option<HeaderValue>, Error> {
        let (proof, token) = match &*self.session {
            Session::Anonymous => return Ok(None),
            Session::Fixed(authorization) => return Ok(Some(authorization.clone())),
            Session::Agent { proof, token } => (proof, token),
        };
        // Held across the exchange: whoever comes meanwhile waits and then finds the new token.
        let mut token = token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| token.is_fresh()) {
            return Ok(Some(token.authorization.clone()));
        }
        let call = Call::post("v1/auth/agent-token");
        let call = match proof {
            Proof::Key(request) => call.json(request)?,
            Proof::Assertion(signer) => call.json(&signer.sign().map_err(Error::Signing)?)?,
        };
        let call = call.public();
        // Not `self.agent_token()`, whose `send` would come back here and make the future recursive.
        let response = succeeded(self.send_with(&call, None).await?)?;
        let answer: crate::auth::TokenResponse =
            serde_json::from_slice(response.body()).map_err(|error| Error::decode(&error))?;
        let fresh = AccessToken {
            authorization: bearer(answer.access_token.expose())?,
            expires_at: Instant::now() + Duration::from_secs(answer.expires_in.into()),
        };
        Ok(Some(token.insert(fresh).authorization.clone()))
    }

    /// Forgets an exchanged token that the server refused. `false` when there is no way to get another.
    async fn discard(&self, refused: Option<&HeaderValue>) -> bool {
        let Session::Agent { token, .. } = &*self.session else {
            return false;
        };
        // Another call may have replaced it already; that one is kept.
        token
            .lock()
            .await
            .take_if(|token| Some(&token.authorization) == refused);
        refused.is_some()
    }
}

impl AccessToken {
    fn is_fresh(&self) -> bool {
        self.expires_at.saturating_duration_since(Instant::now()) >= TOKEN_RESERVE
    }
}

fn bearer(token: &str) -> Result<HeaderValue, Error> {
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|_| Error::Encode("the credential has characters that a header cannot carry"))?;
    header.set_sensitive(true);
    Ok(header)
}

fn parse_base(text: &str) -> Result<Url, Error> {
    let url =
        Url::parse(text).map_err(|_| Error::BaseUrl("expected https://host[:port][/path]"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::BaseUrl("only http and https are spoken"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::BaseUrl("it must not hold a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::BaseUrl("it must not hold a query or fragment"));
    }
    Ok(url)
}

fn token_is_invalid(response: &Response<Bytes>) -> bool {
    response.status() == http::StatusCode::UNAUTHORIZED
        && response
            .headers()
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .any(|challenge| {
                challenge
                    .to_str()
                    .is_ok_and(|text| text.contains("error=\"invalid_token\""))
            })
}

/// Turns a refusal into an error.
fn succeeded(response: Response<Bytes>) -> Result<Response<Bytes>, Error> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let mut problem: ProblemDetails =
        serde_json::from_slice(response.body()).unwrap_or_else(|_| unexplained(status));
    // The status line is what the server did; a body that says otherwise, or nothing, is overruled.
    problem.status = status.as_u16();
    if problem.detail.is_empty() {
        problem.detail = unexplained(status).detail;
    }
    Err(Error::Problem {
        problem: Box::new(problem),
        retry_after: retry_after(response.headers()),
    })
}

/// The problem of an answer that explains nothing, as from a proxy in between.
fn unexplained(status: http::StatusCode) -> ProblemDetails {
    let title = status.canonical_reason().unwrap_or("Unknown status");
    let detail = if status.is_redirection() {
        "The server is at another address; check the base URL.".to_owned()
    } else {
        format!(
            "The server answered {} without an explanation.",
            status.as_u16()
        )
    };
    ProblemDetails::new(status.as_u16(), title, detail)
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
