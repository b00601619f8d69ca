//! What an agent may do with a credential that it never sees: which server it goes to, where in a request it
//! stands, and which requests may be made.
//!
//! Invariants:
//! - The scheme, host and port of a call come from the binding alone; a caller chooses a path below.
//! - Closed by default: no methods named means `GET` and `HEAD`; a member that is not understood is an error,
//!   because it might have been meant to forbid something.
//! - A path has one spelling. Whatever a server could read as another path is refused before the guardrails are
//!   asked.
//! - A caller cannot set headers that choose another method, path or host, that replace the credential, or that
//!   ask for answers in which the credential could not be found (compressed, or in parts).

use crate::secret::SecretString;
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use url::Url;

mod guardrails;
mod headers;
#[cfg(test)]
mod tests;

pub use guardrails::Guardrails;
use headers::check_header;

/// Longest a call may take.
pub const LONGEST_MILLIS: u64 = 60_000;
/// How long it may take when nobody says.
const USUAL_MILLIS: u64 = 30_000;
/// Largest body of a call.
const LARGEST_BODY: usize = 1024 * 1024;
/// Most headers and most parameters of a query.
const MOST_MEMBERS: usize = 64;

/// Why something is not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is not understood.
    #[error("{sentence}")]
    Malformed {
        /// Which member.
        field: &'static str,
        /// What is wrong.
        sentence: String,
    },
    /// The binding does not allow it.
    #[error("{0}")]
    Forbidden(String),
}

impl Refused {
    fn malformed(field: &'static str, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self::Malformed { field, sentence }
    }
}

/// Where in a request the credential stands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Auth {
    /// `Authorization: Bearer …`.
    Bearer,
    /// `Authorization: Basic …`, the credential as the password.
    Basic {
        /// The user name.
        username: String,
    },
    /// A header of its own.
    Header {
        /// Its name.
        name: String,
        /// What stands before the credential.
        #[serde(default)]
        prefix: String,
    },
    /// A parameter of the query.
    Query {
        /// Its name.
        name: String,
    },
}

impl Auth {
    fn check(&self) -> Result<(), Refused> {
        let bad = |sentence: &str| Err(Refused::malformed("config", sentence));
        match self {
            Self::Basic { username } if username.contains(':') || !is_printable(username) => {
                bad("auth.username must be printable ASCII without a colon.")
            }
            Self::Header { name, prefix }
                if !headers::is_name(name)
                    || headers::is_of_transport(name)
                    || !is_printable(prefix) =>
            {
                bad(
                    "auth.name must be a header of its own, such as X-API-Key, and auth.prefix printable ASCII.",
                )
            }
            Self::Query { name } if name.is_empty() || !is_printable(name) => {
                bad("auth.name must be the name of a parameter, such as api_key.")
            }
            Self::Bearer | Self::Basic { .. } | Self::Header { .. } | Self::Query { .. } => Ok(()),
        }
    }

    /// The header that the credential stands in.
    fn header_name(&self) -> Option<&str> {
        match self {
            Self::Bearer | Self::Basic { .. } => Some("authorization"),
            Self::Header { name, .. } => Some(name),
            Self::Query { .. } => None,
        }
    }
}

/// `config` of a binding: where calls go.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Scheme, host, and the beginning of every path.
    pub base_url: String,
    /// Where the credential stands; when absent, the credential's own kind says.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// Headers of every call.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How long a call may take.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

impl Config {
    /// Reads and checks it. Whether the server may call that host is for whoever connects to say.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let bad = |sentence: String| Refused::malformed("config", sentence);
        let config: Self = object(text).map_err(|error| {
            bad(format!(
                "config has base_url and may have auth, headers and timeout_ms: {error}."
            ))
        })?;
        let url = Url::parse(&config.base_url)
            .map_err(|_| bad("base_url must be an absolute URL.".to_owned()))?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad(
                "base_url must not have a query or a fragment.".to_owned()
            ));
        }
        guardrails::check_path(url.path())
            .map_err(|why| bad(format!("The path of base_url {why}.")))?;
        if let Some(auth) = &config.auth {
            auth.check()?;
        }
        if config.headers.len() > MOST_MEMBERS {
            return Err(bad(format!("At most {MOST_MEMBERS} headers.")));
        }
        for (name, value) in &config.headers {
            check_header(name, value).map_err(bad)?;
        }
        if config
            .timeout_ms
            .is_some_and(|limit| !(1..=LONGEST_MILLIS).contains(&limit))
        {
            return Err(bad(format!(
                "timeout_ms must be between 1 and {LONGEST_MILLIS}."
            )));
        }
        Ok(config)
    }

    /// Scheme, host and port: whom the credential is told to.
    #[must_use]
    pub fn origin(&self) -> String {
        Url::parse(&self.base_url)
            .map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
    }
}

