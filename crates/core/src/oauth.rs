//! Letting assistants in by OAuth: what one may be allowed, and where codes are sent.
//!
//! Invariants:
//! - A redirect URI has one spelling, and is compared as it was spelled. Only the port of a program on the human's own
//!   computer may differ (RFC 8252, section 7.3).
//! - Codes go to `https`, or to the human's own computer. A scheme that a program claimed for itself is taken only where
//!   an admin wrote it down: any other program can claim it too.

use crate::words::words;
use url::{Host, Url};

words! {
    /// What an assistant may be allowed to do with the tools. Which paths it reaches is decided by the policies of the
    /// agent that it acts as.
    pub enum Scope, "scope" {
        /// Names, types and versions of vaults and secrets, never values.
        NamesRead = "names:read",
        /// Values, and calls with credentials.
        ValuesRead = "values:read",
        /// Storing, generating and deleting secrets.
        ValuesWrite = "values:write",
        /// Asking humans for access.
        AccessRequest = "access:request",
        /// Handing a secret to somebody.
        ShareCreate = "share:create",
        /// Vaults and policies.
        VaultAdmin = "vault:admin",
    }
}

impl Scope {
    /// What an assistant is told to ask for when it asks for nothing. Administering vaults is for those that ask.
    pub const USUAL: [Self; 5] = [
        Self::NamesRead,
        Self::ValuesRead,
        Self::ValuesWrite,
        Self::AccessRequest,
        Self::ShareCreate,
    ];

    /// Reads a list with spaces in between (RFC 6749, section 3.3). Words of other servers are left out; the answer says
    /// what was granted.
    pub fn parse_list(text: &str) -> Vec<Self> {
        let asked: Vec<&str> = text.split(' ').collect();
        let known = Self::ALL.iter().copied();
        known
            .filter(|scope| asked.contains(&scope.as_str()))
            .collect()
    }

    /// Writes a list with spaces in between.
    pub fn list(scopes: &[Self]) -> String {
        let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        words.join(" ")
    }
}

/// Longest redirect URI.
const LONGEST_URI: usize = 1024;

/// Schemes that mean something to a browser, or to the system below it, whoever asks.
const TAKEN_SCHEMES: [&str; 17] = [
    "about",
    "blob",
    "chrome",
    "data",
    "file",
    "filesystem",
    "ftp",
    "http",
    "https",
    "javascript",
    "mailto",
    "resource",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Why a redirect URI is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Not a URL in the one spelling that all programs agree on.
    #[error("must be an absolute URL in its plain spelling, at most 1024 characters long")]
    Spelling,
    /// A fragment, which RFC 6749 forbids.
    #[error("must not contain a fragment (#…)")]
    Fragment,
    /// A name and password.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// Neither TLS nor the human's own computer.
    #[error("must begin with https://, or with http:// and name 127.0.0.1, [::1] or localhost")]
    Scheme,
}

/// Which redirect URIs are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vouched {
    /// What a client says of itself.
    ByItself,
    /// What an admin wrote down: schemes of programs too (RFC 8252, section 7.1).
    ByAdmin,
}

/// Where a code is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    text: String,
    url: Url,
}

