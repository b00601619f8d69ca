//! Webhooks. For owners and admins.

use super::number;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::openapi::NotFound;
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::webhooks::{CreateRequest, Delivery, UpdateRequest, Webhook};
use oneclaw_app::{App, webhooks};
use oneclaw_client::webhooks::{
    CreateWebhookRequest, PageQuery, UpdateWebhookRequest, WebhookCreatedResponse,
    WebhookDeliveryListResponse, WebhookDeliveryResponse, WebhookListResponse, WebhookResponse,
    WebhookSecretResponse,
};
use oneclaw_core::id::WebhookId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Length of a page that asks for none.
pub(super) const PAGE: i64 = 50;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_webhook, list_webhooks))
        .routes(routes!(get_webhook, update_webhook, delete_webhook))
        .routes(routes!(rotate_webhook_secret))
        .routes(routes!(test_webhook))
        .routes(routes!(list_webhook_deliveries))
}

/// Make a webhook.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "createWebhook", tag = "Webhooks", request_body = CreateWebhookRequest,
    responses((status = 201, description = "The webhook and its secret, which is shown this once.", body = WebhookCreatedResponse)))]
async fn create_webhook(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateWebhookRequest>,
) -> ApiResult<Created<WebhookCreatedResponse>> {
    let request = CreateRequest {
        url: body.url,
        events: body.events,
        description: body.description.unwrap_or_default(),
        secret: body.secret.map(Into::into),
    };
    let (webhook, secret) = webhooks::create(&app, &caller, request).await?;
    Ok(Created(WebhookCreatedResponse {
        id: webhook.id,
        org_id: webhook.org,
        url: webhook.url,
        events: webhook.events,
        is_active: webhook.is_active,
        description: Some(webhook.description).filter(|text| !text.is_empty()),
        secret: secret.into(),
        created_at: webhook.created_at,
        updated_at: webhook.updated_at,
    }))
}

/// List the webhooks of the organisation.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "listWebhooks", tag = "Webhooks",
    responses((status = 200, description = "The webhooks, oldest first.", body = WebhookListResponse)))]
async fn list_webhooks(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<WebhookListResponse>> {
    let listed = webhooks::list(&app, &caller).await?;
    Ok(Reply(WebhookListResponse {
        webhooks: listed.into_iter().map(webhook_response).collect(),
    }))
}

/// One webhook.
#[utoipa::path(get, path = "/v1/webhooks/{id}", operation_id = "getWebhook", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The webhook.", body = WebhookResponse), NotFound))]
async fn get_webhook(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
) -> ApiResult<Reply<WebhookResponse>> {
    Ok(Reply(webhook_response(
        webhooks::find(&app, &caller, id).await?,
    )))
}

/// Change a webhook. Switched on again it begins anew.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", operation_id = "updateWebhook", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook.")), request_body = UpdateWebhookRequest,
    responses((status = 200, description = "The webhook as it is now.", body = WebhookResponse), NotFound))]
async fn update_webhook(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
    Json(body): Json<UpdateWebhookRequest>,
) -> ApiResult<Reply<WebhookResponse>> {
    let request = UpdateRequest {
        url: body.url,
        events: body.events,
        description: body.description,
        is_active: body.is_active,
    };
    Ok(Reply(webhook_response(
        webhooks::update(&app, &caller, id, request).await?,
    )))
}

/// Remove a webhook with what it was still to receive.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", operation_id = "deleteWebhook", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_webhook(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
) -> ApiResult<NoContent> {
    webhooks::delete(&app, &caller, id).await?;
    Ok(NoContent)
}

/// Replace the secret of a webhook. The old one signs nothing from now on.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate-secret", operation_id = "rotateWebhookSecret", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "The new secret, which is shown this once.", body = WebhookSecretResponse), NotFound))]
async fn rotate_webhook_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
) -> ApiResult<Reply<WebhookSecretResponse>> {
    let secret = webhooks::rotate_secret(&app, &caller, id).await?;
    Ok(Reply(WebhookSecretResponse {
        secret: secret.into(),
    }))
}

/// Send a test event now. It is tried once.
#[utoipa::path(post, path = "/v1/webhooks/{id}/test", operation_id = "testWebhook", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook.")),
    responses((status = 200, description = "How it went.", body = WebhookDeliveryResponse), NotFound))]
async fn test_webhook(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
) -> ApiResult<Reply<WebhookDeliveryResponse>> {
    Ok(Reply(delivery_response(
        webhooks::test(&app, &caller, id).await?,
    )?))
}

/// What a webhook was sent in the last 30 days.
#[utoipa::path(get, path = "/v1/webhooks/{id}/deliveries", operation_id = "listWebhookDeliveries", tag = "Webhooks",
    params(("id" = Uuid, Path, description = "Id of the webhook."), PageQuery),
    responses((status = 200, description = "The deliveries, newest first.", body = WebhookDeliveryListResponse), NotFound))]
async fn list_webhook_deliveries(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<WebhookId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Reply<WebhookDeliveryListResponse>> {
    let limit = page.limit.map_or(PAGE, i64::from);
    let offset = page.offset.map_or(0, i64::from);
    let listed = webhooks::list_deliveries(&app, &caller, id, limit, offset).await?;
    Ok(Reply(WebhookDeliveryListResponse {
        deliveries: listed
            .into_iter()
            .map(delivery_response)
            .collect::<ApiResult<_>>()?,
    }))
}

fn webhook_response(webhook: Webhook) -> WebhookResponse {
    WebhookResponse {
        id: webhook.id,
        org_id: webhook.org,
        url: webhook.url,
        events: webhook.events,
        is_active: webhook.is_active,
        description: Some(webhook.description).filter(|text| !text.is_empty()),
        failing_since: webhook.failing_since,
        created_at: webhook.created_at,
        updated_at: webhook.updated_at,
    }
}

fn delivery_response(delivery: Delivery) -> ApiResult<WebhookDeliveryResponse> {
    Ok(WebhookDeliveryResponse {
        id: delivery.id,
        webhook_id: delivery.webhook,
        event: delivery.event,
        status: delivery.status,
        attempts: number(delivery.attempts)?,
        response_status: delivery.response_status.map(number).transpose()?,
        last_error: delivery.last_error,
        next_attempt_at: delivery.next_attempt_at,
        created_at: delivery.created_at,
        finished_at: delivery.finished_at,
    })
}
