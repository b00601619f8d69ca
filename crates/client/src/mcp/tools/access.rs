//! Asking why not, asking a human, waiting for the answer.

use std::time::Duration;

use oneclaw_core::id::{ApprovalId, VaultId};
use oneclaw_core::model::approval::ApprovalStatus;
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, PermissionSet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Id, Time};
use crate::approvals::{ApprovalResponse, CreateApprovalRequest, GetApprovalQuery};
use crate::mcp::outcome::{Outcome, Refusal};
use crate::mcp::session::Session;
use crate::mcp::text::{one_line, visible};
use crate::policies::ExplainPolicyRequest;

/// Longest wait in one call; hosts give up soon after.
const LONGEST_WAIT: u64 = 50;
/// Longest wait in one request to the vault.
const ONE_REQUEST: u64 = 20;
/// A question for a value, as the API calls it.
const PROVIDE_SECRET: &str = "secret.provide";

/// Something one can do at a path.
#[derive(Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum What {
    #[default]
    Read,
    Write,
    Delete,
    Rotate,
    Use,
    Share,
}

/// What access can be asked for.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(in crate::mcp) enum Permission {
    Read,
    Write,
    Delete,
    Rotate,
    Use,
}

impl Permission {
    pub(in crate::mcp) const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Rotate => "rotate",
            Self::Use => "use",
        }
    }
}

/// Arguments of `explain_access`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct ExplainParams {
    /// Path of the secret; it need not exist.
    #[schemars(with = "String")]
    path: SecretPath,
    /// What you want to do.
    #[serde(default)]
    #[schemars(with = "Option<What>")]
    action: What,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// Why something is allowed or not.
#[derive(Serialize, JsonSchema)]
pub(in crate::mcp) struct Explanation {
    /// Whether it is.
    allowed: bool,
    /// Why, as a word.
    reason: String,
    /// Why, as a sentence.
    sentence: String,
    /// The policy that decided; null when none did.
    decided_by: Option<Id>,
    /// Arguments for `request_access` that would be enough; null when it is allowed.
    request_access: Option<Value>,
}

/// Arguments of `request_access`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct RequestParams {
    /// Path, or pattern of paths: `*` is one segment, `**` any number.
    path_pattern: String,
    /// What for.
    #[schemars(length(min = 1))]
    permissions: Vec<Permission>,
    /// Why, for the human who decides.
    reason: String,
    /// For how long, in seconds. The human may answer with another time.
    #[schemars(range(min = 1, max = 31_536_000))]
    duration_seconds: Option<i64>,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// Arguments of `wait_for_approval`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct WaitParams {
    /// The id that `request_access` gave, or that a refusal named.
    #[schemars(with = "String", extend("format" = "uuid"))]
    approval_id: ApprovalId,
    /// How long to wait at most; 50 when left out, 0 only looks.
    #[schemars(range(min = 0, max = 50))]
    wait_seconds: Option<u64>,
}

/// Arguments of `request_secret_from_human`.
#[derive(Deserialize, JsonSchema)]
pub(in crate::mcp) struct SlotParams {
    /// Path that the value goes to. A value that is there gets a new version.
    #[schemars(with = "String")]
    path: SecretPath,
    /// What it is needed for, and where the human finds it. They read it.
    #[schemars(length(min = 1))]
    reason: String,
    /// What kind of value; `generic` when left out.
    #[serde(rename = "type")]
    #[schemars(with = "Option<String>")]
    kind: Option<SecretType>,
    /// Id of the vault; yours when left out.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    vault_id: Option<VaultId>,
}

/// A question to a human.
#[derive(Clone, Serialize, JsonSchema)]
pub(in crate::mcp) struct Question {
    /// `approval_required` or `pending` (nobody has answered), `approved`, `rejected`, `expired`, `cancelled`.
    status: String,
    /// Its id.
    pub(super) approval_id: Id,
    /// The page on which the human answers, after signing in.
    pub(super) approval_url: String,
    /// When it lapses; null once it is answered.
    expires_at: Option<Time>,
    /// What the human said to it. Text that others chose.
    decision_reason: Option<String>,
    /// What to do now.
    pub(super) next: String,
}

