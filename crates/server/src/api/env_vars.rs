//! Environment variables and environments of vaults, and variables of the whole organisation.
//!
//! Published clients change a variable of the organisation by its key and remove it by its id, at the same place.

use super::{change, number};
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::env_vars::{
    CreateRequest, EnvVar as Variable, Environment, SharedVariable, Source, UpdateRequest, Which,
};
use oneclaw_app::{App, env_vars};
use oneclaw_client::env_vars::{
    CreateEnvVarRequest, CreateEnvironmentRequest, EnvVar, EnvVarListResponse, EnvVarQuery,
    EnvVarSource, EnvironmentListResponse, LinkEnvVarRequest, OrgEnvVar, OrgEnvVarListResponse,
    ResolveEnvVarsResponse, UpdateEnvVarRequest, VaultEnvironment,
};
use oneclaw_client::wire::SecretText;
use oneclaw_core::id::{EnvVarId, VaultId};
use std::collections::BTreeMap;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_env_vars, create_env_var))
        .routes(routes!(resolve_env_vars))
        .routes(routes!(get_env_var, update_env_var, delete_env_var))
        .routes(routes!(list_vault_environments, create_vault_environment))
        .routes(routes!(delete_vault_environment))
        .routes(routes!(list_org_env_vars, create_org_env_var))
        .routes(routes!(update_org_env_var, delete_org_env_var))
        .routes(routes!(link_org_env_var))
        .routes(routes!(unlink_org_env_var))
}

/// List the variables of a vault that the caller may read. Those that are sensitive come without their values.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/env-vars", operation_id = "listEnvVars", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("environment" = Option<String>, Query, description = "Only those that hold there.")),
    responses((status = 200, description = "By key.", body = EnvVarListResponse), NotFound))]
async fn list_env_vars(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Query(query): Query<EnvVarQuery>,
) -> ApiResult<Reply<EnvVarListResponse>> {
    let listed = env_vars::list(&app, &caller, vault, query.environment).await?;
    Ok(Reply(EnvVarListResponse {
        env_vars: listed.into_iter().map(response).collect::<ApiResult<_>>()?,
    }))
}

/// Make a variable. Needs `write` on `env/` and its key.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/env-vars", operation_id = "createEnvVar", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = CreateEnvVarRequest,
    responses((status = 201, description = "The variable.", body = EnvVar), NotFound, Conflict))]
async fn create_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<CreateEnvVarRequest>,
) -> ApiResult<Created<EnvVar>> {
    let made = env_vars::create(&app, &caller, vault, create_request(body)).await?;
    Ok(Created(response(made)?))
}

/// One variable. A sensitive one comes without its value.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/env-vars/{key}", operation_id = "getEnvVar", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("key" = String, Path, description = "Key of the variable."), EnvVarQuery),
    responses((status = 200, description = "The variable.", body = EnvVar), NotFound, Conflict))]
async fn get_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, key)): Path<(VaultId, String)>,
    Query(query): Query<EnvVarQuery>,
) -> ApiResult<Reply<EnvVar>> {
    let found = env_vars::find(&app, &caller, vault, &key, which(query)).await?;
    Ok(Reply(response(found)?))
}

/// Change a variable; key and branch stay.
#[utoipa::path(patch, path = "/v1/vaults/{vault_id}/env-vars/{key}", operation_id = "updateEnvVar", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("key" = String, Path, description = "Key of the variable."), EnvVarQuery), request_body = UpdateEnvVarRequest,
    responses((status = 200, description = "The variable as it is now.", body = EnvVar), NotFound, Conflict))]
async fn update_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, key)): Path<(VaultId, String)>,
    Query(query): Query<EnvVarQuery>,
    Json(body): Json<UpdateEnvVarRequest>,
) -> ApiResult<Reply<EnvVar>> {
    let request = update_request(body);
    let changed = env_vars::update(&app, &caller, vault, &key, which(query), request).await?;
    Ok(Reply(response(changed)?))
}

/// Remove a variable.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/env-vars/{key}", operation_id = "deleteEnvVar", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("key" = String, Path, description = "Key of the variable."), EnvVarQuery),
    responses((status = 204, description = "It is gone."), NotFound, Conflict))]
async fn delete_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, key)): Path<(VaultId, String)>,
    Query(query): Query<EnvVarQuery>,
) -> ApiResult<NoContent> {
    env_vars::delete(&app, &caller, vault, &key, which(query)).await?;
    Ok(NoContent)
}

