//! Webhooks: events of the organisation, sent to its programs.
//!
//! Invariant: a secret is in the answer that made it and in no other.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{OrgId, WebhookDeliveryId, WebhookId};
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// Body of `POST /v1/webhooks`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateWebhookRequest {
    /// Where events are posted to: `https://`, on the public internet.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub url: String,
    /// Names of events, such as `secret.written`. Unknown ones are kept and never fire.
    pub events: Vec<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Signs what is sent; made when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Password))]
    pub secret: Option<SecretText>,
}

/// Body of `PATCH /v1/webhooks/{id}`. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateWebhookRequest {
    /// Where events are posted to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub url: Option<String>,
    /// Names of events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Vec<String>>,
    /// Whether it is switched on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_active: Option<bool>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookResponse {
    /// Id of the webhook.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: WebhookId,
    /// The organisation whose events it receives.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Where events are posted to.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub url: String,
    /// Names of events.
    pub events: Vec<String>,
    /// Whether it is switched on.
    pub is_active: bool,
    /// For people; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub description: Option<String>,
    /// Since when nothing has arrived; left out while things do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// Answer of `POST /v1/webhooks`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookCreatedResponse {
    /// Id of the webhook.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: WebhookId,
    /// The organisation whose events it receives.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Where events are posted to.
    #[cfg_attr(feature = "openapi", schema(format = "uri"))]
    pub url: String,
    /// Names of events.
    pub events: Vec<String>,
    /// Whether it is switched on.
    pub is_active: bool,
    /// For people; left out when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub description: Option<String>,
    /// Signs what is sent. Shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: SecretText,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// Answer of `GET /v1/webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookListResponse {
    /// The webhooks, oldest first.
    pub webhooks: Vec<WebhookResponse>,
}

/// Answer of `POST /v1/webhooks/{id}/rotate-secret`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookSecretResponse {
    /// Signs what is sent from now on. Shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret: SecretText,
}

/// One event on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDeliveryResponse {
    /// Id of the delivery, the same for all tries: `webhook-id`.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: WebhookDeliveryId,
    /// The receiver.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub webhook_id: WebhookId,
    /// Name of the event.
    pub event: String,
    /// `queued`, `delivered` or `failed`.
    pub status: String,
    /// How often it was tried.
    pub attempts: i32,
    /// HTTP status of the last answer, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub response_status: Option<i32>,
    /// What went wrong at the last try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub last_error: Option<String>,
    /// When it is tried next, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub next_attempt_at: Option<Timestamp>,
    /// When the event happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it arrived, or was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub finished_at: Option<Timestamp>,
}

/// Answer of `GET /v1/webhooks/{id}/deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDeliveryListResponse {
    /// The deliveries, newest first.
    pub deliveries: Vec<WebhookDeliveryResponse>,
}

/// Query of lists that are read in pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PageQuery {
    /// How many at most; 50 when absent, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many to skip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// Webhooks.
impl Client {
    /// `POST /v1/webhooks`.
    pub async fn create_webhook(
        &self,
        request: &CreateWebhookRequest,
    ) -> Result<WebhookCreatedResponse, Error> {
        self.fetch(Call::post("v1/webhooks").json(request)?).await
    }

    /// `GET /v1/webhooks`.
    pub async fn list_webhooks(&self) -> Result<WebhookListResponse, Error> {
        self.fetch(Call::get("v1/webhooks")).await
    }

    /// `GET /v1/webhooks/{id}`.
    pub async fn get_webhook(&self, id: WebhookId) -> Result<WebhookResponse, Error> {
        self.fetch(Call::get("v1/webhooks").at(id)).await
    }

    /// `PATCH /v1/webhooks/{id}`.
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        request: &UpdateWebhookRequest,
    ) -> Result<WebhookResponse, Error> {
        self.fetch(Call::patch("v1/webhooks").at(id).json(request)?)
            .await
    }

    /// `DELETE /v1/webhooks/{id}`.
    pub async fn delete_webhook(&self, id: WebhookId) -> Result<(), Error> {
        self.execute(Call::delete("v1/webhooks").at(id)).await
    }

    /// `POST /v1/webhooks/{id}/rotate-secret`.
    pub async fn rotate_webhook_secret(
        &self,
        id: WebhookId,
    ) -> Result<WebhookSecretResponse, Error> {
        self.fetch(Call::post("v1/webhooks").at(id).at("rotate-secret"))
            .await
    }

    /// `POST /v1/webhooks/{id}/test`: sends a test event and says how that went.
    pub async fn test_webhook(&self, id: WebhookId) -> Result<WebhookDeliveryResponse, Error> {
        self.fetch(Call::post("v1/webhooks").at(id).at("test"))
            .await
    }

    /// `GET /v1/webhooks/{id}/deliveries`.
    pub async fn list_webhook_deliveries(
        &self,
        id: WebhookId,
        query: &PageQuery,
    ) -> Result<WebhookDeliveryListResponse, Error> {
        let call = Call::get("v1/webhooks").at(id).at("deliveries");
        self.fetch(call.query(query)?).await
    }
}
