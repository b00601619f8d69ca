//! How much the organisation uses the API.

use super::{damaged, number};
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Query};
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::quotas::TIER;
use oneclaw_app::usage;
use oneclaw_client::usage::{
    UsageEvent, UsageHistoryQuery, UsageHistoryResponse, UsageMonth, UsageSummaryResponse,
};
use oneclaw_client::wire::PrincipalType;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Requests of a history, unless the client says otherwise.
const DEFAULT_HISTORY: u32 = 50;
/// Where nothing costs anything.
const NO_COST: &str = "0";

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(billing_usage))
        .routes(routes!(billing_history))
}

/// How many requests the organisation made this month.
#[utoipa::path(get, path = "/v1/billing/usage", operation_id = "billingUsage", tag = "Usage",
    responses((status = 200, description = "The month so far.", body = UsageSummaryResponse)))]
async fn billing_usage(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<UsageSummaryResponse>> {
    let requests = number(usage::this_month(&app, &caller).await?)?;
    Ok(Reply(UsageSummaryResponse {
        billing_tier: TIER.to_owned(),
        free_tier_limit: i32::MAX,
        current_month: UsageMonth {
            total_requests: requests,
            paid_requests: 0,
            free_requests: requests,
            total_cost_usd: NO_COST.to_owned(),
        },
    }))
}

/// The latest requests: all of the organisation for owners and admins, one's own for others.
#[utoipa::path(get, path = "/v1/billing/history", operation_id = "billingHistory", tag = "Usage", params(UsageHistoryQuery),
    responses((status = 200, description = "Newest first.", body = UsageHistoryResponse)))]
async fn billing_history(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<UsageHistoryQuery>,
) -> ApiResult<Reply<UsageHistoryResponse>> {
    let limit = i64::from(query.limit.unwrap_or(DEFAULT_HISTORY));
    let requests = usage::history(&app, &caller, limit).await?;
    let event = |row: oneclaw_app::usage::Recorded| {
        let kind = PrincipalType::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == row.principal_type);
        Ok(UsageEvent {
            id: row.id,
            principal_type: kind.ok_or_else(|| damaged("a request was made by nobody known"))?,
            principal_id: row.principal_id,
            method: row.method,
            endpoint: row.endpoint,
            status_code: number(row.status_code)?,
            price_usd: NO_COST.to_owned(),
            is_paid: false,
            created_at: row.created_at,
        })
    };
    Ok(Reply(UsageHistoryResponse {
        events: requests.into_iter().map(event).collect::<ApiResult<_>>()?,
    }))
}