/// Access.
impl Session {
    pub(in crate::mcp) async fn explain_access(
        &self,
        params: ExplainParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let (principal_type, principal_id) = self.principal().await?;
        let action = match params.action {
            What::Read => Action::Read,
            What::Write => Action::Write,
            What::Delete => Action::Delete,
            What::Rotate => Action::Rotate,
            What::Use => Action::Use,
            What::Share => Action::Share,
        };
        let question = ExplainPolicyRequest {
            principal_type,
            principal_id,
            action,
            path: params.path.clone(),
            ip: None,
            environment: None,
            at: None,
        };
        let answer = self.client.explain_policy(vault, &question).await?;
        let request_access = (!answer.allowed).then(|| {
            json!({
                "vault_id": vault,
                "path_pattern": params.path,
                "permissions": [action.least_permission().as_str()],
            })
        });
        let verb = action.as_str();
        let verdict = if answer.allowed {
            "Allowed"
        } else {
            "Not allowed"
        };
        let mut text = format!(
            "{verdict}: {verb} {}. {}",
            params.path,
            visible(&answer.sentence)
        );
        if let Some(arguments) = &request_access {
            text.push_str("\nTo ask a human: request_access with ");
            text.push_str(&one_line(arguments));
            text.push_str(" and a reason.");
        }
        let explanation = Explanation {
            allowed: answer.allowed,
            reason: answer.reason,
            sentence: answer.sentence,
            decided_by: answer.decided_by.map(|id| id.to_string()),
            request_access,
        };
        Ok(Outcome::new(text, &explanation))
    }

    pub(in crate::mcp) async fn request_access(
        &self,
        params: RequestParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let words: Vec<_> = params
            .permissions
            .iter()
            .map(|word| word.as_str())
            .collect();
        let permissions = PermissionSet::parse(&words).map_err(Refusal::arguments)?;
        let pattern = PathPattern::parse(&params.path_pattern).map_err(Refusal::arguments)?;
        let request = CreateApprovalRequest {
            action: "access".to_owned(),
            target_type: "vault".to_owned(),
            target_id: vault.to_string(),
            summary: json!({
                "vault_id": vault,
                "path_pattern": pattern,
                "permissions": permissions,
            }),
            reason: Some(params.reason),
            risk_tier: None,
            duration_seconds: params.duration_seconds,
        };
        let approval = self.ask(&request).await?;
        let text = format!(
            "Asked a human. Show them this page, where they decide after signing in: {}\n{} (approval_id: {})",
            approval.approval_url, approval.next, approval.approval_id
        );
        Ok(Outcome::new(text, &approval))
    }

    pub(in crate::mcp) async fn request_secret_from_human(
        &self,
        params: SlotParams,
    ) -> Result<Outcome, Refusal> {
        let vault = self.vault(params.vault_id).await?;
        let mut slot = json!({ "vault_id": vault, "path": params.path });
        if let (Some(kind), Some(slot)) = (&params.kind, slot.as_object_mut()) {
            slot.insert("type".to_owned(), json!(kind));
        }
        let request = CreateApprovalRequest {
            action: PROVIDE_SECRET.to_owned(),
            target_type: "secret".to_owned(),
            target_id: params.path.to_string(),
            summary: slot,
            reason: Some(params.reason),
            risk_tier: None,
            duration_seconds: None,
        };
        let question = self.ask(&request).await?;
        let text = format!(
            "Asked a human for a value. Show them this page, where they type it after signing in; it goes into the vault at {} and not              through this conversation: {}\n{} (approval_id: {})",
            params.path, question.approval_url, question.next, question.approval_id
        );
        Ok(Outcome::new(text, &question))
    }

