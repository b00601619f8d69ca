//! Rules about packages and folders: which crate may use which, and what must stay in step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Finding;
use crate::project::{Dependency, DependencyKind, Package};

pub(super) const DEPENDENCY_LIST: &str = "docs/DEPENDENCIES.md";
pub(super) const SQLITE_MIGRATIONS: &str = "crates/store/migrations/sqlite";
pub(super) const POSTGRES_MIGRATIONS: &str = "crates/store/migrations/postgres";

/// The only direction of dependency between the crates. A new edge is a design decision: it belongs into the
/// architecture document before it belongs here.
const EDGES: [(&str, &[&str]); 8] = [
    ("oneclaw-core", &[]),
    ("oneclaw-crypto", &["oneclaw-core"]),
    ("oneclaw-store", &["oneclaw-core"]),
    (
        "oneclaw-app",
        &["oneclaw-core", "oneclaw-crypto", "oneclaw-store"],
    ),
    ("oneclaw-client", &["oneclaw-core"]),
    (
        "oneclaw-server",
        &["oneclaw-app", "oneclaw-client", "oneclaw-core"],
    ),
    (
        "oneclaw-cli",
        &[
            "oneclaw-app",
            "oneclaw-client",
            "oneclaw-core",
            "oneclaw-crypto",
            "oneclaw-server",
            "oneclaw-store",
        ],
    ),
    ("xtask", &[]),
];

/// External crates that only some of ours may use in what is shipped. Tests may use any.
const SOLE_USERS: [(&[&str], &[&str]); 9] = [
    // SQL lives in one crate, so every statement is tested on both databases.
    (
        &["sqlx", "rusqlite", "libsqlite3-sys", "tokio-postgres"],
        &["oneclaw-store"],
    ),
    // No HTTP type in an operation.
    (
        &[
            "axum",
            "axum-extra",
            "axum-server",
            "hyper",
            "hyper-util",
            "tower",
            "tower-http",
            "utoipa-axum",
        ],
        &["oneclaw-server"],
    ),
    // One crate to review for cryptography.
    (
        &[
            "aes-gcm",
            "argon2",
            "aws-lc-rs",
            "blake2",
            "blake3",
            "chacha20poly1305",
            "cryptoki",
            "ed25519-dalek",
            "hkdf",
            "hmac",
            "hpke",
            "jsonwebtoken",
            "p256",
            "rand",
            "ring",
            "rsa",
            "x25519-dalek",
        ],
        &["oneclaw-crypto"],
    ),
    // Hashing that needs no key: the audit log's, and the names that tools show instead of values.
    (
        &["sha2"],
        &["oneclaw-crypto", "oneclaw-core", "oneclaw-client"],
    ),
    // All mail goes through the outbox.
    (&["lettre"], &["oneclaw-app"]),
    // Our own API from outside, and the one guarded way out of the server (`app/src/outbound.rs`).
    (
        &["reqwest"],
        &["oneclaw-client", "oneclaw-cli", "oneclaw-app"],
    ),
    // What belongs to a program for the terminal.
    (
        &["clap", "tracing-subscriber", "mimalloc"],
        &["oneclaw-cli"],
    ),
    // Libraries have typed errors.
    (&["anyhow"], &["oneclaw-cli", "xtask"]),
    (&["askama"], &["oneclaw-app", "oneclaw-server"]),
];

/// The feature under which a crate offers what tests of other crates need.
const TEST_SUPPORT: &str = "test-support";

/// Crates depend on each other in the agreed direction only. Tests, and the optional part of a crate that only tests
/// switch on, may also reach what is further down the same way, and the crate itself.
pub(super) fn check_edges(packages: &[Package]) -> Vec<Finding> {
    let edges = BTreeMap::from(EDGES);
    let mut findings = Vec::new();
    for package in packages {
        let Some(direct) = edges.get(package.name.as_str()) else {
            findings.push(finding(package, "has no line in the list of allowed edges"));
            continue;
        };
        for dependency in ours(package) {
            let is_for_tests = dependency.kind == Some(DependencyKind::Dev) || dependency.optional;
            let allowed = direct.contains(&dependency.name.as_str())
                || is_for_tests
                    && (package.name == dependency.name
                        || reaches(&edges, &package.name, &dependency.name));
            if !allowed {
                findings.push(finding(
                    package,
                    format!("may not depend on {}", dependency.name),
                ));
            }
        }
    }
    findings
}

/// Some external crates have a single home.
pub(super) fn check_sole_users(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let is_shipped = dependency.kind != Some(DependencyKind::Dev);
            let home = SOLE_USERS
                .iter()
                .find(|(crates, _)| crates.contains(&dependency.name.as_str()));
            if let Some((_, users)) = home
                && is_shipped
                && !users.contains(&package.name.as_str())
            {
                findings.push(finding(
                    package,
                    format!(
                        "may not use {}: only {} may",
                        dependency.name,
                        users.join(" and ")
                    ),
                ));
            }
        }
    }
    findings
}

