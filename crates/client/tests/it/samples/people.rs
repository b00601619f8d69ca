//! Bodies about people and their credentials.

use super::{Sample, id, sample, secret, time};
use oneclaw_client::account::*;
use oneclaw_client::api_keys::*;
use oneclaw_client::device::*;
use oneclaw_client::email_otp::*;
use oneclaw_client::reauth::*;
use oneclaw_client::sessions::*;
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::caller::AuthMethod;
use oneclaw_core::model::purpose::Purpose;

pub(super) fn all() -> Vec<Sample> {
    let mut all = confirming();
    all.extend(changing());
    all.extend(signing_in());
    all.extend(devices());
    all
}

fn changing() -> Vec<Sample> {
    let password = |password_confirm| SetPasswordRequest {
        password: secret("p-2"),
        password_confirm,
    };
    let message = SetPasswordResponse {
        message: "The password is set.".into(),
    };
    let change = ChangeEmailRequest {
        new_email: "alice@example.org".into(),
    };
    let changing = ChangeEmailResponse {
        message: "A code is on its way.".into(),
        new_email: "alice@example.org".into(),
        expires_in_seconds: 600,
    };
    let verify = VerifyEmailChangeRequest {
        code: secret("042195"),
    };
    let changed = VerifyEmailChangeResponse {
        message: "It is changed.".into(),
        email: "alice@example.org".into(),
    };
    let delete = DeleteAccountRequest {
        confirmation: Some("DELETE MY ACCOUNT".into()),
        confirm: Some("DELETE MY ACCOUNT".into()),
    };
    let settings = SecuritySettingsResponse {
        require_passkey_for_vaults: true,
        passkey_count: 2,
    };
    let update = UpdateSecuritySettingsRequest {
        require_passkey_for_vaults: Some(false),
    };
    vec![
        sample(
            "SetPasswordRequest",
            &password(None),
            &password(Some(secret("p-2"))),
        ),
        sample("SetPasswordResponse", &message, &message),
        sample("ChangeEmailRequest", &change, &change),
        sample("ChangeEmailResponse", &changing, &changing),
        sample("VerifyEmailChangeRequest", &verify, &verify),
        sample("VerifyEmailChangeResponse", &changed, &changed),
        sample(
            "DeleteAccountRequest",
            &DeleteAccountRequest::default(),
            &delete,
        ),
        sample("SecuritySettingsResponse", &settings, &settings),
        sample(
            "UpdateSecuritySettingsRequest",
            &UpdateSecuritySettingsRequest::default(),
            &update,
        ),
    ]
}

fn devices() -> Vec<Sample> {
    let code = DeviceCodeRequest {
        client_id: Some("1claw-cli".into()),
        email: Some("alice@example.com".into()),
    };
    let codes = DeviceCodeResponse {
        device_code: secret("dvc_1"),
        user_code: "BCDF-GHJK".into(),
        verification_uri: "https://vault.example/cli/verify".into(),
        expires_in: 600,
        interval: 5,
    };
    let ask = |grant_type| DeviceTokenRequest {
        device_code: secret("dvc_1"),
        grant_type,
    };
    let token = DeviceTokenResponse {
        access_token: Some(secret("a.b.c")),
        token_type: Some("Bearer".into()),
        expires_in: Some(900),
        refresh_token: Some(secret("r-1")),
        error: Some(DeviceTokenError::SlowDown),
        email: Some("alice@example.com".into()),
        user_id: Some(id(2)),
        org_id: Some(id(4)),
    };
    let approve = DeviceApproveRequest {
        user_code: "BCDF-GHJK".into(),
    };
    let status = DeviceStatusResponse {
        status: DeviceCodeStatus::Pending,
    };
    vec![
        sample("DeviceCodeRequest", &DeviceCodeRequest::default(), &code),
        sample("DeviceCodeResponse", &codes, &codes),
        sample(
            "DeviceTokenRequest",
            &ask(None),
            &ask(Some(DEVICE_GRANT.into())),
        ),
        sample(
            "DeviceTokenResponse",
            &DeviceTokenResponse::default(),
            &token,
        ),
        sample("DeviceApproveRequest", &approve, &approve),
        sample("DeviceStatusResponse", &status, &status),
    ]
}

