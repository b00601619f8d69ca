//! `1claw agent enroll`: asks to be let in, and with `--wait` becomes the agent.
//!
//! With `--wait` nothing secret is ever copied: the key pair is made here and stays here, the human
//! compares four words, and what the server gets is the public key. The state is saved before the first
//! question, so that a wait that was interrupted goes on where it was.

use std::io::IsTerminal as _;
use std::time::Duration;

use clap::Args;
use oneclaw_client::Error;
use oneclaw_client::enrollments::{
    EnrollAgentRequest, EnrollAgentResponse, EnrollmentStatusQuery, EnrollmentStatusResponse,
    RequestedAccess,
};
use oneclaw_core::clock::{Clock as _, SystemClock, Timestamp};
use oneclaw_core::model::enrollment::{EnrollmentStatus, access_text};
use oneclaw_core::phrase::PhraseOf;
use oneclaw_crypto::SystemRandom;
use oneclaw_crypto::assertion::AgentKeyPair;
use serde_json::json;

use crate::output::{Exit, Failure, Printer, harmless};
use crate::remote::Remote;
use crate::saved_agents::{self, SavedAgent};

/// How often the server is asked.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// How often a wait says that it goes on, where no terminal shows it.
const SAY_EVERY: Duration = Duration::from_secs(30);

#[derive(Args)]
pub(crate) struct EnrollArgs {
    name: String,
    /// Who should decide; without it, whoever gets the link and is signed in
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// What the agent is for
    #[arg(long)]
    description: Option<String>,
    /// Access to ask for, as VAULT:PATTERN:PERMISSIONS, for example 'prod:db/**:read,use'; may be repeated
    #[arg(long, value_name = "ACCESS", value_parser = parse_access)]
    access: Vec<Wish>,
    /// How long the access is needed, in seconds
    #[arg(long = "for", value_name = "SECONDS", requires = "access")]
    duration: Option<i64>,
    /// Why the access is needed
    #[arg(long, requires = "access")]
    reason: Option<String>,
    /// Wait for the decision, and be the agent from then on: with a key pair that stays on this machine
    #[arg(long)]
    wait: bool,
}

/// Access that is asked for, as it is written.
#[derive(Clone, Debug)]
struct Wish {
    vault: String,
    pattern: String,
    permissions: Vec<String>,
}

impl Wish {
    fn asked(&self, args: &EnrollArgs) -> RequestedAccess {
        RequestedAccess {
            vault: self.vault.clone(),
            path_pattern: self.pattern.clone(),
            permissions: self.permissions.clone(),
            duration_seconds: args.duration,
            reason: args.reason.clone().unwrap_or_default(),
        }
    }
}

fn parse_access(text: &str) -> Result<Wish, String> {
    let parts = text.split_once(':').and_then(|(vault, rest)| {
        let (pattern, permissions) = rest.rsplit_once(':')?;
        Some((vault, pattern, permissions))
    });
    let (vault, pattern, permissions) =
        parts.ok_or("write VAULT:PATTERN:PERMISSIONS, for example 'prod:db/**:read'")?;
    Ok(Wish {
        vault: vault.to_owned(),
        pattern: pattern.to_owned(),
        permissions: permissions.split(',').map(str::to_owned).collect(),
    })
}

pub(crate) async fn run(
    args: EnrollArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    if args.wait {
        return enroll_and_wait(args, remote, printer).await;
    }
    let request = request(&args, None);
    let answer = remote.client.enroll_agent(&request).await?;
    if printer.json {
        return printer.json(&answer);
    }
    printer.data(harmless(answer.approval_url.expose()))?;
    say_whom(&args, printer);
    printer.say(format_args!(
        "it is good until {}; the key goes to whoever approves, who sets it here as ONECLAW_AGENT_API_KEY",
        answer.expires_at
    ));
    Ok(())
}

fn request(args: &EnrollArgs, public_key: Option<String>) -> EnrollAgentRequest {
    EnrollAgentRequest {
        name: args.name.clone(),
        human_email: args.email.clone(),
        description: args.description.clone(),
        credential: public_key.as_ref().map(|_| "private_key_jwt".to_owned()),
        public_key,
        requested_access: args.access.iter().map(|wish| wish.asked(args)).collect(),
    }
}

fn say_whom(args: &EnrollArgs, printer: Printer) {
    match &args.email {
        Some(email) => printer.say(format_args!(
            "asked for {:?}: if {email} has an account, a mail with this link is on its way",
            args.name
        )),
        None => printer.say(format_args!(
            "asked for {:?}: give this link to the human who should decide",
            args.name
        )),
    }
}

