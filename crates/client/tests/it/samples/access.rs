//! Bodies of the questions about access.

use super::{Sample, id, sample};
use oneclaw_client::access::*;
use oneclaw_client::policies::{CreatePolicyRequest, ExplainPolicyResponse};
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::policy::Action;

pub(super) fn bodies() -> Vec<Sample> {
    let policy = CreatePolicyRequest {
        secret_path_pattern: "api-keys/**".parse().unwrap(),
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        permissions: serde_json::from_str(r#"["read"]"#).unwrap(),
        conditions: None,
        expires_at: None,
        effect: None,
        priority: None,
        attribute_conditions: None,
    };
    let test = PolicyTest {
        path: "api-keys/openai".parse().unwrap(),
        action: Action::Read,
    };
    let preview = |test: Option<PolicyTest>| PreviewPolicyRequest {
        policy: policy.clone(),
        test,
    };
    let at = |path: &str| PathAccess {
        path: path.to_owned(),
        actions: vec![Action::Read, Action::Use],
    };
    let found = |rest: bool| PreviewPolicyResponse {
        matches: vec!["api-keys/openai".to_owned()],
        near_misses: vec!["api-key/old".to_owned()],
        gains: vec![at("api-keys/openai")],
        losses: vec![],
        unnamed: 2,
        is_duplicate: false,
        test: rest.then(|| ExplainPolicyResponse {
            allowed: true,
            reason: "rule".into(),
            sentence: "A policy of this vault allows this action.".into(),
            decided_by: Some(id(7)),
            rules: vec![],
        }),
    };
    let principal = |rest: bool| PrincipalAccess {
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        allowed: rest,
        reason: "no_matching_rule".into(),
        sentence: "No policy allows this action on this path.".into(),
        decided_by: rest.then(|| id(7)),
    };
    let who = |principals| PathAccessResponse { principals };
    let vault = VaultReach {
        vault_id: id(3),
        vault_name: "Production".into(),
        paths: vec![at("api-keys/openai")],
        unnamed: 1,
    };
    let reach = |vaults| ReachResponse { vaults };
    vec![
        sample("PolicyTest", &test, &test),
        sample(
            "PreviewPolicyRequest",
            &preview(None),
            &preview(Some(test.clone())),
        ),
        sample("PreviewPolicyResponse", &found(false), &found(true)),
        sample("PathAccess", &at("a"), &at("a")),
        sample("PrincipalAccess", &principal(false), &principal(true)),
        sample(
            "PathAccessResponse",
            &who(vec![]),
            &who(vec![principal(true)]),
        ),
        sample("VaultReach", &vault, &vault),
        sample("ReachResponse", &reach(vec![]), &reach(vec![vault.clone()])),
    ]
}
