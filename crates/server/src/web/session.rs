//! Who is looking at a page, and whether a form is theirs.
//!
//! The session is a cookie with the `__Host-` prefix: only this host can set it, over TLS (or on the
//! loopback interface), for all paths, out of reach of scripts. It is `SameSite=Lax` and not
//! `Strict`, because people come to us by links in mails, and a strict cookie would ask them to sign
//! in although they are. What `Lax` leaves open is closed twice over:
//!
//! - A request that changes something is refused unless the browser says that it comes from one of
//!   our own pages ([`is_same_origin`]).
//! - Every form of a signed-in person carries a token for this session and exactly the path it posts
//!   to. A form for one thing cannot be made to do another.
//!
//! Signing in always begins a new session under a new cookie; one that came with the request is never
//! taken over.

use super::form::{Fields, FormToken};
use super::next::Next;
use super::page::Notice;
use super::refusal::Refusal;
use super::resume;
use crate::ServerState;
use crate::extract::read_body;
use crate::middleware::Context;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use oneclaw_app::{Caller, Kind, users};
use oneclaw_core::id::SessionId;
use oneclaw_core::secret::SecretString;

/// The cookie of a session.
pub(super) const SESSION_COOKIE: &str = "__Host-1claw_session";

/// Whether a browser says that the request comes from one of our own pages. Browsers that do not
/// send `Sec-Fetch-Site` (before 2023) are judged by `Origin`; a request with neither is refused.
fn is_same_origin(headers: &HeaderMap, public_url: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    let ours = url::Url::parse(public_url).map(|url| url.origin());
    let theirs = headers
        .get(ORIGIN)
        .and_then(|origin| origin.to_str().ok())
        .map(url::Url::parse);
    match (ours, theirs) {
        (Ok(ours), Some(Ok(theirs))) => ours.is_tuple() && ours == theirs.origin(),
        _ => false,
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers
        .get_all(COOKIE)
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Sets a cookie for this host; an empty value removes it.
pub(super) fn set_cookie(response: &mut Response, name: &str, value: &str) {
    let expiry = if value.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{expiry}");
    // Our cookies hold tokens and words of ours, which are always valid in a header.
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// Answers with a redirect that carries a new session.
pub(super) fn signed_in(secret: &SecretString, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    set_cookie(&mut response, SESSION_COOKIE, secret.expose());
    response
}

/// A visitor of a page that is for everybody.
pub(super) struct Visitor {
    /// Who it is, when signed in.
    pub(super) signed: Option<Signed>,
    /// What they did on the page before.
    pub(super) notice: Option<Notice>,
}

/// Somebody who is signed in.
pub(super) struct Signed {
    /// Who it is.
    pub(super) caller: Caller,
    /// What they see of themselves.
    pub(super) profile: users::Profile,
    /// What they did on the page before.
    pub(super) notice: Option<Notice>,
    session: SessionId,
}

impl Signed {
    /// The token of a form that posts to `path`.
    pub(super) fn form_token(&self, state: &ServerState, path: &str) -> FormToken {
        FormToken::new(state.app().keyring().csrf_token(self.session, path))
    }

    fn check_token(&self, state: &ServerState, path: &str, fields: &Fields) -> Result<(), Refusal> {
        let keyring = state.app().keyring();
        if keyring.csrf_token_matches(self.session, path, fields.text("form_token")) {
            Ok(())
        } else {
            Err(Refusal::foreign_form())
        }
    }
}

async fn signed_visitor(parts: &Parts, state: &ServerState) -> Result<Option<Signed>, Refusal> {
    let Some(cookie) = cookie(&parts.headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let app = state.app();
    let found = async {
        let ip = parts
            .extensions
            .get::<Context>()
            .and_then(|context| context.ip);
        let caller = users::session_caller(app, cookie, ip).await?;
        let profile = users::me(app, &caller).await?;
        Ok::<_, oneclaw_app::Error>((caller, profile))
    };
    match found.await {
        Ok((caller, profile)) => {
            let notice = Notice::of(&parts.headers);
            Ok(caller.session().map(|session| Signed {
                caller,
                profile,
                notice,
                session,
            }))
        }
        Err(error) if *error.kind() == Kind::Unauthenticated => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl FromRequestParts<ServerState> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refusal> {
        Ok(Self {
            signed: signed_visitor(parts, state).await?,
            notice: Notice::of(&parts.headers),
        })
    }
}

impl FromRequestParts<ServerState> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Refusal> {
        let signed = signed_visitor(parts, state).await?;
        signed.ok_or_else(|| {
            Refusal::SignIn(if parts.method == Method::GET {
                Next::parse(&target(parts))
            } else {
                Next::HOME
            })
        })
    }
}

fn target(parts: &Parts) -> String {
    parts
        .uri
        .path_and_query()
        .map_or_else(String::new, ToString::to_string)
}

fn check_origin(parts: &Parts, state: &ServerState) -> Result<(), Refusal> {
    if is_same_origin(&parts.headers, &state.app().settings().public_url) {
        return Ok(());
    }
    Err(Refusal::foreign_form())
}

/// A form that somebody who is signed in has sent from one of our pages.
pub(super) struct SignedForm {
    /// Who.
    pub(super) signed: Signed,
    /// What.
    pub(super) fields: Fields,
}

impl FromRequest<ServerState> for SignedForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        check_origin(&parts, state)?;
        let path = parts.uri.path().to_owned();
        let Some(signed) = signed_visitor(&parts, state).await? else {
            // A form that was sent too late is not sent again by signing in: its sender decides.
            let fields = read(Request::from_parts(parts, body), LARGEST_OPEN).await;
            return Err(resume::sign_in_first(state, &path, fields.ok()));
        };
        let fields = read(Request::from_parts(parts, body), LARGEST).await?;
        signed.check_token(state, &path, &fields)?;
        Ok(Self { signed, fields })
    }
}

/// A form that anybody may send, from one of our pages, and that does the same for everybody: signing
/// in, and what mailed links are for. Who is signed in gives it no power, so it carries no token.
pub(super) struct OpenForm {
    /// Who is signed in at this browser, if anybody.
    pub(super) signed: Option<Signed>,
    /// What was sent.
    pub(super) fields: Fields,
}

impl FromRequest<ServerState> for OpenForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        check_origin(&parts, state)?;
        let signed = signed_visitor(&parts, state).await?;
        let fields = read(Request::from_parts(parts, body), LARGEST_OPEN).await?;
        Ok(Self { signed, fields })
    }
}

