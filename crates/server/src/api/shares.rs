//! Shares.
//!
//! Opening spends a view and discloses a value, so it must take more than a link that something followed: browsers,
//! prefetchers, mail scanners and chat previews are shown the way to the page, where a person presses a button.

use super::secrets::{secret_path, secret_type};
use super::{limited, number, repeatable};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json, MaybeAuthenticated, OptionalJson, Path, RequestOrigin};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, Forbidden, Gone, NotFound, Unauthorized, Unavailable};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header::{ACCEPT, USER_AGENT};
use http::{HeaderMap, Method};
use oneclaw_app::shares::{CreateRequest, Opened, Share};
use oneclaw_app::{App, Caller, Origin, shares};
use oneclaw_client::shares::{
    AccessShareRequest, CreateShareRequest, ShareListItem, ShareListResponse, ShareResponse,
    SharedSecretResponse,
};
use oneclaw_client::wire::SecretText;
use oneclaw_core::id::{SecretId, ShareId};
use oneclaw_core::limit::Limit;
use oneclaw_core::model::share::ShareStatus;
use oneclaw_core::policy::Permission;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(repeatable(routes!(create_share)))
        .routes(routes!(list_outbound_shares))
        .routes(routes!(list_inbound_shares))
        .routes(routes!(accept_share))
        .routes(routes!(decline_share))
}

/// The address that recipients get, for which HEAD must be harmless and not an error: link checkers send it.
pub(super) fn open_routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let guesses = |route| limited(route, flood, Limit::SharePassphrase, Count::Refused);
    OpenApiRouter::new()
        .routes(guesses(routes!(access_share, access_share_by_post)))
        .routes(routes!(revoke_share))
}

/// Share a secret with somebody.
#[utoipa::path(post, path = "/v1/secrets/{secret_id}/share", operation_id = "createShare", tag = "Sharing",
    params(("secret_id" = Uuid, Path, description = "Id of the secret.")), request_body = CreateShareRequest,
    responses((status = 201, description = "The share.", body = ShareResponse), NotFound, Conflict, Gone))]
async fn create_share(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(secret): Path<SecretId>,
    Json(body): Json<CreateShareRequest>,
) -> ApiResult<Created<ShareResponse>> {
    if body.permissions.is_some_and(|permissions| {
        permissions
            .iter()
            .any(|permission| permission != Permission::Read)
    }) {
        return Err(ApiError::invalid("permissions", "only read can be shared"));
    }
    let request = CreateRequest {
        recipient_type: body.recipient_type.as_str().to_owned(),
        recipient_id: body.recipient_id,
        email: body.email,
        max_access_count: body.max_access_count.map(i64::from),
        expires_at: body.expires_at,
        passphrase: body.passphrase.map(Into::into),
        ip_allowlist: body.ip_allowlist.unwrap_or_default(),
    };
    let share = shares::create(&app, &caller, secret, request).await?;
    Ok(Created(ShareResponse {
        id: share.id,
        share_url: share.url,
        recipient_type: share.recipient_type,
        recipient_email: share.recipient_email,
        expires_at: share.expires_at,
        max_access_count: number(share.max_access_count)?,
    }))
}

/// Open a share. Counts as one open. Browsers and link previews are sent to its page instead.
#[utoipa::path(get, path = "/v1/share/{share_id}", operation_id = "accessShare", tag = "Sharing", security((), ("BearerAuth" = [])),
    params(("share_id" = Uuid, Path, description = "Id of the share.")), request_body = Option<AccessShareRequest>,
    responses((status = 200, description = "The secret with its value.", body = SharedSecretResponse),
        (status = 303, description = "The page of the share, for browsers."), Unauthorized, Forbidden, NotFound, Gone, Unavailable))]
