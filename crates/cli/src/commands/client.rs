//! The commands that speak with a vault, and how each is set up.

use clap::Subcommand;

use super::{
    account, agent, api, approval, binding, configure, diagnose, enroll, env, federated,
    honeytoken, import, key, log, mfa, open, org, passkey, policy, secret, share, sign_in, vault,
    webhook,
};
use crate::args::Global;
use crate::output::{Exit, Failure, Format, Printer};
use crate::process;
use crate::remote::Remote;

#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// Sign in and keep the session in a file that only you can read
    Login(sign_in::LoginArgs),
    /// End the session, here and on the server
    Logout,
    /// Say who one is, where, and where the credential comes from
    Whoami,
    /// Ask for a mail that leads to a new password
    ForgotPassword(account::ForgotArgs),
    /// Set a new password with the token of that mail
    ResetPassword(account::ResetArgs),
    /// Change the password of your account, or give it a first one
    SetPassword(account::SetArgs),
    /// Move your account to another address
    ChangeEmail(account::ChangeEmailArgs),
    /// Tokens for other services
    #[command(subcommand)]
    Auth(federated::AuthCommand),
    /// Vaults: containers of secrets
    #[command(subcommand, visible_alias = "vaults")]
    Vault(vault::VaultCommand),
    /// Secrets of a vault
    #[command(subcommand, visible_alias = "secrets")]
    Secret(secret::SecretCommand),
    /// Secrets as environment variables
    #[command(subcommand)]
    Env(env::EnvCommand),
    /// Write what a file or another store has as secrets
    Import(import::ImportArgs),
    /// Agents, and letting them in
    #[command(subcommand, visible_alias = "agents")]
    Agent(agent::AgentCommand),
    /// Credentials that an agent uses without seeing them
    #[command(subcommand, visible_alias = "bindings")]
    Binding(binding::BindingCommand),
    /// Who may do what with which secrets
    #[command(subcommand, visible_alias = "policies")]
    Policy(policy::PolicyCommand),
    /// Secrets handed to others, for a while
    #[command(subcommand, visible_alias = "shares")]
    Share(share::ShareCommand),
    /// Requests that a human decides
    #[command(subcommand, visible_alias = "approvals")]
    Approval(approval::ApprovalCommand),
    /// The organisation and its people
    #[command(subcommand)]
    Org(org::OrgCommand),
    /// Signed calls of yours when something happens
    #[command(subcommand, visible_alias = "webhooks")]
    Webhook(webhook::WebhookCommand),
    /// Decoys: an agent that reads one is stopped by that
    #[command(subcommand, visible_alias = "honeytokens", alias = "decoy")]
    Honeytoken(honeytoken::HoneytokenCommand),
    /// Keys that act for you
    #[command(subcommand, visible_alias = "keys")]
    Key(key::KeyCommand),
    /// The second factor of your account
    #[command(subcommand)]
    Mfa(mfa::MfaCommand),
    /// The passkeys of your account
    #[command(subcommand, visible_alias = "passkeys")]
    Passkey(passkey::PasskeyCommand),
    /// Settings of this program
    #[command(subcommand)]
    Config(configure::ConfigCommand),
    /// Open a page of the dashboard
    Open(open::OpenArgs),
    /// Send any request to the API
    Api(api::ApiArgs),
    /// Look for what keeps commands from working
    Doctor,
    #[command(skip)]
    Log(log::LogCommand),
}

pub(crate) fn run(
    command: ClientCommand,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let printer = configure::preferred(printer, global)?;
    if printer.format.is_dialect() && !matches!(command, ClientCommand::Env(_)) {
        return Err(
            Failure::new(Exit::Usage, "this form is for variables alone")
                .next("choose table, json, plain or ndjson"),
        );
    }
    process::start_client()?.block_on(dispatch(command, global, printer))
}

