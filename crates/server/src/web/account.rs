//! Becoming somebody: signing up, in and out, and passwords.
//!
//! Links from mails show a page with a button. Only the button acts, because programs open links too.

use super::form::{Fields, Form};
use super::next::Next;
use super::page::{Message, Notice, PageResult, Step, done, page};
use super::resume::{Resume, go_on};
use super::security::{assertion, used_passkey};
use super::session::{OpenForm, SESSION_COOKIE, SignedForm, Visitor, set_cookie, signed_in};
use super::view::filters;
use crate::ServerState;
use crate::extract::{Path, Query, RequestOrigin};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use oneclaw_app::mfa::{self, SignIn};
use oneclaw_app::passkeys;
use oneclaw_app::users::{self, SessionKind, SignUpOutcome, SignUpRequest};
use oneclaw_app::{Kind, tokens};
use oneclaw_core::secret::SecretString;
use serde::Deserialize;

/// The routes of this module.
pub(super) fn routes() -> Router<ServerState> {
    Router::new()
        .route("/signin", get(show_sign_in).post(sign_in))
        .route("/signin/code", get(show_code).post(give_code))
        .route("/signin/passkey", get(show_code).post(use_passkey))
        .route("/signout", post(sign_out))
        .route("/signup", get(show_sign_up).post(sign_up))
        .route(
            "/verify-email/{token}",
            get(show_verify_email).post(verify_email),
        )
        .route("/setup/{token}", get(show_set_up).post(set_up))
        .route(
            "/forgot-password",
            get(show_forgot_password).post(forgot_password),
        )
        .route(
            "/reset-password/{token}",
            get(show_reset_password).post(reset_password),
        )
}

#[derive(Template)]
#[template(path = "signin.html")]
pub(super) struct SignInPage {
    next: Next,
    /// What came too late, to be offered again afterwards.
    resume: Option<Resume>,
    form: Form,
    notice: Option<Notice>,
    /// What a browser needs to use a passkey; absent where this server cannot have any.
    passkey: Option<String>,
}

impl SignInPage {
    pub(super) fn new(state: &ServerState, next: Next, form: Form, notice: Option<Notice>) -> Self {
        let options = passkeys::begin_sign_in(state.app()).ok();
        Self {
            next,
            resume: None,
            form,
            notice,
            passkey: options.as_ref().map(assertion),
        }
    }

    /// The same, with what came too late.
    pub(super) fn with_resume(self, resume: Option<Resume>) -> Self {
        Self { resume, ..self }
    }
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    next: String,
}

async fn show_sign_in(
    State(state): State<ServerState>,
    Visitor { signed, notice }: Visitor,
    Query(target): Query<Target>,
) -> PageResult {
    let next = Next::parse(&target.next);
    if signed.is_some() {
        return Ok(Redirect::to(next.path()).into_response());
    }
    page(
        StatusCode::OK,
        &SignInPage::new(&state, next, Form::default(), notice),
    )
}

async fn sign_in(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    OpenForm { signed, mut fields }: OpenForm,
) -> PageResult {
    let next = Next::parse(fields.text("next"));
    let resume = Resume::carried_by(&fields);
    let password = fields.take_secret("password");
    match users::sign_in(
        state.app(),
        fields.text("email"),
        &password,
        SessionKind::Web,
        &origin,
    )
    .await
    {
        Ok(SignIn::Done(session)) => {
            if let Some(signed) = signed {
                // The browser forgets its old session now, so the session ends too.
                tokens::revoke(state.app(), &signed.caller).await?;
            }
            go_on(&state, &session.secret, origin.ip, &next, resume).await
        }
        Ok(SignIn::SecondFactor(challenge)) => page(
            StatusCode::OK,
            &CodePage {
                next,
                resume,
                challenge: challenge.token.expose().to_owned(),
                form: Form::default(),
            },
        ),
        Err(error) => {
            let form = fields.refused(error)?;
            let form_status = form.status();
            let again = SignInPage::new(&state, next, form, None).with_resume(resume);
            page(form_status, &again)
        }
    }
}

/// Asks for the second factor. The challenge is in the form, so nothing is kept between the steps.
#[derive(Template)]
#[template(path = "signin_code.html")]
struct CodePage {
    next: Next,
    resume: Option<Resume>,
    challenge: String,
    form: Form,
}

/// Nobody comes here by a link: the challenge is given by the step before.
async fn show_code() -> Response {
    Redirect::to("/signin").into_response()
}