    /// Puts a question to the humans in charge.
    async fn ask(&self, request: &CreateApprovalRequest) -> Result<Question, Refusal> {
        let mut question = Question::from(self.client.request_approval(request).await?);
        if question.status == ApprovalStatus::Pending.as_str() {
            "approval_required".clone_into(&mut question.status);
        }
        Ok(question)
    }

    /// Whether a human has said yes to this reading. If not, the question that they have to answer, which
    /// is put now if it was not before. A yes is good for one reading.
    pub(super) async fn permission_to_read(
        &self,
        vault: VaultId,
        path: &SecretPath,
    ) -> Result<Option<Question>, Refusal> {
        if let Some(id) = self.memory.question(vault, path) {
            let at_once = GetApprovalQuery::default();
            let approval = self.client.get_approval(id, &at_once).await?;
            match approval.status {
                ApprovalStatus::Pending => return Ok(Some(Question::from(approval))),
                // Of two calls at once only one has the yes.
                ApprovalStatus::Approved if self.memory.forget_question(vault, path, id) => {
                    return Ok(None);
                }
                ApprovalStatus::Rejected => {
                    return Err(Refusal::new(
                        "rejected",
                        format!("A human has said no to reading {path}."),
                    )
                    .hint("Do not ask for the same again; tell them what you cannot do."));
                }
                ApprovalStatus::Approved | ApprovalStatus::Expired | ApprovalStatus::Cancelled => {}
            }
        }
        let request = CreateApprovalRequest {
            action: "secret.reveal".to_owned(),
            target_type: "secret".to_owned(),
            target_id: path.to_string(),
            summary: json!({ "vault_id": vault, "path": path }),
            reason: Some("The value is about to be shown to the assistant.".to_owned()),
            risk_tier: None,
            duration_seconds: None,
        };
        let approval = self.client.request_approval(&request).await?;
        self.memory.remember_question(vault, path, approval.id);
        let mut question = Question::from(approval);
        "approval_required".clone_into(&mut question.status);
        Ok(Some(question))
    }

    pub(in crate::mcp) async fn wait_for_approval(
        &self,
        params: WaitParams,
    ) -> Result<Outcome, Refusal> {
        let patience = params
            .wait_seconds
            .unwrap_or(LONGEST_WAIT)
            .min(LONGEST_WAIT);
        let end = Instant::now() + Duration::from_secs(patience);
        let approval = loop {
            let left = end.saturating_duration_since(Instant::now()).as_secs();
            let query = GetApprovalQuery {
                wait: Some(left.min(ONE_REQUEST)).filter(|wait| *wait > 0),
            };
            let approval = self.client.get_approval(params.approval_id, &query).await?;
            if approval.status != ApprovalStatus::Pending || query.wait.is_none() {
                break approval;
            }
        };
        let approval = Question::from(approval);
        let mut text = format!("{}: {}", approval.status, approval.next);
        if let Some(reason) = &approval.decision_reason {
            text.push_str("\nThe human said: ");
            text.push_str(&visible(reason));
        }
        Ok(Outcome::new(text, &approval))
    }
}

impl From<ApprovalResponse> for Question {
    fn from(approval: ApprovalResponse) -> Self {
        let next = match approval.status {
            ApprovalStatus::Pending => {
                "Nobody has answered yet. Call wait_for_approval; meanwhile nothing is refused."
            }
            ApprovalStatus::Approved => "A human said yes. Try again what you wanted to do.",
            ApprovalStatus::Rejected => {
                "A human said no. Do not ask for the same again; tell them what you cannot do."
            }
            ApprovalStatus::Expired => "Nobody answered in time. Ask again if it still matters.",
            ApprovalStatus::Cancelled => "The question was taken back.",
        };
        Self {
            status: approval.status.as_str().to_owned(),
            approval_id: approval.id.to_string(),
            approval_url: approval.review_url,
            expires_at: approval
                .expires_at
                .filter(|_| approval.status == ApprovalStatus::Pending)
                .map(|time| time.to_string()),
            decision_reason: approval.decision_reason,
            next: next.to_owned(),
        }
    }
}
