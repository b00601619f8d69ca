//! The command line: every command, option and environment variable, and nothing else.
//!
//! Invariants: a secret is never an argument, because arguments are visible to other processes and end up in
//! histories; every setting of the server has a flag, an environment variable and a key in the configuration file,
//! declared once, in [`ServerSettings`].

mod server;

pub(crate) use server::{OutboxCommand, ServerCommand};

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use oneclaw_client::mcp::{Exfiltration, Sanitization, Toolset, Values};
use serde::Deserialize;

use crate::commands::client::ClientCommand;
use crate::commands::log::LogCommand;
use crate::commands::mcp::InstallArgs;
use crate::output::Format;

/// The end of `1claw --help`.
const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    failed
  2    wrong arguments, environment or configuration file
  3    a person refused
  4    not signed in, or the credential is not accepted
  5    what was named does not exist
  6    a policy forbids it, or some of the values cannot be read
  7    a human has to approve first
  8    the name exists, or somebody else was faster
  9    server or database not reachable; trying again may help
  10   a verification found a difference
  124  the wait is over; the request is still open
  125  env run: failed before the program started
  126  env run: the program cannot be executed
  127  env run: there is no such program
  130  interrupted

env run ends with the code of the program. Data goes to stdout, everything else to stderr.";

/// A secrets vault that AI agents can join by themselves.
// No `Debug` here and where settings are: a URL may hold a password.
#[derive(Parser)]
#[command(name = "1claw", version, after_help = EXIT_CODES, max_term_width = 100)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the command line"
)]
#[derive(Args, Clone, Debug)]
pub(crate) struct Global {
    /// Print data, and errors, as JSON
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) json: bool,
    /// Never use colours (also: `NO_COLOR`)
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) no_color: bool,
    /// Form of data
    #[arg(
        long,
        global = true,
        help_heading = "Output",
        conflicts_with = "json",
        value_name = "FORM",
        hide_possible_values = true
    )]
    pub(crate) format: Option<Format>,
    /// Say nothing but errors
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Never ask questions
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) no_input: bool,
    /// Answer yes to questions
    #[arg(long, short, global = true, help_heading = "Output")]
    pub(crate) yes: bool,
    /// Address of the server [default: that of `1claw config`, or <http://127.0.0.1:8110>]
    #[arg(
        long,
        global = true,
        help_heading = "Connection",
        env = "ONECLAW_BASE_URL",
        value_name = "URL"
    )]
    pub(crate) api_url: Option<String>,
    /// Settings and session to use, of those that `1claw config` keeps under a name
    #[arg(
        long,
        global = true,
        help_heading = "Connection",
        env = "ONECLAW_PROFILE",
        value_name = "NAME"
    )]
    pub(crate) profile: Option<String>,
    /// Name or id of the vault [default: that of the project's link, or of `1claw config`]
    #[arg(
        long,
        short = 'v',
        global = true,
        help_heading = "Connection",
        env = "ONECLAW_VAULT_ID",
        value_name = "VAULT"
    )]
    pub(crate) vault: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run the vault: API and dashboard
    Server(Box<ServerArgs>),
    /// Play an agent's whole journey over HTTP and explain each step
    Demo(DemoArgs),
    /// Give an assistant the vault's tools over the Model Context Protocol (on stdin and stdout)
    Mcp(Box<McpArgs>),
    /// Work with audit logs
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    #[command(flatten)]
    Client(ClientCommand),
    /// Print the version of this program
    Version,
    /// Print the description of the HTTP API (OpenAPI 3.1, JSON)
    Openapi,
    /// Print the reference of all commands (Markdown)
    #[command(hide = true)]
    Reference,
    /// Print a script that lets a shell complete commands
    Completion {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    Man {
        /// Where the pages go
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    #[command(hide = true)]
    BenchSeed(BenchSeedArgs),
    #[command(hide = true)]
    BenchStatic(BenchStaticArgs),
    #[command(hide = true)]
    BenchRevoke(BenchRevokeArgs),
}

#[derive(Args)]
pub(crate) struct ServerArgs {
    #[command(flatten)]
    pub(crate) settings: ServerSettings,
    /// Configuration file in TOML; keys are the names of these options with `_` for `-`
    /// [default: 1claw.toml in the data folder, when there is one]
    #[arg(long, global = true, env = "ONECLAW_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<ServerCommand>,
}

/// The settings of a server, each absent unless it was given. One struct for the command line, the environment and
/// the file, so that none knows a setting that another does not.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[command(next_help_heading = "Settings")]
pub(crate) struct ServerSettings {
    /// Address to listen on [default: 127.0.0.1:8110]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub(crate) listen: Option<SocketAddr>,
    /// Address for a monitoring system, without TLS or credentials: counters at /metrics, and /readyz [default: none]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_METRICS_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Folder of the data, made at the first start [default: ./data; with --dev ./data/dev]
    #[arg(long, global = true, env = "ONECLAW_DATA_DIR", value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Where people reach this server; every link begins with it [default: the address it listens on]
    #[arg(long, global = true, env = "ONECLAW_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Database, `sqlite:FILE` or `postgres://USER@HOST/NAME` [default: sqlite:1claw.db in the data folder]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) database_url: Option<String>,
    /// File that holds the database URL, for one with a password
    #[arg(
        long,
        global = true,
        env = "ONECLAW_DATABASE_URL_FILE",
        value_name = "FILE"
    )]
    pub(crate) database_url_file: Option<PathBuf>,
    /// How mail leaves: `smtps://HOST`, `smtp://HOST:587` or `file:///FOLDER` [default: not at all]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_MAIL_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub(crate) mail_url: Option<String>,
    /// File that holds the mail URL, for one with a password
    #[arg(
        long,
        global = true,
        env = "ONECLAW_MAIL_URL_FILE",
        value_name = "FILE"
    )]
    pub(crate) mail_url_file: Option<PathBuf>,
    /// The name that Google knows this server by; lets people sign in with Google [default: they cannot]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_GOOGLE_CLIENT_ID",
        value_name = "ID"
    )]
    pub(crate) google_client_id: Option<String>,
    /// Where Google's keys are, to be read by way of a mirror [default: Google's own address]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_GOOGLE_JWKS_URL",
        value_name = "URL"
    )]
    pub(crate) google_jwks_url: Option<String>,
    /// Let agents get tokens for other services, as far as their humans allow it
    #[arg(
        long,
        global = true,
        env = "ONECLAW_FEDERATION",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        require_equals = true
    )]
    pub(crate) federation: Option<bool>,
    /// Let assistants register themselves (RFC 7591), for those that publish no description of themselves
    #[arg(
        long,
        global = true,
        env = "ONECLAW_OAUTH_REGISTRATION",
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true",
        require_equals = true
    )]
    pub(crate) oauth_registration: Option<bool>,
    /// Sender of mails [default: 1Claw <no-reply@HOST of the public URL>]
    #[arg(long, global = true, env = "ONECLAW_MAIL_FROM", value_name = "ADDRESS")]
    pub(crate) mail_from: Option<String>,
    /// File of the master key, made at the first start [default: master.key in the data folder]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_MASTER_KEY_FILE",
        value_name = "FILE"
    )]
    pub(crate) master_key_file: Option<PathBuf>,
    /// Reverse proxies whose word about client addresses is taken, as networks: `10.0.0.0/8,fd00::/8`
    #[arg(
        long,
        global = true,
        env = "ONECLAW_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub(crate) trusted_proxies: Option<Vec<Network>>,
    /// Header in which those proxies report the client [default: x-forwarded-for]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_FORWARDED_HEADER",
        value_name = "HEADER"
    )]
    pub(crate) forwarded_header: Option<ForwardedHeader>,
    /// How an approver gets a new agent's key: in the mail, or from a page behind a mailed link [default: email]
    #[arg(long, global = true, env = "ONECLAW_KEY_DELIVERY", value_name = "WAY")]
    pub(crate) key_delivery: Option<KeyDelivery>,
    /// Limit requests per client network; switch off only where something in front does it [default: true]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_FLOOD_LIMITS",
        value_name = "BOOL",
        num_args = 1
    )]
    pub(crate) flood_limits: Option<bool>,
    /// Networks that webhooks and bindings may call although they are private, and without TLS: `10.1.0.0/16,::1`
    /// [default: none]
    #[arg(
        long,
        global = true,
        env = "ONECLAW_OUTBOUND_ALLOW",
        value_name = "NETWORKS",
        value_delimiter = ','
    )]
    pub(crate) outbound_allow: Option<Vec<Network>>,
    /// A demonstration on this machine: an owner with a published password, sign-up without mail
    #[arg(long, global = true, env = "ONECLAW_DEV", value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub(crate) dev: Option<bool>,
    /// Form of log lines on stderr; `RUST_LOG` says which [default: text]
    #[arg(long, global = true, env = "ONECLAW_LOG_FORMAT", value_name = "FORM")]
    pub(crate) log_format: Option<LogFormat>,
}

