//! What concerns the process as a whole: permissions of new files, core dumps, signals, log, threads.

use std::sync::{Once, OnceLock};

use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;
use crate::output::{Exit, Failure};

/// The mask that the process was started with, for programs that it becomes.
static STARTED_WITH: OnceLock<Mode> = OnceLock::new();

/// Makes everything the process writes readable by its user alone, keeps its memory out of core dumps and away from
/// debuggers of the same user, and chooses the cryptography of TLS.
pub(crate) fn harden() {
    let before = rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let _ = STARTED_WITH.set(before);
    // The upper limit stays: it could not be given back to a program that this process becomes.
    let none = Rlimit {
        current: Some(0),
        ..rustix::process::getrlimit(Resource::Core)
    };
    // Best effort: a sandbox may forbid either, and neither protects against more than an accident.
    let _ = rustix::process::setrlimit(Resource::Core, none);
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
    // Fails only when there is one already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Takes back what [`harden`] would leave to a program that this process becomes.
pub(crate) fn soften() {
    if let Some(mask) = STARTED_WITH.get() {
        rustix::process::umask(*mask);
    }
    let limit = rustix::process::getrlimit(Resource::Core);
    let all = Rlimit {
        current: limit.maximum,
        ..limit
    };
    let _ = rustix::process::setrlimit(Resource::Core, all);
}

/// Starts what a client command needs to wait for answers: no threads of its own.
pub(crate) fn start_client() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, "waiting cannot be set up").because(error))
}

/// Starts the threads that requests are served on.
pub(crate) fn start_runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, "the threads cannot be started").because(error))
}

/// Sends log lines to stderr. `RUST_LOG` says which; by default what an operator should know.
pub(crate) fn start_log(format: LogFormat, default: &str) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let chosen = EnvFilter::try_from_default_env();
        let filter = chosen.unwrap_or_else(|_| EnvFilter::new(default));
        let lines = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            // Complaining on stderr about a log that cannot be written, as to a file on a full disk, would panic.
            .log_internal_errors(false);
        match format {
            LogFormat::Text => lines.with_ansi(wants_colour()).init(),
            LogFormat::Json => lines.json().init(),
        }
    });
}

fn wants_colour() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// The signals by which a person or a supervisor asks the process to stop.
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    /// From here on these signals do not end the process by themselves.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let failed =
            |error| Failure::new(Exit::Failed, "signals cannot be received").because(error);
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    /// Waits for the next of them.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