async fn dispatch(
    command: ClientCommand,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    // These do without a credential.
    match command {
        ClientCommand::Login(args) => return sign_in::login(args, global, printer).await,
        ClientCommand::Logout => return sign_in::logout(global, printer).await,
        ClientCommand::ForgotPassword(args) => return account::forgot(args, global, printer).await,
        ClientCommand::ResetPassword(args) => return account::reset(args, global, printer).await,
        ClientCommand::Open(args) => return open::run(&args, global, printer),
        ClientCommand::Auth(command) => {
            federated::refuse_argument(&command)?;
            let remote = if federated::brings_credential(&command) {
                Remote::anonymous(global)?
            } else {
                Remote::open(global, printer).await?
            };
            return federated::run(command, &remote, printer).await;
        }
        ClientCommand::Config(command) => return configure::run(command, global, printer),
        ClientCommand::Doctor => return diagnose::run(global, printer).await,
        ClientCommand::Agent(agent::AgentCommand::Enroll(args)) => {
            return enroll::run(args, &Remote::anonymous(global)?, printer).await;
        }
        ClientCommand::Secret(secret::SecretCommand::Set(ref args)) => {
            secret::refuse_argument(args)?;
        }
        ClientCommand::Env(env::EnvCommand::Add(ref args)) => args.refuse_argument()?,
        ClientCommand::Env(env::EnvCommand::CacheClear) => return env::forget(printer),
        ClientCommand::Env(env::EnvCommand::Run(args)) => {
            return env::run_program(args, global, printer).await;
        }
        _ => {}
    }
    let remote = Remote::open(global, printer).await?;
    match command {
        ClientCommand::Whoami => sign_in::whoami(&remote, printer).await,
        ClientCommand::SetPassword(args) => account::set(args, &remote, printer).await,
        ClientCommand::ChangeEmail(args) => account::change_email(args, &remote, printer).await,
        ClientCommand::Vault(command) => vault::run(command, &remote, printer).await,
        ClientCommand::Secret(command) => secret::run(command, &remote, printer).await,
        ClientCommand::Env(command) => env::run(command, &remote, printer).await,
        ClientCommand::Import(args) => import::run(args, &remote, printer).await,
        ClientCommand::Agent(command) => agent::run(command, &remote, printer).await,
        ClientCommand::Binding(command) => binding::run(command, &remote, printer).await,
        ClientCommand::Policy(command) => policy::run(command, &remote, printer).await,
        ClientCommand::Share(command) => share::run(command, &remote, printer).await,
        ClientCommand::Approval(command) => approval::run(command, &remote, printer).await,
        ClientCommand::Org(command) => org::run(command, &remote, printer).await,
        ClientCommand::Webhook(command) => webhook::run(command, &remote, printer).await,
        ClientCommand::Honeytoken(command) => honeytoken::run(command, &remote, printer).await,
        ClientCommand::Key(command) => key::run(command, &remote, printer).await,
        ClientCommand::Mfa(command) => mfa::run(command, &remote, printer).await,
        ClientCommand::Passkey(command) => passkey::run(command, &remote, printer).await,
        ClientCommand::Api(args) => api::run(args, &remote, printer).await,
        ClientCommand::Log(command) => log::run(command, &remote, printer).await,
        ClientCommand::Login(_)
        | ClientCommand::Logout
        | ClientCommand::ForgotPassword(_)
        | ClientCommand::ResetPassword(_)
        | ClientCommand::Auth(_)
        | ClientCommand::Open(_)
        | ClientCommand::Config(_)
        | ClientCommand::Doctor => Ok(()),
    }
}

/// A length of time: `90s`, `15m`, `24h`, `7d`.
pub(crate) fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "expected a number and s, m, h or d, such as 15m".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number: u64 = text
        .strip_suffix(unit)
        .unwrap_or_default()
        .parse()
        .map_err(|_| wrong())?;
    // Beyond a century is a slip of the finger.
    let total = number
        .checked_mul(seconds)
        .filter(|total| (1..=3_200_000_000).contains(total));
    total.map(std::time::Duration::from_secs).ok_or_else(wrong)
}

/// Whether the data goes to a program and not to a person.
pub(crate) fn wants_records(printer: Printer) -> bool {
    printer.json || printer.format == Format::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_need_a_unit() {
        assert_eq!(duration("90s").unwrap().as_secs(), 90);
        assert_eq!(duration("7d").unwrap().as_secs(), 604_800);
        for wrong in ["", "m", "15", "-1h", "0s", "999999999999999999d", "1w", "ü"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
