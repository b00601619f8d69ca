//! One value of every type of body: as bare as it can be, and with everything there is.

mod access;
mod bindings;
mod data;
mod exposure;
mod factors;
mod organisation;
mod people;
mod risk;

use std::collections::BTreeMap;

use oneclaw_client::agents::*;
use oneclaw_client::audit::*;
use oneclaw_client::auth::*;
use oneclaw_client::enrollments::*;
use oneclaw_client::health::*;
use oneclaw_client::org::*;
use oneclaw_client::policies::*;
use oneclaw_client::problem::*;
use oneclaw_client::secrets::*;
use oneclaw_client::shares::*;
use oneclaw_client::vaults::*;
use oneclaw_client::wire::*;
use oneclaw_core::audit::Event;
use oneclaw_core::caller::{Principal, Role};
use oneclaw_core::clock::Timestamp;
use oneclaw_core::id::AgentId;
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::policy::{Action, Effect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

mod oauth;
mod outbound;

/// A type of body by the name of its schema.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bare: Value,
    pub(crate) full: Value,
    /// Reads JSON text as the type and writes it again.
    pub(crate) rewrite: fn(&str) -> Value,
}

fn sample<T: Serialize + DeserializeOwned>(name: &'static str, bare: &T, full: &T) -> Sample {
    fn rewrite<T: Serialize + DeserializeOwned>(text: &str) -> Value {
        serde_json::to_value(serde_json::from_str::<T>(text).unwrap()).unwrap()
    }
    let write = |value: &T| serde_json::to_value(value).unwrap();
    Sample {
        name,
        bare: write(bare),
        full: write(full),
        rewrite: rewrite::<T>,
    }
}

/// An id that tells by its last digit what it is of.
pub(crate) fn id<T: From<Uuid>>(last: u8) -> T {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(last)).into()
}

pub(crate) fn time(hour: i64) -> Timestamp {
    Timestamp::from_millis(1_780_000_000_000 + hour * 3_600_000)
}

pub(crate) fn secret(text: &str) -> SecretText {
    text.to_owned().into()
}

pub(crate) fn object(text: &str) -> JsonObject {
    JsonObject::from_text(text.to_owned()).unwrap()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "shorter than converting at every field"
)]
fn some<T: Into<U>, U>(value: T) -> Option<U> {
    Some(value.into())
}

/// Every body the API speaks in, requests first.
pub(crate) fn all() -> Vec<Sample> {
    let mut all = requests();
    all.extend(data::all());
    all.extend(account_answers());
    all.extend(enrollment_answers());
    all.extend(vault_answers());
    all.extend(agent_answers());
    all.extend(other_answers());
    all.extend(access::bodies());
    all.extend(bindings::bodies());
    all.extend(exposure::bodies());
    all.extend(risk::bodies());
    all.extend(people::all());
    all.extend(factors::all());
    all.extend(organisation::approvals());
    all.extend(organisation::members());
    all.extend(oauth::bodies());
    all.extend(outbound::bodies());
    all
}

