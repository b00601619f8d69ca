//! Approvals: an agent asks, a signed-in human answers. No GET decides anything.

use super::{damaged, limited, number};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{AuthConfirm, Authenticated, Json, OptionalJson, Path, Query};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Conflict, NotFound};
use crate::reply::{Accepted, Reply};
use axum::extract::State;
use axum::response::Redirect;
use oneclaw_app::approvals::{Approval, Decision, Filter, Grant, Request};
use oneclaw_app::{App, Caller, approvals};
use oneclaw_client::approvals::{
    AnswerApprovalRequest, ApprovalListResponse, ApprovalResponse, CreateApprovalRequest,
    DecideApprovalRequest, GetApprovalQuery, GrantChoice, ListApprovalsQuery, QuickDecideQuery,
};
use oneclaw_client::wire::SecretText;
use oneclaw_core::id::ApprovalId;
use oneclaw_core::limit::Limit;
use oneclaw_core::model::approval::{ApprovalStatus, Decision as Word};
use oneclaw_core::secret::SecretString;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(request_approval))
        .routes(routes!(list_approvals))
        .routes(limited(
            routes!(quick_decide_approval),
            flood,
            Limit::AuthPublic,
            Count::All,
        ))
        .routes(routes!(get_approval))
        .routes(routes!(decide_approval))
        .routes(routes!(approve_approval))
        .routes(routes!(deny_approval))
        .routes(routes!(cancel_approval))
}

/// Ask the human who let this agent in. For agents only.
#[utoipa::path(post, path = "/v1/approvals/request", operation_id = "requestApproval", tag = "Approvals", request_body = CreateApprovalRequest,
    responses((status = 202, description = "The question waits for an answer.", body = ApprovalResponse,
        headers(("Location" = String, description = "Where to look for the answer."))), NotFound))]
async fn request_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<CreateApprovalRequest>,
) -> ApiResult<Accepted<ApprovalResponse>> {
    let request = Request {
        action: body.action,
        target_type: body.target_type,
        target_id: body.target_id,
        summary: body.summary,
        reason: body.reason,
        risk_tier: body.risk_tier.map(i64::from),
        seconds: body.duration_seconds,
    };
    let asked = approvals::request(&app, &caller, request).await?;
    Ok(Accepted {
        location: format!("/v1/approvals/{}", asked.id),
        body: approval_response(&app, asked)?,
    })
}

/// List the questions that the caller may answer. For people only.
#[utoipa::path(get, path = "/v1/approvals", operation_id = "listApprovals", tag = "Approvals", params(ListApprovalsQuery),
    responses((status = 200, description = "The questions, newest first.", body = ApprovalListResponse)))]
async fn list_approvals(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListApprovalsQuery>,
) -> ApiResult<Reply<ApprovalListResponse>> {
    let status = match query.status.as_deref() {
        None | Some("") => None,
        Some(word) => Some(ApprovalStatus::parse_filter(word).ok_or_else(|| {
            ApiError::invalid(
                "status",
                "must be pending, approved, rejected (or denied), expired or cancelled",
            )
        })?),
    };
    let filter = Filter {
        status,
        limit: query.limit,
        offset: query.offset,
    };
    let listed = approvals::list(&app, &caller, filter).await?;
    let approvals = listed
        .into_iter()
        .map(|approval| approval_response(&app, approval));
    Ok(Reply(ApprovalListResponse {
        approvals: approvals.collect::<ApiResult<_>>()?,
    }))
}

/// Leads to the page on which a question is answered. It answers nothing itself, whoever opens it.
#[utoipa::path(get, path = "/v1/approvals/quick-decide", operation_id = "quickDecideApproval", tag = "Approvals", security(()),
    params(QuickDecideQuery), responses((status = 303, description = "The page. Deciding there takes signing in.")))]
async fn quick_decide_approval(Query(query): Query<QuickDecideQuery>) -> ApiResult<Redirect> {
    let choice = match Word::parse(&query.decision) {
        Some(Word::Approve) => "allow",
        Some(Word::Reject) => "deny",
        None => return Err(unknown_decision()),
    };
    let page = format!("/approvals/{}?choice={choice}", query.token);
    Ok(Redirect::to(&page))
}

/// One question: for those who may answer it, and for the agent that asks.
#[utoipa::path(get, path = "/v1/approvals/{approval_id}", operation_id = "getApproval", tag = "Approvals",
    params(("approval_id" = Uuid, Path, description = "Id of the question."), GetApprovalQuery),
    responses((status = 200, description = "The question; with `wait`, as soon as it is answered.", body = ApprovalResponse), NotFound))]
async fn get_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<ApprovalId>,
    Query(query): Query<GetApprovalQuery>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let found = match query.wait.unwrap_or(0) {
        0 => approvals::find(&app, &caller, id).await?,
        seconds => approvals::wait(&app, &caller, id, Duration::from_secs(seconds)).await?,
    };
    Ok(Reply(approval_response(&app, found)?))
}

/// Answer a question. For people only.
#[utoipa::path(post, path = "/v1/approvals/{approval_id}/decide", operation_id = "decideApproval", tag = "Approvals",
    params(("approval_id" = Uuid, Path, description = "Id of the question."),
        ("X-Auth-Confirm" = Option<String>, Header, description = "From risk tier 2 on: the password, or a token of `POST /v1/auth/reauth` for `approval.decide`.")),
    request_body = DecideApprovalRequest,
    responses((status = 200, description = "The question with its answer.", body = ApprovalResponse), NotFound, Conflict))]
