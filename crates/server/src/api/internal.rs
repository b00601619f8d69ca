//! Figures for measurements, mounted only on an instance started for development. No part of the API.

use crate::ServerState;
use crate::reply::Reply;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Serialize;

pub(crate) fn routes() -> Router<ServerState> {
    Router::new().route("/internal/commit-stats", get(commit_stats))
}

/// Sizes of the commit groups since the start.
#[derive(Serialize)]
struct CommitStats {
    groups: u64,
    members: u64,
    largest: u64,
}

async fn commit_stats(State(state): State<ServerState>) -> Reply<CommitStats> {
    let counts = state.app().commit_counts();
    Reply(CommitStats {
        groups: counts.groups,
        members: counts.members,
        largest: counts.largest,
    })
}
