//! The steps of the journey, in order, each with what must come of it.

use std::fs;
use std::path::Path;

use oneclaw_client::agents::{RevealKeyRequest, UpdateAgentRequest};
use oneclaw_client::audit::AuditEventsQuery;
use oneclaw_client::auth::{AgentTokenRequest, SignupRequest};
use oneclaw_client::enrollments::{
    ApproveEnrollmentRequest, DenyEnrollmentRequest, EnrollAgentRequest, EnrollAgentResponse,
    EnrollmentLookupRequest, ListEnrollmentsQuery,
};
use oneclaw_client::policies::{CreatePolicyRequest, ExplainPolicyRequest, PolicyResponse};
use oneclaw_client::secrets::{ListSecretsQuery, PutSecretRequest, SecretCreatedResponse};
use oneclaw_client::shares::{AccessShareRequest, CreateShareRequest};
use oneclaw_client::vaults::CreateVaultRequest;
use oneclaw_client::wire::{PrincipalType, SecretText};
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::clock::{Clock as _, Random as _, SystemClock};
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_core::model::share::RecipientType;
use oneclaw_core::path::{PathPattern, SecretPath};
use oneclaw_core::policy::{Action, PermissionSet};
use oneclaw_core::secret::SecretString;
use oneclaw_crypto::random::SystemRandom;
use oneclaw_crypto::sign::{VerifierKey, verify_checkpoint};
use std::time::Duration;

use super::narrator::Stage;
use crate::commands::audit::check_export;
use crate::output::{Exit, Failure};

/// Published: the demonstration's people exist on servers of this machine only.
pub(super) const PASSWORD: &str = "violet-harbour-lantern-52";
const OPENAI_KEY: &str = "sk-demo-7hT2mQx9LpVb4RzK1nWs";
const STRIPE_KEY: &str = "rk-demo-3kXw8PqJ5vNc6YtB0dHf";
const DB_PASSWORD: &str = "pw-demo-9zMf2GsA7uRj4EoL8iCq";
/// How long the agent's share may be opened.
const SHARE_LIFE: Duration = Duration::from_hours(7 * 24);

/// The human of the story.
pub(super) struct Person {
    pub(super) email: String,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            email: "alice@example.com".to_owned(),
        }
    }
}

impl Person {
    /// Somebody who has no account yet on a server where others have played.
    pub(super) fn unique() -> Self {
        let number = SystemRandom.uuid_v4().simple().to_string();
        let number: String = number.chars().take(8).collect();
        Self {
            email: format!("alice-{number}@example.com"),
        }
    }
}

/// Turns an error of a call that had to succeed into a failure.
pub(super) fn unexpected(doing: &str, error: &Error) -> Failure {
    match error {
        Error::Problem { problem, .. } => Failure::new(
            Exit::Failed,
            format!("could not {doing}: the server answered {}", problem.status),
        )
        .because(&problem.detail),
        Error::Transport(cause) => {
            Failure::new(Exit::Unavailable, "the server cannot be reached").because(cause)
        }
        other => Failure::new(Exit::Failed, format!("could not {doing}")).because(other),
    }
}

/// A step must come out as it says.
fn ensure(holds: bool, what: &str) -> Result<(), Failure> {
    if holds {
        Ok(())
    } else {
        Err(Failure::new(
            Exit::Failed,
            format!("not as it should be: {what}"),
        ))
    }
}

/// The detail of a refusal with the given status; anything else is a failure.
fn refused<T>(result: Result<T, Error>, status: u16, what: &str) -> Result<String, Failure> {
    match result {
        Err(error) if error.status() == Some(status) => Ok(error
            .problem()
            .map(|problem| problem.detail.clone())
            .unwrap_or_default()),
        Err(error) => Err(unexpected(what, &error)),
        Ok(_) => Err(Failure::new(
            Exit::Failed,
            format!("not as it should be: {what} was allowed"),
        )),
    }
}

fn bearer(token: SecretText) -> Credential {
    Credential::Bearer(token.into_secret())
}

/// The paths and patterns here are constants that follow the grammar.
fn path(text: &str) -> Result<SecretPath, Failure> {
    SecretPath::parse(text).map_err(|error| Failure::new(Exit::Failed, "not a path").because(error))
}

