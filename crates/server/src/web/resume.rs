//! What somebody typed survives the end of their session.
//!
//! A form that comes too late is answered with the sign-in page, which carries along what was typed. After
//! signing in, a page offers to send it; nothing is sent by signing in.
//!
//! Invariants:
//! - It is kept in the answers to the forms that carry it, never in storage, so a value that was typed is
//!   nowhere else.
//! - Only forms that people write into come back. An answer to a request, a deletion or a switch is decided
//!   anew, on its own page.
//! - What is sent in the end is an ordinary form of the new session, with a token of its own.

use super::account::SignInPage;
use super::form::{Fields, Form, FormToken};
use super::next::Next;
use super::page::{PageResult, page};
use super::refusal::Refusal;
use super::session::{SESSION_COOKIE, set_cookie};
use super::view::filters;
use crate::ServerState;
use askama::Template;
use askama::filters::HtmlSafe;
use http::StatusCode;
use oneclaw_app::users;
use oneclaw_core::secret::SecretString;
use std::net::IpAddr;

/// Fields that prove something and would be stale or too dangerous to carry along.
const NEVER_KEPT: [&str; 3] = ["form_token", "confirmation", "signature"];
/// Where the form was sent to, in the forms that carry it along.
const TO: &str = "resume_to";
/// Begins the names of its fields.
const PREFIX: &str = "resume.";
/// Longest text that is carried along: the forms that carry it are open to anybody and therefore small.
const LONGEST: usize = 40 * 1024;

/// A form that came too late: as hidden fields, a part of other forms.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<input type="hidden" name="resume_to" value="{{ to }}">{% for (name, value) in fields %}<input type="hidden" name="resume.{{ name }}" value="{{ value }}">{% endfor %}"#
)]
pub(super) struct Resume {
    to: String,
    fields: Vec<(String, String)>,
}

impl HtmlSafe for Resume {}

impl Resume {
    /// The form that was sent to `to`, if it is one of those that people write into.
    pub(super) fn of(to: &str, fields: Fields) -> Option<Self> {
        let fields: Vec<_> = fields
            .into_pairs()
            .into_iter()
            .filter(|(name, _)| !NEVER_KEPT.contains(&name.as_str()))
            .collect();
        let size: usize = fields
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        let is_kept = is_written_into(to) && !fields.is_empty() && size <= LONGEST;
        is_kept.then(|| Self {
            to: to.to_owned(),
            fields,
        })
    }

