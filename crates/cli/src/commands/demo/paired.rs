//! `1claw demo --paired`: the shortest way from nothing to a secret. Two acts of a human, counted; nothing secret is
//! carried by anybody; the time from asking to the first secret.
//!
//! Invariant: what a human would have to carry (a key, or a link that shows one) is looked for in every answer that the
//! human and the agent get, and its absence is what makes the count.

use std::time::{Duration, Instant};

use oneclaw_client::auth::SignupRequest;
use oneclaw_client::enrollments::{
    ApproveEnrollmentRequest, EnrollAgentRequest, EnrollAgentResponse, EnrollmentGrant,
    EnrollmentLookupRequest, EnrollmentResponse, EnrollmentStatusQuery, KeyDelivery,
    RequestedAccess,
};
use oneclaw_client::secrets::PutSecretRequest;
use oneclaw_client::vaults::CreateVaultRequest;
use oneclaw_client::wire::SecretText;
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::id::{AgentId, VaultId};
use oneclaw_core::model::enrollment::{EnrollmentStatus, access_text};
use oneclaw_core::path::SecretPath;
use oneclaw_core::phrase::PhraseOf;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;

use super::journey::{PASSWORD, Person, bearer, ensure, last_segment, refused, unexpected};
use super::narrator::Stage;
use crate::output::{BOLD, Exit, Failure, GOOD};
use crate::saved_agents::SavedAgent;

const NAME: &str = "deploy-bot";
const VAULT: &str = "shop";
const WANTED: &str = "api-keys/openai";
const UNASKED: &str = "billing/stripe";
const VALUE: &str = "sk-demo-7hT2mQx9LpVb4RzK1nWs";
/// How often the agent asks for the decision.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// How often at most.
const ASKED_AT_MOST: usize = 150;

/// Acts of the human, and values that somebody had to carry.
#[derive(Default)]
struct Count {
    acts: Vec<&'static str>,
    carried: usize,
}

impl Count {
    fn act(&mut self, stage: &Stage, what: &'static str) -> Result<(), Failure> {
        self.acts.push(what);
        let number = self.acts.len();
        stage.say(format_args!(
            "\n   {BOLD}Human act {number}: {what}{BOLD:#}"
        ))
    }
}

/// Plays it.
pub(super) async fn play(stage: &Stage, person: &Person) -> Result<(), Failure> {
    let (human, vault) = before(stage, person).await?;
    let mut count = Count::default();
    let newcomer = stage.client("agent", Credential::Anonymous)?;

    let asked_at = Instant::now();
    let agent = ask(stage, &newcomer, person).await?;
    let shown = look(stage, &human, &agent, &mut count).await?;
    approve(stage, &human, vault, &agent, &shown, &mut count).await?;
    let agent = collect(stage, &newcomer, agent, &mut count).await?;
    let took = read(stage, &newcomer, &agent, vault, asked_at).await?;

    ensure(count.acts.len() == 2, "a human acts twice")?;
    ensure(count.carried == 0, "nobody carries anything secret")?;
    stage.say(format_args!(
        "\n{GOOD}{} human acts{GOOD:#} ({}), {GOOD}{} values copied{GOOD:#}, {GOOD}{} ms{GOOD:#} from asking to the first secret.",
        count.acts.len(),
        count.acts.join("; "),
        count.carried,
        took.as_millis(),
    ))
}

