//! Signing a program in from another device.

use super::limited;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{
    Authenticated, ClientIp, Json, OptionalJson, Path, PublicJson, RequestOrigin,
};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, Gone, NotFound, Unavailable};
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::devices::{self, DeviceStatus, Polled};
use oneclaw_app::{App, Caller};
use oneclaw_client::device::{
    DEVICE_GRANT, DeviceApproveRequest, DeviceCodeRequest, DeviceCodeResponse, DeviceCodeStatus,
    DeviceStatusResponse, DeviceTokenError, DeviceTokenRequest, DeviceTokenResponse,
};
use oneclaw_client::wire::BEARER;
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(limited(
            routes!(device_code),
            flood,
            Limit::AuthPublic,
            Count::All,
        ))
        .routes(limited(
            routes!(device_token),
            flood,
            Limit::Poll,
            Count::All,
        ))
        .routes(limited(
            routes!(device_code_status),
            flood,
            Limit::DeviceCode,
            Count::All,
        ))
        .routes(routes!(device_approve))
        .routes(routes!(device_deny))
}

/// Begin to sign a program in: it shows a code, a human types it in a browser.
#[utoipa::path(post, path = "/v1/auth/device/code", operation_id = "deviceCode", tag = "Authentication", security(()),
    request_body = Option<DeviceCodeRequest>,
    responses((status = 200, description = "The two codes.", body = DeviceCodeResponse), Unavailable))]
async fn device_code(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    OptionalJson(body): OptionalJson<DeviceCodeRequest>,
) -> ApiResult<Reply<DeviceCodeResponse>> {
    let body = body.unwrap_or_default();
    let client = body.client_id.unwrap_or_default();
    let begun = devices::begin(&app, &client, body.email.as_deref(), &origin).await?;
    Ok(Reply(DeviceCodeResponse {
        device_code: begun.device_code.into(),
        user_code: begun.user_code,
        verification_uri: begun.verification_uri,
        expires_in: seconds(begun.expires_in),
        interval: seconds(begun.interval),
    }))
}

/// Ask whether a human has answered. Always 200; `error` says why there is no token.
#[utoipa::path(post, path = "/v1/auth/device/token", operation_id = "deviceToken", tag = "Authentication", security(()),
    request_body = DeviceTokenRequest,
    responses((status = 200, description = "A token, or why there is none.", body = DeviceTokenResponse), Unavailable))]
async fn device_token(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<DeviceTokenRequest>,
) -> ApiResult<Reply<DeviceTokenResponse>> {
    let because = |error| DeviceTokenResponse {
        error: Some(error),
        ..Default::default()
    };
    if body.grant_type.is_some_and(|grant| grant != DEVICE_GRANT) {
        return Ok(Reply(because(DeviceTokenError::UnsupportedGrantType)));
    }
    let polled = devices::poll(&app, &body.device_code.into_secret(), &origin).await?;
    Ok(Reply(match polled {
        Polled::Pending => because(DeviceTokenError::AuthorizationPending),
        Polled::SlowDown => because(DeviceTokenError::SlowDown),
        Polled::Denied => because(DeviceTokenError::AccessDenied),
        Polled::Expired => because(DeviceTokenError::ExpiredToken),
        Polled::SignedIn { session, email } => DeviceTokenResponse {
            access_token: Some(session.token.access_token.into()),
            token_type: Some(BEARER.to_owned()),
            expires_in: Some(seconds(session.token.expires_in)),
            refresh_token: Some(session.secret.into()),
            error: None,
            email: Some(email),
            user_id: Some(session.user),
            org_id: Some(session.org),
        },
    }))
}

/// What has become of a code.
#[utoipa::path(get, path = "/v1/auth/device/code/{user_code}", operation_id = "deviceCodeStatus", tag = "Authentication", security(()),
    params(("user_code" = String, Path, description = "The code that the program shows.")),
    responses((status = 200, description = "Its state, and nothing else.", body = DeviceStatusResponse), NotFound, Unavailable))]
async fn device_code_status(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    Path(user_code): Path<String>,
) -> ApiResult<Reply<DeviceStatusResponse>> {
    Ok(Reply(answer(devices::status(&app, &user_code, ip).await?)))
}

/// Let the program in: it is signed in as you.
#[utoipa::path(post, path = "/v1/auth/device/approve", operation_id = "deviceApprove", tag = "Authentication",
    request_body = DeviceApproveRequest,
    responses((status = 200, description = "It may collect its token.", body = DeviceStatusResponse), NotFound, Conflict, Gone))]
async fn device_approve(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<DeviceApproveRequest>,
) -> ApiResult<Reply<DeviceStatusResponse>> {
    decide(&app, &caller, &body, true).await
}

/// Turn the program away.
#[utoipa::path(post, path = "/v1/auth/device/deny", operation_id = "deviceDeny", tag = "Authentication",
    request_body = DeviceApproveRequest,
    responses((status = 200, description = "It is told so.", body = DeviceStatusResponse), NotFound, Conflict, Gone))]
async fn device_deny(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<DeviceApproveRequest>,
) -> ApiResult<Reply<DeviceStatusResponse>> {
    decide(&app, &caller, &body, false).await
}

async fn decide(
    app: &App,
    caller: &Caller,
    body: &DeviceApproveRequest,
    approve: bool,
) -> ApiResult<Reply<DeviceStatusResponse>> {
    let status = devices::decide(app, caller, &body.user_code, approve).await?;
    Ok(Reply(answer(status)))
}

fn answer(status: DeviceStatus) -> DeviceStatusResponse {
    DeviceStatusResponse {
        status: match status {
            DeviceStatus::Pending => DeviceCodeStatus::Pending,
            DeviceStatus::Approved => DeviceCodeStatus::Approved,
            DeviceStatus::Denied => DeviceCodeStatus::Denied,
            DeviceStatus::Expired => DeviceCodeStatus::Expired,
        },
    }
}

/// All of them are minutes.
fn seconds(life: u64) -> u32 {
    u32::try_from(life).unwrap_or(u32::MAX)
}