fn signing_in() -> Vec<Sample> {
    let create = |scopes, expires_at| CreateApiKeyRequest {
        name: "backup".into(),
        scopes,
        expires_at,
    };
    let key = |scopes, expires_at, last_used_at| ApiKeyResponse {
        id: id(7),
        name: "backup".into(),
        key_prefix: "1ck_abcdefgh".into(),
        scopes,
        is_active: true,
        created_at: time(0),
        expires_at,
        last_used_at,
    };
    let bare = key(vec![], None, None);
    let full = key(vec!["prod/**".into()], Some(time(2)), Some(time(1)));
    let created = |key: &ApiKeyResponse| ApiKeyCreatedResponse {
        key: key.clone(),
        api_key: secret("1ck_key"),
    };
    let keys = |keys| ApiKeyListResponse { keys };
    let session = |ip_address| SessionResponse {
        id: id(8),
        kind: "api".into(),
        auth_method: AuthMethod::Password,
        user_agent: String::new(),
        ip_address,
        created_at: time(0),
        expires_at: time(9),
        is_current: true,
    };
    let sessions = |sessions| SessionListResponse { sessions };
    let here = session(Some("192.0.2.7".into()));
    let send = SendEmailOtpRequest {
        email: "alice@example.com".into(),
    };
    let sent = SendEmailOtpResponse {
        status: EmailOtpStatus::Sent,
    };
    let verify = VerifyEmailOtpRequest {
        email: "alice@example.com".into(),
        code: secret("042195"),
    };
    let signed_in = EmailOtpVerifyResponse {
        access_token: secret("a.b.c"),
        token: secret("a.b.c"),
        token_type: "Bearer".into(),
        expires_in: 900,
        refresh_token: Some(secret("r-1")),
        mfa_required: false,
        mfa_token: Some(secret("mfa_1")),
        user_id: id(2),
        org_id: id(4),
        is_new: false,
        is_new_user: false,
        email: "alice@example.com".into(),
    };
    let asked = EmailOtpVerifyResponse {
        access_token: secret(""),
        token: secret(""),
        token_type: "Bearer".into(),
        expires_in: 300,
        refresh_token: None,
        mfa_required: true,
        mfa_token: None,
        user_id: id(2),
        org_id: id(4),
        is_new: false,
        is_new_user: false,
        email: "alice@example.com".into(),
    };
    vec![
        sample(
            "CreateApiKeyRequest",
            &create(None, None),
            &create(Some(vec!["prod/**".into()]), Some(time(2))),
        ),
        sample("ApiKeyResponse", &bare, &full),
        sample("ApiKeyCreatedResponse", &created(&bare), &created(&full)),
        sample(
            "ApiKeyListResponse",
            &keys(vec![]),
            &keys(vec![full.clone()]),
        ),
        sample("SessionResponse", &session(None), &here),
        sample(
            "SessionListResponse",
            &sessions(vec![]),
            &sessions(vec![here.clone()]),
        ),
        sample("SendEmailOtpRequest", &send, &send),
        sample("SendEmailOtpResponse", &sent, &sent),
        sample("VerifyEmailOtpRequest", &verify, &verify),
        sample("EmailOtpVerifyResponse", &asked, &signed_in),
    ]
}

fn confirming() -> Vec<Sample> {
    let reauth = |password, code, passkey| ReauthRequest {
        purpose: Purpose::AccountDelete,
        password,
        code,
        passkey,
    };
    let given = ReauthResponse {
        token: secret("rat_1"),
        expires_in: 300,
    };
    let user = ExportedUser {
        id: id(2),
        email: "alice@example.com".into(),
        display_name: String::new(),
        auth_method: "password".into(),
        created_at: time(0),
    };
    let vault = ExportedVault {
        id: id(3),
        name: "production".into(),
        created_at: time(0),
    };
    let agent = ExportedAgent {
        id: id(1),
        name: "ci".into(),
        created_at: time(0),
    };
    let secret_of = ExportedSecret {
        vault_id: id(3),
        path: "env/openai".into(),
        secret_type: "generic".into(),
        version: 2,
        created_at: time(0),
    };
    let policy = ExportedPolicy {
        id: id(6),
        vault_id: id(3),
        principal_type: PrincipalType::Agent,
        principal_id: id(1),
        secret_path_pattern: "env/**".into(),
        permissions: vec!["read".into()],
        created_at: time(0),
    };
    let export = |vaults, agents, secrets_metadata, policies| DataExportResponse {
        export_version: "1.0".into(),
        exported_at: time(1),
        user: user.clone(),
        vaults,
        agents,
        secrets_metadata,
        policies,
    };
    vec![
        sample("ExportedUser", &user, &user),
        sample("ExportedVault", &vault, &vault),
        sample("ExportedAgent", &agent, &agent),
        sample("ExportedSecret", &secret_of, &secret_of),
        sample("ExportedPolicy", &policy, &policy),
        sample(
            "DataExportResponse",
            &export(vec![], vec![], vec![], vec![]),
            &export(
                vec![vault.clone()],
                vec![agent.clone()],
                vec![secret_of.clone()],
                vec![policy.clone()],
            ),
        ),
        sample(
            "ReauthRequest",
            &reauth(None, None, None),
            &reauth(
                Some(secret("p-1")),
                Some(secret("123456")),
                Some(super::factors::used()),
            ),
        ),
        sample("ReauthResponse", &given, &given),
    ]
}
