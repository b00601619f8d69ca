//! One's own account.

use super::number;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{AuthConfirm, Authenticated, Json, OptionalJson};
use crate::openapi::Conflict;
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::account::{self, Export};
use oneclaw_app::users::{self, SecuritySettings};
use oneclaw_client::account::{
    ChangeEmailRequest, ChangeEmailResponse, DataExportResponse, DeleteAccountRequest,
    ExportedAgent, ExportedPolicy, ExportedSecret, ExportedUser, ExportedVault,
    SecuritySettingsResponse, SetPasswordRequest, SetPasswordResponse,
    UpdateSecuritySettingsRequest, VerifyEmailChangeRequest, VerifyEmailChangeResponse,
};
use oneclaw_client::wire::{PrincipalType, SecretText};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(export_user_data))
        .routes(routes!(set_password))
        .routes(routes!(change_email))
        .routes(routes!(verify_email_change))
        .routes(routes!(delete_me))
        .routes(routes!(get_security_settings, update_security_settings))
}

/// Get all that is stored about you and that you may see, without values.
#[utoipa::path(post, path = "/v1/auth/export-data", operation_id = "exportUserData", tag = "Authentication",
    params(("X-Auth-Confirm" = String, Header, description = "The password, or a token of `POST /v1/auth/reauth` for `account.export`.")),
    responses((status = 200, description = "The export.", body = DataExportResponse)))]
async fn export_user_data(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
) -> ApiResult<Reply<DataExportResponse>> {
    export_response(account::export_data(&app, &caller, confirmation).await?).map(Reply)
}

/// Set a password for an account that has none, within 15 minutes after signing in.
#[utoipa::path(post, path = "/v1/auth/set-password", operation_id = "setPassword", tag = "Authentication",
    request_body = SetPasswordRequest, responses((status = 200, description = "It is set.", body = SetPasswordResponse)))]
async fn set_password(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<SetPasswordRequest>,
) -> ApiResult<Reply<SetPasswordResponse>> {
    let differs = |again: &SecretText| again.expose() != body.password.expose();
    if body.password_confirm.as_ref().is_some_and(differs) {
        let message = "is not the same as the password";
        return Err(ApiError::invalid("password_confirm", message));
    }
    users::set_password(&app, &caller, &body.password.into_secret()).await?;
    Ok(Reply(SetPasswordResponse {
        message: "The password is set.".to_owned(),
    }))
}

/// Ask for a code at the new address of the account. The answer does not tell whether the address is taken.
#[utoipa::path(post, path = "/v1/auth/change-email", operation_id = "changeEmail", tag = "Authentication",
    params(("X-Auth-Confirm" = Option<String>, Header, description = "With a second factor, or more than 15 minutes after signing in: the password, or a token of `POST /v1/auth/reauth` for `account.change_email`.")),
    request_body = ChangeEmailRequest, responses((status = 200, description = "A code is on its way.", body = ChangeEmailResponse)))]
async fn change_email(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    Json(body): Json<ChangeEmailRequest>,
) -> ApiResult<Reply<ChangeEmailResponse>> {
    let change = users::change_email(&app, &caller, &body.new_email, confirmation).await?;
    Ok(Reply(ChangeEmailResponse {
        message: "If this address can be used, a code is on its way to it.".to_owned(),
        new_email: change.new_email,
        expires_in_seconds: u32::try_from(change.expires_in).unwrap_or(u32::MAX),
    }))
}

/// Change the address of the account with the code. All other sessions end.
#[utoipa::path(post, path = "/v1/auth/verify-email-change", operation_id = "verifyEmailChange", tag = "Authentication",
    request_body = VerifyEmailChangeRequest,
    responses((status = 200, description = "It is changed.", body = VerifyEmailChangeResponse)))]
async fn verify_email_change(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<VerifyEmailChangeRequest>,
) -> ApiResult<Reply<VerifyEmailChangeResponse>> {
    let email = users::verify_email_change(&app, &caller, &body.code.into_secret()).await?;
    Ok(Reply(VerifyEmailChangeResponse {
        message: "The address of the account is changed.".to_owned(),
        email,
    }))
}

