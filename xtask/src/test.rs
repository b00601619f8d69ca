//! Every test of the project in one command.
//!
//! Steps: set up, build the tests (dev profile) and the release binary, start a throw-away PostgreSQL, run the tests, run
//! the documentation tests, compare the generated files, package the binary, then run the tests of the TypeScript SDK, of clients
//! that others wrote, of the examples, and of the pages in a browser. The command-line tests and what follows drive the release binary, the file that people run. The
//! last line says how many tests ran, so a run that tested nothing shows.
//!
//! What the tests are told, in environment variables:
//! - `TEST_POSTGRES_URL`: a server on which `postgres` may create databases. Set it yourself to use your own.
//! - `TEST_SMTP_PYTHON`: a Python interpreter that has `aiosmtpd`.
//! - `ONECLAW_TEST_BINARY`: the release build of `1claw`. Absent with a filter: the development build is meant then.

pub(crate) mod clients;
mod counts;

use std::ffi::OsString;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::postgres::{self, Postgres};
use crate::project::Project;
use crate::{generate, package, process, setup};
use counts::Counts;

const SMTP_PYTHON: &str = "TEST_SMTP_PYTHON";
const BINARY: &str = "ONECLAW_TEST_BINARY";

/// The arguments after `--`, which go to the test runner.
pub(crate) fn filter(arguments: &[String]) -> Result<&[String]> {
    match arguments.split_first() {
        None => Ok(&[]),
        Some((separator, filter)) if separator == "--" => Ok(filter),
        Some((other, _)) => {
            bail!(
                "unexpected argument {other}; a filter goes after `--`: cargo xtask test -- policy"
            )
        }
    }
}

pub(crate) fn run(project: &Project, filter: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::default();
    let mut counts = Counts::default();
    let passed = run_steps(project, filter, &mut steps, &mut counts);
    report(&steps, counts, passed)
}

/// Only what is outside the workspace, against the development build.
pub(crate) fn run_clients(project: &Project) -> Result<ExitCode> {
    let mut steps = Steps::default();
    let mut counts = Counts::default();
    let passed = steps
        .time("set up", || setup::clients(project))
        .and_then(|()| {
            steps.time("build", || {
                process::run(project.cargo().args(["build", "--package=oneclaw-cli"]))
            })
        })
        .and_then(|()| {
            let binary = project.target.join("debug").join("1claw");
            clients::run(project, &binary, &mut steps, &mut counts)
        });
    report(&steps, counts, passed)
}

/// Only the pages in a browser, against the development build.
pub(crate) fn run_journeys(project: &Project) -> Result<ExitCode> {
    let mut steps = Steps::default();
    let mut counts = Counts::default();
    let passed = steps
        .time("set up", || setup::clients(project))
        .and_then(|()| {
            steps.time("build", || {
                process::run(project.cargo().args(["build", "--package=oneclaw-cli"]))
            })
        })
        .and_then(|()| {
            let binary = project.target.join("debug").join("1claw");
            clients::run_browser(project, &binary, &mut steps, &mut counts)
        });
    report(&steps, counts, passed)
}

/// Only the API against its description, as the development build has it. `arguments` look longer or elsewhere.
pub(crate) fn run_api(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    let mut steps = Steps::default();
    let mut counts = Counts::default();
    let passed = steps
        .time("set up", || setup::clients(project))
        .and_then(|()| {
            steps.time("build", || {
                process::run(project.cargo().args(["build", "--package=oneclaw-cli"]))
            })
        })
        .and_then(|()| {
            let binary = project.target.join("debug").join("1claw");
            clients::run_api(project, &binary, arguments, &mut steps, &mut counts)
        });
    report(&steps, counts, passed)
}