impl RedirectUri {
    /// Judges a redirect URI.
    ///
    /// # Errors
    /// [`RedirectError`].
    pub fn parse(text: &str, vouched: Vouched) -> Result<Self, RedirectError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.contains(['"', '<', '>', '\\', '`', '{', '}', '|', '^']);
        if text.len() > LONGEST_URI || !is_plain {
            return Err(RedirectError::Spelling);
        }
        let url = Url::parse(text).map_err(|_| RedirectError::Spelling)?;
        // `http://127.0.0.1:7` and the same with a slash are one URL.
        if url.as_str() != text && url.as_str().strip_suffix('/') != Some(text) {
            return Err(RedirectError::Spelling);
        }
        if url.fragment().is_some() {
            return Err(RedirectError::Fragment);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectError::UserInfo);
        }
        let uri = Self {
            text: text.to_owned(),
            url,
        };
        let is_fine = match uri.url.scheme() {
            "https" => uri.url.host().is_some(),
            "http" => uri.is_on_own_computer(),
            scheme => vouched == Vouched::ByAdmin && !TAKEN_SCHEMES.contains(&scheme),
        };
        is_fine.then_some(uri).ok_or(RedirectError::Scheme)
    }

    /// As it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it leads to a program on the computer of whoever follows it.
    pub fn is_on_own_computer(&self) -> bool {
        self.url.scheme() == "http"
            && match self.url.host() {
                Some(Host::Ipv4(address)) => address.is_loopback(),
                Some(Host::Ipv6(address)) => address.is_loopback(),
                Some(Host::Domain(name)) => name == "localhost",
                None => false,
            }
    }

    /// Whether a request with `presented` is for this one.
    pub fn accepts(&self, presented: &Self) -> bool {
        if self.text == presented.text {
            return true;
        }
        if !self.is_on_own_computer() || !presented.is_on_own_computer() {
            return false;
        }
        let without_port = |uri: &Self| {
            let mut url = uri.url.clone();
            // The host was judged, so there is one, and a port can be taken away from it.
            url.set_port(None).is_ok().then_some(url)
        };
        matches!((without_port(self), without_port(presented)), (Some(ours), Some(theirs)) if ours == theirs)
    }

    /// Who gets the code: a host, or the scheme that a program claimed.
    pub fn receiver(&self) -> String {
        match self.url.host_str() {
            Some(host) if self.has_web_scheme() => host.to_owned(),
            _ => format!("{}:", self.url.scheme()),
        }
    }

    fn has_web_scheme(&self) -> bool {
        matches!(self.url.scheme(), "http" | "https")
    }

    /// The source expression by which a content security policy names it.
    pub fn as_policy_source(&self) -> String {
        match (self.url.host(), self.url.port()) {
            (Some(Host::Domain(_) | Host::Ipv4(_)), port) if self.has_web_scheme() => {
                let port = port.map_or_else(String::new, |port| format!(":{port}"));
                format!("{}://{}{port}", self.url.scheme(), self.receiver())
            }
            // The grammar of policies has no IPv6 addresses.
            _ => format!("{}:", self.url.scheme()),
        }
    }

    /// The address with these parameters added.
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        url.into()
    }
}

