//! The measurements: the vault and the constant server in turn, and a small and a large vault in turn.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::report::{Comparison, Scale, Size};
use super::server::{self, CommitStatistics, Seed, Server};
use super::wrk::{self, Load, Measurement};
use super::{Options, Subject, median};
use crate::project::Project;

/// The size of the vault that the comparisons use.
const SMALL: (u32, u32) = (1_000, 10);
/// The size at which the cost of a read must not have grown.
const LARGE: (u32, u32) = (100_000, 1_000);
/// Connections at which the sizes are compared.
const SCALE_CONNECTIONS: u32 = 64;
/// Long enough to fill the caches with the small vault.
const WARM_UP_SECONDS: u32 = 2;

/// A kind of request that is compared with a static answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Read,
    Token,
    Write,
}

/// Which request belongs to which subject.
pub(super) const COMPARISONS: [(Subject, Request); 3] = [
    (Subject::Read, Request::Read),
    (Subject::Token, Request::Token),
    (Subject::Write, Request::Write),
];

impl Request {
    fn load(self, seed: &Seed, secrets: u32, token: &str) -> Load {
        let on_secrets = || vec![seed.vault_id.clone(), secrets.to_string(), token.to_owned()];
        match self {
            Self::Read => Load {
                script: "read.lua",
                arguments: on_secrets(),
            },
            Self::Write => Load {
                script: "write.lua",
                arguments: on_secrets(),
            },
            Self::Token => Load {
                script: "token.lua",
                arguments: vec![seed.agent_id.clone(), seed.api_key.clone()],
            },
        }
    }
}

/// Several measurements of the same thing.
#[derive(Default)]
pub(super) struct Series {
    runs: Vec<(Measurement, f64)>,
}

impl Series {
    fn add(&mut self, run: Measurement, cpu_seconds: f64) {
        self.runs.push((run, cpu_seconds));
    }

    /// Requests per second.
    pub(super) fn per_second(&self) -> f64 {
        self.median(|run, _| run.per_second())
    }

    pub(super) fn p50_ms(&self) -> f64 {
        self.median(|run, _| run.p50_ms)
    }

    pub(super) fn p99_ms(&self) -> f64 {
        self.median(|run, _| run.p99_ms)
    }

    /// CPU time of the server per request: what is left when the load generator and the network are taken away.
    pub(super) fn cpu_us(&self) -> f64 {
        self.median(|run, cpu_seconds| cpu_seconds * 1e6 / run.requests)
    }

    fn median(&self, figure: impl Fn(&Measurement, f64) -> f64) -> f64 {
        let mut values: Vec<f64> = self
            .runs
            .iter()
            .map(|(run, cpu_seconds)| figure(run, *cpu_seconds))
            .collect();
        median(&mut values)
    }

    #[cfg(test)]
    pub(super) fn of(runs: Vec<(Measurement, f64)>) -> Self {
        Self { runs }
    }
}

/// Everything that a measurement needs to know.
pub(super) struct Bench<'a> {
    binary: PathBuf,
    scripts: PathBuf,
    /// Where databases and logs lie.
    folder: &'a Path,
    options: &'a Options,
}

impl<'a> Bench<'a> {
    pub(super) fn new(project: &Project, folder: &'a Path, options: &'a Options) -> Self {
        Self {
            binary: project.release_binary(),
            scripts: project.root.join("xtask").join("bench"),
            folder,
            options,
        }
    }

