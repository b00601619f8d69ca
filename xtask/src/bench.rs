//! How fast the packaged build is, in proportion to a bare HTTP server on the same machine in the same minutes.
//!
//! Absolute figures change from machine to machine and from minute to minute, so every figure of ours is measured in turn
//! with that of a server that answers with a constant, and the targets are ratios. The server runs on one core and the load
//! generator on another. A run in which any request failed is refused, because refusals are fast.

mod http;
mod machine;
mod measure;
pub(crate) mod pages;
mod report;
pub(crate) mod revocation;
mod server;
mod wrk;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{process, setup};
use machine::Machine;
use measure::Bench;
use report::Results;

const SERVER_CORE: &str = "0";
const LOAD_CORE: &str = "1";
const DOCUMENT: &str = "docs/BENCHMARKS.md";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Read,
    Write,
    Token,
    Mixed,
    List,
    Postgres,
    Scale,
    All,
}

impl Subject {
    fn includes(self, other: Self) -> bool {
        self == Self::All || self == other
    }
}

/// The arguments of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    subject: Subject,
    /// How often each figure is measured; the median counts.
    rounds: u32,
    /// How long one measurement takes.
    seconds: u32,
    connections: Vec<u32>,
    /// Whether the result goes into the document.
    write: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            subject: Subject::All,
            rounds: 3,
            seconds: 5,
            connections: vec![1, 16, 64, 256],
            write: false,
        }
    }
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = arguments.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "read" => options.subject = Subject::Read,
                "write" => options.subject = Subject::Write,
                "token" => options.subject = Subject::Token,
                "mixed" => options.subject = Subject::Mixed,
                "list" => options.subject = Subject::List,
                "postgres" => options.subject = Subject::Postgres,
                "scale" => options.subject = Subject::Scale,
                "all" => options.subject = Subject::All,
                "--rounds" => options.rounds = positive(word, words.next())?,
                "--seconds" => options.seconds = positive(word, words.next())?,
                "--connections" => {
                    options.connections = words
                        .next()
                        .unwrap_or_default()
                        .split(',')
                        .map(|number| positive(word, Some(number)))
                        .collect::<Result<_>>()?;
                }
                "--write" => options.write = true,
                other => bail!("bench does not know {other}"),
            }
        }
        Ok(options)
    }
}

fn positive(option: &str, value: Option<&str>) -> Result<u32> {
    value
        .and_then(|text| text.parse().ok())
        .filter(|number| *number > 0)
        .with_context(|| format!("{option} needs a number above 0"))
}

pub(crate) fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    setup::benchmark()?;
    if std::thread::available_parallelism()?.get() < 2 {
        bail!("the benchmark needs two cores: one for the server, one for the load generator");
    }
    process::run(
        project
            .cargo()
            .args(["build", "--profile=dist", "--package=oneclaw-cli"]),
    )?;
    // On the disk of the build folder: a temporary folder may be in memory, where durable writes cost nothing.
    let folder = project.target.join("bench");
    fs::create_dir_all(&folder)?;

    let machine = Machine::describe(&folder)?;
    let bench = Bench::new(project, &folder, options);
    let mut results = Results::default();
    for (subject, request, storage) in measure::COMPARISONS {
        if options.subject.includes(subject) {
            results.comparisons.extend(bench.compare(request, storage)?);
        }
    }
    if options.subject.includes(Subject::Scale) {
        results.scale = Some(bench.scale()?);
    }

    let text = report::markdown(&machine, options, &results);
    println!("{text}");
    if options.write {
        let path = project.root.join(DOCUMENT);
        let document = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, report::insert(&document, &text))
            .with_context(|| format!("could not write {DOCUMENT}"))?;
        println!("wrote {DOCUMENT}");
    }
    Ok(if results.targets().iter().all(|target| target.met) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The middle value; the mean of the two middle ones when their number is even, 0 when there is none.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = values
        .get(middle.wrapping_sub(1))
        .copied()
        .unwrap_or_default();
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn options_are_read() {
        assert_eq!(parse("").unwrap(), Options::default());
        let options = parse("token --rounds 5 --seconds 2 --connections 1,64 --write").unwrap();
        let expected = Options {
            subject: Subject::Token,
            rounds: 5,
            seconds: 2,
            connections: vec![1, 64],
            write: true,
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn wrong_options_are_refused() {
        for line in [
            "reed",
            "--rounds",
            "--rounds 0",
            "--seconds x",
            "--connections",
            "--connections 1,",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn all_includes_every_subject() {
        assert!(Subject::All.includes(Subject::Scale));
        assert!(Subject::Read.includes(Subject::Read));
        assert!(!Subject::Read.includes(Subject::Write));
    }

    #[test]
    fn medians() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&mut [4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(&mut []).abs() < 1e-9);
    }
}
