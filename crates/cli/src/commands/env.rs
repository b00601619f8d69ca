//! `1claw env`: secrets as environment variables.
//!
//! Invariants:
//! - A value that cannot be read is never written or passed on as an empty one: nothing happens, and the names are
//!   listed, unless `--allow-missing`.
//! - The program of `env run` takes the place of this process, so the terminal, signals and the exit code are its
//!   own. It does not get the credential that opened the vault.

mod cache;
mod compare;
mod fetch;
mod variables;

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, Subcommand, ValueEnum};
use oneclaw_client::secrets::PutSecretRequest;
use oneclaw_core::path::SecretPath;
use serde_json::json;

use crate::args::Global;
use crate::dotenv::{self, Unfit, Variable};
use crate::input;
use crate::output::{Exit, Failure, Format, Printer, counted};
use crate::process;
use crate::remote::Remote;
use crate::settings::{self, CREDENTIALS};
use fetch::fetch;

/// What remains of the environment with `--no-inherit`: enough to find programs and to use the terminal.
const ALWAYS_KEPT: [&str; 4] = ["HOME", "LANG", "PATH", "TERM"];

#[derive(Subcommand)]
pub(crate) enum EnvCommand {
    /// Write secrets to a `.env` file that only you can read
    Pull(PullArgs),
    /// Print secrets in the form that --format names
    Export(Selection),
    /// Write the variables of a `.env` file to the vault
    #[command(visible_alias = "import")]
    Push(PushArgs),
    /// Say which names of a file of examples have no value in the vault
    Check(compare::CheckArgs),
    /// Say how a `.env` file and the vault differ, by name
    Diff(compare::DiffArgs),
    /// Keep values on this machine for a while, so that `env run` starts faster
    #[command(long_about = cache::ABOUT)]
    Cache(cache::CacheArgs),
    /// Say whether values are kept here, and until when
    CacheStatus,
    /// Forget the values that are kept here
    CacheClear,
    /// List the variables of the vault's environments, without values that people may not read
    #[command(alias = "list")]
    Ls(variables::LsArgs),
    /// Add a variable, or give it a new value; the value comes from a hidden prompt, stdin or a file
    Add(variables::AddArgs),
    /// Delete a variable
    #[command(alias = "delete")]
    Rm(variables::RmArgs),
    /// Environments of the vault, such as production
    #[command(subcommand)]
    Environments(variables::EnvironmentsCommand),
    /// Run a program with secrets in its environment
    #[command(after_help = "\
The shell replaces $NAME before 1claw runs. To use a variable in the command itself, let a shell inside do it:
  1claw env run -- sh -c 'echo \"$NAME\"'

This keeps values out of files, histories and chats, not away from the program itself.")]
    Run(RunArgs),
}

/// Which secrets, and what they are called.
#[derive(Args)]
pub(crate) struct Selection {
    /// Only paths below this; it is not part of the names
    #[arg(long, value_name = "PATH")]
    prefix: Option<String>,
    /// Only these variables
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    only: Vec<String>,
    /// A secret under a name of your choice; with one of these, no others unless --prefix
    #[arg(long = "map", value_parser = mapping, value_name = "NAME=PATH")]
    maps: Vec<(String, SecretPath)>,
    /// The variables of this environment of the vault, instead of secrets
    #[arg(
        long,
        short,
        value_name = "NAME",
        conflicts_with_all = ["prefix", "maps"]
    )]
    environment: Option<String>,
    /// Go on without the values that cannot be read
    #[arg(long)]
    allow_missing: bool,
}