    /// Compares one kind of request with a static answer, at each number of connections.
    pub(super) fn compare(&self, request: Request) -> Result<Vec<Comparison>> {
        let (secrets, policies) = SMALL;
        let (vault, seed) = self.vault(secrets, policies)?;
        let constant = Server::constant(&self.binary, self.folder)?;
        let load = request.load(&seed, secrets, &vault.token(&seed)?);
        // The ceiling is the same for every request: reading, with as many bytes as a real read sends.
        let ceiling = Request::Read.load(&seed, secrets, &vault.token(&seed)?);
        self.load(&constant, &ceiling, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;
        self.load(&vault, &load, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;

        let mut comparisons = Vec::new();
        for &connections in &self.options.connections {
            let mut comparison = Comparison {
                request,
                connections,
                constant: Series::default(),
                vault: Series::default(),
                batch: None,
                resident_mib: 0.0,
            };
            let before = vault.commit_statistics();
            for round in 0..self.options.rounds {
                eprintln!(
                    "{request:?}, {connections} connections, round {}",
                    round + 1
                );
                self.measure(&constant, &ceiling, connections, &mut comparison.constant)?;
                self.measure(&vault, &load, connections, &mut comparison.vault)?;
            }
            comparison.batch = mean_batch(before, vault.commit_statistics());
            comparison.resident_mib = vault.resident_mib()?;
            comparisons.push(comparison);
        }
        Ok(comparisons)
    }

    /// Compares reads from a small and from a large vault.
    pub(super) fn scale(&self) -> Result<Scale> {
        let (small, mut small_size) = self.sized(SMALL)?;
        let (large, mut large_size) = self.sized(LARGE)?;
        for round in 0..self.options.rounds {
            eprintln!(
                "sizes, {SCALE_CONNECTIONS} connections, round {}",
                round + 1
            );
            let (server, load) = &small;
            self.measure(server, load, SCALE_CONNECTIONS, &mut small_size.reads)?;
            let (server, load) = &large;
            self.measure(server, load, SCALE_CONNECTIONS, &mut large_size.reads)?;
        }
        small_size.resident_mib = small.0.resident_mib()?;
        large_size.resident_mib = large.0.resident_mib()?;
        Ok(Scale {
            connections: SCALE_CONNECTIONS,
            small: small_size,
            large: large_size,
        })
    }

    fn sized(&self, (secrets, policies): (u32, u32)) -> Result<((Server, Load), Size)> {
        let (server, seed) = self.vault(secrets, policies)?;
        let load = Request::Read.load(&seed, secrets, &server.token(&seed)?);
        self.load(&server, &load, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;
        let size = Size {
            secrets,
            policies,
            started_in: server.started_in,
            resident_mib: 0.0,
            reads: Series::default(),
        };
        Ok(((server, load), size))
    }

    fn vault(&self, secrets: u32, policies: u32) -> Result<(Server, Seed)> {
        let data = self.folder.join(format!("data-{secrets}"));
        eprintln!("filling a vault: {secrets} secrets, {policies} policies");
        let seed = server::seed(&self.binary, &data, secrets, policies)?;
        let server = Server::vault(&self.binary, &data, self.folder)?;
        Ok((server, seed))
    }

    fn measure(
        &self,
        server: &Server,
        load: &Load,
        connections: u32,
        series: &mut Series,
    ) -> Result<()> {
        let before = server.cpu_seconds()?;
        let run = self.load(server, load, connections, self.options.seconds)?;
        series.add(run, server.cpu_seconds()? - before);
        Ok(())
    }

    fn load(
        &self,
        server: &Server,
        load: &Load,
        connections: u32,
        seconds: u32,
    ) -> Result<Measurement> {
        wrk::run(&self.scripts, load, server.address, connections, seconds)
            .with_context(|| format!("{} with {connections} connections", load.script))
    }
}

/// Requests per transaction between two readings.
fn mean_batch(before: Option<CommitStatistics>, after: Option<CommitStatistics>) -> Option<f64> {
    let (before, after) = (before?, after?);
    let groups = after.groups - before.groups;
    (groups > 0.0).then(|| (after.members - before.members) / groups)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(requests: f64, p99_ms: f64) -> Measurement {
        Measurement {
            requests,
            seconds: 2.0,
            p50_ms: p99_ms / 2.0,
            p99_ms,
        }
    }

    #[test]
    fn a_series_gives_medians() {
        let series = Series::of(vec![
            (run(1000.0, 4.0), 0.010),
            (run(3000.0, 2.0), 0.060),
            (run(2000.0, 9.0), 0.020),
        ]);
        assert!((series.per_second() - 1000.0).abs() < 1e-9);
        assert!((series.p99_ms() - 4.0).abs() < 1e-9);
        assert!((series.p50_ms() - 2.0).abs() < 1e-9);
        assert!((series.cpu_us() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn the_batch_size_is_that_of_the_interval() {
        let at = |groups, members| Some(CommitStatistics { groups, members });
        assert_eq!(mean_batch(at(10.0, 10.0), at(20.0, 330.0)), Some(32.0));
        assert_eq!(mean_batch(at(10.0, 10.0), at(10.0, 10.0)), None);
        assert_eq!(mean_batch(None, at(1.0, 1.0)), None);
    }

    #[test]
    fn each_request_has_its_script_and_arguments() {
        let seed = Seed {
            vault_id: String::from("v"),
            agent_id: String::from("a"),
            api_key: String::from("k"),
        };
        for request in [Request::Read, Request::Write, Request::Token] {
            let load = request.load(&seed, 7, "t");
            let script = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("bench")
                .join(load.script);
            assert!(script.is_file(), "{}", script.display());
            let expected: &[&str] = if request == Request::Token {
                &["a", "k"]
            } else {
                &["v", "7", "t"]
            };
            assert_eq!(load.arguments, expected);
        }
    }
}
