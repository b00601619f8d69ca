//! Accounts and tokens.
//!
//! Public routes ignore `Authorization`: a client may still send a token that has ended. The exception is the refresh
//! without a body, whose credential it is.

use super::limited;
use super::mfa::login_response;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{
    Authenticated, ClientIp, DpopProof, Json, MaybeAuthenticated, OptionalJson, PublicJson,
    RequestOrigin,
};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::Unavailable;
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::USER_AGENT;
use oneclaw_app::assertions::{self, ASSERTION_TYPE};
use oneclaw_app::tokens::IssuedToken;
use oneclaw_app::users::{Profile, SessionKind, SignUpOutcome, SignUpRequest, SignedIn};
use oneclaw_app::{App, dpop, tokens, users};
use oneclaw_client::auth::{
    AgentTokenRequest, AgentTokenResponse, ChangePasswordRequest, ForgotPasswordRequest,
    ForgotPasswordResponse, ForgotPasswordStatus, LoginRequest, LoginResponse, RefreshRequest,
    ResetPasswordRequest, ResetPasswordResponse, SignupRequest, SignupResponse, TokenResponse,
    UpdateProfileRequest, UserApiKeyTokenRequest, UserProfileResponse, VerifyEmailRequest,
};
use oneclaw_client::wire::BEARER;
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    // A password costs us work whether it is right or wrong; a key costs next to nothing, and many agents behind one
    // address may start at once.
    let people = |route| limited(route, flood, Limit::AuthPublic, Count::All);
    let keys = |route| limited(route, flood, Limit::AuthPublic, Count::Refused);
    OpenApiRouter::new()
        .routes(people(routes!(signup)))
        .routes(people(routes!(verify_email)))
        .routes(people(routes!(login)))
        .routes(people(routes!(forgot_password)))
        .routes(people(routes!(reset_password)))
        .routes(keys(routes!(agent_token)))
        .routes(keys(routes!(api_key_token)))
        .routes(keys(routes!(refresh_token)))
        .routes(routes!(revoke_token))
        .routes(routes!(change_password))
        .routes(routes!(get_me, update_me))
}

/// Sign up. Until the address is proven, the answer is the same whether or not it has an account.
#[utoipa::path(post, path = "/v1/auth/signup", operation_id = "signup", tag = "Authentication", security(()), request_body = SignupRequest,
    responses((status = 200, description = "What happens next; on a demonstration instance with a token, and a 409 for an address that has an account.", body = SignupResponse),
        crate::openapi::Conflict, Unavailable))]
async fn signup(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<SignupRequest>,
) -> ApiResult<Reply<SignupResponse>> {
    let request = SignUpRequest {
        email: body.email,
        password: body.password.into_secret(),
        display_name: body.display_name.unwrap_or_default(),
    };
    Ok(Reply(
        match users::sign_up(&app, request, SessionKind::Api, &origin).await? {
            SignUpOutcome::Pending { email } => SignupResponse {
                message: Some(
                    "Check your mail: the account works once you open the link in it.".to_owned(),
                ),
                email: Some(email),
                access_token: None,
                token_type: None,
                expires_in: None,
            },
            SignUpOutcome::SignedIn(signed_in) => SignupResponse {
                message: Some("Welcome. You are signed in.".to_owned()),
                email: None,
                access_token: Some(signed_in.token.access_token.into()),
                token_type: Some(BEARER.to_owned()),
                expires_in: Some(seconds(signed_in.token.expires_in)),
            },
        },
    ))
}

/// Prove an address with the token from its mail.
#[utoipa::path(post, path = "/v1/auth/verify-email", operation_id = "verifyEmail", tag = "Authentication", security(()),
    request_body = VerifyEmailRequest, responses((status = 200, description = "Signed in.", body = TokenResponse), Unavailable))]
async fn verify_email(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<VerifyEmailRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    let signed_in =
        users::verify_email(&app, &body.token.into_secret(), SessionKind::Api, &origin).await?;
    Ok(Reply(token_response(signed_in)))
}

/// Sign in with a password.
#[utoipa::path(post, path = "/v1/auth/token", operation_id = "login", tag = "Authentication", security(()), request_body = LoginRequest,
    responses((status = 200, description = "Signed in, or asked for the second factor.", body = LoginResponse), crate::openapi::Unauthorized, Unavailable))]
