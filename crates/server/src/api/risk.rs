//! Decoys, and what follows from somebody reading one.

use super::damaged;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Json, Path, Query};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Created, Reply};
use axum::extract::State;
use oneclaw_app::honeytokens::{self, Verdict};
use oneclaw_app::{App, Caller};
use oneclaw_client::risk::{
    CreateHoneytokenRequest, Honeytoken, HoneytokenCreatedResponse, HoneytokenDeletedResponse,
    HoneytokenListResponse, RiskEvent, RiskEventListResponse, RiskEventsQuery, RiskVerdict,
    RiskVerdictListResponse, RiskVerdictReason, RiskVerdictResponse,
};
use oneclaw_client::wire::{JsonObject, PrincipalType};
use oneclaw_core::caller::Principal;
use oneclaw_core::id::HoneytokenId;
use oneclaw_core::model::risk::Severity;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list_honeytokens, create_honeytoken))
        .routes(routes!(delete_honeytoken))
        .routes(routes!(list_risk_events))
        .routes(routes!(list_risk_verdicts))
        .routes(routes!(get_risk_verdict))
}

/// List the decoys in vaults that the caller controls. For people only.
#[utoipa::path(get, path = "/v1/risk/honeytokens", operation_id = "listHoneytokens", tag = "Risk Engine",
    responses((status = 200, description = "The decoys, newest first.", body = HoneytokenListResponse)))]
async fn list_honeytokens(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<HoneytokenListResponse>> {
    let found = honeytokens::list(&app, &caller).await?;
    Ok(Reply(HoneytokenListResponse {
        honeytokens: found.into_iter().map(honeytoken).collect(),
    }))
}

/// Make a secret a decoy: an agent that reads it is stopped by that. For people who control the vault.
#[utoipa::path(post, path = "/v1/risk/honeytokens", operation_id = "createHoneytoken", tag = "Risk Engine", request_body = CreateHoneytokenRequest,
    responses((status = 201, description = "The decoy.", body = HoneytokenCreatedResponse), NotFound, Conflict))]
async fn create_honeytoken(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateHoneytokenRequest>,
) -> ApiResult<Created<HoneytokenCreatedResponse>> {
    let made =
        honeytokens::create(&app, &caller, body.vault_id, &body.secret_path, body.notes).await?;
    Ok(Created(HoneytokenCreatedResponse {
        honeytoken: honeytoken(made),
    }))
}

/// Make a decoy an ordinary secret again. What happened to it stays on record.
#[utoipa::path(delete, path = "/v1/risk/honeytokens/{id}", operation_id = "deleteHoneytoken", tag = "Risk Engine",
    params(("id" = Uuid, Path, description = "Id of the decoy.")),
    responses((status = 200, description = "It is none any more.", body = HoneytokenDeletedResponse), NotFound))]
async fn delete_honeytoken(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<HoneytokenId>,
) -> ApiResult<Reply<HoneytokenDeletedResponse>> {
    honeytokens::delete(&app, &caller, id).await?;
    Ok(Reply(HoneytokenDeletedResponse { deleted: true }))
}

/// List what should not have happened, newest first. For owners and admins.
#[utoipa::path(get, path = "/v1/risk/events", operation_id = "listRiskEvents", tag = "Risk Engine", params(RiskEventsQuery),
    responses((status = 200, description = "The events.", body = RiskEventListResponse)))]
async fn list_risk_events(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<RiskEventsQuery>,
) -> ApiResult<Reply<RiskEventListResponse>> {
    let wanted = honeytokens::Query {
        severity: query.severity,
        principal_type: query.principal_type.map(PrincipalType::as_str),
        limit: query.limit.map(i64::from),
        offset: query.offset.map(i64::from),
    };
    let events = honeytokens::list_events(&app, &caller, wanted).await?;
    Ok(Reply(RiskEventListResponse {
        events: events.into_iter().map(event).collect::<ApiResult<_>>()?,
    }))
}

/// List those who caused events in the last 30 days, the worst first. For owners and admins.
#[utoipa::path(get, path = "/v1/risk/verdicts", operation_id = "listRiskVerdicts", tag = "Risk Engine",
    responses((status = 200, description = "A verdict for each.", body = RiskVerdictListResponse)))]
async fn list_risk_verdicts(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<RiskVerdictListResponse>> {
    let found = honeytokens::list_verdicts(&app, &caller).await?;
    Ok(Reply(RiskVerdictListResponse {
        verdicts: found
            .into_iter()
            .map(|found| verdict(&found, &caller))
            .collect(),
    }))
}

/// What speaks against somebody; `null` when nothing does. For owners and admins.
#[utoipa::path(get, path = "/v1/risk/verdicts/{principal_type}/{principal_id}", operation_id = "getRiskVerdict", tag = "Risk Engine",
    params(("principal_type" = PrincipalType, Path, description = "`user` or `agent`."), ("principal_id" = Uuid, Path, description = "Who.")),
    responses((status = 200, description = "The verdict.", body = RiskVerdictResponse), NotFound))]
async fn get_risk_verdict(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path((kind, id)): Path<(PrincipalType, Uuid)>,
) -> ApiResult<Reply<RiskVerdictResponse>> {
    let principal: Principal = kind.with_id(id);
    let all = honeytokens::list_verdicts(&app, &caller).await?;
    let found = all.into_iter().find(|found| found.principal == principal);
    Ok(Reply(RiskVerdictResponse {
        verdict: found.map(|found| verdict(&found, &caller)),
    }))
}

fn honeytoken(row: honeytokens::Honeytoken) -> Honeytoken {
    Honeytoken {
        id: row.id,
        vault_id: row.vault_id,
        org_id: row.org_id,
        secret_path: row.path,
        created_by: row.created_by,
        created_at: row.created_at,
        notes: row.notes,
        triggered_count: row.triggered_count,
        last_triggered_at: row.last_triggered_at,
    }
}

fn event(row: honeytokens::RiskEvent) -> ApiResult<RiskEvent> {
    let principal = Principal::from_parts(&row.principal_type, row.principal_id)
        .map_err(|_| damaged("a stored event is of nobody"))?;
    Ok(RiskEvent {
        id: row.id,
        occurred_at: row.created_at,
        principal_type: PrincipalType::of(&principal),
        principal_id: row.principal_id,
        org_id: row.org_id,
        event_type: row.event_type,
        ip: row.ip,
        severity: Severity::parse(&row.severity)
            .map_err(|_| damaged("a stored severity is none"))?,
        payload: JsonObject::from_text(row.payload)
            .map_err(|_| damaged("the payload of a stored event is no JSON object"))?,
        created_at: row.created_at,
    })
}

fn verdict(found: &Verdict, caller: &Caller) -> RiskVerdict {
    let times = if found.events == 1 { "time" } else { "times" };
    RiskVerdict {
        principal_type: PrincipalType::of(&found.principal),
        principal_id: found.principal.uuid(),
        org_id: caller.org(),
        score: found.severity.score(),
        severity: found.severity,
        reasons: vec![RiskVerdictReason {
            detector: "honeytoken".to_owned(),
            severity: found.severity,
            description: format!("Read honeytokens {} {times} in 30 days.", found.events),
        }],
        computed_at: found.last_at,
        expires_at: found.expires_at,
    }
}