async fn give_code(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    OpenForm { signed, mut fields }: OpenForm,
) -> PageResult {
    let next = Next::parse(fields.text("next"));
    let resume = Resume::carried_by(&fields);
    let challenge = fields.take_secret("mfa_token");
    let code = fields.take_secret("code");
    match mfa::verify(state.app(), &challenge, code, SessionKind::Web, &origin).await {
        Ok(session) => {
            if let Some(signed) = signed {
                tokens::revoke(state.app(), &signed.caller).await?;
            }
            go_on(&state, &session.secret, origin.ip, &next, resume).await
        }
        Err(error) => {
            let form = fields.refused(error)?;
            page(
                form.status(),
                &CodePage {
                    next,
                    resume,
                    challenge: challenge.expose().to_owned(),
                    form,
                },
            )
        }
    }
}

async fn use_passkey(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    OpenForm { signed, fields }: OpenForm,
) -> PageResult {
    let next = Next::parse(fields.text("next"));
    let resume = Resume::carried_by(&fields);
    let used = used_passkey(&fields);
    match passkeys::sign_in(state.app(), &used, SessionKind::Web, &origin).await {
        Ok(session) => {
            if let Some(signed) = signed {
                tokens::revoke(state.app(), &signed.caller).await?;
            }
            go_on(&state, &session.secret, origin.ip, &next, resume).await
        }
        Err(error) => {
            let form = fields.refused(error)?;
            let form_status = form.status();
            let again = SignInPage::new(&state, next, form, None).with_resume(resume);
            page(form_status, &again)
        }
    }
}

async fn sign_out(
    State(state): State<ServerState>,
    SignedForm { signed, .. }: SignedForm,
) -> PageResult {
    tokens::revoke(state.app(), &signed.caller).await?;
    let mut response = Redirect::to("/signin").into_response();
    set_cookie(&mut response, SESSION_COOKIE, "");
    Ok(response)
}

/// Makes an account: for everybody, and for the first owner.
#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage {
    heading: &'static str,
    lead: &'static str,
    action: String,
    form: Form,
}

impl SignUpPage {
    fn for_everybody(form: Form) -> Self {
        Self {
            heading: "Create an account",
            lead: "You get an organisation of your own, with vaults for your secrets and a place to let your agents in.",
            action: "/signup".to_owned(),
            form,
        }
    }

    fn for_first_owner(token: &str, form: Form) -> Self {
        Self {
            heading: "Set up this server",
            lead: "This makes the first account, with a link that only the operator of the server has seen.",
            action: format!("/setup/{token}"),
            form,
        }
    }
}

fn sign_up_request(fields: &mut Fields) -> SignUpRequest {
    SignUpRequest {
        password: fields.take_secret("password"),
        email: fields.text("email").to_owned(),
        display_name: fields.text("display_name").to_owned(),
    }
}

async fn show_sign_up(Visitor { signed, .. }: Visitor) -> PageResult {
    if signed.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    page(StatusCode::OK, &SignUpPage::for_everybody(Form::default()))
}

async fn sign_up(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    OpenForm { mut fields, .. }: OpenForm,
) -> PageResult {
    let request = sign_up_request(&mut fields);
    match users::sign_up(state.app(), request, SessionKind::Web, &origin).await {
        Ok(SignUpOutcome::SignedIn(session)) => Ok(signed_in(&session.secret, "/")),
        Ok(SignUpOutcome::Pending { email }) => {
            let message = Message::new("Check your mail").say(format!(
                "We have written to {email}. Open the link in that mail within 24 hours to confirm the address; then you are signed in."
            ));
            page(StatusCode::OK, &without_mail(&state, message))
        }
        Err(error) => {
            let form = fields.refused(error)?;
            page(form.status(), &SignUpPage::for_everybody(form))
        }
    }
}

/// Where mails are when none leaves the server.
fn without_mail(state: &ServerState, message: Message) -> Message {
    if state.app().sends_mail() {
        return message;
    }
    message.say("This server sends no mail. Its operator finds the link with: 1claw server outbox")
}

async fn show_verify_email(Path(token): Path<String>) -> PageResult {
    let message = Message::new("Confirm your email address")
        .say("Press the button to confirm that you asked for an account here. It signs you in.")
        .then(Step::Post {
            action: format!("/verify-email/{token}"),
            token: None,
            label: "Confirm and sign in",
        });
    page(StatusCode::OK, &message)
}

