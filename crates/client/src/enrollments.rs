//! Enrolment: an agent without credentials asks to join, a signed-in human decides.
//!
//! Invariants:
//! - The answer to `POST /v1/agents/enroll` has the same fields whether or not the address belongs to an account.
//! - It never holds a key, and `agent_id` in it is always the nil UUID: there is no agent before a human approves.
//! - Links carry a token that identifies a request; deciding takes a signed-in human and a POST.

use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::{AgentId, EnrollmentId, PolicyId, UserId, VaultId};
use oneclaw_core::model::enrollment::{self as model, EnrollmentStatus};
use serde::{Deserialize, Serialize};

use crate::agents::AgentResponse;
use crate::call::Call;
use crate::client::Client;
use crate::error::Error;
use crate::wire::{SecretText, null_as_default, vocabulary};

vocabulary! {
    /// How the new agent's API key gets to the human who approved.
    pub enum KeyDelivery {
        /// The key is in a mail to the approver.
        Email = "email",
        /// The approver reveals the key once, on the page behind the link.
        Link = "link",
        /// The agent has a key of its own, or collects one; the approver gets none.
        Agent = "agent",
    }
}

/// Access that an agent asks for when it asks to join. Its human sees it and grants it, less, or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestedAccess {
    /// Name or id of a vault, as the agent knows it.
    pub vault: String,
    /// Paths, as in a policy.
    pub path_pattern: String,
    /// At least one of `read`, `write`, `delete`, `rotate`, `use`.
    pub permissions: Vec<String>,
    /// For how long, from a minute to a year; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub duration_seconds: Option<i64>,
    /// What for. Text chosen by a stranger.
    #[serde(default)]
    pub reason: String,
}

/// Access that a human gives a new agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentGrant {
    /// The vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Uuid>))]
    pub vault_id: Option<VaultId>,
    /// In place of `vault_id`: the name of a vault that is made with the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_vault: Option<String>,
    /// Paths, as in a policy.
    pub path_pattern: String,
    /// At least one of `read`, `write`, `delete`, `rotate`, `use`.
    pub permissions: Vec<String>,
    /// For how long, from a minute to a year; always, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<i64>,
}

/// Body of `POST /v1/agents/enroll`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollAgentRequest {
    /// Name that the agent proposes for itself.
    pub name: String,
    /// Address of the human who should decide; without it whoever holds the link and is signed in may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(format = Email))]
    pub human_email: Option<String>,
    /// What the agent is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The agent's Ed25519 key, `ssh-ed25519 AAAA…` or base64 of 32 bytes; opens a pairing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
    /// With a key: `api_key` (collected once from the status endpoint; the default) or `private_key_jwt`, where the agent
    /// signs in with its key and is never sent anything secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub credential: Option<String>,
    /// What it would like to reach: at most 10 entries. Nothing of it holds before its human grants it.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub requested_access: Vec<RequestedAccess>,
}

/// Answer of `POST /v1/agents/enroll`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollAgentResponse {
    /// The nil UUID.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: AgentId,
    /// What happens next; the same sentence for everyone.
    pub message: String,
    /// The page where a signed-in human decides. Its last segment is a secret.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uri"))]
    pub approval_url: SecretText,
    /// When the request lapses.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// Pairing only: id for [`EnrollmentStatusResponse`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub pairing_id: Option<EnrollmentId>,
    /// Pairing only: fingerprint of the key, `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub fingerprint: Option<String>,
    /// Pairing only: four words for the agent to show its human, who picks them to approve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub phrase: Option<String>,
    /// Pairing only: proves to the status endpoint that the caller is the one who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub poll_token: Option<SecretText>,
}

/// Query of `GET /v1/agents/enroll/{pairing_id}/status`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct EnrollmentStatusQuery {
    /// The `poll_token` of the enrolment.
    #[cfg_attr(feature = "openapi", param(value_type = String))]
    pub poll: SecretText,
}

/// Answer of `GET /v1/agents/enroll/{pairing_id}/status`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentStatusResponse {
    /// Where the enrolment stands.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::enrollment_status))]
    pub status: EnrollmentStatus,
    /// The new agent, once approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: Option<AgentId>,
    /// Its API key, in the first approved answer only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password))]
    pub api_key: Option<SecretText>,
    /// The vaults it may use, beside the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>))]
    pub vault_ids: Option<Vec<VaultId>>,
}

/// Where an enrolment came from, as far as the server can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentOrigin {
    /// Address of the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub ip: Option<String>,
    /// What the requester says it is. Text chosen by a stranger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub user_agent: Option<String>,
}

/// An enrolment as the human who may decide sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentResponse {
    /// Id of the enrolment.
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub id: EnrollmentId,
    /// Name of the agent.
    pub name: String,
    /// Whether `name` is text of the stranger who asked, as opposed to one the approver gave.
    pub name_chosen_by_requester: bool,
    /// What the requester says the agent is for, `""` when nothing. Text chosen by a stranger.
    #[serde(default)]
    pub description: String,
    /// The address it is bound to, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub human_email: Option<String>,
    /// Where it stands.
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::openapi::enrollment_status))]
    pub status: EnrollmentStatus,
    /// Where it came from.
    pub requested_from: EnrollmentOrigin,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it lapses, or lapsed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub decided_at: Option<Timestamp>,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub decided_by: Option<UserId>,
    /// The agent that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Uuid))]
    pub agent_id: Option<AgentId>,
    /// Fingerprint of the key that the agent brought, if it brought one; on one enrolment, not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub fingerprint: Option<String>,
    /// The access that the agent asks for; on one enrolment, not in lists.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub requested_access: Vec<RequestedAccess>,
    /// Names what is shown here, for [`ApproveEnrollmentRequest`]; on one enrolment, not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub request_hash: Option<String>,
}