/// Whether a text can be the S256 challenge of a verifier (RFC 7636, section 4.2).
pub fn is_code_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether a text can be a verifier (RFC 7636, section 4.1).
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RedirectUri, RedirectError> {
        RedirectUri::parse(text, Vouched::ByItself)
    }

    #[test]
    fn codes_go_to_tls_or_to_the_own_computer() {
        for text in [
            "https://app.example.com/callback",
            "https://app.example.com/callback?a=b",
            "https://app.example.com:8443/",
            "http://127.0.0.1:33418",
            "http://127.0.0.1:33418/",
            "http://[::1]:9/cb",
            "http://localhost:9/cb",
            "http://localhost/cb",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for (text, error) in [
            ("http://app.example.com/cb", RedirectError::Scheme),
            ("http://localhost.evil.example/cb", RedirectError::Scheme),
            ("http://127.0.0.1.evil.example/cb", RedirectError::Scheme),
            ("cursor://anysphere.cursor-mcp/cb", RedirectError::Scheme),
            ("javascript:alert(1)", RedirectError::Scheme),
            ("data:text/html,x", RedirectError::Scheme),
            ("https://app.example.com/cb#x", RedirectError::Fragment),
            ("https://a@app.example.com/cb", RedirectError::UserInfo),
            (
                "https://app.example.com@evil.example/cb",
                RedirectError::UserInfo,
            ),
            (
                "https://app.example.com\\@evil.example/cb",
                RedirectError::Spelling,
            ),
            ("https://APP.example.com/cb", RedirectError::Spelling),
            ("https://app.example.com/a/../cb", RedirectError::Spelling),
            ("https://app.example.com:443/cb", RedirectError::Spelling),
            ("http://2130706433/cb", RedirectError::Spelling),
            ("http://127.1/cb", RedirectError::Spelling),
            ("https://app.example.com/c b", RedirectError::Spelling),
            ("https://app.example.com/\r\nx", RedirectError::Spelling),
            ("/cb", RedirectError::Spelling),
            ("", RedirectError::Spelling),
        ] {
            assert_eq!(parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_scheme_of_a_program_takes_an_admin() {
        let cursor = "cursor://anysphere.cursor-mcp/oauth/callback";
        let uri = RedirectUri::parse(cursor, Vouched::ByAdmin).unwrap();
        assert_eq!(uri.receiver(), "cursor:");
        assert_eq!(uri.as_policy_source(), "cursor:");
        for scheme in TAKEN_SCHEMES {
            if scheme != "https" {
                let text = format!("{scheme}://a/b");
                assert!(
                    RedirectUri::parse(&text, Vouched::ByAdmin).is_err(),
                    "{text}"
                );
            }
        }
        assert!(RedirectUri::parse("javascript:alert(1)", Vouched::ByAdmin).is_err());
    }

    #[test]
    fn only_the_port_of_the_own_computer_may_differ() {
        let accepts =
            |ours: &str, theirs: &str| parse(ours).unwrap().accepts(&parse(theirs).unwrap());
        for (ours, theirs) in [
            ("https://a.example/cb", "https://a.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb"),
            ("http://127.0.0.1:1/cb", "http://127.0.0.1:5000/cb"),
            ("http://localhost:1/cb", "http://localhost/cb"),
            ("http://[::1]:1/cb", "http://[::1]:2/cb"),
            ("http://127.0.0.1:1", "http://127.0.0.1:2/"),
        ] {
            assert!(accepts(ours, theirs), "{ours} {theirs}");
        }
        for (ours, theirs) in [
            ("https://a.example/cb", "https://a.example:8443/cb"),
            ("https://a.example/cb", "https://a.example/cb/"),
            ("https://a.example/cb", "https://a.example/cb?x=y"),
            ("https://a.example/cb", "https://b.example/cb"),
            ("https://a.example/cb", "http://localhost/cb"),
            ("http://127.0.0.1/cb", "http://localhost/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.2/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5000/evil"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5000/cb?x=y"),
        ] {
            assert!(!accepts(ours, theirs), "{ours} {theirs}");
        }
    }

    #[test]
    fn parameters_are_added_to_those_that_are_there() {
        let uri = parse("https://a.example/cb?tenant=x%20y").unwrap();
        assert_eq!(
            uri.with(&[("code", "oac_1"), ("state", "a&b=c d")]),
            "https://a.example/cb?tenant=x%20y&code=oac_1&state=a%26b%3Dc+d"
        );
        assert_eq!(uri.as_policy_source(), "https://a.example");
        let local = parse("http://127.0.0.1:5000/cb").unwrap();
        assert_eq!(local.as_policy_source(), "http://127.0.0.1:5000");
        assert_eq!(
            parse("http://[::1]:5/cb").unwrap().as_policy_source(),
            "http:"
        );
    }

    #[test]
    fn lists_of_scopes_are_in_one_order_and_know_no_other_words() {
        let scopes = Scope::parse_list("values:read openid names:read values:read Names:Read");
        assert_eq!(scopes, [Scope::NamesRead, Scope::ValuesRead]);
        assert_eq!(Scope::list(&scopes), "names:read values:read");
        assert!(Scope::parse_list("").is_empty());
        assert!(!Scope::USUAL.contains(&Scope::VaultAdmin));
    }

    #[test]
    fn challenges_and_verifiers_have_their_shape() {
        // RFC 7636, appendix B.
        assert!(is_code_challenge(
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        ));
        assert!(is_code_verifier(
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ));
        for text in [
            "",
            "short",
            &"a".repeat(42),
            &"=".repeat(43),
            &"a".repeat(129),
        ] {
            assert!(
                !is_code_challenge(text) && !is_code_verifier(text),
                "{text}"
            );
        }
    }
}