/// An address range; a bare address is a range of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Network(pub(crate) ipnet::IpNet);

impl std::str::FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let single = || text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from);
        text.parse()
            .or_else(|_| single())
            .map(Self)
            .map_err(|_| "expected a network such as 10.0.0.0/8, or an address")
    }
}

impl TryFrom<String> for Network {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ForwardedHeader {
    /// `X-Forwarded-For`
    XForwardedFor,
    /// `Forwarded` (RFC 7239)
    Forwarded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyDelivery {
    /// In the mail that tells of the approval
    Email,
    /// Made and shown once, on a page for the signed-in approver
    Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// One line for people
    Text,
    /// One JSON object per line
    Json,
}

/// The end of `1claw mcp --help`.
const MCP_CREDENTIALS: &str = "\
Credentials come from the environment, never from arguments:
  ONECLAW_AGENT_API_KEY       the agent's key; enough by itself
  ONECLAW_AGENT_API_KEY_FILE  a file that holds it (also: --key-file)
  ONECLAW_AGENT_ID            the agent's id, beside the key; not needed
  ONECLAW_AGENT_TOKEN         an access token instead of a key; it is not renewed

Without --vault (ONECLAW_VAULT_ID) tools use the first vault that the agent may use. ONECLAW_API_URL and ONECLAW_API_KEY are
understood for ONECLAW_BASE_URL and ONECLAW_AGENT_API_KEY.";

#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of the command line"
)]
#[derive(Args)]
#[command(after_help = MCP_CREDENTIALS, args_conflicts_with_subcommands = true)]
pub(crate) struct McpArgs {
    #[command(subcommand)]
    pub(crate) command: Option<McpCommand>,
    /// File that holds the agent's key
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Groups of tools to offer: `read`, `write`, `access`, `share`, `admin` [default: all]
    #[arg(
        long,
        env = "ONECLAW_MCP_TOOLSETS",
        value_name = "GROUPS",
        value_delimiter = ','
    )]
    pub(crate) toolsets: Option<Vec<Toolset>>,
    /// Offer only tools that change nothing
    #[arg(long, env = "ONECLAW_MCP_READ_ONLY", value_name = "BOOL", num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true, action = clap::ArgAction::Set)]
    pub(crate) read_only: bool,
    /// Offer only `inspect_content`, which needs neither vault nor credentials
    #[arg(long, env = "ONECLAW_LOCAL_ONLY", value_name = "BOOL", num_args = 0..=1, default_value_t = false, default_missing_value = "true", require_equals = true, action = clap::ArgAction::Set)]
    pub(crate) local_only: bool,
    /// Whether values reach the model: `allow` or `never`
    #[arg(
        long,
        env = "ONECLAW_MCP_VALUES",
        value_name = "WORD",
        default_value = "allow"
    )]
    pub(crate) values: Values,
    /// Look at what goes to tools and comes from them
    #[arg(
        long,
        env = "ONECLAW_MCP_SECURITY_ENABLED",
        value_name = "BOOL",
        default_value_t = true,
        action = clap::ArgAction::Set,
        help_heading = "Inspection"
    )]
    pub(crate) security_enabled: bool,
    /// What happens to an argument that looks dangerous: `block`, `surgical` or `log_only`
    #[arg(
        long,
        env = "ONECLAW_MCP_SANITIZATION_MODE",
        value_name = "WORD",
        default_value = "block",
        help_heading = "Inspection"
    )]
    pub(crate) sanitization_mode: Sanitization,
    /// Take values that were read out of the results of other tools
    #[arg(
        long,
        env = "ONECLAW_MCP_REDACT_SECRETS",
        value_name = "BOOL",
        default_value_t = true,
        action = clap::ArgAction::Set,
        help_heading = "Inspection"
    )]
    pub(crate) redact_secrets: bool,
    /// Look for personal data too
    #[arg(
        long,
        env = "ONECLAW_MCP_PII_DETECTION",
        value_name = "BOOL",
        default_value_t = true,
        action = clap::ArgAction::Set,
        help_heading = "Inspection"
    )]
    pub(crate) pii_detection: bool,
    /// What happens when a value that was read is passed to another tool: `block`, `warn` or `off`
    #[arg(
        long,
        env = "ONECLAW_MCP_EXFIL_PROTECTION",
        value_name = "WORD",
        default_value = "block",
        help_heading = "Inspection"
    )]
    pub(crate) exfil_protection: Exfiltration,
}

