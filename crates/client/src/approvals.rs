//! Approvals: an agent asks its human, a signed-in human answers.
//!
//! Invariants:
//! - A GET decides nothing; there is no link that answers.
//! - What an answer grants is a policy like any other, and never wider than what was asked for.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, ApprovalId, OrgId, PolicyId, UserId, VaultId};
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode};
use oneclaw_core::policy::PermissionSet;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::SecretText;

/// Access to paths of a vault, as the `summary` of a request names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessSummary {
    /// The vault.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub vault_id: VaultId,
    /// Glob over its paths.
    pub path_pattern: String,
    /// What for.
    pub permissions: Vec<String>,
}

/// A request for access that would be enough: a body for `POST /v1/approvals/request` that lacks nothing but a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessTemplate {
    /// `access`.
    pub action: String,
    /// `vault`.
    pub target_type: String,
    /// Id of the vault.
    pub target_id: String,
    /// The smallest access that would have been enough.
    pub summary: AccessSummary,
}

impl AccessTemplate {
    /// Asks for one permission on one path.
    pub fn new(vault: VaultId, path: &str, permission: &str) -> Self {
        Self {
            action: "access".to_owned(),
            target_type: "vault".to_owned(),
            target_id: vault.to_string(),
            summary: AccessSummary {
                vault_id: vault,
                path_pattern: path.to_owned(),
                permissions: vec![permission.to_owned()],
            },
        }
    }
}

/// Body of `POST /v1/approvals/request`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateApprovalRequest {
    /// What the agent wants to do. `access` and `policy_change` get the access in `summary` when they are approved;
    /// `secret.provide` gets
    /// the value that the human types into the vault; any other action is a question whose answer is recorded.
    pub action: String,
    /// What kind of thing it concerns.
    pub target_type: String,
    /// Which one; may be empty.
    pub target_id: String,
    /// Anything that helps the human. For `access` and `policy_change`: `vault_id`, `path_pattern`, `permissions`;
    /// for `secret.provide`: `vault_id`, `path` and perhaps `type`.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub summary: Value,
    /// Why, in the agent's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// 1 to 5; what the server finds riskier counts as that. From 2 on the answer must be confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
    pub risk_tier: Option<i32>,
    /// For how long access is asked, in seconds. The human may answer with another time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 31_536_000))]
    pub duration_seconds: Option<i64>,
}

/// How long granted access lasts, and what it comes down to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantChoice {
    /// `once`, `duration` or `always`.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::grant_mode))]
    pub mode: GrantMode,
    /// With `duration`: how long; the time asked for when absent. With `once`: in what time; a day when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 31_536_000))]
    pub seconds: Option<i64>,
    /// Fewer permissions than were asked for; `use` may stand for `read`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::permissions))]
    pub permissions: Option<PermissionSet>,
}

/// Body of `POST /v1/approvals/{approval_id}/decide`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideApprovalRequest {
    /// `approve` or `reject`; `approved`, `rejected`, `deny` and `denied` are understood too.
    pub decision: String,
    /// Why, for the agent and the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For a request for access. When absent: for the time asked for, else once; a `policy_change` for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantChoice>,
    /// For a `secret.provide`: the value that the agent lacks. It goes into the vault, as the caller's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub value: Option<SecretText>,
}

/// Body of `POST /v1/approvals/{approval_id}/approve`, `/deny` and `/cancel`; may be missing.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerApprovalRequest {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// With `approve`: as in `decide`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantChoice>,
    /// With `approve`: as in `decide`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub value: Option<SecretText>,
}

/// Query of `GET /v1/approvals`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ListApprovalsQuery {
    /// Only those in this state; `denied` is understood as `rejected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How many; 50 when absent, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// After how many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
}

/// Query of `GET /v1/approvals/{approval_id}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct GetApprovalQuery {
    /// How many seconds to wait for an answer, at most 30.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 0, maximum = 30))]
    pub wait: Option<u64>,
}

/// Query of `GET /v1/approvals/quick-decide`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct QuickDecideQuery {
    /// Names the request: its id.
    #[cfg_attr(feature = "openapi", param(value_type = Uuid))]
    pub token: ApprovalId,
    /// The answer to suggest on the page.
    pub decision: String,
}