    /// What a form carries along.
    pub(super) fn carried_by(fields: &Fields) -> Option<Self> {
        let carried = fields.pairs().filter_map(|(name, value)| {
            let name = name.strip_prefix(PREFIX)?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self::of(fields.text(TO), Fields::from_pairs(carried.collect()))
    }

    /// What it was about, as far as it is no secret.
    fn facts(&self) -> Vec<(&'static str, &str)> {
        const TOLD: [(&str, &str); 6] = [
            ("path", "Path"),
            ("folder", "Folder"),
            ("name", "Name"),
            ("email", "Address"),
            ("url", "Address"),
            ("secret_path_pattern", "Paths"),
        ];
        let told = TOLD.into_iter().filter_map(|(name, label)| {
            let (_, value) = self.fields.iter().find(|(field, _)| field == name)?;
            (!value.trim().is_empty()).then_some((label, value.as_str()))
        });
        told.collect()
    }

    /// The page that the form was on, or one near it.
    fn page(&self) -> &str {
        let endings = ["/secrets", "/events", "/profile"];
        let page = endings.iter().find_map(|end| self.to.strip_suffix(end));
        page.unwrap_or(&self.to)
    }
}

/// Whether people write into the form that goes there.
fn is_written_into(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    match segments.as_slice() {
        ["vaults" | "agents" | "keys" | "members" | "webhooks"]
        | ["settings", "profile" | "organisation"] => true,
        ["vaults", id, "secrets" | "import" | "policies"] | ["webhooks", id, "events"] => {
            id.parse::<uuid::Uuid>().is_ok()
        }
        _ => false,
    }
}

/// Where somebody belongs whose answer came too late: the page of the question.
fn question(path: &str) -> Next {
    let (page, verb) = path.rsplit_once('/').unwrap_or_default();
    match verb {
        "approve" | "deny" | "accept" | "decline" => Next::parse(page),
        _ => Next::HOME,
    }
}

/// Answers a form that needs a session with the way to get one.
pub(super) fn sign_in_first(state: &ServerState, path: &str, fields: Option<Fields>) -> Refusal {
    let Some(resume) = fields.and_then(|fields| Resume::of(path, fields)) else {
        return Refusal::SignIn(question(path));
    };
    let next = Next::parse(resume.page());
    let sign_in = SignInPage::new(state, next, Form::default(), None).with_resume(Some(resume));
    match page(StatusCode::FORBIDDEN, &sign_in) {
        Ok(response) => Refusal::Page(Box::new(response)),
        Err(refusal) => refusal,
    }
}

#[derive(Template)]
#[template(path = "resume.html")]
struct ResumePage {
    email: String,
    resume: Resume,
    token: FormToken,
    fields: Vec<(String, String)>,
    leave: String,
}

/// Goes on after signing in: to the page that was wanted, or to the offer to send what was typed.
pub(super) async fn go_on(
    state: &ServerState,
    secret: &SecretString,
    ip: Option<IpAddr>,
    next: &Next,
    resume: Option<Resume>,
) -> PageResult {
    let Some(resume) = resume else {
        return Ok(super::session::signed_in(secret, next.path()));
    };
    let app = state.app();
    let caller = users::session_caller(app, secret.expose(), ip).await?;
    let profile = users::me(app, &caller).await?;
    let session = caller.session().ok_or_else(Refusal::foreign_form)?;
    let token = FormToken::new(app.keyring().csrf_token(session, &resume.to));
    let offer = ResumePage {
        email: profile.email,
        token,
        fields: resume.fields.clone(),
        leave: resume.page().to_owned(),
        resume,
    };
    let mut response = page(StatusCode::OK, &offer)?;
    set_cookie(&mut response, SESSION_COOKIE, secret.expose());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: &str = "/vaults/0192f3a0-0000-7000-8000-000000000000";

    #[test]
    fn forms_that_people_write_into_come_back_and_no_others() {
        let fields = || Fields::parse(b"path=a&value=v&form_token=t&confirmation=c&signature=s");
        let kept = Resume::of(&format!("{VAULT}/secrets"), fields()).unwrap();
        let html = kept.to_string();
        assert!(html.contains(r#"name="resume.value" value="v""#), "{html}");
        for name in ["form_token", "confirmation", "signature"] {
            assert!(!html.contains(name), "{html}");
        }
        for path in [
            "",
            "//evil.example/vaults",
            "/vaults/..%2f/secrets",
            "/signout",
            "/settings/delete",
            "/settings/password",
            &format!("{VAULT}/delete"),
            &format!("{VAULT}/reveal"),
            "/agents/0192f3a0-0000-7000-8000-000000000000/rotate-key",
            "/enroll/enr_x/approve",
        ] {
            assert!(Resume::of(path, fields()).is_none(), "{path}");
        }
        assert!(Resume::of("/vaults", Fields::parse(b"form_token=t")).is_none());
        let long = format!("name={}", "a".repeat(LONGEST));
        assert!(Resume::of("/vaults", Fields::parse(long.as_bytes())).is_none());
    }

    #[test]
    fn it_is_carried_along_whole_and_tells_no_secret() {
        let sent =
            Fields::parse(b"path=api%2Fkey&value=line%0D%0Atwo&permissions=read&permissions=use");
        let kept = Resume::of(&format!("{VAULT}/secrets"), sent).unwrap();
        let form = Fields::from_pairs(
            kept.fields
                .iter()
                .map(|(name, value)| (format!("{PREFIX}{name}"), value.clone()))
                .chain([
                    (TO.to_owned(), kept.to.clone()),
                    ("email".to_owned(), "x".to_owned()),
                ])
                .collect(),
        );
        let again = Resume::carried_by(&form).unwrap();
        assert_eq!((&again.to, &again.fields), (&kept.to, &kept.fields));
        assert_eq!(again.facts(), [("Path", "api/key")]);
        assert_eq!(again.page(), VAULT);
    }

    #[test]
    fn an_answer_that_came_too_late_leads_to_its_question() {
        assert_eq!(question("/enroll/enr_x/approve").path(), "/enroll/enr_x");
        assert_eq!(question("/approvals/1/deny").path(), "/approvals/1");
        assert_eq!(question("/signout"), Next::HOME);
        assert_eq!(question(""), Next::HOME);
    }
}