async fn access_share(
    State(app): State<App>,
    method: Method,
    headers: HeaderMap,
    RequestOrigin(origin): RequestOrigin,
    MaybeAuthenticated(caller): MaybeAuthenticated,
    Path(share): Path<ShareId>,
    OptionalJson(body): OptionalJson<AccessShareRequest>,
) -> ApiResult<Response> {
    if method == Method::HEAD || wants_page(&headers) {
        let page = format!("{}/share/{share}", app.settings().public_url);
        return Ok(Redirect::to(&page).into_response());
    }
    open(&app, caller, &origin, share, body.unwrap_or_default()).await
}

/// Open a share. Counts as one open. The passphrase, if it has one, is in the body.
#[utoipa::path(post, path = "/v1/share/{share_id}", operation_id = "accessShareByPost", tag = "Sharing", security((), ("BearerAuth" = [])),
    params(("share_id" = Uuid, Path, description = "Id of the share.")), request_body = Option<AccessShareRequest>,
    responses((status = 200, description = "The secret with its value.", body = SharedSecretResponse),
        (status = 303, description = "The page of the share, for browsers."), Unauthorized, Forbidden, NotFound, Gone, Unavailable))]
async fn access_share_by_post(
    State(app): State<App>,
    headers: HeaderMap,
    RequestOrigin(origin): RequestOrigin,
    MaybeAuthenticated(caller): MaybeAuthenticated,
    Path(share): Path<ShareId>,
    OptionalJson(body): OptionalJson<AccessShareRequest>,
) -> ApiResult<Response> {
    if wants_page(&headers) {
        let page = format!("{}/share/{share}", app.settings().public_url);
        return Ok(Redirect::to(&page).into_response());
    }
    // Scanners submit forms, with nothing in them: that must not spend a view.
    if body.is_none() && is_form(&headers) {
        return Err(ApiError::invalid(
            "body",
            "a share is opened with JSON or with an empty body, not with a form",
        ));
    }
    open(&app, caller, &origin, share, body.unwrap_or_default()).await
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| {
        let kind = kind.as_bytes().to_ascii_lowercase();
        kind.starts_with(b"application/x-www-form-urlencoded") || kind.starts_with(b"multipart/")
    })
}

async fn open(
    app: &App,
    caller: Option<ApiResult<Caller>>,
    origin: &Origin,
    share: ShareId,
    body: AccessShareRequest,
) -> ApiResult<Response> {
    // Links need no credential, so one that does not stand counts as none.
    let presented = caller.is_some();
    let caller = caller.and_then(Result::ok);
    let passphrase = body.passphrase.map(SecretText::into_secret);
    let opened = shares::open(app, caller.as_ref(), origin, share, passphrase.as_ref()).await;
    let opened = opened.map_err(|error| {
        if presented {
            error.into()
        } else {
            ApiError::sign_in(error)
        }
    })?;
    Ok(Reply(shared_secret(opened)?).into_response())
}

/// Programs that show links to people, by what they call themselves. They fetch without being asked.
const UNFURLERS: [&str; 22] = [
    "Applebot",
    "Bluesky",
    "Discordbot",
    "Embedly",
    "Google-PageRenderer",
    "GoogleImageProxy",
    "Googlebot",
    "Iframely",
    "LinkedInBot",
    "Mastodon",
    "Mattermost",
    "MicrosoftPreview",
    "Pinterest",
    "SkypeUriPreview",
    "Slack-ImgProxy",
    "Slackbot",
    "TelegramBot",
    "Twitterbot",
    "Viber",
    "WhatsApp",
    "bingbot",
    "facebookexternalhit",
];

/// Whether a browser or a link preview asks, and not a program that means to open the share.
///
/// Scripts of a page and the HTTP client of Node send `Sec-Fetch-*` too; what they never are is a navigation or the
/// load of an image, frame or other part of a page.
fn wants_page(headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
    };
    let accepts_html = headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| String::from_utf8_lossy(value.as_bytes()).contains("text/html"));
    let is_part_of_page = text("sec-fetch-dest").is_some_and(|destination| destination != "empty")
        || text("sec-fetch-mode").is_some_and(|mode| mode == "navigate" || mode == "no-cors");
    let is_prefetch = ["purpose", "x-purpose", "sec-purpose", "x-moz"]
        .iter()
        .any(|name| headers.contains_key(*name));
    let is_unfurler = headers.get(USER_AGENT).is_some_and(|agent| {
        let agent = String::from_utf8_lossy(agent.as_bytes());
        UNFURLERS.iter().any(|unfurler| agent.contains(unfurler))
    });
    accepts_html || is_part_of_page || is_prefetch || is_unfurler
}

