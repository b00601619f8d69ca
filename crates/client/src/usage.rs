//! How much the organisation uses the API. Nothing costs anything.

use oneclaw_core::clock::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::PrincipalType;

/// Answer of `GET /v1/billing/usage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageSummaryResponse {
    /// `self-hosted`.
    pub billing_tier: String,
    /// How many requests a month may have; no limit, so the largest number there is.
    pub free_tier_limit: i32,
    /// The month so far, in UTC.
    pub current_month: UsageMonth,
}

/// Requests of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageMonth {
    /// All requests with a credential.
    pub total_requests: u64,
    /// 0.
    pub paid_requests: u64,
    /// All of them.
    pub free_requests: u64,
    /// `0`.
    pub total_cost_usd: String,
}

/// Query of `GET /v1/billing/history`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct UsageHistoryQuery {
    /// At most so many, 1 to 200; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Answer of `GET /v1/billing/history`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageHistoryResponse {
    /// The latest requests, newest first.
    pub events: Vec<UsageEvent>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UsageEvent {
    /// Its id.
    pub id: Uuid,
    /// What made it.
    pub principal_type: PrincipalType,
    /// Who made it.
    pub principal_id: Uuid,
    /// Its method.
    pub method: String,
    /// The route, with names for its parameters.
    pub endpoint: String,
    /// How it was answered.
    pub status_code: u16,
    /// `0`.
    pub price_usd: String,
    /// Never.
    pub is_paid: bool,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Usage.
impl Client {
    /// `GET /v1/billing/usage`.
    pub async fn billing_usage(&self) -> Result<UsageSummaryResponse, Error> {
        self.fetch(Call::get("v1/billing/usage")).await
    }

    /// `GET /v1/billing/history`.
    pub async fn billing_history(
        &self,
        query: &UsageHistoryQuery,
    ) -> Result<UsageHistoryResponse, Error> {
        self.fetch(Call::get("v1/billing/history").query(query)?)
            .await
    }
}
