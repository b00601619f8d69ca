//! The organisation.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::Authenticated;
use crate::openapi::NotFound;
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::organisations::Member;
use oneclaw_app::{App, agents, organisations};
use oneclaw_client::org::{AgentKeysVaultResponse, OrgMemberListResponse, OrgMemberResponse};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_org_members))
        .routes(routes!(get_agent_keys_vault))
}

/// List the members. For people only.
#[utoipa::path(get, path = "/v1/org/members", operation_id = "listOrgMembers", tag = "Organization",
    responses((status = 200, description = "The members, in the order they joined.", body = OrgMemberListResponse)))]
async fn list_org_members(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgMemberListResponse>> {
    let members = organisations::list_members(&app, &caller).await?;
    Ok(Reply(OrgMemberListResponse {
        members: members.into_iter().map(member_response).collect(),
    }))
}

/// The vault that holds the identity keys of the organisation's agents. For people only.
#[utoipa::path(get, path = "/v1/org/agent-keys-vault", operation_id = "getAgentKeysVault", tag = "Organization",
    responses((status = 200, description = "Its id.", body = AgentKeysVaultResponse), NotFound))]
async fn get_agent_keys_vault(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<AgentKeysVaultResponse>> {
    Ok(Reply(AgentKeysVaultResponse {
        vault_id: agents::find_identity_vault(&app, &caller).await?,
    }))
}

fn member_response(member: Member) -> OrgMemberResponse {
    OrgMemberResponse {
        id: member.user,
        email: member.email,
        display_name: member.display_name,
        role: member.role,
        auth_method: "password".to_owned(),
        created_at: member.joined_at,
    }
}