/// What is shipped has nothing in it that is for tests.
pub(super) fn check_test_support(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in packages {
        for dependency in ours(package) {
            let is_shipped = dependency.kind != Some(DependencyKind::Dev);
            if is_shipped && dependency.features.iter().any(|name| name == TEST_SUPPORT) {
                findings.push(finding(
                    package,
                    format!("ships {} with {TEST_SUPPORT}", dependency.name),
                ));
            }
        }
    }
    findings
}

/// A crate that does not inherit the workspace's lints is checked by none.
pub(super) fn check_lints_inherited(name: &str, manifest: &str) -> Option<Finding> {
    let inherits = manifest
        .split_once("[lints]")
        .is_some_and(|(_, rest)| rest.trim_start().starts_with("workspace = true"));
    (!inherits).then(|| {
        Finding::in_file(
            Path::new(name),
            "its Cargo.toml lacks `[lints]` with `workspace = true`",
        )
    })
}

/// Both databases have the same migrations: same numbers, same names, no number twice.
pub(super) fn check_migrations(
    sqlite: &BTreeSet<String>,
    postgres: &BTreeSet<String>,
) -> Vec<Finding> {
    let missing = |there: &BTreeSet<String>, here: &BTreeSet<String>, folder: &str| {
        there
            .difference(here)
            .map(|name| {
                let path = Path::new(folder).join(name);
                Finding::in_file(&path, "is missing, although the other database has it")
            })
            .collect::<Vec<_>>()
    };
    let mut findings = missing(sqlite, postgres, POSTGRES_MIGRATIONS);
    findings.extend(missing(postgres, sqlite, SQLITE_MIGRATIONS));

    let mut numbers = BTreeSet::new();
    for name in sqlite {
        let number = name.split('_').next().unwrap_or_default();
        if !numbers.insert(number) {
            let path = Path::new(SQLITE_MIGRATIONS).join(name);
            findings.push(Finding::in_file(&path, "has a number that is taken"));
        }
    }
    findings
}

/// The document about dependencies lists each direct one, with the version that the manifests ask for, and no other.
///
/// A line of its tables is `| name | version | ...`.
pub(super) fn check_dependency_list(packages: &[Package], document: &str) -> Vec<Finding> {
    let used: BTreeMap<&str, &str> = packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.path.is_none())
        .map(|dependency| {
            let version = dependency.req.trim_start_matches(['^', '=']);
            (dependency.name.as_str(), version)
        })
        .collect();
    let listed: BTreeMap<&str, &str> = document.lines().filter_map(listed_dependency).collect();

    let path = Path::new(DEPENDENCY_LIST);
    let mut findings = Vec::new();
    for (name, version) in &used {
        match listed.get(name) {
            None => findings.push(Finding::in_file(
                path,
                format!("does not say why {name} {version} is used"),
            )),
            Some(other) if other != version => findings.push(Finding::in_file(
                path,
                format!("says {name} {other}, the manifest {version}"),
            )),
            Some(_) => {}
        }
    }
    for name in listed.keys().filter(|name| !used.contains_key(*name)) {
        findings.push(Finding::in_file(
            path,
            format!("lists {name}, which nothing uses"),
        ));
    }
    findings
}

fn listed_dependency(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let name = cells.next()?.trim_matches('`');
    let version = cells.next()?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then_some((name, version))
}

fn finding(package: &Package, message: impl Into<String>) -> Finding {
    Finding::in_file(Path::new(&package.name), message)
}

fn ours(package: &Package) -> impl Iterator<Item = &Dependency> {
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.path.is_some())
}