/// The variables that a program gets in an environment. An agent that is tagged with one need not name it.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/env-vars/resolve", operation_id = "resolveEnvVars", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), EnvVarQuery),
    responses((status = 200, description = "Values by key.", body = ResolveEnvVarsResponse), NotFound))]
async fn resolve_env_vars(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Query(query): Query<EnvVarQuery>,
) -> ApiResult<Reply<ResolveEnvVarsResponse>> {
    let EnvVarQuery {
        environment,
        git_branch,
    } = query;
    let resolved = env_vars::resolve(&app, &caller, vault, environment, git_branch).await?;
    let (mut vars, mut sources) = (BTreeMap::new(), BTreeMap::new());
    for (key, (value, source)) in resolved.vars {
        sources.insert(key.clone(), source_word(source));
        vars.insert(key, value.into());
    }
    Ok(Reply(ResolveEnvVarsResponse {
        vars,
        sources,
        environment: resolved.environment,
        git_branch: resolved.git_branch,
        resolved_at: resolved.resolved_at,
        withheld: resolved.withheld,
    }))
}

/// List the environments of a vault.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/environments", operation_id = "listVaultEnvironments", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 200, description = "Those that every vault has, then the others.", body = EnvironmentListResponse), NotFound))]
async fn list_vault_environments(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
) -> ApiResult<Reply<EnvironmentListResponse>> {
    let listed = env_vars::list_environments(&app, &caller, vault).await?;
    Ok(Reply(EnvironmentListResponse {
        environments: listed.into_iter().map(environment_response).collect(),
    }))
}

/// Add an environment to a vault, if wanted with copies of the variables of another one.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/environments", operation_id = "createVaultEnvironment", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = CreateEnvironmentRequest,
    responses((status = 201, description = "The environment.", body = VaultEnvironment), NotFound, Conflict))]
async fn create_vault_environment(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<CreateEnvironmentRequest>,
) -> ApiResult<Created<VaultEnvironment>> {
    let CreateEnvironmentRequest {
        slug,
        description,
        copy_from,
    } = body;
    let made =
        env_vars::create_environment(&app, &caller, vault, &slug, description, copy_from).await?;
    Ok(Created(environment_response(made)))
}

/// Remove an environment. Variables that hold nowhere else go with it.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/environments/{slug}", operation_id = "deleteVaultEnvironment", tag = "Environment variables", params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("slug" = String, Path, description = "Name of the environment.")),
    responses((status = 204, description = "It is gone."), NotFound, Conflict))]
async fn delete_vault_environment(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, slug)): Path<(VaultId, String)>,
) -> ApiResult<NoContent> {
    env_vars::delete_environment(&app, &caller, vault, &slug).await?;
    Ok(NoContent)
}

/// List the variables of the organisation. For owners and admins.
#[utoipa::path(get, path = "/v1/org/env-vars", operation_id = "listOrgEnvVars", tag = "Environment variables",
    responses((status = 200, description = "By key.", body = OrgEnvVarListResponse)))]
async fn list_org_env_vars(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgEnvVarListResponse>> {
    let listed = env_vars::list_shared(&app, &caller).await?;
    Ok(Reply(OrgEnvVarListResponse {
        env_vars: listed
            .into_iter()
            .map(shared_response)
            .collect::<ApiResult<_>>()?,
    }))
}

/// Make a variable of the organisation; it holds where it is linked. For owners and admins.
#[utoipa::path(post, path = "/v1/org/env-vars", operation_id = "createOrgEnvVar", tag = "Environment variables", request_body = CreateEnvVarRequest,
    responses((status = 201, description = "The variable.", body = OrgEnvVar), Conflict))]
async fn create_org_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateEnvVarRequest>,
) -> ApiResult<Created<OrgEnvVar>> {
    let made = env_vars::create_shared(&app, &caller, create_request(body)).await?;
    Ok(Created(shared_response(made)?))
}

/// Change a variable of the organisation. For owners and admins.
#[utoipa::path(patch, path = "/v1/org/env-vars/{key}", operation_id = "updateOrgEnvVar", tag = "Environment variables", params(("key" = String, Path, description = "Key of the variable.")), request_body = UpdateEnvVarRequest,
    responses((status = 200, description = "The variable as it is now.", body = OrgEnvVar), NotFound, Conflict))]
