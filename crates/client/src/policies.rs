//! Policies: who may do what at which paths of a vault, and why a decision came out as it did.
//!
//! Invariant: fields of [`PolicyResponse`] that are newer than the oldest published client appear only when they
//! differ from their default, because that client refuses keys it does not know.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{PolicyId, VaultId};
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, Effect, Explanation, PermissionSet};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{JsonObject, Patch, PrincipalType};

/// Body of `POST /v1/vaults/{vault_id}/policies`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatePolicyRequest {
    /// Paths it covers: segments, `*` for exactly one, `**` for any number.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_path_pattern: PathPattern,
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// The user or agent it is about.
    pub principal_id: Uuid,
    /// At least one of `read`, `write`, `delete`, `rotate`, `use`.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::permissions))]
    pub permissions: PermissionSet,
    /// When it applies: `ip_allowlist`, `time_window`, `environment_in`, `require_approval`. All must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub conditions: Option<JsonObject>,
    /// When it stops applying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// `allow` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::effect))]
    pub effect: Option<Effect>,
    /// The highest matching priority decides; 0 when absent, never negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub priority: Option<i32>,
    /// What must be true of the caller: `principal_role`, `auth_method` and others. All must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub attribute_conditions: Option<JsonObject>,
}

/// Body of `PUT /v1/vaults/{vault_id}/policies/{policy_id}`. Absent fields stay as they are; pattern and principal
/// cannot change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdatePolicyRequest {
    /// At least one of `read`, `write`, `delete`, `rotate`, `use`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::permissions))]
    pub permissions: Option<PermissionSet>,
    /// When it applies; `null` for always.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub conditions: Patch<JsonObject>,
    /// When it stops applying; `null` for never.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Patch<Timestamp>,
    /// What it does when it matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::effect))]
    pub effect: Option<Effect>,
    /// The highest matching priority decides; never negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub priority: Option<i32>,
    /// What must be true of the caller; `null` for nothing.
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub attribute_conditions: Patch<JsonObject>,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyResponse {
    /// Id of the policy.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: PolicyId,
    /// The vault it is about.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// Paths it covers.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_path_pattern: PathPattern,
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// The user or agent it is about.
    pub principal_id: Uuid,
    /// What it grants or refuses.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::permissions))]
    pub permissions: PermissionSet,
    /// When it applies, `{}` for always.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub conditions: JsonObject,
    /// When it stops applying; left out for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// Id of the user or agent that wrote it.
    pub created_by: Uuid,
    /// What `created_by` is.
    pub created_by_type: PrincipalType,
    /// When it was created.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// What it does; left out for `allow`.
    #[serde(default = "allow", skip_serializing_if = "is_allow")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::effect))]
    pub effect: Effect,
    /// The highest matching priority decides; left out for 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// What must be true of the caller; left out for nothing.
    #[serde(default, skip_serializing_if = "JsonObject::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub attribute_conditions: JsonObject,
}

const fn allow() -> Effect {
    Effect::Allow
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_allow(effect: &Effect) -> bool {
    *effect == Effect::Allow
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(priority: &i32) -> bool {
    *priority == 0
}

/// Answer of `GET /v1/vaults/{vault_id}/policies`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PolicyListResponse {
    /// The policies of the vault, oldest first.
    pub policies: Vec<PolicyResponse>,
}

/// Body of `POST /v1/vaults/{vault_id}/policies/explain`: a question that is decided as a request would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainPolicyRequest {
    /// What `principal_id` is.
    pub principal_type: PrincipalType,
    /// Who would ask.
    pub principal_id: Uuid,
    /// What for.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::action))]
    pub action: Action,
    /// At which path; it need not exist.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub path: SecretPath,
    /// From which address; unknown when absent, which no `ip_allowlist` contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// In which environment; the agent's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// When; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub at: Option<Timestamp>,
}

/// Answer of `POST /v1/vaults/{vault_id}/policies/explain`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainPolicyResponse {
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
    /// Every policy of the vault, the strongest first.
    pub rules: Vec<ExplainedPolicy>,
}

/// What part one policy had in a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExplainedPolicy {
    /// Which policy.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub policy_id: PolicyId,
    /// What it does when it matches.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::effect))]
    pub effect: Effect,
    /// The highest matching priority decides.
    pub priority: i32,
    /// Paths it covers.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub secret_path_pattern: PathPattern,
    /// Whether it matches.
    pub matched: bool,
    /// Whether it decided.
    pub decided: bool,
    /// Why it matches, or why not.
    pub why: String,
}

impl From<Explanation> for ExplainPolicyResponse {
    fn from(explanation: Explanation) -> Self {
        let explained = |rule: oneclaw_core::policy::ExplainedRule| ExplainedPolicy {
            policy_id: rule.policy_id,
            effect: rule.effect,
            priority: rule.priority,
            secret_path_pattern: rule.secret_path_pattern,
            matched: rule.matched,
            decided: rule.decided,
            why: rule.why,
        };
        Self {
            allowed: explanation.allowed,
            reason: explanation.reason.to_owned(),
            sentence: explanation.sentence.to_owned(),
            decided_by: explanation.decided_by,
            rules: explanation.rules.into_iter().map(explained).collect(),
        }
    }
}

/// Policies.
impl Client {
    /// `POST /v1/vaults/{vault_id}/policies`.
    pub async fn create_policy(
        &self,
        vault_id: VaultId,
        request: &CreatePolicyRequest,
    ) -> Result<PolicyResponse, Error> {
        self.fetch(
            Call::post("v1/vaults")
                .at(vault_id)
                .at("policies")
                .json(request)?,
        )
        .await
    }

    /// `GET /v1/vaults/{vault_id}/policies`.
    pub async fn list_policies(&self, vault_id: VaultId) -> Result<PolicyListResponse, Error> {
        self.fetch(Call::get("v1/vaults").at(vault_id).at("policies"))
            .await
    }

    /// `PUT /v1/vaults/{vault_id}/policies/{policy_id}`.
    pub async fn update_policy(
        &self,
        vault_id: VaultId,
        policy_id: PolicyId,
        request: &UpdatePolicyRequest,
    ) -> Result<PolicyResponse, Error> {
        let call = Call::put("v1/vaults")
            .at(vault_id)
            .at("policies")
            .at(policy_id);
        self.fetch(call.json(request)?).await
    }

    /// `DELETE /v1/vaults/{vault_id}/policies/{policy_id}`.
    pub async fn delete_policy(&self, vault_id: VaultId, policy_id: PolicyId) -> Result<(), Error> {
        self.execute(
            Call::delete("v1/vaults")
                .at(vault_id)
                .at("policies")
                .at(policy_id),
        )
        .await
    }

    /// `POST /v1/vaults/{vault_id}/policies/explain`: what would be decided, and why. Opens nothing.
    pub async fn explain_policy(
        &self,
        vault_id: VaultId,
        request: &ExplainPolicyRequest,
    ) -> Result<ExplainPolicyResponse, Error> {
        let call = Call::post("v1/vaults")
            .at(vault_id)
            .at("policies")
            .at("explain");
        self.fetch(call.json(request)?).await
    }
}
