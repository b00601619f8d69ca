//! The audit log.

use super::damaged;
use crate::ServerState;
use crate::error::ApiResult;
use crate::extract::{Authenticated, Query};
use crate::reply::Reply;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures_core::Stream;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use oneclaw_app::audit::{LoggedEvent, MAXIMUM_EXPORTED, Query as Filter};
use oneclaw_app::{App, Caller, audit};
use oneclaw_client::audit::{
    AuditCheckpointResponse, AuditEvent, AuditEventsQuery, AuditEventsResponse, AuditScheme,
    AuditVerifyQuery, AuditVerifyResponse, ConsistencyProofQuery, ConsistencyProofResponse,
    InclusionProofQuery, InclusionProofResponse,
};
use oneclaw_client::wire::HexHash;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(query_audit_events))
        .routes(routes!(verify_audit_chain))
        .routes(routes!(get_audit_checkpoint))
        .routes(routes!(export_audit_log))
        .routes(routes!(get_inclusion_proof))
        .routes(routes!(get_consistency_proof))
}

/// List events: people see their organisation's, agents their own.
#[utoipa::path(get, path = "/v1/audit/events", operation_id = "queryAuditEvents", tag = "Audit", params(AuditEventsQuery),
    responses((status = 200, description = "The events, newest first.", body = AuditEventsResponse)))]
async fn query_audit_events(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<AuditEventsQuery>,
) -> ApiResult<Reply<AuditEventsResponse>> {
    let filter = Filter {
        resource_id: query.resource_id,
        actor_id: query.actor_id,
        action: query.action,
        from: query.from,
        to: query.to,
        limit: query.limit.map(i64::from),
        offset: query.offset.map(i64::from),
    };
    let events = audit::list(&app, &caller, &filter).await?;
    let events = events
        .into_iter()
        .map(event)
        .collect::<ApiResult<Vec<_>>>()?;
    let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
    Ok(Reply(AuditEventsResponse { events, count }))
}

fn event(logged: LoggedEvent) -> ApiResult<AuditEvent> {
    AuditEvent::from_event(logged.event, logged.prev_id)
        .map_err(|_| damaged("the details of a stored event are no JSON object"))
}

/// Have the server check its own log. An export and a checkpoint allow an independent check. For people only.
#[utoipa::path(get, path = "/v1/audit/verify", operation_id = "verifyAuditChain", tag = "Audit", params(AuditVerifyQuery),
    responses((status = 200, description = "What the check found.", body = AuditVerifyResponse)))]
async fn verify_audit_chain(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<AuditVerifyQuery>,
) -> ApiResult<Reply<AuditVerifyResponse>> {
    let found = audit::verify(
        &app,
        &caller,
        query.from,
        query.to,
        query.limit.map(i64::from),
    )
    .await?;
    Ok(Reply(AuditVerifyResponse {
        chain_valid: found.chain_valid,
        events_verified: found.events_verified as u64,
        events_checked: found.events_checked as u64,
        broken_at_event_id: found.broken_at,
        scheme: scheme(),
    }))
}

fn scheme() -> AuditScheme {
    AuditScheme {
        algorithm: "SHA-256 of a Merkle tree's leaf (RFC 6962, section 2.1)".to_owned(),
        chain_structure: "Each leaf holds the hash of the one before; the leaves of an organisation are one Merkle tree.".to_owned(),
        hash_field: "integrity_hash".to_owned(),
        link_field: "prev_hash".to_owned(),
        documentation: "https://www.rfc-editor.org/rfc/rfc6962#section-2.1".to_owned(),
    }
}

/// The present state of the log, signed. Keep it: nothing before it can be changed unnoticed.
#[utoipa::path(get, path = "/v1/audit/checkpoint", operation_id = "getAuditCheckpoint", tag = "Audit",
    responses((status = 200, description = "A signed note (C2SP signed-note, tlog-checkpoint).", body = AuditCheckpointResponse)))]
