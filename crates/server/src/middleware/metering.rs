//! Counting requests for the organisation that makes them, in memory.

use crate::ServerState;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::Method;
use oneclaw_app::{Caller, usage};
use oneclaw_core::caller::Principal;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::OrgId;
use std::cell::Cell;
use std::sync::Arc;

tokio::task_local! {
    /// Who makes the request that this task answers, once that is known.
    static CALLER: Cell<Option<(OrgId, Principal)>>;
}

/// Notes who makes the request.
pub(crate) fn note_caller(caller: &Caller) {
    // Outside a request there is nothing to count.
    let _ = CALLER.try_with(|noted| noted.set(Some((caller.org(), caller.principal()))));
}

/// What is known of a request before it is answered.
pub(super) struct Metered {
    method: &'static str,
    endpoint: Option<Arc<str>>,
}

impl Metered {
    pub(super) fn begin(state: &ServerState, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        Self {
            method: name(request.method()),
            endpoint: route.and_then(|route| state.endpoint(route.as_str())),
        }
    }

    /// Counts the request once it is answered, if it is one of the API with a good signature on its
    /// credential.
    pub(super) async fn around(
        self,
        state: &ServerState,
        answering: impl Future<Output = Response>,
        at: Timestamp,
    ) -> Response {
        let (response, caller) = CALLER
            .scope(Cell::new(None), async {
                let response = answering.await;
                (response, CALLER.with(Cell::get))
            })
            .await;
        if let (Some((org, principal)), Some(endpoint)) = (caller, self.endpoint) {
            let request = usage::Request {
                principal,
                method: self.method,
                endpoint,
                status: response.status().as_u16(),
                at,
            };
            state.app().count_request(org, request);
        }
        response
    }
}

fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "OTHER",
    }
}