/// A credential with the place it was given for.
pub struct Credential {
    /// The credential.
    pub secret: SecretString,
    /// Where it stands unless the binding says otherwise.
    pub auth: Auth,
}

/// A credential as it is given: exactly one secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    token: Option<SecretString>,
    api_key: Option<SecretString>,
    value: Option<SecretString>,
    password: Option<SecretString>,
    username: Option<String>,
}

impl Credential {
    /// Reads `{"token"}`, `{"value"}` (both bearer), `{"api_key"}` (header `X-API-Key`) or
    /// `{"username", "password"}` (basic).
    ///
    /// # Errors
    /// When it is none of these. The sentence never repeats what was given.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let bad = || {
            Refused::malformed(
                "credential",
                "A credential is one of {\"token\"}, {\"api_key\"}, {\"value\"} or {\"username\", \"password\"}, each a text.",
            )
        };
        let given: Given = object(text).map_err(|_| bad())?;
        let (secret, auth) = match given {
            Given {
                token: Some(secret),
                api_key: None,
                value: None,
                password: None,
                username: None,
            }
            | Given {
                token: None,
                api_key: None,
                value: Some(secret),
                password: None,
                username: None,
            } => (secret, Auth::Bearer),
            Given {
                token: None,
                api_key: Some(secret),
                value: None,
                password: None,
                username: None,
            } => {
                let name = "X-API-Key".to_owned();
                (
                    secret,
                    Auth::Header {
                        name,
                        prefix: String::new(),
                    },
                )
            }
            Given {
                token: None,
                api_key: None,
                value: None,
                password: Some(secret),
                username: Some(username),
            } => (secret, Auth::Basic { username }),
            _ => return Err(bad()),
        };
        auth.check()?;
        crate::scrub::Scrubber::new(secret.expose())
            .map_err(|error| Refused::malformed("credential", error.to_string()))?;
        Ok(Self { secret, auth })
    }
}

/// `params` of a call: what the caller wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// `GET` when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Below the base URL.
    #[serde(default)]
    pub path: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Texts, numbers, flags, or lists of these.
    #[serde(default)]
    pub query: BTreeMap<String, Value>,
    /// A text is sent as it is, everything else as JSON.
    #[serde(default)]
    pub body: Option<Value>,
    /// How long it may take.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
}

/// A call that the binding allows, still without its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body, possibly empty.
    pub body: Vec<u8>,
    /// How long it may take.
    pub timeout_millis: u64,
}

impl Call {
    /// Judges what a caller wants and puts it together.
    ///
    /// # Errors
    /// What is not understood or not allowed.
    pub fn prepare(
        config: &Config,
        guardrails: &Guardrails,
        params: Params,
    ) -> Result<Self, Refused> {
        let method = guardrails.method(params.method.as_deref().unwrap_or("GET"))?;
        let mut url = Url::parse(&config.base_url)
            .map_err(|_| Refused::malformed("config", "base_url must be an absolute URL."))?;
        let path = join(url.path(), &params.path)?;
        url.set_path(&path);
        // What is sent is what was judged: a parser that would change anything is not trusted.
        if url.path() != path {
            return Err(Refused::malformed(
                "path",
                "The path must be in its plain spelling.",
            ));
        }
        guardrails.check(&url)?;
        add_query(&mut url, &params.query)?;
        let mut headers = lower_case(&config.headers);
        let wanted = lower_case(&params.headers);
        let own = config
            .auth
            .as_ref()
            .and_then(Auth::header_name)
            .map(str::to_ascii_lowercase);
        if wanted.len() > MOST_MEMBERS {
            return Err(Refused::malformed(
                "headers",
                format!("At most {MOST_MEMBERS} headers."),
            ));
        }
        for (name, value) in wanted {
            check_header(&name, &value)
                .map_err(|sentence| Refused::malformed("headers", sentence))?;
            if own.as_deref() == Some(name.as_str()) || headers.contains_key(&name) {
                let sentence = format!("The header {name} is set by the binding.");
                return Err(Refused::malformed("headers", sentence));
            }
            headers.insert(name, value);
        }
        let body = body_of(params.body, &mut headers)?;
        check_override(&headers, &body)?;
        headers.insert("accept-encoding".to_owned(), "identity".to_owned());
        let usual = config.timeout_ms.unwrap_or(USUAL_MILLIS);
        let wanted = params.timeout_ms.unwrap_or(usual).clamp(1, LONGEST_MILLIS);
        Ok(Self {
            method,
            url,
            headers,
            body,
            timeout_millis: wanted.min(config.timeout_ms.unwrap_or(LONGEST_MILLIS)),
        })
    }

