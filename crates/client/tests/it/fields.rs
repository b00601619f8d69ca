//! The names on the wire: exactly what they were, and exactly what published clients rely on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use crate::samples;

/// `tests/data/published-api.json`.
#[derive(Deserialize)]
pub(crate) struct PublishedApi {
    /// Method and path by operation id.
    pub(crate) operations: BTreeMap<String, String>,
    /// Members by schema.
    schemas: BTreeMap<String, Members>,
    /// The only keys that the strictest client accepts, by schema.
    strict: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Members {
    required: BTreeSet<String>,
    optional: BTreeSet<String>,
}

pub(crate) fn published_api() -> PublishedApi {
    serde_json::from_str(include_str!("../data/published-api.json")).unwrap()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Members that the published schemas have and ours do not, because nothing here gives them a meaning.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "AgentResponse",
        "client_cert_fingerprint env_auto_resolve oidc_client_id oidc_issuer",
    ),
    (
        "CreateAgentRequest",
        "client_cert_fingerprint env_auto_resolve oidc_client_id oidc_issuer shroud_enabled",
    ),
    ("CreatePolicyRequest", "policy_schema_version"),
    ("PolicyResponse", "policy_schema_version"),
    (
        "RiskEvent",
        "asn asn_org city country_code latitude longitude region user_agent",
    ),
    ("RiskVerdictReason", "metadata"),
    ("UpdateAgentRequest", "env_auto_resolve shroud_enabled"),
];

/// Members that only ours have.
const OURS: &[(&str, &str)] = &[
    ("DeviceTokenResponse", "refresh_token"),
    (
        "AgentResponse",
        "execution_intents_enabled federated_token_ttl_seconds federation_audiences federation_enabled",
    ),
    (
        "AgentTokenRequest",
        "client_assertion client_assertion_type dpop_jwk",
    ),
    (
        "AgentResponse",
        "execution_intents_enabled federated_token_ttl_seconds federation_audiences federation_enabled",
    ),
    (
        "AgentTokenRequest",
        "client_assertion client_assertion_type dpop_jwk",
    ),
    (
        "AuditEvent",
        "integrity_hash leaf_hash metadata prev_event_id prev_hash seq timestamp",
    ),
    ("CreateAgentRequest", "execution_intents_enabled"),
    ("CreateIpRuleRequest", "description"),
    ("CreateWebhookRequest", "secret"),
    (
        "EmailOtpVerifyResponse",
        "access_token expires_in is_new mfa_required mfa_token refresh_token token_type",
    ),
    ("DenyEnrollmentRequest", "report"),
    (
        "EnrollAgentRequest",
        "credential public_key requested_access",
    ),
    (
        "EnrollAgentResponse",
        "expires_at fingerprint pairing_id phrase poll_token",
    ),
    (
        "ProblemDetails",
        "access_request approval_request_id fields request_id",
    ),
    (
        "ShareListItem",
        "created_by created_by_name recipient_id secret_id share_url",
    ),
    ("RotateSecretRequest", "create"),
    ("SecretListResponse", "next_cursor"),
    ("SharedSecretResponse", "cmek_encrypted"),
    ("SignupResponse", "expires_in"),
    (
        "UpdateAgentRequest",
        "description execution_intents_enabled federated_token_ttl_seconds federation_audiences federation_enabled",
    ),
    ("UserProfileResponse", "org_id"),
    (
        "WebhookCreatedResponse",
        "description is_active org_id updated_at",
    ),
    ("WebhookResponse", "failing_since org_id updated_at"),
];

/// Keys outside the strict client's set, which therefore may appear only when a newer feature is in use.
const NEWER: &[(&str, &str)] = &[
    (
        "AgentResponse",
        "api_key_expires_at environment environment_locked execution_intents_enabled federated_token_ttl_seconds federation_audiences \
            federation_enabled",
    ),
    ("PolicyResponse", "attribute_conditions effect priority"),
    ("SecretMetadataResponse", "is_disabled"),
];

fn listed(table: &[(&str, &str)], name: &str) -> BTreeSet<String> {
    table
        .iter()
        .find(|(schema, _)| *schema == name)
        .map_or_else(BTreeSet::new, |(_, text)| words(text))
}

