//! Signing in with an account of somebody else's.

use super::auth::seconds;
use super::limited;
use super::mfa::login_response;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{PublicJson, RequestOrigin};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, Unauthorized, Unavailable};
use crate::reply::{Created, Reply};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use oneclaw_app::App;
use oneclaw_app::google;
use oneclaw_app::mfa::SignIn;
use oneclaw_app::users::SessionKind;
use oneclaw_client::auth::LoginResponse;
use oneclaw_client::social::{GoogleAuthRequest, SocialLoginRequest, SocialLoginResponse};
use oneclaw_client::wire::BEARER;
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let people = |route| limited(route, flood, Limit::AuthPublic, Count::All);
    OpenApiRouter::new()
        .routes(people(routes!(google_auth)))
        .routes(people(routes!(social_login)))
}

/// Sign in, or up, with an identity token of Google's. 503 where this is not set up.
#[utoipa::path(post, path = "/v1/auth/google", operation_id = "googleAuth", tag = "Authentication", security(()),
    request_body = GoogleAuthRequest,
    responses((status = 200, description = "Signed in, or asked for the second factor.", body = LoginResponse),
        Unauthorized, Conflict, Unavailable))]
async fn google_auth(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<GoogleAuthRequest>,
) -> ApiResult<Reply<LoginResponse>> {
    let token = body.id_token.into_secret();
    let signed = google::sign_in(&app, &token, SessionKind::Api, &origin)
        .await
        .map_err(ApiError::sign_in)?;
    Ok(Reply(login_response(signed.sign_in)))
}

/// The same, with a word for the provider.
#[utoipa::path(post, path = "/v1/auth/social-login", operation_id = "socialLogin", tag = "Authentication", security(()),
    request_body = SocialLoginRequest,
    responses((status = 200, description = "Signed in, or asked for the second factor.", body = SocialLoginResponse),
        (status = 201, description = "Signed in to a new account.", body = SocialLoginResponse),
        Unauthorized, Conflict, Unavailable))]
async fn social_login(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<SocialLoginRequest>,
) -> ApiResult<Response> {
    match body.provider.as_str() {
        "google" => {}
        "apple" | "discord" => {
            return Err(oneclaw_app::Error::not_configured(
                "This server signs people in with Google at most.",
            )
            .into());
        }
        _ => {
            return Err(ApiError::invalid(
                "provider",
                "must be google, apple or discord",
            ));
        }
    }
    let token = body.id_token.into_secret();
    let signed = google::sign_in(&app, &token, SessionKind::Api, &origin)
        .await
        .map_err(ApiError::sign_in)?;
    let is_new = signed.is_new;
    let response = social_response(signed.sign_in, is_new);
    Ok(if is_new {
        Created(response).into_response()
    } else {
        Reply(response).into_response()
    })
}

fn social_response(sign_in: SignIn, is_new: bool) -> SocialLoginResponse {
    match sign_in {
        SignIn::Done(signed_in) => SocialLoginResponse {
            access_token: signed_in.token.access_token.into(),
            token_type: BEARER.to_owned(),
            expires_in: seconds(signed_in.token.expires_in),
            refresh_token: Some(signed_in.secret.into()),
            mfa_required: false,
            mfa_token: None,
            user_id: Some(signed_in.user),
            org_id: Some(signed_in.org),
            is_new,
        },
        SignIn::SecondFactor(challenge) => SocialLoginResponse {
            access_token: String::new().into(),
            token_type: BEARER.to_owned(),
            expires_in: seconds(challenge.expires_in),
            refresh_token: None,
            mfa_required: true,
            mfa_token: Some(challenge.token.into()),
            user_id: None,
            org_id: None,
            is_new,
        },
    }
}