#[derive(Subcommand)]
pub(crate) enum McpCommand {
    /// Put the vault into the settings of an assistant, without a key in them
    Install(InstallArgs),
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Play against this server, started with `--dev`, instead of one of its own
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Stop at the end instead of leaving the server running
    #[arg(long)]
    pub(crate) exit: bool,
    /// Play the shortest way instead: an agent with a key of its own, two human acts, nothing copied
    #[arg(long)]
    pub(crate) paired: bool,
}

#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Check an exported log against a signed checkpoint, without server or database
    Verify(AuditVerifyArgs),
    #[command(flatten)]
    Log(LogCommand),
}

#[derive(Args, Debug)]
pub(crate) struct AuditVerifyArgs {
    /// The export, JSON lines as from GET /v1/audit/export; `-` reads stdin
    #[arg(value_name = "EXPORT")]
    pub(crate) export: PathBuf,
    /// The signed note of GET /v1/audit/checkpoint
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: PathBuf,
    /// The log's verifier key, or a file that holds it. Keep it from earlier, not from whom you check
    #[arg(long, value_name = "KEY|FILE")]
    pub(crate) key: String,
}

#[derive(Args, Debug)]
pub(crate) struct BenchSeedArgs {
    #[arg(long)]
    pub(crate) data_dir: PathBuf,
    /// An empty database instead of one in the folder
    #[arg(long)]
    pub(crate) database_url: Option<String>,
    #[arg(long)]
    pub(crate) secrets: usize,
    #[arg(long)]
    pub(crate) policies: usize,
}

