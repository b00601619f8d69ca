//! Decoys, and what follows from somebody reading one.
//!
//! Invariant: everything here is for people; an agent learns of no decoy.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{HoneytokenId, OrgId, RiskEventId, UserId, VaultId};
use oneclaw_core::model::risk::Severity;
use oneclaw_core::path::SecretPath;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{JsonObject, PrincipalType};

/// Body of `POST /v1/risk/honeytokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateHoneytokenRequest {
    /// The vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// Path of a secret whose value looks real and opens nothing.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_path: SecretPath,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// A decoy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Honeytoken {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: HoneytokenId,
    /// The vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// The organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// The path.
    pub secret_path: String,
    /// Who laid it out.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub created_by: UserId,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Free text.
    pub notes: Option<String>,
    /// How often it was read.
    pub triggered_count: i64,
    /// When it last was.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_triggered_at: Option<Timestamp>,
}

/// Answer of `POST /v1/risk/honeytokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoneytokenCreatedResponse {
    /// The decoy.
    pub honeytoken: Honeytoken,
}

/// Answer of `GET /v1/risk/honeytokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoneytokenListResponse {
    /// The decoys in vaults that the caller controls, newest first.
    pub honeytokens: Vec<Honeytoken>,
}

/// Answer of `DELETE /v1/risk/honeytokens/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HoneytokenDeletedResponse {
    /// Always true.
    pub deleted: bool,
}

/// Query of `GET /v1/risk/events`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RiskEventsQuery {
    /// Exactly this severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(schema_with = crate::openapi::severity))]
    pub severity: Option<Severity>,
    /// Only of people, or only of agents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub principal_type: Option<PrincipalType>,
    /// At most so many, 200 at most; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1))]
    pub limit: Option<u32>,
    /// After skipping so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// Something that should not happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskEvent {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: RiskEventId,
    /// When it happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub occurred_at: Timestamp,
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// Who did it.
    pub principal_id: Uuid,
    /// The organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// `honeytoken_access`.
    pub event_type: String,
    /// From where.
    pub ip: Option<String>,
    /// How bad it is.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::severity))]
    pub severity: Severity,
    /// Particulars.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub payload: JsonObject,
    /// When it was written down: at once.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

/// Answer of `GET /v1/risk/events`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskEventListResponse {
    /// Newest first.
    pub events: Vec<RiskEvent>,
}

/// What follows from the events that somebody caused in the last 30 days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskVerdict {
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// Who.
    pub principal_id: Uuid,
    /// The organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// 0 to 100.
    pub score: u8,
    /// The worst of it.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::severity))]
    pub severity: Severity,
    /// Why.
    pub reasons: Vec<RiskVerdictReason>,
    /// When the last event was.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub computed_at: Timestamp,
    /// When it no longer counts.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// Why somebody is judged as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskVerdictReason {
    /// What noticed it.
    pub detector: String,
    /// How bad it is.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::severity))]
    pub severity: Severity,
    /// In words.
    pub description: String,
}

/// Answer of `GET /v1/risk/verdicts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskVerdictListResponse {
    /// The worst first.
    pub verdicts: Vec<RiskVerdict>,
}

/// Answer of `GET /v1/risk/verdicts/{principal_type}/{principal_id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RiskVerdictResponse {
    /// `null` when nothing speaks against them.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<RiskVerdict>,
}

impl Client {
    /// `GET /v1/risk/honeytokens`.
    pub async fn list_honeytokens(&self) -> Result<HoneytokenListResponse, Error> {
        self.fetch(Call::get("v1/risk/honeytokens")).await
    }

    /// `POST /v1/risk/honeytokens`.
    pub async fn create_honeytoken(
        &self,
        request: &CreateHoneytokenRequest,
    ) -> Result<HoneytokenCreatedResponse, Error> {
        self.fetch(Call::post("v1/risk/honeytokens").json(request)?)
            .await
    }

    /// `DELETE /v1/risk/honeytokens/{id}`.
    pub async fn delete_honeytoken(
        &self,
        id: HoneytokenId,
    ) -> Result<HoneytokenDeletedResponse, Error> {
        self.fetch(Call::delete("v1/risk/honeytokens").at(id)).await
    }

    /// `GET /v1/risk/events`.
    pub async fn list_risk_events(
        &self,
        query: &RiskEventsQuery,
    ) -> Result<RiskEventListResponse, Error> {
        self.fetch(Call::get("v1/risk/events").query(query)?).await
    }

    /// `GET /v1/risk/verdicts`.
    pub async fn list_risk_verdicts(&self) -> Result<RiskVerdictListResponse, Error> {
        self.fetch(Call::get("v1/risk/verdicts")).await
    }

    /// `GET /v1/risk/verdicts/{principal_type}/{principal_id}`.
    pub async fn get_risk_verdict(
        &self,
        principal_type: PrincipalType,
        principal_id: Uuid,
    ) -> Result<RiskVerdictResponse, Error> {
        let call = Call::get("v1/risk/verdicts").at(principal_type);
        self.fetch(call.at(principal_id)).await
    }
}
