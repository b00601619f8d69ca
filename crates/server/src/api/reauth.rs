//! Proving once more who one is.

use super::passkeys::used;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json};
use crate::openapi::Conflict;
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::reauth::{self, Proof};
use oneclaw_client::reauth::{ReauthRequest, ReauthResponse};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(reauth))
        .routes(routes!(reauth_send_code))
}

/// Prove once more who you are, and get a token that confirms one act.
#[utoipa::path(post, path = "/v1/auth/reauth", operation_id = "reauth", tag = "Authentication", request_body = ReauthRequest,
    responses((status = 200, description = "For the header `X-Auth-Confirm`, once, within five minutes.", body = ReauthResponse)))]
async fn reauth(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<ReauthRequest>,
) -> ApiResult<Reply<ReauthResponse>> {
    let proof = match (body.password, body.code, body.passkey) {
        (Some(password), None, None) => Proof::Password(password.into_secret()),
        (None, Some(code), None) => Proof::Code(code.into_secret()),
        (None, None, Some(passkey)) => Proof::Passkey(used(passkey)),
        _ => {
            return Err(ApiError::invalid(
                "password",
                "give one of the password, a code of the second factor, and a passkey",
            ));
        }
    };
    let given = reauth::prove(&app, &caller, body.purpose, proof)
        .await
        .map_err(ApiError::sign_in)?;
    Ok(Reply(ReauthResponse {
        token: given.token.into(),
        expires_in: u32::try_from(given.expires_in).unwrap_or(u32::MAX),
    }))
}

/// Have a code mailed that proves once more who you are. For accounts without a second factor: it is the `code` of
/// `POST /v1/auth/reauth`.
#[utoipa::path(post, path = "/v1/auth/reauth/send", operation_id = "reauthSendCode", tag = "Authentication",
    responses((status = 204, description = "It is on its way."), Conflict))]
async fn reauth_send_code(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<NoContent> {
    reauth::mail_code(&app, &caller).await?;
    Ok(NoContent)
}
