//! Who reaches what, asked about many paths or many principals at once, and what a policy would do before it is saved.

use oneclaw_core::id::{PolicyId, VaultId};
use oneclaw_core::path::SecretPath;
use oneclaw_core::policy::Action;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::policies::{CreatePolicyRequest, ExplainPolicyResponse};
use crate::wire::PrincipalType;

/// Body of `POST /v1/vaults/{vault_id}/policies/preview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewPolicyRequest {
    /// The policy as it would be created.
    pub policy: CreatePolicyRequest,
    /// Something to decide as if the policy were saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PolicyTest>,
}

/// Something that the policy's principal might ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyTest {
    /// At which path; it need not exist.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// What for; `read` when absent.
    #[serde(default = "read")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::action))]
    pub action: Action,
}

const fn read() -> Action {
    Action::Read
}

/// Answer of `POST /v1/vaults/{vault_id}/policies/preview`. Only paths that the caller could list are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewPolicyResponse {
    /// Paths that the pattern matches now. It will match future ones too.
    pub matches: Vec<String>,
    /// Paths that it misses, although they begin alike.
    pub near_misses: Vec<String>,
    /// What the principal could do then and cannot now.
    pub gains: Vec<PathAccess>,
    /// What it can do now and could not then.
    pub losses: Vec<PathAccess>,
    /// How many paths the pattern matches whose names are not the caller's to see.
    pub unnamed: u64,
    /// Whether it says the same as a policy that is there.
    pub is_duplicate: bool,
    /// The decision about `test`. A policy that is not saved yet has the id of zeros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<ExplainPolicyResponse>,
}

/// What can be done at one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PathAccess {
    /// Where.
    pub path: String,
    /// What.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::actions))]
    pub actions: Vec<Action>,
}

/// Query of `GET /v1/vaults/{vault_id}/access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PathAccessQuery {
    /// At which path; it need not exist.
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub path: SecretPath,
    /// What for; `read` when absent.
    #[serde(default = "read")]
    #[cfg_attr(feature = "openapi", param(schema_with = crate::openapi::action, required = false))]
    pub action: Action,
}

/// Answer of `GET /v1/vaults/{vault_id}/access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PathAccessResponse {
    /// The owner of the vault and everybody whom one of its policies names. Nobody else can.
    pub principals: Vec<PrincipalAccess>,
}

/// Whether somebody may, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrincipalAccess {
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// Who.
    pub principal_id: Uuid,
    /// The decision.
    pub allowed: bool,
    /// `rule`, `vault_owner`, `vault_binding`, `scope_ceiling`, `deny_rule` or `no_matching_rule`.
    pub reason: String,
    /// The reason for people.
    pub sentence: String,
    /// The policy that decided, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub decided_by: Option<PolicyId>,
}

/// Query of `GET /v1/access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ReachQuery {
    /// What `principal_id` is.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub principal_type: PrincipalType,
    /// Who.
    pub principal_id: Uuid,
}

/// Answer of `GET /v1/access`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReachResponse {
    /// Vaults that the caller controls and in which the principal reaches something.
    pub vaults: Vec<VaultReach>,
}

/// What somebody reaches in one vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VaultReach {
    /// Where.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// Its name.
    pub vault_name: String,
    /// Paths of secrets that are there now.
    pub paths: Vec<PathAccess>,
    /// How many more there are, whose names are not the caller's to see.
    pub unnamed: u64,
}

/// Questions about access.
impl Client {
    /// `POST /v1/vaults/{vault_id}/policies/preview`: what a policy would do. Saves nothing.
    pub async fn preview_policy(
        &self,
        vault_id: VaultId,
        request: &PreviewPolicyRequest,
    ) -> Result<PreviewPolicyResponse, Error> {
        let call = Call::post("v1/vaults")
            .at(vault_id)
            .at("policies")
            .at("preview");
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/vaults/{vault_id}/access`: who may do something at a path.
    pub async fn list_path_access(
        &self,
        vault_id: VaultId,
        query: &PathAccessQuery,
    ) -> Result<PathAccessResponse, Error> {
        let call = Call::get("v1/vaults").at(vault_id).at("access");
        self.fetch(call.query(query)?).await
    }

    /// `GET /v1/access`: what somebody reaches.
    pub async fn list_reach(&self, query: &ReachQuery) -> Result<ReachResponse, Error> {
        self.fetch(Call::get("v1/access").query(query)?).await
    }
}
