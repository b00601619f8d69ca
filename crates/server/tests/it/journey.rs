//! The whole journey in the words of the typed client: whatever the server answers, the client must understand.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use oneclaw_client::agents::{CreateAgentRequest, RevealKeyRequest, UpdateAgentRequest};
use oneclaw_client::audit::{
    AuditEventsQuery, AuditVerifyQuery, ConsistencyProofQuery, InclusionProofQuery,
};
use oneclaw_client::auth::{
    AgentTokenRequest, ChangePasswordRequest, ForgotPasswordRequest, LoginRequest, RefreshRequest,
    SignupRequest, UpdateProfileRequest, UserApiKeyTokenRequest, VerifyEmailRequest,
};
use oneclaw_client::enrollments::{
    ApproveEnrollmentRequest, DenyEnrollmentRequest, EnrollAgentRequest, EnrollmentLookupRequest,
    ListEnrollmentsQuery,
};
use oneclaw_client::policies::{CreatePolicyRequest, ExplainPolicyRequest, UpdatePolicyRequest};
use oneclaw_client::secrets::{ListSecretsQuery, PutSecretRequest, RotateSecretRequest};
use oneclaw_client::shares::{AccessShareRequest, CreateShareRequest};
use oneclaw_client::transport::{Transport, TransportFuture};
use oneclaw_client::vaults::CreateVaultRequest;
use oneclaw_client::wire::{PrincipalType, SecretText};
use oneclaw_client::{Client, Credential};
use oneclaw_core::audit::{Checkpoint, verify_export};
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, PermissionSet};
use oneclaw_core::secret::SecretString;
use oneclaw_server::each_backend;
use oneclaw_server::test_app::{PASSWORD, PUBLIC_URL, TestApp};
use std::sync::Arc;
use tower::ServiceExt as _;

/// Straight into the router.
struct InProcess(axum::Router);

impl Transport for InProcess {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        let router = self.0.clone();
        Box::pin(async move {
            let response = router.oneshot(request.map(axum::body::Body::from)).await?;
            let (parts, body) = response.into_parts();
            Ok(Response::from_parts(
                parts,
                body.collect().await?.to_bytes(),
            ))
        })
    }
}

fn text(text: &str) -> SecretText {
    text.to_owned().into()
}

fn last_segment(link: &SecretText) -> SecretText {
    text(link.expose().rsplit_once('/').unwrap().1)
}

fn path(text: &str) -> SecretPath {
    SecretPath::parse(text).unwrap()
}

/// A client without a credential, whose base URL ends in a slash.
fn anonymous(app: &TestApp) -> Client {
    Client::over(Arc::new(InProcess(app.router())), &format!("{PUBLIC_URL}/")).unwrap()
}

fn with(client: &Client, token: &str) -> Client {
    client
        .clone()
        .with_credential(Credential::Bearer(SecretString::from(token.to_owned())))
        .unwrap()
}

async fn signed_up(app: &TestApp) -> Client {
    let client = anonymous(app);
    let signup = SignupRequest {
        email: "alice@example.com".into(),
        password: text(PASSWORD),
        display_name: Some("Alice".into()),
    };
    assert!(client.signup(&signup).await.unwrap().access_token.is_none());
    let token = text(&app.mailed_token("verify-email").await);
    client
        .verify_email(&VerifyEmailRequest { token })
        .await
        .unwrap();
    let login = LoginRequest {
        email: "alice@example.com".into(),
        password: text(PASSWORD),
    };
    let token = client.login(&login).await.unwrap();
    let renewed = client
        .refresh_token(&RefreshRequest {
            refresh_token: token.refresh_token,
        })
        .await
        .unwrap();
    with(&client, renewed.access_token.expose())
}

