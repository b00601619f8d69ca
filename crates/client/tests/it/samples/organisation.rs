//! Bodies about approvals and the organisation.

use oneclaw_client::approvals::*;
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode};
use serde_json::json;

use super::{Sample, id, sample, some, time};

pub(super) fn approvals() -> Vec<Sample> {
    let template = AccessTemplate::new(id(3), "api-keys/openai", "read");
    let ask = CreateApprovalRequest {
        action: "deploy".into(),
        target_type: "service".into(),
        target_id: String::new(),
        summary: json!({ "service": "shop" }),
        reason: None,
        risk_tier: None,
        duration_seconds: None,
    };
    let full_ask = CreateApprovalRequest {
        reason: some("The migration needs it"),
        risk_tier: Some(2),
        duration_seconds: Some(900),
        ..ask.clone()
    };
    let once = GrantChoice {
        mode: GrantMode::Once,
        seconds: None,
        permissions: None,
    };
    let an_hour = GrantChoice {
        mode: GrantMode::Duration,
        seconds: Some(3600),
        permissions: Some(serde_json::from_str(r#"["use"]"#).unwrap()),
    };
    let decide = |reason, grant| DecideApprovalRequest {
        decision: "approve".into(),
        reason,
        grant,
    };
    let answer = |reason, grant| AnswerApprovalRequest { reason, grant };
    let asked = ApprovalResponse {
        id: id(5),
        org_id: id(4),
        user_id: id(2),
        agent_id: id(1),
        requester_id: id(1),
        requester_type: "agent".into(),
        action: "access".into(),
        target_type: "vault".into(),
        target_id: String::new(),
        vault_id: String::new(),
        secret_path: String::new(),
        permissions: vec![],
        duration_seconds: None,
        risk_tier: 1,
        status: ApprovalStatus::Pending,
        summary: json!({}),
        reason: None,
        decision_reason: None,
        decided_by: None,
        decided_at: None,
        expires_at: Some(time(168)),
        created_at: time(0),
        review_url: "https://vault.example/approvals/x".into(),
        grant_mode: None,
        policy_id: None,
    };
    let answered = ApprovalResponse {
        permissions: vec!["read".into()],
        duration_seconds: Some(900),
        status: ApprovalStatus::Approved,
        reason: some("The migration needs it"),
        decision_reason: some("Go ahead"),
        decided_by: Some(id(2)),
        decided_at: Some(time(1)),
        grant_mode: Some(GrantMode::Once),
        policy_id: Some(id(7)),
        ..asked.clone()
    };
    let list = |approvals| ApprovalListResponse { approvals };
    vec![
        sample("AccessSummary", &template.summary, &template.summary),
        sample("AccessTemplate", &template, &template),
        sample("CreateApprovalRequest", &ask, &full_ask),
        sample("GrantChoice", &once, &an_hour),
        sample(
            "DecideApprovalRequest",
            &decide(None, None),
            &decide(some("Go ahead"), Some(once.clone())),
        ),
        sample(
            "AnswerApprovalRequest",
            &answer(None, None),
            &answer(some("Go ahead"), Some(once.clone())),
        ),
        sample("ApprovalResponse", &asked, &answered),
        sample(
            "ApprovalListResponse",
            &list(vec![]),
            &list(vec![asked.clone()]),
        ),
    ]
}