/// Delete your account, and every organisation that nobody else belongs to.
#[utoipa::path(delete, path = "/v1/auth/me", operation_id = "deleteMe", tag = "Authentication",
    params(("X-Auth-Confirm" = String, Header, description = "The password, or a token of `POST /v1/auth/reauth` for `account.delete`.")),
    request_body = DeleteAccountRequest,
    responses((status = 204, description = "It is gone."), Conflict))]
async fn delete_me(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    OptionalJson(body): OptionalJson<DeleteAccountRequest>,
) -> ApiResult<NoContent> {
    let body = body.unwrap_or_default();
    let phrase = body.confirmation.or(body.confirm).unwrap_or_default();
    account::delete(&app, &caller, &phrase, confirmation).await?;
    Ok(NoContent)
}

/// What you chose for your own safety.
#[utoipa::path(get, path = "/v1/auth/settings", operation_id = "getSecuritySettings", tag = "Authentication",
    responses((status = 200, description = "The settings.", body = SecuritySettingsResponse)))]
async fn get_security_settings(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<SecuritySettingsResponse>> {
    settings_response(users::security_settings(&app, &caller).await?).map(Reply)
}

/// Change what you chose for your own safety. What makes the account less safe has to be confirmed.
#[utoipa::path(patch, path = "/v1/auth/settings", operation_id = "updateSecuritySettings", tag = "Authentication",
    params(("X-Auth-Confirm" = Option<String>, Header, description = "The password, or a token of `POST /v1/auth/reauth` for `security.vault_passkey.disable`.")),
    request_body = UpdateSecuritySettingsRequest,
    responses((status = 200, description = "The settings as they are now.", body = SecuritySettingsResponse)))]
async fn update_security_settings(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirmation): AuthConfirm,
    Json(body): Json<UpdateSecuritySettingsRequest>,
) -> ApiResult<Reply<SecuritySettingsResponse>> {
    let required = body.require_passkey_for_vaults;
    let settings = users::update_security_settings(&app, &caller, required, confirmation).await?;
    settings_response(settings).map(Reply)
}

fn settings_response(settings: SecuritySettings) -> ApiResult<SecuritySettingsResponse> {
    Ok(SecuritySettingsResponse {
        require_passkey_for_vaults: settings.require_passkey_for_vaults,
        passkey_count: number(settings.passkey_count)?,
    })
}

pub(crate) fn export_response(export: Export) -> ApiResult<DataExportResponse> {
    Ok(DataExportResponse {
        export_version: "1.0".to_owned(),
        exported_at: export.exported_at,
        user: ExportedUser {
            id: export.user.id,
            email: export.user.email,
            display_name: export.user.display_name,
            auth_method: export.user.auth_method.as_str().to_owned(),
            created_at: export.user.created_at,
        },
        vaults: export
            .vaults
            .into_iter()
            .map(|vault| ExportedVault {
                id: vault.id,
                name: vault.name,
                created_at: vault.created_at,
            })
            .collect(),
        agents: export
            .agents
            .into_iter()
            .map(|agent| ExportedAgent {
                id: agent.id,
                name: agent.name,
                created_at: agent.created_at,
            })
            .collect(),
        secrets_metadata: export
            .secrets
            .into_iter()
            .map(|(vault_id, secret)| {
                Ok(ExportedSecret {
                    vault_id,
                    path: secret.path,
                    secret_type: secret.kind,
                    version: number(secret.version)?,
                    created_at: secret.created_at,
                })
            })
            .collect::<ApiResult<_>>()?,
        policies: export
            .policies
            .into_iter()
            .map(|policy| ExportedPolicy {
                id: policy.id,
                vault_id: policy.vault,
                principal_type: PrincipalType::of(&policy.principal),
                principal_id: policy.principal.uuid(),
                secret_path_pattern: policy.pattern,
                permissions: policy.permissions,
                created_at: policy.created_at,
            })
            .collect(),
    })
}
