//! Tokens for other services (RFC 8693).

use super::auth::seconds;
use super::limited;
use crate::ServerState;
use crate::error::{ApiError, ApiResult};
use crate::extract::{ClientIp, DpopProof, JsonOrForm, MaybeAuthenticated};
use crate::middleware::flood::{Count, Flood};
use crate::openapi::{Forbidden, Unauthorized, Unavailable};
use crate::reply::Reply;
use axum::extract::State;
use oneclaw_app::{App, Caller, federation, tokens};
use oneclaw_client::federation::{
    API_KEY, JWT, TOKEN_EXCHANGE, TokenExchangeRequest, TokenExchangeResponse,
};
use oneclaw_client::wire::BEARER;
use oneclaw_core::limit::Limit;
use oneclaw_core::secret::SecretString;
use std::net::IpAddr;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes(flood: &Arc<Flood>) -> OpenApiRouter<ServerState> {
    let keys = |route| limited(route, flood, Limit::AuthPublic, Count::Refused);
    OpenApiRouter::new().routes(keys(routes!(exchange_federated_token)))
}

/// Exchange an agent's token or key for a token for another service. 503 where this is not set up.
#[utoipa::path(post, path = "/v1/auth/federated-token", operation_id = "exchangeFederatedToken", tag = "Authentication",
    security((), ("BearerAuth" = [])),
    request_body(content((TokenExchangeRequest = "application/json"), (TokenExchangeRequest = "application/x-www-form-urlencoded"))),
    responses((status = 200, description = "A token for that service.", body = TokenExchangeResponse),
        Unauthorized, Forbidden, Unavailable))]
async fn exchange_federated_token(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    proof: DpopProof,
    MaybeAuthenticated(bearer): MaybeAuthenticated,
    JsonOrForm(body): JsonOrForm<TokenExchangeRequest>,
) -> ApiResult<Reply<TokenExchangeResponse>> {
    if body.grant_type != TOKEN_EXCHANGE {
        return Err(ApiError::invalid(
            "grant_type",
            format!("must be {TOKEN_EXCHANGE}"),
        ));
    }
    if body
        .requested_token_type
        .as_deref()
        .is_some_and(|kind| kind != JWT)
    {
        return Err(ApiError::invalid(
            "requested_token_type",
            format!("can only be {JWT}"),
        ));
    }
    let caller = match body.subject_token {
        Some(token) => {
            let kind = body.subject_token_type.as_deref();
            subject(&app, token.into_secret(), kind, &proof, ip).await?
        }
        None => bearer.ok_or_else(ApiError::no_credential)??,
    };
    let scope = body.scope.as_deref();
    let token = federation::exchange(&app, &caller, &body.audience, scope).await?;
    Ok(Reply(TokenExchangeResponse {
        access_token: token.token.into(),
        issued_token_type: JWT.to_owned(),
        token_type: BEARER.to_owned(),
        expires_in: seconds(token.expires_in),
        scope: token.scope,
    }))
}

/// The agent behind a token or key in the body.
async fn subject(
    app: &App,
    token: SecretString,
    kind: Option<&str>,
    proof: &DpopProof,
    ip: Option<IpAddr>,
) -> ApiResult<Caller> {
    let kind = kind.unwrap_or(if token.expose().starts_with("ocv_") {
        API_KEY
    } else {
        JWT
    });
    let caller = match kind {
        JWT => {
            app.caller_of(token.expose(), proof.presented().as_ref(), ip)
                .await
        }
        API_KEY => match tokens::exchange_agent_key(app, &token, None, ip).await {
            Ok(agent) => app.verify_token(agent.token.access_token.expose(), ip),
            Err(error) => Err(error),
        },
        _ => {
            let known = format!("must be {JWT} or {API_KEY}");
            return Err(ApiError::invalid("subject_token_type", known));
        }
    };
    let caller = caller.map_err(ApiError::sign_in)?;
    app.admit(&caller).await?;
    Ok(caller)
}
