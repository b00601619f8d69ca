//! What an agent got to see.

use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Path};
use crate::openapi::NotFound;
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::exposure::{Exposure, Item, Seen};
use oneclaw_app::shares::Share;
use oneclaw_app::{App, exposure};
use oneclaw_client::exposure::{
    AgentExposureResponse, ExposureItem, ExposureShare, ExposureVersion,
};
use oneclaw_core::id::AgentId;
use oneclaw_core::model::share::{RecipientType, ShareStatus};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(get_agent_exposure))
}

/// What an agent got to see, and what is to be replaced because of it: for those who manage the agent. Agents that
/// were deleted are found too.
#[utoipa::path(get, path = "/v1/agents/{agent_id}/exposure", operation_id = "getAgentExposure", tag = "Agents",
    params(("agent_id" = Uuid, Path, description = "Id of the agent.")),
    responses((status = 200, description = "Each version it was given, wrote or used.", body = AgentExposureResponse), NotFound))]
async fn get_agent_exposure(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(agent): Path<AgentId>,
) -> ApiResult<Reply<AgentExposureResponse>> {
    let found = exposure::find(&app, &caller, agent).await?;
    Ok(Reply(response(found)))
}

fn response(found: Exposure) -> AgentExposureResponse {
    AgentExposureResponse {
        agent_id: found.agent,
        open: u32::try_from(found.open()).unwrap_or(u32::MAX),
        agent_name: found.agent_name,
        is_active: found.is_active && !found.is_deleted,
        is_deleted: found.is_deleted,
        as_of: found.as_of,
        items: found.items.into_iter().map(item).collect(),
        shares: found.shares.into_iter().map(share).collect(),
    }
}

fn item(item: Item) -> ExposureItem {
    let version = |seen: Seen| ExposureVersion {
        version: seen.version,
        how: seen.way,
        times: seen.times,
        first_at: seen.first_at,
        last_at: seen.last_at,
    };
    ExposureItem {
        kind: item.kind,
        id: item.id,
        vault_id: item.vault,
        vault_name: item.vault_name,
        path: item.path,
        status: item.status,
        newest_seen_version: item.newest_seen,
        current_version: item.current,
        replaced_at: item.replaced_at,
        versions: item.versions.into_iter().map(version).collect(),
    }
}

fn share(share: Share) -> ExposureShare {
    let is_link = share.recipient_type == RecipientType::AnyoneWithLink;
    let is_over = matches!(share.status, ShareStatus::Revoked | ShareStatus::Declined)
        || share.is_expired
        || share.access_count >= share.max_access_count;
    ExposureShare {
        id: Some(share.id).filter(|_| !is_link),
        path: share.path,
        recipient_type: share.recipient_type,
        recipient_id: share.recipient.map(|recipient| recipient.uuid()),
        access_count: share.access_count,
        is_open: !is_over,
        created_at: share.created_at,
    }
}
