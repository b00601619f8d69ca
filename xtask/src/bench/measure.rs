//! The measurements: the vault and the constant server in turn, and a small and a large vault in turn.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::report::{Comparison, Scale, Size};
use super::server::{self, CommitStatistics, Seed, Server};
use super::wrk::{self, Load, Measurement};
use super::{Options, Subject, median};
use crate::postgres::Postgres;
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
    /// 90 % reads, 5 % writes, 5 % exchanges.
    Mixed,
    /// About a hundred paths out of the large vault.
    List,
}

/// What the vault keeps its data in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Storage {
    Embedded,
    /// A PostgreSQL server on the same machine, for so many nodes on the server's core.
    Postgres {
        nodes: usize,
    },
}

/// What is compared for which subject.
pub(super) const COMPARISONS: [(Subject, Request, Storage); 7] = [
    (Subject::Read, Request::Read, Storage::Embedded),
    (Subject::Token, Request::Token, Storage::Embedded),
    (Subject::Write, Request::Write, Storage::Embedded),
    (Subject::Mixed, Request::Mixed, Storage::Embedded),
    (Subject::List, Request::List, Storage::Embedded),
    (
        Subject::Postgres,
        Request::Read,
        Storage::Postgres { nodes: 1 },
    ),
    (
        Subject::Postgres,
        Request::Read,
        Storage::Postgres { nodes: 2 },
    ),
];

impl Request {
    /// How many secrets and policies the vault has.
    const fn size(self) -> (u32, u32) {
        match self {
            Self::List => LARGE,
            _ => SMALL,
        }
    }

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
            Self::Mixed => Load {
                script: "mixed.lua",
                arguments: [
                    on_secrets(),
                    vec![seed.agent_id.clone(), seed.api_key.clone()],
                ]
                .concat(),
            },
            Self::List => Load {
                script: "list.lua",
                arguments: on_secrets(),
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
            binary: project.distributed_binary(),
            scripts: project.root.join("xtask").join("bench"),
            folder,
            options,
        }
    }

    /// Compares one kind of request with a static answer, at each number of connections.
    pub(super) fn compare(&self, request: Request, storage: Storage) -> Result<Vec<Comparison>> {
        let (secrets, _) = request.size();
        let vault = self.vault(request.size(), storage)?;
        let constant = [Server::constant(&self.binary, self.folder)?];
        let token = vault.token()?;
        let load = request.load(&vault.seed, secrets, &token);
        // The ceiling is the same for every request: reading, with as many bytes as a real read sends.
        let ceiling = Request::Read.load(&vault.seed, SMALL.0, &token);
        self.load(&constant, &ceiling, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;
        self.load(&vault.nodes, &load, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;

        let mut comparisons = Vec::new();
        for &connections in &self.options.connections {
            let nodes = u32::try_from(vault.nodes.len())?;
            if connections < nodes {
                continue;
            }
            let mut comparison = Comparison {
                request,
                storage,
                connections,
                constant: Series::default(),
                vault: Series::default(),
                batch: None,
                resident_mib: 0.0,
            };
            let before = vault.commit_statistics();
            for round in 0..self.options.rounds {
                eprintln!(
                    "{request:?}, {storage:?}, {connections} connections, round {}",
                    round + 1
                );
                self.measure(&constant, &ceiling, connections, &mut comparison.constant)?;
                self.measure(&vault.nodes, &load, connections, &mut comparison.vault)?;
            }
            comparison.batch = mean_batch(before, vault.commit_statistics());
            comparison.resident_mib = vault.resident_mib()?;
            comparisons.push(comparison);
        }
        Ok(comparisons)
    }

    /// Compares reads from a small and from a large vault.
    pub(super) fn scale(&self) -> Result<Scale> {
        let (small, small_load, mut small_size) = self.sized(SMALL)?;
        let (large, large_load, mut large_size) = self.sized(LARGE)?;
        for round in 0..self.options.rounds {
            eprintln!(
                "sizes, {SCALE_CONNECTIONS} connections, round {}",
                round + 1
            );
            let connections = SCALE_CONNECTIONS;
            self.measure(
                &small.nodes,
                &small_load,
                connections,
                &mut small_size.reads,
            )?;
            self.measure(
                &large.nodes,
                &large_load,
                connections,
                &mut large_size.reads,
            )?;
        }
        small_size.resident_mib = small.resident_mib()?;
        large_size.resident_mib = large.resident_mib()?;
        Ok(Scale {
            connections: SCALE_CONNECTIONS,
            small: small_size,
            large: large_size,
        })
    }

    fn sized(&self, size: (u32, u32)) -> Result<(Vault, Load, Size)> {
        let (secrets, policies) = size;
        let vault = self.vault(size, Storage::Embedded)?;
        let token = vault.token()?;
        self.read_all(&vault, secrets, &token)?;
        let load = Request::Read.load(&vault.seed, secrets, &token);
        let started_in = vault.nodes.first().map(|node| node.started_in);
        let size = Size {
            secrets,
            policies,
            started_in: started_in.unwrap_or_default(),
            resident_mib: 0.0,
            reads: Series::default(),
        };
        Ok((vault, load, size))
    }

    /// Reads every secret at least once: what is compared is the cost of a read, not that of the first one.
    fn read_all(&self, vault: &Vault, secrets: u32, token: &str) -> Result<()> {
        let mut done = 0.0;
        while done < f64::from(secrets) {
            let mut load = Request::Read.load(&vault.seed, secrets, token);
            load.script = "pass.lua";
            load.arguments.push(format!("{done:.0}"));
            let run = self.load(&vault.nodes, &load, SCALE_CONNECTIONS, WARM_UP_SECONDS)?;
            done += run.requests;
        }
        Ok(())
    }

    fn vault(&self, size: (u32, u32), storage: Storage) -> Result<Vault> {
        let (secrets, policies) = size;
        let data = self.folder.join(format!("data-{secrets}"));
        eprintln!("filling a vault: {secrets} secrets, {policies} policies");
        let (postgres, count) = match storage {
            Storage::Embedded => (None, 1),
            Storage::Postgres { nodes } => (Some(Postgres::start_durable()?), nodes),
        };
        let url = postgres
            .as_ref()
            .map(|server| format!("{}postgres", server.url()));
        let seed = server::seed(&self.binary, &data, url.as_deref(), size)?;
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(Server::vault(
                &self.binary,
                &data,
                url.as_deref(),
                self.folder,
            )?);
        }
        Ok(Vault {
            nodes,
            seed,
            _postgres: postgres,
        })
    }

    fn measure(
        &self,
        servers: &[Server],
        load: &Load,
        connections: u32,
        series: &mut Series,
    ) -> Result<()> {
        let before = cpu_seconds(servers)?;
        let run = self.load(servers, load, connections, self.options.seconds)?;
        series.add(run, cpu_seconds(servers)? - before);
        Ok(())
    }

    /// Loads all servers at the same time, each over its part of the connections.
    fn load(
        &self,
        servers: &[Server],
        load: &Load,
        connections: u32,
        seconds: u32,
    ) -> Result<Measurement> {
        let each = connections / u32::try_from(servers.len())?;
        let runs: Vec<Result<Measurement>> = std::thread::scope(|scope| {
            let running: Vec<_> = servers
                .iter()
                .map(|server| {
                    scope.spawn(|| wrk::run(&self.scripts, load, server.address, each, seconds))
                })
                .collect();
            running
                .into_iter()
                .map(|run| {
                    run.join()
                        .unwrap_or_else(|_| Err(anyhow::anyhow!("a load generator failed")))
                })
                .collect()
        });
        let runs: Vec<Measurement> = runs
            .into_iter()
            .collect::<Result<_>>()
            .with_context(|| format!("{} with {connections} connections", load.script))?;
        runs.into_iter()
            .reduce(Measurement::together)
            .context("there is no server to load")
    }
}