async fn verify_email(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(token): Path<String>,
    OpenForm { signed, .. }: OpenForm,
) -> PageResult {
    match users::verify_email(
        state.app(),
        &SecretString::from(token),
        SessionKind::Web,
        &origin,
    )
    .await
    {
        Ok(session) => {
            if let Some(signed) = signed {
                tokens::revoke(state.app(), &signed.caller).await?;
            }
            Ok(signed_in(&session.secret, "/"))
        }
        Err(error) => over(
            error,
            "This link is over",
            Step::link("/signin", "Go to sign in"),
        ),
    }
}

/// The page for a link that is used up, expired or incomplete; other errors pass on.
fn over(error: oneclaw_app::Error, heading: &'static str, step: Step) -> PageResult {
    match error.kind() {
        Kind::Invalid(_) | Kind::NotFound | Kind::Gone => {
            let message = Message::new(heading)
                .say(error.sentence().to_owned())
                .then(step);
            page(StatusCode::NOT_FOUND, &message)
        }
        _ => Err(error.into()),
    }
}

async fn show_set_up(Path(token): Path<String>) -> PageResult {
    page(
        StatusCode::OK,
        &SignUpPage::for_first_owner(&token, Form::default()),
    )
}

async fn set_up(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(token): Path<String>,
    OpenForm { mut fields, .. }: OpenForm,
) -> PageResult {
    let request = sign_up_request(&mut fields);
    let secret = SecretString::from(token.clone());
    match users::set_up_owner(state.app(), &secret, request, SessionKind::Web, &origin).await {
        Ok(session) => Ok(signed_in(&session.secret, "/")),
        Err(error) if *error.kind() == Kind::NotFound => over(
            error,
            "This link is over",
            Step::link("/signin", "Go to sign in"),
        ),
        Err(error) => {
            let form = fields.refused(error)?;
            page(form.status(), &SignUpPage::for_first_owner(&token, form))
        }
    }
}

#[derive(Template)]
#[template(path = "forgot_password.html")]
struct ForgotPasswordPage {
    form: Form,
}

async fn show_forgot_password() -> PageResult {
    page(
        StatusCode::OK,
        &ForgotPasswordPage {
            form: Form::default(),
        },
    )
}

async fn forgot_password(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    OpenForm { fields, .. }: OpenForm,
) -> PageResult {
    match users::forgot_password(state.app(), fields.text("email"), &origin).await {
        Ok(()) => {
            let message = Message::new("Check your mail")
                .say("If the address has an account here, a link to set a new password is on its way. It works for one hour.")
                .then(Step::link("/signin", "Back to sign in"));
            page(StatusCode::OK, &without_mail(&state, message))
        }
        Err(error) => {
            let form = fields.refused(error)?;
            page(form.status(), &ForgotPasswordPage { form })
        }
    }
}

#[derive(Template)]
#[template(path = "reset_password.html")]
struct ResetPasswordPage {
    action: String,
    form: Form,
}

async fn show_reset_password(Path(token): Path<String>) -> PageResult {
    page(
        StatusCode::OK,
        &ResetPasswordPage {
            action: format!("/reset-password/{token}"),
            form: Form::default(),
        },
    )
}

async fn reset_password(
    State(state): State<ServerState>,
    RequestOrigin(origin): RequestOrigin,
    Path(token): Path<String>,
    OpenForm { mut fields, .. }: OpenForm,
) -> PageResult {
    let password = fields.take_secret("new_password");
    match users::reset_password(
        state.app(),
        &SecretString::from(token.clone()),
        &password,
        &origin,
    )
    .await
    {
        Ok(()) => Ok(password_set()),
        Err(error) => {
            if matches!(error.kind(), Kind::Invalid(fields) if fields.iter().any(|(field, _)| *field == "token"))
            {
                return over(
                    error,
                    "This link is over",
                    Step::link("/forgot-password", "Ask for a new one"),
                );
            }
            let form = fields.refused(error)?;
            page(
                form.status(),
                &ResetPasswordPage {
                    action: format!("/reset-password/{token}"),
                    form,
                },
            )
        }
    }
}

/// All sessions have ended, this browser's too.
fn password_set() -> Response {
    let mut response = done("/signin", Notice::PasswordSet);
    set_cookie(&mut response, SESSION_COOKIE, "");
    response
}
