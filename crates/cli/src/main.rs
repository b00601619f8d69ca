//! The binary `1claw`: server, demonstration, operator commands, and the client of a vault.
//!
//! - [`args`] is the command line and nothing else, [`config`] puts the settings of a server together, [`output`] is
//!   the only way to print and knows the exit codes, [`process`] is what concerns the process as a whole.
//! - [`browser`] opens pages, [`waiting`] shows that something takes its time.
//! - [`remote`] is the server that client commands speak with, [`settings`] what they find in files and in the
//!   environment, [`input`] what people and pipes give them.
//! - [`commands`] has one module for each command. A command gets its arguments and a printer and returns what went
//!   wrong; it never ends the process itself.

mod args;
mod browser;
mod commands;
mod config;
mod dotenv;
mod input;
mod output;
mod pairing;
mod process;
mod reference;
mod remote;
mod saved_agents;
mod settings;
mod waiting;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use crate::args::{AuditCommand, Cli, Command, Global};
use crate::commands::client::ClientCommand;
use crate::output::{Failure, Format, Printer};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((matches, cli))
    });
    let (matches, cli) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are "errors" too; they go to stdout and end with 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(1));
        }
    };
    if cli.global.no_color {
        anstream::ColorChoice::Never.write_global();
    }
    let format = cli.global.format.unwrap_or(if cli.global.json {
        Format::Json
    } else {
        Format::Table
    });
    let printer = Printer {
        json: matches!(format, Format::Json | Format::Ndjson),
        format,
        quiet: cli.global.quiet,
        may_ask: !cli.global.no_input,
        assume_yes: cli.global.yes,
    };
    let outcome = config::refuse_passwords(&matches).and_then(|()| {
        process::harden();
        run(cli.command, &cli.global, printer)
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => printer.failure(&failure),
    }
}

fn run(command: Command, global: &Global, printer: Printer) -> Result<(), Failure> {
    match command {
        Command::Server(args) => commands::server::run(*args, printer),
        Command::Demo(args) => commands::demo::run(args, printer),
        Command::Mcp(args) => commands::mcp::run(*args, global, printer),
        Command::Audit {
            command: AuditCommand::Verify(args),
        } => commands::audit::verify(&args, printer),
        Command::Audit {
            command: AuditCommand::Log(command),
        } => commands::client::run(ClientCommand::Log(command), global, printer),
        Command::Client(command) => commands::client::run(command, global, printer),
        Command::Reference => printer.data(reference::markdown(&Cli::command())),
        Command::Completion { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "1claw", &mut script);
            printer.data(String::from_utf8_lossy(&script).trim_end())
        }
        Command::Man { folder } => reference::manual(Cli::command(), folder.as_deref(), printer),
        Command::Version => printer.done_as_data(
            concat!("1claw ", env!("CARGO_PKG_VERSION")),
            &serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }),
        ),
        Command::Openapi => printer.data(oneclaw_server::openapi_json()),
        Command::BenchSeed(args) => commands::bench::seed(args, printer),
        Command::BenchRevoke(args) => commands::bench::revocation::measure(&args, printer),
        Command::BenchStatic(args) => commands::bench::serve_static(&args),
    }
}
