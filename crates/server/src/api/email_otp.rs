//! Signing in with a code by mail.

use super::limited;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{PublicJson, RequestOrigin};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::Unavailable;
use crate::reply::{Created, Reply};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use oneclaw_app::App;
use oneclaw_app::mfa::SignIn;
use oneclaw_app::users::{self, CodeSignIn, SessionKind};
use oneclaw_client::email_otp::{
    EmailOtpStatus, EmailOtpVerifyResponse, SendEmailOtpRequest, SendEmailOtpResponse,
    VerifyEmailOtpRequest,
};
use oneclaw_client::wire::{BEARER, SecretText};
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let people = |route| limited(route, flood, Limit::AuthPublic, Count::All);
    OpenApiRouter::new()
        .routes(people(routes!(send_email_otp)))
        .routes(people(routes!(verify_email_otp)))
}

/// Ask for a code to sign in with. The answer is the same for every address.
#[utoipa::path(post, path = "/v1/auth/email-otp/send", operation_id = "sendEmailOtp", tag = "Authentication", security(()),
    request_body = SendEmailOtpRequest,
    responses((status = 200, description = "A code is on its way.", body = SendEmailOtpResponse), Unavailable))]
async fn send_email_otp(
    State(app): State<App>,
    PublicJson(body): PublicJson<SendEmailOtpRequest>,
) -> ApiResult<Reply<SendEmailOtpResponse>> {
    users::send_code(&app, &body.email).await?;
    Ok(Reply(SendEmailOtpResponse {
        status: EmailOtpStatus::Sent,
    }))
}

/// Sign in with the code. An address without an account gets one.
#[utoipa::path(post, path = "/v1/auth/email-otp/verify", operation_id = "verifyEmailOtp", tag = "Authentication", security(()),
    request_body = VerifyEmailOtpRequest,
    responses((status = 200, description = "Signed in, or asked for the second factor.", body = EmailOtpVerifyResponse),
        (status = 201, description = "Signed in to a new account.", body = EmailOtpVerifyResponse), Unavailable))]
async fn verify_email_otp(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<VerifyEmailOtpRequest>,
) -> ApiResult<Response> {
    let code = body.code.into_secret();
    let signed =
        users::sign_in_with_code(&app, &body.email, &code, SessionKind::Api, &origin).await?;
    let is_new = signed.is_new;
    let answer = verify_response(signed, body.email.trim().to_lowercase());
    Ok(if is_new {
        Created(answer).into_response()
    } else {
        Reply(answer).into_response()
    })
}

fn verify_response(signed: CodeSignIn, email: String) -> EmailOtpVerifyResponse {
    let nothing = || SecretText::from(String::new());
    let answer = EmailOtpVerifyResponse {
        access_token: nothing(),
        token: nothing(),
        token_type: BEARER.to_owned(),
        expires_in: 0,
        refresh_token: None,
        mfa_required: false,
        mfa_token: None,
        user_id: signed.user,
        org_id: signed.org,
        is_new: signed.is_new,
        is_new_user: signed.is_new,
        email,
    };
    match signed.sign_in {
        SignIn::Done(signed_in) => EmailOtpVerifyResponse {
            token: SecretText::from(signed_in.token.access_token.expose().to_owned()),
            access_token: signed_in.token.access_token.into(),
            expires_in: u32::try_from(signed_in.token.expires_in).unwrap_or(u32::MAX),
            refresh_token: Some(signed_in.secret.into()),
            ..answer
        },
        SignIn::SecondFactor(challenge) => EmailOtpVerifyResponse {
            expires_in: u32::try_from(challenge.expires_in).unwrap_or(u32::MAX),
            mfa_required: true,
            mfa_token: Some(challenge.token.into()),
            ..answer
        },
    }
}
