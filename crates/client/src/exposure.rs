//! What an agent got to see, and what is to be replaced because of it.
//!
//! Invariant: no value and no link that gives one is in it.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, ShareId, VaultId};
use oneclaw_core::model::exposure::{Kind, Status, Way};
use oneclaw_core::model::share::RecipientType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;

/// Answer of `GET /v1/agents/{agent_id}/exposure`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentExposureResponse {
    /// Which agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// What it is called.
    pub agent_name: String,
    /// False once it is switched off or deleted.
    pub is_active: bool,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// Until when this is complete.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub as_of: Timestamp,
    /// How many things are to be replaced: those whose `status` is `open`.
    pub open: u32,
    /// By thing: first what is to be replaced.
    pub items: Vec<ExposureItem>,
    /// What it handed on, newest first.
    pub shares: Vec<ExposureShare>,
}

/// One thing that an agent got to see or use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureItem {
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::exposure_kind))]
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// Its vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid, nullable = false))]
    pub vault_id: Option<VaultId>,
    /// What the vault is called, while it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub vault_name: Option<String>,
    /// Path of the secret, name of the variable, or host that the credential was sent to.
    pub path: String,
    /// What is left to do.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::exposure_status))]
    pub status: Status,
    /// The newest version that the agent knows; absent where it only used it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub newest_seen_version: Option<i64>,
    /// The newest version there is; absent once the thing is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub current_version: Option<i64>,
    /// When it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime, nullable = false))]
    pub replaced_at: Option<Timestamp>,
    /// By version and way.
    pub versions: Vec<ExposureVersion>,
}

/// One version, and how the agent got to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureVersion {
    /// Which version; 0 where there are none.
    pub version: i64,
    /// How.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::exposure_way))]
    pub how: Way,
    /// How often.
    pub times: i64,
    /// First time.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub first_at: Timestamp,
    /// Last time.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub last_at: Timestamp,
}

/// What an agent handed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExposureShare {
    /// Id of the share; absent for links, where it is all that protects the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid, nullable = false))]
    pub id: Option<ShareId>,
    /// Path of the secret.
    pub path: String,
    /// Whom it is for.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::recipient_type))]
    pub recipient_type: RecipientType,
    /// The user or agent it is for, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub recipient_id: Option<Uuid>,
    /// How often it was opened.
    pub access_count: i64,
    /// Whether it can still be opened.
    pub is_open: bool,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

impl Client {
    /// `GET /v1/agents/{agent_id}/exposure`.
    pub async fn agent_exposure(&self, agent_id: AgentId) -> Result<AgentExposureResponse, Error> {
        self.fetch(Call::get("v1/agents").at(agent_id).at("exposure"))
            .await
    }
}
