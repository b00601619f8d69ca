//! `1claw mcp install`: an entry for the vault in the settings of an assistant.
//!
//! Invariant: no key is written. The entry names the file that holds it, which only its owner can read, or no place at all.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::{Args, Parser as _, ValueEnum};
use serde_json::json;

use super::edit::{self, Edit, Entry, Form};
use crate::args::{Cli, Command, Global};
use crate::config::has_password;
use crate::output::{Exit, Failure, Printer};
use crate::remote::Remote;
use crate::settings::{Folders, cannot_read, cannot_write, variable, write_private};

/// What the key of an agent begins with.
const AGENT_KEY: &str = "ocv_";
const OTHERS_MAY_READ: u32 = 0o077;

#[derive(Args)]
pub(crate) struct InstallArgs {
    /// Which assistant
    client: Assistant,
    /// File that holds the agent's key [default: agent.key beside the settings of `1claw config path`]
    #[arg(long, value_name = "FILE", conflicts_with = "no_key")]
    key_file: Option<PathBuf>,
    /// Name no file: the assistant's environment holds the credentials
    #[arg(long)]
    no_key: bool,
    /// Name of the entry
    #[arg(long, default_value = "1claw", value_parser = name)]
    name: String,
    /// Print the entry and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Further options of `1claw mcp`, such as `-- --read-only`
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

/// An assistant whose settings are known.
#[derive(Clone, Copy, ValueEnum)]
enum Assistant {
    ClaudeCode,
    ClaudeDesktop,
    Cursor,
    Vscode,
    Codex,
}

impl Assistant {
    fn title(self) -> &'static str {
        match self {
            Self::ClaudeCode => "Claude Code",
            Self::ClaudeDesktop => "Claude Desktop",
            Self::Cursor => "Cursor",
            Self::Vscode => "VS Code",
            Self::Codex => "Codex",
        }
    }

    fn form(self) -> Form {
        match self {
            Self::Vscode => Form::Json("servers"),
            Self::Codex => Form::Toml("mcp_servers"),
            Self::ClaudeCode | Self::ClaudeDesktop | Self::Cursor => Form::Json("mcpServers"),
        }
    }

    /// The settings of the user, where the assistant looks for them.
    fn file(self) -> Result<PathBuf, Failure> {
        let home = variable("HOME")
            .map(PathBuf::from)
            .ok_or_else(|| Failure::new(Exit::Usage, "HOME is not set"))?;
        let place = |name: &str| variable(name).map(PathBuf::from);
        let programs = if cfg!(target_os = "macos") {
            home.join("Library/Application Support")
        } else {
            place("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"))
        };
        Ok(match self {
            Self::ClaudeCode => place("CLAUDE_CONFIG_DIR")
                .unwrap_or(home)
                .join(".claude.json"),
            Self::ClaudeDesktop => programs.join("Claude/claude_desktop_config.json"),
            Self::Cursor => home.join(".cursor/mcp.json"),
            Self::Vscode => programs.join("Code/User/mcp.json"),
            Self::Codex => place("CODEX_HOME")
                .unwrap_or_else(|| home.join(".codex"))
                .join("config.toml"),
        })
    }
}

/// A name that every assistant takes.
fn name(text: &str) -> Result<String, &'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || !text.chars().all(is_plain) {
        return Err("expected letters, digits, - and _");
    }
    Ok(text.to_owned())
}

