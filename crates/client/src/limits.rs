//! Limits of the organisation: how many vaults, secrets and agents it may have. There are none by default.

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::Patch;

/// One limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgLimit {
    /// `vaults`, `secrets` or `agents`.
    pub resource: String,
    /// How many there are.
    pub used: u64,
    /// How many there may be, `null` for any number.
    pub maximum: Option<u32>,
}

/// Answer of `GET` and `PATCH /v1/org/limits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgLimitsResponse {
    /// Every limit there can be.
    pub limits: Vec<OrgLimit>,
}

/// Body of `PATCH /v1/org/limits`: a number sets, `null` lifts, absent keeps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateOrgLimitsRequest {
    /// Vaults, without the one for agents' identity keys.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub vaults: Patch<u32>,
    /// Secrets in all vaults.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub secrets: Patch<u32>,
    /// Agents.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>))]
    pub agents: Patch<u32>,
}

/// Limits.
impl Client {
    /// `GET /v1/org/limits`.
    pub async fn get_org_limits(&self) -> Result<OrgLimitsResponse, Error> {
        self.fetch(Call::get("v1/org/limits")).await
    }

    /// `PATCH /v1/org/limits`.
    pub async fn update_org_limits(
        &self,
        request: &UpdateOrgLimitsRequest,
    ) -> Result<OrgLimitsResponse, Error> {
        self.fetch(Call::patch("v1/org/limits").json(request)?)
            .await
    }
}