each_backend! {
    async fn people_and_discovery(app: TestApp) {
        let human = signed_up(&app).await;
        let client = anonymous(&app);
        client.health_check().await.unwrap();
        client.health_hsm().await.unwrap();
        let key = client.get_jwt_public_key().await.unwrap();
        let keys = client.jwks().await.unwrap();
        assert_eq!(keys.keys[0].alg, key.alg);
        assert_eq!(client.openid_configuration().await.unwrap().issuer, PUBLIC_URL);
        client.forgot_password(&ForgotPasswordRequest { email: "alice@example.com".into() }).await.unwrap();
        let me = human.get_me().await.unwrap();
        let update = UpdateProfileRequest { display_name: Some("A.".into()), marketing_emails: None };
        assert_eq!(human.update_me(&update).await.unwrap().display_name, "A.");
        assert_eq!(human.list_org_members().await.unwrap().members[0].id, me.id);
        let renewed = human.refresh_token(&RefreshRequest { refresh_token: None }).await.unwrap();
        let second = with(&client, renewed.access_token.expose());
        second.change_password(&ChangePasswordRequest { current_password: text(PASSWORD), new_password: text("another horse battery staple") }).await.unwrap();
    }
}

each_backend! {
    async fn from_no_credential_to_a_secret_shared_back(app: TestApp) {
        let human = signed_up(&app).await;
        let client = anonymous(&app);

        let enroll = EnrollAgentRequest { name: "deploy-bot".into(), human_email: Some("alice@example.com".into()), description: Some("CI".into()), public_key: None, credential: None, requested_access: Vec::new() };
        let enrolled = client.enroll_agent(&enroll).await.unwrap();
        let other = client.enroll_agent(&EnrollAgentRequest { name: "other".into(), human_email: None, description: None, public_key: None, credential: None, requested_access: Vec::new() }).await.unwrap();
        let waiting = human.list_enrollments(&ListEnrollmentsQuery::default()).await.unwrap();
        let token = last_segment(&enrolled.approval_url);
        let mut enrollment = human.lookup_enrollment(&EnrollmentLookupRequest { token }).await.unwrap();
        assert!(enrollment.request_hash.take().is_some());
        assert_eq!(waiting.enrollments.first(), Some(&enrollment));
        let approved = human.approve_enrollment(enrollment.id, &ApproveEnrollmentRequest::default()).await.unwrap();
        let link = human.lookup_enrollment(&EnrollmentLookupRequest { token: last_segment(&other.approval_url) }).await.unwrap();
        let deny = DenyEnrollmentRequest { token: Some(last_segment(&other.approval_url)), reason: Some("not mine".into()), report: None };
        human.deny_enrollment(link.id, &deny).await.unwrap();

        let agent_id = approved.agent.id;
        let token = last_segment(&approved.reveal_url.unwrap());
        let key = human.reveal_agent_key(agent_id, &RevealKeyRequest { token }).await.unwrap().api_key;
        client.api_key_token(&UserApiKeyTokenRequest { api_key: text(key.expose()) }).await.unwrap();
        client.agent_token(&AgentTokenRequest { agent_id: Some(agent_id), api_key: Some(text(key.expose())), client_assertion_type: None, client_assertion: None, dpop_jwk: None }).await.unwrap();
        let credential = Credential::AgentKey { agent_id: None, api_key: SecretString::from(key.expose().to_owned()) };
        let agent = client.clone().with_credential(credential).unwrap();
        assert_eq!(agent.get_agent_self().await.unwrap().id, agent_id);

        let vault = human.create_vault(&CreateVaultRequest { name: "prod".into(), description: Some(String::new()) }).await.unwrap();
        human.put_secret(vault.id, &path("api-keys/openai"), &PutSecretRequest::new(text("sk-1"))).await.unwrap();
        assert_eq!(agent.get_secret(vault.id, &path("api-keys/openai")).await.err().unwrap().status(), Some(403));
        let grant = CreatePolicyRequest {
            secret_path_pattern: PathPattern::parse("api-keys/**").unwrap(),
            principal_type: PrincipalType::Agent,
            principal_id: agent_id.as_uuid(),
            permissions: PermissionSet::parse(&["read", "write"]).unwrap(),
            conditions: None,
            expires_at: None,
            effect: None,
            priority: None,
            attribute_conditions: None,
        };
        let policy = human.create_policy(vault.id, &grant).await.unwrap();
        assert_eq!(human.list_policies(vault.id).await.unwrap().policies.first(), Some(&policy));
        let update = UpdatePolicyRequest { priority: Some(3), ..Default::default() };
        assert_eq!(human.update_policy(vault.id, policy.id, &update).await.unwrap().priority, 3);
        let question = ExplainPolicyRequest {
            principal_type: PrincipalType::Agent,
            principal_id: agent_id.as_uuid(),
            action: Action::Read,
            path: path("api-keys/openai"),
            ip: None,
            environment: None,
            at: None,
        };
        assert_eq!(human.explain_policy(vault.id, &question).await.unwrap().decided_by, Some(policy.id));

        assert_eq!(agent.list_vaults().await.unwrap().vaults[0].id, agent.get_vault(vault.id).await.unwrap().id);
        assert_eq!(agent.get_secret(vault.id, &path("api-keys/openai")).await.unwrap().value.expose(), "sk-1");
        let written = agent.put_secret(vault.id, &path("api-keys/new"), &PutSecretRequest::new(text("first"))).await.unwrap();
        agent.rotate_secret(vault.id, &path("api-keys/new"), &RotateSecretRequest::default()).await.unwrap();
        assert_eq!(agent.list_secret_versions(vault.id, &path("api-keys/new")).await.unwrap().versions.len(), 2);
        assert_eq!(agent.get_secret_version(vault.id, &path("api-keys/new"), 1).await.unwrap().value.expose(), "first");
        agent.disable_secret_version(vault.id, &path("api-keys/new"), 1).await.unwrap();
        assert_eq!(agent.list_secrets(vault.id, &ListSecretsQuery { prefix: Some("api-keys/n".into()), ..Default::default() }).await.unwrap().secrets.len(), 1);

        let share = CreateShareRequest::new(RecipientType::Creator, "2026-12-31T00:00:00Z".parse().unwrap());
        let share = agent.create_share(written.id, &share).await.unwrap();
        assert_eq!(human.list_inbound_shares().await.unwrap().shares[0].id, share.id);
        human.accept_share(share.id).await.unwrap();
        let opened = human.access_share(share.id, &AccessShareRequest::default()).await.unwrap();
        assert_eq!(opened.value.expose().len(), 32);
        assert_eq!(agent.list_outbound_shares().await.unwrap().shares[0].access_count, 1);
        agent.revoke_share(share.id).await.unwrap();
        let declined = CreateShareRequest::new(RecipientType::Creator, "2026-12-31T00:00:00Z".parse().unwrap());
        let declined = agent.create_share(written.id, &declined).await.unwrap();
        human.decline_share(declined.id).await.unwrap();

        let reads = AuditEventsQuery { action: Some("secret.read".into()), ..Default::default() };
        assert!(human.query_audit_events(&reads).await.unwrap().count > 0);
        assert!(human.verify_audit_chain(&AuditVerifyQuery::default()).await.unwrap().chain_valid);
        let signed = human.get_audit_checkpoint().await.unwrap();
        human.get_inclusion_proof(&InclusionProofQuery { seq: 0, size: signed.size }).await.unwrap();
        human.get_consistency_proof(&ConsistencyProofQuery { from: 1, to: signed.size }).await.unwrap();
        let export = human.export_audit_log().await.unwrap();
        let checkpoint = Checkpoint { origin: signed.origin, size: signed.size, root: signed.root_hash.0 };
        verify_export(&export[..], &checkpoint).unwrap();

        human.get_agent_keys_vault().await.unwrap();
        assert_eq!(human.list_agents().await.unwrap().agents.len(), 1);
        human.update_agent(agent_id, &UpdateAgentRequest { is_active: Some(false), ..Default::default() }).await.unwrap();
        assert_eq!(agent.list_vaults().await.err().unwrap().status(), Some(401));
        human.update_agent(agent_id, &UpdateAgentRequest { is_active: Some(true), ..Default::default() }).await.unwrap();
        // The client exchanges its key again by itself.
        assert_eq!(agent.list_vaults().await.unwrap().vaults.len(), 1);
        human.delete_policy(vault.id, policy.id).await.unwrap();
        human.rotate_agent_key(agent_id).await.unwrap();
        assert_eq!(human.get_agent(agent_id).await.unwrap().name, "deploy-bot");
        human.delete_secret(vault.id, &path("api-keys/new")).await.unwrap();
        human.delete_agent(agent_id).await.unwrap();
        let created = human.create_agent(&CreateAgentRequest { name: "second".into(), ..Default::default() }).await.unwrap();
        assert!(created.api_key.unwrap().expose().starts_with("ocv_"));
        human.delete_vault(vault.id).await.unwrap();
        human.revoke_token().await.unwrap();
        assert_eq!(human.list_vaults().await.err().unwrap().status(), Some(401));
    }
}
