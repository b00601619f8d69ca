//! `1claw demo`: an agent's whole journey against a real server over HTTP, every request and answer shown and checked.
//!
//! Invariants: the demonstration uses nothing but the public API; a step that comes out differently from what the
//! step says ends it with an error; values, keys, tokens and links with tokens are never printed.

mod journey;
mod narrator;
mod ordered;
mod paired;

use std::path::Path;

use tempfile::TempDir;

use self::journey::{PASSWORD, Person};
use self::narrator::Stage;
use crate::args::{DemoArgs, LogFormat, ServerArgs, ServerSettings};
use crate::commands::server::Instance;
use crate::config::Config;
use crate::output::{BOLD, DIM, Exit, Failure, GOOD, Printer};
use crate::process::{self, StopSignals};

/// Plays the journey.
pub(crate) fn run(args: DemoArgs, printer: Printer) -> Result<(), Failure> {
    process::start_log(LogFormat::Text, "warn");
    let folder = tempfile::Builder::new()
        .prefix("1claw-demo-")
        .tempdir()
        .map_err(|error| {
            Failure::new(
                Exit::Failed,
                "a folder for the demonstration cannot be made",
            )
            .because(error)
        })?;
    process::start_runtime()?.block_on(async {
        match args.url {
            Some(url) => play_on(&url, args.paired, &folder, printer).await,
            None => play_here(&args, &folder, printer).await,
        }
    })
}

/// Plays the whole journey, or the shortest one.
async fn play(stage: &Stage, person: &Person, paired: bool, folder: &Path) -> Result<(), Failure> {
    if paired {
        paired::play(stage, person).await
    } else {
        journey::play(stage, person, folder).await
    }
}

/// Plays against somebody else's server.
async fn play_on(
    url: &str,
    paired: bool,
    folder: &TempDir,
    printer: Printer,
) -> Result<(), Failure> {
    let stage = Stage::new(url.trim_end_matches('/').to_owned(), printer);
    // Others may have played here before.
    let person = Person::unique();
    play(&stage, &person, paired, folder.path()).await?;
    stage.say(format_args!(
        "\n{GOOD}Every step came out as it should.{GOOD:#}\n"
    ))?;
    print_sign_in(&stage, &person)
}

/// Plays against a server of its own.
async fn play_here(args: &DemoArgs, folder: &TempDir, printer: Printer) -> Result<(), Failure> {
    let mut signals = StopSignals::listen()?;
    let instance = Instance::start(&own_config(folder.path())?).await?;
    let stage = Stage::new(instance.public_url.clone(), printer);
    let person = Person::default();
    let played = tokio::select! {
        played = play(&stage, &person, args.paired, folder.path()) => played,
        () = signals.next() => Err(Failure::new(Exit::Interrupted, "stopped before the end")),
    };
    let shown = match played {
        Ok(()) if args.exit || args.paired => stage.say(format_args!(
            "\n{GOOD}Every step came out as it should.{GOOD:#}"
        )),
        Ok(()) => {
            let printed = print_farewell(&stage, &person, folder.path());
            if printed.is_ok() {
                signals.next().await;
            }
            printed
        }
        Err(failure) => Err(failure),
    };
    instance.stop().await?;
    shown
}

fn own_config(folder: &Path) -> Result<Config, Failure> {
    let settings = ServerSettings {
        data_dir: Some(folder.join("data")),
        listen: Some(([127, 0, 0, 1], 0).into()),
        dev: Some(true),
        ..ServerSettings::default()
    };
    Config::load(ServerArgs {
        settings,
        config: None,
        command: None,
    })
}

fn print_farewell(stage: &Stage, person: &Person, folder: &Path) -> Result<(), Failure> {
    stage.say(format_args!(
        "\n{GOOD}Every step came out as it should.{GOOD:#} The server keeps running, so that you can look around.\n"
    ))?;
    print_sign_in(stage, person)?;
    let folder = folder.display();
    stage.say(format_args!(
        "  {BOLD}Proof{BOLD:#}      1claw audit verify {folder}/audit.jsonl --checkpoint {folder}/checkpoint.txt --key {folder}/key.txt"
    ))?;
    stage.say(format_args!(
        "\n{DIM}Ctrl-C stops the server and removes its data.{DIM:#}"
    ))
}

fn print_sign_in(stage: &Stage, person: &Person) -> Result<(), Failure> {
    stage.say(format_args!("  {BOLD}Dashboard{BOLD:#}  {}/", stage.url()))?;
    stage.say(format_args!(
        "  {BOLD}Sign in{BOLD:#}    {}  with password  {}",
        person.email, PASSWORD
    ))
}