#[test]
fn bodies_are_what_they_were() {
    let bodies: BTreeMap<_, _> = samples::all()
        .into_iter()
        .map(|sample| {
            (
                sample.name,
                serde_json::json!({ "bare": sample.bare, "full": sample.full }),
            )
        })
        .collect();
    insta::with_settings!({ sort_maps => true }, { insta::assert_json_snapshot!(bodies) });
}

#[test]
fn bodies_survive_the_way_there_and_back() {
    for sample in samples::all() {
        for value in [&sample.bare, &sample.full] {
            assert_eq!(
                (sample.rewrite)(&value.to_string()),
                *value,
                "{}",
                sample.name
            );
        }
    }
}

#[test]
fn unknown_members_are_ignored() {
    for sample in samples::all() {
        let mut extended = sample.full.clone();
        extended["no_such_member"] = Value::from(vec![1]);
        assert_eq!(
            (sample.rewrite)(&extended.to_string()),
            sample.full,
            "{}",
            sample.name
        );
    }
}

#[test]
fn absent_and_null_options_of_a_request_mean_the_same_unless_it_patches() {
    for sample in samples::all() {
        let optional: BTreeSet<_> = keys(&sample.full)
            .difference(&keys(&sample.bare))
            .cloned()
            .collect();
        if !sample.name.ends_with("Request") || sample.name.starts_with("Update") {
            continue;
        }
        let mut nulled = sample.bare.clone();
        for name in optional {
            nulled[name] = Value::Null;
        }
        assert_eq!(
            (sample.rewrite)(&nulled.to_string()),
            sample.bare,
            "{}",
            sample.name
        );
    }
}

#[test]
fn members_are_those_of_the_published_schemas() {
    let published = published_api().schemas;
    let samples = samples::all();
    for name in published.keys() {
        assert!(
            samples.iter().any(|sample| sample.name == name),
            "no sample of {name}"
        );
    }
    for sample in samples {
        let Some(theirs) = published.get(sample.name) else {
            continue;
        };
        let all: BTreeSet<_> = theirs.required.union(&theirs.optional).cloned().collect();
        let ours = keys(&sample.full);
        let difference =
            |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        let missing: BTreeSet<String> = difference(&all, &ours);
        let added: BTreeSet<String> = difference(&ours, &all);
        assert_eq!(
            missing,
            listed(LEFT_OUT, sample.name),
            "{} lacks",
            sample.name
        );
        assert_eq!(added, listed(OURS, sample.name), "{} adds", sample.name);
        let bare = keys(&sample.bare);
        assert!(
            theirs.required.is_subset(&bare),
            "{} may leave out required members",
            sample.name
        );
    }
}

#[test]
fn the_strictest_client_meets_no_key_it_does_not_know() {
    let strict = published_api().strict;
    let samples = samples::all();
    for (name, accepted) in &strict {
        let sample = samples.iter().find(|sample| sample.name == name).unwrap();
        assert!(
            keys(&sample.bare).is_subset(accepted),
            "{name}: {:?}",
            keys(&sample.bare)
        );
        let newer: BTreeSet<_> = keys(&sample.full).difference(accepted).cloned().collect();
        assert_eq!(newer, listed(NEWER, name), "{name}");
    }
}

/// Run with the feature `openapi`, which the server turns on.
#[cfg(feature = "openapi")]
mod schemas {
    use utoipa::openapi::schema::Schema;
    use utoipa::openapi::{RefOr, Required};
    use utoipa::{PartialSchema, ToSchema};

    use super::{BTreeSet, keys, samples};

    struct Described {
        name: String,
        members: BTreeSet<String>,
        required: BTreeSet<String>,
    }

    fn describe<T: ToSchema + PartialSchema>() -> Described {
        let RefOr::T(Schema::Object(object)) = T::schema() else {
            panic!("{} is not an object", T::name());
        };
        Described {
            name: T::name().into_owned(),
            members: object.properties.keys().cloned().collect(),
            required: object.required.iter().cloned().collect(),
        }
    }

    macro_rules! describe_all {
        ($($module:ident: $($name:ident)+;)+) => {
            vec![$($(describe::<oneclaw_client::$module::$name>(),)+)+]
        };
    }

