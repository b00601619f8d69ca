//! Secrets. Their paths are read from the address as it was sent, see [`crate::extract::SecretAt`].

use super::{damaged, number, object};
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, OptionalJson, Path, Query, SecretAt, SecretVersionAt};
use crate::openapi::{Conflict, Gone, NotFound};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::secrets::{Charset, GenerateRequest, Metadata, PutRequest, Value};
use oneclaw_app::{App, secrets};
use oneclaw_client::secrets::{
    self as wire, ListSecretsQuery, PutSecretRequest, RotateSecretRequest, SecretCreatedResponse,
    SecretListResponse, SecretMetadataResponse, SecretResponse, SecretVersionListResponse,
};
use oneclaw_core::id::VaultId;
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::SecretPath;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Characters of a generated value, unless the client says otherwise.
const DEFAULT_LENGTH: usize = 32;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_secrets))
        .routes(routes!(get_secret, put_secret, delete_secret))
        .routes(routes!(list_secret_versions))
        .routes(routes!(get_secret_version))
        .routes(routes!(disable_secret_version))
        .routes(routes!(rotate_secret))
}

/// List the secrets that the caller may read, without values.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/secrets", operation_id = "listSecrets", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ListSecretsQuery),
    responses((status = 200, description = "The newest version at each path, by path.", body = SecretListResponse), NotFound))]
async fn list_secrets(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(vault): Path<VaultId>,
    Query(query): Query<ListSecretsQuery>,
) -> ApiResult<Reply<SecretListResponse>> {
    let listed = secrets::list(&app, &caller, vault, query.prefix.as_deref()).await?;
    Ok(Reply(SecretListResponse {
        secrets: listed
            .into_iter()
            .map(metadata_response)
            .collect::<ApiResult<_>>()?,
    }))
}

/// Read a secret. Counts as one read.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "getSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    responses((status = 200, description = "The secret with its value.", body = SecretResponse), NotFound, Gone))]
async fn get_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
) -> ApiResult<Reply<SecretResponse>> {
    let value = secrets::read(&app, &caller, at.vault, &at.path).await?;
    Ok(Reply(secret_response(value, at.path)?))
}

/// Write a secret: the first version at a path, or the next.
#[utoipa::path(put, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "putSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    request_body = PutSecretRequest,
    responses((status = 201, description = "The version just written, without its value.", body = SecretCreatedResponse), NotFound))]
async fn put_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
    Json(body): Json<PutSecretRequest>,
) -> ApiResult<Created<SecretCreatedResponse>> {
    let request = PutRequest {
        value: body.value.into_secret(),
        kind: body.secret_type.map(|kind| kind.as_str().to_owned()),
        metadata: body.metadata.map(|metadata| metadata.as_str().to_owned()),
        expires_at: body.expires_at,
        max_access_count: body.max_access_count.map(i64::from),
    };
    let written = secrets::put(&app, &caller, at.vault, &at.path, request).await?;
    Ok(Created(created_response(written)?))
}

/// Delete a secret, all its versions.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "deleteSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    responses((status = 204, description = "It can no longer be read. Writing to the path brings it back as a new version."), NotFound))]
async fn delete_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
) -> ApiResult<NoContent> {
    secrets::delete(&app, &caller, at.vault, &at.path).await?;
    Ok(NoContent)
}

/// List the versions of a secret, without values.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/secret-versions/{*path}", operation_id = "listSecretVersions", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    responses((status = 200, description = "The versions, newest first.", body = SecretVersionListResponse), NotFound))]
async fn list_secret_versions(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
) -> ApiResult<Reply<SecretVersionListResponse>> {
    let listed = secrets::list_versions(&app, &caller, at.vault, &at.path).await?;
    Ok(Reply(SecretVersionListResponse {
        versions: listed
            .into_iter()
            .map(metadata_response)
            .collect::<ApiResult<_>>()?,
    }))
}

/// Read one version. Counts as one read.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/secret-version/{*path_and_version}", operation_id = "getSecretVersion", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes."),
        ("version" = u32, Path, description = "Number of the version, from 1.")),
    responses((status = 200, description = "The version with its value.", body = SecretResponse), NotFound, Gone))]
