//! Rules about the networks an organisation is reached from. For owners and admins.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::ip_rules::{CreateRequest, IpRule};
use oneclaw_app::{App, ip_rules};
use oneclaw_client::ip_rules::{CreateIpRuleRequest, IpRuleResponse, IpRulesListResponse};
use oneclaw_core::id::IpRuleId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_ip_rule, list_ip_rules))
        .routes(routes!(delete_ip_rule))
}

/// Write a rule. It holds from the next request on.
#[utoipa::path(post, path = "/v1/security/ip-rules", operation_id = "createIpRule", tag = "Security", request_body = CreateIpRuleRequest,
    responses((status = 201, description = "The rule.", body = IpRuleResponse), Conflict))]
async fn create_ip_rule(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateIpRuleRequest>,
) -> ApiResult<Created<IpRuleResponse>> {
    let request = CreateRequest {
        rule_type: body.rule_type,
        cidr: body.cidr,
        label: body.label.or(body.description).unwrap_or_default(),
        applies_to: body.applies_to,
    };
    Ok(Created(response(
        ip_rules::create(&app, &caller, request).await?,
    )))
}

/// List the rules of the organisation.
#[utoipa::path(get, path = "/v1/security/ip-rules", operation_id = "listIpRules", tag = "Security",
    responses((status = 200, description = "The rules, oldest first.", body = IpRulesListResponse)))]
async fn list_ip_rules(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<IpRulesListResponse>> {
    let listed = ip_rules::list(&app, &caller).await?;
    Ok(Reply(IpRulesListResponse {
        rules: listed.into_iter().map(response).collect(),
    }))
}

/// Remove a rule.
#[utoipa::path(delete, path = "/v1/security/ip-rules/{rule_id}", operation_id = "deleteIpRule", tag = "Security",
    params(("rule_id" = Uuid, Path, description = "Id of the rule.")),
    responses((status = 204, description = "It is gone."), NotFound, Conflict))]
async fn delete_ip_rule(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(rule): Path<IpRuleId>,
) -> ApiResult<NoContent> {
    ip_rules::delete(&app, &caller, rule).await?;
    Ok(NoContent)
}

fn response(rule: IpRule) -> IpRuleResponse {
    IpRuleResponse {
        id: rule.id,
        org_id: rule.org,
        rule_type: rule.rule.rule_type.as_str().to_owned(),
        cidr: rule.rule.network.to_string(),
        label: rule.label,
        applies_to: rule.rule.applies_to.as_str().to_owned(),
        created_by: rule.created_by,
        created_at: rule.created_at,
    }
}