#[derive(Args, Debug)]
pub(crate) struct BenchRevokeArgs {
    /// The nodes; rights are taken away on the first
    #[arg(long, required = true)]
    pub(crate) url: Vec<String>,
    /// How often each act is done
    #[arg(long, default_value_t = 20)]
    pub(crate) rounds: usize,
    /// Requests after each act
    #[arg(long, default_value_t = 500)]
    pub(crate) requests: usize,
}

#[derive(Args, Debug)]
pub(crate) struct BenchStaticArgs {
    #[arg(long)]
    pub(crate) listen: SocketAddr,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_setting_counts_wherever_it_stands() {
        for words in [
            ["1claw", "server", "--data-dir", "/x", "outbox"],
            ["1claw", "server", "outbox", "--data-dir", "/x"],
        ] {
            let cli = Cli::try_parse_from(words).unwrap();
            let Command::Server(server) = cli.command else {
                panic!("not the server command");
            };
            assert_eq!(server.settings.data_dir, Some(PathBuf::from("/x")));
            assert!(matches!(server.command, Some(ServerCommand::Outbox { .. })));
        }
    }

    #[test]
    fn dev_needs_no_value_and_takes_none_that_follows() {
        let cli = Cli::try_parse_from(["1claw", "server", "--dev", "doctor"]).unwrap();
        let Command::Server(server) = cli.command else {
            panic!("not the server command");
        };
        assert_eq!(server.settings.dev, Some(true));
        assert!(matches!(server.command, Some(ServerCommand::Doctor)));
    }

    #[test]
    fn a_bare_address_is_a_network_of_one() {
        let network: Network = "192.0.2.7".parse().unwrap();
        assert_eq!(network.0.to_string(), "192.0.2.7/32");
        assert!("10.0.0.0/33".parse::<Network>().is_err());
    }
}
