//! Bodies about approvals and the organisation.

use oneclaw_client::agents::*;
use oneclaw_client::approvals::*;
use oneclaw_client::org::*;
use oneclaw_client::wire::Patch;
use oneclaw_core::caller::Role;
use oneclaw_core::clock::Timestamp;
use oneclaw_core::model::approval::{ApprovalStatus, GrantMode};
use serde_json::json;

use super::{Sample, id, sample, secret, some, time};

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
    let decide = |reason, grant, value: Option<&str>| DecideApprovalRequest {
        decision: "approve".into(),
        reason,
        grant,
        value: value.map(|value| value.to_owned().into()),
    };
    let answer = |reason, grant, value: Option<&str>| AnswerApprovalRequest {
        reason,
        grant,
        value: value.map(|value| value.to_owned().into()),
    };
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
            &decide(None, None, None),
            &decide(some("Go ahead"), Some(once.clone()), Some("hush")),
        ),
        sample(
            "AnswerApprovalRequest",
            &answer(None, None, None),
            &answer(some("Go ahead"), Some(once.clone()), Some("hush")),
        ),
        sample("ApprovalResponse", &asked, &answered),
        sample(
            "ApprovalListResponse",
            &list(vec![]),
            &list(vec![asked.clone()]),
        ),
    ]
}

pub(super) fn members() -> Vec<Sample> {
    let role = UpdateMemberRoleRequest { role: Role::Admin };
    let invite = |role| InviteMemberRequest {
        email: "bob@example.com".into(),
        role,
    };
    let invited = InviteMemberResponse {
        message: "The invitation is in their mail.".into(),
        email: "bob@example.com".into(),
    };
    let waiting = InvitationResponse {
        id: id(8),
        email: "bob@example.com".into(),
        role: Role::Member,
        invited_by: id(2),
        created_at: time(0),
        expires_at: time(168),
    };
    let invitations = |invitations| InvitationListResponse { invitations };
    let accept = AcceptInvitationRequest {
        token: secret("inv_1"),
    };
    let switch = SwitchOrgRequest { org_id: id(4) };
    let membership = OrgMembershipResponse {
        org_id: id(4),
        name: "Example".into(),
        role: Role::Owner,
    };
    let memberships = |memberships| OrgMembershipListResponse { memberships };
    let settings = |delivery: Option<String>, since: Option<Timestamp>| OrgSettingsResponse {
        name: "Example".into(),
        key_delivery: delivery,
        agents_frozen: since.is_some(),
        agents_frozen_at: since,
    };
    let change = UpdateOrgSettingsRequest {
        name: some("Example"),
        key_delivery: Patch::Set("link".into()),
    };
    let delete = BatchDeleteAgentsRequest {
        agent_ids: vec![id(1)],
    };
    let kept = BatchDeleteError {
        id: id(1),
        reason: "There is no such agent in your organisation.".into(),
    };
    let deleted = |errors: Vec<BatchDeleteError>| BatchDeleteAgentsResponse {
        deleted: 1,
        failed: u32::try_from(errors.len()).unwrap(),
        errors,
    };
    vec![
        sample("UpdateMemberRoleRequest", &role, &role),
        sample(
            "InviteMemberRequest",
            &invite(None),
            &invite(Some(Role::Admin)),
        ),
        sample("InviteMemberResponse", &invited, &invited),
        sample("InvitationResponse", &waiting, &waiting),
        sample(
            "InvitationListResponse",
            &invitations(vec![]),
            &invitations(vec![waiting.clone()]),
        ),
        sample("AcceptInvitationRequest", &accept, &accept),
        sample("SwitchOrgRequest", &switch, &switch),
        sample("OrgMembershipResponse", &membership, &membership),
        sample(
            "OrgMembershipListResponse",
            &memberships(vec![]),
            &memberships(vec![membership.clone()]),
        ),
        sample(
            "OrgSettingsResponse",
            &settings(None, None),
            &settings(some("link"), Some(time(1))),
        ),
        sample(
            "UpdateOrgSettingsRequest",
            &UpdateOrgSettingsRequest::default(),
            &change,
        ),
        sample("BatchDeleteAgentsRequest", &delete, &delete),
        sample("BatchDeleteError", &kept, &kept),
        sample(
            "BatchDeleteAgentsResponse",
            &deleted(vec![]),
            &deleted(vec![kept.clone()]),
        ),
    ]
}
