//! From asking to join to having a key.

use oneclaw_client::agents::RevealKeyRequest;
use oneclaw_client::auth::SignupRequest;
use oneclaw_client::enrollments::{
    ApproveEnrollmentRequest, DenyEnrollmentRequest, EnrollAgentRequest, EnrollAgentResponse,
    EnrollmentLookupRequest, ListEnrollmentsQuery,
};
use oneclaw_client::wire::SecretText;
use oneclaw_client::{Client, Credential, Error};
use oneclaw_core::id::AgentId;
use oneclaw_core::model::enrollment::EnrollmentStatus;
use oneclaw_core::secret::SecretString;

use super::{PASSWORD, Person, bearer, ensure, refused, unexpected};
use crate::commands::demo::narrator::Stage;
use crate::output::{Exit, Failure};

pub(super) async fn sign_up(stage: &Stage, person: &Person) -> Result<Client, Failure> {
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
pub(super) async fn ask_to_join(
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
        credential: None,
        requested_access: Vec::new(),
    };
    let by_link = EnrollAgentRequest {
        name: "helpful-tool".to_owned(),
        human_email: None,
        description: None,
        public_key: None,
        credential: None,
        requested_access: Vec::new(),
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

pub(super) async fn deny_stranger(
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
        report: None,
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

pub(super) async fn approve(
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

/// The secret part of a link.
pub(in crate::commands::demo) fn last_segment(link: &SecretText) -> SecretText {
    let token = link.expose().rsplit('/').next().unwrap_or_default();
    SecretText::from(SecretString::from(token.to_owned()))
}
