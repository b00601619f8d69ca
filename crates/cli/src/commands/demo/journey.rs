//! The steps of the journey, in order, each with what must come of it.

mod access;
mod join;
mod prove;

pub(super) use join::last_segment;

use std::path::Path;

use oneclaw_client::wire::SecretText;
use oneclaw_client::{Credential, Error};
use oneclaw_core::clock::Random as _;
use oneclaw_crypto::random::SystemRandom;

use super::narrator::Stage;
use crate::output::{Exit, Failure};

/// Published: the demonstration's people exist on servers of this machine only.
pub(super) const PASSWORD: &str = "violet-harbour-lantern-52";

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
pub(super) fn ensure(holds: bool, what: &str) -> Result<(), Failure> {
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
pub(super) fn refused<T>(
    result: Result<T, Error>,
    status: u16,
    what: &str,
) -> Result<String, Failure> {
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

pub(super) fn bearer(token: SecretText) -> Credential {
    Credential::Bearer(token.into_secret())
}

/// Plays everything.
pub(super) async fn play(stage: &Stage, person: &Person, folder: &Path) -> Result<(), Failure> {
    let human = join::sign_up(stage, person).await?;
    let (wanted, stranger) = join::ask_to_join(stage, person).await?;
    join::deny_stranger(stage, &human, stranger).await?;
    let (agent_id, api_key) = join::approve(stage, &human, wanted).await?;
    let vault = access::fill_vault(stage, &human).await?;
    let agent = access::exchange_key(stage, agent_id, api_key).await?;
    access::meet_closed_door(stage, &agent, vault).await?;
    let reading = access::grant(stage, &human, vault, agent_id).await?;
    let written = access::use_access(stage, &agent, vault).await?;
    access::stay_inside(stage, &agent, vault).await?;
    access::share_back(stage, &human, &agent, &written).await?;
    access::revoke(stage, &human, &agent, vault, agent_id, &reading).await?;
    prove::prove(stage, &human, folder).await
}