async fn enroll_and_wait(
    args: EnrollArgs,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let file = remote.folders.agents_file();
    let saved = saved_agents::find(&remote.folders, &remote.url, &args.name)?;
    let agent = match saved {
        Some(agent) if agent.agent_id.is_some() => {
            let what = format!(
                "there is an agent {:?} of this server here already",
                args.name
            );
            return Err(Failure::new(Exit::Conflict, what)
                .because(format!("its key is in {}", file.display()))
                .next(format!("use it: ONECLAW_AGENT={} 1claw whoami", args.name)));
        }
        Some(agent) if agent.expires_at > SystemClock.now() => {
            printer.say("going on with the request that waits already");
            agent
        }
        _ => ask(&args, remote).await?,
    };
    if printer.json {
        printer.json(&json!({
            "event": "requested", "approval_url": agent.approval_url.expose(), "phrase": agent.phrase,
            "fingerprint": agent.fingerprint, "expires_at": agent.expires_at,
        }))?;
    } else {
        printer.data(harmless(agent.approval_url.expose()))?;
        say_whom(&args, printer);
        printer.say(format_args!(
            "approving takes these four words: {}",
            agent.phrase
        ));
    }
    let decided = wait(&agent, remote, printer).await?;
    conclude(&args.name, agent, &decided, remote, printer).await
}

/// Makes the key pair, asks, and saves both before anything else can happen.
async fn ask(args: &EnrollArgs, remote: &Remote) -> Result<SavedAgent, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(Exit::Failed, "no key pair can be made").because(error)
    };
    let pair = AgentKeyPair::generate(&SystemRandom).map_err(|error| broken(&error))?;
    let public = pair.public_key().map_err(|error| broken(&error))?;
    let request = request(args, Some(public.to_base64()));
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
        .next(format!("1claw agent enroll {} without --wait", args.name)));
    };
    let email = args
        .email
        .as_deref()
        .unwrap_or_default()
        .trim()
        .to_lowercase();
    // From our own key: whatever stands between us and the server cannot show another request's words.
    let phrase = PhraseOf {
        enrollment: pairing_id,
        public_key: public.as_bytes(),
        name: args.name.trim(),
        human_email: &email,
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
    saved_agents::save(&remote.folders, &remote.url, &args.name, &agent)?;
    Ok(agent)
}

async fn wait(
    agent: &SavedAgent,
    remote: &Remote,
    printer: Printer,
) -> Result<EnrollmentStatusResponse, Failure> {
    let query = EnrollmentStatusQuery {
        poll: agent.poll_token.expose().to_owned().into(),
    };
    let mut said: Option<Timestamp> = None;
    loop {
        let pause = match remote
            .client
            .enrollment_status(agent.pairing_id, &query)
            .await
        {
            Ok(answer) if answer.status != EnrollmentStatus::Pending => return Ok(answer),
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
        let now = SystemClock.now();
        if agent.expires_at <= now {
            return Err(Failure::new(Exit::TimedOut, "nobody has decided in time")
                .next("run the command again to ask again"));
        }
        if said.is_none_or(|at| at.plus(SAY_EVERY) <= now) {
            tell_waiting(agent, said.is_none(), printer)?;
            said = Some(now);
        }
        tokio::time::sleep(pause).await;
    }
}

fn tell_waiting(agent: &SavedAgent, first: bool, printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&json!({ "event": "waiting", "expires_at": agent.expires_at }));
    }
    // A terminal still shows the first line.
    if first || !std::io::stderr().is_terminal() {
        printer.say(format_args!(
            "waiting until {}; Ctrl-C is safe, the same command goes on",
            agent.expires_at
        ));
    }
    Ok(())
}

/// Signs in once, so that "approved" means that it works.
async fn conclude(
    name: &str,
    agent: SavedAgent,
    decided: &EnrollmentStatusResponse,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let Some(agent_id) = decided.agent_id else {
        saved_agents::remove(&remote.folders, &remote.url, name)?;
        return Err(match decided.status {
            EnrollmentStatus::Denied => Failure::new(Exit::Forbidden, "the request was denied")
                .next("if that was a mistake, ask again: the same command"),
            _ => Failure::new(Exit::TimedOut, "nobody has decided in time")
                .next("run the command again to ask again"),
        });
    };
    let agent = SavedAgent {
        agent_id: Some(agent_id),
        ..agent
    };
    agent.sign_in(&remote.client).await?;
    saved_agents::save(&remote.folders, &remote.url, name, &agent)?;
    let file = remote.folders.agents_file();
    if printer.json {
        return printer.json(&json!({
            "event": "approved", "agent_id": agent_id, "key_file": file.display().to_string(),
        }));
    }
    printer.say(format_args!(
        "approved: {name:?} is agent {agent_id}\nits key never left {} (only you can read it)\nuse it: ONECLAW_AGENT={name} 1claw secret list",
        file.display()
    ));
    Ok(())
}