#[derive(Args)]
pub(crate) struct PullArgs {
    #[command(flatten)]
    selection: Selection,
    /// The file; `-` is stdout
    #[arg(long, short, default_value = ".env", value_name = "FILE")]
    output: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
pub(crate) struct PushArgs {
    /// The file; `-` is stdin
    #[arg(default_value = ".env")]
    file: PathBuf,
    /// Write below this path
    #[arg(long, value_name = "PATH", conflicts_with = "environment")]
    prefix: Option<String>,
    /// Write variables of this environment of the vault, instead of secrets
    #[arg(long, short, value_name = "NAME")]
    environment: Option<String>,
    /// Show what would be written, and stop
    #[arg(long)]
    dry_run: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Winner {
    /// The secret
    Vault,
    /// What the environment has already
    Process,
}

#[derive(Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    selection: Selection,
    /// Start with an almost empty environment
    #[arg(long)]
    no_inherit: bool,
    /// Which one counts when both have a variable
    #[arg(long = "override", value_name = "WHICH", default_value = "vault")]
    winner: Winner,
    /// Leave the vault's own credential in the environment
    #[arg(long)]
    keep_auth: bool,
    /// Do not use values that `env cache` keeps
    #[arg(long)]
    no_cache: bool,
    /// The program and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

fn mapping(text: &str) -> Result<(String, SecretPath), String> {
    let (name, path) = text.split_once('=').ok_or("expected NAME=PATH")?;
    if !dotenv::is_name(name) {
        return Err("the part before = is not the name of a variable".to_owned());
    }
    let path = path
        .parse::<SecretPath>()
        .map_err(|error| error.to_string())?;
    Ok((name.to_owned(), path))
}

/// `db/main-password` below `db` is `MAIN_PASSWORD`.
fn name_of(path: &str, prefix: &str) -> String {
    let below = path
        .strip_prefix(prefix)
        .unwrap_or(path)
        .trim_start_matches('/');
    let below = if below.is_empty() { path } else { below };
    let upper = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    };
    let name: String = below.chars().map(upper).collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("_{name}");
    }
    name
}

/// Forgets what `env cache` keeps; needs neither server nor credential.
pub(crate) fn forget(printer: Printer) -> Result<(), Failure> {
    cache::clear(&settings::Folders::find()?, printer)
}

pub(crate) async fn run(
    command: EnvCommand,
    remote: &Remote,
    printer: Printer,
) -> Result<(), Failure> {
    match command {
        EnvCommand::Pull(args) => pull(args, remote, printer).await,
        EnvCommand::Export(selection) => {
            let variables = fetch(&selection, None, remote, printer).await?;
            print(&variables, printer)
        }
        EnvCommand::Push(args) => push(args, remote, printer).await,
        EnvCommand::Check(args) => compare::check(&args, remote, printer).await,
        EnvCommand::Diff(args) => compare::diff(&args, remote, printer).await,
        EnvCommand::Cache(args) => cache::fill(&args, remote, printer).await,
        EnvCommand::CacheStatus => cache::status(remote, printer),
        EnvCommand::Ls(args) => variables::ls(args, remote, printer).await,
        EnvCommand::Add(args) => variables::add(args, remote, printer).await,
        EnvCommand::Rm(args) => variables::rm(args, remote, printer).await,
        EnvCommand::Environments(command) => {
            variables::environments(command, remote, printer).await
        }
        // Have a way of their own: one needs no credential, the failures of the other have a code of their own.
        EnvCommand::Run(_) | EnvCommand::CacheClear => Ok(()),
    }
}

fn rendered(variables: &[Variable], dialect: Format) -> Result<String, Failure> {
    dotenv::render(variables, dialect).map_err(|Unfit(why)| {
        Failure::new(Exit::Failed, why)
            .next("nothing was written; choose another --format, such as json")
    })
}

fn as_object(variables: &[Variable]) -> serde_json::Map<String, serde_json::Value> {
    variables
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect()
}

fn print(variables: &[Variable], printer: Printer) -> Result<(), Failure> {
    if printer.json {
        return printer.json(&as_object(variables));
    }
    super::secret::value_to_stdout(&rendered(variables, printer.format)?)
}

async fn pull(args: PullArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let to_stdout = args.output == Path::new("-");
    let file = args.output;
    // Before any value is read, which the log would show.
    if !to_stdout && file.exists() && !args.force {
        return Err(Failure::new(
            Exit::Conflict,
            format!("{} is there already", file.display()),
        )
        .next("--force replaces it, -o names another file"));
    }
    let variables = fetch(&args.selection, None, remote, printer).await?;
    if to_stdout {
        return print(&variables, printer);
    }
    let text = if printer.json {
        format!("{}\n", serde_json::Value::from(as_object(&variables)))
    } else {
        rendered(&variables, printer.format)?
    };
    settings::write_private(&file, text.as_bytes())?;
    if is_tracked(&file) {
        printer.note(format_args!(
            "note: git does not ignore {}; add it to .gitignore before you commit",
            file.display()
        ));
    }
    if !printer.quiet {
        printer.note(format_args!(
            "wrote {} to {}, readable by you alone",
            counted(variables.len(), "variable"),
            file.display()
        ));
    }
    Ok(())
}

/// Whether the file is in a git checkout that does not ignore it.
pub(crate) fn is_tracked(file: &Path) -> bool {
    let asked = Command::new("git")
        .args(["check-ignore", "--quiet", "--"])
        .arg(file)
        .output();
    // 1 means "not ignored", 128 "no checkout".
    asked.is_ok_and(|output| output.status.code() == Some(1))
}