pub(super) fn run(args: &InstallArgs, global: &Global, printer: Printer) -> Result<(), Failure> {
    let entry = entry(args, global)?;
    let form = args.client.form();
    let file = args.client.file()?;
    if args.dry_run {
        let text = edit::alone(form, &entry).map_err(|why| not_understood(&file, &why))?;
        if printer.json {
            let document = json!({ "file": file, "changed": false, "entry": text });
            return printer.json(&document);
        }
        printer.say(format_args!("This would be put into {}:", file.display()));
        return printer.data(text.trim_end());
    }
    // A link, as people with their settings under version control have, stays one.
    let file = fs::canonicalize(&file).unwrap_or(file);
    let before = match fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(cannot_read(&file, &error)),
    };
    let text = before.as_deref().unwrap_or_default();
    let edit = edit::with_entry(form, text, &entry).map_err(|why| not_understood(&file, &why))?;
    let title = args.client.title();
    let Edit::Change { text, former } = edit else {
        let document = json!({ "file": file, "changed": false, "backup": null });
        return printer.done(format_args!("{title} has the vault already."), &document);
    };
    let backup = match &before {
        Some(before) => Some(keep(&file, before)?),
        None => None,
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    }
    write_private(&file, text.as_bytes())?;
    if let Some(backup) = &backup {
        printer.say(format_args!(
            "Kept the former settings in {}.",
            backup.display()
        ));
    }
    if former.is_some_and(|former| former.contains(AGENT_KEY)) {
        printer.note(
            "note: the former entry held a key, which is now in the kept settings; give the agent a new one",
        );
    }
    let sentence = format!(
        "{title} has the vault as \"{}\", in {}. Start {title} again.",
        entry.name,
        file.display()
    );
    let document = json!({ "file": file, "changed": true, "backup": backup });
    printer.done(sentence, &document)
}

fn entry(args: &InstallArgs, global: &Global) -> Result<Entry, Failure> {
    let url = Remote::anonymous(global)?.url;
    if has_password(&url) {
        return Err(Failure::new(Exit::Usage, "the address holds a password")
            .because("an assistant shows its settings to whoever asks"));
    }
    let program = std::env::current_exe()
        .map_err(|error| Failure::new(Exit::Failed, "where is this program?").because(error))?;
    let mut words = vec!["mcp".to_owned(), format!("--api-url={url}")];
    if let Some(vault) = &global.vault {
        words.push(format!("--vault={vault}"));
    }
    if !args.no_key {
        let file = key_file(args.key_file.as_deref())?;
        words.push(format!("--key-file={}", file.display()));
    }
    check(&args.options)?;
    words.extend(args.options.iter().cloned());
    Ok(Entry {
        name: args.name.clone(),
        command: program.display().to_string(),
        args: words,
    })
}

/// Refuses options with which the tools would not start.
fn check(options: &[String]) -> Result<(), Failure> {
    let words = ["1claw", "mcp"].into_iter().map(str::to_owned);
    match Cli::try_parse_from(words.chain(options.iter().cloned())) {
        Ok(Cli {
            command: Command::Mcp(args),
            ..
        }) if args.command.is_none() => Ok(()),
        Ok(_) => Err(Failure::new(
            Exit::Usage,
            "these are not options of `1claw mcp`",
        )),
        Err(error) => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            Err(Failure::new(Exit::Usage, "`1claw mcp` would not start")
                .because(line.trim_start_matches("error: ")))
        }
    }
}

/// The file of the key, when it is there and only its owner can read it.
fn key_file(given: Option<&Path>) -> Result<PathBuf, Failure> {
    let file = match given {
        Some(file) => std::path::absolute(file).map_err(|error| cannot_read(file, &error))?,
        None => Folders::find()?.config_file().with_file_name("agent.key"),
    };
    let metadata = match fs::metadata(&file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let what = format!("there is no agent's key in {}", file.display());
            return Err(Failure::new(Exit::NotFound, what)
                .because("the assistant's settings name the file of the key, and never hold it")
                .next("save it there with mode 600, name another --key-file, or use --no-key"));
        }
        Err(error) => return Err(cannot_read(&file, &error)),
    };
    if metadata.permissions().mode() & OTHERS_MAY_READ != 0 {
        let what = format!("{} can be read by others", file.display());
        return Err(Failure::new(Exit::SignIn, what)
            .because("it holds a credential, which others may have used")
            .next(format!(
                "chmod 600 {}, and give the agent a new key",
                file.display()
            )));
    }
    Ok(file)
}

/// Keeps what a file held before, beside it.
fn keep(file: &Path, before: &str) -> Result<PathBuf, Failure> {
    let mut name = file.as_os_str().to_owned();
    name.push(".before-1claw");
    let backup = PathBuf::from(name);
    write_private(&backup, before.as_bytes())?;
    Ok(backup)
}

fn not_understood(file: &Path, why: &str) -> Failure {
    let what = format!("{} is not understood and stays as it is", file.display());
    Failure::new(Exit::Failed, what)
        .because(why)
        .next("add by hand what --dry-run prints")
}
