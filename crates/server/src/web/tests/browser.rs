//! A browser: keeps cookies, fills in the forms that pages hold, follows where they lead.

use crate::test_app::{Options, PASSWORD, TestApp, request};
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderName, HeaderValue};
use oneclaw_app::users;
use oneclaw_core::secret::SecretString;
use oneclaw_store::test_support::{Backend, TestDatabase};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An instance with its pages.
pub(super) struct Site {
    pub(super) server: TestApp,
    pub(super) database: Arc<TestDatabase>,
}

impl Site {
    pub(super) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        let database = Arc::new(TestDatabase::create(Backend::Sqlite).await.unwrap());
        Self {
            server: TestApp::on(Arc::clone(&database), options).await,
            database,
        }
    }

    /// A browser in which somebody with an organisation of their own is signed in.
    pub(super) async fn signed_in(&self, email: &str) -> Browser<'_> {
        let password = SecretString::from(PASSWORD.to_owned());
        users::ensure_demo_owner(&self.server.app, email, &password)
            .await
            .unwrap();
        let mut browser = self.browser();
        let fields = [("email", email), ("password", PASSWORD)];
        browser
            .submit("/signin", "/signin", &fields)
            .await
            .redirects_to("/");
        browser
    }

    /// A browser that was never here.
    pub(super) fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: BTreeMap::new(),
        }
    }
}

/// A browser.
#[derive(Clone)]
pub(super) struct Browser<'a> {
    pub(super) site: &'a Site,
    pub(super) cookies: BTreeMap<String, String>,
}

/// A page as it arrived.
pub(super) struct Page {
    pub(super) status: u16,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

impl Page {
    /// Where it sends the browser.
    pub(super) fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .map_or("", |location| location.to_str().unwrap())
    }

    #[track_caller]
    pub(super) fn redirects_to(self, path: &str) -> Self {
        assert_eq!((self.status, self.location()), (303, path), "{}", self.body);
        self
    }

    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(super) fn shows(self, text: &str) -> Self {
        assert!(self.body.contains(text), "no {text:?} in {}", self.body);
        self
    }

    #[track_caller]
    pub(super) fn hides(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
        self
    }

    /// The actions of all forms that act.
    pub(super) fn forms(&self) -> Vec<String> {
        let forms = self.body.split("<form ").skip(1);
        forms
            .map(|form| between(form, "action=\"", "\"").to_owned())
            .collect()
    }

    /// The action of the first form whose action contains `part`.
    #[track_caller]
    pub(super) fn form_with(&self, part: &str) -> String {
        let mut forms = self.forms().into_iter();
        forms
            .find(|action| action.contains(part))
            .unwrap_or_else(|| panic!("no form for {part} in {}", self.body))
    }

    /// The hidden fields of the form with this action.
    #[track_caller]
    pub(super) fn hidden_fields(&self, action: &str) -> Vec<(String, String)> {
        let form = self
            .body
            .split("<form ")
            .find(|form| between(form, "action=\"", "\"").split('#').next() == Some(action));
        let form = form.unwrap_or_else(|| panic!("no form for {action} in {}", self.body));
        let form = form.split("</form>").next().unwrap_or_default();
        let hidden = form.split("<input type=\"hidden\" ").skip(1);
        // A button that has a name sends it along.
        let named = form
            .split("<button ")
            .filter(|button| button.contains("type=\"submit\" name=\""));
        hidden
            .chain(named)
            .map(|input| {
                (
                    between(input, "name=\"", "\"").to_owned(),
                    between(input, "value=\"", "\"").to_owned(),
                )
            })
            .collect()
    }
}

/// What stands between two marks, `""` when the first is missing.
pub(super) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    text.split_once(start)
        .map_or("", |(_, rest)| rest.split(end).next().unwrap_or_default())
}

impl Browser<'_> {
    pub(super) async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None, &[]).await
    }

    /// Opens `page`, fills in its form for `action`, and sends it as the browser would.
    pub(super) async fn submit(
        &mut self,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let page = self.get(page).await.expect(200);
        self.submit_from(&page, action, fields).await
    }

    /// Fills in the form for `action` on a page that is open.
    pub(super) async fn submit_from(
        &mut self,
        page: &Page,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let hidden = page.hidden_fields(action);
        let hidden = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = hidden.chain(fields.iter().copied()).collect();
        self.post(action, &fields).await
    }

    /// Sends a form from one of our own pages.
    pub(super) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(
            "POST",
            path,
            Some(fields),
            &[("sec-fetch-site", "same-origin")],
        )
        .await
    }

    /// Sends a request with exactly these headers besides cookies and the type of a form.
    pub(super) async fn send(
        &mut self,
        method: &str,
        path: &str,
        fields: Option<&[(&str, &str)]>,
        headers: &[(&'static str, &'static str)],
    ) -> Page {
        let mut request = request(method, path);
        let jar: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !jar.is_empty() {
            request
                .headers_mut()
                .insert(COOKIE, jar.join("; ").parse().unwrap());
        }
        if let Some(fields) = fields {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers_mut().insert(CONTENT_TYPE, form);
            let body = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish();
            *request.body_mut() = Body::from(body);
        }
        for (name, value) in headers {
            request.headers_mut().insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let answer = self.site.server.send(request).await;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let (name, value) = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Page {
            status: answer.status,
            headers: answer.headers,
            body: String::from_utf8(answer.body.to_vec()).unwrap(),
        }
    }
}
