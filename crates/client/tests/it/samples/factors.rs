//! Bodies about second factors and other ways to sign in.

use super::{Sample, id, sample, secret, some, time};
use oneclaw_client::federation::*;
use oneclaw_client::mfa::*;
use oneclaw_client::passkeys::*;
use oneclaw_client::social::*;

fn descriptor(transports: Option<Vec<String>>) -> CredentialDescriptor {
    CredentialDescriptor {
        id: "Y3JlZA".into(),
        kind: "public-key".into(),
        transports,
    }
}

fn selection(authenticator_attachment: Option<String>) -> AuthenticatorSelection {
    AuthenticatorSelection {
        authenticator_attachment,
        resident_key: "required".into(),
        user_verification: "required".into(),
    }
}

/// A use of a passkey.
pub(super) fn used() -> PasskeyAssertCompleteRequest {
    PasskeyAssertCompleteRequest {
        credential_id: "Y3JlZA".into(),
        authenticator_data: "ZGF0YQ".into(),
        client_data_json: "e30".into(),
        signature: "c2ln".into(),
    }
}

pub(super) fn all() -> Vec<Sample> {
    let mut all = codes();
    all.extend(passkeys());
    all.extend(others());
    all
}

fn codes() -> Vec<Sample> {
    let status = MfaStatusResponse {
        enabled: true,
        recovery_codes_remaining: 8,
    };
    let setup = MfaSetupResponse {
        otpauth_uri: secret("otpauth://totp/x"),
        secret: secret("GEZDGNBV"),
    };
    let confirm = MfaVerifySetupRequest {
        code: secret("123456"),
    };
    let confirmed = MfaVerifySetupResponse {
        recovery_codes: vec![secret("AAAA-BBBB")],
    };
    let verify = MfaVerifyRequest {
        mfa_token: secret("mfa_1"),
        code: secret("123456"),
    };
    let disable = |code| MfaDisableRequest { code };
    vec![
        sample("MfaStatusResponse", &status, &status),
        sample("MfaSetupResponse", &setup, &setup),
        sample("MfaVerifySetupRequest", &confirm, &confirm),
        sample("MfaVerifySetupResponse", &confirmed, &confirmed),
        sample("MfaVerifyRequest", &verify, &verify),
        sample(
            "MfaDisableRequest",
            &disable(None),
            &disable(Some(secret("123456"))),
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn passkeys() -> Vec<Sample> {
    let parameters = CredentialParameters {
        kind: "public-key".into(),
        alg: -7,
    };
    let begin = PasskeyRegisterBeginResponse {
        challenge: "Y2hhbGxlbmdl".into(),
        rp_id: "vault.example".into(),
        rp_name: "1Claw".into(),
        user_id: "dXNlcg".into(),
        user_name: "alice@example.com".into(),
        user_display_name: "Alice".into(),
        attestation: "none".into(),
        authenticator_selection: selection(None),
        pub_key_cred_params: vec![parameters.clone()],
        exclude_credentials: vec![descriptor(None)],
        timeout: 300_000,
    };
    let complete = |transports, name| PasskeyRegisterCompleteRequest {
        credential_id: "Y3JlZA".into(),
        attestation_object: "b2JqZWN0".into(),
        client_data_json: "e30".into(),
        transports,
        name,
    };
    let added = PasskeyRegisterCompleteResponse {
        passkey_id: id(9),
        credential_id: "Y3JlZA".into(),
    };
    let assert_begin = |email| PasskeyAssertBeginRequest { email };
    let options = PasskeyAssertBeginResponse {
        challenge: "Y2hhbGxlbmdl".into(),
        rp_id: "vault.example".into(),
        timeout: 300_000,
        user_verification: "required".into(),
        allow_credentials: vec![],
    };
    let user = |display_name| PasskeyUser {
        id: id(2),
        email: "alice@example.com".into(),
        display_name,
        org_id: id(4),
    };
    let signed_in = PasskeyAssertCompleteResponse {
        token: secret("a.b.c"),
        refresh_token: secret("r-1"),
        token_type: "Bearer".into(),
        expires_in: 900,
        user: user(None),
    };
    let passkey = |name, transports, last_used_at| PasskeyResponse {
        id: id(9),
        credential_id: "Y3JlZA".into(),
        name,
        transports,
        backed_up: false,
        last_used_at,
        created_at: time(0),
    };
    let bare = passkey(None, None, None);
    let list = |passkeys| PasskeyListResponse { passkeys };
    let rename = RenamePasskeyRequest {
        name: "Laptop".into(),
    };
    vec![
        sample(
            "AuthenticatorSelection",
            &selection(None),
            &selection(some("platform")),
        ),
        sample(
            "CredentialDescriptor",
            &descriptor(None),
            &descriptor(Some(vec!["usb".into()])),
        ),
        sample("CredentialParameters", &parameters, &parameters),
        sample("PasskeyRegisterBeginResponse", &begin, &begin),
        sample(
            "PasskeyRegisterCompleteRequest",
            &complete(None, None),
            &complete(Some(vec!["usb".into()]), some("Laptop")),
        ),
        sample("PasskeyRegisterCompleteResponse", &added, &added),
        sample(
            "PasskeyAssertBeginRequest",
            &assert_begin(None),
            &assert_begin(some("alice@example.com")),
        ),
        sample("PasskeyAssertBeginResponse", &options, &options),
        sample("PasskeyAssertCompleteRequest", &used(), &used()),
        sample("PasskeyAssertCompleteResponse", &signed_in, &signed_in),
        sample("PasskeyUser", &user(None), &user(some("Alice"))),
        sample(
            "PasskeyResponse",
            &bare,
            &passkey(some("Laptop"), Some(vec!["usb".into()]), Some(time(1))),
        ),
        sample(
            "PasskeyListResponse",
            &list(vec![]),
            &list(vec![bare.clone()]),
        ),
        sample("RenamePasskeyRequest", &rename, &rename),
    ]
}

fn others() -> Vec<Sample> {
    let google = GoogleAuthRequest {
        id_token: secret("a.b.c"),
    };
    let social = SocialLoginRequest {
        provider: "google".into(),
        id_token: secret("a.b.c"),
    };
    let bare = SocialLoginResponse {
        access_token: secret("a.b.c"),
        token_type: "Bearer".into(),
        expires_in: 900,
        refresh_token: None,
        mfa_required: false,
        mfa_token: None,
        user_id: None,
        org_id: None,
        is_new: false,
    };
    let full = SocialLoginResponse {
        refresh_token: Some(secret("r-1")),
        mfa_required: true,
        mfa_token: Some(secret("mfa_1")),
        user_id: Some(id(2)),
        org_id: Some(id(4)),
        access_token: secret(""),
        token_type: "Bearer".into(),
        expires_in: 300,
        is_new: true,
    };
    let exchange = |subject_token, words: Option<&str>| TokenExchangeRequest {
        grant_type: TOKEN_EXCHANGE.into(),
        subject_token,
        subject_token_type: words.map(|_| JWT.into()),
        audience: "https://api.example.org".into(),
        scope: words.map(Into::into),
        requested_token_type: words.map(|_| JWT.into()),
    };
    let given = |scope| TokenExchangeResponse {
        access_token: secret("a.b.c"),
        issued_token_type: JWT.into(),
        token_type: "Bearer".into(),
        expires_in: 900,
        scope,
    };
    vec![
        sample("GoogleAuthRequest", &google, &google),
        sample("SocialLoginRequest", &social, &social),
        sample("SocialLoginResponse", &bare, &full),
        sample(
            "TokenExchangeRequest",
            &exchange(None, None),
            &exchange(Some(secret("a.b.c")), Some("read")),
        ),
        sample("TokenExchangeResponse", &given(None), &given(some("read"))),
    ]
}
