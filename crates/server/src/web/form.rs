//! Forms: reading what was sent, and showing it again with what is wrong.
//!
//! Invariant: what a form shows again never includes a secret. Secrets leave [`Fields`] by
//! [`Fields::take_secret`], and only what is left becomes a [`Form`]. The one exception is a form that came
//! after the end of its session; see [`super::resume`].

use super::refusal::Refusal;
use super::view::filters;
use crate::error::ApiError;
use askama::Template;
use askama::filters::HtmlSafe;
use http::StatusCode;
use oneclaw_app::Kind;
use oneclaw_core::limit::retry_after_seconds;
use oneclaw_core::secret::SecretString;
use std::time::Duration;

/// What a browser sent, in its order. Not `Debug`: it may hold secrets.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    /// Fields by name.
    pub(super) const fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// All of it, in its order.
    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// The same, to look at.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first field of this name, trimmed of nothing; empty when absent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// The field, unless it is absent or blank.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// All fields of this name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Takes a secret out; empty when absent.
    pub(super) fn take_secret(&mut self, name: &str) -> SecretString {
        let index = self.0.iter().position(|(key, _)| key == name);
        SecretString::from(index.map_or_else(String::new, |index| self.0.swap_remove(index).1))
    }

    /// The form, to be filled in again after `error`; errors that are not about the input pass on.
    pub(super) fn refused(self, error: oneclaw_app::Error) -> Result<Form, Refusal> {
        Form::of(self).refused(error)
    }
}

/// A message about a field, as a sentence of its own beside that field.
fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let text: String = first.to_uppercase().chain(characters).collect();
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        format!("{text}.")
    }
}

fn waiting(wait: Duration) -> String {
    match retry_after_seconds(wait) {
        0 | 1 => "a second".to_owned(),
        seconds if seconds < 120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// A form as shown: what was typed, and what is wrong with it.
pub(super) struct Form {
    status: StatusCode,
    summary: Option<String>,
    values: Vec<(String, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            status: StatusCode::OK,
            summary: None,
            values: Vec::new(),
            errors: Vec::new(),
        }
    }
}

impl Form {
    /// A form with what was typed so far.
    pub(super) fn of(fields: Fields) -> Self {
        Self {
            values: fields.0,
            ..Self::default()
        }
    }

    /// An untouched form with something filled in.
    pub(super) fn filled(values: &[(&str, &str)]) -> Self {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            values,
            ..Self::default()
        }
    }

    /// The same form after `error`; errors that are not about the input pass on.
    pub(super) fn refused(self, error: oneclaw_app::Error) -> Result<Self, Refusal> {
        let (summary, errors) = match error.kind() {
            Kind::Invalid(errors) => {
                let errors = errors
                    .iter()
                    .map(|(field, message)| (*field, sentence(message)))
                    .collect();
                ("Please check what is marked below.".to_owned(), errors)
            }
            Kind::RateLimited(wait) => (
                format!("{} Try again in {}.", error.sentence(), waiting(*wait)),
                Vec::new(),
            ),
            Kind::Conflict
            | Kind::Forbidden
            | Kind::ApprovalRequired(_)
            | Kind::LimitReached
            | Kind::PreconditionFailed
            | Kind::Unprocessable
            | Kind::Unauthenticated => (error.sentence().to_owned(), Vec::new()),
            Kind::NotFound
            | Kind::Gone
            | Kind::Unavailable
            | Kind::NotConfigured
            | Kind::Internal => {
                return Err(error.into());
            }
        };
        let status = match ApiError::from(error).status() {
            // A form is no challenge of HTTP authentication, which is what 401 would announce.
            StatusCode::UNAUTHORIZED => StatusCode::FORBIDDEN,
            status => status,
        };
        Ok(Self {
            status,
            summary: Some(summary),
            values: self.values,
            errors,
        })
    }

    /// The status of the page that shows it.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// What was typed.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Whether this choice was made.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.values
            .iter()
            .any(|(key, chosen)| key == name && chosen == value)
    }

    fn message(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, message)| message.as_str())
    }

    /// The attributes of a field that is wrong.
    pub(super) fn marks<'a>(&self, name: &'a str) -> Marks<'a> {
        Marks {
            name,
            is_wrong: self.message(name).is_some(),
            has_hint: false,
        }
    }

    /// The same; a field that is not wrong refers to its hint.
    pub(super) fn marks_or_hint<'a>(&self, name: &'a str) -> Marks<'a> {
        Marks {
            has_hint: true,
            ..self.marks(name)
        }
    }

    /// What is wrong with a field, to stand below it.
    pub(super) fn error<'a>(&'a self, name: &'a str) -> FieldError<'a> {
        FieldError {
            name,
            message: self.message(name),
        }
    }

    /// What is wrong with the whole, to stand above it, with links to the fields.
    pub(super) fn notice(&self) -> FormNotice<'_> {
        FormNotice {
            summary: self.summary.as_deref(),
            errors: &self.errors,
        }
    }
}

