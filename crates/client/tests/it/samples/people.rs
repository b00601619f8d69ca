//! Bodies about people and their credentials.

use super::{Sample, id, sample, secret, time};
use oneclaw_client::account::*;
use oneclaw_client::reauth::*;
use oneclaw_client::wire::PrincipalType;
use oneclaw_core::model::purpose::Purpose;

pub(super) fn all() -> Vec<Sample> {
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