fn requests() -> Vec<Sample> {
    let put = PutSecretRequest {
        secret_type: Some(SecretType::parse("api_key").unwrap()),
        metadata: Some(object(r#"{"owner":"ops"}"#)),
        expires_at: Some(time(1)),
        rotation_policy: Some(object(r#"{"days":30}"#)),
        max_access_count: Some(3),
        ..PutSecretRequest::new(secret("sk-1"))
    };
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
    let full_policy = CreatePolicyRequest {
        conditions: Some(object(r#"{"ip_allowlist":["192.0.2.0/24"]}"#)),
        expires_at: Some(time(1)),
        effect: Some(Effect::Deny),
        priority: Some(10),
        attribute_conditions: Some(object(r#"{"principal_role":"owner"}"#)),
        ..policy.clone()
    };
    let share = CreateShareRequest {
        recipient_id: Some(id(2)),
        email: some("bob@example.com"),
        permissions: Some(serde_json::from_str(r#"["read"]"#).unwrap()),
        max_access_count: Some(10),
        passphrase: Some(secret("open sesame")),
        ip_allowlist: Some(vec!["192.0.2.7".into()]),
        ..CreateShareRequest::new(RecipientType::ExternalEmail, time(1))
    };
    let explain = ExplainPolicyRequest {
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        action: Action::Read,
        path: "api-keys/openai".parse().unwrap(),
        ip: None,
        environment: None,
        at: None,
    };
    let full_explain = ExplainPolicyRequest {
        ip: some("192.0.2.7"),
        environment: some("production"),
        at: Some(time(0)),
        ..explain.clone()
    };
    let signup = |name: Option<String>| SignupRequest {
        email: "alice@example.com".into(),
        password: secret("correct horse"),
        display_name: name,
    };
    let verify = VerifyEmailRequest {
        token: secret("t-1"),
    };
    let login = LoginRequest {
        email: "alice@example.com".into(),
        password: secret("p"),
    };
    let refresh = RefreshRequest {
        refresh_token: Some(secret("r-1")),
    };
    let agent_token = |agent_id, dpop_jwk| AgentTokenRequest {
        agent_id,
        api_key: Some(secret("ocv_0")),
        client_assertion_type: None,
        client_assertion: None,
        dpop_jwk,
    };
    let assertion = AgentTokenRequest {
        client_assertion_type: some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        client_assertion: Some(secret("a.b.c")),
        ..agent_token(Some(id(1)), Some(serde_json::json!({ "kty": "OKP" })))
    };
    let user_key = UserApiKeyTokenRequest {
        api_key: secret("1ck_0"),
    };
    let forgot = ForgotPasswordRequest {
        email: "alice@example.com".into(),
    };
    let reset = ResetPasswordRequest {
        token: secret("t-2"),
        new_password: secret("p-2"),
    };
    let profile = UpdateProfileRequest {
        display_name: some("Alice"),
        marketing_emails: Some(false),
    };
    let wish = |duration_seconds| RequestedAccess {
        vault: "prod".into(),
        path_pattern: "db/**".into(),
        permissions: vec!["read".into()],
        duration_seconds,
        reason: "migrations".into(),
    };
    let grant = |vault_id, new_vault, duration_seconds| EnrollmentGrant {
        vault_id,
        new_vault,
        path_pattern: "db/**".into(),
        permissions: vec!["read".into()],
        duration_seconds,
    };
    let enroll =
        |human_email: Option<String>, description, public_key, credential| EnrollAgentRequest {
            requested_access: if human_email.is_some() {
                vec![wish(Some(3600))]
            } else {
                Vec::new()
            },
            name: "deploy-bot".into(),
            human_email,
            description,
            public_key,
            credential,
        };
    let lookup = EnrollmentLookupRequest {
        token: secret("t-3"),
    };
    let change = ChangePasswordRequest {
        current_password: secret("p-1"),
        new_password: secret("p-2"),
    };
    let approve = ApproveEnrollmentRequest {
        token: Some(secret("t-3")),
        name: some("deploy"),
        phrase: some("amber lion ocean tiger"),
        grants: vec![grant(Some(id(3)), None, None)],
        request_hash: some("ab12"),
    };
    let deny = DenyEnrollmentRequest {
        token: Some(secret("t-3")),
        reason: some("not mine"),
        report: Some(true),
    };
    let vault = |description| CreateVaultRequest {
        name: "prod".into(),
        description,
    };
    let rotate = RotateSecretRequest {
        length: Some(64),
        charset: Some(Charset::Alphanumeric),
        secret_type: Some(SecretType::parse("password").unwrap()),
        create: Some(true),
    };
    let update_policy = UpdatePolicyRequest {
        permissions: Some(serde_json::from_str(r#"["read","write"]"#).unwrap()),
        conditions: Patch::Set(object(r#"{"environment_in":["prod"]}"#)),
        expires_at: Patch::Clear,
        effect: Some(Effect::Allow),
        priority: Some(0),
        attribute_conditions: Patch::Clear,
    };
    let reveal = RevealKeyRequest {
        token: secret("t-4"),
    };
    let access = AccessShareRequest {
        passphrase: Some(secret("open sesame")),
    };
    vec![
        sample("SignupRequest", &signup(None), &signup(some("Alice"))),
        sample("VerifyEmailRequest", &verify, &verify),
        sample("LoginRequest", &login, &login),
        sample(
            "RefreshRequest",
            &RefreshRequest {
                refresh_token: None,
            },
            &refresh,
        ),
        sample("AgentTokenRequest", &agent_token(None, None), &assertion),
        sample("UserApiKeyTokenRequest", &user_key, &user_key),
        sample("ForgotPasswordRequest", &forgot, &forgot),
        sample("ResetPasswordRequest", &reset, &reset),
        sample("ChangePasswordRequest", &change, &change),
        sample(
            "UpdateProfileRequest",
            &UpdateProfileRequest::default(),
            &profile,
        ),
        sample(
            "EnrollAgentRequest",
            &enroll(None, None, None, None),
            &enroll(
                some("alice@example.com"),
                some("deploys"),
                some("ssh-ed25519 AAAA"),
                some("private_key_jwt"),
            ),
        ),
        sample("RequestedAccess", &wish(None), &wish(Some(3600))),
        sample(
            "EnrollmentGrant",
            &grant(None, None, None),
            &grant(Some(id(3)), some("prod"), Some(3600)),
        ),
        sample("EnrollmentLookupRequest", &lookup, &lookup),
        sample(
            "ApproveEnrollmentRequest",
            &ApproveEnrollmentRequest::default(),
            &approve,
        ),
        sample(
            "DenyEnrollmentRequest",
            &DenyEnrollmentRequest::default(),
            &deny,
        ),
        sample(
            "CreateVaultRequest",
            &vault(None),
            &vault(some("production")),
        ),
        sample(
            "PutSecretRequest",
            &PutSecretRequest::new(secret("sk-1")),
            &put,
        ),
        sample(
            "RotateSecretRequest",
            &RotateSecretRequest::default(),
            &rotate,
        ),
        sample("CreatePolicyRequest", &policy, &full_policy),
        sample(
            "UpdatePolicyRequest",
            &UpdatePolicyRequest::default(),
            &update_policy,
        ),
        sample("ExplainPolicyRequest", &explain, &full_explain),
        sample(
            "CreateAgentRequest",
            &CreateAgentRequest {
                name: "ci".into(),
                ..Default::default()
            },
            &create_agent(),
        ),
        sample(
            "UpdateAgentRequest",
            &UpdateAgentRequest::default(),
            &update_agent(),
        ),
        sample("RevealKeyRequest", &reveal, &reveal),
        sample(
            "CreateShareRequest",
            &CreateShareRequest::new(RecipientType::Creator, time(1)),
            &share,
        ),
        sample(
            "AccessShareRequest",
            &AccessShareRequest::default(),
            &access,
        ),
    ]
}

fn create_agent() -> CreateAgentRequest {
    CreateAgentRequest {
        name: "ci".into(),
        description: some("builds"),
        auth_method: some("api_key"),
        scopes: Some(vec!["api-keys/**".into()]),
        expires_at: Some(time(1)),
        token_ttl_seconds: Some(900),
        vault_ids: Some(vec![id(3)]),
        intents_api_enabled: Some(true),
        execution_intents_enabled: Some(true),
        api_key_expires_at: Some(time(2)),
        environment: some("production"),
        environment_locked: Some(true),
    }
}

fn update_agent() -> UpdateAgentRequest {
    UpdateAgentRequest {
        name: some("ci"),
        description: Patch::Set("builds".into()),
        is_active: Some(false),
        scopes: Patch::Clear,
        expires_at: Patch::Clear,
        token_ttl_seconds: Patch::Set(900),
        vault_ids: Patch::Set(vec![id(3)]),
        intents_api_enabled: Some(false),
        execution_intents_enabled: Some(false),
        api_key_expires_at: Patch::Clear,
        environment: Patch::Clear,
        environment_locked: Some(false),
        federation_enabled: Some(true),
        federation_audiences: Patch::Set(vec!["https://api.example.org".into()]),
        federated_token_ttl_seconds: Patch::Clear,
    }
}

fn account_answers() -> Vec<Sample> {
    let token = |refresh_token| TokenResponse {
        refresh_token,
        ..TokenResponse::bearer(secret("a.b.c"), 900)
    };
    let challenge = LoginResponse {
        access_token: secret(""),
        token_type: BEARER.into(),
        expires_in: 300,
        refresh_token: Some(secret("r-1")),
        mfa_required: true,
        mfa_token: Some(secret("m-1")),
    };
    let agent_token = AgentTokenResponse {
        access_token: secret("a.b.c"),
        token_type: BEARER.into(),
        expires_in: 3600,
        agent_id: id(1),
        vault_ids: vec![id(3)],
    };
    let signup = SignupResponse {
        message: None,
        email: None,
        access_token: None,
        token_type: None,
        expires_in: None,
    };
    let full_signup = SignupResponse {
        message: some("Welcome."),
        email: some("alice@example.com"),
        access_token: Some(secret("a.b.c")),
        token_type: some(BEARER),
        expires_in: Some(900),
    };
    let forgot = ForgotPasswordResponse {
        message: "If the address has an account, a mail is on its way.".into(),
        status: ForgotPasswordStatus::EmailSent,
    };
    let reset = ResetPasswordResponse {
        message: "The password is set.".into(),
    };
    let profile = UserProfileResponse {
        id: id(2),
        org_id: id(4),
        email: "alice@example.com".into(),
        display_name: String::new(),
        auth_method: "password".into(),
        role: Role::Owner,
        email_verified: true,
        marketing_emails: false,
        totp_enabled: false,
        created_at: time(0),
    };
    vec![
        sample("SignupResponse", &signup, &full_signup),
        sample("TokenResponse", &token(None), &token(Some(secret("r-1")))),
        sample("LoginResponse", &token(None).into(), &challenge),
        sample("AgentTokenResponse", &agent_token, &agent_token),
        sample("ForgotPasswordResponse", &forgot, &forgot),
        sample("ResetPasswordResponse", &reset, &reset),
        sample("UserProfileResponse", &profile, &profile),
    ]
}

fn enrollment() -> EnrollmentResponse {
    EnrollmentResponse {
        id: id(5),
        name: "deploy-bot".into(),
        name_chosen_by_requester: true,
        description: String::new(),
        human_email: None,
        status: EnrollmentStatus::Pending,
        requested_from: EnrollmentOrigin {
            ip: None,
            user_agent: None,
        },
        created_at: time(0),
        expires_at: time(24),
        decided_at: None,
        decided_by: None,
        agent_id: None,
        fingerprint: None,
        requested_access: Vec::new(),
        request_hash: None,
    }
}

fn enrollment_answers() -> Vec<Sample> {
    let answer = |pairing_id, fingerprint: Option<String>, poll_token| EnrollAgentResponse {
        agent_id: AgentId::NIL,
        message: "Ask your human to decide.".into(),
        approval_url: secret("https://vault.example/enroll/t-3"),
        expires_at: time(24),
        pairing_id,
        phrase: fingerprint
            .as_ref()
            .map(|_| "amber lion ocean tiger".to_owned()),
        fingerprint,
        poll_token,
    };
    let status = |status, agent_id, api_key, vault_ids| EnrollmentStatusResponse {
        status,
        agent_id,
        api_key,
        vault_ids,
    };
    let origin = EnrollmentOrigin {
        ip: some("192.0.2.7"),
        user_agent: some("curl/8.5"),
    };
    let decided = EnrollmentResponse {
        name_chosen_by_requester: false,
        description: "deploys".into(),
        human_email: some("alice@example.com"),
        status: EnrollmentStatus::Approved,
        requested_from: origin.clone(),
        decided_at: Some(time(1)),
        decided_by: Some(id(2)),
        agent_id: Some(id(1)),
        fingerprint: some("SHA256:abc"),
        requested_access: vec![RequestedAccess {
            vault: "prod".into(),
            path_pattern: "db/**".into(),
            permissions: vec!["read".into()],
            duration_seconds: None,
            reason: String::new(),
        }],
        request_hash: some("ab12"),
        ..enrollment()
    };
    let approved = |key_delivery, reveal_url| ApproveEnrollmentResponse {
        enrollment: decided.clone(),
        agent: agent(),
        policy_ids: if key_delivery == KeyDelivery::Link {
            vec![id(6)]
        } else {
            Vec::new()
        },
        key_delivery,
        reveal_url,
    };
    let list = |enrollments| EnrollmentListResponse { enrollments };
    vec![
        sample(
            "EnrollAgentResponse",
            &answer(None, None, None),
            &answer(Some(id(5)), some("SHA256:abc"), Some(secret("p-1"))),
        ),
        sample(
            "EnrollmentStatusResponse",
            &status(EnrollmentStatus::Pending, None, None, None),
            &status(
                EnrollmentStatus::Approved,
                Some(id(1)),
                Some(secret("ocv_0")),
                Some(vec![id(3)]),
            ),
        ),
        sample(
            "EnrollmentOrigin",
            &EnrollmentOrigin {
                ip: None,
                user_agent: None,
            },
            &origin,
        ),
        sample("EnrollmentResponse", &enrollment(), &decided),
        sample(
            "EnrollmentListResponse",
            &list(vec![]),
            &list(vec![enrollment()]),
        ),
        sample(
            "ApproveEnrollmentResponse",
            &approved(KeyDelivery::Email, None),
            &approved(
                KeyDelivery::Link,
                Some(secret("https://vault.example/reveal/t-4")),
            ),
        ),
    ]
}

fn vault_answers() -> Vec<Sample> {
    let vault = VaultResponse {
        id: id(3),
        name: "prod".into(),
        description: String::new(),
        created_by: id(2),
        created_by_type: PrincipalType::User,
        created_at: time(0),
        cmek_enabled: false,
        cmek_fingerprint: None,
    };
    let full_vault = VaultResponse {
        cmek_enabled: true,
        cmek_fingerprint: Some("00".repeat(32)),
        ..vault.clone()
    };
    let vaults = |vaults| VaultListResponse { vaults };
    let metadata = |version, expires_at, is_disabled| SecretMetadataResponse {
        id: id(6),
        path: "api-keys/openai".parse().unwrap(),
        secret_type: SecretType::parse("api_key").unwrap(),
        version,
        metadata: JsonObject::default(),
        created_at: time(0),
        expires_at,
        is_disabled,
    };
    let created = |expires_at, metadata| SecretCreatedResponse {
        id: id(6),
        path: "api-keys/openai".parse().unwrap(),
        secret_type: SecretType::parse("api_key").unwrap(),
        version: 2,
        metadata,
        created_at: time(0),
        expires_at,
    };
    let value = |expires_at, cmek_encrypted| SecretResponse {
        id: id(6),
        path: "api-keys/openai".parse().unwrap(),
        secret_type: SecretType::parse("api_key").unwrap(),
        value: secret("sk-1"),
        version: 2,
        metadata: object(r#"{"owner":"ops"}"#),
        created_by: Principal::User(id(2)),
        created_at: time(0),
        expires_at,
        cmek_encrypted,
    };
    let versions = SecretVersionListResponse {
        versions: vec![metadata(2, None, false), metadata(1, None, true)],
    };
    let secrets = |secrets, next_cursor| SecretListResponse {
        secrets,
        next_cursor,
    };
    let mut all = vec![
        sample("VaultResponse", &vault, &full_vault),
        sample(
            "VaultListResponse",
            &vaults(vec![]),
            &vaults(vec![vault.clone()]),
        ),
        sample(
            "SecretCreatedResponse",
            &created(None, JsonObject::default()),
            &created(Some(time(1)), object(r#"{"owner":"ops"}"#)),
        ),
        sample(
            "SecretMetadataResponse",
            &metadata(2, None, false),
            &metadata(1, Some(time(1)), true),
        ),
        sample(
            "SecretResponse",
            &value(None, false),
            &value(Some(time(1)), true),
        ),
        sample(
            "SecretListResponse",
            &secrets(vec![], None),
            &secrets(vec![metadata(2, None, false)], some("api-keys/openai")),
        ),
        sample(
            "SecretVersionListResponse",
            &SecretVersionListResponse { versions: vec![] },
            &versions,
        ),
    ];
    all.extend(policy_answers());
    all
}

fn policy_answers() -> Vec<Sample> {
    let policy = PolicyResponse {
        id: id(7),
        vault_id: id(3),
        secret_path_pattern: "api-keys/**".parse().unwrap(),
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        permissions: serde_json::from_str(r#"["write","read"]"#).unwrap(),
        conditions: JsonObject::default(),
        expires_at: None,
        created_by: id(2),
        created_by_type: PrincipalType::User,
        created_at: time(0),
        effect: Effect::Allow,
        priority: 0,
        attribute_conditions: JsonObject::default(),
    };
    let full_policy = PolicyResponse {
        conditions: object(r#"{"ip_allowlist":["192.0.2.0/24"]}"#),
        expires_at: Some(time(1)),
        effect: Effect::Deny,
        priority: 10,
        attribute_conditions: object(r#"{"principal_role":"owner"}"#),
        ..policy.clone()
    };
    let explained = ExplainedPolicy {
        policy_id: id(7),
        effect: Effect::Allow,
        priority: 0,
        secret_path_pattern: "api-keys/**".parse().unwrap(),
        matched: true,
        decided: true,
        why: "applies".into(),
    };
    let refused = ExplainPolicyResponse {
        allowed: false,
        reason: "no_matching_rule".into(),
        sentence: "No policy allows this action on this path.".into(),
        decided_by: None,
        rules: vec![],
    };
    let allowed = ExplainPolicyResponse {
        allowed: true,
        reason: "rule".into(),
        sentence: "A policy of this vault allows this action.".into(),
        decided_by: Some(id(7)),
        rules: vec![explained.clone()],
    };
    let list = |policies| PolicyListResponse { policies };
    vec![
        sample("PolicyResponse", &policy, &full_policy),
        sample(
            "PolicyListResponse",
            &list(vec![]),
            &list(vec![policy.clone()]),
        ),
        sample("ExplainedPolicy", &explained, &explained),
        sample("ExplainPolicyResponse", &refused, &allowed),
    ]
}

fn agent() -> AgentResponse {
    AgentResponse {
        id: id(1),
        name: "deploy-bot".into(),
        description: String::new(),
        auth_method: "api_key".into(),
        scopes: vec![],
        is_active: true,
        intents_api_enabled: false,
        shroud_enabled: false,
        vault_ids: vec![],
        ssh_public_key: None,
        ecdh_public_key: None,
        created_at: time(0),
        token_ttl_seconds: None,
        expires_at: None,
        last_active_at: None,
        api_key_expires_at: None,
        execution_intents_enabled: false,
        environment: None,
        environment_locked: false,
        federation_enabled: false,
        federation_audiences: vec![],
        federated_token_ttl_seconds: None,
    }
}

fn agent_answers() -> Vec<Sample> {
    let full = AgentResponse {
        description: "deploys".into(),
        execution_intents_enabled: true,
        scopes: vec!["vaults:read".into()],
        vault_ids: vec![id(3)],
        ssh_public_key: some("c3No"),
        ecdh_public_key: some("ZWNkaA=="),
        token_ttl_seconds: Some(900),
        expires_at: Some(time(1)),
        last_active_at: Some(time(0)),
        api_key_expires_at: Some(time(2)),
        environment: some("production"),
        environment_locked: true,
        federation_enabled: true,
        federation_audiences: vec!["https://api.example.org".into()],
        federated_token_ttl_seconds: Some(600),
        ..agent()
    };
    let oneself = |expires_at, last_active_at, keys: Option<String>| AgentSelfResponse {
        id: id(1),
        name: "deploy-bot".into(),
        description: String::new(),
        org_id: id(4),
        scopes: vec![],
        is_active: true,
        intents_api_enabled: false,
        created_by: id(2),
        created_at: time(0),
        expires_at,
        last_active_at,
        ssh_public_key: keys.clone(),
        ecdh_public_key: keys,
        shroud_enabled: false,
    };
    let created = |api_key| AgentCreatedResponse {
        agent: agent(),
        api_key,
    };
    let rotated = AgentKeyRotatedResponse {
        api_key: secret("ocv_1"),
    };
    let revealed = RevealKeyResponse {
        agent_id: id(1),
        api_key: secret("ocv_1"),
    };
    let list = |agents| AgentListResponse { agents };
    vec![
        sample("AgentResponse", &agent(), &full),
        sample("AgentListResponse", &list(vec![]), &list(vec![agent()])),
        sample(
            "AgentCreatedResponse",
            &created(None),
            &created(Some(secret("ocv_0"))),
        ),
        sample(
            "AgentSelfResponse",
            &oneself(None, None, None),
            &oneself(Some(time(1)), Some(time(0)), some("a2V5")),
        ),
        sample("AgentKeyRotatedResponse", &rotated, &rotated),
        sample("RevealKeyResponse", &revealed, &revealed),
    ]
}

/// An event as the log keeps it.
pub(crate) fn logged(seq: u64, ip: Option<&str>) -> Event {
    Event {
        org: id(4),
        seq,
        id: id(9),
        at: time(0),
        actor_type: "agent".into(),
        actor_id: id::<Uuid>(1).to_string(),
        action: "secret.read".into(),
        resource_type: "secret".into(),
        resource_id: id::<Uuid>(6).to_string(),
        details: r#"{"path":"api-keys/openai","version":2}"#.into(),
        ip: ip.map(str::to_owned),
        prev: [7; 32],
    }
}

fn share_answers() -> Vec<Sample> {
    let share = |recipient_email| ShareResponse {
        id: id(8),
        share_url: "https://vault.example/v1/share/8".into(),
        recipient_type: RecipientType::Creator,
        recipient_email,
        expires_at: time(1),
        max_access_count: 5,
    };
    let item = |recipient_id, recipient_email| ShareListItem {
        id: id(8),
        secret_id: id(6),
        secret_path: "api-keys/openai".parse().unwrap(),
        share_url: "https://vault.example/v1/share/8".into(),
        recipient_type: RecipientType::User,
        recipient_id,
        recipient_email,
        created_by: Principal::Agent(id(1)),
        created_by_name: "deploy-bot".into(),
        access_count: 1,
        max_access_count: 1000,
        expires_at: time(1),
        created_at: time(0),
        is_expired: false,
        is_accepted: true,
    };
    let opened = |cmek_encrypted| SharedSecretResponse {
        id: id(8),
        path: "api-keys/openai".parse().unwrap(),
        secret_type: SecretType::parse("api_key").unwrap(),
        value: secret("sk-1"),
        access_count: 1,
        max_access_count: 5,
        cmek_encrypted,
    };
    let list = |shares| ShareListResponse { shares };
    vec![
        sample(
            "ShareResponse",
            &share(None),
            &share(some("bob@example.com")),
        ),
        sample(
            "ShareListItem",
            &item(None, None),
            &item(Some(id(2)), some("bob@example.com")),
        ),
        sample(
            "ShareListResponse",
            &list(vec![]),
            &list(vec![item(None, None)]),
        ),
        sample("SharedSecretResponse", &opened(false), &opened(true)),
    ]
}

fn audit_answers() -> Vec<Sample> {
    let first = AuditEvent::from_event(logged(0, None), None).unwrap();
    let second = AuditEvent::from_event(logged(1, Some("192.0.2.7")), Some(id(10))).unwrap();
    let events = |events: Vec<AuditEvent>| AuditEventsResponse {
        count: events.len().try_into().unwrap(),
        events,
    };
    let scheme = AuditScheme {
        algorithm: "SHA-256".into(),
        chain_structure: "RFC 6962 Merkle tree".into(),
        hash_field: "integrity_hash".into(),
        link_field: "prev_event_id".into(),
        documentation: "https://vault.example/docs/audit".into(),
    };
    let verified = |broken_at_event_id: Option<_>| AuditVerifyResponse {
        chain_valid: broken_at_event_id.is_none(),
        events_verified: 1,
        events_checked: 2,
        broken_at_event_id,
        scheme: scheme.clone(),
    };
    let checkpoint = AuditCheckpointResponse {
        note: "vault.example/4\n2\nAAAA\n\n— vault.example AAAA\n".into(),
        origin: "vault.example/4".into(),
        size: 2,
        root_hash: HexHash([1; 32]),
        verifier_key: "vault.example+00000000+AAAA".into(),
    };
    let inclusion = InclusionProofResponse {
        seq: 0,
        size: 2,
        leaf_hash: HexHash([2; 32]),
        hashes: vec![HexHash([3; 32])],
    };
    let consistency = ConsistencyProofResponse {
        from: 1,
        to: 2,
        hashes: vec![HexHash([3; 32])],
    };
    vec![
        sample("AuditEvent", &first, &second),
        sample(
            "AuditEventsResponse",
            &events(vec![]),
            &events(vec![second.clone()]),
        ),
        sample("AuditScheme", &scheme, &scheme),
        sample(
            "AuditVerifyResponse",
            &verified(None),
            &verified(Some(id(9))),
        ),
        sample("AuditCheckpointResponse", &checkpoint, &checkpoint),
        sample("InclusionProofResponse", &inclusion, &inclusion),
        sample("ConsistencyProofResponse", &consistency, &consistency),
    ]
}

fn other_answers() -> Vec<Sample> {
    let member = OrgMemberResponse {
        id: id(2),
        email: "alice@example.com".into(),
        display_name: "Alice".into(),
        role: Role::Member,
        auth_method: "password".into(),
        created_at: time(0),
    };
    let members = |members| OrgMemberListResponse { members };
    let keys_vault = AgentKeysVaultResponse { vault_id: id(3) };
    let health = HealthResponse {
        status: HealthStatus::Healthy,
        version: "0.1.0".into(),
    };
    let hsm = KeyProviderHealthResponse {
        status: KeyProviderStatus::Ok,
    };
    let public_key = JwtPublicKeyResponse {
        alg: "EdDSA".into(),
        public_key_base64: "a2V5".into(),
    };
    let bare_jwk = JsonWebKey {
        kty: "OKP".into(),
        crv: None,
        x: None,
        n: None,
        e: None,
        kid: "k1".into(),
        alg: "EdDSA".into(),
        key_use: "sig".into(),
    };
    let jwk = JsonWebKey {
        crv: some("Ed25519"),
        x: some("a2V5"),
        n: some("a2V5"),
        e: some("AQAB"),
        ..bare_jwk.clone()
    };
    let issuer = |token_endpoint| OpenIdConfiguration {
        issuer: "https://vault.example".into(),
        jwks_uri: "https://vault.example/.well-known/jwks.json".into(),
        token_endpoint,
        id_token_signing_alg_values_supported: vec!["EdDSA".into()],
        response_types_supported: vec![],
        subject_types_supported: vec!["public".into()],
    };
    let problem = ProblemDetails::new(404, "Not Found", "There is no such vault.");
    let full_problem = ProblemDetails {
        problem_type: APPROVAL_REQUIRED.into(),
        fields: BTreeMap::from([("name".into(), "must not be empty".into())]),
        approval_request_id: Some(id(5)),
        access_request: Some(oneclaw_client::approvals::AccessTemplate::new(
            id(3),
            "api-keys/openai",
            "read",
        )),
        request_id: some("req-1"),
        ..ProblemDetails::new(403, "Approval Required", "A human has to approve this.")
    };
    let mut all = vec![
        sample("OrgMemberResponse", &member, &member),
        sample(
            "OrgMemberListResponse",
            &members(vec![]),
            &members(vec![member.clone()]),
        ),
        sample("AgentKeysVaultResponse", &keys_vault, &keys_vault),
        sample("HealthResponse", &health, &health),
        sample("KeyProviderHealthResponse", &hsm, &hsm),
        sample("JwtPublicKeyResponse", &public_key, &public_key),
        sample("JsonWebKey", &bare_jwk, &jwk),
        sample(
            "JsonWebKeySet",
            &JsonWebKeySet { keys: vec![] },
            &JsonWebKeySet {
                keys: vec![jwk.clone()],
            },
        ),
        sample(
            "OpenIdConfiguration",
            &issuer(None),
            &issuer(some("https://vault.example/v1/auth/federated-token")),
        ),
        sample("ProblemDetails", &problem, &full_problem),
    ];
    all.extend(share_answers());
    all.extend(audit_answers());
    all
}
