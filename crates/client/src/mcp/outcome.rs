//! What a tool gives back: text for the model, the same facts as data, or why not.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject};
use serde::Serialize;
use serde_json::{Value, json};

use super::text::visible;
use crate::error::Error;
use crate::problem::{APPROVAL_REQUIRED, ProblemDetails, RESOURCE_LIMIT_EXCEEDED};

/// Where the particulars of an error are in a result's `_meta`. Not in `structuredContent`: published clients check
/// that against the tool's output schema even when the call failed.
const ERROR_META: &str = "1claw/error";

/// A success.
pub(super) struct Outcome {
    pub(super) text: String,
    pub(super) data: Value,
}

impl Outcome {
    /// The same facts twice. `data` has the shape that the tool's output schema promises.
    pub(super) fn new(text: impl Into<String>, data: &impl Serialize) -> Self {
        Self {
            text: text.into(),
            data: serde_json::to_value(data).unwrap_or_default(),
        }
    }

    pub(super) fn into_result(self) -> CallToolResult {
        let mut result = CallToolResult::success(vec![ContentBlock::text(self.text)]);
        result.structured_content = Some(self.data);
        result
    }
}

/// Why a tool did not do what it was asked, so that a model can act on it.
#[derive(Debug)]
pub(super) struct Refusal(Box<Facts>);

/// What there is to say about a refusal.
#[derive(Debug, Default, Serialize)]
pub(super) struct Facts {
    /// A word for programs.
    pub(super) code: &'static str,
    /// What happened.
    pub(super) message: String,
    /// What to do now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
    /// The request in the vault's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    /// Arguments for `request_access` that would be enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request_access: Option<Value>,
    /// Argument for `wait_for_approval`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) approval_id: Option<String>,
    /// When asking again makes sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) retry_after_seconds: Option<u64>,
}

impl Refusal {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self(Box::new(Facts {
            code,
            message: message.into(),
            ..Facts::default()
        }))
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The arguments do not fit the tool.
    pub(super) fn arguments(why: impl std::fmt::Display) -> Self {
        Self::new(
            "invalid_arguments",
            format!("The arguments do not fit: {why}."),
        )
    }

    pub(super) fn into_result(self) -> CallToolResult {
        let mut text = visible(&self.message).into_owned();
        if let Some(hint) = &self.hint {
            text.push('\n');
            text.push_str(&visible(hint));
        }
        if let Some(id) = &self.request_id {
            text.push_str("\n(request ");
            text.push_str(&visible(id));
            text.push(')');
        }
        let mut meta = JsonObject::new();
        meta.insert(ERROR_META.to_owned(), json!(self.0));
        CallToolResult::error(vec![ContentBlock::text(text)]).with_meta(Some(MetaObject(meta)))
    }
}

impl Deref for Refusal {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Refusal {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Problem {
                problem,
                retry_after,
            } => of_problem(*problem, retry_after),
            Error::Transport(_) => Self::new("unreachable", "The vault cannot be reached.").hint(
                "Whether it acted on the request is unknown. Check before you repeat a change.",
            ),
            other => Self::new("failed", format!("The call failed: {other}.")),
        }
    }
}