/// What is there already: a person with a vault.
async fn before(stage: &Stage, person: &Person) -> Result<(Client, VaultId), Failure> {
    stage.step(
        1,
        "Before",
        "Alice has an account and keeps two secrets in a vault. No agent, no policy.",
    )?;
    let failed = |error: Error| unexpected("prepare the vault", &error);
    let visitor = stage.client("human", Credential::Anonymous)?;
    let request = SignupRequest {
        email: person.email.clone(),
        password: SecretText::from(PASSWORD.to_owned()),
        display_name: Some("Alice".to_owned()),
    };
    let answer = visitor.signup(&request).await.map_err(failed)?;
    let token = answer.access_token.ok_or_else(|| {
        Failure::new(
            Exit::Failed,
            "the server wants the mail address proven first",
        )
        .because("it was not started with --dev")
        .next("play on a server of its own:  1claw demo --paired")
    })?;
    let human = stage.client("human", bearer(token))?;
    let request = CreateVaultRequest {
        name: VAULT.to_owned(),
        description: None,
    };
    let vault = human.create_vault(&request).await.map_err(failed)?.id;
    for at in [WANTED, UNASKED] {
        let request = PutSecretRequest::new(SecretText::from(VALUE.to_owned()));
        human
            .put_secret(vault, &path(at)?, &request)
            .await
            .map_err(failed)?;
    }
    Ok((human, vault))
}

fn wanted() -> RequestedAccess {
    RequestedAccess {
        vault: VAULT.to_owned(),
        path_pattern: "api-keys/**".to_owned(),
        permissions: vec!["read".to_owned()],
        duration_seconds: Some(3600),
        reason: "Deploys the shop".to_owned(),
    }
}

/// The agent makes a key pair, keeps it, and asks.
async fn ask(stage: &Stage, newcomer: &Client, person: &Person) -> Result<SavedAgent, Failure> {
    stage.step(
        2,
        "The agent makes a key pair and asks for what it needs",
        "The private key never leaves it. It shows four words that only this key and this request have.",
    )?;
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "no key pair can be made").because(error)
    };
    let pair = AgentKeyPair::generate(&SystemRandom).map_err(|error| broken(&error))?;
    let public = pair.public_key().map_err(|error| broken(&error))?;
    let access = wanted();
    let request = EnrollAgentRequest {
        name: NAME.to_owned(),
        human_email: Some(person.email.clone()),
        description: None,
        public_key: Some(public.to_base64()),
        credential: Some("private_key_jwt".to_owned()),
        requested_access: vec![access.clone()],
    };
    let answer = newcomer
        .enroll_agent(&request)
        .await
        .map_err(|error| unexpected("enrol", &error))?;
    ensure(
        answer.agent_id == AgentId::NIL,
        "there is no agent before a human has decided",
    )?;
    let EnrollAgentResponse {
        pairing_id: Some(pairing_id),
        poll_token: Some(poll_token),
        ..
    } = answer
    else {
        return Err(Failure::new(
            Exit::Failed,
            "this server does not know agents that keep their own key",
        ));
    };
    let phrase = PhraseOf {
        enrollment: pairing_id,
        public_key: public.as_bytes(),
        name: NAME,
        human_email: &person.email,
        access: &access_text(&[access.into()]),
    };
    let phrase = phrase.phrase();
    ensure(
        answer.phrase.is_none_or(|shown| shown == phrase),
        "the server understood the same request",
    )?;
    stage.found(format_args!("The agent shows: {BOLD}{phrase}{BOLD:#}"))?;
    let link = answer.approval_url.expose();
    let issuer = link
        .rsplit_once("/enroll/")
        .map_or(link, |(issuer, _)| issuer);
    Ok(SavedAgent {
        pairing_id,
        poll_token,
        issuer: issuer.to_owned(),
        private_key: pair.to_base64().into(),
        fingerprint: public.fingerprint(),
        phrase,
        approval_url: answer.approval_url,
        expires_at: answer.expires_at,
        agent_id: None,
    })
}

/// The first act: looking. It changes nothing.
async fn look(
    stage: &Stage,
    human: &Client,
    agent: &SavedAgent,
    count: &mut Count,
) -> Result<EnrollmentResponse, Failure> {
    stage.step(
        3,
        "The human opens the link of the mail",
        "It shows who asks, from where, and for exactly what. Opening it decides nothing.",
    )?;
    count.act(stage, "open the link")?;
    let lookup = EnrollmentLookupRequest {
        token: last_segment(&agent.approval_url),
    };
    let shown = human
        .lookup_enrollment(&lookup)
        .await
        .map_err(|error| unexpected("look at the request", &error))?;
    ensure(
        shown.status == EnrollmentStatus::Pending && shown.requested_access == [wanted()],
        "the human sees what was asked",
    )?;
    Ok(shown)
}

