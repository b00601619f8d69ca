//! `1claw auth federated-token`: a token of an agent for another service (RFC 8693).

use std::path::PathBuf;

use clap::{Args, Subcommand};
use oneclaw_client::federation::{API_KEY, JWT, TOKEN_EXCHANGE, TokenExchangeRequest};

use crate::input;
use crate::output::{Exit, Failure, Printer};
use crate::remote::Remote;

#[derive(Subcommand)]
pub(crate) enum AuthCommand {
    /// Print a token of the agent for another service
    FederatedToken(FederatedArgs),
}

#[derive(Args)]
pub(crate) struct FederatedArgs {
    /// The service that the token is for
    #[arg(long, short, value_name = "URI")]
    audience: String,
    /// What the token is for; at most what the agent's scopes are
    #[arg(long)]
    scope: Option<String>,
    /// Print the token alone, without a word about it
    #[arg(long)]
    raw: bool,
    /// Taken to be refused with advice.
    #[arg(long, hide = true, value_name = "TOKEN")]
    subject_token: Option<String>,
    /// Read the agent's key or token from a file instead of the environment; `-` is stdin
    #[arg(long, value_name = "FILE")]
    subject_token_file: Option<PathBuf>,
}

/// Refuses a token among the arguments, before anything else is looked at.
pub(crate) fn refuse_argument(command: &AuthCommand) -> Result<(), Failure> {
    let AuthCommand::FederatedToken(args) = command;
    match args.subject_token {
        Some(_) => Err(Failure::new(Exit::Usage, "a token must not be an argument")
            .because(
                "other processes see arguments, and shells keep them; treat this token as seen",
            )
            .next("set ONECLAW_AGENT_API_KEY, or name a file: --subject-token-file FILE")),
        None => Ok(()),
    }
}

/// Whether the command brings a credential of its own.
pub(crate) fn brings_credential(command: &AuthCommand) -> bool {
    let AuthCommand::FederatedToken(args) = command;
    args.subject_token_file.is_some()
}

pub(crate) async fn run(
    command: AuthCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    let AuthCommand::FederatedToken(args) = command;
    let subject = match &args.subject_token_file {
        Some(file) => {
            let subject = input::secret(Some(file), false, "key of the agent", printer)?;
            Some(subject.expose().trim().to_owned())
        }
        None => None,
    };
    let kind = subject.as_deref().map(|subject| {
        let is_key = subject.starts_with("ocv_");
        (if is_key { API_KEY } else { JWT }).to_owned()
    });
    let request = TokenExchangeRequest {
        grant_type: TOKEN_EXCHANGE.to_owned(),
        subject_token: subject.map(Into::into),
        subject_token_type: kind,
        audience: args.audience,
        scope: args.scope,
        requested_token_type: None,
    };
    let token = remote.client.exchange_federated_token(&request).await?;
    if printer.json {
        return printer.json(&token);
    }
    printer.data(token.access_token.expose())?;
    if !args.raw {
        printer.say(format_args!("good for {} s", token.expires_in));
    }
    Ok(())
}
