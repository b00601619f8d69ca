//! `1claw server`: the vault itself, and what its operator does to it.

mod backup;
mod banner;
mod doctor;
mod folder;
mod instance;
mod migrate;
mod outbox;
mod rotate_key;

pub(crate) use banner::{DEMO_OWNER, DEMO_PASSWORD};
pub(crate) use instance::Instance;
use instance::open_existing;

use crate::args::{ServerArgs, ServerCommand};
use crate::config::Config;
use crate::output::{Exit, Failure, Printer};
use crate::process::{self, StopSignals};

/// What the log shows when `RUST_LOG` does not say.
const DEFAULT_LOG: &str = "warn,oneclaw=info,1claw=info";

/// Runs the server, or one of the operator's commands.
pub(crate) fn run(mut args: ServerArgs, printer: Printer) -> Result<(), Failure> {
    let command = args.command.take();
    let config = Config::load(args)?;
    process::start_log(config.log_format, DEFAULT_LOG);
    match command {
        None => process::start_runtime()?.block_on(serve(&config, printer)),
        Some(ServerCommand::RotateKey) => rotate_key::run(&config, printer),
        Some(ServerCommand::Outbox { command }) => outbox::run(&config, command, printer),
        Some(ServerCommand::Doctor) => doctor::run(&config, printer),
        Some(ServerCommand::Backup { folder }) => backup::back_up(&config, &folder, printer),
        Some(ServerCommand::Restore { folder }) => backup::restore(&config, &folder, printer),
        Some(ServerCommand::Migrate { check }) => migrate::run(&config, check, printer),
    }
}

async fn serve(config: &Config, printer: Printer) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let mut instance = Instance::start(config).await?;
    // Nobody reading the banner is no reason not to serve.
    if banner::print(config, &instance, printer).is_err() {
        tracing::warn!("the start-up notice cannot be written to stdout");
    }
    tokio::select! {
        () = signals.next() => {}
        failure = instance.failed() => return Err(failure),
    }
    tracing::info!("stopping: requests under way are answered first");
    tokio::select! {
        stopped = instance.stop() => stopped,
        () = signals.next() => {
            Err(Failure::new(Exit::Interrupted, "stopped before all requests were answered"))
        }
    }
}