async fn update_org_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(key): Path<String>,
    Json(body): Json<UpdateEnvVarRequest>,
) -> ApiResult<Reply<OrgEnvVar>> {
    let changed = env_vars::update_shared(&app, &caller, &key, update_request(body)).await?;
    Ok(Reply(shared_response(changed)?))
}

/// Remove a variable of the organisation from everywhere, by its id. For owners and admins.
#[utoipa::path(delete, path = "/v1/org/env-vars/{key}", operation_id = "deleteOrgEnvVar", tag = "Environment variables", params(("key" = Uuid, Path, description = "Id of the variable.")),
    responses((status = 204, description = "It is gone."), NotFound))]
async fn delete_org_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<EnvVarId>,
) -> ApiResult<NoContent> {
    env_vars::delete_shared(&app, &caller, id).await?;
    Ok(NoContent)
}

/// Let a variable of the organisation hold in a vault. For owners and admins.
#[utoipa::path(post, path = "/v1/org/env-vars/{key}/link", operation_id = "linkOrgEnvVar", tag = "Environment variables", params(("key" = Uuid, Path, description = "Id of the variable.")), request_body = LinkEnvVarRequest,
    responses((status = 201, description = "The variable, with the vaults in which it holds.", body = OrgEnvVar), NotFound))]
async fn link_org_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<EnvVarId>,
    Json(body): Json<LinkEnvVarRequest>,
) -> ApiResult<Created<OrgEnvVar>> {
    let linked = env_vars::link(&app, &caller, id, body.vault_id).await?;
    Ok(Created(shared_response(linked)?))
}

/// Let a variable of the organisation hold in a vault no longer. For owners and admins.
#[utoipa::path(delete, path = "/v1/org/env-vars/{key}/links/{vault_id}", operation_id = "unlinkOrgEnvVar", tag = "Environment variables", params(("key" = Uuid, Path, description = "Id of the variable."), ("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 204, description = "It no longer holds there."), NotFound))]
async fn unlink_org_env_var(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((id, vault)): Path<(EnvVarId, VaultId)>,
) -> ApiResult<NoContent> {
    env_vars::unlink(&app, &caller, id, vault).await?;
    Ok(NoContent)
}

fn which(query: EnvVarQuery) -> Which {
    Which {
        environment: query.environment,
        git_branch: query.git_branch,
    }
}

fn create_request(body: CreateEnvVarRequest) -> CreateRequest {
    CreateRequest {
        key: body.key,
        value: body.value.into_secret(),
        environments: body.environments,
        git_branch: body.git_branch.filter(|branch| !branch.is_empty()),
        sensitive: body.sensitive.unwrap_or(false),
        comment: body.comment,
    }
}

fn update_request(body: UpdateEnvVarRequest) -> UpdateRequest {
    UpdateRequest {
        value: body.value.map(SecretText::into_secret),
        environments: body.environments,
        sensitive: body.sensitive,
        comment: change(body.comment),
    }
}

const fn source_word(source: Source) -> EnvVarSource {
    match source {
        Source::Shared => EnvVarSource::Shared,
        Source::Vault => EnvVarSource::Vault,
        Source::BranchOverride => EnvVarSource::BranchOverride,
    }
}

fn response(variable: Variable) -> ApiResult<EnvVar> {
    Ok(EnvVar {
        id: variable.id,
        key: variable.key,
        environments: variable.environments,
        git_branch: variable.git_branch,
        sensitive: variable.sensitive,
        comment: variable.comment,
        value: variable.value.map(SecretText::from),
        version: number(variable.version)?,
        created_by: Some(variable.created_by),
        created_at: variable.created_at,
        updated_at: variable.updated_at,
    })
}

fn shared_response(shared: SharedVariable) -> ApiResult<OrgEnvVar> {
    let variable = shared.variable;
    Ok(OrgEnvVar {
        id: variable.id,
        key: variable.key,
        environments: variable.environments,
        sensitive: variable.sensitive,
        comment: variable.comment,
        value: variable.value.map(SecretText::from),
        version: number(variable.version)?,
        linked_vaults: shared.linked_vaults,
        created_at: variable.created_at,
        updated_at: variable.updated_at,
    })
}

fn environment_response(environment: Environment) -> VaultEnvironment {
    VaultEnvironment {
        id: environment.id,
        slug: environment.slug,
        description: environment.description,
        is_builtin: environment.is_built_in,
        is_detached: environment.copied_from.is_some(),
        copied_from: environment.copied_from,
        created_at: environment.created_at,
    }
}
