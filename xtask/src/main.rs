//! The project's own tasks: `cargo xtask <task>`.
//!
//! Written in Rust so that the checks themselves can be tested, and so that the same command works for a person
//! and for continuous integration. Nothing here is shipped. Dependencies stay few, because everything waits for this
//! program to be built.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

mod bench;
mod generate;
mod mutate;
mod npm;
mod package;
mod postgres;
mod process;
mod project;
mod screenshots;
mod setup;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::project::Project;

const USAGE: &str = "\
Usage: cargo xtask <task>

Tasks:
  setup                 Install what the tests and the benchmark need, where it is missing
  test [-- FILTER...]   Run every test. With a filter: only those, against development builds
  clients               Run only the tests of the SDK, of others' clients and of the examples
  api [ARGUMENT...]     Try the API by its own description only; arguments go to schemathesis
  journeys              Run only the tests of the pages in a browser
  screenshots [NAME]    Shoot every page (or those with NAME in their name) into target/screenshots
  tidy                  Check the rules that the compiler cannot: sizes, crate edges, words, links
  generate [--check]    Write the generated files, or check that they are up to date
  mutate [WORD...]      Take protections away, one at a time, and look whether their tests notice
  package deb [BINARY]  Make a Debian package of a binary; without one, build the distributed one first
  bench [read|write|token|mixed|list|postgres|scale|all] [--rounds N] [--seconds N] [--connections N,N...] [--write]
                        Measure the release build against a static answer; --write updates docs/BENCHMARKS.md
  bench revoke [--write]
                        What still works after a right was taken away, on one node and on two
  bench pages [SECRETS AGENTS]
                        Measure every page of the release build with 10,000 secrets and 1,000 agents, or so many
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some((task, rest)) = arguments.split_first() else {
        eprint!("{USAGE}");
        return Ok(ExitCode::FAILURE);
    };
    match (task.as_str(), rest) {
        ("help" | "--help" | "-h", _) => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        ("setup", []) => {
            let project = Project::load()?;
            setup::tests(&project)?;
            setup::clients(&project)?;
            setup::benchmark()?;
            println!("Everything is in place.");
            Ok(ExitCode::SUCCESS)
        }
        ("test", rest) => test::run(&Project::load()?, test::filter(rest)?),
        ("clients", []) => test::run_clients(&Project::load()?),
        ("api", arguments) => test::run_api(&Project::load()?, arguments),
        ("journeys", []) => test::run_journeys(&Project::load()?),
        ("screenshots", []) => done(screenshots::run(&Project::load()?, None)),
        ("screenshots", [only]) => done(screenshots::run(&Project::load()?, Some(only))),
        ("tidy", []) => tidy::run(&Project::load()?),
        ("generate", rest) => generate::run(&Project::load()?, generate::mode(rest)?),
        ("mutate", words) => mutate::run(&Project::load()?, words),
        ("package", [kind]) if kind == "deb" => package::run(&Project::load()?, None),
        ("package", [kind, binary]) if kind == "deb" => {
            package::run(&Project::load()?, Some(Path::new(binary)))
        }
        ("bench", [what, amounts @ ..]) if what == "pages" => {
            done(bench::pages::run(&Project::load()?, amounts))
        }
        ("bench", [what, rest @ ..]) if what == "revoke" => {
            bench::revocation::run(&Project::load()?, rest)
        }
        ("bench", rest) => bench::run(&Project::load()?, &bench::Options::parse(rest)?),
        _ => bail!(
            "unknown task or argument: {}\n\n{USAGE}",
            arguments.join(" ")
        ),
    }
}

fn done(result: Result<()>) -> Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}
