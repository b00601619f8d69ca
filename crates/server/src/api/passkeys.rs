//! Passkeys. Published clients know two spellings of signing in by them; both are the same.

use super::auth::seconds;
use super::limited;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{
    AuthConfirm, Authenticated, Json, OptionalJson, Path, PublicJson, RequestOrigin,
};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, NotFound, Unauthorized, Unavailable};
use crate::reply::{Created, NoContent, Reply};
use axum::extract::State;
use oneclaw_app::passkeys::{self, NewPasskey, Passkey, UsedPasskey};
use oneclaw_app::users::SessionKind;
use oneclaw_app::{App, Origin, users};
use oneclaw_client::passkeys::{
    AuthenticatorSelection, CredentialDescriptor, CredentialParameters, PasskeyAssertBeginRequest,
    PasskeyAssertBeginResponse, PasskeyAssertCompleteRequest, PasskeyAssertCompleteResponse,
    PasskeyListResponse, PasskeyRegisterBeginResponse, PasskeyRegisterCompleteRequest,
    PasskeyRegisterCompleteResponse, PasskeyResponse, PasskeyUser, RenamePasskeyRequest,
};
use oneclaw_client::wire::BEARER;
use oneclaw_core::id::PasskeyId;
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

const PUBLIC_KEY: &str = "public-key";
const REQUIRED: &str = "required";
/// What authenticators show.
const NAME: &str = "1Claw";

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let people = |route| limited(route, flood, Limit::AuthPublic, Count::All);
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(rename, delete))
        .routes(routes!(register_begin))
        .routes(routes!(register_complete))
        .routes(people(routes!(assert_begin)))
        .routes(people(routes!(assert_complete)))
        .routes(people(routes!(assert_begin_alias)))
        .routes(people(routes!(assert_complete_alias)))
}

/// Milliseconds until a challenge ends.
fn timeout() -> u32 {
    u32::try_from(passkeys::CHALLENGE_LIFE.as_millis()).unwrap_or(u32::MAX)
}

/// Begin to add a passkey.
#[utoipa::path(post, path = "/v1/auth/passkeys/register/begin", operation_id = "passkeyRegisterBegin", tag = "Passkeys",
    responses((status = 200, description = "What a browser needs to make one.", body = PasskeyRegisterBeginResponse)))]
async fn register_begin(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<PasskeyRegisterBeginResponse>> {
    let options = passkeys::begin_registration(&app, &caller).await?;
    let named = |id| CredentialDescriptor {
        id,
        kind: PUBLIC_KEY.to_owned(),
        transports: None,
    };
    let parameters = |alg| CredentialParameters {
        kind: PUBLIC_KEY.to_owned(),
        alg,
    };
    Ok(Reply(PasskeyRegisterBeginResponse {
        challenge: options.challenge,
        rp_id: options.relying_party.id,
        rp_name: NAME.to_owned(),
        user_id: options.user_handle,
        user_name: options.user_name,
        user_display_name: options.display_name,
        attestation: "none".to_owned(),
        authenticator_selection: AuthenticatorSelection {
            authenticator_attachment: None,
            resident_key: REQUIRED.to_owned(),
            user_verification: REQUIRED.to_owned(),
        },
        pub_key_cred_params: passkeys::ALGORITHMS.into_iter().map(parameters).collect(),
        exclude_credentials: options.exclude.into_iter().map(named).collect(),
        timeout: timeout(),
    }))
}

/// Add a passkey. An account that has a second factor or a passkey already wants it confirmed.
#[utoipa::path(post, path = "/v1/auth/passkeys/register/complete", operation_id = "passkeyRegisterComplete", tag = "Passkeys",
    params(("X-Auth-Confirm" = Option<String>, Header, description = "A token of `POST /v1/auth/reauth` for `security.passkey.register`.")),
    request_body = PasskeyRegisterCompleteRequest,
    responses((status = 201, description = "It is added.", body = PasskeyRegisterCompleteResponse), Conflict))]
async fn register_complete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    Json(body): Json<PasskeyRegisterCompleteRequest>,
) -> ApiResult<Created<PasskeyRegisterCompleteResponse>> {
    let new = NewPasskey {
        credential_id: body.credential_id,
        attestation_object: body.attestation_object,
        client_data: body.client_data_json,
        transports: body.transports.unwrap_or_default(),
        name: body.name.unwrap_or_default(),
    };
    let passkey = passkeys::complete_registration(&app, &caller, new, confirmation).await?;
    Ok(Created(PasskeyRegisterCompleteResponse {
        passkey_id: passkey.id,
        credential_id: passkey.credential_id,
    }))
}

/// Begin to sign in by a passkey. The answer is the same for everybody.
#[utoipa::path(post, path = "/v1/auth/passkeys/assert/begin", operation_id = "passkeyAssertBegin", tag = "Passkeys", security(()),
    request_body = Option<PasskeyAssertBeginRequest>,
    responses((status = 200, description = "What a browser needs to use one.", body = PasskeyAssertBeginResponse), Unavailable))]
async fn assert_begin(
    State(app): State<App>,
    OptionalJson(_): OptionalJson<PasskeyAssertBeginRequest>,
) -> ApiResult<Reply<PasskeyAssertBeginResponse>> {
    sign_in_options(&app)
}

/// The other spelling of `passkeyAssertBegin`.
#[utoipa::path(post, path = "/v1/auth/passkey-assert/begin", operation_id = "passkeyAssertBeginAlias", tag = "Passkeys", security(()),
    request_body = Option<PasskeyAssertBeginRequest>,
    responses((status = 200, description = "What a browser needs to use one.", body = PasskeyAssertBeginResponse), Unavailable))]
