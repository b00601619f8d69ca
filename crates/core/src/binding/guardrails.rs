//! Which calls a binding allows.

use super::Refused;
use serde::Deserialize;
use url::Url;

/// Methods that can be allowed. `CONNECT` and `TRACE` cannot: one leads elsewhere, the other sends everything back.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Methods that are allowed when none is named.
const HARMLESS: [&str; 2] = ["GET", "HEAD"];
/// Most entries of a list.
const MOST: usize = 64;

/// `guardrails` of a binding.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardrails {
    /// Names of hosts, `*.example.com` for those below; when absent, the host of the base URL.
    #[serde(default)]
    allowed_hosts: Option<Vec<String>>,
    /// Patterns of whole paths; when absent, everything below the base URL.
    #[serde(default)]
    allowed_paths: Option<Vec<String>>,
    /// When absent, `GET` and `HEAD`.
    #[serde(default, alias = "allowed_methods")]
    methods: Option<Vec<String>>,
}

impl Guardrails {
    /// Reads and checks them.
    ///
    /// # Errors
    /// What is wrong with them; a member that nobody knows is an error.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let bad = |sentence: String| Refused::malformed("guardrails", sentence);
        let rails: Self = super::object(text).map_err(|error| {
            bad(format!(
                "guardrails may have allowed_hosts, allowed_paths and methods: {error}."
            ))
        })?;
        for list in [&rails.allowed_hosts, &rails.allowed_paths, &rails.methods]
            .into_iter()
            .flatten()
        {
            if list.is_empty() || list.len() > MOST {
                return Err(bad(format!(
                    "A list has between 1 and {MOST} entries; leave it out for the default."
                )));
            }
        }
        for method in rails.methods.iter().flatten() {
            known(method).ok_or_else(|| bad(format!("methods are {}.", METHODS.join(", "))))?;
        }
        for host in rails.allowed_hosts.iter().flatten() {
            let name = host.strip_prefix("*.").unwrap_or(host);
            if name.is_empty() || name.contains(['*', '/', '@']) {
                return Err(bad(
                    "allowed_hosts are names such as api.example.com or *.example.com.".to_owned(),
                ));
            }
        }
        for pattern in rails.allowed_paths.iter().flatten() {
            if !pattern.starts_with('/')
                || pattern.contains("//")
                || pattern
                    .split('/')
                    .any(|part| part.contains("**") && part != "**")
            {
                return Err(bad(
                    "allowed_paths are patterns such as /v1/users/*: * is within one segment, ** is any number of segments."
                        .to_owned(),
                ));
            }
        }
        Ok(rails)
    }

    /// The method, if it is allowed.
    pub(super) fn method(&self, wanted: &str) -> Result<&'static str, Refused> {
        let method = known(wanted).ok_or_else(|| {
            Refused::malformed(
                "method",
                format!("method is one of {}.", METHODS.join(", ")),
            )
        })?;
        let is_allowed = match &self.methods {
            None => HARMLESS.contains(&method),
            Some(list) => list.iter().any(|allowed| known(allowed) == Some(method)),
        };
        if is_allowed {
            return Ok(method);
        }
        Err(Refused::Forbidden(format!(
            "This binding does not allow the method {method}."
        )))
    }

    /// Checks host and path of a call or of a base URL.
    ///
    /// # Errors
    /// When one of them is not allowed.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        self.check_host(url)?;
        let is_allowed = self.allowed_paths.as_ref().is_none_or(|patterns| {
            patterns
                .iter()
                .any(|pattern| path_matches(pattern, url.path()))
        });
        if is_allowed {
            return Ok(());
        }
        Err(Refused::Forbidden(
            "This binding does not allow this path.".to_owned(),
        ))
    }

    /// Checks the host alone.
    ///
    /// # Errors
    /// When it is not allowed.
    pub fn check_host(&self, url: &Url) -> Result<(), Refused> {
        let host = url.host_str().unwrap_or_default();
        let is_allowed = self.allowed_hosts.as_ref().is_none_or(|hosts| {
            hosts
                .iter()
                .any(|allowed| match allowed.strip_prefix("*.") {
                    Some(parent) => host
                        .len()
                        .checked_sub(parent.len())
                        .and_then(|at| host.split_at_checked(at))
                        .is_some_and(|(front, end)| {
                            front.len() > 1
                                && front.ends_with('.')
                                && end.eq_ignore_ascii_case(parent)
                        }),
                    None => allowed.eq_ignore_ascii_case(host),
                })
        });
        if is_allowed {
            return Ok(());
        }
        Err(Refused::Forbidden(
            "This binding does not allow this host.".to_owned(),
        ))
    }
}

fn known(word: &str) -> Option<&'static str> {
    METHODS
        .into_iter()
        .find(|method| method.eq_ignore_ascii_case(word))
}

/// Refuses every path that some server could read as another one; the error completes "The path …".
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.starts_with('/') || path.len() > 1024 {
        return Err("must begin with / and have at most 1024 characters");
    }
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    if !path.bytes().all(is_plain) {
        return Err("must be percent-encoded, without ?, # and \\; parameters belong in query");
    }
    let lower = path.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some((_, after)) = rest.split_once('%') {
        let code = after
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        // What is escaped without need, or separates, can be read twice.
        let is_honest = code.is_some_and(|byte| {
            byte > b' '
                && byte != 0x7f
                && !byte.is_ascii_alphanumeric()
                && !b"/\\.%-_~;".contains(&byte)
        }) || code == Some(b' ');
        if !is_honest {
            return Err("has an escape that servers read in different ways");
        }
        rest = after.get(2..).unwrap_or_default();
    }
    let inner = path.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let is_step = |part: &str| matches!(part.split(';').next(), Some("." | ".." | ""));
    if !inner.is_empty() && inner.split('/').any(is_step) || path == "//" {
        return Err("has an empty, . or .. segment");
    }
    Ok(())
}

/// Whether a whole path matches: `**` is any number of segments, `*` any text within one.
fn path_matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.trim_start_matches('/').split('/').collect();
    let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    wild(
        &pattern,
        &path,
        |part| *part == "**",
        |part, text| {
            let part: Vec<u8> = part.bytes().collect();
            let text: Vec<u8> = text.bytes().collect();
            wild(
                &part,
                &text,
                |byte| *byte == b'*',
                |one, other| one == other,
            )
        },
    )
}

/// Matches with wildcards that stand for any number of items, going back to the last one only: no pattern takes
/// longer than its length times that of the text.
fn wild<T>(
    pattern: &[T],
    text: &[T],
    is_wild: impl Fn(&T) -> bool,
    same: impl Fn(&T, &T) -> bool,
) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut last: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at), text.get(from)) {
            (None, None) => return true,
            (Some(item), _) if is_wild(item) => {
                last = Some((at, from));
                at += 1;
                continue;
            }
            (Some(item), Some(one)) if same(item, one) => {
                at += 1;
                from += 1;
                continue;
            }
            _ => {}
        }
        match last {
            Some((wild, start)) if start < text.len() => {
                last = Some((wild, start + 1));
                at = wild + 1;
                from = start + 1;
            }
            _ => return false,
        }
    }
}
