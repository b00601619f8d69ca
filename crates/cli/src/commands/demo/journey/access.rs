//! From no access to exactly what was granted, and back.

use std::time::Duration;

use oneclaw_client::agents::UpdateAgentRequest;
use oneclaw_client::auth::AgentTokenRequest;
use oneclaw_client::policies::{CreatePolicyRequest, ExplainPolicyRequest, PolicyResponse};
use oneclaw_client::secrets::{ListSecretsQuery, PutSecretRequest, SecretCreatedResponse};
use oneclaw_client::shares::{AccessShareRequest, CreateShareRequest};
use oneclaw_client::vaults::CreateVaultRequest;
use oneclaw_client::wire::{PrincipalType, SecretText};
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::model::secret::SecretType;
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, PermissionSet};

use super::{bearer, ensure, refused, unexpected};
use crate::commands::demo::narrator::Stage;
use crate::output::{Exit, Failure};

const OPENAI_KEY: &str = "sk-demo-7hT2mQx9LpVb4RzK1nWs";
const STRIPE_KEY: &str = "rk-demo-3kXw8PqJ5vNc6YtB0dHf";
const DB_PASSWORD: &str = "pw-demo-9zMf2GsA7uRj4EoL8iCq";
/// How long the agent's share may be opened.
const SHARE_LIFE: Duration = Duration::from_hours(7 * 24);

pub(super) async fn fill_vault(stage: &Stage, human: &Client) -> Result<VaultId, Failure> {
    stage.step(
        5,
        "The human keeps two secrets in a vault",
        "Values are encrypted before they are stored; an answer to a write never repeats them.",
    )?;
    let failed = |error: Error| unexpected("fill the vault", &error);
    let vault = CreateVaultRequest {
        name: "shop".to_owned(),
        description: None,
    };
    let vault = human.create_vault(&vault).await.map_err(failed)?.id;
    for (at, value) in [
        ("api-keys/openai", OPENAI_KEY),
        ("billing/stripe", STRIPE_KEY),
    ] {
        let request = PutSecretRequest::new(SecretText::from(value.to_owned()));
        let written = human
            .put_secret(vault, &path(at)?, &request)
            .await
            .map_err(failed)?;
        ensure(written.version == 1, "a first write is version 1")?;
    }
    Ok(vault)
}

pub(super) async fn exchange_key(
    stage: &Stage,
    agent_id: AgentId,
    api_key: SecretText,
) -> Result<Client, Failure> {
    stage.step(
        6,
        "The agent exchanges its key for a token",
        "The key stays where it is kept; requests carry a short-lived token.",
    )?;
    let newcomer = stage.client("agent", Credential::Anonymous)?;
    let request = AgentTokenRequest {
        agent_id: Some(agent_id),
        api_key: Some(api_key),
        client_assertion_type: None,
        client_assertion: None,
        dpop_jwk: None,
    };
    let answer = newcomer
        .agent_token(&request)
        .await
        .map_err(|error| unexpected("exchange the key", &error))?;
    ensure(
        answer.agent_id == agent_id && answer.expires_in > 60,
        "the token is the agent's and fresh",
    )?;
    stage.client("agent", bearer(answer.access_token))
}

pub(super) async fn meet_closed_door(
    stage: &Stage,
    agent: &Client,
    vault: VaultId,
) -> Result<(), Failure> {
    stage.step(
        7,
        "The agent can do nothing yet",
        "A new agent has no access at all, until a human writes a policy.",
    )?;
    refused(
        agent.get_secret(vault, &path("api-keys/openai")?).await,
        403,
        "read without a policy",
    )?;
    stage.found("Refused, and the refusal is in the audit log.")
}

pub(super) async fn grant(
    stage: &Stage,
    human: &Client,
    vault: VaultId,
    agent: AgentId,
) -> Result<PolicyResponse, Failure> {
    stage.step(
        8,
        "The human grants exactly this much",
        "Reading below api-keys, reading and writing below credentials. Nothing else.",
    )?;
    let reading = create_policy(human, vault, agent, "api-keys/**", &["read"]).await?;
    create_policy(human, vault, agent, "credentials/**", &["read", "write"]).await?;
    let question = ExplainPolicyRequest {
        principal_type: PrincipalType::Agent,
        principal_id: agent.as_uuid(),
        action: Action::Read,
        path: path("api-keys/openai")?,
        ip: None,
        environment: None,
        at: None,
    };
    let answer = human
        .explain_policy(vault, &question)
        .await
        .map_err(|error| unexpected("ask who may read", &error))?;
    ensure(
        answer.allowed && answer.decided_by == Some(reading.id),
        "the new policy decides",
    )?;
    stage.found("The vault can say who may do what, and which policy decides.")?;
    Ok(reading)
}

