//! Bodies about vaults' client keys and about limits.

use std::collections::BTreeMap;

use oneclaw_client::env_vars::*;
use oneclaw_client::limits::*;
use oneclaw_client::usage::*;
use oneclaw_client::vaults::*;
use oneclaw_client::wire::{Patch, PrincipalType};

use oneclaw_core::caller::Principal;

use super::{Sample, id, sample, secret, time};

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn all() -> Vec<Sample> {
    let enable = EnableCmekRequest {
        fingerprint: "00".repeat(32),
    };
    let rotate = CmekRotateRequest {
        new_fingerprint: "11".repeat(32),
    };
    let job = CmekRotationJobResponse {
        id: id(20),
        vault_id: id(3),
        old_fingerprint: None,
        new_fingerprint: None,
        status: CmekRotationStatus::Running,
        total_secrets: 3,
        processed: 0,
        error: None,
        started_at: None,
        completed_at: None,
        created_at: time(0),
    };
    let full_job = CmekRotationJobResponse {
        old_fingerprint: Some("00".repeat(32)),
        new_fingerprint: Some("11".repeat(32)),
        status: CmekRotationStatus::Failed,
        error: Some("It broke off.".into()),
        started_at: Some(time(0)),
        completed_at: Some(time(1)),
        ..job.clone()
    };
    let limit = |maximum| OrgLimit {
        resource: "vaults".into(),
        used: 2,
        maximum,
    };
    let limits = |limits| OrgLimitsResponse { limits };
    let update = UpdateOrgLimitsRequest {
        vaults: Patch::Set(3),
        secrets: Patch::Clear,
        agents: Patch::Set(0),
    };
    let var = |is_full: bool| EnvVar {
        id: id(22),
        key: "DB_URL".into(),
        environments: vec!["preview".into()],
        git_branch: is_full.then(|| "main".into()),
        sensitive: false,
        comment: is_full.then(|| "main".into()),
        value: is_full.then(|| secret("postgres://")),
        version: 1,
        created_by: Some(Principal::User(id(2))),
        created_at: time(0),
        updated_at: time(1),
    };
    let shared = |is_full: bool| OrgEnvVar {
        id: id(22),
        key: "DB_URL".into(),
        environments: vec!["preview".into()],
        sensitive: false,
        comment: is_full.then(|| "main".into()),
        value: is_full.then(|| secret("postgres://")),
        version: 1,
        linked_vaults: vec![id(3)],
        created_at: time(0),
        updated_at: time(1),
    };
    let environment = VaultEnvironment {
        id: id(23),
        slug: "staging".into(),
        description: None,
        is_builtin: false,
        copied_from: Some("production".into()),
        is_detached: true,
        created_at: time(0),
    };
    let summary = UsageSummaryResponse {
        billing_tier: "self-hosted".into(),
        free_tier_limit: i32::MAX,
        current_month: UsageMonth {
            total_requests: 7,
            paid_requests: 0,
            free_requests: 7,
            total_cost_usd: "0".into(),
        },
    };
    let event = UsageEvent {
        id: id(21),
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        method: "GET".into(),
        endpoint: "/v1/vaults".into(),
        status_code: 200,
        price_usd: "0".into(),
        is_paid: false,
        created_at: time(0),
    };
    vec![
        sample("EnvVar", &var(false), &var(true)),
        sample(
            "EnvVarListResponse",
            &EnvVarListResponse { env_vars: vec![] },
            &EnvVarListResponse {
                env_vars: vec![var(true)],
            },
        ),
        sample(
            "CreateEnvVarRequest",
            &CreateEnvVarRequest {
                key: "DB_URL".into(),
                value: secret("postgres://"),
                environments: None,
                git_branch: None,
                sensitive: None,
                comment: None,
            },
            &CreateEnvVarRequest {
                key: "DB_URL".into(),
                value: secret("postgres://"),
                environments: Some(vec!["preview".into()]),
                git_branch: Some("main".into()),
                sensitive: Some(true),
                comment: Some("main".into()),
            },
        ),
        sample(
            "UpdateEnvVarRequest",
            &UpdateEnvVarRequest::default(),
            &UpdateEnvVarRequest {
                value: Some(secret("postgres://")),
                environments: Some(vec!["preview".into()]),
                sensitive: Some(true),
                comment: Patch::Clear,
            },
        ),
        sample(
            "ResolveEnvVarsResponse",
            &ResolveEnvVarsResponse {
                vars: BTreeMap::new(),
                sources: BTreeMap::new(),
                environment: "preview".into(),
                git_branch: None,
                resolved_at: time(0),
                withheld: vec![],
            },
            &ResolveEnvVarsResponse {
                vars: BTreeMap::from([("DB_URL".to_owned(), secret("postgres://"))]),
                sources: BTreeMap::from([("DB_URL".to_owned(), EnvVarSource::BranchOverride)]),
                environment: "preview".into(),
                git_branch: Some("main".into()),
                resolved_at: time(0),
                withheld: vec!["TOKEN".into()],
            },
        ),
        sample("VaultEnvironment", &environment, &environment),
        sample(
            "EnvironmentListResponse",
            &EnvironmentListResponse {
                environments: vec![],
            },
            &EnvironmentListResponse {
                environments: vec![environment.clone()],
            },
        ),
        sample(
            "CreateEnvironmentRequest",
            &CreateEnvironmentRequest {
                slug: "staging".into(),
                description: None,
                copy_from: None,
            },
            &CreateEnvironmentRequest {
                slug: "staging".into(),
                description: Some("before production".into()),
                copy_from: Some("production".into()),
            },
        ),
        sample("OrgEnvVar", &shared(false), &shared(true)),
        sample(
            "OrgEnvVarListResponse",
            &OrgEnvVarListResponse { env_vars: vec![] },
            &OrgEnvVarListResponse {
                env_vars: vec![shared(true)],
            },
        ),
        sample(
            "LinkEnvVarRequest",
            &LinkEnvVarRequest { vault_id: id(3) },
            &LinkEnvVarRequest { vault_id: id(3) },
        ),
        sample("UsageSummaryResponse", &summary, &summary),
        sample("UsageMonth", &summary.current_month, &summary.current_month),
        sample("UsageEvent", &event, &event),
        sample(
            "UsageHistoryResponse",
            &UsageHistoryResponse { events: vec![] },
            &UsageHistoryResponse {
                events: vec![event.clone()],
            },
        ),
        sample("EnableCmekRequest", &enable, &enable),
        sample("CmekRotateRequest", &rotate, &rotate),
        sample("CmekRotationJobResponse", &job, &full_job),
        sample("OrgLimit", &limit(None), &limit(Some(3))),
        sample(
            "OrgLimitsResponse",
            &limits(vec![]),
            &limits(vec![limit(Some(3))]),
        ),
        sample(
            "UpdateOrgLimitsRequest",
            &UpdateOrgLimitsRequest::default(),
            &update,
        ),
    ]
}