/// The second act: comparing the words, and granting exactly what was shown.
async fn approve(
    stage: &Stage,
    human: &Client,
    vault: VaultId,
    agent: &SavedAgent,
    shown: &EnrollmentResponse,
    count: &mut Count,
) -> Result<(), Failure> {
    stage.step(
        4,
        "The human compares the words and approves",
        "One act makes the agent and grants the access that was shown. A request that changed since is refused.",
    )?;
    count.act(stage, "compare four words and approve")?;
    let grant = EnrollmentGrant {
        vault_id: Some(vault),
        new_vault: None,
        path_pattern: "api-keys/**".to_owned(),
        permissions: vec!["read".to_owned()],
        duration_seconds: Some(3600),
    };
    let approval = ApproveEnrollmentRequest {
        phrase: Some(agent.phrase.clone()),
        grants: vec![grant],
        request_hash: shown.request_hash.clone(),
        ..ApproveEnrollmentRequest::default()
    };
    let approved = human
        .approve_enrollment(shown.id, &approval)
        .await
        .map_err(|error| unexpected("approve", &error))?;
    let is_shown = approved.reveal_url.is_some() || approved.key_delivery != KeyDelivery::Agent;
    count.carried += usize::from(is_shown);
    ensure(
        !is_shown,
        "the human gets no key and no link that shows one",
    )
}

/// The agent hears of it. There is nothing secret in what it hears.
async fn collect(
    stage: &Stage,
    newcomer: &Client,
    agent: SavedAgent,
    count: &mut Count,
) -> Result<SavedAgent, Failure> {
    stage.step(
        5,
        "The agent learns that it was let in",
        "The answer names it and holds no key: whoever steals it, or the token that asks for it, has nothing.",
    )?;
    for _ in 0..ASKED_AT_MOST {
        let query = EnrollmentStatusQuery {
            poll: agent.poll_token.expose().to_owned().into(),
        };
        let answer = newcomer.enrollment_status(agent.pairing_id, &query).await;
        let answer = answer.map_err(|error| unexpected("ask for the decision", &error))?;
        count.carried += usize::from(answer.api_key.is_some());
        if let Some(id) = answer.agent_id {
            return Ok(SavedAgent {
                agent_id: Some(id),
                ..agent
            });
        }
        tokio::time::sleep(ASK_EVERY).await;
    }
    Err(Failure::new(
        Exit::TimedOut,
        "the approval did not reach the agent",
    ))
}

/// The agent proves that it has the key, and reads what was granted and nothing else.
async fn read(
    stage: &Stage,
    newcomer: &Client,
    agent: &SavedAgent,
    vault: VaultId,
    asked_at: Instant,
) -> Result<Duration, Failure> {
    stage.step(
        6,
        "The agent signs for a token and reads its first secret",
        "A short-lived statement under its own key takes the place of a key that somebody would have to carry.",
    )?;
    let token = agent.sign_in(newcomer).await?;
    let signed_in = stage.client("agent", bearer(token.access_token))?;
    let secret = signed_in
        .get_secret(vault, &path(WANTED)?)
        .await
        .map_err(|error| unexpected("read the secret", &error))?;
    let took = asked_at.elapsed();
    ensure(secret.value.expose() == VALUE, "the value is the right one")?;
    refused(
        signed_in.get_secret(vault, &path(UNASKED)?).await,
        403,
        "read what was not asked for",
    )?;
    stage.found("It reads what was granted, and nothing else.")?;
    Ok(took)
}

fn path(text: &str) -> Result<SecretPath, Failure> {
    SecretPath::parse(text)
        .map_err(|error| Failure::new(Exit::Failed, "a path is wrong").because(error))
}
