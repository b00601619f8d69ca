//! The second factor.

use super::auth::{seconds, token_response};
use super::limited;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{AuthConfirm, Authenticated, Json, OptionalJson, PublicJson, RequestOrigin};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, Unauthorized, Unavailable};
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::mfa::{self, SignIn};
use oneclaw_app::users::SessionKind;
use oneclaw_client::auth::{LoginResponse, TokenResponse};
use oneclaw_client::mfa::{
    MfaDisableRequest, MfaSetupResponse, MfaStatusResponse, MfaVerifyRequest,
    MfaVerifySetupRequest, MfaVerifySetupResponse,
};
use oneclaw_client::wire::BEARER;
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let people = |route| limited(route, flood, Limit::AuthPublic, Count::All);
    OpenApiRouter::new()
        .routes(routes!(mfa_status))
        .routes(routes!(mfa_setup))
        .routes(routes!(mfa_verify_setup))
        .routes(people(routes!(mfa_verify)))
        .routes(routes!(mfa_disable))
}

/// A session, or the question for the second factor.
pub(super) fn login_response(sign_in: SignIn) -> LoginResponse {
    match sign_in {
        SignIn::Done(signed_in) => token_response(*signed_in).into(),
        SignIn::SecondFactor(challenge) => LoginResponse {
            access_token: String::new().into(),
            token_type: BEARER.to_owned(),
            expires_in: seconds(challenge.expires_in),
            refresh_token: None,
            mfa_required: true,
            mfa_token: Some(challenge.token.into()),
        },
    }
}

/// Whether signing in asks for a code.
#[utoipa::path(get, path = "/v1/auth/mfa/status", operation_id = "mfaStatus", tag = "Authentication",
    responses((status = 200, description = "Whether it does.", body = MfaStatusResponse)))]
async fn mfa_status(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<MfaStatusResponse>> {
    let status = mfa::status(&app, &caller).await?;
    Ok(Reply(MfaStatusResponse {
        enabled: status.enabled,
        recovery_codes_remaining: status.recovery_codes_left,
    }))
}

/// Make a secret for an authenticator app. It counts once its first code was given.
#[utoipa::path(post, path = "/v1/auth/mfa/setup", operation_id = "mfaSetup", tag = "Authentication",
    params(("X-Auth-Confirm" = Option<String>, Header, description = "More than 15 minutes after signing in, or beside a passkey: the password, or a token of `POST /v1/auth/reauth` for `security.mfa.enable`.")),
    responses((status = 200, description = "The secret, this once.", body = MfaSetupResponse), Conflict))]
async fn mfa_setup(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
) -> ApiResult<Reply<MfaSetupResponse>> {
    let made = mfa::set_up(&app, &caller, confirmation).await?;
    Ok(Reply(MfaSetupResponse {
        otpauth_uri: made.uri.into(),
        secret: made.secret.into(),
    }))
}

/// Switch the second factor on, with the code that the app shows.
#[utoipa::path(post, path = "/v1/auth/mfa/verify-setup", operation_id = "mfaVerifySetup", tag = "Authentication",
    request_body = MfaVerifySetupRequest,
    responses((status = 200, description = "It is on. The recovery codes, this once.", body = MfaVerifySetupResponse), Conflict))]
async fn mfa_verify_setup(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<MfaVerifySetupRequest>,
) -> ApiResult<Reply<MfaVerifySetupResponse>> {
    let codes = mfa::confirm(&app, &caller, body.code.into_secret()).await?;
    Ok(Reply(MfaVerifySetupResponse {
        recovery_codes: codes.into_iter().map(Into::into).collect(),
    }))
}

/// Finish signing in, with a code of the app or a recovery code.
#[utoipa::path(post, path = "/v1/auth/mfa/verify", operation_id = "mfaVerify", tag = "Authentication", security(()),
    request_body = MfaVerifyRequest, responses((status = 200, description = "Signed in.", body = TokenResponse), Unauthorized, Unavailable))]
async fn mfa_verify(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<MfaVerifyRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    let (token, code) = (body.mfa_token.into_secret(), body.code.into_secret());
    let signed_in = mfa::verify(&app, &token, code, SessionKind::Api, &origin)
        .await
        .map_err(ApiError::sign_in)?;
    Ok(Reply(token_response(signed_in)))
}

/// Switch the second factor off: with a code of it, or confirmed by the header.
#[utoipa::path(delete, path = "/v1/auth/mfa", operation_id = "mfaDisable", tag = "Authentication",
    params(("X-Auth-Confirm" = Option<String>, Header, description = "A token of `POST /v1/auth/reauth` for `security.mfa.disable`, instead of a code.")),
    request_body = Option<MfaDisableRequest>, responses((status = 204, description = "It is off.")))]
async fn mfa_disable(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    OptionalJson(body): OptionalJson<MfaDisableRequest>,
) -> ApiResult<NoContent> {
    let code = body.and_then(|body| body.code);
    let code = code.map(oneclaw_client::wire::SecretText::into_secret);
    mfa::disable(&app, &caller, code, confirmation).await?;
    Ok(NoContent)
}
