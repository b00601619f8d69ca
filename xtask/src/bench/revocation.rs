//! What still works after a right was taken away: `cargo xtask bench revoke`.
//!
//! Readers that never stop ask one node, or two processes on one PostgreSQL, while rights are taken away on the first.
//! Requests that were sent after the answer to that must all be refused; a single one that is not fails the task.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::machine::Machine;
use super::server::{self, Server};
use super::{DOCUMENT, LOAD_CORE};
use crate::postgres::Postgres;
use crate::process;
use crate::project::Project;

const BEGIN: &str = "<!-- revocation: begin -->";
const END: &str = "<!-- revocation: end -->";
const PREFACE: &str = "\
## Revocation

`cargo xtask bench revoke` starts one node, and then two processes on one PostgreSQL. Sixteen readers ask all nodes
without a pause while somebody takes their right away on the first, twenty times for each way. What counts is every
request that was sent after the answer to that: none may be given the value. The times are those of the answer itself.";

/// What `1claw bench-revoke` prints for each act.
#[derive(Debug, Deserialize)]
struct Row {
    act: String,
    rounds: u64,
    before: u64,
    after: u64,
    successes: u64,
    median_ms: f64,
    longest_ms: f64,
}

/// Measures, prints a table, and puts it into the document with `--write`.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Result<ExitCode> {
    let write = match arguments {
        [] => false,
        [word] if word == "--write" => true,
        _ => bail!("bench revoke takes --write or nothing"),
    };
    process::run(
        project
            .cargo()
            .args(["build", "--profile=dist", "--package=oneclaw-cli"]),
    )?;
    let binary = project.target.join("dist").join("1claw");
    let folder = project.target.join("bench");
    fs::create_dir_all(&folder)?;
    let machine = Machine::describe(&folder)?;
    let one = measure(&binary, &folder, None, 1)?;
    let postgres = Postgres::start_durable()?;
    let url = format!("{}postgres", postgres.url());
    let two = measure(&binary, &folder, Some(&url), 2)?;
    let text = markdown(
        &machine,
        &[("SQLite, one node", one), ("PostgreSQL, two nodes", two)],
    )?;
    println!("{text}");
    if write {
        let path = project.root.join(DOCUMENT);
        let document = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, insert(&document, &text))
            .with_context(|| format!("could not write {DOCUMENT}"))?;
        println!("wrote {DOCUMENT}");
    }
    Ok(if text.contains("**") {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn measure(binary: &Path, folder: &Path, database: Option<&str>, nodes: usize) -> Result<Vec<Row>> {
    let data = folder.join("data-revocation");
    server::seed(binary, &data, database, (1, 1))?;
    let servers = (0..nodes)
        .map(|_| Server::vault(binary, &data, database, folder))
        .collect::<Result<Vec<_>>>()?;
    let mut command = Command::new("taskset");
    command
        .args(["-c", LOAD_CORE])
        .arg(binary)
        .arg("bench-revoke");
    for server in &servers {
        command.arg(format!("--url=http://{}", server.address));
    }
    let rows = process::output(&mut command)?;
    serde_json::from_str(&rows).context("bench-revoke printed something else than its rows")
}

fn markdown(machine: &Machine, tables: &[(&str, Vec<Row>)]) -> Result<String> {
    let mut out = String::new();
    writeln!(
        out,
        "{}, {} cores; {} to make a page durable; revision {}.\n",
        machine.processor,
        machine.cores,
        format_args!("{:.2} ms", machine.durable_write.as_secs_f64() * 1000.0),
        machine.revision
    )?;
    writeln!(
        out,
        "| Nodes | Act | Times | Reads before | Requests after | Of them answered | Median ms | Longest ms |\n|---|---|---|---|---|---|---|---|"
    )?;
    for (nodes, rows) in tables {
        for row in rows {
            let answered = match row.successes {
                0 => "0".to_owned(),
                some => format!("**{some}**"),
            };
            writeln!(
                out,
                "| {nodes} | {} | {} | {} | {} | {answered} | {:.1} | {:.1} |",
                row.act, row.rounds, row.before, row.after, row.median_ms, row.longest_ms
            )?;
        }
    }
    Ok(out)
}

/// Puts the table between its marks; at the end, with what it is about, when there are none.
fn insert(document: &str, block: &str) -> String {
    let marked = format!("{BEGIN}\n\n{}\n\n{END}", block.trim());
    if let Some((before, rest)) = document.split_once(BEGIN)
        && let Some((_, after)) = rest.split_once(END)
    {
        return format!("{before}{marked}{after}");
    }
    format!("{}\n\n{PREFACE}\n\n{marked}\n", document.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_goes_between_its_marks_and_stays_there() {
        let once = insert("# Benchmarks\n", "one");
        assert!(once.starts_with("# Benchmarks\n\n## Revocation"), "{once}");
        let twice = insert(&format!("{once}\nAfter.\n"), "two");
        assert!(twice.contains("two") && !twice.contains("one\n"), "{twice}");
        assert!(twice.ends_with("After.\n"), "{twice}");
        assert_eq!(twice.matches("## Revocation").count(), 1);
    }

    #[test]
    fn a_single_answer_shows_in_the_table() {
        let machine = Machine {
            processor: "p".to_owned(),
            cores: 2,
            memory_gib: 1,
            kernel: String::new(),
            file_system: String::new(),
            durable_write: std::time::Duration::from_millis(1),
            compiler: String::new(),
            revision: "r".to_owned(),
        };
        let row = |successes| Row {
            act: "freeze".to_owned(),
            rounds: 20,
            before: 9,
            after: 10_000,
            successes,
            median_ms: 1.0,
            longest_ms: 2.0,
        };
        let fine = markdown(&machine, &[("one", vec![row(0)])]).unwrap();
        assert!(!fine.contains("**"), "{fine}");
        let broken = markdown(&machine, &[("one", vec![row(1)])]).unwrap();
        assert!(broken.contains("| **1** |"), "{broken}");
    }
}