    /// Puts the credential in. A header or parameter of the caller's that has its place is refused.
    ///
    /// # Errors
    /// When the place is taken.
    pub fn with_credential(mut self, auth: &Auth, secret: &SecretString) -> Result<Self, Refused> {
        let taken =
            || Refused::malformed("params", "The call sets what the credential belongs in.");
        let secret = secret.expose();
        let (name, value) = match auth {
            Auth::Bearer => ("authorization".to_owned(), format!("Bearer {secret}")),
            Auth::Basic { username } => {
                let pair = BASE64.encode(format!("{username}:{secret}").as_bytes());
                ("authorization".to_owned(), format!("Basic {pair}"))
            }
            Auth::Header { name, prefix } => {
                (name.to_ascii_lowercase(), format!("{prefix}{secret}"))
            }
            Auth::Query { name } => {
                if self
                    .url
                    .query_pairs()
                    .any(|(other, _)| other.eq_ignore_ascii_case(name))
                {
                    return Err(taken());
                }
                self.url.query_pairs_mut().append_pair(name, secret);
                return Ok(self);
            }
        };
        if self.headers.insert(name, value).is_some() {
            return Err(taken());
        }
        Ok(self)
    }
}

/// The whole path: that of the base URL, then the caller's.
fn join(base: &str, path: &str) -> Result<String, Refused> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let joined = if path.is_empty() {
        base.to_owned()
    } else {
        format!("{}/{path}", base.trim_end_matches('/'))
    };
    guardrails::check_path(&joined)
        .map_err(|why| Refused::malformed("path", format!("The path {why}.")))?;
    Ok(joined)
}

fn add_query(url: &mut Url, query: &BTreeMap<String, Value>) -> Result<(), Refused> {
    if query.is_empty() {
        return Ok(());
    }
    let bad = |sentence: &str| Refused::malformed("query", sentence);
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        _ => Err(bad(
            "A parameter is a text, a number, a flag, or a list of these.",
        )),
    };
    let mut pairs = url.query_pairs_mut();
    for (name, value) in query {
        if is_override(name) {
            return Err(bad(
                "The parameter _method is not sent: some servers read another method from it.",
            ));
        }
        let values = match value {
            Value::Array(values) => values.iter().map(one).collect::<Result<_, _>>()?,
            value => vec![one(value)?],
        };
        for value in values {
            pairs.append_pair(name, &value);
        }
    }
    drop(pairs);
    if url.as_str().len() > 2048 {
        return Err(bad(
            "The URL is longer than 2048 characters; send the rest in the body.",
        ));
    }
    Ok(())
}

fn body_of(
    body: Option<Value>,
    headers: &mut BTreeMap<String, String>,
) -> Result<Vec<u8>, Refused> {
    let (kind, bytes) = match body {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::String(text)) => ("text/plain; charset=utf-8", text.into_bytes()),
        Some(value) => ("application/json", value.to_string().into_bytes()),
    };
    if bytes.len() > LARGEST_BODY {
        return Err(Refused::malformed("body", "The body is larger than 1 MiB."));
    }
    headers
        .entry("content-type".to_owned())
        .or_insert_with(|| kind.to_owned());
    Ok(bytes)
}

fn is_override(name: &str) -> bool {
    name.eq_ignore_ascii_case("_method")
}

/// Frameworks take another method from a field of a form.
fn check_override(headers: &BTreeMap<String, String>, body: &[u8]) -> Result<(), Refused> {
    let kind = headers
        .get("content-type")
        .map(|kind| kind.to_ascii_lowercase())
        .unwrap_or_default();
    let holds = if kind.starts_with("multipart/") {
        body.windows(7)
            .any(|window| window.eq_ignore_ascii_case(b"_method"))
    } else {
        kind.contains("x-www-form-urlencoded")
            && url::form_urlencoded::parse(body).any(|(name, _)| is_override(&name))
    };
    if holds {
        return Err(Refused::malformed(
            "body",
            "The field _method is not sent: some servers read another method from it.",
        ));
    }
    Ok(())
}

fn lower_case(headers: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect()
}

/// Reads an object. Without the check a list would do, its entries taken as the members in order.
fn object<T: serde::de::DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text);
    }
    Err(serde::de::Error::custom("it is not an object"))
}

fn is_printable(text: &str) -> bool {
    text.len() <= 256 && text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}
