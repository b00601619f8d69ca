//! Where to go after signing in.
//!
//! Invariant: a [`Next`] is a page of ours. Whatever else is asked for becomes the home page, so that
//! a link to our sign-in page can never lead somewhere else.

use std::fmt;

/// A page of ours, by path and nothing else that could be read as a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Next(String);

/// Longest path that is kept.
const LONGEST: usize = 200;
/// Longest query that is kept.
const LONGEST_QUERY: usize = 800;

impl Next {
    /// The home page.
    pub(super) const HOME: Self = Self(String::new());

    /// Takes a path of letters, digits and `/_-.~`, that names no host, with the choice that links in our
    /// mails carry, or with what a page keeps in its address: filters, tabs, a half-written policy.
    /// Everything else is the home page.
    pub(super) fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let is_path = path.starts_with('/')
            && !path.contains("//")
            && !path.contains("..")
            && path.len() <= LONGEST
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"/_-.~".contains(&byte));
        let is_query = matches!(query, "" | "choice=allow" | "choice=deny" | "tab=outbound")
            || is_device_code(query)
            || (path == crate::oauth::AUTHORIZE && is_encoded(query))
            || is_kept_in_address(path, query);
        if is_path && is_query && path != "/" {
            Self(text.trim_end_matches('?').to_owned())
        } else {
            Self::HOME
        }
    }

    /// The page.
    pub(super) fn path(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }

    /// The sign-in page that leads there.
    pub(super) fn sign_in_url(&self) -> String {
        if self.0.is_empty() {
            return "/signin".to_owned();
        }
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", &self.0)
            .finish();
        format!("/signin?{query}")
    }

    /// What the person is about to do there, when that is worth saying.
    pub(super) fn purpose(&self) -> Option<&'static str> {
        match self.0.split('/').nth(1)? {
            "enroll" | "enrollments" => {
                Some("Sign in to decide on an agent’s request. Nothing is decided by signing in.")
            }
            "approvals" => {
                Some("Sign in to answer an agent’s question. Nothing is decided by signing in.")
            }
            "invite" => Some("Sign in to join an organisation. Nothing is decided by signing in."),
            "cli" => Some("Sign in to let a program in. Nothing is decided by signing in."),
            "oauth" => Some("Sign in to let an assistant in. Nothing is decided by signing in."),
            "share" | "shares" => Some("Sign in to see what was shared with you."),
            "agents" if self.0.contains("/reveal/") => {
                Some("Sign in to create the key of your agent.")
            }
            _ => None,
        }
    }
}

/// Longest question of an assistant.
const LONGEST_QUESTION: usize = 6000;

/// The question of an assistant, as programs encode it. The page that it leads to judges it.
fn is_encoded(query: &str) -> bool {
    query.len() <= LONGEST_QUESTION
        && query
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%+&=:/".contains(&byte))
}

/// Whether the page keeps such things in its address. Opening any of them changes nothing.
fn is_kept_in_address(path: &str, query: &str) -> bool {
    let page = path.split('/').nth(1).unwrap_or_default();
    matches!(
        page,
        "access" | "agents" | "approvals" | "audit" | "search" | "shares" | "vaults" | "webhooks"
    ) && query.len() <= LONGEST_QUERY
        && query
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"=&%+*:._~-".contains(&byte))
}

/// The code that a program adds to the address of its page.
fn is_device_code(query: &str) -> bool {
    query.strip_prefix("code=").is_some_and(|code| {
        code.len() <= 20
            && code
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

impl fmt::Display for Next {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_come_next() {
        for ours in [
            "/enroll/enr_Az09_-",
            "/enroll/enr_x?choice=deny",
            "/vaults/0192-ab",
            "/shares?tab=outbound",
            "/oauth/authorize?client_id=https%3A%2F%2Fa.example%2Fc&state=x+y&scope=names:read",
            "/audit?action=secret.read&from=2026-11-01",
            "/vaults/0192-ab/policies/new?principal_id=agent:0192&secret_path_pattern=a%2F**&permissions=read",
        ] {
            assert_eq!(Next::parse(ours).path(), ours);
        }
        for foreign in [
            "",
            "/",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "/%2f/evil.example",
            "/%5cevil.example",
            "/a//evil.example",
            "/../signin",
            "/enroll/x?next=//evil.example",
            "/enroll/x?choice=allow&x=y",
            "/oauth/consent?client_id=x",
            "/oauth/authorize?x=\r\nSet-Cookie:x=y",
            "/oauth/authorize?x=<script>",
            "/oauth/authorize/../x?a=b",
            "/enroll/x#//evil.example",
            "/\t/evil.example",
            "/\r\nSet-Cookie:x=y",
            "/@evil.example",
            "/vaults/x?q=//evil.example",
            "/vaults/x?q=<script>",
            "/signin?next=x",
            "/settings?x=y",
            "evil.example/",
            " /enroll",
        ] {
            assert_eq!(Next::parse(foreign), Next::HOME, "{foreign:?}");
        }
        assert_eq!(Next::parse(&format!("/{}", "a".repeat(200))), Next::HOME);
        assert_eq!(Next::HOME.path(), "/");
        assert_eq!(
            Next::parse("/enroll/enr_x?choice=allow").sign_in_url(),
            "/signin?next=%2Fenroll%2Fenr_x%3Fchoice%3Dallow"
        );
    }
}
