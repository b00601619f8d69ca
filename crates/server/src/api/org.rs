//! The organisation.

use super::auth::token_response;
use super::change;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path, RequestOrigin};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{NoContent, Reply};
use axum::extract::State;
use oneclaw_app::organisations::{Member, Settings, SettingsChange};
use oneclaw_app::users::SessionKind;
use oneclaw_app::{App, agents, organisations};
use oneclaw_client::auth::TokenResponse;
use oneclaw_client::org::{
    AcceptInvitationRequest, AgentKeysVaultResponse, InvitationListResponse, InvitationResponse,
    InviteMemberRequest, InviteMemberResponse, OrgMemberListResponse, OrgMemberResponse,
    OrgMembershipListResponse, OrgMembershipResponse, OrgSettingsResponse, SwitchOrgRequest,
    UpdateMemberRoleRequest, UpdateOrgSettingsRequest,
};
use oneclaw_core::caller::Role;
use oneclaw_core::id::{InviteId, UserId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_org_members))
        .routes(routes!(get_agent_keys_vault))
        .routes(routes!(update_member_role, remove_member))
        .routes(routes!(invite_member))
        .routes(routes!(list_invitations))
        .routes(routes!(withdraw_invitation))
        .routes(routes!(accept_invitation))
        .routes(routes!(list_memberships))
        .routes(routes!(switch_org))
        .routes(routes!(get_org_settings, update_org_settings))
        .routes(routes!(freeze_agents))
        .routes(routes!(unfreeze_agents))
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
        auth_method: member.auth_method.as_str().to_owned(),
        created_at: member.joined_at,
    }
}

/// Give a member another role. For owners and admins; only owners make or change owners.
#[utoipa::path(patch, path = "/v1/org/members/{user_id}", operation_id = "updateMemberRole", tag = "Organization",
    params(("user_id" = Uuid, Path, description = "Id of the member.")), request_body = UpdateMemberRoleRequest,
    responses((status = 200, description = "The member as they are now.", body = OrgMemberResponse), NotFound, Conflict))]
async fn update_member_role(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(user): Path<UserId>,
    Json(body): Json<UpdateMemberRoleRequest>,
) -> ApiResult<Reply<OrgMemberResponse>> {
    let member = organisations::set_role(&app, &caller, user, body.role).await?;
    Ok(Reply(member_response(member)))
}

/// Remove a member, or leave. Their sessions, shares and policies here end at once, and their agents are switched off.
#[utoipa::path(delete, path = "/v1/org/members/{user_id}", operation_id = "removeMember", tag = "Organization",
    params(("user_id" = Uuid, Path, description = "Id of the member.")),
    responses((status = 204, description = "They are no member any more."), NotFound, Conflict))]
async fn remove_member(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(user): Path<UserId>,
) -> ApiResult<NoContent> {
    organisations::remove(&app, &caller, user).await?;
    Ok(NoContent)
}

/// Invite somebody by mail. For owners and admins. The answer does not tell who has an account.
#[utoipa::path(post, path = "/v1/org/invite", operation_id = "inviteMember", tag = "Organization", request_body = InviteMemberRequest,
    responses((status = 200, description = "The invitation is on its way.", body = InviteMemberResponse), Conflict))]
async fn invite_member(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<InviteMemberRequest>,
) -> ApiResult<Reply<InviteMemberResponse>> {
    let role = body.role.unwrap_or(Role::Member);
    let invited = organisations::invite(&app, &caller, &body.email, role).await?;
    Ok(Reply(InviteMemberResponse {
        message: "The invitation is in their mail. It holds for seven days.".to_owned(),
        email: invited.email,
    }))
}

/// List the invitations that wait. For owners and admins.
#[utoipa::path(get, path = "/v1/org/invitations", operation_id = "listInvitations", tag = "Organization",
    responses((status = 200, description = "The invitations.", body = InvitationListResponse)))]
async fn list_invitations(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<InvitationListResponse>> {
    let listed = organisations::list_invitations(&app, &caller).await?;
    let shown = listed.into_iter().map(|invitation| InvitationResponse {
        id: invitation.id,
        email: invitation.email,
        role: invitation.role,
        invited_by: invitation.invited_by,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
    });
    Ok(Reply(InvitationListResponse {
        invitations: shown.collect(),
    }))
}

/// Withdraw an invitation. For owners and admins.
#[utoipa::path(delete, path = "/v1/org/invitations/{invitation_id}", operation_id = "withdrawInvitation", tag = "Organization",
    params(("invitation_id" = Uuid, Path, description = "Id of the invitation.")),
    responses((status = 204, description = "Its link leads nowhere any more."), NotFound))]