/// A filled vault and the nodes that serve it.
struct Vault {
    nodes: Vec<Server>,
    seed: Seed,
    /// Ends after the nodes: fields are dropped in order.
    _postgres: Option<Postgres>,
}

impl Vault {
    fn first(&self) -> Result<&Server> {
        self.nodes.first().context("the vault has no node")
    }

    fn token(&self) -> Result<String> {
        self.first()?.token(&self.seed)
    }

    /// Of all nodes together.
    fn commit_statistics(&self) -> Option<CommitStatistics> {
        let mut all = CommitStatistics {
            groups: 0.0,
            members: 0.0,
        };
        for node in &self.nodes {
            let CommitStatistics { groups, members } = node.commit_statistics()?;
            all.groups += groups;
            all.members += members;
        }
        Some(all)
    }

    /// Of the largest node.
    fn resident_mib(&self) -> Result<f64> {
        let mut largest = 0.0;
        for node in &self.nodes {
            largest = node.resident_mib()?.max(largest);
        }
        Ok(largest)
    }
}

fn cpu_seconds(servers: &[Server]) -> Result<f64> {
    servers.iter().map(Server::cpu_seconds).sum()
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
        for (request, expected) in [
            (Request::Read, ["v", "7", "t"].as_slice()),
            (Request::Write, &["v", "7", "t"]),
            (Request::Token, &["a", "k"]),
            (Request::Mixed, &["v", "7", "t", "a", "k"]),
            (Request::List, &["v", "7", "t"]),
        ] {
            let load = request.load(&seed, 7, "t");
            let script = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("bench")
                .join(load.script);
            assert!(script.is_file(), "{}", script.display());
            assert_eq!(load.arguments, expected);
        }
    }
}
