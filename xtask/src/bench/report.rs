//! The results as a block of Markdown: the machine, the figures, and which targets are met.

use std::fmt::Write;
use std::time::Duration;

use super::Options;
use super::machine::Machine;
use super::measure::{Request, Series, Storage};

const BEGIN: &str = "<!-- benchmark: begin -->";
const END: &str = "<!-- benchmark: end -->";

const PREFACE: &str = "\
# Benchmarks

Measured by `cargo xtask bench all --write`, which replaces everything between the two marks below. The server runs on one
core and the load generator `wrk`, with one thread, on another. Absolute figures belong to the machine; the ratios, taken in
turn with a server that only answers with a constant, are what the targets are about. Latencies are those of a closed loop.

";

/// A kind of request against a static answer.
pub(super) struct Comparison {
    pub(super) request: Request,
    pub(super) storage: Storage,
    pub(super) connections: u32,
    pub(super) constant: Series,
    pub(super) vault: Series,
    /// Mean number of requests per transaction, where the server says.
    pub(super) batch: Option<f64>,
    pub(super) resident_mib: f64,
}

impl Comparison {
    fn ratio(&self) -> f64 {
        self.vault.per_second() / self.constant.per_second()
    }
}

/// Reads from vaults of different sizes.
pub(super) struct Scale {
    pub(super) connections: u32,
    pub(super) small: Size,
    pub(super) large: Size,
}

/// One size of vault.
pub(super) struct Size {
    pub(super) secrets: u32,
    pub(super) policies: u32,
    pub(super) started_in: Duration,
    pub(super) resident_mib: f64,
    pub(super) reads: Series,
}

/// All that was measured.
#[derive(Default)]
pub(super) struct Results {
    pub(super) comparisons: Vec<Comparison>,
    pub(super) scale: Option<Scale>,
}

/// A promise and whether it is kept.
pub(super) struct Target {
    what: String,
    goal: String,
    measured: String,
    pub(super) met: bool,
}

impl Target {
    fn at_least(what: &str, goal: f64, measured: f64) -> Self {
        Self {
            what: what.to_owned(),
            goal: format!("≥ {goal:.2}"),
            measured: format!("{measured:.2}"),
            met: measured >= goal,
        }
    }

    fn at_most(what: &str, goal: f64, measured: f64, unit: &str) -> Self {
        Self {
            what: what.to_owned(),
            goal: format!("≤ {goal}{unit}"),
            measured: format!("{measured:.2}{unit}"),
            met: measured <= goal,
        }
    }
}

impl Results {
    /// The targets on which these results say something.
    pub(super) fn targets(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        let on = |storage, request, connections| {
            self.comparisons.iter().find(move |comparison| {
                comparison.storage == storage
                    && comparison.request == request
                    && comparison.connections == connections
            })
        };
        let at = |request, connections| on(Storage::Embedded, request, connections);
        let one_node = Storage::Postgres { nodes: 1 };
        let ratios = [
            (Storage::Embedded, Request::Read, 64, 0.35),
            (Storage::Embedded, Request::Read, 256, 0.35),
            (Storage::Embedded, Request::Token, 64, 0.20),
            (Storage::Embedded, Request::Write, 64, 0.12),
            (Storage::Embedded, Request::List, 64, 0.05),
            (one_node, Request::Read, 256, 0.15),
        ];
        for (storage, request, connections, goal) in ratios {
            if let Some(comparison) = on(storage, request, connections) {
                let name = name(request, storage);
                let what = format!("{name} / static, {connections} connections");
                targets.push(Target::at_least(&what, goal, comparison.ratio()));
            }
        }
        if let Some(read) = at(Request::Read, 256) {
            let ratio = read.vault.p99_ms() / read.constant.p99_ms();
            targets.push(Target::at_most(
                "p99 of a read / static, 256 connections",
                4.0,
                ratio,
                "x",
            ));
        }
        if let Some(read) = at(Request::Read, 64) {
            let ratio = read.vault.cpu_us() / read.constant.cpu_us();
            targets.push(Target::at_most(
                "CPU per read / static, 64 connections",
                2.5,
                ratio,
                "x",
            ));
        }
        if let Some(scale) = &self.scale {
            targets.extend(scale.targets());
        }
        targets
    }
}

impl Scale {
    fn targets(&self) -> [Target; 3] {
        let size = thousands(self.large.secrets.into());
        let growth = self.large.reads.cpu_us() / self.small.reads.cpu_us();
        [
            Target::at_most(
                &format!("memory with {size} secrets"),
                120.0,
                self.large.resident_mib,
                " MiB",
            ),
            Target::at_most(
                &format!("start with {size} secrets"),
                1.0,
                self.large.started_in.as_secs_f64(),
                " s",
            ),
            Target::at_most(
                &format!(
                    "CPU per read, {size} secrets and {} policies / {} and {}",
                    thousands(self.large.policies.into()),
                    thousands(self.small.secrets.into()),
                    thousands(self.small.policies.into())
                ),
                1.3,
                growth,
                "x",
            ),
        ]
    }
}