    fn described() -> Vec<Described> {
        describe_all! {
            access: PathAccess PathAccessResponse PolicyTest PreviewPolicyRequest PreviewPolicyResponse PrincipalAccess
                ReachResponse VaultReach;
            account: ChangeEmailRequest ChangeEmailResponse DataExportResponse DeleteAccountRequest ExportedAgent
                ExportedPolicy ExportedSecret ExportedUser ExportedVault SecuritySettingsResponse SetPasswordRequest
                SetPasswordResponse UpdateSecuritySettingsRequest VerifyEmailChangeRequest VerifyEmailChangeResponse;
            agents: BatchDeleteAgentsRequest BatchDeleteAgentsResponse BatchDeleteError
                AgentCreatedResponse AgentKeyRotatedResponse AgentListResponse AgentResponse AgentSelfResponse
                CreateAgentRequest RevealKeyRequest RevealKeyResponse UpdateAgentRequest;
            approvals: AccessSummary AccessTemplate AnswerApprovalRequest ApprovalListResponse ApprovalResponse
                CreateApprovalRequest DecideApprovalRequest GrantChoice;
            api_keys: ApiKeyCreatedResponse ApiKeyListResponse ApiKeyResponse CreateApiKeyRequest;
            audit: AuditCheckpointResponse AuditEvent AuditEventsResponse AuditScheme AuditVerifyResponse
                ConsistencyProofResponse InclusionProofResponse;
            bindings: BindingListResponse BindingResponse CreateBindingRequest CredentialSource ExecuteRequest ExecuteResponse
                ExecuteResult ExecutionEventResponse ExecutionListResponse RotateBindingCredentialRequest TestBindingRequest
                TestBindingResponse UpdateBindingRequest;
            auth: AgentTokenRequest AgentTokenResponse ChangePasswordRequest ForgotPasswordRequest ForgotPasswordResponse LoginRequest
                LoginResponse RefreshRequest ResetPasswordRequest ResetPasswordResponse SignupRequest SignupResponse
                TokenResponse UpdateProfileRequest UserApiKeyTokenRequest UserProfileResponse VerifyEmailRequest;
            device: DeviceApproveRequest DeviceCodeRequest DeviceCodeResponse DeviceStatusResponse DeviceTokenRequest
                DeviceTokenResponse;
            email_otp: EmailOtpVerifyResponse SendEmailOtpRequest SendEmailOtpResponse VerifyEmailOtpRequest;
            enrollments: RequestedAccess EnrollmentGrant ApproveEnrollmentRequest ApproveEnrollmentResponse DenyEnrollmentRequest EnrollAgentRequest
                EnrollAgentResponse EnrollmentListResponse EnrollmentLookupRequest EnrollmentOrigin
                EnrollmentResponse EnrollmentStatusResponse;
            exposure: AgentExposureResponse ExposureItem ExposureShare ExposureVersion;
            federation: TokenExchangeRequest TokenExchangeResponse;
            health: HealthResponse JsonWebKey JsonWebKeySet JwtPublicKeyResponse KeyProviderHealthResponse
                OpenIdConfiguration;
            org: AcceptInvitationRequest AgentKeysVaultResponse InvitationListResponse InvitationResponse InviteMemberRequest
                InviteMemberResponse OrgMemberListResponse OrgMemberResponse OrgMembershipListResponse
                OrgMembershipResponse OrgSettingsResponse SwitchOrgRequest UpdateMemberRoleRequest UpdateOrgSettingsRequest;
            ip_rules: CreateIpRuleRequest IpRuleResponse IpRulesListResponse;
            oauth: CreateOauthClientRequest OauthClientListResponse OauthClientResponse OauthGrantListResponse
                OauthGrantResponse;
            mfa: MfaDisableRequest MfaSetupResponse MfaStatusResponse MfaVerifyRequest MfaVerifySetupRequest
                MfaVerifySetupResponse;
            passkeys: AuthenticatorSelection CredentialDescriptor CredentialParameters PasskeyAssertBeginRequest
                PasskeyAssertBeginResponse PasskeyAssertCompleteRequest PasskeyAssertCompleteResponse PasskeyListResponse
                PasskeyRegisterBeginResponse PasskeyRegisterCompleteRequest PasskeyRegisterCompleteResponse
                PasskeyResponse PasskeyUser RenamePasskeyRequest;
            social: GoogleAuthRequest SocialLoginRequest SocialLoginResponse;
            policies: CreatePolicyRequest ExplainPolicyRequest ExplainPolicyResponse ExplainedPolicy
                PolicyListResponse PolicyResponse UpdatePolicyRequest;
            problem: ProblemDetails;
            reauth: ReauthRequest ReauthResponse;
            risk: CreateHoneytokenRequest Honeytoken HoneytokenCreatedResponse HoneytokenDeletedResponse HoneytokenListResponse
                RiskEvent RiskEventListResponse RiskVerdict RiskVerdictListResponse RiskVerdictReason RiskVerdictResponse;
            secrets: PutSecretRequest RotateSecretRequest SecretCreatedResponse SecretListResponse
                SecretMetadataResponse SecretResponse SecretVersionListResponse;
            sessions: SessionListResponse SessionResponse;
            shares: AccessShareRequest CreateShareRequest ShareListItem ShareListResponse ShareResponse
                SharedSecretResponse;
            webhooks: CreateWebhookRequest UpdateWebhookRequest WebhookCreatedResponse
                WebhookDeliveryListResponse WebhookDeliveryResponse WebhookListResponse WebhookResponse
                WebhookSecretResponse;
            usage: UsageEvent UsageHistoryResponse UsageMonth UsageSummaryResponse;
            env_vars: CreateEnvVarRequest CreateEnvironmentRequest EnvVar EnvVarListResponse EnvironmentListResponse
                LinkEnvVarRequest OrgEnvVar OrgEnvVarListResponse ResolveEnvVarsResponse UpdateEnvVarRequest
                VaultEnvironment;
            limits: OrgLimit OrgLimitsResponse UpdateOrgLimitsRequest;
            vaults: CmekRotateRequest CmekRotationJobResponse CreateVaultRequest EnableCmekRequest VaultListResponse VaultResponse;
        }
    }