/// Withdraw a share. From then on there is none.
#[utoipa::path(delete, path = "/v1/share/{share_id}", operation_id = "revokeShare", tag = "Sharing",
    params(("share_id" = Uuid, Path, description = "Id of the share.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn revoke_share(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(share): Path<ShareId>,
) -> ApiResult<NoContent> {
    shares::revoke(&app, &caller, share).await?;
    Ok(NoContent)
}

/// What the caller has shared.
#[utoipa::path(get, path = "/v1/shares/outbound", operation_id = "listOutboundShares", tag = "Sharing",
    responses((status = 200, description = "The shares, newest first.", body = ShareListResponse)))]
async fn list_outbound_shares(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<ShareListResponse>> {
    list_response(shares::list_outbound(&app, &caller).await?)
}

/// What was shared with the caller.
#[utoipa::path(get, path = "/v1/shares/inbound", operation_id = "listInboundShares", tag = "Sharing",
    responses((status = 200, description = "The shares, newest first.", body = ShareListResponse)))]
async fn list_inbound_shares(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<ShareListResponse>> {
    list_response(shares::list_inbound(&app, &caller).await?)
}

/// Accept a share, so that it can be opened.
#[utoipa::path(post, path = "/v1/shares/{share_id}/accept", operation_id = "acceptShare", tag = "Sharing",
    params(("share_id" = Uuid, Path, description = "Id of the share.")),
    responses((status = 204, description = "It can be opened."), NotFound, Conflict, Gone))]
async fn accept_share(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(share): Path<ShareId>,
) -> ApiResult<NoContent> {
    shares::accept(&app, &caller, share).await?;
    Ok(NoContent)
}

/// Decline a share.
#[utoipa::path(post, path = "/v1/shares/{share_id}/decline", operation_id = "declineShare", tag = "Sharing",
    params(("share_id" = Uuid, Path, description = "Id of the share.")),
    responses((status = 204, description = "It is declined."), NotFound, Conflict, Gone))]
async fn decline_share(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(share): Path<ShareId>,
) -> ApiResult<NoContent> {
    shares::decline(&app, &caller, share).await?;
    Ok(NoContent)
}

fn list_response(shares: Vec<Share>) -> ApiResult<Reply<ShareListResponse>> {
    Ok(Reply(ShareListResponse {
        shares: shares
            .into_iter()
            .map(list_item)
            .collect::<ApiResult<_>>()?,
    }))
}

fn list_item(share: Share) -> ApiResult<ShareListItem> {
    Ok(ShareListItem {
        id: share.id,
        secret_id: share.secret,
        secret_path: secret_path(&share.path)?,
        share_url: share.url,
        is_accepted: share.status == ShareStatus::Accepted
            || !share.recipient_type.needs_acceptance(),
        recipient_type: share.recipient_type,
        recipient_id: share.recipient.map(|recipient| recipient.uuid()),
        recipient_email: share.recipient_email,
        created_by: share.created_by,
        created_by_name: share.created_by_name.unwrap_or_default(),
        access_count: number(share.access_count)?,
        max_access_count: number(share.max_access_count)?,
        expires_at: share.expires_at,
        created_at: share.created_at,
        is_expired: share.is_expired,
    })
}

fn shared_secret(opened: Opened) -> ApiResult<SharedSecretResponse> {
    Ok(SharedSecretResponse {
        id: opened.id,
        path: secret_path(&opened.metadata.path)?,
        secret_type: secret_type(&opened.metadata.kind)?,
        value: opened.value.into(),
        access_count: number(opened.access_count)?,
        max_access_count: number(opened.max_access_count)?,
        cmek_encrypted: opened.metadata.cmek_fingerprint.is_some(),
    })
}
