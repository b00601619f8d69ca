//! The sessions of one's own account.

use oneclaw_core::caller::AuthMethod;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::SessionId;
use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// A place where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionResponse {
    /// Id of the session, the `sid` claim of its tokens.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: SessionId,
    /// `web` for a browser, `api` for a program.
    pub kind: String,
    /// How it was begun.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub auth_method: AuthMethod,
    /// What the browser or program calls itself, `""` when it does not say.
    pub user_agent: String,
    /// Where it was begun from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ip_address: Option<String>,
    /// When it was begun.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it ends by itself.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Answer of `GET /v1/auth/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionListResponse {
    /// Where the caller is signed in, newest first.
    pub sessions: Vec<SessionResponse>,
}

/// Sessions.
impl Client {
    /// `GET /v1/auth/sessions`.
    pub async fn list_sessions(&self) -> Result<SessionListResponse, Error> {
        self.fetch(Call::get("v1/auth/sessions")).await
    }

    /// `DELETE /v1/auth/sessions/{session_id}`: its tokens are worth nothing from now on.
    pub async fn revoke_session(&self, session: SessionId) -> Result<(), Error> {
        self.execute(Call::delete("v1/auth/sessions").at(session))
            .await
    }
}
