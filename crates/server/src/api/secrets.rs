//! Secrets. Their paths are read from the address as it was sent, see [`crate::extract::SecretAt`].

use super::{DEFAULT_PAGE, damaged, number, object, page_limit};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{
    Authenticated, AuthenticatedReader, Json, OptionalJson, Path, Precondition, Query, SecretAt,
    SecretVersionAt,
};
use crate::openapi::{Conflict, Gone, NotFound, PreconditionFailed};
use crate::reply::{Created, NoContent, Reply, Tagged};
use axum::extract::State;
use oneclaw_app::secrets::{Charset, GenerateRequest, Metadata, Page, PutRequest, Value};
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
    let page = page(&query)?;
    let listed = secrets::list_page(&app, &caller, vault, query.prefix.as_deref(), &page).await?;
    Ok(Reply(SecretListResponse {
        secrets: listed
            .secrets
            .into_iter()
            .map(metadata_response)
            .collect::<ApiResult<_>>()?,
        next_cursor: listed.next.map(|path| path.as_str().to_owned()),
    }))
}

/// Whoever names neither a limit nor a cursor gets the whole list.
fn page(query: &ListSecretsQuery) -> ApiResult<Page> {
    let after = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => Some(SecretPath::parse(cursor).map_err(|_| {
            ApiError::invalid("cursor", "must be the next_cursor of the page before")
        })?),
    };
    let limit = match (query.limit, &after) {
        (None, None) => None,
        (None, Some(_)) => Some(DEFAULT_PAGE),
        (Some(limit), _) => Some(page_limit(limit)?),
    };
    Ok(Page { limit, after })
}

/// Read a secret. Counts as one read.
#[utoipa::path(get, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "getSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes.")),
    responses((status = 200, description = "The secret with its value.", body = SecretResponse), NotFound, Gone))]
async fn get_secret(
    State(app): State<App>,
    AuthenticatedReader(caller): AuthenticatedReader,
    at: SecretAt,
) -> ApiResult<Tagged<Reply<SecretResponse>>> {
    let value = secrets::read(&app, &caller, at.vault, &at.path).await?;
    Ok(Tagged {
        tag: value.metadata.tag(),
        reply: Reply(secret_response(value, at.path)?),
    })
}

/// Write a secret: the first version at a path, or the next.
#[utoipa::path(put, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "putSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes."),
        ("If-Match" = Option<String>, Header, description = "Only if the newest version has one of these entity tags."), ("If-None-Match" = Option<String>, Header, description = "`*`: only if there is none yet.")),
    request_body = PutSecretRequest,
    responses((status = 201, description = "The version just written, without its value.", body = SecretCreatedResponse), PreconditionFailed, NotFound))]
async fn put_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
    Precondition(condition): Precondition,
    Json(body): Json<PutSecretRequest>,
) -> ApiResult<Tagged<Created<SecretCreatedResponse>>> {
    let request = PutRequest {
        value: body.value.into_secret(),
        kind: body.secret_type.map(|kind| kind.as_str().to_owned()),
        metadata: body.metadata.map(|metadata| metadata.as_str().to_owned()),
        expires_at: body.expires_at,
        max_access_count: body.max_access_count.map(i64::from),
    };
    let written = secrets::put_if(&app, &caller, at.vault, &at.path, request, condition).await?;
    tagged(written)
}

/// Delete a secret, all its versions.
#[utoipa::path(delete, path = "/v1/vaults/{vault_id}/secrets/{*path}", operation_id = "deleteSecret", tag = "Secrets",
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes."),
        ("If-Match" = Option<String>, Header, description = "Only if the newest version has one of these entity tags."), ("If-None-Match" = Option<String>, Header, description = "`*`: only if there is none yet.")),
    responses((status = 204, description = "It can no longer be read. Writing to the path brings it back as a new version."), PreconditionFailed, NotFound))]
async fn delete_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
    Precondition(condition): Precondition,
) -> ApiResult<NoContent> {
    secrets::delete_if(&app, &caller, at.vault, &at.path, condition).await?;
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
    AuthenticatedReader(caller): AuthenticatedReader,
    at: SecretVersionAt,
) -> ApiResult<Tagged<Reply<SecretResponse>>> {
    let value = secrets::read_version(&app, &caller, at.vault, &at.path, at.version).await?;
    Ok(Tagged {
        tag: value.metadata.tag(),
        reply: Reply(secret_response(value, at.path)?),
    })
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
    params(("vault_id" = Uuid, Path, description = "Id of the vault."), ("path" = String, Path, description = "Path of the secret; may hold slashes."),
        ("If-Match" = Option<String>, Header, description = "Only if the newest version has one of these entity tags."), ("If-None-Match" = Option<String>, Header, description = "`*`: only if there is none yet.")),
    request_body = Option<RotateSecretRequest>,
    responses((status = 201, description = "The version just written, without its value.", body = SecretCreatedResponse), PreconditionFailed, NotFound, Conflict))]
async fn rotate_secret(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    at: SecretAt,
    Precondition(condition): Precondition,
    OptionalJson(body): OptionalJson<RotateSecretRequest>,
) -> ApiResult<Tagged<Created<SecretCreatedResponse>>> {
    let body = body.unwrap_or_default();
    let request = GenerateRequest {
        // A negative length is as wrong as 0, which the operation refuses.
        length: body.length.map_or(DEFAULT_LENGTH, |length| {
            usize::try_from(length).unwrap_or(0)
        }),
        charset: body.charset.map(charset).unwrap_or_default(),
        kind: body.secret_type.map(|kind| kind.as_str().to_owned()),
        create: body.create.unwrap_or_default(),
    };
    let written = secrets::rotate_if(&app, &caller, at.vault, &at.path, request, condition).await?;
    tagged(written)
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
        cmek_encrypted: metadata.cmek_fingerprint.is_some(),
    })
}

fn tagged(written: Metadata) -> ApiResult<Tagged<Created<SecretCreatedResponse>>> {
    Ok(Tagged {
        tag: written.tag(),
        reply: Created(created_response(written)?),
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