/// The block that is printed and written.
pub(super) fn markdown(machine: &Machine, options: &Options, results: &Results) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_block(&mut text, machine, options, results);
    text
}

fn write_block(
    out: &mut String,
    machine: &Machine,
    options: &Options,
    results: &Results,
) -> std::fmt::Result {
    writeln!(
        out,
        "{}, {} cores, {} GiB; Linux {}; data on {}, {:.2} ms to make a page durable; {}; revision {}. \
         Medians of {} rounds of {} s.\n",
        machine.processor,
        machine.cores,
        machine.memory_gib,
        machine.kernel,
        machine.file_system,
        machine.durable_write.as_secs_f64() * 1e3,
        machine.compiler,
        machine.revision,
        options.rounds,
        options.seconds
    )?;
    if !results.comparisons.is_empty() {
        write_comparisons(out, &results.comparisons)?;
    }
    if let Some(scale) = &results.scale {
        write_scale(out, scale)?;
    }
    writeln!(out, "| Target | Goal | Measured | Met |\n|---|---|---|---|")?;
    for target in results.targets() {
        let mark = if target.met { "yes" } else { "**no**" };
        let Target {
            what,
            goal,
            measured,
            ..
        } = target;
        writeln!(out, "| {what} | {goal} | {measured} | {mark} |")?;
    }
    Ok(())
}

fn write_comparisons(out: &mut String, comparisons: &[Comparison]) -> std::fmt::Result {
    writeln!(
        out,
        "| Request | Connections | Static req/s | Vault req/s | Ratio | Static p50 / p99 ms | Vault p50 / p99 ms \
         | CPU per request, static / vault µs | Requests per commit | Memory MiB |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|")?;
    for comparison in comparisons {
        let Comparison {
            constant, vault, ..
        } = comparison;
        writeln!(
            out,
            "| {} | {} | {} | {} | {:.2} | {:.2} / {:.2} | {:.2} / {:.2} | {:.1} / {:.1} | {} | {:.0} |",
            name(comparison.request, comparison.storage),
            comparison.connections,
            thousands(constant.per_second()),
            thousands(vault.per_second()),
            comparison.ratio(),
            constant.p50_ms(),
            constant.p99_ms(),
            vault.p50_ms(),
            vault.p99_ms(),
            constant.cpu_us(),
            vault.cpu_us(),
            comparison
                .batch
                .map_or_else(|| String::from("–"), |batch| format!("{batch:.1}")),
            comparison.resident_mib,
        )?;
    }
    writeln!(out)
}