async fn decide_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirm): AuthConfirm,
    Path(id): Path<ApprovalId>,
    Json(body): Json<DecideApprovalRequest>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let answer = match Word::parse(&body.decision) {
        Some(Word::Approve) => yes(body.grant.as_ref(), body.value),
        Some(Word::Reject) => Decision::Reject,
        None => return Err(unknown_decision()),
    };
    answered(&app, &caller, id, answer, body.reason, confirm).await
}

/// Say yes to a question. For people only.
#[utoipa::path(post, path = "/v1/approvals/{approval_id}/approve", operation_id = "approveApproval", tag = "Approvals",
    params(("approval_id" = Uuid, Path, description = "Id of the question.")), request_body = Option<AnswerApprovalRequest>,
    responses((status = 200, description = "The question with its answer.", body = ApprovalResponse), NotFound, Conflict))]
async fn approve_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirm): AuthConfirm,
    Path(id): Path<ApprovalId>,
    OptionalJson(body): OptionalJson<AnswerApprovalRequest>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let body = body.unwrap_or_default();
    let answer = yes(body.grant.as_ref(), body.value);
    answered(&app, &caller, id, answer, body.reason, confirm).await
}

/// Say no to a question. For people only.
#[utoipa::path(post, path = "/v1/approvals/{approval_id}/deny", operation_id = "denyApproval", tag = "Approvals",
    params(("approval_id" = Uuid, Path, description = "Id of the question.")), request_body = Option<AnswerApprovalRequest>,
    responses((status = 200, description = "The question with its answer.", body = ApprovalResponse), NotFound, Conflict))]
async fn deny_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    AuthConfirm(confirm): AuthConfirm,
    Path(id): Path<ApprovalId>,
    OptionalJson(body): OptionalJson<AnswerApprovalRequest>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let reason = body.unwrap_or_default().reason;
    answered(&app, &caller, id, Decision::Reject, reason, confirm).await
}

/// Take a question back: the agent its own, people those they may answer. One that was answered stays as it is.
#[utoipa::path(post, path = "/v1/approvals/{approval_id}/cancel", operation_id = "cancelApproval", tag = "Approvals",
    params(("approval_id" = Uuid, Path, description = "Id of the question.")), request_body = Option<AnswerApprovalRequest>,
    responses((status = 200, description = "The question as it is now.", body = ApprovalResponse), NotFound))]
async fn cancel_approval(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<ApprovalId>,
    OptionalJson(body): OptionalJson<AnswerApprovalRequest>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let reason = body.unwrap_or_default().reason;
    let cancelled = approvals::cancel(&app, &caller, id, reason).await?;
    Ok(Reply(approval_response(&app, cancelled)?))
}

async fn answered(
    app: &App,
    caller: &Caller,
    id: ApprovalId,
    answer: Decision,
    reason: Option<String>,
    confirm: Option<SecretString>,
) -> ApiResult<Reply<ApprovalResponse>> {
    let decided = approvals::decide(app, caller, id, answer, reason, confirm).await?;
    Ok(Reply(approval_response(app, decided)?))
}

fn unknown_decision() -> ApiError {
    ApiError::invalid("decision", "must be approve or reject")
}

fn yes(choice: Option<&GrantChoice>, value: Option<SecretText>) -> Decision {
    match value {
        Some(value) => Decision::Provide(value.into()),
        None => Decision::Approve(choice.map(grant)),
    }
}

fn grant(choice: &GrantChoice) -> Grant {
    let words = |permission: oneclaw_core::policy::Permission| permission.as_str().to_owned();
    Grant {
        mode: choice.mode,
        seconds: choice.seconds,
        permissions: choice
            .permissions
            .map(|permissions| permissions.iter().map(words).collect()),
    }
}

fn approval_response(app: &App, approval: Approval) -> ApiResult<ApprovalResponse> {
    let summary: Value = serde_json::from_str(&approval.summary)
        .map_err(|_| damaged("a stored summary is no JSON"))?;
    let said = |names: &[&str]| {
        let found = names.iter().find_map(|name| summary.get(name)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    let (vault_id, secret_path, permissions, duration_seconds) = match approval.access {
        Some(access) => (
            access.vault.to_string(),
            access.pattern,
            access.permissions,
            access.seconds,
        ),
        None => (
            said(&["vault_id"]),
            said(&["secret_path", "path_pattern", "secret_path_pattern", "path"]),
            Vec::new(),
            None,
        ),
    };
    Ok(ApprovalResponse {
        id: approval.id,
        org_id: approval.org,
        user_id: approval.user,
        agent_id: approval.agent,
        requester_id: approval.agent,
        requester_type: "agent".to_owned(),
        action: approval.action,
        target_type: approval.target_type,
        target_id: approval.target_id,
        vault_id,
        secret_path,
        permissions,
        duration_seconds,
        risk_tier: number(approval.risk_tier)?,
        status: approval.status,
        summary,
        reason: approval.reason,
        decision_reason: approval.decision_reason,
        decided_by: approval.decided_by,
        decided_at: approval.decided_at,
        expires_at: Some(approval.expires_at),
        created_at: approval.created_at,
        review_url: format!("{}/approvals/{}", app.settings().public_url, approval.id),
        grant_mode: approval.grant_mode,
        policy_id: approval.policy,
    })
}