async fn create_policy(
    human: &Client,
    vault: VaultId,
    agent: AgentId,
    pattern: &str,
    words: &[&str],
) -> Result<PolicyResponse, Failure> {
    let not_valid = |error: String| Failure::new(Exit::Failed, "not a policy").because(error);
    let request = CreatePolicyRequest {
        secret_path_pattern: PathPattern::parse(pattern)
            .map_err(|error| not_valid(error.to_string()))?,
        principal_type: PrincipalType::Agent,
        principal_id: agent.as_uuid(),
        permissions: PermissionSet::parse(words).map_err(|error| not_valid(error.to_string()))?,
        conditions: None,
        expires_at: None,
        effect: None,
        priority: None,
        attribute_conditions: None,
    };
    human
        .create_policy(vault, &request)
        .await
        .map_err(|error| unexpected("create a policy", &error))
}

pub(super) async fn use_access(
    stage: &Stage,
    agent: &Client,
    vault: VaultId,
) -> Result<SecretCreatedResponse, Failure> {
    stage.step(
        9,
        "The agent reads, lists and writes",
        "Each answer leaves only after its entry in the audit log is on disk.",
    )?;
    let failed = |error: Error| unexpected("use the access", &error);
    let read = agent
        .get_secret(vault, &path("api-keys/openai")?)
        .await
        .map_err(failed)?;
    ensure(
        read.value.expose() == OPENAI_KEY,
        "the value is the one that was stored",
    )?;
    let listed = agent
        .list_secrets(vault, &ListSecretsQuery::default())
        .await
        .map_err(failed)?;
    ensure(
        listed.secrets.len() == 1,
        "the list shows what the agent may read, and no more",
    )?;
    let mut request = PutSecretRequest::new(SecretText::from(DB_PASSWORD.to_owned()));
    request.secret_type = Some(SecretType::parse("password").unwrap_or_default());
    let written = agent
        .put_secret(vault, &path("credentials/db-password")?, &request)
        .await
        .map_err(failed)?;
    stage.found("The value was right, and the list showed nothing beyond the policies.")?;
    Ok(written)
}

pub(super) async fn stay_inside(
    stage: &Stage,
    agent: &Client,
    vault: VaultId,
) -> Result<(), Failure> {
    stage.step(
        10,
        "The agent tries what it was not given",
        "One of these secrets exists and one does not. The agent cannot tell which.",
    )?;
    let there = refused(
        agent.get_secret(vault, &path("billing/stripe")?).await,
        403,
        "read outside of the policies",
    )?;
    let nowhere = refused(
        agent.get_secret(vault, &path("billing/nothing")?).await,
        403,
        "look for a secret",
    )?;
    ensure(
        there == nowhere,
        "a refusal does not tell whether a secret exists",
    )?;
    stage.found("Both refusals say the same.")
}

pub(super) async fn share_back(
    stage: &Stage,
    human: &Client,
    agent: &Client,
    secret: &SecretCreatedResponse,
) -> Result<(), Failure> {
    stage.step(
        11,
        "The agent shares a secret back",
        "`creator` is the human who let it in; the agent needs to know no address.",
    )?;
    let failed = |error: Error| unexpected("share", &error);
    let mut request =
        CreateShareRequest::new(RecipientType::Creator, SystemClock.now().plus(SHARE_LIFE));
    request.max_access_count = Some(10);
    let share = agent
        .create_share(secret.id, &request)
        .await
        .map_err(failed)?;
    let inbound = human.list_inbound_shares().await.map_err(failed)?;
    ensure(
        inbound
            .shares
            .iter()
            .any(|item| item.id == share.id && !item.is_accepted),
        "the share waits under Inbound",
    )?;
    human.accept_share(share.id).await.map_err(failed)?;
    let opened = human
        .access_share(share.id, &AccessShareRequest::default())
        .await
        .map_err(failed)?;
    ensure(
        opened.value.expose() == DB_PASSWORD,
        "the shared value is the one that the agent wrote",
    )?;
    stage.found("The human accepted the share and got the value.")
}

pub(super) async fn revoke(
    stage: &Stage,
    human: &Client,
    agent: &Client,
    vault: VaultId,
    agent_id: AgentId,
    reading: &PolicyResponse,
) -> Result<(), Failure> {
    stage.step(
        12,
        "The human takes it back",
        "No waiting for a token to expire: it counts from the agent's next request on.",
    )?;
    let failed = |error: Error| unexpected("revoke", &error);
    let key = path("api-keys/openai")?;
    human
        .delete_policy(vault, reading.id)
        .await
        .map_err(failed)?;
    refused(
        agent.get_secret(vault, &key).await,
        403,
        "read after the policy was deleted",
    )?;
    let pause = UpdateAgentRequest {
        is_active: Some(false),
        ..UpdateAgentRequest::default()
    };
    human.update_agent(agent_id, &pause).await.map_err(failed)?;
    refused(
        agent.get_secret(vault, &key).await,
        401,
        "use a token of a deactivated agent",
    )?;
    stage.found("Without the policy the read was refused; without the agent, the token itself.")
}

/// The paths and patterns here are constants that follow the grammar.
fn path(text: &str) -> Result<SecretPath, Failure> {
    SecretPath::parse(text).map_err(|error| Failure::new(Exit::Failed, "not a path").because(error))
}
