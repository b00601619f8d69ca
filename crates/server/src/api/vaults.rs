//! Vaults.

use super::repeatable;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::vaults::Vault;
use oneclaw_app::{App, vaults};
use oneclaw_client::vaults::{CreateVaultRequest, VaultListResponse, VaultResponse};
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::id::VaultId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(repeatable(routes!(create_vault, list_vaults)))
        .routes(routes!(get_vault, delete_vault))
}

/// Make a vault. One made by an agent is opened to the human who let the agent in.
#[utoipa::path(post, path = "/v1/vaults", operation_id = "createVault", tag = "Vaults", request_body = CreateVaultRequest,
    responses((status = 201, description = "The vault.", body = VaultResponse), Conflict))]
async fn create_vault(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateVaultRequest>,
) -> ApiResult<Created<VaultResponse>> {
    let description = body.description.unwrap_or_default();
    Ok(Created(vault_response(
        vaults::create(&app, &caller, &body.name, &description).await?,
    )))
}

/// List the vaults that the caller may know of.
#[utoipa::path(get, path = "/v1/vaults", operation_id = "listVaults", tag = "Vaults",
    responses((status = 200, description = "The vaults, oldest first.", body = VaultListResponse)))]
async fn list_vaults(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<VaultListResponse>> {
    let vaults = vaults::list(&app, &caller).await?;
    Ok(Reply(VaultListResponse {
        vaults: vaults.into_iter().map(vault_response).collect(),
    }))
}

/// One vault.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}", operation_id = "getVault", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 200, description = "The vault.", body = VaultResponse), NotFound))]
async fn get_vault(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
) -> ApiResult<Reply<VaultResponse>> {
    Ok(Reply(vault_response(
        vaults::find(&app, &caller, vault).await?,
    )))
}

/// Destroy a vault with all that is in it.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}", operation_id = "deleteVault", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 204, description = "It is gone."), NotFound, Conflict))]
async fn delete_vault(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
) -> ApiResult<NoContent> {
    vaults::delete(&app, &caller, vault).await?;
    Ok(NoContent)
}

pub(super) fn vault_response(vault: Vault) -> VaultResponse {
    VaultResponse {
        id: vault.id,
        name: vault.name,
        description: vault.description,
        created_by: vault.owner.uuid(),
        created_by_type: PrincipalType::of(&vault.owner),
        created_at: vault.created_at,
        cmek_enabled: vault.cmek_fingerprint.is_some(),
        cmek_fingerprint: vault.cmek_fingerprint,
    }
}