/// A form that anybody may send, from one of our pages, and that can do more for somebody who is signed
/// in. Then it carries their token.
pub(super) struct VisitorForm {
    /// Who sent it, when signed in.
    pub(super) signed: Option<Signed>,
    /// What was sent.
    pub(super) fields: Fields,
}

impl FromRequest<ServerState> for VisitorForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Refusal> {
        let path = request.uri().path().to_owned();
        let OpenForm { signed, fields } = OpenForm::from_request(request, state).await?;
        if let Some(signed) = &signed {
            signed.check_token(state, &path, &fields)?;
        }
        Ok(Self { signed, fields })
    }
}

/// Largest form. It has room for the largest secret, whose every byte takes three in a form.
const LARGEST: usize = 4 * 1024 * 1024;
/// Largest form of somebody who is not signed in.
const LARGEST_OPEN: usize = 64 * 1024;

async fn read(request: Request, limit: usize) -> Result<Fields, Refusal> {
    let media_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return Err(Refusal::foreign_form());
    }
    let body = read_body(request.into_body(), limit).await?;
    Ok(Fields::parse(body.expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        let ours = "https://vault.example.org";
        for (pairs, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            // The newer header decides, whatever the older says.
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://vault.example.org"),
                ],
                false,
            ),
            (&[("origin", "https://vault.example.org")], true),
            (&[("origin", "https://vault.example.org:443")], true),
            (&[("origin", "https://vault.example.org:8443")], false),
            (&[("origin", "http://vault.example.org")], false),
            (&[("origin", "https://evil.example.org")], false),
            (&[("origin", "https://vault.example.org.evil.test")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(is_same_origin(&headers(pairs), ours), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = headers(&[(
            "cookie",
            "x__Host-1claw_session=evil; a=b; __Host-1claw_session=ses_1",
        )]);
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("ses_1"));
        assert_eq!(cookie(&headers, "1claw_session"), None);
    }
}
