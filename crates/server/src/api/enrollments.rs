//! Enrolment: asking needs no credential and decides nothing, deciding takes a signed-in human.

use super::{agents, limited};
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{
    Authenticated, ClientIp, Json, OptionalJson, Path, PublicJson, Query, RequestOrigin,
};
use crate::middleware::flood::{Count, Flood};
use crate::middleware::repeat;
use crate::openapi::{Conflict, Gone, NotFound, Unavailable};
use crate::reply::{Created, Reply};
use axum::extract::State;
use axum::middleware::from_fn;
use oneclaw_app::enrollments::{
    Approval, Delivery, Denial, EnrollRequest, Enrollment, Grant, GrantVault, Offer,
};
use oneclaw_app::{App, enrollments};
use oneclaw_client::enrollments::{
    ApproveEnrollmentRequest, ApproveEnrollmentResponse, DenyEnrollmentRequest, EnrollAgentRequest,
    EnrollAgentResponse, EnrollmentGrant, EnrollmentListResponse, EnrollmentLookupRequest,
    EnrollmentOrigin, EnrollmentResponse, EnrollmentStatusQuery, EnrollmentStatusResponse,
    KeyDelivery, ListEnrollmentsQuery,
};
use oneclaw_core::id::{AgentId, EnrollmentId};
use oneclaw_core::limit::Limit;
use std::sync::Arc;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(limited(
            // Within the limit: a repetition counts too.
            routes!(enroll_agent).layer(from_fn(repeat::of_network)),
            flood,
            Limit::Enroll,
            Count::All,
        ))
        .routes(limited(
            routes!(enrollment_status),
            flood,
            Limit::Poll,
            Count::All,
        ))
        .routes(routes!(list_enrollments))
        .routes(routes!(lookup_enrollment))
        .routes(routes!(approve_enrollment))
        .routes(routes!(deny_enrollment))
}

/// Ask to join. The answer is the same whatever address is named.
#[utoipa::path(post, path = "/v1/agents/enroll", operation_id = "enrollAgent", tag = "Agents", security(()), request_body = EnrollAgentRequest,
    responses((status = 201, description = "The request waits for a human. It never holds a key.", body = EnrollAgentResponse), Unavailable))]
async fn enroll_agent(
    State(app): State<App>,
    RequestOrigin(origin): RequestOrigin,
    PublicJson(body): PublicJson<EnrollAgentRequest>,
) -> ApiResult<Created<EnrollAgentResponse>> {
    let key = Offer::parse(body.public_key.as_deref(), body.credential.as_deref())?;
    let request = EnrollRequest {
        name: body.name,
        human_email: body.human_email,
        description: body.description.unwrap_or_default(),
        key,
        access: body.requested_access.into_iter().map(Into::into).collect(),
    };
    let requested = enrollments::request(&app, request, &origin).await?;
    Ok(Created(EnrollAgentResponse {
        agent_id: AgentId::NIL,
        message: "The request waits for a human. Show them approval_url; if an address was given, the link was mailed there too.".to_owned(),
        approval_url: requested.approval_url.into(),
        expires_at: requested.expires_at,
        pairing_id: requested.pairing.as_ref().map(|pairing| pairing.id),
        fingerprint: requested
            .pairing
            .as_ref()
            .map(|pairing| pairing.fingerprint.clone()),
        phrase: requested
            .pairing
            .as_ref()
            .map(|pairing| pairing.phrase.clone()),
        poll_token: requested.pairing.map(|pairing| pairing.poll_token.into()),
    }))
}

/// What became of a request that came with a key. Its API key is in the first approved answer only, within 15 minutes.
#[utoipa::path(get, path = "/v1/agents/enroll/{pairing_id}/status", operation_id = "enrollmentStatus", tag = "Agents", security(()),
    params(("pairing_id" = Uuid, Path, description = "Id of the pairing."), EnrollmentStatusQuery),
    responses((status = 200, description = "Where it stands.", body = EnrollmentStatusResponse), NotFound, Unavailable))]
async fn enrollment_status(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    Path(id): Path<EnrollmentId>,
    Query(query): Query<EnrollmentStatusQuery>,
) -> ApiResult<Reply<EnrollmentStatusResponse>> {
    let outcome = enrollments::poll(&app, id, &query.poll.into_secret(), ip).await?;
    let vault_ids = outcome.api_key.is_some().then_some(outcome.vaults);
    Ok(Reply(EnrollmentStatusResponse {
        status: outcome.status,
        agent_id: outcome.agent,
        api_key: outcome.api_key.map(Into::into),
        vault_ids,
    }))
}

/// List the requests that the caller may decide or has decided.
#[utoipa::path(get, path = "/v1/enrollments", operation_id = "listEnrollments", tag = "Enrollments", params(ListEnrollmentsQuery),
    responses((status = 200, description = "The requests, newest first.", body = EnrollmentListResponse)))]
