//! What can go wrong with a call.
//!
//! Invariant: no error holds any part of a request or response body except the fields of [`ProblemDetails`], and
//! none holds a URL. Both may carry secrets, and errors end up in logs.

use std::time::Duration;

use crate::problem::ProblemDetails;

/// The cause of a failure below the API: name resolution, connection, TLS, time-out.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused and said why.
    #[error("{}", problem.detail)]
    Problem {
        /// What it said.
        problem: Box<ProblemDetails>,
        /// How long to wait before asking again, with status 429 and sometimes 503.
        retry_after: Option<Duration>,
    },
    /// No answer came. Whether the server acted on the request is unknown.
    #[error("the server cannot be reached")]
    Transport(#[source] BoxError),
    /// An answer came that is not of the shape this client knows, as from a server of another version or a proxy.
    #[error("the server gave an unexpected answer ({problem} at line {line}, column {column})")]
    Decode {
        /// `syntax`, `data` (another type or a missing field) or `end of input`.
        problem: &'static str,
        /// Line of the body, from 1.
        line: usize,
        /// Column of the line, from 1.
        column: usize,
    },
    /// The request cannot be written down.
    #[error("the request cannot be encoded: {0}")]
    Encode(&'static str),
    /// The credential cannot sign for a token.
    #[error("the credential cannot be used")]
    Signing(#[source] BoxError),
    /// The base URL is of no use.
    #[error("not a usable base URL: {0}")]
    BaseUrl(&'static str),
}

impl Error {
    /// The problem that the server described, if it did.
    pub fn problem(&self) -> Option<&ProblemDetails> {
        match self {
            Self::Problem { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// The HTTP status of the refusal, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.problem().map(|problem| problem.status)
    }

    /// Keeps the place of a JSON error and drops its text, which may quote the value found there.
    pub(crate) fn decode(error: &serde_json::Error) -> Self {
        let problem = match error.classify() {
            serde_json::error::Category::Data => "data",
            serde_json::error::Category::Eof => "end of input",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "syntax",
        };
        Self::Decode {
            problem,
            line: error.line(),
            column: error.column(),
        }
    }
}
