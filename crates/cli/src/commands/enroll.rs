//! `1claw agent enroll`: asks to be let in, and with `--wait` becomes the agent.
//!
//! With `--wait` nothing secret is ever copied: the key pair is made here and stays here, the human
//! compares four words, and what the server gets is the public key. The state is saved before the first
//! question, so that a wait that was interrupted goes on where it was.

use clap::Args;
use oneclaw_client::enrollments::{EnrollAgentRequest, EnrollmentStatusResponse, RequestedAccess};
use oneclaw_core::clock::{Clock as _, SystemClock};
use serde_json::json;

use crate::output::{Exit, Failure, Printer, harmless};
use crate::pairing::{self, Look};
use crate::remote::Remote;
use crate::saved_agents::{self, SavedAgent};
use crate::waiting;

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
    let answer = remote.client.enroll_agent(&wish(&args)).await?;
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

fn wish(args: &EnrollArgs) -> EnrollAgentRequest {
    EnrollAgentRequest {
        name: args.name.clone(),
        human_email: args.email.clone(),
        description: args.description.clone(),
        credential: None,
        public_key: None,
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
        _ => pairing::ask(&wish(&args), remote).await?,
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

async fn wait(
    agent: &SavedAgent,
    remote: &Remote,
    printer: Printer,
) -> Result<EnrollmentStatusResponse, Failure> {
    let sentence = format!(
        "waiting until {}; Ctrl-C is safe, the same command goes on",
        agent.expires_at
    );
    let event = json!({ "event": "waiting", "expires_at": agent.expires_at });
    waiting::during(&sentence, &event, printer, decision(agent, remote)).await
}

/// Asks until somebody has decided.
async fn decision(
    agent: &SavedAgent,
    remote: &Remote,
) -> Result<EnrollmentStatusResponse, Failure> {
    loop {
        let pause = match pairing::look(agent, &remote.client).await? {
            Look::Decided(answer) => return Ok(answer),
            Look::Waiting(pause) => pause,
        };
        tokio::time::sleep(pause).await;
    }
}

async fn conclude(
    name: &str,
    agent: SavedAgent,
    decided: &EnrollmentStatusResponse,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let agent = pairing::conclude(name, agent, decided, remote).await?;
    let file = remote.folders.agents_file();
    let agent_id = agent.agent_id;
    if printer.json {
        return printer.json(&json!({
            "event": "approved", "agent_id": agent_id, "key_file": file.display().to_string(),
        }));
    }
    let id = agent_id.map(|id| id.to_string()).unwrap_or_default();
    printer.say(format_args!(
        "approved: {name:?} is agent {id}\nits key never left {} (only you can read it)\nuse it: ONECLAW_AGENT={name} 1claw secret list",
        file.display()
    ));
    Ok(())
}