/// Attributes that tie a field to the text about it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if is_wrong %} aria-invalid="true" aria-describedby="{{ name }}-error"{% else if has_hint %} aria-describedby="{{ name }}-hint"{% endif %}"#
)]
pub(super) struct Marks<'a> {
    name: &'a str,
    is_wrong: bool,
    has_hint: bool,
}

impl HtmlSafe for Marks<'_> {}

/// What is wrong with one field.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% if let Some(message) = message %}<p class="error" id="{{ name }}-error">{{ "alert"|icon }}<span>{{ message|shown }}</span></p>{% endif %}"#
)]
pub(super) struct FieldError<'a> {
    name: &'a str,
    message: Option<&'a str>,
}

impl HtmlSafe for FieldError<'_> {}

/// What is wrong with a form. It takes the focus, so that it is read out first.
#[derive(Template)]
#[template(
    ext = "html",
    source = r##"{% if let Some(summary) = summary %}<div class="note danger" role="alert" tabindex="-1" autofocus>{{ "alert"|icon }}<div><span>{{ summary|shown }}</span>{% for (name, message) in errors.iter() %}<a href="#{{ name }}">{{ message|shown }}</a>{% endfor %}</div></div>{% endif %}"##
)]
pub(super) struct FormNotice<'a> {
    summary: Option<&'a str>,
    errors: &'a [(&'static str, String)],
}

impl HtmlSafe for FormNotice<'_> {}

/// The hidden field that proves a form is ours; see [`super::session`].
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<input type="hidden" name="form_token" value="{{ token }}">"#
)]
pub(super) struct FormToken {
    token: String,
}

impl HtmlSafe for FormToken {}

impl FormToken {
    /// The token itself, for a button that carries it.
    pub(super) fn value(&self) -> &str {
        &self.token
    }

    /// Carries `token`.
    pub(super) fn new(token: String) -> Self {
        Self { token }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_again() {
        let mut fields = Fields::parse(
            b"email=a%40b.example&password=hunter2+hunter2&permissions=read&permissions=use",
        );
        assert_eq!(fields.all("permissions"), ["read", "use"]);
        assert_eq!(fields.take_secret("password").expose(), "hunter2 hunter2");
        let form = fields
            .refused(oneclaw_app::Error::invalid("email", "must be better"))
            .ok()
            .unwrap();
        assert_eq!(form.value("email"), "a@b.example");
        assert_eq!(form.value("password"), "");
        assert!(form.has("permissions", "use") && !form.has("permissions", "write"));
        let html = form.notice().to_string();
        assert!(
            html.contains(r##"<a href="#email">Must be better.</a>"##),
            "{html}"
        );
        assert_eq!(
            form.marks("email").to_string(),
            r#" aria-invalid="true" aria-describedby="email-error""#
        );
        assert_eq!(form.marks("name").to_string(), "");
    }

    #[test]
    fn waits_are_told_in_words() {
        for (seconds, words) in [(1, "a second"), (59, "59 seconds"), (121, "3 minutes")] {
            assert_eq!(waiting(Duration::from_secs(seconds)), words);
        }
    }
}