async fn get_audit_checkpoint(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Reply<AuditCheckpointResponse>> {
    let signed = audit::checkpoint(&app, &caller).await?;
    Ok(Reply(AuditCheckpointResponse {
        note: signed.note,
        origin: signed.checkpoint.origin,
        size: signed.checkpoint.size,
        root_hash: HexHash(signed.checkpoint.root),
        verifier_key: signed.verifier_key,
    }))
}

/// The whole log, one JSON object per line, oldest first. For people only.
#[utoipa::path(get, path = "/v1/audit/export", operation_id = "exportAuditLog", tag = "Audit",
    responses((status = 200, description = "The log, as far as it went when the request came, or a little further.", body = String,
        content_type = "application/jsonl")))]
async fn export_audit_log(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
) -> ApiResult<Response> {
    // The first page decides the status; the others follow as fast as the client reads.
    let first = audit::export(&app, &caller, 0, MAXIMUM_EXPORTED).await?;
    let (pages, receiver) = mpsc::channel(1);
    tokio::spawn(export_pages(app, caller, first, pages));
    let mut response = Response::new(Body::from_stream(Pages(receiver)));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    Ok(response)
}

/// Sends page by page, until the log ends or nobody reads. An error ends the body in its midst, which clients notice.
async fn export_pages(
    app: App,
    caller: Caller,
    first: Vec<String>,
    pages: mpsc::Sender<Result<Bytes, oneclaw_app::Error>>,
) {
    let mut from = 0_u64;
    let mut page = Ok(first);
    loop {
        let lines = match page {
            Ok(lines) if lines.is_empty() => return,
            Ok(lines) => lines,
            Err(error) => {
                // Nobody may be left to tell.
                let _ = pages.send(Err(error)).await;
                return;
            }
        };
        from = from.saturating_add(lines.len() as u64);
        let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        if pages.send(Ok(Bytes::from(text))).await.is_err() {
            return;
        }
        page = audit::export(&app, &caller, from, MAXIMUM_EXPORTED).await;
    }
}

/// The receiving end as a stream.
struct Pages(mpsc::Receiver<Result<Bytes, oneclaw_app::Error>>);

impl Stream for Pages {
    type Item = Result<Bytes, oneclaw_app::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}

/// Proof that an event is in the log of a given size (RFC 9162, 2.1.3). For people only.
#[utoipa::path(get, path = "/v1/audit/proof/inclusion", operation_id = "getInclusionProof", tag = "Audit", params(InclusionProofQuery),
    responses((status = 200, description = "The proof.", body = InclusionProofResponse)))]
async fn get_inclusion_proof(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<InclusionProofQuery>,
) -> ApiResult<Reply<InclusionProofResponse>> {
    let (leaf, hashes) = audit::inclusion_proof(&app, &caller, query.seq, query.size).await?;
    let hashes = hashes.into_iter().map(HexHash).collect();
    Ok(Reply(InclusionProofResponse {
        seq: query.seq,
        size: query.size,
        leaf_hash: HexHash(leaf),
        hashes,
    }))
}

/// Proof that the log grew out of an earlier one (RFC 9162, 2.1.4). For people only.
#[utoipa::path(get, path = "/v1/audit/proof/consistency", operation_id = "getConsistencyProof", tag = "Audit", params(ConsistencyProofQuery),
    responses((status = 200, description = "The proof.", body = ConsistencyProofResponse)))]
async fn get_consistency_proof(
    State(app): State<App>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ConsistencyProofQuery>,
) -> ApiResult<Reply<ConsistencyProofResponse>> {
    let hashes = audit::consistency_proof(&app, &caller, query.from, query.to).await?;
    let hashes = hashes.into_iter().map(HexHash).collect();
    Ok(Reply(ConsistencyProofResponse {
        from: query.from,
        to: query.to,
        hashes,
    }))
}
