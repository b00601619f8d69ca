//! One's own account.

use super::number;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{AuthConfirm, Authenticated};
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::App;
use oneclaw_app::account::{self, Export};
use oneclaw_client::account::{
    DataExportResponse, ExportedAgent, ExportedPolicy, ExportedSecret, ExportedUser, ExportedVault,
};
use oneclaw_client::wire::PrincipalType;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(export_user_data))
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

fn export_response(export: Export) -> ApiResult<DataExportResponse> {
    Ok(DataExportResponse {
        export_version: "1.0".to_owned(),
        exported_at: export.exported_at,
        user: ExportedUser {
            id: export.user.id,
            email: export.user.email,
            display_name: export.user.display_name,
            auth_method: super::auth::auth_method(),
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
