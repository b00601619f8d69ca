//! Who reaches what, and what a policy would do before it is saved.

use super::policies::create_request;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::openapi::NotFound;
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::access::{self, Answer, Reach};
use oneclaw_client::access::{
    PathAccess, PathAccessQuery, PathAccessResponse, PreviewPolicyRequest, PreviewPolicyResponse,
    PrincipalAccess, ReachQuery, ReachResponse, VaultReach,
};
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::id::VaultId;
use oneclaw_core::policy::Action;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(preview_policy))
        .routes(routes!(list_path_access))
        .routes(routes!(list_reach))
}

/// What a policy would do if it were saved now, for those who may save it. Saves nothing.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/policies/preview", operation_id = "previewPolicy", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = PreviewPolicyRequest,
    responses((status = 200, description = "What it matches, and what would change.", body = PreviewPolicyResponse), NotFound))]
async fn preview_policy(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<PreviewPolicyRequest>,
) -> ApiResult<Reply<PreviewPolicyResponse>> {
    let test = body.test.map(|test| (test.path, test.action));
    let found = access::preview(&app, &caller, vault, create_request(body.policy), test).await?;
    Ok(Reply(PreviewPolicyResponse {
        matches: found.matches,
        near_misses: found.near_misses,
        gains: at_paths(found.gains),
        losses: at_paths(found.losses),
        unnamed: found.unnamed as u64,
        is_duplicate: found.is_duplicate,
        test: found.test.map(Into::into),
    }))
}

/// Who may do something at a path, and why; for those who control the vault. Opens nothing.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/access", operation_id = "listPathAccess", tag = "Policies",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), PathAccessQuery),
    responses((status = 200, description = "Everybody who might, with the decision.", body = PathAccessResponse), NotFound))]
async fn list_path_access(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Query(query): Query<PathAccessQuery>,
) -> ApiResult<Reply<PathAccessResponse>> {
    let answers = access::who(&app, &caller, vault, &query.path, query.action).await?;
    Ok(Reply(PathAccessResponse {
        principals: answers.iter().map(principal).collect(),
    }))
}

/// What an agent or a person reaches in the vaults that the caller controls. Opens nothing.
#[utoipa::path(get, path = "/v1/access", operation_id = "listReach", tag = "Policies", params(ReachQuery),
    responses((status = 200, description = "Vaults and paths; none for whoever can do nothing.", body = ReachResponse)))]
async fn list_reach(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ReachQuery>,
) -> ApiResult<Reply<ReachResponse>> {
    let asked = query.principal_type.with_id(query.principal_id);
    let found = access::reach(&app, &caller, asked).await?;
    Ok(Reply(ReachResponse {
        vaults: found.into_iter().map(vault_reach).collect(),
    }))
}

fn principal(answer: &Answer) -> PrincipalAccess {
    PrincipalAccess {
        principal_type: PrincipalType::of(&answer.principal),
        principal_id: answer.principal.uuid(),
        allowed: answer.explanation.allowed,
        reason: answer.explanation.reason.to_owned(),
        sentence: answer.explanation.sentence.to_owned(),
        decided_by: answer.explanation.decided_by,
    }
}

fn vault_reach(reach: Reach) -> VaultReach {
    VaultReach {
        vault_id: reach.vault.id,
        vault_name: reach.vault.name,
        paths: at_paths(reach.paths),
        unnamed: reach.unnamed as u64,
    }
}

fn at_paths(found: Vec<(String, Vec<Action>)>) -> Vec<PathAccess> {
    found
        .into_iter()
        .map(|(path, actions)| PathAccess { path, actions })
        .collect()
}
