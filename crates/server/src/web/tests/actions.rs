//! Nothing on the pages that the API cannot do.

use super::browser::Site;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every form of the pages, and the operation of the API that does the same. Setting an instance up is
/// the operator's, by a link that the server prints; no program needs it.
const FORMS: &[(&str, &str)] = &[
    ("/agents", "createAgent"),
    ("/agents/{id}/activate", "updateAgent"),
    ("/agents/{id}/deactivate", "updateAgent"),
    ("/agents/{id}/reveal/{token}", "revealAgentKey"),
    ("/agents/{id}/rotate-key", "rotateAgentKey"),
    ("/approvals/{id}/approve", "decideApproval"),
    ("/approvals/{id}/deny", "decideApproval"),
    ("/approvals/{id}/mail", "reauthSendCode"),
    ("/assistants", "createOauthClient"),
    ("/assistants/registered/{id}/remove", "deleteOauthClient"),
    ("/assistants/{id}/end", "revokeOauthGrant"),
    ("/cli/verify/approve", "deviceApprove"),
    ("/cli/verify/deny", "deviceDeny"),
    ("/decoys/{id}/delete", "deleteHoneytoken"),
    ("/enroll/{token}/approve", "approveEnrollment"),
    ("/enroll/{token}/deny", "denyEnrollment"),
    ("/enrollments/{id}/approve", "approveEnrollment"),
    ("/enrollments/{id}/deny", "denyEnrollment"),
    ("/forgot-password", "forgotPassword"),
    ("/invite/{token}/accept", "acceptInvitation"),
    ("/keys", "createApiKey"),
    ("/keys/{id}/revoke", "revokeApiKey"),
    ("/members", "inviteMember"),
    ("/members/invitations/{id}/withdraw", "withdrawInvitation"),
    ("/members/{id}/remove", "removeMember"),
    ("/members/{id}/role", "updateMemberRole"),
    ("/reset-password/{token}", "resetPassword"),
    ("/security/code", "mfaSetup"),
    ("/security/code/confirm", "mfaVerifySetup"),
    ("/security/code/off", "mfaDisable"),
    ("/security/mail", "reauthSendCode"),
    ("/security/passkeys", "passkeyRegisterComplete"),
    ("/security/passkeys/confirm", "reauth"),
    ("/security/passkeys/{id}/delete", "deletePasskey"),
    ("/security/passkeys/{id}/rename", "renamePasskey"),
    ("/settings/delete", "deleteMe"),
    ("/settings/email", "changeEmail"),
    ("/settings/email/verify", "verifyEmailChange"),
    ("/settings/export", "exportUserData"),
    ("/settings/organisation", "updateOrgSettings"),
    ("/settings/organisation/freeze", "freezeAgents"),
    ("/settings/organisation/thaw", "unfreezeAgents"),
    ("/settings/organisations/{id}/switch", "switchOrg"),
    ("/settings/password", "changePassword"),
    ("/settings/password/first", "setPassword"),
    ("/settings/profile", "updateMe"),
    ("/settings/sessions/{id}/end", "revokeSession"),
    ("/share/{id}", "accessShareByPost"),
    ("/shares/{id}/accept", "acceptShare"),
    ("/shares/{id}/decline", "declineShare"),
    ("/shares/{id}/revoke", "revokeShare"),
    ("/signin", "login"),
    ("/signin/code", "mfaVerify"),
    ("/signin/passkey", "passkeyAssertComplete"),
    ("/signout", "revokeToken"),
    ("/signup", "signup"),
    ("/vaults", "createVault"),
    ("/vaults/{id}/compare", "getSecretVersion"),
    ("/vaults/{id}/decoy", "createHoneytoken"),
    ("/vaults/{id}/delete", "deleteVault"),
    ("/vaults/{id}/disable", "disableSecretVersion"),
    ("/vaults/{id}/import", "putSecret"),
    ("/vaults/{id}/policies", "createPolicy"),
    ("/vaults/{id}/policies/{policy}/delete", "deletePolicy"),
    ("/vaults/{id}/remove", "deleteSecret"),
    ("/vaults/{id}/restore", "putSecret"),
    ("/vaults/{id}/reveal", "getSecret"),
    ("/vaults/{id}/secrets", "putSecret"),
    ("/verify-email/{token}", "verifyEmail"),
    ("/webhooks", "createWebhook"),
    ("/webhooks/{id}/delete", "deleteWebhook"),
    ("/webhooks/{id}/events", "updateWebhook"),
    ("/webhooks/{id}/rotate-secret", "rotateWebhookSecret"),
    ("/webhooks/{id}/switch", "updateWebhook"),
    ("/webhooks/{id}/test", "testWebhook"),
];

/// Pages that compute an answer for whoever opens them, and the operation that gives the same answer.
const QUESTIONS: &[(&str, &str)] = &[
    ("/access?principal=", "listReach"),
    ("/access?vault=&path=", "listPathAccess"),
    ("/vaults/{id}/policies/new", "previewPolicy"),
];

const BY_THE_OPERATOR: &str = "/setup/{token}";
/// What only a person at a browser may do: a program that could let assistants in could let itself in.
const BY_A_PERSON: [&str; 2] = ["/oauth/consent", "/oauth/consent/deny"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            files.push(path);
        }
    }
    files
}

/// The value of a constant text in a source.
fn constant<'a>(source: &'a str, name: &str) -> &'a str {
    let (_, rest) = source
        .split_once(&format!("const {name}: &str = \""))
        .unwrap_or_else(|| panic!("no constant {name}"));
    rest.split('"').next().unwrap()
}

/// Every path to which the pages of this source post forms, from its routes.
fn posted_to(source: &str) -> BTreeSet<String> {
    let Some((_, routes)) = source.split_once("pub(super) fn routes()") else {
        return BTreeSet::new();
    };
    let routes = routes.split("\n}").next().unwrap();
    let routes = routes.split(".route(").skip(1);
    routes
        .filter(|route| route.contains("post("))
        .map(|route| {
            let path = route.split(',').next().unwrap().trim();
            path.strip_prefix('"').map_or_else(
                || constant(source, path).to_owned(),
                |path| path.trim_end_matches('"').to_owned(),
            )
        })
        .collect()
}

#[tokio::test]
async fn every_form_is_an_operation_of_the_api() {
    let site = Site::open().await;
    let description = site
        .server
        .get("/openapi.json", "")
        .await
        .expect(200)
        .json();
    let operations: BTreeSet<&str> = description["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .filter_map(|operation| operation["operationId"].as_str())
        .collect();
    for (form, operation) in FORMS.iter().chain(QUESTIONS) {
        assert!(operations.contains(operation), "{form}: no {operation}");
    }

    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let mut actual: BTreeSet<String> = sources(&web)
        .iter()
        .flat_map(|file| posted_to(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(actual.remove(BY_THE_OPERATOR));
    for form in BY_A_PERSON {
        assert!(actual.remove(form));
    }
    let listed: BTreeSet<String> = FORMS.iter().map(|(form, _)| (*form).to_owned()).collect();
    assert_eq!(actual, listed);
}