/// Plays everything.
pub(super) async fn play(stage: &Stage, person: &Person, folder: &Path) -> Result<(), Failure> {
    let human = sign_up(stage, person).await?;
    let (wanted, stranger) = ask_to_join(stage, person).await?;
    deny_stranger(stage, &human, stranger).await?;
    let (agent_id, api_key) = approve(stage, &human, wanted).await?;
    let vault = fill_vault(stage, &human).await?;
    let agent = exchange_key(stage, agent_id, api_key).await?;
    meet_closed_door(stage, &agent, vault).await?;
    let reading = grant(stage, &human, vault, agent_id).await?;
    let written = use_access(stage, &agent, vault).await?;
    stay_inside(stage, &agent, vault).await?;
    share_back(stage, &human, &agent, &written).await?;
    revoke(stage, &human, &agent, vault, agent_id, &reading).await?;
    prove(stage, &human, folder).await
}

async fn sign_up(stage: &Stage, person: &Person) -> Result<Client, Failure> {
    stage.step(
        1,
        "A human opens an account",
        "People have accounts and passwords. Agents have neither, and need none to begin.",
    )?;
    let visitor = stage.client("human", Credential::Anonymous)?;
    let request = SignupRequest {
        email: person.email.clone(),
        password: SecretText::from(PASSWORD.to_owned()),
        display_name: Some("Alice".to_owned()),
    };
    let answer = visitor
        .signup(&request)
        .await
        .map_err(|error| unexpected("sign up", &error))?;
    let Some(token) = answer.access_token else {
        return Err(Failure::new(
            Exit::Failed,
            "the server wants the mail address proven first",
        )
        .because("it was not started with --dev")
        .next("play on a server of its own:  1claw demo"));
    };
    stage.client("human", bearer(token))
}

/// Two requests: one that names the human, and one of a stranger with nothing but a link.
async fn ask_to_join(
    stage: &Stage,
    person: &Person,
) -> Result<(String, EnrollAgentResponse), Failure> {
    stage.step(
        2,
        "An agent asks to join",
        "No credential is needed to ask. With an address the human gets a mail; without one, whoever holds the link may decide.",
    )?;
    let newcomer = stage.client("agent", Credential::Anonymous)?;
    let name = "deploy-bot".to_owned();
    let addressed = EnrollAgentRequest {
        name: name.clone(),
        human_email: Some(person.email.clone()),
        description: Some("Deploys the shop and needs the API keys".to_owned()),
        public_key: None,
    };
    let by_link = EnrollAgentRequest {
        name: "helpful-tool".to_owned(),
        human_email: None,
        description: None,
        public_key: None,
    };
    let enroll = async |request| {
        newcomer
            .enroll_agent(request)
            .await
            .map_err(|error| unexpected("enrol", &error))
    };
    let (first, second) = (enroll(&addressed).await?, enroll(&by_link).await?);
    let nobody_yet = [&first, &second]
        .iter()
        .all(|answer| answer.agent_id == AgentId::NIL);
    ensure(nobody_yet, "there is no agent before a human has decided")?;
    stage.found("Asking gave no key and made no agent.")?;
    Ok((name, second))
}

async fn deny_stranger(
    stage: &Stage,
    human: &Client,
    request: EnrollAgentResponse,
) -> Result<(), Failure> {
    stage.step(3, "The human looks at a link, and says no", "The last part of an approval link identifies a request. Looking changes nothing; deciding takes a signed-in human.")?;
    let failed = |error: Error| unexpected("decide", &error);
    let lookup = EnrollmentLookupRequest {
        token: last_segment(&request.approval_url),
    };
    let found = human.lookup_enrollment(&lookup).await.map_err(failed)?;
    ensure(
        found.status == EnrollmentStatus::Pending,
        "the request waits for a decision",
    )?;
    // Bound to no address: only the link makes it this human's to decide, so it goes along.
    let denial = DenyEnrollmentRequest {
        token: Some(lookup.token),
        reason: Some("I did not start this".to_owned()),
    };
    let denied = human
        .deny_enrollment(found.id, &denial)
        .await
        .map_err(failed)?;
    ensure(
        denied.status == EnrollmentStatus::Denied && denied.agent_id.is_none(),
        "a denied request makes no agent",
    )
}