/// A question of an agent, as both sides see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalResponse {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: ApprovalId,
    /// The organisation.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub org_id: OrgId,
    /// Whom it is put to.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub user_id: UserId,
    /// Who asks.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// The same, for clients that know it by this name.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub requester_id: AgentId,
    /// `agent`.
    pub requester_type: String,
    /// What the agent wants to do. Text chosen by the agent.
    pub action: String,
    /// What kind of thing it concerns. Text chosen by the agent.
    pub target_type: String,
    /// Which one. Text chosen by the agent.
    pub target_id: String,
    /// The vault it concerns, `""` when none.
    pub vault_id: String,
    /// The path or pattern it concerns, `""` when none.
    pub secret_path: String,
    /// The permissions it asks for; empty when it asks for none.
    pub permissions: Vec<String>,
    /// For how long access is asked.
    pub duration_seconds: Option<i64>,
    /// 1 to 3.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3))]
    pub risk_tier: i32,
    /// Where it stands. Nobody having answered in time is `expired`, not `rejected`.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::approval_status))]
    pub status: ApprovalStatus,
    /// What the agent says about it. Chosen by the agent.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub summary: Value,
    /// Why it asks. Text chosen by the agent.
    pub reason: Option<String>,
    /// What the human said to it.
    pub decision_reason: Option<String>,
    /// Who answered.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub decided_by: Option<UserId>,
    /// When it was answered or taken back.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub decided_at: Option<Timestamp>,
    /// When it lapses, or lapsed.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires_at: Option<Timestamp>,
    /// When it was asked.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The page on which the human answers. It needs signing in, and opening it changes nothing.
    pub review_url: String,
    /// How long the granted access lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::grant_mode))]
    pub grant_mode: Option<GrantMode>,
    /// The policy that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub policy_id: Option<PolicyId>,
}

/// Answer of `GET /v1/approvals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalListResponse {
    /// The questions, newest first.
    pub approvals: Vec<ApprovalResponse>,
}

/// Approvals.
impl Client {
    /// `POST /v1/approvals/request`, for agents.
    pub async fn request_approval(
        &self,
        request: &CreateApprovalRequest,
    ) -> Result<ApprovalResponse, Error> {
        self.fetch(Call::post("v1/approvals/request").json(request)?)
            .await
    }

    /// `GET /v1/approvals`, for people.
    pub async fn list_approvals(
        &self,
        query: &ListApprovalsQuery,
    ) -> Result<ApprovalListResponse, Error> {
        self.fetch(Call::get("v1/approvals").query(query)?).await
    }

    /// `GET /v1/approvals/{approval_id}`.
    pub async fn get_approval(
        &self,
        approval_id: ApprovalId,
        query: &GetApprovalQuery,
    ) -> Result<ApprovalResponse, Error> {
        self.fetch(Call::get("v1/approvals").at(approval_id).query(query)?)
            .await
    }

    /// `POST /v1/approvals/{approval_id}/decide`, for people.
    pub async fn decide_approval(
        &self,
        approval_id: ApprovalId,
        request: &DecideApprovalRequest,
    ) -> Result<ApprovalResponse, Error> {
        let call = Call::post("v1/approvals").at(approval_id).at("decide");
        self.fetch(call.json(request)?).await
    }

    /// `POST /v1/approvals/{approval_id}/approve`, for people; confirmed from risk tier 2 on.
    pub async fn approve_approval(
        &self,
        approval_id: ApprovalId,
        request: &AnswerApprovalRequest,
        confirmation: Option<&SecretText>,
    ) -> Result<ApprovalResponse, Error> {
        let call = Call::post("v1/approvals").at(approval_id).at("approve");
        let call = call.json(request)?;
        self.fetch(match confirmation {
            Some(confirmation) => call.confirmed(confirmation)?,
            None => call,
        })
        .await
    }

    /// `POST /v1/approvals/{approval_id}/deny`, for people.
    pub async fn deny_approval(
        &self,
        approval_id: ApprovalId,
        request: &AnswerApprovalRequest,
    ) -> Result<ApprovalResponse, Error> {
        let call = Call::post("v1/approvals").at(approval_id).at("deny");
        self.fetch(call.json(request)?).await
    }

    /// `POST /v1/approvals/{approval_id}/cancel`.
    pub async fn cancel_approval(
        &self,
        approval_id: ApprovalId,
        request: &AnswerApprovalRequest,
    ) -> Result<ApprovalResponse, Error> {
        let call = Call::post("v1/approvals").at(approval_id).at("cancel");
        self.fetch(call.json(request)?).await
    }
}