async fn push(args: PushArgs, remote: &Remote, printer: Printer) -> Result<(), Failure> {
    let text = input::text(&args.file)?;
    let variables = dotenv::parse(&text).map_err(|Unfit(why)| {
        Failure::new(
            Exit::Usage,
            format!("{}: {why}", input::name_of(&args.file)),
        )
        .next("nothing was written")
    })?;
    if let Some(environment) = args.environment {
        return variables::push(&environment, variables, args.dry_run, remote, printer).await;
    }
    let prefix = args.prefix.unwrap_or_default();
    let prefix = prefix.trim_end_matches('/');
    let mut planned = Vec::new();
    for (name, value) in variables {
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let path = path.parse::<SecretPath>().map_err(|error| {
            Failure::new(Exit::Usage, format!("{path:?} is not a path")).because(error)
        })?;
        if value.is_empty() {
            printer.say(format_args!("  leave out  {path}  (empty)"));
        } else {
            printer.say(format_args!("  write      {path}"));
            planned.push((path, value));
        }
    }
    let paths: Vec<_> = planned.iter().map(|(path, _)| path.clone()).collect();
    if args.dry_run {
        return printer.done("nothing was written", &json!({ "would_write": paths }));
    }
    let vault = remote.vault().await?;
    input::confirm(
        &format!("write {} to the vault?", counted(paths.len(), "secret")),
        printer,
    )?;
    for (written, (path, value)) in planned.into_iter().enumerate() {
        let request = PutSecretRequest::new(value.into());
        remote
            .client
            .put_secret(vault, &path, &request)
            .await
            .map_err(|error| {
                printer.say(format_args!(
                    "{written} were written before this one: {path}"
                ));
                Failure::from(error)
            })?;
    }
    printer.done(
        format_args!("wrote {}", counted(paths.len(), "secret")),
        &json!({ "written": paths }),
    )
}

/// Becomes the program. Comes back only when that fails.
pub(crate) async fn run_program(
    args: RunArgs,
    global: &Global,
    printer: Printer,
) -> Result<(), Failure> {
    let outcome = prepare(&args, global, printer).await;
    let variables = outcome.map_err(|failure| failure.ending(Exit::RunFailed))?;
    let Some((program, arguments)) = args.command.split_first() else {
        return Err(Failure::new(Exit::RunFailed, "no program is named"));
    };
    let mut child = Command::new(program);
    child.args(arguments);
    if args.no_inherit {
        child.env_clear();
        for name in ALWAYS_KEPT {
            if let Some(value) = settings::variable(name) {
                child.env(name, value);
            }
        }
    }
    if !args.keep_auth {
        for name in CREDENTIALS {
            child.env_remove(name).env_remove(format!("{name}_FILE"));
        }
    }
    for (name, value) in variables {
        let is_there = !args.no_inherit && settings::variable(&name).is_some();
        if args.winner == Winner::Vault || !is_there {
            child.env(name, value);
        }
    }
    match become_program(&mut child) {
        Ok(never) => match never {},
        Err(error) => {
            let exit = match error.kind() {
                io::ErrorKind::NotFound => Exit::NoProgram,
                io::ErrorKind::PermissionDenied => Exit::NotExecutable,
                _ => Exit::RunFailed,
            };
            Err(Failure::new(
                exit,
                format!("{} cannot be run", Path::new(program).display()),
            )
            .because(error))
        }
    }
}

fn become_program(child: &mut Command) -> io::Result<Infallible> {
    process::soften();
    Err(child.exec())
}

async fn prepare(
    args: &RunArgs,
    global: &Global,
    printer: Printer,
) -> Result<Vec<Variable>, Failure> {
    let remote = Remote::open(global, printer).await?;
    let kept = if args.no_cache {
        None
    } else {
        cache::Kept::open(&remote)?
    };
    let variables = fetch(&args.selection, kept, &remote, printer).await?;
    match variables.iter().find(|(_, value)| value.contains('\0')) {
        Some((name, _)) => Err(Failure::new(
            Exit::Failed,
            format!("{name} has a zero byte, which no variable can carry"),
        )),
        None => Ok(variables),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_names() {
        for (path, prefix, name) in [
            ("db/main-password", "", "DB_MAIN_PASSWORD"),
            ("db/main-password", "db", "MAIN_PASSWORD"),
            ("db", "db", "DB"),
            ("2fa/key", "", "_2FA_KEY"),
            ("API_KEY", "", "API_KEY"),
        ] {
            assert_eq!(name_of(path, prefix), name);
        }
    }
}
