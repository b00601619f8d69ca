//! Becoming an agent by a key pair that is made here and stays here.
//!
//! Invariants:
//! - The key pair is saved before anything else can happen, so that an interrupted wait goes on later.
//! - The four words come from our own key: nobody between us and the server can show those of another
//!   request.

use std::time::Duration;

use oneclaw_client::enrollments::{
    EnrollAgentRequest, EnrollAgentResponse, EnrollmentStatusQuery, EnrollmentStatusResponse,
};
use oneclaw_client::{Client, Error};
use oneclaw_core::clock::{Clock as _, SystemClock};
use oneclaw_core::model::enrollment::{EnrollmentStatus, access_text};
use oneclaw_core::phrase::PhraseOf;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;

use crate::output::{Exit, Failure};
use crate::remote::Remote;
use crate::saved_agents::{self, SavedAgent};

/// How often the server is asked.
const ASK_EVERY: Duration = Duration::from_secs(3);

/// How a request stands.
pub(crate) enum Look {
    /// Nobody has decided. Look again after this long.
    Waiting(Duration),
    /// Somebody has, or it is too late.
    Decided(EnrollmentStatusResponse),
}

/// Makes the key pair, asks to be let in, and saves both. The wish needs no key of its own.
pub(crate) async fn ask(wish: &EnrollAgentRequest, remote: &Remote) -> Result<SavedAgent, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "no key pair can be made").because(error)
    };
    let pair = AgentKeyPair::generate(&SystemRandom).map_err(|error| broken(&error))?;
    let public = pair.public_key().map_err(|error| broken(&error))?;
    let request = EnrollAgentRequest {
        credential: Some("private_key_jwt".to_owned()),
        public_key: Some(public.to_base64()),
        ..wish.clone()
    };
    let wishes = request.requested_access.iter().cloned();
    let access = access_text(&wishes.map(Into::into).collect::<Vec<_>>());
    let answer = remote.client.enroll_agent(&request).await?;
    let EnrollAgentResponse {
        pairing_id: Some(pairing_id),
        poll_token: Some(poll_token),
        ..
    } = answer
    else {
        return Err(Failure::new(
            Exit::Unavailable,
            "this server does not know agents that keep their own key",
        )
        .next(format!("1claw agent enroll {} without --wait", wish.name)));
    };
    let email = wish.human_email.as_deref().unwrap_or_default();
    let phrase = PhraseOf {
        enrollment: pairing_id,
        public_key: public.as_bytes(),
        name: wish.name.trim(),
        human_email: &email.trim().to_lowercase(),
        access: &access,
    };
    let url = answer.approval_url.expose();
    let issuer = url
        .rsplit_once("/enroll/")
        .map_or(url, |(issuer, _)| issuer);
    let phrase = phrase.phrase();
    if answer.phrase.is_some_and(|shown| shown != phrase) {
        return Err(Failure::new(
            Exit::Mismatch,
            "the server would show other words than this request has",
        )
        .because("it understood the request differently, or something on the way changed it")
        .next("check the address with `1claw doctor`, then ask again"));
    }
    let agent = SavedAgent {
        pairing_id,
        poll_token,
        issuer: issuer.to_owned(),
        private_key: pair.to_base64().into(),
        fingerprint: public.fingerprint(),
        phrase,
        approval_url: answer.approval_url,
        expires_at: answer.expires_at,
        agent_id: None,
    };
    saved_agents::save(&remote.folders, &remote.url, &wish.name, &agent)?;
    Ok(agent)
}

/// Looks once whether somebody has decided.
pub(crate) async fn look(agent: &SavedAgent, client: &Client) -> Result<Look, Failure> {
    let query = EnrollmentStatusQuery {
        poll: agent.poll_token.expose().to_owned().into(),
    };
    let pause = match client.enrollment_status(agent.pairing_id, &query).await {
        Ok(answer) if answer.status != EnrollmentStatus::Pending => {
            return Ok(Look::Decided(answer));
        }
        // The server may be starting again; the request waits in its database.
        Ok(_) | Err(Error::Transport(_)) => ASK_EVERY,
        Err(Error::Problem {
            problem,
            retry_after,
        }) if problem.status == 429 || problem.status >= 500 => {
            retry_after.unwrap_or(ASK_EVERY).max(ASK_EVERY)
        }
        Err(error) => return Err(error.into()),
    };
    if agent.expires_at <= SystemClock.now() {
        return Err(too_late());
    }
    Ok(Look::Waiting(pause))
}

/// Takes the decision in. Signs in once, so that "approved" means that it works.
pub(crate) async fn conclude(
    name: &str,
    agent: SavedAgent,
    decided: &EnrollmentStatusResponse,
    remote: &Remote,
) -> Result<SavedAgent, Failure> {
    let Some(agent_id) = decided.agent_id else {
        saved_agents::remove(&remote.folders, &remote.url, name)?;
        return Err(match decided.status {
            EnrollmentStatus::Denied => Failure::new(Exit::Forbidden, "the request was denied")
                .next("if that was a mistake, ask again: the same command"),
            _ => too_late(),
        });
    };
    let agent = SavedAgent {
        agent_id: Some(agent_id),
        ..agent
    };
    let client = remote.client.clone().with_credential(agent.credential()?)?;
    client.get_agent_self().await?;
    saved_agents::save(&remote.folders, &remote.url, name, &agent)?;
    Ok(agent)
}

fn too_late() -> Failure {
    Failure::new(Exit::TimedOut, "nobody has decided in time")
        .next("run the command again to ask again")
}