fn write_scale(out: &mut String, scale: &Scale) -> std::fmt::Result {
    writeln!(
        out,
        "| Secrets | Policies | Start ms | Memory MiB | Reads/s, {} connections | CPU per read µs | p99 ms |",
        scale.connections
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for size in [&scale.small, &scale.large] {
        writeln!(
            out,
            "| {} | {} | {:.0} | {:.0} | {} | {:.1} | {:.2} |",
            thousands(size.secrets.into()),
            thousands(size.policies.into()),
            size.started_in.as_secs_f64() * 1e3,
            size.resident_mib,
            thousands(size.reads.per_second()),
            size.reads.cpu_us(),
            size.reads.p99_ms(),
        )?;
    }
    writeln!(out)
}

fn name(request: Request, storage: Storage) -> String {
    let request = match request {
        Request::Read => "read a secret",
        Request::Token => "exchange a key for a token",
        Request::Write => "write a secret",
        Request::Mixed => "90 % reads, 5 % writes, 5 % exchanges",
        Request::List => "list 111 of 100,000 paths",
    };
    match storage {
        Storage::Embedded => request.to_owned(),
        Storage::Postgres { nodes: 1 } => format!("{request}, PostgreSQL"),
        Storage::Postgres { nodes } => format!("{request}, PostgreSQL, {nodes} nodes"),
    }
}

/// `1234567.8` as `1,234,568`.
fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Puts the block between the marks of a document; a document without marks gets them at its end.
pub(super) fn insert(document: &str, block: &str) -> String {
    let marked = format!("{BEGIN}\n\n{}\n\n{END}", block.trim());
    if let Some((before, rest)) = document.split_once(BEGIN)
        && let Some((_, after)) = rest.split_once(END)
    {
        return format!("{before}{marked}{after}");
    }
    let before = if document.is_empty() {
        PREFACE
    } else {
        document
    };
    format!("{}\n\n{marked}\n", before.trim_end())
}

#[cfg(test)]
mod tests {
    use super::super::wrk::Measurement;
    use super::*;

    fn series(per_second: f64, p99_ms: f64, cpu_us: f64) -> Series {
        let run = Measurement {
            requests: per_second,
            seconds: 1.0,
            p50_ms: 0.5,
            p99_ms,
        };
        Series::of(vec![(run, cpu_us * per_second / 1e6)])
    }

    fn comparison(request: Request, connections: u32, vault: Series) -> Comparison {
        Comparison {
            request,
            storage: Storage::Embedded,
            connections,
            constant: series(80_000.0, 5.0, 10.0),
            vault,
            batch: Some(31.5),
            resident_mib: 80.0,
        }
    }

    fn scale(resident_mib: f64, started_in_ms: u64, cpu_us: f64) -> Scale {
        let size = |secrets, policies, cpu_us| Size {
            secrets,
            policies,
            started_in: Duration::from_millis(started_in_ms),
            resident_mib,
            reads: series(30_000.0, 9.0, cpu_us),
        };
        Scale {
            connections: 64,
            small: size(1_000, 10, 20.0),
            large: size(100_000, 1_000, cpu_us),
        }
    }

    fn met(results: &Results) -> Vec<bool> {
        results.targets().iter().map(|target| target.met).collect()
    }

    #[test]
    fn the_targets_tell_good_from_bad() {
        let results = |per_second, p99, cpu, scale| Results {
            comparisons: vec![
                comparison(Request::Read, 64, series(per_second, p99, cpu)),
                comparison(Request::Read, 256, series(per_second, p99, cpu)),
                comparison(Request::Token, 64, series(per_second, p99, cpu)),
                comparison(Request::Write, 64, series(per_second, p99, cpu)),
                comparison(Request::List, 64, series(per_second, p99, cpu)),
                Comparison {
                    storage: Storage::Postgres { nodes: 1 },
                    ..comparison(Request::Read, 256, series(per_second, p99, cpu))
                },
            ],
            scale: Some(scale),
        };
        let good = results(32_000.0, 16.0, 24.0, scale(110.0, 900, 25.0));
        assert_eq!(met(&good), [true; 11]);
        let bad = results(3_000.0, 21.0, 26.0, scale(121.0, 1_001, 26.5));
        assert_eq!(met(&bad), [false; 11]);
    }

    #[test]
    fn what_was_not_measured_has_no_target() {
        assert!(Results::default().targets().is_empty());
        let one = Results {
            comparisons: vec![comparison(Request::Token, 1, series(1.0, 1.0, 1.0))],
            scale: None,
        };
        assert!(one.targets().is_empty());
    }

    #[test]
    fn the_block_has_the_machine_the_figures_and_the_marks() {
        let machine = Machine {
            processor: String::from("Quick 3000"),
            cores: 2,
            memory_gib: 24,
            kernel: String::from("6.1"),
            file_system: String::from("ext4"),
            durable_write: Duration::from_micros(1500),
            compiler: String::from("rustc 1.95.0"),
            revision: String::from("abc"),
        };
        let results = Results {
            comparisons: vec![comparison(Request::Read, 64, series(8_000.0, 1.0, 20.0))],
            scale: Some(scale(80.0, 40, 20.0)),
        };
        let text = markdown(&machine, &Options::default(), &results);
        for part in [
            "Quick 3000, 2 cores, 24 GiB; Linux 6.1; data on ext4, 1.50 ms",
            "Medians of 3 rounds of 5 s",
            "| read a secret | 64 | 80,000 | 8,000 | 0.10 |",
            "| 31.5 | 80 |",
            "| 100,000 | 1,000 | 40 | 80 | 30,000 | 20.0 | 9.00 |",
            "| read a secret / static, 64 connections | ≥ 0.35 | 0.10 | **no** |",
            "| memory with 100,000 secrets | ≤ 120 MiB | 80.00 MiB | yes |",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn the_block_replaces_the_old_one_and_nothing_else() {
        let first = insert("", "one");
        assert!(first.starts_with("# Benchmarks") && first.contains("\none\n"));
        let second = insert(&format!("{first}\nA note.\n"), "two");
        assert!(second.contains("\ntwo\n") && !second.contains("\none\n"));
        assert!(second.ends_with("A note.\n"));
        assert_eq!(second.matches(BEGIN).count(), 1);
        assert!(insert("# Mine\n", "x").starts_with("# Mine\n\n<!--"));
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!(thousands(0.0), "0");
        assert_eq!(thousands(999.4), "999");
        assert_eq!(thousands(1_234_567.8), "1,234,568");
    }
}
