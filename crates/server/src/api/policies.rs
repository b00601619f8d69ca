//! Policies of a vault.

use super::{change, change_or_default, damaged, number, object};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::NotFound;
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::policies::{CreateRequest, Policy, Question, UpdateRequest};
use oneclaw_app::{App, policies};
use oneclaw_client::policies::{
    CreatePolicyRequest, ExplainPolicyRequest, ExplainPolicyResponse, PolicyListResponse,
    PolicyResponse, UpdatePolicyRequest,
};
use oneclaw_client::wire::{JsonObject, PrincipalType};
use oneclaw_core::id::{PolicyId, VaultId};
use oneclaw_core::path::PathPattern;
use oneclaw_core::policy::PermissionSet;
use std::net::IpAddr;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(create_policy, list_policies))
        .routes(routes!(update_policy, delete_policy))
        .routes(routes!(explain_policy))
}

/// Write a policy. It holds from the next request on.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/policies", operation_id = "createPolicy", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = CreatePolicyRequest,
    responses((status = 201, description = "The policy.", body = PolicyResponse), NotFound))]
async fn create_policy(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<CreatePolicyRequest>,
) -> ApiResult<Created<PolicyResponse>> {
    let request = create_request(body);
    Ok(Created(policy_response(
        policies::create(&app, &caller, vault, request).await?,
    )?))
}

/// List the policies of a vault, for those who control it.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/policies", operation_id = "listPolicies", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 200, description = "The policies, oldest first.", body = PolicyListResponse), NotFound))]
async fn list_policies(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
) -> ApiResult<Reply<PolicyListResponse>> {
    let listed = policies::list(&app, &caller, vault).await?;
    Ok(Reply(PolicyListResponse {
        policies: listed
            .into_iter()
            .map(policy_response)
            .collect::<ApiResult<_>>()?,
    }))
}

/// Change a policy; pattern and principal stay.
#[utoipa::path(put, path = "/v1/vaults/{vault_id}/policies/{policy_id}", operation_id = "updatePolicy", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("policy_id" = Uuid, Path, description = "Id of the policy.")),
    request_body = UpdatePolicyRequest,
    responses((status = 200, description = "The policy as it is now.", body = PolicyResponse), NotFound))]
async fn update_policy(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, policy)): Path<(VaultId, PolicyId)>,
    Json(body): Json<UpdatePolicyRequest>,
) -> ApiResult<Reply<PolicyResponse>> {
    let request = UpdateRequest {
        permissions: body.permissions.map(words),
        effect: body.effect.map(|effect| effect.as_str().to_owned()),
        priority: body.priority.map(i64::from),
        conditions: change_or_default(body.conditions).map(text),
        attribute_conditions: change_or_default(body.attribute_conditions).map(text),
        expires_at: change(body.expires_at),
    };
    Ok(Reply(policy_response(
        policies::update(&app, &caller, vault, policy, request).await?,
    )?))
}

/// Remove a policy. What it allowed is refused from the next request on.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/policies/{policy_id}", operation_id = "deletePolicy", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("policy_id" = Uuid, Path, description = "Id of the policy.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_policy(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, policy)): Path<(VaultId, PolicyId)>,
) -> ApiResult<NoContent> {
    policies::delete(&app, &caller, vault, policy).await?;
    Ok(NoContent)
}

/// What would be decided, and by which policy. Opens nothing.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/policies/explain", operation_id = "explainPolicy", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = ExplainPolicyRequest,
    responses((status = 200, description = "The decision and what led to it.", body = ExplainPolicyResponse), NotFound))]
async fn explain_policy(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<ExplainPolicyRequest>,
) -> ApiResult<Reply<ExplainPolicyResponse>> {
    let ip = body.ip.map(|ip| ip.parse::<IpAddr>()).transpose();
    let question = Question {
        principal: Some(body.principal_type.with_id(body.principal_id)),
        action: body.action,
        path: body.path,
        ip: ip.map_err(|_| ApiError::invalid("ip", "must be an IP address"))?,
        environment: body.environment,
        at: body.at,
    };
    Ok(Reply(
        policies::explain(&app, &caller, vault, question)
            .await?
            .into(),
    ))
}

pub(super) fn create_request(body: CreatePolicyRequest) -> CreateRequest {
    CreateRequest {
        pattern: body.secret_path_pattern.as_str().to_owned(),
        principal: body.principal_type.with_id(body.principal_id),
        permissions: words(body.permissions),
        effect: body.effect.map(|effect| effect.as_str().to_owned()),
        priority: body.priority.map(i64::from),
        conditions: body.conditions.map(text),
        attribute_conditions: body.attribute_conditions.map(text),
        expires_at: body.expires_at,
    }
}

fn words(permissions: PermissionSet) -> Vec<String> {
    permissions
        .iter()
        .map(|permission| permission.as_str().to_owned())
        .collect()
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map")]
fn text(object: JsonObject) -> String {
    object.as_str().to_owned()
}

fn policy_response(policy: Policy) -> ApiResult<PolicyResponse> {
    Ok(PolicyResponse {
        id: policy.id,
        vault_id: policy.vault,
        secret_path_pattern: PathPattern::parse(&policy.pattern)
            .map_err(|_| damaged("a stored policy has an impossible pattern"))?,
        principal_type: PrincipalType::of(&policy.principal),
        principal_id: policy.principal.uuid(),
        permissions: PermissionSet::parse(&policy.permissions)
            .map_err(|_| damaged("a stored policy has impossible permissions"))?,
        conditions: object(policy.conditions)?,
        expires_at: policy.expires_at,
        created_by: policy.created_by.uuid(),
        created_by_type: PrincipalType::of(&policy.created_by),
        created_at: policy.created_at,
        effect: policy.effect,
        priority: number(policy.priority)?,
        attribute_conditions: object(policy.attribute_conditions)?,
    })
}