async fn approve(
    stage: &Stage,
    human: &Client,
    name: String,
) -> Result<(AgentId, SecretText), Failure> {
    stage.step(
        4,
        "The human approves the one that was expected",
        "Approving makes the agent exist. Its key is made for the human's eyes, once.",
    )?;
    let failed = |error: Error| unexpected("approve", &error);
    let pending = ListEnrollmentsQuery {
        status: Some(EnrollmentStatus::Pending),
    };
    let waiting = human.list_enrollments(&pending).await.map_err(failed)?;
    let request = waiting
        .enrollments
        .into_iter()
        .find(|request| request.name == name);
    let request = request.ok_or_else(|| {
        Failure::new(
            Exit::Failed,
            "not as it should be: the request is not in the list",
        )
    })?;
    let approved = human
        .approve_enrollment(request.id, &ApproveEnrollmentRequest::default())
        .await
        .map_err(failed)?;
    let agent = approved.agent.id;
    let api_key = match approved.reveal_url {
        Some(link) => {
            let reveal = RevealKeyRequest {
                token: last_segment(&link),
            };
            let first = human
                .reveal_agent_key(agent, &reveal)
                .await
                .map_err(failed)?;
            refused(
                human.reveal_agent_key(agent, &reveal).await,
                404,
                "show the key twice",
            )?;
            first.api_key
        }
        // The key went out by mail, which this program cannot read; a new one will do.
        None => human.rotate_agent_key(agent).await.map_err(failed)?.api_key,
    };
    stage.found("The key was shown once and cannot be shown again.")?;
    Ok((agent, api_key))
}

async fn fill_vault(stage: &Stage, human: &Client) -> Result<VaultId, Failure> {
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

async fn exchange_key(
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
        api_key,
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

async fn meet_closed_door(stage: &Stage, agent: &Client, vault: VaultId) -> Result<(), Failure> {
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

async fn grant(
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

async fn use_access(
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
    request.secret_type =
        Some(oneclaw_core::model::secret::SecretType::parse("password").unwrap_or_default());
    let written = agent
        .put_secret(vault, &path("credentials/db-password")?, &request)
        .await
        .map_err(failed)?;
    stage.found("The value was right, and the list showed nothing beyond the policies.")?;
    Ok(written)
}

async fn stay_inside(stage: &Stage, agent: &Client, vault: VaultId) -> Result<(), Failure> {
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

async fn share_back(
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

async fn revoke(
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

async fn prove(stage: &Stage, human: &Client, folder: &Path) -> Result<(), Failure> {
    stage.step(13, "Anyone can check the log", "The log is a Merkle tree with a signed root. Checking it takes the files and no trust in the server.")?;
    let failed = |error: Error| unexpected("export the audit log", &error);
    let newest = AuditEventsQuery {
        limit: Some(1),
        ..AuditEventsQuery::default()
    };
    human.query_audit_events(&newest).await.map_err(failed)?;
    let checkpoint = human.get_audit_checkpoint().await.map_err(failed)?;
    let export = human.export_audit_log().await.map_err(failed)?;

    let not_signed = |error: String| {
        Failure::new(Exit::Mismatch, "the checkpoint does not verify").because(error)
    };
    let key: VerifierKey = checkpoint
        .verifier_key
        .parse()
        .map_err(|_| not_signed("the key is not a key".to_owned()))?;
    let signed =
        verify_checkpoint(&checkpoint.note, &key).map_err(|error| not_signed(error.to_string()))?;
    let report = check_export(&*export, &signed)?;
    stage.found(format_args!(
        "{} entries are complete, unchanged and in order.",
        report.proven
    ))?;

    let text = String::from_utf8_lossy(&export);
    let forged = text.replacen("secret.read", "secret.list", 1);
    ensure(forged != text, "the log tells that a secret was read")?;
    ensure(
        check_export(forged.as_bytes(), &signed).is_err(),
        "a change of one word is found",
    )?;
    stage.found("With one word changed, the same check fails.")?;
    for (name, content) in [
        ("audit.jsonl", &*text),
        ("checkpoint.txt", &checkpoint.note),
        ("key.txt", &checkpoint.verifier_key),
    ] {
        fs::write(folder.join(name), content).map_err(|error| {
            Failure::new(Exit::Failed, "the proof cannot be written").because(error)
        })?;
    }
    Ok(())
}

/// The secret part of a link.
fn last_segment(link: &SecretText) -> SecretText {
    let token = link.expose().rsplit('/').next().unwrap_or_default();
    SecretText::from(SecretString::from(token.to_owned()))
}