fn of_problem(problem: ProblemDetails, retry_after: Option<Duration>) -> Refusal {
    let detail = problem.detail;
    let mut refusal = match (problem.status, problem.problem_type.as_str()) {
        (400 | 422, _) => {
            let fields = problem.fields.iter();
            let fields: Vec<_> = fields.map(|(name, why)| format!("{name} {why}")).collect();
            let particulars = if fields.is_empty() {
                String::new()
            } else {
                format!(" ({})", fields.join("; "))
            };
            Refusal::new("invalid", format!("{detail}{particulars}"))
        }
        (401, _) => Refusal::new("unauthenticated", detail)
            .hint("The credential of this MCP server is not accepted. Ask your human to check it."),
        (402, _) => Refusal::new("quota_exceeded", format!("Quota exhausted: {detail}"))
            .hint("Ask your human."),
        (403, RESOURCE_LIMIT_EXCEEDED) => {
            Refusal::new("limit_reached", format!("Limit reached: {detail}"))
                .hint("Ask your human to raise the limit or to remove something.")
        }
        (403, APPROVAL_REQUIRED) => Refusal::new("approval_required", detail)
            .hint("A human has been asked. Call wait_for_approval, then try again."),
        (403, _) => Refusal::new("access_denied", format!("Access denied: {detail}")),
        (404, _) => Refusal::new("not_found", detail),
        (409, _) => Refusal::new("conflict", detail),
        (410, _) => Refusal::new("gone", detail),
        (429, _) => Refusal::new("too_many_requests", detail),
        (500.., _) => Refusal::new("unavailable", detail),
        _ => Refusal::new("refused", detail),
    };
    let facts = &mut *refusal;
    if let Some(access) = problem.access_request {
        let summary = access.summary;
        let arguments = json!({
            "vault_id": summary.vault_id,
            "path_pattern": summary.path_pattern,
            "permissions": summary.permissions,
        });
        facts.hint = Some(format!(
            "A human can allow it: call request_access with {arguments} and a reason, tell your human, then call \
             wait_for_approval."
        ));
        facts.request_access = Some(arguments);
    }
    facts.approval_id = problem.approval_request_id.map(|id| id.to_string());
    if let (Some(id), Some(hint)) = (&facts.approval_id, &mut facts.hint) {
        hint.push_str(" approval_id: ");
        hint.push_str(id);
    }
    facts.request_id = problem.request_id;
    if let Some(wait) = retry_after {
        facts.retry_after_seconds = Some(wait.as_secs());
        facts.hint = Some(format!("Try again in {} s.", wait.as_secs().max(1)));
    }
    refusal
}

#[cfg(test)]
mod tests {
    use oneclaw_core::id::VaultId;
    use uuid::Uuid;

    use super::*;
    use crate::approvals::AccessTemplate;

    fn problem(status: u16) -> ProblemDetails {
        ProblemDetails::new(status, "", "what happened")
    }

    fn refusal(problem: ProblemDetails) -> Refusal {
        Refusal::from(Error::Problem {
            problem: Box::new(problem),
            retry_after: None,
        })
    }

    #[test]
    fn every_refusal_says_what_and_most_say_what_next() {
        for (status, code, text) in [
            (401, "unauthenticated", "what happened"),
            (402, "quota_exceeded", "Quota exhausted: what happened"),
            (403, "access_denied", "Access denied: what happened"),
            (404, "not_found", "what happened"),
            (410, "gone", "what happened"),
            (429, "too_many_requests", "what happened"),
            (503, "unavailable", "what happened"),
            (418, "refused", "what happened"),
        ] {
            let refusal = refusal(problem(status));
            assert_eq!((refusal.code, refusal.message.as_str()), (code, text));
        }
        let mut limit = problem(403);
        limit.problem_type = RESOURCE_LIMIT_EXCEEDED.to_owned();
        assert_eq!(refusal(limit).message, "Limit reached: what happened");
    }

    #[test]
    fn a_denial_brings_the_request_that_would_be_enough() {
        let vault = VaultId::from(Uuid::from_u128(7));
        let mut denied = problem(403);
        denied.access_request = Some(AccessTemplate::new(vault, "db/prod", "read"));
        let refusal = refusal(denied);
        let arguments =
            json!({ "vault_id": vault, "path_pattern": "db/prod", "permissions": ["read"] });
        assert_eq!(refusal.request_access, Some(arguments.clone()));
        assert!(
            refusal
                .hint
                .as_ref()
                .unwrap()
                .contains(&arguments.to_string())
        );
    }

    #[test]
    fn the_particulars_are_where_no_client_checks_them_against_a_schema() {
        let result = Refusal::new("gone", "it is\u{202e} gone").into_result();
        assert_eq!(result.is_error, Some(true));
        assert_eq!(result.structured_content, None);
        let json = serde_json::to_value(&result).unwrap();
        assert_eq!(json["content"][0]["text"], "it is\\u{202e} gone");
        assert_eq!(json["_meta"][ERROR_META]["code"], "gone");
    }
}