async fn get_secret_version(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretVersionAt,
) -> ApiResult<Reply<SecretResponse>> {
    let value = secrets::read_version(&app, &caller, at.vault, &at.path, at.version).await?;
    Ok(Reply(secret_response(value, at.path)?))
}

/// Switch one version off.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/secret-version-disable/{*path_and_version}", operation_id = "disableSecretVersion", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes."),
        ("version" = u32, Path, description = "Number of the version, from 1.")),
    responses((status = 204, description = "It can no longer be read."), NotFound))]
async fn disable_secret_version(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretVersionAt,
) -> ApiResult<NoContent> {
    secrets::disable_version(&app, &caller, at.vault, &at.path, at.version).await?;
    Ok(NoContent)
}

/// Replace the value by a random one that the server makes. It is not returned.
#[utoipa::path(post, path = "/v1/vaults/{vault_id}/secret-rotate/{*path}", operation_id = "rotateSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    request_body = Option<RotateSecretRequest>,
    responses((status = 201, description = "The version just written, without its value.", body = SecretCreatedResponse), NotFound, Conflict))]
async fn rotate_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
    OptionalJson(body): OptionalJson<RotateSecretRequest>,
) -> ApiResult<Created<SecretCreatedResponse>> {
    let body = body.unwrap_or_default();
    let request = GenerateRequest {
        // A negative length is as wrong as 0, which the operation refuses.
        length: body.length.map_or(DEFAULT_LENGTH, |length| {
            usize::try_from(length).unwrap_or(0)
        }),
        charset: body.charset.map(charset).unwrap_or_default(),
        kind: body.secret_type.map(|kind| kind.as_str().to_owned()),
    };
    let written = secrets::rotate(&app, &caller, at.vault, &at.path, request).await?;
    Ok(Created(created_response(written)?))
}

const fn charset(charset: wire::Charset) -> Charset {
    match charset {
        wire::Charset::Hex => Charset::Hex,
        wire::Charset::Base64 => Charset::Base64,
        wire::Charset::Alphanumeric => Charset::Alphanumeric,
        wire::Charset::Ascii => Charset::Ascii,
    }
}

fn secret_response(value: Value, path: SecretPath) -> ApiResult<SecretResponse> {
    let metadata = value.metadata;
    Ok(SecretResponse {
        id: metadata.id,
        path,
        secret_type: secret_type(&metadata.kind)?,
        value: value.value.into(),
        version: number(metadata.version)?,
        metadata: object(metadata.metadata)?,
        created_by: metadata.created_by,
        created_at: metadata.created_at,
        expires_at: metadata.expires_at,
        cmek_encrypted: false,
    })
}

fn created_response(metadata: Metadata) -> ApiResult<SecretCreatedResponse> {
    Ok(SecretCreatedResponse {
        id: metadata.id,
        path: secret_path(&metadata.path)?,
        secret_type: secret_type(&metadata.kind)?,
        version: number(metadata.version)?,
        metadata: object(metadata.metadata)?,
        created_at: metadata.created_at,
        expires_at: metadata.expires_at,
    })
}

fn metadata_response(metadata: Metadata) -> ApiResult<SecretMetadataResponse> {
    Ok(SecretMetadataResponse {
        id: metadata.id,
        path: secret_path(&metadata.path)?,
        secret_type: secret_type(&metadata.kind)?,
        version: number(metadata.version)?,
        metadata: object(metadata.metadata)?,
        created_at: metadata.created_at,
        expires_at: metadata.expires_at,
        is_disabled: metadata.is_disabled,
    })
}

pub(super) fn secret_type(stored: &str) -> ApiResult<SecretType> {
    SecretType::parse(stored).map_err(|_| damaged("a stored secret has an impossible type"))
}

pub(super) fn secret_path(stored: &str) -> ApiResult<SecretPath> {
    SecretPath::parse(stored).map_err(|_| damaged("a stored secret has an impossible path"))
}