async fn login(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<LoginRequest>,
) -> ApiResult<Reply<LoginResponse>> {
    let password = body.password.into_secret();
    let sign_in = users::sign_in(&app, &body.email, &password, SessionKind::Api, &origin)
        .await
        .map_err(ApiError::sign_in)?;
    Ok(Reply(login_response(sign_in)))
}

/// End the presented token, and the session it belongs to.
#[utoipa::path(delete, path = "/v1/auth/token", operation_id = "revokeToken", tag = "Authentication",
    responses((status = 204, description = "It is worth nothing from now on.")))]
async fn revoke_token(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<NoContent> {
    tokens::revoke(&app, &caller).await?;
    Ok(NoContent)
}

/// Exchange an agent's key for a token.
#[utoipa::path(post, path = "/v1/auth/agent-token", operation_id = "agentToken", tag = "Authentication", security(()),
    request_body = AgentTokenRequest,
    responses((status = 200, description = "A token. Clients with a strict decoder get the four fields of TokenResponse alone.",
        body = AgentTokenResponse), crate::openapi::Unauthorized, Unavailable))]
async fn agent_token(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    proof: DpopProof,
    headers: HeaderMap,
    PublicJson(body): PublicJson<AgentTokenRequest>,
) -> ApiResult<Response> {
    let binding = dpop::binding(&app, body.dpop_jwk.as_ref(), proof.presented().as_ref())
        .await
        .map_err(ApiError::sign_in)?;
    let binding = binding.as_deref();
    let agent = match (body.api_key, body.client_assertion) {
        (Some(key), None) => {
            let key = key.into_secret();
            tokens::exchange_agent_key_bound(&app, &key, body.agent_id, binding, ip).await
        }
        (None, Some(assertion)) => {
            let named = body.client_assertion_type.as_deref();
            if named.is_some_and(|named| named != ASSERTION_TYPE) {
                return Err(ApiError::invalid(
                    "client_assertion_type",
                    "must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ));
            }
            let assertion = assertion.into_secret();
            assertions::exchange(&app, assertion, body.agent_id, binding, ip).await
        }
        _ => {
            return Err(ApiError::invalid(
                "api_key",
                "send either the agent's key or a client_assertion",
            ));
        }
    };
    let agent = agent.map_err(ApiError::sign_in)?;
    if is_strict_decoder(&headers) {
        return Ok(Reply(bearer(agent.token)).into_response());
    }
    Ok(Reply(AgentTokenResponse {
        access_token: agent.token.access_token.into(),
        token_type: BEARER.to_owned(),
        expires_in: seconds(agent.token.expires_in),
        agent_id: agent.agent,
        vault_ids: agent.vaults,
    })
    .into_response())
}

/// Generated clients that refuse any key they do not know; their description has no `agent_id` here.
fn is_strict_decoder(headers: &HeaderMap) -> bool {
    headers
        .get(USER_AGENT)
        .is_some_and(|name| name.as_bytes().starts_with(b"OpenAPI-Generator/"))
}

/// Exchange a key for a token. Clients that cannot tell the kinds of keys apart send agents' keys here too.
#[utoipa::path(post, path = "/v1/auth/api-key-token", operation_id = "apiKeyToken", tag = "Authentication", security(()),
    request_body = UserApiKeyTokenRequest,
    responses((status = 200, description = "A token.", body = TokenResponse), crate::openapi::Unauthorized, Unavailable))]
async fn api_key_token(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    PublicJson(body): PublicJson<UserApiKeyTokenRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    let key = body.api_key.into_secret();
    let token = tokens::exchange_key(&app, &key, ip)
        .await
        .map_err(ApiError::sign_in)?;
    Ok(Reply(bearer(token)))
}

/// Get the next token: for a refresh token in the body, or without one for the user's token in the header.
#[utoipa::path(post, path = "/v1/auth/refresh", operation_id = "refreshToken", tag = "Authentication", security((), ("BearerAuth" = [])),
    request_body = Option<RefreshRequest>,
    responses((status = 200, description = "A token; with a new refresh token if one was given.", body = TokenResponse),
        crate::openapi::Unauthorized, crate::openapi::Forbidden, Unavailable))]