fn reaches(edges: &BTreeMap<&str, &[&str]>, from: &str, to: &str) -> bool {
    edges.get(from).is_some_and(|next| {
        next.iter()
            .any(|name| *name == to || reaches(edges, name, to))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, Option<DependencyKind>)]) -> Package {
        Package {
            name: name.into(),
            manifest_path: "Cargo.toml".into(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency {
                    name: (*name).into(),
                    req: "^1.2".into(),
                    kind: *kind,
                    optional: false,
                    features: Vec::new(),
                    path: name.starts_with("oneclaw").then(|| "crates/x".into()),
                })
                .collect(),
        }
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn edges_against_the_direction_are_found() {
        let dev = Some(DependencyKind::Dev);
        for (name, to, kind) in [
            ("oneclaw-core", "oneclaw-store", None),
            ("oneclaw-store", "oneclaw-crypto", None),
            ("oneclaw-client", "oneclaw-app", None),
            // Not even in tests.
            ("oneclaw-core", "oneclaw-app", dev),
            ("oneclaw-store", "oneclaw-crypto", dev),
            // Reachable, but only for tests.
            ("oneclaw-server", "oneclaw-store", None),
        ] {
            assert_eq!(
                check_edges(&[package(name, &[(to, kind)])]).len(),
                1,
                "{name} -> {to}"
            );
        }
        assert_eq!(check_edges(&[package("oneclaw-new", &[])]).len(), 1);
    }

    #[test]
    fn edges_in_the_direction_are_fine() {
        let dev = Some(DependencyKind::Dev);
        let app = package(
            "oneclaw-app",
            &[("oneclaw-core", None), ("oneclaw-store", None)],
        );
        let server = package("oneclaw-server", &[("oneclaw-store", dev)]);
        let itself = package("oneclaw-store", &[("oneclaw-store", dev)]);
        assert!(check_edges(&[app, server, itself]).is_empty());
    }

    #[test]
    fn an_optional_edge_counts_as_one_for_tests() {
        let mut server = package("oneclaw-server", &[("oneclaw-store", None)]);
        server
            .dependencies
            .iter_mut()
            .for_each(|edge| edge.optional = true);
        assert!(check_edges(&[server]).is_empty());
        let mut core = package("oneclaw-core", &[("oneclaw-store", None)]);
        core.dependencies
            .iter_mut()
            .for_each(|edge| edge.optional = true);
        assert_eq!(check_edges(&[core]).len(), 1);
    }

    #[test]
    fn test_support_in_what_is_shipped_is_found() {
        let with_support = |kind| {
            let mut package = package("oneclaw-cli", &[("oneclaw-server", kind)]);
            for edge in &mut package.dependencies {
                edge.features.push(TEST_SUPPORT.to_owned());
            }
            check_test_support(&[package]).len()
        };
        assert_eq!(with_support(None), 1);
        assert_eq!(with_support(Some(DependencyKind::Dev)), 0);
    }

    #[test]
    fn crates_outside_their_home_are_found() {
        let build = Some(DependencyKind::Build);
        let dev = Some(DependencyKind::Dev);
        for (user, uses, kind) in [
            ("oneclaw-app", "sqlx", None),
            ("oneclaw-app", "sqlx", build),
            ("oneclaw-app", "axum", None),
            ("oneclaw-store", "aws-lc-rs", None),
            ("oneclaw-server", "lettre", None),
            ("oneclaw-server", "clap", None),
            ("oneclaw-core", "reqwest", None),
        ] {
            assert_eq!(
                check_sole_users(&[package(user, &[(uses, kind)])]).len(),
                1,
                "{user} uses {uses}"
            );
        }
        let fine = [
            package("oneclaw-store", &[("sqlx", None)]),
            package("oneclaw-core", &[("sha2", None), ("serde", None)]),
            package("oneclaw-client", &[("axum", dev)]),
        ];
        assert!(check_sole_users(&fine).is_empty());
    }

    #[test]
    fn crates_without_lints_are_found() {
        let check = |manifest: &str| check_lints_inherited("x", manifest).is_some();
        assert!(check("[package]\nname = \"x\"\n"));
        assert!(check("[lints]\n[lints.clippy]\nall = \"deny\"\n"));
        assert!(!check(
            "[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n"
        ));
    }

    #[test]
    fn migrations_that_do_not_pair_up_are_found() {
        let check = |left: &[&str], right: &[&str]| check_migrations(&set(left), &set(right)).len();
        assert_eq!(check(&["0001_a.sql"], &["0001_a.sql"]), 0);
        assert_eq!(check(&["0001_a.sql"], &[]), 1);
        assert_eq!(check(&["0001_a.sql"], &["0001_b.sql"]), 2);
        let twice = ["0001_a.sql", "0001_b.sql"];
        assert_eq!(check(&twice, &twice), 1);
    }

    #[test]
    fn the_list_of_dependencies_is_kept_in_step() {
        let packages = [package(
            "oneclaw-core",
            &[("serde", None), ("oneclaw-core", None)],
        )];
        let check = |document: &str| check_dependency_list(&packages, document).len();
        let head = "| Crate | Version |\n|---|---|\n";
        assert_eq!(check(&format!("{head}| `serde` | 1.2 | reason |\n")), 0);
        assert_eq!(check(head), 1);
        assert_eq!(check(&format!("{head}| `serde` | 1.1 | reason |\n")), 1);
        assert_eq!(
            check(&format!("{head}| `serde` | 1.2 |\n| `gone` | 3 |\n")),
            1
        );
    }
}