    #[test]
    fn schemas_describe_the_bodies() {
        let described = described();
        let samples = samples::all();
        assert_eq!(described.len(), samples.len());
        for sample in samples {
            let schema = described.iter().find(|schema| schema.name == sample.name);
            let schema = schema.unwrap_or_else(|| panic!("no schema of {}", sample.name));
            assert_eq!(schema.members, keys(&sample.full), "{}", sample.name);
            assert!(
                schema.required.is_subset(&keys(&sample.bare)),
                "{}",
                sample.name
            );
        }
    }

    #[test]
    fn query_parameters_are_described() {
        use oneclaw_client::{access, approvals, audit, enrollments, env_vars, secrets, usage};
        use utoipa::IntoParams;

        fn names<T: IntoParams>() -> Vec<String> {
            let parameters = T::into_params(|| None);
            assert!(
                parameters
                    .iter()
                    .all(|p| p.parameter_in == utoipa::openapi::path::ParameterIn::Query)
            );
            parameters
                .into_iter()
                .map(|p| {
                    p.name
                        + if p.required == Required::True {
                            "!"
                        } else {
                            ""
                        }
                })
                .collect()
        }
        assert_eq!(
            names::<secrets::ListSecretsQuery>(),
            ["prefix", "limit", "cursor"]
        );
        assert_eq!(
            names::<env_vars::EnvVarQuery>(),
            ["environment", "git_branch"]
        );
        assert_eq!(names::<access::PathAccessQuery>(), ["path!", "action"]);
        assert_eq!(
            names::<access::ReachQuery>(),
            ["principal_type!", "principal_id!"]
        );
        assert_eq!(names::<usage::UsageHistoryQuery>(), ["limit"]);
        assert_eq!(names::<enrollments::EnrollmentStatusQuery>(), ["poll!"]);
        assert_eq!(names::<enrollments::ListEnrollmentsQuery>(), ["status"]);
        assert_eq!(
            names::<approvals::ListApprovalsQuery>(),
            ["status", "limit", "offset"]
        );
        assert_eq!(names::<approvals::GetApprovalQuery>(), ["wait"]);
        assert_eq!(
            names::<approvals::QuickDecideQuery>(),
            ["token!", "decision!"]
        );
        assert_eq!(
            names::<audit::AuditEventsQuery>(),
            [
                "resource_id",
                "actor_id",
                "action",
                "from",
                "to",
                "limit",
                "offset"
            ]
        );
        assert_eq!(names::<audit::AuditVerifyQuery>(), ["from", "to", "limit"]);
        assert_eq!(names::<audit::InclusionProofQuery>(), ["seq!", "size!"]);
        assert_eq!(names::<audit::ConsistencyProofQuery>(), ["from!", "to!"]);
    }
}