async fn refresh_token(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    MaybeAuthenticated(caller): MaybeAuthenticated,
    OptionalJson(body): OptionalJson<RefreshRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    if let Some(refresh_token) = body.and_then(|body| body.refresh_token) {
        let signed_in = users::refresh(&app, &refresh_token.into_secret(), &origin)
            .await
            .map_err(ApiError::sign_in)?;
        return Ok(Reply(token_response(signed_in)));
    }
    let caller = caller.ok_or_else(ApiError::no_credential)??;
    Ok(Reply(bearer(users::refresh_bearer(&app, &caller).await?)))
}

/// Ask for a mail with a link to set a new password. The answer is the same for every address.
#[utoipa::path(post, path = "/v1/auth/forgot-password", operation_id = "forgotPassword", tag = "Authentication", security(()),
    request_body = ForgotPasswordRequest,
    responses((status = 200, description = "The same for every address.", body = ForgotPasswordResponse), Unavailable))]
async fn forgot_password(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<ForgotPasswordRequest>,
) -> ApiResult<Reply<ForgotPasswordResponse>> {
    users::forgot_password(&app, &body.email, &origin).await?;
    let message =
        "If this address has an account, a mail with a link to set a new password is on its way."
            .to_owned();
    Ok(Reply(ForgotPasswordResponse {
        message,
        status: ForgotPasswordStatus::EmailSent,
    }))
}

/// Set a new password with the token from the mail. Every session ends.
#[utoipa::path(post, path = "/v1/auth/reset-password", operation_id = "resetPassword", tag = "Authentication", security(()),
    request_body = ResetPasswordRequest,
    responses((status = 200, description = "It is set.", body = ResetPasswordResponse), Unavailable))]
async fn reset_password(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<ResetPasswordRequest>,
) -> ApiResult<Reply<ResetPasswordResponse>> {
    users::reset_password(
        &app,
        &body.token.into_secret(),
        &body.new_password.into_secret(),
        &origin,
    )
    .await?;
    Ok(Reply(ResetPasswordResponse {
        message: "The new password is set. Sign in with it.".to_owned(),
    }))
}

/// Set a new password with the current one.
#[utoipa::path(post, path = "/v1/auth/change-password", operation_id = "changePassword", tag = "Authentication",
    request_body = ChangePasswordRequest, responses((status = 204, description = "It is set; other sessions have ended.")))]
async fn change_password(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<ChangePasswordRequest>,
) -> ApiResult<NoContent> {
    users::change_password(
        &app,
        &caller,
        &body.current_password.into_secret(),
        &body.new_password.into_secret(),
    )
    .await?;
    Ok(NoContent)
}

/// Who the caller is.
#[utoipa::path(get, path = "/v1/auth/me", operation_id = "getMe", tag = "Authentication",
    responses((status = 200, description = "The account.", body = UserProfileResponse)))]
async fn get_me(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<UserProfileResponse>> {
    Ok(Reply(profile(users::me(&app, &caller).await?)))
}

/// Change what one may change of one's own account.
#[utoipa::path(patch, path = "/v1/auth/me", operation_id = "updateMe", tag = "Authentication", request_body = UpdateProfileRequest,
    responses((status = 200, description = "The account as it is now.", body = UserProfileResponse)))]
async fn update_me(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<UpdateProfileRequest>,
) -> ApiResult<Reply<UserProfileResponse>> {
    Ok(Reply(profile(
        users::update_me(&app, &caller, body.display_name, body.marketing_emails).await?,
    )))
}

fn profile(profile: Profile) -> UserProfileResponse {
    UserProfileResponse {
        id: profile.id,
        org_id: profile.org,
        email: profile.email,
        display_name: profile.display_name,
        auth_method: profile.auth_method.as_str().to_owned(),
        role: profile.role,
        email_verified: profile.email_verified,
        marketing_emails: profile.marketing_emails,
        totp_enabled: profile.totp_enabled,
        created_at: profile.created_at,
    }
}

pub(super) fn token_response(signed_in: SignedIn) -> TokenResponse {
    TokenResponse {
        refresh_token: Some(signed_in.secret.into()),
        ..bearer(signed_in.token)
    }
}

fn bearer(token: IssuedToken) -> TokenResponse {
    TokenResponse::bearer(token.access_token.into(), seconds(token.expires_in))
}

/// Lives of tokens are hours.
pub(super) fn seconds(life: u64) -> u32 {
    u32::try_from(life).unwrap_or(u32::MAX)
}
