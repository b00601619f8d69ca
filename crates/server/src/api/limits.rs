//! Limits of the organisation.

use super::number;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json};
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::quotas::{self, Quota, Resource};
use oneclaw_client::limits::{OrgLimit, OrgLimitsResponse, UpdateOrgLimitsRequest};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(get_org_limits, update_org_limits))
}

/// How many vaults, secrets and agents there are and may be. For people only.
#[utoipa::path(get, path = "/v1/org/limits", operation_id = "getOrgLimits", tag = "Organization",
    responses((status = 200, description = "Every limit there can be.", body = OrgLimitsResponse)))]
async fn get_org_limits(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgLimitsResponse>> {
    response(quotas::list(&app, &caller).await?)
}

/// Set or lift limits. For owners and admins. What there is already stays.
#[utoipa::path(patch, path = "/v1/org/limits", operation_id = "updateOrgLimits", tag = "Organization",
    request_body = UpdateOrgLimitsRequest,
    responses((status = 200, description = "The limits as they are now.", body = OrgLimitsResponse)))]
async fn update_org_limits(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<UpdateOrgLimitsRequest>,
) -> ApiResult<Reply<OrgLimitsResponse>> {
    let asked = [
        (Resource::Vaults, body.vaults),
        (Resource::Secrets, body.secrets),
        (Resource::Agents, body.agents),
    ];
    let changes = asked.into_iter().filter_map(|(resource, limit)| {
        super::change(limit).map(|limit| (resource, limit.map(i64::from)))
    });
    response(quotas::set(&app, &caller, changes.collect()).await?)
}

fn response(quotas: Vec<Quota>) -> ApiResult<Reply<OrgLimitsResponse>> {
    let limit = |quota: Quota| {
        Ok(OrgLimit {
            resource: quota.resource.as_str().to_owned(),
            used: number(quota.used)?,
            maximum: quota.maximum.map(number).transpose()?,
        })
    };
    Ok(Reply(OrgLimitsResponse {
        limits: quotas.into_iter().map(limit).collect::<ApiResult<_>>()?,
    }))
}