async fn withdraw_invitation(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<InviteId>,
) -> ApiResult<NoContent> {
    organisations::withdraw(&app, &caller, id).await?;
    Ok(NoContent)
}

/// Join the organisation that a mailed link invites to, with the account of the invited address.
#[utoipa::path(post, path = "/v1/org/invitations/accept", operation_id = "acceptInvitation", tag = "Organization",
    request_body = AcceptInvitationRequest,
    responses((status = 200, description = "Signed in there.", body = TokenResponse), NotFound, Conflict))]
async fn accept_invitation(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    RequestOrigin(origin): RequestOrigin,
    Json(body): Json<AcceptInvitationRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    let token = body.token.into_secret();
    let signed_in = organisations::accept(&app, &caller, &token, SessionKind::Api, &origin).await?;
    Ok(Reply(token_response(signed_in)))
}

/// List the organisations the caller belongs to. For people only.
#[utoipa::path(get, path = "/v1/org/memberships", operation_id = "listMemberships", tag = "Organization",
    responses((status = 200, description = "The organisations.", body = OrgMembershipListResponse)))]
async fn list_memberships(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgMembershipListResponse>> {
    let listed = organisations::list_memberships(&app, &caller).await?;
    let shown = listed.into_iter().map(|membership| OrgMembershipResponse {
        org_id: membership.org,
        name: membership.name,
        role: membership.role,
    });
    Ok(Reply(OrgMembershipListResponse {
        memberships: shown.collect(),
    }))
}

/// Act in another organisation from now on. For people who signed in.
#[utoipa::path(post, path = "/v1/org/switch", operation_id = "switchOrg", tag = "Organization", request_body = SwitchOrgRequest,
    responses((status = 200, description = "Signed in there.", body = TokenResponse), NotFound))]
async fn switch_org(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    RequestOrigin(origin): RequestOrigin,
    Json(body): Json<SwitchOrgRequest>,
) -> ApiResult<Reply<TokenResponse>> {
    let signed_in =
        organisations::switch(&app, &caller, body.org_id, SessionKind::Api, &origin).await?;
    Ok(Reply(token_response(signed_in)))
}

/// The settings of the organisation. For people only.
#[utoipa::path(get, path = "/v1/org/settings", operation_id = "getOrgSettings", tag = "Organization",
    responses((status = 200, description = "The settings.", body = OrgSettingsResponse)))]
async fn get_org_settings(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgSettingsResponse>> {
    let settings = organisations::find_settings(&app, &caller).await?;
    Ok(Reply(settings_response(settings)))
}

/// Change the settings of the organisation. For owners and admins.
#[utoipa::path(patch, path = "/v1/org/settings", operation_id = "updateOrgSettings", tag = "Organization",
    request_body = UpdateOrgSettingsRequest,
    responses((status = 200, description = "The settings as they are now.", body = OrgSettingsResponse)))]
async fn update_org_settings(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<UpdateOrgSettingsRequest>,
) -> ApiResult<Reply<OrgSettingsResponse>> {
    let change = SettingsChange {
        name: body.name,
        key_delivery: change(body.key_delivery),
    };
    let settings = organisations::update_settings(&app, &caller, change).await?;
    Ok(Reply(settings_response(settings)))
}

/// Stop all agents of the organisation at once. For owners and admins.
#[utoipa::path(post, path = "/v1/org/freeze-agents", operation_id = "freezeAgents", tag = "Organization",
    responses((status = 200, description = "No agent may do anything from the next request on.", body = OrgSettingsResponse)))]
async fn freeze_agents(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgSettingsResponse>> {
    let settings = organisations::freeze_agents(&app, &caller, true).await?;
    Ok(Reply(settings_response(settings)))
}

/// Let the agents of the organisation go on. For owners and admins.
#[utoipa::path(post, path = "/v1/org/unfreeze-agents", operation_id = "unfreezeAgents", tag = "Organization",
    responses((status = 200, description = "Agents may do again what they could.", body = OrgSettingsResponse)))]
async fn unfreeze_agents(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<OrgSettingsResponse>> {
    let settings = organisations::freeze_agents(&app, &caller, false).await?;
    Ok(Reply(settings_response(settings)))
}

fn settings_response(settings: Settings) -> OrgSettingsResponse {
    OrgSettingsResponse {
        name: settings.name,
        key_delivery: settings.key_delivery.map(|mode| mode.as_str().to_owned()),
        agents_frozen: settings.agents_frozen_at.is_some(),
        agents_frozen_at: settings.agents_frozen_at,
    }
}