async fn list_enrollments(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListEnrollmentsQuery>,
) -> ApiResult<Reply<EnrollmentListResponse>> {
    let listed = enrollments::list(&app, &caller).await?;
    let wanted = listed.into_iter().filter(|enrollment| {
        query
            .status
            .is_none_or(|status| status == enrollment.status)
    });
    Ok(Reply(EnrollmentListResponse {
        enrollments: wanted.map(enrollment_response).collect(),
    }))
}

/// What an approval link stands for.
#[utoipa::path(post, path = "/v1/enrollments/lookup", operation_id = "lookupEnrollment", tag = "Enrollments", request_body = EnrollmentLookupRequest,
    responses((status = 200, description = "The request.", body = EnrollmentResponse), NotFound))]
async fn lookup_enrollment(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Json(body): Json<EnrollmentLookupRequest>,
) -> ApiResult<Reply<EnrollmentResponse>> {
    let enrollment = enrollments::lookup(&app, &caller, &body.token.into_secret()).await?;
    Ok(Reply(enrollment_response(enrollment)))
}

/// Let the agent in. It joins the caller's organisation, with the access in `grants` and no other.
#[utoipa::path(post, path = "/v1/enrollments/{enrollment_id}/approve", operation_id = "approveEnrollment", tag = "Enrollments",
    params(("enrollment_id" = Uuid, Path, description = "Id of the request.")), request_body = Option<ApproveEnrollmentRequest>,
    responses((status = 200, description = "The agent, and how its key gets to the caller.", body = ApproveEnrollmentResponse), NotFound, Conflict, Gone))]
async fn approve_enrollment(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<EnrollmentId>,
    OptionalJson(body): OptionalJson<ApproveEnrollmentRequest>,
) -> ApiResult<Reply<ApproveEnrollmentResponse>> {
    let body = body.unwrap_or_default();
    let approval = Approval {
        token: body.token.map(Into::into),
        name: body.name,
        phrase: body.phrase,
        grants: body
            .grants
            .into_iter()
            .map(grant)
            .collect::<ApiResult<_>>()?,
        seen: body.request_hash,
    };
    let approved = enrollments::approve(&app, &caller, id, approval).await?;
    let (key_delivery, reveal_url) = match approved.delivery {
        Delivery::Email { .. } => (KeyDelivery::Email, None),
        Delivery::Link { reveal_url } => (KeyDelivery::Link, Some(reveal_url.into())),
        Delivery::Agent => (KeyDelivery::Agent, None),
    };
    Ok(Reply(ApproveEnrollmentResponse {
        enrollment: enrollment_response(approved.enrollment),
        agent: agents::agent_response(approved.agent)?,
        key_delivery,
        reveal_url,
        policy_ids: approved.policies,
    }))
}

fn grant(grant: EnrollmentGrant) -> ApiResult<Grant> {
    let vault = match (grant.vault_id, grant.new_vault) {
        (Some(id), None) => GrantVault::Existing(id),
        (None, Some(name)) => GrantVault::New(name),
        _ => {
            return Err(ApiError::invalid(
                "grants",
                "each needs either vault_id or new_vault",
            ));
        }
    };
    Ok(Grant {
        vault,
        pattern: grant.path_pattern,
        permissions: grant.permissions,
        seconds: grant.duration_seconds,
    })
}

/// Turn the agent away.
#[utoipa::path(post, path = "/v1/enrollments/{enrollment_id}/deny", operation_id = "denyEnrollment", tag = "Enrollments",
    params(("enrollment_id" = Uuid, Path, description = "Id of the request.")), request_body = Option<DenyEnrollmentRequest>,
    responses((status = 200, description = "The request as it is now.", body = EnrollmentResponse), NotFound, Conflict, Gone))]
async fn deny_enrollment(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Path(id): Path<EnrollmentId>,
    OptionalJson(body): OptionalJson<DenyEnrollmentRequest>,
) -> ApiResult<Reply<EnrollmentResponse>> {
    let body = body.unwrap_or_default();
    let denial = Denial {
        token: body.token.map(Into::into),
        reason: body.reason,
        report: body.report.unwrap_or(false),
    };
    let enrollment = enrollments::deny(&app, &caller, id, denial).await?;
    Ok(Reply(enrollment_response(enrollment)))
}

fn enrollment_response(enrollment: Enrollment) -> EnrollmentResponse {
    EnrollmentResponse {
        id: enrollment.id,
        name: enrollment.name,
        // A name that the approver gave is the agent's; the request keeps the one it came with.
        name_chosen_by_requester: true,
        description: enrollment.description,
        human_email: enrollment.human_email,
        status: enrollment.status,
        requested_from: EnrollmentOrigin {
            ip: enrollment.ip,
            user_agent: Some(enrollment.user_agent).filter(|name| !name.is_empty()),
        },
        created_at: enrollment.created_at,
        expires_at: enrollment.expires_at,
        decided_at: enrollment.decided_at,
        decided_by: enrollment.decided_by,
        agent_id: enrollment.agent,
        fingerprint: enrollment.key.map(|key| key.fingerprint),
        requested_access: enrollment.access.into_iter().map(Into::into).collect(),
        request_hash: enrollment.request_hash,
    }
}
