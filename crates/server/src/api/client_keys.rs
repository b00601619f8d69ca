//! Client-managed encryption keys of vaults.
//!
//! Two keys come in headers once, to be moved between. Nothing logs a header.

use super::number;
use super::vaults::vault_response;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{Authenticated, Json, Path};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Accepted, Reply};
use axum::extract::State;
use http::HeaderMap;
use oneclaw_app::App;
use oneclaw_app::client_keys::{self, Keys, Rotation};
use oneclaw_client::vaults::{
    CMEK_NEW_KEY, CMEK_OLD_KEY, CmekRotateRequest, CmekRotationJobResponse, CmekRotationStatus,
    EnableCmekRequest, VaultResponse,
};
use oneclaw_core::id::{CmekRotationId, VaultId};
use oneclaw_core::secret::SecretString;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(enable_cmek, disable_cmek))
        .routes(routes!(rotate_cmek))
        .routes(routes!(get_cmek_rotation_job))
}

/// Say that clients encrypt the values of a vault with a key of their own. For people only.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/cmek", operation_id = "enableCmek", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")), request_body = EnableCmekRequest,
    responses((status = 200, description = "The vault. It takes only encrypted values from now on.", body = VaultResponse), NotFound, Conflict))]
async fn enable_cmek(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Json(body): Json<EnableCmekRequest>,
) -> ApiResult<Reply<VaultResponse>> {
    let vault = client_keys::enable(&app, &caller, vault, &body.fingerprint).await?;
    Ok(Reply(vault_response(vault)))
}

/// Say that clients no longer encrypt what they write. What they encrypted stays encrypted. For people only.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/cmek", operation_id = "disableCmek", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault.")),
    responses((status = 200, description = "The vault.", body = VaultResponse), NotFound, Conflict))]
async fn disable_cmek(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
) -> ApiResult<Reply<VaultResponse>> {
    let vault = client_keys::disable(&app, &caller, vault).await?;
    Ok(Reply(vault_response(vault)))
}

/// Move all values of a vault from one key of the clients to another. Both keys are used for that and forgotten.
/// For people only.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/cmek-rotate", operation_id = "rotateCmek", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."),
        ("x-cmek-old-key" = String, Header, description = "The key in use: base64 of 32 bytes."),
        ("x-cmek-new-key" = String, Header, description = "The key to use from now on: base64 of 32 bytes.")),
    request_body = CmekRotateRequest,
    responses((status = 202, description = "It has begun; `Location` says where to look.", body = CmekRotationJobResponse), NotFound, Conflict))]
async fn rotate_cmek(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    headers: HeaderMap,
    Json(body): Json<CmekRotateRequest>,
) -> ApiResult<Accepted<CmekRotationJobResponse>> {
    let keys = Keys {
        old: key(&headers, CMEK_OLD_KEY)?,
        new: key(&headers, CMEK_NEW_KEY)?,
    };
    let rotation = client_keys::rotate(&app, &caller, vault, &body.new_fingerprint, keys).await?;
    Ok(Accepted {
        location: format!("/v1/vaults/{vault}/cmek-rotate/{}", rotation.id),
        body: rotation_response(rotation)?,
    })
}

/// How far a rotation is. For people only.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/cmek-rotate/{job_id}", operation_id = "getCmekRotationJob", tag = "Vaults",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("job_id" = Uuid, Path, description = "Id of the rotation.")),
    responses((status = 200, description = "The rotation.", body = CmekRotationJobResponse), NotFound))]
async fn get_cmek_rotation_job(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((vault, job)): Path<(VaultId, CmekRotationId)>,
) -> ApiResult<Reply<CmekRotationJobResponse>> {
    let rotation = client_keys::find_rotation(&app, &caller, vault, job).await?;
    Ok(Reply(rotation_response(rotation)?))
}

fn key(headers: &HeaderMap, name: &'static str) -> ApiResult<SecretString> {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.map(|text| SecretString::from(text.to_owned()))
        .ok_or_else(|| ApiError::invalid(name, "send the key in this header, as base64"))
}

fn rotation_response(rotation: Rotation) -> ApiResult<CmekRotationJobResponse> {
    let status = CmekRotationStatus::ALL
        .iter()
        .copied()
        .find(|status| status.as_str() == rotation.status);
    Ok(CmekRotationJobResponse {
        id: rotation.id,
        vault_id: rotation.vault,
        old_fingerprint: Some(rotation.old_fingerprint),
        new_fingerprint: Some(rotation.new_fingerprint),
        status: status.ok_or_else(|| super::damaged("a rotation has an unknown status"))?,
        total_secrets: number(rotation.total)?,
        processed: number(rotation.processed)?,
        error: rotation.error,
        started_at: Some(rotation.created_at),
        completed_at: rotation.completed_at,
        created_at: rotation.created_at,
    })
}