fn report(steps: &Steps, counts: Counts, passed: Result<bool>) -> Result<ExitCode> {
    steps.print();
    let passed = passed?;
    println!("{counts}");
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn run_steps(
    project: &Project,
    filter: &[String],
    steps: &mut Steps,
    counts: &mut Counts,
) -> Result<bool> {
    let everything = filter.is_empty();
    let runner = Runner::find();

    steps.time("set up", || {
        setup::tests(project)?;
        if everything {
            setup::clients(project)?;
        }
        Ok(())
    })?;
    steps.time("build tests", || {
        process::run(project.cargo().args(runner.build_arguments()))
    })?;
    if everything {
        steps.time("build release binary", || {
            process::run(
                project
                    .cargo()
                    .args(["build", "--release", "--package=oneclaw-cli"]),
            )
        })?;
    }
    let server = match process::variable(postgres::URL_VARIABLE) {
        Some(url) => Server::Given(url),
        None => Server::Own(steps.time("start PostgreSQL", Postgres::start)?),
    };

    let mut command = project.cargo();
    command
        .args(runner.run_arguments(filter))
        .env(postgres::URL_VARIABLE, server.url())
        .env(SMTP_PYTHON, setup::python(project))
        .env_remove(BINARY);
    if everything {
        command.env(BINARY, project.release_binary());
    }
    if !steps.time("run tests", || run_counted(&mut command, counts))? {
        return Ok(false);
    }
    if !everything {
        return Ok(true);
    }
    let mut doc_tests = project.cargo();
    doc_tests.args(["test", "--workspace", "--doc"]);
    let mut passed = steps.time("run documentation tests", || {
        run_counted(&mut doc_tests, counts)
    })?;
    passed &= steps.time("check generated files", || {
        generate::apply(project, generate::Mode::Check, &project.release_binary())
    })?;
    if process::find_program("dpkg-deb").is_some() {
        steps.time("make and inspect the package", || {
            let package = package::deb(project, &project.release_binary())?;
            package::inspect(project, &package)
        })?;
    }
    passed &= clients::run(project, &project.release_binary(), steps, counts)?;
    Ok(passed)
}

enum Server {
    Given(OsString),
    Own(Postgres),
}

impl Server {
    fn url(&self) -> OsString {
        match self {
            Self::Given(url) => url.clone(),
            Self::Own(server) => server.url().into(),
        }
    }
}

/// cargo-nextest runs each test in a process of its own; plain `cargo test` is the fallback that everyone has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    fn find() -> Self {
        if process::find_program("cargo-nextest").is_some() {
            return Self::Nextest;
        }
        eprintln!("cargo-nextest is not installed: using `cargo test`");
        Self::CargoTest
    }

    /// Builds the workspace's unit and integration tests. Always the whole workspace, so that features resolve the same way
    /// whatever is run and nothing is built twice.
    fn build_arguments(self) -> Vec<String> {
        let mut arguments = self.base();
        arguments.push("--no-run".to_owned());
        arguments
    }

    /// Runs them all, also after a failure.
    fn run_arguments(self, filter: &[String]) -> Vec<String> {
        let mut arguments = self.base();
        arguments.push("--no-fail-fast".to_owned());
        if self == Self::CargoTest {
            // Names of tests go to the test programs, which take any number of them.
            arguments.push("--".to_owned());
        }
        arguments.extend_from_slice(filter);
        arguments
    }

    fn base(self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Nextest => &["nextest", "run", "--workspace"],
            Self::CargoTest => &["test", "--workspace", "--lib", "--bins", "--tests"],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// Runs a test command, shows its output as it comes and adds up what its summary lines say.
///
/// Returns whether all tests passed; failing for any other reason is an error only when no test was counted as failed.
fn run_counted(command: &mut Command, counts: &mut Counts) -> Result<bool> {
    process::show(command);
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("could not start cargo")?;
    let stdout = child.stdout.take().context("no standard output")?;
    let stderr = child.stderr.take().context("no standard error")?;
    let (from_stdout, from_stderr) = std::thread::scope(|scope| {
        let other = scope.spawn(|| relay(stdout, std::io::stdout()));
        let mine = relay(stderr, std::io::stderr());
        (other.join(), mine)
    });
    let from_stdout =
        from_stdout.map_err(|_| anyhow::anyhow!("reading the tests' output failed"))?;
    let seen = from_stdout? + from_stderr?;
    let status = child.wait()?;
    let failed = seen.failed;
    *counts = *counts + seen;
    if !status.success() && failed == 0 {
        bail!("the test runner failed without a failed test ({status})");
    }
    Ok(status.success())
}

/// Copies lines from a stream to the terminal and counts on the way.
fn relay(from: impl Read, mut to: impl Write) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut reader = BufReader::new(from);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        to.write_all(&line)?;
        to.flush()?;
        counts = counts + counts::in_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(counts)
}

/// What was done and how long it took.
#[derive(Default)]
struct Steps {
    done: Vec<(&'static str, Duration, bool)>,
}

impl Steps {
    fn time<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("\n== {name}");
        let begin = Instant::now();
        let result = step().context(name);
        self.done.push((name, begin.elapsed(), result.is_ok()));
        result
    }

    fn print(&self) {
        println!();
        for (name, time, completed) in &self.done {
            let mark = if *completed { "" } else { "  FAILED" };
            println!("{name:<24} {:>7.1} s{mark}", time.as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_filter_needs_the_separator() {
        assert!(filter(&[]).unwrap().is_empty());
        assert_eq!(filter(&strings(&["--", "policy"])).unwrap(), ["policy"]);
        assert!(filter(&strings(&["policy"])).is_err());
    }

    #[test]
    fn both_runners_build_everything_and_take_several_names() {
        let names = strings(&["policy", "share"]);
        let build = Runner::Nextest.build_arguments().join(" ");
        assert_eq!(build, "nextest run --workspace --no-run");
        let run = Runner::Nextest.run_arguments(&names).join(" ");
        assert_eq!(run, "nextest run --workspace --no-fail-fast policy share");
        let run = Runner::CargoTest.run_arguments(&names).join(" ");
        assert_eq!(
            run,
            "test --workspace --lib --bins --tests --no-fail-fast -- policy share"
        );
    }

    #[test]
    fn output_is_shown_unchanged_and_counted() {
        let text = "noise \u{1b}[1m\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured\nno newline at the end";
        let mut shown = Vec::new();
        let counts = relay(text.as_bytes(), &mut shown).unwrap();
        assert_eq!(shown, text.as_bytes());
        assert_eq!(
            counts,
            Counts {
                passed: 3,
                failed: 0,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_runner_that_breaks_is_an_error_and_a_failed_test_is_not() {
        let mut counts = Counts::default();
        assert!(run_counted(Command::new("sh").args(["-c", "exit 2"]), &mut counts).is_err());
        let summary = "echo '     Summary [   0.1s] 2 tests run: 1 passed, 1 failed, 0 skipped' >&2; exit 100";
        assert!(!run_counted(Command::new("sh").args(["-c", summary]), &mut counts).unwrap());
        assert_eq!(
            counts,
            Counts {
                passed: 1,
                failed: 1,
                skipped: 0
            }
        );
    }
}