/// Query of `GET /v1/enrollments`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ListEnrollmentsQuery {
    /// Only those in this state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(schema_with = crate::openapi::enrollment_status))]
    pub status: Option<EnrollmentStatus>,
}

/// Answer of `GET /v1/enrollments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentListResponse {
    /// The enrolments the caller may decide or has decided, newest first.
    pub enrollments: Vec<EnrollmentResponse>,
}

/// Body of `POST /v1/enrollments/lookup`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrollmentLookupRequest {
    /// The last segment of an approval link.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: SecretText,
}

/// Body of `POST /v1/enrollments/{enrollment_id}/approve`; may be missing.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApproveEnrollmentRequest {
    /// The last segment of the approval link. Needed for an enrolment that is bound to no address: whoever holds the
    /// link may decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub token: Option<SecretText>,
    /// Name to give the agent in place of the one it proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The four words that the agent shows. Needed where the agent brought a key; five wrong ones deny the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phrase: Option<String>,
    /// What the agent is given at once; nothing, when left out. In one transaction with the agent.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub grants: Vec<EnrollmentGrant>,
    /// The `request_hash` of what was looked at: anything else is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_hash: Option<String>,
}

/// Answer of `POST /v1/enrollments/{enrollment_id}/approve`.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApproveEnrollmentResponse {
    /// The enrolment, now approved.
    pub enrollment: EnrollmentResponse,
    /// The new agent. It has no access until a policy grants some.
    pub agent: AgentResponse,
    /// How its key gets to the approver.
    pub key_delivery: KeyDelivery,
    /// With [`KeyDelivery::Link`]: the page that reveals the key once. Its last segment is a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uri"))]
    pub reveal_url: Option<SecretText>,
    /// The policies that came with the agent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Uuid>))]
    pub policy_ids: Vec<PolicyId>,
}

/// Body of `POST /v1/enrollments/{enrollment_id}/deny`; may be missing.
#[derive(Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DenyEnrollmentRequest {
    /// The last segment of the approval link, as for approving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub token: Option<SecretText>,
    /// Why, for the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Report it too: for a week, requests from its network are neither shown nor mailed to you. They are answered like
    /// all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<bool>,
}

impl From<RequestedAccess> for model::RequestedAccess {
    fn from(wish: RequestedAccess) -> Self {
        Self {
            vault: wish.vault,
            path_pattern: wish.path_pattern,
            permissions: wish.permissions,
            duration_seconds: wish.duration_seconds,
            reason: wish.reason,
        }
    }
}

impl From<model::RequestedAccess> for RequestedAccess {
    fn from(wish: model::RequestedAccess) -> Self {
        Self {
            vault: wish.vault,
            path_pattern: wish.path_pattern,
            permissions: wish.permissions,
            duration_seconds: wish.duration_seconds,
            reason: wish.reason,
        }
    }
}

/// Enrolment.
impl Client {
    /// `POST /v1/agents/enroll`. No credential is sent.
    pub async fn enroll_agent(
        &self,
        request: &EnrollAgentRequest,
    ) -> Result<EnrollAgentResponse, Error> {
        self.fetch(Call::post("v1/agents/enroll").json(request)?.public())
            .await
    }

    /// `GET /v1/enrollments`.
    pub async fn list_enrollments(
        &self,
        query: &ListEnrollmentsQuery,
    ) -> Result<EnrollmentListResponse, Error> {
        self.fetch(Call::get("v1/enrollments").query(query)?).await
    }

    /// `POST /v1/enrollments/lookup`: what an approval link stands for.
    pub async fn lookup_enrollment(
        &self,
        request: &EnrollmentLookupRequest,
    ) -> Result<EnrollmentResponse, Error> {
        self.fetch(Call::post("v1/enrollments/lookup").json(request)?)
            .await
    }

    /// `POST /v1/enrollments/{enrollment_id}/approve`.
    pub async fn approve_enrollment(
        &self,
        enrollment_id: EnrollmentId,
        request: &ApproveEnrollmentRequest,
    ) -> Result<ApproveEnrollmentResponse, Error> {
        let call = Call::post("v1/enrollments").at(enrollment_id).at("approve");
        self.fetch(call.json(request)?).await
    }

    /// `GET /v1/agents/enroll/{pairing_id}/status`. No credential is sent but the poll token.
    pub async fn enrollment_status(
        &self,
        pairing_id: EnrollmentId,
        query: &EnrollmentStatusQuery,
    ) -> Result<EnrollmentStatusResponse, Error> {
        let call = Call::get("v1/agents/enroll").at(pairing_id).at("status");
        self.fetch(call.query(query)?.public()).await
    }

    /// `POST /v1/enrollments/{enrollment_id}/deny`.
    pub async fn deny_enrollment(
        &self,
        enrollment_id: EnrollmentId,
        request: &DenyEnrollmentRequest,
    ) -> Result<EnrollmentResponse, Error> {
        let call = Call::post("v1/enrollments").at(enrollment_id).at("deny");
        self.fetch(call.json(request)?).await
    }
}