async fn assert_begin_alias(
    State(app): State<App>,
    OptionalJson(_): OptionalJson<PasskeyAssertBeginRequest>,
) -> ApiResult<Reply<PasskeyAssertBeginResponse>> {
    sign_in_options(&app)
}

fn sign_in_options(app: &App) -> ApiResult<Reply<PasskeyAssertBeginResponse>> {
    let options = passkeys::begin_sign_in(app)?;
    Ok(Reply(PasskeyAssertBeginResponse {
        challenge: options.challenge,
        rp_id: options.relying_party.id,
        timeout: timeout(),
        user_verification: REQUIRED.to_owned(),
        allow_credentials: Vec::new(),
    }))
}

/// Sign in by a passkey.
#[utoipa::path(post, path = "/v1/auth/passkeys/assert/complete", operation_id = "passkeyAssertComplete", tag = "Passkeys", security(()),
    request_body = PasskeyAssertCompleteRequest,
    responses((status = 200, description = "Signed in.", body = PasskeyAssertCompleteResponse), Unauthorized, Unavailable))]
async fn assert_complete(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<PasskeyAssertCompleteRequest>,
) -> ApiResult<Reply<PasskeyAssertCompleteResponse>> {
    sign_in(&app, body, &origin).await
}

/// The other spelling of `passkeyAssertComplete`.
#[utoipa::path(post, path = "/v1/auth/passkey-assert/complete", operation_id = "passkeyAssertCompleteAlias", tag = "Passkeys", security(()),
    request_body = PasskeyAssertCompleteRequest,
    responses((status = 200, description = "Signed in.", body = PasskeyAssertCompleteResponse), Unauthorized, Unavailable))]
async fn assert_complete_alias(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<PasskeyAssertCompleteRequest>,
) -> ApiResult<Reply<PasskeyAssertCompleteResponse>> {
    sign_in(&app, body, &origin).await
}

/// What a browser answered.
pub(super) fn used(body: PasskeyAssertCompleteRequest) -> UsedPasskey {
    UsedPasskey {
        credential_id: body.credential_id,
        authenticator_data: body.authenticator_data,
        client_data: body.client_data_json,
        signature: body.signature,
    }
}

async fn sign_in(
    app: &App,
    body: PasskeyAssertCompleteRequest,
    origin: &Origin,
) -> ApiResult<Reply<PasskeyAssertCompleteResponse>> {
    let used = used(body);
    let signed_in = passkeys::sign_in(app, &used, SessionKind::Api, origin)
        .await
        .map_err(ApiError::sign_in)?;
    let account = users::account(app, &signed_in).await?;
    Ok(Reply(PasskeyAssertCompleteResponse {
        token: signed_in.token.access_token.into(),
        refresh_token: signed_in.secret.into(),
        token_type: BEARER.to_owned(),
        expires_in: seconds(signed_in.token.expires_in),
        user: PasskeyUser {
            id: signed_in.user,
            email: account.email,
            display_name: Some(account.display_name).filter(|name| !name.is_empty()),
            org_id: signed_in.org,
        },
    }))
}

/// Your passkeys.
#[utoipa::path(get, path = "/v1/auth/passkeys", operation_id = "listPasskeys", tag = "Passkeys",
    responses((status = 200, description = "Oldest first.", body = PasskeyListResponse)))]
async fn list(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<PasskeyListResponse>> {
    let passkeys = passkeys::list(&app, &caller).await?;
    Ok(Reply(PasskeyListResponse {
        passkeys: passkeys.into_iter().map(response).collect(),
    }))
}

/// Give a passkey another name.
#[utoipa::path(patch, path = "/v1/auth/passkeys/{passkey_id}", operation_id = "renamePasskey", tag = "Passkeys",
    params(("passkey_id" = Uuid, Path, description = "Id of the passkey.")), request_body = RenamePasskeyRequest,
    responses((status = 200, description = "As it is now.", body = PasskeyResponse), NotFound))]
async fn rename(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<PasskeyId>,
    Json(body): Json<RenamePasskeyRequest>,
) -> ApiResult<Reply<PasskeyResponse>> {
    let passkey = passkeys::rename(&app, &caller, id, &body.name).await?;
    Ok(Reply(response(passkey)))
}

/// Remove a passkey. The last way into an account stays.
#[utoipa::path(delete, path = "/v1/auth/passkeys/{passkey_id}", operation_id = "deletePasskey", tag = "Passkeys",
    params(("passkey_id" = Uuid, Path, description = "Id of the passkey."),
        ("X-Auth-Confirm" = String, Header, description = "A token of `POST /v1/auth/reauth` for `security.passkey.delete`.")),
    responses((status = 204, description = "It is removed."), NotFound, Conflict))]
async fn delete(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    Path(id): Path<PasskeyId>,
) -> ApiResult<NoContent> {
    passkeys::delete(&app, &caller, id, confirmation).await?;
    Ok(NoContent)
}

fn response(passkey: Passkey) -> PasskeyResponse {
    PasskeyResponse {
        id: passkey.id,
        credential_id: passkey.credential_id,
        name: Some(passkey.name).filter(|name| !name.is_empty()),
        transports: Some(passkey.transports).filter(|transports| !transports.is_empty()),
        backed_up: passkey.backed_up,
        last_used_at: passkey.last_used_at,
        created_at: passkey.created_at,
    }
}
