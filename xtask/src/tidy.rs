//! Rules of the project that the compiler and clippy cannot check.
//!
//! Each rule is a small pure function from text or from the package graph to findings, with a test that shows it failing.
//! `cargo xtask tidy` applies all of them to the checkout and prints one line per finding.

mod graph;
mod links;
mod source;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::project::Project;

/// A broken rule, at a line where that makes sense.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: PathBuf,
    line: Option<usize>,
    message: String,
}

impl Finding {
    fn in_file(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: path.to_path_buf(),
            line: None,
            message: message.into(),
        }
    }

    fn at_line(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_path_buf(),
            line: Some(line),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

pub(crate) fn run(project: &Project) -> Result<ExitCode> {
    let files = project.files()?;
    let mut findings = graph_findings(project)?;
    findings.extend(migration_findings(&files));
    for path in &files {
        let bytes = fs::read(project.root.join(path))
            .with_context(|| format!("could not read {}", path.display()))?;
        // Pictures and fonts have no lines to check.
        if let Ok(text) = String::from_utf8(bytes) {
            findings.extend(file_findings(path, &text, |target| {
                project.root.join(target).exists()
            }));
        }
    }
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files in order", files.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} findings", findings.len());
    Ok(ExitCode::FAILURE)
}

fn graph_findings(project: &Project) -> Result<Vec<Finding>> {
    let mut findings = graph::check_edges(&project.packages);
    findings.extend(graph::check_sole_users(&project.packages));
    findings.extend(graph::check_test_support(&project.packages));
    for package in &project.packages {
        let manifest = fs::read_to_string(&package.manifest_path)
            .with_context(|| format!("could not read {}", package.manifest_path.display()))?;
        findings.extend(graph::check_lints_inherited(&package.name, &manifest));
    }
    let listed = fs::read_to_string(project.root.join(graph::DEPENDENCY_LIST))
        .with_context(|| format!("could not read {}", graph::DEPENDENCY_LIST))?;
    findings.extend(graph::check_dependency_list(&project.packages, &listed));
    Ok(findings)
}

fn migration_findings(files: &[PathBuf]) -> Vec<Finding> {
    let names_in = |folder: &str| -> BTreeSet<String> {
        files
            .iter()
            .filter_map(|path| path.strip_prefix(folder).ok())
            .map(|name| name.display().to_string())
            .collect()
    };
    graph::check_migrations(
        &names_in(graph::SQLITE_MIGRATIONS),
        &names_in(graph::POSTGRES_MIGRATIONS),
    )
}

/// The rules for one file; `exists` answers for a path relative to the root.
fn file_findings(path: &Path, text: &str, exists: impl Fn(&Path) -> bool) -> Vec<Finding> {
    // Text that other projects or programs wrote is theirs.
    if path.ends_with("Cargo.lock") || path.components().any(|part| part.as_os_str() == "vendor") {
        return Vec::new();
    }
    let mut findings = source::check_unfinished(path, text);
    findings.extend(source::check_private_references(path, text));
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs") => {
            findings.extend(source::check_length(path, text));
            findings.extend(source::check_module_documentation(path, text));
            findings.extend(source::check_allowed_lints(path, text));
        }
        Some("md") => findings.extend(links::check(path, text, exists)),
        _ => {}
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_like_a_compiler_message() {
        let path = Path::new("crates/core/src/id.rs");
        assert_eq!(
            Finding::at_line(path, 7, "wrong").to_string(),
            "crates/core/src/id.rs:7: wrong"
        );
        assert_eq!(
            Finding::in_file(path, "wrong").to_string(),
            "crates/core/src/id.rs: wrong"
        );
    }

    #[test]
    fn vendored_files_are_left_alone_and_ours_are_not() {
        let text = concat!("// TO", "DO\n");
        let everything_exists = |_: &Path| true;
        assert!(file_findings(Path::new("a/vendor/x.rs"), text, everything_exists).is_empty());
        assert_eq!(
            file_findings(Path::new("a/x.rs"), text, everything_exists).len(),
            2
        );
    }

    #[test]
    fn migrations_are_found_by_folder() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let sqlite = "crates/store/migrations/sqlite/0001_first.sql";
        let postgres = "crates/store/migrations/postgres/0001_first.sql";
        assert!(migration_findings(&paths(&[sqlite, postgres, "README.md"])).is_empty());
        assert_eq!(migration_findings(&paths(&[sqlite])).len(), 1);
    }
}
